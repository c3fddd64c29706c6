"""Handing a mail to the inbox's server, and what its answer means.

Nothing is repeated here. Up to the moment the text is sent a failure is `TRANSIENT`: nothing went out. When
the connection dies after that, the server may have taken the mail: `UNCERTAIN`.
"""

from __future__ import annotations

import base64
import re
import ssl

import aiosmtplib
import httpx
from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPNotSupported,
    SMTPResponseException,
)

from backend.channels import http as web
from backend.channels.base import Credentials, ErrorCategory, SendError
from backend.channels.mail.address import domain_of
from backend.channels.mail.classify import category_of_status
from backend.channels.mail.outgoing import OutgoingMail
from backend.channels.mail.server import checked_address, tls_for

TIMEOUT = 30.0  # seconds for each answer
DATA_TIMEOUT = 120.0  # seconds for the answer to the whole mail; virus scanners take their time
GRAPH_URL = "https://graph.microsoft.com"

_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_PORTS = {"tls": 465, "starttls": 587, "none": 25}


async def deliver(mail: OutgoingMail, credentials: Credentials, http: httpx.AsyncClient) -> None:
    """Send the inbox's way: `settings.delivery` is `smtp`, or `graph` where Microsoft has no SMTP."""
    if credentials.settings.get("delivery") == "graph":
        await _send_by_graph(mail, credentials, http)
    else:
        await _send_by_smtp(mail, credentials)


async def check_login(credentials: Credentials) -> None:
    """Log in and out again: the proof a settings screen shows. Raises `SendError`."""
    client = await _client(credentials)
    await _log_in(client, credentials)
    await _leave(client)


def error_of(code: int, text: str) -> SendError:
    """What a server's refusal means."""
    enhanced = _ENHANCED.search(text)
    status = enhanced[1] if enhanced else None
    if code in (530, 534, 535, 538):
        category = ErrorCategory.AUTH
    elif 400 <= code < 500:
        category = ErrorCategory.TRANSIENT
    elif code == 552 or status in ("5.3.4", "5.2.3"):
        category = ErrorCategory.INVALID_CONTENT
    elif status is not None:
        category = category_of_status(status)
    elif code in (550, 551, 553):
        category = ErrorCategory.RECIPIENT_UNREACHABLE
    else:
        category = ErrorCategory.POLICY if code == 554 else ErrorCategory.CONFIG
    return SendError(category, f"{code} {text}".strip()[:1000], code=status or str(code))


async def _client(credentials: Credentials) -> aiosmtplib.SMTP:
    settings = credentials.settings
    security = str(settings.get("smtp_security") or "starttls")
    host = str(settings.get("smtp_host") or "")
    if not host or security not in _PORTS:
        raise SendError(ErrorCategory.CONFIG, "The inbox has no outgoing mail server.")
    port = int(settings.get("smtp_port") or _PORTS[security])
    context = tls_for(host, verify=settings.get("smtp_verify") is not False)
    return aiosmtplib.SMTP(
        hostname=await checked_address(host, port, credentials),
        port=port,
        use_tls=security == "tls",
        start_tls=security == "starttls",
        tls_context=context if security != "none" else None,
        local_hostname=domain_of(credentials.address) or "localhost",
        timeout=TIMEOUT,
    )


async def _log_in(client: aiosmtplib.SMTP, credentials: Credentials) -> None:
    user = str(credentials.settings.get("smtp_user") or credentials.address)
    token = credentials.secrets.get("access_token")
    password = credentials.secrets.get("smtp_password")
    try:
        await client.connect()
        if token:
            await client.auth_xoauth2(user, token)
        elif password:
            await client.login(user, password)
    except SMTPAuthenticationError as error:
        client.close()
        if 400 <= error.code < 500:
            raise error_of(error.code, error.message) from error
        raise SendError(
            ErrorCategory.AUTH, f"{error.code} {error.message}"[:1000], code=str(error.code)
        ) from error
    except SMTPNotSupported as error:
        client.close()
        raise SendError(
            ErrorCategory.AUTH, f"The mail server does not take this login: {error}"
        ) from error
    except SMTPResponseException as error:
        client.close()
        raise error_of(error.code, error.message) from error
    except (SMTPException, OSError) as error:
        client.close()
        if isinstance(error.__cause__ or error, ssl.SSLCertVerificationError):
            raise SendError(
                ErrorCategory.CONFIG, "The mail server's certificate is not valid."
            ) from error
        raise SendError(ErrorCategory.TRANSIENT, f"No connection: {_words(error)}") from error


