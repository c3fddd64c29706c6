-- audience: who follows a conversation, who was mentioned in it, and what each is notified of.

create table public.mentions (
    account_id uuid not null,
    conversation_id uuid not null,
    user_id uuid not null,
    message_id uuid not null,
    mentioned_at timestamptz not null default now(),
    constraint mentions_pkey primary key (conversation_id, user_id),
    constraint mentions_conversation_fkey foreign key (account_id, conversation_id)
        references public.conversations (account_id, id) on delete cascade,
    constraint mentions_user_fkey foreign key (account_id, user_id)
        references public.account_users (account_id, user_id) on delete cascade
);

comment on table public.mentions is 'Who was last mentioned in a conversation, when, and in which note.';

create index mentions_account_id_conversation_id_idx on public.mentions (account_id, conversation_id);
create index mentions_account_id_user_id_idx on public.mentions (account_id, user_id, mentioned_at desc);

create function private.notification_types()
returns text[]
language sql immutable parallel safe set search_path = ''
as $$
    select array[
        'conversation_creation', 'conversation_assignment', 'assigned_conversation_new_message',
        'conversation_mention', 'participating_conversation_new_message', 'sla_missed_first_response',
        'sla_missed_next_response', 'sla_missed_resolution']
$$;

comment on function private.notification_types is 'All that one can be notified of.';
grant execute on function private.notification_types to authenticated;

create table public.notification_settings (
    account_id uuid not null,
    user_id uuid not null,
    email text[] not null default '{conversation_assignment}',
    push text[] not null default '{conversation_assignment}',
    updated_at timestamptz not null default now(),
    constraint notification_settings_pkey primary key (account_id, user_id),
    constraint notification_settings_user_fkey foreign key (account_id, user_id)
        references public.account_users (account_id, user_id) on delete cascade,
    constraint notification_settings_email_check check (email <@ private.notification_types()),
    constraint notification_settings_push_check check (push <@ private.notification_types())
);

comment on table public.notification_settings is
    'Of which notifications a member gets an e-mail or a push as well. A row comes with each membership.';

create table public.notifications (
    id uuid not null default private.uuid_v7(),
    account_id uuid not null,
    user_id uuid not null,
    notification_type text not null,
    conversation_id uuid not null,
    message_id uuid,
    actor_user_id uuid references public.users (id) on delete set null,
    read_at timestamptz,
    snoozed_until timestamptz,
    created_at timestamptz not null default clock_timestamp(),
    constraint notifications_pkey primary key (id),
    -- One line per conversation: what is new replaces what was.
    constraint notifications_conversation_id_user_id_key unique (conversation_id, user_id),
    constraint notifications_conversation_fkey foreign key (account_id, conversation_id)
        references public.conversations (account_id, id) on delete cascade,
    constraint notifications_user_fkey foreign key (account_id, user_id)
        references public.account_users (account_id, user_id) on delete cascade,
    constraint notifications_notification_type_check check (notification_type = any (private.notification_types()))
);

comment on table public.notifications is
    'The newest thing a member should know of a conversation; written again, and unread again, with the next one.';
comment on column public.notifications.snoozed_until is 'Hidden from the list until then.';
comment on column public.notifications.created_at is 'When it was last written; lists are in this order.';

create index notifications_account_id_user_id_idx on public.notifications (account_id, user_id, created_at desc, id desc);
create index notifications_unread_idx on public.notifications (account_id, user_id, created_at desc) where read_at is null;
create index notifications_account_id_conversation_id_idx on public.notifications (account_id, conversation_id);
create index notifications_actor_user_id_idx on public.notifications (actor_user_id) where actor_user_id is not null;

create trigger notification_settings_set_updated_at
    before update on public.notification_settings
    for each row execute function private.set_updated_at();

create function private.add_notification_settings()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into public.notification_settings (account_id, user_id) values (new.account_id, new.user_id);
    return null;
end;
$$;

comment on function private.add_notification_settings is 'Trigger: a new member is told of what is assigned to them, by e-mail and push too.';

create trigger account_users_add_notification_settings
    after insert on public.account_users
    for each row execute function private.add_notification_settings();

create function private.reaches(p_user_id uuid, p_conversation public.conversations)
returns boolean
language sql stable security definer set search_path = ''
as $$
    select exists (
        select
        from private.scopes_of(p_user_id) as theirs
        where theirs.account_id = p_conversation.account_id
            and (theirs.inbox_id = p_conversation.inbox_id or theirs.team_id = p_conversation.team_id))
