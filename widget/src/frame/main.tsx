/** Where the panel begins: settings in, border connected, first screen painted. */
import { render } from 'preact';
import type { ToFrame } from '../protocol';
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

function obey(message: ToFrame): void {
  switch (message.type) {
    case 'init':
      useTheme(message.theme, color);
      void useLocale(message.locale, config.locale, 'auto');
      store.setShown(message.open, message.pageUrl);
      if (message.focus) focusScreen();
      break;
    case 'show':
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
  }
}

const host = connectHost(obey);
const store = new Store(config, openDrawer(), host.say);
const close = host.embedded ? () => host.say({ type: 'close' }) : null;

useTheme('auto', color);
document.title = config.inbox.name;
const mount = document.getElementById('app') ?? document.body;

void useLocale(config.locale, 'auto').finally(() => {
  render(<App store={store} inbox={config.inbox} close={close} />, mount);
  host.say({ type: 'ready' });
});
void store.start();

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !event.isComposing) close?.();
});
