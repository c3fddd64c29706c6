-- webhook: what our customers' own programs are told, and the API channel through which they write to us.

create table private.webhook_deliveries (
    id uuid primary key default private.uuid_v7(),
    account_id uuid not null,
    inbox_id uuid not null,
    event text not null,
    subject_id text not null,
    attempts int not null default 0,
    status text not null default 'pending',
    response_status int,
    error text,
    created_at timestamptz not null default now(),
    last_attempt_at timestamptz,
    constraint webhook_deliveries_inbox_fkey foreign key (account_id, inbox_id)
        references public.inboxes (account_id, id) on delete cascade,
    constraint webhook_deliveries_status_check check (status in ('pending', 'delivered', 'failed'))
);

comment on table private.webhook_deliveries is
    'Every event told to the program behind an API inbox: its id goes along on every attempt, so that the receiver can drop doubles.';

create index webhook_deliveries_inbox_id_idx on private.webhook_deliveries (inbox_id, id desc);
create index webhook_deliveries_account_id_inbox_id_idx on private.webhook_deliveries (account_id, inbox_id);
create index webhook_deliveries_created_at_idx on private.webhook_deliveries (created_at);

create function private.random_secret()
returns text
language sql volatile set search_path = ''
as $$
    select replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')
$$;

comment on function private.random_secret is '64 hexadecimal digits, 244 of their bits random.';

create function private.make_api_secrets(p_inbox_id uuid)
returns void
language sql set search_path = ''
as $$
    insert into private.channel_secrets (account_id, inbox_id, secrets)
    select inbox.account_id, p_inbox_id, jsonb_build_object(
        'hmac_token', private.random_secret(), 'webhook_secret', private.random_secret())
    from public.inboxes as inbox
    where inbox.id = p_inbox_id
$$;

comment on function private.make_api_secrets is 'The two secrets of an API inbox: what signs contacts'' identities, and what signs our webhooks.';

create function private.api_inbox_for_administrator(p_inbox_id uuid)
returns public.channel_apis
language plpgsql stable security definer set search_path = ''
as $$
declare
    channel public.channel_apis;
begin
    select * into channel
    from public.channel_apis
    where inbox_id = p_inbox_id and account_id = any (private.account_ids());
    if channel.inbox_id is null then
        perform private.fail(404, 'inbox_not_found', 'There is no such inbox.');
    end if;
    perform private.require_administrator(channel.account_id);
    return channel;
end;
$$;

comment on function private.api_inbox_for_administrator is 'The API channel, if the caller administers it; else inbox_not_found or not_administrator.';

create function private.api_channel_settings(p_inbox_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    channel constant public.channel_apis := private.api_inbox_for_administrator(p_inbox_id);
    kept jsonb;
begin
    select secrets into kept from private.channel_secrets where inbox_id = p_inbox_id;
    return jsonb_build_object(
        'identifier', channel.identifier,
        'reply_window_hours', channel.reply_window_hours,
        'webhook_url', kept ->> 'webhook_url',
        'hmac_token', kept ->> 'hmac_token',
        'hmac_mandatory', coalesce((kept ->> 'hmac_mandatory')::boolean, false),
        'webhook_secret', kept ->> 'webhook_secret');
end;
$$;

comment on function private.api_channel_settings is 'See public.api_channel_settings.';
grant execute on function private.api_channel_settings to authenticated;

create function public.api_channel_settings(p_inbox_id uuid)
returns jsonb
language sql stable set search_path = ''
as $$
    select private.api_channel_settings(p_inbox_id)
$$;

comment on function public.api_channel_settings is
    'What a program needs to work an API inbox, the secrets included; administrators only. {identifier, reply_window_hours, webhook_url,
     hmac_token, hmac_mandatory, webhook_secret}. Fails with inbox_not_found, not_administrator.';
grant execute on function public.api_channel_settings to authenticated;

