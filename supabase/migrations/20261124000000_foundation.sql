-- The first state of the database: the files of sql/ as they were, in order.

-- ---- 00_setup.sql

-- setup: the schemas, the roles, what everyone may do by default (nothing), and two helpers of all tables.

create extension if not exists pg_trgm with schema extensions;
create extension if not exists btree_gin with schema extensions;
create extension if not exists unaccent with schema extensions;
create extension if not exists citext with schema extensions;
create extension if not exists vector with schema extensions;

create schema service;
create schema private;

comment on schema service is
    'What our own servers may call, with the service key. Exposed through the API to service_role only.';
comment on schema private is
    'Helpers of policies and triggers, and tables that no client ever sees. Not exposed through the API.';

-- Deny by default: each grant below stands beside the object it opens.
alter default privileges revoke execute on functions from public;
alter default privileges in schema public
    revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public
    revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public
    revoke all on functions from anon, authenticated, service_role;
-- Operators' own scripts may read with the service key; effects go through functions.
alter default privileges in schema public
    grant select on tables to service_role;
alter default privileges in schema service
    grant execute on functions to service_role;

-- Visitors are another principal than agents. The role inherits anon only so that Supabase's own
-- grants (usage of realtime, auth.uid()) reach it; we grant nothing to anon ourselves.
do $$
begin
    if not exists (select from pg_roles where rolname = 'visitor') then
        create role visitor nologin inherit;
    end if;
end;
$$;
grant anon to visitor;
grant visitor to authenticator;
alter role visitor set statement_timeout = '3s';

grant usage on schema service to service_role;
-- Policies call helpers as the asking role, so it must be able to name the schema.
grant usage on schema private to authenticated, visitor, service_role;
grant usage on schema public to visitor;

create function private.uuid_v7(at timestamptz default clock_timestamp())
returns uuid
language sql volatile parallel safe set search_path = ''
as $$
    -- A random UUID whose first eight bytes are 48 bits of milliseconds, the version (7), and 12 bits of the millisecond's part:
    -- rows of one statement keep their order.
    select encode(
        overlay(
            uuid_send(gen_random_uuid())
            placing int8send(micros / 1000 << 16 | 28672 | micros % 1000 * 4096 / 1000)
            from 1 for 8),
        'hex')::uuid
    from (select floor(extract(epoch from at) * 1000000)::bigint as micros) as time
$$;

comment on function private.uuid_v7 is
    'A time-ordered UUID (RFC 9562, version 7), also for rows of the past. Our own, because Postgres has it from 18 on.';
grant execute on function private.uuid_v7 to authenticated, visitor, service_role;

create function private.set_updated_at()
returns trigger
language plpgsql set search_path = ''
as $$
begin
    new.updated_at := now();
    return new;
end;
$$;

comment on function private.set_updated_at is 'Trigger: stamps updated_at on every update.';

-- ---- 01_error.sql

-- error: one way to fail, the same for every caller.

create function private.fail(
    status int,
    code text,
    message text,
    hint text default null,
    details text default null
)
returns void
language plpgsql set search_path = ''
as $$
begin
    raise sqlstate 'PGRST' using
        message = json_build_object(
            'code', code, 'message', message, 'details', details, 'hint', hint)::text,
        detail = json_build_object('status', status, 'headers', '{}'::json)::text;
end;
$$;

comment on function private.fail is
    'Raises the one error shape {code, message, details, hint} with an HTTP status. code is stable; message is for people.';
grant execute on function private.fail to authenticated, visitor, service_role;

-- ---- 02_job.sql

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
    lease_until timestamptz,
    worker text,
    last_error text,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    constraint jobs_kind_check check (kind ~ '^[a-z][a-z_]{1,60}$'),
    constraint jobs_status_check check (status in ('queued', 'running', 'done', 'dead')),
    constraint jobs_lease_check check ((status = 'running') = (lease_until is not null)),
    constraint jobs_attempt_check check (attempt >= 0 and max_attempts between 1 and 100),
    constraint jobs_payload_check check (octet_length(payload::text) <= 65536)
);

comment on table private.jobs is
    'The queue. queued -> running -> done, or back to queued after a failure, or dead when attempts are used up.';
comment on column private.jobs.account_id is 'Whose work it is, for fairness; the zero uuid is the system.';
comment on column private.jobs.priority is 'Lower runs first, inside one account.';
comment on column private.jobs.lock is
    'Jobs with the same lock run one at a time and in the order they were added; a conversation''s id, usually.';
comment on column private.jobs.dedupe_key is
    'At most one job of a kind has this key while its row exists, so asking twice does the work once.';
comment on column private.jobs.attempt is 'How often it was claimed; the fencing number of the present lease.';

create unique index jobs_kind_dedupe_key_key on private.jobs (kind, dedupe_key) where dedupe_key is not null;
-- The second line of defence of the order per lock.
create unique index jobs_running_lock_key on private.jobs (lock) where status = 'running' and lock is not null;
create index jobs_queued_idx on private.jobs (account_id, priority, id) where status = 'queued';
create index jobs_lock_idx on private.jobs (lock, id) where lock is not null and status in ('queued', 'running');
create index jobs_lease_idx on private.jobs (lease_until) where status = 'running';
create index jobs_finished_idx on private.jobs (finished_at) where status = 'done';

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
    insert into private.jobs (kind, payload, account_id, lock, dedupe_key, run_at, priority)
    values (p_kind, p_payload, p_account_id, p_lock, p_dedupe_key, p_run_at, p_priority)
    on conflict (kind, dedupe_key) where dedupe_key is not null do nothing
$$;

comment on function private.enqueue is
    'Adds a job in the caller''s transaction: it exists exactly when what asked for it exists.';

create function private.release_expired_jobs()
returns void
language sql set search_path = ''
as $$
    update private.jobs as job
    set status = case when job.attempt >= job.max_attempts then 'dead' else 'queued' end,
        lease_until = null,
        worker = null,
        last_error = coalesce(job.last_error, 'the lease ran out'),
        finished_at = case when job.attempt >= job.max_attempts then now() end
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
    id bigint, account_id uuid, kind text, payload jsonb, attempt int, max_attempts int, lock text,
    created_at timestamptz
)
language plpgsql security definer set search_path = ''
as $$
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
    returning job.id, job.account_id, job.kind, job.payload, job.attempt, job.max_attempts, job.lock, job.created_at;
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

create function service.fail_job(p_id bigint, p_attempt int, p_error text, p_retry_after_seconds double precision default null)
returns text
language sql security definer set search_path = ''
as $$
    update private.jobs
    set status = case when p_retry_after_seconds is null then 'dead' else 'queued' end,
        lease_until = null,
        worker = null,
        run_at = coalesce(clock_timestamp() + make_interval(secs => p_retry_after_seconds), run_at),
        last_error = left(p_error, 2000),
        finished_at = case when p_retry_after_seconds is null then now() end
    where id = p_id and attempt = p_attempt and status = 'running'
    returning status
$$;

comment on function service.fail_job is
    'Gives a job back after a failure: to be tried again in so many seconds, or dead when null. Null when the lease was lost.';

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
        set status = 'queued', attempt = 0, run_at = now(), finished_at = null
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

comment on function service.purge_jobs is 'Removes old finished jobs, at most 10,000 a call; dead ones stay until someone looks.';

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

-- ---- 03_rate_limit.sql

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

-- ---- 10_account.sql

-- account: tenants, the people who work in them, and who belongs where.

create table public.accounts (
    id uuid primary key default private.uuid_v7(),
    name text not null,
    locale text not null default 'en',
    status text not null default 'active',
    settings jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint accounts_name_check check (char_length(btrim(name)) between 1 and 100),
    constraint accounts_locale_check check (locale ~ '^[a-z]{2,3}([-_][A-Za-z0-9]{2,8})?$'),
    constraint accounts_status_check check (status in ('active', 'suspended')),
    constraint accounts_settings_check check (jsonb_typeof(settings) = 'object')
);

comment on table public.accounts is 'A tenant: one company''s support desk. Nothing is shared between accounts.';
comment on column public.accounts.locale is 'The language of what the system itself writes into conversations.';

create table public.users (
    id uuid primary key references auth.users (id) on delete cascade,
    name text not null default '',
    display_name text,
    email text not null,
    avatar_url text,
    ui_settings jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint users_name_check check (char_length(name) <= 200),
    constraint users_display_name_check check (char_length(display_name) between 1 and 200),
    constraint users_avatar_url_check check (avatar_url ~ '^https?://' and char_length(avatar_url) <= 2000),
    constraint users_ui_settings_check check (
        jsonb_typeof(ui_settings) = 'object' and octet_length(ui_settings::text) <= 65536)
);

comment on table public.users is
    'The profile of a login, one to one with auth.users. One e-mail address is one login, in any number of accounts.';
comment on column public.users.display_name is 'Shown instead of name when set.';
comment on column public.users.ui_settings is 'The dashboard''s own memory: theme, panel layout, editor choices.';

create table public.account_users (
    account_id uuid not null references public.accounts (id) on delete cascade,
    user_id uuid not null references public.users (id) on delete cascade,
    role text not null default 'agent',
    availability text not null default 'online',
    auto_offline boolean not null default true,
    active_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint account_users_pkey primary key (account_id, user_id),
    constraint account_users_role_check check (role in ('agent', 'administrator')),
    constraint account_users_availability_check check (availability in ('online', 'busy', 'offline'))
);

comment on table public.account_users is 'Membership: this user works in this account, in this role.';
comment on column public.account_users.availability is 'What the agent chose; shown as offline without a heartbeat when auto_offline.';
comment on column public.account_users.active_at is 'When the account was last opened by this user.';

-- The helpers below start at the user; the primary key starts at the account.
create index account_users_user_id_idx on public.account_users (user_id, account_id, role);

create function private.account_ids(p_role text default null)
returns uuid[]
language sql stable security definer parallel safe set search_path = ''
as $$
    select coalesce(array_agg(member.account_id), '{}')
    from public.account_users as member
    join public.accounts as account on account.id = member.account_id
    where member.user_id = (select auth.uid())
        and (p_role is null or member.role = p_role)
        and account.status = 'active'
$$;

comment on function private.account_ids is
    'The active accounts the caller belongs to, with this role if one is named. In policies write
     account_id = any ((select private.account_ids())::uuid[]): asked once per statement, and indexable.';
grant execute on function private.account_ids to authenticated;

create function private.colleague_ids()
returns uuid[]
language sql stable security definer parallel safe set search_path = ''
as $$
    select coalesce(array_agg(distinct colleague.user_id), '{}')
    from public.account_users as colleague
    where colleague.account_id = any ((select private.account_ids())::uuid[])
$$;

comment on function private.colleague_ids is 'Everyone who shares an account with the caller, the caller included.';
grant execute on function private.colleague_ids to authenticated;

create function private.is_administrator(p_account_id uuid)
returns boolean
language sql stable security definer parallel safe set search_path = ''
as $$
    select p_account_id = any ((select private.account_ids('administrator'))::uuid[])
$$;

comment on function private.is_administrator is 'Whether the caller is an administrator of this account.';
grant execute on function private.is_administrator to authenticated;

create function private.require_administrator(p_account_id uuid)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
    if not private.is_administrator(p_account_id) then
        perform private.fail(403, 'not_administrator', 'Only an administrator of the account may do this.');
    end if;
end;
$$;

comment on function private.require_administrator is
    'Fails unless the caller administers this account; for a stranger the account does not exist.';

create function private.shown_name(p_user public.users)
returns text
language sql immutable set search_path = ''
as $$
    select coalesce(nullif(btrim(p_user.display_name), ''), nullif(btrim(p_user.name), ''), split_part(p_user.email, '@', 1))
$$;

comment on function private.shown_name is 'How a person signs: display name, else name, else the local part of the address.';

create function private.copy_auth_user()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if new.email is null or new.email = '' then
        return null;  -- anonymous and phone logins do not work a desk
    end if;
    insert into public.users (id, name, email)
    values (new.id, left(btrim(coalesce(new.raw_user_meta_data ->> 'name', '')), 200), lower(new.email))
    on conflict (id) do update set email = excluded.email;
    return null;
end;
$$;

comment on function private.copy_auth_user is
    'Trigger: keeps a profile for each login. A trigger, because Auth makes logins and knows nothing of us.';

create trigger users_copy_from_auth
    after insert or update of email on auth.users
    for each row execute function private.copy_auth_user();

create function private.conversation_sequence(p_account_id uuid)
returns text
language sql immutable set search_path = ''
as $$
    select 'conversation_display_id_' || replace(p_account_id::text, '-', '')
$$;

comment on function private.conversation_sequence is 'The name, in schema private, of the sequence that numbers an account''s conversations.';

create function private.make_account_sequence()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    execute format('create sequence private.%I', private.conversation_sequence(new.id));
    return null;
end;
$$;

comment on function private.make_account_sequence is
    'Trigger: a sequence per account numbers its conversations without a lock; gaps are allowed.';

create trigger accounts_make_sequence
    after insert on public.accounts
    for each row execute function private.make_account_sequence();

create function private.drop_account_sequence()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    execute format('drop sequence if exists private.%I', private.conversation_sequence(old.id));
    return null;
end;
$$;

comment on function private.drop_account_sequence is 'Trigger: removes the account''s sequence with it.';

create trigger accounts_drop_sequence
    after delete on public.accounts
    for each row execute function private.drop_account_sequence();

create function private.keep_an_administrator()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    -- The account's row is locked, so that two administrators cannot demote one another at once.
    perform from public.accounts where id = old.account_id for update;
    if found and not exists (
        select from public.account_users
        where account_id = old.account_id and role = 'administrator'
    ) then
        perform private.fail(
            409, 'last_administrator', 'An account needs an administrator.',
            'Make someone else administrator first.');
    end if;
    return null;
end;
$$;

comment on function private.keep_an_administrator is
    'Trigger: refuses to remove or demote the last administrator while the account exists.';

create trigger account_users_keep_an_administrator
    after delete or update of role on public.account_users
    for each row
    when (old.role = 'administrator')
    execute function private.keep_an_administrator();

create trigger accounts_set_updated_at
    before update on public.accounts
    for each row execute function private.set_updated_at();
create trigger users_set_updated_at
    before update on public.users
    for each row execute function private.set_updated_at();
create trigger account_users_set_updated_at
    before update on public.account_users
    for each row execute function private.set_updated_at();

