-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

DROP INDEX "public"."custom_filters_name_key";

DROP FUNCTION "private"."filter_condition"(uuid, jsonb);

DROP FUNCTION "private"."filter_predicate"(uuid, jsonb);

DROP FUNCTION "private"."save_custom_filter"(uuid, uuid, text, jsonb, boolean);

DROP FUNCTION "public"."save_custom_filter"(uuid, uuid, text, jsonb, boolean);

ALTER TABLE "public"."custom_filters" ADD COLUMN "filter_type" text NOT NULL DEFAULT 'conversation'::text;

CREATE OR REPLACE FUNCTION private.contact_filter(p_account_id uuid, p_conditions jsonb, p_query text, p_sort text, p_cursor jsonb, p_limit integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
    return private.contact_page(
        p_account_id, p_query, null, private.filter_predicate(p_account_id, 'contact', p_conditions),
        p_sort, p_cursor, p_limit);
end;
$function$;

ALTER FUNCTION "private"."contact_filter"(uuid, jsonb, text, text, jsonb, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.contact_list(p_account_id uuid, p_query text, p_sort text, p_labels text[], p_cursor jsonb, p_limit integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
    return private.contact_page(p_account_id, p_query, p_labels, null, p_sort, p_cursor, p_limit);
end;
$function$;

CREATE OR REPLACE FUNCTION private.contact_page(p_account_id uuid, p_query text, p_labels text[], p_conditions text, p_sort text, p_cursor jsonb, p_limit integer)
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
            %s
        $conditions$,
        case when needle is not null then
            'and contact.search_text like $2'
            else '' end,
        case when cardinality(p_labels) > 0 then 'and contact.labels && $3' else '' end,
        case when p_conditions is not null then format('and (%s)', p_conditions) else '' end);
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

ALTER FUNCTION "private"."contact_page"(uuid, text, text[], text, text, jsonb, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.contactable_inboxes(p_contact_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    contact public.contacts := private.member_contact(p_contact_id);
begin
    return (
        select jsonb_build_object(
            'rows', coalesce(jsonb_agg(
                jsonb_build_object(
                    'inbox_id', reach.inbox_id,
                    'name', reach.name,
                    'channel_type', reach.channel_type,
                    'source_id', reach.source_id,
                    'needs_template', reach.is_closed)
                order by reach.name, reach.inbox_id) filter (where reach.reason is null), '[]'),
            'unreachable', coalesce(jsonb_agg(
                jsonb_build_object(
                    'inbox_id', reach.inbox_id,
                    'name', reach.name,
                    'channel_type', reach.channel_type,
                    'reason', reach.reason)
                order by reach.name, reach.inbox_id) filter (where reach.reason is not null), '[]'))
        from (
            select inbox.id as inbox_id, inbox.name, inbox.channel_type, given.source_id, coalesce(reply.is_closed, false) as is_closed,
                case
                    when address.opted_out_at is not null then 'opted_out'
                    when address.unreachable_reason is not null then 'unreachable'
                    when given.source_id is null and inbox.channel_type <> 'api' then private.lacking_address(inbox.channel_type)
                    when reply.is_closed and not private.has_templates(inbox.channel_type) then 'window_closed' end as reason
            from public.inboxes as inbox
            left join lateral (
                select known.id, known.source_id, known.opted_out_at, known.unreachable_reason
                from public.contact_inboxes as known
                where known.account_id = contact.account_id and known.contact_id = contact.id and known.inbox_id = inbox.id
                order by known.id desc
                limit 1
            ) as address on true
            cross join lateral (
                select coalesce(address.source_id, private.known_address(contact, inbox.channel_type)) as source_id
            ) as given
            left join lateral (
                select conversation.id
                from public.conversations as conversation
                where conversation.account_id = contact.account_id and conversation.contact_inbox_id = address.id
                order by conversation.id desc
                limit 1
            ) as latest on true
            cross join lateral (
                select coalesce(private.last_incoming_at(latest.id) + make_interval(hours => open.hours) < now(), open.hours is not null)
                    as is_closed
                from (
                    select private.reply_window_hours(
                        jsonb_populate_record(null::public.conversations, jsonb_build_object('inbox_id', inbox.id))) as hours
                ) as open
            ) as reply
            where inbox.account_id = contact.account_id
                and inbox.id = any (private.inbox_ids())
                and inbox.deleted_at is null
        ) as reach);
end;
$function$;

CREATE OR REPLACE FUNCTION private.conversation_filter(p_account_id uuid, p_conditions jsonb, p_sort text, p_cursor jsonb, p_limit integer, p_ids uuid[])
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
    if cardinality(p_ids) > 200 then
        perform private.fail(400, 'invalid_argument', 'Ask for 200 conversations at most.');
    end if;
    return private.conversation_page(
        p_account_id, array['open', 'pending', 'snoozed', 'resolved'], null, 'all',
        concat(
            format(' and (%s)', private.filter_predicate(p_account_id, 'conversation', p_conditions)),
            case when p_ids is not null then format(' and conversation.id = any (%L::uuid[])', p_ids) end),
        p_sort, p_cursor, p_limit);
end;
$function$;

CREATE OR REPLACE FUNCTION private.filter_attribute(p_account_id uuid, p_about text, p_attribute text, OUT expression text, OUT kind text, OUT allowed text[], OUT is_own boolean)
 RETURNS record
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    equality constant text[] := array['equal_to', 'not_equal_to'];
    presence constant text[] := array['is_present', 'is_not_present'];
    containment constant text[] := array['contains', 'does_not_contain'];
    time_operators constant text[] := array['is_greater_than', 'is_less_than', 'days_before'];
    definition public.custom_attribute_definitions;
begin
    kind := 'text';
    is_own := false;
    case
        when p_about = 'conversation' and p_attribute in ('status', 'priority') then
            expression := format('conversation.%I', p_attribute);
            allowed := equality;
        when p_about = 'conversation' and p_attribute in ('assignee_id', 'inbox_id', 'team_id') then
            expression := format('conversation.%I', p_attribute);
            allowed := equality || presence;
            kind := 'id';
        when p_about = 'conversation' and p_attribute = 'display_id' then
            expression := 'conversation.display_id';
            allowed := equality || containment;
            kind := 'number';
        when p_about = 'conversation'
            and p_attribute in ('browser_language', 'conversation_language', 'country_code')
        then
            expression := format('(conversation.additional_attributes ->> %L)', p_attribute);
            allowed := equality;
        when p_about = 'conversation' and p_attribute in ('referer', 'mail_subject') then
            expression := format('(conversation.additional_attributes ->> %L)', p_attribute);
            allowed := equality || containment;
        when p_about = 'conversation' and p_attribute = 'campaign_id' then
            expression := '(conversation.additional_attributes ->> ''campaign_id'')';
            allowed := equality || presence;
        when p_about = 'contact' and p_attribute = 'name' then
            -- As the index has it.
            expression := 'nullif(contact.name, '''')';
            allowed := equality || containment || presence;
            kind := 'searched';
        when p_about = 'contact' and p_attribute in ('email', 'phone_number', 'identifier') then
            expression := format('contact.%I', p_attribute);
            allowed := equality || containment || presence;
            kind := 'searched';
        when p_about = 'contact' and p_attribute = 'company_name' then
            expression := 'nullif(contact.additional_attributes ->> ''company_name'', '''')';
            allowed := equality || containment || presence;
            kind := 'searched';
        when p_about = 'contact' and p_attribute = 'country_code' then
            expression := 'contact.country_code';
            allowed := equality || presence;
        when p_about = 'contact' and p_attribute = 'city' then
            expression := 'contact.location';
            allowed := equality || containment || presence;
        when p_about = 'contact' and p_attribute = 'referer' then
            expression := '(contact.additional_attributes ->> ''referer'')';
            allowed := equality || containment;
        when p_about = 'contact' and p_attribute = 'blocked' then
            expression := 'contact.blocked::text';
            allowed := equality;
        when p_attribute = 'labels' then
            expression := format('%I.labels', p_about);
            allowed := equality || presence;
            kind := 'labels';
        when p_attribute in ('created_at', 'last_activity_at') then
            expression := format('%I.%I', p_about, p_attribute);
            allowed := time_operators;
            kind := 'time';
        else
            select * into definition
            from public.custom_attribute_definitions as known
            where known.account_id = p_account_id
                and known.attribute_model = p_about || '_attribute'
                and known.attribute_key = p_attribute;
            if definition.id is null then
                perform private.fail(
                    400, 'filter_attribute_unknown',
                    format('A %s has no attribute "%s".', p_about, left(coalesce(p_attribute, ''), 64)));
            end if;
            is_own := true;
            expression := format('(%I.custom_attributes ->> %L)', p_about, definition.attribute_key);
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
end;
$function$;

ALTER FUNCTION "private"."filter_attribute"(uuid, text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.filter_condition(p_account_id uuid, p_about text, p_condition jsonb)
 RETURNS text
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    attribute constant text := p_condition ->> 'attribute_key';
    operator constant text := p_condition ->> 'filter_operator';
    found record;
    condition text;
begin
    if p_about = 'conversation' and attribute = 'status' and p_condition -> 'values' @> '["all"]' then
        return 'true';
    end if;
    found := private.filter_attribute(p_account_id, p_about, attribute);
    if operator is null or not operator = any (found.allowed) then
        perform private.fail(
            400, 'filter_operator_invalid',
            format('%s is compared by %s.', attribute, array_to_string(found.allowed, ', ')));
    end if;
    condition := private.filter_sql(found.expression, found.kind, operator, p_condition);
    -- What was never set differs from every value: an account's own attribute, and whatever a contact may lack.
    if (found.is_own or p_about = 'contact') and operator in ('not_equal_to', 'does_not_contain') then
        condition := format('(%s is null or %s)', found.expression, condition);
    end if;
    return condition;
end;
$function$;

ALTER FUNCTION "private"."filter_condition"(uuid, text, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.filter_predicate(p_account_id uuid, p_about text, p_conditions jsonb)
 RETURNS text
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
        predicate := predicate || private.filter_condition(p_account_id, p_about, condition)
            || case when place = last_place then '' else format(' %s ', lower(condition ->> 'query_operator')) end;
    end loop;
    return predicate;
end;
$function$;

ALTER FUNCTION "private"."filter_predicate"(uuid, text, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.filter_sql(p_expression text, p_kind text, p_operator text, p_condition jsonb)
 RETURNS text
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
    given text[];
    patterns text[];
    candidates text;
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
        select private.like_pattern(case p_kind when 'searched' then private.folded(value) else lower(value) end)
        from unnest(given) as value);
    if p_kind = 'searched' then
        -- What a search for contacts looks at holds all of these; its index finds the candidates, one pattern at a time.
        select string_agg(format('contact.search_text like %L', pattern), ' or ') into candidates
        from unnest(patterns) as pattern;
    end if;
    return case
        when p_operator = 'contains' and p_kind = 'searched' then
            format('((%s) and private.folded(%s) like any (%L::text[]))', candidates, p_expression, patterns)
        when p_operator = 'does_not_contain' and p_kind = 'searched' then
            format('not private.folded(%s) like any (%L::text[])', p_expression, patterns)
        when p_operator = 'equal_to' and p_kind = 'searched' then
            format(
                '((%s) and lower(%s) = any (%L::text[]))',
                candidates, p_expression, array(select lower(value) from unnest(given) as value))
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

CREATE OR REPLACE FUNCTION private.lacking_address(p_channel_type text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    -- private.known_address says what a channel needs; here it is asked about somebody who has only the one.
    select case
        when private.known_address(
            jsonb_populate_record(null::public.contacts, '{"email": "somebody@example.com"}'), p_channel_type) is not null
            then 'no_email'
        when private.known_address(
            jsonb_populate_record(null::public.contacts, '{"phone_number": "+15550100"}'), p_channel_type) is not null
            then 'no_phone_number'
        else 'must_write_first' end
$function$;

ALTER FUNCTION "private"."lacking_address"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.save_custom_filter(p_account_id uuid, p_id uuid, p_name text, p_conditions jsonb, p_shared boolean, p_type text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    owner constant uuid := case when p_shared then null else auth.uid() end;
    title constant text := btrim(p_name);
    changed public.custom_filters;
    saved public.custom_filters;
begin
    perform private.require_member(p_account_id);
    if p_shared then
        perform private.require_administrator(p_account_id);
    end if;
    if private.is_blank(title) or char_length(title) > 100 then
        perform private.fail(400, 'name_invalid', 'The name has 1 to 100 characters.');
    end if;
    if p_type is null or p_type not in ('conversation', 'contact') then
        perform private.fail(400, 'invalid_argument', 'type is conversation or contact.');
    end if;
    -- What could not be asked is not kept.
    perform private.filter_predicate(p_account_id, p_type, p_conditions);
    if p_id is null then
        if (
            select count(*) from public.custom_filters as kept
            where kept.account_id = p_account_id and kept.user_id is not distinct from owner and kept.filter_type = p_type
        ) >= 1000 then
            perform private.fail(400, 'too_many_filters', 'There are 1,000 views at most.');
        end if;
        insert into public.custom_filters (account_id, user_id, name, conditions, filter_type)
        values (p_account_id, owner, title, p_conditions, p_type)
        returning * into saved;
    else
        changed := private.own_filter(p_id);
        if changed.account_id <> p_account_id or changed.filter_type <> p_type then
            perform private.fail(404, 'filter_not_found', 'There is no such view.');
        end if;
        update public.custom_filters as kept
        set user_id = owner, name = title, conditions = p_conditions
        where kept.id = changed.id
        returning * into saved;
    end if;
    return to_jsonb(saved);
exception
    when unique_violation then
        perform private.fail(409, 'name_taken', 'Another view has this name.');
        return null;
end;
$function$;

ALTER FUNCTION "private"."save_custom_filter"(uuid, uuid, text, jsonb, boolean, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.contact_filter(p_account_id uuid, p_conditions jsonb, p_query text DEFAULT NULL::text, p_sort text DEFAULT '-last_activity_at'::text, p_cursor jsonb DEFAULT NULL::jsonb, p_limit integer DEFAULT 25)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.contact_filter(p_account_id, p_conditions, p_query, p_sort, p_cursor, p_limit)
$function$;

ALTER FUNCTION "public"."contact_filter"(uuid, jsonb, text, text, jsonb, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.save_custom_filter(p_account_id uuid, p_id uuid, p_name text, p_conditions jsonb, p_shared boolean DEFAULT false, p_type text DEFAULT 'conversation'::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.save_custom_filter(p_account_id, p_id, p_name, p_conditions, p_shared, p_type)
$function$;

ALTER FUNCTION "public"."save_custom_filter"(uuid, uuid, text, jsonb, boolean, text) OWNER TO "postgres";

ALTER TABLE "public"."custom_filters" ADD CONSTRAINT "custom_filters_filter_type_check" CHECK ((filter_type = ANY (ARRAY['conversation'::text, 'contact'::text])));

CREATE UNIQUE INDEX custom_filters_name_key ON public.custom_filters USING btree (account_id, user_id, filter_type, lower(name)) NULLS NOT DISTINCT;

COMMENT ON COLUMN "public"."custom_filters"."conditions" IS 'As the filter of its type takes them; they were valid when they were saved.';

COMMENT ON COLUMN "public"."custom_filters"."filter_type" IS 'What it is a view of: conversation or contact; never another.';

COMMENT ON FUNCTION "private"."contact_filter"(uuid, jsonb, text, text, jsonb, integer) IS 'See public.contact_filter.';

COMMENT ON FUNCTION "private"."contact_page"(uuid, text, text[], text, text, jsonb, integer) IS 'One page of an account''s contacts, for functions that checked who asks; conditions are SQL of ours about the alias contact.';

COMMENT ON FUNCTION "private"."filter_attribute"(uuid, text, text) IS 'What a filter compares: an attribute of a conversation or a contact as SQL, its kind, its operators, and whether the account added it.
     Fails with filter_attribute_unknown.';

COMMENT ON FUNCTION "private"."filter_condition"(uuid, text, jsonb) IS 'One condition {attribute_key, filter_operator, values} about a conversation or a contact as SQL.
     Fails with filter_attribute_unknown, filter_operator_invalid, filter_value_invalid.';

COMMENT ON FUNCTION "private"."filter_predicate"(uuid, text, jsonb) IS 'Conditions as SQL about the alias conversation or contact, as p_about says. Fails with invalid_argument,
     filter_query_operator_invalid, and as filter_condition.';

COMMENT ON FUNCTION "private"."filter_sql"(text, text, text, jsonb) IS 'One condition on an expression of ours as SQL: kinds text, searched (of a contact), id, number, labels, time. Only quoted literals come from the client.';

COMMENT ON FUNCTION "private"."lacking_address"(text) IS 'What a contact without an address in a channel lacks there: no_email, no_phone_number, or must_write_first.';

COMMENT ON FUNCTION "private"."save_custom_filter"(uuid, uuid, text, jsonb, boolean, text) IS 'See public.save_custom_filter.';

COMMENT ON FUNCTION "public"."contact_filter"(uuid, jsonb, text, text, jsonb, integer) IS 'One page of the contacts that meet conditions, in the grammar of public.conversation_filter, and the query, as public.contact_list
     gives it. They are about name, email, phone_number, identifier, company_name, country_code, city, referer, blocked, labels,
     created_at, last_activity_at and the account''s own attributes of contacts. Fails with account_not_found, invalid_argument,
     invalid_cursor, filter_attribute_unknown, filter_operator_invalid, filter_query_operator_invalid, filter_value_invalid.';

COMMENT ON FUNCTION "public"."contactable_inboxes"(uuid) IS 'Through which of the caller''s inboxes a contact can be written to first: {rows: [{inbox_id, name, channel_type, source_id,
     needs_template}], unreachable: [{inbox_id, name, channel_type, reason}]}, by name. source_id is the address; null where an API
     inbox would make one. needs_template: the contact wrote too long ago, or never, for anything but an approved template. reason is
     no_email, no_phone_number, must_write_first, window_closed, opted_out or unreachable. Fails with contact_not_found.';

COMMENT ON FUNCTION "public"."save_custom_filter"(uuid, uuid, text, jsonb, boolean, text) IS 'Saves conditions as a view (id null) or changes one: one''s own, or, as an administrator, one that everybody sees. It is one of
     conversations or, as type says, of contacts, and stays that. Returns its row. Fails with account_not_found, not_administrator, filter_not_found, name_invalid, name_taken, too_many_filters, invalid_argument, and
     as public.conversation_filter or public.contact_filter about the conditions.';

COMMENT ON TABLE "public"."custom_filters" IS 'A saved view: conditions for public.conversation_filter or public.contact_filter under a name.';

REVOKE ALL ON FUNCTION "private"."contact_filter"(uuid, jsonb, text, text, jsonb, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."contact_filter"(uuid, jsonb, text, text, jsonb, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."contact_filter"(uuid, jsonb, text, text, jsonb, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."contact_filter"(uuid, jsonb, text, text, jsonb, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."contact_page"(uuid, text, text[], text, text, jsonb, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."contact_page"(uuid, text, text[], text, text, jsonb, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."contact_page"(uuid, text, text[], text, text, jsonb, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."filter_attribute"(uuid, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."filter_attribute"(uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."filter_attribute"(uuid, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."filter_condition"(uuid, text, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."filter_condition"(uuid, text, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."filter_condition"(uuid, text, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."filter_predicate"(uuid, text, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."filter_predicate"(uuid, text, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."filter_predicate"(uuid, text, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."lacking_address"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."lacking_address"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."lacking_address"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."save_custom_filter"(uuid, uuid, text, jsonb, boolean, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."save_custom_filter"(uuid, uuid, text, jsonb, boolean, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."save_custom_filter"(uuid, uuid, text, jsonb, boolean, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."save_custom_filter"(uuid, uuid, text, jsonb, boolean, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."contact_filter"(uuid, jsonb, text, text, jsonb, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."contact_filter"(uuid, jsonb, text, text, jsonb, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."contact_filter"(uuid, jsonb, text, text, jsonb, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."contact_filter"(uuid, jsonb, text, text, jsonb, integer) TO "postgres";

REVOKE ALL ON FUNCTION "public"."save_custom_filter"(uuid, uuid, text, jsonb, boolean, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."save_custom_filter"(uuid, uuid, text, jsonb, boolean, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."save_custom_filter"(uuid, uuid, text, jsonb, boolean, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."save_custom_filter"(uuid, uuid, text, jsonb, boolean, text) TO "postgres";
