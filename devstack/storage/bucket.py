"""Buckets: make, show, change, empty, delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from psycopg import errors, sql

from devstack.context import CONTEXT, json_response
from devstack.storage import rows
from devstack.storage.body import Body, query_of, read_body
from devstack.storage.caller import SERVICE, as_uuid, caller_of
from devstack.storage.database import acting_as
from devstack.storage.errors import (
    duplicate,
    no_such_bucket,
    not_empty,
    not_emulated,
    too_large,
)
from devstack.storage.rules import check_allowed_types, check_bucket_name, parse_limit
from devstack.storage.state import files_of, pool_of

_SORTABLE = ("id", "name", "created_at", "updated_at")


async def create(request: web.Request) -> web.Response:
    """Add a bucket."""
    caller, body = caller_of(request), await read_body(request)
    name = body.text("name")
    bucket_id = body.text("id", name)
    check_bucket_name(bucket_id)
    check_bucket_name(name)
    if body.text("type", "STANDARD") != "STANDARD":
        raise not_emulated("An analytics bucket")
    columns = {
        "id": bucket_id,
        "name": name,
        "owner": as_uuid(caller.owner_id),
        "owner_id": caller.owner_id,
        "public": body.boolean("public", False),
        **_settings(request, body),
    }
    async with acting_as(pool_of(request), caller, "storage.bucket.create") as conn:
        try:
            await conn.execute(
                sql.SQL("insert into storage.buckets ({}) values ({})").format(
                    sql.SQL(", ").join(map(sql.Identifier, columns)),
                    sql.SQL(", ").join(map(sql.Placeholder, columns)),
                ),
                columns,
            )
        except errors.UniqueViolation:
            raise duplicate("BucketAlreadyExists") from None
    return json_response({"name": name})


async def show_all(request: web.Request) -> web.Response:
    """The buckets that the caller may see."""
    caller, query = caller_of(request), query_of(request)
    order = sql.SQL("{} {}").format(
        sql.Identifier(query.choice("sortColumn", _SORTABLE, "name")),
        sql.SQL(query.choice("sortOrder", ("asc", "desc"), "asc")),
    )
    async with acting_as(pool_of(request), caller, "storage.bucket.list") as conn:
        cursor = await conn.execute(
            sql.SQL(
                """
                select *
                from storage.buckets
                where strpos(lower(name), lower(%(search)s)) > 0
                order by {}
                limit %(limit)s
                offset %(offset)s
                """
            ).format(order),
            {
                "search": query.text("search", ""),
                "limit": query.integer("limit", least=1) if "limit" in query else None,
                "offset": query.integer("offset", 0),
            },
        )
        found = await cursor.fetchall()
    return json_response([_shown(bucket) for bucket in found])


async def show(request: web.Request) -> web.Response:
    """One bucket."""
    caller = caller_of(request)
    async with acting_as(pool_of(request), caller, "storage.bucket.get") as conn:
        bucket = await rows.find_bucket(conn, request.match_info["bucket"])
    return json_response(_shown(bucket))


async def update(request: web.Request) -> web.Response:
    """Change what is given; null takes a limit away."""
    caller, body = caller_of(request), await read_body(request)
    bucket_id = request.match_info["bucket"]
    columns = _settings(request, body)
    if "public" in body and not body.is_null("public"):
        columns["public"] = body.boolean("public")
    # Naming the bucket's own id keeps the statement valid when nothing is to be changed.
    changes = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name))
        for name in ("id", *columns)
    )
    async with acting_as(pool_of(request), caller, "storage.bucket.update") as conn:
        cursor = await conn.execute(
            sql.SQL("update storage.buckets set {}, updated_at = now() where id = %(id)s").format(
                changes
            ),
            {**columns, "id": bucket_id},
        )
        if cursor.rowcount == 0:
            raise no_such_bucket()
    return json_response({"message": "Successfully updated"})


async def empty(request: web.Request) -> web.Response:
    """Delete the objects of a bucket, as far as the caller may.

    The real server queues it; here it is done when the answer comes.
    """
    caller, bucket_id = caller_of(request), request.match_info["bucket"]
    async with acting_as(pool_of(request), caller, "storage.bucket.empty") as conn:
        await rows.find_bucket(conn, bucket_id)
        gone = await rows.delete(conn, bucket_id)
    files_of(request).remove(bucket_id, [row["version"] for row in gone])
    message = "Empty bucket has been queued. Completion may take up to an hour."
    return json_response({"message": message})


async def delete(request: web.Request) -> web.Response:
    """Delete an empty bucket."""
    caller, bucket_id = caller_of(request), request.match_info["bucket"]
    operation = "storage.bucket.delete"
    async with acting_as(pool_of(request), caller, operation) as conn:
        await rows.find_bucket(conn, bucket_id)
    # What the caller's policies hide from him is in the bucket all the same.
    async with acting_as(pool_of(request), SERVICE, operation) as conn:
        cursor = await conn.execute(
            "select 1 from storage.objects where bucket_id = %s limit 1", (bucket_id,)
        )
        if cursor.rowcount > 0:
            raise not_empty()
    async with acting_as(pool_of(request), caller, operation) as conn:
        try:
            cursor = await conn.execute("delete from storage.buckets where id = %s", (bucket_id,))
        except errors.ForeignKeyViolation:
            raise not_empty() from None
        if cursor.rowcount == 0:
            raise no_such_bucket()
    files_of(request).remove_bucket(bucket_id)
    return json_response({"message": "Successfully deleted"})


def _settings(request: web.Request, body: Body) -> dict[str, Any]:
    """The limits that a body names, as columns."""
    columns: dict[str, Any] = {}
    if "file_size_limit" in body:
        limit = None
        if not body.is_null("file_size_limit"):
            limit = parse_limit(body.text("file_size_limit"))
            if limit > request.app[CONTEXT].config.file_size_limit:
                raise too_large()
        columns["file_size_limit"] = limit
    if "allowed_mime_types" in body:
        types = None
        if not body.is_null("allowed_mime_types"):
            types = body.texts("allowed_mime_types", least=0)
            check_allowed_types(types)
        columns["allowed_mime_types"] = types
    if body.text("versioning_status", "DISABLED") != "DISABLED":
        raise not_emulated("Object versioning")
    return columns


def _shown(bucket: Mapping[str, Any]) -> dict[str, Any]:
    """A bucket as clients see it; the Python client wants a text for the owner."""
    kept = ("id", "name", "public", "file_size_limit", "allowed_mime_types", "type")
    return {
        **{name: bucket[name] for name in kept},
        "owner": bucket["owner_id"] or "",
        "created_at": rows.iso(bucket["created_at"]),
        "updated_at": rows.iso(bucket["updated_at"]),
    }


ROUTES = [
    web.post("/bucket", create),
    web.get("/bucket", show_all),
    web.get("/bucket/{bucket}", show),
    web.put("/bucket/{bucket}", update),
    web.post("/bucket/{bucket}/empty", empty),
    web.delete("/bucket/{bucket}", delete),
]
