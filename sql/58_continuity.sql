-- continuity: mail to website visitors who left before the answer came, and what they answer to it.

create table private.continuity (
    account_id uuid not null,
    conversation_id uuid not null,
    since timestamptz,
    mailed_seq bigint not null default 0,
    constraint continuity_pkey primary key (conversation_id),
    constraint continuity_conversation_fkey foreign key (account_id, conversation_id)
        references public.conversations (account_id, id) on delete cascade
);

comment on table private.continuity is 'Which conversations wait for a digest by mail, and how far the last one went.';
comment on column private.continuity.since is 'When the message was written that asked for the next digest; null while none is asked for.';
comment on column private.continuity.mailed_seq is 'The last message that was mailed: no digest repeats it as new.';

create index continuity_account_id_conversation_id_idx on private.continuity (account_id, conversation_id);

create function private.ask_for_digest()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if not exists (
        select
        from public.channel_web_widgets as widget
        join public.conversations as conversation on conversation.id = new.conversation_id
        join public.contacts as contact on contact.id = conversation.contact_id
        where widget.inbox_id = new.inbox_id and widget.continuity_via_email and contact.email is not null and not contact.blocked)
    then
        return null;
    end if;
    insert into private.continuity as known (account_id, conversation_id, since)
    values (new.account_id, new.conversation_id, new.created_at)
    on conflict (conversation_id) do update set since = excluded.since where known.since is null;
    if found then
        perform private.enqueue(
            'send_digest', jsonb_build_object('conversation_id', new.conversation_id, 'since', new.created_at), new.account_id,
            'digest:' || new.conversation_id, p_run_at => now() + interval '2 minutes');
    end if;
    return null;
end;
$$;

comment on function private.ask_for_digest is
    'Trigger: two minutes after a public answer its visitor may get it by mail; answers until then go along.';

create trigger messages_ask_for_digest
    after insert on public.messages
    for each row
    when (not new.private and (
        new.message_type = 'outgoing' or (new.message_type = 'template' and new.content_type in ('text', 'input_csat'))))
    execute function private.ask_for_digest();

create function private.reply_secret(p_inbox_id uuid)
returns text
language sql security definer set search_path = ''
as $$
    insert into private.channel_secrets as kept (account_id, inbox_id, secrets)
    select inbox.account_id, inbox.id, jsonb_build_object('reply_token', private.random_secret())
    from public.inboxes as inbox
    where inbox.id = p_inbox_id
    on conflict (inbox_id) do update set secrets = excluded.secrets || kept.secrets
    returning secrets ->> 'reply_token'
$$;

comment on function private.reply_secret is 'What signs an inbox''s reply addresses; made when it is first needed.';

create function service.website_by_mail(p_inbox_id uuid default null, p_conversation_id uuid default null)
returns jsonb
language sql security definer set search_path = ''
as $$
    select jsonb_build_object(
        'inbox_id', inbox.id,
        'account_id', inbox.account_id,
        'active', account.status = 'active',
        'reply_token', private.reply_secret(inbox.id))
    from public.inboxes as inbox
    join public.accounts as account on account.id = inbox.account_id
    where inbox.channel_type = 'web_widget'
        and inbox.deleted_at is null
        and inbox.id = coalesce(
            p_inbox_id, (select conversation.inbox_id from public.conversations as conversation where conversation.id = p_conversation_id))
$$;

comment on function service.website_by_mail is
    'A website inbox, by its id or a conversation''s, as the way in for answers to its digests: {inbox_id, account_id, active, reply_token}.';

create function private.answered_conversation(p_inbox public.inboxes, p_message jsonb)
returns public.conversations
language sql stable security definer set search_path = ''
as $$
    select conversation.*
    from jsonb_array_elements(coalesce(nullif(p_message #> '{content_attributes,email,threads}', 'null'), '[]'))
        with ordinality as claim (thread, position)
    join public.conversations as conversation on conversation.id::text = claim.thread ->> 'value'
    where claim.thread ->> 'kind' = 'conversation'
        -- Only what we signed: a visitor may be known for sure, and a sender''s name is only a claim.
        and (claim.thread ->> 'proven')::boolean
        and conversation.inbox_id = p_inbox.id
    order by claim.position
    limit 1
$$;

comment on function private.answered_conversation is 'The website conversation whose reply address, signed by us, a mail was sent to.';

create function service.take_digest(p_conversation_id uuid, p_since timestamptz)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    conversation public.conversations;
    window_row private.continuity;
    first_at timestamptz;
begin
    select * into window_row from private.continuity where conversation_id = p_conversation_id for update;
    if window_row.conversation_id is null then
        return null;
    end if;
    -- What is written from now on asks for a digest of its own.
    update private.continuity set since = null where conversation_id = p_conversation_id and since <= p_since;
    select * into conversation from public.conversations where id = p_conversation_id;
    select min(message.created_at) into first_at
    from public.messages as message
    where message.conversation_id = p_conversation_id and message.seq > window_row.mailed_seq
        and message.message_type in ('outgoing', 'template') and not message.private and message.created_at >= p_since;
    if first_at is null or conversation.visitor_unread_count = 0 then
        return null;
    end if;
    return (
        select jsonb_build_object(
            'account_id', conversation.account_id,
            'locale', account.locale,
            'business_name', coalesce(nullif(inbox.business_name, ''), inbox.name),
            'enabled', widget.continuity_via_email and account.status = 'active' and inbox.deleted_at is null,
            'email', contact.email,
            'blocked', contact.blocked,
            'opted_out', address.opted_out_at is not null,
            'last_seen_at', conversation.contact_last_seen_at,
            'since', first_at,
            'reply_token', private.reply_secret(inbox.id),
            'messages', coalesce((
                select jsonb_agg(jsonb_build_object(
                    'id', said.id,
                    'seq', said.seq,
                    'message_type', said.message_type,
                    'content_type', said.content_type,
                    'content', said.content,
                    'created_at', said.created_at,
                    'deleted', said.deleted_at is not null,
                    'author', case when said.message_type = 'incoming' then contact.name
                        else coalesce(private.message_sender(said) ->> 'name', inbox.name) end,
                    'attachments', coalesce((
                        select jsonb_agg(file.file_name order by file.created_at, file.id)
                        from public.attachments as file
                        where file.account_id = said.account_id and file.conversation_id = said.conversation_id
                            and file.message_id = said.id and file.file_name is not null), '[]')) order by said.seq)
                from (
                    select * from public.messages as message
                    where message.conversation_id = p_conversation_id and not message.private and message.message_type <> 'activity'
                    order by message.seq desc
                    limit 100
                ) as said), '[]'))
        from public.inboxes as inbox
        join public.accounts as account on account.id = inbox.account_id
        join public.channel_web_widgets as widget on widget.inbox_id = inbox.id
        join public.contacts as contact on contact.id = conversation.contact_id
        join public.contact_inboxes as address on address.id = conversation.contact_inbox_id
        where inbox.id = conversation.inbox_id);
end;
$$;

comment on function service.take_digest is
    'Closes the window that this message opened, and returns what a digest needs; null when the visitor saw it all, or it was mailed.';

create function service.digest_sent(p_conversation_id uuid, p_seq bigint)
returns void
language sql security definer set search_path = ''
as $$
    update private.continuity set mailed_seq = greatest(mailed_seq, p_seq) where conversation_id = p_conversation_id
$$;

comment on function service.digest_sent is 'Notes how far the digest went.';
