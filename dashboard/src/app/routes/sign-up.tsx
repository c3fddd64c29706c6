import { Link, useNavigate } from '@tanstack/react-router';
import { MailCheck } from 'lucide-react';
import { useState } from 'react';
import * as z from 'zod/mini';
import { Button } from '@/components/button';
import { Field } from '@/components/field';
import { createAccount } from '@/features/accounts/api';
import { signUp } from '@/features/auth/api';
import { AuthLayout, linkLook } from '@/features/auth/auth-layout';
import { Failure } from '@/features/auth/failure';
import { fields, useAuthForm } from '@/features/auth/use-auth-form';
import { useTranslation } from '@/i18n';
import { queryClient } from '@/lib/query-client';
import { session } from '@/lib/supabase';

const signUpSchema = z.object({
  name: fields.text,
  workspace: fields.text,
  email: fields.email,
  password: fields.newPassword,
});

/** Registers a person and, as soon as there is a session, their workspace. */
export function SignUpPage() {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const [sentTo, setSentTo] = useState<string | null>(null);
  const { form, onSubmit, failure, errorOf, busy } = useAuthForm(
    signUpSchema,
    { name: '', workspace: '', email: '', password: '' },
    async (values) => {
      // A second try after a failed workspace must not register the person again.
      const signedIn = session().current !== null || (await signUp(values));
      if (!signedIn) {
        setSentTo(values.email);
        return;
      }
      const account = await createAccount(values.workspace, i18n.language);
      queryClient.clear();
      await navigate({
        to: '/a/$accountId/inbox/$view',
        params: { accountId: account.id, view: 'mine' },
      });
    },
  );
  if (sentTo) {
    return (
      <AuthLayout title={t('auth.confirmTitle')} text={t('auth.confirmText', { email: sentTo })}>
        <MailCheck aria-hidden="true" size={40} strokeWidth={1.5} className="text-accent" />
      </AuthLayout>
    );
  }
  return (
    <AuthLayout
      title={t('auth.signUpTitle')}
      text={t('auth.signUpText')}
      footer={
        <p>
          {t('auth.haveAccount')}{' '}
          <Link to="/sign-in" className={linkLook}>
            {t('auth.signIn')}
          </Link>
        </p>
      }
    >
      <form noValidate onSubmit={(event) => void onSubmit(event)} className="space-y-4">
        <Field
          label={t('auth.name')}
          autoComplete="name"
          dir="auto"
          autoFocus
          error={errorOf('name')}
          {...form.register('name')}
        />
        <Field
          label={t('auth.workspace')}
          autoComplete="organization"
          dir="auto"
          hint={t('auth.workspaceHint')}
          error={errorOf('workspace')}
          {...form.register('workspace')}
        />
        <Field
          label={t('auth.email')}
          type="email"
          autoComplete="email"
          dir="ltr"
          error={errorOf('email')}
          {...form.register('email')}
        />
        <Field
          label={t('auth.password')}
          type="password"
          autoComplete="new-password"
          dir="ltr"
          hint={t('auth.passwordHint')}
          error={errorOf('password')}
          {...form.register('password')}
        />
        <Failure text={failure} />
        <Button type="submit" look="primary" size="md" disabled={busy} className="h-10 w-full">
          {t(busy ? 'auth.creating' : 'auth.create')}
        </Button>
      </form>
    </AuthLayout>
  );
}

const welcomeSchema = z.object({ workspace: fields.text });

/** For somebody who is signed in but belongs to no workspace yet. */
export function WelcomePage() {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const planned = session().current?.user.metadata.workspace;
  const { form, onSubmit, failure, errorOf, busy } = useAuthForm(
    welcomeSchema,
    { workspace: typeof planned === 'string' ? planned : '' },
    async ({ workspace }) => {
      const account = await createAccount(workspace, i18n.language);
      queryClient.clear();
      await navigate({
        to: '/a/$accountId/inbox/$view',
        params: { accountId: account.id, view: 'mine' },
      });
    },
  );
  return (
    <AuthLayout title={t('auth.welcomeTitle')} text={t('auth.welcomeText')}>
      <form noValidate onSubmit={(event) => void onSubmit(event)} className="space-y-4">
        <Field
          label={t('auth.workspace')}
          autoComplete="organization"
          dir="auto"
          autoFocus
          error={errorOf('workspace')}
          {...form.register('workspace')}
        />
        <Failure text={failure} />
        <Button type="submit" look="primary" size="md" disabled={busy} className="h-10 w-full">
          {t(busy ? 'auth.creating' : 'auth.create')}
        </Button>
      </form>
    </AuthLayout>
  );
}
