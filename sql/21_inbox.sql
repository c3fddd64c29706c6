-- inbox: a connected channel and the agents who work it.

create table public.inboxes (
    id uuid not null default private.uuid_v7(),
    account_id uuid not null references public.accounts (id) on delete cascade,
    name text not null,
    channel_type text not null,
    greeting_enabled boolean not null default false,
    greeting_message text,
    allow_messages_after_resolved boolean not null default true,
    lock_to_single_conversation boolean not null default false,
    enable_auto_assignment boolean not null default true,
    enable_email_collect boolean not null default true,
    working_hours_enabled boolean not null default false,
    out_of_office_message text,
    timezone text not null default 'UTC',
    epoch bigint not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    avatar_url text,
    csat_survey_enabled boolean not null default false,
    csat_config jsonb not null default '{}',
    auto_assignment_config jsonb not null default '{}',
    sender_name_type text not null default 'friendly',
    business_name text,
    deleted_at timestamptz,
    constraint inboxes_avatar_url_check check (avatar_url ~ '^https?://' and char_length(avatar_url) <= 2000),
    constraint inboxes_csat_config_check check (
        jsonb_typeof(csat_config) = 'object' and octet_length(csat_config::text) <= 65536),
    constraint inboxes_auto_assignment_config_check check (
        jsonb_typeof(auto_assignment_config) = 'object'
        and coalesce(auto_assignment_config ->> 'max_assignment_limit', '1') ~ '^[1-9][0-9]{0,5}$'),
    constraint inboxes_sender_name_type_check check (sender_name_type in ('friendly', 'professional')),
    constraint inboxes_business_name_check check (char_length(business_name) between 1 and 100),
    constraint inboxes_pkey primary key (id),
    constraint inboxes_account_id_id_key unique (account_id, id),
    constraint inboxes_name_check check (char_length(btrim(name)) between 1 and 100),
    constraint inboxes_channel_type_check check (
        channel_type in (
            'web_widget', 'api', 'email', 'whatsapp_cloud', 'whatsapp_360dialog', 'messenger', 'instagram', 'telegram',
            'twilio_sms', 'twilio_whatsapp', 'bandwidth_sms', 'line', 'tiktok')),
    constraint inboxes_greeting_message_check check (char_length(greeting_message) <= 10000),
    constraint inboxes_out_of_office_message_check check (char_length(out_of_office_message) <= 10000),
    constraint inboxes_timezone_check check (private.is_timezone(timezone))
);

comment on table public.inboxes is 'One connected channel: a website chat, an API channel, later a mailbox or a phone number.';
comment on column public.inboxes.greeting_message is 'Sent as a template on a contact''s first message, when greeting_enabled.';
comment on column public.inboxes.auto_assignment_config is
    '{"max_assignment_limit": 5}: how many open conversations of the inbox an agent is given at most.';
comment on column public.inboxes.sender_name_type is 'E-mails come from "Agent from Business" (friendly) or "Business" (professional).';
comment on column public.inboxes.business_name is 'The business in senders'' names; the inbox''s name when null.';
comment on column public.inboxes.deleted_at is
    'Deleted, and seen by nobody any more; a job removes its conversations and then the row.';
comment on column public.inboxes.allow_messages_after_resolved is
    'Website: whether a visitor may go on in a resolved conversation (it is reopened) or must start a new one.';
comment on column public.inboxes.epoch is
    'Part of the names of the inbox''s realtime topics; moves when someone loses access, so stale listeners hear nothing.';

create table public.inbox_members (
    account_id uuid not null,
    inbox_id uuid not null,
    user_id uuid not null,
    created_at timestamptz not null default now(),
    constraint inbox_members_pkey primary key (inbox_id, user_id),
    constraint inbox_members_inbox_fkey foreign key (account_id, inbox_id)
        references public.inboxes (account_id, id) on delete cascade,
    constraint inbox_members_user_fkey foreign key (account_id, user_id)
        references public.account_users (account_id, user_id) on delete cascade
);

comment on table public.inbox_members is 'The agents who work an inbox. Administrators see every inbox without a row here.';

create index inbox_members_account_id_inbox_id_idx on public.inbox_members (account_id, inbox_id);
create index inbox_members_account_id_user_id_idx on public.inbox_members (account_id, user_id);
create index inbox_members_user_id_idx on public.inbox_members (user_id, inbox_id);

