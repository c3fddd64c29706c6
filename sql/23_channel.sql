-- channel: how an inbox is connected to a provider. What administrators may read is here; what only our servers
-- may read is in private.channel_secrets.

create table public.channel_connections (
    account_id uuid not null,
    inbox_id uuid not null,
    channel_type text not null,
    address text not null,
    aliases text[] not null default '{}',
    settings jsonb not null default '{}',
    state text not null default 'connected',
    state_reason text,
    paused_until timestamptz,
    failures int not null default 0,
    expires_at timestamptz,
    last_received_at timestamptz,
    last_sent_at timestamptz,
    checked_at timestamptz,
    check_result jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint channel_connections_pkey primary key (inbox_id),
    constraint channel_connections_inbox_fkey foreign key (account_id, inbox_id)
        references public.inboxes (account_id, id) on delete cascade,
    -- Over all accounts: a provider's request names nothing else, and two inboxes would both answer.
    constraint channel_connections_channel_type_address_key unique (channel_type, address),
    constraint channel_connections_channel_type_check check (
        channel_type in (
            'email', 'whatsapp_cloud', 'whatsapp_360dialog', 'messenger', 'instagram', 'telegram', 'twilio_sms',
            'twilio_whatsapp', 'bandwidth_sms', 'line', 'tiktok')),
    constraint channel_connections_address_check check (char_length(address) between 1 and 320),
    constraint channel_connections_aliases_check check (cardinality(aliases) <= 20),
    constraint channel_connections_settings_check check (
        jsonb_typeof(settings) = 'object' and octet_length(settings::text) <= 65536),
    constraint channel_connections_state_check check (state in ('connected', 'reauthorization_required', 'disconnected')),
    constraint channel_connections_state_reason_check check (char_length(state_reason) <= 1000),
    constraint channel_connections_check_result_check check (
        jsonb_typeof(check_result) = 'object' and octet_length(check_result::text) <= 16384)
);

comment on table public.channel_connections is 'The provider''s side of an inbox: its address there, its settings, and whether the connection works.';
comment on column public.channel_connections.address is
    'Where the provider knows this inbox: a phone number id, a page, a bot, a number, a mailbox. Requests are routed by it.';
comment on column public.channel_connections.aliases is 'Other names the provider may use for it, a business account''s for example; several inboxes may share one.';
comment on column public.channel_connections.settings is 'What the inbox''s agents may read: host names, ids, switches. Never a secret.';
comment on column public.channel_connections.state is
    'connected, or reauthorization_required: the provider refused our credentials, and messages wait until an administrator reconnects.';
comment on column public.channel_connections.paused_until is
    'The provider asked us to slow down, or is down: nothing is sent before.';
comment on column public.channel_connections.failures is 'How many sends in a row it was not there to take.';
comment on column public.channel_connections.check_result is
    'What the provider said when we last asked whether all is right: {ok, category, account_name, steps: [{name, ok, detail}]};
     null since the connection was changed.';

create index channel_connections_account_id_inbox_id_idx on public.channel_connections (account_id, inbox_id);
create index channel_connections_aliases_idx on public.channel_connections using gin (aliases);
create index channel_connections_business_account_idx
    on public.channel_connections (channel_type, (settings ->> 'business_account_id'))
    where settings ? 'business_account_id';

create table private.channel_secrets (
    account_id uuid not null,
    inbox_id uuid primary key,
    secrets jsonb not null,
    updated_at timestamptz not null default now(),
    constraint channel_secrets_inbox_fkey foreign key (account_id, inbox_id)
        references public.inboxes (account_id, id) on delete cascade,
    constraint channel_secrets_secrets_check check (
        jsonb_typeof(secrets) = 'object' and octet_length(secrets::text) <= 65536)
);

comment on table private.channel_secrets is
    'Tokens and passwords of channels: written by administrators through functions, read by our servers only.';

create index channel_secrets_account_id_inbox_id_idx on private.channel_secrets (account_id, inbox_id);

create trigger channel_connections_set_updated_at
    before update on public.channel_connections
    for each row execute function private.set_updated_at();

create function private.connection_changed()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.broadcast(
        private.inbox_topic(new.inbox_id, inbox.epoch), 'inbox.connection_changed',
        jsonb_build_object('inbox_id', new.inbox_id, 'state', new.state))
    from public.inboxes as inbox
    where inbox.id = new.inbox_id;
    if new.state = 'connected' then
        perform private.deliver_held_messages(new.inbox_id);
    end if;
    return null;
end;
$$;

comment on function private.connection_changed is
    'Trigger: tells the agents of the inbox, and sends what waited once it is connected again.';

create trigger channel_connections_tell
    after update of state on public.channel_connections
    for each row
    when (old.state is distinct from new.state)
    execute function private.connection_changed();

