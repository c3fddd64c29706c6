"""The rows of `storage.objects` and `storage.buckets`: every statement, and how rows look as JSON.

Each function runs in a transaction of `acting_as`, so the same statement is a policy's business
when it runs as a user and nobody's when it runs as service_role.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg import errors
from psycopg.types.json import Jsonb

from devstack.storage.caller import as_uuid
from devstack.storage.database import Connection
from devstack.storage.errors import duplicate, no_such_bucket, no_such_key

Row = dict[str, Any]

_INSERT: LiteralString = """
    insert into storage.objects as object
        (bucket_id, name, owner, owner_id, version, metadata, user_metadata)
    values
        (%(bucket_id)s, %(name)s, %(owner)s, %(owner_id)s, %(version)s, %(metadata)s,
            %(user_metadata)s)
"""
# An upload without a user (a service key) leaves the owner of what it replaces.
_REPLACE: LiteralString = """
    on conflict (bucket_id, name) do update
    set owner = coalesce(excluded.owner, object.owner),
        owner_id = coalesce(excluded.owner_id, object.owner_id),
        version = excluded.version,
        metadata = excluded.metadata,
        user_metadata = excluded.user_metadata
    returning *
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An object as it shall be."""

    bucket_id: str
    name: str
    version: str
    owner_id: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    user_metadata: Mapping[str, Any] | None = None

    def values(self) -> dict[str, Any]:
        """The columns."""
        return {
            "bucket_id": self.bucket_id,
            "name": self.name,
            "owner": as_uuid(self.owner_id),
            "owner_id": self.owner_id,
            "version": self.version,
            "metadata": Jsonb(dict(self.metadata)),
            "user_metadata": None if self.user_metadata is None else Jsonb(self.user_metadata),
        }


async def find_bucket(conn: Connection, bucket_id: str) -> Row:
    """The bucket; raises when there is none that the transaction's role may see."""
    cursor = await conn.execute("select * from storage.buckets where id = %s", (bucket_id,))
    row = await cursor.fetchone()
    if row is None:
        raise no_such_bucket()
    return row


async def find(conn: Connection, bucket_id: str, name: str) -> Row | None:
    """The object of this name, if the transaction's role may see it."""
    cursor = await conn.execute(
        "select * from storage.objects where bucket_id = %s and name = %s", (bucket_id, name)
    )
    return await cursor.fetchone()


async def must_find(conn: Connection, bucket_id: str, name: str) -> Row:
    """The object of this name; raises when there is none or it is hidden."""
    row = await find(conn, bucket_id, name)
    if row is None:
        raise no_such_key()
    return row


async def insert(conn: Connection, draft: Draft) -> None:
    """Add an object; raises when the name is taken.

    Says no `returning`, which would need a select policy besides the insert policy.
    """
    try:
        await conn.execute(_INSERT, draft.values())
    except errors.UniqueViolation:
        raise duplicate("KeyAlreadyExists") from None


async def upsert(conn: Connection, draft: Draft) -> Row:
    """Add or replace an object; its id stays. Needs insert, update and select policies."""
    cursor = await conn.execute(_INSERT + _REPLACE, draft.values())
    row = await cursor.fetchone()
    if row is None:
        raise no_such_key()
    return row


async def rename(
    conn: Connection,
    source: Row,
    *,
    bucket_id: str,
    name: str,
    version: str,
    owner_id: str | None,
    metadata: Mapping[str, Any] | None,
) -> Row:
    """Give an object another name, bucket and version; raises when the name is taken."""
    try:
        cursor = await conn.execute(
            """
            update storage.objects
            set bucket_id = %(bucket_id)s,
                name = %(name)s,
                version = %(version)s,
                owner = coalesce(%(owner)s, owner),
                owner_id = coalesce(%(owner_id)s, owner_id),
                metadata = coalesce(%(metadata)s, metadata)
            where bucket_id = %(old_bucket_id)s and name = %(old_name)s
            returning *
            """,
            {
                "bucket_id": bucket_id,
                "name": name,
                "version": version,
                "owner": as_uuid(owner_id),
                "owner_id": owner_id,
                "metadata": None if metadata is None else Jsonb(dict(metadata)),
                "old_bucket_id": source["bucket_id"],
                "old_name": source["name"],
            },
        )
    except errors.UniqueViolation:
        raise duplicate("KeyAlreadyExists") from None
    row = await cursor.fetchone()
    if row is None:
        raise no_such_key()
    return row


async def delete(conn: Connection, bucket_id: str, names: Sequence[str] | None = None) -> list[Row]:
    """Remove the objects of these names, or all of a bucket; the rows that went."""
    cursor = await conn.execute(
        """
        delete from storage.objects
        where bucket_id = %(bucket_id)s
            and (%(names)s::text[] is null or name = any (%(names)s::text[]))
        returning *
        """,
        {"bucket_id": bucket_id, "names": None if names is None else list(names)},
    )
    return await cursor.fetchall()


async def lock(conn: Connection, bucket_id: str, name: str) -> None:
    """Wait until nobody else writes an object of this name, and keep others out until the end."""
    await conn.execute(
        "select pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"{bucket_id}/{name}",)
    )


def iso(moment: datetime | None) -> str | None:
    """A time as JavaScript writes it."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def jsonable(row: Mapping[str, Any], *without: str) -> dict[str, Any]:
    """A row as clients see it."""
    return {
        name: iso(value)
        if isinstance(value, datetime)
        else str(value)
        if isinstance(value, UUID)
        else value
        for name, value in row.items()
        if name not in without
    }
