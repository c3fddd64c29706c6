-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

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
        checked_at = null, check_result = null,
        -- When a token ends that an administrator brought, nobody has told us.
        expires_at = case when p_secrets ? 'access_token' then null else expires_at end
    where inbox_id = p_inbox_id;
end;
$function$;

CREATE OR REPLACE FUNCTION private.unanswered_parts(p_conversation_id uuid, p_except_message_id uuid)
 RETURNS integer
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

ALTER FUNCTION "private"."unanswered_parts"(uuid, uuid) OWNER TO "postgres";

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
        'unanswered', case
            when connection.channel_type = 'tiktok' then private.unanswered_parts(p_conversation_id, p_message_id)
            else 0 end,
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

CREATE OR REPLACE FUNCTION service.refresh_channel_tokens()
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with stale as (
        select connection.inbox_id, connection.account_id
        from public.channel_connections as connection
        join private.channel_secrets as secret on secret.inbox_id = connection.inbox_id
        join public.accounts as account on account.id = connection.account_id
        where connection.state = 'connected'
            and account.status = 'active'
            and (
                (connection.channel_type = 'email' and connection.settings ->> 'oauth' <> ''
                    and coalesce(connection.expires_at, now()) < now() + interval '10 minutes')
                -- Good for a day.
                or (connection.channel_type = 'tiktok' and connection.settings ->> 'app_id' <> ''
                    and secret.secrets ->> 'refresh_token' <> ''
                    and coalesce(connection.expires_at, now()) < now() + interval '2 hours')
                -- Good for sixty days, and traded for a new one at day 45: it must not be a young one.
                or (connection.channel_type = 'instagram'
                    and coalesce(connection.expires_at, secret.updated_at + interval '60 days') < now() + interval '15 days'))
            and not exists (
                select from private.jobs as job
                where job.lock = 'token:' || connection.inbox_id and job.status in ('queued', 'running'))
        limit 500
    ),
    asked as materialized (
        select private.enqueue(
            'refresh_token', jsonb_build_object('inbox_id', stale.inbox_id), stale.account_id, 'token:' || stale.inbox_id,
            p_priority => 50)
        from stale
    )
    select count(*)::int from asked
$function$;

COMMENT ON FUNCTION "private"."unanswered_parts"(uuid, uuid) IS 'How many messages the provider took from us since the contact last wrote, not counting those of one message.';

COMMENT ON FUNCTION "service"."refresh_channel_tokens"() IS 'Asks for fresh tokens where they end soon: mailboxes ten minutes before, TikTok two hours before, Instagram at day 45. Returns how many.';

REVOKE ALL ON FUNCTION "private"."unanswered_parts"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."unanswered_parts"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."unanswered_parts"(uuid, uuid) TO "postgres";
