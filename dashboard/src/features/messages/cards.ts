import type { Attachment } from '@/types/message';

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const words = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');
const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);
const unique = (all: string[]): string[] => [...new Set(all.filter(Boolean))];

/** What the channel called an attachment; our own word for it where it did not say. */
export const kindOf = (attachment: Attachment): string =>
  words(attachment.meta?.kind) || attachment.file_type;

/** A web address that may be opened, or null. */
export function webAddress(value: unknown): URL | null {
  const text = words(value);
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return null;
  return new URL(text);
}

export interface ContactCard {
  name: string;
  organisation: string;
  phones: string[];
  emails: string[];
}

/** A contact that was sent, in the shapes WhatsApp and Telegram have for it. */
export function contactCard(attachment: Attachment): ContactCard {
  const meta = attachment.meta ?? {};
  const vcard = words(meta.vcard);
  const org = isObject(meta.org) ? meta.org : {};
  return {
    name:
      words(attachment.fallback_title) ||
      words(isObject(meta.name) ? meta.name.formatted_name : ''),
    organisation: unique([words(org.title), words(org.company)]).join(', '),
    phones: unique([
      words(meta.phone_number),
      ...objects(meta.phones).map((each) => words(each.phone) || words(each.wa_id)),
      ...vcardLines(vcard, 'TEL'),
    ]),
    emails: unique([
      ...objects(meta.emails).map((each) => words(each.email)),
      ...vcardLines(vcard, 'EMAIL'),
    ]),
  };
}

/** The values of one field of a vCard. */
function vcardLines(vcard: string, field: string): string[] {
  return vcard.split(/\r?\n/).flatMap((line) => {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).split(';')[0] ?? '';
    // Apple groups its fields: "item1.TEL".
    return colon > 0 && name.replace(/^\w+\./, '').toUpperCase() === field
      ? [
          line
            .slice(colon + 1)
            .replace(/^tel:/i, '')
            .trim(),
        ]
      : [];
  });
}

/** A link to a place on a map; nothing of it is loaded here. */
export const mapLink = (latitude: number, longitude: number): string =>
  `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;

/** Whether a story may not be shown any more: Meta wants it gone after a day. */
export function hasExpired(attachment: Attachment, now: number = Date.now()): boolean {
  const until = Date.parse(words(attachment.meta?.expires_at));
  return !Number.isNaN(until) && until <= now;
}

export interface Referral {
  /** An ad somebody paid for, or only a link with a name. */
  ad: boolean;
  title: string;
  text: string;
  url: URL | null;
}

/** Where a message says its writer came from. */
export function referralOf(attributes: Json): Referral | null {
  const found = attributes.referral;
  if (!isObject(found)) return null;
  const context = isObject(found.ads_context_data) ? found.ads_context_data : {};
  return {
    ad:
      words(found.source_type) === 'ad' ||
      words(found.source) === 'ADS' ||
      words(found.ad_id) !== '' ||
      words(found.ctwa_clid) !== '',
    title: words(found.headline) || words(context.ad_title) || words(found.ref),
    text: words(found.body),
    url: webAddress(found.source_url) ?? webAddress(found.referer_uri),
  };
}

export interface Reactions {
  emoji: string;
  count: number;
}

/** Reactions by emoji, the most frequent first. */
export function reactionsOf(attributes: Json): Reactions[] {
  const counted = new Map<string, number>();
  if (isObject(attributes.reactions))
    for (const emoji of Object.values(attributes.reactions))
      if (words(emoji)) counted.set(words(emoji), (counted.get(words(emoji)) ?? 0) + 1);
  return [...counted].map(([emoji, count]) => ({ emoji, count })).sort((a, b) => b.count - a.count);
}

/** The name of who wrote in a group, where the contact is the group. */
export const writerOf = (attributes: Json): string =>
  isObject(attributes.sender)
    ? words(attributes.sender.name) || words(attributes.sender.username)
    : '';

/** What a message that cannot be shown was, and what the channel said about it. */
export function unsupportedReason(attributes: Json): { kind: string; said: string } {
  const error = isObject(attributes.error) ? attributes.error : {};
  return { kind: words(attributes.unsupported_type), said: words(error.text) };
}
