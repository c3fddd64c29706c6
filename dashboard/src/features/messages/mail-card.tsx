import { useQueries, useQuery } from '@tanstack/react-query';
import { BadgeCheck, ChevronDown, Ellipsis, ImageOff, TriangleAlert } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import { PlainText } from '@/components/plain-text';
import { Popover } from '@/components/popover';
import { absolute } from '@/lib/format';
import type { Message } from '@/types/message';
import { attachmentUrlQuery } from './attachment-urls';
import Attachments from './attachments';
import { inlineImages, type Mail, mailOf, shortList } from './mail';
import { mailBodiesQuery } from './mail-bodies';
import { MailFrame } from './mail-frame';
import { useThreadText } from './texts';
import { rememberImagesOf, showsImagesOf } from './trusted-senders';

const link =
  'inline-flex h-6 items-center rounded-sm px-1.5 font-medium hover:bg-hover hover:text-text';

/** A message that came as a mail: who it went to, its own looks, and what it quotes, folded. */
export default function MailCard({ message, name }: { message: Message; name: string }) {
  const { t } = useThreadText();
  const mail = mailOf(message);
  const attachments = message.attachments ?? [];
  const [plain, setPlain] = useState(false);
  const [unfolded, setUnfolded] = useState(false);
  const inline = useMemo(() => inlineImages(message.attachments ?? []), [message.attachments]);
  const formatted = mail?.has_html === true && !plain;
  const wanted = mail !== null && (mail.has_html || unfolded);
  const bodies = useQuery({
    ...mailBodiesQuery(message.conversation_id, message.id),
    enabled: wanted,
  });
  if (!mail) return <PlainText text={message.content ?? ''} />;
  const html = bodies.data?.html.reply || bodies.data?.html.full || '';
  const quoted = (formatted ? bodies.data?.html.quoted : bodies.data?.text.quoted) ?? '';
  const shownInside = formatted && html !== '';
  const others = shownInside
    ? attachments.filter((attachment) => ![...inline.values()].includes(attachment))
    : attachments;
  const fold = mail.has_quotation && (!wanted || bodies.isPending || quoted !== '') && (
    <button
      type="button"
      aria-expanded={unfolded}
      title={t(unfolded ? 'mail.hideQuoted' : 'mail.showQuoted')}
      aria-label={t(unfolded ? 'mail.hideQuoted' : 'mail.showQuoted')}
      onClick={() => setUnfolded(!unfolded)}
      className="mt-1.5 flex h-6 items-center rounded-full bg-hover px-2 text-muted hover:text-text"
    >
      <Ellipsis aria-hidden="true" size={16} />
    </button>
  );
  return (
    <div className="min-w-0">
      <Head mail={mail} name={name} message={message}>
        {mail.has_html && (
          <button type="button" onClick={() => setPlain(!plain)} className={`${link} shrink-0`}>
            {t(plain ? 'mail.showOriginal' : 'mail.showPlain')}
          </button>
        )}
      </Head>
      {shownInside ? (
        <Original
          message={message}
          mail={mail}
          title={t('mail.frame', { name })}
          html={html}
          quoted={unfolded && quoted ? quoted : null}
          inline={inline}
        >
          {fold}
        </Original>
      ) : (
        <>
          {message.content && <PlainText text={message.content} />}
          {formatted && bodies.isError && (
            <p className="mt-1 text-chip text-danger">{t('mail.failed')}</p>
          )}
          {unfolded && quoted && (
            <div className="mt-2 border-edge border-s-2 ps-3 text-muted">
              <PlainText text={quoted} />
            </div>
          )}
          {fold}
        </>
      )}
      {mail.skipped_attachments > 0 && (
        <p className="mt-1.5 text-chip text-muted">
          {t('mail.skipped', { count: mail.skipped_attachments })}
        </p>
      )}
      {!mail.complete && <p className="mt-1.5 text-chip text-muted">{t('mail.incomplete')}</p>}
      {others.length > 0 && (
        <div className="mt-2">
          <Attachments attachments={others} />
        </div>
      )}
    </div>
  );
}

interface HeadProps {
  mail: Mail;
  name: string;
  message: Message;
  children: ReactNode;
}

