-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

CREATE OR REPLACE FUNCTION service.channels_for(p_channel_type text, p_keys text[])
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce(jsonb_agg(jsonb_build_object(
        'inbox_id', connection.inbox_id,
        'account_id', connection.account_id,
        'active', account.status = 'active',
        'address', connection.address,
        'settings', connection.settings,
        'secrets', secret.secrets)), '[]')
    from public.channel_connections as connection
    join public.accounts as account on account.id = connection.account_id
    join private.channel_secrets as secret on secret.inbox_id = connection.inbox_id
    where connection.channel_type = p_channel_type
        and (
            connection.address = any (p_keys)
            or connection.aliases && p_keys
            or connection.settings ->> 'business_account_id' = any (p_keys)
            -- Mails to reply addresses: known by their domain, and by the signature in them.
            or '@' || lower(connection.settings ->> 'inbound_domain') = any (p_keys))
$function$;
