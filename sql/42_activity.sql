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
        "status.reopened_by_message": {
            "en": "The conversation was reopened because the contact wrote again",
            "es": "La conversación se reabrió porque el contacto volvió a escribir",
            "pt-BR": "A conversa foi reaberta porque o contato voltou a escrever",
            "ar": "أُعيد فتح المحادثة لأن جهة الاتصال كتبت من جديد"},
        "status.auto_resolved.days": {
            "en": "The system resolved the conversation after %count% days without activity",
            "es": "El sistema resolvió la conversación tras %count% días sin actividad",
            "pt-BR": "O sistema resolveu a conversa após %count% dias sem atividade",
            "ar": "حلّ النظام المحادثة بعد %count% يوم دون نشاط"},
        "status.auto_resolved.hours": {
            "en": "The system resolved the conversation after %count% hours without activity",
            "es": "El sistema resolvió la conversación tras %count% horas sin actividad",
            "pt-BR": "O sistema resolveu a conversa após %count% horas sem atividade",
            "ar": "حلّ النظام المحادثة بعد %count% ساعة دون نشاط"},
        "status.auto_resolved.minutes": {
            "en": "The system resolved the conversation after %count% minutes without activity",
            "es": "El sistema resolvió la conversación tras %count% minutos sin actividad",
            "pt-BR": "O sistema resolveu a conversa após %count% minutos sem atividade",
            "ar": "حلّ النظام المحادثة بعد %count% دقيقة دون نشاط"},
        "auto_resolve.message_not_sent": {
            "en": "The closing message was not sent because the reply window is closed",
            "es": "El mensaje de cierre no se envió porque la ventana de respuesta está cerrada",
            "pt-BR": "A mensagem de encerramento não foi enviada porque a janela de resposta está fechada",
            "ar": "لم تُرسل رسالة الإغلاق لأن نافذة الرد مغلقة"},
        "priority.added": {
            "en": "%actor% set the priority to %new%", "es": "%actor% estableció la prioridad en %new%",
            "pt-BR": "%actor% definiu a prioridade como %new%", "ar": "حدد %actor% الأولوية: %new%"},
        "priority.changed": {
            "en": "%actor% changed the priority from %old% to %new%",
            "es": "%actor% cambió la prioridad de %old% a %new%",
            "pt-BR": "%actor% alterou a prioridade de %old% para %new%",
            "ar": "غيّر %actor% الأولوية من %old% إلى %new%"},
        "priority.removed": {
            "en": "%actor% removed the priority", "es": "%actor% quitó la prioridad",
            "pt-BR": "%actor% removeu a prioridade", "ar": "أزال %actor% الأولوية"},
        "team.assigned": {
            "en": "%actor% assigned the conversation to the team %team%",
            "es": "%actor% asignó la conversación al equipo %team%",
            "pt-BR": "%actor% atribuiu a conversa à equipe %team%", "ar": "أسند %actor% المحادثة إلى الفريق %team%"},
        "team.assigned_with_assignee": {
            "en": "%actor% assigned the conversation to %assignee% via the team %team%",
            "es": "%actor% asignó la conversación a %assignee% a través del equipo %team%",
            "pt-BR": "%actor% atribuiu a conversa a %assignee% pela equipe %team%",
            "ar": "أسند %actor% المحادثة إلى %assignee% عبر الفريق %team%"},
        "team.removed": {
            "en": "%actor% took the conversation from the team %team%",
            "es": "%actor% retiró la conversación del equipo %team%",
            "pt-BR": "%actor% retirou a conversa da equipe %team%", "ar": "سحب %actor% المحادثة من الفريق %team%"},
        "labels.added": {
            "en": "%actor% added the labels %labels%", "es": "%actor% añadió las etiquetas %labels%",
            "pt-BR": "%actor% adicionou as etiquetas %labels%", "ar": "أضاف %actor% الوسوم %labels%"},
        "labels.removed": {
            "en": "%actor% removed the labels %labels%", "es": "%actor% quitó las etiquetas %labels%",
            "pt-BR": "%actor% removeu as etiquetas %labels%", "ar": "أزال %actor% الوسوم %labels%"},
        "contact.muted": {
            "en": "%actor% muted the conversation", "es": "%actor% silenció la conversación",
            "pt-BR": "%actor% silenciou a conversa", "ar": "كتم %actor% المحادثة"},
        "contact.unmuted": {
            "en": "%actor% unmuted the conversation", "es": "%actor% reactivó la conversación",
            "pt-BR": "%actor% reativou a conversa", "ar": "ألغى %actor% كتم المحادثة"},
        "contact": {"en": "The contact", "es": "El contacto", "pt-BR": "O contato", "ar": "جهة الاتصال"},
        "low": {"en": "low", "es": "baja", "pt-BR": "baixa", "ar": "منخفضة"},
        "medium": {"en": "medium", "es": "media", "pt-BR": "média", "ar": "متوسطة"},
        "high": {"en": "high", "es": "alta", "pt-BR": "alta", "ar": "عالية"},
        "urgent": {"en": "urgent", "es": "urgente", "pt-BR": "urgente", "ar": "عاجلة"},
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

