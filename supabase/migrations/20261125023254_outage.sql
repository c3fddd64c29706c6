-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

ALTER TABLE "private"."jobs" DROP CONSTRAINT "jobs_attempt_check";

DROP FUNCTION "service"."claim_jobs"(text, text[], integer, integer);

ALTER TABLE "private"."jobs" ADD COLUMN "waits" integer NOT NULL DEFAULT 0;

ALTER TABLE "public"."channel_connections" ADD COLUMN "failures" integer NOT NULL DEFAULT 0;

CREATE OR REPLACE FUNCTION private.note_outage(p_inbox_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    update public.channel_connections
    set failures = failures + 1,
        paused_until = case
            when failures < 2 then paused_until
            else greatest(paused_until, clock_timestamp() + make_interval(secs => least(5 * 2 ^ least(failures - 2, 10), 60)))
        end
    where inbox_id = p_inbox_id
$function$;

ALTER FUNCTION "private"."note_outage"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.note_recovery(p_inbox_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    with recovered as (
        update public.channel_connections set failures = 0, paused_until = null
        where inbox_id = p_inbox_id and failures > 0
        returning inbox_id
    )
    update private.jobs
    set run_at = clock_timestamp()
    where status = 'queued' and kind = 'deliver_message' and run_at > clock_timestamp()
        and lock in (
            select message.conversation_id::text
            from public.messages as message
            join recovered on recovered.inbox_id = message.inbox_id
            where message.status = 'queued')
$function$;

ALTER FUNCTION "private"."note_recovery"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.outage_wait(p_inbox_id uuid, p_message_id uuid)
 RETURNS double precision
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
    connection public.channel_connections;
begin
    -- One at a time asks, so only one is the first to find out that the provider is back.
    select * into connection from public.channel_connections where inbox_id = p_inbox_id for no key update;
    if connection.paused_until > clock_timestamp() then
        return extract(epoch from connection.paused_until - clock_timestamp());
    end if;
    if exists (
        select from public.messages as other
        where other.inbox_id = p_inbox_id and other.status = 'sending' and other.id <> p_message_id)
    then
        -- Spread, because all that wait here look again; a success calls them earlier.
        return 10 + 10 * random();
    end if;
    return null;
end;
$function$;

ALTER FUNCTION "private"."outage_wait"(uuid, uuid) OWNER TO "postgres";

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
        failures = 0
    where inbox_id = p_inbox_id;
end;
$function$;

CREATE OR REPLACE FUNCTION private.release_expired_jobs()
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    update private.jobs as job
    set status = case when job.attempt - job.waits >= job.max_attempts then 'dead' else 'queued' end,
        lease_until = null,
        worker = null,
        last_error = coalesce(job.last_error, 'the lease ran out'),
        finished_at = case when job.attempt - job.waits >= job.max_attempts then now() end
    where job.id in (
        select expired.id
        from private.jobs as expired
        where expired.status = 'running' and expired.lease_until < clock_timestamp()
        order by expired.id
        limit 500
        for update skip locked
    )
$function$;

CREATE OR REPLACE FUNCTION service.claim_jobs(p_worker text, p_kinds text[], p_limit integer DEFAULT 20, p_lease_seconds integer DEFAULT 60)
 RETURNS TABLE(id bigint, account_id uuid, kind text, payload jsonb, attempt integer, waits integer, max_attempts integer, lock text, created_at timestamp with time zone, request_id text)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
#variable_conflict use_column
begin
    if p_limit not between 1 and 500 or p_lease_seconds not between 1 and 3600 then
        perform private.fail(400, 'invalid_argument', 'Claim 1 to 500 jobs with a lease of 1 to 3600 seconds.');
    end if;
    perform private.release_expired_jobs();
    return query
    with recursive tenant (account_id) as (
        -- The accounts that have work, by hopping through the index instead of reading all jobs.
        (
            select job.account_id from private.jobs as job
            where job.status = 'queued' order by job.account_id limit 1
        )
        union all
        select (
            select job.account_id from private.jobs as job
            where job.status = 'queued' and job.account_id > tenant.account_id
            order by job.account_id limit 1)
        from tenant
        where tenant.account_id is not null
    ),
    turn as (
        -- Fair between accounts: everyone's first job before anyone's second.
        select ready.id, ready.priority,
            row_number() over (partition by tenant.account_id order by ready.priority, ready.id) as turn
        from tenant
        cross join lateral (
            select job.id, job.priority
            from private.jobs as job
            where job.status = 'queued'
                and job.account_id = tenant.account_id
                and job.run_at <= clock_timestamp()
                and job.kind = any (p_kinds)
                and (
                    job.lock is null
                    -- Jobs that share a lock run one at a time, in the order they were added.
                    or not exists (
                        select from private.jobs as other
                        where other.lock = job.lock
                            and (other.status = 'running' or (other.status = 'queued' and other.id < job.id)))
                )
            order by job.priority, job.id
            limit p_limit
        ) as ready
        where tenant.account_id is not null
    ),
    candidate as (
        select job.id
        from private.jobs as job
        join (select turn.id, turn.turn from turn order by turn.turn, turn.priority, turn.id limit p_limit) as chosen
            on chosen.id = job.id
        where job.status = 'queued'
        order by chosen.turn, job.id
        for update of job skip locked
    )
    update private.jobs as job
    set status = 'running',
        attempt = job.attempt + 1,
        worker = p_worker,
        lease_until = clock_timestamp() + make_interval(secs => p_lease_seconds)
    from candidate
    where job.id = candidate.id
    returning job.id, job.account_id, job.kind, job.payload, job.attempt, job.waits, job.max_attempts, job.lock,
        job.created_at, job.request_id;
end;
$function$;

ALTER FUNCTION "service"."claim_jobs"(text, text[], integer, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.fail_delivery(p_conversation_id uuid, p_message_id uuid, p_category text, p_code text, p_text text, p_retry_after_seconds double precision DEFAULT NULL::double precision, p_sent_parts text[] DEFAULT '{}'::text[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

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
        waits = waits + case when p_counts then 0 else 1 end,
        finished_at = case when p_retry_after_seconds is null then now() end
    where id = p_id and attempt = p_attempt and status = 'running'
    returning status
$function$;

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

CREATE OR REPLACE FUNCTION service.record_delivery(p_conversation_id uuid, p_message_id uuid, p_source_ids text[], p_contact_alias text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION service.requeue_job(p_id bigint)
 RETURNS boolean
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with requeued as (
        update private.jobs
        set status = 'queued', waits = attempt, run_at = now(), finished_at = null
        where id = p_id and status = 'dead'
        returning 1
    )
    select exists (select from requeued)
$function$;

ALTER TABLE "private"."jobs" ADD CONSTRAINT "jobs_attempt_check" CHECK (((waits >= 0) AND (attempt >= waits) AND (max_attempts >= 1)));

COMMENT ON COLUMN "private"."jobs"."attempt" IS 'How often it was claimed; the fencing number of the present lease. It never goes back.';

COMMENT ON COLUMN "private"."jobs"."max_attempts" IS 'After so many tries (attempt - waits) it is dead.';

COMMENT ON COLUMN "private"."jobs"."waits" IS 'How many of those claims do not count as tries: nothing was attempted, it only was not its time.';

COMMENT ON COLUMN "public"."channel_connections"."failures" IS 'How many sends in a row it was not there to take.';

COMMENT ON COLUMN "public"."channel_connections"."paused_until" IS 'The provider asked us to slow down, or is down: nothing is sent before.';

COMMENT ON FUNCTION "private"."note_outage"(uuid) IS 'The provider failed to take a message. From the third time in a row the inbox waits 5, 10, 20, 40 and then 60 seconds
     between tries, whoever is next.';

COMMENT ON FUNCTION "private"."note_recovery"(uuid) IS 'The provider took a message: what waited for it goes out now, not when its own schedule would have come round.';

COMMENT ON FUNCTION "private"."outage_wait"(uuid, uuid) IS 'While the provider is down: the seconds this message has to wait, or null when it is the one that tries.';

COMMENT ON FUNCTION "service"."claim_jobs"(text, text[], integer, integer) IS 'Leases up to p_limit jobs of these kinds to a worker: fair between accounts, in order per lock, each to one worker only.';

COMMENT ON FUNCTION "service"."message_to_deliver"(uuid, uuid) IS 'Takes a queued message for sending: everything its adapter needs. Null when there is nothing to send any more; {held} while the
     inbox must be reconnected; {wait: seconds} while the provider wants us slower, is down, or has ten messages in hand; interrupted = an earlier try never reported back.';

REVOKE ALL ON FUNCTION "private"."note_outage"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."note_outage"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."note_outage"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."note_recovery"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."note_recovery"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."note_recovery"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."outage_wait"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."outage_wait"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."outage_wait"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "service"."claim_jobs"(text, text[], integer, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."claim_jobs"(text, text[], integer, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."claim_jobs"(text, text[], integer, integer) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."claim_jobs"(text, text[], integer, integer) TO "service_role";
