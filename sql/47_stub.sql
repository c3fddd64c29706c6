-- stub: until the domains that own these functions are here.

create function private.is_out_of_office(p_inbox_id uuid, p_at timestamptz)
returns boolean
language sql stable security definer set search_path = ''
as $$
    select false from public.inboxes where id = p_inbox_id and p_at is not null
$$;

comment on function private.is_out_of_office is 'Whether the inbox is closed at this moment.';

create function private.merge_into(p_base_id uuid, p_mergee_id uuid)
returns void
language plpgsql security definer set search_path = ''
as $$
begin
    update public.contact_inboxes set contact_id = p_base_id where contact_id = p_mergee_id;
    update public.conversations set contact_id = p_base_id where contact_id = p_mergee_id;
    update public.messages set sender_contact_id = p_base_id where sender_contact_id = p_mergee_id;
    delete from public.contacts where id = p_mergee_id;
end;
$$;

comment on function private.merge_into is 'Makes two contacts one.';
