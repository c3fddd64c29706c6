-- mailbox: e-mail inboxes that we read by IMAP: when each is visited next, and how far it was read.

create table private.mailboxes (
    account_id uuid not null,
    inbox_id uuid not null,
    cursor jsonb not null default '{}',
    visit bigint not null default 0,
    next_visit_at timestamptz not null default now(),
    failures int not null default 0,
    refusals int not null default 0,
    error text,
    constraint mailboxes_pkey primary key (inbox_id),
    constraint mailboxes_inbox_fkey foreign key (account_id, inbox_id)
        references public.inboxes (account_id, id) on delete cascade,
    constraint mailboxes_cursor_check check (jsonb_typeof(cursor) = 'object' and octet_length(cursor::text) <= 65536),
    constraint mailboxes_error_check check (char_length(error) <= 1000)
);

comment on table private.mailboxes is 'How far each mailbox was read, and when it is visited next.';
comment on column private.mailboxes.cursor is '{uidvalidity, last_uid, visited_at, pending: {uid: strikes}}; see backend/channels/mail/imap.py.';
comment on column private.mailboxes.visit is 'Counts visits: whoever writes back must name the present one.';
comment on column private.mailboxes.failures is 'Visits in a row that came to nothing; each makes the wait for the next one longer.';
comment on column private.mailboxes.refusals is 'Logins in a row that were refused; the third asks an administrator to sign in again.';

create index mailboxes_account_id_inbox_id_idx on private.mailboxes (account_id, inbox_id);
create index mailboxes_next_visit_at_idx on private.mailboxes (next_visit_at);

create function private.follow_mailbox()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if coalesce(new.settings ->> 'imap_host', '') = '' then
        delete from private.mailboxes where inbox_id = new.inbox_id;
        return null;
    end if;
    insert into private.mailboxes (account_id, inbox_id) values (new.account_id, new.inbox_id)
    on conflict (inbox_id) do update
    set visit = mailboxes.visit + 1,
        failures = 0,
        refusals = 0,
        error = null,
        next_visit_at = least(mailboxes.next_visit_at, now()),
        -- Another server counts its mails in its own way: since the last visit, by date.
        cursor = case
            when tg_op = 'UPDATE' and (old.settings -> 'imap_host', old.settings -> 'imap_user')
                is distinct from (new.settings -> 'imap_host', new.settings -> 'imap_user')
            then mailboxes.cursor - '{uidvalidity,last_uid,pending}'::text[]
            else mailboxes.cursor end;
    return null;
end;
$$;

comment on function private.follow_mailbox is 'Trigger: an inbox with an IMAP server has a mailbox to visit, at once when it was (re)connected.';

create trigger channel_connections_follow_mailbox
    after insert on public.channel_connections
    for each row
    when (new.channel_type = 'email')
    execute function private.follow_mailbox();

create trigger channel_connections_follow_mailbox_change
    after update of settings, state on public.channel_connections
    for each row
    when (new.channel_type = 'email' and new.state = 'connected'
        and ((old.settings - 'news') is distinct from (new.settings - 'news') or old.state <> 'connected'))
    execute function private.follow_mailbox();

create function service.poll_mailboxes()
returns int
language sql security definer set search_path = ''
as $$
    with due as (
        select mailbox.inbox_id, mailbox.account_id
        from private.mailboxes as mailbox
        join public.channel_connections as connection on connection.inbox_id = mailbox.inbox_id
        join public.inboxes as inbox on inbox.id = mailbox.inbox_id
        join public.accounts as account on account.id = mailbox.account_id
        where mailbox.next_visit_at <= now()
            and connection.state = 'connected'
            and inbox.deleted_at is null
            and account.status = 'active'
            -- One at a time: a visit that still goes on is not overtaken by another one.
            and not exists (
                select from private.jobs as job
                where job.lock = 'mailbox:' || mailbox.inbox_id and job.status in ('queued', 'running'))
        order by mailbox.next_visit_at
        limit 500
        for update of mailbox skip locked
    ),
    taken as (
        -- The visit itself says when the next one is; this is for one that never reports back.
        update private.mailboxes as mailbox
        set next_visit_at = now() + interval '10 minutes'
        from due
        where mailbox.inbox_id = due.inbox_id
        returning mailbox.inbox_id, mailbox.account_id
    ),
    asked as materialized (
        select private.enqueue(
            'visit_mailbox', jsonb_build_object('inbox_id', taken.inbox_id), taken.account_id, 'mailbox:' || taken.inbox_id)
        from taken
    )
    select count(*)::int from asked
