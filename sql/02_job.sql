-- job: work to be done after the transaction that asked for it. Rows written by triggers, drained by workers.
--
-- A job is claimed with a lease by the database's clock. `attempt` is its fencing number: whoever
-- writes back must name the attempt it holds, so a worker that was thought dead cannot undo its successor.

create table private.jobs (
    id bigint generated always as identity primary key,
    account_id uuid not null default '00000000-0000-0000-0000-000000000000',
    kind text not null,
    payload jsonb not null default '{}',
    status text not null default 'queued',
    priority smallint not null default 100,
    run_at timestamptz not null default now(),
    lock text,
    dedupe_key text,
    attempt int not null default 0,
    max_attempts int not null default 8,
    waits int not null default 0,
    lease_until timestamptz,
    worker text,
    last_error text,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    request_id text,
    constraint jobs_kind_check check (kind ~ '^[a-z][a-z_]{1,60}$'),
    constraint jobs_status_check check (status in ('queued', 'running', 'done', 'dead')),
    constraint jobs_lease_check check ((status = 'running') = (lease_until is not null)),
    constraint jobs_attempt_check check (waits >= 0 and attempt >= waits and max_attempts >= 1),
    constraint jobs_payload_check check (octet_length(payload::text) <= 65536)
)
-- Every row is written three times within seconds: dead ones are to go before claims have to step over them.
with (autovacuum_vacuum_scale_factor = 0.01);

comment on table private.jobs is
    'The queue. queued -> running -> done, or back to queued after a failure, or dead when attempts are used up.';
comment on column private.jobs.account_id is 'Whose work it is, for fairness; the zero uuid is the system.';
comment on column private.jobs.priority is 'Lower runs first, inside one account.';
comment on column private.jobs.lock is
    'Jobs with the same lock run one at a time and in the order they were added; a conversation''s id, usually.';
comment on column private.jobs.dedupe_key is
    'At most one job of a kind has this key while its row exists, so asking twice does the work once.';
comment on column private.jobs.request_id is
    'The x-request-id of the request that asked for it, so that its logs and the job''s can be read together.';
comment on column private.jobs.attempt is 'How often it was claimed; the fencing number of the present lease. It never goes back.';
comment on column private.jobs.waits is 'How many of those claims do not count as tries: nothing was attempted, it only was not its time.';
comment on column private.jobs.max_attempts is 'After so many tries (attempt - waits) it is dead.';

create unique index jobs_kind_dedupe_key_key on private.jobs (kind, dedupe_key) where dedupe_key is not null;
-- The second line of defence of the order per lock.
create unique index jobs_running_lock_key on private.jobs (lock) where status = 'running' and lock is not null;
create index jobs_queued_idx on private.jobs (account_id, priority, id) where status = 'queued';
create index jobs_lock_idx on private.jobs (lock, id) where lock is not null and status in ('queued', 'running');
create index jobs_lease_idx on private.jobs (lease_until) where status = 'running';
create index jobs_dead_idx on private.jobs (id) where status = 'dead';
create index jobs_finished_idx on private.jobs (finished_at) where status = 'done';

create function private.request_id()
returns text
language sql stable set search_path = ''
as $$
    -- Of the request that PostgREST serves; a client may send any, so only what looks like an id is kept.
    select substring(
        nullif(current_setting('request.headers', true), '')::json ->> 'x-request-id'
        from '^[A-Za-z0-9._-]{8,64}$')
$$;

comment on function private.request_id is 'The x-request-id of the present request, or null.';

create function private.enqueue(
    p_kind text,
    p_payload jsonb,
    p_account_id uuid default '00000000-0000-0000-0000-000000000000',
    p_lock text default null,
    p_dedupe_key text default null,
    p_run_at timestamptz default now(),
    p_priority int default 100
)
returns void
language sql set search_path = ''
as $$
    insert into private.jobs (kind, payload, account_id, lock, dedupe_key, run_at, priority, request_id)
    values (p_kind, p_payload, p_account_id, p_lock, p_dedupe_key, p_run_at, p_priority, private.request_id())
    on conflict (kind, dedupe_key) where dedupe_key is not null do nothing
$$;

comment on function private.enqueue is
    'Adds a job in the caller''s transaction: it exists exactly when what asked for it exists.';

create function private.release_expired_jobs()
returns void
language sql set search_path = ''
as $$
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
$$;

comment on function private.release_expired_jobs is 'Gives back the jobs whose worker stopped answering.';

create function service.claim_jobs(
    p_worker text,
    p_kinds text[],
    p_limit int default 20,
    p_lease_seconds int default 60
)
returns table (
    id bigint, account_id uuid, kind text, payload jsonb, attempt int, waits int, max_attempts int, lock text,
    created_at timestamptz, request_id text
)
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    tenants uuid[];
    share int;
    chosen bigint[];
