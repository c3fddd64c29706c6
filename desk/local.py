"""The whole product on this machine: local Supabase, service, worker, dashboard and a demo page."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from desk import channels, seed
from devstack import stack
from devstack.config import (
    DEFAULT_STACK,
    ROOT,
    Ports,
    StackConfig,
    StackError,
    free_ports,
    load_config,
    port_is_free,
    stack_folder,
)
from devstack.keys import Keys
from devstack.spec import read_spec
from devstack.supervisor import Part, Supervisor, running_supervisor

START_TIMEOUT = 300.0  # seconds for `desk start`, the first migration and seed included
STOP_TIMEOUT = 30.0  # seconds
BUSINESSES = "businesses.json"  # in the stack's folder


@dataclass(frozen=True, slots=True, kw_only=True)
class WebPorts:
    """Where the product's own processes listen, all on 127.0.0.1."""

    api: int = 8000
    dashboard: int = 5173
    demo: int = 5174
    simulator: int = 5175
    imap: int = 5176


@dataclass(frozen=True, slots=True)
class Local:
    """One running copy of everything."""

    config: StackConfig
    web: WebPorts
    keys: Keys

    @property
    def api_url(self) -> str:
        """The service."""
        return f"http://127.0.0.1:{self.web.api}"

    @property
    def dashboard_url(self) -> str:
        """The agents' screen."""
        return f"http://127.0.0.1:{self.web.dashboard}"

    @property
    def demo_url(self) -> str:
        """A stranger's web page with the chat on it."""
        return f"http://127.0.0.1:{self.web.demo}"

    @property
    def simulator_url(self) -> str:
        """Where one plays the customers of all channels, and the providers' APIs are."""
        return f"http://127.0.0.1:{self.web.simulator}"

    @property
    def businesses_file(self) -> Path:
        """What the simulator knows: which inboxes there are, and their secrets."""
        return self.config.folder / BUSINESSES


def stack_name() -> str:
    """Which stack this command is about."""
    return os.environ.get("STACK") or DEFAULT_STACK


def status_file(name: str) -> Path:
    """Where scripts find addresses, keys and logins."""
    return stack_folder(name) / "status.json"


def plan(name: str, *, durable: bool = True) -> Local:
    """Decide ports and settings. The default stack has fixed ports; others keep the free ones they found."""
    folder = stack_folder(name)
    folder.mkdir(parents=True, exist_ok=True)
    if name == DEFAULT_STACK:
        ports, web = None, WebPorts()
    else:
        ports, web = _kept_ports(folder / "ports.json")
    dashboard = f"http://127.0.0.1:{web.dashboard}"
    config = load_config(
        name,
        ports=ports,
        durable=durable,
        overrides={"site_url": dashboard, "additional_redirect_urls": [f"{dashboard}/**"]},
    )
    return Local(config, web, Keys.load(config.folder))


def _kept_ports(file: Path) -> tuple[Ports, WebPorts]:
    with contextlib.suppress(OSError, ValueError, TypeError):
        kept: dict[str, dict[str, int]] = json.loads(file.read_text())
        web = WebPorts(**kept["web"])
        known = asdict(web) == kept["web"]  # the file may be older than one of the ports
        if known and all(port_is_free(port) for group in kept.values() for port in group.values()):
            return Ports(**kept["supabase"]), web
    gateway, database, mail, smtp, rest, api, dashboard, demo, simulator, imap = free_ports(10)
    ports = Ports(gateway=gateway, database=database, mail=mail, smtp=smtp, postgrest=rest)
    web = WebPorts(api=api, dashboard=dashboard, demo=demo, simulator=simulator, imap=imap)
    groups = {"supabase": asdict(ports), "web": asdict(web)}
    file.write_text(json.dumps(groups))
    return ports, web


def product_environment(local: Local) -> dict[str, str]:
    """The same settings a deployment has, with this stack's values."""
    return {
        "SUPABASE_URL": local.config.url,
        "SUPABASE_PUBLISHABLE_KEY": local.keys.publishable_key,
        "SUPABASE_SECRET_KEY": local.keys.secret_key,
        "SUPABASE_JWT_SIGNING_KEY": json.dumps(local.keys.signing_jwk),
        "PUBLIC_URL": local.api_url,
        "DASHBOARD_ORIGINS": local.dashboard_url,
        "SESSIONS_PER_MINUTE": "600",
        "SMTP_URL": f"smtp://127.0.0.1:{local.config.ports.smtp}",
        "MAIL_FROM": "Supadesk <desk@supadesk.example>",
        "LOG_FORMAT": "console",
        "DOCS": "true",
        "CHANNEL_BASE_URLS": json.dumps(channels.base_urls(local.simulator_url)),
        "ALLOW_LOOPBACK": "true",
        **{
            f"{name.upper()}_CLIENT_{part}": "simulated"
            for name in channels.SIGN_INS
            for part in ("ID", "SECRET")
        },
    }


