import { useQuery } from '@tanstack/react-query';
import { Ban, UserRound, Users } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Avatar } from '@/components/avatar';
import { Button } from '@/components/button';
import { cx } from '@/components/cx';
import { LabelDot } from '@/components/label-chip';
import { PickList } from '@/components/pick-list';
import { useTranslation } from '@/i18n';
import { absolute } from '@/lib/format';
import { onlineQuery } from '@/lib/online';
import { type Priority, priorities } from '@/types/conversation';
import type { RowPerson } from './conversation-row';
import { PriorityIcon } from './priority-icon';
import { snoozeTimes } from './snooze-times';
import type { Named } from './use-conversation-actions';

const NOBODY = 'nobody';

/** `value` undefined: many conversations with different values, so nothing is checked. */
interface PickerProps<Value, Choice = Value> {
  value: Value | undefined;
  onPick: (choice: Choice) => void;
}

export function AssigneePicker({
  accountId,
  people,
  userId,
  value,
  onPick,
}: PickerProps<string | null, Named | null> & {
  accountId: string;
  people: RowPerson[];
  userId: string;
}) {
  const { t } = useTranslation();
  const { data: online } = useQuery(onlineQuery(accountId));
  // Oneself first: that is who most conversations are given to.
  const sorted = [...people].sort((a, b) => Number(b.id === userId) - Number(a.id === userId));
  return (
    <PickList
      label={t('thread.assignee')}
      placeholder={t('picker.person')}
      options={[
        {
          id: NOBODY,
          label: t('list.unassigned'),
          icon: <UserRound aria-hidden="true" size={15} />,
          checked: value === null,
        },
        ...sorted.map((person) => ({
          id: person.id,
          label: person.id === userId ? t('thread.you', { name: person.name }) : person.name,
          icon: (
            <span className="relative flex">
              <Avatar id={person.id} name={person.name} url={person.avatarUrl} size="xs" />
              <Dot status={online?.[person.id]} />
            </span>
          ),
          // In words too: a dot alone is nothing to those who cannot see it, or its colour.
          hint: online && t(`availability.${online[person.id] ?? 'offline'}`),
          checked: value === person.id,
        })),
      ]}
      onPick={(id) => onPick(people.find((person) => person.id === id) ?? null)}
    />
  );
}

function Dot({ status }: { status: 'online' | 'busy' | undefined }) {
  if (!status) return null;
  return (
    <span
      aria-hidden="true"
      className={cx(
        'absolute -end-0.5 -bottom-0.5 size-2 rounded-full ring-2 ring-raised',
        status === 'online' ? 'bg-ok' : 'bg-warn',
      )}
    />
  );
}

export function TeamPicker({
  teams,
  value,
  onPick,
}: PickerProps<string | null, Named | null> & { teams: Named[] }) {
  const { t } = useTranslation();
  return (
    <PickList
      label={t('conversation.team')}
      placeholder={t('picker.team')}
      options={[
        {
          id: NOBODY,
          label: t('conversation.noTeam'),
          icon: <Ban aria-hidden="true" size={15} />,
          checked: value === null,
        },
        ...teams.map((team) => ({
          id: team.id,
          label: team.name,
          icon: <Users aria-hidden="true" size={15} />,
          checked: value === team.id,
        })),
      ]}
      onPick={(id) => onPick(teams.find((team) => team.id === id) ?? null)}
    />
  );
}

export function PriorityPicker({ value, onPick }: PickerProps<Priority | null>) {
  const { t } = useTranslation();
  return (
    <PickList
      label={t('conversation.priority')}
      placeholder={t('picker.priority')}
      options={[
        ...priorities.map((priority) => ({
          id: priority,
          label: t(`priority.${priority}`),
          icon: <PriorityIcon priority={priority} />,
          checked: value === priority,
        })),
        {
          id: NOBODY,
          label: t('priority.none'),
          icon: <Ban aria-hidden="true" size={15} />,
          checked: value === null,
        },
      ]}
      onPick={(id) => onPick(priorities.find((priority) => priority === id) ?? null)}
    />
  );
}

export interface LabelChoice {
  title: string;
  color: string;
}

export function LabelPicker({
  labels,
  value,
  onPick,
}: PickerProps<string[], string> & { labels: LabelChoice[] }) {
  const { t } = useTranslation();
  return (
    <PickList
      label={t('conversation.labels')}
      placeholder={t('picker.label')}
      multiple
      empty={t('picker.noLabels')}
      options={labels.map((label) => ({
        id: label.title,
        label: label.title,
        icon: <LabelDot color={label.color} />,
        checked: value?.includes(label.title) ?? false,
      }))}
      onPick={onPick}
    />
  );
}

/** The value of a `datetime-local` field: local time, to the minute. */
const localMinute = (date: Date): string =>
  new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

export function SnoozePicker({ onPick }: { onPick: (until: string | null) => void }) {
  const { t, i18n } = useTranslation();
  const [now] = useState(() => new Date());
  const [own, setOwn] = useState(() => localMinute(new Date(now.getTime() + 86_400_000)));
  const weekday = new Intl.DateTimeFormat(i18n.language, {
    weekday: 'short',
    hour: 'numeric',
    minute: '2-digit',
  });

  function pickOwn(event: FormEvent): void {
    event.preventDefault();
    const at = new Date(own);
    if (at.getTime() > Date.now()) onPick(at.toISOString());
  }

  return (
    <div className="w-64 p-1">
      <h3 className="px-2 pt-1.5 pb-1 font-medium text-chip text-muted">
        {t('thread.snoozeUntil')}
      </h3>
      {snoozeTimes(now).map(({ id, at }) => (
        <Choice
          key={id}
          label={t(`snooze.${id}`)}
          hint={weekday.format(at)}
          title={absolute(at.toISOString(), i18n.language)}
          onClick={() => onPick(at.toISOString())}
        />
      ))}
      <Choice label={t('snooze.reply')} onClick={() => onPick(null)} />
      <form onSubmit={pickOwn} className="mt-1 border-border border-t p-2">
        <label className="block font-medium text-chip text-muted">
          {t('snooze.own')}
          <input
            type="datetime-local"
            required
            value={own}
            min={localMinute(now)}
            onChange={(event) => setOwn(event.target.value)}
            className="mt-1.5 block h-8 w-full rounded-md border border-edge/60 bg-surface px-2 text-meta text-text"
          />
        </label>
        <Button type="submit" className="mt-2 w-full">
          {t('snooze.set')}
        </Button>
      </form>
    </div>
  );
}

function Choice({
  label,
  hint,
  title,
  onClick,
}: {
  label: string;
  hint?: string;
  title?: string;
  onClick: () => void;
}) {
  return (
    <button
      type="button"
      title={title}
      onClick={onClick}
      className="flex h-8 w-full items-center rounded-md px-2 text-start text-body hover:bg-hover focus-visible:-outline-offset-2"
    >
      {label}
      {hint && <span className="ms-auto ps-4 text-chip text-muted">{hint}</span>}
    </button>
  );
}
