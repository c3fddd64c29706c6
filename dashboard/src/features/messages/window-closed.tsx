import { LayoutTemplate, TimerOff } from 'lucide-react';
import { Button } from '@/components/button';
import { absolute } from '@/lib/format';
import type { ReplyWindow } from './api';
import { useTemplateText, useTemplateTexts } from './template-texts';

const HOUR_MS = 3_600_000;

interface WindowClosedProps {
  replyWindow: ReplyWindow;
  name: string;
  onChoose: () => void;
}

/** Stands where one writes when the channel takes no free text: since when, why, and what to do. */
export default function WindowClosed({ replyWindow, name, onChoose }: WindowClosedProps) {
  const ready = useTemplateTexts();
  const { t, i18n } = useTemplateText();
  if (!ready) return <div aria-busy="true" className="h-32" />;
  const { closes_at: closedAt, hours, templates } = replyWindow;
  const wroteAt = new Date(Date.parse(closedAt ?? '') - (hours ?? 0) * HOUR_MS);
  return (
    <section aria-label={t('window.closedTitle', { name })} className="flex gap-3 px-3.5 pt-3 pb-4">
      <TimerOff aria-hidden="true" size={18} className="mt-0.5 shrink-0 text-muted" />
      <div className="min-w-0 flex-1">
        <p className="font-semibold">{t('window.closedTitle', { name })}</p>
        <p className="mt-0.5 text-pretty text-meta text-muted">
          {closedAt
            ? t('window.closedSince', {
                name,
                time: absolute(wroteAt.toISOString(), i18n.language),
                hours: hours ?? 0,
              })
            : t('window.neverWrote', { name })}{' '}
          {t(templates ? 'window.useTemplate' : 'window.wait', { name })}
        </p>
        {replyWindow.opted_out && (
          <p className="mt-1.5 text-danger text-meta">{t('window.optedOut', { name })}</p>
        )}
        {replyWindow.connection_state === 'reauthorization_required' && (
          <p className="mt-1.5 text-danger text-meta">{t('window.disconnected')}</p>
        )}
        {templates && (
          <Button look="primary" size="md" className="mt-3" onClick={onChoose}>
            <LayoutTemplate aria-hidden="true" size={15} />
            {t('window.choose')}
          </Button>
        )}
      </div>
    </section>
  );
}
