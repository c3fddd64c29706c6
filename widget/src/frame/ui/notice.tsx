import { t } from '../i18n';
import type { Store } from '../store';

/** Says in words when the connection is not what it should be. */
export function Notice({ store }: { store: Store }) {
  const text = sentence(store);
  return (
    <div class="notice" role="status" data-state={store.connection.value}>
      {text && <p>{text}</p>}
    </div>
  );
}

function sentence(store: Store): string | null {
  switch (store.connection.value) {
    case 'offline':
      return t('offline');
    case 'reconnecting':
      return store.conversations.value === null ? t('noConnection') : t('reconnecting');
    case 'polling':
      return t('polling');
    default:
      return store.throttled.value ? t('errorTooMany') : null;
  }
}
