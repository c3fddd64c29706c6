import { Fragment } from 'react';
import { linkify, type TextPart } from '@/lib/links';

/** The parts of one text never move, so their places serve as keys. */
const keyed = (parts: TextPart[]) => parts.map((part, place) => ({ part, key: `${place}` }));

/** Somebody's words, exactly as written; only web addresses become links, and mentions names. */
export function PlainText({ text }: { text: string }) {
  return (
    <span dir="auto" className="block whitespace-pre-wrap [overflow-wrap:anywhere]">
      {keyed(linkify(text)).map(({ part, key }) =>
        part.kind === 'link' ? (
          <a
            key={key}
            href={part.href}
            target="_blank"
            rel="noopener noreferrer nofollow"
            className="underline decoration-1 underline-offset-2 hover:decoration-2"
          >
            {part.text}
          </a>
        ) : part.kind === 'mention' ? (
          <bdi key={key} className="rounded-sm bg-accent-tint px-1 font-medium text-accent">
            {part.text}
          </bdi>
        ) : (
          <Fragment key={key}>{part.text}</Fragment>
        ),
      )}
    </span>
  );
}
