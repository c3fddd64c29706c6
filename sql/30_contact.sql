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
comment on column public.contacts.contact_type is 'A visitor becomes a lead when we can reach or recognise them; never back.';
comment on column public.contacts.identified is
    'anonymous; claimed: said so themselves, proves nothing; verified: a signature or the channel proves it.';
comment on column public.contacts.blocked is 'Their messages are stored but never reopen or notify.';

create unique index contacts_account_id_email_key on public.contacts (account_id, email) where email is not null;
create unique index contacts_account_id_phone_number_key on public.contacts (account_id, phone_number) where phone_number is not null;
create unique index contacts_account_id_identifier_key on public.contacts (account_id, identifier) where identifier is not null;
create index contacts_labels_idx on public.contacts using gin (account_id, labels);
create index contacts_account_id_last_activity_at_idx on public.contacts (account_id, last_activity_at desc nulls last, id desc);

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
    if new.contact_type = 'visitor' and num_nonnulls(new.email, new.phone_number, new.identifier) > 0 then
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
grant update (name, email, phone_number, identifier, avatar_url, blocked, custom_attributes)
    on public.contacts to authenticated;
