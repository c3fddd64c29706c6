-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

DROP INDEX "public"."messages_account_id_conversation_id_idx";

DROP FUNCTION "private"."send_message"(uuid, uuid, text, boolean, bigint);

DROP FUNCTION "public"."send_message"(uuid, uuid, text, boolean, bigint);

CREATE TABLE "public"."canned_responses" ("account_id" uuid NOT NULL, "short_code" text NOT NULL, "content" text NOT NULL, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "canned_responses_account_id_short_code_key" UNIQUE (account_id, short_code), CONSTRAINT "canned_responses_content_check" CHECK (((char_length(content) >= 1) AND (char_length(content) <= 10000))), CONSTRAINT "canned_responses_short_code_check" CHECK ((short_code ~ '^[^[:space:][:cntrl:]/]{1,100}$'::text)), "id" uuid NOT NULL DEFAULT private.uuid_v7(), CONSTRAINT "canned_responses_account_id_id_key" UNIQUE (account_id, id), CONSTRAINT "canned_responses_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."canned_responses" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."canned_responses" OWNER TO "postgres";

CREATE TABLE "public"."message_versions" ("account_id" uuid NOT NULL, "conversation_id" uuid NOT NULL, "message_id" uuid NOT NULL, "content" text NOT NULL, "edited_by" uuid, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "id" uuid NOT NULL DEFAULT private.uuid_v7(), CONSTRAINT "message_versions_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."message_versions" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."message_versions" OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.agent_message(p_conversation_id uuid, p_id uuid)
 RETURNS public.messages
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

ALTER FUNCTION "private"."agent_message"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.canned_response_list(p_account_id uuid, p_query text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    -- Typed words are words, whatever LIKE would make of them.
    wanted constant text := regexp_replace(left(btrim(coalesce(p_query, '')), 200), '([\\%_])', '\\\1', 'g');
begin
    perform private.require_member(p_account_id);
    return jsonb_build_object('rows', coalesce((
        select jsonb_agg(to_jsonb(hit) - 'rank' order by hit.rank, hit.short_code)
        from (
            select response.*,
                case when response.short_code ilike wanted || '%' then 0
                    when response.short_code ilike '%' || wanted || '%' then 1
                    else 2 end as rank
            from public.canned_responses as response
            where response.account_id = p_account_id
                and (response.short_code ilike '%' || wanted || '%' or response.content ilike '%' || wanted || '%')
            order by rank, response.short_code
            limit 100
        ) as hit), '[]'));
end;
$function$;

ALTER FUNCTION "private"."canned_response_list"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.change_preview(p_old public.messages, p_content text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    update public.conversations
    set preview = preview || jsonb_build_object('content', left(p_content, 200))
    where id = p_old.conversation_id
        and preview ->> 'content' = left(p_old.content, 200)
        and (preview ->> 'created_at')::timestamptz = p_old.created_at
$function$;

ALTER FUNCTION "private"."change_preview"(public.messages, text) OWNER TO "postgres";

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
    where attribute.key not in ('in_reply_to', 'to_emails', 'cc_emails', 'bcc_emails', 'template_params')
    limit 1;
    if unknown is not null then
        perform private.fail(
            400, 'content_attributes_invalid', format('A message cannot be given the attribute %L.', left(unknown, 50)),
            'Give in_reply_to, to_emails, cc_emails, bcc_emails or template_params.');
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
    if p_attributes ? 'template_params' and coalesce(p_attributes #>> '{template_params,name}', '') = '' then
        perform private.fail(400, 'content_attributes_invalid', 'template_params names the template.');
    end if;
    return p_attributes;
end;
$function$;

ALTER FUNCTION "private"."client_attributes"(jsonb, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.delete_canned_response(p_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    delete from public.canned_responses
    where id = p_id and account_id = any (private.account_ids());
    if not found then
        perform private.fail(404, 'canned_response_not_found', 'There is no such canned response.');
    end if;
end;
$function$;

ALTER FUNCTION "private"."delete_canned_response"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.delete_message(p_conversation_id uuid, p_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

ALTER FUNCTION "private"."delete_message"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.deleted_text(p_account_id uuid)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select case split_part(replace(account.locale, '_', '-'), '-', 1)
        when 'es' then 'Este mensaje fue eliminado'
        when 'pt' then 'Esta mensagem foi apagada'
        when 'ar' then 'تم حذف هذه الرسالة'
        else 'This message was deleted' end
    from public.accounts as account
    where account.id = p_account_id
$function$;

ALTER FUNCTION "private"."deleted_text"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.edit_message(p_conversation_id uuid, p_id uuid, p_content text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    message public.messages := private.agent_message(p_conversation_id, p_id);
begin
    if message.message_type <> 'outgoing' or message.sender_user_id is distinct from auth.uid() then
        perform private.fail(403, 'not_your_message', 'Only what you wrote yourself can be edited.');
    end if;
    if message.deleted_at is not null then
        perform private.fail(409, 'message_deleted', 'This message was deleted.');
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
$function$;

ALTER FUNCTION "private"."edit_message"(uuid, uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.initial_status(p_inbox_id uuid)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    -- Website and API channels have no provider to wait for.
    select case when inbox.channel_type in ('web_widget', 'api') then 'sent' else 'queued' end
    from public.inboxes as inbox
    where inbox.id = p_inbox_id
$function$;

ALTER FUNCTION "private"."initial_status"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.is_blank(p_text text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    -- Blanks and characters without a width of their own.
    select btrim(coalesce(p_text, ''), E' \t\r\n\u00a0\u200b\u200c\u200d\u2060\ufeff') = ''
$function$;

ALTER FUNCTION "private"."is_blank"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.require_member(p_account_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
end;
$function$;

ALTER FUNCTION "private"."require_member"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.resolve_reply(p_message public.messages)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

ALTER FUNCTION "private"."resolve_reply"(public.messages) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.retry_message(p_conversation_id uuid, p_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

ALTER FUNCTION "private"."retry_message"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.save_canned_response(p_account_id uuid, p_id uuid, p_short_code text, p_content text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    code constant text := lower(btrim(p_short_code));
    saved public.canned_responses;
begin
    perform private.require_member(p_account_id);
    if code is null or code !~ '^[^[:space:][:cntrl:]/]{1,100}$' then
        perform private.fail(400, 'short_code_invalid', 'The short code is one word of 1 to 100 characters, without a slash.');
    end if;
    if private.is_blank(p_content) or char_length(p_content) > 10000 then
        perform private.fail(400, 'content_invalid', 'A canned response has 1 to 10,000 characters.');
    end if;
    if p_id is null then
        insert into public.canned_responses (account_id, short_code, content)
        values (p_account_id, code, p_content)
        returning * into saved;
    else
        update public.canned_responses
        set short_code = code, content = p_content
        where id = p_id and account_id = p_account_id
        returning * into saved;
        if saved.id is null then
            perform private.fail(404, 'canned_response_not_found', 'There is no such canned response.');
        end if;
    end if;
    return to_jsonb(saved);
exception when unique_violation then
    perform private.fail(409, 'short_code_taken', 'Another canned response has this short code.');
end;
$function$;

ALTER FUNCTION "private"."save_canned_response"(uuid, uuid, text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.sees_conversation(p_conversation_id uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    -- Not with its owner's rights: whoever may read the conversation may read what hangs on it.
    select exists (select from public.conversations where id = p_conversation_id)
$function$;

ALTER FUNCTION "private"."sees_conversation"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.send_message(p_conversation_id uuid, p_id uuid, p_content text, p_private boolean, p_expected_last_seq bigint, p_in_reply_to uuid, p_content_attributes jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    caller uuid := auth.uid();
    message public.messages;
    missed jsonb;
begin
    perform private.agent_conversation(p_conversation_id);
    if p_id is null then
        perform private.fail(400, 'invalid_argument', 'Give the message an id (UUIDv7) of your own.');
    end if;
    -- The lock makes "has anything arrived since?" and the insert one step, and a second try wait for the first.
    perform from public.conversations where id = p_conversation_id for no key update;
    select * into message from public.messages where conversation_id = p_conversation_id and id = p_id;
    if message.id is not null then
        if message.sender_user_id is distinct from caller then
            perform private.fail(409, 'message_id_taken', 'Another message has this id.');
        end if;
        return private.message_json(message);
    end if;
    if p_expected_last_seq is not null and not coalesce(p_private, false) then
        select jsonb_agg(private.message_json(newer) order by newer.seq) into missed
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
                jsonb_build_object('messages', missed)::text);
        end if;
    end if;
    -- The trigger sees the role of the request and fills in the rest, as for a direct insert.
    insert into public.messages (id, conversation_id, content, private, content_attributes)
    values (
        p_id, p_conversation_id, coalesce(p_content, ''), coalesce(p_private, false),
        coalesce(p_content_attributes, '{}')
            || jsonb_strip_nulls(jsonb_build_object('in_reply_to', p_in_reply_to)))
    returning * into message;
    return private.message_json(message);
end;
$function$;

ALTER FUNCTION "private"."send_message"(uuid, uuid, text, boolean, bigint, uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.visitor_attributes(p_attributes jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    select coalesce(jsonb_object_agg(attribute.key, attribute.value), '{}')
    from jsonb_each(p_attributes) as attribute
    where attribute.key in (
        'items', 'submitted_values', 'submitted_email', 'display_type', 'deleted', 'in_reply_to')
$function$;

ALTER FUNCTION "private"."visitor_attributes"(jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.visitor_message_json(p_message public.messages)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'id', p_message.id,
        'conversation_id', p_message.conversation_id,
        'seq', p_message.visitor_seq,
        'position', p_message.seq,
        'message_type', p_message.message_type,
        'content_type', p_message.content_type,
        'content', p_message.content,
        'content_attributes', private.visitor_attributes(p_message.content_attributes),
        'status', p_message.status,
        -- An agent is a name and a face to the visitor, not an id.
        'sender', private.message_sender(p_message) - 'id',
        'created_at', p_message.created_at,
        'edited_at', p_message.edited_at)
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
begin
    -- Clients' rights come first: a trigger runs before the policy's check, and must not tell a stranger
    -- more than it. The answer is the same for a conversation that is missing and one that is not theirs.
    select * into conversation from public.conversations where id = new.conversation_id;
    if conversation.id is null
        or (client = 'authenticated' and not conversation.inbox_id = any (private.inbox_ids()))
        or (client = 'visitor' and conversation.contact_inbox_id is distinct from private.visitor_contact_inbox_id())
    then
        perform private.fail(404, 'conversation_not_found', 'There is no such conversation.');
    end if;

    if client in ('authenticated', 'visitor') then
        if private.is_blank(new.content) then
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

    -- Locks are taken in the order contact, conversation, message, here and everywhere.
    if new.message_type = 'incoming' then
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

    -- A human's public answer: what ends the waiting.
    public_reply := new.message_type = 'outgoing' and not new.private and new.sender_user_id is not null
        and not new.content_attributes ? 'automation_rule_id' and not new.content_attributes ? 'campaign_id';
    reopened := case
        when new.message_type = 'incoming' and not contact.blocked
            and conversation.status in ('resolved', 'snoozed') then 'open'
        else conversation.status end;

    update public.conversations
    set last_seq = last_seq + 1,
        last_visitor_seq = last_visitor_seq + private.is_visible_to_visitor(new)::int,
        last_activity_at = greatest(last_activity_at, new.created_at),
        status = reopened,
        waiting_since = case
            when public_reply then null
            when new.message_type = 'incoming' then coalesce(waiting_since, new.created_at)
            else waiting_since end,
        first_reply_created_at = case
            when public_reply then coalesce(first_reply_created_at, new.created_at)
            else first_reply_created_at end,
        unread_count = unread_count + (new.message_type = 'incoming')::int,
        visitor_unread_count = visitor_unread_count
            + (new.message_type in ('outgoing', 'template') and not new.private)::int,
        -- Lists show what people said; the system's own lines only where there is nothing else.
        preview = case when new.message_type = 'activity'
            or (new.message_type = 'template' and preview is not null)
            then preview else jsonb_build_object(
            'content', left(new.content, 200),
            'message_type', new.message_type,
            'private', new.private,
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

CREATE OR REPLACE FUNCTION public.canned_response_list(p_account_id uuid, p_query text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.canned_response_list(p_account_id, p_query)
$function$;

ALTER FUNCTION "public"."canned_response_list"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.delete_canned_response(p_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.delete_canned_response(p_id)
$function$;

ALTER FUNCTION "public"."delete_canned_response"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.delete_message(p_conversation_id uuid, p_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.delete_message(p_conversation_id, p_id)
$function$;

ALTER FUNCTION "public"."delete_message"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.edit_message(p_conversation_id uuid, p_id uuid, p_content text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.edit_message(p_conversation_id, p_id, p_content)
$function$;

ALTER FUNCTION "public"."edit_message"(uuid, uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.retry_message(p_conversation_id uuid, p_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.retry_message(p_conversation_id, p_id)
$function$;

ALTER FUNCTION "public"."retry_message"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.save_canned_response(p_account_id uuid, p_id uuid, p_short_code text, p_content text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.save_canned_response(p_account_id, p_id, p_short_code, p_content)
$function$;

ALTER FUNCTION "public"."save_canned_response"(uuid, uuid, text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.send_message(p_conversation_id uuid, p_id uuid, p_content text, p_private boolean DEFAULT false, p_expected_last_seq bigint DEFAULT NULL::bigint, p_in_reply_to uuid DEFAULT NULL::uuid, p_content_attributes jsonb DEFAULT '{}'::jsonb)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.send_message(
        p_conversation_id, p_id, p_content, p_private, p_expected_last_seq, p_in_reply_to, p_content_attributes)
$function$;

ALTER FUNCTION "public"."send_message"(uuid, uuid, text, boolean, bigint, uuid, jsonb) OWNER TO "postgres";

ALTER TABLE "public"."canned_responses" ADD CONSTRAINT "canned_responses_account_id_fkey" FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;

ALTER TABLE "public"."message_versions" ADD CONSTRAINT "message_versions_edited_by_fkey" FOREIGN KEY (edited_by) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE "public"."messages" ADD CONSTRAINT "messages_account_id_conversation_id_id_key" UNIQUE (account_id, conversation_id, id);

ALTER TABLE "public"."message_versions" ADD CONSTRAINT "message_versions_message_fkey" FOREIGN KEY (account_id, conversation_id, message_id) REFERENCES public.messages(account_id, conversation_id, id) ON DELETE CASCADE;

CREATE INDEX message_versions_edited_by_idx ON public.message_versions USING btree (edited_by) WHERE (edited_by IS NOT NULL);

CREATE TRIGGER canned_responses_set_updated_at BEFORE UPDATE ON public.canned_responses FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

CREATE POLICY "members read the canned responses of their accounts" ON "public"."canned_responses" FOR SELECT TO "authenticated" USING ((account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[])));

CREATE POLICY "agents read earlier versions in the conversations they may see" ON "public"."message_versions" FOR SELECT TO "authenticated" USING (private.sees_conversation(conversation_id));

COMMENT ON COLUMN "public"."canned_responses"."content" IS 'CommonMark with variables such as {{contact.name}}.';

COMMENT ON COLUMN "public"."canned_responses"."short_code" IS 'What agents type after "/"; one word, lower case, unique in the account.';

COMMENT ON COLUMN "public"."message_versions"."content" IS 'The words that the edit replaced.';

COMMENT ON FUNCTION "private"."agent_message"(uuid, uuid) IS 'A message to be changed by the calling agent, with its conversation locked. Fails with conversation_not_found, message_not_found.';

COMMENT ON FUNCTION "private"."canned_response_list"(uuid, text) IS 'See public.canned_response_list.';

COMMENT ON FUNCTION "private"."change_preview"(public.messages, text) IS 'Puts changed words into the lists, when they show this message.';

COMMENT ON FUNCTION "private"."client_attributes"(jsonb, boolean) IS 'The attributes that an agent may give a message, checked. Fails with content_attributes_invalid.';

COMMENT ON FUNCTION "private"."delete_canned_response"(uuid) IS 'See public.delete_canned_response.';

COMMENT ON FUNCTION "private"."delete_message"(uuid, uuid) IS 'See public.delete_message.';

COMMENT ON FUNCTION "private"."deleted_text"(uuid) IS 'What stands where a message was, in the account''s language.';

COMMENT ON FUNCTION "private"."edit_message"(uuid, uuid, text) IS 'See public.edit_message.';

COMMENT ON FUNCTION "private"."initial_status"(uuid) IS 'The status in which an agent''s message begins: sent, or queued where a provider delivers it.';

COMMENT ON FUNCTION "private"."is_blank"(text) IS 'Whether a text shows nothing.';

COMMENT ON FUNCTION "private"."require_member"(uuid) IS 'Fails with account_not_found unless the caller belongs to this account.';

COMMENT ON FUNCTION "private"."resolve_reply"(public.messages) IS 'content_attributes with both names of the message that is answered: ours (in_reply_to) and the provider''s
     (in_reply_to_external_id). Fails with reply_target_not_found when ours names none of the conversation.';

COMMENT ON FUNCTION "private"."retry_message"(uuid, uuid) IS 'See public.retry_message.';

COMMENT ON FUNCTION "private"."save_canned_response"(uuid, uuid, text, text) IS 'See public.save_canned_response.';

COMMENT ON FUNCTION "private"."sees_conversation"(uuid) IS 'Whether the caller''s own policies show them this conversation.';

COMMENT ON FUNCTION "private"."send_message"(uuid, uuid, text, boolean, bigint, uuid, jsonb) IS 'See public.send_message.';

COMMENT ON FUNCTION "private"."visitor_attributes"(jsonb) IS 'What a visitor gets of content_attributes: a list of what may pass, because most of them are among agents.';

COMMENT ON FUNCTION "public"."canned_response_list"(uuid, text) IS 'At most 100 canned responses: {rows}. Those whose short code starts with the words come first, then those whose short code
     has them, then those whose content has them. Fails with account_not_found.';

COMMENT ON FUNCTION "public"."delete_canned_response"(uuid) IS 'Removes a canned response. Fails with canned_response_not_found.';

COMMENT ON FUNCTION "public"."delete_message"(uuid, uuid) IS 'Takes back what a message said, its earlier versions included; a line in the account''s language stays in its place.
     Returns the message. Deleting again changes nothing. Fails with conversation_not_found, message_not_found,
     message_not_deletable.';

COMMENT ON FUNCTION "public"."edit_message"(uuid, uuid, text) IS 'Changes the words of the caller''s own message; the ones before are kept in message_versions. Returns the message.
     Where a provider delivers, only before it did. Fails with conversation_not_found, message_not_found, not_your_message,
     message_deleted, message_delivered, message_empty, message_too_long.';

COMMENT ON FUNCTION "public"."retry_message"(uuid, uuid) IS 'Sends a failed message again, or one of unknown fate. Returns the message, queued anew.
     Fails with conversation_not_found, message_not_found, message_not_failed.';

COMMENT ON FUNCTION "public"."save_canned_response"(uuid, uuid, text, text) IS 'Adds a canned response (id null) or changes one; every member may. Returns its row.
     Fails with account_not_found, canned_response_not_found, short_code_invalid, short_code_taken, content_invalid.';

COMMENT ON FUNCTION "public"."send_message"(uuid, uuid, text, boolean, bigint, uuid, jsonb) IS 'Sends a reply, or a note when private, under an id made by the caller: sending again returns the same message.
     With expected_last_seq a public reply is refused when someone else wrote after it: conversation_moved, details = {messages}.
     in_reply_to names a message of the same conversation. content_attributes may hold to_emails, cc_emails, bcc_emails
     (lists) and template_params. Fails also with conversation_not_found, message_empty, message_too_long, message_id_taken,
     too_many_messages, reply_target_not_found, content_attributes_invalid.';

COMMENT ON TABLE "public"."canned_responses" IS 'A ready answer of an account, found by its short code or its words.';

COMMENT ON TABLE "public"."message_versions" IS 'What a message said before each edit. Goes when the message is deleted.';

REVOKE ALL ON FUNCTION "private"."agent_message"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."agent_message"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."agent_message"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."canned_response_list"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."canned_response_list"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."canned_response_list"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."canned_response_list"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."change_preview"(public.messages, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."change_preview"(public.messages, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."change_preview"(public.messages, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."client_attributes"(jsonb, boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."client_attributes"(jsonb, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."client_attributes"(jsonb, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."delete_canned_response"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."delete_canned_response"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."delete_canned_response"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."delete_canned_response"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."delete_message"(uuid, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."delete_message"(uuid, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."delete_message"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."delete_message"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."deleted_text"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."deleted_text"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."deleted_text"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."edit_message"(uuid, uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."edit_message"(uuid, uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."edit_message"(uuid, uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."edit_message"(uuid, uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."initial_status"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."initial_status"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."initial_status"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."is_blank"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."is_blank"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."is_blank"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."require_member"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."require_member"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."require_member"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."resolve_reply"(public.messages) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."resolve_reply"(public.messages) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."resolve_reply"(public.messages) TO "postgres";

REVOKE ALL ON FUNCTION "private"."retry_message"(uuid, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."retry_message"(uuid, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."retry_message"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."retry_message"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."save_canned_response"(uuid, uuid, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."save_canned_response"(uuid, uuid, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."save_canned_response"(uuid, uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."save_canned_response"(uuid, uuid, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."sees_conversation"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."sees_conversation"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."sees_conversation"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."sees_conversation"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."send_message"(uuid, uuid, text, boolean, bigint, uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."send_message"(uuid, uuid, text, boolean, bigint, uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."send_message"(uuid, uuid, text, boolean, bigint, uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."send_message"(uuid, uuid, text, boolean, bigint, uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."visitor_attributes"(jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."visitor_attributes"(jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."visitor_attributes"(jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "public"."canned_response_list"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."canned_response_list"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."canned_response_list"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."canned_response_list"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."delete_canned_response"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."delete_canned_response"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."delete_canned_response"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."delete_canned_response"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."delete_message"(uuid, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."delete_message"(uuid, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."delete_message"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."delete_message"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."edit_message"(uuid, uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."edit_message"(uuid, uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."edit_message"(uuid, uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."edit_message"(uuid, uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."retry_message"(uuid, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."retry_message"(uuid, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."retry_message"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."retry_message"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."save_canned_response"(uuid, uuid, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."save_canned_response"(uuid, uuid, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."save_canned_response"(uuid, uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."save_canned_response"(uuid, uuid, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."send_message"(uuid, uuid, text, boolean, bigint, uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."send_message"(uuid, uuid, text, boolean, bigint, uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."send_message"(uuid, uuid, text, boolean, bigint, uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."send_message"(uuid, uuid, text, boolean, bigint, uuid, jsonb) TO "postgres";

REVOKE ALL ON TABLE "public"."canned_responses" FROM "authenticated";

GRANT SELECT ON TABLE "public"."canned_responses" TO "authenticated";

REVOKE ALL ON TABLE "public"."canned_responses" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."canned_responses" TO "postgres";

REVOKE ALL ON TABLE "public"."canned_responses" FROM "service_role";

GRANT SELECT ON TABLE "public"."canned_responses" TO "service_role";

REVOKE ALL ON TABLE "public"."message_versions" FROM "authenticated";

GRANT SELECT ON TABLE "public"."message_versions" TO "authenticated";

REVOKE ALL ON TABLE "public"."message_versions" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."message_versions" TO "postgres";

REVOKE ALL ON TABLE "public"."message_versions" FROM "service_role";

GRANT SELECT ON TABLE "public"."message_versions" TO "service_role";

CREATE INDEX message_versions_message_idx ON public.message_versions USING btree (account_id, conversation_id, message_id, id);
