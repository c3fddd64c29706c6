-- account: tenants, the people who work in them, and who belongs where.

create function private.is_timezone(p_name text)
returns boolean
language plpgsql immutable parallel safe set search_path = ''
as $$
begin
    -- Names only: abbreviations and offsets know no daylight saving.
    if p_name !~ '^(UTC|[A-Za-z_]{1,40}/[A-Za-z0-9_+/-]{1,60})$' then
        return false;
    end if;
    perform timestamptz '2026-01-01 00:00:00+00' at time zone p_name;
    return true;
exception when invalid_parameter_value then
    return false;
end;
$$;

comment on function private.is_timezone is 'Whether this is a time zone''s IANA name, for example Europe/Berlin.';
grant execute on function private.is_timezone to authenticated;

create function private.are_account_settings(p_settings jsonb)
returns boolean
language sql immutable parallel safe set search_path = ''
as $$
    select jsonb_typeof(p_settings) = 'object'
        and octet_length(p_settings::text) <= 65536
        and coalesce(jsonb_typeof(p_settings -> 'auto_resolve_after'), 'null') in ('null', 'number')
        and case when coalesce(p_settings ->> 'auto_resolve_after', '10') ~ '^[0-9]{1,7}$'
            then coalesce(p_settings ->> 'auto_resolve_after', '10')::int between 10 and 1439856 else false end
        and coalesce(jsonb_typeof(p_settings -> 'auto_resolve_message'), 'null') in ('null', 'string')
        and char_length(coalesce(p_settings ->> 'auto_resolve_message', '')) <= 10000
        and coalesce(jsonb_typeof(p_settings -> 'auto_resolve_ignore_waiting'), 'null') in ('null', 'boolean')
        and coalesce(jsonb_typeof(p_settings -> 'auto_resolve_label'), 'null') in ('null', 'string')
        and char_length(coalesce(p_settings ->> 'auto_resolve_label', '')) <= 100
        and coalesce(jsonb_typeof(p_settings -> 'audio_transcriptions'), 'null') in ('null', 'boolean')
$$;

comment on function private.are_account_settings is
    'Whether the keys we know have the right type: auto_resolve_after (10 to 1,439,856 minutes), auto_resolve_message,
     auto_resolve_ignore_waiting, auto_resolve_label, audio_transcriptions.';
grant execute on function private.are_account_settings to authenticated;

create table public.accounts (
    id uuid primary key default private.uuid_v7(),
    name text not null,
    locale text not null default 'en',
    status text not null default 'active',
    settings jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    domain text,
    support_email text,
    timezone text not null default 'UTC',
    limits jsonb not null default '{}',
    constraint accounts_name_check check (char_length(btrim(name)) between 1 and 100),
    constraint accounts_locale_check check (locale ~ '^[a-z]{2,3}([-_][A-Za-z0-9]{2,8})?$'),
    constraint accounts_status_check check (status in ('active', 'suspended')),
    constraint accounts_settings_check check (private.are_account_settings(settings)),
    constraint accounts_domain_check check (domain ~ '^[a-z0-9]([a-z0-9.-]{0,98}[a-z0-9])?$'),
    constraint accounts_support_email_check check (
        char_length(support_email) <= 254 and support_email ~ '^[^@\s<>",;]+@[^@\s<>",;]+\.[^@\s<>",;]+$'),
    constraint accounts_timezone_check check (private.is_timezone(timezone)),
    constraint accounts_limits_check check (jsonb_typeof(limits) = 'object')
);

comment on table public.accounts is 'A tenant: one company''s support desk. Nothing is shared between accounts.';
comment on column public.accounts.settings is
    'auto_resolve_after (minutes; missing or null = never), auto_resolve_message, auto_resolve_ignore_waiting,
     auto_resolve_label, audio_transcriptions.';
comment on column public.accounts.domain is 'The domain of the account''s inbound mail.';
comment on column public.accounts.timezone is 'IANA name; the account''s days in reports.';
comment on column public.accounts.limits is 'What the plan allows: {"agents": 5}; a missing key = no limit. Set by operators only.';
comment on column public.accounts.locale is 'The language of what the system itself writes into conversations.';

create table public.users (
    id uuid primary key references auth.users (id) on delete cascade,
    name text not null default '',
    display_name text,
    email text not null,
    avatar_url text,
    ui_settings jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    message_signature text,
    constraint users_message_signature_check check (char_length(message_signature) <= 5000),
    constraint users_name_check check (char_length(name) <= 200),
    constraint users_display_name_check check (char_length(display_name) between 1 and 200),
    constraint users_avatar_url_check check (avatar_url ~ '^https?://' and char_length(avatar_url) <= 2000),
    constraint users_ui_settings_check check (
        jsonb_typeof(ui_settings) = 'object' and octet_length(ui_settings::text) <= 65536)
);

