"""Another program writes for its contacts through an API inbox, and is told what agents answer."""

from __future__ import annotations

import hashlib
import hmac
import json
import queue
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import psycopg
import pytest

from tests.support.local import LocalProduct


@dataclass
class Program:
    """The customer's own server: keeps what it is told, and answers as it was asked to."""

    url: str = ""
    told: queue.Queue[tuple[dict[str, str], bytes]] = field(default_factory=queue.Queue)
    answers: list[int] = field(default_factory=list)

    def next(self, event: str) -> tuple[dict[str, str], dict[str, Any]]:
        """The next thing of this kind that it is told."""
        while True:
            headers, body = self.told.get(timeout=20)
            if json.loads(body)["event"] == event:
                return headers, json.loads(body)


@pytest.fixture
def program() -> Iterator[Program]:
    told = Program()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            told.told.put(({key.lower(): value for key, value in self.headers.items()}, body))
            self.send_response(told.answers.pop(0) if told.answers else 200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield told
    server.shutdown()
    server.server_close()


@dataclass
class Api:
    """An API inbox of the demo's first account, seen from outside and from inside."""

    product: LocalProduct
    inbox_id: str
    settings: dict[str, Any]

    def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        base = f"{self.product.api_url}/public/api/v1/inboxes/{self.settings['identifier']}"
        return httpx.request(method, f"{base}{path}", json=body, timeout=20)

    def made(self, path: str, body: Any) -> dict[str, Any]:
        answer = self.call("POST", path, body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def hash(self, identifier: str) -> str:
        key = self.settings["hmac_token"].encode()
        return hmac.new(key, identifier.encode(), hashlib.sha256).hexdigest()


@pytest.fixture
def api(product: LocalProduct) -> Api:
    ana = product.sign_in()
    with psycopg.connect(product.database_url) as conn:
        row = conn.execute(
            "select account_id from public.account_users where user_id = %s", (ana.user_id,)
        ).fetchone()
    assert row is not None
    inbox = ana.rpc(
        "create_inbox", p_account_id=str(row[0]), p_name="Program", p_channel_type="api"
    ).json()
    settings = ana.rpc("api_channel_settings", p_inbox_id=inbox["id"]).json()
    return Api(product, inbox["id"], settings)


def status_of(product: LocalProduct, message: str) -> tuple[str, str | None]:
    with psycopg.connect(product.database_url) as conn:
        row = conn.execute(
            "select status, content_attributes ->> 'external_error' from public.messages where id = %s",
            (message,),
        ).fetchone()
    assert row is not None
    return row[0], row[1]


def until_status(product: LocalProduct, message: str, wanted: str) -> str | None:
    for _ in range(400):
        found, error = status_of(product, message)
        if found == wanted:
            return error
        time.sleep(0.05)
    raise AssertionError(f"the message is {found}, not {wanted}")


def begin(api: Api) -> tuple[str, dict[str, Any]]:
    contact = api.made("/contacts", {"name": "Ana Prado", "email": f"{uuid.uuid4()}@example.net"})
    conversation = api.made(f"/contacts/{contact['source_id']}/conversations", {})
    return contact["source_id"], conversation


def test_a_contact_writes_and_the_program_is_told_the_answer(api: Api, program: Program) -> None:
    ana = api.product.sign_in()
    ana.rpc("save_api_channel", p_inbox_id=api.inbox_id, p_webhook_url=program.url)
    source, conversation = begin(api)
    thread = f"/contacts/{source}/conversations/{conversation['id']}"
    sent = api.made(f"{thread}/messages", {"content": "Hello", "echo_id": "client-1"})
    assert sent["message_type"] == "incoming"
    assert sent["echo_id"] == "client-1"
    again = api.made(f"{thread}/messages", {"content": "Hello", "echo_id": "client-1"})
    assert again["id"] == sent["id"]
    other = api.call("POST", f"{thread}/messages", {"content": "Bye", "echo_id": "client-1"})
    assert (other.status_code, other.json()["code"]) == (409, "message_id_taken")

    reply = str(uuid.uuid4())
    answer = ana.rpc(
        "send_message",
        p_conversation_id=conversation["uuid"],
        p_id=reply,
        p_content="Hi Ana!",
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "queued"
    headers, told = program.next("message_created")
    assert (told["id"], told["content"], told["private"]) == (reply, "Hi Ana!", False)
    assert told["conversation"]["id"] == conversation["id"]
    assert told["conversation"]["contact_inbox"]["source_id"] == source
    assert headers["x-inbox-delivery"] == reply
    until_status(api.product, reply, "sent")

    listed = api.call("GET", f"{thread}/messages").json()
    assert [message["content"] for message in listed] == ["Hello", "Hi Ana!"]
    moved = api.call("PATCH", f"{thread}/messages/{reply}", {"status": "delivered"})
    assert moved.json()["status"] == "delivered"
    assert api.call("PATCH", f"{thread}/messages/{reply}", {"status": "sent"}).json()["status"] == (
        "delivered"
    )


def test_what_is_told_is_signed_over_time_and_body(api: Api, program: Program) -> None:
    """Worked example 17."""
    ana = api.product.sign_in()
    ana.rpc("save_api_channel", p_inbox_id=api.inbox_id, p_webhook_url=program.url)
    _, conversation = begin(api)
    ana.rpc(
        "send_message",
        p_conversation_id=conversation["uuid"],
        p_id=str(uuid.uuid4()),
        p_content="Grüße 👋",
    )
    while True:
        headers, body = program.told.get(timeout=20)
        if json.loads(body)["event"] == "message_created":
            break
    stamp = headers["x-inbox-timestamp"]
    secret = api.settings["webhook_secret"].encode()
    expected = hmac.new(secret, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["x-inbox-signature"] == f"sha256={expected}"
    assert abs(int(stamp) - time.time()) < 60


def test_a_program_that_refuses_is_asked_again_and_then_the_message_fails(
    api: Api, program: Program
) -> None:
    ana = api.product.sign_in()
    ana.rpc("save_api_channel", p_inbox_id=api.inbox_id, p_webhook_url=program.url)
    _, conversation = begin(api)
    program.answers = [500] * 20
    reply = str(uuid.uuid4())
    ana.rpc("send_message", p_conversation_id=conversation["uuid"], p_id=reply, p_content="Anyone?")
    deliveries = set()
    for _ in range(3):
        headers, _body = program.next("message_created")
        deliveries.add(headers["x-inbox-delivery"])
    assert deliveries == {reply}
    assert "500" in str(until_status(api.product, reply, "failed"))


def test_changes_of_a_conversation_are_told_and_logged(api: Api, program: Program) -> None:
    ana = api.product.sign_in()
    ana.rpc("save_api_channel", p_inbox_id=api.inbox_id, p_webhook_url=program.url)
    _, conversation = begin(api)
    ana.rpc("set_conversation_status", p_conversation_id=conversation["uuid"], p_status="resolved")
    _, told = program.next("conversation_status_changed")
    assert (told["id"], told["status"]) == (conversation["id"], "resolved")
    for _ in range(200):
        with psycopg.connect(api.product.database_url) as conn:
            logged = conn.execute(
                "select distinct status from private.webhook_deliveries where inbox_id = %s",
                (api.inbox_id,),
            ).fetchall()
        if logged == [("delivered",)]:
            return
        time.sleep(0.05)
    raise AssertionError(logged)


def test_an_inbox_that_demands_it_takes_signed_identities_only(api: Api) -> None:
    ana = api.product.sign_in()
    ana.rpc("save_api_channel", p_inbox_id=api.inbox_id, p_hmac_mandatory=True)
    unsigned = api.call("POST", "/contacts", {"identifier": "u1"})
    assert (unsigned.status_code, unsigned.json()["code"]) == (401, "identity_required")
    wrong = api.call("POST", "/contacts", {"identifier": "u1", "identifier_hash": "0" * 64})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "identity_invalid")
    name = f"u-{uuid.uuid4()}"
    first = api.made("/contacts", {"identifier": name, "identifier_hash": api.hash(name)})
    second = api.made("/contacts", {"identifier": name, "identifier_hash": api.hash(name)})
    assert first["id"] == second["id"]


def test_nobody_reaches_another_contacts_conversation_or_an_inbox_that_is_not_there(
    api: Api,
) -> None:
    _, conversation = begin(api)
    stranger, _ = begin(api)
    path = f"/contacts/{stranger}/conversations/{conversation['id']}/messages"
    assert api.call("GET", path).json()["code"] == "conversation_not_found"
    assert api.call("POST", path, {"content": "x"}).json()["code"] == "conversation_not_found"
    assert api.call("GET", "/contacts/nobody/conversations").json()["code"] == "contact_not_found"
    api.settings["identifier"] = "0" * 32
    assert api.call("GET", "").json()["code"] == "inbox_not_found"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"content": ""},
        {"content": 5},
        {"content": "x" * 150_001},
        {"content": "x", "private": True},
        {"content": "x", "message_type": "outgoing"},
        [],
        "x",
        None,
    ],
)
def test_a_malformed_message_is_refused_and_nothing_is_written(api: Api, body: Any) -> None:
    source, conversation = begin(api)
    path = f"/contacts/{source}/conversations/{conversation['id']}/messages"
    answer = api.call("POST", path, body)
    assert answer.status_code in (413, 415, 422), answer.text
    assert set(answer.json()) == {"code", "message", "details", "hint"}
    assert api.call("GET", path).json() == []


def test_an_email_address_of_somebody_else_is_not_taken_over(api: Api) -> None:
    address = f"{uuid.uuid4()}@example.net"
    first = api.made("/contacts", {"email": address})
    second = api.made("/contacts", {"email": address.upper()})
    assert first["email"] == address
    assert second["email"] is None
    assert first["id"] != second["id"]
