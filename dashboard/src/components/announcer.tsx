import { useEffect, useState } from 'react';
import { connectAnnouncer } from '@/lib/announce';

const KEPT = 5;

/**
 * The page's hidden log. Messages live in a virtual list whose nodes are reused, so the log role
 * cannot be on the list itself: it would read out whatever is scrolled past.
 */
export function Announcer() {
  const [lines, setLines] = useState<{ id: number; text: string }[]>([]);
  useEffect(
    () =>
      connectAnnouncer((text) =>
        setLines((before) => [
          ...before.slice(1 - KEPT),
          { id: (before.at(-1)?.id ?? 0) + 1, text },
        ]),
      ),
    [],
  );
  return (
    <div role="log" aria-live="polite" className="sr-only">
      {lines.map((line) => (
        <p key={line.id}>{line.text}</p>
      ))}
    </div>
  );
}
