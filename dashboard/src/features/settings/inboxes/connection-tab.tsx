import { useQuery } from '@tanstack/react-query';
import { CircleCheck, Hourglass, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/button';
import { absolute } from '@/lib/format';
import { env } from '@/lib/supabase';
import { type Connection, change, connectionsQuery, type InboxSettings } from '../api';
import { Asked, CopyLine, FormDialog, Section } from '../kit';
import { usePlace } from '../place';
import { useSettingsText } from '../texts';
import { channelOf, filledIn, webhookUrl } from './channels';
import { rememberSecrets, secretsToTell } from './just-connected';

/** Whether the provider and we hear each other, and what to do when not. */
export function ConnectionTab({ inbox }: { inbox: InboxSettings }) {
  const { accountId } = usePlace();
  const connections = useQuery(connectionsQuery(accountId));
  return (
    <Asked query={connections}>
      {(rows) => {
        const connection = rows.find((each) => each.inbox_id === inbox.id);
        return connection ? <Connected inbox={inbox} connection={connection} /> : null;
      }}
    </Asked>
  );
}

function Connected({ inbox, connection }: { inbox: InboxSettings; connection: Connection }) {
  const { t, i18n } = useSettingsText();
  const { accountId } = usePlace();
  const [reconnecting, setReconnecting] = useState(false);
  const spec = channelOf(connection.channel_type);
  if (!spec) return null;
  const broken = connection.state !== 'connected';
  const time = (at: string | null) => (at ? absolute(at, i18n.language) : null);
  const facts: [string, string | null][] = [
    ['address', connection.address],
    ['received', time(connection.last_received_at)],
    ['sent', time(connection.last_sent_at)],
    ['expires', time(connection.expires_at)],
    ['paused', time(connection.paused_until)],
  ];
  const told = secretsToTell(inbox.id);
  return (
    <>
      {broken && (
        <div
          role="alert"
          className="mb-5 flex flex-wrap items-center gap-3 rounded-lg border border-danger bg-danger-tint p-4 text-danger"
        >
          <TriangleAlert aria-hidden="true" size={18} className="shrink-0" />
          <p className="min-w-0 flex-1 basis-60">
            {t('connection.broken')}
            {connection.state_reason && (
              <bdi className="block text-meta">{connection.state_reason}</bdi>
            )}
          </p>
          <Button look="primary" size="md" onClick={() => setReconnecting(true)}>
            {t('connection.reconnect')}
          </Button>
        </div>
      )}
      <Section title={t('connection.health')}>
        <p className="flex items-center gap-2">
          {connection.last_received_at ? (
            <CircleCheck aria-hidden="true" size={17} className="text-ok" />
          ) : (
            <Hourglass aria-hidden="true" size={17} className="text-muted" />
          )}
          {t(connection.last_received_at ? 'connection.heard' : 'connection.waiting')}
        </p>
        <dl className="grid gap-x-6 gap-y-2 text-meta sm:grid-cols-[auto_1fr]">
          <dt className="text-muted">{t('connection.stateLabel')}</dt>
          <dd>{t(`connection.state.${connection.state}`)}</dd>
          {facts.map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="text-muted">{t(`connection.${name}`)}</dt>
              <dd className="break-all">
                <bdi>{value ?? t('connection.none')}</bdi>
              </dd>
            </div>
          ))}
        </dl>
        {!broken && (
          <Button size="md" onClick={() => setReconnecting(true)}>
            {t('connection.change')}
          </Button>
        )}
      </Section>
      {(spec.webhooks ?? [spec.type]).length > 0 && (
        <Section title={t('connection.webhookTitle')} text={t(`connect.steps.${spec.type}`)}>
          {(spec.webhooks ?? [spec.type]).map((kind) => (
            <CopyLine
              key={kind}
              label={t('connection.webhook')}
              value={webhookUrl(env().apiUrl, kind, connection.address) + (spec.suffix ?? '')}
            />
          ))}
          {told.map(([name, value]) => (
            <CopyLine key={name} label={t(`connect.${name}`)} value={value} secret />
          ))}
          {spec.ours.length > 0 && told.length === 0 && (
            <p className="text-meta text-muted">{t('connection.writeOnly')}</p>
          )}
        </Section>
      )}
      {reconnecting && (
        <FormDialog
          form="connect"
          title={t(broken ? 'connection.reconnect' : 'connection.change')}
          submitLabel={t(broken ? 'connection.reconnect' : 'form.save')}
          saved={Object.fromEntries(
            spec.settings.map(({ name, options }) => [
              name,
              connection.settings[name] ?? (options ? options[0]?.value : ''),
            ]),
          )}
          fields={[...spec.settings, ...spec.secrets]}
          save={async (values) => {
            const secrets = filledIn(spec.secrets, values);
            await change(accountId, 'reconnect_channel', {
              p_inbox_id: inbox.id,
              p_settings: filledIn(spec.settings, values),
              p_secrets: secrets,
            });
            rememberSecrets(inbox.id, spec.ours, secrets);
          }}
          onClose={() => setReconnecting(false)}
        >
          <p className="text-meta text-muted">{t('connection.keepSecrets')}</p>
        </FormDialog>
      )}
    </>
  );
}
