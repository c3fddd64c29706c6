-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

DROP FUNCTION "private"."message_json"(public.messages);

DROP FUNCTION "private"."scopes_of"(uuid);

DROP FUNCTION "private"."visitor_message_json"(public.messages);

CREATE OR REPLACE FUNCTION private.conversation_rows(p_ids uuid[])
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce(jsonb_agg(
        jsonb_build_object(
            'id', conversation.id,
            'account_id', conversation.account_id,
            'display_id', conversation.display_id,
            'inbox_id', conversation.inbox_id,
            'status', conversation.status,
            'priority', conversation.priority,
            'assignee_id', conversation.assignee_id,
            'team_id', conversation.team_id,
            'labels', to_jsonb(conversation.labels),
            'snoozed_until', conversation.snoozed_until,
            'waiting_since', conversation.waiting_since,
            'first_reply_created_at', conversation.first_reply_created_at,
            'last_activity_at', conversation.last_activity_at,
            'created_at', conversation.created_at,
            'unread_count', conversation.unread_count,
            'last_seq', conversation.last_seq,
            'preview', conversation.preview,
            'custom_attributes', conversation.custom_attributes,
            'contact', jsonb_build_object(
                'id', contact.id,
                'name', contact.name,
                'email', contact.email,
                'phone_number', contact.phone_number,
                'avatar_url', contact.avatar_url,
                'identified', contact.identified,
                'blocked', contact.blocked),
            -- private.conversation_topic, written out: calling it for every row costs more than all the rest.
            'topic', 'conversation:' || conversation.id || ':' || (inbox.epoch + conversation.epoch))
        order by wanted.position), '[]')
    from unnest(p_ids) with ordinality as wanted (id, position)
    join public.conversations as conversation on conversation.id = wanted.id
    join public.contacts as contact on contact.id = conversation.contact_id
    join public.inboxes as inbox on inbox.id = conversation.inbox_id
$function$;

CREATE OR REPLACE FUNCTION private.message_changes(p_conversation_id uuid, p_after_seq bigint)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
    page jsonb;
    found_rows int;
begin
    -- A thread has few senders: each is looked up once, not once per message.
    with page_message as materialized (
        select *
        from public.messages
        where conversation_id = p_conversation_id and updated_seq > coalesce(p_after_seq, 0)
        order by updated_seq
        limit 201
    ),
    sender as materialized (
        select distinct on (one.sender_user_id, one.sender_contact_id)
            one.sender_user_id, one.sender_contact_id, private.message_sender(one) as json
        from page_message as one
    )
    select jsonb_agg(private.message_json(message, sender.json) order by message.seq), count(*)
    into page, found_rows
    from page_message as message
    join sender
        on sender.sender_user_id is not distinct from message.sender_user_id
        and sender.sender_contact_id is not distinct from message.sender_contact_id;
    return jsonb_build_object(
        'messages', case when found_rows > 200 then '[]' else coalesce(page, '[]') end,
        'reset', found_rows > 200,
        'last_seq', conversation.last_seq,
        'topic', private.topic_of(conversation));
end;
$function$;

