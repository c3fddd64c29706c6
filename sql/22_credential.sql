-- credential: secrets and sessions that no client can read.

create table private.visitor_sessions (
    id uuid primary key default gen_random_uuid(),
    account_id uuid not null,
    inbox_id uuid not null,
    contact_id uuid not null,
    contact_inbox_id uuid not null,
    refresh_hash text not null,
    previous_hash text,
    rotated_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null default now() + interval '1 year',
    identifier text,
    constraint visitor_sessions_identifier_check check (char_length(identifier) between 1 and 255),
    constraint visitor_sessions_inbox_fkey foreign key (account_id, inbox_id)
        references public.inboxes (account_id, id) on delete cascade,
    constraint visitor_sessions_refresh_hash_check check (refresh_hash ~ '^[0-9a-f]{64}$'),
    constraint visitor_sessions_previous_hash_check check (previous_hash ~ '^[0-9a-f]{64}$')
);

comment on table private.visitor_sessions is
    'A browser that opened a website chat. Its contact ids are reserved here and become rows with the first message,
     so that looking at a page leaves no trace in the address book.';
comment on column private.visitor_sessions.refresh_hash is 'SHA-256 of the refresh token in force; it changes with each use.';
comment on column private.visitor_sessions.identifier is 'The signed identity it was opened with; null = anonymous.';
comment on column private.visitor_sessions.previous_hash is
    'SHA-256 of the one before, good for a minute after the change: the answer that carried the new one may be lost.';

create unique index visitor_sessions_refresh_hash_key on private.visitor_sessions (refresh_hash);
create index visitor_sessions_previous_hash_idx on private.visitor_sessions (previous_hash) where previous_hash is not null;
create index visitor_sessions_account_id_inbox_id_idx on private.visitor_sessions (account_id, inbox_id);
create index visitor_sessions_expires_at_idx on private.visitor_sessions (expires_at);

create table private.identity_secrets (
    account_id uuid not null,
    inbox_id uuid not null,
    secret text not null default replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''),
    rotated_at timestamptz not null default now(),
    constraint identity_secrets_pkey primary key (inbox_id),
    constraint identity_secrets_inbox_fkey foreign key (account_id, inbox_id)
        references public.inboxes (account_id, id) on delete cascade
);

comment on table private.identity_secrets is
    'What an account''s own server signs its customers'' identifiers with (HMAC-SHA256), per website inbox.';

create index identity_secrets_account_id_inbox_id_idx on private.identity_secrets (account_id, inbox_id);

create function private.add_identity_secret()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into private.identity_secrets (account_id, inbox_id) values (new.account_id, new.inbox_id);
    return null;
end;
$$;

comment on function private.add_identity_secret is 'Trigger: every website chat has a secret from the start.';

create trigger channel_web_widgets_add_identity_secret
    after insert on public.channel_web_widgets
    for each row execute function private.add_identity_secret();

create function private.identity_secret(p_inbox_id uuid, p_rotate boolean)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    kept private.identity_secrets;
begin
    perform private.administered_inbox(p_inbox_id);
    if p_rotate then
        update private.identity_secrets set secret = default, rotated_at = now() where inbox_id = p_inbox_id;
    end if;
    select * into kept from private.identity_secrets where inbox_id = p_inbox_id;
    if kept.inbox_id is null then
        perform private.fail(400, 'channel_type_invalid', 'Only a website chat has such a secret.');
    end if;
    return jsonb_build_object('secret', kept.secret, 'rotated_at', kept.rotated_at);
end;
$$;

comment on function private.identity_secret is 'See public.identity_secret.';
grant execute on function private.identity_secret to authenticated;

create function public.identity_secret(p_inbox_id uuid, p_rotate boolean default false)
returns jsonb
language sql set search_path = ''
as $$
    select private.identity_secret(p_inbox_id, p_rotate)
$$;

comment on function public.identity_secret is
    'The secret that the account''s own server signs identifiers with, or a new one in its place: {secret, rotated_at}.
     Administrators only. Fails with inbox_not_found, not_administrator, channel_type_invalid.';
grant execute on function public.identity_secret to authenticated;

create function service.identity_secret(p_website_token text)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object('inbox_id', widget.inbox_id, 'secret', kept.secret, 'mandatory', widget.hmac_mandatory)
    from public.channel_web_widgets as widget
    join private.identity_secrets as kept on kept.inbox_id = widget.inbox_id
    where widget.website_token = p_website_token
$$;

comment on function service.identity_secret is 'What the service needs to check a visitor''s signed identity.';

create function service.widget_config(p_website_token text)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'website_token', widget.website_token,
        'account_id', widget.account_id,
        'inbox_id', widget.inbox_id,
        'name', inbox.name,
        'locale', account.locale,
        'color', widget.widget_color,
        'position', widget.widget_position,
        'welcome_title', widget.welcome_title,
        'welcome_tagline', widget.welcome_tagline,
        'reply_time', widget.reply_time,
        'allowed_domains', to_jsonb(widget.allowed_domains),
        'avatar_url', inbox.avatar_url,
        'hmac_mandatory', widget.hmac_mandatory,
        'pre_chat_form', case when widget.pre_chat_form_enabled then widget.pre_chat_form_options end,
        'features', to_jsonb(widget.features),
        'working_hours_enabled', inbox.working_hours_enabled,
        'agents_online', exists (
            select from public.inbox_members as member
            where member.inbox_id = inbox.id and private.is_online(member.account_id, member.user_id)),
        'out_of_office', private.is_out_of_office(inbox.id, now()))
    from public.channel_web_widgets as widget
    join public.inboxes as inbox on inbox.id = widget.inbox_id
    join public.accounts as account on account.id = widget.account_id
    where widget.website_token = p_website_token and account.status = 'active' and inbox.deleted_at is null
