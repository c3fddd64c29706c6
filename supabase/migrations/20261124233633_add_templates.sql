-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

DROP FUNCTION "service"."send_greeting"(uuid);

CREATE OR REPLACE FUNCTION private.due_templates(p_message public.messages)
 RETURNS text[]
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations;
    inbox public.inboxes;
    contact public.contacts;
    due text[] := '{}';
begin
    if p_message.message_type <> 'incoming' or (p_message.content_attributes #>> '{email,auto_reply}')::boolean then
        return due;
    end if;
    select * into conversation from public.conversations where id = p_message.conversation_id;
    select * into inbox from public.inboxes where id = conversation.inbox_id;
    select * into contact from public.contacts where id = conversation.contact_id;
    -- A bot answers what is pending; campaigns and blocked contacts get no answer of ours.
    if conversation.id is null
        or contact.blocked
        or conversation.status = 'pending'
        or conversation.additional_attributes ? 'campaign_id'
    then
        return due;
    end if;

    if btrim(coalesce(inbox.out_of_office_message, '')) <> ''
        and private.is_out_of_office(inbox.id, p_message.created_at)
        and not exists (
            select from public.messages as earlier
            where earlier.conversation_id = conversation.id
                and earlier.message_type = 'template'
                and private.local_day(inbox.timezone, earlier.created_at)
                    = private.local_day(inbox.timezone, p_message.created_at))
        and not exists (
            select from public.messages as reply
            where reply.conversation_id = conversation.id
                and reply.message_type = 'outgoing'
                and not reply.private
                and reply.created_at > p_message.created_at - interval '5 minutes')
    then
        due := due || array['out_of_office'];
    end if;

    if cardinality(due) = 0
        and inbox.greeting_enabled
        and btrim(coalesce(inbox.greeting_message, '')) <> ''
        and not exists (
            select from public.messages as earlier
            where earlier.conversation_id = conversation.id
                and earlier.message_type in ('outgoing', 'template')
                and not earlier.private)
    then
        due := due || array['greeting'];
    end if;

    if inbox.channel_type = 'web_widget'
        and inbox.enable_email_collect
        and contact.email is null
        and not exists (
            select from public.messages as earlier
            where earlier.conversation_id = conversation.id and earlier.content_type = 'input_email')
    then
        due := due || array['email_collect'];
    end if;
    return due;
end;
$function$;

ALTER FUNCTION "private"."due_templates"(public.messages) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.fill_in(p_text text, p_variables jsonb)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
    pattern constant text :=
        '\{\{\s*((?:contact|agent|conversation|inbox|account)\.[a-z0-9_.]+)\s*(?:\|\s*default:\s*["'']([^"''{}]*)["'']\s*)?\}\}';
    between_them constant text[] := regexp_split_to_array(p_text, pattern);
    filled text := between_them[1];
    token text[];
    position int := 1;
begin
    -- In one pass: a value that looks like a variable is a value.
    for token in select * from regexp_matches(p_text, pattern, 'g') loop
        position := position + 1;
        filled := filled
            || coalesce(nullif(regexp_replace(p_variables ->> token[1], '[[:cntrl:]]+', ' ', 'g'), ''), token[2], '')
            || between_them[position];
    end loop;
    return filled;
end;
$function$;

ALTER FUNCTION "private"."fill_in"(text, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.is_out_of_office(p_inbox_id uuid, p_at timestamp with time zone)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select false from public.inboxes where id = p_inbox_id and p_at is not null
$function$;

ALTER FUNCTION "private"."is_out_of_office"(uuid, timestamp with time zone) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.local_day(p_timezone text, p_at timestamp with time zone)
 RETURNS date
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
    return (p_at at time zone p_timezone)::date;
exception when invalid_parameter_value then
    return (p_at at time zone 'UTC')::date;
end;
$function$;

ALTER FUNCTION "private"."local_day"(text, timestamp with time zone) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.merge_into(p_base_id uuid, p_mergee_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    update public.contact_inboxes set contact_id = p_base_id where contact_id = p_mergee_id;
    update public.conversations set contact_id = p_base_id where contact_id = p_mergee_id;
    update public.messages set sender_contact_id = p_base_id where sender_contact_id = p_mergee_id;
    delete from public.contacts where id = p_mergee_id;
end;
$function$;

ALTER FUNCTION "private"."merge_into"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.render_variables(p_text text, p_conversation public.conversations, p_contact public.contacts, p_user_id uuid)
 RETURNS text
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    variables jsonb;
    fence text[] := string_to_array(p_text, '```');
    span text[];
begin
    if strpos(p_text, '{{') = 0 then
        return p_text;
    end if;
    variables := private.variables_of(p_conversation, p_contact, p_user_id);
    -- Code is left alone: every second part between fences, and every second part between back ticks. A mark without its
    -- partner encloses nothing.
    for block in 1 .. cardinality(fence) loop
        if block % 2 = 1 or block = cardinality(fence) then
            span := string_to_array(fence[block], '`');
            for part in 1 .. cardinality(span) loop
                if part % 2 = 1 or part = cardinality(span) then
                    span[part] := private.fill_in(span[part], variables);
                end if;
            end loop;
            fence[block] := array_to_string(span, '`');
        end if;
    end loop;
    return left(array_to_string(fence, '```'), 150000);
end;
$function$;

ALTER FUNCTION "private"."render_variables"(text, public.conversations, public.contacts, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.submitted_values(p_message public.messages, p_values jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
    items constant jsonb := case jsonb_typeof(p_message.content_attributes -> 'items')
        when 'array' then p_message.content_attributes -> 'items' else '[]' end;
    given jsonb := p_values -> 'values';
begin
    case p_message.content_type
        when 'input_text', 'input_textarea' then
            if jsonb_typeof(p_values -> 'value') = 'string'
                and not private.is_blank(p_values ->> 'value')
                and char_length(p_values ->> 'value') <= 10000
            then
                return jsonb_build_array(jsonb_build_object('value', p_values -> 'value'));
            end if;
        when 'input_select' then
            select jsonb_agg(item.value) into given
            from jsonb_array_elements(items) as item
            where jsonb_typeof(given) = 'array' and jsonb_array_length(given) = 1
                and item.value -> 'value' = given -> 0 -> 'value';
            if given is not null then
                return given;
            end if;
        when 'form' then
            if jsonb_typeof(given) = 'array'
                and octet_length(given::text) <= 65536
                and not exists (
                    select from jsonb_array_elements(given) as answer
                    where jsonb_typeof(answer.value) <> 'object'
                        or jsonb_typeof(answer.value -> 'value') is distinct from 'string'
                        or not exists (
                            select from jsonb_array_elements(items) as item
                            where item.value -> 'name' = answer.value -> 'name'))
                and not exists (
                    select from jsonb_array_elements(items) as item
                    where item.value -> 'required' = 'true'
                        and not exists (
                            select from jsonb_array_elements(given) as answer
                            where answer.value -> 'name' = item.value -> 'name'
                                and not private.is_blank(answer.value ->> 'value')))
            then
                return (
                    select jsonb_agg(jsonb_build_object('name', answer.value -> 'name', 'value', answer.value -> 'value'))
                    from jsonb_array_elements(given) as answer);
            end if;
        else
            perform private.fail(409, 'not_a_form', 'There is nothing to fill in here.');
    end case;
    perform private.fail(400, 'values_invalid', 'These values do not fit the form.');
end;
$function$;

ALTER FUNCTION "private"."submitted_values"(public.messages, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.take_email(p_contact_id uuid, p_email text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    contact public.contacts;
    owner_id uuid;
begin
    select * into contact from public.contacts where id = p_contact_id for update;
    if contact.email is not null then
        return;
    end if;
    select id into owner_id from public.contacts where account_id = contact.account_id and email = p_email;
    if owner_id is not null then
        -- The visitor still sees their own chat only: what they see goes by their address in the inbox, not by the contact.
        perform private.merge_into(owner_id, p_contact_id);
    else
        update public.contacts
        set email = p_email,
            name = case when name = '' then split_part(p_email, '@', 1) else name end,
            identified = case when identified = 'anonymous' then 'claimed' else identified end
        where id = p_contact_id;
    end if;
end;
$function$;

ALTER FUNCTION "private"."take_email"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.tell_message_created()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations;
    inbox public.inboxes;
begin
    select * into conversation from public.conversations where id = new.conversation_id;
    select * into inbox from public.inboxes where id = new.inbox_id;
    perform private.broadcast(
        private.conversation_topic(new.conversation_id, inbox.epoch + conversation.epoch),
        'message.created',
        jsonb_build_object(
            'seq', new.seq, 'conversation_id', new.conversation_id, 'message', private.message_json(new)));
    if new.visitor_seq is not null then
        perform private.broadcast(
            'visitor:' || conversation.contact_inbox_id,
            'message.created',
            jsonb_build_object(
                'seq', new.visitor_seq,
                'conversation_id', new.conversation_id,
                'message', private.visitor_message_json(new)));
    end if;
    if new.message_type <> 'activity' then
        perform private.record_event(
            new.account_id, 'message.created', new.conversation_id,
            jsonb_build_object('message_id', new.id, 'seq', new.seq));
    end if;
    if new.message_type = 'incoming' and private.due_templates(new) <> '{}' then
        perform private.enqueue(
            'send_templates',
            jsonb_build_object('conversation_id', new.conversation_id, 'message_id', new.id),
            new.account_id,
            new.conversation_id::text,
            new.id::text);
    end if;
    return null;
end;
$function$;

CREATE OR REPLACE FUNCTION private.template_text(p_locale text, p_key text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
    select coalesce(texts.all_languages -> p_key ->> replace(p_locale, '_', '-'),
        texts.all_languages -> p_key ->> split_part(replace(p_locale, '_', '-'), '-', 1),
        texts.all_languages -> p_key ->> 'en')
    from (values ($json$ {
        "email_collect.ask": {
            "en": "Leave us a way to reach you, in case you have to go.",
            "es": "Déjanos una forma de contactarte, por si tienes que irte.",
            "pt": "Deixe uma forma de contato, caso precise sair.", "pt-BR": "Deixe uma forma de contato, caso precise sair.",
            "ar": "اترك لنا وسيلة للتواصل معك في حال اضطررت إلى المغادرة."},
        "email_collect.box": {
            "en": "Get our answer by e-mail", "es": "Recibe nuestra respuesta por correo",
            "pt": "Receba nossa resposta por e-mail", "pt-BR": "Receba nossa resposta por e-mail",
            "ar": "احصل على ردنا عبر البريد الإلكتروني"}
    } $json$::jsonb)) as texts (all_languages)
$function$;

ALTER FUNCTION "private"."template_text"(text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.variables_of(p_conversation public.conversations, p_contact public.contacts, p_user_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'contact.name', p_contact.name,
        'contact.first_name', split_part(p_contact.name, ' ', 1),
        'contact.last_name', nullif(regexp_replace(p_contact.name, '^\S+\s*', ''), ''),
        'contact.email', p_contact.email,
        'contact.phone_number', p_contact.phone_number,
        'agent.name', agent.name,
        'agent.first_name', split_part(agent.name, ' ', 1),
        'agent.last_name', nullif(regexp_replace(agent.name, '^\S+\s*', ''), ''),
        'conversation.display_id', p_conversation.display_id,
        'inbox.id', p_conversation.inbox_id,
        'inbox.name', (select inbox.name from public.inboxes as inbox where inbox.id = p_conversation.inbox_id),
        'account.id', p_conversation.account_id,
        'account.name', (select account.name from public.accounts as account where account.id = p_conversation.account_id))
        || coalesce((
            select jsonb_object_agg('contact.custom_attribute.' || attribute.key, attribute.value)
            from jsonb_each_text(p_contact.custom_attributes) as attribute), '{}')
        || coalesce((
            select jsonb_object_agg('conversation.custom_attribute.' || attribute.key, attribute.value)
            from jsonb_each_text(p_conversation.custom_attributes) as attribute), '{}')
    from (
        select (select private.shown_name(users) from public.users where users.id = p_user_id) as name
    ) as agent
$function$;

ALTER FUNCTION "private"."variables_of"(public.conversations, public.contacts, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.widget_submit_form(p_conversation_id uuid, p_message_id uuid, p_values jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations := private.visitor_conversation(p_conversation_id);
    message public.messages;
    address text;
    submitted jsonb;
begin
    perform private.take('form:' || conversation.contact_inbox_id, 10, 10 / 60.0);
    -- The contact before the conversation, as everywhere.
    perform from public.contacts where id = conversation.contact_id for no key update;
    perform from public.conversations where id = p_conversation_id for no key update;
    select * into message
    from public.messages
    where conversation_id = p_conversation_id and id = p_message_id;
    if message.id is null or not private.is_visible_to_visitor(message) or message.message_type = 'incoming' then
        perform private.fail(404, 'message_not_found', 'There is no such message.');
    end if;
    if jsonb_typeof(p_values) is distinct from 'object' then
        perform private.fail(400, 'values_invalid', 'These values do not fit the form.');
    end if;
    if message.content_type = 'input_email' then
        address := lower(btrim(p_values ->> 'email'));
        if address is null or char_length(address) > 254 or address !~ '^[^@\s]+@[^@\s]+\.[^@\s]+$' then
            perform private.fail(400, 'email_invalid', 'This does not look like an e-mail address.');
        end if;
        submitted := jsonb_build_object('submitted_email', address);
    else
        submitted := jsonb_build_object('submitted_values', private.submitted_values(message, p_values));
    end if;
    if message.content_attributes ?| array['submitted_email', 'submitted_values'] then
        if not message.content_attributes @> submitted then
            perform private.fail(409, 'already_submitted', 'This was filled in before.');
        end if;
        return private.visitor_message_json(message);
    end if;
    if address is not null then
        perform private.take_email(conversation.contact_id, address);
    end if;
    update public.messages
    set content_attributes = content_attributes || submitted
    where conversation_id = p_conversation_id and id = p_message_id
    returning * into message;
    return private.visitor_message_json(message);
end;
$function$;

ALTER FUNCTION "private"."widget_submit_form"(uuid, uuid, jsonb) OWNER TO "postgres";

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
        if private.is_blank(new.content) and new.attachments_at is null then
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
        new.content := private.render_variables(new.content, conversation, contact, new.sender_user_id);
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

CREATE OR REPLACE FUNCTION public.widget_submit_form(p_conversation_id uuid, p_message_id uuid, p_values jsonb)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.widget_submit_form(p_conversation_id, p_message_id, p_values)
$function$;

ALTER FUNCTION "public"."widget_submit_form"(uuid, uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.send_templates(p_conversation_id uuid, p_message_id uuid)
 RETURNS text[]
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations;
    inbox public.inboxes;
    message public.messages;
    locale text;
    due text[];
begin
    select * into conversation from public.conversations where id = p_conversation_id for no key update;
    select * into inbox from public.inboxes where id = conversation.inbox_id;
    select * into message from public.messages where conversation_id = p_conversation_id and id = p_message_id;
    if message.id is null then
        return '{}';
    end if;
    -- Asked again here, under the lock: an agent may have answered first, or a setting may have gone.
    due := private.due_templates(message);
    if 'out_of_office' = any (due) then
        insert into public.messages (conversation_id, message_type, content)
        values (p_conversation_id, 'template', inbox.out_of_office_message);
    end if;
    if 'greeting' = any (due) then
        insert into public.messages (conversation_id, message_type, content)
        values (p_conversation_id, 'template', inbox.greeting_message);
    end if;
    if 'email_collect' = any (due) then
        select account.locale into locale from public.accounts as account where account.id = conversation.account_id;
        insert into public.messages (conversation_id, message_type, content)
        values (p_conversation_id, 'template', private.template_text(locale, 'email_collect.ask'));
        insert into public.messages (conversation_id, message_type, content_type, content)
        values (p_conversation_id, 'template', 'input_email', private.template_text(locale, 'email_collect.box'));
    end if;
    return due;
end;
$function$;

ALTER FUNCTION "service"."send_templates"(uuid, uuid) OWNER TO "postgres";

COMMENT ON FUNCTION "private"."due_templates"(public.messages) IS 'Which of out_of_office, greeting and email_collect should follow this message, judged at the time it was written.';

COMMENT ON FUNCTION "private"."fill_in"(text, jsonb) IS 'A text with its {{variables}} filled in. Unknown ones are empty, or what {{… | default: "…"}} says.';

COMMENT ON FUNCTION "private"."is_out_of_office"(uuid, timestamp with time zone) IS 'Whether the inbox is closed at this moment.';

COMMENT ON FUNCTION "private"."local_day"(text, timestamp with time zone) IS 'The date on the wall of this timezone; of UTC where nobody knows the timezone.';

COMMENT ON FUNCTION "private"."merge_into"(uuid, uuid) IS 'Makes two contacts one.';

COMMENT ON FUNCTION "private"."render_variables"(text, public.conversations, public.contacts, uuid) IS 'What an agent or the system wrote, with its variables filled in; code stays as it is.';

COMMENT ON FUNCTION "private"."submitted_values"(public.messages, jsonb) IS 'What a contact filled in, checked against the form. Fails with not_a_form, values_invalid.';

COMMENT ON FUNCTION "private"."take_email"(uuid, text) IS 'Gives a contact the address they left. When another contact has it, the two become one; a name is made when there is none.';

COMMENT ON FUNCTION "private"."template_text"(text, text) IS 'A sentence of the system in a language; English where we have no other.';

COMMENT ON FUNCTION "private"."variables_of"(public.conversations, public.contacts, uuid) IS 'The values of all variables that a message of this sender in this conversation may hold.';

COMMENT ON FUNCTION "private"."widget_submit_form"(uuid, uuid, jsonb) IS 'See public.widget_submit_form.';

COMMENT ON FUNCTION "public"."widget_submit_form"(uuid, uuid, jsonb) IS 'The visitor fills in a form, once. input_email: {email}, which becomes the contact''s address, or makes them one with the contact
     who has it. input_text, input_textarea: {value}. input_select: {values: [{value}]}. form: {values: [{name, value}]}.
     Returns the message. The same again returns the same. Fails with conversation_not_found, message_not_found, not_a_form,
     values_invalid, email_invalid, already_submitted, too_many_requests.';

COMMENT ON FUNCTION "service"."send_templates"(uuid, uuid) IS 'Writes what the system answers to an incoming message by itself, each once. Returns which; a second call finds nothing to do.';

REVOKE ALL ON FUNCTION "private"."due_templates"(public.messages) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."due_templates"(public.messages) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."due_templates"(public.messages) TO "postgres";

REVOKE ALL ON FUNCTION "private"."fill_in"(text, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."fill_in"(text, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."fill_in"(text, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."is_out_of_office"(uuid, timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."is_out_of_office"(uuid, timestamp with time zone) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."is_out_of_office"(uuid, timestamp with time zone) TO "postgres";

REVOKE ALL ON FUNCTION "private"."local_day"(text, timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."local_day"(text, timestamp with time zone) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."local_day"(text, timestamp with time zone) TO "postgres";

REVOKE ALL ON FUNCTION "private"."merge_into"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."merge_into"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."merge_into"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."render_variables"(text, public.conversations, public.contacts, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."render_variables"(text, public.conversations, public.contacts, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."render_variables"(text, public.conversations, public.contacts, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."submitted_values"(public.messages, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."submitted_values"(public.messages, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."submitted_values"(public.messages, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."take_email"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."take_email"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."take_email"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."template_text"(text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."template_text"(text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."template_text"(text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."variables_of"(public.conversations, public.contacts, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."variables_of"(public.conversations, public.contacts, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."variables_of"(public.conversations, public.contacts, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."widget_submit_form"(uuid, uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."widget_submit_form"(uuid, uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."widget_submit_form"(uuid, uuid, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."widget_submit_form"(uuid, uuid, jsonb) TO "visitor";

REVOKE ALL ON FUNCTION "public"."widget_submit_form"(uuid, uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "public"."widget_submit_form"(uuid, uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."widget_submit_form"(uuid, uuid, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."widget_submit_form"(uuid, uuid, jsonb) TO "visitor";

REVOKE ALL ON FUNCTION "service"."send_templates"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."send_templates"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."send_templates"(uuid, uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."send_templates"(uuid, uuid) TO "service_role";
