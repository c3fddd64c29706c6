-- realtime: who may listen to which topic. The topic is the border; see 12_realtime.sql for their names.

create function private.may_hear(p_topic text)
returns boolean
language plpgsql stable security definer set search_path = ''
as $$
declare
    uuid_pattern constant text := '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
    part text[];
begin
    -- Anchored, and exactly one spelling each: a topic that is merely similar is another topic.
    part := regexp_match(p_topic, '^user:(' || uuid_pattern || ')$');
    if part is not null then
        return part[1]::uuid = auth.uid();
    end if;
    part := regexp_match(p_topic, '^inbox:(' || uuid_pattern || '):([1-9][0-9]{0,17})$');
    if part is not null then
        return exists (
            select from public.inboxes as inbox
            where inbox.id = part[1]::uuid
                and inbox.epoch = part[2]::bigint
                -- Deltas name every conversation of the inbox: they are for those who see all of them.
                and inbox.id = any (private.full_inbox_ids()));
    end if;
    part := regexp_match(p_topic, '^team:(' || uuid_pattern || '):([1-9][0-9]{0,17})$');
    if part is not null then
        return exists (
            select from public.teams as team
            where team.id = part[1]::uuid
                and team.epoch = part[2]::bigint
                and team.id = any (private.team_ids()));
    end if;
    part := regexp_match(p_topic, '^conversation:(' || uuid_pattern || '):([1-9][0-9]{0,17})$');
    if part is not null then
        return exists (
            select from public.conversations as conversation
            join public.inboxes as inbox on inbox.id = conversation.inbox_id
            where conversation.id = part[1]::uuid
                and inbox.epoch + conversation.epoch = part[2]::bigint
                and private.can_see(conversation));
    end if;
    return false;
end;
$$;

comment on function private.may_hear is 'Whether the calling agent may listen to this topic now, under its present epoch.';
grant execute on function private.may_hear to authenticated;

create policy "agents hear the topics of what they may see"
    on realtime.messages for select to authenticated
    using (extension in ('broadcast', 'presence') and (select private.may_hear((select realtime.topic()))));

create policy "agents show their presence in the conversations they may see"
    on realtime.messages for insert to authenticated
    with check (
        extension = 'presence'
        and (select realtime.topic()) like 'conversation:%'
        and (select private.may_hear((select realtime.topic()))));

create policy "visitors hear their own topic"
    on realtime.messages for select to visitor
    using (
        extension = 'broadcast'
        and (select realtime.topic()) = 'visitor:' || (select private.visitor_contact_inbox_id()));