create function private.check_channel(p_channel_type text, p_address text, p_settings jsonb, p_secrets jsonb)
returns void
language plpgsql set search_path = ''
as $$
begin
    if p_channel_type is null or p_channel_type not in (
        'email', 'whatsapp_cloud', 'whatsapp_360dialog', 'messenger', 'instagram', 'telegram', 'twilio_sms',
        'twilio_whatsapp', 'bandwidth_sms', 'line', 'tiktok')
    then
        perform private.fail(400, 'channel_type_invalid', 'There is no such kind of channel.');
    end if;
    if char_length(btrim(coalesce(p_address, ''))) not between 1 and 320 then
        perform private.fail(400, 'address_invalid', 'Name the number, page, bot or mailbox, in 1 to 320 characters.');
    end if;
    if jsonb_typeof(coalesce(p_settings, 'null')) <> 'object' or octet_length(p_settings::text) > 65536 then
        perform private.fail(400, 'invalid_argument', 'settings is an object of 64 kB at most.');
    end if;
    if jsonb_typeof(coalesce(p_secrets, 'null')) <> 'object'
        or octet_length(p_secrets::text) > 65536
        or exists (select from jsonb_each(p_secrets) as secret where jsonb_typeof(secret.value) <> 'string')
    then
        perform private.fail(400, 'invalid_argument', 'secrets is an object of texts, 64 kB at most.');
    end if;
end;
$$;

comment on function private.check_channel is 'Fails unless these can be a channel''s address, settings and secrets.';

create function private.channel_address(p_channel_type text, p_address text)
returns text
language sql immutable set search_path = ''
as $$
    select case when p_channel_type = 'email' then lower(btrim(p_address)) else btrim(p_address) end
$$;

comment on function private.channel_address is 'An address in the one spelling in which it is stored and looked up.';

create function private.connect_channel(
    p_account_id uuid, p_name text, p_channel_type text, p_address text, p_settings jsonb, p_secrets jsonb, p_aliases text[]
)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    made_inbox_id uuid;
begin
    perform private.require_administrator(p_account_id);
    perform private.check_channel(p_channel_type, p_address, p_settings, p_secrets);
    if char_length(btrim(coalesce(p_name, ''))) not between 1 and 100 then
        perform private.fail(400, 'name_invalid', 'Give the inbox a name of 1 to 100 characters.');
    end if;
    if cardinality(p_aliases) > 20 then
        perform private.fail(400, 'invalid_argument', 'A channel has 20 aliases at most.');
    end if;
    insert into public.inboxes (account_id, name, channel_type)
    values (p_account_id, btrim(p_name), p_channel_type)
    returning id into made_inbox_id;
    begin
        insert into public.channel_connections (account_id, inbox_id, channel_type, address, aliases, settings)
        values (
            p_account_id, made_inbox_id, p_channel_type, private.channel_address(p_channel_type, p_address),
            coalesce(p_aliases, '{}'), p_settings);
    exception when unique_violation then
        -- Not whose: another account's channels are nobody's business.
        perform private.fail(409, 'address_taken', 'An inbox is already connected to this address.');
    end;
    insert into private.channel_secrets (account_id, inbox_id, secrets)
    values (
        p_account_id, made_inbox_id,
        -- What signs reply addresses: one per mailbox, so that nobody writes into another's conversations.
        case when p_channel_type = 'email' then jsonb_build_object('reply_token', private.random_secret()) else '{}' end
            || p_secrets);
    insert into public.inbox_members (account_id, inbox_id, user_id) values (p_account_id, made_inbox_id, auth.uid());
    return jsonb_build_object('id', made_inbox_id);
end;
$$;

comment on function private.connect_channel is 'See public.connect_channel.';
grant execute on function private.connect_channel to authenticated;

create function public.connect_channel(
    p_account_id uuid,
    p_name text,
    p_channel_type text,
    p_address text,
    p_settings jsonb default '{}',
    p_secrets jsonb default '{}',
    p_aliases text[] default '{}'
)
returns jsonb
language sql set search_path = ''
as $$
    select private.connect_channel(
        p_account_id, p_name, p_channel_type, p_address, p_settings, p_secrets, p_aliases)
$$;

comment on function public.connect_channel is
    'A new inbox connected to a provider; administrators only. secrets go in and never come out. Returns {id}.
     Fails with account_not_found, not_administrator, channel_type_invalid, address_invalid, address_taken, name_invalid, invalid_argument.';
grant execute on function public.connect_channel to authenticated;

