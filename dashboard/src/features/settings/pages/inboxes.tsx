import { InboxList } from '../inboxes/inbox-list';
import { InboxPage } from '../inboxes/inbox-page';
import { NewInbox } from '../inboxes/new-inbox';

/** The inboxes, or the one that the address names. */
export default function Inboxes({ rest: [id, tab] }: { rest: string[] }) {
  if (id === undefined) return <InboxList />;
  if (id === 'new') return <NewInbox type={tab} />;
  return <InboxPage key={id} inboxId={id} tab={tab ?? 'settings'} />;
}
