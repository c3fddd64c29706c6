import { createStore, delMany, entries, set } from 'idb-keyval';

/** All files kept on a device together; what is larger lives as long as the page. */
export const KEPT_BYTES = 100 * 1024 * 1024;
export const KEPT_DAYS = 30;

/** Whose unsent message a file belongs to: colleagues who share a browser share none. */
export interface Place {
  userId: string;
  accountId: string;
  conversationId: string;
}

interface Kept {
  file: File;
  keptAt: number;
}

/** As much of a key-value store as is needed here. */
export interface Disk {
  entries: () => Promise<[string, Kept][]>;
  set: (key: string, value: Kept) => Promise<void>;
  delMany: (keys: string[]) => Promise<void>;
}

const folderOf = ({ userId, accountId, conversationId }: Place): string =>
  `${userId}/${accountId}/${conversationId}/`;

/** The files of messages that were not sent yet, on this device only, until they are sent or taken away. */
export class DraftFiles {
  #line: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly disk: Disk,
    private readonly now: () => number = Date.now,
  ) {}

  /** Keeps a file if there is room; tells whether it did. */
  keep(place: Place, id: string, file: File): Promise<boolean> {
    return this.#next(false, async () => {
      const all = await this.disk.entries();
      const bytes = all.reduce((sum, [, kept]) => sum + kept.file.size, 0);
      if (bytes + file.size > KEPT_BYTES) return false;
      await this.disk.set(folderOf(place) + id, { file, keptAt: this.now() });
      return true;
    });
  }

  /** What was kept of an unsent message, in the order it was added. */
  restore(place: Place): Promise<{ id: string; file: File }[]> {
    return this.#next([], async () => {
      const folder = folderOf(place);
      const oldest = this.now() - KEPT_DAYS * 86_400_000;
      const all = await this.disk.entries();
      await this.disk.delMany(all.filter(([, kept]) => kept.keptAt < oldest).map(([key]) => key));
      return all
        .filter(([key, kept]) => key.startsWith(folder) && kept.keptAt >= oldest)
        .map(([key, { file }]) => ({ id: key.slice(folder.length), file }))
        .sort((a, b) => (a.id < b.id ? -1 : 1));
    });
  }

  forget(place: Place, ids: string[]): Promise<void> {
    return this.#next(undefined, () => this.disk.delMany(ids.map((id) => folderOf(place) + id)));
  }

  /** Somebody leaves this device. */
  forgetUser(userId: string): Promise<void> {
    return this.#next(undefined, async () => {
      const all = await this.disk.entries();
      await this.disk.delMany(
        all.map(([key]) => key).filter((key) => key.startsWith(`${userId}/`)),
      );
    });
  }

  /** One after the other, so that what is taken away stays away. A full or blocked disk is none. */
  #next<T>(otherwise: T, work: () => Promise<T>): Promise<T> {
    const result = this.#line.then(work).catch(() => otherwise);
    this.#line = result;
    return result;
  }
}

let files: DraftFiles | null = null;

/** The files of this device. */
export function draftFiles(): DraftFiles {
  if (files) return files;
  let opened: ReturnType<typeof createStore> | null = null;
  const store = () => {
    opened ??= createStore('supadesk-draft-files', 'files');
    return opened;
  };
  files = new DraftFiles({
    entries: async () => entries<string, Kept>(store()),
    set: async (key, value) => set(key, value, store()),
    delMany: async (keys) => delMany(keys, store()),
  });
  return files;
}
