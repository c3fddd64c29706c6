-- filter: conversations by conditions that an agent puts together, as in folders.
--
-- Conditions become SQL from the fixed vocabulary below; of a client's words only values get in, as quoted literals.

create function private.filter_values(p_condition jsonb)
returns text[]
language plpgsql immutable set search_path = ''
as $$
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
$$;

comment on function private.filter_values is 'The values of a condition; fails with filter_value_invalid when there are none.';

create function private.filter_sql(p_expression text, p_kind text, p_operator text, p_condition jsonb)
returns text
language plpgsql stable set search_path = ''
as $$
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
$$;

comment on function private.filter_sql is
    'One condition on an expression of ours as SQL: kinds text, id, number, labels, time. Only quoted literals come from the client.';

create function private.filter_condition(p_account_id uuid, p_condition jsonb)
returns text
language plpgsql stable security definer set search_path = ''
as $$
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
$$;

comment on function private.filter_condition is
    'One condition {attribute_key, filter_operator, values} about a conversation as SQL.
     Fails with filter_attribute_unknown, filter_operator_invalid, filter_value_invalid.';

create function private.conversation_filter(
    p_account_id uuid, p_conditions jsonb, p_sort text, p_cursor jsonb, p_limit int
)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
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
$$;

comment on function private.conversation_filter is 'See public.conversation_filter.';
grant execute on function private.conversation_filter to authenticated;

create function public.conversation_filter(
    p_account_id uuid,
    p_conditions jsonb,
    p_sort text default 'newest',
    p_cursor jsonb default null,
    p_limit int default 25
)
returns jsonb
language sql stable set search_path = ''
as $$
    select private.conversation_filter(p_account_id, p_conditions, p_sort, p_cursor, p_limit)
$$;

comment on function public.conversation_filter is
    'One page of the conversations that meet conditions [{attribute_key, filter_operator, values, query_operator}], read from left to right
     with "and" before "or", as public.conversation_list gives it. Fails with account_not_found, invalid_argument, invalid_cursor,
     filter_attribute_unknown, filter_operator_invalid, filter_query_operator_invalid, filter_value_invalid.';
grant execute on function public.conversation_filter to authenticated;