comment on table public.users is
    'The profile of a login, one to one with auth.users. One e-mail address is one login, in any number of accounts.';
comment on column public.users.display_name is 'Shown instead of name when set.';
comment on column public.users.message_signature is 'Markdown that the composer puts under replies.';
comment on column public.users.ui_settings is 'The dashboard''s own memory: theme, panel layout, editor choices.';

create table public.custom_roles (
    id uuid not null default private.uuid_v7(),
    account_id uuid not null references public.accounts (id) on delete cascade,
    name text not null,
    description text not null default '',
    permissions text[] not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint custom_roles_pkey primary key (id),
    constraint custom_roles_account_id_id_key unique (account_id, id),
    constraint custom_roles_name_check check (char_length(btrim(name)) between 1 and 100),
    constraint custom_roles_description_check check (char_length(description) <= 1000),
    constraint custom_roles_permissions_check check (
        permissions <@ array[
            'conversation_manage', 'conversation_unassigned_manage', 'conversation_participating_manage',
            'contact_manage', 'report_manage', 'knowledge_base_manage'])
);

comment on table public.custom_roles is 'A named set of permissions; who has one is an agent with exactly these.';
comment on column public.custom_roles.permissions is
    'Of the three about conversations the broadest counts; with none of them the agent sees no conversation.';

create table public.account_users (
    account_id uuid not null references public.accounts (id) on delete cascade,
    user_id uuid not null references public.users (id) on delete cascade,
    role text not null default 'agent',
    availability text not null default 'online',
    auto_offline boolean not null default true,
    active_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    custom_role_id uuid,
    constraint account_users_pkey primary key (account_id, user_id),
    constraint account_users_role_check check (role in ('agent', 'administrator')),
    constraint account_users_availability_check check (availability in ('online', 'busy', 'offline')),
    constraint account_users_custom_role_fkey foreign key (account_id, custom_role_id)
        references public.custom_roles (account_id, id) on delete set null (custom_role_id),
    constraint account_users_custom_role_id_check check (custom_role_id is null or role = 'agent')
);

comment on table public.account_users is 'Membership: this user works in this account, in this role.';
comment on column public.account_users.availability is 'What the agent chose; shown as offline without a heartbeat when auto_offline.';
comment on column public.account_users.active_at is 'When the account was last opened by this user.';

comment on column public.account_users.custom_role_id is 'Narrows an agent to the permissions of this role; null = a plain agent.';

create index account_users_account_id_custom_role_id_idx
    on public.account_users (account_id, custom_role_id) where custom_role_id is not null;

-- The helpers below start at the user; the primary key starts at the account.
create index account_users_user_id_idx on public.account_users (user_id, account_id, role);

create function private.account_ids(p_role text default null)
returns uuid[]
language sql stable security definer parallel safe set search_path = ''
as $$
    select coalesce(array_agg(member.account_id), '{}')
    from public.account_users as member
    join public.accounts as account on account.id = member.account_id
    where member.user_id = (select auth.uid())
        and (p_role is null or member.role = p_role)
        and account.status = 'active'
$$;

comment on function private.account_ids is
    'The active accounts the caller belongs to, with this role if one is named. In policies write
     account_id = any ((select private.account_ids())::uuid[]): asked once per statement, and indexable.';
grant execute on function private.account_ids to authenticated;

create function private.colleague_ids()
returns uuid[]
language sql stable security definer parallel safe set search_path = ''
as $$
    select coalesce(array_agg(distinct colleague.user_id), '{}')
    from public.account_users as colleague
    where colleague.account_id = any ((select private.account_ids())::uuid[])
$$;

comment on function private.colleague_ids is 'Everyone who shares an account with the caller, the caller included.';
grant execute on function private.colleague_ids to authenticated;

create function private.is_administrator(p_account_id uuid)
returns boolean
language sql stable security definer parallel safe set search_path = ''
as $$
    select p_account_id = any ((select private.account_ids('administrator'))::uuid[])
$$;

comment on function private.is_administrator is 'Whether the caller is an administrator of this account.';
grant execute on function private.is_administrator to authenticated;

create function private.require_member(p_account_id uuid)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
end;
$$;

comment on function private.require_member is 'Fails unless the caller belongs to this account; for a stranger it does not exist.';

create function private.require_administrator(p_account_id uuid)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform private.require_member(p_account_id);
    if not private.is_administrator(p_account_id) then
        perform private.fail(403, 'not_administrator', 'Only an administrator of the account may do this.');
    end if;
end;
$$;

comment on function private.require_administrator is
    'Fails unless the caller administers this account; for a stranger the account does not exist.';

