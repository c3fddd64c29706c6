"""Proofs that a request comes from a provider. Every comparison takes the same time, right or wrong."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

from backend.channels.base import Credentials, WebhookRejected, WebhookRequest


def secret(credentials: Credentials, name: str) -> str:
    """Return a secret the inbox must have. Without it nothing can be proven, so nothing is accepted."""
    value = credentials.secrets.get(name)
    if not value:
        raise WebhookRejected(f"This inbox has no {name}.")
    return value


def header(headers: Mapping[str, str], name: str) -> str:
    """Return a header that must be there."""
    value = headers.get(name)
    if not value:
        raise WebhookRejected(f"The request has no {name} header.")
    return value


def check_size(request: WebhookRequest, limit: int) -> None:
    """Refuse a body larger than the provider ever sends."""
    if len(request.body) > limit:
        raise WebhookRejected(f"The body is larger than {limit} bytes.")


def same(given: str, expected: str) -> bool:
    """Compare without telling by the time it takes how much was right."""
    return hmac.compare_digest(
        given.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass")
    )


def require(given: str, expected: str) -> None:
    """Raise unless both are the same."""
    if not same(given, expected):
        raise WebhookRejected("The signature does not match.")


def hmac_hex(key: str, data: bytes, algorithm: str = "sha256") -> str:
    """Return the HMAC in lower-case hexadecimal."""
    return hmac.new(key.encode(), data, algorithm).hexdigest()


def hmac_base64(key: str, data: bytes, algorithm: str = "sha256") -> str:
    """Return the HMAC in standard base 64."""
    return base64.b64encode(hmac.new(key.encode(), data, algorithm).digest()).decode()


def basic_auth(value: str) -> tuple[str, str]:
    """Return user and password of an `Authorization: Basic` header."""
    scheme, _, encoded = value.partition(" ")
    if scheme.lower() != "basic":
        raise WebhookRejected("The Authorization header is not Basic.")
    try:
        user, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise WebhookRejected("The Authorization header cannot be read.") from None
    if not colon:
        raise WebhookRejected("The Authorization header has no password.")
    return user, password


def basic_header(user: str, password: str) -> str:
    """Return an `Authorization: Basic` header's value."""
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def body_hash(body: bytes) -> str:
    """Return what tells one delivery from another when the provider gives it no id."""
    return hashlib.sha256(body).hexdigest()
