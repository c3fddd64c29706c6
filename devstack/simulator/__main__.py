"""`python -m devstack.simulator --port PORT --businesses FILE`: serve until stopped."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from aiohttp import web

from devstack.simulator.server import create_app
from devstack.simulator.world import World, read_businesses


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m devstack.simulator", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument(
        "--businesses", type=Path, required=True, metavar="FILE", help="who is connected, as JSON"
    )
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
    world = World(read_businesses(arguments.businesses), f"http://127.0.0.1:{arguments.port}")
    web.run_app(
        create_app(world),
        host="127.0.0.1",
        port=arguments.port,
        print=None,
        shutdown_timeout=1.0,
        handler_cancellation=True,  # whoever gave up waiting is not served
    )


if __name__ == "__main__":
    main()
