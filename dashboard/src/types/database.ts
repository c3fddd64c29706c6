// Written by `make types` from the declared schema; `make lint` fails while it is stale.

export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Database = {
  // Allows to automatically instantiate createClient with right options
  // instead of createClient<Database, { PostgrestVersion: 'XX' }>(URL, KEY)
  __InternalSupabase: {
    PostgrestVersion: '12';
  };
  public: {
    Tables: {
      account_users: {
        Row: {
          account_id: string;
          active_at: string | null;
          auto_offline: boolean;
          availability: string;
          created_at: string;
          custom_role_id: string | null;
          role: string;
          updated_at: string;
          user_id: string;
        };
        Insert: {
          account_id?: never;
          active_at?: never;
          auto_offline?: boolean;
          availability?: string;
          created_at?: never;
          custom_role_id?: never;
          role?: never;
          updated_at?: never;
          user_id?: never;
        };
        Update: {
          account_id?: never;
          active_at?: never;
          auto_offline?: boolean;
          availability?: string;
          created_at?: never;
          custom_role_id?: never;
          role?: never;
          updated_at?: never;
          user_id?: never;
        };
        Relationships: [
          {
            foreignKeyName: 'account_users_account_id_fkey';
            columns: ['account_id'];
            referencedRelation: 'accounts';
            referencedColumns: ['id'];
          },
          {
            foreignKeyName: 'account_users_custom_role_fkey';
            columns: ['account_id', 'custom_role_id'];
            referencedRelation: 'custom_roles';
            referencedColumns: ['account_id', 'id'];
          },
          {
            foreignKeyName: 'account_users_user_id_fkey';
            columns: ['user_id'];
            referencedRelation: 'users';
            referencedColumns: ['id'];
          },
        ];
      };
      accounts: {
        Row: {
          created_at: string;
          domain: string | null;
          id: string;
          limits: NonNullable<Json>;
          locale: string;
          name: string;
          settings: NonNullable<Json>;
          status: string;
          support_email: string | null;
          timezone: string;
          updated_at: string;
        };
        Insert: {
          created_at?: never;
          domain?: string | null;
          id?: never;
          limits?: never;
          locale?: string;
          name: string;
          settings?: NonNullable<Json>;
          status?: never;
          support_email?: string | null;
          timezone?: string;
          updated_at?: never;
        };
        Update: {
          created_at?: never;
          domain?: string | null;
          id?: never;
          limits?: never;
          locale?: string;
          name?: string;
          settings?: NonNullable<Json>;
          status?: never;
          support_email?: string | null;
          timezone?: string;
          updated_at?: never;
        };
        Relationships: [];
      };
      attachments: {
        Row: {
          account_id: string;
          byte_size: number | null;
          content_type: string | null;
          conversation_id: string;
          coordinates_lat: number | null;
          coordinates_long: number | null;
          created_at: string;
          error: string | null;
          external_url: string | null;
          fallback_title: string | null;
          file_name: string | null;
          file_type: string;
          height: number | null;
          id: string;
          message_id: string | null;
          meta: NonNullable<Json>;
          state: string;
          storage_path: string | null;
          thumb_path: string | null;
          updated_at: string;
          uploaded_by_contact_inbox_id: string | null;
          uploaded_by_user_id: string | null;
          width: number | null;
        };
        Insert: {
          account_id?: never;
          byte_size?: never;
          content_type?: never;
          conversation_id?: never;
          coordinates_lat?: never;
          coordinates_long?: never;
          created_at?: never;
          error?: never;
          external_url?: never;
          fallback_title?: never;
          file_name?: never;
          file_type?: never;
          height?: never;
          id?: never;
          message_id?: never;
          meta?: never;
          state?: never;
          storage_path?: never;
          thumb_path?: never;
          updated_at?: never;
          uploaded_by_contact_inbox_id?: never;
          uploaded_by_user_id?: never;
          width?: never;
        };
        Update: {
          account_id?: never;
          byte_size?: never;
          content_type?: never;
          conversation_id?: never;
          coordinates_lat?: never;
          coordinates_long?: never;
          created_at?: never;
          error?: never;
          external_url?: never;
          fallback_title?: never;
          file_name?: never;
          file_type?: never;
          height?: never;
          id?: never;
          message_id?: never;
          meta?: never;
          state?: never;
          storage_path?: never;
          thumb_path?: never;
          updated_at?: never;
          uploaded_by_contact_inbox_id?: never;
          uploaded_by_user_id?: never;
          width?: never;
        };
        Relationships: [
          {
            foreignKeyName: 'attachments_conversation_fkey';
            columns: ['account_id', 'conversation_id'];
            referencedRelation: 'conversations';
            referencedColumns: ['account_id', 'id'];
          },
          {
            foreignKeyName: 'attachments_message_fkey';
            columns: ['account_id', 'conversation_id', 'message_id'];
            referencedRelation: 'messages';
            referencedColumns: ['account_id', 'conversation_id', 'id'];
          },
          {
            foreignKeyName: 'attachments_uploaded_by_contact_inbox_fkey';
            columns: ['account_id', 'uploaded_by_contact_inbox_id'];
            referencedRelation: 'contact_inboxes';
            referencedColumns: ['account_id', 'id'];
          },
          {
            foreignKeyName: 'attachments_uploaded_by_user_fkey';
            columns: ['uploaded_by_user_id'];
            referencedRelation: 'users';
            referencedColumns: ['id'];
          },
        ];
      };
      audit_log: {
        Row: {
          account_id: string;
          action: string;
          auditable_id: string | null;
          auditable_type: string;
          changes: NonNullable<Json>;
          created_at: string;
          id: string;
          ip: string | null;
          request_id: string | null;
          user_id: string | null;
        };
        Insert: {
          account_id?: never;
          action?: never;
          auditable_id?: never;
          auditable_type?: never;
          changes?: never;
          created_at?: never;
          id?: never;
          ip?: never;
          request_id?: never;
          user_id?: never;
        };
        Update: {
          account_id?: never;
          action?: never;
          auditable_id?: never;
          auditable_type?: never;
          changes?: never;
          created_at?: never;
          id?: never;
          ip?: never;
          request_id?: never;
          user_id?: never;
        };
        Relationships: [
          {
            foreignKeyName: 'audit_log_account_id_fkey';
            columns: ['account_id'];
            referencedRelation: 'accounts';
            referencedColumns: ['id'];
          },
          {
            foreignKeyName: 'audit_log_user_id_fkey';
            columns: ['user_id'];
            referencedRelation: 'users';
            referencedColumns: ['id'];
          },
        ];
      };
      canned_responses: {
        Row: {
          account_id: string;
          content: string;
          created_at: string;
          id: string;
          short_code: string;
          updated_at: string;
        };
        Insert: {
          account_id?: never;
          content?: never;
          created_at?: never;
          id?: never;
          short_code?: never;
          updated_at?: never;
        };
        Update: {
          account_id?: never;
          content?: never;
          created_at?: never;
          id?: never;
          short_code?: never;
          updated_at?: never;
        };
        Relationships: [
          {
            foreignKeyName: 'canned_responses_account_id_fkey';
            columns: ['account_id'];
            referencedRelation: 'accounts';
            referencedColumns: ['id'];
          },
        ];
      };
      channel_apis: {
        Row: {
          account_id: string;
          created_at: string;
          identifier: string;
          inbox_id: string;
          reply_window_hours: number | null;
          updated_at: string;
        };
        Insert: {
          account_id?: never;
          created_at?: never;
          identifier?: never;
          inbox_id?: never;
          reply_window_hours?: number | null;
          updated_at?: never;
        };
        Update: {
          account_id?: never;
          created_at?: never;
          identifier?: never;
          inbox_id?: never;
          reply_window_hours?: number | null;
          updated_at?: never;
        };
        Relationships: [
          {
            foreignKeyName: 'channel_apis_inbox_fkey';
            columns: ['account_id', 'inbox_id'];
            referencedRelation: 'inboxes';
            referencedColumns: ['account_id', 'id'];
          },
        ];
      };
      channel_connections: {
        Row: {
          account_id: string;
          address: string;
          aliases: string[];
          channel_type: string;
          check_result: Json | null;
          checked_at: string | null;
          created_at: string;
          expires_at: string | null;
          inbox_id: string;
          last_received_at: string | null;
          last_sent_at: string | null;
          paused_until: string | null;
          settings: NonNullable<Json>;
          state: string;
          state_reason: string | null;
          updated_at: string;
        };
        Insert: {
          account_id?: never;
          address?: never;
          aliases?: never;
          channel_type?: never;
          check_result?: never;
          checked_at?: never;
          created_at?: never;
          expires_at?: never;
          inbox_id?: never;
          last_received_at?: never;
          last_sent_at?: never;
          paused_until?: never;
          settings?: never;
          state?: never;
          state_reason?: never;
          updated_at?: never;
        };
        Update: {
          account_id?: never;
          address?: never;
          aliases?: never;
          channel_type?: never;
          check_result?: never;
          checked_at?: never;
          created_at?: never;
          expires_at?: never;
          inbox_id?: never;
          last_received_at?: never;
          last_sent_at?: never;
          paused_until?: never;
          settings?: never;
          state?: never;
          state_reason?: never;
          updated_at?: never;
        };
        Relationships: [
          {
            foreignKeyName: 'channel_connections_inbox_fkey';
            columns: ['account_id', 'inbox_id'];
            referencedRelation: 'inboxes';
            referencedColumns: ['account_id', 'id'];
          },
        ];
      };
      channel_templates: {
        Row: {
          account_id: string;
          category: string;
          components: NonNullable<Json>;
          created_at: string;
          fields: Json | null;
          id: string;
          inbox_id: string;
          language: string;
          name: string;
          parameter_format: string;
          provider_id: string | null;
          reason: string | null;
          status: string;
          updated_at: string;
        };
        Insert: {
          account_id?: never;
          category?: never;
          components?: never;
          created_at?: never;
          fields?: never;
          id?: never;
          inbox_id?: never;
          language?: never;
          name?: never;
          parameter_format?: never;
          provider_id?: never;
          reason?: never;
          status?: never;
          updated_at?: never;
        };
        Update: {
          account_id?: never;
          category?: never;
          components?: never;
          created_at?: never;
          fields?: never;
          id?: never;
          inbox_id?: never;
          language?: never;
          name?: never;
          parameter_format?: never;
          provider_id?: never;
          reason?: never;
          status?: never;
          updated_at?: never;
        };
        Relationships: [
          {
            foreignKeyName: 'channel_templates_inbox_fkey';
            columns: ['account_id', 'inbox_id'];
            referencedRelation: 'inboxes';
            referencedColumns: ['account_id', 'id'];
          },
        ];
      };
      channel_web_widgets: {
        Row: {
          account_id: string;
          allowed_domains: string[];
          continuity_via_email: boolean;
          created_at: string;
          features: string[];
          hmac_mandatory: boolean;
          inbox_id: string;
          pre_chat_form_enabled: boolean;
          pre_chat_form_options: NonNullable<Json>;
          reply_time: string;
          updated_at: string;
          website_token: string;
          website_url: string;
          welcome_tagline: string;
          welcome_title: string;
          widget_color: string;
          widget_position: string;
        };
        Insert: {
          account_id?: never;
          allowed_domains?: string[];
          continuity_via_email?: boolean;
          created_at?: never;
          features?: string[];
          hmac_mandatory?: boolean;
          inbox_id?: never;
          pre_chat_form_enabled?: boolean;
          pre_chat_form_options?: NonNullable<Json>;
          reply_time?: string;
          updated_at?: never;
          website_token?: never;
          website_url?: string;
          welcome_tagline?: string;
          welcome_title?: string;
          widget_color?: string;
          widget_position?: string;
        };
        Update: {
          account_id?: never;
          allowed_domains?: string[];
          continuity_via_email?: boolean;
          created_at?: never;
          features?: string[];
          hmac_mandatory?: boolean;
          inbox_id?: never;
          pre_chat_form_enabled?: boolean;
          pre_chat_form_options?: NonNullable<Json>;
          reply_time?: string;
          updated_at?: never;
          website_token?: never;
          website_url?: string;
          welcome_tagline?: string;
          welcome_title?: string;
          widget_color?: string;
          widget_position?: string;
        };
        Relationships: [
          {
            foreignKeyName: 'channel_web_widgets_inbox_fkey';
            columns: ['account_id', 'inbox_id'];
            referencedRelation: 'inboxes';
            referencedColumns: ['account_id', 'id'];
          },
        ];
      };
      contact_inboxes: {
        Row: {
          account_id: string;
          contact_id: string;
          created_at: string;
          id: string;
          inbox_id: string;
          opted_out_at: string | null;
          source_id: string;
          unreachable_reason: string | null;
          verified: boolean;
        };
        Insert: {
          account_id?: never;
          contact_id?: never;
          created_at?: never;
          id?: never;
          inbox_id?: never;
          opted_out_at?: never;
          source_id?: never;
          unreachable_reason?: never;
          verified?: never;
        };
        Update: {
          account_id?: never;
          contact_id?: never;
          created_at?: never;
          id?: never;
          inbox_id?: never;
          opted_out_at?: never;
          source_id?: never;
          unreachable_reason?: never;
          verified?: never;
        };
        Relationships: [
          {
            foreignKeyName: 'contact_inboxes_contact_fkey';
            columns: ['account_id', 'contact_id'];
            referencedRelation: 'contacts';
            referencedColumns: ['account_id', 'id'];
          },
          {
            foreignKeyName: 'contact_inboxes_inbox_fkey';
            columns: ['account_id', 'inbox_id'];
            referencedRelation: 'inboxes';
            referencedColumns: ['account_id', 'id'];
          },
        ];
      };
      contacts: {
        Row: {
          account_id: string;
          additional_attributes: NonNullable<Json>;
          avatar_url: string | null;
          blocked: boolean;
          contact_type: string;
          country_code: string | null;
          created_at: string;
          custom_attributes: NonNullable<Json>;
          email: string | null;
          id: string;
          identified: string;
          identifier: string | null;
          labels: string[];
          last_activity_at: string | null;
          last_name: string;
          location: string | null;
          middle_name: string;
          name: string;
          phone_number: string | null;
          search_text: string | null;
          updated_at: string;
        };
        Insert: {
          account_id?: never;
          additional_attributes?: never;
          avatar_url?: string | null;
          blocked?: boolean;
          contact_type?: never;
          country_code?: never;
          created_at?: never;
          custom_attributes?: NonNullable<Json>;
          email?: string | null;
          id?: never;
          identified?: never;
          identifier?: string | null;
          labels?: never;
          last_activity_at?: never;
          last_name?: string;
          location?: never;
          middle_name?: string;
          name?: string;
          phone_number?: string | null;
          search_text?: never;
          updated_at?: never;
        };
        Update: {
          account_id?: never;
          additional_attributes?: never;
          avatar_url?: string | null;
          blocked?: boolean;
          contact_type?: never;
          country_code?: never;
          created_at?: never;
          custom_attributes?: NonNullable<Json>;
          email?: string | null;
          id?: never;
          identified?: never;
          identifier?: string | null;
          labels?: never;
          last_activity_at?: never;
          last_name?: string;
          location?: never;
          middle_name?: string;
          name?: string;
          phone_number?: string | null;
          search_text?: never;
          updated_at?: never;
        };
        Relationships: [
          {
            foreignKeyName: 'contacts_account_id_fkey';
            columns: ['account_id'];
            referencedRelation: 'accounts';
            referencedColumns: ['id'];
          },
        ];
      };
      conversation_participants: {
        Row: {
          account_id: string;
          conversation_id: string;
          created_at: string;
          user_id: string;
        };
        Insert: {
          account_id?: never;
          conversation_id?: never;
          created_at?: never;
          user_id?: never;
        };
        Update: {
          account_id?: never;
          conversation_id?: never;
          created_at?: never;
          user_id?: never;
        };
        Relationships: [
          {
            foreignKeyName: 'conversation_participants_conversation_fkey';
            columns: ['account_id', 'conversation_id'];
            referencedRelation: 'conversations';
            referencedColumns: ['account_id', 'id'];
          },
          {
            foreignKeyName: 'conversation_participants_user_fkey';
            columns: ['account_id', 'user_id'];
            referencedRelation: 'account_users';
            referencedColumns: ['account_id', 'user_id'];
          },
        ];
      };
      conversations: {
        Row: {
          account_id: string;
          additional_attributes: NonNullable<Json>;
          agent_last_seen_at: string | null;
          assignee_id: string | null;
          assignee_last_seen_at: string | null;
          contact_id: string;
          contact_inbox_id: string;
          contact_last_seen_at: string | null;
          created_at: string;
          custom_attributes: NonNullable<Json>;
          display_id: number;
          epoch: number;
          first_reply_created_at: string | null;
          id: string;
          inbox_id: string;
          labels: string[];
          last_activity_at: string;
          last_seq: number;
          last_visitor_seq: number;
          preview: Json | null;
          priority: string | null;
          snoozed_until: string | null;
          status: string;
          team_id: string | null;
          unread_count: number;
          updated_at: string;
          visitor_unread_count: number;
          waiting_since: string | null;
        };
        Insert: {
          account_id?: never;
          additional_attributes?: never;
          agent_last_seen_at?: never;
          assignee_id?: never;
          assignee_last_seen_at?: never;
          contact_id?: never;
          contact_inbox_id?: never;
          contact_last_seen_at?: never;
          created_at?: never;
          custom_attributes?: never;
          display_id?: never;
          epoch?: never;
          first_reply_created_at?: never;
          id?: never;
          inbox_id?: never;
          labels?: never;
          last_activity_at?: never;
          last_seq?: never;
          last_visitor_seq?: never;
          preview?: never;
          priority?: never;
          snoozed_until?: never;
          status?: never;
          team_id?: never;
          unread_count?: never;
          updated_at?: never;
          visitor_unread_count?: never;
          waiting_since?: never;
        };
        Update: {
          account_id?: never;
          additional_attributes?: never;
          agent_last_seen_at?: never;
          assignee_id?: never;
          assignee_last_seen_at?: never;
          contact_id?: never;
          contact_inbox_id?: never;
          contact_last_seen_at?: never;
          created_at?: never;
          custom_attributes?: never;
          display_id?: never;
          epoch?: never;
          first_reply_created_at?: never;
          id?: never;
          inbox_id?: never;
          labels?: never;
          last_activity_at?: never;
          last_seq?: never;
          last_visitor_seq?: never;
          preview?: never;
          priority?: never;
          snoozed_until?: never;
          status?: never;
          team_id?: never;
          unread_count?: never;
          updated_at?: never;
          visitor_unread_count?: never;
          waiting_since?: never;
        };
        Relationships: [
          {
            foreignKeyName: 'conversations_assignee_fkey';
            columns: ['account_id', 'assignee_id'];
            referencedRelation: 'account_users';
            referencedColumns: ['account_id', 'user_id'];
          },
          {
            foreignKeyName: 'conversations_contact_fkey';
            columns: ['account_id', 'contact_id'];
            referencedRelation: 'contacts';
            referencedColumns: ['account_id', 'id'];
          },
          {
            foreignKeyName: 'conversations_contact_inbox_fkey';
            columns: ['account_id', 'contact_inbox_id'];
            referencedRelation: 'contact_inboxes';
            referencedColumns: ['account_id', 'id'];
          },
          {
            foreignKeyName: 'conversations_inbox_fkey';
            columns: ['account_id', 'inbox_id'];
            referencedRelation: 'inboxes';
            referencedColumns: ['account_id', 'id'];
          },
          {
            foreignKeyName: 'conversations_team_fkey';
            columns: ['account_id', 'team_id'];
            referencedRelation: 'teams';
            referencedColumns: ['account_id', 'id'];
          },
        ];
      };
      custom_attribute_definitions: {
        Row: {
          account_id: string;
          attribute_key: string;
          attribute_model: string;
          created_at: string;
          default_value: string | null;
          description: string;
          display_name: string;
          display_type: string;
          id: string;
          list_values: string[];
          regex_cue: string | null;
          regex_pattern: string | null;
          updated_at: string;
        };
        Insert: {
          account_id?: never;
          attribute_key?: never;
          attribute_model?: never;
          created_at?: never;
          default_value?: never;
          description?: never;
          display_name?: never;
          display_type?: never;
          id?: never;
          list_values?: never;
          regex_cue?: never;
          regex_pattern?: never;
          updated_at?: never;
        };
        Update: {
          account_id?: never;
          attribute_key?: never;
          attribute_model?: never;
          created_at?: never;
          default_value?: never;
          description?: never;
          display_name?: never;
          display_type?: never;
          id?: never;
          list_values?: never;
          regex_cue?: never;
          regex_pattern?: never;
          updated_at?: never;
        };
        Relationships: [
          {
            foreignKeyName: 'custom_attribute_definitions_account_id_fkey';
            columns: ['account_id'];
            referencedRelation: 'accounts';
            referencedColumns: ['id'];
          },
        ];
      };
      custom_filters: {
        Row: {
          account_id: string;
          conditions: NonNullable<Json>;
          created_at: string;
          filter_type: string;
          id: string;
          name: string;
          updated_at: string;
          user_id: string | null;
        };
        Insert: {
          account_id?: never;
          conditions?: never;
          created_at?: never;
          filter_type?: never;
          id?: never;
          name?: never;
          updated_at?: never;
          user_id?: never;
        };
        Update: {
          account_id?: never;
          conditions?: never;
          created_at?: never;
          filter_type?: never;
          id?: never;
          name?: never;
          updated_at?: never;
          user_id?: never;
        };
        Relationships: [
          {
            foreignKeyName: 'custom_filters_account_id_fkey';
            columns: ['account_id'];
            referencedRelation: 'accounts';
            referencedColumns: ['id'];
          },
          {
            foreignKeyName: 'custom_filters_user_fkey';
            columns: ['account_id', 'user_id'];
            referencedRelation: 'account_users';
            referencedColumns: ['account_id', 'user_id'];
          },
        ];
      };
      custom_roles: {
        Row: {
          account_id: string;
          created_at: string;
          description: string;
          id: string;
          name: string;
          permissions: string[];
          updated_at: string;
        };
        Insert: {
          account_id?: never;
          created_at?: never;
          description?: never;
          id?: never;
          name?: never;
          permissions?: never;
          updated_at?: never;
        };
        Update: {
          account_id?: never;
          created_at?: never;
          description?: never;
          id?: never;
          name?: never;
          permissions?: never;
          updated_at?: never;
        };
        Relationships: [
          {
            foreignKeyName: 'custom_roles_account_id_fkey';
            columns: ['account_id'];
            referencedRelation: 'accounts';
            referencedColumns: ['id'];
          },
        ];
      };
      inbox_members: {
        Row: {
          account_id: string;
          created_at: string;
          inbox_id: string;
          user_id: string;
        };
        Insert: {
          account_id?: never;
          created_at?: never;
          inbox_id?: never;
          user_id?: never;
        };
        Update: {
          account_id?: never;
          created_at?: never;
          inbox_id?: never;
          user_id?: never;
        };
        Relationships: [
          {
            foreignKeyName: 'inbox_members_inbox_fkey';
            columns: ['account_id', 'inbox_id'];
            referencedRelation: 'inboxes';
            referencedColumns: ['account_id', 'id'];
          },
          {
            foreignKeyName: 'inbox_members_user_fkey';
            columns: ['account_id', 'user_id'];
            referencedRelation: 'account_users';
            referencedColumns: ['account_id', 'user_id'];
          },
        ];
      };
      inboxes: {
        Row: {
          account_id: string;
          allow_messages_after_resolved: boolean;
          auto_assignment_config: NonNullable<Json>;
          avatar_url: string | null;
          business_name: string | null;
          channel_type: string;
          created_at: string;
          csat_config: NonNullable<Json>;
          csat_survey_enabled: boolean;
          deleted_at: string | null;
          enable_auto_assignment: boolean;
          enable_email_collect: boolean;
          epoch: number;
          greeting_enabled: boolean;
          greeting_message: string | null;
          id: string;
          lock_to_single_conversation: boolean;
          name: string;
          out_of_office_message: string | null;
          sender_name_type: string;
          timezone: string;
          updated_at: string;
          working_hours_enabled: boolean;
        };
        Insert: {
          account_id?: never;
          allow_messages_after_resolved?: boolean;
          auto_assignment_config?: NonNullable<Json>;
          avatar_url?: string | null;
          business_name?: string | null;
          channel_type?: never;
          created_at?: never;
          csat_config?: NonNullable<Json>;
          csat_survey_enabled?: boolean;
          deleted_at?: never;
          enable_auto_assignment?: boolean;
          enable_email_collect?: boolean;
          epoch?: never;
          greeting_enabled?: boolean;
          greeting_message?: string | null;
          id?: never;
          lock_to_single_conversation?: boolean;
          name: string;
          out_of_office_message?: string | null;
          sender_name_type?: string;
          timezone?: string;
          updated_at?: never;
          working_hours_enabled?: boolean;
        };
        Update: {
          account_id?: never;
          allow_messages_after_resolved?: boolean;
          auto_assignment_config?: NonNullable<Json>;
          avatar_url?: string | null;
          business_name?: string | null;
          channel_type?: never;
          created_at?: never;
          csat_config?: NonNullable<Json>;
          csat_survey_enabled?: boolean;
          deleted_at?: never;
          enable_auto_assignment?: boolean;
          enable_email_collect?: boolean;
          epoch?: never;
          greeting_enabled?: boolean;
          greeting_message?: string | null;
          id?: never;
          lock_to_single_conversation?: boolean;
          name?: string;
          out_of_office_message?: string | null;
          sender_name_type?: string;
          timezone?: string;
          updated_at?: never;
          working_hours_enabled?: boolean;
        };
        Relationships: [
          {
            foreignKeyName: 'inboxes_account_id_fkey';
            columns: ['account_id'];
            referencedRelation: 'accounts';
            referencedColumns: ['id'];
          },
        ];
      };
      invitations: {
        Row: {
          accepted_at: string | null;
          account_id: string;
          created_at: string;
          custom_role_id: string | null;
          email: string;
          expires_at: string;
          id: string;
          invited_by: string | null;
          name: string;
          role: string;
        };
        Insert: {
          accepted_at?: never;
          account_id?: never;
          created_at?: never;
          custom_role_id?: never;
          email?: never;
          expires_at?: never;
          id?: never;
          invited_by?: never;
          name?: never;
          role?: never;
        };
        Update: {
          accepted_at?: never;
          account_id?: never;
          created_at?: never;
          custom_role_id?: never;
          email?: never;
          expires_at?: never;
          id?: never;
          invited_by?: never;
          name?: never;
          role?: never;
        };
        Relationships: [
          {
            foreignKeyName: 'invitations_account_id_fkey';
            columns: ['account_id'];
            referencedRelation: 'accounts';
            referencedColumns: ['id'];
          },
          {
            foreignKeyName: 'invitations_custom_role_fkey';
            columns: ['account_id', 'custom_role_id'];
            referencedRelation: 'custom_roles';
            referencedColumns: ['account_id', 'id'];
          },
          {
            foreignKeyName: 'invitations_invited_by_fkey';
            columns: ['invited_by'];
            referencedRelation: 'users';
            referencedColumns: ['id'];
          },
        ];
      };
      labels: {
        Row: {
          account_id: string;
          color: string;
          created_at: string;
          description: string;
          id: string;
          show_on_sidebar: boolean;
          title: string;
          updated_at: string;
        };
        Insert: {
          account_id?: never;
          color?: never;
          created_at?: never;
          description?: never;
          id?: never;
          show_on_sidebar?: never;
          title?: never;
          updated_at?: never;
        };
        Update: {
          account_id?: never;
          color?: never;
          created_at?: never;
          description?: never;
          id?: never;
          show_on_sidebar?: never;
          title?: never;
          updated_at?: never;
        };
        Relationships: [
          {
            foreignKeyName: 'labels_account_id_fkey';
            columns: ['account_id'];
            referencedRelation: 'accounts';
            referencedColumns: ['id'];
          },
        ];
      };
      mentions: {
        Row: {
          account_id: string;
          conversation_id: string;
          mentioned_at: string;
          message_id: string;
          user_id: string;
        };
        Insert: {
          account_id?: never;
          conversation_id?: never;
          mentioned_at?: never;
          message_id?: never;
          user_id?: never;
        };
        Update: {
          account_id?: never;
          conversation_id?: never;
          mentioned_at?: never;
          message_id?: never;
          user_id?: never;
        };
        Relationships: [
          {
            foreignKeyName: 'mentions_conversation_fkey';
            columns: ['account_id', 'conversation_id'];
            referencedRelation: 'conversations';
            referencedColumns: ['account_id', 'id'];
          },
          {
            foreignKeyName: 'mentions_user_fkey';
            columns: ['account_id', 'user_id'];
            referencedRelation: 'account_users';
            referencedColumns: ['account_id', 'user_id'];
          },
        ];
      };
      message_versions: {
        Row: {
          account_id: string;
          content: string;
          conversation_id: string;
          created_at: string;
          edited_by: string | null;
          id: string;
          message_id: string;
        };
        Insert: {
          account_id?: never;
          content?: never;
          conversation_id?: never;
          created_at?: never;
          edited_by?: never;
          id?: never;
          message_id?: never;
        };
        Update: {
          account_id?: never;
          content?: never;
          conversation_id?: never;
          created_at?: never;
          edited_by?: never;
          id?: never;
          message_id?: never;
        };
        Relationships: [
          {
            foreignKeyName: 'message_versions_edited_by_fkey';
            columns: ['edited_by'];
            referencedRelation: 'users';
            referencedColumns: ['id'];
          },
          {
            foreignKeyName: 'message_versions_message_fkey';
            columns: ['account_id', 'conversation_id', 'message_id'];
            referencedRelation: 'messages';
            referencedColumns: ['account_id', 'conversation_id', 'id'];
          },
        ];
      };
      messages: {
        Row: {
          account_id: string;
          attachments_at: string | null;
          content: string;
          content_attributes: NonNullable<Json>;
          content_type: string;
          conversation_id: string;
          created_at: string;
          deleted_at: string | null;
          edited_at: string | null;
          id: string;
          inbox_id: string;
          message_type: string;
          private: boolean;
          sender_contact_id: string | null;
          sender_user_id: string | null;
          seq: number;
          source_id: string | null;
          status: string;
          updated_at: string;
          updated_seq: number;
          visitor_seq: number | null;
        };
        Insert: {
          account_id?: never;
          attachments_at?: never;
          content?: string;
          content_attributes?: never;
          content_type?: never;
          conversation_id: string;
          created_at?: never;
          deleted_at?: never;
          edited_at?: never;
          id?: string;
          inbox_id?: never;
          message_type?: never;
          private?: boolean;
          sender_contact_id?: never;
          sender_user_id?: never;
          seq?: never;
          source_id?: never;
          status?: never;
          updated_at?: never;
          updated_seq?: never;
          visitor_seq?: never;
        };
        Update: {
          account_id?: never;
          attachments_at?: never;
          content?: string;
          content_attributes?: never;
          content_type?: never;
          conversation_id?: string;
          created_at?: never;
          deleted_at?: never;
          edited_at?: never;
          id?: string;
          inbox_id?: never;
          message_type?: never;
          private?: boolean;
          sender_contact_id?: never;
          sender_user_id?: never;
          seq?: never;
          source_id?: never;
          status?: never;
          updated_at?: never;
          updated_seq?: never;
          visitor_seq?: never;
        };
        Relationships: [
          {
            foreignKeyName: 'messages_conversation_fkey';
            columns: ['account_id', 'conversation_id'];
            referencedRelation: 'conversations';
            referencedColumns: ['account_id', 'id'];
          },
          {
            foreignKeyName: 'messages_sender_contact_fkey';
            columns: ['account_id', 'sender_contact_id'];
            referencedRelation: 'contacts';
            referencedColumns: ['account_id', 'id'];
          },
          {
            foreignKeyName: 'messages_sender_user_fkey';
            columns: ['sender_user_id'];
            referencedRelation: 'users';
            referencedColumns: ['id'];
          },
        ];
      };
      notes: {
        Row: {
          account_id: string;
          contact_id: string;
          content: string;
          created_at: string;
          id: string;
          updated_at: string;
          user_id: string | null;
        };
        Insert: {
          account_id?: never;
          contact_id?: never;
          content?: never;
          created_at?: never;
          id?: never;
          updated_at?: never;
          user_id?: never;
        };
        Update: {
          account_id?: never;
          contact_id?: never;
          content?: never;
          created_at?: never;
          id?: never;
          updated_at?: never;
          user_id?: never;
        };
        Relationships: [
          {
            foreignKeyName: 'notes_contact_fkey';
            columns: ['account_id', 'contact_id'];
            referencedRelation: 'contacts';
            referencedColumns: ['account_id', 'id'];
          },
          {
            foreignKeyName: 'notes_user_fkey';
            columns: ['account_id', 'user_id'];
            referencedRelation: 'account_users';
            referencedColumns: ['account_id', 'user_id'];
          },
        ];
      };
      notification_settings: {
        Row: {
          account_id: string;
          email: string[];
          push: string[];
          updated_at: string;
          user_id: string;
        };
        Insert: {
          account_id?: never;
          email?: string[];
          push?: string[];
          updated_at?: never;
          user_id?: never;
        };
        Update: {
          account_id?: never;
          email?: string[];
          push?: string[];
          updated_at?: never;
          user_id?: never;
        };
        Relationships: [
          {
            foreignKeyName: 'notification_settings_user_fkey';
            columns: ['account_id', 'user_id'];
            referencedRelation: 'account_users';
            referencedColumns: ['account_id', 'user_id'];
          },
        ];
      };
      notifications: {
        Row: {
          account_id: string;
          actor_user_id: string | null;
          conversation_id: string;
          created_at: string;
          id: string;
          message_id: string | null;
          notification_type: string;
          read_at: string | null;
          snoozed_until: string | null;
          user_id: string;
        };
        Insert: {
          account_id?: never;
          actor_user_id?: never;
          conversation_id?: never;
          created_at?: never;
          id?: never;
          message_id?: never;
          notification_type?: never;
          read_at?: string | null;
          snoozed_until?: string | null;
          user_id?: never;
        };
        Update: {
          account_id?: never;
          actor_user_id?: never;
          conversation_id?: never;
          created_at?: never;
          id?: never;
          message_id?: never;
          notification_type?: never;
          read_at?: string | null;
          snoozed_until?: string | null;
          user_id?: never;
        };
        Relationships: [
          {
            foreignKeyName: 'notifications_actor_user_id_fkey';
            columns: ['actor_user_id'];
            referencedRelation: 'users';
            referencedColumns: ['id'];
          },
          {
            foreignKeyName: 'notifications_conversation_fkey';
            columns: ['account_id', 'conversation_id'];
            referencedRelation: 'conversations';
            referencedColumns: ['account_id', 'id'];
          },
          {
            foreignKeyName: 'notifications_user_fkey';
            columns: ['account_id', 'user_id'];
            referencedRelation: 'account_users';
            referencedColumns: ['account_id', 'user_id'];
          },
        ];
      };
      team_members: {
        Row: {
          account_id: string;
          created_at: string;
          team_id: string;
          user_id: string;
        };
        Insert: {
          account_id?: never;
          created_at?: never;
          team_id?: never;
          user_id?: never;
        };
        Update: {
          account_id?: never;
          created_at?: never;
          team_id?: never;
          user_id?: never;
        };
        Relationships: [
          {
            foreignKeyName: 'team_members_team_fkey';
            columns: ['account_id', 'team_id'];
            referencedRelation: 'teams';
            referencedColumns: ['account_id', 'id'];
          },
          {
            foreignKeyName: 'team_members_user_fkey';
            columns: ['account_id', 'user_id'];
            referencedRelation: 'account_users';
            referencedColumns: ['account_id', 'user_id'];
          },
        ];
      };
      teams: {
        Row: {
          account_id: string;
          allow_auto_assign: boolean;
          created_at: string;
          description: string;
          epoch: number;
          id: string;
          name: string;
          updated_at: string;
        };
        Insert: {
          account_id?: never;
          allow_auto_assign?: never;
          created_at?: never;
          description?: never;
          epoch?: never;
          id?: never;
          name?: never;
          updated_at?: never;
        };
        Update: {
          account_id?: never;
          allow_auto_assign?: never;
          created_at?: never;
          description?: never;
          epoch?: never;
          id?: never;
          name?: never;
          updated_at?: never;
        };
        Relationships: [
          {
            foreignKeyName: 'teams_account_id_fkey';
            columns: ['account_id'];
            referencedRelation: 'accounts';
            referencedColumns: ['id'];
          },
        ];
      };
      template_syncs: {
        Row: {
          account_id: string;
          error: string | null;
          failures: number;
          inbox_id: string;
          next_sync_at: string;
          synced_at: string | null;
        };
        Insert: {
          account_id?: never;
          error?: never;
          failures?: never;
          inbox_id?: never;
          next_sync_at?: never;
          synced_at?: never;
        };
        Update: {
          account_id?: never;
          error?: never;
          failures?: never;
          inbox_id?: never;
          next_sync_at?: never;
          synced_at?: never;
        };
        Relationships: [
          {
            foreignKeyName: 'template_syncs_inbox_fkey';
            columns: ['account_id', 'inbox_id'];
            referencedRelation: 'inboxes';
            referencedColumns: ['account_id', 'id'];
          },
        ];
      };
      users: {
        Row: {
          avatar_url: string | null;
          created_at: string;
          display_name: string | null;
          email: string;
          id: string;
          message_signature: string | null;
          name: string;
          updated_at: string;
        };
        Insert: {
          avatar_url?: string | null;
          created_at?: never;
          display_name?: string | null;
          email?: never;
          id?: never;
          message_signature?: string | null;
          name?: string;
          updated_at?: never;
        };
        Update: {
          avatar_url?: string | null;
          created_at?: never;
          display_name?: string | null;
          email?: never;
          id?: never;
          message_signature?: string | null;
          name?: string;
          updated_at?: never;
        };
        Relationships: [];
      };
      working_hours: {
        Row: {
          account_id: string;
          close_hour: number;
          close_minutes: number;
          closed_all_day: boolean;
          day_of_week: number;
          inbox_id: string;
          open_all_day: boolean;
          open_hour: number;
          open_minutes: number;
        };
        Insert: {
          account_id?: never;
          close_hour?: never;
          close_minutes?: never;
          closed_all_day?: never;
          day_of_week?: never;
          inbox_id?: never;
          open_all_day?: never;
          open_hour?: never;
          open_minutes?: never;
        };
        Update: {
          account_id?: never;
          close_hour?: never;
          close_minutes?: never;
          closed_all_day?: never;
          day_of_week?: never;
          inbox_id?: never;
          open_all_day?: never;
          open_hour?: never;
          open_minutes?: never;
        };
        Relationships: [
          {
            foreignKeyName: 'working_hours_inbox_fkey';
            columns: ['account_id', 'inbox_id'];
            referencedRelation: 'inboxes';
            referencedColumns: ['account_id', 'id'];
          },
        ];
      };
    };
    Views: {
      [_ in never]: never;
    };
    Functions: {
      accept_invitation: { Args: { p_token: string }; Returns: Json };
      active_contacts: { Args: { p_account_id: string; p_limit?: number }; Returns: Json };
      api_channel_settings: { Args: { p_inbox_id: string }; Returns: Json };
      assign_conversation: {
        Args: { p_assignee_id: string; p_conversation_id: string };
        Returns: Json;
      };
      begin_channel_action: { Args: { p_action: string; p_inbox_id: string }; Returns: undefined };
      begin_mailbox_sign_in: {
        Args: {
          p_account_id: string;
          p_inbox_id?: string;
          p_inbox_name?: string;
          p_provider: string;
          p_state_hash: string;
          p_verifier: string;
        };
        Returns: Json;
      };
      bulk_update: { Args: { p_changes: Json; p_ids: string[] }; Returns: Json };
      bulk_update_each: { Args: { p_changes: Json; p_ids: string[] }; Returns: Json };
      canned_response_list: { Args: { p_account_id: string; p_query?: string }; Returns: Json };
      channel_test_recipients: { Args: { p_inbox_id: string }; Returns: Json };
      connect_channel: {
        Args: {
          p_account_id: string;
          p_address: string;
          p_aliases?: string[];
          p_channel_type: string;
          p_name: string;
          p_secrets?: Json;
          p_settings?: Json;
        };
        Returns: Json;
      };
      connection_failures: { Args: { p_inbox_id: string }; Returns: Json };
      contact_filter: {
        Args: {
          p_account_id: string;
          p_conditions: Json;
          p_cursor?: Json;
          p_limit?: number;
          p_query?: string;
          p_sort?: string;
        };
        Returns: Json;
      };
      contact_list: {
        Args: {
          p_account_id: string;
          p_cursor?: Json;
          p_labels?: string[];
          p_limit?: number;
          p_query?: string;
          p_sort?: string;
        };
        Returns: Json;
      };
      contactable_inboxes: { Args: { p_contact_id: string }; Returns: Json };
      conversation_by_display_id: {
        Args: { p_account_id: string; p_display_id: number };
        Returns: Json;
      };
      conversation_filter: {
        Args: {
          p_account_id: string;
          p_conditions: Json;
          p_cursor?: Json;
          p_ids?: string[];
          p_limit?: number;
          p_sort?: string;
        };
        Returns: Json;
      };
      conversation_list: {
        Args: {
          p_account_id: string;
          p_assignee_id?: string;
          p_cursor?: Json;
          p_inbox_id?: string;
          p_labels?: string[];
          p_limit?: number;
          p_priority?: string;
          p_sort?: string;
          p_status?: string;
          p_tab?: string;
          p_team_id?: string;
          p_view?: string;
        };
        Returns: Json;
      };
      conversation_rows: { Args: { p_ids: string[] }; Returns: Json };
      create_account: { Args: { p_locale?: string; p_name: string }; Returns: Json };
      create_inbox: {
        Args: { p_account_id: string; p_channel_type: string; p_name: string };
        Returns: Json;
      };
      delete_canned_response: { Args: { p_id: string }; Returns: undefined };
      delete_contact: { Args: { p_id: string }; Returns: undefined };
      delete_conversation: { Args: { p_conversation_id: string }; Returns: undefined };
      delete_custom_attribute: { Args: { p_id: string }; Returns: Json };
      delete_custom_filter: { Args: { p_id: string }; Returns: undefined };
      delete_custom_role: { Args: { p_id: string }; Returns: undefined };
      delete_inbox: { Args: { p_inbox_id: string }; Returns: undefined };
      delete_label: { Args: { p_id: string }; Returns: Json };
      delete_message: { Args: { p_conversation_id: string; p_id: string }; Returns: Json };
      delete_note: { Args: { p_id: string }; Returns: undefined };
      delete_notifications: {
        Args: { p_account_id: string; p_ids?: string[]; p_read_only?: boolean };
        Returns: Json;
      };
      delete_team: { Args: { p_id: string }; Returns: undefined };
      edit_message: {
        Args: { p_content: string; p_conversation_id: string; p_id: string };
        Returns: Json;
      };
      heartbeat: { Args: { p_account_id: string }; Returns: Json };
      identity_secret: { Args: { p_inbox_id: string; p_rotate?: boolean }; Returns: Json };
      invite_member: {
        Args: {
          p_account_id: string;
          p_custom_role_id?: string;
          p_email: string;
          p_name?: string;
          p_role?: string;
        };
        Returns: Json;
      };
      mark_conversation_read: { Args: { p_conversation_id: string }; Returns: undefined };
      mark_conversation_unread: { Args: { p_conversation_id: string }; Returns: undefined };
      mark_notifications_read: { Args: { p_account_id: string; p_ids?: string[] }; Returns: Json };
      merge_contacts: { Args: { p_base_id: string; p_mergee_id: string }; Returns: Json };
      message_changes: { Args: { p_after_seq: number; p_conversation_id: string }; Returns: Json };
      message_page: {
        Args: { p_before_seq?: number; p_conversation_id: string; p_limit?: number };
        Returns: Json;
      };
      mute_contact: { Args: { p_conversation_id: string; p_muted: boolean }; Returns: Json };
      my_ui_settings: { Args: Record<PropertyKey, never>; Returns: Json };
      notification_list: {
        Args: { p_account_id: string; p_cursor?: Json; p_limit?: number; p_unread?: boolean };
        Returns: Json;
      };
      online_users: { Args: { p_account_id: string }; Returns: Json };
      reconnect_channel: {
        Args: { p_inbox_id: string; p_secrets?: Json; p_settings?: Json };
        Returns: undefined;
      };
      remove_member: { Args: { p_account_id: string; p_user_id: string }; Returns: undefined };
      reply_window: { Args: { p_conversation_id: string }; Returns: Json };
      request_upload: { Args: { p_conversation_id: string; p_files: Json }; Returns: Json };
      retry_message: { Args: { p_conversation_id: string; p_id: string }; Returns: Json };
      revoke_invitation: { Args: { p_id: string }; Returns: undefined };
      save_api_channel: {
        Args: { p_hmac_mandatory?: boolean; p_inbox_id: string; p_webhook_url?: string };
        Returns: Json;
      };
      save_canned_response: {
        Args: { p_account_id: string; p_content: string; p_id: string; p_short_code: string };
        Returns: Json;
      };
      save_contact: { Args: { p_account_id: string; p_id: string; p_values: Json }; Returns: Json };
      save_custom_attribute: {
        Args: { p_account_id: string; p_id: string; p_values: Json };
        Returns: Json;
      };
      save_custom_filter: {
        Args: {
          p_account_id: string;
          p_conditions: Json;
          p_id: string;
          p_name: string;
          p_shared?: boolean;
          p_type?: string;
        };
        Returns: Json;
      };
      save_custom_role: {
        Args: {
          p_account_id: string;
          p_description?: string;
          p_id: string;
          p_name: string;
          p_permissions?: string[];
        };
        Returns: Json;
      };
      save_label: {
        Args: {
          p_account_id: string;
          p_color?: string;
          p_description?: string;
          p_id: string;
          p_show_on_sidebar?: boolean;
          p_title: string;
        };
        Returns: Json;
      };
      save_note: { Args: { p_contact_id: string; p_content: string; p_id: string }; Returns: Json };
      save_team: {
        Args: {
          p_account_id: string;
          p_allow_auto_assign?: boolean;
          p_description?: string;
          p_id: string;
          p_name: string;
        };
        Returns: Json;
      };
      search: {
        Args: {
          p_account_id: string;
          p_cursor?: Json;
          p_kind?: string;
          p_limit?: number;
          p_query: string;
        };
        Returns: Json;
      };
      send_message: {
        Args: {
          p_attachments?: string[];
          p_content: string;
          p_content_attributes?: Json;
          p_conversation_id: string;
          p_expected_last_seq?: number;
          p_id: string;
          p_in_reply_to?: string;
          p_private?: boolean;
        };
        Returns: Json;
      };
      set_availability: { Args: { p_account_id: string; p_availability: string }; Returns: Json };
      set_contact_labels: { Args: { p_contact_id: string; p_labels: string[] }; Returns: Json };
      set_conversation_status: {
        Args: { p_conversation_id: string; p_snoozed_until?: string; p_status: string };
        Returns: Json;
      };
      set_custom_attributes: {
        Args: { p_attributes: Json; p_conversation_id: string };
        Returns: Json;
      };
      set_inbox_member: {
        Args: { p_inbox_id: string; p_member: boolean; p_user_id: string };
        Returns: undefined;
      };
      set_labels: { Args: { p_conversation_id: string; p_labels: string[] }; Returns: Json };
      set_member: {
        Args: {
          p_account_id: string;
          p_custom_role_id?: string;
          p_role: string;
          p_user_id: string;
        };
        Returns: Json;
      };
      set_participant: {
        Args: { p_conversation_id: string; p_participant: boolean; p_user_id: string };
        Returns: Json;
      };
      set_priority: { Args: { p_conversation_id: string; p_priority: string }; Returns: Json };
      set_team: { Args: { p_conversation_id: string; p_team_id: string }; Returns: Json };
      set_team_member: {
        Args: { p_member: boolean; p_team_id: string; p_user_id: string };
        Returns: undefined;
      };
      set_typing: {
        Args: { p_conversation_id: string; p_private?: boolean; p_typing: boolean };
        Returns: undefined;
      };
      set_working_hours: { Args: { p_inbox_id: string; p_rows: Json }; Returns: Json };
      start_conversation: {
        Args: {
          p_account_id: string;
          p_assignee_id?: string;
          p_contact_id: string;
          p_content?: string;
          p_content_attributes?: Json;
          p_inbox_id: string;
          p_message_id?: string;
          p_team_id?: string;
        };
        Returns: Json;
      };
      sync_templates: { Args: { p_inbox_id: string }; Returns: undefined };
      take_mailbox_sign_in: { Args: { p_provider: string; p_state_hash: string }; Returns: Json };
      template_list: {
        Args: { p_approved?: boolean; p_inbox_id: string; p_limit?: number; p_query?: string };
        Returns: Json;
      };
      toggle_status: { Args: { p_conversation_id: string }; Returns: Json };
    };
    Enums: {
      [_ in never]: never;
    };
    CompositeTypes: {
      [_ in never]: never;
    };
  };
};