$$;

comment on function private.reaches is
    'Whether this user works the conversation''s inbox or team, and so may be made to follow it; with a narrow role they see it only then.';

create function private.add_participant(p_conversation_id uuid, p_user_id uuid)
returns void
language sql security definer set search_path = ''
as $$
    insert into public.conversation_participants (account_id, conversation_id, user_id)
    select conversation.account_id, conversation.id, p_user_id
    from public.conversations as conversation
    join public.account_users as member
        on member.account_id = conversation.account_id and member.user_id = p_user_id
    where conversation.id = p_conversation_id
    on conflict do nothing
$$;

comment on function private.add_participant is 'Makes a member of the account follow a conversation; nothing when they do already.';

create function private.set_participant(p_conversation_id uuid, p_user_id uuid, p_participant boolean)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
begin
    if p_participant is null then
        perform private.fail(400, 'invalid_argument', 'participant is true or false.');
    end if;
    if p_participant then
        if p_user_id is null or not private.reaches(p_user_id, conversation) then
            perform private.fail(
                400, 'participant_not_in_inbox', 'This agent works neither the inbox nor the team of the conversation.',
                'Add them to the inbox first.');
        end if;
        perform private.add_participant(p_conversation_id, p_user_id);
    else
        delete from public.conversation_participants
        where conversation_id = p_conversation_id and user_id = p_user_id;
        -- Whoever saw it only because they took part must not hear on.
        if found and exists (
            select from public.account_users
            where account_id = conversation.account_id and user_id = p_user_id and custom_role_id is not null)
        then
            update public.conversations set epoch = epoch + 1 where id = p_conversation_id;
        end if;
    end if;
    return jsonb_build_object('participants', (
        select coalesce(jsonb_agg(participant.user_id order by participant.created_at, participant.user_id), '[]')
        from public.conversation_participants as participant
        where participant.conversation_id = p_conversation_id));
end;
$$;

comment on function private.set_participant is 'See public.set_participant.';
grant execute on function private.set_participant to authenticated;

create function public.set_participant(p_conversation_id uuid, p_user_id uuid, p_participant boolean)
returns jsonb
language sql set search_path = ''
as $$
    select private.set_participant(p_conversation_id, p_user_id, p_participant)
$$;

comment on function public.set_participant is
    'Makes an agent follow a conversation, or not. Returns {participants: [user ids]}.
     Fails with conversation_not_found, invalid_argument, participant_not_in_inbox.';
grant execute on function public.set_participant to authenticated;

create function private.unread_notifications(p_account_id uuid, p_user_id uuid)
returns int
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_generic_plan'
as $$
begin
    return (
        select count(*)
        from (
            select from public.notifications
            where account_id = p_account_id
                and user_id = p_user_id
                and read_at is null
                and (snoozed_until is null or snoozed_until <= now())
            -- In the order of the index, which ends the walk at a hundred; else all that are unread are read first.
            order by created_at desc
            limit 100
        ) as unread);
end;
$$;

comment on function private.unread_notifications is 'How many are unread; 100 means 100 or more.';

create function private.notification_json(p_notification public.notifications, p_actor jsonb, p_conversation jsonb)
returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return jsonb_build_object(
        'id', p_notification.id,
        'account_id', p_notification.account_id,
        'notification_type', p_notification.notification_type,
        'conversation_id', p_notification.conversation_id,
        'message_id', p_notification.message_id,
        'actor', p_actor,
        'read_at', p_notification.read_at,
        'snoozed_until', p_notification.snoozed_until,
        'created_at', p_notification.created_at,
        'conversation', p_conversation);
end;
$$;

comment on function private.notification_json is
    'A notification as its owner gets it, with private.notified_by and private.notified_of; conversation is null when they
     see it no longer.';

create function private.notified_by(p_actor_user_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object('id', actor.id, 'name', private.shown_name(actor), 'avatar_url', actor.avatar_url)
    from public.users as actor where actor.id = p_actor_user_id
$$;

comment on function private.notified_by is 'Whose doing a notification is: {id, name, avatar_url}, or null.';

create function private.notified_of(p_conversation public.conversations)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'display_id', p_conversation.display_id,
        'inbox_id', p_conversation.inbox_id,
        'status', p_conversation.status,
        'contact_name', contact.name,
        'preview', p_conversation.preview)
    from public.contacts as contact
    where contact.id = p_conversation.contact_id
