-- Auth's schema: users, their identities, sessions and pending codes; the functions that policies
-- call; and, in `extensions`, the pgcrypto and uuid-ossp functions that seed files use.
--
-- Tables, columns, enums and unique keys are those of Supabase Auth as far as user SQL can see them;
-- SSO, SAML and OAuth-server tables are left out. The owner is supabase_auth_admin, as there.

set local role supabase_auth_admin;

create type auth.aal_level as enum ('aal1', 'aal2', 'aal3');
create type auth.factor_type as enum ('totp', 'webauthn', 'phone');
create type auth.factor_status as enum ('unverified', 'verified');
create type auth.code_challenge_method as enum ('s256', 'plain');
create type auth.one_time_token_type as enum (
    'confirmation_token', 'reauthentication_token', 'recovery_token',
    'email_change_token_new', 'email_change_token_current', 'phone_change_token');

create table auth.users (
    instance_id uuid,
    id uuid not null constraint users_pkey primary key,
    aud varchar(255),
    role varchar(255),
    email varchar(255),
    encrypted_password varchar(255),
    email_confirmed_at timestamptz,
    invited_at timestamptz,
    confirmation_token varchar(255),
    confirmation_sent_at timestamptz,
    recovery_token varchar(255),
    recovery_sent_at timestamptz,
    email_change_token_new varchar(255),
    email_change varchar(255),
    email_change_sent_at timestamptz,
    last_sign_in_at timestamptz,
    raw_app_meta_data jsonb,
    raw_user_meta_data jsonb,
    is_super_admin boolean,
    created_at timestamptz,
    updated_at timestamptz,
    phone text default null::varchar constraint users_phone_key unique,
    phone_confirmed_at timestamptz,
    phone_change text default '',
    phone_change_token varchar(255) default '',
    phone_change_sent_at timestamptz,
    confirmed_at timestamptz generated always as (least(email_confirmed_at, phone_confirmed_at)) stored,
    email_change_token_current varchar(255) default '',
    email_change_confirm_status smallint default 0
        constraint users_email_change_confirm_status_check check (email_change_confirm_status between 0 and 2),
    banned_until timestamptz,
    reauthentication_token varchar(255) default '',
    reauthentication_sent_at timestamptz,
    is_sso_user boolean not null default false,
    deleted_at timestamptz,
    is_anonymous boolean not null default false
);

comment on table auth.users is 'Auth: Stores user login data within a secure schema.';
comment on column auth.users.is_sso_user is
    'Auth: Set this column to true when the account comes from SSO. These accounts can have duplicate emails.';

create unique index users_email_partial_key on auth.users (email) where not is_sso_user;
create unique index confirmation_token_idx on auth.users (confirmation_token)
    where confirmation_token !~ '^[0-9 ]*$';
create unique index recovery_token_idx on auth.users (recovery_token)
    where recovery_token !~ '^[0-9 ]*$';
create unique index email_change_token_new_idx on auth.users (email_change_token_new)
    where email_change_token_new !~ '^[0-9 ]*$';
create unique index email_change_token_current_idx on auth.users (email_change_token_current)
    where email_change_token_current !~ '^[0-9 ]*$';
create unique index reauthentication_token_idx on auth.users (reauthentication_token)
    where reauthentication_token !~ '^[0-9 ]*$';
create index users_instance_id_idx on auth.users (instance_id);
create index users_instance_id_email_idx on auth.users (instance_id, lower(email));
create index users_is_anonymous_idx on auth.users (is_anonymous);

create table auth.identities (
    provider_id text not null,
    user_id uuid not null
        constraint identities_user_id_fkey references auth.users (id) on delete cascade,
    identity_data jsonb not null,
    provider text not null,
    last_sign_in_at timestamptz,
    created_at timestamptz,
    updated_at timestamptz,
    email text generated always as (lower(identity_data ->> 'email')) stored,
    id uuid not null default gen_random_uuid() constraint identities_pkey primary key,
    constraint identities_provider_id_provider_unique unique (provider_id, provider)
);

comment on table auth.identities is 'Auth: Stores identities associated to a user.';
comment on column auth.identities.email is
    'Auth: Email is a generated column that references the optional email property in the identity_data';

create index identities_user_id_idx on auth.identities (user_id);
create index identities_email_idx on auth.identities (email text_pattern_ops);

