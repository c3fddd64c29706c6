import {
  Copy as CopyIcon,
  CornerUpLeft,
  Ellipsis,
  Link2,
  Pencil,
  TextQuote,
  Trash2,
} from 'lucide-react';
import { memo, type ReactNode, Suspense } from 'react';
import { Avatar } from '@/components/avatar';
import { cx } from '@/components/cx';
import { Menu, type MenuGroup } from '@/components/menu';
import { PlainText } from '@/components/plain-text';
import { useTranslation } from '@/i18n';
import { absolute, clock } from '@/lib/format';
import { asPlainText } from '@/lib/links';
import { lazily } from '@/lib/parts';
import type { Message } from '@/types/message';
import { Delivery } from './delivery';
import { hasAbove, hasBelow } from './extras';
import { useMessageActions } from './message-actions';
import { NoteFrame } from './note-frame';

const MessageEditor = lazily(() => import('./message-editor'));
// Most messages are text; what the others have comes when one of them is met.
const Attachments = lazily(() => import('./attachments'));
const MailCard = lazily(() => import('./mail-card'));
const MessageAbove = lazily(() => import('./message-above'));
const MessageBelow = lazily(() => import('./message-below'));

interface MessageItemProps {
  message: Message;
  /** The message this one answers: itself, or null when it is not loaded. Undefined when it answers none. */
  quoted: Message | null | undefined;
  first: boolean;
  last: boolean;
  /** True for the message a link pointed at. */
  marked: boolean;
  editing: boolean;
}

/** One message: the customer at the start side, our replies at the end, notes across. */
export const MessageItem = memo(function MessageItem({
  message,
  quoted,
  first,
  last,
  marked,
  editing,
}: MessageItemProps) {
  const { t, i18n } = useTranslation();
  const name =
    message.sender.name ||
    (message.sender.type === 'contact' ? t('contact.visitor') : t('thread.system'));
  const attachments = message.attachments ?? [];
  const mail = message.content_type === 'incoming_email';
  const body = message.deleted_at ? (
    <em className="text-muted">{t('thread.deleted')}</em>
  ) : editing ? (
    <Suspense fallback={<PlainText text={message.content ?? ''} />}>
      <MessageEditor message={message} />
    </Suspense>
  ) : (
    <>
      {quoted !== undefined && <Quotation message={message} quoted={quoted} />}
      {hasAbove(message) && (
        <Suspense>
          <MessageAbove message={message} />
        </Suspense>
      )}
      {mail ? (
        <Suspense fallback={<PlainText text={message.content ?? ''} />}>
          <MailCard message={message} name={name} />
        </Suspense>
      ) : (
        <>
          {message.content && <PlainText text={message.content} />}
          {isTemplate(message) && <TemplateButtons message={message} />}
          {attachments.length > 0 && (
            <div className={message.content ? 'mt-2' : 'py-0.5'}>
              <Suspense>
                <Attachments attachments={attachments} />
              </Suspense>
            </div>
          )}
        </>
      )}
    </>
  );
  const below = !message.deleted_at && hasBelow(message) && (
    <Suspense>
      <MessageBelow message={message} />
    </Suspense>
  );
  const time = (
    <time
      dateTime={message.created_at}
      title={absolute(message.created_at, i18n.language)}
      className="tabular"
    >
      {clock(message.created_at, i18n.language)}
    </time>
  );
  const edited = message.edited_at && <span>{t('thread.edited')}</span>;
  const toolbar = !message.deleted_at && !editing && <Toolbar message={message} name={name} />;
  const ring = marked && 'animate-[mark_2.4s_ease-out]';

  if (message.private) {
    return (
      <NoteFrame
        name={name}
        first={first}
        className={ring}
        toolbar={toolbar}
        meta={
          <>
            {edited}
            {time}
          </>
        }
      >
        {body}
      </NoteFrame>
    );
  }
  if (message.message_type === 'incoming') {
    return (
      <article
        aria-label={t('thread.messageFrom', { name })}
        className={cx(
          'group/message flex items-end gap-2.5',
          !mail && 'pe-[12%] max-sm:pe-8',
          first ? 'pt-3' : 'pt-0.5',
        )}
      >
        {last ? (
          <Avatar
            id={message.sender.id ?? name}
            name={name}
            url={message.sender.avatar_url}
            size="sm"
          />
        ) : (
          <span className="w-7 shrink-0" />
        )}
        <div className={cx('flex min-w-0 flex-col items-start', mail && 'flex-1')}>
          <div className={cx('flex max-w-full items-center gap-1.5', mail && 'w-full')}>
            <div
              className={cx(
                'min-w-0 rounded-lg border border-border bg-raised px-3.5 py-2',
                mail && 'flex-1',
                last && 'rounded-es-sm',
                ring,
              )}
            >
              {body}
            </div>
            {toolbar}
          </div>
          {below}
          {last && (
            <p className="mt-1 flex items-center gap-1.5 px-1 text-[11px] text-muted">
              <bdi>{name}</bdi>
              {edited}
              {time}
            </p>
          )}
        </div>
      </article>
    );
  }
  const failed = message.status === 'failed';
  return (
    <article
      aria-label={t('thread.messageFrom', { name })}
      className={cx(
        'group/message flex flex-col items-end ps-[12%] max-sm:ps-8',
        first ? 'pt-3' : 'pt-0.5',
      )}
    >
      <div className={cx('flex max-w-full items-center gap-1.5', editing && 'w-full')}>
        {toolbar}
        <div
          className={cx(
            'min-w-0 rounded-lg bg-accent-tint px-3.5 py-2',
            editing && 'flex-1',
            last && 'rounded-ee-sm',
            failed && 'ring-1 ring-danger',
            ring,
          )}
        >
          {body}
        </div>
      </div>
      {below}
      {(last || failed) && (
        <p className="mt-1 flex items-center gap-1.5 px-1 text-[11px] text-muted">
          <bdi>{name}</bdi>
          {edited}
          {time}
          <Delivery status={message.status} />
        </p>
      )}
    </article>
  );
});

