-- channel_template: texts that a provider approved beforehand, for contacts who have not written for long. Screens and providers
-- call them templates; here that word alone is what the system says by itself (48_template.sql).

create function private.template_variables(p_text text)
returns table (name text, place int)
language sql immutable parallel safe set search_path = ''
as $$
    select found.match[1], min(found.ordinality)::int
    from regexp_matches(coalesce(p_text, ''), '\{\{\s*(\w+)\s*\}\}', 'g') with ordinality as found (match, ordinality)
    group by found.match[1]
    order by 2
$$;

comment on function private.template_variables is 'The variables of a provider''s text, each once: {{1}} or {{order_number}}.';

create function private.text_fields(p_part text, p_component jsonb)
returns jsonb
language sql immutable parallel safe set search_path = ''
as $$
    select coalesce(jsonb_agg(
        jsonb_strip_nulls(jsonb_build_object(
            'part', p_part,
            'kind', 'text',
            'name', variable.name,
            'example', left(coalesce(
                jsonb_path_query_first(
                    p_component -> 'example' -> (p_part || '_text_named_params'),
                    '$[*] ? (@.param_name == $name).example', jsonb_build_object('name', variable.name)) #>> '{}',
                p_component #>> case p_part
                    when 'body' then array['example', 'body_text', '0', (variable.place - 1)::text]
                    else array['example', 'header_text', (variable.place - 1)::text] end), 200)))
        order by variable.place), '[]')
    from private.template_variables(p_component ->> 'text') as variable
$$;

comment on function private.text_fields is 'What has to be filled in in one text of a provider''s template.';

create function private.template_fields(p_components jsonb)
returns jsonb
language plpgsql immutable parallel safe set search_path = ''
as $$
declare
    fields jsonb := '[]';
    component jsonb;
    shape text;
    button jsonb;
    place bigint;
begin
    for component in select * from jsonb_path_query(p_components, '$[*]') loop
        shape := upper(component ->> 'type');
        if shape = 'HEADER' then
            shape := 'HEADER ' || upper(coalesce(component ->> 'format', 'TEXT'));
        end if;
        case
            when shape = 'BODY' then
                fields := fields || private.text_fields('body', component);
            when shape = 'HEADER TEXT' then
                fields := fields || private.text_fields('header', component);
            when shape in ('HEADER IMAGE', 'HEADER VIDEO', 'HEADER DOCUMENT') then
                fields := fields || jsonb_build_array(jsonb_build_object(
                    'part', 'header', 'kind', lower(split_part(shape, ' ', 2))));
            when shape = 'BUTTONS' then
                for button, place in
                    select found.button, found.ordinality - 1
                    from jsonb_path_query(component, '$.buttons[*]') with ordinality as found (button, ordinality)
                loop
                    case
                        when button ->> 'type' ilike 'copy_code'
                            or (button ->> 'type' ilike 'url' and exists (select from private.template_variables(button ->> 'url')))
                        then
                            fields := fields || jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
                                'part', 'buttons',
                                'kind', lower(button ->> 'type'),
                                'index', place,
                                'name', left(button ->> 'text', 60),
                                'example', left(jsonb_path_query_first(button, '$.example[*]') #>> '{}', 200))));
                        when button ->> 'type' ilike any (array['url', 'quick_reply', 'phone_number']) then
                            null;
                        else
                            return null;
                    end case;
                end loop;
            when shape = 'FOOTER' then
                null;
            else
                return null;
        end case;
    end loop;
    return fields;
end;
$$;

comment on function private.template_fields is
    'What has to be filled in before a template can be sent: [{part: header | body | buttons, kind: text | image | video | document | url
     | copy_code, name, index, example}]. Null when it holds something that we cannot fill in: a carousel, a form, an offer.';

