"""`python -m devstack start|reset|status`: Supabase alone, without the product."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path

from devstack import stack
from devstack.config import DEFAULT_STACK, StackConfig, StackError, load_config, stack_folder
from devstack.keys import Keys
from devstack.postgres import SUPERUSER
from devstack.spec import read_spec
from devstack.supervisor import Supervisor

# What the conformance suite wants of a server (its README, "What the server has to be set to").
CONFORMANCE = {
    "site_url": "http://127.0.0.1:3000",
    "additional_redirect_urls": [],
    "enable_anonymous_sign_ins": True,
    "minimum_password_length": 6,
}


def describe(config: StackConfig, keys: Keys) -> dict[str, str]:
    """Everything a script needs to use the stack."""
    return {
        "name": config.name,
        "supabase_url": config.url,
        "anon_key": keys.anon_key,
        "service_role_key": keys.service_role_key,
        "publishable_key": keys.publishable_key,
        "secret_key": keys.secret_key,
        "jwt_secret": keys.jwt_secret,
        "database_url": config.dsn(),
        "superuser_database_url": config.dsn(SUPERUSER),
        "mail_url": config.mail_url,
    }


async def serve(config: StackConfig, *, bare: bool) -> int:
    """Start the parts, print one JSON line when all is ready, run until told to stop."""
    keys = Keys.load(config.folder)
    supervisor = Supervisor(config.folder, output=sys.stderr)
    supervisor.clear_predecessor()
    supervisor.obey_signals()
    try:
        for part in stack.supabase_parts(config, keys, migrate=not bare):
            await supervisor.start(part)
        print(json.dumps(describe(config, keys)), flush=True)
        ended = await supervisor.run()
        if ended is not None:
            supervisor.say("supervisor", f"{ended} ended by itself; stopping the others")
        return 1 if ended else 0
    except asyncio.CancelledError:
        return 1  # told to stop before all was ready
    finally:
        await supervisor.stop()


def main() -> int:
    """Run one command; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m devstack", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("start", help="run Supabase in the foreground")
    start.add_argument("--bare", action="store_true", help="do not apply supabase/migrations")
    start.add_argument(
        "--conformance", action="store_true", help="with the settings of the conformance suite"
    )
    start.add_argument("--fast", action="store_true", help="no fsync: for tests")
    start.add_argument("--folder", type=Path, help="where to keep the stack's state")
    reset = commands.add_parser("reset", help="empty the database of a running stack")
    reset.add_argument("--bare", action="store_true", help="without supabase/migrations")
    commands.add_parser("status", help="print the running stack's addresses and keys as JSON")
    arguments = parser.parse_args()
    name = os.environ.get("STACK") or DEFAULT_STACK
    try:
        if arguments.command == "start":
            config = load_config(
                name,
                folder=arguments.folder,
                durable=not arguments.fast,
                overrides=CONFORMANCE if arguments.conformance else None,
            )
            return asyncio.run(serve(config, bare=arguments.bare))
        spec = stack_folder(name) / "stack.json"
        if not spec.exists():
            raise StackError(f"The stack {name!r} has never been started here.")
        config = read_spec(spec)
        if arguments.command == "reset":
            stack.reset(config, migrate=not arguments.bare)
        else:
            print(json.dumps(describe(config, Keys.load(config.folder)), indent=2))
    except StackError as error:
        print(f"devstack: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
