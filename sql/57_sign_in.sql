-- sign_in: signing in to a mailbox at Google or Microsoft (OAuth), and keeping channels' tokens fresh.

create table private.mailbox_sign_ins (
    state_hash text not null,
    account_id uuid not null,
    user_id uuid not null,
    provider text not null,
    verifier text not null,
    inbox_id uuid,
    inbox_name text not null,
    expires_at timestamptz not null default now() + interval '10 minutes',
    constraint mailbox_sign_ins_pkey primary key (state_hash),
    constraint mailbox_sign_ins_account_user_fkey foreign key (account_id, user_id)
        references public.account_users (account_id, user_id) on delete cascade,
    constraint mailbox_sign_ins_inbox_fkey foreign key (account_id, inbox_id)
        references public.inboxes (account_id, id) on delete cascade,
    constraint mailbox_sign_ins_provider_check check (provider in ('google', 'microsoft')),
    constraint mailbox_sign_ins_state_hash_check check (state_hash ~ '^[0-9a-f]{64}$'),
    constraint mailbox_sign_ins_verifier_check check (char_length(verifier) between 43 and 128)
);

comment on table private.mailbox_sign_ins is
    'Sign-ins that are under way: who began one, for which account, good for ten minutes and once. Of the state only the hash is kept.';
comment on column private.mailbox_sign_ins.verifier is 'The PKCE secret that goes with the code.';
comment on column private.mailbox_sign_ins.inbox_id is 'The inbox to connect again; null for a new one.';

create index mailbox_sign_ins_account_id_user_id_idx on private.mailbox_sign_ins (account_id, user_id);
create index mailbox_sign_ins_account_id_inbox_id_idx on private.mailbox_sign_ins (account_id, inbox_id);

create function private.begin_mailbox_sign_in(
    p_account_id uuid, p_provider text, p_state_hash text, p_verifier text, p_inbox_id uuid, p_inbox_name text
)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    address text;
begin
    perform private.require_administrator(p_account_id);
    if p_provider is null or p_provider not in ('google', 'microsoft')
        or coalesce(p_state_hash, '') !~ '^[0-9a-f]{64}$'
        or char_length(coalesce(p_verifier, '')) not between 43 and 128
    then
        perform private.fail(400, 'invalid_argument', 'Name a provider, the hash of a state, and a verifier.');
    end if;
    if p_inbox_id is not null then
        select connection.address into address
        from public.channel_connections as connection
        where connection.account_id = p_account_id and connection.inbox_id = p_inbox_id and connection.channel_type = 'email';
        if address is null then
            perform private.fail(404, 'inbox_not_found', 'There is no such inbox.');
        end if;
    elsif char_length(btrim(coalesce(p_inbox_name, ''))) not between 1 and 100 then
        perform private.fail(400, 'name_invalid', 'Give the inbox a name of 1 to 100 characters.');
    end if;
    delete from private.mailbox_sign_ins where expires_at < now() or (account_id, user_id) = (p_account_id, auth.uid());
    insert into private.mailbox_sign_ins (state_hash, account_id, user_id, provider, verifier, inbox_id, inbox_name)
    values (p_state_hash, p_account_id, auth.uid(), p_provider, p_verifier, p_inbox_id, coalesce(btrim(p_inbox_name), ''));
    return jsonb_build_object('address', address);
end;
$$;

comment on function private.begin_mailbox_sign_in is 'See public.begin_mailbox_sign_in.';
grant execute on function private.begin_mailbox_sign_in to authenticated;

create function public.begin_mailbox_sign_in(
    p_account_id uuid, p_provider text, p_state_hash text, p_verifier text, p_inbox_id uuid default null, p_inbox_name text default null
)
returns jsonb
language sql set search_path = ''
as $$
    select private.begin_mailbox_sign_in(p_account_id, p_provider, p_state_hash, p_verifier, p_inbox_id, p_inbox_name)
$$;

comment on function public.begin_mailbox_sign_in is
    'Notes that the caller goes to Google or Microsoft to open a mailbox; it replaces their earlier one. Administrators only. The service calls
     it (GET /oauth/{provider}/start). Returns {address} of the inbox to connect again. Fails with account_not_found,
     not_administrator, invalid_argument, inbox_not_found, name_invalid.';
grant execute on function public.begin_mailbox_sign_in to authenticated;

create function private.take_mailbox_sign_in(p_provider text, p_state_hash text)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    taken private.mailbox_sign_ins;
begin
    -- Bound to whoever began it: a code that somebody else was talked into connects nothing.
    delete from private.mailbox_sign_ins
    where state_hash = p_state_hash and provider = p_provider and user_id = auth.uid()
    returning * into taken;
    if taken.state_hash is null or taken.expires_at < now() then
        perform private.fail(410, 'sign_in_expired', 'This sign-in was used already, or began more than ten minutes ago.');
    end if;
    perform private.require_administrator(taken.account_id);
    return jsonb_build_object(
        'account_id', taken.account_id,
        'inbox_id', taken.inbox_id,
        'inbox_name', taken.inbox_name,
        'verifier', taken.verifier,
        'address', (select address from public.channel_connections where inbox_id = taken.inbox_id));
end;
$$;

comment on function private.take_mailbox_sign_in is 'See public.take_mailbox_sign_in.';
grant execute on function private.take_mailbox_sign_in to authenticated;

create function public.take_mailbox_sign_in(p_provider text, p_state_hash text)
returns jsonb
language sql set search_path = ''
as $$
    select private.take_mailbox_sign_in(p_provider, p_state_hash)
$$;

comment on function public.take_mailbox_sign_in is
    'Ends the caller''s own sign-in, once: {account_id, inbox_id, inbox_name, verifier, address}. The service calls it
     (POST /oauth/{provider}/finish). Fails with sign_in_expired, not_administrator.';
grant execute on function public.take_mailbox_sign_in to authenticated;

create function service.refresh_channel_tokens()
returns int
language sql security definer set search_path = ''
as $$
    with stale as (
        select connection.inbox_id, connection.account_id
        from public.channel_connections as connection
        join private.channel_secrets as secret on secret.inbox_id = connection.inbox_id
        join public.accounts as account on account.id = connection.account_id
        where connection.state = 'connected'
            and account.status = 'active'
            and (
                (connection.channel_type = 'email' and connection.settings ->> 'oauth' <> ''
                    and coalesce(connection.expires_at, now()) < now() + interval '10 minutes')
                -- Good for a day.
                or (connection.channel_type = 'tiktok' and connection.settings ->> 'app_id' <> ''
                    and secret.secrets ->> 'refresh_token' <> ''
                    and coalesce(connection.expires_at, now()) < now() + interval '2 hours')
                -- Good for sixty days, and traded for a new one at day 45: it must not be a young one.
                or (connection.channel_type = 'instagram'
                    and coalesce(connection.expires_at, secret.updated_at + interval '60 days') < now() + interval '15 days'))
            and not exists (
                select from private.jobs as job
                where job.lock = 'token:' || connection.inbox_id and job.status in ('queued', 'running'))
        limit 500
    ),
    asked as materialized (
        select private.enqueue(
            'refresh_token', jsonb_build_object('inbox_id', stale.inbox_id), stale.account_id, 'token:' || stale.inbox_id,
            p_priority => 50)
        from stale
    )
    select count(*)::int from asked
$$;

comment on function service.refresh_channel_tokens is
    'Asks for fresh tokens where they end soon: mailboxes ten minutes before, TikTok two hours before, Instagram at day 45. Returns how many.';
