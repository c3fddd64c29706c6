import { useEffect, useState } from 'react';
import { useTranslation } from '@/i18n';
import { absolute, shortRelative } from '@/lib/format';

const listeners = new Set<() => void>();

// One timer for all times on the page.
setInterval(() => {
  for (const listener of listeners) listener();
}, 30_000);

/** `4m`, kept current, with the whole date as its title. */
export function RelativeTime({ iso, className }: { iso: string; className?: string }) {
  const { i18n } = useTranslation();
  const [, tick] = useState(0);
  useEffect(() => {
    const update = () => tick((count) => count + 1);
    listeners.add(update);
    return () => void listeners.delete(update);
  }, []);
  return (
    <time dateTime={iso} title={absolute(iso, i18n.language)} className={className}>
      {shortRelative(iso, i18n.language)}
    </time>
  );
}
