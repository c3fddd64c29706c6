import { useEffect, useEffectEvent, useRef } from 'react';
import { setTyping } from './api';

/** The contract allows one typing signal every two seconds. */
const EVERY_MS = 2500;
const ENDS_MS = 5000;

/** Tells others that this agent types; call `typed` at each change and `ended` when it is over. */
export function useTyping(conversationId: string, note: boolean) {
  const last = useRef(0);
  const stop = useRef<ReturnType<typeof setTimeout> | null>(null);

  // A lost typing signal is not worth a word to anybody.
  const signal = (typing: boolean) => void setTyping(conversationId, typing, note).catch(() => {});

  function ended(): void {
    if (stop.current) clearTimeout(stop.current);
    stop.current = null;
    if (last.current === 0) return;
    last.current = 0;
    signal(false);
  }

  function typed(): void {
    if (stop.current) clearTimeout(stop.current);
    stop.current = setTimeout(ended, ENDS_MS);
    if (Date.now() - last.current < EVERY_MS) return;
    last.current = Date.now();
    signal(true);
  }

  const leave = useEffectEvent(ended);
  useEffect(() => () => leave(), []);
  return { typed, ended };
}