alter table public.accounts enable row level security;
alter table public.users enable row level security;
alter table public.account_users enable row level security;

create policy "members read their accounts"
    on public.accounts for select to authenticated
    using (id = any ((select private.account_ids())::uuid[]));

create policy "administrators change their accounts"
    on public.accounts for update to authenticated
    using (id = any ((select private.account_ids('administrator'))::uuid[]))
    with check (id = any ((select private.account_ids('administrator'))::uuid[]));

create policy "members read the profiles of their colleagues"
    on public.users for select to authenticated
    using (id = (select auth.uid()) or id = any ((select private.colleague_ids())::uuid[]));

create policy "users change their own profile"
    on public.users for update to authenticated
    using (id = (select auth.uid()))
    with check (id = (select auth.uid()));

create policy "members read who belongs to their accounts"
    on public.account_users for select to authenticated
    using (account_id = any ((select private.account_ids())::uuid[]));

create policy "members change their own availability"
    on public.account_users for update to authenticated
    using (user_id = (select auth.uid()) and account_id = any ((select private.account_ids())::uuid[]))
    with check (user_id = (select auth.uid()) and account_id = any ((select private.account_ids())::uuid[]));

grant select (id, name, locale, status, settings, created_at, updated_at) on public.accounts to authenticated;
grant update (name, locale) on public.accounts to authenticated;
grant select (id, name, display_name, email, avatar_url, created_at, updated_at) on public.users to authenticated;
grant update (name, display_name, avatar_url, ui_settings) on public.users to authenticated;
grant select (account_id, user_id, role, availability, auto_offline, active_at, created_at, updated_at)
    on public.account_users to authenticated;
grant update (availability, auto_offline) on public.account_users to authenticated;

create function private.my_ui_settings()
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select ui_settings from public.users where id = (select auth.uid())
$$;

comment on function private.my_ui_settings is 'The caller''s own interface settings.';
grant execute on function private.my_ui_settings to authenticated;

create function public.my_ui_settings()
returns jsonb
language sql stable set search_path = ''
as $$
    select private.my_ui_settings()
$$;

comment on function public.my_ui_settings is 'The caller''s own interface settings; colleagues cannot read them.';
grant execute on function public.my_ui_settings to authenticated;

-- ---- 11_event.sql

-- event: what happened, as rows written in the transaction in which it happened.

create table private.events (
    id bigint generated always as identity primary key,
    account_id uuid not null references public.accounts (id) on delete cascade,
    name text not null,
    conversation_id uuid,
    payload jsonb not null default '{}',
    actor jsonb not null default '{}',
    created_at timestamptz not null default now(),
    constraint events_name_check check (name ~ '^[a-z_]+\.[a-z_]+$')
);

comment on table private.events is
    'The outbox that automation, webhooks and reports read. Names are noun.verb, for example message.created.';
comment on column private.events.payload is 'Ids and changed attributes only; readers fetch the rows themselves.';
comment on column private.events.actor is 'Who did it: {"type": "user" | "contact" | "system", "id"}.';

create index events_account_id_id_idx on private.events (account_id, id);
create index events_created_at_idx on private.events using brin (created_at);

create function private.actor()
returns jsonb
language sql stable set search_path = ''
as $$
    select case current_setting('role', true)
        when 'authenticated' then jsonb_build_object('type', 'user', 'id', auth.uid())
        when 'visitor' then jsonb_build_object('type', 'contact', 'id', auth.jwt() ->> 'contact_id')
        else jsonb_build_object('type', 'system', 'id', null)
    end
$$;

comment on function private.actor is
    'Who acts in this transaction. Decided by the database role the caller holds, not by what a token says.';

create function private.record_event(p_account_id uuid, p_name text, p_conversation_id uuid, p_payload jsonb)
returns void
language sql set search_path = ''
as $$
    insert into private.events (account_id, name, conversation_id, payload, actor)
    values (p_account_id, p_name, p_conversation_id, p_payload, private.actor())
$$;

comment on function private.record_event is 'Writes one event in the caller''s transaction.';

-- ---- 12_realtime.sql

-- realtime: how the database speaks to listeners. Topics themselves are guarded in 90_realtime.sql.
--
--   inbox:<inbox id>:<epoch>                 agents of an inbox: compact list deltas, never message bodies
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

create function private.tell_access_changed(p_user_id uuid, p_account_id uuid)
returns void
language sql set search_path = ''
as $$
    select private.broadcast(
        'user:' || p_user_id, 'access.changed', jsonb_build_object('account_id', p_account_id))
$$;

comment on function private.tell_access_changed is 'Tells a login that what it may see in an account has changed.';

-- ---- 21_inbox.sql

-- inbox: a connected channel and the agents who work it.

create table public.inboxes (
    id uuid not null default private.uuid_v7(),
    account_id uuid not null references public.accounts (id) on delete cascade,
    name text not null,
    channel_type text not null,
    greeting_enabled boolean not null default false,
    greeting_message text,
    allow_messages_after_resolved boolean not null default true,
    lock_to_single_conversation boolean not null default false,
    enable_auto_assignment boolean not null default true,
    enable_email_collect boolean not null default true,
    working_hours_enabled boolean not null default false,
    out_of_office_message text,
    timezone text not null default 'UTC',
    epoch bigint not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint inboxes_pkey primary key (id),
    constraint inboxes_account_id_id_key unique (account_id, id),
    constraint inboxes_name_check check (char_length(btrim(name)) between 1 and 100),
    constraint inboxes_channel_type_check check (channel_type in ('web_widget', 'api')),
    constraint inboxes_greeting_message_check check (char_length(greeting_message) <= 10000),
    constraint inboxes_out_of_office_message_check check (char_length(out_of_office_message) <= 10000),
    constraint inboxes_timezone_check check (timezone ~ '^[A-Za-z0-9_+/-]{1,64}$')
);

comment on table public.inboxes is 'One connected channel: a website chat, an API channel, later a mailbox or a phone number.';
comment on column public.inboxes.greeting_message is 'Sent as a template on a contact''s first message, when greeting_enabled.';
comment on column public.inboxes.allow_messages_after_resolved is
    'Website: whether a visitor may go on in a resolved conversation (it is reopened) or must start a new one.';
comment on column public.inboxes.epoch is
    'Part of the names of the inbox''s realtime topics; moves when someone loses access, so stale listeners hear nothing.';

create table public.inbox_members (
    account_id uuid not null,
    inbox_id uuid not null,
    user_id uuid not null,
    created_at timestamptz not null default now(),
    constraint inbox_members_pkey primary key (inbox_id, user_id),
    constraint inbox_members_inbox_fkey foreign key (account_id, inbox_id)
        references public.inboxes (account_id, id) on delete cascade,
    constraint inbox_members_user_fkey foreign key (account_id, user_id)
        references public.account_users (account_id, user_id) on delete cascade
);

comment on table public.inbox_members is 'The agents who work an inbox. Administrators see every inbox without a row here.';

create index inbox_members_account_id_inbox_id_idx on public.inbox_members (account_id, inbox_id);
create index inbox_members_account_id_user_id_idx on public.inbox_members (account_id, user_id);
create index inbox_members_user_id_idx on public.inbox_members (user_id, inbox_id);

create table public.channel_web_widgets (
    account_id uuid not null,
    inbox_id uuid not null,
    website_token text not null default replace(gen_random_uuid()::text, '-', ''),
    website_url text not null default '',
    allowed_domains text[] not null default '{}',
    widget_color text not null default '#1f5fd0',
    widget_position text not null default 'right',
    welcome_title text not null default '',
    welcome_tagline text not null default '',
    reply_time text not null default 'in_a_few_minutes',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint channel_web_widgets_pkey primary key (inbox_id),
    constraint channel_web_widgets_inbox_fkey foreign key (account_id, inbox_id)
        references public.inboxes (account_id, id) on delete cascade,
    constraint channel_web_widgets_website_token_key unique (website_token),
    constraint channel_web_widgets_website_url_check check (char_length(website_url) <= 500),
    constraint channel_web_widgets_allowed_domains_check check (
        cardinality(allowed_domains) <= 50
        and array_to_string(allowed_domains, ' ', '') ~ '^([a-z0-9*.:-]{1,253}( |$))*$'),
    constraint channel_web_widgets_widget_color_check check (widget_color ~ '^#[0-9a-f]{6}$'),
    constraint channel_web_widgets_widget_position_check check (widget_position in ('left', 'right')),
    constraint channel_web_widgets_welcome_title_check check (char_length(welcome_title) <= 200),
    constraint channel_web_widgets_welcome_tagline_check check (char_length(welcome_tagline) <= 1000),
    constraint channel_web_widgets_reply_time_check check (
        reply_time in ('in_a_few_minutes', 'in_a_few_hours', 'in_a_day'))
);

comment on table public.channel_web_widgets is 'The website chat behind an inbox: its look, its texts, where it may be shown.';
comment on column public.channel_web_widgets.website_token is 'Names the widget in the page''s snippet; public, and no secret.';
comment on column public.channel_web_widgets.allowed_domains is
    'Hosts that may show the widget, for example shop.example or *.shop.example; empty = any.';

create index channel_web_widgets_account_id_inbox_id_idx on public.channel_web_widgets (account_id, inbox_id);

create table public.channel_apis (
    account_id uuid not null,
    inbox_id uuid not null,
    identifier text not null default replace(gen_random_uuid()::text, '-', ''),
    reply_window_hours int,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint channel_apis_pkey primary key (inbox_id),
    constraint channel_apis_inbox_fkey foreign key (account_id, inbox_id)
        references public.inboxes (account_id, id) on delete cascade,
    constraint channel_apis_identifier_key unique (identifier),
    constraint channel_apis_reply_window_hours_check check (reply_window_hours between 1 and 8760)
);

comment on table public.channel_apis is 'The API channel behind an inbox: other programs post and fetch its messages.';
comment on column public.channel_apis.identifier is 'Names the inbox in the public client API.';
comment on column public.channel_apis.reply_window_hours is 'Hours after the last incoming message in which agents may reply; null = always.';

create index channel_apis_account_id_inbox_id_idx on public.channel_apis (account_id, inbox_id);

create function private.inbox_ids()
returns uuid[]
language sql stable security definer parallel safe set search_path = ''
as $$
    select coalesce(array_agg(visible.id), '{}')
    from (
        select inbox.id
        from public.inboxes as inbox
        where inbox.account_id = any ((select private.account_ids('administrator'))::uuid[])
        union
        select member.inbox_id
        from public.inbox_members as member
        where member.user_id = (select auth.uid())
            and member.account_id = any ((select private.account_ids())::uuid[])
    ) as visible (id)
$$;

comment on function private.inbox_ids is
    'The inboxes whose conversations the caller may see: all of the accounts they administer, and those they are a
     member of. In policies write inbox_id = any ((select private.inbox_ids())::uuid[]).';
grant execute on function private.inbox_ids to authenticated;

create function private.inbox_topic(p_inbox_id uuid, p_epoch bigint)
returns text
language sql immutable set search_path = ''
as $$
    select 'inbox:' || p_inbox_id || ':' || p_epoch
$$;

comment on function private.inbox_topic is 'The topic of an inbox''s list deltas.';

create function private.move_inbox_epoch(p_inbox_id uuid)
returns void
language plpgsql set search_path = ''
as $$
declare
    moved bigint;
begin
    update public.inboxes set epoch = epoch + 1 where id = p_inbox_id returning epoch into moved;
    if moved is not null then
        -- The last word on the old topic: those who may still listen fetch the new name.
        perform private.broadcast(private.inbox_topic(p_inbox_id, moved - 1), 'topic.moved', '{}');
    end if;
end;
$$;

comment on function private.move_inbox_epoch is 'Renames an inbox''s topics, so that whoever lost access hears nothing more.';

create function private.inbox_members_changed()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if tg_op = 'DELETE' then
        perform private.move_inbox_epoch(old.inbox_id);
        perform private.tell_access_changed(old.user_id, old.account_id);
    else
        perform private.tell_access_changed(new.user_id, new.account_id);
    end if;
    return null;
end;
$$;

comment on function private.inbox_members_changed is 'Trigger: moves the epoch when someone leaves an inbox, and tells them either way.';

create trigger inbox_members_move_epoch
    after insert or delete on public.inbox_members
    for each row execute function private.inbox_members_changed();

create function private.account_users_changed()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    -- An administrator heard every inbox; as agent, or gone, they no longer may.
    if old.role = 'administrator' and (tg_op = 'DELETE' or new.role <> 'administrator') then
        perform private.move_inbox_epoch(inbox.id)
        from public.inboxes as inbox
        where inbox.account_id = old.account_id;
    end if;
    perform private.tell_access_changed(old.user_id, old.account_id);
    return null;
end;
$$;

comment on function private.account_users_changed is 'Trigger: moves the epoch of every inbox an administrator loses.';

create trigger account_users_move_epoch
    after delete or update of role on public.account_users
    for each row execute function private.account_users_changed();

create function private.account_suspended()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.move_inbox_epoch(inbox.id)
    from public.inboxes as inbox
    where inbox.account_id = new.id;
    return null;
end;
$$;

comment on function private.account_suspended is 'Trigger: whoever listens to a suspended account hears nothing more.';

create trigger accounts_move_epoch
    after update of status on public.accounts
    for each row
    when (old.status = 'active' and new.status <> 'active')
    execute function private.account_suspended();

create trigger inboxes_set_updated_at
    before update on public.inboxes
    for each row execute function private.set_updated_at();
create trigger channel_web_widgets_set_updated_at
    before update on public.channel_web_widgets
    for each row execute function private.set_updated_at();
create trigger channel_apis_set_updated_at
    before update on public.channel_apis
    for each row execute function private.set_updated_at();

create function private.make_inbox(p_account_id uuid, p_name text, p_channel_type text)
returns uuid
language plpgsql set search_path = ''
as $$
declare
    inbox_id uuid;
begin
    insert into public.inboxes (account_id, name, channel_type)
    values (p_account_id, btrim(p_name), p_channel_type)
    returning id into inbox_id;
    case p_channel_type
        when 'web_widget' then
            insert into public.channel_web_widgets (account_id, inbox_id, welcome_title)
            values (p_account_id, inbox_id, btrim(p_name));
        when 'api' then
            insert into public.channel_apis (account_id, inbox_id) values (p_account_id, inbox_id);
    end case;
    return inbox_id;
