import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import * as z from 'zod/mini';
import { Button } from '@/components/button';
import { Field } from '@/components/field';
import { useTranslation } from '@/i18n';
import { session } from '@/lib/supabase';
import { showToast } from '@/lib/toast';
import { changePassword } from './api';
import { AuthLayout, linkLook } from './auth-layout';
import { Failure } from './failure';
import { fields, useAuthForm } from './use-auth-form';

const schema = z.object({ password: fields.newPassword });

/** Where the link of the password e-mail leads; the link itself is the sign-in. */
export function ResetPasswordPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [state, setState] = useState<'checking' | 'ready' | 'expired'>('checking');
  useEffect(() => {
    void session()
      .auth()
      .then((auth) => auth.getSession())
      .then(({ data }) => setState(data.session ? 'ready' : 'expired'))
      .catch(() => setState('expired'));
  }, []);
  const { form, onSubmit, failure, errorOf, busy } = useAuthForm(
    schema,
    { password: '' },
    async ({ password }) => {
      await changePassword(password);
      showToast(t('auth.passwordChanged'));
      await navigate({ to: '/' });
    },
  );
  if (state === 'checking') return <AuthLayout title={t('common.loading')}>{null}</AuthLayout>;
  if (state === 'expired') {
    return (
      <AuthLayout title={t('auth.linkExpiredTitle')} text={t('auth.linkExpiredText')}>
        <Link to="/forgot-password" className={linkLook}>
          {t('auth.forgotTitle')}
        </Link>
      </AuthLayout>
    );
  }
  return (
    <AuthLayout title={t('auth.resetTitle')}>
      <form noValidate onSubmit={(event) => void onSubmit(event)} className="space-y-4">
        <Field
          label={t('auth.newPassword')}
          type="password"
          autoComplete="new-password"
          dir="ltr"
          autoFocus
          hint={t('auth.passwordHint')}
          error={errorOf('password')}
          {...form.register('password')}
        />
        <Failure text={failure} />
        <Button type="submit" look="primary" size="md" disabled={busy} className="h-10 w-full">
          {t('auth.savePassword')}
        </Button>
      </form>
    </AuthLayout>
  );
}
