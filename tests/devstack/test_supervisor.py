"""The supervisor as a process: what it does about predecessors, taken ports and signals."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from devstack.config import free_ports

SCRIPT = """
import asyncio, sys
from pathlib import Path
from devstack.config import StackError
from devstack.supervisor import Part, Supervisor

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]

async def main(folder: Path, port: int, ready: bool) -> int:
    supervisor = Supervisor(folder)
    try:
        supervisor.clear_predecessor()
        supervisor.obey_signals()
        await supervisor.start(Part(name="first", command=SLEEP, ready=lambda: True))
        await supervisor.start(
            Part(name="second", command=SLEEP, ready=lambda: ready, ports=(port,))
        )
        print("READY", flush=True)
        return 1 if await supervisor.run() else 0
    except asyncio.CancelledError:
        return 3
    except StackError as error:
        print(f"REFUSED {error}", flush=True)
        return 2
    finally:
        await supervisor.stop()

folder, port, ready = sys.argv[1:]
sys.exit(asyncio.run(main(Path(folder), int(port), ready == "ready")))
"""


class Run:
    """One supervisor of two parts that do nothing."""

    def __init__(self, folder: Path, port: int, *, ready: bool = True) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(folder), str(port), "ready" if ready else "never"],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.output: list[str] = []

    def until(self, pattern: str) -> str:
        """Read its log up to the line that says this."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line)
            if re.search(pattern, line):
                return line
        raise AssertionError("".join(self.output))

    def parts(self) -> list[psutil.Process]:
        """What it started."""
        entries = json.loads((self.folder / "pids.json").read_text())
        return [psutil.Process(each["pid"]) for each in entries if each["name"] != "supervisor"]

    def parts_starting(self) -> list[psutil.Process]:
        """Both parts, as soon as the second was started, whether it is ready or not."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            with contextlib.suppress(OSError, ValueError):
                if len(parts := self.parts()) == 2:
                    return parts
            time.sleep(0.05)
        raise AssertionError("the second part was not started")


def gone(process: psutil.Process) -> bool:
    """Whether it ended, within a moment."""
    end = time.monotonic() + 15
    while time.monotonic() < end:
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Starts supervisors of one folder; whatever is left of them is killed."""
    runs: list[Run] = []
    (port,) = free_ports(1)

    def one(port: int = port, *, ready: bool = True) -> Run:
        runs.append(Run(tmp_path, port, ready=ready))
        return runs[-1]

    yield one
    for run in runs:
        family = [run.process.pid]
        if run.process.poll() is None:
            family += [child.pid for child in psutil.Process(run.process.pid).children()]
            for pid in family:
                os.kill(pid, signal.SIGKILL)
        run.process.wait(10)
        if run.process.stdout is not None:
            run.process.stdout.close()


@contextlib.contextmanager
def listener() -> Iterator[int]:
    """A program that has taken a port: this one."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_every_part(start: Callable[..., Run], number: signal.Signals) -> None:
    run = start()
    run.until("^READY")
    parts = run.parts()
    assert len(parts) == 2
    run.process.send_signal(number)
    assert run.process.wait(20) == 0
    assert all(gone(part) for part in parts)
    assert not (run.folder / "pids.json").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_parts_still_start_stops_them_too(
    start: Callable[..., Run], number: signal.Signals
) -> None:
    run = start(ready=False)
    parts = run.parts_starting()
    run.process.send_signal(number)
    assert run.process.wait(20) == 3
    assert all(gone(part) for part in parts)


def test_a_second_start_is_refused_and_leaves_the_first_alone(start: Callable[..., Run]) -> None:
    first = start()
    first.until("^READY")
    parts = first.parts()
    second = start()
    assert f"already running (process {first.process.pid})" in second.until("^REFUSED")
    assert second.process.wait(20) == 2
    assert first.process.poll() is None
    assert all(part.is_running() for part in parts)
    assert first.parts() == parts


def test_what_a_killed_supervisor_left_is_stopped_and_named(start: Callable[..., Run]) -> None:
    first = start()
    first.until("^READY")
    orphans = first.parts()
    first.process.kill()
    first.process.wait(10)
    second = start()
    second.until("^READY")
    log = "".join(second.output)
    for name, orphan in zip(("first", "second"), orphans, strict=True):
        assert f"stopping {name} ({orphan.pid}), left by a killed run" in log
        assert gone(orphan)


def test_an_unrelated_process_with_an_old_id_is_left_alone(start: Callable[..., Run]) -> None:
    run = start()
    (run.folder / "pids.json").write_text(
        json.dumps([{"name": "first", "pid": os.getpid(), "started": 1.0}])
    )
    run.until("^READY")
    assert "left by a killed run" not in "".join(run.output)


def test_a_taken_port_is_named_with_its_owner(start: Callable[..., Run]) -> None:
    with listener() as port:
        run = start(port)
        said = run.until("^REFUSED")
    assert f"Port {port}, which second needs, is taken by" in said
    assert f"({os.getpid()})" in said
    assert run.process.wait(20) == 2


def test_a_part_that_ends_by_itself_ends_the_others(start: Callable[..., Run]) -> None:
    run = start()
    run.until("^READY")
    first, second = run.parts()
    first.kill()
    assert run.process.wait(20) == 1
    assert gone(second)
