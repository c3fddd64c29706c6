import { expect, test } from 'vitest';
import { channelOf, channels, filledIn, madeUp, webhookUrl } from './channels';

test('a bot is known by the first part of its token', () => {
  expect(channelOf('telegram')?.address?.({ bot_token: '4711:secret' })).toBe('4711');
});

test('what was left empty is not sent, and ports are numbers', () => {
  const email = channelOf('email');
  expect(filledIn(email?.settings ?? [], { imap_host: ' mail.test ', imap_port: '993' })).toEqual({
    imap_host: 'mail.test',
    imap_port: 993,
  });
});

test('a webhook names channel and address', () => {
  expect(webhookUrl('https://api.test/', 'twilio_sms', '+4930')).toBe(
    'https://api.test/webhooks/twilio_sms/+4930',
  );
});

test('made-up secrets differ, and every one belongs to its channel', () => {
  expect(madeUp()).not.toBe(madeUp());
  for (const channel of channels)
    for (const name of channel.ours)
      expect(channel.secrets.map((each) => each.name)).toContain(name);
});
