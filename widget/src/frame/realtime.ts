/**
 * A small Phoenix channel client: one socket, one private topic. It says when it is joined and what
 * was broadcast; what a broadcast means, and what was missed meanwhile, is the caller's business.
 */
import { backoff } from './backoff';
import type { Session } from './session';

const HEARTBEAT_MS = 25_000;
const JOIN_TIMEOUT_MS = 10_000;

/** A frame of Phoenix' first text format. */
export interface Frame {
  topic: string;
  event: string;
  payload: Record<string, unknown>;
  ref: string | null;
}

/** What an incoming frame means to us. */
export type Incoming =
  | { kind: 'reply'; topic: string; ref: string | null; ok: boolean; reason: string }
  | { kind: 'broadcast'; topic: string; event: string; payload: Record<string, unknown> }
  | { kind: 'ended'; topic: string; reason: string }
  | { kind: 'other' };

/** Reads one text frame; anything unexpected is `other`, never an exception. */
export function readFrame(data: unknown): Incoming {
  const frame = asRecord(typeof data === 'string' ? parse(data) : null);
  const payload = asRecord(frame?.payload);
  const topic = frame?.topic;
  if (!frame || !payload || typeof topic !== 'string') return { kind: 'other' };
  switch (frame.event) {
    case 'phx_reply': {
      const response = asRecord(payload.response);
      const ref = typeof frame.ref === 'string' ? frame.ref : null;
      const reason = String(response?.reason ?? '');
      return { kind: 'reply', topic, ref, ok: payload.status === 'ok', reason };
    }
    case 'broadcast': {
      const content = asRecord(payload.payload);
      if (typeof payload.event !== 'string' || content === null) return { kind: 'other' };
      return { kind: 'broadcast', topic, event: payload.event, payload: content };
    }
    case 'phx_close':
    case 'phx_error':
      return { kind: 'ended', topic, reason: String(frame.event) };
    case 'system':
      return payload.status === 'error'
        ? { kind: 'ended', topic, reason: String(payload.message ?? '') }
        : { kind: 'other' };
    default:
      return { kind: 'other' };
  }
}

/** True when the reason a channel gave is our token, not the network. */
export function isTokenProblem(reason: string): boolean {
  return /JWT|token|unauthorized|permissions/i.test(reason);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function asRecord(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

/** What the channel needs from outside. */
export interface ChannelOptions {
  supabaseUrl: string;
  publishableKey: string;
  /** A usable session; called with a token that the server refused to get another one. */
  session: (refused?: string) => Promise<Session>;
  /** After every join, so also after every reconnect. */
  onJoined: () => void;
  onBroadcast: (event: string, payload: Record<string, unknown>) => void;
  /** The connection is gone, for the n-th time in a row. */
  onDown: (failures: number) => void;
}

/** The visitor's live channel; reconnects until stopped. */
export class VisitorChannel {
  #socket: WebSocket | null = null;
  #session: Session | null = null;
  #refused: string | undefined;
  #refs = 0;
  #joinRef = '';
  #pendingBeat: string | null = null;
  #failures = 0;
  #connecting = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #joined = false;
  #stopped = false;

  constructor(private readonly options: ChannelOptions) {}

  /** Connects, now rather than at the end of the current wait. */
  wake(): void {
    if (this.#socket || this.#connecting || this.#stopped) return;
    clearTimeout(this.#retry);
    void this.#connect();
  }

  /** Ends the connection for good. */
  stop(): void {
    this.#stopped = true;
    this.#drop('');
    clearTimeout(this.#retry);
  }

  /** The session changed: tell the server, or join the new visitor's topic. */
  renew(session: Session): void {
    if (!this.#socket || !this.#session) return;
    if (session.topic !== this.#session.topic) {
      this.#session = null;
      this.#drop('');
      return;
    }
    this.#session = session;
    if (this.#joined)
      this.#push(this.#topic, 'access_token', { access_token: session.accessToken });
  }

  get #topic(): string {
    return `realtime:${this.#session?.topic}`;
  }

  async #connect(): Promise<void> {
    this.#connecting = true;
    try {
      this.#session = await this.options.session(this.#refused);
    } catch {
      this.#connecting = false;
      this.#later();
      return;
    }
    this.#connecting = false;
    this.#refused = undefined;
    const url = new URL(`${this.options.supabaseUrl}/realtime/v1/websocket`);
    url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
    url.searchParams.set('apikey', this.options.publishableKey);
    url.searchParams.set('vsn', '1.0.0');
    const socket = new WebSocket(url);
    this.#socket = socket;
    this.#deadline = setTimeout(() => this.#drop('timeout'), JOIN_TIMEOUT_MS);
    socket.onopen = () => this.#join();
    socket.onmessage = (event) => {
      if (socket === this.#socket) this.#take(readFrame(event.data));
    };
    socket.onclose = () => {
      if (socket === this.#socket) this.#drop('');
    };
  }

  #join(): void {
    if (!this.#session) return;
    this.#joinRef = this.#push(this.#topic, 'phx_join', {
      config: {
        private: true,
        broadcast: { self: false, ack: false },
        presence: { enabled: false },
      },
      access_token: this.#session.accessToken,
    });
    this.#heartbeat = setInterval(() => {
      // The last beat went unanswered: the line is dead although nobody closed it.
      if (this.#pendingBeat !== null) this.#drop('timeout');
      else this.#pendingBeat = this.#push('phoenix', 'heartbeat', {});
    }, HEARTBEAT_MS);
  }

  #take(frame: Incoming): void {
    if (frame.kind === 'reply' && frame.ref === this.#pendingBeat) {
      this.#pendingBeat = null;
    } else if (frame.kind === 'other' || frame.topic !== this.#topic) {
      return;
    } else if (frame.kind === 'reply') {
      if (frame.ref !== this.#joinRef) return;
      if (!frame.ok) {
        this.#drop(frame.reason);
        return;
      }
      clearTimeout(this.#deadline);
      this.#joined = true;
      this.#failures = 0;
      this.options.onJoined();
    } else if (frame.kind === 'broadcast') {
      this.options.onBroadcast(frame.event, frame.payload);
    } else {
      this.#drop(frame.reason);
    }
  }

  #push(topic: string, event: string, payload: Record<string, unknown>): string {
    const ref = String(++this.#refs);
    const frame = { topic, event, payload, ref, join_ref: this.#joinRef || ref };
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
    return ref;
  }

  #drop(reason: string): void {
    if (isTokenProblem(reason)) this.#refused = this.#session?.accessToken;
    clearTimeout(this.#deadline);
    clearInterval(this.#heartbeat);
    const socket = this.#socket;
    this.#socket = null;
    this.#pendingBeat = null;
    this.#joinRef = '';
    this.#joined = false;
    socket?.close();
    this.#later();
  }

  #later(): void {
    this.#failures += 1;
    this.options.onDown(this.#failures);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.wake(), backoff(this.#failures));
  }
}
