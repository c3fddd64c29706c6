import type { Message } from '@/types/message';

const ABOVE = [
  'referral',
  'story_url',
  'forwarded',
  'frequently_forwarded',
  'sender',
  'is_unsupported',
  'deleted_by_contact',
  'in_reply_to_external_id',
];
const BELOW = ['reactions', 'delivery_notice', 'to_emails', 'cc_emails', 'bcc_emails'];

const hasAny = (message: Message, names: string[]): boolean =>
  names.some((name) => message.content_attributes?.[name] != null);

/** Whether something stands above a message's text that most messages do not have. */
export const hasAbove = (message: Message): boolean => hasAny(message, ABOVE);

/** The same for what stands below its bubble. */
export const hasBelow = (message: Message): boolean =>
  message.status === 'failed' || message.status === 'unknown' || hasAny(message, BELOW);