create function private.save_api_channel(p_inbox_id uuid, p_webhook_url text, p_hmac_mandatory boolean)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.api_inbox_for_administrator(p_inbox_id);
    if p_webhook_url <> '' and (p_webhook_url !~ '^https?://[^\s/$.?#].[^\s]*$' or char_length(p_webhook_url) > 2048) then
        perform private.fail(400, 'webhook_url_invalid', 'A webhook''s address begins with https:// and has 2,048 characters at most.');
    end if;
    update private.channel_secrets
    set secrets = secrets || jsonb_strip_nulls(jsonb_build_object(
            'webhook_url', p_webhook_url, 'hmac_mandatory', p_hmac_mandatory::text)),
        updated_at = now()
    where inbox_id = p_inbox_id;
    return private.api_channel_settings(p_inbox_id);
end;
$$;

comment on function private.save_api_channel is 'See public.save_api_channel.';
grant execute on function private.save_api_channel to authenticated;

create function public.save_api_channel(p_inbox_id uuid, p_webhook_url text default null, p_hmac_mandatory boolean default null)
returns jsonb
language sql set search_path = ''
as $$
    select private.save_api_channel(p_inbox_id, p_webhook_url, p_hmac_mandatory)
$$;

comment on function public.save_api_channel is
    'Where the program behind an API inbox is told of events (empty: nowhere), and whether contacts must prove who they are. Null leaves
     a thing as it is. Answers like api_channel_settings. Fails with inbox_not_found, not_administrator, webhook_url_invalid.';
grant execute on function public.save_api_channel to authenticated;

create function private.tell_api_inbox()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    inbox_id uuid;
    delivery_id uuid;
    event constant text := case new.name
        when 'message.updated' then 'message_updated'
        when 'conversation.created' then 'conversation_created'
        when 'conversation.updated' then 'conversation_updated'
        else 'conversation_status_changed' end;
begin
    select conversation.inbox_id into inbox_id
    from public.conversations as conversation
    join private.channel_secrets as secret on secret.inbox_id = conversation.inbox_id
    join public.channel_apis as channel on channel.inbox_id = conversation.inbox_id
    where conversation.id = new.conversation_id and secret.secrets ->> 'webhook_url' <> '';
    if inbox_id is null then
        return null;
    end if;
    insert into private.webhook_deliveries (account_id, inbox_id, event, subject_id)
    values (new.account_id, inbox_id, event, coalesce(new.payload ->> 'message_id', new.conversation_id::text))
    returning id into delivery_id;
    perform private.enqueue(
        'deliver_webhook',
        jsonb_build_object('delivery_id', delivery_id, 'conversation_id', new.conversation_id),
        new.account_id,
        'webhook:' || new.conversation_id,
        delivery_id::text,
        now(),
        200);
    return null;
end;
$$;

comment on function private.tell_api_inbox is
    'Trigger: asks for the program behind an API inbox to be told. A new reply is not here: delivering it is telling it.';

create trigger events_tell_api_inbox
    after insert on private.events
    for each row
    when (new.conversation_id is not null and new.name in (
        'message.updated', 'conversation.created', 'conversation.updated', 'conversation.opened', 'conversation.resolved',
        'conversation.status_changed'))
    execute function private.tell_api_inbox();

create function private.api_conversation_json(p_conversation public.conversations)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'id', p_conversation.display_id,
        'uuid', p_conversation.id,
        'inbox_id', p_conversation.inbox_id,
        'status', p_conversation.status,
        'priority', p_conversation.priority,
        'labels', to_jsonb(p_conversation.labels),
        'custom_attributes', p_conversation.custom_attributes,
        'unread_count', p_conversation.unread_count,
        'waiting_since', p_conversation.waiting_since,
        'first_reply_created_at', p_conversation.first_reply_created_at,
        'snoozed_until', p_conversation.snoozed_until,
        'last_activity_at', p_conversation.last_activity_at,
        'created_at', p_conversation.created_at,
        'contact_inbox', (
            select jsonb_build_object('id', address.id, 'source_id', address.source_id)
            from public.contact_inboxes as address where address.id = p_conversation.contact_inbox_id),
        'meta', jsonb_build_object(
            'sender', (
                select jsonb_build_object(
                    'id', contact.id, 'name', contact.name, 'email', contact.email, 'phone_number', contact.phone_number,
                    'identifier', contact.identifier)
                from public.contacts as contact where contact.id = p_conversation.contact_id),
            'assignee', (
                select jsonb_build_object('id', users.id, 'name', private.shown_name(users))
                from public.users as users where users.id = p_conversation.assignee_id)))
