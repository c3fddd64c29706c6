import * as z from 'zod/mini';
import type { Attachment, Message } from '@/types/message';

const addresses = z.catch(z.array(z.string()), []);

const mailSchema = z.object({
  subject: z.catch(z.string(), ''),
  sender: z.catch(z.object({ name: z.nullish(z.string()), email: z.string() }), {
    name: null,
    email: '',
  }),
  from: addresses,
  reply_to: addresses,
  to: addresses,
  cc: addresses,
  bcc: addresses,
  date: z.catch(z.nullish(z.string()), null),
  sender_verified: z.catch(z.nullish(z.boolean()), null),
  auto_reply: z.catch(z.boolean(), false),
  complete: z.catch(z.boolean(), true),
  skipped_attachments: z.catch(z.number(), 0),
  has_html: z.catch(z.boolean(), false),
  has_quotation: z.catch(z.boolean(), false),
});

/** What a message says about the mail it came as. */
export type Mail = z.infer<typeof mailSchema>;

/** The mail a message came as, or null for one that came another way. */
export function mailOf(message: Message): Mail | null {
  const found = mailSchema.safeParse(message.content_attributes?.email);
  return found.success ? found.data : null;
}

/** Names the first of a list and how many others there are. */
export function shortList(all: string[]): { names: string; count: number } {
  return { names: all[0] ?? '', count: Math.max(0, all.length - 1) };
}

/** Content-IDs are compared as the server wrote them: decoded, in lower case, without brackets. */
export function contentId(reference: string): string {
  let id = reference.replace(/^cid:/i, '');
  try {
    id = decodeURIComponent(id);
  } catch {
    // Not encoded, then.
  }
  return id.replace(/^<|>$/g, '').trim().toLowerCase();
}

const partId = (attachment: Attachment): string | null => {
  const id = attachment.meta?.content_id;
  return typeof id === 'string' ? contentId(id) : null;
};

/** The attachments that the mail's own text shows, by their Content-ID. */
export function inlineImages(attachments: Attachment[]): Map<string, Attachment> {
  return new Map(
    attachments.flatMap((attachment) => {
      const id = partId(attachment);
      return id !== null && attachment.meta?.inline === true ? [[id, attachment] as const] : [];
    }),
  );
}

/** Pictures nobody could see are there to report that the mail was opened; they are never loaded. */
export function isBeacon(width: string | null, height: string | null): boolean {
  const tiny = (size: string | null) => size !== null && /^\s*[0-3](?:px)?\s*$/.test(size);
  return tiny(width) || tiny(height);
}
