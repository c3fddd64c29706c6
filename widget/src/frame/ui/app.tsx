import { useEffect } from 'preact/hooks';
import { t } from '../i18n';
import type { Store } from '../store';
import type { Inbox } from '../types';
import { Chat } from './chat';
import { focusScreen, START } from './focus';
import { Home } from './home';
import { Icon } from './icons';

/** What every screen is given. */
export interface ScreenProps {
  store: Store;
  inbox: Inbox;
  /** null when there is no page around us that could close us. */
  close: (() => void) | null;
}

/** The whole panel. */
export function App(props: ScreenProps) {
  const { fatal, screen } = props.store;
  useEffect(() => {
    // A screen that changes under the keyboard takes it along; one the visitor is not in, does not.
    if (document.hasFocus()) focusScreen();
  }, [screen.value]);
  if (fatal.value) return <Unavailable {...props} />;
  return screen.value === 'home' ? <Home {...props} /> : <Chat {...props} />;
}

/** The close button of every screen. */
export function Close({ close }: Pick<ScreenProps, 'close'>) {
  if (close === null) return null;
  return (
    <button type="button" class="bare" aria-label={t('close')} onClick={close}>
      <Icon name="close" />
    </button>
  );
}

const FATAL = {
  missing: 'errorMissing',
  blocked: 'errorBlocked',
  stranger: 'errorStranger',
} as const;

function Unavailable({ store, close }: ScreenProps) {
  return (
    <main class="unavailable">
      <div class="corner">
        <Close close={close} />
      </div>
      <Icon name="chat" />
      <h1 tabIndex={-1} {...START}>
        {t('errorTitle')}
      </h1>
      <p>{t(FATAL[store.fatal.value ?? 'missing'])}</p>
    </main>
  );
}
