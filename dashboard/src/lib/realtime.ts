/**
 * Live updates without trust in delivery: a broadcast is a hint, the table is the truth. Nothing
 * here knows about React, sockets or screens.
 */

import { backoff } from './backoff';

export interface PresenceState {
  user_id: string;
  name: string;
  mode: 'viewing' | 'replying';
}

export interface ChannelHandlers {
  onEvent: (event: string, payload: unknown) => void;
  /** After every join, the first one included. */
  onJoined: () => void;
  onPresence?: (others: PresenceState[]) => void;
  /** Instead of trying on and on: one may not listen here. It is asked again with the next socket. */
  onRefused?: () => void;
}

export interface Channel {
  leave: () => void;
  track: (state: PresenceState) => void;
}

/** What carries broadcasts; the Supabase socket in the application, a fake in tests. */
export interface Transport {
  join: (topic: string, handlers: ChannelHandlers) => Channel;
}

/** The changes after a position, as `message_changes` returns them. */
export interface Changes<Item> {
  messages: Item[];
  last_seq: number;
  topic: string;
  reset: boolean;
}

export interface FeedOptions<Item> {
  transport: Transport;
  topic: string;
  lastSeq: number;
  pull: (afterSeq: number) => Promise<Changes<Item>>;
  /** One payload in its turn. */
  onEvent: (event: string, payload: Record<string, unknown>) => void;
  /** What a pull brought; `missed` tells a filled gap from a confirmation that nothing was lost. */
  onPulled: (changes: Changes<Item>, missed: boolean) => void;
  /** Too much was missed: load the newest page again, then call `resume` with its last seq. */
  onReset: () => void;
  /** The conversation is no longer visible to this agent. */
  onLost: () => void;
  onPresence?: (others: PresenceState[]) => void;
  isLost: (error: unknown) => boolean;
  retryDelay?: (attempt: number) => number;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/**
 * Follows one conversation's gap-free `seq`: the next one is applied, an old one ignored, and a
 * gap is filled from the table before anything later is shown.
 */
export class ConversationFeed<Item> {
  lastSeq: number;
  #topic: string;
  #channel: Channel | null = null;
  #pulling = false;
  #again = false;
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #waiting: { event: string; payload: Record<string, unknown>; seq: number }[] = [];
  #presence: PresenceState | null = null;
  #closed = false;

  constructor(private readonly options: FeedOptions<Item>) {
    this.lastSeq = options.lastSeq;
    this.#topic = options.topic;
    this.#join();
  }

  /** Tells the others what this agent does here; repeated after every join. */
  track(state: PresenceState): void {
    this.#presence = state;
    this.#channel?.track(state);
  }