create function private.locale_of(p_account_id uuid)
returns text
language sql stable security definer set search_path = ''
as $$
    select locale from public.accounts where id = p_account_id
$$;

comment on function private.locale_of is 'The language of what the system writes in this account.';

create function private.actor_name(p_conversation public.conversations)
returns text
language sql stable security definer set search_path = ''
as $$
    select case current_setting('role', true)
        when 'authenticated' then (select private.shown_name(users) from public.users where id = auth.uid())
        when 'visitor' then (
            select coalesce(nullif(contact.name, ''), contact.email,
                private.activity_text(private.locale_of(contact.account_id), 'contact'))
            from public.contacts as contact where contact.id = p_conversation.contact_id)
    end
$$;

comment on function private.actor_name is 'Who acts in this transaction, by name: an agent or the visitor; null for the system.';

create function private.write_activity(p_conversation public.conversations, p_key text, p_params jsonb)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    -- One pass: what a parameter says is never taken for a placeholder.
    sentence text := '';
    part text;
    name text;
begin
    for part in
        select piece[1]
        from regexp_matches(
            private.activity_text(private.locale_of(p_conversation.account_id), p_key), '%[a-z]+%|[^%]+|%', 'g') as piece
    loop
        name := substring(part from '^%([a-z]+)%$');
        sentence := sentence || coalesce(p_params ->> name, part);
    end loop;
    insert into public.messages (conversation_id, message_type, content, content_attributes)
    values (
        p_conversation.id, 'activity', sentence,
        jsonb_build_object('activity', jsonb_build_object('key', p_key, 'params', p_params)));
end;
$$;

comment on function private.write_activity is
    'Adds an activity line in the account''s language; key and parameters go along, so that each reader may see their own.';

create function private.tell_priority(p_old public.conversations, p_new public.conversations, p_actor text)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    locale constant text := private.locale_of(p_new.account_id);
begin
    perform private.write_activity(
        p_new,
        case when p_old.priority is null then 'priority.added'
            when p_new.priority is null then 'priority.removed' else 'priority.changed' end,
        jsonb_strip_nulls(jsonb_build_object(
            'actor', p_actor,
            'old', private.activity_text(locale, p_old.priority),
            'new', private.activity_text(locale, p_new.priority))));
end;
$$;

comment on function private.tell_priority is 'Writes who changed the priority.';

create function private.tell_labels(p_old public.conversations, p_new public.conversations, p_actor text)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    added text;
    removed text;
    renamed boolean;
