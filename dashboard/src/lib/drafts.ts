import { createStore, del, entries, set } from 'idb-keyval';
import { useSyncExternalStore } from 'react';

export interface Draft {
  content: string;
  private: boolean;
  savedAt: string;
  /** Colleagues and teams chosen by "@" in this text. */
  mentions?: { type: 'user' | 'team'; id: string; name: string }[];
}

const database = () => createStore('supadesk-drafts', 'drafts');
let store: ReturnType<typeof database> | null = null;
let drafts: ReadonlyMap<string, Draft> = new Map();
const listeners = new Set<() => void>();

function publish(next: ReadonlyMap<string, Draft>): void {
  drafts = next;
  for (const listener of listeners) listener();
}

/** Reads every draft of this device into memory; call once at start. */
export async function loadDrafts(): Promise<void> {
  try {
    store = database();
    const stored = await entries<string, Draft>(store);
    publish(new Map([...stored, ...drafts]));
  } catch {
    // Without IndexedDB drafts live as long as the page.
    store = null;
  }
}

export const getDraft = (conversationId: string): Draft | undefined => drafts.get(conversationId);

/** Keeps what was written, or forgets it when nothing is left. */
export function saveDraft(conversationId: string, draft: Draft | null): void {
  const next = new Map(drafts);
  if (draft) next.set(conversationId, draft);
  else next.delete(conversationId);
  publish(next);
  if (!store) return;
  void (draft ? set(conversationId, draft, store) : del(conversationId, store)).catch(() => {});
}

/** All drafts, by conversation. */
export function useDrafts(): ReadonlyMap<string, Draft> {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => drafts,
  );
}
