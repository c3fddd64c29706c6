"""POST /token: sessions for passwords, refresh tokens and PKCE codes."""

from __future__ import annotations

from aiohttp import web

from devstack.auth import flows, sessions, users
from devstack.auth.body import Body, read_body
from devstack.auth.errors import AuthError, invalid
from devstack.auth.passwords import password_matches, weakness
from devstack.auth.service import AUTH

routes = web.RouteTableDef()


@routes.post("/token")
async def token(request: web.Request) -> web.Response:
    """Do what `grant_type` says."""
    grant = request.query.get("grant_type", "")
    if grant == "password":
        return await _password(request, await read_body(request))
    if grant == "refresh_token":
        return await _refresh(request, await read_body(request))
    if grant == "pkce":
        return await _pkce(request, await read_body(request))
    if grant == "id_token":
        raise AuthError(400, "provider_disabled", "Provider is not enabled")
    if grant == "web3":
        raise AuthError(400, "web3_provider_disabled", "Web3 provider is disabled")
    raise AuthError(400, "invalid_credentials", "unsupported_grant_type")


async def _password(request: web.Request, body: Body) -> web.Response:
    auth = request.app[AUTH]
    email, password = body.text("email").lower(), body.text("password")
    if email and body.text("phone"):
        raise invalid("Only an email address or phone number should be provided on login.")
    if body.text("phone"):
        raise AuthError(422, "phone_provider_disabled", "Phone logins are disabled")
    if not email:
        raise invalid("missing email or phone")
    if not auth.settings.email_signup:
        raise AuthError(422, "email_provider_disabled", "Email logins are disabled")
    async with auth.transaction() as conn:
        user = await users.find_by_email(conn, email)
        if user is None or not await password_matches(password, user["encrypted_password"]):
            raise AuthError(400, "invalid_credentials", "Invalid login credentials")
        if sessions.is_banned(user):
            raise AuthError(400, "user_banned", "User is banned")
        if user["email_confirmed_at"] is None:
            raise AuthError(400, "email_not_confirmed", "Email not confirmed")
        answer = await sessions.sign_in(auth, conn, request, user, "password")
    if weak := weakness(password, auth.settings):
        answer["weak_password"] = weak
    return web.json_response(answer)


async def _refresh(request: web.Request, body: Body) -> web.Response:
    auth = request.app[AUTH]
    async with auth.transaction() as conn:
        outcome = await sessions.refresh(auth, conn, request, body.text("refresh_token"))
    if isinstance(outcome, AuthError):
        raise outcome
    return web.json_response(outcome)


async def _pkce(request: web.Request, body: Body) -> web.Response:
    auth = request.app[AUTH]
    async with auth.transaction() as conn:
        user, method = await flows.exchange(
            conn, body.text("auth_code"), body.text("code_verifier")
        )
        if sessions.is_banned(user):
            raise AuthError(403, "user_banned", "User is banned")
        answer = await sessions.sign_in(auth, conn, request, user, method)
    return web.json_response(answer)