end;
$$;

comment on function private.make_inbox is 'An inbox with its channel row. The caller has checked who may.';

create function private.create_account(p_name text, p_locale text)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    caller uuid := auth.uid();
    account public.accounts;
    inbox_id uuid;
begin
    if not exists (select from public.users where id = caller) then
        perform private.fail(403, 'user_not_found', 'Sign in with an e-mail address first.');
    end if;
    if char_length(btrim(coalesce(p_name, ''))) not between 1 and 100 then
        perform private.fail(400, 'name_invalid', 'Give the workspace a name of 1 to 100 characters.');
    end if;
    if (select count(*) from public.account_users where user_id = caller) >= 50 then
        perform private.fail(429, 'too_many_accounts', 'One login can belong to 50 accounts at most.');
    end if;
    insert into public.accounts (name, locale)
    values (btrim(p_name), coalesce(p_locale, 'en'))
    returning * into account;
    insert into public.account_users (account_id, user_id, role) values (account.id, caller, 'administrator');
    inbox_id := private.make_inbox(account.id, btrim(p_name), 'web_widget');
    insert into public.inbox_members (account_id, inbox_id, user_id) values (account.id, inbox_id, caller);
    return jsonb_build_object('id', account.id, 'name', account.name);
end;
$$;

comment on function private.create_account is 'See public.create_account.';
grant execute on function private.create_account to authenticated;

create function public.create_account(p_name text, p_locale text default 'en')
returns jsonb
language sql set search_path = ''
as $$
    select private.create_account(p_name, p_locale)
$$;

comment on function public.create_account is
    'A new account with its first website inbox; the caller becomes its administrator. Returns {id, name}.
     Fails with name_invalid, too_many_accounts.';
grant execute on function public.create_account to authenticated;

create function private.create_inbox(p_account_id uuid, p_name text, p_channel_type text)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    inbox_id uuid;
begin
    perform private.require_administrator(p_account_id);
    if char_length(btrim(coalesce(p_name, ''))) not between 1 and 100 then
        perform private.fail(400, 'name_invalid', 'Give the inbox a name of 1 to 100 characters.');
    end if;
    if p_channel_type is null or p_channel_type not in ('web_widget', 'api') then
        perform private.fail(400, 'channel_type_invalid', 'The channel is web_widget or api.');
    end if;
    inbox_id := private.make_inbox(p_account_id, p_name, p_channel_type);
    insert into public.inbox_members (account_id, inbox_id, user_id) values (p_account_id, inbox_id, auth.uid());
    return jsonb_build_object('id', inbox_id);
end;
$$;

comment on function private.create_inbox is 'See public.create_inbox.';
grant execute on function private.create_inbox to authenticated;

create function public.create_inbox(p_account_id uuid, p_name text, p_channel_type text)
returns jsonb
language sql set search_path = ''
as $$
    select private.create_inbox(p_account_id, p_name, p_channel_type)
$$;

comment on function public.create_inbox is
    'A new inbox with its channel; the administrator who makes it becomes its first member. Returns {id}.
     Fails with account_not_found, not_administrator, name_invalid, channel_type_invalid.';
grant execute on function public.create_inbox to authenticated;

create function private.set_inbox_member(p_inbox_id uuid, p_user_id uuid, p_member boolean)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    account uuid;
begin
    select account_id into account
    from public.inboxes
    where id = p_inbox_id and account_id = any (private.account_ids());
    if account is null then
        perform private.fail(404, 'inbox_not_found', 'There is no such inbox.');
    end if;
    perform private.require_administrator(account);
    if p_member is null then
        perform private.fail(400, 'invalid_argument', 'member is true or false.');
    end if;
    if not exists (select from public.account_users where account_id = account and user_id = p_user_id) then
        perform private.fail(404, 'user_not_found', 'There is no such member of the account.');
    end if;
    if p_member then
        insert into public.inbox_members (account_id, inbox_id, user_id)
        values (account, p_inbox_id, p_user_id)
        on conflict do nothing;
    else
        delete from public.inbox_members where inbox_id = p_inbox_id and user_id = p_user_id;
    end if;
end;
$$;

comment on function private.set_inbox_member is 'See public.set_inbox_member.';
grant execute on function private.set_inbox_member to authenticated;

create function public.set_inbox_member(p_inbox_id uuid, p_user_id uuid, p_member boolean)
returns void
language sql set search_path = ''
as $$
    select private.set_inbox_member(p_inbox_id, p_user_id, p_member)
$$;

comment on function public.set_inbox_member is
    'Adds an agent to an inbox or takes them out; administrators only.
     Fails with inbox_not_found, not_administrator, invalid_argument, user_not_found.';
grant execute on function public.set_inbox_member to authenticated;

alter table public.inboxes enable row level security;
alter table public.inbox_members enable row level security;
alter table public.channel_web_widgets enable row level security;
alter table public.channel_apis enable row level security;

create policy "agents read the inboxes they work"
    on public.inboxes for select to authenticated
    using (id = any ((select private.inbox_ids())::uuid[]));

create policy "administrators change the inboxes of their accounts"
    on public.inboxes for update to authenticated
    using (account_id = any ((select private.account_ids('administrator'))::uuid[]))
    with check (account_id = any ((select private.account_ids('administrator'))::uuid[]));

create policy "agents read who works their inboxes"
    on public.inbox_members for select to authenticated
    using (inbox_id = any ((select private.inbox_ids())::uuid[]));

create policy "agents read the website chats of their inboxes"
    on public.channel_web_widgets for select to authenticated
    using (inbox_id = any ((select private.inbox_ids())::uuid[]));

create policy "administrators change the website chats of their accounts"
    on public.channel_web_widgets for update to authenticated
    using (account_id = any ((select private.account_ids('administrator'))::uuid[]))
    with check (account_id = any ((select private.account_ids('administrator'))::uuid[]));

create policy "agents read the API channels of their inboxes"
    on public.channel_apis for select to authenticated
    using (inbox_id = any ((select private.inbox_ids())::uuid[]));

create policy "administrators change the API channels of their accounts"
    on public.channel_apis for update to authenticated
    using (account_id = any ((select private.account_ids('administrator'))::uuid[]))
    with check (account_id = any ((select private.account_ids('administrator'))::uuid[]));

grant select on public.inboxes, public.inbox_members, public.channel_web_widgets, public.channel_apis
    to authenticated;
grant update (
    name, greeting_enabled, greeting_message, allow_messages_after_resolved, lock_to_single_conversation,
    enable_auto_assignment, enable_email_collect, working_hours_enabled, out_of_office_message, timezone
) on public.inboxes to authenticated;
grant update (
    website_url, allowed_domains, widget_color, widget_position, welcome_title, welcome_tagline, reply_time
) on public.channel_web_widgets to authenticated;
grant update (reply_window_hours) on public.channel_apis to authenticated;

-- ---- 22_credential.sql

-- credential: secrets and sessions that no client can read.

create table private.visitor_sessions (
    id uuid primary key default gen_random_uuid(),
    account_id uuid not null,
    inbox_id uuid not null,
    contact_id uuid not null,
    contact_inbox_id uuid not null,
    refresh_hash text not null,
    previous_hash text,
    rotated_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null default now() + interval '1 year',
    constraint visitor_sessions_inbox_fkey foreign key (account_id, inbox_id)
        references public.inboxes (account_id, id) on delete cascade,
    constraint visitor_sessions_refresh_hash_check check (refresh_hash ~ '^[0-9a-f]{64}$'),
    constraint visitor_sessions_previous_hash_check check (previous_hash ~ '^[0-9a-f]{64}$')
);

comment on table private.visitor_sessions is
    'A browser that opened a website chat. Its contact ids are reserved here and become rows with the first message,
     so that looking at a page leaves no trace in the address book.';
comment on column private.visitor_sessions.refresh_hash is 'SHA-256 of the refresh token in force; it changes with each use.';
comment on column private.visitor_sessions.previous_hash is
    'SHA-256 of the one before, good for a minute after the change: the answer that carried the new one may be lost.';

create unique index visitor_sessions_refresh_hash_key on private.visitor_sessions (refresh_hash);
create index visitor_sessions_previous_hash_idx on private.visitor_sessions (previous_hash) where previous_hash is not null;
create index visitor_sessions_account_id_inbox_id_idx on private.visitor_sessions (account_id, inbox_id);
create index visitor_sessions_expires_at_idx on private.visitor_sessions (expires_at);

create function service.widget_config(p_website_token text)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'website_token', widget.website_token,
        'account_id', widget.account_id,
        'inbox_id', widget.inbox_id,
        'name', inbox.name,
        'locale', account.locale,
        'color', widget.widget_color,
        'position', widget.widget_position,
        'welcome_title', widget.welcome_title,
        'welcome_tagline', widget.welcome_tagline,
        'reply_time', widget.reply_time,
        'allowed_domains', to_jsonb(widget.allowed_domains))
    from public.channel_web_widgets as widget
    join public.inboxes as inbox on inbox.id = widget.inbox_id
    join public.accounts as account on account.id = widget.account_id
    where widget.website_token = p_website_token and account.status = 'active'
$$;

comment on function service.widget_config is 'What the service needs to show a website chat; null when the token names none.';

create function service.open_visitor_session(
    p_website_token text,
    p_new_hash text,
    p_refresh_hash text default null,
    p_client text default '',
    p_per_minute int default 10
)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    widget jsonb := service.widget_config(p_website_token);
    session private.visitor_sessions;
begin
    if widget is null then
        perform private.fail(404, 'inbox_not_found', 'There is no website chat with this token.');
    end if;
    perform private.take('session:' || (widget ->> 'inbox_id') || ':' || left(p_client, 100), p_per_minute, p_per_minute / 60.0);
    if p_refresh_hash is not null then
        update private.visitor_sessions as open
        set refresh_hash = p_new_hash,
            -- Within the grace the token in force stays good too: two tabs may be on their way.
            previous_hash = open.refresh_hash,
            rotated_at = now(),
            expires_at = now() + interval '1 year'
        where open.inbox_id = (widget ->> 'inbox_id')::uuid
            and open.expires_at > now()
            and (
                open.refresh_hash = p_refresh_hash
                or (open.previous_hash = p_refresh_hash and open.rotated_at > now() - interval '1 minute')
            )
        returning * into session;
        if session.id is null then
            perform private.fail(
                401, 'session_expired', 'This chat session is over.', 'Ask for a new one without a refresh token.');
        end if;
    else
        insert into private.visitor_sessions (account_id, inbox_id, contact_id, contact_inbox_id, refresh_hash)
        values (
            (widget ->> 'account_id')::uuid, (widget ->> 'inbox_id')::uuid,
            private.uuid_v7(), private.uuid_v7(), p_new_hash)
        returning * into session;
    end if;
    return jsonb_build_object(
        'account_id', session.account_id,
        'inbox_id', session.inbox_id,
        'contact_id', session.contact_id,
        'contact_inbox_id', session.contact_inbox_id,
        'returning', p_refresh_hash is not null);
end;
$$;

comment on function service.open_visitor_session is
    'Opens or renews a visitor''s session; the service mints a token from the ids it returns. Hashes are SHA-256 in hex.
     Fails with inbox_not_found, session_expired, too_many_requests.';

create function service.purge_visitor_sessions()
returns int
language sql security definer set search_path = ''
as $$
    with purged as (
        delete from private.visitor_sessions where expires_at < now() returning 1
    )
    select count(*)::int from purged
$$;

comment on function service.purge_visitor_sessions is 'Removes the sessions that are over.';

-- ---- 30_contact.sql

-- contact: the people who write to us, and their addresses in each inbox.

