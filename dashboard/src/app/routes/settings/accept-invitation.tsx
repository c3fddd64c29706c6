import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import * as z from 'zod/mini';
import { Button } from '@/components/button';
import { Field } from '@/components/field';
import { changePassword } from '@/features/auth/api';
import { AuthLayout, linkLook } from '@/features/auth/auth-layout';
import { Failure } from '@/features/auth/failure';
import { fields, useAuthForm } from '@/features/auth/use-auth-form';
import { acceptInvitation, registerInvited } from '@/features/settings/invitation';
import { useSettingsText, useTexts } from '@/features/settings/texts';
import { toApiError } from '@/lib/api-error';
import { queryClient } from '@/lib/query-client';
import { signOut } from '@/lib/sign-out';
import { session } from '@/lib/supabase';
import { useSession } from '../../use-session';

/** Where the link of an invitation leads: joins the account, after a login was made if need be. */
export function AcceptInvitationPage() {
  const ready = useTexts();
  const { t } = useSettingsText();
  const current = useSession();
  const { token } = useSearch({ from: '/accept-invitation' });
  // Auth's own invitation brings a session in the fragment, for somebody who has no password yet.
  const [fresh] = useState(() => /(^|[#&])type=invite/.test(window.location.hash));
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    void session()
      .auth()
      .then((auth) => auth.getSession())
      .catch(() => {})
      .finally(() => setSettled(true));
  }, []);
  if (!ready || !settled) return null;
  return (
    <AuthLayout
      title={t('accept.title')}
      text={current ? t('accept.as', { email: current.user.email }) : t('accept.register')}
      footer={
        current ? (
          <button type="button" className={linkLook} onClick={() => void signOut()}>
            {t('accept.otherAddress')}
          </button>
        ) : (
          <p>
            {t('auth.haveAccount')}{' '}
            <Link
              to="/sign-in"
              search={{ next: `/accept-invitation?token=${encodeURIComponent(token)}` }}
              className={linkLook}
            >
              {t('auth.signIn')}
            </Link>
          </p>
        )
      }
    >
      {current ? (
        fresh ? (
          <Choose token={token} />
        ) : (
          <Join token={token} />
        )
      ) : (
        <Register token={token} />
      )}
    </AuthLayout>
  );
}

/** Joins, and opens the account. */
function useJoin(token: string): () => Promise<void> {
  const navigate = useNavigate();
  return async () => {
    const accountId = await acceptInvitation(token);
    queryClient.clear();
    await navigate({
      to: '/a/$accountId/inbox/$view',
      params: { accountId, view: 'unassigned' },
    });
  };
}

/** Somebody who is signed in already. */
function Join({ token }: { token: string }) {
  const { t } = useSettingsText();
  const join = useJoin(token);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  async function go(): Promise<void> {
    setBusy(true);
    setFailure(null);
    try {
      await join();
    } catch (thrown) {
      const error = toApiError(thrown);
      setFailure(error.isNetwork ? t('error.network') : error.message);
      setBusy(false);
    }
  }
  return (
    <div className="space-y-4">
      <Failure text={failure} />
      <Button look="primary" className="h-10 w-full" disabled={busy} onClick={() => void go()}>
        {t('accept.join')}
      </Button>
    </div>
  );
}

const passwordSchema = z.object({ password: fields.newPassword });

/** Somebody whose login was made by the invitation: they choose their password. */
function Choose({ token }: { token: string }) {
  const { t } = useSettingsText();
  const join = useJoin(token);
  const { form, onSubmit, failure, errorOf, busy } = useAuthForm(
    passwordSchema,
    { password: '' },
    async ({ password }) => {
      await changePassword(password);
      await join();
    },
  );
  return (
    <form noValidate onSubmit={(event) => void onSubmit(event)} className="space-y-4">
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
      <Button type="submit" look="primary" disabled={busy} className="h-10 w-full">
        {t('accept.join')}
      </Button>
    </form>
  );
}

const registerSchema = z.object({
  name: fields.text,
  email: fields.email,
  password: fields.newPassword,
});

/** Somebody who has no login, and got the link by other ways than our mail. */
function Register({ token }: { token: string }) {
  const { t } = useSettingsText();
  const join = useJoin(token);
  const [sentTo, setSentTo] = useState<string | null>(null);
  const { form, onSubmit, failure, errorOf, busy } = useAuthForm(
    registerSchema,
    { name: '', email: '', password: '' },
    async (values) => {
      if (await registerInvited(values)) await join();
      else setSentTo(values.email);
    },
  );
  if (sentTo) return <p role="status">{t('auth.confirmText', { email: sentTo })}</p>;
  return (
    <form noValidate onSubmit={(event) => void onSubmit(event)} className="space-y-4">
      <Field
        label={t('auth.name')}
        autoComplete="name"
        dir="auto"
        error={errorOf('name')}
        {...form.register('name')}
      />
      <Field
        label={t('auth.email')}
        type="email"
        autoComplete="email"
        dir="ltr"
        hint={t('accept.emailHint')}
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
      <Button type="submit" look="primary" disabled={busy} className="h-10 w-full">
        {t('accept.join')}
      </Button>
    </form>
  );
}
