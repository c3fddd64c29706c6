"""How an object comes to be: policies are asked first, then the bytes are taken, then the row.

No transaction is open while bytes arrive, so a slow client holds no connection.
"""

from __future__ import annotations

from aiohttp import web

from devstack.context import CONTEXT, Pool
from devstack.storage import rows
from devstack.storage.caller import SERVICE, Caller
from devstack.storage.database import acting_as
from devstack.storage.errors import duplicate, too_large
from devstack.storage.files import Stored
from devstack.storage.incoming import Incoming, incoming_file
from devstack.storage.rows import Draft, Row
from devstack.storage.rules import EMPTY_FOLDER, check_key, check_type
from devstack.storage.state import files_of, pool_of


async def ask_policies(
    pool: Pool, caller: Caller, operation: str, draft: Draft, *, upsert: bool
) -> None:
    """Raise unless this caller may write this object now; nothing is written."""
    async with acting_as(pool, caller, operation, rehearse=True) as conn:
        if upsert:
            await rows.upsert(conn, draft)
        else:
            await rows.insert(conn, draft)


async def write_row(
    pool: Pool, operation: str, draft: Draft, *, upsert: bool
) -> tuple[Row, str | None]:
    """Write the row of complete bytes; the row, and the version that it replaced."""
    async with acting_as(pool, SERVICE, operation) as conn:
        await rows.lock(conn, draft.bucket_id, draft.name)
        present = await rows.find(conn, draft.bucket_id, draft.name)
        if present is not None and not upsert:
            raise duplicate("KeyAlreadyExists")
        row = await rows.upsert(conn, draft)
    return row, present["version"] if present else None


async def receive(
    request: web.Request,
    *,
    bucket_id: str,
    name: str,
    caller: Caller,
    owner_id: str | None,
    upsert: bool,
    operation: str,
) -> Row:
    """Store the file of this request under this name."""
    pool, files = pool_of(request), files_of(request)
    check_key(name)
    async with acting_as(pool, SERVICE, operation) as conn:
        bucket = await rows.find_bucket(conn, bucket_id)
    file = await incoming_file(request)
    limit = size_limit(request, bucket, name)
    if not name.endswith(EMPTY_FOLDER):
        check_type(file.mime_type, bucket["allowed_mime_types"])
    if not file.framed and (file.declared or 0) > limit:
        raise too_large()
    draft = Draft(
        bucket_id=bucket_id,
        name=name,
        version="1",
        owner_id=owner_id,
        metadata={"mimetype": file.mime_type, "contentLength": file.declared},
        user_metadata=file.user_metadata,
    )
    await ask_policies(pool, caller, operation, draft, upsert=upsert)
    stored = await files.store(bucket_id, file.chunks, limit)
    async with files.removed_on_failure(bucket_id, stored.version):
        complete = Draft(
            bucket_id=bucket_id,
            name=name,
            version=stored.version,
            owner_id=owner_id,
            metadata=_metadata(file, stored),
            user_metadata=file.user_metadata or {},
        )
        row, replaced = await write_row(pool, operation, complete, upsert=upsert)
    files.remove(bucket_id, [replaced])
    return row


def size_limit(request: web.Request, bucket: Row, name: str) -> int:
    """How many bytes an object of this name may have."""
    if name.endswith(EMPTY_FOLDER):
        return 0
    limit = request.app[CONTEXT].config.file_size_limit
    return limit if bucket["file_size_limit"] is None else min(limit, bucket["file_size_limit"])


def _metadata(file: Incoming, stored: Stored) -> dict[str, object]:
    return {
        "eTag": stored.etag,
        "size": stored.size,
        "mimetype": file.mime_type,
        "cacheControl": file.cache_control,
        "lastModified": rows.iso(stored.modified),
        "contentLength": stored.size,
        "httpStatusCode": 200,
    }
