import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import {
  change,
  type Hours,
  hoursQuery,
  type InboxSettings,
  refreshSettings,
  updateRows,
} from '../api';
import { Asked, SettingsForm } from '../kit';
import { usePlace } from '../place';
import { useSettingsText } from '../texts';
import { timeZones } from '../time-zones';

/** When somebody is there, and what is said when nobody is. */
export function HoursTab({ inbox }: { inbox: InboxSettings }) {
  const { t } = useSettingsText();
  const { accountId } = usePlace();
  const hours = useQuery(hoursQuery(accountId));
  const zones = useMemo(timeZones, []);
  return (
    <Asked query={hours}>
      {(rows) => (
        <SettingsForm
          form="hours"
          saved={{
            working_hours_enabled: inbox.working_hours_enabled,
            timezone: inbox.timezone,
            out_of_office_message: inbox.out_of_office_message ?? '',
            days: rows.filter((each) => each.inbox_id === inbox.id),
          }}
          fieldOf={{ working_hours_invalid: 'days' }}
          save={async ({ days, ...row }) => {
            if (days !== undefined) {
              await change(accountId, 'set_working_hours', { p_inbox_id: inbox.id, p_rows: days });
            }
            if (Object.keys(row).length > 0) {
              await updateRows('inboxes', { id: inbox.id, account_id: accountId }, row);
            }
            await refreshSettings(accountId);
          }}
          sections={[
            {
              title: t('tab.hours'),
              text: t('hours.text'),
              fields: [
                { name: 'working_hours_enabled', kind: 'switch' },
                {
                  name: 'timezone',
                  kind: 'select',
                  code: true,
                  options: zones.includes(inbox.timezone)
                    ? zones.map(asOption)
                    : [inbox.timezone, ...zones].map(asOption),
                  show: (values) => values.working_hours_enabled === true,
                },
                {
                  name: 'out_of_office_message',
                  kind: 'long',
                  show: (values) => values.working_hours_enabled === true,
                },
              ],
              after: (draft) =>
                draft.values.working_hours_enabled === true && (
                  <Days
                    days={draft.values.days as Hours[]}
                    onChange={(days) => draft.set('days', days)}
                    error={draft.errorOf('days')}
                  />
                ),
            },
          ]}
        />
      )}
    </Asked>
  );
}

const asOption = (value: string) => ({ value, label: value.replaceAll('_', ' ') });

interface DaysProps {
  days: Hours[];
  onChange: (days: Hours[]) => void;
  error: string | undefined;
}

const two = (value: number): string => String(value).padStart(2, '0');

function Days({ days, onChange, error }: DaysProps) {
  const { t, i18n } = useSettingsText();
  const dayName = new Intl.DateTimeFormat(i18n.language, { weekday: 'long', timeZone: 'UTC' });
  const box = 'h-9 rounded-md border border-edge/60 bg-surface px-2 text-meta';
  function set(day: number, values: Partial<Hours>): void {
    onChange(days.map((each) => (each.day_of_week === day ? { ...each, ...values } : each)));
  }
  function time(day: Hours, which: 'open' | 'close', name: string) {
    return (
      <input
        type="time"
        aria-label={t(`hours.${which}At`, { day: name })}
        className={`${box} tabular`}
        value={`${two(day[`${which}_hour`])}:${two(day[`${which}_minutes`])}`}
        onChange={(event) => {
          const [hour, minutes] = event.target.value.split(':').map(Number);
          if (hour === undefined || minutes === undefined) return;
          set(day.day_of_week, { [`${which}_hour`]: hour, [`${which}_minutes`]: minutes });
        }}
      />
    );
  }
  return (
    <div>
      <ul aria-label={t('hours.days')} className="divide-y divide-border">
        {days.map((day) => {
          // 2023-01-01 was a Sunday, which is day 0.
          const name = dayName.format(new Date(Date.UTC(2023, 0, 1 + day.day_of_week)));
          const state = day.closed_all_day ? 'closed' : day.open_all_day ? 'allDay' : 'open';
          return (
            <li key={day.day_of_week} className="flex flex-wrap items-center gap-2 py-2">
              <span className="w-28 font-medium text-meta">{name}</span>
              <select
                aria-label={t('hours.stateOf', { day: name })}
                value={state}
                onChange={(event) =>
                  set(day.day_of_week, {
                    closed_all_day: event.target.value === 'closed',
                    open_all_day: event.target.value === 'allDay',
                  })
                }
                className={box}
              >
                {['open', 'allDay', 'closed'].map((each) => (
                  <option key={each} value={each}>
                    {t(`hours.state.${each}`)}
                  </option>
                ))}
              </select>
              {state === 'open' && (
                <>
                  {time(day, 'open', name)}
                  <span aria-hidden="true">–</span>
                  {time(day, 'close', name)}
                </>
              )}
            </li>
          );
        })}
      </ul>
      <p role="alert" className="text-danger text-meta">
        {error}
      </p>
    </div>
  );
}