create table public.channel_web_widgets (
    account_id uuid not null,
    inbox_id uuid not null,
    website_token text not null default replace(gen_random_uuid()::text, '-', ''),
    website_url text not null default '',
    allowed_domains text[] not null default '{}',
    widget_color text not null default '#1f5fd0',
    widget_position text not null default 'right',
    welcome_title text not null default '',
    welcome_tagline text not null default '',
    reply_time text not null default 'in_a_few_minutes',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    features text[] not null default '{attachments,emoji_picker,end_conversation}',
    pre_chat_form_enabled boolean not null default false,
    pre_chat_form_options jsonb not null default '{}',
    hmac_mandatory boolean not null default false,
    continuity_via_email boolean not null default true,
    constraint channel_web_widgets_features_check check (
        features <@ array['attachments', 'emoji_picker', 'end_conversation', 'use_inbox_avatar_for_bot']),
    constraint channel_web_widgets_pre_chat_form_options_check check (
        jsonb_typeof(pre_chat_form_options) = 'object' and octet_length(pre_chat_form_options::text) <= 65536),
    constraint channel_web_widgets_pkey primary key (inbox_id),
    constraint channel_web_widgets_inbox_fkey foreign key (account_id, inbox_id)
        references public.inboxes (account_id, id) on delete cascade,
    constraint channel_web_widgets_website_token_key unique (website_token),
    constraint channel_web_widgets_website_url_check check (char_length(website_url) <= 500),
    constraint channel_web_widgets_allowed_domains_check check (
        cardinality(allowed_domains) <= 50
        and array_to_string(allowed_domains, ' ', '') ~ '^([a-z0-9*.:-]{1,253}( |$))*$'),
    constraint channel_web_widgets_widget_color_check check (widget_color ~ '^#[0-9a-f]{6}$'),
    constraint channel_web_widgets_widget_position_check check (widget_position in ('left', 'right')),
    constraint channel_web_widgets_welcome_title_check check (char_length(welcome_title) <= 200),
    constraint channel_web_widgets_welcome_tagline_check check (char_length(welcome_tagline) <= 1000),
    constraint channel_web_widgets_reply_time_check check (
        reply_time in ('in_a_few_minutes', 'in_a_few_hours', 'in_a_day'))
);

comment on table public.channel_web_widgets is 'The website chat behind an inbox: its look, its texts, where it may be shown.';
comment on column public.channel_web_widgets.website_token is 'Names the widget in the page''s snippet; public, and no secret.';
comment on column public.channel_web_widgets.features is
    'What visitors may do besides writing: attachments, emoji_picker, end_conversation; and use_inbox_avatar_for_bot.';
comment on column public.channel_web_widgets.pre_chat_form_options is
    'What is asked before the first message: {"pre_chat_message", "pre_chat_fields": [{name, type, label, required, enabled}]}.';
comment on column public.channel_web_widgets.hmac_mandatory is
    'Whether only visitors whose identity is signed by the account''s own server may write.';
comment on column public.channel_web_widgets.continuity_via_email is
    'Whether a visitor who left gets the answers by e-mail.';
comment on column public.channel_web_widgets.allowed_domains is
    'Hosts that may show the widget, for example shop.example or *.shop.example; empty = any.';

create index channel_web_widgets_account_id_inbox_id_idx on public.channel_web_widgets (account_id, inbox_id);

create table public.channel_apis (
    account_id uuid not null,
    inbox_id uuid not null,
    identifier text not null default replace(gen_random_uuid()::text, '-', ''),
    reply_window_hours int,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint channel_apis_pkey primary key (inbox_id),
    constraint channel_apis_inbox_fkey foreign key (account_id, inbox_id)
        references public.inboxes (account_id, id) on delete cascade,
    constraint channel_apis_identifier_key unique (identifier),
    constraint channel_apis_reply_window_hours_check check (reply_window_hours between 1 and 8760)
);

comment on table public.channel_apis is 'The API channel behind an inbox: other programs post and fetch its messages.';
comment on column public.channel_apis.identifier is 'Names the inbox in the public client API.';
comment on column public.channel_apis.reply_window_hours is 'Hours after the last incoming message in which agents may reply; null = always.';

