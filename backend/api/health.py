"""Whether the process runs, and whether it can do its work."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import BaseModel

from backend.access import Caller, serves
from backend.db import Database

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
