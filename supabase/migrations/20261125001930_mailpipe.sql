-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

CREATE TABLE "private"."mailboxes" ("account_id" uuid NOT NULL, "inbox_id" uuid NOT NULL, "cursor" jsonb NOT NULL DEFAULT '{}'::jsonb, "visit" bigint NOT NULL DEFAULT 0, "next_visit_at" timestamp with time zone NOT NULL DEFAULT now(), "failures" integer NOT NULL DEFAULT 0, "refusals" integer NOT NULL DEFAULT 0, "error" text, CONSTRAINT "mailboxes_cursor_check" CHECK (((jsonb_typeof(cursor) = 'object'::text) AND (octet_length((cursor)::text) <= 65536))), CONSTRAINT "mailboxes_error_check" CHECK ((char_length(error) <= 1000)), CONSTRAINT "mailboxes_pkey" PRIMARY KEY (inbox_id));

ALTER TABLE "private"."mailboxes" OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.follow_mailbox()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    if coalesce(new.settings ->> 'imap_host', '') = '' then
        delete from private.mailboxes where inbox_id = new.inbox_id;
        return null;
    end if;
    insert into private.mailboxes (account_id, inbox_id) values (new.account_id, new.inbox_id)
    on conflict (inbox_id) do update
    set visit = mailboxes.visit + 1,
        failures = 0,
        refusals = 0,
        error = null,
        next_visit_at = least(mailboxes.next_visit_at, now()),
        -- Another server counts its mails in its own way: since the last visit, by date.
        cursor = case
            when tg_op = 'UPDATE' and (old.settings -> 'imap_host', old.settings -> 'imap_user')
                is distinct from (new.settings -> 'imap_host', new.settings -> 'imap_user')
            then mailboxes.cursor - '{uidvalidity,last_uid,pending}'::text[]
            else mailboxes.cursor end;
    return null;
end;
$function$;

ALTER FUNCTION "private"."follow_mailbox"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.present_visit(p_inbox_id uuid, p_visit bigint)
 RETURNS private.mailboxes
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    mailbox private.mailboxes;
begin
    select * into mailbox from private.mailboxes where inbox_id = p_inbox_id for no key update;
    if mailbox.visit is distinct from p_visit then
        perform private.fail(409, 'visit_lost', 'Somebody else reads this mailbox now.');
    end if;
    return mailbox;
end;
$function$;

