-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

CREATE OR REPLACE FUNCTION service.claim_jobs(p_worker text, p_kinds text[], p_limit integer DEFAULT 20, p_lease_seconds integer DEFAULT 60)
 RETURNS TABLE(id bigint, account_id uuid, kind text, payload jsonb, attempt integer, max_attempts integer, lock text, created_at timestamp with time zone, request_id text)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
    returning job.id, job.account_id, job.kind, job.payload, job.attempt, job.max_attempts, job.lock,
        job.created_at, job.request_id;
end;
$function$;
