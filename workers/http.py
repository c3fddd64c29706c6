"""Runs jobs for a scheduler that can only call a URL (Vercel cron, a database webhook)."""

from __future__ import annotations

import os
from datetime import timedelta

from fastapi import APIRouter, Request
from pydantic import BaseModel

from backend.access import Caller, require_bearer, serves
from backend.db import Database
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


@router.api_route("/run", methods=["GET", "POST"], operation_id="run_jobs", include_in_schema=False)
@serves(Caller.SCHEDULER)
async def run(request: Request) -> Ran:
    """Do the timed chores and drain the queue, for as long as one call may take.

    GET for a cron, POST for a database webhook, whose body is not looked at.
    """
    settings: Settings = request.app.state.settings
    database: Database = request.app.state.database
    require_bearer(request, settings.cron_secret, "the scheduler")
    name = f"http:{os.getpid()}"
    await Schedule(database, name).run_all_once()
    pace = Pace()
    async with open_context(database, settings) as context:
        worker = Worker(Queue(database, name, pace.lease), context, TASKS, pace)
        jobs, drained = await worker.drain(BUDGET)
    return Ran(jobs=jobs, drained=drained)
