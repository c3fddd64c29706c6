-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

DROP FUNCTION "private"."notify"(uuid[], text, public.conversations, uuid, uuid);

CREATE OR REPLACE FUNCTION private.notify(p_user_ids uuid[], p_type text, p_conversation public.conversations, p_message_id uuid, p_actor_user_id uuid, p_happened_at timestamp with time zone DEFAULT NULL::timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
    others constant uuid[] := array_remove(p_user_ids, p_actor_user_id);
    written public.notifications[];
    actor jsonb;
    conversation jsonb;
begin
    if cardinality(others) = 0 or p_type <> 'conversation_mention' and exists (
        select from public.contacts where id = p_conversation.contact_id and blocked)
    then
        return;
    end if;
    -- In key order: two at once cannot wait for one another crosswise.
    with line as (
        insert into public.notifications as old
            (account_id, user_id, notification_type, conversation_id, message_id, actor_user_id)
        select p_conversation.account_id, viewer.user_id, p_type, p_conversation.id, p_message_id, p_actor_user_id
        from unnest(private.viewers(others, p_conversation)) as viewer (user_id)
        on conflict on constraint notifications_conversation_id_user_id_key do update
        set notification_type = excluded.notification_type,
            message_id = excluded.message_id,
            actor_user_id = excluded.actor_user_id,
            read_at = null,
            snoozed_until = null,
            created_at = excluded.created_at
        where p_happened_at is null or old.created_at < p_happened_at
        returning *
    )
    select array_agg(line) into written from line;
    if written is null then
        return;
    end if;
    -- Those who are told differ in little: what is the same for all is put together once.
    actor := private.notified_by(p_actor_user_id);
    conversation := private.notified_of(p_conversation);
    perform private.broadcast_all(
        array_agg('user:' || told.user_id),
        array_agg('notification.created'::text),
        array_agg(jsonb_build_object(
            'notification', private.notification_json(told, actor, conversation),
            'unread_count', private.unread_notifications(told.account_id, told.user_id))))
    from unnest(written) as told;
    perform private.enqueue(
        'send_notification_email',
        jsonb_build_object('notification_id', told.id, 'created_at', told.created_at),
        told.account_id)
    from unnest(written) as told
    join public.notification_settings as setting
        on setting.account_id = told.account_id and setting.user_id = told.user_id
    where p_type = any (setting.email);
end;
$function$;

ALTER FUNCTION "private"."notify"(uuid[], text, public.conversations, uuid, uuid, timestamp with time zone) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.notify_lock(p_conversation_id uuid)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
    select 'notify:' || p_conversation_id
$function$;

ALTER FUNCTION "private"."notify_lock"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.notify_of_conversation()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    actor constant uuid := case when current_setting('role', true) = 'authenticated' then auth.uid() end;
    is_new boolean := tg_op = 'INSERT';
begin
    if new.assignee_id is not null and (is_new or new.assignee_id is distinct from old.assignee_id) then
        perform private.add_participant(new.id, new.assignee_id);
    end if;
    if new.status = 'pending' then
        return null;
    end if;
    -- A new conversation, or one that a bot hands over. What begins resolved concerns nobody.
    if new.status = 'open' and (is_new or (old.status = 'pending' and actor is null)) then
        -- By a job: a line, its index entries and a broadcast for each of many members would make whoever writes wait.
        perform private.enqueue(
            'tell_new_conversation',
            jsonb_build_object('conversation_id', new.id, 'actor_user_id', actor, 'happened_at', clock_timestamp()),
            new.account_id, private.notify_lock(new.id));
    end if;
    if new.assignee_id is not null and (is_new or new.assignee_id is distinct from old.assignee_id) then
        perform private.notify(array[new.assignee_id], 'conversation_assignment', new, null, actor);
    end if;
    return null;
end;
$function$;

CREATE OR REPLACE FUNCTION private.read_notifications(p_account_id uuid, p_conversation_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    read uuid;
begin
    if exists (
        select from private.jobs as job
        where job.lock = private.notify_lock(p_conversation_id) and job.status in ('queued', 'running'))
    then
        -- What a member is about to be told they know by now: a line that is read already keeps the job from telling them.
        insert into public.notifications as line (account_id, user_id, notification_type, conversation_id, read_at)
        select conversation.account_id, member.user_id, 'conversation_creation', conversation.id, now()
        from public.conversations as conversation
        join public.inbox_members as member
            on member.account_id = conversation.account_id and member.inbox_id = conversation.inbox_id
                and member.user_id = auth.uid()
        where conversation.id = p_conversation_id and conversation.assignee_id is distinct from member.user_id
        on conflict on constraint notifications_conversation_id_user_id_key do update
        set created_at = excluded.created_at
        where line.read_at is not null;
    end if;
    update public.notifications
    set read_at = now()
    where conversation_id = p_conversation_id and user_id = auth.uid() and read_at is null
    returning id into read;
    if read is not null then
        perform private.tell_notifications_read(p_account_id, array[read]);
    end if;
end;
$function$;

CREATE OR REPLACE FUNCTION service.tell_new_conversation(p_conversation_id uuid, p_actor_user_id uuid, p_happened_at timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations;
begin
    -- Whoever deletes it waits for us, or we find it gone.
    select * into conversation from public.conversations where id = p_conversation_id for key share;
    if conversation.status is distinct from 'open' then
        return;
    end if;
    perform private.notify(
        array(
            select member.user_id from public.inbox_members as member
            where member.inbox_id = conversation.inbox_id and member.user_id is distinct from conversation.assignee_id),
        'conversation_creation', conversation, null,
        (select actor.id from public.users as actor where actor.id = p_actor_user_id), p_happened_at);
end;
$function$;

ALTER FUNCTION "service"."tell_new_conversation"(uuid, uuid, timestamp with time zone) OWNER TO "postgres";

COMMENT ON FUNCTION "private"."notify"(uuid[], text, public.conversations, uuid, uuid, timestamp with time zone) IS 'Notifies those of these users who are members and see the conversation, but not the actor; of a blocked contact only
     mentions. Writes the rows, tells their screens, and asks for an e-mail where they want one. p_happened_at: when that was
     of which a job tells later; a line that was written since says something newer, or this already, and stays.';

COMMENT ON FUNCTION "private"."notify_lock"(uuid) IS 'The lock of the jobs that tell members of this conversation.';

COMMENT ON FUNCTION "private"."notify_of_conversation"() IS 'Trigger: an assignee follows what they are given and is told; that an inbox''s members are told of a new conversation is a
     job (service.tell_new_conversation).';

COMMENT ON FUNCTION "service"."tell_new_conversation"(uuid, uuid, timestamp with time zone) IS 'Notifies the inbox''s members of a conversation that is new, or that a bot handed over, as it is now: not when it is gone or no
     longer open, nobody who sees it no longer or was given it meanwhile. A second run tells nobody again.';

REVOKE ALL ON FUNCTION "private"."notify"(uuid[], text, public.conversations, uuid, uuid, timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."notify"(uuid[], text, public.conversations, uuid, uuid, timestamp with time zone) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."notify"(uuid[], text, public.conversations, uuid, uuid, timestamp with time zone) TO "postgres";

REVOKE ALL ON FUNCTION "private"."notify_lock"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."notify_lock"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."notify_lock"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "service"."tell_new_conversation"(uuid, uuid, timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."tell_new_conversation"(uuid, uuid, timestamp with time zone) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."tell_new_conversation"(uuid, uuid, timestamp with time zone) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."tell_new_conversation"(uuid, uuid, timestamp with time zone) TO "service_role";
