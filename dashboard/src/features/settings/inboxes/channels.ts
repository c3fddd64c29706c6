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
  webhooks?: string[];
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

/** The one table of channels; names are those of the adapters (docs/channels.md). */
export const channels: ChannelSpec[] = [
  {
    type: 'whatsapp_cloud',
    settings: [text('business_account_id', true), text('phone_number', true)],
    secrets: [secret('access_token'), secret('app_secret'), text('verify_token')],
    ours: ['verify_token'],
  },
  {
    type: 'whatsapp_360dialog',
    settings: [text('phone_number', true)],
    secrets: [secret('api_key'), text('webhook_secret')],
    ours: ['webhook_secret'],
  },
  {
    type: 'messenger',
    settings: [text('app_id'), toggle('human_agent')],
    secrets: [secret('access_token'), secret('app_secret'), text('verify_token')],
    ours: ['verify_token'],
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
  },
  {
    type: 'telegram',
    settings: [toggle('groups')],
    secrets: [secret('bot_token'), text('webhook_secret')],
    ours: ['webhook_secret'],
    // A bot's token begins with the bot's id.
    address: (values) => String(values.bot_token ?? '').split(':')[0] ?? '',
  },
  { type: 'twilio_sms', ...twilio },
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
  },
  {
    type: 'line',
    settings: [toggle('groups')],
    secrets: [secret('channel_secret'), secret('channel_token')],
    ours: [],
  },
  {
    type: 'tiktok',
    settings: [],
    secrets: [secret('app_secret'), secret('access_token')],
    ours: [],
  },
  {
    type: 'email',
    settings: [
      text('imap_host'),
      number('imap_port'),
      security('imap_security'),
      text('imap_user'),
      text('smtp_host'),
      number('smtp_port'),
      security('smtp_security'),
      text('smtp_user'),
    ],
    secrets: [secret('imap_password'), secret('smtp_password')],
    ours: [],
    webhooks: [],
  },
];

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

/** The named values that were filled in, as the adapters read them: numbers as numbers. */
export function filledIn(
  specs: FieldSpec[],
  values: Record<string, unknown>,
): Record<string, unknown> {
  return Object.fromEntries(
    specs.flatMap(({ name, kind }): [string, unknown][] => {
      const value = values[name];
      if (typeof value === 'boolean') return [[name, value]];
      const words = typeof value === 'string' ? value.trim() : '';
      if (words === '') return [];
      return [[name, kind === 'number' && /^\d+$/.test(words) ? Number(words) : words]];
    }),
  );
}
