-- reach: by which inboxes a contact can be written to, and why not by the others.

create function private.lacking_address(p_channel_type text)
returns text
language sql immutable set search_path = ''
as $$
    -- private.known_address says what a channel needs; here it is asked about somebody who has only the one.
    select case
        when private.known_address(
            jsonb_populate_record(null::public.contacts, '{"email": "somebody@example.com"}'), p_channel_type) is not null
            then 'no_email'
        when private.known_address(
            jsonb_populate_record(null::public.contacts, '{"phone_number": "+15550100"}'), p_channel_type) is not null
            then 'no_phone_number'
        else 'must_write_first' end
$$;

comment on function private.lacking_address is
    'What a contact without an address in a channel lacks there: no_email, no_phone_number, or must_write_first.';

create function private.contactable_inboxes(p_contact_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    contact public.contacts := private.member_contact(p_contact_id);
begin
    return (
        select jsonb_build_object(
            'rows', coalesce(jsonb_agg(
                jsonb_build_object(
                    'inbox_id', reach.inbox_id,
                    'name', reach.name,
                    'channel_type', reach.channel_type,
                    'source_id', reach.source_id,
                    'needs_template', reach.is_closed)
                order by reach.name, reach.inbox_id) filter (where reach.reason is null), '[]'),
            'unreachable', coalesce(jsonb_agg(
                jsonb_build_object(
                    'inbox_id', reach.inbox_id,
                    'name', reach.name,
                    'channel_type', reach.channel_type,
                    'reason', reach.reason)
                order by reach.name, reach.inbox_id) filter (where reach.reason is not null), '[]'))
        from (
            select inbox.id as inbox_id, inbox.name, inbox.channel_type, given.source_id, coalesce(reply.is_closed, false) as is_closed,
                case
                    when address.opted_out_at is not null then 'opted_out'
                    when address.unreachable_reason is not null then 'unreachable'
                    when given.source_id is null and inbox.channel_type <> 'api' then private.lacking_address(inbox.channel_type)
                    when reply.is_closed and not private.has_templates(inbox.channel_type) then 'window_closed' end as reason
            from public.inboxes as inbox
            left join lateral (
                select known.id, known.source_id, known.opted_out_at, known.unreachable_reason
                from public.contact_inboxes as known
                where known.account_id = contact.account_id and known.contact_id = contact.id and known.inbox_id = inbox.id
                order by known.id desc
                limit 1
            ) as address on true
            cross join lateral (
                select coalesce(address.source_id, private.known_address(contact, inbox.channel_type)) as source_id
            ) as given
            left join lateral (
                select conversation.id
                from public.conversations as conversation
                where conversation.account_id = contact.account_id and conversation.contact_inbox_id = address.id
                order by conversation.id desc
                limit 1
            ) as latest on true
            cross join lateral (
                select coalesce(private.last_incoming_at(latest.id) + make_interval(hours => open.hours) < now(), open.hours is not null)
                    as is_closed
                from (
                    select private.reply_window_hours(
                        jsonb_populate_record(null::public.conversations, jsonb_build_object('inbox_id', inbox.id))) as hours
                ) as open
            ) as reply
            where inbox.account_id = contact.account_id
                and inbox.id = any (private.inbox_ids())
                and inbox.deleted_at is null
        ) as reach);
end;
$$;

comment on function private.contactable_inboxes is 'See public.contactable_inboxes.';
grant execute on function private.contactable_inboxes to authenticated;

create function public.contactable_inboxes(p_contact_id uuid)
returns jsonb
language sql stable set search_path = ''
as $$
    select private.contactable_inboxes(p_contact_id)
$$;

comment on function public.contactable_inboxes is
    'Through which of the caller''s inboxes a contact can be written to first: {rows: [{inbox_id, name, channel_type, source_id,
     needs_template}], unreachable: [{inbox_id, name, channel_type, reason}]}, by name. source_id is the address; null where an API
     inbox would make one. needs_template: the contact wrote too long ago, or never, for anything but an approved template. reason is
     no_email, no_phone_number, must_write_first, window_closed, opted_out or unreachable. Fails with contact_not_found.';
grant execute on function public.contactable_inboxes to authenticated;