create table public.contacts (
    id uuid not null default private.uuid_v7(),
    account_id uuid not null references public.accounts (id) on delete cascade,
    name text not null default '',
    email text,
    phone_number text,
    identifier text,
    contact_type text not null default 'visitor',
    identified text not null default 'anonymous',
    blocked boolean not null default false,
    avatar_url text,
    additional_attributes jsonb not null default '{}',
    custom_attributes jsonb not null default '{}',
    last_activity_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint contacts_pkey primary key (id),
    constraint contacts_account_id_id_key unique (account_id, id),
    constraint contacts_name_check check (char_length(name) <= 255),
    constraint contacts_email_check check (
        email = lower(email) and char_length(email) <= 254 and email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'),
    constraint contacts_phone_number_check check (phone_number ~ '^\+[1-9][0-9]{1,14}$'),
    constraint contacts_identifier_check check (char_length(identifier) between 1 and 255),
    constraint contacts_contact_type_check check (contact_type in ('visitor', 'lead', 'customer')),
    constraint contacts_identified_check check (identified in ('anonymous', 'claimed', 'verified')),
    constraint contacts_avatar_url_check check (avatar_url ~ '^https?://' and char_length(avatar_url) <= 2000),
    constraint contacts_additional_attributes_check check (
        jsonb_typeof(additional_attributes) = 'object' and octet_length(additional_attributes::text) <= 65536),
    constraint contacts_custom_attributes_check check (
        jsonb_typeof(custom_attributes) = 'object' and octet_length(custom_attributes::text) <= 65536)
);

comment on table public.contacts is 'A person outside the account who writes to it.';
comment on column public.contacts.email is 'Lower case; unique in the account.';
comment on column public.contacts.phone_number is 'E.164, for example +4915112345678; unique in the account.';
comment on column public.contacts.identifier is 'The person''s id in the account''s own systems; unique in the account.';
comment on column public.contacts.contact_type is 'A visitor becomes a lead when we can reach or recognise them; never back.';
comment on column public.contacts.identified is
    'anonymous; claimed: said so themselves, proves nothing; verified: a signature or the channel proves it.';
comment on column public.contacts.blocked is 'Their messages are stored but never reopen or notify.';

create unique index contacts_account_id_email_key on public.contacts (account_id, email) where email is not null;
create unique index contacts_account_id_phone_number_key on public.contacts (account_id, phone_number) where phone_number is not null;
create unique index contacts_account_id_identifier_key on public.contacts (account_id, identifier) where identifier is not null;
create index contacts_account_id_last_activity_at_idx on public.contacts (account_id, last_activity_at desc nulls last, id desc);

create table public.contact_inboxes (
    id uuid not null default private.uuid_v7(),
    account_id uuid not null,
    contact_id uuid not null,
    inbox_id uuid not null,
    source_id text not null,
    created_at timestamptz not null default now(),
    constraint contact_inboxes_pkey primary key (id),
    constraint contact_inboxes_account_id_id_key unique (account_id, id),
    constraint contact_inboxes_inbox_id_source_id_key unique (inbox_id, source_id),
    constraint contact_inboxes_contact_fkey foreign key (account_id, contact_id)
        references public.contacts (account_id, id) on delete cascade,
    constraint contact_inboxes_inbox_fkey foreign key (account_id, inbox_id)
        references public.inboxes (account_id, id) on delete cascade,
    constraint contact_inboxes_source_id_check check (char_length(source_id) between 1 and 255)
);

comment on table public.contact_inboxes is 'A contact''s address in one inbox.';
comment on column public.contact_inboxes.source_id is
    'The provider''s id of the person: an e-mail address, a phone number, a chat id; for website chats a random uuid.';

create index contact_inboxes_account_id_contact_id_idx on public.contact_inboxes (account_id, contact_id);
create index contact_inboxes_account_id_inbox_id_idx on public.contact_inboxes (account_id, inbox_id);

create function private.normalise_contact()
returns trigger
language plpgsql set search_path = ''
as $$
begin
    new.name := left(btrim(new.name), 255);
    new.email := nullif(lower(btrim(new.email)), '');
    new.phone_number := nullif(btrim(new.phone_number), '');
    new.identifier := nullif(btrim(new.identifier), '');
    if new.contact_type = 'visitor' and num_nonnulls(new.email, new.phone_number, new.identifier) > 0 then
        new.contact_type := 'lead';
    end if;
    return new;
end;
$$;

comment on function private.normalise_contact is
    'Trigger: blanks become null, addresses lower case, and a visitor we can reach becomes a lead.';

create trigger contacts_normalise
    before insert or update on public.contacts
    for each row execute function private.normalise_contact();
create trigger contacts_set_updated_at
    before update on public.contacts
    for each row execute function private.set_updated_at();

alter table public.contacts enable row level security;
alter table public.contact_inboxes enable row level security;

create policy "members read the contacts of their accounts"
    on public.contacts for select to authenticated
    using (account_id = any ((select private.account_ids())::uuid[]));

create policy "members change the contacts of their accounts"
    on public.contacts for update to authenticated
    using (account_id = any ((select private.account_ids())::uuid[]))
    with check (account_id = any ((select private.account_ids())::uuid[]));

create policy "agents read the addresses of contacts in their inboxes"
    on public.contact_inboxes for select to authenticated
    using (inbox_id = any ((select private.inbox_ids())::uuid[]));

grant select on public.contacts, public.contact_inboxes to authenticated;
grant update (name, email, phone_number, identifier, avatar_url, blocked, custom_attributes)
    on public.contacts to authenticated;

-- ---- 40_conversation.sql

-- conversation: a thread between one contact, in one inbox, and the account's agents.

create table public.conversations (
    id uuid not null default private.uuid_v7(),
    account_id uuid not null,
    inbox_id uuid not null,
    contact_id uuid not null,
    contact_inbox_id uuid not null,
    display_id bigint not null,
    status text not null default 'open',
    priority text,
    assignee_id uuid,
    team_id uuid,
    labels text[] not null default '{}',
    snoozed_until timestamptz,
    waiting_since timestamptz default now(),
    first_reply_created_at timestamptz,
    last_activity_at timestamptz not null default now(),
    contact_last_seen_at timestamptz,
    agent_last_seen_at timestamptz,
    assignee_last_seen_at timestamptz,
    last_seq bigint not null default 0,
    last_visitor_seq bigint not null default 0,
    unread_count int not null default 0,
    visitor_unread_count int not null default 0,
    epoch bigint not null default 0,
    preview jsonb,
    custom_attributes jsonb not null default '{}',
    additional_attributes jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint conversations_pkey primary key (id),
    constraint conversations_account_id_id_key unique (account_id, id),
    constraint conversations_account_id_display_id_key unique (account_id, display_id),
    constraint conversations_inbox_fkey foreign key (account_id, inbox_id)
        references public.inboxes (account_id, id) on delete cascade,
    constraint conversations_contact_fkey foreign key (account_id, contact_id)
        references public.contacts (account_id, id) on delete cascade,
    constraint conversations_contact_inbox_fkey foreign key (account_id, contact_inbox_id)
        references public.contact_inboxes (account_id, id) on delete cascade,
    constraint conversations_assignee_fkey foreign key (account_id, assignee_id)
        references public.account_users (account_id, user_id) on delete set null (assignee_id),
    -- Text with a check, not an enum: under row level security only leakproof operators reach an index.
    constraint conversations_status_check check (status in ('open', 'pending', 'snoozed', 'resolved')),
    constraint conversations_priority_check check (priority in ('low', 'medium', 'high', 'urgent')),
    constraint conversations_snoozed_until_check check (snoozed_until is null or status = 'snoozed'),
    constraint conversations_custom_attributes_check check (
        jsonb_typeof(custom_attributes) = 'object' and octet_length(custom_attributes::text) <= 65536),
    constraint conversations_additional_attributes_check check (
        jsonb_typeof(additional_attributes) = 'object' and octet_length(additional_attributes::text) <= 65536)
);

comment on table public.conversations is 'A thread with one contact in one inbox. Changed by functions only; agents read it.';
comment on column public.conversations.display_id is 'The number people see, #1042; counts per account, with gaps.';
comment on column public.conversations.waiting_since is 'Since when the contact waits for a human; null when answered or resolved.';
comment on column public.conversations.first_reply_created_at is 'When a human first answered in public; set once.';
comment on column public.conversations.last_seq is
    'Counts every change agents are told of, without gaps; each realtime payload carries its number.';
comment on column public.conversations.last_visitor_seq is 'The same for what the visitor is told, which leaves out notes.';
comment on column public.conversations.unread_count is 'Incoming messages since an agent last opened it.';
comment on column public.conversations.visitor_unread_count is 'Agents'' messages since the visitor last looked.';
comment on column public.conversations.epoch is 'Added to the inbox''s epoch in the topic''s name; moves when someone loses this conversation alone.';
comment on column public.conversations.preview is
    'The last message for lists: {content, message_type, private, sender_name, created_at}.';

-- One index per list the screens show, each led by what its query fixes and ended by its order.
create index conversations_by_activity_idx
    on public.conversations (account_id, inbox_id, status, last_activity_at desc, id desc);
create index conversations_by_assignee_idx
    on public.conversations (account_id, assignee_id, status, last_activity_at desc, id desc);
create index conversations_by_waiting_idx
    on public.conversations (account_id, inbox_id, status, waiting_since, id);
create index conversations_by_creation_idx
    on public.conversations (account_id, inbox_id, status, created_at desc, id desc);
create index conversations_snoozed_until_idx
    on public.conversations (snoozed_until) where status = 'snoozed' and snoozed_until is not null;
create index conversations_account_id_contact_id_idx
    on public.conversations (account_id, contact_id, last_activity_at desc);
create index conversations_account_id_contact_inbox_id_idx
    on public.conversations (account_id, contact_inbox_id, id desc);

-- Tab counts are kept, not counted. `slot` spreads one busy number over several rows.
create table private.conversation_counters (
    account_id uuid not null references public.accounts (id) on delete cascade,
    inbox_id uuid not null,
    status text not null,
    assignee_id uuid not null,
    slot smallint not null,
    total int not null,
    unread int not null,
    constraint conversation_counters_pkey primary key (account_id, inbox_id, status, assignee_id, slot)
) with (fillfactor = 60);

comment on table private.conversation_counters is
    'How many conversations, and how many unread ones, per inbox, status and assignee (the zero uuid: nobody). Sum over slot.';

create function private.add_to_counters(p_deltas private.conversation_counters[])
returns void
language sql set search_path = ''
as $$
    -- In key order: two at once cannot wait for one another crosswise.
    insert into private.conversation_counters as counter
        (account_id, inbox_id, status, assignee_id, slot, total, unread)
    select delta.account_id, delta.inbox_id, delta.status, delta.assignee_id, delta.slot,
        sum(delta.total), sum(delta.unread)
    from unnest(p_deltas) as delta
    -- While an account is deleted its conversations go after it: nothing is left to count.
    where exists (select from public.accounts as account where account.id = delta.account_id)
    group by delta.account_id, delta.inbox_id, delta.status, delta.assignee_id, delta.slot
    having sum(delta.total) <> 0 or sum(delta.unread) <> 0
    order by delta.account_id, delta.inbox_id, delta.status, delta.assignee_id
    on conflict on constraint conversation_counters_pkey do update
    set total = counter.total + excluded.total,
        unread = counter.unread + excluded.unread
$$;

comment on function private.add_to_counters is 'Adds to the counters what one statement changed, all at once.';

create function private.counter_delta(p_conversation public.conversations, p_total int)
returns private.conversation_counters
language sql stable set search_path = ''
as $$
    select row(
        p_conversation.account_id, p_conversation.inbox_id, p_conversation.status,
        coalesce(p_conversation.assignee_id, '00000000-0000-0000-0000-000000000000'),
        pg_catalog.pg_backend_pid() % 8,
        p_total, p_total * (p_conversation.unread_count > 0)::int)::private.conversation_counters
$$;

comment on function private.counter_delta is 'What a conversation that comes (1) or goes (-1) adds to its counter.';

create function private.count_conversations()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    deltas private.conversation_counters[];
begin
    case tg_op
        when 'INSERT' then
            select array_agg(private.counter_delta(added, 1)) into deltas from added;
        when 'DELETE' then
            select array_agg(private.counter_delta(removed, -1)) into deltas from removed;
        else
            select array_agg(private.counter_delta(removed, -1)) || array_agg(private.counter_delta(added, 1))
            into deltas
            from removed
            join added on added.id = removed.id
            where (added.status, added.assignee_id, added.inbox_id, added.unread_count > 0)
                is distinct from (removed.status, removed.assignee_id, removed.inbox_id, removed.unread_count > 0);
    end case;
    if deltas is not null then
        perform private.add_to_counters(deltas);
    end if;
    return null;
end;
$$;

comment on function private.count_conversations is
    'Trigger: keeps private.conversation_counters equal to a recount. Per statement, because per row a change of
     many conversations would take its counters in any order, and lock crosswise with another.';

create trigger conversations_count_added
    after insert on public.conversations referencing new table as added
    for each statement execute function private.count_conversations();
create trigger conversations_count_removed
    after delete on public.conversations referencing old table as removed
    for each statement execute function private.count_conversations();
create trigger conversations_count_changed
    after update on public.conversations referencing old table as removed new table as added
    for each statement execute function private.count_conversations();

create function private.conversation_topic(p_conversation_id uuid, p_epoch bigint)
returns text
language sql immutable set search_path = ''
as $$
    select 'conversation:' || p_conversation_id || ':' || p_epoch
$$;

comment on function private.conversation_topic is 'The topic of an open conversation; p_epoch = the inbox''s plus the conversation''s.';

create function private.topic_of(p_conversation public.conversations)
returns text
language sql stable security definer set search_path = ''
as $$
    select private.conversation_topic(p_conversation.id, inbox.epoch + p_conversation.epoch)
    from public.inboxes as inbox
    where inbox.id = p_conversation.inbox_id
$$;

comment on function private.topic_of is 'The topic on which this conversation is spoken of now.';

create function private.conversation_rows(p_ids uuid[])
returns jsonb
language sql stable security definer set search_path = ''
as $$
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
            'contact', jsonb_build_object(
                'id', contact.id,
                'name', contact.name,
                'email', contact.email,
                'phone_number', contact.phone_number,
                'avatar_url', contact.avatar_url,
                'identified', contact.identified,
                'blocked', contact.blocked),
            'topic', private.conversation_topic(conversation.id, inbox.epoch + conversation.epoch))
        order by wanted.position), '[]')
    from unnest(p_ids) with ordinality as wanted (id, position)
    join public.conversations as conversation on conversation.id = wanted.id
    join public.contacts as contact on contact.id = conversation.contact_id
    join public.inboxes as inbox on inbox.id = conversation.inbox_id
$$;

comment on function private.conversation_rows is
    'These conversations as the lists and the thread header show them, in the order asked for. Checks no rights: its callers do.';

create function private.conversation_row(p_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select private.conversation_rows(array[p_id]) -> 0
$$;

comment on function private.conversation_row is 'One conversation as private.conversation_rows gives it.';

create function private.number_conversation()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    new.display_id := nextval(format('private.%I', private.conversation_sequence(new.account_id)));
    return new;
end;
$$;

comment on function private.number_conversation is
    'Trigger: takes the account''s next number. A sequence, because a counter row would make all new conversations queue.';

create trigger conversations_number
    before insert on public.conversations
    for each row execute function private.number_conversation();

create function private.change_conversation()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if new.status <> 'snoozed' then
        new.snoozed_until := null;
    end if;
    if new.status = 'resolved' and old.status <> 'resolved' then
        new.waiting_since := null;
    end if;
    if (new.status, new.assignee_id, new.team_id, new.priority, new.labels, new.snoozed_until, new.custom_attributes)
        is distinct from
        (old.status, old.assignee_id, old.team_id, old.priority, old.labels, old.snoozed_until, old.custom_attributes)
    then
        new.last_seq := new.last_seq + 1;
    end if;
    if new.status is distinct from old.status then
        new.last_visitor_seq := new.last_visitor_seq + 1;
    end if;
    if new.assignee_id is distinct from old.assignee_id then
        new.assignee_last_seen_at := null;
    end if;
    new.updated_at := now();
    return new;
end;
$$;

comment on function private.change_conversation is
    'Trigger: what always follows from a change of status, and the number of the change itself.';

create trigger conversations_change
    before update on public.conversations
    for each row execute function private.change_conversation();

create function private.can_visitor_reply(p_conversation public.conversations)
returns boolean
language sql stable security definer set search_path = ''
as $$
    -- A blocked contact's conversation begins resolved, and yet takes its first message.
    select p_conversation.status <> 'resolved' or p_conversation.last_seq = 0 or inbox.allow_messages_after_resolved
    from public.inboxes as inbox
    where inbox.id = p_conversation.inbox_id
$$;

comment on function private.can_visitor_reply is 'Whether the visitor may go on here, or must start a new conversation.';

create function private.tell_conversation_changed()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    inbox public.inboxes;
    tracked constant text[] := array[
        'status', 'assignee_id', 'team_id', 'priority', 'labels', 'snoozed_until', 'custom_attributes',
        'waiting_since', 'first_reply_created_at'];
    visibly_changed constant boolean :=
        (new.status, new.assignee_id, new.team_id, new.priority, new.labels, new.snoozed_until, new.custom_attributes)
        is distinct from
        (old.status, old.assignee_id, old.team_id, old.priority, old.labels, old.snoozed_until, old.custom_attributes);
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
            jsonb_build_object(
                'conversation_id', new.id,
                'inbox_id', new.inbox_id,
                'seq', new.last_seq,
                'status', new.status,
                'assignee_id', new.assignee_id,
                'last_activity_at', new.last_activity_at,
                'unread_count', new.unread_count));
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
        select jsonb_object_agg(field, jsonb_build_array(to_jsonb(old) -> field, to_jsonb(new) -> field))
        into changed
        from unnest(tracked) as field
        where to_jsonb(old) -> field is distinct from to_jsonb(new) -> field;
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
    return null;
