-- Storage's tables and the functions that policies call. The bytes are files beside the database.

set local role supabase_storage_admin;

-- bucket: where objects live, and what may be put there.

create table storage.buckets (
    id text primary key,
    name text not null,
    owner uuid,
    created_at timestamptz default now(),
    updated_at timestamptz default now(),
    public boolean default false,
    avif_autodetection boolean default false,
    file_size_limit bigint,
    allowed_mime_types text[],
    owner_id text,
    type text not null default 'STANDARD',
    versioning_status text not null default 'DISABLED',
    constraint buckets_name_length_check check (char_length(name) <= 100),
    constraint buckets_type_check check (type = 'STANDARD'),
    constraint buckets_versioning_status_check check (versioning_status = 'DISABLED')
);

create unique index bname on storage.buckets (name);

comment on table storage.buckets is
    'A bucket of objects. Seeds insert here directly; the server reads it anew for each request.';
comment on column storage.buckets.owner is 'Deprecated, use owner_id instead.';
comment on column storage.buckets.file_size_limit is 'Bytes; null means the global limit.';

-- object: one stored file; `version` names the file that holds its bytes.

create table storage.objects (
    id uuid primary key default gen_random_uuid(),
    bucket_id text,
    name text,
    owner uuid,
    created_at timestamptz default now(),
    updated_at timestamptz default now(),
    last_accessed_at timestamptz default now(),
    metadata jsonb,
    path_tokens text[] generated always as (string_to_array(name, '/')) stored,
    version text,
    owner_id text,
    user_metadata jsonb,
    constraint "objects_bucketId_fkey" foreign key (bucket_id) references storage.buckets (id)
);

create unique index bucketid_objname on storage.objects (bucket_id, name);

comment on table storage.objects is
    'A stored file. Its name is the whole path inside the bucket; folders exist only in names.';
comment on column storage.objects.owner is 'Deprecated, use owner_id instead.';
comment on column storage.objects.owner_id is 'The sub of the token that uploaded it.';

-- What policies ask about a name.

create function storage.foldername(name text)
returns text[]
language sql immutable
as $$
    select parts[1 : cardinality(parts) - 1] from (select string_to_array(name, '/') as parts) as path
$$;

comment on function storage.foldername is
    'The folders of a name, without its last part: storage.foldername(''a/b/c.txt'') is {a,b}.';

create function storage.filename(name text)
returns text
language sql immutable
as $$
    select split_part(name, '/', -1)
$$;

comment on function storage.filename is 'The last part of a name.';

create function storage.extension(name text)
returns text
language sql immutable
as $$
    select split_part(split_part(name, '/', -1), '.', -1)
$$;

comment on function storage.extension is
    'What follows the last dot of the file name; the whole file name when it has no dot.';

-- What policies ask about the request.

create function storage.operation()
returns text
language sql stable
as $$
    select current_setting('storage.operation', true)
$$;

comment on function storage.operation is
    'The call being served, for example storage.object.upload; null outside of the Storage API.';

create function storage.allow_any_operation(expected_operations text[])
returns boolean
language sql stable
as $$
    select coalesce(
        regexp_replace(storage.operation(), '^storage\.', '') = any (
            select regexp_replace(expected, '^storage\.', '')
            from unnest(expected_operations) as expected
            where expected <> ''
        ),
        false
    )
$$;

comment on function storage.allow_any_operation is
    'Whether the call being served is one of these; the prefix "storage." may be left out.';

create function storage.allow_only_operation(expected_operation text)
returns boolean
language sql stable
as $$
    select storage.allow_any_operation(array[expected_operation])
$$;

comment on function storage.allow_only_operation is
    'Whether the call being served is this one; the prefix "storage." may be left out.';

-- One folder's listing. Runs as the caller, so policies decide what is seen.

create function storage.search(
    prefix text,
    bucketname text,
    limits integer default 100,
    levels integer default 1,
    offsets integer default 0,
    search text default '',
    sortcolumn text default 'name',
    sortorder text default 'asc'
)
returns table (
    name text,
    id uuid,
    updated_at timestamptz,
    created_at timestamptz,
    last_accessed_at timestamptz,
    metadata jsonb
)
language plpgsql stable set search_path = ''
as $$
declare
    sort_column text := case
        when sortcolumn in ('updated_at', 'created_at', 'last_accessed_at') then sortcolumn
        else 'name'
    end;
    sort_order text := case when lower(sortorder) = 'desc' then 'desc' else 'asc' end;
    pattern text := regexp_replace(prefix || search, '([\\%_])', '\\\1', 'g') || '%';
begin
    return query execute format(
        $query$
            with hit as (
                select object.*
                from storage.objects as object
                where object.bucket_id = $1
                    and object.name ilike $2
                    and cardinality(object.path_tokens) >= $3
            ),
            entry as (
                select
                    hit.path_tokens[$3] as name,
                    hit.id,
                    hit.updated_at,
                    hit.created_at,
                    hit.last_accessed_at,
                    hit.metadata
                from hit
                where cardinality(hit.path_tokens) = $3
                union all
                select distinct hit.path_tokens[$3], null::uuid, null::timestamptz,
                    null::timestamptz, null::timestamptz, null::jsonb
                from hit
                where cardinality(hit.path_tokens) > $3
            )
            select entry.*
            from entry
            order by entry.%1$I %2$s nulls first, entry.name collate "C" %2$s
            limit $4
            offset $5
        $query$,
        sort_column,
        sort_order
    )
    using bucketname, pattern, levels, limits, offsets;
end;
$$;

comment on function storage.search is
    'The files and folders at one depth below a prefix; a folder has no id. Case does not matter.';

-- Triggers.

create function storage.update_updated_at_column()
returns trigger
language plpgsql set search_path = ''
as $$
begin
    new.updated_at = now();
    return new;
end;
$$;

create trigger update_objects_updated_at
    before update on storage.objects
    for each row execute function storage.update_updated_at_column();

create function storage.protect_delete()
returns trigger
language plpgsql set search_path = ''
as $$
begin
    -- A row deleted behind the server's back would leave its file for ever.
    if coalesce(current_setting('storage.allow_delete_query', true), 'false') <> 'true' then
        raise exception
            'Direct deletion from storage tables is not allowed. Use the Storage API instead.'
            using errcode = '42501',
                hint = 'This prevents accidental data loss from orphaned objects.';
    end if;
    return null;
end;
$$;

create trigger protect_buckets_delete
    before delete on storage.buckets
    for each statement execute function storage.protect_delete();

create trigger protect_objects_delete
    before delete on storage.objects
    for each statement execute function storage.protect_delete();

-- Policies are the project's business; without any, only service_role gets in.

alter table storage.buckets enable row level security;
alter table storage.objects enable row level security;

grant all on storage.buckets, storage.objects to anon, authenticated, service_role;
grant all on storage.buckets, storage.objects to postgres with grant option;

reset role;
