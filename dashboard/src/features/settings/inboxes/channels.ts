import type { FieldSpec } from '../fields';

/** How a kind of inbox is connected: what we must know, and what the provider must be told. */
export interface ChannelSpec {
  type: string;
  settings: FieldSpec[];
  secrets: FieldSpec[];
  /** Secrets that we make up, and that the provider is given. */
  ours: string[];
  /** What is worked out from the rest instead of being asked for. */
  address?: (values: Record<string, unknown>) => string;
  /** Further settings that follow from the address of the webhook. */
  derived?: (webhook: string) => Record<string, unknown>;
  /** What is added to the webhook's address where it is pasted. */
  suffix?: string;
  /** Kinds of webhooks, where they are not called like the channel; none: nothing is called. */
  webhooks?: (settings: Record<string, unknown>) => string[];
  /** What the provider's API sets: where it reports to, or only that it reports to our app. */
  sets?: 'address' | 'subscription';
  /** Whether people can be written to who never wrote to us. */
  writesFirst?: boolean;
}

const text = (name: string, required = false): FieldSpec => ({ name, code: true, required });
const number = (name: string): FieldSpec => ({ name, code: true, kind: 'number' });
const toggle = (name: string): FieldSpec => ({ name, kind: 'switch' });
const secret = (name: string): FieldSpec => ({ name, kind: 'secret' });
const security = (name: string): FieldSpec => ({
  name,
  kind: 'select',
  options: [
    { value: 'tls', label: 'TLS' },
    { value: 'starttls', label: 'STARTTLS' },
    { value: 'none', label: '–' },
  ],
});

const twilio = {
  settings: [text('account_sid', true), text('messaging_service_sid'), text('api_key_sid')],
  secrets: [secret('auth_token'), secret('api_key_secret')],
  ours: [],
  derived: (webhook: string) => ({ status_callback: webhook }),
  suffix: '#rc=3&rp=all',
};

/** The services that post mails to us, as their webhooks are called. */
const mailServices = ['email_sendgrid', 'email_mailgun', 'email_postmark', 'email_raw'];

/** How mails come in. Inboxes that were made elsewhere do not say it. */
const inboundOf = (settings: Record<string, unknown>): string =>
  typeof settings.inbound === 'string' && settings.inbound !== ''
    ? settings.inbound
    : settings.imap_host
      ? 'imap'
      : '';

const when = (spec: FieldSpec, ...inbound: string[]): FieldSpec => ({
  ...spec,
  show: (values) => inbound.includes(String(values.inbound)),
});

/** The one table of channels; names are those of the adapters (docs/channels.md). */
export const channels: ChannelSpec[] = [
  {
    type: 'whatsapp_cloud',
    settings: [text('business_account_id', true), text('phone_number', true)],
    secrets: [secret('access_token'), secret('app_secret'), text('verify_token')],
    ours: ['verify_token'],
    sets: 'address',
  },
  {
    type: 'whatsapp_360dialog',
    settings: [text('phone_number', true)],
    secrets: [secret('api_key'), text('webhook_secret')],
    ours: ['webhook_secret'],
    sets: 'address',
  },
  {
    type: 'messenger',
    settings: [text('app_id'), toggle('human_agent')],
    secrets: [secret('access_token'), secret('app_secret'), text('verify_token')],
    ours: ['verify_token'],
    sets: 'subscription',
  },
  {
    type: 'instagram',
    settings: [
      {
        name: 'product',
        kind: 'select',
        options: [
          { value: '', label: 'Instagram Login' },
          { value: 'messenger', label: 'Facebook Login' },
        ],
      },
      toggle('human_agent'),
      toggle('comments'),
    ],
    secrets: [
      secret('access_token'),
      secret('app_secret'),
      secret('facebook_app_secret'),
      text('verify_token'),
    ],
    ours: ['verify_token'],
    sets: 'subscription',
  },
  {
    type: 'telegram',
    settings: [toggle('groups')],
    secrets: [secret('bot_token'), text('webhook_secret')],
    ours: ['webhook_secret'],
    sets: 'address',
    // A bot's token begins with the bot's id.
    address: (values) => String(values.bot_token ?? '').split(':')[0] ?? '',
  },
  { type: 'twilio_sms', ...twilio, sets: 'address', writesFirst: true },
  { type: 'twilio_whatsapp', ...twilio },
  {
    type: 'bandwidth_sms',
    settings: [text('account_id', true), text('application_id', true)],
    secrets: [
      secret('api_key'),
      secret('api_secret'),
      text('webhook_username'),
      text('webhook_password'),
    ],
    ours: ['webhook_username', 'webhook_password'],
    writesFirst: true,
  },
  {
    type: 'line',
    settings: [toggle('groups')],
    secrets: [secret('channel_secret'), secret('channel_token')],
    ours: [],
    sets: 'address',
  },
  {
    type: 'tiktok',
    settings: [text('app_id')],
    secrets: [secret('app_secret'), secret('access_token'), secret('refresh_token')],
    ours: [],
    sets: 'address',
  },
  {
    type: 'email',
    settings: [
      {
        name: 'inbound',
        kind: 'select',
        options: [
          { value: 'imap', label: 'IMAP' },
          { value: 'email_sendgrid', label: 'SendGrid Inbound Parse' },
          { value: 'email_mailgun', label: 'Mailgun Routes' },
          { value: 'email_postmark', label: 'Postmark Inbound' },
          { value: 'email_raw', label: 'message/rfc822' },
        ],
      },
      when(text('imap_host'), 'imap'),
      when(number('imap_port'), 'imap'),
      when(security('imap_security'), 'imap'),
      when(text('imap_user'), 'imap'),
      when({ name: 'aliases', kind: 'lines', code: true }, ...mailServices),
      when(text('inbound_domain'), ...mailServices),
      when(text('public_key'), 'email_sendgrid'),
      text('smtp_host', true),
      number('smtp_port'),
      security('smtp_security'),
      text('smtp_user'),
    ],
    secrets: [
      when(secret('imap_password'), 'imap'),
      when(text('webhook_secret'), 'email_sendgrid', 'email_postmark', 'email_raw'),
      when(secret('signing_key'), 'email_mailgun'),
      when(secret('api_key'), 'email_mailgun'),
      secret('smtp_password'),
    ],
    ours: ['webhook_secret'],
    webhooks: (settings) => {
      const inbound = inboundOf(settings);
      if (inbound === '') return mailServices;
      return inbound === 'imap' ? [] : [inbound];
    },
    writesFirst: true,
  },
];