end;
$$;

comment on function private.tell_conversation_changed is
    'Trigger: broadcasts a change to the lists, the open thread and the visitor, and records it as an event.';

create trigger conversations_tell
    after update on public.conversations
    for each row execute function private.tell_conversation_changed();

create function private.tell_conversation_created()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.record_event(new.account_id, 'conversation.created', new.id, '{}');
    return null;
end;
$$;

comment on function private.tell_conversation_created is
    'Trigger: records a new conversation. Its first message tells the lists of it.';

create trigger conversations_tell_created
    after insert on public.conversations
    for each row execute function private.tell_conversation_created();

create function private.agent_conversation(p_id uuid)
returns public.conversations
language plpgsql stable security definer set search_path = ''
as $$
declare
    conversation public.conversations;
begin
    select * into conversation
    from public.conversations
    where id = p_id and inbox_id = any ((select private.inbox_ids())::uuid[]);
    if conversation.id is null then
        -- The same answer for a conversation that is missing and for one that is someone else's.
        perform private.fail(404, 'conversation_not_found', 'There is no such conversation.');
    end if;
    return conversation;
end;
$$;

comment on function private.agent_conversation is 'The conversation, if the calling agent may see it; else conversation_not_found.';

create function private.conversation_list(
    p_account_id uuid, p_tab text, p_status text, p_inbox_id uuid, p_sort text, p_cursor jsonb, p_limit int
)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    caller uuid := auth.uid();
    nobody constant uuid := '00000000-0000-0000-0000-000000000000';
    inboxes uuid[];
    statuses text[];
    sort_column text;
    descending boolean;
    cursor_at timestamptz;
    cursor_id uuid;
    query text;
    ids uuid[];
    last_at timestamptz;
    counts jsonb;
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
    if coalesce(p_tab, '') not in ('mine', 'unassigned', 'all')
        or coalesce(p_status, '') not in ('open', 'pending', 'snoozed', 'resolved', 'all')
        or coalesce(p_limit, 0) not between 1 and 100
    then
        perform private.fail(
            400, 'invalid_argument',
            'tab is mine, unassigned or all; status is a status or all; limit is 1 to 100.');
    end if;

    select coalesce(array_agg(inbox.id), '{}') into inboxes
    from public.inboxes as inbox
    where inbox.account_id = p_account_id
        and inbox.id = any (private.inbox_ids())
        and (p_inbox_id is null or inbox.id = p_inbox_id);
    statuses := case when p_status = 'all'
        then array['open', 'pending', 'snoozed', 'resolved'] else array[p_status] end;

    select case p_sort
            when 'newest' then 'last_activity_at' when 'oldest' then 'last_activity_at'
            when 'waiting' then 'waiting_since' when 'created' then 'created_at' end,
        p_sort in ('newest', 'created')
    into sort_column, descending;
    if sort_column is null then
        perform private.fail(400, 'invalid_argument', 'sort is newest, oldest, waiting or created.');
    end if;
    if p_cursor is not null then
        begin
            cursor_at := (p_cursor ->> 'at')::timestamptz;
            cursor_id := (p_cursor ->> 'id')::uuid;
        exception when others then
            cursor_id := null;
        end;
        if cursor_at is null or cursor_id is null then
            perform private.fail(400, 'invalid_cursor', 'Pass next_cursor back as it was given.');
        end if;
    end if;

    -- The first rows of each (inbox, status) come from an index in the right order; merging those
    -- short runs costs the same however many conversations there are.
    query := format(
        $query$
        select array_agg(page.id order by page.position), (array_agg(page.at order by page.position desc))[1]
        from (
            select run.id, run.at, row_number() over (order by run.at %1$s, run.id %1$s) as position
            from unnest($1) as inbox (id)
            cross join unnest($2) as state (status)
            cross join lateral (
                select conversation.id, conversation.%2$I as at
                from public.conversations as conversation
                where conversation.account_id = $3
                    and conversation.inbox_id = inbox.id
                    and conversation.status = state.status
                    and conversation.%2$I is not null
                    %3$s
                    %4$s
                order by conversation.%2$I %1$s, conversation.id %1$s
                limit $4
            ) as run
            order by run.at %1$s, run.id %1$s
            limit $4
        ) as page
        $query$,
        case when descending then 'desc' else 'asc' end,
        sort_column,
        case p_tab
            when 'mine' then 'and conversation.assignee_id = $5'
            when 'unassigned' then 'and conversation.assignee_id is null'
            else '' end,
        case when cursor_id is null then ''
            when descending then format('and (conversation.%I, conversation.id) < ($6, $7)', sort_column)
            else format('and (conversation.%I, conversation.id) > ($6, $7)', sort_column) end);
    execute query into ids, last_at
    using inboxes, statuses, p_account_id, p_limit + 1, caller, cursor_at, cursor_id;
    if cardinality(ids) > p_limit then
        execute format('select %I from public.conversations where id = $1', sort_column)
        into last_at using ids[p_limit];
    end if;

    if p_cursor is null then
        select jsonb_build_object(
            'mine', coalesce(sum(counter.total) filter (where counter.assignee_id = caller), 0),
            'unassigned', coalesce(sum(counter.total) filter (where counter.assignee_id = nobody), 0),
            'all', coalesce(sum(counter.total), 0))
        into counts
        from private.conversation_counters as counter
        where counter.account_id = p_account_id
            and counter.inbox_id = any (inboxes)
            and counter.status = any (statuses);
    end if;

    return jsonb_build_object(
        'rows', private.conversation_rows(ids[1:p_limit]),
        'next_cursor', case when cardinality(ids) > p_limit
            then jsonb_build_object('at', last_at, 'id', ids[p_limit]) end,
        'counts', counts);
end;
$$;

comment on function private.conversation_list is 'See public.conversation_list.';
grant execute on function private.conversation_list to authenticated;

create function public.conversation_list(
    p_account_id uuid,
    p_tab text default 'mine',
    p_status text default 'open',
    p_inbox_id uuid default null,
    p_sort text default 'newest',
    p_cursor jsonb default null,
    p_limit int default 25
)
returns jsonb
language sql stable set search_path = ''
as $$
    select private.conversation_list(p_account_id, p_tab, p_status, p_inbox_id, p_sort, p_cursor, p_limit)
$$;

comment on function public.conversation_list is
    'One page of a list: {rows, next_cursor, counts: {mine, unassigned, all}}. Tabs mine | unassigned | all; status or all;
     sorts newest | oldest (activity), waiting (longest first), created. Pass next_cursor back for the next page; counts come
     with the first page only. Fails with account_not_found, invalid_argument, invalid_cursor.';
grant execute on function public.conversation_list to authenticated;

create function private.visible_conversation_rows(p_ids uuid[])
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    visible uuid[];
begin
    if cardinality(p_ids) > 200 then
        perform private.fail(400, 'invalid_argument', 'Ask for 200 conversations at most.');
    end if;
    select coalesce(array_agg(wanted.id order by wanted.position), '{}') into visible
    from unnest(p_ids) with ordinality as wanted (id, position)
    join public.conversations as conversation on conversation.id = wanted.id
    where conversation.inbox_id = any ((select private.inbox_ids())::uuid[]);
    return private.conversation_rows(visible);
end;
$$;

comment on function private.visible_conversation_rows is 'See public.conversation_rows.';
grant execute on function private.visible_conversation_rows to authenticated;

create function public.conversation_rows(p_ids uuid[])
returns jsonb
language sql stable set search_path = ''
as $$
    select private.visible_conversation_rows(p_ids)
$$;

comment on function public.conversation_rows is
    'These conversations, at most 200, as the list shows them; those the caller may not see are absent.';
grant execute on function public.conversation_rows to authenticated;

create function private.conversation_by_display_id(p_account_id uuid, p_display_id bigint)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    found_id uuid;
begin
    select id into found_id
    from public.conversations
    where account_id = p_account_id and display_id = p_display_id;
    return private.conversation_row((private.agent_conversation(found_id)).id);
end;
$$;

comment on function private.conversation_by_display_id is 'See public.conversation_by_display_id.';
grant execute on function private.conversation_by_display_id to authenticated;

create function public.conversation_by_display_id(p_account_id uuid, p_display_id bigint)
returns jsonb
language sql stable set search_path = ''
as $$
    select private.conversation_by_display_id(p_account_id, p_display_id)
$$;

comment on function public.conversation_by_display_id is
    'The conversation behind a number such as #1042. Fails with conversation_not_found.';
grant execute on function public.conversation_by_display_id to authenticated;

create function private.assign_conversation(p_conversation_id uuid, p_assignee_id uuid)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
begin
    if p_assignee_id is not null and not exists (
        select from public.account_users as candidate
        where candidate.account_id = conversation.account_id
            and candidate.user_id = p_assignee_id
            and (candidate.role = 'administrator' or exists (
                select from public.inbox_members as member
                where member.inbox_id = conversation.inbox_id and member.user_id = p_assignee_id))
    ) then
        perform private.fail(
            400, 'assignee_not_in_inbox', 'This agent does not work the inbox of the conversation.',
            'Add them to the inbox first.');
    end if;
    update public.conversations set assignee_id = p_assignee_id
    where id = p_conversation_id and assignee_id is distinct from p_assignee_id;
    return private.conversation_row(p_conversation_id);
end;
$$;

comment on function private.assign_conversation is 'See public.assign_conversation.';
grant execute on function private.assign_conversation to authenticated;

create function public.assign_conversation(p_conversation_id uuid, p_assignee_id uuid)
returns jsonb
language sql set search_path = ''
as $$
    select private.assign_conversation(p_conversation_id, p_assignee_id)
$$;

comment on function public.assign_conversation is
    'Gives the conversation to an agent of its inbox or an administrator, or to nobody (null). Returns its row.
     Fails with conversation_not_found, assignee_not_in_inbox.';
grant execute on function public.assign_conversation to authenticated;

create function private.set_conversation_status(p_conversation_id uuid, p_status text, p_snoozed_until timestamptz)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.agent_conversation(p_conversation_id);
    if p_status is null or p_status not in ('open', 'pending', 'snoozed', 'resolved') then
        perform private.fail(400, 'status_invalid', 'The status is open, pending, snoozed or resolved.');
    end if;
    if p_snoozed_until is not null and (p_status <> 'snoozed' or p_snoozed_until <= now()) then
        perform private.fail(
            400, 'snoozed_until_invalid', 'A time to wake up belongs to the status snoozed and lies ahead.');
    end if;
    update public.conversations
    set status = p_status, snoozed_until = p_snoozed_until
    where id = p_conversation_id
        and (status, snoozed_until) is distinct from (p_status, p_snoozed_until);
    return private.conversation_row(p_conversation_id);
end;
$$;

comment on function private.set_conversation_status is 'See public.set_conversation_status.';
grant execute on function private.set_conversation_status to authenticated;

create function public.set_conversation_status(
    p_conversation_id uuid, p_status text, p_snoozed_until timestamptz default null
)
returns jsonb
language sql set search_path = ''
as $$
    select private.set_conversation_status(p_conversation_id, p_status, p_snoozed_until)
$$;

comment on function public.set_conversation_status is
    'Resolves, reopens, parks or snoozes a conversation; snoozed without a time means until the contact writes. Returns its row.
     Fails with conversation_not_found, status_invalid, snoozed_until_invalid.';
grant execute on function public.set_conversation_status to authenticated;

create function private.mark_conversation_read(p_conversation_id uuid)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
    mine boolean := conversation.assignee_id is not distinct from auth.uid();
begin
    -- Looking again at what is read already costs no write for an hour.
    if conversation.unread_count = 0 and conversation.agent_last_seen_at > now() - interval '1 hour' then
        return;
    end if;
    update public.conversations
    set unread_count = 0,
        agent_last_seen_at = now(),
        assignee_last_seen_at = case when mine then now() else assignee_last_seen_at end
    where id = p_conversation_id;
end;
$$;

comment on function private.mark_conversation_read is 'See public.mark_conversation_read.';
grant execute on function private.mark_conversation_read to authenticated;

create function public.mark_conversation_read(p_conversation_id uuid)
returns void
language sql set search_path = ''
as $$
    select private.mark_conversation_read(p_conversation_id)
$$;

comment on function public.mark_conversation_read is 'An agent has the conversation before them. Fails with conversation_not_found.';
grant execute on function public.mark_conversation_read to authenticated;

create function service.wake_snoozed_conversations()
returns int
language sql security definer set search_path = ''
as $$
    with woken as (
        update public.conversations
        set status = 'open'
        where id in (
            select id
            from public.conversations
            where status = 'snoozed' and snoozed_until <= now()
            order by snoozed_until
            limit 500
            for no key update skip locked
        )
        returning 1
    )
    select count(*)::int from woken
$$;

comment on function service.wake_snoozed_conversations is 'Opens the conversations whose snooze is over; at most 500 a call.';

alter table public.conversations enable row level security;

create policy "agents read the conversations in their inboxes"
    on public.conversations for select to authenticated
    using (inbox_id = any ((select private.inbox_ids())::uuid[]));

grant select on public.conversations to authenticated;

-- ---- 41_message.sql

-- message: what was said. Its insert is the one hot write of the product; everything that follows from
-- it happens in its two triggers.

