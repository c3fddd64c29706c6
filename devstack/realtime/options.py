"""What a client asks for when it joins: the `config` of phx_join, understood."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True, kw_only=True)
class Options:
    """How a channel is to behave."""

    private: bool
    acknowledge: bool  # reply to each broadcast
    hear_itself: bool  # its own broadcasts come back to it
    announce_replication: bool
    replay: Any  # parameters, or None
    presence: bool  # tracking switches it on, too
    presence_key: str
    bindings: list[Any]  # of postgres_changes, as sent
    token: str | None  # an access token, when the client brought one

    @classmethod
    def of(cls, payload: Any) -> Options:
        """Read a join's payload; what is missing or of a wrong type has its default."""
        payload = payload if isinstance(payload, dict) else {}
        config = _object(payload, "config")
        broadcast, presence = _object(config, "broadcast"), _object(config, "presence")
        key, bindings = presence.get("key"), config.get("postgres_changes")
        return cls(
            private=_is_true(config.get("private")),
            acknowledge=_is_true(broadcast.get("ack")),
            hear_itself=_is_true(broadcast.get("self")),
            announce_replication=_is_true(broadcast.get("replication_ready")),
            replay=broadcast.get("replay"),
            presence=_is_true(presence.get("enabled")),
            presence_key=key if isinstance(key, str) and key else str(uuid.uuid4()),
            bindings=[b for b in bindings if b is not None] if isinstance(bindings, list) else [],
            token=access_token(payload),
        )


def access_token(payload: Any) -> str | None:
    """The access token in a payload; API keys of the newer form are none."""
    payload = payload if isinstance(payload, dict) else {}
    token = payload.get("access_token") or payload.get("user_token")
    return token if isinstance(token, str) and not token.startswith("sb_") else None


def _object(parent: dict[str, Any], key: str) -> dict[str, Any]:
    value = parent.get(key)
    return value if isinstance(value, dict) else {}


def _is_true(value: Any) -> bool:
    return value is True or value in ("true", "1")
