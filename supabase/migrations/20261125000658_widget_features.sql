-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

CREATE OR REPLACE FUNCTION service.widget_config(p_website_token text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'website_token', widget.website_token,
        'account_id', widget.account_id,
        'inbox_id', widget.inbox_id,
        'name', inbox.name,
        'locale', account.locale,
        'color', widget.widget_color,
        'position', widget.widget_position,
        'welcome_title', widget.welcome_title,
        'welcome_tagline', widget.welcome_tagline,
        'reply_time', widget.reply_time,
        'allowed_domains', to_jsonb(widget.allowed_domains),
        'avatar_url', inbox.avatar_url,
        'hmac_mandatory', widget.hmac_mandatory,
        'pre_chat_form', case when widget.pre_chat_form_enabled then widget.pre_chat_form_options end,
        'features', to_jsonb(widget.features),
        'working_hours_enabled', inbox.working_hours_enabled,
        'agents_online', exists (
            select from public.inbox_members as member
            where member.inbox_id = inbox.id and private.is_online(member.account_id, member.user_id)),
        'out_of_office', private.is_out_of_office(inbox.id, now()))
    from public.channel_web_widgets as widget
    join public.inboxes as inbox on inbox.id = widget.inbox_id
    join public.accounts as account on account.id = widget.account_id
    where widget.website_token = p_website_token and account.status = 'active' and inbox.deleted_at is null
$function$;
