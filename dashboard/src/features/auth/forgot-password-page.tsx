import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import * as z from 'zod/mini';
import { Button } from '@/components/button';
import { Field } from '@/components/field';
import { useTranslation } from '@/i18n';
import { requestPasswordReset } from './api';
import { AuthLayout, linkLook } from './auth-layout';
import { Failure } from './failure';
import { fields, useAuthForm } from './use-auth-form';

const schema = z.object({ email: fields.email });

export function ForgotPasswordPage() {
  const { t } = useTranslation();
  const [sentTo, setSentTo] = useState<string | null>(null);
  const { form, onSubmit, failure, errorOf, busy } = useAuthForm(
    schema,
    { email: '' },
    async ({ email }) => {
      await requestPasswordReset(email);
      setSentTo(email);
    },
  );
  const back = (
    <Link to="/sign-in" className={linkLook}>
      {t('auth.backToSignIn')}
    </Link>
  );
  // The same words whether or not the address is known: the page must not tell who has an account.
  if (sentTo)
    return (
      <AuthLayout
        title={t('auth.resetSentTitle')}
        text={t('auth.resetSentText', { email: sentTo })}
      >
        {back}
      </AuthLayout>
    );
  return (
    <AuthLayout title={t('auth.forgotTitle')} text={t('auth.forgotText')} footer={back}>
      <form noValidate onSubmit={(event) => void onSubmit(event)} className="space-y-4">
        <Field
          label={t('auth.email')}
          type="email"
          autoComplete="email"
          dir="ltr"
          autoFocus
          error={errorOf('email')}
          {...form.register('email')}
        />
        <Failure text={failure} />
        <Button type="submit" look="primary" size="md" disabled={busy} className="h-10 w-full">
          {t('auth.sendLink')}
        </Button>
      </form>
    </AuthLayout>
  );
}
