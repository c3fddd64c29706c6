-- conversation: a thread between one contact, in one inbox, and the account's agents.

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
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select coalesce(jsonb_agg(
        jsonb_build_object(
            'id', conversation.id,
            'account_id', conversation.account_id,
            'display_id', conversation.display_id,
            'inbox_id', conversation.inbox_id,
            'status', conversation.status,
            'priority', conversation.priority,
            'assignee_id', conversation.assignee_id,
            'team_id', conversation.team_id,
            'labels', to_jsonb(conversation.labels),
            'snoozed_until', conversation.snoozed_until,
            'waiting_since', conversation.waiting_since,
            'first_reply_created_at', conversation.first_reply_created_at,
            'last_activity_at', conversation.last_activity_at,
            'created_at', conversation.created_at,
            'unread_count', conversation.unread_count,
            'last_seq', conversation.last_seq,
            'preview', conversation.preview,
            'custom_attributes', conversation.custom_attributes,
            'contact', jsonb_build_object(
                'id', contact.id,
                'name', contact.name,
                'email', contact.email,
                'phone_number', contact.phone_number,
                'avatar_url', contact.avatar_url,
                'identified', contact.identified,
                'blocked', contact.blocked),
            'topic', private.conversation_topic(conversation.id, inbox.epoch + conversation.epoch))
        order by wanted.position), '[]')
    from unnest(p_ids) with ordinality as wanted (id, position)
    join public.conversations as conversation on conversation.id = wanted.id
    join public.contacts as contact on contact.id = conversation.contact_id
    join public.inboxes as inbox on inbox.id = conversation.inbox_id
$$;

comment on function private.conversation_rows is
    'These conversations as the lists and the thread header show them, in the order asked for. Checks no rights: its callers do.';

