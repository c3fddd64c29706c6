/** The frame's own drawer, and the lock on it that all tabs of a visitor share. */

/** The part of `Storage` that we use. */
export type Drawer = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

/** localStorage, or memory where a browser denies storage to embedded pages. */
export function openDrawer(): Drawer {
  try {
    const probe = 'supadesk:probe';
    localStorage.setItem(probe, '1');
    localStorage.removeItem(probe);
    return localStorage;
  } catch {
    return new MemoryDrawer();
  }
}

/** Lives as long as the page does. */
export class MemoryDrawer implements Drawer {
  readonly #items = new Map<string, string>();

  get length(): number {
    return this.#items.size;
  }

  getItem(key: string): string | null {
    return this.#items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#items.set(key, value);
  }

  removeItem(key: string): void {
    this.#items.delete(key);
  }

  key(index: number): string | null {
    return [...this.#items.keys()][index] ?? null;
  }
}

/** Reads JSON; a value that is damaged counts as absent instead of breaking every later visit. */
export function readJson<T>(drawer: Drawer, key: string): T | null {
  try {
    return JSON.parse(drawer.getItem(key) ?? 'null') as T | null;
  } catch {
    drawer.removeItem(key);
    return null;
  }
}

/** Writes JSON; false when the drawer is full. */
export function writeJson(drawer: Drawer, key: string, value: unknown): boolean {
  try {
    drawer.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** Runs one such task at a time over all tabs; without Web Locks (plain http), over this one. */
export type Lock = <T>(name: string, task: () => Promise<T>) => Promise<T>;

export const lock: Lock = async (name, task) =>
  navigator.locks ? await navigator.locks.request(name, task) : await takeTurn(name, task);

const turns = new Map<string, Promise<unknown>>();

const takeTurn: Lock = (name, task) => {
  const turn = (turns.get(name) ?? Promise.resolve()).then(task, task);
  turns.set(name, turn);
  return turn;
};
