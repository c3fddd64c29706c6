import { CircleCheck } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button } from '@/components/button';
import type { Connection, InboxSettings } from '../api';
import { Section } from '../kit';
import { usePlace, useSettingsNavigate } from '../place';
import { useSettingsText } from '../texts';
import { ApiTab } from './api-tab';
import { type ChannelSpec, webhooksOf } from './channels';
import { CheckPanel } from './check-panel';
import { WithConnection } from './connection-tab';
import { type SetupStep, setupSteps } from './health';
import { InstallTab } from './install-tab';
import { MembersTab } from './members-tab';
import { checkChannel } from './proof';
import { Reconnect } from './reconnect';
import { Steps } from './steps';
import { TestPanel } from './test-panel';
import { WebhookPanel } from './webhook-panel';

/** What follows once a new inbox has its credentials: proof, and the people who work it. */
export function Setup({ inbox }: { inbox: InboxSettings }) {
  if (inbox.channel_type === 'web_widget' || inbox.channel_type === 'api') {
    return <Walk inbox={inbox} steps={setupSteps(inbox.channel_type, [])} />;
  }
  return (
    <WithConnection inbox={inbox}>
      {(connection, spec) => (
        <Walk
          inbox={inbox}
          steps={setupSteps(spec.type, webhooksOf(spec, connection.settings))}
          connected={{ connection, spec }}
        />
      )}
    </WithConnection>
  );
}

interface WalkProps {
  inbox: InboxSettings;
  steps: SetupStep[];
  connected?: { connection: Connection; spec: ChannelSpec };
}

function Walk({ inbox, steps, connected }: WalkProps) {
  const { t } = useSettingsText();
  const navigate = useSettingsNavigate();
  const [place, setPlace] = useState(0);
  const heading = useRef<HTMLDivElement>(null);
  const step = steps[place] ?? 'done';
  const doubtful = step === 'check' && connected?.connection.check_result?.ok === false;
  const go = (to: number): void => {
    setPlace(to);
    heading.current?.focus();
  };
  return (
    <>
      <div ref={heading} tabIndex={-1} className="outline-none">
        <Steps steps={['channel', 'credentials', ...steps]} current={step} />
      </div>
      <Body step={step} inbox={inbox} connected={connected} />
      <div className="mt-4 flex justify-end gap-2">
        {place > 0 && (
          <Button size="md" onClick={() => go(place - 1)}>
            {t('setup.back')}
          </Button>
        )}
        {step === 'done' ? (
          <Button look="primary" size="md" onClick={() => navigate(`inboxes/${inbox.id}/settings`)}>
            {t('setup.finish')}
          </Button>
        ) : (
          <Button look={doubtful ? 'secondary' : 'primary'} size="md" onClick={() => go(place + 1)}>
            {t(doubtful ? 'setup.anyway' : 'setup.next')}
          </Button>
        )}
      </div>
    </>
  );
}

interface BodyProps {
  step: SetupStep;
  inbox: InboxSettings;
  connected: WalkProps['connected'];
}

function Body({ step, inbox, connected }: BodyProps): ReactNode {
  const { t } = useSettingsText();
  if (step === 'install') return <InstallTab inbox={inbox} />;
  if (step === 'api') return <ApiTab inbox={inbox} />;
  if (step === 'members') return <MembersTab inbox={inbox} />;
  if (step === 'check' && connected) {
    return (
      <Section title={t('connection.checkTitle')} text={t('connection.checkText')}>
        <FirstCheck connection={connected.connection} />
        {connected.connection.check_result?.ok === false && <Reconnect {...connected} />}
      </Section>
    );
  }
  if (step === 'webhook' && connected) {
    return (
      <>
        <Section title={t('connection.webhookTitle')}>
          <WebhookPanel {...connected} />
        </Section>
        <Section title={t('connection.checkTitle')}>
          <CheckPanel connection={connected.connection} />
        </Section>
      </>
    );
  }
  return (
    <>
      <Section title={t('setup.doneTitle')}>
        <p className="flex items-start gap-2">
          <CircleCheck aria-hidden="true" size={17} className="mt-0.5 shrink-0 text-ok" />
          {t('setup.doneText', { name: inbox.name })}
        </p>
      </Section>
      {connected && (
        <Section title={t('connection.testTitle')} text={t('connection.testText')}>
          <TestPanel {...connected} />
        </Section>
      )}
    </>
  );
}

/** Asks the provider at once: nobody should have to think of it. */
function FirstCheck({ connection }: { connection: Connection }) {
  const { accountId } = usePlace();
  const asked = useRef(false);
  useEffect(() => {
    if (asked.current || connection.checked_at) return;
    asked.current = true;
    // What goes wrong is tried again by the button, which says why.
    checkChannel(accountId, connection.inbox_id).catch(() => {});
  }, [accountId, connection]);
  return <CheckPanel connection={connection} />;
}
