"""One retryable step each. Running a task twice has the effect of running it once."""

from __future__ import annotations

from workers.registry import Registered
from workers.tasks import relabel, send_greeting

TASKS: dict[str, Registered] = {
    "relabel": Registered(relabel.run),
    "send_greeting": Registered(send_greeting.run),
}
