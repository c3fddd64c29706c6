/** The page's side of the widget: what `window.supadesk` can do. */
import { launcher as ar } from './i18n/ar.json';
import { launcher as en } from './i18n/en.json';
import { launcher as es } from './i18n/es.json';
import { type Locale, pickLocale } from './i18n/locale';
import { launcher as ptBR } from './i18n/pt-BR.json';
import { createLauncher, type Launcher } from './launcher';
import { listen, post, type Theme, type ToFrame, type ToHost } from './protocol';

/** What a page may change while the widget runs. */
export interface Settings {
  /** A language tag, or `auto` for the browser's. */
  locale?: string;
  theme?: Theme;
}

/** How a page starts the widget. Only the token is required when the script comes from the desk. */
export interface BootOptions extends Settings {
  websiteToken: string;
  /** Where the desk runs; the loader's own origin when left out. */
  baseUrl?: string;
  position?: 'left' | 'right';
  launcherTitle?: string;
}

/** What a page may listen to, with what it is told. */
export interface Events {
  ready: undefined;
  open: undefined;
  close: undefined;
  unread: { count: number };
  message: { id: string; conversationId: string };
  error: { code: string; message: string };
}

type Listener<E extends keyof Events> = (detail: Events[E]) => void;

/** The public API. */
export interface Sdk {
  /** Shows the launcher. Again with the same token, it only applies what changed. */
  boot(options: BootOptions): void;
  /** Takes everything off the page. The visitor's conversation is there again at the next boot. */
  shutdown(): void;
  open(): void;
  close(): void;
  toggle(): void;
  set(change: Settings): void;
  launcher(state: 'hide' | 'show'): void;
  /** Calls back on every such event; returns how to stop. */
  on<E extends keyof Events>(event: E, listener: Listener<E>): () => void;
  off<E extends keyof Events>(event: E, listener: Listener<E>): void;
}

interface InboxConfig {
  color: string;
  position: string;
  launcher_title: string | null;
  locale: string | null;
}

const TEXTS: Record<Locale, typeof en> = { en, es, 'pt-BR': ptBR, ar };