create index channel_apis_account_id_inbox_id_idx on public.channel_apis (account_id, inbox_id);

create function private.inbox_ids()
returns uuid[]
language sql stable security definer parallel safe set search_path = ''
as $$
    select coalesce(array_agg(visible.id), '{}')
    from (
        select inbox.id
        from public.inboxes as inbox
        where inbox.account_id = any ((select private.account_ids('administrator'))::uuid[])
            and inbox.deleted_at is null
        union
        select member.inbox_id
        from public.inbox_members as member
        where member.user_id = (select auth.uid())
            and member.account_id = any ((select private.account_ids())::uuid[])
    ) as visible (id)
$$;

comment on function private.inbox_ids is
    'The inboxes the caller may enter: all of the accounts they administer, and those they are a member of. What they
     see of the conversations there is private.scopes_of. In policies write
     inbox_id = any ((select private.inbox_ids())::uuid[]).';
grant execute on function private.inbox_ids to authenticated;

create function private.scopes_of(p_user_id uuid)
returns table (account_id uuid, inbox_id uuid, team_id uuid, scope text)
language plpgsql stable security definer parallel safe set search_path = '' set plan_cache_mode = 'force_generic_plan'
as $$
begin
    -- In PL/pgSQL, which keeps its plan: making one takes several times as long as running it, and every policy asks.
    return query
    select member.account_id, place.inbox_id, place.team_id, membership.scope
    from public.account_users as member
    join public.accounts as account on account.id = member.account_id and account.status = 'active'
    left join public.custom_roles as custom on custom.id = member.custom_role_id
    cross join lateral (
        -- Called only where there is a role to read.
        select case when custom.id is null then 'all' else private.conversation_scope(member.role, custom.permissions) end
    ) as membership (scope)
    cross join lateral (
        select inbox.id, null::uuid
        from public.inboxes as inbox
        where member.role = 'administrator' and inbox.account_id = member.account_id and inbox.deleted_at is null
        union all
        select mine.inbox_id, null
        from public.inbox_members as mine
        where member.role <> 'administrator' and mine.account_id = member.account_id and mine.user_id = p_user_id
        union all
        select null, mine.team_id
        from public.team_members as mine
        where member.role <> 'administrator' and mine.account_id = member.account_id and mine.user_id = p_user_id
    ) as place (inbox_id, team_id)
    where member.user_id = p_user_id and membership.scope is not null;
end;
$$;

comment on function private.scopes_of is
    'The one source of who sees which conversation: per inbox or team (the other is null) of this user, all of it,
     or only unassigned (those of nobody and their own), or only participating (their own and those they take part in).
     No row, no conversation. Everything below and private.sees ask this.';

create function private.visible_scopes(p_account_id uuid)
returns table (inbox_id uuid, team_id uuid, scope text)
language sql stable security definer parallel safe set search_path = ''
as $$
    select mine.inbox_id, mine.team_id, mine.scope
    from private.scopes_of((select auth.uid())) as mine
    where mine.account_id = p_account_id
$$;

comment on function private.visible_scopes is
    'The caller''s scopes in one account, for lists, counts and search. A conversation may lie in two of them, its inbox''s and its team''s.';

create function private.full_inbox_ids()
returns uuid[]
language sql stable security definer parallel safe set search_path = ''
as $$
    select coalesce(array_agg(mine.inbox_id), '{}')
    from private.scopes_of((select auth.uid())) as mine
    where mine.inbox_id is not null and mine.scope = 'all'
$$;

comment on function private.full_inbox_ids is 'The inboxes in which the caller sees every conversation.';
grant execute on function private.full_inbox_ids to authenticated;

create function private.team_ids()
returns uuid[]
language sql stable security definer parallel safe set search_path = ''
as $$
    select coalesce(array_agg(mine.team_id), '{}')
    from private.scopes_of((select auth.uid())) as mine
    where mine.team_id is not null and mine.scope = 'all'
$$;

comment on function private.team_ids is
    'The teams whose every conversation the caller sees as their member. Administrators see them by inbox.';
grant execute on function private.team_ids to authenticated;

