"""The frames of both Phoenix serializers, 1.0.0 and 2.0.0, as clients send and read them."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field
from typing import Any, NoReturn

Ref = str | int | None

V1, V2 = 1, 2
VERSIONS = {"1.0.0": V1, "2.0.0": V2}

_TEXT, _BINARY = 0x81, 0x82  # WebSocket: final frame, opcode text or binary
_BROADCAST_IN, _BROADCAST_OUT = 3, 4  # first byte of a binary frame of version 2
_BYTES, _JSON = 0, 1
_MAX_FIELD = 255  # each field's length is one byte


class MalformedFrameError(Exception):
    """A frame no official client would send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broadcast:
    """A message to all of a room: either `body`, the JSON text of a whole broadcast payload
    `{"type", "event", "payload"}`, or `data`, bytes to be sent under an event's name."""

    event: str
    body: str = ""
    data: bytes | None = None
    id: str | None = None  # of the row in realtime.messages
    meta: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of_json(
        cls,
        event: str,
        payload: str,
        *,
        id: str | None = None,
        meta: dict[str, Any] | None = None,
    ) -> Broadcast:
        """A broadcast of this JSON text."""
        tail = f',"meta":{dumps(meta)}' if meta else ""
        body = f'{{"type":"broadcast","event":{dumps(event)},"payload":{payload}{tail}}}'
        return cls(event=event, body=body, id=id, meta=meta or {})

    @property
    def size(self) -> int:
        """Bytes of what is sent."""
        return len(self.body) if self.data is None else len(self.data)

    def encode(self, version: int, topic: str) -> bytes | None:
        """The WebSocket frame for sockets of this version; None when it cannot say this."""
        if self.data is None:
            return encode(version, topic=topic, event="broadcast", payload=self.body)
        if version == V1:
            return None
        meta = dumps(self.meta).encode() if self.meta else b""
        fields = topic.encode(), self.event.encode(), meta
        if any(len(part) > _MAX_FIELD for part in fields):
            return None
        head = bytes([_BROADCAST_OUT, *map(len, fields), _BYTES])
        return _websocket(_BINARY, b"".join((head, *fields, self.data)))


@dataclass(frozen=True, slots=True)
class Frame:
    """What a client says: an event on a topic."""

    topic: str
    event: str
    payload: Any
    ref: Ref
    join_ref: Ref


def dumps(value: Any) -> str:
    """Compact JSON; ASCII only, so that a lone surrogate cannot make it unencodable."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def loads(text: str | bytes) -> Any:
    """Strict JSON. Raises `MalformedFrameError`, also for depth and numbers beyond reason."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise MalformedFrameError(f"not JSON: {error}") from None


def encode(
    version: int, *, topic: str, event: str, payload: str, ref: Ref = None, join_ref: Ref = None
) -> bytes:
    """The WebSocket frame of an event; `payload` is JSON text."""
    if version == V1:
        text = (
            f'{{"topic":{dumps(topic)},"event":{dumps(event)},"payload":{payload}'
            f',"ref":{dumps(ref)},"join_ref":{dumps(join_ref)}}}'
        )
    else:
        text = f"[{dumps(join_ref)},{dumps(ref)},{dumps(topic)},{dumps(event)},{payload}]"
    return _websocket(_TEXT, text.encode())


def decode_text(version: int, text: str) -> Frame:
    """Read a text frame. Raises `MalformedFrameError`."""
    message = loads(text)
    if version == V1 and isinstance(message, dict):
        keys = ("topic", "event", "payload", "ref", "join_ref")
        topic, event, payload, ref, join_ref = (message.get(key) for key in keys)
    elif version == V2 and isinstance(message, list) and len(message) == 5:
        join_ref, ref, topic, event, payload = message
    else:
        raise MalformedFrameError("not a Phoenix message")
    if not isinstance(topic, str) or not isinstance(event, str):
        raise MalformedFrameError("topic and event are strings")
    if not _is_text(topic) or not _is_text(event):
        raise MalformedFrameError("topic and event are text")
    if not _is_ref(ref) or not _is_ref(join_ref):
        raise MalformedFrameError("refs are strings")
    return Frame(topic, event, payload, ref, join_ref)


def decode_binary(version: int, data: bytes) -> Frame:
    """Read a binary frame, which can only be a broadcast. Raises `MalformedFrameError`."""
    if version != V2 or len(data) < 7 or data[0] != _BROADCAST_IN or data[6] not in (_BYTES, _JSON):
        raise MalformedFrameError("not a binary broadcast")
    lengths, start, fields = data[1:6], 7, []
    for length in lengths:
        fields.append(data[start : start + length])
        start += length
    if start > len(data):
        raise MalformedFrameError("a binary broadcast ends early")
    try:
        join_ref, ref, topic, event = (part.decode() for part in fields[:4])
        payload = data[start:].decode() if data[6] == _JSON else ""
    except UnicodeDecodeError:
        raise MalformedFrameError("not UTF-8") from None
    if data[6] == _JSON:
        loads(payload)  # it is passed on as it is, so it must be sound
        message = Broadcast.of_json(event, payload)
    else:
        message = Broadcast(event=event, data=data[start:])
    return Frame(topic, "broadcast", message, ref or None, join_ref or None)


def _websocket(opcode: int, data: bytes) -> bytes:
    """One unmasked WebSocket frame: made once, written to any number of sockets."""
    size = len(data)
    if size < 126:
        head = bytes((opcode, size))
    elif size < 1 << 16:
        head = struct.pack("!BBH", opcode, 126, size)
    else:
        head = struct.pack("!BBQ", opcode, 127, size)
    return head + data


def _is_text(value: str) -> bool:
    """Whether UTF-8 can say this; JSON can carry halves of surrogate pairs, which it cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_ref(value: Any) -> bool:
    return value is None or (isinstance(value, (str, int)) and not isinstance(value, bool))


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
