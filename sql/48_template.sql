-- template: what the system says by itself to a contact (out of office, greeting, asking for an address), forms that contacts
-- fill in, and variables in what is sent.

create function private.template_text(p_locale text, p_key text)
returns text
language sql immutable parallel safe set search_path = ''
as $$
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
$$;

comment on function private.template_text is 'A sentence of the system in a language; English where we have no other.';

create function private.local_day(p_timezone text, p_at timestamptz)
returns date
language plpgsql stable set search_path = ''
as $$
begin
    return (p_at at time zone p_timezone)::date;
exception when invalid_parameter_value then
    return (p_at at time zone 'UTC')::date;
end;
$$;

comment on function private.local_day is 'The date on the wall of this timezone; of UTC where nobody knows the timezone.';

create function private.due_templates(p_message public.messages)
returns text[]
language plpgsql stable security definer set search_path = ''
as $$
declare
    conversation public.conversations;
    inbox public.inboxes;
    contact public.contacts;
    due text[] := '{}';
begin
    if p_message.message_type <> 'incoming' or (p_message.content_attributes #>> '{email,auto_reply}')::boolean
        or (p_message.content_attributes ->> 'automatic')::boolean
    then
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
$$;

comment on function private.due_templates is
    'Which of out_of_office, greeting and email_collect should follow this message, judged at the time it was written.';

create function service.send_templates(p_conversation_id uuid, p_message_id uuid)
returns text[]
language plpgsql security definer set search_path = ''
as $$
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
$$;

comment on function service.send_templates is
    'Writes what the system answers to an incoming message by itself, each once. Returns which; a second call finds nothing to do.';

-- Variables.

create function private.variables_of(
    p_conversation public.conversations, p_contact public.contacts, p_user_id uuid
)
returns jsonb
language sql stable security definer set search_path = ''
as $$
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
$$;

comment on function private.variables_of is 'The values of all variables that a message of this sender in this conversation may hold.';

create function private.fill_in(p_text text, p_variables jsonb)
returns text
language plpgsql immutable set search_path = ''
as $$
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
$$;

comment on function private.fill_in is
    'A text with its {{variables}} filled in. Unknown ones are empty, or what {{… | default: "…"}} says.';

create function private.render_variables(
    p_text text, p_conversation public.conversations, p_contact public.contacts, p_user_id uuid
)
returns text
language plpgsql stable security definer set search_path = ''
as $$
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
$$;

comment on function private.render_variables is 'What an agent or the system wrote, with its variables filled in; code stays as it is.';

-- Forms.

create function private.submitted_values(p_message public.messages, p_values jsonb)
returns jsonb
language plpgsql immutable set search_path = ''
as $$
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
$$;

comment on function private.submitted_values is
    'What a contact filled in, checked against the form. Fails with not_a_form, values_invalid.';

create function private.take_email(p_contact_id uuid, p_email text)
returns void
language plpgsql security definer set search_path = ''
as $$
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
$$;

comment on function private.take_email is
    'Gives a contact the address they left. When another contact has it, the two become one; a name is made when there is none.';

create function private.widget_submit_form(p_conversation_id uuid, p_message_id uuid, p_values jsonb)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
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
$$;

comment on function private.widget_submit_form is 'See public.widget_submit_form.';
grant execute on function private.widget_submit_form to visitor;

create function public.widget_submit_form(p_conversation_id uuid, p_message_id uuid, p_values jsonb)
returns jsonb
language sql set search_path = ''
as $$
    select private.widget_submit_form(p_conversation_id, p_message_id, p_values)
$$;

comment on function public.widget_submit_form is
    'The visitor fills in a form, once. input_email: {email}, which becomes the contact''s address, or makes them one with the contact
     who has it. input_text, input_textarea: {value}. input_select: {values: [{value}]}. form: {values: [{name, value}]}.
     Returns the message. The same again returns the same. Fails with conversation_not_found, message_not_found, not_a_form,
     values_invalid, email_invalid, already_submitted, too_many_requests.';
grant execute on function public.widget_submit_form to visitor;
