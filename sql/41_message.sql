-- message: what was said. Its insert is the one hot write of the product; everything that follows from
-- it happens in its two triggers.

create table public.messages (
    id uuid not null default private.uuid_v7(),
    account_id uuid not null,
    conversation_id uuid not null,
    inbox_id uuid not null,
    seq bigint not null,
    updated_seq bigint not null,
    visitor_seq bigint,
    message_type text not null default 'outgoing',
    content_type text not null default 'text',
    content text not null default '',
    content_attributes jsonb not null default '{}',
    private boolean not null default false,
    status text not null default 'sent',
    sender_user_id uuid,
    sender_contact_id uuid,
    source_id text,
    edited_at timestamptz,
    deleted_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    attachments_at timestamptz,
    -- The conversation comes first: this is the index a page of messages is read from, and it makes a
    -- client's own id unique only where that client may write.
    constraint messages_pkey primary key (conversation_id, id),
    constraint messages_conversation_id_seq_key unique (conversation_id, seq),
    -- What hangs on a message names its account too; also the index of the foreign key below.
    constraint messages_account_id_conversation_id_id_key unique (account_id, conversation_id, id),
    constraint messages_conversation_fkey foreign key (account_id, conversation_id)
        references public.conversations (account_id, id) on delete cascade,
    constraint messages_sender_user_fkey foreign key (sender_user_id)
        references public.users (id) on delete set null,
    constraint messages_sender_contact_fkey foreign key (account_id, sender_contact_id)
        references public.contacts (account_id, id) on delete set null (sender_contact_id),
    constraint messages_sender_check check (num_nonnulls(sender_user_id, sender_contact_id) <= 1),
    constraint messages_message_type_check check (message_type in ('incoming', 'outgoing', 'activity', 'template')),
    constraint messages_content_type_check check (
        content_type in (
            'text', 'input_text', 'input_textarea', 'input_email', 'input_select', 'cards', 'form', 'article',
            'incoming_email', 'input_csat', 'integrations', 'sticker', 'voice_call')),
    constraint messages_status_check check (
        status in ('queued', 'sending', 'sent', 'delivered', 'read', 'failed', 'unknown')),
    constraint messages_private_check check (not private or message_type = 'outgoing'),
    constraint messages_content_check check (char_length(content) <= 150000),
    constraint messages_content_attributes_check check (
        jsonb_typeof(content_attributes) = 'object' and octet_length(content_attributes::text) <= 262144)
);

comment on table public.messages is 'One thing said in a conversation. Never changed by clients once it is there.';
comment on column public.messages.id is 'May be made by the client (UUIDv7), so that sending again sends once.';
comment on column public.messages.seq is 'Its place in the conversation; conversations.last_seq when it was written.';
comment on column public.messages.updated_seq is 'conversations.last_seq of its last change; what clients fill gaps by.';
comment on column public.messages.visitor_seq is 'conversations.last_visitor_seq of its last change; null when visitors never see it.';
comment on column public.messages.private is 'A note among agents: never delivered, never shown to the contact.';
comment on column public.messages.status is 'queued < sending < sent < delivered < read; failed and unknown stand beside.';
comment on column public.messages.source_id is 'The provider''s id.';
comment on column public.messages.attachments_at is
    'When its attachments last changed; null when it has none, so that nobody looks for them.';
comment on column public.messages.content is 'CommonMark, as typed; rendered per channel.';

create unique index messages_inbox_id_source_id_key on public.messages (inbox_id, source_id) where source_id is not null;
create index messages_conversation_id_updated_seq_idx on public.messages (conversation_id, updated_seq);
create index messages_conversation_id_visitor_seq_idx on public.messages (conversation_id, visitor_seq) where visitor_seq is not null;
create index messages_account_id_created_at_idx on public.messages (account_id, created_at desc);
create index messages_sender_user_id_idx on public.messages (sender_user_id) where sender_user_id is not null;
create index messages_account_id_sender_contact_id_idx
    on public.messages (account_id, sender_contact_id) where sender_contact_id is not null;

create table public.message_versions (
    id uuid not null default private.uuid_v7(),
    account_id uuid not null,
    conversation_id uuid not null,
    message_id uuid not null,
    content text not null,
    edited_by uuid,
    created_at timestamptz not null default now(),
    constraint message_versions_pkey primary key (id),
    constraint message_versions_message_fkey foreign key (account_id, conversation_id, message_id)
        references public.messages (account_id, conversation_id, id) on delete cascade,
    constraint message_versions_edited_by_fkey foreign key (edited_by)
        references public.users (id) on delete set null
);

