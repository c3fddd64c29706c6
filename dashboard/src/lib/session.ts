import type { AuthClient as AuthClientClass } from '@supabase/auth-js';
import type { Env } from '@/config/env';
import { loadPart } from './parts';

type AuthClient = InstanceType<typeof AuthClientClass>;

/** The parts of the session this application reads. */
export interface Session {
  accessToken: string;
  expiresAt: number;
  user: { id: string; email: string; metadata: Record<string, unknown> };
}

interface StoredSession {
  access_token: string;
  expires_at?: number;
  user: { id: string; email?: string; user_metadata?: Record<string, unknown> };
}

/** Seconds before its end at which a token is no longer handed out without asking for a new one. */
const RENEWAL_MARGIN = 60;

/**
 * Keeps the agent's session. The stored one is read at once, so a returning agent's list does not
 * wait for the auth client, which is loaded right after and from then on renews the token.
 */
export class SessionStore {
  #session: Session | null;
  #listeners = new Set<() => void>();
  #client: Promise<AuthClient> | null = null;
  /** Set when the agent came back through a password link and has to choose a new one. */
  recovering = false;

  constructor(
    private readonly env: Env,
    private readonly storageKey: string,
  ) {
    this.#session = this.#read();
  }

  get current(): Session | null {
    return this.#session;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  snapshot = (): Session | null => this.#session;

  /** Returns a token that is still good, renewing it first if it is not. */
  async accessToken(): Promise<string | null> {
    if (!this.#session) return null;
    if (this.#session.expiresAt - Date.now() / 1000 > RENEWAL_MARGIN)
      return this.#session.accessToken;
    const client = await this.auth();
    const { data } = await client.getSession();
    this.#set(data.session as StoredSession | null);
    return this.#session?.accessToken ?? null;
  }

  /** The auth client; one per page, fetched when first needed. */
  auth(): Promise<AuthClient> {
    this.#client ??= loadPart(() => import('@supabase/auth-js')).then(({ AuthClient }) => {
      const client = new AuthClient({
        url: `${this.env.supabaseUrl}/auth/v1`,
        headers: {
          apikey: this.env.publishableKey,
          Authorization: `Bearer ${this.env.publishableKey}`,
        },
        storageKey: this.storageKey,
        autoRefreshToken: true,
        persistSession: true,
        detectSessionInUrl: true,
        flowType: 'implicit',
      });
      client.onAuthStateChange((event, session) => {
        if (event === 'PASSWORD_RECOVERY') this.recovering = true;
        if (event !== 'INITIAL_SESSION' || session) this.#set(session as StoredSession | null);
      });
      return client;
    });
    return this.#client;
  }

  #set(stored: StoredSession | null): void {
    const next = stored ? toSession(stored) : null;
    if (next?.accessToken === this.#session?.accessToken) return;
    this.#session = next;
    for (const listener of this.#listeners) listener();
  }

  #read(): Session | null {
    try {
      const stored = localStorage.getItem(this.storageKey);
      return stored ? toSession(JSON.parse(stored) as StoredSession) : null;
    } catch {
      // A corrupt or blocked storage means signing in again, not a broken page.
      return null;
    }
  }
}

function toSession(stored: StoredSession): Session {
  return {
    accessToken: stored.access_token,
    expiresAt: stored.expires_at ?? 0,
    user: {
      id: stored.user.id,
      email: stored.user.email ?? '',
      metadata: stored.user.user_metadata ?? {},
    },
  };
}
