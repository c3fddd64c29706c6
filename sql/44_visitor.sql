-- visitor: what the website chat may do. Visitors have no table of their own to read or write; these
-- functions are their whole world, and each starts from the contact_inbox_id of their token.

create function private.visitor_conversation(p_id uuid)
returns public.conversations
language plpgsql stable security definer set search_path = ''
as $$
declare
    conversation public.conversations;
begin
    select * into conversation
    from public.conversations
    where id = p_id and contact_inbox_id = private.visitor_contact_inbox_id();
    if conversation.id is null then
        perform private.fail(404, 'conversation_not_found', 'There is no such conversation.');
    end if;
    return conversation;
end;
$$;

comment on function private.visitor_conversation is 'The conversation, if it is the calling visitor''s; else conversation_not_found.';

create function private.has_widget_feature(p_inbox_id uuid, p_feature text)
returns boolean
language sql stable security definer set search_path = ''
as $$
    select coalesce((
        select p_feature = any (widget.features)
        from public.channel_web_widgets as widget where widget.inbox_id = p_inbox_id), false)
$$;

comment on function private.has_widget_feature is 'Whether the website chat of this inbox has the feature switched on.';

create function private.visitor_conversation_json(p_conversation public.conversations)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'id', p_conversation.id,
        'status', p_conversation.status,
        'last_seq', p_conversation.last_visitor_seq,
        'unread_count', p_conversation.visitor_unread_count,
        'last_activity_at', p_conversation.last_activity_at,
        'can_reply', private.can_visitor_reply(p_conversation),
        'can_end', p_conversation.status <> 'resolved' and private.has_widget_feature(
            p_conversation.inbox_id, 'end_conversation'))
$$;

comment on function private.visitor_conversation_json is 'A conversation as its visitor gets it.';

create function private.widget_conversations()
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object('conversations', coalesce(
        jsonb_agg(private.visitor_conversation_json(conversation) order by conversation.id desc), '[]'))
    from (
        select *
        from public.conversations
        where contact_inbox_id = private.visitor_contact_inbox_id()
            and account_id = (auth.jwt() ->> 'account_id')::uuid
        order by id desc
        limit 20
    ) as conversation
$$;

comment on function private.widget_conversations is 'See public.widget_conversations.';
grant execute on function private.widget_conversations to visitor;

create function public.widget_conversations()
returns jsonb
language sql stable set search_path = ''
as $$
    select private.widget_conversations()
$$;

comment on function public.widget_conversations is 'The visitor''s newest 20 conversations, newest first: {conversations}.';
grant execute on function public.widget_conversations to visitor;

create function private.widget_messages(
    p_conversation_id uuid, p_before_seq bigint, p_after_change bigint, p_limit int
)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    conversation public.conversations := private.visitor_conversation(p_conversation_id);
    page jsonb;
    first_seq bigint;
    last_change bigint;
begin
    if coalesce(p_limit, 0) not between 1 and 200 then
        perform private.fail(400, 'invalid_argument', 'limit is 1 to 200.');
    end if;
    if p_after_change is not null then
        select jsonb_agg(private.visitor_message_json(message) order by message.visitor_seq), max(message.visitor_seq)
        into page, last_change
        from (
            select *
            from public.messages
            where conversation_id = p_conversation_id and visitor_seq > p_after_change
            order by visitor_seq
            limit 500
        ) as message;
    else
        select jsonb_agg(private.visitor_message_json(message) order by message.seq), min(message.seq)
        into page, first_seq
        from (
            select *
            from public.messages
            where conversation_id = p_conversation_id
                and visitor_seq is not null
                and seq < coalesce(p_before_seq, 9223372036854775807)
            order by seq desc
            limit p_limit
        ) as message;
    end if;
    return jsonb_build_object(
        'messages', coalesce(page, '[]'),
        'has_more', exists (
            select from public.messages
            where conversation_id = p_conversation_id and visitor_seq is not null and seq < first_seq)
            or exists (
            select from public.messages
            where conversation_id = p_conversation_id and visitor_seq > last_change),
        'last_seq', conversation.last_visitor_seq);
end;
$$;

comment on function private.widget_messages is 'See public.widget_messages.';
grant execute on function private.widget_messages to visitor;

create function public.widget_messages(
    p_conversation_id uuid,
    p_before_seq bigint default null,
    p_after_change bigint default null,
    p_limit int default 30
)
returns jsonb
language sql stable set search_path = ''
as $$
    select private.widget_messages(p_conversation_id, p_before_seq, p_after_change, p_limit)
