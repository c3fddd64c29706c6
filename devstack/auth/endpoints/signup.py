"""POST /signup: new users with an address and a password, and anonymous ones."""

from __future__ import annotations

import uuid
from typing import Any

from aiohttp import web

from devstack.auth import flows, sessions, users
from devstack.auth.addresses import parse_address
from devstack.auth.body import Body, read_body
from devstack.auth.errors import AuthError, EmailTaken, invalid
from devstack.auth.outgoing import confirmation_mail
from devstack.auth.passwords import check_password, hash_password
from devstack.auth.service import AUTH, Auth, now

routes = web.RouteTableDef()


@routes.post("/signup")
async def sign_up(request: web.Request) -> web.Response:
    """Register a user; a token response at once unless the address has to be confirmed."""
    auth = request.app[AUTH]
    body = await read_body(request)
    if not body.text("email") and not body.text("phone"):
        return await _sign_up_anonymously(request, body)
    check_open(auth)
    password = body.text("password")
    if not password:
        raise invalid("Signup requires a valid password")
    check_password(password, auth.settings)
    if body.text("phone"):
        if body.text("email"):
            raise invalid("Only an email address or phone number should be provided on signup.")
        raise AuthError(400, "phone_provider_disabled", "Phone signups are disabled")
    challenge = flows.read_challenge(body)
    if not auth.settings.email_signup:
        raise AuthError(400, "email_provider_disabled", "Email signups are disabled")
    email = parse_address(body.text("email"))
    data = body.object("data") or {}
    password_hash = await hash_password(password)
    try:
        async with auth.transaction() as conn:
            user = await users.find_by_email(conn, email, lock=True)
            if user is not None and user["email_confirmed_at"] is not None:
                raise EmailTaken
            if user is None:
                user = await users.create_with_email(
                    conn, email, password_hash=password_hash, data=data
                )
            # An unconfirmed user is not changed: anybody may claim to be that person.
            if auth.autoconfirm:
                user = await users.confirm(conn, user, by_mail=False)
                answer = await sessions.sign_in(auth, conn, request, user, "password")
                return web.json_response(answer)
            user, mail = await confirmation_mail(request, conn, user, challenge)
            answer = await users.user_json(conn, user)
    except EmailTaken:
        if auth.autoconfirm:
            raise AuthError(422, "user_already_exists", "User already registered") from None
        return web.json_response(_pretended_user(email, data))
    auth.mailer.send(mail)
    return web.json_response(answer)


def check_open(auth: Auth) -> None:
    """Refuse when nobody may sign up."""
    if not auth.settings.signup:
        raise AuthError(422, "signup_disabled", "Signups not allowed for this instance")


async def _sign_up_anonymously(request: web.Request, body: Body) -> web.Response:
    auth = request.app[AUTH]
    if not auth.settings.anonymous:
        raise AuthError(422, "anonymous_provider_disabled", "Anonymous sign-ins are disabled")
    check_open(auth)
    async with auth.transaction() as conn:
        user = await users.create(
            conn, is_anonymous=True, raw_user_meta_data=body.object("data") or {}
        )
        answer = await sessions.sign_in(auth, conn, request, user, "anonymous")
    return web.json_response(answer)


def _pretended_user(email: str, data: dict[str, Any]) -> dict[str, Any]:
    """What a stranger is told of a taken address: it looks like a new user."""
    stamp = users.rfc3339(now())
    return {
        "id": str(uuid.uuid4()),
        "aud": users.AUDIENCE,
        "role": "",
        "email": email,
        "phone": "",
        "confirmation_sent_at": stamp,
        "app_metadata": {"provider": "email", "providers": ["email"]},
        "user_metadata": data,
        "identities": [],
        "created_at": stamp,
        "updated_at": stamp,
        "is_anonymous": False,
    }
