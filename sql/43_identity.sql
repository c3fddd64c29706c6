-- identity: who a contact is. Merging two contacts, and telling who somebody says they are.

create function private.merge_into(p_base_id uuid, p_mergee_id uuid)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    base public.contacts;
    mergee public.contacts;
begin
    if p_base_id = p_mergee_id then
        return;
    end if;
    -- Both locked in one order: two merges of the same pair take turns, and the second finds one gone.
    perform from public.contacts where id in (p_base_id, p_mergee_id) order by id for update;
    select * into base from public.contacts where id = p_base_id;
    select * into mergee from public.contacts where id = p_mergee_id and account_id = base.account_id;
    if mergee.id is null then
        perform private.fail(
            409, 'contact_gone', 'One of the two was merged or deleted meanwhile.', 'Look at the contact again.');
    end if;
    -- Their conversations too, in the order in which whoever changes many of them takes them.
    perform from public.conversations
    where account_id = base.account_id and contact_id = mergee.id
    order by id
    for no key update;
    update public.contact_inboxes set contact_id = base.id
    where account_id = base.account_id and contact_id = mergee.id;
    update private.visitor_sessions set contact_id = base.id
    where account_id = base.account_id and contact_id = mergee.id;
    update public.conversations set contact_id = base.id
    where account_id = base.account_id and contact_id = mergee.id;
    update public.messages set sender_contact_id = base.id
    where account_id = base.account_id and sender_contact_id = mergee.id;
    update public.notes set contact_id = base.id
    where account_id = base.account_id and contact_id = mergee.id;
    delete from public.contacts where id = mergee.id;
    update public.contacts
    set name = coalesce(nullif(base.name, ''), mergee.name),
        middle_name = coalesce(nullif(base.middle_name, ''), mergee.middle_name),
        last_name = coalesce(nullif(base.last_name, ''), mergee.last_name),
        email = coalesce(base.email, mergee.email),
        phone_number = coalesce(base.phone_number, mergee.phone_number),
        identifier = coalesce(base.identifier, mergee.identifier),
        avatar_url = coalesce(base.avatar_url, mergee.avatar_url),
        blocked = base.blocked or mergee.blocked,
        labels = (
            select coalesce(array_agg(distinct title order by title), '{}')
            from unnest(base.labels || mergee.labels) as title),
        custom_attributes = private.merged_attributes(base.custom_attributes, mergee.custom_attributes),
        additional_attributes = private.merged_attributes(base.additional_attributes, mergee.additional_attributes),
        last_activity_at = greatest(base.last_activity_at, mergee.last_activity_at)
    where id = base.id;
    perform private.record_event(
        base.account_id, 'contact.merged', null,
        jsonb_build_object('contact_id', base.id, 'mergee_id', mergee.id));
end;
$$;

comment on function private.merge_into is
    'Moves everything of the second contact to the first and deletes it. What the first says wins, blanks are filled, whoever of
     them was blocked stays blocked. Checks no rights: its callers do.';

create function private.merge_contacts(p_base_id uuid, p_mergee_id uuid)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    base public.contacts := private.member_contact(p_base_id);
    mergee public.contacts := private.member_contact(p_mergee_id);
begin
    if base.account_id <> mergee.account_id then
        perform private.fail(404, 'contact_not_found', 'There is no such contact.');
    end if;
    perform private.merge_into(base.id, mergee.id);
    select * into base from public.contacts where id = base.id;
    return private.contact_json(base);
end;
$$;

comment on function private.merge_contacts is 'See public.merge_contacts.';
grant execute on function private.merge_contacts to authenticated;

create function public.merge_contacts(p_base_id uuid, p_mergee_id uuid)
returns jsonb
language sql set search_path = ''
as $$
    select private.merge_contacts(p_base_id, p_mergee_id)
$$;

