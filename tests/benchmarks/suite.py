"""All benchmarks by name, in the order in which they run: what only reads comes first."""

from __future__ import annotations

from collections.abc import Callable

from tests.benchmarks import live, reading, writing
from tests.benchmarks.report import Section
from tests.benchmarks.world import World

BENCHMARKS: dict[str, Callable[[World], Section]] = {
    "list": reading.list_page,
    "messages": reading.message_page,
    "rls": reading.rls,
    "counts": reading.counts,
    "send": writing.send_message,
    "create": writing.create_conversation,
    "jobs": writing.jobs,
    "live": live.broadcast,
}
