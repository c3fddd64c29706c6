import { draftFiles } from './draft-files';
import { session } from './supabase';

/** Signs out on this device, and leaves no file of an unsent message behind. */
export async function signOut(): Promise<void> {
  const userId = session().current?.user.id;
  const auth = await session().auth();
  await auth.signOut({ scope: 'local' });
  if (userId) await draftFiles().forgetUser(userId);
}
