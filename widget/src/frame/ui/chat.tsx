import { replyTime, t } from '../i18n';
import { isOwn } from '../timeline';
import { Close, type ScreenProps } from './app';
import { Avatar } from './avatar';
import { Composer } from './composer';
import { Icon } from './icons';
import { Log } from './log';
import { Notice } from './notice';

/** One conversation. */
export function Chat({ store, inbox, close }: ScreenProps) {
  const partner = store.thread.value?.messages.findLast(
    (message) => !isOwn(message) && message.sender?.type === 'user',
  )?.sender;
  const name = partner?.name ?? inbox.name;
  const subtitle = partner ? inbox.name : replyTime(inbox.reply_time);
  return (
    <main class="chat">
      <header class="bar">
        <button type="button" class="bare" aria-label={t('back')} onClick={() => store.goHome()}>
          <Icon name="back" mirrored />
        </button>
        <Avatar name={name} url={partner?.avatar_url ?? null} />
        <div class="title">
          <h1>
            <bdi>{name}</bdi>
          </h1>
          {subtitle && (
            <p>
              <bdi>{subtitle}</bdi>
            </p>
          )}
        </div>
        <Close close={close} />
      </header>
      <Notice store={store} />
      {/* A new conversation is a new log and a new composer: nothing scrolls or types on from the last. */}
      <Log key={`log-${store.activeId.value}`} store={store} inbox={inbox} />
      <Composer store={store} />
    </main>
  );
}