create function private.partial_account_ids(p_scoped_only boolean default false)
returns uuid[]
language sql stable security definer parallel safe set search_path = ''
as $$
    select coalesce(array_agg(distinct mine.account_id), '{}')
    from private.scopes_of((select auth.uid())) as mine
    where mine.scope <> 'all' or (mine.team_id is not null and not p_scoped_only)
$$;

comment on function private.partial_account_ids is
    'The accounts in which private.full_inbox_ids is not the whole answer: the caller is in a team or sees a part only.
     With p_scoped_only, those in which teams complete it neither. Policies ask private.can_see only there.';
grant execute on function private.partial_account_ids to authenticated;

create function private.inbox_topic(p_inbox_id uuid, p_epoch bigint)
returns text
language sql immutable set search_path = ''
as $$
    select 'inbox:' || p_inbox_id || ':' || p_epoch
$$;

comment on function private.inbox_topic is 'The topic of an inbox''s list deltas.';

create function private.move_inbox_epoch(p_inbox_id uuid)
returns void
language plpgsql set search_path = ''
as $$
declare
    moved bigint;
begin
    update public.inboxes set epoch = epoch + 1 where id = p_inbox_id returning epoch into moved;
    if moved is not null then
        -- The last word on the old topic: those who may still listen fetch the new name.
        perform private.broadcast(private.inbox_topic(p_inbox_id, moved - 1), 'topic.moved', '{}');
    end if;
end;
$$;

comment on function private.move_inbox_epoch is 'Renames an inbox''s topics, so that whoever lost access hears nothing more.';

create function private.inbox_members_changed()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if tg_op = 'DELETE' then
        perform private.move_inbox_epoch(old.inbox_id);
        perform private.tell_access_changed(old.user_id, old.account_id);
    else
        perform private.tell_access_changed(new.user_id, new.account_id);
    end if;
    return null;
end;
$$;

comment on function private.inbox_members_changed is 'Trigger: moves the epoch when someone leaves an inbox, and tells them either way.';

create trigger inbox_members_move_epoch
    after insert or delete on public.inbox_members
    for each row execute function private.inbox_members_changed();

create function private.move_account_epochs(p_account_id uuid, p_user_id uuid)
returns void
language plpgsql set search_path = ''
as $$
begin
    -- In key order: two at once cannot wait for one another crosswise.
    perform private.move_inbox_epoch(inbox.id)
    from (select id from public.inboxes where account_id = p_account_id order by id) as inbox;
    perform private.move_team_epoch(member.team_id)
    from (
        select team_id from public.team_members
        where account_id = p_account_id and user_id = p_user_id
        order by team_id
    ) as member;
end;
$$;

comment on function private.move_account_epochs is
    'After somebody''s rights narrowed: renames the topics of every inbox of the account, and with them those of all its
     conversations, and of their teams. Whoever may still listen joins the new ones.';

create function private.team_members_changed()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    if tg_op = 'INSERT' then
        perform private.tell_access_changed(new.user_id, new.account_id);
        return null;
    end if;
    -- The team's conversations lie in any inbox. Administrators lose nothing.
    if not exists (
        select from public.account_users
        where account_id = old.account_id and user_id = old.user_id and role = 'administrator'
    ) then
        perform private.move_account_epochs(old.account_id, null);
        perform private.move_team_epoch(old.team_id);
    end if;
    perform private.tell_access_changed(old.user_id, old.account_id);
    return null;
end;
$$;

comment on function private.team_members_changed is 'Trigger: moves the epochs when someone leaves a team, and tells them either way.';

create trigger team_members_move_epoch
    after insert or delete on public.team_members
    for each row execute function private.team_members_changed();

create function private.account_users_changed()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    old_scope text;
    new_scope text;
begin
    if tg_op = 'DELETE' then
        -- Rows in inboxes and teams move their own; an administrator heard every inbox without one.
        if old.role = 'administrator' then
            perform private.move_account_epochs(old.account_id, null);
        end if;
    else
        select private.conversation_scope(old.role, max(custom.permissions) filter (where custom.id = old.custom_role_id)),
            private.conversation_scope(new.role, max(custom.permissions) filter (where custom.id = new.custom_role_id))
        into old_scope, new_scope
        from public.custom_roles as custom
        where custom.id in (old.custom_role_id, new.custom_role_id);
        if (old.role = 'administrator' and new.role <> 'administrator')
            or (new_scope is distinct from old_scope and new_scope is distinct from 'all')
        then
            perform private.move_account_epochs(old.account_id, old.user_id);
        end if;
    end if;
    perform private.tell_access_changed(old.user_id, old.account_id);
    return null;
