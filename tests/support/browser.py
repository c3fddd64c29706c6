"""A real Chromium for the journeys: the machine's own, or the one that npm's @sparticuz/chromium carries."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from devstack.config import ROOT, STATE

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: Chromium is quiet on the network, and runs as root in containers.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--force-color-profile=srgb",
)
_EXTRACT = """
import chromium from '@sparticuz/chromium';
console.log(await chromium.executablePath());
"""


def chromium() -> tuple[str, dict[str, str]]:
    """The program, and what its environment needs beside ours."""
    for name in _NAMES:
        found = shutil.which(name)
        if found:
            return found, {}
    folder = STATE / "browser"
    folder.mkdir(parents=True, exist_ok=True)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    result = subprocess.run(
        ["node", "--input-type=module", "-e", _EXTRACT],
        cwd=ROOT,
        env={**os.environ, "PATH": path, "TMPDIR": str(folder), **_with_libraries()},
        capture_output=True,
        text=True,
        timeout=120,
    )
    if result.returncode != 0:
        raise RuntimeError(f"no Chromium: {result.stderr.strip()[-500:]}")
    program = result.stdout.strip().splitlines()[-1]
    libraries = next((str(p) for p in folder.glob("al2023*/lib")), "")
    missing = "not found" in subprocess.run(["ldd", program], capture_output=True, text=True).stdout
    return program, {"LD_LIBRARY_PATH": libraries} if missing and libraries else {}


def _with_libraries() -> dict[str, str]:
    """Make the package unpack the libraries it brings along, for machines that lack them."""
    return {"AWS_LAMBDA_JS_RUNTIME": "nodejs22.x"}
