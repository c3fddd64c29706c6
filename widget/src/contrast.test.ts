import { describe, expect, it } from 'vitest';
import { accentOn, accentPair, contrast, parseColor } from './contrast';

const BRANDS = [
  '#1f93ff',
  '#0f766e',
  '#ffd400',
  '#ffffff',
  '#000000',
  '#ff5a5f',
  '#808080',
  '#9ca3af',
];

it('knows the ends of the scale', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});

describe.each(BRANDS)('%s', (brand) => {
  it('carries readable text', () => {
    const { background, text } = accentPair(brand);
    expect(contrast(background, text)).toBeGreaterThanOrEqual(4.5);
  });

  it('is readable as text on light and dark', () => {
    for (const ground of ['#ffffff', '#16181d']) {
      expect(contrast(accentOn(brand, ground), ground)).toBeGreaterThanOrEqual(4.5);
    }
  });
});

it('holds for every colour of a coarse cube', () => {
  const steps = ['00', '33', '66', '99', 'cc', 'ff'];
  for (const r of steps)
    for (const g of steps)
      for (const b of steps) {
        const { background, text } = accentPair(`#${r}${g}${b}`);
        expect(contrast(background, text)).toBeGreaterThanOrEqual(4.5);
      }
});

it('leaves a colour alone that is dark enough', () => {
  expect(accentPair('#0f766e')).toEqual({ background: '#0f766e', text: '#ffffff' });
});

it('keeps bright colours bright and writes on them in black', () => {
  expect(accentPair('#ffd400')).toEqual({ background: '#ffd400', text: '#000000' });
});

it.each(['red', '#fff', '#12345g', '#123456;}*{', 'url(javascript:x)', ''])(
  'takes nothing but six digits: %s',
  (color) => {
    expect(parseColor(color)).toBeNull();
    expect(accentPair(color).background).toMatch(/^#[\da-f]{6}$/);
  },
);
