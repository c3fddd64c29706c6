import { createContext, use } from 'react';
import type { Member } from '@/features/accounts/api';
import type { ConversationActions } from '@/features/conversations/use-conversation-actions';
import type { Label } from '@/features/labels/api';
import type { ComposerHandle } from '@/features/messages/composer';
import type { Team } from '@/features/teams/api';
import type { Conversation } from '@/types/conversation';

/** What the list, the open conversation and the shortcuts share. */
export interface InboxContextValue {
  people: ReadonlyMap<string, Member>;
  inboxNames: ReadonlyMap<string, string>;
  teams: Team[];
  labels: Label[];
  actions: ConversationActions;
  /** The conversation on screen, which single-key shortcuts act on. */
  openRow: { current: Conversation | null };
  composer: { current: ComposerHandle | null };
  panelOpen: boolean;
  togglePanel: () => void;
  /** Opens the conversation below this one in the list, or above it at the end. */
  openNext: (row: Conversation) => void;
  selectRow: (row: Conversation, range: boolean) => void;
}

export const InboxContext = createContext<InboxContextValue | null>(null);

export function useInbox(): InboxContextValue {
  const value = use(InboxContext);
  if (!value) throw new Error('useInbox is used outside the inbox route');
  return value;
}
