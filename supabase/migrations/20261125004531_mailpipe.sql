-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

CREATE TABLE "private"."continuity" ("account_id" uuid NOT NULL, "conversation_id" uuid NOT NULL, "since" timestamp with time zone, "mailed_seq" bigint NOT NULL DEFAULT 0, CONSTRAINT "continuity_pkey" PRIMARY KEY (conversation_id));

ALTER TABLE "private"."continuity" OWNER TO "postgres";

CREATE TABLE "private"."mailbox_sign_ins" ("state_hash" text NOT NULL, "account_id" uuid NOT NULL, "user_id" uuid NOT NULL, "provider" text NOT NULL, "verifier" text NOT NULL, "inbox_id" uuid, "inbox_name" text NOT NULL, "expires_at" timestamp with time zone NOT NULL DEFAULT (now() + '00:10:00'::interval), CONSTRAINT "mailbox_sign_ins_pkey" PRIMARY KEY (state_hash), CONSTRAINT "mailbox_sign_ins_provider_check" CHECK ((provider = ANY (ARRAY['google'::text, 'microsoft'::text]))), CONSTRAINT "mailbox_sign_ins_state_hash_check" CHECK ((state_hash ~ '^[0-9a-f]{64}$'::text)), CONSTRAINT "mailbox_sign_ins_verifier_check" CHECK (((char_length(verifier) >= 43) AND (char_length(verifier) <= 128))));

