"""Where mail servers are: customers name them, so they are looked up and checked like any stranger's wish."""

from __future__ import annotations

import ssl
from typing import Any

from backend.channels.base import Credentials, ErrorCategory, Reach, SendError
from backend.channels.media import public_addresses


async def checked_address(host: str, port: int, credentials: Credentials) -> str:
    """The address to connect to. Raises `SendError`: `CONFIG` for one inside a network that is not theirs.

    The connection goes to this very address; a second look-up could answer differently.
    """
    reach = credentials.mail_hosts
    try:
        found = await public_addresses(
            host, port, loopback=reach is not Reach.PUBLIC, private=reach is Reach.PRIVATE
        )
    except SendError as error:
        if error.code != "ssrf":
            raise
        raise SendError(
            ErrorCategory.CONFIG, f"{host} is not a public address.", code="private_host"
        ) from error
    # Many machines have IPv6 addresses and no way to the world by them.
    return next((one for one in found if ":" not in one), found[0])


class _Named(ssl.SSLContext):
    """TLS with the server of a name, whatever address the connection goes to."""

    name: str

    def wrap_socket(self, *args: Any, **options: Any) -> ssl.SSLSocket:
        """Ask for the name, and check the certificate for it."""
        return super().wrap_socket(*args, **{**options, "server_hostname": self.name})

    def wrap_bio(self, *args: Any, **options: Any) -> ssl.SSLObject:
        """The same for asyncio."""
        return super().wrap_bio(*args, **{**options, "server_hostname": self.name})


def tls_for(host: str, *, verify: bool) -> ssl.SSLContext:
    """TLS with this host over a connection to an address; `verify=False` takes any certificate."""
    context = _Named(ssl.PROTOCOL_TLS_CLIENT)
    context.name = host
    context.load_default_certs()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
