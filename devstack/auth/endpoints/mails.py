"""Requests that make Auth write a mail: recovery, magic links, and the same again."""

from __future__ import annotations

from aiohttp import web

from devstack.auth import flows, users
from devstack.auth.addresses import parse_address
from devstack.auth.body import Body, read_body
from devstack.auth.endpoints.signup import check_open
from devstack.auth.errors import AuthError, invalid
from devstack.auth.mailer import Mail
from devstack.auth.outgoing import confirmation_mail, email_change_mails, recovery_mail
from devstack.auth.passwords import hash_password, random_password
from devstack.auth.service import AUTH

routes = web.RouteTableDef()


@routes.post("/recover")
async def recover(request: web.Request) -> web.Response:
    """Mail a link for a forgotten password; the same answer for unknown addresses."""
    auth = request.app[AUTH]
    body = await read_body(request)
    email = parse_address(body.text("email"))
    challenge = flows.read_challenge(body)
    mails = []
    async with auth.transaction() as conn:
        user = await users.find_by_email(conn, email, lock=True)
        if user is not None:
            _, mail = await recovery_mail(request, conn, user, "recovery", challenge)
            mails.append(mail)
    auth.mailer.send(*mails)
    return web.json_response({})


@routes.post("/otp")
async def one_time_password(request: web.Request) -> web.Response:
    """Mail a code to sign in with; a new user is made unless `create_user` is false."""
    return await _magic_link(request, await read_body(request))


@routes.post("/magiclink")
async def magic_link(request: web.Request) -> web.Response:
    """The old name of /otp."""
    return await _magic_link(request, await read_body(request))


async def _magic_link(request: web.Request, body: Body) -> web.Response:
    auth = request.app[AUTH]
    if body.text("phone"):
        if body.text("email"):
            raise invalid("Only an email address or phone number should be provided")
        raise AuthError(400, "phone_provider_disabled", "Unsupported phone provider")
    if not auth.settings.email_signup:
        raise AuthError(422, "email_provider_disabled", "Email logins are disabled")
    email = parse_address(body.text("email"))
    challenge = flows.read_challenge(body)
    async with auth.transaction() as conn:
        user = await users.find_by_email(conn, email, lock=True)
        if user is None:
            if not body.flag("create_user", default=True):
                raise AuthError(422, "otp_disabled", "Signups not allowed for otp")
            check_open(auth)
            password_hash = await hash_password(random_password())
            user = await users.create_with_email(
                conn, email, password_hash=password_hash, data=body.object("data")
            )
        if user["email_confirmed_at"] is None and auth.autoconfirm:
            user = await users.confirm(conn, user, by_mail=False)
        if user["email_confirmed_at"] is None:
            _, mail = await confirmation_mail(request, conn, user, challenge)
        else:
            _, mail = await recovery_mail(request, conn, user, "magiclink", challenge)
    auth.mailer.send(mail)
    return web.json_response({})


@routes.post("/resend")
async def resend(request: web.Request) -> web.Response:
    """Mail a pending confirmation again; the same answer when nothing is pending."""
    auth = request.app[AUTH]
    body = await read_body(request)
    kind = body.text("type")
    if kind in ("sms", "phone_change"):
        raise AuthError(400, "phone_provider_disabled", "Unsupported phone provider")
    if kind not in ("signup", "email_change"):
        raise invalid("Missing one of these types: signup, email_change, sms, phone_change")
    if not body.text("email"):
        raise invalid(f"Type provided requires an email address: {kind}")
    email = parse_address(body.text("email"))
    challenge = flows.read_challenge(body)
    mails: list[Mail] = []
    async with auth.transaction() as conn:
        user = await users.find_by_email(conn, email, lock=True)
        if user is not None and kind == "signup" and user["email_confirmed_at"] is None:
            _, mail = await confirmation_mail(request, conn, user, challenge)
            mails.append(mail)
        elif user is not None and kind == "email_change" and user["email_change"]:
            _, mails = await email_change_mails(
                request, conn, user, user["email_change"], challenge
            )
    auth.mailer.send(*mails)
    return web.json_response({})