/** What the provider calls, for an inbox with these settings. */
export const webhooksOf = (spec: ChannelSpec, settings: Record<string, unknown>): string[] =>
  spec.webhooks ? spec.webhooks(settings) : [spec.type];

/** The settings as a form shows them: choices that were never made are shown as what they are. */
export const shownSettings = (
  spec: ChannelSpec,
  settings: Record<string, unknown>,
): Record<string, unknown> => ({
  ...Object.fromEntries(
    spec.settings.map(({ name, options }) => [
      name,
      settings[name] ?? (options ? options[0]?.value : ''),
    ]),
  ),
  ...(spec.type === 'email' ? { inbound: inboundOf(settings) || mailServices[0] } : {}),
});

export const channelOf = (type: string): ChannelSpec | undefined =>
  channels.find((each) => each.type === type);

/** What the provider calls, for an inbox known there under this address. */
export const webhookUrl = (apiUrl: string, type: string, address: string): string =>
  `${apiUrl.replace(/\/$/, '')}/webhooks/${type}/${address}`;

/** Forty characters that nobody guesses. */
export const madeUp = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(20)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');

/** The named values that are asked for and were filled in, as the adapters read them. */
export function filledIn(
  specs: FieldSpec[],
  values: Record<string, unknown>,
): Record<string, unknown> {
  return Object.fromEntries(
    specs.flatMap(({ name, kind, show }): [string, unknown][] => {
      if (show && !show(values)) return [];
      const value = values[name];
      if (typeof value === 'boolean') return [[name, value]];
      if (Array.isArray(value)) {
        return [[name, value.map((each) => String(each).trim()).filter((each) => each !== '')]];
      }
      const words = typeof value === 'string' ? value.trim() : '';
      if (words === '') return [];
      return [[name, kind === 'number' && /^\d+$/.test(words) ? Number(words) : words]];
    }),
  );
}

/** The secrets that were filled in, and a made-up one for each of ours that was not asked for before. */
export const changedSecrets = (
  spec: ChannelSpec,
  before: Record<string, unknown>,
  values: Record<string, unknown>,
): Record<string, unknown> => ({
  ...Object.fromEntries(
    spec.secrets.flatMap(({ name, show }) =>
      spec.ours.includes(name) && show?.(values) && !show(before) ? [[name, madeUp()]] : [],
    ),
  ),
  ...filledIn(spec.secrets, values),
});

/** What a change of the settings comes to: like `filledIn`, and what was emptied or is no longer asked for is emptied. */
export const changedSettings = (
  specs: FieldSpec[],
  saved: Record<string, unknown>,
  values: Record<string, unknown>,
): Record<string, unknown> => ({
  ...Object.fromEntries(specs.flatMap(({ name }) => (saved[name] ? [[name, '']] : []))),
  ...filledIn(specs, values),
});
