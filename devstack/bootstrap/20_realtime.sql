-- realtime: what user SQL may rely on of Supabase Realtime. The server reads realtime.messages and the
-- publication supabase_realtime out of the write-ahead log; nothing here talks to it.

create table realtime.messages (
    topic text not null,
    extension text not null,
    payload jsonb,
    event text,
    private boolean default false,
    updated_at timestamp not null default timezone('utc', now()),
    inserted_at timestamp not null default timezone('utc', now()),
    id uuid not null default gen_random_uuid(),
    binary_payload bytea,
    constraint messages_pkey primary key (id, inserted_at)
) partition by range (inserted_at);

comment on table realtime.messages is
    'Broadcasts sent from the database, kept for three days; its policies say who may join a private channel.';
comment on column realtime.messages.topic is 'The name of the channel, without the prefix realtime:.';
comment on column realtime.messages.extension is
    'What a policy is asked about: broadcast or presence. Broadcasts are stored as broadcast.';

-- The server makes a partition for each day ahead of time; a day it missed still has somewhere to go.
create table realtime.messages_default partition of realtime.messages default;

create index messages_inserted_at_topic_index
    on realtime.messages (inserted_at desc, topic)
    where extension = 'broadcast' and private is true;

create function realtime.topic()
returns text
language sql stable
as $$
    select nullif(current_setting('realtime.topic', true), '')
$$;

comment on function realtime.topic is 'The channel a policy on realtime.messages is asked about.';

-- Neither definer rights nor a search_path of their own, as upstream: the caller's INSERT policy decides, and
-- functions named in that policy run as they would for the caller.
create function realtime.send(payload jsonb, event text, topic text, private boolean default true)
returns void
language plpgsql
as $$
declare
    message_id uuid := gen_random_uuid();
begin
    perform set_config('realtime.topic', send.topic, true);
    insert into realtime.messages (id, topic, extension, event, private, payload)
    values (
        message_id, send.topic, 'broadcast', send.event, send.private,
        case
            when send.payload ? 'id' then send.payload
            else jsonb_set(send.payload, '{id}', to_jsonb(message_id))
        end);
exception when others then
    raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
end;
$$;

comment on function realtime.send is
    'Broadcasts a JSON object to a channel when the transaction commits; warns, and never raises, when it cannot.';

create function realtime.send_binary(payload bytea, event text, topic text, private boolean default true)
returns void
language plpgsql
as $$
begin
    perform set_config('realtime.topic', send_binary.topic, true);
    insert into realtime.messages (topic, extension, event, private, binary_payload)
    values (send_binary.topic, 'broadcast', send_binary.event, send_binary.private, send_binary.payload);
exception when others then
    raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
end;
$$;

comment on function realtime.send_binary is
    'Broadcasts bytes to a channel when the transaction commits; only sockets of protocol 2.0.0 hear them.';

create function realtime.broadcast_changes(
    topic_name text,
    event_name text,
    operation text,
    table_name text,
    table_schema text,
    new record,
    old record,
    level text default 'ROW'
)
returns void
language plpgsql
as $$
begin
    if level = 'STATEMENT' then
        raise exception 'function can only be triggered for each row, not for each statement';
    end if;
    if operation not in ('INSERT', 'UPDATE', 'DELETE') then
        raise exception 'Unexpected operation type: %', operation;
    end if;
    perform realtime.send(
        jsonb_build_object(
            'old_record', old, 'record', new, 'operation', operation,
            'table', table_name, 'schema', table_schema),
        event_name, topic_name);
end;
$$;

comment on function realtime.broadcast_changes is
    'For row triggers: broadcasts what happened to a row to a private channel.';

alter table realtime.messages enable row level security;

alter table realtime.messages owner to supabase_realtime_admin;
alter table realtime.messages_default owner to supabase_realtime_admin;
alter function realtime.topic() owner to supabase_realtime_admin;
alter function realtime.send(jsonb, text, text, boolean) owner to supabase_realtime_admin;
alter function realtime.send_binary(bytea, text, text, boolean) owner to supabase_realtime_admin;
alter function realtime.broadcast_changes(text, text, text, text, text, record, record, text)
    owner to supabase_realtime_admin;

grant select, insert, update on realtime.messages to anon, authenticated, service_role;

-- Through the root, so that the server meets one table name whatever the day.
create publication supabase_realtime_messages_publication
    for table realtime.messages
    with (publish = 'insert', publish_via_partition_root = true);

create publication supabase_realtime with (publish_generated_columns = stored);
alter publication supabase_realtime owner to postgres;
