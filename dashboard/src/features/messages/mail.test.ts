import { expect, test } from 'vitest';
import type { Attachment, Message } from '@/types/message';
import { contentId, inlineImages, isBeacon, mailOf, shortList } from './mail';

const message = (email: unknown): Message =>
  ({ content_attributes: email === undefined ? {} : { email } }) as unknown as Message;

test('a message that came as a mail says so, however little it says', () => {
  expect(mailOf(message(undefined))).toBeNull();
  expect(mailOf({ content_attributes: null } as Message)).toBeNull();
  expect(mailOf(message({ subject: 'Order', to: ['a@x'], cc: 'nonsense' }))).toMatchObject({
    subject: 'Order',
    to: ['a@x'],
    cc: [],
    complete: true,
    has_html: false,
  });
});

test.each([
  ['cid:A%2FB@x', 'a/b@x'],
  ['CID:<Logo@Mail>', 'logo@mail'],
  ['cid:100%', '100%'],
])('%s is compared as %s', (reference, id) => {
  expect(contentId(reference)).toBe(id);
});

test('only pictures the text shows are taken out of the list of files', () => {
  const files = [
    { id: '1', meta: { content_id: 'logo@x', inline: true } },
    { id: '2', meta: { content_id: 'terms@x', inline: false } },
    { id: '3', meta: {} },
    { id: '4' },
  ] as unknown as Attachment[];
  expect([...inlineImages(files)].map(([id, file]) => [id, file.id])).toEqual([['logo@x', '1']]);
});

test.each([
  ['1', '1', true],
  ['600', '1', true],
  ['0px', null, true],
  ['16', '16', false],
  [null, null, false],
  ['100%', 'auto', false],
])('a picture of %s by %s: beacon %s', (width, height, beacon) => {
  expect(isBeacon(width, height)).toBe(beacon);
});

test('a long list is its first name and a number', () => {
  expect(shortList(['a', 'b', 'c'])).toEqual({ names: 'a', count: 2 });
  expect(shortList([])).toEqual({ names: '', count: 0 });
});
