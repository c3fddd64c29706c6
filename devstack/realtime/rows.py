"""What the database knows about changed rows: columns and rights, values as JSON, who sees what.

Every question is asked for many rows at once, of the catalogue as it is now; nothing is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from psycopg import AsyncConnection, sql
from psycopg.rows import DictRow

from devstack.realtime.authorization import STATEMENT_TIMEOUT
from devstack.realtime.bindings import Filter
from devstack.realtime.pgoutput import Relation, Tuple, Unchanged

Connection = AsyncConnection[DictRow]


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the catalogue has it."""

    name: str
    type_name: str  # pg_type.typname
    sql_type: sql.Composable  # what to cast to
    primary: bool
    readers: frozenset[str]  # those of the roles asked about that may select it


@dataclass(frozen=True, slots=True)
class Table:
    """A table as the catalogue has it."""

    name: sql.Composable
    secured: bool  # row level security is on
    columns: dict[str, Column]

    @property
    def primary_key(self) -> list[Column]:
        """The columns of the primary key."""
        return [column for column in self.columns.values() if column.primary]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A tuple's values as JSON text, by column, and whether each filter passes."""

    values: dict[str, str]
    passes: dict[Filter, bool]


async def describe(
    conn: Connection, schema: str, name: str, roles: Collection[str]
) -> Table | None:
    """Look a table up; None when it is gone."""
    cursor = await conn.execute(
        """
        select a.attname as name, t.typname as type, n.nspname as type_schema,
            c.relrowsecurity as secured, a.attnum = any (k.conkey) as primary,
            array (
                select r.rolname::text from pg_roles as r
                where r.rolname = any (%s)
                    and has_column_privilege(r.oid, c.oid, a.attnum, 'select')
            ) as readers
        from pg_class as c
            join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            join pg_type as t on t.oid = a.atttypid
            join pg_namespace as n on n.oid = t.typnamespace
            left join pg_constraint as k on k.conrelid = c.oid and k.contype = 'p'
        where c.relnamespace = to_regnamespace(quote_ident(%s)) and c.relname = %s
        order by a.attnum
        """,
        (list(roles), schema, name),
    )
    found = await cursor.fetchall()
    if not found:
        return None
    columns = {
        row["name"]: Column(
            row["name"],
            row["type"],
            _identifier(row["type_schema"], row["type"]),
            bool(row["primary"]),
            frozenset(row["readers"]),
        )
        for row in found
    }
    return Table(_identifier(schema, name), found[0]["secured"], columns)


async def render(
    conn: Connection,
    table: Table,
    relation: Relation,
    tuples: Sequence[Tuple],
    filters: Sequence[Filter],
) -> list[Rendered]:
    """Turn tuples of text into JSON as `to_jsonb` has it, and try the filters on them."""
    columns = [table.columns[name] for name in relation.columns if name in table.columns]
    if not columns or not tuples:
        return [Rendered({}, {}) for _ in tuples]
    place = {column.name: f"c{n}" for n, column in enumerate(columns)}
    usable = [f for f in filters if f.column in place]
    fragments, tests, values = [], [], {}
    for column in columns:
        text = sql.Identifier("r", place[column.name])
        # Realtime leaves the \\x of bytea away.
        value = (
            sql.SQL("substr({}, 3)").format(text)
            if column.type_name == "bytea"
            else sql.SQL("{}::{}").format(text, column.sql_type)
        )
        fragments.append(sql.SQL("coalesce(to_jsonb({})::text, 'null')").format(value))
    for n, f in enumerate(usable):
        kind = table.columns[f.column].sql_type
        left = sql.SQL("{}::{}").format(sql.Identifier("r", place[f.column]), kind)
        values[f"f{n}"] = f.value
        right = f.operand(kind, sql.Placeholder(f"f{n}"))
        tests.append(sql.SQL("coalesce({}, false)").format(f.test(left, right)))
    query = sql.SQL(
        "select array[{}] as fragments, array[{}]::boolean[] as tests from {} order by n"
    ).format(sql.SQL(", ").join(fragments), sql.SQL(", ").join(tests), _unnested(len(columns)))
    found = await fetch(conn, query, values | _arrays(columns, tuples))
    rendered = []
    for row, tuple_ in zip(found, tuples, strict=True):
        known = {name for name, value in tuple_.items() if value is not Unchanged.VALUE}
        rendered.append(
            Rendered(
                {
                    column.name: fragment
                    for column, fragment in zip(columns, row["fragments"], strict=True)
                    if column.name in known
                },
                {
                    f: passed and f.column in known
                    for f, passed in zip(usable, row["tests"], strict=True)
                },
            )
        )
    return rendered


async def visible(
    conn: Connection, table: Table, tuples: Sequence[Tuple], role: str, claims: str
) -> set[int]:
    """Return the places of those tuples whose rows exist for this role with these claims.

    Raises `psycopg.Error` when a policy does.
    """
    key = table.primary_key
    query = sql.SQL("select n from {} where exists (select from {} as t where {})").format(
        _unnested(len(key)),
        table.name,
        sql.SQL(" and ").join(
            sql.SQL("t.{} = {}::{}").format(
                _identifier(column.name), sql.Identifier("r", f"c{n}"), column.sql_type
            )
            for n, column in enumerate(key)
        ),
    )
    async with conn.transaction():
        await conn.execute(
            "select set_config('statement_timeout', %s, true),"
            " set_config('request.jwt.claims', %s, true), set_config('role', %s, true)",
            (str(STATEMENT_TIMEOUT), claims, role),
        )
        found = await fetch(conn, query, _arrays(key, tuples))
    return {row["n"] - 1 for row in found}


async def unfinished(conn: Connection, xids: Collection[int]) -> bool:
    """Return whether one of these transactions still looks as if it were running.

    Its commit is in the log a moment before other sessions see its rows.
    """
    cursor = await conn.execute("select pg_current_snapshot()::text as snapshot")
    row = await cursor.fetchone()
    assert row is not None
    _, end, running = row["snapshot"].split(":")
    open_ones = {int(xid) & 0xFFFFFFFF for xid in running.split(",") if xid}
    return any(xid in open_ones or (xid - int(end)) % 2**32 < 2**31 for xid in xids)


def _unnested(width: int) -> sql.Composable:
    """Rows `r` of `width` texts c0, c1, ... and their place n, from as many arrays a0, a1, ..."""
    names = [f"c{n}" for n in range(width)]
    return sql.SQL("unnest({}) with ordinality as r ({}, n)").format(
        sql.SQL(", ").join(
            sql.SQL("{}::text[]").format(sql.Placeholder(f"a{n}")) for n in range(width)
        ),
        sql.SQL(", ").join(map(sql.Identifier, names)),
    )


def _arrays(columns: Sequence[Column], tuples: Sequence[Tuple]) -> dict[str, object]:
    return {
        f"a{n}": [None if (v := row.get(c.name)) is Unchanged.VALUE else v for row in tuples]
        for n, c in enumerate(columns)
    }


def _identifier(*parts: str) -> sql.Composable:
    """A quoted name for a query with parameters, where a percent sign must be doubled."""
    return sql.SQL(sql.Identifier(*parts).as_string().replace("%", "%%"))


async def fetch(
    conn: Connection, query: sql.Composed, values: Mapping[str, object]
) -> list[DictRow]:
    """Ask one question."""
    cursor = await conn.execute(query, values)
    return await cursor.fetchall()
