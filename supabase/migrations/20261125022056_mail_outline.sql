-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

CREATE OR REPLACE FUNCTION private.mail_outline(p_attributes jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    select p_attributes || jsonb_build_object('email',
        (p_attributes -> 'email') - array['html_content', 'text_content', 'threads', 'references']
        || jsonb_build_object(
            'has_html', coalesce(
                nullif(p_attributes #>> '{email,html_content,reply}', ''),
                nullif(p_attributes #>> '{email,html_content,full}', '')) is not null,
            'has_quotation', coalesce(
                nullif(p_attributes #>> '{email,html_content,quoted}', ''),
                nullif(p_attributes #>> '{email,text_content,quoted}', '')) is not null))
$function$;

ALTER FUNCTION "private"."mail_outline"(jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.message_json(p_message public.messages, p_sender jsonb DEFAULT NULL::jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    return jsonb_build_object(
        'id', p_message.id,
        'conversation_id', p_message.conversation_id,
        'seq', p_message.seq,
        'updated_seq', p_message.updated_seq,
        'message_type', p_message.message_type,
        'content_type', p_message.content_type,
        'content', p_message.content,
        'content_attributes', case
            when jsonb_typeof(p_message.content_attributes -> 'email') = 'object'
            then private.mail_outline(p_message.content_attributes)
            else p_message.content_attributes end,
        'private', p_message.private,
        'status', p_message.status,
        'sender', coalesce(p_sender, private.message_sender(p_message)),
        'attachments', case when p_message.attachments_at is null then '[]'
            else private.attachments_json(p_message) end,
        'created_at', p_message.created_at,
        'edited_at', p_message.edited_at,
        'deleted_at', p_message.deleted_at);
end;
$function$;

COMMENT ON FUNCTION "private"."mail_outline"(jsonb) IS 'What travels of a mail with every message: not its bodies, which can be as long as a book. Whoever opens it reads them
     from messages.content_attributes -> email.';

REVOKE ALL ON FUNCTION "private"."mail_outline"(jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."mail_outline"(jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."mail_outline"(jsonb) TO "postgres";
