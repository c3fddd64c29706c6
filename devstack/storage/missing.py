"""What the real Storage has and this one has not: said plainly, with status 501."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from devstack.storage.errors import not_emulated

FEATURES = {
    "/upload/resumable": "Resumable upload (TUS)",
    "/render/image": "Image transformation",
    "/s3": "The S3 protocol",
    "/vector": "Vector buckets",
    "/iceberg": "Analytics buckets (Iceberg)",
    "/cdn": "The CDN cache",
    "/bucket/{bucket}/lifecycle": "A bucket's lifecycle",
}


def _refuse(feature: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handler(_: web.Request) -> web.Response:
        raise not_emulated(feature)

    return handler


ROUTES = [
    web.route("*", path + rest, _refuse(feature))
    for path, feature in FEATURES.items()
    for rest in ("", "/{rest:.*}")
]
