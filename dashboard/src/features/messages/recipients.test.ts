import { expect, test } from 'vitest';
import type { Message } from '@/types/message';
import { mailOf } from './mail';
import { answerTo, badAddresses, canGoTo, readAddresses } from './recipients';

const mail = (email: object) => mailOf({ content_attributes: { email } } as unknown as Message);

test('an answer goes to the writer, and in copy to everybody but us', () => {
  const found = answerTo(
    mail({
      sender: { name: 'Mia', email: 'mia@x.test' },
      to: ['Help@shop.test', 'colleague@x.test', 'reply+7@in.shop.test'],
      cc: ['boss@x.test', 'mia@x.test', 'colleague@x.test'],
      bcc: ['secret@x.test'],
    }),
    'mia@x.test',
    ['help@shop.test'],
  );
  expect(found).toEqual({ to: ['mia@x.test'], cc: ['colleague@x.test', 'boss@x.test'], bcc: [] });
});

test('a writer who wants answers elsewhere gets them there', () => {
  const found = answerTo(
    mail({ sender: { email: 'mia@x.test' }, reply_to: ['team@x.test'], to: ['team@x.test'] }),
    'mia@x.test',
    [],
  );
  expect(found).toEqual({ to: ['team@x.test'], cc: [], bcc: [] });
});

test('without a mail to answer it goes to the contact', () => {
  expect(answerTo(null, 'mia@x.test', [])).toEqual({ to: ['mia@x.test'], cc: [], bcc: [] });
  expect(answerTo(null, '', []).to).toEqual([]);
});

test('addresses are read as people paste them', () => {
  expect(readAddresses('Mia Berg <mia@x.test>; boss@x.test,\n boss@x.test, ')).toEqual([
    'mia@x.test',
    'boss@x.test',
  ]);
  expect(badAddresses(['mia@x.test', 'mia', 'a@b', 'a b@c.de'])).toEqual([
    'mia',
    'a@b',
    'a b@c.de',
  ]);
});

test('a mail needs somebody to go to, and only addresses', () => {
  expect(canGoTo({ to: ['a@b.test'], cc: [], bcc: ['c@d.test'] })).toBe(true);
  expect(canGoTo({ to: [], cc: ['a@b.test'], bcc: [] })).toBe(false);
  expect(canGoTo({ to: ['a@b.test'], cc: ['nobody'], bcc: [] })).toBe(false);
});
