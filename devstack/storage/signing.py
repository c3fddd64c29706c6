"""Making signed URLs, for those who could read or write the object themselves."""

from __future__ import annotations

from aiohttp import web

from devstack.context import CONTEXT, json_response
from devstack.storage import rows
from devstack.storage.body import Body, read_body
from devstack.storage.caller import SERVICE, caller_of
from devstack.storage.database import acting_as
from devstack.storage.errors import not_emulated
from devstack.storage.rows import Draft
from devstack.storage.rules import check_key
from devstack.storage.state import pool_of
from devstack.storage.token import download_token, upload_token
from devstack.storage.upload import ask_policies
from devstack.storage.writing import wants_upsert

LONGEST = 10**10  # seconds; beyond it no date can be written
_HIDDEN = "Either the object does not exist or you do not have access to it"


async def sign(request: web.Request) -> web.Response:
    """A URL to read one object without a key."""
    caller, body = caller_of(request), await read_body(request)
    bucket_id, name = request.match_info["bucket"], request.match_info["name"]
    check_key(name)
    if body.part("transform"):
        raise not_emulated("Image transformation")
    expires_in = _expires_in(body)
    async with acting_as(pool_of(request), caller, "storage.object.sign") as conn:
        await rows.must_find(conn, bucket_id, name)
    return json_response({"signedURL": _url(request, f"{bucket_id}/{name}", expires_in)})


async def sign_many(request: web.Request) -> web.Response:
    """URLs to read several objects; for those that the caller cannot see, a reason."""
    caller, body = caller_of(request), await read_body(request)
    bucket_id, names = request.match_info["bucket"], body.texts("paths")
    expires_in = _expires_in(body)
    async with acting_as(pool_of(request), caller, "storage.object.sign_many") as conn:
        cursor = await conn.execute(
            "select name from storage.objects where bucket_id = %s and name = any (%s::text[])",
            (bucket_id, names),
        )
        seen = {row["name"] for row in await cursor.fetchall()}
    return json_response(
        [
            {
                "error": None if name in seen else _HIDDEN,
                "path": name,
                "signedURL": _url(request, f"{bucket_id}/{name}", expires_in)
                if name in seen
                else None,
            }
            for name in names
        ]
    )


async def sign_upload(request: web.Request) -> web.Response:
    """A URL to upload one object without a key, as the caller."""
    caller = caller_of(request)
    bucket_id, name = request.match_info["bucket"], request.match_info["name"]
    check_key(name)
    upsert = wants_upsert(request)
    pool, operation = pool_of(request), "storage.object.sign_upload_url"
    async with acting_as(pool, SERVICE, operation) as conn:
        await rows.find_bucket(conn, bucket_id)
    draft = Draft(bucket_id=bucket_id, name=name, version="1", owner_id=caller.owner_id)
    await ask_policies(pool, caller, operation, draft, upsert=upsert)
    path = f"{bucket_id}/{name}"
    keys = request.app[CONTEXT].keys
    token = upload_token(keys, path, owner_id=caller.owner_id, upsert=upsert)
    return json_response({"url": f"/object/upload/sign/{path}?token={token}", "token": token})


def _expires_in(body: Body) -> int:
    return body.integer("expiresIn", least=1, most=LONGEST)


def _url(request: web.Request, path: str, expires_in: int) -> str:
    """The URL below /storage/v1; clients escape it themselves."""
    token = download_token(request.app[CONTEXT].keys, path, expires_in)
    return f"/object/sign/{path}?token={token}"


ROUTES = [
    web.post("/object/upload/sign/{bucket}/{name:.+}", sign_upload),
    web.post("/object/sign/{bucket}/{name:.+}", sign),
    web.post("/object/sign/{bucket}", sign_many),
]
