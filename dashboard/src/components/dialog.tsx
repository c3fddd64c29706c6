import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { type ReactNode, type RefObject, useState } from 'react';
import { useTranslation } from '@/i18n';
import { cx } from './cx';

interface DialogProps {
  title: string;
  titleHidden?: boolean;
  onClose: () => void;
  children: ReactNode;
  wide?: boolean;
  initialFocus?: RefObject<HTMLElement | null>;
}

/** A modal that is open while it is rendered. Import it lazily: its machinery is not small. */
export function Dialog({
  title,
  titleHidden = false,
  onClose,
  children,
  wide = false,
  initialFocus,
}: DialogProps) {
  const { t } = useTranslation();
  // Whoever had the focus gets it back; when nobody had it, single-key shortcuts go on working.
  const [before] = useState(() => document.activeElement);
  return (
    <Base.Root open onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 animate-[appear_120ms] bg-[oklch(0.15_0.01_200/0.45)]" />
        <Base.Popup
          {...(initialFocus ? { initialFocus } : {})}
          finalFocus={() =>
            before instanceof HTMLElement && before !== document.body ? before : false
          }
          className={cx(
            'fixed inset-x-4 top-[12dvh] z-50 mx-auto flex max-h-[76dvh] animate-[rise_140ms] flex-col overflow-hidden rounded-lg border border-border bg-raised shadow-float outline-none',
            wide ? 'max-w-2xl' : 'max-w-lg',
          )}
        >
          <div className={titleHidden ? 'sr-only' : 'flex items-center gap-3 px-5 pt-4 pb-1'}>
            <Base.Title className="font-semibold text-[0.9375rem]">{title}</Base.Title>
            {!titleHidden && (
              <Base.Close
                aria-label={t('common.close')}
                className="ms-auto flex size-8 items-center justify-center rounded-md text-muted hover:bg-hover"
              >
                <X aria-hidden="true" size={16} />
              </Base.Close>
            )}
          </div>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
