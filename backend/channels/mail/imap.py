"""Reading a mailbox by IMAP: what is new since the cursor, one mail at a time.

The cursor is `(uidvalidity, last_uid)`; flags are neither read nor set, so people may read the mailbox too.
When the server numbers its mails anew, or on the first run, mails since the last visit are read again: the
Message-ID tells which are known. A mail that cannot be fetched or stored is tried three times and then
reported as poison; it never holds up the ones behind it.
"""

from __future__ import annotations

import asyncio
import contextlib
import imaplib
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, TypeVar

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxLoginError

from backend.channels.base import Credentials, ErrorCategory, SendError, WebhookRequest
from backend.channels.mail.mime import MAX_MAIL
from backend.channels.mail.server import checked_address, tls_for

ANSWER_TIMEOUT = 30.0  # seconds for one answer of the server
VISIT_TIMEOUT = 60.0  # seconds for one visit; the next one goes on where this one stopped
BATCH = 50  # mails per visit
FIRST_WINDOW = timedelta(days=1)  # how far back the first visit reads
OVERLAP = timedelta(days=1)  # IMAP searches by day, in the server's time zone
STRIKES = 3
BREAKS = 5  # how often the line may break in the middle of one mail before that mail is given up
MAX_PENDING = 200  # mails remembered for another try

_PORTS = {"tls": 993, "starttls": 143, "none": 143}
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
#: Servers say so in many ways; all of them mean that trying again as we are is useless.
_REFUSED = re.compile(
    r"AUTHENTICATIONFAILED|AUTHORIZATIONFAILED|EXPIRED|invalid credentials|LOGIN failed|AUTHENTICATE failed",
    re.I,
)
_BUSY = re.compile(r"UNAVAILABLE|INUSE|LIMIT|too many|try again|temporar", re.IGNORECASE)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SKIPPED = frozenset({"\\SENT", "\\DRAFTS", "\\JUNK", "\\TRASH"})

Result = TypeVar("Result")

#: Threads of our own: a server that says nothing holds one, and nobody else's.
_THREADS = ThreadPoolExecutor(max_workers=64, thread_name_prefix="imap")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far a folder was read. `pending` holds the mails that failed, and how often."""

    uidvalidity: int | None = None
    last_uid: int = 0
    visited_at: datetime | None = None  #: the last successful visit
    pending: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A mail from the mailbox, for `store`."""

    uid: int
    raw: bytes = field(repr=False)
    size: int
    complete: bool = True  #: False: too large, these are its headers
    poison: str | None = None  #: why this mail was given up; `raw` is what could be fetched of it


def as_request(fetched: Fetched, credentials: Credentials) -> WebhookRequest:
    """The mail in the form all events are stored in; `mailbox.Mailbox` parses it."""
    query = {"recipient": credentials.address}
    if not fetched.complete:
        query["headers_only"] = "1"
    return WebhookRequest(
        method="IMAP",
        url="imap:",
        query=query,
        headers={"content-type": "message/rfc822"},
        body=fetched.raw,
    )


class StoreUnavailable(Exception):
    """Raised by `store` when the failure is not this mail's: the visit ends, nothing counts as a strike."""


class Interrupted(SendError):
    """The line broke in the middle of a mail. `cursor` counts that against the mail."""

    def __init__(self, error: SendError, cursor: Cursor) -> None:
        super().__init__(error.category, str(error), code=error.code)
        self.cursor = cursor


Store = Callable[[Fetched, Cursor], Awaitable[None]]
"""Keeps one mail and, in the same transaction, the cursor behind it."""


async def visit(
    credentials: Credentials, cursor: Cursor, store: Store, *, now: datetime, folder: str = "INBOX"
) -> Cursor:
    """Read what is new and return the cursor to go on from. Raises `SendError` when the server is no help.

    Every mail was handed to `store` with its own cursor before; those are not lost when this raises.
    """
    box = _Mailbox(credentials, folder)
    try:
        async with asyncio.timeout(VISIT_TIMEOUT):
            return await _read(box, cursor, store, now)
    except TimeoutError as error:
        raise SendError(ErrorCategory.TRANSIENT, "The mail server takes too long.") from error
    finally:
        await box.leave()


async def check_login(credentials: Credentials, folder: str = "INBOX") -> int:
    """How many mails the folder holds: the proof a settings screen shows. Raises `SendError`."""
    box = _Mailbox(credentials, folder)
    try:
        async with asyncio.timeout(VISIT_TIMEOUT):
            await box.enter()
            return box.total
    except TimeoutError as error:
        raise SendError(ErrorCategory.TRANSIENT, "The mail server takes too long.") from error
    finally:
        await box.leave()