create table public.channel_templates (
    id uuid not null default private.uuid_v7(),
    account_id uuid not null,
    inbox_id uuid not null,
    name text not null,
    language text not null,
    category text not null default 'utility',
    status text not null,
    reason text,
    parameter_format text not null default 'positional',
    components jsonb not null,
    fields jsonb generated always as (private.template_fields(components)) stored,
    provider_id text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint channel_templates_pkey primary key (id),
    constraint channel_templates_inbox_fkey foreign key (account_id, inbox_id)
        references public.inboxes (account_id, id) on delete cascade,
    constraint channel_templates_inbox_id_name_language_key unique (inbox_id, name, language),
    constraint channel_templates_name_check check (char_length(name) >= 1 and char_length(name) <= 512),
    constraint channel_templates_language_check check (language ~ '^[A-Za-z0-9_-]{2,20}$'),
    constraint channel_templates_category_check check (category ~ '^[a-z_]{1,40}$'),
    constraint channel_templates_status_check check (status ~ '^[a-z_]{1,40}$'),
    constraint channel_templates_reason_check check (char_length(reason) <= 1000),
    constraint channel_templates_parameter_format_check check (parameter_format in ('positional', 'named')),
    constraint channel_templates_components_check check (
        jsonb_typeof(components) = 'array' and octet_length(components::text) <= 65536),
    constraint channel_templates_provider_id_check check (char_length(provider_id) <= 200)
);

comment on table public.channel_templates is
    'A text that the provider of an inbox approved beforehand: the only thing that may be sent outside the reply window. Copied from the
     provider; written by our servers only.';
comment on column public.channel_templates.status is 'The provider''s word in lower case. Only approved ones can be sent.';
comment on column public.channel_templates.reason is 'Why the provider rejected it, in its own words.';
comment on column public.channel_templates.components is
    'HEADER, BODY, FOOTER and BUTTONS in Meta''s shape, whatever the provider: what the customer reads, with {{variables}}.';
comment on column public.channel_templates.fields is 'What has to be filled in; null when we cannot send it. See private.template_fields.';

create index channel_templates_account_id_inbox_id_idx on public.channel_templates (account_id, inbox_id);

create trigger channel_templates_set_updated_at
    before update on public.channel_templates
    for each row execute function private.set_updated_at();

create table public.template_syncs (
    account_id uuid not null,
    inbox_id uuid not null,
    synced_at timestamptz,
    next_sync_at timestamptz not null default now(),
    failures int not null default 0,
    error text,
    constraint template_syncs_pkey primary key (inbox_id),
    constraint template_syncs_inbox_fkey foreign key (account_id, inbox_id)
        references public.inboxes (account_id, id) on delete cascade,
    constraint template_syncs_failures_check check (failures >= 0),
    constraint template_syncs_error_check check (char_length(error) <= 1000)
);

comment on table public.template_syncs is 'When the templates of an inbox were last copied from its provider, and what went wrong since.';
comment on column public.template_syncs.failures is 'Tries in a row that came to nothing; each makes the wait for the next one longer.';

create index template_syncs_account_id_inbox_id_idx on public.template_syncs (account_id, inbox_id);
create index template_syncs_next_sync_at_idx on public.template_syncs (next_sync_at);

create function private.has_templates(p_channel_type text)
returns boolean
language sql immutable parallel safe set search_path = ''
as $$
    select coalesce(p_channel_type in ('whatsapp_cloud', 'whatsapp_360dialog', 'twilio_whatsapp'), false)
$$;

comment on function private.has_templates is 'Whether providers of this kind of channel approve templates.';

-- Copying them.

create function private.ask_for_templates(p_account_id uuid, p_inbox_id uuid, p_after interval default '0')
returns void
language sql set search_path = ''
as $$
    -- One that waits is enough; one that runs may have read already what has changed since.
    select private.enqueue(
        'sync_templates', jsonb_build_object('inbox_id', p_inbox_id), p_account_id, 'templates:' || p_inbox_id,
        p_run_at => now() + p_after)
    where not exists (
        select from private.jobs as job where job.lock = 'templates:' || p_inbox_id and job.status = 'queued')
$$;

comment on function private.ask_for_templates is 'Asks a worker to copy the templates of an inbox from its provider.';

create function private.follow_templates()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into public.template_syncs as sync (account_id, inbox_id, next_sync_at)
    values (new.account_id, new.inbox_id, now() + interval '3 hours')
    on conflict (inbox_id) do update set failures = 0, next_sync_at = excluded.next_sync_at;
    perform private.ask_for_templates(new.account_id, new.inbox_id);
    return null;
end;
$$;

comment on function private.follow_templates is 'Trigger: copies the templates of an inbox when it was connected, or connected again.';

