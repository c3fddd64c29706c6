"""What a stack is: its folder, its ports and the settings of `supabase/config.toml`."""

from __future__ import annotations

import re
import secrets
import socket
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".devstack"
DEFAULT_STACK = "default"
_OWN_PORTS = range(20_000, 32_000)

_SIZE = re.compile(r"^(\d+)\s*([KMG]?)(i?)B?$", re.IGNORECASE)
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


class StackError(Exception):
    """Something about this machine or its settings keeps the stack from running; says what to do."""


def parse_size(text: str | int) -> int:
    """Bytes in a size such as `50MiB`, `20MB` or `1024`."""
    if isinstance(text, int):
        return text
    match = _SIZE.match(text.strip())
    if not match:
        raise StackError(f"{text!r} is not a size; write for example 50MiB.")
    base = 1024 if match[3] else 1000
    return int(match[1]) * int(base ** {"": 0, "K": 1, "M": 2, "G": 3}[match[2].upper()])


def parse_duration(text: str) -> float:
    """Seconds in a Go duration such as `1s` or `1h30m`."""
    parts = _DURATION.findall(text)
    if not parts or "".join(n + u for n, u in parts) != text:
        raise StackError(f"{text!r} is not a duration; write for example 1s or 1h30m.")
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthSettings:
    """The `[auth]` part of config.toml that the emulator honours."""

    site_url: str = "http://127.0.0.1:3000"
    redirect_urls: tuple[str, ...] = ()
    jwt_expiry: int = 3600  # seconds
    signup: bool = True
    anonymous: bool = False
    email_signup: bool = True
    confirm_email: bool = False
    double_confirm_changes: bool = True
    reuse_interval: float = 10.0  # seconds
    max_frequency: float = 1.0  # seconds between two mails to one address
    otp_length: int = 6
    otp_expiry: int = 3600  # seconds
    minimum_password_length: int = 6

    @classmethod
    def from_toml(cls, auth: dict[str, Any]) -> AuthSettings:
        """Read the `[auth]` table; what is missing keeps Supabase's default."""
        email = auth.get("email", {})
        return cls(
            site_url=auth.get("site_url", "http://127.0.0.1:3000"),
            redirect_urls=tuple(auth.get("additional_redirect_urls", [])),
            jwt_expiry=auth.get("jwt_expiry", 3600),
            signup=auth.get("enable_signup", True),
            anonymous=auth.get("enable_anonymous_sign_ins", False),
            email_signup=email.get("enable_signup", True),
            confirm_email=email.get("enable_confirmations", False),
            double_confirm_changes=email.get("double_confirm_changes", True),
            reuse_interval=float(auth.get("refresh_token_reuse_interval", 10)),
            max_frequency=parse_duration(email.get("max_frequency", "1s")),
            otp_length=email.get("otp_length", 6),
            otp_expiry=email.get("otp_expiry", 3600),
            minimum_password_length=auth.get("minimum_password_length", 6),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where the parts listen, all on 127.0.0.1."""

    gateway: int = 54321
    database: int = 54322
    mail: int = 54324
    smtp: int = 54325
    postgrest: int = 54326


@dataclass(frozen=True, slots=True, kw_only=True)
class StackConfig:
    """One stack: everything its parts need to know, decided before the first of them starts."""

    name: str
    folder: Path
    ports: Ports
    auth: AuthSettings = field(default_factory=AuthSettings)
    schemas: tuple[str, ...] = ("public", "graphql_public")
    extra_search_path: tuple[str, ...] = ("public", "extensions")
    max_rows: int = 1000
    file_size_limit: int = 50 * 1024 * 1024  # bytes
    durable: bool = True  # False (tests): no fsync, so that resets are quick

    @property
    def url(self) -> str:
        """What clients call SUPABASE_URL."""
        return f"http://127.0.0.1:{self.ports.gateway}"

    @property
    def mail_url(self) -> str:
        """The page of caught mails."""
        return f"http://127.0.0.1:{self.ports.mail}"

    def dsn(self, user: str = "postgres", database: str = "postgres") -> str:
        """A connection string; every local role has the password `postgres`."""
        return f"postgresql://{user}:postgres@127.0.0.1:{self.ports.database}/{database}"


def port_is_free(port: int) -> bool:
    """Whether one may listen on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """Distinct ports of 127.0.0.1 that nobody listens on now.

    They lie below those that systems hand out to outgoing connections: else, while a stack is
    stopped, any program's connection could take its ports away.
    """
    found: set[int] = set()
    while len(found) < count:
        port = secrets.choice(_OWN_PORTS)
        if port not in found and port_is_free(port):
            found.add(port)
    return list(found)


def stack_folder(name: str) -> Path:
    """Where a stack keeps its state: `.devstack/` itself for the default one."""
    return STATE if name == DEFAULT_STACK else STATE / "stacks" / name


def load_config(
    name: str = DEFAULT_STACK,
    *,
    ports: Ports | None = None,
    folder: Path | None = None,
    durable: bool = True,
    overrides: dict[str, Any] | None = None,
) -> StackConfig:
    """Read `supabase/config.toml` for the stack of this name.

    The default stack listens on the ports of the file; any other takes the `ports` given, or
    free ones. `overrides` replaces keys of the `[auth]` table.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,30}", name):
        raise StackError(
            f"{name!r} is not a stack name; use lower-case letters, digits, - and _, at most 31."
        )
    toml = tomllib.loads((ROOT / "supabase" / "config.toml").read_text())
    api, mail = toml.get("api", {}), toml.get("inbucket", {})
    if ports is None and name == DEFAULT_STACK:
        ports = Ports(
            gateway=api.get("port", 54321),
            database=toml.get("db", {}).get("port", 54322),
            mail=mail.get("port", 54324),
            smtp=mail.get("smtp_port", 54325),
        )
    if ports is None:
        gateway, database, web, smtp, postgrest = free_ports(5)
        ports = Ports(gateway=gateway, database=database, mail=web, smtp=smtp, postgrest=postgrest)
    return StackConfig(
        name=name,
        folder=folder or stack_folder(name),
        ports=ports,
        auth=AuthSettings.from_toml({**toml.get("auth", {}), **(overrides or {})}),
        schemas=tuple(api.get("schemas", ["public", "graphql_public"])),
        extra_search_path=tuple(api.get("extra_search_path", ["public", "extensions"])),
        max_rows=api.get("max_rows", 1000),
        file_size_limit=parse_size(toml.get("storage", {}).get("file_size_limit", "50MiB")),
        durable=durable,
    )
