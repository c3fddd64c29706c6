import { AlarmClock, Check, RotateCcw, SignalHigh, Tag, UserRound, Users, X } from 'lucide-react';
import { useState } from 'react';
import { Popover } from '@/components/popover';
import { useTranslation } from '@/i18n';
import type { Conversation } from '@/types/conversation';
import type { BulkChanges } from './api';
import type { RowPerson } from './conversation-row';
import {
  AssigneePicker,
  type LabelChoice,
  LabelPicker,
  PriorityPicker,
  SnoozePicker,
  TeamPicker,
} from './pickers';
import type { ConversationActions, Named } from './use-conversation-actions';

interface BulkBarProps {
  rows: Conversation[];
  userId: string;
  people: RowPerson[];
  teams: Named[];
  labels: LabelChoice[];
  actions: ConversationActions;
  onSelectAll: () => void;
  onClear: () => void;
}

/** What can be done to everything that is selected. */
export default function BulkBar({
  rows,
  userId,
  people,
  teams,
  labels,
  actions,
  onSelectAll,
  onClear,
}: BulkBarProps) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const everyLabel = labels
    .map((label) => label.title)
    .filter((title) => rows.every((row) => row.labels.includes(title)));

  async function apply(changes: BulkChanges): Promise<void> {
    setBusy(true);
    const done = await actions.changeMany(rows, changes);
    setBusy(false);
    if (done) onClear();
  }

  const button =
    'flex size-8 shrink-0 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-text disabled:opacity-50';
  return (
    <div
      role="toolbar"
      aria-label={t('bulk.title')}
      aria-busy={busy}
      className="flex shrink-0 animate-[rise_140ms] flex-wrap items-center gap-x-0.5 border-border border-t bg-raised px-2 py-1.5"
    >
      <span className="tabular ps-2 font-medium text-meta" aria-live="polite">
        {t('bulk.selected', { count: rows.length })}
      </span>
      <button
        type="button"
        onClick={onSelectAll}
        className="h-7 rounded-md px-2 text-accent text-meta hover:bg-hover"
      >
        {t('bulk.all')}
      </button>
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
                  everyLabel.includes(title) ? { remove_labels: [title] } : { add_labels: [title] },
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
        {rows.every((row) => row.status === 'resolved') ? (
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
          onClick={onClear}
          className={button}
        >
          <X aria-hidden="true" size={16} />
        </button>
      </span>
    </div>
  );
}
