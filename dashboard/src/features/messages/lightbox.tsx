import { Dialog } from '@base-ui/react/dialog';
import { ChevronLeft, ChevronRight, Download, X, ZoomIn, ZoomOut } from 'lucide-react';
import { type KeyboardEvent, useState } from 'react';
import { cx } from '@/components/cx';
import { useTranslation } from '@/i18n';
import type { Attachment } from '@/types/message';
import { attachmentName, useAttachmentUrl } from './attachment-urls';

const ZOOMS = [1, 1.5, 2, 3, 5] as const;

interface LightboxProps {
  images: Attachment[];
  start: number;
  onClose: () => void;
}

/** Pictures of one message, as large as the window or larger. */
export default function Lightbox({ images, start, onClose }: LightboxProps) {
  const { t } = useTranslation();
  const [index, setIndex] = useState(start);
  const [zoom, setZoom] = useState(0);
  const image = images[index];
  if (!image) return null;
  const name = attachmentName(image);

  function step(by: number): void {
    setIndex((index + by + images.length) % images.length);
    setZoom(0);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const backwards = document.documentElement.dir === 'rtl' ? 'ArrowRight' : 'ArrowLeft';
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight')
      step(event.key === backwards ? -1 : 1);
    if (event.key === '+' || event.key === '=') setZoom(Math.min(zoom + 1, ZOOMS.length - 1));
    if (event.key === '-') setZoom(Math.max(zoom - 1, 0));
  }

  const button =
    'flex size-10 items-center justify-center rounded-md text-[white] hover:bg-[oklch(1_0_0/0.15)] focus-visible:outline-[white] disabled:opacity-40';
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 animate-[appear_120ms] bg-[oklch(0.12_0.01_200/0.93)]" />
        <Dialog.Popup
          onKeyDown={onKeyDown}
          className="fixed inset-0 z-50 flex flex-col outline-none"
        >
          <div className="flex items-center gap-1 p-2 text-[white]">
            <Dialog.Title className="min-w-0 truncate px-2 font-medium text-meta">
              <bdi>{name}</bdi>
              {images.length > 1 && (
                <span className="ms-2 opacity-80" dir="ltr">
                  {index + 1} / {images.length}
                </span>
              )}
            </Dialog.Title>
            <div className="ms-auto flex shrink-0">
              <button
                type="button"
                aria-label={t('attachment.smaller')}
                disabled={zoom === 0}
                onClick={() => setZoom(zoom - 1)}
                className={button}
              >
                <ZoomOut aria-hidden="true" size={18} />
              </button>
              <button
                type="button"
                aria-label={t('attachment.larger')}
                disabled={zoom === ZOOMS.length - 1}
                onClick={() => setZoom(zoom + 1)}
                className={button}
              >
                <ZoomIn aria-hidden="true" size={18} />
              </button>
              <Original image={image} className={button} />
              <Dialog.Close aria-label={t('common.close')} className={button}>
                <X aria-hidden="true" size={18} />
              </Dialog.Close>
            </div>
          </div>
          <div className="relative min-h-0 flex-1">
            <div className="flex size-full overflow-auto p-4">
              <Full image={image} zoom={ZOOMS[zoom] ?? 1} />
            </div>
            {images.length > 1 && (
              <>
                <button
                  type="button"
                  aria-label={t('attachment.previous')}
                  onClick={() => step(-1)}
                  className={cx(button, 'absolute start-2 top-1/2 -translate-y-1/2')}
                >
                  <ChevronLeft aria-hidden="true" size={22} className="mirror" />
                </button>
                <button
                  type="button"
                  aria-label={t('attachment.next')}
                  onClick={() => step(1)}
                  className={cx(button, 'absolute end-2 top-1/2 -translate-y-1/2')}
                >
                  <ChevronRight aria-hidden="true" size={22} className="mirror" />
                </button>
              </>
            )}
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Full({ image, zoom }: { image: Attachment; zoom: number }) {
  const url = useAttachmentUrl(image);
  if (!url) return null;
  return (
    <img
      src={url}
      alt={attachmentName(image)}
      style={zoom === 1 ? {} : { maxWidth: 'none', width: `${zoom * 100}%` }}
      className={cx('m-auto', zoom === 1 && 'max-h-full max-w-full object-contain')}
    />
  );
}

function Original({ image, className }: { image: Attachment; className: string }) {
  const { t } = useTranslation();
  const url = useAttachmentUrl(image);
  return (
    <a
      href={url ?? undefined}
      download={attachmentName(image)}
      target="_blank"
      rel="noopener noreferrer"
      aria-label={t('attachment.download')}
      className={className}
    >
      <Download aria-hidden="true" size={18} />
    </a>
  );
}
