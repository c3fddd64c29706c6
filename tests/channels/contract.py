"""What every adapter must withstand. A channel's tests inherit it and say how the provider signs."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.channels.base import (
    Channel,
    Credentials,
    Event,
    InboundMessage,
    Quarantined,
    WebhookRejected,
    WebhookRequest,
)
from tests.channels.support import names, parsed, payload, written

ODD: list[Any] = [
    None, True, False, 0, -1, 1.5, 10**400, 1e308, -(2**63), "", " ", "0", "x" * 5000, "\0", "a\0b",
    "\ud800", "\U0001f600", "https://[", "nan", [], {}, [[]], [None], [{}], {"id": None}, {"": {}},
    ["a", 1, {}], {"type": 5}, [[[[[]]]]],
]  # fmt: skip


class ChannelContract:
    """Set the channel, its credentials and a provider's folder; say how it signs."""

    channel: ClassVar[Channel]
    credentials: ClassVar[Credentials]
    provider: ClassVar[str]
    prefixes: ClassVar[tuple[str, ...]] = ("in_", "echo_", "status_")
    secret_names: ClassVar[tuple[str, ...]]  #: all the secrets that a signature may come from
    signature: ClassVar[str]  #: the header
    body_is_signed: ClassVar[bool] = True

    def signed(self, body: bytes, credentials: Credentials) -> WebhookRequest:
        """The body as the provider sends it to this inbox."""
        raise NotImplementedError

    def text_body(self) -> bytes:
        """One delivery with a text message in it."""
        return payload(self.provider, "in_text.json")

    def _refuses(self, request: WebhookRequest, credentials: Credentials | None = None) -> None:
        with pytest.raises(WebhookRejected):
            self.channel.verify(request, credentials or self.credentials)

    # Who may speak.

    def test_what_the_provider_signed_is_accepted(self) -> None:
        self.channel.verify(self.signed(self.text_body(), self.credentials), self.credentials)

    @pytest.mark.parametrize("given_header", [None, "", "x", "sha256=", "sha256=é", "t=1,s="])
    def test_a_missing_or_empty_signature_is_a_rejection(self, given_header: str | None) -> None:
        request = self.signed(self.text_body(), self.credentials)
        headers = {name: value for name, value in request.headers.items() if name != self.signature}
        if given_header is not None:
            headers[self.signature] = given_header
        self._refuses(replace(request, headers=headers))

    def test_a_signature_that_differs_by_one_character_is_a_rejection(self) -> None:
        request = self.signed(self.text_body(), self.credentials)
        given_header = request.headers[self.signature]
        for wrong in (
            given_header[:-1],
            given_header[:-1] + "_",
            given_header + " ",
            "x" + given_header,
        ):
            self._refuses(replace(request, headers={**request.headers, self.signature: wrong}))

    def test_a_changed_body_is_a_rejection(self) -> None:
        if self.body_is_signed:
            request = self.signed(self.text_body(), self.credentials)
            self._refuses(replace(request, body=request.body + b" "))

    def test_a_body_that_was_parsed_and_written_again_is_a_rejection(self) -> None:
        if self.body_is_signed:
            request = self.signed(self.text_body(), self.credentials)
            again = json.dumps(json.loads(request.body), separators=(", ", ": ")).encode()
            assert json.loads(again) == json.loads(request.body)
            self._refuses(replace(request, body=again))

    def test_what_another_inbox_secret_signed_is_a_rejection(self) -> None:
        others = {name: f"another-{name}" for name in self.secret_names}
        stranger = replace(self.credentials, secrets={**self.credentials.secrets, **others})
        self._refuses(self.signed(self.text_body(), stranger))

    @pytest.mark.parametrize("empty", [True, False])
    def test_an_inbox_without_a_secret_accepts_nothing(self, empty: bool) -> None:
        secrets = dict(self.credentials.secrets)
        for name in self.secret_names:
            secrets.pop(name, None)
            if empty:
                secrets[name] = ""
        without = replace(self.credentials, secrets=secrets)
        self._refuses(self.signed(self.text_body(), self.credentials), without)

    def test_an_oversize_body_is_a_rejection_even_when_signed(self) -> None:
        body = b" " * (self.channel.capabilities.webhook_bytes + 1)
        self._refuses(self.signed(body, self.credentials))

    def test_secrets_are_not_shown(self) -> None:
        assert all(
            secret not in repr(self.credentials) for secret in self.credentials.secrets.values()
        )

    # What they say.

    def test_a_delivery_has_the_same_key_each_time_and_another_has_another(self) -> None:
        first = self.signed(self.text_body(), self.credentials)
        assert self.channel.event_key(first) == self.channel.event_key(
            self.signed(self.text_body(), self.credentials)
        )
        keys = {
            self.channel.event_key(self.signed(body, self.credentials)) for body in self._bodies()
        }
        assert len(keys) == len({bytes(body) for body in self._bodies()})

    def test_a_delivery_names_the_inbox_it_is_for(self) -> None:
        assert self.credentials.address in self.channel.keys(
            self.signed(self.text_body(), self.credentials)
        )

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"[]", b"null", b"5", b'"x"', b"\xff\xfe", b"[" * 100_000, b"NaN", b"9" * 5000,
         b'{"a":1e999}', b'{"a":-Infinity}', b"x" * 1000],
    )  # fmt: skip
    def test_what_is_no_json_is_set_aside(self, body: bytes) -> None:
        request = self.signed(body, self.credentials)
        self.channel.keys(request)
        assert self.channel.event_key(request)
        events = self.channel.parse(request, self.credentials)
        assert not [event for event in events if isinstance(event, InboundMessage)]

    def test_a_wrong_type_anywhere_never_raises_and_nothing_unstorable_comes_out(self) -> None:
        originals = [json.loads(body) for body in self._bodies()]

        @settings(
            max_examples=250,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            database=None,
        )
        @given(st.data())
        def check(data: st.DataObject) -> None:
            body = copy.deepcopy(data.draw(st.sampled_from(originals)))
            body = self.unpacked(body)
            for _ in range(data.draw(st.integers(1, 3))):
                places = list(_places(body))
                holder, key = data.draw(st.sampled_from(places)) if places else (None, None)
                if holder is not None:
                    holder[key] = copy.deepcopy(data.draw(st.sampled_from(ODD)))
            self._is_well_behaved(json.dumps(self.packed(body)).encode())

        check()

    def _is_well_behaved(self, body: bytes) -> None:
        request = self.signed(body, self.credentials)
        self.channel.keys(request)
        self.channel.event_key(request)
        events = self.channel.parse(request, self.credentials)
        assert all(isinstance(event, Event) for event in events)
        shown = json.dumps(written(events), ensure_ascii=False, allow_nan=False)
        shown.encode()  # no half of a surrogate pair
        assert "\\u0000" not in shown
        for event in events:
            if isinstance(event, InboundMessage):
                assert event.source_id
                assert event.contact.source_id
                assert event.content or event.attachments or event.unsupported
                assert event.raw

    def test_one_bad_item_does_not_cost_its_siblings(self) -> None:
        good = parsed(self.channel, self.credentials, self.text_body())
        found = parsed(self.channel, self.credentials, self.with_bad_sibling(self.text_body()))
        assert [event for event in found if isinstance(event, InboundMessage)] == good
        if len(found) > 1:
            assert any(isinstance(event, Quarantined) for event in found)

    # How a provider packs its events; to be overridden where it is peculiar.

    def with_bad_sibling(self, body: bytes) -> bytes:
        """The same delivery with an item in it that cannot be understood, where it takes several."""
        return body

    def unpacked(self, body: Any) -> Any:
        """The body with JSON inside strings opened."""
        return body

    def packed(self, body: Any) -> Any:
        """The opposite of `unpacked`."""
        return body

    def _bodies(self) -> list[bytes]:
        return [payload(self.provider, name) for name in names(self.provider, *self.prefixes)]


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place inside a JSON value where another could stand."""
    if isinstance(value, dict | list):
        keys = list(value) if isinstance(value, dict) else range(len(value))
        for key in keys:
            yield value, key
            yield from _places(value[key])
