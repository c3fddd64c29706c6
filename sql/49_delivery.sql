-- delivery: messages on their way between us and a provider. In: raw requests, stored before anything is understood,
-- then items that a worker parsed out of them. Out: one job per message, and what the provider says about it later.

create table private.provider_events (
    id bigint generated always as identity primary key,
    account_id uuid not null,
    inbox_id uuid not null,
    event_key text not null,
    request jsonb not null,
    body bytea not null,
    status text not null default 'received',
    error text,
    received_at timestamptz not null default now(),
    processed_at timestamptz,
    constraint provider_events_inbox_fkey foreign key (account_id, inbox_id)
        references public.inboxes (account_id, id) on delete cascade,
    constraint provider_events_inbox_id_event_key_key unique (inbox_id, event_key),
    constraint provider_events_status_check check (status in ('received', 'processed', 'quarantined', 'ignored')),
    constraint provider_events_event_key_check check (char_length(event_key) between 1 and 200)
);

comment on table private.provider_events is
    'What providers sent, byte for byte and signed, each once. Parsed later; what cannot be understood stays here for a replay.';
comment on column private.provider_events.request is '{method, url, query, headers}; the body is apart, as it came.';

create index provider_events_account_id_inbox_id_idx on private.provider_events (account_id, inbox_id);
create index provider_events_received_idx on private.provider_events (inbox_id, id) where status = 'received';
create index provider_events_quarantined_idx on private.provider_events (id) where status = 'quarantined';
create index provider_events_processed_at_idx on private.provider_events (processed_at) where status in ('processed', 'ignored');

create table private.contact_inbox_aliases (
    account_id uuid not null,
    inbox_id uuid not null,
    alias text not null,
    contact_inbox_id uuid not null,
    constraint contact_inbox_aliases_pkey primary key (inbox_id, alias),
    constraint contact_inbox_aliases_inbox_fkey foreign key (account_id, inbox_id)
        references public.inboxes (account_id, id) on delete cascade,
    constraint contact_inbox_aliases_contact_inbox_fkey foreign key (account_id, contact_inbox_id)
        references public.contact_inboxes (account_id, id) on delete cascade
);

comment on table private.contact_inbox_aliases is 'Other spellings under which a provider knows the same address: country variants, user ids.';

create index contact_inbox_aliases_account_id_inbox_id_idx on private.contact_inbox_aliases (account_id, inbox_id);
create index contact_inbox_aliases_account_id_contact_inbox_id_idx
    on private.contact_inbox_aliases (account_id, contact_inbox_id);

create table private.message_parts (
    account_id uuid not null,
    inbox_id uuid not null,
    source_id text not null,
    conversation_id uuid not null,
    message_id uuid not null,
    part smallint not null,
    status text not null default 'sent',
    constraint message_parts_pkey primary key (inbox_id, source_id),
    constraint message_parts_inbox_fkey foreign key (account_id, inbox_id)
        references public.inboxes (account_id, id) on delete cascade,
    -- A message is named by its conversation, and that by the account.
    constraint message_parts_conversation_fkey foreign key (account_id, conversation_id)
        references public.conversations (account_id, id) on delete cascade,
    constraint message_parts_status_check check (status in ('sent', 'delivered', 'read', 'failed'))
);

comment on table private.message_parts is
    'The provider''s ids of what became of one message: a long text goes out as several. The message is as far as its slowest part.';

create index message_parts_account_id_inbox_id_idx on private.message_parts (account_id, inbox_id);
create index message_parts_message_idx on private.message_parts (account_id, conversation_id, message_id);

create table private.attachment_sources (
    account_id uuid not null,
    attachment_id uuid primary key,
    source jsonb not null,
    constraint attachment_sources_attachment_fkey foreign key (account_id, attachment_id)
        references public.attachments (account_id, id) on delete cascade
);

comment on table private.attachment_sources is
    'Where a provider keeps a file that came in, until we have it: {url, media_id, content_type, file_name, byte_size, sha256}.';

create index attachment_sources_account_id_attachment_id_idx on private.attachment_sources (account_id, attachment_id);

create table private.parked_statuses (
    id bigint generated always as identity primary key,
    account_id uuid not null,
    inbox_id uuid not null,
    source_id text not null,
    status jsonb not null,
    created_at timestamptz not null default now(),
    constraint parked_statuses_inbox_fkey foreign key (account_id, inbox_id)
        references public.inboxes (account_id, id) on delete cascade
);

comment on table private.parked_statuses is
    'Receipts that came before the send call''s own answer was stored; applied then, dropped after ten minutes.';

create index parked_statuses_account_id_inbox_id_idx on private.parked_statuses (account_id, inbox_id);
create index parked_statuses_inbox_id_source_id_idx on private.parked_statuses (inbox_id, source_id);
create index parked_statuses_created_at_idx on private.parked_statuses (created_at);

create function private.is_sent_by_provider(p_inbox_id uuid)
returns boolean
language sql stable security definer set search_path = ''
as $$
    select exists (select from public.channel_connections where inbox_id = p_inbox_id)
        or exists (select from private.channel_secrets where inbox_id = p_inbox_id and secrets ->> 'webhook_url' <> '')
$$;

comment on function private.is_sent_by_provider is 'Whether what agents write here has to leave through somebody else.';

create function private.queue_message()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if private.is_sent_by_provider(new.inbox_id) then
        new.status := 'queued';
    end if;
    return new;
end;
$$;

comment on function private.queue_message is 'Trigger: a message that has to leave through a provider waits for it.';

-- Named to run after messages_write, which knows the inbox.
create trigger messages_write_to_queue
    before insert on public.messages
    for each row
    when (new.message_type in ('outgoing', 'template') and not new.private and new.source_id is null
        and new.status in ('sent', 'queued'))
    execute function private.queue_message();

create function private.ask_for_delivery(p_account_id uuid, p_conversation_id uuid, p_message_id uuid, p_attempt text)
returns void
language sql set search_path = ''
as $$
    select private.enqueue(
        'deliver_message',
        jsonb_build_object('conversation_id', p_conversation_id, 'message_id', p_message_id),
        p_account_id,
        p_conversation_id::text,
        p_message_id || ':' || p_attempt)
$$;

comment on function private.ask_for_delivery is
    'Adds the job that hands a message to its provider: in order with the others of its conversation, once per attempt.';

create function private.deliver_new_message()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.ask_for_delivery(new.account_id, new.conversation_id, new.id, 'first');
    return null;
end;
$$;

comment on function private.deliver_new_message is 'Trigger: asks for the delivery of a new message.';

create trigger messages_deliver
    after insert on public.messages
    for each row
    when (new.status = 'queued')
    execute function private.deliver_new_message();

create function private.deliver_message_again()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.ask_for_delivery(new.account_id, new.conversation_id, new.id, 'seq:' || new.updated_seq);
    return null;
end;
$$;

comment on function private.deliver_message_again is 'Trigger: an agent asked for another try.';

