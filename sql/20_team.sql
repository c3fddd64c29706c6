-- team: agents who share conversations across inboxes.

create table public.teams (
    id uuid not null default private.uuid_v7(),
    account_id uuid not null references public.accounts (id) on delete cascade,
    name text not null,
    description text not null default '',
    allow_auto_assign boolean not null default true,
    epoch bigint not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint teams_pkey primary key (id),
    constraint teams_account_id_id_key unique (account_id, id),
    constraint teams_account_id_name_key unique (account_id, name),
    constraint teams_name_check check (name = lower(btrim(name)) and char_length(name) between 1 and 100),
    constraint teams_description_check check (char_length(description) <= 1000)
);

comment on table public.teams is 'A group of agents. Its members see the conversations given to it, whatever their inbox.';
comment on column public.teams.name is 'Lower case; unique in the account.';
comment on column public.teams.allow_auto_assign is 'Whether a conversation given to the team is handed to one of its members.';
comment on column public.teams.epoch is 'Part of the name of the team''s realtime topic; moves when someone loses access.';

create table public.team_members (
    account_id uuid not null,
    team_id uuid not null,
    user_id uuid not null,
    created_at timestamptz not null default now(),
    constraint team_members_pkey primary key (team_id, user_id),
    constraint team_members_team_fkey foreign key (account_id, team_id)
        references public.teams (account_id, id) on delete cascade,
    constraint team_members_user_fkey foreign key (account_id, user_id)
        references public.account_users (account_id, user_id) on delete cascade
);

comment on table public.team_members is 'Who belongs to a team.';

create index team_members_account_id_team_id_idx on public.team_members (account_id, team_id);
create index team_members_account_id_user_id_idx on public.team_members (account_id, user_id);

create trigger teams_set_updated_at
    before update on public.teams
    for each row execute function private.set_updated_at();

create function private.team_topic(p_team_id uuid, p_epoch bigint)
returns text
language sql immutable set search_path = ''
as $$
    select 'team:' || p_team_id || ':' || p_epoch
$$;

comment on function private.team_topic is 'The topic of a team''s list deltas.';

create function private.move_team_epoch(p_team_id uuid)
returns void
language plpgsql set search_path = ''
as $$
declare
    moved bigint;
begin
    update public.teams set epoch = epoch + 1 where id = p_team_id returning epoch into moved;
    if moved is not null then
        perform private.broadcast(private.team_topic(p_team_id, moved - 1), 'topic.moved', '{}');
    end if;
end;
$$;

comment on function private.move_team_epoch is 'Renames a team''s topic, so that whoever lost access hears nothing more.';

create function private.administered_team(p_id uuid)
returns public.teams
language plpgsql stable security definer set search_path = ''
as $$
declare
    team public.teams;
begin
    select * into team from public.teams where id = p_id and account_id = any (private.account_ids());
    if team.id is null then
        perform private.fail(404, 'team_not_found', 'There is no such team.');
    end if;
    perform private.require_administrator(team.account_id);
    return team;
end;
$$;

comment on function private.administered_team is
    'The team, if the caller administers its account; else team_not_found or not_administrator.';

create function private.save_team(
    p_account_id uuid, p_id uuid, p_name text, p_description text, p_allow_auto_assign boolean
)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    saved public.teams;
begin
    perform private.require_administrator(p_account_id);
    begin
        if p_id is null then
            insert into public.teams (account_id, name, description, allow_auto_assign)
            values (
                p_account_id, lower(private.check_name(p_name)), coalesce(p_description, ''),
                coalesce(p_allow_auto_assign, true))
            returning * into saved;
        else
            update public.teams
            set name = lower(private.check_name(p_name)),
                description = coalesce(p_description, ''),
                allow_auto_assign = coalesce(p_allow_auto_assign, true)
            where account_id = p_account_id and id = p_id
            returning * into saved;
        end if;
    exception
        when unique_violation then
            perform private.fail(409, 'team_name_taken', 'Another team has this name.', 'Choose another name.');
        when check_violation then
            perform private.fail(400, 'invalid_argument', 'A description has 1,000 characters at most.');
    end;
    if saved.id is null then
        perform private.fail(404, 'team_not_found', 'There is no such team.');
    end if;
    return to_jsonb(saved);
end;
$$;

comment on function private.save_team is 'See public.save_team.';
grant execute on function private.save_team to authenticated;

create function public.save_team(
    p_account_id uuid,
    p_id uuid,
    p_name text,
    p_description text default '',
    p_allow_auto_assign boolean default true
)
returns jsonb
language sql set search_path = ''
as $$
    select private.save_team(p_account_id, p_id, p_name, p_description, p_allow_auto_assign)
$$;

comment on function public.save_team is
    'Makes a team (p_id null) or changes one; administrators only. Names become lower case. Returns its row.
     Fails with account_not_found, not_administrator, name_invalid, team_name_taken, invalid_argument, team_not_found.';
grant execute on function public.save_team to authenticated;

create function private.delete_team(p_id uuid)
returns void
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.administered_team(p_id);
    delete from public.teams where id = p_id;
end;
$$;

comment on function private.delete_team is 'See public.delete_team.';
grant execute on function private.delete_team to authenticated;

create function public.delete_team(p_id uuid)
returns void
language sql set search_path = ''
as $$
    select private.delete_team(p_id)
$$;

comment on function public.delete_team is
    'Removes a team; its conversations belong to none. Administrators only. Fails with team_not_found, not_administrator.';
grant execute on function public.delete_team to authenticated;

create function private.set_team_member(p_team_id uuid, p_user_id uuid, p_member boolean)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    team public.teams := private.administered_team(p_team_id);
begin
    if p_member is null then
        perform private.fail(400, 'invalid_argument', 'member is true or false.');
    end if;
    if not exists (select from public.account_users where account_id = team.account_id and user_id = p_user_id) then
        perform private.fail(404, 'user_not_found', 'There is no such member of the account.');
    end if;
    if p_member then
        insert into public.team_members (account_id, team_id, user_id)
        values (team.account_id, p_team_id, p_user_id)
        on conflict do nothing;
    else
        delete from public.team_members where team_id = p_team_id and user_id = p_user_id;
    end if;
end;
$$;

comment on function private.set_team_member is 'See public.set_team_member.';
grant execute on function private.set_team_member to authenticated;

create function public.set_team_member(p_team_id uuid, p_user_id uuid, p_member boolean)
returns void
language sql set search_path = ''
as $$
    select private.set_team_member(p_team_id, p_user_id, p_member)
$$;

comment on function public.set_team_member is
    'Adds an agent to a team or takes them out; administrators only.
     Fails with team_not_found, not_administrator, invalid_argument, user_not_found.';
grant execute on function public.set_team_member to authenticated;

alter table public.teams enable row level security;
alter table public.team_members enable row level security;

create policy "members read the teams of their accounts"
    on public.teams for select to authenticated
    using (account_id = any ((select private.account_ids())::uuid[]));

create policy "members read who belongs to the teams of their accounts"
    on public.team_members for select to authenticated
    using (account_id = any ((select private.account_ids())::uuid[]));

grant select on public.teams, public.team_members to authenticated;
