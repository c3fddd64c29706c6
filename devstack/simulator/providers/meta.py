"""What WhatsApp, Messenger and Instagram share: Meta's JSON, its signature and its errors."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from aiohttp import web

from devstack.simulator.post import Post
from devstack.simulator.provider import Provider, bearer
from devstack.simulator.world import Business

VERSION = "/v24.0"
_ERRORS: dict[int, tuple[int, int, str]] = {
    400: (400, 100, "Unsupported request. The object does not exist or the parameter is wrong."),
    401: (401, 190, "Error validating access token: the session has been invalidated."),
    429: (400, 4, "Application request limit reached"),
    500: (500, 2, "An unexpected error has occurred. Please retry your request later."),
}


def graph_error(status: int, retry_after: float | None = None, *, limit: int = 4) -> web.Response:
    """Graph's way of refusing."""
    http, code, words = _ERRORS[status]
    if status == 429:
        http, code = 429, limit
    headers = {} if retry_after is None else {"retry-after": f"{retry_after:g}"}
    error = {"message": words, "type": "OAuthException", "code": code, "fbtrace_id": "Asim0000000"}
    return web.json_response({"error": error}, status=http, headers=headers)


class MetaProvider(Provider):
    """A provider whose calls carry a bearer token and whose webhooks an app's signature."""

    def business_of(self, request: web.Request) -> Business | None:
        """Whose access token it is."""
        return self.world.by_secret(self.channel, "access_token", bearer(request))

    def refusal(self, status: int, retry_after: float | None) -> web.Response:
        """Graph's error object."""
        return graph_error(status, retry_after)

    def sign(self, business: Business, body: Any) -> Post:
        """Escaped as Meta escapes it: whoever checks another spelling of the JSON finds no match."""
        raw = json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode()
        signature = hmac.new(business.secrets["app_secret"].encode(), raw, hashlib.sha256)
        headers = {
            "content-type": "application/json",
            "x-hub-signature-256": f"sha256={signature.hexdigest()}",
        }
        return Post(business.webhook, raw, headers)