function Head({ mail, name, message, children }: HeadProps) {
  const { t, i18n } = useThreadText();
  const { names, count } = shortList([...mail.to, ...mail.cc]);
  const fields: [string, string][] = [
    [t('mail.fromField'), sender(mail, name)],
    [t('mail.replyToField'), mail.reply_to.join(', ')],
    [t('mail.toField'), mail.to.join(', ')],
    [t('mail.ccField'), mail.cc.join(', ')],
    [t('mail.bccField'), mail.bcc.join(', ')],
    [t('mail.subjectField'), mail.subject],
    [t('mail.dateField'), absolute(mail.date ?? message.created_at, i18n.language)],
  ];
  return (
    <div className="mb-2 border-border border-b pb-1.5">
      <p className="flex items-center gap-1.5 font-semibold">
        <bdi className="min-w-0 [overflow-wrap:anywhere]">
          {mail.subject || t('mail.noSubject')}
        </bdi>
        {mail.sender_verified === false && (
          <span title={t('mail.unverified')} className="shrink-0 text-danger">
            <TriangleAlert aria-hidden="true" size={14} />
            <span className="sr-only">{t('mail.unverified')}</span>
          </span>
        )}
      </p>
      <div className="-mx-1.5 flex items-center gap-1 text-chip text-muted">
        <Popover
          label={t('mail.details')}
          className={`${link} min-w-0`}
          trigger={
            <>
              <bdi className="truncate">
                {count > 0
                  ? t('mail.more', { names: t('mail.to', { names }), count })
                  : t('mail.to', { names })}
              </bdi>
              <ChevronDown size={12} className="ms-0.5 shrink-0" />
            </>
          }
        >
          {() => (
            <div className="w-96 max-w-[80vw] p-3 text-meta">
              <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-1">
                {fields
                  .filter(([, value]) => value !== '')
                  .map(([label, value]) => (
                    <div key={label} className="contents">
                      <dt className="text-muted">{label}</dt>
                      <dd className="min-w-0 [overflow-wrap:anywhere]">
                        <bdi>{value}</bdi>
                      </dd>
                    </div>
                  ))}
              </dl>
              {mail.sender_verified === true && (
                <p className="mt-2 flex items-center gap-1.5 text-chip text-muted">
                  <BadgeCheck aria-hidden="true" size={14} className="text-ok" />
                  {t('mail.verified')}
                </p>
              )}
              {mail.sender_verified === false && (
                <p className="mt-2 text-chip text-danger">{t('mail.unverified')}</p>
              )}
            </div>
          )}
        </Popover>
        {mail.auto_reply && <span className="truncate">{t('mail.automatic')}</span>}
        <span className="ms-auto flex shrink-0">{children}</span>
      </div>
    </div>
  );
}

const sender = (mail: Mail, name: string): string =>
  mail.sender.email ? `${mail.sender.name || name} <${mail.sender.email}>` : name;

interface OriginalProps {
  message: Message;
  mail: Mail;
  title: string;
  html: string;
  quoted: string | null;
  inline: ReturnType<typeof inlineImages>;
  children: ReactNode;
}

/** The mail as its sender designed it, on white paper in either theme. */
function Original({ message, mail, title, html, quoted, inline, children }: OriginalProps) {
  const { t } = useThreadText();
  const email = mail.sender.email;
  // Whoever only claims to be a trusted sender is not.
  const [trusted, setTrusted] = useState(
    () => mail.sender_verified !== false && showsImagesOf(email),
  );
  const [asked, setAsked] = useState(false);
  const [hidden, setHidden] = useState(0);
  const remote = trusted || asked;
  const entries = [...inline];
  const images = useQueries({
    queries: entries.map(([, file]) =>
      attachmentUrlQuery(file.state === 'ready' ? (file.path ?? null) : null),
    ),
    combine: (results) => results.map((result) => result.data ?? ''),
  });
  const signed = images.join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the addresses say when something changed
  const urls = useMemo(
    () => new Map(entries.flatMap(([id], place) => (images[place] ? [[id, images[place]]] : []))),
    [signed],
  );

  function trust(show: boolean): void {
    rememberImagesOf(email, show);
    setTrusted(show);
    setAsked(show);
  }

  return (
    <>
      <div className="-mx-1.5 overflow-hidden rounded-md bg-[white] p-3">
        <MailFrame
          key={String(remote)}
          id={`${message.id}:${remote}:${quoted !== null}`}
          title={title}
          html={html}
          quoted={quoted}
          images={urls}
          remote={remote}
          onHidden={setHidden}
        />
      </div>
      {children}
      {hidden > 0 && (
        <div className="mt-1.5 text-chip text-muted">
          <p className="flex gap-1.5">
            <ImageOff aria-hidden="true" size={13} className="mt-0.5 shrink-0" />
            {t('mail.imagesHidden', { count: hidden })}
          </p>
          <button type="button" onClick={() => setAsked(true)} className={link}>
            {t('mail.showImages')}
          </button>
          {email !== '' && mail.sender_verified !== false && (
            <button type="button" onClick={() => trust(true)} className={link}>
              {t('mail.alwaysShow')}
            </button>
          )}
        </div>
      )}
      {trusted && (
        <p className="mt-1.5 flex flex-wrap items-center gap-x-1.5 text-chip text-muted">
          {t('mail.imagesShown')}
          <button type="button" onClick={() => trust(false)} className={link}>
            {t('mail.neverShow')}
          </button>
        </p>
      )}
    </>
  );
}
