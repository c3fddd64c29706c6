-- search: one box for conversations, contacts and messages. Definer functions that repeat every rule of visibility, because under row
-- level security only leakproof operators reach an index.

create function private.search_vector(p_content text)
returns tsvector
language sql immutable parallel safe set search_path = ''
as $$
    select to_tsvector('pg_catalog.simple', private.folded(left(p_content, 20000)))
$$;

comment on function private.search_vector is 'The words of a message as search compares them: in any language, without case and accents.';
grant execute on function private.search_vector to authenticated, visitor;

-- Every search reads all of the list of entries that wait to be sorted in, so it is kept short.
create index messages_search_idx on public.messages using gin (account_id, private.search_vector(content))
    with (gin_pending_list_limit = 256)
    where message_type in ('incoming', 'outgoing');

create function private.has_rare_word(p_words tsquery)
returns boolean
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_generic_plan'
as $$
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
$$;

comment on function private.has_rare_word is
    'Whether one of these words is, for all that ANALYZE has seen, in less than every hundredth message; false where it has seen none.';

create function private.search_messages(p_account_id uuid, p_query text, p_cursor jsonb, p_limit int)
returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_generic_plan'
as $$
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
$$;

comment on function private.search_messages is
    'Messages of the last 90 days with these words, newest first, notes included: what the caller sees of them.';

create function private.search_conversations(p_account_id uuid, p_query text, p_cursor jsonb, p_limit int)
returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_custom_plan'
as $$
declare
    needle constant text := btrim(private.folded(p_query));
    number constant bigint := substring(needle from '^#?([0-9]{1,15})$')::bigint;
    inboxes uuid[];
    partial boolean;
    before_at constant timestamptz := coalesce((p_cursor ->> 'at')::timestamptz, 'infinity');
    before_id constant uuid := coalesce((p_cursor ->> 'id')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    ids uuid[];
    cursors jsonb[];
begin
    select coalesce(array_agg(mine.inbox_id) filter (where mine.inbox_id is not null and mine.scope = 'all'), '{}'),
        coalesce(bool_or(mine.scope <> 'all' or mine.team_id is not null), false)
    into inboxes, partial
    from private.visible_scopes(p_account_id) as mine;
    with who as materialized (
        -- Newest first, and enough of them: nobody turns a thousand pages.
        select contact.id
        from public.contacts as contact
        where contact.account_id = p_account_id
            and contact.search_text like private.like_pattern(needle)
        order by contact.id desc
        limit 1000
    ),
    hit as (
        select conversation.id, conversation.last_activity_at
        from public.conversations as conversation
        where conversation.account_id = p_account_id
            and (conversation.display_id = number or conversation.contact_id in (select who.id from who))
            and (conversation.last_activity_at, conversation.id) < (before_at, before_id)
            and (conversation.inbox_id = any (inboxes) or (partial and private.can_see(conversation)))
        order by conversation.last_activity_at desc, conversation.id desc
        limit p_limit + 1
    )
    select array_agg(hit.id order by hit.last_activity_at desc, hit.id desc),
        array_agg(
            jsonb_build_object('at', hit.last_activity_at, 'id', hit.id) order by hit.last_activity_at desc, hit.id desc)
    into ids, cursors
    from hit;
    return jsonb_build_object(
        'rows', private.conversation_rows(ids[1:p_limit]),
        'next_cursor', case when cardinality(ids) > p_limit then cursors[p_limit] end);
end;
$$;

comment on function private.search_conversations is
    'Conversations by their number or by who the contact is, last active first: those the caller sees.';

create function private.search(p_account_id uuid, p_query text, p_kind text, p_cursor jsonb, p_limit int)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    query constant text := btrim(left(p_query, 200));
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
    if coalesce(query, '') = '' or coalesce(p_limit, 0) not between 1 and 50
        or coalesce(p_kind, '') not in ('conversations', 'contacts', 'messages', 'all')
        or (p_kind = 'all' and p_cursor is not null)
    then
        perform private.fail(
            400, 'invalid_argument',
            'query is not empty; kind is conversations, contacts, messages or, without a cursor, all; limit is 1 to 50.');
    end if;
    begin
        perform (p_cursor ->> 'at')::timestamptz, (p_cursor ->> 'id')::uuid;
    exception when others then
        perform private.fail(400, 'invalid_cursor', 'Pass next_cursor back as it was given.');
    end;
    return
        case when p_kind in ('conversations', 'all') then jsonb_build_object(
            'conversations', private.search_conversations(p_account_id, query, p_cursor, p_limit)) else '{}' end
        || case when p_kind in ('contacts', 'all') then jsonb_build_object(
            'contacts', private.contact_list(p_account_id, query, '-last_activity_at', null, p_cursor, p_limit)) else '{}' end
        || case when p_kind in ('messages', 'all') then jsonb_build_object(
            'messages', private.search_messages(p_account_id, query, p_cursor, p_limit)) else '{}' end;
end;
$$;

comment on function private.search is 'See public.search.';
grant execute on function private.search to authenticated;

create function public.search(
    p_account_id uuid, p_query text, p_kind text default 'all', p_cursor jsonb default null, p_limit int default 15
)
returns jsonb
language sql stable set search_path = ''
as $$
    select private.search(p_account_id, p_query, p_kind, p_cursor, p_limit)
$$;

comment on function public.search is
    'What the caller sees of an account: {conversations, contacts, messages}, each {rows, next_cursor}. Conversations by number or contact,
     contacts as contact_list finds them, messages of the last 90 days by their words. With one kind, next_cursor leads to the next page;
     it is null on the last. Fails with account_not_found, invalid_argument, invalid_cursor.';
grant execute on function public.search to authenticated;
