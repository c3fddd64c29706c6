-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

ALTER TABLE "public"."channel_connections" ADD COLUMN "checked_at" timestamp with time zone;

ALTER TABLE "public"."channel_connections" ADD COLUMN "check_result" jsonb;

CREATE OR REPLACE FUNCTION private.begin_channel_action(p_inbox_id uuid, p_action text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    inbox constant public.inboxes := private.administered_inbox(p_inbox_id);
begin
    if p_action is null or p_action not in ('check', 'webhook', 'test') then
        perform private.fail(400, 'invalid_argument', 'The action is check, webhook or test.');
    end if;
    if not exists (select from public.channel_connections where inbox_id = p_inbox_id) then
        perform private.fail(409, 'inbox_not_connected', 'This inbox is not connected to a provider.');
    end if;
    if p_action = 'test' then
        -- By account: it is a message to whomever one names.
        perform private.take('channel-test:' || inbox.account_id, 10, 20.0 / 3600);
    else
        perform private.take('channel-' || p_action || ':' || p_inbox_id, 10, 10.0 / 60);
    end if;
end;
$function$;

ALTER FUNCTION "private"."begin_channel_action"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.channel_test_recipients(p_inbox_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    inbox constant public.inboxes := private.administered_inbox(p_inbox_id);
    found jsonb;
begin
    select coalesce(jsonb_agg(to_jsonb(latest) order by latest.last_incoming_at desc), '[]')
    into found
    from (
        select distinct on (address.id)
            address.source_id as "to", contact.name, private.last_incoming_at(conversation.id) as last_incoming_at
        from (
            select * from public.conversations
            where account_id = inbox.account_id and inbox_id = p_inbox_id and status in ('open', 'pending')
            order by last_activity_at desc
            limit 20
        ) as conversation
        join public.contact_inboxes as address on address.id = conversation.contact_inbox_id
        join public.contacts as contact on contact.id = conversation.contact_id
        where address.opted_out_at is null
            and private.last_incoming_at(conversation.id)
                > now() - make_interval(hours => coalesce(private.reply_window_hours(conversation), 720))
        order by address.id, last_incoming_at desc
    ) as latest;
    return found;
end;
$function$;

ALTER FUNCTION "private"."channel_test_recipients"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.reconnect_channel(p_inbox_id uuid, p_settings jsonb, p_secrets jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    connection public.channel_connections;
begin
    select * into connection
    from public.channel_connections
    where inbox_id = p_inbox_id and account_id = any (private.account_ids());
    if connection.inbox_id is null then
        perform private.fail(404, 'inbox_not_found', 'There is no such inbox.');
    end if;
    perform private.require_administrator(connection.account_id);
    perform private.check_channel(
        connection.channel_type, connection.address, coalesce(p_settings, '{}'), coalesce(p_secrets, '{}'));
    update private.channel_secrets
    set secrets = secrets || coalesce(p_secrets, '{}'), updated_at = now()
    where inbox_id = p_inbox_id;
    update public.channel_connections
    set settings = settings || coalesce(p_settings, '{}'), state = 'connected', state_reason = null, paused_until = null,
        checked_at = null, check_result = null
    where inbox_id = p_inbox_id;
end;
$function$;

CREATE OR REPLACE FUNCTION private.reply_context(p_conversation_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce((
        select content_attributes - 'edits'
        from public.messages
        where conversation_id = p_conversation_id and message_type = 'incoming'
        order by seq desc
        limit 1), '{}')
$function$;

ALTER FUNCTION "private"."reply_context"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.begin_channel_action(p_inbox_id uuid, p_action text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.begin_channel_action(p_inbox_id, p_action)
$function$;

ALTER FUNCTION "public"."begin_channel_action"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.channel_test_recipients(p_inbox_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.channel_test_recipients(p_inbox_id)
$function$;

ALTER FUNCTION "public"."channel_test_recipients"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.channel_credentials(p_inbox_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'channel_type', connection.channel_type,
        'account_id', connection.account_id,
        'address', connection.address,
        'settings', connection.settings || jsonb_build_object(
            'account_id', connection.account_id,
            'inbox_id', connection.inbox_id,
            'inbox_name', inbox.name,
            'business_name', inbox.business_name,
            'sender_name_type', inbox.sender_name_type),
        'secrets', secret.secrets,
        'expires_at', connection.expires_at,
        'changed_at', secret.updated_at,
        'state', connection.state)
    from public.channel_connections as connection
    join public.inboxes as inbox on inbox.id = connection.inbox_id
    join private.channel_secrets as secret on secret.inbox_id = connection.inbox_id
    where connection.inbox_id = p_inbox_id
$function$;

CREATE OR REPLACE FUNCTION service.channel_test_recipient(p_inbox_id uuid, p_to text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'last_incoming_at', private.last_incoming_at(conversation.id),
        'context', private.reply_context(conversation.id))
    from public.contact_inboxes as address
    join public.conversations as conversation
        on conversation.account_id = address.account_id and conversation.contact_inbox_id = address.id
    where address.inbox_id = p_inbox_id and address.source_id = p_to
    order by conversation.id desc
    limit 1
$function$;

ALTER FUNCTION "service"."channel_test_recipient"(uuid, text) OWNER TO "postgres";

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
        'context', private.reply_context(p_conversation_id),
        'sent_parts', coalesce((
            select jsonb_agg(part.source_id order by part.part)
            from private.message_parts as part
            where part.account_id = message.account_id and part.conversation_id = p_conversation_id
                and part.message_id = p_message_id), '[]'),
        'webhook', case when connection.inbox_id is null then private.api_webhook(conversation, message) end,
        'attachments', private.attachments_to_deliver(message));
end;
$function$;

CREATE OR REPLACE FUNCTION service.record_channel_check(p_inbox_id uuid, p_changed_at timestamp with time zone, p_result jsonb)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    update public.channel_connections as connection
    set checked_at = now(),
        check_result = p_result,
        state = case
            when p_result ->> 'category' = 'auth' then 'reauthorization_required'
            when (p_result ->> 'ok')::boolean and connection.state = 'reauthorization_required' then 'connected'
            else connection.state end,
        state_reason = case
            when p_result ->> 'category' = 'auth' then left(p_result #>> '{steps,-1,detail}', 1000)
            when (p_result ->> 'ok')::boolean then null
            else connection.state_reason end
    from private.channel_secrets as secret
    where connection.inbox_id = p_inbox_id
        and secret.inbox_id = p_inbox_id
        -- Not about credentials that were replaced while the provider was asked.
        and secret.updated_at = p_changed_at
$function$;

ALTER FUNCTION "service"."record_channel_check"(uuid, timestamp with time zone, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.record_channel_test(p_inbox_id uuid)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    update public.channel_connections set last_sent_at = now() where inbox_id = p_inbox_id
$function$;

ALTER FUNCTION "service"."record_channel_test"(uuid) OWNER TO "postgres";

ALTER TABLE "public"."channel_connections" ADD CONSTRAINT "channel_connections_check_result_check" CHECK (((jsonb_typeof(check_result) = 'object'::text) AND (octet_length((check_result)::text) <= 16384)));

COMMENT ON COLUMN "public"."channel_connections"."check_result" IS 'What the provider said when we last asked whether all is right: {ok, category, account_name, steps: [{name, ok, detail}]};
     null since the connection was changed.';

COMMENT ON FUNCTION "private"."begin_channel_action"(uuid, text) IS 'See public.begin_channel_action.';

COMMENT ON FUNCTION "private"."channel_test_recipients"(uuid) IS 'See public.channel_test_recipients.';

COMMENT ON FUNCTION "private"."reply_context"(uuid) IS 'What a provider needs to answer in the right place: it came with what the contact wrote last.';

COMMENT ON FUNCTION "public"."begin_channel_action"(uuid, text) IS 'Whether the caller may have the provider of an inbox asked or told something now: check, webhook or test. Administrators only. The service
     calls it (POST /channels/{inbox_id}/…). Fails with inbox_not_found, not_administrator, invalid_argument, inbox_not_connected,
     too_many_requests.';

COMMENT ON FUNCTION "public"."channel_test_recipients"(uuid) IS 'Who wrote to the inbox lately and can be answered: [{to, name, last_incoming_at}], 20 at most, for channels where one cannot write to
     whomever one likes. Administrators only. Fails with inbox_not_found, not_administrator.';

COMMENT ON FUNCTION "service"."channel_test_recipient"(uuid, text) IS 'What an adapter needs to write to somebody who wrote to this inbox: {last_incoming_at, context}. Null for a stranger.';

COMMENT ON FUNCTION "service"."record_channel_check"(uuid, timestamp with time zone, jsonb) IS 'Keeps what the provider said about a connection. Refused credentials hold the inbox until it is reconnected; when all is right,
     what was held goes out.';

COMMENT ON FUNCTION "service"."record_channel_test"(uuid) IS 'The provider took a test message.';

REVOKE ALL ON FUNCTION "private"."begin_channel_action"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."begin_channel_action"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."begin_channel_action"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."begin_channel_action"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."channel_test_recipients"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."channel_test_recipients"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."channel_test_recipients"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."channel_test_recipients"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."reply_context"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."reply_context"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."reply_context"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."begin_channel_action"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."begin_channel_action"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."begin_channel_action"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."begin_channel_action"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."channel_test_recipients"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."channel_test_recipients"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."channel_test_recipients"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."channel_test_recipients"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "service"."channel_test_recipient"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."channel_test_recipient"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."channel_test_recipient"(uuid, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."channel_test_recipient"(uuid, text) TO "service_role";

REVOKE ALL ON FUNCTION "service"."record_channel_check"(uuid, timestamp with time zone, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."record_channel_check"(uuid, timestamp with time zone, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."record_channel_check"(uuid, timestamp with time zone, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."record_channel_check"(uuid, timestamp with time zone, jsonb) TO "service_role";

REVOKE ALL ON FUNCTION "service"."record_channel_test"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."record_channel_test"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."record_channel_test"(uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."record_channel_test"(uuid) TO "service_role";

REVOKE ALL ("check_result") ON TABLE "public"."channel_connections" FROM "authenticated";


REVOKE ALL ("checked_at") ON TABLE "public"."channel_connections" FROM "authenticated";

GRANT SELECT ("check_result") ON TABLE "public"."channel_connections" TO "authenticated";

GRANT SELECT ("checked_at") ON TABLE "public"."channel_connections" TO "authenticated";
