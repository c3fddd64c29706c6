import type { Connection } from '../api';

export type Health = 'refused' | 'disconnected' | 'failing' | 'working' | 'unproven';

/** How an inbox is doing, by what its provider said and did. */
export function healthOf(connection: Connection): Health {
  if (connection.state === 'reauthorization_required') return 'refused';
  if (connection.state === 'disconnected') return 'disconnected';
  if (connection.state_reason) return 'failing';
  if (connection.check_result) return connection.check_result.ok ? 'working' : 'failing';
  return connection.last_received_at ? 'working' : 'unproven';
}

const known = [
  'auth',
  'config',
  'transient',
  'rate_limited',
  'policy',
  'window_closed',
  'recipient_unreachable',
  'recipient_optout',
  'invalid_content',
  'uncertain',
];

/** The text that explains why something failed, by the category the service names. */
export const reasonKey = (category: unknown): string =>
  `connection.reason.${known.find((each) => each === category) ?? 'other'}`;

/** Parts of an inbox's setup that come after its credentials. */
export type SetupStep = 'check' | 'webhook' | 'install' | 'api' | 'members' | 'done';

export function setupSteps(channel: string, webhooks: readonly string[]): SetupStep[] {
  if (channel === 'web_widget') return ['install', 'members', 'done'];
  if (channel === 'api') return ['api', 'members', 'done'];
  return webhooks.length > 0
    ? ['check', 'webhook', 'members', 'done']
    : ['check', 'members', 'done'];
}
