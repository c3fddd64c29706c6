-- audit: what people changed about the account itself, for its administrators.

create table public.audit_log (
    id uuid not null default private.uuid_v7(),
    account_id uuid not null references public.accounts (id) on delete cascade,
    user_id uuid references public.users (id) on delete set null,
    action text not null,
    auditable_type text not null,
    auditable_id uuid,
    changes jsonb not null default '{}',
    created_at timestamptz not null default now(),
    request_id text,
    ip text,
    constraint audit_log_pkey primary key (id),
    constraint audit_log_action_check check (action in ('create', 'update', 'delete'))
);

comment on table public.audit_log is 'Who changed what about accounts, members, inboxes, teams and roles; written by triggers, never changed.';
comment on column public.audit_log.auditable_type is 'The table.';
comment on column public.audit_log.auditable_id is 'The row; of memberships the person.';
comment on column public.audit_log.changes is '{column: [before, after]}; null stands for what was not there.';
comment on column public.audit_log.ip is 'As the gateway reports it.';

create index audit_log_account_id_id_idx on public.audit_log (account_id, id desc);
create index audit_log_user_id_idx on public.audit_log (user_id) where user_id is not null;

create function private.request_header(p_name text)
returns text
language plpgsql stable set search_path = ''
as $$
begin
    return left(nullif(current_setting('request.headers', true), '')::jsonb ->> p_name, 200);
exception when invalid_text_representation then
    return null;
end;
$$;

comment on function private.request_header is 'A header of the request that PostgREST serves, lower-case name; null elsewhere.';

create function private.audit()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    before constant jsonb := case when tg_op = 'INSERT' then '{}' else to_jsonb(old) end;
    after constant jsonb := case when tg_op = 'DELETE' then '{}' else to_jsonb(new) end;
    present constant jsonb := before || after;
    -- What moves by itself, or is nobody's to read.
    silent constant text[] := array[
        'id', 'account_id', 'created_at', 'updated_at', 'active_at', 'epoch', 'token_hash', 'last_seq', 'preview'];
    changed jsonb;
begin
    if current_setting('role', true) <> 'authenticated' then
        return null;
    end if;
    select coalesce(jsonb_object_agg(field, jsonb_build_array(before -> field, after -> field)), '{}')
    into changed
    from jsonb_object_keys(present) as field
    where before -> field is distinct from after -> field and not field = any (silent);
    if tg_op = 'UPDATE' and changed = '{}' then
        return null;
    end if;
    insert into public.audit_log (
        account_id, user_id, action, auditable_type, auditable_id, changes, request_id, ip)
    values (
        coalesce(present ->> 'account_id', present ->> 'id')::uuid,
        auth.uid(),
        case tg_op when 'INSERT' then 'create' when 'UPDATE' then 'update' else 'delete' end,
        tg_table_name,
        coalesce(present ->> 'id', present ->> 'user_id', present ->> 'inbox_id')::uuid,
        changed,
        private.request_header('x-request-id'),
        split_part(private.request_header('x-forwarded-for'), ',', 1));
    return null;
end;
$$;

comment on function private.audit is 'Trigger: records what a person changed. What the system does by itself is no entry.';

create trigger accounts_audit
    after update on public.accounts
    for each row execute function private.audit();
create trigger account_users_audit
    after insert or update or delete on public.account_users
    for each row execute function private.audit();
create trigger custom_roles_audit
    after insert or update or delete on public.custom_roles
    for each row execute function private.audit();
create trigger invitations_audit
    after insert or delete on public.invitations
    for each row execute function private.audit();
create trigger inboxes_audit
    after insert or update or delete on public.inboxes
    for each row execute function private.audit();
create trigger channel_web_widgets_audit
    after update on public.channel_web_widgets
    for each row execute function private.audit();
create trigger channel_apis_audit
    after update on public.channel_apis
    for each row execute function private.audit();
create trigger inbox_members_audit
    after insert or delete on public.inbox_members
    for each row execute function private.audit();
create trigger teams_audit
    after insert or update or delete on public.teams
    for each row execute function private.audit();
create trigger team_members_audit
    after insert or delete on public.team_members
    for each row execute function private.audit();
create trigger working_hours_audit
    after update on public.working_hours
    for each row execute function private.audit();
create trigger conversations_audit
    after delete on public.conversations
    for each row execute function private.audit();

alter table public.audit_log enable row level security;

create policy "administrators read the audit log of their accounts"
    on public.audit_log for select to authenticated
    using (account_id = any ((select private.account_ids('administrator'))::uuid[]));

grant select on public.audit_log to authenticated;