create table auth.mfa_factors (
    id uuid not null constraint mfa_factors_pkey primary key,
    user_id uuid not null
        constraint mfa_factors_user_id_fkey references auth.users (id) on delete cascade,
    friendly_name text,
    factor_type auth.factor_type not null,
    status auth.factor_status not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    secret text,
    phone text,
    last_challenged_at timestamptz constraint mfa_factors_last_challenged_at_key unique,
    web_authn_credential jsonb,
    web_authn_aaguid uuid
);

comment on table auth.mfa_factors is 'auth: stores metadata about factors';

create unique index mfa_factors_user_friendly_name_unique on auth.mfa_factors (friendly_name, user_id)
    where trim(friendly_name) <> '';
create index mfa_factors_user_id_idx on auth.mfa_factors (user_id);

create table auth.mfa_challenges (
    id uuid not null constraint mfa_challenges_pkey primary key,
    factor_id uuid not null
        constraint mfa_challenges_auth_factor_id_fkey references auth.mfa_factors (id) on delete cascade,
    created_at timestamptz not null,
    verified_at timestamptz,
    ip_address inet not null,
    otp_code text,
    web_authn_session_data jsonb
);

comment on table auth.mfa_challenges is 'auth: stores metadata about challenge requests made';

create table auth.sessions (
    id uuid not null constraint sessions_pkey primary key,
    user_id uuid not null
        constraint sessions_user_id_fkey references auth.users (id) on delete cascade,
    created_at timestamptz,
    updated_at timestamptz,
    factor_id uuid,
    aal auth.aal_level,
    not_after timestamptz,
    refreshed_at timestamp,
    user_agent text,
    ip inet,
    tag text
);

comment on table auth.sessions is 'Auth: Stores session data associated to a user.';
comment on column auth.sessions.not_after is
    'Auth: Not after is a nullable column that contains a timestamp after which the session should be'
    ' regarded as expired.';

create index sessions_user_id_idx on auth.sessions (user_id);
create index user_id_created_at_idx on auth.sessions (user_id, created_at);
create index sessions_not_after_idx on auth.sessions (not_after desc);

create table auth.refresh_tokens (
    instance_id uuid,
    id bigint generated by default as identity constraint refresh_tokens_pkey primary key,
    token varchar(255) constraint refresh_tokens_token_unique unique,
    user_id varchar(255),
    revoked boolean,
    created_at timestamptz,
    updated_at timestamptz,
    parent varchar(255),
    session_id uuid
        constraint refresh_tokens_session_id_fkey references auth.sessions (id) on delete cascade
);

comment on table auth.refresh_tokens is
    'Auth: Store of tokens used to refresh JWT tokens once they expire.';

create index refresh_tokens_instance_id_user_id_idx on auth.refresh_tokens (instance_id, user_id);
create index refresh_tokens_parent_idx on auth.refresh_tokens (parent);
create index refresh_tokens_session_id_revoked_idx on auth.refresh_tokens (session_id, revoked);
create index refresh_tokens_updated_at_idx on auth.refresh_tokens (updated_at desc);

create table auth.mfa_amr_claims (
    session_id uuid not null
        constraint mfa_amr_claims_session_id_fkey references auth.sessions (id) on delete cascade,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    authentication_method text not null,
    id uuid not null constraint amr_id_pk primary key,
    constraint mfa_amr_claims_session_id_authentication_method_pkey
        unique (session_id, authentication_method)
);

comment on table auth.mfa_amr_claims is
    'auth: stores authenticator method reference claims for multi factor authentication';

create table auth.one_time_tokens (
    id uuid not null constraint one_time_tokens_pkey primary key,
    user_id uuid not null
        constraint one_time_tokens_user_id_fkey references auth.users (id) on delete cascade,
    token_type auth.one_time_token_type not null,
    token_hash text not null
        constraint one_time_tokens_token_hash_check check (char_length(token_hash) > 0),
    relates_to text not null,
    created_at timestamp not null default now(),
    updated_at timestamp not null default now()
);

create index one_time_tokens_token_hash_hash_idx on auth.one_time_tokens using hash (token_hash);
create index one_time_tokens_relates_to_hash_idx on auth.one_time_tokens using hash (relates_to);
create unique index one_time_tokens_user_id_token_type_key on auth.one_time_tokens (user_id, token_type);

