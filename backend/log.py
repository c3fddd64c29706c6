"""Structured logs: the event is a fixed `noun.verb`, everything else a field; ids, never bodies."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

#: Fields that may not reach a log whatever a caller passes.
_SECRET = ("token", "secret", "password", "authorization", "apikey", "content", "email")


def _drop_secrets(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in list(event):
        if any(word in key.lower() for word in _SECRET):
            event[key] = "[removed]"
    return event


def configure(form: str = "json") -> None:
    """Set up logging for this process: one JSON object a line, or readable lines for a terminal."""
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _drop_secrets,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stdout, format="%(name)s: %(message)s")
    # httpx logs whole URLs at INFO; ours carry ids.
    logging.getLogger("httpx").setLevel(logging.WARNING)
