import { expect, test } from 'vitest';
import {
  changedSecrets,
  changedSettings,
  channelOf,
  channels,
  filledIn,
  madeUp,
  shownSettings,
  webhooksOf,
  webhookUrl,
} from './channels';

test('a bot is known by the first part of its token', () => {
  expect(channelOf('telegram')?.address?.({ bot_token: '4711:secret' })).toBe('4711');
});

test('what was left empty is not sent, and ports are numbers', () => {
  const email = channelOf('email');
  const values = { inbound: 'imap', imap_host: ' mail.test ', imap_port: '993' };
  expect(filledIn(email?.settings ?? [], values)).toEqual({
    inbound: 'imap',
    imap_host: 'mail.test',
    imap_port: 993,
  });
});

const email = channelOf('email');
if (!email) throw new Error('there is no e-mail');

test('what is not asked for is not sent: a forwarded inbox has no mailbox to read', () => {
  const values = {
    inbound: 'email_postmark',
    imap_host: 'mail.test',
    aliases: ['in@shop.test ', ''],
    smtp_host: 'smtp.test',
  };
  expect(filledIn(email.settings, values)).toEqual({
    inbound: 'email_postmark',
    aliases: ['in@shop.test'],
    smtp_host: 'smtp.test',
  });
  // The mailbox that was read before is given up.
  expect(changedSettings(email.settings, { imap_host: 'mail.test' }, values)).toMatchObject({
    imap_host: '',
    inbound: 'email_postmark',
  });
});

test('whoever changes to a mail service is given the secret it needs', () => {
  const secrets = changedSecrets(email, { inbound: 'imap' }, { inbound: 'email_postmark' });
  expect(secrets.webhook_secret).toHaveLength(40);
  // One that the service was told already stays.
  const told = { inbound: 'email_postmark' };
  expect(changedSecrets(email, told, { inbound: 'email_raw' })).toEqual({});
  expect(changedSecrets(email, told, { inbound: 'imap', imap_password: 'p' })).toEqual({
    imap_password: 'p',
  });
});

test('an e-mail inbox shows the webhook of its own way in, and all when it names none', () => {
  expect(webhooksOf(email, { imap_host: 'mail.test' })).toEqual([]);
  expect(webhooksOf(email, { inbound: 'email_mailgun' })).toEqual(['email_mailgun']);
  expect(webhooksOf(email, {})).toHaveLength(4);
  expect(shownSettings(email, { imap_host: 'mail.test' })).toMatchObject({
    inbound: 'imap',
    smtp_security: 'tls',
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
