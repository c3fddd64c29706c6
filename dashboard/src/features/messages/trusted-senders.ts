const KEY = 'supadesk:mail-images';
/** Enough for years; the oldest is forgotten first. */
const MOST = 500;

function read(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter((one) => typeof one === 'string') : [];
  } catch {
    return [];
  }
}

/** Whether this agent wants to see the pictures of this sender without being asked. */
export const showsImagesOf = (email: string): boolean =>
  email !== '' && read().includes(email.toLowerCase());

/** Remembers on this device whether to show the pictures of a sender. */
export function rememberImagesOf(email: string, show: boolean): void {
  const address = email.toLowerCase();
  const others = read().filter((one) => one !== address);
  try {
    localStorage.setItem(KEY, JSON.stringify(show ? [...others, address].slice(-MOST) : others));
  } catch {
    // Without storage the choice is made again for each mail.
  }
}
