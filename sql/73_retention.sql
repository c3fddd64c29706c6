-- retention: how long what nobody needs any more is kept. Timed chores (workers/schedule.py) call these, a batch at a time;
-- docs/queue.md has the list. What goes sooner is removed where it is made: jobs, sessions, uploads, providers' requests.

create function service.purge_events(p_older_than interval default '90 days', p_limit int default 10000)
returns int
language sql security definer set search_path = ''
as $$
    with purged as (
        delete from private.events
        where id in (
            select oldest.id
            -- The table is in the order of time: only its beginning is read, and nothing when there is nothing to do.
            from (select id, created_at from private.events order by id limit p_limit) as oldest
            where oldest.created_at < now() - p_older_than)
        returning 1
    )
    select count(*)::int from purged
$$;

comment on function service.purge_events is 'Removes the oldest events, p_limit a call, and returns how many.';

create function service.purge_notifications(p_older_than interval default '90 days', p_limit int default 10000)
returns int
language sql security definer set search_path = ''
as $$
    with purged as (
        delete from public.notifications
        where id in (
            select id
            from public.notifications
            -- Ids begin with the time of the first writing, which is never later than that of the last.
            where id < private.uuid_v7(now() - p_older_than) and created_at < now() - p_older_than
            order by id
            limit p_limit)
        returning 1
    )
    select count(*)::int from purged
$$;

comment on function service.purge_notifications is 'Removes notifications that were written long ago, read or not, p_limit a call.';

create function service.purge_audit_log(p_older_than interval default '2 years', p_limit int default 10000)
returns int
language sql security definer set search_path = ''
as $$
    with purged as (
        delete from public.audit_log
        where id in (
            select id from public.audit_log where id < private.uuid_v7(now() - p_older_than) order by id limit p_limit)
        returning 1
    )
    select count(*)::int from purged
$$;

comment on function service.purge_audit_log is 'Removes entries of the audit log that are very old, p_limit a call.';

create function service.purge_dead_letters(p_older_than interval default '90 days', p_limit int default 10000)
returns int
language sql security definer set search_path = ''
as $$
    with jobs as (
        delete from private.jobs
        where id in (
            select id from private.jobs where status = 'dead' and finished_at < now() - p_older_than order by id limit p_limit)
        returning 1
    ),
    requests as (
        delete from private.provider_events
        where id in (
            select id from private.provider_events
            where status = 'quarantined' and processed_at < now() - p_older_than
            order by id
            limit p_limit)
        returning 1
    )
    select (select count(*) from jobs)::int + (select count(*) from requests)::int
$$;

comment on function service.purge_dead_letters is
    'Removes dead jobs and quarantined requests that nobody tried again for so long, p_limit of each a call.';

create function service.purge_invitations(p_older_than interval default '30 days')
returns int
language sql security definer set search_path = ''
as $$
    with purged as (
        delete from public.invitations where accepted_at is null and expires_at < now() - p_older_than returning 1
    )
    select count(*)::int from purged
$$;

comment on function service.purge_invitations is 'Removes invitations that nobody accepted and that ended long ago.';

create function service.purge_contacts(p_older_than interval default '30 days', p_limit int default 1000)
returns int
language sql security definer set search_path = ''
as $$
    with stale as (
        delete from private.contact_presence where seen_at < now() - interval '1 day'
    ),
    purged as (
        delete from public.contacts
        where id in (
            select contact.id
            from public.contacts as contact
            where contact.email is null and contact.phone_number is null and contact.identifier is null
                and contact.id < private.uuid_v7(now() - p_older_than)
                and contact.created_at < now() - p_older_than
                -- Whom an agent wrote something about is somebody.
                and contact.labels = '{}'
                and not exists (
                    select from public.conversations as conversation
                    where conversation.account_id = contact.account_id and conversation.contact_id = contact.id)
                and not exists (
                    select from public.notes as note
                    where note.account_id = contact.account_id and note.contact_id = contact.id)
            order by contact.id
            limit p_limit)
        returning 1
    )
    select count(*)::int from purged
$$;

comment on function service.purge_contacts is
    'Removes contacts who cannot be reached, said nothing that is left and were never cared for, p_limit a call; and forgets
     whose chat was open days ago.';
