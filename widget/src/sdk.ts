/** The page's side of the widget: what `window.supadesk` can do. */
import { createLauncher, type Launcher } from './launcher';
import { type Call, listen, post, type Theme, type ToFrame, type ToHost } from './protocol';

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
  hideMessageBubble?: boolean;
}

/** What a page may listen to, with what it is told. */
export interface Events {
  ready: undefined;
  open: undefined;
  close: undefined;
  unread: { count: number };
  message: { id: string; conversationId: string };
  start: { hasConversation: boolean };
  postback: { payload: string };
  error: { code: string; message: string };
}

type Listener<E extends keyof Events> = (detail: Events[E]) => void;

/** What the account knows about the visitor; at least one of name, email and avatar_url. */
export interface User {
  name?: string;
  email?: string;
  avatar_url?: string;
  phone_number?: string;
  /** HMAC-SHA256 of the identifier in hex, made by the site's own server. */
  identifier_hash?: string;
  company_name?: string;
  city?: string;
  country_code?: string;
  description?: string;
  social_profiles?: Record<string, string>;
}

/** The methods that only pass on what the page says; the panel acts on it once it is there. */
const PASSED_ON = [
  'setUser',
  'setCustomAttributes',
  'deleteCustomAttribute',
  'setConversationCustomAttributes',
  'deleteConversationCustomAttribute',
  'setLabel',
  'removeLabel',
] as const;

/** The public API. Also callable by name: `supadesk('open')`. */
export interface Sdk {
  (method: string, ...args: unknown[]): unknown;
  /** The button is there. */
  hasLoaded: boolean;
  isOpen: boolean;
  websiteToken?: string;
  /** Shows the launcher. Again with the same token, it only applies what changed. */
  boot(options: BootOptions): void;
  /** Takes everything off the page. The visitor's conversation is there again at the next boot. */
  shutdown(): void;
  open(): void;
  close(): void;
  toggle(state?: 'open' | 'close'): void;
  set(change: Settings): void;
  setLocale(locale: string): void;
  setColorScheme(theme: Theme): void;
  toggleBubbleVisibility(state: 'hide' | 'show'): void;
  popoutChatWindow(): void;
  /** Forgets the visitor on this browser: the next conversation is somebody else's. */
  reset(): void;
  setUser(identifier: string | number, user: User): void;
  setCustomAttributes(attributes: Record<string, unknown>): void;
  deleteCustomAttribute(key: string): void;
  setConversationCustomAttributes(attributes: Record<string, unknown>): void;
  deleteConversationCustomAttribute(key: string): void;
  setLabel(title: string): void;
  removeLabel(title: string): void;
  /** Calls back on every such event, as the window's `supadesk:<event>` does; returns how to stop. */
  on<E extends keyof Events>(event: E, listener: Listener<E>): () => void;
}

interface InboxConfig {
  color: string;
  position: string;
  /** What the button is called, by language. */
  launcher_titles: Record<string, string>;
  locale: string | null;
}

