"""Whether an inbox works, step by step, so that whoever connects it learns which step does not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from backend.channels.base import SendError


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that must be right, and what the provider said about it."""

    name: str
    ok: bool
    detail: str


class StepFailed(Exception):
    """The provider answered, and the answer is not what a working inbox gets."""


async def run(steps: Mapping[str, Callable[[], Awaitable[str]]]) -> list[Step]:
    """Do one step after the other, up to the first that fails: the later ones need it."""
    done: list[Step] = []
    for name, step in steps.items():
        try:
            done.append(Step(name=name, ok=True, detail=await step()))
        except (SendError, StepFailed) as error:
            done.append(Step(name=name, ok=False, detail=str(error)))
            break
    return done
