import { Plus } from 'lucide-react';
import type { ReactNode } from 'react';
import { Avatar } from '@/components/avatar';
import { LabelChip } from '@/components/label-chip';
import { Popover } from '@/components/popover';
import { useTranslation } from '@/i18n';
import { absolute } from '@/lib/format';
import type { Conversation } from '@/types/conversation';
import type { RowPerson } from './conversation-row';
import {
  AssigneePicker,
  type LabelChoice,
  LabelPicker,
  PriorityPicker,
  TeamPicker,
} from './pickers';
import { PriorityIcon } from './priority-icon';
import { StatusChip } from './status-chip';
import type { ConversationActions, Named } from './use-conversation-actions';

interface ConversationFactsProps {
  row: Conversation;
  userId: string;
  inboxName: string | null;
  people: RowPerson[];
  teams: Named[];
  labels: LabelChoice[];
  actions: ConversationActions;
}

/** What is known about the conversation; what may be changed is a button. */
export function ConversationFacts({
  row,
  userId,
  inboxName,
  people,
  teams,
  labels,
  actions,
}: ConversationFactsProps) {
  const { t, i18n } = useTranslation();
  const when = (iso: string) => absolute(iso, i18n.language);
  const assignee = people.find((person) => person.id === row.assignee_id);
  const team = teams.find((each) => each.id === row.team_id);
  const colors = new Map(labels.map((label) => [label.title, label.color]));
  const value =
    '-mx-2 flex min-h-7 max-w-full items-center gap-2 rounded-md px-2 text-start text-meta hover:bg-hover';

  function toggleLabel(title: string): void {
    actions.changeLabels(
      row,
      row.labels.includes(title)
        ? row.labels.filter((each) => each !== title)
        : [...row.labels, title].sort(),
    );
  }

  return (
    <dl className="space-y-1.5">
      <Fact label={t('conversation.status')}>
        <StatusChip status={row.status} />
      </Fact>
      {row.snoozed_until && (
        <Fact label={t('conversation.snoozedUntil')}>{when(row.snoozed_until)}</Fact>
      )}
      <Fact label={t('conversation.assignee')}>
        <Popover
          label={t('thread.assigneeLabel', { name: assignee?.name ?? t('list.unassigned') })}
          align="end"
          className={value}
          trigger={
            <>
              {assignee && (
                <Avatar id={assignee.id} name={assignee.name} url={assignee.avatarUrl} size="xs" />
              )}
              <bdi className="truncate">{assignee?.name ?? t('list.unassigned')}</bdi>
            </>
          }
        >
          {(close) => (
            <AssigneePicker
              accountId={row.account_id}
              people={people}
              userId={userId}
              value={row.assignee_id}
              onPick={(person) => {
                close();
                actions.changeAssignee(row, person);
              }}
            />
          )}
        </Popover>
      </Fact>
      {(teams.length > 0 || team) && (
        <Fact label={t('conversation.team')}>
          <Popover
            id="team-menu"
            label={t('conversation.teamLabel', { name: team?.name ?? t('conversation.noTeam') })}
            align="end"
            className={value}
            trigger={<bdi className="truncate">{team?.name ?? t('conversation.noTeam')}</bdi>}
          >
            {(close) => (
              <TeamPicker
                teams={teams}
                value={row.team_id ?? null}
                onPick={(chosen) => {
                  close();
                  actions.changeTeam(row, chosen);
                }}
              />
            )}
          </Popover>
        </Fact>
      )}
      <Fact label={t('conversation.priority')}>
        <Popover
          id="priority-menu"
          label={t('conversation.priorityLabel', {
            priority: t(row.priority ? `priority.${row.priority}` : 'priority.none'),
          })}
          align="end"
          className={value}
          trigger={
            <>
              {row.priority && <PriorityIcon priority={row.priority} />}
              {t(row.priority ? `priority.${row.priority}` : 'priority.none')}
            </>
          }
        >
          {(close) => (
            <PriorityPicker
              value={row.priority ?? null}
              onPick={(priority) => {
                close();
                actions.changePriority(row, priority);
              }}
            />
          )}
        </Popover>
      </Fact>
      <Fact label={t('conversation.labels')}>
        <span className="flex flex-wrap items-center gap-1 py-0.5">
          {row.labels.map((title) => (
            <LabelChip
              key={title}
              title={title}
              color={colors.get(title)}
              onRemove={() => toggleLabel(title)}
              removeLabel={t('conversation.removeLabel', { name: title })}
            />
          ))}
          <Popover
            id="labels-menu"
            label={t('conversation.addLabel')}
            align="end"
            className="flex size-6 items-center justify-center rounded-full border border-edge/60 border-dashed text-muted hover:bg-hover hover:text-text"
            trigger={<Plus aria-hidden="true" size={13} />}
          >
            {() => <LabelPicker labels={labels} value={row.labels} onPick={toggleLabel} />}
          </Popover>
        </span>
      </Fact>
      {inboxName && <Fact label={t('conversation.inbox')}>{inboxName}</Fact>}
      <Fact label={t('conversation.started')}>{when(row.created_at)}</Fact>
      {row.first_reply_created_at && (
        <Fact label={t('conversation.firstReply')}>{when(row.first_reply_created_at)}</Fact>
      )}
      {row.waiting_since && (
        <Fact label={t('conversation.waitingSince')}>{when(row.waiting_since)}</Fact>
      )}
    </dl>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[6.5rem_1fr] gap-3 text-meta">
      <dt className="truncate pt-[5px] text-muted">{label}</dt>
      <dd className="flex min-h-7 min-w-0 items-center [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}
