"""Messenger: what Meta sends us, and what it gets from us."""

from __future__ import annotations

import pytest

from backend.channels.base import Credentials
from backend.channels.messenger import Messenger
from tests.channels.support import assert_golden, names, parsed, payload

PAGE = Credentials(
    address="104837265910234",
    settings={"app_id": "517238901122334"},
    secrets={"app_secret": "s", "verify_token": "page-verify", "access_token": "t"},
)


@pytest.mark.parametrize("name", names("messenger", "in_", "echo_", "status_", "batch_"))
def test_every_delivery_is_understood(name: str) -> None:
    assert_golden("messenger", name, parsed(Messenger(), PAGE, payload("messenger", name)))
