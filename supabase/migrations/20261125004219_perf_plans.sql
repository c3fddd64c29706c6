-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

DROP FUNCTION "private"."conversation_rows"(uuid[]);

ALTER TABLE "private"."jobs" SET (autovacuum_vacuum_scale_factor=0.01);

CREATE OR REPLACE FUNCTION private.conversation_page(p_account_id uuid, p_statuses text[], p_inbox_id uuid, p_tab text, p_where text, p_sort text, p_cursor jsonb, p_limit integer)
 RETURNS jsonb
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
    from private.visible_scopes(p_account_id) as mine
    where p_inbox_id is null or mine.inbox_id is null or mine.inbox_id = p_inbox_id;
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
    return jsonb_build_object(
        'rows', private.conversation_rows(ids[1:p_limit]),
        'next_cursor', case when cardinality(ids) > p_limit then jsonb_strip_nulls(cursors[p_limit]) end,
        'counts', counts);
end;
$function$;

CREATE OR REPLACE FUNCTION private.conversation_rows(p_ids uuid[])
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
    -- In PL/pgSQL, which keeps its plan: the plan is always the same, and making it takes as long as running it.
    return (
    select coalesce(jsonb_agg(
        jsonb_build_object(
            'id', conversation.id,
            'account_id', conversation.account_id,
            'display_id', conversation.display_id,
            'inbox_id', conversation.inbox_id,
            'status', conversation.status,
            'priority', conversation.priority,
            'assignee_id', conversation.assignee_id,
            'team_id', conversation.team_id,
            'labels', to_jsonb(conversation.labels),
            'snoozed_until', conversation.snoozed_until,
            'waiting_since', conversation.waiting_since,
            'first_reply_created_at', conversation.first_reply_created_at,
            'last_activity_at', conversation.last_activity_at,
            'created_at', conversation.created_at,
            'unread_count', conversation.unread_count,
            'last_seq', conversation.last_seq,
            'preview', conversation.preview,
            'custom_attributes', conversation.custom_attributes,
            'contact', jsonb_build_object(
                'id', contact.id,
                'name', contact.name,
                'email', contact.email,
                'phone_number', contact.phone_number,
                'avatar_url', contact.avatar_url,
                'identified', contact.identified,
                'blocked', contact.blocked),
            -- private.conversation_topic, written out: calling it for every row costs more than all the rest.
            'topic', 'conversation:' || conversation.id || ':' || (inbox.epoch + conversation.epoch))
        order by wanted.position), '[]')
    from unnest(p_ids) with ordinality as wanted (id, position)
    join public.conversations as conversation on conversation.id = wanted.id
    join public.contacts as contact on contact.id = conversation.contact_id
    join public.inboxes as inbox on inbox.id = conversation.inbox_id);
end;
$function$;

ALTER FUNCTION "private"."conversation_rows"(uuid[]) OWNER TO "postgres";

COMMENT ON FUNCTION "private"."conversation_rows"(uuid[]) IS 'These conversations as the lists and the thread header show them, in the order asked for. Checks no rights: its callers do.';

REVOKE ALL ON FUNCTION "private"."conversation_rows"(uuid[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."conversation_rows"(uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."conversation_rows"(uuid[]) TO "postgres";
