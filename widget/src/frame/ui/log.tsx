import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { day, t, tn } from '../i18n';
import type { Store } from '../store';
import { timeline } from '../timeline';
import type { Inbox } from '../types';
import { BubbleRow } from './bubble';
import { Icon } from './icons';

/** This close to the end still counts as being at the end. */
const SLACK_PX = 48;

/** The messages, and the ways to move among them. */
export function Log({ store, inbox }: { store: Store; inbox: Inbox }) {
  const scroller = useRef<HTMLDivElement>(null);
  const [loading, setLoading] = useState(false);
  const thread = store.thread.value;
  const pending = store.activePending.value;
  const unreadFrom = store.unreadFrom.value;
  const rows = timeline(thread?.messages ?? [], pending, unreadFrom, {
    sendingId: store.sendingId.value,
  });
  const firstId = thread?.messages[0]?.id;
  const before = useRef({ firstId, height: 0, divider: false });
  const lastOwn = rows.findLast((row) => row.kind === 'bubble' && row.bubble.own)?.id;

  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const last = before.current;
    if (last.firstId !== undefined && last.firstId !== firstId) {
      // Older messages came in above: what one was reading stays where it is.
      box.scrollTop += box.scrollHeight - last.height;
    } else if (store.atBottom.peek()) {
      const divider = last.divider ? null : box.querySelector<HTMLElement>('.unread');
      const tall = divider && box.scrollHeight - divider.offsetTop > box.clientHeight;
      box.scrollTop = tall ? divider.offsetTop - 12 : box.scrollHeight;
    }
    before.current = { firstId, height: box.scrollHeight, divider: unreadFrom !== null };
  });

  useEffect(() => {
    const box = scroller.current;
    if (!box) return undefined;
    // A growing composer, a phone's keyboard or a picture that arrives late must not push the newest
    // message out of sight.
    const observer = new ResizeObserver(() => {
      if (store.atBottom.peek()) box.scrollTop = box.scrollHeight;
    });
    observer.observe(box);
    for (const list of box.querySelectorAll('ol')) observer.observe(list);
    return () => observer.disconnect();
  }, []);

  const onScroll = (): void => {
    const box = scroller.current;
    if (box) store.setAtBottom(box.scrollHeight - box.scrollTop - box.clientHeight < SLACK_PX);
  };
  const jump = (): void => {
    const box = scroller.current;
    const behavior = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth';
    box?.scrollTo({ top: box.scrollHeight, behavior });
    box?.focus({ preventScroll: true });
  };
  const loadEarlier = async (): Promise<void> => {
    setLoading(true);
    await store.loadEarlier();
    setLoading(false);
  };

  const unseen = store.active.value?.unread_count ?? 0;
  const typing = store.typing.value;
  const typist = typing?.conversationId === store.activeId.value ? typing : null;
  return (
    <div class="stage">
      <div
        class="scroller"
        ref={scroller}
        role="log"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be in the keyboard's reach.
        tabIndex={0}
        aria-label={t('log')}
        aria-busy={loading}
        onScroll={onScroll}
      >
        {thread?.hasEarlier && (
          <button type="button" class="quiet" disabled={loading} onClick={loadEarlier}>
            {loading ? t('loading') : t('loadEarlier')}
          </button>
        )}
        {rows.length === 0 && <Empty store={store} />}
        <ol>
          {rows.map((row) =>
            row.kind === 'bubble' ? (
              <BubbleRow
                key={row.id}
                store={store}
                bubble={row.bubble}
                inbox={inbox.name}
                showState={row.id === lastOwn}
                onRetry={() => store.retry(row.id)}
                onDiscard={() => store.discard(row.id)}
              />
            ) : (
              <li key={row.id} class={row.kind}>
                <span>{row.kind === 'day' ? day(row.at) : t('unreadDivider')}</span>
              </li>
            ),
          )}
        </ol>
      </div>
      {/* Seen, not announced: a status that comes and goes every few seconds drowns the messages. */}
      {typist && (
        <p class="typing">
          <span class="dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <bdi>{t('typing', { name: typist.name ?? inbox.name })}</bdi>
        </p>
      )}
      {!store.atBottom.value && rows.length > 0 && (
        <button type="button" class="jump" onClick={jump}>
          <Icon name="down" />
          {unseen > 0 ? tn('newMessages', unseen) : <span class="sr">{t('jump')}</span>}
        </button>
      )}
    </div>
  );
}

function Empty({ store }: { store: Store }) {
  const id = store.activeId.value;
  if (id !== null && store.loadFailed.value) {
    return (
      <div class="empty" role="alert">
        <p>{t('errorLoad')}</p>
        <button type="button" class="quiet" onClick={() => store.loadThread(id)}>
          {t('retry')}
        </button>
      </div>
    );
  }
  return (
    <p class={id === null ? 'empty' : 'empty late'}>
      {id === null ? t('emptyChat') : t('loading')}
    </p>
  );
}
