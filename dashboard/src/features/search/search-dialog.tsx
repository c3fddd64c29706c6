import { useQuery } from '@tanstack/react-query';
import { Lock, MessageSquare, Search } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useState } from 'react';
import { Avatar } from '@/components/avatar';
import { cx } from '@/components/cx';
import { Dialog } from '@/components/dialog';
import { RelativeTime } from '@/components/relative-time';
import { useTranslation } from '@/i18n';
import { toApiError } from '@/lib/api-error';
import { contactName } from '@/lib/contact-name';
import { asPlainText } from '@/lib/links';
import { contactConversation, type Found, type Kind, kinds, searchQuery } from './api';

const WAIT_MS = 200;

interface SearchDialogProps {
  accountId: string;
  onClose: () => void;
  onOpen: (displayId: number, messageId: string | null) => void;
}

interface Hit {
  id: string;
  kind: Kind;
  icon: ReactNode;
  title: string;
  detail: string;
  at: string | null;
  open: () => void;
}

/** One box for conversations, messages and contacts; arrows move, Enter opens. */
export default function SearchDialog({ accountId, onClose, onOpen }: SearchDialogProps) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [wanted, setWanted] = useState('');
  const [kind, setKind] = useState<Kind | 'all'>('all');
  const [active, setActive] = useState(0);
  const query = useQuery(searchQuery(accountId, wanted));

  useEffect(() => {
    const timer = setTimeout(() => setWanted(text.trim()), WAIT_MS);
    return () => clearTimeout(timer);
  }, [text]);

  async function openContact(id: string): Promise<void> {
    const displayId = await contactConversation(accountId, id);
    if (displayId !== null) onOpen(displayId, null);
  }

  const hits = hitsOf(query.data, t, onOpen, (id) => void openContact(id)).filter(
    (hit) => kind === 'all' || hit.kind === kind,
  );
  const answered = wanted.length > 1 && query.data !== undefined && !query.isFetching;

  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setActive((active + step + hits.length) % Math.max(1, hits.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      hits[active]?.open();
    }
  }

  return (
    <Dialog title={t('search.title')} titleHidden onClose={onClose} wide>
      <div className="flex items-center gap-3 border-border border-b px-4">
        <Search aria-hidden="true" size={16} className="shrink-0 text-muted" />
        <input
          role="combobox"
          aria-expanded={hits.length > 0}
          aria-controls="search-list"
          aria-activedescendant={hits[active] ? `search-${hits[active].id}` : undefined}
          aria-label={t('search.title')}
          placeholder={t('search.placeholder')}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
          className="h-12 w-full bg-transparent outline-none"
        />
      </div>
      <fieldset className="flex gap-1 px-3 pt-2">
        <legend className="sr-only">{t('search.kind')}</legend>
        {(['all', ...kinds] as const).map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={kind === each}
            onClick={() => {
              setKind(each);
              setActive(0);
            }}
            className={cx(
              'h-7 rounded-full px-3 text-chip',
              kind === each ? 'bg-selected font-semibold' : 'text-muted hover:bg-hover',
            )}
          >
            {t(`search.${each}`)}
          </button>
        ))}
      </fieldset>
      <div
        id="search-list"
        role="listbox"
        aria-label={t('search.results')}
        className="min-h-32 overflow-y-auto p-1.5"
      >
        {hits.map((hit, index) => (
          // The keys are handled by the field above, which keeps the focus.
          // biome-ignore lint/a11y/useKeyWithClickEvents: see above
          <div
            key={`${hit.kind}-${hit.id}`}
            id={`search-${hit.id}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            ref={(element) => {
              if (index === active) element?.scrollIntoView({ block: 'nearest' });
            }}
            onPointerMove={() => setActive(index)}
            onClick={hit.open}
            className={cx(
              'flex items-center gap-3 rounded-md px-2.5 py-2',
              index === active && 'bg-hover',
            )}
          >
            {hit.icon}
            <span className="min-w-0 flex-1">
              <span className="flex items-baseline gap-2">
                <bdi className="min-w-0 truncate font-medium text-meta">{hit.title}</bdi>
                {hit.at && (
                  <RelativeTime
                    iso={hit.at}
                    className="tabular ms-auto shrink-0 text-chip text-muted"
                  />
                )}
              </span>
              <bdi className="block truncate text-meta text-muted">{hit.detail}</bdi>
            </span>
          </div>
        ))}
      </div>
      <p role="status" className="px-4 pb-4 text-center text-meta text-muted empty:hidden">
        {query.isError &&
          (toApiError(query.error).isNetwork
            ? t('error.network')
            : toApiError(query.error).message)}
        {!query.isError && answered && hits.length === 0 && t('search.none', { text: wanted })}
        {!query.isError && wanted.length < 2 && t('search.hint')}
      </p>
    </Dialog>
  );
}

function hitsOf(
  found: Found | undefined,
  t: (key: string) => string,
  onOpen: SearchDialogProps['onOpen'],
  onContact: (id: string) => void,
): Hit[] {
  const visitor = t('contact.visitor');
  return [
    ...(found?.conversations.rows ?? []).map(
      (row): Hit => ({
        id: row.id,
        kind: 'conversations',
        icon: (
          <Avatar
            id={row.contact.id}
            name={contactName(row.contact, visitor)}
            url={row.contact.avatar_url}
            size="sm"
          />
        ),
        title: `${contactName(row.contact, visitor)} #${row.display_id}`,
        detail: asPlainText(row.preview?.content ?? ''),
        at: row.last_activity_at,
        open: () => onOpen(row.display_id, null),
      }),
    ),
    ...(found?.messages.rows ?? []).map((message): Hit => {
      const Icon = message.private ? Lock : MessageSquare;
      return {
        id: message.id,
        kind: 'messages',
        icon: (
          <span className="flex size-7 shrink-0 items-center justify-center text-muted">
            <Icon aria-hidden="true" size={16} />
          </span>
        ),
        title: [message.sender_name ?? message.contact_name, `#${message.display_id}`]
          .filter(Boolean)
          .join(' '),
        detail: asPlainText(message.content ?? ''),
        at: message.created_at,
        open: () => onOpen(message.display_id, message.id),
      };
    }),
    ...(found?.contacts.rows ?? []).map(
      (contact): Hit => ({
        id: contact.id,
        kind: 'contacts',
        icon: (
          <Avatar
            id={contact.id}
            name={contactName(contact, visitor)}
            url={contact.avatar_url}
            size="sm"
          />
        ),
        title: contactName(contact, visitor),
        detail: [contact.email, contact.phone_number].filter(Boolean).join(' · '),
        at: null,
        open: () => onContact(contact.id),
      }),
    ),
  ];
}
