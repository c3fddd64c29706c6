import { Hourglass } from 'lucide-react';
import { useEffect, useState } from 'react';
import { absolute } from '@/lib/format';
import { useTemplateText, useTemplateTexts } from './template-texts';

const MINUTE_MS = 60_000;

/** For how long one may still write freely, by the minute. */
export default function WindowMeter({ closesAt }: { closesAt: string }) {
  const ready = useTemplateTexts();
  const { t, i18n } = useTemplateText();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), MINUTE_MS / 2);
    return () => clearInterval(timer);
  }, []);
  const minutes = Math.floor((Date.parse(closesAt) - now) / MINUTE_MS);
  if (!ready || minutes < 0) return null;
  const unit = (value: number, name: 'hour' | 'minute') =>
    new Intl.NumberFormat(i18n.language, {
      style: 'unit',
      unit: name,
      unitDisplay: 'short',
    }).format(value);
  const time =
    minutes < 60
      ? unit(minutes, 'minute')
      : `${unit(Math.floor(minutes / 60), 'hour')} ${unit(minutes % 60, 'minute')}`;
  return (
    <span
      title={absolute(closesAt, i18n.language)}
      className="tabular ms-2 flex min-w-0 items-center gap-1 text-[11px] text-muted"
    >
      <Hourglass aria-hidden="true" size={12} className="shrink-0" />
      <span className="truncate">{t('window.left', { time })}</span>
    </span>
  );
}
