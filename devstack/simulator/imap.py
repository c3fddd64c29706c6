"""An IMAP server on loopback: one account, a few folders, and faults on request.

It speaks the part of RFC 3501 that a reader of mailboxes needs, over real sockets. General servers
do not lie about sizes, cut lines or renumber mails when told to.
"""

from __future__ import annotations

import asyncio
import base64
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

_CRLF = b"\r\n"
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass
class Stored:
    """A mail in the mailbox. `claimed_size` lies about it, `refuse` makes every fetch fail."""

    uid: int
    raw: bytes
    arrived: date
    claimed_size: int | None = None
    refuse: bool = False
    drop: bool = False  #: cut the line in the middle of the mail


@dataclass
class ImapServer:
    """The server's state; tests change it while it runs."""

    port: int = 0
    user: str = "support@shop.example.com"
    password: str = "secret"  # noqa: S105 for tests
    token: str = "access"  # noqa: S105 for tests
    uidvalidity: int = 7
    mails: list[Stored] = field(default_factory=list)
    hang_after_login: bool = False
    refuse_login_with: str | None = None
    commands: list[str] = field(default_factory=list)  #: what clients asked, without passwords

    def add(self, raw: bytes, *, arrived: date | None = None, **more: object) -> Stored:
        """Deliver a mail."""
        uid = max((mail.uid for mail in self.mails), default=0) + 1
        stored = Stored(uid, raw, arrived or datetime.now(UTC).date(), **more)  # type: ignore[arg-type]
        self.mails.append(stored)
        return stored

    def renumber(self, first: int = 1) -> None:
        """Give all mails new numbers, as a server does after a restore."""
        self.uidvalidity += 1
        for offset, mail in enumerate(self.mails):
            mail.uid = first + offset


@asynccontextmanager
async def running_imap(
    tls: ssl.SSLContext | None = None, state: ImapServer | None = None
) -> AsyncIterator[ImapServer]:
    """A server for as long as the block lasts: at the state's port, or at a free one."""
    state = state or ImapServer()
    sessions: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        sessions.add(task)
        try:
            await _Session(state, reader, writer).run()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            sessions.discard(task)
            writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", state.port, ssl=tls)
    state.port = server.sockets[0].getsockname()[1]
    try:
        yield state
    finally:
        server.close()
        for task in list(sessions):
            task.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)