async def folders(credentials: Credentials) -> list[str]:
    """The folders one may choose to read; those with copies, drafts and rubbish are left out."""
    box = _Mailbox(credentials, "INBOX")
    try:
        async with asyncio.timeout(VISIT_TIMEOUT):
            await box.enter()
            return await box.run(box.list_folders)
    finally:
        await box.leave()


async def _read(box: _Mailbox, cursor: Cursor, store: Store, now: datetime) -> Cursor:
    await box.enter()
    if cursor.uidvalidity == box.uidvalidity:
        fresh = await box.run(lambda: box.uids_after(cursor.last_uid))
    else:
        since = (cursor.visited_at or now) - (OVERLAP if cursor.visited_at else FIRST_WINDOW)
        cursor = Cursor(uidvalidity=box.uidvalidity, visited_at=cursor.visited_at)
        fresh = await box.run(lambda: box.uids_since(since))
    for uid in [*sorted(cursor.pending), *fresh[:BATCH]]:
        cursor = await _take(box, uid, cursor, store)
    if not fresh and cursor.last_uid == 0:
        # Nothing in the window: later mails have later numbers than all there are.
        cursor = replace(cursor, last_uid=await box.run(box.last_uid))
    return replace(cursor, visited_at=now) if len(fresh) <= BATCH else cursor


async def _take(box: _Mailbox, uid: int, cursor: Cursor, store: Store) -> Cursor:
    """Fetch and store one mail; whatever is wrong with it stays with it."""
    passed = replace(
        cursor,
        last_uid=max(uid, cursor.last_uid),
        pending={one: strikes for one, strikes in cursor.pending.items() if one != uid},
    )
    fetched: Fetched | None = None
    try:
        fetched = await box.run(lambda: box.fetch(uid))
        if fetched is not None:  # deleted in the meantime
            await store(fetched, passed)
        return passed
    except SendError as error:
        # Perhaps this very mail makes the server stumble: not for ever the same one.
        strikes = cursor.pending.get(uid, 0) + 1
        if strikes < BREAKS:
            struck = replace(passed, pending={**passed.pending, uid: strikes})
            raise Interrupted(error, struck) from error
        given_up = Fetched(uid=uid, raw=b"", size=0, complete=False, poison=str(error)[:500])
        await store(given_up, passed)
        raise Interrupted(error, passed) from error
    except (StoreUnavailable, TimeoutError):
        raise
    except Exception as error:  # one bad mail, in a way nobody thought of
        strikes = cursor.pending.get(uid, 0) + 1
        if strikes < STRIKES and len(passed.pending) < MAX_PENDING:
            return replace(passed, pending={**passed.pending, uid: strikes})
        reason = f"{type(error).__name__}: {error}"[:500]
        given_up = fetched or Fetched(uid=uid, raw=b"", size=0, complete=False)
        await store(replace(given_up, poison=reason), passed)
        return passed


class _BadMail(Exception):
    """The server has this mail and will not give it out."""


