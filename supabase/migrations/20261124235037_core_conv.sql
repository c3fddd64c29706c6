-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

DROP FUNCTION "private"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer);

DROP FUNCTION "public"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer);

CREATE TABLE "private"."assignment_turns" ("account_id" uuid NOT NULL, "inbox_id" uuid NOT NULL, "user_id" uuid NOT NULL, "assigned_at" timestamp with time zone NOT NULL, CONSTRAINT "assignment_turns_pkey" PRIMARY KEY (account_id, inbox_id, user_id));

ALTER TABLE "private"."assignment_turns" OWNER TO "postgres";

CREATE TABLE "public"."custom_attribute_definitions" ("account_id" uuid NOT NULL, "attribute_model" text NOT NULL, "attribute_key" text NOT NULL, "display_name" text NOT NULL, "display_type" text NOT NULL DEFAULT 'text'::text, "description" text NOT NULL DEFAULT ''::text, "default_value" text, "list_values" text[] NOT NULL DEFAULT '{}'::text[], "regex_pattern" text, "regex_cue" text, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "custom_attribute_definitions_attribute_key_check" CHECK ((attribute_key ~ '^[A-Za-z0-9_.-]{1,64}$'::text)), CONSTRAINT "custom_attribute_definitions_attribute_model_check" CHECK ((attribute_model = ANY (ARRAY['conversation_attribute'::text, 'contact_attribute'::text]))), CONSTRAINT "custom_attribute_definitions_default_value_check" CHECK ((char_length(default_value) <= 1500)), CONSTRAINT "custom_attribute_definitions_description_check" CHECK ((char_length(description) <= 500)), CONSTRAINT "custom_attribute_definitions_display_name_check" CHECK (((char_length(btrim(display_name)) >= 1) AND (char_length(btrim(display_name)) <= 100))), CONSTRAINT "custom_attribute_definitions_display_type_check" CHECK ((display_type = ANY (ARRAY['text'::text, 'number'::text, 'currency'::text, 'percent'::text, 'link'::text, 'date'::text, 'list'::text, 'checkbox'::text]))), CONSTRAINT "custom_attribute_definitions_key" UNIQUE (account_id, attribute_model, attribute_key), CONSTRAINT "custom_attribute_definitions_list_values_check" CHECK (((cardinality(list_values) <= 200) AND (octet_length(array_to_string(list_values, ' '::text)) <= 20000))), CONSTRAINT "custom_attribute_definitions_regex_cue_check" CHECK ((char_length(regex_cue) <= 200)), CONSTRAINT "custom_attribute_definitions_regex_pattern_check" CHECK ((char_length(regex_pattern) <= 500)), CONSTRAINT "custom_attribute_definitions_reserved_check" CHECK ((NOT (attribute_key = ANY (
CASE attribute_model
    WHEN 'contact_attribute'::text THEN ARRAY['name'::text, 'email'::text, 'phone_number'::text, 'identifier'::text, 'country_code'::text, 'city'::text, 'created_at'::text, 'last_activity_at'::text, 'referer'::text, 'blocked'::text]
    ELSE ARRAY['status'::text, 'priority'::text, 'assignee_id'::text, 'inbox_id'::text, 'team_id'::text, 'display_id'::text, 'campaign_id'::text, 'labels'::text, 'browser_language'::text, 'country_code'::text, 'referer'::text, 'created_at'::text, 'last_activity_at'::text]
END)))), "id" uuid NOT NULL DEFAULT private.uuid_v7(), CONSTRAINT "custom_attribute_definitions_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."custom_attribute_definitions" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."custom_attribute_definitions" OWNER TO "postgres";

CREATE TABLE "public"."notes" ("account_id" uuid NOT NULL, "contact_id" uuid NOT NULL, "user_id" uuid, "content" text NOT NULL, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "notes_content_check" CHECK (((char_length(btrim(content)) >= 1) AND (char_length(btrim(content)) <= 20000))), "id" uuid NOT NULL DEFAULT private.uuid_v7(), CONSTRAINT "notes_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."notes" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."notes" OWNER TO "postgres";

ALTER TABLE "public"."contacts" ADD COLUMN "middle_name" text NOT NULL DEFAULT ''::text;

ALTER TABLE "public"."contacts" ADD COLUMN "last_name" text NOT NULL DEFAULT ''::text;

ALTER TABLE "public"."contacts" ADD COLUMN "location" text;

ALTER TABLE "public"."contacts" ADD COLUMN "country_code" text;

ALTER TABLE "public"."inboxes" ADD COLUMN "max_assignment_limit" integer;

CREATE OR REPLACE FUNCTION private.attributes_or(p_attributes jsonb, p_else jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    select case when private.are_attributes(p_attributes) then p_attributes else p_else end
$function$;

ALTER FUNCTION "private"."attributes_or"(jsonb, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.auto_assign()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    opened constant boolean := new.status = 'open' and (tg_op = 'INSERT' or old.status <> 'open');
    chosen constant boolean := tg_op = 'UPDATE' and new.assignee_id is distinct from old.assignee_id;
    may_team_assign boolean := true;
begin
    if tg_op = 'UPDATE' and new.team_id is distinct from old.team_id and new.team_id is not null and not chosen then
        if not exists (
            select from public.team_members as teammate
            where teammate.team_id = new.team_id and teammate.user_id = new.assignee_id)
        then
            new.assignee_id := null;
        end if;
        if new.assignee_id is null and exists (
            select from public.teams as team where team.id = new.team_id and team.allow_auto_assign)
        then
            new.assignee_id := private.pick_assignee(new.account_id, new.inbox_id, new.team_id);
        end if;
        return new;
    end if;
    if not opened or chosen then
        return new;
    end if;
    -- An agent who opens what lay aside takes it; an administrator may only be tidying up.
    if tg_op = 'UPDATE' and old.status in ('pending', 'resolved')
        and current_setting('role', true) = 'authenticated'
        and exists (
            select from public.account_users as member
            where member.account_id = new.account_id and member.user_id = auth.uid() and member.role = 'agent')
    then
        new.assignee_id := auth.uid();
        return new;
    end if;
    if new.team_id is not null then
        select team.allow_auto_assign into may_team_assign from public.teams as team where team.id = new.team_id;
    end if;
    if may_team_assign
        and (select inbox.enable_auto_assignment from public.inboxes as inbox where inbox.id = new.inbox_id)
        and not exists (
            select from public.inbox_members as member
            where member.inbox_id = new.inbox_id and member.user_id = new.assignee_id)
    then
        new.assignee_id := coalesce(
            private.pick_assignee(new.account_id, new.inbox_id, new.team_id), new.assignee_id);
    end if;
    return new;
end;
$function$;

ALTER FUNCTION "private"."auto_assign"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.bulk_update(p_ids uuid[], p_changes jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    ids constant uuid[] := array(select distinct id from unnest(p_ids) as id where id is not null order by id);
    known constant text[] := array[
        'status', 'snoozed_until', 'assignee_id', 'team_id', 'priority', 'add_labels', 'remove_labels'];
    added text[];
    removed text[];
    conversation public.conversations;
    id uuid;
begin
    if cardinality(ids) not between 1 and 100 or p_changes is null or jsonb_typeof(p_changes) <> 'object'
        or exists (select from jsonb_object_keys(p_changes) as key where not key = any (known))
        or coalesce(jsonb_typeof(p_changes -> 'add_labels'), 'array') <> 'array'
        or coalesce(jsonb_typeof(p_changes -> 'remove_labels'), 'array') <> 'array'
    then
        perform private.fail(
            400, 'invalid_argument',
            format('ids are 1 to 100 conversations; changes is an object of %s.', array_to_string(known, ', ')));
    end if;
    added := array(select jsonb_array_elements_text(coalesce(p_changes -> 'add_labels', '[]')));
    removed := array(select jsonb_array_elements_text(coalesce(p_changes -> 'remove_labels', '[]')));
    -- In the order of their ids: two at once cannot wait for one another crosswise.
    foreach id in array ids loop
        conversation := private.agent_conversation(id);
        if p_changes ? 'team_id' then
            perform private.set_team(id, (p_changes ->> 'team_id')::uuid);
        end if;
        if p_changes ? 'assignee_id' then
            perform private.assign_conversation(id, (p_changes ->> 'assignee_id')::uuid);
        end if;
        if p_changes ? 'priority' then
            perform private.set_priority(id, p_changes ->> 'priority');
        end if;
        if p_changes ?| array['add_labels', 'remove_labels'] then
            perform private.set_labels(
                id, array(select unnest(conversation.labels || added) except select unnest(removed)));
        end if;
        if p_changes ? 'status' then
            perform private.set_conversation_status(
                id, p_changes ->> 'status', (p_changes ->> 'snoozed_until')::timestamptz);
        end if;
    end loop;
    return private.visible_conversation_rows(ids);
exception when invalid_text_representation or invalid_datetime_format or datetime_field_overflow then
    perform private.fail(400, 'invalid_argument', 'assignee_id and team_id are ids or null, snoozed_until is a time.');
    return null;
end;
$function$;

ALTER FUNCTION "private"."bulk_update"(uuid[], jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.change_conversation()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    if new.status <> 'snoozed' then
        new.snoozed_until := null;
    end if;
    if new.status = 'resolved' and old.status <> 'resolved' then
        new.waiting_since := null;
    end if;
    if (new.status, new.assignee_id, new.team_id, new.priority, new.labels, new.snoozed_until, new.custom_attributes,
            new.contact_id)
        is distinct from
        (old.status, old.assignee_id, old.team_id, old.priority, old.labels, old.snoozed_until, old.custom_attributes,
            old.contact_id)
    then
        new.last_seq := new.last_seq + 1;
    end if;
    if new.status is distinct from old.status then
        new.last_visitor_seq := new.last_visitor_seq + 1;
    end if;
    if new.assignee_id is distinct from old.assignee_id then
        new.assignee_last_seen_at := null;
    end if;
    new.updated_at := now();
    return new;
end;
$function$;

CREATE OR REPLACE FUNCTION private.contact_address(p_contact public.contacts, p_inbox public.inboxes)
 RETURNS public.contact_inboxes
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    address public.contact_inboxes;
    -- Where the channel says who may be written to; other channels need the contact to have written first.
    source constant text := case p_inbox.channel_type
        when 'api' then gen_random_uuid()::text
        when 'email' then p_contact.email
        when 'sms' then p_contact.phone_number
        when 'twilio_sms' then p_contact.phone_number
        when 'whatsapp' then ltrim(p_contact.phone_number, '+') end;
begin
    select * into address
    from public.contact_inboxes
    where account_id = p_contact.account_id and contact_id = p_contact.id and inbox_id = p_inbox.id
    order by id desc
    limit 1;
    if address.id is null and source is not null then
        insert into public.contact_inboxes (account_id, contact_id, inbox_id, source_id)
        values (p_contact.account_id, p_contact.id, p_inbox.id, source)
        on conflict do nothing
        returning * into address;
    end if;
    if address.id is null then
        perform private.fail(
            409, 'contact_not_reachable', 'The contact has no address in this inbox.',
            'Add an e-mail address or a phone number, or wait until they write.');
    end if;
    return address;
end;
$function$;

ALTER FUNCTION "private"."contact_address"(public.contacts, public.inboxes) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.contact_json(p_contact public.contacts)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select to_jsonb(p_contact) - 'search_text'
$function$;

ALTER FUNCTION "private"."contact_json"(public.contacts) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.contact_list(p_account_id uuid, p_query text, p_sort text, p_labels text[], p_cursor jsonb, p_limit integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
declare
    descending constant boolean := starts_with(p_sort, '-');
    direction constant text := case when descending then 'desc' else 'asc' end;
    needle constant text := nullif(btrim(private.folded(left(p_query, 200))), '');
    -- What each sort compares, from a fixed vocabulary; the client's word never gets into a statement.
    key constant text := case ltrim(p_sort, '-')
        when 'name' then 'lower(contact.name)' when 'email' then 'contact.email'
        when 'phone_number' then 'contact.phone_number' when 'last_activity_at' then 'contact.last_activity_at'
        when 'created_at' then 'contact.created_at' when 'city' then 'contact.location'
        when 'country' then 'contact.country_code'
        when 'company_name' then 'lower(contact.additional_attributes ->> ''company_name'')' end;
    key_type constant text := case when key like '%\_at' then 'timestamptz' else 'text' end;
    cursor_id uuid;
    cursor_at text;
    rest text;
    page jsonb[];
    cursors jsonb[];
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
    if key is null or coalesce(p_limit, 0) not between 1 and 100 then
        perform private.fail(
            400, 'invalid_argument',
            'sort is name, email, phone_number, last_activity_at, created_at, company_name, city or country, with - for '
            'descending; limit is 1 to 100.');
    end if;
    if p_cursor is not null then
        begin
            cursor_id := (p_cursor ->> 'id')::uuid;
            cursor_at := p_cursor ->> 'at';
            if key_type = 'timestamptz' then
                perform cursor_at::timestamptz;
            end if;
        exception when others then
            cursor_id := null;
        end;
        if cursor_id is null then
            perform private.fail(400, 'invalid_cursor', 'Pass next_cursor back as it was given.');
        end if;
    end if;
    rest := format(
        $conditions$
            contact.account_id = $1
            and num_nonnulls(contact.email, contact.phone_number, contact.identifier) > 0
            %s
            %s
        $conditions$,
        case when needle is not null then
            'and contact.search_text like $2'
            else '' end,
        case when cardinality(p_labels) > 0 then 'and contact.labels && $3' else '' end);
    -- Those without a value come last; each half is one run of an index.
    execute format(
        $query$
        select array_agg(private.contact_json(page.contact) order by page.position),
            array_agg(jsonb_build_object('at', page.at, 'id', (page.contact).id) order by page.position)
        from (
            select run.contact, run.at, row_number() over () as position
            from (
                (select contact, to_jsonb(%1$s) as at
                from public.contacts as contact
                where %3$s and %1$s is not null and %4$s
                order by %1$s %2$s, contact.id %2$s limit $6)
                union all
                (select contact, 'null'
                from public.contacts as contact
                where %3$s and %1$s is null and %5$s
                order by contact.id %2$s limit $6)
            ) as run
            limit $6
        ) as page
        $query$,
        key, direction, rest,
        case when cursor_id is null then 'true' when cursor_at is null then 'false'
            else format('(%s, contact.id) %s ($4::%s, $5)', key, case when descending then '<' else '>' end, key_type) end,
        case when cursor_id is null or cursor_at is not null then 'true'
            else format('contact.id %s $5', case when descending then '<' else '>' end) end)
    into page, cursors
    using p_account_id, private.like_pattern(needle), p_labels, cursor_at, cursor_id, p_limit + 1;
    return jsonb_build_object(
        'rows', coalesce(to_jsonb(page[1:p_limit]), '[]'),
        'next_cursor', case when cardinality(page) > p_limit then cursors[p_limit] end);
end;
$function$;

ALTER FUNCTION "private"."contact_list"(uuid, text, text, text[], jsonb, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.contact_search_text(p_name text, p_middle_name text, p_last_name text, p_email text, p_phone_number text, p_identifier text, p_company text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
    select private.folded(concat_ws(
        ' ', p_name, nullif(p_middle_name, ''), nullif(p_last_name, ''), p_email, p_phone_number, p_identifier, p_company))
$function$;

ALTER FUNCTION "private"."contact_search_text"(text, text, text, text, text, text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.conversation_filter(p_account_id uuid, p_conditions jsonb, p_sort text, p_cursor jsonb, p_limit integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    condition jsonb;
    place bigint;
    last_place int;
    predicate text := '';
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
    if p_conditions is null or jsonb_typeof(p_conditions) <> 'array'
        or jsonb_array_length(p_conditions) not between 1 and 50
    then
        perform private.fail(400, 'invalid_argument', 'conditions is a list of 1 to 50.');
    end if;
    last_place := jsonb_array_length(p_conditions);
    for condition, place in
        select item, number from jsonb_array_elements(p_conditions) with ordinality as listed (item, number)
    loop
        if place < last_place and coalesce(lower(condition ->> 'query_operator'), '') not in ('and', 'or') then
            perform private.fail(400, 'filter_query_operator_invalid', 'Conditions are joined by and, or.');
        end if;
        -- No parentheses around the whole: "and" binds closer than "or", as it is read.
        predicate := predicate || private.filter_condition(p_account_id, condition)
            || case when place = last_place then '' else format(' %s ', lower(condition ->> 'query_operator')) end;
    end loop;
    return private.conversation_page(
        p_account_id, array['open', 'pending', 'snoozed', 'resolved'], null, 'all', format(' and (%s)', predicate),
        p_sort, p_cursor, p_limit);
end;
$function$;

ALTER FUNCTION "private"."conversation_filter"(uuid, jsonb, text, jsonb, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.conversation_list(p_account_id uuid, p_tab text, p_status text, p_inbox_id uuid, p_sort text, p_cursor jsonb, p_limit integer, p_team_id uuid, p_labels text[], p_view text, p_priority text, p_assignee_id uuid)
 RETURNS jsonb
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
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
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

ALTER FUNCTION "private"."conversation_page"(uuid, text[], uuid, text, text, text, jsonb, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.delete_contact(p_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    contact public.contacts := private.member_contact(p_id);
begin
    perform private.require_administrator(contact.account_id);
    if private.is_contact_online(contact) then
        perform private.fail(
            409, 'contact_online', 'The contact is writing to you just now.', 'Try again when they have left.');
    end if;
    delete from public.contacts where id = p_id;
end;
$function$;

ALTER FUNCTION "private"."delete_contact"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.delete_conversation(p_conversation_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
begin
    perform private.require_administrator(conversation.account_id);
    delete from public.conversations where id = p_conversation_id;
end;
$function$;

ALTER FUNCTION "private"."delete_conversation"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.delete_custom_attribute(p_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    gone public.custom_attribute_definitions;
begin
    select * into gone
    from public.custom_attribute_definitions
    where id = p_id and account_id = any (private.account_ids());
    if gone.id is null then
        perform private.fail(404, 'custom_attribute_not_found', 'There is no such custom attribute.');
    end if;
    perform private.require_administrator(gone.account_id);
    delete from public.custom_attribute_definitions where id = p_id;
    return to_jsonb(gone);
end;
$function$;

ALTER FUNCTION "private"."delete_custom_attribute"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.delete_note(p_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    delete from public.notes where id = p_id and account_id = any (private.account_ids());
    if not found then
        perform private.fail(404, 'note_not_found', 'There is no such note.');
    end if;
end;
$function$;

ALTER FUNCTION "private"."delete_note"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.filter_condition(p_account_id uuid, p_condition jsonb)
 RETURNS text
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    attribute constant text := p_condition ->> 'attribute_key';
    operator constant text := p_condition ->> 'filter_operator';
    equality constant text[] := array['equal_to', 'not_equal_to'];
    presence constant text[] := array['is_present', 'is_not_present'];
    containment constant text[] := array['contains', 'does_not_contain'];
    time_operators constant text[] := array['is_greater_than', 'is_less_than', 'days_before'];
    allowed text[];
    expression text;
    kind text := 'text';
    definition public.custom_attribute_definitions;
    condition text;
begin
    case
        when attribute = 'status' and p_condition -> 'values' @> '["all"]' then
            return 'true';
        when attribute in ('status', 'priority') then
            expression := format('conversation.%I', attribute);
            allowed := equality;
        when attribute in ('assignee_id', 'inbox_id', 'team_id') then
            expression := format('conversation.%I', attribute);
            allowed := equality || presence;
            kind := 'id';
        when attribute = 'display_id' then
            expression := 'conversation.display_id';
            allowed := equality || containment;
            kind := 'number';
        when attribute = 'labels' then
            expression := 'conversation.labels';
            allowed := equality || presence;
            kind := 'labels';
        when attribute in ('created_at', 'last_activity_at') then
            expression := format('conversation.%I', attribute);
            allowed := time_operators;
            kind := 'time';
        when attribute in ('browser_language', 'conversation_language', 'country_code') then
            expression := format('(conversation.additional_attributes ->> %L)', attribute);
            allowed := equality;
        when attribute in ('referer', 'mail_subject') then
            expression := format('(conversation.additional_attributes ->> %L)', attribute);
            allowed := equality || containment;
        when attribute = 'campaign_id' then
            expression := '(conversation.additional_attributes ->> ''campaign_id'')';
            allowed := equality || presence;
        else
            select * into definition
            from public.custom_attribute_definitions as known
            where known.account_id = p_account_id
                and known.attribute_model = 'conversation_attribute'
                and known.attribute_key = attribute;
            if definition.id is null then
                perform private.fail(
                    400, 'filter_attribute_unknown',
                    format('Conversations have no attribute "%s".', left(coalesce(attribute, ''), 64)));
            end if;
            expression := format('(conversation.custom_attributes ->> %L)', definition.attribute_key);
            case definition.display_type
                when 'date' then
                    -- What is no date is no value.
                    expression := format(
                        '(case when %1$s ~ ''^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d)'' then left(%1$s, 10)::timestamptz end)',
                        expression);
                    kind := 'time';
                    allowed := presence || time_operators;
                when 'number', 'currency', 'percent' then
                    expression := format(
                        '(case when %1$s ~ ''^-?\d{1,20}(\.\d{1,20})?$'' then (%1$s)::numeric end)', expression);
                    kind := 'number';
                    allowed := equality || presence;
                when 'text' then
                    allowed := equality || containment || presence;
                else
                    allowed := equality || presence;
            end case;
    end case;
    if operator is null or not operator = any (allowed) then
        perform private.fail(
            400, 'filter_operator_invalid',
            format('%s is compared by %s.', attribute, array_to_string(allowed, ', ')));
    end if;
    condition := private.filter_sql(expression, kind, operator, p_condition);
    -- A custom attribute that was never set differs from every value.
    if definition.id is not null and operator in ('not_equal_to', 'does_not_contain') then
        condition := format('(%s is null or %s)', expression, condition);
    end if;
    return condition;
end;
$function$;

ALTER FUNCTION "private"."filter_condition"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.filter_sql(p_expression text, p_kind text, p_operator text, p_condition jsonb)
 RETURNS text
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
    given text[];
    patterns text[];
begin
    if p_operator in ('is_present', 'is_not_present') then
        return format(
            case p_operator when 'is_present' then '%s is not null' else '%s is null' end,
            case p_kind when 'labels' then format('nullif(%s, ''{}'')', p_expression) else p_expression end);
    end if;
    given := private.filter_values(p_condition);
    begin
        case p_kind
            when 'id' then
                perform given::uuid[];
            when 'number' then
                perform given::numeric[];
            when 'time' then
                if p_operator = 'days_before' then
                    perform make_interval(days => given[1]::int);
                else
                    perform given::timestamptz[];
                end if;
            else
        end case;
    exception when others then
        perform private.fail(
            400, 'filter_value_invalid',
            format('A value of the condition on %s is malformed.', left(p_condition ->> 'attribute_key', 64)));
    end;
    patterns := array(
        select private.like_pattern(lower(value)) from unnest(given) as value);
    return case
        when p_operator = 'equal_to' and p_kind = 'labels' then format('%s && %L::text[]', p_expression, given)
        when p_operator = 'not_equal_to' and p_kind = 'labels' then format('not %s && %L::text[]', p_expression, given)
        when p_operator = 'equal_to' and p_kind = 'id' then format('%s = any (%L::uuid[])', p_expression, given)
        when p_operator = 'not_equal_to' and p_kind = 'id' then format('%s <> all (%L::uuid[])', p_expression, given)
        when p_operator = 'equal_to' and p_kind = 'number' then format('%s = any (%L::numeric[])', p_expression, given)
        when p_operator = 'not_equal_to' and p_kind = 'number' then format('%s <> all (%L::numeric[])', p_expression, given)
        when p_operator = 'equal_to' then
            format('lower(%s) = any (%L::text[])', p_expression, array(select lower(value) from unnest(given) as value))
        when p_operator = 'not_equal_to' then
            format('lower(%s) <> all (%L::text[])', p_expression, array(select lower(value) from unnest(given) as value))
        when p_operator = 'contains' then format('lower((%s)::text) like any (%L::text[])', p_expression, patterns)
        when p_operator = 'does_not_contain' then
            format('not lower((%s)::text) like any (%L::text[])', p_expression, patterns)
        when p_operator = 'is_greater_than' then format('%s > %L::timestamptz', p_expression, given[1])
        when p_operator = 'is_less_than' then format('%s < %L::timestamptz', p_expression, given[1])
        when p_operator = 'days_before' then
            format('%s < current_date - make_interval(days => %L)', p_expression, given[1])
        end;
end;
$function$;

ALTER FUNCTION "private"."filter_sql"(text, text, text, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.filter_values(p_condition jsonb)
 RETURNS text[]
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
    given constant jsonb := p_condition -> 'values';
begin
    if given is null or jsonb_typeof(given) <> 'array' or jsonb_array_length(given) not between 1 and 100
        or exists (select from jsonb_array_elements(given) as item where jsonb_typeof(item) not in ('string', 'number', 'boolean'))
        or octet_length(given::text) > 20000
    then
        perform private.fail(
            400, 'filter_value_invalid',
            format('The condition on %s needs 1 to 100 values.', left(p_condition ->> 'attribute_key', 64)));
    end if;
    return array(select jsonb_array_elements_text(given));
end;
$function$;

ALTER FUNCTION "private"."filter_values"(jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.folded(p_text text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
    select lower(extensions.unaccent('extensions.unaccent'::regdictionary, p_text))
$function$;

ALTER FUNCTION "private"."folded"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.identify_contact(p_contact_id uuid, p_values jsonb, p_verified text[] DEFAULT '{}'::text[], p_keep_name boolean DEFAULT false)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    contact public.contacts;
    other public.contacts;
    given_identifier text := nullif(left(btrim(p_values ->> 'identifier'), 255), '');
    given_email text := nullif(lower(btrim(p_values ->> 'email')), '');
    given_phone text := nullif(btrim(p_values ->> 'phone_number'), '');
    given_avatar text := nullif(btrim(p_values ->> 'avatar_url'), '');
begin
    -- What does not look right is left out, not an error: it comes from other people's pages.
    if char_length(given_email) > 254 or given_email !~ '^[^@\s]+@[^@\s]+\.[^@\s]+$' then
        given_email := null;
    end if;
    if given_phone !~ '^\+[1-9][0-9]{1,14}$' then
        given_phone := null;
    end if;
    if given_avatar !~ '^https?://' or char_length(given_avatar) > 2000 then
        given_avatar := null;
    end if;
    select * into contact from public.contacts where id = p_contact_id;
    if contact.id is null then
        perform private.fail(404, 'contact_not_found', 'There is no such contact.');
    end if;

    -- The same person may be here already. Only what is proven merges; a claim that is another's is dropped.
    select * into other from public.contacts
    where account_id = contact.account_id and identifier = given_identifier and id <> contact.id;
    if other.id is not null then
        if 'identifier' = any (p_verified) then
            perform private.merge_into(other.id, contact.id);
            contact := other;
        else
            given_identifier := null;
        end if;
    end if;
    select * into other from public.contacts
    where account_id = contact.account_id and email = given_email and id <> contact.id;
    if other.id is not null then
        if 'email' = any (p_verified) and (given_identifier is null or given_identifier = other.identifier) then
            perform private.merge_into(other.id, contact.id);
            contact := other;
        else
            given_email := null;
        end if;
    end if;
    select * into other from public.contacts
    where account_id = contact.account_id and phone_number = given_phone and id <> contact.id;
    if other.id is not null then
        if 'phone_number' = any (p_verified)
            and (given_identifier is null or given_identifier = other.identifier)
            and (given_email is null or given_email = other.email)
        then
            perform private.merge_into(other.id, contact.id);
            contact := other;
        else
            given_phone := null;
        end if;
    end if;

    update public.contacts as kept
    set identifier = coalesce(given_identifier, kept.identifier),
        email = coalesce(given_email, kept.email),
        phone_number = coalesce(given_phone, kept.phone_number),
        avatar_url = coalesce(given_avatar, kept.avatar_url),
        name = case when p_keep_name and kept.name <> '' then kept.name
            else coalesce(nullif(left(btrim(p_values ->> 'name'), 255), ''), kept.name) end,
        custom_attributes = private.attributes_or(
            private.merged_attributes(p_values -> 'custom_attributes', kept.custom_attributes), kept.custom_attributes),
        additional_attributes = private.attributes_or(
            private.merged_attributes(p_values -> 'additional_attributes', kept.additional_attributes),
            kept.additional_attributes),
        identified = case
            when p_verified <> '{}' then 'verified'
            when kept.identified = 'anonymous'
                and num_nonnulls(given_identifier, given_email, given_phone) > 0 then 'claimed'
            else kept.identified end
    where kept.id = contact.id;
    return contact.id;
end;
$function$;

ALTER FUNCTION "private"."identify_contact"(uuid, jsonb, text[], boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.is_contact_online(p_contact public.contacts)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select coalesce(p_contact.last_activity_at > now() - interval '90 seconds', false)
$function$;

ALTER FUNCTION "private"."is_contact_online"(public.contacts) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.is_online(p_account_id uuid, p_user_id uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select exists (
        select from public.account_users as member
        where member.account_id = p_account_id and member.user_id = p_user_id
            and member.availability = 'online' and not member.auto_offline)
$function$;

ALTER FUNCTION "private"."is_online"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.like_pattern(p_text text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
    select '%' || replace(replace(replace(p_text, '\', '\\'), '%', '\%'), '_', '\_') || '%'
$function$;

ALTER FUNCTION "private"."like_pattern"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.member_contact(p_id uuid)
 RETURNS public.contacts
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    contact public.contacts;
begin
    select * into contact
    from public.contacts
    where id = p_id and account_id = any ((select private.account_ids())::uuid[]);
    if contact.id is null then
        perform private.fail(404, 'contact_not_found', 'There is no such contact.');
    end if;
    return contact;
end;
$function$;

ALTER FUNCTION "private"."member_contact"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.merge_contacts(p_base_id uuid, p_mergee_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    base public.contacts := private.member_contact(p_base_id);
    mergee public.contacts := private.member_contact(p_mergee_id);
begin
    if base.account_id <> mergee.account_id then
        perform private.fail(404, 'contact_not_found', 'There is no such contact.');
    end if;
    perform private.merge_into(base.id, mergee.id);
    select * into base from public.contacts where id = base.id;
    return private.contact_json(base);
end;
$function$;

ALTER FUNCTION "private"."merge_contacts"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.merge_into(p_base_id uuid, p_mergee_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    base public.contacts;
    mergee public.contacts;
begin
    if p_base_id = p_mergee_id then
        return;
    end if;
    -- Both locked in one order: two merges of the same pair take turns, and the second finds one gone.
    perform from public.contacts where id in (p_base_id, p_mergee_id) order by id for update;
    select * into base from public.contacts where id = p_base_id;
    select * into mergee from public.contacts where id = p_mergee_id and account_id = base.account_id;
    if mergee.id is null then
        perform private.fail(
            409, 'contact_gone', 'One of the two was merged or deleted meanwhile.', 'Look at the contact again.');
    end if;
    update public.contact_inboxes set contact_id = base.id
    where account_id = base.account_id and contact_id = mergee.id;
    update private.visitor_sessions set contact_id = base.id
    where account_id = base.account_id and contact_id = mergee.id;
    update public.conversations set contact_id = base.id
    where account_id = base.account_id and contact_id = mergee.id;
    update public.messages set sender_contact_id = base.id
    where account_id = base.account_id and sender_contact_id = mergee.id;
    update public.notes set contact_id = base.id
    where account_id = base.account_id and contact_id = mergee.id;
    delete from public.contacts where id = mergee.id;
    update public.contacts
    set name = coalesce(nullif(base.name, ''), mergee.name),
        middle_name = coalesce(nullif(base.middle_name, ''), mergee.middle_name),
        last_name = coalesce(nullif(base.last_name, ''), mergee.last_name),
        email = coalesce(base.email, mergee.email),
        phone_number = coalesce(base.phone_number, mergee.phone_number),
        identifier = coalesce(base.identifier, mergee.identifier),
        avatar_url = coalesce(base.avatar_url, mergee.avatar_url),
        blocked = base.blocked or mergee.blocked,
        labels = (
            select coalesce(array_agg(distinct title order by title), '{}')
            from unnest(base.labels || mergee.labels) as title),
        custom_attributes = private.merged_attributes(base.custom_attributes, mergee.custom_attributes),
        additional_attributes = private.merged_attributes(base.additional_attributes, mergee.additional_attributes),
        last_activity_at = greatest(base.last_activity_at, mergee.last_activity_at)
    where id = base.id;
    perform private.record_event(
        base.account_id, 'contact.merged', null,
        jsonb_build_object('contact_id', base.id, 'mergee_id', mergee.id));
end;
$function$;

ALTER FUNCTION "private"."merge_into"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.merged_attributes(p_base jsonb, p_more jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    select coalesce(jsonb_object_agg(
        coalesce(base.key, more.key),
        case
            when jsonb_typeof(base.value) = 'object' and jsonb_typeof(more.value) = 'object'
                then private.merged_attributes(base.value, more.value)
            when base.value is null or base.value in ('null', '""') then more.value
            else base.value end), '{}')
    from jsonb_each(case jsonb_typeof(p_base) when 'object' then p_base else '{}' end) as base (key, value)
    full join jsonb_each(case jsonb_typeof(p_more) when 'object' then p_more else '{}' end) as more (key, value)
        on more.key = base.key
$function$;

ALTER FUNCTION "private"."merged_attributes"(jsonb, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.normalise_contact()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
    new.name := left(btrim(new.name), 255);
    new.email := nullif(lower(btrim(new.email)), '');
    new.phone_number := nullif(btrim(new.phone_number), '');
    new.identifier := nullif(btrim(new.identifier), '');
    new.middle_name := btrim(new.middle_name);
    new.last_name := btrim(new.last_name);
    new.location := nullif(new.additional_attributes ->> 'city', '');
    new.country_code := nullif(new.additional_attributes ->> 'country', '');
    if new.contact_type = 'visitor' and (
        num_nonnulls(new.email, new.phone_number, new.identifier) > 0
        or exists (
            select from jsonb_each(new.additional_attributes) as attribute (key, value)
            where attribute.key like 'social\_%' and attribute.value not in ('null', '""', '{}', '[]')))
    then
        new.contact_type := 'lead';
    end if;
    return new;
end;
$function$;

CREATE OR REPLACE FUNCTION private.pick_assignee(p_account_id uuid, p_inbox_id uuid, p_team_id uuid)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    open_at_most int;
    candidate uuid;
    first_candidate uuid;
begin
    select inbox.max_assignment_limit into open_at_most from public.inboxes as inbox where inbox.id = p_inbox_id;
    for candidate in
        select member.user_id
        from public.inbox_members as member
        left join private.assignment_turns as turn
            on turn.account_id = member.account_id and turn.inbox_id = member.inbox_id and turn.user_id = member.user_id
        where member.account_id = p_account_id
            and member.inbox_id = p_inbox_id
            and private.is_online(p_account_id, member.user_id)
            and (p_team_id is null or exists (
                select from public.team_members as teammate
                where teammate.team_id = p_team_id and teammate.user_id = member.user_id))
            and (open_at_most is null or open_at_most > (
                select coalesce(sum(counter.total), 0)
                from private.conversation_counters as counter
                where counter.account_id = p_account_id
                    and counter.inbox_id = p_inbox_id
                    and counter.status = 'open'
                    and counter.assignee_id = member.user_id))
        order by greatest(turn.assigned_at, member.created_at), member.user_id
    loop
        first_candidate := coalesce(first_candidate, candidate);
        -- Whom another conversation is being given to at this moment is passed over, never waited for.
        perform from public.inbox_members as member
        where member.inbox_id = p_inbox_id and member.user_id = candidate
        for no key update skip locked;
        if found then
            insert into private.assignment_turns (account_id, inbox_id, user_id, assigned_at)
            values (p_account_id, p_inbox_id, candidate, clock_timestamp())
            on conflict on constraint assignment_turns_pkey do update set assigned_at = excluded.assigned_at;
            return candidate;
        end if;
    end loop;
    return first_candidate;
end;
$function$;

ALTER FUNCTION "private"."pick_assignee"(uuid, uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.priority_rank(p_priority text)
 RETURNS smallint
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
    select (case p_priority when 'urgent' then 0 when 'high' then 1 when 'medium' then 2 when 'low' then 3 else 4 end)::smallint
$function$;

ALTER FUNCTION "private"."priority_rank"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.save_contact(p_account_id uuid, p_id uuid, p_values jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    known constant text[] := array[
        'name', 'middle_name', 'last_name', 'email', 'phone_number', 'identifier', 'avatar_url', 'blocked',
        'custom_attributes', 'additional_attributes'];
    unknown text;
    contact public.contacts;
    broken text;
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
    if p_values is null or jsonb_typeof(p_values) <> 'object' then
        perform private.fail(400, 'invalid_argument', 'values is an object of columns of a contact.');
    end if;
    select key into unknown from jsonb_object_keys(p_values) as key where not key = any (known) limit 1;
    if unknown is not null then
        perform private.fail(400, 'invalid_argument', format('A contact has no "%s" to set.', left(unknown, 64)));
    end if;
    if p_id is null then
        contact.account_id := p_account_id;
        contact.name := '';
        contact.middle_name := '';
        contact.last_name := '';
        contact.blocked := false;
        contact.custom_attributes := '{}';
        contact.additional_attributes := '{}';
    else
        select * into contact from public.contacts where id = p_id and account_id = p_account_id for no key update;
        if contact.id is null then
            perform private.fail(404, 'contact_not_found', 'There is no such contact.');
        end if;
    end if;
    begin
        contact := jsonb_populate_record(contact, p_values);
    exception when others then
        perform private.fail(400, 'invalid_argument', 'blocked is true or false.');
    end;
    contact.custom_attributes := coalesce(contact.custom_attributes, '{}');
    contact.additional_attributes := coalesce(contact.additional_attributes, '{}');
    perform private.require_attributes(contact.custom_attributes);
    perform private.require_attributes(contact.additional_attributes);
    if p_id is null then
        insert into public.contacts (
            account_id, name, middle_name, last_name, email, phone_number, identifier, avatar_url, blocked,
            custom_attributes, additional_attributes, identified)
        values (
            contact.account_id, coalesce(contact.name, ''), coalesce(contact.middle_name, ''),
            coalesce(contact.last_name, ''), contact.email, contact.phone_number, contact.identifier, contact.avatar_url,
            coalesce(contact.blocked, false), contact.custom_attributes, contact.additional_attributes, 'claimed')
        returning * into contact;
    else
        update public.contacts
        set name = coalesce(contact.name, ''),
            middle_name = coalesce(contact.middle_name, ''),
            last_name = coalesce(contact.last_name, ''),
            email = contact.email,
            phone_number = contact.phone_number,
            identifier = contact.identifier,
            avatar_url = contact.avatar_url,
            blocked = coalesce(contact.blocked, false),
            custom_attributes = contact.custom_attributes,
            additional_attributes = contact.additional_attributes
        where id = p_id
        returning * into contact;
    end if;
    return private.contact_json(contact);
exception
    when unique_violation or check_violation then
        get stacked diagnostics broken = constraint_name;
        broken := regexp_replace(broken, '^contacts_(account_id_)?(.+)_(key|check)$', '\2');
        if sqlstate = '23505' then
            perform private.fail(
                409, 'contact_taken', format('Another contact has this %s.', replace(broken, '_', ' ')),
                'Merge the two with merge_contacts.', broken);
        end if;
        perform private.fail(
            400, 'contact_invalid', format('This is not a valid %s.', replace(broken, '_', ' ')), null, broken);
        return null;
end;
$function$;

ALTER FUNCTION "private"."save_contact"(uuid, uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.save_custom_attribute(p_account_id uuid, p_id uuid, p_values jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    known constant text[] := array[
        'attribute_model', 'attribute_key', 'display_name', 'display_type', 'description', 'default_value', 'list_values',
        'regex_pattern', 'regex_cue'];
    definition public.custom_attribute_definitions;
    broken text;
begin
    perform private.require_administrator(p_account_id);
    if p_values is null or jsonb_typeof(p_values) <> 'object'
        or exists (select from jsonb_object_keys(p_values) as key where not key = any (known))
    then
        perform private.fail(
            400, 'invalid_argument', format('values is an object of %s.', array_to_string(known, ', ')));
    end if;
    if p_id is null then
        definition.attribute_model := 'conversation_attribute';
        definition.display_type := 'text';
    else
        select * into definition
        from public.custom_attribute_definitions
        where id = p_id and account_id = p_account_id for no key update;
        if definition.id is null then
            perform private.fail(404, 'custom_attribute_not_found', 'There is no such custom attribute.');
        end if;
    end if;
    begin
        definition := jsonb_populate_record(definition, p_values);
    exception when others then
        perform private.fail(400, 'invalid_argument', 'list_values is an array of texts.');
    end;
    if p_id is null then
        insert into public.custom_attribute_definitions (
            account_id, attribute_model, attribute_key, display_name, display_type, description, default_value,
            list_values, regex_pattern, regex_cue)
        values (
            p_account_id, definition.attribute_model, coalesce(definition.attribute_key, ''),
            coalesce(definition.display_name, ''), coalesce(definition.display_type, 'text'),
            coalesce(definition.description, ''), definition.default_value, coalesce(definition.list_values, '{}'),
            definition.regex_pattern, definition.regex_cue)
        returning * into definition;
    else
        update public.custom_attribute_definitions
        set attribute_key = coalesce(definition.attribute_key, ''),
            display_name = coalesce(definition.display_name, ''),
            display_type = coalesce(definition.display_type, 'text'),
            description = coalesce(definition.description, ''),
            default_value = definition.default_value,
            list_values = coalesce(definition.list_values, '{}'),
            regex_pattern = definition.regex_pattern,
            regex_cue = definition.regex_cue
        where id = p_id
        returning * into definition;
    end if;
    return to_jsonb(definition);
exception
    when unique_violation then
        perform private.fail(409, 'attribute_key_taken', 'The account has a custom attribute with this key already.');
        return null;
    when check_violation or not_null_violation then
        get stacked diagnostics broken = constraint_name;
        broken := regexp_replace(broken, '^custom_attribute_definitions_(.+)_check$', '\1');
        perform private.fail(
            400, 'custom_attribute_invalid',
            case broken when 'reserved' then 'This key is a built-in attribute''s.'
                else format('This is not a valid %s.', replace(broken, '_', ' ')) end, null, broken);
        return null;
end;
$function$;

ALTER FUNCTION "private"."save_custom_attribute"(uuid, uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.save_note(p_contact_id uuid, p_id uuid, p_content text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    contact public.contacts := private.member_contact(p_contact_id);
    saved public.notes;
begin
    if char_length(coalesce(btrim(p_content), '')) not between 1 and 20000 then
        perform private.fail(400, 'content_invalid', 'A note has 1 to 20,000 characters.');
    end if;
    if p_id is null then
        insert into public.notes (account_id, contact_id, user_id, content)
        values (contact.account_id, contact.id, auth.uid(), p_content)
        returning * into saved;
    else
        update public.notes set content = p_content
        where id = p_id and contact_id = contact.id
        returning * into saved;
        if saved.id is null then
            perform private.fail(404, 'note_not_found', 'There is no such note.');
        end if;
    end if;
    return to_jsonb(saved);
end;
$function$;

ALTER FUNCTION "private"."save_note"(uuid, uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.search(p_account_id uuid, p_query text, p_kind text, p_cursor jsonb, p_limit integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    query constant text := btrim(left(p_query, 200));
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
    if coalesce(query, '') = '' or coalesce(p_limit, 0) not between 1 and 50
        or coalesce(p_kind, '') not in ('conversations', 'contacts', 'messages', 'all')
        or (p_kind = 'all' and p_cursor is not null)
    then
        perform private.fail(
            400, 'invalid_argument',
            'query is not empty; kind is conversations, contacts, messages or, without a cursor, all; limit is 1 to 50.');
    end if;
    begin
        perform (p_cursor ->> 'at')::timestamptz, (p_cursor ->> 'id')::uuid;
    exception when others then
        perform private.fail(400, 'invalid_cursor', 'Pass next_cursor back as it was given.');
    end;
    return
        case when p_kind in ('conversations', 'all') then jsonb_build_object(
            'conversations', private.search_conversations(p_account_id, query, p_cursor, p_limit)) else '{}' end
        || case when p_kind in ('contacts', 'all') then jsonb_build_object(
            'contacts', private.contact_list(p_account_id, query, '-last_activity_at', null, p_cursor, p_limit)) else '{}' end
        || case when p_kind in ('messages', 'all') then jsonb_build_object(
            'messages', private.search_messages(p_account_id, query, p_cursor, p_limit)) else '{}' end;
end;
$function$;

ALTER FUNCTION "private"."search"(uuid, text, text, jsonb, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.search_conversations(p_account_id uuid, p_query text, p_cursor jsonb, p_limit integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
declare
    needle constant text := btrim(private.folded(p_query));
    number constant bigint := substring(needle from '^#?([0-9]{1,15})$')::bigint;
    inboxes uuid[];
    partial boolean;
    before_at constant timestamptz := coalesce((p_cursor ->> 'at')::timestamptz, 'infinity');
    before_id constant uuid := coalesce((p_cursor ->> 'id')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    ids uuid[];
    cursors jsonb[];
begin
    select coalesce(array_agg(mine.inbox_id) filter (where mine.inbox_id is not null and mine.scope = 'all'), '{}'),
        coalesce(bool_or(mine.scope <> 'all' or mine.team_id is not null), false)
    into inboxes, partial
    from private.visible_scopes(p_account_id) as mine;
    with who as materialized (
        -- Newest first, and enough of them: nobody turns a thousand pages.
        select contact.id
        from public.contacts as contact
        where contact.account_id = p_account_id
            and contact.search_text like private.like_pattern(needle)
        order by contact.id desc
        limit 1000
    ),
    hit as (
        select conversation.id, conversation.last_activity_at
        from public.conversations as conversation
        where conversation.account_id = p_account_id
            and (conversation.display_id = number or conversation.contact_id in (select who.id from who))
            and (conversation.last_activity_at, conversation.id) < (before_at, before_id)
            and (conversation.inbox_id = any (inboxes) or (partial and private.can_see(conversation)))
        order by conversation.last_activity_at desc, conversation.id desc
        limit p_limit + 1
    )
    select array_agg(hit.id order by hit.last_activity_at desc, hit.id desc),
        array_agg(
            jsonb_build_object('at', hit.last_activity_at, 'id', hit.id) order by hit.last_activity_at desc, hit.id desc)
    into ids, cursors
    from hit;
    return jsonb_build_object(
        'rows', private.conversation_rows(ids[1:p_limit]),
        'next_cursor', case when cardinality(ids) > p_limit then cursors[p_limit] end);
end;
$function$;

ALTER FUNCTION "private"."search_conversations"(uuid, text, jsonb, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.search_messages(p_account_id uuid, p_query text, p_cursor jsonb, p_limit integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
declare
    words constant tsquery := websearch_to_tsquery('pg_catalog.simple', private.folded(p_query));
    inboxes uuid[];
    partial boolean;
    before_at constant timestamptz := coalesce((p_cursor ->> 'at')::timestamptz, 'infinity');
    before_id constant uuid := coalesce((p_cursor ->> 'id')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    page jsonb[];
    among text;
begin
    if numnode(words) = 0 then
        return jsonb_build_object('rows', '[]'::jsonb, 'next_cursor', null);
    end if;
    select coalesce(array_agg(mine.inbox_id) filter (where mine.inbox_id is not null and mine.scope = 'all'), '{}'),
        coalesce(bool_or(mine.scope <> 'all' or mine.team_id is not null), false)
    into inboxes, partial
    from private.visible_scopes(p_account_id) as mine;
    -- A common word stands in the newest messages already; a rare one is found by its index. Sorting all the places of
    -- a common word would take a second.
    foreach among in array array['order by message.created_at desc, message.id desc limit 400', ''] loop
        execute format(
            $query$
            select array_agg(to_jsonb(hit) order by hit.created_at desc, hit.id desc)
            from (
                select found.id, found.conversation_id, conversation.display_id, found.inbox_id, found.message_type,
                    found.private, left(found.content, 300) as content, found.created_at,
                    private.message_sender(found) as sender
                from (
                    select recent.*
                    from (
                        select message.*
                        from public.messages as message
                        where message.account_id = $1
                            and message.message_type in ('incoming', 'outgoing')
                            and message.created_at > now() - interval '90 days'
                            and (message.created_at, message.id) < ($3, $4)
                            %s
                    ) as recent
                    where recent.deleted_at is null
                        and private.search_vector(recent.content) @@ $2
                        and (recent.inbox_id = any ($5)
                            or ($6 and private.can_see_conversation(recent.conversation_id)))
                    order by recent.created_at desc, recent.id desc
                    limit $7
                ) as picked
                join public.messages as found
                    on found.conversation_id = picked.conversation_id and found.id = picked.id
                join public.conversations as conversation on conversation.id = found.conversation_id
            ) as hit
            $query$,
            among)
        into page
        using p_account_id, words, before_at, before_id, inboxes, partial, p_limit + 1;
        exit when cardinality(page) > p_limit;
    end loop;
    return jsonb_build_object(
        'rows', coalesce(to_jsonb(page[1:p_limit]), '[]'),
        'next_cursor', case when cardinality(page) > p_limit then
            jsonb_build_object('at', page[p_limit] -> 'created_at', 'id', page[p_limit] -> 'id') end);
end;
$function$;

ALTER FUNCTION "private"."search_messages"(uuid, text, jsonb, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.search_vector(p_content text)
 RETURNS tsvector
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
    select to_tsvector('pg_catalog.simple', private.folded(left(p_content, 20000)))
$function$;

ALTER FUNCTION "private"."search_vector"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.set_contact_labels(p_contact_id uuid, p_labels text[])
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    contact public.contacts := private.member_contact(p_contact_id);
    wanted text[] := private.require_labels(contact.account_id, p_labels);
begin
    update public.contacts set labels = wanted
    where id = p_contact_id and labels is distinct from wanted;
    select * into contact from public.contacts where id = p_contact_id;
    return private.contact_json(contact);
end;
$function$;

ALTER FUNCTION "private"."set_contact_labels"(uuid, text[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.start_conversation(p_account_id uuid, p_contact_id uuid, p_inbox_id uuid, p_message_id uuid, p_content text, p_assignee_id uuid, p_team_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    contact public.contacts := private.member_contact(p_contact_id);
    inbox public.inboxes;
    address public.contact_inboxes;
    found_id uuid;
begin
    if contact.account_id is distinct from p_account_id then
        perform private.fail(404, 'contact_not_found', 'There is no such contact.');
    end if;
    select * into inbox
    from public.inboxes
    where id = p_inbox_id and account_id = p_account_id and id = any (private.inbox_ids());
    if inbox.id is null then
        perform private.fail(404, 'inbox_not_found', 'There is no such inbox.');
    end if;
    if p_message_id is null and p_content is not null then
        perform private.fail(400, 'invalid_argument', 'Give the message an id (UUIDv7) of your own.');
    end if;
    address := private.contact_address(contact, inbox);
    perform pg_advisory_xact_lock(hashtextextended(address.id::text, 0));
    select conversation.id into found_id
    from public.conversations as conversation
    where conversation.account_id = p_account_id
        and conversation.contact_inbox_id = address.id
        and (inbox.lock_to_single_conversation or exists (
            select from public.messages as message
            where message.conversation_id = conversation.id and message.id = p_message_id))
    order by conversation.id desc
    limit 1;
    if found_id is null then
        insert into public.conversations (account_id, inbox_id, contact_id, contact_inbox_id)
        values (p_account_id, inbox.id, contact.id, address.id)
        returning id into found_id;
    end if;
    if p_content is not null and not exists (
        select from public.messages where conversation_id = found_id and id = p_message_id)
    then
        insert into public.messages (id, conversation_id, content) values (p_message_id, found_id, p_content);
    end if;
    if p_team_id is not null then
        perform private.set_team(found_id, p_team_id);
    end if;
    if p_assignee_id is not null then
        perform private.assign_conversation(found_id, p_assignee_id);
    end if;
    return private.conversation_row(found_id);
end;
$function$;

ALTER FUNCTION "private"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.tell_activity()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    -- No line without a known actor.
    actor_name constant text := private.actor_name(new);
    -- Two numbers at once: a message brought the change about.
    by_message constant boolean := old.last_seq + 1 < new.last_seq;
begin
    if new.status is distinct from old.status then
        if not by_message then
            if actor_name is not null then
                perform private.write_activity(
                    new, 'status.' || new.status, jsonb_build_object('actor', actor_name));
            end if;
        elsif old.status = 'resolved' and (
            select inbox.channel_type = 'api' from public.inboxes as inbox where inbox.id = new.inbox_id)
        then
            -- Elsewhere the message is its own explanation; an API channel's may come from a machine.
            perform private.write_activity(new, 'status.reopened_by_message', '{}');
        end if;
    end if;
    if actor_name is null then
        return null;
    end if;
    if new.priority is distinct from old.priority then
        perform private.tell_priority(old, new, actor_name);
    end if;
    if new.labels is distinct from old.labels then
        perform private.tell_labels(old, new, actor_name);
    end if;
    -- A visitor opens a conversation and it goes to whose turn it is: that is nobody's deed.
    if (new.assignee_id, new.team_id) is distinct from (old.assignee_id, old.team_id)
        and current_setting('role', true) = 'authenticated'
    then
        perform private.tell_assignment(old, new, actor_name);
    end if;
    return null;
end;
$function$;

CREATE OR REPLACE FUNCTION private.tell_contact()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    contact public.contacts;
    tracked constant text[] := array[
        'name', 'middle_name', 'last_name', 'email', 'phone_number', 'identifier', 'contact_type', 'blocked', 'avatar_url',
        'location', 'country_code', 'labels', 'custom_attributes', 'additional_attributes'];
    changed text[];
begin
    case tg_op
        when 'INSERT' then
            contact := new;
        when 'DELETE' then
            contact := old;
        else
            contact := new;
            select array_agg(field) into changed
            from unnest(tracked) as field
            where to_jsonb(old) -> field is distinct from to_jsonb(new) -> field;
            if changed is null then
                return null;
            end if;
    end case;
    -- An account that is being deleted takes everything with it.
    if exists (select from public.accounts where id = contact.account_id) then
        perform private.record_event(
            contact.account_id,
            case tg_op when 'INSERT' then 'contact.created' when 'DELETE' then 'contact.deleted' else 'contact.updated' end,
            null,
            jsonb_strip_nulls(jsonb_build_object('contact_id', contact.id, 'changed', to_jsonb(changed))));
    end if;
    return null;
end;
$function$;

ALTER FUNCTION "private"."tell_contact"() OWNER TO "postgres";

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
        'contact_id', 'waiting_since', 'first_reply_created_at'];
    visibly_changed constant boolean :=
        (new.status, new.assignee_id, new.team_id, new.priority, new.labels, new.snoozed_until, new.custom_attributes,
            new.contact_id)
        is distinct from
        (old.status, old.assignee_id, old.team_id, old.priority, old.labels, old.snoozed_until, old.custom_attributes,
            old.contact_id);
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
    if old.status = 'pending' and new.status = 'open' and private.actor() ->> 'type' = 'system' then
        perform private.record_event(new.account_id, 'conversation.bot_handoff', new.id, '{}');
    end if;
    if old.first_reply_created_at is null and new.first_reply_created_at is not null then
        perform private.record_event(
            new.account_id, 'first_reply.created', new.id,
            jsonb_build_object(
                'seconds', extract(epoch from new.first_reply_created_at - new.created_at)));
    elsif old.waiting_since is not null and new.waiting_since is null and new.status = old.status then
        perform private.record_event(
            new.account_id, 'reply.created', new.id,
            jsonb_build_object('seconds', extract(epoch from new.last_activity_at - old.waiting_since)));
    end if;
    return null;
end;
$function$;

CREATE OR REPLACE FUNCTION private.tell_conversation_deleted()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    topic text;
begin
    select private.inbox_topic(inbox.id, inbox.epoch) into topic from public.inboxes as inbox where inbox.id = old.inbox_id;
    -- Nobody listens to an inbox or an account that is being deleted with it.
    if topic is not null then
        perform private.broadcast(
            topic, 'conversation.deleted', jsonb_build_object('conversation_id', old.id, 'inbox_id', old.inbox_id));
        perform private.record_event(old.account_id, 'conversation.deleted', old.id, '{}');
    end if;
    return null;
end;
$function$;

ALTER FUNCTION "private"."tell_conversation_deleted"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.widget_identify(p_values jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    address public.contact_inboxes;
begin
    perform private.take('identify:' || private.visitor_contact_inbox_id(), 10, 10 / 3600.0);
    if p_values is null or jsonb_typeof(p_values) <> 'object' then
        perform private.fail(400, 'invalid_argument', 'values is an object.');
    end if;
    perform pg_advisory_xact_lock(hashtextextended(private.visitor_contact_inbox_id()::text, 0));
    address := private.ensure_visitor_contact(null, null);
    perform private.identify_contact(address.contact_id, p_values);
end;
$function$;

ALTER FUNCTION "private"."widget_identify"(jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.bulk_update(p_ids uuid[], p_changes jsonb)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.bulk_update(p_ids, p_changes)
$function$;

ALTER FUNCTION "public"."bulk_update"(uuid[], jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.contact_list(p_account_id uuid, p_query text DEFAULT NULL::text, p_sort text DEFAULT '-last_activity_at'::text, p_labels text[] DEFAULT NULL::text[], p_cursor jsonb DEFAULT NULL::jsonb, p_limit integer DEFAULT 15)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.contact_list(p_account_id, p_query, p_sort, p_labels, p_cursor, p_limit)
$function$;

ALTER FUNCTION "public"."contact_list"(uuid, text, text, text[], jsonb, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.conversation_filter(p_account_id uuid, p_conditions jsonb, p_sort text DEFAULT 'newest'::text, p_cursor jsonb DEFAULT NULL::jsonb, p_limit integer DEFAULT 25)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.conversation_filter(p_account_id, p_conditions, p_sort, p_cursor, p_limit)
$function$;

ALTER FUNCTION "public"."conversation_filter"(uuid, jsonb, text, jsonb, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.conversation_list(p_account_id uuid, p_tab text DEFAULT 'mine'::text, p_status text DEFAULT 'open'::text, p_inbox_id uuid DEFAULT NULL::uuid, p_sort text DEFAULT 'newest'::text, p_cursor jsonb DEFAULT NULL::jsonb, p_limit integer DEFAULT 25, p_team_id uuid DEFAULT NULL::uuid, p_labels text[] DEFAULT NULL::text[], p_view text DEFAULT NULL::text, p_priority text DEFAULT NULL::text, p_assignee_id uuid DEFAULT NULL::uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.conversation_list(
        p_account_id, p_tab, p_status, p_inbox_id, p_sort, p_cursor, p_limit, p_team_id, p_labels, p_view, p_priority,
        p_assignee_id)
$function$;

ALTER FUNCTION "public"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.delete_contact(p_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.delete_contact(p_id)
$function$;

ALTER FUNCTION "public"."delete_contact"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.delete_conversation(p_conversation_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.delete_conversation(p_conversation_id)
$function$;

ALTER FUNCTION "public"."delete_conversation"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.delete_custom_attribute(p_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.delete_custom_attribute(p_id)
$function$;

ALTER FUNCTION "public"."delete_custom_attribute"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.delete_note(p_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.delete_note(p_id)
$function$;

ALTER FUNCTION "public"."delete_note"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.merge_contacts(p_base_id uuid, p_mergee_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.merge_contacts(p_base_id, p_mergee_id)
$function$;

ALTER FUNCTION "public"."merge_contacts"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.save_contact(p_account_id uuid, p_id uuid, p_values jsonb)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.save_contact(p_account_id, p_id, p_values)
$function$;

ALTER FUNCTION "public"."save_contact"(uuid, uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.save_custom_attribute(p_account_id uuid, p_id uuid, p_values jsonb)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.save_custom_attribute(p_account_id, p_id, p_values)
$function$;

ALTER FUNCTION "public"."save_custom_attribute"(uuid, uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.save_note(p_contact_id uuid, p_id uuid, p_content text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.save_note(p_contact_id, p_id, p_content)
$function$;

ALTER FUNCTION "public"."save_note"(uuid, uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.search(p_account_id uuid, p_query text, p_kind text DEFAULT 'all'::text, p_cursor jsonb DEFAULT NULL::jsonb, p_limit integer DEFAULT 15)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.search(p_account_id, p_query, p_kind, p_cursor, p_limit)
$function$;

ALTER FUNCTION "public"."search"(uuid, text, text, jsonb, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.set_contact_labels(p_contact_id uuid, p_labels text[])
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.set_contact_labels(p_contact_id, p_labels)
$function$;

ALTER FUNCTION "public"."set_contact_labels"(uuid, text[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.start_conversation(p_account_id uuid, p_contact_id uuid, p_inbox_id uuid, p_message_id uuid DEFAULT NULL::uuid, p_content text DEFAULT NULL::text, p_assignee_id uuid DEFAULT NULL::uuid, p_team_id uuid DEFAULT NULL::uuid)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.start_conversation(
        p_account_id, p_contact_id, p_inbox_id, p_message_id, p_content, p_assignee_id, p_team_id)
$function$;

ALTER FUNCTION "public"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.widget_identify(p_values jsonb)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.widget_identify(p_values)
$function$;

ALTER FUNCTION "public"."widget_identify"(jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.identify_visitor(p_contact_inbox_id uuid, p_values jsonb, p_verified text[])
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    return private.identify_contact(
        (select contact_id from public.contact_inboxes where id = p_contact_inbox_id), p_values, p_verified);
end;
$function$;

ALTER FUNCTION "service"."identify_visitor"(uuid, jsonb, text[]) OWNER TO "postgres";

ALTER TABLE "private"."assignment_turns" ADD CONSTRAINT "assignment_turns_account_id_fkey" FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;

ALTER TABLE "public"."contacts" ADD CONSTRAINT "contacts_last_name_check" CHECK ((char_length(last_name) <= 255));

ALTER TABLE "public"."contacts" ADD CONSTRAINT "contacts_middle_name_check" CHECK ((char_length(middle_name) <= 255));

ALTER TABLE "public"."custom_attribute_definitions" ADD CONSTRAINT "custom_attribute_definitions_account_id_fkey" FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;

ALTER TABLE "public"."inboxes" ADD CONSTRAINT "inboxes_max_assignment_limit_check" CHECK (((max_assignment_limit >= 1) AND (max_assignment_limit <= 10000)));

ALTER TABLE "public"."notes" ADD CONSTRAINT "notes_contact_fkey" FOREIGN KEY (account_id, contact_id) REFERENCES public.contacts(account_id, id) ON DELETE CASCADE;

ALTER TABLE "public"."notes" ADD CONSTRAINT "notes_user_fkey" FOREIGN KEY (account_id, user_id) REFERENCES public.account_users(account_id, user_id) ON DELETE SET NULL (user_id);

CREATE INDEX contacts_account_id_created_at_idx ON public.contacts USING btree (account_id, created_at DESC, id DESC);

CREATE INDEX contacts_account_id_name_idx ON public.contacts USING btree (account_id, lower(name), id);

CREATE INDEX notes_account_id_user_id_idx ON public.notes USING btree (account_id, user_id);

CREATE TRIGGER contacts_tell AFTER INSERT OR DELETE OR UPDATE OF name, middle_name, last_name, email, phone_number, identifier, contact_type, blocked, avatar_url, labels, custom_attributes, additional_attributes ON public.contacts FOR EACH ROW EXECUTE FUNCTION private.tell_contact();

CREATE TRIGGER conversations_assign BEFORE UPDATE ON public.conversations FOR EACH ROW WHEN (((old.status IS DISTINCT FROM new.status) OR (old.team_id IS DISTINCT FROM new.team_id))) EXECUTE FUNCTION private.auto_assign();

CREATE TRIGGER conversations_begin_with_assignee BEFORE INSERT ON public.conversations FOR EACH ROW EXECUTE FUNCTION private.auto_assign();

CREATE TRIGGER conversations_tell_deleted AFTER DELETE ON public.conversations FOR EACH ROW EXECUTE FUNCTION private.tell_conversation_deleted();

CREATE TRIGGER custom_attribute_definitions_set_updated_at BEFORE UPDATE ON public.custom_attribute_definitions FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

CREATE TRIGGER notes_set_updated_at BEFORE UPDATE ON public.notes FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

CREATE POLICY "members read the custom attributes of their accounts" ON "public"."custom_attribute_definitions" FOR SELECT TO "authenticated" USING ((account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[])));

CREATE POLICY "members read the notes about contacts of their accounts" ON "public"."notes" FOR SELECT TO "authenticated" USING ((account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[])));

COMMENT ON COLUMN "public"."contacts"."country_code" IS 'Follows additional_attributes.country.';

COMMENT ON COLUMN "public"."contacts"."labels" IS 'Titles of the account''s labels, sorted.';

COMMENT ON COLUMN "public"."contacts"."location" IS 'Follows additional_attributes.city.';

COMMENT ON COLUMN "public"."custom_attribute_definitions"."regex_cue" IS 'The hint beside the field when its value does not match regex_pattern.';

COMMENT ON COLUMN "public"."inboxes"."max_assignment_limit" IS 'How many open conversations of the inbox an agent may have and still be given one by turn; null = any number.';

COMMENT ON COLUMN "public"."notes"."user_id" IS 'Who wrote it; null when they left.';

COMMENT ON FUNCTION "private"."attributes_or"(jsonb, jsonb) IS 'The first if it is fit to be stored, else the second.';

COMMENT ON FUNCTION "private"."auto_assign"() IS 'Trigger: a conversation that is given to a team leaves whoever is not in it and goes to one who is; one that becomes open and is
     nobody''s of its inbox goes to whose turn it is; an agent who opens one takes it.';

COMMENT ON FUNCTION "private"."bulk_update"(uuid[], jsonb) IS 'See public.bulk_update.';

COMMENT ON FUNCTION "private"."contact_address"(public.contacts, public.inboxes) IS 'The contact''s address in the inbox, made where the channel allows us to write first.';

COMMENT ON FUNCTION "private"."contact_json"(public.contacts) IS 'A contact as functions return it: its row.';

COMMENT ON FUNCTION "private"."contact_list"(uuid, text, text, text[], jsonb, integer) IS 'See public.contact_list.';

COMMENT ON FUNCTION "private"."contact_search_text"(text, text, text, text, text, text, text) IS 'What a search for a contact looks at.';

COMMENT ON FUNCTION "private"."conversation_filter"(uuid, jsonb, text, jsonb, integer) IS 'See public.conversation_filter.';

COMMENT ON FUNCTION "private"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) IS 'See public.conversation_list.';

COMMENT ON FUNCTION "private"."conversation_page"(uuid, text[], uuid, text, text, text, jsonb, integer) IS 'One page of the conversations that the caller sees: of these statuses, in this inbox, on this tab. p_where is further SQL about the
     alias conversation, which begins with " and " and holds nothing of a client''s but quoted literals.';

COMMENT ON FUNCTION "private"."delete_contact"(uuid) IS 'See public.delete_contact.';

COMMENT ON FUNCTION "private"."delete_conversation"(uuid) IS 'See public.delete_conversation.';

COMMENT ON FUNCTION "private"."delete_custom_attribute"(uuid) IS 'See public.delete_custom_attribute.';

COMMENT ON FUNCTION "private"."delete_note"(uuid) IS 'See public.delete_note.';

COMMENT ON FUNCTION "private"."filter_condition"(uuid, jsonb) IS 'One condition {attribute_key, filter_operator, values} about a conversation as SQL.
     Fails with filter_attribute_unknown, filter_operator_invalid, filter_value_invalid.';

COMMENT ON FUNCTION "private"."filter_sql"(text, text, text, jsonb) IS 'One condition on an expression of ours as SQL: kinds text, id, number, labels, time. Only quoted literals come from the client.';

COMMENT ON FUNCTION "private"."filter_values"(jsonb) IS 'The values of a condition; fails with filter_value_invalid when there are none.';

COMMENT ON FUNCTION "private"."folded"(text) IS 'Text as search compares it: lower case, without accents. Immutable, so that indexes may use it.';

COMMENT ON FUNCTION "private"."identify_contact"(uuid, jsonb, text[], boolean) IS 'A contact says who they are: identifier, name, email, phone_number, avatar_url, custom_attributes, additional_attributes.
     p_verified names the keys that are proven (identifier, email, phone_number): by those an existing contact is recognised and this
     one merged into it. Claims never merge; a claimed address of somebody else is left out. Returns the id of the contact that remains.';

COMMENT ON FUNCTION "private"."is_contact_online"(public.contacts) IS 'Whether the contact did something within the last 90 seconds.';

COMMENT ON FUNCTION "private"."is_online"(uuid, uuid) IS 'Whether an agent may be given conversations now.';

COMMENT ON FUNCTION "private"."like_pattern"(text) IS 'The pattern of "contains this", whatever characters it has.';

COMMENT ON FUNCTION "private"."member_contact"(uuid) IS 'The contact, if it is of an account of the caller''s; else contact_not_found.';

COMMENT ON FUNCTION "private"."merge_contacts"(uuid, uuid) IS 'See public.merge_contacts.';

COMMENT ON FUNCTION "private"."merge_into"(uuid, uuid) IS 'Moves everything of the second contact to the first and deletes it. What the first says wins, blanks are filled, whoever of
     them was blocked stays blocked. Checks no rights: its callers do.';

COMMENT ON FUNCTION "private"."merged_attributes"(jsonb, jsonb) IS 'Both objects as one, at every depth; where both say something the first wins.';

COMMENT ON FUNCTION "private"."pick_assignee"(uuid, uuid, uuid) IS 'Whose turn it is among the members of the inbox (and of the team, if one is named) who are online and have fewer open
     conversations there than the inbox allows; null when there is nobody. Who is skipped keeps their place.';

COMMENT ON FUNCTION "private"."priority_rank"(text) IS 'A priority as a number to sort by: the most urgent first, none last.';

COMMENT ON FUNCTION "private"."save_contact"(uuid, uuid, jsonb) IS 'See public.save_contact.';

COMMENT ON FUNCTION "private"."save_custom_attribute"(uuid, uuid, jsonb) IS 'See public.save_custom_attribute.';

COMMENT ON FUNCTION "private"."save_note"(uuid, uuid, text) IS 'See public.save_note.';

COMMENT ON FUNCTION "private"."search"(uuid, text, text, jsonb, integer) IS 'See public.search.';

COMMENT ON FUNCTION "private"."search_conversations"(uuid, text, jsonb, integer) IS 'Conversations by their number or by who the contact is, last active first: those the caller sees.';

COMMENT ON FUNCTION "private"."search_messages"(uuid, text, jsonb, integer) IS 'Messages of the last 90 days with these words, newest first, notes included: what the caller sees of them.';

COMMENT ON FUNCTION "private"."search_vector"(text) IS 'The words of a message as search compares them: in any language, without case and accents.';

COMMENT ON FUNCTION "private"."set_contact_labels"(uuid, text[]) IS 'See public.set_contact_labels.';

COMMENT ON FUNCTION "private"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid) IS 'See public.start_conversation.';

COMMENT ON FUNCTION "private"."tell_contact"() IS 'Trigger: records that a contact came, changed (and in which columns) or went.';

COMMENT ON FUNCTION "private"."tell_conversation_deleted"() IS 'Trigger: tells the lists that a conversation is gone, and records it.';

COMMENT ON FUNCTION "private"."widget_identify"(jsonb) IS 'See public.widget_identify.';

COMMENT ON FUNCTION "public"."bulk_update"(uuid[], jsonb) IS 'Changes 1 to 100 conversations alike, all or none: status, snoozed_until, assignee_id, team_id, priority, add_labels, remove_labels.
     Returns the rows that the caller still sees. Fails with invalid_argument, conversation_not_found, and as the functions for one.';

COMMENT ON FUNCTION "public"."contact_list"(uuid, text, text, text[], jsonb, integer) IS 'One page of the contacts who can be reached or recognised: {rows, next_cursor}. The query is part of a name, e-mail address,
     phone number, identifier or company, without regard to case and accents; labels: any of them. Sorts name, email, phone_number,
     last_activity_at, created_at, company_name, city, country; - before it for descending; those without a value come last.
     Fails with account_not_found, invalid_argument, invalid_cursor.';

COMMENT ON FUNCTION "public"."conversation_filter"(uuid, jsonb, text, jsonb, integer) IS 'One page of the conversations that meet conditions [{attribute_key, filter_operator, values, query_operator}], read from left to right
     with "and" before "or", as public.conversation_list gives it. Fails with account_not_found, invalid_argument, invalid_cursor,
     filter_attribute_unknown, filter_operator_invalid, filter_query_operator_invalid, filter_value_invalid.';

COMMENT ON FUNCTION "public"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) IS 'One page of a list: {rows, next_cursor, counts: {mine, unassigned, all}}. Tabs mine | unassigned | all; status or all; labels: any of
     them; view mention | participating | unattended; priority or none. Sorts newest | oldest (activity), waiting (longest first),
     created | created_oldest, priority (most urgent first, then oldest). Pass next_cursor back for the next page; counts come with the
     first page only. Fails with account_not_found, invalid_argument, invalid_cursor.';

COMMENT ON FUNCTION "public"."delete_contact"(uuid) IS 'Deletes a contact with their conversations and notes. Administrators only.
     Fails with contact_not_found, not_administrator, contact_online.';

COMMENT ON FUNCTION "public"."delete_conversation"(uuid) IS 'Deletes a conversation with all its messages. Administrators only. Fails with conversation_not_found, not_administrator.';

COMMENT ON FUNCTION "public"."delete_custom_attribute"(uuid) IS 'Removes a definition; the values stay where they are. Administrators only. Returns what it was.
     Fails with custom_attribute_not_found, not_administrator.';

COMMENT ON FUNCTION "public"."delete_note"(uuid) IS 'Deletes a note about a contact. Fails with note_not_found.';

COMMENT ON FUNCTION "public"."merge_contacts"(uuid, uuid) IS 'Two contacts of an account are the same person: the second''s conversations, addresses, messages and notes go to the first, which
     keeps what it says and is filled where it is blank. Returns the first. Fails with contact_not_found, contact_gone.';

COMMENT ON FUNCTION "public"."save_contact"(uuid, uuid, jsonb) IS 'Adds a contact (id null) or changes one; values holds the columns to set: name, middle_name, last_name, email, phone_number,
     identifier, avatar_url, blocked, custom_attributes, additional_attributes. Returns the row.
     Fails with account_not_found, contact_not_found, invalid_argument, attributes_invalid, contact_taken, contact_invalid
     (details names the column).';

COMMENT ON FUNCTION "public"."save_custom_attribute"(uuid, uuid, jsonb) IS 'Adds a custom attribute''s definition (id null) or changes one (but not its model); values holds the columns to set.
     Administrators only. Returns the row. Fails with account_not_found, not_administrator, invalid_argument,
     custom_attribute_not_found, attribute_key_taken, custom_attribute_invalid (details names the column, or reserved).';

COMMENT ON FUNCTION "public"."save_note"(uuid, uuid, text) IS 'Adds a note to a contact (id null) or changes one. Returns the row.
     Fails with contact_not_found, content_invalid, note_not_found.';

COMMENT ON FUNCTION "public"."search"(uuid, text, text, jsonb, integer) IS 'What the caller sees of an account: {conversations, contacts, messages}, each {rows, next_cursor}. Conversations by number or contact,
     contacts as contact_list finds them, messages of the last 90 days by their words. With one kind, next_cursor leads to the next page;
     it is null on the last. Fails with account_not_found, invalid_argument, invalid_cursor.';

COMMENT ON FUNCTION "public"."set_contact_labels"(uuid, text[]) IS 'The labels of the contact are these titles, and no others. Returns the row.
     Fails with contact_not_found, label_not_found, invalid_argument.';

COMMENT ON FUNCTION "public"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid) IS 'An agent writes first: a new conversation with a contact, with a first message under an id made by the caller. Where the inbox is locked
     to a single conversation the existing one goes on; the same message id again returns the same. Returns the row. Fails with
     contact_not_found, inbox_not_found, contact_not_reachable, team_not_found, assignee_not_in_inbox, and as send_message.';

COMMENT ON FUNCTION "public"."widget_identify"(jsonb) IS 'The visitor''s page says who they are: identifier, name, email, phone_number, avatar_url, custom_attributes,
     additional_attributes. A claim: what is another contact''s already is left out without a word, and nothing merges.
     Fails with session_expired, invalid_argument, too_many_requests.';

COMMENT ON FUNCTION "service"."identify_visitor"(uuid, jsonb, text[]) IS 'What private.identify_contact does, for the contact behind an address; the service has checked what p_verified names.
     Returns the id of the contact that remains. Fails with contact_not_found.';

COMMENT ON TABLE "private"."assignment_turns" IS 'When an agent last got a conversation of an inbox by turn. Whoever waits longest, since then or since they joined, is next.';

COMMENT ON TABLE "public"."custom_attribute_definitions" IS 'How to show and edit a key of custom_attributes, of contacts or of conversations. Values are checked by the screens only.';

COMMENT ON TABLE "public"."notes" IS 'A note about a contact, for all agents of the account. Not a private message, which belongs to a conversation.';

REVOKE ALL ON FUNCTION "private"."attributes_or"(jsonb, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."attributes_or"(jsonb, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."attributes_or"(jsonb, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."auto_assign"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."auto_assign"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."auto_assign"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."bulk_update"(uuid[], jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."bulk_update"(uuid[], jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."bulk_update"(uuid[], jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."bulk_update"(uuid[], jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."contact_address"(public.contacts, public.inboxes) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."contact_address"(public.contacts, public.inboxes) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."contact_address"(public.contacts, public.inboxes) TO "postgres";

REVOKE ALL ON FUNCTION "private"."contact_json"(public.contacts) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."contact_json"(public.contacts) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."contact_json"(public.contacts) TO "postgres";

REVOKE ALL ON FUNCTION "private"."contact_list"(uuid, text, text, text[], jsonb, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."contact_list"(uuid, text, text, text[], jsonb, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."contact_list"(uuid, text, text, text[], jsonb, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."contact_list"(uuid, text, text, text[], jsonb, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."contact_search_text"(text, text, text, text, text, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."contact_search_text"(text, text, text, text, text, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."contact_search_text"(text, text, text, text, text, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."contact_search_text"(text, text, text, text, text, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."conversation_filter"(uuid, jsonb, text, jsonb, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."conversation_filter"(uuid, jsonb, text, jsonb, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."conversation_filter"(uuid, jsonb, text, jsonb, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."conversation_filter"(uuid, jsonb, text, jsonb, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."conversation_page"(uuid, text[], uuid, text, text, text, jsonb, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."conversation_page"(uuid, text[], uuid, text, text, text, jsonb, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."conversation_page"(uuid, text[], uuid, text, text, text, jsonb, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."delete_contact"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."delete_contact"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."delete_contact"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."delete_contact"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."delete_conversation"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."delete_conversation"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."delete_conversation"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."delete_conversation"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."delete_custom_attribute"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."delete_custom_attribute"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."delete_custom_attribute"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."delete_custom_attribute"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."delete_note"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."delete_note"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."delete_note"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."delete_note"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."filter_condition"(uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."filter_condition"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."filter_condition"(uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."filter_sql"(text, text, text, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."filter_sql"(text, text, text, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."filter_sql"(text, text, text, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."filter_values"(jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."filter_values"(jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."filter_values"(jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."folded"(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."folded"(text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."folded"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."folded"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."identify_contact"(uuid, jsonb, text[], boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."identify_contact"(uuid, jsonb, text[], boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."identify_contact"(uuid, jsonb, text[], boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."is_contact_online"(public.contacts) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."is_contact_online"(public.contacts) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."is_contact_online"(public.contacts) TO "postgres";

REVOKE ALL ON FUNCTION "private"."is_online"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."is_online"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."is_online"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."like_pattern"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."like_pattern"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."like_pattern"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."member_contact"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."member_contact"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."member_contact"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."merge_contacts"(uuid, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."merge_contacts"(uuid, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."merge_contacts"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."merge_contacts"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."merge_into"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."merge_into"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."merge_into"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."merged_attributes"(jsonb, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."merged_attributes"(jsonb, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."merged_attributes"(jsonb, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."pick_assignee"(uuid, uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."pick_assignee"(uuid, uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."pick_assignee"(uuid, uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."priority_rank"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."priority_rank"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."priority_rank"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."save_contact"(uuid, uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."save_contact"(uuid, uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."save_contact"(uuid, uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."save_contact"(uuid, uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."save_custom_attribute"(uuid, uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."save_custom_attribute"(uuid, uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."save_custom_attribute"(uuid, uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."save_custom_attribute"(uuid, uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."save_note"(uuid, uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."save_note"(uuid, uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."save_note"(uuid, uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."save_note"(uuid, uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."search"(uuid, text, text, jsonb, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."search"(uuid, text, text, jsonb, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."search"(uuid, text, text, jsonb, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."search"(uuid, text, text, jsonb, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."search_conversations"(uuid, text, jsonb, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."search_conversations"(uuid, text, jsonb, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."search_conversations"(uuid, text, jsonb, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."search_messages"(uuid, text, jsonb, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."search_messages"(uuid, text, jsonb, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."search_messages"(uuid, text, jsonb, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."search_vector"(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."search_vector"(text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."search_vector"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."search_vector"(text) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."search_vector"(text) TO "visitor";

REVOKE ALL ON FUNCTION "private"."set_contact_labels"(uuid, text[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."set_contact_labels"(uuid, text[]) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."set_contact_labels"(uuid, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."set_contact_labels"(uuid, text[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."tell_contact"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tell_contact"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tell_contact"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tell_conversation_deleted"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tell_conversation_deleted"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tell_conversation_deleted"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."widget_identify"(jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."widget_identify"(jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."widget_identify"(jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."widget_identify"(jsonb) TO "visitor";

REVOKE ALL ON FUNCTION "public"."bulk_update"(uuid[], jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."bulk_update"(uuid[], jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."bulk_update"(uuid[], jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."bulk_update"(uuid[], jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "public"."contact_list"(uuid, text, text, text[], jsonb, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."contact_list"(uuid, text, text, text[], jsonb, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."contact_list"(uuid, text, text, text[], jsonb, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."contact_list"(uuid, text, text, text[], jsonb, integer) TO "postgres";

REVOKE ALL ON FUNCTION "public"."conversation_filter"(uuid, jsonb, text, jsonb, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."conversation_filter"(uuid, jsonb, text, jsonb, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."conversation_filter"(uuid, jsonb, text, jsonb, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."conversation_filter"(uuid, jsonb, text, jsonb, integer) TO "postgres";

REVOKE ALL ON FUNCTION "public"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."delete_contact"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."delete_contact"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."delete_contact"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."delete_contact"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."delete_conversation"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."delete_conversation"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."delete_conversation"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."delete_conversation"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."delete_custom_attribute"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."delete_custom_attribute"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."delete_custom_attribute"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."delete_custom_attribute"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."delete_note"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."delete_note"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."delete_note"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."delete_note"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."merge_contacts"(uuid, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."merge_contacts"(uuid, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."merge_contacts"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."merge_contacts"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."save_contact"(uuid, uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."save_contact"(uuid, uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."save_contact"(uuid, uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."save_contact"(uuid, uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "public"."save_custom_attribute"(uuid, uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."save_custom_attribute"(uuid, uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."save_custom_attribute"(uuid, uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."save_custom_attribute"(uuid, uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "public"."save_note"(uuid, uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."save_note"(uuid, uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."save_note"(uuid, uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."save_note"(uuid, uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."search"(uuid, text, text, jsonb, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."search"(uuid, text, text, jsonb, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."search"(uuid, text, text, jsonb, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."search"(uuid, text, text, jsonb, integer) TO "postgres";

REVOKE ALL ON FUNCTION "public"."set_contact_labels"(uuid, text[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."set_contact_labels"(uuid, text[]) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."set_contact_labels"(uuid, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."set_contact_labels"(uuid, text[]) TO "postgres";

REVOKE ALL ON FUNCTION "public"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."widget_identify"(jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "public"."widget_identify"(jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."widget_identify"(jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."widget_identify"(jsonb) TO "visitor";

REVOKE ALL ON FUNCTION "service"."identify_visitor"(uuid, jsonb, text[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."identify_visitor"(uuid, jsonb, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."identify_visitor"(uuid, jsonb, text[]) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."identify_visitor"(uuid, jsonb, text[]) TO "service_role";

REVOKE ALL ("last_name") ON TABLE "public"."contacts" FROM "authenticated";


REVOKE ALL ("middle_name") ON TABLE "public"."contacts" FROM "authenticated";


REVOKE ALL ON TABLE "public"."custom_attribute_definitions" FROM "authenticated";

GRANT SELECT ON TABLE "public"."custom_attribute_definitions" TO "authenticated";

REVOKE ALL ON TABLE "public"."custom_attribute_definitions" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."custom_attribute_definitions" TO "postgres";

REVOKE ALL ON TABLE "public"."custom_attribute_definitions" FROM "service_role";

GRANT SELECT ON TABLE "public"."custom_attribute_definitions" TO "service_role";

REVOKE ALL ("max_assignment_limit") ON TABLE "public"."inboxes" FROM "authenticated";


REVOKE ALL ON TABLE "public"."notes" FROM "authenticated";

GRANT SELECT ON TABLE "public"."notes" TO "authenticated";

REVOKE ALL ON TABLE "public"."notes" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."notes" TO "postgres";

REVOKE ALL ON TABLE "public"."notes" FROM "service_role";

GRANT SELECT ON TABLE "public"."notes" TO "service_role";

ALTER TABLE "public"."contacts" ADD COLUMN "search_text" text GENERATED ALWAYS AS (private.contact_search_text(name, middle_name, last_name, email, phone_number, identifier, (additional_attributes ->> 'company_name'::text))) STORED;

COMMENT ON COLUMN "public"."contacts"."search_text" IS 'What a search looks at; stored, because folding each candidate anew costs more than finding them.';

CREATE INDEX notes_account_id_contact_id_idx ON public.notes USING btree (account_id, contact_id, id DESC);

CREATE INDEX contacts_search_idx ON public.contacts USING gin (account_id, search_text extensions.gin_trgm_ops);

CREATE INDEX conversations_by_priority_idx ON public.conversations USING btree (account_id, inbox_id, status, private.priority_rank(priority), created_at, id);

CREATE INDEX messages_search_idx ON public.messages USING gin (account_id, private.search_vector(content)) WHERE (message_type = ANY (ARRAY['incoming'::text, 'outgoing'::text]));

GRANT UPDATE ("last_name") ON TABLE "public"."contacts" TO "authenticated";

GRANT UPDATE ("middle_name") ON TABLE "public"."contacts" TO "authenticated";

GRANT UPDATE ("max_assignment_limit") ON TABLE "public"."inboxes" TO "authenticated";
