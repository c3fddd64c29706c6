import { Lock, SendHorizontal } from 'lucide-react';
import {
  type KeyboardEvent,
  type Ref,
  useEffect,
  useEffectEvent,
  useImperativeHandle,
  useRef,
  useState,
} from 'react';
import { Button } from '@/components/button';
import { cx } from '@/components/cx';
import { useTranslation } from '@/i18n';
import { getDraft, saveDraft } from '@/lib/drafts';
import { clock } from '@/lib/format';
import type { Outbox } from '@/lib/outbox';
import { setPreferences, usePreferences } from '@/lib/preferences';
import { uuid7 } from '@/lib/uuid7';
import { setTyping } from './api';

const AUTOSAVE_MS = 400;
/** The contract allows one typing signal every two seconds. */
const TYPING_EVERY_MS = 2500;
const TYPING_ENDS_MS = 5000;
const MAX_LENGTH = 20_000;

const isMac = /mac|iphone|ipad/i.test(navigator.userAgent);

export interface ComposerHandle {
  focus: (mode: 'reply' | 'note') => void;
  /** Gives back what was not sent, in front of whatever was written since. */
  restore: (content: string) => void;
}

interface ComposerProps {
  conversationId: string;
  contactName: string;
  lastSeq: number | null;
  outbox: Outbox;
  ref: Ref<ComposerHandle>;
  onWriting: (writing: boolean) => void;
}

