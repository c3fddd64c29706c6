import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ArrowDownWideNarrow, ListFilter as FilterIcon, Search, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from '@/components/cx';
import { Menu } from '@/components/menu';
import { Popover } from '@/components/popover';
import { tabs } from '@/config/paths';
import { useTranslation } from '@/i18n';
import { cappedCount } from '@/lib/format';
import { lazily } from '@/lib/parts';
import { countsQuery, type ListFilter, sorts } from './api';
import type { FilterChoices } from './filter-panel';

const FilterPanel = lazily(() => import('./filter-panel'));

interface ListHeaderProps {
  accountId: string;
  title: string;
  filter: ListFilter;
  choices: FilterChoices;
  onChange: (change: Partial<ListFilter>) => void;
  onClear: (() => void) | null;
  onSearch: () => void;
  /** Opens what can ask for more than the panel. */
  onConditions: () => void;
  /** What stands under the title and its tabs. */
  children: ReactNode;
}

/** The list's title, its tabs with counts, and what it is filtered and sorted by. */
export function ListHeader({
  accountId,
  title,
  filter,
  choices,
  onChange,
  onClear,
  onSearch,
  onConditions,
  children,
}: ListHeaderProps) {
  const { t } = useTranslation();
  const { tab: _tab, sort: _sort, ...scope } = filter;
  const { data: counts } = useQuery({
    ...countsQuery(accountId, scope),
    placeholderData: (before) => before,
  });
  const quiet =
    'relative flex size-8 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-text';
  const chips = filter.conditions ? [] : activeFilters(filter, choices, t);
  return (
    <header className="shrink-0 border-border border-b">
      <div className="flex h-12 items-center gap-1 ps-[18px] pe-2">
        <h2 dir="auto" className="min-w-0 truncate font-semibold text-[0.9375rem]">
          {title}
        </h2>
        {filter.conditions && counts && (
          <span className="tabular text-chip text-muted">{cappedCount(counts.all)}</span>
        )}
        <div className="ms-auto flex shrink-0 items-center">
          <button
            type="button"
            aria-label={t('search.title')}
            aria-keyshortcuts="/"
            title={`${t('search.title')} (/)`}
            onClick={onSearch}
            className={quiet}
          >
            <Search aria-hidden="true" size={16} />
          </button>
          {!filter.conditions && (
            <Popover
              label={t('filter.title')}
              align="end"
              className={quiet}
              trigger={
                <>
                  <FilterIcon aria-hidden="true" size={16} />
                  {chips.length > 0 && (
                    <span className="absolute end-1 top-1 size-2 rounded-full bg-accent ring-2 ring-surface" />
                  )}
                </>
              }
            >
              {(close) => (
                <FilterPanel
                  filter={filter}
                  choices={choices}
                  onChange={onChange}
                  onClear={onClear}
                  onConditions={() => {
                    close();
                    onConditions();
                  }}
                />
              )}
            </Popover>
          )}
          <Menu
            label={t('list.sortLabel', { sort: t(`sort.${filter.sort}`) })}
            className={quiet}
            align="end"
            trigger={<ArrowDownWideNarrow aria-hidden="true" size={16} />}
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
      {filter.view === null && !filter.conditions && (
        <nav aria-label={t('list.tabs')} className="flex gap-4 px-[18px]">
          {tabs.map((tab) => {
            const active = filter.tab === tab;
            return (
              <Link
                key={tab}
                from="/a/$accountId/inbox/$view"
                to="/a/$accountId/inbox/$view"
                params={(params) => ({ ...params, view: tab })}
                search={(search) => search}
                aria-current={active ? 'page' : undefined}
                className={cx(
                  '-mb-px flex h-9 items-center gap-1.5 border-b-2 text-meta',
                  active
                    ? 'border-accent font-semibold text-text'
                    : 'border-transparent text-muted hover:text-text',
                )}
              >
                {t(`tab.${tab}`)}
                {counts && (
                  <span className="tabular text-chip text-muted">{cappedCount(counts[tab])}</span>
                )}
              </Link>
            );
          })}
        </nav>
      )}
      {chips.length > 0 && (
        <ul
          aria-label={t('filter.active')}
          className="flex flex-wrap gap-1.5 border-border border-t px-4 py-2"
        >
          {chips.map(({ id, text, without }) => (
            <li
              key={id}
              className="inline-flex h-6 min-w-0 items-center gap-1 rounded-full bg-accent-tint ps-2.5 pe-0.5 text-chip"
            >
              <bdi className="min-w-0 truncate">{text}</bdi>
              <button
                type="button"
                aria-label={t('filter.remove', { filter: text })}
                onClick={() => onChange(without)}
                className="flex size-5 shrink-0 items-center justify-center rounded-full hover:bg-hover"
              >
                <X aria-hidden="true" size={12} />
              </button>
            </li>
          ))}
        </ul>
      )}
      {children}
    </header>
  );
}

interface Chip {
  id: string;
  text: string;
  without: Partial<ListFilter>;
}

/** The filters in plain words, each with the change that takes it away. */
function activeFilters(
  filter: ListFilter,
  choices: FilterChoices,
  t: (key: string, values?: Record<string, string>) => string,
): Chip[] {
  const named = (id: string | null, list: { id: string; name: string }[]) =>
    list.find((each) => each.id === id)?.name;
  const inbox = filter.inboxId && choices.inboxes.get(filter.inboxId);
  const team = named(filter.teamId, choices.teams);
  const person = named(filter.assigneeId, choices.people);
  const chips: (Chip | false | '' | null | undefined)[] = [
    filter.status !== 'open' && {
      id: 'status',
      text: t(`status.${filter.status}`),
      without: { status: 'open' },
    },
    inbox && { id: 'inbox', text: t('list.inboxIs', { name: inbox }), without: { inboxId: null } },
    team && { id: 'team', text: t('filter.teamIs', { name: team }), without: { teamId: null } },
    person && {
      id: 'assignee',
      text: t('list.assignedTo', { name: person }),
      without: { assigneeId: null },
    },
    filter.priority && {
      id: 'priority',
      text: t(`priority.${filter.priority}`),
      without: { priority: null },
    },
    ...filter.labels.map((label) => ({
      id: `label:${label}`,
      text: t('filter.labelIs', { name: label }),
      without: { labels: filter.labels.filter((each) => each !== label) },
    })),
  ];
  return chips.filter((chip): chip is Chip => Boolean(chip));
}
