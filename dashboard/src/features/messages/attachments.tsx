import { useQuery } from '@tanstack/react-query';
import { Download, FileText, ImageOff, LoaderCircle, MapPin, TriangleAlert } from 'lucide-react';
import { Suspense, useState } from 'react';
import { cx } from '@/components/cx';
import { useTranslation } from '@/i18n';
import { fileSize } from '@/lib/format';
import { lazily } from '@/lib/parts';
import type { Attachment } from '@/types/message';
import { attachmentUrlQuery } from './attachment-urls';

const Lightbox = lazily(() => import('./lightbox'));

const isImage = (attachment: Attachment): boolean =>
  attachment.file_type === 'image' && attachment.state !== 'failed';

/** Where to get a file from our own bucket; null until a worker has looked at it. */
export function useAttachmentUrl(attachment: Attachment, thumbnail = false): string | null {
  const path = (thumbnail && attachment.thumb_path) || attachment.path || null;
  const { data } = useQuery(attachmentUrlQuery(attachment.state === 'ready' ? path : null));
  return data ?? null;
}

export const attachmentName = (attachment: Attachment): string =>
  attachment.file_name || attachment.fallback_title || attachment.file_type;

/** Everything that came with a message: pictures in a grid, then players, places and files. */
export function Attachments({ attachments }: { attachments: Attachment[] }) {
  const [shown, setShown] = useState<number | null>(null);
  const images = attachments.filter(isImage);
  const others = attachments.filter((attachment) => !isImage(attachment));
  return (
    <div className="space-y-1.5">
      {images.length > 0 && (
        <div className={cx('grid gap-1.5', images.length > 1 && 'grid-cols-2')}>
          {images.map((image, index) => (
            <Picture
              key={image.id}
              image={image}
              alone={images.length === 1}
              onOpen={() => setShown(index)}
            />
          ))}
        </div>
      )}
      {others.map((attachment) => (
        <Other key={attachment.id} attachment={attachment} />
      ))}
      {shown !== null && (
        <Suspense>
          <Lightbox images={images} start={shown} onClose={() => setShown(null)} />
        </Suspense>
      )}
    </div>
  );
}

function Picture({
  image,
  alone,
  onOpen,
}: {
  image: Attachment;
  alone: boolean;
  onOpen: () => void;
}) {
  const { t } = useTranslation();
  const [broken, setBroken] = useState(false);
  const url = useAttachmentUrl(image, true);
  const name = attachmentName(image);
  // The place is kept from the start, so that nothing moves when the picture arrives.
  const ratio = image.width && image.height ? image.width / image.height : 4 / 3;
  const shape = alone
    ? {
        aspectRatio: Math.min(3, Math.max(0.5, ratio)),
        width: `min(100%, ${320 * Math.min(1, ratio)}px)`,
      }
    : { aspectRatio: 1 };
  return (
    <button
      type="button"
      onClick={onOpen}
      aria-label={t('attachment.open', { name })}
      title={name}
      style={shape}
      className="relative flex min-w-24 max-w-80 items-center justify-center overflow-hidden rounded-md border border-border bg-hover"
    >
      {url && !broken ? (
        <img
          src={url}
          alt=""
          loading="lazy"
          onError={() => setBroken(true)}
          className="size-full animate-[appear_160ms] object-cover"
        />
      ) : broken ? (
        <ImageOff aria-hidden="true" size={20} className="text-muted" />
      ) : (
        <LoaderCircle aria-hidden="true" size={18} className="animate-spin text-muted" />
      )}
    </button>
  );
}

function Other({ attachment }: { attachment: Attachment }) {
  const { t } = useTranslation();
  const url = useAttachmentUrl(attachment);
  const name = attachmentName(attachment);
  if (attachment.state === 'failed')
    return (
      <p className="flex items-center gap-2 rounded-md border border-border bg-surface px-3 py-2 text-danger text-meta">
        <TriangleAlert aria-hidden="true" size={15} className="shrink-0" />
        <span className="min-w-0 [overflow-wrap:anywhere]">
          {t('attachment.failed', { name })}
          {attachment.error && ` ${attachment.error}`}
        </span>
      </p>
    );
  if (attachment.file_type === 'audio' && url)
    return (
      // A voice message has no captions; its words, where known, stand in the message.
      // biome-ignore lint/a11y/useMediaCaption: see above
      <audio
        controls
        preload="metadata"
        src={url}
        aria-label={name}
        className="h-10 w-72 max-w-full"
      />
    );
  if (attachment.file_type === 'video' && url)
    return (
      // biome-ignore lint/a11y/useMediaCaption: customers send no captions with their videos
      <video
        controls
        preload="metadata"
        src={url}
        aria-label={name}
        className="max-h-80 w-96 max-w-full rounded-md bg-hover"
      />
    );
  if (attachment.coordinates_lat != null && attachment.coordinates_long != null) {
    const place = `${attachment.coordinates_lat},${attachment.coordinates_long}`;
    return (
      <FileCard
        icon={<MapPin aria-hidden="true" size={18} />}
        name={attachment.fallback_title || place}
        detail={place}
        href={`https://www.openstreetmap.org/?mlat=${attachment.coordinates_lat}&mlon=${attachment.coordinates_long}`}
      />
    );
  }
  return (
    <FileCard
      icon={<FileText aria-hidden="true" size={18} />}
      name={name}
      detail={
        attachment.state === 'pending'
          ? t('attachment.pending')
          : attachment.byte_size != null
            ? fileSize(attachment.byte_size)
            : ''
      }
      href={url}
      download
    />
  );
}

interface FileCardProps {
  icon: React.ReactNode;
  name: string;
  detail: string;
  href: string | null;
  download?: boolean;
}

function FileCard({ icon, name, detail, href, download = false }: FileCardProps) {
  const content = (
    <>
      <span className="text-muted">{icon}</span>
      <span className="flex min-w-0 flex-col">
        <bdi className="truncate font-medium text-meta">{name}</bdi>
        <bdi className="text-chip text-muted">{detail}</bdi>
      </span>
      {download && (
        <Download aria-hidden="true" size={15} className="ms-auto shrink-0 text-muted" />
      )}
    </>
  );
  const look =
    'flex w-72 max-w-full items-center gap-3 rounded-md border border-border bg-surface px-3 py-2';
  if (!href) return <div className={look}>{content}</div>;
  return (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer"
      className={cx(look, 'hover:bg-hover')}
      {...(download ? { download: name } : {})}
    >
      {content}
    </a>
  );
}
