"""How long to wait before trying again. Decides; does nothing."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta


def _seconds(*delays: int) -> tuple[timedelta, ...]:
    return tuple(timedelta(seconds=delay) for delay in delays)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Waits `delays` one after the other, then the last one again and again.

    Each is up to a fifth more or less, to spread a herd.
    """

    delays: tuple[timedelta, ...] = _seconds(5, 10, 20, 40, 80, 160, 320)

    def delay_after(
        self, tries: int, max_attempts: int, jitter: Callable[[], float] = random.random
    ) -> timedelta | None:
        """How long to wait after this try (1 is the first), or None to give up."""
        if tries >= max_attempts:
            return None
        delay = self.delays[min(tries, len(self.delays)) - 1]
        return delay * (0.8 + 0.4 * jitter())


#: For what goes to a provider: outlasts an outage of almost three hours.
OUTBOUND = RetryPolicy(delays=_seconds(5, 30, 120, 600, 1800, 3600, 7200))
