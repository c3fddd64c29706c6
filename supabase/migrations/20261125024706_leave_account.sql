-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

CREATE OR REPLACE FUNCTION private.tell_activity()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    -- No line without a known actor.
    actor_name constant text := private.actor_name(new);
    -- Two numbers at once: a message brought the change about.
    by_message constant boolean := old.last_seq + 1 < new.last_seq;
begin
    if new.status is distinct from old.status then
        if not by_message then
            if actor_name is not null then
                perform private.write_activity(
                    new, 'status.' || new.status, jsonb_build_object('actor', actor_name));
            end if;
        elsif old.status = 'resolved' and (
            select inbox.channel_type = 'api' from public.inboxes as inbox where inbox.id = new.inbox_id)
        then
            -- Elsewhere the message is its own explanation; an API channel's may come from a machine.
            perform private.write_activity(new, 'status.reopened_by_message', '{}');
        end if;
    end if;
    if actor_name is null then
        return null;
    end if;
    if new.priority is distinct from old.priority then
        perform private.tell_priority(old, new, actor_name);
    end if;
    if new.labels is distinct from old.labels then
        perform private.tell_labels(old, new, actor_name);
    end if;
    -- A visitor opens a conversation and it goes to whose turn it is: that is nobody's deed.
    -- And who leaves the account leaves all their conversations, years of them: a line in each would bring those to
    -- the top of every list.
    if (new.assignee_id, new.team_id) is distinct from (old.assignee_id, old.team_id)
        and current_setting('role', true) = 'authenticated'
        and (old.assignee_id is null or exists (
            select from public.account_users as member
            where member.account_id = old.account_id and member.user_id = old.assignee_id))
    then
        perform private.tell_assignment(old, new, actor_name);
    end if;
    return null;
end;
$function$;

CREATE OR REPLACE FUNCTION private.tell_member()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    member constant public.account_users := case tg_op when 'INSERT' then new else old end;
begin
    -- While an account is deleted its members go after it: nobody is left to be told.
    if exists (select from public.accounts where id = member.account_id) then
        perform private.record_event(
            member.account_id,
            case tg_op when 'INSERT' then 'agent.added' else 'agent.removed' end,
            null,
            jsonb_build_object('user_id', member.user_id, 'role', member.role));
    end if;
    return null;
end;
$function$;

ALTER FUNCTION "private"."tell_member"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.remove_member(p_account_id uuid, p_user_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
 SET statement_timeout TO '60s'
AS $function$
    select private.remove_member(p_account_id, p_user_id)
$function$;

CREATE TRIGGER account_users_tell AFTER INSERT OR DELETE ON public.account_users FOR EACH ROW EXECUTE FUNCTION private.tell_member();

COMMENT ON FUNCTION "private"."tell_member"() IS 'Trigger: records who came into an account and who left it.';

REVOKE ALL ON FUNCTION "private"."tell_member"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tell_member"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tell_member"() TO "postgres";
