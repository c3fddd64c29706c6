-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

CREATE OR REPLACE FUNCTION private.has_rare_word(p_words tsquery)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
    -- Alternatives and exclusions may match much, whatever their words.
    return p_words::text !~ '[|!]' and exists (
        select
        from pg_catalog.pg_stats as stats
        where stats.schemaname = 'public'
            and stats.tablename = 'messages_search_idx'
            and stats.attname = 'search_vector'
            and not tsvector_to_array(to_tsvector('pg_catalog.simple', p_words::text))
                <@ array(
                    select common.word
                    from unnest(stats.most_common_elems::text::text[], stats.most_common_elem_freqs) as common (word, share)
                    where common.share >= 0.01));
end;
$function$;

CREATE OR REPLACE FUNCTION private.search_messages(p_account_id uuid, p_query text, p_cursor jsonb, p_limit integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
    words constant tsquery := websearch_to_tsquery('pg_catalog.simple', private.folded(p_query));
    rare constant boolean := private.has_rare_word(words);
    inboxes uuid[];
    partial boolean;
    before_at constant timestamptz := coalesce((p_cursor ->> 'at')::timestamptz, 'infinity');
    before_id constant uuid := coalesce((p_cursor ->> 'id')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    found public.messages[];
    newest int;
begin
    if numnode(words) = 0 then
        return jsonb_build_object('rows', '[]'::jsonb, 'next_cursor', null);
    end if;
    select coalesce(array_agg(mine.inbox_id) filter (where mine.inbox_id is not null and mine.scope = 'all'), '{}'),
        coalesce(bool_or(mine.scope <> 'all' or mine.team_id is not null), false)
    into inboxes, partial
    from private.visible_scopes(p_account_id) as mine;
    -- A common word stands in the newest messages already, or in some more of them; a rare one is found by its index.
    -- Sorting all the places of a common word would take seconds, and reading the newest messages in vain takes many
    -- times what a rare one costs.
    foreach newest in array case when rare then '{}' else array[400, 5000] end loop
        found := array(
            select recent
            from (
                select message.*
                from public.messages as message
                where message.account_id = p_account_id
                    and message.message_type in ('incoming', 'outgoing')
                    and message.created_at > now() - interval '90 days'
                    and (message.created_at, message.id) < (before_at, before_id)
                order by message.created_at desc, message.id desc
                limit newest
            ) as recent
            where recent.deleted_at is null
                -- private.search_vector, which its index asks for, written out where no index helps: calling it costs
                -- several times what it does.
                and to_tsvector('pg_catalog.simple', lower(extensions.unaccent(
                    'extensions.unaccent'::regdictionary, left(recent.content, 20000)))) @@ words
                and (recent.inbox_id = any (inboxes)
                    or (partial and private.can_see_conversation(recent.conversation_id)))
            order by recent.created_at desc, recent.id desc
            limit p_limit + 1);
        exit when cardinality(found) > p_limit;
    end loop;
    if found is null or cardinality(found) <= p_limit then
        found := array(
            with place as materialized (
                select message.*
                from public.messages as message
                where message.account_id = p_account_id
                    and message.message_type in ('incoming', 'outgoing')
                    and private.search_vector(message.content) @@ words
            )
            select place
            from place
            where place.created_at > now() - interval '90 days'
                and (place.created_at, place.id) < (before_at, before_id)
                and place.deleted_at is null
                and (place.inbox_id = any (inboxes)
                    or (partial and private.can_see_conversation(place.conversation_id)))
            order by place.created_at desc, place.id desc
            limit p_limit + 1);
    end if;
    return jsonb_build_object(
        'rows', (
            select coalesce(jsonb_agg(
                jsonb_build_object(
                    'id', hit.id,
                    'conversation_id', hit.conversation_id,
                    'display_id', conversation.display_id,
                    'inbox_id', hit.inbox_id,
                    'message_type', hit.message_type,
                    'private', hit.private,
                    'content', left(hit.content, 300),
                    'created_at', hit.created_at,
                    'sender', private.sender_json(hit.sender_user_id, hit.sender_contact_id, hit.inbox_id))
                order by hit.created_at desc, hit.id desc), '[]')
            from unnest(found[1:p_limit]) as hit
            join public.conversations as conversation on conversation.id = hit.conversation_id),
        'next_cursor', case when cardinality(found) > p_limit then
            jsonb_build_object('at', (found[p_limit]).created_at, 'id', (found[p_limit]).id) end);
end;
$function$;

COMMENT ON FUNCTION "private"."has_rare_word"(tsquery) IS 'Whether one of these words is, for all that ANALYZE has seen, in less than every hundredth message; false where it has seen none.';