type DatabaseWithoutInternals = Omit<Database, '__InternalSupabase'>;

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, 'public'>];

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema['Tables'] & DefaultSchema['Views'])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Views'])
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Views'])[TableName] extends {
      Row: infer R;
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema['Tables'] & DefaultSchema['Views'])
    ? (DefaultSchema['Tables'] & DefaultSchema['Views'])[DefaultSchemaTableNameOrOptions] extends {
        Row: infer R;
      }
      ? R
      : never
    : never;

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema['Tables']
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables']
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'][TableName] extends {
      Insert: infer I;
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables']
    ? DefaultSchema['Tables'][DefaultSchemaTableNameOrOptions] extends {
        Insert: infer I;
      }
      ? I
      : never
    : never;

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema['Tables']
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables']
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions['schema']]['Tables'][TableName] extends {
      Update: infer U;
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema['Tables']
    ? DefaultSchema['Tables'][DefaultSchemaTableNameOrOptions] extends {
        Update: infer U;
      }
      ? U
      : never
    : never;

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema['Enums']
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions['schema']]['Enums']
    : never = never,
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions['schema']]['Enums'][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema['Enums']
    ? DefaultSchema['Enums'][DefaultSchemaEnumNameOrOptions]
    : never;

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema['CompositeTypes']
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions['schema']]['CompositeTypes']
    : never = never,
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions['schema']]['CompositeTypes'][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema['CompositeTypes']
    ? DefaultSchema['CompositeTypes'][PublicCompositeTypeNameOrOptions]
    : never;

export const Constants = {
  public: {
    Enums: {},
  },
} as const;
