import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { locale, t, tn } from '../i18n';
import type { Store } from '../store';
import { focusScreen, START } from './focus';
import { Icon } from './icons';
import { Lazy } from './lazy';

const LIMIT = 10_000;
/** The counter appears when this many characters are left. */
const NEAR = 500;
const MAX_HEIGHT_PX = 140;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

interface ComposerProps {
  store: Store;
  /** What visitors may do besides writing. */
  features: readonly string[];
  /** Files that were dropped, pasted or chosen. */
  offered: readonly File[];
  offer: (files: readonly File[]) => void;
}

const loadPicked = () => import('./picked');
const loadEmoji = () => import('./emoji');

/** Where the visitor writes; or, where nothing may be written any more, why, and what instead. */
export function Composer(props: ComposerProps) {
  const { store } = props;
  const active = store.active.value;
  if (active && !active.can_reply) return <Closed store={store} />;
  return <Writer {...props} />;
}

function Closed({ store }: { store: Store }) {
  const start = (): void => {
    store.openConversation(null);
    focusScreen();
  };
  return (
    <div class="closed">
      <p>{t('resolvedReason')}</p>
      <button type="button" class="primary" onClick={start} {...START}>
        <span>{t('startNew')}</span>
        <Icon name="send" mirrored />
      </button>
    </div>
  );
}

function Writer({ store, features, offered, offer }: ComposerProps) {
  const chooser = useRef<HTMLInputElement>(null);
  const [emoji, setEmoji] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const emailField = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(store.draft);
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [emailWrong, setEmailWrong] = useState(false);
  const starting = store.activeId.value === null && store.activePending.value.length === 0;

  // Code points, as the database counts them; worth the walk only when it may matter.
  const length = text.length > LIMIT - NEAR ? [...text].length : text.length;
  const left = LIMIT - length;
  const sendable = (text.trim() !== '' || store.picked.value.length > 0) && left >= 0;

  useLayoutEffect(() => {
    const box = field.current;
    if (!box) return;
    box.style.height = 'auto';
    box.style.height = `${Math.min(box.scrollHeight, MAX_HEIGHT_PX)}px`;
  }, [text]);

  useEffect(() => () => store.setTyping(false), []);

  const write = (value: string): void => {
    setText(value);
    store.draft = value;
    store.setTyping(value.trim() !== '');
  };

  const send = (): void => {
    if (!sendable) return;
    if (starting && email.trim() !== '' && !EMAIL.test(email.trim())) {
      setEmailWrong(true);
      emailField.current?.focus();
      return;
    }
    store.send(text.trim(), {
      name: (starting && name.trim()) || null,
      email: (starting && email.trim()) || null,
    });
    setText('');
    store.draft = '';
    field.current?.focus();
  };

  const insert = (picture: string): void => {
    const box = field.current;
    const at = box?.selectionStart ?? text.length;
    write(text.slice(0, at) + picture + text.slice(box?.selectionEnd ?? at));
    setEmoji(false);
    box?.focus();
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    // While an input method is composing, Enter picks a candidate (229: Safari says so late).
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    send();
  };

  return (
    <form
      class="composer"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {starting && (
        <details open={emailWrong || undefined}>
          <summary>{t('detailsToggle')}</summary>
          <p id="details-hint">{t('detailsHint')}</p>
          <label>
            <span>{t('detailsName')}</span>
            <input
              type="text"
              autocomplete="name"
              maxLength={200}
              dir="auto"
              value={name}
              onInput={(event) => setName(event.currentTarget.value)}
            />
          </label>
          <label>
            <span>{t('detailsEmail')}</span>
            <input
              ref={emailField}
              type="email"
              autocomplete="email"
              maxLength={254}
              dir="ltr"
              value={email}
              aria-invalid={emailWrong}
              aria-describedby={emailWrong ? 'email-error' : 'details-hint'}
              onInput={(event) => {
                setEmail(event.currentTarget.value);
                setEmailWrong(false);
              }}
            />
          </label>
          {emailWrong && (
            <p id="email-error" class="problem" role="alert">
              {t('detailsEmailError')}
            </p>
          )}
        </details>
      )}
      {offered.length > 0 && <Lazy load={loadPicked} store={store} offered={offered} />}
      {emoji && <Lazy load={loadEmoji} onPick={insert} />}
      <div class={left < 0 ? 'well wrong' : 'well'}>
        {features.includes('attachments') && (
          <>
            <input
              ref={chooser}
              type="file"
              multiple
              hidden
              onChange={(event) => {
                offer([...(event.currentTarget.files ?? [])]);
                event.currentTarget.value = '';
                field.current?.focus();
              }}
            />
            <button
              type="button"
              class="bare"
              aria-label={t('attach')}
              onClick={() => chooser.current?.click()}
            >
              <Icon name="clip" />
            </button>
          </>
        )}
        <textarea
          ref={field}
          rows={1}
          // An empty field shows the placeholder, which follows the language and not the text.
          dir={text === '' ? undefined : 'auto'}
          enterkeyhint="send"
          aria-label={t('messageLabel')}
          aria-invalid={left < 0}
          aria-describedby="counter"
          placeholder={t('messagePlaceholder')}
          value={text}
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onBlur={() => store.setTyping(false)}
          {...START}
        />
        {features.includes('emoji_picker') && (
          <button
            type="button"
            class="bare"
            aria-label={t('emoji')}
            aria-expanded={emoji}
            onClick={() => setEmoji(!emoji)}
          >
            <Icon name="smile" />
          </button>
        )}
        <button type="submit" class="send" aria-label={t('send')} disabled={!sendable}>
          <Icon name="send" mirrored />
        </button>
      </div>
      <p id="counter" class={left < 0 ? 'counter problem' : 'counter'} aria-live="polite">
        {left < 0
          ? t('characterLimit', { limit: number(LIMIT), n: number(-left) })
          : left <= NEAR && tn('charactersLeft', left)}
      </p>
    </form>
  );
}

function number(value: number): string {
  return new Intl.NumberFormat(locale()).format(value);
}