$$;

comment on function private.notified_of is 'What a notification says of its conversation.';

create function private.notify(
    p_user_ids uuid[], p_type text, p_conversation public.conversations, p_message_id uuid, p_actor_user_id uuid,
    p_happened_at timestamptz default null
)
returns void
language plpgsql security definer set search_path = '' set plan_cache_mode = 'force_generic_plan'
as $$
declare
    others constant uuid[] := array_remove(p_user_ids, p_actor_user_id);
    written public.notifications[];
    actor jsonb;
    conversation jsonb;
begin
    if cardinality(others) = 0 or p_type <> 'conversation_mention' and exists (
        select from public.contacts where id = p_conversation.contact_id and blocked)
    then
        return;
    end if;
    -- In key order: two at once cannot wait for one another crosswise.
    with line as (
        insert into public.notifications as old
            (account_id, user_id, notification_type, conversation_id, message_id, actor_user_id)
        select p_conversation.account_id, viewer.user_id, p_type, p_conversation.id, p_message_id, p_actor_user_id
        from unnest(private.viewers(others, p_conversation)) as viewer (user_id)
        on conflict on constraint notifications_conversation_id_user_id_key do update
        set notification_type = excluded.notification_type,
            message_id = excluded.message_id,
            actor_user_id = excluded.actor_user_id,
            read_at = null,
            snoozed_until = null,
            created_at = excluded.created_at
        where p_happened_at is null or old.created_at < p_happened_at
        returning *
    )
    select array_agg(line) into written from line;
    if written is null then
        return;
    end if;
    -- Those who are told differ in little: what is the same for all is put together once.
    actor := private.notified_by(p_actor_user_id);
    conversation := private.notified_of(p_conversation);
    perform private.broadcast_all(
        array_agg('user:' || told.user_id),
        array_agg('notification.created'::text),
        array_agg(jsonb_build_object(
            'notification', private.notification_json(told, actor, conversation),
            'unread_count', private.unread_notifications(told.account_id, told.user_id))))
    from unnest(written) as told;
    perform private.enqueue(
        'send_notification_email',
        jsonb_build_object('notification_id', told.id, 'created_at', told.created_at),
        told.account_id)
    from unnest(written) as told
    join public.notification_settings as setting
        on setting.account_id = told.account_id and setting.user_id = told.user_id
    where p_type = any (setting.email);
end;
$$;

comment on function private.notify is
    'Notifies those of these users who are members and see the conversation, but not the actor; of a blocked contact only
     mentions. Writes the rows, tells their screens, and asks for an e-mail where they want one. p_happened_at: when that was
     of which a job tells later; a line that was written since says something newer, or this already, and stays.';

create function private.notify_lock(p_conversation_id uuid)
returns text
language sql immutable parallel safe set search_path = ''
as $$
    select 'notify:' || p_conversation_id
$$;

comment on function private.notify_lock is 'The lock of the jobs that tell members of this conversation.';

create function private.notify_of_conversation()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    actor constant uuid := case when current_setting('role', true) = 'authenticated' then auth.uid() end;
    is_new boolean := tg_op = 'INSERT';
begin
    if new.assignee_id is not null and (is_new or new.assignee_id is distinct from old.assignee_id) then
        perform private.add_participant(new.id, new.assignee_id);
    end if;
    if new.status = 'pending' then
        return null;
    end if;
    -- A new conversation, or one that a bot hands over. What begins resolved concerns nobody.
    if new.status = 'open' and (is_new or (old.status = 'pending' and actor is null)) then
        -- By a job: a line, its index entries and a broadcast for each of many members would make whoever writes wait.
        perform private.enqueue(
            'tell_new_conversation',
            jsonb_build_object('conversation_id', new.id, 'actor_user_id', actor, 'happened_at', clock_timestamp()),
            new.account_id, private.notify_lock(new.id));
    end if;
    if new.assignee_id is not null and (is_new or new.assignee_id is distinct from old.assignee_id) then
        perform private.notify(array[new.assignee_id], 'conversation_assignment', new, null, actor);
    end if;
    return null;
end;
$$;

comment on function private.notify_of_conversation is
    'Trigger: an assignee follows what they are given and is told; that an inbox''s members are told of a new conversation is a
     job (service.tell_new_conversation).';

create trigger conversations_notify_added
    after insert on public.conversations
    for each row execute function private.notify_of_conversation();
