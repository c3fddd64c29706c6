"""POST /invite and /admin/generate_link: an administrator lets somebody in by mail or by link."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from devstack.auth import codes, users
from devstack.auth.addresses import parse_address
from devstack.auth.body import Body, read_body
from devstack.auth.codes import Kind
from devstack.auth.errors import AuthError, EmailTaken, invalid
from devstack.auth.guards import require_admin
from devstack.auth.outgoing import invitation_mail
from devstack.auth.passwords import check_password, hash_password, random_password
from devstack.auth.redirects import action_link, redirect_target
from devstack.auth.service import AUTH, Connection, now
from devstack.auth.users import User

routes = web.RouteTableDef()

# Type of link: the code it carries.
_KINDS = {
    "signup": Kind.CONFIRMATION,
    "invite": Kind.CONFIRMATION,
    "magiclink": Kind.RECOVERY,
    "recovery": Kind.RECOVERY,
    "email_change_new": Kind.EMAIL_CHANGE_NEW,
    "email_change_current": Kind.EMAIL_CHANGE_CURRENT,
}


@routes.post("/invite")
async def invite(request: web.Request) -> web.Response:
    """Enter a user without a password and mail an invitation; again for one who is unconfirmed."""
    require_admin(request)
    auth = request.app[AUTH]
    body = await read_body(request)
    email = parse_address(body.text("email"))
    async with auth.transaction() as conn:
        user = await _invited(conn, email, body.object("data"))
        user, mail = await invitation_mail(request, conn, user)
        answer = await users.user_json(conn, user)
    auth.mailer.send(mail)
    return web.json_response(answer)


@routes.post("/admin/generate_link")
async def generate_link(request: web.Request) -> web.Response:
    """The link and the code of a mail that is not sent."""
    require_admin(request)
    auth = request.app[AUTH]
    body = await read_body(request)
    email, kind = parse_address(body.text("email")), body.text("type")
    if kind not in _KINDS:
        raise invalid(f"Invalid email action link type requested: {kind}")
    target = redirect_target(request, auth, body.text("redirect_to"))
    address = email
    async with auth.transaction() as conn:
        user = await users.find_by_email(conn, email, lock=True)
        if kind == "magiclink" and user is None:
            kind = "signup"
            user = await users.create_with_email(
                conn,
                email,
                password_hash=await hash_password(random_password()),
                data=body.object("data"),
            )
        elif kind == "signup":
            user = await _signed_up(request, conn, user, email, body)
        elif kind == "invite":
            user = await _invited(conn, email, body.object("data"))
            user = await users.update(conn, user, invited_at=now())
        elif user is None:
            raise AuthError(404, "user_not_found", "User with this email not found")
        elif kind.startswith("email_change"):
            user, new_email = await _changing(request, conn, user, kind, body)
            address = new_email if kind == "email_change_new" else email
        user, code = await codes.issue(conn, user, _KINDS[kind], auth.settings, address=address)
        answer = await users.user_json(conn, user)
    link_type = "email_change" if kind.startswith("email_change") else kind
    return web.json_response(
        {
            **answer,
            "action_link": action_link(auth, code.hash, link_type, target),
            "email_otp": code.otp,
            "hashed_token": code.hash,
            "verification_type": kind,
            "redirect_to": target,
        }
    )


async def _invited(conn: Connection, email: str, data: dict[str, Any] | None) -> User:
    user = await users.find_by_email(conn, email, lock=True)
    if user is None:
        return await users.create_with_email(conn, email, data=data)
    if user["email_confirmed_at"] is not None:
        raise EmailTaken
    return user


async def _signed_up(
    request: web.Request, conn: Connection, user: User | None, email: str, body: Body
) -> User:
    data = body.object("data")
    if user is not None:
        if user["email_confirmed_at"] is not None:
            raise EmailTaken
        return await users.update_metadata(conn, user, data=data)
    password = body.text("password")
    if not password:
        raise invalid("Signup requires a valid password")
    check_password(password, request.app[AUTH].settings)
    return await users.create_with_email(
        conn, email, password_hash=await hash_password(password), data=data
    )


async def _changing(
    request: web.Request, conn: Connection, user: User, kind: str, body: Body
) -> tuple[User, str]:
    if kind == "email_change_current" and not request.app[AUTH].settings.double_confirm_changes:
        raise invalid("Enable secure email change to generate link for current email")
    email = parse_address(body.text("new_email"))
    owner = await users.find_by_email(conn, email)
    if owner is not None and owner["id"] != user["id"]:
        raise EmailTaken
    user = await users.update(conn, user, email_change=email, email_change_confirm_status=0)
    return user, email
