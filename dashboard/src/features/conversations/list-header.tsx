import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ArrowDownWideNarrow, ChevronDown, X } from 'lucide-react';
import { cx } from '@/components/cx';
import { Menu } from '@/components/menu';
import { views } from '@/config/paths';
import { useTranslation } from '@/i18n';
import { cappedCount } from '@/lib/format';
import { countsQuery, type ListFilter, sorts, statusFilters } from './api';

interface ListHeaderProps {
  accountId: string;
  filter: ListFilter;
  inboxNames: ReadonlyMap<string, string>;
  onChange: (change: Partial<Omit<ListFilter, 'tab'>>) => void;
}

/** The list's title, its tabs with counts, and what it is filtered and sorted by. */
export function ListHeader({ accountId, filter, inboxNames, onChange }: ListHeaderProps) {
  const { t } = useTranslation();
  const inboxName = filter.inboxId ? (inboxNames.get(filter.inboxId) ?? null) : null;
  const { data: counts } = useQuery({
    ...countsQuery(accountId, filter),
    placeholderData: (before) => before,
  });
  const quiet =
    'flex h-7 items-center gap-1 rounded-md px-1.5 text-meta text-muted hover:bg-hover hover:text-text';
  return (
    <header className="shrink-0 border-border border-b">
      <div className="flex h-12 items-center gap-1 ps-[18px] pe-2">
        <h2 className="min-w-0 truncate font-semibold text-[0.9375rem]">
          {t('nav.conversations')}
        </h2>
        <div className="ms-auto flex items-center">
          <Menu
            label={t('list.statusLabel', { status: t(`status.${filter.status}`) })}
            className={quiet}
            align="end"
            trigger={
              <>
                {t(`status.${filter.status}`)}
                <ChevronDown aria-hidden="true" size={13} />
              </>
            }
            groups={[
              {
                label: t('list.status'),
                entries: statusFilters.map((status) => ({
                  id: status,
                  label: t(`status.${status}`),
                  checked: filter.status === status,
                  onSelect: () => onChange({ status }),
                })),
              },
              ...(inboxNames.size > 1
                ? [
                    {
                      label: t('conversation.inbox'),
                      entries: [[null, t('list.anyInbox')] as const, ...inboxNames].map(
                        ([id, name]) => ({
                          id: id ?? 'any',
                          label: name,
                          checked: filter.inboxId === id,
                          onSelect: () => onChange({ inboxId: id }),
                        }),
                      ),
                    },
                  ]
                : []),
            ]}
          />
          <Menu
            label={t('list.sortLabel', { sort: t(`sort.${filter.sort}`) })}
            className={quiet}
            align="end"
            trigger={<ArrowDownWideNarrow aria-hidden="true" size={15} />}
            groups={[
              {
                label: t('list.sort'),
                entries: sorts.map((sort) => ({
                  id: sort,
                  label: t(`sort.${sort}`),
                  checked: filter.sort === sort,
                  onSelect: () => onChange({ sort }),
                })),
              },
            ]}
          />
        </div>
      </div>
      <nav aria-label={t('list.tabs')} className="flex gap-4 px-[18px]">
        {views.map((view) => {
          const active = filter.tab === view;
          return (
            <Link
              key={view}
              from="/a/$accountId/inbox/$view"
              to="/a/$accountId/inbox/$view"
              params={(params) => ({ ...params, view })}
              search={(search) => search}
              aria-current={active ? 'page' : undefined}
              className={cx(
                '-mb-px flex h-9 items-center gap-1.5 border-b-2 text-meta',
                active
                  ? 'border-accent font-semibold text-text'
                  : 'border-transparent text-muted hover:text-text',
              )}
            >
              {t(`tab.${view}`)}
              {counts && (
                <span className="tabular text-chip text-muted">{cappedCount(counts[view])}</span>
              )}
            </Link>
          );
        })}
      </nav>
      {inboxName && (
        <div className="flex flex-wrap gap-1.5 border-border border-t px-4 py-2">
          <span className="inline-flex h-6 items-center gap-1 rounded-full bg-accent-tint ps-2.5 pe-1 text-chip">
            <span>{t('list.inboxIs', { name: inboxName })}</span>
            <button
              type="button"
              aria-label={t('list.clearFilters')}
              onClick={() => onChange({ inboxId: null })}
              className="flex size-6 items-center justify-center rounded-full hover:bg-hover"
            >
              <X aria-hidden="true" size={12} />
            </button>
          </span>
        </div>
      )}
    </header>
  );
}
