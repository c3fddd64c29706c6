import { Button } from '@/components/button';
import { env } from '@/lib/supabase';
import type { Connection } from '../api';
import { CopyLine, Refusal } from '../kit';
import { usePlace } from '../place';
import { useSettingsText } from '../texts';
import { type ChannelSpec, webhooksOf, webhookUrl } from './channels';
import { useAsking } from './check-panel';
import { secretsToTell } from './just-connected';
import { setWebhook } from './proof';

/** Where the provider reports to, and how it comes to know. */
export function WebhookPanel({ spec, connection }: { spec: ChannelSpec; connection: Connection }) {
  const { t } = useSettingsText();
  const { accountId } = usePlace();
  const { busy, failure, ask } = useAsking();
  const told = secretsToTell(connection.inbox_id);
  const mail = spec.type === 'email';
  const secret = told.find(([name]) => name === 'webhook_secret')?.[1];
  const aliases = connection.settings.aliases;
  return (
    <>
      {spec.sets && (
        <>
          <p className="text-pretty">{t(`connection.sets.${spec.sets}`)}</p>
          <Button
            size="md"
            aria-disabled={busy}
            onClick={() => void ask(() => setWebhook(accountId, connection.inbox_id))}
          >
            {t(
              busy
                ? 'connection.setting'
                : spec.sets === 'address'
                  ? 'connection.setWebhook'
                  : 'connection.subscribe',
            )}
          </Button>
          {failure && <Refusal text={failure} />}
          <p className="text-pretty text-meta text-muted">{t('connection.byHand')}</p>
        </>
      )}
      {!mail && (
        <p className="text-pretty text-meta text-muted">{t(`connect.steps.${spec.type}`)}</p>
      )}
      {webhooksOf(spec, connection.settings).map((kind) => (
        <div key={kind} className="space-y-2">
          {mail && <p className="text-pretty text-meta text-muted">{t(`connect.steps.${kind}`)}</p>}
          <CopyLine
            label={mail ? t(`connection.mailWebhook.${kind}`) : t('connection.webhook')}
            value={
              webhookUrl(env().apiUrl, kind, connection.address) +
              (spec.suffix ?? '') +
              (mail && secret && kind !== 'email_mailgun' ? `?secret=${secret}` : '')
            }
            secret={mail && Boolean(secret)}
          />
        </div>
      ))}
      {mail &&
        Array.isArray(aliases) &&
        aliases.map((alias) => (
          <CopyLine key={String(alias)} label={t('connection.forwarding')} value={String(alias)} />
        ))}
      {told.map(([name, value]) => (
        <CopyLine key={name} label={t(`connect.${name}`)} value={value} secret />
      ))}
      {spec.ours.length > 0 && told.length === 0 && (
        <p className="text-meta text-muted">{t('connection.writeOnly')}</p>
      )}
    </>
  );
}
