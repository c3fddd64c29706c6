import { FileText, RotateCw, X } from 'lucide-react';
import { cx } from '@/components/cx';
import { useTranslation } from '@/i18n';
import { fileSize } from '@/lib/format';
import type { Upload, Uploads } from './uploads';

/** The files of the message being written, how far they are, and what can be done about them. */
export function UploadStrip({ items, uploads }: { items: Upload[]; uploads: Uploads }) {
  const { t, i18n } = useTranslation();
  return (
    <ul aria-label={t('attachment.list')} className="flex flex-wrap gap-2 px-3.5 pt-1 pb-2">
      {items.map((item) => {
        const percent = Math.round(item.progress * 100);
        const failed = item.state === 'failed';
        const reason = item.error?.isNetwork ? t('error.network') : item.error?.message;
        return (
          <li
            key={item.id}
            className={cx(
              'relative flex h-12 w-56 items-center gap-2.5 overflow-hidden rounded-md border bg-surface ps-1.5 pe-1',
              failed ? 'border-danger' : 'border-border',
            )}
          >
            {item.previewUrl ? (
              <img src={item.previewUrl} alt="" className="size-9 rounded-sm object-cover" />
            ) : (
              <span className="flex size-9 items-center justify-center text-muted">
                <FileText aria-hidden="true" size={18} />
              </span>
            )}
            <span className="flex min-w-0 flex-1 flex-col">
              <bdi className="truncate font-medium text-chip">{item.name}</bdi>
              <span
                className={cx('truncate text-[11px]', failed ? 'text-danger' : 'text-muted')}
                title={failed ? reason : undefined}
                role={failed ? 'alert' : undefined}
              >
                {failed
                  ? t('attachment.uploadFailed', { reason: reason ?? '' })
                  : item.state === 'done'
                    ? fileSize(item.size, i18n.language)
                    : t('attachment.uploading', { percent })}
              </span>
            </span>
            {failed && (
              <button
                type="button"
                aria-label={t('attachment.retry', { name: item.name })}
                onClick={() => uploads.retry(item.id)}
                className="flex size-7 shrink-0 items-center justify-center rounded-md text-muted hover:bg-hover"
              >
                <RotateCw aria-hidden="true" size={14} />
              </button>
            )}
            <button
              type="button"
              aria-label={t('attachment.remove', { name: item.name })}
              onClick={() => uploads.remove(item.id)}
              className="flex size-7 shrink-0 items-center justify-center rounded-md text-muted hover:bg-hover"
            >
              <X aria-hidden="true" size={14} />
            </button>
            {item.state === 'uploading' && (
              <span
                aria-hidden="true"
                className="absolute start-0 bottom-0 h-0.5 bg-accent transition-[width]"
                style={{ width: `${percent}%` }}
              />
            )}
          </li>
        );
      })}
    </ul>
  );
}
