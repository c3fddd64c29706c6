import { Check, Copy, TriangleAlert } from 'lucide-react';
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { Button } from '@/components/button';
import { cx } from '@/components/cx';
import { Dialog } from '@/components/dialog';
import { toApiError } from '@/lib/api-error';
import { showToast } from '@/lib/toast';
import { readAddresses } from '../addresses';
import { type Invited, inviteMany } from '../api';
import { Fields, type Values } from '../fields';
import { Refusal } from '../kit';
import { usePlace } from '../place';
import { useSettingsText } from '../texts';
import { sentenceOf } from '../use-draft';

interface InviteManyProps {
  roles: { value: string; label: string }[];
  roleArguments: (value: string) => { role: string; customRoleId: string | null };
  onClose: () => void;
}

/** Invites everybody whose address was pasted, and says of each what became of it. */
export default function InviteMany({ roles, roleArguments, onClose }: InviteManyProps) {
  const { t } = useSettingsText();
  const { accountId } = usePlace();
  const [values, setValues] = useState<Values>({ emails: '', role: 'agent' });
  const [results, setResults] = useState<Invited[]>([]);
  const [asked, setAsked] = useState<string[] | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [missing, setMissing] = useState(false);
  const summary = useRef<HTMLParagraphElement>(null);
  const text = String(values.emails);
  const { addresses, others } = readAddresses(text);
  const done = asked !== null && !busy;
  const refused = results.filter((each) => each.error);
  // What was not asked, because all of it was refused, is still to be invited.
  const unasked = asked?.filter((email) => !results.some((each) => each.email === email)) ?? [];

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (busy) return;
    setMissing(addresses.length === 0);
    if (addresses.length === 0) return;
    setFailure(null);
    setBusy(true);
    setAsked(addresses);
    setResults([]);
    const { role, customRoleId } = roleArguments(String(values.role));
    let told = 0;
    try {
      await inviteMany(accountId, addresses, { role, custom_role_id: customRoleId }, (more) => {
        told += more.length;
        setResults((now) => [...now, ...more]);
      });
    } catch (error) {
      setFailure(sentenceOf(toApiError(error), t));
      // Where nothing came of it, the form is there to try again.
      if (told === 0) setAsked(null);
    }
    // Before the button that has the focus goes away, and with it the place where one was.
    if (told > 0) summary.current?.focus();
    setBusy(false);
  }

  /** Back to the form, with what is left to do. */
  function correct(): void {
    const left = [...others, ...refused.map((each) => each.email), ...unasked];
    setValues((now) => ({ ...now, emails: left.join('\n') }));
    setAsked(null);
    setFailure(null);
  }

  const close = (): void => {
    if (busy || (asked === null && text.trim() && !window.confirm(t('form.leave')))) return;
    onClose();
  };

  return (
    <Dialog title={t(done ? 'inviteMany.results' : 'inviteMany.title')} onClose={close}>
      <p
        ref={summary}
        role="status"
        tabIndex={-1}
        className={done ? 'px-5 pt-3 font-medium outline-none' : 'sr-only'}
      >
        {done &&
          t('inviteMany.summary', {
            invited: results.length - refused.length,
            others: refused.length + others.length + unasked.length,
          })}
      </p>
      {done ? (
        <div className="flex min-h-0 flex-col">
          <div className="min-h-0 space-y-3 overflow-y-auto px-5 py-3">
            <Refusal text={failure} />
            <ul
              aria-label={t('inviteMany.results')}
              className="divide-y divide-border rounded-lg border border-border"
            >
              {results.map((each) => (
                <Line key={each.email} result={each} />
              ))}
              {others.map((each) => (
                <Row key={each} good={false} title={each} text={t('inviteMany.invalid')} />
              ))}
            </ul>
          </div>
          <div className="flex flex-wrap justify-end gap-2 border-border border-t px-5 py-3">
            {refused.length + others.length + unasked.length > 0 && (
              <Button size="md" onClick={correct}>
                {t('inviteMany.again')}
              </Button>
            )}
            <Button size="md" look="primary" onClick={onClose}>
              {t('inviteMany.done')}
            </Button>
          </div>
        </div>
      ) : (
        <form noValidate className="flex min-h-0 flex-col" onSubmit={(event) => void submit(event)}>
          <div className="min-h-0 space-y-4 overflow-y-auto px-5 py-3">
            <Fields
              form="inviteMany"
              specs={[
                { name: 'emails', kind: 'long', code: true, rows: 6, required: true },
                { name: 'role', kind: 'select', options: roles },
              ]}
              values={values}
              onChange={(name, value) => {
                setMissing(false);
                setValues((now) => ({ ...now, [name]: value }));
              }}
              errorOf={(name) => (name === 'emails' && missing ? t('inviteMany.none') : undefined)}
            />
            <p role="status" className="text-meta text-muted">
              {busy
                ? t('inviteMany.progress', { done: results.length, total: asked?.length ?? 0 })
                : addresses.length > 0 && t('inviteMany.count', { count: addresses.length })}
              {!busy && others.length > 0 && (
                <span className="block text-danger [overflow-wrap:anywhere]">
                  {t('inviteMany.bad', { list: others.join(', ') })}
                </span>
              )}
            </p>
            <Refusal text={failure} />
          </div>
          <div className="flex justify-end gap-2 border-border border-t px-5 py-3">
            <Button size="md" onClick={close}>
              {t('form.cancel')}
            </Button>
            <Button type="submit" look="primary" size="md" aria-disabled={busy}>
              {busy ? t('form.saving') : t('inviteMany.send')}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

function Line({ result: { email, invitation, error } }: { result: Invited }) {
  const { t } = useSettingsText();
  const [copied, setCopied] = useState(false);
  if (error) {
    const known: Record<string, string> = {
      already_member: t('inviteMany.already'),
      email_invalid: t('inviteMany.invalid'),
    };
    return <Row good={false} title={email} text={known[error.code] ?? sentenceOf(error, t)} />;
  }
  if (!invitation) return null;
  const sent = t(invitation.sent ? 'inviteMany.sent' : 'inviteMany.notSent');
  return (
    <Row good title={email} text={sent}>
      {!invitation.sent && (
        <Button
          aria-label={t('inviteMany.copyOf', { email })}
          onClick={() =>
            void navigator.clipboard.writeText(invitation.link).then(
              () => setCopied(true),
              () => showToast(t('common.notCopied'), { tone: 'danger' }),
            )
          }
        >
          <Copy aria-hidden="true" size={13} />
          {t(copied ? 'inviteMany.copied' : 'inviteMany.copy')}
        </Button>
      )}
    </Row>
  );
}

interface RowProps {
  good: boolean;
  title: string;
  text: string;
  children?: ReactNode;
}

function Row({ good, title, text, children }: RowProps) {
  const Icon = good ? Check : TriangleAlert;
  return (
    <li className="flex items-center gap-3 px-3 py-2">
      <Icon
        aria-hidden="true"
        size={16}
        className={cx('shrink-0', good ? 'text-ok' : 'text-danger')}
      />
      <span className="min-w-0 flex-1 text-meta">
        <span className="block truncate font-medium" title={title}>
          <bdi dir="ltr">{title}</bdi>
        </span>
        <span className={cx('block', good ? 'text-muted' : 'text-danger')}>{text}</span>
      </span>
      {children}
    </li>
  );
}
