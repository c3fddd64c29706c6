import { expect, test } from 'vitest';
import { asPlainText, linkify } from './links';

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

test('a mention is a name, whatever stands in its address', () => {
  expect(linkify('Ask [@Ana Duarte](mention://user/u-1/Ana%20Duarte), please')).toEqual([
    { kind: 'text', text: 'Ask ' },
    { kind: 'mention', text: '@Ana Duarte' },
    { kind: 'text', text: ', please' },
  ]);
  expect(asPlainText('(mention://team/t-1/on%20call) look')).toBe('@on call look');
  expect(asPlainText('(mention://user/u-1/100%)')).toBe('@100%');
});
