-- connection: proving that an inbox works. The service asks the provider; here is who may have it asked, and what came of it.

create function private.begin_channel_action(p_inbox_id uuid, p_action text)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    inbox constant public.inboxes := private.administered_inbox(p_inbox_id);
begin
    if p_action is null or p_action not in ('check', 'webhook', 'test') then
        perform private.fail(400, 'invalid_argument', 'The action is check, webhook or test.');
    end if;
    if not exists (select from public.channel_connections where inbox_id = p_inbox_id) then
        perform private.fail(409, 'inbox_not_connected', 'This inbox is not connected to a provider.');
    end if;
    if p_action = 'test' then
        -- By account: it is a message to whomever one names.
        perform private.take('channel-test:' || inbox.account_id, 10, 20.0 / 3600);
    else
        perform private.take('channel-' || p_action || ':' || p_inbox_id, 10, 10.0 / 60);
    end if;
end;
$$;

comment on function private.begin_channel_action is 'See public.begin_channel_action.';
grant execute on function private.begin_channel_action to authenticated;

create function public.begin_channel_action(p_inbox_id uuid, p_action text)
returns void
language sql set search_path = ''
as $$
    select private.begin_channel_action(p_inbox_id, p_action)
$$;

comment on function public.begin_channel_action is
    'Whether the caller may have the provider of an inbox asked or told something now: check, webhook or test. Administrators only. The service
     calls it (POST /channels/{inbox_id}/…). Fails with inbox_not_found, not_administrator, invalid_argument, inbox_not_connected,
     too_many_requests.';
grant execute on function public.begin_channel_action to authenticated;

create function private.channel_test_recipients(p_inbox_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    inbox constant public.inboxes := private.administered_inbox(p_inbox_id);
    found jsonb;
begin
    select coalesce(jsonb_agg(to_jsonb(latest) order by latest.last_incoming_at desc), '[]')
    into found
    from (
        select distinct on (address.id)
            address.source_id as "to", contact.name, private.last_incoming_at(conversation.id) as last_incoming_at
        from (
            select * from public.conversations
            where account_id = inbox.account_id and inbox_id = p_inbox_id and status in ('open', 'pending')
            order by last_activity_at desc
            limit 20
        ) as conversation
        join public.contact_inboxes as address on address.id = conversation.contact_inbox_id
        join public.contacts as contact on contact.id = conversation.contact_id
        where address.opted_out_at is null
            and private.last_incoming_at(conversation.id)
                > now() - make_interval(hours => coalesce(private.reply_window_hours(conversation), 720))
        order by address.id, last_incoming_at desc
    ) as latest;
    return found;
end;
$$;

comment on function private.channel_test_recipients is 'See public.channel_test_recipients.';
grant execute on function private.channel_test_recipients to authenticated;

create function public.channel_test_recipients(p_inbox_id uuid)
returns jsonb
language sql stable set search_path = ''
as $$
    select private.channel_test_recipients(p_inbox_id)
$$;

comment on function public.channel_test_recipients is
    'Who wrote to the inbox lately and can be answered: [{to, name, last_incoming_at}], 20 at most, for channels where one cannot write to
     whomever one likes. Administrators only. Fails with inbox_not_found, not_administrator.';
grant execute on function public.channel_test_recipients to authenticated;

create function service.channel_test_recipient(p_inbox_id uuid, p_to text)
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select jsonb_build_object(
        'last_incoming_at', private.last_incoming_at(conversation.id),
        'context', private.reply_context(conversation.id))
    from public.contact_inboxes as address
    join public.conversations as conversation
        on conversation.account_id = address.account_id and conversation.contact_inbox_id = address.id
    where address.inbox_id = p_inbox_id and address.source_id = p_to
    order by conversation.id desc
    limit 1
$$;

comment on function service.channel_test_recipient is
    'What an adapter needs to write to somebody who wrote to this inbox: {last_incoming_at, context}. Null for a stranger.';

create function service.record_channel_check(p_inbox_id uuid, p_changed_at timestamptz, p_result jsonb)
returns void
language sql security definer set search_path = ''
as $$
    update public.channel_connections as connection
    set checked_at = now(),
        check_result = p_result,
        state = case
            when p_result ->> 'category' = 'auth' then 'reauthorization_required'
            when (p_result ->> 'ok')::boolean and connection.state = 'reauthorization_required' then 'connected'
            else connection.state end,
        state_reason = case
            when p_result ->> 'category' = 'auth' then left(p_result #>> '{steps,-1,detail}', 1000)
            when (p_result ->> 'ok')::boolean then null
            else connection.state_reason end
    from private.channel_secrets as secret
    where connection.inbox_id = p_inbox_id
        and secret.inbox_id = p_inbox_id
        -- Not about credentials that were replaced while the provider was asked.
        and secret.updated_at = p_changed_at
$$;

comment on function service.record_channel_check is
    'Keeps what the provider said about a connection. Refused credentials hold the inbox until it is reconnected; when all is right,
     what was held goes out.';

create function service.record_channel_test(p_inbox_id uuid)
returns void
language sql security definer set search_path = ''
as $$
    update public.channel_connections set last_sent_at = now() where inbox_id = p_inbox_id
$$;

comment on function service.record_channel_test is 'The provider took a test message.';

create function private.connection_failures(p_inbox_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    inbox constant public.inboxes := private.administered_inbox(p_inbox_id);
    found jsonb;
begin
    select jsonb_build_object(
        'failed', count(*) filter (where lately.status = 'failed'),
        'unknown', count(*) filter (where lately.status = 'unknown'))
    into found
    from (
        select message.status
        from public.messages as message
        where message.account_id = inbox.account_id
            and message.created_at > now() - interval '24 hours'
            and message.inbox_id = p_inbox_id
            and message.status in ('failed', 'unknown')
        limit 1000
    ) as lately;
    return found;
end;
$$;

comment on function private.connection_failures is 'See public.connection_failures.';
grant execute on function private.connection_failures to authenticated;

create function public.connection_failures(p_inbox_id uuid)
returns jsonb
language sql stable set search_path = ''
as $$
    select private.connection_failures(p_inbox_id)
$$;

comment on function public.connection_failures is
    'How many messages of the last 24 hours the provider did not take (failed) or may not have taken (unknown): {failed, unknown}, counted up
     to 1000. Administrators only. Fails with inbox_not_found, not_administrator.';
grant execute on function public.connection_failures to authenticated;
