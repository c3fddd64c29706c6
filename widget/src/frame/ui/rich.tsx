import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api';
import { type Field, readFields } from '../fields';
import { locale } from '../i18n';
import { more } from '../more';
import type { Store } from '../store';
import type { Attachment, Message } from '../types';
import { Form } from './form';
import { Icon } from './icons';
import './more.css';

interface Item {
  title?: string;
  description?: string;
  link?: string;
  value?: string;
  actions?: { type?: string; text?: string; uri?: string; payload?: string }[];
}

/** What a message shows beside its text: files, forms, choices, cards, articles. */
export default function Rich({ store, message }: { store: Store; message: Message }) {
  return (
    <div class="rich">
      {message.attachments?.map((attachment) => (
        <File key={attachment.id} store={store} file={attachment} />
      ))}
      <Template store={store} message={message} />
    </div>
  );
}

function Template({ store, message }: { store: Store; message: Message }) {
  const attributes = message.content_attributes ?? {};
  const items = (Array.isArray(attributes.items) ? attributes.items : []) as Item[];
  switch (message.content_type) {
    case 'input_email':
    case 'input_text':
    case 'input_textarea':
    case 'input_select':
    case 'form':
      return <Answerable store={store} message={message} items={items} />;
    case 'cards':
      return (
        <ul class="cards-list">
          {items.map((item, index) => (
            <li key={index}>
              <strong>{item.title}</strong>
              {item.description && <p>{item.description}</p>}
              {item.actions?.map((action, place) =>
                action.type === 'postback' ? (
                  <button
                    key={place}
                    type="button"
                    class="quiet"
                    onClick={() => store.postback(String(action.payload ?? ''))}
                  >
                    {action.text}
                  </button>
                ) : (
                  <Link key={place} href={action.uri}>
                    {action.text}
                  </Link>
                ),
              )}
            </li>
          ))}
        </ul>
      );
    case 'article':
      return (
        <ul class="cards-list">
          {items.map((item, index) => (
            <li key={index}>
              <Link href={item.link}>{item.title}</Link>
              {item.description && <p>{item.description}</p>}
            </li>
          ))}
        </ul>
      );
    default:
      return null;
  }
}

/** Only addresses that a browser may simply open. */
function Link({ href, children }: { href: string | undefined; children: ComponentChildren }) {
  if (!href || !/^(https?:\/\/|mailto:|tel:)/i.test(href)) return <span>{children}</span>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow ugc">
      {children}
    </a>
  );
}

function Answerable(props: { store: Store; message: Message; items: Item[] }) {
  const { store, message, items } = props;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const { submitted_email: email, submitted_values: values } = message.content_attributes ?? {};

  const send = async (answer: Record<string, unknown>): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await store.submit(message, answer);
    } catch (cause) {
      const reason = cause instanceof ApiError ? cause.message : String(cause);
      setError(more('errorSubmit', { message: reason }));
    }
    setBusy(false);
  };

  if (email !== undefined || values !== undefined) {
    return <Answers email={email} values={values} />;
  }
  return (
    <>
      {message.content_type === 'input_select' ? (
        <div class="choices">
          {items.map((item, index) => (
            <button
              key={index}
              type="button"
              class="quiet"
              disabled={busy}
              onClick={() => send({ values: [{ value: item.value }] })}
            >
              {item.title}
            </button>
          ))}
        </div>
      ) : (
        <Form
          id={message.id}
          fields={fieldsOf(message, items)}
          action={more('submit')}
          busy={busy}
          onSubmit={(given) => send(answerOf(message, given))}
        />
      )}
      {error && (
        <p class="problem" role="alert">
          {error}
        </p>
      )}
    </>
  );
}

function fieldsOf(message: Message, items: Item[]): Field[] {
  const one = (type: string, label: string): Field[] =>
    readFields([{ name: 'value', type, label, required: true }]);
  switch (message.content_type) {
    case 'input_email':
      return one('email', more('emailAddress'));
    case 'input_text':
      return one('text', message.content ?? '');
    case 'input_textarea':
      return one('textarea', message.content ?? '');
    default:
      return readFields(items);
  }
}

