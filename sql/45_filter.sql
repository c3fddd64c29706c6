-- filter: conversations and contacts by conditions that an agent puts together, and keeps as views.
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
$$;

comment on function private.filter_sql is
    'One condition on an expression of ours as SQL: kinds text, searched (of a contact), id, number, labels, time. Only quoted literals come from the client.';

create function private.filter_attribute(
    p_account_id uuid, p_about text, p_attribute text,
    out expression text, out kind text, out allowed text[], out is_own boolean
)
language plpgsql stable security definer set search_path = ''
as $$
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
$$;

comment on function private.filter_attribute is
    'What a filter compares: an attribute of a conversation or a contact as SQL, its kind, its operators, and whether the account added it.
     Fails with filter_attribute_unknown.';

create function private.filter_condition(p_account_id uuid, p_about text, p_condition jsonb)
returns text
language plpgsql stable security definer set search_path = ''
as $$
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
$$;

comment on function private.filter_condition is
    'One condition {attribute_key, filter_operator, values} about a conversation or a contact as SQL.
     Fails with filter_attribute_unknown, filter_operator_invalid, filter_value_invalid.';

create function private.filter_predicate(p_account_id uuid, p_about text, p_conditions jsonb)
returns text
language plpgsql stable security definer set search_path = ''
as $$
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
$$;

comment on function private.filter_predicate is
    'Conditions as SQL about the alias conversation or contact, as p_about says. Fails with invalid_argument,
     filter_query_operator_invalid, and as filter_condition.';

create function private.conversation_filter(
    p_account_id uuid, p_conditions jsonb, p_sort text, p_cursor jsonb, p_limit int, p_ids uuid[]
)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
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
$$;

comment on function private.conversation_filter is 'See public.conversation_filter.';
grant execute on function private.conversation_filter to authenticated;

create function public.conversation_filter(
    p_account_id uuid,
    p_conditions jsonb,
    p_sort text default 'newest',
    p_cursor jsonb default null,
    p_limit int default 25,
    p_ids uuid[] default null
)
returns jsonb
language sql stable set search_path = ''
as $$
    select private.conversation_filter(p_account_id, p_conditions, p_sort, p_cursor, p_limit, p_ids)
$$;

comment on function public.conversation_filter is
    'One page of the conversations that meet conditions [{attribute_key, filter_operator, values, query_operator}], read from left to right
     with "and" before "or", as public.conversation_list gives it; with ids, at most 200, those of them that do. Fails with
     account_not_found, invalid_argument, invalid_cursor, filter_attribute_unknown, filter_operator_invalid,
     filter_query_operator_invalid, filter_value_invalid.';
grant execute on function public.conversation_filter to authenticated;

create function private.contact_filter(
    p_account_id uuid, p_conditions jsonb, p_query text, p_sort text, p_cursor jsonb, p_limit int
)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
    return private.contact_page(
        p_account_id, p_query, null, private.filter_predicate(p_account_id, 'contact', p_conditions),
        p_sort, p_cursor, p_limit);
end;
$$;

comment on function private.contact_filter is 'See public.contact_filter.';
grant execute on function private.contact_filter to authenticated;

create function public.contact_filter(
    p_account_id uuid,
    p_conditions jsonb,
    p_query text default null,
    p_sort text default '-last_activity_at',
    p_cursor jsonb default null,
    p_limit int default 25
)
returns jsonb
language sql stable set search_path = ''
as $$
    select private.contact_filter(p_account_id, p_conditions, p_query, p_sort, p_cursor, p_limit)
$$;

comment on function public.contact_filter is
    'One page of the contacts that meet conditions, in the grammar of public.conversation_filter, and the query, as public.contact_list
     gives it. They are about name, email, phone_number, identifier, company_name, country_code, city, referer, blocked, labels,
     created_at, last_activity_at and the account''s own attributes of contacts. Fails with account_not_found, invalid_argument,
     invalid_cursor, filter_attribute_unknown, filter_operator_invalid, filter_query_operator_invalid, filter_value_invalid.';
grant execute on function public.contact_filter to authenticated;

-- Views: conditions with a name, of one person or of everybody in the account.

