"""Which mail servers are asked, and that the certificate is checked for the name and not the address."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from backend.channels.base import ErrorCategory, Reach, SendError
from backend.channels.mail.server import checked_address, tls_for
from backend.channels.mail.smtp import check_login
from tests.channels.mail.payloads import INBOX
from tests.support.tls import server_certificate


@pytest.mark.parametrize(
    ("host", "reach", "allowed"),
    [
        ("127.0.0.1", Reach.PUBLIC, False),
        ("127.0.0.1", Reach.LOOPBACK, True),
        ("127.0.0.1", Reach.PRIVATE, True),
        ("10.1.2.3", Reach.PUBLIC, False),
        ("10.1.2.3", Reach.LOOPBACK, False),
        ("10.1.2.3", Reach.PRIVATE, True),
        ("::ffff:10.1.2.3", Reach.PUBLIC, False),
        ("fd00::1", Reach.PRIVATE, True),
        ("169.254.169.254", Reach.PRIVATE, False),
        ("0.0.0.0", Reach.PRIVATE, False),  # noqa: S104
        ("224.0.0.1", Reach.PRIVATE, False),
        ("93.184.216.34", Reach.PUBLIC, True),
    ],
)
async def test_which_addresses_a_mail_server_may_have(
    host: str, reach: Reach, allowed: bool
) -> None:
    credentials = replace(INBOX, mail_hosts=reach)
    if allowed:
        assert await checked_address(host, 25, credentials) == host
        return
    with pytest.raises(SendError) as refused:
        await checked_address(host, 25, credentials)
    assert (refused.value.category, refused.value.code) == (ErrorCategory.CONFIG, "private_host")


async def test_nothing_is_sent_through_a_server_inside_our_network(http: httpx.AsyncClient) -> None:
    inside = replace(INBOX, settings={**INBOX.settings, "smtp_host": "127.0.0.1"})
    with pytest.raises(SendError, match="not a public address"):
        await check_login(inside)


@pytest.mark.parametrize(("name", "trusted"), [("localhost", True), ("other.example", False)])
async def test_the_certificate_is_checked_for_the_name(
    name: str, trusted: bool, tmp_path: Path
) -> None:
    server_tls, certificate = server_certificate()
    authority = tmp_path / "ca.pem"
    authority.write_bytes(certificate)
    server = await asyncio.start_server(lambda _, w: w.close(), "127.0.0.1", 0, ssl=server_tls)
    context = tls_for(name, verify=True)
    context.load_verify_locations(authority)
    connecting = asyncio.open_connection(
        "127.0.0.1", server.sockets[0].getsockname()[1], ssl=context
    )
    if trusted:
        _, writer = await connecting
        writer.close()
    else:
        with pytest.raises(ssl.SSLCertVerificationError):
            await connecting
    server.close()