comment on table public.message_versions is 'What a message said before each edit. Goes when the message is deleted.';
comment on column public.message_versions.content is 'The words that the edit replaced.';

create index message_versions_message_idx on public.message_versions (account_id, conversation_id, message_id, id);
create index message_versions_edited_by_idx on public.message_versions (edited_by) where edited_by is not null;

create function private.is_visible_to_visitor(p_message public.messages)
returns boolean
language sql immutable set search_path = ''
as $$
    select not p_message.private and p_message.message_type <> 'activity'
$$;

comment on function private.is_visible_to_visitor is 'The one rule of what a contact may see: no notes, no activity lines.';

create function private.mail_outline(p_attributes jsonb)
returns jsonb
language sql immutable set search_path = ''
as $$
    select p_attributes || jsonb_build_object('email',
        (p_attributes -> 'email') - array['html_content', 'text_content', 'threads', 'references']
        || jsonb_build_object(
            'has_html', coalesce(
                nullif(p_attributes #>> '{email,html_content,reply}', ''),
                nullif(p_attributes #>> '{email,html_content,full}', '')) is not null,
            'has_quotation', coalesce(
                nullif(p_attributes #>> '{email,html_content,quoted}', ''),
                nullif(p_attributes #>> '{email,text_content,quoted}', '')) is not null))
$$;

comment on function private.mail_outline is
    'What travels of a mail with every message: not its bodies, which can be as long as a book. Whoever opens it reads them
     from messages.content_attributes -> email.';

create function private.sender_json(p_user_id uuid, p_contact_id uuid, p_inbox_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return case
        when p_user_id is not null then (
            select jsonb_build_object(
                'type', 'user', 'id', sender.id, 'name', private.shown_name(sender), 'avatar_url', sender.avatar_url)
            from public.users as sender where sender.id = p_user_id)
        when p_contact_id is not null then (
            select jsonb_build_object(
                'type', 'contact', 'id', sender.id, 'name', sender.name, 'avatar_url', sender.avatar_url)
            from public.contacts as sender where sender.id = p_contact_id)
        else jsonb_build_object(
            'type', 'system', 'id', null, 'avatar_url', null,
            'name', (select inbox.name from public.inboxes as inbox where inbox.id = p_inbox_id))
    end;
end;
$$;

comment on function private.sender_json is 'Who sends: {type: user | contact | system, id, name, avatar_url}; the system signs with the inbox''s name.';

create function private.message_sender(p_message public.messages)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select private.sender_json(p_message.sender_user_id, p_message.sender_contact_id, p_message.inbox_id)
$$;

comment on function private.message_sender is 'Who sent a message, as private.sender_json says it.';

create function private.messages_json(p_messages public.messages[])
returns json
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_generic_plan'
as $$
begin
    -- Of all that a page of messages costs, making its JSON is most: rows become text three times faster than objects
    -- of jsonb are put together. A thread has few senders: each is looked up once, not once per message.
    return (
        with sender as materialized (
            select each.*, private.sender_json(each.sender_user_id, each.sender_contact_id, each.inbox_id)::text::json as json
            from (
                select distinct one.sender_user_id, one.sender_contact_id, one.inbox_id
                from unnest(p_messages) as one
            ) as each
        )
        select coalesce(json_agg(shown), '[]')
        from (
            select message.id, message.conversation_id, message.seq, message.updated_seq, message.message_type,
                message.content_type, message.content,
                case when jsonb_typeof(message.content_attributes -> 'email') = 'object'
                    then private.mail_outline(message.content_attributes)
                    else message.content_attributes end as content_attributes,
                message.private, message.status,
                sender.json as sender,
                case when message.attachments_at is null then '[]' else private.attachments_json(message) end as attachments,
                message.created_at, message.edited_at, message.deleted_at
            from unnest(p_messages) as message
            join sender
                on sender.sender_user_id is not distinct from message.sender_user_id
                and sender.sender_contact_id is not distinct from message.sender_contact_id
                and sender.inbox_id = message.inbox_id
            order by message.seq
        ) as shown);
end;
$$;

comment on function private.messages_json is 'Messages of one conversation as agents get them, from functions and broadcasts alike, oldest first.';

create function private.message_json(p_message public.messages)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return private.messages_json(array[p_message]) -> 0;
end;
$$;

comment on function private.message_json is 'One message as private.messages_json gives it.';

create function private.visitor_attributes(p_attributes jsonb)
returns jsonb
language sql immutable set search_path = ''
as $$
    select coalesce(jsonb_object_agg(attribute.key, attribute.value), '{}')
    from jsonb_each(p_attributes) as attribute
    where attribute.key in (
        'items', 'submitted_values', 'submitted_email', 'display_type', 'deleted', 'in_reply_to')
$$;

comment on function private.visitor_attributes is
    'What a visitor gets of content_attributes: a list of what may pass, because most of them are among agents.';

create function private.visitor_message_json(p_message public.messages, p_shown jsonb default null)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    shown constant jsonb := coalesce(p_shown, private.message_json(p_message));
begin
    return jsonb_build_object(
        'id', p_message.id,
        'conversation_id', p_message.conversation_id,
        'seq', p_message.visitor_seq,
        'position', p_message.seq,
        'message_type', p_message.message_type,
        'content_type', p_message.content_type,
        'content', p_message.content,
        'content_attributes', case when p_message.content_attributes = '{}' then '{}'
            else private.visitor_attributes(p_message.content_attributes) end,
        'status', p_message.status,
        -- An agent is a name and a face to the visitor, not an id.
        'sender', (shown -> 'sender') - 'id',
        'attachments', shown -> 'attachments',
        'created_at', p_message.created_at,
        'edited_at', p_message.edited_at);
end;
$$;

comment on function private.visitor_message_json is
    'A message as its visitor gets it, from functions and broadcasts alike. p_shown: its private.message_json, where that is
     there already.';

create function private.visitor_contact_inbox_id()
returns uuid
language plpgsql stable parallel safe set search_path = ''
as $$
begin
    return (auth.jwt() ->> 'contact_inbox_id')::uuid;
exception when invalid_text_representation then
    return null;
end;
$$;

comment on function private.visitor_contact_inbox_id is 'Whose chat this is, from the token that our service minted.';
grant execute on function private.visitor_contact_inbox_id to visitor;

create function private.is_blank(p_text text)
returns boolean
language sql immutable set search_path = ''
as $$
    -- Blanks and characters without a width of their own.
    select btrim(coalesce(p_text, ''), E' \t\r\n\u00a0\u200b\u200c\u200d\u2060\ufeff') = ''
$$;

comment on function private.is_blank is 'Whether a text shows nothing.';

create function private.initial_status(p_inbox_id uuid)
returns text
language sql stable security definer set search_path = ''
as $$
    -- Website and API channels have no provider to wait for.
    select case when inbox.channel_type in ('web_widget', 'api') then 'sent' else 'queued' end
    from public.inboxes as inbox
    where inbox.id = p_inbox_id
$$;

comment on function private.initial_status is 'The status in which an agent''s message begins: sent, or queued where a provider delivers it.';

create function private.client_attributes(p_attributes jsonb, p_private boolean)
returns jsonb
language plpgsql immutable set search_path = ''
as $$
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
$$;

comment on function private.client_attributes is
    'The attributes that an agent may give a message, checked. Fails with content_attributes_invalid.';

create function private.options_of(p_items jsonb, p_channel_type text)
returns jsonb
language plpgsql immutable set search_path = ''
as $$
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
$$;

comment on function private.options_of is
    'The answers that an agent offers, checked for the channel, each with its value (the title where none is given). Fails with
     content_attributes_invalid.';

create function private.resolve_reply(p_message public.messages)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    attributes constant jsonb := p_message.content_attributes;
    target public.messages;
begin
    if attributes ? 'in_reply_to' then
        begin
            select * into target
            from public.messages
            where conversation_id = p_message.conversation_id and id = (attributes ->> 'in_reply_to')::uuid;
        exception when invalid_text_representation then
            target := null;
        end;
        -- What the contact reads may not point at what they must not see.
        if target.id is null
            or target.message_type = 'activity'
            or (target.private and private.is_visible_to_visitor(p_message))
        then
            perform private.fail(400, 'reply_target_not_found', 'The message you reply to is not in this conversation.');
        end if;
        return attributes || jsonb_strip_nulls(jsonb_build_object('in_reply_to_external_id', target.source_id));
    end if;
    if attributes ? 'in_reply_to_external_id' then
        select * into target
        from public.messages
        where inbox_id = p_message.inbox_id
            and source_id = attributes ->> 'in_reply_to_external_id'
            and conversation_id = p_message.conversation_id;
        return attributes || jsonb_strip_nulls(jsonb_build_object('in_reply_to', target.id));
    end if;
    return attributes;
end;
$$;

comment on function private.resolve_reply is
    'content_attributes with both names of the message that is answered: ours (in_reply_to) and the provider''s
     (in_reply_to_external_id). Fails with reply_target_not_found when ours names none of the conversation.';

create function private.write_message()
returns trigger
language plpgsql security definer set search_path = ''
as $$
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
$$;

comment on function private.write_message is
    'Trigger: checks the writer, fills in what clients may not say, and moves the conversation, in one update of it.
     A trigger and not a function, because agents and visitors insert messages directly.';

create trigger messages_write
    before insert on public.messages
    for each row execute function private.write_message();

create function private.tell_message(p_message public.messages, p_event text)
returns void
language plpgsql security definer set search_path = '' set plan_cache_mode = 'force_generic_plan'
as $$
declare
    shown constant jsonb := private.message_json(p_message);
    topic text;
    contact_inbox_id uuid;
begin
    select private.topic_of(conversation), conversation.contact_inbox_id into topic, contact_inbox_id
    from public.conversations as conversation
    where conversation.id = p_message.conversation_id;
    if p_message.visitor_seq is null then
        perform private.broadcast(
            topic, p_event,
            jsonb_build_object(
                'seq', p_message.updated_seq, 'conversation_id', p_message.conversation_id, 'message', shown));
    else
        perform private.broadcast_all(
            array[topic, 'visitor:' || contact_inbox_id],
            array[p_event, p_event],
            array[
                jsonb_build_object(
                    'seq', p_message.updated_seq, 'conversation_id', p_message.conversation_id, 'message', shown),
                jsonb_build_object(
                    'seq', p_message.visitor_seq,
                    'conversation_id', p_message.conversation_id,
                    'message', private.visitor_message_json(p_message, shown))]);
    end if;
end;
$$;

comment on function private.tell_message is 'Broadcasts a message, new or changed, to the agents who have its conversation open and to its visitor.';

create function private.tell_message_created()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.tell_message(new, 'message.created');
    if new.message_type <> 'activity' then
        perform private.record_event(
            new.account_id, 'message.created', new.conversation_id,
            jsonb_build_object('message_id', new.id, 'seq', new.seq));
    end if;
    if new.message_type = 'incoming' and private.due_templates(new) <> '{}' then
        perform private.enqueue(
            'send_templates',
            jsonb_build_object('conversation_id', new.conversation_id, 'message_id', new.id),
            new.account_id,
            new.conversation_id::text,
            new.id::text);
    end if;
    return null;
end;
$$;

comment on function private.tell_message_created is
    'Trigger: broadcasts a new message to agents and its visitor, records it, and asks for what should follow.';

-- Nobody is told of what was imported: who looks at the conversation sees a gap in its numbers, and fetches it.
create trigger messages_tell_created
    after insert on public.messages
    for each row
    when (not new.content_attributes ? 'history')
    execute function private.tell_message_created();

create function private.change_message()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    conversation public.conversations;
begin
    new.updated_at := now();
    update public.conversations
    set last_seq = last_seq + 1,
        last_visitor_seq = last_visitor_seq + (new.visitor_seq is not null)::int
    where id = new.conversation_id
    returning * into conversation;
    new.updated_seq := conversation.last_seq;
    if new.visitor_seq is not null then
        new.visitor_seq := conversation.last_visitor_seq;
    end if;
    return new;
end;
$$;

comment on function private.change_message is 'Trigger: gives a change of a message its number, so that nobody misses it.';

create trigger messages_change
    before update of content, content_type, content_attributes, status, edited_at, deleted_at, attachments_at
    on public.messages
    for each row
    when (
        old.content is distinct from new.content
        or old.content_type is distinct from new.content_type
        or old.content_attributes is distinct from new.content_attributes
        or old.status is distinct from new.status
        or old.edited_at is distinct from new.edited_at
        or old.deleted_at is distinct from new.deleted_at
        or old.attachments_at is distinct from new.attachments_at)
    execute function private.change_message();

create function private.tell_message_changed()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.tell_message(new, 'message.updated');
    perform private.record_event(
        new.account_id, 'message.updated', new.conversation_id, jsonb_build_object('message_id', new.id));
    return null;
end;
$$;

comment on function private.tell_message_changed is 'Trigger: broadcasts and records a change of a message.';

create trigger messages_tell_changed
    after update on public.messages
    for each row
    when (old.updated_seq is distinct from new.updated_seq)
    execute function private.tell_message_changed();

create function private.message_page(p_conversation_id uuid, p_before_seq bigint, p_limit int)
returns json
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_generic_plan'
as $$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
    page public.messages[];
begin
    if coalesce(p_limit, 0) not between 1 and 200 then
        perform private.fail(400, 'invalid_argument', 'limit is 1 to 200.');
    end if;
    -- One more than asked for says whether there are more.
    page := array(
        select message
        from public.messages as message
        where message.conversation_id = p_conversation_id
            and message.seq < coalesce(p_before_seq, 9223372036854775807)
        order by message.seq desc
        limit p_limit + 1);
    return json_build_object(
        'messages', private.messages_json(page[:p_limit]),
        'has_more', cardinality(page) > p_limit,
        'last_seq', conversation.last_seq,
        'topic', private.topic_of(conversation));
end;
$$;

comment on function private.message_page is 'See public.message_page.';
grant execute on function private.message_page to authenticated;

create function public.message_page(p_conversation_id uuid, p_before_seq bigint default null, p_limit int default 30)
returns json
language sql stable set search_path = ''
as $$
    select private.message_page(p_conversation_id, p_before_seq, p_limit)
$$;

comment on function public.message_page is
    'The newest messages before a seq, oldest first: {messages, has_more, last_seq, topic}.
     Fails with conversation_not_found, invalid_argument.';
grant execute on function public.message_page to authenticated;

create function private.message_changes(p_conversation_id uuid, p_after_seq bigint)
returns json
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_generic_plan'
as $$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
    page constant public.messages[] := array(
        select message
        from public.messages as message
        where message.conversation_id = p_conversation_id and message.updated_seq > coalesce(p_after_seq, 0)
        order by message.updated_seq
        limit 201);
begin
    return json_build_object(
        'messages', case when cardinality(page) > 200 then '[]' else private.messages_json(page) end,
        'reset', cardinality(page) > 200,
        'last_seq', conversation.last_seq,
        'topic', private.topic_of(conversation));
end;
$$;

comment on function private.message_changes is 'See public.message_changes.';
grant execute on function private.message_changes to authenticated;

create function public.message_changes(p_conversation_id uuid, p_after_seq bigint)
returns json
language sql stable set search_path = ''
as $$
    select private.message_changes(p_conversation_id, p_after_seq)
$$;

comment on function public.message_changes is
    'What is new or changed after a seq, for listeners that missed something: {messages, reset, last_seq, topic}.
     reset: more than 200, load the page anew. Fails with conversation_not_found.';
grant execute on function public.message_changes to authenticated;

create function private.says(p_message public.messages, p_content text)
returns boolean
language sql immutable set search_path = ''
as $$
    select p_message.content = coalesce(p_content, '')
        or p_message.edited_at is not null
        or p_message.deleted_at is not null
        or p_message.content_attributes ? 'template_params'
$$;

comment on function private.says is
    'Whether a message that is sent again under its id is the one that is stored, as far as can be told: what was edited, deleted or
     filled into a template has other words since.';

create function private.send_message(
    p_conversation_id uuid, p_id uuid, p_content text, p_private boolean, p_expected_last_seq bigint,
    p_attachments uuid[], p_in_reply_to uuid, p_content_attributes jsonb
)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    caller uuid := auth.uid();
    message public.messages;
    missed public.messages[];
    bound_at timestamptz;
begin
    perform private.agent_conversation(p_conversation_id);
    if p_id is null then
        perform private.fail(400, 'invalid_argument', 'Give the message an id (UUIDv7) of your own.');
    end if;
    -- The lock makes "has anything arrived since?" and the insert one step, and a second try wait for the first.
    perform from public.conversations where id = p_conversation_id for no key update;
    select * into message from public.messages where conversation_id = p_conversation_id and id = p_id;
    if message.id is not null then
        if message.sender_user_id is distinct from caller
            or message.private <> coalesce(p_private, false)
            or not private.says(message, p_content)
        then
            perform private.fail(409, 'message_id_taken', 'Another message has this id.');
        end if;
        return private.message_json(message);
    end if;
    if p_expected_last_seq is not null and not coalesce(p_private, false) then
        select array_agg(newer) into missed
        from public.messages as newer
        where newer.conversation_id = p_conversation_id
            and newer.seq > p_expected_last_seq
            and newer.message_type in ('incoming', 'outgoing')
            and not newer.private
            and newer.sender_user_id is distinct from caller;
        if missed is not null then
            perform private.fail(
                409, 'conversation_moved', 'Someone wrote here while you were writing.',
                'Read it, then send again without expected_last_seq.',
                json_build_object('messages', private.messages_json(missed))::text);
        end if;
    end if;
    -- The trigger sees the role of the request and fills in the rest, as for a direct insert.
    bound_at := private.bind_attachments(p_conversation_id, p_id, p_attachments, caller, null);
    insert into public.messages (id, conversation_id, content, private, attachments_at, content_attributes)
    values (
        p_id, p_conversation_id, coalesce(p_content, ''), coalesce(p_private, false), bound_at,
        coalesce(p_content_attributes, '{}')
            || jsonb_strip_nulls(jsonb_build_object('in_reply_to', p_in_reply_to)))
    returning * into message;
    return private.message_json(message);
end;
$$;

comment on function private.send_message is 'See public.send_message.';
grant execute on function private.send_message to authenticated;

create function public.send_message(
    p_conversation_id uuid,
    p_id uuid,
    p_content text,
    p_private boolean default false,
    p_expected_last_seq bigint default null,
    p_attachments uuid[] default '{}',
    p_in_reply_to uuid default null,
    p_content_attributes jsonb default '{}'
)
returns jsonb
language sql set search_path = ''
as $$
    select private.send_message(
        p_conversation_id, p_id, p_content, p_private, p_expected_last_seq, p_attachments, p_in_reply_to,
        p_content_attributes)
$$;

comment on function public.send_message is
    'Sends a reply, or a note when private, under an id made by the caller: sending again returns the same message, and
     message_id_taken when it says something else.
     With expected_last_seq a public reply is refused when someone else wrote after it: conversation_moved, details = {messages}.
     attachments are ids of request_upload, 15 at most, each uploaded; with one the content may be empty.
     in_reply_to names a message of the same conversation. content_attributes may hold to_emails, cc_emails, bcc_emails
     (lists) and template_params {name, language, processed_params: {header, body, buttons}}: a template of the inbox, whose filled-in
     words become the content. Outside the reply window nothing else goes out. items [{title, value, description}] are answers to choose
     from: buttons or a list where the channel has them, else numbered lines. Fails also with conversation_not_found,
     message_empty, message_too_long, message_id_taken, too_many_messages, too_many_attachments, attachment_not_found,
     reply_target_not_found, content_attributes_invalid, window_closed, and with template_not_found, template_not_approved,
     template_unsupported, template_values_missing (details = {fields}), template_value_too_long, template_file_invalid.';
grant execute on function public.send_message to authenticated;

create function private.agent_message(p_conversation_id uuid, p_id uuid)
returns public.messages
language plpgsql security definer set search_path = ''
as $$
declare
    message public.messages;
begin
    perform private.agent_conversation(p_conversation_id);
    -- The conversation first, as everywhere: two changes of one message take turns.
    perform from public.conversations where id = p_conversation_id for no key update;
    select * into message from public.messages where conversation_id = p_conversation_id and id = p_id;
    if message.id is null then
        perform private.fail(404, 'message_not_found', 'There is no such message.');
    end if;
    return message;
end;
$$;

comment on function private.agent_message is
    'A message to be changed by the calling agent, with its conversation locked. Fails with conversation_not_found, message_not_found.';

create function private.change_preview(p_old public.messages, p_content text)
returns void
language sql set search_path = ''
as $$
    update public.conversations
    set preview = preview || jsonb_build_object('content', left(p_content, 200))
    where id = p_old.conversation_id
        and preview ->> 'content' = left(p_old.content, 200)
        and (preview ->> 'created_at')::timestamptz = p_old.created_at
$$;

comment on function private.change_preview is 'Puts changed words into the lists, when they show this message.';

create function private.edit_message(p_conversation_id uuid, p_id uuid, p_content text)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    message public.messages := private.agent_message(p_conversation_id, p_id);
begin
    if message.message_type <> 'outgoing' or message.sender_user_id is distinct from auth.uid() then
        perform private.fail(403, 'not_your_message', 'Only what you wrote yourself can be edited.');
    end if;
    if message.deleted_at is not null then
        perform private.fail(409, 'message_deleted', 'This message was deleted.');
    end if;
    if message.content_attributes ? 'template_params' then
        perform private.fail(409, 'message_is_template', 'The words of a template are its provider''s.', 'Send another one.');
    end if;
    if not message.private
        and private.initial_status(message.inbox_id) <> 'sent'
        and message.status not in ('queued', 'failed')
    then
        perform private.fail(
            409, 'message_delivered', 'The channel has this message already, and cannot change it.', 'Write another one.');
    end if;
    if private.is_blank(p_content) then
        perform private.fail(400, 'message_empty', 'Write something first.');
    end if;
    if char_length(p_content) > 150000 then
        perform private.fail(400, 'message_too_long', 'A message has 150,000 characters at most.');
    end if;
    if message.content <> p_content then
        insert into public.message_versions (account_id, conversation_id, message_id, content, edited_by)
        values (message.account_id, message.conversation_id, message.id, message.content, auth.uid());
        perform private.change_preview(message, p_content);
        update public.messages
        set content = p_content, edited_at = now()
        where conversation_id = p_conversation_id and id = p_id
        returning * into message;
    end if;
    return private.message_json(message);
end;
$$;

comment on function private.edit_message is 'See public.edit_message.';
grant execute on function private.edit_message to authenticated;

create function public.edit_message(p_conversation_id uuid, p_id uuid, p_content text)
returns jsonb
language sql set search_path = ''
as $$
    select private.edit_message(p_conversation_id, p_id, p_content)
$$;

comment on function public.edit_message is
    'Changes the words of the caller''s own message; the ones before are kept in message_versions. Returns the message.
     Where a provider delivers, only before it did; templates never. Fails with conversation_not_found, message_not_found,
     not_your_message, message_deleted, message_is_template, message_delivered, message_empty, message_too_long.';
grant execute on function public.edit_message to authenticated;

create function private.deleted_text(p_account_id uuid)
returns text
language sql stable security definer set search_path = ''
as $$
    select case split_part(replace(account.locale, '_', '-'), '-', 1)
        when 'es' then 'Este mensaje fue eliminado'
        when 'pt' then 'Esta mensagem foi apagada'
        when 'ar' then 'تم حذف هذه الرسالة'
        else 'This message was deleted' end
    from public.accounts as account
    where account.id = p_account_id
$$;

comment on function private.deleted_text is 'What stands where a message was, in the account''s language.';

create function private.delete_message(p_conversation_id uuid, p_id uuid)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    message public.messages := private.agent_message(p_conversation_id, p_id);
    gone constant text := private.deleted_text(message.account_id);
begin
    if message.message_type = 'activity' then
        perform private.fail(409, 'message_not_deletable', 'The thread''s own lines stay.');
    end if;
    if message.deleted_at is null then
        perform private.change_preview(message, gone);
        delete from public.message_versions where conversation_id = p_conversation_id and message_id = p_id;
        update public.messages
        set content = gone,
            content_type = 'text',
            content_attributes = jsonb_build_object('deleted', true),
            deleted_at = now()
        where conversation_id = p_conversation_id and id = p_id
        returning * into message;
    end if;
    return private.message_json(message);
end;
$$;

comment on function private.delete_message is 'See public.delete_message.';
grant execute on function private.delete_message to authenticated;

create function public.delete_message(p_conversation_id uuid, p_id uuid)
returns jsonb
language sql set search_path = ''
as $$
    select private.delete_message(p_conversation_id, p_id)
$$;

comment on function public.delete_message is
    'Takes back what a message said, its earlier versions included; a line in the account''s language stays in its place.
     Returns the message. Deleting again changes nothing. Fails with conversation_not_found, message_not_found,
     message_not_deletable.';
grant execute on function public.delete_message to authenticated;

create function private.retry_message(p_conversation_id uuid, p_id uuid)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    message public.messages := private.agent_message(p_conversation_id, p_id);
begin
    if message.message_type not in ('outgoing', 'template')
        or message.private
        or message.deleted_at is not null
        or message.status not in ('failed', 'unknown')
    then
        perform private.fail(409, 'message_not_failed', 'Only a message that could not be delivered can be sent again.');
    end if;
    update public.messages
    set status = private.initial_status(message.inbox_id),
        content_attributes = content_attributes - 'external_error'
    where conversation_id = p_conversation_id and id = p_id
    returning * into message;
    return private.message_json(message);
end;
$$;

comment on function private.retry_message is 'See public.retry_message.';
grant execute on function private.retry_message to authenticated;

create function public.retry_message(p_conversation_id uuid, p_id uuid)
returns jsonb
language sql set search_path = ''
as $$
    select private.retry_message(p_conversation_id, p_id)
$$;

comment on function public.retry_message is
    'Sends a failed message again, or one of unknown fate. Returns the message, queued anew.
     Fails with conversation_not_found, message_not_found, message_not_failed.';
grant execute on function public.retry_message to authenticated;

create function private.mark_conversation_unread(p_conversation_id uuid)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    last_incoming timestamptz;
begin
    perform private.agent_conversation(p_conversation_id);
    select created_at into last_incoming
    from public.messages
    where conversation_id = p_conversation_id and message_type = 'incoming'
    order by seq desc
    limit 1;
    update public.conversations
    set unread_count = greatest(unread_count, (last_incoming is not null)::int),
        agent_last_seen_at = last_incoming - interval '1 second'
    where id = p_conversation_id;
end;
$$;

comment on function private.mark_conversation_unread is 'See public.mark_conversation_unread.';
grant execute on function private.mark_conversation_unread to authenticated;

create function public.mark_conversation_unread(p_conversation_id uuid)
returns void
language sql set search_path = ''
as $$
    select private.mark_conversation_unread(p_conversation_id)
$$;

comment on function public.mark_conversation_unread is
    'Puts the conversation back to unread from its last incoming message on. Fails with conversation_not_found.';
grant execute on function public.mark_conversation_unread to authenticated;

create function private.set_typing(p_conversation_id uuid, p_typing boolean, p_private boolean)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
    name text;
begin
    perform private.take('typing:' || auth.uid(), 5, 1);
    select private.shown_name(users) into name from public.users where id = auth.uid();
    perform private.broadcast(
        private.topic_of(conversation),
        'typing',
        jsonb_build_object(
            'conversation_id', p_conversation_id,
            'typing', p_typing,
            'private', p_private,
            'actor', jsonb_build_object('type', 'user', 'id', auth.uid(), 'name', name)));
    if not p_private then
        perform private.broadcast(
            'visitor:' || conversation.contact_inbox_id,
            'typing',
            jsonb_build_object(
                'conversation_id', p_conversation_id,
                'typing', p_typing,
                'actor', jsonb_build_object('name', name)));
    end if;
end;
$$;

comment on function private.set_typing is 'See public.set_typing.';
grant execute on function private.set_typing to authenticated;

create function public.set_typing(p_conversation_id uuid, p_typing boolean, p_private boolean default false)
returns void
language sql set search_path = ''
as $$
    select private.set_typing(p_conversation_id, p_typing, p_private)
$$;

comment on function public.set_typing is
    'Shows colleagues, and the visitor unless it is a note, that the caller types. Call at most every two seconds.
     Fails with conversation_not_found, too_many_requests.';
grant execute on function public.set_typing to authenticated;

alter table public.messages enable row level security;

create policy "agents read the messages of conversations they may see"
    on public.messages for select to authenticated
    using (
        inbox_id = any ((select private.full_inbox_ids())::uuid[])
        or (account_id = any ((select private.partial_account_ids())::uuid[])
            and private.can_see_conversation(conversation_id)));

create policy "agents write messages in conversations they may see"
    on public.messages for insert to authenticated
    with check (
        message_type = 'outgoing'
        and sender_user_id = (select auth.uid())
        and (inbox_id = any ((select private.full_inbox_ids())::uuid[])
            or (account_id = any ((select private.partial_account_ids())::uuid[])
                and private.can_see_conversation(conversation_id))));

grant select on public.messages to authenticated;
grant insert (id, conversation_id, content, private) on public.messages to authenticated;

create function private.sees_conversation(p_conversation_id uuid)
returns boolean
language sql stable set search_path = ''
as $$
    -- Not with its owner's rights: whoever may read the conversation may read what hangs on it.
    select exists (select from public.conversations where id = p_conversation_id)
$$;

comment on function private.sees_conversation is 'Whether the caller''s own policies show them this conversation.';
grant execute on function private.sees_conversation to authenticated;

alter table public.message_versions enable row level security;

create policy "agents read earlier versions in the conversations they may see"
    on public.message_versions for select to authenticated
    using (private.sees_conversation(conversation_id));

grant select on public.message_versions to authenticated;
