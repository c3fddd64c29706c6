import { queryOptions } from '@tanstack/react-query';
import * as z from 'zod/mini';
import { ApiError } from '@/lib/api-error';
import { queryClient } from '@/lib/query-client';
import {
  type Arguments,
  answer,
  type Change,
  columnsOf,
  type FunctionName,
  type Row,
  rest,
  rpc,
  type TableName,
} from '@/lib/supabase';
import { service } from './service';

const text = z.nullable(z.string());

/** What each table of an account's settings has: what is asked for by name is checked before it gets here. */
const settingsTable = (table: TableName) => rest().from(table as 'inboxes');

/** A query for the rows of a table in one account. */
function rowsOf<Table extends TableName, Shape>(
  table: Table,
  schema: z.ZodMiniObject<Shape & { [Key in Exclude<keyof Shape, keyof Row<Table>>]: never }>,
  order: keyof Row<Table> & string,
) {
  return (accountId: string) =>
    queryOptions({
      queryKey: ['settings', accountId, table],
      queryFn: async () =>
        z.array(schema).parse(
          await answer(
            settingsTable(table)
              .select(columnsOf(table, schema))
              .eq('account_id', accountId)
              .order(order as string),
          ),
        ),
    });
}

const roleSchema = z.enum(['agent', 'administrator']);
const membershipSchema = z.object({
  user_id: z.string(),
  role: roleSchema,
  custom_role_id: text,
  auto_offline: z.boolean(),
});
const personSchema = z.object({
  id: z.string(),
  name: z.string(),
  display_name: text,
  email: z.string(),
  avatar_url: text,
});

/** Somebody who belongs to the account. */
export interface Person {
  id: string;
  name: string;
  email: string;
  avatarUrl: string | null;
  role: 'agent' | 'administrator';
  customRoleId: string | null;
}

/** Everybody in the account, by name. */
export const peopleQuery = (accountId: string) =>
  queryOptions({
    queryKey: ['settings', accountId, 'people'],
    queryFn: async (): Promise<Person[]> => {
      const memberships = z
        .array(membershipSchema)
        .parse(
          await answer(
            rest()
              .from('account_users')
              .select('user_id,role,custom_role_id,auto_offline')
              .eq('account_id', accountId),
          ),
        );
      const found = z.array(personSchema).parse(
        await answer(
          rest()
            .from('users')
            .select('id,name,display_name,email,avatar_url')
            .in(
              'id',
              memberships.map((each) => each.user_id),
            ),
        ),
      );
      const byId = new Map(found.map((each) => [each.id, each]));
      return memberships
        .flatMap(({ user_id, role, custom_role_id }) => {
          const person = byId.get(user_id);
          if (!person) return [];
          return [
            {
              id: user_id,
              name: person.display_name || person.name || person.email,
              email: person.email,
              avatarUrl: person.avatar_url,
              role,
              customRoleId: custom_role_id,
            },
          ];
        })
        .sort((a, b) => a.name.localeCompare(b.name));
    },
  });

export const invitationsQuery = (accountId: string) =>
  queryOptions({
    queryKey: ['settings', accountId, 'invitations'],
    queryFn: async () =>
      z
        .array(
          z.object({
            id: z.string(),
            email: z.string(),
            name: z.string(),
            role: roleSchema,
            custom_role_id: text,
            expires_at: z.string(),
          }),
        )
        .parse(
          await answer(
            rest()
              .from('invitations')
              .select('id,email,name,role,custom_role_id,expires_at')
              .eq('account_id', accountId)
              .is('accepted_at', null)
              .order('created_at', { ascending: false }),
          ),
        ),
  });

const inboxSchema = z.object({
  id: z.string(),
  name: z.string(),
  channel_type: z.string(),
  greeting_enabled: z.boolean(),
  greeting_message: text,
  allow_messages_after_resolved: z.boolean(),
  lock_to_single_conversation: z.boolean(),
  enable_auto_assignment: z.boolean(),
  enable_email_collect: z.boolean(),
  working_hours_enabled: z.boolean(),
  out_of_office_message: text,
  timezone: z.string(),
  auto_assignment_config: z.record(z.string(), z.unknown()),
  sender_name_type: z.string(),
  business_name: text,
});
export type InboxSettings = z.infer<typeof inboxSchema>;
export const inboxSettingsQuery = rowsOf('inboxes', inboxSchema, 'name');