$$;

comment on function private.api_conversation_json is 'A conversation as customers'' programs are told of it; id is the number people see.';

create function private.api_message_json(p_message public.messages)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'id', p_message.id,
        'content', p_message.content,
        'content_type', p_message.content_type,
        'content_attributes', p_message.content_attributes,
        'message_type', p_message.message_type,
        'private', p_message.private,
        'status', p_message.status,
        'source_id', p_message.source_id,
        'created_at', p_message.created_at,
        'sender', private.message_sender(p_message))
$$;

comment on function private.api_message_json is 'A message as customers'' programs are told of it.';

create function private.webhook_body(p_event text, p_conversation public.conversations, p_message public.messages)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
            'event', p_event,
            'seq', p_conversation.last_seq,
            'account', (
                select jsonb_build_object('id', account.id, 'name', account.name)
                from public.accounts as account where account.id = p_conversation.account_id),
            'inbox', (
                select jsonb_build_object('id', inbox.id, 'name', inbox.name)
                from public.inboxes as inbox where inbox.id = p_conversation.inbox_id))
        || case when p_message.id is null then private.api_conversation_json(p_conversation)
            else private.api_message_json(p_message)
                || jsonb_build_object('conversation', private.api_conversation_json(p_conversation)) end
$$;

comment on function private.webhook_body is 'What a webhook says: the thing itself, and the event''s name.';

create function private.api_webhook(p_conversation public.conversations, p_message public.messages)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'url', secret.secrets ->> 'webhook_url',
        'secret', secret.secrets ->> 'webhook_secret',
        'body', private.webhook_body('message_created', p_conversation, p_message))
    from private.channel_secrets as secret
    where secret.inbox_id = p_conversation.inbox_id and secret.secrets ->> 'webhook_url' <> ''
$$;

comment on function private.api_webhook is 'How a reply leaves an API inbox: by telling the program behind it.';

create function service.webhook_to_deliver(p_delivery_id uuid, p_conversation_id uuid)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    delivery private.webhook_deliveries;
    conversation public.conversations;
    message public.messages;
    kept jsonb;
begin
    update private.webhook_deliveries
    set attempts = attempts + 1, last_attempt_at = now()
    where id = p_delivery_id and status = 'pending'
    returning * into delivery;
    select secrets into kept from private.channel_secrets where inbox_id = delivery.inbox_id;
    select * into conversation from public.conversations where id = p_conversation_id;
    if delivery.id is null or conversation.id is null or coalesce(kept ->> 'webhook_url', '') = '' then
        return null;
    end if;
    if delivery.event like 'message%' then
        select * into message
        from public.messages
        where conversation_id = p_conversation_id and id::text = delivery.subject_id and not private and message_type <> 'activity';
        if message.id is null then
            return null;
        end if;
    end if;
    return jsonb_build_object(
        'url', kept ->> 'webhook_url',
        'secret', kept ->> 'webhook_secret',
        'body', private.webhook_body(delivery.event, conversation, message));
end;
$$;

comment on function service.webhook_to_deliver is
    'What to tell, where, and what signs it: {url, secret, body}. Null when there is nothing to tell any more.';

create function service.record_webhook(p_delivery_id uuid, p_status text, p_response_status int default null, p_error text default null)
returns void
language sql security definer set search_path = ''
as $$
    update private.webhook_deliveries
    set status = p_status, response_status = p_response_status, error = left(p_error, 500)
    where id = p_delivery_id
$$;

comment on function service.record_webhook is 'How telling it went: delivered, pending for another try, or failed.';

create function service.purge_webhook_deliveries(p_older_than interval default '30 days')
returns int
language sql security definer set search_path = ''
as $$
    with purged as (
        delete from private.webhook_deliveries
        where id in (
            select id from private.webhook_deliveries where created_at < now() - p_older_than order by created_at limit 10000)
        returning 1
    )
    select count(*)::int from purged
$$;

