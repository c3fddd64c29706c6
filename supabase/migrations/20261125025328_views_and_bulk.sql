-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

DROP FUNCTION "private"."conversation_filter"(uuid, jsonb, text, jsonb, integer);

DROP FUNCTION "public"."conversation_filter"(uuid, jsonb, text, jsonb, integer);

CREATE TABLE "public"."custom_filters" ("account_id" uuid NOT NULL, "user_id" uuid, "name" text NOT NULL, "conditions" jsonb NOT NULL, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "custom_filters_conditions_check" CHECK (((jsonb_typeof(conditions) = 'array'::text) AND (octet_length((conditions)::text) <= 100000))), CONSTRAINT "custom_filters_name_check" CHECK (((name = btrim(name)) AND ((char_length(name) >= 1) AND (char_length(name) <= 100)))), "id" uuid NOT NULL DEFAULT private.uuid_v7(), CONSTRAINT "custom_filters_account_id_id_key" UNIQUE (account_id, id), CONSTRAINT "custom_filters_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."custom_filters" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."custom_filters" OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.bulk_change(p_id uuid, p_changes jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation constant public.conversations := private.agent_conversation(p_id);
    added constant text[] := array(select jsonb_array_elements_text(coalesce(p_changes -> 'add_labels', '[]')));
    removed constant text[] := array(select jsonb_array_elements_text(coalesce(p_changes -> 'remove_labels', '[]')));
begin
    if p_changes ? 'team_id' then
        perform private.set_team(p_id, (p_changes ->> 'team_id')::uuid);
    end if;
    if p_changes ? 'assignee_id' then
        perform private.assign_conversation(p_id, (p_changes ->> 'assignee_id')::uuid);
    end if;
    if p_changes ? 'priority' then
        perform private.set_priority(p_id, p_changes ->> 'priority');
    end if;
    if p_changes ?| array['add_labels', 'remove_labels'] then
        perform private.set_labels(
            p_id, array(select unnest(conversation.labels || added) except select unnest(removed)));
    end if;
    if p_changes ? 'status' then
        perform private.set_conversation_status(
            p_id, p_changes ->> 'status', (p_changes ->> 'snoozed_until')::timestamptz);
    end if;
exception when invalid_text_representation or invalid_datetime_format or datetime_field_overflow then
    perform private.fail(400, 'invalid_argument', 'assignee_id and team_id are ids or null, snoozed_until is a time.');
end;
$function$;

ALTER FUNCTION "private"."bulk_change"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.bulk_ids(p_ids uuid[], p_changes jsonb)
 RETURNS uuid[]
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
    ids constant uuid[] := array(select distinct id from unnest(p_ids) as id where id is not null order by id);
    known constant text[] := array[
        'status', 'snoozed_until', 'assignee_id', 'team_id', 'priority', 'add_labels', 'remove_labels'];
begin
    if cardinality(ids) not between 1 and 100 or p_changes is null or jsonb_typeof(p_changes) <> 'object'
        or exists (select from jsonb_object_keys(p_changes) as key where not key = any (known))
        or coalesce(jsonb_typeof(p_changes -> 'add_labels'), 'array') <> 'array'
        or coalesce(jsonb_typeof(p_changes -> 'remove_labels'), 'array') <> 'array'
    then
        perform private.fail(
            400, 'invalid_argument',
            format('ids are 1 to 100 conversations; changes is an object of %s.', array_to_string(known, ', ')));
    end if;
    -- In the order of their ids: two at once cannot wait for one another crosswise.
    return ids;
end;
$function$;

ALTER FUNCTION "private"."bulk_ids"(uuid[], jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.bulk_update(p_ids uuid[], p_changes jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    ids constant uuid[] := private.bulk_ids(p_ids, p_changes);
    id uuid;
begin
    foreach id in array ids loop
        perform private.bulk_change(id, p_changes);
    end loop;
    return private.visible_conversation_rows(ids);
end;
$function$;

CREATE OR REPLACE FUNCTION private.bulk_update_each(p_ids uuid[], p_changes jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    ids constant uuid[] := private.bulk_ids(p_ids, p_changes);
    errors jsonb := '[]';
    refusal jsonb;
    id uuid;
begin
    foreach id in array ids loop
        begin
            perform private.bulk_change(id, p_changes);
        exception when sqlstate 'PGRST' then
            -- What private.fail said of this one; the others go on.
            refusal := sqlerrm::jsonb;
            errors := errors || jsonb_build_object(
                'id', id, 'code', refusal ->> 'code', 'message', refusal ->> 'message');
        end;
    end loop;
    return jsonb_build_object('rows', private.visible_conversation_rows(ids), 'errors', errors);
end;
$function$;

ALTER FUNCTION "private"."bulk_update_each"(uuid[], jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.conversation_filter(p_account_id uuid, p_conditions jsonb, p_sort text, p_cursor jsonb, p_limit integer, p_ids uuid[])
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
    if cardinality(p_ids) > 200 then
        perform private.fail(400, 'invalid_argument', 'Ask for 200 conversations at most.');
    end if;
    return private.conversation_page(
        p_account_id, array['open', 'pending', 'snoozed', 'resolved'], null, 'all',
        concat(
            format(' and (%s)', private.filter_predicate(p_account_id, p_conditions)),
            case when p_ids is not null then format(' and conversation.id = any (%L::uuid[])', p_ids) end),
        p_sort, p_cursor, p_limit);
end;
$function$;

ALTER FUNCTION "private"."conversation_filter"(uuid, jsonb, text, jsonb, integer, uuid[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.delete_custom_filter(p_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    delete from public.custom_filters where id = (private.own_filter(p_id)).id;
end;
$function$;

ALTER FUNCTION "private"."delete_custom_filter"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.filter_predicate(p_account_id uuid, p_conditions jsonb)
 RETURNS text
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    condition jsonb;
    place bigint;
    last_place int;
    predicate text := '';
begin
    if p_conditions is null or jsonb_typeof(p_conditions) <> 'array'
        or jsonb_array_length(p_conditions) not between 1 and 50
    then
        perform private.fail(400, 'invalid_argument', 'conditions is a list of 1 to 50.');
    end if;
    last_place := jsonb_array_length(p_conditions);
    for condition, place in
        select item, number from jsonb_array_elements(p_conditions) with ordinality as listed (item, number)
    loop
        if place < last_place and coalesce(lower(condition ->> 'query_operator'), '') not in ('and', 'or') then
            perform private.fail(400, 'filter_query_operator_invalid', 'Conditions are joined by and, or.');
        end if;
        -- No parentheses around the whole: "and" binds closer than "or", as it is read.
        predicate := predicate || private.filter_condition(p_account_id, condition)
            || case when place = last_place then '' else format(' %s ', lower(condition ->> 'query_operator')) end;
    end loop;
    return predicate;
end;
$function$;

ALTER FUNCTION "private"."filter_predicate"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.own_filter(p_id uuid)
 RETURNS public.custom_filters
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    found public.custom_filters;
begin
    select * into found
    from public.custom_filters as saved
    where saved.id = p_id
        and saved.account_id = any (private.account_ids())
        and (saved.user_id is null or saved.user_id = auth.uid());
    if found.id is null then
        perform private.fail(404, 'filter_not_found', 'There is no such view.');
    end if;
    if found.user_id is null then
        perform private.require_administrator(found.account_id);
    end if;
    return found;
end;
$function$;

ALTER FUNCTION "private"."own_filter"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.save_custom_filter(p_account_id uuid, p_id uuid, p_name text, p_conditions jsonb, p_shared boolean)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    owner constant uuid := case when p_shared then null else auth.uid() end;
    title constant text := btrim(p_name);
    changed public.custom_filters;
    saved public.custom_filters;
begin
    perform private.require_member(p_account_id);
    if p_shared then
        perform private.require_administrator(p_account_id);
    end if;
    if private.is_blank(title) or char_length(title) > 100 then
        perform private.fail(400, 'name_invalid', 'The name has 1 to 100 characters.');
    end if;
    -- What could not be asked is not kept.
    perform private.filter_predicate(p_account_id, p_conditions);
    if p_id is null then
        if (
            select count(*) from public.custom_filters as kept
            where kept.account_id = p_account_id and kept.user_id is not distinct from owner
        ) >= 1000 then
            perform private.fail(400, 'too_many_filters', 'There are 1,000 views at most.');
        end if;
        insert into public.custom_filters (account_id, user_id, name, conditions)
        values (p_account_id, owner, title, p_conditions)
        returning * into saved;
    else
        changed := private.own_filter(p_id);
        if changed.account_id <> p_account_id then
            perform private.fail(404, 'filter_not_found', 'There is no such view.');
        end if;
        update public.custom_filters as kept
        set user_id = owner, name = title, conditions = p_conditions
        where kept.id = changed.id
        returning * into saved;
    end if;
    return to_jsonb(saved);
exception
    when unique_violation then
        perform private.fail(409, 'name_taken', 'Another view has this name.');
        return null;
end;
$function$;

ALTER FUNCTION "private"."save_custom_filter"(uuid, uuid, text, jsonb, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.bulk_update_each(p_ids uuid[], p_changes jsonb)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.bulk_update_each(p_ids, p_changes)
$function$;

ALTER FUNCTION "public"."bulk_update_each"(uuid[], jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.conversation_filter(p_account_id uuid, p_conditions jsonb, p_sort text DEFAULT 'newest'::text, p_cursor jsonb DEFAULT NULL::jsonb, p_limit integer DEFAULT 25, p_ids uuid[] DEFAULT NULL::uuid[])
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.conversation_filter(p_account_id, p_conditions, p_sort, p_cursor, p_limit, p_ids)
$function$;

ALTER FUNCTION "public"."conversation_filter"(uuid, jsonb, text, jsonb, integer, uuid[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.delete_custom_filter(p_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.delete_custom_filter(p_id)
$function$;

ALTER FUNCTION "public"."delete_custom_filter"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.save_custom_filter(p_account_id uuid, p_id uuid, p_name text, p_conditions jsonb, p_shared boolean DEFAULT false)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.save_custom_filter(p_account_id, p_id, p_name, p_conditions, p_shared)
$function$;

ALTER FUNCTION "public"."save_custom_filter"(uuid, uuid, text, jsonb, boolean) OWNER TO "postgres";

ALTER TABLE "public"."custom_filters" ADD CONSTRAINT "custom_filters_account_id_fkey" FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;

ALTER TABLE "public"."custom_filters" ADD CONSTRAINT "custom_filters_user_fkey" FOREIGN KEY (account_id, user_id) REFERENCES public.account_users(account_id, user_id) ON DELETE CASCADE;

CREATE UNIQUE INDEX custom_filters_name_key ON public.custom_filters USING btree (account_id, user_id, lower(name)) NULLS NOT DISTINCT;

CREATE TRIGGER custom_filters_set_updated_at BEFORE UPDATE ON public.custom_filters FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

CREATE POLICY "members read their own views and the shared ones of their accou" ON "public"."custom_filters" FOR SELECT TO "authenticated" USING (((account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[])) AND ((user_id IS NULL) OR (user_id = ( SELECT auth.uid() AS uid)))));

COMMENT ON COLUMN "public"."custom_filters"."conditions" IS 'As public.conversation_filter takes them; they were valid when they were saved.';

COMMENT ON COLUMN "public"."custom_filters"."user_id" IS 'Whose it is; null: everybody''s in the account, kept by its administrators.';

COMMENT ON FUNCTION "private"."bulk_change"(uuid, jsonb) IS 'What a bulk change does to one conversation. Fails as the functions for one.';

COMMENT ON FUNCTION "private"."bulk_ids"(uuid[], jsonb) IS 'The conversations of a bulk change, each once and in order. Fails with invalid_argument.';

COMMENT ON FUNCTION "private"."bulk_update_each"(uuid[], jsonb) IS 'See public.bulk_update_each.';

COMMENT ON FUNCTION "private"."conversation_filter"(uuid, jsonb, text, jsonb, integer, uuid[]) IS 'See public.conversation_filter.';

COMMENT ON FUNCTION "private"."delete_custom_filter"(uuid) IS 'See public.delete_custom_filter.';

COMMENT ON FUNCTION "private"."filter_predicate"(uuid, jsonb) IS 'Conditions as SQL about the alias conversation. Fails with invalid_argument, filter_query_operator_invalid, and as filter_condition.';

COMMENT ON FUNCTION "private"."own_filter"(uuid) IS 'The view, if the caller may change it: their own, or a shared one as an administrator. Fails with filter_not_found, not_administrator.';

COMMENT ON FUNCTION "private"."save_custom_filter"(uuid, uuid, text, jsonb, boolean) IS 'See public.save_custom_filter.';

COMMENT ON FUNCTION "public"."bulk_update_each"(uuid[], jsonb) IS 'As public.bulk_update, each by itself: {rows, errors}, where an error is {id, code, message} of a conversation that stayed as it was,
     and rows are those that the caller still sees. Fails with invalid_argument.';

COMMENT ON FUNCTION "public"."conversation_filter"(uuid, jsonb, text, jsonb, integer, uuid[]) IS 'One page of the conversations that meet conditions [{attribute_key, filter_operator, values, query_operator}], read from left to right
     with "and" before "or", as public.conversation_list gives it; with ids, at most 200, those of them that do. Fails with
     account_not_found, invalid_argument, invalid_cursor, filter_attribute_unknown, filter_operator_invalid,
     filter_query_operator_invalid, filter_value_invalid.';

COMMENT ON FUNCTION "public"."delete_custom_filter"(uuid) IS 'Removes a view. Fails with filter_not_found, not_administrator.';

COMMENT ON FUNCTION "public"."save_custom_filter"(uuid, uuid, text, jsonb, boolean) IS 'Saves conditions as a view (id null) or changes one: one''s own, or, as an administrator, one that everybody sees. Returns its row.
     Fails with account_not_found, not_administrator, filter_not_found, name_invalid, name_taken, too_many_filters, invalid_argument, and
     as public.conversation_filter about the conditions.';

COMMENT ON TABLE "public"."custom_filters" IS 'A saved view: conditions for public.conversation_filter under a name.';

REVOKE ALL ON FUNCTION "private"."bulk_change"(uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."bulk_change"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."bulk_change"(uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."bulk_ids"(uuid[], jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."bulk_ids"(uuid[], jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."bulk_ids"(uuid[], jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."bulk_update_each"(uuid[], jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."bulk_update_each"(uuid[], jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."bulk_update_each"(uuid[], jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."bulk_update_each"(uuid[], jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."conversation_filter"(uuid, jsonb, text, jsonb, integer, uuid[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."conversation_filter"(uuid, jsonb, text, jsonb, integer, uuid[]) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."conversation_filter"(uuid, jsonb, text, jsonb, integer, uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."conversation_filter"(uuid, jsonb, text, jsonb, integer, uuid[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."delete_custom_filter"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."delete_custom_filter"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."delete_custom_filter"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."delete_custom_filter"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."filter_predicate"(uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."filter_predicate"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."filter_predicate"(uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."own_filter"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."own_filter"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."own_filter"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."save_custom_filter"(uuid, uuid, text, jsonb, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."save_custom_filter"(uuid, uuid, text, jsonb, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."save_custom_filter"(uuid, uuid, text, jsonb, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."save_custom_filter"(uuid, uuid, text, jsonb, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "public"."bulk_update_each"(uuid[], jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."bulk_update_each"(uuid[], jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."bulk_update_each"(uuid[], jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."bulk_update_each"(uuid[], jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "public"."conversation_filter"(uuid, jsonb, text, jsonb, integer, uuid[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."conversation_filter"(uuid, jsonb, text, jsonb, integer, uuid[]) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."conversation_filter"(uuid, jsonb, text, jsonb, integer, uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."conversation_filter"(uuid, jsonb, text, jsonb, integer, uuid[]) TO "postgres";

REVOKE ALL ON FUNCTION "public"."delete_custom_filter"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."delete_custom_filter"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."delete_custom_filter"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."delete_custom_filter"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."save_custom_filter"(uuid, uuid, text, jsonb, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."save_custom_filter"(uuid, uuid, text, jsonb, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."save_custom_filter"(uuid, uuid, text, jsonb, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."save_custom_filter"(uuid, uuid, text, jsonb, boolean) TO "postgres";

REVOKE ALL ON TABLE "public"."custom_filters" FROM "authenticated";

GRANT SELECT ON TABLE "public"."custom_filters" TO "authenticated";

REVOKE ALL ON TABLE "public"."custom_filters" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."custom_filters" TO "postgres";

REVOKE ALL ON TABLE "public"."custom_filters" FROM "service_role";

GRANT SELECT ON TABLE "public"."custom_filters" TO "service_role";
