-- custom_attribute: what an account says about its contacts and conversations beyond the built-in columns.

create table public.custom_attribute_definitions (
    id uuid not null default private.uuid_v7(),
    account_id uuid not null references public.accounts (id) on delete cascade,
    attribute_model text not null,
    attribute_key text not null,
    display_name text not null,
    display_type text not null default 'text',
    description text not null default '',
    default_value text,
    list_values text[] not null default '{}',
    regex_pattern text,
    regex_cue text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint custom_attribute_definitions_pkey primary key (id),
    constraint custom_attribute_definitions_key unique (account_id, attribute_model, attribute_key),
    constraint custom_attribute_definitions_attribute_model_check check (
        attribute_model in ('conversation_attribute', 'contact_attribute')),
    constraint custom_attribute_definitions_attribute_key_check check (attribute_key ~ '^[A-Za-z0-9_.-]{1,64}$'),
    constraint custom_attribute_definitions_reserved_check check (
        not attribute_key = any (case attribute_model
            when 'contact_attribute' then array[
                'name', 'email', 'phone_number', 'identifier', 'country_code', 'city', 'created_at', 'last_activity_at',
                'referer', 'blocked']
            else array[
                'status', 'priority', 'assignee_id', 'inbox_id', 'team_id', 'display_id', 'campaign_id', 'labels',
                'browser_language', 'country_code', 'referer', 'created_at', 'last_activity_at'] end)),
    constraint custom_attribute_definitions_display_name_check check (
        char_length(btrim(display_name)) between 1 and 100),
    constraint custom_attribute_definitions_display_type_check check (
        display_type in ('text', 'number', 'currency', 'percent', 'link', 'date', 'list', 'checkbox')),
    constraint custom_attribute_definitions_description_check check (char_length(description) <= 500),
    constraint custom_attribute_definitions_default_value_check check (char_length(default_value) <= 1500),
    constraint custom_attribute_definitions_list_values_check check (
        cardinality(list_values) <= 200 and octet_length(array_to_string(list_values, ' ')) <= 20000),
    constraint custom_attribute_definitions_regex_pattern_check check (char_length(regex_pattern) <= 500),
    constraint custom_attribute_definitions_regex_cue_check check (char_length(regex_cue) <= 200)
);

comment on table public.custom_attribute_definitions is
    'How to show and edit a key of custom_attributes, of contacts or of conversations. Values are checked by the screens only.';
comment on column public.custom_attribute_definitions.regex_cue is 'The hint beside the field when its value does not match regex_pattern.';

create trigger custom_attribute_definitions_set_updated_at
    before update on public.custom_attribute_definitions
    for each row execute function private.set_updated_at();

create function private.save_custom_attribute(p_account_id uuid, p_id uuid, p_values jsonb)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
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
$$;

comment on function private.save_custom_attribute is 'See public.save_custom_attribute.';
grant execute on function private.save_custom_attribute to authenticated;

create function public.save_custom_attribute(p_account_id uuid, p_id uuid, p_values jsonb)
returns jsonb
language sql set search_path = ''
as $$
    select private.save_custom_attribute(p_account_id, p_id, p_values)
$$;

comment on function public.save_custom_attribute is
    'Adds a custom attribute''s definition (id null) or changes one (but not its model); values holds the columns to set.
     Administrators only. Returns the row. Fails with account_not_found, not_administrator, invalid_argument,
     custom_attribute_not_found, attribute_key_taken, custom_attribute_invalid (details names the column, or reserved).';
grant execute on function public.save_custom_attribute to authenticated;

create function private.delete_custom_attribute(p_id uuid)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
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
$$;

comment on function private.delete_custom_attribute is 'See public.delete_custom_attribute.';
grant execute on function private.delete_custom_attribute to authenticated;

create function public.delete_custom_attribute(p_id uuid)
returns jsonb
language sql set search_path = ''
as $$
    select private.delete_custom_attribute(p_id)
$$;

comment on function public.delete_custom_attribute is
    'Removes a definition; the values stay where they are. Administrators only. Returns what it was.
     Fails with custom_attribute_not_found, not_administrator.';
grant execute on function public.delete_custom_attribute to authenticated;

alter table public.custom_attribute_definitions enable row level security;

create policy "members read the custom attributes of their accounts"
    on public.custom_attribute_definitions for select to authenticated
    using (account_id = any ((select private.account_ids())::uuid[]));

grant select on public.custom_attribute_definitions to authenticated;
