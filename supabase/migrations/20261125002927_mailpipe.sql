-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

CREATE TABLE "private"."mail_tombstones" ("account_id" uuid NOT NULL, "inbox_id" uuid NOT NULL, "hash" bytea NOT NULL, "created_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "mail_tombstones_pkey" PRIMARY KEY (inbox_id, hash));

ALTER TABLE "private"."mail_tombstones" OWNER TO "postgres";

CREATE TABLE "private"."mailboxes" ("account_id" uuid NOT NULL, "inbox_id" uuid NOT NULL, "cursor" jsonb NOT NULL DEFAULT '{}'::jsonb, "visit" bigint NOT NULL DEFAULT 0, "next_visit_at" timestamp with time zone NOT NULL DEFAULT now(), "failures" integer NOT NULL DEFAULT 0, "refusals" integer NOT NULL DEFAULT 0, "error" text, CONSTRAINT "mailboxes_cursor_check" CHECK (((jsonb_typeof(cursor) = 'object'::text) AND (octet_length((cursor)::text) <= 65536))), CONSTRAINT "mailboxes_error_check" CHECK ((char_length(error) <= 1000)), CONSTRAINT "mailboxes_pkey" PRIMARY KEY (inbox_id));

ALTER TABLE "private"."mailboxes" OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.bury_mail()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

ALTER FUNCTION "private"."bury_mail"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.due_templates(p_message public.messages)
 RETURNS text[]
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations;
    inbox public.inboxes;
    contact public.contacts;
    due text[] := '{}';
begin
    if p_message.message_type <> 'incoming' or (p_message.content_attributes #>> '{email,auto_reply}')::boolean
        or (p_message.content_attributes ->> 'automatic')::boolean
    then
        return due;
    end if;
    select * into conversation from public.conversations where id = p_message.conversation_id;
    select * into inbox from public.inboxes where id = conversation.inbox_id;
    select * into contact from public.contacts where id = conversation.contact_id;
    -- A bot answers what is pending; campaigns and blocked contacts get no answer of ours.
    if conversation.id is null
        or contact.blocked
        or conversation.status = 'pending'
        or conversation.additional_attributes ? 'campaign_id'
    then
        return due;
    end if;

    if btrim(coalesce(inbox.out_of_office_message, '')) <> ''
        and private.is_out_of_office(inbox.id, p_message.created_at)
        and not exists (
            select from public.messages as earlier
            where earlier.conversation_id = conversation.id
                and earlier.message_type = 'template'
                and private.local_day(inbox.timezone, earlier.created_at)
                    = private.local_day(inbox.timezone, p_message.created_at))
        and not exists (
            select from public.messages as reply
            where reply.conversation_id = conversation.id
                and reply.message_type = 'outgoing'
                and not reply.private
                and reply.created_at > p_message.created_at - interval '5 minutes')
    then
        due := due || array['out_of_office'];
    end if;

    if cardinality(due) = 0
        and inbox.greeting_enabled
        and btrim(coalesce(inbox.greeting_message, '')) <> ''
        and not exists (
            select from public.messages as earlier
            where earlier.conversation_id = conversation.id
                and earlier.message_type in ('outgoing', 'template')
                and not earlier.private)
    then
        due := due || array['greeting'];
    end if;

    if inbox.channel_type = 'web_widget'
        and inbox.enable_email_collect
        and contact.email is null
        and not exists (
            select from public.messages as earlier
            where earlier.conversation_id = conversation.id and earlier.content_type = 'input_email')
    then
        due := due || array['email_collect'];
    end if;
    return due;
end;
$function$;

CREATE OR REPLACE FUNCTION private.follow_mailbox()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    if coalesce(new.settings ->> 'imap_host', '') = '' then
        delete from private.mailboxes where inbox_id = new.inbox_id;
        return null;
    end if;
    insert into private.mailboxes (account_id, inbox_id) values (new.account_id, new.inbox_id)
    on conflict (inbox_id) do update
    set visit = mailboxes.visit + 1,
        failures = 0,
        refusals = 0,
        error = null,
        next_visit_at = least(mailboxes.next_visit_at, now()),
        -- Another server counts its mails in its own way: since the last visit, by date.
        cursor = case
            when tg_op = 'UPDATE' and (old.settings -> 'imap_host', old.settings -> 'imap_user')
                is distinct from (new.settings -> 'imap_host', new.settings -> 'imap_user')
            then mailboxes.cursor - '{uidvalidity,last_uid,pending}'::text[]
            else mailboxes.cursor end;
    return null;
end;
$function$;

ALTER FUNCTION "private"."follow_mailbox"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.keep_message_status()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION private.may_answer_by_itself(p_message public.messages, p_address public.contact_inboxes)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

ALTER FUNCTION "private"."may_answer_by_itself"(public.messages, public.contact_inboxes) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.note_delay(p_message public.messages, p_status jsonb)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    update public.messages
    set content_attributes = content_attributes || jsonb_build_object('delivery_notice', left(p_status ->> 'error_text', 1000))
    where conversation_id = p_message.conversation_id and id = p_message.id
        and status in ('sending', 'sent', 'unknown')
        and content_attributes ->> 'delivery_notice' is distinct from left(p_status ->> 'error_text', 1000)
$function$;

ALTER FUNCTION "private"."note_delay"(public.messages, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.present_visit(p_inbox_id uuid, p_visit bigint)
 RETURNS private.mailboxes
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    mailbox private.mailboxes;
begin
    select * into mailbox from private.mailboxes where inbox_id = p_inbox_id for no key update;
    if mailbox.visit is distinct from p_visit then
        perform private.fail(409, 'visit_lost', 'Somebody else reads this mailbox now.');
    end if;
    return mailbox;
end;
$function$;

ALTER FUNCTION "private"."present_visit"(uuid, bigint) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.begin_visit(p_inbox_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    update private.mailboxes as mailbox
    set visit = mailbox.visit + 1
    from public.channel_connections as connection, public.accounts as account
    where mailbox.inbox_id = p_inbox_id
        and connection.inbox_id = mailbox.inbox_id
        and connection.state = 'connected'
        and account.id = mailbox.account_id
        and account.status = 'active'
    returning jsonb_build_object('visit', mailbox.visit, 'cursor', mailbox.cursor)
$function$;

ALTER FUNCTION "service"."begin_visit"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.end_visit(p_inbox_id uuid, p_visit bigint, p_cursor jsonb DEFAULT NULL::jsonb, p_more boolean DEFAULT false, p_category text DEFAULT NULL::text, p_text text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    mailbox private.mailboxes := private.present_visit(p_inbox_id, p_visit);
begin
    mailbox.failures := case when p_category is null then 0 else mailbox.failures + 1 end;
    mailbox.refusals := case when p_category = 'auth' then mailbox.refusals + 1 when p_category is null then 0 else mailbox.refusals end;
    update private.mailboxes
    set cursor = coalesce(p_cursor, cursor),
        failures = mailbox.failures,
        refusals = mailbox.refusals,
        error = left(p_text, 1000),
        -- A minute, or at once when there is more; after failures twice as long each time, up to half an hour.
        next_visit_at = now() + case
            when p_category is null and p_more then interval '0'
            when p_category is null then interval '1 minute'
            else least(interval '1 minute' * power(2, least(mailbox.failures, 10) - 1), interval '30 minutes')
                * (0.75 + random() / 4) end
    where inbox_id = p_inbox_id;
    if mailbox.refusals >= 3 then
        perform service.set_connection_state(p_inbox_id, 'reauthorization_required', p_text);
    else
        -- Administrators see what is wrong before it is for them to mend it.
        update public.channel_connections
        set state_reason = left(p_text, 1000)
        where inbox_id = p_inbox_id and state = 'connected' and state_reason is distinct from left(p_text, 1000);
    end if;
end;
$function$;

ALTER FUNCTION "service"."end_visit"(uuid, bigint, jsonb, boolean, text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.message_to_deliver(p_conversation_id uuid, p_message_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    message public.messages;
    conversation public.conversations;
    address public.contact_inboxes;
    connection public.channel_connections;
    was text;
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
        if connection.paused_until > now() then
            return jsonb_build_object('wait', extract(epoch from connection.paused_until - now()));
        end if;
    end if;
    if exists (
        select from public.attachments as attachment
        where attachment.account_id = message.account_id and attachment.conversation_id = message.conversation_id
            and attachment.message_id = message.id and attachment.state = 'pending')
    then
        return jsonb_build_object('wait', 1);
    end if;
    -- An inbox whose provider hangs holds so many of the workers' slots and no more.
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
        'window_hours', private.reply_window_hours(conversation),
        'template', message.content_attributes -> 'template_params',
        'subject', conversation.additional_attributes ->> 'mail_subject',
        'thread', coalesce((
            select jsonb_agg(earlier.source_id order by earlier.seq)
            from (
                select source_id, seq from public.messages
                where conversation_id = p_conversation_id and source_id is not null
                order by seq desc limit 20
            ) as earlier), '[]'),
        -- What the provider needs to answer in the right place: it came with what the contact wrote last.
        'context', coalesce((
            select incoming.content_attributes - 'edits'
            from public.messages as incoming
            where incoming.conversation_id = p_conversation_id and incoming.message_type = 'incoming'
            order by incoming.seq desc
            limit 1), '{}'),
        'sent_parts', coalesce((
            select jsonb_agg(part.source_id order by part.part)
            from private.message_parts as part
            where part.account_id = message.account_id and part.conversation_id = p_conversation_id
                and part.message_id = p_message_id), '[]'),
        'webhook', case when connection.inbox_id is null then private.api_webhook(conversation, message) end,
        'attachments', private.attachments_to_deliver(message));
end;
$function$;

CREATE OR REPLACE FUNCTION service.poll_mailboxes()
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with due as (
        select mailbox.inbox_id, mailbox.account_id
        from private.mailboxes as mailbox
        join public.channel_connections as connection on connection.inbox_id = mailbox.inbox_id
        join public.inboxes as inbox on inbox.id = mailbox.inbox_id
        join public.accounts as account on account.id = mailbox.account_id
        where mailbox.next_visit_at <= now()
            and connection.state = 'connected'
            and inbox.deleted_at is null
            and account.status = 'active'
            -- One at a time: a visit that still goes on is not overtaken by another one.
            and not exists (
                select from private.jobs as job
                where job.lock = 'mailbox:' || mailbox.inbox_id and job.status in ('queued', 'running'))
        order by mailbox.next_visit_at
        limit 500
        for update of mailbox skip locked
    ),
    taken as (
        -- The visit itself says when the next one is; this is for one that never reports back.
        update private.mailboxes as mailbox
        set next_visit_at = now() + interval '10 minutes'
        from due
        where mailbox.inbox_id = due.inbox_id
        returning mailbox.inbox_id, mailbox.account_id
    ),
    asked as materialized (
        select private.enqueue(
            'visit_mailbox', jsonb_build_object('inbox_id', taken.inbox_id), taken.account_id, 'mailbox:' || taken.inbox_id)
        from taken
    )
    select count(*)::int from asked
$function$;

ALTER FUNCTION "service"."poll_mailboxes"() OWNER TO "postgres";

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
    receiving_id uuid;
    made public.messages;
    answered_id uuid;
    made_id constant uuid := private.uuid_v7();
    arrived_at timestamptz;
begin
    perform private.lock_address(p_inbox_id, coalesce(p_message #>> '{contact,source_id}', ''));
    select * into made from public.messages where inbox_id = p_inbox_id and source_id = given_source;
    if made.id is null then
        select message.* into made
        from private.message_parts as part
        join public.messages as message on message.conversation_id = part.conversation_id and message.id = part.message_id
        where part.inbox_id = p_inbox_id and part.source_id = given_source;
    end if;
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

    address := private.receiving_contact_inbox(inbox, p_message -> 'contact');
    receiving_id := private.receiving_conversation(inbox, address, p_message);
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
        attachments_at)
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
        arrived_at)
    returning * into made;
    update public.channel_connections
    set last_received_at = now()
    where inbox_id = p_inbox_id and (last_received_at is null or last_received_at < now() - interval '10 seconds');
    return jsonb_build_object(
        'message_id', made.id, 'conversation_id', receiving_id, 'duplicate', false,
        'attachments', private.pending_attachments(made));
end;
$function$;

CREATE OR REPLACE FUNCTION service.record_mail(p_inbox_id uuid, p_visit bigint, p_event_key text, p_request jsonb, p_body text, p_cursor jsonb, p_poison text DEFAULT NULL::text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    recorded boolean;
begin
    perform private.present_visit(p_inbox_id, p_visit);
    update private.mailboxes set cursor = p_cursor where inbox_id = p_inbox_id;
    recorded := service.record_provider_event(p_inbox_id, p_event_key, p_request, p_body);
    if recorded and p_poison is not null then
        update private.provider_events
        set status = 'quarantined', error = left(p_poison, 2000), processed_at = now()
        where inbox_id = p_inbox_id and event_key = left(p_event_key, 200);
    end if;
    return recorded;
end;
$function$;

ALTER FUNCTION "service"."record_mail"(uuid, bigint, text, jsonb, text, jsonb, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.update_delivery(p_inbox_id uuid, p_status jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

ALTER TABLE "private"."mail_tombstones" ADD CONSTRAINT "mail_tombstones_inbox_fkey" FOREIGN KEY (account_id, inbox_id) REFERENCES public.inboxes(account_id, id) ON DELETE CASCADE;

ALTER TABLE "private"."mailboxes" ADD CONSTRAINT "mailboxes_inbox_fkey" FOREIGN KEY (account_id, inbox_id) REFERENCES public.inboxes(account_id, id) ON DELETE CASCADE;

CREATE INDEX mail_tombstones_account_id_inbox_id_idx ON private.mail_tombstones USING btree (account_id, inbox_id);

CREATE INDEX mailboxes_account_id_inbox_id_idx ON private.mailboxes USING btree (account_id, inbox_id);

CREATE INDEX mailboxes_next_visit_at_idx ON private.mailboxes USING btree (next_visit_at);

CREATE TRIGGER channel_connections_follow_mailbox_change AFTER UPDATE OF settings, state ON public.channel_connections FOR EACH ROW WHEN (((new.channel_type = 'email'::text) AND (new.state = 'connected'::text) AND (((old.settings - 'news'::text) IS DISTINCT FROM (new.settings - 'news'::text)) OR (old.state <> 'connected'::text)))) EXECUTE FUNCTION private.follow_mailbox();

CREATE TRIGGER channel_connections_follow_mailbox AFTER INSERT ON public.channel_connections FOR EACH ROW WHEN ((new.channel_type = 'email'::text)) EXECUTE FUNCTION private.follow_mailbox();

CREATE TRIGGER conversations_bury_mail BEFORE DELETE ON public.conversations FOR EACH ROW EXECUTE FUNCTION private.bury_mail();

COMMENT ON COLUMN "private"."mailboxes"."cursor" IS '{uidvalidity, last_uid, visited_at, pending: {uid: strikes}}; see backend/channels/mail/imap.py.';

COMMENT ON COLUMN "private"."mailboxes"."failures" IS 'Visits in a row that came to nothing; each makes the wait for the next one longer.';

COMMENT ON COLUMN "private"."mailboxes"."refusals" IS 'Logins in a row that were refused; the third asks an administrator to sign in again.';

COMMENT ON COLUMN "private"."mailboxes"."visit" IS 'Counts visits: whoever writes back must name the present one.';

COMMENT ON FUNCTION "private"."bury_mail"() IS 'Trigger: remembers the mails of a conversation that is deleted.';

COMMENT ON FUNCTION "private"."follow_mailbox"() IS 'Trigger: an inbox with an IMAP server has a mailbox to visit, at once when it was (re)connected.';

COMMENT ON FUNCTION "private"."may_answer_by_itself"(public.messages, public.contact_inboxes) IS 'Whether an automatic mail may still go out: one per conversation in 24 hours and five per recipient in an hour, so that two
     machines cannot talk to each other.';

COMMENT ON FUNCTION "private"."note_delay"(public.messages, jsonb) IS 'The provider still tries: the message shows its words, and stays what it is. What arrived or failed needs no such notice.';

COMMENT ON FUNCTION "private"."present_visit"(uuid, bigint) IS 'The mailbox, locked, if this visit is the present one. Fails with visit_lost.';

COMMENT ON FUNCTION "service"."begin_visit"(uuid) IS 'Opens a visit: {visit, cursor}; what an earlier one still writes is refused. Null when the mailbox is not to be visited.';

COMMENT ON FUNCTION "service"."end_visit"(uuid, bigint, jsonb, boolean, text, text) IS 'Ends a visit: the cursor, and when the next one is. Three refused logins in a row (auth) wait for an administrator; everything
     else is tried again later and later. Fails with visit_lost.';

COMMENT ON FUNCTION "service"."poll_mailboxes"() IS 'Asks for a visit to each mailbox whose time has come, 500 a call; returns how many.';

COMMENT ON FUNCTION "service"."record_mail"(uuid, bigint, text, jsonb, text, jsonb, text) IS 'Keeps a mail and the cursor behind it, both or neither. With p_poison it is put aside, with what could be had of it. False when
     it was there already. Fails with visit_lost, inbox_not_found.';

COMMENT ON TABLE "private"."mail_tombstones" IS 'SHA-256 of the Message-IDs of mails whose conversation was deleted: a mailbox that is read again brings none of them back.';

COMMENT ON TABLE "private"."mailboxes" IS 'How far each mailbox was read, and when it is visited next.';

REVOKE ALL ON FUNCTION "private"."bury_mail"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."bury_mail"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."bury_mail"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."follow_mailbox"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."follow_mailbox"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."follow_mailbox"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."may_answer_by_itself"(public.messages, public.contact_inboxes) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."may_answer_by_itself"(public.messages, public.contact_inboxes) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."may_answer_by_itself"(public.messages, public.contact_inboxes) TO "postgres";

REVOKE ALL ON FUNCTION "private"."note_delay"(public.messages, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."note_delay"(public.messages, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."note_delay"(public.messages, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."present_visit"(uuid, bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."present_visit"(uuid, bigint) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."present_visit"(uuid, bigint) TO "postgres";

REVOKE ALL ON FUNCTION "service"."begin_visit"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."begin_visit"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."begin_visit"(uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."begin_visit"(uuid) TO "service_role";

REVOKE ALL ON FUNCTION "service"."end_visit"(uuid, bigint, jsonb, boolean, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."end_visit"(uuid, bigint, jsonb, boolean, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."end_visit"(uuid, bigint, jsonb, boolean, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."end_visit"(uuid, bigint, jsonb, boolean, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "service"."poll_mailboxes"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."poll_mailboxes"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."poll_mailboxes"() TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."poll_mailboxes"() TO "service_role";

REVOKE ALL ON FUNCTION "service"."record_mail"(uuid, bigint, text, jsonb, text, jsonb, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."record_mail"(uuid, bigint, text, jsonb, text, jsonb, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."record_mail"(uuid, bigint, text, jsonb, text, jsonb, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."record_mail"(uuid, bigint, text, jsonb, text, jsonb, text) TO "service_role";
