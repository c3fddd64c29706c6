-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

CREATE OR REPLACE FUNCTION private.scopes_of(p_user_id uuid)
 RETURNS TABLE(account_id uuid, inbox_id uuid, team_id uuid, scope text)
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
    -- In PL/pgSQL, which keeps its plan: making one takes several times as long as running it, and every policy asks.
    return query
    select member.account_id, place.inbox_id, place.team_id, membership.scope
    from public.account_users as member
    join public.accounts as account on account.id = member.account_id and account.status = 'active'
    left join public.custom_roles as custom on custom.id = member.custom_role_id
    cross join lateral (
        -- Called only where there is a role to read.
        select case when custom.id is null then 'all' else private.conversation_scope(member.role, custom.permissions) end
    ) as membership (scope)
    cross join lateral (
        select inbox.id, null::uuid
        from public.inboxes as inbox
        where member.role = 'administrator' and inbox.account_id = member.account_id and inbox.deleted_at is null
        union all
        select mine.inbox_id, null
        from public.inbox_members as mine
        where member.role <> 'administrator' and mine.account_id = member.account_id and mine.user_id = p_user_id
        union all
        select null, mine.team_id
        from public.team_members as mine
        where member.role <> 'administrator' and mine.account_id = member.account_id and mine.user_id = p_user_id
    ) as place (inbox_id, team_id)
    where member.user_id = p_user_id and membership.scope is not null;
end;
$function$;