/** Where replies and notes are written. Give it a `key` per conversation: each has its own draft. */
export function Composer({
  conversationId,
  contactName,
  lastSeq,
  outbox,
  ref,
  onWriting,
}: ComposerProps) {
  const { t, i18n } = useTranslation();
  const { enterSends } = usePreferences();
  const [draft] = useState(() => getDraft(conversationId));
  const [text, setText] = useState(draft?.content ?? '');
  const [note, setNote] = useState(draft?.private ?? false);
  const [savedAt, setSavedAt] = useState(draft?.savedAt ?? null);
  const box = useRef<HTMLTextAreaElement>(null);
  const lastTyping = useRef(0);
  const stopTyping = useRef<ReturnType<typeof setTimeout> | null>(null);
  const empty = text.trim() === '';
  const tooLong = text.length > MAX_LENGTH;

  useImperativeHandle(ref, () => ({
    focus: (mode) => {
      setNote(mode === 'note');
      box.current?.focus();
    },
    restore: (content) => {
      setText((current) => (current.trim() ? `${content}\n\n${current}` : content));
      box.current?.focus();
    },
  }));

  const persist = useEffectEvent(() => {
    if (
      text === (getDraft(conversationId)?.content ?? '') &&
      note === (getDraft(conversationId)?.private ?? false)
    )
      return;
    const at = new Date().toISOString();
    saveDraft(conversationId, empty ? null : { content: text, private: note, savedAt: at });
    setSavedAt(empty ? null : at);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: each change starts the wait again
  useEffect(() => {
    const timer = setTimeout(persist, AUTOSAVE_MS);
    return () => clearTimeout(timer);
  }, [text, note]);
  // Leaving sooner than that must not lose the last words.
  useEffect(() => () => persist(), []);

  const announceWriting = useEffectEvent((writing: boolean) => onWriting(writing));
  useEffect(() => announceWriting(!empty), [empty]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useEffect(() => {
    const area = box.current;
    if (!area) return;
    area.style.height = 'auto';
    area.style.height = `${Math.min(Math.max(area.scrollHeight, 72), window.innerHeight * 0.4)}px`;
  }, [text]);

  const endTyping = useEffectEvent(() => {
    if (stopTyping.current) clearTimeout(stopTyping.current);
    stopTyping.current = null;
    if (lastTyping.current === 0) return;
    lastTyping.current = 0;
    void setTyping(conversationId, false, note).catch(() => {});
  });
  useEffect(() => () => endTyping(), []);

  function change(value: string): void {
    setText(value);
    if (stopTyping.current) clearTimeout(stopTyping.current);
    stopTyping.current = setTimeout(() => signalEnd(), TYPING_ENDS_MS);
    if (Date.now() - lastTyping.current < TYPING_EVERY_MS) return;
    lastTyping.current = Date.now();
    // A lost typing signal is not worth a word to anybody.
    void setTyping(conversationId, true, note).catch(() => {});
  }

  function signalEnd(): void {
    if (lastTyping.current === 0) return;
    lastTyping.current = 0;
    void setTyping(conversationId, false, note).catch(() => {});
  }

  function send(): void {
    if (empty || tooLong) return;
    void outbox.add({
      id: uuid7(),
      conversationId,
      content: text.trim(),
      private: note,
      // A note cannot cross anybody's reply.
      expectedLastSeq: note ? null : lastSeq,
      createdAt: new Date().toISOString(),
    });
    setText('');
    setSavedAt(null);
    saveDraft(conversationId, null);
    signalEnd();
    box.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>): void {
    if (event.key === 'Escape') box.current?.blur();
    // While an input method composes, Enter chooses a word.
    if (event.key !== 'Enter' || event.nativeEvent.isComposing || event.shiftKey) return;
    if (event.metaKey || event.ctrlKey || enterSends) {
      event.preventDefault();
      send();
    }
  }

  const tab = (active: boolean, isNote: boolean) =>
    cx(
      'flex h-8 items-center gap-1.5 rounded-md px-2.5 text-meta',
      active ? 'font-semibold' : 'text-muted hover:bg-hover',
      active && (isNote ? 'text-note-text' : 'text-accent'),
    );

  return (
    <div className="shrink-0 px-3 pb-3 sm:px-6 sm:pb-4">
      <div
        className={cx(
          'mx-auto max-w-[760px] rounded-lg border shadow-[0_1px_2px_rgb(0_0_0/0.05)] transition-colors duration-150 focus-within:outline-2 focus-within:outline-offset-1',
          note
            ? 'border-note-border bg-note focus-within:outline-note-strong'
            : 'border-edge/50 bg-raised focus-within:outline-accent',
        )}
      >
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
          {savedAt && !empty && (
            <span className="ms-auto pe-2 text-[11px] text-muted">
              {t('composer.saved', { time: clock(savedAt, i18n.language) })}
            </span>
          )}
        </div>
        <div
          role="tabpanel"
          id="composer-panel"
          aria-labelledby={note ? 'composer-note' : 'composer-reply'}
        >
          <textarea
            ref={box}
            dir="auto"
            value={text}
            onChange={(event) => change(event.target.value)}
            onKeyDown={onKeyDown}
            onBlur={signalEnd}
            aria-label={
              note ? t('composer.noteLabel') : t('composer.replyLabel', { name: contactName })
            }
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
          <div className="flex items-center gap-3 px-2 pb-2">
            <label className="flex h-7 items-center gap-2 ps-1.5 text-chip text-muted max-sm:hidden">
              <input
                type="checkbox"
                checked={enterSends}
                onChange={(event) => setPreferences({ enterSends: event.target.checked })}
                className="size-3.5 accent-accent"
              />
              {t('composer.enterSends')}
            </label>
            {tooLong && (
              <span className="text-chip text-danger">
                {t('composer.tooLong', { count: text.length - MAX_LENGTH })}
              </span>
            )}
            <div className="ms-auto flex items-center gap-3">
              <span className="text-[11px] text-muted max-sm:hidden" dir="ltr">
                {enterSends ? '↵' : isMac ? '⌘ ↵' : 'Ctrl ↵'}
              </span>
              <Button
                look={note ? 'note' : 'primary'}
                disabled={empty || tooLong}
                onClick={send}
                className="h-8"
              >
                {note ? t('composer.addNote') : t('composer.send')}
                {note ? (
                  <Lock aria-hidden="true" size={13} />
                ) : (
                  <SendHorizontal aria-hidden="true" size={14} className="mirror" />
                )}
              </Button>
            </div>
          </div>
        </div>
      </div>
    </div>
  );

  function switchTab(event: KeyboardEvent<HTMLButtonElement>): void {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    setNote(!note);
    document.getElementById(note ? 'composer-reply' : 'composer-note')?.focus();
  }
}
