-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

DROP POLICY "agents read the conversations in their inboxes" ON "public"."conversations";

DROP POLICY "agents read the messages in their inboxes" ON "public"."messages";

DROP POLICY "agents write messages in their inboxes" ON "public"."messages";

DROP TRIGGER "account_users_move_epoch" ON "public"."account_users";

CREATE TABLE "public"."conversation_participants" ("account_id" uuid NOT NULL, "conversation_id" uuid NOT NULL, "user_id" uuid NOT NULL, "created_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "conversation_participants_pkey" PRIMARY KEY (conversation_id, user_id));

ALTER TABLE "public"."conversation_participants" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."conversation_participants" OWNER TO "postgres";

CREATE TABLE "public"."custom_roles" ("account_id" uuid NOT NULL, "name" text NOT NULL, "description" text NOT NULL DEFAULT ''::text, "permissions" text[] NOT NULL DEFAULT '{}'::text[], "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "custom_roles_description_check" CHECK ((char_length(description) <= 1000)), CONSTRAINT "custom_roles_name_check" CHECK (((char_length(btrim(name)) >= 1) AND (char_length(btrim(name)) <= 100))), CONSTRAINT "custom_roles_permissions_check" CHECK ((permissions <@ ARRAY['conversation_manage'::text, 'conversation_unassigned_manage'::text, 'conversation_participating_manage'::text, 'contact_manage'::text, 'report_manage'::text, 'knowledge_base_manage'::text])), "id" uuid NOT NULL DEFAULT private.uuid_v7(), CONSTRAINT "custom_roles_account_id_id_key" UNIQUE (account_id, id), CONSTRAINT "custom_roles_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."custom_roles" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."custom_roles" OWNER TO "postgres";

CREATE TABLE "public"."mentions" ("account_id" uuid NOT NULL, "conversation_id" uuid NOT NULL, "user_id" uuid NOT NULL, "message_id" uuid NOT NULL, "mentioned_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "mentions_pkey" PRIMARY KEY (conversation_id, user_id));

ALTER TABLE "public"."mentions" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."mentions" OWNER TO "postgres";

CREATE TABLE "public"."notification_settings" ("account_id" uuid NOT NULL, "user_id" uuid NOT NULL, "email" text[] NOT NULL DEFAULT '{conversation_assignment}'::text[], "push" text[] NOT NULL DEFAULT '{conversation_assignment}'::text[], "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "notification_settings_pkey" PRIMARY KEY (account_id, user_id));

ALTER TABLE "public"."notification_settings" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."notification_settings" OWNER TO "postgres";

CREATE TABLE "public"."notifications" ("account_id" uuid NOT NULL, "user_id" uuid NOT NULL, "notification_type" text NOT NULL, "conversation_id" uuid NOT NULL, "message_id" uuid, "actor_user_id" uuid, "read_at" timestamp with time zone, "snoozed_until" timestamp with time zone, "created_at" timestamp with time zone NOT NULL DEFAULT clock_timestamp(), CONSTRAINT "notifications_conversation_id_user_id_key" UNIQUE (conversation_id, user_id), "id" uuid NOT NULL DEFAULT private.uuid_v7(), CONSTRAINT "notifications_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."notifications" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."notifications" OWNER TO "postgres";

CREATE TABLE "public"."team_members" ("account_id" uuid NOT NULL, "team_id" uuid NOT NULL, "user_id" uuid NOT NULL, "created_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "team_members_pkey" PRIMARY KEY (team_id, user_id));

ALTER TABLE "public"."team_members" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."team_members" OWNER TO "postgres";

CREATE TABLE "public"."teams" ("account_id" uuid NOT NULL, "name" text NOT NULL, "description" text NOT NULL DEFAULT ''::text, "allow_auto_assign" boolean NOT NULL DEFAULT true, "epoch" bigint NOT NULL DEFAULT 1, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "teams_account_id_name_key" UNIQUE (account_id, name), CONSTRAINT "teams_description_check" CHECK ((char_length(description) <= 1000)), CONSTRAINT "teams_name_check" CHECK (((name = lower(btrim(name))) AND ((char_length(name) >= 1) AND (char_length(name) <= 100)))), "id" uuid NOT NULL DEFAULT private.uuid_v7(), CONSTRAINT "teams_account_id_id_key" UNIQUE (account_id, id), CONSTRAINT "teams_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."teams" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."teams" OWNER TO "postgres";

ALTER TABLE "public"."account_users" ADD COLUMN "custom_role_id" uuid;

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

CREATE OR REPLACE FUNCTION private.add_notification_settings()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    insert into public.notification_settings (account_id, user_id) values (new.account_id, new.user_id);
    return null;
end;
$function$;

ALTER FUNCTION "private"."add_notification_settings"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.add_participant(p_conversation_id uuid, p_user_id uuid)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    insert into public.conversation_participants (account_id, conversation_id, user_id)
    select conversation.account_id, conversation.id, p_user_id
    from public.conversations as conversation
    join public.account_users as member
        on member.account_id = conversation.account_id and member.user_id = p_user_id
    where conversation.id = p_conversation_id
    on conflict do nothing
$function$;

ALTER FUNCTION "private"."add_participant"(uuid, uuid) OWNER TO "postgres";

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

CREATE OR REPLACE FUNCTION private.can_see(p_conversation public.conversations)
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select private.sees((select auth.uid()), p_conversation)
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

CREATE OR REPLACE FUNCTION private.delete_notifications(p_account_id uuid, p_ids uuid[], p_read_only boolean)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
    delete from public.notifications
    where account_id = p_account_id
        and user_id = auth.uid()
        and (p_ids is null or id = any (p_ids))
        and (not coalesce(p_read_only, false) or read_at is not null);
    if found then
        perform private.tell_notifications_read(p_account_id, p_ids);
    end if;
    return jsonb_build_object('unread_count', private.unread_notifications(p_account_id, auth.uid()));
end;
$function$;

ALTER FUNCTION "private"."delete_notifications"(uuid, uuid[], boolean) OWNER TO "postgres";

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

CREATE OR REPLACE FUNCTION private.mark_conversation_read(p_conversation_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
    mine boolean := conversation.assignee_id is not distinct from auth.uid();
begin
    -- Looking again at what is read already costs no write for an hour.
    if conversation.unread_count > 0 or conversation.agent_last_seen_at > now() - interval '1 hour' is not true then
        update public.conversations
        set unread_count = 0,
            agent_last_seen_at = now(),
            assignee_last_seen_at = case when mine then now() else assignee_last_seen_at end
        where id = p_conversation_id;
    end if;
    -- After the conversation: its lock comes first, as when a message is written.
    perform private.read_notifications(conversation.account_id, p_conversation_id);
end;
$function$;

CREATE OR REPLACE FUNCTION private.mark_notifications_read(p_account_id uuid, p_ids uuid[])
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
    update public.notifications
    set read_at = now()
    where account_id = p_account_id
        and user_id = auth.uid()
        and read_at is null
        and (p_ids is null or id = any (p_ids));
    if found then
        perform private.tell_notifications_read(p_account_id, p_ids);
    end if;
    return jsonb_build_object('unread_count', private.unread_notifications(p_account_id, auth.uid()));
end;
$function$;

ALTER FUNCTION "private"."mark_notifications_read"(uuid, uuid[]) OWNER TO "postgres";

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

CREATE OR REPLACE FUNCTION private.mentioned_users(p_conversation public.conversations, p_content text)
 RETURNS uuid[]
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with named as (
        select mention[1] as kind, mention[2]::uuid as id
        from regexp_matches(
            p_content,
            '\(mention://(user|team)/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/[^()]{0,255}\)',
            'g') as mention
        limit 50
    ),
    wanted as (
        select named.id from named where named.kind = 'user'
        union
        select member.user_id
        from named
        join public.team_members as member
            on named.kind = 'team' and member.account_id = p_conversation.account_id and member.team_id = named.id
    )
    select coalesce(array_agg(wanted.id order by wanted.id), '{}')
    from wanted
    where private.reaches(wanted.id, p_conversation)
$function$;

ALTER FUNCTION "private"."mentioned_users"(public.conversations, text) OWNER TO "postgres";

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
    select mine.account_id, mine.inbox_id, mine.team_id, mine.scope
    from private.scopes_of((select auth.uid())) as mine
$function$;

ALTER FUNCTION "private"."my_scopes"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.notification_json(p_notification public.notifications)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'id', p_notification.id,
        'account_id', p_notification.account_id,
        'notification_type', p_notification.notification_type,
        'conversation_id', p_notification.conversation_id,
        'message_id', p_notification.message_id,
        'actor', (
            select jsonb_build_object('id', actor.id, 'name', private.shown_name(actor), 'avatar_url', actor.avatar_url)
            from public.users as actor where actor.id = p_notification.actor_user_id),
        'read_at', p_notification.read_at,
        'snoozed_until', p_notification.snoozed_until,
        'created_at', p_notification.created_at,
        'conversation', (
            select jsonb_build_object(
                'display_id', conversation.display_id,
                'inbox_id', conversation.inbox_id,
                'status', conversation.status,
                'contact_name', contact.name,
                'preview', conversation.preview)
            from public.conversations as conversation
            join public.contacts as contact on contact.id = conversation.contact_id
            where conversation.id = p_notification.conversation_id
                and private.sees(p_notification.user_id, conversation)))
$function$;

ALTER FUNCTION "private"."notification_json"(public.notifications) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.notification_list(p_account_id uuid, p_cursor jsonb, p_limit integer, p_unread boolean)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    cursor_at timestamptz;
    cursor_id uuid;
    found public.notifications[];
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
    if coalesce(p_limit, 0) not between 1 and 100 then
        perform private.fail(400, 'invalid_argument', 'limit is 1 to 100.');
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
    select array_agg(page order by page.created_at desc, page.id desc) into found
    from (
        select *
        from public.notifications as notification
        where notification.account_id = p_account_id
            and notification.user_id = auth.uid()
            and (cursor_id is null or (notification.created_at, notification.id) < (cursor_at, cursor_id))
            and (not coalesce(p_unread, false) or notification.read_at is null)
            and (notification.snoozed_until is null or notification.snoozed_until <= now())
        order by notification.created_at desc, notification.id desc
        limit p_limit + 1
    ) as page;
    return jsonb_build_object(
        'rows', (
            select coalesce(jsonb_agg(private.notification_json(shown) order by shown.created_at desc, shown.id desc), '[]')
            from unnest(found[1:p_limit]) as shown),
        'next_cursor', case when cardinality(found) > p_limit
            then jsonb_build_object('at', found[p_limit].created_at, 'id', found[p_limit].id) end,
        'unread_count', private.unread_notifications(p_account_id, auth.uid()));
end;
$function$;

ALTER FUNCTION "private"."notification_list"(uuid, jsonb, integer, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.notification_types()
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
    select array[
        'conversation_creation', 'conversation_assignment', 'assigned_conversation_new_message',
        'conversation_mention', 'participating_conversation_new_message', 'sla_missed_first_response',
        'sla_missed_next_response', 'sla_missed_resolution']
$function$;

ALTER FUNCTION "private"."notification_types"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.notify(p_user_ids uuid[], p_type text, p_conversation public.conversations, p_message_id uuid, p_actor_user_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    notification public.notifications;
begin
    if cardinality(p_user_ids) = 0 or p_type <> 'conversation_mention' and exists (
        select from public.contacts where id = p_conversation.contact_id and blocked)
    then
        return;
    end if;
    -- In key order: two at once cannot wait for one another crosswise.
    for notification in
        insert into public.notifications as old
            (account_id, user_id, notification_type, conversation_id, message_id, actor_user_id)
        select p_conversation.account_id, member.user_id, p_type, p_conversation.id, p_message_id, p_actor_user_id
        from public.account_users as member
        where member.account_id = p_conversation.account_id
            and member.user_id = any (p_user_ids)
            and member.user_id is distinct from p_actor_user_id
            and private.sees(member.user_id, p_conversation)
        order by member.user_id
        on conflict on constraint notifications_conversation_id_user_id_key do update
        set notification_type = excluded.notification_type,
            message_id = excluded.message_id,
            actor_user_id = excluded.actor_user_id,
            read_at = null,
            snoozed_until = null,
            created_at = excluded.created_at
        returning *
    loop
        perform private.broadcast(
            'user:' || notification.user_id,
            'notification.created',
            jsonb_build_object(
                'notification', private.notification_json(notification),
                'unread_count', private.unread_notifications(notification.account_id, notification.user_id)));
        if exists (
            select from public.notification_settings as setting
            where setting.account_id = notification.account_id
                and setting.user_id = notification.user_id
                and p_type = any (setting.email))
        then
            perform private.enqueue(
                'send_notification_email',
                jsonb_build_object('notification_id', notification.id, 'created_at', notification.created_at),
                notification.account_id);
        end if;
    end loop;
end;
$function$;

ALTER FUNCTION "private"."notify"(uuid[], text, public.conversations, uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.notify_of_conversation()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    actor constant uuid := case when current_setting('role', true) = 'authenticated' then auth.uid() end;
    is_new boolean := tg_op = 'INSERT';
begin
    if new.assignee_id is not null and (is_new or new.assignee_id is distinct from old.assignee_id) then
        perform private.add_participant(new.id, new.assignee_id);
    end if;
    if new.status = 'pending' then
        return null;
    end if;
    -- A new conversation, or one that a bot hands over. What begins resolved concerns nobody.
    if new.status = 'open' and (is_new or (old.status = 'pending' and actor is null)) then
        perform private.notify(
            array(
                select member.user_id from public.inbox_members as member
                where member.inbox_id = new.inbox_id and member.user_id is distinct from new.assignee_id),
            'conversation_creation', new, null, actor);
    end if;
    if new.assignee_id is not null and (is_new or new.assignee_id is distinct from old.assignee_id) then
        perform private.notify(array[new.assignee_id], 'conversation_assignment', new, null, actor);
    end if;
    return null;
end;
$function$;

ALTER FUNCTION "private"."notify_of_conversation"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.notify_of_message()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations;
    mentioned uuid[] := '{}';
begin
    select * into conversation from public.conversations where id = new.conversation_id;
    if new.private and new.content like '%(mention://%' then
        mentioned := array_remove(private.mentioned_users(conversation, new.content), new.sender_user_id);
        perform private.add_participant(conversation.id, mentioned_id) from unnest(mentioned) as mentioned_id;
        insert into public.mentions (account_id, conversation_id, user_id, message_id, mentioned_at)
        select conversation.account_id, conversation.id, mentioned_id, new.id, new.created_at
        from unnest(mentioned) as mentioned_id
        on conflict on constraint mentions_pkey do update
        set message_id = excluded.message_id, mentioned_at = excluded.mentioned_at;
        perform private.notify(mentioned, 'conversation_mention', conversation, new.id, new.sender_user_id);
    end if;
    -- Each is told once of a message: first as mentioned, then as assignee, then as participant.
    if conversation.assignee_id is not null and not conversation.assignee_id = any (mentioned) then
        perform private.notify(
            array[conversation.assignee_id], 'assigned_conversation_new_message', conversation, new.id, new.sender_user_id);
    end if;
    perform private.notify(
        array(
            select participant.user_id
            from public.conversation_participants as participant
            where participant.conversation_id = conversation.id
                and participant.user_id is distinct from conversation.assignee_id
                and not participant.user_id = any (mentioned)),
        'participating_conversation_new_message', conversation, new.id, new.sender_user_id);
    return null;
end;
$function$;

ALTER FUNCTION "private"."notify_of_message"() OWNER TO "postgres";

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

CREATE OR REPLACE FUNCTION private.reaches(p_user_id uuid, p_conversation public.conversations)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select exists (
        select
        from private.scopes_of(p_user_id) as theirs
        where theirs.account_id = p_conversation.account_id
            and (theirs.inbox_id = p_conversation.inbox_id or theirs.team_id = p_conversation.team_id))
$function$;

ALTER FUNCTION "private"."reaches"(uuid, public.conversations) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.read_notifications(p_account_id uuid, p_conversation_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    read uuid;
begin
    update public.notifications
    set read_at = now()
    where conversation_id = p_conversation_id and user_id = auth.uid() and read_at is null
    returning id into read;
    if read is not null then
        perform private.tell_notifications_read(p_account_id, array[read]);
    end if;
end;
$function$;

ALTER FUNCTION "private"."read_notifications"(uuid, uuid) OWNER TO "postgres";

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

CREATE OR REPLACE FUNCTION private.scopes_of(p_user_id uuid)
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
        where member.user_id = p_user_id
    )
    select membership.account_id, inbox.id, null::uuid, membership.scope
    from membership
    join public.inboxes as inbox on inbox.account_id = membership.account_id
    where membership.role = 'administrator'
    union all
    select membership.account_id, member.inbox_id, null, membership.scope
    from membership
    join public.inbox_members as member
        on member.account_id = membership.account_id and member.user_id = p_user_id
    where membership.role <> 'administrator' and membership.scope is not null
    union all
    select membership.account_id, null, member.team_id, membership.scope
    from membership
    join public.team_members as member
        on member.account_id = membership.account_id and member.user_id = p_user_id
    where membership.role <> 'administrator' and membership.scope is not null
$function$;

ALTER FUNCTION "private"."scopes_of"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.sees(p_user_id uuid, p_conversation public.conversations)
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select exists (
        select
        from private.scopes_of(p_user_id) as theirs
        where theirs.account_id = p_conversation.account_id
            and (theirs.inbox_id = p_conversation.inbox_id or theirs.team_id = p_conversation.team_id)
            and (
                theirs.scope = 'all'
                or p_conversation.assignee_id = p_user_id
                or (theirs.scope = 'unassigned' and p_conversation.assignee_id is null)
                or (theirs.scope = 'participating' and exists (
                    select from public.conversation_participants as participant
                    where participant.conversation_id = p_conversation.id and participant.user_id = p_user_id))))
$function$;

ALTER FUNCTION "private"."sees"(uuid, public.conversations) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.set_participant(p_conversation_id uuid, p_user_id uuid, p_participant boolean)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
begin
    if p_participant is null then
        perform private.fail(400, 'invalid_argument', 'participant is true or false.');
    end if;
    if p_participant then
        if p_user_id is null or not private.reaches(p_user_id, conversation) then
            perform private.fail(
                400, 'participant_not_in_inbox', 'This agent works neither the inbox nor the team of the conversation.',
                'Add them to the inbox first.');
        end if;
        perform private.add_participant(p_conversation_id, p_user_id);
    else
        delete from public.conversation_participants
        where conversation_id = p_conversation_id and user_id = p_user_id;
        -- Whoever saw it only because they took part must not hear on.
        if found and exists (
            select from public.account_users
            where account_id = conversation.account_id and user_id = p_user_id and custom_role_id is not null)
        then
            update public.conversations set epoch = epoch + 1 where id = p_conversation_id;
        end if;
    end if;
    return jsonb_build_object('participants', (
        select coalesce(jsonb_agg(participant.user_id order by participant.created_at, participant.user_id), '[]')
        from public.conversation_participants as participant
        where participant.conversation_id = p_conversation_id));
end;
$function$;

ALTER FUNCTION "private"."set_participant"(uuid, uuid, boolean) OWNER TO "postgres";

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

CREATE OR REPLACE FUNCTION private.tell_notifications_read(p_account_id uuid, p_ids uuid[])
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.broadcast(
        'user:' || auth.uid(),
        'notification.updated',
        jsonb_build_object(
            'account_id', p_account_id,
            'ids', to_jsonb(p_ids),
            'unread_count', private.unread_notifications(p_account_id, auth.uid())))
$function$;

ALTER FUNCTION "private"."tell_notifications_read"(uuid, uuid[]) OWNER TO "postgres";

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

CREATE OR REPLACE FUNCTION private.unread_notifications(p_account_id uuid, p_user_id uuid)
 RETURNS integer
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select count(*)::int
    from (
        select from public.notifications
        where account_id = p_account_id
            and user_id = p_user_id
            and read_at is null
            and (snoozed_until is null or snoozed_until <= now())
        limit 100
    ) as unread
$function$;

ALTER FUNCTION "private"."unread_notifications"(uuid, uuid) OWNER TO "postgres";

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
        -- Blanks and characters without a width of their own.
        if btrim(new.content, E' \t\r\n\u00a0\u200b\u200c\u200d\u2060\ufeff') = '' then
            perform private.fail(400, 'message_empty', 'Write something first.');
        end if;
        new.content_type := 'text';
        new.content_attributes := '{}';
        new.created_at := now();
        new.source_id := null;
    end if;
    if client = 'authenticated' then
        new.message_type := 'outgoing';
        new.sender_user_id := auth.uid();
        new.sender_contact_id := null;
        -- Website and API channels have no provider to wait for.
        new.status := 'sent';
        if char_length(new.content) > 150000 then
            perform private.fail(400, 'message_too_long', 'A message has 150,000 characters at most.');
        end if;
    elsif client = 'visitor' then
        new.message_type := 'incoming';
        new.private := false;
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

CREATE OR REPLACE FUNCTION public.delete_custom_role(p_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.delete_custom_role(p_id)
$function$;

ALTER FUNCTION "public"."delete_custom_role"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.delete_notifications(p_account_id uuid, p_ids uuid[] DEFAULT NULL::uuid[], p_read_only boolean DEFAULT false)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.delete_notifications(p_account_id, p_ids, p_read_only)
$function$;

ALTER FUNCTION "public"."delete_notifications"(uuid, uuid[], boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.delete_team(p_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.delete_team(p_id)
$function$;

ALTER FUNCTION "public"."delete_team"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.mark_notifications_read(p_account_id uuid, p_ids uuid[] DEFAULT NULL::uuid[])
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.mark_notifications_read(p_account_id, p_ids)
$function$;

ALTER FUNCTION "public"."mark_notifications_read"(uuid, uuid[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.notification_list(p_account_id uuid, p_cursor jsonb DEFAULT NULL::jsonb, p_limit integer DEFAULT 15, p_unread boolean DEFAULT false)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.notification_list(p_account_id, p_cursor, p_limit, p_unread)
$function$;

ALTER FUNCTION "public"."notification_list"(uuid, jsonb, integer, boolean) OWNER TO "postgres";

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

CREATE OR REPLACE FUNCTION public.set_participant(p_conversation_id uuid, p_user_id uuid, p_participant boolean)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.set_participant(p_conversation_id, p_user_id, p_participant)
$function$;

ALTER FUNCTION "public"."set_participant"(uuid, uuid, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.set_team_member(p_team_id uuid, p_user_id uuid, p_member boolean)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.set_team_member(p_team_id, p_user_id, p_member)
$function$;

ALTER FUNCTION "public"."set_team_member"(uuid, uuid, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.notification_email(p_notification_id uuid, p_created_at timestamp with time zone)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'to', reader.email,
        'locale', account.locale,
        'account_id', account.id,
        'account_name', account.name,
        'notification_type', notification.notification_type,
        'display_id', conversation.display_id,
        'inbox_name', inbox.name,
        'contact_name', contact.name,
        'actor_name', private.shown_name(actor),
        'private', coalesce(message.private, false),
        'excerpt', array_to_string((regexp_split_to_array(btrim(left(message.content, 1000)), '\s+'))[1:10], ' '))
    from public.notifications as notification
    join public.users as reader on reader.id = notification.user_id
    join public.accounts as account on account.id = notification.account_id and account.status = 'active'
    join public.conversations as conversation on conversation.id = notification.conversation_id
    join public.inboxes as inbox on inbox.id = conversation.inbox_id
    join public.contacts as contact on contact.id = conversation.contact_id
    left join public.users as actor on actor.id = notification.actor_user_id
    left join public.messages as message
        on message.conversation_id = conversation.id and message.id = notification.message_id
    where notification.id = p_notification_id
        and notification.created_at = p_created_at
        and notification.read_at is null
        -- Asked again now: a note must not reach somebody who lost the conversation in the meantime.
        and private.sees(notification.user_id, conversation)
$function$;

ALTER FUNCTION "service"."notification_email"(uuid, timestamp with time zone) OWNER TO "postgres";

ALTER TABLE "public"."account_users" ADD CONSTRAINT "account_users_custom_role_id_check" CHECK (((custom_role_id IS NULL) OR (role = 'agent'::text)));

ALTER TABLE "public"."conversation_participants" ADD CONSTRAINT "conversation_participants_conversation_fkey" FOREIGN KEY (account_id, conversation_id) REFERENCES public.conversations(account_id, id) ON DELETE CASCADE;

ALTER TABLE "public"."conversation_participants" ADD CONSTRAINT "conversation_participants_user_fkey" FOREIGN KEY (account_id, user_id) REFERENCES public.account_users(account_id, user_id) ON DELETE CASCADE;

ALTER TABLE "public"."custom_roles" ADD CONSTRAINT "custom_roles_account_id_fkey" FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;

ALTER TABLE "public"."mentions" ADD CONSTRAINT "mentions_conversation_fkey" FOREIGN KEY (account_id, conversation_id) REFERENCES public.conversations(account_id, id) ON DELETE CASCADE;

ALTER TABLE "public"."mentions" ADD CONSTRAINT "mentions_user_fkey" FOREIGN KEY (account_id, user_id) REFERENCES public.account_users(account_id, user_id) ON DELETE CASCADE;

ALTER TABLE "public"."notification_settings" ADD CONSTRAINT "notification_settings_user_fkey" FOREIGN KEY (account_id, user_id) REFERENCES public.account_users(account_id, user_id) ON DELETE CASCADE;

ALTER TABLE "public"."notifications" ADD CONSTRAINT "notifications_actor_user_id_fkey" FOREIGN KEY (actor_user_id) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE "public"."notifications" ADD CONSTRAINT "notifications_conversation_fkey" FOREIGN KEY (account_id, conversation_id) REFERENCES public.conversations(account_id, id) ON DELETE CASCADE;

ALTER TABLE "public"."notifications" ADD CONSTRAINT "notifications_user_fkey" FOREIGN KEY (account_id, user_id) REFERENCES public.account_users(account_id, user_id) ON DELETE CASCADE;

ALTER TABLE "public"."team_members" ADD CONSTRAINT "team_members_user_fkey" FOREIGN KEY (account_id, user_id) REFERENCES public.account_users(account_id, user_id) ON DELETE CASCADE;

ALTER TABLE "public"."teams" ADD CONSTRAINT "teams_account_id_fkey" FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;

CREATE INDEX account_users_account_id_custom_role_id_idx ON public.account_users USING btree (account_id, custom_role_id) WHERE (custom_role_id IS NOT NULL);

CREATE INDEX conversation_participants_account_id_conversation_id_idx ON public.conversation_participants USING btree (account_id, conversation_id);

CREATE INDEX conversation_participants_account_id_user_id_idx ON public.conversation_participants USING btree (account_id, user_id, conversation_id);

CREATE INDEX conversations_by_team_idx ON public.conversations USING btree (account_id, team_id, status, last_activity_at DESC, id DESC);

CREATE INDEX mentions_account_id_conversation_id_idx ON public.mentions USING btree (account_id, conversation_id);

CREATE INDEX mentions_account_id_user_id_idx ON public.mentions USING btree (account_id, user_id, mentioned_at DESC);

CREATE INDEX notifications_account_id_conversation_id_idx ON public.notifications USING btree (account_id, conversation_id);

CREATE INDEX notifications_actor_user_id_idx ON public.notifications USING btree (actor_user_id) WHERE (actor_user_id IS NOT NULL);

CREATE INDEX notifications_unread_idx ON public.notifications USING btree (account_id, user_id) WHERE (read_at IS NULL);

CREATE INDEX team_members_account_id_team_id_idx ON public.team_members USING btree (account_id, team_id);

CREATE INDEX team_members_account_id_user_id_idx ON public.team_members USING btree (account_id, user_id);

CREATE TRIGGER account_users_add_notification_settings AFTER INSERT ON public.account_users FOR EACH ROW EXECUTE FUNCTION private.add_notification_settings();

CREATE TRIGGER account_users_move_epoch AFTER DELETE OR UPDATE OF role, custom_role_id ON public.account_users FOR EACH ROW EXECUTE FUNCTION private.account_users_changed();

CREATE TRIGGER conversations_move_epoch BEFORE UPDATE OF assignee_id, team_id ON public.conversations FOR EACH ROW EXECUTE FUNCTION private.move_conversation_epoch();

CREATE TRIGGER conversations_notify_added AFTER INSERT ON public.conversations FOR EACH ROW EXECUTE FUNCTION private.notify_of_conversation();

CREATE TRIGGER conversations_notify_changed AFTER UPDATE ON public.conversations FOR EACH ROW WHEN ((((new.assignee_id IS NOT NULL) AND (old.assignee_id IS DISTINCT FROM new.assignee_id)) OR ((old.status = 'pending'::text) AND (new.status = 'open'::text)))) EXECUTE FUNCTION private.notify_of_conversation();

CREATE TRIGGER conversations_tell_teams AFTER UPDATE ON public.conversations FOR EACH ROW WHEN ((((old.team_id IS NOT NULL) OR (new.team_id IS NOT NULL)) AND ((old.last_seq IS DISTINCT FROM new.last_seq) OR (old.unread_count IS DISTINCT FROM new.unread_count) OR (old.last_activity_at IS DISTINCT FROM new.last_activity_at)))) EXECUTE FUNCTION private.tell_teams();

CREATE TRIGGER conversations_tell_topic_moved AFTER UPDATE ON public.conversations FOR EACH ROW WHEN ((old.epoch IS DISTINCT FROM new.epoch)) EXECUTE FUNCTION private.tell_topic_moved();

CREATE TRIGGER custom_roles_move_epoch AFTER UPDATE OF permissions ON public.custom_roles FOR EACH ROW WHEN ((old.permissions IS DISTINCT FROM new.permissions)) EXECUTE FUNCTION private.custom_role_changed();

CREATE TRIGGER custom_roles_set_updated_at BEFORE UPDATE ON public.custom_roles FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

CREATE TRIGGER messages_notify AFTER INSERT ON public.messages FOR EACH ROW WHEN (((new.message_type = 'incoming'::text) OR ((new.message_type = 'outgoing'::text) AND (new.sender_user_id IS NOT NULL)))) EXECUTE FUNCTION private.notify_of_message();

CREATE TRIGGER notification_settings_set_updated_at BEFORE UPDATE ON public.notification_settings FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

CREATE TRIGGER team_members_move_epoch AFTER INSERT OR DELETE ON public.team_members FOR EACH ROW EXECUTE FUNCTION private.team_members_changed();

CREATE TRIGGER teams_set_updated_at BEFORE UPDATE ON public.teams FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

CREATE POLICY "agents read who follows the conversations they may see" ON "public"."conversation_participants" FOR SELECT TO "authenticated" USING (((account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[])) AND ((user_id = ( SELECT auth.uid() AS uid)) OR private.can_see_conversation(conversation_id))));

CREATE POLICY "agents read the conversations they may see" ON "public"."conversations" FOR SELECT TO "authenticated" USING (((inbox_id = ANY (( SELECT private.full_inbox_ids() AS full_inbox_ids)::uuid[])) OR (team_id = ANY (( SELECT private.team_ids() AS team_ids)::uuid[])) OR ((account_id = ANY (( SELECT private.partial_account_ids(true) AS partial_account_ids)::uuid[])) AND private.can_see(conversations.*))));

CREATE POLICY "members read the roles of their accounts" ON "public"."custom_roles" FOR SELECT TO "authenticated" USING ((account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[])));

CREATE POLICY "agents read where they were mentioned" ON "public"."mentions" FOR SELECT TO "authenticated" USING (((user_id = ( SELECT auth.uid() AS uid)) AND (account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[]))));

CREATE POLICY "agents read the messages of conversations they may see" ON "public"."messages" FOR SELECT TO "authenticated" USING (((inbox_id = ANY (( SELECT private.full_inbox_ids() AS full_inbox_ids)::uuid[])) OR ((account_id = ANY (( SELECT private.partial_account_ids() AS partial_account_ids)::uuid[])) AND private.can_see_conversation(conversation_id))));

CREATE POLICY "agents write messages in conversations they may see" ON "public"."messages" FOR INSERT TO "authenticated" WITH CHECK (((message_type = 'outgoing'::text) AND (sender_user_id = ( SELECT auth.uid() AS uid)) AND ((inbox_id = ANY (( SELECT private.full_inbox_ids() AS full_inbox_ids)::uuid[])) OR ((account_id = ANY (( SELECT private.partial_account_ids() AS partial_account_ids)::uuid[])) AND private.can_see_conversation(conversation_id)))));

CREATE POLICY "agents change their own notification settings" ON "public"."notification_settings" FOR UPDATE TO "authenticated" USING (((user_id = ( SELECT auth.uid() AS uid)) AND (account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[])))) WITH CHECK (((user_id = ( SELECT auth.uid() AS uid)) AND (account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[]))));

CREATE POLICY "agents read their own notification settings" ON "public"."notification_settings" FOR SELECT TO "authenticated" USING (((user_id = ( SELECT auth.uid() AS uid)) AND (account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[]))));

CREATE POLICY "agents mark their own notifications" ON "public"."notifications" FOR UPDATE TO "authenticated" USING (((user_id = ( SELECT auth.uid() AS uid)) AND (account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[])))) WITH CHECK (((user_id = ( SELECT auth.uid() AS uid)) AND (account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[]))));

CREATE POLICY "agents read their own notifications" ON "public"."notifications" FOR SELECT TO "authenticated" USING (((user_id = ( SELECT auth.uid() AS uid)) AND (account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[]))));

CREATE POLICY "members read who belongs to the teams of their accounts" ON "public"."team_members" FOR SELECT TO "authenticated" USING ((account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[])));

CREATE POLICY "members read the teams of their accounts" ON "public"."teams" FOR SELECT TO "authenticated" USING ((account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[])));

COMMENT ON COLUMN "public"."account_users"."custom_role_id" IS 'Narrows an agent to the permissions of this role; null = a plain agent.';

COMMENT ON COLUMN "public"."custom_roles"."permissions" IS 'Of the three about conversations the broadest counts; with none of them the agent sees no conversation.';

COMMENT ON COLUMN "public"."notifications"."created_at" IS 'When it was last written; lists are in this order.';

COMMENT ON COLUMN "public"."notifications"."snoozed_until" IS 'Hidden from the list until then.';

COMMENT ON COLUMN "public"."teams"."allow_auto_assign" IS 'Whether a conversation given to the team is handed to one of its members.';

COMMENT ON COLUMN "public"."teams"."epoch" IS 'Part of the name of the team''s realtime topic; moves when someone loses access.';

COMMENT ON COLUMN "public"."teams"."name" IS 'Lower case; unique in the account.';

COMMENT ON FUNCTION "private"."account_users_changed"() IS 'Trigger: moves the epochs when an administrator is demoted or goes, or an agent''s role narrows.';

COMMENT ON FUNCTION "private"."add_notification_settings"() IS 'Trigger: a new member is told of what is assigned to them, by e-mail and push too.';

COMMENT ON FUNCTION "private"."add_participant"(uuid, uuid) IS 'Makes a member of the account follow a conversation; nothing when they do already.';

COMMENT ON FUNCTION "private"."administered_team"(uuid) IS 'The team, if the caller administers its account; else team_not_found or not_administrator.';

COMMENT ON FUNCTION "private"."can_see"(public.conversations) IS 'Whether the calling agent sees this conversation. For one; lists ask private.visible_scopes.';

COMMENT ON FUNCTION "private"."can_see_conversation"(uuid) IS 'private.can_see by id. Policies of what belongs to a conversation write
     inbox_id = any ((select private.full_inbox_ids())::uuid[])
     or (account_id = any ((select private.partial_account_ids())::uuid[]) and private.can_see_conversation(conversation_id)).';

COMMENT ON FUNCTION "private"."check_name"(text, integer) IS 'The name without blanks around it; fails with name_invalid.';

COMMENT ON FUNCTION "private"."conversation_delta"(public.conversations) IS 'What lists are told of a change: compact, and no word of what was said.';

COMMENT ON FUNCTION "private"."conversation_scope"(text, text[]) IS 'Which conversations of their inboxes and teams a member sees: all; unassigned: those of nobody and their own;
     participating: their own and those they take part in; null: none. Null permissions mean no custom role.';

COMMENT ON FUNCTION "private"."custom_role_changed"() IS 'Trigger: moves the epochs when a role narrows, and tells those who have it.';

COMMENT ON FUNCTION "private"."delete_custom_role"(uuid) IS 'See public.delete_custom_role.';

COMMENT ON FUNCTION "private"."delete_notifications"(uuid, uuid[], boolean) IS 'See public.delete_notifications.';

COMMENT ON FUNCTION "private"."delete_team"(uuid) IS 'See public.delete_team.';

COMMENT ON FUNCTION "private"."full_inbox_ids"() IS 'The inboxes in which the caller sees every conversation.';

COMMENT ON FUNCTION "private"."inbox_ids"() IS 'The inboxes the caller may enter: all of the accounts they administer, and those they are a member of. What they
     see of the conversations there is private.my_scopes. In policies write
     inbox_id = any ((select private.inbox_ids())::uuid[]).';

COMMENT ON FUNCTION "private"."mark_notifications_read"(uuid, uuid[]) IS 'See public.mark_notifications_read.';

COMMENT ON FUNCTION "private"."mentioned_users"(public.conversations, text) IS 'Whom a note mentions as (mention://user|team/<id>/<name>), teams as their members; only those who work the conversation''s inbox or team.';

COMMENT ON FUNCTION "private"."move_account_epochs"(uuid, uuid) IS 'After somebody''s rights narrowed: renames the topics of every inbox of the account, and with them those of all its
     conversations, and of their teams. Whoever may still listen joins the new ones.';

COMMENT ON FUNCTION "private"."move_conversation_epoch"() IS 'Trigger: renames the topic of a conversation that somebody may lose alone.';

COMMENT ON FUNCTION "private"."move_team_epoch"(uuid) IS 'Renames a team''s topic, so that whoever lost access hears nothing more.';

COMMENT ON FUNCTION "private"."my_scopes"() IS 'The caller''s scopes; see private.scopes_of.';

COMMENT ON FUNCTION "private"."notification_json"(public.notifications) IS 'A notification as its owner gets it; conversation is null when they see it no longer.';

COMMENT ON FUNCTION "private"."notification_list"(uuid, jsonb, integer, boolean) IS 'See public.notification_list.';

COMMENT ON FUNCTION "private"."notification_types"() IS 'All that one can be notified of.';

COMMENT ON FUNCTION "private"."notify"(uuid[], text, public.conversations, uuid, uuid) IS 'Notifies those of these users who are members and see the conversation, but not the actor; of a blocked contact only
     mentions. Writes the row, tells their screen, and asks for an e-mail where they want one.';

COMMENT ON FUNCTION "private"."notify_of_conversation"() IS 'Trigger: an assignee follows what they are given and is told; an inbox''s members are told of a new conversation.';

COMMENT ON FUNCTION "private"."notify_of_message"() IS 'Trigger: a person''s message is told to whom it mentions, to the assignee and to those who follow the conversation.';

COMMENT ON FUNCTION "private"."partial_account_ids"(boolean) IS 'The accounts in which private.full_inbox_ids is not the whole answer: the caller is in a team or sees a part only.
     With p_scoped_only, those in which teams complete it neither. Policies ask private.can_see only there.';

COMMENT ON FUNCTION "private"."reaches"(uuid, public.conversations) IS 'Whether this user works the conversation''s inbox or team, and so may be made to follow it; with a narrow role they see it only then.';

COMMENT ON FUNCTION "private"."read_notifications"(uuid, uuid) IS 'Who opens a conversation has read what they were notified of it.';

COMMENT ON FUNCTION "private"."save_custom_role"(uuid, uuid, text, text, text[]) IS 'See public.save_custom_role.';

COMMENT ON FUNCTION "private"."save_team"(uuid, uuid, text, text, boolean) IS 'See public.save_team.';

COMMENT ON FUNCTION "private"."scopes_of"(uuid) IS 'The one source of who sees which conversation: per inbox or team (the other is null) of this user, all of it,
     or only unassigned (those of nobody and their own), or only participating (their own and those they take part in).
     No row, no conversation. Everything below and private.sees ask this.';

COMMENT ON FUNCTION "private"."sees"(uuid, public.conversations) IS 'Whether this user sees this conversation.';

COMMENT ON FUNCTION "private"."set_participant"(uuid, uuid, boolean) IS 'See public.set_participant.';

COMMENT ON FUNCTION "private"."set_team_member"(uuid, uuid, boolean) IS 'See public.set_team_member.';

COMMENT ON FUNCTION "private"."team_ids"() IS 'The teams whose every conversation the caller sees as their member. Administrators see them by inbox.';

COMMENT ON FUNCTION "private"."team_members_changed"() IS 'Trigger: moves the epochs when someone leaves a team, and tells them either way.';

COMMENT ON FUNCTION "private"."team_topic"(uuid, bigint) IS 'The topic of a team''s list deltas.';

COMMENT ON FUNCTION "private"."tell_notifications_read"(uuid, uuid[]) IS 'Tells the caller''s other screens which notifications they have read; null = all.';

COMMENT ON FUNCTION "private"."tell_teams"() IS 'Trigger: tells the members of the conversation''s team, who may be outside of its inbox.';

COMMENT ON FUNCTION "private"."tell_topic_moved"() IS 'Trigger: the last word on a conversation''s old topic; those who may still see it fetch the new name.';

COMMENT ON FUNCTION "private"."unread_notifications"(uuid, uuid) IS 'How many are unread; 100 means 100 or more.';

COMMENT ON FUNCTION "private"."visible_scopes"(uuid) IS 'The caller''s scopes in one account, for lists, counts and search. A conversation may lie in two of them, its inbox''s and its team''s.';

COMMENT ON FUNCTION "public"."delete_custom_role"(uuid) IS 'Removes a role; who had it is a plain agent again. Administrators only.
     Fails with custom_role_not_found, not_administrator.';

COMMENT ON FUNCTION "public"."delete_notifications"(uuid, uuid[], boolean) IS 'Removes these of the caller''s notifications, or all (null), or only the read ones. Returns {unread_count}.
     Fails with account_not_found.';

COMMENT ON FUNCTION "public"."delete_team"(uuid) IS 'Removes a team; its conversations belong to none. Administrators only. Fails with team_not_found, not_administrator.';

COMMENT ON FUNCTION "public"."mark_notifications_read"(uuid, uuid[]) IS 'The caller has read these of their notifications, or all of them (null). Returns {unread_count}. Fails with account_not_found.';

COMMENT ON FUNCTION "public"."notification_list"(uuid, jsonb, integer, boolean) IS 'One page of the caller''s notifications, newest first: {rows, next_cursor, unread_count}; unread_count is 100 at most.
     Snoozed ones are left out until their time. Fails with account_not_found, invalid_argument, invalid_cursor.';

COMMENT ON FUNCTION "public"."save_custom_role"(uuid, uuid, text, text, text[]) IS 'Makes a role (p_id null) or changes one; administrators only. Returns its row.
     Fails with account_not_found, not_administrator, name_invalid, custom_role_invalid, custom_role_not_found.';

COMMENT ON FUNCTION "public"."save_team"(uuid, uuid, text, text, boolean) IS 'Makes a team (p_id null) or changes one; administrators only. Names become lower case. Returns its row.
     Fails with account_not_found, not_administrator, name_invalid, team_name_taken, invalid_argument, team_not_found.';

COMMENT ON FUNCTION "public"."set_participant"(uuid, uuid, boolean) IS 'Makes an agent follow a conversation, or not. Returns {participants: [user ids]}.
     Fails with conversation_not_found, invalid_argument, participant_not_in_inbox.';

COMMENT ON FUNCTION "public"."set_team_member"(uuid, uuid, boolean) IS 'Adds an agent to a team or takes them out; administrators only.
     Fails with team_not_found, not_administrator, invalid_argument, user_not_found.';

COMMENT ON FUNCTION "service"."notification_email"(uuid, timestamp with time zone) IS 'What the e-mail of a notification says; null when it was read, replaced by a newer one, or is no longer theirs to see.';

COMMENT ON TABLE "public"."conversation_participants" IS 'The agents who follow a conversation: its assignees, those mentioned in it, and whoever was added.';

COMMENT ON TABLE "public"."custom_roles" IS 'A named set of permissions; who has one is an agent with exactly these.';

COMMENT ON TABLE "public"."mentions" IS 'Who was last mentioned in a conversation, when, and in which note.';

COMMENT ON TABLE "public"."notification_settings" IS 'Of which notifications a member gets an e-mail or a push as well. A row comes with each membership.';

COMMENT ON TABLE "public"."notifications" IS 'The newest thing a member should know of a conversation; written again, and unread again, with the next one.';

COMMENT ON TABLE "public"."team_members" IS 'Who belongs to a team.';

COMMENT ON TABLE "public"."teams" IS 'A group of agents. Its members see the conversations given to it, whatever their inbox.';

REVOKE ALL ON FUNCTION "private"."add_notification_settings"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."add_notification_settings"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."add_notification_settings"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."add_participant"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."add_participant"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."add_participant"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."administered_team"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."administered_team"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."administered_team"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."can_see"(public.conversations) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."can_see"(public.conversations) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."can_see"(public.conversations) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."can_see"(public.conversations) TO "postgres";

REVOKE ALL ON FUNCTION "private"."can_see_conversation"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."can_see_conversation"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."can_see_conversation"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."can_see_conversation"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."check_name"(text, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."check_name"(text, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."check_name"(text, integer) TO "postgres";

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

REVOKE ALL ON FUNCTION "private"."delete_notifications"(uuid, uuid[], boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."delete_notifications"(uuid, uuid[], boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."delete_notifications"(uuid, uuid[], boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."delete_notifications"(uuid, uuid[], boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."delete_team"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."delete_team"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."delete_team"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."delete_team"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."full_inbox_ids"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."full_inbox_ids"() TO "authenticated";

REVOKE ALL ON FUNCTION "private"."full_inbox_ids"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."full_inbox_ids"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."mark_notifications_read"(uuid, uuid[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."mark_notifications_read"(uuid, uuid[]) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."mark_notifications_read"(uuid, uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."mark_notifications_read"(uuid, uuid[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."mentioned_users"(public.conversations, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."mentioned_users"(public.conversations, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."mentioned_users"(public.conversations, text) TO "postgres";

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

REVOKE ALL ON FUNCTION "private"."notification_json"(public.notifications) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."notification_json"(public.notifications) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."notification_json"(public.notifications) TO "postgres";

REVOKE ALL ON FUNCTION "private"."notification_list"(uuid, jsonb, integer, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."notification_list"(uuid, jsonb, integer, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."notification_list"(uuid, jsonb, integer, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."notification_list"(uuid, jsonb, integer, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."notification_types"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."notification_types"() TO "authenticated";

REVOKE ALL ON FUNCTION "private"."notification_types"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."notification_types"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."notify"(uuid[], text, public.conversations, uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."notify"(uuid[], text, public.conversations, uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."notify"(uuid[], text, public.conversations, uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."notify_of_conversation"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."notify_of_conversation"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."notify_of_conversation"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."notify_of_message"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."notify_of_message"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."notify_of_message"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."partial_account_ids"(boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."partial_account_ids"(boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."partial_account_ids"(boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."partial_account_ids"(boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."reaches"(uuid, public.conversations) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."reaches"(uuid, public.conversations) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."reaches"(uuid, public.conversations) TO "postgres";

REVOKE ALL ON FUNCTION "private"."read_notifications"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."read_notifications"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."read_notifications"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."save_custom_role"(uuid, uuid, text, text, text[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."save_custom_role"(uuid, uuid, text, text, text[]) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."save_custom_role"(uuid, uuid, text, text, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."save_custom_role"(uuid, uuid, text, text, text[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."save_team"(uuid, uuid, text, text, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."save_team"(uuid, uuid, text, text, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."save_team"(uuid, uuid, text, text, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."save_team"(uuid, uuid, text, text, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."scopes_of"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."scopes_of"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."scopes_of"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."sees"(uuid, public.conversations) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."sees"(uuid, public.conversations) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."sees"(uuid, public.conversations) TO "postgres";

REVOKE ALL ON FUNCTION "private"."set_participant"(uuid, uuid, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."set_participant"(uuid, uuid, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."set_participant"(uuid, uuid, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."set_participant"(uuid, uuid, boolean) TO "postgres";

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

REVOKE ALL ON FUNCTION "private"."tell_notifications_read"(uuid, uuid[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tell_notifications_read"(uuid, uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tell_notifications_read"(uuid, uuid[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."tell_teams"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tell_teams"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tell_teams"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tell_topic_moved"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tell_topic_moved"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tell_topic_moved"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."unread_notifications"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."unread_notifications"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."unread_notifications"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."visible_scopes"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."visible_scopes"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."visible_scopes"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."delete_custom_role"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."delete_custom_role"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."delete_custom_role"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."delete_custom_role"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."delete_notifications"(uuid, uuid[], boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."delete_notifications"(uuid, uuid[], boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."delete_notifications"(uuid, uuid[], boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."delete_notifications"(uuid, uuid[], boolean) TO "postgres";

REVOKE ALL ON FUNCTION "public"."delete_team"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."delete_team"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."delete_team"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."delete_team"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."mark_notifications_read"(uuid, uuid[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."mark_notifications_read"(uuid, uuid[]) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."mark_notifications_read"(uuid, uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."mark_notifications_read"(uuid, uuid[]) TO "postgres";

REVOKE ALL ON FUNCTION "public"."notification_list"(uuid, jsonb, integer, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."notification_list"(uuid, jsonb, integer, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."notification_list"(uuid, jsonb, integer, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."notification_list"(uuid, jsonb, integer, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "public"."save_custom_role"(uuid, uuid, text, text, text[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."save_custom_role"(uuid, uuid, text, text, text[]) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."save_custom_role"(uuid, uuid, text, text, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."save_custom_role"(uuid, uuid, text, text, text[]) TO "postgres";

REVOKE ALL ON FUNCTION "public"."save_team"(uuid, uuid, text, text, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."save_team"(uuid, uuid, text, text, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."save_team"(uuid, uuid, text, text, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."save_team"(uuid, uuid, text, text, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "public"."set_participant"(uuid, uuid, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."set_participant"(uuid, uuid, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."set_participant"(uuid, uuid, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."set_participant"(uuid, uuid, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "public"."set_team_member"(uuid, uuid, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."set_team_member"(uuid, uuid, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."set_team_member"(uuid, uuid, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."set_team_member"(uuid, uuid, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "service"."notification_email"(uuid, timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."notification_email"(uuid, timestamp with time zone) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."notification_email"(uuid, timestamp with time zone) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."notification_email"(uuid, timestamp with time zone) TO "service_role";

REVOKE ALL ("custom_role_id") ON TABLE "public"."account_users" FROM "authenticated";


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

REVOKE ALL ON TABLE "public"."mentions" FROM "authenticated";

GRANT SELECT ON TABLE "public"."mentions" TO "authenticated";

REVOKE ALL ON TABLE "public"."mentions" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."mentions" TO "postgres";

REVOKE ALL ON TABLE "public"."mentions" FROM "service_role";

GRANT SELECT ON TABLE "public"."mentions" TO "service_role";

REVOKE ALL ("email") ON TABLE "public"."notification_settings" FROM "authenticated";


REVOKE ALL ("push") ON TABLE "public"."notification_settings" FROM "authenticated";


REVOKE ALL ON TABLE "public"."notification_settings" FROM "authenticated";

GRANT SELECT ON TABLE "public"."notification_settings" TO "authenticated";

REVOKE ALL ON TABLE "public"."notification_settings" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."notification_settings" TO "postgres";

REVOKE ALL ON TABLE "public"."notification_settings" FROM "service_role";

GRANT SELECT ON TABLE "public"."notification_settings" TO "service_role";

REVOKE ALL ("read_at") ON TABLE "public"."notifications" FROM "authenticated";


REVOKE ALL ("snoozed_until") ON TABLE "public"."notifications" FROM "authenticated";


REVOKE ALL ON TABLE "public"."notifications" FROM "authenticated";

GRANT SELECT ON TABLE "public"."notifications" TO "authenticated";

REVOKE ALL ON TABLE "public"."notifications" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."notifications" TO "postgres";

REVOKE ALL ON TABLE "public"."notifications" FROM "service_role";

GRANT SELECT ON TABLE "public"."notifications" TO "service_role";

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

ALTER TABLE "public"."account_users" ADD CONSTRAINT "account_users_custom_role_fkey" FOREIGN KEY (account_id, custom_role_id) REFERENCES public.custom_roles(account_id, id) ON DELETE SET NULL (custom_role_id);

CREATE INDEX notifications_account_id_user_id_idx ON public.notifications USING btree (account_id, user_id, created_at DESC, id DESC);

ALTER TABLE "public"."conversations" ADD CONSTRAINT "conversations_team_fkey" FOREIGN KEY (account_id, team_id) REFERENCES public.teams(account_id, id) ON DELETE SET NULL (team_id);

ALTER TABLE "public"."team_members" ADD CONSTRAINT "team_members_team_fkey" FOREIGN KEY (account_id, team_id) REFERENCES public.teams(account_id, id) ON DELETE CASCADE;

ALTER TABLE "public"."notification_settings" ADD CONSTRAINT "notification_settings_email_check" CHECK ((email <@ private.notification_types()));

ALTER TABLE "public"."notification_settings" ADD CONSTRAINT "notification_settings_push_check" CHECK ((push <@ private.notification_types()));

ALTER TABLE "public"."notifications" ADD CONSTRAINT "notifications_notification_type_check" CHECK ((notification_type = ANY (private.notification_types())));

GRANT SELECT ("custom_role_id") ON TABLE "public"."account_users" TO "authenticated";

GRANT UPDATE ("email") ON TABLE "public"."notification_settings" TO "authenticated";

GRANT UPDATE ("push") ON TABLE "public"."notification_settings" TO "authenticated";

GRANT UPDATE ("read_at") ON TABLE "public"."notifications" TO "authenticated";

GRANT UPDATE ("snoozed_until") ON TABLE "public"."notifications" TO "authenticated";
