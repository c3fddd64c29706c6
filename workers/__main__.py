"""`python -m workers`: one worker, until SIGTERM or Ctrl-C; then it finishes what it holds.

`python -m workers --once` does the timed chores that are due, drains the queue and ends: for a cron.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import sys
from datetime import timedelta

import structlog

from backend import log
from backend.db import connect
from backend.settings import SettingsError, load_settings
from workers.context import open_context
from workers.jobs import Queue
from workers.loop import Pace, Worker
from workers.schedule import Schedule
from workers.tasks import TASKS

ONCE = timedelta(minutes=10)  # what one run of a cron may take


async def main(*, once: bool = False) -> None:
    """Run until told to stop, or until nothing is due."""
    settings = load_settings()
    log.configure(settings.log_format)
    database = await connect(settings)
    pace = Pace()
    name = f"{socket.gethostname()}:{os.getpid()}"
    async with open_context(database, settings) as context:
        worker = Worker(Queue(database, name, pace.lease), context, TASKS, pace)
        schedule = Schedule(database, name)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, worker.stop)
        structlog.get_logger().info("worker.started", worker=name)
        if once:
            try:
                await schedule.run_all_once()
                jobs, drained = await worker.drain(ONCE)
                structlog.get_logger().info("worker.ended", jobs=jobs, drained=drained)
            finally:
                await database.close()
            return
        keeping = asyncio.create_task(schedule.run())
        try:
            await worker.run()
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            await database.close()


if __name__ == "__main__":
    try:
        arguments = argparse.ArgumentParser(prog="python -m workers")
        arguments.add_argument("--once", action="store_true", help="end when nothing is due")
        asyncio.run(main(once=arguments.parse_args().once))
    except SettingsError as error:
        sys.exit(str(error))