ALTER FUNCTION "private"."present_visit"(uuid, bigint) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.begin_visit(p_inbox_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    update private.mailboxes as mailbox
    set visit = mailbox.visit + 1
    from public.channel_connections as connection, public.accounts as account
    where mailbox.inbox_id = p_inbox_id
        and connection.inbox_id = mailbox.inbox_id
        and connection.state = 'connected'
        and account.id = mailbox.account_id
        and account.status = 'active'
    returning jsonb_build_object('visit', mailbox.visit, 'cursor', mailbox.cursor)
$function$;

ALTER FUNCTION "service"."begin_visit"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.end_visit(p_inbox_id uuid, p_visit bigint, p_cursor jsonb DEFAULT NULL::jsonb, p_more boolean DEFAULT false, p_category text DEFAULT NULL::text, p_text text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    mailbox private.mailboxes := private.present_visit(p_inbox_id, p_visit);
begin
    mailbox.failures := case when p_category is null then 0 else mailbox.failures + 1 end;
    mailbox.refusals := case when p_category = 'auth' then mailbox.refusals + 1 when p_category is null then 0 else mailbox.refusals end;
    update private.mailboxes
    set cursor = coalesce(p_cursor, cursor),
        failures = mailbox.failures,
        refusals = mailbox.refusals,
        error = left(p_text, 1000),
        -- A minute, or at once when there is more; after failures twice as long each time, up to half an hour.
        next_visit_at = now() + case
            when p_category is null and p_more then interval '0'
            when p_category is null then interval '1 minute'
            else least(interval '1 minute' * power(2, least(mailbox.failures, 10) - 1), interval '30 minutes')
                * (0.75 + random() / 4) end
    where inbox_id = p_inbox_id;
    if mailbox.refusals >= 3 then
        perform service.set_connection_state(p_inbox_id, 'reauthorization_required', p_text);
    else
        -- Administrators see what is wrong before it is for them to mend it.
        update public.channel_connections
        set state_reason = left(p_text, 1000)
        where inbox_id = p_inbox_id and state = 'connected' and state_reason is distinct from left(p_text, 1000);
    end if;
end;
$function$;

ALTER FUNCTION "service"."end_visit"(uuid, bigint, jsonb, boolean, text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.poll_mailboxes()
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with due as (
        select mailbox.inbox_id, mailbox.account_id
        from private.mailboxes as mailbox
        join public.channel_connections as connection on connection.inbox_id = mailbox.inbox_id
        join public.inboxes as inbox on inbox.id = mailbox.inbox_id
        join public.accounts as account on account.id = mailbox.account_id
        where mailbox.next_visit_at <= now()
            and connection.state = 'connected'
            and inbox.deleted_at is null
            and account.status = 'active'
            -- One at a time: a visit that still goes on is not overtaken by another one.
            and not exists (
                select from private.jobs as job
                where job.lock = 'mailbox:' || mailbox.inbox_id and job.status in ('queued', 'running'))
        order by mailbox.next_visit_at
        limit 500
        for update of mailbox skip locked
    ),
    taken as (
        -- The visit itself says when the next one is; this is for one that never reports back.
        update private.mailboxes as mailbox
        set next_visit_at = now() + interval '10 minutes'
        from due
        where mailbox.inbox_id = due.inbox_id
        returning mailbox.inbox_id, mailbox.account_id
    ),
    asked as materialized (
        select private.enqueue(
            'visit_mailbox', jsonb_build_object('inbox_id', taken.inbox_id), taken.account_id, 'mailbox:' || taken.inbox_id)
        from taken
    )
    select count(*)::int from asked
$function$;

ALTER FUNCTION "service"."poll_mailboxes"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.record_mail(p_inbox_id uuid, p_visit bigint, p_event_key text, p_request jsonb, p_body text, p_cursor jsonb, p_poison text DEFAULT NULL::text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    recorded boolean;
begin
    perform private.present_visit(p_inbox_id, p_visit);
    update private.mailboxes set cursor = p_cursor where inbox_id = p_inbox_id;
    recorded := service.record_provider_event(p_inbox_id, p_event_key, p_request, p_body);
    if recorded and p_poison is not null then
        update private.provider_events
        set status = 'quarantined', error = left(p_poison, 2000), processed_at = now()
        where inbox_id = p_inbox_id and event_key = left(p_event_key, 200);
    end if;
    return recorded;
end;
$function$;

ALTER FUNCTION "service"."record_mail"(uuid, bigint, text, jsonb, text, jsonb, text) OWNER TO "postgres";

ALTER TABLE "private"."mailboxes" ADD CONSTRAINT "mailboxes_inbox_fkey" FOREIGN KEY (account_id, inbox_id) REFERENCES public.inboxes(account_id, id) ON DELETE CASCADE;

CREATE INDEX mailboxes_account_id_inbox_id_idx ON private.mailboxes USING btree (account_id, inbox_id);

CREATE INDEX mailboxes_next_visit_at_idx ON private.mailboxes USING btree (next_visit_at);

CREATE TRIGGER channel_connections_follow_mailbox_change AFTER UPDATE OF settings, state ON public.channel_connections FOR EACH ROW WHEN (((new.channel_type = 'email'::text) AND (new.state = 'connected'::text) AND (((old.settings - 'news'::text) IS DISTINCT FROM (new.settings - 'news'::text)) OR (old.state <> 'connected'::text)))) EXECUTE FUNCTION private.follow_mailbox();

CREATE TRIGGER channel_connections_follow_mailbox AFTER INSERT ON public.channel_connections FOR EACH ROW WHEN ((new.channel_type = 'email'::text)) EXECUTE FUNCTION private.follow_mailbox();

COMMENT ON COLUMN "private"."mailboxes"."cursor" IS '{uidvalidity, last_uid, visited_at, pending: {uid: strikes}}; see backend/channels/mail/imap.py.';

COMMENT ON COLUMN "private"."mailboxes"."failures" IS 'Visits in a row that came to nothing; each makes the wait for the next one longer.';

COMMENT ON COLUMN "private"."mailboxes"."refusals" IS 'Logins in a row that were refused; the third asks an administrator to sign in again.';

COMMENT ON COLUMN "private"."mailboxes"."visit" IS 'Counts visits: whoever writes back must name the present one.';

COMMENT ON FUNCTION "private"."follow_mailbox"() IS 'Trigger: an inbox with an IMAP server has a mailbox to visit, at once when it was (re)connected.';

COMMENT ON FUNCTION "private"."present_visit"(uuid, bigint) IS 'The mailbox, locked, if this visit is the present one. Fails with visit_lost.';

COMMENT ON FUNCTION "service"."begin_visit"(uuid) IS 'Opens a visit: {visit, cursor}; what an earlier one still writes is refused. Null when the mailbox is not to be visited.';

COMMENT ON FUNCTION "service"."end_visit"(uuid, bigint, jsonb, boolean, text, text) IS 'Ends a visit: the cursor, and when the next one is. Three refused logins in a row (auth) wait for an administrator; everything
     else is tried again later and later. Fails with visit_lost.';

COMMENT ON FUNCTION "service"."poll_mailboxes"() IS 'Asks for a visit to each mailbox whose time has come, 500 a call; returns how many.';

COMMENT ON FUNCTION "service"."record_mail"(uuid, bigint, text, jsonb, text, jsonb, text) IS 'Keeps a mail and the cursor behind it, both or neither. With p_poison it is put aside, with what could be had of it. False when
     it was there already. Fails with visit_lost, inbox_not_found.';

COMMENT ON TABLE "private"."mailboxes" IS 'How far each mailbox was read, and when it is visited next.';

REVOKE ALL ON FUNCTION "private"."follow_mailbox"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."follow_mailbox"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."follow_mailbox"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."present_visit"(uuid, bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."present_visit"(uuid, bigint) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."present_visit"(uuid, bigint) TO "postgres";

REVOKE ALL ON FUNCTION "service"."begin_visit"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."begin_visit"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."begin_visit"(uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."begin_visit"(uuid) TO "service_role";

REVOKE ALL ON FUNCTION "service"."end_visit"(uuid, bigint, jsonb, boolean, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."end_visit"(uuid, bigint, jsonb, boolean, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."end_visit"(uuid, bigint, jsonb, boolean, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."end_visit"(uuid, bigint, jsonb, boolean, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "service"."poll_mailboxes"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."poll_mailboxes"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."poll_mailboxes"() TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."poll_mailboxes"() TO "service_role";

REVOKE ALL ON FUNCTION "service"."record_mail"(uuid, bigint, text, jsonb, text, jsonb, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."record_mail"(uuid, bigint, text, jsonb, text, jsonb, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."record_mail"(uuid, bigint, text, jsonb, text, jsonb, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."record_mail"(uuid, bigint, text, jsonb, text, jsonb, text) TO "service_role";
