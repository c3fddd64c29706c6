"""A static file server that behaves like the production host, for built front ends.

    python -m devstack.static --root dist --port 5173 --spa --overlay runtime --headers vercel.json

It applies the header rules of `vercel.json`, so that a content security policy holds here as it
does in production; compresses texts; and lets browsers keep what has a hash in its name.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import re
import sys
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from aiohttp import web

from devstack.config import StackError

IMMUTABLE = "public,max-age=31536000,immutable"
REVALIDATE = "no-cache"
_TYPES = {
    ".avif": "image/avif",
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".gif": "image/gif",
    ".htm": "text/html; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".map": "application/json; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".ogg": "audio/ogg",
    ".otf": "font/otf",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml; charset=utf-8",
    ".ttf": "font/ttf",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webm": "video/webm",
    ".webmanifest": "application/manifest+json; charset=utf-8",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xml": "application/xml; charset=utf-8",
}
_COMPRESSED_SIBLINGS = {"br": ".br", "gzip": ".gz"}
_WORTH_COMPRESSING = range(1024, 8 * 1024 * 1024)  # bytes
_KEPT = 256  # compressed files in memory
# A bundler's hash: eight or more characters that no word is made of.
_HASHED = re.compile(
    r"[-.](?=[A-Za-z_-]*[0-9A-Z_])[A-Za-z0-9_-]{8,}(\.[a-z0-9]+){1,2}$",
)
_TOKEN = re.compile(r":(?P<name>\w+)(?P<pattern>\([^)]*\))?(?P<many>[*+?])?|(?P<group>\([^)]*\))")


@dataclass(frozen=True, slots=True)
class HeaderRule:
    """Headers for all paths that a pattern matches."""

    pattern: re.Pattern[str]
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What is served: folders, the first of which wins, and the headers that go with it."""

    folders: tuple[Path, ...]
    spa: bool = False
    rules: tuple[HeaderRule, ...] = ()
    compressed: OrderedDict[tuple[Path, int], bytes] = field(default_factory=OrderedDict)

    def find(self, path: str) -> Path | None:
        """The file for a URL path; for pages of a single-page application its index."""
        file = self._file(path)
        if file is None and self.spa and "." not in PurePosixPath(path).name:
            file = self._file("/index.html")
        return file

    def headers_for(self, path: str) -> dict[str, str]:
        """What the rules say about a path; a later rule wins over an earlier one."""
        found: dict[str, str] = {}
        for rule in self.rules:
            if rule.pattern.fullmatch(path):
                for name, value in rule.headers:
                    found[name.lower()] = value
        return found

    def _file(self, path: str) -> Path | None:
        parts = [part for part in path.split("/") if part]
        if "\0" in path or any(p.startswith(".") and p != ".well-known" for p in parts):
            return None
        for folder in self.folders:
            try:
                file = folder.joinpath(*parts).resolve()
                if file.is_dir():
                    file = (file / "index.html").resolve()
                # A link that leads out of the folder is not followed.
                if file.is_file() and file.is_relative_to(folder):
                    return file
            except OSError:  # a name that no file can have
                continue
        return None


def read_rules(path: Path) -> tuple[HeaderRule, ...]:
    """The `headers` of a vercel.json."""
    try:
        rules = json.loads(path.read_text()).get("headers", [])
    except (OSError, ValueError) as error:
        raise StackError(f"The header rules in {path} cannot be read: {error}") from None
    return tuple(_rule(rule, path) for rule in rules)


def _rule(rule: dict[str, Any], path: Path) -> HeaderRule:
    if unknown := rule.keys() - {"source", "headers"}:
        raise StackError(
            f"{path}: a header rule uses {', '.join(sorted(unknown))}, which is not supported here."
        )
    headers = tuple((header["key"], header["value"]) for header in rule["headers"])
    return HeaderRule(path_pattern(rule["source"]), headers)


def path_pattern(source: str) -> re.Pattern[str]:
    """A Vercel `source` such as `/(.*)`, `/docs/:page` or `/:path*` as a regular expression."""
    expression, position = "", 0
    for token in _TOKEN.finditer(source):
        literal = source[position : token.start()]
        position = token.end()
        if token["group"]:
            expression += re.escape(literal) + token["group"]
            continue
        one = token["pattern"] or "([^/]+)"
        match token["many"]:
            case "*" | "+" as many if literal.endswith("/"):
                # The slash belongs to what is repeated: `/a/:path*` also matches `/a`.
                expression += re.escape(literal[:-1]) + f"(?:/{one}){many}"
            case "?" if literal.endswith("/"):
                expression += re.escape(literal[:-1]) + f"(?:/{one})?"
            case many:
                expression += re.escape(literal) + one + (many or "")
    return re.compile(expression + re.escape(source[position:]) + "/?")