$$;

comment on function service.poll_mailboxes is 'Asks for a visit to each mailbox whose time has come, 500 a call; returns how many.';

create function service.begin_visit(p_inbox_id uuid)
returns jsonb
language sql security definer set search_path = ''
as $$
    update private.mailboxes as mailbox
    set visit = mailbox.visit + 1
    from public.channel_connections as connection, public.accounts as account
    where mailbox.inbox_id = p_inbox_id
        and connection.inbox_id = mailbox.inbox_id
        and connection.state = 'connected'
        and account.id = mailbox.account_id
        and account.status = 'active'
    returning jsonb_build_object('visit', mailbox.visit, 'cursor', mailbox.cursor)
$$;

comment on function service.begin_visit is
    'Opens a visit: {visit, cursor}; what an earlier one still writes is refused. Null when the mailbox is not to be visited.';

create function private.present_visit(p_inbox_id uuid, p_visit bigint)
returns private.mailboxes
language plpgsql security definer set search_path = ''
as $$
declare
    mailbox private.mailboxes;
begin
    select * into mailbox from private.mailboxes where inbox_id = p_inbox_id for no key update;
    if mailbox.visit is distinct from p_visit then
        perform private.fail(409, 'visit_lost', 'Somebody else reads this mailbox now.');
    end if;
    return mailbox;
end;
$$;

comment on function private.present_visit is 'The mailbox, locked, if this visit is the present one. Fails with visit_lost.';

create function service.record_mail(
    p_inbox_id uuid, p_visit bigint, p_event_key text, p_request jsonb, p_body text, p_cursor jsonb, p_poison text default null
)
returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
    recorded boolean;
begin
    perform private.present_visit(p_inbox_id, p_visit);
    update private.mailboxes set cursor = p_cursor where inbox_id = p_inbox_id;
    recorded := service.record_provider_event(p_inbox_id, p_event_key, p_request, p_body);
    if recorded and p_poison is not null then
        update private.provider_events
        set status = 'quarantined', error = left(p_poison, 2000), processed_at = now()
        where inbox_id = p_inbox_id and event_key = left(p_event_key, 200);
    end if;
    return recorded;
end;
$$;

comment on function service.record_mail is
    'Keeps a mail and the cursor behind it, both or neither. With p_poison it is put aside, with what could be had of it. False when
     it was there already. Fails with visit_lost, inbox_not_found.';

create function service.end_visit(
    p_inbox_id uuid,
    p_visit bigint,
    p_cursor jsonb default null,
    p_more boolean default false,
    p_category text default null,
    p_text text default null
)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    mailbox private.mailboxes := private.present_visit(p_inbox_id, p_visit);
begin
    mailbox.failures := case when p_category is null then 0 else mailbox.failures + 1 end;
    mailbox.refusals := case when p_category = 'auth' then mailbox.refusals + 1 when p_category is null then 0 else mailbox.refusals end;
    update private.mailboxes
    set cursor = coalesce(p_cursor, cursor),
        failures = mailbox.failures,
        refusals = mailbox.refusals,
        error = left(p_text, 1000),
        -- A minute, or at once when there is more; after failures twice as long each time, up to half an hour.
        next_visit_at = now() + case
            when p_category is null and p_more then interval '0'
            when p_category is null then interval '1 minute'
            else least(interval '1 minute' * power(2, least(mailbox.failures, 10) - 1), interval '30 minutes')
                * (0.75 + random() / 4) end
    where inbox_id = p_inbox_id;
    if mailbox.refusals >= 3 then
        perform service.set_connection_state(p_inbox_id, 'reauthorization_required', p_text);
    else
        -- Administrators see what is wrong before it is for them to mend it.
        update public.channel_connections
        set state_reason = left(p_text, 1000)
        where inbox_id = p_inbox_id and state = 'connected' and state_reason is distinct from left(p_text, 1000);
    end if;
end;
$$;

comment on function service.end_visit is
    'Ends a visit: the cursor, and when the next one is. Three refused logins in a row (auth) wait for an administrator; everything
     else is tried again later and later. Fails with visit_lost.';
