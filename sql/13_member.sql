-- member: how people come into an account and go, and whether they are there.

create table public.invitations (
    id uuid not null default private.uuid_v7(),
    account_id uuid not null references public.accounts (id) on delete cascade,
    email text not null,
    name text not null default '',
    role text not null default 'agent',
    custom_role_id uuid,
    token_hash text not null,
    invited_by uuid references public.users (id) on delete set null,
    expires_at timestamptz not null default now() + interval '72 hours',
    accepted_at timestamptz,
    created_at timestamptz not null default now(),
    constraint invitations_pkey primary key (id),
    constraint invitations_account_id_id_key unique (account_id, id),
    constraint invitations_token_hash_key unique (token_hash),
    constraint invitations_custom_role_fkey foreign key (account_id, custom_role_id)
        references public.custom_roles (account_id, id) on delete set null (custom_role_id),
    constraint invitations_email_check check (
        email = lower(email) and char_length(email) <= 254 and email ~ '^[^@\s<>",;]+@[^@\s<>",;]+\.[^@\s<>",;]+$'),
    constraint invitations_name_check check (char_length(name) <= 100),
    constraint invitations_role_check check (role in ('agent', 'administrator')),
    constraint invitations_custom_role_id_check check (custom_role_id is null or role = 'agent')
);

comment on table public.invitations is 'An address that may join the account, once, until it expires.';
comment on column public.invitations.token_hash is 'SHA-256 in hex; the token itself is in the link and nowhere else.';

create unique index invitations_account_id_email_key on public.invitations (account_id, email) where accepted_at is null;
create index invitations_account_id_custom_role_id_idx
    on public.invitations (account_id, custom_role_id) where custom_role_id is not null;
create index invitations_invited_by_idx on public.invitations (invited_by) where invited_by is not null;

create table private.user_presence (
    account_id uuid not null,
    user_id uuid not null,
    seen_at timestamptz not null,
    constraint user_presence_pkey primary key (account_id, user_id),
    constraint user_presence_user_fkey foreign key (account_id, user_id)
        references public.account_users (account_id, user_id) on delete cascade
) with (fillfactor = 50);

comment on table private.user_presence is 'When each agent''s screen last said that it is there.';

create function private.check_role(p_account_id uuid, p_role text, p_custom_role_id uuid)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if p_role is null or p_role not in ('agent', 'administrator')
        or (p_role = 'administrator' and p_custom_role_id is not null)
    then
        perform private.fail(
            400, 'role_invalid', 'The role is agent or administrator; only an agent has a custom role.');
    end if;
    if p_custom_role_id is not null and not exists (
        select from public.custom_roles where account_id = p_account_id and id = p_custom_role_id)
    then
        perform private.fail(404, 'custom_role_not_found', 'There is no such role.');
    end if;
end;
$$;

comment on function private.check_role is 'Fails with role_invalid or custom_role_not_found.';

create function private.check_agent_limit(p_account_id uuid, p_waiting int)
returns void
language plpgsql set search_path = ''
as $$
declare
    allowed int;
begin
    -- The account's row is locked, so that two who join at once do not both take the last place.
    select (limits ->> 'agents')::int into allowed from public.accounts where id = p_account_id for no key update;
    if (select count(*) from public.account_users where account_id = p_account_id) + p_waiting >= allowed then
        perform private.fail(402, 'agent_limit_reached', 'The account has as many agents as its plan allows.');
    end if;
end;
$$;

comment on function private.check_agent_limit is 'Fails with agent_limit_reached when accounts.limits.agents leaves no place.';

create function private.invite_member(
    p_account_id uuid, p_email text, p_name text, p_role text, p_custom_role_id uuid
)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    address constant text := lower(btrim(coalesce(p_email, '')));
    token constant text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
    made public.invitations;
