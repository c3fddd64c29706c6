import { type ReactNode, useId } from 'react';
import { Button } from '@/components/button';
import { LabelDot } from '@/components/label-chip';
import { useTranslation } from '@/i18n';
import { priorities } from '@/types/conversation';
import { type ListFilter, statusFilters } from './api';
import type { LabelChoice } from './pickers';

export interface FilterChoices {
  inboxes: ReadonlyMap<string, string>;
  teams: { id: string; name: string }[];
  people: { id: string; name: string }[];
  labels: LabelChoice[];
}

interface FilterPanelProps {
  filter: ListFilter;
  choices: FilterChoices;
  onChange: (change: Partial<ListFilter>) => void;
  onClear: (() => void) | null;
  /** Opens what can ask for more. */
  onConditions: () => void;
}

/** Every way to narrow the list, in one small form that takes effect at once. */
export default function FilterPanel({
  filter,
  choices,
  onChange,
  onClear,
  onConditions,
}: FilterPanelProps) {
  const { t } = useTranslation();
  const any = t('filter.any');
  return (
    <div className="w-72 space-y-3 overflow-y-auto p-4">
      <Select
        label={t('list.status')}
        value={filter.status}
        options={statusFilters.map((status) => [status, t(`status.${status}`)])}
        onChange={(status) =>
          onChange({ status: statusFilters.find((each) => each === status) ?? 'open' })
        }
      />
      <Select
        label={t('conversation.inbox')}
        value={filter.inboxId ?? ''}
        options={[['', t('list.anyInbox')], ...choices.inboxes]}
        onChange={(id) => onChange({ inboxId: id || null })}
      />
      {choices.teams.length > 0 && (
        <Select
          label={t('conversation.team')}
          value={filter.teamId ?? ''}
          options={[
            ['', any],
            ...choices.teams.map((team): [string, string] => [team.id, team.name]),
          ]}
          onChange={(id) => onChange({ teamId: id || null })}
        />
      )}
      <Select
        label={t('conversation.assignee')}
        value={filter.assigneeId ?? ''}
        options={[
          ['', any],
          ...choices.people.map((person): [string, string] => [person.id, person.name]),
        ]}
        onChange={(id) => onChange({ assigneeId: id || null })}
      />
      <Select
        label={t('conversation.priority')}
        value={filter.priority ?? ''}
        options={[
          ['', any],
          ...priorities.map((each): [string, string] => [each, t(`priority.${each}`)]),
        ]}
        onChange={(priority) =>
          onChange({ priority: priorities.find((each) => each === priority) ?? null })
        }
      />
      {choices.labels.length > 0 && (
        <fieldset>
          <legend className="mb-1.5 font-medium text-chip text-muted">{t('filter.labels')}</legend>
          <div className="max-h-36 space-y-0.5 overflow-y-auto">
            {choices.labels.map(({ title, color }) => (
              <label key={title} className="flex h-7 items-center gap-2 text-meta">
                <input
                  type="checkbox"
                  checked={filter.labels.includes(title)}
                  onChange={(event) =>
                    onChange({
                      labels: event.target.checked
                        ? [...filter.labels, title]
                        : filter.labels.filter((each) => each !== title),
                    })
                  }
                  className="size-4 accent-accent"
                />
                <LabelDot color={color} />
                <bdi className="truncate">{title}</bdi>
              </label>
            ))}
          </div>
        </fieldset>
      )}
      <Button look="quiet" className="w-full" onClick={onConditions}>
        {t('filter.conditions')}
      </Button>
      {onClear && (
        <Button className="w-full" onClick={onClear}>
          {t('list.clearFilters')}
        </Button>
      )}
    </div>
  );
}

function Select({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string;
  options: [string, string][];
  onChange: (value: string) => void;
}): ReactNode {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium text-chip text-muted">
        {label}
      </label>
      <select
        id={id}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="block h-8 w-full rounded-md border border-edge/60 bg-surface px-2 text-meta"
      >
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
