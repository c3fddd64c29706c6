-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

DROP TRIGGER "messages_change" ON "public"."messages";

DROP FUNCTION "private"."message_json"(public.messages);

DROP FUNCTION "private"."send_message"(uuid, uuid, text, boolean, bigint, uuid, jsonb);

DROP FUNCTION "private"."visitor_message_json"(public.messages);

DROP FUNCTION "private"."widget_send_message"(uuid, uuid, text);

DROP FUNCTION "public"."send_message"(uuid, uuid, text, boolean, bigint, uuid, jsonb);

DROP FUNCTION "public"."widget_send_message"(uuid, uuid, text);

CREATE TABLE "public"."attachments" ("account_id" uuid NOT NULL, "conversation_id" uuid NOT NULL, "message_id" uuid, "file_type" text NOT NULL DEFAULT 'file'::text, "state" text NOT NULL DEFAULT 'pending'::text, "storage_path" text, "file_name" text, "content_type" text, "byte_size" bigint, "width" integer, "height" integer, "thumb_path" text, "external_url" text, "coordinates_lat" double precision, "coordinates_long" double precision, "fallback_title" text, "meta" jsonb NOT NULL DEFAULT '{}'::jsonb, "error" text, "uploaded_by_user_id" uuid, "uploaded_by_contact_inbox_id" uuid, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "attachments_byte_size_check" CHECK (((byte_size >= 0) AND (byte_size <= 41943040))), CONSTRAINT "attachments_content_type_check" CHECK ((char_length(content_type) <= 255)), CONSTRAINT "attachments_coordinates_check" CHECK (((abs(coordinates_lat) <= (90)::double precision) AND (abs(coordinates_long) <= (180)::double precision))), CONSTRAINT "attachments_error_check" CHECK (((state = 'failed'::text) = (error IS NOT NULL))), CONSTRAINT "attachments_external_url_check" CHECK (((external_url ~ '^https?://'::text) AND (char_length(external_url) <= 4000))), CONSTRAINT "attachments_fallback_title_check" CHECK ((char_length(fallback_title) <= 1000)), CONSTRAINT "attachments_file_name_check" CHECK (((char_length(file_name) >= 1) AND (char_length(file_name) <= 255))), CONSTRAINT "attachments_file_type_check" CHECK ((file_type = ANY (ARRAY['image'::text, 'audio'::text, 'video'::text, 'file'::text, 'location'::text, 'fallback'::text, 'share'::text, 'story_mention'::text, 'contact'::text, 'ig_reel'::text, 'ig_post'::text, 'ig_story'::text, 'embed'::text]))), CONSTRAINT "attachments_meta_check" CHECK (((jsonb_typeof(meta) = 'object'::text) AND (octet_length((meta)::text) <= 65536))), CONSTRAINT "attachments_state_check" CHECK ((state = ANY (ARRAY['pending'::text, 'ready'::text, 'failed'::text]))), CONSTRAINT "attachments_storage_path_key" UNIQUE (storage_path), "id" uuid NOT NULL DEFAULT private.uuid_v7(), CONSTRAINT "attachments_account_id_id_key" UNIQUE (account_id, id), CONSTRAINT "attachments_pkey" PRIMARY KEY (id), CONSTRAINT "attachments_storage_path_check" CHECK ((starts_with(storage_path, (((((account_id || '/'::text) || conversation_id) || '/'::text) || id) || '/'::text)) AND (storage_path ~ '^[0-9a-f/-]{111}[A-Za-z0-9._-]{1,100}$'::text))), CONSTRAINT "attachments_thumb_path_check" CHECK (starts_with(thumb_path, (((((account_id || '/'::text) || conversation_id) || '/'::text) || id) || '/'::text))));

ALTER TABLE "public"."attachments" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."attachments" OWNER TO "postgres";

ALTER TABLE "public"."messages" ADD COLUMN "attachments_at" timestamp with time zone;

