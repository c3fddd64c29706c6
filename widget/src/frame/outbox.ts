/**
 * Messages on their way. Each lives in the drawer under its own key until the server has it: a
 * closed tab loses nothing, two tabs do not overwrite each other, and since ids are made in order,
 * sorting the keys is the order of sending.
 */
import { ApiError } from './api';
import type { Upload } from './files';
import { type Drawer, readJson, writeJson } from './storage';

/** A message the server has not confirmed yet. */
export interface Pending {
  id: string;
  /** null: it opens a conversation. */
  conversationId: string | null;
  content: string;
  createdAt: string;
  name: string | null;
  email: string | null;
  /** Set when the server refused it for good; the visitor decides what happens next. */
  error: { code: string; message: string } | null;
  /** Files that go with it. A drawer holds no files: they live as long as this page. */
  files?: Upload[];
}

/** The drawer's pending messages. */
export class Outbox {
  /** What a full drawer refused: safe as long as this page lives. */
  readonly #unstored = new Map<string, Pending>();

  constructor(
    private readonly prefix: string,
    private readonly drawer: Drawer,
  ) {}

  /** Oldest first. */
  list(): Pending[] {
    const keys: string[] = [];
    for (let index = 0; index < this.drawer.length; index++) {
      const key = this.drawer.key(index);
      if (key?.startsWith(this.prefix)) keys.push(key);
    }
    const stored = keys.map((key) => readJson<Pending>(this.drawer, key));
    return [...stored.filter((item) => item !== null), ...this.#unstored.values()].sort(
      (one, other) => (one.id < other.id ? -1 : 1),
    );
  }

  /** Adds or replaces. */
  put(item: Pending): void {
    if (item.files === undefined && writeJson(this.drawer, this.prefix + item.id, item))
      this.#unstored.delete(item.id);
    else this.#unstored.set(item.id, item);
  }

  remove(id: string): void {
    this.drawer.removeItem(this.prefix + id);
    this.#unstored.delete(id);
  }

  has(id: string): boolean {
    return this.#unstored.has(id) || this.drawer.getItem(this.prefix + id) !== null;
  }

  owns(key: string | null): boolean {
    return key?.startsWith(this.prefix) ?? false;
  }
}

/** How a round of sending ended; with `retryAfterMs`, the server named the wait. */
export type Round = { done: true } | { done: false; retryAfterMs: number | null; error: ApiError };

/**
 * Sends what waits, one after the other. Stops at the first passing failure, so that a later
 * message never overtakes an earlier one; steps over messages that were refused for good.
 */
export async function sendRound(
  outbox: Outbox,
  deliver: (item: Pending) => Promise<void>,
  onState: (sendingId: string | null) => void,
): Promise<Round> {
  try {
    for (;;) {
      // Read again every time: other tabs add, and the visitor may discard.
      const item = outbox.list().find((candidate) => candidate.error === null);
      if (item === undefined) return { done: true };
      onState(item.id);
      try {
        await deliver(item);
        outbox.remove(item.id);
      } catch (cause) {
        const error =
          cause instanceof ApiError ? cause : new ApiError(0, 'unexpected', String(cause));
        // A broadcast can confirm a message whose answer got lost on the way.
        if (!outbox.has(item.id)) continue;
        if (error.transient) return { done: false, retryAfterMs: error.retryAfterMs, error };
        outbox.put({ ...item, error: { code: error.code, message: error.message } });
      }
    }
  } finally {
    onState(null);
  }
}
