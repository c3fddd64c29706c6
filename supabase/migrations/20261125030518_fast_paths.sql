-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

DROP INDEX "public"."messages_search_idx";

DROP INDEX "public"."notifications_unread_idx";

DROP FUNCTION "private"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid);

DROP FUNCTION "private"."conversation_page"(uuid, text[], uuid, text, text, text, jsonb, integer);

DROP FUNCTION "private"."conversation_rows"(uuid[]);

DROP FUNCTION "private"."message_changes"(uuid, bigint);

DROP FUNCTION "private"."message_json"(public.messages, jsonb);

DROP FUNCTION "private"."message_page"(uuid, bigint, integer);

DROP FUNCTION "private"."notification_json"(public.notifications);

DROP FUNCTION "private"."record_event"(uuid, text, uuid, jsonb);

DROP FUNCTION "private"."sees"(uuid, public.conversations);

DROP FUNCTION "private"."unread_notifications"(uuid, uuid);

DROP FUNCTION "private"."visible_conversation_rows"(uuid[]);

DROP FUNCTION "private"."visitor_message_json"(public.messages, jsonb);

DROP FUNCTION "public"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid);

DROP FUNCTION "public"."conversation_rows"(uuid[]);

DROP FUNCTION "public"."message_changes"(uuid, bigint);

DROP FUNCTION "public"."message_page"(uuid, bigint, integer);

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
    if conversation.id is null or not private.sees(auth.uid(), conversation) then
        -- The same answer for a conversation that is missing and for one that is someone else's.
        perform private.fail(404, 'conversation_not_found', 'There is no such conversation.');
    end if;
    return conversation;
end;
$function$;

