/**
 * The script a site includes. It installs `window.supadesk`, replays what the page asked for before
 * we arrived, and boots by itself when its own tag names a website token.
 */
import { type BootOptions, createSdk, type Sdk } from './sdk';

type Queue = ((method: string, ...args: unknown[]) => unknown) & { q?: ArrayLike<unknown>[] };

declare global {
  interface Window {
    supadesk?: Queue & Partial<Sdk>;
  }
}

const script = document.currentScript as HTMLScriptElement | null;
const before = window.supadesk;

// A page that includes us twice keeps the first: two launchers would be two conversations.
if (!before?.boot) {
  const sdk = createSdk(script?.src);
  window.supadesk = sdk;
  // The tag's data attributes carry the same names as the options of boot.
  if (script?.dataset.websiteToken) sdk.boot({ ...script.dataset } as unknown as BootOptions);
  for (const queued of before?.q ?? []) sdk(...(Array.from(queued) as [string]));
}
