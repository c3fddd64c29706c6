import { X } from 'lucide-react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useTranslation } from '@/i18n';
import { dismissToast, getToasts, subscribeToToasts, type Toast } from '@/lib/toast';
import { cx } from './cx';

const LIFETIME_MS = 8000;

/** Where toasts appear. The region is always in the page, so that screen readers notice changes. */
export function Toaster() {
  const toasts = useSyncExternalStore(subscribeToToasts, getToasts);
  return (
    <div
      role="status"
      className="pointer-events-none fixed start-4 bottom-4 z-50 flex max-w-[calc(100vw-2rem)] flex-col gap-2 max-sm:bottom-20"
    >
      {toasts.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function ToastCard({ toast }: { toast: Toast }) {
  const { t } = useTranslation();
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => dismissToast(toast.id), LIFETIME_MS);
    return () => clearTimeout(timer);
  }, [held, toast.id]);
  return (
    // Reading or reaching for the button takes as long as it takes.
    // biome-ignore lint/a11y/noStaticElementInteractions: the handlers only hold the timer
    <div
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className={cx(
        'pointer-events-auto flex animate-[rise_160ms] items-center gap-3 rounded-lg border bg-raised py-2 ps-4 pe-2 shadow-float',
        toast.tone === 'danger' ? 'border-danger text-danger' : 'border-border',
      )}
    >
      <span dir="auto" className="min-w-0 py-0.5">
        {toast.text}
      </span>
      {toast.action && (
        <button
          type="button"
          onClick={() => {
            dismissToast(toast.id);
            toast.action?.run();
          }}
          className="h-7 rounded-md px-2 font-semibold text-accent hover:bg-hover"
        >
          {toast.action.label}
        </button>
      )}
      <button
        type="button"
        aria-label={t('common.dismiss')}
        onClick={() => dismissToast(toast.id)}
        className="flex size-7 items-center justify-center rounded-md text-muted hover:bg-hover"
      >
        <X aria-hidden="true" size={14} />
      </button>
    </div>
  );
}