create function private.conversation_scope(p_role text, p_permissions text[])
returns text
language sql immutable parallel safe set search_path = ''
as $$
    select case
        when p_role = 'administrator' or p_permissions is null or 'conversation_manage' = any (p_permissions) then 'all'
        when 'conversation_unassigned_manage' = any (p_permissions) then 'unassigned'
        when 'conversation_participating_manage' = any (p_permissions) then 'participating'
    end
$$;

comment on function private.conversation_scope is
    'Which conversations of their inboxes and teams a member sees: all; unassigned: those of nobody and their own;
     participating: their own and those they take part in; null: none. Null permissions mean no custom role.';

create function private.check_name(p_name text, p_longest int default 100)
returns text
language plpgsql immutable set search_path = ''
as $$
begin
    if char_length(btrim(coalesce(p_name, ''))) not between 1 and p_longest then
        perform private.fail(400, 'name_invalid', format('Give it a name of 1 to %s characters.', p_longest));
    end if;
    return btrim(p_name);
end;
$$;

comment on function private.check_name is 'The name without blanks around it; fails with name_invalid.';

create function private.save_custom_role(
    p_account_id uuid, p_id uuid, p_name text, p_description text, p_permissions text[]
)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    saved public.custom_roles;
begin
    perform private.require_administrator(p_account_id);
    begin
        if p_id is null then
            insert into public.custom_roles (account_id, name, description, permissions)
            values (p_account_id, private.check_name(p_name), coalesce(p_description, ''), coalesce(p_permissions, '{}'))
            returning * into saved;
        else
            update public.custom_roles
            set name = private.check_name(p_name),
                description = coalesce(p_description, ''),
                permissions = coalesce(p_permissions, '{}')
            where account_id = p_account_id and id = p_id
            returning * into saved;
        end if;
    exception when check_violation then
        perform private.fail(
            400, 'custom_role_invalid', 'A description has 1,000 characters at most; a permission is one of the six.');
    end;
    if saved.id is null then
        perform private.fail(404, 'custom_role_not_found', 'There is no such role.');
    end if;
    return to_jsonb(saved);
end;
$$;

comment on function private.save_custom_role is 'See public.save_custom_role.';
grant execute on function private.save_custom_role to authenticated;

create function public.save_custom_role(
    p_account_id uuid,
    p_id uuid,
    p_name text,
    p_description text default '',
    p_permissions text[] default '{}'
)
returns jsonb
language sql set search_path = ''
as $$
    select private.save_custom_role(p_account_id, p_id, p_name, p_description, p_permissions)
$$;

comment on function public.save_custom_role is
    'Makes a role (p_id null) or changes one; administrators only. Returns its row.
     Fails with account_not_found, not_administrator, name_invalid, custom_role_invalid, custom_role_not_found.';
grant execute on function public.save_custom_role to authenticated;

create function private.delete_custom_role(p_id uuid)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    account uuid;
begin
    select account_id into account
    from public.custom_roles
    where id = p_id and account_id = any (private.account_ids());
    if account is null then
        perform private.fail(404, 'custom_role_not_found', 'There is no such role.');
    end if;
    perform private.require_administrator(account);
    delete from public.custom_roles where id = p_id;
end;
$$;

comment on function private.delete_custom_role is 'See public.delete_custom_role.';
grant execute on function private.delete_custom_role to authenticated;

create function public.delete_custom_role(p_id uuid)
returns void
language sql set search_path = ''
as $$
    select private.delete_custom_role(p_id)
$$;

comment on function public.delete_custom_role is
    'Removes a role; who had it is a plain agent again. Administrators only.
     Fails with custom_role_not_found, not_administrator.';
grant execute on function public.delete_custom_role to authenticated;

create function private.shown_name(p_user public.users)
returns text
language sql immutable set search_path = ''
as $$
    select coalesce(nullif(btrim(p_user.display_name), ''), nullif(btrim(p_user.name), ''), split_part(p_user.email, '@', 1))
$$;

comment on function private.shown_name is 'How a person signs: display name, else name, else the local part of the address.';

create function private.copy_auth_user()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if new.email is null or new.email = '' then
        return null;  -- anonymous and phone logins do not work a desk
    end if;
    insert into public.users (id, name, email)
    values (new.id, left(btrim(coalesce(new.raw_user_meta_data ->> 'name', '')), 200), lower(new.email))
    on conflict (id) do update set email = excluded.email;
    return null;
end;
$$;

comment on function private.copy_auth_user is
    'Trigger: keeps a profile for each login. A trigger, because Auth makes logins and knows nothing of us.';

create trigger users_copy_from_auth
    after insert or update of email on auth.users
    for each row execute function private.copy_auth_user();