begin
    perform private.require_administrator(p_account_id);
    perform private.check_role(p_account_id, p_role, p_custom_role_id);
    if exists (
        select from public.account_users as member
        join public.users as person on person.id = member.user_id
        where member.account_id = p_account_id and person.email = address)
    then
        perform private.fail(409, 'already_member', 'This person belongs to the account already.');
    end if;
    -- Inviting again makes the earlier link useless.
    delete from public.invitations where account_id = p_account_id and email = address and accepted_at is null;
    perform private.check_agent_limit(
        p_account_id,
        (select count(*)::int from public.invitations
            where account_id = p_account_id and accepted_at is null and expires_at > now()));
    begin
        insert into public.invitations (account_id, email, name, role, custom_role_id, token_hash, invited_by)
        values (
            p_account_id, address, btrim(coalesce(p_name, '')), p_role, p_custom_role_id,
            encode(sha256(token::bytea), 'hex'), auth.uid())
        returning * into made;
    exception when check_violation then
        perform private.fail(400, 'email_invalid', 'This is no e-mail address, or the name is longer than 100 characters.');
    end;
    return to_jsonb(made) - 'token_hash' || jsonb_build_object('token', token);
end;
$$;

comment on function private.invite_member is 'See public.invite_member.';
grant execute on function private.invite_member to authenticated;

create function public.invite_member(
    p_account_id uuid,
    p_email text,
    p_name text default '',
    p_role text default 'agent',
    p_custom_role_id uuid default null
)
returns jsonb
language sql set search_path = ''
as $$
    select private.invite_member(p_account_id, p_email, p_name, p_role, p_custom_role_id)
$$;

comment on function public.invite_member is
    'Lets an address join for 72 hours; administrators only. Returns the invitation with its token, which is told this once:
     put it into a link. The service''s route does that and sends it. Fails with account_not_found, not_administrator,
     role_invalid, custom_role_not_found, already_member, agent_limit_reached, email_invalid.';
grant execute on function public.invite_member to authenticated;

create function service.invitation_email(p_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'locale', account.locale, 'account_name', account.name, 'actor_name', private.shown_name(inviter))
    from public.invitations as invitation
    join public.accounts as account on account.id = invitation.account_id
    left join public.users as inviter on inviter.id = invitation.invited_by
    where invitation.id = p_id and invitation.accepted_at is null
$$;

comment on function service.invitation_email is 'What the mail to somebody who has a login already says.';

create function private.revoke_invitation(p_id uuid)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    account uuid;
begin
    select account_id into account
    from public.invitations
    where id = p_id and account_id = any (private.account_ids('administrator'));
    if account is null then
        perform private.fail(404, 'invitation_not_found', 'There is no such invitation.');
    end if;
    delete from public.invitations where id = p_id;
end;
$$;

comment on function private.revoke_invitation is 'See public.revoke_invitation.';
grant execute on function private.revoke_invitation to authenticated;

create function public.revoke_invitation(p_id uuid)
returns void
language sql set search_path = ''
as $$
    select private.revoke_invitation(p_id)
$$;

comment on function public.revoke_invitation is
    'Makes an invitation''s link useless; administrators only, for others it does not exist. Fails with invitation_not_found.';
grant execute on function public.revoke_invitation to authenticated;

create function private.accept_invitation(p_token text)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    caller uuid := auth.uid();
    invitation public.invitations;
    account public.accounts;
begin
    select invited.* into invitation
    from public.invitations as invited
    join public.users as person on person.id = caller and person.email = invited.email
    where invited.token_hash = encode(sha256(convert_to(coalesce(p_token, ''), 'UTF8')), 'hex')
        and invited.accepted_at is null
        and invited.expires_at > now()
    for update of invited;
    select * into account from public.accounts where id = invitation.account_id and status = 'active';
    if account.id is null then
        -- One answer for a link that is unknown, used, too old, or another person's.
        perform private.fail(
            404, 'invitation_not_found', 'This invitation is not valid for you, or not any more.',
            'Sign in with the address it was sent to, or ask for a new one.');
    end if;
    if exists (select from public.account_users where account_id = account.id and user_id = caller) then
        perform private.fail(409, 'already_member', 'You belong to the account already.');
    end if;
    perform private.check_agent_limit(account.id, 0);
    insert into public.account_users (account_id, user_id, role, custom_role_id)
    values (account.id, caller, invitation.role, invitation.custom_role_id);
    update public.invitations set accepted_at = now() where id = invitation.id;
    update public.users set name = invitation.name where id = caller and btrim(name) = '' and invitation.name <> '';
    perform private.tell_access_changed(caller, account.id);
    return jsonb_build_object('account_id', account.id, 'name', account.name, 'role', invitation.role);
