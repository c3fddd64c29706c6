"""The `desk` command. Never prompts, names what it acts on, and ends with a status a script can read."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Annotated, Any, LiteralString

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
Before = Annotated[int | None, typer.Option(help="Only those with a smaller id: the next page.")]
Limit = Annotated[int, typer.Option(min=1, max=500, help="How many.")]
Ids = Annotated[list[int], typer.Argument(help="As they are listed.")]
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


def _ask(database_url: str, query: LiteralString, *params: object) -> Any:
    """What a function of the database answers."""
    try:
        with psycopg.connect(database_url, autocommit=True, connect_timeout=10) as conn:
            row = conn.execute(query, params).fetchone()
    except psycopg.Error as error:
        raise _fail(str(error).strip()) from None
    return row[0] if row else None


def _print_rows(found: list[dict[str, Any]], columns: tuple[str, ...], as_json: bool) -> None:
    """One JSON array, or one line each with tabs between."""
    if as_json:
        typer.echo(json.dumps(found))
        return
    for row in found:
        # An error may have several lines; one row is one line.
        typer.echo("\t".join(" ".join(str(row[name]).split()) for name in columns))


@app.command()
def queue(database_url: DatabaseUrl, as_json: Json = False) -> None:
    """How the queue is doing; status 1 when there are dead jobs."""
    stats = _ask(database_url, "select service.job_stats()")
    if as_json:
        typer.echo(json.dumps(stats))
    else:
        typer.echo("\n".join(f"{key.ljust(20)}{value}" for key, value in stats.items()))
    raise typer.Exit(1 if stats.get("dead") else 0)


@app.command()
def dead(
    database_url: DatabaseUrl, before: Before = None, limit: Limit = 50, as_json: Json = False
) -> None:
    """The dead jobs, newest first: id, kind, attempts, when, why."""
    found = _ask(database_url, "select service.dead_jobs(%s, %s)", before, limit)
    _print_rows(found["rows"], ("id", "kind", "attempt", "finished_at", "last_error"), as_json)


@app.command()
def requeue(database_url: DatabaseUrl, ids: Ids) -> None:
    """Try dead jobs again, from their first attempt; status 1 when one of them is not dead."""
    _each(database_url, "select service.requeue_job(%s)", ids, "dead job")


@app.command()
def quarantined(
    database_url: DatabaseUrl, before: Before = None, limit: Limit = 50, as_json: Json = False
) -> None:
    """Providers' requests that could not be read, newest first: id, channel, inbox, size, when, why."""
    found = _ask(database_url, "select service.quarantined_events(%s, %s)", before, limit)
    columns = ("id", "channel_type", "inbox_id", "bytes", "received_at", "error")
    _print_rows(found["rows"], columns, as_json)


@app.command()
def replay(database_url: DatabaseUrl, ids: Ids) -> None:
    """Read providers' requests again; status 1 when one of them was read already, or never came."""
    _each(database_url, "select service.replay_provider_event(%s)", ids, "unread request")


def _each(database_url: str, query: LiteralString, ids: list[int], noun: str) -> None:
    missing = [id_ for id_ in ids if not _ask(database_url, query, id_)]
    for id_ in ids:
        typer.echo(f"{id_}\t{f'there is no such {noun}' if id_ in missing else 'queued'}")
    raise typer.Exit(1 if missing else 0)


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
