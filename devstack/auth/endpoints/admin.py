"""/admin/users: what the service role does with other people's accounts."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from psycopg import sql

from devstack.auth import sessions, users
from devstack.auth.addresses import parse_address
from devstack.auth.body import Body, read_body
from devstack.auth.errors import AuthError, EmailTaken, database_error, invalid, not_emulated
from devstack.auth.guards import require_admin
from devstack.auth.passwords import check_hash, check_password, hash_password, random_password
from devstack.auth.service import AUTH, Auth, Connection, now
from devstack.auth.users import User
from devstack.config import StackError, parse_duration

routes = web.RouteTableDef()

PER_PAGE = 50
_MAX_PAGE_NUMBER = 2**31 - 1
_WANTED = sql.SQL(
    "%(filter)s = '' or email like %(like)s or raw_user_meta_data ->> 'full_name' ilike %(like)s"
)
_COUNT = sql.SQL("select count(*) as total from auth.users where {}").format(_WANTED)
_PAGE = sql.SQL(
    "select * from auth.users where {} order by created_at desc nulls last, id"
    " limit %(limit)s offset %(offset)s"
).format(_WANTED)
_MAX_BAN = 2**63 / 1e9  # seconds in Go's longest duration


@routes.get("/admin/users")
async def list_users(request: web.Request) -> web.Response:
    """One page of all users, the newest first; the headers tell how many there are."""
    require_admin(request)
    auth = request.app[AUTH]
    page = _number(request, "page", 1)
    per_page = _number(request, "per_page", PER_PAGE)
    wanted = request.query.get("filter", "")
    escaped = wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    values = {
        "filter": wanted,
        "like": f"%{escaped}%",
        "limit": per_page,
        "offset": (page - 1) * per_page,
    }
    async with auth.transaction() as conn:
        counted = await conn.execute(_COUNT, values)
        total = int((await counted.fetchone() or {"total": 0})["total"])
        rows = await (await conn.execute(_PAGE, values)).fetchall()
        found = [await users.user_json(conn, row) for row in rows]
    last = -(-total // per_page)
    base = f"{auth.url}/admin/users"
    links = [f'<{base}?page={last}&per_page={per_page}>; rel="last"']
    if page < last:
        links.insert(0, f'<{base}?page={page + 1}&per_page={per_page}>; rel="next"')
    return web.json_response(
        {"users": found, "aud": users.AUDIENCE},
        headers={"X-Total-Count": str(total), "Link": ", ".join(links)},
    )


@routes.post("/admin/users")
async def create_user(request: web.Request) -> web.Response:
    """Enter a user, unconfirmed unless `email_confirm` is true; no mail is sent."""
    require_admin(request)
    auth = request.app[AUTH]
    body = await read_body(request)
    if body.text("phone"):
        raise not_emulated("A user with a phone number")
    if not body.text("email"):
        raise invalid("Cannot create a user without either an email or phone")
    email = parse_address(body.text("email"))
    columns: dict[str, Any] = {}
    if body.text("id"):
        columns["id"] = _uuid(body.text("id"), "ID must be a valid UUID")
        if columns["id"].int == 0:
            raise invalid("ID cannot be a nil UUID")
    if body.text("role"):
        columns["role"] = body.text("role")
    if body.text("ban_duration"):
        columns["banned_until"] = _banned_until(body.text("ban_duration"))
    password_hash = await _new_hash(auth, body) or await hash_password(random_password())
    async with auth.transaction() as conn:
        if await users.find_by_email(conn, email) is not None:
            raise EmailTaken
        user = await users.create_with_email(
            conn, email, password_hash=password_hash, data=body.object("user_metadata"), **columns
        )
        user = await users.update_metadata(conn, user, app_data=body.object("app_metadata"))
        if body.flag("email_confirm"):
            user = await users.confirm(conn, user, by_mail=False)
        answer = await users.user_json(conn, user)
    return web.json_response(answer)


@routes.get("/admin/users/{user_id}")
async def get_user(request: web.Request) -> web.Response:
    """One user."""
    require_admin(request)
    async with request.app[AUTH].transaction() as conn:
        user = await _user(request, conn)
        return web.json_response(await users.user_json(conn, user))


@routes.put("/admin/users/{user_id}")
async def update_user(request: web.Request) -> web.Response:
    """Change a user without asking; a new password ends all sessions."""
    require_admin(request)
    auth = request.app[AUTH]
    body = await read_body(request)
    async with auth.transaction() as conn:
        user = await _user(request, conn, lock=True)
        if body.text("phone"):
            raise not_emulated("A user with a phone number")
        email = parse_address(body.text("email")) if body.text("email") else ""
        columns: dict[str, Any] = {}
        if body.text("role"):
            columns["role"] = body.text("role")
        if body.text("ban_duration"):
            columns["banned_until"] = _banned_until(body.text("ban_duration"))
        if password_hash := await _new_hash(auth, body):
            columns |= await users.clear_tokens(conn, user)
            columns["encrypted_password"] = password_hash
            await sessions.end_all(conn, user)
        if columns:
            user = await users.update(conn, user, **columns)
        if email:
            owner = await users.find_by_email(conn, email)
            if owner is not None and owner["id"] != user["id"]:
                raise EmailTaken
            user = await users.set_email(conn, user, email, verified=body.flag("email_confirm"))
        if body.flag("email_confirm"):
            user = await users.confirm(conn, user, by_mail=False)
        user = await users.update_metadata(
            conn, user, data=body.object("user_metadata"), app_data=body.object("app_metadata")
        )
        answer = await users.user_json(conn, user)
    return web.json_response(answer)


@routes.delete("/admin/users/{user_id}")
async def delete_user(request: web.Request) -> web.Response:
    """Delete a user with all that belongs to it, or only empty it (`should_soft_delete`)."""
    require_admin(request)
    body = await read_body(request, optional=True)
    async with request.app[AUTH].transaction() as conn:
        user = await _user(request, conn, lock=True)
        if body.flag("should_soft_delete"):
            await users.soft_delete(conn, user)
        else:
            with database_error("Database error deleting user"):
                await conn.execute("delete from auth.users where id = %s", (user["id"],))
    return web.json_response({})


@routes.get("/admin/users/{user_id}/factors")
async def list_factors(request: web.Request) -> web.Response:
    """No user has a second factor here."""
    require_admin(request)
    async with request.app[AUTH].transaction() as conn:
        await _user(request, conn)
    return web.json_response([])


@routes.route("*", "/admin/users/{user_id}/factors/{factor_id}")
async def one_factor(request: web.Request) -> web.Response:
    """No user has a second factor here."""
    require_admin(request)
    async with request.app[AUTH].transaction() as conn:
        await _user(request, conn)
    raise AuthError(404, "mfa_factor_not_found", "Factor not found")


async def _user(request: web.Request, conn: Connection, *, lock: bool = False) -> User:
    user_id = _uuid(request.match_info["user_id"], "user_id must be an UUID", 404)
    user = await users.find_by_id(conn, user_id, lock=lock)
    if user is None:
        raise AuthError(404, "user_not_found", "User not found")
    return user


async def _new_hash(auth: Auth, body: Body) -> str:
    """The hash of the password in the request, or the hash in it; empty when neither is."""
    password, ready = body.text("password"), body.text("password_hash")
    if password and ready:
        raise invalid("Only a password or a password hash should be provided")
    if ready:
        check_hash(ready)
        return ready
    if password:
        check_password(password, auth.settings)
        return await hash_password(password)
    return ""


def _banned_until(text: str) -> datetime | None:
    if text == "none":
        return None
    try:
        seconds = parse_duration(text) if text.isascii() else _MAX_BAN
    except StackError:
        seconds = _MAX_BAN
    if seconds >= _MAX_BAN:
        raise invalid(f'invalid format for ban duration: time: invalid duration "{text}"')
    return now() + timedelta(seconds=seconds) if seconds else None


def _uuid(text: str, message: str, status: int = 400) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise invalid(message, status) from None


def _number(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 10 or int(text) > _MAX_PAGE_NUMBER:
        raise invalid(f'Bad Pagination Parameters: parsing "{text}": invalid {name}')
    return int(text) or default
