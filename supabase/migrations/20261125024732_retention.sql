-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

CREATE OR REPLACE FUNCTION service.purge_audit_log(p_older_than interval DEFAULT '2 years'::interval, p_limit integer DEFAULT 10000)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with purged as (
        delete from public.audit_log
        where id in (
            select id from public.audit_log where id < private.uuid_v7(now() - p_older_than) order by id limit p_limit)
        returning 1
    )
    select count(*)::int from purged
$function$;

ALTER FUNCTION "service"."purge_audit_log"(interval, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.purge_contacts(p_older_than interval DEFAULT '30 days'::interval, p_limit integer DEFAULT 1000)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with stale as (
        delete from private.contact_presence where seen_at < now() - interval '1 day'
    ),
    purged as (
        delete from public.contacts
        where id in (
            select contact.id
            from public.contacts as contact
            where contact.email is null and contact.phone_number is null and contact.identifier is null
                and contact.id < private.uuid_v7(now() - p_older_than)
                and contact.created_at < now() - p_older_than
                -- Whom an agent wrote something about is somebody.
                and contact.labels = '{}'
                and not exists (
                    select from public.conversations as conversation
                    where conversation.account_id = contact.account_id and conversation.contact_id = contact.id)
                and not exists (
                    select from public.notes as note
                    where note.account_id = contact.account_id and note.contact_id = contact.id)
            order by contact.id
            limit p_limit)
        returning 1
    )
    select count(*)::int from purged
$function$;

ALTER FUNCTION "service"."purge_contacts"(interval, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.purge_dead_letters(p_older_than interval DEFAULT '90 days'::interval, p_limit integer DEFAULT 10000)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with jobs as (
        delete from private.jobs
        where id in (
            select id from private.jobs where status = 'dead' and finished_at < now() - p_older_than order by id limit p_limit)
        returning 1
    ),
    requests as (
        delete from private.provider_events
        where id in (
            select id from private.provider_events
            where status = 'quarantined' and processed_at < now() - p_older_than
            order by id
            limit p_limit)
        returning 1
    )
    select (select count(*) from jobs)::int + (select count(*) from requests)::int
$function$;

ALTER FUNCTION "service"."purge_dead_letters"(interval, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.purge_events(p_older_than interval DEFAULT '90 days'::interval, p_limit integer DEFAULT 10000)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with purged as (
        delete from private.events
        where id in (
            select oldest.id
            -- The table is in the order of time: only its beginning is read, and nothing when there is nothing to do.
            from (select id, created_at from private.events order by id limit p_limit) as oldest
            where oldest.created_at < now() - p_older_than)
        returning 1
    )
    select count(*)::int from purged
$function$;

ALTER FUNCTION "service"."purge_events"(interval, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.purge_invitations(p_older_than interval DEFAULT '30 days'::interval)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with purged as (
        delete from public.invitations where accepted_at is null and expires_at < now() - p_older_than returning 1
    )
    select count(*)::int from purged
$function$;

ALTER FUNCTION "service"."purge_invitations"(interval) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.purge_notifications(p_older_than interval DEFAULT '90 days'::interval, p_limit integer DEFAULT 10000)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with purged as (
        delete from public.notifications
        where id in (
            select id
            from public.notifications
            -- Ids begin with the time of the first writing, which is never later than that of the last.
            where id < private.uuid_v7(now() - p_older_than) and created_at < now() - p_older_than
            order by id
            limit p_limit)
        returning 1
    )
    select count(*)::int from purged
$function$;

ALTER FUNCTION "service"."purge_notifications"(interval, integer) OWNER TO "postgres";

CREATE INDEX contacts_unreachable_idx ON public.contacts USING btree (id) WHERE ((email IS NULL) AND (phone_number IS NULL) AND (identifier IS NULL));

COMMENT ON FUNCTION "service"."purge_audit_log"(interval, integer) IS 'Removes entries of the audit log that are very old, p_limit a call.';

COMMENT ON FUNCTION "service"."purge_contacts"(interval, integer) IS 'Removes contacts who cannot be reached, said nothing that is left and were never cared for, p_limit a call; and forgets
     whose chat was open days ago.';

COMMENT ON FUNCTION "service"."purge_dead_letters"(interval, integer) IS 'Removes dead jobs and quarantined requests that nobody tried again for so long, p_limit of each a call.';

COMMENT ON FUNCTION "service"."purge_events"(interval, integer) IS 'Removes the oldest events, p_limit a call, and returns how many.';

COMMENT ON FUNCTION "service"."purge_invitations"(interval) IS 'Removes invitations that nobody accepted and that ended long ago.';

COMMENT ON FUNCTION "service"."purge_jobs"(interval) IS 'Removes old finished jobs, at most 10,000 a call. Dead ones stay longer, for somebody to look: see service.purge_dead_letters.';

COMMENT ON FUNCTION "service"."purge_notifications"(interval, integer) IS 'Removes notifications that were written long ago, read or not, p_limit a call.';

REVOKE ALL ON FUNCTION "service"."purge_audit_log"(interval, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."purge_audit_log"(interval, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_audit_log"(interval, integer) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_audit_log"(interval, integer) TO "service_role";

REVOKE ALL ON FUNCTION "service"."purge_contacts"(interval, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."purge_contacts"(interval, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_contacts"(interval, integer) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_contacts"(interval, integer) TO "service_role";

REVOKE ALL ON FUNCTION "service"."purge_dead_letters"(interval, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."purge_dead_letters"(interval, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_dead_letters"(interval, integer) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_dead_letters"(interval, integer) TO "service_role";

REVOKE ALL ON FUNCTION "service"."purge_events"(interval, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."purge_events"(interval, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_events"(interval, integer) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_events"(interval, integer) TO "service_role";

REVOKE ALL ON FUNCTION "service"."purge_invitations"(interval) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."purge_invitations"(interval) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_invitations"(interval) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_invitations"(interval) TO "service_role";

REVOKE ALL ON FUNCTION "service"."purge_notifications"(interval, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."purge_notifications"(interval, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_notifications"(interval, integer) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_notifications"(interval, integer) TO "service_role";
