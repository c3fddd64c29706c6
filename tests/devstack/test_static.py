"""The static server: what it finds, what it refuses, and the headers it sends."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from yarl import URL

from devstack.config import ROOT, StackError, free_ports
from devstack.static import (
    IMMUTABLE,
    Site,
    cache_control,
    create_app,
    path_pattern,
    read_arguments,
    read_rules,
    takes_gzip,
)

SCRIPT = "const answer = 42;\n" * 200
Serve = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small built front end."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "docs").mkdir()
    (folder / "index.html").write_text("<title>app</title>")
    (folder / "docs" / "index.html").write_text("<title>docs</title>")
    (folder / "assets" / "index-DiwrgTda.js").write_text(SCRIPT)
    (folder / "config.js").write_text("built")
    (folder / "logo.png").write_bytes(b"\x89PNG" + bytes(2000))
    (folder / ".env").write_text("SECRET=1")
    (tmp_path / "outside.txt").write_text("outside")
    (folder / "link.txt").symlink_to(tmp_path / "outside.txt")
    return folder.resolve()


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serves a site and gives a client of it that sends paths as they are written."""
    servers: list[TestServer] = []
    clients: list[httpx.AsyncClient] = []

    async def start(*folders: Path, **options: object) -> httpx.AsyncClient:
        server = TestServer(create_app(Site(folders=folders, **options)))  # type: ignore[arg-type]
        await server.start_server()
        clients.append(httpx.AsyncClient(base_url=str(server.make_url("/"))))
        servers.append(server)
        return clients[-1]

    yield start
    for client in clients:
        await client.aclose()
    for server in servers:
        await server.close()


async def test_pages_without_an_extension_are_the_applications(root: Path, serve: Serve) -> None:
    http = await serve(root, spa=True)
    for path in ("/", "/inboxes/7", "/a.b/c"):
        answer = await http.get(path)
        assert (answer.status_code, answer.text) == (200, "<title>app</title>")
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["cache-control"] == "no-cache"
    assert (await http.get("/docs/")).text == "<title>docs</title>"
    assert (await http.get("/assets/gone-DiwrgTdb.js")).status_code == 404
    assert (await http.post("/")).status_code == 405


async def test_without_spa_what_is_not_there_is_not_there(root: Path, serve: Serve) -> None:
    http = await serve(root)
    assert (await http.get("/inboxes/7")).status_code == 404
    assert (await http.head("/docs")).status_code == 200


async def test_the_overlay_wins(root: Path, serve: Serve, tmp_path: Path) -> None:
    overlay = (tmp_path / "overlay").resolve()
    overlay.mkdir()
    (overlay / "config.js").write_text("runtime")
    http = await serve(overlay, root)
    answer = await http.get("/config.js")
    assert (answer.text, answer.headers["cache-control"]) == ("runtime", "no-cache")
    assert (await http.get("/logo.png")).headers["content-type"] == "image/png"


@pytest.mark.parametrize(
    "path",
    [
        "/../outside.txt",
        "/%2e%2e/outside.txt",
        "/..%2foutside.txt",
        "/assets/..%2f..%2foutside.txt",
        "/link.txt",
        "/.env",
        "/%2eenv",
        "/config.js%00.png",
        "//etc/passwd.txt",
        "/a%ffb.txt",
        "/" + "x" * 300 + ".txt",
    ],
)
async def test_nothing_outside_of_the_folder_is_served(root: Path, path: str, serve: Serve) -> None:
    http = await serve(root, spa=True)
    async with ClientSession() as session:
        url = URL(str(http.base_url).rstrip("/") + path, encoded=True)
        async with session.get(url) as answer:
            text = await answer.text()
    assert "outside" not in text
    assert "SECRET" not in text
    assert answer.status == 404