comment on function service.purge_webhook_deliveries is 'Removes the log of what was told long ago, 10,000 a call.';

-- The public client API of API inboxes. The service has checked the shape of what comes; whose it is is checked here.

create function service.api_inbox(p_identifier text)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'inbox_id', inbox.id,
        'account_id', inbox.account_id,
        'name', inbox.name,
        'timezone', inbox.timezone,
        'working_hours_enabled', inbox.working_hours_enabled,
        'hmac_token', secret.secrets ->> 'hmac_token',
        'hmac_mandatory', coalesce((secret.secrets ->> 'hmac_mandatory')::boolean, false))
    from public.channel_apis as channel
    join public.inboxes as inbox on inbox.id = channel.inbox_id
    join public.accounts as account on account.id = inbox.account_id
    join private.channel_secrets as secret on secret.inbox_id = inbox.id
    where channel.identifier = p_identifier and account.status = 'active'
$$;

comment on function service.api_inbox is 'The API inbox of this identifier, with what verifies its contacts; null when there is none.';

create function private.api_address(p_inbox_id uuid, p_source_id text)
returns public.contact_inboxes
language plpgsql stable security definer set search_path = ''
as $$
declare
    address public.contact_inboxes;
begin
    select * into address from public.contact_inboxes where inbox_id = p_inbox_id and source_id = p_source_id;
    if address.id is null then
        perform private.fail(404, 'contact_not_found', 'There is no such contact in this inbox.');
    end if;
    return address;
end;
$$;

comment on function private.api_address is 'A contact''s address in an API inbox, or contact_not_found.';

create function service.api_save_contact(p_inbox_id uuid, p_source_id text, p_contact jsonb, p_create boolean)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    inbox constant public.inboxes := private.received_inbox(p_inbox_id);
    given_source constant text := coalesce(nullif(btrim(p_source_id), ''), gen_random_uuid()::text);
    address public.contact_inboxes;
    person public.contacts;
begin
    perform private.take('api_contact:' || p_inbox_id, 600, 10);
    perform private.lock_address(p_inbox_id, given_source);
    if p_create then
        select * into address from public.contact_inboxes where inbox_id = p_inbox_id and source_id = given_source;
        if address.id is null then
            select * into person
            from public.contacts
            where account_id = inbox.account_id and identifier = nullif(btrim(p_contact ->> 'identifier'), '')
                and (p_contact ->> 'verified')::boolean;
            if person.id is null then
                insert into public.contacts (account_id, name) values (inbox.account_id, '') returning * into person;
            end if;
            insert into public.contact_inboxes (account_id, contact_id, inbox_id, source_id)
            values (inbox.account_id, person.id, p_inbox_id, given_source)
            returning * into address;
        end if;
    else
        address := private.api_address(p_inbox_id, p_source_id);
    end if;
    -- An e-mail address, number or identifier that another contact has is not taken over.
    update public.contacts as contact
    set name = coalesce(nullif(left(btrim(p_contact ->> 'name'), 255), ''), contact.name),
        email = case when exists (
            select from public.contacts as other
            where other.account_id = contact.account_id and other.email = lower(btrim(p_contact ->> 'email')) and other.id <> contact.id)
            then contact.email else coalesce(nullif(lower(btrim(p_contact ->> 'email')), ''), contact.email) end,
        phone_number = case when exists (
            select from public.contacts as other
            where other.account_id = contact.account_id and other.phone_number = btrim(p_contact ->> 'phone_number') and other.id <> contact.id)
            then contact.phone_number else coalesce(nullif(btrim(p_contact ->> 'phone_number'), ''), contact.phone_number) end,
        identifier = case when exists (
            select from public.contacts as other
            where other.account_id = contact.account_id and other.identifier = btrim(p_contact ->> 'identifier') and other.id <> contact.id)
            then contact.identifier else coalesce(nullif(btrim(p_contact ->> 'identifier'), ''), contact.identifier) end,
        avatar_url = coalesce(nullif(p_contact ->> 'avatar_url', ''), contact.avatar_url),
        identified = case when (p_contact ->> 'verified')::boolean then 'verified' else contact.identified end,
        custom_attributes = contact.custom_attributes || coalesce(nullif(p_contact -> 'custom_attributes', 'null'), '{}')
    where contact.id = address.contact_id
    returning * into person;
    return jsonb_build_object(
        'source_id', address.source_id,
        'contact_inbox_id', address.id,
        'contact_id', person.id,
        'account_id', person.account_id,
        'id', person.id,
        'name', person.name,
        'email', person.email,
        'phone_number', person.phone_number,
        'identifier', person.identifier);
