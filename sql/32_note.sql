-- note about a contact: what agents remember of a person, whatever the conversation.

create table public.notes (
    id uuid not null default private.uuid_v7(),
    account_id uuid not null,
    contact_id uuid not null,
    user_id uuid,
    content text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint notes_pkey primary key (id),
    constraint notes_contact_fkey foreign key (account_id, contact_id)
        references public.contacts (account_id, id) on delete cascade,
    constraint notes_user_fkey foreign key (account_id, user_id)
        references public.account_users (account_id, user_id) on delete set null (user_id),
    constraint notes_content_check check (char_length(btrim(content)) between 1 and 20000)
);

comment on table public.notes is 'A note about a contact, for all agents of the account. Not a private message, which belongs to a conversation.';
comment on column public.notes.user_id is 'Who wrote it; null when they left.';

create index notes_account_id_contact_id_idx on public.notes (account_id, contact_id, id desc);
create index notes_account_id_user_id_idx on public.notes (account_id, user_id);

create trigger notes_set_updated_at
    before update on public.notes
    for each row execute function private.set_updated_at();

create function private.save_note(p_contact_id uuid, p_id uuid, p_content text)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    contact public.contacts := private.member_contact(p_contact_id);
    saved public.notes;
begin
    if char_length(coalesce(btrim(p_content), '')) not between 1 and 20000 then
        perform private.fail(400, 'content_invalid', 'A note has 1 to 20,000 characters.');
    end if;
    if p_id is null then
        insert into public.notes (account_id, contact_id, user_id, content)
        values (contact.account_id, contact.id, auth.uid(), p_content)
        returning * into saved;
    else
        update public.notes set content = p_content
        where id = p_id and contact_id = contact.id
        returning * into saved;
        if saved.id is null then
            perform private.fail(404, 'note_not_found', 'There is no such note.');
        end if;
    end if;
    return to_jsonb(saved);
end;
$$;

comment on function private.save_note is 'See public.save_note.';
grant execute on function private.save_note to authenticated;

create function public.save_note(p_contact_id uuid, p_id uuid, p_content text)
returns jsonb
language sql set search_path = ''
as $$
    select private.save_note(p_contact_id, p_id, p_content)
$$;

comment on function public.save_note is
    'Adds a note to a contact (id null) or changes one. Returns the row.
     Fails with contact_not_found, content_invalid, note_not_found.';
grant execute on function public.save_note to authenticated;

create function private.delete_note(p_id uuid)
returns void
language plpgsql security definer set search_path = ''
as $$
begin
    delete from public.notes where id = p_id and account_id = any (private.account_ids());
    if not found then
        perform private.fail(404, 'note_not_found', 'There is no such note.');
    end if;
end;
$$;

comment on function private.delete_note is 'See public.delete_note.';
grant execute on function private.delete_note to authenticated;

create function public.delete_note(p_id uuid)
returns void
language sql set search_path = ''
as $$
    select private.delete_note(p_id)
$$;

comment on function public.delete_note is 'Deletes a note about a contact. Fails with note_not_found.';
grant execute on function public.delete_note to authenticated;

alter table public.notes enable row level security;

create policy "members read the notes about contacts of their accounts"
    on public.notes for select to authenticated
    using (account_id = any ((select private.account_ids())::uuid[]));

grant select on public.notes to authenticated;
