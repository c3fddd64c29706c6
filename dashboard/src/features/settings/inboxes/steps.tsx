import { Check } from 'lucide-react';
import { cx } from '@/components/cx';
import { useSettingsText } from '../texts';
import type { SetupStep } from './health';

export type Step = 'channel' | 'credentials' | SetupStep;

/** How far the way to a new inbox has come. */
export function Steps({ steps, current }: { steps: readonly Step[]; current: Step }) {
  const { t } = useSettingsText();
  const place = steps.indexOf(current);
  return (
    <ol aria-label={t('setup.progress')} className="mb-6 flex flex-wrap gap-x-5 gap-y-2 text-meta">
      {steps.map((step, index) => (
        <li
          key={step}
          aria-current={step === current ? 'step' : undefined}
          className={cx(
            'flex items-center gap-2',
            step === current ? 'font-semibold text-text' : 'text-muted',
          )}
        >
          <span
            aria-hidden="true"
            className={cx(
              'inline-flex size-5 items-center justify-center rounded-full text-chip tabular',
              index <= place ? 'bg-accent text-on-accent' : 'bg-hover text-muted',
            )}
          >
            {index < place ? <Check size={12} strokeWidth={3} /> : index + 1}
          </span>
          {t(`setup.step.${step}`)}
          {index < place && <span className="sr-only">{t('setup.stepDone')}</span>}
        </li>
      ))}
    </ol>
  );
}
