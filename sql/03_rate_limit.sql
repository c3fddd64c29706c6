-- rate_limit: token buckets, shared by all servers because they live here.

create table private.rate_limits (
    key text primary key,
    tokens double precision not null,
    taken_at timestamptz not null,
    constraint rate_limits_key_check check (char_length(key) <= 200)
) with (fillfactor = 70);

comment on table private.rate_limits is 'One token bucket per key; see private.take.';

create function private.take(p_key text, p_capacity double precision, p_per_second double precision)
returns void
language plpgsql set search_path = ''
as $$
declare
    remaining double precision;
begin
    insert into private.rate_limits as bucket (key, tokens, taken_at)
    values (p_key, p_capacity - 1, clock_timestamp())
    on conflict (key) do update
    set tokens = least(
            p_capacity,
            bucket.tokens + extract(epoch from clock_timestamp() - bucket.taken_at) * p_per_second) - 1,
        taken_at = clock_timestamp()
    where least(
            p_capacity,
            bucket.tokens + extract(epoch from clock_timestamp() - bucket.taken_at) * p_per_second) >= 1
    returning tokens into remaining;
    if remaining is null then
        perform private.fail(
            429, 'too_many_requests', 'Too many requests in a short time.',
            format('Try again in %s seconds.', ceil(1 / p_per_second)));
    end if;
end;
$$;

comment on function private.take is
    'Takes one token of the bucket, or fails with 429 too_many_requests. Capacity = burst; per_second = refill.';

create function service.purge_rate_limits()
returns int
language sql security definer set search_path = ''
as $$
    with purged as (
        -- A bucket that nobody asked of for a day is full again, whatever its size.
        delete from private.rate_limits where taken_at < now() - interval '1 day' returning 1
    )
    select count(*)::int from purged
$$;

comment on function service.purge_rate_limits is 'Forgets the buckets that have filled up again.';