/** Makes the API object. `scriptUrl` is where the loader itself came from. */
export function createSdk(scriptUrl: string | undefined): Sdk {
  const listeners = new Map<keyof Events, Set<Listener<never>>>();
  let options: BootOptions | null = null;
  let base = '';
  /** One life from boot to shutdown; its end ends every listener of it. */
  let life = new AbortController();
  let config: InboxConfig;
  let launcher: Launcher | null = null;
  let frame: HTMLIFrameElement | null = null;
  let open = false;
  let ready = false;
  let hidden = false;
  let unread = 0;
  let unreadLabel = '';
  /** Where the keyboard goes back to when the panel closes. */
  let returnTo: HTMLElement | null = null;

  function emit<E extends keyof Events>(event: E, detail: Events[E]): void {
    for (const listener of listeners.get(event) ?? []) (listener as Listener<E>)(detail);
  }

  const wishedLocale = (): string => options?.locale ?? config.locale ?? 'auto';
  const wishedTheme = (): Theme => options?.theme ?? 'auto';
  const lang = (): Locale => pickLocale(wishedLocale(), 'auto');
  const title = (): string => options?.launcherTitle || config.launcher_title || TEXTS[lang()].open;
  // The fragment stays out: applications keep secrets in it.
  const pageUrl = (): string => location.href.replace(/#.*/, '');

  function render(): void {
    launcher?.render({
      open,
      ready,
      hidden,
      title: title(),
      unread,
      unreadLabel,
      left: (options?.position ?? config.position) === 'left',
      color: config.color,
      theme: wishedTheme(),
      lang: lang(),
    });
  }

  function tell(message: ToFrame): void {
    if (frame?.contentWindow) post(frame.contentWindow, new URL(base).origin, message);
  }

  async function start(token: string, { signal }: AbortController): Promise<void> {
    try {
      const url = `${base}/widget/config/${encodeURIComponent(token)}`;
      const response = await fetch(url, { credentials: 'omit', signal });
      const body = await response.json();
      if (!response.ok) throw body;
      config = body;
    } catch (cause) {
      if (signal.aborted) return;
      // A later boot may try again.
      options = null;
      const { code = 'config_unavailable', message } = cause as Events['error'];
      emit('error', { code, message });
      return;
    }
    while (!document.body) await new Promise(requestAnimationFrame);
    if (signal.aborted) return;
    const origin = new URL(base).origin;
    launcher = createLauncher();
    const { host, button } = launcher;
    button.addEventListener('click', api.toggle);
    const onEscape = (event: KeyboardEvent): void => {
      // Only ours when the focus is: the page has its own uses for Escape.
      if (event.key === 'Escape' && document.activeElement === host) api.close();
    };
    document.addEventListener('keydown', onEscape, { signal });
    listen(
      () => frame?.contentWindow,
      (from) => from === origin,
      (message) => {
        const said = message as ToHost;
        if (said.type === 'close') return api.close();
        if (said.type === 'ready') ready = true;
        else {
          if (said.type === 'unread') ({ count: unread, label: unreadLabel } = said);
          const { type, ...detail } = said;
          emit(type, detail as never);
        }
        render();
      },
      { signal },
    );
    render();
    emit('ready', undefined);
    // Asked for while we were not there yet.
    if (open) show();
  }

  function show(): void {
    if (launcher === null) return;
    // Opened by the visitor's own click or key, the keyboard follows. Opened by a script, it stays.
    const focus = navigator.userActivation?.isActive ?? false;
    const active = document.activeElement;
    const elsewhere = active !== launcher.host && active !== document.body;
    returnTo = elsewhere ? (active as HTMLElement | null) : null;
    render();
    if (frame) tell({ type: 'show', focus, pageUrl: pageUrl() });
    else frame = createFrame(launcher);
    if (focus) frame.focus();
    emit('open', undefined);
  }

  function createFrame({ panel, host }: Launcher): HTMLIFrameElement {
    const created = document.createElement('iframe');
    const query = new URLSearchParams({
      website_token: options?.websiteToken ?? '',
      locale: lang(),
    });
    created.src = `${base}/widget/frame?${query}`;
    created.title = title();
    // Fires after the frame's modules ran, also when a body swap made the frame load again.
    created.addEventListener('load', () =>
      tell({
        type: 'init',
        locale: wishedLocale(),
        theme: wishedTheme(),
        open,
        focus: document.activeElement === host,
        pageUrl: pageUrl(),
      }),
    );
    panel.append(created);
    return created;
  }

  const api: Sdk = {
    boot(given) {
      const url = (given.baseUrl ?? (scriptUrl ? new URL(scriptUrl).origin : '')).replace(
        /\/+$/,
        '',
      );
      if (!given.websiteToken || !/^https?:/.test(url)) {
        throw new Error('supadesk.boot needs websiteToken and baseUrl.');
      }
      if (options?.websiteToken === given.websiteToken && base === url) {
        options = { ...options, ...given };
        api.set({});
        return;
      }
      const wasAsked = open && launcher === null;
      api.shutdown();
      open = wasAsked;
      options = given;
      base = url;
      life = new AbortController();
      void start(given.websiteToken, life);
    },

    shutdown() {
      life.abort();
      launcher?.remove();
      launcher = frame = options = null;
      open = ready = false;
      unread = 0;
    },

    open() {
      if (open) return;
      open = true;
      show();
    },

    close() {
      if (!open) return;
      open = false;
      if (launcher === null) return;
      const { host, button } = launcher;
      const hadFocus = document.activeElement === host;
      render();
      tell({ type: 'hide' });
      if (hadFocus) (returnTo?.isConnected ? returnTo : button).focus();
      emit('close', undefined);
    },

    toggle() {
      if (open) api.close();
      else api.open();
    },

    set(change) {
      if (options === null) return;
      options = { ...options, ...change };
      if (launcher === null) return;
      render();
      tell({ type: 'set', locale: wishedLocale(), theme: wishedTheme() });
    },

    launcher(state) {
      hidden = state === 'hide';
      if (launcher) render();
    },

    on(event, listener) {
      const known = listeners.get(event) ?? new Set();
      listeners.set(event, known.add(listener as Listener<never>));
      return () => api.off(event, listener);
    },

    off(event, listener) {
      listeners.get(event)?.delete(listener as Listener<never>);
    },
  };
  return api;
}