const templateOf = (message: Message): unknown => message.content_attributes?.template_params;
const isTemplate = (message: Message): boolean => templateOf(message) !== undefined;

/** What the customer could tap below an approved template. */
function TemplateButtons({ message }: { message: Message }) {
  const buttons = (templateOf(message) as { buttons?: unknown }).buttons;
  if (!Array.isArray(buttons) || buttons.length === 0) return null;
  return (
    <ul className="mt-1.5 flex flex-wrap gap-1.5">
      {buttons.map((label) => (
        <li key={String(label)} className="rounded-md border border-edge/50 px-2 py-0.5 text-chip">
          <bdi>{String(label)}</bdi>
        </li>
      ))}
    </ul>
  );
}

function Quotation({ message, quoted }: { message: Message; quoted: Message | null }) {
  const { t } = useTranslation();
  const { show } = useMessageActions();
  const id = message.content_attributes?.in_reply_to;
  const text =
    quoted === null
      ? t('message.quotedEarlier')
      : quoted.deleted_at
        ? t('thread.deleted')
        : asPlainText(quoted.content ?? '') || t('message.attachment');
  return (
    <button
      type="button"
      onClick={() => typeof id === 'string' && show(id)}
      className="mb-1.5 flex w-full min-w-0 flex-col items-start rounded-sm border-edge border-s-2 bg-[color-mix(in_oklch,var(--edge)_10%,transparent)] px-2.5 py-1 text-start text-chip text-muted hover:text-text"
    >
      <bdi className="font-semibold">{quoted?.sender.name ?? t('message.inReplyTo')}</bdi>
      <bdi className="line-clamp-2 [overflow-wrap:anywhere]">{text}</bdi>
    </button>
  );
}

/** Appears with the pointer or the focus; the same things are in its menu for the keyboard. */
function Toolbar({ message, name }: { message: Message; name: string }) {
  const { t } = useTranslation();
  const actions = useMessageActions();
  const own = message.sender.type === 'user' && message.sender.id === actions.userId;
  const ours = message.message_type === 'outgoing';
  const groups: MenuGroup[] = [
    {
      entries: [
        {
          id: 'quote',
          label: t('message.reply'),
          icon: <TextQuote aria-hidden="true" size={15} className="mirror" />,
          onSelect: () => actions.quote(message),
        },
        {
          id: 'text',
          label: t('message.copyText'),
          icon: <CopyIcon aria-hidden="true" size={15} />,
          onSelect: () => actions.copyText(message),
        },
        {
          id: 'link',
          label: t('message.copyLink'),
          icon: <Link2 aria-hidden="true" size={15} />,
          onSelect: () => actions.copyLink(message),
        },
      ],
    },
  ];
  const changes = [
    ...(own && ours && !isTemplate(message)
      ? [
          {
            id: 'edit',
            label: t('message.edit'),
            icon: <Pencil aria-hidden="true" size={15} />,
            onSelect: () => actions.startEditing(message),
          },
        ]
      : []),
    ...(ours && (own || actions.isAdministrator)
      ? [
          {
            id: 'delete',
            label: t('message.delete'),
            icon: <Trash2 aria-hidden="true" size={15} />,
            onSelect: () => actions.askToDelete(message),
          },
        ]
      : []),
  ];
  if (changes.length > 0) groups.push({ entries: changes });
  const button =
    'flex size-7 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-text';
  return (
    <span className="flex shrink-0 opacity-0 transition-opacity duration-100 focus-within:opacity-100 group-hover/message:opacity-100 has-[[aria-expanded=true]]:opacity-100 [@media(hover:none)]:opacity-100">
      <button
        type="button"
        tabIndex={-1}
        title={t('message.reply')}
        aria-label={t('message.reply')}
        onClick={() => actions.quote(message)}
        className={cx(button, '[@media(hover:none)]:hidden')}
      >
        <CornerUpLeft aria-hidden="true" size={15} className="mirror" />
      </button>
      <Menu
        label={t('message.actionsOn', { name })}
        className={button}
        align="end"
        trigger={<Ellipsis aria-hidden="true" size={15} />}
        groups={groups}
      />
    </span>
  );
}

/** What the system did: one quiet line, or several behind one when they follow each other. */
export function ActivityLine({ message }: { message: Message }) {
  const { i18n } = useTranslation();
  return (
    <p className="flex justify-center gap-1.5 px-6 py-1.5 text-center text-chip text-muted">
      <bdi>{message.content}</bdi>
      <time
        dateTime={message.created_at}
        title={absolute(message.created_at, i18n.language)}
        className="tabular shrink-0"
      >
        {clock(message.created_at, i18n.language)}
      </time>
    </p>
  );
}

export function ActivityRun({ messages }: { messages: Message[] }): ReactNode {
  const { t } = useTranslation();
  return (
    <details className="group/run">
      <summary className="mx-auto flex w-fit cursor-default list-none items-center gap-1 rounded-md px-2 py-1 text-chip text-muted hover:bg-hover hover:text-text">
        {t('thread.events', { count: messages.length })}
      </summary>
      {messages.map((message) => (
        <ActivityLine key={message.id} message={message} />
      ))}
    </details>
  );
}
