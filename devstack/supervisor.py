"""Starts parts in order, waits until each is ready, and stops all of them together.

Nothing is restarted silently: when a part ends by itself the others are stopped too and the
supervisor says which it was. The process ids are written down, so that a supervisor that was
killed leaves no orphans for the next one to trip over.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import psutil

from devstack.config import StackError, port_is_free

READY_TIMEOUT = 60.0  # seconds for one part
STOP_TIMEOUT = 10.0  # seconds between asking a part to stop and killing it
_COLOURS = (36, 32, 33, 35, 34, 96, 92, 93)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One process of a stack."""

    name: str
    command: Sequence[str]
    ready: Callable[[], bool]
    ports: tuple[int, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    popen: Mapping[str, Any] = field(default_factory=dict)
    #: What to do once it is ready, before the next part starts (migrations, for example).
    then: Callable[[], None] | None = None
    stop_signal: signal.Signals = signal.SIGTERM


class Supervisor:
    """Runs parts until told to stop."""

    def __init__(self, folder: Path, *, output: TextIO = sys.stdout) -> None:
        self.folder = folder
        self.output = output
        self._pids = folder / "pids.json"
        self._running: list[tuple[Part, asyncio.subprocess.Process]] = []
        self._readers: list[asyncio.Task[None]] = []
        self._stop = asyncio.Event()
        self._started = False
        self._width = 9

    def say(self, name: str, line: str) -> None:
        """Print one line of a part's log behind its name."""
        label = name.ljust(self._width)
        if self.output.isatty():
            colour = _COLOURS[sum(name.encode()) % len(_COLOURS)]
            label = f"\x1b[{colour}m{label}\x1b[0m"
        print(f"{label} │ {line}", file=self.output, flush=True)

    def clear_predecessor(self) -> None:
        """Stop what an earlier supervisor of this folder left running, and say so."""
        if not self._pids.exists():
            return
        try:
            recorded = json.loads(self._pids.read_text())
        except ValueError:
            recorded = []
        running = running_supervisor(self.folder)
        if running is not None and running.pid != os.getpid():
            raise StackError(
                f"This stack is already running (process {running.pid});"
                " stop it with `make stop`, or start another with STACK=name."
            )
        for entry in reversed(recorded):
            process = _same_process(entry["pid"], entry["started"])
            if process is None or process.pid == os.getpid():
                continue
            self.say(
                "supervisor", f"stopping {entry['name']} ({process.pid}), left by a killed run"
            )
            _terminate(process)
        self._pids.unlink(missing_ok=True)

    def obey_signals(self) -> None:
        """From now on SIGINT and SIGTERM end `run`, or cancel this task while parts still start."""
        loop = asyncio.get_running_loop()
        task = asyncio.current_task()

        def asked() -> None:
            if not self._stop.is_set() and not self._started and task is not None:
                task.cancel()
            self._stop.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, asked)

    async def start(self, part: Part) -> None:
        """Start a part, wait until it is ready, then run its `then`."""
        for port in part.ports:
            if not port_is_free(port):
                raise StackError(
                    f"Port {port}, which {part.name} needs, is taken{_owner(port)};"
                    " stop that program, or start with STACK=name to use free ports."
                )
        self.folder.mkdir(parents=True, exist_ok=True)
        process = await asyncio.create_subprocess_exec(
            *part.command,
            cwd=part.folder,
            env={**os.environ, **part.environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches only the supervisor, which stops in order
            limit=1024 * 1024,
            **part.popen,
        )
        self._running.append((part, process))
        self._readers.append(asyncio.create_task(self._relay(part.name, process)))
        self._write_pids()
        await self._wait_ready(part, process)
        if part.then is not None:
            await asyncio.to_thread(part.then)

    async def run(self) -> str | None:
        """Wait until a stop is asked for or a part ends; the name of the part that ended."""
        self._started = True
        waits = {asyncio.create_task(p.wait()): part.name for part, p in self._running}
        stop = asyncio.create_task(self._stop.wait())
        done, pending = await asyncio.wait([*waits, stop], return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        if stop in done:
            return None
        ended = next(iter(done))
        return next(name for task, name in waits.items() if task is ended)

    async def stop(self) -> None:
        """Stop all parts, the last started first."""
        if not self._running:
            return  # what is written down belongs to another run
        for part, process in reversed(self._running):
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(part.stop_signal)
                try:
                    await asyncio.wait_for(process.wait(), STOP_TIMEOUT)
                except TimeoutError:
                    self.say("supervisor", f"{part.name} did not stop; killing it")
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(process.pid, signal.SIGKILL)
                    await process.wait()
        for reader in self._readers:
            with contextlib.suppress(TimeoutError, asyncio.CancelledError):
                await asyncio.wait_for(reader, 2)
        self._running.clear()
        self._pids.unlink(missing_ok=True)

    async def _relay(self, name: str, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            self.say(name, line.decode(errors="replace").rstrip())

    async def _wait_ready(self, part: Part, process: asyncio.subprocess.Process) -> None:
        end = time.monotonic() + READY_TIMEOUT
        while time.monotonic() < end:
            if process.returncode is not None:
                raise StackError(
                    f"{part.name} ended with status {process.returncode} while starting;"
                    " its log is above."
                )
            if await asyncio.to_thread(part.ready):
                return
            await asyncio.sleep(0.05)
        raise StackError(f"{part.name} was not ready after {READY_TIMEOUT:.0f} s.")

    def _write_pids(self) -> None:
        entries = [("supervisor", os.getpid())] + [(p.name, c.pid) for p, c in self._running]
        found = []
        for name, pid in entries:
            with contextlib.suppress(psutil.NoSuchProcess):
                started = psutil.Process(pid).create_time()
                found.append({"name": name, "pid": pid, "started": started})
        self._pids.write_text(json.dumps(found))


def running_supervisor(folder: Path) -> psutil.Process | None:
    """The supervisor that runs this folder's stack now, if any."""
    try:
        entries = json.loads((folder / "pids.json").read_text())
    except (OSError, ValueError):
        return None
    for entry in entries:
        if entry["name"] == "supervisor":
            return _same_process(entry["pid"], entry["started"])
    return None


def _same_process(pid: int, started: float) -> psutil.Process | None:
    """The process of this id, unless the id now belongs to another one."""
    try:
        process = psutil.Process(pid)
        alive = abs(process.create_time() - started) < 2
        return process if alive and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def _terminate(process: psutil.Process) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        family = [process, *process.children(recursive=True)]
        process.terminate()
        _, alive = psutil.wait_procs(family, timeout=5)
        for survivor in alive:
            with contextlib.suppress(psutil.NoSuchProcess):
                survivor.kill()
        psutil.wait_procs(alive, timeout=5)


def _owner(port: int) -> str:
    """Who listens on a port, in words, as far as the system tells."""
    with contextlib.suppress(psutil.AccessDenied, OSError):
        for connection in psutil.net_connections("tcp"):
            listening = connection.status == psutil.CONN_LISTEN and connection.pid
            if listening and connection.laddr and connection.laddr.port == port:
                with contextlib.suppress(psutil.NoSuchProcess):
                    return f" by {psutil.Process(connection.pid).name()} ({connection.pid})"
    return ""
