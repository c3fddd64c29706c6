-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

CREATE OR REPLACE FUNCTION private.active_contacts(p_account_id uuid, p_limit integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    perform private.require_member(p_account_id);
    if coalesce(p_limit, 0) not between 1 and 100 then
        perform private.fail(400, 'invalid_argument', 'limit is 1 to 100.');
    end if;
    return jsonb_build_object('rows', (
        select coalesce(jsonb_agg(private.contact_json(contact) order by contact.last_activity_at desc nulls last, contact.id desc), '[]')
        from (
            -- Two short runs of an index each: who did something just now, and whose chat is open.
            select recent.id
            from public.contacts as recent
            where recent.account_id = p_account_id and recent.last_activity_at > now() - interval '90 seconds'
            union
            select presence.contact_id
            from private.contact_presence as presence
            where presence.account_id = p_account_id and presence.seen_at > clock_timestamp() - interval '90 seconds'
            limit p_limit
        ) as present
        join public.contacts as contact on contact.id = present.id));
end;
$function$;

ALTER FUNCTION "private"."active_contacts"(uuid, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.contact_address(p_contact public.contacts, p_inbox public.inboxes)
 RETURNS public.contact_inboxes
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    address public.contact_inboxes;
    source constant text := case p_inbox.channel_type
        when 'api' then gen_random_uuid()::text
        else private.known_address(p_contact, p_inbox.channel_type) end;
begin
    select * into address
    from public.contact_inboxes
    where account_id = p_contact.account_id and contact_id = p_contact.id and inbox_id = p_inbox.id
    order by id desc
    limit 1;
    if address.id is null and source is not null then
        insert into public.contact_inboxes (account_id, contact_id, inbox_id, source_id)
        values (p_contact.account_id, p_contact.id, p_inbox.id, source)
        on conflict do nothing
        returning * into address;
    end if;
    if address.id is null then
        perform private.fail(
            409, 'contact_not_reachable', 'The contact has no address in this inbox.',
            'Add an e-mail address or a phone number, or wait until they write.');
    end if;
    return address;
end;
$function$;

CREATE OR REPLACE FUNCTION private.contactable_inboxes(p_contact_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    contact public.contacts := private.member_contact(p_contact_id);
begin
    return jsonb_build_object('rows', (
        select coalesce(jsonb_agg(jsonb_build_object(
            'inbox_id', inbox.id,
            'name', inbox.name,
            'channel_type', inbox.channel_type,
            'source_id', coalesce(address.source_id, private.known_address(contact, inbox.channel_type)))
            order by inbox.name, inbox.id), '[]')
        from public.inboxes as inbox
        left join lateral (
            select known.id, known.source_id, known.opted_out_at, known.unreachable_reason
            from public.contact_inboxes as known
            where known.account_id = contact.account_id and known.contact_id = contact.id and known.inbox_id = inbox.id
            order by known.id desc
            limit 1
        ) as address on true
        where inbox.account_id = contact.account_id
            and inbox.id = any (private.inbox_ids())
            and inbox.deleted_at is null
            and address.opted_out_at is null
            and address.unreachable_reason is null
            and (
                address.id is not null
                or inbox.channel_type = 'api'
                or private.known_address(contact, inbox.channel_type) is not null)));
end;
$function$;

ALTER FUNCTION "private"."contactable_inboxes"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.known_address(p_contact public.contacts, p_channel_type text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    -- Other channels need the contact to have written first.
    select case p_channel_type
        when 'email' then p_contact.email
        when 'twilio_sms' then p_contact.phone_number
        when 'bandwidth_sms' then p_contact.phone_number
        when 'twilio_whatsapp' then 'whatsapp:' || p_contact.phone_number
        when 'whatsapp_cloud' then ltrim(p_contact.phone_number, '+')
        when 'whatsapp_360dialog' then ltrim(p_contact.phone_number, '+') end
$function$;

ALTER FUNCTION "private"."known_address"(public.contacts, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.active_contacts(p_account_id uuid, p_limit integer DEFAULT 15)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.active_contacts(p_account_id, p_limit)
$function$;

ALTER FUNCTION "public"."active_contacts"(uuid, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.contactable_inboxes(p_contact_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.contactable_inboxes(p_contact_id)
$function$;

ALTER FUNCTION "public"."contactable_inboxes"(uuid) OWNER TO "postgres";

COMMENT ON FUNCTION "private"."active_contacts"(uuid, integer) IS 'See public.active_contacts.';

COMMENT ON FUNCTION "private"."contactable_inboxes"(uuid) IS 'See public.contactable_inboxes.';

COMMENT ON FUNCTION "private"."known_address"(public.contacts, text) IS 'The address that a channel would know the contact by, from their e-mail address or phone number; null when that does not tell.';

COMMENT ON FUNCTION "public"."active_contacts"(uuid, integer) IS 'The contacts who are there now, the one who did something last first: {rows}, as contact_list gives them, without pages.
     Fails with account_not_found, invalid_argument.';

COMMENT ON FUNCTION "public"."contactable_inboxes"(uuid) IS 'Through which of the caller''s inboxes a contact can be written to first: {rows: [{inbox_id, name, channel_type, source_id}]}, by name.
     source_id is the address; null where an API inbox would make one. Who opted out or cannot be reached is left out there.
     Fails with contact_not_found.';

REVOKE ALL ON FUNCTION "private"."active_contacts"(uuid, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."active_contacts"(uuid, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."active_contacts"(uuid, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."active_contacts"(uuid, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."contactable_inboxes"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."contactable_inboxes"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."contactable_inboxes"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."contactable_inboxes"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."known_address"(public.contacts, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."known_address"(public.contacts, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."known_address"(public.contacts, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."active_contacts"(uuid, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."active_contacts"(uuid, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."active_contacts"(uuid, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."active_contacts"(uuid, integer) TO "postgres";

REVOKE ALL ON FUNCTION "public"."contactable_inboxes"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."contactable_inboxes"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."contactable_inboxes"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."contactable_inboxes"(uuid) TO "postgres";
