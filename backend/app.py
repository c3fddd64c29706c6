"""Puts the service together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.responses import FileResponse
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from backend import errors, log
from backend.access import Caller, serves
from backend.api import channels, client, health, members, oauth, webhooks, widget
from backend.api.assets import WidgetAssets
from backend.auth import VisitorTokens
from backend.connection import open_doors
from backend.db import connect
from backend.limits import Limits
from backend.mail import Mailer
from backend.metrics import Counted, Metrics
from backend.settings import Settings, load_settings


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service; its settings come from the environment unless given."""
    settings = settings or load_settings()
    log.configure(settings.log_format)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.database = await connect(settings)
        async with open_doors(app.state.database, settings) as app.state.doors:
            yield
        await app.state.database.close()

    app = FastAPI(
        title="Supadesk",
        version="0.1.0",
        lifespan=lifespan,
        responses=errors.RESPONSES,
        docs_url="/docs" if settings.docs else None,
        redoc_url=None,
        openapi_url="/openapi.json" if settings.docs else None,
    )
    app.state.settings = settings
    app.state.mailer = Mailer(settings)
    app.state.metrics = Metrics()
    app.state.visitor_tokens = VisitorTokens(settings)
    app.state.assets = WidgetAssets.load(settings.widget_folder)
    errors.install(app)
    app.include_router(health.router)
    app.include_router(widget.router)
    app.include_router(members.router)
    app.include_router(webhooks.router)
    app.include_router(client.router)
    app.include_router(oauth.router)
    app.include_router(channels.router)

    def script(name: str) -> FileResponse:
        return FileResponse(
            settings.widget_folder / name,
            media_type="text/javascript",
            headers={
                "Cache-Control": "public, max-age=300",
                "Cross-Origin-Resource-Policy": "cross-origin",
                "Access-Control-Allow-Origin": "*",
            },
        )

    @app.get("/widget.js", include_in_schema=False)
    @serves(Caller.PUBLIC)
    async def loader() -> FileResponse:
        return script("widget.js")

    @app.get("/packs/js/sdk.js", include_in_schema=False)
    @serves(Caller.PUBLIC)
    async def chatwoot_loader() -> FileResponse:
        # Where a page's Chatwoot snippet looks for its script.
        return script("chatwoot.js")

    app.mount("/widget/assets", ImmutableFiles(directory=settings.widget_folder / "assets"))
    app.add_middleware(Limits, settings=settings)
    # Outermost, so that refusals can be read by the dashboard too. Other routes set their own headers.
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.dashboard_origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type"],
        max_age=600,
    )
    app.add_middleware(Counted, metrics=app.state.metrics)
    return app


class ImmutableFiles(StaticFiles):
    """Files whose names carry a hash of their content: they never change."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """The file, to be kept for a year."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
