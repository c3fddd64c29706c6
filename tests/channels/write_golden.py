"""Writes the expected results anew: `python -m tests.channels.write_golden whatsapp_cloud …`."""

from __future__ import annotations

import sys

from backend.channels.registry import CHANNELS
from tests.channels.payloads import CREDENTIALS, delivery, incoming, write_golden


def main(providers: list[str]) -> None:
    for provider in providers or sorted(CREDENTIALS):
        for name in incoming(provider):
            events = CHANNELS[provider].parse(delivery(provider, name), CREDENTIALS[provider])
            write_golden(provider, name, events)


if __name__ == "__main__":
    main(sys.argv[1:])
