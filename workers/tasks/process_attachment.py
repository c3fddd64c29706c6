"""Looks at an uploaded file before anybody may fetch it: what it is, how large, and a thumbnail."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

from workers.files import Inspected, Refused, inspect
from workers.jobs import Job
from workers.registry import Context, PermanentError

BUCKET = "attachments"


async def run(context: Context, job: Job) -> None:
    """Make the attachment ready, or refuse it with a reason; its message stays either way.

    The database takes the first answer only, so a second run does nothing.
    """
    attachment_id = job.payload.get("attachment_id")
    if not isinstance(attachment_id, str):
        raise PermanentError("the job names no attachment")
    found = await context.service.call_service("attachment_to_process", {"p_id": attachment_id})
    if found is None:
        return
    path: str = found["path"]
    data = await context.service.download(BUCKET, path)
    result: dict[str, object] = {"path": path}
    try:
        if data is None:
            raise Refused("missing")
        # Decoding takes a while; the loop has leases to keep.
        file = await asyncio.to_thread(inspect, data, found["content_type"])
        result |= await _ready(context, path, file)
    except Refused as refusal:
        result |= {"state": "failed", "error": refusal.reason}
        if data is not None:
            result["byte_size"] = len(data)
    await context.service.call_service(
        "finish_attachment", {"p_id": attachment_id, "p_result": result}
    )


async def _ready(context: Context, path: str, file: Inspected) -> dict[str, object]:
    found = asdict(file)
    thumbnail = found.pop("thumbnail")
    result: dict[str, object] = {"state": "ready", **found}
    if thumbnail is not None:
        folder = path.rsplit("/", 1)[0]
        result["thumb_path"] = f"{folder}/thumbnail/250.webp"
        await context.service.upload(
            BUCKET, f"{folder}/thumbnail/250.webp", thumbnail, "image/webp"
        )
    return result