create trigger messages_deliver_again
    after update of status on public.messages
    for each row
    when (new.status = 'queued' and old.status in ('failed', 'unknown'))
    execute function private.deliver_message_again();

create function private.keep_message_status()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    ranks constant jsonb := '{"queued": 0, "sending": 1, "unknown": 2, "sent": 3, "delivered": 4, "read": 5}';
begin
    if new.status = 'queued' then
        return new;  -- asked to be sent again, by our own functions only
    end if;
    if new.status = 'failed' then
        -- What arrived cannot fail any more.
        if old.status in ('delivered', 'read') then
            new.status := old.status;
        end if;
    elsif old.status = 'failed' then
        -- A late "sent" is no news; a receipt is. Without a provider nothing is late: it is we who send.
        if new.status not in ('delivered', 'read') and private.is_sent_by_provider(new.inbox_id) then
            new.status := old.status;
        end if;
    elsif (ranks ->> new.status)::int < (ranks ->> old.status)::int then
        new.status := old.status;
    end if;
    if new.status <> 'failed' then
        new.content_attributes := new.content_attributes - 'external_error' - 'error_category' - 'error_code';
    end if;
    if new.status in ('delivered', 'read', 'failed') then
        new.content_attributes := new.content_attributes - 'delivery_notice';
    end if;
    return new;
end;
$$;

comment on function private.keep_message_status is 'Trigger: a message''s state only moves forward, however late or doubled the news is.';

-- Named to run before messages_change, which numbers what is left of the change.
create trigger messages_a_keep_status
    before update of status on public.messages
    for each row
    when (old.status is distinct from new.status)
    execute function private.keep_message_status();

create function service.record_provider_event(p_inbox_id uuid, p_event_key text, p_request jsonb, p_body text)
returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
    inbox public.inboxes;
    active boolean;
    queue_lock constant text := 'receive:' || p_inbox_id;
    made_id bigint;
begin
    select * into inbox from public.inboxes where id = p_inbox_id;
    if inbox.id is null then
        perform private.fail(404, 'inbox_not_found', 'There is no such inbox.');
    end if;
    select status = 'active' into active from public.accounts where id = inbox.account_id;
    insert into private.provider_events (account_id, inbox_id, event_key, request, body, status, processed_at)
    values (
        inbox.account_id, p_inbox_id, left(p_event_key, 200), p_request, decode(p_body, 'base64'),
        case when active then 'received' else 'ignored' end, case when not active then now() end)
    on conflict on constraint provider_events_inbox_id_event_key_key do nothing
    returning id into made_id;
    if made_id is null or not active then
        return false;
    end if;
    -- One waiting job drains the inbox. Its row is held until we commit: a worker either claims it after, and
    -- sees this event, or has claimed it already, and then another one is added.
    perform from private.jobs where lock = queue_lock and status = 'queued' for key share skip locked limit 1;
    if not found then
        perform private.enqueue(
            'receive_events', jsonb_build_object('inbox_id', p_inbox_id), inbox.account_id, queue_lock, null, now(), 50);
    end if;
    return true;
end;
$$;

comment on function service.record_provider_event is
    'Keeps a verified request of a provider, once (p_body is base64), and asks for it to be read. False when it was there
     already, or the account is suspended. Fails with inbox_not_found.';

create function service.next_provider_events(p_inbox_id uuid, p_limit int default 50)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select coalesce(jsonb_agg(jsonb_build_object(
        'id', event.id, 'request', event.request, 'body', encode(event.body, 'base64'), 'received_at', event.received_at)
        order by event.id), '[]')
    from (
        select *
        from private.provider_events
        where inbox_id = p_inbox_id and status = 'received'
        order by id
        limit least(greatest(p_limit, 1), 200)
    ) as event
$$;

comment on function service.next_provider_events is 'The requests of an inbox that nobody has read yet, oldest first.';

create function service.close_provider_event(p_id bigint, p_status text, p_error text default null)
returns void
language sql security definer set search_path = ''
as $$
    update private.provider_events
    set status = p_status, error = left(p_error, 2000), processed_at = now()
    where id = p_id
$$;

comment on function service.close_provider_event is 'Notes what became of a request: processed, or quarantined with the reason.';

create function service.quarantined_events(p_before_id bigint default null, p_limit int default 50)
returns jsonb
language sql stable security definer set search_path = ''
as $$
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
$$;

comment on function service.quarantined_events is
    'Providers'' requests that could not be understood, newest first: {rows}, without what they say. Pass the last id for the
     next page; read one again with service.replay_provider_event.';

create function service.replay_provider_event(p_id bigint)
returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
    event private.provider_events;
begin
    update private.provider_events
    set status = 'received', error = null, processed_at = null
    where id = p_id and status in ('quarantined', 'ignored')
    returning * into event;
    if event.id is null then
        return false;
    end if;
    perform private.enqueue(
        'receive_events', jsonb_build_object('inbox_id', event.inbox_id), event.account_id, 'receive:' || event.inbox_id);
    return true;
end;
$$;

comment on function service.replay_provider_event is 'Reads a quarantined request again, after a release that understands it.';

create function service.purge_provider_events(p_older_than interval default '14 days')
returns int
language sql security definer set search_path = ''
as $$
    with stale as (
        delete from private.parked_statuses where created_at < now() - interval '10 minutes'
    ),
    purged as (
        delete from private.provider_events
        where id in (
            select id from private.provider_events
            where status in ('processed', 'ignored') and processed_at < now() - p_older_than
            order by processed_at
            limit 10000)
        returning 1
    )
    select count(*)::int from purged
$$;

comment on function service.purge_provider_events is
    'Removes requests that were read long ago, 10,000 a call, and receipts nobody waits for. Quarantined ones stay longer: see
     service.purge_dead_letters.';

create function private.receiving_contact_inbox(p_inbox public.inboxes, p_contact jsonb)
returns public.contact_inboxes
language plpgsql security definer set search_path = ''
as $$
declare
    given_source constant text := p_contact ->> 'source_id';
    given_aliases constant text[] := array(
        select jsonb_array_elements_text(coalesce(nullif(p_contact -> 'aliases', 'null'), '[]')));
    given_email constant text := nullif(lower(btrim(p_contact ->> 'email')), '');
    given_phone text := nullif(btrim(p_contact ->> 'phone_number'), '');
    given_name constant text := nullif(btrim(coalesce(p_contact ->> 'name', p_contact ->> 'username')), '');
    address public.contact_inboxes;
    person public.contacts;