function answerOf({ content_type: type }: Message, given: Record<string, string>) {
  if (type === 'input_email') return { email: given.value?.trim() };
  if (type !== 'form') return { value: given.value?.trim() };
  const values = Object.entries(given).map(([name, value]) => ({ name, value }));
  return { values: values.filter(({ value }) => value !== '') };
}

function Answers({ email, values }: { email: unknown; values: unknown }) {
  const given = Array.isArray(values) ? (values as { title?: string; value?: unknown }[]) : [];
  const texts = email === undefined ? given.map((one) => one.title ?? one.value) : [email];
  return (
    <div class="answers" role="status">
      {texts.map((text, index) => (
        <p key={index}>
          <bdi>{String(text)}</bdi>
        </p>
      ))}
      <small>{more('submitted')}</small>
    </div>
  );
}

/** The signed address of an object, once it is there. */
function useUrl(store: Store, path: string | null): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (path === null) return undefined;
    let wanted = true;
    store.fileUrl(path).then(
      (signed) => wanted && setUrl(signed),
      () => {},
    );
    return () => {
      wanted = false;
    };
  }, [path]);
  return url;
}

function File({ store, file }: { store: Store; file: Attachment }) {
  const name = file.file_name ?? file.fallback_title ?? '';
  const ready = file.state === 'ready';
  const image = file.file_type === 'image';
  const url = useUrl(store, ready ? (image && file.thumb_path) || file.path : null);
  if (file.coordinates_lat !== null && file.coordinates_long !== null) {
    const place = `${file.coordinates_lat},${file.coordinates_long}`;
    return <a href={`geo:${place}`}>{file.fallback_title || more('place')}</a>;
  }
  if (file.path === null) return <p>{name || more('fileFailed')}</p>;
  const opens = image || file.file_type === 'audio' || file.file_type === 'video';
  if (!ready || (url === null && !opens)) {
    return (
      <p class={file.state === 'failed' ? 'file problem' : 'file'}>
        <Icon name="clip" />
        <span>
          <bdi>{name}</bdi>
          <small>{more(file.state === 'failed' ? 'fileFailed' : 'fileChecked')}</small>
        </span>
      </p>
    );
  }
  if (image) return <Picture store={store} file={file} name={name} thumb={url} />;
  if (file.file_type === 'audio') {
    // biome-ignore lint/a11y/useMediaCaption: people's own recordings come without captions.
    return <audio controls preload="metadata" src={url ?? undefined} aria-label={name} />;
  }
  if (file.file_type === 'video') {
    // biome-ignore lint/a11y/useMediaCaption: people's own recordings come without captions.
    return <video controls preload="metadata" src={url ?? undefined} aria-label={name} />;
  }
  return (
    <a
      class="file"
      href={`${url}&download=${encodeURIComponent(name)}`}
      target="_blank"
      rel="noopener noreferrer"
      aria-label={more('download', { name })}
    >
      <Icon name="clip" />
      <span>
        <bdi>{name}</bdi>
        <small>{size(file.byte_size)}</small>
      </span>
    </a>
  );
}

function Picture(props: { store: Store; file: Attachment; name: string; thumb: string | null }) {
  const { store, file, name, thumb } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const [open, setOpen] = useState(false);
  const full = useUrl(store, open ? file.path : null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
  }, [open]);
  return (
    <>
      <button
        type="button"
        class="picture"
        aria-label={more('openPicture', { name })}
        onClick={() => setOpen(true)}
      >
        {thumb && <img src={thumb} alt="" />}
      </button>
      {open && (
        <dialog
          ref={dialog}
          class="light"
          aria-label={more('picture', { name })}
          onClose={() => setOpen(false)}
          // Escape closes the picture, not the chat.
          onKeyDown={(event) => event.stopPropagation()}
          onClick={() => dialog.current?.close()}
        >
          <button type="button" class="bare" aria-label={more('closePicture')}>
            <Icon name="close" />
          </button>
          {full && <img src={full} alt={name} />}
        </dialog>
      )}
    </>
  );
}

function size(bytes: number | null): string {
  if (bytes === null) return '';
  const large = bytes >= 1_000_000;
  return new Intl.NumberFormat(locale(), {
    style: 'unit',
    unit: large ? 'megabyte' : 'kilobyte',
    maximumFractionDigits: large ? 1 : 0,
  }).format(Math.max(1, bytes / (large ? 1_000_000 : 1_000)));
}
