import { describe, expect, it } from 'vitest';
import { isTokenProblem, readFrame } from './realtime';

const frame = (event: string, payload: unknown, ref: string | null = null) =>
  JSON.stringify({ topic: 'realtime:visitor:1', event, payload, ref });

describe('a frame', () => {
  it('that answers a join', () => {
    const data = frame('phx_reply', { status: 'ok', response: {} }, '4');
    expect(readFrame(data)).toEqual({
      kind: 'reply',
      topic: 'realtime:visitor:1',
      ref: '4',
      ok: true,
      reason: '',
    });
  });

  it('that refuses a join carries the reason', () => {
    const response = { reason: 'Unauthorized: You do not have permissions to read' };
    const read = readFrame(frame('phx_reply', { status: 'error', response }, '4'));
    expect(read).toMatchObject({ kind: 'reply', ok: false, reason: response.reason });
  });

  it('with a broadcast is unwrapped', () => {
    const payload = { type: 'broadcast', event: 'typing', payload: { typing: true }, meta: {} };
    expect(readFrame(frame('broadcast', payload))).toEqual({
      kind: 'broadcast',
      topic: 'realtime:visitor:1',
      event: 'typing',
      payload: { typing: true },
    });
  });

  it.each([
    ['phx_close', {}],
    ['phx_error', {}],
    ['system', { status: 'error', message: 'Token has expired 3 seconds ago' }],
  ])('%s ends the channel', (event, payload) => {
    expect(readFrame(frame(event, payload)).kind).toBe('ended');
  });

  it.each([
    ['a good system message', frame('system', { status: 'ok', message: 'Subscribed' })],
    ['presence', frame('presence_state', {})],
    ['a broadcast without content', frame('broadcast', { event: 'x' })],
    ['a payload that is a list', frame('broadcast', [])],
    ['no JSON', '{'],
    ['a JSON null', 'null'],
    ['bytes', new ArrayBuffer(4)],
  ])('with %s is left alone', (_, data) => {
    expect(readFrame(data)).toEqual({ kind: 'other' });
  });
});

it('tells a refused token from a broken line', () => {
  expect(isTokenProblem('InvalidJWTToken: Token has expired 3 seconds ago')).toBe(true);
  expect(isTokenProblem('Unauthorized: You do not have permissions to read from this')).toBe(true);
  expect(isTokenProblem('ChannelRateLimitReached: Too many channels')).toBe(false);
  expect(isTokenProblem('timeout')).toBe(false);
});
