"""The one error shape, `{code, message, details, hint}`, on every answer that is not a success."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

_log = structlog.get_logger()


class ErrorBody(BaseModel):
    """What clients get: they branch on `code`, people read `message`."""

    code: str
    message: str
    details: str | None = None
    hint: str | None = None


class SupadeskError(Exception):
    """A failure with a stable code, a sentence for people, and an HTTP status."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        hint: str | None = None,
        details: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = ErrorBody(code=code, message=message, details=details, hint=hint)
        self.headers = dict(headers or {})


class Unavailable(SupadeskError):
    """Supabase did not answer; trying again later may help."""

    def __init__(self) -> None:
        super().__init__(
            503,
            "unavailable",
            "The desk's database does not answer at the moment.",
            hint="Try again in a few seconds.",
            headers={"Retry-After": "5"},
        )


#: For OpenAPI: any route may answer any of these.
RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorBody}
    for status in (400, 401, 403, 404, 409, 413, 415, 422, 429, 502, 503)
}

#: Statuses of the codes that our SQL raises, for callers that see only the body.
_STATUS_OF_CODE = {
    "inbox_not_found": 404,
    "inbox_not_connected": 409,
    "conversation_not_found": 404,
    "account_not_found": 404,
    "contact_not_found": 404,
    "contact_gone": 409,
    "message_not_found": 404,
    "message_id_taken": 409,
    "status_invalid": 400,
    "session_expired": 401,
    "identity_required": 401,
    "not_administrator": 403,
    "role_invalid": 400,
    "custom_role_not_found": 404,
    "already_member": 409,
    "agent_limit_reached": 402,
    "email_invalid": 400,
    "too_many_requests": 429,
    "too_many_messages": 429,
    "invalid_argument": 400,
    "visit_lost": 409,
    "address_taken": 409,
    "address_invalid": 400,
    "name_invalid": 400,
    "sign_in_expired": 410,
}


class NotAuthorized(SupadeskError):
    """The caller's token is missing, not valid any more, or of somebody who is not an agent."""

    def __init__(self) -> None:
        super().__init__(401, "not_authorized", "Sign in, and send the token along.")


#: What PostgREST says of a token that is not valid, and of a role that may not call a function.
REFUSED_CALLER = {"PGRST301", "PGRST302", "PGRST303", "42501"}


def from_postgrest(error: Any) -> SupadeskError:
    """Our error for one that PostgREST answered with (a `postgrest.APIError`)."""
    code = str(error.code or "internal_error")
    if code in _STATUS_OF_CODE:
        return SupadeskError(
            _STATUS_OF_CODE[code],
            code,
            str(error.message),
            hint=error.hint,
            details=error.details if isinstance(error.details, str) else None,
        )
    # Anything else is between us and the database: logged with its code, told to nobody.
    _log.error("database.failed", code=code)
    return SupadeskError(500, "internal_error", "The request could not be completed.")


def _answer(error: SupadeskError) -> JSONResponse:
    headers = dict(error.headers)
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        headers.setdefault("Retry-After", "10")
    return JSONResponse(error.body.model_dump(), status_code=error.status, headers=headers)


async def _on_supadesk_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, SupadeskError)
    return _answer(error)


async def _on_invalid_request(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    problems = [
        {"at": ".".join(str(part) for part in problem["loc"]), "problem": problem["msg"]}
        for problem in error.errors()[:20]
    ]
    first = problems[0] if problems else {"at": "body", "problem": "is not valid"}
    return _answer(
        SupadeskError(
            422,
            "request_invalid",
            f"{first['at']}: {first['problem']}",
            details=json.dumps(problems),
        )
    )


async def _on_http_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    return _answer(
        SupadeskError(
            error.status_code,
            phrase.lower().replace(" ", "_").replace("-", "_"),
            error.detail if error.detail != phrase else f"{phrase}.",
            headers=error.headers,
        )
    )


async def _on_bug(_: Request, error: Exception) -> JSONResponse:
    _log.error("request.crashed", exc_info=error)
    return _answer(SupadeskError(500, "internal_error", "The request could not be completed."))


def install(app: FastAPI) -> None:
    """Give every failure of this application the one shape."""
    app.add_exception_handler(SupadeskError, _on_supadesk_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_bug)
