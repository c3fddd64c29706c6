import { type ComponentType, lazy } from 'react';
import { backoff } from './backoff';

/** What `loadPart` needs of the page it runs in. */
export interface Page {
  /** Resolves once the server that the application comes from answers again. */
  reachable: () => Promise<void>;
  /** When the page was last loaded again because of a missing part. */
  lastReload: () => number;
  /** Loads the page again; drafts and unsent messages are kept on the device. */
  reload: () => void;
}

const RELOADED = 'supadesk.reloaded';
const RELOAD_EVERY_MS = 60_000;

const browser: Page = {
  reachable: async () => {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await fetch('/', { method: 'HEAD', cache: 'no-store' }).catch(() => null);
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, backoff(attempt)));
    }
  },
  lastReload: () => Number(sessionStorage.getItem(RELOADED)),
  reload: () => {
    sessionStorage.setItem(RELOADED, String(Date.now()));
    location.reload();
  },
};

/**
 * Fetches a part of the application that is loaded when needed. Browsers remember a failure, so
 * asking again is no use: once the server is back, the page is loaded again, which also brings a
 * newer version whose parts have other names. A part that is missing even then is an error.
 */
export async function loadPart<T>(load: () => Promise<T>, page: Page = browser): Promise<T> {
  try {
    return await load();
  } catch (error) {
    await page.reachable();
    if (Date.now() - page.lastReload() < RELOAD_EVERY_MS) throw error;
    page.reload();
    return new Promise(() => {});
  }
}

/** `lazy` for parts that may be asked for while the server is away. */
export const lazily = <Props>(load: () => Promise<{ default: ComponentType<Props> }>) =>
  lazy(() => loadPart(load));

/** Fetches a part before it is needed; when that fails, it is left to the one who needs it. */
export const loadAhead = (load: () => Promise<unknown>): void => void load().catch(() => {});
