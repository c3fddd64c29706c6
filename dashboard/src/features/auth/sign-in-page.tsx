import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import * as z from 'zod/mini';
import { Button } from '@/components/button';
import { Field } from '@/components/field';
import { useTranslation } from '@/i18n';
import { signIn } from './api';
import { AuthLayout, linkLook } from './auth-layout';
import { Failure } from './failure';
import { fields, useAuthForm } from './use-auth-form';

const schema = z.object({ email: fields.email, password: fields.password });

export function SignInPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { next } = useSearch({ from: '/sign-in' });
  const { form, onSubmit, failure, errorOf, busy } = useAuthForm(
    schema,
    { email: '', password: '' },
    async ({ email, password }) => {
      await signIn(email, password);
      // Only an address inside this application, never one that leads elsewhere.
      await (next && /^\/(a\/|oauth\/|accept-invitation\?)/.test(next)
        ? navigate({ href: next, to: '.' })
        : navigate({ to: '/' }));
    },
  );
  return (
    <AuthLayout
      title={t('auth.signInTitle')}
      footer={
        <p>
          {t('auth.noAccount')}{' '}
          <Link to="/sign-up" className={linkLook}>
            {t('auth.createWorkspace')}
          </Link>
        </p>
      }
    >
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
        <div>
          <Field
            label={t('auth.password')}
            type="password"
            autoComplete="current-password"
            dir="ltr"
            error={errorOf('password')}
            {...form.register('password')}
          />
          <p className="mt-2 text-end text-meta">
            <Link to="/forgot-password" className={linkLook}>
              {t('auth.forgot')}
            </Link>
          </p>
        </div>
        <Failure text={failure} />
        <Button type="submit" look="primary" size="md" disabled={busy} className="h-10 w-full">
          {t(busy ? 'auth.signingIn' : 'auth.signIn')}
        </Button>
      </form>
    </AuthLayout>
  );
}
