"""The two doors to the database, both through Supabase: as our own server, and as the caller.

No SQL text and no domain words here: callers name a function and its arguments.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx
import structlog
from postgrest import APIError, AsyncPostgrestClient
from storage3.exceptions import StorageApiError
from storage3.types import FileOptions
from supabase import AsyncClient, AsyncClientOptions, acreate_client
from supabase_auth.errors import AuthApiError, AuthError
from supabase_auth.types import InviteUserByEmailOptions

from backend import errors
from backend.settings import Settings

TIMEOUT = 15.0  # seconds for one call
#: Deadlock, serialisation failure, lock not available: all was undone, and another try may well succeed.
UNLUCKY = frozenset({"40P01", "40001", "55P03"})
TRIES = 3

T = TypeVar("T")


async def try_again(
    call: Callable[[], Awaitable[T]], jitter: Callable[[], float] = random.random
) -> T:
    """Try again, up to three times, when the database sacrificed the call to another one."""
    for attempt in range(1, TRIES):
        try:
            return await call()
        except APIError as error:
            if error.code not in UNLUCKY:
                raise
            await asyncio.sleep((0.02 + 0.08 * jitter()) * attempt)
    return await call()


class Database:
    """One Supabase client with the service key, shared by a process."""

    def __init__(self, client: AsyncClient, http: httpx.AsyncClient, publishable_key: str) -> None:
        self._client = client
        self._http = http
        self._publishable_key = publishable_key

    async def call_service(self, function: str, arguments: dict[str, Any]) -> Any:
        """Call `service.<function>`. Raises our error for whatever the database refuses."""
        try:
            answer = await try_again(
                self._client.schema("service").rpc(function, arguments).execute
            )
        except APIError as error:
            raise errors.from_postgrest(error) from None
        except httpx.HTTPError:
            raise errors.Unavailable from None
        return answer.data

    async def call_as(self, token: str, function: str, arguments: dict[str, Any]) -> Any:
        """Call `public.<function>` with the caller's own rights. Raises our error for a refusal."""
        door = AsyncPostgrestClient(
            str(self._client.rest_url),
            headers={"apikey": self._publishable_key, "Authorization": f"Bearer {token}"},
            http_client=self._http,
        )
        try:
            answer = await try_again(door.rpc(function, arguments).execute)
        except APIError as error:
            if error.code in errors.REFUSED_CALLER:
                raise errors.NotAuthorized from None
            raise errors.from_postgrest(error) from None
        except httpx.HTTPError:
            raise errors.Unavailable from None
        return answer.data

    async def invite_login(self, email: str, name: str, redirect_to: str) -> bool:
        """Have Auth make a login and mail it a link; False when there is one. Raises `Unavailable`."""
        options: InviteUserByEmailOptions = {"data": {"name": name}, "redirect_to": redirect_to}
        try:
            await self._client.auth.admin.invite_user_by_email(email, options)
        except AuthApiError as error:
            if error.code == "email_exists":
                return False
            raise errors.Unavailable from None
        except (AuthError, httpx.HTTPError):
            raise errors.Unavailable from None
        return True

    async def download(self, bucket: str, path: str) -> bytes | None:
        """The bytes of an object, or None when there is none. Raises `Unavailable`."""
        try:
            return await self._client.storage.from_(bucket).download(path)
        except StorageApiError as error:
            if str(error.status) in ("400", "404") and error.code in ("NoSuchKey", "not_found"):
                return None
            raise errors.Unavailable from None
        except httpx.HTTPError:
            raise errors.Unavailable from None

    async def upload(self, bucket: str, path: str, data: bytes, content_type: str) -> None:
        """Write an object, in the place of an earlier one. Raises `Unavailable`."""
        options: FileOptions = {"content-type": content_type, "upsert": "true"}
        try:
            await self._client.storage.from_(bucket).upload(path, data, options)
        except (StorageApiError, httpx.HTTPError):
            raise errors.Unavailable from None

    async def remove(self, bucket: str, paths: list[str]) -> None:
        """Remove objects; those that are gone already do not matter. Raises `Unavailable`."""
        try:
            await self._client.storage.from_(bucket).remove(paths)
        except (StorageApiError, httpx.HTTPError):
            raise errors.Unavailable from None

    async def signed_url(self, bucket: str, path: str, seconds: int) -> str:
        """A link to an object that anybody may follow for so many seconds. Raises `Unavailable`."""
        try:
            answer = await self._client.storage.from_(bucket).create_signed_url(path, seconds)
        except (StorageApiError, httpx.HTTPError):
            raise errors.Unavailable from None
        return str(answer["signedURL"])

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


async def _pass_request_id_on(request: httpx.Request) -> None:
    """Name the request or job that we act for; the database writes it into the jobs that follow."""
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    if request_id:
        request.headers["x-request-id"] = str(request_id)


async def connect(settings: Settings) -> Database:
    """The database as our own server sees it."""
    http = httpx.AsyncClient(
        timeout=TIMEOUT,
        limits=httpx.Limits(max_connections=50),
        event_hooks={"request": [_pass_request_id_on]},
    )
    client = await acreate_client(
        settings.url,
        settings.supabase_secret_key.get_secret_value(),
        options=AsyncClientOptions(
            httpx_client=http, auto_refresh_token=False, persist_session=False
        ),
    )
    return Database(client, http, settings.supabase_publishable_key)
