"""LINE: what official accounts are sent, and what they send."""

from __future__ import annotations

import pytest

from backend.channels.base import Credentials
from backend.channels.line import Line
from tests.channels.support import assert_golden, names, parsed, payload

ACCOUNT = Credentials(
    address="U0b1c2d3e4f5061728394a5b6c7d8e9f0",
    secrets={"channel_secret": "fake_line_channel_secret", "channel_token": "t"},
)


@pytest.mark.parametrize("name", names("line", "in_", "verify_"))
def test_every_delivery_is_understood(name: str) -> None:
    assert_golden("line", name, parsed(Line(), ACCOUNT, payload("line", name)))
