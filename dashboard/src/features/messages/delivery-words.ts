import type { Message } from '@/types/message';

/** The reasons that have words of their own; the words are in the texts under `delivery`. */
const REASONS = new Set([
  'transient',
  'rate_limited',
  'auth',
  'window_closed',
  'recipient_unreachable',
  'recipient_optout',
  'invalid_content',
  'policy',
  'config',
]);

export interface DeliveryWords {
  /** The key of what we know about a failure; null for reasons nobody foresaw. */
  reason: string | null;
  /** What the channel said, in its own words. */
  said: string;
  /** Whether sending it again may deliver it twice. */
  uncertain: boolean;
  mayRetry: boolean;
}

const words = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** Why a message did not arrive, and what can be done. Null while there is nothing to explain. */
export function deliveryWords(message: Message): DeliveryWords | null {
  if (message.status !== 'failed' && message.status !== 'unknown') return null;
  const attributes = message.content_attributes ?? {};
  const category = words(attributes.error_category);
  return {
    reason: REASONS.has(category) ? `delivery.${category}` : null,
    said: words(attributes.external_error),
    uncertain: message.status === 'unknown',
    mayRetry:
      (message.message_type === 'outgoing' || message.message_type === 'template') &&
      !message.private &&
      !message.deleted_at,
  };
}

/** What the channel says while it still tries. */
export const deliveryNotice = (message: Message): string =>
  words(message.content_attributes?.delivery_notice);
