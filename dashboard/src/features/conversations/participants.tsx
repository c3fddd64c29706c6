import { Plus } from 'lucide-react';
import { Avatar } from '@/components/avatar';
import { PickList } from '@/components/pick-list';
import { Popover } from '@/components/popover';
import { useTranslation } from '@/i18n';
import type { RowPerson } from './conversation-row';

interface ParticipantsProps {
  people: RowPerson[];
  ids: string[];
  onToggle: (id: string) => void;
}

/** Colleagues who are told of what happens here. */
export function Participants({ people, ids, onToggle }: ParticipantsProps) {
  const { t } = useTranslation();
  const following = people.filter((person) => ids.includes(person.id));
  return (
    <div className="mt-1.5 grid grid-cols-[6.5rem_1fr] gap-3 text-meta">
      <span className="truncate pt-[5px] text-muted">{t('conversation.participants')}</span>
      <span className="flex min-h-7 flex-wrap items-center gap-1">
        <ul className="contents">
          {following.map((person) => (
            <li key={person.id} title={person.name} className="flex">
              <Avatar id={person.id} name={person.name} url={person.avatarUrl} size="sm" />
              <span className="sr-only">{person.name}</span>
            </li>
          ))}
        </ul>
        <Popover
          label={t('conversation.changeParticipants')}
          align="end"
          className="flex size-7 items-center justify-center rounded-full border border-edge/60 border-dashed text-muted hover:bg-hover hover:text-text"
          trigger={<Plus aria-hidden="true" size={13} />}
        >
          {() => (
            <PickList
              label={t('conversation.participants')}
              placeholder={t('picker.person')}
              multiple
              options={people.map((person) => ({
                id: person.id,
                label: person.name,
                icon: <Avatar id={person.id} name={person.name} url={person.avatarUrl} size="xs" />,
                checked: ids.includes(person.id),
              }))}
              onPick={onToggle}
            />
          )}
        </Popover>
      </span>
    </div>
  );
}
