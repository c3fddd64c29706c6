import DOMPurify, { type Config, type WindowLike } from 'dompurify';
import { contentId, isBeacon } from './mail';

/** Where a link in a mail may lead. */
const OPENED = /^(?:https?:\/\/|mailto:|tel:)/i;

/** The server cleaned it by a list of its own; this is for the day that list has a hole. */
const LIMITS: Config = {
  USE_PROFILES: { html: true },
  FORBID_TAGS: [
    'style',
    'form',
    'input',
    'button',
    'textarea',
    'select',
    'video',
    'audio',
    'source',
    'picture',
  ],
  FORBID_ATTR: ['id', 'name', 'class', 'srcset', 'background', 'ping', 'usemap', 'download'],
};

export interface Shown {
  content: DocumentFragment;
  /** How many pictures from elsewhere were left out. */
  hidden: number;
}

/**
 * Turns a mail's HTML into what its frame shows. Pictures from elsewhere wait until they are `wanted`.
 * It is taken apart in the frame's own window: in ours the page's policy forbids every style in it.
 */
export function mailDocument(
  frame: WindowLike,
  html: string,
  images: Map<string, string>,
  wanted: boolean,
): Shown {
  const content = DOMPurify(frame).sanitize(html, { ...LIMITS, RETURN_DOM_FRAGMENT: true });
  let hidden = 0;
  for (const link of content.querySelectorAll('a')) {
    if (!OPENED.test(link.getAttribute('href') ?? '')) link.removeAttribute('href');
    link.target = '_blank';
    link.rel = 'noopener noreferrer nofollow';
  }
  for (const image of content.querySelectorAll('img')) {
    const source = image.getAttribute('src') ?? '';
    const remote =
      image.getAttribute('data-remote-src') ?? (/^https?:/i.test(source) ? source : null);
    image.removeAttribute('data-remote-src');
    image.removeAttribute('src');
    if (/^cid:/i.test(source)) {
      const url = images.get(contentId(source));
      if (url) image.src = url;
    } else if (remote !== null) {
      if (isBeacon(image.getAttribute('width'), image.getAttribute('height'))) image.remove();
      else if (wanted) image.src = remote;
      else hidden += 1;
    }
  }
  return { content, hidden };
}
