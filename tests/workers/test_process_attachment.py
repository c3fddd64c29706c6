"""From a browser's upload to a picture in the thread, through the real Storage and the real worker."""

from __future__ import annotations

import io
import time
import uuid
from typing import Any

import httpx
import psycopg
import pytest
from PIL import Image

from tests.support.local import LocalProduct, Visitor


def picture(size: tuple[int, int] = (600, 300)) -> bytes:
    """A PNG."""
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, "PNG")
    return out.getvalue()


class Chat:
    """A visitor with a running conversation."""

    def __init__(self, product: LocalProduct) -> None:
        self.product = product
        self.visitor: Visitor = product.open_chat()
        started = self.visitor.rpc(
            "widget_start_conversation", p_message_id=str(uuid.uuid4()), p_content="Hello"
        ).json()
        self.conversation = str(started["conversation"]["id"])

    def headers(self, token: str | None) -> dict[str, str]:
        key = self.product.publishable_key
        return {"apikey": key, **({"Authorization": f"Bearer {token}"} if token else {})}

    def slot(self, data: bytes, content_type: str = "image/png") -> dict[str, Any]:
        answer = self.visitor.rpc(
            "widget_request_upload",
            p_conversation_id=self.conversation,
            p_files=[
                {
                    "id": str(uuid.uuid4()),
                    "file_name": "cat.png",
                    "content_type": content_type,
                    "byte_size": max(len(data), 1),
                }
            ],
        )
        assert answer.status_code == 200, answer.text
        slot: dict[str, Any] = answer.json()["files"][0]
        return slot

    def put(self, path: str, data: bytes, content_type: str, token: str) -> httpx.Response:
        return httpx.post(
            f"{self.product.supabase_url}/storage/v1/object/attachments/{path}",
            content=data,
            headers=self.headers(token) | {"Content-Type": content_type},
        )

    def get(self, path: str, token: str | None) -> httpx.Response:
        return httpx.get(
            f"{self.product.supabase_url}/storage/v1/object/authenticated/attachments/{path}",
            headers=self.headers(token),
        )

    def send(self, *ids: str) -> httpx.Response:
        return self.visitor.rpc(
            "widget_send_message",
            p_conversation_id=self.conversation,
            p_id=str(uuid.uuid4()),
            p_content="look",
            p_attachments=list(ids),
        )

    def attachment(self) -> dict[str, Any]:
        """The last message's attachment, once it was looked at."""
        for _ in range(200):
            page = self.visitor.rpc("widget_messages", p_conversation_id=self.conversation).json()
            found = [m for m in page["messages"] if m["attachments"]]
            if found and found[-1]["attachments"][0]["state"] != "pending":
                assert found[-1]["content"] == "look"
                attachment: dict[str, Any] = found[-1]["attachments"][0]
                return attachment
            time.sleep(0.05)
        raise AssertionError("the worker did not look at the file")


@pytest.fixture
def chat(product: LocalProduct) -> Chat:
    """A new visitor's."""
    return Chat(product)


def test_a_picture_arrives_with_its_size_and_a_thumbnail(product: LocalProduct, chat: Chat) -> None:
    data, token = picture(), chat.visitor.token
    slot = chat.slot(data)
    assert chat.send(slot["id"]).json()["code"] == "attachment_not_found"
    answer = chat.put(slot["path"], data, "image/png", token)
    assert answer.status_code == 200, answer.text
    assert chat.get(slot["path"], token).status_code >= 400
    assert chat.send(slot["id"]).status_code == 200
    found = chat.attachment()
    assert (found["state"], found["width"], found["height"]) == ("ready", 600, 300)
    assert found["byte_size"] == len(data)
    assert chat.get(found["path"], token).content == data
    with Image.open(io.BytesIO(chat.get(found["thumb_path"], token).content)) as thumbnail:
        assert thumbnail.size == (250, 125)

    agent = product.sign_in().token
    assert chat.get(found["path"], agent).content == data
    for stranger in (product.open_chat().token, None, product.publishable_key):
        assert chat.get(found["path"], stranger).status_code >= 400
    public = f"{product.supabase_url}/storage/v1/object/public/attachments/{found['path']}"
    assert httpx.get(public).status_code >= 400
    # What was sent stays as it is.
    again = chat.put(found["path"], picture((9, 9)), "image/png", token)
    assert again.status_code >= 400
    assert chat.get(found["path"], token).content == data


def test_a_link_can_be_signed_by_whoever_may_fetch(product: LocalProduct, chat: Chat) -> None:
    data = picture()
    slot = chat.slot(data)
    chat.put(slot["path"], data, "image/png", chat.visitor.token)
    chat.send(slot["id"])
    path = chat.attachment()["path"]
    url = f"{product.supabase_url}/storage/v1/object/sign/attachments/{path}"
    signed = httpx.post(url, json={"expiresIn": 60}, headers=chat.headers(product.sign_in().token))
    assert signed.status_code == 200, signed.text
    link = product.supabase_url + "/storage/v1" + signed.json()["signedURL"]
    assert httpx.get(link).content == data
    stranger = chat.headers(product.open_chat().token)
    assert httpx.post(url, json={"expiresIn": 60}, headers=stranger).status_code >= 400


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "active_content"),
        (b"MZ\x90\0", "type_mismatch"),
        (picture()[:200], "unreadable"),
    ],
)
def test_a_hostile_file_is_refused_and_its_message_stays(
    product: LocalProduct, chat: Chat, data: bytes, reason: str
) -> None:
    slot = chat.slot(data)
    assert chat.put(slot["path"], data, "image/png", chat.visitor.token).status_code == 200
    assert chat.send(slot["id"]).status_code == 200
    found = chat.attachment()
    assert (found["state"], found["error"], found["path"]) == ("failed", reason, None)
    for _ in range(200):
        with psycopg.connect(product.database_url) as conn:
            row = conn.execute(
                "select count(*) from storage.objects where name = %s", (slot["path"],)
            ).fetchone()
        if row == (0,):
            return
        time.sleep(0.05)
    raise AssertionError("the refused file was not removed")


def test_storage_takes_nothing_that_a_browser_would_run(chat: Chat) -> None:
    slot = chat.slot(b"x")
    for content_type in ("text/html", "image/svg+xml", "application/xhtml+xml", "text/javascript"):
        answer = chat.put(slot["path"], b"<svg/>", content_type, chat.visitor.token)
        assert answer.status_code >= 400, content_type


def test_nobody_lists_the_bucket(product: LocalProduct, chat: Chat) -> None:
    for token in (chat.visitor.token, product.publishable_key):
        answer = httpx.post(
            f"{product.supabase_url}/storage/v1/object/list/attachments",
            json={"prefix": ""},
            headers=chat.headers(token),
        )
        assert answer.json() == []
