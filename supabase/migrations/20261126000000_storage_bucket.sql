-- The bucket of attachments: rows, which the differ of schemas does not see. The same as in sql/91_storage.sql.

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('attachments', 'attachments', false, 41943040, private.upload_types())
on conflict (id) do update
set public = excluded.public,
    file_size_limit = excluded.file_size_limit,
    allowed_mime_types = excluded.allowed_mime_types;
