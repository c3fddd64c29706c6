import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Button } from '@/components/button';
import { AuthLayout } from '@/features/auth/auth-layout';
import { Failure } from '@/features/auth/failure';
import { refreshSettings } from '@/features/settings/api';
import { finishSignIn } from '@/features/settings/inboxes/proof';
import { providerName } from '@/features/settings/inboxes/sign-in';
import { useSettingsText, useTexts } from '@/features/settings/texts';
import { toApiError } from '@/lib/api-error';

const explained = ['sign_in_expired', 'sign_in_refused', 'wrong_mailbox', 'address_taken'];

/** Where Google and Microsoft send an administrator back to: hands in what they brought, once. */
export function OauthReturnPage() {
  const ready = useTexts();
  const { t } = useSettingsText();
  const { provider } = useParams({ from: '/oauth/$provider' });
  // As it came: the router would take a code of digits for a number.
  const [given] = useState(() => new URLSearchParams(window.location.search));
  const code = given.get('code') ?? '';
  const state = given.get('state') ?? '';
  const error = given.get('error') ?? '';
  const navigate = useNavigate();
  const complete = code !== '' && state !== '' && error === '';
  // A query and not an effect: however often the page is drawn, it is handed in once.
  const finished = useQuery({
    queryKey: ['oauth', provider, state],
    queryFn: () => finishSignIn(provider, code, state),
    enabled: complete,
    retry: false,
    retryOnMount: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const inbox = finished.data;
  useEffect(() => {
    if (!inbox) return;
    void refreshSettings(inbox.account_id).then(() =>
      navigate({
        to: '/a/$accountId/settings/$',
        params: { accountId: inbox.account_id, _splat: `inboxes/${inbox.inbox_id}/setup` },
        replace: true,
      }),
    );
  }, [inbox, navigate]);
  if (!ready) return null;
  const failure = failureOf();

  function failureOf(): string | null {
    if (!complete) return t(error === 'access_denied' ? 'oauth.denied' : 'oauth.incomplete');
    if (!finished.error) return null;
    const refusal = toApiError(finished.error);
    if (refusal.isNetwork) return t('error.network');
    return explained.includes(refusal.code)
      ? [t(`oauth.${refusal.code}`), refusal.hint].filter(Boolean).join(' ')
      : refusal.message;
  }
  return (
    <AuthLayout title={t('oauth.title', { provider: providerName(provider) })}>
      {failure === null ? (
        <p role="status" className="text-muted">
          {t('oauth.working')}
        </p>
      ) : (
        <div className="space-y-4">
          <Failure text={failure} />
          <Button
            look="primary"
            className="h-10 w-full"
            onClick={() => void navigate({ to: '/', replace: true })}
          >
            {t('oauth.back')}
          </Button>
        </div>
      )}
    </AuthLayout>
  );
}
