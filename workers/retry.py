"""How long to wait before trying again. Decides; does nothing."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Waits double from `first_delay` up to `max_delay`, each shortened by chance to spread a herd."""

    first_delay: timedelta = timedelta(seconds=5)
    max_delay: timedelta = timedelta(hours=2)

    def delay_after(
        self, attempt: int, max_attempts: int, jitter: Callable[[], float] = random.random
    ) -> timedelta | None:
        """How long to wait after this attempt (1 is the first), or None to give up."""
        if attempt >= max_attempts:
            return None
        ceiling = min(self.first_delay * (1 << min(attempt - 1, 20)), self.max_delay)
        return ceiling * (0.5 + jitter() / 2)