def product_parts(local: Local, website_token: str) -> list[Part]:
    """The product's own processes."""
    overlay = local.config.folder / "web"
    _write_config(
        overlay / "dashboard",
        "SUPADESK_CONFIG",
        {
            "supabaseUrl": local.config.url,
            "publishableKey": local.keys.publishable_key,
            "apiUrl": local.api_url,
        },
    )
    _write_demo(local.config, local.api_url, website_token)
    environment = product_environment(local)
    python = sys.executable
    headers = _local_headers(local)
    return [
        Part(
            name="simulator",
            command=[
                python,
                *("-m", "devstack.simulator", "--port", str(local.web.simulator)),
                *("--businesses", str(local.businesses_file)),
            ],
            ready=lambda: stack.port_open(local.web.simulator),
            ports=(local.web.simulator, local.web.imap),
            folder=ROOT,
        ),
        Part(
            name="service",
            command=[
                python,
                *("-m", "uvicorn", "--factory", "backend.app:create_app"),
                *("--host", "127.0.0.1", "--port", str(local.web.api)),
                *(
                    "--log-level",
                    "warning",
                    "--no-server-header",
                    "--timeout-graceful-shutdown",
                    "3",
                ),
            ],
            ready=stack.http_ready(f"{local.api_url}/readyz"),
            ports=(local.web.api,),
            environment=environment,
            folder=ROOT,
        ),
        Part(
            name="worker",
            command=[python, "-m", "workers"],
            ready=lambda: True,
            environment=environment,
            folder=ROOT,
        ),
        Part(
            name="dashboard",
            command=[
                python,
                *("-m", "devstack.static", "--root", str(ROOT / "dashboard" / "dist"), "--spa"),
                *("--port", str(local.web.dashboard), "--overlay", str(overlay / "dashboard")),
                *("--headers", str(headers)),
            ],
            ready=lambda: stack.port_open(local.web.dashboard),
            ports=(local.web.dashboard,),
            folder=ROOT,
        ),
        Part(
            name="demo",
            command=[
                python,
                *("-m", "devstack.static", "--root", str(ROOT / "widget" / "demo")),
                *("--port", str(local.web.demo), "--overlay", str(overlay / "demo")),
            ],
            ready=lambda: stack.port_open(local.web.demo),
            ports=(local.web.demo,),
            folder=ROOT,
        ),
    ]


def _write_demo(config: StackConfig, api_url: str, website_token: str) -> None:
    _write_config(
        config.folder / "web" / "demo",
        "SUPADESK_DEMO",
        {"baseUrl": api_url, "websiteToken": website_token},
    )