begin
    if p_limit not between 1 and 500 or p_lease_seconds not between 1 and 3600 then
        perform private.fail(400, 'invalid_argument', 'Claim 1 to 500 jobs with a lease of 1 to 3600 seconds.');
    end if;
    perform private.release_expired_jobs();
    tenants := array(
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
        )
        select tenant.account_id from tenant where tenant.account_id is not null);
    -- An equal share of each account is enough where all have as much to do; else as many of each as are asked for.
    foreach share in array array[(p_limit - 1) / greatest(cardinality(tenants), 1) + 1, p_limit] loop
        chosen := array(
            -- Fair between accounts: everyone's first job before anyone's second.
            select ready.id
            from unnest(tenants) as tenant (account_id)
            cross join lateral (
                select job.id, job.priority, row_number() over (order by job.priority, job.id) as turn
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
                limit share
            ) as ready
            order by ready.turn, ready.priority, ready.id
            limit p_limit);
        exit when cardinality(chosen) = p_limit;
    end loop;
    return query
    with candidate as (
        select job.id
        from unnest(chosen) with ordinality as wanted (id, place)
        join private.jobs as job on job.id = wanted.id
        where job.status = 'queued'
        order by wanted.place
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
$$;

comment on function service.claim_jobs is
    'Leases up to p_limit jobs of these kinds to a worker: fair between accounts, in order per lock, each to one worker only.';

create function service.finish_jobs(p_jobs jsonb)
returns int
language sql security definer set search_path = ''
as $$
    with finished as (
        update private.jobs as job
        set status = 'done', lease_until = null, last_error = null, finished_at = now()
        from jsonb_to_recordset(p_jobs) as given (id bigint, attempt int)
        where job.id = given.id and job.attempt = given.attempt and job.status = 'running'
        returning 1
    )
    select count(*)::int from finished
$$;

comment on function service.finish_jobs is
    'Marks jobs done: p_jobs = [{"id", "attempt"}]. Returns how many; a job whose lease went to someone else is not counted.';

create function service.fail_job(
    p_id bigint,
    p_attempt int,
    p_error text,
    p_retry_after_seconds double precision default null,
    p_counts boolean default true
)
returns text
language sql security definer set search_path = ''
as $$
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
$$;

comment on function service.fail_job is
    'Gives a job back after a failure: to be tried again in so many seconds, or dead when null. p_counts: whether
     that used up one of its attempts. Null when the lease was lost.';

create function service.heartbeat_jobs(p_jobs jsonb, p_lease_seconds int default 60)
returns bigint[]
language sql security definer set search_path = ''
as $$
    with held as (
        update private.jobs as job
        set lease_until = clock_timestamp() + make_interval(secs => p_lease_seconds)
        from jsonb_to_recordset(p_jobs) as given (id bigint, attempt int)
        where job.id = given.id and job.attempt = given.attempt and job.status = 'running'
        returning job.id
    )
    select coalesce(array_agg(held.id), '{}') from held
$$;

comment on function service.heartbeat_jobs is
    'Prolongs leases: p_jobs = [{"id", "attempt"}]. Returns the ids still held; stop working on the others.';

create function service.requeue_job(p_id bigint)
returns boolean
language sql security definer set search_path = ''
as $$
    with requeued as (
        update private.jobs
        set status = 'queued', waits = attempt, run_at = now(), finished_at = null
        where id = p_id and status = 'dead'
        returning 1
    )
    select exists (select from requeued)
$$;

comment on function service.requeue_job is 'Replays a dead job. False when there is no dead job of this id.';

create function service.purge_jobs(p_older_than interval default '1 day')
returns int
language sql security definer set search_path = ''
as $$
    with purged as (
        delete from private.jobs
        where id in (
            select id from private.jobs
            where status = 'done' and finished_at < now() - p_older_than
            order by finished_at
            limit 10000
        )
        returning 1
    )
    select count(*)::int from purged
$$;

comment on function service.purge_jobs is 'Removes old finished jobs, at most 10,000 a call. Dead ones stay longer, for somebody to look: see service.purge_dead_letters.';

create function service.job_stats()
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'queued', count(*) filter (where status = 'queued'),
        'running', count(*) filter (where status = 'running'),
        'dead', count(*) filter (where status = 'dead'),
        'oldest_due_seconds', coalesce(
            extract(epoch from now() - min(run_at) filter (where status = 'queued' and run_at <= now())), 0))
    from private.jobs
    where status <> 'done'
$$;

comment on function service.job_stats is 'How the queue is doing; alarm on oldest_due_seconds, not on length.';

-- Chores that come with time. Whoever takes one first does it; the others find it taken.

create table private.chores (
    name text primary key,
    taken_at timestamptz not null,
    taken_by text not null default '',
    constraint chores_name_check check (name ~ '^[a-z][a-z_]{1,60}$')
);

comment on table private.chores is 'When each timed chore was last taken, by the database''s clock; see service.take_chore.';

create function service.take_chore(p_name text, p_every_seconds int, p_worker text default '')
returns boolean
language sql security definer set search_path = ''
as $$
    with taken as (
        insert into private.chores as chore (name, taken_at, taken_by)
        values (p_name, clock_timestamp(), left(p_worker, 200))
        on conflict (name) do update
        set taken_at = excluded.taken_at, taken_by = excluded.taken_by
        -- A second's grace: a scheduler that calls each minute is never quite on time.
        where chore.taken_at <= clock_timestamp() - make_interval(secs => p_every_seconds - 1)
        returning 1
    )
    select exists (select from taken)
$$;

comment on function service.take_chore is
    'Whether the caller is the one to do this chore now: true once in so many seconds, whoever asks and however often.';

create function service.dead_jobs(p_before_id bigint default null, p_limit int default 50)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object('rows', coalesce(jsonb_agg(to_jsonb(dead) order by dead.id desc), '[]'))
    from (
        select job.id, job.kind, job.account_id, job.payload, job.attempt, job.last_error, job.created_at,
            job.finished_at, job.request_id
        from private.jobs as job
        where job.status = 'dead' and job.id < coalesce(p_before_id, 9223372036854775807)
        order by job.id desc
        limit least(greatest(p_limit, 1), 500)
    ) as dead
$$;

comment on function service.dead_jobs is 'The dead letters, newest first: {rows}. Pass the last id for the next page; replay with service.requeue_job.';
