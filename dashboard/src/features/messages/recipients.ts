import type { Recipients } from '@/lib/outbox';
import type { Mail } from './mail';

/** As strict as the database, which has the last word. */
const ADDRESS = /^[^@\s,;<>"]+@[^@\s,;<>"]+\.[^@\s,;<>"]+$/;
/** A reply address of ours: writing to it would be writing to ourselves. */
const REPLY_ADDRESS = /^reply\+/i;
const MOST = 50;

/** The addresses in what somebody typed or pasted, names left out, each once. */
export function readAddresses(text: string): string[] {
  const found = text
    .split(/[,;\n]+/)
    .map((part) => (/<([^<>]*)>/.exec(part)?.[1] ?? part).trim())
    .filter(Boolean);
  return [...new Set(found)];
}

/** What of it is no address. */
export const badAddresses = (addresses: string[]): string[] =>
  addresses.filter((address) => !ADDRESS.test(address) || address.length > 254);

/** Whether a mail can go to these. */
export const canGoTo = ({ to, cc, bcc }: Recipients): boolean =>
  to.length > 0 &&
  badAddresses([...to, ...cc, ...bcc]).length === 0 &&
  to.length + cc.length + bcc.length <= MOST;

/**
 * Whom an answer to a mail goes to when nobody chooses: its writer, and in copy all who were
 * written to, except ourselves. The server decides the same way.
 */
export function answerTo(mail: Mail | null, contactEmail: string, own: string[]): Recipients {
  const writer = mail?.sender.email || contactEmail;
  const to = [mail?.reply_to[0] ?? writer].filter(Boolean);
  const leftOut = new Set([...own, ...to, writer].map((address) => address.toLowerCase()));
  const cc = [...new Set([...(mail?.to ?? []), ...(mail?.cc ?? [])])].filter(
    (address) => !leftOut.has(address.toLowerCase()) && !REPLY_ADDRESS.test(address),
  );
  return { to, cc, bcc: [] };
}
