-- assignment: who gets a conversation when nobody chose. A queue per inbox, and the rules of teams.

create table private.assignment_turns (
    account_id uuid not null references public.accounts (id) on delete cascade,
    inbox_id uuid not null,
    user_id uuid not null,
    assigned_at timestamptz not null,
    constraint assignment_turns_pkey primary key (account_id, inbox_id, user_id)
);

comment on table private.assignment_turns is
    'When an agent last got a conversation of an inbox by turn. Whoever waits longest, since then or since they joined, is next.';

create function private.pick_assignee(p_account_id uuid, p_inbox_id uuid, p_team_id uuid)
returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
    open_at_most int;
    candidate uuid;
    first_candidate uuid;
begin
    select (inbox.auto_assignment_config ->> 'max_assignment_limit')::int into open_at_most
    from public.inboxes as inbox
    where inbox.id = p_inbox_id;
    if open_at_most is not null then
        -- Who is counted must not get another one meanwhile: where there is a limit, one takes turns.
        perform pg_advisory_xact_lock(hashtextextended('assign:' || p_inbox_id, 0));
    end if;
    for candidate in
        select member.user_id
        from public.inbox_members as member
        left join private.assignment_turns as turn
            on turn.account_id = member.account_id and turn.inbox_id = member.inbox_id and turn.user_id = member.user_id
        where member.account_id = p_account_id
            and member.inbox_id = p_inbox_id
            and private.is_online(p_account_id, member.user_id)
            and (p_team_id is null or exists (
                select from public.team_members as teammate
                where teammate.team_id = p_team_id and teammate.user_id = member.user_id))
            and (open_at_most is null or open_at_most > (
                select coalesce(sum(counter.total), 0)
                from private.conversation_counters as counter
                where counter.account_id = p_account_id
                    and counter.inbox_id = p_inbox_id
                    and counter.status = 'open'
                    and counter.assignee_id = member.user_id))
        order by greatest(turn.assigned_at, member.created_at), member.user_id
    loop
        first_candidate := coalesce(first_candidate, candidate);
        -- Whom another conversation is being given to at this moment is passed over, never waited for.
        perform from public.inbox_members as member
        where member.inbox_id = p_inbox_id and member.user_id = candidate
        for no key update skip locked;
        if found then
            insert into private.assignment_turns (account_id, inbox_id, user_id, assigned_at)
            values (p_account_id, p_inbox_id, candidate, clock_timestamp())
            on conflict on constraint assignment_turns_pkey do update set assigned_at = excluded.assigned_at;
            return candidate;
        end if;
    end loop;
    return first_candidate;
end;
$$;

comment on function private.pick_assignee is
    'Whose turn it is among the members of the inbox (and of the team, if one is named) who are online and have fewer open
     conversations there than the inbox allows; null when there is nobody. Who is skipped keeps their place.';

create function private.auto_assign()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    opened constant boolean := new.status = 'open' and (tg_op = 'INSERT' or old.status <> 'open');
    chosen constant boolean := tg_op = 'UPDATE' and new.assignee_id is distinct from old.assignee_id;
    may_team_assign boolean := true;
begin
    if tg_op = 'UPDATE' and new.team_id is distinct from old.team_id and new.team_id is not null and not chosen then
        if not exists (
            select from public.team_members as teammate
            where teammate.team_id = new.team_id and teammate.user_id = new.assignee_id)
        then
            new.assignee_id := null;
        end if;
        if new.assignee_id is null and exists (
            select from public.teams as team where team.id = new.team_id and team.allow_auto_assign)
        then
            new.assignee_id := private.pick_assignee(new.account_id, new.inbox_id, new.team_id);
        end if;
        return new;
    end if;
    if not opened or chosen then
        return new;
    end if;
    -- An agent who opens what lay aside takes it; an administrator may only be tidying up.
    if tg_op = 'UPDATE' and old.status in ('pending', 'resolved')
        and current_setting('role', true) = 'authenticated'
        and exists (
            select from public.account_users as member
            where member.account_id = new.account_id and member.user_id = auth.uid() and member.role = 'agent')
    then
        new.assignee_id := auth.uid();
        return new;
    end if;
    if new.team_id is not null then
        select team.allow_auto_assign into may_team_assign from public.teams as team where team.id = new.team_id;
    end if;
    if may_team_assign
        and (select inbox.enable_auto_assignment from public.inboxes as inbox where inbox.id = new.inbox_id)
        and not exists (
            select from public.inbox_members as member
            where member.inbox_id = new.inbox_id and member.user_id = new.assignee_id)
    then
        new.assignee_id := coalesce(
            private.pick_assignee(new.account_id, new.inbox_id, new.team_id), new.assignee_id);
    end if;
    return new;
end;
$$;

comment on function private.auto_assign is
    'Trigger: a conversation that is given to a team leaves whoever is not in it and goes to one who is; one that becomes open and is
     nobody''s of its inbox goes to whose turn it is; an agent who opens one takes it.';

-- Named to run after conversations_begin, which decides the first status, and before conversations_change, which numbers the change.
create trigger conversations_begin_with_assignee
    before insert on public.conversations
    for each row execute function private.auto_assign();
create trigger conversations_assign
    before update on public.conversations
    for each row
    when (old.status is distinct from new.status or old.team_id is distinct from new.team_id)
    execute function private.auto_assign();