async def _send_by_smtp(mail: OutgoingMail, credentials: Credentials) -> None:
    client = await _client(credentials)
    await _log_in(client, credentials)
    try:
        await _address(client, mail)
        await _hand_over(client, mail)
    finally:
        await _leave(client)


async def _address(client: aiosmtplib.SMTP, mail: OutgoingMail) -> None:
    """Name sender and recipients. When one is refused nobody gets it, so that a retry doubles nothing."""
    refused: dict[str, SMTPResponseException] = {}
    try:
        options = []
        if client.supports_extension("size"):
            options.append(f"size={len(mail.content)}")
        await client.mail(mail.sender, options=options)
        for recipient in mail.recipients:
            try:
                await client.rcpt(recipient)
            except SMTPResponseException as error:
                refused[recipient] = error
    except SMTPResponseException as error:
        raise error_of(error.code, error.message) from error
    except (SMTPException, OSError) as error:
        raise SendError(
            ErrorCategory.TRANSIENT, f"The connection broke: {_words(error)}"
        ) from error
    if not refused:
        return
    permanent = [error for error in refused.values() if error.code >= 500]
    worst = (permanent or list(refused.values()))[0]
    meaning = error_of(worst.code, worst.message)
    said = "; ".join(
        f"{address}: {error.code} {error.message}" for address, error in refused.items()
    )
    raise SendError(meaning.category, said[:1000], code=meaning.code)


async def _hand_over(client: aiosmtplib.SMTP, mail: OutgoingMail) -> None:
    try:
        await client.data(mail.content, timeout=DATA_TIMEOUT)
    except SMTPResponseException as error:
        raise error_of(error.code, error.message) from error
    except (SMTPException, OSError) as error:
        raise SendError(
            ErrorCategory.UNCERTAIN,
            f"The mail server did not say whether it took the mail: {_words(error)}",
        ) from error


async def _leave(client: aiosmtplib.SMTP) -> None:
    """Say goodbye; nobody minds when the server is gone already."""
    try:
        if client.is_connected:
            await client.quit(timeout=5)
    except (SMTPException, OSError):
        pass
    finally:
        client.close()


async def _send_by_graph(
    mail: OutgoingMail, credentials: Credentials, http: httpx.AsyncClient
) -> None:
    """Microsoft's own door takes the same bytes; the recipients are in them, so Bcc needs a header."""
    hidden = [
        one for one in mail.recipients if one.encode() not in mail.content.partition(b"\r\n\r\n")[0]
    ]
    head = b"Bcc: " + ", ".join(hidden).encode() + b"\r\n" if hidden else b""
    base = (credentials.base_url or GRAPH_URL).rstrip("/")
    response = await web.request(
        http,
        "POST",
        f"{base}/v1.0/me/sendMail",
        repeatable=False,
        content=base64.b64encode(head + mail.content),
        headers={
            "authorization": f"Bearer {credentials.secrets.get('access_token', '')}",
            "content-type": "text/plain",
        },
    )
    if response.status_code == httpx.codes.ACCEPTED:
        return
    error = web.json_object(response).get("error")
    said = error if isinstance(error, dict) else {}
    raise SendError(
        web.category_of_status(response.status_code),
        str(said.get("message") or f"Microsoft answered {response.status_code}.")[:1000],
        code=str(said.get("code") or response.status_code),
        retry_after=web.retry_after(response),
    )


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
