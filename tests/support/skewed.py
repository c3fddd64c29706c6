"""`python -m tests.support.skewed SECONDS MODULE …`: a program whose wall clock is so many seconds off."""

from __future__ import annotations

import datetime
import runpy
import sys
import time
from typing import Any, Self


def shift(seconds: float) -> None:
    """Move every way of asking for the time of day; the monotonic clock stays, as on a real machine."""
    true_time = time.time

    class Skewed(datetime.datetime):
        """The clock on a wall that nobody looks after."""

        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Self:
            return cls.fromtimestamp(time.time(), tz)

    def skewed_time() -> float:
        return true_time() + seconds

    patched: dict[Any, dict[str, Any]] = {
        time: {"time": skewed_time, "time_ns": lambda: int(skewed_time() * 1e9)},
        datetime: {"datetime": Skewed},
    }
    for module, names in patched.items():
        for name, value in names.items():
            setattr(module, name, value)


if __name__ == "__main__":
    _, offset, program, *arguments = sys.argv
    shift(float(offset))
    sys.argv = [program, *arguments]
    runpy.run_module(program, run_name="__main__", alter_sys=True)