CREATE OR REPLACE FUNCTION private.broadcast_all(p_topics text[], p_events text[], p_payloads jsonb[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
    -- What realtime.send writes, in one statement and one subtransaction: for many listeners that is most of the cost.
    insert into realtime.messages (id, topic, extension, event, private, payload)
    select told.id, told.topic, 'broadcast', told.event, true, jsonb_build_object('id', told.id) || told.payload
    from (
        select gen_random_uuid() as id, one.topic, one.event, one.payload
        from unnest(p_topics, p_events, p_payloads) as one (topic, event, payload)
    ) as told;
exception when others then
    -- It warns, and never raises, where it cannot.
    perform realtime.send(one.payload, one.event, one.topic, true)
    from unnest(p_topics, p_events, p_payloads) as one (topic, event, payload);
end;
$function$;

ALTER FUNCTION "private"."broadcast_all"(text[], text[], jsonb[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.conversation_list(p_account_id uuid, p_tab text, p_status text, p_inbox_id uuid, p_sort text, p_cursor jsonb, p_limit integer, p_team_id uuid, p_labels text[], p_view text, p_priority text, p_assignee_id uuid)
 RETURNS json
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
    if coalesce(p_tab, '') not in ('mine', 'unassigned', 'all')
        or coalesce(p_status, '') not in ('open', 'pending', 'snoozed', 'resolved', 'all')
        or p_view not in ('mention', 'participating', 'unattended')
        or p_priority not in ('low', 'medium', 'high', 'urgent', 'none')
        or cardinality(p_labels) > 100
    then
        perform private.fail(
            400, 'invalid_argument',
            'tab is mine, unassigned or all; status is a status or all; view is mention, participating or unattended; '
            'priority is a priority or none.');
    end if;
    return private.conversation_page(
        p_account_id,
        case when p_status = 'all' then array['open', 'pending', 'snoozed', 'resolved'] else array[p_status] end,
        p_inbox_id,
        p_tab,
        concat(
            case when p_team_id is not null then format(' and conversation.team_id = %L', p_team_id) end,
            case when cardinality(p_labels) > 0 then format(' and conversation.labels && %L::text[]', p_labels) end,
            case when p_assignee_id is not null then format(' and conversation.assignee_id = %L', p_assignee_id) end,
            case when p_priority = 'none' then ' and conversation.priority is null'
                when p_priority is not null then format(' and conversation.priority = %L', p_priority) end,
            case p_view
                when 'unattended' then
                    ' and (conversation.first_reply_created_at is null or conversation.waiting_since is not null)'
                when 'participating' then format(
                    ' and conversation.id in (
                        select participant.conversation_id from public.conversation_participants as participant
                        where participant.account_id = %L and participant.user_id = %L)', p_account_id, auth.uid())
                when 'mention' then format(
                    ' and conversation.id in (
                        select mention.conversation_id from public.mentions as mention
                        where mention.account_id = %L and mention.user_id = %L)', p_account_id, auth.uid()) end),
        p_sort, p_cursor, p_limit);
end;
$function$;

ALTER FUNCTION "private"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.conversation_page(p_account_id uuid, p_statuses text[], p_inbox_id uuid, p_tab text, p_where text, p_sort text, p_cursor jsonb, p_limit integer)
 RETURNS json
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
-- Only the counters' plan is kept: what is executed as text is planned for its values each time.
declare
    caller constant uuid := auth.uid();
    nobody constant uuid := '00000000-0000-0000-0000-000000000000';
    -- What the caller sees: everything of an inbox or team, or a part (a kind: unassigned, participating).
    inboxes uuid[];
    teams uuid[];
    full_inboxes uuid[];
    seen text;
    conditions text;
    sort_column text;
    descending boolean;
    by_rank constant boolean := p_sort = 'priority';
    ordered text;
    beyond text;
    query text;
    cursor_at timestamptz;
    cursor_id uuid;
    cursor_rank smallint;
    ids uuid[];
    cursors jsonb[];
    counts jsonb;
    counted jsonb;
begin
    select case p_sort
            when 'newest' then 'last_activity_at' when 'oldest' then 'last_activity_at'
            when 'waiting' then 'waiting_since'
            when 'created' then 'created_at' when 'created_oldest' then 'created_at' when 'priority' then 'created_at' end,
        p_sort in ('newest', 'created')
    into sort_column, descending;
    if sort_column is null or coalesce(p_limit, 0) not between 1 and 100 then
        perform private.fail(
            400, 'invalid_argument',
            'sort is newest, oldest, waiting, created, created_oldest or priority; limit is 1 to 100.');
    end if;
    if p_cursor is not null then
        begin
            cursor_at := (p_cursor ->> 'at')::timestamptz;
            cursor_id := (p_cursor ->> 'id')::uuid;
            cursor_rank := (p_cursor ->> 'rank')::smallint;
        exception when others then
            cursor_id := null;
        end;
        if cursor_at is null or cursor_id is null or (by_rank and cursor_rank is null) then
            perform private.fail(400, 'invalid_cursor', 'Pass next_cursor back as it was given.');
        end if;
    end if;

    select coalesce(array_agg(mine.inbox_id) filter (where mine.inbox_id is not null), '{}'),
        coalesce(array_agg(mine.team_id) filter (where mine.team_id is not null), '{}'),
        coalesce(array_agg(mine.inbox_id) filter (where mine.inbox_id is not null and mine.scope = 'all'), '{}'),
        string_agg(distinct format(
            '(conversation.%s = %L%s)',
            case when mine.inbox_id is not null then 'inbox_id' else 'team_id' end,
            coalesce(mine.inbox_id, mine.team_id),
            case mine.scope
                when 'all' then ''
                when 'unassigned' then format(
                    ' and (conversation.assignee_id is null or conversation.assignee_id = %L)', caller)
                else format(
                    ' and (conversation.assignee_id = %1$L or exists (
                        select from public.conversation_participants as participant
                        where participant.conversation_id = conversation.id and participant.user_id = %1$L))',
                    caller) end), ' or ')
            filter (where mine.scope <> 'all' or mine.team_id is not null)
    into inboxes, teams, full_inboxes, seen
    from private.scopes_of(caller) as mine
    where mine.account_id = p_account_id
        and (p_inbox_id is null or mine.inbox_id is null or mine.inbox_id = p_inbox_id);
    if p_sort = 'newest' and p_tab <> 'unassigned' and p_where = '' and seen is null then
        select array_agg(newest.id), array_agg(jsonb_build_object('at', newest.last_activity_at, 'id', newest.id))
        into ids, cursors
        from private.newest_conversations(
            p_account_id, inboxes, p_statuses, case p_tab when 'mine' then caller end,
            coalesce(cursor_at, 'infinity'), coalesce(cursor_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
            p_limit + 1) as newest;
    else
        conditions := p_where
            || case when p_inbox_id is null then '' else format(' and conversation.inbox_id = %L', p_inbox_id) end
            || case when seen is null then ''
                else format(' and (conversation.inbox_id = any ($8) or %s)', seen) end;

        ordered := format(
            '%1$s %2$I %3$s, id %3$s', case when by_rank then 'rank asc,' else '' end, sort_column,
            case when descending then 'desc' else 'asc' end);
        beyond := case
            when cursor_id is null then ''
            when by_rank then
                'and (private.priority_rank(conversation.priority), conversation.created_at, conversation.id) > ($9, $6, $7)'
            else format(
                'and (conversation.%I, conversation.id) %s ($6, $7)', sort_column,
                case when descending then '<' else '>' end) end;
        -- The first rows of each (inbox or team, status) come from an index in the right order; merging those
        -- short runs costs the same however many conversations there are.
        query := format(
            $run$
                select run.id, run.%1$I, run.rank
                from unnest($%%s::uuid[]) as scope (id)
                cross join unnest($2) as state (status)
                cross join lateral (
                    select conversation.id, conversation.%1$I, %2$s as rank
                    from public.conversations as conversation
                    where conversation.account_id = $3
                        and conversation.%%s = scope.id
                        and conversation.status = state.status
                        and conversation.%1$I is not null
                        %3$s
                        %4$s
                        %5$s
                    order by %6$s conversation.%1$I %7$s, conversation.id %7$s
                    limit $4
                ) as run
            $run$,
            sort_column,
            case when by_rank then 'private.priority_rank(conversation.priority)' else 'null::smallint' end,
            case p_tab
                when 'mine' then 'and conversation.assignee_id = $5'
                when 'unassigned' then 'and conversation.assignee_id is null'
                else '' end,
            replace(conditions, '%', '%%'),
            beyond,
            case when by_rank then 'private.priority_rank(conversation.priority),' else '' end,
            case when descending then 'desc' else 'asc' end);
        query := format(
            $query$
            select array_agg(page.id order by page.position),
                array_agg(jsonb_build_object('at', page.%1$I, 'id', page.id, 'rank', page.rank) order by page.position)
            from (
                select found.*, row_number() over (order by %2$s) as position
                from (%3$s %4$s) as found
                order by %2$s
                limit $4
            ) as page
            $query$,
            sort_column, ordered, format(query, '1', 'inbox_id'),
            -- In a team and in its inbox at once is still one conversation.
            case when teams = '{}' then '' else 'union ' || format(query, '10', 'team_id') end);
        execute query into ids, cursors
        using inboxes, p_statuses, p_account_id, p_limit + 1, caller, cursor_at, cursor_id, full_inboxes, cursor_rank, teams;
    end if;

    if p_cursor is null then
        if p_where = '' then
            select jsonb_build_object(
                'mine', coalesce(sum(counter.total) filter (where counter.assignee_id = caller), 0),
                'unassigned', coalesce(sum(counter.total) filter (where counter.assignee_id = nobody), 0),
                'all', coalesce(sum(counter.total), 0))
            into counts
            from private.conversation_counters as counter
            where counter.account_id = p_account_id
                and counter.inbox_id = any (full_inboxes)
                and counter.status = any (p_statuses);
        end if;
        if p_where <> '' or seen is not null then
            -- What no counter is kept of is counted, up to a number that nobody reads one by one.
            execute format(
                $count$
                select jsonb_build_object(
                    'mine', count(*) filter (where assignee_id = $3),
                    'unassigned', count(*) filter (where assignee_id is null),
                    'all', count(*))
                from (
                    select conversation.assignee_id
                    from public.conversations as conversation
                    where conversation.account_id = $1 and conversation.status = any ($2) and %s %s
                    limit 10000
                ) as counted
                $count$,
                case when p_where = '' then 'not conversation.inbox_id = any ($8)'
                    else 'true' end,
                case when seen is null then ' and conversation.inbox_id = any ($8)' else '' end || conditions)
            into counted
            using p_account_id, p_statuses, caller, null::int, null::int, null::int, null::int, full_inboxes;
            select jsonb_object_agg(key, value::int + coalesce((counts ->> key)::int, 0)) into counts
            from jsonb_each_text(counted);
        end if;
    end if;
    return json_build_object(
        'rows', private.conversation_rows(ids[1:p_limit]),
        'next_cursor', case when cardinality(ids) > p_limit then jsonb_strip_nulls(cursors[p_limit]) end,
        'counts', counts);
end;
$function$;

ALTER FUNCTION "private"."conversation_page"(uuid, text[], uuid, text, text, text, jsonb, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.conversation_row(p_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select (private.conversation_rows(array[p_id]) -> 0)::jsonb
$function$;

CREATE OR REPLACE FUNCTION private.conversation_rows(p_ids uuid[])
 RETURNS json
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
    -- In PL/pgSQL, which keeps its plan: the plan is always the same, and making it takes as long as running it. Rows that
    -- become text, because objects of jsonb take twice as long.
    return (
        select coalesce(json_agg(shown), '[]')
        from (
            select conversation.id, conversation.account_id, conversation.display_id, conversation.inbox_id,
                conversation.status, conversation.priority, conversation.assignee_id, conversation.team_id,
                conversation.labels, conversation.snoozed_until, conversation.waiting_since,
                conversation.first_reply_created_at, conversation.last_activity_at, conversation.created_at,
                conversation.unread_count, conversation.last_seq, conversation.preview, conversation.custom_attributes,
                json_build_object(
                    'id', contact.id,
                    'name', contact.name,
                    'email', contact.email,
                    'phone_number', contact.phone_number,
                    'avatar_url', contact.avatar_url,
                    'identified', contact.identified,
                    'blocked', contact.blocked) as contact,
                -- private.conversation_topic, written out: calling it for every row costs more than all the rest.
                'conversation:' || conversation.id || ':' || (inbox.epoch + conversation.epoch) as topic
            from unnest(p_ids) with ordinality as wanted (id, position)
            join public.conversations as conversation on conversation.id = wanted.id
            join public.contacts as contact on contact.id = conversation.contact_id
            join public.inboxes as inbox on inbox.id = conversation.inbox_id
            order by wanted.position
        ) as shown);
end;
$function$;

ALTER FUNCTION "private"."conversation_rows"(uuid[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.has_rare_word(p_words tsquery)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
    -- Alternatives and exclusions may match much, whatever their words.
    return p_words::text !~ '[|!]' and exists (
        select
        from pg_catalog.pg_stats as stats
        where stats.schemaname = 'public'
            and stats.tablename = 'messages_search_idx'
            and stats.attname = 'search_vector'
            and not tsvector_to_array(to_tsvector('pg_catalog.simple', p_words::text))
                <@ (stats.most_common_elems::text::text[]));
end;
$function$;

ALTER FUNCTION "private"."has_rare_word"(tsquery) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.message_changes(p_conversation_id uuid, p_after_seq bigint)
 RETURNS json
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
    page constant public.messages[] := array(
        select message
        from public.messages as message
        where message.conversation_id = p_conversation_id and message.updated_seq > coalesce(p_after_seq, 0)
        order by message.updated_seq
        limit 201);
begin
    return json_build_object(
        'messages', case when cardinality(page) > 200 then '[]' else private.messages_json(page) end,
        'reset', cardinality(page) > 200,
        'last_seq', conversation.last_seq,
        'topic', private.topic_of(conversation));
end;
$function$;

ALTER FUNCTION "private"."message_changes"(uuid, bigint) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.message_json(p_message public.messages)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    return private.messages_json(array[p_message]) -> 0;
end;
$function$;

ALTER FUNCTION "private"."message_json"(public.messages) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.message_page(p_conversation_id uuid, p_before_seq bigint, p_limit integer)
 RETURNS json
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
    page public.messages[];
begin
    if coalesce(p_limit, 0) not between 1 and 200 then
        perform private.fail(400, 'invalid_argument', 'limit is 1 to 200.');
    end if;
    -- One more than asked for says whether there are more.
    page := array(
        select message
        from public.messages as message
        where message.conversation_id = p_conversation_id
            and message.seq < coalesce(p_before_seq, 9223372036854775807)
        order by message.seq desc
        limit p_limit + 1);
    return json_build_object(
        'messages', private.messages_json(page[:p_limit]),
        'has_more', cardinality(page) > p_limit,
        'last_seq', conversation.last_seq,
        'topic', private.topic_of(conversation));
end;
$function$;

ALTER FUNCTION "private"."message_page"(uuid, bigint, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.message_sender(p_message public.messages)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select private.sender_json(p_message.sender_user_id, p_message.sender_contact_id, p_message.inbox_id)
$function$;

CREATE OR REPLACE FUNCTION private.messages_json(p_messages public.messages[])
 RETURNS json
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
    -- Of all that a page of messages costs, making its JSON is most: rows become text three times faster than objects
    -- of jsonb are put together. A thread has few senders: each is looked up once, not once per message.
    return (
        with sender as materialized (
            select each.*, private.sender_json(each.sender_user_id, each.sender_contact_id, each.inbox_id)::text::json as json
            from (
                select distinct one.sender_user_id, one.sender_contact_id, one.inbox_id
                from unnest(p_messages) as one
            ) as each
        )
        select coalesce(json_agg(shown), '[]')
        from (
            select message.id, message.conversation_id, message.seq, message.updated_seq, message.message_type,
                message.content_type, message.content, message.content_attributes, message.private, message.status,
                sender.json as sender,
                case when message.attachments_at is null then '[]' else private.attachments_json(message) end as attachments,
                message.created_at, message.edited_at, message.deleted_at
            from unnest(p_messages) as message
            join sender
                on sender.sender_user_id is not distinct from message.sender_user_id
                and sender.sender_contact_id is not distinct from message.sender_contact_id
                and sender.inbox_id = message.inbox_id
            order by message.seq
        ) as shown);
end;
$function$;

ALTER FUNCTION "private"."messages_json"(public.messages[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.newest_conversations(p_account_id uuid, p_inbox_ids uuid[], p_statuses text[], p_assignee_id uuid, p_before_at timestamp with time zone, p_before_id uuid, p_limit integer)
 RETURNS TABLE(id uuid, last_activity_at timestamp with time zone)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_bitmapscan TO 'off'
AS $function$
begin
    if p_assignee_id is null then
        return query
        select run.id, run.last_activity_at
        from unnest(p_inbox_ids) as scope (id)
        cross join unnest(p_statuses) as state (status)
        cross join lateral (
            select conversation.id, conversation.last_activity_at
            from public.conversations as conversation
            where conversation.account_id = p_account_id
                and conversation.inbox_id = scope.id
                and conversation.status = state.status
                and (conversation.last_activity_at, conversation.id) < (p_before_at, p_before_id)
            order by conversation.last_activity_at desc, conversation.id desc
            limit p_limit
        ) as run
        order by run.last_activity_at desc, run.id desc
        limit p_limit;
    else
        return query
        select run.id, run.last_activity_at
        from unnest(p_statuses) as state (status)
        cross join lateral (
            select conversation.id, conversation.last_activity_at
            from public.conversations as conversation
            where conversation.account_id = p_account_id
                and conversation.assignee_id = p_assignee_id
                and conversation.status = state.status
                and conversation.inbox_id = any (p_inbox_ids)
                and (conversation.last_activity_at, conversation.id) < (p_before_at, p_before_id)
            order by conversation.last_activity_at desc, conversation.id desc
            limit p_limit
        ) as run
        order by run.last_activity_at desc, run.id desc
        limit p_limit;
    end if;
end;
$function$;

ALTER FUNCTION "private"."newest_conversations"(uuid, uuid[], text[], uuid, timestamp with time zone, uuid, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.notification_json(p_notification public.notifications, p_actor jsonb, p_conversation jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
    return jsonb_build_object(
        'id', p_notification.id,
        'account_id', p_notification.account_id,
        'notification_type', p_notification.notification_type,
        'conversation_id', p_notification.conversation_id,
        'message_id', p_notification.message_id,
        'actor', p_actor,
        'read_at', p_notification.read_at,
        'snoozed_until', p_notification.snoozed_until,
        'created_at', p_notification.created_at,
        'conversation', p_conversation);
end;
$function$;

ALTER FUNCTION "private"."notification_json"(public.notifications, jsonb, jsonb) OWNER TO "postgres";

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
    perform private.require_member(p_account_id);
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
            select coalesce(jsonb_agg(
                private.notification_json(
                    shown, private.notified_by(shown.actor_user_id),
                    case when private.sees(shown.user_id, conversation) then private.notified_of(conversation) end)
                order by shown.created_at desc, shown.id desc), '[]')
            from unnest(found[1:p_limit]) as shown
            left join public.conversations as conversation on conversation.id = shown.conversation_id),
        'next_cursor', case when cardinality(found) > p_limit
            then jsonb_build_object('at', found[p_limit].created_at, 'id', found[p_limit].id) end,
        'unread_count', private.unread_notifications(p_account_id, auth.uid()));
end;
$function$;

CREATE OR REPLACE FUNCTION private.notified_by(p_actor_user_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object('id', actor.id, 'name', private.shown_name(actor), 'avatar_url', actor.avatar_url)
    from public.users as actor where actor.id = p_actor_user_id
$function$;

ALTER FUNCTION "private"."notified_by"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.notified_of(p_conversation public.conversations)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'display_id', p_conversation.display_id,
        'inbox_id', p_conversation.inbox_id,
        'status', p_conversation.status,
        'contact_name', contact.name,
        'preview', p_conversation.preview)
    from public.contacts as contact
    where contact.id = p_conversation.contact_id
$function$;

ALTER FUNCTION "private"."notified_of"(public.conversations) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.notify(p_user_ids uuid[], p_type text, p_conversation public.conversations, p_message_id uuid, p_actor_user_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
    others constant uuid[] := array_remove(p_user_ids, p_actor_user_id);
    written public.notifications[];
    actor jsonb;
    conversation jsonb;
begin
    if cardinality(others) = 0 or p_type <> 'conversation_mention' and exists (
        select from public.contacts where id = p_conversation.contact_id and blocked)
    then
        return;
    end if;
    -- In key order: two at once cannot wait for one another crosswise.
    with line as (
        insert into public.notifications as old
            (account_id, user_id, notification_type, conversation_id, message_id, actor_user_id)
        select p_conversation.account_id, viewer.user_id, p_type, p_conversation.id, p_message_id, p_actor_user_id
        from unnest(private.viewers(others, p_conversation)) as viewer (user_id)
        on conflict on constraint notifications_conversation_id_user_id_key do update
        set notification_type = excluded.notification_type,
            message_id = excluded.message_id,
            actor_user_id = excluded.actor_user_id,
            read_at = null,
            snoozed_until = null,
            created_at = excluded.created_at
        returning *
    )
    select array_agg(line) into written from line;
    if written is null then
        return;
    end if;
    -- Those who are told differ in little: what is the same for all is put together once.
    actor := private.notified_by(p_actor_user_id);
    conversation := private.notified_of(p_conversation);
    perform private.broadcast_all(
        array_agg('user:' || told.user_id),
        array_agg('notification.created'::text),
        array_agg(jsonb_build_object(
            'notification', private.notification_json(told, actor, conversation),
            'unread_count', private.unread_notifications(told.account_id, told.user_id))))
    from unnest(written) as told;
    perform private.enqueue(
        'send_notification_email',
        jsonb_build_object('notification_id', told.id, 'created_at', told.created_at),
        told.account_id)
    from unnest(written) as told
    join public.notification_settings as setting
        on setting.account_id = told.account_id and setting.user_id = told.user_id
    where p_type = any (setting.email);
end;
$function$;

CREATE OR REPLACE FUNCTION private.record_event(p_account_id uuid, p_name text, p_conversation_id uuid, p_payload jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
    insert into private.events (account_id, name, conversation_id, payload, actor)
    values (p_account_id, p_name, p_conversation_id, p_payload, private.actor());
end;
$function$;

ALTER FUNCTION "private"."record_event"(uuid, text, uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.search_messages(p_account_id uuid, p_query text, p_cursor jsonb, p_limit integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
    words constant tsquery := websearch_to_tsquery('pg_catalog.simple', private.folded(p_query));
    rare constant boolean := private.has_rare_word(words);
    inboxes uuid[];
    partial boolean;
    before_at constant timestamptz := coalesce((p_cursor ->> 'at')::timestamptz, 'infinity');
    before_id constant uuid := coalesce((p_cursor ->> 'id')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    found public.messages[];
begin
    if numnode(words) = 0 then
        return jsonb_build_object('rows', '[]'::jsonb, 'next_cursor', null);
    end if;
    select coalesce(array_agg(mine.inbox_id) filter (where mine.inbox_id is not null and mine.scope = 'all'), '{}'),
        coalesce(bool_or(mine.scope <> 'all' or mine.team_id is not null), false)
    into inboxes, partial
    from private.visible_scopes(p_account_id) as mine;
    -- A common word stands in the newest messages already; a rare one is found by its index. Sorting all the places of
    -- a common word would take a second, and reading the newest messages in vain many times what a rare one costs.
    if not rare then
        found := array(
            select recent
            from (
                select message.*
                from public.messages as message
                where message.account_id = p_account_id
                    and message.message_type in ('incoming', 'outgoing')
                    and message.created_at > now() - interval '90 days'
                    and (message.created_at, message.id) < (before_at, before_id)
                order by message.created_at desc, message.id desc
                limit 400
            ) as recent
            where recent.deleted_at is null
                -- private.search_vector, which its index asks for, written out where no index helps: calling it costs
                -- several times what it does.
                and to_tsvector('pg_catalog.simple', lower(extensions.unaccent(
                    'extensions.unaccent'::regdictionary, left(recent.content, 20000)))) @@ words
                and (recent.inbox_id = any (inboxes)
                    or (partial and private.can_see_conversation(recent.conversation_id)))
            order by recent.created_at desc, recent.id desc
            limit p_limit + 1);
    end if;
    if rare or cardinality(found) <= p_limit then
        found := array(
            with place as materialized (
                select message.*
                from public.messages as message
                where message.account_id = p_account_id
                    and message.message_type in ('incoming', 'outgoing')
                    and private.search_vector(message.content) @@ words
            )
            select place
            from place
            where place.created_at > now() - interval '90 days'
                and (place.created_at, place.id) < (before_at, before_id)
                and place.deleted_at is null
                and (place.inbox_id = any (inboxes)
                    or (partial and private.can_see_conversation(place.conversation_id)))
            order by place.created_at desc, place.id desc
            limit p_limit + 1);
    end if;
    return jsonb_build_object(
        'rows', (
            select coalesce(jsonb_agg(
                jsonb_build_object(
                    'id', hit.id,
                    'conversation_id', hit.conversation_id,
                    'display_id', conversation.display_id,
                    'inbox_id', hit.inbox_id,
                    'message_type', hit.message_type,
                    'private', hit.private,
                    'content', left(hit.content, 300),
                    'created_at', hit.created_at,
                    'sender', private.sender_json(hit.sender_user_id, hit.sender_contact_id, hit.inbox_id))
                order by hit.created_at desc, hit.id desc), '[]')
            from unnest(found[1:p_limit]) as hit
            join public.conversations as conversation on conversation.id = hit.conversation_id),
        'next_cursor', case when cardinality(found) > p_limit then
            jsonb_build_object('at', (found[p_limit]).created_at, 'id', (found[p_limit]).id) end);
end;
$function$;

CREATE OR REPLACE FUNCTION private.sees(p_user_id uuid, p_conversation public.conversations)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
    member public.account_users;
    scope text := 'all';
begin
    -- private.scopes_of for one conversation, step by step: every message asks this, and each step is one row by its key.
    select mine.* into member
    from public.account_users as mine
    join public.accounts as account on account.id = mine.account_id and account.status = 'active'
    where mine.account_id = p_conversation.account_id and mine.user_id = p_user_id;
    if member.user_id is null then
        return false;
    end if;
    if member.role = 'administrator' then
        return exists (
            select from public.inboxes where id = p_conversation.inbox_id and deleted_at is null);
    end if;
    if member.custom_role_id is not null then
        select private.conversation_scope(member.role, custom.permissions) into scope
        from public.custom_roles as custom
        where custom.id = member.custom_role_id;
    end if;
    return scope is not null
        and (
            exists (
                select from public.inbox_members as inbox
                where inbox.account_id = p_conversation.account_id
                    and inbox.inbox_id = p_conversation.inbox_id
                    and inbox.user_id = p_user_id)
            or (p_conversation.team_id is not null and exists (
                select from public.team_members as team
                where team.account_id = p_conversation.account_id
                    and team.team_id = p_conversation.team_id
                    and team.user_id = p_user_id)))
        and (
            scope = 'all'
            or p_conversation.assignee_id is not distinct from p_user_id
            or (scope = 'unassigned' and p_conversation.assignee_id is null)
            or (scope = 'participating' and exists (
                select from public.conversation_participants as participant
                where participant.conversation_id = p_conversation.id and participant.user_id = p_user_id)));
end;
$function$;

ALTER FUNCTION "private"."sees"(uuid, public.conversations) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.send_message(p_conversation_id uuid, p_id uuid, p_content text, p_private boolean, p_expected_last_seq bigint, p_attachments uuid[], p_in_reply_to uuid, p_content_attributes jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    caller uuid := auth.uid();
    message public.messages;
    missed public.messages[];
    bound_at timestamptz;
begin
    perform private.agent_conversation(p_conversation_id);
    if p_id is null then
        perform private.fail(400, 'invalid_argument', 'Give the message an id (UUIDv7) of your own.');
    end if;
    -- The lock makes "has anything arrived since?" and the insert one step, and a second try wait for the first.
    perform from public.conversations where id = p_conversation_id for no key update;
    select * into message from public.messages where conversation_id = p_conversation_id and id = p_id;
    if message.id is not null then
        if message.sender_user_id is distinct from caller then
            perform private.fail(409, 'message_id_taken', 'Another message has this id.');
        end if;
        return private.message_json(message);
    end if;
    if p_expected_last_seq is not null and not coalesce(p_private, false) then
        select array_agg(newer) into missed
        from public.messages as newer
        where newer.conversation_id = p_conversation_id
            and newer.seq > p_expected_last_seq
            and newer.message_type in ('incoming', 'outgoing')
            and not newer.private
            and newer.sender_user_id is distinct from caller;
        if missed is not null then
            perform private.fail(
                409, 'conversation_moved', 'Someone wrote here while you were writing.',
                'Read it, then send again without expected_last_seq.',
                json_build_object('messages', private.messages_json(missed))::text);
        end if;
    end if;
    -- The trigger sees the role of the request and fills in the rest, as for a direct insert.
    bound_at := private.bind_attachments(p_conversation_id, p_id, p_attachments, caller, null);
    insert into public.messages (id, conversation_id, content, private, attachments_at, content_attributes)
    values (
        p_id, p_conversation_id, coalesce(p_content, ''), coalesce(p_private, false), bound_at,
        coalesce(p_content_attributes, '{}')
            || jsonb_strip_nulls(jsonb_build_object('in_reply_to', p_in_reply_to)))
    returning * into message;
    return private.message_json(message);
end;
$function$;

CREATE OR REPLACE FUNCTION private.sender_json(p_user_id uuid, p_contact_id uuid, p_inbox_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    return case
        when p_user_id is not null then (
            select jsonb_build_object(
                'type', 'user', 'id', sender.id, 'name', private.shown_name(sender), 'avatar_url', sender.avatar_url)
            from public.users as sender where sender.id = p_user_id)
        when p_contact_id is not null then (
            select jsonb_build_object(
                'type', 'contact', 'id', sender.id, 'name', sender.name, 'avatar_url', sender.avatar_url)
            from public.contacts as sender where sender.id = p_contact_id)
        else jsonb_build_object(
            'type', 'system', 'id', null, 'avatar_url', null,
            'name', (select inbox.name from public.inboxes as inbox where inbox.id = p_inbox_id))
    end;
end;
$function$;

ALTER FUNCTION "private"."sender_json"(uuid, uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.tell_message(p_message public.messages, p_event text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
    shown constant jsonb := private.message_json(p_message);
    topic text;
    contact_inbox_id uuid;
begin
    select private.topic_of(conversation), conversation.contact_inbox_id into topic, contact_inbox_id
    from public.conversations as conversation
    where conversation.id = p_message.conversation_id;
    if p_message.visitor_seq is null then
        perform private.broadcast(
            topic, p_event,
            jsonb_build_object(
                'seq', p_message.updated_seq, 'conversation_id', p_message.conversation_id, 'message', shown));
    else
        perform private.broadcast_all(
            array[topic, 'visitor:' || contact_inbox_id],
            array[p_event, p_event],
            array[
                jsonb_build_object(
                    'seq', p_message.updated_seq, 'conversation_id', p_message.conversation_id, 'message', shown),
                jsonb_build_object(
                    'seq', p_message.visitor_seq,
                    'conversation_id', p_message.conversation_id,
                    'message', private.visitor_message_json(p_message, shown))]);
    end if;
end;
$function$;

ALTER FUNCTION "private"."tell_message"(public.messages, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.tell_message_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    perform private.tell_message(new, 'message.updated');
    perform private.record_event(
        new.account_id, 'message.updated', new.conversation_id, jsonb_build_object('message_id', new.id));
    return null;
end;
$function$;

CREATE OR REPLACE FUNCTION private.tell_message_created()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    perform private.tell_message(new, 'message.created');
    if new.message_type <> 'activity' then
        perform private.record_event(
            new.account_id, 'message.created', new.conversation_id,
            jsonb_build_object('message_id', new.id, 'seq', new.seq));
    end if;
    if new.message_type = 'incoming' and private.due_templates(new) <> '{}' then
        perform private.enqueue(
            'send_templates',
            jsonb_build_object('conversation_id', new.conversation_id, 'message_id', new.id),
            new.account_id,
            new.conversation_id::text,
            new.id::text);
    end if;
    return null;
end;
$function$;

CREATE OR REPLACE FUNCTION private.unread_notifications(p_account_id uuid, p_user_id uuid)
 RETURNS integer
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
    return (
        select count(*)
        from (
            select from public.notifications
            where account_id = p_account_id
                and user_id = p_user_id
                and read_at is null
                and (snoozed_until is null or snoozed_until <= now())
            -- In the order of the index, which ends the walk at a hundred; else all that are unread are read first.
            order by created_at desc
            limit 100
        ) as unread);
end;
$function$;

ALTER FUNCTION "private"."unread_notifications"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.viewers(p_user_ids uuid[], p_conversation public.conversations)
 RETURNS uuid[]
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
    return array(
        select member.user_id
        from public.account_users as member
        join public.accounts as account on account.id = member.account_id and account.status = 'active'
        join public.inboxes as inbox on inbox.id = p_conversation.inbox_id
        left join public.custom_roles as custom on custom.id = member.custom_role_id
        where member.account_id = p_conversation.account_id
            and member.user_id = any (p_user_ids)
            and case
                when member.role = 'administrator' then inbox.deleted_at is null
                when custom.id is not null then private.sees(member.user_id, p_conversation)
                else exists (
                        select from public.inbox_members as mine
                        where mine.account_id = member.account_id and mine.inbox_id = inbox.id and mine.user_id = member.user_id)
                    or exists (
                        select from public.team_members as mine
                        where mine.account_id = member.account_id and mine.team_id = p_conversation.team_id
                            and mine.user_id = member.user_id)
                end
        order by member.user_id);
end;
$function$;

ALTER FUNCTION "private"."viewers"(uuid[], public.conversations) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.visible_conversation_rows(p_ids uuid[])
 RETURNS json
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

ALTER FUNCTION "private"."visible_conversation_rows"(uuid[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.visitor_message_json(p_message public.messages, p_shown jsonb DEFAULT NULL::jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    shown constant jsonb := coalesce(p_shown, private.message_json(p_message));
begin
    return jsonb_build_object(
        'id', p_message.id,
        'conversation_id', p_message.conversation_id,
        'seq', p_message.visitor_seq,
        'position', p_message.seq,
        'message_type', p_message.message_type,
        'content_type', p_message.content_type,
        'content', p_message.content,
        'content_attributes', case when p_message.content_attributes = '{}' then '{}'
            else private.visitor_attributes(p_message.content_attributes) end,
        'status', p_message.status,
        -- An agent is a name and a face to the visitor, not an id.
        'sender', (shown -> 'sender') - 'id',
        'attachments', shown -> 'attachments',
        'created_at', p_message.created_at,
        'edited_at', p_message.edited_at);
end;
$function$;

ALTER FUNCTION "private"."visitor_message_json"(public.messages, jsonb) OWNER TO "postgres";

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
    for_visitor boolean;
    reopened text;
begin
    -- Clients' rights come first: a trigger runs before the policy's check, and must not tell a stranger
    -- more than it. The answer is the same for a conversation that is missing and one that is not theirs.
    select * into conversation from public.conversations where id = new.conversation_id;
    if conversation.id is null
        or (client = 'authenticated' and not private.sees(auth.uid(), conversation))
        or (client = 'visitor' and conversation.contact_inbox_id is distinct from private.visitor_contact_inbox_id())
    then
        perform private.fail(404, 'conversation_not_found', 'There is no such conversation.');
    end if;

    if client in ('authenticated', 'visitor') then
        if private.is_blank(new.content) and new.attachments_at is null then
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
        if new.content_attributes <> '{}' then
            new.content_attributes := private.client_attributes(new.content_attributes, new.private);
        end if;
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
    if new.content_attributes ?| array['in_reply_to', 'in_reply_to_external_id'] then
        new.content_attributes := private.resolve_reply(new);
    end if;

    -- Locks are taken in the order contact, conversation, message, here and everywhere.
    if new.message_type = 'incoming' then
        update public.contacts set last_activity_at = now()
        where id = conversation.contact_id
            and (last_activity_at is null or last_activity_at < now() - interval '1 minute');
    end if;
    select * into conversation from public.conversations where id = new.conversation_id for no key update;
    -- Asked before anything moves: an insert that conflicts runs this trigger too, also when it is to do nothing.
    if exists (select from public.messages where conversation_id = new.conversation_id and id = new.id) then
        perform private.fail(409, 'message_id_taken', 'Another message has this id.');
    end if;

    -- Counted only where so many are possible: a change moves last_seq, and a message last_activity_at too.
    if client in ('authenticated', 'visitor')
        and conversation.last_seq >= 200
        and conversation.last_activity_at > now() - interval '1 minute'
    then
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

    -- Not what was written elsewhere and comes back from the provider.
    if new.message_type in ('outgoing', 'template') and strpos(new.content, '{{') > 0
        and not new.content_attributes ? 'external_echo'
    then
        select * into contact from public.contacts where id = conversation.contact_id;
        new.content := private.render_variables(new.content, conversation, contact, new.sender_user_id);
    end if;

    -- A human's public answer: what ends the waiting.
    public_reply := new.message_type = 'outgoing' and not new.private and new.sender_user_id is not null
        and not new.content_attributes ? 'automation_rule_id' and not new.content_attributes ? 'campaign_id';
    reopened := conversation.status;
    if new.message_type = 'incoming' and reopened in ('snoozed', 'resolved') then
        select private.reopened_status(conversation, writer.blocked) into reopened
        from public.contacts as writer where writer.id = conversation.contact_id;
    end if;
    for_visitor := private.is_visible_to_visitor(new);

    update public.conversations
    set last_seq = last_seq + 1,
        last_visitor_seq = last_visitor_seq + for_visitor::int,
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
            'attachments', new.attachments_at is not null,
            'sender_name', private.sender_json(new.sender_user_id, new.sender_contact_id, new.inbox_id) ->> 'name',
            'created_at', new.created_at) end
    where id = new.conversation_id
    returning * into conversation;

    new.seq := conversation.last_seq;
    new.updated_seq := conversation.last_seq;
    new.visitor_seq := case when for_visitor then conversation.last_visitor_seq end;
    return new;
end;
$function$;

CREATE OR REPLACE FUNCTION public.conversation_list(p_account_id uuid, p_tab text DEFAULT 'mine'::text, p_status text DEFAULT 'open'::text, p_inbox_id uuid DEFAULT NULL::uuid, p_sort text DEFAULT 'newest'::text, p_cursor jsonb DEFAULT NULL::jsonb, p_limit integer DEFAULT 25, p_team_id uuid DEFAULT NULL::uuid, p_labels text[] DEFAULT NULL::text[], p_view text DEFAULT NULL::text, p_priority text DEFAULT NULL::text, p_assignee_id uuid DEFAULT NULL::uuid)
 RETURNS json
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.conversation_list(
        p_account_id, p_tab, p_status, p_inbox_id, p_sort, p_cursor, p_limit, p_team_id, p_labels, p_view, p_priority,
        p_assignee_id)
$function$;

ALTER FUNCTION "public"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.conversation_rows(p_ids uuid[])
 RETURNS json
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.visible_conversation_rows(p_ids)
$function$;

ALTER FUNCTION "public"."conversation_rows"(uuid[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.message_changes(p_conversation_id uuid, p_after_seq bigint)
 RETURNS json
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.message_changes(p_conversation_id, p_after_seq)
$function$;

ALTER FUNCTION "public"."message_changes"(uuid, bigint) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.message_page(p_conversation_id uuid, p_before_seq bigint DEFAULT NULL::bigint, p_limit integer DEFAULT 30)
 RETURNS json
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.message_page(p_conversation_id, p_before_seq, p_limit)
$function$;

ALTER FUNCTION "public"."message_page"(uuid, bigint, integer) OWNER TO "postgres";

CREATE INDEX notifications_unread_idx ON public.notifications USING btree (account_id, user_id, created_at DESC) WHERE (read_at IS NULL);

COMMENT ON FUNCTION "private"."broadcast_all"(text[], text[], jsonb[]) IS 'private.broadcast of several events at once: the topic, the event and the payload at each place.';

COMMENT ON FUNCTION "private"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) IS 'See public.conversation_list.';

COMMENT ON FUNCTION "private"."conversation_page"(uuid, text[], uuid, text, text, text, jsonb, integer) IS 'One page of the conversations that the caller sees: of these statuses, in this inbox, on this tab. p_where is further SQL about the
     alias conversation, which begins with " and " and holds nothing of a client''s but quoted literals.';

COMMENT ON FUNCTION "private"."conversation_rows"(uuid[]) IS 'These conversations as the lists and the thread header show them, in the order asked for. Checks no rights: its callers do.';

COMMENT ON FUNCTION "private"."has_rare_word"(tsquery) IS 'Whether one of these words is not among the most common ones that ANALYZE has seen in messages; false where it has seen none.';

COMMENT ON FUNCTION "private"."message_changes"(uuid, bigint) IS 'See public.message_changes.';

COMMENT ON FUNCTION "private"."message_json"(public.messages) IS 'One message as private.messages_json gives it.';

COMMENT ON FUNCTION "private"."message_page"(uuid, bigint, integer) IS 'See public.message_page.';

COMMENT ON FUNCTION "private"."message_sender"(public.messages) IS 'Who sent a message, as private.sender_json says it.';

COMMENT ON FUNCTION "private"."messages_json"(public.messages[]) IS 'Messages of one conversation as agents get them, from functions and broadcasts alike, oldest first.';

COMMENT ON FUNCTION "private"."newest_conversations"(uuid, uuid[], text[], uuid, timestamp with time zone, uuid, integer) IS 'The first rows of the list that every screen opens with: of these inboxes and statuses, last active first; of one assignee, or of any (null).';

COMMENT ON FUNCTION "private"."notification_json"(public.notifications, jsonb, jsonb) IS 'A notification as its owner gets it, with private.notified_by and private.notified_of; conversation is null when they
     see it no longer.';

COMMENT ON FUNCTION "private"."notified_by"(uuid) IS 'Whose doing a notification is: {id, name, avatar_url}, or null.';

COMMENT ON FUNCTION "private"."notified_of"(public.conversations) IS 'What a notification says of its conversation.';

COMMENT ON FUNCTION "private"."notify"(uuid[], text, public.conversations, uuid, uuid) IS 'Notifies those of these users who are members and see the conversation, but not the actor; of a blocked contact only
     mentions. Writes the rows, tells their screens, and asks for an e-mail where they want one.';

COMMENT ON FUNCTION "private"."record_event"(uuid, text, uuid, jsonb) IS 'Writes one event in the caller''s transaction.';

COMMENT ON FUNCTION "private"."sees"(uuid, public.conversations) IS 'Whether this user sees this conversation: what private.scopes_of says of it.';

COMMENT ON FUNCTION "private"."sender_json"(uuid, uuid, uuid) IS 'Who sends: {type: user | contact | system, id, name, avatar_url}; the system signs with the inbox''s name.';

COMMENT ON FUNCTION "private"."tell_message"(public.messages, text) IS 'Broadcasts a message, new or changed, to the agents who have its conversation open and to its visitor.';

COMMENT ON FUNCTION "private"."unread_notifications"(uuid, uuid) IS 'How many are unread; 100 means 100 or more.';

COMMENT ON FUNCTION "private"."viewers"(uuid[], public.conversations) IS 'Those of these users who see this conversation: private.sees of many at once, in the order of their ids.';

COMMENT ON FUNCTION "private"."visible_conversation_rows"(uuid[]) IS 'See public.conversation_rows.';

COMMENT ON FUNCTION "private"."visitor_message_json"(public.messages, jsonb) IS 'A message as its visitor gets it, from functions and broadcasts alike. p_shown: its private.message_json, where that is
     there already.';

COMMENT ON FUNCTION "public"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) IS 'One page of a list: {rows, next_cursor, counts: {mine, unassigned, all}}. Tabs mine | unassigned | all; status or all; labels: any of
     them; view mention | participating | unattended; priority or none. Sorts newest | oldest (activity), waiting (longest first),
     created | created_oldest, priority (most urgent first, then oldest). Pass next_cursor back for the next page; counts come with the
     first page only. Fails with account_not_found, invalid_argument, invalid_cursor.';

COMMENT ON FUNCTION "public"."conversation_rows"(uuid[]) IS 'These conversations, at most 200, as the list shows them; those the caller may not see are absent.';

COMMENT ON FUNCTION "public"."message_changes"(uuid, bigint) IS 'What is new or changed after a seq, for listeners that missed something: {messages, reset, last_seq, topic}.
     reset: more than 200, load the page anew. Fails with conversation_not_found.';

COMMENT ON FUNCTION "public"."message_page"(uuid, bigint, integer) IS 'The newest messages before a seq, oldest first: {messages, has_more, last_seq, topic}.
     Fails with conversation_not_found, invalid_argument.';

REVOKE ALL ON FUNCTION "private"."broadcast_all"(text[], text[], jsonb[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."broadcast_all"(text[], text[], jsonb[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."broadcast_all"(text[], text[], jsonb[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."conversation_page"(uuid, text[], uuid, text, text, text, jsonb, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."conversation_page"(uuid, text[], uuid, text, text, text, jsonb, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."conversation_page"(uuid, text[], uuid, text, text, text, jsonb, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."conversation_rows"(uuid[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."conversation_rows"(uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."conversation_rows"(uuid[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."has_rare_word"(tsquery) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."has_rare_word"(tsquery) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."has_rare_word"(tsquery) TO "postgres";

REVOKE ALL ON FUNCTION "private"."message_changes"(uuid, bigint) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."message_changes"(uuid, bigint) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."message_changes"(uuid, bigint) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."message_changes"(uuid, bigint) TO "postgres";

REVOKE ALL ON FUNCTION "private"."message_json"(public.messages) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."message_json"(public.messages) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."message_json"(public.messages) TO "postgres";

REVOKE ALL ON FUNCTION "private"."message_page"(uuid, bigint, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."message_page"(uuid, bigint, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."message_page"(uuid, bigint, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."message_page"(uuid, bigint, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."messages_json"(public.messages[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."messages_json"(public.messages[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."messages_json"(public.messages[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."newest_conversations"(uuid, uuid[], text[], uuid, timestamp with time zone, uuid, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."newest_conversations"(uuid, uuid[], text[], uuid, timestamp with time zone, uuid, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."newest_conversations"(uuid, uuid[], text[], uuid, timestamp with time zone, uuid, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."notification_json"(public.notifications, jsonb, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."notification_json"(public.notifications, jsonb, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."notification_json"(public.notifications, jsonb, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."notified_by"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."notified_by"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."notified_by"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."notified_of"(public.conversations) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."notified_of"(public.conversations) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."notified_of"(public.conversations) TO "postgres";

REVOKE ALL ON FUNCTION "private"."record_event"(uuid, text, uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."record_event"(uuid, text, uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."record_event"(uuid, text, uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."sees"(uuid, public.conversations) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."sees"(uuid, public.conversations) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."sees"(uuid, public.conversations) TO "postgres";

REVOKE ALL ON FUNCTION "private"."sender_json"(uuid, uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."sender_json"(uuid, uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."sender_json"(uuid, uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."tell_message"(public.messages, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tell_message"(public.messages, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tell_message"(public.messages, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."unread_notifications"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."unread_notifications"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."unread_notifications"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."viewers"(uuid[], public.conversations) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."viewers"(uuid[], public.conversations) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."viewers"(uuid[], public.conversations) TO "postgres";

REVOKE ALL ON FUNCTION "private"."visible_conversation_rows"(uuid[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."visible_conversation_rows"(uuid[]) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."visible_conversation_rows"(uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."visible_conversation_rows"(uuid[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."visitor_message_json"(public.messages, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."visitor_message_json"(public.messages, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."visitor_message_json"(public.messages, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "public"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."conversation_rows"(uuid[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."conversation_rows"(uuid[]) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."conversation_rows"(uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."conversation_rows"(uuid[]) TO "postgres";

REVOKE ALL ON FUNCTION "public"."message_changes"(uuid, bigint) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."message_changes"(uuid, bigint) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."message_changes"(uuid, bigint) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."message_changes"(uuid, bigint) TO "postgres";

REVOKE ALL ON FUNCTION "public"."message_page"(uuid, bigint, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."message_page"(uuid, bigint, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."message_page"(uuid, bigint, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."message_page"(uuid, bigint, integer) TO "postgres";

CREATE INDEX messages_search_idx ON public.messages USING gin (account_id, private.search_vector(content)) WITH (gin_pending_list_limit='256') WHERE (message_type = ANY (ARRAY['incoming'::text, 'outgoing'::text]));
