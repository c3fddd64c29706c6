/** What the page and the frame may say to each other. Nothing else crosses the border. */

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** What a page says about its visitor: the method's name, then its arguments. */
export type Call = [method: string, ...args: unknown[]];

/** From the page's loader to our frame. */
export type ToFrame =
  | {
      type: 'init';
      locale: string;
      theme: Theme;
      open: boolean;
      focus: boolean;
      pageUrl: string;
      calls: Call[];
    }
  | { type: 'show'; focus: boolean; pageUrl: string }
  | { type: 'hide' }
  | { type: 'set'; locale: string; theme: Theme }
  | { type: 'call'; calls: Call[] }
  | { type: 'reset' };

/** From our frame to the page's loader. */
export type ToHost =
  | { type: 'ready' }
  | { type: 'close' }
  | { type: 'unread'; count: number; label: string }
  | { type: 'message'; id: string; conversationId: string }
  | { type: 'start'; hasConversation: boolean }
  | { type: 'postback'; payload: string }
  | { type: 'error'; code: string; message: string };

/** Keeps our traffic apart from everything else a page posts to its frames. */
const NAMESPACE = 'supadesk';

/** Sends one message to one window, and only if that window still shows that origin. */
export function post(target: Window, origin: string, message: ToFrame | ToHost): void {
  target.postMessage({ [NAMESPACE]: message }, origin);
}

/** Calls back for messages of ours from that window and an accepted origin only, until the signal. */
export function listen(
  source: () => Window | null | undefined,
  accepts: (origin: string) => boolean,
  onMessage: (message: unknown, origin: string) => void,
  options: AddEventListenerOptions = {},
): void {
  const handle = ({ data, origin, source: from }: MessageEvent): void => {
    if (from && from === source() && accepts(origin) && data?.[NAMESPACE]) {
      onMessage(data[NAMESPACE], origin);
    }
  };
  addEventListener('message', handle, options);
}

const SHAPES: Record<ToFrame['type'], Record<string, 'string' | 'boolean' | 'object'>> = {
  init: {
    locale: 'string',
    theme: 'string',
    open: 'boolean',
    focus: 'boolean',
    pageUrl: 'string',
    calls: 'object',
  },
  show: { focus: 'boolean', pageUrl: 'string' },
  hide: {},
  set: { locale: 'string', theme: 'string' },
  call: { calls: 'object' },
  reset: {},
};

/**
 * Reads what a page said, or null when it is not one of ours. The other way needs no such care: the
 * loader listens to nobody but the desk's own origin.
 */
export function parseToFrame(value: unknown): ToFrame | null {
  if (typeof value !== 'object' || value === null) return null;
  const fields = value as Record<string, unknown>;
  const { type } = fields;
  // `hasOwn`, because "constructor" and its kin are also found on a plain object.
  if (typeof type !== 'string' || !Object.hasOwn(SHAPES, type)) return null;
  const shape = SHAPES[type as ToFrame['type']];
  if (Object.keys(shape).some((key) => typeof fields[key] !== shape[key])) return null;
  if ('theme' in shape && !THEMES.includes(fields.theme as Theme)) return null;
  if ('calls' in shape && !areCalls(fields.calls)) return null;
  return value as ToFrame;
}

function areCalls(value: unknown): value is Call[] {
  return (
    Array.isArray(value) &&
    value.every((call) => Array.isArray(call) && typeof call[0] === 'string')
  );
}