create function private.conversation_row(p_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select private.conversation_rows(array[p_id]) -> 0
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

create function private.inbound_conversation(p_contact_inbox_id uuid)
returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
    address public.contact_inboxes;
    found_id uuid;
begin
    -- Two messages that arrive at once take turns, and end up in the same conversation.
    perform pg_advisory_xact_lock(hashtextextended(p_contact_inbox_id::text, 0));
    select * into address from public.contact_inboxes where id = p_contact_inbox_id;
    select conversation.id into found_id
    from public.conversations as conversation
    join public.inboxes as inbox on inbox.id = conversation.inbox_id
    where conversation.account_id = address.account_id
        and conversation.contact_inbox_id = address.id
        and (inbox.lock_to_single_conversation or conversation.status <> 'resolved')
    order by conversation.id desc
    limit 1;
    if found_id is null and address.id is not null then
        insert into public.conversations (account_id, inbox_id, contact_id, contact_inbox_id)
        values (address.account_id, address.inbox_id, address.contact_id, address.id)
        returning id into found_id;
    end if;
    return found_id;
end;
$$;

comment on function private.inbound_conversation is
    'The conversation that a message from this address belongs to: the last one, whatever its status, where the inbox is
     locked to a single conversation; else the last that is not resolved; else a new one. Null for an unknown address.';

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
    -- An agent who opens what lay aside takes it; an administrator may only be tidying up.
    if new.status = 'open' and old.status in ('pending', 'resolved')
        and new.assignee_id is not distinct from old.assignee_id
        and current_setting('role', true) = 'authenticated'
        and exists (
            select from public.account_users as member
            where member.account_id = new.account_id and member.user_id = auth.uid() and member.role = 'agent')
    then
        new.assignee_id := auth.uid();
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
        select jsonb_object_agg(field, jsonb_build_array(to_jsonb(old) -> field, to_jsonb(new) -> field))
        into changed
        from unnest(tracked) as field
        where to_jsonb(old) -> field is distinct from to_jsonb(new) -> field;
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

create function private.can_see(p_conversation public.conversations)
returns boolean
language sql stable security definer parallel safe set search_path = ''
as $$
    select exists (
        select
        from private.my_scopes() as mine
        where mine.account_id = p_conversation.account_id
            and (mine.inbox_id = p_conversation.inbox_id or mine.team_id = p_conversation.team_id)
            and (
                mine.scope = 'all'
                or p_conversation.assignee_id = (select auth.uid())
                or (mine.scope = 'unassigned' and p_conversation.assignee_id is null)
                or (mine.scope = 'participating' and exists (
                    select from public.conversation_participants as participant
                    where participant.conversation_id = p_conversation.id
                        and participant.user_id = (select auth.uid())))))
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
    if conversation.id is null or not private.can_see(conversation) then
        -- The same answer for a conversation that is missing and for one that is someone else's.
        perform private.fail(404, 'conversation_not_found', 'There is no such conversation.');
    end if;
    return conversation;
end;
$$;

comment on function private.agent_conversation is 'The conversation, if the calling agent may see it; else conversation_not_found.';

create function private.conversation_list(
    p_account_id uuid, p_tab text, p_status text, p_inbox_id uuid, p_sort text, p_cursor jsonb, p_limit int
)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    caller uuid := auth.uid();
    nobody constant uuid := '00000000-0000-0000-0000-000000000000';
    inboxes uuid[];
    statuses text[];
    sort_column text;
    descending boolean;
    cursor_at timestamptz;
    cursor_id uuid;
    query text;
    ids uuid[];
    last_at timestamptz;
    counts jsonb;
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
    if coalesce(p_tab, '') not in ('mine', 'unassigned', 'all')
        or coalesce(p_status, '') not in ('open', 'pending', 'snoozed', 'resolved', 'all')
        or coalesce(p_limit, 0) not between 1 and 100
    then
        perform private.fail(
            400, 'invalid_argument',
            'tab is mine, unassigned or all; status is a status or all; limit is 1 to 100.');
    end if;

    select coalesce(array_agg(inbox.id), '{}') into inboxes
    from public.inboxes as inbox
    where inbox.account_id = p_account_id
        and inbox.id = any (private.full_inbox_ids())
        and (p_inbox_id is null or inbox.id = p_inbox_id);
    statuses := case when p_status = 'all'
        then array['open', 'pending', 'snoozed', 'resolved'] else array[p_status] end;

    select case p_sort
            when 'newest' then 'last_activity_at' when 'oldest' then 'last_activity_at'
            when 'waiting' then 'waiting_since' when 'created' then 'created_at' end,
        p_sort in ('newest', 'created')
    into sort_column, descending;
    if sort_column is null then
        perform private.fail(400, 'invalid_argument', 'sort is newest, oldest, waiting or created.');
    end if;
    if p_cursor is not null then
        begin
            cursor_at := (p_cursor ->> 'at')::timestamptz;
            cursor_id := (p_cursor ->> 'id')::uuid;
        exception when others then
            cursor_id := null;
        end;
        if cursor_at is null or cursor_id is null then
            perform private.fail(400, 'invalid_cursor', 'Pass next_cursor back as it was given.');
        end if;
    end if;

    -- The first rows of each (inbox, status) come from an index in the right order; merging those
    -- short runs costs the same however many conversations there are.
    query := format(
        $query$
        select array_agg(page.id order by page.position), (array_agg(page.at order by page.position desc))[1]
        from (
            select run.id, run.at, row_number() over (order by run.at %1$s, run.id %1$s) as position
            from unnest($1) as inbox (id)
            cross join unnest($2) as state (status)
            cross join lateral (
                select conversation.id, conversation.%2$I as at
                from public.conversations as conversation
                where conversation.account_id = $3
                    and conversation.inbox_id = inbox.id
                    and conversation.status = state.status
                    and conversation.%2$I is not null
                    %3$s
                    %4$s
                order by conversation.%2$I %1$s, conversation.id %1$s
                limit $4
            ) as run
            order by run.at %1$s, run.id %1$s
            limit $4
        ) as page
        $query$,
        case when descending then 'desc' else 'asc' end,
        sort_column,
        case p_tab
            when 'mine' then 'and conversation.assignee_id = $5'
            when 'unassigned' then 'and conversation.assignee_id is null'
            else '' end,
        case when cursor_id is null then ''
            when descending then format('and (conversation.%I, conversation.id) < ($6, $7)', sort_column)
            else format('and (conversation.%I, conversation.id) > ($6, $7)', sort_column) end);
    execute query into ids, last_at
    using inboxes, statuses, p_account_id, p_limit + 1, caller, cursor_at, cursor_id;
    if cardinality(ids) > p_limit then
        execute format('select %I from public.conversations where id = $1', sort_column)
        into last_at using ids[p_limit];
    end if;

    if p_cursor is null then
        select jsonb_build_object(
            'mine', coalesce(sum(counter.total) filter (where counter.assignee_id = caller), 0),
            'unassigned', coalesce(sum(counter.total) filter (where counter.assignee_id = nobody), 0),
            'all', coalesce(sum(counter.total), 0))
        into counts
        from private.conversation_counters as counter
        where counter.account_id = p_account_id
            and counter.inbox_id = any (inboxes)
            and counter.status = any (statuses);
    end if;

    return jsonb_build_object(
        'rows', private.conversation_rows(ids[1:p_limit]),
        'next_cursor', case when cardinality(ids) > p_limit
            then jsonb_build_object('at', last_at, 'id', ids[p_limit]) end,
        'counts', counts);
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
    p_limit int default 25
)
returns jsonb
language sql stable set search_path = ''
as $$
    select private.conversation_list(p_account_id, p_tab, p_status, p_inbox_id, p_sort, p_cursor, p_limit)
$$;

comment on function public.conversation_list is
    'One page of a list: {rows, next_cursor, counts: {mine, unassigned, all}}. Tabs mine | unassigned | all; status or all;
     sorts newest | oldest (activity), waiting (longest first), created. Pass next_cursor back for the next page; counts come
     with the first page only. Fails with account_not_found, invalid_argument, invalid_cursor.';
grant execute on function public.conversation_list to authenticated;

create function private.visible_conversation_rows(p_ids uuid[])
returns jsonb
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
returns jsonb
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

create function private.mark_conversation_read(p_conversation_id uuid)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
    mine boolean := conversation.assignee_id is not distinct from auth.uid();
begin
    -- Looking again at what is read already costs no write for an hour.
    if conversation.unread_count = 0 and conversation.agent_last_seen_at > now() - interval '1 hour' then
        return;
    end if;
    update public.conversations
    set unread_count = 0,
        agent_last_seen_at = now(),
        assignee_last_seen_at = case when mine then now() else assignee_last_seen_at end
    where id = p_conversation_id;
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
