-- naive: the desk as one would write it first, pinned here to be measured against. Random ids, one index per
-- column, an account-wide policy, MAX() + 1 for numbers, pg_notify of whole rows. Filled from the same data.

create schema naive;

create table naive.account_users (
    id uuid primary key default gen_random_uuid(),
    account_id uuid not null,
    user_id uuid not null,
    role text not null
);
create index on naive.account_users (account_id);
create index on naive.account_users (user_id);

create table naive.users (id uuid primary key default gen_random_uuid(), name text not null, email text not null);

create table naive.inboxes (
    id uuid primary key default gen_random_uuid(), account_id uuid not null, name text not null
);

create table naive.contacts (
    id uuid primary key default gen_random_uuid(),
    account_id uuid not null,
    name text not null,
    email text
);
create index on naive.contacts (account_id);

create table naive.conversations (
    id uuid primary key default gen_random_uuid(),
    account_id uuid not null,
    inbox_id uuid not null references naive.inboxes (id),
    contact_id uuid not null references naive.contacts (id),
    assignee_id uuid references naive.users (id),
    display_id bigint,  -- by the trigger
    status text not null default 'open',
    last_activity_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    unique (account_id, display_id)
);
create index on naive.conversations (account_id);
create index on naive.conversations (inbox_id);
create index on naive.conversations (contact_id);
create index on naive.conversations (assignee_id);
create index on naive.conversations (status);
create index on naive.conversations (last_activity_at);

create table naive.messages (
    id uuid primary key default gen_random_uuid(),
    account_id uuid not null,
    conversation_id uuid not null references naive.conversations (id),
    message_type text not null default 'outgoing',
    content text not null,
    private boolean not null default false,
    sender_id uuid references naive.users (id),
    created_at timestamptz not null default now()
);
create index on naive.messages (account_id);
create index on naive.messages (conversation_id);
create index on naive.messages (created_at);

create table naive.jobs (
    id bigint generated always as identity primary key,
    kind text not null,
    payload jsonb not null,
    status text not null default 'queued',
    created_at timestamptz not null default now()
);
create index on naive.jobs (status);

-- A provider's request, kept as it came.
create table naive.webhooks (
    id bigint generated always as identity primary key,
    inbox_id uuid not null,
    event_key text not null,
    body text not null,
    created_at timestamptz not null default now()
);
create index on naive.webhooks (inbox_id);
create index on naive.webhooks (event_key);

-- What an insert costs at least: one row, one index.
create table naive.bare (id uuid primary key default gen_random_uuid(), content text not null);

create function naive.number_conversation() returns trigger language plpgsql as $$
begin
    new.display_id := (
        select coalesce(max(display_id), 0) + 1 from naive.conversations where account_id = new.account_id);
    return new;
end;
$$;
create trigger number before insert on naive.conversations
    for each row when (new.display_id is null) execute function naive.number_conversation();

create function naive.tell_message() returns trigger language plpgsql as $$
begin
    update naive.conversations set last_activity_at = now() where id = new.conversation_id;
    perform pg_notify('new_message', row_to_json(new)::text);
    return null;
end;
$$;
create trigger tell after insert on naive.messages
    for each row execute function naive.tell_message();

-- Lets a load generator go on after a number was taken by someone else; the rows that exist say how often.
create function naive.try_create(p_account_id uuid, p_inbox_id uuid, p_contact_id uuid)
returns boolean language plpgsql as $$
begin
    insert into naive.conversations (account_id, inbox_id, contact_id)
    values (p_account_id, p_inbox_id, p_contact_id);
    return true;
exception when unique_violation then
    return false;
end;
$$;

create function naive.take_job() returns bigint language sql as $$
    update naive.jobs set status = 'running'
    where id = (
        select id from naive.jobs where status = 'queued' order by id limit 1 for update skip locked)
    returning id
$$;

alter table naive.users enable row level security;
alter table naive.inboxes enable row level security;
alter table naive.contacts enable row level security;
alter table naive.conversations enable row level security;
alter table naive.messages enable row level security;
create policy everyone on naive.users for select to authenticated using (true);
create policy members on naive.inboxes to authenticated
    using (account_id in (select account_id from naive.account_users where user_id = auth.uid()));
create policy members on naive.contacts to authenticated
    using (account_id in (select account_id from naive.account_users where user_id = auth.uid()));
create policy members on naive.conversations to authenticated
    using (account_id in (select account_id from naive.account_users where user_id = auth.uid()));
create policy members on naive.messages to authenticated
    using (account_id in (select account_id from naive.account_users where user_id = auth.uid()));

grant usage on schema naive to authenticated, service_role, postgres;
grant all on all tables in schema naive to authenticated, service_role, postgres;
grant execute on all functions in schema naive to authenticated, service_role, postgres;
