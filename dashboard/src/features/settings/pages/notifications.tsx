import { useQuery } from '@tanstack/react-query';
import { queryClient } from '@/lib/query-client';
import { type Notices, noticesQuery, updateRows } from '../api';
import { Asked, Page, Section, useAttempt } from '../kit';
import { usePlace } from '../place';
import { useSettingsText } from '../texts';

const types = [
  'conversation_creation',
  'conversation_assignment',
  'assigned_conversation_new_message',
  'participating_conversation_new_message',
  'conversation_mention',
];
const ways = ['email', 'push'] as const;

/** Of what one is told beyond the list in the dashboard; each tick is saved at once. */
export default function Notifications() {
  const { t } = useSettingsText();
  const { accountId, userId } = usePlace();
  const notices = useQuery(noticesQuery(accountId, userId));
  const attempt = useAttempt();
  const key = noticesQuery(accountId, userId).queryKey;

  async function set(before: Notices, way: 'email' | 'push', type: string, on: boolean) {
    const chosen = on ? [...before[way], type] : before[way].filter((each) => each !== type);
    queryClient.setQueryData(key, { ...before, [way]: chosen });
    await attempt(() =>
      updateRows(
        'notification_settings',
        { account_id: accountId, user_id: userId },
        { [way]: chosen },
      ),
    );
    await queryClient.invalidateQueries({ queryKey: key });
  }

  return (
    <Page title={t('page.notifications')} text={t('notifications.text')}>
      <Section title={t('notifications.title')}>
        <Asked query={notices}>
          {(found) => (
            <table className="w-full text-start">
              <thead>
                <tr className="text-meta text-muted">
                  <th scope="col" className="pb-2 text-start font-medium">
                    {t('notifications.event')}
                  </th>
                  {ways.map((way) => (
                    <th key={way} scope="col" className="w-20 pb-2 text-center font-medium">
                      {t(`notifications.${way}`)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody className="divide-y divide-border">
                {types.map((type) => (
                  <tr key={type}>
                    <th scope="row" className="py-3 text-start font-normal">
                      {t(`notifications.type.${type}`)}
                    </th>
                    {ways.map((way) => (
                      <td key={way} className="text-center">
                        <input
                          type="checkbox"
                          className="size-4 accent-(--accent)"
                          aria-label={`${t(`notifications.type.${type}`)}: ${t(`notifications.${way}`)}`}
                          checked={found[way].includes(type)}
                          onChange={(event) => void set(found, way, type, event.target.checked)}
                        />
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Asked>
      </Section>
    </Page>
  );
}
