-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

CREATE TABLE "private"."chores" ("name" text NOT NULL, "taken_at" timestamp with time zone NOT NULL, "taken_by" text NOT NULL DEFAULT ''::text, CONSTRAINT "chores_name_check" CHECK ((name ~ '^[a-z][a-z_]{1,60}$'::text)), CONSTRAINT "chores_pkey" PRIMARY KEY (name));

ALTER TABLE "private"."chores" OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.activity_text(p_locale text, p_key text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION private.auto_resolve(p_conversation public.conversations, p_settings jsonb, p_after integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    farewell constant text := btrim(coalesce(p_settings ->> 'auto_resolve_message', ''));
    label constant text := btrim(coalesce(p_settings ->> 'auto_resolve_label', ''));
    hours constant int := private.reply_window_hours(p_conversation);
begin
    if farewell <> '' then
        if hours is null
            or private.last_incoming_at(p_conversation.id) + make_interval(hours => hours) > now()
        then
            insert into public.messages (conversation_id, message_type, content, status)
            values (p_conversation.id, 'template', farewell, private.initial_status(p_conversation.inbox_id));
        else
            perform private.write_activity(p_conversation, 'auto_resolve.message_not_sent', '{}');
        end if;
    end if;
    update public.conversations
    set status = 'resolved',
        labels = case
            when label <> '' and not label = any (labels) and exists (
                select from public.labels as known
                where known.account_id = p_conversation.account_id and known.title = label)
            then labels || label else labels end
    where id = p_conversation.id;
    perform private.write_activity(
        p_conversation,
        'status.auto_resolved.' || case when p_after % 1440 = 0 then 'days' when p_after % 60 = 0 then 'hours' else 'minutes' end,
        jsonb_build_object('count', p_after / case when p_after % 1440 = 0 then 1440 when p_after % 60 = 0 then 60 else 1 end));
end;
$function$;

ALTER FUNCTION "private"."auto_resolve"(public.conversations, jsonb, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.auto_resolve_conversations()
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    account record;
    conversation public.conversations;
    resolved int := 0;
begin
    for account in
        select id, settings, (settings ->> 'auto_resolve_after')::int as after
        from public.accounts
        where status = 'active' and settings ->> 'auto_resolve_after' ~ '^[1-9][0-9]{0,6}$'
        order by id
    loop
        for conversation in
            select *
            from public.conversations
            where account_id = account.id
                and status = 'open'
                and last_activity_at < now() - make_interval(mins => account.after)
                and (
                    waiting_since is null
                    or not coalesce((account.settings ->> 'auto_resolve_ignore_waiting')::boolean, false))
            order by last_activity_at
            limit 100
            -- Another worker's are left to it, and one that is being written to is no longer idle.
            for no key update skip locked
        loop
            perform private.auto_resolve(conversation, account.settings, account.after);
            resolved := resolved + 1;
        end loop;
    end loop;
    return resolved;
end;
$function$;

ALTER FUNCTION "service"."auto_resolve_conversations"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.dead_jobs(p_before_id bigint DEFAULT NULL::bigint, p_limit integer DEFAULT 50)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object('rows', coalesce(jsonb_agg(to_jsonb(dead) order by dead.id desc), '[]'))
    from (
        select job.id, job.kind, job.account_id, job.payload, job.attempt, job.last_error, job.created_at, job.finished_at
        from private.jobs as job
        where job.status = 'dead' and job.id < coalesce(p_before_id, 9223372036854775807)
        order by job.id desc
        limit least(greatest(p_limit, 1), 500)
    ) as dead
$function$;

ALTER FUNCTION "service"."dead_jobs"(bigint, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.take_chore(p_name text, p_every_seconds integer, p_worker text DEFAULT ''::text)
 RETURNS boolean
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with taken as (
        insert into private.chores as chore (name, taken_at, taken_by)
        values (p_name, clock_timestamp(), left(p_worker, 200))
        on conflict (name) do update
        set taken_at = excluded.taken_at, taken_by = excluded.taken_by
        -- A second's grace: a scheduler that calls each minute is never quite on time.
        where chore.taken_at <= clock_timestamp() - make_interval(secs => p_every_seconds - 1)
        returning 1
    )
    select exists (select from taken)
$function$;

ALTER FUNCTION "service"."take_chore"(text, integer, text) OWNER TO "postgres";

CREATE INDEX jobs_dead_idx ON private.jobs USING btree (id) WHERE (status = 'dead'::text);

COMMENT ON FUNCTION "private"."auto_resolve"(public.conversations, jsonb, integer) IS 'Resolves one idle conversation: a last message where one may still write, a label that the account has, a line in the thread.';

COMMENT ON FUNCTION "service"."auto_resolve_conversations"() IS 'Resolves what was idle for as long as its account says (settings auto_resolve_*); at most 100 conversations of an account a call.';

COMMENT ON FUNCTION "service"."dead_jobs"(bigint, integer) IS 'The dead letters, newest first: {rows}. Pass the last id for the next page; replay with service.requeue_job.';

COMMENT ON FUNCTION "service"."take_chore"(text, integer, text) IS 'Whether the caller is the one to do this chore now: true once in so many seconds, whoever asks and however often.';

COMMENT ON TABLE "private"."chores" IS 'When each timed chore was last taken, by the database''s clock; see service.take_chore.';

REVOKE ALL ON FUNCTION "private"."auto_resolve"(public.conversations, jsonb, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."auto_resolve"(public.conversations, jsonb, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."auto_resolve"(public.conversations, jsonb, integer) TO "postgres";

REVOKE ALL ON FUNCTION "service"."auto_resolve_conversations"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."auto_resolve_conversations"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."auto_resolve_conversations"() TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."auto_resolve_conversations"() TO "service_role";

REVOKE ALL ON FUNCTION "service"."dead_jobs"(bigint, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."dead_jobs"(bigint, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."dead_jobs"(bigint, integer) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."dead_jobs"(bigint, integer) TO "service_role";

REVOKE ALL ON FUNCTION "service"."take_chore"(text, integer, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."take_chore"(text, integer, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."take_chore"(text, integer, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."take_chore"(text, integer, text) TO "service_role";
