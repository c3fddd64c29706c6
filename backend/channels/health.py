"""Whether an inbox works, step by step, so that whoever connects it learns which step does not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import httpx

from backend.channels.base import Credentials, ErrorCategory, SendError


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that must be right, and what the provider said about it."""

    name: str
    ok: bool
    detail: str
    category: ErrorCategory | None = None  #: why it is not right


class StepFailed(Exception):
    """The provider answered, and the answer is not what a working inbox gets."""


@runtime_checkable
class Checks(Protocol):
    """A channel that can be asked whether an inbox works."""

    async def check(self, credentials: Credentials, http: httpx.AsyncClient) -> list[Step]:
        """Ask the provider, one step after the other, up to the first that is not right."""


async def run(steps: Mapping[str, Callable[[], Awaitable[str]]]) -> list[Step]:
    """Do one step after the other, up to the first that fails: the later ones need it."""
    done: list[Step] = []
    for name, step in steps.items():
        try:
            done.append(Step(name=name, ok=True, detail=await step()))
        except (SendError, StepFailed, ValueError) as error:  # ValueError: an answer without sense
            category = error.category if isinstance(error, SendError) else ErrorCategory.CONFIG
            done.append(Step(name=name, ok=False, detail=str(error), category=category))
            break
    return done
