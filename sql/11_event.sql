-- event: what happened, as rows written in the transaction in which it happened.

create table private.events (
    id bigint generated always as identity primary key,
    account_id uuid not null references public.accounts (id) on delete cascade,
    name text not null,
    conversation_id uuid,
    payload jsonb not null default '{}',
    actor jsonb not null default '{}',
    created_at timestamptz not null default now(),
    constraint events_name_check check (name ~ '^[a-z_]+\.[a-z_]+$')
);

comment on table private.events is
    'The outbox that automation, webhooks and reports read. Names are noun.verb, for example message.created.';
comment on column private.events.payload is 'Ids and changed attributes only; readers fetch the rows themselves.';
comment on column private.events.actor is 'Who did it: {"type": "user" | "contact" | "system", "id"}.';

create index events_account_id_id_idx on private.events (account_id, id);
create index events_created_at_idx on private.events using brin (created_at);

create function private.actor()
returns jsonb
language sql stable set search_path = ''
as $$
    select case current_setting('role', true)
        when 'authenticated' then jsonb_build_object('type', 'user', 'id', auth.uid())
        when 'visitor' then jsonb_build_object('type', 'contact', 'id', auth.jwt() ->> 'contact_id')
        else jsonb_build_object('type', 'system', 'id', null)
    end
$$;

comment on function private.actor is
    'Who acts in this transaction. Decided by the database role the caller holds, not by what a token says.';

create function private.record_event(p_account_id uuid, p_name text, p_conversation_id uuid, p_payload jsonb)
returns void
language plpgsql set search_path = ''
as $$
begin
    insert into private.events (account_id, name, conversation_id, payload, actor)
    values (p_account_id, p_name, p_conversation_id, p_payload, private.actor());
end;
$$;

comment on function private.record_event is 'Writes one event in the caller''s transaction.';