end;
$$;

comment on function private.accept_invitation is 'See public.accept_invitation.';
grant execute on function private.accept_invitation to authenticated;

create function public.accept_invitation(p_token text)
returns jsonb
language sql set search_path = ''
as $$
    select private.accept_invitation(p_token)
$$;

comment on function public.accept_invitation is
    'Joins the account that invited the caller''s address, once. Returns {account_id, name, role}.
     Fails with invitation_not_found, already_member, agent_limit_reached.';
grant execute on function public.accept_invitation to authenticated;

create function private.set_member(p_account_id uuid, p_user_id uuid, p_role text, p_custom_role_id uuid)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    changed public.account_users;
begin
    perform private.require_administrator(p_account_id);
    perform private.check_role(p_account_id, p_role, p_custom_role_id);
    update public.account_users
    set role = p_role, custom_role_id = p_custom_role_id
    where account_id = p_account_id and user_id = p_user_id
    returning * into changed;
    if changed.user_id is null then
        perform private.fail(404, 'user_not_found', 'There is no such member of the account.');
    end if;
    return to_jsonb(changed);
end;
$$;

comment on function private.set_member is 'See public.set_member.';
grant execute on function private.set_member to authenticated;

create function public.set_member(
    p_account_id uuid, p_user_id uuid, p_role text, p_custom_role_id uuid default null
)
returns jsonb
language sql set search_path = ''
as $$
    select private.set_member(p_account_id, p_user_id, p_role, p_custom_role_id)
$$;

comment on function public.set_member is
    'Changes a member''s role; administrators only. Returns the membership. Fails with account_not_found, not_administrator,
     role_invalid, custom_role_not_found, user_not_found, last_administrator.';
grant execute on function public.set_member to authenticated;

create function private.remove_member(p_account_id uuid, p_user_id uuid)
returns void
language plpgsql security definer set search_path = ''
as $$
begin
    -- Everybody may leave by themselves.
    if p_user_id is distinct from auth.uid() then
        perform private.require_administrator(p_account_id);
    end if;
    delete from public.account_users
    where account_id = p_account_id and user_id = p_user_id and account_id = any (private.account_ids());
    if not found then
        perform private.fail(404, 'user_not_found', 'There is no such member of the account.');
    end if;
end;
$$;

comment on function private.remove_member is 'See public.remove_member.';
grant execute on function private.remove_member to authenticated;

-- Who was there for years has thousands of conversations, each of which is told to the lists. PostgREST gives the
-- transaction the time that its function names.
create function public.remove_member(p_account_id uuid, p_user_id uuid)
returns void
language sql set search_path = '' set statement_timeout = '60s'
as $$
    select private.remove_member(p_account_id, p_user_id)
$$;

comment on function public.remove_member is
    'Takes somebody out of the account, with their inboxes, teams and settings; their conversations belong to nobody then.
     Administrators, and everybody themselves. Fails with account_not_found, not_administrator, user_not_found, last_administrator.';
grant execute on function public.remove_member to authenticated;

create function private.tell_member()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    member constant public.account_users := case tg_op when 'INSERT' then new else old end;
begin
    -- While an account is deleted its members go after it: nobody is left to be told.
    if exists (select from public.accounts where id = member.account_id) then
        perform private.record_event(
            member.account_id,
            case tg_op when 'INSERT' then 'agent.added' else 'agent.removed' end,
            null,
            jsonb_build_object('user_id', member.user_id, 'role', member.role));
    end if;
    return null;
end;
$$;

comment on function private.tell_member is 'Trigger: records who came into an account and who left it.';

create trigger account_users_tell
    after insert or delete on public.account_users
    for each row execute function private.tell_member();

