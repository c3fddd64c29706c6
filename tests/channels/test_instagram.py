"""Instagram: what Meta sends us, and what it gets from us."""

from __future__ import annotations

import pytest

from backend.channels.base import Credentials
from backend.channels.instagram import Instagram
from tests.channels.support import assert_golden, names, parsed, payload

ACCOUNT = Credentials(
    address="17841405793187218",
    secrets={"app_secret": "s", "verify_token": "ig-verify", "access_token": "t"},
)


@pytest.mark.parametrize(
    "name", names("instagram", "in_", "echo_", "status_", "comment_", "dashboard_")
)
def test_every_delivery_is_understood(name: str) -> None:
    assert_golden("instagram", name, parsed(Instagram(), ACCOUNT, payload("instagram", name)))
