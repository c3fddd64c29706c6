"""Where a user may be sent after a link, and how the answer is written into that address."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlencode, urlsplit, urlunsplit

from aiohttp import web

from devstack.auth.service import Auth
from devstack.config import AuthSettings

_DECIMAL_ADDRESS = re.compile(r"\d+|0x[0-9a-f]+", re.IGNORECASE)


def redirect_target(request: web.Request, auth: Auth, asked: str = "") -> str:
    """What was asked for, else the referring page, else the site; never a place not allowed."""
    for url in (
        asked,
        request.query.get("redirect_to", ""),
        request.headers.get("redirect_to", ""),
        request.headers.get("Referer", ""),
    ):
        if url and is_allowed(url, auth.settings):
            return url
    return auth.settings.site_url


def is_allowed(url: str, settings: AuthSettings) -> bool:
    """Whether the host is the site's or a loopback address, or the URL fits the allow list."""
    try:
        parts, site = urlsplit(url), urlsplit(settings.site_url)
        host = parts.hostname or ""
    except ValueError:
        return False
    # Browsers read a backslash as a slash, and then see another host than we do.
    if "\\" in url or any(ord(letter) < 33 for letter in url):
        return False
    if parts.scheme in ("http", "https"):
        if host and host == site.hostname:
            return True
        if _DECIMAL_ADDRESS.fullmatch(host):
            return False
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            pass
    address = url.partition("#")[0]
    return any(_glob(pattern).fullmatch(address) for pattern in settings.redirect_urls)


def _glob(pattern: str) -> re.Pattern[str]:
    """`**` is anything, `*` and `?` stop at dots and slashes."""
    meaning = {"**": ".*", "*": "[^./]*", "?": "[^./]"}
    tokens = re.findall(r"\*\*|\*|\?|[^*?]+", pattern)
    return re.compile("".join(meaning.get(token, re.escape(token)) for token in tokens))


def action_link(auth: Auth, token: str, kind: str, target: str) -> str:
    """The link in a mail."""
    return f"{auth.url}/verify?" + urlencode({"token": token, "type": kind, "redirect_to": target})


def with_fragment(url: str, **values: object) -> str:
    """The URL with these values after `#`, in the implicit flow's way."""
    return f"{url.partition('#')[0]}#{urlencode(values)}&sb="


def with_query(url: str, **values: object) -> str:
    """The URL with these values added to its query."""
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, urlencode(values))))
    return urlunsplit(parts._replace(query=query))