async def test_texts_are_compressed_for_those_who_ask(root: Path, serve: Serve) -> None:
    http = await serve(root)
    url = "/assets/index-DiwrgTda.js"
    for _ in range(2):
        packed = await http.get(url, headers={"accept-encoding": "gzip"})
        assert packed.headers["content-encoding"] == "gzip"
        assert int(packed.headers["content-length"]) < 200
        assert packed.text == SCRIPT
    plain = await http.get(url, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == SCRIPT
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
    assert plain.headers["etag"] != packed.headers["etag"]
    image = await http.get("/logo.png", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in image.headers


async def test_what_was_compressed_at_build_time_is_taken(root: Path, serve: Serve) -> None:
    file = root / "assets" / "index-DiwrgTda.js"
    file.with_name(file.name + ".gz").write_bytes(gzip.compress(b"prepared"))
    http = await serve(root)
    answer = await http.get(f"/assets/{file.name}", headers={"accept-encoding": "gzip"})
    assert answer.text == "prepared"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == IMMUTABLE


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
async def test_what_did_not_change_is_not_sent_again(
    root: Path, serve: Serve, encoding: str
) -> None:
    file = root / "assets" / "index-DiwrgTda.js"
    http = await serve(root)
    url, asked = f"/assets/{file.name}", {"accept-encoding": encoding}
    etag = (await http.get(url, headers=asked)).headers["etag"]
    same = await http.get(url, headers={**asked, "if-none-match": etag})
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["cache-control"] == IMMUTABLE
    file.write_text(SCRIPT + "changed")
    new = await http.get(url, headers={**asked, "if-none-match": etag})
    assert (new.status_code, new.text) == (200, SCRIPT + "changed")


async def test_the_rules_of_production_hold_for_every_answer(
    root: Path, serve: Serve, tmp_path: Path
) -> None:
    file = tmp_path / "vercel.json"
    rules = [
        {"source": "/(.*)", "headers": [{"key": "Content-Security-Policy", "value": "self"}]},
        {"source": "/docs/:page*", "headers": [{"key": "X-Docs", "value": "1"}]},
        {"source": "/config.js", "headers": [{"key": "cache-control", "value": "no-store"}]},
    ]
    file.write_text(json.dumps({"headers": rules}))
    http = await serve(root, rules=read_rules(file))
    for path in ("/", "/gone.js", "/config.js", "/logo.png", "/assets/index-DiwrgTda.js"):
        answer = await http.get(path)
        assert answer.headers["content-security-policy"] == "self", path
        assert "x-docs" not in answer.headers
    assert (await http.get("/docs/")).headers["x-docs"] == "1"
    assert (await http.get("/config.js")).headers.get_list("cache-control") == ["no-store"]


@pytest.mark.parametrize(
    ("source", "path", "matches"),
    [
        ("/(.*)", "/", True),
        ("/(.*)", "/a/b.js", True),
        ("/docs/:page", "/docs/a", True),
        ("/docs/:page", "/docs/a/b", False),
        ("/docs/:page", "/docs", False),
        ("/docs/:page?", "/docs", True),
        ("/docs/:path*", "/docs", True),
        ("/docs/:path*", "/docs/a/b", True),
        ("/docs/:path+", "/docs", False),
        ("/:name(\\d+)", "/42", True),
        ("/:name(\\d+)", "/x", False),
        ("/(a|b)/x.js", "/b/x.js", True),
        ("/(a|b)/x.js", "/b/x,js", False),
        ("/widget.js", "/widgetxjs", False),
    ],
)
def test_sources(source: str, path: str, matches: bool) -> None:
    assert bool(path_pattern(source).fullmatch(path)) is matches


@pytest.mark.parametrize(
    ("path", "forever"),
    [
        ("/assets/index-DiwrgTda.js", True),
        ("/assets/index-B-_3kdhs.css", True),
        ("/assets/index-DiwrgTda.js.map", True),
        ("/app/assets/chunk.5f3a9c21.js", True),
        ("/assets/inter-variable.woff2", False),
        ("/assets/logo.svg", False),
        ("/index-DiwrgTda.js", False),
    ],
)
def test_only_a_hash_lasts_forever(path: str, forever: bool) -> None:
    assert (cache_control(path) == IMMUTABLE) is forever


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        ("gzip, deflate, br", True),
        ("br;q=1.0, gzip;q=0.8", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip; q=0.0", False),
        ("br", False),
        ("", False),
    ],
)
def test_accept_encoding(accepted: str, takes: bool) -> None:
    assert takes_gzip(accepted) is takes


def test_mistakes_are_told_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="build the front end first"):
        read_arguments(["--root", str(tmp_path / "none"), "--port", "1"])
    rules = tmp_path / "vercel.json"
    for text in ("{", '{"headers": [{"source": "/", "headers": [], "has": []}]}'):
        rules.write_text(text)
        with pytest.raises(StackError):
            read_arguments(["--root", str(tmp_path), "--port", "1", "--headers", str(rules)])


def test_the_command_serves_on_the_loopback_only(root: Path) -> None:
    port = free_ports(1)[0]
    command = [sys.executable, "-m", "devstack.static", "--root", str(root), "--port", str(port)]
    with subprocess.Popen([*command, "--spa"], cwd=ROOT, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert f"http://127.0.0.1:{port}".encode() in process.stdout.readline()
            transport = httpx.HTTPTransport(retries=5)
            with httpx.Client(transport=transport) as http:
                assert http.get(f"http://127.0.0.1:{port}/any").text == "<title>app</title>"
        finally:
            process.terminate()
