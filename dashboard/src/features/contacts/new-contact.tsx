import { type FormEvent, useState } from 'react';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { Field } from '@/components/field';
import type { Language } from '@/i18n';
import { failureText, toApiError } from '@/lib/api-error';
import { type Contact, saveContact } from './api';

interface NewContactProps {
  accountId: string;
  language: Language;
  onAdded: (contact: Contact) => void;
  onClose: () => void;
}

/** Somebody who did not write yet. */
export default function NewContact({
  accountId,
  language: { t },
  onAdded,
  onClose,
}: NewContactProps) {
  const [values, setValues] = useState({ name: '', email: '', phone_number: '' });
  const [failure, setFailure] = useState<{ field: string | null; text: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const errorOf = (field: string) => (failure?.field === field ? failure.text : undefined);
  const field = (name: keyof typeof values) => ({
    value: values[name],
    error: errorOf(name),
    onChange: ({ target }: { target: HTMLInputElement }) =>
      setValues((now) => ({ ...now, [name]: target.value })),
  });

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const email = values.email.trim();
    const phone = values.phone_number.replace(/[\s()-]/g, '');
    if (!email && !phone) {
      setFailure({ field: 'email', text: t('contacts.needs') });
      return;
    }
    setBusy(true);
    try {
      onAdded(
        await saveContact(accountId, null, {
          name: values.name.trim(),
          ...(email && { email }),
          ...(phone && { phone_number: phone }),
        }),
      );
    } catch (error) {
      const { details } = toApiError(error);
      const known = typeof details === 'string' && details in values;
      setFailure({ field: known ? details : null, text: failureText(t, error) });
      setBusy(false);
    }
  }

  return (
    <Dialog title={t('contacts.new')} onClose={onClose}>
      <form noValidate onSubmit={(event) => void submit(event)} className="space-y-4 p-5 pt-3">
        <Field label={t('contact.name')} dir="auto" autoComplete="off" {...field('name')} />
        <Field
          label={t('contact.email')}
          type="email"
          dir="ltr"
          autoComplete="off"
          {...field('email')}
        />
        <Field
          label={t('contact.phone')}
          type="tel"
          dir="ltr"
          placeholder="+351 911 222 333"
          autoComplete="off"
          {...field('phone_number')}
        />
        <div role="alert">
          {failure && failure.field === null && (
            <p className="rounded-md bg-danger-tint px-3 py-2.5 text-danger text-meta">
              {failure.text}
            </p>
          )}
        </div>
        <div className="flex justify-end gap-2">
          <Button size="md" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" size="md" look="primary" disabled={busy}>
            {t('contacts.add')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
