-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

CREATE OR REPLACE FUNCTION private.merge_into(p_base_id uuid, p_mergee_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    base public.contacts;
    mergee public.contacts;
begin
    if p_base_id = p_mergee_id then
        return;
    end if;
    -- Both locked in one order: two merges of the same pair take turns, and the second finds one gone.
    perform from public.contacts where id in (p_base_id, p_mergee_id) order by id for update;
    select * into base from public.contacts where id = p_base_id;
    select * into mergee from public.contacts where id = p_mergee_id and account_id = base.account_id;
    if mergee.id is null then
        perform private.fail(
            409, 'contact_gone', 'One of the two was merged or deleted meanwhile.', 'Look at the contact again.');
    end if;
    -- Their conversations too, in the order in which whoever changes many of them takes them.
    perform from public.conversations
    where account_id = base.account_id and contact_id = mergee.id
    order by id
    for no key update;
    update public.contact_inboxes set contact_id = base.id
    where account_id = base.account_id and contact_id = mergee.id;
    update private.visitor_sessions set contact_id = base.id
    where account_id = base.account_id and contact_id = mergee.id;
    update public.conversations set contact_id = base.id
    where account_id = base.account_id and contact_id = mergee.id;
    update public.messages set sender_contact_id = base.id
    where account_id = base.account_id and sender_contact_id = mergee.id;
    update public.notes set contact_id = base.id
    where account_id = base.account_id and contact_id = mergee.id;
    delete from public.contacts where id = mergee.id;
    update public.contacts
    set name = coalesce(nullif(base.name, ''), mergee.name),
        middle_name = coalesce(nullif(base.middle_name, ''), mergee.middle_name),
        last_name = coalesce(nullif(base.last_name, ''), mergee.last_name),
        email = coalesce(base.email, mergee.email),
        phone_number = coalesce(base.phone_number, mergee.phone_number),
        identifier = coalesce(base.identifier, mergee.identifier),
        avatar_url = coalesce(base.avatar_url, mergee.avatar_url),
        blocked = base.blocked or mergee.blocked,
        labels = (
            select coalesce(array_agg(distinct title order by title), '{}')
            from unnest(base.labels || mergee.labels) as title),
        custom_attributes = private.merged_attributes(base.custom_attributes, mergee.custom_attributes),
        additional_attributes = private.merged_attributes(base.additional_attributes, mergee.additional_attributes),
        last_activity_at = greatest(base.last_activity_at, mergee.last_activity_at)
    where id = base.id;
    perform private.record_event(
        base.account_id, 'contact.merged', null,
        jsonb_build_object('contact_id', base.id, 'mergee_id', mergee.id));
end;
$function$;

CREATE OR REPLACE FUNCTION private.pick_assignee(p_account_id uuid, p_inbox_id uuid, p_team_id uuid)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION private.write_message()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    -- No client can name message_type, so activity lines and templates come from our own functions.
    client constant text := case
        when new.message_type in ('activity', 'template') then 'system'
        else coalesce(current_setting('role', true), 'none') end;
    conversation public.conversations;
    contact public.contacts;
    recent int;
    public_reply boolean;
    reopened text;
    came_in boolean;
    sender_is_contact boolean;
begin
    -- Clients' rights come first: a trigger runs before the policy's check, and must not tell a stranger
    -- more than it. The answer is the same for a conversation that is missing and one that is not theirs.
    select * into conversation from public.conversations where id = new.conversation_id;
    if conversation.id is null
        or (client = 'authenticated' and not private.can_see(conversation))
        or (client = 'visitor' and conversation.contact_inbox_id is distinct from private.visitor_contact_inbox_id())
    then
        perform private.fail(404, 'conversation_not_found', 'There is no such conversation.');
    end if;

    if client in ('authenticated', 'visitor') then
        if private.is_blank(new.content) and new.attachments_at is null then
            perform private.fail(400, 'message_empty', 'Write something first.');
        end if;
        new.content_type := 'text';
        new.created_at := now();
        new.source_id := null;
    end if;
    if client = 'authenticated' then
        new.message_type := 'outgoing';
        new.sender_user_id := auth.uid();
        new.sender_contact_id := null;
        new.content_attributes := private.client_attributes(new.content_attributes, new.private);
        new.status := case when new.private then 'sent' else private.initial_status(conversation.inbox_id) end;
        if char_length(new.content) > 150000 then
            perform private.fail(400, 'message_too_long', 'A message has 150,000 characters at most.');
        end if;
    elsif client = 'visitor' then
        new.message_type := 'incoming';
        new.private := false;
        new.content_attributes := '{}';
        new.sender_user_id := null;
        new.sender_contact_id := conversation.contact_id;
        new.status := 'sent';
        if char_length(new.content) > 10000 then
            perform private.fail(400, 'message_too_long', 'A message has 10,000 characters at most.');
        end if;
        if not private.can_visitor_reply(conversation) then
            perform private.fail(
                409, 'conversation_resolved', 'This conversation is closed.', 'Start a new conversation.');
        end if;
        perform private.take('visitor:' || conversation.contact_inbox_id, 20, 1);
    end if;
    new.account_id := conversation.account_id;
    new.inbox_id := conversation.inbox_id;
    new.updated_at := now();
    new.content_attributes := private.resolve_reply(new);
    -- What was said before the inbox was connected is shown, and no news: nobody waits for an answer to it.
    came_in := new.message_type = 'incoming' and not new.content_attributes ? 'history';

    -- Locks are taken in the order contact, conversation, message, here and everywhere.
    if came_in then
        -- Held, so that a merge of the contact comes before this message or after it, and never in between.
        perform from public.contacts where id = conversation.contact_id for key share;
        update public.contacts set last_activity_at = now()
        where id = conversation.contact_id
            and (last_activity_at is null or last_activity_at < now() - interval '1 minute');
    end if;
    sender_is_contact := new.sender_contact_id = conversation.contact_id;
    select * into conversation from public.conversations where id = new.conversation_id for no key update;
    select * into contact from public.contacts where id = conversation.contact_id;
    if sender_is_contact then
        new.sender_contact_id := conversation.contact_id;  -- who was merged meanwhile
    end if;
    -- Asked before anything moves: an insert that conflicts runs this trigger too, also when it is to do nothing.
    if exists (select from public.messages where conversation_id = new.conversation_id and id = new.id) then
        perform private.fail(409, 'message_id_taken', 'Another message has this id.');
    end if;

    if client in ('authenticated', 'visitor') then
        select count(*) into recent
        from (
            select from public.messages
            where conversation_id = new.conversation_id
                and seq > conversation.last_seq - 400
                and created_at > now() - interval '1 minute'
            limit 200
        ) as minute;
        if recent >= 200 then
            perform private.fail(
                429, 'too_many_messages', 'This conversation got 200 messages within a minute.', 'Wait a minute.');
        end if;
    end if;

    -- Not what was written elsewhere and comes back from the provider.
    if new.message_type in ('outgoing', 'template') and not new.content_attributes ? 'external_echo' then
        new.content := private.render_variables(new.content, conversation, contact, new.sender_user_id);
    end if;

    -- A human's public answer: what ends the waiting.
    public_reply := new.message_type = 'outgoing' and not new.private and new.sender_user_id is not null
        and not new.content_attributes ? 'automation_rule_id' and not new.content_attributes ? 'campaign_id';
    reopened := case when came_in then private.reopened_status(conversation, contact.blocked) else conversation.status end;

    update public.conversations
    set last_seq = last_seq + 1,
        last_visitor_seq = last_visitor_seq + private.is_visible_to_visitor(new)::int,
        last_activity_at = greatest(last_activity_at, new.created_at),
        status = reopened,
        waiting_since = case
            when public_reply then null
            when came_in then coalesce(waiting_since, new.created_at)
            else waiting_since end,
        first_reply_created_at = case
            when public_reply then coalesce(first_reply_created_at, new.created_at)
            else first_reply_created_at end,
        unread_count = unread_count + came_in::int,
        visitor_unread_count = visitor_unread_count
            + (new.message_type in ('outgoing', 'template') and not new.private
                and not new.content_attributes ? 'history')::int,
        -- Lists show what people said; the system's own lines only where there is nothing else.
        preview = case when new.message_type = 'activity'
            or (new.message_type = 'template' and preview is not null)
            then preview else jsonb_build_object(
            'content', left(new.content, 200),
            'message_type', new.message_type,
            'private', new.private,
            'attachments', new.attachments_at is not null,
            'sender_name', private.message_sender(new) ->> 'name',
            'created_at', new.created_at) end
    where id = new.conversation_id
    returning * into conversation;

    new.seq := conversation.last_seq;
    new.updated_seq := conversation.last_seq;
    new.visitor_seq := case when private.is_visible_to_visitor(new) then conversation.last_visitor_seq end;
    return new;
end;
$function$;
