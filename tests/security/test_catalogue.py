"""Rules that hold for every table, column, key, policy and function, asked of the catalogue.

Whatever is added later is covered by itself: a new grant or function changes a reviewed file
(`REVIEW=1 pytest tests/security/test_catalogue.py` writes it anew; read the difference).
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

from tests.support.database import Connection, rows

HERE = Path(__file__).parent
CLIENTS = ["anon", "visitor", "authenticated"]
#: Why an object may break a rule. An entry that excuses nothing fails too.
EXCEPTIONS: dict[str, dict[str, str]] = json.loads((HERE / "exceptions.json").read_text())
#: Decided by the database, never by a client.
SERVER_OWNED = [
    "account_id", "inbox_id", "contact_id", "user_id", "created_at", "updated_at", "display_id", "seq",
    "updated_seq", "visitor_seq", "last_seq", "last_visitor_seq", "epoch", "role", "status", "message_type",
    "sender_user_id", "sender_contact_id", "source_id", "identified", "website_token", "identifier_verified",
]  # fmt: skip
_SECRET = (
    "(token|secret|passw|credential|private_key|api_key|access_key|provider_config|smtp_|imap_"
    "|hmac|webhook_url|refresh)"
)

RULES: dict[str, str] = {
    "every exposed table has row level security": """
        select format('%I.%I', n.nspname, c.relname)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('public', 'service') and c.relkind in ('r', 'p') and not c.relrowsecurity
    """,
    "clients may not truncate, reference, trigger or create": """
        select format('%s on %I', p, c.relname)
        from pg_class c, unnest(:clients) r, unnest(array['TRUNCATE', 'REFERENCES', 'TRIGGER']) p
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
            and has_table_privilege(r, c.oid, p)
        union all
        select format('create in %I', n.nspname)
        from pg_namespace n, unnest(:clients) r
        where n.nspname !~ '^pg_' and has_schema_privilege(r, n.oid, 'CREATE')
    """,
    "clients delete nothing": """
        select c.relname::text from pg_class c, unnest(:clients) r
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
            and has_table_privilege(r, c.oid, 'DELETE')
    """,
    "foreign keys between tenant tables carry the account": """
        select con.conrelid::regclass || '.' || con.conname
        from pg_constraint con
        where con.contype = 'f'
            and con.connamespace in ('public'::regnamespace, 'private'::regnamespace)
            and exists (select from pg_attribute a
                where a.attrelid = con.confrelid and a.attname = 'account_id' and not a.attisdropped)
            and not exists (
                select from unnest(con.conkey, con.confkey) k (child, parent)
                join pg_attribute a on a.attrelid = con.conrelid and a.attnum = k.child
                join pg_attribute b on b.attrelid = con.confrelid and b.attnum = k.parent
                where a.attname = 'account_id' and b.attname = 'account_id')
    """,
    "every foreign key has an index that starts with its columns": """
        select con.conrelid::regclass || '.' || con.conname
        from pg_constraint con
        where con.contype = 'f'
            and con.connamespace in ('public'::regnamespace, 'private'::regnamespace)
            and not exists (
                select from pg_index i
                where i.indrelid = con.conrelid
                    and (i.indkey::int2[])[0:cardinality(con.conkey) - 1] @> con.conkey
                    and (i.indkey::int2[])[0:cardinality(con.conkey) - 1] <@ con.conkey)
    """,
    "clients do not write what the server owns": """
        select format('%s %s.%s by %s', p, c.relname, a.attname, r)
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped,
            unnest(array['INSERT', 'UPDATE']) p, unnest(:clients) r
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
            and (a.attname = any (:owned) or (a.attname = 'id' and p = 'UPDATE'))
            and has_column_privilege(r, c.oid, a.attnum, p)
    """,
    "clients read no column that is named like a secret": """
        select format('%s.%s by %s', c.relname, a.attname, r)
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped,
            unnest(:clients) r
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
            and a.attname ~ :secret and has_column_privilege(r, c.oid, a.attnum, 'SELECT')
    """,
    "every function of ours pins its search path": """
        select p.oid::regprocedure::text from pg_proc p
        where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace, 'service'::regnamespace)
            and not coalesce(p.proconfig @> array['search_path=""'], false)
    """,
    "functions that act as their owner are not exposed to clients": """
        select p.oid::regprocedure::text from pg_proc p, unnest(:clients) r
        where p.pronamespace in ('public'::regnamespace, 'service'::regnamespace) and p.prosecdef
            and has_function_privilege(r, p.oid, 'EXECUTE')
    """,
    "clients execute nothing of schema service": """
        select p.oid::regprocedure::text from pg_proc p, unnest(:clients) r
        where p.pronamespace = 'service'::regnamespace and has_function_privilege(r, p.oid, 'EXECUTE')
    """,
    "clients touch no table of schema private": """
        select c.oid::regclass::text from pg_class c, unnest(:clients || array['service_role']) r
        where c.relnamespace = 'private'::regnamespace and c.relkind in ('r', 'p', 'S', 'v')
            and (case when c.relkind = 'S' then has_sequence_privilege(r, c.oid, 'USAGE')
                else has_any_column_privilege(r, c.oid, 'SELECT, INSERT, UPDATE')
                    or has_table_privilege(r, c.oid, 'DELETE') end)
    """,
    "no tenant table is in a publication of Realtime": """
        select format('%I.%I', schemaname, tablename) from pg_publication_tables
        where pubname like 'supabase_realtime%' and schemaname <> 'realtime'
        union all
        select pubname::text from pg_publication where puballtables
    """,
    "clients write presence to Realtime and nothing else": """
        select policyname::text from pg_policies
        where schemaname = 'realtime' and tablename = 'messages' and cmd <> 'SELECT'
            and not (
                cmd = 'INSERT' and with_check ~ '^\\(+extension = ''presence''' and with_check !~* '\\mor\\M')
    """,
    "clients change and delete nothing in Storage": """
        select policyname::text from pg_policies
        where schemaname = 'storage' and cmd in ('UPDATE', 'DELETE', 'ALL')
    """,
    "new objects are closed to everybody": """
        select format('%s to %s', a.privilege_type, coalesce(r.rolname, 'PUBLIC'))
        from pg_default_acl d
        cross join aclexplode(d.defaclacl) a
        left join pg_roles r on r.oid = a.grantee
        where d.defaclrole = 'postgres'::regrole
            and (d.defaclnamespace = 0 or d.defaclnamespace = 'public'::regnamespace)
            and (a.grantee = 0 or r.rolname = any (:clients))
        union all
        select 'functions are executable by PUBLIC'
        where not exists (
            select from pg_default_acl d
            where d.defaclrole = 'postgres'::regrole and d.defaclnamespace = 0 and d.defaclobjtype = 'f')
    """,
    "policies name their roles and end in a membership": """
        select format('%s: %s', tablename, policyname) from pg_policies
        where schemaname = 'public' and (
            roles = '{public}'
            or coalesce(qual, '') || coalesce(with_check, '') !~ '(private\\.\\w+\\(|auth\\.uid\\(\\))'
            or coalesce(qual, '') || coalesce(with_check, '') ~* '(is distinct from|user_metadata|not exists)'
            or btrim(coalesce(qual, ''), '() ') = 'true' or btrim(coalesce(with_check, ''), '() ') = 'true'
            or (cmd = 'UPDATE' and with_check is null))
    """,
    "helpers in policies are asked once per statement": """
        select format('%s: %s', tablename, policyname) from pg_policies
        where schemaname = 'public'
            and regexp_replace(
                coalesce(qual, '') || coalesce(with_check, ''), '\\( ?SELECT (private|auth)\\.', '', 'gi')
                ~ '(private\\.\\w+_ids\\(|auth\\.uid\\(\\))'
    """,
    "one permissive policy per table, role and command": """
        select format('%s %s %s', tablename, cmd, role)
        from pg_policies, unnest(roles) role
        where schemaname = 'public' and permissive = 'PERMISSIVE'
        group by tablename, cmd, role having count(*) > 1
    """,
    "no enum on a table with row level security": """
        select format('%s.%s', c.relname, a.attname)
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
        join pg_type t on t.oid = a.atttypid
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and t.typtype = 'e'
    """,
    "no notify, no offset and no max plus one in our functions": """
        select p.oid::regprocedure::text from pg_proc p
        where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace, 'service'::regnamespace)
            and p.prosrc ~* '(pg_notify|\\moffset\\M|max\\([a-z_.]+\\) *\\+ *1)'
    """,
    "views run with the rights of who asks": """
        select c.oid::regclass::text from pg_class c
        where c.relnamespace = 'public'::regnamespace and (c.relkind in ('m', 'f')
            or (c.relkind = 'v' and not coalesce(c.reloptions @> array['security_invoker=true'], false)))
    """,
    "client roles cannot log in, bypass or run for ever": """
        select rolname::text from pg_roles
        where rolname = any (:clients) and (
            rolcanlogin or rolsuper or rolbypassrls or rolcreaterole
            or not coalesce(array_to_string(rolconfig, ',') ~ 'statement_timeout=', false))
        union all
        select r from unnest(:clients) r where to_regrole(r) is null
    """,
    "every object of ours says what it is": """
        select c.oid::regclass::text from pg_class c
        where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
            and c.relkind in ('r', 'p', 'v')
            and obj_description(c.oid, 'pg_class') is null
        union all
        select p.oid::regprocedure::text from pg_proc p
        where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace, 'service'::regnamespace)
            and obj_description(p.oid, 'pg_proc') is null
    """,
}


def offences(db: Connection, query: str) -> list[str]:
    """The objects that break a rule."""
    for name, given in {"clients": CLIENTS, "owned": SERVER_OWNED, "secret": _SECRET}.items():
        cast = "text[]" if isinstance(given, list) else "text"
        query = query.replace(f":{name}", f"({sql.Literal(given).as_string(db)})::{cast}")
    found = db.execute(query.encode()).fetchall()
    return sorted({str(row[0]) for row in found})


@pytest.mark.parametrize("rule", RULES)
def test_every_object_keeps_the_rule(db: Connection, rule: str) -> None:
    excused = EXCEPTIONS.get(rule, {})
    assert offences(db, RULES[rule]) == sorted(excused)


def test_every_exception_names_a_rule_and_a_reason() -> None:
    assert set(EXCEPTIONS) <= set(RULES)
    assert all(reason.strip() for rule in EXCEPTIONS.values() for reason in rule.values())


BREAKERS = {
    "every exposed table has row level security": "create table public.bad (id int)",
    "clients delete nothing": "grant delete on public.messages to authenticated",
    "clients may not truncate, reference, trigger or create": "grant truncate on public.contacts to visitor",
    "foreign keys between tenant tables carry the account":
        "create table public.bad (id uuid references public.conversations (id))",
    "every foreign key has an index that starts with its columns":
        "create table public.bad (account_id uuid references public.accounts (id))",
    "clients do not write what the server owns":
        "grant update (role) on public.account_users to authenticated",
    "clients read no column that is named like a secret":
        "alter table public.inboxes add smtp_password text; grant select on public.inboxes to authenticated",
    "every function of ours pins its search path":
        "create function private.bad() returns int language sql as 'select 1'",
    "functions that act as their owner are not exposed to clients":
        "create function public.bad() returns int language sql security definer set search_path = ''"
        " as 'select 1'; grant execute on function public.bad to visitor",
    "clients execute nothing of schema service": "grant execute on all functions in schema service to anon",
    "clients touch no table of schema private": "grant select (kind) on private.jobs to service_role",
    "no tenant table is in a publication of Realtime":
        "alter publication supabase_realtime add table public.messages",
    "clients write presence to Realtime and nothing else":
        "create policy bad on realtime.messages for insert to authenticated with check (true)",
    "clients change and delete nothing in Storage":
        "create policy bad on storage.objects for delete to authenticated using (true)",
    "new objects are closed to everybody":
        "alter default privileges for role postgres in schema public grant select on tables to anon",
    "policies name their roles and end in a membership":
        "create policy bad on public.contacts for insert to authenticated with check (true)",
    "helpers in policies are asked once per statement":
        "create policy bad on public.contacts for insert to authenticated"
        " with check (account_id = any (private.account_ids()))",
    "one permissive policy per table, role and command":
        "create policy bad on public.contacts for select to authenticated using (id = auth.uid())",
    "no enum on a table with row level security":
        "create type public.mood as enum ('good'); alter table public.contacts add mood public.mood",
    "no notify, no offset and no max plus one in our functions":
        "create function private.bad() returns void language sql set search_path = ''"
        " as $$ select pg_catalog.pg_notify('a', 'b') $$",
    "views run with the rights of who asks": "create view public.bad as select * from public.contacts",
    "client roles cannot log in, bypass or run for ever": "alter role visitor reset statement_timeout",
    "every object of ours says what it is": "create table private.bad (id int)",
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_the_rule_notices_when_it_is_broken(db: Connection, rule: str) -> None:
    before = offences(db, RULES[rule])
    with db.transaction(force_rollback=True):
        db.execute(BREAKERS[rule].encode())
        assert offences(db, RULES[rule]) != before


def reviewed(name: str, present: Any) -> Any:
    """What a reviewed file says; writes it anew when REVIEW is set."""
    path = HERE / name
    if os.environ.get("REVIEW"):
        path.write_text(json.dumps(present, indent=2, sort_keys=True) + "\n")
    return json.loads(path.read_text())


def test_clients_hold_exactly_the_reviewed_grants(db: Connection) -> None:
    granted: dict[str, dict[str, list[str]]] = {}
    for role, verb, table, column in rows(
        db,
        """
        select r, p, c.relname, a.attname
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped,
            unnest(array['anon', 'visitor', 'authenticated']) r,
            unnest(array['SELECT', 'INSERT', 'UPDATE']) p
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
            and has_column_privilege(r, c.oid, a.attnum, p)
        order by 1, 2, 3, 4
        """,
    ):
        granted.setdefault(f"{role} {verb}", {}).setdefault(table, []).append(column)
    assert granted == reviewed("grants.json", granted)


def test_clients_call_exactly_the_reviewed_functions(db: Connection) -> None:
    callable_by: dict[str, list[str]] = {}
    for function, role in rows(
        db,
        """
        select p.oid::regprocedure::text, r
        from pg_proc p, unnest(array['anon', 'visitor', 'authenticated']) r
        where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
            and p.prorettype <> 'trigger'::regtype and has_function_privilege(r, p.oid, 'EXECUTE')
        order by 1, 2
        """,
    ):
        callable_by.setdefault(function, []).append(role)
    assert callable_by == reviewed("functions.json", callable_by)
