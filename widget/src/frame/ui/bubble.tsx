import { clock, moment, t } from '../i18n';
import type { Store } from '../store';
import { linkify } from '../text';
import type { Bubble } from '../timeline';
import { Avatar } from './avatar';
import { Lazy } from './lazy';

const loadRich = () => import('./rich');

interface BubbleProps {
  store: Store;
  bubble: Bubble;
  /** Speaks where a message has no sender of its own, like the greeting. */
  inbox: string;
  /** How far an own message got is told once, under the newest. */
  showState: boolean;
  onRetry: () => void;
  onDiscard: () => void;
}

/** One message. */
export function BubbleRow({ store, bubble, inbox, showState, onRetry, onDiscard }: BubbleProps) {
  const { own, first, last, state, at } = bubble;
  const name = own ? t('you') : (bubble.name ?? inbox);
  const onWay = state === 'queued' || state === 'sending';
  const label = own && (showState || onWay || state === 'failed') ? t(state) : null;
  const classes = ['row', own && 'own', first && 'first', last && 'last', state];
  return (
    <li class={classes.filter(Boolean).join(' ')}>
      {!own && last && <Avatar name={name} url={bubble.avatarUrl} />}
      <div class="said">
        {!own && first && (
          <p class="speaker" aria-hidden="true">
            <bdi>{name}</bdi>
          </p>
        )}
        <div class="bubble" title={moment(at)}>
          <span class="sr">{`${name}, ${clock(at)}: `}</span>
          <div dir="auto">
            <Content bubble={bubble} />
          </div>
          {bubble.files.map(({ id, file }) => (
            <div key={id} class="sending">
              <bdi>{file.name}</bdi>
              <progress value={store.progress.value[id] ?? 0} aria-label={file.name} />
            </div>
          ))}
          {bubble.rich && !bubble.deleted && (
            <Lazy load={loadRich} store={store} message={bubble.rich} />
          )}
        </div>
        {(last || label) && (
          <p class="meta">
            {last && (
              <time dateTime={at} aria-hidden="true">
                {clock(at)}
              </time>
            )}
            {label && <span class="state">{label}</span>}
          </p>
        )}
        {bubble.error && (
          <div class="failure">
            <p>{explain(bubble.error)}</p>
            <button type="button" class="quiet" onClick={onRetry}>
              {t('retry')}
            </button>
            <button type="button" class="quiet" onClick={onDiscard}>
              {t('discard')}
            </button>
          </div>
        )}
      </div>
    </li>
  );
}

function Content({ bubble: { deleted, content, rich } }: { bubble: Bubble }) {
  if (content === null && rich && !deleted) return null;
  if (deleted || content === null) return <em>{t(deleted ? 'deleted' : 'notShown')}</em>;
  return (
    <>
      {linkify(content).map(({ text, href }, index) =>
        href === null ? (
          text
        ) : (
          <a key={index} href={href} target="_blank" rel="noopener noreferrer nofollow ugc">
            {text}
          </a>
        ),
      )}
    </>
  );
}

function explain(error: { code: string; message: string }): string {
  return error.code === 'conversation_resolved' || error.code === 'conversation_not_found'
    ? t('errorConversationResolved')
    : t('errorRefused', { message: error.message });
}
