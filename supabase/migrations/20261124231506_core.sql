-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

DROP POLICY "agents read the conversations in their inboxes" ON "public"."conversations";

DROP POLICY "agents read the messages in their inboxes" ON "public"."messages";

DROP POLICY "agents write messages in their inboxes" ON "public"."messages";

DROP TRIGGER "account_users_move_epoch" ON "public"."account_users";

ALTER TABLE "public"."inboxes" DROP CONSTRAINT "inboxes_channel_type_check";

CREATE TABLE "private"."channel_secrets" ("account_id" uuid NOT NULL, "inbox_id" uuid NOT NULL, "secrets" jsonb NOT NULL, "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "channel_secrets_pkey" PRIMARY KEY (inbox_id), CONSTRAINT "channel_secrets_secrets_check" CHECK (((jsonb_typeof(secrets) = 'object'::text) AND (octet_length((secrets)::text) <= 65536))));

ALTER TABLE "private"."channel_secrets" OWNER TO "postgres";

CREATE TABLE "private"."contact_inbox_aliases" ("account_id" uuid NOT NULL, "inbox_id" uuid NOT NULL, "alias" text NOT NULL, "contact_inbox_id" uuid NOT NULL, CONSTRAINT "contact_inbox_aliases_pkey" PRIMARY KEY (inbox_id, alias));

ALTER TABLE "private"."contact_inbox_aliases" OWNER TO "postgres";

CREATE TABLE "private"."message_parts" ("account_id" uuid NOT NULL, "inbox_id" uuid NOT NULL, "source_id" text NOT NULL, "conversation_id" uuid NOT NULL, "message_id" uuid NOT NULL, "part" smallint NOT NULL, "status" text NOT NULL DEFAULT 'sent'::text, CONSTRAINT "message_parts_pkey" PRIMARY KEY (inbox_id, source_id), CONSTRAINT "message_parts_status_check" CHECK ((status = ANY (ARRAY['sent'::text, 'delivered'::text, 'read'::text, 'failed'::text]))));

ALTER TABLE "private"."message_parts" OWNER TO "postgres";

CREATE TABLE "private"."parked_statuses" ("id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL, "account_id" uuid NOT NULL, "inbox_id" uuid NOT NULL, "source_id" text NOT NULL, "status" jsonb NOT NULL, "created_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "parked_statuses_pkey" PRIMARY KEY (id));

ALTER TABLE "private"."parked_statuses" OWNER TO "postgres";

CREATE TABLE "private"."provider_events" ("id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL, "account_id" uuid NOT NULL, "inbox_id" uuid NOT NULL, "event_key" text NOT NULL, "request" jsonb NOT NULL, "body" bytea NOT NULL, "status" text NOT NULL DEFAULT 'received'::text, "error" text, "received_at" timestamp with time zone NOT NULL DEFAULT now(), "processed_at" timestamp with time zone, CONSTRAINT "provider_events_event_key_check" CHECK (((char_length(event_key) >= 1) AND (char_length(event_key) <= 200))), CONSTRAINT "provider_events_inbox_id_event_key_key" UNIQUE (inbox_id, event_key), CONSTRAINT "provider_events_pkey" PRIMARY KEY (id), CONSTRAINT "provider_events_status_check" CHECK ((status = ANY (ARRAY['received'::text, 'processed'::text, 'quarantined'::text, 'ignored'::text]))));

ALTER TABLE "private"."provider_events" OWNER TO "postgres";

CREATE TABLE "private"."webhook_deliveries" ("account_id" uuid NOT NULL, "inbox_id" uuid NOT NULL, "event" text NOT NULL, "subject_id" text NOT NULL, "attempts" integer NOT NULL DEFAULT 0, "status" text NOT NULL DEFAULT 'pending'::text, "response_status" integer, "error" text, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "last_attempt_at" timestamp with time zone, CONSTRAINT "webhook_deliveries_status_check" CHECK ((status = ANY (ARRAY['pending'::text, 'delivered'::text, 'failed'::text]))), "id" uuid NOT NULL DEFAULT private.uuid_v7(), CONSTRAINT "webhook_deliveries_pkey" PRIMARY KEY (id));

ALTER TABLE "private"."webhook_deliveries" OWNER TO "postgres";

CREATE TABLE "public"."channel_connections" ("account_id" uuid NOT NULL, "inbox_id" uuid NOT NULL, "channel_type" text NOT NULL, "address" text NOT NULL, "aliases" text[] NOT NULL DEFAULT '{}'::text[], "settings" jsonb NOT NULL DEFAULT '{}'::jsonb, "state" text NOT NULL DEFAULT 'connected'::text, "state_reason" text, "paused_until" timestamp with time zone, "expires_at" timestamp with time zone, "last_received_at" timestamp with time zone, "last_sent_at" timestamp with time zone, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "channel_connections_address_check" CHECK (((char_length(address) >= 1) AND (char_length(address) <= 320))), CONSTRAINT "channel_connections_aliases_check" CHECK ((cardinality(aliases) <= 20)), CONSTRAINT "channel_connections_channel_type_address_key" UNIQUE (channel_type, address), CONSTRAINT "channel_connections_channel_type_check" CHECK ((channel_type = ANY (ARRAY['email'::text, 'whatsapp_cloud'::text, 'whatsapp_360dialog'::text, 'messenger'::text, 'instagram'::text, 'telegram'::text, 'twilio_sms'::text, 'twilio_whatsapp'::text, 'bandwidth_sms'::text, 'line'::text, 'tiktok'::text]))), CONSTRAINT "channel_connections_pkey" PRIMARY KEY (inbox_id), CONSTRAINT "channel_connections_settings_check" CHECK (((jsonb_typeof(settings) = 'object'::text) AND (octet_length((settings)::text) <= 65536))), CONSTRAINT "channel_connections_state_check" CHECK ((state = ANY (ARRAY['connected'::text, 'reauthorization_required'::text, 'disconnected'::text]))), CONSTRAINT "channel_connections_state_reason_check" CHECK ((char_length(state_reason) <= 1000)));

ALTER TABLE "public"."channel_connections" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."channel_connections" OWNER TO "postgres";

CREATE TABLE "public"."conversation_participants" ("account_id" uuid NOT NULL, "conversation_id" uuid NOT NULL, "user_id" uuid NOT NULL, "created_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "conversation_participants_pkey" PRIMARY KEY (conversation_id, user_id));

ALTER TABLE "public"."conversation_participants" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."conversation_participants" OWNER TO "postgres";

CREATE TABLE "public"."custom_roles" ("account_id" uuid NOT NULL, "name" text NOT NULL, "description" text NOT NULL DEFAULT ''::text, "permissions" text[] NOT NULL DEFAULT '{}'::text[], "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "custom_roles_description_check" CHECK ((char_length(description) <= 1000)), CONSTRAINT "custom_roles_name_check" CHECK (((char_length(btrim(name)) >= 1) AND (char_length(btrim(name)) <= 100))), CONSTRAINT "custom_roles_permissions_check" CHECK ((permissions <@ ARRAY['conversation_manage'::text, 'conversation_unassigned_manage'::text, 'conversation_participating_manage'::text, 'contact_manage'::text, 'report_manage'::text, 'knowledge_base_manage'::text])), "id" uuid NOT NULL DEFAULT private.uuid_v7(), CONSTRAINT "custom_roles_account_id_id_key" UNIQUE (account_id, id), CONSTRAINT "custom_roles_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."custom_roles" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."custom_roles" OWNER TO "postgres";

CREATE TABLE "public"."team_members" ("account_id" uuid NOT NULL, "team_id" uuid NOT NULL, "user_id" uuid NOT NULL, "created_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "team_members_pkey" PRIMARY KEY (team_id, user_id));

ALTER TABLE "public"."team_members" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."team_members" OWNER TO "postgres";

CREATE TABLE "public"."teams" ("account_id" uuid NOT NULL, "name" text NOT NULL, "description" text NOT NULL DEFAULT ''::text, "allow_auto_assign" boolean NOT NULL DEFAULT true, "epoch" bigint NOT NULL DEFAULT 1, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "teams_account_id_name_key" UNIQUE (account_id, name), CONSTRAINT "teams_description_check" CHECK ((char_length(description) <= 1000)), CONSTRAINT "teams_name_check" CHECK (((name = lower(btrim(name))) AND ((char_length(name) >= 1) AND (char_length(name) <= 100)))), "id" uuid NOT NULL DEFAULT private.uuid_v7(), CONSTRAINT "teams_account_id_id_key" UNIQUE (account_id, id), CONSTRAINT "teams_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."teams" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."teams" OWNER TO "postgres";

ALTER TABLE "public"."account_users" ADD COLUMN "custom_role_id" uuid;

ALTER TABLE "public"."contact_inboxes" ADD COLUMN "opted_out_at" timestamp with time zone;

ALTER TABLE "public"."contact_inboxes" ADD COLUMN "unreachable_reason" text;

CREATE OR REPLACE FUNCTION private.account_users_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    old_scope text;
    new_scope text;
begin
    if tg_op = 'DELETE' then
        -- Rows in inboxes and teams move their own; an administrator heard every inbox without one.
        if old.role = 'administrator' then
            perform private.move_account_epochs(old.account_id, null);
        end if;
    else
        select private.conversation_scope(old.role, max(custom.permissions) filter (where custom.id = old.custom_role_id)),
            private.conversation_scope(new.role, max(custom.permissions) filter (where custom.id = new.custom_role_id))
        into old_scope, new_scope
        from public.custom_roles as custom
        where custom.id in (old.custom_role_id, new.custom_role_id);
        if (old.role = 'administrator' and new.role <> 'administrator')
            or (new_scope is distinct from old_scope and new_scope is distinct from 'all')
        then
            perform private.move_account_epochs(old.account_id, old.user_id);
        end if;
    end if;
    perform private.tell_access_changed(old.user_id, old.account_id);
    return null;
end;
$function$;

CREATE OR REPLACE FUNCTION private.administered_team(p_id uuid)
 RETURNS public.teams
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    team public.teams;
begin
    select * into team from public.teams where id = p_id and account_id = any (private.account_ids());
    if team.id is null then
        perform private.fail(404, 'team_not_found', 'There is no such team.');
    end if;
    perform private.require_administrator(team.account_id);
    return team;
end;
$function$;

ALTER FUNCTION "private"."administered_team"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.agent_conversation(p_id uuid)
 RETURNS public.conversations
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations;
begin
    select * into conversation from public.conversations where id = p_id;
    if conversation.id is null or not private.can_see(conversation) then
        -- The same answer for a conversation that is missing and for one that is someone else's.
        perform private.fail(404, 'conversation_not_found', 'There is no such conversation.');
    end if;
    return conversation;
end;
$function$;

CREATE OR REPLACE FUNCTION private.api_address(p_inbox_id uuid, p_source_id text)
 RETURNS public.contact_inboxes
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    address public.contact_inboxes;
begin
    select * into address from public.contact_inboxes where inbox_id = p_inbox_id and source_id = p_source_id;
    if address.id is null then
        perform private.fail(404, 'contact_not_found', 'There is no such contact in this inbox.');
    end if;
    return address;
end;
$function$;

ALTER FUNCTION "private"."api_address"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.api_channel_settings(p_inbox_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    channel constant public.channel_apis := private.api_inbox_for_administrator(p_inbox_id);
    kept jsonb;
begin
    select secrets into kept from private.channel_secrets where inbox_id = p_inbox_id;
    return jsonb_build_object(
        'identifier', channel.identifier,
        'reply_window_hours', channel.reply_window_hours,
        'webhook_url', kept ->> 'webhook_url',
        'hmac_token', kept ->> 'hmac_token',
        'hmac_mandatory', coalesce((kept ->> 'hmac_mandatory')::boolean, false),
        'webhook_secret', kept ->> 'webhook_secret');
end;
$function$;

ALTER FUNCTION "private"."api_channel_settings"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.api_conversation(p_address public.contact_inboxes, p_display_id bigint)
 RETURNS public.conversations
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations;
begin
    select * into conversation
    from public.conversations
    where account_id = p_address.account_id and contact_inbox_id = p_address.id and display_id = p_display_id;
    if conversation.id is null then
        perform private.fail(404, 'conversation_not_found', 'There is no such conversation.');
    end if;
    return conversation;
end;
$function$;

ALTER FUNCTION "private"."api_conversation"(public.contact_inboxes, bigint) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.api_conversation_json(p_conversation public.conversations)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'id', p_conversation.display_id,
        'uuid', p_conversation.id,
        'inbox_id', p_conversation.inbox_id,
        'status', p_conversation.status,
        'priority', p_conversation.priority,
        'labels', to_jsonb(p_conversation.labels),
        'custom_attributes', p_conversation.custom_attributes,
        'unread_count', p_conversation.unread_count,
        'waiting_since', p_conversation.waiting_since,
        'first_reply_created_at', p_conversation.first_reply_created_at,
        'snoozed_until', p_conversation.snoozed_until,
        'last_activity_at', p_conversation.last_activity_at,
        'created_at', p_conversation.created_at,
        'contact_inbox', (
            select jsonb_build_object('id', address.id, 'source_id', address.source_id)
            from public.contact_inboxes as address where address.id = p_conversation.contact_inbox_id),
        'meta', jsonb_build_object(
            'sender', (
                select jsonb_build_object(
                    'id', contact.id, 'name', contact.name, 'email', contact.email, 'phone_number', contact.phone_number,
                    'identifier', contact.identifier)
                from public.contacts as contact where contact.id = p_conversation.contact_id),
            'assignee', (
                select jsonb_build_object('id', users.id, 'name', private.shown_name(users))
                from public.users as users where users.id = p_conversation.assignee_id)))
$function$;

ALTER FUNCTION "private"."api_conversation_json"(public.conversations) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.api_inbox_for_administrator(p_inbox_id uuid)
 RETURNS public.channel_apis
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    channel public.channel_apis;
begin
    select * into channel
    from public.channel_apis
    where inbox_id = p_inbox_id and account_id = any (private.account_ids());
    if channel.inbox_id is null then
        perform private.fail(404, 'inbox_not_found', 'There is no such inbox.');
    end if;
    perform private.require_administrator(channel.account_id);
    return channel;
end;
$function$;

ALTER FUNCTION "private"."api_inbox_for_administrator"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.api_message_json(p_message public.messages)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'id', p_message.id,
        'content', p_message.content,
        'content_type', p_message.content_type,
        'content_attributes', p_message.content_attributes,
        'message_type', p_message.message_type,
        'private', p_message.private,
        'status', p_message.status,
        'source_id', p_message.source_id,
        'created_at', p_message.created_at,
        'sender', private.message_sender(p_message))
$function$;

ALTER FUNCTION "private"."api_message_json"(public.messages) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.apply_status(p_message public.messages, p_status jsonb)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    update public.messages
    set status = p_status ->> 'status',
        content_attributes = case when p_status ->> 'status' = 'failed'
            then content_attributes || jsonb_strip_nulls(jsonb_build_object(
                'external_error', left(p_status ->> 'error_text', 1000),
                'error_category', p_status ->> 'error_category',
                'error_code', left(p_status ->> 'error_code', 100)))
            else content_attributes end
    where conversation_id = p_message.conversation_id and id = p_message.id
        and status is distinct from p_status ->> 'status'
        and not (p_status ->> 'status' = 'failed' and status in ('delivered', 'read'))
$function$;

ALTER FUNCTION "private"."apply_status"(public.messages, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.ask_for_delivery(p_account_id uuid, p_conversation_id uuid, p_message_id uuid, p_attempt text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.enqueue(
        'deliver_message',
        jsonb_build_object('conversation_id', p_conversation_id, 'message_id', p_message_id),
        p_account_id,
        p_conversation_id::text,
        p_message_id || ':' || p_attempt)
$function$;

ALTER FUNCTION "private"."ask_for_delivery"(uuid, uuid, uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.attachments_to_deliver(p_message public.messages)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select '[]'::jsonb
$function$;

ALTER FUNCTION "private"."attachments_to_deliver"(public.messages) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.can_see(p_conversation public.conversations)
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select exists (
        select
        from private.my_scopes() as mine
        where mine.account_id = p_conversation.account_id
            and (mine.inbox_id = p_conversation.inbox_id or mine.team_id = p_conversation.team_id)
            and (
                mine.scope = 'all'
                or p_conversation.assignee_id = (select auth.uid())
                or (mine.scope = 'unassigned' and p_conversation.assignee_id is null)
                or (mine.scope = 'participating' and exists (
                    select from public.conversation_participants as participant
                    where participant.conversation_id = p_conversation.id
                        and participant.user_id = (select auth.uid())))))
$function$;

ALTER FUNCTION "private"."can_see"(public.conversations) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.can_see_conversation(p_id uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select exists (
        select from public.conversations as conversation where conversation.id = p_id and private.can_see(conversation))
$function$;

ALTER FUNCTION "private"."can_see_conversation"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.channel_address(p_channel_type text, p_address text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    select case when p_channel_type = 'email' then lower(btrim(p_address)) else btrim(p_address) end
$function$;

ALTER FUNCTION "private"."channel_address"(text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.check_channel(p_channel_type text, p_address text, p_settings jsonb, p_secrets jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
    if p_channel_type is null or p_channel_type not in (
        'email', 'whatsapp_cloud', 'whatsapp_360dialog', 'messenger', 'instagram', 'telegram', 'twilio_sms',
        'twilio_whatsapp', 'bandwidth_sms', 'line', 'tiktok')
    then
        perform private.fail(400, 'channel_type_invalid', 'There is no such kind of channel.');
    end if;
    if char_length(btrim(coalesce(p_address, ''))) not between 1 and 320 then
        perform private.fail(400, 'address_invalid', 'Name the number, page, bot or mailbox, in 1 to 320 characters.');
    end if;
    if jsonb_typeof(coalesce(p_settings, 'null')) <> 'object' or octet_length(p_settings::text) > 65536 then
        perform private.fail(400, 'invalid_argument', 'settings is an object of 64 kB at most.');
    end if;
    if jsonb_typeof(coalesce(p_secrets, 'null')) <> 'object'
        or octet_length(p_secrets::text) > 65536
        or exists (select from jsonb_each(p_secrets) as secret where jsonb_typeof(secret.value) <> 'string')
    then
        perform private.fail(400, 'invalid_argument', 'secrets is an object of texts, 64 kB at most.');
    end if;
end;
$function$;

ALTER FUNCTION "private"."check_channel"(text, text, jsonb, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.check_name(p_name text, p_longest integer DEFAULT 100)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
    if char_length(btrim(coalesce(p_name, ''))) not between 1 and p_longest then
        perform private.fail(400, 'name_invalid', format('Give it a name of 1 to %s characters.', p_longest));
    end if;
    return btrim(p_name);
end;
$function$;

ALTER FUNCTION "private"."check_name"(text, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.connect_channel(p_account_id uuid, p_name text, p_channel_type text, p_address text, p_settings jsonb, p_secrets jsonb, p_aliases text[])
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    made_inbox_id uuid;
begin
    perform private.require_administrator(p_account_id);
    perform private.check_channel(p_channel_type, p_address, p_settings, p_secrets);
    if char_length(btrim(coalesce(p_name, ''))) not between 1 and 100 then
        perform private.fail(400, 'name_invalid', 'Give the inbox a name of 1 to 100 characters.');
    end if;
    if cardinality(p_aliases) > 20 then
        perform private.fail(400, 'invalid_argument', 'A channel has 20 aliases at most.');
    end if;
    insert into public.inboxes (account_id, name, channel_type)
    values (p_account_id, btrim(p_name), p_channel_type)
    returning id into made_inbox_id;
    begin
        insert into public.channel_connections (account_id, inbox_id, channel_type, address, aliases, settings)
        values (
            p_account_id, made_inbox_id, p_channel_type, private.channel_address(p_channel_type, p_address),
            coalesce(p_aliases, '{}'), p_settings);
    exception when unique_violation then
        -- Not whose: another account's channels are nobody's business.
        perform private.fail(409, 'address_taken', 'An inbox is already connected to this address.');
    end;
    insert into private.channel_secrets (account_id, inbox_id, secrets) values (p_account_id, made_inbox_id, p_secrets);
    insert into public.inbox_members (account_id, inbox_id, user_id) values (p_account_id, made_inbox_id, auth.uid());
    return jsonb_build_object('id', made_inbox_id);
end;
$function$;

ALTER FUNCTION "private"."connect_channel"(uuid, text, text, text, jsonb, jsonb, text[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.connection_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    perform private.broadcast(
        private.inbox_topic(new.inbox_id, inbox.epoch), 'inbox.connection_changed',
        jsonb_build_object('inbox_id', new.inbox_id, 'state', new.state))
    from public.inboxes as inbox
    where inbox.id = new.inbox_id;
    if new.state = 'connected' then
        perform private.deliver_held_messages(new.inbox_id);
    end if;
    return null;
end;
$function$;

ALTER FUNCTION "private"."connection_changed"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.conversation_delta(p_conversation public.conversations)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'conversation_id', p_conversation.id,
        'inbox_id', p_conversation.inbox_id,
        'team_id', p_conversation.team_id,
        'seq', p_conversation.last_seq,
        'status', p_conversation.status,
        'assignee_id', p_conversation.assignee_id,
        'last_activity_at', p_conversation.last_activity_at,
        'unread_count', p_conversation.unread_count)
$function$;

ALTER FUNCTION "private"."conversation_delta"(public.conversations) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.conversation_list(p_account_id uuid, p_tab text, p_status text, p_inbox_id uuid, p_sort text, p_cursor jsonb, p_limit integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    caller uuid := auth.uid();
    nobody constant uuid := '00000000-0000-0000-0000-000000000000';
    inboxes uuid[];
    statuses text[];
    sort_column text;
    descending boolean;
    cursor_at timestamptz;
    cursor_id uuid;
    query text;
    ids uuid[];
    last_at timestamptz;
    counts jsonb;
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
    if coalesce(p_tab, '') not in ('mine', 'unassigned', 'all')
        or coalesce(p_status, '') not in ('open', 'pending', 'snoozed', 'resolved', 'all')
        or coalesce(p_limit, 0) not between 1 and 100
    then
        perform private.fail(
            400, 'invalid_argument',
            'tab is mine, unassigned or all; status is a status or all; limit is 1 to 100.');
    end if;

    select coalesce(array_agg(inbox.id), '{}') into inboxes
    from public.inboxes as inbox
    where inbox.account_id = p_account_id
        and inbox.id = any (private.full_inbox_ids())
        and (p_inbox_id is null or inbox.id = p_inbox_id);
    statuses := case when p_status = 'all'
        then array['open', 'pending', 'snoozed', 'resolved'] else array[p_status] end;

    select case p_sort
            when 'newest' then 'last_activity_at' when 'oldest' then 'last_activity_at'
            when 'waiting' then 'waiting_since' when 'created' then 'created_at' end,
        p_sort in ('newest', 'created')
    into sort_column, descending;
    if sort_column is null then
        perform private.fail(400, 'invalid_argument', 'sort is newest, oldest, waiting or created.');
    end if;
    if p_cursor is not null then
        begin
            cursor_at := (p_cursor ->> 'at')::timestamptz;
            cursor_id := (p_cursor ->> 'id')::uuid;
        exception when others then
            cursor_id := null;
        end;
        if cursor_at is null or cursor_id is null then
            perform private.fail(400, 'invalid_cursor', 'Pass next_cursor back as it was given.');
        end if;
    end if;

    -- The first rows of each (inbox, status) come from an index in the right order; merging those
    -- short runs costs the same however many conversations there are.
    query := format(
        $query$
        select array_agg(page.id order by page.position), (array_agg(page.at order by page.position desc))[1]
        from (
            select run.id, run.at, row_number() over (order by run.at %1$s, run.id %1$s) as position
            from unnest($1) as inbox (id)
            cross join unnest($2) as state (status)
            cross join lateral (
                select conversation.id, conversation.%2$I as at
                from public.conversations as conversation
                where conversation.account_id = $3
                    and conversation.inbox_id = inbox.id
                    and conversation.status = state.status
                    and conversation.%2$I is not null
                    %3$s
                    %4$s
                order by conversation.%2$I %1$s, conversation.id %1$s
                limit $4
            ) as run
            order by run.at %1$s, run.id %1$s
            limit $4
        ) as page
        $query$,
        case when descending then 'desc' else 'asc' end,
        sort_column,
        case p_tab
            when 'mine' then 'and conversation.assignee_id = $5'
            when 'unassigned' then 'and conversation.assignee_id is null'
            else '' end,
        case when cursor_id is null then ''
            when descending then format('and (conversation.%I, conversation.id) < ($6, $7)', sort_column)
            else format('and (conversation.%I, conversation.id) > ($6, $7)', sort_column) end);
    execute query into ids, last_at
    using inboxes, statuses, p_account_id, p_limit + 1, caller, cursor_at, cursor_id;
    if cardinality(ids) > p_limit then
        execute format('select %I from public.conversations where id = $1', sort_column)
        into last_at using ids[p_limit];
    end if;

    if p_cursor is null then
        select jsonb_build_object(
            'mine', coalesce(sum(counter.total) filter (where counter.assignee_id = caller), 0),
            'unassigned', coalesce(sum(counter.total) filter (where counter.assignee_id = nobody), 0),
            'all', coalesce(sum(counter.total), 0))
        into counts
        from private.conversation_counters as counter
        where counter.account_id = p_account_id
            and counter.inbox_id = any (inboxes)
            and counter.status = any (statuses);
    end if;

    return jsonb_build_object(
        'rows', private.conversation_rows(ids[1:p_limit]),
        'next_cursor', case when cardinality(ids) > p_limit
            then jsonb_build_object('at', last_at, 'id', ids[p_limit]) end,
        'counts', counts);
end;
$function$;

CREATE OR REPLACE FUNCTION private.conversation_scope(p_role text, p_permissions text[])
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
    select case
        when p_role = 'administrator' or p_permissions is null or 'conversation_manage' = any (p_permissions) then 'all'
        when 'conversation_unassigned_manage' = any (p_permissions) then 'unassigned'
        when 'conversation_participating_manage' = any (p_permissions) then 'participating'
    end
$function$;

ALTER FUNCTION "private"."conversation_scope"(text, text[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.custom_role_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    new_scope constant text := private.conversation_scope('agent', new.permissions);
begin
    if new_scope is distinct from private.conversation_scope('agent', old.permissions) and new_scope is distinct from 'all' then
        perform private.move_account_epochs(member.account_id, member.user_id)
        from public.account_users as member
        where member.account_id = new.account_id and member.custom_role_id = new.id;
    end if;
    perform private.tell_access_changed(member.user_id, member.account_id)
    from public.account_users as member
    where member.account_id = new.account_id and member.custom_role_id = new.id;
    return null;
end;
$function$;

ALTER FUNCTION "private"."custom_role_changed"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.delete_custom_role(p_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    account uuid;
begin
    select account_id into account
    from public.custom_roles
    where id = p_id and account_id = any (private.account_ids());
    if account is null then
        perform private.fail(404, 'custom_role_not_found', 'There is no such role.');
    end if;
    perform private.require_administrator(account);
    delete from public.custom_roles where id = p_id;
end;
$function$;

ALTER FUNCTION "private"."delete_custom_role"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.delete_team(p_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    perform private.administered_team(p_id);
    delete from public.teams where id = p_id;
end;
$function$;

ALTER FUNCTION "private"."delete_team"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.deliver_held_messages(p_inbox_id uuid)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select private.ask_for_delivery(
        message.account_id, message.conversation_id, message.id, 'held:' || extract(epoch from clock_timestamp()))
    from public.messages as message
    where message.inbox_id = p_inbox_id and message.status = 'queued'
    order by message.created_at, message.seq
$function$;

ALTER FUNCTION "private"."deliver_held_messages"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.deliver_message_again()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    perform private.ask_for_delivery(new.account_id, new.conversation_id, new.id, 'seq:' || new.updated_seq);
    return null;
end;
$function$;

ALTER FUNCTION "private"."deliver_message_again"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.deliver_new_message()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    perform private.ask_for_delivery(new.account_id, new.conversation_id, new.id, 'first');
    return null;
end;
$function$;

ALTER FUNCTION "private"."deliver_new_message"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.full_inbox_ids()
 RETURNS uuid[]
 LANGUAGE sql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce(array_agg(mine.inbox_id), '{}')
    from private.my_scopes() as mine
    where mine.inbox_id is not null and mine.scope = 'all'
$function$;

ALTER FUNCTION "private"."full_inbox_ids"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.is_sent_by_provider(p_inbox_id uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select exists (select from public.channel_connections where inbox_id = p_inbox_id)
        or exists (select from private.channel_secrets where inbox_id = p_inbox_id and secrets ->> 'webhook_url' <> '')
$function$;

ALTER FUNCTION "private"."is_sent_by_provider"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.keep_message_status()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    ranks constant jsonb := '{"queued": 0, "sending": 1, "unknown": 2, "sent": 3, "delivered": 4, "read": 5}';
begin
    if new.status = 'queued' then
        return new;  -- asked to be sent again, by our own functions only
    end if;
    if new.status = 'failed' then
        -- What arrived cannot fail any more.
        if old.status in ('delivered', 'read') then
            new.status := old.status;
        end if;
    elsif old.status = 'failed' then
        -- A late "sent" is no news; a receipt is. Without a provider nothing is late: it is we who send.
        if new.status not in ('delivered', 'read') and private.is_sent_by_provider(new.inbox_id) then
            new.status := old.status;
        end if;
    elsif (ranks ->> new.status)::int < (ranks ->> old.status)::int then
        new.status := old.status;
    end if;
    if new.status <> 'failed' then
        new.content_attributes := new.content_attributes - 'external_error' - 'error_category' - 'error_code';
    end if;
    return new;
end;
$function$;

ALTER FUNCTION "private"."keep_message_status"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.last_incoming_at(p_conversation_id uuid)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select created_at
    from public.messages
    where conversation_id = p_conversation_id and message_type = 'incoming'
    order by seq desc
    limit 1
$function$;

ALTER FUNCTION "private"."last_incoming_at"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.lock_address(p_inbox_id uuid, p_source_id text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select pg_advisory_xact_lock(hashtextextended(p_inbox_id || ':' || p_source_id, 0))
$function$;

ALTER FUNCTION "private"."lock_address"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.make_api_secrets(p_inbox_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    insert into private.channel_secrets (account_id, inbox_id, secrets)
    select inbox.account_id, p_inbox_id, jsonb_build_object(
        'hmac_token', private.random_secret(), 'webhook_secret', private.random_secret())
    from public.inboxes as inbox
    where inbox.id = p_inbox_id
$function$;

ALTER FUNCTION "private"."make_api_secrets"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.make_inbox(p_account_id uuid, p_name text, p_channel_type text)
 RETURNS uuid
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
    inbox_id uuid;
begin
    insert into public.inboxes (account_id, name, channel_type)
    values (p_account_id, btrim(p_name), p_channel_type)
    returning id into inbox_id;
    case p_channel_type
        when 'web_widget' then
            insert into public.channel_web_widgets (account_id, inbox_id, welcome_title)
            values (p_account_id, inbox_id, btrim(p_name));
        when 'api' then
            insert into public.channel_apis (account_id, inbox_id) values (p_account_id, inbox_id);
            perform private.make_api_secrets(inbox_id);
    end case;
    return inbox_id;
end;
$function$;

CREATE OR REPLACE FUNCTION private.may_hear(p_topic text)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    uuid_pattern constant text := '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
    part text[];
begin
    -- Anchored, and exactly one spelling each: a topic that is merely similar is another topic.
    part := regexp_match(p_topic, '^user:(' || uuid_pattern || ')$');
    if part is not null then
        return part[1]::uuid = auth.uid();
    end if;
    part := regexp_match(p_topic, '^inbox:(' || uuid_pattern || '):([1-9][0-9]{0,17})$');
    if part is not null then
        return exists (
            select from public.inboxes as inbox
            where inbox.id = part[1]::uuid
                and inbox.epoch = part[2]::bigint
                -- Deltas name every conversation of the inbox: they are for those who see all of them.
                and inbox.id = any (private.full_inbox_ids()));
    end if;
    part := regexp_match(p_topic, '^team:(' || uuid_pattern || '):([1-9][0-9]{0,17})$');
    if part is not null then
        return exists (
            select from public.teams as team
            where team.id = part[1]::uuid
                and team.epoch = part[2]::bigint
                and team.id = any (private.team_ids()));
    end if;
    part := regexp_match(p_topic, '^conversation:(' || uuid_pattern || '):([1-9][0-9]{0,17})$');
    if part is not null then
        return exists (
            select from public.conversations as conversation
            join public.inboxes as inbox on inbox.id = conversation.inbox_id
            where conversation.id = part[1]::uuid
                and inbox.epoch + conversation.epoch = part[2]::bigint
                and private.can_see(conversation));
    end if;
    return false;
end;
$function$;

CREATE OR REPLACE FUNCTION private.move_account_epochs(p_account_id uuid, p_user_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
    -- In key order: two at once cannot wait for one another crosswise.
    perform private.move_inbox_epoch(inbox.id)
    from (select id from public.inboxes where account_id = p_account_id order by id) as inbox;
    perform private.move_team_epoch(member.team_id)
    from (
        select team_id from public.team_members
        where account_id = p_account_id and user_id = p_user_id
        order by team_id
    ) as member;
end;
$function$;

ALTER FUNCTION "private"."move_account_epochs"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.move_conversation_epoch()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    -- A team that loses it may have members outside of the inbox; with another assignee, agents who see a part
    -- only may lose it. Where there are no such agents the topic keeps its name.
    if (old.team_id is not null and new.team_id is distinct from old.team_id)
        or (new.assignee_id is distinct from old.assignee_id and exists (
            select from public.account_users
            where account_id = new.account_id and custom_role_id is not null))
    then
        new.epoch := new.epoch + 1;
    end if;
    return new;
end;
$function$;

ALTER FUNCTION "private"."move_conversation_epoch"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.move_team_epoch(p_team_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
    moved bigint;
begin
    update public.teams set epoch = epoch + 1 where id = p_team_id returning epoch into moved;
    if moved is not null then
        perform private.broadcast(private.team_topic(p_team_id, moved - 1), 'topic.moved', '{}');
    end if;
end;
$function$;

ALTER FUNCTION "private"."move_team_epoch"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.my_scopes()
 RETURNS TABLE(account_id uuid, inbox_id uuid, team_id uuid, scope text)
 LANGUAGE sql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with membership as (
        select member.account_id, member.role, private.conversation_scope(member.role, custom.permissions) as scope
        from public.account_users as member
        join public.accounts as account on account.id = member.account_id and account.status = 'active'
        left join public.custom_roles as custom on custom.id = member.custom_role_id
        where member.user_id = (select auth.uid())
    )
    select membership.account_id, inbox.id, null::uuid, membership.scope
    from membership
    join public.inboxes as inbox on inbox.account_id = membership.account_id
    where membership.role = 'administrator'
    union all
    select membership.account_id, member.inbox_id, null, membership.scope
    from membership
    join public.inbox_members as member
        on member.account_id = membership.account_id and member.user_id = (select auth.uid())
    where membership.role <> 'administrator' and membership.scope is not null
    union all
    select membership.account_id, null, member.team_id, membership.scope
    from membership
    join public.team_members as member
        on member.account_id = membership.account_id and member.user_id = (select auth.uid())
    where membership.role <> 'administrator' and membership.scope is not null
$function$;

ALTER FUNCTION "private"."my_scopes"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.partial_account_ids(p_scoped_only boolean DEFAULT false)
 RETURNS uuid[]
 LANGUAGE sql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce(array_agg(distinct mine.account_id), '{}')
    from private.my_scopes() as mine
    where mine.scope <> 'all' or (mine.team_id is not null and not p_scoped_only)
$function$;

ALTER FUNCTION "private"."partial_account_ids"(boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.queue_message()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    if private.is_sent_by_provider(new.inbox_id) then
        new.status := 'queued';
    end if;
    return new;
end;
$function$;

ALTER FUNCTION "private"."queue_message"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.random_secret()
 RETURNS text
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')
$function$;

ALTER FUNCTION "private"."random_secret"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.receive_attachment(p_message public.messages, p_attachment jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    null;
end;
$function$;

ALTER FUNCTION "private"."receive_attachment"(public.messages, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.received_inbox(p_inbox_id uuid)
 RETURNS public.inboxes
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    inbox public.inboxes;
begin
    select * into inbox from public.inboxes where id = p_inbox_id;
    if inbox.id is null then
        perform private.fail(404, 'inbox_not_found', 'There is no such inbox.');
    end if;
    return inbox;
end;
$function$;

ALTER FUNCTION "private"."received_inbox"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.receiving_contact_inbox(p_inbox public.inboxes, p_contact jsonb)
 RETURNS public.contact_inboxes
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    given_source constant text := p_contact ->> 'source_id';
    given_aliases constant text[] := array(
        select jsonb_array_elements_text(coalesce(nullif(p_contact -> 'aliases', 'null'), '[]')));
    given_email constant text := nullif(lower(btrim(p_contact ->> 'email')), '');
    given_phone text := nullif(btrim(p_contact ->> 'phone_number'), '');
    given_name constant text := nullif(btrim(coalesce(p_contact ->> 'name', p_contact ->> 'username')), '');
    address public.contact_inboxes;
    person public.contacts;
begin
    if given_phone !~ '^\+[1-9][0-9]{6,14}$' then
        given_phone := null;
    end if;
    select * into address from public.contact_inboxes where inbox_id = p_inbox.id and source_id = given_source;
    if address.id is null then
        select found.* into address
        from private.contact_inbox_aliases as known
        join public.contact_inboxes as found on found.id = known.contact_inbox_id
        where known.inbox_id = p_inbox.id and known.alias = any (given_source || given_aliases)
        limit 1;
    end if;
    if address.id is null then
        select * into address
        from public.contact_inboxes
        where inbox_id = p_inbox.id and source_id = any (given_aliases)
        order by created_at
        limit 1;
    end if;
    if address.id is null then
        select * into person
        from public.contacts
        where account_id = p_inbox.account_id and (email = given_email or phone_number = given_phone)
        order by (email = given_email) desc nulls last
        limit 1;
        if person.id is null then
            insert into public.contacts (account_id, name, email, phone_number, avatar_url, additional_attributes)
            values (
                p_inbox.account_id, left(coalesce(given_name, given_phone, given_email, given_source), 255), given_email,
                given_phone,
                case when p_contact ->> 'avatar_url' ~ '^https?://' then left(p_contact ->> 'avatar_url', 2000) end,
                coalesce(nullif(p_contact -> 'attributes', 'null'), '{}'))
            returning * into person;
        end if;
        insert into public.contact_inboxes (account_id, contact_id, inbox_id, source_id)
        values (p_inbox.account_id, person.id, p_inbox.id, given_source)
        returning * into address;
    else
        -- A name somebody typed stays; one that is only the address gives way.
        update public.contacts
        set name = left(given_name, 255)
        where id = address.contact_id and given_name is not null
            and name in ('', address.source_id, coalesce(phone_number, ''), coalesce(email, ''), '+' || address.source_id)
            and name <> given_name;
    end if;
    insert into private.contact_inbox_aliases (account_id, inbox_id, alias, contact_inbox_id)
    select p_inbox.account_id, p_inbox.id, alias, address.id
    from unnest(given_source || given_aliases) as alias
    where alias <> address.source_id
    on conflict do nothing;
    return address;
end;
$function$;

ALTER FUNCTION "private"."receiving_contact_inbox"(public.inboxes, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.receiving_conversation(p_inbox public.inboxes, p_address public.contact_inboxes, p_thread jsonb)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    found_id uuid;
    blocked boolean;
begin
    if p_inbox.channel_type = 'email' then
        -- Mail goes by its thread alone: candidates are conversation ids from reply addresses, then message ids.
        select conversation.id into found_id
        from jsonb_array_elements_text(coalesce(p_thread -> 'conversation_ids', '[]')) with ordinality as wanted (id, position)
        join public.conversations as conversation on conversation.id::text = wanted.id
        where conversation.inbox_id = p_inbox.id
        order by wanted.position
        limit 1;
        if found_id is null then
            select message.conversation_id into found_id
            from jsonb_array_elements_text(coalesce(p_thread -> 'message_ids', '[]')) with ordinality as wanted (id, position)
            join public.messages as message on message.inbox_id = p_inbox.id and message.source_id = wanted.id
            order by wanted.position
            limit 1;
        end if;
    else
        -- By contact and not by address: two addresses of one contact are one person.
        select id into found_id
        from public.conversations
        where account_id = p_inbox.account_id and contact_id = p_address.contact_id and inbox_id = p_inbox.id
            and (p_inbox.lock_to_single_conversation or status <> 'resolved')
        order by last_activity_at desc
        limit 1;
    end if;
    if found_id is null then
        select contact.blocked into blocked from public.contacts as contact where contact.id = p_address.contact_id;
        insert into public.conversations (account_id, inbox_id, contact_id, contact_inbox_id, status, additional_attributes)
        values (
            p_inbox.account_id, p_inbox.id, p_address.contact_id, p_address.id,
            case when blocked then 'resolved' else 'open' end,
            jsonb_strip_nulls(jsonb_build_object('mail_subject', left(p_thread ->> 'subject', 1000))))
        returning id into found_id;
    end if;
    return found_id;
end;
$function$;

ALTER FUNCTION "private"."receiving_conversation"(public.inboxes, public.contact_inboxes, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.reconnect_channel(p_inbox_id uuid, p_settings jsonb, p_secrets jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    connection public.channel_connections;
begin
    select * into connection
    from public.channel_connections
    where inbox_id = p_inbox_id and account_id = any (private.account_ids());
    if connection.inbox_id is null then
        perform private.fail(404, 'inbox_not_found', 'There is no such inbox.');
    end if;
    perform private.require_administrator(connection.account_id);
    perform private.check_channel(
        connection.channel_type, connection.address, coalesce(p_settings, '{}'), coalesce(p_secrets, '{}'));
    update private.channel_secrets
    set secrets = secrets || coalesce(p_secrets, '{}'), updated_at = now()
    where inbox_id = p_inbox_id;
    update public.channel_connections
    set settings = settings || coalesce(p_settings, '{}'), state = 'connected', state_reason = null, paused_until = null
    where inbox_id = p_inbox_id;
end;
$function$;

ALTER FUNCTION "private"."reconnect_channel"(uuid, jsonb, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.reply_window(p_conversation_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation constant public.conversations := private.agent_conversation(p_conversation_id);
    hours constant int := private.reply_window_hours(conversation);
    closes_at constant timestamptz := private.last_incoming_at(p_conversation_id) + make_interval(hours => hours);
    connection public.channel_connections;
    address public.contact_inboxes;
begin
    select * into connection from public.channel_connections where inbox_id = conversation.inbox_id;
    select * into address from public.contact_inboxes where id = conversation.contact_inbox_id;
    return jsonb_build_object(
        'can_reply', hours is null or coalesce(closes_at > now(), false),
        'closes_at', closes_at,
        'templates', coalesce(connection.channel_type like '%whatsapp%', false),
        'connection_state', connection.state,
        'opted_out', address.opted_out_at is not null,
        'unreachable_reason', address.unreachable_reason);
end;
$function$;

ALTER FUNCTION "private"."reply_window"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.reply_window_hours(p_conversation public.conversations)
 RETURNS integer
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce(
        (select api.reply_window_hours from public.channel_apis as api where api.inbox_id = p_conversation.inbox_id),
        (
            select coalesce(
                (connection.settings ->> 'reply_window_hours')::int,
                case connection.channel_type
                    when 'whatsapp_cloud' then 24 when 'whatsapp_360dialog' then 24 when 'twilio_whatsapp' then 24
                    when 'messenger' then case when (connection.settings ->> 'human_agent')::boolean then 168 else 24 end
                    when 'instagram' then case when (connection.settings ->> 'human_agent')::boolean then 168 else 24 end
                    when 'tiktok' then 48 end)
            from public.channel_connections as connection
            where connection.inbox_id = p_conversation.inbox_id
        ))
$function$;

ALTER FUNCTION "private"."reply_window_hours"(public.conversations) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.save_api_channel(p_inbox_id uuid, p_webhook_url text, p_hmac_mandatory boolean)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    perform private.api_inbox_for_administrator(p_inbox_id);
    if p_webhook_url <> '' and (p_webhook_url !~ '^https?://[^\s/$.?#].[^\s]*$' or char_length(p_webhook_url) > 2048) then
        perform private.fail(400, 'webhook_url_invalid', 'A webhook''s address begins with https:// and has 2,048 characters at most.');
    end if;
    update private.channel_secrets
    set secrets = secrets || jsonb_strip_nulls(jsonb_build_object(
            'webhook_url', p_webhook_url, 'hmac_mandatory', p_hmac_mandatory::text)),
        updated_at = now()
    where inbox_id = p_inbox_id;
    return private.api_channel_settings(p_inbox_id);
end;
$function$;

ALTER FUNCTION "private"."save_api_channel"(uuid, text, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.save_custom_role(p_account_id uuid, p_id uuid, p_name text, p_description text, p_permissions text[])
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    saved public.custom_roles;
begin
    perform private.require_administrator(p_account_id);
    begin
        if p_id is null then
            insert into public.custom_roles (account_id, name, description, permissions)
            values (p_account_id, private.check_name(p_name), coalesce(p_description, ''), coalesce(p_permissions, '{}'))
            returning * into saved;
        else
            update public.custom_roles
            set name = private.check_name(p_name),
                description = coalesce(p_description, ''),
                permissions = coalesce(p_permissions, '{}')
            where account_id = p_account_id and id = p_id
            returning * into saved;
        end if;
    exception when check_violation then
        perform private.fail(
            400, 'custom_role_invalid', 'A description has 1,000 characters at most; a permission is one of the six.');
    end;
    if saved.id is null then
        perform private.fail(404, 'custom_role_not_found', 'There is no such role.');
    end if;
    return to_jsonb(saved);
end;
$function$;

ALTER FUNCTION "private"."save_custom_role"(uuid, uuid, text, text, text[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.save_team(p_account_id uuid, p_id uuid, p_name text, p_description text, p_allow_auto_assign boolean)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    saved public.teams;
begin
    perform private.require_administrator(p_account_id);
    begin
        if p_id is null then
            insert into public.teams (account_id, name, description, allow_auto_assign)
            values (
                p_account_id, lower(private.check_name(p_name)), coalesce(p_description, ''),
                coalesce(p_allow_auto_assign, true))
            returning * into saved;
        else
            update public.teams
            set name = lower(private.check_name(p_name)),
                description = coalesce(p_description, ''),
                allow_auto_assign = coalesce(p_allow_auto_assign, true)
            where account_id = p_account_id and id = p_id
            returning * into saved;
        end if;
    exception
        when unique_violation then
            perform private.fail(409, 'team_name_taken', 'Another team has this name.', 'Choose another name.');
        when check_violation then
            perform private.fail(400, 'invalid_argument', 'A description has 1,000 characters at most.');
    end;
    if saved.id is null then
        perform private.fail(404, 'team_not_found', 'There is no such team.');
    end if;
    return to_jsonb(saved);
end;
$function$;

ALTER FUNCTION "private"."save_team"(uuid, uuid, text, text, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.set_team_member(p_team_id uuid, p_user_id uuid, p_member boolean)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    team public.teams := private.administered_team(p_team_id);
begin
    if p_member is null then
        perform private.fail(400, 'invalid_argument', 'member is true or false.');
    end if;
    if not exists (select from public.account_users where account_id = team.account_id and user_id = p_user_id) then
        perform private.fail(404, 'user_not_found', 'There is no such member of the account.');
    end if;
    if p_member then
        insert into public.team_members (account_id, team_id, user_id)
        values (team.account_id, p_team_id, p_user_id)
        on conflict do nothing;
    else
        delete from public.team_members where team_id = p_team_id and user_id = p_user_id;
    end if;
end;
$function$;

ALTER FUNCTION "private"."set_team_member"(uuid, uuid, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.team_ids()
 RETURNS uuid[]
 LANGUAGE sql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce(array_agg(mine.team_id), '{}')
    from private.my_scopes() as mine
    where mine.team_id is not null and mine.scope = 'all'
$function$;

ALTER FUNCTION "private"."team_ids"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.team_members_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    if tg_op = 'INSERT' then
        perform private.tell_access_changed(new.user_id, new.account_id);
        return null;
    end if;
    -- The team's conversations lie in any inbox. Administrators lose nothing.
    if not exists (
        select from public.account_users
        where account_id = old.account_id and user_id = old.user_id and role = 'administrator'
    ) then
        perform private.move_account_epochs(old.account_id, null);
        perform private.move_team_epoch(old.team_id);
    end if;
    perform private.tell_access_changed(old.user_id, old.account_id);
    return null;
end;
$function$;

ALTER FUNCTION "private"."team_members_changed"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.team_topic(p_team_id uuid, p_epoch bigint)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    select 'team:' || p_team_id || ':' || p_epoch
$function$;

ALTER FUNCTION "private"."team_topic"(uuid, bigint) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.tell_api_inbox()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    inbox_id uuid;
    delivery_id uuid;
    event constant text := case new.name
        when 'message.updated' then 'message_updated'
        when 'conversation.created' then 'conversation_created'
        when 'conversation.updated' then 'conversation_updated'
        else 'conversation_status_changed' end;
begin
    select conversation.inbox_id into inbox_id
    from public.conversations as conversation
    join private.channel_secrets as secret on secret.inbox_id = conversation.inbox_id
    join public.channel_apis as channel on channel.inbox_id = conversation.inbox_id
    where conversation.id = new.conversation_id and secret.secrets ->> 'webhook_url' <> '';
    if inbox_id is null then
        return null;
    end if;
    insert into private.webhook_deliveries (account_id, inbox_id, event, subject_id)
    values (new.account_id, inbox_id, event, coalesce(new.payload ->> 'message_id', new.conversation_id::text))
    returning id into delivery_id;
    perform private.enqueue(
        'deliver_webhook',
        jsonb_build_object('delivery_id', delivery_id, 'conversation_id', new.conversation_id),
        new.account_id,
        'webhook:' || new.conversation_id,
        delivery_id::text,
        now(),
        200);
    return null;
end;
$function$;

ALTER FUNCTION "private"."tell_api_inbox"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.tell_conversation_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    inbox public.inboxes;
    tracked constant text[] := array[
        'status', 'assignee_id', 'team_id', 'priority', 'labels', 'snoozed_until', 'custom_attributes',
        'waiting_since', 'first_reply_created_at'];
    visibly_changed constant boolean :=
        (new.status, new.assignee_id, new.team_id, new.priority, new.labels, new.snoozed_until, new.custom_attributes)
        is distinct from
        (old.status, old.assignee_id, old.team_id, old.priority, old.labels, old.snoozed_until, old.custom_attributes);
    changed jsonb;
begin
    select * into inbox from public.inboxes where id = new.inbox_id;
    if inbox.id is null then
        return null;
    end if;

    if (old.last_seq, old.unread_count, old.last_activity_at)
        is distinct from (new.last_seq, new.unread_count, new.last_activity_at)
    then
        perform private.broadcast(
            private.inbox_topic(new.inbox_id, inbox.epoch),
            'conversation.changed',
            private.conversation_delta(new));
    end if;

    if visibly_changed then
        -- The change itself is number old + 1, also when a message in the same update takes the next one.
        perform private.broadcast(
            private.conversation_topic(new.id, inbox.epoch + new.epoch),
            'conversation.updated',
            jsonb_build_object(
                'seq', old.last_seq + 1,
                'conversation_id', new.id,
                'conversation', private.conversation_row(new.id)));
    end if;

    if new.status is distinct from old.status then
        perform private.broadcast(
            'visitor:' || new.contact_inbox_id,
            'conversation.updated',
            jsonb_build_object(
                'seq', old.last_visitor_seq + 1,
                'conversation_id', new.id,
                'status', new.status,
                'can_reply', private.can_visitor_reply(new)));
    end if;

    if visibly_changed
        or old.waiting_since is distinct from new.waiting_since
        or old.first_reply_created_at is distinct from new.first_reply_created_at
    then
        select jsonb_object_agg(field, jsonb_build_array(to_jsonb(old) -> field, to_jsonb(new) -> field))
        into changed
        from unnest(tracked) as field
        where to_jsonb(old) -> field is distinct from to_jsonb(new) -> field;
        perform private.record_event(
            new.account_id, 'conversation.updated', new.id, jsonb_build_object('changed', changed));
    end if;
    if new.status is distinct from old.status then
        perform private.record_event(
            new.account_id,
            case new.status when 'resolved' then 'conversation.resolved'
                when 'open' then 'conversation.opened' else 'conversation.status_changed' end,
            new.id,
            jsonb_build_object('status', jsonb_build_array(old.status, new.status)));
    end if;
    return null;
end;
$function$;

CREATE OR REPLACE FUNCTION private.tell_teams()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    -- The team it left hears of it too: the conversation goes from its list.
    perform private.broadcast(
        private.team_topic(team.id, team.epoch), 'conversation.changed', private.conversation_delta(new))
    from public.teams as team
    where team.id in (old.team_id, new.team_id);
    return null;
end;
$function$;

ALTER FUNCTION "private"."tell_teams"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.tell_topic_moved()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    perform private.broadcast(private.topic_of(old), 'topic.moved', '{}');
    return null;
end;
$function$;

ALTER FUNCTION "private"."tell_topic_moved"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.visible_conversation_rows(p_ids uuid[])
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    visible uuid[];
begin
    if cardinality(p_ids) > 200 then
        perform private.fail(400, 'invalid_argument', 'Ask for 200 conversations at most.');
    end if;
    select coalesce(array_agg(wanted.id order by wanted.position), '{}') into visible
    from unnest(p_ids) with ordinality as wanted (id, position)
    join public.conversations as conversation on conversation.id = wanted.id
    where private.can_see(conversation);
    return private.conversation_rows(visible);
end;
$function$;

CREATE OR REPLACE FUNCTION private.visible_scopes(p_account_id uuid)
 RETURNS TABLE(inbox_id uuid, team_id uuid, scope text)
 LANGUAGE sql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select mine.inbox_id, mine.team_id, mine.scope from private.my_scopes() as mine where mine.account_id = p_account_id
$function$;

ALTER FUNCTION "private"."visible_scopes"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.webhook_body(p_event text, p_conversation public.conversations, p_message public.messages)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
            'event', p_event,
            'seq', p_conversation.last_seq,
            'account', (
                select jsonb_build_object('id', account.id, 'name', account.name)
                from public.accounts as account where account.id = p_conversation.account_id),
            'inbox', (
                select jsonb_build_object('id', inbox.id, 'name', inbox.name)
                from public.inboxes as inbox where inbox.id = p_conversation.inbox_id))
        || case when p_message.id is null then private.api_conversation_json(p_conversation)
            else private.api_message_json(p_message)
                || jsonb_build_object('conversation', private.api_conversation_json(p_conversation)) end
$function$;

ALTER FUNCTION "private"."webhook_body"(text, public.conversations, public.messages) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.write_message()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    -- No client can name message_type, so activity lines and templates come from our own functions.
    client constant text := case
        when new.message_type in ('activity', 'template') then 'system'
        else coalesce(current_setting('role', true), 'none') end;
    conversation public.conversations;
    contact public.contacts;
    recent int;
    public_reply boolean;
    reopened text;
begin
    -- Clients' rights come first: a trigger runs before the policy's check, and must not tell a stranger
    -- more than it. The answer is the same for a conversation that is missing and one that is not theirs.
    select * into conversation from public.conversations where id = new.conversation_id;
    if conversation.id is null
        or (client = 'authenticated' and not private.can_see(conversation))
        or (client = 'visitor' and conversation.contact_inbox_id is distinct from private.visitor_contact_inbox_id())
    then
        perform private.fail(404, 'conversation_not_found', 'There is no such conversation.');
    end if;

    if client in ('authenticated', 'visitor') then
        if private.is_blank(new.content) then
            perform private.fail(400, 'message_empty', 'Write something first.');
        end if;
        new.content_type := 'text';
        new.created_at := now();
        new.source_id := null;
    end if;
    if client = 'authenticated' then
        new.message_type := 'outgoing';
        new.sender_user_id := auth.uid();
        new.sender_contact_id := null;
        new.content_attributes := private.client_attributes(new.content_attributes, new.private);
        new.status := case when new.private then 'sent' else private.initial_status(conversation.inbox_id) end;
        if char_length(new.content) > 150000 then
            perform private.fail(400, 'message_too_long', 'A message has 150,000 characters at most.');
        end if;
    elsif client = 'visitor' then
        new.message_type := 'incoming';
        new.private := false;
        new.content_attributes := '{}';
        new.sender_user_id := null;
        new.sender_contact_id := conversation.contact_id;
        new.status := 'sent';
        if char_length(new.content) > 10000 then
            perform private.fail(400, 'message_too_long', 'A message has 10,000 characters at most.');
        end if;
        if not private.can_visitor_reply(conversation) then
            perform private.fail(
                409, 'conversation_resolved', 'This conversation is closed.', 'Start a new conversation.');
        end if;
        perform private.take('visitor:' || conversation.contact_inbox_id, 20, 1);
    end if;
    new.account_id := conversation.account_id;
    new.inbox_id := conversation.inbox_id;
    new.updated_at := now();
    new.content_attributes := private.resolve_reply(new);

    -- Locks are taken in the order contact, conversation, message, here and everywhere.
    if new.message_type = 'incoming' then
        update public.contacts set last_activity_at = now()
        where id = conversation.contact_id
            and (last_activity_at is null or last_activity_at < now() - interval '1 minute');
    end if;
    select * into conversation from public.conversations where id = new.conversation_id for no key update;
    select * into contact from public.contacts where id = conversation.contact_id;
    -- Asked before anything moves: an insert that conflicts runs this trigger too, also when it is to do nothing.
    if exists (select from public.messages where conversation_id = new.conversation_id and id = new.id) then
        perform private.fail(409, 'message_id_taken', 'Another message has this id.');
    end if;

    if client in ('authenticated', 'visitor') then
        select count(*) into recent
        from (
            select from public.messages
            where conversation_id = new.conversation_id
                and seq > conversation.last_seq - 400
                and created_at > now() - interval '1 minute'
            limit 200
        ) as minute;
        if recent >= 200 then
            perform private.fail(
                429, 'too_many_messages', 'This conversation got 200 messages within a minute.', 'Wait a minute.');
        end if;
    end if;

    -- A human's public answer: what ends the waiting.
    public_reply := new.message_type = 'outgoing' and not new.private and new.sender_user_id is not null
        and not new.content_attributes ? 'automation_rule_id' and not new.content_attributes ? 'campaign_id';
    reopened := case
        when new.message_type = 'incoming' and not contact.blocked
            and conversation.status in ('resolved', 'snoozed') then 'open'
        else conversation.status end;

    update public.conversations
    set last_seq = last_seq + 1,
        last_visitor_seq = last_visitor_seq + private.is_visible_to_visitor(new)::int,
        last_activity_at = greatest(last_activity_at, new.created_at),
        status = reopened,
        waiting_since = case
            when public_reply then null
            when new.message_type = 'incoming' then coalesce(waiting_since, new.created_at)
            else waiting_since end,
        first_reply_created_at = case
            when public_reply then coalesce(first_reply_created_at, new.created_at)
            else first_reply_created_at end,
        unread_count = unread_count + (new.message_type = 'incoming')::int,
        visitor_unread_count = visitor_unread_count
            + (new.message_type in ('outgoing', 'template') and not new.private)::int,
        -- Lists show what people said; the system's own lines only where there is nothing else.
        preview = case when new.message_type = 'activity'
            or (new.message_type = 'template' and preview is not null)
            then preview else jsonb_build_object(
            'content', left(new.content, 200),
            'message_type', new.message_type,
            'private', new.private,
            'sender_name', private.message_sender(new) ->> 'name',
            'created_at', new.created_at) end
    where id = new.conversation_id
    returning * into conversation;

    new.seq := conversation.last_seq;
    new.updated_seq := conversation.last_seq;
    new.visitor_seq := case when private.is_visible_to_visitor(new) then conversation.last_visitor_seq end;
    return new;
end;
$function$;

CREATE OR REPLACE FUNCTION public.api_channel_settings(p_inbox_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.api_channel_settings(p_inbox_id)
$function$;

ALTER FUNCTION "public"."api_channel_settings"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.connect_channel(p_account_id uuid, p_name text, p_channel_type text, p_address text, p_settings jsonb DEFAULT '{}'::jsonb, p_secrets jsonb DEFAULT '{}'::jsonb, p_aliases text[] DEFAULT '{}'::text[])
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.connect_channel(
        p_account_id, p_name, p_channel_type, p_address, p_settings, p_secrets, p_aliases)
$function$;

ALTER FUNCTION "public"."connect_channel"(uuid, text, text, text, jsonb, jsonb, text[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.delete_custom_role(p_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.delete_custom_role(p_id)
$function$;

ALTER FUNCTION "public"."delete_custom_role"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.delete_team(p_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.delete_team(p_id)
$function$;

ALTER FUNCTION "public"."delete_team"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.reconnect_channel(p_inbox_id uuid, p_settings jsonb DEFAULT '{}'::jsonb, p_secrets jsonb DEFAULT '{}'::jsonb)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.reconnect_channel(p_inbox_id, p_settings, p_secrets)
$function$;

ALTER FUNCTION "public"."reconnect_channel"(uuid, jsonb, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.reply_window(p_conversation_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.reply_window(p_conversation_id)
$function$;

ALTER FUNCTION "public"."reply_window"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.save_api_channel(p_inbox_id uuid, p_webhook_url text DEFAULT NULL::text, p_hmac_mandatory boolean DEFAULT NULL::boolean)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.save_api_channel(p_inbox_id, p_webhook_url, p_hmac_mandatory)
$function$;

ALTER FUNCTION "public"."save_api_channel"(uuid, text, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.save_custom_role(p_account_id uuid, p_id uuid, p_name text, p_description text DEFAULT ''::text, p_permissions text[] DEFAULT '{}'::text[])
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.save_custom_role(p_account_id, p_id, p_name, p_description, p_permissions)
$function$;

ALTER FUNCTION "public"."save_custom_role"(uuid, uuid, text, text, text[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.save_team(p_account_id uuid, p_id uuid, p_name text, p_description text DEFAULT ''::text, p_allow_auto_assign boolean DEFAULT true)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.save_team(p_account_id, p_id, p_name, p_description, p_allow_auto_assign)
$function$;

ALTER FUNCTION "public"."save_team"(uuid, uuid, text, text, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.set_team_member(p_team_id uuid, p_user_id uuid, p_member boolean)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.set_team_member(p_team_id, p_user_id, p_member)
$function$;

ALTER FUNCTION "public"."set_team_member"(uuid, uuid, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.api_conversation_action(p_inbox_id uuid, p_source_id text, p_display_id bigint, p_action text, p_typing boolean DEFAULT false)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations := private.api_conversation(private.api_address(p_inbox_id, p_source_id), p_display_id);
    contact public.contacts;
begin
    case p_action
        when 'toggle_status' then
            update public.conversations
            set status = case when status = 'open' then 'resolved' else 'open' end
            where id = conversation.id
            returning * into conversation;
        when 'update_last_seen' then
            update public.conversations
            set contact_last_seen_at = now(), visitor_unread_count = 0
            where id = conversation.id;
            perform private.apply_status(message, '{"status": "read"}')
            from public.messages as message
            where message.conversation_id = conversation.id
                and message.seq > conversation.last_seq - 500
                and message.message_type in ('outgoing', 'template') and not message.private
                and message.status in ('sent', 'delivered');
        when 'toggle_typing' then
            perform private.take('api_typing:' || conversation.id, 5, 1);
            select * into contact from public.contacts where id = conversation.contact_id;
            perform private.broadcast(
                private.topic_of(conversation), 'typing',
                jsonb_build_object(
                    'conversation_id', conversation.id, 'typing', p_typing, 'private', false,
                    'actor', jsonb_build_object('type', 'contact', 'id', contact.id, 'name', contact.name)));
        else
            perform private.fail(400, 'invalid_argument', 'The action is toggle_status, update_last_seen or toggle_typing.');
    end case;
    return private.api_conversation_json(conversation);
end;
$function$;

ALTER FUNCTION "service"."api_conversation_action"(uuid, text, bigint, text, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.api_conversations(p_inbox_id uuid, p_source_id text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce(jsonb_agg(private.api_conversation_json(conversation) order by conversation.id desc), '[]')
    from public.conversations as conversation
    join private.api_address(p_inbox_id, p_source_id) as address
        on conversation.account_id = address.account_id and conversation.contact_inbox_id = address.id
$function$;

ALTER FUNCTION "service"."api_conversations"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.api_inbox(p_identifier text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'inbox_id', inbox.id,
        'account_id', inbox.account_id,
        'name', inbox.name,
        'timezone', inbox.timezone,
        'working_hours_enabled', inbox.working_hours_enabled,
        'hmac_token', secret.secrets ->> 'hmac_token',
        'hmac_mandatory', coalesce((secret.secrets ->> 'hmac_mandatory')::boolean, false))
    from public.channel_apis as channel
    join public.inboxes as inbox on inbox.id = channel.inbox_id
    join public.accounts as account on account.id = inbox.account_id
    join private.channel_secrets as secret on secret.inbox_id = inbox.id
    where channel.identifier = p_identifier and account.status = 'active'
$function$;

ALTER FUNCTION "service"."api_inbox"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.api_messages(p_inbox_id uuid, p_source_id text, p_display_id bigint, p_before_seq bigint DEFAULT NULL::bigint)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation constant public.conversations := private.api_conversation(
        private.api_address(p_inbox_id, p_source_id), p_display_id);
begin
    return coalesce((
        select jsonb_agg(private.api_message_json(message) || jsonb_build_object('seq', message.seq) order by message.seq)
        from (
            select *
            from public.messages
            where conversation_id = conversation.id and visitor_seq is not null
                and seq < coalesce(p_before_seq, 9223372036854775807)
            order by seq desc
            limit 50
        ) as message), '[]');
end;
$function$;

ALTER FUNCTION "service"."api_messages"(uuid, text, bigint, bigint) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.api_save_contact(p_inbox_id uuid, p_source_id text, p_contact jsonb, p_create boolean)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    inbox constant public.inboxes := private.received_inbox(p_inbox_id);
    given_source constant text := coalesce(nullif(btrim(p_source_id), ''), gen_random_uuid()::text);
    address public.contact_inboxes;
    person public.contacts;
begin
    perform private.take('api_contact:' || p_inbox_id, 600, 10);
    perform private.lock_address(p_inbox_id, given_source);
    if p_create then
        select * into address from public.contact_inboxes where inbox_id = p_inbox_id and source_id = given_source;
        if address.id is null then
            select * into person
            from public.contacts
            where account_id = inbox.account_id and identifier = nullif(btrim(p_contact ->> 'identifier'), '')
                and (p_contact ->> 'verified')::boolean;
            if person.id is null then
                insert into public.contacts (account_id, name) values (inbox.account_id, '') returning * into person;
            end if;
            insert into public.contact_inboxes (account_id, contact_id, inbox_id, source_id)
            values (inbox.account_id, person.id, p_inbox_id, given_source)
            returning * into address;
        end if;
    else
        address := private.api_address(p_inbox_id, p_source_id);
    end if;
    -- An e-mail address, number or identifier that another contact has is not taken over.
    update public.contacts as contact
    set name = coalesce(nullif(left(btrim(p_contact ->> 'name'), 255), ''), contact.name),
        email = case when exists (
            select from public.contacts as other
            where other.account_id = contact.account_id and other.email = lower(btrim(p_contact ->> 'email')) and other.id <> contact.id)
            then contact.email else coalesce(nullif(lower(btrim(p_contact ->> 'email')), ''), contact.email) end,
        phone_number = case when exists (
            select from public.contacts as other
            where other.account_id = contact.account_id and other.phone_number = btrim(p_contact ->> 'phone_number') and other.id <> contact.id)
            then contact.phone_number else coalesce(nullif(btrim(p_contact ->> 'phone_number'), ''), contact.phone_number) end,
        identifier = case when exists (
            select from public.contacts as other
            where other.account_id = contact.account_id and other.identifier = btrim(p_contact ->> 'identifier') and other.id <> contact.id)
            then contact.identifier else coalesce(nullif(btrim(p_contact ->> 'identifier'), ''), contact.identifier) end,
        avatar_url = coalesce(nullif(p_contact ->> 'avatar_url', ''), contact.avatar_url),
        identified = case when (p_contact ->> 'verified')::boolean then 'verified' else contact.identified end,
        custom_attributes = contact.custom_attributes || coalesce(nullif(p_contact -> 'custom_attributes', 'null'), '{}')
    where contact.id = address.contact_id
    returning * into person;
    return jsonb_build_object(
        'source_id', address.source_id,
        'contact_inbox_id', address.id,
        'contact_id', person.id,
        'account_id', person.account_id,
        'id', person.id,
        'name', person.name,
        'email', person.email,
        'phone_number', person.phone_number,
        'identifier', person.identifier);
end;
$function$;

ALTER FUNCTION "service"."api_save_contact"(uuid, text, jsonb, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.api_send_message(p_inbox_id uuid, p_source_id text, p_display_id bigint, p_message jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation constant public.conversations := private.api_conversation(
        private.api_address(p_inbox_id, p_source_id), p_display_id);
    -- The program's own id, or the one of its outbox: either makes sending again send once.
    given_source constant text := coalesce(p_message ->> 'source_id', 'echo:' || (p_message ->> 'echo_id'));
    made public.messages;
begin
    perform private.take('api_message:' || conversation.id, 200, 200 / 60.0);
    perform private.lock_address(p_inbox_id, p_source_id);
    select * into made from public.messages where inbox_id = p_inbox_id and source_id = given_source;
    if made.id is null then
        insert into public.messages (conversation_id, message_type, content, sender_contact_id, source_id)
        values (
            conversation.id, 'incoming', left(coalesce(p_message ->> 'content', ''), 150000), conversation.contact_id, given_source)
        returning * into made;
    elsif made.conversation_id <> conversation.id or made.message_type <> 'incoming' then
        perform private.fail(409, 'message_id_taken', 'Another message has this id.');
    end if;
    return private.api_message_json(made) || jsonb_build_object('echo_id', p_message ->> 'echo_id');
end;
$function$;

ALTER FUNCTION "service"."api_send_message"(uuid, text, bigint, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.api_start_conversation(p_inbox_id uuid, p_source_id text, p_custom_attributes jsonb DEFAULT '{}'::jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    inbox constant public.inboxes := private.received_inbox(p_inbox_id);
    address constant public.contact_inboxes := private.api_address(p_inbox_id, p_source_id);
    conversation public.conversations;
begin
    perform private.take('api_start:' || address.id, 20, 20 / 3600.0);
    perform private.lock_address(p_inbox_id, p_source_id);
    if inbox.lock_to_single_conversation then
        select * into conversation
        from public.conversations
        where account_id = address.account_id and contact_inbox_id = address.id
        order by id desc
        limit 1;
    end if;
    if conversation.id is null then
        insert into public.conversations (account_id, inbox_id, contact_id, contact_inbox_id, status, custom_attributes)
        values (
            address.account_id, address.inbox_id, address.contact_id, address.id,
            case when (select contact.blocked from public.contacts as contact where contact.id = address.contact_id)
                then 'resolved' else 'open' end,
            coalesce(p_custom_attributes, '{}'))
        returning * into conversation;
    end if;
    return private.api_conversation_json(conversation);
end;
$function$;

ALTER FUNCTION "service"."api_start_conversation"(uuid, text, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.api_update_message(p_inbox_id uuid, p_source_id text, p_display_id bigint, p_message_id uuid, p_status jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation constant public.conversations := private.api_conversation(
        private.api_address(p_inbox_id, p_source_id), p_display_id);
    message public.messages;
begin
    select * into message
    from public.messages
    where conversation_id = conversation.id and id = p_message_id and visitor_seq is not null;
    if message.id is null then
        perform private.fail(404, 'message_not_found', 'There is no such message.');
    end if;
    if message.message_type not in ('outgoing', 'template') or p_status ->> 'status' not in ('sent', 'delivered', 'read', 'failed') then
        perform private.fail(400, 'status_invalid', 'An agent''s message can be sent, delivered, read or failed.');
    end if;
    perform private.apply_status(message, p_status || jsonb_build_object('error_text', p_status ->> 'external_error'));
    select * into message from public.messages where conversation_id = conversation.id and id = p_message_id;
    return private.api_message_json(message);
end;
$function$;

ALTER FUNCTION "service"."api_update_message"(uuid, text, bigint, uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.channel_credentials(p_inbox_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'channel_type', connection.channel_type,
        'account_id', connection.account_id,
        'address', connection.address,
        'settings', connection.settings,
        'secrets', secret.secrets,
        'state', connection.state)
    from public.channel_connections as connection
    join private.channel_secrets as secret on secret.inbox_id = connection.inbox_id
    where connection.inbox_id = p_inbox_id
$function$;

ALTER FUNCTION "service"."channel_credentials"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.channels_for(p_channel_type text, p_keys text[])
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce(jsonb_agg(jsonb_build_object(
        'inbox_id', connection.inbox_id,
        'account_id', connection.account_id,
        'active', account.status = 'active',
        'address', connection.address,
        'settings', connection.settings,
        'secrets', secret.secrets)), '[]')
    from public.channel_connections as connection
    join public.accounts as account on account.id = connection.account_id
    join private.channel_secrets as secret on secret.inbox_id = connection.inbox_id
    where connection.channel_type = p_channel_type
        and (connection.address = any (p_keys) or connection.aliases && p_keys)
$function$;

ALTER FUNCTION "service"."channels_for"(text, text[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.close_provider_event(p_id bigint, p_status text, p_error text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    update private.provider_events
    set status = p_status, error = left(p_error, 2000), processed_at = now()
    where id = p_id
$function$;

ALTER FUNCTION "service"."close_provider_event"(bigint, text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.delete_received_message(p_inbox_id uuid, p_source_id text)
 RETURNS boolean
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with taken_back as (
        update public.messages
        set deleted_at = now(), content_attributes = content_attributes || '{"deleted_by_contact": true}'
        where inbox_id = p_inbox_id and source_id = p_source_id and deleted_at is null
        returning 1
    )
    select exists (select from taken_back)
$function$;

ALTER FUNCTION "service"."delete_received_message"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.edit_received_message(p_inbox_id uuid, p_edit jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    edited public.messages;
begin
    update public.messages
    set content_attributes = content_attributes || jsonb_build_object(
            'edits', (coalesce(content_attributes -> 'edits', '[]') || jsonb_build_object('content', content, 'at', now()))),
        content = left(replace(coalesce(p_edit ->> 'content', content), chr(0), ''), 150000),
        edited_at = coalesce((p_edit ->> 'edited_at')::timestamptz, now())
    where inbox_id = p_inbox_id and source_id = p_edit ->> 'source_id' and deleted_at is null
        and content is distinct from coalesce(p_edit ->> 'content', content)
    returning * into edited;
    return edited.id is not null;
end;
$function$;

ALTER FUNCTION "service"."edit_received_message"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.fail_delivery(p_conversation_id uuid, p_message_id uuid, p_category text, p_code text, p_text text, p_retry_after_seconds double precision DEFAULT NULL::double precision)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    target public.messages;
begin
    select * into target from public.messages where conversation_id = p_conversation_id and id = p_message_id;
    if target.id is null then
        return;
    end if;
    if p_category = 'rate_limited' then
        update public.channel_connections
        set paused_until = now() + make_interval(secs => coalesce(p_retry_after_seconds, 10))
        where inbox_id = target.inbox_id;
    end if;
    if p_category in ('transient', 'rate_limited') then
        update public.messages set status = 'queued' where conversation_id = p_conversation_id and id = p_message_id;
        return;
    end if;
    if p_category = 'uncertain' then
        update public.messages
        set status = 'unknown', content_attributes = content_attributes || jsonb_build_object('error_category', 'uncertain')
        where conversation_id = p_conversation_id and id = p_message_id;
        return;
    end if;
    perform private.apply_status(target, jsonb_build_object(
        'status', 'failed', 'error_text', p_text, 'error_category', p_category, 'error_code', p_code));
    if p_category = 'auth' then
        perform service.set_connection_state(target.inbox_id, 'reauthorization_required', p_text);
    elsif p_category in ('recipient_unreachable', 'recipient_optout') then
        update public.contact_inboxes as address
        set unreachable_reason = case when p_category = 'recipient_unreachable' then left(p_text, 1000) else unreachable_reason end,
            opted_out_at = case when p_category = 'recipient_optout' then coalesce(opted_out_at, now()) else opted_out_at end
        from public.conversations as conversation
        where conversation.id = p_conversation_id and address.id = conversation.contact_inbox_id;
    end if;
end;
$function$;

ALTER FUNCTION "service"."fail_delivery"(uuid, uuid, text, text, text, double precision) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.message_to_deliver(p_conversation_id uuid, p_message_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    message public.messages;
    conversation public.conversations;
    address public.contact_inboxes;
    connection public.channel_connections;
    was text;
begin
    select * into conversation from public.conversations where id = p_conversation_id for no key update;
    select * into message from public.messages where conversation_id = p_conversation_id and id = p_message_id for update;
    if message.id is null or message.deleted_at is not null or message.status not in ('queued', 'sending') then
        return null;
    end if;
    select * into connection from public.channel_connections where inbox_id = message.inbox_id;
    if connection.inbox_id is not null then
        if connection.state <> 'connected' then
            -- It stays queued: reconnecting asks for it again.
            return jsonb_build_object('held', true);
        end if;
        if connection.paused_until > now() then
            return jsonb_build_object('wait', extract(epoch from connection.paused_until - now()));
        end if;
    end if;
    was := message.status;
    update public.messages set status = 'sending' where conversation_id = p_conversation_id and id = p_message_id;
    select * into address from public.contact_inboxes where id = conversation.contact_inbox_id;
    return jsonb_build_object(
        'id', message.id,
        'account_id', message.account_id,
        'inbox_id', message.inbox_id,
        'conversation_id', message.conversation_id,
        'contact_id', conversation.contact_id,
        -- Somebody began before us and never said how it ended.
        'interrupted', was = 'sending',
        'to', address.source_id,
        'content', message.content,
        'content_type', message.content_type,
        'content_attributes', message.content_attributes,
        'message_type', message.message_type,
        'sender', private.message_sender(message),
        'by_human', message.sender_user_id is not null and not message.content_attributes ? 'automation_rule_id',
        'in_reply_to', (
            select answered.source_id from public.messages as answered
            where answered.conversation_id = p_conversation_id
                and answered.id::text = message.content_attributes ->> 'in_reply_to'),
        'last_incoming_at', private.last_incoming_at(p_conversation_id),
        'window_hours', private.reply_window_hours(conversation),
        'template', message.content_attributes -> 'template_params',
        'subject', conversation.additional_attributes ->> 'mail_subject',
        'thread', coalesce((
            select jsonb_agg(earlier.source_id order by earlier.seq)
            from (
                select source_id, seq from public.messages
                where conversation_id = p_conversation_id and source_id is not null
                order by seq desc limit 20
            ) as earlier), '[]'),
        'attachments', private.attachments_to_deliver(message));
end;
$function$;

ALTER FUNCTION "service"."message_to_deliver"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.next_provider_events(p_inbox_id uuid, p_limit integer DEFAULT 50)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce(jsonb_agg(jsonb_build_object(
        'id', event.id, 'request', event.request, 'body', encode(event.body, 'base64'), 'received_at', event.received_at)
        order by event.id), '[]')
    from (
        select *
        from private.provider_events
        where inbox_id = p_inbox_id and status = 'received'
        order by id
        limit least(greatest(p_limit, 1), 200)
    ) as event
$function$;

ALTER FUNCTION "service"."next_provider_events"(uuid, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.purge_provider_events(p_older_than interval DEFAULT '14 days'::interval)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with stale as (
        delete from private.parked_statuses where created_at < now() - interval '10 minutes'
    ),
    purged as (
        delete from private.provider_events
        where id in (
            select id from private.provider_events
            where status in ('processed', 'ignored') and processed_at < now() - p_older_than
            order by processed_at
            limit 10000)
        returning 1
    )
    select count(*)::int from purged
$function$;

ALTER FUNCTION "service"."purge_provider_events"(interval) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.purge_webhook_deliveries(p_older_than interval DEFAULT '30 days'::interval)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with purged as (
        delete from private.webhook_deliveries
        where id in (
            select id from private.webhook_deliveries where created_at < now() - p_older_than order by created_at limit 10000)
        returning 1
    )
    select count(*)::int from purged
$function$;

ALTER FUNCTION "service"."purge_webhook_deliveries"(interval) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.react_to_message(p_inbox_id uuid, p_reaction jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    inbox constant public.inboxes := private.received_inbox(p_inbox_id);
    target public.messages;
    who constant text := p_reaction #>> '{contact,source_id}';
begin
    select message.* into target
    from public.messages as message
    where message.inbox_id = p_inbox_id and message.source_id = p_reaction ->> 'message_source_id';
    if target.id is null then
        select message.* into target
        from private.message_parts as part
        join public.messages as message on message.conversation_id = part.conversation_id and message.id = part.message_id
        where part.inbox_id = p_inbox_id and part.source_id = p_reaction ->> 'message_source_id';
    end if;
    if target.id is null or inbox.id is null or who is null then
        return false;
    end if;
    update public.messages
    set content_attributes = case when p_reaction ->> 'emoji' is null
        then content_attributes #- array['reactions', who]
        else content_attributes || jsonb_build_object(
            'reactions', coalesce(content_attributes -> 'reactions', '{}')
                || jsonb_build_object(who, left(p_reaction ->> 'emoji', 32))) end
    where conversation_id = target.conversation_id and id = target.id;
    return true;
end;
$function$;

ALTER FUNCTION "service"."react_to_message"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.receive_message(p_inbox_id uuid, p_message jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    inbox constant public.inboxes := private.received_inbox(p_inbox_id);
    given_source constant text := left(p_message ->> 'source_id', 1000);
    echo constant boolean := coalesce((p_message ->> 'echo')::boolean, false);
    sent_at timestamptz := (p_message ->> 'sent_at')::timestamptz;
    address public.contact_inboxes;
    receiving_id uuid;
    made public.messages;
    answered_id uuid;
    attachment jsonb;
begin
    perform private.lock_address(p_inbox_id, coalesce(p_message #>> '{contact,source_id}', ''));
    select * into made from public.messages where inbox_id = p_inbox_id and source_id = given_source;
    if made.id is null then
        select message.* into made
        from private.message_parts as part
        join public.messages as message on message.conversation_id = part.conversation_id and message.id = part.message_id
        where part.inbox_id = p_inbox_id and part.source_id = given_source;
    end if;
    if made.id is not null then
        return jsonb_build_object('message_id', made.id, 'conversation_id', made.conversation_id, 'duplicate', true);
    end if;

    address := private.receiving_contact_inbox(inbox, p_message -> 'contact');
    receiving_id := private.receiving_conversation(inbox, address, coalesce(nullif(p_message -> 'thread', 'null'), '{}'));
    if not echo and (address.unreachable_reason is not null) then
        update public.contact_inboxes set unreachable_reason = null where id = address.id;
    end if;
    select message.id into answered_id
    from public.messages as message
    where message.inbox_id = p_inbox_id and message.source_id = p_message ->> 'in_reply_to'
        and message.conversation_id = receiving_id;
    insert into public.messages (
        conversation_id, message_type, content_type, content, content_attributes, status, sender_contact_id, source_id)
    values (
        receiving_id,
        case when echo then 'outgoing' else 'incoming' end,
        coalesce(p_message ->> 'content_type', 'text'),
        left(replace(coalesce(p_message ->> 'content', ''), chr(0), ''), 150000),
        jsonb_strip_nulls(
            coalesce(nullif(p_message -> 'content_attributes', 'null'), '{}') || jsonb_build_object(
                'external_created_at', sent_at,
                'in_reply_to', answered_id,
                'in_reply_to_external_id', p_message ->> 'in_reply_to',
                'external_echo', case when echo then true end,
                'is_unsupported', case when (p_message ->> 'unsupported')::boolean then true end)),
        case when echo then 'delivered' else 'sent' end,
        case when not echo then address.contact_id end,
        given_source)
    returning * into made;
    for attachment in select * from jsonb_array_elements(coalesce(nullif(p_message -> 'attachments', 'null'), '[]')) loop
        perform private.receive_attachment(made, attachment);
    end loop;
    update public.channel_connections
    set last_received_at = now()
    where inbox_id = p_inbox_id and (last_received_at is null or last_received_at < now() - interval '10 seconds');
    return jsonb_build_object('message_id', made.id, 'conversation_id', receiving_id, 'duplicate', false);
end;
$function$;

ALTER FUNCTION "service"."receive_message"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.record_delivery(p_conversation_id uuid, p_message_id uuid, p_source_ids text[], p_contact_alias text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations;
    parked record;
begin
    select * into conversation from public.conversations where id = p_conversation_id for no key update;
    if conversation.id is null then
        return;
    end if;
    insert into private.message_parts (account_id, inbox_id, source_id, conversation_id, message_id, part)
    select conversation.account_id, conversation.inbox_id, part.source_id, p_conversation_id, p_message_id, part.position
    from unnest(p_source_ids) with ordinality as part (source_id, position)
    on conflict do nothing;
    -- An echo of it may have come first, under the same id: ours is the one that stays.
    update public.messages
    set status = 'sent',
        source_id = case when exists (
            select from public.messages as other
            where other.inbox_id = conversation.inbox_id and other.source_id = p_source_ids[1] and other.id <> p_message_id)
            then source_id else p_source_ids[1] end
    where conversation_id = p_conversation_id and id = p_message_id;
    if p_contact_alias is not null then
        insert into private.contact_inbox_aliases (account_id, inbox_id, alias, contact_inbox_id)
        select conversation.account_id, conversation.inbox_id, p_contact_alias, conversation.contact_inbox_id
        where not exists (
            select from public.contact_inboxes where id = conversation.contact_inbox_id and source_id = p_contact_alias)
        on conflict do nothing;
    end if;
    update public.channel_connections
    set last_sent_at = now()
    where inbox_id = conversation.inbox_id and (last_sent_at is null or last_sent_at < now() - interval '10 seconds');
    for parked in
        delete from private.parked_statuses
        where inbox_id = conversation.inbox_id and source_id = any (p_source_ids)
        returning id, status
    loop
        perform service.update_delivery(conversation.inbox_id, parked.status);
    end loop;
end;
$function$;

ALTER FUNCTION "service"."record_delivery"(uuid, uuid, text[], text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.record_provider_event(p_inbox_id uuid, p_event_key text, p_request jsonb, p_body text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    inbox public.inboxes;
    active boolean;
    queue_lock constant text := 'receive:' || p_inbox_id;
    made_id bigint;
begin
    select * into inbox from public.inboxes where id = p_inbox_id;
    if inbox.id is null then
        perform private.fail(404, 'inbox_not_found', 'There is no such inbox.');
    end if;
    select status = 'active' into active from public.accounts where id = inbox.account_id;
    insert into private.provider_events (account_id, inbox_id, event_key, request, body, status, processed_at)
    values (
        inbox.account_id, p_inbox_id, left(p_event_key, 200), p_request, decode(p_body, 'base64'),
        case when active then 'received' else 'ignored' end, case when not active then now() end)
    on conflict on constraint provider_events_inbox_id_event_key_key do nothing
    returning id into made_id;
    if made_id is null or not active then
        return false;
    end if;
    -- One waiting job drains the inbox. Its row is held until we commit: a worker either claims it after, and
    -- sees this event, or has claimed it already, and then another one is added.
    perform from private.jobs where lock = queue_lock and status = 'queued' for key share skip locked limit 1;
    if not found then
        perform private.enqueue(
            'receive_events', jsonb_build_object('inbox_id', p_inbox_id), inbox.account_id, queue_lock, null, now(), 50);
    end if;
    return true;
end;
$function$;

ALTER FUNCTION "service"."record_provider_event"(uuid, text, jsonb, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.record_webhook(p_delivery_id uuid, p_status text, p_response_status integer DEFAULT NULL::integer, p_error text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    update private.webhook_deliveries
    set status = p_status, response_status = p_response_status, error = left(p_error, 500)
    where id = p_delivery_id
$function$;

ALTER FUNCTION "service"."record_webhook"(uuid, text, integer, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.replay_provider_event(p_id bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    event private.provider_events;
begin
    update private.provider_events
    set status = 'received', error = null, processed_at = null
    where id = p_id and status in ('quarantined', 'ignored')
    returning * into event;
    if event.id is null then
        return false;
    end if;
    perform private.enqueue(
        'receive_events', jsonb_build_object('inbox_id', event.inbox_id), event.account_id, 'receive:' || event.inbox_id);
    return true;
end;
$function$;

ALTER FUNCTION "service"."replay_provider_event"(bigint) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.save_channel_secrets(p_inbox_id uuid, p_secrets jsonb, p_expires_at timestamp with time zone DEFAULT NULL::timestamp with time zone)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with saved as (
        update private.channel_secrets set secrets = secrets || p_secrets, updated_at = now()
        where inbox_id = p_inbox_id
        returning inbox_id
    )
    update public.channel_connections as connection
    set expires_at = p_expires_at
    from saved
    where connection.inbox_id = saved.inbox_id
$function$;

ALTER FUNCTION "service"."save_channel_secrets"(uuid, jsonb, timestamp with time zone) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.set_connection_state(p_inbox_id uuid, p_state text, p_reason text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    update public.channel_connections
    set state = p_state, state_reason = left(p_reason, 1000)
    where inbox_id = p_inbox_id and (state, state_reason) is distinct from (p_state, left(p_reason, 1000))
$function$;

ALTER FUNCTION "service"."set_connection_state"(uuid, text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.update_contact_address(p_inbox_id uuid, p_update jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    address public.contact_inboxes;
begin
    perform private.lock_address(p_inbox_id, p_update ->> 'source_id');
    select * into address
    from public.contact_inboxes
    where inbox_id = p_inbox_id and source_id = p_update ->> 'source_id'
    for no key update;
    if address.id is null then
        return false;
    end if;
    update public.contact_inboxes
    set opted_out_at = case (p_update ->> 'opted_out')::boolean
            when true then coalesce(opted_out_at, now()) when false then null else opted_out_at end,
        unreachable_reason = case (p_update ->> 'unreachable')::boolean
            when true then 'The contact cannot be reached on this channel.' when false then null else unreachable_reason end
    where id = address.id;
    if p_update ->> 'new_source_id' is not null and not exists (
        select from public.contact_inboxes where inbox_id = p_inbox_id and source_id = p_update ->> 'new_source_id')
    then
        update public.contact_inboxes set source_id = p_update ->> 'new_source_id' where id = address.id;
        insert into private.contact_inbox_aliases (account_id, inbox_id, alias, contact_inbox_id)
        values (address.account_id, p_inbox_id, address.source_id, address.id)
        on conflict do nothing;
    end if;
    return true;
end;
$function$;

ALTER FUNCTION "service"."update_contact_address"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.update_delivery(p_inbox_id uuid, p_status jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    given_source constant text := p_status ->> 'source_id';
    ranks constant jsonb := '{"sent": 1, "delivered": 2, "read": 3, "failed": 9}';
    part private.message_parts;
    target public.messages;
    slowest text;
begin
    if p_status ->> 'status' not in ('sent', 'delivered', 'read', 'failed') then
        perform private.fail(400, 'status_invalid', 'A receipt says sent, delivered, read or failed.');
    end if;
    if given_source is null then
        -- A watermark: all of ours to this contact until then.
        perform private.apply_status(message, p_status)
        from public.contact_inboxes as address
        join public.conversations as conversation
            on conversation.account_id = address.account_id and conversation.contact_inbox_id = address.id
        join public.messages as message on message.conversation_id = conversation.id
        where address.inbox_id = p_inbox_id
            and address.source_id = p_status ->> 'contact_source_id'
            and message.seq > conversation.last_seq - 500
            and message.message_type in ('outgoing', 'template')
            and not message.private
            and message.status in ('sent', 'delivered')
            and message.created_at <= coalesce((p_status ->> 'watermark')::timestamptz, now());
        return found;
    end if;
    select * into part from private.message_parts where inbox_id = p_inbox_id and source_id = given_source for update;
    if part.message_id is null then
        select * into target from public.messages where inbox_id = p_inbox_id and source_id = given_source;
        if target.id is null then
            insert into private.parked_statuses (account_id, inbox_id, source_id, status)
            select inbox.account_id, p_inbox_id, given_source, p_status from public.inboxes as inbox where inbox.id = p_inbox_id;
            return false;
        end if;
        perform private.apply_status(target, p_status);
        return true;
    end if;
    update private.message_parts
    set status = p_status ->> 'status'
    where inbox_id = p_inbox_id and source_id = given_source
        and (ranks ->> (p_status ->> 'status'))::int > (ranks ->> status)::int
        and not (p_status ->> 'status' = 'failed' and status in ('delivered', 'read'));
    select status into slowest
    from private.message_parts
    where conversation_id = part.conversation_id and message_id = part.message_id
    order by (status = 'failed') desc, (ranks ->> status)::int
    limit 1;
    select * into target from public.messages where conversation_id = part.conversation_id and id = part.message_id;
    perform private.apply_status(target, p_status || jsonb_build_object('status', slowest));
    return true;
end;
$function$;

ALTER FUNCTION "service"."update_delivery"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.webhook_to_deliver(p_delivery_id uuid, p_conversation_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    delivery private.webhook_deliveries;
    conversation public.conversations;
    message public.messages;
    kept jsonb;
begin
    update private.webhook_deliveries
    set attempts = attempts + 1, last_attempt_at = now()
    where id = p_delivery_id and status = 'pending'
    returning * into delivery;
    select secrets into kept from private.channel_secrets where inbox_id = delivery.inbox_id;
    select * into conversation from public.conversations where id = p_conversation_id;
    if delivery.id is null or conversation.id is null or coalesce(kept ->> 'webhook_url', '') = '' then
        return null;
    end if;
    if delivery.event like 'message%' then
        select * into message
        from public.messages
        where conversation_id = p_conversation_id and id::text = delivery.subject_id and not private and message_type <> 'activity';
        if message.id is null then
            return null;
        end if;
    end if;
    return jsonb_build_object(
        'url', kept ->> 'webhook_url',
        'secret', kept ->> 'webhook_secret',
        'body', private.webhook_body(delivery.event, conversation, message));
end;
$function$;

ALTER FUNCTION "service"."webhook_to_deliver"(uuid, uuid) OWNER TO "postgres";

ALTER TABLE "private"."channel_secrets" ADD CONSTRAINT "channel_secrets_inbox_fkey" FOREIGN KEY (account_id, inbox_id) REFERENCES public.inboxes(account_id, id) ON DELETE CASCADE;

ALTER TABLE "private"."contact_inbox_aliases" ADD CONSTRAINT "contact_inbox_aliases_contact_inbox_fkey" FOREIGN KEY (account_id, contact_inbox_id) REFERENCES public.contact_inboxes(account_id, id) ON DELETE CASCADE;

ALTER TABLE "private"."contact_inbox_aliases" ADD CONSTRAINT "contact_inbox_aliases_inbox_fkey" FOREIGN KEY (account_id, inbox_id) REFERENCES public.inboxes(account_id, id) ON DELETE CASCADE;

ALTER TABLE "private"."message_parts" ADD CONSTRAINT "message_parts_conversation_fkey" FOREIGN KEY (account_id, conversation_id) REFERENCES public.conversations(account_id, id) ON DELETE CASCADE;

ALTER TABLE "private"."message_parts" ADD CONSTRAINT "message_parts_inbox_fkey" FOREIGN KEY (account_id, inbox_id) REFERENCES public.inboxes(account_id, id) ON DELETE CASCADE;

ALTER TABLE "private"."parked_statuses" ADD CONSTRAINT "parked_statuses_inbox_fkey" FOREIGN KEY (account_id, inbox_id) REFERENCES public.inboxes(account_id, id) ON DELETE CASCADE;

ALTER TABLE "private"."provider_events" ADD CONSTRAINT "provider_events_inbox_fkey" FOREIGN KEY (account_id, inbox_id) REFERENCES public.inboxes(account_id, id) ON DELETE CASCADE;

ALTER TABLE "private"."webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_inbox_fkey" FOREIGN KEY (account_id, inbox_id) REFERENCES public.inboxes(account_id, id) ON DELETE CASCADE;

ALTER TABLE "public"."account_users" ADD CONSTRAINT "account_users_custom_role_id_check" CHECK (((custom_role_id IS NULL) OR (role = 'agent'::text)));

ALTER TABLE "public"."channel_connections" ADD CONSTRAINT "channel_connections_inbox_fkey" FOREIGN KEY (account_id, inbox_id) REFERENCES public.inboxes(account_id, id) ON DELETE CASCADE;

ALTER TABLE "public"."conversation_participants" ADD CONSTRAINT "conversation_participants_conversation_fkey" FOREIGN KEY (account_id, conversation_id) REFERENCES public.conversations(account_id, id) ON DELETE CASCADE;

ALTER TABLE "public"."conversation_participants" ADD CONSTRAINT "conversation_participants_user_fkey" FOREIGN KEY (account_id, user_id) REFERENCES public.account_users(account_id, user_id) ON DELETE CASCADE;

ALTER TABLE "public"."custom_roles" ADD CONSTRAINT "custom_roles_account_id_fkey" FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;

ALTER TABLE "public"."inboxes" ADD CONSTRAINT "inboxes_channel_type_check" CHECK ((channel_type = ANY (ARRAY['web_widget'::text, 'api'::text, 'email'::text, 'whatsapp_cloud'::text, 'whatsapp_360dialog'::text, 'messenger'::text, 'instagram'::text, 'telegram'::text, 'twilio_sms'::text, 'twilio_whatsapp'::text, 'bandwidth_sms'::text, 'line'::text, 'tiktok'::text])));

ALTER TABLE "public"."team_members" ADD CONSTRAINT "team_members_user_fkey" FOREIGN KEY (account_id, user_id) REFERENCES public.account_users(account_id, user_id) ON DELETE CASCADE;

ALTER TABLE "public"."teams" ADD CONSTRAINT "teams_account_id_fkey" FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;

CREATE INDEX channel_secrets_account_id_inbox_id_idx ON private.channel_secrets USING btree (account_id, inbox_id);

CREATE INDEX contact_inbox_aliases_account_id_contact_inbox_id_idx ON private.contact_inbox_aliases USING btree (account_id, contact_inbox_id);

CREATE INDEX contact_inbox_aliases_account_id_inbox_id_idx ON private.contact_inbox_aliases USING btree (account_id, inbox_id);

CREATE INDEX message_parts_account_id_inbox_id_idx ON private.message_parts USING btree (account_id, inbox_id);

CREATE INDEX message_parts_message_idx ON private.message_parts USING btree (account_id, conversation_id, message_id);

CREATE INDEX parked_statuses_account_id_inbox_id_idx ON private.parked_statuses USING btree (account_id, inbox_id);

CREATE INDEX parked_statuses_created_at_idx ON private.parked_statuses USING btree (created_at);

CREATE INDEX parked_statuses_inbox_id_source_id_idx ON private.parked_statuses USING btree (inbox_id, source_id);

CREATE INDEX provider_events_account_id_inbox_id_idx ON private.provider_events USING btree (account_id, inbox_id);

CREATE INDEX provider_events_processed_at_idx ON private.provider_events USING btree (processed_at) WHERE (status = ANY (ARRAY['processed'::text, 'ignored'::text]));

CREATE INDEX provider_events_received_idx ON private.provider_events USING btree (inbox_id, id) WHERE (status = 'received'::text);

CREATE INDEX webhook_deliveries_account_id_inbox_id_idx ON private.webhook_deliveries USING btree (account_id, inbox_id);

CREATE INDEX webhook_deliveries_created_at_idx ON private.webhook_deliveries USING btree (created_at);

CREATE INDEX account_users_account_id_custom_role_id_idx ON public.account_users USING btree (account_id, custom_role_id) WHERE (custom_role_id IS NOT NULL);

CREATE INDEX channel_connections_account_id_inbox_id_idx ON public.channel_connections USING btree (account_id, inbox_id);

CREATE INDEX channel_connections_aliases_idx ON public.channel_connections USING gin (aliases);

CREATE INDEX conversation_participants_account_id_conversation_id_idx ON public.conversation_participants USING btree (account_id, conversation_id);

CREATE INDEX conversation_participants_account_id_user_id_idx ON public.conversation_participants USING btree (account_id, user_id, conversation_id);

CREATE INDEX conversations_by_team_idx ON public.conversations USING btree (account_id, team_id, status, last_activity_at DESC, id DESC);

CREATE INDEX messages_queued_idx ON public.messages USING btree (inbox_id, created_at) WHERE (status = ANY (ARRAY['queued'::text, 'sending'::text]));

CREATE INDEX team_members_account_id_team_id_idx ON public.team_members USING btree (account_id, team_id);

CREATE INDEX team_members_account_id_user_id_idx ON public.team_members USING btree (account_id, user_id);

CREATE TRIGGER events_tell_api_inbox AFTER INSERT ON private.events FOR EACH ROW WHEN (((new.conversation_id IS NOT NULL) AND (new.name = ANY (ARRAY['message.updated'::text, 'conversation.created'::text, 'conversation.updated'::text, 'conversation.opened'::text, 'conversation.resolved'::text, 'conversation.status_changed'::text])))) EXECUTE FUNCTION private.tell_api_inbox();

CREATE TRIGGER account_users_move_epoch AFTER DELETE OR UPDATE OF role, custom_role_id ON public.account_users FOR EACH ROW EXECUTE FUNCTION private.account_users_changed();

CREATE TRIGGER channel_connections_set_updated_at BEFORE UPDATE ON public.channel_connections FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

CREATE TRIGGER channel_connections_tell AFTER UPDATE OF state ON public.channel_connections FOR EACH ROW WHEN ((old.state IS DISTINCT FROM new.state)) EXECUTE FUNCTION private.connection_changed();

CREATE TRIGGER conversations_move_epoch BEFORE UPDATE OF assignee_id, team_id ON public.conversations FOR EACH ROW EXECUTE FUNCTION private.move_conversation_epoch();

CREATE TRIGGER conversations_tell_teams AFTER UPDATE ON public.conversations FOR EACH ROW WHEN ((((old.team_id IS NOT NULL) OR (new.team_id IS NOT NULL)) AND ((old.last_seq IS DISTINCT FROM new.last_seq) OR (old.unread_count IS DISTINCT FROM new.unread_count) OR (old.last_activity_at IS DISTINCT FROM new.last_activity_at)))) EXECUTE FUNCTION private.tell_teams();

CREATE TRIGGER conversations_tell_topic_moved AFTER UPDATE ON public.conversations FOR EACH ROW WHEN ((old.epoch IS DISTINCT FROM new.epoch)) EXECUTE FUNCTION private.tell_topic_moved();

CREATE TRIGGER custom_roles_move_epoch AFTER UPDATE OF permissions ON public.custom_roles FOR EACH ROW WHEN ((old.permissions IS DISTINCT FROM new.permissions)) EXECUTE FUNCTION private.custom_role_changed();

CREATE TRIGGER custom_roles_set_updated_at BEFORE UPDATE ON public.custom_roles FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

CREATE TRIGGER messages_a_keep_status BEFORE UPDATE OF status ON public.messages FOR EACH ROW WHEN ((old.status IS DISTINCT FROM new.status)) EXECUTE FUNCTION private.keep_message_status();

CREATE TRIGGER messages_deliver_again AFTER UPDATE OF status ON public.messages FOR EACH ROW WHEN (((new.status = 'queued'::text) AND (old.status = ANY (ARRAY['failed'::text, 'unknown'::text])))) EXECUTE FUNCTION private.deliver_message_again();

CREATE TRIGGER messages_deliver AFTER INSERT ON public.messages FOR EACH ROW WHEN ((new.status = 'queued'::text)) EXECUTE FUNCTION private.deliver_new_message();

CREATE TRIGGER messages_write_to_queue BEFORE INSERT ON public.messages FOR EACH ROW WHEN (((new.message_type = ANY (ARRAY['outgoing'::text, 'template'::text])) AND (NOT new.private) AND (new.source_id IS NULL) AND (new.status = ANY (ARRAY['sent'::text, 'queued'::text])))) EXECUTE FUNCTION private.queue_message();

CREATE TRIGGER team_members_move_epoch AFTER INSERT OR DELETE ON public.team_members FOR EACH ROW EXECUTE FUNCTION private.team_members_changed();

CREATE TRIGGER teams_set_updated_at BEFORE UPDATE ON public.teams FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

CREATE POLICY "agents read how their inboxes are connected" ON "public"."channel_connections" FOR SELECT TO "authenticated" USING ((inbox_id = ANY (( SELECT private.inbox_ids() AS inbox_ids)::uuid[])));

CREATE POLICY "agents read who follows the conversations they may see" ON "public"."conversation_participants" FOR SELECT TO "authenticated" USING (((account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[])) AND ((user_id = ( SELECT auth.uid() AS uid)) OR private.can_see_conversation(conversation_id))));

CREATE POLICY "agents read the conversations they may see" ON "public"."conversations" FOR SELECT TO "authenticated" USING (((inbox_id = ANY (( SELECT private.full_inbox_ids() AS full_inbox_ids)::uuid[])) OR (team_id = ANY (( SELECT private.team_ids() AS team_ids)::uuid[])) OR ((account_id = ANY (( SELECT private.partial_account_ids(true) AS partial_account_ids)::uuid[])) AND private.can_see(conversations.*))));

CREATE POLICY "members read the roles of their accounts" ON "public"."custom_roles" FOR SELECT TO "authenticated" USING ((account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[])));

CREATE POLICY "agents read the messages of conversations they may see" ON "public"."messages" FOR SELECT TO "authenticated" USING (((inbox_id = ANY (( SELECT private.full_inbox_ids() AS full_inbox_ids)::uuid[])) OR ((account_id = ANY (( SELECT private.partial_account_ids() AS partial_account_ids)::uuid[])) AND private.can_see_conversation(conversation_id))));

CREATE POLICY "agents write messages in conversations they may see" ON "public"."messages" FOR INSERT TO "authenticated" WITH CHECK (((message_type = 'outgoing'::text) AND (sender_user_id = ( SELECT auth.uid() AS uid)) AND ((inbox_id = ANY (( SELECT private.full_inbox_ids() AS full_inbox_ids)::uuid[])) OR ((account_id = ANY (( SELECT private.partial_account_ids() AS partial_account_ids)::uuid[])) AND private.can_see_conversation(conversation_id)))));

CREATE POLICY "members read who belongs to the teams of their accounts" ON "public"."team_members" FOR SELECT TO "authenticated" USING ((account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[])));

CREATE POLICY "members read the teams of their accounts" ON "public"."teams" FOR SELECT TO "authenticated" USING ((account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[])));

COMMENT ON COLUMN "private"."provider_events"."request" IS '{method, url, query, headers}; the body is apart, as it came.';

COMMENT ON COLUMN "public"."account_users"."custom_role_id" IS 'Narrows an agent to the permissions of this role; null = a plain agent.';

COMMENT ON COLUMN "public"."channel_connections"."address" IS 'Where the provider knows this inbox: a phone number id, a page, a bot, a number, a mailbox. Requests are routed by it.';

COMMENT ON COLUMN "public"."channel_connections"."aliases" IS 'Other names the provider may use for it, a business account''s for example; several inboxes may share one.';

COMMENT ON COLUMN "public"."channel_connections"."paused_until" IS 'The provider asked us to slow down: nothing is sent before.';

COMMENT ON COLUMN "public"."channel_connections"."settings" IS 'What the inbox''s agents may read: host names, ids, switches. Never a secret.';

COMMENT ON COLUMN "public"."channel_connections"."state" IS 'connected, or reauthorization_required: the provider refused our credentials, and messages wait until an administrator reconnects.';

COMMENT ON COLUMN "public"."contact_inboxes"."opted_out_at" IS 'When the contact asked the provider not to be written to; null when they may be.';

COMMENT ON COLUMN "public"."contact_inboxes"."unreachable_reason" IS 'Why the provider cannot reach them; cleared when they write.';

COMMENT ON COLUMN "public"."custom_roles"."permissions" IS 'Of the three about conversations the broadest counts; with none of them the agent sees no conversation.';

COMMENT ON COLUMN "public"."teams"."allow_auto_assign" IS 'Whether a conversation given to the team is handed to one of its members.';

COMMENT ON COLUMN "public"."teams"."epoch" IS 'Part of the name of the team''s realtime topic; moves when someone loses access.';

COMMENT ON COLUMN "public"."teams"."name" IS 'Lower case; unique in the account.';

COMMENT ON FUNCTION "private"."account_users_changed"() IS 'Trigger: moves the epochs when an administrator is demoted or goes, or an agent''s role narrows.';

COMMENT ON FUNCTION "private"."administered_team"(uuid) IS 'The team, if the caller administers its account; else team_not_found or not_administrator.';

COMMENT ON FUNCTION "private"."api_address"(uuid, text) IS 'A contact''s address in an API inbox, or contact_not_found.';

COMMENT ON FUNCTION "private"."api_channel_settings"(uuid) IS 'See public.api_channel_settings.';

COMMENT ON FUNCTION "private"."api_conversation"(public.contact_inboxes, bigint) IS 'A conversation of this contact, or conversation_not_found.';

COMMENT ON FUNCTION "private"."api_conversation_json"(public.conversations) IS 'A conversation as customers'' programs are told of it; id is the number people see.';

COMMENT ON FUNCTION "private"."api_inbox_for_administrator"(uuid) IS 'The API channel, if the caller administers it; else inbox_not_found or not_administrator.';

COMMENT ON FUNCTION "private"."api_message_json"(public.messages) IS 'A message as customers'' programs are told of it.';

COMMENT ON FUNCTION "private"."apply_status"(public.messages, jsonb) IS 'Moves one message to what its provider says; the trigger refuses to go back.';

COMMENT ON FUNCTION "private"."ask_for_delivery"(uuid, uuid, uuid, text) IS 'Adds the job that hands a message to its provider: in order with the others of its conversation, once per attempt.';

COMMENT ON FUNCTION "private"."attachments_to_deliver"(public.messages) IS 'The files of a message on its way out.';

COMMENT ON FUNCTION "private"."can_see"(public.conversations) IS 'Whether the calling agent sees this conversation. For one; lists ask private.visible_scopes.';

COMMENT ON FUNCTION "private"."can_see_conversation"(uuid) IS 'private.can_see by id. Policies of what belongs to a conversation write
     inbox_id = any ((select private.full_inbox_ids())::uuid[])
     or (account_id = any ((select private.partial_account_ids())::uuid[]) and private.can_see_conversation(conversation_id)).';

COMMENT ON FUNCTION "private"."channel_address"(text, text) IS 'An address in the one spelling in which it is stored and looked up.';

COMMENT ON FUNCTION "private"."check_channel"(text, text, jsonb, jsonb) IS 'Fails unless these can be a channel''s address, settings and secrets.';

COMMENT ON FUNCTION "private"."check_name"(text, integer) IS 'The name without blanks around it; fails with name_invalid.';

COMMENT ON FUNCTION "private"."connect_channel"(uuid, text, text, text, jsonb, jsonb, text[]) IS 'See public.connect_channel.';

COMMENT ON FUNCTION "private"."connection_changed"() IS 'Trigger: tells the agents of the inbox, and sends what waited once it is connected again.';

COMMENT ON FUNCTION "private"."conversation_delta"(public.conversations) IS 'What lists are told of a change: compact, and no word of what was said.';

COMMENT ON FUNCTION "private"."conversation_scope"(text, text[]) IS 'Which conversations of their inboxes and teams a member sees: all; unassigned: those of nobody and their own;
     participating: their own and those they take part in; null: none. Null permissions mean no custom role.';

COMMENT ON FUNCTION "private"."custom_role_changed"() IS 'Trigger: moves the epochs when a role narrows, and tells those who have it.';

COMMENT ON FUNCTION "private"."delete_custom_role"(uuid) IS 'See public.delete_custom_role.';

COMMENT ON FUNCTION "private"."delete_team"(uuid) IS 'See public.delete_team.';

COMMENT ON FUNCTION "private"."deliver_held_messages"(uuid) IS 'Asks again for the messages that waited for the inbox to be connected.';

COMMENT ON FUNCTION "private"."deliver_message_again"() IS 'Trigger: an agent asked for another try.';

COMMENT ON FUNCTION "private"."deliver_new_message"() IS 'Trigger: asks for the delivery of a new message.';

COMMENT ON FUNCTION "private"."full_inbox_ids"() IS 'The inboxes in which the caller sees every conversation.';

COMMENT ON FUNCTION "private"."inbox_ids"() IS 'The inboxes the caller may enter: all of the accounts they administer, and those they are a member of. What they
     see of the conversations there is private.my_scopes. In policies write
     inbox_id = any ((select private.inbox_ids())::uuid[]).';

COMMENT ON FUNCTION "private"."is_sent_by_provider"(uuid) IS 'Whether what agents write here has to leave through somebody else.';

COMMENT ON FUNCTION "private"."keep_message_status"() IS 'Trigger: a message''s state only moves forward, however late or doubled the news is.';

COMMENT ON FUNCTION "private"."last_incoming_at"(uuid) IS 'When the contact last wrote; null when never.';

COMMENT ON FUNCTION "private"."lock_address"(uuid, text) IS 'Until the end of the transaction nobody else receives from this address: four pictures at once make one conversation.';

COMMENT ON FUNCTION "private"."make_api_secrets"(uuid) IS 'The two secrets of an API inbox: what signs contacts'' identities, and what signs our webhooks.';

COMMENT ON FUNCTION "private"."move_account_epochs"(uuid, uuid) IS 'After somebody''s rights narrowed: renames the topics of every inbox of the account, and with them those of all its
     conversations, and of their teams. Whoever may still listen joins the new ones.';

COMMENT ON FUNCTION "private"."move_conversation_epoch"() IS 'Trigger: renames the topic of a conversation that somebody may lose alone.';

COMMENT ON FUNCTION "private"."move_team_epoch"(uuid) IS 'Renames a team''s topic, so that whoever lost access hears nothing more.';

COMMENT ON FUNCTION "private"."my_scopes"() IS 'The one source of who sees which conversation: per inbox or team (the other is null) of the caller, all of it,
     or only unassigned (those of nobody and their own), or only participating (their own and those they take part in).
     No row, no conversation. Everything below and private.can_see ask this.';

COMMENT ON FUNCTION "private"."partial_account_ids"(boolean) IS 'The accounts in which private.full_inbox_ids is not the whole answer: the caller is in a team or sees a part only.
     With p_scoped_only, those in which teams complete it neither. Policies ask private.can_see only there.';

COMMENT ON FUNCTION "private"."queue_message"() IS 'Trigger: a message that has to leave through a provider waits for it.';

COMMENT ON FUNCTION "private"."random_secret"() IS '64 hexadecimal digits, 244 of their bits random.';

COMMENT ON FUNCTION "private"."receive_attachment"(public.messages, jsonb) IS 'A file that came with a message.';

COMMENT ON FUNCTION "private"."received_inbox"(uuid) IS 'The inbox, or inbox_not_found.';

COMMENT ON FUNCTION "private"."receiving_contact_inbox"(public.inboxes, jsonb) IS 'The address a message came from, found by its id, by other spellings of it, then by e-mail or telephone; made when new.
     The caller holds the lock on it.';

COMMENT ON FUNCTION "private"."receiving_conversation"(public.inboxes, public.contact_inboxes, jsonb) IS 'The conversation a message belongs to: the running one, or a new one.';

COMMENT ON FUNCTION "private"."reconnect_channel"(uuid, jsonb, jsonb) IS 'See public.reconnect_channel.';

COMMENT ON FUNCTION "private"."reply_window"(uuid) IS 'See public.reply_window.';

COMMENT ON FUNCTION "private"."reply_window_hours"(public.conversations) IS 'For how many hours after the contact last wrote one may answer freely; null = always.';

COMMENT ON FUNCTION "private"."save_api_channel"(uuid, text, boolean) IS 'See public.save_api_channel.';

COMMENT ON FUNCTION "private"."save_custom_role"(uuid, uuid, text, text, text[]) IS 'See public.save_custom_role.';

COMMENT ON FUNCTION "private"."save_team"(uuid, uuid, text, text, boolean) IS 'See public.save_team.';

COMMENT ON FUNCTION "private"."set_team_member"(uuid, uuid, boolean) IS 'See public.set_team_member.';

COMMENT ON FUNCTION "private"."team_ids"() IS 'The teams whose every conversation the caller sees as their member. Administrators see them by inbox.';

COMMENT ON FUNCTION "private"."team_members_changed"() IS 'Trigger: moves the epochs when someone leaves a team, and tells them either way.';

COMMENT ON FUNCTION "private"."team_topic"(uuid, bigint) IS 'The topic of a team''s list deltas.';

COMMENT ON FUNCTION "private"."tell_api_inbox"() IS 'Trigger: asks for the program behind an API inbox to be told. A new reply is not here: delivering it is telling it.';

COMMENT ON FUNCTION "private"."tell_teams"() IS 'Trigger: tells the members of the conversation''s team, who may be outside of its inbox.';

COMMENT ON FUNCTION "private"."tell_topic_moved"() IS 'Trigger: the last word on a conversation''s old topic; those who may still see it fetch the new name.';

COMMENT ON FUNCTION "private"."visible_scopes"(uuid) IS 'The caller''s scopes in one account, for lists, counts and search. A conversation may lie in two of them, its inbox''s and its team''s.';

COMMENT ON FUNCTION "private"."webhook_body"(text, public.conversations, public.messages) IS 'What a webhook says: the thing itself, and the event''s name.';

COMMENT ON FUNCTION "public"."api_channel_settings"(uuid) IS 'What a program needs to work an API inbox, the secrets included; administrators only. {identifier, reply_window_hours, webhook_url,
     hmac_token, hmac_mandatory, webhook_secret}. Fails with inbox_not_found, not_administrator.';

COMMENT ON FUNCTION "public"."connect_channel"(uuid, text, text, text, jsonb, jsonb, text[]) IS 'A new inbox connected to a provider; administrators only. secrets go in and never come out. Returns {id}.
     Fails with account_not_found, not_administrator, channel_type_invalid, address_invalid, address_taken, name_invalid, invalid_argument.';

COMMENT ON FUNCTION "public"."delete_custom_role"(uuid) IS 'Removes a role; who had it is a plain agent again. Administrators only.
     Fails with custom_role_not_found, not_administrator.';

COMMENT ON FUNCTION "public"."delete_team"(uuid) IS 'Removes a team; its conversations belong to none. Administrators only. Fails with team_not_found, not_administrator.';

COMMENT ON FUNCTION "public"."reconnect_channel"(uuid, jsonb, jsonb) IS 'Replaces the settings and secrets named, and lets messages that waited go out. Administrators only.
     Fails with inbox_not_found, not_administrator, invalid_argument.';

COMMENT ON FUNCTION "public"."reply_window"(uuid) IS 'Whether one may answer freely now: {can_reply, closes_at, templates, connection_state, opted_out, unreachable_reason}.
     Outside the window only an approved template goes out. Fails with conversation_not_found.';

COMMENT ON FUNCTION "public"."save_api_channel"(uuid, text, boolean) IS 'Where the program behind an API inbox is told of events (empty: nowhere), and whether contacts must prove who they are. Null leaves
     a thing as it is. Answers like api_channel_settings. Fails with inbox_not_found, not_administrator, webhook_url_invalid.';

COMMENT ON FUNCTION "public"."save_custom_role"(uuid, uuid, text, text, text[]) IS 'Makes a role (p_id null) or changes one; administrators only. Returns its row.
     Fails with account_not_found, not_administrator, name_invalid, custom_role_invalid, custom_role_not_found.';

COMMENT ON FUNCTION "public"."save_team"(uuid, uuid, text, text, boolean) IS 'Makes a team (p_id null) or changes one; administrators only. Names become lower case. Returns its row.
     Fails with account_not_found, not_administrator, name_invalid, team_name_taken, invalid_argument, team_not_found.';

COMMENT ON FUNCTION "public"."set_team_member"(uuid, uuid, boolean) IS 'Adds an agent to a team or takes them out; administrators only.
     Fails with team_not_found, not_administrator, invalid_argument, user_not_found.';

COMMENT ON FUNCTION "service"."api_conversation_action"(uuid, text, bigint, text, boolean) IS 'toggle_status, update_last_seen or toggle_typing, as the contact. Fails with contact_not_found, conversation_not_found,
     invalid_argument, too_many_requests.';

COMMENT ON FUNCTION "service"."api_conversations"(uuid, text) IS 'The conversations of a contact, newest first. Fails with contact_not_found.';

COMMENT ON FUNCTION "service"."api_inbox"(text) IS 'The API inbox of this identifier, with what verifies its contacts; null when there is none.';

COMMENT ON FUNCTION "service"."api_messages"(uuid, text, bigint, bigint) IS 'The newest 50 messages before a seq as the contact may see them, oldest first. Fails with contact_not_found, conversation_not_found.';

COMMENT ON FUNCTION "service"."api_save_contact"(uuid, text, jsonb, boolean) IS 'Makes or changes a contact of an API inbox. Without a source_id one is made. Fails with inbox_not_found, contact_not_found,
     too_many_requests.';

COMMENT ON FUNCTION "service"."api_send_message"(uuid, text, bigint, jsonb) IS 'The contact writes through the program. The same source_id or echo_id again returns the same message. Fails with contact_not_found,
     conversation_not_found, message_id_taken, too_many_requests.';

COMMENT ON FUNCTION "service"."api_start_conversation"(uuid, text, jsonb) IS 'A new conversation of a contact; with one conversation per contact, the running one. Fails with contact_not_found, too_many_requests.';

COMMENT ON FUNCTION "service"."api_update_message"(uuid, text, bigint, uuid, jsonb) IS 'The program says what became of an agent''s message. Fails with contact_not_found, conversation_not_found, message_not_found, status_invalid.';

COMMENT ON FUNCTION "service"."channel_credentials"(uuid) IS 'What an inbox speaks for itself with; null when it is not connected to a provider.';

COMMENT ON FUNCTION "service"."channels_for"(text, text[]) IS 'The inboxes a provider''s request may be about, with what verifies it: [{inbox_id, account_id, active, address, settings, secrets}].';

COMMENT ON FUNCTION "service"."close_provider_event"(bigint, text, text) IS 'Notes what became of a request: processed, or quarantined with the reason.';

COMMENT ON FUNCTION "service"."delete_received_message"(uuid, text) IS 'The contact took a message back: agents see that, and what it said. False when there is no such message.';

COMMENT ON FUNCTION "service"."edit_received_message"(uuid, jsonb) IS 'The contact changed a message: the new text stands in its place, the old one is kept. False when there is nothing to change.';

COMMENT ON FUNCTION "service"."fail_delivery"(uuid, uuid, text, text, text, double precision) IS 'The provider refused. transient and rate_limited put the message back into the queue, uncertain marks it unknown, everything else
     failed, with the provider''s own words; auth holds the inbox''s other messages until an administrator reconnects.';

COMMENT ON FUNCTION "service"."message_to_deliver"(uuid, uuid) IS 'Takes a queued message for sending: everything its adapter needs. Null when there is nothing to send any more; {held} while the
     inbox must be reconnected; {wait: seconds} while the provider wants us slower; interrupted = an earlier try never reported back.';

COMMENT ON FUNCTION "service"."next_provider_events"(uuid, integer) IS 'The requests of an inbox that nobody has read yet, oldest first.';

COMMENT ON FUNCTION "service"."purge_provider_events"(interval) IS 'Removes requests that were read long ago, 10,000 a call, and receipts nobody waits for. Quarantined ones stay.';

COMMENT ON FUNCTION "service"."purge_webhook_deliveries"(interval) IS 'Removes the log of what was told long ago, 10,000 a call.';

COMMENT ON FUNCTION "service"."react_to_message"(uuid, jsonb) IS 'The contact put a reaction on a message, or took it back (no emoji). False for a message we do not know.';

COMMENT ON FUNCTION "service"."receive_message"(uuid, jsonb) IS 'A message that came in through a provider (or was written outside of the desk: echo), as the worker parsed it. Received
     twice it is there once. Returns {message_id, conversation_id, duplicate}. Fails with inbox_not_found.';

COMMENT ON FUNCTION "service"."record_delivery"(uuid, uuid, text[], text) IS 'The provider took the message: its ids, one per part, and another spelling of the address if it named one. Receipts that
     came earlier are applied now.';

COMMENT ON FUNCTION "service"."record_provider_event"(uuid, text, jsonb, text) IS 'Keeps a verified request of a provider, once (p_body is base64), and asks for it to be read. False when it was there
     already, or the account is suspended. Fails with inbox_not_found.';

COMMENT ON FUNCTION "service"."record_webhook"(uuid, text, integer, text) IS 'How telling it went: delivered, pending for another try, or failed.';

COMMENT ON FUNCTION "service"."replay_provider_event"(bigint) IS 'Reads a quarantined request again, after a release that understands it.';

COMMENT ON FUNCTION "service"."save_channel_secrets"(uuid, jsonb, timestamp with time zone) IS 'Keeps a token that our servers renewed.';

COMMENT ON FUNCTION "service"."set_connection_state"(uuid, text, text) IS 'The provider took or refused our credentials.';

COMMENT ON FUNCTION "service"."update_contact_address"(uuid, jsonb) IS 'A contact''s address changed, opted out or in, or cannot be reached. False when we do not know it.';

COMMENT ON FUNCTION "service"."update_delivery"(uuid, jsonb) IS 'What a provider says became of a message: by its id, or by contact and watermark. Parked for ten minutes when the message''s own
     answer is not stored yet; returns false then. Fails with status_invalid.';

COMMENT ON FUNCTION "service"."webhook_to_deliver"(uuid, uuid) IS 'What to tell, where, and what signs it: {url, secret, body}. Null when there is nothing to tell any more.';

COMMENT ON TABLE "private"."channel_secrets" IS 'Tokens and passwords of channels: written by administrators through functions, read by our servers only.';

COMMENT ON TABLE "private"."contact_inbox_aliases" IS 'Other spellings under which a provider knows the same address: country variants, user ids.';

COMMENT ON TABLE "private"."message_parts" IS 'The provider''s ids of what became of one message: a long text goes out as several. The message is as far as its slowest part.';

COMMENT ON TABLE "private"."parked_statuses" IS 'Receipts that came before the send call''s own answer was stored; applied then, dropped after ten minutes.';

COMMENT ON TABLE "private"."provider_events" IS 'What providers sent, byte for byte and signed, each once. Parsed later; what cannot be understood stays here for a replay.';

COMMENT ON TABLE "private"."webhook_deliveries" IS 'Every event told to the program behind an API inbox: its id goes along on every attempt, so that the receiver can drop doubles.';

COMMENT ON TABLE "public"."channel_connections" IS 'The provider''s side of an inbox: its address there, its settings, and whether the connection works.';

COMMENT ON TABLE "public"."conversation_participants" IS 'The agents who follow a conversation: its assignees, those mentioned in it, and whoever was added.';

COMMENT ON TABLE "public"."custom_roles" IS 'A named set of permissions; who has one is an agent with exactly these.';

COMMENT ON TABLE "public"."team_members" IS 'Who belongs to a team.';

COMMENT ON TABLE "public"."teams" IS 'A group of agents. Its members see the conversations given to it, whatever their inbox.';

REVOKE ALL ON FUNCTION "private"."administered_team"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."administered_team"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."administered_team"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."api_address"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."api_address"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."api_address"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."api_channel_settings"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."api_channel_settings"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."api_channel_settings"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."api_channel_settings"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."api_conversation"(public.contact_inboxes, bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."api_conversation"(public.contact_inboxes, bigint) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."api_conversation"(public.contact_inboxes, bigint) TO "postgres";

REVOKE ALL ON FUNCTION "private"."api_conversation_json"(public.conversations) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."api_conversation_json"(public.conversations) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."api_conversation_json"(public.conversations) TO "postgres";

REVOKE ALL ON FUNCTION "private"."api_inbox_for_administrator"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."api_inbox_for_administrator"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."api_inbox_for_administrator"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."api_message_json"(public.messages) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."api_message_json"(public.messages) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."api_message_json"(public.messages) TO "postgres";

REVOKE ALL ON FUNCTION "private"."apply_status"(public.messages, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."apply_status"(public.messages, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."apply_status"(public.messages, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."ask_for_delivery"(uuid, uuid, uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."ask_for_delivery"(uuid, uuid, uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."ask_for_delivery"(uuid, uuid, uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."attachments_to_deliver"(public.messages) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."attachments_to_deliver"(public.messages) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."attachments_to_deliver"(public.messages) TO "postgres";

REVOKE ALL ON FUNCTION "private"."can_see"(public.conversations) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."can_see"(public.conversations) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."can_see"(public.conversations) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."can_see"(public.conversations) TO "postgres";

REVOKE ALL ON FUNCTION "private"."can_see_conversation"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."can_see_conversation"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."can_see_conversation"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."can_see_conversation"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."channel_address"(text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."channel_address"(text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."channel_address"(text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."check_channel"(text, text, jsonb, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."check_channel"(text, text, jsonb, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."check_channel"(text, text, jsonb, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."check_name"(text, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."check_name"(text, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."check_name"(text, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."connect_channel"(uuid, text, text, text, jsonb, jsonb, text[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."connect_channel"(uuid, text, text, text, jsonb, jsonb, text[]) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."connect_channel"(uuid, text, text, text, jsonb, jsonb, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."connect_channel"(uuid, text, text, text, jsonb, jsonb, text[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."connection_changed"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."connection_changed"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."connection_changed"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."conversation_delta"(public.conversations) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."conversation_delta"(public.conversations) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."conversation_delta"(public.conversations) TO "postgres";

REVOKE ALL ON FUNCTION "private"."conversation_scope"(text, text[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."conversation_scope"(text, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."conversation_scope"(text, text[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."custom_role_changed"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."custom_role_changed"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."custom_role_changed"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."delete_custom_role"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."delete_custom_role"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."delete_custom_role"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."delete_custom_role"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."delete_team"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."delete_team"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."delete_team"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."delete_team"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."deliver_held_messages"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."deliver_held_messages"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."deliver_held_messages"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."deliver_message_again"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."deliver_message_again"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."deliver_message_again"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."deliver_new_message"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."deliver_new_message"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."deliver_new_message"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."full_inbox_ids"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."full_inbox_ids"() TO "authenticated";

REVOKE ALL ON FUNCTION "private"."full_inbox_ids"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."full_inbox_ids"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."is_sent_by_provider"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."is_sent_by_provider"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."is_sent_by_provider"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."keep_message_status"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."keep_message_status"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."keep_message_status"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."last_incoming_at"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."last_incoming_at"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."last_incoming_at"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."lock_address"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."lock_address"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."lock_address"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."make_api_secrets"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."make_api_secrets"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."make_api_secrets"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."move_account_epochs"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."move_account_epochs"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."move_account_epochs"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."move_conversation_epoch"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."move_conversation_epoch"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."move_conversation_epoch"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."move_team_epoch"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."move_team_epoch"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."move_team_epoch"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."my_scopes"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."my_scopes"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."my_scopes"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."partial_account_ids"(boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."partial_account_ids"(boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."partial_account_ids"(boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."partial_account_ids"(boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."queue_message"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."queue_message"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."queue_message"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."random_secret"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."random_secret"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."random_secret"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."receive_attachment"(public.messages, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."receive_attachment"(public.messages, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."receive_attachment"(public.messages, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."received_inbox"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."received_inbox"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."received_inbox"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."receiving_contact_inbox"(public.inboxes, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."receiving_contact_inbox"(public.inboxes, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."receiving_contact_inbox"(public.inboxes, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."receiving_conversation"(public.inboxes, public.contact_inboxes, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."receiving_conversation"(public.inboxes, public.contact_inboxes, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."receiving_conversation"(public.inboxes, public.contact_inboxes, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."reconnect_channel"(uuid, jsonb, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."reconnect_channel"(uuid, jsonb, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."reconnect_channel"(uuid, jsonb, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."reconnect_channel"(uuid, jsonb, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."reply_window"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."reply_window"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."reply_window"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."reply_window"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."reply_window_hours"(public.conversations) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."reply_window_hours"(public.conversations) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."reply_window_hours"(public.conversations) TO "postgres";

REVOKE ALL ON FUNCTION "private"."save_api_channel"(uuid, text, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."save_api_channel"(uuid, text, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."save_api_channel"(uuid, text, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."save_api_channel"(uuid, text, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."save_custom_role"(uuid, uuid, text, text, text[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."save_custom_role"(uuid, uuid, text, text, text[]) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."save_custom_role"(uuid, uuid, text, text, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."save_custom_role"(uuid, uuid, text, text, text[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."save_team"(uuid, uuid, text, text, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."save_team"(uuid, uuid, text, text, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."save_team"(uuid, uuid, text, text, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."save_team"(uuid, uuid, text, text, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."set_team_member"(uuid, uuid, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."set_team_member"(uuid, uuid, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."set_team_member"(uuid, uuid, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."set_team_member"(uuid, uuid, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."team_ids"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."team_ids"() TO "authenticated";

REVOKE ALL ON FUNCTION "private"."team_ids"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."team_ids"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."team_members_changed"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."team_members_changed"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."team_members_changed"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."team_topic"(uuid, bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."team_topic"(uuid, bigint) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."team_topic"(uuid, bigint) TO "postgres";

REVOKE ALL ON FUNCTION "private"."tell_api_inbox"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tell_api_inbox"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tell_api_inbox"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tell_teams"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tell_teams"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tell_teams"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tell_topic_moved"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tell_topic_moved"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tell_topic_moved"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."visible_scopes"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."visible_scopes"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."visible_scopes"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."webhook_body"(text, public.conversations, public.messages) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."webhook_body"(text, public.conversations, public.messages) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."webhook_body"(text, public.conversations, public.messages) TO "postgres";

REVOKE ALL ON FUNCTION "public"."api_channel_settings"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."api_channel_settings"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."api_channel_settings"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."api_channel_settings"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."connect_channel"(uuid, text, text, text, jsonb, jsonb, text[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."connect_channel"(uuid, text, text, text, jsonb, jsonb, text[]) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."connect_channel"(uuid, text, text, text, jsonb, jsonb, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."connect_channel"(uuid, text, text, text, jsonb, jsonb, text[]) TO "postgres";

REVOKE ALL ON FUNCTION "public"."delete_custom_role"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."delete_custom_role"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."delete_custom_role"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."delete_custom_role"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."delete_team"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."delete_team"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."delete_team"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."delete_team"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."reconnect_channel"(uuid, jsonb, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."reconnect_channel"(uuid, jsonb, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."reconnect_channel"(uuid, jsonb, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."reconnect_channel"(uuid, jsonb, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "public"."reply_window"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."reply_window"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."reply_window"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."reply_window"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."save_api_channel"(uuid, text, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."save_api_channel"(uuid, text, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."save_api_channel"(uuid, text, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."save_api_channel"(uuid, text, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "public"."save_custom_role"(uuid, uuid, text, text, text[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."save_custom_role"(uuid, uuid, text, text, text[]) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."save_custom_role"(uuid, uuid, text, text, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."save_custom_role"(uuid, uuid, text, text, text[]) TO "postgres";

REVOKE ALL ON FUNCTION "public"."save_team"(uuid, uuid, text, text, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."save_team"(uuid, uuid, text, text, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."save_team"(uuid, uuid, text, text, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."save_team"(uuid, uuid, text, text, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "public"."set_team_member"(uuid, uuid, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."set_team_member"(uuid, uuid, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."set_team_member"(uuid, uuid, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."set_team_member"(uuid, uuid, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "service"."api_conversation_action"(uuid, text, bigint, text, boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."api_conversation_action"(uuid, text, bigint, text, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_conversation_action"(uuid, text, bigint, text, boolean) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_conversation_action"(uuid, text, bigint, text, boolean) TO "service_role";

REVOKE ALL ON FUNCTION "service"."api_conversations"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."api_conversations"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_conversations"(uuid, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_conversations"(uuid, text) TO "service_role";

REVOKE ALL ON FUNCTION "service"."api_inbox"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."api_inbox"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_inbox"(text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_inbox"(text) TO "service_role";

REVOKE ALL ON FUNCTION "service"."api_messages"(uuid, text, bigint, bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."api_messages"(uuid, text, bigint, bigint) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_messages"(uuid, text, bigint, bigint) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_messages"(uuid, text, bigint, bigint) TO "service_role";

REVOKE ALL ON FUNCTION "service"."api_save_contact"(uuid, text, jsonb, boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."api_save_contact"(uuid, text, jsonb, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_save_contact"(uuid, text, jsonb, boolean) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_save_contact"(uuid, text, jsonb, boolean) TO "service_role";

REVOKE ALL ON FUNCTION "service"."api_send_message"(uuid, text, bigint, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."api_send_message"(uuid, text, bigint, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_send_message"(uuid, text, bigint, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_send_message"(uuid, text, bigint, jsonb) TO "service_role";

REVOKE ALL ON FUNCTION "service"."api_start_conversation"(uuid, text, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."api_start_conversation"(uuid, text, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_start_conversation"(uuid, text, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_start_conversation"(uuid, text, jsonb) TO "service_role";

REVOKE ALL ON FUNCTION "service"."api_update_message"(uuid, text, bigint, uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."api_update_message"(uuid, text, bigint, uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_update_message"(uuid, text, bigint, uuid, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_update_message"(uuid, text, bigint, uuid, jsonb) TO "service_role";

REVOKE ALL ON FUNCTION "service"."channel_credentials"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."channel_credentials"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."channel_credentials"(uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."channel_credentials"(uuid) TO "service_role";

REVOKE ALL ON FUNCTION "service"."channels_for"(text, text[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."channels_for"(text, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."channels_for"(text, text[]) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."channels_for"(text, text[]) TO "service_role";

REVOKE ALL ON FUNCTION "service"."close_provider_event"(bigint, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."close_provider_event"(bigint, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."close_provider_event"(bigint, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."close_provider_event"(bigint, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "service"."delete_received_message"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."delete_received_message"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."delete_received_message"(uuid, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."delete_received_message"(uuid, text) TO "service_role";

REVOKE ALL ON FUNCTION "service"."edit_received_message"(uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."edit_received_message"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."edit_received_message"(uuid, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."edit_received_message"(uuid, jsonb) TO "service_role";

REVOKE ALL ON FUNCTION "service"."fail_delivery"(uuid, uuid, text, text, text, double precision) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."fail_delivery"(uuid, uuid, text, text, text, double precision) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."fail_delivery"(uuid, uuid, text, text, text, double precision) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."fail_delivery"(uuid, uuid, text, text, text, double precision) TO "service_role";

REVOKE ALL ON FUNCTION "service"."message_to_deliver"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."message_to_deliver"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."message_to_deliver"(uuid, uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."message_to_deliver"(uuid, uuid) TO "service_role";

REVOKE ALL ON FUNCTION "service"."next_provider_events"(uuid, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."next_provider_events"(uuid, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."next_provider_events"(uuid, integer) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."next_provider_events"(uuid, integer) TO "service_role";

REVOKE ALL ON FUNCTION "service"."purge_provider_events"(interval) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."purge_provider_events"(interval) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_provider_events"(interval) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_provider_events"(interval) TO "service_role";

REVOKE ALL ON FUNCTION "service"."purge_webhook_deliveries"(interval) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."purge_webhook_deliveries"(interval) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_webhook_deliveries"(interval) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_webhook_deliveries"(interval) TO "service_role";

REVOKE ALL ON FUNCTION "service"."react_to_message"(uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."react_to_message"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."react_to_message"(uuid, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."react_to_message"(uuid, jsonb) TO "service_role";

REVOKE ALL ON FUNCTION "service"."receive_message"(uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."receive_message"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."receive_message"(uuid, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."receive_message"(uuid, jsonb) TO "service_role";

REVOKE ALL ON FUNCTION "service"."record_delivery"(uuid, uuid, text[], text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."record_delivery"(uuid, uuid, text[], text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."record_delivery"(uuid, uuid, text[], text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."record_delivery"(uuid, uuid, text[], text) TO "service_role";

REVOKE ALL ON FUNCTION "service"."record_provider_event"(uuid, text, jsonb, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."record_provider_event"(uuid, text, jsonb, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."record_provider_event"(uuid, text, jsonb, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."record_provider_event"(uuid, text, jsonb, text) TO "service_role";

REVOKE ALL ON FUNCTION "service"."record_webhook"(uuid, text, integer, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."record_webhook"(uuid, text, integer, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."record_webhook"(uuid, text, integer, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."record_webhook"(uuid, text, integer, text) TO "service_role";

REVOKE ALL ON FUNCTION "service"."replay_provider_event"(bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."replay_provider_event"(bigint) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."replay_provider_event"(bigint) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."replay_provider_event"(bigint) TO "service_role";

REVOKE ALL ON FUNCTION "service"."save_channel_secrets"(uuid, jsonb, timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."save_channel_secrets"(uuid, jsonb, timestamp with time zone) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."save_channel_secrets"(uuid, jsonb, timestamp with time zone) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."save_channel_secrets"(uuid, jsonb, timestamp with time zone) TO "service_role";

REVOKE ALL ON FUNCTION "service"."set_connection_state"(uuid, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."set_connection_state"(uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."set_connection_state"(uuid, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."set_connection_state"(uuid, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "service"."update_contact_address"(uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."update_contact_address"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."update_contact_address"(uuid, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."update_contact_address"(uuid, jsonb) TO "service_role";

REVOKE ALL ON FUNCTION "service"."update_delivery"(uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."update_delivery"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."update_delivery"(uuid, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."update_delivery"(uuid, jsonb) TO "service_role";

REVOKE ALL ON FUNCTION "service"."webhook_to_deliver"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."webhook_to_deliver"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."webhook_to_deliver"(uuid, uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."webhook_to_deliver"(uuid, uuid) TO "service_role";

REVOKE ALL ("custom_role_id") ON TABLE "public"."account_users" FROM "authenticated";

GRANT SELECT ("custom_role_id") ON TABLE "public"."account_users" TO "authenticated";

REVOKE ALL ("account_id") ON TABLE "public"."channel_connections" FROM "authenticated";

GRANT SELECT ("account_id") ON TABLE "public"."channel_connections" TO "authenticated";

REVOKE ALL ("address") ON TABLE "public"."channel_connections" FROM "authenticated";

GRANT SELECT ("address") ON TABLE "public"."channel_connections" TO "authenticated";

REVOKE ALL ("aliases") ON TABLE "public"."channel_connections" FROM "authenticated";

GRANT SELECT ("aliases") ON TABLE "public"."channel_connections" TO "authenticated";

REVOKE ALL ("channel_type") ON TABLE "public"."channel_connections" FROM "authenticated";

GRANT SELECT ("channel_type") ON TABLE "public"."channel_connections" TO "authenticated";

REVOKE ALL ("created_at") ON TABLE "public"."channel_connections" FROM "authenticated";

GRANT SELECT ("created_at") ON TABLE "public"."channel_connections" TO "authenticated";

REVOKE ALL ("expires_at") ON TABLE "public"."channel_connections" FROM "authenticated";

GRANT SELECT ("expires_at") ON TABLE "public"."channel_connections" TO "authenticated";

REVOKE ALL ("inbox_id") ON TABLE "public"."channel_connections" FROM "authenticated";

GRANT SELECT ("inbox_id") ON TABLE "public"."channel_connections" TO "authenticated";

REVOKE ALL ("last_received_at") ON TABLE "public"."channel_connections" FROM "authenticated";

GRANT SELECT ("last_received_at") ON TABLE "public"."channel_connections" TO "authenticated";

REVOKE ALL ("last_sent_at") ON TABLE "public"."channel_connections" FROM "authenticated";

GRANT SELECT ("last_sent_at") ON TABLE "public"."channel_connections" TO "authenticated";

REVOKE ALL ("paused_until") ON TABLE "public"."channel_connections" FROM "authenticated";

GRANT SELECT ("paused_until") ON TABLE "public"."channel_connections" TO "authenticated";

REVOKE ALL ("settings") ON TABLE "public"."channel_connections" FROM "authenticated";

GRANT SELECT ("settings") ON TABLE "public"."channel_connections" TO "authenticated";

REVOKE ALL ("state_reason") ON TABLE "public"."channel_connections" FROM "authenticated";

GRANT SELECT ("state_reason") ON TABLE "public"."channel_connections" TO "authenticated";

REVOKE ALL ("state") ON TABLE "public"."channel_connections" FROM "authenticated";

GRANT SELECT ("state") ON TABLE "public"."channel_connections" TO "authenticated";

REVOKE ALL ("updated_at") ON TABLE "public"."channel_connections" FROM "authenticated";

GRANT SELECT ("updated_at") ON TABLE "public"."channel_connections" TO "authenticated";

REVOKE ALL ON TABLE "public"."channel_connections" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."channel_connections" TO "postgres";

REVOKE ALL ON TABLE "public"."channel_connections" FROM "service_role";

GRANT SELECT ON TABLE "public"."channel_connections" TO "service_role";

REVOKE ALL ON TABLE "public"."conversation_participants" FROM "authenticated";

GRANT SELECT ON TABLE "public"."conversation_participants" TO "authenticated";

REVOKE ALL ON TABLE "public"."conversation_participants" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."conversation_participants" TO "postgres";

REVOKE ALL ON TABLE "public"."conversation_participants" FROM "service_role";

GRANT SELECT ON TABLE "public"."conversation_participants" TO "service_role";

REVOKE ALL ON TABLE "public"."custom_roles" FROM "authenticated";

GRANT SELECT ON TABLE "public"."custom_roles" TO "authenticated";

REVOKE ALL ON TABLE "public"."custom_roles" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."custom_roles" TO "postgres";

REVOKE ALL ON TABLE "public"."custom_roles" FROM "service_role";

GRANT SELECT ON TABLE "public"."custom_roles" TO "service_role";

REVOKE ALL ON TABLE "public"."team_members" FROM "authenticated";

GRANT SELECT ON TABLE "public"."team_members" TO "authenticated";

REVOKE ALL ON TABLE "public"."team_members" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."team_members" TO "postgres";

REVOKE ALL ON TABLE "public"."team_members" FROM "service_role";

GRANT SELECT ON TABLE "public"."team_members" TO "service_role";

REVOKE ALL ON TABLE "public"."teams" FROM "authenticated";

GRANT SELECT ON TABLE "public"."teams" TO "authenticated";

REVOKE ALL ON TABLE "public"."teams" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."teams" TO "postgres";

REVOKE ALL ON TABLE "public"."teams" FROM "service_role";

GRANT SELECT ON TABLE "public"."teams" TO "service_role";

CREATE INDEX webhook_deliveries_inbox_id_idx ON private.webhook_deliveries USING btree (inbox_id, id DESC);

ALTER TABLE "public"."account_users" ADD CONSTRAINT "account_users_custom_role_fkey" FOREIGN KEY (account_id, custom_role_id) REFERENCES public.custom_roles(account_id, id) ON DELETE SET NULL (custom_role_id);

ALTER TABLE "public"."conversations" ADD CONSTRAINT "conversations_team_fkey" FOREIGN KEY (account_id, team_id) REFERENCES public.teams(account_id, id) ON DELETE SET NULL (team_id);

ALTER TABLE "public"."team_members" ADD CONSTRAINT "team_members_team_fkey" FOREIGN KEY (account_id, team_id) REFERENCES public.teams(account_id, id) ON DELETE CASCADE;
