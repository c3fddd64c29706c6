-- activity: the system's own lines in a thread ("Ana resolved the conversation"), written by a trigger.

create function private.activity_text(p_locale text, p_key text)
returns text
language sql immutable parallel safe set search_path = ''
as $$
    select coalesce(texts.all_languages -> p_key ->> replace(p_locale, '_', '-'),
        texts.all_languages -> p_key ->> split_part(replace(p_locale, '_', '-'), '-', 1),
        texts.all_languages -> p_key ->> 'en')
    from (values ($json$ {
        "status.resolved": {
            "en": "%actor% resolved the conversation", "es": "%actor% resolvió la conversación",
            "pt-BR": "%actor% resolveu a conversa", "ar": "قام %actor% بحل المحادثة"},
        "status.open": {
            "en": "%actor% reopened the conversation", "es": "%actor% reabrió la conversación",
            "pt-BR": "%actor% reabriu a conversa", "ar": "أعاد %actor% فتح المحادثة"},
        "status.pending": {
            "en": "%actor% marked the conversation as pending", "es": "%actor% marcó la conversación como pendiente",
            "pt-BR": "%actor% marcou a conversa como pendente", "ar": "وضع %actor% المحادثة قيد الانتظار"},
        "status.snoozed": {
            "en": "%actor% snoozed the conversation", "es": "%actor% pospuso la conversación",
            "pt-BR": "%actor% adiou a conversa", "ar": "قام %actor% بتأجيل المحادثة"},
        "assignee.self": {
            "en": "%actor% took the conversation", "es": "%actor% tomó la conversación",
            "pt-BR": "%actor% assumiu a conversa", "ar": "تولى %actor% المحادثة"},
        "assignee.assigned": {
            "en": "%actor% assigned the conversation to %assignee%",
            "es": "%actor% asignó la conversación a %assignee%",
            "pt-BR": "%actor% atribuiu a conversa a %assignee%", "ar": "أسند %actor% المحادثة إلى %assignee%"},
        "assignee.unassigned": {
            "en": "%actor% unassigned the conversation", "es": "%actor% quitó la asignación de la conversación",
            "pt-BR": "%actor% removeu a atribuição da conversa", "ar": "ألغى %actor% إسناد المحادثة"}
    } $json$::jsonb)) as texts (all_languages)
$$;

comment on function private.activity_text is
    'The sentence of an activity in a language, with %placeholders%; English where we have no other.';

create function private.write_activity(p_conversation public.conversations, p_key text, p_params jsonb)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    sentence text;
    param record;
begin
    select private.activity_text(account.locale, p_key) into sentence
    from public.accounts as account
    where account.id = p_conversation.account_id;
    for param in select * from jsonb_each_text(p_params) loop
        sentence := replace(sentence, '%' || param.key || '%', param.value);
    end loop;
    insert into public.messages (conversation_id, message_type, content, content_attributes)
    values (
        p_conversation.id, 'activity', sentence,
        jsonb_build_object('activity', jsonb_build_object('key', p_key, 'params', p_params)));
end;
$$;

comment on function private.write_activity is
    'Adds an activity line in the account''s language; key and parameters go along, so that each reader may see their own.';

create function private.tell_activity()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    actor_name text;
    assignee_name text;
begin
    if current_setting('role', true) <> 'authenticated' then
        return null;  -- no line without a known actor
    end if;
    select private.shown_name(users) into actor_name from public.users where id = auth.uid();
    -- A message that reopens is its own explanation.
    if new.status is distinct from old.status and old.last_seq + 1 = new.last_seq then
        perform private.write_activity(new, 'status.' || new.status, jsonb_build_object('actor', actor_name));
    end if;
    if new.assignee_id is distinct from old.assignee_id then
        select private.shown_name(users) into assignee_name from public.users where id = new.assignee_id;
        perform private.write_activity(
            new,
            case when new.assignee_id is null then 'assignee.unassigned'
                when new.assignee_id = auth.uid() then 'assignee.self'
                else 'assignee.assigned' end,
            jsonb_strip_nulls(jsonb_build_object('actor', actor_name, 'assignee', assignee_name)));
    end if;
    return null;
end;
$$;

comment on function private.tell_activity is 'Trigger: writes who changed status or assignee into the thread.';

-- Named to run after conversations_tell: the change is broadcast before the line about it.
create trigger conversations_tell_in_thread
    after update of status, assignee_id on public.conversations
    for each row
    when (old.status is distinct from new.status or old.assignee_id is distinct from new.assignee_id)
    execute function private.tell_activity();
