/**
 * The loader for pages that still carry Chatwoot's snippet: our own script plus `chatwootSDK.run`,
 * `$chatwoot` and the `chatwoot:*` window events, so that switching is a change of address.
 */
import './loader';
import type { BootOptions, Sdk, User } from './sdk';

interface RunOptions {
  websiteToken: string;
  baseUrl?: string;
}

/** What a page may say in `window.chatwootSettings`; what we have no use for is left alone. */
interface Settings {
  position?: 'left' | 'right';
  locale?: string;
  useBrowserLanguage?: boolean;
  launcherTitle?: string;
  darkMode?: 'light' | 'auto' | 'dark';
  hideMessageBubble?: boolean;
}

declare global {
  interface Window {
    chatwootSDK?: { run(options: RunOptions): void };
    chatwootSettings?: Settings;
    $chatwoot?: Sdk;
  }
}

const EVENTS = {
  ready: 'ready',
  error: 'error',
  open: 'opened',
  close: 'closed',
  message: 'on-message',
  start: 'on-start-conversation',
  postback: 'postback',
} as const;

const { supadesk } = window as unknown as { supadesk: Sdk };

for (const [ours, theirs] of Object.entries(EVENTS)) {
  supadesk.on(ours as keyof typeof EVENTS, (detail) => {
    dispatchEvent(new CustomEvent(`chatwoot:${theirs}`, { detail }));
  });
}

window.chatwootSDK ??= {
  run({ websiteToken, baseUrl }) {
    if (window.$chatwoot) return;
    // A view and no copy: what one reads from it, such as isOpen, is what holds now.
    window.$chatwoot = new Proxy(supadesk, {
      get: (target, name) => (name === 'setUser' ? setUser : Reflect.get(target, name)),
    });
    const settings = window.chatwootSettings ?? {};
    const options: BootOptions = { websiteToken };
    if (baseUrl) options.baseUrl = baseUrl;
    if (settings.position) options.position = settings.position;
    if (settings.launcherTitle) options.launcherTitle = settings.launcherTitle;
    if (settings.hideMessageBubble) options.hideMessageBubble = true;
    options.theme = settings.darkMode ?? 'light';
    if (settings.useBrowserLanguage) options.locale = 'auto';
    else if (settings.locale) options.locale = settings.locale;
    supadesk.boot(options);
  },
};

function setUser(identifier: string | number, user: User): void {
  if (typeof identifier !== 'string' && typeof identifier !== 'number') {
    throw new Error('Identifier should be a string or a number');
  }
  if (!user.name && !user.email && !user.avatar_url) {
    throw new Error('User object should have one of the keys [avatar_url, email, name]');
  }
  supadesk.setUser(identifier, user);
}
