import { CircleSlash, Forward, Megaphone, Undo2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { isolated } from '@/lib/format';
import type { Message } from '@/types/message';
import { referralOf, unsupportedReason, webAddress, writerOf } from './cards';
import { useThreadText } from './texts';

/** What a message is beside its text: forwarded, from an ad, an answer to a story, not to be shown. */
export default function MessageAbove({ message }: { message: Message }) {
  const { t } = useThreadText();
  const attributes = message.content_attributes ?? {};
  const writer = writerOf(attributes);
  const story = webAddress(attributes.story_url);
  const mail = message.content_type === 'incoming_email';
  // A mail names what it answers, wherever that is; elsewhere it is a message one would look for.
  const missing =
    !mail && attributes.in_reply_to_external_id != null && attributes.in_reply_to == null;
  const forwarded = attributes.frequently_forwarded === true || attributes.forwarded === true;
  return (
    <>
      {writer && <bdi className="block font-semibold text-chip">{writer}</bdi>}
      {forwarded && (
        <Line icon={<Forward aria-hidden="true" size={13} className="mirror" />}>
          {t(attributes.frequently_forwarded === true ? 'extra.forwardedOften' : 'extra.forwarded')}
        </Line>
      )}
      {attributes.deleted_by_contact === true && (
        <Line icon={<Undo2 aria-hidden="true" size={13} className="mirror" />}>
          {t('extra.takenBack')}
        </Line>
      )}
      {missing && (
        <p className="mb-1.5 rounded-sm border-edge border-s-2 bg-[color-mix(in_oklch,var(--edge)_10%,transparent)] px-2.5 py-1 text-chip text-muted">
          {typeof attributes.quote === 'string' ? (
            <bdi className="line-clamp-2 [overflow-wrap:anywhere]">{attributes.quote}</bdi>
          ) : (
            t('extra.quotedMissing')
          )}
        </p>
      )}
      {attributes.story_url != null && (
        <p className="mb-1.5 border-edge border-s-2 ps-2.5 text-chip text-muted">
          {t('extra.storyReply')}
          {story && <Outside url={story}>{t('extra.openStory')}</Outside>}
        </p>
      )}
      <Referral attributes={attributes} />
      {attributes.is_unsupported === true && <Unsupported attributes={attributes} />}
    </>
  );
}

function Line({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <p className="mb-0.5 flex items-center gap-1 text-chip text-muted italic">
      {icon}
      {children}
    </p>
  );
}

function Outside({ url, children }: { url: URL; children: ReactNode }) {
  return (
    <a
      href={url.href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      className="ms-1.5 underline decoration-1 underline-offset-2"
    >
      {children}
    </a>
  );
}

function Referral({ attributes }: { attributes: Record<string, unknown> }) {
  const { t } = useThreadText();
  const referral = referralOf(attributes);
  if (!referral) return null;
  return (
    <aside className="mb-1.5 w-72 max-w-full rounded-md border border-border bg-surface px-3 py-2">
      <p className="flex items-center gap-1.5 text-chip text-muted">
        <Megaphone aria-hidden="true" size={13} className="mirror shrink-0" />
        {t(referral.ad ? 'extra.adReferral' : 'extra.linkReferral')}
        {referral.url && <Outside url={referral.url}>{t('extra.openAd')}</Outside>}
      </p>
      {referral.title && (
        <bdi className="mt-0.5 block font-medium text-meta [overflow-wrap:anywhere]">
          {referral.title}
        </bdi>
      )}
      {referral.text && (
        <bdi className="line-clamp-3 text-chip text-muted [overflow-wrap:anywhere]">
          {referral.text}
        </bdi>
      )}
    </aside>
  );
}

function Unsupported({ attributes }: { attributes: Record<string, unknown> }) {
  const { t } = useThreadText();
  const { kind, said } = unsupportedReason(attributes);
  return (
    <div className="flex max-w-80 items-start gap-2 text-muted">
      <CircleSlash aria-hidden="true" size={15} className="mt-0.5 shrink-0" />
      <div className="min-w-0">
        <p>{t('extra.unsupported')}</p>
        {kind && kind !== 'unknown' && (
          <p className="text-chip [overflow-wrap:anywhere]">
            {t('extra.unsupportedKind', { kind: isolated(kind) })}
          </p>
        )}
        {said && (
          <p className="text-chip [overflow-wrap:anywhere]">
            {t('delivery.said', { text: isolated(said) })}
          </p>
        )}
      </div>
    </div>
  );
}
