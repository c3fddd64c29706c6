import { useQuery } from '@tanstack/react-query';
import { AlarmClock, Check, RotateCcw, SignalHigh, Tag, UserRound, Users, X } from 'lucide-react';
import { useState } from 'react';
import { Popover } from '@/components/popover';
import { failureText } from '@/lib/api-error';
import { showToast } from '@/lib/toast';
import type { Conversation } from '@/types/conversation';
import { type BulkChanges, countsQuery, type ListFilter } from './api';
import { changeMany, everythingIn, takeBack } from './bulk-change';
import type { ConversationCache } from './cache';
import type { RowPerson } from './conversation-row';
import { useFilterText, useTexts } from './filter-texts';
import {
  AssigneePicker,
  type LabelChoice,
  LabelPicker,
  PriorityPicker,
  SnoozePicker,
  TeamPicker,
} from './pickers';
import type { Named } from './use-conversation-actions';

interface BulkBarProps {
  accountId: string;
  filter: ListFilter;
  /** The selected ones that are loaded. */
  rows: Conversation[];
  /** How many are loaded. */
  shown: number;
  /** Everything in the list is meant, loaded or not. */
  everything: boolean;
  userId: string;
  people: RowPerson[];
  teams: Named[];
  labels: LabelChoice[];
  cache: ConversationCache;
  onSelectAll: () => void;
  onSelectEverything: () => void;
  /** What stays selected: nothing, or what could not be changed. */
  onSelect: (ids: string[]) => void;
}

const SHOWN_ERRORS = 4;

