"""The `desk` command. Never prompts, names what it acts on, and ends with a status a script can read."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from devstack import migrations

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Run and look after Supadesk.",
)
MIGRATIONS = Path(__file__).resolve().parent.parent / "supabase" / "migrations"

Json = Annotated[bool, typer.Option("--json", help="Print one JSON value instead of sentences.")]
DatabaseUrl = Annotated[
    str, typer.Option(envvar="DATABASE_URL", help="The project's connection string.")
]


def _fail(message: object) -> typer.Exit:
    typer.echo(f"desk: {message}", err=True)
    return typer.Exit(1)


@app.command()
def up(
    fast: Annotated[bool, typer.Option(help="Without fsync, for tests.")] = False,
) -> None:
    """Run everything on this machine in the foreground; Ctrl-C stops it all."""
    from desk import local
    from devstack.config import StackError

    try:
        status = asyncio.run(local.serve(local.stack_name(), durable=not fast))
    except StackError as error:
        raise _fail(error) from None
    raise typer.Exit(status)


@app.command()
def start() -> None:
    """Run everything in the background; returns when all is ready."""
    from desk import local
    from devstack.config import StackError

    try:
        typer.echo(local.table(local.start(local.stack_name())))
    except StackError as error:
        raise _fail(error) from None


@app.command()
def stop() -> None:
    """End what runs on this machine."""
    from desk import local

    stopped = local.stop(local.stack_name())
    typer.echo("Stopped." if stopped else "Nothing was running.")


@app.command()
def reset() -> None:
    """Empty the local database and fill it with the demo data again."""
    from desk import local
    from devstack.config import StackError

    try:
        local.reset(local.stack_name())
    except StackError as error:
        raise _fail(error) from None
    typer.echo("The local database is as new.")


@app.command()
def migrate(
    database_url: DatabaseUrl,
    check: Annotated[bool, typer.Option(help="Only list what is pending.")] = False,
    as_json: Json = False,
) -> None:
    """Apply the pending migrations; with --check, status 1 when there are any."""
    try:
        with psycopg.connect(database_url, autocommit=True, connect_timeout=10) as conn:
            names = (
                [file.name for file in migrations.pending(conn, MIGRATIONS)]
                if check
                else migrations.apply(conn, MIGRATIONS)
            )
    except (psycopg.Error, migrations.MigrationError) as error:
        raise _fail(str(error).strip()) from None
    if as_json:
        typer.echo(json.dumps({"pending" if check else "applied": names}))
    elif names:
        typer.echo("\n".join(f"{'pending' if check else 'applied'}  {name}" for name in names))
    else:
        typer.echo("Up to date.")
    raise typer.Exit(1 if check and names else 0)


@app.command()
def queue(database_url: DatabaseUrl, as_json: Json = False) -> None:
    """How the queue is doing; status 1 when there are dead jobs."""
    try:
        with psycopg.connect(database_url, autocommit=True, connect_timeout=10) as conn:
            row = conn.execute("select service.job_stats()").fetchone()
    except psycopg.Error as error:
        raise _fail(str(error).strip()) from None
    stats = row[0] if row else {}
    if as_json:
        typer.echo(json.dumps(stats))
    else:
        typer.echo("\n".join(f"{key.ljust(20)}{value}" for key, value in stats.items()))
    raise typer.Exit(1 if stats.get("dead") else 0)


@app.command()
def env() -> None:
    """Print the variables a deployment needs, and which of them are missing here."""
    from backend.settings import Settings

    for name, field in Settings.model_fields.items():
        variable = name.upper()
        state = (
            "set" if os.environ.get(variable) else ("missing" if field.is_required() else "default")
        )
        typer.echo(f"{variable.ljust(28)}{state.ljust(10)}{field.description or ''}")
