import { useQuery } from '@tanstack/react-query';
import { CircleCheck, Hourglass, type LucideIcon, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from '@/components/cx';
import { absolute } from '@/lib/format';
import { type Connection, connectionsQuery, type InboxSettings } from '../api';
import { Asked, Section } from '../kit';
import { usePlace } from '../place';
import { useSettingsText } from '../texts';
import { type ChannelSpec, channelOf, webhooksOf } from './channels';
import { CheckPanel } from './check-panel';
import { type Health, healthOf } from './health';
import { failuresQuery } from './proof';
import { Reconnect } from './reconnect';
import { TestPanel } from './test-panel';
import { WebhookPanel } from './webhook-panel';

interface WithConnectionProps {
  inbox: InboxSettings;
  children: (connection: Connection, spec: ChannelSpec) => ReactNode;
}

/** The inbox's connection, kept current while it is looked at. */
export function WithConnection({ inbox, children }: WithConnectionProps) {
  const { accountId } = usePlace();
  const connections = useQuery(connectionsQuery(accountId));
  return (
    <Asked query={connections}>
      {(rows) => {
        const connection = rows.find((each) => each.inbox_id === inbox.id);
        const spec = connection && channelOf(connection.channel_type);
        return connection && spec ? children(connection, spec) : null;
      }}
    </Asked>
  );
}

/** Whether the provider and we hear each other, the proof of it, and what to do when not. */
export function ConnectionTab({ inbox }: { inbox: InboxSettings }) {
  return (
    <WithConnection inbox={inbox}>
      {(connection, spec) => <Connected connection={connection} spec={spec} />}
    </WithConnection>
  );
}

const looks: Record<Health, { icon: LucideIcon; look: string }> = {
  refused: { icon: TriangleAlert, look: 'text-danger' },
  disconnected: { icon: TriangleAlert, look: 'text-danger' },
  failing: { icon: TriangleAlert, look: 'text-danger' },
  working: { icon: CircleCheck, look: 'text-ok' },
  unproven: { icon: Hourglass, look: 'text-muted' },
};

interface ConnectedProps {
  connection: Connection;
  spec: ChannelSpec;
}

function Connected({ connection, spec }: ConnectedProps) {
  const { t, i18n } = useSettingsText();
  const broken = connection.state !== 'connected';
  const health = healthOf(connection);
  const { data: failures } = useQuery(failuresQuery(connection.inbox_id));
  const count = (number?: number) => number?.toLocaleString(i18n.language) ?? null;
  const { icon: Icon, look } = looks[health];
  const time = (at: string | null) => (at ? absolute(at, i18n.language) : null);
  const facts: [string, string | null][] = [
    ['address', connection.address],
    ['accountName', connection.check_result?.account_name ?? null],
    ['received', time(connection.last_received_at)],
    ['sent', time(connection.last_sent_at)],
    ['expires', time(connection.expires_at)],
    ['paused', time(connection.paused_until)],
    ['failed', count(failures?.failed)],
    ['unknown', count(failures?.unknown)],
  ];
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
          <Reconnect connection={connection} spec={spec} />
        </div>
      )}
      <Section title={t('connection.health')}>
        <p className="flex items-start gap-2">
          <Icon aria-hidden="true" size={17} className={cx('mt-0.5 shrink-0', look)} />
          <span className="min-w-0">
            {t(`connection.is.${health}`)}
            {!broken && connection.state_reason && (
              <bdi className="block break-words text-meta text-muted">
                {connection.state_reason}
              </bdi>
            )}
          </span>
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
        {!broken && <Reconnect connection={connection} spec={spec} />}
      </Section>
      <Section title={t('connection.checkTitle')} text={t('connection.checkText')}>
        <CheckPanel connection={connection} />
      </Section>
      {webhooksOf(spec, connection.settings).length > 0 && (
        <Section title={t('connection.webhookTitle')}>
          <WebhookPanel spec={spec} connection={connection} />
        </Section>
      )}
      <Section title={t('connection.testTitle')} text={t('connection.testText')}>
        <TestPanel spec={spec} connection={connection} />
      </Section>
    </>
  );
}
