"""The whole product, running as `make up` runs it, for the tests that need all of it."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from devstack.config import ROOT, stack_folder
from tests.support.simulator import Simulator

START_TIMEOUT = 180  # seconds
PASSWORD = "supadesk-demo"


@dataclass(frozen=True, slots=True)
class LocalProduct:
    """Addresses and keys of the running product."""

    name: str
    status: dict[str, Any]
    log: Path

    @property
    def supabase_url(self) -> str:
        return str(self.status["supabase_url"])

    @property
    def api_url(self) -> str:
        return str(self.status["api_url"])

    @property
    def dashboard_url(self) -> str:
        return str(self.status["dashboard_url"])

    @property
    def demo_url(self) -> str:
        return str(self.status["demo_url"])

    @property
    def simulator(self) -> Simulator:
        return Simulator(str(self.status["simulator_url"]))

    @property
    def database_url(self) -> str:
        return str(self.status["database_url"])

    @property
    def publishable_key(self) -> str:
        return str(self.status["publishable_key"])

    @property
    def website_token(self) -> str:
        return str(self.status["website_token"])

    def pid(self, part: str) -> int:
        """The process id of one part, for tests that kill it."""
        entries = json.loads((stack_folder(self.name) / "pids.json").read_text())
        return next(int(entry["pid"]) for entry in entries if entry["name"] == part)

    def sign_in(self, email: str = "admin@example.com", password: str = PASSWORD) -> Agent:
        """An agent's session, through Auth as the dashboard does it."""
        answer = httpx.post(
            f"{self.supabase_url}/auth/v1/token?grant_type=password",
            headers={"apikey": self.publishable_key},
            json={"email": email, "password": password},
            timeout=20,
        )
        answer.raise_for_status()
        body = answer.json()
        return Agent(self, body["user"]["id"], body["access_token"])

    def open_chat(self, website_token: str | None = None) -> Visitor:
        """A new visitor's session, through the service as the widget does it."""
        answer = httpx.post(
            f"{self.api_url}/widget/session",
            json={"website_token": website_token or self.website_token},
            timeout=20,
        )
        answer.raise_for_status()
        return Visitor(self, answer.json())


@dataclass(frozen=True, slots=True)
class Agent:
    """A signed-in agent who calls PostgREST."""

    product: LocalProduct
    user_id: str
    token: str

    def rpc(self, function: str, **arguments: Any) -> httpx.Response:
        """Call a function of schema public."""
        return _rpc(self.product, self.token, function, arguments)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A visitor with a session."""

    product: LocalProduct
    session: dict[str, Any]

    @property
    def token(self) -> str:
        return str(self.session["access_token"])

    def rpc(self, function: str, **arguments: Any) -> httpx.Response:
        """Call a function of schema public."""
        return _rpc(self.product, self.token, function, arguments)


def _rpc(
    product: LocalProduct, token: str, function: str, arguments: dict[str, Any]
) -> httpx.Response:
    return httpx.post(
        f"{product.supabase_url}/rest/v1/rpc/{function}",
        headers={"apikey": product.publishable_key, "Authorization": f"Bearer {token}"},
        json=arguments,
        timeout=20,
    )


@contextlib.contextmanager
def running_product(name: str | None = None) -> Iterator[LocalProduct]:
    """Run `desk up --fast` under a stack name of its own for the length of the block."""
    name = name or f"test-{secrets.token_hex(4)}"
    folder = stack_folder(name)
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "up.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "desk", "up", "--fast"],
            cwd=ROOT,
            env={**os.environ, "STACK": name},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    status = folder / "status.json"
    try:
        end = time.monotonic() + START_TIMEOUT
        while not status.exists():
            if process.poll() is not None or time.monotonic() > end:
                tail = "\n".join(log.read_text().splitlines()[-40:])
                raise RuntimeError(f"the product did not start:\n{tail}")
            time.sleep(0.1)
        yield LocalProduct(name, json.loads(status.read_text()), log)
    finally:
        family = [process.pid]
        with contextlib.suppress(psutil.NoSuchProcess):
            family += [child.pid for child in psutil.Process(process.pid).children(recursive=True)]
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            for pid in family:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)
