"""Changing objects: upload, replace, move, copy, remove."""

from __future__ import annotations

from aiohttp import web

from devstack.context import CONTEXT, json_response
from devstack.storage import rows
from devstack.storage.body import read_body
from devstack.storage.caller import SERVICE, caller_of
from devstack.storage.database import acting_as
from devstack.storage.errors import malformed, no_such_key
from devstack.storage.incoming import decode_metadata
from devstack.storage.rows import Draft, Row
from devstack.storage.rules import check_key
from devstack.storage.state import files_of, pool_of
from devstack.storage.token import verify
from devstack.storage.upload import ask_policies, receive, write_row

MAX_REMOVED = 1000  # objects in one call


async def upload(request: web.Request) -> web.Response:
    """Add an object; with `x-upsert: true` also replace one."""
    upsert = wants_upsert(request)
    return _receipt(await _upload(request, "storage.object.upload", upsert=upsert))


async def replace(request: web.Request) -> web.Response:
    """Replace an object, or add it when there is none."""
    return _receipt(await _upload(request, "storage.object.upload_update", upsert=True))


async def upload_signed(request: web.Request) -> web.Response:
    """Store a file for whoever holds a URL that was signed for it; policies were asked then."""
    token = request.query.get("token")
    if not token:
        raise malformed("querystring must have required property 'token'")
    bucket_id, name = request.match_info["bucket"], request.match_info["name"]
    path = f"{bucket_id}/{name}"
    claims = verify(request.app[CONTEXT].keys, token, path=path, scope="upload")
    row = await receive(
        request,
        bucket_id=bucket_id,
        name=name,
        caller=SERVICE,
        owner_id=claims.get("owner"),
        upsert=claims.get("upsert") is True,
        operation="storage.object.upload_signed",
    )
    return _receipt(row)


async def move(request: web.Request) -> web.Response:
    """Give an object another name, or another bucket. Needs select and update policies."""
    caller, body = caller_of(request), await read_body(request)
    bucket_id, source = body.text("bucketId"), body.text("sourceKey")
    target_bucket, target = body.text("destinationBucket", bucket_id), body.text("destinationKey")
    check_key(target)
    pool, files, operation = pool_of(request), files_of(request), "storage.object.move"
    async with acting_as(pool, SERVICE, operation) as conn:
        await rows.find_bucket(conn, target_bucket)
    async with acting_as(pool, caller, operation, rehearse=True) as conn:
        row = await rows.rename(
            conn,
            await rows.must_find(conn, bucket_id, source),
            bucket_id=target_bucket,
            name=target,
            version="1",
            owner_id=caller.owner_id,
            metadata=None,
        )
    if (bucket_id, source) != (target_bucket, target):
        async with acting_as(pool, SERVICE, operation) as conn:
            await rows.lock(conn, bucket_id, source)
            present = await rows.must_find(conn, bucket_id, source)
            copied = await files.duplicate(bucket_id, present["version"], target_bucket)
            if copied is None:
                raise no_such_key()
            version, modified = copied
            async with files.removed_on_failure(target_bucket, version):
                row = await rows.rename(
                    conn,
                    present,
                    bucket_id=target_bucket,
                    name=target,
                    version=version,
                    owner_id=caller.owner_id,
                    metadata={**(present["metadata"] or {}), "lastModified": rows.iso(modified)},
                )
        files.remove(bucket_id, [present["version"]])
    return json_response({"message": "Successfully moved", **_names(row)})


async def copy(request: web.Request) -> web.Response:
    """Add an object with the bytes of another. Needs select and insert policies."""
    caller, body = caller_of(request), await read_body(request)
    bucket_id, source = body.text("bucketId"), body.text("sourceKey")
    target_bucket, target = body.text("destinationBucket", bucket_id), body.text("destinationKey")
    check_key(target)
    pool, files, operation = pool_of(request), files_of(request), "storage.object.copy"
    async with acting_as(pool, SERVICE, operation) as conn:
        await rows.find_bucket(conn, target_bucket)
    async with acting_as(pool, caller, operation) as conn:
        origin = await rows.must_find(conn, bucket_id, source)
    metadata = dict(origin["metadata"] or {})
    user_metadata = origin["user_metadata"]
    if not body.boolean("copyMetadata", True):
        wanted = body.part("metadata")
        metadata |= {n: wanted.text(n) for n in ("cacheControl", "mimetype") if n in wanted}
        user_metadata = decode_metadata(request.headers.get("x-metadata"))
    draft = Draft(
        bucket_id=target_bucket,
        name=target,
        version="1",
        owner_id=caller.owner_id,
        metadata=metadata,
        user_metadata=user_metadata,
    )
    upsert = wants_upsert(request)
    await ask_policies(pool, caller, operation, draft, upsert=upsert)
    copied = await files.duplicate(bucket_id, origin["version"], target_bucket)
    if copied is None:
        raise no_such_key()
    version, modified = copied
    async with files.removed_on_failure(target_bucket, version):
        complete = Draft(
            bucket_id=target_bucket,
            name=target,
            version=version,
            owner_id=caller.owner_id,
            metadata={**metadata, "lastModified": rows.iso(modified)},
            user_metadata=user_metadata,
        )
        row, replaced = await write_row(pool, operation, complete, upsert=upsert)
    files.remove(target_bucket, [replaced])
    return json_response({**rows.jsonable(row, "path_tokens"), **_names(row)})


async def remove_many(request: web.Request) -> web.Response:
    """Delete the named objects as far as policies let; the rows that went."""
    caller, body = caller_of(request), await read_body(request)
    bucket_id = request.match_info["bucket"]
    names = body.texts("prefixes", most=MAX_REMOVED)
    async with acting_as(pool_of(request), caller, "storage.object.delete_many") as conn:
        gone = await rows.delete(conn, bucket_id, names)
    files_of(request).remove(bucket_id, [row["version"] for row in gone])
    return json_response([rows.jsonable(row, "path_tokens") for row in gone])


async def remove(request: web.Request) -> web.Response:
    """Delete one object."""
    caller = caller_of(request)
    bucket_id, name = request.match_info["bucket"], request.match_info["name"]
    async with acting_as(pool_of(request), caller, "storage.object.delete") as conn:
        gone = await rows.delete(conn, bucket_id, [name])
    if not gone:
        raise no_such_key()
    files_of(request).remove(bucket_id, [row["version"] for row in gone])
    return json_response({"message": "Successfully deleted"})


def wants_upsert(request: web.Request) -> bool:
    """Whether the client asks to replace what is there."""
    return request.headers.get("x-upsert") == "true"


async def _upload(request: web.Request, operation: str, *, upsert: bool) -> Row:
    caller = caller_of(request)
    return await receive(
        request,
        bucket_id=request.match_info["bucket"],
        name=request.match_info["name"],
        caller=caller,
        owner_id=caller.owner_id,
        upsert=upsert,
        operation=operation,
    )


def _names(row: Row) -> dict[str, str]:
    return {"Id": str(row["id"]), "Key": f"{row['bucket_id']}/{row['name']}"}


def _receipt(row: Row) -> web.Response:
    return json_response(_names(row))


ROUTES = [
    web.post("/object/move", move),
    web.post("/object/copy", copy),
    web.put("/object/upload/sign/{bucket}/{name:.+}", upload_signed),
    web.post("/object/{bucket}/{name:.+}", upload),
    web.put("/object/{bucket}/{name:.+}", replace),
    web.delete("/object/{bucket}/{name:.+}", remove),
    web.delete("/object/{bucket}", remove_many),
]
