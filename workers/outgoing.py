"""Calling other people's programs: signed, to public addresses only, without following them elsewhere."""

from __future__ import annotations

import hashlib
import hmac
import time

import httpx
from backend.channels.media import public_addresses

from workers.registry import Context

TIMEOUT = 5.0  # seconds
MAX_ANSWER = 64 * 1024  # bytes; nobody reads more of it


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """`sha256=` and the HMAC of `timestamp.body`: what the receiver computes and compares."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"sha256={digest.hexdigest()}"


async def post_signed(
    context: Context, url: str, secret: str, delivery_id: str, body: bytes
) -> int:
    """POST a body to a customer's address; the status it answered with.

    Raises `httpx.HTTPError` when there is no answer, `SendError` for an address inside our own network.
    """
    timestamp = int(time.time())
    target = httpx.URL(url)
    port = target.port or (443 if target.scheme == "https" else 80)
    addresses = await public_addresses(target.host, port, loopback=context.local)
    # The connection goes to the address that was checked; a second look-up could answer differently.
    request = context.http.build_request(
        "POST",
        target.copy_with(host=addresses[0]),
        content=body,
        headers={
            "Host": target.netloc.decode(),
            "Content-Type": "application/json",
            "User-Agent": "Supadesk-Webhook/1",
            "X-Inbox-Timestamp": str(timestamp),
            "X-Inbox-Signature": signature(secret, timestamp, body),
            "X-Inbox-Delivery": delivery_id,
        },
        timeout=TIMEOUT,
        extensions={"sni_hostname": target.host},
    )
    response = await context.http.send(request, stream=True)
    try:
        return response.status_code
    finally:
        await response.aclose()
