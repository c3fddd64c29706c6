import { Fragment } from 'react';
import { linkify } from '@/lib/links';

/** Somebody's words, exactly as written; only web addresses become links. */
export function PlainText({ text }: { text: string }) {
  return (
    <span dir="auto" className="block whitespace-pre-wrap [overflow-wrap:anywhere]">
      {linkify(text).map((part, index) =>
        part.kind === 'link' ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text never move
          <a
            key={index}
            href={part.href}
            target="_blank"
            rel="noopener noreferrer nofollow"
            className="underline decoration-1 underline-offset-2 hover:decoration-2"
          >
            {part.text}
          </a>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text never move
          <Fragment key={index}>{part.text}</Fragment>
        ),
      )}
    </span>
  );
}