CREATE OR REPLACE FUNCTION private.add_upload(p_conversation public.conversations, p_files jsonb, p_user_id uuid, p_contact_inbox_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
    file record;
    slot public.attachments;
    added jsonb := '[]';
    wanted text;
begin
    if jsonb_typeof(p_files) is distinct from 'array' or jsonb_array_length(p_files) not between 1 and 15 then
        perform private.fail(400, 'too_many_attachments', 'A message has 1 to 15 attachments.');
    end if;
    begin
        for file in
            select *
            from jsonb_to_recordset(p_files) as given (id uuid, file_name text, content_type text, byte_size numeric)
        loop
            wanted := lower(btrim(split_part(coalesce(file.content_type, ''), ';', 1)));
            if file.id is null or coalesce(btrim(file.file_name), '') = '' or file.byte_size is null then
                perform private.fail(400, 'file_invalid', 'Each file has id, file_name, content_type and byte_size.');
            end if;
            if file.byte_size < 1 then
                perform private.fail(400, 'file_invalid', 'This file is empty.');
            end if;
            if file.byte_size > 41943040 then
                perform private.fail(413, 'file_too_large', 'A file has 40 MB at most.');
            end if;
            if not (wanted = any (private.upload_types())
                or wanted ~ '^(audio|video)/[a-z0-9.+-]{1,80}$')
            then
                perform private.fail(
                    415, 'file_type_not_allowed', 'Files of this type cannot be attached.',
                    'Images (not SVG), audio, video, PDF, office documents, plain text and archives can.');
            end if;
            select * into slot from public.attachments where id = file.id;
            if slot.id is null then
                insert into public.attachments (
                    id, account_id, conversation_id, file_type, storage_path, file_name, content_type, byte_size,
                    uploaded_by_user_id, uploaded_by_contact_inbox_id)
                values (
                    file.id, p_conversation.account_id, p_conversation.id, private.file_type_of(wanted),
                    concat_ws('/', p_conversation.account_id, p_conversation.id, file.id,
                        private.safe_file_name(file.file_name)),
                    -- What has no width or turns the reading direction makes one name look like another.
                    left(regexp_replace(
                        btrim(file.file_name), '[[:cntrl:]\u202a-\u202e\u2066-\u2069\u200b-\u200f]', '', 'g'), 255),
                    wanted, file.byte_size, p_user_id, p_contact_inbox_id)
                returning * into slot;
            elsif slot.message_id is not null
                or slot.conversation_id <> p_conversation.id
                or (slot.uploaded_by_user_id, slot.uploaded_by_contact_inbox_id)
                    is distinct from (p_user_id, p_contact_inbox_id)
            then
                perform private.fail(409, 'attachment_id_taken', 'Another attachment has this id.');
            end if;
            added := added || jsonb_build_object(
                'id', slot.id, 'path', slot.storage_path, 'file_type', slot.file_type, 'content_type', slot.content_type);
        end loop;
    exception
        -- Whatever is of the wrong shape is one kind of error.
        when invalid_text_representation or invalid_parameter_value or numeric_value_out_of_range
            or datatype_mismatch or check_violation
        then
        perform private.fail(400, 'file_invalid', 'Each file has id, file_name, content_type and byte_size.');
    end;
    return jsonb_build_object('bucket', 'attachments', 'files', added);
end;
$function$;

ALTER FUNCTION "private"."add_upload"(public.conversations, jsonb, uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.agent_may_download(p_name text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select exists (
        select from public.attachments as attachment
        where attachment.id = private.attachment_id_of(p_name)
            and p_name in (attachment.storage_path, attachment.thumb_path)
            and attachment.state = 'ready'
            and attachment.message_id is not null)
$function$;

ALTER FUNCTION "private"."agent_may_download"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.agent_may_upload(p_name text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    -- Not with its owner's rights: the policy of attachments says which conversations the caller sees.
    select exists (
        select from public.attachments as attachment
        where attachment.id = private.attachment_id_of(p_name)
            and attachment.storage_path = p_name
            and attachment.state = 'pending'
            and attachment.message_id is null
            and attachment.uploaded_by_user_id = auth.uid()
            and attachment.created_at > now() - interval '1 hour')
$function$;

ALTER FUNCTION "private"."agent_may_upload"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.attachment_id_of(p_name text)
 RETURNS uuid
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    -- Guarded: a policy must not fail on a name that somebody made up.
    select (regexp_match(
        p_name,
        '^[0-9a-f-]{36}/[0-9a-f-]{36}/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/'))[1]::uuid
$function$;

ALTER FUNCTION "private"."attachment_id_of"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.attachments_json(p_message public.messages)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce(jsonb_agg(
        jsonb_build_object(
            'id', attachment.id,
            'file_type', attachment.file_type,
            'state', attachment.state,
            'path', attachment.storage_path,
            'thumb_path', attachment.thumb_path,
            'file_name', attachment.file_name,
            'content_type', attachment.content_type,
            'byte_size', attachment.byte_size,
            'width', attachment.width,
            'height', attachment.height,
            'external_url', attachment.external_url,
            'coordinates_lat', attachment.coordinates_lat,
            'coordinates_long', attachment.coordinates_long,
            'fallback_title', attachment.fallback_title,
            'meta', attachment.meta,
            'error', attachment.error)
        order by attachment.created_at, attachment.id), '[]')
    from public.attachments as attachment
    where attachment.account_id = p_message.account_id
        and attachment.conversation_id = p_message.conversation_id
        and attachment.message_id = p_message.id
$function$;

ALTER FUNCTION "private"."attachments_json"(public.messages) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.attachments_removed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    perform private.remove_objects(old_rows.account_id, old_rows.paths)
    from (
        select file.account_id, array_agg(file.path) as paths
        from (
            select removed.account_id, object.path,
                (row_number() over (partition by removed.account_id order by removed.id) - 1) / 100 as batch
            from removed
            cross join lateral (values (removed.storage_path), (removed.thumb_path)) as object (path)
            where object.path is not null
        ) as file
        group by file.account_id, file.batch
    ) as old_rows;
    return null;
end;
$function$;

ALTER FUNCTION "private"."attachments_removed"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.bind_attachments(p_conversation_id uuid, p_message_id uuid, p_ids uuid[], p_user_id uuid, p_contact_inbox_id uuid)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    wanted constant int := coalesce(cardinality(p_ids), 0);
    bound int;
begin
    if wanted = 0 then
        return null;
    end if;
    if wanted > 15 then
        perform private.fail(400, 'too_many_attachments', 'A message has 15 attachments at most.');
    end if;
    with mine as (
        update public.attachments
        set message_id = p_message_id
        where id = any (p_ids)
            and conversation_id = p_conversation_id
            and message_id is null
            and uploaded_by_user_id is not distinct from p_user_id
            and uploaded_by_contact_inbox_id is not distinct from p_contact_inbox_id
            and exists (
                select from storage.objects as object
                where object.bucket_id = 'attachments' and object.name = storage_path)
        returning account_id, id
    ),
    asked as (
        select private.enqueue(
            'process_attachment', jsonb_build_object('attachment_id', mine.id), mine.account_id,
            p_dedupe_key => mine.id::text, p_priority => 50)
        from mine
    )
    select count(*) into bound from asked;
    if bound <> wanted then
        perform private.fail(
            400, 'attachment_not_found', 'An attachment is not there: not uploaded, sent before, or someone else''s.',
            'Ask for a slot, upload to its path, then send.');
    end if;
    return now();
end;
$function$;

ALTER FUNCTION "private"."bind_attachments"(uuid, uuid, uuid[], uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.file_type_of(p_content_type text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    select case split_part(p_content_type, '/', 1)
        when 'image' then 'image' when 'audio' then 'audio' when 'video' then 'video' else 'file' end
$function$;

ALTER FUNCTION "private"."file_type_of"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.message_deleted()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    delete from public.attachments where conversation_id = new.conversation_id and message_id = new.id;
    new.attachments_at := null;
    return new;
end;
$function$;

ALTER FUNCTION "private"."message_deleted"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.message_json(p_message public.messages)
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
        'content_attributes', p_message.content_attributes,
        'private', p_message.private,
        'status', p_message.status,
        'sender', private.message_sender(p_message),
        'attachments', case when p_message.attachments_at is null then '[]'
            else private.attachments_json(p_message) end,
        'created_at', p_message.created_at,
        'edited_at', p_message.edited_at,
        'deleted_at', p_message.deleted_at);
end;
$function$;

ALTER FUNCTION "private"."message_json"(public.messages) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.remove_objects(p_account_id uuid, p_paths text[])
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.enqueue(
        'remove_objects', jsonb_build_object('bucket', 'attachments', 'paths', to_jsonb(p_paths)), p_account_id,
        p_priority => 200)
    where cardinality(p_paths) > 0
$function$;

ALTER FUNCTION "private"."remove_objects"(uuid, text[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.request_upload(p_conversation_id uuid, p_files jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
begin
    perform private.take('upload:' || auth.uid(), 60, 1);
    return private.add_upload(conversation, p_files, auth.uid(), null);
end;
$function$;

ALTER FUNCTION "private"."request_upload"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.safe_file_name(p_name text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    -- What Storage and every header can carry; the name for people is kept beside it.
    select coalesce(nullif(right(regexp_replace(
        regexp_replace(p_name, '[^A-Za-z0-9._-]+', '_', 'g'), '(^[._-]+)|(\.{2,})', '', 'g'), 100), ''), 'file')
$function$;

ALTER FUNCTION "private"."safe_file_name"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.send_message(p_conversation_id uuid, p_id uuid, p_content text, p_private boolean, p_expected_last_seq bigint, p_attachments uuid[], p_in_reply_to uuid, p_content_attributes jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    caller uuid := auth.uid();
    message public.messages;
    missed jsonb;
    bound_at timestamptz;
begin
    perform private.agent_conversation(p_conversation_id);
    if p_id is null then
        perform private.fail(400, 'invalid_argument', 'Give the message an id (UUIDv7) of your own.');
    end if;
    -- The lock makes "has anything arrived since?" and the insert one step, and a second try wait for the first.
    perform from public.conversations where id = p_conversation_id for no key update;
    select * into message from public.messages where conversation_id = p_conversation_id and id = p_id;
    if message.id is not null then
        if message.sender_user_id is distinct from caller then
            perform private.fail(409, 'message_id_taken', 'Another message has this id.');
        end if;
        return private.message_json(message);
    end if;
    if p_expected_last_seq is not null and not coalesce(p_private, false) then
        select jsonb_agg(private.message_json(newer) order by newer.seq) into missed
        from public.messages as newer
        where newer.conversation_id = p_conversation_id
            and newer.seq > p_expected_last_seq
            and newer.message_type in ('incoming', 'outgoing')
            and not newer.private
            and newer.sender_user_id is distinct from caller;
        if missed is not null then
            perform private.fail(
                409, 'conversation_moved', 'Someone wrote here while you were writing.',
                'Read it, then send again without expected_last_seq.',
                jsonb_build_object('messages', missed)::text);
        end if;
    end if;
    -- The trigger sees the role of the request and fills in the rest, as for a direct insert.
    bound_at := private.bind_attachments(p_conversation_id, p_id, p_attachments, caller, null);
    insert into public.messages (id, conversation_id, content, private, attachments_at, content_attributes)
    values (
        p_id, p_conversation_id, coalesce(p_content, ''), coalesce(p_private, false), bound_at,
        coalesce(p_content_attributes, '{}')
            || jsonb_strip_nulls(jsonb_build_object('in_reply_to', p_in_reply_to)))
    returning * into message;
    return private.message_json(message);
end;
$function$;

ALTER FUNCTION "private"."send_message"(uuid, uuid, text, boolean, bigint, uuid[], uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.touch_message(p_conversation_id uuid, p_message_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    update public.messages set attachments_at = clock_timestamp()
    where conversation_id = p_conversation_id and id = p_message_id
$function$;

ALTER FUNCTION "private"."touch_message"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.upload_types()
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    -- No SVG, no HTML, no XML: what a browser would run is not an attachment.
    select array[
        'image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/bmp', 'image/tiff', 'image/avif', 'image/heic',
        'image/heif', 'audio/*', 'video/*', 'text/csv', 'text/plain', 'text/rtf', 'application/rtf', 'application/json',
        'application/pdf', 'application/zip', 'application/x-zip-compressed', 'application/x-7z-compressed',
        'application/vnd.rar', 'application/x-rar-compressed', 'application/x-tar', 'application/msword',
        'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'application/vnd.ms-excel',
        'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'application/vnd.ms-powerpoint',
        'application/vnd.openxmlformats-officedocument.presentationml.presentation',
        'application/vnd.oasis.opendocument.text']
$function$;

ALTER FUNCTION "private"."upload_types"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.visitor_may_download(p_name text)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select exists (
        select from public.attachments as attachment
        join public.messages as message
            on message.conversation_id = attachment.conversation_id and message.id = attachment.message_id
        join public.conversations as conversation on conversation.id = attachment.conversation_id
        where attachment.id = private.attachment_id_of(p_name)
            and p_name in (attachment.storage_path, attachment.thumb_path)
            and attachment.state = 'ready'
            and private.is_visible_to_visitor(message)
            and conversation.contact_inbox_id = private.visitor_contact_inbox_id())
$function$;

ALTER FUNCTION "private"."visitor_may_download"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.visitor_may_upload(p_name text)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select exists (
        select from public.attachments as attachment
        where attachment.id = private.attachment_id_of(p_name)
            and attachment.storage_path = p_name
            and attachment.state = 'pending'
            and attachment.message_id is null
            and attachment.uploaded_by_contact_inbox_id = private.visitor_contact_inbox_id()
            and attachment.created_at > now() - interval '1 hour')
$function$;

ALTER FUNCTION "private"."visitor_may_upload"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.visitor_message_json(p_message public.messages)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    return jsonb_build_object(
        'id', p_message.id,
        'conversation_id', p_message.conversation_id,
        'seq', p_message.visitor_seq,
        'position', p_message.seq,
        'message_type', p_message.message_type,
        'content_type', p_message.content_type,
        'content', p_message.content,
        'content_attributes', private.visitor_attributes(p_message.content_attributes),
        'status', p_message.status,
        -- An agent is a name and a face to the visitor, not an id.
        'sender', private.message_sender(p_message) - 'id',
        'attachments', case when p_message.attachments_at is null then '[]'
            else private.attachments_json(p_message) end,
        'created_at', p_message.created_at,
        'edited_at', p_message.edited_at);
end;
$function$;

ALTER FUNCTION "private"."visitor_message_json"(public.messages) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.widget_request_upload(p_conversation_id uuid, p_files jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations := private.visitor_conversation(p_conversation_id);
    slots jsonb;
begin
    if not private.can_visitor_reply(conversation) then
        perform private.fail(
            409, 'conversation_resolved', 'This conversation is closed.', 'Start a new conversation.');
    end if;
    perform private.take('upload:' || conversation.contact_inbox_id, 20, 20 / 3600.0);
    slots := private.add_upload(conversation, p_files, null, conversation.contact_inbox_id);
    if (
        select sum(attachment.byte_size)
        from public.attachments as attachment
        where attachment.account_id = conversation.account_id
            and attachment.uploaded_by_contact_inbox_id = conversation.contact_inbox_id
            and attachment.created_at > now() - interval '1 day'
    ) > 209715200 then
        perform private.fail(429, 'upload_quota_exceeded', 'A visitor can send 200 MB of files a day.', 'Try again tomorrow.');
    end if;
    return slots;
end;
$function$;

ALTER FUNCTION "private"."widget_request_upload"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.widget_send_message(p_conversation_id uuid, p_id uuid, p_content text, p_attachments uuid[] DEFAULT '{}'::uuid[])
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    message public.messages;
    bound_at timestamptz;
begin
    perform private.visitor_conversation(p_conversation_id);
    if p_id is null then
        perform private.fail(400, 'invalid_argument', 'Give the message an id (UUIDv7) of your own.');
    end if;
    perform from public.conversations where id = p_conversation_id for no key update;
    select * into message from public.messages where conversation_id = p_conversation_id and id = p_id;
    if message.id is null then
        bound_at := private.bind_attachments(
            p_conversation_id, p_id, p_attachments, null, private.visitor_contact_inbox_id());
        insert into public.messages (id, conversation_id, content, attachments_at)
        values (p_id, p_conversation_id, coalesce(p_content, ''), bound_at)
        returning * into message;
    elsif message.message_type <> 'incoming' then
        perform private.fail(409, 'message_id_taken', 'Another message has this id.');
    end if;
    return private.visitor_message_json(message);
end;
$function$;

ALTER FUNCTION "private"."widget_send_message"(uuid, uuid, text, uuid[]) OWNER TO "postgres";

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
        or (client = 'authenticated' and not conversation.inbox_id = any (private.inbox_ids()))
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

    -- A human's public answer: what ends the waiting.
    public_reply := new.message_type = 'outgoing' and not new.private and new.sender_user_id is not null
        and not new.content_attributes ? 'automation_rule_id' and not new.content_attributes ? 'campaign_id';
    reopened := case
        when new.message_type = 'incoming' and not contact.blocked
            and conversation.status in ('resolved', 'snoozed') then 'open'
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

CREATE OR REPLACE FUNCTION public.request_upload(p_conversation_id uuid, p_files jsonb)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.request_upload(p_conversation_id, p_files)
$function$;

ALTER FUNCTION "public"."request_upload"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.send_message(p_conversation_id uuid, p_id uuid, p_content text, p_private boolean DEFAULT false, p_expected_last_seq bigint DEFAULT NULL::bigint, p_attachments uuid[] DEFAULT '{}'::uuid[], p_in_reply_to uuid DEFAULT NULL::uuid, p_content_attributes jsonb DEFAULT '{}'::jsonb)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.send_message(
        p_conversation_id, p_id, p_content, p_private, p_expected_last_seq, p_attachments, p_in_reply_to,
        p_content_attributes)
$function$;

ALTER FUNCTION "public"."send_message"(uuid, uuid, text, boolean, bigint, uuid[], uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.widget_request_upload(p_conversation_id uuid, p_files jsonb)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.widget_request_upload(p_conversation_id, p_files)
$function$;

ALTER FUNCTION "public"."widget_request_upload"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.widget_send_message(p_conversation_id uuid, p_id uuid, p_content text, p_attachments uuid[] DEFAULT '{}'::uuid[])
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.widget_send_message(p_conversation_id, p_id, p_content, p_attachments)
$function$;

ALTER FUNCTION "public"."widget_send_message"(uuid, uuid, text, uuid[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.attachment_to_process(p_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'id', attachment.id,
        'path', attachment.storage_path,
        'file_name', attachment.file_name,
        'content_type', attachment.content_type)
    from public.attachments as attachment
    where attachment.id = p_id and attachment.state = 'pending' and attachment.storage_path is not null
$function$;

ALTER FUNCTION "service"."attachment_to_process"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.expire_uploads()
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with expired as (
        delete from public.attachments
        where id in (
            select id from public.attachments
            where message_id is null and created_at < now() - interval '1 day'
            order by created_at
            limit 500
            for update skip locked
        )
        returning 1
    )
    select count(*)::int from expired
$function$;

ALTER FUNCTION "service"."expire_uploads"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.finish_attachment(p_id uuid, p_result jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    attachment public.attachments;
begin
    select * into attachment from public.attachments where id = p_id;
    -- The conversation first, as everywhere.
    perform from public.conversations where id = attachment.conversation_id for no key update;
    update public.attachments
    set state = p_result ->> 'state',
        error = p_result ->> 'error',
        content_type = coalesce(p_result ->> 'content_type', content_type),
        byte_size = coalesce((p_result ->> 'byte_size')::bigint, byte_size),
        width = (p_result ->> 'width')::int,
        height = (p_result ->> 'height')::int,
        thumb_path = p_result ->> 'thumb_path',
        file_type = case
            when p_result ? 'content_type' then private.file_type_of(p_result ->> 'content_type') else file_type end,
        -- The bytes of a refused file do not stay.
        storage_path = case when p_result ->> 'state' = 'failed' then null else storage_path end
    where id = p_id and state = 'pending'
    returning * into attachment;
    if not found then
        return false;
    end if;
    if attachment.state = 'failed' then
        perform private.remove_objects(attachment.account_id, array[p_result ->> 'path']);
    end if;
    perform private.touch_message(attachment.conversation_id, attachment.message_id);
    return true;
end;
$function$;

ALTER FUNCTION "service"."finish_attachment"(uuid, jsonb) OWNER TO "postgres";

ALTER TABLE "public"."attachments" ADD CONSTRAINT "attachments_conversation_fkey" FOREIGN KEY (account_id, conversation_id) REFERENCES public.conversations(account_id, id) ON DELETE CASCADE;

ALTER TABLE "public"."attachments" ADD CONSTRAINT "attachments_message_fkey" FOREIGN KEY (account_id, conversation_id, message_id) REFERENCES public.messages(account_id, conversation_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE "public"."attachments" ADD CONSTRAINT "attachments_uploaded_by_contact_inbox_fkey" FOREIGN KEY (account_id, uploaded_by_contact_inbox_id) REFERENCES public.contact_inboxes(account_id, id) ON DELETE SET NULL (uploaded_by_contact_inbox_id);

ALTER TABLE "public"."attachments" ADD CONSTRAINT "attachments_uploaded_by_user_fkey" FOREIGN KEY (uploaded_by_user_id) REFERENCES public.users(id) ON DELETE SET NULL;

CREATE INDEX attachments_message_idx ON public.attachments USING btree (account_id, conversation_id, message_id);

CREATE INDEX attachments_unbound_idx ON public.attachments USING btree (created_at) WHERE (message_id IS NULL);

CREATE INDEX attachments_uploaded_by_contact_inbox_idx ON public.attachments USING btree (account_id, uploaded_by_contact_inbox_id, created_at) WHERE (uploaded_by_contact_inbox_id IS NOT NULL);

CREATE INDEX attachments_uploaded_by_user_id_idx ON public.attachments USING btree (uploaded_by_user_id, created_at) WHERE (uploaded_by_user_id IS NOT NULL);

CREATE TRIGGER attachments_remove_objects AFTER DELETE ON public.attachments REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION private.attachments_removed();

CREATE TRIGGER attachments_set_updated_at BEFORE UPDATE ON public.attachments FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

CREATE TRIGGER messages_attachments_deleted BEFORE UPDATE OF deleted_at ON public.messages FOR EACH ROW WHEN (((old.deleted_at IS NULL) AND (new.deleted_at IS NOT NULL) AND (old.attachments_at IS NOT NULL))) EXECUTE FUNCTION private.message_deleted();

CREATE TRIGGER messages_change BEFORE UPDATE OF content, content_type, content_attributes, status, edited_at, deleted_at, attachments_at ON public.messages FOR EACH ROW WHEN (((old.content IS DISTINCT FROM new.content) OR (old.content_type IS DISTINCT FROM new.content_type) OR (old.content_attributes IS DISTINCT FROM new.content_attributes) OR (old.status IS DISTINCT FROM new.status) OR (old.edited_at IS DISTINCT FROM new.edited_at) OR (old.deleted_at IS DISTINCT FROM new.deleted_at) OR (old.attachments_at IS DISTINCT FROM new.attachments_at))) EXECUTE FUNCTION private.change_message();

CREATE POLICY "agents read the attachments of conversations they may see" ON "public"."attachments" FOR SELECT TO "authenticated" USING (private.sees_conversation(conversation_id));

CREATE POLICY "agents fetch the attachments of conversations they may see" ON "storage"."objects" FOR SELECT TO "authenticated" USING (((bucket_id = 'attachments'::text) AND private.agent_may_download(name)));

CREATE POLICY "agents upload to the slots they asked for" ON "storage"."objects" FOR INSERT TO "authenticated" WITH CHECK (((bucket_id = 'attachments'::text) AND private.agent_may_upload(name)));

CREATE POLICY "visitors fetch the attachments of messages they may read" ON "storage"."objects" FOR SELECT TO "visitor" USING (((bucket_id = 'attachments'::text) AND private.visitor_may_download(name)));

CREATE POLICY "visitors upload to the slots they asked for" ON "storage"."objects" FOR INSERT TO "visitor" WITH CHECK (((bucket_id = 'attachments'::text) AND private.visitor_may_upload(name)));

COMMENT ON COLUMN "public"."attachments"."content_type" IS 'As claimed while pending; what the bytes are once ready.';

COMMENT ON COLUMN "public"."attachments"."error" IS 'missing, empty_file, too_large, type_mismatch, active_content, unreadable or too_many_pixels; a channel may add its own.';

COMMENT ON COLUMN "public"."attachments"."external_url" IS 'Where a provider keeps it; never shown without fetching it ourselves first.';

COMMENT ON COLUMN "public"."attachments"."file_name" IS 'As the sender named it, for people; escape it like any text.';

COMMENT ON COLUMN "public"."attachments"."state" IS 'pending: not looked at yet; ready: is what it says and may be fetched; failed: refused, for the reason in error.';

COMMENT ON COLUMN "public"."attachments"."storage_path" IS 'account/conversation/attachment/name in the bucket attachments; made by the server. null: nothing is stored.';

COMMENT ON COLUMN "public"."attachments"."thumb_path" IS 'A WebP of at most 250 by 250 pixels, for images.';

COMMENT ON COLUMN "public"."messages"."attachments_at" IS 'When its attachments last changed; null when it has none, so that nobody looks for them.';

COMMENT ON FUNCTION "private"."add_upload"(public.conversations, jsonb, uuid, uuid) IS 'Makes the slots of an upload. Its callers have checked who may.';

COMMENT ON FUNCTION "private"."agent_may_download"(text) IS 'Whether the calling agent may fetch this object: looked at, sent, and in a conversation they see.';

COMMENT ON FUNCTION "private"."agent_may_upload"(text) IS 'Whether the calling agent holds a fresh slot for this path.';

COMMENT ON FUNCTION "private"."attachment_id_of"(text) IS 'The attachment that a path belongs to, or null.';

COMMENT ON FUNCTION "private"."attachments_json"(public.messages) IS 'The attachments of a message, as every message carries them.';

COMMENT ON FUNCTION "private"."attachments_removed"() IS 'Trigger: the files go after their rows, by whatever way these went.';

COMMENT ON FUNCTION "private"."bind_attachments"(uuid, uuid, uuid[], uuid, uuid) IS 'Gives uploaded files to the message that is about to be written, and asks for them to be looked at. Returns what goes into
     messages.attachments_at.';

COMMENT ON FUNCTION "private"."file_type_of"(text) IS 'image, audio, video or file.';

COMMENT ON FUNCTION "private"."message_deleted"() IS 'Trigger: a deleted message keeps no files.';

COMMENT ON FUNCTION "private"."message_json"(public.messages) IS 'A message as agents get it, from functions and broadcasts alike.';

COMMENT ON FUNCTION "private"."remove_objects"(uuid, text[]) IS 'Asks a worker to remove objects: SQL may not, the bytes would stay.';

COMMENT ON FUNCTION "private"."request_upload"(uuid, jsonb) IS 'See public.request_upload.';

COMMENT ON FUNCTION "private"."safe_file_name"(text) IS 'The last part of an object''s path.';

COMMENT ON FUNCTION "private"."send_message"(uuid, uuid, text, boolean, bigint, uuid[], uuid, jsonb) IS 'See public.send_message.';

COMMENT ON FUNCTION "private"."touch_message"(uuid, uuid) IS 'Tells everybody that the attachments of a message changed.';

COMMENT ON FUNCTION "private"."upload_types"() IS 'What may be attached; also what the bucket takes.';

COMMENT ON FUNCTION "private"."visitor_may_download"(text) IS 'Whether the calling visitor may fetch this object: of a message they can read.';

COMMENT ON FUNCTION "private"."visitor_may_upload"(text) IS 'Whether the calling visitor holds a fresh slot for this path.';

COMMENT ON FUNCTION "private"."visitor_message_json"(public.messages) IS 'A message as its visitor gets it, from functions and broadcasts alike.';

COMMENT ON FUNCTION "private"."widget_request_upload"(uuid, jsonb) IS 'See public.widget_request_upload.';

COMMENT ON FUNCTION "private"."widget_send_message"(uuid, uuid, text, uuid[]) IS 'See public.widget_send_message.';

COMMENT ON FUNCTION "public"."request_upload"(uuid, jsonb) IS 'Slots for 1 to 15 files: p_files = [{id, file_name, content_type, byte_size}] gives {bucket, files: [{id, path, file_type,
     content_type}]}. Upload each to its path within an hour, then name the ids in send_message. Fails with
     conversation_not_found, too_many_attachments, file_invalid, file_too_large, file_type_not_allowed, attachment_id_taken,
     too_many_requests.';

COMMENT ON FUNCTION "public"."send_message"(uuid, uuid, text, boolean, bigint, uuid[], uuid, jsonb) IS 'Sends a reply, or a note when private, under an id made by the caller: sending again returns the same message.
     With expected_last_seq a public reply is refused when someone else wrote after it: conversation_moved, details = {messages}.
     attachments are ids of request_upload, 15 at most, each uploaded; with one the content may be empty.
     in_reply_to names a message of the same conversation. content_attributes may hold to_emails, cc_emails, bcc_emails
     (lists) and template_params. Fails also with conversation_not_found, message_empty, message_too_long, message_id_taken,
     too_many_messages, too_many_attachments, attachment_not_found, reply_target_not_found, content_attributes_invalid.';

COMMENT ON FUNCTION "public"."widget_request_upload"(uuid, jsonb) IS 'As request_upload, for the visitor''s own conversation, with 200 MB a day. Fails also with conversation_resolved,
     upload_quota_exceeded.';

COMMENT ON FUNCTION "public"."widget_send_message"(uuid, uuid, text, uuid[]) IS 'The visitor writes, under an id made by their browser: sending again returns the same message.
     attachments are ids of widget_request_upload, each uploaded. Fails with conversation_not_found, conversation_resolved,
     message_empty, message_too_long, too_many_messages, too_many_attachments, attachment_not_found.';

COMMENT ON FUNCTION "service"."attachment_to_process"(uuid) IS 'What a worker needs to look at a file; null when it is gone or was looked at.';

COMMENT ON FUNCTION "service"."expire_uploads"() IS 'Removes slots and files that no message took within a day; at most 500 a call.';

COMMENT ON FUNCTION "service"."finish_attachment"(uuid, jsonb) IS 'Writes what a worker found: {state: ready | failed, error, path, content_type, byte_size, width, height, thumb_path}, and tells
     the readers. False when somebody else was faster or the attachment is gone.';

COMMENT ON TABLE "public"."attachments" IS 'A file, a place or a card of a message. Without a message: a slot for an upload, for a day.';

REVOKE ALL ON FUNCTION "private"."add_upload"(public.conversations, jsonb, uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."add_upload"(public.conversations, jsonb, uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."add_upload"(public.conversations, jsonb, uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."agent_may_download"(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."agent_may_download"(text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."agent_may_download"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."agent_may_download"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."agent_may_upload"(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."agent_may_upload"(text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."agent_may_upload"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."agent_may_upload"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."attachment_id_of"(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."attachment_id_of"(text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."attachment_id_of"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."attachment_id_of"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."attachments_json"(public.messages) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."attachments_json"(public.messages) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."attachments_json"(public.messages) TO "postgres";

REVOKE ALL ON FUNCTION "private"."attachments_removed"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."attachments_removed"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."attachments_removed"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."bind_attachments"(uuid, uuid, uuid[], uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."bind_attachments"(uuid, uuid, uuid[], uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."bind_attachments"(uuid, uuid, uuid[], uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."file_type_of"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."file_type_of"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."file_type_of"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."message_deleted"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."message_deleted"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."message_deleted"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."message_json"(public.messages) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."message_json"(public.messages) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."message_json"(public.messages) TO "postgres";

REVOKE ALL ON FUNCTION "private"."remove_objects"(uuid, text[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."remove_objects"(uuid, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."remove_objects"(uuid, text[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."request_upload"(uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."request_upload"(uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."request_upload"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."request_upload"(uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."safe_file_name"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."safe_file_name"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."safe_file_name"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."send_message"(uuid, uuid, text, boolean, bigint, uuid[], uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."send_message"(uuid, uuid, text, boolean, bigint, uuid[], uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."send_message"(uuid, uuid, text, boolean, bigint, uuid[], uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."send_message"(uuid, uuid, text, boolean, bigint, uuid[], uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."touch_message"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."touch_message"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."touch_message"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."upload_types"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."upload_types"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."upload_types"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."visitor_may_download"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."visitor_may_download"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."visitor_may_download"(text) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."visitor_may_download"(text) TO "visitor";

REVOKE ALL ON FUNCTION "private"."visitor_may_upload"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."visitor_may_upload"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."visitor_may_upload"(text) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."visitor_may_upload"(text) TO "visitor";

REVOKE ALL ON FUNCTION "private"."visitor_message_json"(public.messages) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."visitor_message_json"(public.messages) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."visitor_message_json"(public.messages) TO "postgres";

REVOKE ALL ON FUNCTION "private"."widget_request_upload"(uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."widget_request_upload"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."widget_request_upload"(uuid, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."widget_request_upload"(uuid, jsonb) TO "visitor";

REVOKE ALL ON FUNCTION "private"."widget_send_message"(uuid, uuid, text, uuid[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."widget_send_message"(uuid, uuid, text, uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."widget_send_message"(uuid, uuid, text, uuid[]) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."widget_send_message"(uuid, uuid, text, uuid[]) TO "visitor";

REVOKE ALL ON FUNCTION "public"."request_upload"(uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."request_upload"(uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."request_upload"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."request_upload"(uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "public"."send_message"(uuid, uuid, text, boolean, bigint, uuid[], uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."send_message"(uuid, uuid, text, boolean, bigint, uuid[], uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."send_message"(uuid, uuid, text, boolean, bigint, uuid[], uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."send_message"(uuid, uuid, text, boolean, bigint, uuid[], uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "public"."widget_request_upload"(uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "public"."widget_request_upload"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."widget_request_upload"(uuid, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."widget_request_upload"(uuid, jsonb) TO "visitor";

REVOKE ALL ON FUNCTION "public"."widget_send_message"(uuid, uuid, text, uuid[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "public"."widget_send_message"(uuid, uuid, text, uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."widget_send_message"(uuid, uuid, text, uuid[]) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."widget_send_message"(uuid, uuid, text, uuid[]) TO "visitor";

REVOKE ALL ON FUNCTION "service"."attachment_to_process"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."attachment_to_process"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."attachment_to_process"(uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."attachment_to_process"(uuid) TO "service_role";

REVOKE ALL ON FUNCTION "service"."expire_uploads"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."expire_uploads"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."expire_uploads"() TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."expire_uploads"() TO "service_role";

REVOKE ALL ON FUNCTION "service"."finish_attachment"(uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."finish_attachment"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."finish_attachment"(uuid, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."finish_attachment"(uuid, jsonb) TO "service_role";

REVOKE ALL ON TABLE "public"."attachments" FROM "authenticated";

GRANT SELECT ON TABLE "public"."attachments" TO "authenticated";

REVOKE ALL ON TABLE "public"."attachments" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."attachments" TO "postgres";

REVOKE ALL ON TABLE "public"."attachments" FROM "service_role";

GRANT SELECT ON TABLE "public"."attachments" TO "service_role";

-- Not drafted: the differ compares objects, and a bucket is a row. As in sql/91_storage.sql.
INSERT INTO "storage"."buckets" ("id", "name", "public", "file_size_limit", "allowed_mime_types")
VALUES ('attachments', 'attachments', false, 41943040, private.upload_types())
ON CONFLICT ("id") DO UPDATE
SET "public" = excluded."public",
    "file_size_limit" = excluded."file_size_limit",
    "allowed_mime_types" = excluded."allowed_mime_types";