create trigger conversations_notify_changed
    after update on public.conversations
    for each row
    when (
        (new.assignee_id is not null and old.assignee_id is distinct from new.assignee_id)
        or (old.status = 'pending' and new.status = 'open'))
    execute function private.notify_of_conversation();

create function service.tell_new_conversation(p_conversation_id uuid, p_actor_user_id uuid, p_happened_at timestamptz)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    conversation public.conversations;
begin
    -- Whoever deletes it waits for us, or we find it gone.
    select * into conversation from public.conversations where id = p_conversation_id for key share;
    if conversation.status is distinct from 'open' then
        return;
    end if;
    perform private.notify(
        array(
            select member.user_id from public.inbox_members as member
            where member.inbox_id = conversation.inbox_id and member.user_id is distinct from conversation.assignee_id),
        'conversation_creation', conversation, null,
        (select actor.id from public.users as actor where actor.id = p_actor_user_id), p_happened_at);
end;
$$;

comment on function service.tell_new_conversation is
    'Notifies the inbox''s members of a conversation that is new, or that a bot handed over, as it is now: not when it is gone or no
     longer open, nobody who sees it no longer or was given it meanwhile. A second run tells nobody again.';

create function private.mentioned_users(p_conversation public.conversations, p_content text)
returns uuid[]
language sql stable security definer set search_path = ''
as $$
    with named as (
        select mention[1] as kind, mention[2]::uuid as id
        from regexp_matches(
            p_content,
            '\(mention://(user|team)/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/[^()]{0,255}\)',
            'g') as mention
        limit 50
    ),
    wanted as (
        select named.id from named where named.kind = 'user'
        union
        select member.user_id
        from named
        join public.team_members as member
            on named.kind = 'team' and member.account_id = p_conversation.account_id and member.team_id = named.id
    )
    select coalesce(array_agg(wanted.id order by wanted.id), '{}')
    from wanted
    where private.reaches(wanted.id, p_conversation)
$$;

comment on function private.mentioned_users is
    'Whom a note mentions as (mention://user|team/<id>/<name>), teams as their members; only those who work the conversation''s inbox or team.';

create function private.notify_of_message()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    conversation public.conversations;
    mentioned uuid[] := '{}';
begin
    select * into conversation from public.conversations where id = new.conversation_id;
    if new.private and new.content like '%(mention://%' then
        mentioned := array_remove(private.mentioned_users(conversation, new.content), new.sender_user_id);
        perform private.add_participant(conversation.id, mentioned_id) from unnest(mentioned) as mentioned_id;
        insert into public.mentions (account_id, conversation_id, user_id, message_id, mentioned_at)
        select conversation.account_id, conversation.id, mentioned_id, new.id, new.created_at
        from unnest(mentioned) as mentioned_id
        on conflict on constraint mentions_pkey do update
        set message_id = excluded.message_id, mentioned_at = excluded.mentioned_at;
        perform private.notify(mentioned, 'conversation_mention', conversation, new.id, new.sender_user_id);
    end if;
    -- Each is told once of a message: first as mentioned, then as assignee, then as participant.
    if conversation.assignee_id is not null and not conversation.assignee_id = any (mentioned) then
        perform private.notify(
            array[conversation.assignee_id], 'assigned_conversation_new_message', conversation, new.id, new.sender_user_id);
    end if;
    perform private.notify(
        array(
            select participant.user_id
            from public.conversation_participants as participant
            where participant.conversation_id = conversation.id
                and participant.user_id is distinct from conversation.assignee_id
                and not participant.user_id = any (mentioned)),
        'participating_conversation_new_message', conversation, new.id, new.sender_user_id);
    return null;
end;
$$;

comment on function private.notify_of_message is
    'Trigger: a person''s message is told to whom it mentions, to the assignee and to those who follow the conversation.';

create trigger messages_notify
    after insert on public.messages
    for each row
    when (
        (new.message_type = 'incoming' and not new.content_attributes ? 'history')
        or (new.message_type = 'outgoing' and new.sender_user_id is not null))
    execute function private.notify_of_message();

create function private.tell_notifications_read(p_account_id uuid, p_ids uuid[])
returns void
language sql set search_path = ''
as $$
    select private.broadcast(
        'user:' || auth.uid(),
        'notification.updated',
        jsonb_build_object(
            'account_id', p_account_id,
            'ids', to_jsonb(p_ids),
            'unread_count', private.unread_notifications(p_account_id, auth.uid())))
