/** The only pixels we own on the page: a button, a badge, and the box that holds the frame. */
import { accentPair } from './contrast';
import styles from './launcher.css?inline';

const SVG = 'http://www.w3.org/2000/svg';
const CHAT =
  'M12 3.5c-5 0-9 3.3-9 7.6 0 2.3 1.2 4.3 3 5.7l-.6 3.4c-.1.5.4.9.9.6l3.6-1.9c.7.1 1.4.2 2.1.2 5 0 9-3.5 9-8s-4-7.6-9-7.6z';
const SHUT = 'M6 9.5l6 6 6-6';

/** What decides how the launcher looks and what it is called. */
export interface Look {
  open: boolean;
  /** The frame has painted, so its own close button is there. */
  ready: boolean;
  hidden: boolean;
  /** What the button and the panel are called. */
  title: string;
  unread: number;
  unreadLabel: string;
  left: boolean;
  color: string;
  theme: string;
  lang: string;
}

/** The launcher's elements, and how they are changed. */
export interface Launcher {
  readonly host: HTMLElement;
  readonly button: HTMLElement;
  readonly panel: HTMLElement;
  render(look: Look): void;
}

/** Builds the launcher inside a shadow root and puts it on the page, until the signal. */
export function createLauncher(signal: AbortSignal): Launcher {
  const host = make('div');
  host.id = 'supadesk';
  const root = host.attachShadow({ mode: 'open' });
  // A constructed sheet is not an inline style, so the page's CSP has nothing to forbid.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  root.adoptedStyleSheets = [sheet];

  const box = make('div');
  const panel = make('section', { id: 'panel', role: 'dialog' });
  const button = make('button', { type: 'button', 'aria-controls': 'panel' });
  const badge = make('span', { 'aria-hidden': 'true' });
  button.append(icon('chat', CHAT, 'currentColor'), icon('shut', SHUT, 'none'), badge);
  // The panel comes first, so Shift+Tab from the button enters what it opened.
  box.append(panel, button);
  root.append(box);

  const attach = (): void => {
    if (!host.isConnected) document.body.append(host);
  };
  attach();
  // Turbo, Astro and friends swap the whole body between pages; the conversation must survive that.
  const swaps = new MutationObserver(attach);
  swaps.observe(document.documentElement, { childList: true });

  const mobile = matchMedia('(max-width: 639.98px)');
  let modal = false;
  let asleep: HTMLElement[] = [];

  const settle = (): void => {
    // On phones the keyboard shrinks the visual viewport only; the composer must stay above it.
    panel.style.setProperty('--visible-height', `${visualViewport?.height ?? innerHeight}px`);
    for (const element of asleep) element.inert = false;
    const full = modal && mobile.matches;
    const page = [...document.body.children] as HTMLElement[];
    asleep = full ? page.filter((element) => element !== host && !element.inert) : [];
    for (const element of asleep) element.inert = true;
    panel.ariaModal = String(full);
  };
  mobile.addEventListener('change', settle, { signal });
  visualViewport?.addEventListener('resize', settle, { signal });

  document.addEventListener(
    'focusin',
    () => {
      const focused = document.activeElement as Element;
      const theirs = focused.getBoundingClientRect();
      const ours = button.getBoundingClientRect();
      button.classList.toggle(
        'yield',
        focused !== host &&
          // Something as large as a page region is not hidden by one button.
          theirs.height < 200 &&
          theirs.right > ours.left &&
          theirs.left < ours.right &&
          theirs.bottom > ours.top &&
          theirs.top < ours.bottom,
      );
    },
    { signal },
  );

  signal.addEventListener('abort', () => {
    modal = false;
    settle();
    swaps.disconnect();
    host.remove();
  });

  return {
    host,
    button,
    panel,
    render({ open, ready, hidden, title, unread, unreadLabel, left, color, theme, lang }) {
      const { background, text } = accentPair(color);
      box.style.setProperty('--accent', background);
      box.style.setProperty('--on-accent', text);
      box.style.colorScheme = theme === 'auto' ? 'light dark' : theme;
      // Left and right are the site owner's physical choice; the direction says which end is meant.
      box.dir = left ? 'rtl' : 'ltr';
      box.className = open ? (ready ? 'open ready' : 'open') : '';
      host.lang = lang;
      panel.hidden = !open;
      panel.ariaLabel = title;
      button.hidden = hidden;
      button.ariaExpanded = String(open);
      const news = !open && unread > 0;
      button.ariaLabel = news ? `${title}, ${unreadLabel}` : title;
      badge.hidden = !news;
      badge.textContent = unread > 99 ? '99+' : String(unread);
      modal = open && ready;
      settle();
    },
  };
}

function make(tag: string, attributes: Record<string, string> = {}): HTMLElement {
  return dress(document.createElement(tag), attributes);
}

function icon(name: string, d: string, fill: string): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.append(dress(document.createElementNS(SVG, 'path'), { d, fill }));
  return dress(svg, { class: name, viewBox: '0 0 24 24', 'aria-hidden': 'true' });
}

function dress<E extends Element>(element: E, attributes: Record<string, string>): E {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
