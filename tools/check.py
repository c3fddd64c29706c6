"""`make test` and `make lint`: every check, all of them even when one fails, a summary at the end."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"


@dataclass(frozen=True, slots=True)
class Check:
    """One command and what it checks."""

    name: str
    command: tuple[str, ...]


#: Side by side: what waits most of the time (browsers, workers, services) beside what works. The journeys
#: run apart because their browser keeps an event loop going in which asyncio's tests cannot run.
_WAITING = ("tests/workers", "tests/reliability", "tests/backend")
_APART = ("tests/journeys", *_WAITING)
_PYTEST = ("python", "-m", "pytest", "-q", "--durations=15")
TEST = (
    Check("front-end units", ("npm", "test")),
    Check("journeys", (*_PYTEST, "tests/journeys")),
    Check("workers and service", (*_PYTEST, *_WAITING)),
    Check("everything else", (*_PYTEST, *(f"--ignore={folder}" for folder in _APART))),
)

LINT = (
    Check("ruff", ("ruff", "check", ".")),
    Check("ruff format", ("ruff", "format", "--check", ".")),
    Check("types (Python)", ("mypy",)),
    Check("arrows (Python)", ("lint-imports",)),
    Check("types (TypeScript)", ("npm", "run", "check")),
    Check("biome", ("npx", "biome", "ci", ".")),
    Check("sizes", ("npm", "run", "size")),
    Check("SQL lints", ("python", "-m", "pytest", "-q", "tests/security/test_catalogue.py")),
    Check("drift", ("python", "-m", "tools.schema", "diff")),
)


def _start(check: Check, environment: dict[str, str]) -> tuple[subprocess.Popen[str], IO[str]]:
    output = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
    process = subprocess.Popen(
        check.command, cwd=ROOT, env=environment, text=True, stdout=output, stderr=subprocess.STDOUT
    )
    return process, output


def run(checks: tuple[Check, ...], *, together: bool = False) -> int:
    """Run them all, one after the other or side by side; 1 when any failed."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    # The output of each is kept together, and shown when it has ended.
    running = [_start(check, environment) for check in checks] if together else None
    failed = []
    for number, check in enumerate(checks):
        print(f"── {check.name}", flush=True)
        started = time.monotonic()
        process, output = running[number] if running else _start(check, environment)
        status = process.wait()
        output.seek(0)
        sys.stdout.write(output.read())
        output.close()
        print(
            f"   {'ok' if status == 0 else 'FAILED'} ({time.monotonic() - started:.0f} s)",
            flush=True,
        )
        if status != 0:
            failed.append(check.name)
    if failed:
        print(f"Failed: {', '.join(failed)}.", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["lint"]:
        sys.exit(run(LINT))
    sys.exit(run(TEST, together=True))
