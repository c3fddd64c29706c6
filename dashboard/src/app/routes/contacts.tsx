import { type InfiniteData, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import {
  ArrowDownWideNarrow,
  Bookmark,
  ListFilter,
  Search,
  Share2,
  UserPlus,
  UserX,
} from 'lucide-react';
import { type ReactNode, Suspense, useEffect, useMemo, useState } from 'react';
import { Button } from '@/components/button';
import { cx } from '@/components/cx';
import { Menu } from '@/components/menu';
import { StateMessage } from '@/components/state-message';
import { contactSorts } from '@/config/paths';
import { membersQuery } from '@/features/accounts/api';
import {
  type Contact,
  type ContactFilter,
  contactKey,
  contactListKey,
  contactQuery,
} from '@/features/contacts/api';
import { ContactList } from '@/features/contacts/contact-list';
import { ContactMenu } from '@/features/contacts/contact-menu';
import ContactPanel from '@/features/contacts/contact-panel';
import { savedViewsQuery } from '@/features/conversations/api';
import { useFilterText, useTexts } from '@/features/conversations/filter-texts';
import { definitionsQuery } from '@/features/custom-attributes/api';
import { AttributeFields } from '@/features/custom-attributes/attribute-fields';
import { labelsQuery } from '@/features/labels/api';
import { contactName } from '@/lib/contact-name';
import { lazily } from '@/lib/parts';
import { showToast } from '@/lib/toast';
import type { Condition } from '@/types/condition';
import { useLive } from '../live';
import ListConditions from './list-conditions';
import StartConversation from './start-conversation';

const NewContact = lazily(() => import('@/features/contacts/new-contact'));

const WAIT_MS = 250;
type Pages = InfiniteData<{ rows: Contact[]; next_cursor: unknown }>;

/** Everybody whom one can reach or recognise: looked for, filtered, kept as views, and looked at. */
export function ContactsRoute() {
  const { accountId } = useParams({ from: '/a/$accountId/contacts' });
  const search = useSearch({ from: '/a/$accountId/contacts' });
  const navigate = useNavigate({ from: '/a/$accountId/contacts' });
  const client = useQueryClient();
  const ready = useTexts();
  const language = useFilterText();
  const { t } = language;
  const { userId } = useLive();
  const { data: members = [] } = useQuery(membersQuery(accountId));
  const { data: labels = [] } = useQuery(labelsQuery(accountId));
  const { data: views = [], isPending: viewsPending } = useQuery(
    savedViewsQuery(accountId, 'contact'),
  );
  const [building, setBuilding] = useState(false);
  const [adding, setAdding] = useState(false);
  const { q = '', sort = contactSorts[0], where, saved, contact: openId = null } = search;
  const view = views.find((each) => each.id === saved) ?? null;
  const conditions = where ?? view?.conditions ?? null;
  const filter = useMemo<ContactFilter>(
    () => ({ query: q, sort, conditions }),
    [q, sort, conditions],
  );
  const labelColors = useMemo(
    () => new Map(labels.map((label) => [label.title, label.color])),
    [labels],
  );

  const show = (wanted: Condition[] | null, savedId: string | null) =>
    void navigate({
      search: ({ where: _where, saved: _saved, ...rest }) => ({
        ...rest,
        where: wanted ?? undefined,
        saved: savedId ?? undefined,
      }),
    });
  const open = (id: string | undefined) =>
    void navigate({ search: (before) => ({ ...before, contact: id }) });

  /** What changed beside the list is put into it, wherever the list has it. */
  function changed(contact: Contact): void {
    client.setQueryData(contactKey(accountId, contact.id), contact);
    client.setQueriesData<Pages>({ queryKey: contactListKey(accountId) }, (known) =>
      known
        ? {
            ...known,
            pages: known.pages.map((page) => ({
              ...page,
              rows: page.rows.map((row) => (row.id === contact.id ? contact : row)),
            })),
          }
        : known,
    );
  }

  if (!ready) return null;
  const clear =
    q || conditions
      ? () => void navigate({ search: { sort: search.sort, contact: search.contact } })
      : null;
  const quiet =
    'flex size-9 shrink-0 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-text';
  return (
    <>
      <section
        id="list"
        tabIndex={-1}
        aria-label={t('contacts.title')}
        className={cx(
          'flex min-h-0 min-w-0 flex-1 flex-col bg-surface outline-none',
          openId !== null && 'max-lg:hidden',
        )}
      >
        <header className="shrink-0 border-border border-b">
          <div className="flex flex-wrap items-center gap-x-2 gap-y-2 px-4 py-2.5 sm:px-6">
            <h2 className="me-auto min-w-0 truncate font-semibold text-[0.9375rem]">
              <bdi>{view?.name ?? t(conditions ? 'contacts.filtered' : 'contacts.title')}</bdi>
            </h2>
            <SearchField
              key={openId === null ? 'list' : 'both'}
              label={t('contacts.search')}
              value={q}
              onChange={(next) =>
                void navigate({
                  search: (before) => ({ ...before, q: next || undefined }),
                  replace: true,
                })
              }
            />
            <div className="flex items-center">
              {!conditions && (
                <button
                  type="button"
                  aria-label={t('contacts.filter')}
                  title={t('contacts.filter')}
                  onClick={() => setBuilding(true)}
                  className={quiet}
                >
                  <ListFilter aria-hidden="true" size={16} />
                </button>
              )}
              <Menu
                label={t('contacts.sort', { sort: t(`contacts.sorts.${sort}`) })}
                className={quiet}
                align="end"
                trigger={<ArrowDownWideNarrow aria-hidden="true" size={16} />}
                groups={[
                  {
                    label: t('list.sort'),
                    entries: contactSorts.map((each) => ({
                      id: each,
                      label: t(`contacts.sorts.${each}`),
                      checked: sort === each,
                      onSelect: () =>
                        void navigate({
                          search: (before) => ({
                            ...before,
                            sort: each === contactSorts[0] ? undefined : each,
                          }),
                        }),
                    })),
                  },
                ]}
              />
              <Button look="primary" size="md" className="ms-1" onClick={() => setAdding(true)}>
                <UserPlus aria-hidden="true" size={15} />
                <span className="max-sm:sr-only">{t('contacts.new')}</span>
              </Button>
            </div>
          </div>
          {views.length > 0 && (
            <nav
              aria-label={t('contacts.views')}
              className="flex gap-4 overflow-x-auto px-4 sm:px-6"
            >
              <ViewTab active={!saved && !where} saved={undefined}>
                {t('contacts.all')}
              </ViewTab>
              {views.map((each) => {
                const Icon = each.user_id ? Bookmark : Share2;
                return (
                  <ViewTab key={each.id} active={saved === each.id} saved={each.id}>
                    <Icon aria-hidden="true" size={13} />
                    <bdi>{each.name}</bdi>
                  </ViewTab>
                );
              })}
            </nav>
          )}
          <ListConditions
            about="contact"
            accountId={accountId}
            administrator={members.find((member) => member.id === userId)?.role === 'administrator'}
            conditions={conditions}
            view={view}
            choices={{ inboxes: new Map(), teams: [], people: [], labels }}
            building={building}
            onShow={show}
            onClose={() => setBuilding(false)}
          />
        </header>
        {!(saved && viewsPending && !where) && (
          <ContactList
            accountId={accountId}
            filter={filter}
            openId={openId}
            labelColors={labelColors}
            onClear={clear}
            language={language}
          />
        )}
      </section>
      {openId !== null && (
        <aside
          id="contact"
          aria-label={t('contact.title')}
          className="min-h-0 w-full border-border bg-surface lg:w-[360px] lg:shrink-0 lg:border-s"
        >
          <OpenContact
            key={openId}
            accountId={accountId}
            id={openId}
            userId={userId}
            onChanged={changed}
            onClose={() => open(undefined)}
          />
        </aside>
      )}
      {adding && (
        <Suspense>
          <NewContact
            accountId={accountId}
            language={language}
            onClose={() => setAdding(false)}
            onAdded={(contact) => {
              setAdding(false);
              client.setQueryData(contactKey(accountId, contact.id), contact);
              void client.invalidateQueries({ queryKey: contactListKey(accountId) });
              showToast(
                t('contacts.added', {
                  name: contactName(contact, ''),
                }),
              );
              open(contact.id);
            }}
          />
        </Suspense>
      )}
    </>
  );
}

interface SearchFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** Asks once one stops typing. */
function SearchField({ label, value, onChange }: SearchFieldProps) {
  const [text, setText] = useState(value);
  // Cleared, or gone back to, from elsewhere.
  const [shown, setShown] = useState(value);
  if (shown !== value) {
    setShown(value);
    if (text.trim() !== value) setText(value);
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: each letter starts the wait again
  useEffect(() => {
    if (text.trim() === value) return;
    const timer = setTimeout(() => onChange(text.trim()), WAIT_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <label className="relative block w-64 max-sm:order-last max-sm:w-full">
      <span className="sr-only">{label}</span>
      <Search
        aria-hidden="true"
        size={15}
        className="pointer-events-none absolute start-2.5 top-1/2 -translate-y-1/2 text-muted"
      />
      <input
        type="search"
        dir={text ? 'auto' : undefined}
        placeholder={label}
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="h-9 w-full rounded-md border border-edge/60 bg-surface px-8 text-meta"
      />
    </label>
  );
}

interface ViewTabProps {
  active: boolean;
  saved: string | undefined;
  children: ReactNode;
}

function ViewTab({ active, saved, children }: ViewTabProps) {
  return (
    <Link
      from="/a/$accountId/contacts"
      to="/a/$accountId/contacts"
      search={({ where: _where, saved: _saved, ...rest }) => ({ ...rest, saved })}
      activeOptions={{ exact: true, includeSearch: true }}
      aria-current={active ? 'page' : undefined}
      className={cx(
        '-mb-px flex h-9 shrink-0 items-center gap-1.5 border-b-2 text-meta',
        active
          ? 'border-accent font-semibold text-text'
          : 'border-transparent text-muted hover:text-text',
      )}
    >
      {children}
    </Link>
  );
}

interface OpenContactProps {
  accountId: string;
  id: string;
  userId: string;
  onChanged: (contact: Contact) => void;
  onClose: () => void;
}

/** One contact, beside the list. */
function OpenContact({ accountId, id, userId, onChanged, onClose }: OpenContactProps) {
  const language = useFilterText();
  const { t } = language;
  const navigate = useNavigate();
  const client = useQueryClient();
  const { cache } = useLive();
  const query = useQuery(contactQuery(accountId, id));
  const { data: members = [] } = useQuery(membersQuery(accountId));
  const { data: labels = [] } = useQuery(labelsQuery(accountId));
  const { data: definitions = [] } = useQuery(definitionsQuery(accountId));
  const people = useMemo(() => new Map(members.map((member) => [member.id, member])), [members]);
  const openConversation = (displayId: number) =>
    void navigate({
      to: '/a/$accountId/inbox/$view/$displayId',
      params: { accountId, view: 'all', displayId: String(displayId) },
    });

  if (query.isPending) return null;
  if (!query.data)
    return (
      <StateMessage icon={UserX} title={t('contacts.gone')}>
        <Button onClick={onClose}>{t('common.close')}</Button>
      </StateMessage>
    );
  return (
    <ContactPanel
      accountId={accountId}
      head={query.data}
      closable
      userId={userId}
      people={people}
      labels={labels}
      onClose={onClose}
      onOpen={openConversation}
      onChanged={onChanged}
      menu={
        <ContactMenu
          accountId={accountId}
          contact={query.data}
          administrator={people.get(userId)?.role === 'administrator'}
          language={language}
          onMerged={(merged) => {
            onChanged(merged);
            for (const part of ['notes', 'past-conversations', 'reach'])
              void client.invalidateQueries({ queryKey: [part] });
            void client.invalidateQueries({ queryKey: contactListKey(accountId) });
          }}
          onDeleted={() => {
            onClose();
            void client.invalidateQueries({ queryKey: contactListKey(accountId) });
          }}
        />
      }
      start={
        <StartConversation
          accountId={accountId}
          contact={query.data}
          inboxId={null}
          onStarted={(started) => {
            cache.put([started.id], [started]);
            openConversation(started.display_id);
          }}
        />
      }
      attributes={(contact, save) => (
        <AttributeFields
          definitions={definitions.filter(
            (definition) => definition.attribute_model === 'contact_attribute',
          )}
          values={contact.custom_attributes ?? {}}
          onSave={save}
        />
      )}
    />
  );
}
