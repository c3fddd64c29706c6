"""Numbers for whoever holds the token; ids that follow a request into its jobs."""

from __future__ import annotations

import uuid
from pathlib import Path

import httpx
import psycopg
import pytest
import structlog
from fastapi import FastAPI

from backend.app import create_app
from backend.settings import Settings
from tests.backend.test_errors import refused
from tests.support.local import LocalProduct

TOKEN = "a-long-metrics-token"


def service(product: LocalProduct, token: str | None) -> FastAPI:
    """The service against the running database."""
    return create_app(
        Settings.model_validate(
            {
                "supabase_url": product.supabase_url,
                "supabase_publishable_key": product.publishable_key,
                "supabase_secret_key": product.status["secret_key"],
                "supabase_jwt_secret": "x" * 40,
                "metrics_token": token,
                "widget_folder": Path(__file__).resolve().parents[2] / "widget" / "dist",
            }
        )
    )


async def get(app: FastAPI, *paths: str, **headers: str) -> httpx.Response:
    """The last of some requests."""
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://service") as client,
    ):
        for path in paths:
            answer = await client.get(path, headers=headers, timeout=60)
    return answer


async def test_requests_and_the_queue_are_counted(product: LocalProduct) -> None:
    answer = await get(
        service(product, TOKEN),
        "/healthz",
        "/widget/config/nosuchtoken",
        "/no/such/page",
        "/metrics",
        authorization=f"Bearer {TOKEN}",
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    for line in (
        'supadesk_http_requests_total{method="GET",route="/healthz",status="200"} 1.0',
        'route="/widget/config/{website_token}",status="404"} 1.0',
        'route="other",status="404"} 1.0',
        'supadesk_jobs{status="dead"}',
        "supadesk_jobs_oldest_due_seconds",
    ):
        assert line in answer.text
    assert "nosuchtoken" not in answer.text


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}"])
async def test_strangers_get_no_numbers(product: LocalProduct, header: str) -> None:
    answer = await get(service(product, TOKEN), "/metrics", authorization=header)
    refused(answer, 401, "not_authorized")


@pytest.mark.parametrize("token", [None, ""])
async def test_without_a_token_the_numbers_are_closed(
    product: LocalProduct, token: str | None
) -> None:
    answer = await get(service(product, token), "/metrics", authorization="Bearer ")
    refused(answer, 404, "not_found")


@pytest.mark.parametrize(
    ("given", "kept"),
    [("abc-12345678", True), ("x" * 65, False), ("short", False), ("a b c d e f", False),
     ('{"a":1234}', False)],
)  # fmt: skip
async def test_a_caller_s_request_id_is_kept_when_it_looks_like_one(
    product: LocalProduct, given: str, kept: bool
) -> None:
    answer = await get(service(product, None), "/healthz", **{"x-request-id": given})
    assert (answer.headers["x-request-id"] == given) is kept


async def test_the_interface_description_is_off_unless_asked_for(product: LocalProduct) -> None:
    for path in ("/docs", "/openapi.json", "/redoc"):
        refused(await get(service(product, None), path), 404, "not_found")


def test_a_request_s_id_is_in_the_job_it_asked_for(product: LocalProduct) -> None:
    visitor = product.open_chat()
    request_id = f"test-{uuid.uuid4()}"
    answer = httpx.post(
        f"{product.supabase_url}/rest/v1/rpc/widget_start_conversation",
        headers={
            "apikey": product.publishable_key,
            "Authorization": f"Bearer {visitor.token}",
            "x-request-id": request_id,
        },
        json={"p_message_id": str(uuid.uuid4()), "p_content": "Hello"},
        timeout=20,
    )
    assert answer.status_code == 200
    with psycopg.connect(product.database_url) as conn:
        rows = conn.execute(
            "select distinct request_id from private.jobs where lock = %s",
            (answer.json()["conversation"]["id"],),
        ).fetchall()
    assert rows == [(request_id,)]


async def test_our_own_calls_pass_the_id_on(product: LocalProduct) -> None:
    app = service(product, None)
    async with app.router.lifespan_context(app):
        http = app.state.database._http
        with structlog.contextvars.bound_contextvars(request_id="chain-0001"):
            request = http.build_request("GET", "http://127.0.0.1/")
            for hook in http.event_hooks["request"]:
                await hook(request)
    assert request.headers["x-request-id"] == "chain-0001"
