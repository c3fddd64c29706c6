"""What holds for every adapter: written once, inherited by the tests of each."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

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
from backend.channels.registry import CHANNELS
from tests.channels.payloads import (
    CREDENTIALS,
    GOLDEN,
    delivery,
    golden_path,
    incoming,
    normalised,
    post,
)

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=12)
    | st.sampled_from(["text", "image", "failed", "1789041600", "\ud83d", "a\0b", "BR.1"]),
    lambda children: (
        st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=8), children, max_size=4)
    ),
    max_leaves=12,
)


class ChannelContract:
    """Inherit, and say which channel and how its provider signs."""

    provider: str
    secret_name: str  #: the secret that signs
    is_sms: bool = False
    wire: str = "json"  #: or `form`
    signs_body: bool = True  #: False where the provider only names itself

    @property
    def channel(self) -> Channel:
        return CHANNELS[self.provider]

    @property
    def credentials(self) -> Credentials:
        return CREDENTIALS[self.provider]

    def sign(self, body: bytes, credentials: Credentials) -> Mapping[str, str]:
        """The headers the provider adds."""
        raise NotImplementedError

    def sample(self) -> WebhookRequest:
        """A delivery of one message, without its signature."""
        names = [name for name in incoming(self.provider) if name.startswith("in_")]
        return delivery(self.provider, names[0])

    def signed(self, body: bytes, credentials: Credentials | None = None) -> WebhookRequest:
        return post(body, self.sign(body, credentials or self.credentials))

    def parsed(self, body: bytes) -> list[Event]:
        return list(self.channel.parse(post(body), self.credentials))

    def opened(self, payload: Any) -> Any:
        """The payload with JSON inside of strings taken out, so that its parts are changed, too."""
        return payload

    def closed(self, payload: Any) -> Any:
        """The opposite of `opened`."""
        return payload

    def reserialised(self, body: bytes) -> bytes:
        """The same meaning in other bytes."""
        if self.wire == "form":
            pairs = parse_qsl(body.decode(), keep_blank_values=True)
            return urlencode([(key, f"{value} ") for key, value in pairs]).encode()
        return json.dumps(json.loads(body), indent=1).encode()

    # Proof.

    def test_what_the_provider_signed_is_taken(self) -> None:
        self.channel.verify(self.signed(self.sample().body), self.credentials)

    def test_nothing_unsigned_is_taken(self) -> None:
        with pytest.raises(WebhookRejected):
            self.channel.verify(post(self.sample().body), self.credentials)

    @pytest.mark.parametrize("wrong", ["", "x", "sha256=", "é", "\ud83d", "Basic ", "Basic eA=="])
    def test_nothing_wrongly_signed_is_taken(self, wrong: str) -> None:
        body = self.sample().body
        for name in self.sign(body, self.credentials):
            with pytest.raises(WebhookRejected):
                self.channel.verify(post(body, {name: wrong}), self.credentials)

    def test_the_secret_of_another_inbox_proves_nothing(self) -> None:
        other = dataclasses.replace(
            self.credentials,
            secrets={**self.credentials.secrets, self.secret_name: "another tenant's"},
        )
        with pytest.raises(WebhookRejected):
            self.channel.verify(self.signed(self.sample().body, other), self.credentials)

    def test_an_inbox_without_its_secret_takes_nothing(self) -> None:
        for secrets in ({}, {**self.credentials.secrets, self.secret_name: ""}):
            bare = dataclasses.replace(self.credentials, secrets=secrets)
            with pytest.raises(WebhookRejected):
                self.channel.verify(self.signed(self.sample().body), bare)

    def test_a_signature_holds_for_the_bytes_that_were_signed_only(self) -> None:
        body = self.sample().body
        headers = self.sign(body, self.credentials)
        assert self.signs_body == (headers != self.sign(b"{}", self.credentials))
        if not self.signs_body:
            return
        for other in (self.reserialised(body), body + b" "):
            with pytest.raises(WebhookRejected):
                self.channel.verify(post(other, headers), self.credentials)

    def test_a_delivery_larger_than_the_provider_sends_is_refused(self) -> None:
        body = b"a=" + b"x" * self.channel.capabilities.webhook_bytes
        with pytest.raises(WebhookRejected):
            self.channel.verify(self.signed(body), self.credentials)

    def test_secrets_are_not_shown(self) -> None:
        shown = repr(self.credentials)
        assert not any(secret in shown for secret in self.credentials.secrets.values())

    # Reading.

    def test_every_payload_becomes_what_is_written_down(self) -> None:
        for name in incoming(self.provider):
            events = self.channel.parse(delivery(self.provider, name), self.credentials)
            assert normalised(events) == json.loads(golden_path(self.provider, name).read_text()), (
                name
            )
            assert all(event.raw for event in events if isinstance(event, InboundMessage)), name

    def test_nothing_is_written_down_that_no_payload_stands_for(self) -> None:
        written = {path.name for path in (GOLDEN / self.provider).iterdir()}
        assert written == {
            golden_path(self.provider, name).name for name in incoming(self.provider)
        }

    def test_a_delivery_names_the_inbox_it_is_for(self) -> None:
        assert self.credentials.address in self.channel.keys(self.sample())

    def test_the_same_delivery_has_the_same_key_and_another_has_another(self) -> None:
        keys = {
            self.channel.event_key(delivery(self.provider, name)): name
            for name in incoming(self.provider)
        }
        again = [self.channel.event_key(delivery(self.provider, n)) for n in keys.values()]
        assert again == list(keys)

    @pytest.mark.parametrize(
        "body", [b"", b"{", b"null", b"[]", b"3", b'"x"', b"\xff\xfe", b"[" * 50_000, b'{"a":NaN}']
    )
    def test_garbage_is_kept_apart_and_raises_nothing(self, body: bytes) -> None:
        if self.wire == "json":
            events = self.parsed(body)
            assert all(isinstance(event, Quarantined) for event in events)
        else:
            self.parsed(body)
        self.channel.keys(post(body))
        assert self.channel.event_key(post(body))

    @given(data=st.data())
    @settings(
        max_examples=120, deadline=None, suppress_health_check=[HealthCheck.differing_executors]
    )
    def test_no_value_at_any_level_raises(self, data: st.DataObject) -> None:
        body = delivery(
            self.provider, data.draw(st.sampled_from(incoming(self.provider)), "file")
        ).body
        if self.wire == "form":
            pairs = parse_qsl(body.decode(), keep_blank_values=True)
            index = data.draw(st.integers(0, len(pairs) - 1))
            pairs[index] = (pairs[index][0], data.draw(st.text(st.characters(codec="utf-8"))))
            mutated = urlencode(pairs).encode()
        else:
            mutated = json.dumps(
                self.closed(_mutated(self.opened(json.loads(body)), data))
            ).encode()
        for event in self.parsed(mutated):
            json.dumps(normalised([event])).encode()
            assert "\0" not in repr(normalised([event]))
            # An SMS may be empty; in chat apps an empty bubble is something we failed to show.
            if isinstance(event, InboundMessage) and not self.is_sms:
                shown = event.content or event.attachments or event.unsupported
                assert shown or event.content_type != "text"
        self.channel.keys(post(mutated))


def _mutated(value: Any, data: st.DataObject) -> Any:
    """Replace something, at any depth."""
    if isinstance(value, dict | list) and value and data.draw(st.integers(0, 5), "deeper"):
        keys: list[Any] = list(value) if isinstance(value, dict) else list(range(len(value)))
        key = data.draw(st.sampled_from(keys), "key")
        changed = value.copy()
        changed[key] = _mutated(value[key], data)
        return changed
    return data.draw(JSON_VALUES, "value")
