import { useQuery } from '@tanstack/react-query';
import { ChevronDown, X } from 'lucide-react';
import { useId, useState } from 'react';
import * as z from 'zod/mini';
import { isolated } from '@/lib/format';
import type { Recipients } from '@/lib/outbox';
import { answer, rest } from '@/lib/supabase';
import type { Message } from '@/types/message';
import { mailOf } from './mail';
import { answerTo, badAddresses, readAddresses } from './recipients';
import { useThreadText } from './texts';

const ownSchema = z.array(z.object({ address: z.string(), aliases: z.array(z.string()) }));

interface MailRecipientsProps {
  inboxId: string;
  contactEmail: string;
  /** What the contact wrote last, if it came as a mail. */
  last: Message | null;
  /** What the agent chose; null leaves it to the server. */
  value: Recipients | null;
  onChange: (value: Recipients | null) => void;
}

/** Whom a reply goes to: said in one line, changed in three fields. */
export default function MailRecipients({
  inboxId,
  contactEmail,
  last,
  value,
  onChange,
}: MailRecipientsProps) {
  const { t } = useThreadText();
  const { data: own } = useQuery({
    queryKey: ['own-addresses', inboxId],
    queryFn: async () =>
      ownSchema
        .parse(
          await answer(
            rest().from('channel_connections').select('address,aliases').eq('inbox_id', inboxId),
          ),
        )
        .flatMap(({ address, aliases }) => [address, ...aliases]),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!own) return null;
  const usual = answerTo(last && mailOf(last), contactEmail, own);
  if (!value) {
    const line = (['to', 'cc'] as const)
      .filter((field) => usual[field].length > 0)
      .map((field) => `${t(`recipients.${field}`)}: ${isolated(usual[field].join(', '))}`)
      .join(' · ');
    return (
      <button
        type="button"
        aria-label={t('recipients.change', { line })}
        onClick={() => onChange(usual)}
        className="mx-2 mt-1 flex h-6 max-w-[calc(100%-1rem)] items-center gap-1 rounded-sm px-1.5 text-chip text-muted hover:bg-hover hover:text-text"
      >
        <span className="min-w-0 truncate">{line}</span>
        <ChevronDown aria-hidden="true" size={12} className="shrink-0" />
      </button>
    );
  }
  return (
    <fieldset className="mx-3.5 mt-1.5 rounded-md border border-border px-2 py-1">
      <legend className="sr-only">{t('recipients.title')}</legend>
      {(['to', 'cc', 'bcc'] as const).map((field) => (
        <Field
          key={field}
          label={t(`recipients.${field}`)}
          addresses={value[field]}
          required={field === 'to'}
          onChange={(addresses) => onChange({ ...value, [field]: addresses })}
        />
      ))}
      <button
        type="button"
        onClick={() => onChange(null)}
        className="flex h-6 items-center gap-1 rounded-sm px-1 text-chip text-muted hover:bg-hover hover:text-text"
      >
        <X aria-hidden="true" size={12} />
        {t('recipients.usual')}
      </button>
    </fieldset>
  );
}

interface FieldProps {
  label: string;
  addresses: string[];
  required: boolean;
  onChange: (addresses: string[]) => void;
}

function Field({ label, addresses, required, onChange }: FieldProps) {
  const { t } = useThreadText();
  const id = useId();
  const [text, setText] = useState(addresses.join(', '));
  const bad = badAddresses(addresses);
  const missing = required && addresses.length === 0;
  return (
    <div className="border-border border-b py-0.5 focus-within:border-accent">
      <div className="flex items-center gap-2">
        <label htmlFor={id} className="w-10 shrink-0 text-chip text-muted">
          {label}
        </label>
        <input
          id={id}
          dir="ltr"
          type="text"
          inputMode="email"
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            onChange(readAddresses(event.target.value));
          }}
          aria-invalid={bad.length > 0 || missing ? true : undefined}
          aria-describedby={bad.length > 0 || missing ? `${id}-problem` : undefined}
          className="h-7 min-w-0 flex-1 bg-transparent text-meta outline-none max-sm:text-[1rem]"
        />
      </div>
      {(bad.length > 0 || missing) && (
        <p id={`${id}-problem`} className="pb-0.5 text-chip text-danger">
          {missing
            ? t('recipients.nobody')
            : t('recipients.bad', { address: isolated(bad.join(', ')) })}
        </p>
      )}
    </div>
  );
}
