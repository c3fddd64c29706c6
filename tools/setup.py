"""Gets a fresh clone ready: virtual environment, Node, packages, built front ends.

Runs on any Python from 3.11 on, with nothing installed; each step is skipped when its inputs
have not changed since it last succeeded.

    python3 tools/setup.py            install
    python3 tools/setup.py --build    install and build
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
STAMPS = VENV / "stamps"
NODE = 22  # the oldest major version that the front ends' tools run on


class SetupError(Exception):
    """A step failed; the message says what to do."""


def digest(*paths: Path) -> str:
    """A hash of these files, and of all files below these folders."""
    result = hashlib.sha256()
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and not {"node_modules", "dist"} & set(file.parts):
                result.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes() + b"\0")
    return result.hexdigest()


def done(step: str, key: str) -> bool:
    """Whether this step last succeeded with the same inputs."""
    stamp = STAMPS / step
    return stamp.exists() and stamp.read_text() == key


def remember(step: str, key: str) -> None:
    """Note that this step succeeded with these inputs."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / step).write_text(key)


def run(*command: str | Path, why: str) -> None:
    """Run a step's command; its output is shown only when it fails."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    result = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    if result.returncode != 0:
        tail = "\n".join(result.stdout.splitlines()[-30:])
        raise SetupError(f"{tail}\n{why}")


def say(text: str) -> None:
    """Tell what takes a while."""
    print(f"· {text}", flush=True)


def python_packages() -> None:
    """The virtual environment, exactly as locked."""
    lock = ROOT / "requirements-dev.txt"
    key = digest(lock) + sys.version
    if (BIN / "python").exists() and done("python", key):
        return
    say("installing Python packages")
    if not (BIN / "python").exists():
        venv.create(VENV, with_pip=True)
    run(
        BIN / "python", "-m", "pip", "install", "--quiet", "--require-hashes", "-r", lock,
        why="Could not install the Python packages; check the network and pip's index settings.",
    )  # fmt: skip
    remember("python", key)


def node() -> None:
    """Node from the machine when it is new enough, else from PyPI into the environment."""
    if (BIN / "node").exists():
        return
    found = shutil.which("node")
    if found:
        version = subprocess.run([found, "--version"], capture_output=True, text=True).stdout
        if version.startswith("v") and int(version[1:].split(".")[0]) >= NODE:
            return
    say("installing Node")
    run(
        BIN / "python", "-m", "pip", "install", "--quiet", "--require-hashes",
        "-r", ROOT / "requirements-node.txt",
        why=f"Could not install Node from PyPI; install Node {NODE} or newer on the machine instead.",
    )  # fmt: skip


def node_packages() -> None:
    """The npm workspaces, exactly as locked; packages' own install scripts are not run."""
    lock = ROOT / "package-lock.json"
    key = digest(lock, ROOT / "package.json")
    if (ROOT / "node_modules").exists() and done("npm", key):
        return
    say("installing npm packages")
    # Not `npm ci`: it refuses a lock file made where a registry has no builds for other platforms.
    run(
        "npm", "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund",
        why="Could not install the npm packages; check the network and npm's registry settings.",
    )  # fmt: skip
    remember("npm", key)


def build() -> None:
    """The dashboard and the widget."""
    for name in ("widget", "dashboard"):
        folder = ROOT / name
        key = digest(folder, ROOT / "package-lock.json")
        if (folder / "dist").exists() and done(name, key):
            continue
        say(f"building the {name}")
        run("npm", "run", "build", "--workspace", name, why=f"The {name} does not build.")
        remember(name, key)


def main() -> int:
    """Run the steps; the exit status."""
    if sys.version_info < (3, 11):  # noqa: UP036 -- runs before anything has checked it
        print("Supadesk needs Python 3.11 or newer; run make with PYTHON=python3.12, say.")
        return 1
    try:
        python_packages()
        node()
        node_packages()
        if "--build" in sys.argv:
            build()
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
