"""One retryable step each. Running a task twice has the effect of running it once."""

from __future__ import annotations

from datetime import timedelta

from workers.registry import Registered
from workers.tasks import process_attachment, remove_objects, send_greeting

TASKS: dict[str, Registered] = {
    "process_attachment": Registered(
        process_attachment.run, timeout=timedelta(minutes=2), at_once=2
    ),
    "remove_objects": Registered(remove_objects.run),
    "send_greeting": Registered(send_greeting.run),
}
