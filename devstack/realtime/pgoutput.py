"""The messages of Postgres' logical decoding plugin `pgoutput`, protocol version 1, text format.

https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class Unchanged(Enum):
    """The value of a long (TOAST) column that an UPDATE did not touch is not in the log."""

    VALUE = "unchanged"


Value = str | None | Unchanged
Tuple = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Relation:
    """A table as it was when its row was written."""

    oid: int
    schema: str
    name: str
    columns: tuple[str, ...]
    identity: frozenset[str]  # the columns of its replica identity


@dataclass(frozen=True, slots=True)
class Row:
    """One row's change, in a transaction that has committed."""

    relation: Relation
    action: str  # INSERT, UPDATE or DELETE
    new: Tuple | None
    old: Tuple | None  # the replica identity of what was there, as far as the log has it
    xid: int
    committed_at: datetime
    size: int  # bytes it took in the log


class Decoder:
    """Reads one replication connection; remembers the relations it announced."""

    def __init__(self) -> None:
        self._relations: dict[int, Relation] = {}
        self._xid = 0
        self._committed_at = EPOCH

    def feed(self, data: memoryview) -> Row | None:
        """Take one message; returns the row in it, if it is one."""
        kind, body = data[:1].tobytes(), data[1:]
        match kind:
            case b"B":
                _, micros, self._xid = struct.unpack("!QqI", body)
                self._committed_at = EPOCH + timedelta(microseconds=micros)
            case b"R":
                relation = _relation(body)
                self._relations[relation.oid] = relation
            case b"I" | b"U" | b"D":
                return self._row(kind, body)
        return None

    def _row(self, kind: bytes, body: memoryview) -> Row:
        relation = self._relations[int.from_bytes(body[:4])]
        tuples: dict[bytes, Tuple] = {}
        at = 4
        while at < len(body):
            part = body[at : at + 1].tobytes()
            tuples[part], at = _tuple(body, at + 1, relation)
        new, old = tuples.get(b"N"), tuples.get(b"O")
        if key := tuples.get(b"K"):  # sent when it changed; its other columns are null
            old = {name: key[name] for name in relation.identity}
        if new is not None and old is not None:
            new = {n: old.get(n, v) if v is Unchanged.VALUE else v for n, v in new.items()}
        if kind == b"U" and new is not None and old is None:
            old = {name: new[name] for name in relation.identity}
        action = {b"I": "INSERT", b"U": "UPDATE", b"D": "DELETE"}[kind]
        return Row(relation, action, new, old, self._xid, self._committed_at, len(body))


def _relation(body: memoryview) -> Relation:
    oid, at = int.from_bytes(body[:4]), 4
    schema, at = _string(body, at)
    name, at = _string(body, at)
    count, at = int.from_bytes(body[at + 1 : at + 3]), at + 3
    columns, identity = [], set()
    for _ in range(count):
        column, after = _string(body, at + 1)
        columns.append(column)
        if body[at] & 1:
            identity.add(column)
        at = after + 8  # type and type modifier: the catalogue is asked instead
    return Relation(oid, schema or "pg_catalog", name, tuple(columns), frozenset(identity))


def _tuple(body: memoryview, at: int, relation: Relation) -> tuple[Tuple, int]:
    values: Tuple = {}
    at += 2  # the number of columns: the relation's
    for column in relation.columns:
        kind, at = body[at], at + 1
        if kind == 0x6E:  # n
            values[column] = None
        elif kind == 0x75:  # u
            values[column] = Unchanged.VALUE
        else:
            size = int.from_bytes(body[at : at + 4])
            values[column] = str(body[at + 4 : at + 4 + size], "utf-8")
            at += 4 + size
    return values, at


def _string(body: memoryview, at: int) -> tuple[str, int]:
    end = at
    while body[end]:
        end += 1
    return str(body[at:end], "utf-8"), end + 1
