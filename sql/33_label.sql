-- label: the words an account sorts its conversations and contacts by.

create table public.labels (
    id uuid not null default private.uuid_v7(),
    account_id uuid not null references public.accounts (id) on delete cascade,
    title text not null,
    description text not null default '',
    color text not null default '#1f93ff',
    show_on_sidebar boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint labels_pkey primary key (id),
    constraint labels_account_id_title_key unique (account_id, title),
    constraint labels_title_check check (
        title = lower(title) and title !~ '[\s,]' and char_length(title) between 1 and 64),
    constraint labels_description_check check (char_length(description) <= 500),
    constraint labels_color_check check (color ~ '^#[0-9a-f]{6}$')
);

comment on table public.labels is 'A word of the account''s own; conversations and contacts carry titles of labels.';
comment on column public.labels.title is 'Lower case, without white space or commas; unique in the account.';

create trigger labels_set_updated_at
    before update on public.labels
    for each row execute function private.set_updated_at();

create function private.require_labels(p_account_id uuid, p_titles text[])
returns text[]
language plpgsql stable security definer set search_path = ''
as $$
declare
    titles text[];
    unknown text;
begin
    select coalesce(array_agg(distinct lower(btrim(title)) order by lower(btrim(title))), '{}') into titles
    from unnest(coalesce(p_titles, '{}')) as title
    where btrim(title) <> '';
    if cardinality(titles) > 100 then
        perform private.fail(400, 'invalid_argument', 'One thing carries 100 labels at most.');
    end if;
    select title into unknown
    from unnest(titles) as title
    where title not in (select label.title from public.labels as label where label.account_id = p_account_id)
    limit 1;
    if unknown is not null then
        perform private.fail(
            400, 'label_not_found', format('The account has no label "%s".', left(unknown, 64)),
            'An administrator adds labels with save_label.');
    end if;
    return titles;
end;
$$;

comment on function private.require_labels is
    'These titles, cleaned, sorted and each once; fails with label_not_found when the account does not have one.';

create function private.with_label_renamed(p_titles text[], p_old text, p_new text)
returns text[]
language sql immutable set search_path = ''
as $$
    select coalesce(array_agg(distinct title order by title), '{}')
    from (
        select case title when p_old then p_new else title end as title from unnest(p_titles) as title
    ) as renamed
    where title is not null
$$;

comment on function private.with_label_renamed is 'The titles with one of them renamed; null as the new title leaves it out.';

create function private.save_label(
    p_account_id uuid, p_id uuid, p_title text, p_description text, p_color text, p_show_on_sidebar boolean
)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    saved public.labels;
begin
    perform private.require_administrator(p_account_id);
    if char_length(coalesce(btrim(p_title), '')) not between 1 and 64 or lower(btrim(p_title)) ~ '[\s,]' then
        perform private.fail(400, 'title_invalid', 'A label is one word of 1 to 64 characters, without commas.');
    end if;
    if coalesce(p_color, '#1f93ff') !~* '^#[0-9a-f]{6}$' or char_length(p_description) > 500 then
        perform private.fail(
            400, 'invalid_argument', 'The color is written #rrggbb, the description has 500 characters at most.');
    end if;
    if p_id is null then
        insert into public.labels (account_id, title, description, color, show_on_sidebar)
        values (
            p_account_id, lower(btrim(p_title)), coalesce(p_description, ''), lower(coalesce(p_color, '#1f93ff')),
            coalesce(p_show_on_sidebar, true))
        returning * into saved;
    else
        update public.labels
        set title = lower(btrim(p_title)),
            description = coalesce(p_description, description),
            color = lower(coalesce(p_color, color)),
            show_on_sidebar = coalesce(p_show_on_sidebar, show_on_sidebar)
        where id = p_id and account_id = p_account_id
        returning * into saved;
        if saved.id is null then
            perform private.fail(404, 'label_not_found', 'There is no such label.');
        end if;
    end if;
    return to_jsonb(saved);
exception when unique_violation then
    perform private.fail(409, 'title_taken', 'The account has this label already.');
end;
$$;

comment on function private.save_label is 'See public.save_label.';
grant execute on function private.save_label to authenticated;

create function public.save_label(
    p_account_id uuid,
    p_id uuid,
    p_title text,
    p_description text default null,
    p_color text default null,
    p_show_on_sidebar boolean default null
)
returns jsonb
language sql set search_path = ''
as $$
    select private.save_label(p_account_id, p_id, p_title, p_description, p_color, p_show_on_sidebar)
$$;

comment on function public.save_label is
    'Adds a label (id null) or changes one; a new title follows to everything that carries it. Administrators only. Returns the row.
     Fails with account_not_found, not_administrator, title_invalid, title_taken, label_not_found, invalid_argument.';
grant execute on function public.save_label to authenticated;

create function private.delete_label(p_id uuid)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    gone public.labels;
begin
    select * into gone from public.labels where id = p_id and account_id = any (private.account_ids());
    if gone.id is null then
        perform private.fail(404, 'label_not_found', 'There is no such label.');
    end if;
    perform private.require_administrator(gone.account_id);
    delete from public.labels where id = p_id;
    return to_jsonb(gone);
end;
$$;

comment on function private.delete_label is 'See public.delete_label.';
grant execute on function private.delete_label to authenticated;

create function public.delete_label(p_id uuid)
returns jsonb
language sql set search_path = ''
as $$
    select private.delete_label(p_id)
$$;

comment on function public.delete_label is
    'Removes a label, also from everything that carries it. Administrators only. Returns what it was.
     Fails with label_not_found, not_administrator.';
grant execute on function public.delete_label to authenticated;

create function private.set_contact_labels(p_contact_id uuid, p_labels text[])
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    contact public.contacts := private.member_contact(p_contact_id);
    wanted text[] := private.require_labels(contact.account_id, p_labels);
begin
    update public.contacts set labels = wanted
    where id = p_contact_id and labels is distinct from wanted;
    select * into contact from public.contacts where id = p_contact_id;
    return to_jsonb(contact);
end;
$$;

comment on function private.set_contact_labels is 'See public.set_contact_labels.';
grant execute on function private.set_contact_labels to authenticated;

create function public.set_contact_labels(p_contact_id uuid, p_labels text[])
returns jsonb
language sql set search_path = ''
as $$
    select private.set_contact_labels(p_contact_id, p_labels)
$$;

comment on function public.set_contact_labels is
    'The labels of the contact are these titles, and no others. Returns the row.
     Fails with contact_not_found, label_not_found, invalid_argument.';
grant execute on function public.set_contact_labels to authenticated;

alter table public.labels enable row level security;

create policy "members read the labels of their accounts"
    on public.labels for select to authenticated
    using (account_id = any ((select private.account_ids())::uuid[]));

grant select on public.labels to authenticated;
