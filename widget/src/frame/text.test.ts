import { describe, expect, it } from 'vitest';
import { linkify } from './text';

const links = (content: string) =>
  linkify(content).flatMap(({ text, href }) => (href === null ? [] : [[text, href]]));

describe('links', () => {
  it.each([
    ['see https://a.example/x.', 'https://a.example/x'],
    ['(https://a.example/x)', 'https://a.example/x'],
    ['https://a.example/x_(y)', 'https://a.example/x_(y)'],
    ['"http://a.example", he said', 'http://a.example'],
    ['https://a.example/?q=1&b=2#c!', 'https://a.example/?q=1&b=2#c'],
  ])('%s', (content, href) => {
    expect(links(content)).toEqual([[href, href]]);
  });

  it('make mail addresses writable', () => {
    expect(links('mail ana@shop.example, please')).toEqual([
      ['ana@shop.example', 'mailto:ana@shop.example'],
    ]);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'https://', 'a@b', 'no link at all'])(
    'are not made of %s',
    (content) => {
      expect(links(content)).toEqual([]);
    },
  );

  it('lose no character', () => {
    const content = 'a https://x.example/1, b@c.example\n<b>https://y.example</b>';
    expect(
      linkify(content)
        .map(({ text }) => text)
        .join(''),
    ).toBe(content);
  });

  it.each(['a.', ')', 'https://', 'a@'])('stay fast on 150,000 characters of "%s"', (unit) => {
    const began = performance.now();
    linkify(unit.repeat(150_000 / unit.length));
    linkify(`https://x${unit.repeat(150_000 / unit.length)}`);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
