-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

DROP TRIGGER "messages_notify" ON "public"."messages";

DROP TRIGGER "messages_tell_created" ON "public"."messages";

CREATE OR REPLACE FUNCTION private.receiving_conversation(p_inbox public.inboxes, p_address public.contact_inboxes, p_message jsonb)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    given_thread constant text := p_message ->> 'thread_key';
    imported constant boolean := coalesce(p_message -> 'content_attributes' ? 'history', false);
    found_id uuid;
begin
    if imported and not p_inbox.lock_to_single_conversation then
        -- What was said before has a thread of its own, which is over: it neither opens one nor mixes with one.
        select id into found_id
        from public.conversations
        where account_id = p_inbox.account_id and contact_id = p_address.contact_id and inbox_id = p_inbox.id
            and additional_attributes @> '{"imported": true}'
        order by id
        limit 1;
    elsif p_inbox.channel_type = 'email' then
        found_id := private.mail_conversation(p_inbox, p_address, p_message #> '{content_attributes,email}');
    else
        -- By contact and not by address: two addresses of one contact are one person.
        select id into found_id
        from public.conversations
        where account_id = p_inbox.account_id and contact_id = p_address.contact_id and inbox_id = p_inbox.id
            and (p_inbox.lock_to_single_conversation or status <> 'resolved')
            and additional_attributes ->> 'thread_key' is not distinct from given_thread
        order by last_activity_at desc
        limit 1;
    end if;
    if found_id is null then
        insert into public.conversations (
            account_id, inbox_id, contact_id, contact_inbox_id, status, last_activity_at, additional_attributes)
        values (
            p_inbox.account_id, p_inbox.id, p_address.contact_id, p_address.id,
            case when imported then 'resolved' else 'open' end,
            case when imported then least((p_message ->> 'sent_at')::timestamptz, now()) else now() end,
            jsonb_strip_nulls(jsonb_build_object(
                'source', p_inbox.channel_type,
                'imported', case when imported then true end,
                'mail_subject', left(p_message #>> '{content_attributes,email,subject}', 1000),
                'thread_key', case when p_inbox.channel_type <> 'email' then left(given_thread, 500) end)))
        returning id into found_id;
    end if;
    return found_id;
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
        update public.contacts set last_activity_at = now()
        where id = conversation.contact_id
            and (last_activity_at is null or last_activity_at < now() - interval '1 minute');
    end if;
    select * into conversation from public.conversations where id = new.conversation_id for no key update;
    select * into contact from public.contacts where id = conversation.contact_id;
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

CREATE OR REPLACE FUNCTION service.quarantined_events(p_before_id bigint DEFAULT NULL::bigint, p_limit integer DEFAULT 50)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object('rows', coalesce(jsonb_agg(to_jsonb(kept) order by kept.id desc), '[]'))
    from (
        select event.id, event.account_id, event.inbox_id, inbox.channel_type, octet_length(event.body) as bytes,
            event.error, event.received_at
        from private.provider_events as event
        join public.inboxes as inbox on inbox.id = event.inbox_id
        where event.status = 'quarantined' and event.id < coalesce(p_before_id, 9223372036854775807)
        order by event.id desc
        limit least(greatest(p_limit, 1), 500)
    ) as kept
$function$;

ALTER FUNCTION "service"."quarantined_events"(bigint, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.receive_message(p_inbox_id uuid, p_message jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    inbox constant public.inboxes := private.received_inbox(p_inbox_id);
    given_source constant text := left(p_message ->> 'source_id', 1000);
    echo constant boolean := coalesce((p_message ->> 'echo')::boolean, false);
    sent_at timestamptz := (p_message ->> 'sent_at')::timestamptz;
    address public.contact_inboxes;
    answered public.conversations;
    receiving_id uuid;
    made public.messages;
    answered_id uuid;
    made_id constant uuid := private.uuid_v7();
    arrived_at timestamptz;
begin
    perform private.lock_address(p_inbox_id, coalesce(p_message #>> '{contact,source_id}', ''));
    made := private.message_of_source(p_inbox_id, given_source);
    if made.id is not null then
        return jsonb_build_object(
            'message_id', made.id, 'conversation_id', made.conversation_id, 'duplicate', true,
            'attachments', private.pending_attachments(made));
    end if;
    if exists (
        select from private.mail_tombstones
        where inbox_id = p_inbox_id and hash = sha256(convert_to(given_source, 'UTF8')))
    then
        return jsonb_build_object('message_id', null, 'conversation_id', null, 'duplicate', true, 'attachments', '[]'::jsonb);
    end if;

    if inbox.channel_type = 'web_widget' then
        -- The answer to a digest: it goes where its address says, or nowhere.
        answered := private.answered_conversation(inbox, p_message);
        receiving_id := answered.id;
        if receiving_id is null then
            return jsonb_build_object('message_id', null, 'conversation_id', null, 'duplicate', true, 'attachments', '[]'::jsonb);
        end if;
        select found.* into address
        from public.contact_inboxes as found
        join public.contacts as contact on contact.id = found.contact_id
        where found.id = answered.contact_inbox_id and contact.email = lower(p_message #>> '{contact,email}');
    end if;
    if address.id is null then
        address := private.receiving_contact_inbox(inbox, p_message -> 'contact');
    end if;
    if receiving_id is null then
        receiving_id := private.receiving_conversation(inbox, address, p_message);
    end if;
    if not echo and (address.unreachable_reason is not null) then
        update public.contact_inboxes set unreachable_reason = null where id = address.id;
    end if;
    select message.id into answered_id
    from public.messages as message
    where message.inbox_id = p_inbox_id and message.source_id = p_message ->> 'in_reply_to'
        and message.conversation_id = receiving_id;
    arrived_at := private.receive_attachments(inbox, receiving_id, made_id, p_message -> 'attachments');
    insert into public.messages (
        id, conversation_id, message_type, content_type, content, content_attributes, status, sender_contact_id, source_id,
        attachments_at, created_at)
    values (
        made_id,
        receiving_id,
        case when echo then 'outgoing' else 'incoming' end,
        coalesce(p_message ->> 'content_type', 'text'),
        left(coalesce(p_message ->> 'content', ''), 150000),
        jsonb_strip_nulls(
            coalesce(nullif(p_message -> 'content_attributes', 'null'), '{}') || jsonb_build_object(
                'external_created_at', sent_at,
                'in_reply_to', answered_id,
                'in_reply_to_external_id', p_message ->> 'in_reply_to',
                'external_echo', case when echo then true end,
                'is_unsupported', case when (p_message ->> 'unsupported')::boolean then true end)),
        case when echo then 'delivered' else 'sent' end,
        case when not echo then address.contact_id end,
        given_source,
        arrived_at,
        case when p_message -> 'content_attributes' ? 'history' then least(sent_at, now()) else now() end)
    returning * into made;
    update public.channel_connections
    set last_received_at = now()
    where inbox_id = p_inbox_id and (last_received_at is null or last_received_at < now() - interval '10 seconds');
    return jsonb_build_object(
        'message_id', made.id, 'conversation_id', receiving_id, 'duplicate', false,
        'attachments', private.pending_attachments(made));
end;
$function$;

CREATE INDEX provider_events_quarantined_idx ON private.provider_events USING btree (id) WHERE (status = 'quarantined'::text);

CREATE TRIGGER messages_notify AFTER INSERT ON public.messages FOR EACH ROW WHEN ((((new.message_type = 'incoming'::text) AND (NOT (new.content_attributes ? 'history'::text))) OR ((new.message_type = 'outgoing'::text) AND (new.sender_user_id IS NOT NULL)))) EXECUTE FUNCTION private.notify_of_message();

CREATE TRIGGER messages_tell_created AFTER INSERT ON public.messages FOR EACH ROW WHEN ((NOT (new.content_attributes ? 'history'::text))) EXECUTE FUNCTION private.tell_message_created();

COMMENT ON FUNCTION "private"."receiving_conversation"(public.inboxes, public.contact_inboxes, jsonb) IS 'The conversation a message belongs to: the running one, or a new one; for imported history one that is over.';

COMMENT ON FUNCTION "service"."purge_provider_events"(interval) IS 'Removes requests that were read long ago, 10,000 a call, and receipts nobody waits for. Quarantined ones stay longer: see
     service.purge_dead_letters.';

COMMENT ON FUNCTION "service"."quarantined_events"(bigint, integer) IS 'Providers'' requests that could not be understood, newest first: {rows}, without what they say. Pass the last id for the
     next page; read one again with service.replay_provider_event.';

REVOKE ALL ON FUNCTION "service"."quarantined_events"(bigint, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."quarantined_events"(bigint, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."quarantined_events"(bigint, integer) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."quarantined_events"(bigint, integer) TO "service_role";
