import { useQuery } from '@tanstack/react-query';
import { CircleCheck } from 'lucide-react';
import { useId, useState } from 'react';
import { Button } from '@/components/button';
import { shortRelative } from '@/lib/format';
import type { Connection } from '../api';
import { Fields } from '../fields';
import { Asked, Refusal } from '../kit';
import { usePlace } from '../place';
import { useSettingsText } from '../texts';
import type { ChannelSpec } from './channels';
import { useAsking } from './check-panel';
import { recipientsQuery, sendTest } from './proof';

interface TestPanelProps {
  spec: ChannelSpec;
  connection: Connection;
}

/** Sends one message of ours: to an address one names, or to somebody who wrote. */
export function TestPanel({ spec, connection }: TestPanelProps) {
  return spec.writesFirst ? (
    <ToAnybody spec={spec} connection={connection} />
  ) : (
    <ToSomebodyWhoWrote connection={connection} />
  );
}

function ToAnybody({ spec, connection }: TestPanelProps) {
  const [to, setTo] = useState('');
  const name = spec.type === 'email' ? 'testAddress' : 'testNumber';
  return (
    <Sender connection={connection} to={to}>
      <Fields
        form="connection"
        specs={[{ name, code: true }]}
        values={{ [name]: to }}
        onChange={(_, value) => setTo(String(value))}
        errorOf={() => undefined}
      />
    </Sender>
  );
}

function ToSomebodyWhoWrote({ connection }: { connection: Connection }) {
  const { t, i18n } = useSettingsText();
  const recipients = useQuery(recipientsQuery(connection.inbox_id));
  const [chosen, setChosen] = useState('');
  const id = useId();
  return (
    <Asked query={recipients}>
      {(found) => {
        const to = chosen || (found[0]?.to ?? '');
        if (to === '') {
          return (
            <p role="status" className="text-pretty text-muted">
              {t('connection.writeFirst')}
            </p>
          );
        }
        return (
          <Sender connection={connection} to={to}>
            <label htmlFor={id} className="mb-1.5 block font-medium text-meta">
              {t('connection.testPerson')}
            </label>
            <select
              id={id}
              value={to}
              onChange={(event) => setChosen(event.target.value)}
              className="block h-10 w-full rounded-md border border-edge/60 bg-surface px-3"
            >
              {found.map((each) => (
                <option key={each.to} value={each.to}>
                  {`${each.name || each.to} · ${shortRelative(each.last_incoming_at, i18n.language)}`}
                </option>
              ))}
            </select>
          </Sender>
        );
      }}
    </Asked>
  );
}

interface SenderProps {
  connection: Connection;
  to: string;
  children: React.ReactNode;
}

function Sender({ connection, to, children }: SenderProps) {
  const { t, i18n } = useSettingsText();
  const { accountId } = usePlace();
  const { busy, failure, ask } = useAsking();
  const [sentTo, setSentTo] = useState<string | null>(null);
  return (
    <form
      noValidate
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        const whom = to.trim();
        if (whom === '') return;
        setSentTo(null);
        void ask(() => sendTest(accountId, connection.inbox_id, whom, i18n.language)).then(
          (done) => done && setSentTo(whom),
        );
      }}
    >
      <div>{children}</div>
      <Refusal text={failure} />
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" size="md" aria-disabled={busy || to.trim() === ''}>
          {t(busy ? 'connection.sending' : 'connection.sendTest')}
        </Button>
        <p role="status" className="flex min-w-0 items-center gap-2 text-meta">
          {sentTo && (
            <>
              <CircleCheck aria-hidden="true" size={16} className="shrink-0 text-ok" />
              {t('connection.testSent')}
            </>
          )}
        </p>
      </div>
    </form>
  );
}
