"""The declared schema (`sql/`) beside the migrated one (`supabase/migrations/`).

    python -m tools.schema diff                 what migrations or the dashboard's types still lack; 1 if any
    python -m tools.schema draft NAME           write that as the next migration
    python -m tools.schema types                write the dashboard's types of the declared schema

Both sides are built in a throw-away cluster and compared by Supabase's own differ, pg-delta.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from devstack import migrations
from devstack.config import ROOT, load_config
from devstack.postgres import SUPERUSER, Postgres
from devstack.stack import MIGRATIONS

DECLARED = ROOT / "sql"
PGDELTA = ROOT / "node_modules" / "@supabase" / "pg-delta" / "dist" / "cli" / "main.js"
TYPES = ROOT / "dashboard" / "src" / "types" / "database.ts"
_HEADER = """\
-- Drafted from the difference between supabase/migrations and sql/. Read it before you keep it:
-- expand first, contract in a later release; large backfills belong in a job.
"""


@dataclass(frozen=True, slots=True)
class Scratch:
    """Two databases: what the migrations make, and what `sql/` declares."""

    migrated: str
    declared: str


def apply_declared(conn: psycopg.Connection) -> None:
    """Load every file of `sql/` in order, each in one transaction."""
    for file in sorted(DECLARED.glob("*.sql")):
        with conn.transaction():
            conn.execute(file.read_text().encode())


@contextlib.contextmanager
def scratch() -> Iterator[Scratch]:
    """A cluster of its own with both databases, for the length of the block."""
    folder = Path(tempfile.mkdtemp(prefix="supadesk-schema-"))
    folder.chmod(0o755)
    config = load_config("schema", folder=folder, durable=False)
    database = Postgres(config)
    server: subprocess.Popen[bytes] | None = None
    try:
        database.initialise()
        server = subprocess.Popen(
            database.command(),
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **database.identity.popen_arguments(),
        )
        while not database.ready():
            if server.poll() is not None:
                raise RuntimeError("the scratch Postgres did not start")
            time.sleep(0.05)
        database.ensure_database()
        with database.connect_as_owner() as conn:
            migrations.apply(conn, MIGRATIONS)
            # The differ compares the product's objects; the bookkeeping of migrations is not ours.
            conn.execute("drop schema supabase_migrations cascade")
        database.save_template("migrated")
        database.restore_template("bare")
        with database.connect_as_owner() as conn:
            apply_declared(conn)
        yield Scratch(
            migrated=config.dsn(SUPERUSER, "migrated"), declared=config.dsn(SUPERUSER, "postgres")
        )
    finally:
        if server is not None:
            server.send_signal(2)
            server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _node(script: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    node = shutil.which(
        "node", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    )
    return subprocess.run(
        [node or "node", str(script), *arguments],
        input=given, capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip


def _pgdelta(*arguments: str) -> subprocess.CompletedProcess[str]:
    return _node(PGDELTA, *arguments)


def _must(done: subprocess.CompletedProcess[str], what: str) -> str:
    if done.returncode != 0:
        raise RuntimeError(f"{what} failed:\n{done.stderr or done.stdout}")
    return done.stdout


def database_types(dsn: str) -> str:
    """What a signed-in client may read, write and call in a database, in TypeScript."""
    types = _must(_node(ROOT / "tools" / "database_types.mjs", dsn), "database_types")
    biome = ROOT / "node_modules" / "@biomejs" / "biome" / "bin" / "biome"
    return _must(_node(biome, "format", f"--stdin-file-path={TYPES}", given=types), "biome format")


def difference(both: Scratch) -> str:
    """The SQL that leads from the migrated to the declared schema; empty when there is none."""
    with tempfile.TemporaryDirectory() as folder:
        plan, out = Path(folder) / "plan.json", Path(folder) / "draft"
        planned = _pgdelta(
            "plan", "--source", both.migrated, "--desired", both.declared, "--out", str(plan)
        )
        if planned.returncode not in (0, 3) or not plan.exists():
            raise RuntimeError(f"pg-delta plan failed:\n{planned.stderr or planned.stdout}")
        if not json.loads(plan.read_text()).get("actions"):
            return ""
        rendered = _pgdelta("render", "--plan", str(plan), "--out", f"{out}.sql", "--allow-drops")
        if rendered.returncode == 3:
            return ""
        _must(rendered, "pg-delta render")
        return "\n".join(f.read_text() for f in sorted(Path(folder).glob("draft*.sql"))).strip()


def column_grants_last(text: str) -> str:
    """The same statements with grants of single columns at the end.

    The differ revokes everything of a table after it granted columns, and that takes them along.
    """
    column_grant = re.compile(r"^GRANT [A-Z, ]+ \([^)]*\) ON TABLE [^;]*;\n?", re.MULTILINE)
    grants = [found.group().rstrip("\n") for found in column_grant.finditer(text)]
    return "\n\n".join([column_grant.sub("", text).rstrip(), *grants])


def draft(name: str) -> Path | None:
    """Write the difference as the next migration; None when there is nothing to write."""
    if not re.fullmatch(r"[a-z0-9_]{3,60}", name):
        raise ValueError(
            "Name the migration with lower-case letters, digits and _: name=add_labels."
        )
    with scratch() as both:
        text = difference(both)
    if not text:
        return None
    path = MIGRATIONS / f"{datetime.now(UTC):%Y%m%d%H%M%S}_{name}.sql"
    path.write_text(f"{_HEADER}\n{column_grants_last(text)}\n")
    return path


def main() -> int:
    """Run one command; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.schema", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("diff")
    commands.add_parser("draft").add_argument("name")
    commands.add_parser("types")
    arguments = parser.parse_args()
    if arguments.command == "diff":
        with scratch() as both:
            text = difference(both)
            stale = database_types(both.declared) != TYPES.read_text()
        print(text or "The migrations and sql/ describe the same database.")
        if stale:
            print(f"{TYPES.relative_to(ROOT)} is stale: make types")
        return 1 if text or stale else 0
    if arguments.command == "types":
        with scratch() as both:
            TYPES.write_text(database_types(both.declared))
        return 0
    try:
        path = draft(arguments.name)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Wrote {path.relative_to(ROOT)}." if path else "Nothing to migrate.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