create table public.messages (
    id uuid not null default private.uuid_v7(),
    account_id uuid not null,
    conversation_id uuid not null,
    inbox_id uuid not null,
    seq bigint not null,
    updated_seq bigint not null,
    visitor_seq bigint,
    message_type text not null default 'outgoing',
    content_type text not null default 'text',
    content text not null default '',
    content_attributes jsonb not null default '{}',
    private boolean not null default false,
    status text not null default 'sent',
    sender_user_id uuid,
    sender_contact_id uuid,
    source_id text,
    edited_at timestamptz,
    deleted_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    -- The conversation comes first: this is the index a page of messages is read from, and it makes a
    -- client's own id unique only where that client may write.
    constraint messages_pkey primary key (conversation_id, id),
    constraint messages_conversation_id_seq_key unique (conversation_id, seq),
    constraint messages_conversation_fkey foreign key (account_id, conversation_id)
        references public.conversations (account_id, id) on delete cascade,
    constraint messages_sender_user_fkey foreign key (sender_user_id)
        references public.users (id) on delete set null,
    constraint messages_sender_contact_fkey foreign key (account_id, sender_contact_id)
        references public.contacts (account_id, id) on delete set null (sender_contact_id),
    constraint messages_sender_check check (num_nonnulls(sender_user_id, sender_contact_id) <= 1),
    constraint messages_message_type_check check (message_type in ('incoming', 'outgoing', 'activity', 'template')),
    constraint messages_content_type_check check (
        content_type in (
            'text', 'input_text', 'input_textarea', 'input_email', 'input_select', 'cards', 'form', 'article',
            'incoming_email', 'input_csat', 'integrations', 'sticker', 'voice_call')),
    constraint messages_status_check check (
        status in ('queued', 'sending', 'sent', 'delivered', 'read', 'failed', 'unknown')),
    constraint messages_private_check check (not private or message_type = 'outgoing'),
    constraint messages_content_check check (char_length(content) <= 150000),
    constraint messages_content_attributes_check check (
        jsonb_typeof(content_attributes) = 'object' and octet_length(content_attributes::text) <= 262144)
);

comment on table public.messages is 'One thing said in a conversation. Never changed by clients once it is there.';
comment on column public.messages.id is 'May be made by the client (UUIDv7), so that sending again sends once.';
comment on column public.messages.seq is 'Its place in the conversation; conversations.last_seq when it was written.';
comment on column public.messages.updated_seq is 'conversations.last_seq of its last change; what clients fill gaps by.';
comment on column public.messages.visitor_seq is 'conversations.last_visitor_seq of its last change; null when visitors never see it.';
comment on column public.messages.private is 'A note among agents: never delivered, never shown to the contact.';
comment on column public.messages.status is 'queued < sending < sent < delivered < read; failed and unknown stand beside.';
comment on column public.messages.source_id is 'The provider''s id.';
comment on column public.messages.content is 'CommonMark, as typed; rendered per channel.';

create unique index messages_inbox_id_source_id_key on public.messages (inbox_id, source_id) where source_id is not null;
create index messages_conversation_id_updated_seq_idx on public.messages (conversation_id, updated_seq);
create index messages_conversation_id_visitor_seq_idx on public.messages (conversation_id, visitor_seq) where visitor_seq is not null;
create index messages_account_id_created_at_idx on public.messages (account_id, created_at desc);
create index messages_account_id_conversation_id_idx on public.messages (account_id, conversation_id);
create index messages_sender_user_id_idx on public.messages (sender_user_id) where sender_user_id is not null;
create index messages_account_id_sender_contact_id_idx
    on public.messages (account_id, sender_contact_id) where sender_contact_id is not null;

create function private.is_visible_to_visitor(p_message public.messages)
returns boolean
language sql immutable set search_path = ''
as $$
    select not p_message.private and p_message.message_type <> 'activity'
$$;

comment on function private.is_visible_to_visitor is 'The one rule of what a contact may see: no notes, no activity lines.';

create function private.message_sender(p_message public.messages)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select case
        when p_message.sender_user_id is not null then (
            select jsonb_build_object(
                'type', 'user', 'id', sender.id, 'name', private.shown_name(sender), 'avatar_url', sender.avatar_url)
            from public.users as sender where sender.id = p_message.sender_user_id)
        when p_message.sender_contact_id is not null then (
            select jsonb_build_object(
                'type', 'contact', 'id', sender.id, 'name', sender.name, 'avatar_url', sender.avatar_url)
            from public.contacts as sender where sender.id = p_message.sender_contact_id)
        else jsonb_build_object(
            'type', 'system', 'id', null, 'avatar_url', null,
            'name', (select inbox.name from public.inboxes as inbox where inbox.id = p_message.inbox_id))
    end
$$;

comment on function private.message_sender is 'Who sent it: {type: user | contact | system, id, name, avatar_url}; the system signs with the inbox''s name.';

create function private.message_json(p_message public.messages)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
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
        'sender', private.message_sender(p_message),
        'created_at', p_message.created_at,
        'edited_at', p_message.edited_at,
        'deleted_at', p_message.deleted_at)
$$;

comment on function private.message_json is 'A message as agents get it, from functions and broadcasts alike.';

create function private.visitor_message_json(p_message public.messages)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'id', p_message.id,
        'conversation_id', p_message.conversation_id,
        'seq', p_message.visitor_seq,
        'position', p_message.seq,
        'message_type', p_message.message_type,
        'content_type', p_message.content_type,
        'content', p_message.content,
        'content_attributes', p_message.content_attributes - 'external_error' - 'automation_rule_id',
        'status', p_message.status,
        -- An agent is a name and a face to the visitor, not an id.
        'sender', private.message_sender(p_message) - 'id',
        'created_at', p_message.created_at)
$$;

comment on function private.visitor_message_json is 'A message as its visitor gets it, from functions and broadcasts alike.';

create function private.visitor_contact_inbox_id()
returns uuid
language plpgsql stable parallel safe set search_path = ''
as $$
begin
    return (auth.jwt() ->> 'contact_inbox_id')::uuid;
exception when invalid_text_representation then
    return null;
end;
$$;

comment on function private.visitor_contact_inbox_id is 'Whose chat this is, from the token that our service minted.';
grant execute on function private.visitor_contact_inbox_id to visitor;

create function private.write_message()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    -- No client can name message_type, so activity lines and templates come from our own functions.
    client constant text := case
        when new.message_type in ('activity', 'template') then 'system'
        else coalesce(current_setting('role', true), 'none') end;
    conversation public.conversations;
    contact public.contacts;
    recent int;
    public_reply boolean;
    reopened text;
begin
    -- Clients' rights come first: a trigger runs before the policy's check, and must not tell a stranger
    -- more than it. The answer is the same for a conversation that is missing and one that is not theirs.
    select * into conversation from public.conversations where id = new.conversation_id;
    if conversation.id is null
        or (client = 'authenticated' and not conversation.inbox_id = any (private.inbox_ids()))
        or (client = 'visitor' and conversation.contact_inbox_id is distinct from private.visitor_contact_inbox_id())
    then
        perform private.fail(404, 'conversation_not_found', 'There is no such conversation.');
    end if;

    if client in ('authenticated', 'visitor') then
        -- Blanks and characters without a width of their own.
        if btrim(new.content, E' \t\r\n\u00a0\u200b\u200c\u200d\u2060\ufeff') = '' then
            perform private.fail(400, 'message_empty', 'Write something first.');
        end if;
        new.content_type := 'text';
        new.content_attributes := '{}';
        new.created_at := now();
        new.source_id := null;
    end if;
    if client = 'authenticated' then
        new.message_type := 'outgoing';
        new.sender_user_id := auth.uid();
        new.sender_contact_id := null;
        -- Website and API channels have no provider to wait for.
        new.status := 'sent';
        if char_length(new.content) > 150000 then
            perform private.fail(400, 'message_too_long', 'A message has 150,000 characters at most.');
        end if;
    elsif client = 'visitor' then
        new.message_type := 'incoming';
        new.private := false;
        new.sender_user_id := null;
        new.sender_contact_id := conversation.contact_id;
        new.status := 'sent';
        if char_length(new.content) > 10000 then
            perform private.fail(400, 'message_too_long', 'A message has 10,000 characters at most.');
        end if;
        if not private.can_visitor_reply(conversation) then
            perform private.fail(
                409, 'conversation_resolved', 'This conversation is closed.', 'Start a new conversation.');
        end if;
        perform private.take('visitor:' || conversation.contact_inbox_id, 20, 1);
    end if;
    new.account_id := conversation.account_id;
    new.inbox_id := conversation.inbox_id;
    new.updated_at := now();

    -- Locks are taken in the order contact, conversation, message, here and everywhere.
    if new.message_type = 'incoming' then
        update public.contacts set last_activity_at = now()
        where id = conversation.contact_id
            and (last_activity_at is null or last_activity_at < now() - interval '1 minute');
    end if;
    select * into conversation from public.conversations where id = new.conversation_id for no key update;
    select * into contact from public.contacts where id = conversation.contact_id;
    -- Asked before anything moves: an insert that conflicts runs this trigger too, also when it is to do nothing.
    if exists (select from public.messages where conversation_id = new.conversation_id and id = new.id) then
        perform private.fail(409, 'message_id_taken', 'Another message has this id.');
    end if;

    if client in ('authenticated', 'visitor') then
        select count(*) into recent
        from (
            select from public.messages
            where conversation_id = new.conversation_id
                and seq > conversation.last_seq - 400
                and created_at > now() - interval '1 minute'
            limit 200
        ) as minute;
        if recent >= 200 then
            perform private.fail(
                429, 'too_many_messages', 'This conversation got 200 messages within a minute.', 'Wait a minute.');
        end if;
    end if;

    -- A human's public answer: what ends the waiting.
    public_reply := new.message_type = 'outgoing' and not new.private and new.sender_user_id is not null
        and not new.content_attributes ? 'automation_rule_id' and not new.content_attributes ? 'campaign_id';
    reopened := case
        when new.message_type = 'incoming' and not contact.blocked
            and conversation.status in ('resolved', 'snoozed') then 'open'
        else conversation.status end;

    update public.conversations
    set last_seq = last_seq + 1,
        last_visitor_seq = last_visitor_seq + private.is_visible_to_visitor(new)::int,
        last_activity_at = greatest(last_activity_at, new.created_at),
        status = reopened,
        waiting_since = case
            when public_reply then null
            when new.message_type = 'incoming' then coalesce(waiting_since, new.created_at)
            else waiting_since end,
        first_reply_created_at = case
            when public_reply then coalesce(first_reply_created_at, new.created_at)
            else first_reply_created_at end,
        unread_count = unread_count + (new.message_type = 'incoming')::int,
        visitor_unread_count = visitor_unread_count
            + (new.message_type in ('outgoing', 'template') and not new.private)::int,
        -- Lists show what people said; the system's own lines only where there is nothing else.
        preview = case when new.message_type = 'activity'
            or (new.message_type = 'template' and preview is not null)
            then preview else jsonb_build_object(
            'content', left(new.content, 200),
            'message_type', new.message_type,
            'private', new.private,
            'sender_name', private.message_sender(new) ->> 'name',
            'created_at', new.created_at) end
    where id = new.conversation_id
    returning * into conversation;

    new.seq := conversation.last_seq;
    new.updated_seq := conversation.last_seq;
    new.visitor_seq := case when private.is_visible_to_visitor(new) then conversation.last_visitor_seq end;
    return new;
end;
$$;

comment on function private.write_message is
    'Trigger: checks the writer, fills in what clients may not say, and moves the conversation, in one update of it.
     A trigger and not a function, because agents and visitors insert messages directly.';

create trigger messages_write
    before insert on public.messages
    for each row execute function private.write_message();

create function private.tell_message_created()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    conversation public.conversations;
    inbox public.inboxes;
begin
    select * into conversation from public.conversations where id = new.conversation_id;
    select * into inbox from public.inboxes where id = new.inbox_id;
    perform private.broadcast(
        private.conversation_topic(new.conversation_id, inbox.epoch + conversation.epoch),
        'message.created',
        jsonb_build_object(
            'seq', new.seq, 'conversation_id', new.conversation_id, 'message', private.message_json(new)));
    if new.visitor_seq is not null then
        perform private.broadcast(
            'visitor:' || conversation.contact_inbox_id,
            'message.created',
            jsonb_build_object(
                'seq', new.visitor_seq,
                'conversation_id', new.conversation_id,
                'message', private.visitor_message_json(new)));
    end if;
    if new.message_type <> 'activity' then
        perform private.record_event(
            new.account_id, 'message.created', new.conversation_id,
            jsonb_build_object('message_id', new.id, 'seq', new.seq));
    end if;
    if new.message_type = 'incoming' and inbox.greeting_enabled and btrim(inbox.greeting_message) <> '' then
        perform private.enqueue(
            'send_greeting',
            jsonb_build_object('conversation_id', new.conversation_id),
            new.account_id,
            new.conversation_id::text,
            new.conversation_id::text);
    end if;
    return null;
end;
$$;

comment on function private.tell_message_created is
    'Trigger: broadcasts a new message to agents and its visitor, records it, and asks for what should follow.';

create trigger messages_tell_created
    after insert on public.messages
    for each row execute function private.tell_message_created();

create function private.change_message()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    conversation public.conversations;
begin
    new.updated_at := now();
    update public.conversations
    set last_seq = last_seq + 1,
        last_visitor_seq = last_visitor_seq + (new.visitor_seq is not null)::int
    where id = new.conversation_id
    returning * into conversation;
    new.updated_seq := conversation.last_seq;
    if new.visitor_seq is not null then
        new.visitor_seq := conversation.last_visitor_seq;
    end if;
    return new;
end;
$$;

comment on function private.change_message is 'Trigger: gives a change of a message its number, so that nobody misses it.';

create trigger messages_change
    before update of content, content_type, content_attributes, status, edited_at, deleted_at on public.messages
    for each row
    when (
        (old.content, old.content_type, old.content_attributes, old.status, old.edited_at, old.deleted_at)
        is distinct from
        (new.content, new.content_type, new.content_attributes, new.status, new.edited_at, new.deleted_at))
    execute function private.change_message();

create function private.tell_message_changed()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    conversation public.conversations;
begin
    select * into conversation from public.conversations where id = new.conversation_id;
    perform private.broadcast(
        private.topic_of(conversation),
        'message.updated',
        jsonb_build_object(
            'seq', new.updated_seq, 'conversation_id', new.conversation_id, 'message', private.message_json(new)));
    if new.visitor_seq is not null then
        perform private.broadcast(
            'visitor:' || conversation.contact_inbox_id,
            'message.updated',
            jsonb_build_object(
                'seq', new.visitor_seq,
                'conversation_id', new.conversation_id,
                'message', private.visitor_message_json(new)));
    end if;
    perform private.record_event(
        new.account_id, 'message.updated', new.conversation_id, jsonb_build_object('message_id', new.id));
    return null;
