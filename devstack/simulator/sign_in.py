"""Google and Microsoft as far as signing in to a mailbox goes: the consent page, and tokens for the code."""

from __future__ import annotations

import html
import secrets
import time
from urllib.parse import urlencode

import jwt
from aiohttp import web

NAMES = ("google", "microsoft")
LIFETIME = 3600  # seconds
_KEY = "k" * 32  # nobody checks the signature: the token comes straight from the provider
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Simulated sign-in</title>
<h1>Simulated sign-in</h1><p>Open the mailbox <b>{mailbox}</b> to this installation?</p>
<p><a href="{allow}">Allow</a> <a href="{deny}">Deny</a></p></html>"""


class SignIn:
    """Whoever comes is a new mailbox, unless the installation names one."""

    def __init__(self) -> None:
        self._mailboxes: dict[str, str] = {}

    def routes(self) -> list[web.RouteDef]:
        """Both providers' two addresses."""
        return [
            route
            for name in NAMES
            for route in (
                web.get(f"/{name}/authorize", self.consent),
                web.post(f"/{name}/token", self.token),
            )
        ]

    async def consent(self, request: web.Request) -> web.Response:
        """The page on which one agrees or does not."""
        asked = request.query
        mailbox = asked.get("login_hint") or f"{secrets.token_hex(4)}@mailbox.example"
        code = secrets.token_urlsafe(16)
        self._mailboxes[code] = mailbox
        back, state = asked.get("redirect_uri", ""), asked.get("state", "")
        ways = {
            "allow": {"code": code, "state": state},
            "deny": {"error": "access_denied", "state": state},
        }
        links = {name: html.escape(f"{back}?{urlencode(query)}") for name, query in ways.items()}
        return web.Response(
            text=_PAGE.format(mailbox=html.escape(mailbox), **links), content_type="text/html"
        )

    async def token(self, request: web.Request) -> web.Response:
        """Tokens for a code, once, or for a refresh token."""
        form = await request.post()
        mailbox = self._mailboxes.pop(str(form.get("code")), None)
        if mailbox is None and form.get("grant_type") != "refresh_token":
            return web.json_response({"error": "invalid_grant"}, status=400)
        answer = {
            "access_token": secrets.token_urlsafe(24),
            "refresh_token": secrets.token_urlsafe(24),
            "expires_in": LIFETIME,
            "token_type": "Bearer",
        }
        if mailbox is not None:
            claims = {"email": mailbox, "exp": int(time.time()) + LIFETIME}
            answer["id_token"] = jwt.encode(claims, _KEY, algorithm="HS256")
        return web.json_response(answer)
