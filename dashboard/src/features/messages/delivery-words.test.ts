import { expect, test } from 'vitest';
import type { Message } from '@/types/message';
import { deliveryNotice, deliveryWords } from './delivery-words';

const message = (given: Partial<Message>): Message =>
  ({
    message_type: 'outgoing',
    status: 'failed',
    private: false,
    content_attributes: {},
    ...given,
  }) as Message;

test('a failure says what we know and what the channel said', () => {
  const failed = message({
    content_attributes: { error_category: 'window_closed', external_error: ' 24 hours passed ' },
  });
  expect(deliveryWords(failed)).toEqual({
    reason: 'delivery.window_closed',
    said: '24 hours passed',
    uncertain: false,
    mayRetry: true,
  });
  expect(
    deliveryWords(message({ content_attributes: { error_category: 'odd' } }))?.reason,
  ).toBeNull();
});

test('what may have arrived is told apart from what failed', () => {
  expect(deliveryWords(message({ status: 'unknown' }))).toMatchObject({
    uncertain: true,
    mayRetry: true,
  });
  expect(deliveryWords(message({ status: 'sent' }))).toBeNull();
});

test('what was deleted is not sent again', () => {
  expect(deliveryWords(message({ deleted_at: '2026-11-25T10:00:00Z' }))?.mayRetry).toBe(false);
});

test('a channel that still tries is quoted', () => {
  expect(deliveryNotice(message({ content_attributes: { delivery_notice: 'Mailbox busy' } }))).toBe(
    'Mailbox busy',
  );
  expect(deliveryNotice(message({ content_attributes: null }))).toBe('');
});