create trigger channel_connections_follow_templates
    after insert on public.channel_connections
    for each row
    when (private.has_templates(new.channel_type))
    execute function private.follow_templates();

create trigger channel_connections_follow_templates_change
    after update of settings, state on public.channel_connections
    for each row
    when (private.has_templates(new.channel_type) and new.state = 'connected'
        and ((old.settings - 'news') is distinct from (new.settings - 'news') or old.state <> 'connected'))
    execute function private.follow_templates();

create function service.refresh_templates()
returns int
language sql security definer set search_path = ''
as $$
    with due as (
        select sync.inbox_id, sync.account_id
        from public.template_syncs as sync
        join public.channel_connections as connection on connection.inbox_id = sync.inbox_id
        join public.inboxes as inbox on inbox.id = sync.inbox_id
        join public.accounts as account on account.id = sync.account_id
        where sync.next_sync_at <= now()
            and connection.state = 'connected'
            and inbox.deleted_at is null
            and account.status = 'active'
        order by sync.next_sync_at
        limit 200
        for update of sync skip locked
    ),
    taken as (
        -- The copy itself says when the next one is due; this is for one that never reports back.
        update public.template_syncs as sync
        set next_sync_at = now() + interval '3 hours'
        from due
        where sync.inbox_id = due.inbox_id
        returning sync.inbox_id, sync.account_id
    ),
    asked as materialized (
        select private.ask_for_templates(taken.account_id, taken.inbox_id) from taken
    )
    select count(*)::int from asked
$$;

comment on function service.refresh_templates is
    'Asks for a copy of the templates of each inbox whose copy is three hours old, 200 a call; returns how many.';

create function service.replace_templates(p_inbox_id uuid, p_templates jsonb)
returns int
language plpgsql security definer set search_path = ''
as $$
declare
    owner_id uuid;
    kept int;
begin
    -- Two copies take turns, and a deleted inbox gets none.
    update public.template_syncs
    set synced_at = now(), next_sync_at = now() + interval '3 hours', failures = 0, error = null
    where inbox_id = p_inbox_id
    returning account_id into owner_id;
    if owner_id is null then
        return 0;
    end if;
    with given as (
        select distinct on (one.name, one.language) one.*
        from jsonb_to_recordset(p_templates) as one (
            name text, language text, category text, status text, reason text, parameter_format text, components jsonb,
            provider_id text)
        where char_length(one.name) between 1 and 512
            and one.language ~ '^[A-Za-z0-9_-]{2,20}$'
            and one.status ~ '^[a-z_]{1,40}$'
            and one.category ~ '^[a-z_]{1,40}$'
            and one.parameter_format in ('positional', 'named')
            and jsonb_typeof(one.components) = 'array'
            and octet_length(one.components::text) <= 65536
        order by one.name, one.language, (one.status = 'approved') desc, one.provider_id desc
    ),
    gone as (
        delete from public.channel_templates as template
        where template.inbox_id = p_inbox_id
            and not exists (
                select from given where given.name = template.name and given.language = template.language)
    ),
    written as (
        insert into public.channel_templates as template (
            account_id, inbox_id, name, language, category, status, reason, parameter_format, components, provider_id)
        select owner_id, p_inbox_id, given.name, given.language, given.category, given.status, left(given.reason, 1000),
            given.parameter_format, given.components, left(given.provider_id, 200)
        from given
        on conflict (inbox_id, name, language) do update
        set category = excluded.category,
            status = excluded.status,
            reason = excluded.reason,
            parameter_format = excluded.parameter_format,
            components = excluded.components,
            provider_id = excluded.provider_id
        where (template.category, template.status, template.reason, template.parameter_format, template.components,
            template.provider_id)
            is distinct from (excluded.category, excluded.status, excluded.reason, excluded.parameter_format,
            excluded.components, excluded.provider_id)
    )
    select count(*) into kept from given;
    return kept;
end;
$$;

comment on function service.replace_templates is
    'Makes the templates of an inbox those that its provider listed: new ones come, changed ones change, vanished ones go, all at once.
     What cannot be a template is left out. Returns how many there are.';

