import { expect, test } from 'vitest';
import { linkify } from '@/lib/links';
import { findMentionable, withMentions } from './mentions';

const ana = { type: 'user' as const, id: 'u-1', name: 'Ana', avatarUrl: null };
const duarte = { type: 'user' as const, id: 'u-2', name: 'Ana (D.)', avatarUrl: null };
const team = { type: 'team' as const, id: 't-1', name: 'on call', avatarUrl: null };

test('chosen names become mentions, the longest first, and other signs stay text', () => {
  const text = withMentions('@Ana (D.) and @Ana, not @Anabel or a@b', [ana, duarte]);
  expect(text).toBe(
    '[@Ana (D.)](mention://user/u-2/Ana%20%28D.%29) and [@Ana](mention://user/u-1/Ana), not @Anabel or a@b',
  );
  expect(
    linkify(text)
      .filter((part) => part.kind === 'mention')
      .map((part) => part.text),
  ).toEqual(['@Ana (D.)', '@Ana']);
});

test('a note without mentions is left as it is', () => {
  expect(withMentions('mail a@b', [])).toBe('mail a@b');
});

test('names are found without case and accents, beginnings first', () => {
  const josé = { ...ana, id: 'u-3', name: 'José Call' };
  expect(findMentionable([team, josé], 'jose')).toEqual([josé]);
  expect(
    findMentionable([team, { ...ana, name: 'call me' }], 'call').map((each) => each.name),
  ).toEqual(['call me', 'on call']);
});
