import { useState } from 'preact/hooks';
import { availability, t } from '../i18n';
import type { Store } from '../store';
import { isOwn } from '../timeline';
import { Close, type ScreenProps } from './app';
import { Avatar } from './avatar';
import { Composer } from './composer';
import { focusScreen } from './focus';
import { Icon } from './icons';
import { Lazy } from './lazy';
import { Log } from './log';
import { Notice } from './notice';

const loadPreChat = () => import('./prechat');

/** One conversation. */
export function Chat({ store, inbox, close }: ScreenProps) {
  const partner = store.thread.value?.messages.findLast(
    (message) => !isOwn(message) && message.sender?.type === 'user',
  )?.sender;
  const name = partner?.name ?? inbox.name;
  const subtitle = partner ? inbox.name : availability(inbox);
  const [offered, setOffered] = useState<readonly File[]>([]);
  const [ending, setEnding] = useState(false);
  const active = store.active.value;
  const canEnd = active?.can_end && active.status !== 'resolved';
  const starting = store.activeId.value === null && store.activePending.value.length === 0;
  const mayAttach = inbox.features.includes('attachments') && (active?.can_reply ?? true);
  // Where answers are wanted first, there is nothing to write into and nothing to drop onto.
  const asks = starting && inbox.pre_chat_form !== null;
  const take = (event: Event, files: FileList | null | undefined): void => {
    if (asks || !mayAttach || !files?.length) return;
    event.preventDefault();
    setOffered([...files]);
  };
  return (
    <main
      class="chat"
      onDragOver={(event) => mayAttach && event.preventDefault()}
      onDrop={(event) => take(event, event.dataTransfer?.files)}
      onPaste={(event) => take(event, event.clipboardData?.files)}
    >
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
        {canEnd && (
          <button
            type="button"
            class="bare"
            aria-label={t('endChat')}
            title={t('endChat')}
            onClick={() => setEnding(true)}
          >
            <Icon name="end" />
          </button>
        )}
        <Close close={close} />
      </header>
      {canEnd && ending && <Ending store={store} id={active.id} done={() => setEnding(false)} />}
      <Notice store={store} />
      {/* A new conversation is a new log and a new composer: nothing scrolls or types on from the last. */}
      {asks ? (
        <Lazy load={loadPreChat} store={store} inbox={inbox} />
      ) : (
        <>
          <Log key={`log-${store.activeId.value}`} store={store} inbox={inbox} />
          <Composer
            store={store}
            features={mayAttach ? inbox.features : []}
            offered={offered}
            offer={setOffered}
          />
        </>
      )}
    </main>
  );
}

/** Asks once: what is over cannot be gone on with everywhere. */
function Ending({ store, id, done }: { store: Store; id: string; done: () => void }) {
  const end = (): void => {
    done();
    void store.endConversation(id).then(focusScreen);
  };
  return (
    <div class="ending" role="alertdialog" aria-label={t('endAsk')}>
      <p>{t('endAsk')}</p>
      <button type="button" class="quiet" ref={(button) => button?.focus()} onClick={end}>
        {t('endYes')}
      </button>
      <button type="button" class="quiet" onClick={done}>
        {t('endNo')}
      </button>
    </div>
  );
}