end;
$$;

comment on function service.api_save_contact is
    'Makes or changes a contact of an API inbox. Without a source_id one is made. Fails with inbox_not_found, contact_not_found,
     too_many_requests.';

create function private.api_conversation(p_address public.contact_inboxes, p_display_id bigint)
returns public.conversations
language plpgsql stable security definer set search_path = ''
as $$
declare
    conversation public.conversations;
begin
    select * into conversation
    from public.conversations
    where account_id = p_address.account_id and contact_inbox_id = p_address.id and display_id = p_display_id;
    if conversation.id is null then
        perform private.fail(404, 'conversation_not_found', 'There is no such conversation.');
    end if;
    return conversation;
end;
$$;

comment on function private.api_conversation is 'A conversation of this contact, or conversation_not_found.';

create function service.api_conversations(p_inbox_id uuid, p_source_id text)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select coalesce(jsonb_agg(private.api_conversation_json(conversation) order by conversation.id desc), '[]')
    from public.conversations as conversation
    join private.api_address(p_inbox_id, p_source_id) as address
        on conversation.account_id = address.account_id and conversation.contact_inbox_id = address.id
$$;

comment on function service.api_conversations is 'The conversations of a contact, newest first. Fails with contact_not_found.';

create function service.api_start_conversation(p_inbox_id uuid, p_source_id text, p_custom_attributes jsonb default '{}')
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    inbox constant public.inboxes := private.received_inbox(p_inbox_id);
    address constant public.contact_inboxes := private.api_address(p_inbox_id, p_source_id);
    conversation public.conversations;
begin
    perform private.take('api_start:' || address.id, 20, 20 / 3600.0);
    perform private.lock_address(p_inbox_id, p_source_id);
    if inbox.lock_to_single_conversation then
        select * into conversation
        from public.conversations
        where account_id = address.account_id and contact_inbox_id = address.id
        order by id desc
        limit 1;
    end if;
    if conversation.id is null then
        insert into public.conversations (account_id, inbox_id, contact_id, contact_inbox_id, status, custom_attributes)
        values (
            address.account_id, address.inbox_id, address.contact_id, address.id,
            case when (select contact.blocked from public.contacts as contact where contact.id = address.contact_id)
                then 'resolved' else 'open' end,
            coalesce(p_custom_attributes, '{}'))
        returning * into conversation;
    end if;
    return private.api_conversation_json(conversation);
end;
$$;

comment on function service.api_start_conversation is
    'A new conversation of a contact; with one conversation per contact, the running one. Fails with contact_not_found, too_many_requests.';

create function service.api_messages(p_inbox_id uuid, p_source_id text, p_display_id bigint, p_before_seq bigint default null)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    conversation constant public.conversations := private.api_conversation(
        private.api_address(p_inbox_id, p_source_id), p_display_id);
begin
    return coalesce((
        select jsonb_agg(private.api_message_json(message) || jsonb_build_object('seq', message.seq) order by message.seq)
        from (
            select *
            from public.messages
            where conversation_id = conversation.id and visitor_seq is not null
                and seq < coalesce(p_before_seq, 9223372036854775807)
            order by seq desc
            limit 50
        ) as message), '[]');
end;
$$;

comment on function service.api_messages is
    'The newest 50 messages before a seq as the contact may see them, oldest first. Fails with contact_not_found, conversation_not_found.';

create function service.api_send_message(p_inbox_id uuid, p_source_id text, p_display_id bigint, p_message jsonb)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    conversation constant public.conversations := private.api_conversation(
        private.api_address(p_inbox_id, p_source_id), p_display_id);
    -- The program's own id, or the one of its outbox: either makes sending again send once.
    given_source constant text := coalesce(p_message ->> 'source_id', 'echo:' || (p_message ->> 'echo_id'));
    made public.messages;
