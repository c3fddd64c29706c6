import { fold } from '@/lib/format';

/** Somebody a note can call for. */
export interface Mentionable {
  type: 'user' | 'team';
  id: string;
  name: string;
  avatarUrl: string | null;
}

const encode = (name: string): string =>
  encodeURIComponent(name).replace(/[()']/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);

/** Turns the names an agent chose into the markup the database reads; other "@" signs stay text. */
export function withMentions(
  text: string,
  chosen: Pick<Mentionable, 'type' | 'id' | 'name'>[],
): string {
  // The longest name first: "@Ana" must not cut "@Ana Duarte" in two.
  const byLength = [...chosen].sort((a, b) => b.name.length - a.name.length);
  const names = byLength.map((each) => each.name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  if (names.length === 0) return text;
  return text.replace(
    new RegExp(`@(${names.join('|')})(?![\\p{L}\\p{N}])`, 'gu'),
    (found, name) => {
      const who = byLength.find((each) => each.name === name);
      return who ? `[@${name}](mention://${who.type}/${who.id}/${encode(who.name)})` : found;
    },
  );
}

/** Those whose name fits what was typed, best first. */
export function findMentionable(people: Mentionable[], query: string): Mentionable[] {
  const wanted = fold(query);
  return people
    .map((person) => ({ person, at: fold(person.name).indexOf(wanted) }))
    .filter(({ at }) => at !== -1)
    .sort((a, b) => Math.min(a.at, 1) - Math.min(b.at, 1))
    .map(({ person }) => person)
    .slice(0, 8);
}
