"""Applies `supabase/migrations/` the way `supabase db push` does, and records what it applied."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg

_NAME = re.compile(r"^(\d{14})_([a-z0-9_]+)\.sql$")


class MigrationError(Exception):
    """A migration that cannot be applied; names the file and says why."""


def migration_files(folder: Path) -> list[Path]:
    """The migrations in the order in which they are applied. Raises on a wrongly named file."""
    files = sorted(folder.glob("*.sql"))
    for file in files:
        if not _NAME.match(file.name):
            raise MigrationError(
                f"{file.name} is no migration name; write YYYYMMDDHHMMSS_what_it_does.sql."
            )
    return files


def pending(conn: psycopg.Connection, folder: Path) -> list[Path]:
    """The migrations this database has not seen yet."""
    exists = conn.execute(
        "select to_regclass('supabase_migrations.schema_migrations') is not null"
    ).fetchone()
    applied: set[str] = set()
    if exists == (True,):
        rows = conn.execute("select version from supabase_migrations.schema_migrations")
        applied = {row[0] for row in rows.fetchall()}
    return [f for f in migration_files(folder) if f.name.split("_")[0] not in applied]


def apply(conn: psycopg.Connection, folder: Path) -> list[str]:
    """Apply what is pending, each file in one transaction; the names of what was applied.

    `conn` is in autocommit mode. Two callers at once wait for one another.
    """
    conn.execute("select pg_advisory_lock(hashtext('supabase_migrations'))")
    try:
        conn.execute("create schema if not exists supabase_migrations")
        conn.execute(
            """
            create table if not exists supabase_migrations.schema_migrations (
                version text primary key, statements text[], name text
            )
            """
        )
        done = []
        for file in pending(conn, folder):
            match = _NAME.match(file.name)
            assert match is not None
            text = file.read_text()
            try:
                with conn.transaction():
                    conn.execute(text.encode())
                    conn.execute(
                        "insert into supabase_migrations.schema_migrations values (%s, %s, %s)",
                        (match[1], [text], match[2]),
                    )
            except psycopg.Error as error:
                raise MigrationError(f"{file.name}: {error}") from error
            done.append(file.name)
        return done
    finally:
        conn.execute("select pg_advisory_unlock(hashtext('supabase_migrations'))")
