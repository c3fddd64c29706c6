"""`make test` and `make lint`: every check in turn, all of them even when one fails, a summary at the end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"


@dataclass(frozen=True, slots=True)
class Check:
    """One command and what it checks."""

    name: str
    command: tuple[str, ...]


#: The journeys run apart: their browser keeps an event loop going in which asyncio's tests cannot run.
TEST = (
    Check("front-end units", ("npm", "test")),
    Check("journeys", ("python", "-m", "pytest", "-q", "tests/journeys")),
    Check("everything else", ("python", "-m", "pytest", "-q", "--ignore=tests/journeys")),
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


def run(checks: tuple[Check, ...]) -> int:
    """Run them all; 1 when any failed."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    failed = []
    for check in checks:
        print(f"── {check.name}", flush=True)
        started = time.monotonic()
        status = subprocess.run(check.command, cwd=ROOT, env=environment).returncode
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
    sys.exit(run(LINT if sys.argv[1:] == ["lint"] else TEST))
