"""Whether the process runs, and whether it can do its work."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from backend.access import Caller, require_bearer, serves
from backend.db import Database
from backend.metrics import Metrics
from backend.settings import Settings

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """A plain yes."""

    status: str = "ok"


class Readiness(Health):
    """The queue as it is now; alarm on the age of the oldest due job."""

    queued: int
    running: int
    dead: int
    oldest_due_seconds: float


@router.get("/healthz", operation_id="health")
@serves(Caller.PUBLIC)
async def health() -> Health:
    """The process answers."""
    return Health()


@router.get("/readyz", operation_id="readiness")
@serves(Caller.PUBLIC)
async def readiness(request: Request) -> Readiness:
    """Database and queue answer. Fails with `unavailable`."""
    database: Database = request.app.state.database
    return Readiness.model_validate(await database.call_service("job_stats", {}))


@router.get("/metrics", operation_id="metrics", include_in_schema=False)
@serves(Caller.MONITOR)
async def metrics(request: Request) -> Response:
    """Numbers for Prometheus, for whoever knows METRICS_TOKEN. Fails with `unavailable`."""
    settings: Settings = request.app.state.settings
    database: Database = request.app.state.database
    numbers: Metrics = request.app.state.metrics
    require_bearer(request, settings.metrics_token, "the monitoring")
    queue = await database.call_service("job_stats", {})
    return Response(
        numbers.render(queue),
        media_type="text/plain; version=0.0.4",
        headers={"Cache-Control": "no-store"},
    )
