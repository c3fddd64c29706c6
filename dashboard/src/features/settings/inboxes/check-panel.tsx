import { CircleAlert, CircleCheck } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/button';
import { RelativeTime } from '@/components/relative-time';
import { toApiError } from '@/lib/api-error';
import type { Check, Connection } from '../api';
import { Refusal } from '../kit';
import { usePlace } from '../place';
import { useSettingsText } from '../texts';
import { sentenceOf } from '../use-draft';
import { reasonKey } from './health';
import { checkChannel } from './proof';

/** Runs something that asks a provider, one at a time, and keeps what it refused with. */
export function useAsking(): {
  busy: boolean;
  failure: string | null;
  ask: (run: () => Promise<unknown>) => Promise<boolean>;
} {
  const { t } = useSettingsText();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  async function ask(run: () => Promise<unknown>): Promise<boolean> {
    if (busy) return false;
    setBusy(true);
    setFailure(null);
    try {
      await run();
      return true;
    } catch (thrown) {
      const error = toApiError(thrown);
      const provider = error.code.startsWith('provider_');
      // The provider's own words follow ours: they name the field, ours say what to do.
      const explained = provider ? `${t(reasonKey(error.details))} ` : '';
      setFailure(
        [explained + sentenceOf(error, t), provider ? null : error.hint].filter(Boolean).join(' '),
      );
      return false;
    } finally {
      setBusy(false);
    }
  }
  return { busy, failure, ask };
}

/** What the provider said, step by step, and the button to ask it again. */
export function CheckPanel({ connection }: { connection: Connection }) {
  const { t } = useSettingsText();
  const { accountId } = usePlace();
  const { busy, failure, ask } = useAsking();
  const result = connection.check_result;
  return (
    <>
      <div aria-live="polite" className="space-y-3">
        {result ? (
          <CheckResult result={result} />
        ) : (
          <p className="text-muted">{t('connection.neverChecked')}</p>
        )}
      </div>
      <Refusal text={failure} />
      <div className="flex flex-wrap items-center gap-3">
        <Button
          size="md"
          aria-disabled={busy}
          onClick={() => void ask(() => checkChannel(accountId, connection.inbox_id))}
        >
          {t(busy ? 'connection.checking' : 'connection.check')}
        </Button>
        {connection.checked_at && (
          <span className="text-meta text-muted">
            {t('connection.checkedAt')} <RelativeTime iso={connection.checked_at} />
          </span>
        )}
      </div>
    </>
  );
}

function CheckResult({ result }: { result: Check }) {
  const { t } = useSettingsText();
  return (
    <>
      <p className={result.ok ? 'font-medium text-ok' : 'font-medium text-danger'}>
        {result.ok
          ? t('connection.allRight', { name: result.account_name ?? '' })
          : t(reasonKey(result.category))}
      </p>
      <ol className="space-y-2">
        {result.steps.map((step) => (
          <li key={step.name} className="flex items-start gap-2">
            {step.ok ? (
              <CircleCheck aria-hidden="true" size={17} className="mt-0.5 shrink-0 text-ok" />
            ) : (
              <CircleAlert aria-hidden="true" size={17} className="mt-0.5 shrink-0 text-danger" />
            )}
            <span className="min-w-0">
              {t(`connection.step.${step.name}`)}
              <span className="sr-only">
                {' '}
                {t(step.ok ? 'connection.stepOk' : 'connection.stepFailed')}
              </span>
              {step.detail && (
                <bdi className="block break-words text-meta text-muted">{step.detail}</bdi>
              )}
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}
