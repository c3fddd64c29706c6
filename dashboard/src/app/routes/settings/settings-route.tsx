import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { type ComponentType, Suspense, useMemo } from 'react';
import { peopleQuery } from '@/features/settings/api';
import { PlaceContext } from '@/features/settings/place';
import { SettingsFrame } from '@/features/settings/settings-frame';
import { useTexts } from '@/features/settings/texts';
import { lazily } from '@/lib/parts';
import { NotFound, RouteError } from '../../route-states';
import { useSession } from '../../use-session';

/** The pages, by the first part of their address; the rest of it is the page's own. */
const pages: Record<string, ComponentType<{ rest: string[] }>> = {
  inboxes: lazily(() => import('@/features/settings/pages/inboxes')),
  account: lazily(() => import('@/features/settings/pages/account')),
  members: lazily(() => import('@/features/settings/pages/members')),
  roles: lazily(() => import('@/features/settings/pages/roles')),
  teams: lazily(() => import('@/features/settings/pages/teams')),
  labels: lazily(() => import('@/features/settings/pages/labels')),
  canned: lazily(() => import('@/features/settings/pages/canned')),
  attributes: lazily(() => import('@/features/settings/pages/attributes')),
  profile: lazily(() => import('@/features/settings/pages/profile')),
  notifications: lazily(() => import('@/features/settings/pages/notifications')),
};

/** The settings of an account: navigation, and the page that the address names. */
export function SettingsRoute() {
  const { accountId, _splat: path = '' } = useParams({ from: '/a/$accountId/settings/$' });
  const userId = useSession()?.user.id ?? '';
  const people = useQuery(peopleQuery(accountId));
  const ready = useTexts();
  const role = people.data?.find((person) => person.id === userId)?.role;
  const place = useMemo(
    () => ({ accountId, userId, isAdministrator: role === 'administrator' }),
    [accountId, userId, role],
  );
  if (people.isError) return <RouteError error={people.error} />;
  if (!people.data || !ready) return null;
  const [name = '', ...rest] = path.split('/').filter(Boolean);
  const Page = Object.hasOwn(pages, name) ? pages[name] : undefined;
  if (name !== '' && !Page) return <NotFound />;
  return (
    <PlaceContext value={place}>
      <SettingsFrame page={name}>
        <Suspense>{Page && <Page key={`${accountId}/${name}`} rest={rest} />}</Suspense>
      </SettingsFrame>
    </PlaceContext>
  );
}