begin
    select string_agg(title, ', ' order by title) into added
    from unnest(p_new.labels) as title where not title = any (p_old.labels);
    select string_agg(title, ', ' order by title),
        bool_or(not exists (
            select from public.labels as label
            where label.account_id = p_new.account_id and label.title = removed_title.title))
    into removed, renamed
    from unnest(p_old.labels) as removed_title (title) where not removed_title.title = any (p_new.labels);
    -- A label that was renamed or removed in the list itself says nothing about this conversation.
    if renamed then
        return;
    end if;
    if added is not null then
        perform private.write_activity(
            p_new, 'labels.added', jsonb_build_object('actor', p_actor, 'labels', added));
    end if;
    if removed is not null then
        perform private.write_activity(
            p_new, 'labels.removed', jsonb_build_object('actor', p_actor, 'labels', removed));
    end if;
end;
$$;

comment on function private.tell_labels is 'Writes who added and removed which labels.';

create function private.tell_assignment(p_old public.conversations, p_new public.conversations, p_actor text)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    reassigned constant boolean := p_new.assignee_id is distinct from p_old.assignee_id;
    via_team boolean := false;
    team_name text;
    assignee_name text;
begin
    select private.shown_name(users) into assignee_name from public.users where id = p_new.assignee_id;
    if p_new.team_id is distinct from p_old.team_id then
        select team.name into team_name from public.teams as team where team.id = coalesce(p_new.team_id, p_old.team_id);
        via_team := p_new.team_id is not null and reassigned and p_new.assignee_id is not null;
        perform private.write_activity(
            p_new,
            case when via_team then 'team.assigned_with_assignee'
                when p_new.team_id is null then 'team.removed' else 'team.assigned' end,
            jsonb_strip_nulls(jsonb_build_object(
                'actor', p_actor, 'team', team_name, 'assignee', case when via_team then assignee_name end)));
    end if;
    if reassigned and not via_team then
        perform private.write_activity(
            p_new,
            case when p_new.assignee_id is null then 'assignee.unassigned'
                when p_new.assignee_id = auth.uid() then 'assignee.self'
                else 'assignee.assigned' end,
            jsonb_strip_nulls(jsonb_build_object('actor', p_actor, 'assignee', assignee_name)));
    end if;
end;
$$;

comment on function private.tell_assignment is 'Writes who gave the conversation to which team and agent.';

create function private.tell_activity()
returns trigger
language plpgsql security definer set search_path = ''
as $$
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
$$;

comment on function private.tell_activity is
    'Trigger: writes into the thread who changed status, priority, labels, team or assignee.';

-- Named to run after conversations_tell: the change is broadcast before the line about it.
create trigger conversations_tell_in_thread
    after update on public.conversations
    for each row
    when (
        old.status is distinct from new.status
        or old.assignee_id is distinct from new.assignee_id
        or old.team_id is distinct from new.team_id
        or old.priority is distinct from new.priority
        or old.labels is distinct from new.labels)
    execute function private.tell_activity();

create function private.mute_contact(p_conversation_id uuid, p_muted boolean)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
    changed boolean;
begin
    if p_muted is null then
        perform private.fail(400, 'invalid_argument', 'muted is true or false.');
    end if;
    update public.contacts set blocked = p_muted
    where id = conversation.contact_id and blocked is distinct from p_muted;
    changed := found;
    if p_muted then
        update public.conversations set status = 'resolved'
        where id = p_conversation_id and status <> 'resolved';
    end if;
    if changed then
        perform private.write_activity(
            conversation, case when p_muted then 'contact.muted' else 'contact.unmuted' end,
            jsonb_build_object('actor', private.actor_name(conversation)));
    end if;
    return private.conversation_row(p_conversation_id);
end;
$$;

comment on function private.mute_contact is 'See public.mute_contact.';
grant execute on function private.mute_contact to authenticated;

create function public.mute_contact(p_conversation_id uuid, p_muted boolean)
returns jsonb
language sql set search_path = ''
as $$
    select private.mute_contact(p_conversation_id, p_muted)
$$;

comment on function public.mute_contact is
    'Blocks the contact and resolves the conversation; or, with false, only unblocks the contact. Returns the row.
     Fails with conversation_not_found, invalid_argument.';
grant execute on function public.mute_contact to authenticated;
