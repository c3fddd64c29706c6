import { useQuery } from '@tanstack/react-query';
import { env } from '@/lib/supabase';
import { apiChannelQuery, change, type InboxSettings, refreshSettings, updateRows } from '../api';
import { Asked, CopyLine, Section, SettingsForm } from '../kit';
import { usePlace } from '../place';
import { useSettingsText } from '../texts';

/** What the program behind an API inbox has to know, and where it is told of events. */
export function ApiTab({ inbox }: { inbox: InboxSettings }) {
  const { t } = useSettingsText();
  const { accountId } = usePlace();
  const channel = useQuery(apiChannelQuery(accountId, inbox.id));
  return (
    <Asked query={channel}>
      {(found) => (
        <>
          <SettingsForm
            form="api"
            fieldOf={{ webhook_url_invalid: 'webhook_url' }}
            saved={{
              webhook_url: found.webhook_url ?? '',
              hmac_mandatory: found.hmac_mandatory,
              reply_window_hours: found.reply_window_hours?.toString() ?? '',
            }}
            save={async ({ reply_window_hours: hours, ...changed }) => {
              if (Object.keys(changed).length > 0) {
                await change(accountId, 'save_api_channel', {
                  p_inbox_id: inbox.id,
                  p_webhook_url: changed.webhook_url ?? null,
                  p_hmac_mandatory: changed.hmac_mandatory ?? null,
                });
              }
              if (hours !== undefined) {
                await updateRows(
                  'channel_apis',
                  { inbox_id: inbox.id, account_id: accountId },
                  { reply_window_hours: hours === '' ? null : hours },
                );
                await refreshSettings(accountId);
              }
            }}
            sections={[
              {
                title: t('api.events'),
                text: t('api.eventsText'),
                fields: [
                  { name: 'webhook_url', code: true, placeholder: 'https://shop.example/hook' },
                  { name: 'hmac_mandatory', kind: 'switch' },
                  { name: 'reply_window_hours', kind: 'number', code: true },
                ],
              },
            ]}
          />
          <Section title={t('api.program')} text={t('api.programText')}>
            <CopyLine label={t('api.identifier')} value={found.identifier} />
            <CopyLine label={t('api.hmac_token')} value={found.hmac_token ?? ''} secret />
            <CopyLine label={t('api.webhook_secret')} value={found.webhook_secret ?? ''} secret />
            <CopyLine label={t('api.example')} value={example(found.identifier)} />
          </Section>
        </>
      )}
    </Asked>
  );
}

const example = (identifier: string): string =>
  [
    `curl -X POST '${env().apiUrl.replace(/\/$/, '')}/public/api/v1/inboxes/${identifier}/contacts' \\`,
    "  -H 'Content-Type: application/json' \\",
    `  -d '{"identifier": "customer-1", "name": "Mia", "email": "mia@example.com"}'`,
  ].join('\n');
