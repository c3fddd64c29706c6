-- conversation: a thread between one contact, in one inbox, and the account's agents.

create function private.priority_rank(p_priority text)
returns smallint
language sql immutable parallel safe set search_path = ''
as $$
    select (case p_priority when 'urgent' then 0 when 'high' then 1 when 'medium' then 2 when 'low' then 3 else 4 end)::smallint
$$;

comment on function private.priority_rank is 'A priority as a number to sort by: the most urgent first, none last.';

create table public.conversations (
    id uuid not null default private.uuid_v7(),
    account_id uuid not null,
    inbox_id uuid not null,
    contact_id uuid not null,
    contact_inbox_id uuid not null,
    display_id bigint not null,
    status text not null default 'open',
    priority text,
    assignee_id uuid,
    team_id uuid,
    labels text[] not null default '{}',
    snoozed_until timestamptz,
    waiting_since timestamptz default now(),
    first_reply_created_at timestamptz,
    last_activity_at timestamptz not null default now(),
    contact_last_seen_at timestamptz,
    agent_last_seen_at timestamptz,
    assignee_last_seen_at timestamptz,
    last_seq bigint not null default 0,
    last_visitor_seq bigint not null default 0,
    unread_count int not null default 0,
    visitor_unread_count int not null default 0,
    epoch bigint not null default 0,
    preview jsonb,
    custom_attributes jsonb not null default '{}',
    additional_attributes jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint conversations_pkey primary key (id),
    constraint conversations_account_id_id_key unique (account_id, id),
    constraint conversations_account_id_display_id_key unique (account_id, display_id),
    constraint conversations_inbox_fkey foreign key (account_id, inbox_id)
        references public.inboxes (account_id, id) on delete cascade,
    constraint conversations_contact_fkey foreign key (account_id, contact_id)
        references public.contacts (account_id, id) on delete cascade,
    constraint conversations_contact_inbox_fkey foreign key (account_id, contact_inbox_id)
        references public.contact_inboxes (account_id, id) on delete cascade,
    constraint conversations_assignee_fkey foreign key (account_id, assignee_id)
        references public.account_users (account_id, user_id) on delete set null (assignee_id),
    constraint conversations_team_fkey foreign key (account_id, team_id)
        references public.teams (account_id, id) on delete set null (team_id),
    -- Text with a check, not an enum: under row level security only leakproof operators reach an index.
    constraint conversations_status_check check (status in ('open', 'pending', 'snoozed', 'resolved')),
    constraint conversations_priority_check check (priority in ('low', 'medium', 'high', 'urgent')),
    constraint conversations_snoozed_until_check check (snoozed_until is null or status = 'snoozed'),
    constraint conversations_custom_attributes_check check (private.are_attributes(custom_attributes)),
    constraint conversations_additional_attributes_check check (
        jsonb_typeof(additional_attributes) = 'object' and octet_length(additional_attributes::text) <= 65536)
);

comment on table public.conversations is 'A thread with one contact in one inbox. Changed by functions only; agents read it.';
comment on column public.conversations.display_id is 'The number people see, #1042; counts per account, with gaps.';
comment on column public.conversations.waiting_since is 'Since when the contact waits for a human; null when answered or resolved.';
comment on column public.conversations.first_reply_created_at is 'When a human first answered in public; set once.';
comment on column public.conversations.last_seq is
    'Counts every change agents are told of, without gaps; each realtime payload carries its number.';
comment on column public.conversations.last_visitor_seq is 'The same for what the visitor is told, which leaves out notes.';
comment on column public.conversations.unread_count is 'Incoming messages since an agent last opened it.';
comment on column public.conversations.visitor_unread_count is 'Agents'' messages since the visitor last looked.';
comment on column public.conversations.epoch is 'Added to the inbox''s epoch in the topic''s name; moves when someone loses this conversation alone.';
comment on column public.conversations.preview is
    'The last message for lists: {content, message_type, private, sender_name, created_at}.';

-- One index per list the screens show, each led by what its query fixes and ended by its order.
create index conversations_by_activity_idx
    on public.conversations (account_id, inbox_id, status, last_activity_at desc, id desc);
create index conversations_by_assignee_idx
    on public.conversations (account_id, assignee_id, status, last_activity_at desc, id desc);
create index conversations_by_team_idx
    on public.conversations (account_id, team_id, status, last_activity_at desc, id desc);
create index conversations_by_waiting_idx
    on public.conversations (account_id, inbox_id, status, waiting_since, id);
create index conversations_by_creation_idx
    on public.conversations (account_id, inbox_id, status, created_at desc, id desc);
create index conversations_snoozed_until_idx
    on public.conversations (snoozed_until) where status = 'snoozed' and snoozed_until is not null;
create index conversations_by_priority_idx
    on public.conversations (account_id, inbox_id, status, private.priority_rank(priority), created_at, id);
create index conversations_labels_idx on public.conversations using gin (account_id, labels);
create index conversations_account_id_contact_id_idx
    on public.conversations (account_id, contact_id, last_activity_at desc);
create index conversations_account_id_contact_inbox_id_idx
    on public.conversations (account_id, contact_inbox_id, id desc);

create table public.conversation_participants (
    account_id uuid not null,
    conversation_id uuid not null,
    user_id uuid not null,
    created_at timestamptz not null default now(),
    constraint conversation_participants_pkey primary key (conversation_id, user_id),
    constraint conversation_participants_conversation_fkey foreign key (account_id, conversation_id)
        references public.conversations (account_id, id) on delete cascade,
    constraint conversation_participants_user_fkey foreign key (account_id, user_id)
        references public.account_users (account_id, user_id) on delete cascade
);

comment on table public.conversation_participants is
    'The agents who follow a conversation: its assignees, those mentioned in it, and whoever was added.';

create index conversation_participants_account_id_conversation_id_idx
    on public.conversation_participants (account_id, conversation_id);
create index conversation_participants_account_id_user_id_idx
    on public.conversation_participants (account_id, user_id, conversation_id);

-- Tab counts are kept, not counted. `slot` spreads one busy number over several rows.
create table private.conversation_counters (
    account_id uuid not null references public.accounts (id) on delete cascade,
    inbox_id uuid not null,
    status text not null,
    assignee_id uuid not null,
    slot smallint not null,
    total int not null,
    unread int not null,
    constraint conversation_counters_pkey primary key (account_id, inbox_id, status, assignee_id, slot)
) with (fillfactor = 60);

comment on table private.conversation_counters is
    'How many conversations, and how many unread ones, per inbox, status and assignee (the zero uuid: nobody). Sum over slot.';

create function private.add_to_counters(p_deltas private.conversation_counters[])
returns void
language sql set search_path = ''
as $$
    -- In key order: two at once cannot wait for one another crosswise.
    insert into private.conversation_counters as counter
        (account_id, inbox_id, status, assignee_id, slot, total, unread)
    select delta.account_id, delta.inbox_id, delta.status, delta.assignee_id, delta.slot,
        sum(delta.total), sum(delta.unread)
    from unnest(p_deltas) as delta
    -- While an account is deleted its conversations go after it: nothing is left to count.
    where exists (select from public.accounts as account where account.id = delta.account_id)
    group by delta.account_id, delta.inbox_id, delta.status, delta.assignee_id, delta.slot
    having sum(delta.total) <> 0 or sum(delta.unread) <> 0
    order by delta.account_id, delta.inbox_id, delta.status, delta.assignee_id
    on conflict on constraint conversation_counters_pkey do update
    set total = counter.total + excluded.total,
        unread = counter.unread + excluded.unread
$$;

comment on function private.add_to_counters is 'Adds to the counters what one statement changed, all at once.';

create function private.counter_delta(p_conversation public.conversations, p_total int)
returns private.conversation_counters
language sql stable set search_path = ''
as $$
    select row(
        p_conversation.account_id, p_conversation.inbox_id, p_conversation.status,
        coalesce(p_conversation.assignee_id, '00000000-0000-0000-0000-000000000000'),
        pg_catalog.pg_backend_pid() % 8,
        p_total, p_total * (p_conversation.unread_count > 0)::int)::private.conversation_counters
$$;

