"""One change of a row, as readers with different rights get to see it."""

from __future__ import annotations

from collections.abc import Iterable

from devstack.realtime.bindings import Filter
from devstack.realtime.frames import dumps
from devstack.realtime.pgoutput import Row
from devstack.realtime.rows import Rendered, Table

MAX_RECORD = 1024 * 1024  # bytes of a row that is sent whole
SMALL_VALUE = 64  # bytes of a value that is sent of a larger row


class View:
    """One change, as different readers get to see it."""

    def __init__(self, table: Table, row: Row, new: Rendered | None, old: Rendered | None) -> None:
        self._table = table
        self._row = row
        self._new = new
        self._old = old
        self._tested = (old if row.action == "DELETE" else new) or Rendered({}, {})
        self._data: dict[object, str] = {}

    def passes(self, filters: Iterable[Filter]) -> bool:
        """Whether the new row (of a DELETE: the old one) passes all filters."""
        return all(self._tested.passes.get(f, False) for f in filters)

    def data(self, role: str, select: frozenset[str] | None, *, failed: bool) -> str:
        """JSON text of `data` for a role that asked for these columns."""
        key = role, select, failed
        if key not in self._data:
            self._data[key] = self._compose(role, select, failed)
        return self._data[key]

    def _compose(self, role: str, select: frozenset[str] | None, failed: bool) -> str:
        row, primary = self._row, self._table.primary_key
        known = {"schema": row.relation.schema, "table": row.relation.name, "type": row.action}
        error = None
        if row.action != "DELETE" and not has_key(self._table, row):
            error = "Error 400: Bad Request, no primary key"
        elif row.action != "DELETE" and not all(role in column.readers for column in primary):
            error = "Error 401: Unauthorized"
        elif failed:
            error = "Error 500: Internal Server Error, RLS policy evaluation failed"
        if error:
            return dumps(known | {"errors": [error]})
        columns = [
            column
            for column in self._table.columns.values()
            if role in column.readers
            and (select is None or column.name in select or column.primary)
        ]
        names = {column.name for column in columns}
        large = row.size > MAX_RECORD
        at = row.committed_at
        parts = {
            **{name: dumps(value) for name, value in known.items()},
            "commit_timestamp": dumps(f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"),
            "columns": dumps([{"name": c.name, "type": c.type_name} for c in columns]),
        }
        if self._new is not None:
            parts["record"] = _members(self._new, names, large)
        if row.action != "INSERT":
            if row.action == "DELETE" and self._table.secured:
                names &= {column.name for column in primary}
            parts["old_record"] = _members(self._old or Rendered({}, {}), names, large)
        parts["errors"] = dumps(["Error 413: Payload Too Large"] if large else None)
        return "{" + ",".join(f"{dumps(name)}:{text}" for name, text in parts.items()) + "}"


def _members(row: Rendered, names: set[str], small: bool) -> str:
    members = (
        f"{dumps(name)}:{value}"
        for name, value in row.values.items()
        if name in names and not (small and len(value.encode()) > SMALL_VALUE)
    )
    return "{" + ",".join(members) + "}"


def has_key(table: Table, row: Row) -> bool:
    """Whether the new row can be found again by its primary key."""
    key = table.primary_key
    return bool(key) and all(column.name in (row.new or ()) for column in key)
