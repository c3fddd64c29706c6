"""All benchmarks by name, in the order in which they run: what only reads comes first."""

from __future__ import annotations

from collections.abc import Callable

from tests.benchmarks import channels, lighthouse, live, reading, screens, writing
from tests.benchmarks.report import Section
from tests.benchmarks.world import World

BENCHMARKS: dict[str, Callable[[World], Section]] = {
    "list": reading.list_page,
    "messages": reading.message_page,
    "history": reading.history,
    "rls": reading.rls,
    "counts": reading.counts,
    "search": reading.search,
    "send": writing.send_message,
    "create": writing.create_conversation,
    "webhooks": writing.webhooks,
    "jobs": writing.jobs,
    "live": live.broadcast,
    "channels": channels.channels,
    "screens": screens.screens,
    "lighthouse": lighthouse.lighthouse,
}
