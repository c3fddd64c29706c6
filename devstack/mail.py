"""Catches every mail the stack sends, and shows it: an SMTP sink with a small web page.

Nothing leaves the machine. The page lists what was caught, newest first; `/api/mails` gives the
same to tests as JSON. Mails live in memory and are gone when the process ends.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import re
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

_BLANK = '<base target="_blank">'  # links leave the frame
KEPT = 500  # mails
MAX_SIZE = 25 * 1024 * 1024  # bytes of one mail, what most providers accept
_LINK = re.compile(r"https?://[^\s<>\"']+")
_HREF = re.compile(r"href\s*=\s*[\"'](https?://[^\"']+)", re.IGNORECASE)
_log = logging.getLogger("mail")


@dataclass(frozen=True, slots=True)
class Mail:
    """One caught mail; `sender` and `to` are the envelope's, which is where it really went."""

    id: int
    sender: str
    to: list[str]
    subject: str
    date: str
    text: str
    html: str
    headers: dict[str, str] = field(default_factory=dict)  #: by lower-case name, the first of each

    def as_json(self) -> dict[str, object]:
        """The mail as tests read it."""
        fields = asdict(self)
        return {"id": fields.pop("id"), "from": fields.pop("sender"), **fields}

    def links(self) -> list[str]:
        """The addresses in the mail, each once."""
        hrefs = [link.replace("&amp;", "&") for link in _HREF.findall(self.html)]
        return list(dict.fromkeys([*_LINK.findall(self.text), *hrefs]))


@dataclass(slots=True)
class Catcher:
    """Takes mails from SMTP and keeps the last ones."""

    mails: deque[Mail] = field(default_factory=lambda: deque(maxlen=KEPT))
    _last_id: int = 0

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:
        """What aiosmtpd calls for each mail."""
        content = envelope.content or b""
        self._last_id += 1
        mail = read_mail(
            self._last_id,
            content if isinstance(content, bytes) else content.encode(),
            envelope.mail_from or "",
            list(envelope.rcpt_tos),
        )
        self.mails.append(mail)
        _log.info("mail %s to %s", mail.id, ", ".join(mail.to))
        return "250 Caught"

    def find(self, text: str) -> Mail | None:
        """The mail with this id."""
        return next((mail for mail in self.mails if str(mail.id) == text), None)


def read_mail(number: int, content: bytes, sender: str, to: list[str]) -> Mail:
    """Parse whatever was sent; a mail beyond parsing is kept as plain text."""
    headers: dict[str, str] = {}
    received = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    try:
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        subject, text, html = str(message["Subject"] or ""), "", ""
        for name, value in message.items():
            headers.setdefault(name.lower(), _clean(str(value)))
        for part in message.walk():
            if part.is_attachment() or part.get_content_maintype() != "text":
                continue
            if part.get_content_subtype() == "html":
                html += str(part.get_content())
            else:
                text += str(part.get_content())
    except (ValueError, LookupError, KeyError, AttributeError, TypeError, IndexError) as error:
        # The parser of the standard library stumbles over some broken mails in its own ways.
        subject = f"(cannot be read: {error})"
        text, html = content.decode(errors="replace"), ""
    return Mail(number, sender, to, _clean(subject), received, _clean(text), _clean(html), headers)


def _clean(text: str) -> str:
    """Text with plain line ends that can be written as UTF-8."""
    return text.replace("\r\n", "\n").encode("utf-8", "replace").decode()


CATCHER: web.AppKey[Catcher] = web.AppKey("catcher", Catcher)
SMTP_PORT: web.AppKey[int] = web.AppKey("smtp_port", int)
routes = web.RouteTableDef()


@routes.get("/api/mails")
async def list_mails(request: web.Request) -> web.Response:
    """All mails, newest first."""
    mails = reversed(request.app[CATCHER].mails)
    return web.json_response([mail.as_json() for mail in mails])


@routes.get("/api/mails/{id}")
async def show_mail(request: web.Request) -> web.Response:
    """One mail."""
    mail = request.app[CATCHER].find(request.match_info["id"])
    if mail is None:
        return web.json_response({"message": "There is no mail with this id."}, status=404)
    return web.json_response(mail.as_json())


