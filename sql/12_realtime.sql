-- realtime: how the database speaks to listeners. Topics themselves are guarded in 90_realtime.sql.
--
--   inbox:<inbox id>:<epoch>                 agents of an inbox: compact list deltas, never message bodies
--   team:<team id>:<epoch>                   members of a team: the same of the team's conversations in any inbox
--   conversation:<conversation id>:<epoch>   agents with the conversation open: messages and changes
--   visitor:<contact inbox id>               one visitor: public messages only
--   user:<user id>                           one login: what concerns only them
--
-- A broadcast is a hint; the table is the truth.

create function private.broadcast(p_topic text, p_event text, p_payload jsonb)
returns void
language sql set search_path = ''
as $$
    select realtime.send(p_payload, p_event, p_topic, true)
$$;

comment on function private.broadcast is 'Sends an event to a private topic when the transaction commits.';

create function private.broadcast_all(p_topics text[], p_events text[], p_payloads jsonb[])
returns void
language plpgsql set search_path = ''
as $$
begin
    -- What realtime.send writes, in one statement and one subtransaction: for many listeners that is most of the cost.
    insert into realtime.messages (id, topic, extension, event, private, payload)
    select told.id, told.topic, 'broadcast', told.event, true, jsonb_build_object('id', told.id) || told.payload
    from (
        select gen_random_uuid() as id, one.topic, one.event, one.payload
        from unnest(p_topics, p_events, p_payloads) as one (topic, event, payload)
    ) as told;
exception when others then
    -- It warns, and never raises, where it cannot.
    perform realtime.send(one.payload, one.event, one.topic, true)
    from unnest(p_topics, p_events, p_payloads) as one (topic, event, payload);
end;
$$;

comment on function private.broadcast_all is 'private.broadcast of several events at once: the topic, the event and the payload at each place.';

create function private.tell_access_changed(p_user_id uuid, p_account_id uuid)
returns void
language sql set search_path = ''
as $$
    select private.broadcast(
        'user:' || p_user_id, 'access.changed', jsonb_build_object('account_id', p_account_id))
$$;

comment on function private.tell_access_changed is 'Tells a login that what it may see in an account has changed.';
