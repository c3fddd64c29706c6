"""`python -m tests.benchmarks [--scale small|full] [--only NAME] [--json FILE]`."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from pathlib import Path

from tests.benchmarks.load import BenchmarkError
from tests.benchmarks.suite import BENCHMARKS
from tests.benchmarks.world import SCALES, filled_world


def main() -> int:
    """Fill a stack, measure, print; the exit status says whether everything answered."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--scale", choices=sorted(SCALES), default="small")
    parser.add_argument("--only", choices=sorted(BENCHMARKS), action="append", metavar="NAME")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    scale = SCALES[arguments.scale]
    found = {}
    try:
        with filled_world(scale) as world:
            print(
                f"{scale.name}: {scale.conversations:,} conversations, {world.messages:,} messages,"
                f" built in {world.build_seconds:.0f} s; {os.cpu_count()} cores, {platform.machine()};"
                f" medians of {scale.rounds} interleaved rounds",
                flush=True,
            )
            for name in arguments.only or BENCHMARKS:
                found[name] = BENCHMARKS[name](world)
                print(f"\n{name}: {found[name].as_text()}", flush=True)
            if arguments.json:
                arguments.json.write_text(
                    json.dumps(
                        {
                            "scale": scale.name,
                            "build_seconds": world.build_seconds,
                            "sections": {name: s.as_dict() for name, s in found.items()},
                        },
                        indent=2,
                    )
                )
    except BenchmarkError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