$$;

comment on function service.widget_config is 'What the service needs to show a website chat; null when the token names none.';

create function private.verified_address(p_account_id uuid, p_inbox_id uuid, p_identifier text)
returns table (contact_id uuid, contact_inbox_id uuid)
language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
    person uuid;
    address uuid;
begin
    -- Two browsers that open at once take turns, and get the same address.
    perform pg_advisory_xact_lock(hashtextextended(p_inbox_id || ':' || p_identifier, 0));
    insert into public.contacts (account_id, identifier, identified)
    values (p_account_id, p_identifier, 'verified')
    on conflict (account_id, identifier) where identifier is not null do update set identified = 'verified'
    returning id into person;
    -- Only an address that was signed before: whoever merely claimed to be this person keeps their own.
    select id into address
    from public.contact_inboxes
    where account_id = p_account_id and contact_id = person and inbox_id = p_inbox_id and verified
    order by id
    limit 1;
    if address is null then
        address := private.uuid_v7();
        insert into public.contact_inboxes (id, account_id, contact_id, inbox_id, source_id, verified)
        values (address, p_account_id, person, p_inbox_id, address::text, true);
    end if;
    return query select person, address;
end;
$$;

comment on function private.verified_address is
    'The contact with this signed identifier and their verified address in the inbox; made where missing.';

create function service.open_visitor_session(
    p_website_token text,
    p_new_hash text,
    p_refresh_hash text default null,
    p_client text default '',
    p_per_minute int default 10,
    p_identifier text default null
)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    widget jsonb := service.widget_config(p_website_token);
    session private.visitor_sessions;
    contact_id uuid;
    contact_inbox_id uuid;
    renewed boolean;
begin
    if widget is null then
        perform private.fail(404, 'inbox_not_found', 'There is no website chat with this token.');
    end if;
    perform private.take('session:' || (widget ->> 'inbox_id') || ':' || left(p_client, 100), p_per_minute, p_per_minute / 60.0);
    if p_refresh_hash is not null then
        update private.visitor_sessions as open
        set refresh_hash = p_new_hash,
            -- Within the grace the token in force stays good too: two tabs may be on their way.
            previous_hash = open.refresh_hash,
            rotated_at = now(),
            expires_at = now() + interval '1 year'
        where open.inbox_id = (widget ->> 'inbox_id')::uuid
            and open.expires_at > now()
            -- Somebody else signed in on this page: they get a session of their own.
            and (p_identifier is null or open.identifier = p_identifier)
            and (
                open.refresh_hash = p_refresh_hash
                or (open.previous_hash = p_refresh_hash and open.rotated_at > now() - interval '1 minute')
            )
        returning * into session;
        if session.id is null and p_identifier is not null then
            perform private.adopt_session(stranger, p_identifier)
            from private.visitor_sessions as stranger
            where stranger.inbox_id = (widget ->> 'inbox_id')::uuid
                and stranger.expires_at > now()
                and stranger.identifier is null
                and (
                    stranger.refresh_hash = p_refresh_hash
                    or (stranger.previous_hash = p_refresh_hash and stranger.rotated_at > now() - interval '1 minute'));
        end if;
        if session.id is null and p_identifier is null then
            perform private.fail(
                401, 'session_expired', 'This chat session is over.', 'Ask for a new one without a refresh token.');
        end if;
    end if;
    renewed := session.id is not null;
    if coalesce(session.identifier, p_identifier) is null and (widget ->> 'hmac_mandatory')::boolean then
        perform private.fail(
            401, 'identity_required', 'This chat is for people who are signed in.',
            'Pass identifier and identifier_hash, signed by your own server.');
    end if;
    if not renewed then
        if p_identifier is null then
            contact_id := private.uuid_v7();
            contact_inbox_id := private.uuid_v7();
        else
            select address.contact_id, address.contact_inbox_id into contact_id, contact_inbox_id
            from private.verified_address(
                (widget ->> 'account_id')::uuid, (widget ->> 'inbox_id')::uuid, p_identifier) as address;
        end if;
        insert into private.visitor_sessions (
            account_id, inbox_id, contact_id, contact_inbox_id, refresh_hash, identifier)
        values (
            (widget ->> 'account_id')::uuid, (widget ->> 'inbox_id')::uuid,
            contact_id, contact_inbox_id, p_new_hash, p_identifier)
        returning * into session;
    end if;
    return jsonb_build_object(
        'account_id', session.account_id,
        'inbox_id', session.inbox_id,
        'contact_id', session.contact_id,
        'contact_inbox_id', session.contact_inbox_id,
        'returning', renewed);
end;
$$;

comment on function service.open_visitor_session is
    'Opens or renews a visitor''s session; the service mints a token from the ids it returns. Hashes are SHA-256 in hex.
     p_identifier is an identity whose signature the service has checked; its browsers share one address, and what was said
     in this session before signing in goes there.
     Fails with inbox_not_found, session_expired, identity_required, too_many_requests.';

create function service.purge_visitor_sessions()
returns int
language sql security definer set search_path = ''
as $$
    with purged as (
        delete from private.visitor_sessions where expires_at < now() returning 1
    )
    select count(*)::int from purged
$$;

comment on function service.purge_visitor_sessions is 'Removes the sessions that are over.';
