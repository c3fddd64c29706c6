"""Run a copy of the conformance suite of the official Supabase clients against a bare devstack.

    python -m tools.conformance FOLDER [--groups auth,rest ...]

FOLDER holds the suite (its `run.py`); the suite is not part of this repository.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.stack import running_stack


def main() -> int:
    """Copy the suite, install its packages, run it; its exit status."""
    if len(sys.argv) < 2 or not (Path(sys.argv[1]) / "run.py").exists():
        print(
            "Name the folder of the suite: make conformance SUITE=../conformance", file=sys.stderr
        )
        return 2
    binaries = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
        "CFM_PYTHON": sys.executable,
    }
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        suite = Path(folder) / "suite"
        shutil.copytree(sys.argv[1], suite, ignore=shutil.ignore_patterns("node_modules", ".venv"))
        for part in [suite, *suite.rglob("*")]:
            part.chmod(0o755 if part.is_dir() else 0o644)
        subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--silent"],
            cwd=suite,
            env=environment,
            check=True,
        )
        with running_stack("--bare", "--conformance") as stack:
            return subprocess.run(
                [
                    *(sys.executable, "run.py", "--url", stack.url, "--db", stack.database_url),
                    *("--anon", stack.anon_key, "--service", stack.service_role_key),
                    *("--jwt-secret", stack.keys.jwt_secret, "--failures", *sys.argv[2:]),
                ],
                cwd=suite,
                env=environment,
            ).returncode


if __name__ == "__main__":
    sys.exit(main())
