"""Every route says whom it serves; a new one without a word about that fails here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute

from backend.access import Caller
from backend.api import channels, client, health, members, oauth, webhooks, widget


def routes() -> Iterator[APIRoute]:
    """All routes of the service's routers."""
    for router in (
        health.router, members.router, widget.router, webhooks.router, client.router, oauth.router,
        channels.router,
    ):  # fmt: skip
        for route in router.routes:
            assert isinstance(route, APIRoute)
            yield route


@pytest.mark.parametrize("route", list(routes()), ids=lambda route: str(route.path))
def test_every_route_declares_its_callers_and_a_stable_name(route: APIRoute) -> None:
    assert isinstance(route.endpoint.__dict__.get("serves"), Caller)
    assert route.operation_id
    assert (route.endpoint.__doc__ or "").strip()
