"""Downloading what customers sent, without being sent elsewhere.

A URL in a webhook is a stranger's wish. Only hosts of the provider are asked, only by public addresses, and
the connection goes to the very address that was checked.
"""

from __future__ import annotations

import asyncio
import ipaddress
import mimetypes
import re
import socket
import unicodedata
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from urllib.parse import urljoin

import httpx

from backend.channels.base import Credentials, ErrorCategory, Media, SendError
from backend.channels.http import TIMEOUT, category_of_status, retry_after

MAX_BYTES = 100 * 1024 * 1024
MAX_REDIRECTS = 5
MAX_FILE_NAME_BYTES = 200

_PATH_PART = re.compile(r"[/\\]")
#: Extensions the standard library does not know, or knows differently on every machine.
_EXTENSIONS = {
    "audio/ogg": ".ogg",
    "audio/amr": ".amr",
    "audio/mp4": ".m4a",
    "audio/mpeg": ".mp3",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "video/3gpp": ".3gp",
}


def file_name(name: str | None, content_type: str | None = None) -> str:
    """Return a name that is safe to store and show: no path, no control or direction marks, not long."""
    base = _PATH_PART.split(name or "")[-1]
    base = "".join(
        character
        for character in unicodedata.normalize("NFC", base)
        if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
    ).strip(" .")
    if not base:
        return f"file{extension(content_type)}"
    if len(base.encode()) <= MAX_FILE_NAME_BYTES:
        return base
    stem, dot, suffix = base.rpartition(".")
    ending = f"{dot}{suffix}" if dot and len(suffix.encode()) <= 10 else ""
    stem = stem if ending else base
    room = MAX_FILE_NAME_BYTES - len(ending.encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip() + ending


def extension(content_type: str | None) -> str:
    """Return the usual ending for a type, `.bin` when there is none."""
    main = (content_type or "").partition(";")[0].strip().lower()
    return _EXTENSIONS.get(main) or mimetypes.guess_extension(main) or ".bin"


def disposition_name(value: str | None) -> str | None:
    """Return the file name of a Content-Disposition header, `filename*` decoded."""
    if not value:
        return None
    message = EmailMessage()
    try:
        message["content-disposition"] = re.sub(r"[\r\n\0]", " ", value)
        return message.get_filename()
    except Exception:  # the header parser has raised nearly everything on garbage
        return None


def is_loopback(url: str | None) -> bool:
    """Tell whether a base URL points to this machine: a simulator, where strangers' rules do not hold."""
    if not url:
        return False
    try:
        host = httpx.URL(url).host
    except httpx.InvalidURL:
        return False
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_allowed(host: str, hosts: Sequence[str]) -> bool:
    """Tell whether a host is on the list; an entry that starts with a dot stands for all below it."""
    host = host.lower().rstrip(".")
    return any(host.endswith(entry) if entry.startswith(".") else host == entry for entry in hosts)


async def public_addresses(
    host: str, port: int, *, loopback: bool, private: bool = False
) -> list[str]:
    """Resolve a host. Raises when any of its addresses is not a public one, or one of those allowed."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SendError(ErrorCategory.TRANSIENT, f"{host} cannot be resolved.") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        ip: ipaddress.IPv4Address | ipaddress.IPv6Address
        ip = ipaddress.ip_address(address.partition("%")[0])
        if isinstance(ip, ipaddress.IPv6Address):
            ip = ip.ipv4_mapped or ip.sixtofour or ip
        if loopback and ip.is_loopback:
            continue
        # Never link-local ones: that is where clouds give their keys away.
        if private and ip.is_private and not (ip.is_link_local or ip.is_unspecified):
            continue
        if not ip.is_global or ip.is_multicast:
            raise SendError(
                ErrorCategory.INVALID_CONTENT, f"{host} is not a public address.", code="ssrf"
            )
    return addresses


async def download(
    http: httpx.AsyncClient,
    url: str,
    *,
    hosts: Sequence[str],
    credentials: Credentials,
    headers: Mapping[str, str] | None = None,
    max_bytes: int = MAX_BYTES,
) -> Media:
    """Download a file from one of the hosts. Raises `SendError`.

    When the inbox's base URL points to this machine, this machine is a host like the others. The
    Authorization and all other given headers are dropped as soon as a redirect leaves the host.
    """
    loopback = is_loopback(credentials.base_url)
    target = _parsed(url)
    given = dict(headers or {})
    for _ in range(MAX_REDIRECTS + 1):
        media, location = await _hop(http, target, hosts, loopback, given, max_bytes)
        if media is not None:
            return media
        following = _parsed(urljoin(str(target), location))
        if (following.host, following.port, following.scheme) != (
            target.host,
            target.port,
            target.scheme,
        ):
            given = {}
        target = following
    raise SendError(ErrorCategory.INVALID_CONTENT, f"More than {MAX_REDIRECTS} redirects.")


def _parsed(url: str) -> httpx.URL:
    try:
        return httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise SendError(ErrorCategory.INVALID_CONTENT, "The file's address is no URL.") from error


async def _hop(
    http: httpx.AsyncClient,
    url: httpx.URL,
    hosts: Sequence[str],
    loopback: bool,
    headers: Mapping[str, str],
    max_bytes: int,
) -> tuple[Media | None, str]:
    """Ask once: either the file, or where the next redirect leads."""
    local = loopback and is_loopback(str(url))
    if not local and (url.scheme != "https" or url.userinfo or not host_allowed(url.host, hosts)):
        raise SendError(
            ErrorCategory.INVALID_CONTENT, f"Files are not fetched from {url.host}.", code="ssrf"
        )
    port = url.port or (443 if url.scheme == "https" else 80)
    addresses = await public_addresses(url.host, port, loopback=local)
    failure: Exception | None = None
    for address in addresses:
        # The address that was checked is the one that is asked: the name is not resolved again.
        request = http.build_request(
            "GET",
            url.copy_with(host=address),
            headers={**headers, "host": url.netloc.decode("ascii"), "accept-encoding": "identity"},
            extensions={"sni_hostname": url.host, "timeout": TIMEOUT.as_dict()},
        )
        try:
            response = await http.send(request, stream=True, follow_redirects=False)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            failure = error
            continue
        except httpx.HTTPError as error:
            raise SendError(
                ErrorCategory.TRANSIENT, f"The file could not be fetched: {type(error).__name__}"
            ) from error
        try:
            if response.has_redirect_location:
                return None, response.headers["location"]
            return await _read(response, max_bytes), ""
        finally:
            await response.aclose()
    raise SendError(ErrorCategory.TRANSIENT, f"No connection to {url.host}.") from failure


async def _read(response: httpx.Response, max_bytes: int) -> Media:
    status = response.status_code
    if status != httpx.codes.OK:
        category = category_of_status(status)
        if status in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
            category = ErrorCategory.INVALID_CONTENT
        raise SendError(
            category,
            f"The file could not be fetched: HTTP {status}.",
            code=str(status),
            retry_after=retry_after(response),
        )
    data = bytearray()
    too_large = SendError(
        ErrorCategory.INVALID_CONTENT,
        f"The file is larger than {max_bytes} bytes.",
        code="too_large",
    )
    declared = response.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > max_bytes:
        raise too_large
    try:
        async for chunk in response.aiter_bytes():
            data += chunk
            if len(data) > max_bytes:
                raise too_large
    except httpx.HTTPError as error:
        raise SendError(ErrorCategory.TRANSIENT, "The download broke off.") from error
    content_type = response.headers.get("content-type")
    name = disposition_name(response.headers.get("content-disposition"))
    return Media(
        data=bytes(data),
        content_type=content_type,
        file_name=file_name(name, content_type) if name else None,
    )
