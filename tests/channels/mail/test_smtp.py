"""Sending, against real servers on loopback."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import httpx
import pytest
from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from backend.channels.base import Credentials, ErrorCategory, OutboundMessage, Reach, SendError
from backend.channels.mail import smtp
from backend.channels.mail.mailbox import Mailbox
from backend.channels.mail.smtp import check_login, error_of
from devstack.config import free_ports
from devstack.mail import create_app
from tests.channels.mail.payloads import INBOX, clock
from tests.channels.provider import Answer, Provider
from tests.support.tls import server_context

MESSAGE = OutboundMessage(
    id="1",
    to="ana@example.net",
    content="Olá",
    content_attributes={"cc_emails": ["bob@example.net"], "bcc_emails": ["boss@example.net"]},
    thread={"conversation_id": "c1", "subject": "x"},
)


@dataclass
class Server:
    """What a mail server saw, and what it says; answers by address or by step."""

    port: int = 0
    envelopes: list[Envelope] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    sender_answer: str = ""
    data_answer: str = "250 OK"
    logins: list[tuple[str, bytes]] = field(default_factory=list)

    async def handle_MAIL(
        self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.sender_answer:
            return self.sender_answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:
        self.envelopes.append(envelope)
        return self.data_answer

    def authenticate(
        self, _: SMTP, __: Session, ___: Envelope, ____: str, data: LoginPassword
    ) -> AuthResult:
        self.logins.append((data.login.decode(), data.password))
        return AuthResult(success=data.password == b"right", handled=False)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    state = Server()
    loop = asyncio.get_running_loop()

    def session() -> SMTP:
        return SMTP(
            state,
            authenticator=state.authenticate,
            auth_require_tls=False,
            auth_required=False,
            loop=loop,
        )

    running = await loop.create_server(session, "127.0.0.1", 0)
    state.port = running.sockets[0].getsockname()[1]
    yield state
    running.close()


def inbox(port: int, **secrets: str) -> Credentials:
    settings = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none"}
    return replace(
        INBOX,
        settings={**INBOX.settings, **settings},
        secrets={**INBOX.secrets, **secrets},
        mail_hosts=Reach.LOOPBACK,
    )


async def send(
    credentials: Credentials, http: httpx.AsyncClient, message: OutboundMessage = MESSAGE
) -> tuple[str, ...]:
    return (await Mailbox(clock).send(message, credentials, http)).source_ids


async def failure(credentials: Credentials, http: httpx.AsyncClient) -> SendError:
    with pytest.raises(SendError) as caught:
        await send(credentials, http)
    return caught.value


async def test_a_mail_arrives_at_all_its_recipients(
    server: Server, http: httpx.AsyncClient
) -> None:
    ids = await send(inbox(server.port), http)

    assert ids == ("conversation/c1/messages/1@shop.example.com",)
    (envelope,) = server.envelopes
    assert envelope.mail_from == INBOX.address
    assert envelope.rcpt_tos == ["ana@example.net", "bob@example.net", "boss@example.net"]
    assert isinstance(envelope.content, bytes)
    assert b"boss@" not in envelope.content


async def test_it_logs_in_where_it_has_a_password(server: Server, http: httpx.AsyncClient) -> None:
    await send(inbox(server.port, smtp_password="right"), http)
    assert server.logins == [(INBOX.address, b"right")]


async def test_a_wrong_password_asks_for_a_new_login(
    server: Server, http: httpx.AsyncClient
) -> None:
    error = await failure(inbox(server.port, smtp_password="wrong"), http)
    assert (error.category, error.code) == (ErrorCategory.AUTH, "535")
    assert server.envelopes == []
    with pytest.raises(SendError):
        await check_login(inbox(server.port, smtp_password="wrong"))
    await check_login(inbox(server.port, smtp_password="right"))


async def test_a_check_names_the_server_that_fails(server: Server) -> None:
    async with httpx.AsyncClient() as http:
        [step] = await Mailbox().check(inbox(server.port, smtp_password="right"), http)
        assert (step.name, step.ok, step.detail) == ("smtp", True, "127.0.0.1")
        [step] = await Mailbox().check(inbox(server.port, smtp_password="wrong"), http)
        assert (step.ok, step.category) == (False, ErrorCategory.AUTH)
        read = inbox(server.port, smtp_password="right")
        closed = {"imap_host": "127.0.0.1", "imap_port": free_ports(1)[0], "imap_security": "none"}
        both = replace(read, settings={**read.settings, **closed})
        [step] = await Mailbox().check(both, http)
        assert (step.name, step.category) == ("imap", ErrorCategory.TRANSIENT)


async def test_when_one_address_is_refused_nobody_gets_the_mail(
    server: Server, http: httpx.AsyncClient
) -> None:
    server.refused = {"bob@example.net": "550 5.1.1 User unknown"}
    error = await failure(inbox(server.port), http)
    assert error.category is ErrorCategory.RECIPIENT_UNREACHABLE
    assert str(error) == "bob@example.net: 550 5.1.1 User unknown"
    assert server.envelopes == []


@pytest.mark.parametrize(
    ("answer", "category"),
    [
        ("451 4.3.0 Try again", ErrorCategory.TRANSIENT),
        ("552 5.3.4 Too large", ErrorCategory.INVALID_CONTENT),
        ("554 5.7.1 Spam", ErrorCategory.POLICY),
        ("550 5.7.60 SendAsDenied", ErrorCategory.POLICY),
    ],
)
async def test_a_refusal_of_the_text_is_final_or_worth_another_try(
    server: Server, http: httpx.AsyncClient, answer: str, category: ErrorCategory
) -> None:
    server.data_answer = answer
    assert (await failure(inbox(server.port), http)).category is category


async def test_a_refused_sender_is_told(server: Server, http: httpx.AsyncClient) -> None:
    server.sender_answer = "554 5.2.252 SendAsDenied"
    assert "SendAsDenied" in str(await failure(inbox(server.port), http))


@pytest.mark.parametrize(
    ("code", "text", "category"),
    [
        (421, "", ErrorCategory.TRANSIENT),
        (450, "4.2.1", ErrorCategory.TRANSIENT),
        (535, "5.7.8 bad credentials", ErrorCategory.AUTH),
        (534, "", ErrorCategory.AUTH),
        (530, "5.7.57 not authenticated", ErrorCategory.AUTH),
        (552, "", ErrorCategory.INVALID_CONTENT),
        (550, "", ErrorCategory.RECIPIENT_UNREACHABLE),
        (550, "5.1.10 no such user", ErrorCategory.RECIPIENT_UNREACHABLE),
        (550, "5.7.1 blocked", ErrorCategory.POLICY),
        (554, "", ErrorCategory.POLICY),
        (503, "bad sequence", ErrorCategory.CONFIG),
    ],
)
def test_each_answer_has_its_meaning(code: int, text: str, category: ErrorCategory) -> None:
    assert error_of(code, text).category is category


@asynccontextmanager
async def scripted(
    act: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    """A server that follows a script, for what no sound server does."""

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await act(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, until: bytes) -> None:
    """Agree to everything until the client says this."""
    writer.write(b"220 hi\r\n")
    while line := await reader.readline():
        if line.upper().startswith(until):
            return
        writer.write(b"250 OK\r\n")


async def test_a_line_cut_before_the_text_may_be_tried_again(http: httpx.AsyncClient) -> None:
    async def act(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await talk(reader, writer, b"RCPT")
        writer.transport.abort()

    async with scripted(act) as port:
        assert (await failure(inbox(port), http)).category is ErrorCategory.TRANSIENT


async def test_a_line_cut_after_the_text_is_uncertain(http: httpx.AsyncClient) -> None:
    async def act(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await talk(reader, writer, b"DATA")
        writer.write(b"354 go on\r\n")
        await reader.readuntil(b"\r\n.\r\n")
        writer.transport.abort()

    async with scripted(act) as port:
        assert (await failure(inbox(port), http)).category is ErrorCategory.UNCERTAIN


async def test_silence_after_the_text_is_uncertain(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "DATA_TIMEOUT", 0.3)

    async def act(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await talk(reader, writer, b"DATA")
        writer.write(b"354 go on\r\n")
        while await reader.readline():
            pass

    async with scripted(act) as port:
        assert (await failure(inbox(port), http)).category is ErrorCategory.UNCERTAIN


async def test_a_server_that_never_greets_may_be_tried_again(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "TIMEOUT", 0.3)

    async def act(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.readline()

    async with scripted(act) as port:
        assert (await failure(inbox(port), http)).category is ErrorCategory.TRANSIENT


async def test_no_server_may_be_tried_again(http: httpx.AsyncClient) -> None:
    assert (await failure(inbox(1), http)).category is ErrorCategory.TRANSIENT


async def test_an_inbox_without_a_server_says_so(http: httpx.AsyncClient) -> None:
    assert (await failure(INBOX, http)).category is ErrorCategory.CONFIG


async def test_a_password_is_not_sent_where_encryption_was_asked_for_and_is_missing(
    server: Server, http: httpx.AsyncClient
) -> None:
    credentials = inbox(server.port, smtp_password="right")
    strict = replace(credentials, settings={**credentials.settings, "smtp_security": "starttls"})
    await failure(strict, http)
    assert server.logins == []


async def test_a_token_is_used_as_google_and_microsoft_want_it(http: httpx.AsyncClient) -> None:
    said: list[bytes] = []

    async def act(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hi\r\n")
        while line := await reader.readline():
            said.append(line.strip())
            if line.startswith(b"EHLO"):
                writer.write(b"250-hi\r\n250 AUTH XOAUTH2\r\n")
            elif line.startswith(b"AUTH"):
                writer.write(b"535 5.7.3 expired\r\n")
            else:
                writer.write(b"250 OK\r\n")

    async with scripted(act) as port:
        assert (await failure(inbox(port, access_token="t0k"), http)).category is ErrorCategory.AUTH
    (auth,) = [line for line in said if line.startswith(b"AUTH XOAUTH2 ")]
    assert (
        base64.b64decode(auth.split()[2]) == f"user={INBOX.address}\1auth=Bearer t0k\1\1".encode()
    )


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_encryption_is_checked_unless_an_administrator_says_otherwise(
    http: httpx.AsyncClient, security: str
) -> None:
    state, context = Server(), server_context()
    loop = asyncio.get_running_loop()

    def session() -> SMTP:
        return SMTP(
            state,
            tls_context=context if security == "starttls" else None,
            authenticator=state.authenticate,
            auth_require_tls=security == "starttls",
            loop=loop,
        )

    running = await loop.create_server(
        session, "127.0.0.1", 0, ssl=context if security == "tls" else None
    )
    try:
        port = running.sockets[0].getsockname()[1]
        plain = inbox(port, smtp_password="right")
        strict = replace(plain, settings={**plain.settings, "smtp_security": security})
        assert (await failure(strict, http)).category is ErrorCategory.CONFIG
        assert state.logins == []

        await send(replace(strict, settings={**strict.settings, "smtp_verify": False}), http)
        assert len(state.envelopes) == 1
    finally:
        running.close()


async def test_the_catcher_of_the_local_stack_shows_our_mail(http: httpx.AsyncClient) -> None:
    (smtp_port,) = free_ports(1)
    runner = web.AppRunner(create_app(smtp_port))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        await send(inbox(smtp_port), http)
        (caught,) = (await http.get(f"http://127.0.0.1:{runner.addresses[0][1]}/api/mails")).json()
    finally:
        await runner.cleanup()
    assert caught["to"] == ["ana@example.net", "bob@example.net", "boss@example.net"]
    assert (caught["subject"], caught["text"].strip()) == ("x", "Olá")
    assert "<p>Olá</p>" in caught["html"]


# Microsoft Graph


def graph(provider: Provider) -> Credentials:
    settings = {**INBOX.settings, "delivery": "graph"}
    return replace(
        INBOX,
        settings=settings,
        secrets={**INBOX.secrets, "access_token": "t0k"},
        base_url=provider.url,
    )


async def test_graph_gets_the_same_mail_with_its_hidden_recipients(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    provider.answers = [Answer(status=202, body=b"")]
    await send(graph(provider), http)
    (asked,) = provider.asked
    assert asked.path == "/v1.0/me/sendMail"
    assert asked.headers["authorization"] == "Bearer t0k"
    content = base64.b64decode(asked.body)
    assert content.startswith(b"Bcc: boss@example.net\r\n")
    assert content.count(b"Bcc:") == 1


@pytest.mark.parametrize(
    ("answer", "category"),
    [
        (
            Answer(
                status=401, json={"error": {"code": "InvalidAuthenticationToken", "message": "x"}}
            ),
            ErrorCategory.AUTH,
        ),
        (Answer(status=429, json={}, headers={"Retry-After": "7"}), ErrorCategory.RATE_LIMITED),
        (Answer(status=400, json=[]), ErrorCategory.INVALID_CONTENT),
        (Answer(fault="reset"), ErrorCategory.UNCERTAIN),
    ],
)
async def test_graphs_refusals_are_understood(
    provider: Provider, http: httpx.AsyncClient, answer: Answer, category: ErrorCategory
) -> None:
    provider.answers = [answer]
    assert (await failure(graph(provider), http)).category is category