create function service.templates_not_synced(p_inbox_id uuid, p_category text, p_text text)
returns void
language plpgsql security definer set search_path = ''
as $$
begin
    update public.template_syncs
    set failures = failures + 1,
        error = left(p_text, 1000),
        next_sync_at = now() + least(interval '15 minutes' * power(2, least(failures, 10)), interval '12 hours')
    where inbox_id = p_inbox_id;
    if p_category = 'auth' then
        perform service.set_connection_state(p_inbox_id, 'reauthorization_required', p_text);
    end if;
end;
$$;

comment on function service.templates_not_synced is
    'The provider did not list its templates: what we have stays, and the next try waits longer each time. auth holds the inbox''s messages
     until an administrator reconnects.';

create function private.templated_inbox(p_inbox_id uuid)
returns public.channel_connections
language plpgsql stable security definer set search_path = ''
as $$
declare
    connection public.channel_connections;
begin
    if not p_inbox_id = any (private.inbox_ids()) then
        perform private.fail(404, 'inbox_not_found', 'There is no such inbox.');
    end if;
    select * into connection from public.channel_connections where inbox_id = p_inbox_id;
    if not private.has_templates(connection.channel_type) then
        perform private.fail(409, 'templates_not_offered', 'The provider of this inbox has no templates.');
    end if;
    return connection;
end;
$$;

comment on function private.templated_inbox is
    'How an inbox with templates is connected, for whoever may enter it. Fails with inbox_not_found, templates_not_offered.';

create function private.sync_templates(p_inbox_id uuid)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    connection constant public.channel_connections := private.templated_inbox(p_inbox_id);
begin
    if connection.state <> 'connected' then
        perform private.fail(
            409, 'inbox_not_connected', 'The provider does not let us in.', 'An administrator has to reconnect the inbox.');
    end if;
    perform private.take('templates:' || p_inbox_id, 3, 1 / 30.0);
    perform private.ask_for_templates(connection.account_id, p_inbox_id);
end;
$$;

comment on function private.sync_templates is 'See public.sync_templates.';
grant execute on function private.sync_templates to authenticated;

create function public.sync_templates(p_inbox_id uuid)
returns void
language sql set search_path = ''
as $$
    select private.sync_templates(p_inbox_id)
$$;

comment on function public.sync_templates is
    'Asks for a fresh copy of the inbox''s templates; template_list says when it is there. For whoever may enter the inbox, three times in a
     row and then once in 30 seconds. Fails with inbox_not_found, templates_not_offered, inbox_not_connected, too_many_requests.';
grant execute on function public.sync_templates to authenticated;

create function private.template_list(p_inbox_id uuid, p_query text, p_approved boolean, p_limit int)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    connection constant public.channel_connections := private.templated_inbox(p_inbox_id);
    words constant text[] := array(
        select distinct word from regexp_split_to_table(lower(left(coalesce(p_query, ''), 200)), '[\s_]+') as word where word <> '');
    sync public.template_syncs;
    listed jsonb;
begin
    if coalesce(p_limit, 0) not between 1 and 500 then
        perform private.fail(400, 'invalid_argument', 'limit is 1 to 500.');
    end if;
    select * into sync from public.template_syncs where inbox_id = p_inbox_id;
    select jsonb_agg(
        jsonb_build_object(
            'id', found.id, 'name', found.name, 'language', found.language, 'category', found.category, 'status', found.status,
            'reason', found.reason, 'components', found.components, 'fields', found.fields)
        order by found.status <> 'approved', found.name, found.language)
    into listed
    from (
        select *
        from public.channel_templates as template
        where template.account_id = connection.account_id
            and template.inbox_id = p_inbox_id
            and (template.status = 'approved' or not coalesce(p_approved, false))
            and not exists (
                select from unnest(words) as word
                where strpos(lower(template.name || ' ' || template.language || ' ' || template.components::text), word) = 0)
        order by template.status <> 'approved', template.name, template.language
        limit p_limit + 1
    ) as found;
    return jsonb_build_object(
        'templates', coalesce(listed - p_limit, '[]'),
        'has_more', coalesce(jsonb_array_length(listed) > p_limit, false),
        'synced_at', sync.synced_at,
        'error', sync.error,
        'connection_state', connection.state,
        'syncing', exists (
            select from private.jobs as job
            where job.lock = 'templates:' || p_inbox_id and job.status in ('queued', 'running') and job.run_at <= now()));
end;
$$;

comment on function private.template_list is 'See public.template_list.';
grant execute on function private.template_list to authenticated;

