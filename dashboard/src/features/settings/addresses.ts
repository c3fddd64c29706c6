/** Addresses as people paste them, each once: those that can be one, and what cannot. */
export interface Pasted {
  addresses: string[];
  others: string[];
}

const SEPARATORS = /[\s,;]+/;
/** As the database has it; whether there is such an address only a mail can tell. */
const ADDRESS = /^[^@\s]+@[^@\s]+\.[^@\s]+$/;
const MAX_LENGTH = 254;

/**
 * Reads "Ana <ana@example.com>, ben@example.com": where a line or a part between commas names an
 * address in angle brackets, the name before it is no address.
 */
export function readAddresses(text: string): Pasted {
  const words = text
    .replace(/(?:"[^"\n]*"|[^<>@,;\n])*<([^<>\n]*)>/g, ' $1 ')
    .split(SEPARATORS)
    .map((word) => word.replace(/^mailto:/i, '').toLowerCase())
    .filter((word) => word !== '');
  const once = [...new Set(words)];
  const fits = (word: string) => ADDRESS.test(word) && word.length <= MAX_LENGTH;
  return { addresses: once.filter(fits), others: once.filter((word) => !fits(word)) };
}