create table auth.flow_state (
    id uuid not null constraint flow_state_pkey primary key,
    user_id uuid,
    auth_code text not null,
    code_challenge_method auth.code_challenge_method not null,
    code_challenge text not null,
    provider_type text not null,
    provider_access_token text,
    provider_refresh_token text,
    created_at timestamptz,
    updated_at timestamptz,
    authentication_method text not null,
    auth_code_issued_at timestamptz
);

comment on table auth.flow_state is 'stores metadata for pkce logins';

create index idx_auth_code on auth.flow_state (auth_code);
create index idx_user_id_auth_method on auth.flow_state (user_id, authentication_method);
create index flow_state_created_at_idx on auth.flow_state (created_at desc);

create table auth.audit_log_entries (
    instance_id uuid,
    id uuid not null constraint audit_log_entries_pkey primary key,
    payload json,
    created_at timestamptz,
    ip_address varchar(64) not null default ''
);

comment on table auth.audit_log_entries is 'Auth: Audit trail for user actions.';

create index audit_logs_instance_id_idx on auth.audit_log_entries (instance_id);

create table auth.instances (
    id uuid not null constraint instances_pkey primary key,
    uuid uuid,
    raw_base_config text,
    created_at timestamptz,
    updated_at timestamptz
);

comment on table auth.instances is 'Auth: Manages users across multiple sites.';

create table auth.schema_migrations (
    version varchar(255) not null constraint schema_migrations_pkey primary key
);

comment on table auth.schema_migrations is 'Auth: Manages updates to the auth system.';

-- The functions are plain SQL without settings, so that the planner can inline them into policies.

