"""A scheduler may run jobs by URL; nobody else may, and without a secret nobody at all."""

from __future__ import annotations

from pathlib import Path

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from psycopg.types.json import Jsonb

from backend.app import create_app
from backend.settings import Settings
from tests.backend.test_errors import refused
from tests.support.local import LocalProduct
from workers import http


def service(product: LocalProduct, secret: str | None) -> FastAPI:
    """The deployed composition, against the running database."""
    app = create_app(
        Settings.model_validate(
            {
                "supabase_url": product.supabase_url,
                "supabase_publishable_key": product.publishable_key,
                "supabase_secret_key": product.status["secret_key"],
                "supabase_jwt_secret": "x" * 40,
                "cron_secret": secret,
                "widget_folder": Path(__file__).resolve().parents[2] / "widget" / "dist",
            }
        )
    )
    app.include_router(http.router)
    return app


async def call(app: FastAPI, headers: dict[str, str]) -> httpx.Response:
    """One request to it, with its start and end."""
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://service") as client,
    ):
        return await client.get("/internal/jobs/run", headers=headers, timeout=60)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "Basic right-secret",
        "bearer right-secret",
        "Bearer é",
    ],
)
async def test_a_stranger_does_not_run_jobs(product: LocalProduct, header: str) -> None:
    answer = await call(service(product, "right-secret"), {"Authorization": header.encode()})  # type: ignore[dict-item]
    refused(answer, 401, "not_authorized")


async def test_without_a_secret_the_route_is_closed(product: LocalProduct) -> None:
    refused(await call(service(product, None), {"Authorization": "Bearer None"}), 404, "not_found")


async def test_the_scheduler_drains_the_queue(product: LocalProduct) -> None:
    app = service(product, "right-secret")
    nobody = "019b0000-0000-7000-8000-000000000000"
    with psycopg.connect(product.database_url, autocommit=True) as conn:
        added = conn.execute(
            "insert into private.jobs (kind, payload) values ('send_templates', %s) returning id",
            (Jsonb({"conversation_id": nobody, "message_id": nobody}),),
        ).fetchone()
    answer = await call(app, {"Authorization": "Bearer right-secret"})
    assert answer.status_code == 200
    assert answer.json()["drained"] is True
    with psycopg.connect(product.database_url) as conn:
        row = conn.execute("select status from private.jobs where id = %s", added).fetchone()
    assert row == ("done",)


async def test_a_database_webhook_wakes_the_queue(product: LocalProduct) -> None:
    app = service(product, "right-secret")
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://service") as client,
    ):
        event = {"type": "INSERT", "table": "jobs", "schema": "private", "record": {"id": 1}}
        answer = await client.post(
            "/internal/jobs/run",
            json=event,
            headers={"Authorization": "Bearer right-secret"},
            timeout=60,
        )
        assert answer.status_code == 200
        refused(await client.post("/internal/jobs/run", json=event), 401, "not_authorized")