@routes.delete("/api/mails")
async def delete_mails(request: web.Request) -> web.Response:
    """Forget all mails."""
    request.app[CATCHER].mails.clear()
    return web.Response(status=204)


@routes.get("/")
async def list_page(request: web.Request) -> web.Response:
    """All mails for people."""
    rows = "".join(
        f'<tr><td><a href="/mails/{mail.id}">{escape(mail.subject) or "(no subject)"}</a></td>'
        f"<td>{escape(', '.join(mail.to))}</td><td>{_time(mail)}</td></tr>"
        for mail in reversed(request.app[CATCHER].mails)
    )
    table = f"<table><tr><th>Subject</th><th>To</th><th>Caught</th></tr>{rows}</table>"
    return _page("Caught mails", table if rows else "<p>No mail yet. This page reloads.</p>", True)


@routes.get("/mails/{id}")
async def mail_page(request: web.Request) -> web.Response:
    """One mail for people. Its HTML is shown in a frame that may run nothing."""
    mail = request.app[CATCHER].find(request.match_info["id"])
    if mail is None:
        raise web.HTTPNotFound(text="There is no mail with this id.")
    links = "".join(
        f'<li><a href="{escape(link)}" target="_blank" rel="noreferrer">{escape(link)}</a></li>'
        for link in mail.links()
    )
    frame = (
        f'<h2>HTML</h2><iframe title="The mail as HTML" sandbox="allow-popups'
        f' allow-popups-to-escape-sandbox" srcdoc="{escape(_BLANK + mail.html)}"></iframe>'
    )
    body = (
        f"<dl><dt>From</dt><dd>{escape(mail.sender)}</dd>"
        f"<dt>To</dt><dd>{escape(', '.join(mail.to))}</dd>"
        f"<dt>Caught</dt><dd>{_time(mail)}</dd></dl>"
        + (f"<h2>Links</h2><ul>{links}</ul>" if links else "")
        + (f"<h2>Text</h2><pre>{escape(mail.text)}</pre>" if mail.text else "")
        + (frame if mail.html else "")
        + '<p><a href="/">All mails</a></p>'
    )
    return _page(mail.subject or "(no subject)", body)


def _time(mail: Mail) -> str:
    return f'<time datetime="{mail.date}">{mail.date[:19].replace("T", " ")} UTC</time>'


_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem;
  color: #1b1b1b; background: #fff; color-scheme: light dark; }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #161616; }
  a { color: #8ab4f8; } }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .4rem .8rem;
  border-bottom: 1px solid #8884; } td { overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; } dd { margin: 0; }
li, pre { overflow-wrap: anywhere; white-space: pre-wrap; }
iframe { width: 100%; height: 30rem; border: 1px solid #8884; background: #fff; }
"""


def _page(title: str, body: str, reload: bool = False) -> web.Response:
    refresh = '<meta http-equiv="refresh" content="5">' if reload else ""
    return web.Response(
        content_type="text/html",
        charset="utf-8",
        text=f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"{refresh}<style>{_STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>",
        headers={
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline';"
            " img-src data:; frame-src 'self'; form-action 'none'; base-uri 'none'",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        },
    )


async def _smtp(app: web.Application) -> AsyncIterator[None]:
    loop = asyncio.get_running_loop()

    def session() -> SMTP:
        return SMTP(app[CATCHER], data_size_limit=MAX_SIZE, enable_SMTPUTF8=True, loop=loop)

    server = await loop.create_server(session, "127.0.0.1", app[SMTP_PORT])
    yield
    server.close()


def create_app(smtp_port: int) -> web.Application:
    """The web page and, while it runs, the SMTP server."""
    app = web.Application()
    app[CATCHER] = Catcher()
    app[SMTP_PORT] = smtp_port
    app.add_routes(routes)
    app.cleanup_ctx.append(_smtp)
    return app


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smtp", type=int, required=True, metavar="PORT")
    parser.add_argument("--http", type=int, required=True, metavar="PORT")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd's own
    web.run_app(
        create_app(arguments.smtp),
        host="127.0.0.1",
        port=arguments.http,
        print=None,
        shutdown_timeout=1.0,
    )


if __name__ == "__main__":
    main()
