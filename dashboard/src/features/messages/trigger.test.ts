import { describe, expect, test } from 'vitest';
import { replaceTrigger, triggerAt } from './trigger';

const at = (text: string, kinds: '/' | '/@' = '/@') => triggerAt(text, text.length, kinds);

describe('triggerAt', () => {
  test('a slash starts a canned response at the start of a line or after a blank', () => {
    expect(at('/ref')).toEqual({ kind: '/', query: 'ref', start: 0 });
    expect(at('Hello\n/ref')).toMatchObject({ query: 'ref', start: 6 });
    expect(at('24/11')).toBeNull();
    expect(at('https://x.test')).toBeNull();
  });

  test('a mention may hold the blank of a full name, and only where mentions exist', () => {
    expect(at('@ana du')).toEqual({ kind: '@', query: 'ana du', start: 0 });
    expect(at('ana@example.com')).toBeNull();
    expect(at('@ana', '/')).toBeNull();
  });

  test('what stands behind the caret does not matter', () => {
    expect(triggerAt('/re and more', 3, '/')).toMatchObject({ query: 're' });
  });
});

test('the choice takes the place of what was typed, and the caret follows it', () => {
  const trigger = { kind: '/' as const, query: 're', start: 3 };
  expect(replaceTrigger('Hi /re!', trigger, 6, 'Refunds')).toEqual({
    text: 'Hi Refunds!',
    caret: 10,
  });
});