$$;

comment on function public.widget_messages is
    'The visitor''s messages, oldest first: a page before a position, or what is new or changed after a seq.
     {messages, has_more, last_seq}. Fails with conversation_not_found, invalid_argument.';
grant execute on function public.widget_messages to visitor;

create function private.widget_send_message(
    p_conversation_id uuid, p_id uuid, p_content text, p_attachments uuid[] default '{}'
)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    message public.messages;
    bound_at timestamptz;
begin
    perform private.visitor_conversation(p_conversation_id);
    if p_id is null then
        perform private.fail(400, 'invalid_argument', 'Give the message an id (UUIDv7) of your own.');
    end if;
    perform from public.conversations where id = p_conversation_id for no key update;
    select * into message from public.messages where conversation_id = p_conversation_id and id = p_id;
    if message.id is null then
        bound_at := private.bind_attachments(
            p_conversation_id, p_id, p_attachments, null, private.visitor_contact_inbox_id());
        insert into public.messages (id, conversation_id, content, attachments_at)
        values (p_id, p_conversation_id, coalesce(p_content, ''), bound_at)
        returning * into message;
    elsif message.message_type <> 'incoming' or not private.says(message, p_content) then
        perform private.fail(409, 'message_id_taken', 'Another message has this id.');
    end if;
    return private.visitor_message_json(message);
end;
$$;

comment on function private.widget_send_message is 'See public.widget_send_message.';
grant execute on function private.widget_send_message to visitor;

create function public.widget_send_message(
    p_conversation_id uuid, p_id uuid, p_content text, p_attachments uuid[] default '{}'
)
returns jsonb
language sql set search_path = ''
as $$
    select private.widget_send_message(p_conversation_id, p_id, p_content, p_attachments)
$$;

comment on function public.widget_send_message is
    'The visitor writes, under an id made by their browser: sending again returns the same message.
     attachments are ids of widget_request_upload, each uploaded. Fails with conversation_not_found, conversation_resolved,
     message_empty, message_too_long, too_many_messages, too_many_attachments, attachment_not_found.';
grant execute on function public.widget_send_message to visitor;

create function private.ensure_visitor_contact(p_name text, p_email text)
returns public.contact_inboxes
language plpgsql security definer set search_path = ''
as $$
declare
    session private.visitor_sessions;
    address public.contact_inboxes;
    given_email text := nullif(lower(btrim(p_email)), '');
begin
    select * into address from public.contact_inboxes where id = private.visitor_contact_inbox_id();
    if address.id is not null then
        return address;
    end if;
    -- The ids of the token must be ones we reserved: then nobody can plant a contact of their choice.
    select * into session
    from private.visitor_sessions
    where contact_inbox_id = private.visitor_contact_inbox_id()
        and contact_id = (auth.jwt() ->> 'contact_id')::uuid
        and inbox_id = (auth.jwt() ->> 'inbox_id')::uuid
        and account_id = (auth.jwt() ->> 'account_id')::uuid;
    if session.id is null then
        perform private.fail(401, 'session_expired', 'This chat session is over.', 'Reload the page.');
    end if;
    if given_email is not null and (
        char_length(given_email) > 254 or given_email !~ '^[^@\s]+@[^@\s]+\.[^@\s]+$')
    then
        perform private.fail(400, 'email_invalid', 'This does not look like an e-mail address.');
    end if;
    -- An address that someone else has already is only a claim: it is noted, not taken over.
    insert into public.contacts (id, account_id, name, email, identified, additional_attributes)
    values (
        session.contact_id, session.account_id, left(coalesce(p_name, ''), 255),
        case when not exists (
            select from public.contacts where account_id = session.account_id and email = given_email)
            then given_email end,
        case when given_email is null then 'anonymous' else 'claimed' end,
        case when given_email is null then '{}'::jsonb else jsonb_build_object('claimed_email', given_email) end)
    on conflict (id) do nothing;
    insert into public.contact_inboxes (id, account_id, contact_id, inbox_id, source_id)
    values (
        session.contact_inbox_id, session.account_id, session.contact_id, session.inbox_id,
        session.contact_inbox_id::text)
    on conflict (id) do nothing;
    select * into address from public.contact_inboxes where id = session.contact_inbox_id;
    return address;
end;
$$;

comment on function private.ensure_visitor_contact is
    'The visitor''s address in the inbox; makes the contact with the first message, under the ids their session reserved.';

