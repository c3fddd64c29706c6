import { rpc } from '@/lib/supabase';

export const availabilities = ['online', 'busy', 'offline'] as const;
export type Availability = (typeof availabilities)[number];

/** What colleagues see beside one's name, and whether conversations are handed out. */
export const setAvailability = (accountId: string, availability: Availability): Promise<unknown> =>
  rpc('set_availability', { p_account_id: accountId, p_availability: availability });

/** How often the database wants to hear that this agent is there. */
export const HEARTBEAT_MS = 15_000;

export const heartbeat = (accountId: string): Promise<unknown> =>
  rpc('heartbeat', { p_account_id: accountId });
