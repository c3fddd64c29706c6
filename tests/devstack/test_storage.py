"""Storage as a client meets it: what is kept, what is refused, and that nothing is half-done."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import psycopg
import pytest
from supabase import create_client

from devstack.storage.errors import StorageError
from devstack.storage.files import Files
from devstack.storage.rules import check_key, check_type, parse_limit
from tests.support.stack import RunningStack

TEXT = {"content-type": "text/plain"}
#: Policies for the buckets called `st-rls-…`, dropped again after the module.
POLICIES = {
    "st users add to their folder": """for insert to authenticated with check (
        bucket_id like 'st-rls-%' and (storage.foldername(name))[1] = (select auth.uid())::text
        and metadata ->> 'mimetype' <> 'image/svg+xml')""",
    "st users see their files": """for select to authenticated using (
        bucket_id like 'st-rls-%' and owner_id = (select auth.uid())::text)""",
    "st users change their files": """for update to authenticated using (
        bucket_id like 'st-rls-%' and owner_id = (select auth.uid())::text)""",
    "st users delete their files": """for delete to authenticated using (
        bucket_id like 'st-rls-%' and owner_id = (select auth.uid())::text)""",
    "st anyone signs what is shared": """for select to anon using (
        bucket_id like 'st-rls-%' and storage.filename(name) like 'shared-%'
        and storage.allow_only_operation('object.sign'))""",
}

MakeBucket = Callable[..., str]
MakeClient = Callable[[str | None], httpx.Client]


@pytest.fixture(scope="module", autouse=True)
def policies(stack: RunningStack) -> Iterator[None]:
    with psycopg.connect(stack.owner_url, autocommit=True) as conn:
        for name, rule in POLICIES.items():
            conn.execute(f'create policy "{name}" on storage.objects {rule}'.encode())
        yield
        for name in POLICIES:
            conn.execute(f'drop policy "{name}" on storage.objects'.encode())


@pytest.fixture
def client(stack: RunningStack) -> Iterator[MakeClient]:
    """Makes HTTP clients below /storage/v1 with a token, or with none."""
    made: list[httpx.Client] = []

    def make(token: str | None) -> httpx.Client:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        made.append(httpx.Client(base_url=f"{stack.url}/storage/v1", headers=headers, timeout=30))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def service(stack: RunningStack, client: MakeClient) -> httpx.Client:
    return client(stack.service_role_key)


@pytest.fixture
def bucket(service: httpx.Client) -> MakeBucket:
    """Makes buckets; what it is given goes into the body."""

    def make(prefix: str = "st", **options: Any) -> str:
        name = f"{prefix}-{uuid4().hex[:12]}"
        assert service.post("/bucket", json={"name": name, **options}).status_code == 200
        return name

    return make


def user_token(stack: RunningStack, sub: str, **claims: Any) -> str:
    return stack.keys.sign(
        {"role": "authenticated", "sub": sub, "exp": int(time.time()) + 600, **claims}
    )


def put(http: httpx.Client, bucket: str, name: str, content: bytes = b"hello") -> None:
    answer = http.put(f"/object/{bucket}/{name}", content=content, headers=TEXT)
    assert answer.status_code == 200, answer.text


def files_in(stack: RunningStack, bucket: str) -> list[Path]:
    return sorted((stack.config.folder / "storage" / bucket).glob("*"))


def rows_of(stack: RunningStack, bucket: str) -> list[str]:
    with psycopg.connect(stack.database_url) as conn:
        query = "select name from storage.objects where bucket_id = %s order by 1"
        return [name for (name,) in conn.execute(query, (bucket,)).fetchall()]


def send_raw(stack: RunningStack, *pieces: bytes, wait: bool = True) -> bytes:
    """Speak HTTP by hand, hang up, and return what came back until then."""
    address = urlsplit(stack.url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=10) as sock:
        for piece in pieces:
            sock.sendall(piece)
        if not wait:
            return b""
        answer = b""
        while b"\r\n\r\n" not in answer and (part := sock.recv(65536)):
            answer += part
        sock.settimeout(0.3)
        try:
            while part := sock.recv(65536):
                answer += part
        except TimeoutError:
            pass
        return answer


def request_head(stack: RunningStack, method: str, path: str, *headers: str) -> bytes:
    lines = [
        f"{method} /storage/v1{path} HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {stack.service_role_key}",
        *headers,
        "",
        "",
    ]
    return "\r\n".join(lines).encode()


def fails(answer: httpx.Response, status: str, error: str | None = None) -> dict[str, Any]:
    """The body of an error, whose status must be this one."""
    body: dict[str, Any] = answer.json()
    assert body["statusCode"] == status, body
    assert error is None or body["error"] == error, body
    assert set(body) >= {"statusCode", "error", "message"}
    return body


# What is kept.


def test_the_python_client_stores_reads_and_removes(stack: RunningStack) -> None:
    storage = create_client(stack.url, stack.service_role_key).storage
    name = f"st-{uuid4().hex[:12]}"
    storage.create_bucket(name)
    box = storage.from_(name)
    box.upload(
        "folder/a.txt",
        "grüße".encode(),
        {"content-type": "text/plain", "metadata": {"k": [1, 2]}},
    )

    assert box.download("folder/a.txt").decode() == "grüße"
    assert box.info("folder/a.txt")["metadata"] == {"k": [1, 2]}
    assert [entry["name"] for entry in box.remove(["folder/a.txt"])] == ["folder/a.txt"]
    assert not box.exists("folder/a.txt")
    assert files_in(stack, name) == []


def test_every_version_is_one_file_and_goes_with_its_row(
    stack: RunningStack, service: httpx.Client, bucket: MakeBucket
) -> None:
    one, other = bucket(), bucket()
    put(service, one, "a.txt", b"first")
    put(service, one, "a.txt", b"second")
    assert len(files_in(stack, one)) == 1

    both = {"bucketId": one, "sourceKey": "a.txt", "destinationBucket": other}
    assert service.post("/object/copy", json={**both, "destinationKey": "c"}).status_code == 200
    assert service.post("/object/move", json={**both, "destinationKey": "m"}).status_code == 200
    assert (files_in(stack, one), len(files_in(stack, other))) == ([], 2)
    assert service.get(f"/object/{other}/c").content == b"second"
    assert service.get(f"/object/{other}/m").content == b"second"

    # A copy shares no fate with its origin.
    assert service.delete(f"/object/{other}/m").status_code == 200
    assert service.get(f"/object/{other}/c").content == b"second"
    service.post(f"/bucket/{other}/empty", json={})
    assert service.request("DELETE", f"/bucket/{other}").status_code == 200
    assert not (stack.config.folder / "storage" / other).exists()


def test_a_bucket_inserted_by_sql_serves_at_once(stack: RunningStack, client: MakeClient) -> None:
    name = f"st-{uuid4().hex[:12]}"
    with psycopg.connect(stack.owner_url, autocommit=True) as conn:
        conn.execute(
            """
            insert into storage.buckets (id, name, public, file_size_limit)
            values (%(name)s, %(name)s, true, 3)
            """,
            {"name": name},
        )
    http = client(stack.service_role_key)
    put(http, name, "a.txt", b"abc")
    fails(http.post(f"/object/{name}/b.txt", content=b"abcd"), "413", "Payload too large")
    assert client(None).get(f"/object/public/{name}/a.txt").content == b"abc"


@pytest.mark.parametrize("name", ["a b/c+d (1) & 'x'.tar.gz", "100%25", "a%2Fb", ".hidden", "//x"])
def test_a_name_means_what_its_url_says(
    service: httpx.Client, bucket: MakeBucket, name: str, stack: RunningStack
) -> None:
    box = bucket()
    answer = service.post(f"/object/{box}/{name}", content=b"x")
    if "%25" in name:
        fails(answer, "400", "InvalidKey")
        return
    assert answer.json()["Key"] == f"{box}/{name.replace('%2F', '/')}"
    assert service.get(f"/object/{box}/{name}").content == b"x"


def test_null_takes_a_limit_away_and_silence_leaves_it(
    service: httpx.Client, bucket: MakeBucket
) -> None:
    box = bucket(file_size_limit="1KB", allowed_mime_types=["image/*"], public=True)
    service.put(f"/bucket/{box}", json={"file_size_limit": None})

    shown = service.get(f"/bucket/{box}").json()
    assert shown["file_size_limit"] is None
    assert (shown["allowed_mime_types"], shown["public"]) == (["image/*"], True)
    fails(service.put(f"/bucket/{box}", json={"file_size_limit": "53MB"}), "413")
    fails(service.put("/bucket/st-none", json={"public": True}), "404", "Bucket not found")


# Reading.


def test_ranges(service: httpx.Client, bucket: MakeBucket) -> None:
    box = bucket()
    put(service, box, "a.txt", b"0123456789")
    url = f"/object/{box}/a.txt"

    def ask(value: str, **more: str) -> tuple[int, bytes, str | None]:
        answer = service.get(url, headers={"range": value, **more})
        return answer.status_code, answer.content, answer.headers.get("content-range")

    assert ask("bytes=2-4") == (206, b"234", "bytes 2-4/10")
    assert ask("bytes=7-") == (206, b"789", "bytes 7-9/10")
    assert ask("bytes=-3") == (206, b"789", "bytes 7-9/10")
    assert ask("bytes=0-99") == (200, b"0123456789", None)
    assert ask("bytes=0-1,3-4") == (200, b"0123456789", None)
    assert ask("nonsense") == (200, b"0123456789", None)
    assert ask("bytes=2-4", **{"if-range": '"other"'}) == (200, b"0123456789", None)
    fails(service.get(url, headers={"range": "bytes=10-"}), "400", "invalid_range")
    fails(service.get(url, headers={"range": "bytes=5-2"}), "400", "invalid_range")


def test_a_copy_that_is_still_good_is_not_sent_again(
    service: httpx.Client, bucket: MakeBucket
) -> None:
    box = bucket()
    put(service, box, "a.txt")
    url = f"/object/{box}/a.txt"
    first = service.get(url)
    etag, date = first.headers["etag"], first.headers["last-modified"]

    assert service.get(url, headers={"if-none-match": etag}).status_code == 304
    assert service.get(url, headers={"if-none-match": f'"x", W/{etag}'}).status_code == 304
    assert service.get(url, headers={"if-modified-since": date}).status_code == 304
    assert service.get(url, headers={"if-modified-since": "nonsense"}).status_code == 200
    put(service, box, "a.txt", b"changed")
    assert service.get(url, headers={"if-none-match": etag}).content == b"changed"
    head = service.head(url)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, "7", b"")


def test_a_page_is_served_as_text(service: httpx.Client, bucket: MakeBucket) -> None:
    box = bucket()
    page = {"content-type": "text/html; charset=utf-8"}
    service.post(f"/object/{box}/a.html", content=b"<script>", headers=page)
    assert service.get(f"/object/{box}/a.html").headers["content-type"] == "text/plain"


def test_a_download_name_cannot_break_its_header(service: httpx.Client, bucket: MakeBucket) -> None:
    box = bucket()
    put(service, box, "a.txt")
    answer = service.get(f"/object/{box}/a.txt", params={"download": 'x"\r\nX-Evil: 1 é'})
    assert "x-evil" not in answer.headers
    name = "x%22%0D%0AX-Evil%3A%201%20%C3%A9"
    assert answer.headers["content-disposition"] == (
        f"attachment; filename={name}; filename*=UTF-8''{name};"
    )


def test_public_means_the_bucket_not_the_path(
    stack: RunningStack, service: httpx.Client, bucket: MakeBucket, client: MakeClient
) -> None:
    private, public = bucket(), bucket(public=True)
    put(service, private, "a.txt")
    put(service, public, "a.txt")
    stranger, stale = client(None), client("not.a.token")

    assert stranger.get(f"/object/{public}/a.txt").status_code == 200
    assert stale.get(f"/object/{public}/a.txt").status_code == 200
    fails(stale.get(f"/object/authenticated/{public}/a.txt"), "403", "Unauthorized")
    fails(stranger.get(f"/object/public/{private}/a.txt"), "404", "Bucket not found")
    fails(stranger.get(f"/object/{private}/a.txt"), "404", "Bucket not found")
    fails(stranger.get(f"/object/info/public/{private}/a.txt"), "404", "Bucket not found")
    fails(client(stack.anon_key).get(f"/object/{private}/a.txt"), "404", "not_found")
    service.put(f"/bucket/{public}", json={"public": False})
    fails(stranger.get(f"/object/public/{public}/a.txt"), "404", "Bucket not found")


# Listing.


def test_search_takes_no_wildcards(service: httpx.Client, bucket: MakeBucket) -> None:
    box = bucket()
    for name in ("a_b.txt", "axb.txt", "Dir/A_c.txt", "dirx.txt"):
        put(service, box, name)

    def found(prefix: str, **options: Any) -> list[str]:
        answer = service.post(f"/object/list/{box}", json={"prefix": prefix, **options})
        return [entry["name"] for entry in answer.json()]

    assert found("", search="a_") == ["a_b.txt"]
    assert found("", search="%") == []
    assert found("", search="A") == ["a_b.txt", "axb.txt"]
    assert found("Dir") == found("Dir/") == ["A_c.txt"]
    assert found("", sortBy={"column": "created_at", "order": "desc"})[-1] != "Dir"


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("column", ["name", "created_at", "updated_at"])
def test_pages_hold_every_entry_once(
    service: httpx.Client, bucket: MakeBucket, column: str, order: str
) -> None:
    box = bucket()
    names = ["c.txt", "a.txt", "d/1", "d/2", "e/1", "b.txt"]
    for name in names:
        put(service, box, name)
    seen: list[str] = []
    body: dict[str, Any] = {
        "limit": 2,
        "with_delimiter": True,
        "sortBy": {"column": column, "order": order},
    }
    while True:
        page = service.post(f"/object/list-v2/{box}", json=body).json()
        seen += [entry["name"] for entry in page["folders"] + page["objects"]]
        if not page["hasNext"]:
            break
        body["cursor"] = page["nextCursor"]
    assert sorted(seen) == ["a.txt", "b.txt", "c.txt", "d/", "e/"]
    inside = service.post(
        f"/object/list-v2/{box}", json={"prefix": "d/", "with_delimiter": True}
    ).json()
    assert [(entry["key"], entry["name"]) for entry in inside["objects"]] == [
        ("1", "d/1"),
        ("2", "d/2"),
    ]


# Row level security.


def test_users_keep_to_their_folder(
    stack: RunningStack, bucket: MakeBucket, client: MakeClient
) -> None:
    box, me, other = bucket("st-rls"), str(uuid4()), str(uuid4())
    mine, theirs = client(user_token(stack, me)), client(user_token(stack, other))
    put(mine, box, f"{me}/a.txt", b"mine")

    fails(theirs.post(f"/object/{box}/{me}/b.txt", content=b"x"), "403", "Unauthorized")
    fails(theirs.put(f"/object/{box}/{me}/a.txt", content=b"x"), "403", "Unauthorized")
    fails(theirs.get(f"/object/{box}/{me}/a.txt"), "404", "not_found")
    fails(theirs.delete(f"/object/{box}/{me}/a.txt"), "404", "not_found")
    move = {"bucketId": box, "sourceKey": f"{me}/a.txt", "destinationKey": f"{other}/a.txt"}
    fails(theirs.post("/object/move", json=move), "404", "not_found")
    fails(theirs.post("/object/copy", json=move), "404", "not_found")
    assert theirs.post(f"/object/list/{box}", json={"prefix": me}).json() == []
    gone = theirs.request("DELETE", f"/object/{box}", json={"prefixes": [f"{me}/a.txt"]})
    assert gone.json() == []
    assert mine.get(f"/object/{box}/{me}/a.txt").content == b"mine"
    assert len(files_in(stack, box)) == 1


def test_a_policy_sees_the_type_and_the_call(
    stack: RunningStack, service: httpx.Client, bucket: MakeBucket, client: MakeClient
) -> None:
    box, me = bucket("st-rls"), str(uuid4())
    svg = client(user_token(stack, me)).post(
        f"/object/{box}/{me}/a.svg", content=b"<svg/>", headers={"content-type": "image/svg+xml"}
    )
    fails(svg, "403", "Unauthorized")
    assert files_in(stack, box) == []

    put(service, box, "shared-1")
    anon = client(stack.anon_key)
    fails(anon.get(f"/object/{box}/shared-1"), "404", "not_found")
    signed = anon.post(f"/object/sign/{box}/shared-1", json={"expiresIn": "60"}).json()
    assert client(None).get(signed["signedURL"]).content == b"hello"


def test_the_service_leaves_the_owner_of_what_it_replaces(
    stack: RunningStack, service: httpx.Client, bucket: MakeBucket, client: MakeClient
) -> None:
    box, me = bucket("st-rls"), str(uuid4())
    put(client(user_token(stack, me)), box, f"{me}/a.txt")
    put(service, box, f"{me}/a.txt", b"new")
    with psycopg.connect(stack.database_url) as conn:
        row = conn.execute(
            "select owner::text, owner_id from storage.objects where bucket_id = %s", (box,)
        ).fetchone()
    assert row == (me, me)


def test_a_role_that_postgrest_could_not_take_is_refused(
    stack: RunningStack, client: MakeClient
) -> None:
    for role in ("postgres", "supabase_admin", "supabase_storage_admin", "nobody\x00", "no such"):
        answer = client(user_token(stack, str(uuid4()), role=role)).get("/bucket")
        assert answer.status_code == 400, role
        assert answer.json()["statusCode"] in {"400", "403"}, role


def test_sql_may_not_delete_behind_the_servers_back(
    stack: RunningStack, service: httpx.Client, bucket: MakeBucket
) -> None:
    box = bucket()
    put(service, box, "a.txt")
    with psycopg.connect(stack.owner_url, autocommit=True) as conn:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="Storage API"):
            conn.execute("delete from storage.objects where bucket_id = %s", (box,))
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="Storage API"):
            conn.execute("delete from storage.buckets where id = %s", (box,))
    assert rows_of(stack, box) == ["a.txt"]


# Tokens.


def test_forged_and_expired_tokens_are_told_apart(stack: RunningStack, client: MakeClient) -> None:
    forged = stack.service_role_key[:-4] + "AAAA"
    expired = user_token(stack, str(uuid4()), exp=int(time.time()) - 5)
    assert "signature" in fails(client(forged).get("/bucket"), "403", "Unauthorized")["message"]
    assert "exp" in fails(client(expired).get("/bucket"), "403", "Unauthorized")["message"]
    assert "Compact" in fails(client("x").get("/bucket"), "403", "Unauthorized")["message"]
    assert "authorization" in fails(client(None).get("/bucket"), "400", "Error")["message"]


def test_newer_keys_work_too(stack: RunningStack) -> None:
    url = f"{stack.url}/storage/v1/bucket"
    assert httpx.get(url, headers={"apikey": stack.secret_key}).status_code == 200
    assert httpx.get(url, headers={"apikey": stack.publishable_key}).json() == []


def test_a_signed_token_is_good_for_one_use_only(
    stack: RunningStack, service: httpx.Client, bucket: MakeBucket, client: MakeClient
) -> None:
    box = bucket()
    put(service, box, "a.txt")
    nobody = client(None)
    read = service.post(f"/object/sign/{box}/a.txt", json={"expiresIn": 60}).json()["signedURL"]
    write = service.post(f"/object/upload/sign/{box}/b.txt", json={}).json()["token"]
    token = read.partition("token=")[2]
    access = user_token(stack, str(uuid4()), url=f"{box}/a.txt")

    def get(name: str, token: str) -> httpx.Response:
        return nobody.get(f"/object/sign/{box}/{name}", params={"token": token})

    def upload(name: str, token: str) -> httpx.Response:
        url = f"/object/upload/sign/{box}/{name}"
        return nobody.put(url, params={"token": token}, content=b"x", headers=TEXT)

    assert get("a.txt", token).status_code == 200
    fails(get("b.txt", token), "400", "InvalidSignature")
    fails(get("a.txt", write), "400", "InvalidSignature")
    fails(get("a.txt", access), "400", "InvalidSignature")
    fails(get("a.txt", token[:-2]), "400", "InvalidJWT")
    fails(get("a.txt", ""), "400", "Error")
    fails(upload("a.txt", token), "400", "InvalidSignature")
    fails(upload("c.txt", write), "400", "InvalidSignature")
    assert upload("b.txt", write).status_code == 200
    fails(upload("b.txt", write), "409", "Duplicate")
    fails(service.post(f"/object/upload/sign/{box}/b.txt", json={}), "409", "Duplicate")
    assert nobody.get(read).headers.get("expires")


# Nothing half-written.


def test_a_client_that_goes_away_leaves_nothing(stack: RunningStack, bucket: MakeBucket) -> None:
    box = bucket()
    half = b"x" * 3_000_000
    length = "Content-Length: 9000000"
    form = "Content-Type: multipart/form-data; boundary=b"
    part = b'--b\r\nContent-Disposition: form-data; name=""; filename="x"\r\n\r\n'
    chunk = b"2dc6c0\r\n" + half
    send_raw(stack, request_head(stack, "POST", f"/object/{box}/1", length), half, wait=False)
    send_raw(
        stack, request_head(stack, "POST", f"/object/{box}/2", length, form), part, half, wait=False
    )
    send_raw(
        stack,
        request_head(stack, "POST", f"/object/{box}/3", "Transfer-Encoding: chunked"),
        chunk,
        wait=False,
    )

    deadline = time.monotonic() + 10
    time.sleep(0.5)
    while files_in(stack, box) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert files_in(stack, box) == []
    assert rows_of(stack, box) == []


def test_a_form_without_its_end_leaves_nothing(stack: RunningStack, bucket: MakeBucket) -> None:
    box = bucket()
    part = b'--b\r\nContent-Disposition: form-data; name=""; filename="x"\r\n\r\n' + b"y" * 5000
    for body in (part, part + b"\r\n--", b"", b"--b--\r\n", b"garbage", b"--b\r\n\r\n", b"\0" * 99):
        head = request_head(
            stack,
            "POST",
            f"/object/{box}/a",
            "Content-Type: multipart/form-data; boundary=b",
            f"Content-Length: {len(body)}",
        )
        answer = send_raw(stack, head, body)
        assert answer.startswith(b"HTTP/1.1 400 "), (body[:80], answer[:200])
    assert files_in(stack, box) == []
    assert rows_of(stack, box) == []


@pytest.mark.parametrize("declared", [True, False])
def test_too_much_is_refused_while_it_arrives(
    stack: RunningStack, service: httpx.Client, bucket: MakeBucket, declared: bool
) -> None:
    box = bucket(file_size_limit=1_500_000)
    put(service, box, "a.txt", b"old")

    def stream() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 50_000

    content = b"".join(stream()) if declared else stream()
    fails(service.put(f"/object/{box}/a.txt", content=content), "413", "Payload too large")
    form = {"file": ("a", b"x" * 1_500_001, "text/plain")}
    fails(service.put(f"/object/{box}/a.txt", files=form), "413", "Payload too large")
    assert service.get(f"/object/{box}/a.txt").content == b"old"
    assert len(files_in(stack, box)) == 1


def test_one_of_many_uploads_at_once_wins(
    stack: RunningStack, service: httpx.Client, bucket: MakeBucket
) -> None:
    box = bucket()

    def attempt(number: int, upsert: str) -> int:
        content = bytes([number]) * 100_000
        headers = {**TEXT, "x-upsert": upsert}
        answer = service.post(f"/object/{box}/{upsert}", content=content, headers=headers)
        return int(answer.json().get("statusCode", answer.status_code))

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(attempt, range(8), ["false"] * 8)) == [200] + [409] * 7
        assert set(pool.map(attempt, range(8), ["true"] * 8)) == {200}
    for name in ("false", "true"):
        content = service.get(f"/object/{box}/{name}").content
        assert (len(content), len(set(content))) == (100_000, 1)
    assert len(files_in(stack, box)) == 2


def test_what_a_killed_server_left_is_swept_away(tmp_path: Path) -> None:
    folder = tmp_path / "bucket"
    folder.mkdir()
    (folder / f"{uuid4()}.partial").write_bytes(b"half")
    whole = folder / str(uuid4())
    whole.write_bytes(b"whole")
    Files(tmp_path).sweep()
    assert list(folder.iterdir()) == [whole]


def test_connections_that_died_are_replaced(
    stack: RunningStack, service: httpx.Client, bucket: MakeBucket
) -> None:
    box = bucket()
    with psycopg.connect(stack.database_url, autocommit=True) as conn:
        conn.execute(
            """
            select pg_terminate_backend(pid, 5000)
            from pg_stat_activity
            where usename = 'supabase_admin' and pid <> pg_backend_pid()
                and backend_type = 'client backend'
            """
        )
    put(service, box, "a.txt")
    assert service.get(f"/object/{box}/a.txt").content == b"hello"


# Hostile input.


@pytest.mark.parametrize(
    "path",
    [
        "../../../../etc/passwd",
        "..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/x",
        "a/./b",
        "a%00.txt",
        "a%5c..%5cb",
        "%ff%fe",
        "a%0d%0aX-Evil:1",
        "x" * 1025,
    ],
)
def test_no_name_leaves_the_bucket(stack: RunningStack, bucket: MakeBucket, path: str) -> None:
    box = bucket()
    before = sorted(stack.config.folder.glob("storage/*"))
    head = request_head(stack, "POST", f"/object/{box}/{path}", "Content-Length: 1")
    answer = send_raw(stack, head, b"x")
    assert answer.startswith(b"HTTP/1.1 4"), answer
    assert sorted(stack.config.folder.glob("storage/*")) == before
    assert rows_of(stack, box) == []


def test_not_even_a_bucket_that_sql_made_leaves_the_folder(
    stack: RunningStack, service: httpx.Client
) -> None:
    name = f"../../evil-{uuid4().hex[:8]}"
    with psycopg.connect(stack.owner_url, autocommit=True) as conn:
        conn.execute("insert into storage.buckets (id, name) values (%s, %s)", (name, name))
    address = name.replace("/", "%2F").replace(".", "%2e")
    head = request_head(stack, "POST", f"/object/{address}/a.txt", "Content-Length: 1")
    answer = send_raw(stack, head, b"x")
    assert answer.startswith(b"HTTP/1.1 200 "), answer
    assert list(stack.config.folder.parent.glob("evil-*")) == []
    assert not list(stack.config.folder.glob("evil-*"))
    for bad in ("..", ".", "a/b", "ünicode", "x" * 101, ""):
        fails(service.post("/bucket", json={"name": bad}), "400")


def test_a_row_that_sql_made_opens_no_file(
    stack: RunningStack, service: httpx.Client, bucket: MakeBucket
) -> None:
    box = bucket()
    with psycopg.connect(stack.owner_url, autocommit=True) as conn:
        for name, version in (("a", None), ("b", "../../stack.json"), ("c", str(uuid4()))):
            conn.execute(
                "insert into storage.objects (bucket_id, name, version) values (%s, %s, %s)",
                (box, name, version),
            )
    for name in ("a", "b", "c"):
        fails(service.get(f"/object/{box}/{name}"), "404", "Not found")
        names = {"bucketId": box, "sourceKey": name, "destinationKey": "z"}
        fails(service.post("/object/copy", json=names), "404")
        fails(service.post("/object/move", json=names), "404")
    gone = service.request("DELETE", f"/object/{box}", json={"prefixes": ["a", "b", "c"]})
    assert len(gone.json()) == 3
    assert (stack.config.folder / "stack.json").exists()


def test_stored_values_cannot_break_out_of_a_header(
    stack: RunningStack, service: httpx.Client, bucket: MakeBucket
) -> None:
    box = bucket()
    form = {"cacheControl": "1\r\nX-Evil: 1"}
    file = {"file": ("a", b"x", "text/plain")}
    service.post(f"/object/{box}/a", data=form, files=file)
    answer = service.get(f"/object/{box}/a")
    fails(answer, "400", "invalid_header_char")
    assert "x-evil" not in answer.headers


@pytest.mark.parametrize(
    "metadata", ['{"a": "\\u0000"}', "[1]", "{", "null", "[" * 100_000, '{"a": NaN}']
)
def test_odd_metadata_is_refused_or_passed_over(
    service: httpx.Client, bucket: MakeBucket, metadata: str
) -> None:
    answer = service.post(
        f"/object/{bucket()}/a",
        data={"metadata": metadata},
        files={"file": ("a", b"x", "text/plain")},
    )
    assert answer.status_code in {200, 400}, answer.text


def test_metadata_has_a_limit(service: httpx.Client, bucket: MakeBucket) -> None:
    box = bucket()
    form = {"metadata": json.dumps({"k": "x" * (1024 * 1024)})}
    answer = service.post(f"/object/{box}/a", data=form, files={"file": ("a", b"x", "text/plain")})
    fails(answer, "413", "Payload too large")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/bucket", "not json"),
        ("POST", "/bucket", "[]"),
        ("POST", "/bucket", "{}"),
        ("POST", "/bucket", '{"name": {"a": 1}}'),
        ("POST", "/bucket", '{"name": "st-x", "public": "perhaps"}'),
        ("POST", "/bucket", '{"name": "st-x", "file_size_limit": "many"}'),
        ("POST", "/bucket", '{"name": "st-x", "file_size_limit": -1}'),
        ("POST", "/bucket", '{"name": "st-x", "allowed_mime_types": "image/png"}'),
        ("POST", "/bucket", '{"name": "st-x", "allowed_mime_types": [7]}'),
        ("GET", "/bucket?limit=x", None),
        ("GET", "/bucket?limit=-1", None),
        ("GET", "/bucket?limit=99999999999999999999", None),
        ("GET", "/bucket?sortColumn=owner%3Bdrop", None),
        ("GET", "/bucket?search=%00", None),
        ("POST", "/object/list/st-x", "{}"),
        ("POST", "/object/list/st-x", '{"prefix": "", "limit": 1e400}'),
        ("POST", "/object/list/st-x", '{"prefix": "", "limit": NaN}'),
        ("POST", "/object/list/st-x", '{"prefix": "", "offset": 4294967296}'),
        ("POST", "/object/list/st-x", '{"prefix": "\\u0000"}'),
        ("POST", "/object/list/st-x", '{"prefix": "\\ud800"}'),
        ("POST", "/object/list/st-x", '{"prefix": "", "sortBy": {"column": "owner"}}'),
        ("POST", "/object/list/st-x", '{"prefix": "", "sortBy": []}'),
        ("POST", "/object/list-v2/st-x", '{"cursor": "!!!"}'),
        ("POST", "/object/list-v2/st-x", '{"cursor": "WyJ4IiwgMV0="}'),
        (
            "POST",
            "/object/list-v2/st-x",
            '{"cursor": "WyJ4IiwgInkiXQ==", "sortBy": {"column": "created_at"}}',
        ),
        ("POST", "/object/list-v2/st-x", "[" * 100_000),
        ("POST", "/object/sign/st-x/a", '{"expiresIn": 0}'),
        ("POST", "/object/sign/st-x/a", '{"expiresIn": 1e300}'),
        ("POST", "/object/sign/st-x", '{"expiresIn": 5, "paths": []}'),
        ("POST", "/object/sign/st-x", '{"expiresIn": 5, "paths": ["\\u0000"]}'),
        ("POST", "/object/move", '{"bucketId": "st-x"}'),
        ("DELETE", "/object/st-x", '{"prefixes": []}'),
        ("DELETE", "/object/st-x", '{"prefixes": [null]}'),
        ("DELETE", "/object/st-x", json.dumps({"prefixes": ["a"] * 1001})),
    ],
)
def test_a_malformed_call_is_the_callers_fault(
    service: httpx.Client, method: str, path: str, body: str | None
) -> None:
    answer = service.request(method, path, content=body)
    assert answer.status_code == 400, answer.text
    fails(answer, "400")


def test_a_body_of_json_has_a_limit(service: httpx.Client) -> None:
    content = b" " * (1024 * 1024 + 1)
    fails(service.post("/object/list/st-x", content=content), "413", "Payload too large")


@pytest.mark.parametrize(
    ("method", "path", "feature"),
    [
        ("POST", "/upload/resumable", "TUS"),
        ("PATCH", "/upload/resumable/abc", "TUS"),
        ("GET", "/render/image/public/b/a.png", "Image"),
        ("GET", "/s3/bucket", "S3"),
        ("POST", "/vector/CreateIndex", "Vector"),
        ("POST", "/iceberg/bucket", "Iceberg"),
    ],
)
def test_what_is_missing_says_so(
    service: httpx.Client, method: str, path: str, feature: str
) -> None:
    answer = service.request(method, path)
    assert answer.status_code == 501
    assert feature in fails(answer, "501", "not_implemented")["message"]


def test_options_that_are_missing_say_so(service: httpx.Client, bucket: MakeBucket) -> None:
    box = bucket()
    put(service, box, "a.png")
    small = {"expiresIn": 60, "transform": {"width": 10}}
    fails(service.post(f"/object/sign/{box}/a.png", json=small), "501", "not_implemented")
    versioned = {"name": "st-x", "versioning_status": "ENABLED"}
    fails(service.post("/bucket", json=versioned), "501", "not_implemented")
    fails(service.post("/bucket", json={"name": "x", "type": "ANALYTICS"}), "501")
    fails(service.get(f"/object/{box}/a.png?versionId=1"), "501", "not_implemented")


def test_an_unknown_route_is_told_in_storages_words(service: httpx.Client) -> None:
    fails(service.get("/nothing/here"), "404")
    fails(service.patch("/bucket"), "405")


# The rules, without a server.


@pytest.mark.parametrize(
    ("text", "bytes_"),
    [(0, 0), ("10", 10), ("1KB", 1000), ("1.5mb", 1_500_000), ("2GB", 2 * 10**9)],
)
def test_sizes(text: int | str, bytes_: int) -> None:
    assert parse_limit(text) == bytes_


@pytest.mark.parametrize("text", ["", "-1", "1KiB", "1e9", "٣", "1.2345kb", "9" * 30, "KB"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(StorageError):
        parse_limit(text)


@pytest.mark.parametrize("mime_type", ["image/png", "text/csv"])
def test_types_that_a_bucket_takes(mime_type: str) -> None:
    check_type(mime_type, ["image/*", "text/csv"])
    check_type(mime_type, None)
    check_type(mime_type, [])


@pytest.mark.parametrize("mime_type", ["image", "", "/", "text/plain", "text/csv; x=1", "*/*"])
def test_types_that_a_bucket_refuses(mime_type: str) -> None:
    with pytest.raises(StorageError, match="is not supported"):
        check_type(mime_type, ["image/*", "text/csv"])


@pytest.mark.parametrize("key", ["", "a\n", "a\0", "..", "a/../b", "ä", "a#b", "a|b", "a\\b"])
def test_names_that_no_object_may_have(key: str) -> None:
    with pytest.raises(StorageError, match="Invalid key"):
        check_key(key)
