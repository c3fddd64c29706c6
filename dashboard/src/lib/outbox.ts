import type { ApiError } from './api-error';
import type { TemplateParams } from './templates';

/** A file on its way with a message: uploaded, and named by its attachment's id. */
export interface SentFile {
  id: string;
  name: string;
  type: string;
  size: number;
}

/** Whom a mail goes to. */
export interface Recipients {
  to: string[];
  cc: string[];
  bcc: string[];
}

/** A message this agent has written that the server has not confirmed yet. */
export interface OutboxItem {
  id: string;
  conversationId: string;
  content: string;
  private: boolean;
  /** The newest seq the agent had seen while writing; null sends whatever happened since. */
  expectedLastSeq: number | null;
  createdAt: string;
  /** The message this one answers, shown as a quotation. */
  inReplyTo?: string | null;
  /** Whom a mail goes to, where the agent chose. */
  recipients?: Recipients | null;
  /** Files that are already uploaded. */
  files?: SentFile[];
  /** The approved template that is sent; the content is how it will read. */
  template?: TemplateParams;
  state: 'waiting' | 'sending' | 'conflict' | 'failed';
  error: string | null;
  /** For a conflict: what arrived in between, as the server told. */
  details: unknown;
}

export interface OutboxStore {
  load: () => Promise<OutboxItem[]>;
  save: (items: OutboxItem[]) => Promise<void>;
}

export interface OutboxOptions {
  store: OutboxStore;
  send: (item: OutboxItem) => Promise<void>;
  toError: (error: unknown) => ApiError;
  retryDelay: (attempt: number) => number;
}

/**
 * Sends what was written in the order it was written, also after a reload or a night without a
 * network. A conflict holds back only its own conversation; a refusal holds back nothing.
 */
export class Outbox {
  #items: OutboxItem[] = [];
  #listeners = new Set<() => void>();
  #running = false;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #loaded: Promise<void>;

  constructor(private readonly options: OutboxOptions) {
    this.#loaded = options.store.load().then((items) => {
      // Whatever was on its way when the page closed is sent again: the id makes that safe.
      const restored = items.map((item) =>
        item.state === 'sending' ? { ...item, state: 'waiting' as const } : item,
      );
      this.#items = [...restored, ...this.#items];
      this.#publish();
      void this.flush();
    });
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  snapshot = (): OutboxItem[] => this.#items;

  async add(item: Omit<OutboxItem, 'state' | 'error' | 'details'>): Promise<void> {
    this.#items = [...this.#items, { ...item, state: 'waiting', error: null, details: null }];
    this.#publish();
    await this.#loaded;
    await this.#save();
    await this.flush();
  }

  /** Puts an item back in line, changed as the agent decided. */
  async retry(
    id: string,
    change: Partial<Pick<OutboxItem, 'private' | 'expectedLastSeq'>> = {},
  ): Promise<void> {
    this.#patch(id, { ...change, state: 'waiting', error: null, details: null });
    await this.#save();
    await this.flush();
  }

  async discard(id: string): Promise<void> {
    this.#items = this.#items.filter((item) => item.id !== id);
    this.#publish();
    await this.#save();
    await this.flush();
  }

  /** Sends until nothing is left that can be sent now. */
  async flush(): Promise<void> {
    await this.#loaded;
    if (this.#running) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#running = true;
    try {
      for (let next = this.#next(); next; next = this.#next()) {
        if (!(await this.#send(next))) break;
      }
    } finally {
      this.#running = false;
    }
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
  }

  #next(): OutboxItem | undefined {
    const held = new Set<string>();
    for (const item of this.#items) {
      if (item.state === 'conflict') held.add(item.conversationId);
      else if (item.state === 'waiting' && !held.has(item.conversationId)) return item;
    }
    return undefined;
  }

  async #send(item: OutboxItem): Promise<boolean> {
    this.#patch(item.id, { state: 'sending' });
    try {
      await this.options.send(item);
      this.#items = this.#items.filter((other) => other.id !== item.id);
      this.#attempt = 0;
    } catch (thrown) {
      const error = this.options.toError(thrown);
      if (error.isRetryable) {
        this.#patch(item.id, { state: 'waiting' });
        await this.#save();
        this.#attempt += 1;
        this.#timer = setTimeout(() => void this.flush(), this.options.retryDelay(this.#attempt));
        return false;
      }
      const state = error.code === 'conversation_moved' ? 'conflict' : 'failed';
      this.#patch(item.id, { state, error: error.message, details: error.details });
    }
    this.#publish();
    await this.#save();
    return true;
  }

  #patch(id: string, change: Partial<OutboxItem>): void {
    this.#items = this.#items.map((item) => (item.id === id ? { ...item, ...change } : item));
    this.#publish();
  }

  async #save(): Promise<void> {
    // A full or blocked storage must not stop the message itself.
    await this.options.store.save(this.#items).catch(() => {});
  }

  #publish(): void {
    for (const listener of this.#listeners) listener();
  }
}