CREATE OR REPLACE FUNCTION private.message_json(p_message public.messages, p_sender jsonb DEFAULT NULL::jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    return jsonb_build_object(
        'id', p_message.id,
        'conversation_id', p_message.conversation_id,
        'seq', p_message.seq,
        'updated_seq', p_message.updated_seq,
        'message_type', p_message.message_type,
        'content_type', p_message.content_type,
        'content', p_message.content,
        'content_attributes', p_message.content_attributes,
        'private', p_message.private,
        'status', p_message.status,
        'sender', coalesce(p_sender, private.message_sender(p_message)),
        'attachments', case when p_message.attachments_at is null then '[]'
            else private.attachments_json(p_message) end,
        'created_at', p_message.created_at,
        'edited_at', p_message.edited_at,
        'deleted_at', p_message.deleted_at);
end;
$function$;

ALTER FUNCTION "private"."message_json"(public.messages, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.message_page(p_conversation_id uuid, p_before_seq bigint, p_limit integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
    page jsonb;
    first_seq bigint;
begin
    if coalesce(p_limit, 0) not between 1 and 200 then
        perform private.fail(400, 'invalid_argument', 'limit is 1 to 200.');
    end if;
    -- A thread has few senders: each is looked up once, not once per message.
    with page_message as materialized (
        select *
        from public.messages
        where conversation_id = p_conversation_id
            and seq < coalesce(p_before_seq, 9223372036854775807)
        order by seq desc
        limit p_limit
    ),
    sender as materialized (
        select distinct on (one.sender_user_id, one.sender_contact_id)
            one.sender_user_id, one.sender_contact_id, private.message_sender(one) as json
        from page_message as one
    )
    select jsonb_agg(private.message_json(message, sender.json) order by message.seq), min(message.seq)
    into page, first_seq
    from page_message as message
    join sender
        on sender.sender_user_id is not distinct from message.sender_user_id
        and sender.sender_contact_id is not distinct from message.sender_contact_id;
    return jsonb_build_object(
        'messages', coalesce(page, '[]'),
        'has_more', exists (
            select from public.messages where conversation_id = p_conversation_id and seq < first_seq),
        'last_seq', conversation.last_seq,
        'topic', private.topic_of(conversation));
end;
$function$;

CREATE OR REPLACE FUNCTION private.scopes_of(p_user_id uuid)
 RETURNS TABLE(account_id uuid, inbox_id uuid, team_id uuid, scope text)
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
    -- In PL/pgSQL, which keeps its plan: making one takes several times as long as running it, and every policy asks.
    return query
    with membership as (
        select member.account_id, member.role, private.conversation_scope(member.role, custom.permissions) as scope
        from public.account_users as member
        join public.accounts as account on account.id = member.account_id and account.status = 'active'
        left join public.custom_roles as custom on custom.id = member.custom_role_id
        where member.user_id = p_user_id
    )
    select membership.account_id, inbox.id, null::uuid, membership.scope
    from membership
    join public.inboxes as inbox on inbox.account_id = membership.account_id and inbox.deleted_at is null
    where membership.role = 'administrator'
    union all
    select membership.account_id, member.inbox_id, null, membership.scope
    from membership
    join public.inbox_members as member
        on member.account_id = membership.account_id and member.user_id = p_user_id
    where membership.role <> 'administrator' and membership.scope is not null
    union all
    select membership.account_id, null, member.team_id, membership.scope
    from membership
    join public.team_members as member
        on member.account_id = membership.account_id and member.user_id = p_user_id
    where membership.role <> 'administrator' and membership.scope is not null;
end;
$function$;

ALTER FUNCTION "private"."scopes_of"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.search_messages(p_account_id uuid, p_query text, p_cursor jsonb, p_limit integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
declare
    words constant tsquery := websearch_to_tsquery('pg_catalog.simple', private.folded(p_query));
    inboxes uuid[];
    partial boolean;
    before_at constant timestamptz := coalesce((p_cursor ->> 'at')::timestamptz, 'infinity');
    before_id constant uuid := coalesce((p_cursor ->> 'id')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    page jsonb[];
    among text;
begin
    if numnode(words) = 0 then
        return jsonb_build_object('rows', '[]'::jsonb, 'next_cursor', null);
    end if;
    select coalesce(array_agg(mine.inbox_id) filter (where mine.inbox_id is not null and mine.scope = 'all'), '{}'),
        coalesce(bool_or(mine.scope <> 'all' or mine.team_id is not null), false)
    into inboxes, partial
    from private.visible_scopes(p_account_id) as mine;
    -- A common word stands in the newest messages already; a rare one is found by its index. Sorting all the places of
    -- a common word would take a second.
    foreach among in array array['order by message.created_at desc, message.id desc limit 400', ''] loop
        execute format(
            $query$
            select array_agg(to_jsonb(hit) order by hit.created_at desc, hit.id desc)
            from (
                select found.id, found.conversation_id, conversation.display_id, found.inbox_id, found.message_type,
                    found.private, left(found.content, 300) as content, found.created_at,
                    private.message_sender(found) as sender
                from (
                    select recent.*
                    from (
                        select message.*
                        from public.messages as message
                        where message.account_id = $1
                            and message.message_type in ('incoming', 'outgoing')
                            and message.created_at > now() - interval '90 days'
                            and (message.created_at, message.id) < ($3, $4)
                            %s
                    ) as recent
                    where recent.deleted_at is null
                        and %s @@ $2
                        and (recent.inbox_id = any ($5)
                            or ($6 and private.can_see_conversation(recent.conversation_id)))
                    order by recent.created_at desc, recent.id desc
                    limit $7
                ) as picked
                join public.messages as found
                    on found.conversation_id = picked.conversation_id and found.id = picked.id
                join public.conversations as conversation on conversation.id = found.conversation_id
            ) as hit
            $query$,
            among,
            -- private.search_vector, which its index asks for, written out where no index helps: calling it costs
            -- several times what it does.
            case when among = '' then 'private.search_vector(recent.content)'
                else $words$to_tsvector('pg_catalog.simple', lower(extensions.unaccent(
                    'extensions.unaccent'::regdictionary, left(recent.content, 20000))))$words$ end)
        into page
        using p_account_id, words, before_at, before_id, inboxes, partial, p_limit + 1;
        exit when cardinality(page) > p_limit;
    end loop;
    return jsonb_build_object(
        'rows', coalesce(to_jsonb(page[1:p_limit]), '[]'),
        'next_cursor', case when cardinality(page) > p_limit then
            jsonb_build_object('at', page[p_limit] -> 'created_at', 'id', page[p_limit] -> 'id') end);
end;
$function$;

CREATE OR REPLACE FUNCTION private.tell_conversation_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    inbox public.inboxes;
    tracked constant text[] := array[
        'status', 'assignee_id', 'team_id', 'priority', 'labels', 'snoozed_until', 'custom_attributes',
        'contact_id', 'waiting_since', 'first_reply_created_at'];
    visibly_changed constant boolean :=
        (new.status, new.assignee_id, new.team_id, new.priority, new.labels, new.snoozed_until, new.custom_attributes,
            new.contact_id)
        is distinct from
        (old.status, old.assignee_id, old.team_id, old.priority, old.labels, old.snoozed_until, old.custom_attributes,
            old.contact_id);
    before jsonb;
    after jsonb;
    changed jsonb;
begin
    select * into inbox from public.inboxes where id = new.inbox_id;
    if inbox.id is null then
        return null;
    end if;

    if (old.last_seq, old.unread_count, old.last_activity_at)
        is distinct from (new.last_seq, new.unread_count, new.last_activity_at)
    then
        perform private.broadcast(
            private.inbox_topic(new.inbox_id, inbox.epoch),
            'conversation.changed',
            private.conversation_delta(new));
    end if;

    if visibly_changed then
        -- The change itself is number old + 1, also when a message in the same update takes the next one.
        perform private.broadcast(
            private.conversation_topic(new.id, inbox.epoch + new.epoch),
            'conversation.updated',
            jsonb_build_object(
                'seq', old.last_seq + 1,
                'conversation_id', new.id,
                'conversation', private.conversation_row(new.id)));
    end if;

    if new.status is distinct from old.status then
        perform private.broadcast(
            'visitor:' || new.contact_inbox_id,
            'conversation.updated',
            jsonb_build_object(
                'seq', old.last_visitor_seq + 1,
                'conversation_id', new.id,
                'status', new.status,
                'can_reply', private.can_visitor_reply(new)));
    end if;

    if visibly_changed
        or old.waiting_since is distinct from new.waiting_since
        or old.first_reply_created_at is distinct from new.first_reply_created_at
    then
        before := to_jsonb(old);
        after := to_jsonb(new);
        select jsonb_object_agg(field, jsonb_build_array(before -> field, after -> field))
        into changed
        from unnest(tracked) as field
        where before -> field is distinct from after -> field;
        perform private.record_event(
            new.account_id, 'conversation.updated', new.id, jsonb_build_object('changed', changed));
    end if;
    if new.status is distinct from old.status then
        perform private.record_event(
            new.account_id,
            case new.status when 'resolved' then 'conversation.resolved'
                when 'open' then 'conversation.opened' else 'conversation.status_changed' end,
            new.id,
            jsonb_build_object('status', jsonb_build_array(old.status, new.status)));
    end if;
    if old.status = 'pending' and new.status = 'open' and private.actor() ->> 'type' = 'system' then
        perform private.record_event(new.account_id, 'conversation.bot_handoff', new.id, '{}');
    end if;
    if old.first_reply_created_at is null and new.first_reply_created_at is not null then
        perform private.record_event(
            new.account_id, 'first_reply.created', new.id,
            jsonb_build_object(
                'seconds', extract(epoch from new.first_reply_created_at - new.created_at)));
    elsif old.waiting_since is not null and new.waiting_since is null and new.status = old.status then
        perform private.record_event(
            new.account_id, 'reply.created', new.id,
            jsonb_build_object('seconds', extract(epoch from new.last_activity_at - old.waiting_since)));
    end if;
    return null;
end;
$function$;

CREATE OR REPLACE FUNCTION private.tell_message_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    sender constant jsonb := private.message_sender(new);
    conversation public.conversations;
begin
    select * into conversation from public.conversations where id = new.conversation_id;
    perform private.broadcast(
        private.topic_of(conversation),
        'message.updated',
        jsonb_build_object(
            'seq', new.updated_seq, 'conversation_id', new.conversation_id, 'message', private.message_json(new, sender)));
    if new.visitor_seq is not null then
        perform private.broadcast(
            'visitor:' || conversation.contact_inbox_id,
            'message.updated',
            jsonb_build_object(
                'seq', new.visitor_seq,
                'conversation_id', new.conversation_id,
                'message', private.visitor_message_json(new, sender)));
    end if;
    perform private.record_event(
        new.account_id, 'message.updated', new.conversation_id, jsonb_build_object('message_id', new.id));
    return null;
end;
$function$;

CREATE OR REPLACE FUNCTION private.tell_message_created()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    sender constant jsonb := private.message_sender(new);
    conversation public.conversations;
    inbox public.inboxes;
begin
    select * into conversation from public.conversations where id = new.conversation_id;
    select * into inbox from public.inboxes where id = new.inbox_id;
    perform private.broadcast(
        private.conversation_topic(new.conversation_id, inbox.epoch + conversation.epoch),
        'message.created',
        jsonb_build_object(
            'seq', new.seq, 'conversation_id', new.conversation_id, 'message', private.message_json(new, sender)));
    if new.visitor_seq is not null then
        perform private.broadcast(
            'visitor:' || conversation.contact_inbox_id,
            'message.created',
            jsonb_build_object(
                'seq', new.visitor_seq,
                'conversation_id', new.conversation_id,
                'message', private.visitor_message_json(new, sender)));
    end if;
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
$function$;

CREATE OR REPLACE FUNCTION private.visible_scopes(p_account_id uuid)
 RETURNS TABLE(inbox_id uuid, team_id uuid, scope text)
 LANGUAGE sql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select mine.inbox_id, mine.team_id, mine.scope
    from private.scopes_of((select auth.uid())) as mine
    where mine.account_id = p_account_id
$function$;

CREATE OR REPLACE FUNCTION private.visitor_message_json(p_message public.messages, p_sender jsonb DEFAULT NULL::jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    return jsonb_build_object(
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
        'sender', coalesce(p_sender, private.message_sender(p_message)) - 'id',
        'attachments', case when p_message.attachments_at is null then '[]'
            else private.attachments_json(p_message) end,
        'created_at', p_message.created_at,
        'edited_at', p_message.edited_at);
end;
$function$;

ALTER FUNCTION "private"."visitor_message_json"(public.messages, jsonb) OWNER TO "postgres";

COMMENT ON FUNCTION "private"."message_json"(public.messages, jsonb) IS 'A message as agents get it, from functions and broadcasts alike. p_sender: its private.message_sender, where that is known already.';

COMMENT ON FUNCTION "private"."scopes_of"(uuid) IS 'The one source of who sees which conversation: per inbox or team (the other is null) of this user, all of it,
     or only unassigned (those of nobody and their own), or only participating (their own and those they take part in).
     No row, no conversation. Everything below and private.sees ask this.';

COMMENT ON FUNCTION "private"."visitor_message_json"(public.messages, jsonb) IS 'A message as its visitor gets it, from functions and broadcasts alike. p_sender as in private.message_json.';

REVOKE ALL ON FUNCTION "private"."message_json"(public.messages, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."message_json"(public.messages, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."message_json"(public.messages, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."scopes_of"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."scopes_of"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."scopes_of"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."visitor_message_json"(public.messages, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."visitor_message_json"(public.messages, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."visitor_message_json"(public.messages, jsonb) TO "postgres";
