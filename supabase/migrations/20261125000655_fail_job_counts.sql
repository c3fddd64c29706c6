-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

ALTER TABLE "private"."jobs" DROP CONSTRAINT "jobs_attempt_check";

DROP FUNCTION "service"."fail_job"(bigint, integer, text, double precision);

CREATE OR REPLACE FUNCTION service.fail_job(p_id bigint, p_attempt integer, p_error text, p_retry_after_seconds double precision DEFAULT NULL::double precision, p_counts boolean DEFAULT true)
 RETURNS text
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    update private.jobs
    set status = case when p_retry_after_seconds is null then 'dead' else 'queued' end,
        lease_until = null,
        worker = null,
        run_at = coalesce(clock_timestamp() + make_interval(secs => p_retry_after_seconds), run_at),
        last_error = left(p_error, 2000),
        max_attempts = max_attempts + case when p_counts then 0 else 1 end,
        finished_at = case when p_retry_after_seconds is null then now() end
    where id = p_id and attempt = p_attempt and status = 'running'
    returning status
$function$;

ALTER FUNCTION "service"."fail_job"(bigint, integer, text, double precision, boolean) OWNER TO "postgres";

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
    was := message.status;
    update public.messages set status = 'sending' where conversation_id = p_conversation_id and id = p_message_id;
    select * into address from public.contact_inboxes where id = conversation.contact_inbox_id;
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

ALTER TABLE "private"."jobs" ADD CONSTRAINT "jobs_attempt_check" CHECK (((attempt >= 0) AND (max_attempts >= 1)));

CREATE INDEX messages_sending_idx ON public.messages USING btree (inbox_id) WHERE (status = 'sending'::text);

COMMENT ON FUNCTION "service"."fail_job"(bigint, integer, text, double precision, boolean) IS 'Gives a job back after a failure: to be tried again in so many seconds, or dead when null. p_counts: whether
     that used up one of its attempts. Null when the lease was lost.';

COMMENT ON FUNCTION "service"."message_to_deliver"(uuid, uuid) IS 'Takes a queued message for sending: everything its adapter needs. Null when there is nothing to send any more; {held} while the
     inbox must be reconnected; {wait: seconds} while the provider wants us slower or has ten messages in hand; interrupted = an earlier try never reported back.';

REVOKE ALL ON FUNCTION "service"."fail_job"(bigint, integer, text, double precision, boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."fail_job"(bigint, integer, text, double precision, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."fail_job"(bigint, integer, text, double precision, boolean) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."fail_job"(bigint, integer, text, double precision, boolean) TO "service_role";
