import { useSyncExternalStore } from 'react';
import type { Session } from '@/lib/session';
import { session } from '@/lib/supabase';

/** The signed-in agent, or null. */
export const useSession = (): Session | null =>
  useSyncExternalStore(session().subscribe, session().snapshot);
