import { expect, test } from 'vitest';
import { aConversation } from '@/testing/factories';
import { nothingSelected, toggled } from './selection';

const rows = ['a', 'b', 'c', 'd'].map((id) => aConversation({ id }));

test('a row is selected and let go of', () => {
  const once = toggled(nothingSelected, rows, 'b', false);
  expect([...once.ids]).toEqual(['b']);
  expect(toggled(once, rows, 'b', false).ids.size).toBe(0);
});

test('a range reaches from the row before to this one, in either direction', () => {
  const from = toggled(nothingSelected, rows, 'c', false);
  expect([...toggled(from, rows, 'a', true).ids].sort()).toEqual(['a', 'b', 'c']);
  expect([...toggled(from, rows, 'd', true).ids].sort()).toEqual(['c', 'd']);
});

test('a range without a beginning is one row', () => {
  expect([...toggled(nothingSelected, rows, 'b', true).ids]).toEqual(['b']);
});
