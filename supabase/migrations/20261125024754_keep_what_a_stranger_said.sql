-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

DROP FUNCTION "service"."identify_visitor"(uuid, jsonb, text[]);

CREATE OR REPLACE FUNCTION private.adopt_session(p_session private.visitor_sessions, p_identifier text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    contact public.contacts;
    known record;
begin
    -- Two tabs that sign in at once take turns; the second finds the session gone.
    delete from private.visitor_sessions where id = p_session.id;
    if not found then
        return;
    end if;
    select person.* into contact
    from public.contacts as person
    join public.contact_inboxes as address on address.contact_id = person.id
    where address.id = p_session.contact_inbox_id;
    -- Whoever wrote nothing leaves nothing behind; and what was said in another's name stays with that name.
    if contact.id is null or contact.identifier <> p_identifier then
        return;
    end if;
    perform private.identify_contact(contact.id, jsonb_build_object('identifier', p_identifier), '{identifier}');
    select * into known from private.verified_address(p_session.account_id, p_session.inbox_id, p_identifier);
    update public.conversations set contact_inbox_id = known.contact_inbox_id
    where account_id = p_session.account_id and contact_inbox_id = p_session.contact_inbox_id;
    delete from public.contact_inboxes where id = p_session.contact_inbox_id;
end;
$function$;

ALTER FUNCTION "private"."adopt_session"(private.visitor_sessions, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.open_visitor_session(p_website_token text, p_new_hash text, p_refresh_hash text DEFAULT NULL::text, p_client text DEFAULT ''::text, p_per_minute integer DEFAULT 10, p_identifier text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    widget jsonb := service.widget_config(p_website_token);
    session private.visitor_sessions;
    contact_id uuid;
    contact_inbox_id uuid;
    renewed boolean;
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
            -- Somebody else signed in on this page: they get a session of their own.
            and (p_identifier is null or open.identifier = p_identifier)
            and (
                open.refresh_hash = p_refresh_hash
                or (open.previous_hash = p_refresh_hash and open.rotated_at > now() - interval '1 minute')
            )
        returning * into session;
        if session.id is null and p_identifier is not null then
            perform private.adopt_session(stranger, p_identifier)
            from private.visitor_sessions as stranger
            where stranger.inbox_id = (widget ->> 'inbox_id')::uuid
                and stranger.expires_at > now()
                and stranger.identifier is null
                and (
                    stranger.refresh_hash = p_refresh_hash
                    or (stranger.previous_hash = p_refresh_hash and stranger.rotated_at > now() - interval '1 minute'));
        end if;
        if session.id is null and p_identifier is null then
            perform private.fail(
                401, 'session_expired', 'This chat session is over.', 'Ask for a new one without a refresh token.');
        end if;
    end if;
    renewed := session.id is not null;
    if coalesce(session.identifier, p_identifier) is null and (widget ->> 'hmac_mandatory')::boolean then
        perform private.fail(
            401, 'identity_required', 'This chat is for people who are signed in.',
            'Pass identifier and identifier_hash, signed by your own server.');
    end if;
    if not renewed then
        if p_identifier is null then
            contact_id := private.uuid_v7();
            contact_inbox_id := private.uuid_v7();
        else
            select address.contact_id, address.contact_inbox_id into contact_id, contact_inbox_id
            from private.verified_address(
                (widget ->> 'account_id')::uuid, (widget ->> 'inbox_id')::uuid, p_identifier) as address;
        end if;
        insert into private.visitor_sessions (
            account_id, inbox_id, contact_id, contact_inbox_id, refresh_hash, identifier)
        values (
            (widget ->> 'account_id')::uuid, (widget ->> 'inbox_id')::uuid,
            contact_id, contact_inbox_id, p_new_hash, p_identifier)
        returning * into session;
    end if;
    return jsonb_build_object(
        'account_id', session.account_id,
        'inbox_id', session.inbox_id,
        'contact_id', session.contact_id,
        'contact_inbox_id', session.contact_inbox_id,
        'returning', renewed);
end;
$function$;

COMMENT ON FUNCTION "private"."adopt_session"(private.visitor_sessions, text) IS 'Somebody who wrote as a stranger has signed in: their signed identity gets what they said, and the stranger''s session ends.
     The caller has proof of both, the signature and the session''s own token.';

COMMENT ON FUNCTION "service"."open_visitor_session"(text, text, text, text, integer, text) IS 'Opens or renews a visitor''s session; the service mints a token from the ids it returns. Hashes are SHA-256 in hex.
     p_identifier is an identity whose signature the service has checked; its browsers share one address, and what was said
     in this session before signing in goes there.
     Fails with inbox_not_found, session_expired, identity_required, too_many_requests.';

REVOKE ALL ON FUNCTION "private"."adopt_session"(private.visitor_sessions, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."adopt_session"(private.visitor_sessions, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."adopt_session"(private.visitor_sessions, text) TO "postgres";
