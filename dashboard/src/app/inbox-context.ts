import { createContext, use } from 'react';
import type { Member } from '@/features/accounts/api';
import type { ConversationActions } from '@/features/conversations/use-conversation-actions';
import type { ComposerHandle } from '@/features/messages/composer';
import type { Conversation } from '@/types/conversation';

/** What the list, the open conversation and the shortcuts share. */
export interface InboxContextValue {
  people: ReadonlyMap<string, Member>;
  inboxNames: ReadonlyMap<string, string>;
  actions: ConversationActions;
  /** The conversation on screen, which single-key shortcuts act on. */
  openRow: { current: Conversation | null };
  composer: { current: ComposerHandle | null };
  panelOpen: boolean;
  togglePanel: () => void;
}

export const InboxContext = createContext<InboxContextValue | null>(null);

export function useInbox(): InboxContextValue {
  const value = use(InboxContext);
  if (!value) throw new Error('useInbox is used outside the inbox route');
  return value;
}
