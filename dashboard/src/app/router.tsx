import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import * as z from 'zod/mini';
import { contactSorts, isView } from '@/config/paths';
import { accountsQuery } from '@/features/accounts/api';
import { sorts, statusFilters } from '@/features/conversations/api';
import { queryClient } from '@/lib/query-client';
import { session } from '@/lib/supabase';
import { conditionSchema } from '@/types/condition';
import { priorities } from '@/types/conversation';
import { NotFound, RouteError } from './route-states';

/** What a list address says beyond its path; anything unknown falls back instead of failing. */
const inboxSearchSchema = z.object({
  status: z.catch(z.optional(z.enum(statusFilters)), undefined),
  sort: z.catch(z.optional(z.enum(sorts)), undefined),
  inbox: z.catch(z.optional(z.string()), undefined),
  team: z.catch(z.optional(z.string()), undefined),
  label: z.catch(z.optional(z.array(z.string())), undefined),
  priority: z.catch(z.optional(z.enum(priorities)), undefined),
  assignee: z.catch(z.optional(z.string()), undefined),
  /** Conditions that stand in the place of all of the above but the order. */
  where: z.catch(z.optional(z.array(conditionSchema)), undefined),
  /** A saved view, whose conditions stand where `where` says nothing. */
  saved: z.catch(z.optional(z.string()), undefined),
  /** In an open conversation: the message to show. */
  message: z.catch(z.optional(z.string()), undefined),
});

const root = createRootRoute({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: RouteError,
});

function requireSession(location: { href: string }): string {
  const current = session().current;
  if (current) return current.user.id;
  throw redirect({ to: '/sign-in', search: { next: location.href } });
}

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: async ({ location }) => {
    // A link from an e-mail carries its token in the fragment; the auth client has to read it.
    if (/access_token=|error_code=/.test(window.location.hash))
      await session()
        .auth()
        .then((auth) => auth.getSession());
    if (session().recovering) throw redirect({ to: '/reset-password' });
    const accounts = await queryClient.ensureQueryData(accountsQuery(requireSession(location)));
    const last = localStorage.getItem('supadesk:account');
    const account = accounts.find((each) => each.id === last) ?? accounts[0];
    if (!account) throw redirect({ to: '/welcome' });
    throw redirect({
      to: '/a/$accountId/inbox/$view',
      params: { accountId: account.id, view: 'mine' },
    });
  },
});

const onlySignedOut = (): void => {
  if (session().current) throw redirect({ to: '/' });
};

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: z.object({ next: z.catch(z.optional(z.string()), undefined) }),
  beforeLoad: onlySignedOut,
  component: lazyRouteComponent(() => import('@/features/auth/sign-in-page'), 'SignInPage'),
});
const signUp = createRoute({
  getParentRoute: () => root,
  path: '/sign-up',
  beforeLoad: onlySignedOut,
  component: lazyRouteComponent(() => import('./routes/sign-up'), 'SignUpPage'),
});
const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: '/forgot-password',
  component: lazyRouteComponent(
    () => import('@/features/auth/forgot-password-page'),
    'ForgotPasswordPage',
  ),
});
const resetPassword = createRoute({
  getParentRoute: () => root,
  path: '/reset-password',
  component: lazyRouteComponent(
    () => import('@/features/auth/reset-password-page'),
    'ResetPasswordPage',
  ),
});
const welcome = createRoute({
  getParentRoute: () => root,
  path: '/welcome',
  beforeLoad: ({ location }) => void requireSession(location),
  component: lazyRouteComponent(() => import('./routes/sign-up'), 'WelcomePage'),
});

const account = createRoute({
  getParentRoute: () => root,
  path: '/a/$accountId',
  beforeLoad: ({ location, params }) => {
    requireSession(location);
    localStorage.setItem('supadesk:account', params.accountId);
  },
  component: lazyRouteComponent(() => import('./routes/account'), 'AccountRoute'),
});
const accountHome = createRoute({
  getParentRoute: () => account,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/a/$accountId/inbox/$view', params: { ...params, view: 'mine' } });
  },
});
const inbox = createRoute({
  getParentRoute: () => account,
  path: '/inbox/$view',
  validateSearch: inboxSearchSchema,
  params: {
    parse: ({ view }) => ({ view: isView(view) ? view : ('mine' as const) }),
    stringify: ({ view }) => ({ view }),
  },
  component: lazyRouteComponent(() => import('./routes/inbox'), 'InboxRoute'),
});
const conversation = createRoute({
  getParentRoute: () => inbox,
  path: '$displayId',
  component: lazyRouteComponent(() => import('./routes/conversation'), 'ConversationRoute'),
});
const contacts = createRoute({
  getParentRoute: () => account,
  path: '/contacts',
  validateSearch: z.object({
    q: z.catch(z.optional(z.string()), undefined),
    sort: z.catch(z.optional(z.enum(contactSorts)), undefined),
    where: z.catch(z.optional(z.array(conditionSchema)), undefined),
    saved: z.catch(z.optional(z.string()), undefined),
    /** The contact on screen. */
    contact: z.catch(z.optional(z.string()), undefined),
  }),
  component: lazyRouteComponent(() => import('./routes/contacts'), 'ContactsRoute'),
});

const acceptInvitation = createRoute({
  getParentRoute: () => root,
  path: '/accept-invitation',
  validateSearch: z.object({ token: z.catch(z.string(), '') }),
  component: lazyRouteComponent(
    () => import('./routes/settings/accept-invitation'),
    'AcceptInvitationPage',
  ),
});
const oauthReturn = createRoute({
  getParentRoute: () => root,
  path: '/oauth/$provider',
  beforeLoad: ({ location }) => void requireSession(location),
  component: lazyRouteComponent(() => import('./routes/settings/oauth-return'), 'OauthReturnPage'),
});
const settings = createRoute({
  getParentRoute: () => account,
  path: '/settings/$',
  component: lazyRouteComponent(() => import('./routes/settings/settings-route'), 'SettingsRoute'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    signIn,
    signUp,
    forgotPassword,
    resetPassword,
    welcome,
    acceptInvitation,
    oauthReturn,
    account.addChildren([accountHome, inbox.addChildren([conversation]), contacts, settings]),
  ]),
  defaultPreload: 'intent',
  scrollRestoration: false,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