end;
$$;

comment on function private.tell_message_changed is 'Trigger: broadcasts and records a change of a message.';

create trigger messages_tell_changed
    after update on public.messages
    for each row
    when (old.updated_seq is distinct from new.updated_seq)
    execute function private.tell_message_changed();

create function private.message_page(p_conversation_id uuid, p_before_seq bigint, p_limit int)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
    page jsonb;
    first_seq bigint;
begin
    if coalesce(p_limit, 0) not between 1 and 200 then
        perform private.fail(400, 'invalid_argument', 'limit is 1 to 200.');
    end if;
    select jsonb_agg(private.message_json(message) order by message.seq), min(message.seq)
    into page, first_seq
    from (
        select *
        from public.messages
        where conversation_id = p_conversation_id
            and seq < coalesce(p_before_seq, 9223372036854775807)
        order by seq desc
        limit p_limit
    ) as message;
    return jsonb_build_object(
        'messages', coalesce(page, '[]'),
        'has_more', exists (
            select from public.messages where conversation_id = p_conversation_id and seq < first_seq),
        'last_seq', conversation.last_seq,
        'topic', private.topic_of(conversation));
end;
$$;

comment on function private.message_page is 'See public.message_page.';
grant execute on function private.message_page to authenticated;

create function public.message_page(p_conversation_id uuid, p_before_seq bigint default null, p_limit int default 30)
returns jsonb
language sql stable set search_path = ''
as $$
    select private.message_page(p_conversation_id, p_before_seq, p_limit)
$$;

comment on function public.message_page is
    'The newest messages before a seq, oldest first: {messages, has_more, last_seq, topic}.
     Fails with conversation_not_found, invalid_argument.';
grant execute on function public.message_page to authenticated;

create function private.message_changes(p_conversation_id uuid, p_after_seq bigint)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
    page jsonb;
    found_rows int;
begin
    select jsonb_agg(private.message_json(message) order by message.seq), count(*)
    into page, found_rows
    from (
        select *
        from public.messages
        where conversation_id = p_conversation_id and updated_seq > coalesce(p_after_seq, 0)
        order by updated_seq
        limit 201
    ) as message;
    return jsonb_build_object(
        'messages', case when found_rows > 200 then '[]' else coalesce(page, '[]') end,
        'reset', found_rows > 200,
        'last_seq', conversation.last_seq,
        'topic', private.topic_of(conversation));
end;
$$;

comment on function private.message_changes is 'See public.message_changes.';
grant execute on function private.message_changes to authenticated;

create function public.message_changes(p_conversation_id uuid, p_after_seq bigint)
returns jsonb
language sql stable set search_path = ''
as $$
    select private.message_changes(p_conversation_id, p_after_seq)
$$;

comment on function public.message_changes is
    'What is new or changed after a seq, for listeners that missed something: {messages, reset, last_seq, topic}.
     reset: more than 200, load the page anew. Fails with conversation_not_found.';
grant execute on function public.message_changes to authenticated;

create function private.send_message(
    p_conversation_id uuid, p_id uuid, p_content text, p_private boolean, p_expected_last_seq bigint
)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    caller uuid := auth.uid();
    message public.messages;
    missed jsonb;
begin
    perform private.agent_conversation(p_conversation_id);
    if p_id is null then
        perform private.fail(400, 'invalid_argument', 'Give the message an id (UUIDv7) of your own.');
    end if;
    -- The lock makes "has anything arrived since?" and the insert one step, and a second try wait for the first.
    perform from public.conversations where id = p_conversation_id for no key update;
    select * into message from public.messages where conversation_id = p_conversation_id and id = p_id;
    if message.id is not null then
        if message.sender_user_id is distinct from caller then
            perform private.fail(409, 'message_id_taken', 'Another message has this id.');
        end if;
        return private.message_json(message);
    end if;
    if p_expected_last_seq is not null and not coalesce(p_private, false) then
        select jsonb_agg(private.message_json(newer) order by newer.seq) into missed
        from public.messages as newer
        where newer.conversation_id = p_conversation_id
            and newer.seq > p_expected_last_seq
            and newer.message_type in ('incoming', 'outgoing')
            and not newer.private
            and newer.sender_user_id is distinct from caller;
        if missed is not null then
            perform private.fail(
                409, 'conversation_moved', 'Someone wrote here while you were writing.',
                'Read it, then send again without expected_last_seq.',
                jsonb_build_object('messages', missed)::text);
        end if;
    end if;
    -- The trigger sees the role of the request and fills in the rest, as for a direct insert.
    insert into public.messages (id, conversation_id, content, private)
    values (p_id, p_conversation_id, coalesce(p_content, ''), coalesce(p_private, false))
    returning * into message;
    return private.message_json(message);
end;
$$;

comment on function private.send_message is 'See public.send_message.';
grant execute on function private.send_message to authenticated;

create function public.send_message(
    p_conversation_id uuid,
    p_id uuid,
    p_content text,
    p_private boolean default false,
    p_expected_last_seq bigint default null
)
returns jsonb
language sql set search_path = ''
as $$
    select private.send_message(p_conversation_id, p_id, p_content, p_private, p_expected_last_seq)
$$;

comment on function public.send_message is
    'Sends a reply, or a note when private, under an id made by the caller: sending again returns the same message.
     With expected_last_seq a public reply is refused when someone else wrote after it: conversation_moved, details = {messages}.
     Fails also with conversation_not_found, message_empty, message_too_long, message_id_taken, too_many_messages.';
grant execute on function public.send_message to authenticated;

create function private.mark_conversation_unread(p_conversation_id uuid)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    last_incoming timestamptz;
begin
    perform private.agent_conversation(p_conversation_id);
    select created_at into last_incoming
    from public.messages
    where conversation_id = p_conversation_id and message_type = 'incoming'
    order by seq desc
    limit 1;
    update public.conversations
    set unread_count = greatest(unread_count, (last_incoming is not null)::int),
        agent_last_seen_at = last_incoming - interval '1 second'
    where id = p_conversation_id;
end;
$$;

comment on function private.mark_conversation_unread is 'See public.mark_conversation_unread.';
grant execute on function private.mark_conversation_unread to authenticated;

create function public.mark_conversation_unread(p_conversation_id uuid)
returns void
language sql set search_path = ''
as $$
    select private.mark_conversation_unread(p_conversation_id)
$$;

comment on function public.mark_conversation_unread is
    'Puts the conversation back to unread from its last incoming message on. Fails with conversation_not_found.';
grant execute on function public.mark_conversation_unread to authenticated;

create function private.set_typing(p_conversation_id uuid, p_typing boolean, p_private boolean)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
    name text;
begin
    perform private.take('typing:' || auth.uid(), 5, 1);
    select private.shown_name(users) into name from public.users where id = auth.uid();
    perform private.broadcast(
        private.topic_of(conversation),
        'typing',
        jsonb_build_object(
            'conversation_id', p_conversation_id,
            'typing', p_typing,
            'private', p_private,
            'actor', jsonb_build_object('type', 'user', 'id', auth.uid(), 'name', name)));
    if not p_private then
        perform private.broadcast(
            'visitor:' || conversation.contact_inbox_id,
            'typing',
            jsonb_build_object(
                'conversation_id', p_conversation_id,
                'typing', p_typing,
                'actor', jsonb_build_object('name', name)));
    end if;
end;
$$;

comment on function private.set_typing is 'See public.set_typing.';
grant execute on function private.set_typing to authenticated;

create function public.set_typing(p_conversation_id uuid, p_typing boolean, p_private boolean default false)
returns void
language sql set search_path = ''
as $$
    select private.set_typing(p_conversation_id, p_typing, p_private)
$$;

comment on function public.set_typing is
    'Shows colleagues, and the visitor unless it is a note, that the caller types. Call at most every two seconds.
     Fails with conversation_not_found, too_many_requests.';
grant execute on function public.set_typing to authenticated;

create function service.send_greeting(p_conversation_id uuid)
returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
    conversation public.conversations;
    inbox public.inboxes;
    greeting_id uuid;
begin
    select * into conversation from public.conversations where id = p_conversation_id for no key update;
    select * into inbox from public.inboxes where id = conversation.inbox_id;
    -- Asked again here, under the lock: an agent may have answered first, or the setting may have gone.
    if conversation.id is null
        or not inbox.greeting_enabled
        or btrim(coalesce(inbox.greeting_message, '')) = ''
        or exists (
            select from public.messages
            where conversation_id = p_conversation_id
                and message_type in ('outgoing', 'template')
                and not private)
    then
        return null;
    end if;
    insert into public.messages (conversation_id, message_type, content)
    values (p_conversation_id, 'template', inbox.greeting_message)
    returning id into greeting_id;
    return greeting_id;
end;
$$;

comment on function service.send_greeting is
    'Writes the inbox''s greeting, once, if nobody has answered yet. Returns the message''s id, or null when there was nothing to do.';

alter table public.messages enable row level security;

create policy "agents read the messages in their inboxes"
    on public.messages for select to authenticated
    using (inbox_id = any ((select private.inbox_ids())::uuid[]));

create policy "agents write messages in their inboxes"
    on public.messages for insert to authenticated
    with check (
        inbox_id = any ((select private.inbox_ids())::uuid[])
        and message_type = 'outgoing'
        and sender_user_id = (select auth.uid()));

grant select on public.messages to authenticated;
grant insert (id, conversation_id, content, private) on public.messages to authenticated;

-- ---- 42_activity.sql

-- activity: the system's own lines in a thread ("Ana resolved the conversation"), written by a trigger.

create function private.activity_text(p_locale text, p_key text)
returns text
language sql immutable parallel safe set search_path = ''
as $$
    select coalesce(texts.all_languages -> p_key ->> replace(p_locale, '_', '-'),
        texts.all_languages -> p_key ->> split_part(replace(p_locale, '_', '-'), '-', 1),
        texts.all_languages -> p_key ->> 'en')
    from (values ($json$ {
        "status.resolved": {
            "en": "%actor% resolved the conversation", "es": "%actor% resolvió la conversación",
            "pt-BR": "%actor% resolveu a conversa", "ar": "قام %actor% بحل المحادثة"},
        "status.open": {
            "en": "%actor% reopened the conversation", "es": "%actor% reabrió la conversación",
            "pt-BR": "%actor% reabriu a conversa", "ar": "أعاد %actor% فتح المحادثة"},
        "status.pending": {
            "en": "%actor% marked the conversation as pending", "es": "%actor% marcó la conversación como pendiente",
            "pt-BR": "%actor% marcou a conversa como pendente", "ar": "وضع %actor% المحادثة قيد الانتظار"},
        "status.snoozed": {
            "en": "%actor% snoozed the conversation", "es": "%actor% pospuso la conversación",
            "pt-BR": "%actor% adiou a conversa", "ar": "قام %actor% بتأجيل المحادثة"},
        "assignee.self": {
            "en": "%actor% took the conversation", "es": "%actor% tomó la conversación",
            "pt-BR": "%actor% assumiu a conversa", "ar": "تولى %actor% المحادثة"},
        "assignee.assigned": {
            "en": "%actor% assigned the conversation to %assignee%",
            "es": "%actor% asignó la conversación a %assignee%",
            "pt-BR": "%actor% atribuiu a conversa a %assignee%", "ar": "أسند %actor% المحادثة إلى %assignee%"},
        "assignee.unassigned": {
            "en": "%actor% unassigned the conversation", "es": "%actor% quitó la asignación de la conversación",
            "pt-BR": "%actor% removeu a atribuição da conversa", "ar": "ألغى %actor% إسناد المحادثة"}
    } $json$::jsonb)) as texts (all_languages)
$$;

comment on function private.activity_text is
    'The sentence of an activity in a language, with %placeholders%; English where we have no other.';

create function private.write_activity(p_conversation public.conversations, p_key text, p_params jsonb)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    sentence text;
    param record;
begin
    select private.activity_text(account.locale, p_key) into sentence
    from public.accounts as account
    where account.id = p_conversation.account_id;
    for param in select * from jsonb_each_text(p_params) loop
        sentence := replace(sentence, '%' || param.key || '%', param.value);
    end loop;
    insert into public.messages (conversation_id, message_type, content, content_attributes)
    values (
        p_conversation.id, 'activity', sentence,
        jsonb_build_object('activity', jsonb_build_object('key', p_key, 'params', p_params)));
end;
$$;

comment on function private.write_activity is
    'Adds an activity line in the account''s language; key and parameters go along, so that each reader may see their own.';

create function private.tell_activity()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    actor_name text;
    assignee_name text;
begin
    if current_setting('role', true) <> 'authenticated' then
        return null;  -- no line without a known actor
    end if;
    select private.shown_name(users) into actor_name from public.users where id = auth.uid();
    -- A message that reopens is its own explanation.
    if new.status is distinct from old.status and old.last_seq + 1 = new.last_seq then
        perform private.write_activity(new, 'status.' || new.status, jsonb_build_object('actor', actor_name));
    end if;
    if new.assignee_id is distinct from old.assignee_id then
        select private.shown_name(users) into assignee_name from public.users where id = new.assignee_id;
        perform private.write_activity(
            new,
            case when new.assignee_id is null then 'assignee.unassigned'
                when new.assignee_id = auth.uid() then 'assignee.self'
                else 'assignee.assigned' end,
            jsonb_strip_nulls(jsonb_build_object('actor', actor_name, 'assignee', assignee_name)));
    end if;
    return null;
end;
$$;

comment on function private.tell_activity is 'Trigger: writes who changed status or assignee into the thread.';

-- Named to run after conversations_tell: the change is broadcast before the line about it.
create trigger conversations_tell_in_thread
    after update of status, assignee_id on public.conversations
    for each row
    when (old.status is distinct from new.status or old.assignee_id is distinct from new.assignee_id)
    execute function private.tell_activity();

-- ---- 44_visitor.sql

-- visitor: what the website chat may do. Visitors have no table of their own to read or write; these
-- functions are their whole world, and each starts from the contact_inbox_id of their token.