comment on function public.merge_contacts is
    'Two contacts of an account are the same person: the second''s conversations, addresses, messages and notes go to the first, which
     keeps what it says and is filled where it is blank. Returns the first. Fails with contact_not_found, contact_gone.';
grant execute on function public.merge_contacts to authenticated;

create function private.identify_contact(
    p_contact_id uuid, p_values jsonb, p_verified text[] default '{}', p_keep_name boolean default false
)
returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
    contact public.contacts;
    other public.contacts;
    given_identifier text := nullif(left(btrim(p_values ->> 'identifier'), 255), '');
    given_email text := nullif(lower(btrim(p_values ->> 'email')), '');
    given_phone text := nullif(btrim(p_values ->> 'phone_number'), '');
    given_avatar text := nullif(btrim(p_values ->> 'avatar_url'), '');
begin
    -- What does not look right is left out, not an error: it comes from other people's pages.
    if char_length(given_email) > 254 or given_email !~ '^[^@\s]+@[^@\s]+\.[^@\s]+$' then
        given_email := null;
    end if;
    if given_phone !~ '^\+[1-9][0-9]{1,14}$' then
        given_phone := null;
    end if;
    if given_avatar !~ '^https?://' or char_length(given_avatar) > 2000 then
        given_avatar := null;
    end if;
    select * into contact from public.contacts where id = p_contact_id;
    if contact.id is null then
        perform private.fail(404, 'contact_not_found', 'There is no such contact.');
    end if;

    -- The same person may be here already. Only what is proven merges; a claim that is another's is dropped.
    select * into other from public.contacts
    where account_id = contact.account_id and identifier = given_identifier and id <> contact.id;
    if other.id is not null then
        if 'identifier' = any (p_verified) then
            perform private.merge_into(other.id, contact.id);
            contact := other;
        else
            given_identifier := null;
        end if;
    end if;
    select * into other from public.contacts
    where account_id = contact.account_id and email = given_email and id <> contact.id;
    if other.id is not null then
        if 'email' = any (p_verified) and (given_identifier is null or given_identifier = other.identifier) then
            perform private.merge_into(other.id, contact.id);
            contact := other;
        else
            given_email := null;
        end if;
    end if;
    select * into other from public.contacts
    where account_id = contact.account_id and phone_number = given_phone and id <> contact.id;
    if other.id is not null then
        if 'phone_number' = any (p_verified)
            and (given_identifier is null or given_identifier = other.identifier)
            and (given_email is null or given_email = other.email)
        then
            perform private.merge_into(other.id, contact.id);
            contact := other;
        else
            given_phone := null;
        end if;
    end if;

    update public.contacts as kept
    set identifier = coalesce(given_identifier, kept.identifier),
        email = coalesce(given_email, kept.email),
        phone_number = coalesce(given_phone, kept.phone_number),
        avatar_url = coalesce(given_avatar, kept.avatar_url),
        name = case when p_keep_name and kept.name <> '' then kept.name
            else coalesce(nullif(left(btrim(p_values ->> 'name'), 255), ''), kept.name) end,
        custom_attributes = private.attributes_or(
            private.merged_attributes(p_values -> 'custom_attributes', kept.custom_attributes), kept.custom_attributes),
        additional_attributes = private.attributes_or(
            private.merged_attributes(p_values -> 'additional_attributes', kept.additional_attributes),
            kept.additional_attributes),
        identified = case
            when p_verified <> '{}' then 'verified'
            when kept.identified = 'anonymous'
                and num_nonnulls(given_identifier, given_email, given_phone) > 0 then 'claimed'
            else kept.identified end
    where kept.id = contact.id;
    return contact.id;
end;
$$;

comment on function private.identify_contact is
    'A contact says who they are: identifier, name, email, phone_number, avatar_url, custom_attributes, additional_attributes.
     p_verified names the keys that are proven (identifier, email, phone_number): by those an existing contact is recognised and this
     one merged into it. Claims never merge; a claimed address of somebody else is left out. Returns the id of the contact that remains.';
