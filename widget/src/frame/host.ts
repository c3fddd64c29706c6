/** The frame's end of the border: the one window that embeds us, at the origin it first spoke from. */
import { listen, parseToFrame, post, type ToFrame, type ToHost } from '../protocol';

/** Speaks with the page around us. */
export interface Host {
  /** False when the panel is a page of its own and nobody could close it. */
  readonly embedded: boolean;
  say(message: ToHost): void;
}

/** Listens to the embedding page; what we say before it spoke waits until we know its origin. */
export function connectHost(onMessage: (message: ToFrame) => void): Host {
  let origin: string | null = null;
  let waiting: ToHost[] = [];
  const embedded = window.parent !== window;
  const say = (message: ToHost): void => {
    if (!embedded) return;
    if (origin === null) waiting.push(message);
    else post(window.parent, origin, message);
  };
  if (embedded) {
    listen(
      () => window.parent,
      // The browser vouches for the origin, and frame-ancestors for who may be the parent. The first
      // origin stays: a parent that navigates elsewhere takes this frame down with it.
      (from) => (origin === null ? /^https?:\/\//.test(from) : from === origin),
      (value, from) => {
        const message = parseToFrame(value);
        if (message === null) return;
        origin ??= from;
        onMessage(message);
        for (const said of waiting) post(window.parent, origin, said);
        waiting = [];
      },
    );
  }
  return { embedded, say };
}