create function public.template_list(
    p_inbox_id uuid, p_query text default null, p_approved boolean default false, p_limit int default 100
)
returns jsonb
language sql stable set search_path = ''
as $$
    select private.template_list(p_inbox_id, p_query, p_approved, p_limit)
$$;

comment on function public.template_list is
    'The templates of an inbox in which all words of the query occur, approved ones first: {templates: [{id, name, language, category,
     status, reason, components, fields}], has_more, synced_at, error, connection_state, syncing}. Fails with inbox_not_found,
     templates_not_offered, invalid_argument.';
grant execute on function public.template_list to authenticated;

-- Sending them.

create function private.put_values(p_text text, p_values jsonb)
returns text
language plpgsql immutable set search_path = ''
as $$
declare
    pattern constant text := '\{\{\s*(\w+)\s*\}\}';
    between_them constant text[] := regexp_split_to_array(p_text, pattern);
    filled text := between_them[1];
    found text[];
    position int := 1;
begin
    -- In one pass: a value that looks like a variable is a value.
    for found in select * from regexp_matches(p_text, pattern, 'g') loop
        position := position + 1;
        filled := filled || coalesce(p_values ->> found[1], '') || between_them[position];
    end loop;
    return filled;
end;
$$;

comment on function private.put_values is 'A provider''s text with its {{variables}} replaced.';

create function private.template_words(p_components jsonb, p_values jsonb)
returns text
language sql immutable set search_path = ''
as $$
    select string_agg(private.put_values(part.text, coalesce(p_values -> part.kind, '{}')), E'\n\n' order by part.place)
    from (
        select lower(component ->> 'type') as kind,
            component ->> 'text' as text,
            array_position(array['header', 'body', 'footer'], lower(component ->> 'type')) as place
        from jsonb_path_query(p_components, '$[*]') as component
    ) as part
    where part.place is not null and part.text <> ''
$$;

comment on function private.template_words is 'What the customer will read: header, body and footer, filled in.';

create function private.given_value(p_values jsonb, p_field jsonb)
returns text
language sql immutable set search_path = ''
as $$
    select case
        when p_field ->> 'part' = 'buttons' then p_values #>> array['buttons', p_field ->> 'index', 'parameter']
        -- A list counts from 1.
        when jsonb_typeof(p_values -> (p_field ->> 'part')) = 'array' and p_field ->> 'name' ~ '^[0-9]{1,3}$'
            then p_values #>> array[p_field ->> 'part', ((p_field ->> 'name')::int - 1)::text]
        else p_values #>> array[p_field ->> 'part', p_field ->> 'name'] end
$$;

comment on function private.given_value is 'What a sender gave for one field of a template, or null.';

create function private.fill_channel_template(
    p_message public.messages, p_conversation public.conversations, p_contact public.contacts
)
returns public.messages
language plpgsql stable security definer set search_path = ''
as $$
declare
    message public.messages := p_message;
    given constant jsonb := p_message.content_attributes -> 'template_params';
    given_values constant jsonb := case jsonb_typeof(given -> 'processed_params') when 'object' then given -> 'processed_params' else '{}' end;
    variables constant jsonb := case when strpos(given_values::text, '{{') > 0
        then private.variables_of(p_conversation, p_contact, p_message.sender_user_id) else '{}' end;
    template public.channel_templates;
    field jsonb;
    files int;
    fitting int;
    words text;
    used jsonb := '{}';
    buttons jsonb := '[]';
    missing jsonb := '[]';
