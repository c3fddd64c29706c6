import { afterEach, describe, expect, it, vi } from 'vitest';
import { listen, parseToFrame, post } from './protocol';

const INIT = {
  type: 'init',
  locale: 'en',
  theme: 'auto',
  open: true,
  focus: false,
  pageUrl: 'https://shop.example/',
  calls: [['setUser', 'kim', { name: 'Kim' }]],
};

describe('what a page says', () => {
  it.each([
    INIT,
    { type: 'show', focus: true, pageUrl: '' },
    { type: 'hide' },
    { type: 'call', calls: [['setLabel', 'vip']] },
    { type: 'reset' },
  ])('%j', (message) => {
    expect(parseToFrame(message)).toEqual(message);
  });

  it.each([
    null,
    'init',
    42,
    [],
    {},
    { type: 'constructor' },
    { type: '__proto__' },
    { type: 'identify', identifier: 'x' },
    { type: 'init' },
    { ...INIT, open: 'yes' },
    { ...INIT, calls: null },
    { ...INIT, calls: {} },
    { type: 'call', calls: ['setUser'] },
    { type: 'call', calls: [[7]] },
    { ...INIT, theme: 'red;}*{' },
    { type: 'set', locale: {}, theme: 'dark' },
  ])('%j is refused', (message) => {
    expect(parseToFrame(message)).toBeNull();
  });
});

describe('listening', () => {
  const friend = {} as Window;
  const stranger = {} as Window;
  const handlers: ((event: unknown) => void)[] = [];
  vi.stubGlobal('addEventListener', (_: string, handler: (event: unknown) => void) =>
    handlers.push(handler),
  );
  afterEach(() => handlers.splice(0));

  const hear = (event: { data: unknown; origin: string; source: unknown }): unknown[] => {
    const heard: unknown[] = [];
    listen(
      () => friend,
      (origin) => origin === 'https://desk.example',
      (message) => heard.push(message),
    );
    for (const handler of handlers) handler(event);
    return heard;
  };
  const data = { supadesk: { type: 'ready' } };
  const origin = 'https://desk.example';

  it('hears the right window at the right origin', () => {
    expect(hear({ data, origin, source: friend })).toEqual([{ type: 'ready' }]);
  });

  it.each([
    ['another window', { data, origin, source: stranger }],
    ['no window', { data, origin, source: null }],
    ['a look-alike origin', { data, origin: 'https://desk.example.evil.example', source: friend }],
    ['an opaque origin', { data, origin: 'null', source: friend }],
    ["somebody else's message", { data: { other: 1 }, origin, source: friend }],
    ['no data', { data: null, origin, source: friend }],
  ])('ignores %s', (_, event) => {
    expect(hear(event)).toEqual([]);
  });
});

it('posts to a named origin', () => {
  const postMessage = vi.fn();
  post({ postMessage } as unknown as Window, 'https://shop.example', { type: 'close' });
  expect(postMessage).toHaveBeenCalledWith({ supadesk: { type: 'close' } }, 'https://shop.example');
});
