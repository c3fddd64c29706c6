"""Who may call a route, said beside the route and checked by a test over all of them."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from fastapi import Request
from pydantic import SecretStr

from backend.errors import NotAuthorized, SupadeskError
from backend.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])


class Caller(StrEnum):
    """Whom a route serves."""

    PUBLIC = "public"  # anybody; gives nothing away
    VISITOR = "visitor"  # a website chat's frame, on our own origin
    PROVIDER = "provider"  # whoever signs like the provider of a channel
    PROGRAM = "program"  # a customer's program, by the identifier of its API inbox
    AGENT = "agent"  # whoever has a login; the database decides what they may
    MONITOR = "monitor"  # whoever holds the metrics token
    SCHEDULER = "scheduler"  # whoever holds the cron secret


def serves(caller: Caller) -> Callable[[F], F]:
    """Declare whom a route serves; a route without this fails the tests."""

    def mark(function: F) -> F:
        function.__dict__["serves"] = caller
        return function

    return mark


def origin(url: str) -> str:
    """Scheme, host and port of a URL, as browsers write them in `Origin`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def require_own_origin(request: Request, settings: Settings) -> None:
    """Refuse a browser that comes from another page than ours. Raises `origin_not_allowed`."""
    given = request.headers.get("origin")
    if given is not None and given.lower() != origin(str(settings.public_url)):
        raise SupadeskError(
            403,
            "origin_not_allowed",
            "This route answers only to the chat frame on its own origin.",
            hint="Load the widget from PUBLIC_URL, and set PUBLIC_URL to where the service is reached.",
        )


def agent_token(request: Request) -> str:
    """The caller's token of Supabase Auth, to be checked by the database. Raises `not_authorized`."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotAuthorized
    return token.strip()


def client_address(request: Request, settings: Settings) -> str:
    """The caller's address, from the platform's own header or the socket; never from one they can set."""
    if settings.client_ip_header:
        return request.headers.get(settings.client_ip_header, "").split(",")[0].strip() or "unknown"
    return request.client.host if request.client else "unknown"


def require_bearer(request: Request, secret: SecretStr | None, what: str) -> None:
    """Let in whoever knows the secret; without one there is nobody to let in."""
    if secret is None:
        raise SupadeskError(404, "not_found", "Not found.")
    expected = f"Bearer {secret.get_secret_value()}"
    given = request.headers.get("authorization", "")
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise SupadeskError(401, "not_authorized", f"This route is for {what}.")
