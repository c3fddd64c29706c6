"""Numbers for Prometheus: requests of this process, and the queue as it is now."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from backend.limits import App, Message, Receive, Scope, Send


class Metrics:
    """The numbers of one application; several in one process do not mix."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "supadesk_http_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "supadesk_http_request_seconds",
            "How long answers took.",
            ("route",),
            registry=self._registry,
        )
        self._jobs = Gauge(
            "supadesk_jobs", "Jobs in the queue.", ("status",), registry=self._registry
        )
        self._oldest = Gauge(
            "supadesk_jobs_oldest_due_seconds",
            "How late the oldest due job is; alarm on this.",
            registry=self._registry,
        )

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer. `route` is a pattern, never an address with ids."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def render(self, queue: Mapping[str, Any]) -> bytes:
        """Everything in Prometheus' text format, with the queue's numbers of this moment."""
        for status in ("queued", "running", "dead"):
            self._jobs.labels(status).set(queue[status])
        self._oldest.set(queue["oldest_due_seconds"])
        return generate_latest(self._registry)


class Counted:
    """ASGI middleware: counts each answer under its route's pattern."""

    def __init__(self, app: App, metrics: Metrics) -> None:
        self.app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on and count its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            self._metrics.count(
                _method(scope["method"]), route, status, time.perf_counter() - started
            )


def _method(given: str) -> str:
    # A client may invent methods, and each label costs memory for ever.
    known = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
    return given if given in known else "other"