end;
$$;

comment on function private.account_users_changed is
    'Trigger: moves the epochs when an administrator is demoted or goes, or an agent''s role narrows.';

create trigger account_users_move_epoch
    after delete or update of role, custom_role_id on public.account_users
    for each row execute function private.account_users_changed();

create function private.custom_role_changed()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    new_scope constant text := private.conversation_scope('agent', new.permissions);
begin
    if new_scope is distinct from private.conversation_scope('agent', old.permissions) and new_scope is distinct from 'all' then
        perform private.move_account_epochs(member.account_id, member.user_id)
        from public.account_users as member
        where member.account_id = new.account_id and member.custom_role_id = new.id;
    end if;
    perform private.tell_access_changed(member.user_id, member.account_id)
    from public.account_users as member
    where member.account_id = new.account_id and member.custom_role_id = new.id;
    return null;
end;
$$;

comment on function private.custom_role_changed is 'Trigger: moves the epochs when a role narrows, and tells those who have it.';

create trigger custom_roles_move_epoch
    after update of permissions on public.custom_roles
    for each row
    when (old.permissions is distinct from new.permissions)
    execute function private.custom_role_changed();

create function private.account_suspended()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    perform private.move_inbox_epoch(inbox.id)
    from public.inboxes as inbox
    where inbox.account_id = new.id;
    return null;
end;
$$;

comment on function private.account_suspended is 'Trigger: whoever listens to a suspended account hears nothing more.';

create trigger accounts_move_epoch
    after update of status on public.accounts
    for each row
    when (old.status = 'active' and new.status <> 'active')
    execute function private.account_suspended();

create trigger inboxes_set_updated_at
    before update on public.inboxes
    for each row execute function private.set_updated_at();
create trigger channel_web_widgets_set_updated_at
    before update on public.channel_web_widgets
    for each row execute function private.set_updated_at();
create trigger channel_apis_set_updated_at
    before update on public.channel_apis
    for each row execute function private.set_updated_at();

create function private.make_inbox(p_account_id uuid, p_name text, p_channel_type text)
returns uuid
language plpgsql set search_path = ''
as $$
declare
    inbox_id uuid;
begin
    insert into public.inboxes (account_id, name, channel_type)
    values (p_account_id, btrim(p_name), p_channel_type)
    returning id into inbox_id;
    case p_channel_type
        when 'web_widget' then
            insert into public.channel_web_widgets (account_id, inbox_id, welcome_title)
            values (p_account_id, inbox_id, btrim(p_name));
        when 'api' then
            insert into public.channel_apis (account_id, inbox_id) values (p_account_id, inbox_id);
            perform private.make_api_secrets(inbox_id);
    end case;
    return inbox_id;
end;
$$;

comment on function private.make_inbox is 'An inbox with its channel row. The caller has checked who may.';

create function private.create_account(p_name text, p_locale text)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    caller uuid := auth.uid();
    account public.accounts;
    inbox_id uuid;
begin
    if not exists (select from public.users where id = caller) then
        perform private.fail(403, 'user_not_found', 'Sign in with an e-mail address first.');
    end if;
    if char_length(btrim(coalesce(p_name, ''))) not between 1 and 100 then
        perform private.fail(400, 'name_invalid', 'Give the workspace a name of 1 to 100 characters.');
    end if;
    if (select count(*) from public.account_users where user_id = caller) >= 50 then
        perform private.fail(429, 'too_many_accounts', 'One login can belong to 50 accounts at most.');
    end if;
    insert into public.accounts (name, locale)
    values (btrim(p_name), coalesce(p_locale, 'en'))
    returning * into account;
    insert into public.account_users (account_id, user_id, role) values (account.id, caller, 'administrator');
    inbox_id := private.make_inbox(account.id, btrim(p_name), 'web_widget');
    insert into public.inbox_members (account_id, inbox_id, user_id) values (account.id, inbox_id, caller);
    return jsonb_build_object('id', account.id, 'name', account.name);