/** Makes the API object. `scriptUrl` is where the loader itself came from. */
export function createSdk(scriptUrl: string | undefined): Sdk {
  let options: BootOptions | null = null;
  let base = '';
  let origin = '';
  /** One life from boot to shutdown; its end ends every listener of it. */
  let life = new AbortController();
  let config: InboxConfig;
  let launcher: Launcher | null = null;
  let frame: HTMLIFrameElement | null = null;
  /** What the page said about its visitor; kept, because a body swap makes the frame start anew. */
  let calls: Call[] = [];
  let open = false;
  /** The frame that loads next starts by forgetting its visitor. */
  let forgetting = false;
  let ready = false;
  let hidden = false;
  let unread = 0;
  let unreadLabel = '';
  /** Where the keyboard goes back to when the panel closes. */
  let returnTo: HTMLElement | null = null;

  function emit<E extends keyof Events>(event: E, detail: Events[E]): void {
    dispatchEvent(new CustomEvent(`supadesk:${event}`, { detail }));
  }

  const wishedLocale = (): string => options?.locale ?? config.locale ?? 'auto';
  const wishedTheme = (): Theme => options?.theme ?? 'auto';
  const titleIn = (tag: string): string | undefined =>
    config.launcher_titles[tag.replace(/[-_].*/, '')];
  /** The first wish that we speak; `auto` and whatever else we do not speak ask the browser. */
  const lang = (): string =>
    [wishedLocale(), ...navigator.languages].find((tag) => tag !== 'auto' && titleIn(tag)) ?? 'en';
  const title = (): string => options?.launcherTitle || (titleIn(lang()) as string);
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
    if (frame?.contentWindow) post(frame.contentWindow, origin, message);
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
    launcher = createLauncher(signal);
    const { host, button } = launcher;
    button.addEventListener('click', () => api.toggle());
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
    api.hasLoaded = true;
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
    else createFrame(launcher);
    if (focus) frame?.focus();
    emit('open', undefined);
  }

  const frameUrl = (): string =>
    `${base}/widget/frame?${new URLSearchParams({ website_token: options?.websiteToken ?? '', locale: lang() })}`;

  function createFrame({ panel, host }: Launcher): void {
    frame = document.createElement('iframe');
    frame.src = frameUrl();
    frame.title = title();
    // Fires after the frame's modules ran, also when a body swap made the frame load again.
    frame.onload = () => {
      if (forgetting) tell({ type: 'reset' });
      forgetting = false;
      tell({
        type: 'init',
        locale: wishedLocale(),
        theme: wishedTheme(),
        open,
        focus: document.activeElement === host,
        pageUrl: pageUrl(),
        calls,
      });
    };
    panel.append(frame);
  }

  const call = (method: string, ...args: unknown[]): unknown =>
    (api[method as keyof Sdk] as (...args: unknown[]) => unknown)(...args);

  const passedOn = {} as Pick<Sdk, (typeof PASSED_ON)[number]>;
  for (const method of PASSED_ON) {
    passedOn[method] = (...args: unknown[]) => {
      calls.push([method, ...args]);
      tell({ type: 'call', calls: [[method, ...args]] });
    };
  }

  const api: Sdk = Object.assign(call, passedOn, {
    hasLoaded: false,
    isOpen: false,

    boot(given: BootOptions) {
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
      open = api.isOpen = wasAsked;
      options = given;
      api.websiteToken = given.websiteToken;
      hidden = Boolean(given.hideMessageBubble);
      base = url;
      origin = new URL(url).origin;
      life = new AbortController();
      void start(given.websiteToken, life);
    },

    shutdown() {
      life.abort();
      launcher = frame = options = null;
      open = ready = api.isOpen = api.hasLoaded = false;
      unread = 0;
    },

    open() {
      if (open) return;
      open = api.isOpen = true;
      show();
    },

    close() {
      if (!open) return;
      open = api.isOpen = false;
      if (launcher === null) return;
      const { host, button } = launcher;
      const hadFocus = document.activeElement === host;
      render();
      tell({ type: 'hide' });
      if (hadFocus) (returnTo?.isConnected ? returnTo : button).focus();
      emit('close', undefined);
    },

    toggle(state?: 'open' | 'close') {
      api[state ?? (open ? 'close' : 'open')]();
    },

    set(change: Settings) {
      if (options === null) return;
      options = { ...options, ...change };
      if (launcher === null) return;
      render();
      tell({ type: 'set', locale: wishedLocale(), theme: wishedTheme() });
    },

    setLocale: (locale: string) => api.set({ locale }),
    setColorScheme: (theme: Theme) => api.set({ theme }),

    toggleBubbleVisibility(state: 'hide' | 'show') {
      hidden = state === 'hide';
      if (launcher) render();
    },

    popoutChatWindow() {
      window.open(frameUrl(), 'supadesk', 'popup,width=400,height=680');
    },

    reset() {
      api.close();
      calls = [];
      unread = 0;
      if (launcher === null) return;
      render();
      if (frame) return tell({ type: 'reset' });
      // What an earlier page left on this browser only the frame can remove.
      forgetting = true;
      createFrame(launcher);
    },

    on<E extends keyof Events>(event: E, listener: Listener<E>) {
      const heard = ({ detail }: CustomEventInit<Events[E]>): void => listener(detail as Events[E]);
      const name = `supadesk:${event}`;
      addEventListener(name, heard as EventListener);
      return () => removeEventListener(name, heard as EventListener);
    },
  });
  return api;
}
