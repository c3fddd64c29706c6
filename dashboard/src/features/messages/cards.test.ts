import { expect, test } from 'vitest';
import type { Attachment } from '@/types/message';
import {
  contactCard,
  hasExpired,
  kindOf,
  reactionsOf,
  referralOf,
  unsupportedReason,
  webAddress,
  writerOf,
} from './cards';

const attachment = (given: Partial<Attachment>): Attachment => ({
  id: '1',
  file_type: 'image',
  state: 'ready',
  ...given,
});

test('a contact of WhatsApp has its numbers, addresses and company', () => {
  const card = contactCard(
    attachment({
      fallback_title: 'Ana Prado',
      meta: {
        phones: [{ phone: '+55 11 5555-0000', wa_id: '551155550000' }, { wa_id: '551155550001' }],
        emails: [{ email: 'ana@example.net' }],
        org: { company: 'Loja', title: 'Buyer' },
      },
    }),
  );
  expect(card).toEqual({
    name: 'Ana Prado',
    organisation: 'Buyer, Loja',
    phones: ['+55 11 5555-0000', '551155550001'],
    emails: ['ana@example.net'],
  });
});

test('a contact of Telegram is read from its vCard too', () => {
  const vcard =
    'BEGIN:VCARD\nFN:Ben\nitem1.TEL;type=CELL:+4915550000\nTEL:tel:+49777\nEMAIL:b@x.test\nEND:VCARD';
  const card = contactCard(
    attachment({ fallback_title: 'Ben', meta: { phone_number: '+4915550000', vcard } }),
  );
  expect(card).toMatchObject({ phones: ['+4915550000', '+49777'], emails: ['b@x.test'] });
});

test('the channel’s own word for an attachment goes first', () => {
  expect(kindOf(attachment({ meta: { kind: 'sticker' } }))).toBe('sticker');
  expect(kindOf(attachment({ file_type: 'audio' }))).toBe('audio');
});

test.each([
  ['https://shop.example/a', true],
  ['javascript:alert(1)', false],
  ['//evil.example', false],
  ['https://', false],
  [undefined, false],
])('%s may be opened: %s', (address, good) => {
  expect(webAddress(address) !== null).toBe(good);
});

test('an ad and a named link are told apart', () => {
  const ad = referralOf({
    referral: {
      source_type: 'ad',
      headline: 'Beans',
      body: 'Ten per cent off',
      source_url: 'https://fb.me/x',
    },
  });
  expect(ad).toMatchObject({ ad: true, title: 'Beans', text: 'Ten per cent off' });
  expect(ad?.url?.host).toBe('fb.me');
  expect(referralOf({ referral: { ref: 'summer', source: 'SHORTLINK' } })).toMatchObject({
    ad: false,
    title: 'summer',
    url: null,
  });
  expect(referralOf({ referral: 'x' })).toBeNull();
});

test('reactions are counted by emoji', () => {
  expect(reactionsOf({ reactions: { a: '👍', b: '❤️', c: '❤️', d: null } })).toEqual([
    { emoji: '❤️', count: 2 },
    { emoji: '👍', count: 1 },
  ]);
  expect(reactionsOf({ reactions: [] })).toEqual([]);
});

test('a story is gone after its day', () => {
  const story = attachment({ meta: { expires_at: '2026-11-25T10:00:00Z' } });
  expect(hasExpired(story, Date.parse('2026-11-25T09:59:00Z'))).toBe(false);
  expect(hasExpired(story, Date.parse('2026-11-25T10:00:00Z'))).toBe(true);
  expect(hasExpired(attachment({}))).toBe(false);
});

test('who wrote in a group, and what could not be shown', () => {
  expect(writerOf({ sender: { id: '1', name: null, username: 'mia' } })).toBe('mia');
  expect(writerOf({})).toBe('');
  expect(
    unsupportedReason({ unsupported_type: 'poll_creation', error: { text: 'Unknown' } }),
  ).toEqual({
    kind: 'poll_creation',
    said: 'Unknown',
  });
});
