-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

CREATE OR REPLACE FUNCTION private.chosen_title(p_conversation_id uuid, p_value text)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select item.value ->> 'title'
    from public.messages as message
    cross join lateral jsonb_array_elements(message.content_attributes -> 'items') as item
    where message.conversation_id = p_conversation_id
        and message.content_type = 'input_select'
        and jsonb_typeof(message.content_attributes -> 'items') = 'array'
        and item.value ->> 'value' = p_value
    order by message.seq desc
    limit 1
$function$;

ALTER FUNCTION "private"."chosen_title"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.client_attributes(p_attributes jsonb, p_private boolean)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
    unknown text;
    field text;
begin
    if jsonb_typeof(p_attributes) <> 'object' then
        perform private.fail(400, 'content_attributes_invalid', 'content_attributes is an object.');
    end if;
    select attribute.key into unknown
    from jsonb_object_keys(p_attributes) as attribute (key)
    where attribute.key not in ('in_reply_to', 'to_emails', 'cc_emails', 'bcc_emails', 'template_params', 'items')
    limit 1;
    if unknown is not null then
        perform private.fail(
            400, 'content_attributes_invalid', format('A message cannot be given the attribute %L.', left(unknown, 50)),
            'Give in_reply_to, to_emails, cc_emails, bcc_emails, items or template_params.');
    end if;
    foreach field in array array['to_emails', 'cc_emails', 'bcc_emails'] loop
        if p_attributes ? field and (
            p_private
            or jsonb_typeof(p_attributes -> field) <> 'array'
            or jsonb_array_length(p_attributes -> field) > 50
            or exists (
                select from jsonb_array_elements(p_attributes -> field) as address (value)
                where jsonb_typeof(address.value) <> 'string'
                    or char_length(address.value #>> '{}') > 254
                    or address.value #>> '{}' !~ '^[^@[:space:][:cntrl:],;<>"]+@[^@[:space:][:cntrl:],;<>"]+\.[^@[:space:][:cntrl:],;<>"]+$'))
        then
            perform private.fail(
                400, 'content_attributes_invalid', format('%s is a list of at most 50 e-mail addresses, and not for notes.', field));
        end if;
    end loop;
    if p_attributes ? 'template_params' and (
        p_private
        or coalesce(p_attributes #>> '{template_params,name}', '') = ''
        or coalesce(p_attributes #>> '{template_params,language}', '') = '')
    then
        perform private.fail(
            400, 'content_attributes_invalid', 'template_params gives the template''s name and language, and is not for notes.');
    end if;
    return p_attributes;
end;
$function$;

CREATE OR REPLACE FUNCTION private.connection_failures(p_inbox_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    inbox constant public.inboxes := private.administered_inbox(p_inbox_id);
    found jsonb;
begin
    select jsonb_build_object(
        'failed', count(*) filter (where lately.status = 'failed'),
        'unknown', count(*) filter (where lately.status = 'unknown'))
    into found
    from (
        select message.status
        from public.messages as message
        where message.account_id = inbox.account_id
            and message.created_at > now() - interval '24 hours'
            and message.inbox_id = p_inbox_id
            and message.status in ('failed', 'unknown')
        limit 1000
    ) as lately;
    return found;
end;
$function$;

ALTER FUNCTION "private"."connection_failures"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.options_of(p_items jsonb, p_channel_type text)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
    -- Longer titles would be cut by the provider, or by us.
    most constant int := case
        when p_channel_type in ('whatsapp_cloud', 'whatsapp_360dialog') then 10
        when p_channel_type in ('messenger', 'instagram', 'line') then 13
        else 20 end;
    longest constant int := case
        when p_channel_type in ('whatsapp_cloud', 'whatsapp_360dialog') then 24
        when p_channel_type in ('messenger', 'instagram', 'line') then 20
        when p_channel_type = 'telegram' then 60
        else 100 end;
    largest constant int := case when p_channel_type = 'telegram' then 64 else 200 end;
    options jsonb;
begin
    if jsonb_typeof(p_items) = 'array' and jsonb_array_length(p_items) <= most and not exists (
        select from jsonb_array_elements(p_items) as item
        where jsonb_typeof(item.value) <> 'object'
            or item.value - '{title,value,description}'::text[] <> '{}'
            or jsonb_typeof(item.value -> 'title') is distinct from 'string'
            or jsonb_typeof(coalesce(item.value -> 'value', '""')) <> 'string'
            or jsonb_typeof(coalesce(item.value -> 'description', '""')) <> 'string')
    then
        select jsonb_agg(
            item.value || jsonb_build_object('value', coalesce(nullif(item.value ->> 'value', ''), item.value ->> 'title'))
            order by item.position)
        into options
        from jsonb_array_elements(p_items) with ordinality as item (value, position)
        having count(distinct item.value ->> 'title') = count(*)
            and count(distinct coalesce(nullif(item.value ->> 'value', ''), item.value ->> 'title')) = count(*)
            and not bool_or(private.is_blank(item.value ->> 'title'))
            and max(char_length(item.value ->> 'title')) <= longest
            and max(octet_length(coalesce(nullif(item.value ->> 'value', ''), item.value ->> 'title'))) <= largest
            and coalesce(max(char_length(item.value ->> 'description')), 0) <= 72;
    end if;
    if options is null then
        perform private.fail(
            400, 'content_attributes_invalid', 'items is a list of answers to choose from: {title, value, description}.',
            format(
                'Here: 1 to %s, titles of up to %s characters and values of up to %s bytes, none twice; descriptions of up to 72 characters.',
                most, longest, largest));
    end if;
    return options;
end;
$function$;

ALTER FUNCTION "private"."options_of"(jsonb, text) OWNER TO "postgres";

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
    for_visitor boolean;
    reopened text;
    came_in boolean;
    sender_is_contact boolean;
begin
    -- Clients' rights come first: a trigger runs before the policy's check, and must not tell a stranger
    -- more than it. The answer is the same for a conversation that is missing and one that is not theirs.
    select * into conversation from public.conversations where id = new.conversation_id;
    if conversation.id is null
        or (client = 'authenticated' and not private.sees(auth.uid(), conversation))
        or (client = 'visitor' and conversation.contact_inbox_id is distinct from private.visitor_contact_inbox_id())
    then
        perform private.fail(404, 'conversation_not_found', 'There is no such conversation.');
    end if;

    if client in ('authenticated', 'visitor') then
        -- A template has words of its own.
        if private.is_blank(new.content) and new.attachments_at is null and not new.content_attributes ? 'template_params' then
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
        if new.content_attributes <> '{}' then
            new.content_attributes := private.client_attributes(new.content_attributes, new.private);
        end if;
        if new.content_attributes ? 'items' then
            if new.private or new.content_attributes ? 'template_params' then
                perform private.fail(400, 'content_attributes_invalid', 'items are not for notes, and not for templates.');
            end if;
            new.content_type := 'input_select';
            new.content_attributes := new.content_attributes || jsonb_build_object('items', (
                select private.options_of(new.content_attributes -> 'items', inbox.channel_type)
                from public.inboxes as inbox
                where inbox.id = conversation.inbox_id));
        end if;
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
    if new.content_attributes ?| array['in_reply_to', 'in_reply_to_external_id'] then
        new.content_attributes := private.resolve_reply(new);
    end if;
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
    if sender_is_contact then
        new.sender_contact_id := conversation.contact_id;  -- who was merged meanwhile
    end if;
    -- Asked before anything moves: an insert that conflicts runs this trigger too, also when it is to do nothing.
    if exists (select from public.messages where conversation_id = new.conversation_id and id = new.id) then
        perform private.fail(409, 'message_id_taken', 'Another message has this id.');
    end if;

    -- Counted only where so many are possible: a change moves last_seq, and a message last_activity_at too.
    if client in ('authenticated', 'visitor')
        and conversation.last_seq >= 200
        and conversation.last_activity_at > now() - interval '1 minute'
    then
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
        if new.content_attributes ? 'template_params' then
            select * into contact from public.contacts where id = conversation.contact_id;
            new := private.fill_channel_template(new, conversation, contact);
        else
            if client = 'authenticated' and not new.private then
                perform private.require_open_window(conversation);
            end if;
            if strpos(new.content, '{{') > 0 then
                select * into contact from public.contacts where id = conversation.contact_id;
                new.content := private.render_variables(new.content, conversation, contact, new.sender_user_id);
            end if;
        end if;
    end if;

    -- A human's public answer: what ends the waiting.
    public_reply := new.message_type = 'outgoing' and not new.private and new.sender_user_id is not null
        and not new.content_attributes ? 'automation_rule_id' and not new.content_attributes ? 'campaign_id';
    reopened := conversation.status;
    if came_in and reopened in ('snoozed', 'resolved') then
        select private.reopened_status(conversation, writer.blocked) into reopened
        from public.contacts as writer where writer.id = conversation.contact_id;
    end if;
    for_visitor := private.is_visible_to_visitor(new);

    update public.conversations
    set last_seq = last_seq + 1,
        last_visitor_seq = last_visitor_seq + for_visitor::int,
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
            'sender_name', private.sender_json(new.sender_user_id, new.sender_contact_id, new.inbox_id) ->> 'name',
            'created_at', new.created_at) end
    where id = new.conversation_id
    returning * into conversation;

    new.seq := conversation.last_seq;
    new.updated_seq := conversation.last_seq;
    new.visitor_seq := case when for_visitor then conversation.last_visitor_seq end;
    return new;
end;
$function$;

CREATE OR REPLACE FUNCTION public.connection_failures(p_inbox_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.connection_failures(p_inbox_id)
$function$;

ALTER FUNCTION "public"."connection_failures"(uuid) OWNER TO "postgres";

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
        left(coalesce(
            -- Some providers tell of a pressed button by its value only.
            case when p_message #>> '{content_attributes,payload}' = p_message ->> 'content' then
                private.chosen_title(receiving_id, p_message ->> 'content') end,
            p_message ->> 'content',
            ''), 150000),
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

COMMENT ON FUNCTION "private"."chosen_title"(uuid, text) IS 'What stood on the button that has this value, in the last message of the conversation that offered it. Null for any other.';

COMMENT ON FUNCTION "private"."connection_failures"(uuid) IS 'See public.connection_failures.';

COMMENT ON FUNCTION "private"."options_of"(jsonb, text) IS 'The answers that an agent offers, checked for the channel, each with its value (the title where none is given). Fails with
     content_attributes_invalid.';

COMMENT ON FUNCTION "public"."connection_failures"(uuid) IS 'How many messages of the last 24 hours the provider did not take (failed) or may not have taken (unknown): {failed, unknown}, counted up
     to 1000. Administrators only. Fails with inbox_not_found, not_administrator.';

COMMENT ON FUNCTION "public"."send_message"(uuid, uuid, text, boolean, bigint, uuid[], uuid, jsonb) IS 'Sends a reply, or a note when private, under an id made by the caller: sending again returns the same message.
     With expected_last_seq a public reply is refused when someone else wrote after it: conversation_moved, details = {messages}.
     attachments are ids of request_upload, 15 at most, each uploaded; with one the content may be empty.
     in_reply_to names a message of the same conversation. content_attributes may hold to_emails, cc_emails, bcc_emails
     (lists) and template_params {name, language, processed_params: {header, body, buttons}}: a template of the inbox, whose filled-in
     words become the content. Outside the reply window nothing else goes out. items [{title, value, description}] are answers to choose
     from: buttons or a list where the channel has them, else numbered lines. Fails also with conversation_not_found,
     message_empty, message_too_long, message_id_taken, too_many_messages, too_many_attachments, attachment_not_found,
     reply_target_not_found, content_attributes_invalid, window_closed, and with template_not_found, template_not_approved,
     template_unsupported, template_values_missing (details = {fields}), template_value_too_long, template_file_invalid.';

REVOKE ALL ON FUNCTION "private"."chosen_title"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."chosen_title"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."chosen_title"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."connection_failures"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."connection_failures"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."connection_failures"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."connection_failures"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."options_of"(jsonb, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."options_of"(jsonb, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."options_of"(jsonb, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."connection_failures"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."connection_failures"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."connection_failures"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."connection_failures"(uuid) TO "postgres";
