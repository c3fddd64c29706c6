"""The one way Storage fails: a body that carries the real status as a string.

Nearly every error travels as HTTP 400; clients read `statusCode`, `error`, `message` and `code`
of the body instead.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import psycopg
from aiohttp import web

_log = logging.getLogger("storage")


class StorageError(Exception):
    """An error as clients see it; `status` goes into the body, `http_status` on the wire."""

    def __init__(self, status: int, error: str, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.error = error
        self.message = message
        self.code = code

    @property
    def http_status(self) -> int:
        """500, 501 and 503 are told as such, everything else is a 400."""
        return self.status if self.status >= 500 else 400

    def response(self) -> web.Response:
        """The answer."""
        body = {"statusCode": str(self.status), "error": self.error, "message": self.message}
        if self.code is not None:
            body["code"] = self.code
        return web.json_response(body, status=self.http_status)


def malformed(message: str) -> StorageError:
    """The request does not have the shape the route asks for."""
    return StorageError(400, "Error", message)


def invalid_parameter(message: str) -> StorageError:
    """A value that has the right shape but cannot be used."""
    return StorageError(400, "InvalidParameter", message, code="InvalidParameter")


def no_content(message: str) -> StorageError:
    """The body of an upload cannot be read."""
    return StorageError(400, "InvalidRequest", message, code="InvalidRequest")


def no_such_bucket() -> StorageError:
    """The bucket does not exist, or the caller may not know that it does."""
    return StorageError(404, "Bucket not found", "Bucket not found", code="NoSuchBucket")


def no_such_key() -> StorageError:
    """The object does not exist, or row level security hides it."""
    return StorageError(404, "not_found", "Object not found", code="NoSuchKey")


def duplicate(code: str) -> StorageError:
    """A bucket or object of this name exists already."""
    return StorageError(409, "Duplicate", "The resource already exists", code=code)


def access_denied(message: str) -> StorageError:
    """The token is not good, or row level security refuses the write."""
    return StorageError(403, "Unauthorized", message, code="AccessDenied")


def invalid_key(key: str) -> StorageError:
    """The object's name holds a character that S3 keys may not hold."""
    return StorageError(400, "InvalidKey", f"Invalid key: {key}", code="InvalidKey")


def invalid_bucket_name() -> StorageError:
    """The bucket's name is too long or holds a character that it may not hold."""
    return StorageError(400, "Invalid Input", "Bucket name invalid", code="InvalidBucketName")


def invalid_mime_type(mime_type: str) -> StorageError:
    """The bucket does not take this type of file."""
    message = f"mime type {mime_type} is not supported"
    return StorageError(415, "invalid_mime_type", message, code="InvalidMimeType")


def too_large(entity: str = "object") -> StorageError:
    """More bytes than the bucket or the server allows."""
    message = f"The {entity} exceeded the maximum allowed size"
    return StorageError(413, "Payload too large", message, code="EntityTooLarge")


def not_empty() -> StorageError:
    """Only an empty bucket can be deleted."""
    message = "The bucket you tried to delete is not empty"
    return StorageError(409, "InvalidRequest", message, code="InvalidRequest")


def invalid_range() -> StorageError:
    """The asked part lies beyond the end of the object."""
    return StorageError(400, "invalid_range", "invalid range provided", code="InvalidRange")


def invalid_header(name: str, value: str) -> StorageError:
    """A stored value that cannot be sent as a header."""
    message = f'Invalid character in response header "{name}": {value[:50]}'
    return StorageError(400, "invalid_header_char", message, code="InvalidRequest")


def invalid_jwt(message: str) -> StorageError:
    """A signed URL whose token is forged or has ended."""
    return StorageError(400, "InvalidJWT", message, code="InvalidJWT")


def invalid_signature() -> StorageError:
    """A signed URL whose token was made for something else."""
    return StorageError(400, "InvalidSignature", "Invalid signature", code="InvalidSignature")


def not_emulated(feature: str) -> StorageError:
    """A part of Storage that only the real server has."""
    message = f"{feature} is not part of the local devstack; use `supabase start` for it."
    return StorageError(501, "not_implemented", message, code="NotImplemented")


def from_postgres(error: psycopg.Error) -> StorageError:
    """What the database's refusal means to a client."""
    match error.sqlstate:
        case "42501":
            message = error.diag.message_primary or "permission denied"
            if "row-level security" in message:
                message = "new row violates row-level security policy"
            return access_denied(message)
        case "23505":
            return duplicate("ResourceAlreadyExists")
        case "23503":
            message = "The related resource does not exist"
            return StorageError(404, "InvalidRequest", message, code="InvalidRequest")
        case "42703" | "42P01" | "3F000":
            message = "The database schema is out of sync."
            return StorageError(503, "DatabaseSchemaMismatch", message)
        case "57014":
            return StorageError(544, "DatabaseTimeout", "The database took too long to answer")
        case "54000":  # a name that no index can hold
            return invalid_parameter(error.diag.message_primary or "value too large")
        case _ if isinstance(error, psycopg.DataError):
            return invalid_parameter(error.diag.message_primary or str(error))
        case _ if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            return StorageError(503, "DatabaseError", "The database cannot be reached")
        case state:
            _log.error("database error %s: %s", state, error)
            return StorageError(500, "DatabaseError", f"database error, code: {state}")


@web.middleware
async def render_errors(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Turn every failure below it into Storage's error shape."""
    try:
        return await handler(request)
    except StorageError as error:
        return error.response()
    except psycopg.Error as error:
        return from_postgres(error).response()
    except UnicodeEncodeError:
        return invalid_parameter("Half of a surrogate pair is no text").response()
    except web.HTTPException as error:
        if error.status < 400:
            raise
        message = f"Route {request.method}:{request.path} not found"
        return StorageError(error.status, error.reason, message).response()
    except ConnectionError:
        # The client is gone: whatever is answered, nobody reads it.
        raise web.HTTPBadRequest from None
    except Exception:
        _log.exception("%s %s failed", request.method, request.path)
        return StorageError(500, "Internal", "Internal Server Error").response()