end;
$$;

comment on function private.create_account is 'See public.create_account.';
grant execute on function private.create_account to authenticated;

create function public.create_account(p_name text, p_locale text default 'en')
returns jsonb
language sql set search_path = ''
as $$
    select private.create_account(p_name, p_locale)
$$;

comment on function public.create_account is
    'A new account with its first website inbox; the caller becomes its administrator. Returns {id, name}.
     Fails with name_invalid, too_many_accounts.';
grant execute on function public.create_account to authenticated;

create function private.create_inbox(p_account_id uuid, p_name text, p_channel_type text)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
    inbox_id uuid;
begin
    perform private.require_administrator(p_account_id);
    if char_length(btrim(coalesce(p_name, ''))) not between 1 and 100 then
        perform private.fail(400, 'name_invalid', 'Give the inbox a name of 1 to 100 characters.');
    end if;
    if p_channel_type is null or p_channel_type not in ('web_widget', 'api') then
        perform private.fail(400, 'channel_type_invalid', 'The channel is web_widget or api.');
    end if;
    inbox_id := private.make_inbox(p_account_id, p_name, p_channel_type);
    insert into public.inbox_members (account_id, inbox_id, user_id) values (p_account_id, inbox_id, auth.uid());
    return jsonb_build_object('id', inbox_id);
end;
$$;

comment on function private.create_inbox is 'See public.create_inbox.';
grant execute on function private.create_inbox to authenticated;

create function public.create_inbox(p_account_id uuid, p_name text, p_channel_type text)
returns jsonb
language sql set search_path = ''
as $$
    select private.create_inbox(p_account_id, p_name, p_channel_type)
$$;

comment on function public.create_inbox is
    'A new inbox with its channel; the administrator who makes it becomes its first member. Returns {id}.
     Fails with account_not_found, not_administrator, name_invalid, channel_type_invalid.';
grant execute on function public.create_inbox to authenticated;

create function private.administered_inbox(p_id uuid)
returns public.inboxes
language plpgsql stable security definer set search_path = ''
as $$
declare
    inbox public.inboxes;
begin
    select * into inbox
    from public.inboxes
    where id = p_id and account_id = any (private.account_ids()) and deleted_at is null;
    if inbox.id is null then
        perform private.fail(404, 'inbox_not_found', 'There is no such inbox.');
    end if;
    perform private.require_administrator(inbox.account_id);
    return inbox;
end;
$$;

comment on function private.administered_inbox is
    'The inbox, if the caller administers its account; else inbox_not_found or not_administrator.';

create function private.delete_inbox(p_inbox_id uuid)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    inbox public.inboxes := private.administered_inbox(p_inbox_id);
begin
    update public.inboxes set deleted_at = now() where id = p_inbox_id;
    -- Members go at once, and with them every right; what was said there may be much, and goes in batches.
    delete from public.inbox_members where inbox_id = p_inbox_id;
    perform private.move_inbox_epoch(p_inbox_id);
    perform private.enqueue(
        'delete_inbox', jsonb_build_object('inbox_id', p_inbox_id), inbox.account_id, p_inbox_id::text);
end;
$$;

comment on function private.delete_inbox is 'See public.delete_inbox.';
grant execute on function private.delete_inbox to authenticated;

create function public.delete_inbox(p_inbox_id uuid)
returns void
language sql set search_path = ''
as $$
    select private.delete_inbox(p_inbox_id)
$$;

comment on function public.delete_inbox is
    'Takes an inbox away from everybody at once; its conversations are removed soon after. Administrators only.
     Fails with inbox_not_found, not_administrator.';
grant execute on function public.delete_inbox to authenticated;

create function service.delete_inbox(p_inbox_id uuid, p_limit int default 500)
returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
    delete from public.conversations
    where id in (
        select conversation.id
        from public.conversations as conversation
        join public.inboxes as inbox
            on inbox.account_id = conversation.account_id and inbox.id = conversation.inbox_id
        where inbox.id = p_inbox_id and inbox.deleted_at is not null
        order by conversation.id
        limit p_limit);
    if found then
        perform private.enqueue(
            'delete_inbox', jsonb_build_object('inbox_id', inbox.id), inbox.account_id, inbox.id::text)
        from public.inboxes as inbox
        where inbox.id = p_inbox_id;
        return false;
    end if;
    delete from public.inboxes where id = p_inbox_id and deleted_at is not null;
    return true;
