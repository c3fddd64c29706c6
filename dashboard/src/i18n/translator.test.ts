import { expect, test } from 'vitest';
import { translator } from './translator';

const english = translator('en', {
  list: { new_one: '{{count}} new', new_other: '{{count}} new ones', of: '{{a}} of {{b}}' },
});

test('values are put in their places, and text is never markup or a pattern', () => {
  expect(english('list.of', { a: '$&', b: '{{a}}' })).toBe('$& of {{a}}');
});

test('a count chooses the form the language has for it', () => {
  expect(english('list.new', { count: 1 })).toBe('1 new');
  expect(english('list.new', { count: 2 })).toBe('2 new ones');
  const arabic = translator('ar', { days_two: 'يومان', days_other: '{{count}} يوم' });
  expect(arabic('days', { count: 2 })).toBe('يومان');
  expect(arabic('days', { count: 100 })).toBe('100 يوم');
});

test('what one language lacks is said in the fallback, and an unknown key shows itself', () => {
  const spanish = translator('es', { other: 'x' }, english);
  expect(spanish('list.new', { count: 3 })).toBe('3 new ones');
  expect(spanish('list.nothing')).toBe('list.nothing');
  expect(english('constructor.name')).toBe('constructor.name');
});
