import {
  AtSign,
  ChevronDown,
  LayoutTemplate,
  Lock,
  Paperclip,
  SendHorizontal,
  Slash,
  Smile,
  X,
} from 'lucide-react';
import {
  type ClipboardEvent,
  type KeyboardEvent,
  type Ref,
  Suspense,
  useEffect,
  useEffectEvent,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { Button } from '@/components/button';
import { cx } from '@/components/cx';
import { Menu } from '@/components/menu';
import { Popover } from '@/components/popover';
import { useTranslation } from '@/i18n';
import { clock } from '@/lib/format';
import { asPlainText } from '@/lib/links';
import type { Outbox, Recipients, SentFile } from '@/lib/outbox';
import { lazily } from '@/lib/parts';
import { setPreferences, usePreferences } from '@/lib/preferences';
import { showToast } from '@/lib/toast';
import { uuid7 } from '@/lib/uuid7';
import type { Message } from '@/types/message';
import type { ReplyWindow } from './api';
import { findMentionable, type Mentionable, withMentions } from './mentions';
import { canGoTo } from './recipients';
import { type Snippet, type Suggestion, suggestionId } from './suggestion';
import { replaceTrigger, type Trigger, triggerAt } from './trigger';
import { UploadStrip } from './upload-strip';
import { MAX_FILES, uploadsOf, useUploads } from './uploads';
import { useDraft } from './use-draft';
import { useTyping } from './use-typing';
import { fillVariables, type Variables } from './variables';

const Suggestions = lazily(() => import('./suggestions'));
const EmojiPicker = lazily(() => import('./emoji-picker'));
const WindowMeter = lazily(() => import('./window-meter'));
const WindowClosed = lazily(() => import('./window-closed'));
const TemplatePicker = lazily(() => import('./template-picker'));
const MailRecipients = lazily(() => import('./mail-recipients'));

const MIN_HEIGHT_PX = 72;
const MAX_HEIGHT_SHARE = 0.4;
const MAX_LENGTH = 20_000;

const isMac = /mac|iphone|ipad/i.test(navigator.userAgent);
const MOD = isMac ? '⌘' : 'Ctrl';

export interface ComposerHandle {
  focus: (mode: 'reply' | 'note') => void;
  /** Gives back what was not sent, in front of whatever was written since. */
  restore: (content: string, files: SentFile[]) => void;
  attach: (files: File[]) => void;
  chooseFiles: () => void;
}

interface ComposerProps {
  accountId: string;
  conversationId: string;
  inboxId: string;
  contactName: string;
  lastSeq: number | null;
  /** Until when one may write freely; undefined where one always may. */
  replyWindow: ReplyWindow | undefined;
  outbox: Outbox;
  /** In a conversation by mail: what decides whom a reply goes to. */
  mail: { inboxId: string; contactEmail: string; last: Message | null } | null;
  /** The message being answered, if the agent chose one. */
  quoted: Message | null;
  onClearQuote: () => void;
  mentionables: Mentionable[];
  /** Canned responses for what `onSnippetQuery` last asked; undefined while they load. */
  snippets: Snippet[] | undefined;
  onSnippetQuery: (query: string | null) => void;
  variables: Variables;
  ref: Ref<ComposerHandle>;
  onWriting: (writing: boolean) => void;
  /** Ends the conversation after the message was handed over. */
  onResolve: (() => void) | null;
}

/** Where replies and notes are written. Give it a `key` per conversation: each has its own draft. */
export function Composer({
  accountId,
  conversationId,
  inboxId,
  contactName,
  lastSeq,
  replyWindow,
  outbox,
  mail,
  quoted,
  onClearQuote,
  mentionables,
  snippets,
  onSnippetQuery,
  variables,
  ref,
  onWriting,
  onResolve,
}: ComposerProps) {
  const { t, i18n } = useTranslation();
  const { enterSends } = usePreferences();
  const { text, setText, note, setNote, mentions, setMentions, savedAt, empty, clear } =
    useDraft(conversationId);
  const typing = useTyping(conversationId, note);
  const uploads = uploadsOf(accountId, conversationId);
  const files = useUploads(uploads);
  const box = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  /** Where the caret goes once a new text is in the field. */
  const nextCaret = useRef<number | null>(null);
  const listId = useId();
  const [trigger, setTrigger] = useState<Trigger | null>(null);
  const [active, setActive] = useState(0);
  const [choosing, setChoosing] = useState(false);
  const [recipients, setRecipients] = useState<Recipients | null>(null);
  const closed = !note && replyWindow?.can_reply === false;
  const tooLong = text.length > MAX_LENGTH;
  const unready = files.some((file) => file.state !== 'done');
  const nothing = empty && files.length === 0;
  const unaddressed = !note && recipients !== null && !canGoTo(recipients);
  const blocked = nothing || tooLong || unready || closed || unaddressed;

  const items: Suggestion[] =
    trigger?.kind === '@'
      ? findMentionable(mentionables, trigger.query).map((who) => ({
          kind: 'mention',
          id: who.id,
          who,
        }))
      : (snippets ?? []).map((snippet) => ({ kind: 'snippet', id: snippet.id, snippet }));
  // A sign that leads nowhere, as in "@home" or "/s", must not take keys away from the text.
  const open =
    trigger !== null && (items.length > 0 || trigger.query === '' || snippets === undefined);

  function attach(chosen: File[]): void {
    const { leftOut, tooLarge } = uploads.add(chosen);
    if (leftOut > 0) showToast(t('attachment.tooMany', { count: MAX_FILES }), { tone: 'danger' });
    for (const name of tooLarge) showToast(t('attachment.tooLarge', { name }), { tone: 'danger' });
    box.current?.focus();
  }

  useImperativeHandle(ref, () => ({
    focus: (mode) => {
      setNote(mode === 'note');
      box.current?.focus();
    },
    restore: (content, back) => {
      uploads.giveBack(back);
      setText((current) => (current.trim() ? `${content}\n\n${current}` : content));
      box.current?.focus();
    },
    attach,
    chooseFiles: () => picker.current?.click(),
  }));

  const announceWriting = useEffectEvent((writing: boolean) => onWriting(writing));
  useEffect(() => announceWriting(!nothing), [nothing]);
  const askForSnippets = useEffectEvent((query: string | null) => onSnippetQuery(query));
  const snippetQuery = trigger?.kind === '/' ? trigger.query : null;
  useEffect(() => askForSnippets(snippetQuery), [snippetQuery]);
  const quotedId = quoted?.id;
  useEffect(() => {
    if (quotedId) box.current?.focus();
  }, [quotedId]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const area = box.current;
    if (!area) return;
    area.style.height = 'auto';
    area.style.height = `${Math.min(Math.max(area.scrollHeight, MIN_HEIGHT_PX), window.innerHeight * MAX_HEIGHT_SHARE)}px`;
    if (nextCaret.current !== null) area.setSelectionRange(nextCaret.current, nextCaret.current);
    nextCaret.current = null;
  }, [text]);

  function watchCaret(): void {
    const area = box.current;
    if (!area || area.selectionStart !== area.selectionEnd) {
      setTrigger(null);
      return;
    }
    const next = triggerAt(area.value, area.selectionStart, note ? '/@' : '/');
    if (next?.query !== trigger?.query || next?.kind !== trigger?.kind) setActive(0);
    setTrigger(next);
  }

  function change(value: string): void {
    setText(value);
    typing.typed();
  }

  /** Writes something where the caret is, as if it had been typed. */
  function insert(piece: string): void {
    const area = box.current;
    const from = area?.selectionStart ?? text.length;
    const until = area?.selectionEnd ?? from;
    nextCaret.current = from + piece.length;
    change(text.slice(0, from) + piece + text.slice(until));
    area?.focus();
  }

  /** Starts a choice from the toolbar; the sign needs a blank before it. */
  function insertSign(sign: '/' | '@'): void {
    const at = box.current?.selectionStart ?? text.length;
    const glued = at > 0 && !/\s/.test(text.charAt(at - 1));
    insert(glued ? ` ${sign}` : sign);
    setTimeout(watchCaret);
  }

  function choose(item: Suggestion): void {
    if (!trigger) return;
    const caret = box.current?.selectionStart ?? text.length;
    const choice =
      item.kind === 'mention'
        ? `@${item.who.name} `
        : fillVariables(item.snippet.content, variables);
    const next = replaceTrigger(text, trigger, caret, choice);
    if (item.kind === 'mention') {
      const { type, id, name } = item.who;
      setMentions((known) => [...known.filter((each) => each.id !== id), { type, id, name }]);
    }
    nextCaret.current = next.caret;
    setTrigger(null);
    change(next.text);
    box.current?.focus();
  }

  function send(): void {
    if (unready) {
      showToast(t('attachment.notReady'));
      return;
    }
    if (blocked) return;
    void outbox.add({
      id: uuid7(),
      conversationId,
      content: note ? withMentions(text.trim(), mentions) : text.trim(),
      private: note,
      // A note cannot cross anybody's reply.
      expectedLastSeq: note ? null : lastSeq,
      createdAt: new Date().toISOString(),
      inReplyTo: quoted?.id ?? null,
      recipients: note ? null : recipients,
      files: uploads.take(),
    });
    clear();
    if (!note) setRecipients(null);
    setTrigger(null);
    onClearQuote();
    typing.ended();
    box.current?.focus();
  }

  function sendAndResolve(): void {
    if (blocked) return;
    send();
    onResolve?.();
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>): void {
    // While an input method composes, Enter chooses a word.
    if (event.nativeEvent.isComposing) return;
    if (open && suggestionKey(event)) return;
    if (event.key === 'Escape') {
      if (quoted) onClearQuote();
      else box.current?.blur();
    }
    if (event.key !== 'Enter') return;
    const mod = event.metaKey || event.ctrlKey;
    if (mod && event.shiftKey && onResolve && !note) {
      event.preventDefault();
      sendAndResolve();
    } else if (!event.shiftKey && (mod || enterSends)) {
      event.preventDefault();
      send();
    }
  }

  /** Keys that belong to the open list; true when this was one. */
  function suggestionKey(event: KeyboardEvent): boolean {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const item = items[active];
    const chooses =
      item !== undefined &&
      (event.key === 'Tab' || (event.key === 'Enter' && !event.ctrlKey && !event.metaKey));
    if (step) setActive((active + step + items.length) % Math.max(1, items.length));
    else if (chooses) choose(item);
    else if (event.key === 'Escape') setTrigger(null);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  function onPaste(event: ClipboardEvent): void {
    const pasted = [...event.clipboardData.files];
    // Office programs put a picture of the text beside the text; the text is what was meant.
    if (pasted.length === 0 || event.clipboardData.types.includes('text/plain')) return;
    event.preventDefault();
    attach(pasted);
  }

  function switchTab(event: KeyboardEvent<HTMLButtonElement>): void {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    setNote(!note);
    document.getElementById(note ? 'composer-reply' : 'composer-note')?.focus();
  }

  const tab = (chosen: boolean, isNote: boolean) =>
    cx(
      'flex h-8 items-center gap-1.5 rounded-md px-2.5 text-meta',
      chosen ? 'font-semibold' : 'text-muted hover:bg-hover',
      chosen && (isNote ? 'text-note-text' : 'text-accent'),
    );
  const tool = cx(
    'flex size-8 items-center justify-center rounded-md hover:text-text',
    note
      ? 'text-note-text hover:bg-[color-mix(in_oklch,var(--note-border)_45%,transparent)]'
      : 'text-muted hover:bg-hover',
  );
  const activeItem = items[active];

  return (
    <div className="shrink-0 px-3 pb-3 sm:px-6 sm:pb-4">
      <div
        className={cx(
          'relative mx-auto max-w-[760px] rounded-lg border shadow-[0_1px_2px_rgb(0_0_0/0.05)] transition-colors duration-150 focus-within:outline-2 focus-within:outline-offset-1',
          note
            ? 'border-note-border bg-note focus-within:outline-note-strong'
            : 'border-edge/50 bg-raised focus-within:outline-accent',
        )}
      >
        {open && (
          <Suspense>
            <Suggestions
              id={listId}
              items={items}
              active={active}
              loading={trigger.kind === '/' && snippets === undefined}
              onActive={setActive}
              onChoose={choose}
            />
          </Suspense>
        )}
        <div
          role="tablist"
          aria-label={t('composer.mode')}
          className="flex items-center gap-0.5 px-1.5 pt-1.5"
        >
          <button
            type="button"
            role="tab"
            id="composer-reply"
            aria-selected={!note}
            aria-controls="composer-panel"
            tabIndex={note ? -1 : 0}
            onClick={() => setNote(false)}
            onKeyDown={switchTab}
            className={tab(!note, false)}
          >
            {t('composer.reply')}
          </button>
          <button
            type="button"
            role="tab"
            id="composer-note"
            aria-selected={note}
            aria-controls="composer-panel"
            tabIndex={note ? 0 : -1}
            onClick={() => setNote(true)}
            onKeyDown={switchTab}
            className={tab(note, true)}
          >
            <Lock aria-hidden="true" size={13} />
            {t('composer.note')}
          </button>
          {!note && replyWindow?.can_reply && replyWindow.closes_at && (
            <Suspense>
              <WindowMeter closesAt={replyWindow.closes_at} />
            </Suspense>
          )}
          {savedAt && !empty && (
            <span
              className={cx(
                'ms-auto truncate pe-2 text-[11px]',
                note ? 'text-note-text' : 'text-muted',
              )}
            >
              {t('composer.saved', { time: clock(savedAt, i18n.language) })}
            </span>
          )}
        </div>
        {closed && (
          <Suspense>
            <WindowClosed
              replyWindow={replyWindow}
              name={contactName}
              onChoose={() => setChoosing(true)}
            />
          </Suspense>
        )}
        <div
          role="tabpanel"
          id="composer-panel"
          aria-labelledby={note ? 'composer-note' : 'composer-reply'}
          hidden={closed}
        >
          {mail && !note && (
            <Suspense>
              <MailRecipients {...mail} value={recipients} onChange={setRecipients} />
            </Suspense>
          )}
          {quoted && <Quote message={quoted} onClear={onClearQuote} />}
          <textarea
            ref={box}
            dir="auto"
            value={text}
            onChange={(event) => {
              change(event.target.value);
              watchCaret();
            }}
            onSelect={watchCaret}
            onKeyDown={onKeyDown}
            onPaste={onPaste}
            onBlur={() => {
              typing.ended();
              setTrigger(null);
            }}
            aria-label={
              note ? t('composer.noteLabel') : t('composer.replyLabel', { name: contactName })
            }
            aria-autocomplete="list"
            {...(open
              ? {
                  role: 'combobox',
                  'aria-expanded': true,
                  'aria-haspopup': 'listbox' as const,
                  'aria-controls': listId,
                  'aria-activedescendant': activeItem && suggestionId(listId, activeItem),
                }
              : {})}
            aria-invalid={tooLong ? true : undefined}
            placeholder={
              note
                ? t('composer.notePlaceholder')
                : t('composer.replyPlaceholder', { name: contactName })
            }
            className={cx(
              'block min-h-[72px] w-full resize-none bg-transparent px-3.5 py-2 text-body outline-none max-sm:text-[1rem]',
              note && 'placeholder:text-note-text',
            )}
          />
          {files.length > 0 && <UploadStrip items={files} uploads={uploads} />}
          <div className="flex items-center gap-0.5 px-1.5 pb-1.5">
            <Popover
              label={t('composer.emoji')}
              side="top"
              className={tool}
              trigger={<Smile aria-hidden="true" size={17} />}
            >
              {(close) => (
                <EmojiPicker
                  onChoose={(emoji) => {
                    close();
                    setTimeout(() => insert(emoji));
                  }}
                />
              )}
            </Popover>
            <button
              type="button"
              aria-label={t('composer.attach')}
              title={t('composer.attach')}
              onClick={() => picker.current?.click()}
              className={tool}
            >
              <Paperclip aria-hidden="true" size={17} />
            </button>
            <input
              ref={picker}
              type="file"
              multiple
              hidden
              aria-label={t('composer.attach')}
              onChange={(event) => {
                attach([...(event.target.files ?? [])]);
                event.target.value = '';
              }}
            />
            <button
              type="button"
              aria-label={t('composer.canned')}
              title={`${t('composer.canned')} (/)`}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => insertSign('/')}
              className={tool}
            >
              <Slash aria-hidden="true" size={16} />
            </button>
            {replyWindow?.templates && !note && (
              <button
                type="button"
                aria-label={t('composer.template')}
                title={t('composer.template')}
                onClick={() => setChoosing(true)}
                className={tool}
              >
                <LayoutTemplate aria-hidden="true" size={16} />
              </button>
            )}
            {note && (
              <button
                type="button"
                aria-label={t('composer.mention')}
                title={`${t('composer.mention')} (@)`}
                onPointerDown={(event) => event.preventDefault()}
                onClick={() => insertSign('@')}
                className={tool}
              >
                <AtSign aria-hidden="true" size={16} />
              </button>
            )}
            {tooLong && (
              <span className="ps-2 text-chip text-danger">
                {t('composer.tooLong', { count: text.length - MAX_LENGTH })}
              </span>
            )}
            <div className="ms-auto flex items-center">
              <span
                className={cx(
                  'px-3 text-[11px] max-sm:hidden',
                  note ? 'text-note-text' : 'text-muted',
                )}
                dir="ltr"
              >
                {enterSends ? '↵' : `${MOD} ↵`}
              </span>
              <Button
                look={note ? 'note' : 'primary'}
                disabled={blocked}
                onClick={send}
                className="h-8 rounded-e-none"
              >
                {note ? t('composer.addNote') : t('composer.send')}
                {note ? (
                  <Lock aria-hidden="true" size={13} />
                ) : (
                  <SendHorizontal aria-hidden="true" size={14} className="mirror" />
                )}
              </Button>
              <Menu
                label={t('composer.sendOptions')}
                align="end"
                side="top"
                className={cx(
                  'ms-px flex h-8 w-6 items-center justify-center rounded-e-md',
                  note
                    ? 'bg-note-strong text-surface hover:opacity-90'
                    : 'bg-accent text-on-accent hover:bg-accent-strong',
                )}
                trigger={<ChevronDown aria-hidden="true" size={14} />}
                groups={[
                  ...(onResolve && !note && !blocked
                    ? [
                        {
                          entries: [
                            {
                              id: 'resolve',
                              label: t('composer.sendAndResolve'),
                              hint: `${MOD} ⇧ ↵`,
                              onSelect: sendAndResolve,
                            },
                          ],
                        },
                      ]
                    : []),
                  {
                    label: t('composer.sendKey'),
                    entries: [
                      {
                        id: 'mod',
                        label: t('composer.modSends', { key: MOD }),
                        checked: !enterSends,
                        onSelect: () => setPreferences({ enterSends: false }),
                      },
                      {
                        id: 'enter',
                        label: t('composer.enterSends'),
                        checked: enterSends,
                        onSelect: () => setPreferences({ enterSends: true }),
                      },
                    ],
                  },
                ]}
              />
            </div>
          </div>
        </div>
      </div>
      {choosing && (
        <Suspense>
          <TemplatePicker
            inboxId={inboxId}
            conversationId={conversationId}
            contactName={contactName}
            onClose={() => setChoosing(false)}
            onSend={({ content, template, files: shown }) => {
              setChoosing(false);
              void outbox.add({
                id: uuid7(),
                conversationId,
                content,
                private: false,
                expectedLastSeq: lastSeq,
                createdAt: new Date().toISOString(),
                files: shown,
                template,
              });
            }}
          />
        </Suspense>
      )}
    </div>
  );
}

function Quote({ message, onClear }: { message: Message; onClear: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="mx-3.5 mt-1.5 flex items-start gap-2 rounded-sm border-accent border-s-2 bg-hover py-1 ps-2.5 pe-1 text-chip">
      <span className="min-w-0 flex-1">
        <span className="block font-semibold">
          {t('composer.replyingTo', { name: message.sender.name ?? t('contact.visitor') })}
        </span>
        <bdi className="line-clamp-1 text-muted [overflow-wrap:anywhere]">
          {asPlainText(message.content ?? '') || t('message.attachment')}
        </bdi>
      </span>
      <button
        type="button"
        aria-label={t('composer.clearQuote')}
        onClick={onClear}
        className="flex size-6 shrink-0 items-center justify-center rounded-md text-muted hover:bg-border"
      >
        <X aria-hidden="true" size={13} />
      </button>
    </div>
  );
}