create function private.conversation_sequence(p_account_id uuid)
returns text
language sql immutable set search_path = ''
as $$
    select 'conversation_display_id_' || replace(p_account_id::text, '-', '')
$$;

comment on function private.conversation_sequence is 'The name, in schema private, of the sequence that numbers an account''s conversations.';

create function private.make_account_sequence()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    execute format('create sequence private.%I', private.conversation_sequence(new.id));
    return null;
end;
$$;

comment on function private.make_account_sequence is
    'Trigger: a sequence per account numbers its conversations without a lock; gaps are allowed.';

create trigger accounts_make_sequence
    after insert on public.accounts
    for each row execute function private.make_account_sequence();

create function private.drop_account_sequence()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    execute format('drop sequence if exists private.%I', private.conversation_sequence(old.id));
    return null;
end;
$$;

comment on function private.drop_account_sequence is 'Trigger: removes the account''s sequence with it.';

create trigger accounts_drop_sequence
    after delete on public.accounts
    for each row execute function private.drop_account_sequence();

create function private.keep_an_administrator()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    -- The account's row is locked, so that two administrators cannot demote one another at once.
    perform from public.accounts where id = old.account_id for update;
    if found and not exists (
        select from public.account_users
        where account_id = old.account_id and role = 'administrator'
    ) then
        perform private.fail(
            409, 'last_administrator', 'An account needs an administrator.',
            'Make someone else administrator first.');
    end if;
    return null;
end;
$$;

comment on function private.keep_an_administrator is
    'Trigger: refuses to remove or demote the last administrator while the account exists.';

create trigger account_users_keep_an_administrator
    after delete or update of role on public.account_users
    for each row
    when (old.role = 'administrator')
    execute function private.keep_an_administrator();

create trigger accounts_set_updated_at
    before update on public.accounts
    for each row execute function private.set_updated_at();
create trigger users_set_updated_at
    before update on public.users
    for each row execute function private.set_updated_at();
create trigger custom_roles_set_updated_at
    before update on public.custom_roles
    for each row execute function private.set_updated_at();
create trigger account_users_set_updated_at
    before update on public.account_users
    for each row execute function private.set_updated_at();

alter table public.accounts enable row level security;
alter table public.users enable row level security;
alter table public.account_users enable row level security;
alter table public.custom_roles enable row level security;

create policy "members read their accounts"
    on public.accounts for select to authenticated
    using (id = any ((select private.account_ids())::uuid[]));

create policy "administrators change their accounts"
    on public.accounts for update to authenticated
    using (id = any ((select private.account_ids('administrator'))::uuid[]))
    with check (id = any ((select private.account_ids('administrator'))::uuid[]));

create policy "members read the profiles of their colleagues"
    on public.users for select to authenticated
    using (id = (select auth.uid()) or id = any ((select private.colleague_ids())::uuid[]));

create policy "users change their own profile"
    on public.users for update to authenticated
    using (id = (select auth.uid()))
    with check (id = (select auth.uid()));

create policy "members read who belongs to their accounts"
    on public.account_users for select to authenticated
    using (account_id = any ((select private.account_ids())::uuid[]));

create policy "members read the roles of their accounts"
    on public.custom_roles for select to authenticated
    using (account_id = any ((select private.account_ids())::uuid[]));

create policy "members change their own availability"
    on public.account_users for update to authenticated
    using (user_id = (select auth.uid()) and account_id = any ((select private.account_ids())::uuid[]))
    with check (user_id = (select auth.uid()) and account_id = any ((select private.account_ids())::uuid[]));

grant select (
    id, name, locale, status, settings, created_at, updated_at, domain, support_email, timezone, limits
) on public.accounts to authenticated;
grant update (name, locale, settings, domain, support_email, timezone) on public.accounts to authenticated;
grant select (id, name, display_name, email, avatar_url, created_at, updated_at, message_signature)
    on public.users to authenticated;
grant update (name, display_name, avatar_url, ui_settings, message_signature) on public.users to authenticated;
grant select (account_id, user_id, role, availability, auto_offline, active_at, created_at, updated_at, custom_role_id)
    on public.account_users to authenticated;
grant select on public.custom_roles to authenticated;
grant update (availability, auto_offline) on public.account_users to authenticated;

create function private.my_ui_settings()
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select ui_settings from public.users where id = (select auth.uid())
$$;

comment on function private.my_ui_settings is 'The caller''s own interface settings.';
grant execute on function private.my_ui_settings to authenticated;

create function public.my_ui_settings()
returns jsonb
language sql stable set search_path = ''
as $$
    select private.my_ui_settings()
$$;

comment on function public.my_ui_settings is 'The caller''s own interface settings; colleagues cannot read them.';
grant execute on function public.my_ui_settings to authenticated;
