-- fill: a desk of any size, in bulk. Every id follows from a number, so that a load generator can name any row.
-- The setting bench.conversations says how many; account 1 has half of them, account 2 a tenth of account 1's.

create schema bench;

create function bench.id(p_kind int, p_number bigint) returns uuid
language sql immutable parallel safe
as $$
    select ('019a0000-000' || p_kind || '-7000-8000-' || lpad(to_hex(p_number), 12, '0'))::uuid
$$;

comment on function bench.id is '1 account, 2 user, 3 inbox, 4 contact, 5 contact_inbox, 6 conversation, 7 message.';

create function bench.message_count(p_conversation int) returns int
language sql immutable parallel safe
as $$
    -- A few long threads, many short ones; ten messages each on average.
    select case when hash = 0 then 200 when hash < 10 then 40 else 5 end
    from (values (abs(hashint4extended(p_conversation, 2) % 100))) as draw (hash)
$$;

grant usage on schema bench to authenticated, service_role, postgres;
grant execute on all functions in schema bench to authenticated, service_role, postgres;

-- The small tables are filled as the product fills them, triggers and all.
insert into public.accounts (id, name)
select bench.id(1, n), 'Account ' || n from generate_series(1, 20) as n;
insert into auth.users (id, email, aud, role, raw_user_meta_data)
select bench.id(2, n), 'agent' || n || '@example.com', 'authenticated', 'authenticated',
    jsonb_build_object('name', 'Agent ' || n)
from generate_series(1, 50) as n;
insert into public.inboxes (id, account_id, name, channel_type)
select bench.id(3, n), bench.id(1, (n + 2) / 3), 'Inbox ' || n, 'api' from generate_series(1, 60) as n;
insert into public.account_users (account_id, user_id, role)
select bench.id(1, account), bench.id(2, agent), case agent when 2 then 'administrator' else 'agent' end
from (
    select 1, agent from generate_series(1, 20) as agent
    union all
    select 2, 1
    union all
    select 2 + agent % 19, agent from generate_series(21, 50) as agent
) as member (account, agent);
insert into public.inbox_members (account_id, inbox_id, user_id)
select inbox.account_id, inbox.id, member.user_id
from public.inboxes as inbox
join public.account_users as member on member.account_id = inbox.account_id;

-- The large ones without; what the triggers would have kept is written beside.
set session_replication_role = replica;

-- The word indexes are made in one go at the end, which takes a fraction of the time.
create temp table word_index as select pg_get_indexdef('public.messages_search_idx'::regclass) as definition;
drop index public.messages_search_idx;

create unlogged table bench.conversations as
select n, account, bench.id(1, account) as account_id,
    bench.id(3, (account - 1) * 3 + 1 + n / 20 % 3) as inbox_id,
    case when hash < 15 then 'open' when hash < 20 then 'pending' when hash < 22 then 'snoozed' else 'resolved' end
        as status,
    case when account > 2 or spread % 3 = 0 then null when account = 2 then 1 else 1 + spread % 20 end as agent,
    case when hash < 15 then spread % 3 else 0 end as unread,
    bench.message_count(n) as messages,
    now() - interval '1 day' - (total - n) * (interval '90 days' / total) as created_at
from (
    select n, total, abs(hashint4extended(n, 1) % 100) as hash, abs(hashint4extended(n, 3) % 1000) as spread,
        case when n % 2 = 0 then 1 when n % 20 = 1 then 2 else 3 + n / 2 % 18 end as account
    from (select current_setting('bench.conversations')::int) as size (total),
        generate_series(1, total) as n
) as draw;

insert into public.contacts (id, account_id, name, email, contact_type, identified)
select bench.id(4, n), account_id, 'Contact ' || n, 'contact' || n || '@example.com', 'lead', 'claimed'
from bench.conversations order by n;
insert into public.contact_inboxes (id, account_id, contact_id, inbox_id, source_id)
select bench.id(5, n), account_id, bench.id(4, n), inbox_id, 'source ' || n
from bench.conversations order by n;
insert into public.conversations (
    id, account_id, inbox_id, contact_id, contact_inbox_id, display_id, status, assignee_id, waiting_since,
    last_activity_at, last_seq, last_visitor_seq, unread_count, preview, created_at)
select bench.id(6, n), account_id, inbox_id, bench.id(4, n), bench.id(5, n), n, status, bench.id(2, agent),
    case when unread > 0 then created_at end, created_at + messages * interval '1 minute',
    messages, messages - messages / 10, unread,
    jsonb_build_object(
        'content', 'The last words of conversation ' || n, 'message_type', 'incoming', 'private', false,
        'sender_name', 'Contact ' || n, 'created_at', created_at + messages * interval '1 minute'),
    created_at
from bench.conversations order by n;
insert into public.messages (
    id, account_id, conversation_id, inbox_id, seq, updated_seq, visitor_seq, message_type, content, private,
    sender_user_id, sender_contact_id, created_at)
select bench.id(7, n::bigint * 256 + seq), account_id, bench.id(6, n), inbox_id, seq, seq,
    case when seq % 10 > 0 then seq - seq / 10 end,
    case when seq % 2 = 1 then 'incoming' else 'outgoing' end,
    rpad('', 60 + (n + seq) % 160, 'message ' || seq || ' of conversation ' || n || ' '), seq % 10 = 0,
    case when seq % 2 = 0 then bench.id(2, coalesce(agent, 1)) end,
    case when seq % 2 = 1 then bench.id(4, n) end,
    created_at + seq * interval '1 minute'
from bench.conversations, generate_series(1, messages) as seq
order by created_at + seq * interval '1 minute';
insert into private.conversation_counters (account_id, inbox_id, status, assignee_id, slot, total, unread)
select account_id, inbox_id, status, coalesce(bench.id(2, agent), '00000000-0000-0000-0000-000000000000'),
    n % 8, count(*), count(*) filter (where unread > 0)
from bench.conversations
group by 1, 2, 3, 4, 5;
select setval('private.' || private.conversation_sequence(bench.id(1, account)), max(n))
from bench.conversations group by account;

insert into naive.account_users (account_id, user_id, role)
select account_id, user_id, role from public.account_users;
insert into naive.users select id, name, email from public.users;
insert into naive.inboxes select id, account_id, name from public.inboxes;
-- Random ids, as that design has them; md5 makes the same one of the same number.
insert into naive.contacts select md5('contact' || n)::uuid, account_id, 'Contact ' || n, 'contact' || n || '@example.com'
from bench.conversations order by n;
insert into naive.conversations
select md5('conversation' || n)::uuid, account_id, inbox_id, md5('contact' || n)::uuid, bench.id(2, agent), n,
    status, created_at + messages * interval '1 minute', created_at
from bench.conversations order by n;
insert into naive.messages (account_id, conversation_id, message_type, content, private, sender_id, created_at)
select account_id, md5('conversation' || n)::uuid,
    case when seq % 2 = 1 then 'incoming' else 'outgoing' end,
    rpad('', 60 + (n + seq) % 160, 'message ' || seq || ' of conversation ' || n || ' '), seq % 10 = 0,
    case when seq % 2 = 0 then bench.id(2, coalesce(agent, 1)) end,
    created_at + seq * interval '1 minute'
from bench.conversations, generate_series(1, messages) as seq
order by created_at + seq * interval '1 minute';

do $$
begin
    execute (select definition from word_index);
end;
$$;
create index on naive.messages using gin (to_tsvector('english', content));

set session_replication_role = origin;
