import { availability, day, moment, t, tn } from '../i18n';
import type { Store } from '../store';
import { isOwn } from '../timeline';
import type { Conversation, Message } from '../types';
import { Close, type ScreenProps } from './app';
import { Avatar } from './avatar';
import { START } from './focus';
import { Icon } from './icons';
import { Notice } from './notice';

/** Earlier conversations shown at the start; the newest are the ones one looks for. */
const SHOWN = 5;

/** Greets, promises, and leads into a conversation. */
export function Home({ store, inbox, close }: ScreenProps) {
  const promise = availability(inbox);
  const conversations = store.conversations.value;
  const running = store.running.value;
  const earlier = (conversations ?? []).filter((one) => one !== running).slice(0, SHOWN);
  const open = (id: string | null) => () => store.openConversation(id);
  return (
    <main class="home">
      <header class="hero">
        <div class="corner">
          <Close close={close} />
        </div>
        <Avatar name={inbox.name} url={inbox.avatar_url} large />
        <h1 tabIndex={-1} {...START}>
          <bdi>{inbox.welcome_title || t('welcome')}</bdi>
        </h1>
        {inbox.welcome_tagline && (
          <p>
            <bdi>{inbox.welcome_tagline}</bdi>
          </p>
        )}
      </header>
      <Notice store={store} />
      <div class="cards">
        <section class="card">
          {/* Keeps the room of what may come: a button that moves is a button missed. */}
          {store.returning && conversations === null && store.connection.value === 'connecting' ? (
            <div class="skeleton" aria-hidden="true" />
          ) : (
            running && <Running store={store} conversation={running} inbox={inbox.name} />
          )}
          <button type="button" class="primary" onClick={open(running?.id ?? null)}>
            <span>{running ? t('continue') : t('start')}</span>
            <Icon name="send" mirrored />
          </button>
          {promise && (
            <p class="promise">
              <Icon name="clock" />
              {promise}
            </p>
          )}
        </section>
        {earlier.length > 0 && (
          <section class="card" aria-labelledby="earlier">
            <h2 id="earlier">{t('conversations')}</h2>
            <ul class="earlier">
              {earlier.map((one) => (
                <li key={one.id}>
                  <button type="button" onClick={open(one.id)}>
                    <span>
                      {t('conversationFrom', { date: day(one.last_activity_at) })}
                      {one.status === 'resolved' && <small>{t('resolved')}</small>}
                    </span>
                    <Unread count={one.unread_count} />
                    <Icon name="back" />
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </main>
  );
}

function Running(props: { store: Store; conversation: Conversation; inbox: string }) {
  const { store, conversation, inbox } = props;
  const last = store.threads.value[conversation.id]?.messages.at(-1);
  const speaker = last && !isOwn(last) ? last.sender : null;
  return (
    <div class="running">
      <Avatar name={speaker?.name ?? inbox} url={speaker?.avatar_url ?? null} />
      <div>
        <p class="who">
          <bdi>{last && isOwn(last) ? t('you') : (speaker?.name ?? inbox)}</bdi>
          <time
            dateTime={conversation.last_activity_at}
            title={moment(conversation.last_activity_at)}
          >
            {day(conversation.last_activity_at)}
          </time>
        </p>
        {last && (
          <p class="quote">
            <bdi>{quote(last)}</bdi>
          </p>
        )}
      </div>
      <Unread count={conversation.unread_count} />
    </div>
  );
}

function Unread({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <span class="badge">
      <span aria-hidden="true">{count}</span>
      <span class="sr">{tn('newMessages', count)}</span>
    </span>
  );
}

function quote(message: Message): string {
  if (message.content_attributes?.deleted === true) return t('deleted');
  return message.content || message.attachments?.[0]?.file_name || t('notShown');
}