const preChatFieldSchema = z.looseObject({
  name: z.string(),
  type: z.string(),
  label: z.string(),
  required: z.boolean(),
  enabled: z.boolean(),
});
export type PreChatField = z.infer<typeof preChatFieldSchema>;
const widgetSchema = z.object({
  inbox_id: z.string(),
  website_token: z.string(),
  website_url: z.string(),
  allowed_domains: z.array(z.string()),
  widget_color: z.string(),
  widget_position: z.string(),
  welcome_title: z.string(),
  welcome_tagline: z.string(),
  reply_time: z.string(),
  features: z.array(z.string()),
  pre_chat_form_enabled: z.boolean(),
  pre_chat_form_options: z.object({
    pre_chat_message: z.optional(z.string()),
    pre_chat_fields: z.optional(z.array(preChatFieldSchema)),
  }),
  hmac_mandatory: z.boolean(),
  continuity_via_email: z.boolean(),
});
export type Widget = z.infer<typeof widgetSchema>;
export const widgetsQuery = rowsOf('channel_web_widgets', widgetSchema, 'inbox_id');

const stepSchema = z.object({ name: z.string(), ok: z.boolean(), detail: z.string() });
export const checkSchema = z.object({
  ok: z.boolean(),
  category: text,
  account_name: text,
  steps: z.array(stepSchema),
});
/** What the provider said when it was last asked whether all is right. */
export type Check = z.infer<typeof checkSchema>;

const connectionSchema = z.object({
  inbox_id: z.string(),
  channel_type: z.string(),
  address: z.string(),
  settings: z.record(z.string(), z.unknown()),
  state: z.enum(['connected', 'reauthorization_required', 'disconnected']),
  state_reason: text,
  paused_until: text,
  expires_at: text,
  last_received_at: text,
  last_sent_at: text,
  checked_at: text,
  check_result: z.nullable(checkSchema),
});
export type Connection = z.infer<typeof connectionSchema>;
/** How inboxes are connected; asked again while it is looked at, since proof arrives from outside. */
export const connectionsQuery = (accountId: string) =>
  queryOptions({
    ...rowsOf('channel_connections', connectionSchema, 'inbox_id')(accountId),
    refetchInterval: 10_000,
  });

export const inboxMembersQuery = rowsOf(
  'inbox_members',
  z.object({ inbox_id: z.string(), user_id: z.string() }),
  'inbox_id',
);

const hoursSchema = z.object({
  inbox_id: z.string(),
  day_of_week: z.number(),
  open_hour: z.number(),
  open_minutes: z.number(),
  close_hour: z.number(),
  close_minutes: z.number(),
  open_all_day: z.boolean(),
  closed_all_day: z.boolean(),
});
export type Hours = z.infer<typeof hoursSchema>;
export const hoursQuery = rowsOf('working_hours', hoursSchema, 'day_of_week');

const apiChannelSchema = z.object({
  identifier: z.string(),
  reply_window_hours: z.nullable(z.number()),
  webhook_url: text,
  hmac_token: text,
  hmac_mandatory: z.boolean(),
  webhook_secret: text,
});
export type ApiChannel = z.infer<typeof apiChannelSchema>;
export const apiChannelQuery = (accountId: string, inboxId: string) =>
  queryOptions({
    queryKey: ['settings', accountId, 'api', inboxId],
    queryFn: async () =>
      apiChannelSchema.parse(await rpc('api_channel_settings', { p_inbox_id: inboxId })),
  });

export const identitySecret = async (inboxId: string, rotate: boolean): Promise<string> =>
  z
    .object({ secret: z.string() })
    .parse(await rpc('identity_secret', { p_inbox_id: inboxId, p_rotate: rotate })).secret;

const teamSchema = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  allow_auto_assign: z.boolean(),
});
export type Team = z.infer<typeof teamSchema>;
export const teamsQuery = rowsOf('teams', teamSchema, 'name');
export const teamMembersQuery = rowsOf(
  'team_members',
  z.object({ team_id: z.string(), user_id: z.string() }),
  'team_id',
);

const labelSchema = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  color: z.string(),
  show_on_sidebar: z.boolean(),
});
export type Label = z.infer<typeof labelSchema>;
export const labelsQuery = rowsOf('labels', labelSchema, 'title');

const customRoleSchema = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  permissions: z.array(z.string()),
});
export type CustomRole = z.infer<typeof customRoleSchema>;
export const customRolesQuery = rowsOf('custom_roles', customRoleSchema, 'name');

const attributeSchema = z.object({
  id: z.string(),
  attribute_model: z.string(),
  attribute_key: z.string(),
  display_name: z.string(),
  display_type: z.string(),
  description: z.string(),
  list_values: z.array(z.string()),
  regex_pattern: text,
  regex_cue: text,
});
export type CustomAttribute = z.infer<typeof attributeSchema>;
export const attributesQuery = rowsOf(
  'custom_attribute_definitions',
  attributeSchema,
  'display_name',
);

const cannedSchema = z.object({ id: z.string(), short_code: z.string(), content: z.string() });
export type Canned = z.infer<typeof cannedSchema>;
export const cannedQuery = rowsOf('canned_responses', cannedSchema, 'short_code');