end;
$$;

comment on function service.delete_inbox is
    'Removes the next conversations of a deleted inbox and asks for another job; without any, the inbox: true when nothing is left.';

create function private.set_inbox_member(p_inbox_id uuid, p_user_id uuid, p_member boolean)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
    account constant uuid := (private.administered_inbox(p_inbox_id)).account_id;
begin
    if p_member is null then
        perform private.fail(400, 'invalid_argument', 'member is true or false.');
    end if;
    if not exists (select from public.account_users where account_id = account and user_id = p_user_id) then
        perform private.fail(404, 'user_not_found', 'There is no such member of the account.');
    end if;
    if p_member then
        insert into public.inbox_members (account_id, inbox_id, user_id)
        values (account, p_inbox_id, p_user_id)
        on conflict do nothing;
    else
        delete from public.inbox_members where inbox_id = p_inbox_id and user_id = p_user_id;
    end if;
end;
$$;

comment on function private.set_inbox_member is 'See public.set_inbox_member.';
grant execute on function private.set_inbox_member to authenticated;

create function public.set_inbox_member(p_inbox_id uuid, p_user_id uuid, p_member boolean)
returns void
language sql set search_path = ''
as $$
    select private.set_inbox_member(p_inbox_id, p_user_id, p_member)
$$;

comment on function public.set_inbox_member is
    'Adds an agent to an inbox or takes them out; administrators only.
     Fails with inbox_not_found, not_administrator, invalid_argument, user_not_found.';
grant execute on function public.set_inbox_member to authenticated;

alter table public.inboxes enable row level security;
alter table public.inbox_members enable row level security;
alter table public.channel_web_widgets enable row level security;
alter table public.channel_apis enable row level security;

create policy "agents read the inboxes they work"
    on public.inboxes for select to authenticated
    using (id = any ((select private.inbox_ids())::uuid[]));

create policy "administrators change the inboxes of their accounts"
    on public.inboxes for update to authenticated
    using (account_id = any ((select private.account_ids('administrator'))::uuid[]))
    with check (account_id = any ((select private.account_ids('administrator'))::uuid[]));

create policy "agents read who works their inboxes"
    on public.inbox_members for select to authenticated
    using (inbox_id = any ((select private.inbox_ids())::uuid[]));

create policy "agents read the website chats of their inboxes"
    on public.channel_web_widgets for select to authenticated
    using (inbox_id = any ((select private.inbox_ids())::uuid[]));

create policy "administrators change the website chats of their accounts"
    on public.channel_web_widgets for update to authenticated
    using (account_id = any ((select private.account_ids('administrator'))::uuid[]))
    with check (account_id = any ((select private.account_ids('administrator'))::uuid[]));

create policy "agents read the API channels of their inboxes"
    on public.channel_apis for select to authenticated
    using (inbox_id = any ((select private.inbox_ids())::uuid[]));

create policy "administrators change the API channels of their accounts"
    on public.channel_apis for update to authenticated
    using (account_id = any ((select private.account_ids('administrator'))::uuid[]))
    with check (account_id = any ((select private.account_ids('administrator'))::uuid[]));

grant select on public.inboxes, public.inbox_members, public.channel_web_widgets, public.channel_apis
    to authenticated;
grant update (
    name, greeting_enabled, greeting_message, allow_messages_after_resolved, lock_to_single_conversation,
    enable_auto_assignment, enable_email_collect, working_hours_enabled, out_of_office_message, timezone,
    avatar_url, csat_survey_enabled, csat_config, auto_assignment_config, sender_name_type, business_name
) on public.inboxes to authenticated;
grant update (
    website_url, allowed_domains, widget_color, widget_position, welcome_title, welcome_tagline, reply_time,
    features,
    pre_chat_form_enabled, pre_chat_form_options, hmac_mandatory, continuity_via_email
) on public.channel_web_widgets to authenticated;
grant update (reply_window_hours) on public.channel_apis to authenticated;
