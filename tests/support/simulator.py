"""The channel simulator as tests use it: customers to play, faults to order, sent messages to read."""

from __future__ import annotations

import base64
import io
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
from PIL import Image

Found = TypeVar("Found")


def eventually(look: Callable[[], Found | None], seconds: float = 60.0) -> Found:
    """What `look` finds, as soon as it finds something."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < end, f"still {found!r} after {seconds} s"
        time.sleep(0.05)


def photo(form: str = "JPEG") -> dict[str, str]:
    """A small picture, as the control API takes files."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(out, form)
    kind = form.lower()
    return {
        "name": f"photo.{kind}",
        "content_type": f"image/{kind}",
        "data": base64.b64encode(out.getvalue()).decode(),
    }


@dataclass(frozen=True)
class Simulator:
    """Its control API."""

    url: str

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        answer = httpx.post(f"{self.url}{path}", json=body, timeout=60)
        assert answer.is_success, answer.text
        return answer.json()

    def _get(self, path: str, **query: str) -> Any:
        answer = httpx.get(f"{self.url}{path}", params=query, timeout=20)
        assert answer.is_success, answer.text
        return answer.json()

    def play(self, channel: str, person: str | None, kind: str = "message", **more: Any) -> Any:
        """Do something as a customer."""
        return self._post(
            "/control/inbound", {"channel": channel, "person": person, "kind": kind, **more}
        )

    def register(self, channel: str, address: str, **secrets: str) -> None:
        """Sign somebody up at a provider."""
        business = {"channel": channel, "name": "Shop", "address": address, "secrets": secrets}
        self._post("/control/businesses", business)

    def fault(self, channel: str, kind: str, **more: Any) -> None:
        """Order a fault."""
        self._post("/control/faults", {"channel": channel, "kind": kind, **more})

    def behave(self) -> None:
        """Withdraw all faults."""
        httpx.delete(f"{self.url}/control/faults", timeout=20).raise_for_status()

    def calls(self, channel: str, text: str) -> list[Any]:
        """What was asked to be sent on a channel with this text, whatever came of it."""
        return [
            call for call in self._get("/control/sent", channel=channel) if call["text"] == text
        ]

    def chat(self, channel: str, person: str, address: str = "") -> Any:
        """What the customer sees; of the channel's first business unless another is named."""
        place = {"address": address} if address else {}
        return self._get("/control/chat", channel=channel, person=person, **place)

    def businesses(self) -> Any:
        """Who is connected."""
        return self._get("/control/businesses")

    def shown(self, channel: str, person: str) -> Sequence[str]:
        """The texts of the business's messages, as the customer sees them."""
        messages = self.chat(channel, person)["messages"]
        return [one["text"] for one in messages if one["by"] == "business"]


def somebody() -> str:
    """A customer nobody has heard of."""
    return f"Mia {secrets.token_hex(4)}"