class _Mailbox:
    """One connection. Its methods block; `run` calls them in a thread, one after the other."""

    def __init__(self, credentials: Credentials, folder: str) -> None:
        self._credentials = credentials
        self._folder = folder
        self._box: BaseMailBox | None = None
        self.uidvalidity = 0
        self.total = 0

    async def run(self, step: Callable[[], Result]) -> Result:
        """Do one step elsewhere. A broken connection is `TRANSIENT`."""
        try:
            return await asyncio.get_running_loop().run_in_executor(_THREADS, step)
        except (imaplib.IMAP4.abort, OSError, ssl.SSLError) as error:
            words = str(error) or type(error).__name__
            raise SendError(
                ErrorCategory.TRANSIENT, f"The mail server broke off: {words}"
            ) from error

    async def leave(self) -> None:
        """Close the connection, however far things went."""
        if self._box is not None:
            self._close(self._box)

    async def enter(self) -> None:
        """Connect to the checked address, log in, and look at the folder without touching it."""
        settings = self._credentials.settings
        host = str(settings.get("imap_host") or "")
        security = str(settings.get("imap_security") or "tls")
        if not host or security not in _PORTS:
            raise SendError(ErrorCategory.CONFIG, "The inbox has no incoming mail server.")
        try:
            port = int(settings.get("imap_port") or _PORTS[security])
        except (TypeError, ValueError) as error:
            raise SendError(ErrorCategory.CONFIG, "The port is no number.") from error
        address = await checked_address(host, port, self._credentials)
        await self.run(lambda: self._open(host, address, port, security))

    def _open(self, host: str, address: str, port: int, security: str) -> None:
        try:
            self._box = self._connect(host, address, port, security)
        except ssl.SSLCertVerificationError as error:
            raise SendError(
                ErrorCategory.CONFIG, "The mail server's certificate is not valid."
            ) from error
        self._log_in(self._box)
        try:
            status = self._box.folder.status(self._folder, ["UIDVALIDITY", "MESSAGES"])
            self._box.folder.set(self._folder, readonly=True)
        except ImapToolsError as error:
            raise SendError(
                ErrorCategory.CONFIG, f"There is no folder {self._folder!r}."
            ) from error
        self.uidvalidity, self.total = status["UIDVALIDITY"], status["MESSAGES"]

    def uids_after(self, last: int) -> list[int]:
        """The mails behind the cursor. `n:*` always has the last one in it, even when that is older."""
        return [uid for uid in self._search(f"UID {last + 1}:*") if uid > last]

    def uids_since(self, moment: datetime) -> list[int]:
        """The mails that arrived on this day or later."""
        month = _MONTHS[moment.month - 1]
        return self._search(f"SINCE {moment.day:02}-{month}-{moment.year}")

    def last_uid(self) -> int:
        """The highest number in the folder, 0 when it is empty."""
        return max(self._search("UID *"), default=0) if self.total else 0

    def list_folders(self) -> list[str]:
        """All folders that may hold customers' mails."""
        assert self._box is not None
        return [
            one.name
            for one in self._box.folder.list()
            if not _SKIPPED & {flag.upper() for flag in one.flags}
        ]

    def fetch(self, uid: int) -> Fetched | None:
        """One mail, unseen by others; only the headers when it is too large. None when it is gone."""
        found = self._ask(uid, "(UID RFC822.SIZE)")
        if not found:
            return None
        match = _SIZE.search(b" ".join(part for part in found if isinstance(part, bytes)))
        size = int(match[1]) if match else 0
        complete = size <= MAX_MAIL
        parts = self._ask(uid, "(UID BODY.PEEK[])" if complete else "(UID BODY.PEEK[HEADER])")
        for part in parts:
            if isinstance(part, tuple) and isinstance(part[1], bytes):
                return Fetched(uid=uid, raw=part[1], size=size, complete=complete)
        raise _BadMail("The mail server sent no text for this mail.")

    def _ask(self, uid: int, what: str) -> list[Any]:
        assert self._box is not None
        try:
            status, data = self._box.client.uid("FETCH", str(uid), what)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            raise _BadMail(str(error)) from error
        if status != "OK":
            raise _BadMail(f"The mail server said {status}.")
        return [part for part in data if part is not None]

    def _search(self, criteria: str) -> list[int]:
        assert self._box is not None
        try:
            return sorted(int(uid) for uid in self._box.uids(criteria, charset=None))
        except ImapToolsError as error:
            raise SendError(
                ErrorCategory.TRANSIENT, f"The mail server cannot search: {error}"
            ) from error

    def _connect(self, host: str, address: str, port: int, security: str) -> BaseMailBox:
        if security == "none":
            return MailBoxUnencrypted(address, port, timeout=ANSWER_TIMEOUT)
        context = tls_for(host, verify=self._credentials.settings.get("imap_verify") is not False)
        kind = MailBox if security == "tls" else MailBoxStartTls
        return kind(address, port, timeout=ANSWER_TIMEOUT, ssl_context=context)

    def _log_in(self, box: BaseMailBox) -> None:
        user = str(self._credentials.settings.get("imap_user") or self._credentials.address)
        token = self._credentials.secrets.get("access_token")
        password = self._credentials.secrets.get("imap_password", "")
        try:
            if token:
                box.xoauth2(user, token, initial_folder=None)
            elif password.isascii() and user.isascii():
                box.login(user, password, initial_folder=None)
            else:
                box.login_utf8(user, password, initial_folder=None)
        except imaplib.IMAP4.abort:
            raise
        except (MailboxLoginError, imaplib.IMAP4.error) as error:
            words = str(error)
            busy = _BUSY.search(words) and not _REFUSED.search(words)
            category = ErrorCategory.TRANSIENT if busy else ErrorCategory.AUTH
            raise SendError(
                category, f"The mail server refused the login: {words[:300]}"
            ) from error

    @staticmethod
    def _close(box: BaseMailBox) -> None:
        """Hang up without waiting for goodbyes: another thread may still be listening."""
        with contextlib.suppress(OSError, AttributeError):
            box.client.socket().shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError, AttributeError, imaplib.IMAP4.error):
            box.client.shutdown()