create function auth.uid() returns uuid
language sql stable
as $$
    select coalesce(
        nullif(current_setting('request.jwt.claim.sub', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
    )::uuid
$$;

create function auth.role() returns text
language sql stable
as $$
    select coalesce(
        nullif(current_setting('request.jwt.claim.role', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
    )::text
$$;

create function auth.email() returns text
language sql stable
as $$
    select coalesce(
        nullif(current_setting('request.jwt.claim.email', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email'
    )::text
$$;

create function auth.jwt() returns jsonb
language sql stable
as $$
    select coalesce(
        nullif(current_setting('request.jwt.claim', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')
    )::jsonb
$$;

comment on function auth.uid() is 'The id of the signed-in user; null for the anon and service_role keys.';
comment on function auth.role() is 'The role of the request''s JWT; prefer `to <role>` in policies.';
comment on function auth.email() is 'The e-mail address in the request''s JWT; prefer auth.jwt() ->> ''email''.';
comment on function auth.jwt() is 'All claims of the request''s JWT.';

-- Row level security without policies: only owners and roles that bypass it see rows.
alter table auth.users enable row level security;
alter table auth.identities enable row level security;
alter table auth.mfa_factors enable row level security;
alter table auth.mfa_challenges enable row level security;
alter table auth.sessions enable row level security;
alter table auth.refresh_tokens enable row level security;
alter table auth.mfa_amr_claims enable row level security;
alter table auth.one_time_tokens enable row level security;
alter table auth.flow_state enable row level security;
alter table auth.audit_log_entries enable row level security;
alter table auth.instances enable row level security;
alter table auth.schema_migrations enable row level security;

grant all on all tables in schema auth to postgres, service_role;
grant all on all sequences in schema auth to postgres, service_role;
grant execute on all functions in schema auth to public, postgres, service_role;

reset role;
-- Auth works as this role. With this search path a trigger function on auth.users that forgets
-- `security definer` or a schema name fails here as it fails on Supabase.
alter role supabase_auth_admin set search_path = 'auth';

-- What is left of pgcrypto and uuid-ossp, which this Postgres is built without.

create function extensions.uuid_generate_v4() returns uuid
language sql volatile strict parallel safe
as $$ select pg_catalog.gen_random_uuid() $$;

create function extensions.gen_random_bytes(count int) returns bytea
language plpgsql volatile strict parallel safe set search_path = ''
as $$
declare
    bytes bytea := '';
begin
    if count not between 1 and 1024 then
        raise exception 'Length not in range' using errcode = 'external_routine_invocation_exception';
    end if;
    -- A version 4 UUID has 122 random bits; two hashed together give 32 even bytes.
    while length(bytes) < count loop
        bytes := bytes || sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
    end loop;
    return substr(bytes, 1, count);
end;
$$;

create function extensions.digest(data bytea, type text) returns bytea
language plpgsql immutable strict parallel safe set search_path = ''
as $$
begin
    case lower(type)
        when 'md5' then return decode(md5(data), 'hex');
        when 'sha224' then return sha224(data);
        when 'sha256' then return sha256(data);
        when 'sha384' then return sha384(data);
        when 'sha512' then return sha512(data);
        else raise exception 'Cannot use "%": No such hash algorithm', type
            using errcode = 'invalid_parameter_value',
                hint = 'The local digest() and hmac() know md5, sha224, sha256, sha384 and sha512.';
    end case;
end;
$$;

create function extensions.digest(data text, type text) returns bytea
language sql immutable strict parallel safe
as $$ select extensions.digest(pg_catalog.convert_to(data, 'UTF8'), type) $$;

-- RFC 2104: the hash of (key xor 5c…) and the hash of (key xor 36…) and the data.
create function extensions.hmac(data bytea, key bytea, type text) returns bytea
language plpgsql immutable strict parallel safe set search_path = ''
as $$
declare
    size constant int := case when lower(type) in ('sha384', 'sha512') then 128 else 64 end;
    block bytea := case when length(key) > size then extensions.digest(key, type) else key end;
    inner_pad bytea;
    outer_pad bytea;
begin
    block := block || decode(repeat('00', size - length(block)), 'hex');
    inner_pad := block;
    outer_pad := block;
    for i in 0 .. size - 1 loop
        inner_pad := set_byte(inner_pad, i, get_byte(block, i) # 54);
        outer_pad := set_byte(outer_pad, i, get_byte(block, i) # 92);
    end loop;
    return extensions.digest(outer_pad || extensions.digest(inner_pad || data, type), type);
end;
$$;

create function extensions.hmac(data text, key text, type text) returns bytea
language sql immutable strict parallel safe
as $$
    select extensions.hmac(pg_catalog.convert_to(data, 'UTF8'), pg_catalog.convert_to(key, 'UTF8'), type)
$$;

create function extensions.gen_salt(type text, rounds int) returns text
language plpgsql volatile strict parallel safe set search_path = ''
as $$
begin
    if type <> 'bf' then
        raise exception 'gen_salt: the local pgcrypto knows only bcrypt, gen_salt(''bf'')'
            using errcode = 'feature_not_supported';
    elsif rounds not between 4 and 31 then
        raise exception 'gen_salt: Incorrect number of rounds' using errcode = 'invalid_parameter_value';
    end if;
    return '$2a$' || lpad(rounds::text, 2, '0') || '$' || translate(
        rtrim(encode(extensions.gen_random_bytes(16), 'base64'), '='),
        'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
        './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789');
end;
$$;

create function extensions.gen_salt(type text) returns text
language sql volatile strict parallel safe
as $$ select extensions.gen_salt(type, 6) $$;

create function extensions.crypt(password text, salt text) returns text
language plpgsql immutable strict parallel safe set search_path = ''
as $$
begin
    if salt !~ '^\$2[aby]\$(0[4-9]|[12][0-9]|3[01])\$[./A-Za-z0-9]{22}' then
        raise exception 'crypt: the local pgcrypto knows only bcrypt, crypt(password, gen_salt(''bf''))'
            using errcode = 'feature_not_supported';
    end if;
    return extensions.bcrypt(password, salt);
end;
$$;

comment on function extensions.crypt is
    'Real bcrypt, written in PL/pgSQL: Auth and any other program can verify what it returns. It takes about
     0.3 s for gen_salt(''bf'') (cost 6) and doubles with each step of the cost.';

-- Four bytes a word, big end first; the source is repeated as often as needed.
create function extensions.bcrypt_words(source bytea, count int) returns bigint[]
language sql immutable strict parallel safe set search_path = ''
as $$
    select array_agg(
        (get_byte(source, place * 4 % size)::bigint << 24)
        | (get_byte(source, (place * 4 + 1) % size) << 16)
        | (get_byte(source, (place * 4 + 2) % size) << 8)
        | get_byte(source, (place * 4 + 3) % size) order by place)
    from generate_series(0, count - 1) as place, length(source) as size
$$;

-- Provos and Mazières, "A Future-Adaptable Password Scheme". Turn 0 mixes password and salt into
-- Blowfish's state, turns 1 to 2 * rounds the password and the salt by turns, the last one encrypts.
create function extensions.bcrypt(password text, setting text) returns text
language plpgsql immutable strict parallel safe set search_path = ''
as $$
declare
    ours constant text := './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
    theirs constant text := 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    rounds constant int := 1 << substr(setting, 5, 2)::int;
    salt constant bytea := decode(translate(substr(setting, 8, 22), ours, theirs) || '==', 'base64');
    secret constant bytea := substr(convert_to(password, 'UTF8') || '\x00'::bytea, 1, 72);
    pi constant bytea := decode(extensions.bcrypt_pi(), 'hex');
    p bigint[];
    s bigint[];
    secret_words bigint[];
    salt_words bigint[];
    key bigint[];
    message bigint[];
    l bigint := 0;
    r bigint := 0;
    swap bigint;
    blocks int;
begin
    p := extensions.bcrypt_words(pi, 18);
    s := extensions.bcrypt_words(substr(pi, 18 * 4 + 1), 1024);
    secret_words := extensions.bcrypt_words(secret, 18);
    salt_words := extensions.bcrypt_words(salt, 18);
    message := extensions.bcrypt_words('OrpheanBeholderScryDoubt'::bytea, 6);
    for turn in 0 .. 2 * rounds + 1 loop
        if turn <= 2 * rounds then
            key := case when turn = 0 or turn % 2 = 1 then secret_words else salt_words end;
            for i in 1 .. 18 loop
                p[i] := p[i] # key[i];
            end loop;
            blocks := 9 + 512;
        else
            blocks := 3 * 64;
        end if;
        l := 0;
        r := 0;
        for block in 0 .. blocks - 1 loop
            if turn = 0 then
                l := l # salt_words[block % 2 * 2 + 1];
                r := r # salt_words[block % 2 * 2 + 2];
            elsif turn > 2 * rounds then
                l := message[block % 3 * 2 + 1];
                r := message[block % 3 * 2 + 2];
            end if;
            l := l # p[1];
            for i in 2 .. 16 by 2 loop
                r := r # p[i] # ((((s[(l >> 24) + 1] + s[(l >> 16 & 255) + 257]) # s[(l >> 8 & 255) + 513])
                    + s[(l & 255) + 769]) & 4294967295);
                l := l # p[i + 1] # ((((s[(r >> 24) + 1] + s[(r >> 16 & 255) + 257]) # s[(r >> 8 & 255) + 513])
                    + s[(r & 255) + 769]) & 4294967295);
            end loop;
            swap := r # p[18];
            r := l;
            l := swap;
            if turn > 2 * rounds then
                message[block % 3 * 2 + 1] := l;
                message[block % 3 * 2 + 2] := r;
            elsif block < 9 then
                p[block * 2 + 1] := l;
                p[block * 2 + 2] := r;
            else
                s[block * 2 - 17] := l;
                s[block * 2 - 16] := r;
            end if;
        end loop;
    end loop;
    return substr(setting, 1, 7)
        || translate(rtrim(encode(salt, 'base64'), '='), theirs, ours)
        || translate(rtrim(encode(substr(
            (select string_agg(substr(int8send(word), 5), ''::bytea order by place)
             from unnest(message) with ordinality as words (word, place)), 1, 23), 'base64'), '='), theirs, ours);
end;
$$;

-- The state Blowfish starts from: pi's first 33,344 binary places, 18 words for P and 4 x 256 for S.
create function extensions.bcrypt_pi() returns text
language sql immutable parallel safe
as $$ select pg_catalog.translate('
    243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c89452821e638d01377be5466cf34e90c6c
    c0ac29b7c97c50dd3f84d5b5b54709179216d5d98979fb1bd1310ba698dfb5ac2ffd72dbd01adfb7b8e1afed6a267e96
    ba7c9045f12c7f9924a19947b3916cf70801f2e2858efc16636920d871574e69a458fea3f4933d7e0d95748f728eb658
    718bcd5882154aee7b54a41dc25a59b59c30d5392af26013c5d1b023286085f0ca417918b8db38ef8e79dcb0603a180e
    6c9e0e8bb01e8a3ed71577c1bd314b2778af2fda55605c60e65525f3aa55ab945748986263e8144055ca396a2aab10b6
    b4cc5c341141e8cea15486af7c72e993b3ee1411636fbc2a2ba9c55d741831f6ce5c3e169b87931eafd6ba336c24cf5c
    7a325381289586773b8f48986b4bb9afc4bfe81b6628219361d809ccfb21a991487cac605dec8032ef845d5de98575b1
    dc262302eb651b8823893e81d396acc50f6d6ff383f442392e0b4482a484200469c8f04a9e1f9b5e21c66842f6e96c9a
    670c9c61abd388f06a51a0d2d8542f68960fa728ab5133a36eef0b6c137a3be4ba3bf0507efb2a98a1f1651d39af0176
    66ca593e82430e888cee8619456f9fb47d84a5c33b8b5ebee06f75d885c12073401a449f56c16aa64ed3aa62363f7706
    1bfedf72429b023d37d0d724d00a1248db0fead349f1c09b075372c980991b7b25d479d8f6e8def7e3fe501ab6794c3b
    976ce0bd04c006bac1a94fb6409f60c45e5c9ec2196a246368fb6faf3e6c53b51339b2eb3b52ec6f6dfc511f9b30952c
    cc814544af5ebd09bee3d004de334afd660f2807192e4bb3c0cba85745c8740fd20b5f39b9d3fbdb5579c0bd1a60320a
    d6a100c6402c7279679f25fefb1fa3cc8ea5e9f8db3222f83c7516dffd616b152f501ec8ad0552ab323db5fafd238760
    53317b483e00df829e5c57bbca6f8ca01a87562edf1769dbd542a8f6287effc3ac6732c68c4f5573695b27b0bbca58c8
    e1ffa35db8f011a010fa3d98fd2183b84afcb56c2dd1d35b9a53e479b6f84565d28e49bc4bfb9790e1ddf2daa4cb7e33
    62fb1341cee4c6e8ef20cada36774c01d07e9efe2bf11fb495dbda4dae909198eaad8e716b93d5a0d08ed1d0afc725e0
    8e3c5b2f8e7594b78ff6e2fbf2122b648888b812900df01c4fad5ea0688fc31cd1cff191b3a8c1ad2f2f2218be0e1777
    ea752dfe8b021fa1e5a0cc0fb56f74e818acf3d6ce89e299b4a84fe0fd13e0b77cc43b81d2ada8d9165fa26680957705
    93cc7314211a1477e6ad206577b5fa86c75442f5fb9d35cfebcdaf0c7b3e89a0d6411bd3ae1e7e4900250e2d2071b35e
    226800bb57b8e0af2464369bf009b91e5563911d59dfa6aa78c14389d95a537f207d5ba202e5b9c5832603766295cfa9
    11c819684e734a41b3472dca7b14a94a1b5100529a532915d60f573fbc9bc6e42b60a47681e6740008ba6fb5571be91f
    f296ec6b2a0dd915b6636521e7b9f9b6ff34052ec585566453b02d5da99f8fa108ba47996e85076a4b7a70e9b5b32944
    db75092ec4192623ad6ea6b049a7df7d9cee60b88fedb266ecaa8c71699a17ff5664526cc2b19ee1193602a575094c29
    a0591340e4183a3e3f54989a5b429d656b8fe4d699f73fd6a1d29c07efe830f54d2d38e6f0255dc14cdd20868470eb26
    6382e9c6021ecc5e09686b3f3ebaefc93c9718146b6a70a1687f358452a0e286b79c5305aa5007373e07841c7fdeae5c
    8e7d44ec5716f2b8b03ada37f0500c0df01c1f040200b3ffae0cf51a3cb574b225837a58dc0921bdd19113f97ca92ff6
    9432477322f547013ae5e58137c2dadcc8b576349af3dda7a94461460fd0030eecc8c73ea4751e41e238cd993bea0e2f
    3280bba1183eb3314e548b384f6db9086f420d03f60a04bf2cb8129024977c795679b072bcaf89afde9a771fd9930810
    b38bae12dccf3f2e5512721f2e6b7124501adde69f84cd877a5847187408da17bc9f9abce94b7d8cec7aec3adb851dfa
    63094366c464c3d2ef1c18473215d908dd433b3724c2ba1612a14d432a65c45150940002133ae4dd71dff89e10314e55
    81ac77d65f11199b043556f1d7a3c76b3c11183b5924a509f28fe6ed97f1fbfa9ebabf2c1e153c6e86e34570eae96fb1
    860e5e0a5a3e2ab3771fe71c4e3d06fa2965dcb999e71d0f803e89d65266c8252e4cc9789c10b36ac6150eba94e2ea78
    a5fc3c531e0a2df4f2f74ea7361d2b3d1939260f19c279605223a708f71312b6ebadfe6eeac31f66e3bc4595a67bc883
    b17f37d1018cff28c332ddefbe6c5aa56558218568ab9802eecea50fdb2f953b2aef7dad5b6e2f841521b62829076170
    ecdd4775619f151013cca830eb61bd960334fe1eaa0363cfb5735c904c70a239d59e9e0bcbaade14eecc86bc60622ca7
    9cab5cabb2f3846e648b1eaf19bdf0caa02369b9655abb5040685a323c2ab4b3319ee9d5c021b8f79b540b19875fa099
    95f7997e623d7da8f837889a97e32d7711ed935f166812810e358829c7e61fd696dedfa17858ba9957f584a51b227263
    9b83c3ff1ac24696cdb30aeb532e30548fd948e46dbc312858ebf2ef34c6ffeafe28ed61ee7c3c735d4a14d9e864b7e3
    42105d14203e13e045eee2b6a3aaabeadb6c4f15facb4fd0c742f442ef6abbb5654f3b1d41cd2105d81e799e86854dc7
    e44b476a3d816250cf62a1f25b8d2646fc8883a0c1c7b6a37f1524c369cb749247848a0b5692b285095bbf00ad19489d
    1462b17423820e0058428d2a0c55f5ea1dadf43e233f70613372f0928d937e41d65fecf16c223bdb7cde3759cbee7460
    4085f2a7ce77326ea607808419f8509ee8efd85561d99735a969a7aac50c06c25a04abfc800bcadc9e447a2ec3453484
    fdd567050e1e9ec9db73dbd3105588cd675fda79e3674340c5c43465713e38d83d28f89ef16dff20153e21e78fb03d4a
    e6e39f2bdb83adf7e93d5a68948140f7f64c261c94692934411520f77602d4f7bcf46b2ed4a20068d40824713320f46a
    43b7d4b7500061af1e39f62e9724454614214f74bf8b88404d95fc1d96b591af70f4ddd366a02f45bfbc09ec03bd9785
    7fac6dd031cb850496eb27b355fd3941da2547e6abca0a9a28507825530429f40a2c86dae9b66dfb68dc1462d7486900
    680ec0a427a18dee4f3ffea2e887ad8cb58ce0067af4d6b6aace1e7cd3375fecce78a399406b2a4220fe9e35d9f385b9
    ee39d7ab3b124e8b1dc9faf74b6d185626a36631eae397b23a6efa74dd5b43326841e7f7ca7820fbfb0af54ed8feb397
    454056acba48952755533a3a20838d87fe6ba9b7d096954b55a867bca1159a58cca9296399e1db33a62a4a563f3125f9
    5ef47e1c9029317cfdf8e80204272f7080bb155c05282ce395c11548e4c66d2248c1133fc70f86dc07f9c9ee41041f0f
    404779a45d886e17325f51ebd59bc0d1f2bcc18f41113564257b7834602a9c60dff8e8a31f636c1b0e12b4c202e1329e
    af664fd1cad181156b2395e0333e92e13b240b62eebeb92285b2a20ee6ba0d99de720c8c2da2f728d012784595b794fd
    647d0862e7ccf5f05449a36f877d48fac39dfd27f33e8d1e0a476341992eff743a6f6eabf4f8fd37a812dc60a1ebddf8
    991be14cdb6e6b0dc67b55106d672c372765d43bdcd0e804f1290dc7cc00ffa3b5390f92690fed0b667b9ffbcedb7d9c
    a091cf0bd9155ea3bb132f88515bad247b9479bf763bd6eb37392eb3cc1159798026e297f42e312d6842ada7c66a2b3b
    12754ccc782ef11c6a124237b79251e706a1bbe64bfb63501a6b101811caedfa3d25bdd8e2e1c3c9444216590a121386
    d90cec6ed5abea2a64af674eda86a85fbebfe98864e4c3fe9dbc8057f0f7c08660787bf86003604dd1fd8346f6381fb0
    7745ae04d736fccc83426b33f01eab71b08041873c005e5f77a057bebde8ae2455464299bf582e614e58f48ff2ddfda2
    f474ef388789bdc25366f9c3c8b38e74b475f25546fcd9b97aeb26618b1ddf84846a0e79915f95e2466e598e20b45770
    8cd55591c902de4cb90bace1bb8205d011a862487574a99eb77f19b6e0a9dc09662d09a1c4324633e85a1f0209f0be8c
    4a99a0251d6efe101ab93d1d0ba5a4dfa186f20f2868f169dcb7da83573906fea1e2ce9b4fcd7f5250115e01a70683fa
    a002b5c40de6d0279af88c27773f8641c3604c0661a806b5f0177a28c0f586e0006058aa30dc7d6211e69ed72338ea63
    53c2dd94c2c21634bbcbee5690bcb6deebfc7da1ce591d766f05e4094b7c018839720a3d7c927c2486e3725f724d9db9
    1ac15bb4d39eb8fced54557808fca5b5d83d7cd34dad0fc41e50ef5eb161e6f8a28514d96c51133c6fd5c7e756e14ec4
    362abfceddc6c837d79a323492638212670efa8e406000e03a39ce37d3faf5cfabc277375ac52d1b5cb0679e4fa33742
    d382274099bc9bbed5118e9dbf0f7315d62d1c7ec700c47bb78c1b6b21a19045b26eb1be6a366eb45748ab2fbc946e79
    c6a376d26549c2c8530ff8ee468dde7dd5730a1d4cd04dc62939bbdba9ba4650ac9526e8be5ee304a1fad5f06a2d519a
    63ef8ce29a86ee22c089c2b843242ef6a51e03aa9cf2d0a483c061ba9be96a4d8fe51550ba645bd62826a2f9a73a3ae1
    4ba99586ef5562e9c72fefd3f752f7da3f046f6977fa0a5980e4a91587b086019b09e6ad3b3ee593e990fd5a9e34d797
    2cf0b7d9022b8b5196d5ac3a017da67dd1cf3ed67c7d2d281f9f25cfadf2b89b5ad6b4725a88f54ce029ac71e019a5e6
    47b0acfded93fa9be8d3c48d283b57ccf8d5662979132e28785f0191ed756055f7960e44e3d35e8c15056dd488f46dba
    03a161250564f0bdc3eb9e153c9057a297271aeca93a072a1b3f6d9b1e6321f5f59c66fb26dcf3197533d928b155fdf5
    035634828aba3cbb28517711c20ad9f8abcc5167ccad925f4de817513830dc8e379d58629320f991ea7a90c2fb3e7bce
    5121ce64774fbe32a8b6e37ec3293d4648de53696413e680a2ae0810dd6db22469852dfd09072166b39a460a6445c0dd
    586cdecf1c20c8ae5bbef7dd1b588d40ccd2017f6bb4e3bbdda26a7e3a59ff453e350a44bcb4cdd572eacea8fa6484bb
    8d6612aebf3c6f47d29be463542f5d9eaec2771bf64e6370740e0d8de75b1357f8721671af537d5d4040cb084eb4e2cc
    34d2466a0115af84e1b0042895983a1d06b89fb4ce6ea0486f3f3b823520ab82011a1d4b277227f8611560b1e7933fdc
    bb3a792b344525bda08839e151ce794b2f32c9b7a01fbac9e01cc87ebcc7d1f6cf0111c3a1e8aac71a908749d44fbd9a
    d0dadecbd50ada380339c32ac69136678df9317ce0b12b4ff79e59b743f5bb3af2d519ff27d9459cbf97222c15e6fc2a
    0f91fc719b941525fae59361ceb69cebc2a8645912baa8d1b6c1075ee3056a0c10d25065cb03a442e0ec6e0e1698db3b
    4c98a0be3278e9649f1f9532e0d392dfd3a0342b8971f21e1b0a74414ba3348cc5be7120c37632d8df359f8d9b992f2e
    e60b6f470fe3f11de54cda541edad891ce6279cfcd3e7e6f1618b166fd2c1d05848fd2c5f6fb2299f523f357a6327623
    93a8353156cccd02acf081625a75ebb56e16369788d273ccde96629281b949d04c50901b71c65614e6c6c7bd327a140a
    45e1d006c3f27b9ac9aa53fd62a80f00bb25bfe235bdd2f671126905b2040222b6cbcf7ccd769c2b53113ec01640e3d3
    38abbd602547adf0ba38209cf746ce7677afa1c52075606085cbfe4e8ae88dd87aaaf9b04cf9aa7e1948c25c02fb8a8c
    01c36ae4d6ebe1f990d4f869a65cdea03f09252dc208e69fb74e6132ce77e25b578fdfe33ac372e6
', E' \n', '') $$;