begin
    if given_phone !~ '^\+[1-9][0-9]{6,14}$' then
        given_phone := null;
    end if;
    select * into address from public.contact_inboxes where inbox_id = p_inbox.id and source_id = given_source;
    if address.id is null then
        select found.* into address
        from private.contact_inbox_aliases as known
        join public.contact_inboxes as found on found.id = known.contact_inbox_id
        where known.inbox_id = p_inbox.id and known.alias = any (given_source || given_aliases)
        limit 1;
    end if;
    if address.id is null then
        select * into address
        from public.contact_inboxes
        where inbox_id = p_inbox.id and source_id = any (given_aliases)
        order by created_at
        limit 1;
    end if;
    if address.id is null then
        select * into person
        from public.contacts
        where account_id = p_inbox.account_id and (email = given_email or phone_number = given_phone)
        order by (email = given_email) desc nulls last
        limit 1;
        if person.id is null then
            insert into public.contacts (account_id, name, email, phone_number, avatar_url, identified, additional_attributes)
            values (
                p_inbox.account_id, left(coalesce(given_name, given_phone, given_email, given_source), 255), given_email,
                given_phone,
                case when p_contact ->> 'avatar_url' ~ '^https?://' then left(p_contact ->> 'avatar_url', 2000) end,
                -- A provider signs in its users; the sender of a mail is only what the mail says. Somebody we knew stays as
                -- they were: another channel may have claimed this address.
                case when p_inbox.channel_type = 'email' then 'claimed' else 'verified' end,
                coalesce(nullif(p_contact -> 'attributes', 'null'), '{}'))
            returning * into person;
        end if;
        insert into public.contact_inboxes (account_id, contact_id, inbox_id, source_id)
        values (p_inbox.account_id, person.id, p_inbox.id, given_source)
        returning * into address;
    else
        -- A name somebody typed stays; one that is only the address gives way.
        update public.contacts
        set name = left(given_name, 255)
        where id = address.contact_id and given_name is not null
            and name in ('', address.source_id, coalesce(phone_number, ''), coalesce(email, ''), '+' || address.source_id)
            and name <> given_name;
    end if;
    insert into private.contact_inbox_aliases (account_id, inbox_id, alias, contact_inbox_id)
    select p_inbox.account_id, p_inbox.id, alias, address.id
    from unnest(given_source || given_aliases) as alias
    where alias <> address.source_id
    on conflict do nothing;
    return address;
end;
$$;

comment on function private.receiving_contact_inbox is
    'The address a message came from, found by its id, by other spellings of it, then by e-mail or telephone; made when new.
     The caller holds the lock on it.';

create function private.hold_contact(p_address public.contact_inboxes)
returns public.contact_inboxes
language plpgsql security definer set search_path = ''
as $$
declare
    address public.contact_inboxes := p_address;
begin
    loop
        perform from public.contacts where id = address.contact_id for key share;
        exit when found or address.id is null;
        select * into address from public.contact_inboxes where id = address.id;
    end loop;
    return address;
end;
$$;

comment on function private.hold_contact is
    'The address, whose contact stays until the end of the transaction: a merge comes before what the caller writes or after it, and
     who was merged meanwhile is looked up again. Null when the contact was deleted.';

