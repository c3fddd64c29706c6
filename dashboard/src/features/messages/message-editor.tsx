import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { Button } from '@/components/button';
import { useTranslation } from '@/i18n';
import type { Message } from '@/types/message';
import { useMessageActions } from './message-actions';

/** One's own message, open for a correction in its place. */
export default function MessageEditor({ message }: { message: Message }) {
  const { t } = useTranslation();
  const { edit, startEditing } = useMessageActions();
  const [text, setText] = useState(message.content ?? '');
  const [saving, setSaving] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    box.current?.focus();
    box.current?.setSelectionRange(box.current.value.length, box.current.value.length);
  }, []);

  async function save(): Promise<void> {
    if (text.trim() === '' || saving) return;
    setSaving(true);
    const saved = text.trim() === message.content || (await edit(message, text.trim()));
    setSaving(false);
    if (saved) startEditing(null);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      event.stopPropagation();
      startEditing(null);
    }
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) {
      event.preventDefault();
      void save();
    }
  }

  return (
    <div className="min-w-0 py-1">
      <textarea
        ref={box}
        dir="auto"
        value={text}
        rows={Math.min(12, Math.max(2, text.split('\n').length))}
        aria-label={t('message.editLabel')}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        className="block w-full resize-y rounded-md border border-edge bg-surface px-2.5 py-1.5 text-body"
      />
      <div className="mt-2 flex justify-end gap-2">
        <Button look="quiet" onClick={() => startEditing(null)}>
          {t('common.cancel')}
        </Button>
        <Button look="primary" disabled={text.trim() === '' || saving} onClick={() => void save()}>
          {t('common.save')}
        </Button>
      </div>
    </div>
  );
}
