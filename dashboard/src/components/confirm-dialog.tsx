import { useRef } from 'react';
import { useTranslation } from '@/i18n';
import { Button } from './button';
import { Dialog } from './dialog';

interface ConfirmDialogProps {
  title: string;
  text: string;
  confirm: string;
  onAnswer: (confirmed: boolean) => void;
}

/** Asks once before what cannot be undone; the safe answer has the focus. Import it lazily. */
export default function ConfirmDialog({ title, text, confirm, onAnswer }: ConfirmDialogProps) {
  const { t } = useTranslation();
  const safest = useRef<HTMLButtonElement>(null);
  return (
    <Dialog title={title} onClose={() => onAnswer(false)} initialFocus={safest}>
      <p className="px-5 text-meta text-muted">{text}</p>
      <div className="flex justify-end gap-2 p-5">
        <Button ref={safest} size="md" onClick={() => onAnswer(false)}>
          {t('common.cancel')}
        </Button>
        <Button
          size="md"
          className="bg-danger text-surface hover:opacity-90"
          onClick={() => onAnswer(true)}
        >
          {confirm}
        </Button>
      </div>
    </Dialog>
  );
}
