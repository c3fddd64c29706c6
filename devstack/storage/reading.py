"""Reading one object: with a token, from a public bucket, or through a signed URL."""

from __future__ import annotations

from aiohttp import web

from devstack.context import CONTEXT, json_response
from devstack.storage import rows
from devstack.storage.caller import SERVICE, Caller, caller_if_any, caller_of
from devstack.storage.database import acting_as
from devstack.storage.errors import malformed, no_such_bucket, not_emulated
from devstack.storage.rows import Row
from devstack.storage.rules import check_key
from devstack.storage.serving import send_object
from devstack.storage.state import pool_of
from devstack.storage.token import verify


async def download(request: web.Request) -> web.StreamResponse:
    """The bytes, for whoever a select policy shows the object; public buckets for everyone."""
    row = await _readable(request, caller_if_any(request), "storage.object.get_authenticated")
    return await send_object(request, row)


async def download_authenticated(request: web.Request) -> web.StreamResponse:
    """The bytes; a bad token is told, even when the bucket is public."""
    row = await _readable(request, caller_of(request), "storage.object.get_authenticated")
    return await send_object(request, row)


async def download_public(request: web.Request) -> web.StreamResponse:
    """The bytes of an object in a public bucket; no token is asked for."""
    row = await _readable(request, None, "storage.object.get_public")
    return await send_object(request, row)


async def download_signed(request: web.Request) -> web.StreamResponse:
    """The bytes for whoever holds a URL that was signed for them."""
    token = request.query.get("token")
    if not token:
        raise malformed("querystring must have required property 'token'")
    bucket_id, name = _address(request)
    path = f"{bucket_id}/{name}"
    claims = verify(request.app[CONTEXT].keys, token, path=path, scope="download")
    async with acting_as(pool_of(request), SERVICE, "storage.object.get_signed") as conn:
        row = await rows.must_find(conn, bucket_id, name)
    return await send_object(request, row, expires=int(claims["exp"]))


async def info(request: web.Request) -> web.Response:
    """What is known of an object."""
    row = await _readable(request, caller_if_any(request), "storage.object.info_authenticated")
    return _described(row)


async def info_authenticated(request: web.Request) -> web.Response:
    """What is known of an object; a bad token is told."""
    row = await _readable(request, caller_of(request), "storage.object.info_authenticated")
    return _described(row)


async def info_public(request: web.Request) -> web.Response:
    """What is known of an object in a public bucket."""
    return _described(await _readable(request, None, "storage.object.info_public"))


async def _readable(request: web.Request, caller: Caller | None, operation: str) -> Row:
    """The object; raises unless its bucket is public or the caller may see it."""
    pool = pool_of(request)
    bucket_id, name = _address(request)
    async with acting_as(pool, SERVICE, operation) as conn:
        bucket = await rows.find_bucket(conn, bucket_id)
        if bucket["public"]:
            return await rows.must_find(conn, bucket_id, name)
    if caller is None:
        raise no_such_bucket()
    async with acting_as(pool, caller, operation) as conn:
        return await rows.must_find(conn, bucket_id, name)


def _address(request: web.Request) -> tuple[str, str]:
    name = request.match_info["name"]
    check_key(name)
    if "versionId" in request.query:
        raise not_emulated("Object versioning")
    return request.match_info["bucket"], name


def _described(row: Row) -> web.Response:
    metadata = row["metadata"] or {}
    return json_response(
        {
            "id": str(row["id"]),
            "name": row["name"],
            "version": row["version"],
            "bucket_id": row["bucket_id"],
            "size": metadata.get("size"),
            "content_type": metadata.get("mimetype"),
            "cache_control": metadata.get("cacheControl"),
            "etag": metadata.get("eTag"),
            "metadata": row["user_metadata"],
            "last_modified": rows.iso(row["updated_at"]),
            "created_at": rows.iso(row["created_at"]),
        }
    )


# The more exact path comes first: `public` and the like could also be a bucket's name.
ROUTES = [
    web.get("/object/public/{bucket}/{name:.+}", download_public),
    web.get("/object/authenticated/{bucket}/{name:.+}", download_authenticated),
    web.get("/object/sign/{bucket}/{name:.+}", download_signed),
    web.get("/object/info/public/{bucket}/{name:.+}", info_public),
    web.get("/object/info/authenticated/{bucket}/{name:.+}", info_authenticated),
    web.get("/object/info/{bucket}/{name:.+}", info),
    web.get("/object/{bucket}/{name:.+}", download),
]
