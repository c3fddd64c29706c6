/**
 * The visitor's token: made on first need, shared by all tabs, renewed before it ends. A refresh
 * token works once, so only one tab at a time may spend it; the others read what that one stored.
 */
import { ApiError, postJson } from './api';
import { type Drawer, type Lock, readJson, writeJson } from './storage';

/** A token this close to its end is renewed rather than used. */
const MARGIN_MS = 60_000;
/** Background renewal starts this long before the end, so that no call has to wait for it. */
const EARLY_MS = 150_000;
/** The longest delay a timer takes. */
const LONGEST_MS = 2 ** 31 - 1;

/** What `POST /widget/session` gave us, with its end in this browser's clock. */
export interface Session {
  accessToken: string;
  refreshToken: string;
  expiresAt: number;
  contactInboxId: string;
  topic: string;
  /** Whom the account's own server vouched for when this session was opened. */
  identifier: string | null;
}

/** An identifier and what the account's own server signed it with. */
export interface Identity {
  identifier: string;
  hash: string;
}

interface SessionAnswer {
  access_token: string;
  expires_at: number;
  refresh_token: string;
  contact_inbox_id: string;
  topic: string;
}

/** Asks the service for a session; throws ApiError. */
export type Mint = (refreshToken: string | null) => Promise<Session>;

/** The real mint: the service on our own origin. */
export function mintFrom(
  websiteToken: string,
  locale: () => string,
  pageUrl: () => string | null,
  identity: () => Identity | null,
): Mint {
  return async (refreshToken) => {
    const signed = identity();
    const { body, date } = await postJson('/widget/session', {
      website_token: websiteToken,
      refresh_token: refreshToken,
      page_url: pageUrl(),
      locale: locale(),
      ...(signed && { identifier: signed.identifier, identifier_hash: signed.hash }),
    });
    const answer = body as SessionAnswer;
    // The end is the server's time; this browser's clock may be hours off.
    const ahead = date === null ? 0 : Date.now() - Date.parse(date);
    return {
      accessToken: answer.access_token,
      refreshToken: answer.refresh_token,
      expiresAt: answer.expires_at * 1_000 + ahead,
      contactInboxId: answer.contact_inbox_id,
      topic: answer.topic,
      identifier: signed?.identifier ?? null,
    };
  };
}

/** Hands out the current session. */
export class SessionKeeper {
  #flight: Promise<Session> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last: Session | null = null;
  /** Holds the session where the drawer could not. */
  #unstored: Session | null = null;
  readonly #listeners = new Set<(session: Session, before: Session | null) => void>();

  constructor(
    private readonly key: string,
    private readonly drawer: Drawer,
    private readonly lock: Lock,
    private readonly mint: Mint,
    /** Whom a session must be for; null: anybody's will do. */
    private readonly identifier: () => string | null = () => null,
    private readonly now: () => number = Date.now,
  ) {}

  /** A usable session; pass a token that was refused to get a different one. */
  async current(refused?: string): Promise<Session> {
    const stored = this.#stored();
    if (stored && this.#usable(stored, refused)) return this.#adopt(stored);
    this.#flight ??= this.lock(this.key, () => this.#renew(refused)).finally(() => {
      this.#flight = null;
    });
    return this.#flight;
  }

  /** Calls back when the token changed, whoever changed it. */
  onChange(listener: (session: Session, before: Session | null) => void): void {
    this.#listeners.add(listener);
  }

  /** Another tab wrote the drawer. */
  noticeStored(): void {
    const stored = this.#stored();
    if (stored && this.#usable(stored)) this.#adopt(stored);
  }

  async #renew(refused?: string): Promise<Session> {
    // Another tab may have renewed while we waited for our turn.
    const stored = this.#stored();
    if (stored && this.#usable(stored, refused)) return this.#adopt(stored);
    try {
      return this.#keep(await this.mint(stored?.refreshToken ?? null));
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'session_expired' || !stored) throw error;
      const newest = this.#stored();
      if (newest && newest.refreshToken !== stored.refreshToken) return this.#renew(refused);
      // Too long away: whoever comes now is a new visitor.
      this.drawer.removeItem(this.key);
      this.#unstored = null;
      return this.#keep(await this.mint(null));
    }
  }

  #keep(session: Session): Session {
    this.#unstored = writeJson(this.drawer, this.key, session) ? null : session;
    return this.#adopt(session);
  }

  #adopt(session: Session): Session {
    if (this.#last?.accessToken === session.accessToken) return this.#last;
    const before = this.#last;
    this.#last = session;
    clearTimeout(this.#timer);
    const wait = Math.max(session.expiresAt - EARLY_MS - this.now(), MARGIN_MS / 2);
    this.#timer = setTimeout(
      // A failure here is no loss: the next call renews, and reports what is wrong.
      () => void this.current(session.accessToken).catch(() => {}),
      Math.min(wait, LONGEST_MS),
    );
    for (const listener of this.#listeners) listener(session, before);
    return session;
  }

  #stored(): Session | null {
    if (this.#unstored) return this.#unstored;
    const session = readJson<Partial<Session>>(this.drawer, this.key);
    return typeof session?.refreshToken === 'string' ? (session as Session) : null;
  }

  #usable(session: Session, refused?: string): boolean {
    const wanted = this.identifier();
    return (
      session.accessToken !== refused &&
      session.expiresAt - MARGIN_MS > this.now() &&
      (wanted === null || session.identifier === wanted)
    );
  }
}
