"""The deployed service: the same application as on any host, and the route that lets a scheduler
run jobs where no worker process can live."""

from __future__ import annotations

from backend.app import create_app
from workers import http

app = create_app()
app.include_router(http.router)