create function private.reconnect_channel(p_inbox_id uuid, p_settings jsonb, p_secrets jsonb)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    connection public.channel_connections;
begin
    select * into connection
    from public.channel_connections
    where inbox_id = p_inbox_id and account_id = any (private.account_ids());
    if connection.inbox_id is null then
        perform private.fail(404, 'inbox_not_found', 'There is no such inbox.');
    end if;
    perform private.require_administrator(connection.account_id);
    perform private.check_channel(
        connection.channel_type, connection.address, coalesce(p_settings, '{}'), coalesce(p_secrets, '{}'));
    update private.channel_secrets
    set secrets = secrets || coalesce(p_secrets, '{}'), updated_at = now()
    where inbox_id = p_inbox_id;
    update public.channel_connections
    set settings = settings || coalesce(p_settings, '{}'), state = 'connected', state_reason = null, paused_until = null,
        failures = 0, checked_at = null, check_result = null,
        -- When a token ends that an administrator brought, nobody has told us.
        expires_at = case when p_secrets ? 'access_token' then null else expires_at end
    where inbox_id = p_inbox_id;
end;
$$;

comment on function private.reconnect_channel is 'See public.reconnect_channel.';
grant execute on function private.reconnect_channel to authenticated;

create function public.reconnect_channel(p_inbox_id uuid, p_settings jsonb default '{}', p_secrets jsonb default '{}')
returns void
language sql set search_path = ''
as $$
    select private.reconnect_channel(p_inbox_id, p_settings, p_secrets)
$$;

comment on function public.reconnect_channel is
    'Replaces the settings and secrets named, and lets messages that waited go out. Administrators only.
     Fails with inbox_not_found, not_administrator, invalid_argument.';
grant execute on function public.reconnect_channel to authenticated;

create function service.channels_for(p_channel_type text, p_keys text[])
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select coalesce(jsonb_agg(jsonb_build_object(
        'inbox_id', connection.inbox_id,
        'account_id', connection.account_id,
        'active', account.status = 'active',
        'address', connection.address,
        'settings', connection.settings,
        'secrets', secret.secrets)), '[]')
    from public.channel_connections as connection
    join public.accounts as account on account.id = connection.account_id
    join private.channel_secrets as secret on secret.inbox_id = connection.inbox_id
    where connection.channel_type = p_channel_type
        and (
            connection.address = any (p_keys)
            or connection.aliases && p_keys
            or connection.settings ->> 'business_account_id' = any (p_keys)
            -- Mails to reply addresses: known by their domain, and by the signature in them.
            or '@' || lower(connection.settings ->> 'inbound_domain') = any (p_keys))
$$;

comment on function service.channels_for is
    'The inboxes a provider''s request may be about, with what verifies it: [{inbox_id, account_id, active, address, settings, secrets}].';

create function service.channel_credentials(p_inbox_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'channel_type', connection.channel_type,
        'account_id', connection.account_id,
        'address', connection.address,
        'settings', connection.settings || jsonb_build_object(
            'account_id', connection.account_id,
            'inbox_id', connection.inbox_id,
            'inbox_name', inbox.name,
            'business_name', inbox.business_name,
            'sender_name_type', inbox.sender_name_type),
        'secrets', secret.secrets,
        'expires_at', connection.expires_at,
        'changed_at', secret.updated_at,
        'state', connection.state)
    from public.channel_connections as connection
    join public.inboxes as inbox on inbox.id = connection.inbox_id
    join private.channel_secrets as secret on secret.inbox_id = connection.inbox_id
    where connection.inbox_id = p_inbox_id
$$;

comment on function service.channel_credentials is 'What an inbox speaks for itself with; null when it is not connected to a provider.';

create function service.set_connection_state(p_inbox_id uuid, p_state text, p_reason text default null)
returns void
language sql security definer set search_path = ''
as $$
    update public.channel_connections
    set state = p_state, state_reason = left(p_reason, 1000)
    where inbox_id = p_inbox_id and (state, state_reason) is distinct from (p_state, left(p_reason, 1000))
$$;

comment on function service.set_connection_state is 'The provider took or refused our credentials.';

create function service.save_channel_secrets(p_inbox_id uuid, p_secrets jsonb, p_expires_at timestamptz default null)
returns void
language sql security definer set search_path = ''
as $$
    with saved as (
        update private.channel_secrets set secrets = secrets || p_secrets, updated_at = now()
        where inbox_id = p_inbox_id
        returning inbox_id
    )
    update public.channel_connections as connection
    set expires_at = p_expires_at
    from saved
    where connection.inbox_id = saved.inbox_id
$$;

comment on function service.save_channel_secrets is 'Keeps a token that our servers renewed.';

alter table public.channel_connections enable row level security;

create policy "agents read how their inboxes are connected"
    on public.channel_connections for select to authenticated
    using (inbox_id = any ((select private.inbox_ids())::uuid[]));

grant select (
    account_id, inbox_id, channel_type, address, aliases, settings, state, state_reason, paused_until, expires_at,
    last_received_at, last_sent_at, checked_at, check_result, created_at, updated_at)
    on public.channel_connections to authenticated;