ALTER TABLE "private"."mailbox_sign_ins" OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.answered_conversation(p_inbox public.inboxes, p_message jsonb)
 RETURNS public.conversations
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select conversation.*
    from jsonb_array_elements(coalesce(nullif(p_message #> '{content_attributes,email,threads}', 'null'), '[]'))
        with ordinality as claim (thread, position)
    join public.conversations as conversation on conversation.id::text = claim.thread ->> 'value'
    where claim.thread ->> 'kind' = 'conversation'
        -- Only what we signed: a visitor may be known for sure, and a sender''s name is only a claim.
        and (claim.thread ->> 'proven')::boolean
        and conversation.inbox_id = p_inbox.id
    order by claim.position
    limit 1
$function$;

ALTER FUNCTION "private"."answered_conversation"(public.inboxes, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.ask_for_digest()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    if not exists (
        select
        from public.channel_web_widgets as widget
        join public.conversations as conversation on conversation.id = new.conversation_id
        join public.contacts as contact on contact.id = conversation.contact_id
        where widget.inbox_id = new.inbox_id and widget.continuity_via_email and contact.email is not null and not contact.blocked)
    then
        return null;
    end if;
    insert into private.continuity as known (account_id, conversation_id, since)
    values (new.account_id, new.conversation_id, new.created_at)
    on conflict (conversation_id) do update set since = excluded.since where known.since is null;
    if found then
        perform private.enqueue(
            'send_digest', jsonb_build_object('conversation_id', new.conversation_id, 'since', new.created_at), new.account_id,
            'digest:' || new.conversation_id, p_run_at => now() + interval '2 minutes');
    end if;
    return null;
end;
$function$;

ALTER FUNCTION "private"."ask_for_digest"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.begin_mailbox_sign_in(p_account_id uuid, p_provider text, p_state_hash text, p_verifier text, p_inbox_id uuid, p_inbox_name text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    address text;
begin
    perform private.require_administrator(p_account_id);
    if p_provider is null or p_provider not in ('google', 'microsoft')
        or coalesce(p_state_hash, '') !~ '^[0-9a-f]{64}$'
        or char_length(coalesce(p_verifier, '')) not between 43 and 128
    then
        perform private.fail(400, 'invalid_argument', 'Name a provider, the hash of a state, and a verifier.');
    end if;
    if p_inbox_id is not null then
        select connection.address into address
        from public.channel_connections as connection
        where connection.account_id = p_account_id and connection.inbox_id = p_inbox_id and connection.channel_type = 'email';
        if address is null then
            perform private.fail(404, 'inbox_not_found', 'There is no such inbox.');
        end if;
    elsif char_length(btrim(coalesce(p_inbox_name, ''))) not between 1 and 100 then
        perform private.fail(400, 'name_invalid', 'Give the inbox a name of 1 to 100 characters.');
    end if;
    delete from private.mailbox_sign_ins where expires_at < now() or (account_id, user_id) = (p_account_id, auth.uid());
    insert into private.mailbox_sign_ins (state_hash, account_id, user_id, provider, verifier, inbox_id, inbox_name)
    values (p_state_hash, p_account_id, auth.uid(), p_provider, p_verifier, p_inbox_id, coalesce(btrim(p_inbox_name), ''));
    return jsonb_build_object('address', address);
end;
$function$;

ALTER FUNCTION "private"."begin_mailbox_sign_in"(uuid, text, text, text, uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.reply_secret(p_inbox_id uuid)
 RETURNS text
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    insert into private.channel_secrets as kept (account_id, inbox_id, secrets)
    select inbox.account_id, inbox.id, jsonb_build_object('reply_token', private.random_secret())
    from public.inboxes as inbox
    where inbox.id = p_inbox_id
    on conflict (inbox_id) do update set secrets = excluded.secrets || kept.secrets
    returning secrets ->> 'reply_token'
$function$;

ALTER FUNCTION "private"."reply_secret"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.take_mailbox_sign_in(p_provider text, p_state_hash text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    taken private.mailbox_sign_ins;
begin
    -- Bound to whoever began it: a code that somebody else was talked into connects nothing.
    delete from private.mailbox_sign_ins
    where state_hash = p_state_hash and provider = p_provider and user_id = auth.uid()
    returning * into taken;
    if taken.state_hash is null or taken.expires_at < now() then
        perform private.fail(410, 'sign_in_expired', 'This sign-in was used already, or began more than ten minutes ago.');
    end if;
    perform private.require_administrator(taken.account_id);
    return jsonb_build_object(
        'account_id', taken.account_id,
        'inbox_id', taken.inbox_id,
        'inbox_name', taken.inbox_name,
        'verifier', taken.verifier,
        'address', (select address from public.channel_connections where inbox_id = taken.inbox_id));
end;
$function$;

ALTER FUNCTION "private"."take_mailbox_sign_in"(text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.begin_mailbox_sign_in(p_account_id uuid, p_provider text, p_state_hash text, p_verifier text, p_inbox_id uuid DEFAULT NULL::uuid, p_inbox_name text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.begin_mailbox_sign_in(p_account_id, p_provider, p_state_hash, p_verifier, p_inbox_id, p_inbox_name)
$function$;

ALTER FUNCTION "public"."begin_mailbox_sign_in"(uuid, text, text, text, uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.take_mailbox_sign_in(p_provider text, p_state_hash text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.take_mailbox_sign_in(p_provider, p_state_hash)
$function$;

ALTER FUNCTION "public"."take_mailbox_sign_in"(text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.channel_credentials(p_inbox_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'channel_type', connection.channel_type,
        'account_id', connection.account_id,
        'address', connection.address,
        'settings', connection.settings || jsonb_build_object(
            'account_id', connection.account_id,
            'inbox_id', connection.inbox_id,
            'inbox_name', inbox.name,
            'business_name', inbox.business_name,
            'sender_name_type', inbox.sender_name_type),
        'secrets', secret.secrets,
        'expires_at', connection.expires_at,
        'state', connection.state)
    from public.channel_connections as connection
    join public.inboxes as inbox on inbox.id = connection.inbox_id
    join private.channel_secrets as secret on secret.inbox_id = connection.inbox_id
    where connection.inbox_id = p_inbox_id
$function$;

CREATE OR REPLACE FUNCTION service.digest_sent(p_conversation_id uuid, p_seq bigint)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    update private.continuity set mailed_seq = greatest(mailed_seq, p_seq) where conversation_id = p_conversation_id
$function$;

ALTER FUNCTION "service"."digest_sent"(uuid, bigint) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.receive_message(p_inbox_id uuid, p_message jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    inbox constant public.inboxes := private.received_inbox(p_inbox_id);
    given_source constant text := left(p_message ->> 'source_id', 1000);
    echo constant boolean := coalesce((p_message ->> 'echo')::boolean, false);
    sent_at timestamptz := (p_message ->> 'sent_at')::timestamptz;
    address public.contact_inboxes;
    answered public.conversations;
    receiving_id uuid;
    made public.messages;
    answered_id uuid;
    made_id constant uuid := private.uuid_v7();
    arrived_at timestamptz;
begin
    perform private.lock_address(p_inbox_id, coalesce(p_message #>> '{contact,source_id}', ''));
    select * into made from public.messages where inbox_id = p_inbox_id and source_id = given_source;
    if made.id is null then
        select message.* into made
        from private.message_parts as part
        join public.messages as message on message.conversation_id = part.conversation_id and message.id = part.message_id
        where part.inbox_id = p_inbox_id and part.source_id = given_source;
    end if;
    if made.id is not null then
        return jsonb_build_object(
            'message_id', made.id, 'conversation_id', made.conversation_id, 'duplicate', true,
            'attachments', private.pending_attachments(made));
    end if;
    if exists (
        select from private.mail_tombstones
        where inbox_id = p_inbox_id and hash = sha256(convert_to(given_source, 'UTF8')))
    then
        return jsonb_build_object('message_id', null, 'conversation_id', null, 'duplicate', true, 'attachments', '[]'::jsonb);
    end if;

    if inbox.channel_type = 'web_widget' then
        -- The answer to a digest: it goes where its address says, or nowhere.
        answered := private.answered_conversation(inbox, p_message);
        receiving_id := answered.id;
        if receiving_id is null then
            return jsonb_build_object('message_id', null, 'conversation_id', null, 'duplicate', true, 'attachments', '[]'::jsonb);
        end if;
        select found.* into address
        from public.contact_inboxes as found
        join public.contacts as contact on contact.id = found.contact_id
        where found.id = answered.contact_inbox_id and contact.email = lower(p_message #>> '{contact,email}');
    end if;
    if address.id is null then
        address := private.receiving_contact_inbox(inbox, p_message -> 'contact');
    end if;
    if receiving_id is null then
        receiving_id := private.receiving_conversation(inbox, address, p_message);
    end if;
    if not echo and (address.unreachable_reason is not null) then
        update public.contact_inboxes set unreachable_reason = null where id = address.id;
    end if;
    select message.id into answered_id
    from public.messages as message
    where message.inbox_id = p_inbox_id and message.source_id = p_message ->> 'in_reply_to'
        and message.conversation_id = receiving_id;
    arrived_at := private.receive_attachments(inbox, receiving_id, made_id, p_message -> 'attachments');
    insert into public.messages (
        id, conversation_id, message_type, content_type, content, content_attributes, status, sender_contact_id, source_id,
        attachments_at)
    values (
        made_id,
        receiving_id,
        case when echo then 'outgoing' else 'incoming' end,
        coalesce(p_message ->> 'content_type', 'text'),
        left(coalesce(p_message ->> 'content', ''), 150000),
        jsonb_strip_nulls(
            coalesce(nullif(p_message -> 'content_attributes', 'null'), '{}') || jsonb_build_object(
                'external_created_at', sent_at,
                'in_reply_to', answered_id,
                'in_reply_to_external_id', p_message ->> 'in_reply_to',
                'external_echo', case when echo then true end,
                'is_unsupported', case when (p_message ->> 'unsupported')::boolean then true end)),
        case when echo then 'delivered' else 'sent' end,
        case when not echo then address.contact_id end,
        given_source,
        arrived_at)
    returning * into made;
    update public.channel_connections
    set last_received_at = now()
    where inbox_id = p_inbox_id and (last_received_at is null or last_received_at < now() - interval '10 seconds');
    return jsonb_build_object(
        'message_id', made.id, 'conversation_id', receiving_id, 'duplicate', false,
        'attachments', private.pending_attachments(made));
end;
$function$;

CREATE OR REPLACE FUNCTION service.refresh_channel_tokens()
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with stale as (
        select connection.inbox_id, connection.account_id
        from public.channel_connections as connection
        join private.channel_secrets as secret on secret.inbox_id = connection.inbox_id
        join public.accounts as account on account.id = connection.account_id
        where connection.state = 'connected'
            and account.status = 'active'
            and (
                (connection.channel_type = 'email' and connection.settings ->> 'oauth' <> ''
                    and coalesce(connection.expires_at, now()) < now() + interval '10 minutes')
                -- Good for sixty days, and traded for a new one at day 45: it must not be a young one.
                or (connection.channel_type = 'instagram'
                    and coalesce(connection.expires_at, secret.updated_at + interval '60 days') < now() + interval '15 days'))
            and not exists (
                select from private.jobs as job
                where job.lock = 'token:' || connection.inbox_id and job.status in ('queued', 'running'))
        limit 500
    ),
    asked as materialized (
        select private.enqueue(
            'refresh_token', jsonb_build_object('inbox_id', stale.inbox_id), stale.account_id, 'token:' || stale.inbox_id,
            p_priority => 50)
        from stale
    )
    select count(*)::int from asked
$function$;

ALTER FUNCTION "service"."refresh_channel_tokens"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.take_digest(p_conversation_id uuid, p_since timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations;
    window_row private.continuity;
    first_at timestamptz;
begin
    select * into window_row from private.continuity where conversation_id = p_conversation_id for update;
    if window_row.conversation_id is null then
        return null;
    end if;
    -- What is written from now on asks for a digest of its own.
    update private.continuity set since = null where conversation_id = p_conversation_id and since <= p_since;
    select * into conversation from public.conversations where id = p_conversation_id;
    select min(message.created_at) into first_at
    from public.messages as message
    where message.conversation_id = p_conversation_id and message.seq > window_row.mailed_seq
        and message.message_type in ('outgoing', 'template') and not message.private and message.created_at >= p_since;
    if first_at is null or conversation.visitor_unread_count = 0 then
        return null;
    end if;
    return (
        select jsonb_build_object(
            'account_id', conversation.account_id,
            'locale', account.locale,
            'business_name', coalesce(nullif(inbox.business_name, ''), inbox.name),
            'enabled', widget.continuity_via_email and account.status = 'active' and inbox.deleted_at is null,
            'email', contact.email,
            'blocked', contact.blocked,
            'opted_out', address.opted_out_at is not null,
            'last_seen_at', conversation.contact_last_seen_at,
            'since', first_at,
            'reply_token', private.reply_secret(inbox.id),
            'messages', coalesce((
                select jsonb_agg(jsonb_build_object(
                    'id', said.id,
                    'seq', said.seq,
                    'message_type', said.message_type,
                    'content_type', said.content_type,
                    'content', said.content,
                    'created_at', said.created_at,
                    'deleted', said.deleted_at is not null,
                    'author', case when said.message_type = 'incoming' then contact.name
                        else coalesce(private.message_sender(said) ->> 'name', inbox.name) end,
                    'attachments', coalesce((
                        select jsonb_agg(file.file_name order by file.created_at, file.id)
                        from public.attachments as file
                        where file.account_id = said.account_id and file.conversation_id = said.conversation_id
                            and file.message_id = said.id and file.file_name is not null), '[]')) order by said.seq)
                from (
                    select * from public.messages as message
                    where message.conversation_id = p_conversation_id and not message.private and message.message_type <> 'activity'
                    order by message.seq desc
                    limit 100
                ) as said), '[]'))
        from public.inboxes as inbox
        join public.accounts as account on account.id = inbox.account_id
        join public.channel_web_widgets as widget on widget.inbox_id = inbox.id
        join public.contacts as contact on contact.id = conversation.contact_id
        join public.contact_inboxes as address on address.id = conversation.contact_inbox_id
        where inbox.id = conversation.inbox_id);
end;
$function$;

ALTER FUNCTION "service"."take_digest"(uuid, timestamp with time zone) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.website_by_mail(p_inbox_id uuid DEFAULT NULL::uuid, p_conversation_id uuid DEFAULT NULL::uuid)
 RETURNS jsonb
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'inbox_id', inbox.id,
        'account_id', inbox.account_id,
        'active', account.status = 'active',
        'reply_token', private.reply_secret(inbox.id))
    from public.inboxes as inbox
    join public.accounts as account on account.id = inbox.account_id
    where inbox.channel_type = 'web_widget'
        and inbox.deleted_at is null
        and inbox.id = coalesce(
            p_inbox_id, (select conversation.inbox_id from public.conversations as conversation where conversation.id = p_conversation_id))
$function$;

ALTER FUNCTION "service"."website_by_mail"(uuid, uuid) OWNER TO "postgres";

ALTER TABLE "private"."continuity" ADD CONSTRAINT "continuity_conversation_fkey" FOREIGN KEY (account_id, conversation_id) REFERENCES public.conversations(account_id, id) ON DELETE CASCADE;

ALTER TABLE "private"."mailbox_sign_ins" ADD CONSTRAINT "mailbox_sign_ins_account_user_fkey" FOREIGN KEY (account_id, user_id) REFERENCES public.account_users(account_id, user_id) ON DELETE CASCADE;

ALTER TABLE "private"."mailbox_sign_ins" ADD CONSTRAINT "mailbox_sign_ins_inbox_fkey" FOREIGN KEY (account_id, inbox_id) REFERENCES public.inboxes(account_id, id) ON DELETE CASCADE;

CREATE INDEX continuity_account_id_conversation_id_idx ON private.continuity USING btree (account_id, conversation_id);

CREATE INDEX mailbox_sign_ins_account_id_inbox_id_idx ON private.mailbox_sign_ins USING btree (account_id, inbox_id);

CREATE INDEX mailbox_sign_ins_account_id_user_id_idx ON private.mailbox_sign_ins USING btree (account_id, user_id);

CREATE TRIGGER messages_ask_for_digest AFTER INSERT ON public.messages FOR EACH ROW WHEN (((NOT new.private) AND ((new.message_type = 'outgoing'::text) OR ((new.message_type = 'template'::text) AND (new.content_type = ANY (ARRAY['text'::text, 'input_csat'::text])))))) EXECUTE FUNCTION private.ask_for_digest();

COMMENT ON COLUMN "private"."continuity"."mailed_seq" IS 'The last message that was mailed: no digest repeats it as new.';

COMMENT ON COLUMN "private"."continuity"."since" IS 'When the message was written that asked for the next digest; null while none is asked for.';

COMMENT ON COLUMN "private"."mailbox_sign_ins"."inbox_id" IS 'The inbox to connect again; null for a new one.';

COMMENT ON COLUMN "private"."mailbox_sign_ins"."verifier" IS 'The PKCE secret that goes with the code.';

COMMENT ON FUNCTION "private"."answered_conversation"(public.inboxes, jsonb) IS 'The website conversation whose reply address, signed by us, a mail was sent to.';

COMMENT ON FUNCTION "private"."ask_for_digest"() IS 'Trigger: two minutes after a public answer its visitor may get it by mail; answers until then go along.';

COMMENT ON FUNCTION "private"."begin_mailbox_sign_in"(uuid, text, text, text, uuid, text) IS 'See public.begin_mailbox_sign_in.';

COMMENT ON FUNCTION "private"."reply_secret"(uuid) IS 'What signs an inbox''s reply addresses; made when it is first needed.';

COMMENT ON FUNCTION "private"."take_mailbox_sign_in"(text, text) IS 'See public.take_mailbox_sign_in.';

COMMENT ON FUNCTION "public"."begin_mailbox_sign_in"(uuid, text, text, text, uuid, text) IS 'Notes that the caller goes to Google or Microsoft to open a mailbox; it replaces their earlier one. Administrators only. The service calls
     it (GET /oauth/{provider}/start). Returns {address} of the inbox to connect again. Fails with account_not_found,
     not_administrator, invalid_argument, inbox_not_found, name_invalid.';

COMMENT ON FUNCTION "public"."take_mailbox_sign_in"(text, text) IS 'Ends the caller''s own sign-in, once: {account_id, inbox_id, inbox_name, verifier, address}. The service calls it
     (POST /oauth/{provider}/finish). Fails with sign_in_expired, not_administrator.';

COMMENT ON FUNCTION "service"."digest_sent"(uuid, bigint) IS 'Notes how far the digest went.';

COMMENT ON FUNCTION "service"."refresh_channel_tokens"() IS 'Asks for fresh tokens where they end soon: mailboxes ten minutes before, Instagram at day 45. Returns how many.';

COMMENT ON FUNCTION "service"."take_digest"(uuid, timestamp with time zone) IS 'Closes the window that this message opened, and returns what a digest needs; null when the visitor saw it all, or it was mailed.';

COMMENT ON FUNCTION "service"."website_by_mail"(uuid, uuid) IS 'A website inbox, by its id or a conversation''s, as the way in for answers to its digests: {inbox_id, account_id, active, reply_token}.';

COMMENT ON TABLE "private"."continuity" IS 'Which conversations wait for a digest by mail, and how far the last one went.';

COMMENT ON TABLE "private"."mailbox_sign_ins" IS 'Sign-ins that are under way: who began one, for which account, good for ten minutes and once. Of the state only the hash is kept.';

REVOKE ALL ON FUNCTION "private"."answered_conversation"(public.inboxes, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."answered_conversation"(public.inboxes, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."answered_conversation"(public.inboxes, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."ask_for_digest"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."ask_for_digest"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."ask_for_digest"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."begin_mailbox_sign_in"(uuid, text, text, text, uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."begin_mailbox_sign_in"(uuid, text, text, text, uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."begin_mailbox_sign_in"(uuid, text, text, text, uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."begin_mailbox_sign_in"(uuid, text, text, text, uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."reply_secret"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."reply_secret"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."reply_secret"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."take_mailbox_sign_in"(text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."take_mailbox_sign_in"(text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."take_mailbox_sign_in"(text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."take_mailbox_sign_in"(text, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."begin_mailbox_sign_in"(uuid, text, text, text, uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."begin_mailbox_sign_in"(uuid, text, text, text, uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."begin_mailbox_sign_in"(uuid, text, text, text, uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."begin_mailbox_sign_in"(uuid, text, text, text, uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."take_mailbox_sign_in"(text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."take_mailbox_sign_in"(text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."take_mailbox_sign_in"(text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."take_mailbox_sign_in"(text, text) TO "postgres";

REVOKE ALL ON FUNCTION "service"."digest_sent"(uuid, bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."digest_sent"(uuid, bigint) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."digest_sent"(uuid, bigint) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."digest_sent"(uuid, bigint) TO "service_role";

REVOKE ALL ON FUNCTION "service"."refresh_channel_tokens"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."refresh_channel_tokens"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."refresh_channel_tokens"() TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."refresh_channel_tokens"() TO "service_role";

REVOKE ALL ON FUNCTION "service"."take_digest"(uuid, timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."take_digest"(uuid, timestamp with time zone) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."take_digest"(uuid, timestamp with time zone) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."take_digest"(uuid, timestamp with time zone) TO "service_role";

REVOKE ALL ON FUNCTION "service"."website_by_mail"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."website_by_mail"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."website_by_mail"(uuid, uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."website_by_mail"(uuid, uuid) TO "service_role";
