-- auto_resolve: conversations in which nothing happens any more are resolved, where an account wants that.

create function private.auto_resolve(p_conversation public.conversations, p_settings jsonb, p_after int)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    farewell constant text := btrim(coalesce(p_settings ->> 'auto_resolve_message', ''));
    label constant text := btrim(coalesce(p_settings ->> 'auto_resolve_label', ''));
    hours constant int := private.reply_window_hours(p_conversation);
begin
    if farewell <> '' then
        if hours is null
            or private.last_incoming_at(p_conversation.id) + make_interval(hours => hours) > now()
        then
            insert into public.messages (conversation_id, message_type, content, status)
            values (p_conversation.id, 'template', farewell, private.initial_status(p_conversation.inbox_id));
        else
            perform private.write_activity(p_conversation, 'auto_resolve.message_not_sent', '{}');
        end if;
    end if;
    update public.conversations
    set status = 'resolved',
        labels = case
            when label <> '' and not label = any (labels) and exists (
                select from public.labels as known
                where known.account_id = p_conversation.account_id and known.title = label)
            then labels || label else labels end
    where id = p_conversation.id;
    perform private.write_activity(
        p_conversation,
        'status.auto_resolved.' || case when p_after % 1440 = 0 then 'days' when p_after % 60 = 0 then 'hours' else 'minutes' end,
        jsonb_build_object('count', p_after / case when p_after % 1440 = 0 then 1440 when p_after % 60 = 0 then 60 else 1 end));
end;
$$;

comment on function private.auto_resolve is
    'Resolves one idle conversation: a last message where one may still write, a label that the account has, a line in the thread.';

create function service.auto_resolve_conversations()
returns int
language plpgsql security definer set search_path = ''
as $$
declare
    account record;
    conversation public.conversations;
    resolved int := 0;
begin
    for account in
        select id, settings, (settings ->> 'auto_resolve_after')::int as after
        from public.accounts
        where status = 'active' and settings ->> 'auto_resolve_after' ~ '^[1-9][0-9]{0,6}$'
        order by id
    loop
        for conversation in
            select *
            from public.conversations
            where account_id = account.id
                and status = 'open'
                and last_activity_at < now() - make_interval(mins => account.after)
                and (
                    waiting_since is null
                    or not coalesce((account.settings ->> 'auto_resolve_ignore_waiting')::boolean, false))
            order by last_activity_at
            limit 100
            -- Another worker's are left to it, and one that is being written to is no longer idle.
            for no key update skip locked
        loop
            perform private.auto_resolve(conversation, account.settings, account.after);
            resolved := resolved + 1;
        end loop;
    end loop;
    return resolved;
end;
$$;

comment on function service.auto_resolve_conversations is
    'Resolves what was idle for as long as its account says (settings auto_resolve_*); at most 100 conversations of an account a call.';
