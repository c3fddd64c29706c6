"""A local Supabase of the tests' own, on free ports, in a folder that is thrown away."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from devstack.config import ROOT, StackConfig
from devstack.keys import Keys
from devstack.spec import read_spec

START_TIMEOUT = 120  # seconds


@dataclass(frozen=True, slots=True)
class RunningStack:
    """What a test needs to know of it."""

    config: StackConfig
    keys: Keys
    url: str
    anon_key: str
    service_role_key: str
    publishable_key: str
    secret_key: str
    database_url: str  # as superuser
    owner_url: str  # as `postgres`, who owns the product's objects
    process: subprocess.Popen[str]
    log: list[str]


@contextlib.contextmanager
def running_stack(*options: str) -> Iterator[RunningStack]:
    """Run `python -m devstack start --fast <options>` for the length of the block."""
    folder = Path(tempfile.mkdtemp(prefix="supadesk-test-"))
    folder.chmod(0o755)
    process = subprocess.Popen(
        [sys.executable, "-m", "devstack", "start", "--fast", "--folder", str(folder), *options],
        cwd=ROOT,
        env={**_environment(), "STACK": "test"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    log: list[str] = []

    def read() -> None:
        assert process.stderr is not None
        log.extend(process.stderr)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            process.wait(10)
            reader.join(2)
            raise RuntimeError("the devstack did not start:\n" + "".join(log[-40:]))
        status = json.loads(line)
        config = read_spec(folder / "stack.json")
        yield RunningStack(
            config=config,
            keys=Keys.load(folder),
            url=status["supabase_url"],
            anon_key=status["anon_key"],
            service_role_key=status["service_role_key"],
            publishable_key=status["publishable_key"],
            secret_key=status["secret_key"],
            database_url=status["superuser_database_url"],
            owner_url=status["database_url"],
            process=process,
            log=log,
        )
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("SUPABASE_")}