create function private.shown_status(p_member public.account_users)
returns text
language sql stable security definer set search_path = ''
as $$
    select case
        when p_member.availability = 'offline' or not p_member.auto_offline then p_member.availability
        when exists (
            select from private.user_presence as presence
            where presence.account_id = p_member.account_id
                and presence.user_id = p_member.user_id
                and presence.seen_at > clock_timestamp() - interval '20 seconds')
        then p_member.availability
        else 'offline'
    end
$$;

comment on function private.shown_status is
    'online, busy or offline: what the agent chose, but offline without a sign of their screen for 20 seconds, unless auto_offline is off.';

create function private.is_online(p_account_id uuid, p_user_id uuid)
returns boolean
language sql stable security definer set search_path = ''
as $$
    select exists (
        select from public.account_users as member
        where member.account_id = p_account_id
            and member.user_id = p_user_id
            and private.shown_status(member) = 'online')
$$;

comment on function private.is_online is 'Whether an agent may be given conversations now.';

create function private.online_users(p_account_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform private.require_member(p_account_id);
    return jsonb_build_object('users', (
        select coalesce(jsonb_object_agg(shown.user_id, shown.status), '{}')
        from (
            select member.user_id, private.shown_status(member) as status
            from public.account_users as member
            where member.account_id = p_account_id
        ) as shown
        where shown.status <> 'offline'));
end;
$$;

comment on function private.online_users is 'See public.online_users.';
grant execute on function private.online_users to authenticated;

create function public.online_users(p_account_id uuid)
returns jsonb
language sql stable set search_path = ''
as $$
    select private.online_users(p_account_id)
$$;

comment on function public.online_users is
    'Who is there: {users: {id: online | busy}}; who is missing is offline. Fails with account_not_found.';
grant execute on function public.online_users to authenticated;

create function private.heartbeat(p_account_id uuid)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.require_member(p_account_id);
    insert into private.user_presence as presence (account_id, user_id, seen_at)
    values (p_account_id, auth.uid(), clock_timestamp())
    on conflict on constraint user_presence_pkey do update
    set seen_at = excluded.seen_at
    -- Several tabs beat at once; one of them writes.
    where presence.seen_at < excluded.seen_at - interval '5 seconds';
    return private.online_users(p_account_id);
end;
$$;

comment on function private.heartbeat is 'See public.heartbeat.';
grant execute on function private.heartbeat to authenticated;

create function public.heartbeat(p_account_id uuid)
returns jsonb
language sql set search_path = ''
as $$
    select private.heartbeat(p_account_id)
$$;

comment on function public.heartbeat is
    'Says every 15 seconds that the agent''s screen is there. Returns what online_users returns. Fails with account_not_found.';
grant execute on function public.heartbeat to authenticated;

create function private.set_availability(p_account_id uuid, p_availability text)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    changed public.account_users;
begin
    perform private.require_member(p_account_id);
    if p_availability is null or p_availability not in ('online', 'busy', 'offline') then
        perform private.fail(400, 'availability_invalid', 'The availability is online, busy or offline.');
    end if;
    update public.account_users
    set availability = p_availability
    where account_id = p_account_id and user_id = auth.uid()
    returning * into changed;
    return to_jsonb(changed);
end;
$$;

comment on function private.set_availability is 'See public.set_availability.';
grant execute on function private.set_availability to authenticated;

create function public.set_availability(p_account_id uuid, p_availability text)
returns jsonb
language sql set search_path = ''
as $$
    select private.set_availability(p_account_id, p_availability)
$$;

comment on function public.set_availability is
    'The caller is online, busy or offline in this account. Returns their membership. Fails with account_not_found, availability_invalid.';
grant execute on function public.set_availability to authenticated;

alter table public.invitations enable row level security;

create policy "administrators read the invitations of their accounts"
    on public.invitations for select to authenticated
    using (account_id = any ((select private.account_ids('administrator'))::uuid[]));

grant select (id, account_id, email, name, role, custom_role_id, invited_by, expires_at, accepted_at, created_at)
    on public.invitations to authenticated;
