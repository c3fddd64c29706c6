interface Somebody {
  name: string | null;
  email: string | null;
  phone_number: string | null;
}

/** What to call a contact: the name, else an address, else the fallback. */
export const contactName = (who: Somebody, fallback: string): string =>
  who.name || who.email || who.phone_number || fallback;
