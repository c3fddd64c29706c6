import { useEffect, useEffectEvent, useState } from 'react';
import { type Draft, getDraft, saveDraft } from '@/lib/drafts';

const AUTOSAVE_MS = 400;

export type Mentions = NonNullable<Draft['mentions']>;

/** What is being written in one conversation, kept on this device until it is sent. */
export function useDraft(conversationId: string) {
  const [draft] = useState(() => getDraft(conversationId));
  const [text, setText] = useState(draft?.content ?? '');
  const [note, setNote] = useState(draft?.private ?? false);
  const [mentions, setMentions] = useState<Mentions>(draft?.mentions ?? []);
  const [savedAt, setSavedAt] = useState(draft?.savedAt ?? null);
  const empty = text.trim() === '';

  const persist = useEffectEvent(() => {
    const known = getDraft(conversationId);
    if (text === (known?.content ?? '') && note === (known?.private ?? false)) return;
    const at = new Date().toISOString();
    saveDraft(
      conversationId,
      empty ? null : { content: text, private: note, savedAt: at, mentions },
    );
    setSavedAt(empty ? null : at);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: each change starts the wait again
  useEffect(() => {
    const timer = setTimeout(persist, AUTOSAVE_MS);
    return () => clearTimeout(timer);
  }, [text, note]);
  // Leaving sooner than that must not lose the last words.
  useEffect(() => () => persist(), []);

  function clear(): void {
    setText('');
    setMentions([]);
    setSavedAt(null);
    saveDraft(conversationId, null);
  }

  return { text, setText, note, setNote, mentions, setMentions, savedAt, empty, clear };
}
