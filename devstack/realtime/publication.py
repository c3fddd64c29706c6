"""Whether a binding can be heard: is its table published, are its filters sound for the columns."""

from __future__ import annotations

import psycopg
from psycopg import sql

from devstack.realtime.bindings import ANY, MAX_IN_VALUES, Binding, BindingError, Filter, check_is
from devstack.realtime.database import condition
from devstack.realtime.rows import Column, Connection, Table, describe, fetch

PUBLICATION = "supabase_realtime"


async def check(conn: Connection, binding: Binding, role: str) -> None:
    """Raises `BindingError` unless this can be heard by this role."""
    schema = None if binding.schema == ANY else binding.schema
    name = None if binding.table == ANY else binding.table
    try:
        found = await _published(conn, schema, name)
        if not found:
            raise BindingError(
                "Unable to subscribe to changes with given parameters. Please check Realtime is"
                f" enabled for the given connect parameters: [{binding}]"
            )
        if not binding.filters and not binding.select:
            return
        for schema_name, table_name in found:
            table = await describe(conn, schema_name, table_name, [role])
            if table and (problem := await _problem(conn, table, binding, role)):
                raise _unable(binding, "P0001", "raise_exception", problem)
    except psycopg.Error as error:
        if conn.closed:
            raise
        text = error.diag.message_primary or str(error)
        raise _unable(binding, error.sqlstate, condition(error), text) from None


async def _problem(conn: Connection, table: Table, binding: Binding, role: str) -> str | None:
    for f in binding.filters:
        column = table.columns.get(f.column)
        if column is None or role not in column.readers:
            return f"invalid column for filter {f.column}"
        if problem := await _check_filter(conn, column, f):
            return problem
    for name in sorted(binding.select or ()):
        if name not in table.columns or role not in table.columns[name].readers:
            return f"invalid column for select {name}"
    return None


async def _check_filter(conn: Connection, column: Column, f: Filter) -> str | None:
    """What is wrong with a filter on this column, if anything.

    Raises `psycopg.Error` when its value is none of the column's type.
    """
    if f.operator == "is":
        return check_is(f, column.type_name)
    value = f.operand(column.sql_type, sql.Placeholder("value"))
    count = sql.SQL("cardinality({})" if f.operator == "in" else "1").format(value)
    null = sql.SQL("null::{}").format(column.sql_type)
    found = await fetch(
        conn,
        sql.SQL("select {} as count, {} is null as checked").format(count, value),
        {"value": f.value},
    )
    if found[0]["count"] > MAX_IN_VALUES:
        return f"too many values for `in` filter. Maximum {MAX_IN_VALUES}"
    try:
        async with conn.transaction():
            left = null if f.operator == "in" else value
            await fetch(conn, sql.SQL("select {}").format(f.test(left, value)), {"value": f.value})
    except psycopg.Error as error:
        return (
            f"operator {f.operator} is not supported on column {f.column}"
            f" of type {column.type_name}: {error.diag.message_primary}"
        )
    return None


async def _published(
    conn: Connection, schema: str | None, table: str | None
) -> list[tuple[str, str]]:
    cursor = await conn.execute(
        "select schemaname, tablename from pg_publication_tables where pubname = %s"
        " and schemaname = coalesce(%s, schemaname) and tablename = coalesce(%s, tablename)",
        (PUBLICATION, schema, table),
    )
    return [(row["schemaname"], row["tablename"]) for row in await cursor.fetchall()]


def _unable(binding: Binding, state: str | None, name: str, text: str) -> BindingError:
    return BindingError(
        "Unable to subscribe to changes with given parameters. An exception happened so please"
        f" check your connect parameters: [{binding}]. Exception: ERROR {state} ({name}) {text}"
    )