$$;

comment on function private.tell_notifications_read is 'Tells the caller''s other screens which notifications they have read; null = all.';

create function private.read_notifications(p_account_id uuid, p_conversation_id uuid)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    read uuid;
begin
    if exists (
        select from private.jobs as job
        where job.lock = private.notify_lock(p_conversation_id) and job.status in ('queued', 'running'))
    then
        -- What a member is about to be told they know by now: a line that is read already keeps the job from telling them.
        insert into public.notifications as line (account_id, user_id, notification_type, conversation_id, read_at)
        select conversation.account_id, member.user_id, 'conversation_creation', conversation.id, now()
        from public.conversations as conversation
        join public.inbox_members as member
            on member.account_id = conversation.account_id and member.inbox_id = conversation.inbox_id
                and member.user_id = auth.uid()
        where conversation.id = p_conversation_id and conversation.assignee_id is distinct from member.user_id
        on conflict on constraint notifications_conversation_id_user_id_key do update
        set created_at = excluded.created_at
        where line.read_at is not null;
    end if;
    update public.notifications
    set read_at = now()
    where conversation_id = p_conversation_id and user_id = auth.uid() and read_at is null
    returning id into read;
    if read is not null then
        perform private.tell_notifications_read(p_account_id, array[read]);
    end if;
end;
$$;

comment on function private.read_notifications is 'Who opens a conversation has read what they were notified of it.';

create function private.mark_notifications_read(p_account_id uuid, p_ids uuid[])
returns jsonb
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.require_member(p_account_id);
    update public.notifications
    set read_at = now()
    where account_id = p_account_id
        and user_id = auth.uid()
        and read_at is null
        and (p_ids is null or id = any (p_ids));
    if found then
        perform private.tell_notifications_read(p_account_id, p_ids);
    end if;
    return jsonb_build_object('unread_count', private.unread_notifications(p_account_id, auth.uid()));
end;
$$;

comment on function private.mark_notifications_read is 'See public.mark_notifications_read.';
grant execute on function private.mark_notifications_read to authenticated;

create function public.mark_notifications_read(p_account_id uuid, p_ids uuid[] default null)
returns jsonb
language sql set search_path = ''
as $$
    select private.mark_notifications_read(p_account_id, p_ids)
$$;

comment on function public.mark_notifications_read is
    'The caller has read these of their notifications, or all of them (null). Returns {unread_count}. Fails with account_not_found.';
grant execute on function public.mark_notifications_read to authenticated;

create function private.delete_notifications(p_account_id uuid, p_ids uuid[], p_read_only boolean)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.require_member(p_account_id);
    delete from public.notifications
    where account_id = p_account_id
        and user_id = auth.uid()
        and (p_ids is null or id = any (p_ids))
        and (not coalesce(p_read_only, false) or read_at is not null);
    if found then
        perform private.tell_notifications_read(p_account_id, p_ids);
    end if;
    return jsonb_build_object('unread_count', private.unread_notifications(p_account_id, auth.uid()));
end;
$$;

comment on function private.delete_notifications is 'See public.delete_notifications.';
grant execute on function private.delete_notifications to authenticated;

create function public.delete_notifications(
    p_account_id uuid, p_ids uuid[] default null, p_read_only boolean default false
)
returns jsonb
language sql set search_path = ''
as $$
    select private.delete_notifications(p_account_id, p_ids, p_read_only)
$$;

comment on function public.delete_notifications is
    'Removes these of the caller''s notifications, or all (null), or only the read ones. Returns {unread_count}.
     Fails with account_not_found.';
grant execute on function public.delete_notifications to authenticated;

create function private.notification_list(p_account_id uuid, p_cursor jsonb, p_limit int, p_unread boolean)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    cursor_at timestamptz;
    cursor_id uuid;
    found public.notifications[];
