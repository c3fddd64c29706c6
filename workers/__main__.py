"""`python -m workers`: one worker, until SIGTERM or Ctrl-C; then it finishes what it holds."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys

import structlog

from backend import log
from backend.db import connect
from backend.settings import SettingsError, load_settings
from workers.context import open_context
from workers.jobs import Queue
from workers.loop import Pace, Worker
from workers.schedule import Schedule
from workers.tasks import TASKS


async def main() -> None:
    """Run until told to stop."""
    settings = load_settings()
    log.configure(settings.log_format)
    database = await connect(settings)
    pace = Pace()
    name = f"{socket.gethostname()}:{os.getpid()}"
    async with open_context(database, settings) as context:
        worker = Worker(Queue(database, name, pace.lease), context, TASKS, pace)
        schedule = Schedule(database)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, worker.stop)
        structlog.get_logger().info("worker.started", worker=name)
        keeping = asyncio.create_task(schedule.run())
        try:
            await worker.run()
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            await database.close()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except SettingsError as error:
        sys.exit(str(error))
