import { expect, test } from 'vitest';
import { linkify } from './links';

test('links are found and closing punctuation stays text', () => {
  expect(linkify('See (https://x.test/a?b=1).')).toEqual([
    { kind: 'text', text: 'See (' },
    { kind: 'link', text: 'https://x.test/a?b=1', href: 'https://x.test/a?b=1' },
    { kind: 'text', text: ').' },
  ]);
});

test('other schemes are never links', () => {
  const text = 'javascript:alert(1) data:text/html,x ftp://x.test';
  expect(linkify(text)).toEqual([{ kind: 'text', text }]);
});

test('text without links is one part', () => {
  expect(linkify('<b>hi</b>')).toEqual([{ kind: 'text', text: '<b>hi</b>' }]);
  expect(linkify('')).toEqual([]);
});
