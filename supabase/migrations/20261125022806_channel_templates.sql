-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

DROP FUNCTION "private"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid);

DROP FUNCTION "public"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid);

DROP FUNCTION "service"."update_inbox"(uuid, jsonb);

CREATE TABLE "public"."channel_templates" ("account_id" uuid NOT NULL, "inbox_id" uuid NOT NULL, "name" text NOT NULL, "language" text NOT NULL, "category" text NOT NULL DEFAULT 'utility'::text, "status" text NOT NULL, "reason" text, "parameter_format" text NOT NULL DEFAULT 'positional'::text, "components" jsonb NOT NULL, "provider_id" text, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "channel_templates_category_check" CHECK ((category ~ '^[a-z_]{1,40}$'::text)), CONSTRAINT "channel_templates_components_check" CHECK (((jsonb_typeof(components) = 'array'::text) AND (octet_length((components)::text) <= 65536))), CONSTRAINT "channel_templates_inbox_id_name_language_key" UNIQUE (inbox_id, name, language), CONSTRAINT "channel_templates_language_check" CHECK ((language ~ '^[A-Za-z0-9_-]{2,20}$'::text)), CONSTRAINT "channel_templates_name_check" CHECK (((char_length(name) >= 1) AND (char_length(name) <= 512))), CONSTRAINT "channel_templates_parameter_format_check" CHECK ((parameter_format = ANY (ARRAY['positional'::text, 'named'::text]))), CONSTRAINT "channel_templates_provider_id_check" CHECK ((char_length(provider_id) <= 200)), CONSTRAINT "channel_templates_reason_check" CHECK ((char_length(reason) <= 1000)), CONSTRAINT "channel_templates_status_check" CHECK ((status ~ '^[a-z_]{1,40}$'::text)), "id" uuid NOT NULL DEFAULT private.uuid_v7(), CONSTRAINT "channel_templates_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."channel_templates" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."channel_templates" OWNER TO "postgres";

CREATE TABLE "public"."template_syncs" ("account_id" uuid NOT NULL, "inbox_id" uuid NOT NULL, "synced_at" timestamp with time zone, "next_sync_at" timestamp with time zone NOT NULL DEFAULT now(), "failures" integer NOT NULL DEFAULT 0, "error" text, CONSTRAINT "template_syncs_error_check" CHECK ((char_length(error) <= 1000)), CONSTRAINT "template_syncs_failures_check" CHECK ((failures >= 0)), CONSTRAINT "template_syncs_pkey" PRIMARY KEY (inbox_id));

ALTER TABLE "public"."template_syncs" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."template_syncs" OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.ask_for_templates(p_account_id uuid, p_inbox_id uuid, p_after interval DEFAULT '00:00:00'::interval)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    -- One that waits is enough; one that runs may have read already what has changed since.
    select private.enqueue(
        'sync_templates', jsonb_build_object('inbox_id', p_inbox_id), p_account_id, 'templates:' || p_inbox_id,
        p_run_at => now() + p_after)
    where not exists (
        select from private.jobs as job where job.lock = 'templates:' || p_inbox_id and job.status = 'queued')
$function$;

ALTER FUNCTION "private"."ask_for_templates"(uuid, uuid, interval) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.client_attributes(p_attributes jsonb, p_private boolean)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
    unknown text;
    field text;
begin
    if jsonb_typeof(p_attributes) <> 'object' then
        perform private.fail(400, 'content_attributes_invalid', 'content_attributes is an object.');
    end if;
    select attribute.key into unknown
    from jsonb_object_keys(p_attributes) as attribute (key)
    where attribute.key not in ('in_reply_to', 'to_emails', 'cc_emails', 'bcc_emails', 'template_params')
    limit 1;
    if unknown is not null then
        perform private.fail(
            400, 'content_attributes_invalid', format('A message cannot be given the attribute %L.', left(unknown, 50)),
            'Give in_reply_to, to_emails, cc_emails, bcc_emails or template_params.');
    end if;
    foreach field in array array['to_emails', 'cc_emails', 'bcc_emails'] loop
        if p_attributes ? field and (
            p_private
            or jsonb_typeof(p_attributes -> field) <> 'array'
            or jsonb_array_length(p_attributes -> field) > 50
            or exists (
                select from jsonb_array_elements(p_attributes -> field) as address (value)
                where jsonb_typeof(address.value) <> 'string'
                    or char_length(address.value #>> '{}') > 254
                    or address.value #>> '{}' !~ '^[^@[:space:][:cntrl:],;<>"]+@[^@[:space:][:cntrl:],;<>"]+\.[^@[:space:][:cntrl:],;<>"]+$'))
        then
            perform private.fail(
                400, 'content_attributes_invalid', format('%s is a list of at most 50 e-mail addresses, and not for notes.', field));
        end if;
    end loop;
    if p_attributes ? 'template_params' and (
        p_private
        or coalesce(p_attributes #>> '{template_params,name}', '') = ''
        or coalesce(p_attributes #>> '{template_params,language}', '') = '')
    then
        perform private.fail(
            400, 'content_attributes_invalid', 'template_params gives the template''s name and language, and is not for notes.');
    end if;
    return p_attributes;
end;
$function$;

CREATE OR REPLACE FUNCTION private.contact_address(p_contact public.contacts, p_inbox public.inboxes)
 RETURNS public.contact_inboxes
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    address public.contact_inboxes;
    -- Where the channel says who may be written to; other channels need the contact to have written first.
    source constant text := case p_inbox.channel_type
        when 'api' then gen_random_uuid()::text
        when 'email' then p_contact.email
        when 'sms' then p_contact.phone_number
        when 'twilio_sms' then p_contact.phone_number
        when 'whatsapp_cloud' then ltrim(p_contact.phone_number, '+')
        when 'whatsapp_360dialog' then ltrim(p_contact.phone_number, '+')
        when 'twilio_whatsapp' then 'whatsapp:' || p_contact.phone_number end;
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

CREATE OR REPLACE FUNCTION private.edit_message(p_conversation_id uuid, p_id uuid, p_content text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    message public.messages := private.agent_message(p_conversation_id, p_id);
begin
    if message.message_type <> 'outgoing' or message.sender_user_id is distinct from auth.uid() then
        perform private.fail(403, 'not_your_message', 'Only what you wrote yourself can be edited.');
    end if;
    if message.deleted_at is not null then
        perform private.fail(409, 'message_deleted', 'This message was deleted.');
    end if;
    if message.content_attributes ? 'template_params' then
        perform private.fail(409, 'message_is_template', 'The words of a template are its provider''s.', 'Send another one.');
    end if;
    if not message.private
        and private.initial_status(message.inbox_id) <> 'sent'
        and message.status not in ('queued', 'failed')
    then
        perform private.fail(
            409, 'message_delivered', 'The channel has this message already, and cannot change it.', 'Write another one.');
    end if;
    if private.is_blank(p_content) then
        perform private.fail(400, 'message_empty', 'Write something first.');
    end if;
    if char_length(p_content) > 150000 then
        perform private.fail(400, 'message_too_long', 'A message has 150,000 characters at most.');
    end if;
    if message.content <> p_content then
        insert into public.message_versions (account_id, conversation_id, message_id, content, edited_by)
        values (message.account_id, message.conversation_id, message.id, message.content, auth.uid());
        perform private.change_preview(message, p_content);
        update public.messages
        set content = p_content, edited_at = now()
        where conversation_id = p_conversation_id and id = p_id
        returning * into message;
    end if;
    return private.message_json(message);
end;
$function$;

CREATE OR REPLACE FUNCTION private.fill_channel_template(p_message public.messages, p_conversation public.conversations, p_contact public.contacts)
 RETURNS public.messages
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    message public.messages := p_message;
    given constant jsonb := p_message.content_attributes -> 'template_params';
    given_values constant jsonb := case jsonb_typeof(given -> 'processed_params') when 'object' then given -> 'processed_params' else '{}' end;
    variables constant jsonb := case when strpos(given_values::text, '{{') > 0
        then private.variables_of(p_conversation, p_contact, p_message.sender_user_id) else '{}' end;
    template public.channel_templates;
    field jsonb;
    files int;
    fitting int;
    words text;
    used jsonb := '{}';
    buttons jsonb := '[]';
    missing jsonb := '[]';
begin
    select * into template
    from public.channel_templates
    where inbox_id = p_message.inbox_id and name = given ->> 'name' and language = given ->> 'language';
    if template.id is null then
        perform private.fail(
            404, 'template_not_found', 'This inbox has no such template in this language.', 'Copy the templates from the provider again.');
    end if;
    if template.status <> 'approved' then
        perform private.fail(
            409, 'template_not_approved', format('The provider has not approved this template: it is %s.', template.status),
            'Choose another one.');
    end if;
    if template.fields is null then
        perform private.fail(
            409, 'template_unsupported', 'This template holds something that cannot be filled in here.', 'Choose another one.');
    end if;
    select count(*), count(*) filter (where exists (
        select from jsonb_array_elements(template.fields) as wanted
        where wanted ->> 'kind' = case attachment.file_type when 'file' then 'document' else attachment.file_type end))
    into files, fitting
    from public.attachments as attachment
    where p_message.attachments_at is not null
        and attachment.account_id = p_conversation.account_id
        and attachment.conversation_id = p_conversation.id
        and attachment.message_id = p_message.id;
    if files <> fitting or files > 1 then
        perform private.fail(400, 'template_file_invalid', 'The template does not show such a file.', 'Give the one file that its header shows.');
    end if;
    for field in select * from jsonb_array_elements(template.fields) loop
        if field ->> 'kind' in ('image', 'video', 'document') then
            words := given_values #>> '{header,media_url}';
            if files = 0 and (words ~ '^https://[^[:space:]]+$' and char_length(words) <= 2000) is not true then
                missing := missing || jsonb_build_array(field - 'example');
            end if;
            used := used || jsonb_build_object('header', jsonb_strip_nulls(jsonb_build_object(
                'media_type', field -> 'kind',
                'media_url', case when files = 0 then words end,
                'media_name', left(given_values #>> '{header,media_name}', 200))));
        else
            -- Providers take neither line breaks nor runs of blanks.
            words := btrim(regexp_replace(private.fill_in(coalesce(private.given_value(given_values, field), ''), variables), '\s+', ' ', 'g'));
            if private.is_blank(words) then
                missing := missing || jsonb_build_array(field - 'example');
            elsif char_length(words) > 1024 then
                perform private.fail(400, 'template_value_too_long', 'A value in a template has 1,024 characters at most.');
            elsif field ->> 'part' = 'buttons' then
                while jsonb_array_length(buttons) <= (field ->> 'index')::int loop
                    buttons := buttons || '[{}]';
                end loop;
                buttons := jsonb_set(
                    buttons, array[field ->> 'index'], jsonb_build_object('type', field -> 'kind', 'parameter', words));
            else
                used := used || jsonb_build_object(field ->> 'part',
                    coalesce(used -> (field ->> 'part'), '{}') || jsonb_build_object(field ->> 'name', words));
            end if;
        end if;
    end loop;
    if missing <> '[]' then
        perform private.fail(
            400, 'template_values_missing', 'Fill in everything that the template leaves open.', null,
            jsonb_build_object('fields', missing)::text);
    end if;
    if buttons <> '[]' then
        used := used || jsonb_build_object('buttons', buttons);
    end if;
    message.content := coalesce(left(private.template_words(template.components, used), 150000), '');
    message.content_attributes := message.content_attributes || jsonb_build_object('template_params', jsonb_build_object(
        'name', template.name,
        'language', template.language,
        'category', template.category,
        'processed_params', used,
        'buttons', coalesce(jsonb_path_query_array(template.components, '$[*].buttons[*].text'), '[]')));
    return message;
end;
$function$;

ALTER FUNCTION "private"."fill_channel_template"(public.messages, public.conversations, public.contacts) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.follow_templates()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    insert into public.template_syncs as sync (account_id, inbox_id, next_sync_at)
    values (new.account_id, new.inbox_id, now() + interval '3 hours')
    on conflict (inbox_id) do update set failures = 0, next_sync_at = excluded.next_sync_at;
    perform private.ask_for_templates(new.account_id, new.inbox_id);
    return null;
end;
$function$;

ALTER FUNCTION "private"."follow_templates"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.given_value(p_values jsonb, p_field jsonb)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    select case
        when p_field ->> 'part' = 'buttons' then p_values #>> array['buttons', p_field ->> 'index', 'parameter']
        -- A list counts from 1.
        when jsonb_typeof(p_values -> (p_field ->> 'part')) = 'array' and p_field ->> 'name' ~ '^[0-9]{1,3}$'
            then p_values #>> array[p_field ->> 'part', ((p_field ->> 'name')::int - 1)::text]
        else p_values #>> array[p_field ->> 'part', p_field ->> 'name'] end
$function$;

ALTER FUNCTION "private"."given_value"(jsonb, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.has_templates(p_channel_type text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
    select coalesce(p_channel_type in ('whatsapp_cloud', 'whatsapp_360dialog', 'twilio_whatsapp'), false)
$function$;

ALTER FUNCTION "private"."has_templates"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.last_incoming_at(p_conversation_id uuid)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    -- Providers know no conversations: what came in beside this one counts, too.
    select max(latest.created_at)
    from (
        select other.id
        from public.conversations as this
        join public.conversations as other
            on other.account_id = this.account_id and other.contact_inbox_id = this.contact_inbox_id
        where this.id = p_conversation_id
        order by other.id <> p_conversation_id, other.id desc
        limit 20
    ) as conversation
    cross join lateral (
        select message.created_at
        from public.messages as message
        where message.conversation_id = conversation.id and message.message_type = 'incoming'
        order by message.seq desc
        limit 1
    ) as latest
$function$;

CREATE OR REPLACE FUNCTION private.put_values(p_text text, p_values jsonb)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
    pattern constant text := '\{\{\s*(\w+)\s*\}\}';
    between_them constant text[] := regexp_split_to_array(p_text, pattern);
    filled text := between_them[1];
    found text[];
    position int := 1;
begin
    -- In one pass: a value that looks like a variable is a value.
    for found in select * from regexp_matches(p_text, pattern, 'g') loop
        position := position + 1;
        filled := filled || coalesce(p_values ->> found[1], '') || between_them[position];
    end loop;
    return filled;
end;
$function$;

ALTER FUNCTION "private"."put_values"(text, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.reply_window(p_conversation_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation constant public.conversations := private.agent_conversation(p_conversation_id);
    hours constant int := private.reply_window_hours(conversation);
    closes_at constant timestamptz := private.last_incoming_at(p_conversation_id) + make_interval(hours => hours);
    connection public.channel_connections;
    address public.contact_inboxes;
begin
    select * into connection from public.channel_connections where inbox_id = conversation.inbox_id;
    select * into address from public.contact_inboxes where id = conversation.contact_inbox_id;
    return jsonb_build_object(
        'can_reply', hours is null or coalesce(closes_at > now(), false),
        'closes_at', closes_at,
        'hours', hours,
        'templates', private.has_templates(connection.channel_type),
        'connection_state', connection.state,
        'opted_out', address.opted_out_at is not null,
        'unreachable_reason', address.unreachable_reason);
end;
$function$;

CREATE OR REPLACE FUNCTION private.require_open_window(p_conversation public.conversations)
 RETURNS void
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    hours constant int := private.reply_window_hours(p_conversation);
begin
    if hours is null or private.last_incoming_at(p_conversation.id) + make_interval(hours => hours) > now() then
        return;
    end if;
    perform private.fail(
        409, 'window_closed', format('One may write freely for %s hours after the contact last wrote; that time is over.', hours),
        case when private.has_templates((select inbox.channel_type from public.inboxes as inbox where inbox.id = p_conversation.inbox_id))
            then 'Send an approved template.' else 'Wait until they write, or leave a note.' end);
end;
$function$;

ALTER FUNCTION "private"."require_open_window"(public.conversations) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.start_conversation(p_account_id uuid, p_contact_id uuid, p_inbox_id uuid, p_message_id uuid, p_content text, p_assignee_id uuid, p_team_id uuid, p_content_attributes jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    contact public.contacts := private.member_contact(p_contact_id);
    writes constant boolean := p_content is not null or p_content_attributes ? 'template_params';
    inbox public.inboxes;
    address public.contact_inboxes;
    found_id uuid;
begin
    if contact.account_id is distinct from p_account_id then
        perform private.fail(404, 'contact_not_found', 'There is no such contact.');
    end if;
    select * into inbox
    from public.inboxes
    where id = p_inbox_id and account_id = p_account_id and id = any (private.inbox_ids());
    if inbox.id is null then
        perform private.fail(404, 'inbox_not_found', 'There is no such inbox.');
    end if;
    if p_message_id is null and writes then
        perform private.fail(400, 'invalid_argument', 'Give the message an id (UUIDv7) of your own.');
    end if;
    address := private.contact_address(contact, inbox);
    perform pg_advisory_xact_lock(hashtextextended(address.id::text, 0));
    select conversation.id into found_id
    from public.conversations as conversation
    where conversation.account_id = p_account_id
        and conversation.contact_inbox_id = address.id
        and (inbox.lock_to_single_conversation or exists (
            select from public.messages as message
            where message.conversation_id = conversation.id and message.id = p_message_id))
    order by conversation.id desc
    limit 1;
    if found_id is null then
        insert into public.conversations (account_id, inbox_id, contact_id, contact_inbox_id)
        values (p_account_id, inbox.id, contact.id, address.id)
        returning id into found_id;
    end if;
    if writes and not exists (
        select from public.messages where conversation_id = found_id and id = p_message_id)
    then
        insert into public.messages (id, conversation_id, content, content_attributes)
        values (p_message_id, found_id, coalesce(p_content, ''), coalesce(p_content_attributes, '{}'));
    end if;
    if p_team_id is not null then
        perform private.set_team(found_id, p_team_id);
    end if;
    if p_assignee_id is not null then
        perform private.assign_conversation(found_id, p_assignee_id);
    end if;
    return private.conversation_row(found_id);
end;
$function$;

ALTER FUNCTION "private"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.sync_templates(p_inbox_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    connection constant public.channel_connections := private.templated_inbox(p_inbox_id);
begin
    if connection.state <> 'connected' then
        perform private.fail(
            409, 'inbox_not_connected', 'The provider does not let us in.', 'An administrator has to reconnect the inbox.');
    end if;
    perform private.take('templates:' || p_inbox_id, 3, 1 / 30.0);
    perform private.ask_for_templates(connection.account_id, p_inbox_id);
end;
$function$;

ALTER FUNCTION "private"."sync_templates"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.template_fields(p_components jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
declare
    fields jsonb := '[]';
    component jsonb;
    shape text;
    button jsonb;
    place bigint;
begin
    for component in select * from jsonb_path_query(p_components, '$[*]') loop
        shape := upper(component ->> 'type');
        if shape = 'HEADER' then
            shape := 'HEADER ' || upper(coalesce(component ->> 'format', 'TEXT'));
        end if;
        case
            when shape = 'BODY' then
                fields := fields || private.text_fields('body', component);
            when shape = 'HEADER TEXT' then
                fields := fields || private.text_fields('header', component);
            when shape in ('HEADER IMAGE', 'HEADER VIDEO', 'HEADER DOCUMENT') then
                fields := fields || jsonb_build_array(jsonb_build_object(
                    'part', 'header', 'kind', lower(split_part(shape, ' ', 2))));
            when shape = 'BUTTONS' then
                for button, place in
                    select found.button, found.ordinality - 1
                    from jsonb_path_query(component, '$.buttons[*]') with ordinality as found (button, ordinality)
                loop
                    case
                        when button ->> 'type' ilike 'copy_code'
                            or (button ->> 'type' ilike 'url' and exists (select from private.template_variables(button ->> 'url')))
                        then
                            fields := fields || jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
                                'part', 'buttons',
                                'kind', lower(button ->> 'type'),
                                'index', place,
                                'name', left(button ->> 'text', 60),
                                'example', left(jsonb_path_query_first(button, '$.example[*]') #>> '{}', 200))));
                        when button ->> 'type' ilike any (array['url', 'quick_reply', 'phone_number']) then
                            null;
                        else
                            return null;
                    end case;
                end loop;
            when shape = 'FOOTER' then
                null;
            else
                return null;
        end case;
    end loop;
    return fields;
end;
$function$;

ALTER FUNCTION "private"."template_fields"(jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.template_list(p_inbox_id uuid, p_query text, p_approved boolean, p_limit integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    connection constant public.channel_connections := private.templated_inbox(p_inbox_id);
    words constant text[] := array(
        select distinct word from regexp_split_to_table(lower(left(coalesce(p_query, ''), 200)), '[\s_]+') as word where word <> '');
    sync public.template_syncs;
    listed jsonb;
begin
    if coalesce(p_limit, 0) not between 1 and 500 then
        perform private.fail(400, 'invalid_argument', 'limit is 1 to 500.');
    end if;
    select * into sync from public.template_syncs where inbox_id = p_inbox_id;
    select jsonb_agg(
        jsonb_build_object(
            'id', found.id, 'name', found.name, 'language', found.language, 'category', found.category, 'status', found.status,
            'reason', found.reason, 'components', found.components, 'fields', found.fields)
        order by found.status <> 'approved', found.name, found.language)
    into listed
    from (
        select *
        from public.channel_templates as template
        where template.account_id = connection.account_id
            and template.inbox_id = p_inbox_id
            and (template.status = 'approved' or not coalesce(p_approved, false))
            and not exists (
                select from unnest(words) as word
                where strpos(lower(template.name || ' ' || template.language || ' ' || template.components::text), word) = 0)
        order by template.status <> 'approved', template.name, template.language
        limit p_limit + 1
    ) as found;
    return jsonb_build_object(
        'templates', coalesce(listed - p_limit, '[]'),
        'has_more', coalesce(jsonb_array_length(listed) > p_limit, false),
        'synced_at', sync.synced_at,
        'error', sync.error,
        'connection_state', connection.state,
        'syncing', exists (
            select from private.jobs as job
            where job.lock = 'templates:' || p_inbox_id and job.status in ('queued', 'running') and job.run_at <= now()));
end;
$function$;

ALTER FUNCTION "private"."template_list"(uuid, text, boolean, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.template_to_deliver(p_message public.messages)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select p_message.content_attributes -> 'template_params' || coalesce((
        select jsonb_strip_nulls(jsonb_build_object('id', template.provider_id)) || jsonb_build_object(
            'definition', jsonb_build_object('components', template.components))
        from public.channel_templates as template
        where template.inbox_id = p_message.inbox_id
            and template.name = p_message.content_attributes #>> '{template_params,name}'
            and template.language = p_message.content_attributes #>> '{template_params,language}'), '{}')
$function$;

ALTER FUNCTION "private"."template_to_deliver"(public.messages) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.template_variables(p_text text)
 RETURNS TABLE(name text, place integer)
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
    select found.match[1], min(found.ordinality)::int
    from regexp_matches(coalesce(p_text, ''), '\{\{\s*(\w+)\s*\}\}', 'g') with ordinality as found (match, ordinality)
    group by found.match[1]
    order by 2
$function$;

ALTER FUNCTION "private"."template_variables"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.template_words(p_components jsonb, p_values jsonb)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    select string_agg(private.put_values(part.text, coalesce(p_values -> part.kind, '{}')), E'\n\n' order by part.place)
    from (
        select lower(component ->> 'type') as kind,
            component ->> 'text' as text,
            array_position(array['header', 'body', 'footer'], lower(component ->> 'type')) as place
        from jsonb_path_query(p_components, '$[*]') as component
    ) as part
    where part.place is not null and part.text <> ''
$function$;

ALTER FUNCTION "private"."template_words"(jsonb, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.templated_inbox(p_inbox_id uuid)
 RETURNS public.channel_connections
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    connection public.channel_connections;
begin
    if not p_inbox_id = any (private.inbox_ids()) then
        perform private.fail(404, 'inbox_not_found', 'There is no such inbox.');
    end if;
    select * into connection from public.channel_connections where inbox_id = p_inbox_id;
    if not private.has_templates(connection.channel_type) then
        perform private.fail(409, 'templates_not_offered', 'The provider of this inbox has no templates.');
    end if;
    return connection;
end;
$function$;

ALTER FUNCTION "private"."templated_inbox"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.text_fields(p_part text, p_component jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
    select coalesce(jsonb_agg(
        jsonb_strip_nulls(jsonb_build_object(
            'part', p_part,
            'kind', 'text',
            'name', variable.name,
            'example', left(coalesce(
                jsonb_path_query_first(
                    p_component -> 'example' -> (p_part || '_text_named_params'),
                    '$[*] ? (@.param_name == $name).example', jsonb_build_object('name', variable.name)) #>> '{}',
                p_component #>> case p_part
                    when 'body' then array['example', 'body_text', '0', (variable.place - 1)::text]
                    else array['example', 'header_text', (variable.place - 1)::text] end), 200)))
        order by variable.place), '[]')
    from private.template_variables(p_component ->> 'text') as variable
$function$;

ALTER FUNCTION "private"."text_fields"(text, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.write_message()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    -- No client can name message_type, so activity lines and templates come from our own functions.
    client constant text := case
        when new.message_type in ('activity', 'template') then 'system'
        else coalesce(current_setting('role', true), 'none') end;
    conversation public.conversations;
    contact public.contacts;
    recent int;
    public_reply boolean;
    reopened text;
begin
    -- Clients' rights come first: a trigger runs before the policy's check, and must not tell a stranger
    -- more than it. The answer is the same for a conversation that is missing and one that is not theirs.
    select * into conversation from public.conversations where id = new.conversation_id;
    if conversation.id is null
        or (client = 'authenticated' and not private.can_see(conversation))
        or (client = 'visitor' and conversation.contact_inbox_id is distinct from private.visitor_contact_inbox_id())
    then
        perform private.fail(404, 'conversation_not_found', 'There is no such conversation.');
    end if;

    if client in ('authenticated', 'visitor') then
        -- A template has words of its own.
        if private.is_blank(new.content) and new.attachments_at is null and not new.content_attributes ? 'template_params' then
            perform private.fail(400, 'message_empty', 'Write something first.');
        end if;
        new.content_type := 'text';
        new.created_at := now();
        new.source_id := null;
    end if;
    if client = 'authenticated' then
        new.message_type := 'outgoing';
        new.sender_user_id := auth.uid();
        new.sender_contact_id := null;
        new.content_attributes := private.client_attributes(new.content_attributes, new.private);
        new.status := case when new.private then 'sent' else private.initial_status(conversation.inbox_id) end;
        if char_length(new.content) > 150000 then
            perform private.fail(400, 'message_too_long', 'A message has 150,000 characters at most.');
        end if;
    elsif client = 'visitor' then
        new.message_type := 'incoming';
        new.private := false;
        new.content_attributes := '{}';
        new.sender_user_id := null;
        new.sender_contact_id := conversation.contact_id;
        new.status := 'sent';
        if char_length(new.content) > 10000 then
            perform private.fail(400, 'message_too_long', 'A message has 10,000 characters at most.');
        end if;
        if not private.can_visitor_reply(conversation) then
            perform private.fail(
                409, 'conversation_resolved', 'This conversation is closed.', 'Start a new conversation.');
        end if;
        perform private.take('visitor:' || conversation.contact_inbox_id, 20, 1);
    end if;
    new.account_id := conversation.account_id;
    new.inbox_id := conversation.inbox_id;
    new.updated_at := now();
    new.content_attributes := private.resolve_reply(new);

    -- Locks are taken in the order contact, conversation, message, here and everywhere.
    if new.message_type = 'incoming' then
        update public.contacts set last_activity_at = now()
        where id = conversation.contact_id
            and (last_activity_at is null or last_activity_at < now() - interval '1 minute');
    end if;
    select * into conversation from public.conversations where id = new.conversation_id for no key update;
    select * into contact from public.contacts where id = conversation.contact_id;
    -- Asked before anything moves: an insert that conflicts runs this trigger too, also when it is to do nothing.
    if exists (select from public.messages where conversation_id = new.conversation_id and id = new.id) then
        perform private.fail(409, 'message_id_taken', 'Another message has this id.');
    end if;

    if client in ('authenticated', 'visitor') then
        select count(*) into recent
        from (
            select from public.messages
            where conversation_id = new.conversation_id
                and seq > conversation.last_seq - 400
                and created_at > now() - interval '1 minute'
            limit 200
        ) as minute;
        if recent >= 200 then
            perform private.fail(
                429, 'too_many_messages', 'This conversation got 200 messages within a minute.', 'Wait a minute.');
        end if;
    end if;

    -- Not what was written elsewhere and comes back from the provider.
    if new.message_type in ('outgoing', 'template') and not new.content_attributes ? 'external_echo' then
        if new.content_attributes ? 'template_params' then
            new := private.fill_channel_template(new, conversation, contact);
        else
            if client = 'authenticated' and not new.private then
                perform private.require_open_window(conversation);
            end if;
            new.content := private.render_variables(new.content, conversation, contact, new.sender_user_id);
        end if;
    end if;

    -- A human's public answer: what ends the waiting.
    public_reply := new.message_type = 'outgoing' and not new.private and new.sender_user_id is not null
        and not new.content_attributes ? 'automation_rule_id' and not new.content_attributes ? 'campaign_id';
    reopened := case new.message_type
        when 'incoming' then private.reopened_status(conversation, contact.blocked)
        else conversation.status end;

    update public.conversations
    set last_seq = last_seq + 1,
        last_visitor_seq = last_visitor_seq + private.is_visible_to_visitor(new)::int,
        last_activity_at = greatest(last_activity_at, new.created_at),
        status = reopened,
        waiting_since = case
            when public_reply then null
            when new.message_type = 'incoming' then coalesce(waiting_since, new.created_at)
            else waiting_since end,
        first_reply_created_at = case
            when public_reply then coalesce(first_reply_created_at, new.created_at)
            else first_reply_created_at end,
        unread_count = unread_count + (new.message_type = 'incoming')::int,
        visitor_unread_count = visitor_unread_count
            + (new.message_type in ('outgoing', 'template') and not new.private)::int,
        -- Lists show what people said; the system's own lines only where there is nothing else.
        preview = case when new.message_type = 'activity'
            or (new.message_type = 'template' and preview is not null)
            then preview else jsonb_build_object(
            'content', left(new.content, 200),
            'message_type', new.message_type,
            'private', new.private,
            'attachments', new.attachments_at is not null,
            'sender_name', private.message_sender(new) ->> 'name',
            'created_at', new.created_at) end
    where id = new.conversation_id
    returning * into conversation;

    new.seq := conversation.last_seq;
    new.updated_seq := conversation.last_seq;
    new.visitor_seq := case when private.is_visible_to_visitor(new) then conversation.last_visitor_seq end;
    return new;
end;
$function$;

CREATE OR REPLACE FUNCTION public.start_conversation(p_account_id uuid, p_contact_id uuid, p_inbox_id uuid, p_message_id uuid DEFAULT NULL::uuid, p_content text DEFAULT NULL::text, p_assignee_id uuid DEFAULT NULL::uuid, p_team_id uuid DEFAULT NULL::uuid, p_content_attributes jsonb DEFAULT '{}'::jsonb)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.start_conversation(
        p_account_id, p_contact_id, p_inbox_id, p_message_id, p_content, p_assignee_id, p_team_id, p_content_attributes)
$function$;

ALTER FUNCTION "public"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.sync_templates(p_inbox_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.sync_templates(p_inbox_id)
$function$;

ALTER FUNCTION "public"."sync_templates"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.template_list(p_inbox_id uuid, p_query text DEFAULT NULL::text, p_approved boolean DEFAULT false, p_limit integer DEFAULT 100)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.template_list(p_inbox_id, p_query, p_approved, p_limit)
$function$;

ALTER FUNCTION "public"."template_list"(uuid, text, boolean, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.fail_delivery(p_conversation_id uuid, p_message_id uuid, p_category text, p_code text, p_text text, p_retry_after_seconds double precision DEFAULT NULL::double precision, p_sent_parts text[] DEFAULT '{}'::text[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    target public.messages;
begin
    select * into target from public.messages where conversation_id = p_conversation_id and id = p_message_id;
    if target.id is null then
        return;
    end if;
    insert into private.message_parts (account_id, inbox_id, source_id, conversation_id, message_id, part)
    select target.account_id, target.inbox_id, sent.source_id, p_conversation_id, p_message_id, sent.position
    from unnest(p_sent_parts) with ordinality as sent (source_id, position)
    on conflict do nothing;
    if p_category = 'rate_limited' then
        update public.channel_connections
        set paused_until = now() + make_interval(secs => coalesce(p_retry_after_seconds, 10))
        where inbox_id = target.inbox_id;
    end if;
    if p_category in ('transient', 'rate_limited') then
        update public.messages set status = 'queued' where conversation_id = p_conversation_id and id = p_message_id;
        return;
    end if;
    if p_category = 'uncertain' then
        update public.messages
        set status = 'unknown', content_attributes = content_attributes || jsonb_build_object('error_category', 'uncertain')
        where conversation_id = p_conversation_id and id = p_message_id;
        return;
    end if;
    perform private.apply_status(target, jsonb_build_object(
        'status', 'failed', 'error_text', p_text, 'error_category', p_category, 'error_code', p_code));
    if target.content_attributes ? 'template_params' and p_category in ('invalid_content', 'config') then
        -- It may have been paused or changed since we copied it.
        perform private.ask_for_templates(target.account_id, target.inbox_id);
    end if;
    if p_category = 'auth' then
        perform service.set_connection_state(target.inbox_id, 'reauthorization_required', p_text);
    elsif p_category in ('recipient_unreachable', 'recipient_optout') then
        update public.contact_inboxes as address
        set unreachable_reason = case when p_category = 'recipient_unreachable' then left(p_text, 1000) else unreachable_reason end,
            opted_out_at = case when p_category = 'recipient_optout' then coalesce(opted_out_at, now()) else opted_out_at end
        from public.conversations as conversation
        where conversation.id = p_conversation_id and address.id = conversation.contact_inbox_id;
    end if;
end;
$function$;

CREATE OR REPLACE FUNCTION service.message_to_deliver(p_conversation_id uuid, p_message_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    message public.messages;
    conversation public.conversations;
    address public.contact_inboxes;
    connection public.channel_connections;
    was text;
begin
    select * into conversation from public.conversations where id = p_conversation_id for no key update;
    select * into message from public.messages where conversation_id = p_conversation_id and id = p_message_id for update;
    if message.id is null or message.deleted_at is not null or message.status not in ('queued', 'sending') then
        return null;
    end if;
    select * into connection from public.channel_connections where inbox_id = message.inbox_id;
    if connection.inbox_id is not null then
        if connection.state <> 'connected' then
            -- It stays queued: reconnecting asks for it again.
            return jsonb_build_object('held', true);
        end if;
        if connection.paused_until > now() then
            return jsonb_build_object('wait', extract(epoch from connection.paused_until - now()));
        end if;
    end if;
    if exists (
        select from public.attachments as attachment
        where attachment.account_id = message.account_id and attachment.conversation_id = message.conversation_id
            and attachment.message_id = message.id and attachment.state = 'pending')
    then
        return jsonb_build_object('wait', 1);
    end if;
    -- An inbox whose provider hangs holds so many of the workers' slots and no more.
    if (
        select count(*) from (
            select from public.messages as other
            where other.inbox_id = message.inbox_id and other.status = 'sending' and other.id <> p_message_id
            limit 10) as under_way
    ) = 10
    then
        return jsonb_build_object('wait', 2);
    end if;
    select * into address from public.contact_inboxes where id = conversation.contact_inbox_id;
    if connection.channel_type = 'email'
        and message.status = 'queued'
        and (message.sender_user_id is null or message.content_attributes ? 'automation_rule_id')
    then
        -- Counted by one at a time: the mails of several conversations may be to one person.
        perform private.lock_address(message.inbox_id, 'automatic:' || address.source_id);
        if not private.may_answer_by_itself(message, address) then
            perform private.apply_status(message, jsonb_build_object(
                'status', 'failed', 'error_category', 'policy', 'error_code', 'too_many_automatic_mails',
                'error_text', 'Too many automatic mails went to this person already.'));
            return null;
        end if;
    end if;
    was := message.status;
    update public.messages set status = 'sending' where conversation_id = p_conversation_id and id = p_message_id;
    return jsonb_build_object(
        'id', message.id,
        'account_id', message.account_id,
        'inbox_id', message.inbox_id,
        'conversation_id', message.conversation_id,
        'contact_id', conversation.contact_id,
        -- Somebody began before us and never said how it ended.
        'interrupted', was = 'sending',
        'to', address.source_id,
        'content', message.content,
        'content_type', message.content_type,
        'content_attributes', message.content_attributes,
        'message_type', message.message_type,
        'sender', private.message_sender(message),
        'by_human', message.sender_user_id is not null and not message.content_attributes ? 'automation_rule_id',
        'in_reply_to', (
            select answered.source_id from public.messages as answered
            where answered.conversation_id = p_conversation_id
                and answered.id::text = message.content_attributes ->> 'in_reply_to'),
        'last_incoming_at', private.last_incoming_at(p_conversation_id),
        'window_hours', private.reply_window_hours(conversation),
        'template', private.template_to_deliver(message),
        'subject', conversation.additional_attributes ->> 'mail_subject',
        'thread', coalesce((
            select jsonb_agg(earlier.source_id order by earlier.seq)
            from (
                select source_id, seq from public.messages
                where conversation_id = p_conversation_id and source_id is not null
                order by seq desc limit 20
            ) as earlier), '[]'),
        -- What the provider needs to answer in the right place: it came with what the contact wrote last.
        'context', coalesce((
            select incoming.content_attributes - 'edits'
            from public.messages as incoming
            where incoming.conversation_id = p_conversation_id and incoming.message_type = 'incoming'
            order by incoming.seq desc
            limit 1), '{}'),
        'sent_parts', coalesce((
            select jsonb_agg(part.source_id order by part.part)
            from private.message_parts as part
            where part.account_id = message.account_id and part.conversation_id = p_conversation_id
                and part.message_id = p_message_id), '[]'),
        'webhook', case when connection.inbox_id is null then private.api_webhook(conversation, message) end,
        'attachments', private.attachments_to_deliver(message));
end;
$function$;

CREATE OR REPLACE FUNCTION service.refresh_templates()
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with due as (
        select sync.inbox_id, sync.account_id
        from public.template_syncs as sync
        join public.channel_connections as connection on connection.inbox_id = sync.inbox_id
        join public.inboxes as inbox on inbox.id = sync.inbox_id
        join public.accounts as account on account.id = sync.account_id
        where sync.next_sync_at <= now()
            and connection.state = 'connected'
            and inbox.deleted_at is null
            and account.status = 'active'
        order by sync.next_sync_at
        limit 200
        for update of sync skip locked
    ),
    taken as (
        -- The copy itself says when the next one is due; this is for one that never reports back.
        update public.template_syncs as sync
        set next_sync_at = now() + interval '3 hours'
        from due
        where sync.inbox_id = due.inbox_id
        returning sync.inbox_id, sync.account_id
    ),
    asked as materialized (
        select private.ask_for_templates(taken.account_id, taken.inbox_id) from taken
    )
    select count(*)::int from asked
$function$;

ALTER FUNCTION "service"."refresh_templates"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.replace_templates(p_inbox_id uuid, p_templates jsonb)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    owner_id uuid;
    kept int;
begin
    -- Two copies take turns, and a deleted inbox gets none.
    update public.template_syncs
    set synced_at = now(), next_sync_at = now() + interval '3 hours', failures = 0, error = null
    where inbox_id = p_inbox_id
    returning account_id into owner_id;
    if owner_id is null then
        return 0;
    end if;
    with given as (
        select distinct on (one.name, one.language) one.*
        from jsonb_to_recordset(p_templates) as one (
            name text, language text, category text, status text, reason text, parameter_format text, components jsonb,
            provider_id text)
        where char_length(one.name) between 1 and 512
            and one.language ~ '^[A-Za-z0-9_-]{2,20}$'
            and one.status ~ '^[a-z_]{1,40}$'
            and one.category ~ '^[a-z_]{1,40}$'
            and one.parameter_format in ('positional', 'named')
            and jsonb_typeof(one.components) = 'array'
            and octet_length(one.components::text) <= 65536
        order by one.name, one.language, (one.status = 'approved') desc, one.provider_id desc
    ),
    gone as (
        delete from public.channel_templates as template
        where template.inbox_id = p_inbox_id
            and not exists (
                select from given where given.name = template.name and given.language = template.language)
    ),
    written as (
        insert into public.channel_templates as template (
            account_id, inbox_id, name, language, category, status, reason, parameter_format, components, provider_id)
        select owner_id, p_inbox_id, given.name, given.language, given.category, given.status, left(given.reason, 1000),
            given.parameter_format, given.components, left(given.provider_id, 200)
        from given
        on conflict (inbox_id, name, language) do update
        set category = excluded.category,
            status = excluded.status,
            reason = excluded.reason,
            parameter_format = excluded.parameter_format,
            components = excluded.components,
            provider_id = excluded.provider_id
        where (template.category, template.status, template.reason, template.parameter_format, template.components,
            template.provider_id)
            is distinct from (excluded.category, excluded.status, excluded.reason, excluded.parameter_format,
            excluded.components, excluded.provider_id)
    )
    select count(*) into kept from given;
    return kept;
end;
$function$;

ALTER FUNCTION "service"."replace_templates"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.templates_not_synced(p_inbox_id uuid, p_category text, p_text text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    update public.template_syncs
    set failures = failures + 1,
        error = left(p_text, 1000),
        next_sync_at = now() + least(interval '15 minutes' * power(2, least(failures, 10)), interval '12 hours')
    where inbox_id = p_inbox_id;
    if p_category = 'auth' then
        perform service.set_connection_state(p_inbox_id, 'reauthorization_required', p_text);
    end if;
end;
$function$;

ALTER FUNCTION "service"."templates_not_synced"(uuid, text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.update_inbox(p_inbox_id uuid, p_update jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    update public.channel_connections
    set settings = settings || jsonb_build_object(
            'news', coalesce(settings -> 'news', '{}') || jsonb_build_object(
                left(p_update ->> 'kind', 60), jsonb_build_object('at', now(), 'details', p_update -> 'details'))),
        state = case p_update ->> 'kind' when 'disconnected' then 'disconnected' when 'connected' then 'connected' else state end
    where inbox_id = p_inbox_id
        and octet_length(settings::text) + octet_length(p_update::text) < 60000;
    if p_update ->> 'kind' in ('template_status', 'template_category') then
        -- A hint: the list is the truth. Several come at a time.
        perform private.ask_for_templates(connection.account_id, p_inbox_id, interval '2 seconds')
        from public.channel_connections as connection
        where connection.inbox_id = p_inbox_id and private.has_templates(connection.channel_type);
    end if;
end;
$function$;

ALTER FUNCTION "service"."update_inbox"(uuid, jsonb) OWNER TO "postgres";

ALTER TABLE "public"."channel_templates" ADD CONSTRAINT "channel_templates_inbox_fkey" FOREIGN KEY (account_id, inbox_id) REFERENCES public.inboxes(account_id, id) ON DELETE CASCADE;

ALTER TABLE "public"."template_syncs" ADD CONSTRAINT "template_syncs_inbox_fkey" FOREIGN KEY (account_id, inbox_id) REFERENCES public.inboxes(account_id, id) ON DELETE CASCADE;

CREATE INDEX channel_templates_account_id_inbox_id_idx ON public.channel_templates USING btree (account_id, inbox_id);

CREATE INDEX template_syncs_account_id_inbox_id_idx ON public.template_syncs USING btree (account_id, inbox_id);

CREATE INDEX template_syncs_next_sync_at_idx ON public.template_syncs USING btree (next_sync_at);

CREATE TRIGGER channel_connections_follow_templates_change AFTER UPDATE OF settings, state ON public.channel_connections FOR EACH ROW WHEN ((private.has_templates(new.channel_type) AND (new.state = 'connected'::text) AND (((old.settings - 'news'::text) IS DISTINCT FROM (new.settings - 'news'::text)) OR (old.state <> 'connected'::text)))) EXECUTE FUNCTION private.follow_templates();

CREATE TRIGGER channel_connections_follow_templates AFTER INSERT ON public.channel_connections FOR EACH ROW WHEN (private.has_templates(new.channel_type)) EXECUTE FUNCTION private.follow_templates();

CREATE TRIGGER channel_templates_set_updated_at BEFORE UPDATE ON public.channel_templates FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

CREATE POLICY "agents read the templates of their inboxes" ON "public"."channel_templates" FOR SELECT TO "authenticated" USING ((inbox_id = ANY (( SELECT private.inbox_ids() AS inbox_ids)::uuid[])));

CREATE POLICY "agents read when the templates of their inboxes were copied" ON "public"."template_syncs" FOR SELECT TO "authenticated" USING ((inbox_id = ANY (( SELECT private.inbox_ids() AS inbox_ids)::uuid[])));

COMMENT ON COLUMN "public"."channel_templates"."components" IS 'HEADER, BODY, FOOTER and BUTTONS in Meta''s shape, whatever the provider: what the customer reads, with {{variables}}.';

COMMENT ON COLUMN "public"."channel_templates"."reason" IS 'Why the provider rejected it, in its own words.';

COMMENT ON COLUMN "public"."channel_templates"."status" IS 'The provider''s word in lower case. Only approved ones can be sent.';

COMMENT ON COLUMN "public"."template_syncs"."failures" IS 'Tries in a row that came to nothing; each makes the wait for the next one longer.';

COMMENT ON FUNCTION "private"."ask_for_templates"(uuid, uuid, interval) IS 'Asks a worker to copy the templates of an inbox from its provider.';

COMMENT ON FUNCTION "private"."fill_channel_template"(public.messages, public.conversations, public.contacts) IS 'A message that names a template, with the words that the customer will read as its content. Variables of ours may stand in the values.
     Fails with template_not_found, template_not_approved, template_unsupported, template_values_missing (details = {fields}),
     template_value_too_long, template_file_invalid.';

COMMENT ON FUNCTION "private"."follow_templates"() IS 'Trigger: copies the templates of an inbox when it was connected, or connected again.';

COMMENT ON FUNCTION "private"."given_value"(jsonb, jsonb) IS 'What a sender gave for one field of a template, or null.';

COMMENT ON FUNCTION "private"."has_templates"(text) IS 'Whether providers of this kind of channel approve templates.';

COMMENT ON FUNCTION "private"."last_incoming_at"(uuid) IS 'When the contact last wrote to this inbox from the same address; null when never.';

COMMENT ON FUNCTION "private"."put_values"(text, jsonb) IS 'A provider''s text with its {{variables}} replaced.';

COMMENT ON FUNCTION "private"."require_open_window"(public.conversations) IS 'Fails with window_closed when nothing but a template may be sent.';

COMMENT ON FUNCTION "private"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid, jsonb) IS 'See public.start_conversation.';

COMMENT ON FUNCTION "private"."sync_templates"(uuid) IS 'See public.sync_templates.';

COMMENT ON FUNCTION "private"."template_fields"(jsonb) IS 'What has to be filled in before a template can be sent: [{part: header | body | buttons, kind: text | image | video | document | url
     | copy_code, name, index, example}]. Null when it holds something that we cannot fill in: a carousel, a form, an offer.';

COMMENT ON FUNCTION "private"."template_list"(uuid, text, boolean, integer) IS 'See public.template_list.';

COMMENT ON FUNCTION "private"."template_to_deliver"(public.messages) IS 'What a message says of its template, with the provider''s definition, which decides what goes where. Null for other messages.';

COMMENT ON FUNCTION "private"."template_variables"(text) IS 'The variables of a provider''s text, each once: {{1}} or {{order_number}}.';

COMMENT ON FUNCTION "private"."template_words"(jsonb, jsonb) IS 'What the customer will read: header, body and footer, filled in.';

COMMENT ON FUNCTION "private"."templated_inbox"(uuid) IS 'How an inbox with templates is connected, for whoever may enter it. Fails with inbox_not_found, templates_not_offered.';

COMMENT ON FUNCTION "private"."text_fields"(text, jsonb) IS 'What has to be filled in in one text of a provider''s template.';

COMMENT ON FUNCTION "public"."edit_message"(uuid, uuid, text) IS 'Changes the words of the caller''s own message; the ones before are kept in message_versions. Returns the message.
     Where a provider delivers, only before it did; templates never. Fails with conversation_not_found, message_not_found,
     not_your_message, message_deleted, message_is_template, message_delivered, message_empty, message_too_long.';

COMMENT ON FUNCTION "public"."reply_window"(uuid) IS 'Whether one may answer freely now: {can_reply, closes_at, hours, templates, connection_state, opted_out,
     unreachable_reason}. Outside the window only an approved template goes out. Fails with conversation_not_found.';

COMMENT ON FUNCTION "public"."send_message"(uuid, uuid, text, boolean, bigint, uuid[], uuid, jsonb) IS 'Sends a reply, or a note when private, under an id made by the caller: sending again returns the same message.
     With expected_last_seq a public reply is refused when someone else wrote after it: conversation_moved, details = {messages}.
     attachments are ids of request_upload, 15 at most, each uploaded; with one the content may be empty.
     in_reply_to names a message of the same conversation. content_attributes may hold to_emails, cc_emails, bcc_emails
     (lists) and template_params {name, language, processed_params: {header, body, buttons}}: a template of the inbox, whose filled-in
     words become the content. Outside the reply window nothing else goes out. Fails also with conversation_not_found,
     message_empty, message_too_long, message_id_taken, too_many_messages, too_many_attachments, attachment_not_found,
     reply_target_not_found, content_attributes_invalid, window_closed, and with template_not_found, template_not_approved,
     template_unsupported, template_values_missing (details = {fields}), template_value_too_long, template_file_invalid.';

COMMENT ON FUNCTION "public"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid, jsonb) IS 'An agent writes first: a new conversation with a contact, with a first message under an id made by the caller. Where the inbox is locked
     to a single conversation the existing one goes on; the same message id again returns the same. content_attributes as in
     send_message: over WhatsApp a conversation begins with a template. Returns the row. Fails with contact_not_found, inbox_not_found,
     contact_not_reachable, team_not_found, assignee_not_in_inbox, and as send_message.';

COMMENT ON FUNCTION "public"."sync_templates"(uuid) IS 'Asks for a fresh copy of the inbox''s templates; template_list says when it is there. For whoever may enter the inbox, three times in a
     row and then once in 30 seconds. Fails with inbox_not_found, templates_not_offered, inbox_not_connected, too_many_requests.';

COMMENT ON FUNCTION "public"."template_list"(uuid, text, boolean, integer) IS 'The templates of an inbox in which all words of the query occur, approved ones first: {templates: [{id, name, language, category,
     status, reason, components, fields}], has_more, synced_at, error, connection_state, syncing}. Fails with inbox_not_found,
     templates_not_offered, invalid_argument.';

COMMENT ON FUNCTION "service"."refresh_templates"() IS 'Asks for a copy of the templates of each inbox whose copy is three hours old, 200 a call; returns how many.';

COMMENT ON FUNCTION "service"."replace_templates"(uuid, jsonb) IS 'Makes the templates of an inbox those that its provider listed: new ones come, changed ones change, vanished ones go, all at once.
     What cannot be a template is left out. Returns how many there are.';

COMMENT ON FUNCTION "service"."templates_not_synced"(uuid, text, text) IS 'The provider did not list its templates: what we have stays, and the next try waits longer each time. auth holds the inbox''s messages
     until an administrator reconnects.';

COMMENT ON FUNCTION "service"."update_inbox"(uuid, jsonb) IS 'Something about the inbox itself that its provider told us: kept under settings.news, the newest of each kind. News of templates have
     them copied again.';

COMMENT ON TABLE "public"."channel_templates" IS 'A text that the provider of an inbox approved beforehand: the only thing that may be sent outside the reply window. Copied from the
     provider; written by our servers only.';

COMMENT ON TABLE "public"."template_syncs" IS 'When the templates of an inbox were last copied from its provider, and what went wrong since.';

REVOKE ALL ON FUNCTION "private"."ask_for_templates"(uuid, uuid, interval) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."ask_for_templates"(uuid, uuid, interval) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."ask_for_templates"(uuid, uuid, interval) TO "postgres";

REVOKE ALL ON FUNCTION "private"."fill_channel_template"(public.messages, public.conversations, public.contacts) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."fill_channel_template"(public.messages, public.conversations, public.contacts) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."fill_channel_template"(public.messages, public.conversations, public.contacts) TO "postgres";

REVOKE ALL ON FUNCTION "private"."follow_templates"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."follow_templates"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."follow_templates"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."given_value"(jsonb, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."given_value"(jsonb, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."given_value"(jsonb, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."has_templates"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."has_templates"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."has_templates"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."put_values"(text, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."put_values"(text, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."put_values"(text, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."require_open_window"(public.conversations) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."require_open_window"(public.conversations) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."require_open_window"(public.conversations) TO "postgres";

REVOKE ALL ON FUNCTION "private"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."sync_templates"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."sync_templates"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."sync_templates"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."sync_templates"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."template_fields"(jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."template_fields"(jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."template_fields"(jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."template_list"(uuid, text, boolean, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."template_list"(uuid, text, boolean, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."template_list"(uuid, text, boolean, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."template_list"(uuid, text, boolean, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."template_to_deliver"(public.messages) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."template_to_deliver"(public.messages) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."template_to_deliver"(public.messages) TO "postgres";

REVOKE ALL ON FUNCTION "private"."template_variables"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."template_variables"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."template_variables"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."template_words"(jsonb, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."template_words"(jsonb, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."template_words"(jsonb, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."templated_inbox"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."templated_inbox"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."templated_inbox"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."text_fields"(text, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."text_fields"(text, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."text_fields"(text, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "public"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "public"."sync_templates"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."sync_templates"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."sync_templates"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."sync_templates"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."template_list"(uuid, text, boolean, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."template_list"(uuid, text, boolean, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."template_list"(uuid, text, boolean, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."template_list"(uuid, text, boolean, integer) TO "postgres";

REVOKE ALL ON FUNCTION "service"."refresh_templates"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."refresh_templates"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."refresh_templates"() TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."refresh_templates"() TO "service_role";

REVOKE ALL ON FUNCTION "service"."replace_templates"(uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."replace_templates"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."replace_templates"(uuid, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."replace_templates"(uuid, jsonb) TO "service_role";

REVOKE ALL ON FUNCTION "service"."templates_not_synced"(uuid, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."templates_not_synced"(uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."templates_not_synced"(uuid, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."templates_not_synced"(uuid, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "service"."update_inbox"(uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."update_inbox"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."update_inbox"(uuid, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."update_inbox"(uuid, jsonb) TO "service_role";

REVOKE ALL ON TABLE "public"."channel_templates" FROM "authenticated";

GRANT SELECT ON TABLE "public"."channel_templates" TO "authenticated";

REVOKE ALL ON TABLE "public"."channel_templates" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."channel_templates" TO "postgres";

REVOKE ALL ON TABLE "public"."channel_templates" FROM "service_role";

GRANT SELECT ON TABLE "public"."channel_templates" TO "service_role";

REVOKE ALL ON TABLE "public"."template_syncs" FROM "authenticated";

GRANT SELECT ON TABLE "public"."template_syncs" TO "authenticated";

REVOKE ALL ON TABLE "public"."template_syncs" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."template_syncs" TO "postgres";

REVOKE ALL ON TABLE "public"."template_syncs" FROM "service_role";

GRANT SELECT ON TABLE "public"."template_syncs" TO "service_role";

ALTER TABLE "public"."channel_templates" ADD COLUMN "fields" jsonb GENERATED ALWAYS AS (private.template_fields(components)) STORED;

COMMENT ON COLUMN "public"."channel_templates"."fields" IS 'What has to be filled in; null when we cannot send it. See private.template_fields.';

-- Not drafted: inboxes that are connected already get their templates from the next round on.
INSERT INTO public.template_syncs (account_id, inbox_id)
SELECT account_id, inbox_id FROM public.channel_connections WHERE private.has_templates(channel_type);
