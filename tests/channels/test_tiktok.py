"""TikTok: what businesses are sent, and what they send."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

import pytest

from backend.channels.base import Credentials, Ignored, Quarantined
from backend.channels.tiktok import TikTok
from tests.channels.contract import ChannelContract
from tests.channels.payloads import CREDENTIALS
from tests.channels.support import parsed

BUSINESS = CREDENTIALS["tiktok"]


class TestContract(ChannelContract):
    provider = "tiktok"
    secret_name = "app_secret"

    def sign(self, body: bytes, credentials: Credentials) -> Mapping[str, str]:
        at = int(time.time())
        key = credentials.secrets["app_secret"].encode()
        signature = hmac.new(key, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        return {"tiktok-signature": f"t={at},s={signature}"}

    def opened(self, payload: Any) -> Any:
        return {**payload, "content": json.loads(payload["content"])}

    def closed(self, payload: Any) -> Any:
        if isinstance(payload, dict) and "content" in payload:
            return {**payload, "content": json.dumps(payload["content"])}
        return payload


def read(content: Any, kind: str = "im_receive_msg", business: str = BUSINESS.address) -> list[Any]:
    """The events of one delivery."""
    inside = content if isinstance(content, str) else json.dumps(content)
    body = {"event": kind, "user_openid": business, "content": inside}
    return parsed(TikTok(), BUSINESS, json.dumps(body).encode())


MESSAGE = {"conversation_id": "c-1", "message_id": "m-1", "timestamp": 1789041600123}


def test_a_shared_video_is_a_link() -> None:
    post = {"video_id": "v-1", "embed_url": "https://www.tiktok.com/embed/v-1"}
    [event] = read({**MESSAGE, "type": "share_post", "share_post": post})
    [shared] = event.attachments
    assert (shared.kind, shared.url, shared.media) == ("share", post["embed_url"], None)
    assert not event.unsupported


def test_what_the_business_read_is_no_receipt() -> None:
    body = {**MESSAGE, "from_user": {"role": "business_account"}}
    assert [type(event) for event in read(body, "im_mark_read_msg")] == [Ignored]


def test_other_businesses_and_other_events_are_left_alone() -> None:
    assert read({**MESSAGE, "text": {"body": "hi"}}, business="another") == []
    assert [type(event) for event in read({}, "video.publish.completed")] == [Ignored]
    assert [type(event) for event in read({}, "im_hologram")] == [Quarantined]


@pytest.mark.parametrize("content", ["", "{", "[]", "null", {}, {"message_id": "m"}])
def test_content_that_cannot_be_read_is_set_aside(content: Any) -> None:
    assert [type(event) for event in read(content)] == [Quarantined]
