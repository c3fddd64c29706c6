import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Avatar } from '@/components/avatar';
import { change, type FormArguments, peopleQuery } from './api';
import { Asked, useAttempt } from './kit';
import { usePlace } from './place';
import { useSettingsText } from './texts';

type Membership =
  | { name: 'set_inbox_member'; args: FormArguments<'set_inbox_member'> }
  | { name: 'set_team_member'; args: FormArguments<'set_team_member'> };

interface MemberChecksProps {
  label: string;
  chosen: string[];
  call: (userId: string, member: boolean) => Membership;
}

/** Who is in and who is not; each tick is saved at once, and taken back when it was refused. */
export function MemberChecks({ label, chosen, call }: MemberChecksProps) {
  const { t } = useSettingsText();
  const { accountId } = usePlace();
  const people = useQuery(peopleQuery(accountId));
  const attempt = useAttempt();
  const [pending, setPending] = useState<Record<string, boolean>>({});

  async function set(userId: string, member: boolean): Promise<void> {
    setPending((now) => ({ ...now, [userId]: member }));
    const { name, args } = call(userId, member);
    await attempt(() => change(accountId, name, args));
    setPending(({ [userId]: _, ...others }) => others);
  }

  return (
    <Asked query={people}>
      {(rows) => (
        <ul aria-label={label} className="divide-y divide-border">
          {rows.map((person) => (
            <li key={person.id}>
              <label className="flex min-h-12 items-center gap-3 py-1.5">
                <input
                  type="checkbox"
                  className="size-4 shrink-0 accent-(--accent)"
                  checked={pending[person.id] ?? chosen.includes(person.id)}
                  onChange={(event) => void set(person.id, event.target.checked)}
                />
                <Avatar id={person.id} name={person.name} url={person.avatarUrl} size="sm" />
                <span className="min-w-0 flex-1">
                  <bdi className="block truncate font-medium">{person.name}</bdi>
                  <bdi className="block truncate text-meta text-muted">{person.email}</bdi>
                </span>
                <span className="text-meta text-muted">{t(`role.${person.role}`)}</span>
              </label>
            </li>
          ))}
        </ul>
      )}
    </Asked>
  );
}
