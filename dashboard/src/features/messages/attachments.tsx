import {
  AtSign,
  Download,
  ExternalLink,
  FileText,
  ImageOff,
  LoaderCircle,
  MapPin,
  TriangleAlert,
  UserRound,
} from 'lucide-react';
import { Suspense, useState } from 'react';
import { cx } from '@/components/cx';
import { fileSize } from '@/lib/format';
import { lazily } from '@/lib/parts';
import type { Attachment } from '@/types/message';
import { attachmentName, useAttachmentUrl } from './attachment-urls';
import { contactCard, hasExpired, kindOf, mapLink, webAddress } from './cards';
import { useThreadText } from './texts';

const Lightbox = lazily(() => import('./lightbox'));

const STORY = 'story_mention';

/** Pictures of ours, or that will be; stickers look different. */
const isPicture = (attachment: Attachment): boolean =>
  attachment.file_type === 'image' &&
  attachment.state !== 'failed' &&
  Boolean(attachment.path) &&
  kindOf(attachment) !== 'sticker';

/** Everything that came with a message: pictures in a grid, then players, places, cards and files. */
export default function Attachments({ attachments }: { attachments: Attachment[] }) {
  const { t } = useThreadText();
  const [shown, setShown] = useState<number | null>(null);
  const there = attachments.filter((attachment) => !hasExpired(attachment));
  const images = there.filter(isPicture);
  const others = there.filter((attachment) => !isPicture(attachment));
  return (
    <div className="space-y-1.5">
      {attachments.some((attachment) => kindOf(attachment) === STORY) && (
        <p className="flex items-center gap-1.5 text-chip text-muted">
          <AtSign aria-hidden="true" size={13} className="shrink-0" />
          {t('extra.storyMention')}
        </p>
      )}
      {there.length < attachments.length && (
        <p className="text-muted italic">{t('extra.storyGone')}</p>
      )}
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
  const { t } = useThreadText();
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
  const { t } = useThreadText();
  const url = useAttachmentUrl(attachment);
  const name = attachmentName(attachment);
  const kind = kindOf(attachment);
  const outside = webAddress(attachment.external_url);
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
  if (kind === 'sticker') return <Sticker attachment={attachment} url={url} />;
  if (kind === 'contact') return <Contact attachment={attachment} />;
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
  if (attachment.coordinates_lat != null && attachment.coordinates_long != null)
    return <Place attachment={attachment} />;
  if (attachment.path)
    return (
      <Card
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
  if (outside)
    return (
      <Card
        icon={<ExternalLink aria-hidden="true" size={18} className="mirror" />}
        name={attachment.fallback_title || outside.host}
        detail={
          attachment.file_type === 'image'
            ? t('extra.openPicture')
            : t('extra.openLink', { host: outside.host })
        }
        href={outside.href}
      />
    );
  const size = attachment.meta?.byte_size;
  return (
    <Card
      icon={<FileText aria-hidden="true" size={18} />}
      name={name}
      detail={
        attachment.meta?.too_large === true && typeof size === 'number'
          ? t('extra.tooLarge', { size: fileSize(size) })
          : t('extra.notKept')
      }
      href={null}
    />
  );
}

/** A sticker without a frame around it; its emoji or its words where there is no picture of it. */
function Sticker({ attachment, url }: { attachment: Attachment; url: string | null }) {
  const { t } = useThreadText();
  const [broken, setBroken] = useState(false);
  const source = url ?? webAddress(attachment.external_url)?.href ?? null;
  const words = attachment.fallback_title || t('extra.sticker');
  const shape = 'size-32 object-contain';
  if (attachment.file_type === 'video' && url)
    return <video src={url} autoPlay loop muted playsInline aria-label={words} className={shape} />;
  if (attachment.state === 'pending' || (source && !broken))
    return source ? (
      <img
        src={source}
        alt={words}
        referrerPolicy="no-referrer"
        loading="lazy"
        onError={() => setBroken(true)}
        className={shape}
      />
    ) : (
      <span className={cx(shape, 'block')} />
    );
  return <span className="block text-[2rem] leading-10">{words}</span>;
}

function Contact({ attachment }: { attachment: Attachment }) {
  const { t } = useThreadText();
  const card = contactCard(attachment);
  const line =
    'block w-fit max-w-full truncate text-meta underline decoration-1 underline-offset-2';
  return (
    <section
      aria-label={t('extra.contactCard')}
      className="flex w-72 max-w-full gap-3 rounded-md border border-border bg-surface px-3 py-2"
    >
      <UserRound aria-hidden="true" size={18} className="mt-0.5 shrink-0 text-muted" />
      <div className="min-w-0">
        <bdi className="block truncate font-medium text-meta">
          {card.name || t('extra.contactCard')}
        </bdi>
        {card.organisation && (
          <bdi className="block truncate text-chip text-muted">{card.organisation}</bdi>
        )}
        {card.phones.map((phone) => (
          <a key={phone} dir="ltr" href={`tel:${phone.replace(/[^+\d]/g, '')}`} className={line}>
            {phone}
          </a>
        ))}
        {card.emails.map((email) => (
          <a key={email} dir="ltr" href={`mailto:${encodeURIComponent(email)}`} className={line}>
            {email}
          </a>
        ))}
      </div>
    </section>
  );
}

/** A link to a map, which only loads when the agent wants to see it. */
function Place({ attachment }: { attachment: Attachment }) {
  const { t } = useThreadText();
  const latitude = attachment.coordinates_lat ?? 0;
  const longitude = attachment.coordinates_long ?? 0;
  const address = attachment.meta?.address;
  const live = attachment.meta?.live_period != null;
  const title = attachment.fallback_title || t(live ? 'extra.liveLocation' : 'extra.location');
  return (
    <Card
      icon={<MapPin aria-hidden="true" size={18} />}
      name={title}
      detail={
        typeof address === 'string' && address !== title
          ? address
          : `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`
      }
      title={t('extra.openMap')}
      href={mapLink(latitude, longitude)}
    />
  );
}

interface CardProps {
  icon: React.ReactNode;
  name: string;
  detail: string;
  href: string | null;
  title?: string;
  download?: boolean;
}

function Card({ icon, name, detail, href, title, download = false }: CardProps) {
  const content = (
    <>
      <span className="shrink-0 text-muted">{icon}</span>
      <span className="flex min-w-0 flex-col">
        <bdi className="truncate font-medium text-meta">{name}</bdi>
        <bdi className="text-chip text-muted [overflow-wrap:anywhere]">{detail}</bdi>
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
      title={title}
      className={cx(look, 'hover:bg-hover')}
      {...(download ? { download: name } : {})}
    >
      {content}
    </a>
  );
}
