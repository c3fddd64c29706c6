"""The load generators: one HTTP client for latencies, pgbench for transactions."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from devstack.config import StackConfig
from devstack.postgres import BIN

_FEW = 20  # transactions per client, where only the working is tried
_IDLE = 10  # seconds after which PostgREST may have hung up


class BenchmarkError(Exception):
    """What was measured did not do what it should; its speed says nothing then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long one round's calls took, in milliseconds, and how many ended per second."""

    p50: float
    p95: float
    p99: float
    rate: float
    count: int

    @classmethod
    def of(cls, latencies: Sequence[float], seconds: float) -> Timing:
        """Summarise calls that took `seconds` together."""
        if not latencies:
            raise BenchmarkError("no call was made")
        ordered = sorted(latencies)
        last = len(ordered) - 1
        return cls(
            p50=ordered[last // 2],
            p95=ordered[round(last * 0.95)],
            p99=ordered[round(last * 0.99)],
            rate=len(ordered) / seconds,
            count=len(ordered),
        )


@dataclass(frozen=True, slots=True)
class Cell:
    """One thing measured: its rounds, and the median of each number over them."""

    rounds: tuple[Timing, ...]

    @property
    def p50(self) -> float:
        return median(r.p50 for r in self.rounds)

    @property
    def p95(self) -> float:
        return median(r.p95 for r in self.rounds)

    @property
    def p99(self) -> float:
        return median(r.p99 for r in self.rounds)

    @property
    def rate(self) -> float:
        return median(r.rate for r in self.rounds)

    def as_dict(self) -> dict[str, Any]:
        """For the JSON file: all rounds, so that nothing is hidden in a median."""
        numbers = {"p50": self.p50, "p95": self.p95, "p99": self.p99, "rate": self.rate}
        return {**numbers, "rounds": [asdict(r) for r in self.rounds]}


def interleave(rounds: int, variants: Mapping[str, Callable[[], Timing]]) -> dict[str, Cell]:
    """Measure all variants in turn, round after round: what disturbs one disturbs the others too."""
    found: dict[str, list[Timing]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name, measure in variants.items():
            found[name].append(measure())
    return {name: Cell(tuple(timings)) for name, timings in found.items()}


class Rest:
    """One kept-alive connection to PostgREST. Anything but a 2xx ends the run."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._used = time.monotonic()
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def get(self, path: str, **headers: str) -> bytes:
        """Fetch rows; `Accept_Profile="naive"` names the header Accept-Profile."""
        return self._ask("GET", path, None, headers)

    def post(self, path: str, body: Any, **headers: str) -> bytes:
        """Insert rows."""
        return self._ask("POST", path, json.dumps(body).encode(), headers)

    def rpc(self, function: str, **arguments: Any) -> Any:
        """Call a function of schema public; its answer, decoded."""
        return json.loads(self.post(f"/rpc/{function}", arguments))

    def wait_for_schema(self, schema: str, path: str) -> None:
        """Return when PostgREST knows this schema."""
        end = time.monotonic() + 20
        while True:
            try:
                self.get(path, Accept_Profile=schema)
                return
            except BenchmarkError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def _ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> bytes:
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        if time.monotonic() - self._used > _IDLE:
            self._connection.close()  # opens again by itself
        self._used = time.monotonic()
        self._connection.request(method, path, body, {**self._headers, **extra})
        answer = self._connection.getresponse()
        payload = answer.read()
        if not 200 <= answer.status < 300:
            text = payload.decode(errors="replace")[:500]
            raise BenchmarkError(f"{method} {path.partition('?')[0]}: {answer.status} {text}")
        return payload


def one_by_one(calls: int, call: Callable[[int], object]) -> Timing:
    """Make this many calls, one after the other; each gets its place in the row."""
    latencies = []
    call(0)
    started = time.perf_counter()
    for place in range(1, calls + 1):
        before = time.perf_counter()
        call(place)
        latencies.append((time.perf_counter() - before) * 1000)
    return Timing.of(latencies, time.perf_counter() - started)


class PgBench:
    """Postgres' own load generator, over TCP, with prepared statements."""

    def __init__(self, config: StackConfig, agent_claims: str) -> None:
        self._config = config
        self._claims = agent_claims

    def run(
        self,
        script: str,
        *,
        role: str = "authenticated",
        clients: int = 1,
        seconds: float = 0,
        transactions: int = _FEW,
    ) -> Timing:
        """Run a script for so many seconds, or so many times per client when that is 0.

        `role` is the database role: `authenticated` and `service_role` come through the
        authenticator as PostgREST's requests do, `postgres` is the owner.
        """
        options, user = "", "postgres"
        if role != "postgres":
            user = "authenticator"
            options = f"-c role={role} -c request.jwt.claims={_escaped(self._claims)}"
        length = ["-T", str(max(1, round(seconds)))] if seconds else ["-t", str(transactions)]
        with tempfile.TemporaryDirectory(prefix="pgbench-") as folder:
            file = Path(folder) / "script.sql"
            file.write_text(script)
            result = subprocess.run(
                [
                    str(BIN / "pgbench"),
                    "--no-vacuum",
                    "--protocol=prepared",
                    f"--file={file}",
                    f"--client={clients}",
                    f"--jobs={min(clients, 2)}",
                    *length,
                    "--log",
                    f"--log-prefix={folder}/log",
                    self._config.dsn(user),
                ],
                env={**os.environ, "PGOPTIONS": options},
                capture_output=True,
                text=True,
            )
            failed = re.search(r"number of failed transactions: (\d+)", result.stdout)
            if result.returncode != 0 or (failed and int(failed[1]) > 0):
                raise BenchmarkError(f"pgbench:\n{result.stdout[-500:]}\n{result.stderr[-1500:]}")
            latencies = [
                int(line.split()[2]) / 1000
                for log in Path(folder).glob("log*")
                for line in log.read_text().splitlines()
            ]
        rate = re.search(r"tps = ([\d.]+)", result.stdout)
        assert rate is not None
        return Timing.of(latencies, len(latencies) / float(rate[1]))


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(" ", "\\ ")
