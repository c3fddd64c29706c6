-- storage: the bucket of attachments and who may put and get which object. Changing and removing is for our servers.

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('attachments', 'attachments', false, 41943040, private.upload_types())
on conflict (id) do update
set public = excluded.public,
    file_size_limit = excluded.file_size_limit,
    allowed_mime_types = excluded.allowed_mime_types;

create function private.attachment_id_of(p_name text)
returns uuid
language sql immutable set search_path = ''
as $$
    -- Guarded: a policy must not fail on a name that somebody made up.
    select (regexp_match(
        p_name,
        '^[0-9a-f-]{36}/[0-9a-f-]{36}/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/'))[1]::uuid
$$;

comment on function private.attachment_id_of is 'The attachment that a path belongs to, or null.';

create function private.agent_may_upload(p_name text)
returns boolean
language sql stable set search_path = ''
as $$
    -- Not with its owner's rights: the policy of attachments says which conversations the caller sees.
    select exists (
        select from public.attachments as attachment
        where attachment.id = private.attachment_id_of(p_name)
            and attachment.storage_path = p_name
            and attachment.state = 'pending'
            and attachment.message_id is null
            and attachment.uploaded_by_user_id = auth.uid()
            and attachment.created_at > now() - interval '1 hour')
$$;

comment on function private.agent_may_upload is 'Whether the calling agent holds a fresh slot for this path.';
grant execute on function private.agent_may_upload, private.attachment_id_of to authenticated;

create function private.agent_may_download(p_name text)
returns boolean
language sql stable set search_path = ''
as $$
    select exists (
        select from public.attachments as attachment
        where attachment.id = private.attachment_id_of(p_name)
            and p_name in (attachment.storage_path, attachment.thumb_path)
            and attachment.state = 'ready'
            and attachment.message_id is not null)
$$;

comment on function private.agent_may_download is 'Whether the calling agent may fetch this object: looked at, sent, and in a conversation they see.';
grant execute on function private.agent_may_download to authenticated;

create function private.visitor_may_upload(p_name text)
returns boolean
language sql stable security definer set search_path = ''
as $$
    select exists (
        select from public.attachments as attachment
        where attachment.id = private.attachment_id_of(p_name)
            and attachment.storage_path = p_name
            and attachment.state = 'pending'
            and attachment.message_id is null
            and attachment.uploaded_by_contact_inbox_id = private.visitor_contact_inbox_id()
            and attachment.created_at > now() - interval '1 hour')
$$;

comment on function private.visitor_may_upload is 'Whether the calling visitor holds a fresh slot for this path.';
grant execute on function private.visitor_may_upload to visitor;

create function private.visitor_may_download(p_name text)
returns boolean
language sql stable security definer set search_path = ''
as $$
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
$$;

comment on function private.visitor_may_download is 'Whether the calling visitor may fetch this object: of a message they can read.';
grant execute on function private.visitor_may_download to visitor;

create policy "agents upload to the slots they asked for"
    on storage.objects for insert to authenticated
    with check (bucket_id = 'attachments' and private.agent_may_upload(name));

create policy "agents fetch the attachments of conversations they may see"
    on storage.objects for select to authenticated
    using (bucket_id = 'attachments' and private.agent_may_download(name));

create policy "visitors upload to the slots they asked for"
    on storage.objects for insert to visitor
    with check (bucket_id = 'attachments' and private.visitor_may_upload(name));

create policy "visitors fetch the attachments of messages they may read"
    on storage.objects for select to visitor
    using (bucket_id = 'attachments' and private.visitor_may_download(name));
