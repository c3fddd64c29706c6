import { useQuery } from '@tanstack/react-query';
import { type InboxSettings, inboxMembersQuery } from '../api';
import { Asked, Section } from '../kit';
import { MemberChecks } from '../member-checks';
import { usePlace } from '../place';
import { useSettingsText } from '../texts';

/** Who works the inbox. */
export function MembersTab({ inbox }: { inbox: InboxSettings }) {
  const { t } = useSettingsText();
  const { accountId } = usePlace();
  const members = useQuery(inboxMembersQuery(accountId));
  return (
    <Section title={t('tab.members')} text={t('inboxMembers.text')}>
      <Asked query={members}>
        {(rows) => (
          <MemberChecks
            label={t('tab.members')}
            chosen={rows.filter((row) => row.inbox_id === inbox.id).map((row) => row.user_id)}
            call={(userId, member) => ({
              name: 'set_inbox_member',
              args: { p_inbox_id: inbox.id, p_user_id: userId, p_member: member },
            })}
          />
        )}
      </Asked>
    </Section>
  );
}
