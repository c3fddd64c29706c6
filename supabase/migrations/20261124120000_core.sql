-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.

set local check_function_bodies = off;

DROP POLICY "agents read the conversations in their inboxes" ON "public"."conversations";

DROP POLICY "agents read the messages in their inboxes" ON "public"."messages";

DROP POLICY "agents write messages in their inboxes" ON "public"."messages";

DROP TRIGGER "account_users_move_epoch" ON "public"."account_users";

DROP TRIGGER "conversations_number" ON "public"."conversations";

DROP TRIGGER "conversations_tell_in_thread" ON "public"."conversations";

DROP TRIGGER "messages_change" ON "public"."messages";

DROP TRIGGER "messages_tell_created" ON "public"."messages";

DROP INDEX "public"."messages_account_id_conversation_id_idx";

ALTER TABLE "private"."jobs" DROP CONSTRAINT "jobs_attempt_check";

ALTER TABLE "public"."accounts" DROP CONSTRAINT "accounts_settings_check";

ALTER TABLE "public"."contacts" DROP CONSTRAINT "contacts_additional_attributes_check";

ALTER TABLE "public"."contacts" DROP CONSTRAINT "contacts_custom_attributes_check";

ALTER TABLE "public"."conversations" DROP CONSTRAINT "conversations_custom_attributes_check";

ALTER TABLE "public"."inboxes" DROP CONSTRAINT "inboxes_channel_type_check";

ALTER TABLE "public"."inboxes" DROP CONSTRAINT "inboxes_timezone_check";

DROP FUNCTION "private"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer);

DROP FUNCTION "private"."conversation_rows"(uuid[]);

DROP FUNCTION "private"."message_changes"(uuid, bigint);

DROP FUNCTION "private"."message_json"(public.messages);

DROP FUNCTION "private"."message_page"(uuid, bigint, integer);

DROP FUNCTION "private"."number_conversation"();

DROP FUNCTION "private"."record_event"(uuid, text, uuid, jsonb);

DROP FUNCTION "private"."send_message"(uuid, uuid, text, boolean, bigint);

DROP FUNCTION "private"."visible_conversation_rows"(uuid[]);

DROP FUNCTION "private"."visitor_message_json"(public.messages);

DROP FUNCTION "private"."widget_send_message"(uuid, uuid, text);

DROP FUNCTION "public"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer);

DROP FUNCTION "public"."conversation_rows"(uuid[]);

DROP FUNCTION "public"."message_changes"(uuid, bigint);

DROP FUNCTION "public"."message_page"(uuid, bigint, integer);

DROP FUNCTION "public"."send_message"(uuid, uuid, text, boolean, bigint);

DROP FUNCTION "public"."widget_send_message"(uuid, uuid, text);

DROP FUNCTION "service"."claim_jobs"(text, text[], integer, integer);

DROP FUNCTION "service"."fail_job"(bigint, integer, text, double precision);

DROP FUNCTION "service"."open_visitor_session"(text, text, text, text, integer);

DROP FUNCTION "service"."send_greeting"(uuid);

CREATE TABLE "private"."assignment_turns" ("account_id" uuid NOT NULL, "inbox_id" uuid NOT NULL, "user_id" uuid NOT NULL, "assigned_at" timestamp with time zone NOT NULL, CONSTRAINT "assignment_turns_pkey" PRIMARY KEY (account_id, inbox_id, user_id));

ALTER TABLE "private"."assignment_turns" OWNER TO "postgres";

CREATE TABLE "private"."attachment_sources" ("account_id" uuid NOT NULL, "attachment_id" uuid NOT NULL, "source" jsonb NOT NULL, CONSTRAINT "attachment_sources_pkey" PRIMARY KEY (attachment_id));

ALTER TABLE "private"."attachment_sources" OWNER TO "postgres";

CREATE TABLE "private"."channel_secrets" ("account_id" uuid NOT NULL, "inbox_id" uuid NOT NULL, "secrets" jsonb NOT NULL, "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "channel_secrets_pkey" PRIMARY KEY (inbox_id), CONSTRAINT "channel_secrets_secrets_check" CHECK (((jsonb_typeof(secrets) = 'object'::text) AND (octet_length((secrets)::text) <= 65536))));

ALTER TABLE "private"."channel_secrets" OWNER TO "postgres";

CREATE TABLE "private"."chores" ("name" text NOT NULL, "taken_at" timestamp with time zone NOT NULL, "taken_by" text NOT NULL DEFAULT ''::text, CONSTRAINT "chores_name_check" CHECK ((name ~ '^[a-z][a-z_]{1,60}$'::text)), CONSTRAINT "chores_pkey" PRIMARY KEY (name));

ALTER TABLE "private"."chores" OWNER TO "postgres";

CREATE TABLE "private"."contact_inbox_aliases" ("account_id" uuid NOT NULL, "inbox_id" uuid NOT NULL, "alias" text NOT NULL, "contact_inbox_id" uuid NOT NULL, CONSTRAINT "contact_inbox_aliases_pkey" PRIMARY KEY (inbox_id, alias));

ALTER TABLE "private"."contact_inbox_aliases" OWNER TO "postgres";

CREATE TABLE "private"."contact_presence" ("account_id" uuid NOT NULL, "contact_id" uuid NOT NULL, "seen_at" timestamp with time zone NOT NULL, CONSTRAINT "contact_presence_pkey" PRIMARY KEY (account_id, contact_id));

ALTER TABLE "private"."contact_presence" SET (fillfactor=50);

ALTER TABLE "private"."contact_presence" OWNER TO "postgres";

CREATE TABLE "private"."continuity" ("account_id" uuid NOT NULL, "conversation_id" uuid NOT NULL, "since" timestamp with time zone, "mailed_seq" bigint NOT NULL DEFAULT 0, CONSTRAINT "continuity_pkey" PRIMARY KEY (conversation_id));

ALTER TABLE "private"."continuity" OWNER TO "postgres";

CREATE TABLE "private"."identity_secrets" ("account_id" uuid NOT NULL, "inbox_id" uuid NOT NULL, "secret" text NOT NULL DEFAULT replace(((gen_random_uuid())::text || (gen_random_uuid())::text), '-'::text, ''::text), "rotated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "identity_secrets_pkey" PRIMARY KEY (inbox_id));

ALTER TABLE "private"."identity_secrets" OWNER TO "postgres";

ALTER TABLE "private"."jobs" SET (autovacuum_vacuum_scale_factor=0.01);

CREATE TABLE "private"."mail_tombstones" ("account_id" uuid NOT NULL, "inbox_id" uuid NOT NULL, "hash" bytea NOT NULL, "created_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "mail_tombstones_pkey" PRIMARY KEY (inbox_id, hash));

ALTER TABLE "private"."mail_tombstones" OWNER TO "postgres";

CREATE TABLE "private"."mailbox_sign_ins" ("state_hash" text NOT NULL, "account_id" uuid NOT NULL, "user_id" uuid NOT NULL, "provider" text NOT NULL, "verifier" text NOT NULL, "inbox_id" uuid, "inbox_name" text NOT NULL, "expires_at" timestamp with time zone NOT NULL DEFAULT (now() + '00:10:00'::interval), CONSTRAINT "mailbox_sign_ins_pkey" PRIMARY KEY (state_hash), CONSTRAINT "mailbox_sign_ins_provider_check" CHECK ((provider = ANY (ARRAY['google'::text, 'microsoft'::text]))), CONSTRAINT "mailbox_sign_ins_state_hash_check" CHECK ((state_hash ~ '^[0-9a-f]{64}$'::text)), CONSTRAINT "mailbox_sign_ins_verifier_check" CHECK (((char_length(verifier) >= 43) AND (char_length(verifier) <= 128))));

ALTER TABLE "private"."mailbox_sign_ins" OWNER TO "postgres";

CREATE TABLE "private"."mailboxes" ("account_id" uuid NOT NULL, "inbox_id" uuid NOT NULL, "cursor" jsonb NOT NULL DEFAULT '{}'::jsonb, "visit" bigint NOT NULL DEFAULT 0, "next_visit_at" timestamp with time zone NOT NULL DEFAULT now(), "failures" integer NOT NULL DEFAULT 0, "refusals" integer NOT NULL DEFAULT 0, "error" text, CONSTRAINT "mailboxes_cursor_check" CHECK (((jsonb_typeof(cursor) = 'object'::text) AND (octet_length((cursor)::text) <= 65536))), CONSTRAINT "mailboxes_error_check" CHECK ((char_length(error) <= 1000)), CONSTRAINT "mailboxes_pkey" PRIMARY KEY (inbox_id));

ALTER TABLE "private"."mailboxes" OWNER TO "postgres";

CREATE TABLE "private"."message_parts" ("account_id" uuid NOT NULL, "inbox_id" uuid NOT NULL, "source_id" text NOT NULL, "conversation_id" uuid NOT NULL, "message_id" uuid NOT NULL, "part" smallint NOT NULL, "status" text NOT NULL DEFAULT 'sent'::text, CONSTRAINT "message_parts_pkey" PRIMARY KEY (inbox_id, source_id), CONSTRAINT "message_parts_status_check" CHECK ((status = ANY (ARRAY['sent'::text, 'delivered'::text, 'read'::text, 'failed'::text]))));

ALTER TABLE "private"."message_parts" OWNER TO "postgres";

CREATE TABLE "private"."parked_statuses" ("id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL, "account_id" uuid NOT NULL, "inbox_id" uuid NOT NULL, "source_id" text NOT NULL, "status" jsonb NOT NULL, "created_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "parked_statuses_pkey" PRIMARY KEY (id));

ALTER TABLE "private"."parked_statuses" OWNER TO "postgres";

CREATE TABLE "private"."provider_events" ("id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL, "account_id" uuid NOT NULL, "inbox_id" uuid NOT NULL, "event_key" text NOT NULL, "request" jsonb NOT NULL, "body" bytea NOT NULL, "status" text NOT NULL DEFAULT 'received'::text, "error" text, "received_at" timestamp with time zone NOT NULL DEFAULT now(), "processed_at" timestamp with time zone, CONSTRAINT "provider_events_event_key_check" CHECK (((char_length(event_key) >= 1) AND (char_length(event_key) <= 200))), CONSTRAINT "provider_events_inbox_id_event_key_key" UNIQUE (inbox_id, event_key), CONSTRAINT "provider_events_pkey" PRIMARY KEY (id), CONSTRAINT "provider_events_status_check" CHECK ((status = ANY (ARRAY['received'::text, 'processed'::text, 'quarantined'::text, 'ignored'::text]))));

ALTER TABLE "private"."provider_events" OWNER TO "postgres";

CREATE TABLE "private"."user_presence" ("account_id" uuid NOT NULL, "user_id" uuid NOT NULL, "seen_at" timestamp with time zone NOT NULL, CONSTRAINT "user_presence_pkey" PRIMARY KEY (account_id, user_id));

ALTER TABLE "private"."user_presence" SET (fillfactor=50);

ALTER TABLE "private"."user_presence" OWNER TO "postgres";

CREATE TABLE "private"."webhook_deliveries" ("account_id" uuid NOT NULL, "inbox_id" uuid NOT NULL, "event" text NOT NULL, "subject_id" text NOT NULL, "attempts" integer NOT NULL DEFAULT 0, "status" text NOT NULL DEFAULT 'pending'::text, "response_status" integer, "error" text, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "last_attempt_at" timestamp with time zone, CONSTRAINT "webhook_deliveries_status_check" CHECK ((status = ANY (ARRAY['pending'::text, 'delivered'::text, 'failed'::text]))), "id" uuid NOT NULL DEFAULT private.uuid_v7(), CONSTRAINT "webhook_deliveries_pkey" PRIMARY KEY (id));

ALTER TABLE "private"."webhook_deliveries" OWNER TO "postgres";

CREATE TABLE "public"."attachments" ("account_id" uuid NOT NULL, "conversation_id" uuid NOT NULL, "message_id" uuid, "file_type" text NOT NULL DEFAULT 'file'::text, "state" text NOT NULL DEFAULT 'pending'::text, "storage_path" text, "file_name" text, "content_type" text, "byte_size" bigint, "width" integer, "height" integer, "thumb_path" text, "external_url" text, "coordinates_lat" double precision, "coordinates_long" double precision, "fallback_title" text, "meta" jsonb NOT NULL DEFAULT '{}'::jsonb, "error" text, "uploaded_by_user_id" uuid, "uploaded_by_contact_inbox_id" uuid, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "attachments_byte_size_check" CHECK (((byte_size >= 0) AND (byte_size <= 41943040))), CONSTRAINT "attachments_content_type_check" CHECK ((char_length(content_type) <= 255)), CONSTRAINT "attachments_coordinates_check" CHECK (((abs(coordinates_lat) <= (90)::double precision) AND (abs(coordinates_long) <= (180)::double precision))), CONSTRAINT "attachments_error_check" CHECK (((state = 'failed'::text) = (error IS NOT NULL))), CONSTRAINT "attachments_external_url_check" CHECK (((external_url ~ '^https?://'::text) AND (char_length(external_url) <= 4000))), CONSTRAINT "attachments_fallback_title_check" CHECK ((char_length(fallback_title) <= 1000)), CONSTRAINT "attachments_file_name_check" CHECK (((char_length(file_name) >= 1) AND (char_length(file_name) <= 255))), CONSTRAINT "attachments_file_type_check" CHECK ((file_type = ANY (ARRAY['image'::text, 'audio'::text, 'video'::text, 'file'::text, 'location'::text, 'fallback'::text, 'share'::text, 'story_mention'::text, 'contact'::text, 'ig_reel'::text, 'ig_post'::text, 'ig_story'::text, 'embed'::text]))), CONSTRAINT "attachments_meta_check" CHECK (((jsonb_typeof(meta) = 'object'::text) AND (octet_length((meta)::text) <= 65536))), CONSTRAINT "attachments_state_check" CHECK ((state = ANY (ARRAY['pending'::text, 'ready'::text, 'failed'::text]))), CONSTRAINT "attachments_storage_path_key" UNIQUE (storage_path), "id" uuid NOT NULL DEFAULT private.uuid_v7(), CONSTRAINT "attachments_account_id_id_key" UNIQUE (account_id, id), CONSTRAINT "attachments_pkey" PRIMARY KEY (id), CONSTRAINT "attachments_storage_path_check" CHECK ((starts_with(storage_path, (((((account_id || '/'::text) || conversation_id) || '/'::text) || id) || '/'::text)) AND (storage_path ~ '^[0-9a-f/-]{111}[A-Za-z0-9._-]{1,100}$'::text))), CONSTRAINT "attachments_thumb_path_check" CHECK (starts_with(thumb_path, (((((account_id || '/'::text) || conversation_id) || '/'::text) || id) || '/'::text))));

ALTER TABLE "public"."attachments" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."attachments" OWNER TO "postgres";

CREATE TABLE "public"."audit_log" ("account_id" uuid NOT NULL, "user_id" uuid, "action" text NOT NULL, "auditable_type" text NOT NULL, "auditable_id" uuid, "changes" jsonb NOT NULL DEFAULT '{}'::jsonb, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "request_id" text, "ip" text, CONSTRAINT "audit_log_action_check" CHECK ((action = ANY (ARRAY['create'::text, 'update'::text, 'delete'::text]))), "id" uuid NOT NULL DEFAULT private.uuid_v7(), CONSTRAINT "audit_log_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."audit_log" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."audit_log" OWNER TO "postgres";

CREATE TABLE "public"."canned_responses" ("account_id" uuid NOT NULL, "short_code" text NOT NULL, "content" text NOT NULL, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "canned_responses_account_id_short_code_key" UNIQUE (account_id, short_code), CONSTRAINT "canned_responses_content_check" CHECK (((char_length(content) >= 1) AND (char_length(content) <= 10000))), CONSTRAINT "canned_responses_short_code_check" CHECK ((short_code ~ '^[^[:space:][:cntrl:]/]{1,100}$'::text)), "id" uuid NOT NULL DEFAULT private.uuid_v7(), CONSTRAINT "canned_responses_account_id_id_key" UNIQUE (account_id, id), CONSTRAINT "canned_responses_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."canned_responses" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."canned_responses" OWNER TO "postgres";

CREATE TABLE "public"."channel_connections" ("account_id" uuid NOT NULL, "inbox_id" uuid NOT NULL, "channel_type" text NOT NULL, "address" text NOT NULL, "aliases" text[] NOT NULL DEFAULT '{}'::text[], "settings" jsonb NOT NULL DEFAULT '{}'::jsonb, "state" text NOT NULL DEFAULT 'connected'::text, "state_reason" text, "paused_until" timestamp with time zone, "failures" integer NOT NULL DEFAULT 0, "expires_at" timestamp with time zone, "last_received_at" timestamp with time zone, "last_sent_at" timestamp with time zone, "checked_at" timestamp with time zone, "check_result" jsonb, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "channel_connections_address_check" CHECK (((char_length(address) >= 1) AND (char_length(address) <= 320))), CONSTRAINT "channel_connections_aliases_check" CHECK ((cardinality(aliases) <= 20)), CONSTRAINT "channel_connections_channel_type_address_key" UNIQUE (channel_type, address), CONSTRAINT "channel_connections_channel_type_check" CHECK ((channel_type = ANY (ARRAY['email'::text, 'whatsapp_cloud'::text, 'whatsapp_360dialog'::text, 'messenger'::text, 'instagram'::text, 'telegram'::text, 'twilio_sms'::text, 'twilio_whatsapp'::text, 'bandwidth_sms'::text, 'line'::text, 'tiktok'::text]))), CONSTRAINT "channel_connections_check_result_check" CHECK (((jsonb_typeof(check_result) = 'object'::text) AND (octet_length((check_result)::text) <= 16384))), CONSTRAINT "channel_connections_pkey" PRIMARY KEY (inbox_id), CONSTRAINT "channel_connections_settings_check" CHECK (((jsonb_typeof(settings) = 'object'::text) AND (octet_length((settings)::text) <= 65536))), CONSTRAINT "channel_connections_state_check" CHECK ((state = ANY (ARRAY['connected'::text, 'reauthorization_required'::text, 'disconnected'::text]))), CONSTRAINT "channel_connections_state_reason_check" CHECK ((char_length(state_reason) <= 1000)));

ALTER TABLE "public"."channel_connections" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."channel_connections" OWNER TO "postgres";

CREATE TABLE "public"."channel_templates" ("account_id" uuid NOT NULL, "inbox_id" uuid NOT NULL, "name" text NOT NULL, "language" text NOT NULL, "category" text NOT NULL DEFAULT 'utility'::text, "status" text NOT NULL, "reason" text, "parameter_format" text NOT NULL DEFAULT 'positional'::text, "components" jsonb NOT NULL, "provider_id" text, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "channel_templates_category_check" CHECK ((category ~ '^[a-z_]{1,40}$'::text)), CONSTRAINT "channel_templates_components_check" CHECK (((jsonb_typeof(components) = 'array'::text) AND (octet_length((components)::text) <= 65536))), CONSTRAINT "channel_templates_inbox_id_name_language_key" UNIQUE (inbox_id, name, language), CONSTRAINT "channel_templates_language_check" CHECK ((language ~ '^[A-Za-z0-9_-]{2,20}$'::text)), CONSTRAINT "channel_templates_name_check" CHECK (((char_length(name) >= 1) AND (char_length(name) <= 512))), CONSTRAINT "channel_templates_parameter_format_check" CHECK ((parameter_format = ANY (ARRAY['positional'::text, 'named'::text]))), CONSTRAINT "channel_templates_provider_id_check" CHECK ((char_length(provider_id) <= 200)), CONSTRAINT "channel_templates_reason_check" CHECK ((char_length(reason) <= 1000)), CONSTRAINT "channel_templates_status_check" CHECK ((status ~ '^[a-z_]{1,40}$'::text)), "id" uuid NOT NULL DEFAULT private.uuid_v7(), CONSTRAINT "channel_templates_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."channel_templates" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."channel_templates" OWNER TO "postgres";

CREATE TABLE "public"."conversation_participants" ("account_id" uuid NOT NULL, "conversation_id" uuid NOT NULL, "user_id" uuid NOT NULL, "created_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "conversation_participants_pkey" PRIMARY KEY (conversation_id, user_id));

ALTER TABLE "public"."conversation_participants" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."conversation_participants" OWNER TO "postgres";

CREATE TABLE "public"."custom_attribute_definitions" ("account_id" uuid NOT NULL, "attribute_model" text NOT NULL, "attribute_key" text NOT NULL, "display_name" text NOT NULL, "display_type" text NOT NULL DEFAULT 'text'::text, "description" text NOT NULL DEFAULT ''::text, "default_value" text, "list_values" text[] NOT NULL DEFAULT '{}'::text[], "regex_pattern" text, "regex_cue" text, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "custom_attribute_definitions_attribute_key_check" CHECK ((attribute_key ~ '^[A-Za-z0-9_.-]{1,64}$'::text)), CONSTRAINT "custom_attribute_definitions_attribute_model_check" CHECK ((attribute_model = ANY (ARRAY['conversation_attribute'::text, 'contact_attribute'::text]))), CONSTRAINT "custom_attribute_definitions_default_value_check" CHECK ((char_length(default_value) <= 1500)), CONSTRAINT "custom_attribute_definitions_description_check" CHECK ((char_length(description) <= 500)), CONSTRAINT "custom_attribute_definitions_display_name_check" CHECK (((char_length(btrim(display_name)) >= 1) AND (char_length(btrim(display_name)) <= 100))), CONSTRAINT "custom_attribute_definitions_display_type_check" CHECK ((display_type = ANY (ARRAY['text'::text, 'number'::text, 'currency'::text, 'percent'::text, 'link'::text, 'date'::text, 'list'::text, 'checkbox'::text]))), CONSTRAINT "custom_attribute_definitions_key" UNIQUE (account_id, attribute_model, attribute_key), CONSTRAINT "custom_attribute_definitions_list_values_check" CHECK (((cardinality(list_values) <= 200) AND (octet_length(array_to_string(list_values, ' '::text)) <= 20000))), CONSTRAINT "custom_attribute_definitions_regex_cue_check" CHECK ((char_length(regex_cue) <= 200)), CONSTRAINT "custom_attribute_definitions_regex_pattern_check" CHECK ((char_length(regex_pattern) <= 500)), CONSTRAINT "custom_attribute_definitions_reserved_check" CHECK ((NOT (attribute_key = ANY (
CASE attribute_model
    WHEN 'contact_attribute'::text THEN ARRAY['name'::text, 'email'::text, 'phone_number'::text, 'identifier'::text, 'country_code'::text, 'city'::text, 'created_at'::text, 'last_activity_at'::text, 'referer'::text, 'blocked'::text]
    ELSE ARRAY['status'::text, 'priority'::text, 'assignee_id'::text, 'inbox_id'::text, 'team_id'::text, 'display_id'::text, 'campaign_id'::text, 'labels'::text, 'browser_language'::text, 'country_code'::text, 'referer'::text, 'created_at'::text, 'last_activity_at'::text]
END)))), "id" uuid NOT NULL DEFAULT private.uuid_v7(), CONSTRAINT "custom_attribute_definitions_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."custom_attribute_definitions" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."custom_attribute_definitions" OWNER TO "postgres";

CREATE TABLE "public"."custom_filters" ("account_id" uuid NOT NULL, "user_id" uuid, "name" text NOT NULL, "conditions" jsonb NOT NULL, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), "filter_type" text NOT NULL DEFAULT 'conversation'::text, CONSTRAINT "custom_filters_conditions_check" CHECK (((jsonb_typeof(conditions) = 'array'::text) AND (octet_length((conditions)::text) <= 100000))), CONSTRAINT "custom_filters_filter_type_check" CHECK ((filter_type = ANY (ARRAY['conversation'::text, 'contact'::text]))), CONSTRAINT "custom_filters_name_check" CHECK (((name = btrim(name)) AND ((char_length(name) >= 1) AND (char_length(name) <= 100)))), "id" uuid NOT NULL DEFAULT private.uuid_v7(), CONSTRAINT "custom_filters_account_id_id_key" UNIQUE (account_id, id), CONSTRAINT "custom_filters_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."custom_filters" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."custom_filters" OWNER TO "postgres";

CREATE TABLE "public"."custom_roles" ("account_id" uuid NOT NULL, "name" text NOT NULL, "description" text NOT NULL DEFAULT ''::text, "permissions" text[] NOT NULL DEFAULT '{}'::text[], "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "custom_roles_description_check" CHECK ((char_length(description) <= 1000)), CONSTRAINT "custom_roles_name_check" CHECK (((char_length(btrim(name)) >= 1) AND (char_length(btrim(name)) <= 100))), CONSTRAINT "custom_roles_permissions_check" CHECK ((permissions <@ ARRAY['conversation_manage'::text, 'conversation_unassigned_manage'::text, 'conversation_participating_manage'::text, 'contact_manage'::text, 'report_manage'::text, 'knowledge_base_manage'::text])), "id" uuid NOT NULL DEFAULT private.uuid_v7(), CONSTRAINT "custom_roles_account_id_id_key" UNIQUE (account_id, id), CONSTRAINT "custom_roles_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."custom_roles" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."custom_roles" OWNER TO "postgres";

CREATE TABLE "public"."invitations" ("account_id" uuid NOT NULL, "email" text NOT NULL, "name" text NOT NULL DEFAULT ''::text, "role" text NOT NULL DEFAULT 'agent'::text, "custom_role_id" uuid, "token_hash" text NOT NULL, "invited_by" uuid, "expires_at" timestamp with time zone NOT NULL DEFAULT (now() + '72:00:00'::interval), "accepted_at" timestamp with time zone, "created_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "invitations_custom_role_id_check" CHECK (((custom_role_id IS NULL) OR (role = 'agent'::text))), CONSTRAINT "invitations_email_check" CHECK (((email = lower(email)) AND (char_length(email) <= 254) AND (email ~ '^[^@\s<>",;]+@[^@\s<>",;]+\.[^@\s<>",;]+$'::text))), CONSTRAINT "invitations_name_check" CHECK ((char_length(name) <= 100)), CONSTRAINT "invitations_role_check" CHECK ((role = ANY (ARRAY['agent'::text, 'administrator'::text]))), CONSTRAINT "invitations_token_hash_key" UNIQUE (token_hash), "id" uuid NOT NULL DEFAULT private.uuid_v7(), CONSTRAINT "invitations_account_id_id_key" UNIQUE (account_id, id), CONSTRAINT "invitations_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."invitations" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."invitations" OWNER TO "postgres";

CREATE TABLE "public"."labels" ("account_id" uuid NOT NULL, "title" text NOT NULL, "description" text NOT NULL DEFAULT ''::text, "color" text NOT NULL DEFAULT '#1f93ff'::text, "show_on_sidebar" boolean NOT NULL DEFAULT true, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "labels_account_id_title_key" UNIQUE (account_id, title), CONSTRAINT "labels_color_check" CHECK ((color ~ '^#[0-9a-f]{6}$'::text)), CONSTRAINT "labels_description_check" CHECK ((char_length(description) <= 500)), CONSTRAINT "labels_title_check" CHECK (((title = lower(title)) AND (title !~ '[\s,]'::text) AND ((char_length(title) >= 1) AND (char_length(title) <= 64)))), "id" uuid NOT NULL DEFAULT private.uuid_v7(), CONSTRAINT "labels_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."labels" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."labels" OWNER TO "postgres";

CREATE TABLE "public"."mentions" ("account_id" uuid NOT NULL, "conversation_id" uuid NOT NULL, "user_id" uuid NOT NULL, "message_id" uuid NOT NULL, "mentioned_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "mentions_pkey" PRIMARY KEY (conversation_id, user_id));

ALTER TABLE "public"."mentions" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."mentions" OWNER TO "postgres";

CREATE TABLE "public"."message_versions" ("account_id" uuid NOT NULL, "conversation_id" uuid NOT NULL, "message_id" uuid NOT NULL, "content" text NOT NULL, "edited_by" uuid, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "id" uuid NOT NULL DEFAULT private.uuid_v7(), CONSTRAINT "message_versions_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."message_versions" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."message_versions" OWNER TO "postgres";

CREATE TABLE "public"."notes" ("account_id" uuid NOT NULL, "contact_id" uuid NOT NULL, "user_id" uuid, "content" text NOT NULL, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "notes_content_check" CHECK (((char_length(btrim(content)) >= 1) AND (char_length(btrim(content)) <= 20000))), "id" uuid NOT NULL DEFAULT private.uuid_v7(), CONSTRAINT "notes_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."notes" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."notes" OWNER TO "postgres";

CREATE TABLE "public"."notification_settings" ("account_id" uuid NOT NULL, "user_id" uuid NOT NULL, "email" text[] NOT NULL DEFAULT '{conversation_assignment}'::text[], "push" text[] NOT NULL DEFAULT '{conversation_assignment}'::text[], "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "notification_settings_pkey" PRIMARY KEY (account_id, user_id));

ALTER TABLE "public"."notification_settings" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."notification_settings" OWNER TO "postgres";

CREATE TABLE "public"."notifications" ("account_id" uuid NOT NULL, "user_id" uuid NOT NULL, "notification_type" text NOT NULL, "conversation_id" uuid NOT NULL, "message_id" uuid, "actor_user_id" uuid, "read_at" timestamp with time zone, "snoozed_until" timestamp with time zone, "created_at" timestamp with time zone NOT NULL DEFAULT clock_timestamp(), CONSTRAINT "notifications_conversation_id_user_id_key" UNIQUE (conversation_id, user_id), "id" uuid NOT NULL DEFAULT private.uuid_v7(), CONSTRAINT "notifications_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."notifications" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."notifications" OWNER TO "postgres";

CREATE TABLE "public"."team_members" ("account_id" uuid NOT NULL, "team_id" uuid NOT NULL, "user_id" uuid NOT NULL, "created_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "team_members_pkey" PRIMARY KEY (team_id, user_id));

ALTER TABLE "public"."team_members" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."team_members" OWNER TO "postgres";

CREATE TABLE "public"."teams" ("account_id" uuid NOT NULL, "name" text NOT NULL, "description" text NOT NULL DEFAULT ''::text, "allow_auto_assign" boolean NOT NULL DEFAULT true, "epoch" bigint NOT NULL DEFAULT 1, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "teams_account_id_name_key" UNIQUE (account_id, name), CONSTRAINT "teams_description_check" CHECK ((char_length(description) <= 1000)), CONSTRAINT "teams_name_check" CHECK (((name = lower(btrim(name))) AND ((char_length(name) >= 1) AND (char_length(name) <= 100)))), "id" uuid NOT NULL DEFAULT private.uuid_v7(), CONSTRAINT "teams_account_id_id_key" UNIQUE (account_id, id), CONSTRAINT "teams_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."teams" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."teams" OWNER TO "postgres";

CREATE TABLE "public"."template_syncs" ("account_id" uuid NOT NULL, "inbox_id" uuid NOT NULL, "synced_at" timestamp with time zone, "next_sync_at" timestamp with time zone NOT NULL DEFAULT now(), "failures" integer NOT NULL DEFAULT 0, "error" text, CONSTRAINT "template_syncs_error_check" CHECK ((char_length(error) <= 1000)), CONSTRAINT "template_syncs_failures_check" CHECK ((failures >= 0)), CONSTRAINT "template_syncs_pkey" PRIMARY KEY (inbox_id));

ALTER TABLE "public"."template_syncs" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."template_syncs" OWNER TO "postgres";

CREATE TABLE "public"."working_hours" ("account_id" uuid NOT NULL, "inbox_id" uuid NOT NULL, "day_of_week" smallint NOT NULL, "open_hour" smallint NOT NULL DEFAULT 9, "open_minutes" smallint NOT NULL DEFAULT 0, "close_hour" smallint NOT NULL DEFAULT 17, "close_minutes" smallint NOT NULL DEFAULT 0, "open_all_day" boolean NOT NULL DEFAULT false, "closed_all_day" boolean NOT NULL DEFAULT false, CONSTRAINT "working_hours_all_day_check" CHECK ((NOT (open_all_day AND closed_all_day))), CONSTRAINT "working_hours_close_hour_check" CHECK (((close_hour >= 0) AND (close_hour <= 23))), CONSTRAINT "working_hours_close_minutes_check" CHECK (((close_minutes >= 0) AND (close_minutes <= 59))), CONSTRAINT "working_hours_day_of_week_check" CHECK (((day_of_week >= 0) AND (day_of_week <= 6))), CONSTRAINT "working_hours_open_hour_check" CHECK (((open_hour >= 0) AND (open_hour <= 23))), CONSTRAINT "working_hours_open_minutes_check" CHECK (((open_minutes >= 0) AND (open_minutes <= 59))), CONSTRAINT "working_hours_order_check" CHECK ((closed_all_day OR open_all_day OR (ROW(close_hour, close_minutes) > ROW(open_hour, open_minutes)))), CONSTRAINT "working_hours_pkey" PRIMARY KEY (inbox_id, day_of_week));

ALTER TABLE "public"."working_hours" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."working_hours" OWNER TO "postgres";

ALTER TABLE "private"."jobs" ADD COLUMN "waits" integer NOT NULL DEFAULT 0;

ALTER TABLE "private"."jobs" ADD COLUMN "request_id" text;

ALTER TABLE "private"."visitor_sessions" ADD COLUMN "identifier" text;

ALTER TABLE "public"."account_users" ADD COLUMN "custom_role_id" uuid;

ALTER TABLE "public"."accounts" ADD COLUMN "domain" text;

ALTER TABLE "public"."accounts" ADD COLUMN "support_email" text;

ALTER TABLE "public"."accounts" ADD COLUMN "timezone" text NOT NULL DEFAULT 'UTC'::text;

ALTER TABLE "public"."accounts" ADD COLUMN "limits" jsonb NOT NULL DEFAULT '{}'::jsonb;

ALTER TABLE "public"."channel_web_widgets" ADD COLUMN "features" text[] NOT NULL DEFAULT '{attachments,emoji_picker,end_conversation}'::text[];

ALTER TABLE "public"."channel_web_widgets" ADD COLUMN "pre_chat_form_enabled" boolean NOT NULL DEFAULT false;

ALTER TABLE "public"."channel_web_widgets" ADD COLUMN "pre_chat_form_options" jsonb NOT NULL DEFAULT '{}'::jsonb;

ALTER TABLE "public"."channel_web_widgets" ADD COLUMN "hmac_mandatory" boolean NOT NULL DEFAULT false;

ALTER TABLE "public"."channel_web_widgets" ADD COLUMN "continuity_via_email" boolean NOT NULL DEFAULT true;

ALTER TABLE "public"."contact_inboxes" ADD COLUMN "opted_out_at" timestamp with time zone;

ALTER TABLE "public"."contact_inboxes" ADD COLUMN "unreachable_reason" text;

ALTER TABLE "public"."contact_inboxes" ADD COLUMN "verified" boolean NOT NULL DEFAULT false;

ALTER TABLE "public"."contacts" ADD COLUMN "labels" text[] NOT NULL DEFAULT '{}'::text[];

ALTER TABLE "public"."contacts" ADD COLUMN "middle_name" text NOT NULL DEFAULT ''::text;

ALTER TABLE "public"."contacts" ADD COLUMN "last_name" text NOT NULL DEFAULT ''::text;

ALTER TABLE "public"."contacts" ADD COLUMN "location" text;

ALTER TABLE "public"."contacts" ADD COLUMN "country_code" text;

ALTER TABLE "public"."inboxes" ADD COLUMN "avatar_url" text;

ALTER TABLE "public"."inboxes" ADD COLUMN "csat_survey_enabled" boolean NOT NULL DEFAULT false;

ALTER TABLE "public"."inboxes" ADD COLUMN "csat_config" jsonb NOT NULL DEFAULT '{}'::jsonb;

ALTER TABLE "public"."inboxes" ADD COLUMN "auto_assignment_config" jsonb NOT NULL DEFAULT '{}'::jsonb;

ALTER TABLE "public"."inboxes" ADD COLUMN "sender_name_type" text NOT NULL DEFAULT 'friendly'::text;

ALTER TABLE "public"."inboxes" ADD COLUMN "business_name" text;

ALTER TABLE "public"."inboxes" ADD COLUMN "deleted_at" timestamp with time zone;

ALTER TABLE "public"."messages" ADD COLUMN "attachments_at" timestamp with time zone;

ALTER TABLE "public"."users" ADD COLUMN "message_signature" text;

CREATE OR REPLACE FUNCTION private.accept_invitation(p_token text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    caller uuid := auth.uid();
    invitation public.invitations;
    account public.accounts;
begin
    select invited.* into invitation
    from public.invitations as invited
    join public.users as person on person.id = caller and person.email = invited.email
    where invited.token_hash = encode(sha256(convert_to(coalesce(p_token, ''), 'UTF8')), 'hex')
        and invited.accepted_at is null
        and invited.expires_at > now()
    for update of invited;
    select * into account from public.accounts where id = invitation.account_id and status = 'active';
    if account.id is null then
        -- One answer for a link that is unknown, used, too old, or another person's.
        perform private.fail(
            404, 'invitation_not_found', 'This invitation is not valid for you, or not any more.',
            'Sign in with the address it was sent to, or ask for a new one.');
    end if;
    if exists (select from public.account_users where account_id = account.id and user_id = caller) then
        perform private.fail(409, 'already_member', 'You belong to the account already.');
    end if;
    perform private.check_agent_limit(account.id, 0);
    insert into public.account_users (account_id, user_id, role, custom_role_id)
    values (account.id, caller, invitation.role, invitation.custom_role_id);
    update public.invitations set accepted_at = now() where id = invitation.id;
    update public.users set name = invitation.name where id = caller and btrim(name) = '' and invitation.name <> '';
    perform private.tell_access_changed(caller, account.id);
    return jsonb_build_object('account_id', account.id, 'name', account.name, 'role', invitation.role);
end;
$function$;

ALTER FUNCTION "private"."accept_invitation"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.account_users_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION private.active_contacts(p_account_id uuid, p_limit integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    perform private.require_member(p_account_id);
    if coalesce(p_limit, 0) not between 1 and 100 then
        perform private.fail(400, 'invalid_argument', 'limit is 1 to 100.');
    end if;
    return jsonb_build_object('rows', (
        select coalesce(jsonb_agg(private.contact_json(contact) order by contact.last_activity_at desc nulls last, contact.id desc), '[]')
        from (
            -- Two short runs of an index each: who did something just now, and whose chat is open.
            select recent.id
            from public.contacts as recent
            where recent.account_id = p_account_id and recent.last_activity_at > now() - interval '90 seconds'
            union
            select presence.contact_id
            from private.contact_presence as presence
            where presence.account_id = p_account_id and presence.seen_at > clock_timestamp() - interval '90 seconds'
            limit p_limit
        ) as present
        join public.contacts as contact on contact.id = present.id));
end;
$function$;

ALTER FUNCTION "private"."active_contacts"(uuid, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.activity_text(p_locale text, p_key text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
    select coalesce(texts.all_languages -> p_key ->> replace(p_locale, '_', '-'),
        texts.all_languages -> p_key ->> split_part(replace(p_locale, '_', '-'), '-', 1),
        texts.all_languages -> p_key ->> 'en')
    from (values ($json$ {
        "status.resolved": {
            "en": "%actor% resolved the conversation", "es": "%actor% resolvió la conversación",
            "pt-BR": "%actor% resolveu a conversa", "ar": "قام %actor% بحل المحادثة"},
        "status.open": {
            "en": "%actor% reopened the conversation", "es": "%actor% reabrió la conversación",
            "pt-BR": "%actor% reabriu a conversa", "ar": "أعاد %actor% فتح المحادثة"},
        "status.pending": {
            "en": "%actor% marked the conversation as pending", "es": "%actor% marcó la conversación como pendiente",
            "pt-BR": "%actor% marcou a conversa como pendente", "ar": "وضع %actor% المحادثة قيد الانتظار"},
        "status.snoozed": {
            "en": "%actor% snoozed the conversation", "es": "%actor% pospuso la conversación",
            "pt-BR": "%actor% adiou a conversa", "ar": "قام %actor% بتأجيل المحادثة"},
        "status.reopened_by_message": {
            "en": "The conversation was reopened because the contact wrote again",
            "es": "La conversación se reabrió porque el contacto volvió a escribir",
            "pt-BR": "A conversa foi reaberta porque o contato voltou a escrever",
            "ar": "أُعيد فتح المحادثة لأن جهة الاتصال كتبت من جديد"},
        "status.auto_resolved.days": {
            "en": "The system resolved the conversation after %count% days without activity",
            "es": "El sistema resolvió la conversación tras %count% días sin actividad",
            "pt-BR": "O sistema resolveu a conversa após %count% dias sem atividade",
            "ar": "حلّ النظام المحادثة بعد %count% يوم دون نشاط"},
        "status.auto_resolved.hours": {
            "en": "The system resolved the conversation after %count% hours without activity",
            "es": "El sistema resolvió la conversación tras %count% horas sin actividad",
            "pt-BR": "O sistema resolveu a conversa após %count% horas sem atividade",
            "ar": "حلّ النظام المحادثة بعد %count% ساعة دون نشاط"},
        "status.auto_resolved.minutes": {
            "en": "The system resolved the conversation after %count% minutes without activity",
            "es": "El sistema resolvió la conversación tras %count% minutos sin actividad",
            "pt-BR": "O sistema resolveu a conversa após %count% minutos sem atividade",
            "ar": "حلّ النظام المحادثة بعد %count% دقيقة دون نشاط"},
        "auto_resolve.message_not_sent": {
            "en": "The closing message was not sent because the reply window is closed",
            "es": "El mensaje de cierre no se envió porque la ventana de respuesta está cerrada",
            "pt-BR": "A mensagem de encerramento não foi enviada porque a janela de resposta está fechada",
            "ar": "لم تُرسل رسالة الإغلاق لأن نافذة الرد مغلقة"},
        "priority.added": {
            "en": "%actor% set the priority to %new%", "es": "%actor% estableció la prioridad en %new%",
            "pt-BR": "%actor% definiu a prioridade como %new%", "ar": "حدد %actor% الأولوية: %new%"},
        "priority.changed": {
            "en": "%actor% changed the priority from %old% to %new%",
            "es": "%actor% cambió la prioridad de %old% a %new%",
            "pt-BR": "%actor% alterou a prioridade de %old% para %new%",
            "ar": "غيّر %actor% الأولوية من %old% إلى %new%"},
        "priority.removed": {
            "en": "%actor% removed the priority", "es": "%actor% quitó la prioridad",
            "pt-BR": "%actor% removeu a prioridade", "ar": "أزال %actor% الأولوية"},
        "team.assigned": {
            "en": "%actor% assigned the conversation to the team %team%",
            "es": "%actor% asignó la conversación al equipo %team%",
            "pt-BR": "%actor% atribuiu a conversa à equipe %team%", "ar": "أسند %actor% المحادثة إلى الفريق %team%"},
        "team.assigned_with_assignee": {
            "en": "%actor% assigned the conversation to %assignee% via the team %team%",
            "es": "%actor% asignó la conversación a %assignee% a través del equipo %team%",
            "pt-BR": "%actor% atribuiu a conversa a %assignee% pela equipe %team%",
            "ar": "أسند %actor% المحادثة إلى %assignee% عبر الفريق %team%"},
        "team.removed": {
            "en": "%actor% took the conversation from the team %team%",
            "es": "%actor% retiró la conversación del equipo %team%",
            "pt-BR": "%actor% retirou a conversa da equipe %team%", "ar": "سحب %actor% المحادثة من الفريق %team%"},
        "labels.added": {
            "en": "%actor% added the labels %labels%", "es": "%actor% añadió las etiquetas %labels%",
            "pt-BR": "%actor% adicionou as etiquetas %labels%", "ar": "أضاف %actor% الوسوم %labels%"},
        "labels.removed": {
            "en": "%actor% removed the labels %labels%", "es": "%actor% quitó las etiquetas %labels%",
            "pt-BR": "%actor% removeu as etiquetas %labels%", "ar": "أزال %actor% الوسوم %labels%"},
        "contact.muted": {
            "en": "%actor% muted the conversation", "es": "%actor% silenció la conversación",
            "pt-BR": "%actor% silenciou a conversa", "ar": "كتم %actor% المحادثة"},
        "contact.unmuted": {
            "en": "%actor% unmuted the conversation", "es": "%actor% reactivó la conversación",
            "pt-BR": "%actor% reativou a conversa", "ar": "ألغى %actor% كتم المحادثة"},
        "contact": {"en": "The contact", "es": "El contacto", "pt-BR": "O contato", "ar": "جهة الاتصال"},
        "low": {"en": "low", "es": "baja", "pt-BR": "baixa", "ar": "منخفضة"},
        "medium": {"en": "medium", "es": "media", "pt-BR": "média", "ar": "متوسطة"},
        "high": {"en": "high", "es": "alta", "pt-BR": "alta", "ar": "عالية"},
        "urgent": {"en": "urgent", "es": "urgente", "pt-BR": "urgente", "ar": "عاجلة"},
        "assignee.self": {
            "en": "%actor% took the conversation", "es": "%actor% tomó la conversación",
            "pt-BR": "%actor% assumiu a conversa", "ar": "تولى %actor% المحادثة"},
        "assignee.assigned": {
            "en": "%actor% assigned the conversation to %assignee%",
            "es": "%actor% asignó la conversación a %assignee%",
            "pt-BR": "%actor% atribuiu a conversa a %assignee%", "ar": "أسند %actor% المحادثة إلى %assignee%"},
        "assignee.unassigned": {
            "en": "%actor% unassigned the conversation", "es": "%actor% quitó la asignación de la conversación",
            "pt-BR": "%actor% removeu a atribuição da conversa", "ar": "ألغى %actor% إسناد المحادثة"}
    } $json$::jsonb)) as texts (all_languages)
$function$;

CREATE OR REPLACE FUNCTION private.actor_name(p_conversation public.conversations)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select case current_setting('role', true)
        when 'authenticated' then (select private.shown_name(users) from public.users where id = auth.uid())
        when 'visitor' then (
            select coalesce(nullif(contact.name, ''), contact.email,
                private.activity_text(private.locale_of(contact.account_id), 'contact'))
            from public.contacts as contact where contact.id = p_conversation.contact_id)
    end
$function$;

ALTER FUNCTION "private"."actor_name"(public.conversations) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.add_identity_secret()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    insert into private.identity_secrets (account_id, inbox_id) values (new.account_id, new.inbox_id);
    return null;
end;
$function$;

ALTER FUNCTION "private"."add_identity_secret"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.add_notification_settings()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    insert into public.notification_settings (account_id, user_id) values (new.account_id, new.user_id);
    return null;
end;
$function$;

ALTER FUNCTION "private"."add_notification_settings"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.add_participant(p_conversation_id uuid, p_user_id uuid)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    insert into public.conversation_participants (account_id, conversation_id, user_id)
    select conversation.account_id, conversation.id, p_user_id
    from public.conversations as conversation
    join public.account_users as member
        on member.account_id = conversation.account_id and member.user_id = p_user_id
    where conversation.id = p_conversation_id
    on conflict do nothing
$function$;

ALTER FUNCTION "private"."add_participant"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.add_upload(p_conversation public.conversations, p_files jsonb, p_user_id uuid, p_contact_inbox_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
    file record;
    slot public.attachments;
    added jsonb := '[]';
    wanted text;
begin
    if jsonb_typeof(p_files) is distinct from 'array' or jsonb_array_length(p_files) not between 1 and 15 then
        perform private.fail(400, 'too_many_attachments', 'A message has 1 to 15 attachments.');
    end if;
    begin
        for file in
            select *
            from jsonb_to_recordset(p_files) as given (id uuid, file_name text, content_type text, byte_size numeric)
        loop
            wanted := lower(btrim(split_part(coalesce(file.content_type, ''), ';', 1)));
            if file.id is null or coalesce(btrim(file.file_name), '') = '' or file.byte_size is null then
                perform private.fail(400, 'file_invalid', 'Each file has id, file_name, content_type and byte_size.');
            end if;
            if file.byte_size < 1 then
                perform private.fail(400, 'file_invalid', 'This file is empty.');
            end if;
            if file.byte_size > 41943040 then
                perform private.fail(413, 'file_too_large', 'A file has 40 MB at most.');
            end if;
            if not (wanted = any (private.upload_types())
                or wanted ~ '^(audio|video)/[a-z0-9.+-]{1,80}$')
            then
                perform private.fail(
                    415, 'file_type_not_allowed', 'Files of this type cannot be attached.',
                    'Images (not SVG), audio, video, PDF, office documents, plain text and archives can.');
            end if;
            select * into slot from public.attachments where id = file.id;
            if slot.id is null then
                insert into public.attachments (
                    id, account_id, conversation_id, file_type, storage_path, file_name, content_type, byte_size,
                    uploaded_by_user_id, uploaded_by_contact_inbox_id)
                values (
                    file.id, p_conversation.account_id, p_conversation.id, private.file_type_of(wanted),
                    concat_ws('/', p_conversation.account_id, p_conversation.id, file.id,
                        private.safe_file_name(file.file_name)),
                    -- What has no width or turns the reading direction makes one name look like another.
                    left(regexp_replace(
                        btrim(file.file_name), '[[:cntrl:]\u202a-\u202e\u2066-\u2069\u200b-\u200f]', '', 'g'), 255),
                    wanted, file.byte_size, p_user_id, p_contact_inbox_id)
                returning * into slot;
            elsif slot.message_id is not null
                or slot.conversation_id <> p_conversation.id
                or (slot.uploaded_by_user_id, slot.uploaded_by_contact_inbox_id)
                    is distinct from (p_user_id, p_contact_inbox_id)
            then
                perform private.fail(409, 'attachment_id_taken', 'Another attachment has this id.');
            end if;
            added := added || jsonb_build_object(
                'id', slot.id, 'path', slot.storage_path, 'file_type', slot.file_type, 'content_type', slot.content_type);
        end loop;
    exception
        -- Whatever is of the wrong shape is one kind of error.
        when invalid_text_representation or invalid_parameter_value or numeric_value_out_of_range
            or datatype_mismatch or check_violation
        then
        perform private.fail(400, 'file_invalid', 'Each file has id, file_name, content_type and byte_size.');
    end;
    return jsonb_build_object('bucket', 'attachments', 'files', added);
end;
$function$;

ALTER FUNCTION "private"."add_upload"(public.conversations, jsonb, uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.add_working_hours()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    insert into public.working_hours (account_id, inbox_id, day_of_week, closed_all_day)
    select new.account_id, new.id, day, day in (0, 6) from generate_series(0, 6) as day;
    return null;
end;
$function$;

ALTER FUNCTION "private"."add_working_hours"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.administered_inbox(p_id uuid)
 RETURNS public.inboxes
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

ALTER FUNCTION "private"."administered_inbox"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.administered_team(p_id uuid)
 RETURNS public.teams
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    team public.teams;
begin
    select * into team from public.teams where id = p_id and account_id = any (private.account_ids());
    if team.id is null then
        perform private.fail(404, 'team_not_found', 'There is no such team.');
    end if;
    perform private.require_administrator(team.account_id);
    return team;
end;
$function$;

ALTER FUNCTION "private"."administered_team"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.adopt_session(p_session private.visitor_sessions, p_identifier text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    contact public.contacts;
    known record;
begin
    -- Two tabs that sign in at once take turns; the second finds the session gone.
    delete from private.visitor_sessions where id = p_session.id;
    if not found then
        return;
    end if;
    select person.* into contact
    from public.contacts as person
    join public.contact_inboxes as address on address.contact_id = person.id
    where address.id = p_session.contact_inbox_id;
    -- Whoever wrote nothing leaves nothing behind; and what was said in another's name stays with that name.
    if contact.id is null or contact.identifier <> p_identifier then
        return;
    end if;
    perform private.identify_contact(contact.id, jsonb_build_object('identifier', p_identifier), '{identifier}');
    select * into known from private.verified_address(p_session.account_id, p_session.inbox_id, p_identifier);
    update public.conversations set contact_inbox_id = known.contact_inbox_id
    where account_id = p_session.account_id and contact_inbox_id = p_session.contact_inbox_id;
    delete from public.contact_inboxes where id = p_session.contact_inbox_id;
end;
$function$;

ALTER FUNCTION "private"."adopt_session"(private.visitor_sessions, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.agent_conversation(p_id uuid)
 RETURNS public.conversations
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations;
begin
    select * into conversation from public.conversations where id = p_id;
    if conversation.id is null or not private.sees(auth.uid(), conversation) then
        -- The same answer for a conversation that is missing and for one that is someone else's.
        perform private.fail(404, 'conversation_not_found', 'There is no such conversation.');
    end if;
    return conversation;
end;
$function$;

CREATE OR REPLACE FUNCTION private.agent_may_download(p_name text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select exists (
        select from public.attachments as attachment
        where attachment.id = private.attachment_id_of(p_name)
            and p_name in (attachment.storage_path, attachment.thumb_path)
            and attachment.state = 'ready'
            and attachment.message_id is not null)
$function$;

ALTER FUNCTION "private"."agent_may_download"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.agent_may_upload(p_name text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    -- Not with its owner's rights: the policy of attachments says which conversations the caller sees.
    select exists (
        select from public.attachments as attachment
        where attachment.id = private.attachment_id_of(p_name)
            and attachment.storage_path = p_name
            and attachment.state = 'pending'
            and attachment.message_id is null
            and attachment.uploaded_by_user_id = auth.uid()
            and attachment.created_at > now() - interval '1 hour')
$function$;

ALTER FUNCTION "private"."agent_may_upload"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.agent_message(p_conversation_id uuid, p_id uuid)
 RETURNS public.messages
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    message public.messages;
begin
    perform private.agent_conversation(p_conversation_id);
    -- The conversation first, as everywhere: two changes of one message take turns.
    perform from public.conversations where id = p_conversation_id for no key update;
    select * into message from public.messages where conversation_id = p_conversation_id and id = p_id;
    if message.id is null then
        perform private.fail(404, 'message_not_found', 'There is no such message.');
    end if;
    return message;
end;
$function$;

ALTER FUNCTION "private"."agent_message"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.answered_conversation(p_inbox public.inboxes, p_message jsonb)
 RETURNS public.conversations
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select conversation.*
    from jsonb_array_elements(coalesce(nullif(p_message #> '{content_attributes,email,threads}', 'null'), '[]'))
        with ordinality as claim (thread, position)
    join public.conversations as conversation on conversation.id::text = claim.thread ->> 'value'
    where claim.thread ->> 'kind' = 'conversation'
        -- Only what we signed: a visitor may be known for sure, and a sender''s name is only a claim.
        and (claim.thread ->> 'proven')::boolean
        and conversation.inbox_id = p_inbox.id
    order by claim.position
    limit 1
$function$;

ALTER FUNCTION "private"."answered_conversation"(public.inboxes, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.api_address(p_inbox_id uuid, p_source_id text)
 RETURNS public.contact_inboxes
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    address public.contact_inboxes;
begin
    select * into address from public.contact_inboxes where inbox_id = p_inbox_id and source_id = p_source_id;
    if address.id is null then
        perform private.fail(404, 'contact_not_found', 'There is no such contact in this inbox.');
    end if;
    return address;
end;
$function$;

ALTER FUNCTION "private"."api_address"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.api_channel_settings(p_inbox_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    channel constant public.channel_apis := private.api_inbox_for_administrator(p_inbox_id);
    kept jsonb;
begin
    select secrets into kept from private.channel_secrets where inbox_id = p_inbox_id;
    return jsonb_build_object(
        'identifier', channel.identifier,
        'reply_window_hours', channel.reply_window_hours,
        'webhook_url', kept ->> 'webhook_url',
        'hmac_token', kept ->> 'hmac_token',
        'hmac_mandatory', coalesce((kept ->> 'hmac_mandatory')::boolean, false),
        'webhook_secret', kept ->> 'webhook_secret');
end;
$function$;

ALTER FUNCTION "private"."api_channel_settings"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.api_conversation(p_address public.contact_inboxes, p_display_id bigint)
 RETURNS public.conversations
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations;
begin
    select * into conversation
    from public.conversations
    where account_id = p_address.account_id and contact_inbox_id = p_address.id and display_id = p_display_id;
    if conversation.id is null then
        perform private.fail(404, 'conversation_not_found', 'There is no such conversation.');
    end if;
    return conversation;
end;
$function$;

ALTER FUNCTION "private"."api_conversation"(public.contact_inboxes, bigint) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.api_conversation_json(p_conversation public.conversations)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'id', p_conversation.display_id,
        'uuid', p_conversation.id,
        'inbox_id', p_conversation.inbox_id,
        'status', p_conversation.status,
        'priority', p_conversation.priority,
        'labels', to_jsonb(p_conversation.labels),
        'custom_attributes', p_conversation.custom_attributes,
        'unread_count', p_conversation.unread_count,
        'waiting_since', p_conversation.waiting_since,
        'first_reply_created_at', p_conversation.first_reply_created_at,
        'snoozed_until', p_conversation.snoozed_until,
        'last_activity_at', p_conversation.last_activity_at,
        'created_at', p_conversation.created_at,
        'contact_inbox', (
            select jsonb_build_object('id', address.id, 'source_id', address.source_id)
            from public.contact_inboxes as address where address.id = p_conversation.contact_inbox_id),
        'meta', jsonb_build_object(
            'sender', (
                select jsonb_build_object(
                    'id', contact.id, 'name', contact.name, 'email', contact.email, 'phone_number', contact.phone_number,
                    'identifier', contact.identifier)
                from public.contacts as contact where contact.id = p_conversation.contact_id),
            'assignee', (
                select jsonb_build_object('id', users.id, 'name', private.shown_name(users))
                from public.users as users where users.id = p_conversation.assignee_id)))
$function$;

ALTER FUNCTION "private"."api_conversation_json"(public.conversations) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.api_inbox_for_administrator(p_inbox_id uuid)
 RETURNS public.channel_apis
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    channel public.channel_apis;
begin
    select * into channel
    from public.channel_apis
    where inbox_id = p_inbox_id and account_id = any (private.account_ids());
    if channel.inbox_id is null then
        perform private.fail(404, 'inbox_not_found', 'There is no such inbox.');
    end if;
    perform private.require_administrator(channel.account_id);
    return channel;
end;
$function$;

ALTER FUNCTION "private"."api_inbox_for_administrator"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.api_message_json(p_message public.messages)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'id', p_message.id,
        'content', p_message.content,
        'content_type', p_message.content_type,
        'content_attributes', p_message.content_attributes,
        'message_type', p_message.message_type,
        'private', p_message.private,
        'status', p_message.status,
        'source_id', p_message.source_id,
        'created_at', p_message.created_at,
        'sender', private.message_sender(p_message))
$function$;

ALTER FUNCTION "private"."api_message_json"(public.messages) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.api_webhook(p_conversation public.conversations, p_message public.messages)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'url', secret.secrets ->> 'webhook_url',
        'secret', secret.secrets ->> 'webhook_secret',
        'body', private.webhook_body('message_created', p_conversation, p_message))
    from private.channel_secrets as secret
    where secret.inbox_id = p_conversation.inbox_id and secret.secrets ->> 'webhook_url' <> ''
$function$;

ALTER FUNCTION "private"."api_webhook"(public.conversations, public.messages) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.apply_status(p_message public.messages, p_status jsonb)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    update public.messages
    set status = p_status ->> 'status',
        content_attributes = case when p_status ->> 'status' = 'failed'
            then content_attributes || jsonb_strip_nulls(jsonb_build_object(
                'external_error', left(p_status ->> 'error_text', 1000),
                'error_category', p_status ->> 'error_category',
                'error_code', left(p_status ->> 'error_code', 100)))
            else content_attributes end
    where conversation_id = p_message.conversation_id and id = p_message.id
        and status is distinct from p_status ->> 'status'
        and not (p_status ->> 'status' = 'failed' and status in ('delivered', 'read'))
$function$;

ALTER FUNCTION "private"."apply_status"(public.messages, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.are_account_settings(p_settings jsonb)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
    select jsonb_typeof(p_settings) = 'object'
        and octet_length(p_settings::text) <= 65536
        and coalesce(jsonb_typeof(p_settings -> 'auto_resolve_after'), 'null') in ('null', 'number')
        and case when coalesce(p_settings ->> 'auto_resolve_after', '10') ~ '^[0-9]{1,7}$'
            then coalesce(p_settings ->> 'auto_resolve_after', '10')::int between 10 and 1439856 else false end
        and coalesce(jsonb_typeof(p_settings -> 'auto_resolve_message'), 'null') in ('null', 'string')
        and char_length(coalesce(p_settings ->> 'auto_resolve_message', '')) <= 10000
        and coalesce(jsonb_typeof(p_settings -> 'auto_resolve_ignore_waiting'), 'null') in ('null', 'boolean')
        and coalesce(jsonb_typeof(p_settings -> 'auto_resolve_label'), 'null') in ('null', 'string')
        and char_length(coalesce(p_settings ->> 'auto_resolve_label', '')) <= 100
        and coalesce(jsonb_typeof(p_settings -> 'audio_transcriptions'), 'null') in ('null', 'boolean')
$function$;

ALTER FUNCTION "private"."are_account_settings"(jsonb) OWNER TO "postgres";

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

CREATE OR REPLACE FUNCTION private.ask_for_delivery(p_account_id uuid, p_conversation_id uuid, p_message_id uuid, p_attempt text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.enqueue(
        'deliver_message',
        jsonb_build_object('conversation_id', p_conversation_id, 'message_id', p_message_id),
        p_account_id,
        p_conversation_id::text,
        p_message_id || ':' || p_attempt)
$function$;

ALTER FUNCTION "private"."ask_for_delivery"(uuid, uuid, uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.ask_for_digest()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    if not exists (
        select
        from public.channel_web_widgets as widget
        join public.conversations as conversation on conversation.id = new.conversation_id
        join public.contacts as contact on contact.id = conversation.contact_id
        where widget.inbox_id = new.inbox_id and widget.continuity_via_email and contact.email is not null and not contact.blocked)
    then
        return null;
    end if;
    insert into private.continuity as known (account_id, conversation_id, since)
    values (new.account_id, new.conversation_id, new.created_at)
    on conflict (conversation_id) do update set since = excluded.since where known.since is null;
    if found then
        perform private.enqueue(
            'send_digest', jsonb_build_object('conversation_id', new.conversation_id, 'since', new.created_at), new.account_id,
            'digest:' || new.conversation_id, p_run_at => now() + interval '2 minutes');
    end if;
    return null;
end;
$function$;

ALTER FUNCTION "private"."ask_for_digest"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.ask_for_templates(p_account_id uuid, p_inbox_id uuid, p_after interval DEFAULT '00:00:00'::interval)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    -- One that waits is enough; one that runs may have read already what has changed since.
    select private.enqueue(
        'sync_templates', jsonb_build_object('inbox_id', p_inbox_id), p_account_id, 'templates:' || p_inbox_id,
        p_run_at => now() + p_after)
    where not exists (
        select from private.jobs as job where job.lock = 'templates:' || p_inbox_id and job.status = 'queued')
$function$;

ALTER FUNCTION "private"."ask_for_templates"(uuid, uuid, interval) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.attachment_id_of(p_name text)
 RETURNS uuid
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    -- Guarded: a policy must not fail on a name that somebody made up.
    select (regexp_match(
        p_name,
        '^[0-9a-f-]{36}/[0-9a-f-]{36}/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/'))[1]::uuid
$function$;

ALTER FUNCTION "private"."attachment_id_of"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.attachments_json(p_message public.messages)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce(jsonb_agg(
        jsonb_build_object(
            'id', attachment.id,
            'file_type', attachment.file_type,
            'state', attachment.state,
            'path', attachment.storage_path,
            'thumb_path', attachment.thumb_path,
            'file_name', attachment.file_name,
            'content_type', attachment.content_type,
            'byte_size', attachment.byte_size,
            'width', attachment.width,
            'height', attachment.height,
            'external_url', attachment.external_url,
            'coordinates_lat', attachment.coordinates_lat,
            'coordinates_long', attachment.coordinates_long,
            'fallback_title', attachment.fallback_title,
            'meta', attachment.meta,
            'error', attachment.error)
        order by attachment.created_at, attachment.id), '[]')
    from public.attachments as attachment
    where attachment.account_id = p_message.account_id
        and attachment.conversation_id = p_message.conversation_id
        and attachment.message_id = p_message.id
$function$;

ALTER FUNCTION "private"."attachments_json"(public.messages) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.attachments_removed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    perform private.remove_objects(old_rows.account_id, old_rows.paths)
    from (
        select file.account_id, array_agg(file.path) as paths
        from (
            select removed.account_id, object.path,
                (row_number() over (partition by removed.account_id order by removed.id) - 1) / 100 as batch
            from removed
            cross join lateral (values (removed.storage_path), (removed.thumb_path)) as object (path)
            where object.path is not null
        ) as file
        group by file.account_id, file.batch
    ) as old_rows;
    return null;
end;
$function$;

ALTER FUNCTION "private"."attachments_removed"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.attachments_to_deliver(p_message public.messages)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce(jsonb_agg(
        jsonb_build_object(
            'file_type', attachment.file_type,
            'file_name', attachment.file_name,
            'content_type', attachment.content_type,
            'storage_path', attachment.storage_path)
        order by attachment.created_at, attachment.id), '[]')
    from public.attachments as attachment
    where attachment.account_id = p_message.account_id
        and attachment.conversation_id = p_message.conversation_id
        and attachment.message_id = p_message.id
        and attachment.state = 'ready'
        and attachment.storage_path is not null
$function$;

ALTER FUNCTION "private"."attachments_to_deliver"(public.messages) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.attributes_or(p_attributes jsonb, p_else jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    select case when private.are_attributes(p_attributes) then p_attributes else p_else end
$function$;

ALTER FUNCTION "private"."attributes_or"(jsonb, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.audit()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    before constant jsonb := case when tg_op = 'INSERT' then '{}' else to_jsonb(old) end;
    after constant jsonb := case when tg_op = 'DELETE' then '{}' else to_jsonb(new) end;
    present constant jsonb := before || after;
    -- What moves by itself, or is nobody's to read.
    silent constant text[] := array[
        'id', 'account_id', 'created_at', 'updated_at', 'active_at', 'epoch', 'token_hash', 'last_seq', 'preview'];
    changed jsonb;
begin
    if current_setting('role', true) <> 'authenticated' then
        return null;
    end if;
    select coalesce(jsonb_object_agg(field, jsonb_build_array(before -> field, after -> field)), '{}')
    into changed
    from jsonb_object_keys(present) as field
    where before -> field is distinct from after -> field and not field = any (silent);
    if tg_op = 'UPDATE' and changed = '{}' then
        return null;
    end if;
    insert into public.audit_log (
        account_id, user_id, action, auditable_type, auditable_id, changes, request_id, ip)
    values (
        coalesce(present ->> 'account_id', present ->> 'id')::uuid,
        auth.uid(),
        case tg_op when 'INSERT' then 'create' when 'UPDATE' then 'update' else 'delete' end,
        tg_table_name,
        coalesce(present ->> 'id', present ->> 'user_id', present ->> 'inbox_id')::uuid,
        changed,
        private.request_header('x-request-id'),
        split_part(private.request_header('x-forwarded-for'), ',', 1));
    return null;
end;
$function$;

ALTER FUNCTION "private"."audit"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.auto_assign()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    opened constant boolean := new.status = 'open' and (tg_op = 'INSERT' or old.status <> 'open');
    chosen constant boolean := tg_op = 'UPDATE' and new.assignee_id is distinct from old.assignee_id;
    may_team_assign boolean := true;
begin
    if tg_op = 'UPDATE' and new.team_id is distinct from old.team_id and new.team_id is not null and not chosen then
        if not exists (
            select from public.team_members as teammate
            where teammate.team_id = new.team_id and teammate.user_id = new.assignee_id)
        then
            new.assignee_id := null;
        end if;
        if new.assignee_id is null and exists (
            select from public.teams as team where team.id = new.team_id and team.allow_auto_assign)
        then
            new.assignee_id := private.pick_assignee(new.account_id, new.inbox_id, new.team_id);
        end if;
        return new;
    end if;
    if not opened or chosen then
        return new;
    end if;
    -- An agent who opens what lay aside takes it; an administrator may only be tidying up.
    if tg_op = 'UPDATE' and old.status in ('pending', 'resolved')
        and current_setting('role', true) = 'authenticated'
        and exists (
            select from public.account_users as member
            where member.account_id = new.account_id and member.user_id = auth.uid() and member.role = 'agent')
    then
        new.assignee_id := auth.uid();
        return new;
    end if;
    if new.team_id is not null then
        select team.allow_auto_assign into may_team_assign from public.teams as team where team.id = new.team_id;
    end if;
    if may_team_assign
        and (select inbox.enable_auto_assignment from public.inboxes as inbox where inbox.id = new.inbox_id)
        and not exists (
            select from public.inbox_members as member
            where member.inbox_id = new.inbox_id and member.user_id = new.assignee_id)
    then
        new.assignee_id := coalesce(
            private.pick_assignee(new.account_id, new.inbox_id, new.team_id), new.assignee_id);
    end if;
    return new;
end;
$function$;

ALTER FUNCTION "private"."auto_assign"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.auto_resolve(p_conversation public.conversations, p_settings jsonb, p_after integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    farewell constant text := btrim(coalesce(p_settings ->> 'auto_resolve_message', ''));
    label constant text := btrim(coalesce(p_settings ->> 'auto_resolve_label', ''));
    hours constant int := private.reply_window_hours(p_conversation);
begin
    if farewell <> '' then
        if hours is null
            or private.last_incoming_at(p_conversation.id) + make_interval(hours => hours) > now()
        then
            insert into public.messages (conversation_id, message_type, content, status)
            values (p_conversation.id, 'template', farewell, private.initial_status(p_conversation.inbox_id));
        else
            perform private.write_activity(p_conversation, 'auto_resolve.message_not_sent', '{}');
        end if;
    end if;
    update public.conversations
    set status = 'resolved',
        labels = case
            when label <> '' and not label = any (labels) and exists (
                select from public.labels as known
                where known.account_id = p_conversation.account_id and known.title = label)
            then labels || label else labels end
    where id = p_conversation.id;
    perform private.write_activity(
        p_conversation,
        'status.auto_resolved.' || case when p_after % 1440 = 0 then 'days' when p_after % 60 = 0 then 'hours' else 'minutes' end,
        jsonb_build_object('count', p_after / case when p_after % 1440 = 0 then 1440 when p_after % 60 = 0 then 60 else 1 end));
end;
$function$;

ALTER FUNCTION "private"."auto_resolve"(public.conversations, jsonb, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.begin_channel_action(p_inbox_id uuid, p_action text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    inbox constant public.inboxes := private.administered_inbox(p_inbox_id);
begin
    if p_action is null or p_action not in ('check', 'webhook', 'test') then
        perform private.fail(400, 'invalid_argument', 'The action is check, webhook or test.');
    end if;
    if not exists (select from public.channel_connections where inbox_id = p_inbox_id) then
        perform private.fail(409, 'inbox_not_connected', 'This inbox is not connected to a provider.');
    end if;
    if p_action = 'test' then
        -- By account: it is a message to whomever one names.
        perform private.take('channel-test:' || inbox.account_id, 10, 20.0 / 3600);
    else
        perform private.take('channel-' || p_action || ':' || p_inbox_id, 10, 10.0 / 60);
    end if;
end;
$function$;

ALTER FUNCTION "private"."begin_channel_action"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.begin_conversation()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    new.display_id := nextval(format('private.%I', private.conversation_sequence(new.account_id)));
    new.status := case
        when (select contact.blocked from public.contacts as contact where contact.id = new.contact_id) then 'resolved'
        when new.additional_attributes ? 'campaign_id' then 'open'
        when private.has_active_bot(new.inbox_id) then 'pending'
        else new.status end;
    if new.status <> 'snoozed' then
        new.snoozed_until := null;
    end if;
    if new.status = 'resolved' then
        new.waiting_since := null;
    elsif new.waiting_since = now() then
        new.waiting_since := new.created_at;  -- the column's default, in a conversation of the past
    end if;
    return new;
end;
$function$;

ALTER FUNCTION "private"."begin_conversation"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.begin_mailbox_sign_in(p_account_id uuid, p_provider text, p_state_hash text, p_verifier text, p_inbox_id uuid, p_inbox_name text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    address text;
begin
    perform private.require_administrator(p_account_id);
    if p_provider is null or p_provider not in ('google', 'microsoft')
        or coalesce(p_state_hash, '') !~ '^[0-9a-f]{64}$'
        or char_length(coalesce(p_verifier, '')) not between 43 and 128
    then
        perform private.fail(400, 'invalid_argument', 'Name a provider, the hash of a state, and a verifier.');
    end if;
    if p_inbox_id is not null then
        select connection.address into address
        from public.channel_connections as connection
        where connection.account_id = p_account_id and connection.inbox_id = p_inbox_id and connection.channel_type = 'email';
        if address is null then
            perform private.fail(404, 'inbox_not_found', 'There is no such inbox.');
        end if;
    elsif char_length(btrim(coalesce(p_inbox_name, ''))) not between 1 and 100 then
        perform private.fail(400, 'name_invalid', 'Give the inbox a name of 1 to 100 characters.');
    end if;
    delete from private.mailbox_sign_ins where expires_at < now() or (account_id, user_id) = (p_account_id, auth.uid());
    insert into private.mailbox_sign_ins (state_hash, account_id, user_id, provider, verifier, inbox_id, inbox_name)
    values (p_state_hash, p_account_id, auth.uid(), p_provider, p_verifier, p_inbox_id, coalesce(btrim(p_inbox_name), ''));
    return jsonb_build_object('address', address);
end;
$function$;

ALTER FUNCTION "private"."begin_mailbox_sign_in"(uuid, text, text, text, uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.bind_attachments(p_conversation_id uuid, p_message_id uuid, p_ids uuid[], p_user_id uuid, p_contact_inbox_id uuid)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    wanted constant int := coalesce(cardinality(p_ids), 0);
    bound int;
begin
    if wanted = 0 then
        return null;
    end if;
    if wanted > 15 then
        perform private.fail(400, 'too_many_attachments', 'A message has 15 attachments at most.');
    end if;
    with mine as (
        update public.attachments
        set message_id = p_message_id
        where id = any (p_ids)
            and conversation_id = p_conversation_id
            and message_id is null
            and uploaded_by_user_id is not distinct from p_user_id
            and uploaded_by_contact_inbox_id is not distinct from p_contact_inbox_id
            and exists (
                select from storage.objects as object
                where object.bucket_id = 'attachments' and object.name = storage_path)
        returning account_id, id
    ),
    asked as (
        select private.enqueue(
            'process_attachment', jsonb_build_object('attachment_id', mine.id), mine.account_id,
            p_dedupe_key => mine.id::text, p_priority => 50)
        from mine
    )
    select count(*) into bound from asked;
    if bound <> wanted then
        perform private.fail(
            400, 'attachment_not_found', 'An attachment is not there: not uploaded, sent before, or someone else''s.',
            'Ask for a slot, upload to its path, then send.');
    end if;
    return now();
end;
$function$;

ALTER FUNCTION "private"."bind_attachments"(uuid, uuid, uuid[], uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.broadcast_all(p_topics text[], p_events text[], p_payloads jsonb[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
    -- What realtime.send writes, in one statement and one subtransaction: for many listeners that is most of the cost.
    insert into realtime.messages (id, topic, extension, event, private, payload)
    select told.id, told.topic, 'broadcast', told.event, true, jsonb_build_object('id', told.id) || told.payload
    from (
        select gen_random_uuid() as id, one.topic, one.event, one.payload
        from unnest(p_topics, p_events, p_payloads) as one (topic, event, payload)
    ) as told;
exception when others then
    -- It warns, and never raises, where it cannot.
    perform realtime.send(one.payload, one.event, one.topic, true)
    from unnest(p_topics, p_events, p_payloads) as one (topic, event, payload);
end;
$function$;

ALTER FUNCTION "private"."broadcast_all"(text[], text[], jsonb[]) OWNER TO "postgres";

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

ALTER FUNCTION "private"."bulk_update"(uuid[], jsonb) OWNER TO "postgres";

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

CREATE OR REPLACE FUNCTION private.bury_mail()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    insert into private.mail_tombstones (account_id, inbox_id, hash)
    select message.account_id, message.inbox_id, sha256(convert_to(message.source_id, 'UTF8'))
    from public.messages as message
    where message.account_id = old.account_id and message.conversation_id = old.id
        and message.content_type = 'incoming_email' and message.source_id is not null
        -- Nothing is read again for an inbox that goes with it.
        and exists (select from public.inboxes where id = message.inbox_id and deleted_at is null)
    on conflict do nothing;
    return old;
end;
$function$;

ALTER FUNCTION "private"."bury_mail"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.can_see(p_conversation public.conversations)
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select private.sees((select auth.uid()), p_conversation)
$function$;

ALTER FUNCTION "private"."can_see"(public.conversations) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.can_see_conversation(p_id uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select exists (
        select from public.conversations as conversation where conversation.id = p_id and private.can_see(conversation))
$function$;

ALTER FUNCTION "private"."can_see_conversation"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.canned_response_list(p_account_id uuid, p_query text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

ALTER FUNCTION "private"."canned_response_list"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.change_conversation()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    if new.status <> 'snoozed' then
        new.snoozed_until := null;
    end if;
    if new.status = 'resolved' and old.status <> 'resolved' then
        new.waiting_since := null;
    end if;
    if (new.status, new.assignee_id, new.team_id, new.priority, new.labels, new.snoozed_until, new.custom_attributes,
            new.contact_id)
        is distinct from
        (old.status, old.assignee_id, old.team_id, old.priority, old.labels, old.snoozed_until, old.custom_attributes,
            old.contact_id)
    then
        new.last_seq := new.last_seq + 1;
    end if;
    if new.status is distinct from old.status then
        new.last_visitor_seq := new.last_visitor_seq + 1;
    end if;
    if new.assignee_id is distinct from old.assignee_id then
        new.assignee_last_seen_at := null;
    end if;
    new.updated_at := now();
    return new;
end;
$function$;

CREATE OR REPLACE FUNCTION private.change_preview(p_old public.messages, p_content text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    update public.conversations
    set preview = preview || jsonb_build_object('content', left(p_content, 200))
    where id = p_old.conversation_id
        and preview ->> 'content' = left(p_old.content, 200)
        and (preview ->> 'created_at')::timestamptz = p_old.created_at
$function$;

ALTER FUNCTION "private"."change_preview"(public.messages, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.channel_address(p_channel_type text, p_address text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    select case when p_channel_type = 'email' then lower(btrim(p_address)) else btrim(p_address) end
$function$;

ALTER FUNCTION "private"."channel_address"(text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.channel_test_recipients(p_inbox_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    inbox constant public.inboxes := private.administered_inbox(p_inbox_id);
    found jsonb;
begin
    select coalesce(jsonb_agg(to_jsonb(latest) order by latest.last_incoming_at desc), '[]')
    into found
    from (
        select distinct on (address.id)
            address.source_id as "to", contact.name, private.last_incoming_at(conversation.id) as last_incoming_at
        from (
            select * from public.conversations
            where account_id = inbox.account_id and inbox_id = p_inbox_id and status in ('open', 'pending')
            order by last_activity_at desc
            limit 20
        ) as conversation
        join public.contact_inboxes as address on address.id = conversation.contact_inbox_id
        join public.contacts as contact on contact.id = conversation.contact_id
        where address.opted_out_at is null
            and private.last_incoming_at(conversation.id)
                > now() - make_interval(hours => coalesce(private.reply_window_hours(conversation), 720))
        order by address.id, last_incoming_at desc
    ) as latest;
    return found;
end;
$function$;

ALTER FUNCTION "private"."channel_test_recipients"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.check_agent_limit(p_account_id uuid, p_waiting integer)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
    allowed int;
begin
    -- The account's row is locked, so that two who join at once do not both take the last place.
    select (limits ->> 'agents')::int into allowed from public.accounts where id = p_account_id for no key update;
    if (select count(*) from public.account_users where account_id = p_account_id) + p_waiting >= allowed then
        perform private.fail(402, 'agent_limit_reached', 'The account has as many agents as its plan allows.');
    end if;
end;
$function$;

ALTER FUNCTION "private"."check_agent_limit"(uuid, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.check_channel(p_channel_type text, p_address text, p_settings jsonb, p_secrets jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
    if p_channel_type is null or p_channel_type not in (
        'email', 'whatsapp_cloud', 'whatsapp_360dialog', 'messenger', 'instagram', 'telegram', 'twilio_sms',
        'twilio_whatsapp', 'bandwidth_sms', 'line', 'tiktok')
    then
        perform private.fail(400, 'channel_type_invalid', 'There is no such kind of channel.');
    end if;
    if char_length(btrim(coalesce(p_address, ''))) not between 1 and 320 then
        perform private.fail(400, 'address_invalid', 'Name the number, page, bot or mailbox, in 1 to 320 characters.');
    end if;
    if jsonb_typeof(coalesce(p_settings, 'null')) <> 'object' or octet_length(p_settings::text) > 65536 then
        perform private.fail(400, 'invalid_argument', 'settings is an object of 64 kB at most.');
    end if;
    if jsonb_typeof(coalesce(p_secrets, 'null')) <> 'object'
        or octet_length(p_secrets::text) > 65536
        or exists (select from jsonb_each(p_secrets) as secret where jsonb_typeof(secret.value) <> 'string')
    then
        perform private.fail(400, 'invalid_argument', 'secrets is an object of texts, 64 kB at most.');
    end if;
end;
$function$;

ALTER FUNCTION "private"."check_channel"(text, text, jsonb, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.check_name(p_name text, p_longest integer DEFAULT 100)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
    if char_length(btrim(coalesce(p_name, ''))) not between 1 and p_longest then
        perform private.fail(400, 'name_invalid', format('Give it a name of 1 to %s characters.', p_longest));
    end if;
    return btrim(p_name);
end;
$function$;

ALTER FUNCTION "private"."check_name"(text, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.check_role(p_account_id uuid, p_role text, p_custom_role_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    if p_role is null or p_role not in ('agent', 'administrator')
        or (p_role = 'administrator' and p_custom_role_id is not null)
    then
        perform private.fail(
            400, 'role_invalid', 'The role is agent or administrator; only an agent has a custom role.');
    end if;
    if p_custom_role_id is not null and not exists (
        select from public.custom_roles where account_id = p_account_id and id = p_custom_role_id)
    then
        perform private.fail(404, 'custom_role_not_found', 'There is no such role.');
    end if;
end;
$function$;

ALTER FUNCTION "private"."check_role"(uuid, text, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.chosen_title(p_conversation_id uuid, p_value text)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select item.value ->> 'title'
    from public.messages as message
    cross join lateral jsonb_array_elements(message.content_attributes -> 'items') as item
    where message.conversation_id = p_conversation_id
        and message.content_type = 'input_select'
        and jsonb_typeof(message.content_attributes -> 'items') = 'array'
        and item.value ->> 'value' = p_value
    order by message.seq desc
    limit 1
$function$;

ALTER FUNCTION "private"."chosen_title"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.client_attributes(p_attributes jsonb, p_private boolean)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
    unknown text;
    field text;
begin
    if jsonb_typeof(p_attributes) <> 'object' then
        perform private.fail(400, 'content_attributes_invalid', 'content_attributes is an object.');
    end if;
    select attribute.key into unknown
    from jsonb_object_keys(p_attributes) as attribute (key)
    where attribute.key not in ('in_reply_to', 'to_emails', 'cc_emails', 'bcc_emails', 'template_params', 'items')
    limit 1;
    if unknown is not null then
        perform private.fail(
            400, 'content_attributes_invalid', format('A message cannot be given the attribute %L.', left(unknown, 50)),
            'Give in_reply_to, to_emails, cc_emails, bcc_emails, items or template_params.');
    end if;
    foreach field in array array['to_emails', 'cc_emails', 'bcc_emails'] loop
        if p_attributes ? field and (
            p_private
            or jsonb_typeof(p_attributes -> field) <> 'array'
            or jsonb_array_length(p_attributes -> field) > 50
            or exists (
                select from jsonb_array_elements(p_attributes -> field) as address (value)
                where jsonb_typeof(address.value) <> 'string'
                    or char_length(address.value #>> '{}') > 254
                    or address.value #>> '{}' !~ '^[^@[:space:][:cntrl:],;<>"]+@[^@[:space:][:cntrl:],;<>"]+\.[^@[:space:][:cntrl:],;<>"]+$'))
        then
            perform private.fail(
                400, 'content_attributes_invalid', format('%s is a list of at most 50 e-mail addresses, and not for notes.', field));
        end if;
    end loop;
    if p_attributes ? 'template_params' and (
        p_private
        or coalesce(p_attributes #>> '{template_params,name}', '') = ''
        or coalesce(p_attributes #>> '{template_params,language}', '') = '')
    then
        perform private.fail(
            400, 'content_attributes_invalid', 'template_params gives the template''s name and language, and is not for notes.');
    end if;
    return p_attributes;
end;
$function$;

ALTER FUNCTION "private"."client_attributes"(jsonb, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.connect_channel(p_account_id uuid, p_name text, p_channel_type text, p_address text, p_settings jsonb, p_secrets jsonb, p_aliases text[])
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    made_inbox_id uuid;
begin
    perform private.require_administrator(p_account_id);
    perform private.check_channel(p_channel_type, p_address, p_settings, p_secrets);
    if char_length(btrim(coalesce(p_name, ''))) not between 1 and 100 then
        perform private.fail(400, 'name_invalid', 'Give the inbox a name of 1 to 100 characters.');
    end if;
    if cardinality(p_aliases) > 20 then
        perform private.fail(400, 'invalid_argument', 'A channel has 20 aliases at most.');
    end if;
    insert into public.inboxes (account_id, name, channel_type)
    values (p_account_id, btrim(p_name), p_channel_type)
    returning id into made_inbox_id;
    begin
        insert into public.channel_connections (account_id, inbox_id, channel_type, address, aliases, settings)
        values (
            p_account_id, made_inbox_id, p_channel_type, private.channel_address(p_channel_type, p_address),
            coalesce(p_aliases, '{}'), p_settings);
    exception when unique_violation then
        -- Not whose: another account's channels are nobody's business.
        perform private.fail(409, 'address_taken', 'An inbox is already connected to this address.');
    end;
    insert into private.channel_secrets (account_id, inbox_id, secrets)
    values (
        p_account_id, made_inbox_id,
        -- What signs reply addresses: one per mailbox, so that nobody writes into another's conversations.
        case when p_channel_type = 'email' then jsonb_build_object('reply_token', private.random_secret()) else '{}' end
            || p_secrets);
    insert into public.inbox_members (account_id, inbox_id, user_id) values (p_account_id, made_inbox_id, auth.uid());
    return jsonb_build_object('id', made_inbox_id);
end;
$function$;

ALTER FUNCTION "private"."connect_channel"(uuid, text, text, text, jsonb, jsonb, text[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.connection_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    perform private.broadcast(
        private.inbox_topic(new.inbox_id, inbox.epoch), 'inbox.connection_changed',
        jsonb_build_object('inbox_id', new.inbox_id, 'state', new.state))
    from public.inboxes as inbox
    where inbox.id = new.inbox_id;
    if new.state = 'connected' then
        perform private.deliver_held_messages(new.inbox_id);
    end if;
    return null;
end;
$function$;

ALTER FUNCTION "private"."connection_changed"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.connection_failures(p_inbox_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    inbox constant public.inboxes := private.administered_inbox(p_inbox_id);
    found jsonb;
begin
    select jsonb_build_object(
        'failed', count(*) filter (where lately.status = 'failed'),
        'unknown', count(*) filter (where lately.status = 'unknown'))
    into found
    from (
        select message.status
        from public.messages as message
        where message.account_id = inbox.account_id
            and message.created_at > now() - interval '24 hours'
            and message.inbox_id = p_inbox_id
            and message.status in ('failed', 'unknown')
        limit 1000
    ) as lately;
    return found;
end;
$function$;

ALTER FUNCTION "private"."connection_failures"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.contact_address(p_contact public.contacts, p_inbox public.inboxes)
 RETURNS public.contact_inboxes
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    address public.contact_inboxes;
    source constant text := case p_inbox.channel_type
        when 'api' then gen_random_uuid()::text
        else private.known_address(p_contact, p_inbox.channel_type) end;
begin
    select * into address
    from public.contact_inboxes
    where account_id = p_contact.account_id and contact_id = p_contact.id and inbox_id = p_inbox.id
    order by id desc
    limit 1;
    if address.id is null and source is not null then
        insert into public.contact_inboxes (account_id, contact_id, inbox_id, source_id)
        values (p_contact.account_id, p_contact.id, p_inbox.id, source)
        on conflict do nothing
        returning * into address;
    end if;
    if address.id is null then
        perform private.fail(
            409, 'contact_not_reachable', 'The contact has no address in this inbox.',
            'Add an e-mail address or a phone number, or wait until they write.');
    end if;
    return address;
end;
$function$;

ALTER FUNCTION "private"."contact_address"(public.contacts, public.inboxes) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.contact_filter(p_account_id uuid, p_conditions jsonb, p_query text, p_sort text, p_cursor jsonb, p_limit integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
    return private.contact_page(
        p_account_id, p_query, null, private.filter_predicate(p_account_id, 'contact', p_conditions),
        p_sort, p_cursor, p_limit);
end;
$function$;

ALTER FUNCTION "private"."contact_filter"(uuid, jsonb, text, text, jsonb, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.contact_json(p_contact public.contacts)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select to_jsonb(p_contact) - 'search_text'
$function$;

ALTER FUNCTION "private"."contact_json"(public.contacts) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.contact_list(p_account_id uuid, p_query text, p_sort text, p_labels text[], p_cursor jsonb, p_limit integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
    return private.contact_page(p_account_id, p_query, p_labels, null, p_sort, p_cursor, p_limit);
end;
$function$;

ALTER FUNCTION "private"."contact_list"(uuid, text, text, text[], jsonb, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.contact_page(p_account_id uuid, p_query text, p_labels text[], p_conditions text, p_sort text, p_cursor jsonb, p_limit integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
declare
    descending constant boolean := starts_with(p_sort, '-');
    direction constant text := case when descending then 'desc' else 'asc' end;
    needle constant text := nullif(btrim(private.folded(left(p_query, 200))), '');
    -- What each sort compares, from a fixed vocabulary; the client's word never gets into a statement.
    key constant text := case ltrim(p_sort, '-')
        when 'name' then 'lower(contact.name)' when 'email' then 'contact.email'
        when 'phone_number' then 'contact.phone_number' when 'last_activity_at' then 'contact.last_activity_at'
        when 'created_at' then 'contact.created_at' when 'city' then 'contact.location'
        when 'country' then 'contact.country_code'
        when 'company_name' then 'lower(contact.additional_attributes ->> ''company_name'')' end;
    key_type constant text := case when key like '%\_at' then 'timestamptz' else 'text' end;
    cursor_id uuid;
    cursor_at text;
    rest text;
    page jsonb[];
    cursors jsonb[];
begin
    if key is null or coalesce(p_limit, 0) not between 1 and 100 then
        perform private.fail(
            400, 'invalid_argument',
            'sort is name, email, phone_number, last_activity_at, created_at, company_name, city or country, with - for '
            'descending; limit is 1 to 100.');
    end if;
    if p_cursor is not null then
        begin
            cursor_id := (p_cursor ->> 'id')::uuid;
            cursor_at := p_cursor ->> 'at';
            if key_type = 'timestamptz' then
                perform cursor_at::timestamptz;
            end if;
        exception when others then
            cursor_id := null;
        end;
        if cursor_id is null then
            perform private.fail(400, 'invalid_cursor', 'Pass next_cursor back as it was given.');
        end if;
    end if;
    rest := format(
        $conditions$
            contact.account_id = $1
            and num_nonnulls(contact.email, contact.phone_number, contact.identifier) > 0
            %s
            %s
            %s
        $conditions$,
        case when needle is not null then
            'and contact.search_text like $2'
            else '' end,
        case when cardinality(p_labels) > 0 then 'and contact.labels && $3' else '' end,
        case when p_conditions is not null then format('and (%s)', p_conditions) else '' end);
    -- Those without a value come last; each half is one run of an index.
    execute format(
        $query$
        select array_agg(private.contact_json(page.contact) order by page.position),
            array_agg(jsonb_build_object('at', page.at, 'id', (page.contact).id) order by page.position)
        from (
            select run.contact, run.at, row_number() over () as position
            from (
                (select contact, to_jsonb(%1$s) as at
                from public.contacts as contact
                where %3$s and %1$s is not null and %4$s
                order by %1$s %2$s, contact.id %2$s limit $6)
                union all
                (select contact, 'null'
                from public.contacts as contact
                where %3$s and %1$s is null and %5$s
                order by contact.id %2$s limit $6)
            ) as run
            limit $6
        ) as page
        $query$,
        key, direction, rest,
        case when cursor_id is null then 'true' when cursor_at is null then 'false'
            else format('(%s, contact.id) %s ($4::%s, $5)', key, case when descending then '<' else '>' end, key_type) end,
        case when cursor_id is null or cursor_at is not null then 'true'
            else format('contact.id %s $5', case when descending then '<' else '>' end) end)
    into page, cursors
    using p_account_id, private.like_pattern(needle), p_labels, cursor_at, cursor_id, p_limit + 1;
    return jsonb_build_object(
        'rows', coalesce(to_jsonb(page[1:p_limit]), '[]'),
        'next_cursor', case when cardinality(page) > p_limit then cursors[p_limit] end);
end;
$function$;

ALTER FUNCTION "private"."contact_page"(uuid, text, text[], text, text, jsonb, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.contact_search_text(p_name text, p_middle_name text, p_last_name text, p_email text, p_phone_number text, p_identifier text, p_company text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
    select private.folded(concat_ws(
        ' ', p_name, nullif(p_middle_name, ''), nullif(p_last_name, ''), p_email, p_phone_number, p_identifier, p_company))
$function$;

ALTER FUNCTION "private"."contact_search_text"(text, text, text, text, text, text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.contactable_inboxes(p_contact_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    contact public.contacts := private.member_contact(p_contact_id);
begin
    return (
        select jsonb_build_object(
            'rows', coalesce(jsonb_agg(
                jsonb_build_object(
                    'inbox_id', reach.inbox_id,
                    'name', reach.name,
                    'channel_type', reach.channel_type,
                    'source_id', reach.source_id,
                    'needs_template', reach.is_closed)
                order by reach.name, reach.inbox_id) filter (where reach.reason is null), '[]'),
            'unreachable', coalesce(jsonb_agg(
                jsonb_build_object(
                    'inbox_id', reach.inbox_id,
                    'name', reach.name,
                    'channel_type', reach.channel_type,
                    'reason', reach.reason)
                order by reach.name, reach.inbox_id) filter (where reach.reason is not null), '[]'))
        from (
            select inbox.id as inbox_id, inbox.name, inbox.channel_type, given.source_id, coalesce(reply.is_closed, false) as is_closed,
                case
                    when address.opted_out_at is not null then 'opted_out'
                    when address.unreachable_reason is not null then 'unreachable'
                    when given.source_id is null and inbox.channel_type <> 'api' then private.lacking_address(inbox.channel_type)
                    when reply.is_closed and not private.has_templates(inbox.channel_type) then 'window_closed' end as reason
            from public.inboxes as inbox
            left join lateral (
                select known.id, known.source_id, known.opted_out_at, known.unreachable_reason
                from public.contact_inboxes as known
                where known.account_id = contact.account_id and known.contact_id = contact.id and known.inbox_id = inbox.id
                order by known.id desc
                limit 1
            ) as address on true
            cross join lateral (
                select coalesce(address.source_id, private.known_address(contact, inbox.channel_type)) as source_id
            ) as given
            left join lateral (
                select conversation.id
                from public.conversations as conversation
                where conversation.account_id = contact.account_id and conversation.contact_inbox_id = address.id
                order by conversation.id desc
                limit 1
            ) as latest on true
            cross join lateral (
                select coalesce(private.last_incoming_at(latest.id) + make_interval(hours => open.hours) < now(), open.hours is not null)
                    as is_closed
                from (
                    select private.reply_window_hours(
                        jsonb_populate_record(null::public.conversations, jsonb_build_object('inbox_id', inbox.id))) as hours
                ) as open
            ) as reply
            where inbox.account_id = contact.account_id
                and inbox.id = any (private.inbox_ids())
                and inbox.deleted_at is null
        ) as reach);
end;
$function$;

ALTER FUNCTION "private"."contactable_inboxes"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.conversation_delta(p_conversation public.conversations)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'conversation_id', p_conversation.id,
        'inbox_id', p_conversation.inbox_id,
        'team_id', p_conversation.team_id,
        'seq', p_conversation.last_seq,
        'status', p_conversation.status,
        'assignee_id', p_conversation.assignee_id,
        'last_activity_at', p_conversation.last_activity_at,
        'unread_count', p_conversation.unread_count)
$function$;

ALTER FUNCTION "private"."conversation_delta"(public.conversations) OWNER TO "postgres";

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
            format(' and (%s)', private.filter_predicate(p_account_id, 'conversation', p_conditions)),
            case when p_ids is not null then format(' and conversation.id = any (%L::uuid[])', p_ids) end),
        p_sort, p_cursor, p_limit);
end;
$function$;

ALTER FUNCTION "private"."conversation_filter"(uuid, jsonb, text, jsonb, integer, uuid[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.conversation_list(p_account_id uuid, p_tab text, p_status text, p_inbox_id uuid, p_sort text, p_cursor jsonb, p_limit integer, p_team_id uuid, p_labels text[], p_view text, p_priority text, p_assignee_id uuid)
 RETURNS json
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
    if coalesce(p_tab, '') not in ('mine', 'unassigned', 'all')
        or coalesce(p_status, '') not in ('open', 'pending', 'snoozed', 'resolved', 'all')
        or p_view not in ('mention', 'participating', 'unattended')
        or p_priority not in ('low', 'medium', 'high', 'urgent', 'none')
        or cardinality(p_labels) > 100
    then
        perform private.fail(
            400, 'invalid_argument',
            'tab is mine, unassigned or all; status is a status or all; view is mention, participating or unattended; '
            'priority is a priority or none.');
    end if;
    return private.conversation_page(
        p_account_id,
        case when p_status = 'all' then array['open', 'pending', 'snoozed', 'resolved'] else array[p_status] end,
        p_inbox_id,
        p_tab,
        concat(
            case when p_team_id is not null then format(' and conversation.team_id = %L', p_team_id) end,
            case when cardinality(p_labels) > 0 then format(' and conversation.labels && %L::text[]', p_labels) end,
            case when p_assignee_id is not null then format(' and conversation.assignee_id = %L', p_assignee_id) end,
            case when p_priority = 'none' then ' and conversation.priority is null'
                when p_priority is not null then format(' and conversation.priority = %L', p_priority) end,
            case p_view
                when 'unattended' then
                    ' and (conversation.first_reply_created_at is null or conversation.waiting_since is not null)'
                when 'participating' then format(
                    ' and conversation.id in (
                        select participant.conversation_id from public.conversation_participants as participant
                        where participant.account_id = %L and participant.user_id = %L)', p_account_id, auth.uid())
                when 'mention' then format(
                    ' and conversation.id in (
                        select mention.conversation_id from public.mentions as mention
                        where mention.account_id = %L and mention.user_id = %L)', p_account_id, auth.uid()) end),
        p_sort, p_cursor, p_limit);
end;
$function$;

ALTER FUNCTION "private"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.conversation_page(p_account_id uuid, p_statuses text[], p_inbox_id uuid, p_tab text, p_where text, p_sort text, p_cursor jsonb, p_limit integer)
 RETURNS json
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
-- Only the counters' plan is kept: what is executed as text is planned for its values each time.
declare
    caller constant uuid := auth.uid();
    nobody constant uuid := '00000000-0000-0000-0000-000000000000';
    -- What the caller sees: everything of an inbox or team, or a part (a kind: unassigned, participating).
    inboxes uuid[];
    teams uuid[];
    full_inboxes uuid[];
    seen text;
    conditions text;
    sort_column text;
    descending boolean;
    by_rank constant boolean := p_sort = 'priority';
    ordered text;
    beyond text;
    query text;
    cursor_at timestamptz;
    cursor_id uuid;
    cursor_rank smallint;
    ids uuid[];
    cursors jsonb[];
    counts jsonb;
    counted jsonb;
begin
    select case p_sort
            when 'newest' then 'last_activity_at' when 'oldest' then 'last_activity_at'
            when 'waiting' then 'waiting_since'
            when 'created' then 'created_at' when 'created_oldest' then 'created_at' when 'priority' then 'created_at' end,
        p_sort in ('newest', 'created')
    into sort_column, descending;
    if sort_column is null or coalesce(p_limit, 0) not between 1 and 100 then
        perform private.fail(
            400, 'invalid_argument',
            'sort is newest, oldest, waiting, created, created_oldest or priority; limit is 1 to 100.');
    end if;
    if p_cursor is not null then
        begin
            cursor_at := (p_cursor ->> 'at')::timestamptz;
            cursor_id := (p_cursor ->> 'id')::uuid;
            cursor_rank := (p_cursor ->> 'rank')::smallint;
        exception when others then
            cursor_id := null;
        end;
        if cursor_at is null or cursor_id is null or (by_rank and cursor_rank is null) then
            perform private.fail(400, 'invalid_cursor', 'Pass next_cursor back as it was given.');
        end if;
    end if;

    select coalesce(array_agg(mine.inbox_id) filter (where mine.inbox_id is not null), '{}'),
        coalesce(array_agg(mine.team_id) filter (where mine.team_id is not null), '{}'),
        coalesce(array_agg(mine.inbox_id) filter (where mine.inbox_id is not null and mine.scope = 'all'), '{}'),
        string_agg(distinct format(
            '(conversation.%s = %L%s)',
            case when mine.inbox_id is not null then 'inbox_id' else 'team_id' end,
            coalesce(mine.inbox_id, mine.team_id),
            case mine.scope
                when 'all' then ''
                when 'unassigned' then format(
                    ' and (conversation.assignee_id is null or conversation.assignee_id = %L)', caller)
                else format(
                    ' and (conversation.assignee_id = %1$L or exists (
                        select from public.conversation_participants as participant
                        where participant.conversation_id = conversation.id and participant.user_id = %1$L))',
                    caller) end), ' or ')
            filter (where mine.scope <> 'all' or mine.team_id is not null)
    into inboxes, teams, full_inboxes, seen
    from private.scopes_of(caller) as mine
    where mine.account_id = p_account_id
        and (p_inbox_id is null or mine.inbox_id is null or mine.inbox_id = p_inbox_id);
    if p_sort = 'newest' and p_tab <> 'unassigned' and p_where = '' and seen is null then
        select array_agg(newest.id), array_agg(jsonb_build_object('at', newest.last_activity_at, 'id', newest.id))
        into ids, cursors
        from private.newest_conversations(
            p_account_id, inboxes, p_statuses, case p_tab when 'mine' then caller end,
            coalesce(cursor_at, 'infinity'), coalesce(cursor_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
            p_limit + 1) as newest;
    else
        conditions := p_where
            || case when p_inbox_id is null then '' else format(' and conversation.inbox_id = %L', p_inbox_id) end
            || case when seen is null then ''
                else format(' and (conversation.inbox_id = any ($8) or %s)', seen) end;

        ordered := format(
            '%1$s %2$I %3$s, id %3$s', case when by_rank then 'rank asc,' else '' end, sort_column,
            case when descending then 'desc' else 'asc' end);
        beyond := case
            when cursor_id is null then ''
            when by_rank then
                'and (private.priority_rank(conversation.priority), conversation.created_at, conversation.id) > ($9, $6, $7)'
            else format(
                'and (conversation.%I, conversation.id) %s ($6, $7)', sort_column,
                case when descending then '<' else '>' end) end;
        -- The first rows of each (inbox or team, status) come from an index in the right order; merging those
        -- short runs costs the same however many conversations there are.
        query := format(
            $run$
                select run.id, run.%1$I, run.rank
                from unnest($%%s::uuid[]) as scope (id)
                cross join unnest($2) as state (status)
                cross join lateral (
                    select conversation.id, conversation.%1$I, %2$s as rank
                    from public.conversations as conversation
                    where conversation.account_id = $3
                        and conversation.%%s = scope.id
                        and conversation.status = state.status
                        and conversation.%1$I is not null
                        %3$s
                        %4$s
                        %5$s
                    order by %6$s conversation.%1$I %7$s, conversation.id %7$s
                    limit $4
                ) as run
            $run$,
            sort_column,
            case when by_rank then 'private.priority_rank(conversation.priority)' else 'null::smallint' end,
            case p_tab
                when 'mine' then 'and conversation.assignee_id = $5'
                when 'unassigned' then 'and conversation.assignee_id is null'
                else '' end,
            replace(conditions, '%', '%%'),
            beyond,
            case when by_rank then 'private.priority_rank(conversation.priority),' else '' end,
            case when descending then 'desc' else 'asc' end);
        query := format(
            $query$
            select array_agg(page.id order by page.position),
                array_agg(jsonb_build_object('at', page.%1$I, 'id', page.id, 'rank', page.rank) order by page.position)
            from (
                select found.*, row_number() over (order by %2$s) as position
                from (%3$s %4$s) as found
                order by %2$s
                limit $4
            ) as page
            $query$,
            sort_column, ordered, format(query, '1', 'inbox_id'),
            -- In a team and in its inbox at once is still one conversation.
            case when teams = '{}' then '' else 'union ' || format(query, '10', 'team_id') end);
        execute query into ids, cursors
        using inboxes, p_statuses, p_account_id, p_limit + 1, caller, cursor_at, cursor_id, full_inboxes, cursor_rank, teams;
    end if;

    if p_cursor is null then
        if p_where = '' then
            select jsonb_build_object(
                'mine', coalesce(sum(counter.total) filter (where counter.assignee_id = caller), 0),
                'unassigned', coalesce(sum(counter.total) filter (where counter.assignee_id = nobody), 0),
                'all', coalesce(sum(counter.total), 0))
            into counts
            from private.conversation_counters as counter
            where counter.account_id = p_account_id
                and counter.inbox_id = any (full_inboxes)
                and counter.status = any (p_statuses);
        end if;
        if p_where <> '' or seen is not null then
            -- What no counter is kept of is counted, up to a number that nobody reads one by one.
            execute format(
                $count$
                select jsonb_build_object(
                    'mine', count(*) filter (where assignee_id = $3),
                    'unassigned', count(*) filter (where assignee_id is null),
                    'all', count(*))
                from (
                    select conversation.assignee_id
                    from public.conversations as conversation
                    where conversation.account_id = $1 and conversation.status = any ($2) and %s %s
                    limit 10000
                ) as counted
                $count$,
                case when p_where = '' then 'not conversation.inbox_id = any ($8)'
                    else 'true' end,
                case when seen is null then ' and conversation.inbox_id = any ($8)' else '' end || conditions)
            into counted
            using p_account_id, p_statuses, caller, null::int, null::int, null::int, null::int, full_inboxes;
            select jsonb_object_agg(key, value::int + coalesce((counts ->> key)::int, 0)) into counts
            from jsonb_each_text(counted);
        end if;
    end if;
    return json_build_object(
        'rows', private.conversation_rows(ids[1:p_limit]),
        'next_cursor', case when cardinality(ids) > p_limit then jsonb_strip_nulls(cursors[p_limit]) end,
        'counts', counts);
end;
$function$;

ALTER FUNCTION "private"."conversation_page"(uuid, text[], uuid, text, text, text, jsonb, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.conversation_row(p_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select (private.conversation_rows(array[p_id]) -> 0)::jsonb
$function$;

CREATE OR REPLACE FUNCTION private.conversation_rows(p_ids uuid[])
 RETURNS json
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
    -- In PL/pgSQL, which keeps its plan: the plan is always the same, and making it takes as long as running it. Rows that
    -- become text, because objects of jsonb take twice as long.
    return (
        select coalesce(json_agg(shown), '[]')
        from (
            select conversation.id, conversation.account_id, conversation.display_id, conversation.inbox_id,
                conversation.status, conversation.priority, conversation.assignee_id, conversation.team_id,
                conversation.labels, conversation.snoozed_until, conversation.waiting_since,
                conversation.first_reply_created_at, conversation.last_activity_at, conversation.created_at,
                conversation.unread_count, conversation.last_seq, conversation.preview, conversation.custom_attributes,
                json_build_object(
                    'id', contact.id,
                    'name', contact.name,
                    'email', contact.email,
                    'phone_number', contact.phone_number,
                    'avatar_url', contact.avatar_url,
                    'identified', contact.identified,
                    'blocked', contact.blocked) as contact,
                -- private.conversation_topic, written out: calling it for every row costs more than all the rest.
                'conversation:' || conversation.id || ':' || (inbox.epoch + conversation.epoch) as topic
            from unnest(p_ids) with ordinality as wanted (id, position)
            join public.conversations as conversation on conversation.id = wanted.id
            join public.contacts as contact on contact.id = conversation.contact_id
            join public.inboxes as inbox on inbox.id = conversation.inbox_id
            order by wanted.position
        ) as shown);
end;
$function$;

ALTER FUNCTION "private"."conversation_rows"(uuid[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.conversation_scope(p_role text, p_permissions text[])
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
    select case
        when p_role = 'administrator' or p_permissions is null or 'conversation_manage' = any (p_permissions) then 'all'
        when 'conversation_unassigned_manage' = any (p_permissions) then 'unassigned'
        when 'conversation_participating_manage' = any (p_permissions) then 'participating'
    end
$function$;

ALTER FUNCTION "private"."conversation_scope"(text, text[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.custom_role_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

ALTER FUNCTION "private"."custom_role_changed"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.delete_canned_response(p_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    delete from public.canned_responses
    where id = p_id and account_id = any (private.account_ids());
    if not found then
        perform private.fail(404, 'canned_response_not_found', 'There is no such canned response.');
    end if;
end;
$function$;

ALTER FUNCTION "private"."delete_canned_response"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.delete_contact(p_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    contact public.contacts := private.member_contact(p_id);
begin
    perform private.require_administrator(contact.account_id);
    if private.is_contact_online(contact) then
        perform private.fail(
            409, 'contact_online', 'The contact is writing to you just now.', 'Try again when they have left.');
    end if;
    delete from public.contacts where id = p_id;
end;
$function$;

ALTER FUNCTION "private"."delete_contact"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.delete_conversation(p_conversation_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
begin
    perform private.require_administrator(conversation.account_id);
    delete from public.conversations where id = p_conversation_id;
end;
$function$;

ALTER FUNCTION "private"."delete_conversation"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.delete_custom_attribute(p_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    gone public.custom_attribute_definitions;
begin
    select * into gone
    from public.custom_attribute_definitions
    where id = p_id and account_id = any (private.account_ids());
    if gone.id is null then
        perform private.fail(404, 'custom_attribute_not_found', 'There is no such custom attribute.');
    end if;
    perform private.require_administrator(gone.account_id);
    delete from public.custom_attribute_definitions where id = p_id;
    return to_jsonb(gone);
end;
$function$;

ALTER FUNCTION "private"."delete_custom_attribute"(uuid) OWNER TO "postgres";

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

CREATE OR REPLACE FUNCTION private.delete_custom_role(p_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    account uuid;
begin
    select account_id into account
    from public.custom_roles
    where id = p_id and account_id = any (private.account_ids());
    if account is null then
        perform private.fail(404, 'custom_role_not_found', 'There is no such role.');
    end if;
    perform private.require_administrator(account);
    delete from public.custom_roles where id = p_id;
end;
$function$;

ALTER FUNCTION "private"."delete_custom_role"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.delete_inbox(p_inbox_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

ALTER FUNCTION "private"."delete_inbox"(uuid) OWNER TO "postgres";

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

CREATE OR REPLACE FUNCTION private.delete_message(p_conversation_id uuid, p_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    message public.messages := private.agent_message(p_conversation_id, p_id);
    gone constant text := private.deleted_text(message.account_id);
begin
    if message.message_type = 'activity' then
        perform private.fail(409, 'message_not_deletable', 'The thread''s own lines stay.');
    end if;
    if message.deleted_at is null then
        perform private.change_preview(message, gone);
        delete from public.message_versions where conversation_id = p_conversation_id and message_id = p_id;
        update public.messages
        set content = gone,
            content_type = 'text',
            content_attributes = jsonb_build_object('deleted', true),
            deleted_at = now()
        where conversation_id = p_conversation_id and id = p_id
        returning * into message;
    end if;
    return private.message_json(message);
end;
$function$;

ALTER FUNCTION "private"."delete_message"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.delete_note(p_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    delete from public.notes where id = p_id and account_id = any (private.account_ids());
    if not found then
        perform private.fail(404, 'note_not_found', 'There is no such note.');
    end if;
end;
$function$;

ALTER FUNCTION "private"."delete_note"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.delete_notifications(p_account_id uuid, p_ids uuid[], p_read_only boolean)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    perform private.require_member(p_account_id);
    delete from public.notifications
    where account_id = p_account_id
        and user_id = auth.uid()
        and (p_ids is null or id = any (p_ids))
        and (not coalesce(p_read_only, false) or read_at is not null);
    if found then
        perform private.tell_notifications_read(p_account_id, p_ids);
    end if;
    return jsonb_build_object('unread_count', private.unread_notifications(p_account_id, auth.uid()));
end;
$function$;

ALTER FUNCTION "private"."delete_notifications"(uuid, uuid[], boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.delete_team(p_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    perform private.administered_team(p_id);
    delete from public.teams where id = p_id;
end;
$function$;

ALTER FUNCTION "private"."delete_team"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.deleted_text(p_account_id uuid)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select case split_part(replace(account.locale, '_', '-'), '-', 1)
        when 'es' then 'Este mensaje fue eliminado'
        when 'pt' then 'Esta mensagem foi apagada'
        when 'ar' then 'تم حذف هذه الرسالة'
        else 'This message was deleted' end
    from public.accounts as account
    where account.id = p_account_id
$function$;

ALTER FUNCTION "private"."deleted_text"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.deliver_held_messages(p_inbox_id uuid)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select private.ask_for_delivery(
        message.account_id, message.conversation_id, message.id, 'held:' || extract(epoch from clock_timestamp()))
    from public.messages as message
    where message.inbox_id = p_inbox_id and message.status = 'queued'
    order by message.created_at, message.seq
$function$;

ALTER FUNCTION "private"."deliver_held_messages"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.deliver_message_again()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    perform private.ask_for_delivery(new.account_id, new.conversation_id, new.id, 'seq:' || new.updated_seq);
    return null;
end;
$function$;

ALTER FUNCTION "private"."deliver_message_again"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.deliver_new_message()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    perform private.ask_for_delivery(new.account_id, new.conversation_id, new.id, 'first');
    return null;
end;
$function$;

ALTER FUNCTION "private"."deliver_new_message"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.due_templates(p_message public.messages)
 RETURNS text[]
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations;
    inbox public.inboxes;
    contact public.contacts;
    due text[] := '{}';
begin
    if p_message.message_type <> 'incoming' or (p_message.content_attributes #>> '{email,auto_reply}')::boolean
        or (p_message.content_attributes ->> 'automatic')::boolean
    then
        return due;
    end if;
    select * into conversation from public.conversations where id = p_message.conversation_id;
    select * into inbox from public.inboxes where id = conversation.inbox_id;
    select * into contact from public.contacts where id = conversation.contact_id;
    -- A bot answers what is pending; campaigns and blocked contacts get no answer of ours.
    if conversation.id is null
        or contact.blocked
        or conversation.status = 'pending'
        or conversation.additional_attributes ? 'campaign_id'
    then
        return due;
    end if;

    if btrim(coalesce(inbox.out_of_office_message, '')) <> ''
        and private.is_out_of_office(inbox.id, p_message.created_at)
        and not exists (
            select from public.messages as earlier
            where earlier.conversation_id = conversation.id
                and earlier.message_type = 'template'
                and private.local_day(inbox.timezone, earlier.created_at)
                    = private.local_day(inbox.timezone, p_message.created_at))
        and not exists (
            select from public.messages as reply
            where reply.conversation_id = conversation.id
                and reply.message_type = 'outgoing'
                and not reply.private
                and reply.created_at > p_message.created_at - interval '5 minutes')
    then
        due := due || array['out_of_office'];
    end if;

    if cardinality(due) = 0
        and inbox.greeting_enabled
        and btrim(coalesce(inbox.greeting_message, '')) <> ''
        and not exists (
            select from public.messages as earlier
            where earlier.conversation_id = conversation.id
                and earlier.message_type in ('outgoing', 'template')
                and not earlier.private)
    then
        due := due || array['greeting'];
    end if;

    if inbox.channel_type = 'web_widget'
        and inbox.enable_email_collect
        and contact.email is null
        and not exists (
            select from public.messages as earlier
            where earlier.conversation_id = conversation.id and earlier.content_type = 'input_email')
    then
        due := due || array['email_collect'];
    end if;
    return due;
end;
$function$;

ALTER FUNCTION "private"."due_templates"(public.messages) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.edit_message(p_conversation_id uuid, p_id uuid, p_content text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    message public.messages := private.agent_message(p_conversation_id, p_id);
begin
    if message.message_type <> 'outgoing' or message.sender_user_id is distinct from auth.uid() then
        perform private.fail(403, 'not_your_message', 'Only what you wrote yourself can be edited.');
    end if;
    if message.deleted_at is not null then
        perform private.fail(409, 'message_deleted', 'This message was deleted.');
    end if;
    if message.content_attributes ? 'template_params' then
        perform private.fail(409, 'message_is_template', 'The words of a template are its provider''s.', 'Send another one.');
    end if;
    if not message.private
        and private.initial_status(message.inbox_id) <> 'sent'
        and message.status not in ('queued', 'failed')
    then
        perform private.fail(
            409, 'message_delivered', 'The channel has this message already, and cannot change it.', 'Write another one.');
    end if;
    if private.is_blank(p_content) then
        perform private.fail(400, 'message_empty', 'Write something first.');
    end if;
    if char_length(p_content) > 150000 then
        perform private.fail(400, 'message_too_long', 'A message has 150,000 characters at most.');
    end if;
    if message.content <> p_content then
        insert into public.message_versions (account_id, conversation_id, message_id, content, edited_by)
        values (message.account_id, message.conversation_id, message.id, message.content, auth.uid());
        perform private.change_preview(message, p_content);
        update public.messages
        set content = p_content, edited_at = now()
        where conversation_id = p_conversation_id and id = p_id
        returning * into message;
    end if;
    return private.message_json(message);
end;
$function$;

ALTER FUNCTION "private"."edit_message"(uuid, uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.enqueue(p_kind text, p_payload jsonb, p_account_id uuid DEFAULT '00000000-0000-0000-0000-000000000000'::uuid, p_lock text DEFAULT NULL::text, p_dedupe_key text DEFAULT NULL::text, p_run_at timestamp with time zone DEFAULT now(), p_priority integer DEFAULT 100)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    insert into private.jobs (kind, payload, account_id, lock, dedupe_key, run_at, priority, request_id)
    values (p_kind, p_payload, p_account_id, p_lock, p_dedupe_key, p_run_at, p_priority, private.request_id())
    on conflict (kind, dedupe_key) where dedupe_key is not null do nothing
$function$;

CREATE OR REPLACE FUNCTION private.file_type_of(p_content_type text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    select case split_part(p_content_type, '/', 1)
        when 'image' then 'image' when 'audio' then 'audio' when 'video' then 'video' else 'file' end
$function$;

ALTER FUNCTION "private"."file_type_of"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.fill_channel_template(p_message public.messages, p_conversation public.conversations, p_contact public.contacts)
 RETURNS public.messages
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    message public.messages := p_message;
    given constant jsonb := p_message.content_attributes -> 'template_params';
    given_values constant jsonb := case jsonb_typeof(given -> 'processed_params') when 'object' then given -> 'processed_params' else '{}' end;
    variables constant jsonb := case when strpos(given_values::text, '{{') > 0
        then private.variables_of(p_conversation, p_contact, p_message.sender_user_id) else '{}' end;
    template public.channel_templates;
    field jsonb;
    files int;
    fitting int;
    words text;
    used jsonb := '{}';
    buttons jsonb := '[]';
    missing jsonb := '[]';
begin
    select * into template
    from public.channel_templates
    where inbox_id = p_message.inbox_id and name = given ->> 'name' and language = given ->> 'language';
    if template.id is null then
        perform private.fail(
            404, 'template_not_found', 'This inbox has no such template in this language.', 'Copy the templates from the provider again.');
    end if;
    if template.status <> 'approved' then
        perform private.fail(
            409, 'template_not_approved', format('The provider has not approved this template: it is %s.', template.status),
            'Choose another one.');
    end if;
    if template.fields is null then
        perform private.fail(
            409, 'template_unsupported', 'This template holds something that cannot be filled in here.', 'Choose another one.');
    end if;
    select count(*), count(*) filter (where exists (
        select from jsonb_array_elements(template.fields) as wanted
        where wanted ->> 'kind' = case attachment.file_type when 'file' then 'document' else attachment.file_type end))
    into files, fitting
    from public.attachments as attachment
    where p_message.attachments_at is not null
        and attachment.account_id = p_conversation.account_id
        and attachment.conversation_id = p_conversation.id
        and attachment.message_id = p_message.id;
    if files <> fitting or files > 1 then
        perform private.fail(400, 'template_file_invalid', 'The template does not show such a file.', 'Give the one file that its header shows.');
    end if;
    for field in select * from jsonb_array_elements(template.fields) loop
        if field ->> 'kind' in ('image', 'video', 'document') then
            words := given_values #>> '{header,media_url}';
            if files = 0 and (words ~ '^https://[^[:space:]]+$' and char_length(words) <= 2000) is not true then
                missing := missing || jsonb_build_array(field - 'example');
            end if;
            used := used || jsonb_build_object('header', jsonb_strip_nulls(jsonb_build_object(
                'media_type', field -> 'kind',
                'media_url', case when files = 0 then words end,
                'media_name', left(given_values #>> '{header,media_name}', 200))));
        else
            -- Providers take neither line breaks nor runs of blanks.
            words := btrim(regexp_replace(private.fill_in(coalesce(private.given_value(given_values, field), ''), variables), '\s+', ' ', 'g'));
            if private.is_blank(words) then
                missing := missing || jsonb_build_array(field - 'example');
            elsif char_length(words) > 1024 then
                perform private.fail(400, 'template_value_too_long', 'A value in a template has 1,024 characters at most.');
            elsif field ->> 'part' = 'buttons' then
                while jsonb_array_length(buttons) <= (field ->> 'index')::int loop
                    buttons := buttons || '[{}]';
                end loop;
                buttons := jsonb_set(
                    buttons, array[field ->> 'index'], jsonb_build_object('type', field -> 'kind', 'parameter', words));
            else
                used := used || jsonb_build_object(field ->> 'part',
                    coalesce(used -> (field ->> 'part'), '{}') || jsonb_build_object(field ->> 'name', words));
            end if;
        end if;
    end loop;
    if missing <> '[]' then
        perform private.fail(
            400, 'template_values_missing', 'Fill in everything that the template leaves open.', null,
            jsonb_build_object('fields', missing)::text);
    end if;
    if buttons <> '[]' then
        used := used || jsonb_build_object('buttons', buttons);
    end if;
    message.content := coalesce(left(private.template_words(template.components, used), 150000), '');
    message.content_attributes := message.content_attributes || jsonb_build_object('template_params', jsonb_build_object(
        'name', template.name,
        'language', template.language,
        'category', template.category,
        'processed_params', used,
        'buttons', coalesce(jsonb_path_query_array(template.components, '$[*].buttons[*].text'), '[]')));
    return message;
end;
$function$;

ALTER FUNCTION "private"."fill_channel_template"(public.messages, public.conversations, public.contacts) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.fill_in(p_text text, p_variables jsonb)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
    pattern constant text :=
        '\{\{\s*((?:contact|agent|conversation|inbox|account)\.[a-z0-9_.]+)\s*(?:\|\s*default:\s*["'']([^"''{}]*)["'']\s*)?\}\}';
    between_them constant text[] := regexp_split_to_array(p_text, pattern);
    filled text := between_them[1];
    token text[];
    position int := 1;
begin
    -- In one pass: a value that looks like a variable is a value.
    for token in select * from regexp_matches(p_text, pattern, 'g') loop
        position := position + 1;
        filled := filled
            || coalesce(nullif(regexp_replace(p_variables ->> token[1], '[[:cntrl:]]+', ' ', 'g'), ''), token[2], '')
            || between_them[position];
    end loop;
    return filled;
end;
$function$;

ALTER FUNCTION "private"."fill_in"(text, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.filter_attribute(p_account_id uuid, p_about text, p_attribute text, OUT expression text, OUT kind text, OUT allowed text[], OUT is_own boolean)
 RETURNS record
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    equality constant text[] := array['equal_to', 'not_equal_to'];
    presence constant text[] := array['is_present', 'is_not_present'];
    containment constant text[] := array['contains', 'does_not_contain'];
    time_operators constant text[] := array['is_greater_than', 'is_less_than', 'days_before'];
    definition public.custom_attribute_definitions;
begin
    kind := 'text';
    is_own := false;
    case
        when p_about = 'conversation' and p_attribute in ('status', 'priority') then
            expression := format('conversation.%I', p_attribute);
            allowed := equality;
        when p_about = 'conversation' and p_attribute in ('assignee_id', 'inbox_id', 'team_id') then
            expression := format('conversation.%I', p_attribute);
            allowed := equality || presence;
            kind := 'id';
        when p_about = 'conversation' and p_attribute = 'display_id' then
            expression := 'conversation.display_id';
            allowed := equality || containment;
            kind := 'number';
        when p_about = 'conversation'
            and p_attribute in ('browser_language', 'conversation_language', 'country_code')
        then
            expression := format('(conversation.additional_attributes ->> %L)', p_attribute);
            allowed := equality;
        when p_about = 'conversation' and p_attribute in ('referer', 'mail_subject') then
            expression := format('(conversation.additional_attributes ->> %L)', p_attribute);
            allowed := equality || containment;
        when p_about = 'conversation' and p_attribute = 'campaign_id' then
            expression := '(conversation.additional_attributes ->> ''campaign_id'')';
            allowed := equality || presence;
        when p_about = 'contact' and p_attribute = 'name' then
            -- As the index has it.
            expression := 'nullif(contact.name, '''')';
            allowed := equality || containment || presence;
            kind := 'searched';
        when p_about = 'contact' and p_attribute in ('email', 'phone_number', 'identifier') then
            expression := format('contact.%I', p_attribute);
            allowed := equality || containment || presence;
            kind := 'searched';
        when p_about = 'contact' and p_attribute = 'company_name' then
            expression := 'nullif(contact.additional_attributes ->> ''company_name'', '''')';
            allowed := equality || containment || presence;
            kind := 'searched';
        when p_about = 'contact' and p_attribute = 'country_code' then
            expression := 'contact.country_code';
            allowed := equality || presence;
        when p_about = 'contact' and p_attribute = 'city' then
            expression := 'contact.location';
            allowed := equality || containment || presence;
        when p_about = 'contact' and p_attribute = 'referer' then
            expression := '(contact.additional_attributes ->> ''referer'')';
            allowed := equality || containment;
        when p_about = 'contact' and p_attribute = 'blocked' then
            expression := 'contact.blocked::text';
            allowed := equality;
        when p_attribute = 'labels' then
            expression := format('%I.labels', p_about);
            allowed := equality || presence;
            kind := 'labels';
        when p_attribute in ('created_at', 'last_activity_at') then
            expression := format('%I.%I', p_about, p_attribute);
            allowed := time_operators;
            kind := 'time';
        else
            select * into definition
            from public.custom_attribute_definitions as known
            where known.account_id = p_account_id
                and known.attribute_model = p_about || '_attribute'
                and known.attribute_key = p_attribute;
            if definition.id is null then
                perform private.fail(
                    400, 'filter_attribute_unknown',
                    format('A %s has no attribute "%s".', p_about, left(coalesce(p_attribute, ''), 64)));
            end if;
            is_own := true;
            expression := format('(%I.custom_attributes ->> %L)', p_about, definition.attribute_key);
            case definition.display_type
                when 'date' then
                    -- What is no date is no value.
                    expression := format(
                        '(case when %1$s ~ ''^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d)'' then left(%1$s, 10)::timestamptz end)',
                        expression);
                    kind := 'time';
                    allowed := presence || time_operators;
                when 'number', 'currency', 'percent' then
                    expression := format(
                        '(case when %1$s ~ ''^-?\d{1,20}(\.\d{1,20})?$'' then (%1$s)::numeric end)', expression);
                    kind := 'number';
                    allowed := equality || presence;
                when 'text' then
                    allowed := equality || containment || presence;
                else
                    allowed := equality || presence;
            end case;
    end case;
end;
$function$;

ALTER FUNCTION "private"."filter_attribute"(uuid, text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.filter_condition(p_account_id uuid, p_about text, p_condition jsonb)
 RETURNS text
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    attribute constant text := p_condition ->> 'attribute_key';
    operator constant text := p_condition ->> 'filter_operator';
    found record;
    condition text;
begin
    if p_about = 'conversation' and attribute = 'status' and p_condition -> 'values' @> '["all"]' then
        return 'true';
    end if;
    found := private.filter_attribute(p_account_id, p_about, attribute);
    if operator is null or not operator = any (found.allowed) then
        perform private.fail(
            400, 'filter_operator_invalid',
            format('%s is compared by %s.', attribute, array_to_string(found.allowed, ', ')));
    end if;
    condition := private.filter_sql(found.expression, found.kind, operator, p_condition);
    -- What was never set differs from every value: an account's own attribute, and whatever a contact may lack.
    if (found.is_own or p_about = 'contact') and operator in ('not_equal_to', 'does_not_contain') then
        condition := format('(%s is null or %s)', found.expression, condition);
    end if;
    return condition;
end;
$function$;

ALTER FUNCTION "private"."filter_condition"(uuid, text, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.filter_predicate(p_account_id uuid, p_about text, p_conditions jsonb)
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
        predicate := predicate || private.filter_condition(p_account_id, p_about, condition)
            || case when place = last_place then '' else format(' %s ', lower(condition ->> 'query_operator')) end;
    end loop;
    return predicate;
end;
$function$;

ALTER FUNCTION "private"."filter_predicate"(uuid, text, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.filter_sql(p_expression text, p_kind text, p_operator text, p_condition jsonb)
 RETURNS text
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
    given text[];
    patterns text[];
    candidates text;
begin
    if p_operator in ('is_present', 'is_not_present') then
        return format(
            case p_operator when 'is_present' then '%s is not null' else '%s is null' end,
            case p_kind when 'labels' then format('nullif(%s, ''{}'')', p_expression) else p_expression end);
    end if;
    given := private.filter_values(p_condition);
    begin
        case p_kind
            when 'id' then
                perform given::uuid[];
            when 'number' then
                perform given::numeric[];
            when 'time' then
                if p_operator = 'days_before' then
                    perform make_interval(days => given[1]::int);
                else
                    perform given::timestamptz[];
                end if;
            else
        end case;
    exception when others then
        perform private.fail(
            400, 'filter_value_invalid',
            format('A value of the condition on %s is malformed.', left(p_condition ->> 'attribute_key', 64)));
    end;
    patterns := array(
        select private.like_pattern(case p_kind when 'searched' then private.folded(value) else lower(value) end)
        from unnest(given) as value);
    if p_kind = 'searched' then
        -- What a search for contacts looks at holds all of these; its index finds the candidates, one pattern at a time.
        select string_agg(format('contact.search_text like %L', pattern), ' or ') into candidates
        from unnest(patterns) as pattern;
    end if;
    return case
        when p_operator = 'contains' and p_kind = 'searched' then
            format('((%s) and private.folded(%s) like any (%L::text[]))', candidates, p_expression, patterns)
        when p_operator = 'does_not_contain' and p_kind = 'searched' then
            format('not private.folded(%s) like any (%L::text[])', p_expression, patterns)
        when p_operator = 'equal_to' and p_kind = 'searched' then
            format(
                '((%s) and lower(%s) = any (%L::text[]))',
                candidates, p_expression, array(select lower(value) from unnest(given) as value))
        when p_operator = 'equal_to' and p_kind = 'labels' then format('%s && %L::text[]', p_expression, given)
        when p_operator = 'not_equal_to' and p_kind = 'labels' then format('not %s && %L::text[]', p_expression, given)
        when p_operator = 'equal_to' and p_kind = 'id' then format('%s = any (%L::uuid[])', p_expression, given)
        when p_operator = 'not_equal_to' and p_kind = 'id' then format('%s <> all (%L::uuid[])', p_expression, given)
        when p_operator = 'equal_to' and p_kind = 'number' then format('%s = any (%L::numeric[])', p_expression, given)
        when p_operator = 'not_equal_to' and p_kind = 'number' then format('%s <> all (%L::numeric[])', p_expression, given)
        when p_operator = 'equal_to' then
            format('lower(%s) = any (%L::text[])', p_expression, array(select lower(value) from unnest(given) as value))
        when p_operator = 'not_equal_to' then
            format('lower(%s) <> all (%L::text[])', p_expression, array(select lower(value) from unnest(given) as value))
        when p_operator = 'contains' then format('lower((%s)::text) like any (%L::text[])', p_expression, patterns)
        when p_operator = 'does_not_contain' then
            format('not lower((%s)::text) like any (%L::text[])', p_expression, patterns)
        when p_operator = 'is_greater_than' then format('%s > %L::timestamptz', p_expression, given[1])
        when p_operator = 'is_less_than' then format('%s < %L::timestamptz', p_expression, given[1])
        when p_operator = 'days_before' then
            format('%s < current_date - make_interval(days => %L)', p_expression, given[1])
        end;
end;
$function$;

ALTER FUNCTION "private"."filter_sql"(text, text, text, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.filter_values(p_condition jsonb)
 RETURNS text[]
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
    given constant jsonb := p_condition -> 'values';
begin
    if given is null or jsonb_typeof(given) <> 'array' or jsonb_array_length(given) not between 1 and 100
        or exists (select from jsonb_array_elements(given) as item where jsonb_typeof(item) not in ('string', 'number', 'boolean'))
        or octet_length(given::text) > 20000
    then
        perform private.fail(
            400, 'filter_value_invalid',
            format('The condition on %s needs 1 to 100 values.', left(p_condition ->> 'attribute_key', 64)));
    end if;
    return array(select jsonb_array_elements_text(given));
end;
$function$;

ALTER FUNCTION "private"."filter_values"(jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.folded(p_text text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
    select lower(extensions.unaccent('extensions.unaccent'::regdictionary, p_text))
$function$;

ALTER FUNCTION "private"."folded"(text) OWNER TO "postgres";

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

CREATE OR REPLACE FUNCTION private.follow_mailbox()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    if coalesce(new.settings ->> 'imap_host', '') = '' then
        delete from private.mailboxes where inbox_id = new.inbox_id;
        return null;
    end if;
    insert into private.mailboxes (account_id, inbox_id) values (new.account_id, new.inbox_id)
    on conflict (inbox_id) do update
    set visit = mailboxes.visit + 1,
        failures = 0,
        refusals = 0,
        error = null,
        next_visit_at = least(mailboxes.next_visit_at, now()),
        -- Another server counts its mails in its own way: since the last visit, by date.
        cursor = case
            when tg_op = 'UPDATE' and (old.settings -> 'imap_host', old.settings -> 'imap_user')
                is distinct from (new.settings -> 'imap_host', new.settings -> 'imap_user')
            then mailboxes.cursor - '{uidvalidity,last_uid,pending}'::text[]
            else mailboxes.cursor end;
    return null;
end;
$function$;

ALTER FUNCTION "private"."follow_mailbox"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.follow_templates()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    insert into public.template_syncs as sync (account_id, inbox_id, next_sync_at)
    values (new.account_id, new.inbox_id, now() + interval '3 hours')
    on conflict (inbox_id) do update set failures = 0, next_sync_at = excluded.next_sync_at;
    perform private.ask_for_templates(new.account_id, new.inbox_id);
    return null;
end;
$function$;

ALTER FUNCTION "private"."follow_templates"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.full_inbox_ids()
 RETURNS uuid[]
 LANGUAGE sql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce(array_agg(mine.inbox_id), '{}')
    from private.scopes_of((select auth.uid())) as mine
    where mine.inbox_id is not null and mine.scope = 'all'
$function$;

ALTER FUNCTION "private"."full_inbox_ids"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.given_value(p_values jsonb, p_field jsonb)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    select case
        when p_field ->> 'part' = 'buttons' then p_values #>> array['buttons', p_field ->> 'index', 'parameter']
        -- A list counts from 1.
        when jsonb_typeof(p_values -> (p_field ->> 'part')) = 'array' and p_field ->> 'name' ~ '^[0-9]{1,3}$'
            then p_values #>> array[p_field ->> 'part', ((p_field ->> 'name')::int - 1)::text]
        else p_values #>> array[p_field ->> 'part', p_field ->> 'name'] end
$function$;

ALTER FUNCTION "private"."given_value"(jsonb, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.has_active_bot(p_inbox_id uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select false
$function$;

ALTER FUNCTION "private"."has_active_bot"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.has_rare_word(p_words tsquery)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
    -- Alternatives and exclusions may match much, whatever their words.
    return p_words::text !~ '[|!]' and exists (
        select
        from pg_catalog.pg_stats as stats
        where stats.schemaname = 'public'
            and stats.tablename = 'messages_search_idx'
            and stats.attname = 'search_vector'
            and not tsvector_to_array(to_tsvector('pg_catalog.simple', p_words::text))
                <@ array(
                    select common.word
                    from unnest(stats.most_common_elems::text::text[], stats.most_common_elem_freqs) as common (word, share)
                    where common.share >= 0.01));
end;
$function$;

ALTER FUNCTION "private"."has_rare_word"(tsquery) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.has_templates(p_channel_type text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
    select coalesce(p_channel_type in ('whatsapp_cloud', 'whatsapp_360dialog', 'twilio_whatsapp'), false)
$function$;

ALTER FUNCTION "private"."has_templates"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.has_widget_feature(p_inbox_id uuid, p_feature text)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce((
        select p_feature = any (widget.features)
        from public.channel_web_widgets as widget where widget.inbox_id = p_inbox_id), false)
$function$;

ALTER FUNCTION "private"."has_widget_feature"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.heartbeat(p_account_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    perform private.require_member(p_account_id);
    insert into private.user_presence as presence (account_id, user_id, seen_at)
    values (p_account_id, auth.uid(), clock_timestamp())
    on conflict on constraint user_presence_pkey do update
    set seen_at = excluded.seen_at
    -- Several tabs beat at once; one of them writes.
    where presence.seen_at < excluded.seen_at - interval '5 seconds';
    return private.online_users(p_account_id);
end;
$function$;

ALTER FUNCTION "private"."heartbeat"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.hold_contact(p_address public.contact_inboxes)
 RETURNS public.contact_inboxes
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    address public.contact_inboxes := p_address;
begin
    loop
        perform from public.contacts where id = address.contact_id for key share;
        exit when found or address.id is null;
        select * into address from public.contact_inboxes where id = address.id;
    end loop;
    return address;
end;
$function$;

ALTER FUNCTION "private"."hold_contact"(public.contact_inboxes) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.identify_contact(p_contact_id uuid, p_values jsonb, p_verified text[] DEFAULT '{}'::text[], p_keep_name boolean DEFAULT false)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

ALTER FUNCTION "private"."identify_contact"(uuid, jsonb, text[], boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.identity_secret(p_inbox_id uuid, p_rotate boolean)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    kept private.identity_secrets;
begin
    perform private.administered_inbox(p_inbox_id);
    if p_rotate then
        update private.identity_secrets set secret = default, rotated_at = now() where inbox_id = p_inbox_id;
    end if;
    select * into kept from private.identity_secrets where inbox_id = p_inbox_id;
    if kept.inbox_id is null then
        perform private.fail(400, 'channel_type_invalid', 'Only a website chat has such a secret.');
    end if;
    return jsonb_build_object('secret', kept.secret, 'rotated_at', kept.rotated_at);
end;
$function$;

ALTER FUNCTION "private"."identity_secret"(uuid, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.inbox_ids()
 RETURNS uuid[]
 LANGUAGE sql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION private.initial_status(p_inbox_id uuid)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    -- Website and API channels have no provider to wait for.
    select case when inbox.channel_type in ('web_widget', 'api') then 'sent' else 'queued' end
    from public.inboxes as inbox
    where inbox.id = p_inbox_id
$function$;

ALTER FUNCTION "private"."initial_status"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.invite_member(p_account_id uuid, p_email text, p_name text, p_role text, p_custom_role_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    address constant text := lower(btrim(coalesce(p_email, '')));
    token constant text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
    made public.invitations;
begin
    perform private.require_administrator(p_account_id);
    perform private.check_role(p_account_id, p_role, p_custom_role_id);
    if exists (
        select from public.account_users as member
        join public.users as person on person.id = member.user_id
        where member.account_id = p_account_id and person.email = address)
    then
        perform private.fail(409, 'already_member', 'This person belongs to the account already.');
    end if;
    -- Inviting again makes the earlier link useless.
    delete from public.invitations where account_id = p_account_id and email = address and accepted_at is null;
    perform private.check_agent_limit(
        p_account_id,
        (select count(*)::int from public.invitations
            where account_id = p_account_id and accepted_at is null and expires_at > now()));
    begin
        insert into public.invitations (account_id, email, name, role, custom_role_id, token_hash, invited_by)
        values (
            p_account_id, address, btrim(coalesce(p_name, '')), p_role, p_custom_role_id,
            encode(sha256(token::bytea), 'hex'), auth.uid())
        returning * into made;
    exception when check_violation then
        perform private.fail(400, 'email_invalid', 'This is no e-mail address, or the name is longer than 100 characters.');
    end;
    return to_jsonb(made) - 'token_hash' || jsonb_build_object('token', token);
end;
$function$;

ALTER FUNCTION "private"."invite_member"(uuid, text, text, text, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.is_blank(p_text text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    -- Blanks and characters without a width of their own.
    select btrim(coalesce(p_text, ''), E' \t\r\n\u00a0\u200b\u200c\u200d\u2060\ufeff') = ''
$function$;

ALTER FUNCTION "private"."is_blank"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.is_contact_online(p_contact public.contacts)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce(p_contact.last_activity_at > now() - interval '90 seconds', false)
        or exists (
            select from private.contact_presence as presence
            where presence.account_id = p_contact.account_id
                and presence.contact_id = p_contact.id
                and presence.seen_at > clock_timestamp() - interval '90 seconds')
$function$;

ALTER FUNCTION "private"."is_contact_online"(public.contacts) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.is_online(p_account_id uuid, p_user_id uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select exists (
        select from public.account_users as member
        where member.account_id = p_account_id
            and member.user_id = p_user_id
            and private.shown_status(member) = 'online')
$function$;

ALTER FUNCTION "private"."is_online"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.is_out_of_office(p_inbox_id uuid, p_at timestamp with time zone)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce((
        select inbox.working_hours_enabled and not exists (
            select from public.working_hours as hours
            where hours.inbox_id = inbox.id
                and hours.day_of_week = extract(dow from here.clock)
                and not hours.closed_all_day
                and (hours.open_all_day
                    or date_trunc('minute', here.clock)::time between
                        make_time(hours.open_hour, hours.open_minutes, 0)
                        and make_time(hours.close_hour, hours.close_minutes, 0)))
        from public.inboxes as inbox
        cross join lateral (select p_at at time zone inbox.timezone as clock) as here
        where inbox.id = p_inbox_id), false)
$function$;

ALTER FUNCTION "private"."is_out_of_office"(uuid, timestamp with time zone) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.is_sent_by_provider(p_inbox_id uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select exists (select from public.channel_connections where inbox_id = p_inbox_id)
        or exists (select from private.channel_secrets where inbox_id = p_inbox_id and secrets ->> 'webhook_url' <> '')
$function$;

ALTER FUNCTION "private"."is_sent_by_provider"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.is_timezone(p_name text)
 RETURNS boolean
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
begin
    -- Names only: abbreviations and offsets know no daylight saving.
    if p_name !~ '^(UTC|[A-Za-z_]{1,40}/[A-Za-z0-9_+/-]{1,60})$' then
        return false;
    end if;
    perform timestamptz '2026-01-01 00:00:00+00' at time zone p_name;
    return true;
exception when invalid_parameter_value then
    return false;
end;
$function$;

ALTER FUNCTION "private"."is_timezone"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.keep_message_status()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    ranks constant jsonb := '{"queued": 0, "sending": 1, "unknown": 2, "sent": 3, "delivered": 4, "read": 5}';
begin
    if new.status = 'queued' then
        return new;  -- asked to be sent again, by our own functions only
    end if;
    if new.status = 'failed' then
        -- What arrived cannot fail any more.
        if old.status in ('delivered', 'read') then
            new.status := old.status;
        end if;
    elsif old.status = 'failed' then
        -- A late "sent" is no news; a receipt is. Without a provider nothing is late: it is we who send.
        if new.status not in ('delivered', 'read') and private.is_sent_by_provider(new.inbox_id) then
            new.status := old.status;
        end if;
    elsif (ranks ->> new.status)::int < (ranks ->> old.status)::int then
        new.status := old.status;
    end if;
    if new.status <> 'failed' then
        new.content_attributes := new.content_attributes - 'external_error' - 'error_category' - 'error_code';
    end if;
    if new.status in ('delivered', 'read', 'failed') then
        new.content_attributes := new.content_attributes - 'delivery_notice';
    end if;
    return new;
end;
$function$;

ALTER FUNCTION "private"."keep_message_status"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.known_address(p_contact public.contacts, p_channel_type text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    -- Other channels need the contact to have written first.
    select case p_channel_type
        when 'email' then p_contact.email
        when 'twilio_sms' then p_contact.phone_number
        when 'bandwidth_sms' then p_contact.phone_number
        when 'twilio_whatsapp' then 'whatsapp:' || p_contact.phone_number
        when 'whatsapp_cloud' then ltrim(p_contact.phone_number, '+')
        when 'whatsapp_360dialog' then ltrim(p_contact.phone_number, '+') end
$function$;

ALTER FUNCTION "private"."known_address"(public.contacts, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.lacking_address(p_channel_type text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    -- private.known_address says what a channel needs; here it is asked about somebody who has only the one.
    select case
        when private.known_address(
            jsonb_populate_record(null::public.contacts, '{"email": "somebody@example.com"}'), p_channel_type) is not null
            then 'no_email'
        when private.known_address(
            jsonb_populate_record(null::public.contacts, '{"phone_number": "+15550100"}'), p_channel_type) is not null
            then 'no_phone_number'
        else 'must_write_first' end
$function$;

ALTER FUNCTION "private"."lacking_address"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.last_incoming_at(p_conversation_id uuid)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    -- Providers know no conversations: what came in beside this one counts, too.
    select max(latest.created_at)
    from (
        select other.id
        from public.conversations as this
        join public.conversations as other
            on other.account_id = this.account_id and other.contact_inbox_id = this.contact_inbox_id
        where this.id = p_conversation_id
        order by other.id <> p_conversation_id, other.id desc
        limit 20
    ) as conversation
    cross join lateral (
        select message.created_at
        from public.messages as message
        where message.conversation_id = conversation.id and message.message_type = 'incoming'
        order by message.seq desc
        limit 1
    ) as latest
$function$;

ALTER FUNCTION "private"."last_incoming_at"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.like_pattern(p_text text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
    select '%' || replace(replace(replace(p_text, '\', '\\'), '%', '\%'), '_', '\_') || '%'
$function$;

ALTER FUNCTION "private"."like_pattern"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.local_day(p_timezone text, p_at timestamp with time zone)
 RETURNS date
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
    return (p_at at time zone p_timezone)::date;
exception when invalid_parameter_value then
    return (p_at at time zone 'UTC')::date;
end;
$function$;

ALTER FUNCTION "private"."local_day"(text, timestamp with time zone) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.locale_of(p_account_id uuid)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select locale from public.accounts where id = p_account_id
$function$;

ALTER FUNCTION "private"."locale_of"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.lock_address(p_inbox_id uuid, p_source_id text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select pg_advisory_xact_lock(hashtextextended(p_inbox_id || ':' || p_source_id, 0))
$function$;

ALTER FUNCTION "private"."lock_address"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.mail_conversation(p_inbox public.inboxes, p_address public.contact_inboxes, p_email jsonb)
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select conversation.id
    from jsonb_array_elements(coalesce(nullif(p_email -> 'threads', 'null'), '[]')) with ordinality as claim (thread, position)
    cross join lateral (
        select found.*
        from public.conversations as found
        where claim.thread ->> 'kind' = 'conversation'
            and found.id::text = claim.thread ->> 'value'
            and found.inbox_id = p_inbox.id
        union all
        select found.*
        from public.messages as quoted
        join public.conversations as found on found.id = quoted.conversation_id
        where claim.thread ->> 'kind' = 'message'
            and quoted.inbox_id = p_inbox.id
            and quoted.source_id = claim.thread ->> 'value'
    ) as conversation
    where (claim.thread ->> 'proven')::boolean
        or conversation.contact_id = p_address.contact_id
        -- Somebody who was written to in this thread may answer in it.
        or exists (
            select from public.messages as earlier
            where earlier.conversation_id = conversation.id
                and earlier.content_type = 'incoming_email'
                and (earlier.content_attributes #> '{email,to}' ? p_address.source_id
                    or earlier.content_attributes #> '{email,cc}' ? p_address.source_id))
    order by claim.position
    limit 1
$function$;

ALTER FUNCTION "private"."mail_conversation"(public.inboxes, public.contact_inboxes, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.mail_outline(p_attributes jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    select p_attributes || jsonb_build_object('email',
        (p_attributes -> 'email') - array['html_content', 'text_content', 'threads', 'references']
        || jsonb_build_object(
            'has_html', coalesce(
                nullif(p_attributes #>> '{email,html_content,reply}', ''),
                nullif(p_attributes #>> '{email,html_content,full}', '')) is not null,
            'has_quotation', coalesce(
                nullif(p_attributes #>> '{email,html_content,quoted}', ''),
                nullif(p_attributes #>> '{email,text_content,quoted}', '')) is not null))
$function$;

ALTER FUNCTION "private"."mail_outline"(jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.make_api_secrets(p_inbox_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    insert into private.channel_secrets (account_id, inbox_id, secrets)
    select inbox.account_id, p_inbox_id, jsonb_build_object(
        'hmac_token', private.random_secret(), 'webhook_secret', private.random_secret())
    from public.inboxes as inbox
    where inbox.id = p_inbox_id
$function$;

ALTER FUNCTION "private"."make_api_secrets"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.make_inbox(p_account_id uuid, p_name text, p_channel_type text)
 RETURNS uuid
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION private.mark_conversation_read(p_conversation_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
    mine boolean := conversation.assignee_id is not distinct from auth.uid();
begin
    -- Looking again at what is read already costs no write for an hour.
    if conversation.unread_count > 0 or conversation.agent_last_seen_at > now() - interval '1 hour' is not true then
        update public.conversations
        set unread_count = 0,
            agent_last_seen_at = now(),
            assignee_last_seen_at = case when mine then now() else assignee_last_seen_at end
        where id = p_conversation_id;
    end if;
    -- After the conversation: its lock comes first, as when a message is written.
    perform private.read_notifications(conversation.account_id, p_conversation_id);
end;
$function$;

CREATE OR REPLACE FUNCTION private.mark_notifications_read(p_account_id uuid, p_ids uuid[])
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    perform private.require_member(p_account_id);
    update public.notifications
    set read_at = now()
    where account_id = p_account_id
        and user_id = auth.uid()
        and read_at is null
        and (p_ids is null or id = any (p_ids));
    if found then
        perform private.tell_notifications_read(p_account_id, p_ids);
    end if;
    return jsonb_build_object('unread_count', private.unread_notifications(p_account_id, auth.uid()));
end;
$function$;

ALTER FUNCTION "private"."mark_notifications_read"(uuid, uuid[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.may_answer_by_itself(p_message public.messages, p_address public.contact_inboxes)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select count(*) filter (where earlier.conversation_id = p_message.conversation_id) < 1
        and count(*) filter (where earlier.created_at > p_message.created_at - interval '1 hour') < 5
    from public.messages as earlier
    join public.conversations as conversation
        on conversation.account_id = earlier.account_id and conversation.id = earlier.conversation_id
    where conversation.account_id = p_message.account_id
        and conversation.contact_inbox_id = p_address.id
        and earlier.id <> p_message.id
        and earlier.message_type in ('outgoing', 'template')
        and not earlier.private
        and (earlier.sender_user_id is null or earlier.content_attributes ? 'automation_rule_id')
        and not earlier.content_attributes ? 'external_echo'
        and earlier.status not in ('queued', 'failed')
        and earlier.created_at > p_message.created_at - interval '24 hours'
$function$;

ALTER FUNCTION "private"."may_answer_by_itself"(public.messages, public.contact_inboxes) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.may_hear(p_topic text)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION private.member_contact(p_id uuid)
 RETURNS public.contacts
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    contact public.contacts;
begin
    select * into contact
    from public.contacts
    where id = p_id and account_id = any ((select private.account_ids())::uuid[]);
    if contact.id is null then
        perform private.fail(404, 'contact_not_found', 'There is no such contact.');
    end if;
    return contact;
end;
$function$;

ALTER FUNCTION "private"."member_contact"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.mentioned_users(p_conversation public.conversations, p_content text)
 RETURNS uuid[]
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with named as (
        select mention[1] as kind, mention[2]::uuid as id
        from regexp_matches(
            p_content,
            '\(mention://(user|team)/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/[^()]{0,255}\)',
            'g') as mention
        limit 50
    ),
    wanted as (
        select named.id from named where named.kind = 'user'
        union
        select member.user_id
        from named
        join public.team_members as member
            on named.kind = 'team' and member.account_id = p_conversation.account_id and member.team_id = named.id
    )
    select coalesce(array_agg(wanted.id order by wanted.id), '{}')
    from wanted
    where private.reaches(wanted.id, p_conversation)
$function$;

ALTER FUNCTION "private"."mentioned_users"(public.conversations, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.merge_contacts(p_base_id uuid, p_mergee_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

ALTER FUNCTION "private"."merge_contacts"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.merge_into(p_base_id uuid, p_mergee_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

ALTER FUNCTION "private"."merge_into"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.merged_attributes(p_base jsonb, p_more jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    select coalesce(jsonb_object_agg(
        coalesce(base.key, more.key),
        case
            when jsonb_typeof(base.value) = 'object' and jsonb_typeof(more.value) = 'object'
                then private.merged_attributes(base.value, more.value)
            when base.value is null or base.value in ('null', '""') then more.value
            else base.value end), '{}')
    from jsonb_each(case jsonb_typeof(p_base) when 'object' then p_base else '{}' end) as base (key, value)
    full join jsonb_each(case jsonb_typeof(p_more) when 'object' then p_more else '{}' end) as more (key, value)
        on more.key = base.key
$function$;

ALTER FUNCTION "private"."merged_attributes"(jsonb, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.message_changes(p_conversation_id uuid, p_after_seq bigint)
 RETURNS json
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
    page constant public.messages[] := array(
        select message
        from public.messages as message
        where message.conversation_id = p_conversation_id and message.updated_seq > coalesce(p_after_seq, 0)
        order by message.updated_seq
        limit 201);
begin
    return json_build_object(
        'messages', case when cardinality(page) > 200 then '[]' else private.messages_json(page) end,
        'reset', cardinality(page) > 200,
        'last_seq', conversation.last_seq,
        'topic', private.topic_of(conversation));
end;
$function$;

ALTER FUNCTION "private"."message_changes"(uuid, bigint) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.message_deleted()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    delete from public.attachments where conversation_id = new.conversation_id and message_id = new.id;
    new.attachments_at := null;
    return new;
end;
$function$;

ALTER FUNCTION "private"."message_deleted"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.message_json(p_message public.messages)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    return private.messages_json(array[p_message]) -> 0;
end;
$function$;

ALTER FUNCTION "private"."message_json"(public.messages) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.message_of_source(p_inbox_id uuid, p_source_id text)
 RETURNS public.messages
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    found_message public.messages;
begin
    select * into found_message from public.messages where inbox_id = p_inbox_id and source_id = p_source_id;
    if found_message.id is null then
        select message.* into found_message
        from private.message_parts as part
        join public.messages as message on message.conversation_id = part.conversation_id and message.id = part.message_id
        where part.inbox_id = p_inbox_id and part.source_id = p_source_id;
    end if;
    return found_message;
end;
$function$;

ALTER FUNCTION "private"."message_of_source"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.message_page(p_conversation_id uuid, p_before_seq bigint, p_limit integer)
 RETURNS json
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
    page public.messages[];
begin
    if coalesce(p_limit, 0) not between 1 and 200 then
        perform private.fail(400, 'invalid_argument', 'limit is 1 to 200.');
    end if;
    -- One more than asked for says whether there are more.
    page := array(
        select message
        from public.messages as message
        where message.conversation_id = p_conversation_id
            and message.seq < coalesce(p_before_seq, 9223372036854775807)
        order by message.seq desc
        limit p_limit + 1);
    return json_build_object(
        'messages', private.messages_json(page[:p_limit]),
        'has_more', cardinality(page) > p_limit,
        'last_seq', conversation.last_seq,
        'topic', private.topic_of(conversation));
end;
$function$;

ALTER FUNCTION "private"."message_page"(uuid, bigint, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.message_sender(p_message public.messages)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select private.sender_json(p_message.sender_user_id, p_message.sender_contact_id, p_message.inbox_id)
$function$;

CREATE OR REPLACE FUNCTION private.messages_json(p_messages public.messages[])
 RETURNS json
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
    -- Of all that a page of messages costs, making its JSON is most: rows become text three times faster than objects
    -- of jsonb are put together. A thread has few senders: each is looked up once, not once per message.
    return (
        with sender as materialized (
            select each.*, private.sender_json(each.sender_user_id, each.sender_contact_id, each.inbox_id)::text::json as json
            from (
                select distinct one.sender_user_id, one.sender_contact_id, one.inbox_id
                from unnest(p_messages) as one
            ) as each
        )
        select coalesce(json_agg(shown), '[]')
        from (
            select message.id, message.conversation_id, message.seq, message.updated_seq, message.message_type,
                message.content_type, message.content,
                case when jsonb_typeof(message.content_attributes -> 'email') = 'object'
                    then private.mail_outline(message.content_attributes)
                    else message.content_attributes end as content_attributes,
                message.private, message.status,
                sender.json as sender,
                case when message.attachments_at is null then '[]' else private.attachments_json(message) end as attachments,
                message.created_at, message.edited_at, message.deleted_at
            from unnest(p_messages) as message
            join sender
                on sender.sender_user_id is not distinct from message.sender_user_id
                and sender.sender_contact_id is not distinct from message.sender_contact_id
                and sender.inbox_id = message.inbox_id
            order by message.seq
        ) as shown);
end;
$function$;

ALTER FUNCTION "private"."messages_json"(public.messages[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.move_account_epochs(p_account_id uuid, p_user_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
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
$function$;

ALTER FUNCTION "private"."move_account_epochs"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.move_conversation_epoch()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    -- A team that loses it may have members outside of the inbox; with another assignee, agents who see a part
    -- only may lose it. Where there are no such agents the topic keeps its name.
    if (old.team_id is not null and new.team_id is distinct from old.team_id)
        or (new.assignee_id is distinct from old.assignee_id and exists (
            select from public.account_users
            where account_id = new.account_id and custom_role_id is not null))
    then
        new.epoch := new.epoch + 1;
    end if;
    return new;
end;
$function$;

ALTER FUNCTION "private"."move_conversation_epoch"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.move_team_epoch(p_team_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
    moved bigint;
begin
    update public.teams set epoch = epoch + 1 where id = p_team_id returning epoch into moved;
    if moved is not null then
        perform private.broadcast(private.team_topic(p_team_id, moved - 1), 'topic.moved', '{}');
    end if;
end;
$function$;

ALTER FUNCTION "private"."move_team_epoch"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.mute_contact(p_conversation_id uuid, p_muted boolean)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
    changed boolean;
begin
    if p_muted is null then
        perform private.fail(400, 'invalid_argument', 'muted is true or false.');
    end if;
    update public.contacts set blocked = p_muted
    where id = conversation.contact_id and blocked is distinct from p_muted;
    changed := found;
    if p_muted then
        update public.conversations set status = 'resolved'
        where id = p_conversation_id and status <> 'resolved';
    end if;
    if changed then
        perform private.write_activity(
            conversation, case when p_muted then 'contact.muted' else 'contact.unmuted' end,
            jsonb_build_object('actor', private.actor_name(conversation)));
    end if;
    return private.conversation_row(p_conversation_id);
end;
$function$;

ALTER FUNCTION "private"."mute_contact"(uuid, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.newest_conversations(p_account_id uuid, p_inbox_ids uuid[], p_statuses text[], p_assignee_id uuid, p_before_at timestamp with time zone, p_before_id uuid, p_limit integer)
 RETURNS TABLE(id uuid, last_activity_at timestamp with time zone)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_bitmapscan TO 'off'
AS $function$
begin
    if p_assignee_id is null then
        return query
        select run.id, run.last_activity_at
        from unnest(p_inbox_ids) as scope (id)
        cross join unnest(p_statuses) as state (status)
        cross join lateral (
            select conversation.id, conversation.last_activity_at
            from public.conversations as conversation
            where conversation.account_id = p_account_id
                and conversation.inbox_id = scope.id
                and conversation.status = state.status
                and (conversation.last_activity_at, conversation.id) < (p_before_at, p_before_id)
            order by conversation.last_activity_at desc, conversation.id desc
            limit p_limit
        ) as run
        order by run.last_activity_at desc, run.id desc
        limit p_limit;
    else
        return query
        select run.id, run.last_activity_at
        from unnest(p_statuses) as state (status)
        cross join lateral (
            select conversation.id, conversation.last_activity_at
            from public.conversations as conversation
            where conversation.account_id = p_account_id
                and conversation.assignee_id = p_assignee_id
                and conversation.status = state.status
                and conversation.inbox_id = any (p_inbox_ids)
                and (conversation.last_activity_at, conversation.id) < (p_before_at, p_before_id)
            order by conversation.last_activity_at desc, conversation.id desc
            limit p_limit
        ) as run
        order by run.last_activity_at desc, run.id desc
        limit p_limit;
    end if;
end;
$function$;

ALTER FUNCTION "private"."newest_conversations"(uuid, uuid[], text[], uuid, timestamp with time zone, uuid, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.normalise_contact()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
    new.name := left(btrim(new.name), 255);
    new.email := nullif(lower(btrim(new.email)), '');
    new.phone_number := nullif(btrim(new.phone_number), '');
    new.identifier := nullif(btrim(new.identifier), '');
    new.middle_name := btrim(new.middle_name);
    new.last_name := btrim(new.last_name);
    new.location := nullif(new.additional_attributes ->> 'city', '');
    new.country_code := nullif(new.additional_attributes ->> 'country', '');
    if new.contact_type = 'visitor' and (
        num_nonnulls(new.email, new.phone_number, new.identifier) > 0
        or exists (
            select from jsonb_each(new.additional_attributes) as attribute (key, value)
            where attribute.key like 'social\_%' and attribute.value not in ('null', '""', '{}', '[]')))
    then
        new.contact_type := 'lead';
    end if;
    return new;
end;
$function$;

CREATE OR REPLACE FUNCTION private.note_delay(p_message public.messages, p_status jsonb)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    update public.messages
    set content_attributes = content_attributes || jsonb_build_object('delivery_notice', left(p_status ->> 'error_text', 1000))
    where conversation_id = p_message.conversation_id and id = p_message.id
        and status in ('sending', 'sent', 'unknown')
        and content_attributes ->> 'delivery_notice' is distinct from left(p_status ->> 'error_text', 1000)
$function$;

ALTER FUNCTION "private"."note_delay"(public.messages, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.note_outage(p_inbox_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    update public.channel_connections
    set failures = failures + 1,
        paused_until = case
            when failures < 2 then paused_until
            else greatest(paused_until, clock_timestamp() + make_interval(secs => least(5 * 2 ^ least(failures - 2, 10), 60)))
        end
    where inbox_id = p_inbox_id
$function$;

ALTER FUNCTION "private"."note_outage"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.note_recovery(p_inbox_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    with recovered as (
        update public.channel_connections set failures = 0, paused_until = null
        where inbox_id = p_inbox_id and failures > 0
        returning inbox_id
    )
    update private.jobs
    set run_at = clock_timestamp()
    where status = 'queued' and kind = 'deliver_message' and run_at > clock_timestamp()
        and lock in (
            select message.conversation_id::text
            from public.messages as message
            join recovered on recovered.inbox_id = message.inbox_id
            where message.status = 'queued')
$function$;

ALTER FUNCTION "private"."note_recovery"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.notification_json(p_notification public.notifications, p_actor jsonb, p_conversation jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
    return jsonb_build_object(
        'id', p_notification.id,
        'account_id', p_notification.account_id,
        'notification_type', p_notification.notification_type,
        'conversation_id', p_notification.conversation_id,
        'message_id', p_notification.message_id,
        'actor', p_actor,
        'read_at', p_notification.read_at,
        'snoozed_until', p_notification.snoozed_until,
        'created_at', p_notification.created_at,
        'conversation', p_conversation);
end;
$function$;

ALTER FUNCTION "private"."notification_json"(public.notifications, jsonb, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.notification_list(p_account_id uuid, p_cursor jsonb, p_limit integer, p_unread boolean)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    cursor_at timestamptz;
    cursor_id uuid;
    found public.notifications[];
begin
    perform private.require_member(p_account_id);
    if coalesce(p_limit, 0) not between 1 and 100 then
        perform private.fail(400, 'invalid_argument', 'limit is 1 to 100.');
    end if;
    if p_cursor is not null then
        begin
            cursor_at := (p_cursor ->> 'at')::timestamptz;
            cursor_id := (p_cursor ->> 'id')::uuid;
        exception when others then
            cursor_id := null;
        end;
        if cursor_at is null or cursor_id is null then
            perform private.fail(400, 'invalid_cursor', 'Pass next_cursor back as it was given.');
        end if;
    end if;
    select array_agg(page order by page.created_at desc, page.id desc) into found
    from (
        select *
        from public.notifications as notification
        where notification.account_id = p_account_id
            and notification.user_id = auth.uid()
            and (cursor_id is null or (notification.created_at, notification.id) < (cursor_at, cursor_id))
            and (not coalesce(p_unread, false) or notification.read_at is null)
            and (notification.snoozed_until is null or notification.snoozed_until <= now())
        order by notification.created_at desc, notification.id desc
        limit p_limit + 1
    ) as page;
    return jsonb_build_object(
        'rows', (
            select coalesce(jsonb_agg(
                private.notification_json(
                    shown, private.notified_by(shown.actor_user_id),
                    case when private.sees(shown.user_id, conversation) then private.notified_of(conversation) end)
                order by shown.created_at desc, shown.id desc), '[]')
            from unnest(found[1:p_limit]) as shown
            left join public.conversations as conversation on conversation.id = shown.conversation_id),
        'next_cursor', case when cardinality(found) > p_limit
            then jsonb_build_object('at', found[p_limit].created_at, 'id', found[p_limit].id) end,
        'unread_count', private.unread_notifications(p_account_id, auth.uid()));
end;
$function$;

ALTER FUNCTION "private"."notification_list"(uuid, jsonb, integer, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.notification_types()
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
    select array[
        'conversation_creation', 'conversation_assignment', 'assigned_conversation_new_message',
        'conversation_mention', 'participating_conversation_new_message', 'sla_missed_first_response',
        'sla_missed_next_response', 'sla_missed_resolution']
$function$;

ALTER FUNCTION "private"."notification_types"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.notified_by(p_actor_user_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object('id', actor.id, 'name', private.shown_name(actor), 'avatar_url', actor.avatar_url)
    from public.users as actor where actor.id = p_actor_user_id
$function$;

ALTER FUNCTION "private"."notified_by"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.notified_of(p_conversation public.conversations)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'display_id', p_conversation.display_id,
        'inbox_id', p_conversation.inbox_id,
        'status', p_conversation.status,
        'contact_name', contact.name,
        'preview', p_conversation.preview)
    from public.contacts as contact
    where contact.id = p_conversation.contact_id
$function$;

ALTER FUNCTION "private"."notified_of"(public.conversations) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.notify(p_user_ids uuid[], p_type text, p_conversation public.conversations, p_message_id uuid, p_actor_user_id uuid, p_happened_at timestamp with time zone DEFAULT NULL::timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
    others constant uuid[] := array_remove(p_user_ids, p_actor_user_id);
    written public.notifications[];
    actor jsonb;
    conversation jsonb;
begin
    if cardinality(others) = 0 or p_type <> 'conversation_mention' and exists (
        select from public.contacts where id = p_conversation.contact_id and blocked)
    then
        return;
    end if;
    -- In key order: two at once cannot wait for one another crosswise.
    with line as (
        insert into public.notifications as old
            (account_id, user_id, notification_type, conversation_id, message_id, actor_user_id)
        select p_conversation.account_id, viewer.user_id, p_type, p_conversation.id, p_message_id, p_actor_user_id
        from unnest(private.viewers(others, p_conversation)) as viewer (user_id)
        on conflict on constraint notifications_conversation_id_user_id_key do update
        set notification_type = excluded.notification_type,
            message_id = excluded.message_id,
            actor_user_id = excluded.actor_user_id,
            read_at = null,
            snoozed_until = null,
            created_at = excluded.created_at
        where p_happened_at is null or old.created_at < p_happened_at
        returning *
    )
    select array_agg(line) into written from line;
    if written is null then
        return;
    end if;
    -- Those who are told differ in little: what is the same for all is put together once.
    actor := private.notified_by(p_actor_user_id);
    conversation := private.notified_of(p_conversation);
    perform private.broadcast_all(
        array_agg('user:' || told.user_id),
        array_agg('notification.created'::text),
        array_agg(jsonb_build_object(
            'notification', private.notification_json(told, actor, conversation),
            'unread_count', private.unread_notifications(told.account_id, told.user_id))))
    from unnest(written) as told;
    perform private.enqueue(
        'send_notification_email',
        jsonb_build_object('notification_id', told.id, 'created_at', told.created_at),
        told.account_id)
    from unnest(written) as told
    join public.notification_settings as setting
        on setting.account_id = told.account_id and setting.user_id = told.user_id
    where p_type = any (setting.email);
end;
$function$;

ALTER FUNCTION "private"."notify"(uuid[], text, public.conversations, uuid, uuid, timestamp with time zone) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.notify_lock(p_conversation_id uuid)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
    select 'notify:' || p_conversation_id
$function$;

ALTER FUNCTION "private"."notify_lock"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.notify_of_conversation()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    actor constant uuid := case when current_setting('role', true) = 'authenticated' then auth.uid() end;
    is_new boolean := tg_op = 'INSERT';
begin
    if new.assignee_id is not null and (is_new or new.assignee_id is distinct from old.assignee_id) then
        perform private.add_participant(new.id, new.assignee_id);
    end if;
    if new.status = 'pending' then
        return null;
    end if;
    -- A new conversation, or one that a bot hands over. What begins resolved concerns nobody.
    if new.status = 'open' and (is_new or (old.status = 'pending' and actor is null)) then
        -- By a job: a line, its index entries and a broadcast for each of many members would make whoever writes wait.
        perform private.enqueue(
            'tell_new_conversation',
            jsonb_build_object('conversation_id', new.id, 'actor_user_id', actor, 'happened_at', clock_timestamp()),
            new.account_id, private.notify_lock(new.id));
    end if;
    if new.assignee_id is not null and (is_new or new.assignee_id is distinct from old.assignee_id) then
        perform private.notify(array[new.assignee_id], 'conversation_assignment', new, null, actor);
    end if;
    return null;
end;
$function$;

ALTER FUNCTION "private"."notify_of_conversation"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.notify_of_message()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations;
    mentioned uuid[] := '{}';
begin
    select * into conversation from public.conversations where id = new.conversation_id;
    if new.private and new.content like '%(mention://%' then
        mentioned := array_remove(private.mentioned_users(conversation, new.content), new.sender_user_id);
        perform private.add_participant(conversation.id, mentioned_id) from unnest(mentioned) as mentioned_id;
        insert into public.mentions (account_id, conversation_id, user_id, message_id, mentioned_at)
        select conversation.account_id, conversation.id, mentioned_id, new.id, new.created_at
        from unnest(mentioned) as mentioned_id
        on conflict on constraint mentions_pkey do update
        set message_id = excluded.message_id, mentioned_at = excluded.mentioned_at;
        perform private.notify(mentioned, 'conversation_mention', conversation, new.id, new.sender_user_id);
    end if;
    -- Each is told once of a message: first as mentioned, then as assignee, then as participant.
    if conversation.assignee_id is not null and not conversation.assignee_id = any (mentioned) then
        perform private.notify(
            array[conversation.assignee_id], 'assigned_conversation_new_message', conversation, new.id, new.sender_user_id);
    end if;
    perform private.notify(
        array(
            select participant.user_id
            from public.conversation_participants as participant
            where participant.conversation_id = conversation.id
                and participant.user_id is distinct from conversation.assignee_id
                and not participant.user_id = any (mentioned)),
        'participating_conversation_new_message', conversation, new.id, new.sender_user_id);
    return null;
end;
$function$;

ALTER FUNCTION "private"."notify_of_message"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.online_users(p_account_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    perform private.require_member(p_account_id);
    return jsonb_build_object('users', (
        select coalesce(jsonb_object_agg(shown.user_id, shown.status), '{}')
        from (
            select member.user_id, private.shown_status(member) as status
            from public.account_users as member
            where member.account_id = p_account_id
        ) as shown
        where shown.status <> 'offline'));
end;
$function$;

ALTER FUNCTION "private"."online_users"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.options_of(p_items jsonb, p_channel_type text)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
    -- Longer titles would be cut by the provider, or by us.
    most constant int := case
        when p_channel_type in ('whatsapp_cloud', 'whatsapp_360dialog') then 10
        when p_channel_type in ('messenger', 'instagram', 'line') then 13
        else 20 end;
    longest constant int := case
        when p_channel_type in ('whatsapp_cloud', 'whatsapp_360dialog') then 24
        when p_channel_type in ('messenger', 'instagram', 'line') then 20
        when p_channel_type = 'telegram' then 60
        else 100 end;
    largest constant int := case when p_channel_type = 'telegram' then 64 else 200 end;
    options jsonb;
begin
    if jsonb_typeof(p_items) = 'array' and jsonb_array_length(p_items) <= most and not exists (
        select from jsonb_array_elements(p_items) as item
        where jsonb_typeof(item.value) <> 'object'
            or item.value - '{title,value,description}'::text[] <> '{}'
            or jsonb_typeof(item.value -> 'title') is distinct from 'string'
            or jsonb_typeof(coalesce(item.value -> 'value', '""')) <> 'string'
            or jsonb_typeof(coalesce(item.value -> 'description', '""')) <> 'string')
    then
        select jsonb_agg(
            item.value || jsonb_build_object('value', coalesce(nullif(item.value ->> 'value', ''), item.value ->> 'title'))
            order by item.position)
        into options
        from jsonb_array_elements(p_items) with ordinality as item (value, position)
        having count(distinct item.value ->> 'title') = count(*)
            and count(distinct coalesce(nullif(item.value ->> 'value', ''), item.value ->> 'title')) = count(*)
            and not bool_or(private.is_blank(item.value ->> 'title'))
            and max(char_length(item.value ->> 'title')) <= longest
            and max(octet_length(coalesce(nullif(item.value ->> 'value', ''), item.value ->> 'title'))) <= largest
            and coalesce(max(char_length(item.value ->> 'description')), 0) <= 72;
    end if;
    if options is null then
        perform private.fail(
            400, 'content_attributes_invalid', 'items is a list of answers to choose from: {title, value, description}.',
            format(
                'Here: 1 to %s, titles of up to %s characters and values of up to %s bytes, none twice; descriptions of up to 72 characters.',
                most, longest, largest));
    end if;
    return options;
end;
$function$;

ALTER FUNCTION "private"."options_of"(jsonb, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.outage_wait(p_inbox_id uuid, p_message_id uuid)
 RETURNS double precision
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
    connection public.channel_connections;
begin
    -- One at a time asks, so only one is the first to find out that the provider is back.
    select * into connection from public.channel_connections where inbox_id = p_inbox_id for no key update;
    if connection.paused_until > clock_timestamp() then
        return extract(epoch from connection.paused_until - clock_timestamp());
    end if;
    if exists (
        select from public.messages as other
        where other.inbox_id = p_inbox_id and other.status = 'sending' and other.id <> p_message_id)
    then
        -- Spread, because all that wait here look again; a success calls them earlier.
        return 10 + 10 * random();
    end if;
    return null;
end;
$function$;

ALTER FUNCTION "private"."outage_wait"(uuid, uuid) OWNER TO "postgres";

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

CREATE OR REPLACE FUNCTION private.partial_account_ids(p_scoped_only boolean DEFAULT false)
 RETURNS uuid[]
 LANGUAGE sql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce(array_agg(distinct mine.account_id), '{}')
    from private.scopes_of((select auth.uid())) as mine
    where mine.scope <> 'all' or (mine.team_id is not null and not p_scoped_only)
$function$;

ALTER FUNCTION "private"."partial_account_ids"(boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.pending_attachments(p_message public.messages)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce(jsonb_agg(
        jsonb_build_object('id', attachment.id, 'state', attachment.state, 'storage_path', attachment.storage_path)
        order by attachment.created_at, attachment.id), '[]')
    from public.attachments as attachment
    where attachment.account_id = p_message.account_id
        and attachment.conversation_id = p_message.conversation_id
        and attachment.message_id = p_message.id
$function$;

ALTER FUNCTION "private"."pending_attachments"(public.messages) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.pick_assignee(p_account_id uuid, p_inbox_id uuid, p_team_id uuid)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    open_at_most int;
    candidate uuid;
    first_candidate uuid;
begin
    select (inbox.auto_assignment_config ->> 'max_assignment_limit')::int into open_at_most
    from public.inboxes as inbox
    where inbox.id = p_inbox_id;
    if open_at_most is not null then
        -- Who is counted must not get another one meanwhile: where there is a limit, one takes turns.
        perform pg_advisory_xact_lock(hashtextextended('assign:' || p_inbox_id, 0));
    end if;
    for candidate in
        select member.user_id
        from public.inbox_members as member
        left join private.assignment_turns as turn
            on turn.account_id = member.account_id and turn.inbox_id = member.inbox_id and turn.user_id = member.user_id
        where member.account_id = p_account_id
            and member.inbox_id = p_inbox_id
            and private.is_online(p_account_id, member.user_id)
            and (p_team_id is null or exists (
                select from public.team_members as teammate
                where teammate.team_id = p_team_id and teammate.user_id = member.user_id))
            and (open_at_most is null or open_at_most > (
                select coalesce(sum(counter.total), 0)
                from private.conversation_counters as counter
                where counter.account_id = p_account_id
                    and counter.inbox_id = p_inbox_id
                    and counter.status = 'open'
                    and counter.assignee_id = member.user_id))
        order by greatest(turn.assigned_at, member.created_at), member.user_id
    loop
        first_candidate := coalesce(first_candidate, candidate);
        -- Whom another conversation is being given to at this moment is passed over, never waited for.
        perform from public.inbox_members as member
        where member.inbox_id = p_inbox_id and member.user_id = candidate
        for no key update skip locked;
        if found then
            insert into private.assignment_turns (account_id, inbox_id, user_id, assigned_at)
            values (p_account_id, p_inbox_id, candidate, clock_timestamp())
            on conflict on constraint assignment_turns_pkey do update set assigned_at = excluded.assigned_at;
            return candidate;
        end if;
    end loop;
    return first_candidate;
end;
$function$;

ALTER FUNCTION "private"."pick_assignee"(uuid, uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.present_visit(p_inbox_id uuid, p_visit bigint)
 RETURNS private.mailboxes
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    mailbox private.mailboxes;
begin
    select * into mailbox from private.mailboxes where inbox_id = p_inbox_id for no key update;
    if mailbox.visit is distinct from p_visit then
        perform private.fail(409, 'visit_lost', 'Somebody else reads this mailbox now.');
    end if;
    return mailbox;
end;
$function$;

ALTER FUNCTION "private"."present_visit"(uuid, bigint) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.priority_rank(p_priority text)
 RETURNS smallint
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
    select (case p_priority when 'urgent' then 0 when 'high' then 1 when 'medium' then 2 when 'low' then 3 else 4 end)::smallint
$function$;

ALTER FUNCTION "private"."priority_rank"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.put_values(p_text text, p_values jsonb)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
    pattern constant text := '\{\{\s*(\w+)\s*\}\}';
    between_them constant text[] := regexp_split_to_array(p_text, pattern);
    filled text := between_them[1];
    found text[];
    position int := 1;
begin
    -- In one pass: a value that looks like a variable is a value.
    for found in select * from regexp_matches(p_text, pattern, 'g') loop
        position := position + 1;
        filled := filled || coalesce(p_values ->> found[1], '') || between_them[position];
    end loop;
    return filled;
end;
$function$;

ALTER FUNCTION "private"."put_values"(text, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.queue_message()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    if private.is_sent_by_provider(new.inbox_id) then
        new.status := 'queued';
    end if;
    return new;
end;
$function$;

ALTER FUNCTION "private"."queue_message"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.random_secret()
 RETURNS text
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')
$function$;

ALTER FUNCTION "private"."random_secret"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.reaches(p_user_id uuid, p_conversation public.conversations)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select exists (
        select
        from private.scopes_of(p_user_id) as theirs
        where theirs.account_id = p_conversation.account_id
            and (theirs.inbox_id = p_conversation.inbox_id or theirs.team_id = p_conversation.team_id))
$function$;

ALTER FUNCTION "private"."reaches"(uuid, public.conversations) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.read_notifications(p_account_id uuid, p_conversation_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    read uuid;
begin
    if exists (
        select from private.jobs as job
        where job.lock = private.notify_lock(p_conversation_id) and job.status in ('queued', 'running'))
    then
        -- What a member is about to be told they know by now: a line that is read already keeps the job from telling them.
        insert into public.notifications as line (account_id, user_id, notification_type, conversation_id, read_at)
        select conversation.account_id, member.user_id, 'conversation_creation', conversation.id, now()
        from public.conversations as conversation
        join public.inbox_members as member
            on member.account_id = conversation.account_id and member.inbox_id = conversation.inbox_id
                and member.user_id = auth.uid()
        where conversation.id = p_conversation_id and conversation.assignee_id is distinct from member.user_id
        on conflict on constraint notifications_conversation_id_user_id_key do update
        set created_at = excluded.created_at
        where line.read_at is not null;
    end if;
    update public.notifications
    set read_at = now()
    where conversation_id = p_conversation_id and user_id = auth.uid() and read_at is null
    returning id into read;
    if read is not null then
        perform private.tell_notifications_read(p_account_id, array[read]);
    end if;
end;
$function$;

ALTER FUNCTION "private"."read_notifications"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.receive_attachments(p_inbox public.inboxes, p_conversation_id uuid, p_message_id uuid, p_attachments jsonb)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    given jsonb;
    media jsonb;
    kind text;
    name text;
    made_id uuid;
begin
    if jsonb_typeof(p_attachments) is distinct from 'array' or jsonb_array_length(p_attachments) = 0 then
        return null;
    end if;
    for given in select item from jsonb_array_elements(p_attachments) with ordinality as list (item, position) where position <= 100 loop
        media := nullif(given -> 'media', 'null');
        kind := case
            when given ->> 'kind' = 'sticker' then 'image'
            when given ->> 'kind' in (
                'image', 'audio', 'video', 'file', 'location', 'fallback', 'share', 'story_mention', 'contact', 'ig_reel',
                'ig_post', 'ig_story', 'embed') then given ->> 'kind'
            when media is not null then private.file_type_of(media ->> 'content_type')
            else 'fallback' end;
        name := coalesce(
            nullif(left(btrim(regexp_replace(
                coalesce(media ->> 'file_name', ''), '[[:cntrl:]\u202a-\u202e\u2066-\u2069\u200b-\u200f]', '', 'g')), 255), ''),
            kind);
        made_id := private.uuid_v7();
        insert into public.attachments (
            id, account_id, conversation_id, message_id, file_type, state, storage_path, file_name, content_type, byte_size,
            external_url, coordinates_lat, coordinates_long, fallback_title, meta)
        values (
            made_id, p_inbox.account_id, p_conversation_id, p_message_id, kind,
            case when media is null then 'ready' else 'pending' end,
            case when media is not null then concat_ws(
                '/', p_inbox.account_id, p_conversation_id, made_id, private.safe_file_name(name)) end,
            case when media is not null then name end,
            left(lower(btrim(split_part(media ->> 'content_type', ';', 1))), 255),
            case when (media ->> 'byte_size')::numeric between 0 and 41943040 then (media ->> 'byte_size')::bigint end,
            case when given ->> 'url' ~ '^https?://' and char_length(given ->> 'url') <= 4000 then given ->> 'url' end,
            case when abs((given ->> 'latitude')::double precision) <= 90 then (given ->> 'latitude')::double precision end,
            case when abs((given ->> 'longitude')::double precision) <= 180 then (given ->> 'longitude')::double precision end,
            left(given ->> 'title', 1000),
            coalesce(nullif(given -> 'meta', 'null'), '{}') || jsonb_build_object('kind', given ->> 'kind'));
        if media is not null then
            insert into private.attachment_sources (account_id, attachment_id, source)
            values (p_inbox.account_id, made_id, media - 'data');
            -- What came inside the event itself is stored by whoever reads the event.
            if coalesce(media ->> 'url', media ->> 'media_id') is not null then
                perform private.enqueue(
                    'fetch_media', jsonb_build_object('attachment_id', made_id), p_inbox.account_id,
                    p_dedupe_key => made_id::text, p_priority => 80);
            end if;
        end if;
    end loop;
    return now();
end;
$function$;

ALTER FUNCTION "private"."receive_attachments"(public.inboxes, uuid, uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.received_inbox(p_inbox_id uuid)
 RETURNS public.inboxes
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    inbox public.inboxes;
begin
    select * into inbox from public.inboxes where id = p_inbox_id;
    if inbox.id is null then
        perform private.fail(404, 'inbox_not_found', 'There is no such inbox.');
    end if;
    return inbox;
end;
$function$;

ALTER FUNCTION "private"."received_inbox"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.receiving_contact_inbox(p_inbox public.inboxes, p_contact jsonb)
 RETURNS public.contact_inboxes
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    given_source constant text := p_contact ->> 'source_id';
    given_aliases constant text[] := array(
        select jsonb_array_elements_text(coalesce(nullif(p_contact -> 'aliases', 'null'), '[]')));
    given_email constant text := nullif(lower(btrim(p_contact ->> 'email')), '');
    given_phone text := nullif(btrim(p_contact ->> 'phone_number'), '');
    given_name constant text := nullif(btrim(coalesce(p_contact ->> 'name', p_contact ->> 'username')), '');
    address public.contact_inboxes;
    person public.contacts;
begin
    if given_phone !~ '^\+[1-9][0-9]{6,14}$' then
        given_phone := null;
    end if;
    select * into address from public.contact_inboxes where inbox_id = p_inbox.id and source_id = given_source;
    if address.id is null then
        select found.* into address
        from private.contact_inbox_aliases as known
        join public.contact_inboxes as found on found.id = known.contact_inbox_id
        where known.inbox_id = p_inbox.id and known.alias = any (given_source || given_aliases)
        limit 1;
    end if;
    if address.id is null then
        select * into address
        from public.contact_inboxes
        where inbox_id = p_inbox.id and source_id = any (given_aliases)
        order by created_at
        limit 1;
    end if;
    if address.id is null then
        select * into person
        from public.contacts
        where account_id = p_inbox.account_id and (email = given_email or phone_number = given_phone)
        order by (email = given_email) desc nulls last
        limit 1;
        if person.id is null then
            insert into public.contacts (account_id, name, email, phone_number, avatar_url, identified, additional_attributes)
            values (
                p_inbox.account_id, left(coalesce(given_name, given_phone, given_email, given_source), 255), given_email,
                given_phone,
                case when p_contact ->> 'avatar_url' ~ '^https?://' then left(p_contact ->> 'avatar_url', 2000) end,
                -- A provider signs in its users; the sender of a mail is only what the mail says. Somebody we knew stays as
                -- they were: another channel may have claimed this address.
                case when p_inbox.channel_type = 'email' then 'claimed' else 'verified' end,
                coalesce(nullif(p_contact -> 'attributes', 'null'), '{}'))
            returning * into person;
        end if;
        insert into public.contact_inboxes (account_id, contact_id, inbox_id, source_id)
        values (p_inbox.account_id, person.id, p_inbox.id, given_source)
        returning * into address;
    else
        -- A name somebody typed stays; one that is only the address gives way.
        update public.contacts
        set name = left(given_name, 255)
        where id = address.contact_id and given_name is not null
            and name in ('', address.source_id, coalesce(phone_number, ''), coalesce(email, ''), '+' || address.source_id)
            and name <> given_name;
    end if;
    insert into private.contact_inbox_aliases (account_id, inbox_id, alias, contact_inbox_id)
    select p_inbox.account_id, p_inbox.id, alias, address.id
    from unnest(given_source || given_aliases) as alias
    where alias <> address.source_id
    on conflict do nothing;
    return address;
end;
$function$;

ALTER FUNCTION "private"."receiving_contact_inbox"(public.inboxes, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.receiving_conversation(p_inbox public.inboxes, p_address public.contact_inboxes, p_message jsonb)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    given_thread constant text := p_message ->> 'thread_key';
    imported constant boolean := coalesce(p_message -> 'content_attributes' ? 'history', false);
    found_id uuid;
begin
    if imported and not p_inbox.lock_to_single_conversation then
        -- What was said before has a thread of its own, which is over: it neither opens one nor mixes with one.
        select id into found_id
        from public.conversations
        where account_id = p_inbox.account_id and contact_id = p_address.contact_id and inbox_id = p_inbox.id
            and additional_attributes @> '{"imported": true}'
        order by id
        limit 1;
    elsif p_inbox.channel_type = 'email' then
        found_id := private.mail_conversation(p_inbox, p_address, p_message #> '{content_attributes,email}');
    else
        -- By contact and not by address: two addresses of one contact are one person.
        select id into found_id
        from public.conversations
        where account_id = p_inbox.account_id and contact_id = p_address.contact_id and inbox_id = p_inbox.id
            and (p_inbox.lock_to_single_conversation or status <> 'resolved')
            and additional_attributes ->> 'thread_key' is not distinct from given_thread
        order by last_activity_at desc
        limit 1;
    end if;
    if found_id is null then
        insert into public.conversations (
            account_id, inbox_id, contact_id, contact_inbox_id, status, last_activity_at, additional_attributes)
        values (
            p_inbox.account_id, p_inbox.id, p_address.contact_id, p_address.id,
            case when imported then 'resolved' else 'open' end,
            case when imported then least((p_message ->> 'sent_at')::timestamptz, now()) else now() end,
            jsonb_strip_nulls(jsonb_build_object(
                'source', p_inbox.channel_type,
                'imported', case when imported then true end,
                'mail_subject', left(p_message #>> '{content_attributes,email,subject}', 1000),
                'thread_key', case when p_inbox.channel_type <> 'email' then left(given_thread, 500) end)))
        returning id into found_id;
    end if;
    return found_id;
end;
$function$;

ALTER FUNCTION "private"."receiving_conversation"(public.inboxes, public.contact_inboxes, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.reconnect_channel(p_inbox_id uuid, p_settings jsonb, p_secrets jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    connection public.channel_connections;
begin
    select * into connection
    from public.channel_connections
    where inbox_id = p_inbox_id and account_id = any (private.account_ids());
    if connection.inbox_id is null then
        perform private.fail(404, 'inbox_not_found', 'There is no such inbox.');
    end if;
    perform private.require_administrator(connection.account_id);
    perform private.check_channel(
        connection.channel_type, connection.address, coalesce(p_settings, '{}'), coalesce(p_secrets, '{}'));
    update private.channel_secrets
    set secrets = secrets || coalesce(p_secrets, '{}'), updated_at = now()
    where inbox_id = p_inbox_id;
    update public.channel_connections
    set settings = settings || coalesce(p_settings, '{}'), state = 'connected', state_reason = null, paused_until = null,
        failures = 0, checked_at = null, check_result = null,
        -- When a token ends that an administrator brought, nobody has told us.
        expires_at = case when p_secrets ? 'access_token' then null else expires_at end
    where inbox_id = p_inbox_id;
end;
$function$;

ALTER FUNCTION "private"."reconnect_channel"(uuid, jsonb, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.record_event(p_account_id uuid, p_name text, p_conversation_id uuid, p_payload jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
    insert into private.events (account_id, name, conversation_id, payload, actor)
    values (p_account_id, p_name, p_conversation_id, p_payload, private.actor());
end;
$function$;

ALTER FUNCTION "private"."record_event"(uuid, text, uuid, jsonb) OWNER TO "postgres";

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

CREATE OR REPLACE FUNCTION private.release_expired_jobs()
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    update private.jobs as job
    set status = case when job.attempt - job.waits >= job.max_attempts then 'dead' else 'queued' end,
        lease_until = null,
        worker = null,
        last_error = coalesce(job.last_error, 'the lease ran out'),
        finished_at = case when job.attempt - job.waits >= job.max_attempts then now() end
    where job.id in (
        select expired.id
        from private.jobs as expired
        where expired.status = 'running' and expired.lease_until < clock_timestamp()
        order by expired.id
        limit 500
        for update skip locked
    )
$function$;

CREATE OR REPLACE FUNCTION private.remove_member(p_account_id uuid, p_user_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    -- Everybody may leave by themselves.
    if p_user_id is distinct from auth.uid() then
        perform private.require_administrator(p_account_id);
    end if;
    delete from public.account_users
    where account_id = p_account_id and user_id = p_user_id and account_id = any (private.account_ids());
    if not found then
        perform private.fail(404, 'user_not_found', 'There is no such member of the account.');
    end if;
end;
$function$;

ALTER FUNCTION "private"."remove_member"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.remove_objects(p_account_id uuid, p_paths text[])
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.enqueue(
        'remove_objects', jsonb_build_object('bucket', 'attachments', 'paths', to_jsonb(p_paths)), p_account_id,
        p_priority => 200)
    where cardinality(p_paths) > 0
$function$;

ALTER FUNCTION "private"."remove_objects"(uuid, text[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.render_variables(p_text text, p_conversation public.conversations, p_contact public.contacts, p_user_id uuid)
 RETURNS text
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    variables jsonb;
    fence text[] := string_to_array(p_text, '```');
    span text[];
begin
    if strpos(p_text, '{{') = 0 then
        return p_text;
    end if;
    variables := private.variables_of(p_conversation, p_contact, p_user_id);
    -- Code is left alone: every second part between fences, and every second part between back ticks. A mark without its
    -- partner encloses nothing.
    for block in 1 .. cardinality(fence) loop
        if block % 2 = 1 or block = cardinality(fence) then
            span := string_to_array(fence[block], '`');
            for part in 1 .. cardinality(span) loop
                if part % 2 = 1 or part = cardinality(span) then
                    span[part] := private.fill_in(span[part], variables);
                end if;
            end loop;
            fence[block] := array_to_string(span, '`');
        end if;
    end loop;
    return left(array_to_string(fence, '```'), 150000);
end;
$function$;

ALTER FUNCTION "private"."render_variables"(text, public.conversations, public.contacts, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.reopened_status(p_conversation public.conversations, p_blocked boolean)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select case
        when p_blocked then p_conversation.status
        when p_conversation.status = 'snoozed' then 'open'
        when p_conversation.status = 'resolved' and private.has_active_bot(p_conversation.inbox_id) then 'pending'
        when p_conversation.status = 'resolved' then 'open'
        else p_conversation.status end
$function$;

ALTER FUNCTION "private"."reopened_status"(public.conversations, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.reply_context(p_conversation_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce((
        select content_attributes - 'edits'
        from public.messages
        where conversation_id = p_conversation_id and message_type = 'incoming'
        order by seq desc
        limit 1), '{}')
$function$;

ALTER FUNCTION "private"."reply_context"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.reply_secret(p_inbox_id uuid)
 RETURNS text
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    insert into private.channel_secrets as kept (account_id, inbox_id, secrets)
    select inbox.account_id, inbox.id, jsonb_build_object('reply_token', private.random_secret())
    from public.inboxes as inbox
    where inbox.id = p_inbox_id
    on conflict (inbox_id) do update set secrets = excluded.secrets || kept.secrets
    returning secrets ->> 'reply_token'
$function$;

ALTER FUNCTION "private"."reply_secret"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.reply_window(p_conversation_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation constant public.conversations := private.agent_conversation(p_conversation_id);
    hours constant int := private.reply_window_hours(conversation);
    closes_at constant timestamptz := private.last_incoming_at(p_conversation_id) + make_interval(hours => hours);
    connection public.channel_connections;
    address public.contact_inboxes;
begin
    select * into connection from public.channel_connections where inbox_id = conversation.inbox_id;
    select * into address from public.contact_inboxes where id = conversation.contact_inbox_id;
    return jsonb_build_object(
        'can_reply', hours is null or coalesce(closes_at > now(), false),
        'closes_at', closes_at,
        'hours', hours,
        'templates', private.has_templates(connection.channel_type),
        'connection_state', connection.state,
        'opted_out', address.opted_out_at is not null,
        'unreachable_reason', address.unreachable_reason);
end;
$function$;

ALTER FUNCTION "private"."reply_window"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.reply_window_hours(p_conversation public.conversations)
 RETURNS integer
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce(
        (select api.reply_window_hours from public.channel_apis as api where api.inbox_id = p_conversation.inbox_id),
        (
            select coalesce(
                (connection.settings ->> 'reply_window_hours')::int,
                case connection.channel_type
                    when 'whatsapp_cloud' then 24 when 'whatsapp_360dialog' then 24 when 'twilio_whatsapp' then 24
                    when 'messenger' then case when (connection.settings ->> 'human_agent')::boolean then 168 else 24 end
                    when 'instagram' then case when (connection.settings ->> 'human_agent')::boolean then 168 else 24 end
                    when 'tiktok' then 48 end)
            from public.channel_connections as connection
            where connection.inbox_id = p_conversation.inbox_id
        ))
$function$;

ALTER FUNCTION "private"."reply_window_hours"(public.conversations) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.request_header(p_name text)
 RETURNS text
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
    return left(nullif(current_setting('request.headers', true), '')::jsonb ->> p_name, 200);
exception when invalid_text_representation then
    return null;
end;
$function$;

ALTER FUNCTION "private"."request_header"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.request_id()
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    -- Of the request that PostgREST serves; a client may send any, so only what looks like an id is kept.
    select substring(
        nullif(current_setting('request.headers', true), '')::json ->> 'x-request-id'
        from '^[A-Za-z0-9._-]{8,64}$')
$function$;

ALTER FUNCTION "private"."request_id"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.request_upload(p_conversation_id uuid, p_files jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
begin
    perform private.take('upload:' || auth.uid(), 60, 1);
    return private.add_upload(conversation, p_files, auth.uid(), null);
end;
$function$;

ALTER FUNCTION "private"."request_upload"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.require_administrator(p_account_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    perform private.require_member(p_account_id);
    if not private.is_administrator(p_account_id) then
        perform private.fail(403, 'not_administrator', 'Only an administrator of the account may do this.');
    end if;
end;
$function$;

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

CREATE OR REPLACE FUNCTION private.require_member(p_account_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
end;
$function$;

ALTER FUNCTION "private"."require_member"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.require_open_window(p_conversation public.conversations)
 RETURNS void
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    hours constant int := private.reply_window_hours(p_conversation);
begin
    if hours is null or private.last_incoming_at(p_conversation.id) + make_interval(hours => hours) > now() then
        return;
    end if;
    perform private.fail(
        409, 'window_closed', format('One may write freely for %s hours after the contact last wrote; that time is over.', hours),
        case when private.has_templates((select inbox.channel_type from public.inboxes as inbox where inbox.id = p_conversation.inbox_id))
            then 'Send an approved template.' else 'Wait until they write, or leave a note.' end);
end;
$function$;

ALTER FUNCTION "private"."require_open_window"(public.conversations) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.resolve_reply(p_message public.messages)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    attributes constant jsonb := p_message.content_attributes;
    target public.messages;
begin
    if attributes ? 'in_reply_to' then
        begin
            select * into target
            from public.messages
            where conversation_id = p_message.conversation_id and id = (attributes ->> 'in_reply_to')::uuid;
        exception when invalid_text_representation then
            target := null;
        end;
        -- What the contact reads may not point at what they must not see.
        if target.id is null
            or target.message_type = 'activity'
            or (target.private and private.is_visible_to_visitor(p_message))
        then
            perform private.fail(400, 'reply_target_not_found', 'The message you reply to is not in this conversation.');
        end if;
        return attributes || jsonb_strip_nulls(jsonb_build_object('in_reply_to_external_id', target.source_id));
    end if;
    if attributes ? 'in_reply_to_external_id' then
        select * into target
        from public.messages
        where inbox_id = p_message.inbox_id
            and source_id = attributes ->> 'in_reply_to_external_id'
            and conversation_id = p_message.conversation_id;
        return attributes || jsonb_strip_nulls(jsonb_build_object('in_reply_to', target.id));
    end if;
    return attributes;
end;
$function$;

ALTER FUNCTION "private"."resolve_reply"(public.messages) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.retry_message(p_conversation_id uuid, p_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    message public.messages := private.agent_message(p_conversation_id, p_id);
begin
    if message.message_type not in ('outgoing', 'template')
        or message.private
        or message.deleted_at is not null
        or message.status not in ('failed', 'unknown')
    then
        perform private.fail(409, 'message_not_failed', 'Only a message that could not be delivered can be sent again.');
    end if;
    update public.messages
    set status = private.initial_status(message.inbox_id),
        content_attributes = content_attributes - 'external_error'
    where conversation_id = p_conversation_id and id = p_id
    returning * into message;
    return private.message_json(message);
end;
$function$;

ALTER FUNCTION "private"."retry_message"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.revoke_invitation(p_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    account uuid;
begin
    select account_id into account
    from public.invitations
    where id = p_id and account_id = any (private.account_ids('administrator'));
    if account is null then
        perform private.fail(404, 'invitation_not_found', 'There is no such invitation.');
    end if;
    delete from public.invitations where id = p_id;
end;
$function$;

ALTER FUNCTION "private"."revoke_invitation"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.safe_file_name(p_name text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    -- What Storage and every header can carry; the name for people is kept beside it.
    select coalesce(nullif(right(regexp_replace(
        regexp_replace(p_name, '[^A-Za-z0-9._-]+', '_', 'g'), '(^[._-]+)|(\.{2,})', '', 'g'), 100), ''), 'file')
$function$;

ALTER FUNCTION "private"."safe_file_name"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.save_api_channel(p_inbox_id uuid, p_webhook_url text, p_hmac_mandatory boolean)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    perform private.api_inbox_for_administrator(p_inbox_id);
    if p_webhook_url <> '' and (p_webhook_url !~ '^https?://[^\s/$.?#].[^\s]*$' or char_length(p_webhook_url) > 2048) then
        perform private.fail(400, 'webhook_url_invalid', 'A webhook''s address begins with https:// and has 2,048 characters at most.');
    end if;
    update private.channel_secrets
    set secrets = secrets || jsonb_strip_nulls(jsonb_build_object(
            'webhook_url', p_webhook_url, 'hmac_mandatory', p_hmac_mandatory::text)),
        updated_at = now()
    where inbox_id = p_inbox_id;
    return private.api_channel_settings(p_inbox_id);
end;
$function$;

ALTER FUNCTION "private"."save_api_channel"(uuid, text, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.save_canned_response(p_account_id uuid, p_id uuid, p_short_code text, p_content text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

ALTER FUNCTION "private"."save_canned_response"(uuid, uuid, text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.save_contact(p_account_id uuid, p_id uuid, p_values jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    known constant text[] := array[
        'name', 'middle_name', 'last_name', 'email', 'phone_number', 'identifier', 'avatar_url', 'blocked',
        'custom_attributes', 'additional_attributes'];
    unknown text;
    contact public.contacts;
    broken text;
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
    if p_values is null or jsonb_typeof(p_values) <> 'object' then
        perform private.fail(400, 'invalid_argument', 'values is an object of columns of a contact.');
    end if;
    select key into unknown from jsonb_object_keys(p_values) as key where not key = any (known) limit 1;
    if unknown is not null then
        perform private.fail(400, 'invalid_argument', format('A contact has no "%s" to set.', left(unknown, 64)));
    end if;
    if p_id is null then
        contact.account_id := p_account_id;
        contact.name := '';
        contact.middle_name := '';
        contact.last_name := '';
        contact.blocked := false;
        contact.custom_attributes := '{}';
        contact.additional_attributes := '{}';
    else
        select * into contact from public.contacts where id = p_id and account_id = p_account_id for no key update;
        if contact.id is null then
            perform private.fail(404, 'contact_not_found', 'There is no such contact.');
        end if;
    end if;
    begin
        contact := jsonb_populate_record(contact, p_values);
    exception when others then
        perform private.fail(400, 'invalid_argument', 'blocked is true or false.');
    end;
    contact.custom_attributes := coalesce(contact.custom_attributes, '{}');
    contact.additional_attributes := coalesce(contact.additional_attributes, '{}');
    perform private.require_attributes(contact.custom_attributes);
    perform private.require_attributes(contact.additional_attributes);
    if p_id is null then
        insert into public.contacts (
            account_id, name, middle_name, last_name, email, phone_number, identifier, avatar_url, blocked,
            custom_attributes, additional_attributes, identified)
        values (
            contact.account_id, coalesce(contact.name, ''), coalesce(contact.middle_name, ''),
            coalesce(contact.last_name, ''), contact.email, contact.phone_number, contact.identifier, contact.avatar_url,
            coalesce(contact.blocked, false), contact.custom_attributes, contact.additional_attributes, 'claimed')
        returning * into contact;
    else
        update public.contacts
        set name = coalesce(contact.name, ''),
            middle_name = coalesce(contact.middle_name, ''),
            last_name = coalesce(contact.last_name, ''),
            email = contact.email,
            phone_number = contact.phone_number,
            identifier = contact.identifier,
            avatar_url = contact.avatar_url,
            blocked = coalesce(contact.blocked, false),
            custom_attributes = contact.custom_attributes,
            additional_attributes = contact.additional_attributes
        where id = p_id
        returning * into contact;
    end if;
    return private.contact_json(contact);
exception
    when unique_violation or check_violation then
        get stacked diagnostics broken = constraint_name;
        broken := regexp_replace(broken, '^contacts_(account_id_)?(.+)_(key|check)$', '\2');
        if sqlstate = '23505' then
            perform private.fail(
                409, 'contact_taken', format('Another contact has this %s.', replace(broken, '_', ' ')),
                'Merge the two with merge_contacts.', broken);
        end if;
        perform private.fail(
            400, 'contact_invalid', format('This is not a valid %s.', replace(broken, '_', ' ')), null, broken);
        return null;
end;
$function$;

ALTER FUNCTION "private"."save_contact"(uuid, uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.save_custom_attribute(p_account_id uuid, p_id uuid, p_values jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    known constant text[] := array[
        'attribute_model', 'attribute_key', 'display_name', 'display_type', 'description', 'default_value', 'list_values',
        'regex_pattern', 'regex_cue'];
    definition public.custom_attribute_definitions;
    broken text;
begin
    perform private.require_administrator(p_account_id);
    if p_values is null or jsonb_typeof(p_values) <> 'object'
        or exists (select from jsonb_object_keys(p_values) as key where not key = any (known))
    then
        perform private.fail(
            400, 'invalid_argument', format('values is an object of %s.', array_to_string(known, ', ')));
    end if;
    if p_id is null then
        definition.attribute_model := 'conversation_attribute';
        definition.display_type := 'text';
    else
        select * into definition
        from public.custom_attribute_definitions
        where id = p_id and account_id = p_account_id for no key update;
        if definition.id is null then
            perform private.fail(404, 'custom_attribute_not_found', 'There is no such custom attribute.');
        end if;
    end if;
    begin
        definition := jsonb_populate_record(definition, p_values);
    exception when others then
        perform private.fail(400, 'invalid_argument', 'list_values is an array of texts.');
    end;
    if p_id is null then
        insert into public.custom_attribute_definitions (
            account_id, attribute_model, attribute_key, display_name, display_type, description, default_value,
            list_values, regex_pattern, regex_cue)
        values (
            p_account_id, definition.attribute_model, coalesce(definition.attribute_key, ''),
            coalesce(definition.display_name, ''), coalesce(definition.display_type, 'text'),
            coalesce(definition.description, ''), definition.default_value, coalesce(definition.list_values, '{}'),
            definition.regex_pattern, definition.regex_cue)
        returning * into definition;
    else
        update public.custom_attribute_definitions
        set attribute_key = coalesce(definition.attribute_key, ''),
            display_name = coalesce(definition.display_name, ''),
            display_type = coalesce(definition.display_type, 'text'),
            description = coalesce(definition.description, ''),
            default_value = definition.default_value,
            list_values = coalesce(definition.list_values, '{}'),
            regex_pattern = definition.regex_pattern,
            regex_cue = definition.regex_cue
        where id = p_id
        returning * into definition;
    end if;
    return to_jsonb(definition);
exception
    when unique_violation then
        perform private.fail(409, 'attribute_key_taken', 'The account has a custom attribute with this key already.');
        return null;
    when check_violation or not_null_violation then
        get stacked diagnostics broken = constraint_name;
        broken := regexp_replace(broken, '^custom_attribute_definitions_(.+)_check$', '\1');
        perform private.fail(
            400, 'custom_attribute_invalid',
            case broken when 'reserved' then 'This key is a built-in attribute''s.'
                else format('This is not a valid %s.', replace(broken, '_', ' ')) end, null, broken);
        return null;
end;
$function$;

ALTER FUNCTION "private"."save_custom_attribute"(uuid, uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.save_custom_filter(p_account_id uuid, p_id uuid, p_name text, p_conditions jsonb, p_shared boolean, p_type text)
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
    if p_type is null or p_type not in ('conversation', 'contact') then
        perform private.fail(400, 'invalid_argument', 'type is conversation or contact.');
    end if;
    -- What could not be asked is not kept.
    perform private.filter_predicate(p_account_id, p_type, p_conditions);
    if p_id is null then
        if (
            select count(*) from public.custom_filters as kept
            where kept.account_id = p_account_id and kept.user_id is not distinct from owner and kept.filter_type = p_type
        ) >= 1000 then
            perform private.fail(400, 'too_many_filters', 'There are 1,000 views at most.');
        end if;
        insert into public.custom_filters (account_id, user_id, name, conditions, filter_type)
        values (p_account_id, owner, title, p_conditions, p_type)
        returning * into saved;
    else
        changed := private.own_filter(p_id);
        if changed.account_id <> p_account_id or changed.filter_type <> p_type then
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

ALTER FUNCTION "private"."save_custom_filter"(uuid, uuid, text, jsonb, boolean, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.save_custom_role(p_account_id uuid, p_id uuid, p_name text, p_description text, p_permissions text[])
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    saved public.custom_roles;
begin
    perform private.require_administrator(p_account_id);
    begin
        if p_id is null then
            insert into public.custom_roles (account_id, name, description, permissions)
            values (p_account_id, private.check_name(p_name), coalesce(p_description, ''), coalesce(p_permissions, '{}'))
            returning * into saved;
        else
            update public.custom_roles
            set name = private.check_name(p_name),
                description = coalesce(p_description, ''),
                permissions = coalesce(p_permissions, '{}')
            where account_id = p_account_id and id = p_id
            returning * into saved;
        end if;
    exception when check_violation then
        perform private.fail(
            400, 'custom_role_invalid', 'A description has 1,000 characters at most; a permission is one of the six.');
    end;
    if saved.id is null then
        perform private.fail(404, 'custom_role_not_found', 'There is no such role.');
    end if;
    return to_jsonb(saved);
end;
$function$;

ALTER FUNCTION "private"."save_custom_role"(uuid, uuid, text, text, text[]) OWNER TO "postgres";

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

CREATE OR REPLACE FUNCTION private.save_note(p_contact_id uuid, p_id uuid, p_content text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

ALTER FUNCTION "private"."save_note"(uuid, uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.save_team(p_account_id uuid, p_id uuid, p_name text, p_description text, p_allow_auto_assign boolean)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    saved public.teams;
begin
    perform private.require_administrator(p_account_id);
    begin
        if p_id is null then
            insert into public.teams (account_id, name, description, allow_auto_assign)
            values (
                p_account_id, lower(private.check_name(p_name)), coalesce(p_description, ''),
                coalesce(p_allow_auto_assign, true))
            returning * into saved;
        else
            update public.teams
            set name = lower(private.check_name(p_name)),
                description = coalesce(p_description, ''),
                allow_auto_assign = coalesce(p_allow_auto_assign, true)
            where account_id = p_account_id and id = p_id
            returning * into saved;
        end if;
    exception
        when unique_violation then
            perform private.fail(409, 'team_name_taken', 'Another team has this name.', 'Choose another name.');
        when check_violation then
            perform private.fail(400, 'invalid_argument', 'A description has 1,000 characters at most.');
    end;
    if saved.id is null then
        perform private.fail(404, 'team_not_found', 'There is no such team.');
    end if;
    return to_jsonb(saved);
end;
$function$;

ALTER FUNCTION "private"."save_team"(uuid, uuid, text, text, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.says(p_message public.messages, p_content text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    select p_message.content = coalesce(p_content, '')
        or p_message.edited_at is not null
        or p_message.deleted_at is not null
        or p_message.content_attributes ? 'template_params'
$function$;

ALTER FUNCTION "private"."says"(public.messages, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.scopes_of(p_user_id uuid)
 RETURNS TABLE(account_id uuid, inbox_id uuid, team_id uuid, scope text)
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
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
$function$;

ALTER FUNCTION "private"."scopes_of"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.search(p_account_id uuid, p_query text, p_kind text, p_cursor jsonb, p_limit integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    query constant text := btrim(left(p_query, 200));
begin
    if p_account_id is null or not p_account_id = any (private.account_ids()) then
        perform private.fail(404, 'account_not_found', 'There is no such account.');
    end if;
    if coalesce(query, '') = '' or coalesce(p_limit, 0) not between 1 and 50
        or coalesce(p_kind, '') not in ('conversations', 'contacts', 'messages', 'all')
        or (p_kind = 'all' and p_cursor is not null)
    then
        perform private.fail(
            400, 'invalid_argument',
            'query is not empty; kind is conversations, contacts, messages or, without a cursor, all; limit is 1 to 50.');
    end if;
    begin
        perform (p_cursor ->> 'at')::timestamptz, (p_cursor ->> 'id')::uuid;
    exception when others then
        perform private.fail(400, 'invalid_cursor', 'Pass next_cursor back as it was given.');
    end;
    return
        case when p_kind in ('conversations', 'all') then jsonb_build_object(
            'conversations', private.search_conversations(p_account_id, query, p_cursor, p_limit)) else '{}' end
        || case when p_kind in ('contacts', 'all') then jsonb_build_object(
            'contacts', private.contact_list(p_account_id, query, '-last_activity_at', null, p_cursor, p_limit)) else '{}' end
        || case when p_kind in ('messages', 'all') then jsonb_build_object(
            'messages', private.search_messages(p_account_id, query, p_cursor, p_limit)) else '{}' end;
end;
$function$;

ALTER FUNCTION "private"."search"(uuid, text, text, jsonb, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.search_conversations(p_account_id uuid, p_query text, p_cursor jsonb, p_limit integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
declare
    needle constant text := btrim(private.folded(p_query));
    number constant bigint := substring(needle from '^#?([0-9]{1,15})$')::bigint;
    inboxes uuid[];
    partial boolean;
    before_at constant timestamptz := coalesce((p_cursor ->> 'at')::timestamptz, 'infinity');
    before_id constant uuid := coalesce((p_cursor ->> 'id')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    ids uuid[];
    cursors jsonb[];
begin
    select coalesce(array_agg(mine.inbox_id) filter (where mine.inbox_id is not null and mine.scope = 'all'), '{}'),
        coalesce(bool_or(mine.scope <> 'all' or mine.team_id is not null), false)
    into inboxes, partial
    from private.visible_scopes(p_account_id) as mine;
    with who as materialized (
        -- Newest first, and enough of them: nobody turns a thousand pages.
        select contact.id
        from public.contacts as contact
        where contact.account_id = p_account_id
            and contact.search_text like private.like_pattern(needle)
        order by contact.id desc
        limit 1000
    ),
    hit as (
        select conversation.id, conversation.last_activity_at
        from public.conversations as conversation
        where conversation.account_id = p_account_id
            and (conversation.display_id = number or conversation.contact_id in (select who.id from who))
            and (conversation.last_activity_at, conversation.id) < (before_at, before_id)
            and (conversation.inbox_id = any (inboxes) or (partial and private.can_see(conversation)))
        order by conversation.last_activity_at desc, conversation.id desc
        limit p_limit + 1
    )
    select array_agg(hit.id order by hit.last_activity_at desc, hit.id desc),
        array_agg(
            jsonb_build_object('at', hit.last_activity_at, 'id', hit.id) order by hit.last_activity_at desc, hit.id desc)
    into ids, cursors
    from hit;
    return jsonb_build_object(
        'rows', private.conversation_rows(ids[1:p_limit]),
        'next_cursor', case when cardinality(ids) > p_limit then cursors[p_limit] end);
end;
$function$;

ALTER FUNCTION "private"."search_conversations"(uuid, text, jsonb, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.search_messages(p_account_id uuid, p_query text, p_cursor jsonb, p_limit integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
    words constant tsquery := websearch_to_tsquery('pg_catalog.simple', private.folded(p_query));
    rare constant boolean := private.has_rare_word(words);
    inboxes uuid[];
    partial boolean;
    before_at constant timestamptz := coalesce((p_cursor ->> 'at')::timestamptz, 'infinity');
    before_id constant uuid := coalesce((p_cursor ->> 'id')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    found public.messages[];
    newest int;
begin
    if numnode(words) = 0 then
        return jsonb_build_object('rows', '[]'::jsonb, 'next_cursor', null);
    end if;
    select coalesce(array_agg(mine.inbox_id) filter (where mine.inbox_id is not null and mine.scope = 'all'), '{}'),
        coalesce(bool_or(mine.scope <> 'all' or mine.team_id is not null), false)
    into inboxes, partial
    from private.visible_scopes(p_account_id) as mine;
    -- A common word stands in the newest messages already, or in some more of them; a rare one is found by its index.
    -- Sorting all the places of a common word would take seconds, and reading the newest messages in vain takes many
    -- times what a rare one costs.
    foreach newest in array case when rare then '{}' else array[400, 5000] end loop
        found := array(
            select recent
            from (
                select message.*
                from public.messages as message
                where message.account_id = p_account_id
                    and message.message_type in ('incoming', 'outgoing')
                    and message.created_at > now() - interval '90 days'
                    and (message.created_at, message.id) < (before_at, before_id)
                order by message.created_at desc, message.id desc
                limit newest
            ) as recent
            where recent.deleted_at is null
                -- private.search_vector, which its index asks for, written out where no index helps: calling it costs
                -- several times what it does.
                and to_tsvector('pg_catalog.simple', lower(extensions.unaccent(
                    'extensions.unaccent'::regdictionary, left(recent.content, 20000)))) @@ words
                and (recent.inbox_id = any (inboxes)
                    or (partial and private.can_see_conversation(recent.conversation_id)))
            order by recent.created_at desc, recent.id desc
            limit p_limit + 1);
        exit when cardinality(found) > p_limit;
    end loop;
    if found is null or cardinality(found) <= p_limit then
        found := array(
            with place as materialized (
                select message.*
                from public.messages as message
                where message.account_id = p_account_id
                    and message.message_type in ('incoming', 'outgoing')
                    and private.search_vector(message.content) @@ words
            )
            select place
            from place
            where place.created_at > now() - interval '90 days'
                and (place.created_at, place.id) < (before_at, before_id)
                and place.deleted_at is null
                and (place.inbox_id = any (inboxes)
                    or (partial and private.can_see_conversation(place.conversation_id)))
            order by place.created_at desc, place.id desc
            limit p_limit + 1);
    end if;
    return jsonb_build_object(
        'rows', (
            select coalesce(jsonb_agg(
                jsonb_build_object(
                    'id', hit.id,
                    'conversation_id', hit.conversation_id,
                    'display_id', conversation.display_id,
                    'inbox_id', hit.inbox_id,
                    'message_type', hit.message_type,
                    'private', hit.private,
                    'content', left(hit.content, 300),
                    'created_at', hit.created_at,
                    'sender', private.sender_json(hit.sender_user_id, hit.sender_contact_id, hit.inbox_id))
                order by hit.created_at desc, hit.id desc), '[]')
            from unnest(found[1:p_limit]) as hit
            join public.conversations as conversation on conversation.id = hit.conversation_id),
        'next_cursor', case when cardinality(found) > p_limit then
            jsonb_build_object('at', (found[p_limit]).created_at, 'id', (found[p_limit]).id) end);
end;
$function$;

ALTER FUNCTION "private"."search_messages"(uuid, text, jsonb, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.search_vector(p_content text)
 RETURNS tsvector
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
    select to_tsvector('pg_catalog.simple', private.folded(left(p_content, 20000)))
$function$;

ALTER FUNCTION "private"."search_vector"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.sees(p_user_id uuid, p_conversation public.conversations)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
    member public.account_users;
    scope text := 'all';
begin
    -- private.scopes_of for one conversation, step by step: every message asks this, and each step is one row by its key.
    select mine.* into member
    from public.account_users as mine
    join public.accounts as account on account.id = mine.account_id and account.status = 'active'
    where mine.account_id = p_conversation.account_id and mine.user_id = p_user_id;
    if member.user_id is null then
        return false;
    end if;
    if member.role = 'administrator' then
        return exists (
            select from public.inboxes where id = p_conversation.inbox_id and deleted_at is null);
    end if;
    if member.custom_role_id is not null then
        select private.conversation_scope(member.role, custom.permissions) into scope
        from public.custom_roles as custom
        where custom.id = member.custom_role_id;
    end if;
    return scope is not null
        and (
            exists (
                select from public.inbox_members as inbox
                where inbox.account_id = p_conversation.account_id
                    and inbox.inbox_id = p_conversation.inbox_id
                    and inbox.user_id = p_user_id)
            or (p_conversation.team_id is not null and exists (
                select from public.team_members as team
                where team.account_id = p_conversation.account_id
                    and team.team_id = p_conversation.team_id
                    and team.user_id = p_user_id)))
        and (
            scope = 'all'
            or p_conversation.assignee_id is not distinct from p_user_id
            or (scope = 'unassigned' and p_conversation.assignee_id is null)
            or (scope = 'participating' and exists (
                select from public.conversation_participants as participant
                where participant.conversation_id = p_conversation.id and participant.user_id = p_user_id)));
end;
$function$;

ALTER FUNCTION "private"."sees"(uuid, public.conversations) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.sees_conversation(p_conversation_id uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    -- Not with its owner's rights: whoever may read the conversation may read what hangs on it.
    select exists (select from public.conversations where id = p_conversation_id)
$function$;

ALTER FUNCTION "private"."sees_conversation"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.send_message(p_conversation_id uuid, p_id uuid, p_content text, p_private boolean, p_expected_last_seq bigint, p_attachments uuid[], p_in_reply_to uuid, p_content_attributes jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    caller uuid := auth.uid();
    message public.messages;
    missed public.messages[];
    bound_at timestamptz;
begin
    perform private.agent_conversation(p_conversation_id);
    if p_id is null then
        perform private.fail(400, 'invalid_argument', 'Give the message an id (UUIDv7) of your own.');
    end if;
    -- The lock makes "has anything arrived since?" and the insert one step, and a second try wait for the first.
    perform from public.conversations where id = p_conversation_id for no key update;
    select * into message from public.messages where conversation_id = p_conversation_id and id = p_id;
    if message.id is not null then
        if message.sender_user_id is distinct from caller
            or message.private <> coalesce(p_private, false)
            or not private.says(message, p_content)
        then
            perform private.fail(409, 'message_id_taken', 'Another message has this id.');
        end if;
        return private.message_json(message);
    end if;
    if p_expected_last_seq is not null and not coalesce(p_private, false) then
        select array_agg(newer) into missed
        from public.messages as newer
        where newer.conversation_id = p_conversation_id
            and newer.seq > p_expected_last_seq
            and newer.message_type in ('incoming', 'outgoing')
            and not newer.private
            and newer.sender_user_id is distinct from caller;
        if missed is not null then
            perform private.fail(
                409, 'conversation_moved', 'Someone wrote here while you were writing.',
                'Read it, then send again without expected_last_seq.',
                json_build_object('messages', private.messages_json(missed))::text);
        end if;
    end if;
    -- The trigger sees the role of the request and fills in the rest, as for a direct insert.
    bound_at := private.bind_attachments(p_conversation_id, p_id, p_attachments, caller, null);
    insert into public.messages (id, conversation_id, content, private, attachments_at, content_attributes)
    values (
        p_id, p_conversation_id, coalesce(p_content, ''), coalesce(p_private, false), bound_at,
        coalesce(p_content_attributes, '{}')
            || jsonb_strip_nulls(jsonb_build_object('in_reply_to', p_in_reply_to)))
    returning * into message;
    return private.message_json(message);
end;
$function$;

ALTER FUNCTION "private"."send_message"(uuid, uuid, text, boolean, bigint, uuid[], uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.sender_json(p_user_id uuid, p_contact_id uuid, p_inbox_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    return case
        when p_user_id is not null then (
            select jsonb_build_object(
                'type', 'user', 'id', sender.id, 'name', private.shown_name(sender), 'avatar_url', sender.avatar_url)
            from public.users as sender where sender.id = p_user_id)
        when p_contact_id is not null then (
            select jsonb_build_object(
                'type', 'contact', 'id', sender.id, 'name', sender.name, 'avatar_url', sender.avatar_url)
            from public.contacts as sender where sender.id = p_contact_id)
        else jsonb_build_object(
            'type', 'system', 'id', null, 'avatar_url', null,
            'name', (select inbox.name from public.inboxes as inbox where inbox.id = p_inbox_id))
    end;
end;
$function$;

ALTER FUNCTION "private"."sender_json"(uuid, uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.set_availability(p_account_id uuid, p_availability text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    changed public.account_users;
begin
    perform private.require_member(p_account_id);
    if p_availability is null or p_availability not in ('online', 'busy', 'offline') then
        perform private.fail(400, 'availability_invalid', 'The availability is online, busy or offline.');
    end if;
    update public.account_users
    set availability = p_availability
    where account_id = p_account_id and user_id = auth.uid()
    returning * into changed;
    return to_jsonb(changed);
end;
$function$;

ALTER FUNCTION "private"."set_availability"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.set_contact_labels(p_contact_id uuid, p_labels text[])
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    contact public.contacts := private.member_contact(p_contact_id);
    wanted text[] := private.require_labels(contact.account_id, p_labels);
begin
    update public.contacts set labels = wanted
    where id = p_contact_id and labels is distinct from wanted;
    select * into contact from public.contacts where id = p_contact_id;
    return private.contact_json(contact);
end;
$function$;

ALTER FUNCTION "private"."set_contact_labels"(uuid, text[]) OWNER TO "postgres";

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

CREATE OR REPLACE FUNCTION private.set_inbox_member(p_inbox_id uuid, p_user_id uuid, p_member boolean)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

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

CREATE OR REPLACE FUNCTION private.set_member(p_account_id uuid, p_user_id uuid, p_role text, p_custom_role_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    changed public.account_users;
begin
    perform private.require_administrator(p_account_id);
    perform private.check_role(p_account_id, p_role, p_custom_role_id);
    update public.account_users
    set role = p_role, custom_role_id = p_custom_role_id
    where account_id = p_account_id and user_id = p_user_id
    returning * into changed;
    if changed.user_id is null then
        perform private.fail(404, 'user_not_found', 'There is no such member of the account.');
    end if;
    return to_jsonb(changed);
end;
$function$;

ALTER FUNCTION "private"."set_member"(uuid, uuid, text, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.set_participant(p_conversation_id uuid, p_user_id uuid, p_participant boolean)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations := private.agent_conversation(p_conversation_id);
begin
    if p_participant is null then
        perform private.fail(400, 'invalid_argument', 'participant is true or false.');
    end if;
    if p_participant then
        if p_user_id is null or not private.reaches(p_user_id, conversation) then
            perform private.fail(
                400, 'participant_not_in_inbox', 'This agent works neither the inbox nor the team of the conversation.',
                'Add them to the inbox first.');
        end if;
        perform private.add_participant(p_conversation_id, p_user_id);
    else
        delete from public.conversation_participants
        where conversation_id = p_conversation_id and user_id = p_user_id;
        -- Whoever saw it only because they took part must not hear on.
        if found and exists (
            select from public.account_users
            where account_id = conversation.account_id and user_id = p_user_id and custom_role_id is not null)
        then
            update public.conversations set epoch = epoch + 1 where id = p_conversation_id;
        end if;
    end if;
    return jsonb_build_object('participants', (
        select coalesce(jsonb_agg(participant.user_id order by participant.created_at, participant.user_id), '[]')
        from public.conversation_participants as participant
        where participant.conversation_id = p_conversation_id));
end;
$function$;

ALTER FUNCTION "private"."set_participant"(uuid, uuid, boolean) OWNER TO "postgres";

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

CREATE OR REPLACE FUNCTION private.set_team_member(p_team_id uuid, p_user_id uuid, p_member boolean)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    team public.teams := private.administered_team(p_team_id);
begin
    if p_member is null then
        perform private.fail(400, 'invalid_argument', 'member is true or false.');
    end if;
    if not exists (select from public.account_users where account_id = team.account_id and user_id = p_user_id) then
        perform private.fail(404, 'user_not_found', 'There is no such member of the account.');
    end if;
    if p_member then
        insert into public.team_members (account_id, team_id, user_id)
        values (team.account_id, p_team_id, p_user_id)
        on conflict do nothing;
    else
        delete from public.team_members where team_id = p_team_id and user_id = p_user_id;
    end if;
end;
$function$;

ALTER FUNCTION "private"."set_team_member"(uuid, uuid, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.set_working_hours(p_inbox_id uuid, p_rows jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    inbox public.inboxes := private.administered_inbox(p_inbox_id);
begin
    begin
        update public.working_hours as hours
        set open_hour = case when given.open_all_day then 0 else coalesce(given.open_hour, hours.open_hour) end,
            open_minutes = case when given.open_all_day then 0 else coalesce(given.open_minutes, hours.open_minutes) end,
            close_hour = case when given.open_all_day then 23 else coalesce(given.close_hour, hours.close_hour) end,
            close_minutes = case when given.open_all_day then 59 else coalesce(given.close_minutes, hours.close_minutes) end,
            open_all_day = coalesce(given.open_all_day, false),
            closed_all_day = coalesce(given.closed_all_day, false)
        from jsonb_to_recordset(p_rows) as given (
            day_of_week int, open_hour int, open_minutes int, close_hour int, close_minutes int,
            open_all_day boolean, closed_all_day boolean)
        where hours.inbox_id = p_inbox_id and hours.day_of_week = given.day_of_week;
    exception when check_violation or data_exception then
        perform private.fail(
            400, 'working_hours_invalid', 'A day opens before it closes, both on the same day, or is open or closed all day.',
            'Give rows of {day_of_week 0 to 6, open_hour, open_minutes, close_hour, close_minutes, open_all_day, closed_all_day}.');
    end;
    return (
        select jsonb_agg(to_jsonb(hours) - 'account_id' order by hours.day_of_week)
        from public.working_hours as hours
        where hours.inbox_id = inbox.id);
end;
$function$;

ALTER FUNCTION "private"."set_working_hours"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.shown_status(p_member public.account_users)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select case
        when p_member.availability = 'offline' or not p_member.auto_offline then p_member.availability
        when exists (
            select from private.user_presence as presence
            where presence.account_id = p_member.account_id
                and presence.user_id = p_member.user_id
                and presence.seen_at > clock_timestamp() - interval '20 seconds')
        then p_member.availability
        else 'offline'
    end
$function$;

ALTER FUNCTION "private"."shown_status"(public.account_users) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.start_conversation(p_account_id uuid, p_contact_id uuid, p_inbox_id uuid, p_message_id uuid, p_content text, p_assignee_id uuid, p_team_id uuid, p_content_attributes jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    contact public.contacts := private.member_contact(p_contact_id);
    writes constant boolean := p_content is not null or p_content_attributes ? 'template_params';
    inbox public.inboxes;
    address public.contact_inboxes;
    found_id uuid;
begin
    if contact.account_id is distinct from p_account_id then
        perform private.fail(404, 'contact_not_found', 'There is no such contact.');
    end if;
    select * into inbox
    from public.inboxes
    where id = p_inbox_id and account_id = p_account_id and id = any (private.inbox_ids());
    if inbox.id is null then
        perform private.fail(404, 'inbox_not_found', 'There is no such inbox.');
    end if;
    if p_message_id is null and writes then
        perform private.fail(400, 'invalid_argument', 'Give the message an id (UUIDv7) of your own.');
    end if;
    address := private.contact_address(contact, inbox);
    perform pg_advisory_xact_lock(hashtextextended(address.id::text, 0));
    select conversation.id into found_id
    from public.conversations as conversation
    where conversation.account_id = p_account_id
        and conversation.contact_inbox_id = address.id
        and (inbox.lock_to_single_conversation or exists (
            select from public.messages as message
            where message.conversation_id = conversation.id and message.id = p_message_id))
    order by conversation.id desc
    limit 1;
    if found_id is null then
        insert into public.conversations (account_id, inbox_id, contact_id, contact_inbox_id)
        values (p_account_id, inbox.id, contact.id, address.id)
        returning id into found_id;
    end if;
    if writes and not exists (
        select from public.messages where conversation_id = found_id and id = p_message_id)
    then
        insert into public.messages (id, conversation_id, content, content_attributes)
        values (p_message_id, found_id, coalesce(p_content, ''), coalesce(p_content_attributes, '{}'));
    end if;
    if p_team_id is not null then
        perform private.set_team(found_id, p_team_id);
    end if;
    if p_assignee_id is not null then
        perform private.assign_conversation(found_id, p_assignee_id);
    end if;
    return private.conversation_row(found_id);
end;
$function$;

ALTER FUNCTION "private"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.submitted_values(p_message public.messages, p_values jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
    items constant jsonb := case jsonb_typeof(p_message.content_attributes -> 'items')
        when 'array' then p_message.content_attributes -> 'items' else '[]' end;
    given jsonb := p_values -> 'values';
begin
    case p_message.content_type
        when 'input_text', 'input_textarea' then
            if jsonb_typeof(p_values -> 'value') = 'string'
                and not private.is_blank(p_values ->> 'value')
                and char_length(p_values ->> 'value') <= 10000
            then
                return jsonb_build_array(jsonb_build_object('value', p_values -> 'value'));
            end if;
        when 'input_select' then
            select jsonb_agg(item.value) into given
            from jsonb_array_elements(items) as item
            where jsonb_typeof(given) = 'array' and jsonb_array_length(given) = 1
                and item.value -> 'value' = given -> 0 -> 'value';
            if given is not null then
                return given;
            end if;
        when 'form' then
            if jsonb_typeof(given) = 'array'
                and octet_length(given::text) <= 65536
                and not exists (
                    select from jsonb_array_elements(given) as answer
                    where jsonb_typeof(answer.value) <> 'object'
                        or jsonb_typeof(answer.value -> 'value') is distinct from 'string'
                        or not exists (
                            select from jsonb_array_elements(items) as item
                            where item.value -> 'name' = answer.value -> 'name'))
                and not exists (
                    select from jsonb_array_elements(items) as item
                    where item.value -> 'required' = 'true'
                        and not exists (
                            select from jsonb_array_elements(given) as answer
                            where answer.value -> 'name' = item.value -> 'name'
                                and not private.is_blank(answer.value ->> 'value')))
            then
                return (
                    select jsonb_agg(jsonb_build_object('name', answer.value -> 'name', 'value', answer.value -> 'value'))
                    from jsonb_array_elements(given) as answer);
            end if;
        else
            perform private.fail(409, 'not_a_form', 'There is nothing to fill in here.');
    end case;
    perform private.fail(400, 'values_invalid', 'These values do not fit the form.');
end;
$function$;

ALTER FUNCTION "private"."submitted_values"(public.messages, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.sync_templates(p_inbox_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    connection constant public.channel_connections := private.templated_inbox(p_inbox_id);
begin
    if connection.state <> 'connected' then
        perform private.fail(
            409, 'inbox_not_connected', 'The provider does not let us in.', 'An administrator has to reconnect the inbox.');
    end if;
    perform private.take('templates:' || p_inbox_id, 3, 1 / 30.0);
    perform private.ask_for_templates(connection.account_id, p_inbox_id);
end;
$function$;

ALTER FUNCTION "private"."sync_templates"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.take_email(p_contact_id uuid, p_email text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    contact public.contacts;
    owner_id uuid;
begin
    select * into contact from public.contacts where id = p_contact_id for update;
    if contact.email is not null then
        return;
    end if;
    select id into owner_id from public.contacts where account_id = contact.account_id and email = p_email;
    if owner_id is not null then
        -- The visitor still sees their own chat only: what they see goes by their address in the inbox, not by the contact.
        perform private.merge_into(owner_id, p_contact_id);
    else
        update public.contacts
        set email = p_email,
            name = case when name = '' then split_part(p_email, '@', 1) else name end,
            identified = case when identified = 'anonymous' then 'claimed' else identified end
        where id = p_contact_id;
    end if;
end;
$function$;

ALTER FUNCTION "private"."take_email"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.take_mailbox_sign_in(p_provider text, p_state_hash text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    taken private.mailbox_sign_ins;
begin
    -- Bound to whoever began it: a code that somebody else was talked into connects nothing.
    delete from private.mailbox_sign_ins
    where state_hash = p_state_hash and provider = p_provider and user_id = auth.uid()
    returning * into taken;
    if taken.state_hash is null or taken.expires_at < now() then
        perform private.fail(410, 'sign_in_expired', 'This sign-in was used already, or began more than ten minutes ago.');
    end if;
    perform private.require_administrator(taken.account_id);
    return jsonb_build_object(
        'account_id', taken.account_id,
        'inbox_id', taken.inbox_id,
        'inbox_name', taken.inbox_name,
        'verifier', taken.verifier,
        'address', (select address from public.channel_connections where inbox_id = taken.inbox_id));
end;
$function$;

ALTER FUNCTION "private"."take_mailbox_sign_in"(text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.team_ids()
 RETURNS uuid[]
 LANGUAGE sql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce(array_agg(mine.team_id), '{}')
    from private.scopes_of((select auth.uid())) as mine
    where mine.team_id is not null and mine.scope = 'all'
$function$;

ALTER FUNCTION "private"."team_ids"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.team_members_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

ALTER FUNCTION "private"."team_members_changed"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.team_topic(p_team_id uuid, p_epoch bigint)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    select 'team:' || p_team_id || ':' || p_epoch
$function$;

ALTER FUNCTION "private"."team_topic"(uuid, bigint) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.tell_activity()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    -- No line without a known actor.
    actor_name constant text := private.actor_name(new);
    -- Two numbers at once: a message brought the change about.
    by_message constant boolean := old.last_seq + 1 < new.last_seq;
begin
    if new.status is distinct from old.status then
        if not by_message then
            if actor_name is not null then
                perform private.write_activity(
                    new, 'status.' || new.status, jsonb_build_object('actor', actor_name));
            end if;
        elsif old.status = 'resolved' and (
            select inbox.channel_type = 'api' from public.inboxes as inbox where inbox.id = new.inbox_id)
        then
            -- Elsewhere the message is its own explanation; an API channel's may come from a machine.
            perform private.write_activity(new, 'status.reopened_by_message', '{}');
        end if;
    end if;
    if actor_name is null then
        return null;
    end if;
    if new.priority is distinct from old.priority then
        perform private.tell_priority(old, new, actor_name);
    end if;
    if new.labels is distinct from old.labels then
        perform private.tell_labels(old, new, actor_name);
    end if;
    -- A visitor opens a conversation and it goes to whose turn it is: that is nobody's deed.
    -- And who leaves the account leaves all their conversations, years of them: a line in each would bring those to
    -- the top of every list.
    if (new.assignee_id, new.team_id) is distinct from (old.assignee_id, old.team_id)
        and current_setting('role', true) = 'authenticated'
        and (old.assignee_id is null or exists (
            select from public.account_users as member
            where member.account_id = old.account_id and member.user_id = old.assignee_id))
    then
        perform private.tell_assignment(old, new, actor_name);
    end if;
    return null;
end;
$function$;

CREATE OR REPLACE FUNCTION private.tell_api_inbox()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    inbox_id uuid;
    delivery_id uuid;
    event constant text := case new.name
        when 'message.updated' then 'message_updated'
        when 'conversation.created' then 'conversation_created'
        when 'conversation.updated' then 'conversation_updated'
        else 'conversation_status_changed' end;
begin
    select conversation.inbox_id into inbox_id
    from public.conversations as conversation
    join private.channel_secrets as secret on secret.inbox_id = conversation.inbox_id
    join public.channel_apis as channel on channel.inbox_id = conversation.inbox_id
    where conversation.id = new.conversation_id and secret.secrets ->> 'webhook_url' <> '';
    if inbox_id is null then
        return null;
    end if;
    insert into private.webhook_deliveries (account_id, inbox_id, event, subject_id)
    values (new.account_id, inbox_id, event, coalesce(new.payload ->> 'message_id', new.conversation_id::text))
    returning id into delivery_id;
    perform private.enqueue(
        'deliver_webhook',
        jsonb_build_object('delivery_id', delivery_id, 'conversation_id', new.conversation_id),
        new.account_id,
        'webhook:' || new.conversation_id,
        delivery_id::text,
        now(),
        200);
    return null;
end;
$function$;

ALTER FUNCTION "private"."tell_api_inbox"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.tell_assignment(p_old public.conversations, p_new public.conversations, p_actor text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    reassigned constant boolean := p_new.assignee_id is distinct from p_old.assignee_id;
    via_team boolean := false;
    team_name text;
    assignee_name text;
begin
    select private.shown_name(users) into assignee_name from public.users where id = p_new.assignee_id;
    if p_new.team_id is distinct from p_old.team_id then
        select team.name into team_name from public.teams as team where team.id = coalesce(p_new.team_id, p_old.team_id);
        via_team := p_new.team_id is not null and reassigned and p_new.assignee_id is not null;
        perform private.write_activity(
            p_new,
            case when via_team then 'team.assigned_with_assignee'
                when p_new.team_id is null then 'team.removed' else 'team.assigned' end,
            jsonb_strip_nulls(jsonb_build_object(
                'actor', p_actor, 'team', team_name, 'assignee', case when via_team then assignee_name end)));
    end if;
    if reassigned and not via_team then
        perform private.write_activity(
            p_new,
            case when p_new.assignee_id is null then 'assignee.unassigned'
                when p_new.assignee_id = auth.uid() then 'assignee.self'
                else 'assignee.assigned' end,
            jsonb_strip_nulls(jsonb_build_object('actor', p_actor, 'assignee', assignee_name)));
    end if;
end;
$function$;

ALTER FUNCTION "private"."tell_assignment"(public.conversations, public.conversations, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.tell_contact()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    contact public.contacts;
    tracked constant text[] := array[
        'name', 'middle_name', 'last_name', 'email', 'phone_number', 'identifier', 'contact_type', 'blocked', 'avatar_url',
        'location', 'country_code', 'labels', 'custom_attributes', 'additional_attributes'];
    changed text[];
begin
    case tg_op
        when 'INSERT' then
            contact := new;
        when 'DELETE' then
            contact := old;
        else
            contact := new;
            select array_agg(field) into changed
            from unnest(tracked) as field
            where to_jsonb(old) -> field is distinct from to_jsonb(new) -> field;
            if changed is null then
                return null;
            end if;
    end case;
    -- An account that is being deleted takes everything with it.
    if exists (select from public.accounts where id = contact.account_id) then
        perform private.record_event(
            contact.account_id,
            case tg_op when 'INSERT' then 'contact.created' when 'DELETE' then 'contact.deleted' else 'contact.updated' end,
            null,
            jsonb_strip_nulls(jsonb_build_object('contact_id', contact.id, 'changed', to_jsonb(changed))));
    end if;
    return null;
end;
$function$;

ALTER FUNCTION "private"."tell_contact"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.tell_conversation_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    inbox public.inboxes;
    tracked constant text[] := array[
        'status', 'assignee_id', 'team_id', 'priority', 'labels', 'snoozed_until', 'custom_attributes',
        'contact_id', 'waiting_since', 'first_reply_created_at'];
    visibly_changed constant boolean :=
        (new.status, new.assignee_id, new.team_id, new.priority, new.labels, new.snoozed_until, new.custom_attributes,
            new.contact_id)
        is distinct from
        (old.status, old.assignee_id, old.team_id, old.priority, old.labels, old.snoozed_until, old.custom_attributes,
            old.contact_id);
    before jsonb;
    after jsonb;
    changed jsonb;
begin
    select * into inbox from public.inboxes where id = new.inbox_id;
    if inbox.id is null then
        return null;
    end if;

    if (old.last_seq, old.unread_count, old.last_activity_at)
        is distinct from (new.last_seq, new.unread_count, new.last_activity_at)
    then
        perform private.broadcast(
            private.inbox_topic(new.inbox_id, inbox.epoch),
            'conversation.changed',
            private.conversation_delta(new));
    end if;

    if visibly_changed then
        -- The change itself is number old + 1, also when a message in the same update takes the next one.
        perform private.broadcast(
            private.conversation_topic(new.id, inbox.epoch + new.epoch),
            'conversation.updated',
            jsonb_build_object(
                'seq', old.last_seq + 1,
                'conversation_id', new.id,
                'conversation', private.conversation_row(new.id)));
    end if;

    if new.status is distinct from old.status then
        perform private.broadcast(
            'visitor:' || new.contact_inbox_id,
            'conversation.updated',
            jsonb_build_object(
                'seq', old.last_visitor_seq + 1,
                'conversation_id', new.id,
                'status', new.status,
                'can_reply', private.can_visitor_reply(new)));
    end if;

    if visibly_changed
        or old.waiting_since is distinct from new.waiting_since
        or old.first_reply_created_at is distinct from new.first_reply_created_at
    then
        before := to_jsonb(old);
        after := to_jsonb(new);
        select jsonb_object_agg(field, jsonb_build_array(before -> field, after -> field))
        into changed
        from unnest(tracked) as field
        where before -> field is distinct from after -> field;
        perform private.record_event(
            new.account_id, 'conversation.updated', new.id, jsonb_build_object('changed', changed));
    end if;
    if new.status is distinct from old.status then
        perform private.record_event(
            new.account_id,
            case new.status when 'resolved' then 'conversation.resolved'
                when 'open' then 'conversation.opened' else 'conversation.status_changed' end,
            new.id,
            jsonb_build_object('status', jsonb_build_array(old.status, new.status)));
    end if;
    if old.status = 'pending' and new.status = 'open' and private.actor() ->> 'type' = 'system' then
        perform private.record_event(new.account_id, 'conversation.bot_handoff', new.id, '{}');
    end if;
    if old.first_reply_created_at is null and new.first_reply_created_at is not null then
        perform private.record_event(
            new.account_id, 'first_reply.created', new.id,
            jsonb_build_object(
                'seconds', extract(epoch from new.first_reply_created_at - new.created_at)));
    elsif old.waiting_since is not null and new.waiting_since is null and new.status = old.status then
        perform private.record_event(
            new.account_id, 'reply.created', new.id,
            jsonb_build_object('seconds', extract(epoch from new.last_activity_at - old.waiting_since)));
    end if;
    return null;
end;
$function$;

CREATE OR REPLACE FUNCTION private.tell_conversation_deleted()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    topic text;
begin
    select private.inbox_topic(inbox.id, inbox.epoch) into topic from public.inboxes as inbox where inbox.id = old.inbox_id;
    -- Nobody listens to an inbox or an account that is being deleted with it.
    if topic is not null then
        perform private.broadcast(
            topic, 'conversation.deleted', jsonb_build_object('conversation_id', old.id, 'inbox_id', old.inbox_id));
        perform private.record_event(old.account_id, 'conversation.deleted', old.id, '{}');
    end if;
    return null;
end;
$function$;

ALTER FUNCTION "private"."tell_conversation_deleted"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.tell_labels(p_old public.conversations, p_new public.conversations, p_actor text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    added text;
    removed text;
    renamed boolean;
begin
    select string_agg(title, ', ' order by title) into added
    from unnest(p_new.labels) as title where not title = any (p_old.labels);
    select string_agg(title, ', ' order by title),
        bool_or(not exists (
            select from public.labels as label
            where label.account_id = p_new.account_id and label.title = removed_title.title))
    into removed, renamed
    from unnest(p_old.labels) as removed_title (title) where not removed_title.title = any (p_new.labels);
    -- A label that was renamed or removed in the list itself says nothing about this conversation.
    if renamed then
        return;
    end if;
    if added is not null then
        perform private.write_activity(
            p_new, 'labels.added', jsonb_build_object('actor', p_actor, 'labels', added));
    end if;
    if removed is not null then
        perform private.write_activity(
            p_new, 'labels.removed', jsonb_build_object('actor', p_actor, 'labels', removed));
    end if;
end;
$function$;

ALTER FUNCTION "private"."tell_labels"(public.conversations, public.conversations, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.tell_member()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    member constant public.account_users := case tg_op when 'INSERT' then new else old end;
begin
    -- While an account is deleted its members go after it: nobody is left to be told.
    if exists (select from public.accounts where id = member.account_id) then
        perform private.record_event(
            member.account_id,
            case tg_op when 'INSERT' then 'agent.added' else 'agent.removed' end,
            null,
            jsonb_build_object('user_id', member.user_id, 'role', member.role));
    end if;
    return null;
end;
$function$;

ALTER FUNCTION "private"."tell_member"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.tell_message(p_message public.messages, p_event text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
    shown constant jsonb := private.message_json(p_message);
    topic text;
    contact_inbox_id uuid;
begin
    select private.topic_of(conversation), conversation.contact_inbox_id into topic, contact_inbox_id
    from public.conversations as conversation
    where conversation.id = p_message.conversation_id;
    if p_message.visitor_seq is null then
        perform private.broadcast(
            topic, p_event,
            jsonb_build_object(
                'seq', p_message.updated_seq, 'conversation_id', p_message.conversation_id, 'message', shown));
    else
        perform private.broadcast_all(
            array[topic, 'visitor:' || contact_inbox_id],
            array[p_event, p_event],
            array[
                jsonb_build_object(
                    'seq', p_message.updated_seq, 'conversation_id', p_message.conversation_id, 'message', shown),
                jsonb_build_object(
                    'seq', p_message.visitor_seq,
                    'conversation_id', p_message.conversation_id,
                    'message', private.visitor_message_json(p_message, shown))]);
    end if;
end;
$function$;

ALTER FUNCTION "private"."tell_message"(public.messages, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.tell_message_changed()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    perform private.tell_message(new, 'message.updated');
    perform private.record_event(
        new.account_id, 'message.updated', new.conversation_id, jsonb_build_object('message_id', new.id));
    return null;
end;
$function$;

CREATE OR REPLACE FUNCTION private.tell_message_created()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    perform private.tell_message(new, 'message.created');
    if new.message_type <> 'activity' then
        perform private.record_event(
            new.account_id, 'message.created', new.conversation_id,
            jsonb_build_object('message_id', new.id, 'seq', new.seq));
    end if;
    if new.message_type = 'incoming' and private.due_templates(new) <> '{}' then
        perform private.enqueue(
            'send_templates',
            jsonb_build_object('conversation_id', new.conversation_id, 'message_id', new.id),
            new.account_id,
            new.conversation_id::text,
            new.id::text);
    end if;
    return null;
end;
$function$;

CREATE OR REPLACE FUNCTION private.tell_notifications_read(p_account_id uuid, p_ids uuid[])
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.broadcast(
        'user:' || auth.uid(),
        'notification.updated',
        jsonb_build_object(
            'account_id', p_account_id,
            'ids', to_jsonb(p_ids),
            'unread_count', private.unread_notifications(p_account_id, auth.uid())))
$function$;

ALTER FUNCTION "private"."tell_notifications_read"(uuid, uuid[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.tell_priority(p_old public.conversations, p_new public.conversations, p_actor text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    locale constant text := private.locale_of(p_new.account_id);
begin
    perform private.write_activity(
        p_new,
        case when p_old.priority is null then 'priority.added'
            when p_new.priority is null then 'priority.removed' else 'priority.changed' end,
        jsonb_strip_nulls(jsonb_build_object(
            'actor', p_actor,
            'old', private.activity_text(locale, p_old.priority),
            'new', private.activity_text(locale, p_new.priority))));
end;
$function$;

ALTER FUNCTION "private"."tell_priority"(public.conversations, public.conversations, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.tell_teams()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    -- The team it left hears of it too: the conversation goes from its list.
    perform private.broadcast(
        private.team_topic(team.id, team.epoch), 'conversation.changed', private.conversation_delta(new))
    from public.teams as team
    where team.id in (old.team_id, new.team_id);
    return null;
end;
$function$;

ALTER FUNCTION "private"."tell_teams"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.tell_topic_moved()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    perform private.broadcast(private.topic_of(old), 'topic.moved', '{}');
    return null;
end;
$function$;

ALTER FUNCTION "private"."tell_topic_moved"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.template_fields(p_components jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
declare
    fields jsonb := '[]';
    component jsonb;
    shape text;
    button jsonb;
    place bigint;
begin
    for component in select * from jsonb_path_query(p_components, '$[*]') loop
        shape := upper(component ->> 'type');
        if shape = 'HEADER' then
            shape := 'HEADER ' || upper(coalesce(component ->> 'format', 'TEXT'));
        end if;
        case
            when shape = 'BODY' then
                fields := fields || private.text_fields('body', component);
            when shape = 'HEADER TEXT' then
                fields := fields || private.text_fields('header', component);
            when shape in ('HEADER IMAGE', 'HEADER VIDEO', 'HEADER DOCUMENT') then
                fields := fields || jsonb_build_array(jsonb_build_object(
                    'part', 'header', 'kind', lower(split_part(shape, ' ', 2))));
            when shape = 'BUTTONS' then
                for button, place in
                    select found.button, found.ordinality - 1
                    from jsonb_path_query(component, '$.buttons[*]') with ordinality as found (button, ordinality)
                loop
                    case
                        when button ->> 'type' ilike 'copy_code'
                            or (button ->> 'type' ilike 'url' and exists (select from private.template_variables(button ->> 'url')))
                        then
                            fields := fields || jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
                                'part', 'buttons',
                                'kind', lower(button ->> 'type'),
                                'index', place,
                                'name', left(button ->> 'text', 60),
                                'example', left(jsonb_path_query_first(button, '$.example[*]') #>> '{}', 200))));
                        when button ->> 'type' ilike any (array['url', 'quick_reply', 'phone_number']) then
                            null;
                        else
                            return null;
                    end case;
                end loop;
            when shape = 'FOOTER' then
                null;
            else
                return null;
        end case;
    end loop;
    return fields;
end;
$function$;

ALTER FUNCTION "private"."template_fields"(jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.template_list(p_inbox_id uuid, p_query text, p_approved boolean, p_limit integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    connection constant public.channel_connections := private.templated_inbox(p_inbox_id);
    words constant text[] := array(
        select distinct word from regexp_split_to_table(lower(left(coalesce(p_query, ''), 200)), '[\s_]+') as word where word <> '');
    sync public.template_syncs;
    listed jsonb;
begin
    if coalesce(p_limit, 0) not between 1 and 500 then
        perform private.fail(400, 'invalid_argument', 'limit is 1 to 500.');
    end if;
    select * into sync from public.template_syncs where inbox_id = p_inbox_id;
    select jsonb_agg(
        jsonb_build_object(
            'id', found.id, 'name', found.name, 'language', found.language, 'category', found.category, 'status', found.status,
            'reason', found.reason, 'components', found.components, 'fields', found.fields)
        order by found.status <> 'approved', found.name, found.language)
    into listed
    from (
        select *
        from public.channel_templates as template
        where template.account_id = connection.account_id
            and template.inbox_id = p_inbox_id
            and (template.status = 'approved' or not coalesce(p_approved, false))
            and not exists (
                select from unnest(words) as word
                where strpos(lower(template.name || ' ' || template.language || ' ' || template.components::text), word) = 0)
        order by template.status <> 'approved', template.name, template.language
        limit p_limit + 1
    ) as found;
    return jsonb_build_object(
        'templates', coalesce(listed - p_limit, '[]'),
        'has_more', coalesce(jsonb_array_length(listed) > p_limit, false),
        'synced_at', sync.synced_at,
        'error', sync.error,
        'connection_state', connection.state,
        'syncing', exists (
            select from private.jobs as job
            where job.lock = 'templates:' || p_inbox_id and job.status in ('queued', 'running') and job.run_at <= now()));
end;
$function$;

ALTER FUNCTION "private"."template_list"(uuid, text, boolean, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.template_text(p_locale text, p_key text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
    select coalesce(texts.all_languages -> p_key ->> replace(p_locale, '_', '-'),
        texts.all_languages -> p_key ->> split_part(replace(p_locale, '_', '-'), '-', 1),
        texts.all_languages -> p_key ->> 'en')
    from (values ($json$ {
        "email_collect.ask": {
            "en": "Leave us a way to reach you, in case you have to go.",
            "es": "Déjanos una forma de contactarte, por si tienes que irte.",
            "pt": "Deixe uma forma de contato, caso precise sair.", "pt-BR": "Deixe uma forma de contato, caso precise sair.",
            "ar": "اترك لنا وسيلة للتواصل معك في حال اضطررت إلى المغادرة."},
        "email_collect.box": {
            "en": "Get our answer by e-mail", "es": "Recibe nuestra respuesta por correo",
            "pt": "Receba nossa resposta por e-mail", "pt-BR": "Receba nossa resposta por e-mail",
            "ar": "احصل على ردنا عبر البريد الإلكتروني"}
    } $json$::jsonb)) as texts (all_languages)
$function$;

ALTER FUNCTION "private"."template_text"(text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.template_to_deliver(p_message public.messages)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select p_message.content_attributes -> 'template_params' || coalesce((
        select jsonb_strip_nulls(jsonb_build_object('id', template.provider_id)) || jsonb_build_object(
            'definition', jsonb_build_object('components', template.components))
        from public.channel_templates as template
        where template.inbox_id = p_message.inbox_id
            and template.name = p_message.content_attributes #>> '{template_params,name}'
            and template.language = p_message.content_attributes #>> '{template_params,language}'), '{}')
$function$;

ALTER FUNCTION "private"."template_to_deliver"(public.messages) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.template_variables(p_text text)
 RETURNS TABLE(name text, place integer)
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
    select found.match[1], min(found.ordinality)::int
    from regexp_matches(coalesce(p_text, ''), '\{\{\s*(\w+)\s*\}\}', 'g') with ordinality as found (match, ordinality)
    group by found.match[1]
    order by 2
$function$;

ALTER FUNCTION "private"."template_variables"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.template_words(p_components jsonb, p_values jsonb)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    select string_agg(private.put_values(part.text, coalesce(p_values -> part.kind, '{}')), E'\n\n' order by part.place)
    from (
        select lower(component ->> 'type') as kind,
            component ->> 'text' as text,
            array_position(array['header', 'body', 'footer'], lower(component ->> 'type')) as place
        from jsonb_path_query(p_components, '$[*]') as component
    ) as part
    where part.place is not null and part.text <> ''
$function$;

ALTER FUNCTION "private"."template_words"(jsonb, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.templated_inbox(p_inbox_id uuid)
 RETURNS public.channel_connections
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    connection public.channel_connections;
begin
    if not p_inbox_id = any (private.inbox_ids()) then
        perform private.fail(404, 'inbox_not_found', 'There is no such inbox.');
    end if;
    select * into connection from public.channel_connections where inbox_id = p_inbox_id;
    if not private.has_templates(connection.channel_type) then
        perform private.fail(409, 'templates_not_offered', 'The provider of this inbox has no templates.');
    end if;
    return connection;
end;
$function$;

ALTER FUNCTION "private"."templated_inbox"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.text_fields(p_part text, p_component jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
    select coalesce(jsonb_agg(
        jsonb_strip_nulls(jsonb_build_object(
            'part', p_part,
            'kind', 'text',
            'name', variable.name,
            'example', left(coalesce(
                jsonb_path_query_first(
                    p_component -> 'example' -> (p_part || '_text_named_params'),
                    '$[*] ? (@.param_name == $name).example', jsonb_build_object('name', variable.name)) #>> '{}',
                p_component #>> case p_part
                    when 'body' then array['example', 'body_text', '0', (variable.place - 1)::text]
                    else array['example', 'header_text', (variable.place - 1)::text] end), 200)))
        order by variable.place), '[]')
    from private.template_variables(p_component ->> 'text') as variable
$function$;

ALTER FUNCTION "private"."text_fields"(text, jsonb) OWNER TO "postgres";

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

CREATE OR REPLACE FUNCTION private.touch_message(p_conversation_id uuid, p_message_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    update public.messages set attachments_at = clock_timestamp()
    where conversation_id = p_conversation_id and id = p_message_id
$function$;

ALTER FUNCTION "private"."touch_message"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.unanswered_parts(p_conversation_id uuid, p_except_message_id uuid)
 RETURNS integer
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce(sum(greatest(
        -- What the business wrote elsewhere is one, and has no parts.
        case when message.status in ('sent', 'delivered', 'read') then 1 else 0 end,
        (
            select count(*) from private.message_parts as part
            where part.account_id = message.account_id and part.conversation_id = p_conversation_id
                and part.message_id = message.id
        ))), 0)::int
    from public.messages as message
    where message.conversation_id = p_conversation_id
        and message.id <> p_except_message_id
        and message.message_type in ('outgoing', 'template')
        and not message.private
        and message.seq > coalesce((
            select max(incoming.seq) from public.messages as incoming
            where incoming.conversation_id = p_conversation_id and incoming.message_type = 'incoming'), 0)
$function$;

ALTER FUNCTION "private"."unanswered_parts"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.unread_notifications(p_account_id uuid, p_user_id uuid)
 RETURNS integer
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
    return (
        select count(*)
        from (
            select from public.notifications
            where account_id = p_account_id
                and user_id = p_user_id
                and read_at is null
                and (snoozed_until is null or snoozed_until <= now())
            -- In the order of the index, which ends the walk at a hundred; else all that are unread are read first.
            order by created_at desc
            limit 100
        ) as unread);
end;
$function$;

ALTER FUNCTION "private"."unread_notifications"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.upload_types()
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    -- No SVG, no HTML, no XML: what a browser would run is not an attachment.
    select array[
        'image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/bmp', 'image/tiff', 'image/avif', 'image/heic',
        'image/heif', 'audio/*', 'video/*', 'text/csv', 'text/plain', 'text/rtf', 'application/rtf', 'application/json',
        'application/pdf', 'application/zip', 'application/x-zip-compressed', 'application/x-7z-compressed',
        'application/vnd.rar', 'application/x-rar-compressed', 'application/x-tar', 'application/msword',
        'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'application/vnd.ms-excel',
        'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'application/vnd.ms-powerpoint',
        'application/vnd.openxmlformats-officedocument.presentationml.presentation',
        'application/vnd.oasis.opendocument.text']
$function$;

ALTER FUNCTION "private"."upload_types"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.variables_of(p_conversation public.conversations, p_contact public.contacts, p_user_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'contact.name', p_contact.name,
        'contact.first_name', split_part(p_contact.name, ' ', 1),
        'contact.last_name', nullif(regexp_replace(p_contact.name, '^\S+\s*', ''), ''),
        'contact.email', p_contact.email,
        'contact.phone_number', p_contact.phone_number,
        'agent.name', agent.name,
        'agent.first_name', split_part(agent.name, ' ', 1),
        'agent.last_name', nullif(regexp_replace(agent.name, '^\S+\s*', ''), ''),
        'conversation.display_id', p_conversation.display_id,
        'inbox.id', p_conversation.inbox_id,
        'inbox.name', (select inbox.name from public.inboxes as inbox where inbox.id = p_conversation.inbox_id),
        'account.id', p_conversation.account_id,
        'account.name', (select account.name from public.accounts as account where account.id = p_conversation.account_id))
        || coalesce((
            select jsonb_object_agg('contact.custom_attribute.' || attribute.key, attribute.value)
            from jsonb_each_text(p_contact.custom_attributes) as attribute), '{}')
        || coalesce((
            select jsonb_object_agg('conversation.custom_attribute.' || attribute.key, attribute.value)
            from jsonb_each_text(p_conversation.custom_attributes) as attribute), '{}')
    from (
        select (select private.shown_name(users) from public.users where users.id = p_user_id) as name
    ) as agent
$function$;

ALTER FUNCTION "private"."variables_of"(public.conversations, public.contacts, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.verified_address(p_account_id uuid, p_inbox_id uuid, p_identifier text)
 RETURNS TABLE(contact_id uuid, contact_inbox_id uuid)
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
    person uuid;
    address uuid;
begin
    -- Two browsers that open at once take turns, and get the same address.
    perform pg_advisory_xact_lock(hashtextextended(p_inbox_id || ':' || p_identifier, 0));
    insert into public.contacts (account_id, identifier, identified)
    values (p_account_id, p_identifier, 'verified')
    on conflict (account_id, identifier) where identifier is not null do update set identified = 'verified'
    returning id into person;
    -- Only an address that was signed before: whoever merely claimed to be this person keeps their own.
    select id into address
    from public.contact_inboxes
    where account_id = p_account_id and contact_id = person and inbox_id = p_inbox_id and verified
    order by id
    limit 1;
    if address is null then
        address := private.uuid_v7();
        insert into public.contact_inboxes (id, account_id, contact_id, inbox_id, source_id, verified)
        values (address, p_account_id, person, p_inbox_id, address::text, true);
    end if;
    return query select person, address;
end;
$function$;

ALTER FUNCTION "private"."verified_address"(uuid, uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.viewers(p_user_ids uuid[], p_conversation public.conversations)
 RETURNS uuid[]
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
    return array(
        select member.user_id
        from public.account_users as member
        join public.accounts as account on account.id = member.account_id and account.status = 'active'
        join public.inboxes as inbox on inbox.id = p_conversation.inbox_id
        left join public.custom_roles as custom on custom.id = member.custom_role_id
        where member.account_id = p_conversation.account_id
            and member.user_id = any (p_user_ids)
            and case
                when member.role = 'administrator' then inbox.deleted_at is null
                when custom.id is not null then private.sees(member.user_id, p_conversation)
                else exists (
                        select from public.inbox_members as mine
                        where mine.account_id = member.account_id and mine.inbox_id = inbox.id and mine.user_id = member.user_id)
                    or exists (
                        select from public.team_members as mine
                        where mine.account_id = member.account_id and mine.team_id = p_conversation.team_id
                            and mine.user_id = member.user_id)
                end
        order by member.user_id);
end;
$function$;

ALTER FUNCTION "private"."viewers"(uuid[], public.conversations) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.visible_conversation_rows(p_ids uuid[])
 RETURNS json
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    visible uuid[];
begin
    if cardinality(p_ids) > 200 then
        perform private.fail(400, 'invalid_argument', 'Ask for 200 conversations at most.');
    end if;
    select coalesce(array_agg(wanted.id order by wanted.position), '{}') into visible
    from unnest(p_ids) with ordinality as wanted (id, position)
    join public.conversations as conversation on conversation.id = wanted.id
    where private.can_see(conversation);
    return private.conversation_rows(visible);
end;
$function$;

ALTER FUNCTION "private"."visible_conversation_rows"(uuid[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.visible_scopes(p_account_id uuid)
 RETURNS TABLE(inbox_id uuid, team_id uuid, scope text)
 LANGUAGE sql
 STABLE PARALLEL SAFE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select mine.inbox_id, mine.team_id, mine.scope
    from private.scopes_of((select auth.uid())) as mine
    where mine.account_id = p_account_id
$function$;

ALTER FUNCTION "private"."visible_scopes"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.visitor_attributes(p_attributes jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
    select coalesce(jsonb_object_agg(attribute.key, attribute.value), '{}')
    from jsonb_each(p_attributes) as attribute
    where attribute.key in (
        'items', 'submitted_values', 'submitted_email', 'display_type', 'deleted', 'in_reply_to')
$function$;

ALTER FUNCTION "private"."visitor_attributes"(jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.visitor_conversation_json(p_conversation public.conversations)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'id', p_conversation.id,
        'status', p_conversation.status,
        'last_seq', p_conversation.last_visitor_seq,
        'unread_count', p_conversation.visitor_unread_count,
        'last_activity_at', p_conversation.last_activity_at,
        'can_reply', private.can_visitor_reply(p_conversation),
        'can_end', p_conversation.status <> 'resolved' and private.has_widget_feature(
            p_conversation.inbox_id, 'end_conversation'))
$function$;

CREATE OR REPLACE FUNCTION private.visitor_may_download(p_name text)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select exists (
        select from public.attachments as attachment
        join public.messages as message
            on message.conversation_id = attachment.conversation_id and message.id = attachment.message_id
        join public.conversations as conversation on conversation.id = attachment.conversation_id
        where attachment.id = private.attachment_id_of(p_name)
            and p_name in (attachment.storage_path, attachment.thumb_path)
            and attachment.state = 'ready'
            and private.is_visible_to_visitor(message)
            and conversation.contact_inbox_id = private.visitor_contact_inbox_id())
$function$;

ALTER FUNCTION "private"."visitor_may_download"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.visitor_may_upload(p_name text)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select exists (
        select from public.attachments as attachment
        where attachment.id = private.attachment_id_of(p_name)
            and attachment.storage_path = p_name
            and attachment.state = 'pending'
            and attachment.message_id is null
            and attachment.uploaded_by_contact_inbox_id = private.visitor_contact_inbox_id()
            and attachment.created_at > now() - interval '1 hour')
$function$;

ALTER FUNCTION "private"."visitor_may_upload"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.visitor_message_json(p_message public.messages, p_shown jsonb DEFAULT NULL::jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    shown constant jsonb := coalesce(p_shown, private.message_json(p_message));
begin
    return jsonb_build_object(
        'id', p_message.id,
        'conversation_id', p_message.conversation_id,
        'seq', p_message.visitor_seq,
        'position', p_message.seq,
        'message_type', p_message.message_type,
        'content_type', p_message.content_type,
        'content', p_message.content,
        'content_attributes', case when p_message.content_attributes = '{}' then '{}'
            else private.visitor_attributes(p_message.content_attributes) end,
        'status', p_message.status,
        -- An agent is a name and a face to the visitor, not an id.
        'sender', (shown -> 'sender') - 'id',
        'attachments', shown -> 'attachments',
        'created_at', p_message.created_at,
        'edited_at', p_message.edited_at);
end;
$function$;

ALTER FUNCTION "private"."visitor_message_json"(public.messages, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.webhook_body(p_event text, p_conversation public.conversations, p_message public.messages)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
            'event', p_event,
            'seq', p_conversation.last_seq,
            'account', (
                select jsonb_build_object('id', account.id, 'name', account.name)
                from public.accounts as account where account.id = p_conversation.account_id),
            'inbox', (
                select jsonb_build_object('id', inbox.id, 'name', inbox.name)
                from public.inboxes as inbox where inbox.id = p_conversation.inbox_id))
        || case when p_message.id is null then private.api_conversation_json(p_conversation)
            else private.api_message_json(p_message)
                || jsonb_build_object('conversation', private.api_conversation_json(p_conversation)) end
$function$;

ALTER FUNCTION "private"."webhook_body"(text, public.conversations, public.messages) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.widget_end_conversation(p_conversation_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations := private.visitor_conversation(p_conversation_id);
begin
    if not private.has_widget_feature(conversation.inbox_id, 'end_conversation') then
        perform private.fail(403, 'end_not_allowed', 'Conversations of this website are ended by its agents.');
    end if;
    update public.conversations set status = 'resolved'
    where id = p_conversation_id and status <> 'resolved';
    select * into conversation from public.conversations where id = p_conversation_id;
    return private.visitor_conversation_json(conversation);
end;
$function$;

ALTER FUNCTION "private"."widget_end_conversation"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.widget_heartbeat()
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    -- A visitor who wrote nothing yet is no contact, and leaves no trace.
    insert into private.contact_presence as presence (account_id, contact_id, seen_at)
    select address.account_id, address.contact_id, clock_timestamp()
    from public.contact_inboxes as address
    where address.id = private.visitor_contact_inbox_id()
    on conflict on constraint contact_presence_pkey do update
    set seen_at = excluded.seen_at
    where presence.seen_at < excluded.seen_at - interval '20 seconds'
$function$;

ALTER FUNCTION "private"."widget_heartbeat"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.widget_identify(p_values jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    address public.contact_inboxes;
begin
    perform private.take('identify:' || private.visitor_contact_inbox_id(), 10, 10 / 3600.0);
    if p_values is null or jsonb_typeof(p_values) <> 'object' then
        perform private.fail(400, 'invalid_argument', 'values is an object.');
    end if;
    perform pg_advisory_xact_lock(hashtextextended(private.visitor_contact_inbox_id()::text, 0));
    address := private.ensure_visitor_contact(null, null);
    perform private.identify_contact(address.contact_id, p_values);
end;
$function$;

ALTER FUNCTION "private"."widget_identify"(jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.widget_request_upload(p_conversation_id uuid, p_files jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations := private.visitor_conversation(p_conversation_id);
    slots jsonb;
begin
    if not private.can_visitor_reply(conversation) then
        perform private.fail(
            409, 'conversation_resolved', 'This conversation is closed.', 'Start a new conversation.');
    end if;
    perform private.take('upload:' || conversation.contact_inbox_id, 20, 20 / 3600.0);
    slots := private.add_upload(conversation, p_files, null, conversation.contact_inbox_id);
    if (
        select sum(attachment.byte_size)
        from public.attachments as attachment
        where attachment.account_id = conversation.account_id
            and attachment.uploaded_by_contact_inbox_id = conversation.contact_inbox_id
            and attachment.created_at > now() - interval '1 day'
    ) > 209715200 then
        perform private.fail(429, 'upload_quota_exceeded', 'A visitor can send 200 MB of files a day.', 'Try again tomorrow.');
    end if;
    return slots;
end;
$function$;

ALTER FUNCTION "private"."widget_request_upload"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.widget_send_message(p_conversation_id uuid, p_id uuid, p_content text, p_attachments uuid[] DEFAULT '{}'::uuid[])
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    message public.messages;
    bound_at timestamptz;
begin
    perform private.visitor_conversation(p_conversation_id);
    if p_id is null then
        perform private.fail(400, 'invalid_argument', 'Give the message an id (UUIDv7) of your own.');
    end if;
    perform from public.conversations where id = p_conversation_id for no key update;
    select * into message from public.messages where conversation_id = p_conversation_id and id = p_id;
    if message.id is null then
        bound_at := private.bind_attachments(
            p_conversation_id, p_id, p_attachments, null, private.visitor_contact_inbox_id());
        insert into public.messages (id, conversation_id, content, attachments_at)
        values (p_id, p_conversation_id, coalesce(p_content, ''), bound_at)
        returning * into message;
    elsif message.message_type <> 'incoming' or not private.says(message, p_content) then
        perform private.fail(409, 'message_id_taken', 'Another message has this id.');
    end if;
    return private.visitor_message_json(message);
end;
$function$;

ALTER FUNCTION "private"."widget_send_message"(uuid, uuid, text, uuid[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION private.widget_start_conversation(p_message_id uuid, p_content text, p_name text, p_email text, p_page_url text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    address public.contact_inboxes;
    conversation public.conversations;
    message jsonb;
begin
    if p_message_id is null then
        perform private.fail(400, 'invalid_argument', 'Give the message an id (UUIDv7) of your own.');
    end if;
    -- Two tabs that start at once take turns, and end up in the same conversation.
    perform pg_advisory_xact_lock(hashtextextended(private.visitor_contact_inbox_id()::text, 0));
    address := private.ensure_visitor_contact(p_name, p_email);

    select * into conversation
    from public.conversations
    where account_id = address.account_id and contact_inbox_id = address.id
    order by id desc
    limit 1;
    if conversation.id is null
        or (not private.can_visitor_reply(conversation) and not exists (
            select from public.messages where conversation_id = conversation.id and id = p_message_id))
    then
        perform private.take('start:' || address.id, 5, 5 / 3600.0);
        insert into public.conversations (
            account_id, inbox_id, contact_id, contact_inbox_id, additional_attributes)
        values (
            address.account_id, address.inbox_id, address.contact_id, address.id,
            case when p_page_url ~ '^https?://' and char_length(p_page_url) <= 2000
                then jsonb_build_object('referer', p_page_url) else '{}' end)
        returning * into conversation;
    end if;
    message := private.widget_send_message(conversation.id, p_message_id, p_content);
    select * into conversation from public.conversations where id = conversation.id;
    return jsonb_build_object(
        'conversation', private.visitor_conversation_json(conversation), 'message', message);
end;
$function$;

CREATE OR REPLACE FUNCTION private.widget_submit_form(p_conversation_id uuid, p_message_id uuid, p_values jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations := private.visitor_conversation(p_conversation_id);
    message public.messages;
    address text;
    submitted jsonb;
begin
    perform private.take('form:' || conversation.contact_inbox_id, 10, 10 / 60.0);
    -- The contact before the conversation, as everywhere.
    perform from public.contacts where id = conversation.contact_id for no key update;
    perform from public.conversations where id = p_conversation_id for no key update;
    select * into message
    from public.messages
    where conversation_id = p_conversation_id and id = p_message_id;
    if message.id is null or not private.is_visible_to_visitor(message) or message.message_type = 'incoming' then
        perform private.fail(404, 'message_not_found', 'There is no such message.');
    end if;
    if jsonb_typeof(p_values) is distinct from 'object' then
        perform private.fail(400, 'values_invalid', 'These values do not fit the form.');
    end if;
    if message.content_type = 'input_email' then
        address := lower(btrim(p_values ->> 'email'));
        if address is null or char_length(address) > 254 or address !~ '^[^@\s]+@[^@\s]+\.[^@\s]+$' then
            perform private.fail(400, 'email_invalid', 'This does not look like an e-mail address.');
        end if;
        submitted := jsonb_build_object('submitted_email', address);
    else
        submitted := jsonb_build_object('submitted_values', private.submitted_values(message, p_values));
    end if;
    if message.content_attributes ?| array['submitted_email', 'submitted_values'] then
        if not message.content_attributes @> submitted then
            perform private.fail(409, 'already_submitted', 'This was filled in before.');
        end if;
        return private.visitor_message_json(message);
    end if;
    if address is not null then
        perform private.take_email(conversation.contact_id, address);
    end if;
    update public.messages
    set content_attributes = content_attributes || submitted
    where conversation_id = p_conversation_id and id = p_message_id
    returning * into message;
    return private.visitor_message_json(message);
end;
$function$;

ALTER FUNCTION "private"."widget_submit_form"(uuid, uuid, jsonb) OWNER TO "postgres";

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

CREATE OR REPLACE FUNCTION private.write_activity(p_conversation public.conversations, p_key text, p_params jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    -- One pass: what a parameter says is never taken for a placeholder.
    sentence text := '';
    part text;
    name text;
begin
    for part in
        select piece[1]
        from regexp_matches(
            private.activity_text(private.locale_of(p_conversation.account_id), p_key), '%[a-z]+%|[^%]+|%', 'g') as piece
    loop
        name := substring(part from '^%([a-z]+)%$');
        sentence := sentence || coalesce(p_params ->> name, part);
    end loop;
    insert into public.messages (conversation_id, message_type, content, content_attributes)
    values (
        p_conversation.id, 'activity', sentence,
        jsonb_build_object('activity', jsonb_build_object('key', p_key, 'params', p_params)));
end;
$function$;

CREATE OR REPLACE FUNCTION private.write_message()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    -- No client can name message_type, so activity lines and templates come from our own functions.
    client constant text := case
        when new.message_type in ('activity', 'template') then 'system'
        else coalesce(current_setting('role', true), 'none') end;
    conversation public.conversations;
    contact public.contacts;
    recent int;
    public_reply boolean;
    for_visitor boolean;
    reopened text;
    came_in boolean;
    sender_is_contact boolean;
begin
    -- Clients' rights come first: a trigger runs before the policy's check, and must not tell a stranger
    -- more than it. The answer is the same for a conversation that is missing and one that is not theirs.
    select * into conversation from public.conversations where id = new.conversation_id;
    if conversation.id is null
        or (client = 'authenticated' and not private.sees(auth.uid(), conversation))
        or (client = 'visitor' and conversation.contact_inbox_id is distinct from private.visitor_contact_inbox_id())
    then
        perform private.fail(404, 'conversation_not_found', 'There is no such conversation.');
    end if;

    if client in ('authenticated', 'visitor') then
        -- A template has words of its own.
        if private.is_blank(new.content) and new.attachments_at is null and not new.content_attributes ? 'template_params' then
            perform private.fail(400, 'message_empty', 'Write something first.');
        end if;
        new.content_type := 'text';
        new.created_at := now();
        new.source_id := null;
    end if;
    if client = 'authenticated' then
        new.message_type := 'outgoing';
        new.sender_user_id := auth.uid();
        new.sender_contact_id := null;
        if new.content_attributes <> '{}' then
            new.content_attributes := private.client_attributes(new.content_attributes, new.private);
        end if;
        if new.content_attributes ? 'items' then
            if new.private or new.content_attributes ? 'template_params' then
                perform private.fail(400, 'content_attributes_invalid', 'items are not for notes, and not for templates.');
            end if;
            new.content_type := 'input_select';
            new.content_attributes := new.content_attributes || jsonb_build_object('items', (
                select private.options_of(new.content_attributes -> 'items', inbox.channel_type)
                from public.inboxes as inbox
                where inbox.id = conversation.inbox_id));
        end if;
        new.status := case when new.private then 'sent' else private.initial_status(conversation.inbox_id) end;
        if char_length(new.content) > 150000 then
            perform private.fail(400, 'message_too_long', 'A message has 150,000 characters at most.');
        end if;
    elsif client = 'visitor' then
        new.message_type := 'incoming';
        new.private := false;
        new.content_attributes := '{}';
        new.sender_user_id := null;
        new.sender_contact_id := conversation.contact_id;
        new.status := 'sent';
        if char_length(new.content) > 10000 then
            perform private.fail(400, 'message_too_long', 'A message has 10,000 characters at most.');
        end if;
        if not private.can_visitor_reply(conversation) then
            perform private.fail(
                409, 'conversation_resolved', 'This conversation is closed.', 'Start a new conversation.');
        end if;
        perform private.take('visitor:' || conversation.contact_inbox_id, 20, 1);
    end if;
    new.account_id := conversation.account_id;
    new.inbox_id := conversation.inbox_id;
    new.updated_at := now();
    if new.content_attributes ?| array['in_reply_to', 'in_reply_to_external_id'] then
        new.content_attributes := private.resolve_reply(new);
    end if;
    -- What was said before the inbox was connected is shown, and no news: nobody waits for an answer to it.
    came_in := new.message_type = 'incoming' and not new.content_attributes ? 'history';

    -- Locks are taken in the order contact, conversation, message, here and everywhere.
    if came_in then
        -- Held, so that a merge of the contact comes before this message or after it, and never in between.
        perform from public.contacts where id = conversation.contact_id for key share;
        update public.contacts set last_activity_at = now()
        where id = conversation.contact_id
            and (last_activity_at is null or last_activity_at < now() - interval '1 minute');
    end if;
    sender_is_contact := new.sender_contact_id = conversation.contact_id;
    select * into conversation from public.conversations where id = new.conversation_id for no key update;
    if sender_is_contact then
        new.sender_contact_id := conversation.contact_id;  -- who was merged meanwhile
    end if;
    -- Asked before anything moves: an insert that conflicts runs this trigger too, also when it is to do nothing.
    if exists (select from public.messages where conversation_id = new.conversation_id and id = new.id) then
        perform private.fail(409, 'message_id_taken', 'Another message has this id.');
    end if;

    -- Counted only where so many are possible: a change moves last_seq, and a message last_activity_at too.
    if client in ('authenticated', 'visitor')
        and conversation.last_seq >= 200
        and conversation.last_activity_at > now() - interval '1 minute'
    then
        select count(*) into recent
        from (
            select from public.messages
            where conversation_id = new.conversation_id
                and seq > conversation.last_seq - 400
                and created_at > now() - interval '1 minute'
            limit 200
        ) as minute;
        if recent >= 200 then
            perform private.fail(
                429, 'too_many_messages', 'This conversation got 200 messages within a minute.', 'Wait a minute.');
        end if;
    end if;

    -- Not what was written elsewhere and comes back from the provider.
    if new.message_type in ('outgoing', 'template') and not new.content_attributes ? 'external_echo' then
        if new.content_attributes ? 'template_params' then
            select * into contact from public.contacts where id = conversation.contact_id;
            new := private.fill_channel_template(new, conversation, contact);
        else
            if client = 'authenticated' and not new.private then
                perform private.require_open_window(conversation);
            end if;
            if strpos(new.content, '{{') > 0 then
                select * into contact from public.contacts where id = conversation.contact_id;
                new.content := private.render_variables(new.content, conversation, contact, new.sender_user_id);
            end if;
        end if;
    end if;

    -- A human's public answer: what ends the waiting.
    public_reply := new.message_type = 'outgoing' and not new.private and new.sender_user_id is not null
        and not new.content_attributes ? 'automation_rule_id' and not new.content_attributes ? 'campaign_id';
    reopened := conversation.status;
    if came_in and reopened in ('snoozed', 'resolved') then
        select private.reopened_status(conversation, writer.blocked) into reopened
        from public.contacts as writer where writer.id = conversation.contact_id;
    end if;
    for_visitor := private.is_visible_to_visitor(new);

    update public.conversations
    set last_seq = last_seq + 1,
        last_visitor_seq = last_visitor_seq + for_visitor::int,
        last_activity_at = greatest(last_activity_at, new.created_at),
        status = reopened,
        waiting_since = case
            when public_reply then null
            when came_in then coalesce(waiting_since, new.created_at)
            else waiting_since end,
        first_reply_created_at = case
            when public_reply then coalesce(first_reply_created_at, new.created_at)
            else first_reply_created_at end,
        unread_count = unread_count + came_in::int,
        visitor_unread_count = visitor_unread_count
            + (new.message_type in ('outgoing', 'template') and not new.private
                and not new.content_attributes ? 'history')::int,
        -- Lists show what people said; the system's own lines only where there is nothing else.
        preview = case when new.message_type = 'activity'
            or (new.message_type = 'template' and preview is not null)
            then preview else jsonb_build_object(
            'content', left(new.content, 200),
            'message_type', new.message_type,
            'private', new.private,
            'attachments', new.attachments_at is not null,
            'sender_name', private.sender_json(new.sender_user_id, new.sender_contact_id, new.inbox_id) ->> 'name',
            'created_at', new.created_at) end
    where id = new.conversation_id
    returning * into conversation;

    new.seq := conversation.last_seq;
    new.updated_seq := conversation.last_seq;
    new.visitor_seq := case when for_visitor then conversation.last_visitor_seq end;
    return new;
end;
$function$;

CREATE OR REPLACE FUNCTION public.accept_invitation(p_token text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.accept_invitation(p_token)
$function$;

ALTER FUNCTION "public"."accept_invitation"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.active_contacts(p_account_id uuid, p_limit integer DEFAULT 15)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.active_contacts(p_account_id, p_limit)
$function$;

ALTER FUNCTION "public"."active_contacts"(uuid, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.api_channel_settings(p_inbox_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.api_channel_settings(p_inbox_id)
$function$;

ALTER FUNCTION "public"."api_channel_settings"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.begin_channel_action(p_inbox_id uuid, p_action text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.begin_channel_action(p_inbox_id, p_action)
$function$;

ALTER FUNCTION "public"."begin_channel_action"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.begin_mailbox_sign_in(p_account_id uuid, p_provider text, p_state_hash text, p_verifier text, p_inbox_id uuid DEFAULT NULL::uuid, p_inbox_name text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.begin_mailbox_sign_in(p_account_id, p_provider, p_state_hash, p_verifier, p_inbox_id, p_inbox_name)
$function$;

ALTER FUNCTION "public"."begin_mailbox_sign_in"(uuid, text, text, text, uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.bulk_update(p_ids uuid[], p_changes jsonb)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.bulk_update(p_ids, p_changes)
$function$;

ALTER FUNCTION "public"."bulk_update"(uuid[], jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.bulk_update_each(p_ids uuid[], p_changes jsonb)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.bulk_update_each(p_ids, p_changes)
$function$;

ALTER FUNCTION "public"."bulk_update_each"(uuid[], jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.canned_response_list(p_account_id uuid, p_query text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.canned_response_list(p_account_id, p_query)
$function$;

ALTER FUNCTION "public"."canned_response_list"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.channel_test_recipients(p_inbox_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.channel_test_recipients(p_inbox_id)
$function$;

ALTER FUNCTION "public"."channel_test_recipients"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.connect_channel(p_account_id uuid, p_name text, p_channel_type text, p_address text, p_settings jsonb DEFAULT '{}'::jsonb, p_secrets jsonb DEFAULT '{}'::jsonb, p_aliases text[] DEFAULT '{}'::text[])
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.connect_channel(
        p_account_id, p_name, p_channel_type, p_address, p_settings, p_secrets, p_aliases)
$function$;

ALTER FUNCTION "public"."connect_channel"(uuid, text, text, text, jsonb, jsonb, text[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.connection_failures(p_inbox_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.connection_failures(p_inbox_id)
$function$;

ALTER FUNCTION "public"."connection_failures"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.contact_filter(p_account_id uuid, p_conditions jsonb, p_query text DEFAULT NULL::text, p_sort text DEFAULT '-last_activity_at'::text, p_cursor jsonb DEFAULT NULL::jsonb, p_limit integer DEFAULT 25)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.contact_filter(p_account_id, p_conditions, p_query, p_sort, p_cursor, p_limit)
$function$;

ALTER FUNCTION "public"."contact_filter"(uuid, jsonb, text, text, jsonb, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.contact_list(p_account_id uuid, p_query text DEFAULT NULL::text, p_sort text DEFAULT '-last_activity_at'::text, p_labels text[] DEFAULT NULL::text[], p_cursor jsonb DEFAULT NULL::jsonb, p_limit integer DEFAULT 15)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.contact_list(p_account_id, p_query, p_sort, p_labels, p_cursor, p_limit)
$function$;

ALTER FUNCTION "public"."contact_list"(uuid, text, text, text[], jsonb, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.contactable_inboxes(p_contact_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.contactable_inboxes(p_contact_id)
$function$;

ALTER FUNCTION "public"."contactable_inboxes"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.conversation_filter(p_account_id uuid, p_conditions jsonb, p_sort text DEFAULT 'newest'::text, p_cursor jsonb DEFAULT NULL::jsonb, p_limit integer DEFAULT 25, p_ids uuid[] DEFAULT NULL::uuid[])
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.conversation_filter(p_account_id, p_conditions, p_sort, p_cursor, p_limit, p_ids)
$function$;

ALTER FUNCTION "public"."conversation_filter"(uuid, jsonb, text, jsonb, integer, uuid[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.conversation_list(p_account_id uuid, p_tab text DEFAULT 'mine'::text, p_status text DEFAULT 'open'::text, p_inbox_id uuid DEFAULT NULL::uuid, p_sort text DEFAULT 'newest'::text, p_cursor jsonb DEFAULT NULL::jsonb, p_limit integer DEFAULT 25, p_team_id uuid DEFAULT NULL::uuid, p_labels text[] DEFAULT NULL::text[], p_view text DEFAULT NULL::text, p_priority text DEFAULT NULL::text, p_assignee_id uuid DEFAULT NULL::uuid)
 RETURNS json
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.conversation_list(
        p_account_id, p_tab, p_status, p_inbox_id, p_sort, p_cursor, p_limit, p_team_id, p_labels, p_view, p_priority,
        p_assignee_id)
$function$;

ALTER FUNCTION "public"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.conversation_rows(p_ids uuid[])
 RETURNS json
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.visible_conversation_rows(p_ids)
$function$;

ALTER FUNCTION "public"."conversation_rows"(uuid[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.delete_canned_response(p_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.delete_canned_response(p_id)
$function$;

ALTER FUNCTION "public"."delete_canned_response"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.delete_contact(p_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.delete_contact(p_id)
$function$;

ALTER FUNCTION "public"."delete_contact"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.delete_conversation(p_conversation_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.delete_conversation(p_conversation_id)
$function$;

ALTER FUNCTION "public"."delete_conversation"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.delete_custom_attribute(p_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.delete_custom_attribute(p_id)
$function$;

ALTER FUNCTION "public"."delete_custom_attribute"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.delete_custom_filter(p_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.delete_custom_filter(p_id)
$function$;

ALTER FUNCTION "public"."delete_custom_filter"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.delete_custom_role(p_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.delete_custom_role(p_id)
$function$;

ALTER FUNCTION "public"."delete_custom_role"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.delete_inbox(p_inbox_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.delete_inbox(p_inbox_id)
$function$;

ALTER FUNCTION "public"."delete_inbox"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.delete_label(p_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.delete_label(p_id)
$function$;

ALTER FUNCTION "public"."delete_label"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.delete_message(p_conversation_id uuid, p_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.delete_message(p_conversation_id, p_id)
$function$;

ALTER FUNCTION "public"."delete_message"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.delete_note(p_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.delete_note(p_id)
$function$;

ALTER FUNCTION "public"."delete_note"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.delete_notifications(p_account_id uuid, p_ids uuid[] DEFAULT NULL::uuid[], p_read_only boolean DEFAULT false)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.delete_notifications(p_account_id, p_ids, p_read_only)
$function$;

ALTER FUNCTION "public"."delete_notifications"(uuid, uuid[], boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.delete_team(p_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.delete_team(p_id)
$function$;

ALTER FUNCTION "public"."delete_team"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.edit_message(p_conversation_id uuid, p_id uuid, p_content text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.edit_message(p_conversation_id, p_id, p_content)
$function$;

ALTER FUNCTION "public"."edit_message"(uuid, uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.heartbeat(p_account_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.heartbeat(p_account_id)
$function$;

ALTER FUNCTION "public"."heartbeat"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.identity_secret(p_inbox_id uuid, p_rotate boolean DEFAULT false)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.identity_secret(p_inbox_id, p_rotate)
$function$;

ALTER FUNCTION "public"."identity_secret"(uuid, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.invite_member(p_account_id uuid, p_email text, p_name text DEFAULT ''::text, p_role text DEFAULT 'agent'::text, p_custom_role_id uuid DEFAULT NULL::uuid)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.invite_member(p_account_id, p_email, p_name, p_role, p_custom_role_id)
$function$;

ALTER FUNCTION "public"."invite_member"(uuid, text, text, text, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.mark_notifications_read(p_account_id uuid, p_ids uuid[] DEFAULT NULL::uuid[])
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.mark_notifications_read(p_account_id, p_ids)
$function$;

ALTER FUNCTION "public"."mark_notifications_read"(uuid, uuid[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.merge_contacts(p_base_id uuid, p_mergee_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.merge_contacts(p_base_id, p_mergee_id)
$function$;

ALTER FUNCTION "public"."merge_contacts"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.message_changes(p_conversation_id uuid, p_after_seq bigint)
 RETURNS json
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.message_changes(p_conversation_id, p_after_seq)
$function$;

ALTER FUNCTION "public"."message_changes"(uuid, bigint) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.message_page(p_conversation_id uuid, p_before_seq bigint DEFAULT NULL::bigint, p_limit integer DEFAULT 30)
 RETURNS json
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.message_page(p_conversation_id, p_before_seq, p_limit)
$function$;

ALTER FUNCTION "public"."message_page"(uuid, bigint, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.mute_contact(p_conversation_id uuid, p_muted boolean)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.mute_contact(p_conversation_id, p_muted)
$function$;

ALTER FUNCTION "public"."mute_contact"(uuid, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.notification_list(p_account_id uuid, p_cursor jsonb DEFAULT NULL::jsonb, p_limit integer DEFAULT 15, p_unread boolean DEFAULT false)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.notification_list(p_account_id, p_cursor, p_limit, p_unread)
$function$;

ALTER FUNCTION "public"."notification_list"(uuid, jsonb, integer, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.online_users(p_account_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.online_users(p_account_id)
$function$;

ALTER FUNCTION "public"."online_users"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.reconnect_channel(p_inbox_id uuid, p_settings jsonb DEFAULT '{}'::jsonb, p_secrets jsonb DEFAULT '{}'::jsonb)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.reconnect_channel(p_inbox_id, p_settings, p_secrets)
$function$;

ALTER FUNCTION "public"."reconnect_channel"(uuid, jsonb, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.remove_member(p_account_id uuid, p_user_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
 SET statement_timeout TO '60s'
AS $function$
    select private.remove_member(p_account_id, p_user_id)
$function$;

ALTER FUNCTION "public"."remove_member"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.reply_window(p_conversation_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.reply_window(p_conversation_id)
$function$;

ALTER FUNCTION "public"."reply_window"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.request_upload(p_conversation_id uuid, p_files jsonb)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.request_upload(p_conversation_id, p_files)
$function$;

ALTER FUNCTION "public"."request_upload"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.retry_message(p_conversation_id uuid, p_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.retry_message(p_conversation_id, p_id)
$function$;

ALTER FUNCTION "public"."retry_message"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.revoke_invitation(p_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.revoke_invitation(p_id)
$function$;

ALTER FUNCTION "public"."revoke_invitation"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.save_api_channel(p_inbox_id uuid, p_webhook_url text DEFAULT NULL::text, p_hmac_mandatory boolean DEFAULT NULL::boolean)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.save_api_channel(p_inbox_id, p_webhook_url, p_hmac_mandatory)
$function$;

ALTER FUNCTION "public"."save_api_channel"(uuid, text, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.save_canned_response(p_account_id uuid, p_id uuid, p_short_code text, p_content text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.save_canned_response(p_account_id, p_id, p_short_code, p_content)
$function$;

ALTER FUNCTION "public"."save_canned_response"(uuid, uuid, text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.save_contact(p_account_id uuid, p_id uuid, p_values jsonb)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.save_contact(p_account_id, p_id, p_values)
$function$;

ALTER FUNCTION "public"."save_contact"(uuid, uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.save_custom_attribute(p_account_id uuid, p_id uuid, p_values jsonb)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.save_custom_attribute(p_account_id, p_id, p_values)
$function$;

ALTER FUNCTION "public"."save_custom_attribute"(uuid, uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.save_custom_filter(p_account_id uuid, p_id uuid, p_name text, p_conditions jsonb, p_shared boolean DEFAULT false, p_type text DEFAULT 'conversation'::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.save_custom_filter(p_account_id, p_id, p_name, p_conditions, p_shared, p_type)
$function$;

ALTER FUNCTION "public"."save_custom_filter"(uuid, uuid, text, jsonb, boolean, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.save_custom_role(p_account_id uuid, p_id uuid, p_name text, p_description text DEFAULT ''::text, p_permissions text[] DEFAULT '{}'::text[])
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.save_custom_role(p_account_id, p_id, p_name, p_description, p_permissions)
$function$;

ALTER FUNCTION "public"."save_custom_role"(uuid, uuid, text, text, text[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.save_label(p_account_id uuid, p_id uuid, p_title text, p_description text DEFAULT NULL::text, p_color text DEFAULT NULL::text, p_show_on_sidebar boolean DEFAULT NULL::boolean)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.save_label(p_account_id, p_id, p_title, p_description, p_color, p_show_on_sidebar)
$function$;

ALTER FUNCTION "public"."save_label"(uuid, uuid, text, text, text, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.save_note(p_contact_id uuid, p_id uuid, p_content text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.save_note(p_contact_id, p_id, p_content)
$function$;

ALTER FUNCTION "public"."save_note"(uuid, uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.save_team(p_account_id uuid, p_id uuid, p_name text, p_description text DEFAULT ''::text, p_allow_auto_assign boolean DEFAULT true)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.save_team(p_account_id, p_id, p_name, p_description, p_allow_auto_assign)
$function$;

ALTER FUNCTION "public"."save_team"(uuid, uuid, text, text, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.search(p_account_id uuid, p_query text, p_kind text DEFAULT 'all'::text, p_cursor jsonb DEFAULT NULL::jsonb, p_limit integer DEFAULT 15)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.search(p_account_id, p_query, p_kind, p_cursor, p_limit)
$function$;

ALTER FUNCTION "public"."search"(uuid, text, text, jsonb, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.send_message(p_conversation_id uuid, p_id uuid, p_content text, p_private boolean DEFAULT false, p_expected_last_seq bigint DEFAULT NULL::bigint, p_attachments uuid[] DEFAULT '{}'::uuid[], p_in_reply_to uuid DEFAULT NULL::uuid, p_content_attributes jsonb DEFAULT '{}'::jsonb)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.send_message(
        p_conversation_id, p_id, p_content, p_private, p_expected_last_seq, p_attachments, p_in_reply_to,
        p_content_attributes)
$function$;

ALTER FUNCTION "public"."send_message"(uuid, uuid, text, boolean, bigint, uuid[], uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.set_availability(p_account_id uuid, p_availability text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.set_availability(p_account_id, p_availability)
$function$;

ALTER FUNCTION "public"."set_availability"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.set_contact_labels(p_contact_id uuid, p_labels text[])
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.set_contact_labels(p_contact_id, p_labels)
$function$;

ALTER FUNCTION "public"."set_contact_labels"(uuid, text[]) OWNER TO "postgres";

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

CREATE OR REPLACE FUNCTION public.set_member(p_account_id uuid, p_user_id uuid, p_role text, p_custom_role_id uuid DEFAULT NULL::uuid)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.set_member(p_account_id, p_user_id, p_role, p_custom_role_id)
$function$;

ALTER FUNCTION "public"."set_member"(uuid, uuid, text, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.set_participant(p_conversation_id uuid, p_user_id uuid, p_participant boolean)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.set_participant(p_conversation_id, p_user_id, p_participant)
$function$;

ALTER FUNCTION "public"."set_participant"(uuid, uuid, boolean) OWNER TO "postgres";

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

CREATE OR REPLACE FUNCTION public.set_team_member(p_team_id uuid, p_user_id uuid, p_member boolean)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.set_team_member(p_team_id, p_user_id, p_member)
$function$;

ALTER FUNCTION "public"."set_team_member"(uuid, uuid, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.set_working_hours(p_inbox_id uuid, p_rows jsonb)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.set_working_hours(p_inbox_id, p_rows)
$function$;

ALTER FUNCTION "public"."set_working_hours"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.start_conversation(p_account_id uuid, p_contact_id uuid, p_inbox_id uuid, p_message_id uuid DEFAULT NULL::uuid, p_content text DEFAULT NULL::text, p_assignee_id uuid DEFAULT NULL::uuid, p_team_id uuid DEFAULT NULL::uuid, p_content_attributes jsonb DEFAULT '{}'::jsonb)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.start_conversation(
        p_account_id, p_contact_id, p_inbox_id, p_message_id, p_content, p_assignee_id, p_team_id, p_content_attributes)
$function$;

ALTER FUNCTION "public"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.sync_templates(p_inbox_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.sync_templates(p_inbox_id)
$function$;

ALTER FUNCTION "public"."sync_templates"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.take_mailbox_sign_in(p_provider text, p_state_hash text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.take_mailbox_sign_in(p_provider, p_state_hash)
$function$;

ALTER FUNCTION "public"."take_mailbox_sign_in"(text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.template_list(p_inbox_id uuid, p_query text DEFAULT NULL::text, p_approved boolean DEFAULT false, p_limit integer DEFAULT 100)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
    select private.template_list(p_inbox_id, p_query, p_approved, p_limit)
$function$;

ALTER FUNCTION "public"."template_list"(uuid, text, boolean, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.toggle_status(p_conversation_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.toggle_status(p_conversation_id)
$function$;

ALTER FUNCTION "public"."toggle_status"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.widget_end_conversation(p_conversation_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.widget_end_conversation(p_conversation_id)
$function$;

ALTER FUNCTION "public"."widget_end_conversation"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.widget_heartbeat()
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.widget_heartbeat()
$function$;

ALTER FUNCTION "public"."widget_heartbeat"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.widget_identify(p_values jsonb)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.widget_identify(p_values)
$function$;

ALTER FUNCTION "public"."widget_identify"(jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.widget_request_upload(p_conversation_id uuid, p_files jsonb)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.widget_request_upload(p_conversation_id, p_files)
$function$;

ALTER FUNCTION "public"."widget_request_upload"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.widget_send_message(p_conversation_id uuid, p_id uuid, p_content text, p_attachments uuid[] DEFAULT '{}'::uuid[])
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.widget_send_message(p_conversation_id, p_id, p_content, p_attachments)
$function$;

ALTER FUNCTION "public"."widget_send_message"(uuid, uuid, text, uuid[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION public.widget_submit_form(p_conversation_id uuid, p_message_id uuid, p_values jsonb)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
    select private.widget_submit_form(p_conversation_id, p_message_id, p_values)
$function$;

ALTER FUNCTION "public"."widget_submit_form"(uuid, uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.api_conversation_action(p_inbox_id uuid, p_source_id text, p_display_id bigint, p_action text, p_typing boolean DEFAULT false)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations := private.api_conversation(private.api_address(p_inbox_id, p_source_id), p_display_id);
    contact public.contacts;
begin
    case p_action
        when 'toggle_status' then
            update public.conversations
            set status = case when status = 'open' then 'resolved' else 'open' end
            where id = conversation.id
            returning * into conversation;
        when 'update_last_seen' then
            update public.conversations
            set contact_last_seen_at = now(), visitor_unread_count = 0
            where id = conversation.id;
            perform private.apply_status(message, '{"status": "read"}')
            from public.messages as message
            where message.conversation_id = conversation.id
                and message.seq > conversation.last_seq - 500
                and message.message_type in ('outgoing', 'template') and not message.private
                and message.status in ('sent', 'delivered');
        when 'toggle_typing' then
            perform private.take('api_typing:' || conversation.id, 5, 1);
            select * into contact from public.contacts where id = conversation.contact_id;
            perform private.broadcast(
                private.topic_of(conversation), 'typing',
                jsonb_build_object(
                    'conversation_id', conversation.id, 'typing', p_typing, 'private', false,
                    'actor', jsonb_build_object('type', 'contact', 'id', contact.id, 'name', contact.name)));
        else
            perform private.fail(400, 'invalid_argument', 'The action is toggle_status, update_last_seen or toggle_typing.');
    end case;
    return private.api_conversation_json(conversation);
end;
$function$;

ALTER FUNCTION "service"."api_conversation_action"(uuid, text, bigint, text, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.api_conversations(p_inbox_id uuid, p_source_id text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce(jsonb_agg(private.api_conversation_json(conversation) order by conversation.id desc), '[]')
    from public.conversations as conversation
    join private.api_address(p_inbox_id, p_source_id) as address
        on conversation.account_id = address.account_id and conversation.contact_inbox_id = address.id
$function$;

ALTER FUNCTION "service"."api_conversations"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.api_inbox(p_identifier text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'inbox_id', inbox.id,
        'account_id', inbox.account_id,
        'name', inbox.name,
        'timezone', inbox.timezone,
        'working_hours_enabled', inbox.working_hours_enabled,
        'hmac_token', secret.secrets ->> 'hmac_token',
        'hmac_mandatory', coalesce((secret.secrets ->> 'hmac_mandatory')::boolean, false))
    from public.channel_apis as channel
    join public.inboxes as inbox on inbox.id = channel.inbox_id
    join public.accounts as account on account.id = inbox.account_id
    join private.channel_secrets as secret on secret.inbox_id = inbox.id
    where channel.identifier = p_identifier and account.status = 'active'
$function$;

ALTER FUNCTION "service"."api_inbox"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.api_messages(p_inbox_id uuid, p_source_id text, p_display_id bigint, p_before_seq bigint DEFAULT NULL::bigint)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation constant public.conversations := private.api_conversation(
        private.api_address(p_inbox_id, p_source_id), p_display_id);
begin
    return coalesce((
        select jsonb_agg(private.api_message_json(message) || jsonb_build_object('seq', message.seq) order by message.seq)
        from (
            select *
            from public.messages
            where conversation_id = conversation.id and visitor_seq is not null
                and seq < coalesce(p_before_seq, 9223372036854775807)
            order by seq desc
            limit 50
        ) as message), '[]');
end;
$function$;

ALTER FUNCTION "service"."api_messages"(uuid, text, bigint, bigint) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.api_save_contact(p_inbox_id uuid, p_source_id text, p_contact jsonb, p_create boolean)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    inbox constant public.inboxes := private.received_inbox(p_inbox_id);
    given_source constant text := coalesce(nullif(btrim(p_source_id), ''), gen_random_uuid()::text);
    address public.contact_inboxes;
    person public.contacts;
begin
    perform private.take('api_contact:' || p_inbox_id, 600, 10);
    perform private.lock_address(p_inbox_id, given_source);
    if p_create then
        select * into address from public.contact_inboxes where inbox_id = p_inbox_id and source_id = given_source;
        if address.id is null then
            select * into person
            from public.contacts
            where account_id = inbox.account_id and identifier = nullif(btrim(p_contact ->> 'identifier'), '')
                and (p_contact ->> 'verified')::boolean;
            if person.id is null then
                insert into public.contacts (account_id, name) values (inbox.account_id, '') returning * into person;
            end if;
            insert into public.contact_inboxes (account_id, contact_id, inbox_id, source_id)
            values (inbox.account_id, person.id, p_inbox_id, given_source)
            returning * into address;
        end if;
    else
        address := private.api_address(p_inbox_id, p_source_id);
    end if;
    -- An e-mail address, number or identifier that another contact has is not taken over.
    update public.contacts as contact
    set name = coalesce(nullif(left(btrim(p_contact ->> 'name'), 255), ''), contact.name),
        email = case when exists (
            select from public.contacts as other
            where other.account_id = contact.account_id and other.email = lower(btrim(p_contact ->> 'email')) and other.id <> contact.id)
            then contact.email else coalesce(nullif(lower(btrim(p_contact ->> 'email')), ''), contact.email) end,
        phone_number = case when exists (
            select from public.contacts as other
            where other.account_id = contact.account_id and other.phone_number = btrim(p_contact ->> 'phone_number') and other.id <> contact.id)
            then contact.phone_number else coalesce(nullif(btrim(p_contact ->> 'phone_number'), ''), contact.phone_number) end,
        identifier = case when exists (
            select from public.contacts as other
            where other.account_id = contact.account_id and other.identifier = btrim(p_contact ->> 'identifier') and other.id <> contact.id)
            then contact.identifier else coalesce(nullif(btrim(p_contact ->> 'identifier'), ''), contact.identifier) end,
        avatar_url = coalesce(nullif(p_contact ->> 'avatar_url', ''), contact.avatar_url),
        identified = case when (p_contact ->> 'verified')::boolean then 'verified' else contact.identified end,
        custom_attributes = contact.custom_attributes || coalesce(nullif(p_contact -> 'custom_attributes', 'null'), '{}')
    where contact.id = address.contact_id
    returning * into person;
    return jsonb_build_object(
        'source_id', address.source_id,
        'contact_inbox_id', address.id,
        'contact_id', person.id,
        'account_id', person.account_id,
        'id', person.id,
        'name', person.name,
        'email', person.email,
        'phone_number', person.phone_number,
        'identifier', person.identifier);
end;
$function$;

ALTER FUNCTION "service"."api_save_contact"(uuid, text, jsonb, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.api_send_message(p_inbox_id uuid, p_source_id text, p_display_id bigint, p_message jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation constant public.conversations := private.api_conversation(
        private.api_address(p_inbox_id, p_source_id), p_display_id);
    -- The program's own id, or the one of its outbox: either makes sending again send once.
    given_source constant text := coalesce(p_message ->> 'source_id', 'echo:' || (p_message ->> 'echo_id'));
    made public.messages;
begin
    perform private.take('api_message:' || conversation.id, 200, 200 / 60.0);
    perform private.lock_address(p_inbox_id, p_source_id);
    select * into made from public.messages where inbox_id = p_inbox_id and source_id = given_source;
    if made.id is null then
        insert into public.messages (conversation_id, message_type, content, sender_contact_id, source_id)
        values (
            conversation.id, 'incoming', left(coalesce(p_message ->> 'content', ''), 150000), conversation.contact_id, given_source)
        returning * into made;
    elsif made.conversation_id <> conversation.id
        or made.message_type <> 'incoming'
        or not private.says(made, left(p_message ->> 'content', 150000))
    then
        perform private.fail(409, 'message_id_taken', 'Another message has this id.');
    end if;
    return private.api_message_json(made) || jsonb_build_object('echo_id', p_message ->> 'echo_id');
end;
$function$;

ALTER FUNCTION "service"."api_send_message"(uuid, text, bigint, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.api_start_conversation(p_inbox_id uuid, p_source_id text, p_custom_attributes jsonb DEFAULT '{}'::jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    inbox constant public.inboxes := private.received_inbox(p_inbox_id);
    address constant public.contact_inboxes := private.api_address(p_inbox_id, p_source_id);
    conversation public.conversations;
begin
    perform private.take('api_start:' || address.id, 20, 20 / 3600.0);
    perform private.lock_address(p_inbox_id, p_source_id);
    if inbox.lock_to_single_conversation then
        select * into conversation
        from public.conversations
        where account_id = address.account_id and contact_inbox_id = address.id
        order by id desc
        limit 1;
    end if;
    if conversation.id is null then
        insert into public.conversations (account_id, inbox_id, contact_id, contact_inbox_id, status, custom_attributes)
        values (
            address.account_id, address.inbox_id, address.contact_id, address.id,
            case when (select contact.blocked from public.contacts as contact where contact.id = address.contact_id)
                then 'resolved' else 'open' end,
            coalesce(p_custom_attributes, '{}'))
        returning * into conversation;
    end if;
    return private.api_conversation_json(conversation);
end;
$function$;

ALTER FUNCTION "service"."api_start_conversation"(uuid, text, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.api_update_message(p_inbox_id uuid, p_source_id text, p_display_id bigint, p_message_id uuid, p_status jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation constant public.conversations := private.api_conversation(
        private.api_address(p_inbox_id, p_source_id), p_display_id);
    message public.messages;
begin
    select * into message
    from public.messages
    where conversation_id = conversation.id and id = p_message_id and visitor_seq is not null;
    if message.id is null then
        perform private.fail(404, 'message_not_found', 'There is no such message.');
    end if;
    if message.message_type not in ('outgoing', 'template') or p_status ->> 'status' not in ('sent', 'delivered', 'read', 'failed') then
        perform private.fail(400, 'status_invalid', 'An agent''s message can be sent, delivered, read or failed.');
    end if;
    perform private.apply_status(message, p_status || jsonb_build_object('error_text', p_status ->> 'external_error'));
    select * into message from public.messages where conversation_id = conversation.id and id = p_message_id;
    return private.api_message_json(message);
end;
$function$;

ALTER FUNCTION "service"."api_update_message"(uuid, text, bigint, uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.attachment_arrived(p_attachment_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    attachment public.attachments;
begin
    select * into attachment from public.attachments where id = p_attachment_id and state = 'pending';
    if attachment.id is null then
        return;
    end if;
    delete from private.attachment_sources where attachment_id = p_attachment_id;
    perform private.enqueue(
        'process_attachment', jsonb_build_object('attachment_id', p_attachment_id), attachment.account_id,
        p_dedupe_key => p_attachment_id::text, p_priority => 50);
end;
$function$;

ALTER FUNCTION "service"."attachment_arrived"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.attachment_lost(p_attachment_id uuid, p_error text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    attachment public.attachments;
begin
    update public.attachments
    set state = 'failed', error = left(p_error, 200)
    where id = p_attachment_id and state = 'pending'
    returning * into attachment;
    if attachment.message_id is not null then
        perform private.touch_message(attachment.conversation_id, attachment.message_id);
    end if;
end;
$function$;

ALTER FUNCTION "service"."attachment_lost"(uuid, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.attachment_to_process(p_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'id', attachment.id,
        'path', attachment.storage_path,
        'file_name', attachment.file_name,
        'content_type', attachment.content_type)
    from public.attachments as attachment
    where attachment.id = p_id and attachment.state = 'pending' and attachment.storage_path is not null
$function$;

ALTER FUNCTION "service"."attachment_to_process"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.auto_resolve_conversations()
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    account record;
    conversation public.conversations;
    resolved int := 0;
begin
    for account in
        select id, settings, (settings ->> 'auto_resolve_after')::int as after
        from public.accounts
        where status = 'active' and settings ->> 'auto_resolve_after' ~ '^[1-9][0-9]{0,6}$'
        order by id
    loop
        for conversation in
            select *
            from public.conversations
            where account_id = account.id
                and status = 'open'
                and last_activity_at < now() - make_interval(mins => account.after)
                and (
                    waiting_since is null
                    or not coalesce((account.settings ->> 'auto_resolve_ignore_waiting')::boolean, false))
            order by last_activity_at
            limit 100
            -- Another worker's are left to it, and one that is being written to is no longer idle.
            for no key update skip locked
        loop
            perform private.auto_resolve(conversation, account.settings, account.after);
            resolved := resolved + 1;
        end loop;
    end loop;
    return resolved;
end;
$function$;

ALTER FUNCTION "service"."auto_resolve_conversations"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.begin_visit(p_inbox_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    update private.mailboxes as mailbox
    set visit = mailbox.visit + 1
    from public.channel_connections as connection, public.accounts as account
    where mailbox.inbox_id = p_inbox_id
        and connection.inbox_id = mailbox.inbox_id
        and connection.state = 'connected'
        and account.id = mailbox.account_id
        and account.status = 'active'
    returning jsonb_build_object('visit', mailbox.visit, 'cursor', mailbox.cursor)
$function$;

ALTER FUNCTION "service"."begin_visit"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.channel_credentials(p_inbox_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'channel_type', connection.channel_type,
        'account_id', connection.account_id,
        'address', connection.address,
        'settings', connection.settings || jsonb_build_object(
            'account_id', connection.account_id,
            'inbox_id', connection.inbox_id,
            'inbox_name', inbox.name,
            'business_name', inbox.business_name,
            'sender_name_type', inbox.sender_name_type),
        'secrets', secret.secrets,
        'expires_at', connection.expires_at,
        'changed_at', secret.updated_at,
        'state', connection.state)
    from public.channel_connections as connection
    join public.inboxes as inbox on inbox.id = connection.inbox_id
    join private.channel_secrets as secret on secret.inbox_id = connection.inbox_id
    where connection.inbox_id = p_inbox_id
$function$;

ALTER FUNCTION "service"."channel_credentials"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.channel_test_recipient(p_inbox_id uuid, p_to text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'last_incoming_at', private.last_incoming_at(conversation.id),
        'context', private.reply_context(conversation.id))
    from public.contact_inboxes as address
    join public.conversations as conversation
        on conversation.account_id = address.account_id and conversation.contact_inbox_id = address.id
    where address.inbox_id = p_inbox_id and address.source_id = p_to
    order by conversation.id desc
    limit 1
$function$;

ALTER FUNCTION "service"."channel_test_recipient"(uuid, text) OWNER TO "postgres";

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

ALTER FUNCTION "service"."channels_for"(text, text[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.claim_jobs(p_worker text, p_kinds text[], p_limit integer DEFAULT 20, p_lease_seconds integer DEFAULT 60)
 RETURNS TABLE(id bigint, account_id uuid, kind text, payload jsonb, attempt integer, waits integer, max_attempts integer, lock text, created_at timestamp with time zone, request_id text)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
#variable_conflict use_column
declare
    tenants uuid[];
    share int;
    chosen bigint[];
begin
    if p_limit not between 1 and 500 or p_lease_seconds not between 1 and 3600 then
        perform private.fail(400, 'invalid_argument', 'Claim 1 to 500 jobs with a lease of 1 to 3600 seconds.');
    end if;
    perform private.release_expired_jobs();
    tenants := array(
        with recursive tenant (account_id) as (
            -- The accounts that have work, by hopping through the index instead of reading all jobs.
            (
                select job.account_id from private.jobs as job
                where job.status = 'queued' order by job.account_id limit 1
            )
            union all
            select (
                select job.account_id from private.jobs as job
                where job.status = 'queued' and job.account_id > tenant.account_id
                order by job.account_id limit 1)
            from tenant
            where tenant.account_id is not null
        )
        select tenant.account_id from tenant where tenant.account_id is not null);
    -- An equal share of each account is enough where all have as much to do; else as many of each as are asked for.
    foreach share in array array[(p_limit - 1) / greatest(cardinality(tenants), 1) + 1, p_limit] loop
        chosen := array(
            -- Fair between accounts: everyone's first job before anyone's second.
            select ready.id
            from unnest(tenants) as tenant (account_id)
            cross join lateral (
                select job.id, job.priority, row_number() over (order by job.priority, job.id) as turn
                from private.jobs as job
                where job.status = 'queued'
                    and job.account_id = tenant.account_id
                    and job.run_at <= clock_timestamp()
                    and job.kind = any (p_kinds)
                    and (
                        job.lock is null
                        -- Jobs that share a lock run one at a time, in the order they were added.
                        or not exists (
                            select from private.jobs as other
                            where other.lock = job.lock
                                and (other.status = 'running' or (other.status = 'queued' and other.id < job.id)))
                    )
                order by job.priority, job.id
                limit share
            ) as ready
            order by ready.turn, ready.priority, ready.id
            limit p_limit);
        exit when cardinality(chosen) = p_limit;
    end loop;
    return query
    with candidate as (
        select job.id
        from unnest(chosen) with ordinality as wanted (id, place)
        join private.jobs as job on job.id = wanted.id
        where job.status = 'queued'
        order by wanted.place
        for update of job skip locked
    )
    update private.jobs as job
    set status = 'running',
        attempt = job.attempt + 1,
        worker = p_worker,
        lease_until = clock_timestamp() + make_interval(secs => p_lease_seconds)
    from candidate
    where job.id = candidate.id
    returning job.id, job.account_id, job.kind, job.payload, job.attempt, job.waits, job.max_attempts, job.lock,
        job.created_at, job.request_id;
end;
$function$;

ALTER FUNCTION "service"."claim_jobs"(text, text[], integer, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.close_provider_event(p_id bigint, p_status text, p_error text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    update private.provider_events
    set status = p_status, error = left(p_error, 2000), processed_at = now()
    where id = p_id
$function$;

ALTER FUNCTION "service"."close_provider_event"(bigint, text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.dead_jobs(p_before_id bigint DEFAULT NULL::bigint, p_limit integer DEFAULT 50)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object('rows', coalesce(jsonb_agg(to_jsonb(dead) order by dead.id desc), '[]'))
    from (
        select job.id, job.kind, job.account_id, job.payload, job.attempt, job.last_error, job.created_at,
            job.finished_at, job.request_id
        from private.jobs as job
        where job.status = 'dead' and job.id < coalesce(p_before_id, 9223372036854775807)
        order by job.id desc
        limit least(greatest(p_limit, 1), 500)
    ) as dead
$function$;

ALTER FUNCTION "service"."dead_jobs"(bigint, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.delete_inbox(p_inbox_id uuid, p_limit integer DEFAULT 500)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

ALTER FUNCTION "service"."delete_inbox"(uuid, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.delete_received_message(p_inbox_id uuid, p_source_id text, p_erase boolean DEFAULT false)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    update public.messages
    set deleted_at = case when p_erase then now() end,
        content = case when p_erase then '' else content end,
        content_attributes = case when p_erase then '{}'::jsonb else content_attributes end || '{"deleted_by_contact": true}'
    where inbox_id = p_inbox_id and source_id = p_source_id and deleted_at is null
        and not content_attributes ? 'deleted_by_contact';
    return found;
end;
$function$;

ALTER FUNCTION "service"."delete_received_message"(uuid, text, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.digest_sent(p_conversation_id uuid, p_seq bigint)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    update private.continuity set mailed_seq = greatest(mailed_seq, p_seq) where conversation_id = p_conversation_id
$function$;

ALTER FUNCTION "service"."digest_sent"(uuid, bigint) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.edit_received_message(p_inbox_id uuid, p_edit jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    given_source constant text := p_edit ->> 'source_id';
    revision constant int := (p_edit ->> 'revision')::int;
    edited_id uuid;
begin
    update public.messages
    set content_attributes = content_attributes || jsonb_strip_nulls(jsonb_build_object(
            'edits', coalesce(content_attributes -> 'edits', '[]') || jsonb_build_object('content', content, 'at', now()),
            'revision', revision)),
        content = left(p_edit ->> 'content', 150000),
        edited_at = coalesce((p_edit ->> 'edited_at')::timestamptz, now())
    where inbox_id = p_inbox_id and source_id = given_source and deleted_at is null
        and p_edit ->> 'content' is not null
        and content is distinct from p_edit ->> 'content'
        and (revision is null or coalesce((content_attributes ->> 'revision')::int, -1) < revision)
    returning id into edited_id;
    if edited_id is null
        and p_edit -> 'message' is distinct from 'null'
        and p_edit -> 'message' is not null
        and not exists (select from public.messages where inbox_id = p_inbox_id and source_id = given_source)
    then
        -- The original was never seen: what it says now is better than nothing.
        perform service.receive_message(p_inbox_id, p_edit -> 'message');
        return true;
    end if;
    return edited_id is not null;
end;
$function$;

ALTER FUNCTION "service"."edit_received_message"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.end_visit(p_inbox_id uuid, p_visit bigint, p_cursor jsonb DEFAULT NULL::jsonb, p_more boolean DEFAULT false, p_category text DEFAULT NULL::text, p_text text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    mailbox private.mailboxes := private.present_visit(p_inbox_id, p_visit);
begin
    mailbox.failures := case when p_category is null then 0 else mailbox.failures + 1 end;
    mailbox.refusals := case when p_category = 'auth' then mailbox.refusals + 1 when p_category is null then 0 else mailbox.refusals end;
    update private.mailboxes
    set cursor = coalesce(p_cursor, cursor),
        failures = mailbox.failures,
        refusals = mailbox.refusals,
        error = left(p_text, 1000),
        -- A minute, or at once when there is more; after failures twice as long each time, up to half an hour.
        next_visit_at = now() + case
            when p_category is null and p_more then interval '0'
            when p_category is null then interval '1 minute'
            else least(interval '1 minute' * power(2, least(mailbox.failures, 10) - 1), interval '30 minutes')
                * (0.75 + random() / 4) end
    where inbox_id = p_inbox_id;
    if mailbox.refusals >= 3 then
        perform service.set_connection_state(p_inbox_id, 'reauthorization_required', p_text);
    else
        -- Administrators see what is wrong before it is for them to mend it.
        update public.channel_connections
        set state_reason = left(p_text, 1000)
        where inbox_id = p_inbox_id and state = 'connected' and state_reason is distinct from left(p_text, 1000);
    end if;
end;
$function$;

ALTER FUNCTION "service"."end_visit"(uuid, bigint, jsonb, boolean, text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.expire_uploads()
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with expired as (
        delete from public.attachments
        where id in (
            select id from public.attachments
            where message_id is null and created_at < now() - interval '1 day'
            order by created_at
            limit 500
            for update skip locked
        )
        returning 1
    )
    select count(*)::int from expired
$function$;

ALTER FUNCTION "service"."expire_uploads"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.fail_delivery(p_conversation_id uuid, p_message_id uuid, p_category text, p_code text, p_text text, p_retry_after_seconds double precision DEFAULT NULL::double precision, p_sent_parts text[] DEFAULT '{}'::text[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    target public.messages;
begin
    select * into target from public.messages where conversation_id = p_conversation_id and id = p_message_id;
    if target.id is null then
        return;
    end if;
    insert into private.message_parts (account_id, inbox_id, source_id, conversation_id, message_id, part)
    select target.account_id, target.inbox_id, sent.source_id, p_conversation_id, p_message_id, sent.position
    from unnest(p_sent_parts) with ordinality as sent (source_id, position)
    on conflict do nothing;
    if p_category = 'rate_limited' then
        update public.channel_connections
        set paused_until = now() + make_interval(secs => coalesce(p_retry_after_seconds, 10))
        where inbox_id = target.inbox_id;
    end if;
    if p_category in ('transient', 'rate_limited') then
        update public.messages set status = 'queued' where conversation_id = p_conversation_id and id = p_message_id;
        if p_category = 'transient' then
            perform private.note_outage(target.inbox_id);
        end if;
        return;
    end if;
    if p_category = 'uncertain' then
        update public.messages
        set status = 'unknown', content_attributes = content_attributes || jsonb_build_object('error_category', 'uncertain')
        where conversation_id = p_conversation_id and id = p_message_id;
        return;
    end if;
    perform private.apply_status(target, jsonb_build_object(
        'status', 'failed', 'error_text', p_text, 'error_category', p_category, 'error_code', p_code));
    if target.content_attributes ? 'template_params' and p_category in ('invalid_content', 'config') then
        -- It may have been paused or changed since we copied it.
        perform private.ask_for_templates(target.account_id, target.inbox_id);
    end if;
    if p_category = 'auth' then
        perform service.set_connection_state(target.inbox_id, 'reauthorization_required', p_text);
    elsif p_category in ('recipient_unreachable', 'recipient_optout') then
        update public.contact_inboxes as address
        set unreachable_reason = case when p_category = 'recipient_unreachable' then left(p_text, 1000) else unreachable_reason end,
            opted_out_at = case when p_category = 'recipient_optout' then coalesce(opted_out_at, now()) else opted_out_at end
        from public.conversations as conversation
        where conversation.id = p_conversation_id and address.id = conversation.contact_inbox_id;
    end if;
end;
$function$;

ALTER FUNCTION "service"."fail_delivery"(uuid, uuid, text, text, text, double precision, text[]) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.fail_job(p_id bigint, p_attempt integer, p_error text, p_retry_after_seconds double precision DEFAULT NULL::double precision, p_counts boolean DEFAULT true)
 RETURNS text
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    update private.jobs
    set status = case when p_retry_after_seconds is null then 'dead' else 'queued' end,
        lease_until = null,
        worker = null,
        run_at = coalesce(clock_timestamp() + make_interval(secs => p_retry_after_seconds), run_at),
        last_error = left(p_error, 2000),
        waits = waits + case when p_counts then 0 else 1 end,
        finished_at = case when p_retry_after_seconds is null then now() end
    where id = p_id and attempt = p_attempt and status = 'running'
    returning status
$function$;

ALTER FUNCTION "service"."fail_job"(bigint, integer, text, double precision, boolean) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.finish_attachment(p_id uuid, p_result jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    attachment public.attachments;
begin
    select * into attachment from public.attachments where id = p_id;
    -- The conversation first, as everywhere.
    perform from public.conversations where id = attachment.conversation_id for no key update;
    update public.attachments
    set state = p_result ->> 'state',
        error = p_result ->> 'error',
        content_type = coalesce(p_result ->> 'content_type', content_type),
        byte_size = coalesce((p_result ->> 'byte_size')::bigint, byte_size),
        width = (p_result ->> 'width')::int,
        height = (p_result ->> 'height')::int,
        thumb_path = p_result ->> 'thumb_path',
        file_type = case
            when p_result ? 'content_type' then private.file_type_of(p_result ->> 'content_type') else file_type end,
        -- The bytes of a refused file do not stay.
        storage_path = case when p_result ->> 'state' = 'failed' then null else storage_path end
    where id = p_id and state = 'pending'
    returning * into attachment;
    if not found then
        return false;
    end if;
    if attachment.state = 'failed' then
        perform private.remove_objects(attachment.account_id, array[p_result ->> 'path']);
    end if;
    perform private.touch_message(attachment.conversation_id, attachment.message_id);
    return true;
end;
$function$;

ALTER FUNCTION "service"."finish_attachment"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.identity_secret(p_website_token text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object('inbox_id', widget.inbox_id, 'secret', kept.secret, 'mandatory', widget.hmac_mandatory)
    from public.channel_web_widgets as widget
    join private.identity_secrets as kept on kept.inbox_id = widget.inbox_id
    where widget.website_token = p_website_token
$function$;

ALTER FUNCTION "service"."identity_secret"(text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.invitation_email(p_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'locale', account.locale, 'account_name', account.name, 'actor_name', private.shown_name(inviter))
    from public.invitations as invitation
    join public.accounts as account on account.id = invitation.account_id
    left join public.users as inviter on inviter.id = invitation.invited_by
    where invitation.id = p_id and invitation.accepted_at is null
$function$;

ALTER FUNCTION "service"."invitation_email"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.media_to_fetch(p_attachment_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'source', source.source,
        'storage_path', attachment.storage_path,
        'inbox_id', conversation.inbox_id)
    from public.attachments as attachment
    join private.attachment_sources as source on source.attachment_id = attachment.id
    join public.conversations as conversation on conversation.id = attachment.conversation_id
    where attachment.id = p_attachment_id and attachment.state = 'pending'
$function$;

ALTER FUNCTION "service"."media_to_fetch"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.message_to_deliver(p_conversation_id uuid, p_message_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    message public.messages;
    conversation public.conversations;
    address public.contact_inboxes;
    connection public.channel_connections;
    was text;
    wait double precision;
begin
    select * into conversation from public.conversations where id = p_conversation_id for no key update;
    select * into message from public.messages where conversation_id = p_conversation_id and id = p_message_id for update;
    if message.id is null or message.deleted_at is not null or message.status not in ('queued', 'sending') then
        return null;
    end if;
    select * into connection from public.channel_connections where inbox_id = message.inbox_id;
    if connection.inbox_id is not null then
        if connection.state <> 'connected' then
            -- It stays queued: reconnecting asks for it again.
            return jsonb_build_object('held', true);
        end if;
        if connection.paused_until > clock_timestamp() then
            return jsonb_build_object('wait', extract(epoch from connection.paused_until - clock_timestamp()));
        end if;
        if connection.failures >= 3 then
            wait := private.outage_wait(message.inbox_id, p_message_id);
            if wait is not null then
                return jsonb_build_object('wait', wait);
            end if;
        end if;
    end if;
    if exists (
        select from public.attachments as attachment
        where attachment.account_id = message.account_id and attachment.conversation_id = message.conversation_id
            and attachment.message_id = message.id and attachment.state = 'pending')
    then
        return jsonb_build_object('wait', 1);
    end if;
    -- An inbox whose provider hangs holds so many of the workers' slots and no more: counted by one at a time.
    perform private.lock_address(message.inbox_id, 'sending');
    if (
        select count(*) from (
            select from public.messages as other
            where other.inbox_id = message.inbox_id and other.status = 'sending' and other.id <> p_message_id
            limit 10) as under_way
    ) = 10
    then
        return jsonb_build_object('wait', 2);
    end if;
    select * into address from public.contact_inboxes where id = conversation.contact_inbox_id;
    if connection.channel_type = 'email'
        and message.status = 'queued'
        and (message.sender_user_id is null or message.content_attributes ? 'automation_rule_id')
    then
        -- Counted by one at a time: the mails of several conversations may be to one person.
        perform private.lock_address(message.inbox_id, 'automatic:' || address.source_id);
        if not private.may_answer_by_itself(message, address) then
            perform private.apply_status(message, jsonb_build_object(
                'status', 'failed', 'error_category', 'policy', 'error_code', 'too_many_automatic_mails',
                'error_text', 'Too many automatic mails went to this person already.'));
            return null;
        end if;
    end if;
    was := message.status;
    update public.messages set status = 'sending' where conversation_id = p_conversation_id and id = p_message_id;
    return jsonb_build_object(
        'id', message.id,
        'account_id', message.account_id,
        'inbox_id', message.inbox_id,
        'conversation_id', message.conversation_id,
        'contact_id', conversation.contact_id,
        -- Somebody began before us and never said how it ended.
        'interrupted', was = 'sending',
        'to', address.source_id,
        'content', message.content,
        'content_type', message.content_type,
        'content_attributes', message.content_attributes,
        'message_type', message.message_type,
        'sender', private.message_sender(message),
        'by_human', message.sender_user_id is not null and not message.content_attributes ? 'automation_rule_id',
        'in_reply_to', (
            select answered.source_id from public.messages as answered
            where answered.conversation_id = p_conversation_id
                and answered.id::text = message.content_attributes ->> 'in_reply_to'),
        'last_incoming_at', private.last_incoming_at(p_conversation_id),
        'unanswered', case
            when connection.channel_type = 'tiktok' then private.unanswered_parts(p_conversation_id, p_message_id)
            else 0 end,
        'window_hours', private.reply_window_hours(conversation),
        'template', private.template_to_deliver(message),
        'subject', conversation.additional_attributes ->> 'mail_subject',
        'thread', coalesce((
            select jsonb_agg(earlier.source_id order by earlier.seq)
            from (
                select source_id, seq from public.messages
                where conversation_id = p_conversation_id and source_id is not null
                order by seq desc limit 20
            ) as earlier), '[]'),
        'context', private.reply_context(p_conversation_id),
        'sent_parts', coalesce((
            select jsonb_agg(part.source_id order by part.part)
            from private.message_parts as part
            where part.account_id = message.account_id and part.conversation_id = p_conversation_id
                and part.message_id = p_message_id), '[]'),
        'webhook', case when connection.inbox_id is null then private.api_webhook(conversation, message) end,
        'attachments', private.attachments_to_deliver(message));
end;
$function$;

ALTER FUNCTION "service"."message_to_deliver"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.next_provider_events(p_inbox_id uuid, p_limit integer DEFAULT 50)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select coalesce(jsonb_agg(jsonb_build_object(
        'id', event.id, 'request', event.request, 'body', encode(event.body, 'base64'), 'received_at', event.received_at)
        order by event.id), '[]')
    from (
        select *
        from private.provider_events
        where inbox_id = p_inbox_id and status = 'received'
        order by id
        limit least(greatest(p_limit, 1), 200)
    ) as event
$function$;

ALTER FUNCTION "service"."next_provider_events"(uuid, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.notification_email(p_notification_id uuid, p_created_at timestamp with time zone)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'to', reader.email,
        'locale', account.locale,
        'account_id', account.id,
        'account_name', account.name,
        'notification_type', notification.notification_type,
        'display_id', conversation.display_id,
        'inbox_name', inbox.name,
        'contact_name', contact.name,
        'actor_name', private.shown_name(actor),
        'private', coalesce(message.private, false),
        'excerpt', array_to_string((regexp_split_to_array(btrim(left(message.content, 1000)), '\s+'))[1:10], ' '))
    from public.notifications as notification
    join public.users as reader on reader.id = notification.user_id
    join public.accounts as account on account.id = notification.account_id and account.status = 'active'
    join public.conversations as conversation on conversation.id = notification.conversation_id
    join public.inboxes as inbox on inbox.id = conversation.inbox_id
    join public.contacts as contact on contact.id = conversation.contact_id
    left join public.users as actor on actor.id = notification.actor_user_id
    left join public.messages as message
        on message.conversation_id = conversation.id and message.id = notification.message_id
    where notification.id = p_notification_id
        and notification.created_at = p_created_at
        and notification.read_at is null
        -- Asked again now: a note must not reach somebody who lost the conversation in the meantime.
        and private.sees(notification.user_id, conversation)
$function$;

ALTER FUNCTION "service"."notification_email"(uuid, timestamp with time zone) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.open_visitor_session(p_website_token text, p_new_hash text, p_refresh_hash text DEFAULT NULL::text, p_client text DEFAULT ''::text, p_per_minute integer DEFAULT 10, p_identifier text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    widget jsonb := service.widget_config(p_website_token);
    session private.visitor_sessions;
    contact_id uuid;
    contact_inbox_id uuid;
    renewed boolean;
begin
    if widget is null then
        perform private.fail(404, 'inbox_not_found', 'There is no website chat with this token.');
    end if;
    perform private.take('session:' || (widget ->> 'inbox_id') || ':' || left(p_client, 100), p_per_minute, p_per_minute / 60.0);
    if p_refresh_hash is not null then
        update private.visitor_sessions as open
        set refresh_hash = p_new_hash,
            -- Within the grace the token in force stays good too: two tabs may be on their way.
            previous_hash = open.refresh_hash,
            rotated_at = now(),
            expires_at = now() + interval '1 year'
        where open.inbox_id = (widget ->> 'inbox_id')::uuid
            and open.expires_at > now()
            -- Somebody else signed in on this page: they get a session of their own.
            and (p_identifier is null or open.identifier = p_identifier)
            and (
                open.refresh_hash = p_refresh_hash
                or (open.previous_hash = p_refresh_hash and open.rotated_at > now() - interval '1 minute')
            )
        returning * into session;
        if session.id is null and p_identifier is not null then
            perform private.adopt_session(stranger, p_identifier)
            from private.visitor_sessions as stranger
            where stranger.inbox_id = (widget ->> 'inbox_id')::uuid
                and stranger.expires_at > now()
                and stranger.identifier is null
                and (
                    stranger.refresh_hash = p_refresh_hash
                    or (stranger.previous_hash = p_refresh_hash and stranger.rotated_at > now() - interval '1 minute'));
        end if;
        if session.id is null and p_identifier is null then
            perform private.fail(
                401, 'session_expired', 'This chat session is over.', 'Ask for a new one without a refresh token.');
        end if;
    end if;
    renewed := session.id is not null;
    if coalesce(session.identifier, p_identifier) is null and (widget ->> 'hmac_mandatory')::boolean then
        perform private.fail(
            401, 'identity_required', 'This chat is for people who are signed in.',
            'Pass identifier and identifier_hash, signed by your own server.');
    end if;
    if not renewed then
        if p_identifier is null then
            contact_id := private.uuid_v7();
            contact_inbox_id := private.uuid_v7();
        else
            select address.contact_id, address.contact_inbox_id into contact_id, contact_inbox_id
            from private.verified_address(
                (widget ->> 'account_id')::uuid, (widget ->> 'inbox_id')::uuid, p_identifier) as address;
        end if;
        insert into private.visitor_sessions (
            account_id, inbox_id, contact_id, contact_inbox_id, refresh_hash, identifier)
        values (
            (widget ->> 'account_id')::uuid, (widget ->> 'inbox_id')::uuid,
            contact_id, contact_inbox_id, p_new_hash, p_identifier)
        returning * into session;
    end if;
    return jsonb_build_object(
        'account_id', session.account_id,
        'inbox_id', session.inbox_id,
        'contact_id', session.contact_id,
        'contact_inbox_id', session.contact_inbox_id,
        'returning', renewed);
end;
$function$;

ALTER FUNCTION "service"."open_visitor_session"(text, text, text, text, integer, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.poll_mailboxes()
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with due as (
        select mailbox.inbox_id, mailbox.account_id
        from private.mailboxes as mailbox
        join public.channel_connections as connection on connection.inbox_id = mailbox.inbox_id
        join public.inboxes as inbox on inbox.id = mailbox.inbox_id
        join public.accounts as account on account.id = mailbox.account_id
        where mailbox.next_visit_at <= now()
            and connection.state = 'connected'
            and inbox.deleted_at is null
            and account.status = 'active'
            -- One at a time: a visit that still goes on is not overtaken by another one.
            and not exists (
                select from private.jobs as job
                where job.lock = 'mailbox:' || mailbox.inbox_id and job.status in ('queued', 'running'))
        order by mailbox.next_visit_at
        limit 500
        for update of mailbox skip locked
    ),
    taken as (
        -- The visit itself says when the next one is; this is for one that never reports back.
        update private.mailboxes as mailbox
        set next_visit_at = now() + interval '10 minutes'
        from due
        where mailbox.inbox_id = due.inbox_id
        returning mailbox.inbox_id, mailbox.account_id
    ),
    asked as materialized (
        select private.enqueue(
            'visit_mailbox', jsonb_build_object('inbox_id', taken.inbox_id), taken.account_id, 'mailbox:' || taken.inbox_id)
        from taken
    )
    select count(*)::int from asked
$function$;

ALTER FUNCTION "service"."poll_mailboxes"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.purge_audit_log(p_older_than interval DEFAULT '2 years'::interval, p_limit integer DEFAULT 10000)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with purged as (
        delete from public.audit_log
        where id in (
            select id from public.audit_log where id < private.uuid_v7(now() - p_older_than) order by id limit p_limit)
        returning 1
    )
    select count(*)::int from purged
$function$;

ALTER FUNCTION "service"."purge_audit_log"(interval, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.purge_contacts(p_older_than interval DEFAULT '30 days'::interval, p_limit integer DEFAULT 1000)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with stale as (
        delete from private.contact_presence where seen_at < now() - interval '1 day'
    ),
    purged as (
        delete from public.contacts
        where id in (
            select contact.id
            from public.contacts as contact
            where contact.email is null and contact.phone_number is null and contact.identifier is null
                and contact.id < private.uuid_v7(now() - p_older_than)
                and contact.created_at < now() - p_older_than
                -- Whom an agent wrote something about is somebody.
                and contact.labels = '{}'
                and not exists (
                    select from public.conversations as conversation
                    where conversation.account_id = contact.account_id and conversation.contact_id = contact.id)
                and not exists (
                    select from public.notes as note
                    where note.account_id = contact.account_id and note.contact_id = contact.id)
            order by contact.id
            limit p_limit)
        returning 1
    )
    select count(*)::int from purged
$function$;

ALTER FUNCTION "service"."purge_contacts"(interval, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.purge_dead_letters(p_older_than interval DEFAULT '90 days'::interval, p_limit integer DEFAULT 10000)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with jobs as (
        delete from private.jobs
        where id in (
            select id from private.jobs where status = 'dead' and finished_at < now() - p_older_than order by id limit p_limit)
        returning 1
    ),
    requests as (
        delete from private.provider_events
        where id in (
            select id from private.provider_events
            where status = 'quarantined' and processed_at < now() - p_older_than
            order by id
            limit p_limit)
        returning 1
    )
    select (select count(*) from jobs)::int + (select count(*) from requests)::int
$function$;

ALTER FUNCTION "service"."purge_dead_letters"(interval, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.purge_events(p_older_than interval DEFAULT '90 days'::interval, p_limit integer DEFAULT 10000)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with purged as (
        delete from private.events
        where id in (
            select oldest.id
            -- The table is in the order of time: only its beginning is read, and nothing when there is nothing to do.
            from (select id, created_at from private.events order by id limit p_limit) as oldest
            where oldest.created_at < now() - p_older_than)
        returning 1
    )
    select count(*)::int from purged
$function$;

ALTER FUNCTION "service"."purge_events"(interval, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.purge_invitations(p_older_than interval DEFAULT '30 days'::interval)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with purged as (
        delete from public.invitations where accepted_at is null and expires_at < now() - p_older_than returning 1
    )
    select count(*)::int from purged
$function$;

ALTER FUNCTION "service"."purge_invitations"(interval) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.purge_notifications(p_older_than interval DEFAULT '90 days'::interval, p_limit integer DEFAULT 10000)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with purged as (
        delete from public.notifications
        where id in (
            select id
            from public.notifications
            -- Ids begin with the time of the first writing, which is never later than that of the last.
            where id < private.uuid_v7(now() - p_older_than) and created_at < now() - p_older_than
            order by id
            limit p_limit)
        returning 1
    )
    select count(*)::int from purged
$function$;

ALTER FUNCTION "service"."purge_notifications"(interval, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.purge_provider_events(p_older_than interval DEFAULT '14 days'::interval)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with stale as (
        delete from private.parked_statuses where created_at < now() - interval '10 minutes'
    ),
    purged as (
        delete from private.provider_events
        where id in (
            select id from private.provider_events
            where status in ('processed', 'ignored') and processed_at < now() - p_older_than
            order by processed_at
            limit 10000)
        returning 1
    )
    select count(*)::int from purged
$function$;

ALTER FUNCTION "service"."purge_provider_events"(interval) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.purge_webhook_deliveries(p_older_than interval DEFAULT '30 days'::interval)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with purged as (
        delete from private.webhook_deliveries
        where id in (
            select id from private.webhook_deliveries where created_at < now() - p_older_than order by created_at limit 10000)
        returning 1
    )
    select count(*)::int from purged
$function$;

ALTER FUNCTION "service"."purge_webhook_deliveries"(interval) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.quarantined_events(p_before_id bigint DEFAULT NULL::bigint, p_limit integer DEFAULT 50)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object('rows', coalesce(jsonb_agg(to_jsonb(kept) order by kept.id desc), '[]'))
    from (
        select event.id, event.account_id, event.inbox_id, inbox.channel_type, octet_length(event.body) as bytes,
            event.error, event.received_at
        from private.provider_events as event
        join public.inboxes as inbox on inbox.id = event.inbox_id
        where event.status = 'quarantined' and event.id < coalesce(p_before_id, 9223372036854775807)
        order by event.id desc
        limit least(greatest(p_limit, 1), 500)
    ) as kept
$function$;

ALTER FUNCTION "service"."quarantined_events"(bigint, integer) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.react_to_message(p_inbox_id uuid, p_reaction jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    inbox constant public.inboxes := private.received_inbox(p_inbox_id);
    target constant public.messages := private.message_of_source(inbox.id, p_reaction ->> 'message_source_id');
    who constant text := p_reaction #>> '{contact,source_id}';
begin
    if target.id is null or who is null then
        return false;
    end if;
    update public.messages
    set content_attributes = case when p_reaction ->> 'emoji' is null
        then content_attributes #- array['reactions', who]
        else content_attributes || jsonb_build_object(
            'reactions', coalesce(content_attributes -> 'reactions', '{}')
                || jsonb_build_object(who, left(p_reaction ->> 'emoji', 32))) end
    where conversation_id = target.conversation_id and id = target.id;
    return true;
end;
$function$;

ALTER FUNCTION "service"."react_to_message"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.receive_message(p_inbox_id uuid, p_message jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    inbox constant public.inboxes := private.received_inbox(p_inbox_id);
    given_source constant text := left(p_message ->> 'source_id', 1000);
    echo constant boolean := coalesce((p_message ->> 'echo')::boolean, false);
    sent_at timestamptz := (p_message ->> 'sent_at')::timestamptz;
    address public.contact_inboxes;
    answered public.conversations;
    receiving_id uuid;
    made public.messages;
    answered_id uuid;
    made_id constant uuid := private.uuid_v7();
    arrived_at timestamptz;
begin
    perform private.lock_address(p_inbox_id, coalesce(p_message #>> '{contact,source_id}', ''));
    made := private.message_of_source(p_inbox_id, given_source);
    if made.id is not null then
        return jsonb_build_object(
            'message_id', made.id, 'conversation_id', made.conversation_id, 'duplicate', true,
            'attachments', private.pending_attachments(made));
    end if;
    if exists (
        select from private.mail_tombstones
        where inbox_id = p_inbox_id and hash = sha256(convert_to(given_source, 'UTF8')))
    then
        return jsonb_build_object('message_id', null, 'conversation_id', null, 'duplicate', true, 'attachments', '[]'::jsonb);
    end if;

    if inbox.channel_type = 'web_widget' then
        -- The answer to a digest: it goes where its address says, or nowhere.
        answered := private.answered_conversation(inbox, p_message);
        receiving_id := answered.id;
        if receiving_id is null then
            return jsonb_build_object('message_id', null, 'conversation_id', null, 'duplicate', true, 'attachments', '[]'::jsonb);
        end if;
        select found.* into address
        from public.contact_inboxes as found
        join public.contacts as contact on contact.id = found.contact_id
        where found.id = answered.contact_inbox_id and contact.email = lower(p_message #>> '{contact,email}');
    end if;
    address := private.hold_contact(address);
    if address.id is null then
        address := private.hold_contact(private.receiving_contact_inbox(inbox, p_message -> 'contact'));
    end if;
    if receiving_id is null then
        receiving_id := private.receiving_conversation(inbox, address, p_message);
    end if;
    if not echo and (address.unreachable_reason is not null) then
        update public.contact_inboxes set unreachable_reason = null where id = address.id;
    end if;
    select message.id into answered_id
    from public.messages as message
    where message.inbox_id = p_inbox_id and message.source_id = p_message ->> 'in_reply_to'
        and message.conversation_id = receiving_id;
    arrived_at := private.receive_attachments(inbox, receiving_id, made_id, p_message -> 'attachments');
    insert into public.messages (
        id, conversation_id, message_type, content_type, content, content_attributes, status, sender_contact_id, source_id,
        attachments_at, created_at)
    values (
        made_id,
        receiving_id,
        case when echo then 'outgoing' else 'incoming' end,
        coalesce(p_message ->> 'content_type', 'text'),
        left(coalesce(
            -- Some providers tell of a pressed button by its value only.
            case when p_message #>> '{content_attributes,payload}' = p_message ->> 'content' then
                private.chosen_title(receiving_id, p_message ->> 'content') end,
            p_message ->> 'content',
            ''), 150000),
        jsonb_strip_nulls(
            coalesce(nullif(p_message -> 'content_attributes', 'null'), '{}') || jsonb_build_object(
                'external_created_at', sent_at,
                'in_reply_to', answered_id,
                'in_reply_to_external_id', p_message ->> 'in_reply_to',
                'external_echo', case when echo then true end,
                'is_unsupported', case when (p_message ->> 'unsupported')::boolean then true end)),
        case when echo then 'delivered' else 'sent' end,
        case when not echo then address.contact_id end,
        given_source,
        arrived_at,
        case when p_message -> 'content_attributes' ? 'history' then least(sent_at, now()) else now() end)
    returning * into made;
    update public.channel_connections
    set last_received_at = now()
    where inbox_id = p_inbox_id and (last_received_at is null or last_received_at < now() - interval '10 seconds');
    return jsonb_build_object(
        'message_id', made.id, 'conversation_id', receiving_id, 'duplicate', false,
        'attachments', private.pending_attachments(made));
end;
$function$;

ALTER FUNCTION "service"."receive_message"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.record_channel_check(p_inbox_id uuid, p_changed_at timestamp with time zone, p_result jsonb)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    update public.channel_connections as connection
    set checked_at = now(),
        check_result = p_result,
        state = case
            when p_result ->> 'category' = 'auth' then 'reauthorization_required'
            when (p_result ->> 'ok')::boolean and connection.state = 'reauthorization_required' then 'connected'
            else connection.state end,
        state_reason = case
            when p_result ->> 'category' = 'auth' then left(p_result #>> '{steps,-1,detail}', 1000)
            when (p_result ->> 'ok')::boolean then null
            else connection.state_reason end
    from private.channel_secrets as secret
    where connection.inbox_id = p_inbox_id
        and secret.inbox_id = p_inbox_id
        -- Not about credentials that were replaced while the provider was asked.
        and secret.updated_at = p_changed_at
$function$;

ALTER FUNCTION "service"."record_channel_check"(uuid, timestamp with time zone, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.record_channel_test(p_inbox_id uuid)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    update public.channel_connections set last_sent_at = now() where inbox_id = p_inbox_id
$function$;

ALTER FUNCTION "service"."record_channel_test"(uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.record_delivery(p_conversation_id uuid, p_message_id uuid, p_source_ids text[], p_contact_alias text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations;
    parked record;
begin
    select * into conversation from public.conversations where id = p_conversation_id for no key update;
    if conversation.id is null then
        return;
    end if;
    insert into private.message_parts (account_id, inbox_id, source_id, conversation_id, message_id, part)
    select conversation.account_id, conversation.inbox_id, part.source_id, p_conversation_id, p_message_id, part.position
    from unnest(p_source_ids) with ordinality as part (source_id, position)
    on conflict do nothing;
    -- An echo of it may have come first, under the same id: ours is the one that stays.
    update public.messages
    set status = 'sent',
        source_id = case when exists (
            select from public.messages as other
            where other.inbox_id = conversation.inbox_id and other.source_id = p_source_ids[1] and other.id <> p_message_id)
            then source_id else p_source_ids[1] end
    where conversation_id = p_conversation_id and id = p_message_id;
    if p_contact_alias is not null then
        insert into private.contact_inbox_aliases (account_id, inbox_id, alias, contact_inbox_id)
        select conversation.account_id, conversation.inbox_id, p_contact_alias, conversation.contact_inbox_id
        where not exists (
            select from public.contact_inboxes where id = conversation.contact_inbox_id and source_id = p_contact_alias)
        on conflict do nothing;
    end if;
    update public.channel_connections
    set last_sent_at = now()
    where inbox_id = conversation.inbox_id and (last_sent_at is null or last_sent_at < now() - interval '10 seconds');
    perform private.note_recovery(conversation.inbox_id);
    for parked in
        delete from private.parked_statuses
        where inbox_id = conversation.inbox_id and source_id = any (p_source_ids)
        returning id, status
    loop
        perform service.update_delivery(conversation.inbox_id, parked.status);
    end loop;
end;
$function$;

ALTER FUNCTION "service"."record_delivery"(uuid, uuid, text[], text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.record_mail(p_inbox_id uuid, p_visit bigint, p_event_key text, p_request jsonb, p_body text, p_cursor jsonb, p_poison text DEFAULT NULL::text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    recorded boolean;
begin
    perform private.present_visit(p_inbox_id, p_visit);
    update private.mailboxes set cursor = p_cursor where inbox_id = p_inbox_id;
    recorded := service.record_provider_event(p_inbox_id, p_event_key, p_request, p_body);
    if recorded and p_poison is not null then
        update private.provider_events
        set status = 'quarantined', error = left(p_poison, 2000), processed_at = now()
        where inbox_id = p_inbox_id and event_key = left(p_event_key, 200);
    end if;
    return recorded;
end;
$function$;

ALTER FUNCTION "service"."record_mail"(uuid, bigint, text, jsonb, text, jsonb, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.record_provider_event(p_inbox_id uuid, p_event_key text, p_request jsonb, p_body text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    inbox public.inboxes;
    active boolean;
    queue_lock constant text := 'receive:' || p_inbox_id;
    made_id bigint;
begin
    select * into inbox from public.inboxes where id = p_inbox_id;
    if inbox.id is null then
        perform private.fail(404, 'inbox_not_found', 'There is no such inbox.');
    end if;
    select status = 'active' into active from public.accounts where id = inbox.account_id;
    insert into private.provider_events (account_id, inbox_id, event_key, request, body, status, processed_at)
    values (
        inbox.account_id, p_inbox_id, left(p_event_key, 200), p_request, decode(p_body, 'base64'),
        case when active then 'received' else 'ignored' end, case when not active then now() end)
    on conflict on constraint provider_events_inbox_id_event_key_key do nothing
    returning id into made_id;
    if made_id is null or not active then
        return false;
    end if;
    -- One waiting job drains the inbox. Its row is held until we commit: a worker either claims it after, and
    -- sees this event, or has claimed it already, and then another one is added.
    perform from private.jobs where lock = queue_lock and status = 'queued' for key share skip locked limit 1;
    if not found then
        perform private.enqueue(
            'receive_events', jsonb_build_object('inbox_id', p_inbox_id), inbox.account_id, queue_lock, null, now(), 50);
    end if;
    return true;
end;
$function$;

ALTER FUNCTION "service"."record_provider_event"(uuid, text, jsonb, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.record_webhook(p_delivery_id uuid, p_status text, p_response_status integer DEFAULT NULL::integer, p_error text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    update private.webhook_deliveries
    set status = p_status, response_status = p_response_status, error = left(p_error, 500)
    where id = p_delivery_id
$function$;

ALTER FUNCTION "service"."record_webhook"(uuid, text, integer, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.refresh_channel_tokens()
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with stale as (
        select connection.inbox_id, connection.account_id
        from public.channel_connections as connection
        join private.channel_secrets as secret on secret.inbox_id = connection.inbox_id
        join public.accounts as account on account.id = connection.account_id
        where connection.state = 'connected'
            and account.status = 'active'
            and (
                (connection.channel_type = 'email' and connection.settings ->> 'oauth' <> ''
                    and coalesce(connection.expires_at, now()) < now() + interval '10 minutes')
                -- Good for a day.
                or (connection.channel_type = 'tiktok' and connection.settings ->> 'app_id' <> ''
                    and secret.secrets ->> 'refresh_token' <> ''
                    and coalesce(connection.expires_at, now()) < now() + interval '2 hours')
                -- Good for sixty days, and traded for a new one at day 45: it must not be a young one.
                or (connection.channel_type = 'instagram'
                    and coalesce(connection.expires_at, secret.updated_at + interval '60 days') < now() + interval '15 days'))
            and not exists (
                select from private.jobs as job
                where job.lock = 'token:' || connection.inbox_id and job.status in ('queued', 'running'))
        limit 500
    ),
    asked as materialized (
        select private.enqueue(
            'refresh_token', jsonb_build_object('inbox_id', stale.inbox_id), stale.account_id, 'token:' || stale.inbox_id,
            p_priority => 50)
        from stale
    )
    select count(*)::int from asked
$function$;

ALTER FUNCTION "service"."refresh_channel_tokens"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.refresh_templates()
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with due as (
        select sync.inbox_id, sync.account_id
        from public.template_syncs as sync
        join public.channel_connections as connection on connection.inbox_id = sync.inbox_id
        join public.inboxes as inbox on inbox.id = sync.inbox_id
        join public.accounts as account on account.id = sync.account_id
        where sync.next_sync_at <= now()
            and connection.state = 'connected'
            and inbox.deleted_at is null
            and account.status = 'active'
        order by sync.next_sync_at
        limit 200
        for update of sync skip locked
    ),
    taken as (
        -- The copy itself says when the next one is due; this is for one that never reports back.
        update public.template_syncs as sync
        set next_sync_at = now() + interval '3 hours'
        from due
        where sync.inbox_id = due.inbox_id
        returning sync.inbox_id, sync.account_id
    ),
    asked as materialized (
        select private.ask_for_templates(taken.account_id, taken.inbox_id) from taken
    )
    select count(*)::int from asked
$function$;

ALTER FUNCTION "service"."refresh_templates"() OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.relabel(p_account_id uuid, p_old text, p_new text)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select private.relabel(p_account_id, p_old, p_new)
$function$;

ALTER FUNCTION "service"."relabel"(uuid, text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.replace_templates(p_inbox_id uuid, p_templates jsonb)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    owner_id uuid;
    kept int;
begin
    -- Two copies take turns, and a deleted inbox gets none.
    update public.template_syncs
    set synced_at = now(), next_sync_at = now() + interval '3 hours', failures = 0, error = null
    where inbox_id = p_inbox_id
    returning account_id into owner_id;
    if owner_id is null then
        return 0;
    end if;
    with given as (
        select distinct on (one.name, one.language) one.*
        from jsonb_to_recordset(p_templates) as one (
            name text, language text, category text, status text, reason text, parameter_format text, components jsonb,
            provider_id text)
        where char_length(one.name) between 1 and 512
            and one.language ~ '^[A-Za-z0-9_-]{2,20}$'
            and one.status ~ '^[a-z_]{1,40}$'
            and one.category ~ '^[a-z_]{1,40}$'
            and one.parameter_format in ('positional', 'named')
            and jsonb_typeof(one.components) = 'array'
            and octet_length(one.components::text) <= 65536
        order by one.name, one.language, (one.status = 'approved') desc, one.provider_id desc
    ),
    gone as (
        delete from public.channel_templates as template
        where template.inbox_id = p_inbox_id
            and not exists (
                select from given where given.name = template.name and given.language = template.language)
    ),
    written as (
        insert into public.channel_templates as template (
            account_id, inbox_id, name, language, category, status, reason, parameter_format, components, provider_id)
        select owner_id, p_inbox_id, given.name, given.language, given.category, given.status, left(given.reason, 1000),
            given.parameter_format, given.components, left(given.provider_id, 200)
        from given
        on conflict (inbox_id, name, language) do update
        set category = excluded.category,
            status = excluded.status,
            reason = excluded.reason,
            parameter_format = excluded.parameter_format,
            components = excluded.components,
            provider_id = excluded.provider_id
        where (template.category, template.status, template.reason, template.parameter_format, template.components,
            template.provider_id)
            is distinct from (excluded.category, excluded.status, excluded.reason, excluded.parameter_format,
            excluded.components, excluded.provider_id)
    )
    select count(*) into kept from given;
    return kept;
end;
$function$;

ALTER FUNCTION "service"."replace_templates"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.replay_provider_event(p_id bigint)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    event private.provider_events;
begin
    update private.provider_events
    set status = 'received', error = null, processed_at = null
    where id = p_id and status in ('quarantined', 'ignored')
    returning * into event;
    if event.id is null then
        return false;
    end if;
    perform private.enqueue(
        'receive_events', jsonb_build_object('inbox_id', event.inbox_id), event.account_id, 'receive:' || event.inbox_id);
    return true;
end;
$function$;

ALTER FUNCTION "service"."replay_provider_event"(bigint) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.requeue_job(p_id bigint)
 RETURNS boolean
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with requeued as (
        update private.jobs
        set status = 'queued', waits = attempt, run_at = now(), finished_at = null
        where id = p_id and status = 'dead'
        returning 1
    )
    select exists (select from requeued)
$function$;

CREATE OR REPLACE FUNCTION service.save_channel_secrets(p_inbox_id uuid, p_secrets jsonb, p_expires_at timestamp with time zone DEFAULT NULL::timestamp with time zone)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with saved as (
        update private.channel_secrets set secrets = secrets || p_secrets, updated_at = now()
        where inbox_id = p_inbox_id
        returning inbox_id
    )
    update public.channel_connections as connection
    set expires_at = p_expires_at
    from saved
    where connection.inbox_id = saved.inbox_id
$function$;

ALTER FUNCTION "service"."save_channel_secrets"(uuid, jsonb, timestamp with time zone) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.send_templates(p_conversation_id uuid, p_message_id uuid)
 RETURNS text[]
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations;
    inbox public.inboxes;
    message public.messages;
    locale text;
    due text[];
begin
    select * into conversation from public.conversations where id = p_conversation_id for no key update;
    select * into inbox from public.inboxes where id = conversation.inbox_id;
    select * into message from public.messages where conversation_id = p_conversation_id and id = p_message_id;
    if message.id is null then
        return '{}';
    end if;
    -- Asked again here, under the lock: an agent may have answered first, or a setting may have gone.
    due := private.due_templates(message);
    if 'out_of_office' = any (due) then
        insert into public.messages (conversation_id, message_type, content)
        values (p_conversation_id, 'template', inbox.out_of_office_message);
    end if;
    if 'greeting' = any (due) then
        insert into public.messages (conversation_id, message_type, content)
        values (p_conversation_id, 'template', inbox.greeting_message);
    end if;
    if 'email_collect' = any (due) then
        select account.locale into locale from public.accounts as account where account.id = conversation.account_id;
        insert into public.messages (conversation_id, message_type, content)
        values (p_conversation_id, 'template', private.template_text(locale, 'email_collect.ask'));
        insert into public.messages (conversation_id, message_type, content_type, content)
        values (p_conversation_id, 'template', 'input_email', private.template_text(locale, 'email_collect.box'));
    end if;
    return due;
end;
$function$;

ALTER FUNCTION "service"."send_templates"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.set_connection_state(p_inbox_id uuid, p_state text, p_reason text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    update public.channel_connections
    set state = p_state, state_reason = left(p_reason, 1000)
    where inbox_id = p_inbox_id and (state, state_reason) is distinct from (p_state, left(p_reason, 1000))
$function$;

ALTER FUNCTION "service"."set_connection_state"(uuid, text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.take_chore(p_name text, p_every_seconds integer, p_worker text DEFAULT ''::text)
 RETURNS boolean
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    with taken as (
        insert into private.chores as chore (name, taken_at, taken_by)
        values (p_name, clock_timestamp(), left(p_worker, 200))
        on conflict (name) do update
        set taken_at = excluded.taken_at, taken_by = excluded.taken_by
        -- A second's grace: a scheduler that calls each minute is never quite on time.
        where chore.taken_at <= clock_timestamp() - make_interval(secs => p_every_seconds - 1)
        returning 1
    )
    select exists (select from taken)
$function$;

ALTER FUNCTION "service"."take_chore"(text, integer, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.take_digest(p_conversation_id uuid, p_since timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations;
    window_row private.continuity;
    first_at timestamptz;
begin
    select * into window_row from private.continuity where conversation_id = p_conversation_id for update;
    if window_row.conversation_id is null then
        return null;
    end if;
    -- What is written from now on asks for a digest of its own.
    update private.continuity set since = null where conversation_id = p_conversation_id and since <= p_since;
    select * into conversation from public.conversations where id = p_conversation_id;
    select min(message.created_at) into first_at
    from public.messages as message
    where message.conversation_id = p_conversation_id and message.seq > window_row.mailed_seq
        and message.message_type in ('outgoing', 'template') and not message.private and message.created_at >= p_since;
    if first_at is null or conversation.visitor_unread_count = 0 then
        return null;
    end if;
    return (
        select jsonb_build_object(
            'account_id', conversation.account_id,
            'locale', account.locale,
            'business_name', coalesce(nullif(inbox.business_name, ''), inbox.name),
            'enabled', widget.continuity_via_email and account.status = 'active' and inbox.deleted_at is null,
            'email', contact.email,
            'blocked', contact.blocked,
            'opted_out', address.opted_out_at is not null,
            'last_seen_at', conversation.contact_last_seen_at,
            'since', first_at,
            'reply_token', private.reply_secret(inbox.id),
            'messages', coalesce((
                select jsonb_agg(jsonb_build_object(
                    'id', said.id,
                    'seq', said.seq,
                    'message_type', said.message_type,
                    'content_type', said.content_type,
                    'content', said.content,
                    'created_at', said.created_at,
                    'deleted', said.deleted_at is not null,
                    'author', case when said.message_type = 'incoming' then contact.name
                        else coalesce(private.message_sender(said) ->> 'name', inbox.name) end,
                    'attachments', coalesce((
                        select jsonb_agg(file.file_name order by file.created_at, file.id)
                        from public.attachments as file
                        where file.account_id = said.account_id and file.conversation_id = said.conversation_id
                            and file.message_id = said.id and file.file_name is not null), '[]')) order by said.seq)
                from (
                    select * from public.messages as message
                    where message.conversation_id = p_conversation_id and not message.private and message.message_type <> 'activity'
                    order by message.seq desc
                    limit 100
                ) as said), '[]'))
        from public.inboxes as inbox
        join public.accounts as account on account.id = inbox.account_id
        join public.channel_web_widgets as widget on widget.inbox_id = inbox.id
        join public.contacts as contact on contact.id = conversation.contact_id
        join public.contact_inboxes as address on address.id = conversation.contact_inbox_id
        where inbox.id = conversation.inbox_id);
end;
$function$;

ALTER FUNCTION "service"."take_digest"(uuid, timestamp with time zone) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.tell_new_conversation(p_conversation_id uuid, p_actor_user_id uuid, p_happened_at timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    conversation public.conversations;
begin
    -- Whoever deletes it waits for us, or we find it gone.
    select * into conversation from public.conversations where id = p_conversation_id for key share;
    if conversation.status is distinct from 'open' then
        return;
    end if;
    perform private.notify(
        array(
            select member.user_id from public.inbox_members as member
            where member.inbox_id = conversation.inbox_id and member.user_id is distinct from conversation.assignee_id),
        'conversation_creation', conversation, null,
        (select actor.id from public.users as actor where actor.id = p_actor_user_id), p_happened_at);
end;
$function$;

ALTER FUNCTION "service"."tell_new_conversation"(uuid, uuid, timestamp with time zone) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.templates_not_synced(p_inbox_id uuid, p_category text, p_text text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    update public.template_syncs
    set failures = failures + 1,
        error = left(p_text, 1000),
        next_sync_at = now() + least(interval '15 minutes' * power(2, least(failures, 10)), interval '12 hours')
    where inbox_id = p_inbox_id;
    if p_category = 'auth' then
        perform service.set_connection_state(p_inbox_id, 'reauthorization_required', p_text);
    end if;
end;
$function$;

ALTER FUNCTION "service"."templates_not_synced"(uuid, text, text) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.update_contact_address(p_inbox_id uuid, p_update jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    address public.contact_inboxes;
begin
    perform private.lock_address(p_inbox_id, p_update ->> 'source_id');
    select * into address
    from public.contact_inboxes
    where inbox_id = p_inbox_id and source_id = p_update ->> 'source_id'
    for no key update;
    if address.id is null then
        return false;
    end if;
    update public.contact_inboxes
    set opted_out_at = case (p_update ->> 'opted_out')::boolean
            when true then coalesce(opted_out_at, now()) when false then null else opted_out_at end,
        unreachable_reason = case (p_update ->> 'unreachable')::boolean
            when true then 'The contact cannot be reached on this channel.' when false then null else unreachable_reason end
    where id = address.id;
    if p_update ->> 'new_source_id' is not null and not exists (
        select from public.contact_inboxes where inbox_id = p_inbox_id and source_id = p_update ->> 'new_source_id')
    then
        update public.contact_inboxes set source_id = p_update ->> 'new_source_id' where id = address.id;
        insert into private.contact_inbox_aliases (account_id, inbox_id, alias, contact_inbox_id)
        values (address.account_id, p_inbox_id, address.source_id, address.id)
        on conflict do nothing;
    end if;
    return true;
end;
$function$;

ALTER FUNCTION "service"."update_contact_address"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.update_delivery(p_inbox_id uuid, p_status jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    given_source constant text := p_status ->> 'source_id';
    ranks constant jsonb := '{"sent": 1, "delivered": 2, "read": 3}';
    part private.message_parts;
    target public.messages;
    slowest text;
begin
    if p_status ->> 'status' not in ('sent', 'delivered', 'read', 'failed') then
        perform private.fail(400, 'status_invalid', 'A receipt says sent, delivered, read or failed.');
    end if;
    if p_status ->> 'message_id' is not null then
        -- Our own id came back: what we never heard about did arrive at the provider.
        update public.messages
        set status = 'sent', source_id = coalesce(source_id, given_source)
        where inbox_id = p_inbox_id and id::text = p_status ->> 'message_id' and status in ('sending', 'unknown')
            and not exists (
                select from public.messages as other where other.inbox_id = p_inbox_id and other.source_id = given_source);
    end if;
    if given_source is null then
        -- A watermark: all of ours to this contact until then.
        perform private.apply_status(message, p_status)
        from public.contact_inboxes as address
        join public.conversations as conversation
            on conversation.account_id = address.account_id and conversation.contact_inbox_id = address.id
        join public.messages as message on message.conversation_id = conversation.id
        where address.inbox_id = p_inbox_id
            and address.source_id = p_status ->> 'contact_source_id'
            and message.seq > conversation.last_seq - 500
            and message.message_type in ('outgoing', 'template')
            and not message.private
            and message.status in ('sent', 'delivered')
            and message.created_at <= coalesce((p_status ->> 'watermark')::timestamptz, now());
        return found;
    end if;
    if (p_status ->> 'and_earlier')::boolean then
        perform service.update_delivery(
            p_inbox_id,
            jsonb_build_object(
                'status', p_status ->> 'status', 'contact_source_id', address.source_id, 'watermark', reached.created_at))
        from public.messages as reached
        join public.conversations as conversation on conversation.id = reached.conversation_id
        join public.contact_inboxes as address on address.id = conversation.contact_inbox_id
        where reached.inbox_id = p_inbox_id and reached.source_id = given_source;
    end if;
    select * into part from private.message_parts where inbox_id = p_inbox_id and source_id = given_source for update;
    if part.message_id is null then
        select * into target from public.messages where inbox_id = p_inbox_id and source_id = given_source;
        if target.id is null then
            insert into private.parked_statuses (account_id, inbox_id, source_id, status)
            select inbox.account_id, p_inbox_id, given_source, p_status from public.inboxes as inbox where inbox.id = p_inbox_id;
            return false;
        end if;
        if p_status ->> 'status' = 'sent' and p_status ->> 'error_text' is not null then
            perform private.note_delay(target, p_status);
            return true;
        end if;
        perform private.apply_status(target, p_status);
        return true;
    end if;
    if p_status ->> 'status' = 'sent' and p_status ->> 'error_text' is not null then
        select * into target from public.messages where conversation_id = part.conversation_id and id = part.message_id;
        perform private.note_delay(target, p_status);
        return true;
    end if;
    update private.message_parts
    set status = p_status ->> 'status'
    where inbox_id = p_inbox_id and source_id = given_source
        and case
            when status = 'failed' then p_status ->> 'status' in ('delivered', 'read')
            when p_status ->> 'status' = 'failed' then status not in ('delivered', 'read')
            else (ranks ->> (p_status ->> 'status'))::int > (ranks ->> status)::int end;
    select status into slowest
    from private.message_parts
    where conversation_id = part.conversation_id and message_id = part.message_id
    order by (status = 'failed') desc, (ranks ->> status)::int nulls first
    limit 1;
    select * into target from public.messages where conversation_id = part.conversation_id and id = part.message_id;
    perform private.apply_status(target, p_status || jsonb_build_object('status', slowest));
    return true;
end;
$function$;

ALTER FUNCTION "service"."update_delivery"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.update_inbox(p_inbox_id uuid, p_update jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
    update public.channel_connections
    set settings = settings || jsonb_build_object(
            'news', coalesce(settings -> 'news', '{}') || jsonb_build_object(
                left(p_update ->> 'kind', 60), jsonb_build_object('at', now(), 'details', p_update -> 'details'))),
        state = case p_update ->> 'kind' when 'disconnected' then 'disconnected' when 'connected' then 'connected' else state end
    where inbox_id = p_inbox_id
        and octet_length(settings::text) + octet_length(p_update::text) < 60000;
    if p_update ->> 'kind' in ('template_status', 'template_category') then
        -- A hint: the list is the truth. Several come at a time.
        perform private.ask_for_templates(connection.account_id, p_inbox_id, interval '2 seconds')
        from public.channel_connections as connection
        where connection.inbox_id = p_inbox_id and private.has_templates(connection.channel_type);
    end if;
end;
$function$;

ALTER FUNCTION "service"."update_inbox"(uuid, jsonb) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.webhook_to_deliver(p_delivery_id uuid, p_conversation_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
    delivery private.webhook_deliveries;
    conversation public.conversations;
    message public.messages;
    kept jsonb;
begin
    update private.webhook_deliveries
    set attempts = attempts + 1, last_attempt_at = now()
    where id = p_delivery_id and status = 'pending'
    returning * into delivery;
    select secrets into kept from private.channel_secrets where inbox_id = delivery.inbox_id;
    select * into conversation from public.conversations where id = p_conversation_id;
    if delivery.id is null or conversation.id is null or coalesce(kept ->> 'webhook_url', '') = '' then
        return null;
    end if;
    if delivery.event like 'message%' then
        select * into message
        from public.messages
        where conversation_id = p_conversation_id and id::text = delivery.subject_id and not private and message_type <> 'activity';
        if message.id is null then
            return null;
        end if;
    end if;
    return jsonb_build_object(
        'url', kept ->> 'webhook_url',
        'secret', kept ->> 'webhook_secret',
        'body', private.webhook_body(delivery.event, conversation, message));
end;
$function$;

ALTER FUNCTION "service"."webhook_to_deliver"(uuid, uuid) OWNER TO "postgres";

CREATE OR REPLACE FUNCTION service.website_by_mail(p_inbox_id uuid DEFAULT NULL::uuid, p_conversation_id uuid DEFAULT NULL::uuid)
 RETURNS jsonb
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
    select jsonb_build_object(
        'inbox_id', inbox.id,
        'account_id', inbox.account_id,
        'active', account.status = 'active',
        'reply_token', private.reply_secret(inbox.id))
    from public.inboxes as inbox
    join public.accounts as account on account.id = inbox.account_id
    where inbox.channel_type = 'web_widget'
        and inbox.deleted_at is null
        and inbox.id = coalesce(
            p_inbox_id, (select conversation.inbox_id from public.conversations as conversation where conversation.id = p_conversation_id))
$function$;

ALTER FUNCTION "service"."website_by_mail"(uuid, uuid) OWNER TO "postgres";

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

ALTER TABLE "private"."assignment_turns" ADD CONSTRAINT "assignment_turns_account_id_fkey" FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;

ALTER TABLE "private"."channel_secrets" ADD CONSTRAINT "channel_secrets_inbox_fkey" FOREIGN KEY (account_id, inbox_id) REFERENCES public.inboxes(account_id, id) ON DELETE CASCADE;

ALTER TABLE "private"."contact_inbox_aliases" ADD CONSTRAINT "contact_inbox_aliases_contact_inbox_fkey" FOREIGN KEY (account_id, contact_inbox_id) REFERENCES public.contact_inboxes(account_id, id) ON DELETE CASCADE;

ALTER TABLE "private"."contact_inbox_aliases" ADD CONSTRAINT "contact_inbox_aliases_inbox_fkey" FOREIGN KEY (account_id, inbox_id) REFERENCES public.inboxes(account_id, id) ON DELETE CASCADE;

ALTER TABLE "private"."contact_presence" ADD CONSTRAINT "contact_presence_contact_fkey" FOREIGN KEY (account_id, contact_id) REFERENCES public.contacts(account_id, id) ON DELETE CASCADE;

ALTER TABLE "private"."continuity" ADD CONSTRAINT "continuity_conversation_fkey" FOREIGN KEY (account_id, conversation_id) REFERENCES public.conversations(account_id, id) ON DELETE CASCADE;

ALTER TABLE "private"."identity_secrets" ADD CONSTRAINT "identity_secrets_inbox_fkey" FOREIGN KEY (account_id, inbox_id) REFERENCES public.inboxes(account_id, id) ON DELETE CASCADE;

ALTER TABLE "private"."jobs" ADD CONSTRAINT "jobs_attempt_check" CHECK (((waits >= 0) AND (attempt >= waits) AND (max_attempts >= 1)));

ALTER TABLE "private"."mail_tombstones" ADD CONSTRAINT "mail_tombstones_inbox_fkey" FOREIGN KEY (account_id, inbox_id) REFERENCES public.inboxes(account_id, id) ON DELETE CASCADE;

ALTER TABLE "private"."mailbox_sign_ins" ADD CONSTRAINT "mailbox_sign_ins_account_user_fkey" FOREIGN KEY (account_id, user_id) REFERENCES public.account_users(account_id, user_id) ON DELETE CASCADE;

ALTER TABLE "private"."mailbox_sign_ins" ADD CONSTRAINT "mailbox_sign_ins_inbox_fkey" FOREIGN KEY (account_id, inbox_id) REFERENCES public.inboxes(account_id, id) ON DELETE CASCADE;

ALTER TABLE "private"."mailboxes" ADD CONSTRAINT "mailboxes_inbox_fkey" FOREIGN KEY (account_id, inbox_id) REFERENCES public.inboxes(account_id, id) ON DELETE CASCADE;

ALTER TABLE "private"."message_parts" ADD CONSTRAINT "message_parts_conversation_fkey" FOREIGN KEY (account_id, conversation_id) REFERENCES public.conversations(account_id, id) ON DELETE CASCADE;

ALTER TABLE "private"."message_parts" ADD CONSTRAINT "message_parts_inbox_fkey" FOREIGN KEY (account_id, inbox_id) REFERENCES public.inboxes(account_id, id) ON DELETE CASCADE;

ALTER TABLE "private"."parked_statuses" ADD CONSTRAINT "parked_statuses_inbox_fkey" FOREIGN KEY (account_id, inbox_id) REFERENCES public.inboxes(account_id, id) ON DELETE CASCADE;

ALTER TABLE "private"."provider_events" ADD CONSTRAINT "provider_events_inbox_fkey" FOREIGN KEY (account_id, inbox_id) REFERENCES public.inboxes(account_id, id) ON DELETE CASCADE;

ALTER TABLE "private"."user_presence" ADD CONSTRAINT "user_presence_user_fkey" FOREIGN KEY (account_id, user_id) REFERENCES public.account_users(account_id, user_id) ON DELETE CASCADE;

ALTER TABLE "private"."visitor_sessions" ADD CONSTRAINT "visitor_sessions_identifier_check" CHECK (((char_length(identifier) >= 1) AND (char_length(identifier) <= 255)));

ALTER TABLE "private"."webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_inbox_fkey" FOREIGN KEY (account_id, inbox_id) REFERENCES public.inboxes(account_id, id) ON DELETE CASCADE;

ALTER TABLE "public"."account_users" ADD CONSTRAINT "account_users_custom_role_id_check" CHECK (((custom_role_id IS NULL) OR (role = 'agent'::text)));

ALTER TABLE "public"."accounts" ADD CONSTRAINT "accounts_domain_check" CHECK ((domain ~ '^[a-z0-9]([a-z0-9.-]{0,98}[a-z0-9])?$'::text));

ALTER TABLE "public"."accounts" ADD CONSTRAINT "accounts_limits_check" CHECK ((jsonb_typeof(limits) = 'object'::text));

ALTER TABLE "public"."accounts" ADD CONSTRAINT "accounts_support_email_check" CHECK (((char_length(support_email) <= 254) AND (support_email ~ '^[^@\s<>",;]+@[^@\s<>",;]+\.[^@\s<>",;]+$'::text)));

ALTER TABLE "public"."attachments" ADD CONSTRAINT "attachments_conversation_fkey" FOREIGN KEY (account_id, conversation_id) REFERENCES public.conversations(account_id, id) ON DELETE CASCADE;

ALTER TABLE "public"."attachments" ADD CONSTRAINT "attachments_uploaded_by_contact_inbox_fkey" FOREIGN KEY (account_id, uploaded_by_contact_inbox_id) REFERENCES public.contact_inboxes(account_id, id) ON DELETE SET NULL (uploaded_by_contact_inbox_id);

ALTER TABLE "public"."attachments" ADD CONSTRAINT "attachments_uploaded_by_user_fkey" FOREIGN KEY (uploaded_by_user_id) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE "public"."audit_log" ADD CONSTRAINT "audit_log_account_id_fkey" FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;

ALTER TABLE "public"."audit_log" ADD CONSTRAINT "audit_log_user_id_fkey" FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE "public"."canned_responses" ADD CONSTRAINT "canned_responses_account_id_fkey" FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;

ALTER TABLE "public"."channel_connections" ADD CONSTRAINT "channel_connections_inbox_fkey" FOREIGN KEY (account_id, inbox_id) REFERENCES public.inboxes(account_id, id) ON DELETE CASCADE;

ALTER TABLE "public"."channel_templates" ADD CONSTRAINT "channel_templates_inbox_fkey" FOREIGN KEY (account_id, inbox_id) REFERENCES public.inboxes(account_id, id) ON DELETE CASCADE;

ALTER TABLE "public"."channel_web_widgets" ADD CONSTRAINT "channel_web_widgets_features_check" CHECK ((features <@ ARRAY['attachments'::text, 'emoji_picker'::text, 'end_conversation'::text, 'use_inbox_avatar_for_bot'::text]));

ALTER TABLE "public"."channel_web_widgets" ADD CONSTRAINT "channel_web_widgets_pre_chat_form_options_check" CHECK (((jsonb_typeof(pre_chat_form_options) = 'object'::text) AND (octet_length((pre_chat_form_options)::text) <= 65536)));

ALTER TABLE "public"."contacts" ADD CONSTRAINT "contacts_last_name_check" CHECK ((char_length(last_name) <= 255));

ALTER TABLE "public"."contacts" ADD CONSTRAINT "contacts_middle_name_check" CHECK ((char_length(middle_name) <= 255));

ALTER TABLE "public"."conversation_participants" ADD CONSTRAINT "conversation_participants_conversation_fkey" FOREIGN KEY (account_id, conversation_id) REFERENCES public.conversations(account_id, id) ON DELETE CASCADE;

ALTER TABLE "public"."conversation_participants" ADD CONSTRAINT "conversation_participants_user_fkey" FOREIGN KEY (account_id, user_id) REFERENCES public.account_users(account_id, user_id) ON DELETE CASCADE;

ALTER TABLE "public"."custom_attribute_definitions" ADD CONSTRAINT "custom_attribute_definitions_account_id_fkey" FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;

ALTER TABLE "public"."custom_filters" ADD CONSTRAINT "custom_filters_account_id_fkey" FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;

ALTER TABLE "public"."custom_filters" ADD CONSTRAINT "custom_filters_user_fkey" FOREIGN KEY (account_id, user_id) REFERENCES public.account_users(account_id, user_id) ON DELETE CASCADE;

ALTER TABLE "public"."custom_roles" ADD CONSTRAINT "custom_roles_account_id_fkey" FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;

ALTER TABLE "public"."inboxes" ADD CONSTRAINT "inboxes_auto_assignment_config_check" CHECK (((jsonb_typeof(auto_assignment_config) = 'object'::text) AND (COALESCE((auto_assignment_config ->> 'max_assignment_limit'::text), '1'::text) ~ '^[1-9][0-9]{0,5}$'::text)));

ALTER TABLE "public"."inboxes" ADD CONSTRAINT "inboxes_avatar_url_check" CHECK (((avatar_url ~ '^https?://'::text) AND (char_length(avatar_url) <= 2000)));

ALTER TABLE "public"."inboxes" ADD CONSTRAINT "inboxes_business_name_check" CHECK (((char_length(business_name) >= 1) AND (char_length(business_name) <= 100)));

ALTER TABLE "public"."inboxes" ADD CONSTRAINT "inboxes_channel_type_check" CHECK ((channel_type = ANY (ARRAY['web_widget'::text, 'api'::text, 'email'::text, 'whatsapp_cloud'::text, 'whatsapp_360dialog'::text, 'messenger'::text, 'instagram'::text, 'telegram'::text, 'twilio_sms'::text, 'twilio_whatsapp'::text, 'bandwidth_sms'::text, 'line'::text, 'tiktok'::text])));

ALTER TABLE "public"."inboxes" ADD CONSTRAINT "inboxes_csat_config_check" CHECK (((jsonb_typeof(csat_config) = 'object'::text) AND (octet_length((csat_config)::text) <= 65536)));

ALTER TABLE "public"."inboxes" ADD CONSTRAINT "inboxes_sender_name_type_check" CHECK ((sender_name_type = ANY (ARRAY['friendly'::text, 'professional'::text])));

ALTER TABLE "public"."invitations" ADD CONSTRAINT "invitations_account_id_fkey" FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;

ALTER TABLE "public"."invitations" ADD CONSTRAINT "invitations_invited_by_fkey" FOREIGN KEY (invited_by) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE "public"."labels" ADD CONSTRAINT "labels_account_id_fkey" FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;

ALTER TABLE "public"."mentions" ADD CONSTRAINT "mentions_conversation_fkey" FOREIGN KEY (account_id, conversation_id) REFERENCES public.conversations(account_id, id) ON DELETE CASCADE;

ALTER TABLE "public"."mentions" ADD CONSTRAINT "mentions_user_fkey" FOREIGN KEY (account_id, user_id) REFERENCES public.account_users(account_id, user_id) ON DELETE CASCADE;

ALTER TABLE "public"."message_versions" ADD CONSTRAINT "message_versions_edited_by_fkey" FOREIGN KEY (edited_by) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE "public"."messages" ADD CONSTRAINT "messages_account_id_conversation_id_id_key" UNIQUE (account_id, conversation_id, id);

ALTER TABLE "public"."attachments" ADD CONSTRAINT "attachments_message_fkey" FOREIGN KEY (account_id, conversation_id, message_id) REFERENCES public.messages(account_id, conversation_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE "public"."message_versions" ADD CONSTRAINT "message_versions_message_fkey" FOREIGN KEY (account_id, conversation_id, message_id) REFERENCES public.messages(account_id, conversation_id, id) ON DELETE CASCADE;

ALTER TABLE "public"."notes" ADD CONSTRAINT "notes_contact_fkey" FOREIGN KEY (account_id, contact_id) REFERENCES public.contacts(account_id, id) ON DELETE CASCADE;

ALTER TABLE "public"."notes" ADD CONSTRAINT "notes_user_fkey" FOREIGN KEY (account_id, user_id) REFERENCES public.account_users(account_id, user_id) ON DELETE SET NULL (user_id);

ALTER TABLE "public"."notification_settings" ADD CONSTRAINT "notification_settings_user_fkey" FOREIGN KEY (account_id, user_id) REFERENCES public.account_users(account_id, user_id) ON DELETE CASCADE;

ALTER TABLE "public"."notifications" ADD CONSTRAINT "notifications_actor_user_id_fkey" FOREIGN KEY (actor_user_id) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE "public"."notifications" ADD CONSTRAINT "notifications_conversation_fkey" FOREIGN KEY (account_id, conversation_id) REFERENCES public.conversations(account_id, id) ON DELETE CASCADE;

ALTER TABLE "public"."notifications" ADD CONSTRAINT "notifications_user_fkey" FOREIGN KEY (account_id, user_id) REFERENCES public.account_users(account_id, user_id) ON DELETE CASCADE;

ALTER TABLE "public"."team_members" ADD CONSTRAINT "team_members_user_fkey" FOREIGN KEY (account_id, user_id) REFERENCES public.account_users(account_id, user_id) ON DELETE CASCADE;

ALTER TABLE "public"."teams" ADD CONSTRAINT "teams_account_id_fkey" FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;

ALTER TABLE "public"."template_syncs" ADD CONSTRAINT "template_syncs_inbox_fkey" FOREIGN KEY (account_id, inbox_id) REFERENCES public.inboxes(account_id, id) ON DELETE CASCADE;

ALTER TABLE "public"."users" ADD CONSTRAINT "users_message_signature_check" CHECK ((char_length(message_signature) <= 5000));

ALTER TABLE "public"."working_hours" ADD CONSTRAINT "working_hours_inbox_fkey" FOREIGN KEY (account_id, inbox_id) REFERENCES public.inboxes(account_id, id) ON DELETE CASCADE;

CREATE INDEX attachment_sources_account_id_attachment_id_idx ON private.attachment_sources USING btree (account_id, attachment_id);

CREATE INDEX channel_secrets_account_id_inbox_id_idx ON private.channel_secrets USING btree (account_id, inbox_id);

CREATE INDEX contact_inbox_aliases_account_id_contact_inbox_id_idx ON private.contact_inbox_aliases USING btree (account_id, contact_inbox_id);

CREATE INDEX contact_inbox_aliases_account_id_inbox_id_idx ON private.contact_inbox_aliases USING btree (account_id, inbox_id);

CREATE INDEX continuity_account_id_conversation_id_idx ON private.continuity USING btree (account_id, conversation_id);

CREATE INDEX identity_secrets_account_id_inbox_id_idx ON private.identity_secrets USING btree (account_id, inbox_id);

CREATE INDEX jobs_dead_idx ON private.jobs USING btree (id) WHERE (status = 'dead'::text);

CREATE INDEX mail_tombstones_account_id_inbox_id_idx ON private.mail_tombstones USING btree (account_id, inbox_id);

CREATE INDEX mailbox_sign_ins_account_id_inbox_id_idx ON private.mailbox_sign_ins USING btree (account_id, inbox_id);

CREATE INDEX mailbox_sign_ins_account_id_user_id_idx ON private.mailbox_sign_ins USING btree (account_id, user_id);

CREATE INDEX mailboxes_account_id_inbox_id_idx ON private.mailboxes USING btree (account_id, inbox_id);

CREATE INDEX mailboxes_next_visit_at_idx ON private.mailboxes USING btree (next_visit_at);

CREATE INDEX message_parts_account_id_inbox_id_idx ON private.message_parts USING btree (account_id, inbox_id);

CREATE INDEX message_parts_message_idx ON private.message_parts USING btree (account_id, conversation_id, message_id);

CREATE INDEX parked_statuses_account_id_inbox_id_idx ON private.parked_statuses USING btree (account_id, inbox_id);

CREATE INDEX parked_statuses_created_at_idx ON private.parked_statuses USING btree (created_at);

CREATE INDEX parked_statuses_inbox_id_source_id_idx ON private.parked_statuses USING btree (inbox_id, source_id);

CREATE INDEX provider_events_account_id_inbox_id_idx ON private.provider_events USING btree (account_id, inbox_id);

CREATE INDEX provider_events_processed_at_idx ON private.provider_events USING btree (processed_at) WHERE (status = ANY (ARRAY['processed'::text, 'ignored'::text]));

CREATE INDEX provider_events_quarantined_idx ON private.provider_events USING btree (id) WHERE (status = 'quarantined'::text);

CREATE INDEX provider_events_received_idx ON private.provider_events USING btree (inbox_id, id) WHERE (status = 'received'::text);

CREATE INDEX webhook_deliveries_account_id_inbox_id_idx ON private.webhook_deliveries USING btree (account_id, inbox_id);

CREATE INDEX webhook_deliveries_created_at_idx ON private.webhook_deliveries USING btree (created_at);

CREATE INDEX account_users_account_id_custom_role_id_idx ON public.account_users USING btree (account_id, custom_role_id) WHERE (custom_role_id IS NOT NULL);

CREATE INDEX attachments_message_idx ON public.attachments USING btree (account_id, conversation_id, message_id);

CREATE INDEX attachments_unbound_idx ON public.attachments USING btree (created_at) WHERE (message_id IS NULL);

CREATE INDEX attachments_uploaded_by_contact_inbox_idx ON public.attachments USING btree (account_id, uploaded_by_contact_inbox_id, created_at) WHERE (uploaded_by_contact_inbox_id IS NOT NULL);

CREATE INDEX attachments_uploaded_by_user_id_idx ON public.attachments USING btree (uploaded_by_user_id, created_at) WHERE (uploaded_by_user_id IS NOT NULL);

CREATE INDEX audit_log_user_id_idx ON public.audit_log USING btree (user_id) WHERE (user_id IS NOT NULL);

CREATE INDEX channel_connections_account_id_inbox_id_idx ON public.channel_connections USING btree (account_id, inbox_id);

CREATE INDEX channel_connections_aliases_idx ON public.channel_connections USING gin (aliases);

CREATE INDEX channel_connections_business_account_idx ON public.channel_connections USING btree (channel_type, ((settings ->> 'business_account_id'::text))) WHERE (settings ? 'business_account_id'::text);

CREATE INDEX channel_templates_account_id_inbox_id_idx ON public.channel_templates USING btree (account_id, inbox_id);

CREATE INDEX contacts_account_id_created_at_idx ON public.contacts USING btree (account_id, created_at DESC, id DESC);

CREATE INDEX contacts_account_id_name_idx ON public.contacts USING btree (account_id, lower(name), id);

CREATE INDEX contacts_labels_idx ON public.contacts USING gin (account_id, labels);

CREATE INDEX contacts_unreachable_idx ON public.contacts USING btree (id) WHERE ((email IS NULL) AND (phone_number IS NULL) AND (identifier IS NULL));

CREATE INDEX conversation_participants_account_id_conversation_id_idx ON public.conversation_participants USING btree (account_id, conversation_id);

CREATE INDEX conversation_participants_account_id_user_id_idx ON public.conversation_participants USING btree (account_id, user_id, conversation_id);

CREATE INDEX conversations_by_team_idx ON public.conversations USING btree (account_id, team_id, status, last_activity_at DESC, id DESC);

CREATE INDEX conversations_labels_idx ON public.conversations USING gin (account_id, labels);

CREATE UNIQUE INDEX custom_filters_name_key ON public.custom_filters USING btree (account_id, user_id, filter_type, lower(name)) NULLS NOT DISTINCT;

CREATE INDEX invitations_account_id_custom_role_id_idx ON public.invitations USING btree (account_id, custom_role_id) WHERE (custom_role_id IS NOT NULL);

CREATE UNIQUE INDEX invitations_account_id_email_key ON public.invitations USING btree (account_id, email) WHERE (accepted_at IS NULL);

CREATE INDEX invitations_invited_by_idx ON public.invitations USING btree (invited_by) WHERE (invited_by IS NOT NULL);

CREATE INDEX mentions_account_id_conversation_id_idx ON public.mentions USING btree (account_id, conversation_id);

CREATE INDEX mentions_account_id_user_id_idx ON public.mentions USING btree (account_id, user_id, mentioned_at DESC);

CREATE INDEX message_versions_edited_by_idx ON public.message_versions USING btree (edited_by) WHERE (edited_by IS NOT NULL);

CREATE INDEX messages_queued_idx ON public.messages USING btree (inbox_id, created_at) WHERE (status = ANY (ARRAY['queued'::text, 'sending'::text]));

CREATE INDEX messages_sending_idx ON public.messages USING btree (inbox_id) WHERE (status = 'sending'::text);

CREATE INDEX notes_account_id_user_id_idx ON public.notes USING btree (account_id, user_id);

CREATE INDEX notifications_account_id_conversation_id_idx ON public.notifications USING btree (account_id, conversation_id);

CREATE INDEX notifications_actor_user_id_idx ON public.notifications USING btree (actor_user_id) WHERE (actor_user_id IS NOT NULL);

CREATE INDEX notifications_unread_idx ON public.notifications USING btree (account_id, user_id, created_at DESC) WHERE (read_at IS NULL);

CREATE INDEX team_members_account_id_team_id_idx ON public.team_members USING btree (account_id, team_id);

CREATE INDEX team_members_account_id_user_id_idx ON public.team_members USING btree (account_id, user_id);

CREATE INDEX template_syncs_account_id_inbox_id_idx ON public.template_syncs USING btree (account_id, inbox_id);

CREATE INDEX template_syncs_next_sync_at_idx ON public.template_syncs USING btree (next_sync_at);

CREATE INDEX working_hours_account_id_inbox_id_idx ON public.working_hours USING btree (account_id, inbox_id);

CREATE TRIGGER events_tell_api_inbox AFTER INSERT ON private.events FOR EACH ROW WHEN (((new.conversation_id IS NOT NULL) AND (new.name = ANY (ARRAY['message.updated'::text, 'conversation.created'::text, 'conversation.updated'::text, 'conversation.opened'::text, 'conversation.resolved'::text, 'conversation.status_changed'::text])))) EXECUTE FUNCTION private.tell_api_inbox();

CREATE TRIGGER account_users_add_notification_settings AFTER INSERT ON public.account_users FOR EACH ROW EXECUTE FUNCTION private.add_notification_settings();

CREATE TRIGGER account_users_audit AFTER INSERT OR DELETE OR UPDATE ON public.account_users FOR EACH ROW EXECUTE FUNCTION private.audit();

CREATE TRIGGER account_users_move_epoch AFTER DELETE OR UPDATE OF role, custom_role_id ON public.account_users FOR EACH ROW EXECUTE FUNCTION private.account_users_changed();

CREATE TRIGGER account_users_tell AFTER INSERT OR DELETE ON public.account_users FOR EACH ROW EXECUTE FUNCTION private.tell_member();

CREATE TRIGGER accounts_audit AFTER UPDATE ON public.accounts FOR EACH ROW EXECUTE FUNCTION private.audit();

CREATE TRIGGER attachments_remove_objects AFTER DELETE ON public.attachments REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION private.attachments_removed();

CREATE TRIGGER attachments_set_updated_at BEFORE UPDATE ON public.attachments FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

CREATE TRIGGER canned_responses_set_updated_at BEFORE UPDATE ON public.canned_responses FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

CREATE TRIGGER channel_apis_audit AFTER UPDATE ON public.channel_apis FOR EACH ROW EXECUTE FUNCTION private.audit();

CREATE TRIGGER channel_connections_follow_mailbox_change AFTER UPDATE OF settings, state ON public.channel_connections FOR EACH ROW WHEN (((new.channel_type = 'email'::text) AND (new.state = 'connected'::text) AND (((old.settings - 'news'::text) IS DISTINCT FROM (new.settings - 'news'::text)) OR (old.state <> 'connected'::text)))) EXECUTE FUNCTION private.follow_mailbox();

CREATE TRIGGER channel_connections_follow_mailbox AFTER INSERT ON public.channel_connections FOR EACH ROW WHEN ((new.channel_type = 'email'::text)) EXECUTE FUNCTION private.follow_mailbox();

CREATE TRIGGER channel_connections_follow_templates_change AFTER UPDATE OF settings, state ON public.channel_connections FOR EACH ROW WHEN ((private.has_templates(new.channel_type) AND (new.state = 'connected'::text) AND (((old.settings - 'news'::text) IS DISTINCT FROM (new.settings - 'news'::text)) OR (old.state <> 'connected'::text)))) EXECUTE FUNCTION private.follow_templates();

CREATE TRIGGER channel_connections_follow_templates AFTER INSERT ON public.channel_connections FOR EACH ROW WHEN (private.has_templates(new.channel_type)) EXECUTE FUNCTION private.follow_templates();

CREATE TRIGGER channel_connections_set_updated_at BEFORE UPDATE ON public.channel_connections FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

CREATE TRIGGER channel_connections_tell AFTER UPDATE OF state ON public.channel_connections FOR EACH ROW WHEN ((old.state IS DISTINCT FROM new.state)) EXECUTE FUNCTION private.connection_changed();

CREATE TRIGGER channel_templates_set_updated_at BEFORE UPDATE ON public.channel_templates FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

CREATE TRIGGER channel_web_widgets_add_identity_secret AFTER INSERT ON public.channel_web_widgets FOR EACH ROW EXECUTE FUNCTION private.add_identity_secret();

CREATE TRIGGER channel_web_widgets_audit AFTER UPDATE ON public.channel_web_widgets FOR EACH ROW EXECUTE FUNCTION private.audit();

CREATE TRIGGER contacts_tell AFTER INSERT OR DELETE OR UPDATE OF name, middle_name, last_name, email, phone_number, identifier, contact_type, blocked, avatar_url, labels, custom_attributes, additional_attributes ON public.contacts FOR EACH ROW EXECUTE FUNCTION private.tell_contact();

CREATE TRIGGER conversations_assign BEFORE UPDATE ON public.conversations FOR EACH ROW WHEN (((old.status IS DISTINCT FROM new.status) OR (old.team_id IS DISTINCT FROM new.team_id))) EXECUTE FUNCTION private.auto_assign();

CREATE TRIGGER conversations_audit AFTER DELETE ON public.conversations FOR EACH ROW EXECUTE FUNCTION private.audit();

CREATE TRIGGER conversations_begin_with_assignee BEFORE INSERT ON public.conversations FOR EACH ROW EXECUTE FUNCTION private.auto_assign();

CREATE TRIGGER conversations_begin BEFORE INSERT ON public.conversations FOR EACH ROW EXECUTE FUNCTION private.begin_conversation();

CREATE TRIGGER conversations_bury_mail BEFORE DELETE ON public.conversations FOR EACH ROW EXECUTE FUNCTION private.bury_mail();

CREATE TRIGGER conversations_move_epoch BEFORE UPDATE OF assignee_id, team_id ON public.conversations FOR EACH ROW EXECUTE FUNCTION private.move_conversation_epoch();

CREATE TRIGGER conversations_notify_added AFTER INSERT ON public.conversations FOR EACH ROW EXECUTE FUNCTION private.notify_of_conversation();

CREATE TRIGGER conversations_notify_changed AFTER UPDATE ON public.conversations FOR EACH ROW WHEN ((((new.assignee_id IS NOT NULL) AND (old.assignee_id IS DISTINCT FROM new.assignee_id)) OR ((old.status = 'pending'::text) AND (new.status = 'open'::text)))) EXECUTE FUNCTION private.notify_of_conversation();

CREATE TRIGGER conversations_tell_deleted AFTER DELETE ON public.conversations FOR EACH ROW EXECUTE FUNCTION private.tell_conversation_deleted();

CREATE TRIGGER conversations_tell_in_thread AFTER UPDATE ON public.conversations FOR EACH ROW WHEN (((old.status IS DISTINCT FROM new.status) OR (old.assignee_id IS DISTINCT FROM new.assignee_id) OR (old.team_id IS DISTINCT FROM new.team_id) OR (old.priority IS DISTINCT FROM new.priority) OR (old.labels IS DISTINCT FROM new.labels))) EXECUTE FUNCTION private.tell_activity();

CREATE TRIGGER conversations_tell_teams AFTER UPDATE ON public.conversations FOR EACH ROW WHEN ((((old.team_id IS NOT NULL) OR (new.team_id IS NOT NULL)) AND ((old.last_seq IS DISTINCT FROM new.last_seq) OR (old.unread_count IS DISTINCT FROM new.unread_count) OR (old.last_activity_at IS DISTINCT FROM new.last_activity_at)))) EXECUTE FUNCTION private.tell_teams();

CREATE TRIGGER conversations_tell_topic_moved AFTER UPDATE ON public.conversations FOR EACH ROW WHEN ((old.epoch IS DISTINCT FROM new.epoch)) EXECUTE FUNCTION private.tell_topic_moved();

CREATE TRIGGER custom_attribute_definitions_set_updated_at BEFORE UPDATE ON public.custom_attribute_definitions FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

CREATE TRIGGER custom_filters_set_updated_at BEFORE UPDATE ON public.custom_filters FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

CREATE TRIGGER custom_roles_audit AFTER INSERT OR DELETE OR UPDATE ON public.custom_roles FOR EACH ROW EXECUTE FUNCTION private.audit();

CREATE TRIGGER custom_roles_move_epoch AFTER UPDATE OF permissions ON public.custom_roles FOR EACH ROW WHEN ((old.permissions IS DISTINCT FROM new.permissions)) EXECUTE FUNCTION private.custom_role_changed();

CREATE TRIGGER custom_roles_set_updated_at BEFORE UPDATE ON public.custom_roles FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

CREATE TRIGGER inbox_members_audit AFTER INSERT OR DELETE ON public.inbox_members FOR EACH ROW EXECUTE FUNCTION private.audit();

CREATE TRIGGER inboxes_add_working_hours AFTER INSERT ON public.inboxes FOR EACH ROW EXECUTE FUNCTION private.add_working_hours();

CREATE TRIGGER inboxes_audit AFTER INSERT OR DELETE OR UPDATE ON public.inboxes FOR EACH ROW EXECUTE FUNCTION private.audit();

CREATE TRIGGER invitations_audit AFTER INSERT OR DELETE ON public.invitations FOR EACH ROW EXECUTE FUNCTION private.audit();

CREATE TRIGGER labels_follow_removal AFTER DELETE ON public.labels FOR EACH ROW EXECUTE FUNCTION private.follow_label();

CREATE TRIGGER labels_follow_title AFTER UPDATE OF title ON public.labels FOR EACH ROW WHEN ((old.title IS DISTINCT FROM new.title)) EXECUTE FUNCTION private.follow_label();

CREATE TRIGGER labels_set_updated_at BEFORE UPDATE ON public.labels FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

CREATE TRIGGER messages_a_keep_status BEFORE UPDATE OF status ON public.messages FOR EACH ROW WHEN ((old.status IS DISTINCT FROM new.status)) EXECUTE FUNCTION private.keep_message_status();

CREATE TRIGGER messages_ask_for_digest AFTER INSERT ON public.messages FOR EACH ROW WHEN (((NOT new.private) AND ((new.message_type = 'outgoing'::text) OR ((new.message_type = 'template'::text) AND (new.content_type = ANY (ARRAY['text'::text, 'input_csat'::text])))))) EXECUTE FUNCTION private.ask_for_digest();

CREATE TRIGGER messages_attachments_deleted BEFORE UPDATE OF deleted_at ON public.messages FOR EACH ROW WHEN (((old.deleted_at IS NULL) AND (new.deleted_at IS NOT NULL) AND (old.attachments_at IS NOT NULL))) EXECUTE FUNCTION private.message_deleted();

CREATE TRIGGER messages_change BEFORE UPDATE OF content, content_type, content_attributes, status, edited_at, deleted_at, attachments_at ON public.messages FOR EACH ROW WHEN (((old.content IS DISTINCT FROM new.content) OR (old.content_type IS DISTINCT FROM new.content_type) OR (old.content_attributes IS DISTINCT FROM new.content_attributes) OR (old.status IS DISTINCT FROM new.status) OR (old.edited_at IS DISTINCT FROM new.edited_at) OR (old.deleted_at IS DISTINCT FROM new.deleted_at) OR (old.attachments_at IS DISTINCT FROM new.attachments_at))) EXECUTE FUNCTION private.change_message();

CREATE TRIGGER messages_deliver_again AFTER UPDATE OF status ON public.messages FOR EACH ROW WHEN (((new.status = 'queued'::text) AND (old.status = ANY (ARRAY['failed'::text, 'unknown'::text])))) EXECUTE FUNCTION private.deliver_message_again();

CREATE TRIGGER messages_deliver AFTER INSERT ON public.messages FOR EACH ROW WHEN ((new.status = 'queued'::text)) EXECUTE FUNCTION private.deliver_new_message();

CREATE TRIGGER messages_notify AFTER INSERT ON public.messages FOR EACH ROW WHEN ((((new.message_type = 'incoming'::text) AND (NOT (new.content_attributes ? 'history'::text))) OR ((new.message_type = 'outgoing'::text) AND (new.sender_user_id IS NOT NULL)))) EXECUTE FUNCTION private.notify_of_message();

CREATE TRIGGER messages_tell_created AFTER INSERT ON public.messages FOR EACH ROW WHEN ((NOT (new.content_attributes ? 'history'::text))) EXECUTE FUNCTION private.tell_message_created();

CREATE TRIGGER messages_write_to_queue BEFORE INSERT ON public.messages FOR EACH ROW WHEN (((new.message_type = ANY (ARRAY['outgoing'::text, 'template'::text])) AND (NOT new.private) AND (new.source_id IS NULL) AND (new.status = ANY (ARRAY['sent'::text, 'queued'::text])))) EXECUTE FUNCTION private.queue_message();

CREATE TRIGGER notes_set_updated_at BEFORE UPDATE ON public.notes FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

CREATE TRIGGER notification_settings_set_updated_at BEFORE UPDATE ON public.notification_settings FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

CREATE TRIGGER team_members_audit AFTER INSERT OR DELETE ON public.team_members FOR EACH ROW EXECUTE FUNCTION private.audit();

CREATE TRIGGER team_members_move_epoch AFTER INSERT OR DELETE ON public.team_members FOR EACH ROW EXECUTE FUNCTION private.team_members_changed();

CREATE TRIGGER teams_audit AFTER INSERT OR DELETE OR UPDATE ON public.teams FOR EACH ROW EXECUTE FUNCTION private.audit();

CREATE TRIGGER teams_set_updated_at BEFORE UPDATE ON public.teams FOR EACH ROW EXECUTE FUNCTION private.set_updated_at();

CREATE TRIGGER working_hours_audit AFTER UPDATE ON public.working_hours FOR EACH ROW EXECUTE FUNCTION private.audit();

CREATE POLICY "agents read the attachments of conversations they may see" ON "public"."attachments" FOR SELECT TO "authenticated" USING (private.sees_conversation(conversation_id));

CREATE POLICY "administrators read the audit log of their accounts" ON "public"."audit_log" FOR SELECT TO "authenticated" USING ((account_id = ANY (( SELECT private.account_ids('administrator'::text) AS account_ids)::uuid[])));

CREATE POLICY "members read the canned responses of their accounts" ON "public"."canned_responses" FOR SELECT TO "authenticated" USING ((account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[])));

CREATE POLICY "agents read how their inboxes are connected" ON "public"."channel_connections" FOR SELECT TO "authenticated" USING ((inbox_id = ANY (( SELECT private.inbox_ids() AS inbox_ids)::uuid[])));

CREATE POLICY "agents read the templates of their inboxes" ON "public"."channel_templates" FOR SELECT TO "authenticated" USING ((inbox_id = ANY (( SELECT private.inbox_ids() AS inbox_ids)::uuid[])));

CREATE POLICY "agents read who follows the conversations they may see" ON "public"."conversation_participants" FOR SELECT TO "authenticated" USING (((account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[])) AND ((user_id = ( SELECT auth.uid() AS uid)) OR private.can_see_conversation(conversation_id))));

CREATE POLICY "agents read the conversations they may see" ON "public"."conversations" FOR SELECT TO "authenticated" USING (((inbox_id = ANY (( SELECT private.full_inbox_ids() AS full_inbox_ids)::uuid[])) OR (team_id = ANY (( SELECT private.team_ids() AS team_ids)::uuid[])) OR ((account_id = ANY (( SELECT private.partial_account_ids(true) AS partial_account_ids)::uuid[])) AND private.can_see(conversations.*))));

CREATE POLICY "members read the custom attributes of their accounts" ON "public"."custom_attribute_definitions" FOR SELECT TO "authenticated" USING ((account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[])));

CREATE POLICY "members read their own views and the shared ones of their accou" ON "public"."custom_filters" FOR SELECT TO "authenticated" USING (((account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[])) AND ((user_id IS NULL) OR (user_id = ( SELECT auth.uid() AS uid)))));

CREATE POLICY "members read the roles of their accounts" ON "public"."custom_roles" FOR SELECT TO "authenticated" USING ((account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[])));

CREATE POLICY "administrators read the invitations of their accounts" ON "public"."invitations" FOR SELECT TO "authenticated" USING ((account_id = ANY (( SELECT private.account_ids('administrator'::text) AS account_ids)::uuid[])));

CREATE POLICY "members read the labels of their accounts" ON "public"."labels" FOR SELECT TO "authenticated" USING ((account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[])));

CREATE POLICY "agents read where they were mentioned" ON "public"."mentions" FOR SELECT TO "authenticated" USING (((user_id = ( SELECT auth.uid() AS uid)) AND (account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[]))));

CREATE POLICY "agents read earlier versions in the conversations they may see" ON "public"."message_versions" FOR SELECT TO "authenticated" USING (private.sees_conversation(conversation_id));

CREATE POLICY "agents read the messages of conversations they may see" ON "public"."messages" FOR SELECT TO "authenticated" USING (((inbox_id = ANY (( SELECT private.full_inbox_ids() AS full_inbox_ids)::uuid[])) OR ((account_id = ANY (( SELECT private.partial_account_ids() AS partial_account_ids)::uuid[])) AND private.can_see_conversation(conversation_id))));

CREATE POLICY "agents write messages in conversations they may see" ON "public"."messages" FOR INSERT TO "authenticated" WITH CHECK (((message_type = 'outgoing'::text) AND (sender_user_id = ( SELECT auth.uid() AS uid)) AND ((inbox_id = ANY (( SELECT private.full_inbox_ids() AS full_inbox_ids)::uuid[])) OR ((account_id = ANY (( SELECT private.partial_account_ids() AS partial_account_ids)::uuid[])) AND private.can_see_conversation(conversation_id)))));

CREATE POLICY "members read the notes about contacts of their accounts" ON "public"."notes" FOR SELECT TO "authenticated" USING ((account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[])));

CREATE POLICY "agents change their own notification settings" ON "public"."notification_settings" FOR UPDATE TO "authenticated" USING (((user_id = ( SELECT auth.uid() AS uid)) AND (account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[])))) WITH CHECK (((user_id = ( SELECT auth.uid() AS uid)) AND (account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[]))));

CREATE POLICY "agents read their own notification settings" ON "public"."notification_settings" FOR SELECT TO "authenticated" USING (((user_id = ( SELECT auth.uid() AS uid)) AND (account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[]))));

CREATE POLICY "agents mark their own notifications" ON "public"."notifications" FOR UPDATE TO "authenticated" USING (((user_id = ( SELECT auth.uid() AS uid)) AND (account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[])))) WITH CHECK (((user_id = ( SELECT auth.uid() AS uid)) AND (account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[]))));

CREATE POLICY "agents read their own notifications" ON "public"."notifications" FOR SELECT TO "authenticated" USING (((user_id = ( SELECT auth.uid() AS uid)) AND (account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[]))));

CREATE POLICY "members read who belongs to the teams of their accounts" ON "public"."team_members" FOR SELECT TO "authenticated" USING ((account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[])));

CREATE POLICY "members read the teams of their accounts" ON "public"."teams" FOR SELECT TO "authenticated" USING ((account_id = ANY (( SELECT private.account_ids() AS account_ids)::uuid[])));

CREATE POLICY "agents read when the templates of their inboxes were copied" ON "public"."template_syncs" FOR SELECT TO "authenticated" USING ((inbox_id = ANY (( SELECT private.inbox_ids() AS inbox_ids)::uuid[])));

CREATE POLICY "agents read the working hours of their inboxes" ON "public"."working_hours" FOR SELECT TO "authenticated" USING ((inbox_id = ANY (( SELECT private.inbox_ids() AS inbox_ids)::uuid[])));

CREATE POLICY "agents fetch the attachments of conversations they may see" ON "storage"."objects" FOR SELECT TO "authenticated" USING (((bucket_id = 'attachments'::text) AND private.agent_may_download(name)));

CREATE POLICY "agents upload to the slots they asked for" ON "storage"."objects" FOR INSERT TO "authenticated" WITH CHECK (((bucket_id = 'attachments'::text) AND private.agent_may_upload(name)));

CREATE POLICY "visitors fetch the attachments of messages they may read" ON "storage"."objects" FOR SELECT TO "visitor" USING (((bucket_id = 'attachments'::text) AND private.visitor_may_download(name)));

CREATE POLICY "visitors upload to the slots they asked for" ON "storage"."objects" FOR INSERT TO "visitor" WITH CHECK (((bucket_id = 'attachments'::text) AND private.visitor_may_upload(name)));

COMMENT ON COLUMN "private"."continuity"."mailed_seq" IS 'The last message that was mailed: no digest repeats it as new.';

COMMENT ON COLUMN "private"."continuity"."since" IS 'When the message was written that asked for the next digest; null while none is asked for.';

COMMENT ON COLUMN "private"."jobs"."attempt" IS 'How often it was claimed; the fencing number of the present lease. It never goes back.';

COMMENT ON COLUMN "private"."jobs"."max_attempts" IS 'After so many tries (attempt - waits) it is dead.';

COMMENT ON COLUMN "private"."jobs"."request_id" IS 'The x-request-id of the request that asked for it, so that its logs and the job''s can be read together.';

COMMENT ON COLUMN "private"."jobs"."waits" IS 'How many of those claims do not count as tries: nothing was attempted, it only was not its time.';

COMMENT ON COLUMN "private"."mailbox_sign_ins"."inbox_id" IS 'The inbox to connect again; null for a new one.';

COMMENT ON COLUMN "private"."mailbox_sign_ins"."verifier" IS 'The PKCE secret that goes with the code.';

COMMENT ON COLUMN "private"."mailboxes"."cursor" IS '{uidvalidity, last_uid, visited_at, pending: {uid: strikes}}; see backend/channels/mail/imap.py.';

COMMENT ON COLUMN "private"."mailboxes"."failures" IS 'Visits in a row that came to nothing; each makes the wait for the next one longer.';

COMMENT ON COLUMN "private"."mailboxes"."refusals" IS 'Logins in a row that were refused; the third asks an administrator to sign in again.';

COMMENT ON COLUMN "private"."mailboxes"."visit" IS 'Counts visits: whoever writes back must name the present one.';

COMMENT ON COLUMN "private"."provider_events"."request" IS '{method, url, query, headers}; the body is apart, as it came.';

COMMENT ON COLUMN "private"."visitor_sessions"."identifier" IS 'The signed identity it was opened with; null = anonymous.';

COMMENT ON COLUMN "public"."account_users"."custom_role_id" IS 'Narrows an agent to the permissions of this role; null = a plain agent.';

COMMENT ON COLUMN "public"."accounts"."domain" IS 'The domain of the account''s inbound mail.';

COMMENT ON COLUMN "public"."accounts"."limits" IS 'What the plan allows: {"agents": 5}; a missing key = no limit. Set by operators only.';

COMMENT ON COLUMN "public"."accounts"."settings" IS 'auto_resolve_after (minutes; missing or null = never), auto_resolve_message, auto_resolve_ignore_waiting,
     auto_resolve_label, audio_transcriptions.';

COMMENT ON COLUMN "public"."accounts"."timezone" IS 'IANA name; the account''s days in reports.';

COMMENT ON COLUMN "public"."attachments"."content_type" IS 'As claimed while pending; what the bytes are once ready.';

COMMENT ON COLUMN "public"."attachments"."error" IS 'missing, empty_file, too_large, type_mismatch, active_content, unreadable or too_many_pixels; a channel may add its own.';

COMMENT ON COLUMN "public"."attachments"."external_url" IS 'Where a provider keeps it; never shown without fetching it ourselves first.';

COMMENT ON COLUMN "public"."attachments"."file_name" IS 'As the sender named it, for people; escape it like any text.';

COMMENT ON COLUMN "public"."attachments"."state" IS 'pending: not looked at yet; ready: is what it says and may be fetched; failed: refused, for the reason in error.';

COMMENT ON COLUMN "public"."attachments"."storage_path" IS 'account/conversation/attachment/name in the bucket attachments; made by the server. null: nothing is stored.';

COMMENT ON COLUMN "public"."attachments"."thumb_path" IS 'A WebP of at most 250 by 250 pixels, for images.';

COMMENT ON COLUMN "public"."audit_log"."auditable_id" IS 'The row; of memberships the person.';

COMMENT ON COLUMN "public"."audit_log"."auditable_type" IS 'The table.';

COMMENT ON COLUMN "public"."audit_log"."changes" IS '{column: [before, after]}; null stands for what was not there.';

COMMENT ON COLUMN "public"."audit_log"."ip" IS 'As the gateway reports it.';

COMMENT ON COLUMN "public"."canned_responses"."content" IS 'CommonMark with variables such as {{contact.name}}.';

COMMENT ON COLUMN "public"."canned_responses"."short_code" IS 'What agents type after "/"; one word, lower case, unique in the account.';

COMMENT ON COLUMN "public"."channel_connections"."address" IS 'Where the provider knows this inbox: a phone number id, a page, a bot, a number, a mailbox. Requests are routed by it.';

COMMENT ON COLUMN "public"."channel_connections"."aliases" IS 'Other names the provider may use for it, a business account''s for example; several inboxes may share one.';

COMMENT ON COLUMN "public"."channel_connections"."check_result" IS 'What the provider said when we last asked whether all is right: {ok, category, account_name, steps: [{name, ok, detail}]};
     null since the connection was changed.';

COMMENT ON COLUMN "public"."channel_connections"."failures" IS 'How many sends in a row it was not there to take.';

COMMENT ON COLUMN "public"."channel_connections"."paused_until" IS 'The provider asked us to slow down, or is down: nothing is sent before.';

COMMENT ON COLUMN "public"."channel_connections"."settings" IS 'What the inbox''s agents may read: host names, ids, switches. Never a secret.';

COMMENT ON COLUMN "public"."channel_connections"."state" IS 'connected, or reauthorization_required: the provider refused our credentials, and messages wait until an administrator reconnects.';

COMMENT ON COLUMN "public"."channel_templates"."components" IS 'HEADER, BODY, FOOTER and BUTTONS in Meta''s shape, whatever the provider: what the customer reads, with {{variables}}.';

COMMENT ON COLUMN "public"."channel_templates"."reason" IS 'Why the provider rejected it, in its own words.';

COMMENT ON COLUMN "public"."channel_templates"."status" IS 'The provider''s word in lower case. Only approved ones can be sent.';

COMMENT ON COLUMN "public"."channel_web_widgets"."continuity_via_email" IS 'Whether a visitor who left gets the answers by e-mail.';

COMMENT ON COLUMN "public"."channel_web_widgets"."features" IS 'What visitors may do besides writing: attachments, emoji_picker, end_conversation; and use_inbox_avatar_for_bot.';

COMMENT ON COLUMN "public"."channel_web_widgets"."hmac_mandatory" IS 'Whether only visitors whose identity is signed by the account''s own server may write.';

COMMENT ON COLUMN "public"."channel_web_widgets"."pre_chat_form_options" IS 'What is asked before the first message: {"pre_chat_message", "pre_chat_fields": [{name, type, label, required, enabled}]}.';

COMMENT ON COLUMN "public"."contact_inboxes"."opted_out_at" IS 'When the contact asked the provider not to be written to; null when they may be.';

COMMENT ON COLUMN "public"."contact_inboxes"."unreachable_reason" IS 'Why the provider cannot reach them; cleared when they write.';

COMMENT ON COLUMN "public"."contact_inboxes"."verified" IS 'Website: opened with an identity that the account''s own server signed. Shared by that person''s browsers, and by no unsigned one.';

COMMENT ON COLUMN "public"."contacts"."country_code" IS 'Follows additional_attributes.country.';

COMMENT ON COLUMN "public"."contacts"."labels" IS 'Titles of the account''s labels, sorted.';

COMMENT ON COLUMN "public"."contacts"."location" IS 'Follows additional_attributes.city.';

COMMENT ON COLUMN "public"."custom_attribute_definitions"."regex_cue" IS 'The hint beside the field when its value does not match regex_pattern.';

COMMENT ON COLUMN "public"."custom_filters"."conditions" IS 'As the filter of its type takes them; they were valid when they were saved.';

COMMENT ON COLUMN "public"."custom_filters"."filter_type" IS 'What it is a view of: conversation or contact; never another.';

COMMENT ON COLUMN "public"."custom_filters"."user_id" IS 'Whose it is; null: everybody''s in the account, kept by its administrators.';

COMMENT ON COLUMN "public"."custom_roles"."permissions" IS 'Of the three about conversations the broadest counts; with none of them the agent sees no conversation.';

COMMENT ON COLUMN "public"."inboxes"."auto_assignment_config" IS '{"max_assignment_limit": 5}: how many open conversations of the inbox an agent is given at most.';

COMMENT ON COLUMN "public"."inboxes"."business_name" IS 'The business in senders'' names; the inbox''s name when null.';

COMMENT ON COLUMN "public"."inboxes"."deleted_at" IS 'Deleted, and seen by nobody any more; a job removes its conversations and then the row.';

COMMENT ON COLUMN "public"."inboxes"."sender_name_type" IS 'E-mails come from "Agent from Business" (friendly) or "Business" (professional).';

COMMENT ON COLUMN "public"."invitations"."token_hash" IS 'SHA-256 in hex; the token itself is in the link and nowhere else.';

COMMENT ON COLUMN "public"."labels"."title" IS 'Lower case, without white space or commas; unique in the account.';

COMMENT ON COLUMN "public"."message_versions"."content" IS 'The words that the edit replaced.';

COMMENT ON COLUMN "public"."messages"."attachments_at" IS 'When its attachments last changed; null when it has none, so that nobody looks for them.';

COMMENT ON COLUMN "public"."notes"."user_id" IS 'Who wrote it; null when they left.';

COMMENT ON COLUMN "public"."notifications"."created_at" IS 'When it was last written; lists are in this order.';

COMMENT ON COLUMN "public"."notifications"."snoozed_until" IS 'Hidden from the list until then.';

COMMENT ON COLUMN "public"."teams"."allow_auto_assign" IS 'Whether a conversation given to the team is handed to one of its members.';

COMMENT ON COLUMN "public"."teams"."epoch" IS 'Part of the name of the team''s realtime topic; moves when someone loses access.';

COMMENT ON COLUMN "public"."teams"."name" IS 'Lower case; unique in the account.';

COMMENT ON COLUMN "public"."template_syncs"."failures" IS 'Tries in a row that came to nothing; each makes the wait for the next one longer.';

COMMENT ON COLUMN "public"."users"."message_signature" IS 'Markdown that the composer puts under replies.';

COMMENT ON COLUMN "public"."working_hours"."close_minutes" IS 'The minute named is still open.';

COMMENT ON FUNCTION "private"."accept_invitation"(text) IS 'See public.accept_invitation.';

COMMENT ON FUNCTION "private"."account_users_changed"() IS 'Trigger: moves the epochs when an administrator is demoted or goes, or an agent''s role narrows.';

COMMENT ON FUNCTION "private"."active_contacts"(uuid, integer) IS 'See public.active_contacts.';

COMMENT ON FUNCTION "private"."actor_name"(public.conversations) IS 'Who acts in this transaction, by name: an agent or the visitor; null for the system.';

COMMENT ON FUNCTION "private"."add_identity_secret"() IS 'Trigger: every website chat has a secret from the start.';

COMMENT ON FUNCTION "private"."add_notification_settings"() IS 'Trigger: a new member is told of what is assigned to them, by e-mail and push too.';

COMMENT ON FUNCTION "private"."add_participant"(uuid, uuid) IS 'Makes a member of the account follow a conversation; nothing when they do already.';

COMMENT ON FUNCTION "private"."add_upload"(public.conversations, jsonb, uuid, uuid) IS 'Makes the slots of an upload. Its callers have checked who may.';

COMMENT ON FUNCTION "private"."add_working_hours"() IS 'Trigger: a new inbox is open from Monday to Friday, 9:00 to 17:00.';

COMMENT ON FUNCTION "private"."administered_inbox"(uuid) IS 'The inbox, if the caller administers its account; else inbox_not_found or not_administrator.';

COMMENT ON FUNCTION "private"."administered_team"(uuid) IS 'The team, if the caller administers its account; else team_not_found or not_administrator.';

COMMENT ON FUNCTION "private"."adopt_session"(private.visitor_sessions, text) IS 'Somebody who wrote as a stranger has signed in: their signed identity gets what they said, and the stranger''s session ends.
     The caller has proof of both, the signature and the session''s own token.';

COMMENT ON FUNCTION "private"."agent_may_download"(text) IS 'Whether the calling agent may fetch this object: looked at, sent, and in a conversation they see.';

COMMENT ON FUNCTION "private"."agent_may_upload"(text) IS 'Whether the calling agent holds a fresh slot for this path.';

COMMENT ON FUNCTION "private"."agent_message"(uuid, uuid) IS 'A message to be changed by the calling agent, with its conversation locked. Fails with conversation_not_found, message_not_found.';

COMMENT ON FUNCTION "private"."answered_conversation"(public.inboxes, jsonb) IS 'The website conversation whose reply address, signed by us, a mail was sent to.';

COMMENT ON FUNCTION "private"."api_address"(uuid, text) IS 'A contact''s address in an API inbox, or contact_not_found.';

COMMENT ON FUNCTION "private"."api_channel_settings"(uuid) IS 'See public.api_channel_settings.';

COMMENT ON FUNCTION "private"."api_conversation"(public.contact_inboxes, bigint) IS 'A conversation of this contact, or conversation_not_found.';

COMMENT ON FUNCTION "private"."api_conversation_json"(public.conversations) IS 'A conversation as customers'' programs are told of it; id is the number people see.';

COMMENT ON FUNCTION "private"."api_inbox_for_administrator"(uuid) IS 'The API channel, if the caller administers it; else inbox_not_found or not_administrator.';

COMMENT ON FUNCTION "private"."api_message_json"(public.messages) IS 'A message as customers'' programs are told of it.';

COMMENT ON FUNCTION "private"."api_webhook"(public.conversations, public.messages) IS 'How a reply leaves an API inbox: by telling the program behind it.';

COMMENT ON FUNCTION "private"."apply_status"(public.messages, jsonb) IS 'Moves one message to what its provider says; the trigger refuses to go back.';

COMMENT ON FUNCTION "private"."are_account_settings"(jsonb) IS 'Whether the keys we know have the right type: auto_resolve_after (10 to 1,439,856 minutes), auto_resolve_message,
     auto_resolve_ignore_waiting, auto_resolve_label, audio_transcriptions.';

COMMENT ON FUNCTION "private"."are_attributes"(jsonb) IS 'Whether this is an object of attributes: 64 kB, strings of 1,500 characters and numbers of ten digits at most.';

COMMENT ON FUNCTION "private"."ask_for_delivery"(uuid, uuid, uuid, text) IS 'Adds the job that hands a message to its provider: in order with the others of its conversation, once per attempt.';

COMMENT ON FUNCTION "private"."ask_for_digest"() IS 'Trigger: two minutes after a public answer its visitor may get it by mail; answers until then go along.';

COMMENT ON FUNCTION "private"."ask_for_templates"(uuid, uuid, interval) IS 'Asks a worker to copy the templates of an inbox from its provider.';

COMMENT ON FUNCTION "private"."attachment_id_of"(text) IS 'The attachment that a path belongs to, or null.';

COMMENT ON FUNCTION "private"."attachments_json"(public.messages) IS 'The attachments of a message, as every message carries them.';

COMMENT ON FUNCTION "private"."attachments_removed"() IS 'Trigger: the files go after their rows, by whatever way these went.';

COMMENT ON FUNCTION "private"."attachments_to_deliver"(public.messages) IS 'The files of a message on its way out; refused ones stay behind.';

COMMENT ON FUNCTION "private"."attributes_or"(jsonb, jsonb) IS 'The first if it is fit to be stored, else the second.';

COMMENT ON FUNCTION "private"."audit"() IS 'Trigger: records what a person changed. What the system does by itself is no entry.';

COMMENT ON FUNCTION "private"."auto_assign"() IS 'Trigger: a conversation that is given to a team leaves whoever is not in it and goes to one who is; one that becomes open and is
     nobody''s of its inbox goes to whose turn it is; an agent who opens one takes it.';

COMMENT ON FUNCTION "private"."auto_resolve"(public.conversations, jsonb, integer) IS 'Resolves one idle conversation: a last message where one may still write, a label that the account has, a line in the thread.';

COMMENT ON FUNCTION "private"."begin_channel_action"(uuid, text) IS 'See public.begin_channel_action.';

COMMENT ON FUNCTION "private"."begin_conversation"() IS 'Trigger: the account''s next number, and the status to begin with: resolved for a blocked contact, open for a campaign''s,
     pending where a bot answers first. A sequence, because a counter row would make all new conversations queue.';

COMMENT ON FUNCTION "private"."begin_mailbox_sign_in"(uuid, text, text, text, uuid, text) IS 'See public.begin_mailbox_sign_in.';

COMMENT ON FUNCTION "private"."bind_attachments"(uuid, uuid, uuid[], uuid, uuid) IS 'Gives uploaded files to the message that is about to be written, and asks for them to be looked at. Returns what goes into
     messages.attachments_at.';

COMMENT ON FUNCTION "private"."broadcast_all"(text[], text[], jsonb[]) IS 'private.broadcast of several events at once: the topic, the event and the payload at each place.';

COMMENT ON FUNCTION "private"."bulk_change"(uuid, jsonb) IS 'What a bulk change does to one conversation. Fails as the functions for one.';

COMMENT ON FUNCTION "private"."bulk_ids"(uuid[], jsonb) IS 'The conversations of a bulk change, each once and in order. Fails with invalid_argument.';

COMMENT ON FUNCTION "private"."bulk_update"(uuid[], jsonb) IS 'See public.bulk_update.';

COMMENT ON FUNCTION "private"."bulk_update_each"(uuid[], jsonb) IS 'See public.bulk_update_each.';

COMMENT ON FUNCTION "private"."bury_mail"() IS 'Trigger: remembers the mails of a conversation that is deleted.';

COMMENT ON FUNCTION "private"."can_see"(public.conversations) IS 'Whether the calling agent sees this conversation. For one; lists ask private.visible_scopes.';

COMMENT ON FUNCTION "private"."can_see_conversation"(uuid) IS 'private.can_see by id. Policies of what belongs to a conversation write
     inbox_id = any ((select private.full_inbox_ids())::uuid[])
     or (account_id = any ((select private.partial_account_ids())::uuid[]) and private.can_see_conversation(conversation_id)).';

COMMENT ON FUNCTION "private"."canned_response_list"(uuid, text) IS 'See public.canned_response_list.';

COMMENT ON FUNCTION "private"."change_conversation"() IS 'Trigger: what always follows from a change of status (see docs/api.md, states), and the number of the change itself.';

COMMENT ON FUNCTION "private"."change_preview"(public.messages, text) IS 'Puts changed words into the lists, when they show this message.';

COMMENT ON FUNCTION "private"."channel_address"(text, text) IS 'An address in the one spelling in which it is stored and looked up.';

COMMENT ON FUNCTION "private"."channel_test_recipients"(uuid) IS 'See public.channel_test_recipients.';

COMMENT ON FUNCTION "private"."check_agent_limit"(uuid, integer) IS 'Fails with agent_limit_reached when accounts.limits.agents leaves no place.';

COMMENT ON FUNCTION "private"."check_channel"(text, text, jsonb, jsonb) IS 'Fails unless these can be a channel''s address, settings and secrets.';

COMMENT ON FUNCTION "private"."check_name"(text, integer) IS 'The name without blanks around it; fails with name_invalid.';

COMMENT ON FUNCTION "private"."check_role"(uuid, text, uuid) IS 'Fails with role_invalid or custom_role_not_found.';

COMMENT ON FUNCTION "private"."chosen_title"(uuid, text) IS 'What stood on the button that has this value, in the last message of the conversation that offered it. Null for any other.';

COMMENT ON FUNCTION "private"."client_attributes"(jsonb, boolean) IS 'The attributes that an agent may give a message, checked. Fails with content_attributes_invalid.';

COMMENT ON FUNCTION "private"."connect_channel"(uuid, text, text, text, jsonb, jsonb, text[]) IS 'See public.connect_channel.';

COMMENT ON FUNCTION "private"."connection_changed"() IS 'Trigger: tells the agents of the inbox, and sends what waited once it is connected again.';

COMMENT ON FUNCTION "private"."connection_failures"(uuid) IS 'See public.connection_failures.';

COMMENT ON FUNCTION "private"."contact_address"(public.contacts, public.inboxes) IS 'The contact''s address in the inbox, made where the channel allows us to write first.';

COMMENT ON FUNCTION "private"."contact_filter"(uuid, jsonb, text, text, jsonb, integer) IS 'See public.contact_filter.';

COMMENT ON FUNCTION "private"."contact_json"(public.contacts) IS 'A contact as functions return it: its row.';

COMMENT ON FUNCTION "private"."contact_list"(uuid, text, text, text[], jsonb, integer) IS 'See public.contact_list.';

COMMENT ON FUNCTION "private"."contact_page"(uuid, text, text[], text, text, jsonb, integer) IS 'One page of an account''s contacts, for functions that checked who asks; conditions are SQL of ours about the alias contact.';

COMMENT ON FUNCTION "private"."contact_search_text"(text, text, text, text, text, text, text) IS 'What a search for a contact looks at.';

COMMENT ON FUNCTION "private"."contactable_inboxes"(uuid) IS 'See public.contactable_inboxes.';

COMMENT ON FUNCTION "private"."conversation_delta"(public.conversations) IS 'What lists are told of a change: compact, and no word of what was said.';

COMMENT ON FUNCTION "private"."conversation_filter"(uuid, jsonb, text, jsonb, integer, uuid[]) IS 'See public.conversation_filter.';

COMMENT ON FUNCTION "private"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) IS 'See public.conversation_list.';

COMMENT ON FUNCTION "private"."conversation_page"(uuid, text[], uuid, text, text, text, jsonb, integer) IS 'One page of the conversations that the caller sees: of these statuses, in this inbox, on this tab. p_where is further SQL about the
     alias conversation, which begins with " and " and holds nothing of a client''s but quoted literals.';

COMMENT ON FUNCTION "private"."conversation_rows"(uuid[]) IS 'These conversations as the lists and the thread header show them, in the order asked for. Checks no rights: its callers do.';

COMMENT ON FUNCTION "private"."conversation_scope"(text, text[]) IS 'Which conversations of their inboxes and teams a member sees: all; unassigned: those of nobody and their own;
     participating: their own and those they take part in; null: none. Null permissions mean no custom role.';

COMMENT ON FUNCTION "private"."custom_role_changed"() IS 'Trigger: moves the epochs when a role narrows, and tells those who have it.';

COMMENT ON FUNCTION "private"."delete_canned_response"(uuid) IS 'See public.delete_canned_response.';

COMMENT ON FUNCTION "private"."delete_contact"(uuid) IS 'See public.delete_contact.';

COMMENT ON FUNCTION "private"."delete_conversation"(uuid) IS 'See public.delete_conversation.';

COMMENT ON FUNCTION "private"."delete_custom_attribute"(uuid) IS 'See public.delete_custom_attribute.';

COMMENT ON FUNCTION "private"."delete_custom_filter"(uuid) IS 'See public.delete_custom_filter.';

COMMENT ON FUNCTION "private"."delete_custom_role"(uuid) IS 'See public.delete_custom_role.';

COMMENT ON FUNCTION "private"."delete_inbox"(uuid) IS 'See public.delete_inbox.';

COMMENT ON FUNCTION "private"."delete_label"(uuid) IS 'See public.delete_label.';

COMMENT ON FUNCTION "private"."delete_message"(uuid, uuid) IS 'See public.delete_message.';

COMMENT ON FUNCTION "private"."delete_note"(uuid) IS 'See public.delete_note.';

COMMENT ON FUNCTION "private"."delete_notifications"(uuid, uuid[], boolean) IS 'See public.delete_notifications.';

COMMENT ON FUNCTION "private"."delete_team"(uuid) IS 'See public.delete_team.';

COMMENT ON FUNCTION "private"."deleted_text"(uuid) IS 'What stands where a message was, in the account''s language.';

COMMENT ON FUNCTION "private"."deliver_held_messages"(uuid) IS 'Asks again for the messages that waited for the inbox to be connected.';

COMMENT ON FUNCTION "private"."deliver_message_again"() IS 'Trigger: an agent asked for another try.';

COMMENT ON FUNCTION "private"."deliver_new_message"() IS 'Trigger: asks for the delivery of a new message.';

COMMENT ON FUNCTION "private"."due_templates"(public.messages) IS 'Which of out_of_office, greeting and email_collect should follow this message, judged at the time it was written.';

COMMENT ON FUNCTION "private"."edit_message"(uuid, uuid, text) IS 'See public.edit_message.';

COMMENT ON FUNCTION "private"."file_type_of"(text) IS 'image, audio, video or file.';

COMMENT ON FUNCTION "private"."fill_channel_template"(public.messages, public.conversations, public.contacts) IS 'A message that names a template, with the words that the customer will read as its content. Variables of ours may stand in the values.
     Fails with template_not_found, template_not_approved, template_unsupported, template_values_missing (details = {fields}),
     template_value_too_long, template_file_invalid.';

COMMENT ON FUNCTION "private"."fill_in"(text, jsonb) IS 'A text with its {{variables}} filled in. Unknown ones are empty, or what {{… | default: "…"}} says.';

COMMENT ON FUNCTION "private"."filter_attribute"(uuid, text, text) IS 'What a filter compares: an attribute of a conversation or a contact as SQL, its kind, its operators, and whether the account added it.
     Fails with filter_attribute_unknown.';

COMMENT ON FUNCTION "private"."filter_condition"(uuid, text, jsonb) IS 'One condition {attribute_key, filter_operator, values} about a conversation or a contact as SQL.
     Fails with filter_attribute_unknown, filter_operator_invalid, filter_value_invalid.';

COMMENT ON FUNCTION "private"."filter_predicate"(uuid, text, jsonb) IS 'Conditions as SQL about the alias conversation or contact, as p_about says. Fails with invalid_argument,
     filter_query_operator_invalid, and as filter_condition.';

COMMENT ON FUNCTION "private"."filter_sql"(text, text, text, jsonb) IS 'One condition on an expression of ours as SQL: kinds text, searched (of a contact), id, number, labels, time. Only quoted literals come from the client.';

COMMENT ON FUNCTION "private"."filter_values"(jsonb) IS 'The values of a condition; fails with filter_value_invalid when there are none.';

COMMENT ON FUNCTION "private"."folded"(text) IS 'Text as search compares it: lower case, without accents. Immutable, so that indexes may use it.';

COMMENT ON FUNCTION "private"."follow_label"() IS 'Trigger: what carries a label follows when it is renamed or removed.';

COMMENT ON FUNCTION "private"."follow_mailbox"() IS 'Trigger: an inbox with an IMAP server has a mailbox to visit, at once when it was (re)connected.';

COMMENT ON FUNCTION "private"."follow_templates"() IS 'Trigger: copies the templates of an inbox when it was connected, or connected again.';

COMMENT ON FUNCTION "private"."full_inbox_ids"() IS 'The inboxes in which the caller sees every conversation.';

COMMENT ON FUNCTION "private"."given_value"(jsonb, jsonb) IS 'What a sender gave for one field of a template, or null.';

COMMENT ON FUNCTION "private"."has_active_bot"(uuid) IS 'Whether a bot answers first in this inbox, so that conversations begin as pending. No inbox has one yet.';

COMMENT ON FUNCTION "private"."has_rare_word"(tsquery) IS 'Whether one of these words is, for all that ANALYZE has seen, in less than every hundredth message; false where it has seen none.';

COMMENT ON FUNCTION "private"."has_templates"(text) IS 'Whether providers of this kind of channel approve templates.';

COMMENT ON FUNCTION "private"."has_widget_feature"(uuid, text) IS 'Whether the website chat of this inbox has the feature switched on.';

COMMENT ON FUNCTION "private"."heartbeat"(uuid) IS 'See public.heartbeat.';

COMMENT ON FUNCTION "private"."hold_contact"(public.contact_inboxes) IS 'The address, whose contact stays until the end of the transaction: a merge comes before what the caller writes or after it, and
     who was merged meanwhile is looked up again. Null when the contact was deleted.';

COMMENT ON FUNCTION "private"."identify_contact"(uuid, jsonb, text[], boolean) IS 'A contact says who they are: identifier, name, email, phone_number, avatar_url, custom_attributes, additional_attributes.
     p_verified names the keys that are proven (identifier, email, phone_number): by those an existing contact is recognised and this
     one merged into it. Claims never merge; a claimed address of somebody else is left out. Returns the id of the contact that remains.';

COMMENT ON FUNCTION "private"."identity_secret"(uuid, boolean) IS 'See public.identity_secret.';

COMMENT ON FUNCTION "private"."inbox_ids"() IS 'The inboxes the caller may enter: all of the accounts they administer, and those they are a member of. What they
     see of the conversations there is private.scopes_of. In policies write
     inbox_id = any ((select private.inbox_ids())::uuid[]).';

COMMENT ON FUNCTION "private"."initial_status"(uuid) IS 'The status in which an agent''s message begins: sent, or queued where a provider delivers it.';

COMMENT ON FUNCTION "private"."invite_member"(uuid, text, text, text, uuid) IS 'See public.invite_member.';

COMMENT ON FUNCTION "private"."is_blank"(text) IS 'Whether a text shows nothing.';

COMMENT ON FUNCTION "private"."is_contact_online"(public.contacts) IS 'Whether the contact did something, or had the chat open, within the last 90 seconds.';

COMMENT ON FUNCTION "private"."is_online"(uuid, uuid) IS 'Whether an agent may be given conversations now.';

COMMENT ON FUNCTION "private"."is_out_of_office"(uuid, timestamp with time zone) IS 'Whether the inbox keeps working hours and is closed at this moment, by the clock of its time zone.';

COMMENT ON FUNCTION "private"."is_sent_by_provider"(uuid) IS 'Whether what agents write here has to leave through somebody else.';

COMMENT ON FUNCTION "private"."is_timezone"(text) IS 'Whether this is a time zone''s IANA name, for example Europe/Berlin.';

COMMENT ON FUNCTION "private"."keep_message_status"() IS 'Trigger: a message''s state only moves forward, however late or doubled the news is.';

COMMENT ON FUNCTION "private"."known_address"(public.contacts, text) IS 'The address that a channel would know the contact by, from their e-mail address or phone number; null when that does not tell.';

COMMENT ON FUNCTION "private"."lacking_address"(text) IS 'What a contact without an address in a channel lacks there: no_email, no_phone_number, or must_write_first.';

COMMENT ON FUNCTION "private"."last_incoming_at"(uuid) IS 'When the contact last wrote to this inbox from the same address; null when never.';

COMMENT ON FUNCTION "private"."like_pattern"(text) IS 'The pattern of "contains this", whatever characters it has.';

COMMENT ON FUNCTION "private"."local_day"(text, timestamp with time zone) IS 'The date on the wall of this timezone; of UTC where nobody knows the timezone.';

COMMENT ON FUNCTION "private"."locale_of"(uuid) IS 'The language of what the system writes in this account.';

COMMENT ON FUNCTION "private"."lock_address"(uuid, text) IS 'Until the end of the transaction nobody else receives from this address: four pictures at once make one conversation.';

COMMENT ON FUNCTION "private"."mail_conversation"(public.inboxes, public.contact_inboxes, jsonb) IS 'The conversation a mail belongs to, by its threads: ids that we signed, or ids it quotes where its sender takes part. A stranger
     who knows an id starts a new conversation.';

COMMENT ON FUNCTION "private"."mail_outline"(jsonb) IS 'What travels of a mail with every message: not its bodies, which can be as long as a book. Whoever opens it reads them
     from messages.content_attributes -> email.';

COMMENT ON FUNCTION "private"."make_api_secrets"(uuid) IS 'The two secrets of an API inbox: what signs contacts'' identities, and what signs our webhooks.';

COMMENT ON FUNCTION "private"."mark_notifications_read"(uuid, uuid[]) IS 'See public.mark_notifications_read.';

COMMENT ON FUNCTION "private"."may_answer_by_itself"(public.messages, public.contact_inboxes) IS 'Whether an automatic mail may still go out: one per conversation in 24 hours and five per recipient in an hour, so that two
     machines cannot talk to each other.';

COMMENT ON FUNCTION "private"."member_contact"(uuid) IS 'The contact, if it is of an account of the caller''s; else contact_not_found.';

COMMENT ON FUNCTION "private"."mentioned_users"(public.conversations, text) IS 'Whom a note mentions as (mention://user|team/<id>/<name>), teams as their members; only those who work the conversation''s inbox or team.';

COMMENT ON FUNCTION "private"."merge_contacts"(uuid, uuid) IS 'See public.merge_contacts.';

COMMENT ON FUNCTION "private"."merge_into"(uuid, uuid) IS 'Moves everything of the second contact to the first and deletes it. What the first says wins, blanks are filled, whoever of
     them was blocked stays blocked. Checks no rights: its callers do.';

COMMENT ON FUNCTION "private"."merged_attributes"(jsonb, jsonb) IS 'Both objects as one, at every depth; where both say something the first wins.';

COMMENT ON FUNCTION "private"."message_changes"(uuid, bigint) IS 'See public.message_changes.';

COMMENT ON FUNCTION "private"."message_deleted"() IS 'Trigger: a deleted message keeps no files.';

COMMENT ON FUNCTION "private"."message_json"(public.messages) IS 'One message as private.messages_json gives it.';

COMMENT ON FUNCTION "private"."message_of_source"(uuid, text) IS 'The message that the provider knows under this id, as a whole or as one of its parts; null when there is none.';

COMMENT ON FUNCTION "private"."message_page"(uuid, bigint, integer) IS 'See public.message_page.';

COMMENT ON FUNCTION "private"."message_sender"(public.messages) IS 'Who sent a message, as private.sender_json says it.';

COMMENT ON FUNCTION "private"."messages_json"(public.messages[]) IS 'Messages of one conversation as agents get them, from functions and broadcasts alike, oldest first.';

COMMENT ON FUNCTION "private"."move_account_epochs"(uuid, uuid) IS 'After somebody''s rights narrowed: renames the topics of every inbox of the account, and with them those of all its
     conversations, and of their teams. Whoever may still listen joins the new ones.';

COMMENT ON FUNCTION "private"."move_conversation_epoch"() IS 'Trigger: renames the topic of a conversation that somebody may lose alone.';

COMMENT ON FUNCTION "private"."move_team_epoch"(uuid) IS 'Renames a team''s topic, so that whoever lost access hears nothing more.';

COMMENT ON FUNCTION "private"."mute_contact"(uuid, boolean) IS 'See public.mute_contact.';

COMMENT ON FUNCTION "private"."newest_conversations"(uuid, uuid[], text[], uuid, timestamp with time zone, uuid, integer) IS 'The first rows of the list that every screen opens with: of these inboxes and statuses, last active first; of one assignee, or of any (null).';

COMMENT ON FUNCTION "private"."note_delay"(public.messages, jsonb) IS 'The provider still tries: the message shows its words, and stays what it is. What arrived or failed needs no such notice.';

COMMENT ON FUNCTION "private"."note_outage"(uuid) IS 'The provider failed to take a message. From the third time in a row the inbox waits 5, 10, 20, 40 and then 60 seconds
     between tries, whoever is next.';

COMMENT ON FUNCTION "private"."note_recovery"(uuid) IS 'The provider took a message: what waited for it goes out now, not when its own schedule would have come round.';

COMMENT ON FUNCTION "private"."notification_json"(public.notifications, jsonb, jsonb) IS 'A notification as its owner gets it, with private.notified_by and private.notified_of; conversation is null when they
     see it no longer.';

COMMENT ON FUNCTION "private"."notification_list"(uuid, jsonb, integer, boolean) IS 'See public.notification_list.';

COMMENT ON FUNCTION "private"."notification_types"() IS 'All that one can be notified of.';

COMMENT ON FUNCTION "private"."notified_by"(uuid) IS 'Whose doing a notification is: {id, name, avatar_url}, or null.';

COMMENT ON FUNCTION "private"."notified_of"(public.conversations) IS 'What a notification says of its conversation.';

COMMENT ON FUNCTION "private"."notify"(uuid[], text, public.conversations, uuid, uuid, timestamp with time zone) IS 'Notifies those of these users who are members and see the conversation, but not the actor; of a blocked contact only
     mentions. Writes the rows, tells their screens, and asks for an e-mail where they want one. p_happened_at: when that was
     of which a job tells later; a line that was written since says something newer, or this already, and stays.';

COMMENT ON FUNCTION "private"."notify_lock"(uuid) IS 'The lock of the jobs that tell members of this conversation.';

COMMENT ON FUNCTION "private"."notify_of_conversation"() IS 'Trigger: an assignee follows what they are given and is told; that an inbox''s members are told of a new conversation is a
     job (service.tell_new_conversation).';

COMMENT ON FUNCTION "private"."notify_of_message"() IS 'Trigger: a person''s message is told to whom it mentions, to the assignee and to those who follow the conversation.';

COMMENT ON FUNCTION "private"."online_users"(uuid) IS 'See public.online_users.';

COMMENT ON FUNCTION "private"."options_of"(jsonb, text) IS 'The answers that an agent offers, checked for the channel, each with its value (the title where none is given). Fails with
     content_attributes_invalid.';

COMMENT ON FUNCTION "private"."outage_wait"(uuid, uuid) IS 'While the provider is down: the seconds this message has to wait, or null when it is the one that tries.';

COMMENT ON FUNCTION "private"."own_filter"(uuid) IS 'The view, if the caller may change it: their own, or a shared one as an administrator. Fails with filter_not_found, not_administrator.';

COMMENT ON FUNCTION "private"."partial_account_ids"(boolean) IS 'The accounts in which private.full_inbox_ids is not the whole answer: the caller is in a team or sees a part only.
     With p_scoped_only, those in which teams complete it neither. Policies ask private.can_see only there.';

COMMENT ON FUNCTION "private"."pending_attachments"(public.messages) IS 'The attachments of a received message, in the order they came in.';

COMMENT ON FUNCTION "private"."pick_assignee"(uuid, uuid, uuid) IS 'Whose turn it is among the members of the inbox (and of the team, if one is named) who are online and have fewer open
     conversations there than the inbox allows; null when there is nobody. Who is skipped keeps their place.';

COMMENT ON FUNCTION "private"."present_visit"(uuid, bigint) IS 'The mailbox, locked, if this visit is the present one. Fails with visit_lost.';

COMMENT ON FUNCTION "private"."priority_rank"(text) IS 'A priority as a number to sort by: the most urgent first, none last.';

COMMENT ON FUNCTION "private"."put_values"(text, jsonb) IS 'A provider''s text with its {{variables}} replaced.';

COMMENT ON FUNCTION "private"."queue_message"() IS 'Trigger: a message that has to leave through a provider waits for it.';

COMMENT ON FUNCTION "private"."random_secret"() IS '64 hexadecimal digits, 244 of their bits random.';

COMMENT ON FUNCTION "private"."reaches"(uuid, public.conversations) IS 'Whether this user works the conversation''s inbox or team, and so may be made to follow it; with a narrow role they see it only then.';

COMMENT ON FUNCTION "private"."read_notifications"(uuid, uuid) IS 'Who opens a conversation has read what they were notified of it.';

COMMENT ON FUNCTION "private"."receive_attachments"(public.inboxes, uuid, uuid, jsonb) IS 'The files, places and cards of a message that came in, before the message itself. Files are fetched by jobs of their own: a file
     that cannot be had never undoes its message. Returns what goes into messages.attachments_at.';

COMMENT ON FUNCTION "private"."received_inbox"(uuid) IS 'The inbox, or inbox_not_found.';

COMMENT ON FUNCTION "private"."receiving_contact_inbox"(public.inboxes, jsonb) IS 'The address a message came from, found by its id, by other spellings of it, then by e-mail or telephone; made when new.
     The caller holds the lock on it.';

COMMENT ON FUNCTION "private"."receiving_conversation"(public.inboxes, public.contact_inboxes, jsonb) IS 'The conversation a message belongs to: the running one, or a new one; for imported history one that is over.';

COMMENT ON FUNCTION "private"."reconnect_channel"(uuid, jsonb, jsonb) IS 'See public.reconnect_channel.';

COMMENT ON FUNCTION "private"."record_event"(uuid, text, uuid, jsonb) IS 'Writes one event in the caller''s transaction.';

COMMENT ON FUNCTION "private"."relabel"(uuid, text, text) IS 'Renames a label, or with null removes it, in 500 contacts and 500 conversations that carry it; a job does the rest.';

COMMENT ON FUNCTION "private"."remove_member"(uuid, uuid) IS 'See public.remove_member.';

COMMENT ON FUNCTION "private"."remove_objects"(uuid, text[]) IS 'Asks a worker to remove objects: SQL may not, the bytes would stay.';

COMMENT ON FUNCTION "private"."render_variables"(text, public.conversations, public.contacts, uuid) IS 'What an agent or the system wrote, with its variables filled in; code stays as it is.';

COMMENT ON FUNCTION "private"."reopened_status"(public.conversations, boolean) IS 'The status after the contact wrote; whoever is blocked changes nothing.';

COMMENT ON FUNCTION "private"."reply_context"(uuid) IS 'What a provider needs to answer in the right place: it came with what the contact wrote last.';

COMMENT ON FUNCTION "private"."reply_secret"(uuid) IS 'What signs an inbox''s reply addresses; made when it is first needed.';

COMMENT ON FUNCTION "private"."reply_window"(uuid) IS 'See public.reply_window.';

COMMENT ON FUNCTION "private"."reply_window_hours"(public.conversations) IS 'For how many hours after the contact last wrote one may answer freely; null = always.';

COMMENT ON FUNCTION "private"."request_header"(text) IS 'A header of the request that PostgREST serves, lower-case name; null elsewhere.';

COMMENT ON FUNCTION "private"."request_id"() IS 'The x-request-id of the present request, or null.';

COMMENT ON FUNCTION "private"."request_upload"(uuid, jsonb) IS 'See public.request_upload.';

COMMENT ON FUNCTION "private"."require_attributes"(jsonb) IS 'Fails with attributes_invalid unless private.are_attributes.';

COMMENT ON FUNCTION "private"."require_labels"(uuid, text[]) IS 'These titles, cleaned, sorted and each once; fails with label_not_found when the account does not have one.';

COMMENT ON FUNCTION "private"."require_member"(uuid) IS 'Fails unless the caller belongs to this account; for a stranger it does not exist.';

COMMENT ON FUNCTION "private"."require_open_window"(public.conversations) IS 'Fails with window_closed when nothing but a template may be sent.';

COMMENT ON FUNCTION "private"."resolve_reply"(public.messages) IS 'content_attributes with both names of the message that is answered: ours (in_reply_to) and the provider''s
     (in_reply_to_external_id). Fails with reply_target_not_found when ours names none of the conversation.';

COMMENT ON FUNCTION "private"."retry_message"(uuid, uuid) IS 'See public.retry_message.';

COMMENT ON FUNCTION "private"."revoke_invitation"(uuid) IS 'See public.revoke_invitation.';

COMMENT ON FUNCTION "private"."safe_file_name"(text) IS 'The last part of an object''s path.';

COMMENT ON FUNCTION "private"."save_api_channel"(uuid, text, boolean) IS 'See public.save_api_channel.';

COMMENT ON FUNCTION "private"."save_canned_response"(uuid, uuid, text, text) IS 'See public.save_canned_response.';

COMMENT ON FUNCTION "private"."save_contact"(uuid, uuid, jsonb) IS 'See public.save_contact.';

COMMENT ON FUNCTION "private"."save_custom_attribute"(uuid, uuid, jsonb) IS 'See public.save_custom_attribute.';

COMMENT ON FUNCTION "private"."save_custom_filter"(uuid, uuid, text, jsonb, boolean, text) IS 'See public.save_custom_filter.';

COMMENT ON FUNCTION "private"."save_custom_role"(uuid, uuid, text, text, text[]) IS 'See public.save_custom_role.';

COMMENT ON FUNCTION "private"."save_label"(uuid, uuid, text, text, text, boolean) IS 'See public.save_label.';

COMMENT ON FUNCTION "private"."save_note"(uuid, uuid, text) IS 'See public.save_note.';

COMMENT ON FUNCTION "private"."save_team"(uuid, uuid, text, text, boolean) IS 'See public.save_team.';

COMMENT ON FUNCTION "private"."says"(public.messages, text) IS 'Whether a message that is sent again under its id is the one that is stored, as far as can be told: what was edited, deleted or
     filled into a template has other words since.';

COMMENT ON FUNCTION "private"."scopes_of"(uuid) IS 'The one source of who sees which conversation: per inbox or team (the other is null) of this user, all of it,
     or only unassigned (those of nobody and their own), or only participating (their own and those they take part in).
     No row, no conversation. Everything below and private.sees ask this.';

COMMENT ON FUNCTION "private"."search"(uuid, text, text, jsonb, integer) IS 'See public.search.';

COMMENT ON FUNCTION "private"."search_conversations"(uuid, text, jsonb, integer) IS 'Conversations by their number or by who the contact is, last active first: those the caller sees.';

COMMENT ON FUNCTION "private"."search_messages"(uuid, text, jsonb, integer) IS 'Messages of the last 90 days with these words, newest first, notes included: what the caller sees of them.';

COMMENT ON FUNCTION "private"."search_vector"(text) IS 'The words of a message as search compares them: in any language, without case and accents.';

COMMENT ON FUNCTION "private"."sees"(uuid, public.conversations) IS 'Whether this user sees this conversation: what private.scopes_of says of it.';

COMMENT ON FUNCTION "private"."sees_conversation"(uuid) IS 'Whether the caller''s own policies show them this conversation.';

COMMENT ON FUNCTION "private"."send_message"(uuid, uuid, text, boolean, bigint, uuid[], uuid, jsonb) IS 'See public.send_message.';

COMMENT ON FUNCTION "private"."sender_json"(uuid, uuid, uuid) IS 'Who sends: {type: user | contact | system, id, name, avatar_url}; the system signs with the inbox''s name.';

COMMENT ON FUNCTION "private"."set_availability"(uuid, text) IS 'See public.set_availability.';

COMMENT ON FUNCTION "private"."set_contact_labels"(uuid, text[]) IS 'See public.set_contact_labels.';

COMMENT ON FUNCTION "private"."set_custom_attributes"(uuid, jsonb) IS 'See public.set_custom_attributes.';

COMMENT ON FUNCTION "private"."set_labels"(uuid, text[]) IS 'See public.set_labels.';

COMMENT ON FUNCTION "private"."set_member"(uuid, uuid, text, uuid) IS 'See public.set_member.';

COMMENT ON FUNCTION "private"."set_participant"(uuid, uuid, boolean) IS 'See public.set_participant.';

COMMENT ON FUNCTION "private"."set_priority"(uuid, text) IS 'See public.set_priority.';

COMMENT ON FUNCTION "private"."set_team"(uuid, uuid) IS 'See public.set_team.';

COMMENT ON FUNCTION "private"."set_team_member"(uuid, uuid, boolean) IS 'See public.set_team_member.';

COMMENT ON FUNCTION "private"."set_working_hours"(uuid, jsonb) IS 'See public.set_working_hours.';

COMMENT ON FUNCTION "private"."shown_status"(public.account_users) IS 'online, busy or offline: what the agent chose, but offline without a sign of their screen for 20 seconds, unless auto_offline is off.';

COMMENT ON FUNCTION "private"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid, jsonb) IS 'See public.start_conversation.';

COMMENT ON FUNCTION "private"."submitted_values"(public.messages, jsonb) IS 'What a contact filled in, checked against the form. Fails with not_a_form, values_invalid.';

COMMENT ON FUNCTION "private"."sync_templates"(uuid) IS 'See public.sync_templates.';

COMMENT ON FUNCTION "private"."take_email"(uuid, text) IS 'Gives a contact the address they left. When another contact has it, the two become one; a name is made when there is none.';

COMMENT ON FUNCTION "private"."take_mailbox_sign_in"(text, text) IS 'See public.take_mailbox_sign_in.';

COMMENT ON FUNCTION "private"."team_ids"() IS 'The teams whose every conversation the caller sees as their member. Administrators see them by inbox.';

COMMENT ON FUNCTION "private"."team_members_changed"() IS 'Trigger: moves the epochs when someone leaves a team, and tells them either way.';

COMMENT ON FUNCTION "private"."team_topic"(uuid, bigint) IS 'The topic of a team''s list deltas.';

COMMENT ON FUNCTION "private"."tell_activity"() IS 'Trigger: writes into the thread who changed status, priority, labels, team or assignee.';

COMMENT ON FUNCTION "private"."tell_api_inbox"() IS 'Trigger: asks for the program behind an API inbox to be told. A new reply is not here: delivering it is telling it.';

COMMENT ON FUNCTION "private"."tell_assignment"(public.conversations, public.conversations, text) IS 'Writes who gave the conversation to which team and agent.';

COMMENT ON FUNCTION "private"."tell_contact"() IS 'Trigger: records that a contact came, changed (and in which columns) or went.';

COMMENT ON FUNCTION "private"."tell_conversation_deleted"() IS 'Trigger: tells the lists that a conversation is gone, and records it.';

COMMENT ON FUNCTION "private"."tell_labels"(public.conversations, public.conversations, text) IS 'Writes who added and removed which labels.';

COMMENT ON FUNCTION "private"."tell_member"() IS 'Trigger: records who came into an account and who left it.';

COMMENT ON FUNCTION "private"."tell_message"(public.messages, text) IS 'Broadcasts a message, new or changed, to the agents who have its conversation open and to its visitor.';

COMMENT ON FUNCTION "private"."tell_notifications_read"(uuid, uuid[]) IS 'Tells the caller''s other screens which notifications they have read; null = all.';

COMMENT ON FUNCTION "private"."tell_priority"(public.conversations, public.conversations, text) IS 'Writes who changed the priority.';

COMMENT ON FUNCTION "private"."tell_teams"() IS 'Trigger: tells the members of the conversation''s team, who may be outside of its inbox.';

COMMENT ON FUNCTION "private"."tell_topic_moved"() IS 'Trigger: the last word on a conversation''s old topic; those who may still see it fetch the new name.';

COMMENT ON FUNCTION "private"."template_fields"(jsonb) IS 'What has to be filled in before a template can be sent: [{part: header | body | buttons, kind: text | image | video | document | url
     | copy_code, name, index, example}]. Null when it holds something that we cannot fill in: a carousel, a form, an offer.';

COMMENT ON FUNCTION "private"."template_list"(uuid, text, boolean, integer) IS 'See public.template_list.';

COMMENT ON FUNCTION "private"."template_text"(text, text) IS 'A sentence of the system in a language; English where we have no other.';

COMMENT ON FUNCTION "private"."template_to_deliver"(public.messages) IS 'What a message says of its template, with the provider''s definition, which decides what goes where. Null for other messages.';

COMMENT ON FUNCTION "private"."template_variables"(text) IS 'The variables of a provider''s text, each once: {{1}} or {{order_number}}.';

COMMENT ON FUNCTION "private"."template_words"(jsonb, jsonb) IS 'What the customer will read: header, body and footer, filled in.';

COMMENT ON FUNCTION "private"."templated_inbox"(uuid) IS 'How an inbox with templates is connected, for whoever may enter it. Fails with inbox_not_found, templates_not_offered.';

COMMENT ON FUNCTION "private"."text_fields"(text, jsonb) IS 'What has to be filled in in one text of a provider''s template.';

COMMENT ON FUNCTION "private"."toggle_status"(uuid) IS 'See public.toggle_status.';

COMMENT ON FUNCTION "private"."touch_message"(uuid, uuid) IS 'Tells everybody that the attachments of a message changed.';

COMMENT ON FUNCTION "private"."unanswered_parts"(uuid, uuid) IS 'How many messages the provider took from us since the contact last wrote, not counting those of one message.';

COMMENT ON FUNCTION "private"."unread_notifications"(uuid, uuid) IS 'How many are unread; 100 means 100 or more.';

COMMENT ON FUNCTION "private"."upload_types"() IS 'What may be attached; also what the bucket takes.';

COMMENT ON FUNCTION "private"."variables_of"(public.conversations, public.contacts, uuid) IS 'The values of all variables that a message of this sender in this conversation may hold.';

COMMENT ON FUNCTION "private"."verified_address"(uuid, uuid, text) IS 'The contact with this signed identifier and their verified address in the inbox; made where missing.';

COMMENT ON FUNCTION "private"."viewers"(uuid[], public.conversations) IS 'Those of these users who see this conversation: private.sees of many at once, in the order of their ids.';

COMMENT ON FUNCTION "private"."visible_conversation_rows"(uuid[]) IS 'See public.conversation_rows.';

COMMENT ON FUNCTION "private"."visible_scopes"(uuid) IS 'The caller''s scopes in one account, for lists, counts and search. A conversation may lie in two of them, its inbox''s and its team''s.';

COMMENT ON FUNCTION "private"."visitor_attributes"(jsonb) IS 'What a visitor gets of content_attributes: a list of what may pass, because most of them are among agents.';

COMMENT ON FUNCTION "private"."visitor_may_download"(text) IS 'Whether the calling visitor may fetch this object: of a message they can read.';

COMMENT ON FUNCTION "private"."visitor_may_upload"(text) IS 'Whether the calling visitor holds a fresh slot for this path.';

COMMENT ON FUNCTION "private"."visitor_message_json"(public.messages, jsonb) IS 'A message as its visitor gets it, from functions and broadcasts alike. p_shown: its private.message_json, where that is
     there already.';

COMMENT ON FUNCTION "private"."webhook_body"(text, public.conversations, public.messages) IS 'What a webhook says: the thing itself, and the event''s name.';

COMMENT ON FUNCTION "private"."widget_end_conversation"(uuid) IS 'See public.widget_end_conversation.';

COMMENT ON FUNCTION "private"."widget_heartbeat"() IS 'See public.widget_heartbeat.';

COMMENT ON FUNCTION "private"."widget_identify"(jsonb) IS 'See public.widget_identify.';

COMMENT ON FUNCTION "private"."widget_request_upload"(uuid, jsonb) IS 'See public.widget_request_upload.';

COMMENT ON FUNCTION "private"."widget_send_message"(uuid, uuid, text, uuid[]) IS 'See public.widget_send_message.';

COMMENT ON FUNCTION "private"."widget_submit_form"(uuid, uuid, jsonb) IS 'See public.widget_submit_form.';

COMMENT ON FUNCTION "private"."with_label_renamed"(text[], text, text) IS 'The titles with one of them renamed; null as the new title leaves it out.';

COMMENT ON FUNCTION "public"."accept_invitation"(text) IS 'Joins the account that invited the caller''s address, once. Returns {account_id, name, role}.
     Fails with invitation_not_found, already_member, agent_limit_reached.';

COMMENT ON FUNCTION "public"."active_contacts"(uuid, integer) IS 'The contacts who are there now, the one who did something last first: {rows}, as contact_list gives them, without pages.
     Fails with account_not_found, invalid_argument.';

COMMENT ON FUNCTION "public"."api_channel_settings"(uuid) IS 'What a program needs to work an API inbox, the secrets included; administrators only. {identifier, reply_window_hours, webhook_url,
     hmac_token, hmac_mandatory, webhook_secret}. Fails with inbox_not_found, not_administrator.';

COMMENT ON FUNCTION "public"."begin_channel_action"(uuid, text) IS 'Whether the caller may have the provider of an inbox asked or told something now: check, webhook or test. Administrators only. The service
     calls it (POST /channels/{inbox_id}/…). Fails with inbox_not_found, not_administrator, invalid_argument, inbox_not_connected,
     too_many_requests.';

COMMENT ON FUNCTION "public"."begin_mailbox_sign_in"(uuid, text, text, text, uuid, text) IS 'Notes that the caller goes to Google or Microsoft to open a mailbox; it replaces their earlier one. Administrators only. The service calls
     it (GET /oauth/{provider}/start). Returns {address} of the inbox to connect again. Fails with account_not_found,
     not_administrator, invalid_argument, inbox_not_found, name_invalid.';

COMMENT ON FUNCTION "public"."bulk_update"(uuid[], jsonb) IS 'Changes 1 to 100 conversations alike, all or none: status, snoozed_until, assignee_id, team_id, priority, add_labels, remove_labels.
     Returns the rows that the caller still sees. Fails with invalid_argument, conversation_not_found, and as the functions for one.';

COMMENT ON FUNCTION "public"."bulk_update_each"(uuid[], jsonb) IS 'As public.bulk_update, each by itself: {rows, errors}, where an error is {id, code, message} of a conversation that stayed as it was,
     and rows are those that the caller still sees. Fails with invalid_argument.';

COMMENT ON FUNCTION "public"."canned_response_list"(uuid, text) IS 'At most 100 canned responses: {rows}. Those whose short code starts with the words come first, then those whose short code
     has them, then those whose content has them. Fails with account_not_found.';

COMMENT ON FUNCTION "public"."channel_test_recipients"(uuid) IS 'Who wrote to the inbox lately and can be answered: [{to, name, last_incoming_at}], 20 at most, for channels where one cannot write to
     whomever one likes. Administrators only. Fails with inbox_not_found, not_administrator.';

COMMENT ON FUNCTION "public"."connect_channel"(uuid, text, text, text, jsonb, jsonb, text[]) IS 'A new inbox connected to a provider; administrators only. secrets go in and never come out. Returns {id}.
     Fails with account_not_found, not_administrator, channel_type_invalid, address_invalid, address_taken, name_invalid, invalid_argument.';

COMMENT ON FUNCTION "public"."connection_failures"(uuid) IS 'How many messages of the last 24 hours the provider did not take (failed) or may not have taken (unknown): {failed, unknown}, counted up
     to 1000. Administrators only. Fails with inbox_not_found, not_administrator.';

COMMENT ON FUNCTION "public"."contact_filter"(uuid, jsonb, text, text, jsonb, integer) IS 'One page of the contacts that meet conditions, in the grammar of public.conversation_filter, and the query, as public.contact_list
     gives it. They are about name, email, phone_number, identifier, company_name, country_code, city, referer, blocked, labels,
     created_at, last_activity_at and the account''s own attributes of contacts. Fails with account_not_found, invalid_argument,
     invalid_cursor, filter_attribute_unknown, filter_operator_invalid, filter_query_operator_invalid, filter_value_invalid.';

COMMENT ON FUNCTION "public"."contact_list"(uuid, text, text, text[], jsonb, integer) IS 'One page of the contacts who can be reached or recognised: {rows, next_cursor}. The query is part of a name, e-mail address,
     phone number, identifier or company, without regard to case and accents; labels: any of them. Sorts name, email, phone_number,
     last_activity_at, created_at, company_name, city, country; - before it for descending; those without a value come last.
     Fails with account_not_found, invalid_argument, invalid_cursor.';

COMMENT ON FUNCTION "public"."contactable_inboxes"(uuid) IS 'Through which of the caller''s inboxes a contact can be written to first: {rows: [{inbox_id, name, channel_type, source_id,
     needs_template}], unreachable: [{inbox_id, name, channel_type, reason}]}, by name. source_id is the address; null where an API
     inbox would make one. needs_template: the contact wrote too long ago, or never, for anything but an approved template. reason is
     no_email, no_phone_number, must_write_first, window_closed, opted_out or unreachable. Fails with contact_not_found.';

COMMENT ON FUNCTION "public"."conversation_filter"(uuid, jsonb, text, jsonb, integer, uuid[]) IS 'One page of the conversations that meet conditions [{attribute_key, filter_operator, values, query_operator}], read from left to right
     with "and" before "or", as public.conversation_list gives it; with ids, at most 200, those of them that do. Fails with
     account_not_found, invalid_argument, invalid_cursor, filter_attribute_unknown, filter_operator_invalid,
     filter_query_operator_invalid, filter_value_invalid.';

COMMENT ON FUNCTION "public"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) IS 'One page of a list: {rows, next_cursor, counts: {mine, unassigned, all}}. Tabs mine | unassigned | all; status or all; labels: any of
     them; view mention | participating | unattended; priority or none. Sorts newest | oldest (activity), waiting (longest first),
     created | created_oldest, priority (most urgent first, then oldest). Pass next_cursor back for the next page; counts come with the
     first page only. Fails with account_not_found, invalid_argument, invalid_cursor.';

COMMENT ON FUNCTION "public"."conversation_rows"(uuid[]) IS 'These conversations, at most 200, as the list shows them; those the caller may not see are absent.';

COMMENT ON FUNCTION "public"."delete_canned_response"(uuid) IS 'Removes a canned response. Fails with canned_response_not_found.';

COMMENT ON FUNCTION "public"."delete_contact"(uuid) IS 'Deletes a contact with their conversations and notes. Administrators only.
     Fails with contact_not_found, not_administrator, contact_online.';

COMMENT ON FUNCTION "public"."delete_conversation"(uuid) IS 'Deletes a conversation with all its messages. Administrators only. Fails with conversation_not_found, not_administrator.';

COMMENT ON FUNCTION "public"."delete_custom_attribute"(uuid) IS 'Removes a definition; the values stay where they are. Administrators only. Returns what it was.
     Fails with custom_attribute_not_found, not_administrator.';

COMMENT ON FUNCTION "public"."delete_custom_filter"(uuid) IS 'Removes a view. Fails with filter_not_found, not_administrator.';

COMMENT ON FUNCTION "public"."delete_custom_role"(uuid) IS 'Removes a role; who had it is a plain agent again. Administrators only.
     Fails with custom_role_not_found, not_administrator.';

COMMENT ON FUNCTION "public"."delete_inbox"(uuid) IS 'Takes an inbox away from everybody at once; its conversations are removed soon after. Administrators only.
     Fails with inbox_not_found, not_administrator.';

COMMENT ON FUNCTION "public"."delete_label"(uuid) IS 'Removes a label, also from everything that carries it. Administrators only. Returns what it was.
     Fails with label_not_found, not_administrator.';

COMMENT ON FUNCTION "public"."delete_message"(uuid, uuid) IS 'Takes back what a message said, its earlier versions included; a line in the account''s language stays in its place.
     Returns the message. Deleting again changes nothing. Fails with conversation_not_found, message_not_found,
     message_not_deletable.';

COMMENT ON FUNCTION "public"."delete_note"(uuid) IS 'Deletes a note about a contact. Fails with note_not_found.';

COMMENT ON FUNCTION "public"."delete_notifications"(uuid, uuid[], boolean) IS 'Removes these of the caller''s notifications, or all (null), or only the read ones. Returns {unread_count}.
     Fails with account_not_found.';

COMMENT ON FUNCTION "public"."delete_team"(uuid) IS 'Removes a team; its conversations belong to none. Administrators only. Fails with team_not_found, not_administrator.';

COMMENT ON FUNCTION "public"."edit_message"(uuid, uuid, text) IS 'Changes the words of the caller''s own message; the ones before are kept in message_versions. Returns the message.
     Where a provider delivers, only before it did; templates never. Fails with conversation_not_found, message_not_found,
     not_your_message, message_deleted, message_is_template, message_delivered, message_empty, message_too_long.';

COMMENT ON FUNCTION "public"."heartbeat"(uuid) IS 'Says every 15 seconds that the agent''s screen is there. Returns what online_users returns. Fails with account_not_found.';

COMMENT ON FUNCTION "public"."identity_secret"(uuid, boolean) IS 'The secret that the account''s own server signs identifiers with, or a new one in its place: {secret, rotated_at}.
     Administrators only. Fails with inbox_not_found, not_administrator, channel_type_invalid.';

COMMENT ON FUNCTION "public"."invite_member"(uuid, text, text, text, uuid) IS 'Lets an address join for 72 hours; administrators only. Returns the invitation with its token, which is told this once:
     put it into a link. The service''s route does that and sends it. Fails with account_not_found, not_administrator,
     role_invalid, custom_role_not_found, already_member, agent_limit_reached, email_invalid.';

COMMENT ON FUNCTION "public"."mark_notifications_read"(uuid, uuid[]) IS 'The caller has read these of their notifications, or all of them (null). Returns {unread_count}. Fails with account_not_found.';

COMMENT ON FUNCTION "public"."merge_contacts"(uuid, uuid) IS 'Two contacts of an account are the same person: the second''s conversations, addresses, messages and notes go to the first, which
     keeps what it says and is filled where it is blank. Returns the first. Fails with contact_not_found, contact_gone.';

COMMENT ON FUNCTION "public"."message_changes"(uuid, bigint) IS 'What is new or changed after a seq, for listeners that missed something: {messages, reset, last_seq, topic}.
     reset: more than 200, load the page anew. Fails with conversation_not_found.';

COMMENT ON FUNCTION "public"."message_page"(uuid, bigint, integer) IS 'The newest messages before a seq, oldest first: {messages, has_more, last_seq, topic}.
     Fails with conversation_not_found, invalid_argument.';

COMMENT ON FUNCTION "public"."mute_contact"(uuid, boolean) IS 'Blocks the contact and resolves the conversation; or, with false, only unblocks the contact. Returns the row.
     Fails with conversation_not_found, invalid_argument.';

COMMENT ON FUNCTION "public"."notification_list"(uuid, jsonb, integer, boolean) IS 'One page of the caller''s notifications, newest first: {rows, next_cursor, unread_count}; unread_count is 100 at most.
     Snoozed ones are left out until their time. Fails with account_not_found, invalid_argument, invalid_cursor.';

COMMENT ON FUNCTION "public"."online_users"(uuid) IS 'Who is there: {users: {id: online | busy}}; who is missing is offline. Fails with account_not_found.';

COMMENT ON FUNCTION "public"."reconnect_channel"(uuid, jsonb, jsonb) IS 'Replaces the settings and secrets named, and lets messages that waited go out. Administrators only.
     Fails with inbox_not_found, not_administrator, invalid_argument.';

COMMENT ON FUNCTION "public"."remove_member"(uuid, uuid) IS 'Takes somebody out of the account, with their inboxes, teams and settings; their conversations belong to nobody then.
     Administrators, and everybody themselves. Fails with account_not_found, not_administrator, user_not_found, last_administrator.';

COMMENT ON FUNCTION "public"."reply_window"(uuid) IS 'Whether one may answer freely now: {can_reply, closes_at, hours, templates, connection_state, opted_out,
     unreachable_reason}. Outside the window only an approved template goes out. Fails with conversation_not_found.';

COMMENT ON FUNCTION "public"."request_upload"(uuid, jsonb) IS 'Slots for 1 to 15 files: p_files = [{id, file_name, content_type, byte_size}] gives {bucket, files: [{id, path, file_type,
     content_type}]}. Upload each to its path within an hour, then name the ids in send_message. Fails with
     conversation_not_found, too_many_attachments, file_invalid, file_too_large, file_type_not_allowed, attachment_id_taken,
     too_many_requests.';

COMMENT ON FUNCTION "public"."retry_message"(uuid, uuid) IS 'Sends a failed message again, or one of unknown fate. Returns the message, queued anew.
     Fails with conversation_not_found, message_not_found, message_not_failed.';

COMMENT ON FUNCTION "public"."revoke_invitation"(uuid) IS 'Makes an invitation''s link useless; administrators only, for others it does not exist. Fails with invitation_not_found.';

COMMENT ON FUNCTION "public"."save_api_channel"(uuid, text, boolean) IS 'Where the program behind an API inbox is told of events (empty: nowhere), and whether contacts must prove who they are. Null leaves
     a thing as it is. Answers like api_channel_settings. Fails with inbox_not_found, not_administrator, webhook_url_invalid.';

COMMENT ON FUNCTION "public"."save_canned_response"(uuid, uuid, text, text) IS 'Adds a canned response (id null) or changes one; every member may. Returns its row.
     Fails with account_not_found, canned_response_not_found, short_code_invalid, short_code_taken, content_invalid.';

COMMENT ON FUNCTION "public"."save_contact"(uuid, uuid, jsonb) IS 'Adds a contact (id null) or changes one; values holds the columns to set: name, middle_name, last_name, email, phone_number,
     identifier, avatar_url, blocked, custom_attributes, additional_attributes. Returns the row.
     Fails with account_not_found, contact_not_found, invalid_argument, attributes_invalid, contact_taken, contact_invalid
     (details names the column).';

COMMENT ON FUNCTION "public"."save_custom_attribute"(uuid, uuid, jsonb) IS 'Adds a custom attribute''s definition (id null) or changes one (but not its model); values holds the columns to set.
     Administrators only. Returns the row. Fails with account_not_found, not_administrator, invalid_argument,
     custom_attribute_not_found, attribute_key_taken, custom_attribute_invalid (details names the column, or reserved).';

COMMENT ON FUNCTION "public"."save_custom_filter"(uuid, uuid, text, jsonb, boolean, text) IS 'Saves conditions as a view (id null) or changes one: one''s own, or, as an administrator, one that everybody sees. It is one of
     conversations or, as type says, of contacts, and stays that. Returns its row. Fails with account_not_found, not_administrator, filter_not_found, name_invalid, name_taken, too_many_filters, invalid_argument, and
     as public.conversation_filter or public.contact_filter about the conditions.';

COMMENT ON FUNCTION "public"."save_custom_role"(uuid, uuid, text, text, text[]) IS 'Makes a role (p_id null) or changes one; administrators only. Returns its row.
     Fails with account_not_found, not_administrator, name_invalid, custom_role_invalid, custom_role_not_found.';

COMMENT ON FUNCTION "public"."save_label"(uuid, uuid, text, text, text, boolean) IS 'Adds a label (id null) or changes one; a new title follows to everything that carries it. Administrators only. Returns the row.
     Fails with account_not_found, not_administrator, title_invalid, title_taken, label_not_found, invalid_argument.';

COMMENT ON FUNCTION "public"."save_note"(uuid, uuid, text) IS 'Adds a note to a contact (id null) or changes one. Returns the row.
     Fails with contact_not_found, content_invalid, note_not_found.';

COMMENT ON FUNCTION "public"."save_team"(uuid, uuid, text, text, boolean) IS 'Makes a team (p_id null) or changes one; administrators only. Names become lower case. Returns its row.
     Fails with account_not_found, not_administrator, name_invalid, team_name_taken, invalid_argument, team_not_found.';

COMMENT ON FUNCTION "public"."search"(uuid, text, text, jsonb, integer) IS 'What the caller sees of an account: {conversations, contacts, messages}, each {rows, next_cursor}. Conversations by number or contact,
     contacts as contact_list finds them, messages of the last 90 days by their words. With one kind, next_cursor leads to the next page;
     it is null on the last. Fails with account_not_found, invalid_argument, invalid_cursor.';

COMMENT ON FUNCTION "public"."send_message"(uuid, uuid, text, boolean, bigint, uuid[], uuid, jsonb) IS 'Sends a reply, or a note when private, under an id made by the caller: sending again returns the same message, and
     message_id_taken when it says something else.
     With expected_last_seq a public reply is refused when someone else wrote after it: conversation_moved, details = {messages}.
     attachments are ids of request_upload, 15 at most, each uploaded; with one the content may be empty.
     in_reply_to names a message of the same conversation. content_attributes may hold to_emails, cc_emails, bcc_emails
     (lists) and template_params {name, language, processed_params: {header, body, buttons}}: a template of the inbox, whose filled-in
     words become the content. Outside the reply window nothing else goes out. items [{title, value, description}] are answers to choose
     from: buttons or a list where the channel has them, else numbered lines. Fails also with conversation_not_found,
     message_empty, message_too_long, message_id_taken, too_many_messages, too_many_attachments, attachment_not_found,
     reply_target_not_found, content_attributes_invalid, window_closed, and with template_not_found, template_not_approved,
     template_unsupported, template_values_missing (details = {fields}), template_value_too_long, template_file_invalid.';

COMMENT ON FUNCTION "public"."set_availability"(uuid, text) IS 'The caller is online, busy or offline in this account. Returns their membership. Fails with account_not_found, availability_invalid.';

COMMENT ON FUNCTION "public"."set_contact_labels"(uuid, text[]) IS 'The labels of the contact are these titles, and no others. Returns the row.
     Fails with contact_not_found, label_not_found, invalid_argument.';

COMMENT ON FUNCTION "public"."set_custom_attributes"(uuid, jsonb) IS 'Replaces the custom attributes of the conversation. Returns its row.
     Fails with conversation_not_found, attributes_invalid.';

COMMENT ON FUNCTION "public"."set_labels"(uuid, text[]) IS 'The labels of the conversation are these titles, and no others. Returns its row.
     Fails with conversation_not_found, label_not_found, invalid_argument.';

COMMENT ON FUNCTION "public"."set_member"(uuid, uuid, text, uuid) IS 'Changes a member''s role; administrators only. Returns the membership. Fails with account_not_found, not_administrator,
     role_invalid, custom_role_not_found, user_not_found, last_administrator.';

COMMENT ON FUNCTION "public"."set_participant"(uuid, uuid, boolean) IS 'Makes an agent follow a conversation, or not. Returns {participants: [user ids]}.
     Fails with conversation_not_found, invalid_argument, participant_not_in_inbox.';

COMMENT ON FUNCTION "public"."set_priority"(uuid, text) IS 'Sets the priority: low, medium, high, urgent, or null for none. Returns the row.
     Fails with conversation_not_found, priority_invalid.';

COMMENT ON FUNCTION "public"."set_team"(uuid, uuid) IS 'Gives the conversation to a team of the account, or to none (null). Returns its row.
     Fails with conversation_not_found, team_not_found.';

COMMENT ON FUNCTION "public"."set_team_member"(uuid, uuid, boolean) IS 'Adds an agent to a team or takes them out; administrators only.
     Fails with team_not_found, not_administrator, invalid_argument, user_not_found.';

COMMENT ON FUNCTION "public"."set_working_hours"(uuid, jsonb) IS 'Sets the hours of the days given; administrators only. Returns all seven rows.
     Fails with inbox_not_found, not_administrator, working_hours_invalid.';

COMMENT ON FUNCTION "public"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid, jsonb) IS 'An agent writes first: a new conversation with a contact, with a first message under an id made by the caller. Where the inbox is locked
     to a single conversation the existing one goes on; the same message id again returns the same. content_attributes as in
     send_message: over WhatsApp a conversation begins with a template. Returns the row. Fails with contact_not_found, inbox_not_found,
     contact_not_reachable, team_not_found, assignee_not_in_inbox, and as send_message.';

COMMENT ON FUNCTION "public"."sync_templates"(uuid) IS 'Asks for a fresh copy of the inbox''s templates; template_list says when it is there. For whoever may enter the inbox, three times in a
     row and then once in 30 seconds. Fails with inbox_not_found, templates_not_offered, inbox_not_connected, too_many_requests.';

COMMENT ON FUNCTION "public"."take_mailbox_sign_in"(text, text) IS 'Ends the caller''s own sign-in, once: {account_id, inbox_id, inbox_name, verifier, address}. The service calls it
     (POST /oauth/{provider}/finish). Fails with sign_in_expired, not_administrator.';

COMMENT ON FUNCTION "public"."template_list"(uuid, text, boolean, integer) IS 'The templates of an inbox in which all words of the query occur, approved ones first: {templates: [{id, name, language, category,
     status, reason, components, fields}], has_more, synced_at, error, connection_state, syncing}. Fails with inbox_not_found,
     templates_not_offered, invalid_argument.';

COMMENT ON FUNCTION "public"."toggle_status"(uuid) IS 'Resolves an open conversation and opens any other. Returns its row. Fails with conversation_not_found.';

COMMENT ON FUNCTION "public"."widget_end_conversation"(uuid) IS 'The visitor ends the chat: it is resolved. Returns the conversation. Fails with conversation_not_found, end_not_allowed.';

COMMENT ON FUNCTION "public"."widget_heartbeat"() IS 'Says every 60 seconds that the visitor has the chat open.';

COMMENT ON FUNCTION "public"."widget_identify"(jsonb) IS 'The visitor''s page says who they are: identifier, name, email, phone_number, avatar_url, custom_attributes,
     additional_attributes. A claim: what is another contact''s already is left out without a word, and nothing merges.
     Fails with session_expired, invalid_argument, too_many_requests.';

COMMENT ON FUNCTION "public"."widget_request_upload"(uuid, jsonb) IS 'As request_upload, for the visitor''s own conversation, with 200 MB a day. Fails also with conversation_resolved,
     upload_quota_exceeded.';

COMMENT ON FUNCTION "public"."widget_send_message"(uuid, uuid, text, uuid[]) IS 'The visitor writes, under an id made by their browser: sending again returns the same message.
     attachments are ids of widget_request_upload, each uploaded. Fails with conversation_not_found, conversation_resolved,
     message_empty, message_too_long, too_many_messages, too_many_attachments, attachment_not_found.';

COMMENT ON FUNCTION "public"."widget_submit_form"(uuid, uuid, jsonb) IS 'The visitor fills in a form, once. input_email: {email}, which becomes the contact''s address, or makes them one with the contact
     who has it. input_text, input_textarea: {value}. input_select: {values: [{value}]}. form: {values: [{name, value}]}.
     Returns the message. The same again returns the same. Fails with conversation_not_found, message_not_found, not_a_form,
     values_invalid, email_invalid, already_submitted, too_many_requests.';

COMMENT ON FUNCTION "service"."api_conversation_action"(uuid, text, bigint, text, boolean) IS 'toggle_status, update_last_seen or toggle_typing, as the contact. Fails with contact_not_found, conversation_not_found,
     invalid_argument, too_many_requests.';

COMMENT ON FUNCTION "service"."api_conversations"(uuid, text) IS 'The conversations of a contact, newest first. Fails with contact_not_found.';

COMMENT ON FUNCTION "service"."api_inbox"(text) IS 'The API inbox of this identifier, with what verifies its contacts; null when there is none.';

COMMENT ON FUNCTION "service"."api_messages"(uuid, text, bigint, bigint) IS 'The newest 50 messages before a seq as the contact may see them, oldest first. Fails with contact_not_found, conversation_not_found.';

COMMENT ON FUNCTION "service"."api_save_contact"(uuid, text, jsonb, boolean) IS 'Makes or changes a contact of an API inbox. Without a source_id one is made. Fails with inbox_not_found, contact_not_found,
     too_many_requests.';

COMMENT ON FUNCTION "service"."api_send_message"(uuid, text, bigint, jsonb) IS 'The contact writes through the program. The same source_id or echo_id again returns the same message. Fails with contact_not_found,
     conversation_not_found, message_id_taken, too_many_requests.';

COMMENT ON FUNCTION "service"."api_start_conversation"(uuid, text, jsonb) IS 'A new conversation of a contact; with one conversation per contact, the running one. Fails with contact_not_found, too_many_requests.';

COMMENT ON FUNCTION "service"."api_update_message"(uuid, text, bigint, uuid, jsonb) IS 'The program says what became of an agent''s message. Fails with contact_not_found, conversation_not_found, message_not_found, status_invalid.';

COMMENT ON FUNCTION "service"."attachment_arrived"(uuid) IS 'The file is in Storage: it can be looked at.';

COMMENT ON FUNCTION "service"."attachment_lost"(uuid, text) IS 'The file cannot be had: the message says so instead of showing nothing.';

COMMENT ON FUNCTION "service"."attachment_to_process"(uuid) IS 'What a worker needs to look at a file; null when it is gone or was looked at.';

COMMENT ON FUNCTION "service"."auto_resolve_conversations"() IS 'Resolves what was idle for as long as its account says (settings auto_resolve_*); at most 100 conversations of an account a call.';

COMMENT ON FUNCTION "service"."begin_visit"(uuid) IS 'Opens a visit: {visit, cursor}; what an earlier one still writes is refused. Null when the mailbox is not to be visited.';

COMMENT ON FUNCTION "service"."channel_credentials"(uuid) IS 'What an inbox speaks for itself with; null when it is not connected to a provider.';

COMMENT ON FUNCTION "service"."channel_test_recipient"(uuid, text) IS 'What an adapter needs to write to somebody who wrote to this inbox: {last_incoming_at, context}. Null for a stranger.';

COMMENT ON FUNCTION "service"."channels_for"(text, text[]) IS 'The inboxes a provider''s request may be about, with what verifies it: [{inbox_id, account_id, active, address, settings, secrets}].';

COMMENT ON FUNCTION "service"."claim_jobs"(text, text[], integer, integer) IS 'Leases up to p_limit jobs of these kinds to a worker: fair between accounts, in order per lock, each to one worker only.';

COMMENT ON FUNCTION "service"."close_provider_event"(bigint, text, text) IS 'Notes what became of a request: processed, or quarantined with the reason.';

COMMENT ON FUNCTION "service"."dead_jobs"(bigint, integer) IS 'The dead letters, newest first: {rows}. Pass the last id for the next page; replay with service.requeue_job.';

COMMENT ON FUNCTION "service"."delete_inbox"(uuid, integer) IS 'Removes the next conversations of a deleted inbox and asks for another job; without any, the inbox: true when nothing is left.';

COMMENT ON FUNCTION "service"."delete_received_message"(uuid, text, boolean) IS 'The contact took a message back: agents see that, and what it said unless the provider wants it erased. False when there is none.';

COMMENT ON FUNCTION "service"."digest_sent"(uuid, bigint) IS 'Notes how far the digest went.';

COMMENT ON FUNCTION "service"."edit_received_message"(uuid, jsonb) IS 'The contact changed a message: the new text stands in its place, the old ones are kept. An edit that comes late (a lower revision)
     changes nothing. False when there was nothing to change.';

COMMENT ON FUNCTION "service"."end_visit"(uuid, bigint, jsonb, boolean, text, text) IS 'Ends a visit: the cursor, and when the next one is. Three refused logins in a row (auth) wait for an administrator; everything
     else is tried again later and later. Fails with visit_lost.';

COMMENT ON FUNCTION "service"."expire_uploads"() IS 'Removes slots and files that no message took within a day; at most 500 a call.';

COMMENT ON FUNCTION "service"."fail_delivery"(uuid, uuid, text, text, text, double precision, text[]) IS 'The provider refused. transient and rate_limited put the message back into the queue, uncertain marks it unknown, everything else
     failed, with the provider''s own words; auth holds the inbox''s other messages until an administrator reconnects.';

COMMENT ON FUNCTION "service"."fail_job"(bigint, integer, text, double precision, boolean) IS 'Gives a job back after a failure: to be tried again in so many seconds, or dead when null. p_counts: whether
     that used up one of its attempts. Null when the lease was lost.';

COMMENT ON FUNCTION "service"."finish_attachment"(uuid, jsonb) IS 'Writes what a worker found: {state: ready | failed, error, path, content_type, byte_size, width, height, thumb_path}, and tells
     the readers. False when somebody else was faster or the attachment is gone.';

COMMENT ON FUNCTION "service"."identity_secret"(text) IS 'What the service needs to check a visitor''s signed identity.';

COMMENT ON FUNCTION "service"."invitation_email"(uuid) IS 'What the mail to somebody who has a login already says.';

COMMENT ON FUNCTION "service"."media_to_fetch"(uuid) IS 'Where a file is to be fetched from and where it goes; null when there is nothing to fetch.';

COMMENT ON FUNCTION "service"."message_to_deliver"(uuid, uuid) IS 'Takes a queued message for sending: everything its adapter needs. Null when there is nothing to send any more; {held} while the
     inbox must be reconnected; {wait: seconds} while the provider wants us slower, is down, or has ten messages in hand; interrupted = an earlier try never reported back.';

COMMENT ON FUNCTION "service"."next_provider_events"(uuid, integer) IS 'The requests of an inbox that nobody has read yet, oldest first.';

COMMENT ON FUNCTION "service"."notification_email"(uuid, timestamp with time zone) IS 'What the e-mail of a notification says; null when it was read, replaced by a newer one, or is no longer theirs to see.';

COMMENT ON FUNCTION "service"."open_visitor_session"(text, text, text, text, integer, text) IS 'Opens or renews a visitor''s session; the service mints a token from the ids it returns. Hashes are SHA-256 in hex.
     p_identifier is an identity whose signature the service has checked; its browsers share one address, and what was said
     in this session before signing in goes there.
     Fails with inbox_not_found, session_expired, identity_required, too_many_requests.';

COMMENT ON FUNCTION "service"."poll_mailboxes"() IS 'Asks for a visit to each mailbox whose time has come, 500 a call; returns how many.';

COMMENT ON FUNCTION "service"."purge_audit_log"(interval, integer) IS 'Removes entries of the audit log that are very old, p_limit a call.';

COMMENT ON FUNCTION "service"."purge_contacts"(interval, integer) IS 'Removes contacts who cannot be reached, said nothing that is left and were never cared for, p_limit a call; and forgets
     whose chat was open days ago.';

COMMENT ON FUNCTION "service"."purge_dead_letters"(interval, integer) IS 'Removes dead jobs and quarantined requests that nobody tried again for so long, p_limit of each a call.';

COMMENT ON FUNCTION "service"."purge_events"(interval, integer) IS 'Removes the oldest events, p_limit a call, and returns how many.';

COMMENT ON FUNCTION "service"."purge_invitations"(interval) IS 'Removes invitations that nobody accepted and that ended long ago.';

COMMENT ON FUNCTION "service"."purge_jobs"(interval) IS 'Removes old finished jobs, at most 10,000 a call. Dead ones stay longer, for somebody to look: see service.purge_dead_letters.';

COMMENT ON FUNCTION "service"."purge_notifications"(interval, integer) IS 'Removes notifications that were written long ago, read or not, p_limit a call.';

COMMENT ON FUNCTION "service"."purge_provider_events"(interval) IS 'Removes requests that were read long ago, 10,000 a call, and receipts nobody waits for. Quarantined ones stay longer: see
     service.purge_dead_letters.';

COMMENT ON FUNCTION "service"."purge_webhook_deliveries"(interval) IS 'Removes the log of what was told long ago, 10,000 a call.';

COMMENT ON FUNCTION "service"."quarantined_events"(bigint, integer) IS 'Providers'' requests that could not be understood, newest first: {rows}, without what they say. Pass the last id for the
     next page; read one again with service.replay_provider_event.';

COMMENT ON FUNCTION "service"."react_to_message"(uuid, jsonb) IS 'The contact put a reaction on a message, or took it back (no emoji). False for a message we do not know.';

COMMENT ON FUNCTION "service"."receive_message"(uuid, jsonb) IS 'A message that came in through a provider (or was written outside of the desk: echo), as the worker parsed it. Received
     twice it is there once. Returns {message_id, conversation_id, duplicate, attachments}. Fails with inbox_not_found.';

COMMENT ON FUNCTION "service"."record_channel_check"(uuid, timestamp with time zone, jsonb) IS 'Keeps what the provider said about a connection. Refused credentials hold the inbox until it is reconnected; when all is right,
     what was held goes out.';

COMMENT ON FUNCTION "service"."record_channel_test"(uuid) IS 'The provider took a test message.';

COMMENT ON FUNCTION "service"."record_delivery"(uuid, uuid, text[], text) IS 'The provider took the message: its ids, one per part, and another spelling of the address if it named one. Receipts that
     came earlier are applied now.';

COMMENT ON FUNCTION "service"."record_mail"(uuid, bigint, text, jsonb, text, jsonb, text) IS 'Keeps a mail and the cursor behind it, both or neither. With p_poison it is put aside, with what could be had of it. False when
     it was there already. Fails with visit_lost, inbox_not_found.';

COMMENT ON FUNCTION "service"."record_provider_event"(uuid, text, jsonb, text) IS 'Keeps a verified request of a provider, once (p_body is base64), and asks for it to be read. False when it was there
     already, or the account is suspended. Fails with inbox_not_found.';

COMMENT ON FUNCTION "service"."record_webhook"(uuid, text, integer, text) IS 'How telling it went: delivered, pending for another try, or failed.';

COMMENT ON FUNCTION "service"."refresh_channel_tokens"() IS 'Asks for fresh tokens where they end soon: mailboxes ten minutes before, TikTok two hours before, Instagram at day 45. Returns how many.';

COMMENT ON FUNCTION "service"."refresh_templates"() IS 'Asks for a copy of the templates of each inbox whose copy is three hours old, 200 a call; returns how many.';

COMMENT ON FUNCTION "service"."relabel"(uuid, text, text) IS 'The next batch of a label''s renaming; see private.relabel. Returns how many rows it changed.';

COMMENT ON FUNCTION "service"."replace_templates"(uuid, jsonb) IS 'Makes the templates of an inbox those that its provider listed: new ones come, changed ones change, vanished ones go, all at once.
     What cannot be a template is left out. Returns how many there are.';

COMMENT ON FUNCTION "service"."replay_provider_event"(bigint) IS 'Reads a quarantined request again, after a release that understands it.';

COMMENT ON FUNCTION "service"."save_channel_secrets"(uuid, jsonb, timestamp with time zone) IS 'Keeps a token that our servers renewed.';

COMMENT ON FUNCTION "service"."send_templates"(uuid, uuid) IS 'Writes what the system answers to an incoming message by itself, each once. Returns which; a second call finds nothing to do.';

COMMENT ON FUNCTION "service"."set_connection_state"(uuid, text, text) IS 'The provider took or refused our credentials.';

COMMENT ON FUNCTION "service"."take_chore"(text, integer, text) IS 'Whether the caller is the one to do this chore now: true once in so many seconds, whoever asks and however often.';

COMMENT ON FUNCTION "service"."take_digest"(uuid, timestamp with time zone) IS 'Closes the window that this message opened, and returns what a digest needs; null when the visitor saw it all, or it was mailed.';

COMMENT ON FUNCTION "service"."tell_new_conversation"(uuid, uuid, timestamp with time zone) IS 'Notifies the inbox''s members of a conversation that is new, or that a bot handed over, as it is now: not when it is gone or no
     longer open, nobody who sees it no longer or was given it meanwhile. A second run tells nobody again.';

COMMENT ON FUNCTION "service"."templates_not_synced"(uuid, text, text) IS 'The provider did not list its templates: what we have stays, and the next try waits longer each time. auth holds the inbox''s messages
     until an administrator reconnects.';

COMMENT ON FUNCTION "service"."update_contact_address"(uuid, jsonb) IS 'A contact''s address changed, opted out or in, or cannot be reached. False when we do not know it.';

COMMENT ON FUNCTION "service"."update_delivery"(uuid, jsonb) IS 'What a provider says became of a message: by its id, or by contact and watermark. Parked for ten minutes when the message''s own
     answer is not stored yet; returns false then. Fails with status_invalid.';

COMMENT ON FUNCTION "service"."update_inbox"(uuid, jsonb) IS 'Something about the inbox itself that its provider told us: kept under settings.news, the newest of each kind. News of templates have
     them copied again.';

COMMENT ON FUNCTION "service"."webhook_to_deliver"(uuid, uuid) IS 'What to tell, where, and what signs it: {url, secret, body}. Null when there is nothing to tell any more.';

COMMENT ON FUNCTION "service"."website_by_mail"(uuid, uuid) IS 'A website inbox, by its id or a conversation''s, as the way in for answers to its digests: {inbox_id, account_id, active, reply_token}.';

COMMENT ON TABLE "private"."assignment_turns" IS 'When an agent last got a conversation of an inbox by turn. Whoever waits longest, since then or since they joined, is next.';

COMMENT ON TABLE "private"."attachment_sources" IS 'Where a provider keeps a file that came in, until we have it: {url, media_id, content_type, file_name, byte_size, sha256}.';

COMMENT ON TABLE "private"."channel_secrets" IS 'Tokens and passwords of channels: written by administrators through functions, read by our servers only.';

COMMENT ON TABLE "private"."chores" IS 'When each timed chore was last taken, by the database''s clock; see service.take_chore.';

COMMENT ON TABLE "private"."contact_inbox_aliases" IS 'Other spellings under which a provider knows the same address: country variants, user ids.';

COMMENT ON TABLE "private"."contact_presence" IS 'When each contact''s open chat last said that it is there.';

COMMENT ON TABLE "private"."continuity" IS 'Which conversations wait for a digest by mail, and how far the last one went.';

COMMENT ON TABLE "private"."identity_secrets" IS 'What an account''s own server signs its customers'' identifiers with (HMAC-SHA256), per website inbox.';

COMMENT ON TABLE "private"."mail_tombstones" IS 'SHA-256 of the Message-IDs of mails whose conversation was deleted: a mailbox that is read again brings none of them back.';

COMMENT ON TABLE "private"."mailbox_sign_ins" IS 'Sign-ins that are under way: who began one, for which account, good for ten minutes and once. Of the state only the hash is kept.';

COMMENT ON TABLE "private"."mailboxes" IS 'How far each mailbox was read, and when it is visited next.';

COMMENT ON TABLE "private"."message_parts" IS 'The provider''s ids of what became of one message: a long text goes out as several. The message is as far as its slowest part.';

COMMENT ON TABLE "private"."parked_statuses" IS 'Receipts that came before the send call''s own answer was stored; applied then, dropped after ten minutes.';

COMMENT ON TABLE "private"."provider_events" IS 'What providers sent, byte for byte and signed, each once. Parsed later; what cannot be understood stays here for a replay.';

COMMENT ON TABLE "private"."user_presence" IS 'When each agent''s screen last said that it is there.';

COMMENT ON TABLE "private"."webhook_deliveries" IS 'Every event told to the program behind an API inbox: its id goes along on every attempt, so that the receiver can drop doubles.';

COMMENT ON TABLE "public"."attachments" IS 'A file, a place or a card of a message. Without a message: a slot for an upload, for a day.';

COMMENT ON TABLE "public"."audit_log" IS 'Who changed what about accounts, members, inboxes, teams and roles; written by triggers, never changed.';

COMMENT ON TABLE "public"."canned_responses" IS 'A ready answer of an account, found by its short code or its words.';

COMMENT ON TABLE "public"."channel_connections" IS 'The provider''s side of an inbox: its address there, its settings, and whether the connection works.';

COMMENT ON TABLE "public"."channel_templates" IS 'A text that the provider of an inbox approved beforehand: the only thing that may be sent outside the reply window. Copied from the
     provider; written by our servers only.';

COMMENT ON TABLE "public"."conversation_participants" IS 'The agents who follow a conversation: its assignees, those mentioned in it, and whoever was added.';

COMMENT ON TABLE "public"."custom_attribute_definitions" IS 'How to show and edit a key of custom_attributes, of contacts or of conversations. Values are checked by the screens only.';

COMMENT ON TABLE "public"."custom_filters" IS 'A saved view: conditions for public.conversation_filter or public.contact_filter under a name.';

COMMENT ON TABLE "public"."custom_roles" IS 'A named set of permissions; who has one is an agent with exactly these.';

COMMENT ON TABLE "public"."invitations" IS 'An address that may join the account, once, until it expires.';

COMMENT ON TABLE "public"."labels" IS 'A word of the account''s own; conversations and contacts carry titles of labels.';

COMMENT ON TABLE "public"."mentions" IS 'Who was last mentioned in a conversation, when, and in which note.';

COMMENT ON TABLE "public"."message_versions" IS 'What a message said before each edit. Goes when the message is deleted.';

COMMENT ON TABLE "public"."notes" IS 'A note about a contact, for all agents of the account. Not a private message, which belongs to a conversation.';

COMMENT ON TABLE "public"."notification_settings" IS 'Of which notifications a member gets an e-mail or a push as well. A row comes with each membership.';

COMMENT ON TABLE "public"."notifications" IS 'The newest thing a member should know of a conversation; written again, and unread again, with the next one.';

COMMENT ON TABLE "public"."team_members" IS 'Who belongs to a team.';

COMMENT ON TABLE "public"."teams" IS 'A group of agents. Its members see the conversations given to it, whatever their inbox.';

COMMENT ON TABLE "public"."template_syncs" IS 'When the templates of an inbox were last copied from its provider, and what went wrong since.';

COMMENT ON TABLE "public"."working_hours" IS 'One row per inbox and day of the week, 0 = Sunday, in the inbox''s time zone.';

REVOKE ALL ON FUNCTION "private"."accept_invitation"(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."accept_invitation"(text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."accept_invitation"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."accept_invitation"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."active_contacts"(uuid, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."active_contacts"(uuid, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."active_contacts"(uuid, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."active_contacts"(uuid, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."actor_name"(public.conversations) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."actor_name"(public.conversations) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."actor_name"(public.conversations) TO "postgres";

REVOKE ALL ON FUNCTION "private"."add_identity_secret"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."add_identity_secret"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."add_identity_secret"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."add_notification_settings"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."add_notification_settings"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."add_notification_settings"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."add_participant"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."add_participant"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."add_participant"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."add_upload"(public.conversations, jsonb, uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."add_upload"(public.conversations, jsonb, uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."add_upload"(public.conversations, jsonb, uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."add_working_hours"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."add_working_hours"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."add_working_hours"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."administered_inbox"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."administered_inbox"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."administered_inbox"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."administered_team"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."administered_team"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."administered_team"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."adopt_session"(private.visitor_sessions, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."adopt_session"(private.visitor_sessions, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."adopt_session"(private.visitor_sessions, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."agent_may_download"(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."agent_may_download"(text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."agent_may_download"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."agent_may_download"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."agent_may_upload"(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."agent_may_upload"(text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."agent_may_upload"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."agent_may_upload"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."agent_message"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."agent_message"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."agent_message"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."answered_conversation"(public.inboxes, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."answered_conversation"(public.inboxes, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."answered_conversation"(public.inboxes, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."api_address"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."api_address"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."api_address"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."api_channel_settings"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."api_channel_settings"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."api_channel_settings"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."api_channel_settings"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."api_conversation"(public.contact_inboxes, bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."api_conversation"(public.contact_inboxes, bigint) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."api_conversation"(public.contact_inboxes, bigint) TO "postgres";

REVOKE ALL ON FUNCTION "private"."api_conversation_json"(public.conversations) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."api_conversation_json"(public.conversations) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."api_conversation_json"(public.conversations) TO "postgres";

REVOKE ALL ON FUNCTION "private"."api_inbox_for_administrator"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."api_inbox_for_administrator"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."api_inbox_for_administrator"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."api_message_json"(public.messages) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."api_message_json"(public.messages) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."api_message_json"(public.messages) TO "postgres";

REVOKE ALL ON FUNCTION "private"."api_webhook"(public.conversations, public.messages) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."api_webhook"(public.conversations, public.messages) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."api_webhook"(public.conversations, public.messages) TO "postgres";

REVOKE ALL ON FUNCTION "private"."apply_status"(public.messages, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."apply_status"(public.messages, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."apply_status"(public.messages, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."are_account_settings"(jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."are_account_settings"(jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."are_account_settings"(jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."are_account_settings"(jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."are_attributes"(jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."are_attributes"(jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."are_attributes"(jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."are_attributes"(jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."ask_for_delivery"(uuid, uuid, uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."ask_for_delivery"(uuid, uuid, uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."ask_for_delivery"(uuid, uuid, uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."ask_for_digest"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."ask_for_digest"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."ask_for_digest"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."ask_for_templates"(uuid, uuid, interval) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."ask_for_templates"(uuid, uuid, interval) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."ask_for_templates"(uuid, uuid, interval) TO "postgres";

REVOKE ALL ON FUNCTION "private"."attachment_id_of"(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."attachment_id_of"(text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."attachment_id_of"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."attachment_id_of"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."attachments_json"(public.messages) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."attachments_json"(public.messages) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."attachments_json"(public.messages) TO "postgres";

REVOKE ALL ON FUNCTION "private"."attachments_removed"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."attachments_removed"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."attachments_removed"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."attachments_to_deliver"(public.messages) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."attachments_to_deliver"(public.messages) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."attachments_to_deliver"(public.messages) TO "postgres";

REVOKE ALL ON FUNCTION "private"."attributes_or"(jsonb, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."attributes_or"(jsonb, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."attributes_or"(jsonb, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."audit"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."audit"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."audit"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."auto_assign"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."auto_assign"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."auto_assign"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."auto_resolve"(public.conversations, jsonb, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."auto_resolve"(public.conversations, jsonb, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."auto_resolve"(public.conversations, jsonb, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."begin_channel_action"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."begin_channel_action"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."begin_channel_action"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."begin_channel_action"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."begin_conversation"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."begin_conversation"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."begin_conversation"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."begin_mailbox_sign_in"(uuid, text, text, text, uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."begin_mailbox_sign_in"(uuid, text, text, text, uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."begin_mailbox_sign_in"(uuid, text, text, text, uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."begin_mailbox_sign_in"(uuid, text, text, text, uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."bind_attachments"(uuid, uuid, uuid[], uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."bind_attachments"(uuid, uuid, uuid[], uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."bind_attachments"(uuid, uuid, uuid[], uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."broadcast_all"(text[], text[], jsonb[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."broadcast_all"(text[], text[], jsonb[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."broadcast_all"(text[], text[], jsonb[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."bulk_change"(uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."bulk_change"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."bulk_change"(uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."bulk_ids"(uuid[], jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."bulk_ids"(uuid[], jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."bulk_ids"(uuid[], jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."bulk_update"(uuid[], jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."bulk_update"(uuid[], jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."bulk_update"(uuid[], jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."bulk_update"(uuid[], jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."bulk_update_each"(uuid[], jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."bulk_update_each"(uuid[], jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."bulk_update_each"(uuid[], jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."bulk_update_each"(uuid[], jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."bury_mail"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."bury_mail"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."bury_mail"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."can_see"(public.conversations) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."can_see"(public.conversations) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."can_see"(public.conversations) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."can_see"(public.conversations) TO "postgres";

REVOKE ALL ON FUNCTION "private"."can_see_conversation"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."can_see_conversation"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."can_see_conversation"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."can_see_conversation"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."canned_response_list"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."canned_response_list"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."canned_response_list"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."canned_response_list"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."change_preview"(public.messages, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."change_preview"(public.messages, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."change_preview"(public.messages, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."channel_address"(text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."channel_address"(text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."channel_address"(text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."channel_test_recipients"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."channel_test_recipients"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."channel_test_recipients"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."channel_test_recipients"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."check_agent_limit"(uuid, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."check_agent_limit"(uuid, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."check_agent_limit"(uuid, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."check_channel"(text, text, jsonb, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."check_channel"(text, text, jsonb, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."check_channel"(text, text, jsonb, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."check_name"(text, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."check_name"(text, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."check_name"(text, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."check_role"(uuid, text, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."check_role"(uuid, text, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."check_role"(uuid, text, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."chosen_title"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."chosen_title"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."chosen_title"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."client_attributes"(jsonb, boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."client_attributes"(jsonb, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."client_attributes"(jsonb, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."connect_channel"(uuid, text, text, text, jsonb, jsonb, text[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."connect_channel"(uuid, text, text, text, jsonb, jsonb, text[]) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."connect_channel"(uuid, text, text, text, jsonb, jsonb, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."connect_channel"(uuid, text, text, text, jsonb, jsonb, text[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."connection_changed"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."connection_changed"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."connection_changed"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."connection_failures"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."connection_failures"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."connection_failures"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."connection_failures"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."contact_address"(public.contacts, public.inboxes) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."contact_address"(public.contacts, public.inboxes) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."contact_address"(public.contacts, public.inboxes) TO "postgres";

REVOKE ALL ON FUNCTION "private"."contact_filter"(uuid, jsonb, text, text, jsonb, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."contact_filter"(uuid, jsonb, text, text, jsonb, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."contact_filter"(uuid, jsonb, text, text, jsonb, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."contact_filter"(uuid, jsonb, text, text, jsonb, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."contact_json"(public.contacts) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."contact_json"(public.contacts) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."contact_json"(public.contacts) TO "postgres";

REVOKE ALL ON FUNCTION "private"."contact_list"(uuid, text, text, text[], jsonb, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."contact_list"(uuid, text, text, text[], jsonb, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."contact_list"(uuid, text, text, text[], jsonb, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."contact_list"(uuid, text, text, text[], jsonb, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."contact_page"(uuid, text, text[], text, text, jsonb, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."contact_page"(uuid, text, text[], text, text, jsonb, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."contact_page"(uuid, text, text[], text, text, jsonb, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."contact_search_text"(text, text, text, text, text, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."contact_search_text"(text, text, text, text, text, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."contact_search_text"(text, text, text, text, text, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."contact_search_text"(text, text, text, text, text, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."contactable_inboxes"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."contactable_inboxes"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."contactable_inboxes"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."contactable_inboxes"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."conversation_delta"(public.conversations) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."conversation_delta"(public.conversations) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."conversation_delta"(public.conversations) TO "postgres";

REVOKE ALL ON FUNCTION "private"."conversation_filter"(uuid, jsonb, text, jsonb, integer, uuid[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."conversation_filter"(uuid, jsonb, text, jsonb, integer, uuid[]) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."conversation_filter"(uuid, jsonb, text, jsonb, integer, uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."conversation_filter"(uuid, jsonb, text, jsonb, integer, uuid[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."conversation_page"(uuid, text[], uuid, text, text, text, jsonb, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."conversation_page"(uuid, text[], uuid, text, text, text, jsonb, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."conversation_page"(uuid, text[], uuid, text, text, text, jsonb, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."conversation_rows"(uuid[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."conversation_rows"(uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."conversation_rows"(uuid[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."conversation_scope"(text, text[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."conversation_scope"(text, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."conversation_scope"(text, text[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."custom_role_changed"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."custom_role_changed"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."custom_role_changed"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."delete_canned_response"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."delete_canned_response"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."delete_canned_response"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."delete_canned_response"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."delete_contact"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."delete_contact"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."delete_contact"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."delete_contact"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."delete_conversation"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."delete_conversation"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."delete_conversation"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."delete_conversation"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."delete_custom_attribute"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."delete_custom_attribute"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."delete_custom_attribute"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."delete_custom_attribute"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."delete_custom_filter"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."delete_custom_filter"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."delete_custom_filter"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."delete_custom_filter"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."delete_custom_role"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."delete_custom_role"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."delete_custom_role"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."delete_custom_role"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."delete_inbox"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."delete_inbox"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."delete_inbox"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."delete_inbox"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."delete_label"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."delete_label"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."delete_label"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."delete_label"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."delete_message"(uuid, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."delete_message"(uuid, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."delete_message"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."delete_message"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."delete_note"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."delete_note"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."delete_note"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."delete_note"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."delete_notifications"(uuid, uuid[], boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."delete_notifications"(uuid, uuid[], boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."delete_notifications"(uuid, uuid[], boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."delete_notifications"(uuid, uuid[], boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."delete_team"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."delete_team"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."delete_team"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."delete_team"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."deleted_text"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."deleted_text"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."deleted_text"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."deliver_held_messages"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."deliver_held_messages"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."deliver_held_messages"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."deliver_message_again"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."deliver_message_again"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."deliver_message_again"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."deliver_new_message"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."deliver_new_message"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."deliver_new_message"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."due_templates"(public.messages) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."due_templates"(public.messages) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."due_templates"(public.messages) TO "postgres";

REVOKE ALL ON FUNCTION "private"."edit_message"(uuid, uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."edit_message"(uuid, uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."edit_message"(uuid, uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."edit_message"(uuid, uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."file_type_of"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."file_type_of"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."file_type_of"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."fill_channel_template"(public.messages, public.conversations, public.contacts) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."fill_channel_template"(public.messages, public.conversations, public.contacts) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."fill_channel_template"(public.messages, public.conversations, public.contacts) TO "postgres";

REVOKE ALL ON FUNCTION "private"."fill_in"(text, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."fill_in"(text, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."fill_in"(text, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."filter_attribute"(uuid, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."filter_attribute"(uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."filter_attribute"(uuid, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."filter_condition"(uuid, text, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."filter_condition"(uuid, text, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."filter_condition"(uuid, text, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."filter_predicate"(uuid, text, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."filter_predicate"(uuid, text, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."filter_predicate"(uuid, text, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."filter_sql"(text, text, text, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."filter_sql"(text, text, text, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."filter_sql"(text, text, text, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."filter_values"(jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."filter_values"(jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."filter_values"(jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."folded"(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."folded"(text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."folded"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."folded"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."follow_label"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."follow_label"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."follow_label"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."follow_mailbox"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."follow_mailbox"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."follow_mailbox"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."follow_templates"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."follow_templates"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."follow_templates"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."full_inbox_ids"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."full_inbox_ids"() TO "authenticated";

REVOKE ALL ON FUNCTION "private"."full_inbox_ids"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."full_inbox_ids"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."given_value"(jsonb, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."given_value"(jsonb, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."given_value"(jsonb, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."has_active_bot"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."has_active_bot"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."has_active_bot"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."has_rare_word"(tsquery) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."has_rare_word"(tsquery) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."has_rare_word"(tsquery) TO "postgres";

REVOKE ALL ON FUNCTION "private"."has_templates"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."has_templates"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."has_templates"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."has_widget_feature"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."has_widget_feature"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."has_widget_feature"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."heartbeat"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."heartbeat"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."heartbeat"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."heartbeat"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."hold_contact"(public.contact_inboxes) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."hold_contact"(public.contact_inboxes) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."hold_contact"(public.contact_inboxes) TO "postgres";

REVOKE ALL ON FUNCTION "private"."identify_contact"(uuid, jsonb, text[], boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."identify_contact"(uuid, jsonb, text[], boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."identify_contact"(uuid, jsonb, text[], boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."identity_secret"(uuid, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."identity_secret"(uuid, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."identity_secret"(uuid, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."identity_secret"(uuid, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."initial_status"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."initial_status"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."initial_status"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."invite_member"(uuid, text, text, text, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."invite_member"(uuid, text, text, text, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."invite_member"(uuid, text, text, text, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."invite_member"(uuid, text, text, text, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."is_blank"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."is_blank"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."is_blank"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."is_contact_online"(public.contacts) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."is_contact_online"(public.contacts) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."is_contact_online"(public.contacts) TO "postgres";

REVOKE ALL ON FUNCTION "private"."is_online"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."is_online"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."is_online"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."is_out_of_office"(uuid, timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."is_out_of_office"(uuid, timestamp with time zone) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."is_out_of_office"(uuid, timestamp with time zone) TO "postgres";

REVOKE ALL ON FUNCTION "private"."is_sent_by_provider"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."is_sent_by_provider"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."is_sent_by_provider"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."is_timezone"(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."is_timezone"(text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."is_timezone"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."is_timezone"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."keep_message_status"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."keep_message_status"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."keep_message_status"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."known_address"(public.contacts, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."known_address"(public.contacts, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."known_address"(public.contacts, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."lacking_address"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."lacking_address"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."lacking_address"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."last_incoming_at"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."last_incoming_at"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."last_incoming_at"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."like_pattern"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."like_pattern"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."like_pattern"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."local_day"(text, timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."local_day"(text, timestamp with time zone) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."local_day"(text, timestamp with time zone) TO "postgres";

REVOKE ALL ON FUNCTION "private"."locale_of"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."locale_of"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."locale_of"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."lock_address"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."lock_address"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."lock_address"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."mail_conversation"(public.inboxes, public.contact_inboxes, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."mail_conversation"(public.inboxes, public.contact_inboxes, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."mail_conversation"(public.inboxes, public.contact_inboxes, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."mail_outline"(jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."mail_outline"(jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."mail_outline"(jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."make_api_secrets"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."make_api_secrets"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."make_api_secrets"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."mark_notifications_read"(uuid, uuid[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."mark_notifications_read"(uuid, uuid[]) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."mark_notifications_read"(uuid, uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."mark_notifications_read"(uuid, uuid[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."may_answer_by_itself"(public.messages, public.contact_inboxes) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."may_answer_by_itself"(public.messages, public.contact_inboxes) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."may_answer_by_itself"(public.messages, public.contact_inboxes) TO "postgres";

REVOKE ALL ON FUNCTION "private"."member_contact"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."member_contact"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."member_contact"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."mentioned_users"(public.conversations, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."mentioned_users"(public.conversations, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."mentioned_users"(public.conversations, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."merge_contacts"(uuid, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."merge_contacts"(uuid, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."merge_contacts"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."merge_contacts"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."merge_into"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."merge_into"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."merge_into"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."merged_attributes"(jsonb, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."merged_attributes"(jsonb, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."merged_attributes"(jsonb, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."message_changes"(uuid, bigint) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."message_changes"(uuid, bigint) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."message_changes"(uuid, bigint) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."message_changes"(uuid, bigint) TO "postgres";

REVOKE ALL ON FUNCTION "private"."message_deleted"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."message_deleted"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."message_deleted"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."message_json"(public.messages) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."message_json"(public.messages) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."message_json"(public.messages) TO "postgres";

REVOKE ALL ON FUNCTION "private"."message_of_source"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."message_of_source"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."message_of_source"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."message_page"(uuid, bigint, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."message_page"(uuid, bigint, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."message_page"(uuid, bigint, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."message_page"(uuid, bigint, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."messages_json"(public.messages[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."messages_json"(public.messages[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."messages_json"(public.messages[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."move_account_epochs"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."move_account_epochs"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."move_account_epochs"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."move_conversation_epoch"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."move_conversation_epoch"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."move_conversation_epoch"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."move_team_epoch"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."move_team_epoch"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."move_team_epoch"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."mute_contact"(uuid, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."mute_contact"(uuid, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."mute_contact"(uuid, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."mute_contact"(uuid, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."newest_conversations"(uuid, uuid[], text[], uuid, timestamp with time zone, uuid, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."newest_conversations"(uuid, uuid[], text[], uuid, timestamp with time zone, uuid, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."newest_conversations"(uuid, uuid[], text[], uuid, timestamp with time zone, uuid, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."note_delay"(public.messages, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."note_delay"(public.messages, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."note_delay"(public.messages, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."note_outage"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."note_outage"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."note_outage"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."note_recovery"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."note_recovery"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."note_recovery"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."notification_json"(public.notifications, jsonb, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."notification_json"(public.notifications, jsonb, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."notification_json"(public.notifications, jsonb, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."notification_list"(uuid, jsonb, integer, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."notification_list"(uuid, jsonb, integer, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."notification_list"(uuid, jsonb, integer, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."notification_list"(uuid, jsonb, integer, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."notification_types"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."notification_types"() TO "authenticated";

REVOKE ALL ON FUNCTION "private"."notification_types"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."notification_types"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."notified_by"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."notified_by"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."notified_by"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."notified_of"(public.conversations) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."notified_of"(public.conversations) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."notified_of"(public.conversations) TO "postgres";

REVOKE ALL ON FUNCTION "private"."notify"(uuid[], text, public.conversations, uuid, uuid, timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."notify"(uuid[], text, public.conversations, uuid, uuid, timestamp with time zone) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."notify"(uuid[], text, public.conversations, uuid, uuid, timestamp with time zone) TO "postgres";

REVOKE ALL ON FUNCTION "private"."notify_lock"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."notify_lock"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."notify_lock"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."notify_of_conversation"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."notify_of_conversation"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."notify_of_conversation"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."notify_of_message"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."notify_of_message"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."notify_of_message"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."online_users"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."online_users"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."online_users"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."online_users"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."options_of"(jsonb, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."options_of"(jsonb, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."options_of"(jsonb, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."outage_wait"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."outage_wait"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."outage_wait"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."own_filter"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."own_filter"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."own_filter"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."partial_account_ids"(boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."partial_account_ids"(boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."partial_account_ids"(boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."partial_account_ids"(boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."pending_attachments"(public.messages) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."pending_attachments"(public.messages) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."pending_attachments"(public.messages) TO "postgres";

REVOKE ALL ON FUNCTION "private"."pick_assignee"(uuid, uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."pick_assignee"(uuid, uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."pick_assignee"(uuid, uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."present_visit"(uuid, bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."present_visit"(uuid, bigint) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."present_visit"(uuid, bigint) TO "postgres";

REVOKE ALL ON FUNCTION "private"."priority_rank"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."priority_rank"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."priority_rank"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."put_values"(text, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."put_values"(text, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."put_values"(text, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."queue_message"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."queue_message"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."queue_message"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."random_secret"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."random_secret"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."random_secret"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."reaches"(uuid, public.conversations) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."reaches"(uuid, public.conversations) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."reaches"(uuid, public.conversations) TO "postgres";

REVOKE ALL ON FUNCTION "private"."read_notifications"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."read_notifications"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."read_notifications"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."receive_attachments"(public.inboxes, uuid, uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."receive_attachments"(public.inboxes, uuid, uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."receive_attachments"(public.inboxes, uuid, uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."received_inbox"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."received_inbox"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."received_inbox"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."receiving_contact_inbox"(public.inboxes, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."receiving_contact_inbox"(public.inboxes, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."receiving_contact_inbox"(public.inboxes, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."receiving_conversation"(public.inboxes, public.contact_inboxes, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."receiving_conversation"(public.inboxes, public.contact_inboxes, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."receiving_conversation"(public.inboxes, public.contact_inboxes, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."reconnect_channel"(uuid, jsonb, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."reconnect_channel"(uuid, jsonb, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."reconnect_channel"(uuid, jsonb, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."reconnect_channel"(uuid, jsonb, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."record_event"(uuid, text, uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."record_event"(uuid, text, uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."record_event"(uuid, text, uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."relabel"(uuid, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."relabel"(uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."relabel"(uuid, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."remove_member"(uuid, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."remove_member"(uuid, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."remove_member"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."remove_member"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."remove_objects"(uuid, text[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."remove_objects"(uuid, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."remove_objects"(uuid, text[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."render_variables"(text, public.conversations, public.contacts, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."render_variables"(text, public.conversations, public.contacts, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."render_variables"(text, public.conversations, public.contacts, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."reopened_status"(public.conversations, boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."reopened_status"(public.conversations, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."reopened_status"(public.conversations, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."reply_context"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."reply_context"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."reply_context"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."reply_secret"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."reply_secret"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."reply_secret"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."reply_window"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."reply_window"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."reply_window"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."reply_window"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."reply_window_hours"(public.conversations) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."reply_window_hours"(public.conversations) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."reply_window_hours"(public.conversations) TO "postgres";

REVOKE ALL ON FUNCTION "private"."request_header"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."request_header"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."request_header"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."request_id"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."request_id"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."request_id"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."request_upload"(uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."request_upload"(uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."request_upload"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."request_upload"(uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."require_attributes"(jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."require_attributes"(jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."require_attributes"(jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."require_labels"(uuid, text[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."require_labels"(uuid, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."require_labels"(uuid, text[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."require_member"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."require_member"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."require_member"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."require_open_window"(public.conversations) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."require_open_window"(public.conversations) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."require_open_window"(public.conversations) TO "postgres";

REVOKE ALL ON FUNCTION "private"."resolve_reply"(public.messages) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."resolve_reply"(public.messages) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."resolve_reply"(public.messages) TO "postgres";

REVOKE ALL ON FUNCTION "private"."retry_message"(uuid, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."retry_message"(uuid, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."retry_message"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."retry_message"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."revoke_invitation"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."revoke_invitation"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."revoke_invitation"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."revoke_invitation"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."safe_file_name"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."safe_file_name"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."safe_file_name"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."save_api_channel"(uuid, text, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."save_api_channel"(uuid, text, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."save_api_channel"(uuid, text, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."save_api_channel"(uuid, text, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."save_canned_response"(uuid, uuid, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."save_canned_response"(uuid, uuid, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."save_canned_response"(uuid, uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."save_canned_response"(uuid, uuid, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."save_contact"(uuid, uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."save_contact"(uuid, uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."save_contact"(uuid, uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."save_contact"(uuid, uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."save_custom_attribute"(uuid, uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."save_custom_attribute"(uuid, uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."save_custom_attribute"(uuid, uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."save_custom_attribute"(uuid, uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."save_custom_filter"(uuid, uuid, text, jsonb, boolean, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."save_custom_filter"(uuid, uuid, text, jsonb, boolean, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."save_custom_filter"(uuid, uuid, text, jsonb, boolean, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."save_custom_filter"(uuid, uuid, text, jsonb, boolean, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."save_custom_role"(uuid, uuid, text, text, text[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."save_custom_role"(uuid, uuid, text, text, text[]) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."save_custom_role"(uuid, uuid, text, text, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."save_custom_role"(uuid, uuid, text, text, text[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."save_label"(uuid, uuid, text, text, text, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."save_label"(uuid, uuid, text, text, text, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."save_label"(uuid, uuid, text, text, text, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."save_label"(uuid, uuid, text, text, text, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."save_note"(uuid, uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."save_note"(uuid, uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."save_note"(uuid, uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."save_note"(uuid, uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."save_team"(uuid, uuid, text, text, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."save_team"(uuid, uuid, text, text, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."save_team"(uuid, uuid, text, text, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."save_team"(uuid, uuid, text, text, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."says"(public.messages, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."says"(public.messages, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."says"(public.messages, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."scopes_of"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."scopes_of"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."scopes_of"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."search"(uuid, text, text, jsonb, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."search"(uuid, text, text, jsonb, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."search"(uuid, text, text, jsonb, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."search"(uuid, text, text, jsonb, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."search_conversations"(uuid, text, jsonb, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."search_conversations"(uuid, text, jsonb, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."search_conversations"(uuid, text, jsonb, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."search_messages"(uuid, text, jsonb, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."search_messages"(uuid, text, jsonb, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."search_messages"(uuid, text, jsonb, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."search_vector"(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."search_vector"(text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."search_vector"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."search_vector"(text) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."search_vector"(text) TO "visitor";

REVOKE ALL ON FUNCTION "private"."sees"(uuid, public.conversations) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."sees"(uuid, public.conversations) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."sees"(uuid, public.conversations) TO "postgres";

REVOKE ALL ON FUNCTION "private"."sees_conversation"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."sees_conversation"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."sees_conversation"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."sees_conversation"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."send_message"(uuid, uuid, text, boolean, bigint, uuid[], uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."send_message"(uuid, uuid, text, boolean, bigint, uuid[], uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."send_message"(uuid, uuid, text, boolean, bigint, uuid[], uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."send_message"(uuid, uuid, text, boolean, bigint, uuid[], uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."sender_json"(uuid, uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."sender_json"(uuid, uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."sender_json"(uuid, uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."set_availability"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."set_availability"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."set_availability"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."set_availability"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."set_contact_labels"(uuid, text[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."set_contact_labels"(uuid, text[]) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."set_contact_labels"(uuid, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."set_contact_labels"(uuid, text[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."set_custom_attributes"(uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."set_custom_attributes"(uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."set_custom_attributes"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."set_custom_attributes"(uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."set_labels"(uuid, text[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."set_labels"(uuid, text[]) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."set_labels"(uuid, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."set_labels"(uuid, text[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."set_member"(uuid, uuid, text, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."set_member"(uuid, uuid, text, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."set_member"(uuid, uuid, text, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."set_member"(uuid, uuid, text, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."set_participant"(uuid, uuid, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."set_participant"(uuid, uuid, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."set_participant"(uuid, uuid, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."set_participant"(uuid, uuid, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."set_priority"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."set_priority"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."set_priority"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."set_priority"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."set_team"(uuid, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."set_team"(uuid, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."set_team"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."set_team"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."set_team_member"(uuid, uuid, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."set_team_member"(uuid, uuid, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."set_team_member"(uuid, uuid, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."set_team_member"(uuid, uuid, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."set_working_hours"(uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."set_working_hours"(uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."set_working_hours"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."set_working_hours"(uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."shown_status"(public.account_users) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."shown_status"(public.account_users) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."shown_status"(public.account_users) TO "postgres";

REVOKE ALL ON FUNCTION "private"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."submitted_values"(public.messages, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."submitted_values"(public.messages, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."submitted_values"(public.messages, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."sync_templates"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."sync_templates"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."sync_templates"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."sync_templates"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."take_email"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."take_email"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."take_email"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."take_mailbox_sign_in"(text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."take_mailbox_sign_in"(text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."take_mailbox_sign_in"(text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."take_mailbox_sign_in"(text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."team_ids"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."team_ids"() TO "authenticated";

REVOKE ALL ON FUNCTION "private"."team_ids"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."team_ids"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."team_members_changed"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."team_members_changed"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."team_members_changed"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."team_topic"(uuid, bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."team_topic"(uuid, bigint) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."team_topic"(uuid, bigint) TO "postgres";

REVOKE ALL ON FUNCTION "private"."tell_api_inbox"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tell_api_inbox"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tell_api_inbox"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tell_assignment"(public.conversations, public.conversations, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tell_assignment"(public.conversations, public.conversations, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tell_assignment"(public.conversations, public.conversations, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."tell_contact"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tell_contact"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tell_contact"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tell_conversation_deleted"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tell_conversation_deleted"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tell_conversation_deleted"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tell_labels"(public.conversations, public.conversations, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tell_labels"(public.conversations, public.conversations, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tell_labels"(public.conversations, public.conversations, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."tell_member"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tell_member"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tell_member"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tell_message"(public.messages, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tell_message"(public.messages, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tell_message"(public.messages, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."tell_notifications_read"(uuid, uuid[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tell_notifications_read"(uuid, uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tell_notifications_read"(uuid, uuid[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."tell_priority"(public.conversations, public.conversations, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tell_priority"(public.conversations, public.conversations, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tell_priority"(public.conversations, public.conversations, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."tell_teams"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tell_teams"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tell_teams"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tell_topic_moved"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tell_topic_moved"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tell_topic_moved"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."template_fields"(jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."template_fields"(jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."template_fields"(jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."template_list"(uuid, text, boolean, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."template_list"(uuid, text, boolean, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."template_list"(uuid, text, boolean, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."template_list"(uuid, text, boolean, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."template_text"(text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."template_text"(text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."template_text"(text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."template_to_deliver"(public.messages) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."template_to_deliver"(public.messages) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."template_to_deliver"(public.messages) TO "postgres";

REVOKE ALL ON FUNCTION "private"."template_variables"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."template_variables"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."template_variables"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."template_words"(jsonb, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."template_words"(jsonb, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."template_words"(jsonb, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."templated_inbox"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."templated_inbox"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."templated_inbox"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."text_fields"(text, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."text_fields"(text, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."text_fields"(text, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."toggle_status"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."toggle_status"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."toggle_status"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."toggle_status"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."touch_message"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."touch_message"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."touch_message"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."unanswered_parts"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."unanswered_parts"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."unanswered_parts"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."unread_notifications"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."unread_notifications"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."unread_notifications"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."upload_types"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."upload_types"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."upload_types"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."variables_of"(public.conversations, public.contacts, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."variables_of"(public.conversations, public.contacts, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."variables_of"(public.conversations, public.contacts, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."verified_address"(uuid, uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."verified_address"(uuid, uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."verified_address"(uuid, uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."viewers"(uuid[], public.conversations) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."viewers"(uuid[], public.conversations) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."viewers"(uuid[], public.conversations) TO "postgres";

REVOKE ALL ON FUNCTION "private"."visible_conversation_rows"(uuid[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."visible_conversation_rows"(uuid[]) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."visible_conversation_rows"(uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."visible_conversation_rows"(uuid[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."visible_scopes"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."visible_scopes"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."visible_scopes"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."visitor_attributes"(jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."visitor_attributes"(jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."visitor_attributes"(jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."visitor_may_download"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."visitor_may_download"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."visitor_may_download"(text) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."visitor_may_download"(text) TO "visitor";

REVOKE ALL ON FUNCTION "private"."visitor_may_upload"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."visitor_may_upload"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."visitor_may_upload"(text) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."visitor_may_upload"(text) TO "visitor";

REVOKE ALL ON FUNCTION "private"."visitor_message_json"(public.messages, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."visitor_message_json"(public.messages, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."visitor_message_json"(public.messages, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."webhook_body"(text, public.conversations, public.messages) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."webhook_body"(text, public.conversations, public.messages) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."webhook_body"(text, public.conversations, public.messages) TO "postgres";

REVOKE ALL ON FUNCTION "private"."widget_end_conversation"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."widget_end_conversation"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."widget_end_conversation"(uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."widget_end_conversation"(uuid) TO "visitor";

REVOKE ALL ON FUNCTION "private"."widget_heartbeat"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."widget_heartbeat"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."widget_heartbeat"() TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."widget_heartbeat"() TO "visitor";

REVOKE ALL ON FUNCTION "private"."widget_identify"(jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."widget_identify"(jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."widget_identify"(jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."widget_identify"(jsonb) TO "visitor";

REVOKE ALL ON FUNCTION "private"."widget_request_upload"(uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."widget_request_upload"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."widget_request_upload"(uuid, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."widget_request_upload"(uuid, jsonb) TO "visitor";

REVOKE ALL ON FUNCTION "private"."widget_send_message"(uuid, uuid, text, uuid[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."widget_send_message"(uuid, uuid, text, uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."widget_send_message"(uuid, uuid, text, uuid[]) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."widget_send_message"(uuid, uuid, text, uuid[]) TO "visitor";

REVOKE ALL ON FUNCTION "private"."widget_submit_form"(uuid, uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."widget_submit_form"(uuid, uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."widget_submit_form"(uuid, uuid, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."widget_submit_form"(uuid, uuid, jsonb) TO "visitor";

REVOKE ALL ON FUNCTION "private"."with_label_renamed"(text[], text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."with_label_renamed"(text[], text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."with_label_renamed"(text[], text, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."accept_invitation"(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."accept_invitation"(text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."accept_invitation"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."accept_invitation"(text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."active_contacts"(uuid, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."active_contacts"(uuid, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."active_contacts"(uuid, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."active_contacts"(uuid, integer) TO "postgres";

REVOKE ALL ON FUNCTION "public"."api_channel_settings"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."api_channel_settings"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."api_channel_settings"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."api_channel_settings"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."begin_channel_action"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."begin_channel_action"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."begin_channel_action"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."begin_channel_action"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."begin_mailbox_sign_in"(uuid, text, text, text, uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."begin_mailbox_sign_in"(uuid, text, text, text, uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."begin_mailbox_sign_in"(uuid, text, text, text, uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."begin_mailbox_sign_in"(uuid, text, text, text, uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."bulk_update"(uuid[], jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."bulk_update"(uuid[], jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."bulk_update"(uuid[], jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."bulk_update"(uuid[], jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "public"."bulk_update_each"(uuid[], jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."bulk_update_each"(uuid[], jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."bulk_update_each"(uuid[], jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."bulk_update_each"(uuid[], jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "public"."canned_response_list"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."canned_response_list"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."canned_response_list"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."canned_response_list"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."channel_test_recipients"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."channel_test_recipients"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."channel_test_recipients"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."channel_test_recipients"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."connect_channel"(uuid, text, text, text, jsonb, jsonb, text[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."connect_channel"(uuid, text, text, text, jsonb, jsonb, text[]) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."connect_channel"(uuid, text, text, text, jsonb, jsonb, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."connect_channel"(uuid, text, text, text, jsonb, jsonb, text[]) TO "postgres";

REVOKE ALL ON FUNCTION "public"."connection_failures"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."connection_failures"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."connection_failures"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."connection_failures"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."contact_filter"(uuid, jsonb, text, text, jsonb, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."contact_filter"(uuid, jsonb, text, text, jsonb, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."contact_filter"(uuid, jsonb, text, text, jsonb, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."contact_filter"(uuid, jsonb, text, text, jsonb, integer) TO "postgres";

REVOKE ALL ON FUNCTION "public"."contact_list"(uuid, text, text, text[], jsonb, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."contact_list"(uuid, text, text, text[], jsonb, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."contact_list"(uuid, text, text, text[], jsonb, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."contact_list"(uuid, text, text, text[], jsonb, integer) TO "postgres";

REVOKE ALL ON FUNCTION "public"."contactable_inboxes"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."contactable_inboxes"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."contactable_inboxes"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."contactable_inboxes"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."conversation_filter"(uuid, jsonb, text, jsonb, integer, uuid[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."conversation_filter"(uuid, jsonb, text, jsonb, integer, uuid[]) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."conversation_filter"(uuid, jsonb, text, jsonb, integer, uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."conversation_filter"(uuid, jsonb, text, jsonb, integer, uuid[]) TO "postgres";

REVOKE ALL ON FUNCTION "public"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."conversation_list"(uuid, text, text, uuid, text, jsonb, integer, uuid, text[], text, text, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."conversation_rows"(uuid[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."conversation_rows"(uuid[]) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."conversation_rows"(uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."conversation_rows"(uuid[]) TO "postgres";

REVOKE ALL ON FUNCTION "public"."delete_canned_response"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."delete_canned_response"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."delete_canned_response"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."delete_canned_response"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."delete_contact"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."delete_contact"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."delete_contact"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."delete_contact"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."delete_conversation"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."delete_conversation"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."delete_conversation"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."delete_conversation"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."delete_custom_attribute"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."delete_custom_attribute"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."delete_custom_attribute"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."delete_custom_attribute"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."delete_custom_filter"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."delete_custom_filter"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."delete_custom_filter"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."delete_custom_filter"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."delete_custom_role"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."delete_custom_role"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."delete_custom_role"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."delete_custom_role"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."delete_inbox"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."delete_inbox"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."delete_inbox"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."delete_inbox"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."delete_label"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."delete_label"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."delete_label"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."delete_label"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."delete_message"(uuid, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."delete_message"(uuid, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."delete_message"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."delete_message"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."delete_note"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."delete_note"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."delete_note"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."delete_note"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."delete_notifications"(uuid, uuid[], boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."delete_notifications"(uuid, uuid[], boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."delete_notifications"(uuid, uuid[], boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."delete_notifications"(uuid, uuid[], boolean) TO "postgres";

REVOKE ALL ON FUNCTION "public"."delete_team"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."delete_team"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."delete_team"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."delete_team"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."edit_message"(uuid, uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."edit_message"(uuid, uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."edit_message"(uuid, uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."edit_message"(uuid, uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."heartbeat"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."heartbeat"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."heartbeat"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."heartbeat"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."identity_secret"(uuid, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."identity_secret"(uuid, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."identity_secret"(uuid, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."identity_secret"(uuid, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "public"."invite_member"(uuid, text, text, text, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."invite_member"(uuid, text, text, text, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."invite_member"(uuid, text, text, text, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."invite_member"(uuid, text, text, text, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."mark_notifications_read"(uuid, uuid[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."mark_notifications_read"(uuid, uuid[]) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."mark_notifications_read"(uuid, uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."mark_notifications_read"(uuid, uuid[]) TO "postgres";

REVOKE ALL ON FUNCTION "public"."merge_contacts"(uuid, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."merge_contacts"(uuid, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."merge_contacts"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."merge_contacts"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."message_changes"(uuid, bigint) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."message_changes"(uuid, bigint) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."message_changes"(uuid, bigint) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."message_changes"(uuid, bigint) TO "postgres";

REVOKE ALL ON FUNCTION "public"."message_page"(uuid, bigint, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."message_page"(uuid, bigint, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."message_page"(uuid, bigint, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."message_page"(uuid, bigint, integer) TO "postgres";

REVOKE ALL ON FUNCTION "public"."mute_contact"(uuid, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."mute_contact"(uuid, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."mute_contact"(uuid, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."mute_contact"(uuid, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "public"."notification_list"(uuid, jsonb, integer, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."notification_list"(uuid, jsonb, integer, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."notification_list"(uuid, jsonb, integer, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."notification_list"(uuid, jsonb, integer, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "public"."online_users"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."online_users"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."online_users"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."online_users"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."reconnect_channel"(uuid, jsonb, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."reconnect_channel"(uuid, jsonb, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."reconnect_channel"(uuid, jsonb, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."reconnect_channel"(uuid, jsonb, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "public"."remove_member"(uuid, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."remove_member"(uuid, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."remove_member"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."remove_member"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."reply_window"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."reply_window"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."reply_window"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."reply_window"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."request_upload"(uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."request_upload"(uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."request_upload"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."request_upload"(uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "public"."retry_message"(uuid, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."retry_message"(uuid, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."retry_message"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."retry_message"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."revoke_invitation"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."revoke_invitation"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."revoke_invitation"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."revoke_invitation"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."save_api_channel"(uuid, text, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."save_api_channel"(uuid, text, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."save_api_channel"(uuid, text, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."save_api_channel"(uuid, text, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "public"."save_canned_response"(uuid, uuid, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."save_canned_response"(uuid, uuid, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."save_canned_response"(uuid, uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."save_canned_response"(uuid, uuid, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."save_contact"(uuid, uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."save_contact"(uuid, uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."save_contact"(uuid, uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."save_contact"(uuid, uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "public"."save_custom_attribute"(uuid, uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."save_custom_attribute"(uuid, uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."save_custom_attribute"(uuid, uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."save_custom_attribute"(uuid, uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "public"."save_custom_filter"(uuid, uuid, text, jsonb, boolean, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."save_custom_filter"(uuid, uuid, text, jsonb, boolean, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."save_custom_filter"(uuid, uuid, text, jsonb, boolean, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."save_custom_filter"(uuid, uuid, text, jsonb, boolean, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."save_custom_role"(uuid, uuid, text, text, text[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."save_custom_role"(uuid, uuid, text, text, text[]) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."save_custom_role"(uuid, uuid, text, text, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."save_custom_role"(uuid, uuid, text, text, text[]) TO "postgres";

REVOKE ALL ON FUNCTION "public"."save_label"(uuid, uuid, text, text, text, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."save_label"(uuid, uuid, text, text, text, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."save_label"(uuid, uuid, text, text, text, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."save_label"(uuid, uuid, text, text, text, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "public"."save_note"(uuid, uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."save_note"(uuid, uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."save_note"(uuid, uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."save_note"(uuid, uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."save_team"(uuid, uuid, text, text, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."save_team"(uuid, uuid, text, text, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."save_team"(uuid, uuid, text, text, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."save_team"(uuid, uuid, text, text, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "public"."search"(uuid, text, text, jsonb, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."search"(uuid, text, text, jsonb, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."search"(uuid, text, text, jsonb, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."search"(uuid, text, text, jsonb, integer) TO "postgres";

REVOKE ALL ON FUNCTION "public"."send_message"(uuid, uuid, text, boolean, bigint, uuid[], uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."send_message"(uuid, uuid, text, boolean, bigint, uuid[], uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."send_message"(uuid, uuid, text, boolean, bigint, uuid[], uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."send_message"(uuid, uuid, text, boolean, bigint, uuid[], uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "public"."set_availability"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."set_availability"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."set_availability"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."set_availability"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."set_contact_labels"(uuid, text[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."set_contact_labels"(uuid, text[]) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."set_contact_labels"(uuid, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."set_contact_labels"(uuid, text[]) TO "postgres";

REVOKE ALL ON FUNCTION "public"."set_custom_attributes"(uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."set_custom_attributes"(uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."set_custom_attributes"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."set_custom_attributes"(uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "public"."set_labels"(uuid, text[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."set_labels"(uuid, text[]) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."set_labels"(uuid, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."set_labels"(uuid, text[]) TO "postgres";

REVOKE ALL ON FUNCTION "public"."set_member"(uuid, uuid, text, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."set_member"(uuid, uuid, text, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."set_member"(uuid, uuid, text, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."set_member"(uuid, uuid, text, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."set_participant"(uuid, uuid, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."set_participant"(uuid, uuid, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."set_participant"(uuid, uuid, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."set_participant"(uuid, uuid, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "public"."set_priority"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."set_priority"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."set_priority"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."set_priority"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."set_team"(uuid, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."set_team"(uuid, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."set_team"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."set_team"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."set_team_member"(uuid, uuid, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."set_team_member"(uuid, uuid, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."set_team_member"(uuid, uuid, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."set_team_member"(uuid, uuid, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "public"."set_working_hours"(uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."set_working_hours"(uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."set_working_hours"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."set_working_hours"(uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "public"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid, jsonb) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid, jsonb) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."start_conversation"(uuid, uuid, uuid, uuid, text, uuid, uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "public"."sync_templates"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."sync_templates"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."sync_templates"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."sync_templates"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."take_mailbox_sign_in"(text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."take_mailbox_sign_in"(text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."take_mailbox_sign_in"(text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."take_mailbox_sign_in"(text, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."template_list"(uuid, text, boolean, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."template_list"(uuid, text, boolean, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."template_list"(uuid, text, boolean, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."template_list"(uuid, text, boolean, integer) TO "postgres";

REVOKE ALL ON FUNCTION "public"."toggle_status"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."toggle_status"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."toggle_status"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."toggle_status"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."widget_end_conversation"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "public"."widget_end_conversation"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."widget_end_conversation"(uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."widget_end_conversation"(uuid) TO "visitor";

REVOKE ALL ON FUNCTION "public"."widget_heartbeat"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "public"."widget_heartbeat"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."widget_heartbeat"() TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."widget_heartbeat"() TO "visitor";

REVOKE ALL ON FUNCTION "public"."widget_identify"(jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "public"."widget_identify"(jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."widget_identify"(jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."widget_identify"(jsonb) TO "visitor";

REVOKE ALL ON FUNCTION "public"."widget_request_upload"(uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "public"."widget_request_upload"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."widget_request_upload"(uuid, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."widget_request_upload"(uuid, jsonb) TO "visitor";

REVOKE ALL ON FUNCTION "public"."widget_send_message"(uuid, uuid, text, uuid[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "public"."widget_send_message"(uuid, uuid, text, uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."widget_send_message"(uuid, uuid, text, uuid[]) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."widget_send_message"(uuid, uuid, text, uuid[]) TO "visitor";

REVOKE ALL ON FUNCTION "public"."widget_submit_form"(uuid, uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "public"."widget_submit_form"(uuid, uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."widget_submit_form"(uuid, uuid, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."widget_submit_form"(uuid, uuid, jsonb) TO "visitor";

REVOKE ALL ON FUNCTION "service"."api_conversation_action"(uuid, text, bigint, text, boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."api_conversation_action"(uuid, text, bigint, text, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_conversation_action"(uuid, text, bigint, text, boolean) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_conversation_action"(uuid, text, bigint, text, boolean) TO "service_role";

REVOKE ALL ON FUNCTION "service"."api_conversations"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."api_conversations"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_conversations"(uuid, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_conversations"(uuid, text) TO "service_role";

REVOKE ALL ON FUNCTION "service"."api_inbox"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."api_inbox"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_inbox"(text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_inbox"(text) TO "service_role";

REVOKE ALL ON FUNCTION "service"."api_messages"(uuid, text, bigint, bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."api_messages"(uuid, text, bigint, bigint) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_messages"(uuid, text, bigint, bigint) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_messages"(uuid, text, bigint, bigint) TO "service_role";

REVOKE ALL ON FUNCTION "service"."api_save_contact"(uuid, text, jsonb, boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."api_save_contact"(uuid, text, jsonb, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_save_contact"(uuid, text, jsonb, boolean) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_save_contact"(uuid, text, jsonb, boolean) TO "service_role";

REVOKE ALL ON FUNCTION "service"."api_send_message"(uuid, text, bigint, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."api_send_message"(uuid, text, bigint, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_send_message"(uuid, text, bigint, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_send_message"(uuid, text, bigint, jsonb) TO "service_role";

REVOKE ALL ON FUNCTION "service"."api_start_conversation"(uuid, text, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."api_start_conversation"(uuid, text, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_start_conversation"(uuid, text, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_start_conversation"(uuid, text, jsonb) TO "service_role";

REVOKE ALL ON FUNCTION "service"."api_update_message"(uuid, text, bigint, uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."api_update_message"(uuid, text, bigint, uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_update_message"(uuid, text, bigint, uuid, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."api_update_message"(uuid, text, bigint, uuid, jsonb) TO "service_role";

REVOKE ALL ON FUNCTION "service"."attachment_arrived"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."attachment_arrived"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."attachment_arrived"(uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."attachment_arrived"(uuid) TO "service_role";

REVOKE ALL ON FUNCTION "service"."attachment_lost"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."attachment_lost"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."attachment_lost"(uuid, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."attachment_lost"(uuid, text) TO "service_role";

REVOKE ALL ON FUNCTION "service"."attachment_to_process"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."attachment_to_process"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."attachment_to_process"(uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."attachment_to_process"(uuid) TO "service_role";

REVOKE ALL ON FUNCTION "service"."auto_resolve_conversations"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."auto_resolve_conversations"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."auto_resolve_conversations"() TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."auto_resolve_conversations"() TO "service_role";

REVOKE ALL ON FUNCTION "service"."begin_visit"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."begin_visit"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."begin_visit"(uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."begin_visit"(uuid) TO "service_role";

REVOKE ALL ON FUNCTION "service"."channel_credentials"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."channel_credentials"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."channel_credentials"(uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."channel_credentials"(uuid) TO "service_role";

REVOKE ALL ON FUNCTION "service"."channel_test_recipient"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."channel_test_recipient"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."channel_test_recipient"(uuid, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."channel_test_recipient"(uuid, text) TO "service_role";

REVOKE ALL ON FUNCTION "service"."channels_for"(text, text[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."channels_for"(text, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."channels_for"(text, text[]) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."channels_for"(text, text[]) TO "service_role";

REVOKE ALL ON FUNCTION "service"."claim_jobs"(text, text[], integer, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."claim_jobs"(text, text[], integer, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."claim_jobs"(text, text[], integer, integer) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."claim_jobs"(text, text[], integer, integer) TO "service_role";

REVOKE ALL ON FUNCTION "service"."close_provider_event"(bigint, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."close_provider_event"(bigint, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."close_provider_event"(bigint, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."close_provider_event"(bigint, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "service"."dead_jobs"(bigint, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."dead_jobs"(bigint, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."dead_jobs"(bigint, integer) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."dead_jobs"(bigint, integer) TO "service_role";

REVOKE ALL ON FUNCTION "service"."delete_inbox"(uuid, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."delete_inbox"(uuid, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."delete_inbox"(uuid, integer) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."delete_inbox"(uuid, integer) TO "service_role";

REVOKE ALL ON FUNCTION "service"."delete_received_message"(uuid, text, boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."delete_received_message"(uuid, text, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."delete_received_message"(uuid, text, boolean) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."delete_received_message"(uuid, text, boolean) TO "service_role";

REVOKE ALL ON FUNCTION "service"."digest_sent"(uuid, bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."digest_sent"(uuid, bigint) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."digest_sent"(uuid, bigint) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."digest_sent"(uuid, bigint) TO "service_role";

REVOKE ALL ON FUNCTION "service"."edit_received_message"(uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."edit_received_message"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."edit_received_message"(uuid, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."edit_received_message"(uuid, jsonb) TO "service_role";

REVOKE ALL ON FUNCTION "service"."end_visit"(uuid, bigint, jsonb, boolean, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."end_visit"(uuid, bigint, jsonb, boolean, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."end_visit"(uuid, bigint, jsonb, boolean, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."end_visit"(uuid, bigint, jsonb, boolean, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "service"."expire_uploads"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."expire_uploads"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."expire_uploads"() TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."expire_uploads"() TO "service_role";

REVOKE ALL ON FUNCTION "service"."fail_delivery"(uuid, uuid, text, text, text, double precision, text[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."fail_delivery"(uuid, uuid, text, text, text, double precision, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."fail_delivery"(uuid, uuid, text, text, text, double precision, text[]) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."fail_delivery"(uuid, uuid, text, text, text, double precision, text[]) TO "service_role";

REVOKE ALL ON FUNCTION "service"."fail_job"(bigint, integer, text, double precision, boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."fail_job"(bigint, integer, text, double precision, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."fail_job"(bigint, integer, text, double precision, boolean) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."fail_job"(bigint, integer, text, double precision, boolean) TO "service_role";

REVOKE ALL ON FUNCTION "service"."finish_attachment"(uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."finish_attachment"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."finish_attachment"(uuid, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."finish_attachment"(uuid, jsonb) TO "service_role";

REVOKE ALL ON FUNCTION "service"."identity_secret"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."identity_secret"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."identity_secret"(text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."identity_secret"(text) TO "service_role";

REVOKE ALL ON FUNCTION "service"."invitation_email"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."invitation_email"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."invitation_email"(uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."invitation_email"(uuid) TO "service_role";

REVOKE ALL ON FUNCTION "service"."media_to_fetch"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."media_to_fetch"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."media_to_fetch"(uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."media_to_fetch"(uuid) TO "service_role";

REVOKE ALL ON FUNCTION "service"."message_to_deliver"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."message_to_deliver"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."message_to_deliver"(uuid, uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."message_to_deliver"(uuid, uuid) TO "service_role";

REVOKE ALL ON FUNCTION "service"."next_provider_events"(uuid, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."next_provider_events"(uuid, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."next_provider_events"(uuid, integer) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."next_provider_events"(uuid, integer) TO "service_role";

REVOKE ALL ON FUNCTION "service"."notification_email"(uuid, timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."notification_email"(uuid, timestamp with time zone) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."notification_email"(uuid, timestamp with time zone) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."notification_email"(uuid, timestamp with time zone) TO "service_role";

REVOKE ALL ON FUNCTION "service"."open_visitor_session"(text, text, text, text, integer, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."open_visitor_session"(text, text, text, text, integer, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."open_visitor_session"(text, text, text, text, integer, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."open_visitor_session"(text, text, text, text, integer, text) TO "service_role";

REVOKE ALL ON FUNCTION "service"."poll_mailboxes"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."poll_mailboxes"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."poll_mailboxes"() TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."poll_mailboxes"() TO "service_role";

REVOKE ALL ON FUNCTION "service"."purge_audit_log"(interval, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."purge_audit_log"(interval, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_audit_log"(interval, integer) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_audit_log"(interval, integer) TO "service_role";

REVOKE ALL ON FUNCTION "service"."purge_contacts"(interval, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."purge_contacts"(interval, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_contacts"(interval, integer) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_contacts"(interval, integer) TO "service_role";

REVOKE ALL ON FUNCTION "service"."purge_dead_letters"(interval, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."purge_dead_letters"(interval, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_dead_letters"(interval, integer) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_dead_letters"(interval, integer) TO "service_role";

REVOKE ALL ON FUNCTION "service"."purge_events"(interval, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."purge_events"(interval, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_events"(interval, integer) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_events"(interval, integer) TO "service_role";

REVOKE ALL ON FUNCTION "service"."purge_invitations"(interval) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."purge_invitations"(interval) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_invitations"(interval) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_invitations"(interval) TO "service_role";

REVOKE ALL ON FUNCTION "service"."purge_notifications"(interval, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."purge_notifications"(interval, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_notifications"(interval, integer) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_notifications"(interval, integer) TO "service_role";

REVOKE ALL ON FUNCTION "service"."purge_provider_events"(interval) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."purge_provider_events"(interval) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_provider_events"(interval) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_provider_events"(interval) TO "service_role";

REVOKE ALL ON FUNCTION "service"."purge_webhook_deliveries"(interval) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."purge_webhook_deliveries"(interval) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_webhook_deliveries"(interval) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."purge_webhook_deliveries"(interval) TO "service_role";

REVOKE ALL ON FUNCTION "service"."quarantined_events"(bigint, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."quarantined_events"(bigint, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."quarantined_events"(bigint, integer) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."quarantined_events"(bigint, integer) TO "service_role";

REVOKE ALL ON FUNCTION "service"."react_to_message"(uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."react_to_message"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."react_to_message"(uuid, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."react_to_message"(uuid, jsonb) TO "service_role";

REVOKE ALL ON FUNCTION "service"."receive_message"(uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."receive_message"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."receive_message"(uuid, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."receive_message"(uuid, jsonb) TO "service_role";

REVOKE ALL ON FUNCTION "service"."record_channel_check"(uuid, timestamp with time zone, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."record_channel_check"(uuid, timestamp with time zone, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."record_channel_check"(uuid, timestamp with time zone, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."record_channel_check"(uuid, timestamp with time zone, jsonb) TO "service_role";

REVOKE ALL ON FUNCTION "service"."record_channel_test"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."record_channel_test"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."record_channel_test"(uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."record_channel_test"(uuid) TO "service_role";

REVOKE ALL ON FUNCTION "service"."record_delivery"(uuid, uuid, text[], text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."record_delivery"(uuid, uuid, text[], text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."record_delivery"(uuid, uuid, text[], text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."record_delivery"(uuid, uuid, text[], text) TO "service_role";

REVOKE ALL ON FUNCTION "service"."record_mail"(uuid, bigint, text, jsonb, text, jsonb, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."record_mail"(uuid, bigint, text, jsonb, text, jsonb, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."record_mail"(uuid, bigint, text, jsonb, text, jsonb, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."record_mail"(uuid, bigint, text, jsonb, text, jsonb, text) TO "service_role";

REVOKE ALL ON FUNCTION "service"."record_provider_event"(uuid, text, jsonb, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."record_provider_event"(uuid, text, jsonb, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."record_provider_event"(uuid, text, jsonb, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."record_provider_event"(uuid, text, jsonb, text) TO "service_role";

REVOKE ALL ON FUNCTION "service"."record_webhook"(uuid, text, integer, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."record_webhook"(uuid, text, integer, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."record_webhook"(uuid, text, integer, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."record_webhook"(uuid, text, integer, text) TO "service_role";

REVOKE ALL ON FUNCTION "service"."refresh_channel_tokens"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."refresh_channel_tokens"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."refresh_channel_tokens"() TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."refresh_channel_tokens"() TO "service_role";

REVOKE ALL ON FUNCTION "service"."refresh_templates"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."refresh_templates"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."refresh_templates"() TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."refresh_templates"() TO "service_role";

REVOKE ALL ON FUNCTION "service"."relabel"(uuid, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."relabel"(uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."relabel"(uuid, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."relabel"(uuid, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "service"."replace_templates"(uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."replace_templates"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."replace_templates"(uuid, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."replace_templates"(uuid, jsonb) TO "service_role";

REVOKE ALL ON FUNCTION "service"."replay_provider_event"(bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."replay_provider_event"(bigint) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."replay_provider_event"(bigint) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."replay_provider_event"(bigint) TO "service_role";

REVOKE ALL ON FUNCTION "service"."save_channel_secrets"(uuid, jsonb, timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."save_channel_secrets"(uuid, jsonb, timestamp with time zone) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."save_channel_secrets"(uuid, jsonb, timestamp with time zone) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."save_channel_secrets"(uuid, jsonb, timestamp with time zone) TO "service_role";

REVOKE ALL ON FUNCTION "service"."send_templates"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."send_templates"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."send_templates"(uuid, uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."send_templates"(uuid, uuid) TO "service_role";

REVOKE ALL ON FUNCTION "service"."set_connection_state"(uuid, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."set_connection_state"(uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."set_connection_state"(uuid, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."set_connection_state"(uuid, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "service"."take_chore"(text, integer, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."take_chore"(text, integer, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."take_chore"(text, integer, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."take_chore"(text, integer, text) TO "service_role";

REVOKE ALL ON FUNCTION "service"."take_digest"(uuid, timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."take_digest"(uuid, timestamp with time zone) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."take_digest"(uuid, timestamp with time zone) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."take_digest"(uuid, timestamp with time zone) TO "service_role";

REVOKE ALL ON FUNCTION "service"."tell_new_conversation"(uuid, uuid, timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."tell_new_conversation"(uuid, uuid, timestamp with time zone) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."tell_new_conversation"(uuid, uuid, timestamp with time zone) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."tell_new_conversation"(uuid, uuid, timestamp with time zone) TO "service_role";

REVOKE ALL ON FUNCTION "service"."templates_not_synced"(uuid, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."templates_not_synced"(uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."templates_not_synced"(uuid, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."templates_not_synced"(uuid, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "service"."update_contact_address"(uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."update_contact_address"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."update_contact_address"(uuid, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."update_contact_address"(uuid, jsonb) TO "service_role";

REVOKE ALL ON FUNCTION "service"."update_delivery"(uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."update_delivery"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."update_delivery"(uuid, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."update_delivery"(uuid, jsonb) TO "service_role";

REVOKE ALL ON FUNCTION "service"."update_inbox"(uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."update_inbox"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."update_inbox"(uuid, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."update_inbox"(uuid, jsonb) TO "service_role";

REVOKE ALL ON FUNCTION "service"."webhook_to_deliver"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."webhook_to_deliver"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."webhook_to_deliver"(uuid, uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."webhook_to_deliver"(uuid, uuid) TO "service_role";

REVOKE ALL ON FUNCTION "service"."website_by_mail"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "service"."website_by_mail"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "service"."website_by_mail"(uuid, uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "service"."website_by_mail"(uuid, uuid) TO "service_role";

REVOKE ALL ("custom_role_id") ON TABLE "public"."account_users" FROM "authenticated";


REVOKE ALL ("domain") ON TABLE "public"."accounts" FROM "authenticated";

GRANT SELECT ("domain"), UPDATE ("domain") ON TABLE "public"."accounts" TO "authenticated";

REVOKE ALL ("limits") ON TABLE "public"."accounts" FROM "authenticated";


REVOKE ALL ("settings") ON TABLE "public"."accounts" FROM "authenticated";

GRANT SELECT ("settings"), UPDATE ("settings") ON TABLE "public"."accounts" TO "authenticated";

REVOKE ALL ("support_email") ON TABLE "public"."accounts" FROM "authenticated";

GRANT SELECT ("support_email"), UPDATE ("support_email") ON TABLE "public"."accounts" TO "authenticated";

REVOKE ALL ("timezone") ON TABLE "public"."accounts" FROM "authenticated";

GRANT SELECT ("timezone"), UPDATE ("timezone") ON TABLE "public"."accounts" TO "authenticated";

REVOKE ALL ON TABLE "public"."attachments" FROM "authenticated";

GRANT SELECT ON TABLE "public"."attachments" TO "authenticated";

REVOKE ALL ON TABLE "public"."attachments" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."attachments" TO "postgres";

REVOKE ALL ON TABLE "public"."attachments" FROM "service_role";

GRANT SELECT ON TABLE "public"."attachments" TO "service_role";

REVOKE ALL ON TABLE "public"."audit_log" FROM "authenticated";

GRANT SELECT ON TABLE "public"."audit_log" TO "authenticated";

REVOKE ALL ON TABLE "public"."audit_log" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."audit_log" TO "postgres";

REVOKE ALL ON TABLE "public"."audit_log" FROM "service_role";

GRANT SELECT ON TABLE "public"."audit_log" TO "service_role";

REVOKE ALL ON TABLE "public"."canned_responses" FROM "authenticated";

GRANT SELECT ON TABLE "public"."canned_responses" TO "authenticated";

REVOKE ALL ON TABLE "public"."canned_responses" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."canned_responses" TO "postgres";

REVOKE ALL ON TABLE "public"."canned_responses" FROM "service_role";

GRANT SELECT ON TABLE "public"."canned_responses" TO "service_role";

REVOKE ALL ("account_id") ON TABLE "public"."channel_connections" FROM "authenticated";


REVOKE ALL ("address") ON TABLE "public"."channel_connections" FROM "authenticated";


REVOKE ALL ("aliases") ON TABLE "public"."channel_connections" FROM "authenticated";


REVOKE ALL ("channel_type") ON TABLE "public"."channel_connections" FROM "authenticated";


REVOKE ALL ("check_result") ON TABLE "public"."channel_connections" FROM "authenticated";


REVOKE ALL ("checked_at") ON TABLE "public"."channel_connections" FROM "authenticated";


REVOKE ALL ("created_at") ON TABLE "public"."channel_connections" FROM "authenticated";


REVOKE ALL ("expires_at") ON TABLE "public"."channel_connections" FROM "authenticated";


REVOKE ALL ("inbox_id") ON TABLE "public"."channel_connections" FROM "authenticated";


REVOKE ALL ("last_received_at") ON TABLE "public"."channel_connections" FROM "authenticated";


REVOKE ALL ("last_sent_at") ON TABLE "public"."channel_connections" FROM "authenticated";


REVOKE ALL ("paused_until") ON TABLE "public"."channel_connections" FROM "authenticated";


REVOKE ALL ("settings") ON TABLE "public"."channel_connections" FROM "authenticated";


REVOKE ALL ("state_reason") ON TABLE "public"."channel_connections" FROM "authenticated";


REVOKE ALL ("state") ON TABLE "public"."channel_connections" FROM "authenticated";


REVOKE ALL ("updated_at") ON TABLE "public"."channel_connections" FROM "authenticated";


REVOKE ALL ON TABLE "public"."channel_connections" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."channel_connections" TO "postgres";

REVOKE ALL ON TABLE "public"."channel_connections" FROM "service_role";

GRANT SELECT ON TABLE "public"."channel_connections" TO "service_role";

REVOKE ALL ON TABLE "public"."channel_templates" FROM "authenticated";

GRANT SELECT ON TABLE "public"."channel_templates" TO "authenticated";

REVOKE ALL ON TABLE "public"."channel_templates" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."channel_templates" TO "postgres";

REVOKE ALL ON TABLE "public"."channel_templates" FROM "service_role";

GRANT SELECT ON TABLE "public"."channel_templates" TO "service_role";

REVOKE ALL ("continuity_via_email") ON TABLE "public"."channel_web_widgets" FROM "authenticated";


REVOKE ALL ("features") ON TABLE "public"."channel_web_widgets" FROM "authenticated";


REVOKE ALL ("hmac_mandatory") ON TABLE "public"."channel_web_widgets" FROM "authenticated";


REVOKE ALL ("pre_chat_form_enabled") ON TABLE "public"."channel_web_widgets" FROM "authenticated";


REVOKE ALL ("pre_chat_form_options") ON TABLE "public"."channel_web_widgets" FROM "authenticated";


REVOKE ALL ("last_name") ON TABLE "public"."contacts" FROM "authenticated";


REVOKE ALL ("middle_name") ON TABLE "public"."contacts" FROM "authenticated";


REVOKE ALL ON TABLE "public"."conversation_participants" FROM "authenticated";

GRANT SELECT ON TABLE "public"."conversation_participants" TO "authenticated";

REVOKE ALL ON TABLE "public"."conversation_participants" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."conversation_participants" TO "postgres";

REVOKE ALL ON TABLE "public"."conversation_participants" FROM "service_role";

GRANT SELECT ON TABLE "public"."conversation_participants" TO "service_role";

REVOKE ALL ON TABLE "public"."custom_attribute_definitions" FROM "authenticated";

GRANT SELECT ON TABLE "public"."custom_attribute_definitions" TO "authenticated";

REVOKE ALL ON TABLE "public"."custom_attribute_definitions" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."custom_attribute_definitions" TO "postgres";

REVOKE ALL ON TABLE "public"."custom_attribute_definitions" FROM "service_role";

GRANT SELECT ON TABLE "public"."custom_attribute_definitions" TO "service_role";

REVOKE ALL ON TABLE "public"."custom_filters" FROM "authenticated";

GRANT SELECT ON TABLE "public"."custom_filters" TO "authenticated";

REVOKE ALL ON TABLE "public"."custom_filters" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."custom_filters" TO "postgres";

REVOKE ALL ON TABLE "public"."custom_filters" FROM "service_role";

GRANT SELECT ON TABLE "public"."custom_filters" TO "service_role";

REVOKE ALL ON TABLE "public"."custom_roles" FROM "authenticated";

GRANT SELECT ON TABLE "public"."custom_roles" TO "authenticated";

REVOKE ALL ON TABLE "public"."custom_roles" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."custom_roles" TO "postgres";

REVOKE ALL ON TABLE "public"."custom_roles" FROM "service_role";

GRANT SELECT ON TABLE "public"."custom_roles" TO "service_role";

REVOKE ALL ("auto_assignment_config") ON TABLE "public"."inboxes" FROM "authenticated";


REVOKE ALL ("avatar_url") ON TABLE "public"."inboxes" FROM "authenticated";


REVOKE ALL ("business_name") ON TABLE "public"."inboxes" FROM "authenticated";


REVOKE ALL ("csat_config") ON TABLE "public"."inboxes" FROM "authenticated";


REVOKE ALL ("csat_survey_enabled") ON TABLE "public"."inboxes" FROM "authenticated";


REVOKE ALL ("sender_name_type") ON TABLE "public"."inboxes" FROM "authenticated";


REVOKE ALL ("accepted_at") ON TABLE "public"."invitations" FROM "authenticated";


REVOKE ALL ("account_id") ON TABLE "public"."invitations" FROM "authenticated";


REVOKE ALL ("created_at") ON TABLE "public"."invitations" FROM "authenticated";


REVOKE ALL ("custom_role_id") ON TABLE "public"."invitations" FROM "authenticated";


REVOKE ALL ("email") ON TABLE "public"."invitations" FROM "authenticated";


REVOKE ALL ("expires_at") ON TABLE "public"."invitations" FROM "authenticated";


REVOKE ALL ("invited_by") ON TABLE "public"."invitations" FROM "authenticated";


REVOKE ALL ("name") ON TABLE "public"."invitations" FROM "authenticated";


REVOKE ALL ("role") ON TABLE "public"."invitations" FROM "authenticated";


REVOKE ALL ON TABLE "public"."invitations" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."invitations" TO "postgres";

REVOKE ALL ON TABLE "public"."invitations" FROM "service_role";

GRANT SELECT ON TABLE "public"."invitations" TO "service_role";

REVOKE ALL ON TABLE "public"."labels" FROM "authenticated";

GRANT SELECT ON TABLE "public"."labels" TO "authenticated";

REVOKE ALL ON TABLE "public"."labels" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."labels" TO "postgres";

REVOKE ALL ON TABLE "public"."labels" FROM "service_role";

GRANT SELECT ON TABLE "public"."labels" TO "service_role";

REVOKE ALL ON TABLE "public"."mentions" FROM "authenticated";

GRANT SELECT ON TABLE "public"."mentions" TO "authenticated";

REVOKE ALL ON TABLE "public"."mentions" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."mentions" TO "postgres";

REVOKE ALL ON TABLE "public"."mentions" FROM "service_role";

GRANT SELECT ON TABLE "public"."mentions" TO "service_role";

REVOKE ALL ON TABLE "public"."message_versions" FROM "authenticated";

GRANT SELECT ON TABLE "public"."message_versions" TO "authenticated";

REVOKE ALL ON TABLE "public"."message_versions" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."message_versions" TO "postgres";

REVOKE ALL ON TABLE "public"."message_versions" FROM "service_role";

GRANT SELECT ON TABLE "public"."message_versions" TO "service_role";

REVOKE ALL ON TABLE "public"."notes" FROM "authenticated";

GRANT SELECT ON TABLE "public"."notes" TO "authenticated";

REVOKE ALL ON TABLE "public"."notes" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."notes" TO "postgres";

REVOKE ALL ON TABLE "public"."notes" FROM "service_role";

GRANT SELECT ON TABLE "public"."notes" TO "service_role";

REVOKE ALL ("email") ON TABLE "public"."notification_settings" FROM "authenticated";


REVOKE ALL ("push") ON TABLE "public"."notification_settings" FROM "authenticated";


REVOKE ALL ON TABLE "public"."notification_settings" FROM "authenticated";

GRANT SELECT ON TABLE "public"."notification_settings" TO "authenticated";

REVOKE ALL ON TABLE "public"."notification_settings" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."notification_settings" TO "postgres";

REVOKE ALL ON TABLE "public"."notification_settings" FROM "service_role";

GRANT SELECT ON TABLE "public"."notification_settings" TO "service_role";

REVOKE ALL ("read_at") ON TABLE "public"."notifications" FROM "authenticated";


REVOKE ALL ("snoozed_until") ON TABLE "public"."notifications" FROM "authenticated";


REVOKE ALL ON TABLE "public"."notifications" FROM "authenticated";

GRANT SELECT ON TABLE "public"."notifications" TO "authenticated";

REVOKE ALL ON TABLE "public"."notifications" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."notifications" TO "postgres";

REVOKE ALL ON TABLE "public"."notifications" FROM "service_role";

GRANT SELECT ON TABLE "public"."notifications" TO "service_role";

REVOKE ALL ON TABLE "public"."team_members" FROM "authenticated";

GRANT SELECT ON TABLE "public"."team_members" TO "authenticated";

REVOKE ALL ON TABLE "public"."team_members" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."team_members" TO "postgres";

REVOKE ALL ON TABLE "public"."team_members" FROM "service_role";

GRANT SELECT ON TABLE "public"."team_members" TO "service_role";

REVOKE ALL ON TABLE "public"."teams" FROM "authenticated";

GRANT SELECT ON TABLE "public"."teams" TO "authenticated";

REVOKE ALL ON TABLE "public"."teams" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."teams" TO "postgres";

REVOKE ALL ON TABLE "public"."teams" FROM "service_role";

GRANT SELECT ON TABLE "public"."teams" TO "service_role";

REVOKE ALL ON TABLE "public"."template_syncs" FROM "authenticated";

GRANT SELECT ON TABLE "public"."template_syncs" TO "authenticated";

REVOKE ALL ON TABLE "public"."template_syncs" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."template_syncs" TO "postgres";

REVOKE ALL ON TABLE "public"."template_syncs" FROM "service_role";

GRANT SELECT ON TABLE "public"."template_syncs" TO "service_role";

REVOKE ALL ("message_signature") ON TABLE "public"."users" FROM "authenticated";

GRANT SELECT ("message_signature"), UPDATE ("message_signature") ON TABLE "public"."users" TO "authenticated";

REVOKE ALL ON TABLE "public"."working_hours" FROM "authenticated";

GRANT SELECT ON TABLE "public"."working_hours" TO "authenticated";

REVOKE ALL ON TABLE "public"."working_hours" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."working_hours" TO "postgres";

REVOKE ALL ON TABLE "public"."working_hours" FROM "service_role";

GRANT SELECT ON TABLE "public"."working_hours" TO "service_role";

CREATE INDEX webhook_deliveries_inbox_id_idx ON private.webhook_deliveries USING btree (inbox_id, id DESC);

ALTER TABLE "private"."attachment_sources" ADD CONSTRAINT "attachment_sources_attachment_fkey" FOREIGN KEY (account_id, attachment_id) REFERENCES public.attachments(account_id, id) ON DELETE CASCADE;

CREATE INDEX audit_log_account_id_id_idx ON public.audit_log USING btree (account_id, id DESC);

ALTER TABLE "public"."channel_templates" ADD COLUMN "fields" jsonb GENERATED ALWAYS AS (private.template_fields(components)) STORED;

COMMENT ON COLUMN "public"."channel_templates"."fields" IS 'What has to be filled in; null when we cannot send it. See private.template_fields.';

ALTER TABLE "public"."contacts" ADD COLUMN "search_text" text GENERATED ALWAYS AS (private.contact_search_text(name, middle_name, last_name, email, phone_number, identifier, (additional_attributes ->> 'company_name'::text))) STORED;

COMMENT ON COLUMN "public"."contacts"."search_text" IS 'What a search looks at; stored, because folding each candidate anew costs more than finding them.';

ALTER TABLE "public"."account_users" ADD CONSTRAINT "account_users_custom_role_fkey" FOREIGN KEY (account_id, custom_role_id) REFERENCES public.custom_roles(account_id, id) ON DELETE SET NULL (custom_role_id);

ALTER TABLE "public"."invitations" ADD CONSTRAINT "invitations_custom_role_fkey" FOREIGN KEY (account_id, custom_role_id) REFERENCES public.custom_roles(account_id, id) ON DELETE SET NULL (custom_role_id);

REVOKE ALL ("id") ON TABLE "public"."invitations" FROM "authenticated";


CREATE INDEX message_versions_message_idx ON public.message_versions USING btree (account_id, conversation_id, message_id, id);

CREATE INDEX notes_account_id_contact_id_idx ON public.notes USING btree (account_id, contact_id, id DESC);

CREATE INDEX notifications_account_id_user_id_idx ON public.notifications USING btree (account_id, user_id, created_at DESC, id DESC);

ALTER TABLE "public"."conversations" ADD CONSTRAINT "conversations_team_fkey" FOREIGN KEY (account_id, team_id) REFERENCES public.teams(account_id, id) ON DELETE SET NULL (team_id);

ALTER TABLE "public"."team_members" ADD CONSTRAINT "team_members_team_fkey" FOREIGN KEY (account_id, team_id) REFERENCES public.teams(account_id, id) ON DELETE CASCADE;

ALTER TABLE "public"."accounts" ADD CONSTRAINT "accounts_settings_check" CHECK (private.are_account_settings(settings));

ALTER TABLE "public"."accounts" ADD CONSTRAINT "accounts_timezone_check" CHECK (private.is_timezone(timezone));

ALTER TABLE "public"."contacts" ADD CONSTRAINT "contacts_additional_attributes_check" CHECK (private.are_attributes(additional_attributes));

ALTER TABLE "public"."contacts" ADD CONSTRAINT "contacts_custom_attributes_check" CHECK (private.are_attributes(custom_attributes));

ALTER TABLE "public"."conversations" ADD CONSTRAINT "conversations_custom_attributes_check" CHECK (private.are_attributes(custom_attributes));

ALTER TABLE "public"."inboxes" ADD CONSTRAINT "inboxes_timezone_check" CHECK (private.is_timezone(timezone));

ALTER TABLE "public"."notification_settings" ADD CONSTRAINT "notification_settings_email_check" CHECK ((email <@ private.notification_types()));

ALTER TABLE "public"."notification_settings" ADD CONSTRAINT "notification_settings_push_check" CHECK ((push <@ private.notification_types()));

ALTER TABLE "public"."notifications" ADD CONSTRAINT "notifications_notification_type_check" CHECK ((notification_type = ANY (private.notification_types())));

CREATE INDEX contacts_search_idx ON public.contacts USING gin (account_id, search_text extensions.gin_trgm_ops);

CREATE INDEX conversations_by_priority_idx ON public.conversations USING btree (account_id, inbox_id, status, private.priority_rank(priority), created_at, id);

CREATE INDEX messages_search_idx ON public.messages USING gin (account_id, private.search_vector(content)) WITH (gin_pending_list_limit='256') WHERE (message_type = ANY (ARRAY['incoming'::text, 'outgoing'::text]));

GRANT SELECT ("custom_role_id") ON TABLE "public"."account_users" TO "authenticated";

GRANT SELECT ("limits") ON TABLE "public"."accounts" TO "authenticated";

GRANT SELECT ("account_id") ON TABLE "public"."channel_connections" TO "authenticated";

GRANT SELECT ("address") ON TABLE "public"."channel_connections" TO "authenticated";

GRANT SELECT ("aliases") ON TABLE "public"."channel_connections" TO "authenticated";

GRANT SELECT ("channel_type") ON TABLE "public"."channel_connections" TO "authenticated";

GRANT SELECT ("check_result") ON TABLE "public"."channel_connections" TO "authenticated";

GRANT SELECT ("checked_at") ON TABLE "public"."channel_connections" TO "authenticated";

GRANT SELECT ("created_at") ON TABLE "public"."channel_connections" TO "authenticated";

GRANT SELECT ("expires_at") ON TABLE "public"."channel_connections" TO "authenticated";

GRANT SELECT ("inbox_id") ON TABLE "public"."channel_connections" TO "authenticated";

GRANT SELECT ("last_received_at") ON TABLE "public"."channel_connections" TO "authenticated";

GRANT SELECT ("last_sent_at") ON TABLE "public"."channel_connections" TO "authenticated";

GRANT SELECT ("paused_until") ON TABLE "public"."channel_connections" TO "authenticated";

GRANT SELECT ("settings") ON TABLE "public"."channel_connections" TO "authenticated";

GRANT SELECT ("state_reason") ON TABLE "public"."channel_connections" TO "authenticated";

GRANT SELECT ("state") ON TABLE "public"."channel_connections" TO "authenticated";

GRANT SELECT ("updated_at") ON TABLE "public"."channel_connections" TO "authenticated";

GRANT UPDATE ("continuity_via_email") ON TABLE "public"."channel_web_widgets" TO "authenticated";

GRANT UPDATE ("features") ON TABLE "public"."channel_web_widgets" TO "authenticated";

GRANT UPDATE ("hmac_mandatory") ON TABLE "public"."channel_web_widgets" TO "authenticated";

GRANT UPDATE ("pre_chat_form_enabled") ON TABLE "public"."channel_web_widgets" TO "authenticated";

GRANT UPDATE ("pre_chat_form_options") ON TABLE "public"."channel_web_widgets" TO "authenticated";

GRANT UPDATE ("last_name") ON TABLE "public"."contacts" TO "authenticated";

GRANT UPDATE ("middle_name") ON TABLE "public"."contacts" TO "authenticated";

GRANT UPDATE ("auto_assignment_config") ON TABLE "public"."inboxes" TO "authenticated";

GRANT UPDATE ("avatar_url") ON TABLE "public"."inboxes" TO "authenticated";

GRANT UPDATE ("business_name") ON TABLE "public"."inboxes" TO "authenticated";

GRANT UPDATE ("csat_config") ON TABLE "public"."inboxes" TO "authenticated";

GRANT UPDATE ("csat_survey_enabled") ON TABLE "public"."inboxes" TO "authenticated";

GRANT UPDATE ("sender_name_type") ON TABLE "public"."inboxes" TO "authenticated";

GRANT SELECT ("accepted_at") ON TABLE "public"."invitations" TO "authenticated";

GRANT SELECT ("account_id") ON TABLE "public"."invitations" TO "authenticated";

GRANT SELECT ("created_at") ON TABLE "public"."invitations" TO "authenticated";

GRANT SELECT ("custom_role_id") ON TABLE "public"."invitations" TO "authenticated";

GRANT SELECT ("email") ON TABLE "public"."invitations" TO "authenticated";

GRANT SELECT ("expires_at") ON TABLE "public"."invitations" TO "authenticated";

GRANT SELECT ("invited_by") ON TABLE "public"."invitations" TO "authenticated";

GRANT SELECT ("name") ON TABLE "public"."invitations" TO "authenticated";

GRANT SELECT ("role") ON TABLE "public"."invitations" TO "authenticated";

GRANT UPDATE ("email") ON TABLE "public"."notification_settings" TO "authenticated";

GRANT UPDATE ("push") ON TABLE "public"."notification_settings" TO "authenticated";

GRANT UPDATE ("read_at") ON TABLE "public"."notifications" TO "authenticated";

GRANT UPDATE ("snoozed_until") ON TABLE "public"."notifications" TO "authenticated";

GRANT SELECT ("id") ON TABLE "public"."invitations" TO "authenticated";
-- The bucket of attachments: rows, which the differ of schemas does not see. The same as in sql/91_storage.sql.
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('attachments', 'attachments', false, 41943040, private.upload_types())
on conflict (id) do update
set public = excluded.public,
    file_size_limit = excluded.file_size_limit,
    allowed_mime_types = excluded.allowed_mime_types;