create function private.widget_identify(p_values jsonb)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    address public.contact_inboxes;
begin
    perform private.take('identify:' || private.visitor_contact_inbox_id(), 10, 10 / 3600.0);
    if p_values is null or jsonb_typeof(p_values) <> 'object' then
        perform private.fail(400, 'invalid_argument', 'values is an object.');
    end if;
    perform pg_advisory_xact_lock(hashtextextended(private.visitor_contact_inbox_id()::text, 0));
    address := private.ensure_visitor_contact(null, null);
    perform private.identify_contact(address.contact_id, p_values);
end;
$$;

comment on function private.widget_identify is 'See public.widget_identify.';
grant execute on function private.widget_identify to visitor;

create function public.widget_identify(p_values jsonb)
returns void
language sql set search_path = ''
as $$
    select private.widget_identify(p_values)
$$;

comment on function public.widget_identify is
    'The visitor''s page says who they are: identifier, name, email, phone_number, avatar_url, custom_attributes,
     additional_attributes. A claim: what is another contact''s already is left out without a word, and nothing merges.
     Fails with session_expired, invalid_argument, too_many_requests.';
grant execute on function public.widget_identify to visitor;

create function private.adopt_session(p_session private.visitor_sessions, p_identifier text)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    contact public.contacts;
    known record;
begin
    -- Two tabs that sign in at once take turns; the second finds the session gone.
    delete from private.visitor_sessions where id = p_session.id;
    if not found then
        return;
    end if;
    select person.* into contact
    from public.contacts as person
    join public.contact_inboxes as address on address.contact_id = person.id
    where address.id = p_session.contact_inbox_id;
    -- Whoever wrote nothing leaves nothing behind; and what was said in another's name stays with that name.
    if contact.id is null or contact.identifier <> p_identifier then
        return;
    end if;
    perform private.identify_contact(contact.id, jsonb_build_object('identifier', p_identifier), '{identifier}');
    select * into known from private.verified_address(p_session.account_id, p_session.inbox_id, p_identifier);
    update public.conversations set contact_inbox_id = known.contact_inbox_id
    where account_id = p_session.account_id and contact_inbox_id = p_session.contact_inbox_id;
    delete from public.contact_inboxes where id = p_session.contact_inbox_id;
end;
$$;

comment on function private.adopt_session is
    'Somebody who wrote as a stranger has signed in: their signed identity gets what they said, and the stranger''s session ends.
     The caller has proof of both, the signature and the session''s own token.';

create function private.widget_start_conversation(
    p_message_id uuid, p_content text, p_name text, p_email text, p_page_url text
)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    address public.contact_inboxes;
    conversation public.conversations;
    message jsonb;
begin
    if p_message_id is null then
        perform private.fail(400, 'invalid_argument', 'Give the message an id (UUIDv7) of your own.');
    end if;
    -- Two tabs that start at once take turns, and end up in the same conversation.
    perform pg_advisory_xact_lock(hashtextextended(private.visitor_contact_inbox_id()::text, 0));
    address := private.ensure_visitor_contact(p_name, p_email);

    select * into conversation
    from public.conversations
    where account_id = address.account_id and contact_inbox_id = address.id
    order by id desc
    limit 1;
    if conversation.id is null
        or (not private.can_visitor_reply(conversation) and not exists (
            select from public.messages where conversation_id = conversation.id and id = p_message_id))
    then
        perform private.take('start:' || address.id, 5, 5 / 3600.0);
        insert into public.conversations (
            account_id, inbox_id, contact_id, contact_inbox_id, additional_attributes)
        values (
            address.account_id, address.inbox_id, address.contact_id, address.id,
            case when p_page_url ~ '^https?://' and char_length(p_page_url) <= 2000
                then jsonb_build_object('referer', p_page_url) else '{}' end)
        returning * into conversation;
    end if;
    message := private.widget_send_message(conversation.id, p_message_id, p_content);
    select * into conversation from public.conversations where id = conversation.id;
    return jsonb_build_object(
        'conversation', private.visitor_conversation_json(conversation), 'message', message);
end;
$$;

comment on function private.widget_start_conversation is 'See public.widget_start_conversation.';
grant execute on function private.widget_start_conversation to visitor;

create function public.widget_start_conversation(
    p_message_id uuid,
    p_content text,
    p_name text default null,
    p_email text default null,
    p_page_url text default null
)
returns jsonb
language sql set search_path = ''
as $$
    select private.widget_start_conversation(p_message_id, p_content, p_name, p_email, p_page_url)
$$;

comment on function public.widget_start_conversation is
    'The visitor''s first message: makes contact and conversation, or goes on in the running one. {conversation, message}.
     Calling again with the same message id returns the same. Fails with session_expired, email_invalid, message_empty,
     message_too_long, too_many_requests.';
