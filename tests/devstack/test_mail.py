"""The mail catcher keeps what it is sent and shows it without trusting it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.message import EmailMessage

import aiosmtplib
import httpx
import pytest
from aiohttp import web

from devstack.config import free_ports
from devstack.mail import KEPT, MAX_SIZE, create_app


@dataclass(frozen=True, slots=True)
class Catcher:
    """A running catcher."""

    smtp: int
    web: httpx.AsyncClient

    async def send(self, content: bytes, to: str = "ada@example.com") -> None:
        await aiosmtplib.send(
            content,
            sender="sender@example.com",
            recipients=[to],
            hostname="127.0.0.1",
            port=self.smtp,
        )

    async def mails(self) -> list[dict[str, object]]:
        found: list[dict[str, object]] = (await self.web.get("/api/mails")).json()
        return found


@pytest.fixture
async def catcher() -> AsyncIterator[Catcher]:
    smtp, http = free_ports(2)
    runner = web.AppRunner(create_app(smtp))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", http).start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{http}") as client:
        yield Catcher(smtp, client)
    await runner.cleanup()


def message(subject: str, text: str = "Hello", html: str = "") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "shown@example.com", "shown@example.com", subject
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    return bytes(mail)


async def test_mails_are_listed_newest_first_with_the_addresses_of_the_envelope(
    catcher: Catcher,
) -> None:
    await catcher.send(message("first"))
    await catcher.send(message("Grüße", "plain ü", "<p>rich</p>"), to="bob@example.com")

    newest, oldest = await catcher.mails()
    assert oldest["subject"] == "first"
    assert newest["from"] == "sender@example.com"
    assert newest["to"] == ["bob@example.com"]
    assert newest["subject"] == "Grüße"
    assert newest["text"] == "plain ü\n"
    assert newest["html"] == "<p>rich</p>\n"

    one = await catcher.web.get(f"/api/mails/{newest['id']}")
    assert one.json() == newest
    page = (await catcher.web.get("/")).text
    assert page.index("Grüße") < page.index("first")


async def test_deleted_mails_are_gone_and_ids_are_not_used_again(catcher: Catcher) -> None:
    await catcher.send(message("first"))
    (first,) = await catcher.mails()

    assert (await catcher.web.delete("/api/mails")).status_code == 204
    assert await catcher.mails() == []
    assert (await catcher.web.get(f"/api/mails/{first['id']}")).status_code == 404
    assert (await catcher.web.get(f"/mails/{first['id']}")).status_code == 404

    await catcher.send(message("second"))
    assert (await catcher.mails())[0]["id"] != first["id"]


async def test_a_mail_cannot_run_anything_in_the_page(catcher: Catcher) -> None:
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'
    await catcher.send(message(evil, f"{evil} http://example.com/a'b", f"<p>{evil}</p>"))
    (mail,) = await catcher.mails()

    for path in ("/", f"/mails/{mail['id']}"):
        answer = await catcher.web.get(path)
        assert "<script" not in answer.text
        assert "<img" not in answer.text
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    page = (await catcher.web.get(f"/mails/{mail['id']}")).text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page


async def test_links_of_text_and_html_are_listed_once(catcher: Catcher) -> None:
    link = "http://127.0.0.1:1/verify?token=a&type=b"
    html = f'<a href="{link.replace("&", "&amp;")}">x</a><a href="javascript:alert(1)">y</a>'
    await catcher.send(message("links", f"see {link}", html))
    (mail,) = await catcher.mails()

    page = (await catcher.web.get(f"/mails/{mail['id']}")).text
    assert page.count(f'<a href="{link.replace("&", "&amp;")}" target="_blank"') == 1
    assert '<a href="javascript:' not in page


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no header at all",
        b"\xff\xfe\x00\r\n\r\n\xff",
        b"Content-Type: text/plain; charset=nonsense\r\nSubject: x\r\n\r\nbody",
        b"Content-Type: text/html; charset=utf-8\r\n\r\n\xff\xfe",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nbroken",
        b"Content-Transfer-Encoding: base64\r\nContent-Type: text/plain\r\n\r\n!!!",
        b"Subject: =?utf-8?b?////?=\r\nTo: <<<>>>\r\nDate: x\r\n\r\nbody",
        b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ninner body",
    ],
)
async def test_broken_mails_are_kept_all_the_same(catcher: Catcher, content: bytes) -> None:
    await catcher.send(content)
    (mail,) = await catcher.mails()
    assert (await catcher.web.get(f"/mails/{mail['id']}")).status_code == 200


async def test_only_the_last_mails_are_kept(catcher: Catcher) -> None:
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=catcher.smtp) as smtp:
        for number in range(KEPT + 2):
            await smtp.sendmail("a@example.com", ["b@example.com"], message(f"mail {number}"))
    kept = await catcher.mails()
    assert len(kept) == KEPT
    assert (kept[0]["subject"], kept[-1]["subject"]) == (f"mail {KEPT + 1}", "mail 2")


async def test_a_mail_that_is_too_large_is_refused(catcher: Catcher) -> None:
    with pytest.raises(aiosmtplib.SMTPException):
        await catcher.send(b"Subject: big\r\n\r\n" + (b"x" * 76 + b"\r\n") * (MAX_SIZE // 78 + 1))
    assert await catcher.mails() == []
