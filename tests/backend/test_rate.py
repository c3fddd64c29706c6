"""One address cannot keep a process to itself."""

from __future__ import annotations

from pathlib import Path

import httpx

from backend.app import create_app
from backend.limits import Rate
from backend.settings import Settings
from tests.backend.test_errors import refused


def test_a_new_minute_is_a_new_start_and_addresses_do_not_share() -> None:
    now = 0.0
    rate = Rate(2, clock=lambda: now)
    assert [rate.allows("a") for _ in range(3)] == [True, True, False]
    assert rate.allows("b")
    now = 60.0
    assert rate.allows("a")


async def test_one_request_too_many_is_refused_by_address() -> None:
    app = create_app(
        Settings.model_validate(
            {
                "supabase_url": "http://127.0.0.1:1",
                "supabase_publishable_key": "x",
                "supabase_secret_key": "x",
                "supabase_jwt_secret": "x" * 40,
                "requests_per_minute": 3,
                "client_ip_header": "x-real-ip",
                "widget_folder": Path(__file__).resolve().parents[2] / "widget" / "dist",
            }
        )
    )
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:

        async def get(address: str, path: str = "/healthz") -> httpx.Response:
            return await client.get(path, headers={"x-real-ip": address})

        # A minute may begin in between: then three more are good.
        answers = [await get("192.0.2.1") for _ in range(7)]
        assert answers[0].status_code == 200
        refused(answers[-1], 429, "too_many_requests")
        assert answers[-1].headers["retry-after"] == "60"
        assert (await get("192.0.2.2")).status_code == 200
        assert (await get("192.0.2.1", "/webhooks/none")).status_code != 429
