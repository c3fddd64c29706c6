"""What a benchmark hands back, and how it is printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.load import Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """Two numbers of one run divided; the proposed bar beside it, if there is one."""

    what: str
    value: float
    bar: str = ""  #: its number in the specification, for example B1
    at_most: float | None = None
    at_least: float | None = None

    @property
    def verdict(self) -> str:
        """Whether the bar is met, in words; empty without a bar. Printed, never asserted."""
        if self.at_most is not None:
            met, sign, limit = self.value <= self.at_most, "<=", self.at_most
        elif self.at_least is not None:
            met, sign, limit = self.value >= self.at_least, ">=", self.at_least
        else:
            return ""
        return f"{self.bar} {sign} {limit:g}: {'met' if met else 'NOT met'}".strip()


@dataclass(slots=True)
class Section:
    """One benchmark's findings."""

    title: str
    cells: Mapping[str, Cell]
    ratios: Sequence[Ratio]
    notes: list[str] = field(default_factory=list)

    def as_text(self) -> str:
        """A table for people."""
        width = max(44, *(len(name) for name in self.cells))
        lines = [
            self.title,
            f"  {'':{width}} {'p50 ms':>9} {'p95 ms':>9} {'p99 ms':>9} {'per s':>10}",
        ]
        for name, cell in self.cells.items():
            lines.append(
                f"  {name:{width}} {cell.p50:9.3f} {cell.p95:9.3f} {cell.p99:9.3f} {cell.rate:10,.0f}"
            )
        for ratio in self.ratios:
            lines.append(f"  {ratio.what:{width}} {ratio.value:9.2f}x  {ratio.verdict}".rstrip())
        lines += [f"  {note}" for note in self.notes]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """For the JSON file."""
        return {
            "title": self.title,
            "cells": {name: cell.as_dict() for name, cell in self.cells.items()},
            "ratios": [
                {"what": r.what, "value": r.value, "verdict": r.verdict} for r in self.ratios
            ],
            "notes": self.notes,
        }
