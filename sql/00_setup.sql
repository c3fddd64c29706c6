-- setup: the schemas, the roles, what everyone may do by default (nothing), and two helpers of all tables.

create extension if not exists pg_trgm with schema extensions;
create extension if not exists btree_gin with schema extensions;
create extension if not exists unaccent with schema extensions;
create extension if not exists citext with schema extensions;
create extension if not exists vector with schema extensions;

create schema service;
create schema private;

comment on schema service is
    'What our own servers may call, with the service key. Exposed through the API to service_role only.';
comment on schema private is
    'Helpers of policies and triggers, and tables that no client ever sees. Not exposed through the API.';

-- Deny by default: each grant below stands beside the object it opens.
alter default privileges revoke execute on functions from public;
alter default privileges in schema public
    revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public
    revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public
    revoke all on functions from anon, authenticated, service_role;
-- Operators' own scripts may read with the service key; effects go through functions.
alter default privileges in schema public
    grant select on tables to service_role;
alter default privileges in schema service
    grant execute on functions to service_role;

-- Visitors are another principal than agents. The role inherits anon only so that Supabase's own
-- grants (usage of realtime, auth.uid()) reach it; we grant nothing to anon ourselves.
do $$
begin
    if not exists (select from pg_roles where rolname = 'visitor') then
        create role visitor nologin inherit;
    end if;
end;
$$;
grant anon to visitor;
grant visitor to authenticator;
alter role visitor set statement_timeout = '3s';

grant usage on schema service to service_role;
-- Policies call helpers as the asking role, so it must be able to name the schema.
grant usage on schema private to authenticated, visitor, service_role;
grant usage on schema public to visitor;

create function private.uuid_v7(at timestamptz default clock_timestamp())
returns uuid
language sql volatile parallel safe set search_path = ''
as $$
    -- A random UUID whose first eight bytes are 48 bits of milliseconds, the version (7), and 12 bits of the millisecond's part:
    -- rows of one statement keep their order.
    select encode(
        overlay(
            uuid_send(gen_random_uuid())
            placing int8send(micros / 1000 << 16 | 28672 | micros % 1000 * 4096 / 1000)
            from 1 for 8),
        'hex')::uuid
    from (select floor(extract(epoch from at) * 1000000)::bigint as micros) as time
$$;

comment on function private.uuid_v7 is
    'A time-ordered UUID (RFC 9562, version 7), also for rows of the past. Our own, because Postgres has it from 18 on.';
grant execute on function private.uuid_v7 to authenticated, visitor, service_role;

create function private.set_updated_at()
returns trigger
language plpgsql set search_path = ''
as $$
begin
    new.updated_at := now();
    return new;
end;
$$;

comment on function private.set_updated_at is 'Trigger: stamps updated_at on every update.';