comment on function private.counter_delta is 'What a conversation that comes (1) or goes (-1) adds to its counter.';

create function private.count_conversations()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    deltas private.conversation_counters[];
begin
    case tg_op
        when 'INSERT' then
            select array_agg(private.counter_delta(added, 1)) into deltas from added;
        when 'DELETE' then
            select array_agg(private.counter_delta(removed, -1)) into deltas from removed;
        else
            select array_agg(private.counter_delta(removed, -1)) || array_agg(private.counter_delta(added, 1))
            into deltas
            from removed
            join added on added.id = removed.id
            where (added.status, added.assignee_id, added.inbox_id, added.unread_count > 0)
                is distinct from (removed.status, removed.assignee_id, removed.inbox_id, removed.unread_count > 0);
    end case;
    if deltas is not null then
        perform private.add_to_counters(deltas);
    end if;
    return null;
end;
$$;

comment on function private.count_conversations is
    'Trigger: keeps private.conversation_counters equal to a recount. Per statement, because per row a change of
     many conversations would take its counters in any order, and lock crosswise with another.';

create trigger conversations_count_added
    after insert on public.conversations referencing new table as added
    for each statement execute function private.count_conversations();
create trigger conversations_count_removed
    after delete on public.conversations referencing old table as removed
    for each statement execute function private.count_conversations();
create trigger conversations_count_changed
    after update on public.conversations referencing old table as removed new table as added
    for each statement execute function private.count_conversations();

create function private.conversation_topic(p_conversation_id uuid, p_epoch bigint)
returns text
language sql immutable set search_path = ''
as $$
    select 'conversation:' || p_conversation_id || ':' || p_epoch
$$;

comment on function private.conversation_topic is 'The topic of an open conversation; p_epoch = the inbox''s plus the conversation''s.';

create function private.topic_of(p_conversation public.conversations)
returns text
language sql stable security definer set search_path = ''
as $$
    select private.conversation_topic(p_conversation.id, inbox.epoch + p_conversation.epoch)
    from public.inboxes as inbox
    where inbox.id = p_conversation.inbox_id
$$;

comment on function private.topic_of is 'The topic on which this conversation is spoken of now.';

create function private.conversation_rows(p_ids uuid[])
returns json
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_generic_plan'
as $$
begin
    -- In PL/pgSQL, which keeps its plan: the plan is always the same, and making it takes as long as running it. Rows that
    -- become text, because objects of jsonb take twice as long.
    return (
        select coalesce(json_agg(shown), '[]')
        from (
            select conversation.id, conversation.account_id, conversation.display_id, conversation.inbox_id,
                conversation.status, conversation.priority, conversation.assignee_id, conversation.team_id,
                conversation.labels, conversation.snoozed_until, conversation.waiting_since,
                conversation.first_reply_created_at, conversation.last_activity_at, conversation.created_at,
                conversation.unread_count, conversation.last_seq, conversation.preview, conversation.custom_attributes,
                json_build_object(
                    'id', contact.id,
                    'name', contact.name,
                    'email', contact.email,
                    'phone_number', contact.phone_number,
                    'avatar_url', contact.avatar_url,
                    'identified', contact.identified,
                    'blocked', contact.blocked) as contact,
                -- private.conversation_topic, written out: calling it for every row costs more than all the rest.
                'conversation:' || conversation.id || ':' || (inbox.epoch + conversation.epoch) as topic
            from unnest(p_ids) with ordinality as wanted (id, position)
            join public.conversations as conversation on conversation.id = wanted.id
            join public.contacts as contact on contact.id = conversation.contact_id
            join public.inboxes as inbox on inbox.id = conversation.inbox_id
            order by wanted.position
        ) as shown);
end;
$$;

comment on function private.conversation_rows is
    'These conversations as the lists and the thread header show them, in the order asked for. Checks no rights: its callers do.';

