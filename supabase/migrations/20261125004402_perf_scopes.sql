-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

DROP FUNCTION "private"."my_scopes"();

CREATE OR REPLACE FUNCTION private.full_inbox_ids()
 RETURNS uuid[]
 LANGUAGE sql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce(array_agg(mine.inbox_id), '{}')
    from private.scopes_of((select auth.uid())) as mine
    where mine.inbox_id is not null and mine.scope = 'all'
$function$;

CREATE OR REPLACE FUNCTION private.partial_account_ids(p_scoped_only boolean DEFAULT false)
 RETURNS uuid[]
 LANGUAGE sql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce(array_agg(distinct mine.account_id), '{}')
    from private.scopes_of((select auth.uid())) as mine
    where mine.scope <> 'all' or (mine.team_id is not null and not p_scoped_only)
$function$;

CREATE OR REPLACE FUNCTION private.team_ids()
 RETURNS uuid[]
 LANGUAGE sql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce(array_agg(mine.team_id), '{}')
    from private.scopes_of((select auth.uid())) as mine
    where mine.team_id is not null and mine.scope = 'all'
$function$;

COMMENT ON FUNCTION "private"."inbox_ids"() IS 'The inboxes the caller may enter: all of the accounts they administer, and those they are a member of. What they
     see of the conversations there is private.scopes_of. In policies write
     inbox_id = any ((select private.inbox_ids())::uuid[]).';
