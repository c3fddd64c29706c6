-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

DROP FUNCTION "service"."claim_jobs"(text, text[], integer, integer);

ALTER TABLE "private"."jobs" ADD COLUMN "request_id" text;

CREATE OR REPLACE FUNCTION private.enqueue(p_kind text, p_payload jsonb, p_account_id uuid DEFAULT '00000000-0000-0000-0000-000000000000'::uuid, p_lock text DEFAULT NULL::text, p_dedupe_key text DEFAULT NULL::text, p_run_at timestamp with time zone DEFAULT now(), p_priority integer DEFAULT 100)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    insert into private.jobs (kind, payload, account_id, lock, dedupe_key, run_at, priority, request_id)
    values (p_kind, p_payload, p_account_id, p_lock, p_dedupe_key, p_run_at, p_priority, private.request_id())
    on conflict (kind, dedupe_key) where dedupe_key is not null do nothing
$function$;

CREATE OR REPLACE FUNCTION private.request_id()
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    -- Of the request that PostgREST serves; a client may send any, so only what looks like an id is kept.
    select substring(
        nullif(current_setting('request.headers', true), '')::json ->> 'x-request-id'
        from '^[A-Za-z0-9._-]{8,64}$')
$function$;

ALTER FUNCTION "private"."request_id"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.claim_jobs(p_worker text, p_kinds text[], p_limit integer DEFAULT 20, p_lease_seconds integer DEFAULT 60)
 RETURNS TABLE(id bigint, account_id uuid, kind text, payload jsonb, attempt integer, max_attempts integer, lock text, created_at timestamp with time zone, request_id text)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
    returning job.id, job.account_id, job.kind, job.payload, job.attempt, job.max_attempts, job.lock,
        job.created_at, job.request_id;
end;
$function$;

ALTER FUNCTION "service"."claim_jobs"(text, text[], integer, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.dead_jobs(p_before_id bigint DEFAULT NULL::bigint, p_limit integer DEFAULT 50)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object('rows', coalesce(jsonb_agg(to_jsonb(dead) order by dead.id desc), '[]'))
    from (
        select job.id, job.kind, job.account_id, job.payload, job.attempt, job.last_error, job.created_at,
            job.finished_at, job.request_id
        from private.jobs as job
        where job.status = 'dead' and job.id < coalesce(p_before_id, 9223372036854775807)
        order by job.id desc
        limit least(greatest(p_limit, 1), 500)
    ) as dead
$function$;

COMMENT ON COLUMN "private"."jobs"."request_id" IS 'The x-request-id of the request that asked for it, so that its logs and the job''s can be read together.';

COMMENT ON FUNCTION "private"."request_id"() IS 'The x-request-id of the present request, or null.';

COMMENT ON FUNCTION "service"."claim_jobs"(text, text[], integer, integer) IS 'Leases up to p_limit jobs of these kinds to a worker: fair between accounts, in order per lock, each to one worker only.';

REVOKE ALL ON FUNCTION "private"."request_id"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."request_id"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."request_id"() TO "postgres";

REVOKE ALL ON FUNCTION "service"."claim_jobs"(text, text[], integer, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."claim_jobs"(text, text[], integer, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."claim_jobs"(text, text[], integer, integer) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."claim_jobs"(text, text[], integer, integer) TO "service_role";
