"""The parts of a local Supabase, in the order in which they start."""

from __future__ import annotations

import shutil
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from devstack import migrations, postgrest
from devstack.config import ROOT, StackConfig
from devstack.keys import Keys
from devstack.postgres import Postgres, fingerprint
from devstack.spec import write_spec
from devstack.supervisor import Part

MIGRATIONS = ROOT / "supabase" / "migrations"
_BOOTSTRAP = Path(__file__).parent / "bootstrap"


def http_ready(url: str) -> Callable[[], bool]:
    """A readiness check: whether anything answers at this URL without a server error."""

    def check() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return True
        except urllib.error.HTTPError as error:
            return error.code < 500
        except OSError:
            return False

    return check


def port_open(port: int) -> bool:
    """Whether somebody listens on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def prepare_database(database: Postgres, *, migrate: bool) -> None:
    """Bring the database up to date: bootstrapped, and migrated unless a bare one is wanted."""
    database.ensure_database()
    if migrate:
        with database.connect_as_owner() as conn:
            migrations.apply(conn, MIGRATIONS)


def supabase_parts(config: StackConfig, keys: Keys, *, migrate: bool = True) -> list[Part]:
    """The processes that make up Supabase, first to start first."""
    database = Postgres(config)
    database.initialise()
    spec = write_spec(config)
    ports = config.ports
    python = sys.executable
    return [
        Part(
            name="mail",
            command=[
                python,
                "-m",
                "devstack.mail",
                "--smtp",
                str(ports.smtp),
                "--http",
                str(ports.mail),
            ],
            ready=lambda: port_open(ports.mail) and port_open(ports.smtp),
            ports=(ports.smtp, ports.mail),
            folder=ROOT,
        ),
        Part(
            name="postgres",
            command=database.command(),
            ready=database.ready,
            ports=(ports.database,),
            environment={"LC_ALL": "C.UTF-8"},
            folder=Path("/"),
            popen=database.identity.popen_arguments(),
            then=lambda: prepare_database(database, migrate=migrate),
            stop_signal=signal.SIGINT,  # its fast shutdown: cuts connections instead of waiting
        ),
        Part(
            name="postgrest",
            command=[str(postgrest.binary())],
            ready=lambda: postgrest.ready(config),
            ports=(ports.postgrest,),
            environment=postgrest.environment(config, keys),
            folder=ROOT,
        ),
        Part(
            name="gateway",
            command=[python, "-m", "devstack.gateway", "--spec", str(spec)],
            ready=http_ready(f"{config.url}/auth/v1/health"),
            ports=(ports.gateway,),
            folder=ROOT,
        ),
    ]


def migrated_template(database: Postgres) -> str:
    """The template that holds the migrated, empty database; made when it is missing.

    Its name carries a hash of what it was made from, so a changed migration makes a new one.
    """
    name = f"migrated_{fingerprint(_BOOTSTRAP)}_{fingerprint(MIGRATIONS)}"
    if not database.has_template(name):
        database.restore_template("bare")
        with database.connect_as_owner() as conn:
            migrations.apply(conn, MIGRATIONS)
        database.save_template(name)
        database.drop_templates(keep={name}, prefix="migrated_")
    return name


def reset(config: StackConfig, *, migrate: bool = True) -> None:
    """Empty the running stack's database in well under two seconds, from a template."""
    database = Postgres(config)
    database.restore_template(migrated_template(database) if migrate else "bare")
    shutil.rmtree(config.folder / "storage", ignore_errors=True)  # the rows of these files are gone
    # Until Realtime reads the new database, what is sent is heard by nobody.
    hears = http_ready(f"{config.url}/realtime/v1/api/tenants/realtime-dev/health")
    end = time.monotonic() + 10
    while port_open(config.ports.gateway) and not hears() and time.monotonic() < end:
        time.sleep(0.02)
