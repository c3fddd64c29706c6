"""What signed-in users do with their own account: see it, change it, leave it."""

from __future__ import annotations

from aiohttp import web

from devstack.auth import email_change, flows, sessions, users
from devstack.auth.addresses import parse_address
from devstack.auth.body import read_body
from devstack.auth.errors import AuthError, EmailTaken, invalid, not_emulated
from devstack.auth.guards import SignedIn, signed_in
from devstack.auth.mailer import Mail
from devstack.auth.outgoing import email_change_mails, reauthentication_mail
from devstack.auth.passwords import check_password, hash_password, password_matches
from devstack.auth.service import AUTH, Connection
from devstack.auth.users import User

routes = web.RouteTableDef()


@routes.get("/user")
async def get_user(request: web.Request) -> web.Response:
    """The user of the token."""
    async with request.app[AUTH].transaction() as conn:
        me = await signed_in(request, conn)
        return web.json_response(await users.user_json(conn, me.user))


@routes.put("/user")
async def update_user(request: web.Request) -> web.Response:
    """Change metadata, password or address; a new address has to be confirmed first."""
    auth = request.app[AUTH]
    body = await read_body(request)
    mails: list[Mail] = []
    async with auth.transaction() as conn:
        me = await signed_in(request, conn, lock=True)
        user, password = me.user, body.text("password")
        email = parse_address(body.text("email")) if body.text("email") else ""
        if password:
            check_password(password, auth.settings)
        challenge = flows.read_challenge(body)
        if body.object("app_metadata") is not None:
            raise AuthError(403, "not_admin", "Updating app_metadata requires admin privileges")
        if body.text("phone"):
            raise not_emulated("Changing a phone number")
        if user["is_anonymous"] and password and not email:
            raise invalid(
                "Updating password of an anonymous user without an email or phone is not allowed",
                422,
            )
        changes_email = email not in ("", user["email"])
        if changes_email and await users.find_by_email(conn, email) is not None:
            raise EmailTaken
        if password:
            user = await _change_password(conn, me, password)
        user = await users.update_metadata(conn, user, data=body.object("data"))
        if changes_email and user["is_anonymous"] and auth.autoconfirm:
            user = await email_change.complete(conn, user, email)
        elif changes_email:
            user, mails = await email_change_mails(request, conn, user, email, challenge)
        answer = await users.user_json(conn, user)
    auth.mailer.send(*mails)
    return web.json_response(answer)


async def _change_password(conn: Connection, me: SignedIn, password: str) -> User:
    if await password_matches(password, me.user["encrypted_password"]):
        raise AuthError(
            422, "same_password", "New password should be different from the old password."
        )
    tokens = await users.clear_tokens(conn, me.user)
    user = await users.update(
        conn, me.user, encrypted_password=await hash_password(password), **tokens
    )
    await sessions.end_all(conn, user, but=me.session_id)
    return user


@routes.post("/logout")
async def log_out(request: web.Request) -> web.Response:
    """End the sessions that `scope` names."""
    scope = request.query.get("scope") or "global"
    if scope not in ("global", "local", "others"):
        raise invalid(f'Unsupported logout scope "{scope}"')
    async with request.app[AUTH].transaction() as conn:
        me = await signed_in(request, conn)
        if scope == "local" and me.session_id is not None:
            await sessions.end(conn, me.session_id)
        else:
            await sessions.end_all(conn, me.user, but=me.session_id if scope == "others" else None)
    return web.Response(status=204)


@routes.get("/reauthenticate", allow_head=False)
async def reauthenticate(request: web.Request) -> web.Response:
    """Mail a code. Nothing asks for it: `secure_password_change` is off."""
    auth = request.app[AUTH]
    async with auth.transaction() as conn:
        me = await signed_in(request, conn, lock=True)
        if not me.user["email"]:
            raise invalid(
                "Reauthentication requires the user to have an email or a phone number", 422
            )
        _, mail = await reauthentication_mail(request, conn, me.user)
    auth.mailer.send(mail)
    return web.json_response({})