create function private.mail_conversation(p_inbox public.inboxes, p_address public.contact_inboxes, p_email jsonb)
returns uuid
language sql stable security definer set search_path = ''
as $$
    select conversation.id
    from jsonb_array_elements(coalesce(nullif(p_email -> 'threads', 'null'), '[]')) with ordinality as claim (thread, position)
    cross join lateral (
        select found.*
        from public.conversations as found
        where claim.thread ->> 'kind' = 'conversation'
            and found.id::text = claim.thread ->> 'value'
            and found.inbox_id = p_inbox.id
        union all
        select found.*
        from public.messages as quoted
        join public.conversations as found on found.id = quoted.conversation_id
        where claim.thread ->> 'kind' = 'message'
            and quoted.inbox_id = p_inbox.id
            and quoted.source_id = claim.thread ->> 'value'
    ) as conversation
    where (claim.thread ->> 'proven')::boolean
        or conversation.contact_id = p_address.contact_id
        -- Somebody who was written to in this thread may answer in it.
        or exists (
            select from public.messages as earlier
            where earlier.conversation_id = conversation.id
                and earlier.content_type = 'incoming_email'
                and (earlier.content_attributes #> '{email,to}' ? p_address.source_id
                    or earlier.content_attributes #> '{email,cc}' ? p_address.source_id))
    order by claim.position
    limit 1
$$;

comment on function private.mail_conversation is
    'The conversation a mail belongs to, by its threads: ids that we signed, or ids it quotes where its sender takes part. A stranger
     who knows an id starts a new conversation.';

create function private.receiving_conversation(p_inbox public.inboxes, p_address public.contact_inboxes, p_message jsonb)
returns uuid
language plpgsql security definer set search_path = ''
as $$
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
$$;

comment on function private.receiving_conversation is
    'The conversation a message belongs to: the running one, or a new one; for imported history one that is over.';

create function private.lock_address(p_inbox_id uuid, p_source_id text)
returns void
language sql set search_path = ''
as $$
    select pg_advisory_xact_lock(hashtextextended(p_inbox_id || ':' || p_source_id, 0))
$$;

comment on function private.lock_address is
    'Until the end of the transaction nobody else receives from this address: four pictures at once make one conversation.';

create function private.received_inbox(p_inbox_id uuid)
returns public.inboxes
language plpgsql stable security definer set search_path = ''
as $$
declare
    inbox public.inboxes;
begin
    select * into inbox from public.inboxes where id = p_inbox_id;
    if inbox.id is null then
        perform private.fail(404, 'inbox_not_found', 'There is no such inbox.');
    end if;
    return inbox;
end;
$$;

comment on function private.received_inbox is 'The inbox, or inbox_not_found.';

create function private.receive_attachments(
    p_inbox public.inboxes, p_conversation_id uuid, p_message_id uuid, p_attachments jsonb
)
returns timestamptz
language plpgsql security definer set search_path = ''
as $$
declare
    given jsonb;
    media jsonb;
    kind text;
    name text;
    made_id uuid;
begin
    if jsonb_typeof(p_attachments) is distinct from 'array' or jsonb_array_length(p_attachments) = 0 then
        return null;
    end if;
    for given in select item from jsonb_array_elements(p_attachments) with ordinality as list (item, position) where position <= 100 loop
        media := nullif(given -> 'media', 'null');
        kind := case
            when given ->> 'kind' = 'sticker' then 'image'
            when given ->> 'kind' in (
                'image', 'audio', 'video', 'file', 'location', 'fallback', 'share', 'story_mention', 'contact', 'ig_reel',
                'ig_post', 'ig_story', 'embed') then given ->> 'kind'
            when media is not null then private.file_type_of(media ->> 'content_type')
            else 'fallback' end;
        name := coalesce(
            nullif(left(btrim(regexp_replace(
                coalesce(media ->> 'file_name', ''), '[[:cntrl:]\u202a-\u202e\u2066-\u2069\u200b-\u200f]', '', 'g')), 255), ''),
            kind);
        made_id := private.uuid_v7();
        insert into public.attachments (
            id, account_id, conversation_id, message_id, file_type, state, storage_path, file_name, content_type, byte_size,
            external_url, coordinates_lat, coordinates_long, fallback_title, meta)
        values (
            made_id, p_inbox.account_id, p_conversation_id, p_message_id, kind,
            case when media is null then 'ready' else 'pending' end,
            case when media is not null then concat_ws(
                '/', p_inbox.account_id, p_conversation_id, made_id, private.safe_file_name(name)) end,
            case when media is not null then name end,
            left(lower(btrim(split_part(media ->> 'content_type', ';', 1))), 255),
            case when (media ->> 'byte_size')::numeric between 0 and 41943040 then (media ->> 'byte_size')::bigint end,
            case when given ->> 'url' ~ '^https?://' and char_length(given ->> 'url') <= 4000 then given ->> 'url' end,
            case when abs((given ->> 'latitude')::double precision) <= 90 then (given ->> 'latitude')::double precision end,
            case when abs((given ->> 'longitude')::double precision) <= 180 then (given ->> 'longitude')::double precision end,
            left(given ->> 'title', 1000),
            coalesce(nullif(given -> 'meta', 'null'), '{}') || jsonb_build_object('kind', given ->> 'kind'));
        if media is not null then
            insert into private.attachment_sources (account_id, attachment_id, source)
            values (p_inbox.account_id, made_id, media - 'data');
            -- What came inside the event itself is stored by whoever reads the event.
            if coalesce(media ->> 'url', media ->> 'media_id') is not null then
                perform private.enqueue(
                    'fetch_media', jsonb_build_object('attachment_id', made_id), p_inbox.account_id,
                    p_dedupe_key => made_id::text, p_priority => 80);
            end if;
        end if;
    end loop;
    return now();
end;
$$;

comment on function private.receive_attachments is
    'The files, places and cards of a message that came in, before the message itself. Files are fetched by jobs of their own: a file
     that cannot be had never undoes its message. Returns what goes into messages.attachments_at.';

create function private.pending_attachments(p_message public.messages)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select coalesce(jsonb_agg(
        jsonb_build_object('id', attachment.id, 'state', attachment.state, 'storage_path', attachment.storage_path)
        order by attachment.created_at, attachment.id), '[]')
    from public.attachments as attachment
    where attachment.account_id = p_message.account_id
        and attachment.conversation_id = p_message.conversation_id
        and attachment.message_id = p_message.id
$$;

comment on function private.pending_attachments is 'The attachments of a received message, in the order they came in.';

create function service.media_to_fetch(p_attachment_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'source', source.source,
        'storage_path', attachment.storage_path,
        'inbox_id', conversation.inbox_id)
    from public.attachments as attachment
    join private.attachment_sources as source on source.attachment_id = attachment.id
    join public.conversations as conversation on conversation.id = attachment.conversation_id
    where attachment.id = p_attachment_id and attachment.state = 'pending'
$$;

comment on function service.media_to_fetch is 'Where a file is to be fetched from and where it goes; null when there is nothing to fetch.';

create function service.attachment_arrived(p_attachment_id uuid)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    attachment public.attachments;
begin
    select * into attachment from public.attachments where id = p_attachment_id and state = 'pending';
    if attachment.id is null then
        return;
    end if;
    delete from private.attachment_sources where attachment_id = p_attachment_id;
    perform private.enqueue(
        'process_attachment', jsonb_build_object('attachment_id', p_attachment_id), attachment.account_id,
        p_dedupe_key => p_attachment_id::text, p_priority => 50);
end;
$$;

comment on function service.attachment_arrived is 'The file is in Storage: it can be looked at.';

create function service.attachment_lost(p_attachment_id uuid, p_error text)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    attachment public.attachments;
begin
    update public.attachments
    set state = 'failed', error = left(p_error, 200)
    where id = p_attachment_id and state = 'pending'
    returning * into attachment;
    if attachment.message_id is not null then
        perform private.touch_message(attachment.conversation_id, attachment.message_id);
    end if;
end;
$$;

comment on function service.attachment_lost is 'The file cannot be had: the message says so instead of showing nothing.';

create function private.attachments_to_deliver(p_message public.messages)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select coalesce(jsonb_agg(
        jsonb_build_object(
            'file_type', attachment.file_type,
            'file_name', attachment.file_name,
            'content_type', attachment.content_type,
            'storage_path', attachment.storage_path)
        order by attachment.created_at, attachment.id), '[]')
    from public.attachments as attachment
    where attachment.account_id = p_message.account_id
        and attachment.conversation_id = p_message.conversation_id
        and attachment.message_id = p_message.id
        and attachment.state = 'ready'
        and attachment.storage_path is not null
$$;

comment on function private.attachments_to_deliver is 'The files of a message on its way out; refused ones stay behind.';

create function private.message_of_source(p_inbox_id uuid, p_source_id text)
returns public.messages
language plpgsql stable security definer set search_path = ''
as $$
declare
    found_message public.messages;
begin
    select * into found_message from public.messages where inbox_id = p_inbox_id and source_id = p_source_id;
    if found_message.id is null then
        select message.* into found_message
        from private.message_parts as part
        join public.messages as message on message.conversation_id = part.conversation_id and message.id = part.message_id
        where part.inbox_id = p_inbox_id and part.source_id = p_source_id;
    end if;
    return found_message;
end;
$$;

comment on function private.message_of_source is
    'The message that the provider knows under this id, as a whole or as one of its parts; null when there is none.';

create function private.chosen_title(p_conversation_id uuid, p_value text)
returns text
language sql stable security definer set search_path = ''
as $$
    select item.value ->> 'title'
    from public.messages as message
    cross join lateral jsonb_array_elements(message.content_attributes -> 'items') as item
    where message.conversation_id = p_conversation_id
        and message.content_type = 'input_select'
        and jsonb_typeof(message.content_attributes -> 'items') = 'array'
        and item.value ->> 'value' = p_value
    order by message.seq desc
    limit 1
$$;

comment on function private.chosen_title is
    'What stood on the button that has this value, in the last message of the conversation that offered it. Null for any other.';

create function service.receive_message(p_inbox_id uuid, p_message jsonb)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
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
    address := private.hold_contact(address);
    if address.id is null then
        address := private.hold_contact(private.receiving_contact_inbox(inbox, p_message -> 'contact'));
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
$$;

comment on function service.receive_message is
    'A message that came in through a provider (or was written outside of the desk: echo), as the worker parsed it. Received
     twice it is there once. Returns {message_id, conversation_id, duplicate, attachments}. Fails with inbox_not_found.';

create function service.edit_received_message(p_inbox_id uuid, p_edit jsonb)
returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
    given_source constant text := p_edit ->> 'source_id';
    revision constant int := (p_edit ->> 'revision')::int;
    edited_id uuid;
begin
    update public.messages
    set content_attributes = content_attributes || jsonb_strip_nulls(jsonb_build_object(
            'edits', coalesce(content_attributes -> 'edits', '[]') || jsonb_build_object('content', content, 'at', now()),
            'revision', revision)),
        content = left(p_edit ->> 'content', 150000),
        edited_at = coalesce((p_edit ->> 'edited_at')::timestamptz, now())
    where inbox_id = p_inbox_id and source_id = given_source and deleted_at is null
        and p_edit ->> 'content' is not null
        and content is distinct from p_edit ->> 'content'
        and (revision is null or coalesce((content_attributes ->> 'revision')::int, -1) < revision)
    returning id into edited_id;
    if edited_id is null
        and p_edit -> 'message' is distinct from 'null'
        and p_edit -> 'message' is not null
        and not exists (select from public.messages where inbox_id = p_inbox_id and source_id = given_source)
    then
        -- The original was never seen: what it says now is better than nothing.
        perform service.receive_message(p_inbox_id, p_edit -> 'message');
        return true;
    end if;
    return edited_id is not null;
end;
$$;

comment on function service.edit_received_message is
    'The contact changed a message: the new text stands in its place, the old ones are kept. An edit that comes late (a lower revision)
     changes nothing. False when there was nothing to change.';

create function service.delete_received_message(p_inbox_id uuid, p_source_id text, p_erase boolean default false)
returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
    update public.messages
    set deleted_at = case when p_erase then now() end,
        content = case when p_erase then '' else content end,
        content_attributes = case when p_erase then '{}'::jsonb else content_attributes end || '{"deleted_by_contact": true}'
    where inbox_id = p_inbox_id and source_id = p_source_id and deleted_at is null
        and not content_attributes ? 'deleted_by_contact';
    return found;
end;
$$;

comment on function service.delete_received_message is
    'The contact took a message back: agents see that, and what it said unless the provider wants it erased. False when there is none.';

create function service.react_to_message(p_inbox_id uuid, p_reaction jsonb)
returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
    inbox constant public.inboxes := private.received_inbox(p_inbox_id);
    target constant public.messages := private.message_of_source(inbox.id, p_reaction ->> 'message_source_id');
    who constant text := p_reaction #>> '{contact,source_id}';
begin
    if target.id is null or who is null then
        return false;
    end if;
    update public.messages
    set content_attributes = case when p_reaction ->> 'emoji' is null
        then content_attributes #- array['reactions', who]
        else content_attributes || jsonb_build_object(
            'reactions', coalesce(content_attributes -> 'reactions', '{}')
                || jsonb_build_object(who, left(p_reaction ->> 'emoji', 32))) end
    where conversation_id = target.conversation_id and id = target.id;
    return true;
end;
$$;

comment on function service.react_to_message is 'The contact put a reaction on a message, or took it back (no emoji). False for a message we do not know.';

create table private.mail_tombstones (
    account_id uuid not null,
    inbox_id uuid not null,
    hash bytea not null,
    created_at timestamptz not null default now(),
    constraint mail_tombstones_pkey primary key (inbox_id, hash),
    constraint mail_tombstones_inbox_fkey foreign key (account_id, inbox_id)
        references public.inboxes (account_id, id) on delete cascade
);

comment on table private.mail_tombstones is
    'SHA-256 of the Message-IDs of mails whose conversation was deleted: a mailbox that is read again brings none of them back.';

create index mail_tombstones_account_id_inbox_id_idx on private.mail_tombstones (account_id, inbox_id);

create function private.bury_mail()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into private.mail_tombstones (account_id, inbox_id, hash)
    select message.account_id, message.inbox_id, sha256(convert_to(message.source_id, 'UTF8'))
    from public.messages as message
    where message.account_id = old.account_id and message.conversation_id = old.id
        and message.content_type = 'incoming_email' and message.source_id is not null
        -- Nothing is read again for an inbox that goes with it.
        and exists (select from public.inboxes where id = message.inbox_id and deleted_at is null)
    on conflict do nothing;
    return old;
end;
$$;

comment on function private.bury_mail is 'Trigger: remembers the mails of a conversation that is deleted.';

create trigger conversations_bury_mail
    before delete on public.conversations
    for each row execute function private.bury_mail();

create function private.apply_status(p_message public.messages, p_status jsonb)
returns void
language sql security definer set search_path = ''
as $$
    update public.messages
    set status = p_status ->> 'status',
        content_attributes = case when p_status ->> 'status' = 'failed'
            then content_attributes || jsonb_strip_nulls(jsonb_build_object(
                'external_error', left(p_status ->> 'error_text', 1000),
                'error_category', p_status ->> 'error_category',
                'error_code', left(p_status ->> 'error_code', 100)))
            else content_attributes end
    where conversation_id = p_message.conversation_id and id = p_message.id
        and status is distinct from p_status ->> 'status'
        and not (p_status ->> 'status' = 'failed' and status in ('delivered', 'read'))
$$;

create function private.note_delay(p_message public.messages, p_status jsonb)
returns void
language sql security definer set search_path = ''
as $$
    update public.messages
    set content_attributes = content_attributes || jsonb_build_object('delivery_notice', left(p_status ->> 'error_text', 1000))
    where conversation_id = p_message.conversation_id and id = p_message.id
        and status in ('sending', 'sent', 'unknown')
        and content_attributes ->> 'delivery_notice' is distinct from left(p_status ->> 'error_text', 1000)
$$;

comment on function private.note_delay is
    'The provider still tries: the message shows its words, and stays what it is. What arrived or failed needs no such notice.';

comment on function private.apply_status is 'Moves one message to what its provider says; the trigger refuses to go back.';

create function service.update_delivery(p_inbox_id uuid, p_status jsonb)
returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
    given_source constant text := p_status ->> 'source_id';
    ranks constant jsonb := '{"sent": 1, "delivered": 2, "read": 3}';
    part private.message_parts;
    target public.messages;
    slowest text;
begin
    if p_status ->> 'status' not in ('sent', 'delivered', 'read', 'failed') then
        perform private.fail(400, 'status_invalid', 'A receipt says sent, delivered, read or failed.');
    end if;
    if p_status ->> 'message_id' is not null then
        -- Our own id came back: what we never heard about did arrive at the provider.
        update public.messages
        set status = 'sent', source_id = coalesce(source_id, given_source)
        where inbox_id = p_inbox_id and id::text = p_status ->> 'message_id' and status in ('sending', 'unknown')
            and not exists (
                select from public.messages as other where other.inbox_id = p_inbox_id and other.source_id = given_source);
    end if;
    if given_source is null then
        -- A watermark: all of ours to this contact until then.
        perform private.apply_status(message, p_status)
        from public.contact_inboxes as address
        join public.conversations as conversation
            on conversation.account_id = address.account_id and conversation.contact_inbox_id = address.id
        join public.messages as message on message.conversation_id = conversation.id
        where address.inbox_id = p_inbox_id
            and address.source_id = p_status ->> 'contact_source_id'
            and message.seq > conversation.last_seq - 500
            and message.message_type in ('outgoing', 'template')
            and not message.private
            and message.status in ('sent', 'delivered')
            and message.created_at <= coalesce((p_status ->> 'watermark')::timestamptz, now());
        return found;
    end if;
    if (p_status ->> 'and_earlier')::boolean then
        perform service.update_delivery(
            p_inbox_id,
            jsonb_build_object(
                'status', p_status ->> 'status', 'contact_source_id', address.source_id, 'watermark', reached.created_at))
        from public.messages as reached
        join public.conversations as conversation on conversation.id = reached.conversation_id
        join public.contact_inboxes as address on address.id = conversation.contact_inbox_id
        where reached.inbox_id = p_inbox_id and reached.source_id = given_source;
    end if;
    select * into part from private.message_parts where inbox_id = p_inbox_id and source_id = given_source for update;
    if part.message_id is null then
        select * into target from public.messages where inbox_id = p_inbox_id and source_id = given_source;
        if target.id is null then
            insert into private.parked_statuses (account_id, inbox_id, source_id, status)
            select inbox.account_id, p_inbox_id, given_source, p_status from public.inboxes as inbox where inbox.id = p_inbox_id;
            return false;
        end if;
        if p_status ->> 'status' = 'sent' and p_status ->> 'error_text' is not null then
            perform private.note_delay(target, p_status);
            return true;
        end if;
        perform private.apply_status(target, p_status);
        return true;
    end if;
    if p_status ->> 'status' = 'sent' and p_status ->> 'error_text' is not null then
        select * into target from public.messages where conversation_id = part.conversation_id and id = part.message_id;
        perform private.note_delay(target, p_status);
        return true;
    end if;
    update private.message_parts
    set status = p_status ->> 'status'
    where inbox_id = p_inbox_id and source_id = given_source
        and case
            when status = 'failed' then p_status ->> 'status' in ('delivered', 'read')
            when p_status ->> 'status' = 'failed' then status not in ('delivered', 'read')
            else (ranks ->> (p_status ->> 'status'))::int > (ranks ->> status)::int end;
    select status into slowest
    from private.message_parts
    where conversation_id = part.conversation_id and message_id = part.message_id
    order by (status = 'failed') desc, (ranks ->> status)::int nulls first
    limit 1;
    select * into target from public.messages where conversation_id = part.conversation_id and id = part.message_id;
    perform private.apply_status(target, p_status || jsonb_build_object('status', slowest));
    return true;
end;
$$;

comment on function service.update_delivery is
    'What a provider says became of a message: by its id, or by contact and watermark. Parked for ten minutes when the message''s own
     answer is not stored yet; returns false then. Fails with status_invalid.';

create function service.update_contact_address(p_inbox_id uuid, p_update jsonb)
returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
    address public.contact_inboxes;
begin
    perform private.lock_address(p_inbox_id, p_update ->> 'source_id');
    select * into address
    from public.contact_inboxes
    where inbox_id = p_inbox_id and source_id = p_update ->> 'source_id'
    for no key update;
    if address.id is null then
        return false;
    end if;
    update public.contact_inboxes
    set opted_out_at = case (p_update ->> 'opted_out')::boolean
            when true then coalesce(opted_out_at, now()) when false then null else opted_out_at end,
        unreachable_reason = case (p_update ->> 'unreachable')::boolean
            when true then 'The contact cannot be reached on this channel.' when false then null else unreachable_reason end
    where id = address.id;
    if p_update ->> 'new_source_id' is not null and not exists (
        select from public.contact_inboxes where inbox_id = p_inbox_id and source_id = p_update ->> 'new_source_id')
    then
        update public.contact_inboxes set source_id = p_update ->> 'new_source_id' where id = address.id;
        insert into private.contact_inbox_aliases (account_id, inbox_id, alias, contact_inbox_id)
        values (address.account_id, p_inbox_id, address.source_id, address.id)
        on conflict do nothing;
    end if;
    return true;
end;
$$;

comment on function service.update_contact_address is 'A contact''s address changed, opted out or in, or cannot be reached. False when we do not know it.';

create function private.reply_window_hours(p_conversation public.conversations)
returns int
language sql stable security definer set search_path = ''
as $$
    select coalesce(
        (select api.reply_window_hours from public.channel_apis as api where api.inbox_id = p_conversation.inbox_id),
        (
            select coalesce(
                (connection.settings ->> 'reply_window_hours')::int,
                case connection.channel_type
                    when 'whatsapp_cloud' then 24 when 'whatsapp_360dialog' then 24 when 'twilio_whatsapp' then 24
                    when 'messenger' then case when (connection.settings ->> 'human_agent')::boolean then 168 else 24 end
                    when 'instagram' then case when (connection.settings ->> 'human_agent')::boolean then 168 else 24 end
                    when 'tiktok' then 48 end)
            from public.channel_connections as connection
            where connection.inbox_id = p_conversation.inbox_id
        ))
$$;

comment on function private.reply_window_hours is 'For how many hours after the contact last wrote one may answer freely; null = always.';

create function private.last_incoming_at(p_conversation_id uuid)
returns timestamptz
language sql stable security definer set search_path = ''
as $$
    -- Providers know no conversations: what came in beside this one counts, too.
    select max(latest.created_at)
    from (
        select other.id
        from public.conversations as this
        join public.conversations as other
            on other.account_id = this.account_id and other.contact_inbox_id = this.contact_inbox_id
        where this.id = p_conversation_id
        order by other.id <> p_conversation_id, other.id desc
        limit 20
    ) as conversation
    cross join lateral (
        select message.created_at
        from public.messages as message
        where message.conversation_id = conversation.id and message.message_type = 'incoming'
        order by message.seq desc
        limit 1
    ) as latest
$$;

comment on function private.last_incoming_at is 'When the contact last wrote to this inbox from the same address; null when never.';

create function private.require_open_window(p_conversation public.conversations)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
    hours constant int := private.reply_window_hours(p_conversation);
begin
    if hours is null or private.last_incoming_at(p_conversation.id) + make_interval(hours => hours) > now() then
        return;
    end if;
    perform private.fail(
        409, 'window_closed', format('One may write freely for %s hours after the contact last wrote; that time is over.', hours),
        case when private.has_templates((select inbox.channel_type from public.inboxes as inbox where inbox.id = p_conversation.inbox_id))
            then 'Send an approved template.' else 'Wait until they write, or leave a note.' end);
end;
$$;

comment on function private.require_open_window is 'Fails with window_closed when nothing but a template may be sent.';

create function private.unanswered_parts(p_conversation_id uuid, p_except_message_id uuid)
returns int
language sql stable security definer set search_path = ''
as $$
    select coalesce(sum(greatest(
        -- What the business wrote elsewhere is one, and has no parts.
        case when message.status in ('sent', 'delivered', 'read') then 1 else 0 end,
        (
            select count(*) from private.message_parts as part
            where part.account_id = message.account_id and part.conversation_id = p_conversation_id
                and part.message_id = message.id
        ))), 0)::int
    from public.messages as message
    where message.conversation_id = p_conversation_id
        and message.id <> p_except_message_id
        and message.message_type in ('outgoing', 'template')
        and not message.private
        and message.seq > coalesce((
            select max(incoming.seq) from public.messages as incoming
            where incoming.conversation_id = p_conversation_id and incoming.message_type = 'incoming'), 0)
$$;

comment on function private.unanswered_parts is
    'How many messages the provider took from us since the contact last wrote, not counting those of one message.';

create function private.reply_context(p_conversation_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select coalesce((
        select content_attributes - 'edits'
        from public.messages
        where conversation_id = p_conversation_id and message_type = 'incoming'
        order by seq desc
        limit 1), '{}')
$$;

comment on function private.reply_context is 'What a provider needs to answer in the right place: it came with what the contact wrote last.';

create function private.reply_window(p_conversation_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    conversation constant public.conversations := private.agent_conversation(p_conversation_id);
    hours constant int := private.reply_window_hours(conversation);
    closes_at constant timestamptz := private.last_incoming_at(p_conversation_id) + make_interval(hours => hours);
    connection public.channel_connections;
    address public.contact_inboxes;
begin
    select * into connection from public.channel_connections where inbox_id = conversation.inbox_id;
    select * into address from public.contact_inboxes where id = conversation.contact_inbox_id;
    return jsonb_build_object(
        'can_reply', hours is null or coalesce(closes_at > now(), false),
        'closes_at', closes_at,
        'hours', hours,
        'templates', private.has_templates(connection.channel_type),
        'connection_state', connection.state,
        'opted_out', address.opted_out_at is not null,
        'unreachable_reason', address.unreachable_reason);
end;
$$;

comment on function private.reply_window is 'See public.reply_window.';
grant execute on function private.reply_window to authenticated;

create function public.reply_window(p_conversation_id uuid)
returns jsonb
language sql stable set search_path = ''
as $$
    select private.reply_window(p_conversation_id)
$$;

comment on function public.reply_window is
    'Whether one may answer freely now: {can_reply, closes_at, hours, templates, connection_state, opted_out,
     unreachable_reason}. Outside the window only an approved template goes out. Fails with conversation_not_found.';
grant execute on function public.reply_window to authenticated;

create function private.may_answer_by_itself(p_message public.messages, p_address public.contact_inboxes)
returns boolean
language sql stable security definer set search_path = ''
as $$
    select count(*) filter (where earlier.conversation_id = p_message.conversation_id) < 1
        and count(*) filter (where earlier.created_at > p_message.created_at - interval '1 hour') < 5
    from public.messages as earlier
    join public.conversations as conversation
        on conversation.account_id = earlier.account_id and conversation.id = earlier.conversation_id
    where conversation.account_id = p_message.account_id
        and conversation.contact_inbox_id = p_address.id
        and earlier.id <> p_message.id
        and earlier.message_type in ('outgoing', 'template')
        and not earlier.private
        and (earlier.sender_user_id is null or earlier.content_attributes ? 'automation_rule_id')
        and not earlier.content_attributes ? 'external_echo'
        and earlier.status not in ('queued', 'failed')
        and earlier.created_at > p_message.created_at - interval '24 hours'
$$;

comment on function private.may_answer_by_itself is
    'Whether an automatic mail may still go out: one per conversation in 24 hours and five per recipient in an hour, so that two
     machines cannot talk to each other.';

create function service.message_to_deliver(p_conversation_id uuid, p_message_id uuid)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    message public.messages;
    conversation public.conversations;
    address public.contact_inboxes;
    connection public.channel_connections;
    was text;
    wait double precision;
begin
    select * into conversation from public.conversations where id = p_conversation_id for no key update;
    select * into message from public.messages where conversation_id = p_conversation_id and id = p_message_id for update;
    if message.id is null or message.deleted_at is not null or message.status not in ('queued', 'sending') then
        return null;
    end if;
    select * into connection from public.channel_connections where inbox_id = message.inbox_id;
    if connection.inbox_id is not null then
        if connection.state <> 'connected' then
            -- It stays queued: reconnecting asks for it again.
            return jsonb_build_object('held', true);
        end if;
        if connection.paused_until > clock_timestamp() then
            return jsonb_build_object('wait', extract(epoch from connection.paused_until - clock_timestamp()));
        end if;
        if connection.failures >= 3 then
            wait := private.outage_wait(message.inbox_id, p_message_id);
            if wait is not null then
                return jsonb_build_object('wait', wait);
            end if;
        end if;
    end if;
    if exists (
        select from public.attachments as attachment
        where attachment.account_id = message.account_id and attachment.conversation_id = message.conversation_id
            and attachment.message_id = message.id and attachment.state = 'pending')
    then
        return jsonb_build_object('wait', 1);
    end if;
    -- An inbox whose provider hangs holds so many of the workers' slots and no more: counted by one at a time.
    perform private.lock_address(message.inbox_id, 'sending');
    if (
        select count(*) from (
            select from public.messages as other
            where other.inbox_id = message.inbox_id and other.status = 'sending' and other.id <> p_message_id
            limit 10) as under_way
    ) = 10
    then
        return jsonb_build_object('wait', 2);
    end if;
    select * into address from public.contact_inboxes where id = conversation.contact_inbox_id;
    if connection.channel_type = 'email'
        and message.status = 'queued'
        and (message.sender_user_id is null or message.content_attributes ? 'automation_rule_id')
    then
        -- Counted by one at a time: the mails of several conversations may be to one person.
        perform private.lock_address(message.inbox_id, 'automatic:' || address.source_id);
        if not private.may_answer_by_itself(message, address) then
            perform private.apply_status(message, jsonb_build_object(
                'status', 'failed', 'error_category', 'policy', 'error_code', 'too_many_automatic_mails',
                'error_text', 'Too many automatic mails went to this person already.'));
            return null;
        end if;
    end if;
    was := message.status;
    update public.messages set status = 'sending' where conversation_id = p_conversation_id and id = p_message_id;
    return jsonb_build_object(
        'id', message.id,
        'account_id', message.account_id,
        'inbox_id', message.inbox_id,
        'conversation_id', message.conversation_id,
        'contact_id', conversation.contact_id,
        -- Somebody began before us and never said how it ended.
        'interrupted', was = 'sending',
        'to', address.source_id,
        'content', message.content,
        'content_type', message.content_type,
        'content_attributes', message.content_attributes,
        'message_type', message.message_type,
        'sender', private.message_sender(message),
        'by_human', message.sender_user_id is not null and not message.content_attributes ? 'automation_rule_id',
        'in_reply_to', (
            select answered.source_id from public.messages as answered
            where answered.conversation_id = p_conversation_id
                and answered.id::text = message.content_attributes ->> 'in_reply_to'),
        'last_incoming_at', private.last_incoming_at(p_conversation_id),
        'unanswered', case
            when connection.channel_type = 'tiktok' then private.unanswered_parts(p_conversation_id, p_message_id)
            else 0 end,
        'window_hours', private.reply_window_hours(conversation),
        'template', private.template_to_deliver(message),
        'subject', conversation.additional_attributes ->> 'mail_subject',
        'thread', coalesce((
            select jsonb_agg(earlier.source_id order by earlier.seq)
            from (
                select source_id, seq from public.messages
                where conversation_id = p_conversation_id and source_id is not null
                order by seq desc limit 20
            ) as earlier), '[]'),
        'context', private.reply_context(p_conversation_id),
        'sent_parts', coalesce((
            select jsonb_agg(part.source_id order by part.part)
            from private.message_parts as part
            where part.account_id = message.account_id and part.conversation_id = p_conversation_id
                and part.message_id = p_message_id), '[]'),
        'webhook', case when connection.inbox_id is null then private.api_webhook(conversation, message) end,
        'attachments', private.attachments_to_deliver(message));
end;
$$;

comment on function service.message_to_deliver is
    'Takes a queued message for sending: everything its adapter needs. Null when there is nothing to send any more; {held} while the
     inbox must be reconnected; {wait: seconds} while the provider wants us slower, is down, or has ten messages in hand; interrupted = an earlier try never reported back.';

create function service.record_delivery(p_conversation_id uuid, p_message_id uuid, p_source_ids text[], p_contact_alias text default null)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    conversation public.conversations;
    parked record;
begin
    select * into conversation from public.conversations where id = p_conversation_id for no key update;
    if conversation.id is null then
        return;
    end if;
    insert into private.message_parts (account_id, inbox_id, source_id, conversation_id, message_id, part)
    select conversation.account_id, conversation.inbox_id, part.source_id, p_conversation_id, p_message_id, part.position
    from unnest(p_source_ids) with ordinality as part (source_id, position)
    on conflict do nothing;
    -- An echo of it may have come first, under the same id: ours is the one that stays.
    update public.messages
    set status = 'sent',
        source_id = case when exists (
            select from public.messages as other
            where other.inbox_id = conversation.inbox_id and other.source_id = p_source_ids[1] and other.id <> p_message_id)
            then source_id else p_source_ids[1] end
    where conversation_id = p_conversation_id and id = p_message_id;
    if p_contact_alias is not null then
        insert into private.contact_inbox_aliases (account_id, inbox_id, alias, contact_inbox_id)
        select conversation.account_id, conversation.inbox_id, p_contact_alias, conversation.contact_inbox_id
        where not exists (
            select from public.contact_inboxes where id = conversation.contact_inbox_id and source_id = p_contact_alias)
        on conflict do nothing;
    end if;
    update public.channel_connections
    set last_sent_at = now()
    where inbox_id = conversation.inbox_id and (last_sent_at is null or last_sent_at < now() - interval '10 seconds');
    perform private.note_recovery(conversation.inbox_id);
    for parked in
        delete from private.parked_statuses
        where inbox_id = conversation.inbox_id and source_id = any (p_source_ids)
        returning id, status
    loop
        perform service.update_delivery(conversation.inbox_id, parked.status);
    end loop;
end;
$$;

comment on function service.record_delivery is
    'The provider took the message: its ids, one per part, and another spelling of the address if it named one. Receipts that
     came earlier are applied now.';

create function service.fail_delivery(
    p_conversation_id uuid,
    p_message_id uuid,
    p_category text,
    p_code text,
    p_text text,
    p_retry_after_seconds double precision default null,
    p_sent_parts text[] default '{}'
)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    target public.messages;
begin
    select * into target from public.messages where conversation_id = p_conversation_id and id = p_message_id;
    if target.id is null then
        return;
    end if;
    insert into private.message_parts (account_id, inbox_id, source_id, conversation_id, message_id, part)
    select target.account_id, target.inbox_id, sent.source_id, p_conversation_id, p_message_id, sent.position
    from unnest(p_sent_parts) with ordinality as sent (source_id, position)
    on conflict do nothing;
    if p_category = 'rate_limited' then
        update public.channel_connections
        set paused_until = now() + make_interval(secs => coalesce(p_retry_after_seconds, 10))
        where inbox_id = target.inbox_id;
    end if;
    if p_category in ('transient', 'rate_limited') then
        update public.messages set status = 'queued' where conversation_id = p_conversation_id and id = p_message_id;
        if p_category = 'transient' then
            perform private.note_outage(target.inbox_id);
        end if;
        return;
    end if;
    if p_category = 'uncertain' then
        update public.messages
        set status = 'unknown', content_attributes = content_attributes || jsonb_build_object('error_category', 'uncertain')
        where conversation_id = p_conversation_id and id = p_message_id;
        return;
    end if;
    perform private.apply_status(target, jsonb_build_object(
        'status', 'failed', 'error_text', p_text, 'error_category', p_category, 'error_code', p_code));
    if target.content_attributes ? 'template_params' and p_category in ('invalid_content', 'config') then
        -- It may have been paused or changed since we copied it.
        perform private.ask_for_templates(target.account_id, target.inbox_id);
    end if;
    if p_category = 'auth' then
        perform service.set_connection_state(target.inbox_id, 'reauthorization_required', p_text);
    elsif p_category in ('recipient_unreachable', 'recipient_optout') then
        update public.contact_inboxes as address
        set unreachable_reason = case when p_category = 'recipient_unreachable' then left(p_text, 1000) else unreachable_reason end,
            opted_out_at = case when p_category = 'recipient_optout' then coalesce(opted_out_at, now()) else opted_out_at end
        from public.conversations as conversation
        where conversation.id = p_conversation_id and address.id = conversation.contact_inbox_id;
    end if;
end;
$$;

comment on function service.fail_delivery is
    'The provider refused. transient and rate_limited put the message back into the queue, uncertain marks it unknown, everything else
     failed, with the provider''s own words; auth holds the inbox''s other messages until an administrator reconnects.';

create function private.deliver_held_messages(p_inbox_id uuid)
returns void
language sql security definer set search_path = ''
as $$
    select private.ask_for_delivery(
        message.account_id, message.conversation_id, message.id, 'held:' || extract(epoch from clock_timestamp()))
    from public.messages as message
    where message.inbox_id = p_inbox_id and message.status = 'queued'
    order by message.created_at, message.seq
$$;

comment on function private.deliver_held_messages is 'Asks again for the messages that waited for the inbox to be connected.';

create index messages_sending_idx on public.messages (inbox_id) where status = 'sending';
create index messages_queued_idx on public.messages (inbox_id, created_at) where status in ('queued', 'sending');

create function service.update_inbox(p_inbox_id uuid, p_update jsonb)
returns void
language plpgsql security definer set search_path = ''
as $$
begin
    update public.channel_connections
    set settings = settings || jsonb_build_object(
            'news', coalesce(settings -> 'news', '{}') || jsonb_build_object(
                left(p_update ->> 'kind', 60), jsonb_build_object('at', now(), 'details', p_update -> 'details'))),
        state = case p_update ->> 'kind' when 'disconnected' then 'disconnected' when 'connected' then 'connected' else state end
    where inbox_id = p_inbox_id
        and octet_length(settings::text) + octet_length(p_update::text) < 60000;
    if p_update ->> 'kind' in ('template_status', 'template_category') then
        -- A hint: the list is the truth. Several come at a time.
        perform private.ask_for_templates(connection.account_id, p_inbox_id, interval '2 seconds')
        from public.channel_connections as connection
        where connection.inbox_id = p_inbox_id and private.has_templates(connection.channel_type);
    end if;
end;
$$;

comment on function service.update_inbox is
    'Something about the inbox itself that its provider told us: kept under settings.news, the newest of each kind. News of templates have
     them copied again.';