def _write_config(folder: Path, variable: str, value: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.js").write_text(f"window.{variable} = {json.dumps(value)};\n")


def _local_headers(local: Local) -> Path:
    """Production's headers, from dashboard/vercel.json, with this stack's addresses in them."""
    text = (ROOT / "dashboard" / "vercel.json").read_text()
    supabase = local.config.url
    text = text.replace("https://PROJECT.supabase.co", supabase)
    text = text.replace("wss://PROJECT.supabase.co", supabase.replace("http", "ws", 1))
    text = text.replace("https://SERVICE", local.api_url)
    path = local.config.folder / "headers.json"
    path.write_text(text)
    return path


def describe(local: Local, seeded: seed.Seeded, *, ready: bool) -> dict[str, Any]:
    """Everything a script needs, as `status.json` has it."""
    return {
        "ready": ready,
        "name": local.config.name,
        "supabase_url": local.config.url,
        "anon_key": local.keys.anon_key,
        "service_role_key": local.keys.service_role_key,
        "publishable_key": local.keys.publishable_key,
        "secret_key": local.keys.secret_key,
        "database_url": local.config.dsn(),
        "superuser_database_url": local.config.dsn("supabase_admin"),
        "api_url": local.api_url,
        "docs_url": f"{local.api_url}/docs",
        "dashboard_url": local.dashboard_url,
        "demo_url": local.demo_url,
        "simulator_url": local.simulator_url,
        "mail_url": local.config.mail_url,
        "imap_port": local.web.imap,
        "website_token": seeded.website_token,
        "logins": [
            {
                "email": login.email,
                "password": seed.PASSWORD,
                "role": login.role,
                "account": login.account,
            }
            for login in seed.LOGINS
        ],
    }


def table(status: dict[str, Any]) -> str:
    """What `make up` prints when all is ready."""
    rows = [
        ("Dashboard", status["dashboard_url"]),
        ("Demo page", status["demo_url"]),
        ("Channels", status["simulator_url"]),
        ("Caught mails", status["mail_url"]),
        ("API docs", status["docs_url"]),
        ("Supabase", status["supabase_url"]),
        ("Database", status["database_url"]),
    ]
    lines = [f"  {name.ljust(14)}{value}" for name, value in rows]
    lines += ["", "  Demo logins (only on this machine)"]
    lines += [
        f"  {login['email'].ljust(24)}{login['password'].ljust(18)}{login['role']}, {login['account']}"
        for login in status["logins"]
    ]
    rule = "─" * max(len(line) + 2 for line in lines)
    return "\n".join([rule, *lines, rule])


async def serve(name: str, *, durable: bool = True) -> int:
    """Start everything in order, print the table, run until told to stop; the exit status."""
    supervisor = Supervisor(stack_folder(name))
    supervisor.clear_predecessor()
    supervisor.obey_signals()
    status = status_file(name)
    status.unlink(missing_ok=True)
    local = plan(name, durable=durable)
    try:
        for part in stack.supabase_parts(local.config, local.keys):
            await supervisor.start(part)
        connected = channels.connect(
            local.businesses_file, local.api_url, local.config.ports, local.web.imap
        )
        seeded = await asyncio.to_thread(
            seed.ensure,
            local.config.url,
            local.keys.service_role_key,
            local.config.dsn(),
            connected,
        )
        for part in product_parts(local, seeded.website_token):
            await supervisor.start(part)
        described = describe(local, seeded, ready=True)
        _write_status(status, described)
        print(table(described), flush=True)
        ended = await supervisor.run()
        if ended is not None:
            supervisor.say("supervisor", f"{ended} ended by itself; stopping the others")
        return 1 if ended else 0
    except asyncio.CancelledError:
        return 1  # told to stop before all was ready
    finally:
        status.unlink(missing_ok=True)
        await supervisor.stop()


def _write_status(file: Path, described: dict[str, Any]) -> None:
    partial = file.with_suffix(".part")
    partial.write_text(json.dumps(described, indent=2))
    partial.replace(file)  # readers never see half a file


def reset(name: str) -> None:
    """Empty the running stack's database and load the demo data again.

    The new website inbox has a new token, which the demo page and `status.json` are told.
    """
    config = running(name)
    stack.reset(config)
    key = Keys.load(config.folder).service_role_key
    status = json.loads(status_file(name).read_text())
    connected = channels.connect(
        config.folder / BUSINESSES, status["api_url"], config.ports, status["imap_port"]
    )
    seeded = seed.ensure(config.url, key, config.dsn(), connected)
    _write_demo(config, status["api_url"], seeded.website_token)
    _write_status(status_file(name), {**status, "website_token": seeded.website_token})


def start(name: str) -> dict[str, Any]:
    """Run `serve` in the background; its status when all is ready. Raises `StackError` when it fails."""
    folder = stack_folder(name)
    folder.mkdir(parents=True, exist_ok=True)
    running = running_supervisor(folder)
    if running is not None and status_file(name).exists():
        return dict(json.loads(status_file(name).read_text()))
    log = folder / "up.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "desk", "up"],
            cwd=ROOT,
            env={**os.environ, "STACK": name},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    end = time.monotonic() + START_TIMEOUT
    while time.monotonic() < end:
        if process.poll() is not None:
            raise StackError(f"It did not start:\n{_tail(log)}")
        if status_file(name).exists():
            return dict(json.loads(status_file(name).read_text()))
        time.sleep(0.1)
    process.terminate()
    raise StackError(f"It was not ready after {START_TIMEOUT:.0f} s:\n{_tail(log)}")


def stop(name: str) -> bool:
    """End what `start` or `up` began; False when nothing was running."""
    running = running_supervisor(stack_folder(name))
    if running is None:
        # A supervisor that was killed may have left its children behind.
        Supervisor(stack_folder(name)).clear_predecessor()
        return False
    running.terminate()
    try:
        running.wait(STOP_TIMEOUT)
    except psutil.TimeoutExpired:
        running.kill()
        Supervisor(stack_folder(name)).clear_predecessor()
    return True


def running(name: str) -> StackConfig:
    """The settings of the stack that runs now. Raises `StackError` when none does."""
    if not status_file(name).exists():
        raise StackError("Nothing is running here; run `make up` or `make start` first.")
    return read_spec(stack_folder(name) / "stack.json")


def _tail(log: Path, lines: int = 25) -> str:
    return "\n".join(log.read_text().splitlines()[-lines:])
