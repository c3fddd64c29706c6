-- attachment: files, places and cards that belong to messages. The bytes are in Storage (see 91_storage.sql);
-- a worker looks at them before anybody else does.
--
--   request_upload -> the client uploads -> send_message binds -> process_attachment -> ready | failed

create table public.attachments (
    id uuid not null default private.uuid_v7(),
    account_id uuid not null,
    conversation_id uuid not null,
    message_id uuid,
    file_type text not null default 'file',
    state text not null default 'pending',
    storage_path text,
    file_name text,
    content_type text,
    byte_size bigint,
    width int,
    height int,
    thumb_path text,
    external_url text,
    coordinates_lat double precision,
    coordinates_long double precision,
    fallback_title text,
    meta jsonb not null default '{}',
    error text,
    uploaded_by_user_id uuid,
    uploaded_by_contact_inbox_id uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint attachments_pkey primary key (id),
    constraint attachments_account_id_id_key unique (account_id, id),
    constraint attachments_storage_path_key unique (storage_path),
    constraint attachments_conversation_fkey foreign key (account_id, conversation_id)
        references public.conversations (account_id, id) on delete cascade,
    -- Checked at the end: attachments are bound first, so that a new message is told with them.
    constraint attachments_message_fkey foreign key (account_id, conversation_id, message_id)
        references public.messages (account_id, conversation_id, id) on delete cascade
        deferrable initially deferred,
    constraint attachments_uploaded_by_user_fkey foreign key (uploaded_by_user_id)
        references public.users (id) on delete set null,
    constraint attachments_uploaded_by_contact_inbox_fkey foreign key (account_id, uploaded_by_contact_inbox_id)
        references public.contact_inboxes (account_id, id) on delete set null (uploaded_by_contact_inbox_id),
    constraint attachments_file_type_check check (
        file_type in (
            'image', 'audio', 'video', 'file', 'location', 'fallback', 'share', 'story_mention', 'contact', 'ig_reel',
            'ig_post', 'ig_story', 'embed')),
    constraint attachments_state_check check (state in ('pending', 'ready', 'failed')),
    constraint attachments_error_check check ((state = 'failed') = (error is not null)),
    constraint attachments_storage_path_check check (
        starts_with(storage_path, account_id || '/' || conversation_id || '/' || id || '/')
        and storage_path ~ '^[0-9a-f/-]{111}[A-Za-z0-9._-]{1,100}$'),
    constraint attachments_thumb_path_check check (
        starts_with(thumb_path, account_id || '/' || conversation_id || '/' || id || '/')),
    constraint attachments_file_name_check check (char_length(file_name) between 1 and 255),
    constraint attachments_content_type_check check (char_length(content_type) <= 255),
    constraint attachments_byte_size_check check (byte_size between 0 and 41943040),
    constraint attachments_external_url_check check (external_url ~ '^https?://' and char_length(external_url) <= 4000),
    constraint attachments_coordinates_check check (
        abs(coordinates_lat) <= 90 and abs(coordinates_long) <= 180),
    constraint attachments_fallback_title_check check (char_length(fallback_title) <= 1000),
    constraint attachments_meta_check check (jsonb_typeof(meta) = 'object' and octet_length(meta::text) <= 65536)
);

comment on table public.attachments is 'A file, a place or a card of a message. Without a message: a slot for an upload, for a day.';
comment on column public.attachments.state is
    'pending: not looked at yet; ready: is what it says and may be fetched; failed: refused, for the reason in error.';
comment on column public.attachments.storage_path is
    'account/conversation/attachment/name in the bucket attachments; made by the server. null: nothing is stored.';
comment on column public.attachments.file_name is 'As the sender named it, for people; escape it like any text.';
comment on column public.attachments.content_type is 'As claimed while pending; what the bytes are once ready.';
comment on column public.attachments.thumb_path is 'A WebP of at most 250 by 250 pixels, for images.';
comment on column public.attachments.external_url is 'Where a provider keeps it; never shown without fetching it ourselves first.';
comment on column public.attachments.error is
    'missing, empty_file, too_large, type_mismatch, active_content, unreadable or too_many_pixels; a channel may add its own.';

create index attachments_message_idx on public.attachments (account_id, conversation_id, message_id);
create index attachments_unbound_idx on public.attachments (created_at) where message_id is null;
create index attachments_uploaded_by_user_id_idx
    on public.attachments (uploaded_by_user_id, created_at) where uploaded_by_user_id is not null;
create index attachments_uploaded_by_contact_inbox_idx
    on public.attachments (account_id, uploaded_by_contact_inbox_id, created_at)
    where uploaded_by_contact_inbox_id is not null;

create trigger attachments_set_updated_at
    before update on public.attachments
    for each row execute function private.set_updated_at();

create function private.attachments_json(p_message public.messages)
returns jsonb
language sql stable security definer set search_path = ''
as $$
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
$$;

comment on function private.attachments_json is 'The attachments of a message, as every message carries them.';

create function private.upload_types()
returns text[]
language sql immutable set search_path = ''
as $$
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
$$;

comment on function private.upload_types is 'What may be attached; also what the bucket takes.';

create function private.file_type_of(p_content_type text)
returns text
language sql immutable set search_path = ''
as $$
    select case split_part(p_content_type, '/', 1)
        when 'image' then 'image' when 'audio' then 'audio' when 'video' then 'video' else 'file' end
$$;

comment on function private.file_type_of is 'image, audio, video or file.';

