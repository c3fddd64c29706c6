import { describe, expect, it } from 'vitest';
import { CHANGES, catchUp, fromPage, prepend, receive, settle } from './thread';
import type { Message, MessagePage } from './types';

const message = (position: number, seq = position, content = `m${position}`): Message => ({
  id: `id-${position}`,
  conversation_id: 'c',
  seq,
  position,
  message_type: 'incoming',
  content_type: 'text',
  content,
  content_attributes: {},
  status: 'sent',
  sender: null,
  created_at: '2026-01-01T00:00:00Z',
});
const page = (messages: Message[], last_seq: number, has_more = false): MessagePage => ({
  messages,
  last_seq,
  has_more,
});
const start = fromPage(page([message(1), message(2)], 2, true));
const contents = (thread: { messages: readonly Message[] }) =>
  thread.messages.map((one) => one.content);

describe('a live event', () => {
  it('is applied when it is the next one', () => {
    const { thread, outcome } = receive(start, 3, message(3));
    expect(outcome).toBe('applied');
    expect(thread.lastSeq).toBe(3);
    expect(contents(thread)).toEqual(['m1', 'm2', 'm3']);
  });

  it('is ignored when it was known already', () => {
    expect(receive(start, 2, message(2, 2, 'again'))).toEqual({ thread: start, outcome: 'known' });
  });

  it('changes nothing and reports a gap when one before it is missing', () => {
    expect(receive(start, 4, message(4))).toEqual({ thread: start, outcome: 'gap' });
  });

  it('moves the counter also without a message, as conversation.updated does', () => {
    const { thread } = receive(start, 3, null);
    expect(thread.lastSeq).toBe(3);
    expect(thread.messages).toBe(start.messages);
  });

  it('replaces an edited message in its old place', () => {
    const { thread } = receive(start, 3, message(1, 3, 'edited'));
    expect(contents(thread)).toEqual(['edited', 'm2']);
  });
});

describe('an answer that overtakes an event', () => {
  it('does not move the counter, so the event still counts as next', () => {
    const settled = settle(start, message(3));
    expect(settled.lastSeq).toBe(2);
    const { thread, outcome } = receive(settled, 3, message(3));
    expect(outcome).toBe('applied');
    expect(contents(thread)).toEqual(['m1', 'm2', 'm3']);
  });

  it('never puts an older state over a newer one', () => {
    const { thread } = receive(start, 3, message(2, 3, 'newer'));
    expect(contents(settle(thread, message(2, 2, 'older')))).toEqual(['m1', 'newer']);
  });
});

describe('catching up', () => {
  it('ends at the counter of the whole conversation', () => {
    const { thread, more } = catchUp(start, page([message(3), message(1, 4, 'edited')], 5));
    expect(more).toBe(false);
    expect(thread.lastSeq).toBe(5);
    expect(contents(thread)).toEqual(['edited', 'm2', 'm3']);
  });

  it('goes on after a full page, from the last change it saw', () => {
    const full = Array.from({ length: CHANGES }, (_, index) => message(index + 3));
    const { thread, more } = catchUp(start, page(full, CHANGES + 50));
    expect(more).toBe(true);
    expect(thread.lastSeq).toBe(CHANGES + 2);
  });

  it('stops when a full page brought it to the end', () => {
    const full = Array.from({ length: CHANGES }, (_, index) => message(index + 3));
    expect(catchUp(start, page(full, CHANGES + 2)).more).toBe(false);
  });

  it('does not loop on a server that says more but brings nothing', () => {
    expect(catchUp(start, page([], 9, true))).toMatchObject({
      more: false,
      thread: { lastSeq: 9 },
    });
  });

  it('keeps a counter that live events moved further meanwhile', () => {
    const { thread } = receive(start, 3, message(3));
    expect(catchUp(thread, page([], 2)).thread.lastSeq).toBe(3);
  });
});

it('puts an older page before what is there, once', () => {
  const thread = prepend(start, page([message(0), message(1)], 9));
  expect(contents(thread)).toEqual(['m0', 'm1', 'm2']);
  expect(thread.hasEarlier).toBe(false);
  expect(thread.lastSeq).toBe(2);
});