/** What can be done to everything that is selected. */
export default function BulkBar({
  accountId,
  filter,
  rows,
  shown,
  everything,
  userId,
  people,
  teams,
  labels,
  cache,
  onSelectAll,
  onSelectEverything,
  onSelect,
}: BulkBarProps) {
  const { t } = useFilterText();
  const ready = useTexts();
  const [progress, setProgress] = useState<{ done: number; total: number } | null>(null);
  const [failures, setFailures] = useState<{ row: Conversation; message: string }[]>([]);
  const { tab, sort: _sort, ...scope } = filter;
  const counts = useQuery(countsQuery(accountId, scope)).data;
  const total = counts?.[filter.view ? 'all' : tab] ?? 0;
  const busy = progress !== null;
  const everyLabel = everything
    ? []
    : labels
        .map((label) => label.title)
        .filter((title) => rows.every((row) => row.labels.includes(title)));

  async function undo(before: Conversation[], changes: BulkChanges): Promise<void> {
    try {
      const failed = await takeBack(cache, before, changes);
      if (failed > 0) showToast(t('bulk.failed', { count: failed }), { tone: 'danger' });
    } catch (error) {
      showToast(failureText(t, error), { tone: 'danger' });
    }
  }

  async function apply(changes: BulkChanges): Promise<void> {
    setFailures([]);
    setProgress({ done: 0, total: everything ? total : rows.length });
    try {
      const meant = everything ? await everythingIn(accountId, filter) : rows;
      setProgress({ done: 0, total: meant.length });
      const { before, errors } = await changeMany(cache, meant, changes, (done) =>
        setProgress({ done, total: meant.length }),
      );
      const byId = new Map(meant.map((row) => [row.id, row]));
      setFailures(
        errors.flatMap(({ id, message }) => {
          const row = byId.get(id);
          return row ? [{ row, message }] : [];
        }),
      );
      if (before.length > 0)
        showToast(t('toast.changedMany', { count: before.length }), {
          action: { label: t('common.undo'), run: () => void undo(before, changes) },
        });
      onSelect(errors.map((error) => error.id));
    } catch (error) {
      showToast(failureText(t, error), { tone: 'danger' });
    } finally {
      setProgress(null);
    }
  }

  if (!ready) return null;
  const button =
    'flex size-8 shrink-0 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-text disabled:opacity-50';
  return (
    <div className="shrink-0 border-border border-t bg-raised">
      {failures.length > 0 && (
        <div role="alert" className="border-border border-b px-4 py-2 text-chip">
          <p className="font-medium text-danger">{t('bulk.failed', { count: failures.length })}</p>
          <ul>
            {failures.slice(0, SHOWN_ERRORS).map(({ row, message }) => (
              <li key={row.id} className="flex gap-1.5">
                <span dir="ltr" className="tabular shrink-0 text-muted">
                  #{row.display_id}
                </span>
                <span className="min-w-0">{message}</span>
              </li>
            ))}
          </ul>
          {failures.length > SHOWN_ERRORS && (
            <p className="text-muted">{t('bulk.more', { rest: failures.length - SHOWN_ERRORS })}</p>
          )}
        </div>
      )}
      <div
        role="toolbar"
        aria-label={t('bulk.title')}
        aria-busy={busy}
        className="flex animate-[rise_140ms] flex-wrap items-center gap-x-0.5 px-2 py-1.5"
      >
        <span className="tabular ps-2 font-medium text-meta" aria-live="polite">
          {progress
            ? t('bulk.progress', { ...progress })
            : t('bulk.selected', { count: everything ? total : rows.length })}
        </span>
        {!everything && !busy && (
          <button
            type="button"
            onClick={rows.length < shown ? onSelectAll : onSelectEverything}
            hidden={rows.length >= shown && total <= rows.length}
            className="h-7 rounded-md px-2 text-accent text-meta hover:bg-hover"
          >
            {rows.length < shown ? t('bulk.all') : t('bulk.everything', { total })}
          </button>
        )}
        <span className="ms-auto flex items-center">
          <Popover
            label={t('command.assign')}
            side="top"
            align="end"
            className={button}
            trigger={<UserRound aria-hidden="true" size={16} />}
          >
            {(close) => (
              <AssigneePicker
                people={people}
                accountId={accountId}
                userId={userId}
                value={undefined}
                onPick={(person) => {
                  close();
                  void apply({ assignee_id: person?.id ?? null });
                }}
              />
            )}
          </Popover>
          {teams.length > 0 && (
            <Popover
              label={t('conversation.team')}
              side="top"
              align="end"
              className={button}
              trigger={<Users aria-hidden="true" size={16} />}
            >
              {(close) => (
                <TeamPicker
                  teams={teams}
                  value={undefined}
                  onPick={(team) => {
                    close();
                    void apply({ team_id: team?.id ?? null });
                  }}
                />
              )}
            </Popover>
          )}
          <Popover
            label={t('conversation.labels')}
            side="top"
            align="end"
            className={button}
            trigger={<Tag aria-hidden="true" size={16} />}
          >
            {(close) => (
              <LabelPicker
                labels={labels}
                value={everyLabel}
                onPick={(title) => {
                  close();
                  void apply(
                    everyLabel.includes(title)
                      ? { remove_labels: [title] }
                      : { add_labels: [title] },
                  );
                }}
              />
            )}
          </Popover>
          <Popover
            label={t('conversation.priority')}
            side="top"
            align="end"
            className={button}
            trigger={<SignalHigh aria-hidden="true" size={16} />}
          >
            {(close) => (
              <PriorityPicker
                value={undefined}
                onPick={(priority) => {
                  close();
                  void apply({ priority });
                }}
              />
            )}
          </Popover>
          <Popover
            label={t('thread.snooze')}
            side="top"
            align="end"
            className={button}
            trigger={<AlarmClock aria-hidden="true" size={16} />}
          >
            {(close) => (
              <SnoozePicker
                onPick={(until) => {
                  close();
                  void apply({ status: 'snoozed', snoozed_until: until });
                }}
              />
            )}
          </Popover>
          {(
            everything
              ? filter.status === 'resolved'
              : rows.every((row) => row.status === 'resolved')
          ) ? (
            <button
              type="button"
              disabled={busy}
              title={t('thread.reopen')}
              aria-label={t('thread.reopen')}
              onClick={() => void apply({ status: 'open' })}
              className={button}
            >
              <RotateCcw aria-hidden="true" size={16} />
            </button>
          ) : (
            <button
              type="button"
              disabled={busy}
              title={t('thread.resolve')}
              aria-label={t('thread.resolve')}
              onClick={() => void apply({ status: 'resolved' })}
              className={button}
            >
              <Check aria-hidden="true" size={16} />
            </button>
          )}
          <button
            type="button"
            title={t('bulk.clear')}
            aria-label={t('bulk.clear')}
            onClick={() => onSelect([])}
            className={button}
          >
            <X aria-hidden="true" size={16} />
          </button>
        </span>
      </div>
    </div>
  );
}
