/** Where the panel begins: settings in, border connected, first screen painted. */
import { render } from 'preact';
import type { Call, ToFrame } from '../protocol';
import { readConfig } from './config';
import { connectHost } from './host';
import { useLocale } from './i18n';
import { openDrawer } from './storage';
import { Store } from './store';
import { useTheme } from './theme';
import { App } from './ui/app';
import { focusScreen } from './ui/focus';
import './frame.css';

const config = readConfig();
const { color } = config.inbox;

/** Calls are followed one after the other, also while the code for them is on its way. */
let following: Promise<void> = Promise.resolve();

function follow(calls: Call[]): Promise<void> {
  if (calls.length > 0) following = following.then(() => store.follow(calls));
  return following;
}

async function obey(message: ToFrame): Promise<void> {
  switch (message.type) {
    case 'init':
      useTheme(message.theme, color);
      void useLocale(message.locale, config.locale, 'auto');
      // Who it is decides which session is opened.
      await follow(message.calls);
      store.setShown(message.open, message.pageUrl);
      if (message.focus) focusScreen();
      break;
    case 'show':
      await following;
      store.setShown(true, message.pageUrl);
      if (message.focus) focusScreen();
      break;
    case 'hide':
      store.setShown(false, null);
      break;
    case 'set':
      useTheme(message.theme, color);
      void useLocale(message.locale, config.locale, 'auto');
      break;
    case 'call':
      await follow(message.calls);
      break;
    case 'reset':
      store.forget();
      location.reload();
  }
}

const host = connectHost((message) => void obey(message));
const store = new Store(config, openDrawer(), host.say);
const close = host.embedded ? () => host.say({ type: 'close' }) : null;

useTheme('auto', color);
document.title = config.inbox.name;
const mount = document.getElementById('app') ?? document.body;

void useLocale(config.locale, 'auto').finally(() => {
  render(<App store={store} inbox={config.inbox} close={close} />, mount);
  host.say({ type: 'ready' });
});
// Inside a page nothing is asked of the server before the panel is open.
if (!host.embedded) store.setShown(true, null);

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !event.isComposing) close?.();
});