begin
    perform private.take('api_message:' || conversation.id, 200, 200 / 60.0);
    perform private.lock_address(p_inbox_id, p_source_id);
    select * into made from public.messages where inbox_id = p_inbox_id and source_id = given_source;
    if made.id is null then
        insert into public.messages (conversation_id, message_type, content, sender_contact_id, source_id)
        values (
            conversation.id, 'incoming', left(coalesce(p_message ->> 'content', ''), 150000), conversation.contact_id, given_source)
        returning * into made;
    elsif made.conversation_id <> conversation.id
        or made.message_type <> 'incoming'
        or not private.says(made, left(p_message ->> 'content', 150000))
    then
        perform private.fail(409, 'message_id_taken', 'Another message has this id.');
    end if;
    return private.api_message_json(made) || jsonb_build_object('echo_id', p_message ->> 'echo_id');
end;
$$;

comment on function service.api_send_message is
    'The contact writes through the program. The same source_id or echo_id again returns the same message. Fails with contact_not_found,
     conversation_not_found, message_id_taken, too_many_requests.';

create function service.api_update_message(p_inbox_id uuid, p_source_id text, p_display_id bigint, p_message_id uuid, p_status jsonb)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    conversation constant public.conversations := private.api_conversation(
        private.api_address(p_inbox_id, p_source_id), p_display_id);
    message public.messages;
begin
    select * into message
    from public.messages
    where conversation_id = conversation.id and id = p_message_id and visitor_seq is not null;
    if message.id is null then
        perform private.fail(404, 'message_not_found', 'There is no such message.');
    end if;
    if message.message_type not in ('outgoing', 'template') or p_status ->> 'status' not in ('sent', 'delivered', 'read', 'failed') then
        perform private.fail(400, 'status_invalid', 'An agent''s message can be sent, delivered, read or failed.');
    end if;
    perform private.apply_status(message, p_status || jsonb_build_object('error_text', p_status ->> 'external_error'));
    select * into message from public.messages where conversation_id = conversation.id and id = p_message_id;
    return private.api_message_json(message);
end;
$$;

comment on function service.api_update_message is
    'The program says what became of an agent''s message. Fails with contact_not_found, conversation_not_found, message_not_found, status_invalid.';

create function service.api_conversation_action(p_inbox_id uuid, p_source_id text, p_display_id bigint, p_action text, p_typing boolean default false)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    conversation public.conversations := private.api_conversation(private.api_address(p_inbox_id, p_source_id), p_display_id);
    contact public.contacts;
begin
    case p_action
        when 'toggle_status' then
            update public.conversations
            set status = case when status = 'open' then 'resolved' else 'open' end
            where id = conversation.id
            returning * into conversation;
        when 'update_last_seen' then
            update public.conversations
            set contact_last_seen_at = now(), visitor_unread_count = 0
            where id = conversation.id;
            perform private.apply_status(message, '{"status": "read"}')
            from public.messages as message
            where message.conversation_id = conversation.id
                and message.seq > conversation.last_seq - 500
                and message.message_type in ('outgoing', 'template') and not message.private
                and message.status in ('sent', 'delivered');
        when 'toggle_typing' then
            perform private.take('api_typing:' || conversation.id, 5, 1);
            select * into contact from public.contacts where id = conversation.contact_id;
            perform private.broadcast(
                private.topic_of(conversation), 'typing',
                jsonb_build_object(
                    'conversation_id', conversation.id, 'typing', p_typing, 'private', false,
                    'actor', jsonb_build_object('type', 'contact', 'id', contact.id, 'name', contact.name)));
        else
            perform private.fail(400, 'invalid_argument', 'The action is toggle_status, update_last_seen or toggle_typing.');
    end case;
    return private.api_conversation_json(conversation);
end;
$$;

comment on function service.api_conversation_action is
    'toggle_status, update_last_seen or toggle_typing, as the contact. Fails with contact_not_found, conversation_not_found,
     invalid_argument, too_many_requests.';
