import { useQuery } from '@tanstack/react-query';
import { Navigate, Outlet, useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { accountsQuery } from '@/features/accounts/api';
import { queryClient } from '@/lib/query-client';
import { session } from '@/lib/supabase';
import { LiveProvider } from '../live';
import { NotFound, RouteError } from '../route-states';
import { Shell } from '../shell/shell';
import { useSession } from '../use-session';

/** Everything inside one account. */
export function AccountRoute() {
  const { accountId } = useParams({ from: '/a/$accountId' });
  const current = useSession();
  const userId = current?.user.id ?? '';
  const accounts = useQuery({ ...accountsQuery(userId), enabled: userId !== '' });

  // From here on the token is renewed in time, which the stored session alone cannot do.
  useEffect(() => void session().auth(), []);
  useEffect(() => {
    if (!current) queryClient.clear();
  }, [current]);

  if (!current) return <Navigate to="/sign-in" />;
  if (accounts.isError) return <RouteError error={accounts.error} />;
  if (accounts.data && !accounts.data.some((account) => account.id === accountId))
    return <NotFound />;
  return (
    <LiveProvider key={`${userId}:${accountId}`} accountId={accountId} userId={userId}>
      <Shell accountId={accountId} session={current} accounts={accounts.data ?? []}>
        <Outlet />
      </Shell>
    </LiveProvider>
  );
}