create table public.custom_filters (
    id uuid not null default private.uuid_v7(),
    account_id uuid not null references public.accounts (id) on delete cascade,
    user_id uuid,
    name text not null,
    conditions jsonb not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    filter_type text not null default 'conversation',
    constraint custom_filters_pkey primary key (id),
    constraint custom_filters_account_id_id_key unique (account_id, id),
    constraint custom_filters_user_fkey foreign key (account_id, user_id)
        references public.account_users (account_id, user_id) on delete cascade,
    constraint custom_filters_filter_type_check check (filter_type in ('conversation', 'contact')),
    constraint custom_filters_name_check check (name = btrim(name) and char_length(name) between 1 and 100),
    constraint custom_filters_conditions_check check (
        jsonb_typeof(conditions) = 'array' and octet_length(conditions::text) <= 100000)
);

create unique index custom_filters_name_key
    on public.custom_filters (account_id, user_id, filter_type, lower(name)) nulls not distinct;

comment on table public.custom_filters is 'A saved view: conditions for public.conversation_filter or public.contact_filter under a name.';
comment on column public.custom_filters.user_id is 'Whose it is; null: everybody''s in the account, kept by its administrators.';
comment on column public.custom_filters.conditions is 'As the filter of its type takes them; they were valid when they were saved.';

comment on column public.custom_filters.filter_type is 'What it is a view of: conversation or contact; never another.';

create trigger custom_filters_set_updated_at
    before update on public.custom_filters
    for each row execute function private.set_updated_at();

create function private.own_filter(p_id uuid)
returns public.custom_filters
language plpgsql stable security definer set search_path = ''
as $$
declare
    found public.custom_filters;
begin
    select * into found
    from public.custom_filters as saved
    where saved.id = p_id
        and saved.account_id = any (private.account_ids())
        and (saved.user_id is null or saved.user_id = auth.uid());
    if found.id is null then
        perform private.fail(404, 'filter_not_found', 'There is no such view.');
    end if;
    if found.user_id is null then
        perform private.require_administrator(found.account_id);
    end if;
    return found;
end;
$$;

comment on function private.own_filter is
    'The view, if the caller may change it: their own, or a shared one as an administrator. Fails with filter_not_found, not_administrator.';

create function private.save_custom_filter(
    p_account_id uuid, p_id uuid, p_name text, p_conditions jsonb, p_shared boolean, p_type text
)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
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
$$;

comment on function private.save_custom_filter is 'See public.save_custom_filter.';
grant execute on function private.save_custom_filter to authenticated;

create function public.save_custom_filter(
    p_account_id uuid, p_id uuid, p_name text, p_conditions jsonb, p_shared boolean default false,
    p_type text default 'conversation'
)
returns jsonb
language sql set search_path = ''
as $$
    select private.save_custom_filter(p_account_id, p_id, p_name, p_conditions, p_shared, p_type)
$$;

comment on function public.save_custom_filter is
    'Saves conditions as a view (id null) or changes one: one''s own, or, as an administrator, one that everybody sees. It is one of
     conversations or, as type says, of contacts, and stays that. Returns its row. Fails with account_not_found, not_administrator, filter_not_found, name_invalid, name_taken, too_many_filters, invalid_argument, and
     as public.conversation_filter or public.contact_filter about the conditions.';
grant execute on function public.save_custom_filter to authenticated;

create function private.delete_custom_filter(p_id uuid)
returns void
language plpgsql security definer set search_path = ''
as $$
begin
    delete from public.custom_filters where id = (private.own_filter(p_id)).id;
end;
$$;

comment on function private.delete_custom_filter is 'See public.delete_custom_filter.';
grant execute on function private.delete_custom_filter to authenticated;

create function public.delete_custom_filter(p_id uuid)
returns void
language sql set search_path = ''
as $$
    select private.delete_custom_filter(p_id)
$$;

comment on function public.delete_custom_filter is 'Removes a view. Fails with filter_not_found, not_administrator.';
grant execute on function public.delete_custom_filter to authenticated;

alter table public.custom_filters enable row level security;

create policy "members read their own views and the shared ones of their accounts"
    on public.custom_filters for select to authenticated
    using (
        account_id = any ((select private.account_ids())::uuid[])
        and (user_id is null or user_id = (select auth.uid())));

grant select on public.custom_filters to authenticated;