begin
    perform private.require_member(p_account_id);
    if coalesce(p_limit, 0) not between 1 and 100 then
        perform private.fail(400, 'invalid_argument', 'limit is 1 to 100.');
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
    select array_agg(page order by page.created_at desc, page.id desc) into found
    from (
        select *
        from public.notifications as notification
        where notification.account_id = p_account_id
            and notification.user_id = auth.uid()
            and (cursor_id is null or (notification.created_at, notification.id) < (cursor_at, cursor_id))
            and (not coalesce(p_unread, false) or notification.read_at is null)
            and (notification.snoozed_until is null or notification.snoozed_until <= now())
        order by notification.created_at desc, notification.id desc
        limit p_limit + 1
    ) as page;
    return jsonb_build_object(
        'rows', (
            select coalesce(jsonb_agg(
                private.notification_json(
                    shown, private.notified_by(shown.actor_user_id),
                    case when private.sees(shown.user_id, conversation) then private.notified_of(conversation) end)
                order by shown.created_at desc, shown.id desc), '[]')
            from unnest(found[1:p_limit]) as shown
            left join public.conversations as conversation on conversation.id = shown.conversation_id),
        'next_cursor', case when cardinality(found) > p_limit
            then jsonb_build_object('at', found[p_limit].created_at, 'id', found[p_limit].id) end,
        'unread_count', private.unread_notifications(p_account_id, auth.uid()));
end;
$$;

comment on function private.notification_list is 'See public.notification_list.';
grant execute on function private.notification_list to authenticated;

create function public.notification_list(
    p_account_id uuid, p_cursor jsonb default null, p_limit int default 15, p_unread boolean default false
)
returns jsonb
language sql stable set search_path = ''
as $$
    select private.notification_list(p_account_id, p_cursor, p_limit, p_unread)
$$;

comment on function public.notification_list is
    'One page of the caller''s notifications, newest first: {rows, next_cursor, unread_count}; unread_count is 100 at most.
     Snoozed ones are left out until their time. Fails with account_not_found, invalid_argument, invalid_cursor.';
grant execute on function public.notification_list to authenticated;

create function service.notification_email(p_notification_id uuid, p_created_at timestamptz)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'to', reader.email,
        'locale', account.locale,
        'account_id', account.id,
        'account_name', account.name,
        'notification_type', notification.notification_type,
        'display_id', conversation.display_id,
        'inbox_name', inbox.name,
        'contact_name', contact.name,
        'actor_name', private.shown_name(actor),
        'private', coalesce(message.private, false),
        'excerpt', array_to_string((regexp_split_to_array(btrim(left(message.content, 1000)), '\s+'))[1:10], ' '))
    from public.notifications as notification
    join public.users as reader on reader.id = notification.user_id
    join public.accounts as account on account.id = notification.account_id and account.status = 'active'
    join public.conversations as conversation on conversation.id = notification.conversation_id
    join public.inboxes as inbox on inbox.id = conversation.inbox_id
    join public.contacts as contact on contact.id = conversation.contact_id
    left join public.users as actor on actor.id = notification.actor_user_id
    left join public.messages as message
        on message.conversation_id = conversation.id and message.id = notification.message_id
    where notification.id = p_notification_id
        and notification.created_at = p_created_at
        and notification.read_at is null
        -- Asked again now: a note must not reach somebody who lost the conversation in the meantime.
        and private.sees(notification.user_id, conversation)
$$;

comment on function service.notification_email is
    'What the e-mail of a notification says; null when it was read, replaced by a newer one, or is no longer theirs to see.';

alter table public.mentions enable row level security;
alter table public.notifications enable row level security;
alter table public.notification_settings enable row level security;

create policy "agents read where they were mentioned"
    on public.mentions for select to authenticated
    using (user_id = (select auth.uid()) and account_id = any ((select private.account_ids())::uuid[]));

create policy "agents read their own notifications"
    on public.notifications for select to authenticated
    using (user_id = (select auth.uid()) and account_id = any ((select private.account_ids())::uuid[]));

create policy "agents mark their own notifications"
    on public.notifications for update to authenticated
    using (user_id = (select auth.uid()) and account_id = any ((select private.account_ids())::uuid[]))
    with check (user_id = (select auth.uid()) and account_id = any ((select private.account_ids())::uuid[]));

create policy "agents read their own notification settings"
    on public.notification_settings for select to authenticated
    using (user_id = (select auth.uid()) and account_id = any ((select private.account_ids())::uuid[]));

create policy "agents change their own notification settings"
    on public.notification_settings for update to authenticated
    using (user_id = (select auth.uid()) and account_id = any ((select private.account_ids())::uuid[]))
    with check (user_id = (select auth.uid()) and account_id = any ((select private.account_ids())::uuid[]));

grant select on public.mentions, public.notifications, public.notification_settings to authenticated;
grant update (read_at, snoozed_until) on public.notifications to authenticated;
grant update (email, push) on public.notification_settings to authenticated;