create function private.safe_file_name(p_name text)
returns text
language sql immutable set search_path = ''
as $$
    -- What Storage and every header can carry; the name for people is kept beside it.
    select coalesce(nullif(right(regexp_replace(
        regexp_replace(p_name, '[^A-Za-z0-9._-]+', '_', 'g'), '(^[._-]+)|(\.{2,})', '', 'g'), 100), ''), 'file')
$$;

comment on function private.safe_file_name is 'The last part of an object''s path.';

create function private.add_upload(
    p_conversation public.conversations, p_files jsonb, p_user_id uuid, p_contact_inbox_id uuid
)
returns jsonb
language plpgsql set search_path = ''
as $$
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
$$;

comment on function private.add_upload is 'Makes the slots of an upload. Its callers have checked who may.';

create function private.request_upload(p_conversation_id uuid, p_files jsonb)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
begin
    perform private.take('upload:' || auth.uid(), 60, 1);
    return private.add_upload(conversation, p_files, auth.uid(), null);
end;
$$;

comment on function private.request_upload is 'See public.request_upload.';
grant execute on function private.request_upload to authenticated;

create function public.request_upload(p_conversation_id uuid, p_files jsonb)
returns jsonb
language sql set search_path = ''
as $$
    select private.request_upload(p_conversation_id, p_files)
$$;

comment on function public.request_upload is
    'Slots for 1 to 15 files: p_files = [{id, file_name, content_type, byte_size}] gives {bucket, files: [{id, path, file_type,
     content_type}]}. Upload each to its path within an hour, then name the ids in send_message. Fails with
     conversation_not_found, too_many_attachments, file_invalid, file_too_large, file_type_not_allowed, attachment_id_taken,
     too_many_requests.';
grant execute on function public.request_upload to authenticated;

create function private.widget_request_upload(p_conversation_id uuid, p_files jsonb)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
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
$$;

comment on function private.widget_request_upload is 'See public.widget_request_upload.';
grant execute on function private.widget_request_upload to visitor;

create function public.widget_request_upload(p_conversation_id uuid, p_files jsonb)
returns jsonb
language sql set search_path = ''
as $$
    select private.widget_request_upload(p_conversation_id, p_files)
$$;

comment on function public.widget_request_upload is
    'As request_upload, for the visitor''s own conversation, with 200 MB a day. Fails also with conversation_resolved,
     upload_quota_exceeded.';
grant execute on function public.widget_request_upload to visitor;

create function private.bind_attachments(
    p_conversation_id uuid, p_message_id uuid, p_ids uuid[], p_user_id uuid, p_contact_inbox_id uuid
)
returns timestamptz
language plpgsql security definer set search_path = ''
as $$
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
$$;

comment on function private.bind_attachments is
    'Gives uploaded files to the message that is about to be written, and asks for them to be looked at. Returns what goes into
     messages.attachments_at.';

create function private.touch_message(p_conversation_id uuid, p_message_id uuid)
returns void
language sql set search_path = ''
as $$
    update public.messages set attachments_at = clock_timestamp()
    where conversation_id = p_conversation_id and id = p_message_id
$$;

comment on function private.touch_message is 'Tells everybody that the attachments of a message changed.';

create function private.remove_objects(p_account_id uuid, p_paths text[])
returns void
language sql set search_path = ''
as $$
    select private.enqueue(
        'remove_objects', jsonb_build_object('bucket', 'attachments', 'paths', to_jsonb(p_paths)), p_account_id,
        p_priority => 200)
    where cardinality(p_paths) > 0
$$;

comment on function private.remove_objects is 'Asks a worker to remove objects: SQL may not, the bytes would stay.';

create function private.attachments_removed()
returns trigger
language plpgsql security definer set search_path = ''
as $$
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
$$;

comment on function private.attachments_removed is 'Trigger: the files go after their rows, by whatever way these went.';

create trigger attachments_remove_objects
    after delete on public.attachments referencing old table as removed
    for each statement execute function private.attachments_removed();

create function private.message_deleted()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    delete from public.attachments where conversation_id = new.conversation_id and message_id = new.id;
    new.attachments_at := null;
    return new;
end;
$$;

comment on function private.message_deleted is 'Trigger: a deleted message keeps no files.';

-- Named to run before messages_change, which then numbers the whole change.
create trigger messages_attachments_deleted
    before update of deleted_at on public.messages
    for each row
    when (old.deleted_at is null and new.deleted_at is not null and old.attachments_at is not null)
    execute function private.message_deleted();

create function service.attachment_to_process(p_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'id', attachment.id,
        'path', attachment.storage_path,
        'file_name', attachment.file_name,
        'content_type', attachment.content_type)
    from public.attachments as attachment
    where attachment.id = p_id and attachment.state = 'pending' and attachment.storage_path is not null
$$;

comment on function service.attachment_to_process is 'What a worker needs to look at a file; null when it is gone or was looked at.';

create function service.finish_attachment(p_id uuid, p_result jsonb)
returns boolean
language plpgsql security definer set search_path = ''
as $$
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
$$;

comment on function service.finish_attachment is
    'Writes what a worker found: {state: ready | failed, error, path, content_type, byte_size, width, height, thumb_path}, and tells
     the readers. False when somebody else was faster or the attachment is gone.';

create function service.expire_uploads()
returns int
language sql security definer set search_path = ''
as $$
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
$$;

comment on function service.expire_uploads is 'Removes slots and files that no message took within a day; at most 500 a call.';

alter table public.attachments enable row level security;

create policy "agents read the attachments of conversations they may see"
    on public.attachments for select to authenticated
    using (private.sees_conversation(conversation_id));

grant select on public.attachments to authenticated;
