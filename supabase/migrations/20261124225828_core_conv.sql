-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

ALTER TABLE "public"."contacts" DROP CONSTRAINT "contacts_additional_attributes_check";

ALTER TABLE "public"."contacts" DROP CONSTRAINT "contacts_custom_attributes_check";

ALTER TABLE "public"."conversations" DROP CONSTRAINT "conversations_custom_attributes_check";

CREATE TABLE "public"."labels" ("account_id" uuid NOT NULL, "title" text NOT NULL, "description" text NOT NULL DEFAULT ''::text, "color" text NOT NULL DEFAULT '#1f93ff'::text, "show_on_sidebar" boolean NOT NULL DEFAULT true, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "labels_account_id_title_key" UNIQUE (account_id, title), CONSTRAINT "labels_color_check" CHECK ((color ~ '^#[0-9a-f]{6}$'::text)), CONSTRAINT "labels_description_check" CHECK ((char_length(description) <= 500)), CONSTRAINT "labels_title_check" CHECK (((title = lower(title)) AND (title !~ '[\s,]'::text) AND ((char_length(title) >= 1) AND (char_length(title) <= 64)))), "id" uuid NOT NULL DEFAULT private.uuid_v7(), CONSTRAINT "labels_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."labels" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."labels" OWNER TO "postgres";

ALTER TABLE "public"."contacts" ADD COLUMN "labels" text[] NOT NULL DEFAULT '{}'::text[];

CREATE OR REPLACE FUNCTION private.are_attributes(p_attributes jsonb)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
    select jsonb_typeof(p_attributes) = 'object'
        and octet_length(p_attributes::text) <= 65536
        and not exists (
            select
            from jsonb_each(case when jsonb_typeof(p_attributes) = 'object' then p_attributes else '{}' end)
                as attribute (key, value)
            where char_length(attribute.key) > 255
                or (jsonb_typeof(attribute.value) = 'string' and char_length(attribute.value #>> '{}') > 1500)
                or (jsonb_typeof(attribute.value) = 'number' and abs(attribute.value::numeric) > 9999999999))
$function$;

ALTER FUNCTION "private"."are_attributes"(jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.conversation_rows(p_ids uuid[])
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce(jsonb_agg(
        jsonb_build_object(
            'id', conversation.id,
            'account_id', conversation.account_id,
            'display_id', conversation.display_id,
            'inbox_id', conversation.inbox_id,
            'status', conversation.status,
            'priority', conversation.priority,
            'assignee_id', conversation.assignee_id,
            'team_id', conversation.team_id,
            'labels', to_jsonb(conversation.labels),
            'snoozed_until', conversation.snoozed_until,
            'waiting_since', conversation.waiting_since,
            'first_reply_created_at', conversation.first_reply_created_at,
            'last_activity_at', conversation.last_activity_at,
            'created_at', conversation.created_at,
            'unread_count', conversation.unread_count,
            'last_seq', conversation.last_seq,
            'preview', conversation.preview,
            'custom_attributes', conversation.custom_attributes,
            'contact', jsonb_build_object(
                'id', contact.id,
                'name', contact.name,
                'email', contact.email,
                'phone_number', contact.phone_number,
                'avatar_url', contact.avatar_url,
                'identified', contact.identified,
                'blocked', contact.blocked),
            'topic', private.conversation_topic(conversation.id, inbox.epoch + conversation.epoch))
        order by wanted.position), '[]')
    from unnest(p_ids) with ordinality as wanted (id, position)
    join public.conversations as conversation on conversation.id = wanted.id
    join public.contacts as contact on contact.id = conversation.contact_id
    join public.inboxes as inbox on inbox.id = conversation.inbox_id
$function$;

CREATE OR REPLACE FUNCTION private.delete_label(p_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

ALTER FUNCTION "private"."delete_label"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.follow_label()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    -- An account that is being deleted takes everything with it.
    if exists (select from public.accounts where id = old.account_id) then
        perform private.relabel(old.account_id, old.title, case tg_op when 'UPDATE' then new.title end);
    end if;
    return null;
end;
$function$;

ALTER FUNCTION "private"."follow_label"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.mute_contact(p_conversation_id uuid, p_muted boolean)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
begin
    if p_muted is null then
        perform private.fail(400, 'invalid_argument', 'muted is true or false.');
    end if;
    update public.contacts set blocked = p_muted
    where id = conversation.contact_id and blocked is distinct from p_muted;
    if p_muted then
        update public.conversations set status = 'resolved'
        where id = p_conversation_id and status <> 'resolved';
    end if;
    return private.conversation_row(p_conversation_id);
end;
$function$;

ALTER FUNCTION "private"."mute_contact"(uuid, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.relabel(p_account_id uuid, p_old text, p_new text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    batch constant int := 500;
    contacts int;
    conversations int;
begin
    with chosen as (
        select id from public.contacts
        where account_id = p_account_id and labels @> array[p_old]
        order by id limit batch for no key update
    )
    update public.contacts as contact set labels = private.with_label_renamed(contact.labels, p_old, p_new)
    from chosen where contact.id = chosen.id;
    get diagnostics contacts = row_count;
    with chosen as (
        select id from public.conversations
        where account_id = p_account_id and labels @> array[p_old]
        order by id limit batch for no key update
    )
    update public.conversations as conversation
    set labels = private.with_label_renamed(conversation.labels, p_old, p_new)
    from chosen where conversation.id = chosen.id;
    get diagnostics conversations = row_count;
    if greatest(contacts, conversations) = batch then
        perform private.enqueue(
            'relabel', jsonb_build_object('account_id', p_account_id, 'old', p_old, 'new', p_new),
            p_account_id, 'relabel:' || p_account_id);
    end if;
    return contacts + conversations;
end;
$function$;

ALTER FUNCTION "private"."relabel"(uuid, text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.require_attributes(p_attributes jsonb)
 RETURNS void
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
    if private.are_attributes(p_attributes) is not true then
        perform private.fail(
            400, 'attributes_invalid',
            'Attributes are one object; texts have 1,500 characters and numbers ten digits at most.');
    end if;
end;
$function$;

ALTER FUNCTION "private"."require_attributes"(jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.require_labels(p_account_id uuid, p_titles text[])
 RETURNS text[]
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

ALTER FUNCTION "private"."require_labels"(uuid, text[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.save_label(p_account_id uuid, p_id uuid, p_title text, p_description text, p_color text, p_show_on_sidebar boolean)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

ALTER FUNCTION "private"."save_label"(uuid, uuid, text, text, text, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.set_custom_attributes(p_conversation_id uuid, p_attributes jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    perform private.agent_conversation(p_conversation_id);
    perform private.require_attributes(p_attributes);
    update public.conversations set custom_attributes = p_attributes
    where id = p_conversation_id and custom_attributes is distinct from p_attributes;
    return private.conversation_row(p_conversation_id);
end;
$function$;

ALTER FUNCTION "private"."set_custom_attributes"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.set_labels(p_conversation_id uuid, p_labels text[])
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
    wanted text[] := private.require_labels(conversation.account_id, p_labels);
begin
    update public.conversations set labels = wanted
    where id = p_conversation_id and labels is distinct from wanted;
    return private.conversation_row(p_conversation_id);
end;
$function$;

ALTER FUNCTION "private"."set_labels"(uuid, text[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.set_priority(p_conversation_id uuid, p_priority text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    perform private.agent_conversation(p_conversation_id);
    if p_priority not in ('low', 'medium', 'high', 'urgent') then
        perform private.fail(400, 'priority_invalid', 'The priority is low, medium, high, urgent or null.');
    end if;
    update public.conversations set priority = p_priority
    where id = p_conversation_id and priority is distinct from p_priority;
    return private.conversation_row(p_conversation_id);
end;
$function$;

ALTER FUNCTION "private"."set_priority"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.set_team(p_conversation_id uuid, p_team_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
begin
    if p_team_id is not null then
        if not exists (
            select from public.teams as team where team.account_id = conversation.account_id and team.id = p_team_id)
        then
            perform private.fail(404, 'team_not_found', 'There is no such team.');
        end if;
    end if;
    update public.conversations set team_id = p_team_id
    where id = p_conversation_id and team_id is distinct from p_team_id;
    return private.conversation_row(p_conversation_id);
end;
$function$;

ALTER FUNCTION "private"."set_team"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.toggle_status(p_conversation_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    perform private.agent_conversation(p_conversation_id);
    update public.conversations
    set status = case status when 'open' then 'resolved' else 'open' end
    where id = p_conversation_id;
    return private.conversation_row(p_conversation_id);
end;
$function$;

ALTER FUNCTION "private"."toggle_status"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.with_label_renamed(p_titles text[], p_old text, p_new text)
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    select coalesce(array_agg(distinct title order by title), '{}')
    from (
        select case title when p_old then p_new else title end as title from unnest(p_titles) as title
    ) as renamed
    where title is not null
$function$;

ALTER FUNCTION "private"."with_label_renamed"(text[], text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.delete_label(p_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.delete_label(p_id)
$function$;

ALTER FUNCTION "public"."delete_label"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.mute_contact(p_conversation_id uuid, p_muted boolean)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.mute_contact(p_conversation_id, p_muted)
$function$;

ALTER FUNCTION "public"."mute_contact"(uuid, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.save_label(p_account_id uuid, p_id uuid, p_title text, p_description text DEFAULT NULL::text, p_color text DEFAULT NULL::text, p_show_on_sidebar boolean DEFAULT NULL::boolean)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.save_label(p_account_id, p_id, p_title, p_description, p_color, p_show_on_sidebar)
$function$;

ALTER FUNCTION "public"."save_label"(uuid, uuid, text, text, text, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.set_custom_attributes(p_conversation_id uuid, p_attributes jsonb)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.set_custom_attributes(p_conversation_id, p_attributes)
$function$;

ALTER FUNCTION "public"."set_custom_attributes"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.set_labels(p_conversation_id uuid, p_labels text[])
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.set_labels(p_conversation_id, p_labels)
$function$;

ALTER FUNCTION "public"."set_labels"(uuid, text[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.set_priority(p_conversation_id uuid, p_priority text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.set_priority(p_conversation_id, p_priority)
$function$;

ALTER FUNCTION "public"."set_priority"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.set_team(p_conversation_id uuid, p_team_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.set_team(p_conversation_id, p_team_id)
$function$;

ALTER FUNCTION "public"."set_team"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.toggle_status(p_conversation_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.toggle_status(p_conversation_id)
$function$;

ALTER FUNCTION "public"."toggle_status"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.relabel(p_account_id uuid, p_old text, p_new text)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select private.relabel(p_account_id, p_old, p_new)
$function$;

ALTER FUNCTION "service"."relabel"(uuid, text, text) OWNER TO "postgres";

ALTER TABLE "public"."labels" ADD CONSTRAINT "labels_account_id_fkey" FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;

CREATE INDEX contacts_labels_idx ON public.contacts USING gin (account_id, labels);

CREATE INDEX conversations_labels_idx ON public.conversations USING gin (account_id, labels);

CREATE TRIGGER labels_follow_removal AFTER DELETE ON public.labels FOR EACH ROW EXECUTE FUNCTION private.follow_label();

CREATE TRIGGER labels_follow_title AFTER UPDATE OF title ON public.labels FOR EACH ROW WHEN ((old.title IS DISTINCT FROM new.title)) EXECUTE FUNCTION private.follow_label();

CREATE TRIGGER labels_set_updated_at BEFORE UPDATE ON public.labels FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

CREATE POLICY "members read the labels of their accounts" ON "public"."labels" FOR SELECT TO "authenticated" USING ((account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[])));

COMMENT ON COLUMN "public"."labels"."title" IS 'Lower case, without white space or commas; unique in the account.';

COMMENT ON FUNCTION "private"."are_attributes"(jsonb) IS 'Whether this is an object of attributes: 64 kB, strings of 1,500 characters and numbers of ten digits at most.';

COMMENT ON FUNCTION "private"."delete_label"(uuid) IS 'See public.delete_label.';

COMMENT ON FUNCTION "private"."follow_label"() IS 'Trigger: what carries a label follows when it is renamed or removed.';

COMMENT ON FUNCTION "private"."mute_contact"(uuid, boolean) IS 'See public.mute_contact.';

COMMENT ON FUNCTION "private"."relabel"(uuid, text, text) IS 'Renames a label, or with null removes it, in 500 contacts and 500 conversations that carry it; a job does the rest.';

COMMENT ON FUNCTION "private"."require_attributes"(jsonb) IS 'Fails with attributes_invalid unless private.are_attributes.';

COMMENT ON FUNCTION "private"."require_labels"(uuid, text[]) IS 'These titles, cleaned, sorted and each once; fails with label_not_found when the account does not have one.';

COMMENT ON FUNCTION "private"."save_label"(uuid, uuid, text, text, text, boolean) IS 'See public.save_label.';

COMMENT ON FUNCTION "private"."set_custom_attributes"(uuid, jsonb) IS 'See public.set_custom_attributes.';

COMMENT ON FUNCTION "private"."set_labels"(uuid, text[]) IS 'See public.set_labels.';

COMMENT ON FUNCTION "private"."set_priority"(uuid, text) IS 'See public.set_priority.';

COMMENT ON FUNCTION "private"."set_team"(uuid, uuid) IS 'See public.set_team.';

COMMENT ON FUNCTION "private"."toggle_status"(uuid) IS 'See public.toggle_status.';

COMMENT ON FUNCTION "private"."with_label_renamed"(text[], text, text) IS 'The titles with one of them renamed; null as the new title leaves it out.';

COMMENT ON FUNCTION "public"."delete_label"(uuid) IS 'Removes a label, also from everything that carries it. Administrators only. Returns what it was.
     Fails with label_not_found, not_administrator.';

COMMENT ON FUNCTION "public"."mute_contact"(uuid, boolean) IS 'Blocks the contact and resolves the conversation; or, with false, only unblocks the contact. Returns the row.
     Fails with conversation_not_found, invalid_argument.';

COMMENT ON FUNCTION "public"."save_label"(uuid, uuid, text, text, text, boolean) IS 'Adds a label (id null) or changes one; a new title follows to everything that carries it. Administrators only. Returns the row.
     Fails with account_not_found, not_administrator, title_invalid, title_taken, label_not_found, invalid_argument.';

COMMENT ON FUNCTION "public"."set_custom_attributes"(uuid, jsonb) IS 'Replaces the custom attributes of the conversation. Returns its row.
     Fails with conversation_not_found, attributes_invalid.';

COMMENT ON FUNCTION "public"."set_labels"(uuid, text[]) IS 'The labels of the conversation are these titles, and no others. Returns its row.
     Fails with conversation_not_found, label_not_found, invalid_argument.';

COMMENT ON FUNCTION "public"."set_priority"(uuid, text) IS 'Sets the priority: low, medium, high, urgent, or null for none. Returns the row.
     Fails with conversation_not_found, priority_invalid.';

COMMENT ON FUNCTION "public"."set_team"(uuid, uuid) IS 'Gives the conversation to a team of the account, or to none (null). Returns its row.
     Fails with conversation_not_found, team_not_found.';

COMMENT ON FUNCTION "public"."toggle_status"(uuid) IS 'Resolves an open conversation and opens any other. Returns its row. Fails with conversation_not_found.';

COMMENT ON FUNCTION "service"."relabel"(uuid, text, text) IS 'The next batch of a label''s renaming; see private.relabel. Returns how many rows it changed.';

COMMENT ON TABLE "public"."labels" IS 'A word of the account''s own; conversations and contacts carry titles of labels.';

REVOKE ALL ON FUNCTION "private"."are_attributes"(jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."are_attributes"(jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."are_attributes"(jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."are_attributes"(jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."delete_label"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."delete_label"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."delete_label"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."delete_label"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."follow_label"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."follow_label"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."follow_label"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."mute_contact"(uuid, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."mute_contact"(uuid, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."mute_contact"(uuid, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."mute_contact"(uuid, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."relabel"(uuid, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."relabel"(uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."relabel"(uuid, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."require_attributes"(jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."require_attributes"(jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."require_attributes"(jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."require_labels"(uuid, text[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."require_labels"(uuid, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."require_labels"(uuid, text[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."save_label"(uuid, uuid, text, text, text, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."save_label"(uuid, uuid, text, text, text, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."save_label"(uuid, uuid, text, text, text, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."save_label"(uuid, uuid, text, text, text, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."set_custom_attributes"(uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."set_custom_attributes"(uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."set_custom_attributes"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."set_custom_attributes"(uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."set_labels"(uuid, text[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."set_labels"(uuid, text[]) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."set_labels"(uuid, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."set_labels"(uuid, text[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."set_priority"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."set_priority"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."set_priority"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."set_priority"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."set_team"(uuid, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."set_team"(uuid, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."set_team"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."set_team"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."toggle_status"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."toggle_status"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."toggle_status"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."toggle_status"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."with_label_renamed"(text[], text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."with_label_renamed"(text[], text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."with_label_renamed"(text[], text, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."delete_label"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."delete_label"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."delete_label"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."delete_label"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."mute_contact"(uuid, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."mute_contact"(uuid, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."mute_contact"(uuid, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."mute_contact"(uuid, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "public"."save_label"(uuid, uuid, text, text, text, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."save_label"(uuid, uuid, text, text, text, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."save_label"(uuid, uuid, text, text, text, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."save_label"(uuid, uuid, text, text, text, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "public"."set_custom_attributes"(uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."set_custom_attributes"(uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."set_custom_attributes"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."set_custom_attributes"(uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "public"."set_labels"(uuid, text[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."set_labels"(uuid, text[]) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."set_labels"(uuid, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."set_labels"(uuid, text[]) TO "postgres";

REVOKE ALL ON FUNCTION "public"."set_priority"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."set_priority"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."set_priority"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."set_priority"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."set_team"(uuid, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."set_team"(uuid, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."set_team"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."set_team"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."toggle_status"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."toggle_status"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."toggle_status"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."toggle_status"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "service"."relabel"(uuid, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."relabel"(uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."relabel"(uuid, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."relabel"(uuid, text, text) TO "service_role";

REVOKE ALL ON TABLE "public"."labels" FROM "authenticated";

GRANT SELECT ON TABLE "public"."labels" TO "authenticated";

REVOKE ALL ON TABLE "public"."labels" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."labels" TO "postgres";

REVOKE ALL ON TABLE "public"."labels" FROM "service_role";

GRANT SELECT ON TABLE "public"."labels" TO "service_role";

ALTER TABLE "public"."contacts" ADD CONSTRAINT "contacts_additional_attributes_check" CHECK (private.are_attributes(additional_attributes));

ALTER TABLE "public"."contacts" ADD CONSTRAINT "contacts_custom_attributes_check" CHECK (private.are_attributes(custom_attributes));

ALTER TABLE "public"."conversations" ADD CONSTRAINT "conversations_custom_attributes_check" CHECK (private.are_attributes(custom_attributes));
