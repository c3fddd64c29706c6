"""Listing a bucket, folder by folder or page by page."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from aiohttp import web
from psycopg import sql

from devstack.context import json_response
from devstack.storage import rows
from devstack.storage.body import read_body
from devstack.storage.caller import caller_of
from devstack.storage.database import acting_as
from devstack.storage.errors import invalid_parameter
from devstack.storage.state import pool_of

_ORDERS = ("asc", "desc")
_SORTABLE = ("name", "updated_at", "created_at", "last_accessed_at")
_SORTABLE_V2 = ("name", "updated_at", "created_at")
_MAX_PAGE = 1000  # entries
_INTEGER = 2**31 - 1  # what the arguments of storage.search hold

# Folders are the distinct beginnings of names up to the next slash after the prefix.
_PAGE = """
    with hit as (
        select
            id, name, updated_at, created_at, last_accessed_at, metadata,
            case
                when %(delimited)s then strpos(substr(name, length(%(prefix)s) + 1), '/')
                else 0
            end as slash
        from storage.objects
        where bucket_id = %(bucket_id)s and starts_with(name, %(prefix)s)
    ),
    entry as (
        select name, id, updated_at, created_at, last_accessed_at, metadata
        from hit
        where slash = 0
        union all
        select distinct
            left(name, length(%(prefix)s) + slash), null::uuid, null::timestamptz,
            null::timestamptz, null::timestamptz, null::jsonb
        from hit
        where slash > 0
    ),
    sorted as (
        select
            entry.*,
            {key} as sort_key
        from entry
    )
    select *
    from sorted
    where %(after_name)s::text is null
        or (sort_key, name collate "C") {beyond} (%(after_key)s::{kind}, %(after_name)s)
    order by sort_key {order}, name collate "C" {order}
    limit %(limit)s
"""


async def list_folder(request: web.Request) -> web.Response:
    """The files and folders in one folder."""
    caller, body = caller_of(request), await read_body(request)
    prefix = body.text("prefix")
    if prefix and not prefix.endswith("/"):
        prefix += "/"
    sort = body.part("sortBy")
    arguments = {
        "prefix": prefix,
        "bucket_id": request.match_info["bucket"],
        "limit": body.integer("limit", 100, least=1, most=_INTEGER),
        "levels": prefix.count("/") + 1,
        "offset": body.integer("offset", 0, most=_INTEGER),
        "search": body.text("search", ""),
        "column": sort.choice("column", _SORTABLE, "name"),
        "order": sort.choice("order", _ORDERS, "asc"),
    }
    async with acting_as(pool_of(request), caller, "storage.object.list") as conn:
        cursor = await conn.execute(
            """
            select *
            from storage.search(
                %(prefix)s, %(bucket_id)s, %(limit)s, %(levels)s, %(offset)s, %(search)s,
                %(column)s, %(order)s)
            """,
            arguments,
        )
        found = await cursor.fetchall()
    return json_response([rows.jsonable(row) for row in found])


async def list_page(request: web.Request) -> web.Response:
    """A page of the names that begin with a prefix, and the cursor to the next."""
    caller, body = caller_of(request), await read_body(request)
    prefix, limit = body.text("prefix", ""), body.integer("limit", _MAX_PAGE, least=1)
    limit = min(limit, _MAX_PAGE)
    delimited = body.boolean("with_delimiter", False)
    sort = body.part("sortBy")
    column = sort.choice("column", _SORTABLE_V2, "name")
    order = sort.choice("order", _ORDERS, "asc")
    after_key, after_name = _decode(body.text("cursor", ""))
    by_name = column == "name"
    statement = sql.SQL(_PAGE).format(
        key=sql.SQL('name collate "C"')
        if by_name
        else sql.SQL("coalesce({}, 'epoch')").format(sql.Identifier(column)),
        kind=sql.SQL("text" if by_name else "timestamptz"),
        beyond=sql.SQL(">" if order == "asc" else "<"),
        order=sql.SQL(order),
    )
    async with acting_as(pool_of(request), caller, "storage.object.list_v2") as conn:
        cursor = await conn.execute(
            statement,
            {
                "bucket_id": request.match_info["bucket"],
                "prefix": prefix,
                "delimited": delimited,
                "after_key": after_key,
                "after_name": after_name,
                "limit": limit + 1,
            },
        )
        found = await cursor.fetchall()
    page, more = found[:limit], len(found) > limit
    answer: dict[str, Any] = {
        "hasNext": more,
        "folders": [_entry(row, delimited) for row in page if row["id"] is None],
        "objects": [_entry(row, delimited) for row in page if row["id"] is not None],
    }
    if more:
        answer["nextCursor"] = _encode(page[-1])
    return json_response(answer)


def _entry(row: dict[str, Any], delimited: bool) -> dict[str, Any]:
    name: str = row["name"]
    key = name.rstrip("/").rpartition("/")[2] if delimited else name
    if row["id"] is None:
        return {"key": key, "name": name}
    return {"key": key, **rows.jsonable(row, "sort_key")}


def _encode(row: dict[str, Any]) -> str:
    """Where a page ended, as text that clients hand back."""
    mark = json.dumps([str(row["sort_key"]), row["name"]])
    return base64.urlsafe_b64encode(mark.encode()).decode()


def _decode(cursor: str) -> tuple[str | None, str | None]:
    """Where the page before ended; nothing for the first page."""
    if not cursor:
        return None, None
    try:
        key, name = json.loads(base64.urlsafe_b64decode(cursor))
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise invalid_parameter("Invalid Parameter cursor") from None
    if not isinstance(key, str) or not isinstance(name, str):
        raise invalid_parameter("Invalid Parameter cursor")
    return key, name


ROUTES = [
    web.post("/object/list/{bucket}", list_folder),
    web.post("/object/list-v2/{bucket}", list_page),
]
