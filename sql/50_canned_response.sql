-- canned_response: texts that agents insert with a short code.

create table public.canned_responses (
    id uuid not null default private.uuid_v7(),
    account_id uuid not null references public.accounts (id) on delete cascade,
    short_code text not null,
    content text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint canned_responses_pkey primary key (id),
    constraint canned_responses_account_id_id_key unique (account_id, id),
    constraint canned_responses_account_id_short_code_key unique (account_id, short_code),
    constraint canned_responses_short_code_check check (short_code ~ '^[^[:space:][:cntrl:]/]{1,100}$'),
    constraint canned_responses_content_check check (char_length(content) between 1 and 10000)
);

comment on table public.canned_responses is 'A ready answer of an account, found by its short code or its words.';
comment on column public.canned_responses.short_code is 'What agents type after "/"; one word, lower case, unique in the account.';
comment on column public.canned_responses.content is 'CommonMark with variables such as {{contact.name}}.';

create trigger canned_responses_set_updated_at
    before update on public.canned_responses
    for each row execute function private.set_updated_at();

create function private.require_member(p_account_id uuid)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
end;
$$;

comment on function private.require_member is 'Fails with account_not_found unless the caller belongs to this account.';

create function private.save_canned_response(p_account_id uuid, p_id uuid, p_short_code text, p_content text)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    code constant text := lower(btrim(p_short_code));
    saved public.canned_responses;
begin
    perform private.require_member(p_account_id);
    if code is null or code !~ '^[^[:space:][:cntrl:]/]{1,100}$' then
        perform private.fail(400, 'short_code_invalid', 'The short code is one word of 1 to 100 characters, without a slash.');
    end if;
    if private.is_blank(p_content) or char_length(p_content) > 10000 then
        perform private.fail(400, 'content_invalid', 'A canned response has 1 to 10,000 characters.');
    end if;
    if p_id is null then
        insert into public.canned_responses (account_id, short_code, content)
        values (p_account_id, code, p_content)
        returning * into saved;
    else
        update public.canned_responses
        set short_code = code, content = p_content
        where id = p_id and account_id = p_account_id
        returning * into saved;
        if saved.id is null then
            perform private.fail(404, 'canned_response_not_found', 'There is no such canned response.');
        end if;
    end if;
    return to_jsonb(saved);
exception when unique_violation then
    perform private.fail(409, 'short_code_taken', 'Another canned response has this short code.');
end;
$$;

comment on function private.save_canned_response is 'See public.save_canned_response.';
grant execute on function private.save_canned_response to authenticated;

create function public.save_canned_response(p_account_id uuid, p_id uuid, p_short_code text, p_content text)
returns jsonb
language sql set search_path = ''
as $$
    select private.save_canned_response(p_account_id, p_id, p_short_code, p_content)
$$;

comment on function public.save_canned_response is
    'Adds a canned response (id null) or changes one; every member may. Returns its row.
     Fails with account_not_found, canned_response_not_found, short_code_invalid, short_code_taken, content_invalid.';
grant execute on function public.save_canned_response to authenticated;

create function private.delete_canned_response(p_id uuid)
returns void
language plpgsql security definer set search_path = ''
as $$
begin
    delete from public.canned_responses
    where id = p_id and account_id = any (private.account_ids());
    if not found then
        perform private.fail(404, 'canned_response_not_found', 'There is no such canned response.');
    end if;
end;
$$;

comment on function private.delete_canned_response is 'See public.delete_canned_response.';
grant execute on function private.delete_canned_response to authenticated;

create function public.delete_canned_response(p_id uuid)
returns void
language sql set search_path = ''
as $$
    select private.delete_canned_response(p_id)
$$;

comment on function public.delete_canned_response is 'Removes a canned response. Fails with canned_response_not_found.';
grant execute on function public.delete_canned_response to authenticated;

create function private.canned_response_list(p_account_id uuid, p_query text)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    -- Typed words are words, whatever LIKE would make of them.
    wanted constant text := regexp_replace(left(btrim(coalesce(p_query, '')), 200), '([\\%_])', '\\\1', 'g');
begin
    perform private.require_member(p_account_id);
    return jsonb_build_object('rows', coalesce((
        select jsonb_agg(to_jsonb(hit) - 'rank' order by hit.rank, hit.short_code)
        from (
            select response.*,
                case when response.short_code ilike wanted || '%' then 0
                    when response.short_code ilike '%' || wanted || '%' then 1
                    else 2 end as rank
            from public.canned_responses as response
            where response.account_id = p_account_id
                and (response.short_code ilike '%' || wanted || '%' or response.content ilike '%' || wanted || '%')
            order by rank, response.short_code
            limit 100
        ) as hit), '[]'));
end;
$$;

comment on function private.canned_response_list is 'See public.canned_response_list.';
grant execute on function private.canned_response_list to authenticated;

create function public.canned_response_list(p_account_id uuid, p_query text default null)
returns jsonb
language sql stable set search_path = ''
as $$
    select private.canned_response_list(p_account_id, p_query)
$$;

comment on function public.canned_response_list is
    'At most 100 canned responses: {rows}. Those whose short code starts with the words come first, then those whose short code
     has them, then those whose content has them. Fails with account_not_found.';
grant execute on function public.canned_response_list to authenticated;

alter table public.canned_responses enable row level security;

create policy "members read the canned responses of their accounts"
    on public.canned_responses for select to authenticated
    using (account_id = any ((select private.account_ids())::uuid[]));

grant select on public.canned_responses to authenticated;
