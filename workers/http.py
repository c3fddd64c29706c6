"""Runs jobs for a scheduler that can only call a URL (Vercel cron, a database webhook)."""

from __future__ import annotations

import hmac
import os
from datetime import timedelta

from fastapi import APIRouter, Request
from pydantic import BaseModel

from backend.access import Caller, serves
from backend.db import Database
from backend.errors import SupadeskError
from backend.settings import Settings
from workers.context import open_context
from workers.jobs import Queue
from workers.loop import Pace, Worker
from workers.schedule import Schedule
from workers.tasks import TASKS

router = APIRouter(prefix="/internal/jobs", tags=["internal"])
BUDGET = timedelta(seconds=45)  # a call ends before the platform ends it


class Ran(BaseModel):
    """What one call did."""

    jobs: int
    drained: bool


def require_scheduler(request: Request, settings: Settings) -> None:
    """Let in whoever knows the cron secret; without a secret there is nobody to let in."""
    if settings.cron_secret is None:
        raise SupadeskError(404, "not_found", "Not found.")
    expected = f"Bearer {settings.cron_secret.get_secret_value()}"
    given = request.headers.get("authorization", "")
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise SupadeskError(401, "not_authorized", "This route is for the scheduler.")


@router.api_route("/run", methods=["GET", "POST"], operation_id="run_jobs", include_in_schema=False)
@serves(Caller.SCHEDULER)
async def run(request: Request) -> Ran:
    """Do the timed chores and drain the queue, for as long as one call may take.

    GET for a cron, POST for a database webhook, whose body is not looked at.
    """
    settings: Settings = request.app.state.settings
    database: Database = request.app.state.database
    require_scheduler(request, settings)
    name = f"http:{os.getpid()}"
    await Schedule(database, name).run_all_once()
    pace = Pace()
    async with open_context(database, settings) as context:
        worker = Worker(Queue(database, name, pace.lease), context, TASKS, pace)
        jobs, drained = await worker.drain(BUDGET)
    return Ran(jobs=jobs, drained=drained)