grant execute on function public.widget_start_conversation to visitor;

create function private.widget_mark_seen(p_conversation_id uuid)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    conversation public.conversations := private.visitor_conversation(p_conversation_id);
begin
    if conversation.visitor_unread_count = 0 then
        return;
    end if;
    perform private.take('seen:' || conversation.contact_inbox_id, 30, 1);
    update public.conversations
    set visitor_unread_count = 0, contact_last_seen_at = now()
    where id = p_conversation_id;
    update public.messages
    set status = 'read'
    where conversation_id = p_conversation_id
        and message_type in ('outgoing', 'template')
        and not private
        and status in ('sent', 'delivered')
        and seq > conversation.last_seq - 500;
end;
$$;

comment on function private.widget_mark_seen is 'See public.widget_mark_seen.';
grant execute on function private.widget_mark_seen to visitor;

create function public.widget_mark_seen(p_conversation_id uuid)
returns void
language sql set search_path = ''
as $$
    select private.widget_mark_seen(p_conversation_id)
$$;

comment on function public.widget_mark_seen is
    'The visitor has the conversation before them: what agents wrote becomes read. Fails with conversation_not_found.';
grant execute on function public.widget_mark_seen to visitor;

create function private.widget_end_conversation(p_conversation_id uuid)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    conversation public.conversations := private.visitor_conversation(p_conversation_id);
begin
    if not private.has_widget_feature(conversation.inbox_id, 'end_conversation') then
        perform private.fail(403, 'end_not_allowed', 'Conversations of this website are ended by its agents.');
    end if;
    update public.conversations set status = 'resolved'
    where id = p_conversation_id and status <> 'resolved';
    select * into conversation from public.conversations where id = p_conversation_id;
    return private.visitor_conversation_json(conversation);
end;
$$;

comment on function private.widget_end_conversation is 'See public.widget_end_conversation.';
grant execute on function private.widget_end_conversation to visitor;

create function public.widget_end_conversation(p_conversation_id uuid)
returns jsonb
language sql set search_path = ''
as $$
    select private.widget_end_conversation(p_conversation_id)
$$;

comment on function public.widget_end_conversation is
    'The visitor ends the chat: it is resolved. Returns the conversation. Fails with conversation_not_found, end_not_allowed.';
grant execute on function public.widget_end_conversation to visitor;

create function private.widget_typing(p_conversation_id uuid, p_typing boolean)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    conversation public.conversations := private.visitor_conversation(p_conversation_id);
    contact public.contacts;
begin
    perform private.take('typing:' || conversation.contact_inbox_id, 5, 1);
    select * into contact from public.contacts where id = conversation.contact_id;
    perform private.broadcast(
        private.topic_of(conversation),
        'typing',
        jsonb_build_object(
            'conversation_id', p_conversation_id,
            'typing', p_typing,
            'private', false,
            'actor', jsonb_build_object('type', 'contact', 'id', contact.id, 'name', contact.name)));
end;
$$;

comment on function private.widget_typing is 'See public.widget_typing.';
grant execute on function private.widget_typing to visitor;

create function public.widget_typing(p_conversation_id uuid, p_typing boolean)
returns void
language sql set search_path = ''
as $$
    select private.widget_typing(p_conversation_id, p_typing)
$$;

comment on function public.widget_typing is
    'Shows agents that the visitor types. Call at most every two seconds. Fails with conversation_not_found, too_many_requests.';
grant execute on function public.widget_typing to visitor;

create function private.widget_heartbeat()
returns void
language sql security definer set search_path = ''
as $$
    -- A visitor who wrote nothing yet is no contact, and leaves no trace.
    insert into private.contact_presence as presence (account_id, contact_id, seen_at)
    select address.account_id, address.contact_id, clock_timestamp()
    from public.contact_inboxes as address
    where address.id = private.visitor_contact_inbox_id()
    on conflict on constraint contact_presence_pkey do update
    set seen_at = excluded.seen_at
    where presence.seen_at < excluded.seen_at - interval '20 seconds'
$$;

comment on function private.widget_heartbeat is 'See public.widget_heartbeat.';
grant execute on function private.widget_heartbeat to visitor;

create function public.widget_heartbeat()
returns void
language sql set search_path = ''
as $$
    select private.widget_heartbeat()
$$;

comment on function public.widget_heartbeat is 'Says every 60 seconds that the visitor has the chat open.';
grant execute on function public.widget_heartbeat to visitor;
