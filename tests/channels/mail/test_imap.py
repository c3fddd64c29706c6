"""Reading mailboxes, against a real server on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from backend.channels.base import Credentials, ErrorCategory, InboundMessage, Reach, SendError
from backend.channels.mail import imap
from backend.channels.mail.imap import (
    Cursor,
    Fetched,
    StoreUnavailable,
    as_request,
    check_login,
    visit,
)
from backend.channels.mail.mailbox import Mailbox
from backend.channels.mail.mime import MAX_MAIL
from devstack.simulator.imap import ImapServer, running_imap
from tests.support.tls import server_context

NOW = datetime(2026, 9, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
async def server() -> AsyncIterator[ImapServer]:
    async with running_imap() as running:
        yield running


def mail(number: int) -> bytes:
    return f"From: ana@example.net\r\nMessage-ID: <m{number}@x>\r\nSubject: {number}\r\n\r\nHi\r\n".encode()


def inbox(server: ImapServer, **secrets: str) -> Credentials:
    return Credentials(
        address=server.user,
        settings={"imap_host": "127.0.0.1", "imap_port": server.port, "imap_security": "none"},
        secrets=secrets or {"imap_password": server.password},
        mail_hosts=Reach.LOOPBACK,
    )


@dataclass
class Desk:
    """What the worker keeps: mails, poison and the cursor."""

    cursor: Cursor = field(default_factory=Cursor)
    mails: list[Fetched] = field(default_factory=list)
    poison: list[Fetched] = field(default_factory=list)
    refuses: bytes | None = None
    down: bool = False

    async def store(self, fetched: Fetched, cursor: Cursor) -> None:
        if self.down:
            raise StoreUnavailable
        if self.refuses and self.refuses in fetched.raw and not fetched.poison:
            raise ValueError("cannot be stored")
        (self.poison if fetched.poison else self.mails).append(fetched)
        self.cursor = cursor

    async def visit(self, credentials: Credentials, now: datetime = NOW) -> None:
        self.cursor = await visit(credentials, self.cursor, self.store, now=now)

    @property
    def uids(self) -> list[int]:
        return [one.uid for one in self.mails]


async def test_each_mail_is_read_once_and_in_order(server: ImapServer) -> None:
    desk = Desk()
    for number in range(3):
        server.add(mail(number), arrived=NOW.date())
    await desk.visit(inbox(server))
    await desk.visit(inbox(server))
    server.add(mail(3), arrived=NOW.date())
    await desk.visit(inbox(server))

    assert desk.uids == [1, 2, 3, 4]
    assert desk.mails[3].raw == mail(3)
    assert desk.cursor == Cursor(uidvalidity=7, last_uid=4, visited_at=NOW, pending={})


async def test_nothing_is_marked_as_read(server: ImapServer) -> None:
    server.add(mail(1), arrived=NOW.date())
    await Desk().visit(inbox(server))

    said = " ".join(server.commands)
    assert "EXAMINE" in said
    assert "SELECT" not in said
    assert "BODY[" not in said
    assert "STORE" not in said


async def test_the_first_visit_reads_the_last_day_only_and_the_next_goes_on(
    server: ImapServer,
) -> None:
    desk = Desk()
    server.add(mail(1), arrived=(NOW - timedelta(days=30)).date())
    await desk.visit(inbox(server))
    server.add(mail(2), arrived=NOW.date())
    await desk.visit(inbox(server))

    assert desk.uids == [2]


async def test_mail_of_ten_days_of_outage_is_fetched(server: ImapServer) -> None:
    """Row 78."""
    desk = Desk()
    server.add(mail(0), arrived=NOW.date())
    await desk.visit(inbox(server))
    for day in range(1, 11):
        server.add(mail(day), arrived=(NOW + timedelta(days=day)).date())
    await desk.visit(inbox(server), NOW + timedelta(days=10))

    assert desk.uids == list(range(1, 12))


async def test_new_numbers_read_again_from_the_last_visit_on(server: ImapServer) -> None:
    """Row 78: the Message-ID tells which of them are known."""
    desk = Desk()
    server.add(mail(1), arrived=(NOW - timedelta(days=9)).date())
    server.add(mail(2), arrived=NOW.date())
    await desk.visit(inbox(server))
    server.add(mail(3), arrived=(NOW + timedelta(days=4)).date())
    server.renumber(first=100)
    await desk.visit(inbox(server), NOW + timedelta(days=5))

    assert desk.uids == [2, 101, 102]
    assert (desk.cursor.uidvalidity, desk.cursor.last_uid) == (8, 102)


async def test_a_mail_the_server_will_not_give_out_is_quarantined_and_the_others_go_on(
    server: ImapServer,
) -> None:
    """Rows 79 and 81: three strikes, and nobody waits."""
    desk = Desk()
    server.add(mail(1), arrived=NOW.date(), refuse=True)
    server.add(mail(2), arrived=NOW.date())
    await desk.visit(inbox(server))
    assert desk.uids == [2]
    assert desk.cursor.pending == {1: 1}

    await desk.visit(inbox(server))
    assert desk.poison == []
    await desk.visit(inbox(server))
    assert [one.uid for one in desk.poison] == [1]
    assert desk.cursor.pending == {}

    await desk.visit(inbox(server))
    assert (len(desk.mails), len(desk.poison)) == (1, 1)


async def test_a_mail_that_cannot_be_stored_is_quarantined_with_its_bytes(
    server: ImapServer,
) -> None:
    desk = Desk(refuses=b"<m1@x>")
    server.add(mail(1), arrived=NOW.date())
    server.add(mail(2), arrived=NOW.date())
    for _ in range(4):
        await desk.visit(inbox(server))

    assert desk.uids == [2]
    assert [(one.raw, one.poison) for one in desk.poison] == [
        (mail(1), "ValueError: cannot be stored")
    ]


async def test_an_outage_of_ours_counts_as_no_strike(server: ImapServer) -> None:
    desk = Desk(down=True)
    server.add(mail(1), arrived=NOW.date())
    for _ in range(5):
        with pytest.raises(StoreUnavailable):
            await desk.visit(inbox(server))
    assert desk.cursor == Cursor()

    desk.down = False
    await desk.visit(inbox(server))
    assert desk.uids == [1]


async def test_a_line_cut_in_the_middle_of_a_mail_loses_nothing(server: ImapServer) -> None:
    desk = Desk()
    server.add(mail(1), arrived=NOW.date())
    second = server.add(mail(2), arrived=NOW.date(), drop=True)
    with pytest.raises(SendError) as caught:
        await desk.visit(inbox(server))
    assert caught.value.category is ErrorCategory.TRANSIENT
    assert desk.uids == [1]

    second.drop = False
    await desk.visit(inbox(server))
    assert desk.uids == [1, 2]


async def test_of_a_mail_that_is_too_large_only_the_headers_are_read(server: ImapServer) -> None:
    desk = Desk()
    server.add(mail(1), arrived=NOW.date(), claimed_size=MAX_MAIL + 1)
    await desk.visit(inbox(server))

    assert not desk.mails[0].complete
    (event,) = Mailbox().parse(as_request(desk.mails[0], inbox(server)), inbox(server))
    assert isinstance(event, InboundMessage)
    assert (event.content, event.content_attributes["email"]["complete"]) == ("1", False)
    assert desk.mails[0].raw.endswith(b"Subject: 1\r\n\r\n")
    assert not any("BODY.PEEK[]" in command for command in server.commands)


async def test_a_mail_deleted_in_the_meantime_is_no_failure(server: ImapServer) -> None:
    desk = Desk(cursor=Cursor(uidvalidity=7, last_uid=9, pending={4: 1}, visited_at=NOW))
    await desk.visit(inbox(server))

    assert desk.cursor.pending == {}
    assert desk.poison == []


async def test_one_visit_takes_a_batch_and_the_next_the_rest(
    server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "BATCH", 2)
    desk = Desk()
    for number in range(5):
        server.add(mail(number), arrived=NOW.date())
    await desk.visit(inbox(server))
    assert desk.uids == [1, 2]
    await desk.visit(inbox(server))
    await desk.visit(inbox(server))
    assert desk.uids == [1, 2, 3, 4, 5]


async def test_a_wrong_password_asks_for_a_new_login(server: ImapServer) -> None:
    with pytest.raises(SendError) as caught:
        await Desk().visit(inbox(server, imap_password="wrong"))
    assert caught.value.category is ErrorCategory.AUTH
    assert "wrong" not in str(caught.value)


async def test_a_busy_server_is_not_taken_for_a_wrong_password(server: ImapServer) -> None:
    server.refuse_login_with = "[UNAVAILABLE] Too many simultaneous connections"
    with pytest.raises(SendError) as caught:
        await Desk().visit(inbox(server))
    assert caught.value.category is ErrorCategory.TRANSIENT


async def test_a_token_opens_the_mailbox_and_an_old_one_does_not(server: ImapServer) -> None:
    server.add(mail(1), arrived=NOW.date())
    desk = Desk()
    await desk.visit(inbox(server, access_token="access"))
    assert desk.uids == [1]
    with pytest.raises(SendError) as caught:
        await desk.visit(inbox(server, access_token="old"))
    assert caught.value.category is ErrorCategory.AUTH


async def test_passwords_may_have_any_letters(server: ImapServer) -> None:
    server.password = "sênha"
    assert await check_login(inbox(server)) == 0


async def test_a_server_that_hangs_is_left_in_time(
    server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "VISIT_TIMEOUT", 0.5)
    server.hang_after_login = True
    with pytest.raises(SendError) as caught:
        await Desk().visit(inbox(server))
    assert caught.value.category is ErrorCategory.TRANSIENT


async def test_no_server_at_all_is_worth_another_try(server: ImapServer) -> None:
    nowhere = replace(
        inbox(server),
        settings={"imap_host": "127.0.0.1", "imap_port": 1, "imap_security": "none"},
    )
    with pytest.raises(SendError) as caught:
        await Desk().visit(nowhere)
    assert caught.value.category is ErrorCategory.TRANSIENT


async def test_an_inbox_without_a_server_says_so(server: ImapServer) -> None:
    with pytest.raises(SendError) as caught:
        await Desk().visit(replace(inbox(server), settings={}))
    assert caught.value.category is ErrorCategory.CONFIG


async def test_a_folder_that_is_gone_is_a_matter_of_settings(server: ImapServer) -> None:
    with pytest.raises(SendError) as caught:
        await check_login(inbox(server), folder="Elsewhere")
    assert caught.value.category is ErrorCategory.CONFIG


async def test_folders_of_copies_and_spam_are_not_offered(server: ImapServer) -> None:
    assert await imap.folders(inbox(server)) == ["INBOX", "Orders"]


async def test_encryption_is_checked_unless_an_administrator_says_otherwise() -> None:
    async with running_imap(server_context()) as server:
        server.add(mail(1), arrived=NOW.date())
        plain = inbox(server)
        strict = replace(plain, settings={**plain.settings, "imap_security": "tls"})
        with pytest.raises(SendError) as caught:
            await Desk().visit(strict)
        assert caught.value.category is ErrorCategory.CONFIG

        desk = Desk()
        await desk.visit(replace(strict, settings={**strict.settings, "imap_verify": False}))
        assert desk.uids == [1]