begin
    select * into template
    from public.channel_templates
    where inbox_id = p_message.inbox_id and name = given ->> 'name' and language = given ->> 'language';
    if template.id is null then
        perform private.fail(
            404, 'template_not_found', 'This inbox has no such template in this language.', 'Copy the templates from the provider again.');
    end if;
    if template.status <> 'approved' then
        perform private.fail(
            409, 'template_not_approved', format('The provider has not approved this template: it is %s.', template.status),
            'Choose another one.');
    end if;
    if template.fields is null then
        perform private.fail(
            409, 'template_unsupported', 'This template holds something that cannot be filled in here.', 'Choose another one.');
    end if;
    select count(*), count(*) filter (where exists (
        select from jsonb_array_elements(template.fields) as wanted
        where wanted ->> 'kind' = case attachment.file_type when 'file' then 'document' else attachment.file_type end))
    into files, fitting
    from public.attachments as attachment
    where p_message.attachments_at is not null
        and attachment.account_id = p_conversation.account_id
        and attachment.conversation_id = p_conversation.id
        and attachment.message_id = p_message.id;
    if files <> fitting or files > 1 then
        perform private.fail(400, 'template_file_invalid', 'The template does not show such a file.', 'Give the one file that its header shows.');
    end if;
    for field in select * from jsonb_array_elements(template.fields) loop
        if field ->> 'kind' in ('image', 'video', 'document') then
            words := given_values #>> '{header,media_url}';
            if files = 0 and (words ~ '^https://[^[:space:]]+$' and char_length(words) <= 2000) is not true then
                missing := missing || jsonb_build_array(field - 'example');
            end if;
            used := used || jsonb_build_object('header', jsonb_strip_nulls(jsonb_build_object(
                'media_type', field -> 'kind',
                'media_url', case when files = 0 then words end,
                'media_name', left(given_values #>> '{header,media_name}', 200))));
        else
            -- Providers take neither line breaks nor runs of blanks.
            words := btrim(regexp_replace(private.fill_in(coalesce(private.given_value(given_values, field), ''), variables), '\s+', ' ', 'g'));
            if private.is_blank(words) then
                missing := missing || jsonb_build_array(field - 'example');
            elsif char_length(words) > 1024 then
                perform private.fail(400, 'template_value_too_long', 'A value in a template has 1,024 characters at most.');
            elsif field ->> 'part' = 'buttons' then
                while jsonb_array_length(buttons) <= (field ->> 'index')::int loop
                    buttons := buttons || '[{}]';
                end loop;
                buttons := jsonb_set(
                    buttons, array[field ->> 'index'], jsonb_build_object('type', field -> 'kind', 'parameter', words));
            else
                used := used || jsonb_build_object(field ->> 'part',
                    coalesce(used -> (field ->> 'part'), '{}') || jsonb_build_object(field ->> 'name', words));
            end if;
        end if;
    end loop;
    if missing <> '[]' then
        perform private.fail(
            400, 'template_values_missing', 'Fill in everything that the template leaves open.', null,
            jsonb_build_object('fields', missing)::text);
    end if;
    if buttons <> '[]' then
        used := used || jsonb_build_object('buttons', buttons);
    end if;
    message.content := coalesce(left(private.template_words(template.components, used), 150000), '');
    message.content_attributes := message.content_attributes || jsonb_build_object('template_params', jsonb_build_object(
        'name', template.name,
        'language', template.language,
        'category', template.category,
        'processed_params', used,
        'buttons', coalesce(jsonb_path_query_array(template.components, '$[*].buttons[*].text'), '[]')));
    return message;
end;
$$;

comment on function private.fill_channel_template is
    'A message that names a template, with the words that the customer will read as its content. Variables of ours may stand in the values.
     Fails with template_not_found, template_not_approved, template_unsupported, template_values_missing (details = {fields}),
     template_value_too_long, template_file_invalid.';

create function private.template_to_deliver(p_message public.messages)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select p_message.content_attributes -> 'template_params' || coalesce((
        select jsonb_strip_nulls(jsonb_build_object('id', template.provider_id)) || jsonb_build_object(
            'definition', jsonb_build_object('components', template.components))
        from public.channel_templates as template
        where template.inbox_id = p_message.inbox_id
            and template.name = p_message.content_attributes #>> '{template_params,name}'
            and template.language = p_message.content_attributes #>> '{template_params,language}'), '{}')
$$;

comment on function private.template_to_deliver is
    'What a message says of its template, with the provider''s definition, which decides what goes where. Null for other messages.';

alter table public.channel_templates enable row level security;

create policy "agents read the templates of their inboxes"
    on public.channel_templates for select to authenticated
    using (inbox_id = any ((select private.inbox_ids())::uuid[]));

grant select on public.channel_templates to authenticated;

alter table public.template_syncs enable row level security;

create policy "agents read when the templates of their inboxes were copied"
    on public.template_syncs for select to authenticated
    using (inbox_id = any ((select private.inbox_ids())::uuid[]));

grant select on public.template_syncs to authenticated;