create function private.conversation_row(p_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select (private.conversation_rows(array[p_id]) -> 0)::jsonb
$$;

comment on function private.conversation_row is 'One conversation as private.conversation_rows gives it.';

create function private.has_active_bot(p_inbox_id uuid)
returns boolean
language sql stable set search_path = ''
as $$
    select false
$$;

comment on function private.has_active_bot is
    'Whether a bot answers first in this inbox, so that conversations begin as pending. No inbox has one yet.';

create function private.begin_conversation()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    new.display_id := nextval(format('private.%I', private.conversation_sequence(new.account_id)));
    new.status := case
        when (select contact.blocked from public.contacts as contact where contact.id = new.contact_id) then 'resolved'
        when new.additional_attributes ? 'campaign_id' then 'open'
        when private.has_active_bot(new.inbox_id) then 'pending'
        else new.status end;
    if new.status <> 'snoozed' then
        new.snoozed_until := null;
    end if;
    if new.status = 'resolved' then
        new.waiting_since := null;
    elsif new.waiting_since = now() then
        new.waiting_since := new.created_at;  -- the column's default, in a conversation of the past
    end if;
    return new;
end;
$$;

comment on function private.begin_conversation is
    'Trigger: the account''s next number, and the status to begin with: resolved for a blocked contact, open for a campaign''s,
     pending where a bot answers first. A sequence, because a counter row would make all new conversations queue.';

create trigger conversations_begin
    before insert on public.conversations
    for each row execute function private.begin_conversation();

create function private.reopened_status(p_conversation public.conversations, p_blocked boolean)
returns text
language sql stable security definer set search_path = ''
as $$
    select case
        when p_blocked then p_conversation.status
        when p_conversation.status = 'snoozed' then 'open'
        when p_conversation.status = 'resolved' and private.has_active_bot(p_conversation.inbox_id) then 'pending'
        when p_conversation.status = 'resolved' then 'open'
        else p_conversation.status end
$$;

comment on function private.reopened_status is 'The status after the contact wrote; whoever is blocked changes nothing.';

create function private.change_conversation()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if new.status <> 'snoozed' then
        new.snoozed_until := null;
    end if;
    if new.status = 'resolved' and old.status <> 'resolved' then
        new.waiting_since := null;
    end if;
    if (new.status, new.assignee_id, new.team_id, new.priority, new.labels, new.snoozed_until, new.custom_attributes,
            new.contact_id)
        is distinct from
        (old.status, old.assignee_id, old.team_id, old.priority, old.labels, old.snoozed_until, old.custom_attributes,
            old.contact_id)
    then
        new.last_seq := new.last_seq + 1;
    end if;
    if new.status is distinct from old.status then
        new.last_visitor_seq := new.last_visitor_seq + 1;
    end if;
    if new.assignee_id is distinct from old.assignee_id then
        new.assignee_last_seen_at := null;
    end if;
    new.updated_at := now();
    return new;
end;
$$;

comment on function private.change_conversation is
    'Trigger: what always follows from a change of status (see docs/api.md, states), and the number of the change itself.';

create trigger conversations_change
    before update on public.conversations
    for each row execute function private.change_conversation();

create function private.can_visitor_reply(p_conversation public.conversations)
returns boolean
language sql stable security definer set search_path = ''
as $$
    -- A blocked contact's conversation begins resolved, and yet takes its first message.
    select p_conversation.status <> 'resolved' or p_conversation.last_seq = 0 or inbox.allow_messages_after_resolved
    from public.inboxes as inbox
    where inbox.id = p_conversation.inbox_id
$$;

comment on function private.can_visitor_reply is 'Whether the visitor may go on here, or must start a new conversation.';

create function private.conversation_delta(p_conversation public.conversations)
returns jsonb
language sql stable set search_path = ''
as $$
    select jsonb_build_object(
        'conversation_id', p_conversation.id,
        'inbox_id', p_conversation.inbox_id,
        'team_id', p_conversation.team_id,
        'seq', p_conversation.last_seq,
        'status', p_conversation.status,
        'assignee_id', p_conversation.assignee_id,
        'last_activity_at', p_conversation.last_activity_at,
        'unread_count', p_conversation.unread_count)
$$;

comment on function private.conversation_delta is 'What lists are told of a change: compact, and no word of what was said.';

create function private.tell_conversation_changed()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    inbox public.inboxes;
    tracked constant text[] := array[
        'status', 'assignee_id', 'team_id', 'priority', 'labels', 'snoozed_until', 'custom_attributes',
        'contact_id', 'waiting_since', 'first_reply_created_at'];
    visibly_changed constant boolean :=
        (new.status, new.assignee_id, new.team_id, new.priority, new.labels, new.snoozed_until, new.custom_attributes,
            new.contact_id)
        is distinct from
        (old.status, old.assignee_id, old.team_id, old.priority, old.labels, old.snoozed_until, old.custom_attributes,
            old.contact_id);
    before jsonb;
    after jsonb;
    changed jsonb;
begin
    select * into inbox from public.inboxes where id = new.inbox_id;
    if inbox.id is null then
        return null;
    end if;

    if (old.last_seq, old.unread_count, old.last_activity_at)
        is distinct from (new.last_seq, new.unread_count, new.last_activity_at)
    then
        perform private.broadcast(
            private.inbox_topic(new.inbox_id, inbox.epoch),
            'conversation.changed',
            private.conversation_delta(new));
    end if;

    if visibly_changed then
        -- The change itself is number old + 1, also when a message in the same update takes the next one.
        perform private.broadcast(
            private.conversation_topic(new.id, inbox.epoch + new.epoch),
            'conversation.updated',
            jsonb_build_object(
                'seq', old.last_seq + 1,
                'conversation_id', new.id,
                'conversation', private.conversation_row(new.id)));
    end if;

    if new.status is distinct from old.status then
        perform private.broadcast(
            'visitor:' || new.contact_inbox_id,
            'conversation.updated',
            jsonb_build_object(
                'seq', old.last_visitor_seq + 1,
                'conversation_id', new.id,
                'status', new.status,
                'can_reply', private.can_visitor_reply(new)));
    end if;

    if visibly_changed
        or old.waiting_since is distinct from new.waiting_since
        or old.first_reply_created_at is distinct from new.first_reply_created_at
    then
        before := to_jsonb(old);
        after := to_jsonb(new);
        select jsonb_object_agg(field, jsonb_build_array(before -> field, after -> field))
        into changed
        from unnest(tracked) as field
        where before -> field is distinct from after -> field;
        perform private.record_event(
            new.account_id, 'conversation.updated', new.id, jsonb_build_object('changed', changed));
    end if;
    if new.status is distinct from old.status then
        perform private.record_event(
            new.account_id,
            case new.status when 'resolved' then 'conversation.resolved'
                when 'open' then 'conversation.opened' else 'conversation.status_changed' end,
            new.id,
            jsonb_build_object('status', jsonb_build_array(old.status, new.status)));
    end if;
    if old.status = 'pending' and new.status = 'open' and private.actor() ->> 'type' = 'system' then
        perform private.record_event(new.account_id, 'conversation.bot_handoff', new.id, '{}');
    end if;
    if old.first_reply_created_at is null and new.first_reply_created_at is not null then
        perform private.record_event(
            new.account_id, 'first_reply.created', new.id,
            jsonb_build_object(
                'seconds', extract(epoch from new.first_reply_created_at - new.created_at)));
    elsif old.waiting_since is not null and new.waiting_since is null and new.status = old.status then
        perform private.record_event(
            new.account_id, 'reply.created', new.id,
            jsonb_build_object('seconds', extract(epoch from new.last_activity_at - old.waiting_since)));
    end if;
    return null;
end;
$$;

comment on function private.tell_conversation_changed is
    'Trigger: broadcasts a change to the lists, the open thread and the visitor, and records it as an event.';

create trigger conversations_tell
    after update on public.conversations
    for each row execute function private.tell_conversation_changed();

create function private.tell_teams()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    -- The team it left hears of it too: the conversation goes from its list.
    perform private.broadcast(
        private.team_topic(team.id, team.epoch), 'conversation.changed', private.conversation_delta(new))
    from public.teams as team
    where team.id in (old.team_id, new.team_id);
    return null;
end;
$$;

comment on function private.tell_teams is 'Trigger: tells the members of the conversation''s team, who may be outside of its inbox.';

create trigger conversations_tell_teams
    after update on public.conversations
    for each row
    when (
        (old.team_id is not null or new.team_id is not null)
        and (
            old.last_seq is distinct from new.last_seq
            or old.unread_count is distinct from new.unread_count
            or old.last_activity_at is distinct from new.last_activity_at))
    execute function private.tell_teams();

create function private.move_conversation_epoch()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    -- A team that loses it may have members outside of the inbox; with another assignee, agents who see a part
    -- only may lose it. Where there are no such agents the topic keeps its name.
    if (old.team_id is not null and new.team_id is distinct from old.team_id)
        or (new.assignee_id is distinct from old.assignee_id and exists (
            select from public.account_users
            where account_id = new.account_id and custom_role_id is not null))
    then
        new.epoch := new.epoch + 1;
    end if;
    return new;
end;
$$;

comment on function private.move_conversation_epoch is 'Trigger: renames the topic of a conversation that somebody may lose alone.';

create trigger conversations_move_epoch
    before update of assignee_id, team_id on public.conversations
    for each row execute function private.move_conversation_epoch();

create function private.tell_topic_moved()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.broadcast(private.topic_of(old), 'topic.moved', '{}');
    return null;
end;
$$;

comment on function private.tell_topic_moved is
    'Trigger: the last word on a conversation''s old topic; those who may still see it fetch the new name.';

create trigger conversations_tell_topic_moved
    after update on public.conversations
    for each row
    when (old.epoch is distinct from new.epoch)
    execute function private.tell_topic_moved();

create function private.tell_conversation_created()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.record_event(new.account_id, 'conversation.created', new.id, '{}');
    return null;
end;
$$;

comment on function private.tell_conversation_created is
    'Trigger: records a new conversation. Its first message tells the lists of it.';

create trigger conversations_tell_created
    after insert on public.conversations
    for each row execute function private.tell_conversation_created();

create function private.sees(p_user_id uuid, p_conversation public.conversations)
returns boolean
language plpgsql stable security definer parallel safe set search_path = '' set plan_cache_mode = 'force_generic_plan'
as $$
declare
    member public.account_users;
    scope text := 'all';
begin
    -- private.scopes_of for one conversation, step by step: every message asks this, and each step is one row by its key.
    select mine.* into member
    from public.account_users as mine
    join public.accounts as account on account.id = mine.account_id and account.status = 'active'
    where mine.account_id = p_conversation.account_id and mine.user_id = p_user_id;
    if member.user_id is null then
        return false;
    end if;
    if member.role = 'administrator' then
        return exists (
            select from public.inboxes where id = p_conversation.inbox_id and deleted_at is null);
    end if;
    if member.custom_role_id is not null then
        select private.conversation_scope(member.role, custom.permissions) into scope
        from public.custom_roles as custom
        where custom.id = member.custom_role_id;
    end if;
    return scope is not null
        and (
            exists (
                select from public.inbox_members as inbox
                where inbox.account_id = p_conversation.account_id
                    and inbox.inbox_id = p_conversation.inbox_id
                    and inbox.user_id = p_user_id)
            or (p_conversation.team_id is not null and exists (
                select from public.team_members as team
                where team.account_id = p_conversation.account_id
                    and team.team_id = p_conversation.team_id
                    and team.user_id = p_user_id)))
        and (
            scope = 'all'
            or p_conversation.assignee_id is not distinct from p_user_id
            or (scope = 'unassigned' and p_conversation.assignee_id is null)
            or (scope = 'participating' and exists (
                select from public.conversation_participants as participant
                where participant.conversation_id = p_conversation.id and participant.user_id = p_user_id)));
end;
$$;

comment on function private.sees is 'Whether this user sees this conversation: what private.scopes_of says of it.';

create function private.viewers(p_user_ids uuid[], p_conversation public.conversations)
returns uuid[]
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_generic_plan'
as $$
begin
    return array(
        select member.user_id
        from public.account_users as member
        join public.accounts as account on account.id = member.account_id and account.status = 'active'
        join public.inboxes as inbox on inbox.id = p_conversation.inbox_id
        left join public.custom_roles as custom on custom.id = member.custom_role_id
        where member.account_id = p_conversation.account_id
            and member.user_id = any (p_user_ids)
            and case
                when member.role = 'administrator' then inbox.deleted_at is null
                when custom.id is not null then private.sees(member.user_id, p_conversation)
                else exists (
                        select from public.inbox_members as mine
                        where mine.account_id = member.account_id and mine.inbox_id = inbox.id and mine.user_id = member.user_id)
                    or exists (
                        select from public.team_members as mine
                        where mine.account_id = member.account_id and mine.team_id = p_conversation.team_id
                            and mine.user_id = member.user_id)
                end
        order by member.user_id);
end;
$$;

comment on function private.viewers is 'Those of these users who see this conversation: private.sees of many at once, in the order of their ids.';

create function private.can_see(p_conversation public.conversations)
returns boolean
language sql stable security definer parallel safe set search_path = ''
as $$
    select private.sees((select auth.uid()), p_conversation)
$$;

comment on function private.can_see is 'Whether the calling agent sees this conversation. For one; lists ask private.visible_scopes.';
grant execute on function private.can_see to authenticated;

create function private.can_see_conversation(p_id uuid)
returns boolean
language sql stable security definer parallel safe set search_path = ''
as $$
    select exists (
        select from public.conversations as conversation where conversation.id = p_id and private.can_see(conversation))
$$;

comment on function private.can_see_conversation is
    'private.can_see by id. Policies of what belongs to a conversation write
     inbox_id = any ((select private.full_inbox_ids())::uuid[])
     or (account_id = any ((select private.partial_account_ids())::uuid[]) and private.can_see_conversation(conversation_id)).';
grant execute on function private.can_see_conversation to authenticated;

create function private.agent_conversation(p_id uuid)
returns public.conversations
language plpgsql stable security definer set search_path = ''
as $$
declare
    conversation public.conversations;
begin
    select * into conversation from public.conversations where id = p_id;
    if conversation.id is null or not private.sees(auth.uid(), conversation) then
        -- The same answer for a conversation that is missing and for one that is someone else's.
        perform private.fail(404, 'conversation_not_found', 'There is no such conversation.');
    end if;
    return conversation;
end;
$$;

comment on function private.agent_conversation is 'The conversation, if the calling agent may see it; else conversation_not_found.';

create function private.newest_conversations(
    p_account_id uuid, p_inbox_ids uuid[], p_statuses text[], p_assignee_id uuid, p_before_at timestamptz, p_before_id uuid,
    p_limit int
)
returns table (id uuid, last_activity_at timestamptz)
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_generic_plan'
-- The plan is made once, for any values: it is to go through the index in its order, also where it expects few rows.
set enable_bitmapscan = 'off'
as $$
begin
    if p_assignee_id is null then
        return query
        select run.id, run.last_activity_at
        from unnest(p_inbox_ids) as scope (id)
        cross join unnest(p_statuses) as state (status)
        cross join lateral (
            select conversation.id, conversation.last_activity_at
            from public.conversations as conversation
            where conversation.account_id = p_account_id
                and conversation.inbox_id = scope.id
                and conversation.status = state.status
                and (conversation.last_activity_at, conversation.id) < (p_before_at, p_before_id)
            order by conversation.last_activity_at desc, conversation.id desc
            limit p_limit
        ) as run
        order by run.last_activity_at desc, run.id desc
        limit p_limit;
    else
        return query
        select run.id, run.last_activity_at
        from unnest(p_statuses) as state (status)
        cross join lateral (
            select conversation.id, conversation.last_activity_at
            from public.conversations as conversation
            where conversation.account_id = p_account_id
                and conversation.assignee_id = p_assignee_id
                and conversation.status = state.status
                and conversation.inbox_id = any (p_inbox_ids)
                and (conversation.last_activity_at, conversation.id) < (p_before_at, p_before_id)
            order by conversation.last_activity_at desc, conversation.id desc
            limit p_limit
        ) as run
        order by run.last_activity_at desc, run.id desc
        limit p_limit;
    end if;
end;
$$;

comment on function private.newest_conversations is
    'The first rows of the list that every screen opens with: of these inboxes and statuses, last active first; of one assignee, or of any (null).';

create function private.conversation_page(
    p_account_id uuid, p_statuses text[], p_inbox_id uuid, p_tab text, p_where text, p_sort text, p_cursor jsonb, p_limit int
)
returns json
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_generic_plan'
as $$
-- Only the counters' plan is kept: what is executed as text is planned for its values each time.
declare
    caller constant uuid := auth.uid();
    nobody constant uuid := '00000000-0000-0000-0000-000000000000';
    -- What the caller sees: everything of an inbox or team, or a part (a kind: unassigned, participating).
    inboxes uuid[];
    teams uuid[];
    full_inboxes uuid[];
    seen text;
    conditions text;
    sort_column text;
    descending boolean;
    by_rank constant boolean := p_sort = 'priority';
    ordered text;
    beyond text;
    query text;
    cursor_at timestamptz;
    cursor_id uuid;
    cursor_rank smallint;
    ids uuid[];
    cursors jsonb[];
    counts jsonb;
    counted jsonb;
begin
    select case p_sort
            when 'newest' then 'last_activity_at' when 'oldest' then 'last_activity_at'
            when 'waiting' then 'waiting_since'
            when 'created' then 'created_at' when 'created_oldest' then 'created_at' when 'priority' then 'created_at' end,
        p_sort in ('newest', 'created')
    into sort_column, descending;
    if sort_column is null or coalesce(p_limit, 0) not between 1 and 100 then
        perform private.fail(
            400, 'invalid_argument',
            'sort is newest, oldest, waiting, created, created_oldest or priority; limit is 1 to 100.');
    end if;
    if p_cursor is not null then
        begin
            cursor_at := (p_cursor ->> 'at')::timestamptz;
            cursor_id := (p_cursor ->> 'id')::uuid;
            cursor_rank := (p_cursor ->> 'rank')::smallint;
        exception when others then
            cursor_id := null;
        end;
        if cursor_at is null or cursor_id is null or (by_rank and cursor_rank is null) then
            perform private.fail(400, 'invalid_cursor', 'Pass next_cursor back as it was given.');
        end if;
    end if;

    select coalesce(array_agg(mine.inbox_id) filter (where mine.inbox_id is not null), '{}'),
        coalesce(array_agg(mine.team_id) filter (where mine.team_id is not null), '{}'),
        coalesce(array_agg(mine.inbox_id) filter (where mine.inbox_id is not null and mine.scope = 'all'), '{}'),
        string_agg(distinct format(
            '(conversation.%s = %L%s)',
            case when mine.inbox_id is not null then 'inbox_id' else 'team_id' end,
            coalesce(mine.inbox_id, mine.team_id),
            case mine.scope
                when 'all' then ''
                when 'unassigned' then format(
                    ' and (conversation.assignee_id is null or conversation.assignee_id = %L)', caller)
                else format(
                    ' and (conversation.assignee_id = %1$L or exists (
                        select from public.conversation_participants as participant
                        where participant.conversation_id = conversation.id and participant.user_id = %1$L))',
                    caller) end), ' or ')
            filter (where mine.scope <> 'all' or mine.team_id is not null)
    into inboxes, teams, full_inboxes, seen
    from private.scopes_of(caller) as mine
    where mine.account_id = p_account_id
        and (p_inbox_id is null or mine.inbox_id is null or mine.inbox_id = p_inbox_id);
    if p_sort = 'newest' and p_tab <> 'unassigned' and p_where = '' and seen is null then
        select array_agg(newest.id), array_agg(jsonb_build_object('at', newest.last_activity_at, 'id', newest.id))
        into ids, cursors
        from private.newest_conversations(
            p_account_id, inboxes, p_statuses, case p_tab when 'mine' then caller end,
            coalesce(cursor_at, 'infinity'), coalesce(cursor_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
            p_limit + 1) as newest;
    else
        conditions := p_where
            || case when p_inbox_id is null then '' else format(' and conversation.inbox_id = %L', p_inbox_id) end
            || case when seen is null then ''
                else format(' and (conversation.inbox_id = any ($8) or %s)', seen) end;

        ordered := format(
            '%1$s %2$I %3$s, id %3$s', case when by_rank then 'rank asc,' else '' end, sort_column,
            case when descending then 'desc' else 'asc' end);
        beyond := case
            when cursor_id is null then ''
            when by_rank then
                'and (private.priority_rank(conversation.priority), conversation.created_at, conversation.id) > ($9, $6, $7)'
            else format(
                'and (conversation.%I, conversation.id) %s ($6, $7)', sort_column,
                case when descending then '<' else '>' end) end;
        -- The first rows of each (inbox or team, status) come from an index in the right order; merging those
        -- short runs costs the same however many conversations there are.
        query := format(
            $run$
                select run.id, run.%1$I, run.rank
                from unnest($%%s::uuid[]) as scope (id)
                cross join unnest($2) as state (status)
                cross join lateral (
                    select conversation.id, conversation.%1$I, %2$s as rank
                    from public.conversations as conversation
                    where conversation.account_id = $3
                        and conversation.%%s = scope.id
                        and conversation.status = state.status
                        and conversation.%1$I is not null
                        %3$s
                        %4$s
                        %5$s
                    order by %6$s conversation.%1$I %7$s, conversation.id %7$s
                    limit $4
                ) as run
            $run$,
            sort_column,
            case when by_rank then 'private.priority_rank(conversation.priority)' else 'null::smallint' end,
            case p_tab
                when 'mine' then 'and conversation.assignee_id = $5'
                when 'unassigned' then 'and conversation.assignee_id is null'
                else '' end,
            replace(conditions, '%', '%%'),
            beyond,
            case when by_rank then 'private.priority_rank(conversation.priority),' else '' end,
            case when descending then 'desc' else 'asc' end);
        query := format(
            $query$
            select array_agg(page.id order by page.position),
                array_agg(jsonb_build_object('at', page.%1$I, 'id', page.id, 'rank', page.rank) order by page.position)
            from (
                select found.*, row_number() over (order by %2$s) as position
                from (%3$s %4$s) as found
                order by %2$s
                limit $4
            ) as page
            $query$,
            sort_column, ordered, format(query, '1', 'inbox_id'),
            -- In a team and in its inbox at once is still one conversation.
            case when teams = '{}' then '' else 'union ' || format(query, '10', 'team_id') end);
        execute query into ids, cursors
        using inboxes, p_statuses, p_account_id, p_limit + 1, caller, cursor_at, cursor_id, full_inboxes, cursor_rank, teams;
    end if;

    if p_cursor is null then
        if p_where = '' then
            select jsonb_build_object(
                'mine', coalesce(sum(counter.total) filter (where counter.assignee_id = caller), 0),
                'unassigned', coalesce(sum(counter.total) filter (where counter.assignee_id = nobody), 0),
                'all', coalesce(sum(counter.total), 0))
            into counts
            from private.conversation_counters as counter
            where counter.account_id = p_account_id
                and counter.inbox_id = any (full_inboxes)
                and counter.status = any (p_statuses);
        end if;
        if p_where <> '' or seen is not null then
            -- What no counter is kept of is counted, up to a number that nobody reads one by one.
            execute format(
                $count$
                select jsonb_build_object(
                    'mine', count(*) filter (where assignee_id = $3),
                    'unassigned', count(*) filter (where assignee_id is null),
                    'all', count(*))
                from (
                    select conversation.assignee_id
                    from public.conversations as conversation
                    where conversation.account_id = $1 and conversation.status = any ($2) and %s %s
                    limit 10000
                ) as counted
                $count$,
                case when p_where = '' then 'not conversation.inbox_id = any ($8)'
                    else 'true' end,
                case when seen is null then ' and conversation.inbox_id = any ($8)' else '' end || conditions)
            into counted
            using p_account_id, p_statuses, caller, null::int, null::int, null::int, null::int, full_inboxes;
            select jsonb_object_agg(key, value::int + coalesce((counts ->> key)::int, 0)) into counts
            from jsonb_each_text(counted);
        end if;
    end if;
    return json_build_object(
        'rows', private.conversation_rows(ids[1:p_limit]),
        'next_cursor', case when cardinality(ids) > p_limit then jsonb_strip_nulls(cursors[p_limit]) end,
        'counts', counts);
end;
$$;

comment on function private.conversation_page is
    'One page of the conversations that the caller sees: of these statuses, in this inbox, on this tab. p_where is further SQL about the
     alias conversation, which begins with " and " and holds nothing of a client''s but quoted literals.';

create function private.conversation_list(
    p_account_id uuid, p_tab text, p_status text, p_inbox_id uuid, p_sort text, p_cursor jsonb, p_limit int,
    p_team_id uuid, p_labels text[], p_view text, p_priority text, p_assignee_id uuid
)
returns json
language plpgsql stable security definer set search_path = ''
as $$
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
    if coalesce(p_tab, '') not in ('mine', 'unassigned', 'all')
        or coalesce(p_status, '') not in ('open', 'pending', 'snoozed', 'resolved', 'all')
        or p_view not in ('mention', 'participating', 'unattended')
        or p_priority not in ('low', 'medium', 'high', 'urgent', 'none')
        or cardinality(p_labels) > 100
    then
        perform private.fail(
            400, 'invalid_argument',
            'tab is mine, unassigned or all; status is a status or all; view is mention, participating or unattended; '
            'priority is a priority or none.');
    end if;
    return private.conversation_page(
        p_account_id,
        case when p_status = 'all' then array['open', 'pending', 'snoozed', 'resolved'] else array[p_status] end,
        p_inbox_id,
        p_tab,
        concat(
            case when p_team_id is not null then format(' and conversation.team_id = %L', p_team_id) end,
            case when cardinality(p_labels) > 0 then format(' and conversation.labels && %L::text[]', p_labels) end,
            case when p_assignee_id is not null then format(' and conversation.assignee_id = %L', p_assignee_id) end,
            case when p_priority = 'none' then ' and conversation.priority is null'
                when p_priority is not null then format(' and conversation.priority = %L', p_priority) end,
            case p_view
                when 'unattended' then
                    ' and (conversation.first_reply_created_at is null or conversation.waiting_since is not null)'
                when 'participating' then format(
                    ' and conversation.id in (
                        select participant.conversation_id from public.conversation_participants as participant
                        where participant.account_id = %L and participant.user_id = %L)', p_account_id, auth.uid())
                when 'mention' then format(
                    ' and conversation.id in (
                        select mention.conversation_id from public.mentions as mention
                        where mention.account_id = %L and mention.user_id = %L)', p_account_id, auth.uid()) end),
        p_sort, p_cursor, p_limit);
end;
$$;

comment on function private.conversation_list is 'See public.conversation_list.';
grant execute on function private.conversation_list to authenticated;

create function public.conversation_list(
    p_account_id uuid,
    p_tab text default 'mine',
    p_status text default 'open',
    p_inbox_id uuid default null,
    p_sort text default 'newest',
    p_cursor jsonb default null,
    p_limit int default 25,
    p_team_id uuid default null,
    p_labels text[] default null,
    p_view text default null,
    p_priority text default null,
    p_assignee_id uuid default null
)
returns json
language sql stable set search_path = ''
as $$
    select private.conversation_list(
        p_account_id, p_tab, p_status, p_inbox_id, p_sort, p_cursor, p_limit, p_team_id, p_labels, p_view, p_priority,
        p_assignee_id)
$$;

comment on function public.conversation_list is
    'One page of a list: {rows, next_cursor, counts: {mine, unassigned, all}}. Tabs mine | unassigned | all; status or all; labels: any of
     them; view mention | participating | unattended; priority or none. Sorts newest | oldest (activity), waiting (longest first),
     created | created_oldest, priority (most urgent first, then oldest). Pass next_cursor back for the next page; counts come with the
     first page only. Fails with account_not_found, invalid_argument, invalid_cursor.';
grant execute on function public.conversation_list to authenticated;

create function private.visible_conversation_rows(p_ids uuid[])
returns json
language plpgsql stable security definer set search_path = ''
as $$
declare
    visible uuid[];
begin
    if cardinality(p_ids) > 200 then
        perform private.fail(400, 'invalid_argument', 'Ask for 200 conversations at most.');
    end if;
    select coalesce(array_agg(wanted.id order by wanted.position), '{}') into visible
    from unnest(p_ids) with ordinality as wanted (id, position)
    join public.conversations as conversation on conversation.id = wanted.id
    where private.can_see(conversation);
    return private.conversation_rows(visible);
end;
$$;

comment on function private.visible_conversation_rows is 'See public.conversation_rows.';
grant execute on function private.visible_conversation_rows to authenticated;

create function public.conversation_rows(p_ids uuid[])
returns json
language sql stable set search_path = ''
as $$
    select private.visible_conversation_rows(p_ids)
$$;

comment on function public.conversation_rows is
    'These conversations, at most 200, as the list shows them; those the caller may not see are absent.';
grant execute on function public.conversation_rows to authenticated;

create function private.conversation_by_display_id(p_account_id uuid, p_display_id bigint)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    found_id uuid;
begin
    select id into found_id
    from public.conversations
    where account_id = p_account_id and display_id = p_display_id;
    return private.conversation_row((private.agent_conversation(found_id)).id);
end;
$$;

comment on function private.conversation_by_display_id is 'See public.conversation_by_display_id.';
grant execute on function private.conversation_by_display_id to authenticated;

create function public.conversation_by_display_id(p_account_id uuid, p_display_id bigint)
returns jsonb
language sql stable set search_path = ''
as $$
    select private.conversation_by_display_id(p_account_id, p_display_id)
$$;

comment on function public.conversation_by_display_id is
    'The conversation behind a number such as #1042. Fails with conversation_not_found.';
grant execute on function public.conversation_by_display_id to authenticated;

create function private.assign_conversation(p_conversation_id uuid, p_assignee_id uuid)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
begin
    if p_assignee_id is not null and not exists (
        select from public.account_users as candidate
        where candidate.account_id = conversation.account_id
            and candidate.user_id = p_assignee_id
            and (candidate.role = 'administrator' or exists (
                select from public.inbox_members as member
                where member.inbox_id = conversation.inbox_id and member.user_id = p_assignee_id))
    ) then
        perform private.fail(
            400, 'assignee_not_in_inbox', 'This agent does not work the inbox of the conversation.',
            'Add them to the inbox first.');
    end if;
    update public.conversations set assignee_id = p_assignee_id
    where id = p_conversation_id and assignee_id is distinct from p_assignee_id;
    return private.conversation_row(p_conversation_id);
end;
$$;

comment on function private.assign_conversation is 'See public.assign_conversation.';
grant execute on function private.assign_conversation to authenticated;

create function public.assign_conversation(p_conversation_id uuid, p_assignee_id uuid)
returns jsonb
language sql set search_path = ''
as $$
    select private.assign_conversation(p_conversation_id, p_assignee_id)
$$;

comment on function public.assign_conversation is
    'Gives the conversation to an agent of its inbox or an administrator, or to nobody (null). Returns its row.
     Fails with conversation_not_found, assignee_not_in_inbox.';
grant execute on function public.assign_conversation to authenticated;

create function private.set_conversation_status(p_conversation_id uuid, p_status text, p_snoozed_until timestamptz)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.agent_conversation(p_conversation_id);
    if p_status is null or p_status not in ('open', 'pending', 'snoozed', 'resolved') then
        perform private.fail(400, 'status_invalid', 'The status is open, pending, snoozed or resolved.');
    end if;
    if p_snoozed_until is not null and (p_status <> 'snoozed' or p_snoozed_until <= now()) then
        perform private.fail(
            400, 'snoozed_until_invalid', 'A time to wake up belongs to the status snoozed and lies ahead.');
    end if;
    update public.conversations
    set status = p_status, snoozed_until = p_snoozed_until
    where id = p_conversation_id
        and (status, snoozed_until) is distinct from (p_status, p_snoozed_until);
    return private.conversation_row(p_conversation_id);
end;
$$;

comment on function private.set_conversation_status is 'See public.set_conversation_status.';
grant execute on function private.set_conversation_status to authenticated;

create function public.set_conversation_status(
    p_conversation_id uuid, p_status text, p_snoozed_until timestamptz default null
)
returns jsonb
language sql set search_path = ''
as $$
    select private.set_conversation_status(p_conversation_id, p_status, p_snoozed_until)
$$;

comment on function public.set_conversation_status is
    'Resolves, reopens, parks or snoozes a conversation; snoozed without a time means until the contact writes. Returns its row.
     Fails with conversation_not_found, status_invalid, snoozed_until_invalid.';
grant execute on function public.set_conversation_status to authenticated;

create function private.toggle_status(p_conversation_id uuid)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.agent_conversation(p_conversation_id);
    update public.conversations
    set status = case status when 'open' then 'resolved' else 'open' end
    where id = p_conversation_id;
    return private.conversation_row(p_conversation_id);
end;
$$;

comment on function private.toggle_status is 'See public.toggle_status.';
grant execute on function private.toggle_status to authenticated;

create function public.toggle_status(p_conversation_id uuid)
returns jsonb
language sql set search_path = ''
as $$
    select private.toggle_status(p_conversation_id)
$$;

comment on function public.toggle_status is
    'Resolves an open conversation and opens any other. Returns its row. Fails with conversation_not_found.';
grant execute on function public.toggle_status to authenticated;

create function private.set_team(p_conversation_id uuid, p_team_id uuid)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
begin
    if p_team_id is not null then
        if not exists (
            select from public.teams as team where team.account_id = conversation.account_id and team.id = p_team_id)
        then
            perform private.fail(404, 'team_not_found', 'There is no such team.');
        end if;
    end if;
    update public.conversations set team_id = p_team_id
    where id = p_conversation_id and team_id is distinct from p_team_id;
    return private.conversation_row(p_conversation_id);
end;
$$;

comment on function private.set_team is 'See public.set_team.';
grant execute on function private.set_team to authenticated;

create function public.set_team(p_conversation_id uuid, p_team_id uuid)
returns jsonb
language sql set search_path = ''
as $$
    select private.set_team(p_conversation_id, p_team_id)
$$;

comment on function public.set_team is
    'Gives the conversation to a team of the account, or to none (null). Returns its row.
     Fails with conversation_not_found, team_not_found.';
grant execute on function public.set_team to authenticated;

create function private.set_priority(p_conversation_id uuid, p_priority text)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.agent_conversation(p_conversation_id);
    if p_priority not in ('low', 'medium', 'high', 'urgent') then
        perform private.fail(400, 'priority_invalid', 'The priority is low, medium, high, urgent or null.');
    end if;
    update public.conversations set priority = p_priority
    where id = p_conversation_id and priority is distinct from p_priority;
    return private.conversation_row(p_conversation_id);
end;
$$;

comment on function private.set_priority is 'See public.set_priority.';
grant execute on function private.set_priority to authenticated;

create function public.set_priority(p_conversation_id uuid, p_priority text)
returns jsonb
language sql set search_path = ''
as $$
    select private.set_priority(p_conversation_id, p_priority)
$$;

comment on function public.set_priority is
    'Sets the priority: low, medium, high, urgent, or null for none. Returns the row.
     Fails with conversation_not_found, priority_invalid.';
grant execute on function public.set_priority to authenticated;

create function private.set_labels(p_conversation_id uuid, p_labels text[])
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
    wanted text[] := private.require_labels(conversation.account_id, p_labels);
begin
    update public.conversations set labels = wanted
    where id = p_conversation_id and labels is distinct from wanted;
    return private.conversation_row(p_conversation_id);
end;
$$;

comment on function private.set_labels is 'See public.set_labels.';
grant execute on function private.set_labels to authenticated;

create function public.set_labels(p_conversation_id uuid, p_labels text[])
returns jsonb
language sql set search_path = ''
as $$
    select private.set_labels(p_conversation_id, p_labels)
$$;

comment on function public.set_labels is
    'The labels of the conversation are these titles, and no others. Returns its row.
     Fails with conversation_not_found, label_not_found, invalid_argument.';
grant execute on function public.set_labels to authenticated;

create function private.set_custom_attributes(p_conversation_id uuid, p_attributes jsonb)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.agent_conversation(p_conversation_id);
    perform private.require_attributes(p_attributes);
    update public.conversations set custom_attributes = p_attributes
    where id = p_conversation_id and custom_attributes is distinct from p_attributes;
    return private.conversation_row(p_conversation_id);
end;
$$;

comment on function private.set_custom_attributes is 'See public.set_custom_attributes.';
grant execute on function private.set_custom_attributes to authenticated;

create function public.set_custom_attributes(p_conversation_id uuid, p_attributes jsonb)
returns jsonb
language sql set search_path = ''
as $$
    select private.set_custom_attributes(p_conversation_id, p_attributes)
$$;

comment on function public.set_custom_attributes is
    'Replaces the custom attributes of the conversation. Returns its row.
     Fails with conversation_not_found, attributes_invalid.';
grant execute on function public.set_custom_attributes to authenticated;

create function private.relabel(p_account_id uuid, p_old text, p_new text)
returns int
language plpgsql security definer set search_path = ''
as $$
declare
    batch constant int := 500;
    contacts int;
    conversations int;
begin
    with chosen as (
        select id from public.contacts
        where account_id = p_account_id and labels @> array[p_old]
        order by id limit batch for no key update
    )
    update public.contacts as contact set labels = private.with_label_renamed(contact.labels, p_old, p_new)
    from chosen where contact.id = chosen.id;
    get diagnostics contacts = row_count;
    with chosen as (
        select id from public.conversations
        where account_id = p_account_id and labels @> array[p_old]
        order by id limit batch for no key update
    )
    update public.conversations as conversation
    set labels = private.with_label_renamed(conversation.labels, p_old, p_new)
    from chosen where conversation.id = chosen.id;
    get diagnostics conversations = row_count;
    if greatest(contacts, conversations) = batch then
        perform private.enqueue(
            'relabel', jsonb_build_object('account_id', p_account_id, 'old', p_old, 'new', p_new),
            p_account_id, 'relabel:' || p_account_id);
    end if;
    return contacts + conversations;
end;
$$;

comment on function private.relabel is
    'Renames a label, or with null removes it, in 500 contacts and 500 conversations that carry it; a job does the rest.';

create function service.relabel(p_account_id uuid, p_old text, p_new text)
returns int
language sql security definer set search_path = ''
as $$
    select private.relabel(p_account_id, p_old, p_new)
$$;

comment on function service.relabel is 'The next batch of a label''s renaming; see private.relabel. Returns how many rows it changed.';

create function private.follow_label()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    -- An account that is being deleted takes everything with it.
    if exists (select from public.accounts where id = old.account_id) then
        perform private.relabel(old.account_id, old.title, case tg_op when 'UPDATE' then new.title end);
    end if;
    return null;
end;
$$;

comment on function private.follow_label is 'Trigger: what carries a label follows when it is renamed or removed.';

create trigger labels_follow_title
    after update of title on public.labels
    for each row
    when (old.title is distinct from new.title)
    execute function private.follow_label();
create trigger labels_follow_removal
    after delete on public.labels
    for each row execute function private.follow_label();

create function private.contact_address(p_contact public.contacts, p_inbox public.inboxes)
returns public.contact_inboxes
language plpgsql security definer set search_path = ''
as $$
declare
    address public.contact_inboxes;
    source constant text := case p_inbox.channel_type
        when 'api' then gen_random_uuid()::text
        else private.known_address(p_contact, p_inbox.channel_type) end;
begin
    select * into address
    from public.contact_inboxes
    where account_id = p_contact.account_id and contact_id = p_contact.id and inbox_id = p_inbox.id
    order by id desc
    limit 1;
    if address.id is null and source is not null then
        insert into public.contact_inboxes (account_id, contact_id, inbox_id, source_id)
        values (p_contact.account_id, p_contact.id, p_inbox.id, source)
        on conflict do nothing
        returning * into address;
    end if;
    if address.id is null then
        perform private.fail(
            409, 'contact_not_reachable', 'The contact has no address in this inbox.',
            'Add an e-mail address or a phone number, or wait until they write.');
    end if;
    return address;
end;
$$;

comment on function private.contact_address is 'The contact''s address in the inbox, made where the channel allows us to write first.';

create function private.start_conversation(
    p_account_id uuid, p_contact_id uuid, p_inbox_id uuid, p_message_id uuid, p_content text, p_assignee_id uuid,
    p_team_id uuid, p_content_attributes jsonb
)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    contact public.contacts := private.member_contact(p_contact_id);
    writes constant boolean := p_content is not null or p_content_attributes ? 'template_params';
    inbox public.inboxes;
    address public.contact_inboxes;
    found_id uuid;
begin
    if contact.account_id is distinct from p_account_id then
        perform private.fail(404, 'contact_not_found', 'There is no such contact.');
    end if;
    select * into inbox
    from public.inboxes
    where id = p_inbox_id and account_id = p_account_id and id = any (private.inbox_ids());
    if inbox.id is null then
        perform private.fail(404, 'inbox_not_found', 'There is no such inbox.');
    end if;
    if p_message_id is null and writes then
        perform private.fail(400, 'invalid_argument', 'Give the message an id (UUIDv7) of your own.');
    end if;
    address := private.contact_address(contact, inbox);
    perform pg_advisory_xact_lock(hashtextextended(address.id::text, 0));
    select conversation.id into found_id
    from public.conversations as conversation
    where conversation.account_id = p_account_id
        and conversation.contact_inbox_id = address.id
        and (inbox.lock_to_single_conversation or exists (
            select from public.messages as message
            where message.conversation_id = conversation.id and message.id = p_message_id))
    order by conversation.id desc
    limit 1;
    if found_id is null then
        insert into public.conversations (account_id, inbox_id, contact_id, contact_inbox_id)
        values (p_account_id, inbox.id, contact.id, address.id)
        returning id into found_id;
    end if;
    if writes and not exists (
        select from public.messages where conversation_id = found_id and id = p_message_id)
    then
        insert into public.messages (id, conversation_id, content, content_attributes)
        values (p_message_id, found_id, coalesce(p_content, ''), coalesce(p_content_attributes, '{}'));
    end if;
    if p_team_id is not null then
        perform private.set_team(found_id, p_team_id);
    end if;
    if p_assignee_id is not null then
        perform private.assign_conversation(found_id, p_assignee_id);
    end if;
    return private.conversation_row(found_id);
end;
$$;

comment on function private.start_conversation is 'See public.start_conversation.';
grant execute on function private.start_conversation to authenticated;

create function public.start_conversation(
    p_account_id uuid,
    p_contact_id uuid,
    p_inbox_id uuid,
    p_message_id uuid default null,
    p_content text default null,
    p_assignee_id uuid default null,
    p_team_id uuid default null,
    p_content_attributes jsonb default '{}'
)
returns jsonb
language sql set search_path = ''
as $$
    select private.start_conversation(
        p_account_id, p_contact_id, p_inbox_id, p_message_id, p_content, p_assignee_id, p_team_id, p_content_attributes)
$$;

comment on function public.start_conversation is
    'An agent writes first: a new conversation with a contact, with a first message under an id made by the caller. Where the inbox is locked
     to a single conversation the existing one goes on; the same message id again returns the same. content_attributes as in
     send_message: over WhatsApp a conversation begins with a template. Returns the row. Fails with contact_not_found, inbox_not_found,
     contact_not_reachable, team_not_found, assignee_not_in_inbox, and as send_message.';
grant execute on function public.start_conversation to authenticated;

create function private.bulk_ids(p_ids uuid[], p_changes jsonb)
returns uuid[]
language plpgsql stable set search_path = ''
as $$
declare
    ids constant uuid[] := array(select distinct id from unnest(p_ids) as id where id is not null order by id);
    known constant text[] := array[
        'status', 'snoozed_until', 'assignee_id', 'team_id', 'priority', 'add_labels', 'remove_labels'];
begin
    if cardinality(ids) not between 1 and 100 or p_changes is null or jsonb_typeof(p_changes) <> 'object'
        or exists (select from jsonb_object_keys(p_changes) as key where not key = any (known))
        or coalesce(jsonb_typeof(p_changes -> 'add_labels'), 'array') <> 'array'
        or coalesce(jsonb_typeof(p_changes -> 'remove_labels'), 'array') <> 'array'
    then
        perform private.fail(
            400, 'invalid_argument',
            format('ids are 1 to 100 conversations; changes is an object of %s.', array_to_string(known, ', ')));
    end if;
    -- In the order of their ids: two at once cannot wait for one another crosswise.
    return ids;
end;
$$;

comment on function private.bulk_ids is 'The conversations of a bulk change, each once and in order. Fails with invalid_argument.';

create function private.bulk_change(p_id uuid, p_changes jsonb)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    conversation constant public.conversations := private.agent_conversation(p_id);
    added constant text[] := array(select jsonb_array_elements_text(coalesce(p_changes -> 'add_labels', '[]')));
    removed constant text[] := array(select jsonb_array_elements_text(coalesce(p_changes -> 'remove_labels', '[]')));
begin
    if p_changes ? 'team_id' then
        perform private.set_team(p_id, (p_changes ->> 'team_id')::uuid);
    end if;
    if p_changes ? 'assignee_id' then
        perform private.assign_conversation(p_id, (p_changes ->> 'assignee_id')::uuid);
    end if;
    if p_changes ? 'priority' then
        perform private.set_priority(p_id, p_changes ->> 'priority');
    end if;
    if p_changes ?| array['add_labels', 'remove_labels'] then
        perform private.set_labels(
            p_id, array(select unnest(conversation.labels || added) except select unnest(removed)));
    end if;
    if p_changes ? 'status' then
        perform private.set_conversation_status(
            p_id, p_changes ->> 'status', (p_changes ->> 'snoozed_until')::timestamptz);
    end if;
exception when invalid_text_representation or invalid_datetime_format or datetime_field_overflow then
    perform private.fail(400, 'invalid_argument', 'assignee_id and team_id are ids or null, snoozed_until is a time.');
end;
$$;

comment on function private.bulk_change is 'What a bulk change does to one conversation. Fails as the functions for one.';

create function private.bulk_update(p_ids uuid[], p_changes jsonb)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    ids constant uuid[] := private.bulk_ids(p_ids, p_changes);
    id uuid;
begin
    foreach id in array ids loop
        perform private.bulk_change(id, p_changes);
    end loop;
    return private.visible_conversation_rows(ids);
end;
$$;

comment on function private.bulk_update is 'See public.bulk_update.';
grant execute on function private.bulk_update to authenticated;

create function public.bulk_update(p_ids uuid[], p_changes jsonb)
returns jsonb
language sql set search_path = ''
as $$
    select private.bulk_update(p_ids, p_changes)
$$;

comment on function public.bulk_update is
    'Changes 1 to 100 conversations alike, all or none: status, snoozed_until, assignee_id, team_id, priority, add_labels, remove_labels.
     Returns the rows that the caller still sees. Fails with invalid_argument, conversation_not_found, and as the functions for one.';
grant execute on function public.bulk_update to authenticated;

create function private.bulk_update_each(p_ids uuid[], p_changes jsonb)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    ids constant uuid[] := private.bulk_ids(p_ids, p_changes);
    errors jsonb := '[]';
    refusal jsonb;
    id uuid;
begin
    foreach id in array ids loop
        begin
            perform private.bulk_change(id, p_changes);
        exception when sqlstate 'PGRST' then
            -- What private.fail said of this one; the others go on.
            refusal := sqlerrm::jsonb;
            errors := errors || jsonb_build_object(
                'id', id, 'code', refusal ->> 'code', 'message', refusal ->> 'message');
        end;
    end loop;
    return jsonb_build_object('rows', private.visible_conversation_rows(ids), 'errors', errors);
end;
$$;

comment on function private.bulk_update_each is 'See public.bulk_update_each.';
grant execute on function private.bulk_update_each to authenticated;

create function public.bulk_update_each(p_ids uuid[], p_changes jsonb)
returns jsonb
language sql set search_path = ''
as $$
    select private.bulk_update_each(p_ids, p_changes)
$$;

comment on function public.bulk_update_each is
    'As public.bulk_update, each by itself: {rows, errors}, where an error is {id, code, message} of a conversation that stayed as it was,
     and rows are those that the caller still sees. Fails with invalid_argument.';
grant execute on function public.bulk_update_each to authenticated;

create function private.delete_conversation(p_conversation_id uuid)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
begin
    perform private.require_administrator(conversation.account_id);
    delete from public.conversations where id = p_conversation_id;
end;
$$;

comment on function private.delete_conversation is 'See public.delete_conversation.';
grant execute on function private.delete_conversation to authenticated;

create function public.delete_conversation(p_conversation_id uuid)
returns void
language sql set search_path = ''
as $$
    select private.delete_conversation(p_conversation_id)
$$;

comment on function public.delete_conversation is
    'Deletes a conversation with all its messages. Administrators only. Fails with conversation_not_found, not_administrator.';
grant execute on function public.delete_conversation to authenticated;

create function private.tell_conversation_deleted()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    topic text;
begin
    select private.inbox_topic(inbox.id, inbox.epoch) into topic from public.inboxes as inbox where inbox.id = old.inbox_id;
    -- Nobody listens to an inbox or an account that is being deleted with it.
    if topic is not null then
        perform private.broadcast(
            topic, 'conversation.deleted', jsonb_build_object('conversation_id', old.id, 'inbox_id', old.inbox_id));
        perform private.record_event(old.account_id, 'conversation.deleted', old.id, '{}');
    end if;
    return null;
end;
$$;

comment on function private.tell_conversation_deleted is 'Trigger: tells the lists that a conversation is gone, and records it.';

create trigger conversations_tell_deleted
    after delete on public.conversations
    for each row execute function private.tell_conversation_deleted();

create function private.mark_conversation_read(p_conversation_id uuid)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
    mine boolean := conversation.assignee_id is not distinct from auth.uid();
begin
    -- Looking again at what is read already costs no write for an hour.
    if conversation.unread_count > 0 or conversation.agent_last_seen_at > now() - interval '1 hour' is not true then
        update public.conversations
        set unread_count = 0,
            agent_last_seen_at = now(),
            assignee_last_seen_at = case when mine then now() else assignee_last_seen_at end
        where id = p_conversation_id;
    end if;
    -- After the conversation: its lock comes first, as when a message is written.
    perform private.read_notifications(conversation.account_id, p_conversation_id);
end;
$$;

comment on function private.mark_conversation_read is 'See public.mark_conversation_read.';
grant execute on function private.mark_conversation_read to authenticated;

create function public.mark_conversation_read(p_conversation_id uuid)
returns void
language sql set search_path = ''
as $$
    select private.mark_conversation_read(p_conversation_id)
$$;

comment on function public.mark_conversation_read is 'An agent has the conversation before them. Fails with conversation_not_found.';
grant execute on function public.mark_conversation_read to authenticated;

create function service.wake_snoozed_conversations()
returns int
language sql security definer set search_path = ''
as $$
    with woken as (
        update public.conversations
        set status = 'open'
        where id in (
            select id
            from public.conversations
            where status = 'snoozed' and snoozed_until <= now()
            order by snoozed_until
            limit 500
            for no key update skip locked
        )
        returning 1
    )
    select count(*)::int from woken
$$;

comment on function service.wake_snoozed_conversations is 'Opens the conversations whose snooze is over; at most 500 a call.';

alter table public.conversations enable row level security;

alter table public.conversation_participants enable row level security;

create policy "agents read the conversations they may see"
    on public.conversations for select to authenticated
    using (
        inbox_id = any ((select private.full_inbox_ids())::uuid[])
        or team_id = any ((select private.team_ids())::uuid[])
        or (account_id = any ((select private.partial_account_ids(true))::uuid[]) and private.can_see(conversations)));

create policy "agents read who follows the conversations they may see"
    on public.conversation_participants for select to authenticated
    using (
        account_id = any ((select private.account_ids())::uuid[])
        and (user_id = (select auth.uid()) or private.can_see_conversation(conversation_id)));

grant select on public.conversations, public.conversation_participants to authenticated;