const accountSchema = z.object({
  id: z.string(),
  name: z.string(),
  locale: z.string(),
  domain: text,
  support_email: text,
  timezone: z.string(),
  settings: z.record(z.string(), z.unknown()),
});
export type AccountSettings = z.infer<typeof accountSchema>;
export const accountQuery = (accountId: string) =>
  queryOptions({
    queryKey: ['settings', accountId, 'account'],
    queryFn: async () =>
      accountSchema.parse(
        await answer(
          rest()
            .from('accounts')
            .select(columnsOf('accounts', accountSchema))
            .eq('id', accountId)
            .single(),
        ),
      ),
  });

const profileSchema = z.object({
  name: z.string(),
  display_name: text,
  email: z.string(),
  message_signature: text,
});
export type Profile = z.infer<typeof profileSchema>;
export const profileQuery = (userId: string) =>
  queryOptions({
    queryKey: ['settings', 'profile', userId],
    queryFn: async () =>
      profileSchema.parse(
        await answer(
          rest()
            .from('users')
            .select('name,display_name,email,message_signature')
            .eq('id', userId)
            .single(),
        ),
      ),
  });

const noticesSchema = z.object({ email: z.array(z.string()), push: z.array(z.string()) });
export type Notices = z.infer<typeof noticesSchema>;
export const noticesQuery = (accountId: string, userId: string) =>
  queryOptions({
    queryKey: ['settings', accountId, 'notices', userId],
    queryFn: async () =>
      noticesSchema.parse(
        await answer(
          rest()
            .from('notification_settings')
            .select('email,push')
            .eq('account_id', accountId)
            .eq('user_id', userId)
            .single(),
        ),
      ),
  });

/** Changes the rows that match. No row is a refusal: the policies leave out what one may not touch. */
export async function updateRows<Table extends TableName>(
  table: Table,
  match: { [Column in keyof Row<Table>]?: string },
  change: { [Column in keyof Change<Table>]?: unknown },
): Promise<void> {
  const rows = await answer(
    settingsTable(table)
      .update(change as never)
      .match(match)
      .select(Object.keys(match).join(',') as '*'),
  );
  if (rows.length === 0) throw new ApiError('not_administrator', '', 403);
}

/** Has every screen that shows the account's settings ask again. */
export async function refreshSettings(accountId: string): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: ['settings', accountId] }),
    queryClient.invalidateQueries({ queryKey: ['inboxes', accountId] }),
    queryClient.invalidateQueries({ queryKey: ['members', accountId] }),
    queryClient.invalidateQueries({ queryKey: ['accounts'] }),
  ]);
}

/** A function's arguments as a form has them: the database is the judge of what was filled in. */
export type FormArguments<Name extends FunctionName> = {
  [Key in keyof Arguments<Name>]: unknown;
};

/** Calls a function that changes settings, and has the screens ask again. */
export async function change<Name extends FunctionName, T>(
  accountId: string,
  name: Name,
  args: FormArguments<Name>,
): Promise<T> {
  const result: T = await rpc(name, args as Arguments<Name>);
  await refreshSettings(accountId);
  return result;
}

const invitationSchema = z.object({ link: z.string(), sent: z.boolean(), email: z.string() });
export type Invitation = z.infer<typeof invitationSchema>;

/** Invites somebody through the service, which also sends the mail. */
export async function invite(
  accountId: string,
  values: { email: string; name: string; role: string; custom_role_id: string | null },
): Promise<Invitation> {
  const made = await service(`/accounts/${accountId}/invitations`, values);
  await refreshSettings(accountId);
  return invitationSchema.parse(made);
}

/** As many as the service takes at once. */
const INVITED_AT_ONCE = 30;
const manySchema = z.object({
  results: z.array(
    z.object({
      email: z.string(),
      invitation: z.nullable(invitationSchema),
      error: z.nullable(
        z.object({ code: z.string(), message: z.string(), details: text, hint: text }),
      ),
    }),
  ),
});

/** What became of one address. */
export interface Invited {
  email: string;
  invitation: Invitation | null;
  error: ApiError | null;
}

/**
 * Invites any number of people as the same, so many at a time, and tells what became of each as it
 * goes. What is wrong with all of them is thrown; those before have been told.
 */
export async function inviteMany(
  accountId: string,
  emails: string[],
  role: { role: string; custom_role_id: string | null },
  onResults: (results: Invited[]) => void,
): Promise<void> {
  try {
    for (let at = 0; at < emails.length; at += INVITED_AT_ONCE) {
      const { results } = manySchema.parse(
        await service(`/accounts/${accountId}/invitations/bulk`, {
          emails: emails.slice(at, at + INVITED_AT_ONCE),
          ...role,
        }),
      );
      onResults(
        results.map(({ email, invitation, error }) => ({
          email,
          invitation,
          error: error && new ApiError(error.code, error.message, 0, error.details, error.hint),
        })),
      );
    }
  } finally {
    await refreshSettings(accountId);
  }
}
