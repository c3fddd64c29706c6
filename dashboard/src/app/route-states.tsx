import { Compass, TriangleAlert } from 'lucide-react';
import { Button } from '@/components/button';
import { StateMessage } from '@/components/state-message';
import { useTranslation } from '@/i18n';
import { toApiError } from '@/lib/api-error';

export function NotFound() {
  const { t } = useTranslation();
  return (
    <main className="h-full">
      <StateMessage icon={Compass} title={t('error.notFoundTitle')} text={t('error.notFoundText')}>
        <Button onClick={() => location.assign('/')}>{t('error.goHome')}</Button>
      </StateMessage>
    </main>
  );
}

export function RouteError({ error }: { error: unknown }) {
  const { t } = useTranslation();
  const failure = toApiError(error);
  return (
    <main className="h-full">
      <StateMessage
        icon={TriangleAlert}
        title={t('error.pageTitle')}
        text={failure.isNetwork ? t('error.network') : failure.message}
      >
        <Button onClick={() => location.reload()}>{t('common.retry')}</Button>
      </StateMessage>
    </main>
  );
}
