-- outage: what happens while a provider is down. Each message is tried again on its own schedule, and the
-- inbox as a whole holds its breath (a circuit breaker), so that a provider that struggles is not asked by everyone at once.

create function private.note_outage(p_inbox_id uuid)
returns void
language sql set search_path = ''
as $$
    update public.channel_connections
    set failures = failures + 1,
        paused_until = case
            when failures < 2 then paused_until
            else greatest(paused_until, clock_timestamp() + make_interval(secs => least(5 * 2 ^ least(failures - 2, 10), 60)))
        end
    where inbox_id = p_inbox_id
$$;

comment on function private.note_outage is
    'The provider failed to take a message. From the third time in a row the inbox waits 5, 10, 20, 40 and then 60 seconds
     between tries, whoever is next.';

create function private.outage_wait(p_inbox_id uuid, p_message_id uuid)
returns double precision
language plpgsql set search_path = ''
as $$
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
$$;

comment on function private.outage_wait is
    'While the provider is down: the seconds this message has to wait, or null when it is the one that tries.';

create function private.note_recovery(p_inbox_id uuid)
returns void
language sql set search_path = ''
as $$
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
$$;

comment on function private.note_recovery is
    'The provider took a message: what waited for it goes out now, not when its own schedule would have come round.';