  /** Asks the table for whatever came after `lastSeq`; one question at a time. */
  async pull(): Promise<void> {
    if (this.#closed) return;
    if (this.#pulling) {
      this.#again = true;
      return;
    }
    this.#pulling = true;
    try {
      do {
        this.#again = false;
        await this.#pullOnce();
      } while (this.#again && !this.#closed);
      this.#attempt = 0;
    } catch (error) {
      if (this.#closed) return;
      if (this.options.isLost(error)) {
        this.close();
        this.options.onLost();
        return;
      }
      this.#scheduleRetry();
    } finally {
      this.#pulling = false;
    }
    this.#drain();
  }

  /** Continues after a reset, once the page was loaded again. */
  resume(lastSeq: number): void {
    this.lastSeq = Math.max(this.lastSeq, lastSeq);
    this.#drain();
  }

  close(): void {
    this.#closed = true;
    if (this.#retry) clearTimeout(this.#retry);
    this.#channel?.leave();
    this.#channel = null;
  }

  #join(): void {
    this.#channel?.leave();
    this.#channel = this.options.transport.join(this.#topic, {
      onEvent: (event, payload) => this.#receive(event, payload),
      onJoined: () => {
        if (this.#presence) this.#channel?.track(this.#presence);
        void this.pull();
      },
      ...(this.options.onPresence ? { onPresence: this.options.onPresence } : {}),
    });
  }

  async #pullOnce(): Promise<void> {
    const before = this.lastSeq;
    const changes = await this.options.pull(before);
    if (this.#closed) return;
    if (changes.reset) {
      this.#waiting = [];
      this.options.onReset();
    } else {
      this.lastSeq = Math.max(this.lastSeq, changes.last_seq);
      this.options.onPulled(changes, changes.last_seq > before);
    }
    if (changes.topic !== this.#topic) {
      this.#topic = changes.topic;
      this.#join();
    }
  }

  #receive(event: string, payload: unknown): void {
    if (this.#closed) return;
    if (event === 'topic.moved') {
      void this.pull();
      return;
    }
    if (!isRecord(payload)) return;
    if (typeof payload.seq !== 'number') {
      this.options.onEvent(event, payload);
      return;
    }
    if (payload.seq <= this.lastSeq) return;
    this.#waiting.push({ event, payload, seq: payload.seq });
    this.#drain();
  }

  /** Applies what is next in line; asks the table when the line has a hole. */
  #drain(): void {
    if (this.#pulling || this.#closed) return;
    this.#waiting.sort((a, b) => a.seq - b.seq);
    while (this.#waiting[0] && this.#waiting[0].seq <= this.lastSeq + 1) {
      const next = this.#waiting.shift();
      if (!next || next.seq <= this.lastSeq) continue;
      this.lastSeq = next.seq;
      this.options.onEvent(next.event, next.payload);
    }
    if (this.#waiting.length > 0 && !this.#retry) void this.pull();
  }

  #scheduleRetry(): void {
    if (this.#retry) return;
    this.#attempt += 1;
    const delay = (this.options.retryDelay ?? backoff)(this.#attempt);
    this.#retry = setTimeout(() => {
      this.#retry = null;
      void this.pull();
    }, delay);
  }
}

/** Gathers ids for a moment and hands them over together, so that a burst is one request. */
export class Coalescer {
  #ids = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly flush: (ids: string[]) => void,
    private readonly delay = 180,
  ) {}

  add(id: string): void {
    this.#ids.add(id);
    this.#timer ??= setTimeout(() => {
      const ids = [...this.#ids];
      this.#ids.clear();
      this.#timer = null;
      this.flush(ids);
    }, this.delay);
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
  }
}

export interface SyncState {
  link: 'connecting' | 'live' | 'reconnecting' | 'offline';
  since: number;
  lastEventAt: number | null;
  /** Messages that were filled in after the last interruption; null when there was none lately. */
  caughtUp: number | null;
}

/** What the sync pill shows. */
export class SyncStatus {
  #state: SyncState = { link: 'connecting', since: Date.now(), lastEventAt: null, caughtUp: null };
  #listeners = new Set<() => void>();
  #interrupted = false;
  #fade: ReturnType<typeof setTimeout> | null = null;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  snapshot = (): SyncState => this.#state;

  setLink(link: SyncState['link']): void {
    // A first connection is not a re-connection; the word would worry people for nothing.
    const shown =
      link === 'reconnecting' && this.#state.link === 'connecting' ? 'connecting' : link;
    if (shown === this.#state.link) return;
    if (shown === 'reconnecting' || shown === 'offline') this.#interrupted = true;
    const caughtUp = shown === 'live' && this.#interrupted ? 0 : null;
    this.#update({ link: shown, since: Date.now(), caughtUp });
    if (shown !== 'live') return;
    this.#interrupted = false;
    if (caughtUp !== null) this.#fadeSoon();
  }

  seen(): void {
    this.#update({ lastEventAt: Date.now() });
  }

  /** Counts what a filled gap brought, while the pill still speaks about the interruption. */
  filled(count: number): void {
    if (this.#state.caughtUp === null || count === 0) return;
    this.#update({ caughtUp: this.#state.caughtUp + count });
    this.#fadeSoon();
  }

  #fadeSoon(): void {
    if (this.#fade) clearTimeout(this.#fade);
    this.#fade = setTimeout(() => this.#update({ caughtUp: null }), 6000);
  }

  #update(patch: Partial<SyncState>): void {
    this.#state = { ...this.#state, ...patch };
    for (const listener of this.#listeners) listener();
  }
}