def cache_control(path: str) -> str:
    """How long browsers may keep a file: for ever when a change would change its name."""
    return IMMUTABLE if "/assets/" in path and _HASHED.search(path) else REVALIDATE


def create_app(site: Site) -> web.Application:
    """The server of one site."""

    async def serve(request: web.Request) -> web.StreamResponse:
        file = site.find(request.path)
        if file is None:
            raise web.HTTPNotFound
        return await respond(site, request, file)

    @web.middleware
    async def with_rules(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        try:
            response = await handler(request)
        except web.HTTPException as error:
            response = web.Response(status=error.status, text=f"{error.status}: {error.reason}\n")
        for name, value in site.headers_for(request.path).items():
            response.headers[name] = value
        return response

    app = web.Application(middlewares=[with_rules])
    app.router.add_get("/{path:.*}", serve)
    return app


async def respond(site: Site, request: web.Request, file: Path) -> web.StreamResponse:
    """A file, compressed when that is worth it and the client can take it."""
    content_type = _TYPES.get(file.suffix.lower(), "application/octet-stream")
    headers = {"Content-Type": content_type, "Cache-Control": cache_control(request.path)}
    if not is_text(content_type):
        return web.FileResponse(file, headers=headers)
    headers["Vary"] = "Accept-Encoding"
    accepted = request.headers.get("Accept-Encoding", "").lower()
    prepared = any(
        name in accepted and file.with_name(file.name + suffix).is_file()
        for name, suffix in _COMPRESSED_SIBLINGS.items()
    )
    stat = file.stat()
    if (
        prepared  # which FileResponse finds by itself
        or not takes_gzip(accepted)
        or "Range" in request.headers
        or stat.st_size not in _WORTH_COMPRESSING
    ):
        return web.FileResponse(file, headers=headers)
    etag = f"{stat.st_mtime_ns:x}-{stat.st_size:x}-gzip"
    known = request.if_none_match or ()
    response = web.Response(headers=headers)
    response.etag = etag
    if any(tag.value in {etag, "*"} for tag in known):
        response.set_status(304)
        return response
    response.headers["Content-Encoding"] = "gzip"
    response.body = await _compress(site, file, stat.st_mtime_ns)
    return response


def is_text(content_type: str) -> bool:
    """Whether compressing files of this type is worth it."""
    return "charset" in content_type or content_type in {"application/wasm", "font/ttf"}


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding lets gzip in."""
    for choice in accepted.split(","):
        name, _, quality = choice.replace(" ", "").partition(";q=")
        if name in {"gzip", "*"}:
            return quality == "" or quality.strip("0.") != ""
    return False


async def _compress(site: Site, file: Path, changed: int) -> bytes:
    """The file compressed, once for each time that it changes."""
    key = (file, changed)
    if key not in site.compressed:
        content = await asyncio.to_thread(file.read_bytes)
        site.compressed[key] = await asyncio.to_thread(gzip.compress, content, 6, mtime=0)
        while len(site.compressed) > _KEPT:
            site.compressed.popitem(last=False)
    return site.compressed[key]


def read_arguments(arguments: Sequence[str] | None = None) -> tuple[Site, int]:
    """The site and the port that a command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m devstack.static", description=__doc__)
    parser.add_argument("--root", type=Path, required=True, help="the built files")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--spa", action="store_true", help="unknown pages are the index's business")
    parser.add_argument("--overlay", type=Path, help="files in here win over the root's")
    parser.add_argument("--headers", type=Path, help="a vercel.json whose header rules apply")
    given = parser.parse_args(arguments)
    folders = tuple(folder.resolve() for folder in (given.overlay, given.root) if folder)
    for folder in folders:
        if not folder.is_dir():
            raise StackError(f"There is no folder {folder}; build the front end first.")
    rules = read_rules(given.headers) if given.headers else ()
    return Site(folders=folders, spa=given.spa, rules=rules), given.port


def main() -> int:
    """Serve until told to stop."""
    try:
        site, port = read_arguments()
    except StackError as error:
        print(f"static: {error}", file=sys.stderr)
        return 1
    print(f"static: {site.folders[-1]} at http://127.0.0.1:{port}", flush=True)
    web.run_app(create_app(site), host="127.0.0.1", port=port, print=None, shutdown_timeout=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
