import { Unplug } from 'lucide-react';
import { StateMessage } from '@/components/state-message';
import { useTranslation } from '@/i18n';

/** For whoever installs Supadesk: which settings /config.js does not give. */
export function MissingConfig({ names }: { names: string[] }) {
  const { t } = useTranslation();
  return (
    <main className="h-full">
      <StateMessage icon={Unplug} title={t('error.configTitle')} text={t('error.configText')}>
        <code dir="ltr" className="rounded-md border border-border bg-surface px-3 py-2 text-meta">
          {names.join(', ')}
        </code>
      </StateMessage>
    </main>
  );
}
