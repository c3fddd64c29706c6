-- contact: the people who write to us, and their addresses in each inbox.

create function private.are_attributes(p_attributes jsonb)
returns boolean
language sql immutable parallel safe set search_path = ''
as $$
    select jsonb_typeof(p_attributes) = 'object'
        and octet_length(p_attributes::text) <= 65536
        and not exists (
            select
            from jsonb_each(case when jsonb_typeof(p_attributes) = 'object' then p_attributes else '{}' end)
                as attribute (key, value)
            where char_length(attribute.key) > 255
                or (jsonb_typeof(attribute.value) = 'string' and char_length(attribute.value #>> '{}') > 1500)
                or (jsonb_typeof(attribute.value) = 'number' and abs(attribute.value::numeric) > 9999999999))
$$;

comment on function private.are_attributes is
    'Whether this is an object of attributes: 64 kB, strings of 1,500 characters and numbers of ten digits at most.';
grant execute on function private.are_attributes to authenticated;

create function private.require_attributes(p_attributes jsonb)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if private.are_attributes(p_attributes) is not true then
        perform private.fail(
            400, 'attributes_invalid',
            'Attributes are one object; texts have 1,500 characters and numbers ten digits at most.');
    end if;
end;
$$;

comment on function private.require_attributes is 'Fails with attributes_invalid unless private.are_attributes.';

create function private.folded(p_text text)
returns text
language sql immutable parallel safe set search_path = ''
as $$
    select lower(extensions.unaccent('extensions.unaccent'::regdictionary, p_text))
$$;

comment on function private.folded is
    'Text as search compares it: lower case, without accents. Immutable, so that indexes may use it.';

create function private.like_pattern(p_text text)
returns text
language sql immutable parallel safe set search_path = ''
as $$
    select '%' || replace(replace(replace(p_text, '\', '\\'), '%', '\%'), '_', '\_') || '%'
$$;

comment on function private.like_pattern is 'The pattern of "contains this", whatever characters it has.';

create function private.contact_search_text(
    p_name text, p_middle_name text, p_last_name text, p_email text, p_phone_number text, p_identifier text, p_company text
)
returns text
language sql immutable parallel safe set search_path = ''
as $$
    select private.folded(concat_ws(
        ' ', p_name, nullif(p_middle_name, ''), nullif(p_last_name, ''), p_email, p_phone_number, p_identifier, p_company))
$$;

comment on function private.contact_search_text is 'What a search for a contact looks at.';
-- Whoever changes a contact also keeps its index.
grant execute on function private.folded, private.contact_search_text to authenticated;

create table public.contacts (
    id uuid not null default private.uuid_v7(),
    account_id uuid not null references public.accounts (id) on delete cascade,
    name text not null default '',
    email text,
    phone_number text,
    identifier text,
    contact_type text not null default 'visitor',
    identified text not null default 'anonymous',
    blocked boolean not null default false,
    avatar_url text,
    additional_attributes jsonb not null default '{}',
    custom_attributes jsonb not null default '{}',
    last_activity_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    labels text[] not null default '{}',
    middle_name text not null default '',
    last_name text not null default '',
    location text,
    country_code text,
    search_text text generated always as (private.contact_search_text(
        name, middle_name, last_name, email, phone_number, identifier, additional_attributes ->> 'company_name')) stored,
    constraint contacts_middle_name_check check (char_length(middle_name) <= 255),
    constraint contacts_last_name_check check (char_length(last_name) <= 255),
    constraint contacts_pkey primary key (id),
    constraint contacts_account_id_id_key unique (account_id, id),
    constraint contacts_name_check check (char_length(name) <= 255),
    constraint contacts_email_check check (
        email = lower(email) and char_length(email) <= 254 and email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'),
    constraint contacts_phone_number_check check (phone_number ~ '^\+[1-9][0-9]{1,14}$'),
    constraint contacts_identifier_check check (char_length(identifier) between 1 and 255),
    constraint contacts_contact_type_check check (contact_type in ('visitor', 'lead', 'customer')),
    constraint contacts_identified_check check (identified in ('anonymous', 'claimed', 'verified')),
    constraint contacts_avatar_url_check check (avatar_url ~ '^https?://' and char_length(avatar_url) <= 2000),
    constraint contacts_additional_attributes_check check (private.are_attributes(additional_attributes)),
    constraint contacts_custom_attributes_check check (private.are_attributes(custom_attributes))
);

comment on table public.contacts is 'A person outside the account who writes to it.';
comment on column public.contacts.email is 'Lower case; unique in the account.';
comment on column public.contacts.phone_number is 'E.164, for example +4915112345678; unique in the account.';
comment on column public.contacts.identifier is 'The person''s id in the account''s own systems; unique in the account.';
comment on column public.contacts.location is 'Follows additional_attributes.city.';
comment on column public.contacts.country_code is 'Follows additional_attributes.country.';
comment on column public.contacts.search_text is 'What a search looks at; stored, because folding each candidate anew costs more than finding them.';
comment on column public.contacts.labels is 'Titles of the account''s labels, sorted.';
comment on column public.contacts.contact_type is 'A visitor becomes a lead when we can reach or recognise them; never back.';
comment on column public.contacts.identified is
    'anonymous; claimed: said so themselves, proves nothing; verified: a signature or the channel proves it.';
comment on column public.contacts.blocked is 'Their messages are stored but never reopen or notify.';

create unique index contacts_account_id_email_key on public.contacts (account_id, email) where email is not null;
create unique index contacts_account_id_phone_number_key on public.contacts (account_id, phone_number) where phone_number is not null;
create unique index contacts_account_id_identifier_key on public.contacts (account_id, identifier) where identifier is not null;
create index contacts_search_idx on public.contacts using gin (account_id, search_text extensions.gin_trgm_ops);
create index contacts_account_id_name_idx on public.contacts (account_id, lower(name), id);
create index contacts_account_id_created_at_idx on public.contacts (account_id, created_at desc, id desc);
create index contacts_labels_idx on public.contacts using gin (account_id, labels);
create index contacts_account_id_last_activity_at_idx on public.contacts (account_id, last_activity_at desc nulls last, id desc);

-- For service.purge_contacts, and for nobody else.
create index contacts_unreachable_idx
    on public.contacts (id) where email is null and phone_number is null and identifier is null;

create table public.contact_inboxes (
    id uuid not null default private.uuid_v7(),
    account_id uuid not null,
    contact_id uuid not null,
    inbox_id uuid not null,
    source_id text not null,
    created_at timestamptz not null default now(),
    opted_out_at timestamptz,
    unreachable_reason text,
    verified boolean not null default false,
    constraint contact_inboxes_pkey primary key (id),
    constraint contact_inboxes_account_id_id_key unique (account_id, id),
    constraint contact_inboxes_inbox_id_source_id_key unique (inbox_id, source_id),
    constraint contact_inboxes_contact_fkey foreign key (account_id, contact_id)
        references public.contacts (account_id, id) on delete cascade,
    constraint contact_inboxes_inbox_fkey foreign key (account_id, inbox_id)
        references public.inboxes (account_id, id) on delete cascade,
    constraint contact_inboxes_source_id_check check (char_length(source_id) between 1 and 255)
);

comment on table public.contact_inboxes is 'A contact''s address in one inbox.';
comment on column public.contact_inboxes.opted_out_at is 'When the contact asked the provider not to be written to; null when they may be.';
comment on column public.contact_inboxes.unreachable_reason is 'Why the provider cannot reach them; cleared when they write.';
comment on column public.contact_inboxes.source_id is
    'The provider''s id of the person: an e-mail address, a phone number, a chat id; for website chats a random uuid.';

comment on column public.contact_inboxes.verified is
    'Website: opened with an identity that the account''s own server signed. Shared by that person''s browsers, and by no unsigned one.';

create index contact_inboxes_account_id_contact_id_idx on public.contact_inboxes (account_id, contact_id);
create index contact_inboxes_account_id_inbox_id_idx on public.contact_inboxes (account_id, inbox_id);

create function private.normalise_contact()
returns trigger
language plpgsql set search_path = ''
as $$
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
$$;

comment on function private.normalise_contact is
    'Trigger: blanks become null, addresses lower case, and a visitor we can reach becomes a lead.';

create trigger contacts_normalise
    before insert or update on public.contacts
    for each row execute function private.normalise_contact();
create trigger contacts_set_updated_at
    before update on public.contacts
    for each row execute function private.set_updated_at();

create function private.tell_contact()
returns trigger
language plpgsql security definer set search_path = ''
as $$
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
$$;

comment on function private.tell_contact is 'Trigger: records that a contact came, changed (and in which columns) or went.';

create trigger contacts_tell
    after insert or delete or update of
        name, middle_name, last_name, email, phone_number, identifier, contact_type, blocked, avatar_url, labels,
        custom_attributes, additional_attributes
    on public.contacts
    for each row execute function private.tell_contact();

create function private.member_contact(p_id uuid)
returns public.contacts
language plpgsql stable security definer set search_path = ''
as $$
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
$$;

comment on function private.member_contact is 'The contact, if it is of an account of the caller''s; else contact_not_found.';

create function private.merged_attributes(p_base jsonb, p_more jsonb)
returns jsonb
language sql immutable set search_path = ''
as $$
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
$$;

comment on function private.merged_attributes is 'Both objects as one, at every depth; where both say something the first wins.';

create function private.attributes_or(p_attributes jsonb, p_else jsonb)
returns jsonb
language sql immutable set search_path = ''
as $$
    select case when private.are_attributes(p_attributes) then p_attributes else p_else end
$$;

comment on function private.attributes_or is 'The first if it is fit to be stored, else the second.';

create function private.contact_json(p_contact public.contacts)
returns jsonb
language sql stable set search_path = ''
as $$
    select to_jsonb(p_contact) - 'search_text'
$$;

comment on function private.contact_json is 'A contact as functions return it: its row.';

create function private.save_contact(p_account_id uuid, p_id uuid, p_values jsonb)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
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
$$;

comment on function private.save_contact is 'See public.save_contact.';
grant execute on function private.save_contact to authenticated;

create function public.save_contact(p_account_id uuid, p_id uuid, p_values jsonb)
returns jsonb
language sql set search_path = ''
as $$
    select private.save_contact(p_account_id, p_id, p_values)
$$;

comment on function public.save_contact is
    'Adds a contact (id null) or changes one; values holds the columns to set: name, middle_name, last_name, email, phone_number,
     identifier, avatar_url, blocked, custom_attributes, additional_attributes. Returns the row.
     Fails with account_not_found, contact_not_found, invalid_argument, attributes_invalid, contact_taken, contact_invalid
     (details names the column).';
grant execute on function public.save_contact to authenticated;

create table private.contact_presence (
    account_id uuid not null,
    contact_id uuid not null,
    seen_at timestamptz not null,
    constraint contact_presence_pkey primary key (account_id, contact_id),
    constraint contact_presence_contact_fkey foreign key (account_id, contact_id)
        references public.contacts (account_id, id) on delete cascade
) with (fillfactor = 50);

comment on table private.contact_presence is 'When each contact''s open chat last said that it is there.';

create function private.is_contact_online(p_contact public.contacts)
returns boolean
language sql stable security definer set search_path = ''
as $$
    select coalesce(p_contact.last_activity_at > now() - interval '90 seconds', false)
        or exists (
            select from private.contact_presence as presence
            where presence.account_id = p_contact.account_id
                and presence.contact_id = p_contact.id
                and presence.seen_at > clock_timestamp() - interval '90 seconds')
$$;

comment on function private.is_contact_online is
    'Whether the contact did something, or had the chat open, within the last 90 seconds.';

create function private.delete_contact(p_id uuid)
returns void
language plpgsql security definer set search_path = ''
as $$
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
$$;

comment on function private.delete_contact is 'See public.delete_contact.';
grant execute on function private.delete_contact to authenticated;

create function public.delete_contact(p_id uuid)
returns void
language sql set search_path = ''
as $$
    select private.delete_contact(p_id)
$$;

comment on function public.delete_contact is
    'Deletes a contact with their conversations and notes. Administrators only.
     Fails with contact_not_found, not_administrator, contact_online.';
grant execute on function public.delete_contact to authenticated;

create function private.contact_page(
    p_account_id uuid, p_query text, p_labels text[], p_conditions text, p_sort text, p_cursor jsonb, p_limit int
)
returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_custom_plan'
as $$
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
$$;

comment on function private.contact_page is
    'One page of an account''s contacts, for functions that checked who asks; conditions are SQL of ours about the alias contact.';

create function private.contact_list(
    p_account_id uuid, p_query text, p_sort text, p_labels text[], p_cursor jsonb, p_limit int
)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
    return private.contact_page(p_account_id, p_query, p_labels, null, p_sort, p_cursor, p_limit);
end;
$$;

comment on function private.contact_list is 'See public.contact_list.';
grant execute on function private.contact_list to authenticated;

create function public.contact_list(
    p_account_id uuid,
    p_query text default null,
    p_sort text default '-last_activity_at',
    p_labels text[] default null,
    p_cursor jsonb default null,
    p_limit int default 15
)
returns jsonb
language sql stable set search_path = ''
as $$
    select private.contact_list(p_account_id, p_query, p_sort, p_labels, p_cursor, p_limit)
$$;

comment on function public.contact_list is
    'One page of the contacts who can be reached or recognised: {rows, next_cursor}. The query is part of a name, e-mail address,
     phone number, identifier or company, without regard to case and accents; labels: any of them. Sorts name, email, phone_number,
     last_activity_at, created_at, company_name, city, country; - before it for descending; those without a value come last.
     Fails with account_not_found, invalid_argument, invalid_cursor.';
grant execute on function public.contact_list to authenticated;

create function private.known_address(p_contact public.contacts, p_channel_type text)
returns text
language sql immutable set search_path = ''
as $$
    -- Other channels need the contact to have written first.
    select case p_channel_type
        when 'email' then p_contact.email
        when 'twilio_sms' then p_contact.phone_number
        when 'bandwidth_sms' then p_contact.phone_number
        when 'twilio_whatsapp' then 'whatsapp:' || p_contact.phone_number
        when 'whatsapp_cloud' then ltrim(p_contact.phone_number, '+')
        when 'whatsapp_360dialog' then ltrim(p_contact.phone_number, '+') end
$$;

comment on function private.known_address is
    'The address that a channel would know the contact by, from their e-mail address or phone number; null when that does not tell.';

create function private.active_contacts(p_account_id uuid, p_limit int)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform private.require_member(p_account_id);
    if coalesce(p_limit, 0) not between 1 and 100 then
        perform private.fail(400, 'invalid_argument', 'limit is 1 to 100.');
    end if;
    return jsonb_build_object('rows', (
        select coalesce(jsonb_agg(private.contact_json(contact) order by contact.last_activity_at desc nulls last, contact.id desc), '[]')
        from (
            -- Two short runs of an index each: who did something just now, and whose chat is open.
            select recent.id
            from public.contacts as recent
            where recent.account_id = p_account_id and recent.last_activity_at > now() - interval '90 seconds'
            union
            select presence.contact_id
            from private.contact_presence as presence
            where presence.account_id = p_account_id and presence.seen_at > clock_timestamp() - interval '90 seconds'
            limit p_limit
        ) as present
        join public.contacts as contact on contact.id = present.id));
end;
$$;

comment on function private.active_contacts is 'See public.active_contacts.';
grant execute on function private.active_contacts to authenticated;

create function public.active_contacts(p_account_id uuid, p_limit int default 15)
returns jsonb
language sql stable set search_path = ''
as $$
    select private.active_contacts(p_account_id, p_limit)
$$;

comment on function public.active_contacts is
    'The contacts who are there now, the one who did something last first: {rows}, as contact_list gives them, without pages.
     Fails with account_not_found, invalid_argument.';
grant execute on function public.active_contacts to authenticated;

alter table public.contacts enable row level security;
alter table public.contact_inboxes enable row level security;

create policy "members read the contacts of their accounts"
    on public.contacts for select to authenticated
    using (account_id = any ((select private.account_ids())::uuid[]));

create policy "members change the contacts of their accounts"
    on public.contacts for update to authenticated
    using (account_id = any ((select private.account_ids())::uuid[]))
    with check (account_id = any ((select private.account_ids())::uuid[]));

create policy "agents read the addresses of contacts in their inboxes"
    on public.contact_inboxes for select to authenticated
    using (inbox_id = any ((select private.inbox_ids())::uuid[]));

grant select on public.contacts, public.contact_inboxes to authenticated;
grant update (name, middle_name, last_name, email, phone_number, identifier, avatar_url, blocked, custom_attributes)
    on public.contacts to authenticated;