create function private.visitor_conversation(p_id uuid)
returns public.conversations
language plpgsql stable security definer set search_path = ''
as $$
declare
    conversation public.conversations;
begin
    select * into conversation
    from public.conversations
    where id = p_id and contact_inbox_id = private.visitor_contact_inbox_id();
    if conversation.id is null then
        perform private.fail(404, 'conversation_not_found', 'There is no such conversation.');
    end if;
    return conversation;
end;
$$;

comment on function private.visitor_conversation is 'The conversation, if it is the calling visitor''s; else conversation_not_found.';

create function private.visitor_conversation_json(p_conversation public.conversations)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'id', p_conversation.id,
        'status', p_conversation.status,
        'last_seq', p_conversation.last_visitor_seq,
        'unread_count', p_conversation.visitor_unread_count,
        'last_activity_at', p_conversation.last_activity_at,
        'can_reply', private.can_visitor_reply(p_conversation))
$$;

comment on function private.visitor_conversation_json is 'A conversation as its visitor gets it.';

create function private.widget_conversations()
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object('conversations', coalesce(
        jsonb_agg(private.visitor_conversation_json(conversation) order by conversation.id desc), '[]'))
    from (
        select *
        from public.conversations
        where contact_inbox_id = private.visitor_contact_inbox_id()
            and account_id = (auth.jwt() ->> 'account_id')::uuid
        order by id desc
        limit 20
    ) as conversation
$$;

comment on function private.widget_conversations is 'See public.widget_conversations.';
grant execute on function private.widget_conversations to visitor;

create function public.widget_conversations()
returns jsonb
language sql stable set search_path = ''
as $$
    select private.widget_conversations()
$$;

comment on function public.widget_conversations is 'The visitor''s newest 20 conversations, newest first: {conversations}.';
grant execute on function public.widget_conversations to visitor;

create function private.widget_messages(
    p_conversation_id uuid, p_before_seq bigint, p_after_change bigint, p_limit int
)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    conversation public.conversations := private.visitor_conversation(p_conversation_id);
    page jsonb;
    first_seq bigint;
    last_change bigint;
begin
    if coalesce(p_limit, 0) not between 1 and 200 then
        perform private.fail(400, 'invalid_argument', 'limit is 1 to 200.');
    end if;
    if p_after_change is not null then
        select jsonb_agg(private.visitor_message_json(message) order by message.visitor_seq), max(message.visitor_seq)
        into page, last_change
        from (
            select *
            from public.messages
            where conversation_id = p_conversation_id and visitor_seq > p_after_change
            order by visitor_seq
            limit 500
        ) as message;
    else
        select jsonb_agg(private.visitor_message_json(message) order by message.seq), min(message.seq)
        into page, first_seq
        from (
            select *
            from public.messages
            where conversation_id = p_conversation_id
                and visitor_seq is not null
                and seq < coalesce(p_before_seq, 9223372036854775807)
            order by seq desc
            limit p_limit
        ) as message;
    end if;
    return jsonb_build_object(
        'messages', coalesce(page, '[]'),
        'has_more', exists (
            select from public.messages
            where conversation_id = p_conversation_id and visitor_seq is not null and seq < first_seq)
            or exists (
            select from public.messages
            where conversation_id = p_conversation_id and visitor_seq > last_change),
        'last_seq', conversation.last_visitor_seq);
end;
$$;

comment on function private.widget_messages is 'See public.widget_messages.';
grant execute on function private.widget_messages to visitor;

create function public.widget_messages(
    p_conversation_id uuid,
    p_before_seq bigint default null,
    p_after_change bigint default null,
    p_limit int default 30
)
returns jsonb
language sql stable set search_path = ''
as $$
    select private.widget_messages(p_conversation_id, p_before_seq, p_after_change, p_limit)
$$;

comment on function public.widget_messages is
    'The visitor''s messages, oldest first: a page before a position, or what is new or changed after a seq.
     {messages, has_more, last_seq}. Fails with conversation_not_found, invalid_argument.';
grant execute on function public.widget_messages to visitor;

create function private.widget_send_message(p_conversation_id uuid, p_id uuid, p_content text)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    message public.messages;
begin
    perform private.visitor_conversation(p_conversation_id);
    if p_id is null then
        perform private.fail(400, 'invalid_argument', 'Give the message an id (UUIDv7) of your own.');
    end if;
    perform from public.conversations where id = p_conversation_id for no key update;
    select * into message from public.messages where conversation_id = p_conversation_id and id = p_id;
    if message.id is null then
        insert into public.messages (id, conversation_id, content)
        values (p_id, p_conversation_id, coalesce(p_content, ''))
        returning * into message;
    elsif message.message_type <> 'incoming' then
        perform private.fail(409, 'message_id_taken', 'Another message has this id.');
    end if;
    return private.visitor_message_json(message);
end;
$$;

comment on function private.widget_send_message is 'See public.widget_send_message.';
grant execute on function private.widget_send_message to visitor;

create function public.widget_send_message(p_conversation_id uuid, p_id uuid, p_content text)
returns jsonb
language sql set search_path = ''
as $$
    select private.widget_send_message(p_conversation_id, p_id, p_content)
$$;

comment on function public.widget_send_message is
    'The visitor writes, under an id made by their browser: sending again returns the same message.
     Fails with conversation_not_found, conversation_resolved, message_empty, message_too_long, too_many_messages.';
grant execute on function public.widget_send_message to visitor;

create function private.ensure_visitor_contact(p_name text, p_email text)
returns public.contact_inboxes
language plpgsql security definer set search_path = ''
as $$
declare
    session private.visitor_sessions;
    address public.contact_inboxes;
    given_email text := nullif(lower(btrim(p_email)), '');
begin
    select * into address from public.contact_inboxes where id = private.visitor_contact_inbox_id();
    if address.id is not null then
        return address;
    end if;
    -- The ids of the token must be ones we reserved: then nobody can plant a contact of their choice.
    select * into session
    from private.visitor_sessions
    where contact_inbox_id = private.visitor_contact_inbox_id()
        and contact_id = (auth.jwt() ->> 'contact_id')::uuid
        and inbox_id = (auth.jwt() ->> 'inbox_id')::uuid
        and account_id = (auth.jwt() ->> 'account_id')::uuid;
    if session.id is null then
        perform private.fail(401, 'session_expired', 'This chat session is over.', 'Reload the page.');
    end if;
    if given_email is not null and (
        char_length(given_email) > 254 or given_email !~ '^[^@\s]+@[^@\s]+\.[^@\s]+$')
    then
        perform private.fail(400, 'email_invalid', 'This does not look like an e-mail address.');
    end if;
    -- An address that someone else has already is only a claim: it is noted, not taken over.
    insert into public.contacts (id, account_id, name, email, identified, additional_attributes)
    values (
        session.contact_id, session.account_id, left(coalesce(p_name, ''), 255),
        case when not exists (
            select from public.contacts where account_id = session.account_id and email = given_email)
            then given_email end,
        case when given_email is null then 'anonymous' else 'claimed' end,
        case when given_email is null then '{}'::jsonb else jsonb_build_object('claimed_email', given_email) end)
    on conflict (id) do nothing;
    insert into public.contact_inboxes (id, account_id, contact_id, inbox_id, source_id)
    values (
        session.contact_inbox_id, session.account_id, session.contact_id, session.inbox_id,
        session.contact_inbox_id::text)
    on conflict (id) do nothing;
    select * into address from public.contact_inboxes where id = session.contact_inbox_id;
    return address;
end;
$$;

comment on function private.ensure_visitor_contact is
    'The visitor''s address in the inbox; makes the contact with the first message, under the ids their session reserved.';

create function private.widget_start_conversation(
    p_message_id uuid, p_content text, p_name text, p_email text, p_page_url text
)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    address public.contact_inboxes;
    conversation public.conversations;
    blocked boolean;
    message jsonb;
begin
    if p_message_id is null then
        perform private.fail(400, 'invalid_argument', 'Give the message an id (UUIDv7) of your own.');
    end if;
    -- Two tabs that start at once take turns, and end up in the same conversation.
    perform pg_advisory_xact_lock(hashtextextended(private.visitor_contact_inbox_id()::text, 0));
    address := private.ensure_visitor_contact(p_name, p_email);

    select * into conversation
    from public.conversations
    where account_id = address.account_id and contact_inbox_id = address.id
    order by id desc
    limit 1;
    if conversation.id is null
        or (not private.can_visitor_reply(conversation) and not exists (
            select from public.messages where conversation_id = conversation.id and id = p_message_id))
    then
        select contact.blocked into blocked from public.contacts as contact where contact.id = address.contact_id;
        perform private.take('start:' || address.id, 5, 5 / 3600.0);
        insert into public.conversations (
            account_id, inbox_id, contact_id, contact_inbox_id, status, additional_attributes)
        values (
            address.account_id, address.inbox_id, address.contact_id, address.id,
            case when blocked then 'resolved' else 'open' end,
            case when p_page_url ~ '^https?://' and char_length(p_page_url) <= 2000
                then jsonb_build_object('referer', p_page_url) else '{}' end)
        returning * into conversation;
    end if;
    message := private.widget_send_message(conversation.id, p_message_id, p_content);
    select * into conversation from public.conversations where id = conversation.id;
    return jsonb_build_object(
        'conversation', private.visitor_conversation_json(conversation), 'message', message);
end;
$$;

comment on function private.widget_start_conversation is 'See public.widget_start_conversation.';
grant execute on function private.widget_start_conversation to visitor;

create function public.widget_start_conversation(
    p_message_id uuid,
    p_content text,
    p_name text default null,
    p_email text default null,
    p_page_url text default null
)
returns jsonb
language sql set search_path = ''
as $$
    select private.widget_start_conversation(p_message_id, p_content, p_name, p_email, p_page_url)
$$;

comment on function public.widget_start_conversation is
    'The visitor''s first message: makes contact and conversation, or goes on in the running one. {conversation, message}.
     Calling again with the same message id returns the same. Fails with session_expired, email_invalid, message_empty,
     message_too_long, too_many_requests.';
grant execute on function public.widget_start_conversation to visitor;

create function private.widget_mark_seen(p_conversation_id uuid)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    conversation public.conversations := private.visitor_conversation(p_conversation_id);
begin
    if conversation.visitor_unread_count = 0 then
        return;
    end if;
    perform private.take('seen:' || conversation.contact_inbox_id, 30, 1);
    update public.conversations
    set visitor_unread_count = 0, contact_last_seen_at = now()
    where id = p_conversation_id;
    update public.messages
    set status = 'read'
    where conversation_id = p_conversation_id
        and message_type in ('outgoing', 'template')
        and not private
        and status in ('sent', 'delivered')
        and seq > conversation.last_seq - 500;
end;
$$;

comment on function private.widget_mark_seen is 'See public.widget_mark_seen.';
grant execute on function private.widget_mark_seen to visitor;

create function public.widget_mark_seen(p_conversation_id uuid)
returns void
language sql set search_path = ''
as $$
    select private.widget_mark_seen(p_conversation_id)
$$;

comment on function public.widget_mark_seen is
    'The visitor has the conversation before them: what agents wrote becomes read. Fails with conversation_not_found.';
grant execute on function public.widget_mark_seen to visitor;

create function private.widget_typing(p_conversation_id uuid, p_typing boolean)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    conversation public.conversations := private.visitor_conversation(p_conversation_id);
    contact public.contacts;
begin
    perform private.take('typing:' || conversation.contact_inbox_id, 5, 1);
    select * into contact from public.contacts where id = conversation.contact_id;
    perform private.broadcast(
        private.topic_of(conversation),
        'typing',
        jsonb_build_object(
            'conversation_id', p_conversation_id,
            'typing', p_typing,
            'private', false,
            'actor', jsonb_build_object('type', 'contact', 'id', contact.id, 'name', contact.name)));
end;
$$;

comment on function private.widget_typing is 'See public.widget_typing.';
grant execute on function private.widget_typing to visitor;

create function public.widget_typing(p_conversation_id uuid, p_typing boolean)
returns void
language sql set search_path = ''
as $$
    select private.widget_typing(p_conversation_id, p_typing)
$$;

comment on function public.widget_typing is
    'Shows agents that the visitor types. Call at most every two seconds. Fails with conversation_not_found, too_many_requests.';
grant execute on function public.widget_typing to visitor;

-- ---- 90_realtime.sql

-- realtime: who may listen to which topic. The topic is the border; see 12_realtime.sql for their names.

create function private.may_hear(p_topic text)
returns boolean
language plpgsql stable security definer set search_path = ''
as $$
declare
    uuid_pattern constant text := '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
    part text[];
begin
    -- Anchored, and exactly one spelling each: a topic that is merely similar is another topic.
    part := regexp_match(p_topic, '^user:(' || uuid_pattern || ')$');
    if part is not null then
        return part[1]::uuid = auth.uid();
    end if;
    part := regexp_match(p_topic, '^inbox:(' || uuid_pattern || '):([1-9][0-9]{0,17})$');
    if part is not null then
        return exists (
            select from public.inboxes as inbox
            where inbox.id = part[1]::uuid
                and inbox.epoch = part[2]::bigint
                and inbox.id = any (private.inbox_ids()));
    end if;
    part := regexp_match(p_topic, '^conversation:(' || uuid_pattern || '):([1-9][0-9]{0,17})$');
    if part is not null then
        return exists (
            select from public.conversations as conversation
            join public.inboxes as inbox on inbox.id = conversation.inbox_id
            where conversation.id = part[1]::uuid
                and inbox.epoch + conversation.epoch = part[2]::bigint
                and inbox.id = any (private.inbox_ids()));
    end if;
    return false;
end;
$$;

comment on function private.may_hear is 'Whether the calling agent may listen to this topic now, under its present epoch.';
grant execute on function private.may_hear to authenticated;

create policy "agents hear the topics of what they may see"
    on realtime.messages for select to authenticated
    using (extension in ('broadcast', 'presence') and (select private.may_hear((select realtime.topic()))));

create policy "agents show their presence in the conversations they may see"
    on realtime.messages for insert to authenticated
    with check (
        extension = 'presence'
        and (select realtime.topic()) like 'conversation:%'
        and (select private.may_hear((select realtime.topic()))));

create policy "visitors hear their own topic"
    on realtime.messages for select to visitor
    using (
        extension = 'broadcast'
        and (select realtime.topic()) = 'visitor:' || (select private.visitor_contact_inbox_id()));