class _Session:
    """One connection."""

    def __init__(
        self, server: ImapServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.authenticated = self.selected = False

    async def run(self) -> None:
        await self._say(b"* OK IMAP4rev1 ready")
        while line := await self.reader.readline():
            tag, _, rest = line.strip().decode().partition(" ")
            name, _, arguments = rest.partition(" ")
            shown = name if name.upper() in ("LOGIN", "AUTHENTICATE") else rest
            self.server.commands.append(shown)
            if name.upper() == "LOGOUT":
                await self._say(b"* BYE", f"{tag} OK bye".encode())
                return
            if self.authenticated and self.server.hang_after_login:
                await asyncio.sleep(30)
            await self._say(f"{tag} {await self._answer(name.upper(), arguments)}".encode())

    async def _say(self, *lines: bytes) -> None:
        self.writer.write(b"".join(line + _CRLF for line in lines))
        await self.writer.drain()

    async def _answer(self, name: str, arguments: str) -> str:
        """Do what is asked and return the tagged line."""
        if name == "CAPABILITY":
            await self._say(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2")
            return "OK done"
        if name in ("LOGIN", "AUTHENTICATE"):
            return await self._log_in(name, arguments)
        if not self.authenticated:
            return "BAD log in first"
        if name == "LIST":
            await self._say(
                b'* LIST (\\HasNoChildren) "/" INBOX',
                b'* LIST (\\HasNoChildren \\Sent) "/" Sent',
                b'* LIST (\\HasNoChildren \\Junk) "/" Spam',
                b'* LIST (\\HasNoChildren) "/" Orders',
            )
            return "OK done"
        if name in ("STATUS", "EXAMINE", "SELECT"):
            return await self._folder(name, arguments)
        if name == "UID" and self.selected:
            kind, _, rest = arguments.partition(" ")
            if kind.upper() == "SEARCH":
                found = " ".join(str(mail.uid) for mail in self._search(rest))
                await self._say(f"* SEARCH {found}".rstrip().encode())
                return "OK done"
            if kind.upper() == "FETCH":
                return await self._fetch(rest)
        return "BAD what?"

    async def _log_in(self, name: str, arguments: str) -> str:
        server = self.server
        if name == "LOGIN":
            user, password = re.findall(r'"((?:[^"\\]|\\.)*)"', arguments)
            given, wanted = (user, password), (server.user, server.password)
        else:
            await self._say(b"+ ")
            said = base64.b64decode(await self.reader.readline()).decode()
            if arguments == "XOAUTH2":
                given = (said, "")
                wanted = (f"user={server.user}\1auth=Bearer {server.token}\1\1", "")
            else:
                _, user, password = said.split("\0")
                given, wanted = (user, password), (server.user, server.password)
        if server.refuse_login_with:
            return f"NO {server.refuse_login_with}"
        if given != wanted:
            return "NO [AUTHENTICATIONFAILED] Invalid credentials"
        self.authenticated = True
        return "OK logged in"

    async def _folder(self, name: str, arguments: str) -> str:
        if not re.match(r'"?INBOX"?(?: |$)', arguments, re.IGNORECASE):
            return "NO no such folder"
        server = self.server
        if name == "STATUS":
            await self._say(
                f'* STATUS "INBOX" (MESSAGES {len(server.mails)} UIDVALIDITY {server.uidvalidity})'.encode()
            )
            return "OK done"
        self.selected = True
        await self._say(
            f"* {len(server.mails)} EXISTS".encode(),
            b"* FLAGS (\\Seen)",
            f"* OK [UIDVALIDITY {server.uidvalidity}] valid".encode(),
        )
        return "OK [READ-ONLY] done" if name == "EXAMINE" else "OK [READ-WRITE] done"

    def _search(self, criteria: str) -> list[Stored]:
        criteria = criteria.strip("()")
        mails = self.server.mails
        highest = max((mail.uid for mail in mails), default=0)
        if match := re.fullmatch(r"UID (\d+|\*)(?::(\d+|\*))?", criteria):
            ends = [highest if end == "*" else int(end) for end in match.groups(match[1])]
            return [mail for mail in mails if min(ends) <= mail.uid <= max(ends)]
        match = re.fullmatch(r"SINCE (\d+)-(\w+)-(\d+)", criteria)
        assert match, criteria
        day = date(int(match[3]), _MONTHS.index(match[2]) + 1, int(match[1]))
        return [mail for mail in mails if mail.arrived >= day]

    async def _fetch(self, arguments: str) -> str:
        number, _, what = arguments.partition(" ")
        for sequence, mail in enumerate(self.server.mails, 1):
            if mail.uid != int(number):
                continue
            if mail.refuse:
                return "NO this mail is damaged"
            if "RFC822.SIZE" in what:
                size = mail.claimed_size or len(mail.raw)
                await self._say(f"* {sequence} FETCH (UID {mail.uid} RFC822.SIZE {size})".encode())
                continue
            section = "HEADER" if "[HEADER]" in what else ""
            data = mail.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if section else mail.raw
            head = (
                f"* {sequence} FETCH (UID {mail.uid} BODY[{section}] {{{len(data)}}}\r\n".encode()
            )
            if mail.drop:
                self.writer.write(head + data[: len(data) // 2])
                await self.writer.drain()
                self.writer.transport.abort()
                raise ConnectionAbortedError
            self.writer.write(head + data)
            await self._say(b")")
        return "OK done"
