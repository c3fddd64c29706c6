"""/verify: a code or a link from a mail becomes a session, or a PKCE code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from devstack.auth import codes, email_change, flows, sessions, users
from devstack.auth.addresses import parse_address
from devstack.auth.body import read_body
from devstack.auth.codes import PKCE_PREFIX, Kind
from devstack.auth.errors import AuthError, invalid
from devstack.auth.redirects import redirect_target, with_fragment, with_query
from devstack.auth.service import AUTH, Auth, Connection
from devstack.auth.users import User

routes = web.RouteTableDef()

SINGLE_CONFIRMATION = (
    "Confirmation link accepted. Please proceed to confirm link sent to the other email"
)
_KINDS = {
    "signup": (Kind.CONFIRMATION,),
    "invite": (Kind.CONFIRMATION,),
    "recovery": (Kind.RECOVERY,),
    "magiclink": (Kind.RECOVERY,),
    "email": (Kind.CONFIRMATION, Kind.RECOVERY),
    "email_change": (Kind.EMAIL_CHANGE_NEW, Kind.EMAIL_CHANGE_CURRENT),
}
# How the flow of a link was remembered when its mail was written.
_METHODS = {"signup": "email/signup", "invite": "email/signup"}
_IN_FRAGMENT = ("access_token", "expires_at", "expires_in", "refresh_token", "token_type")
_OAUTH_ERRORS = {
    400: "invalid_request",
    401: "unauthorized_client",
    403: "access_denied",
    500: "server_error",
}


@dataclass(frozen=True, slots=True)
class Verified:
    """Who proved to have got a mail, and what that mail was for."""

    user: User
    kind: Kind


@routes.post("/verify")
async def verify(request: web.Request) -> web.Response:
    """Take a code with its address, or the hash of one; a token response."""
    auth = request.app[AUTH]
    body = await read_body(request)
    kind, otp, token_hash = body.text("type"), body.text("token"), body.text("token_hash")
    if not kind:
        raise invalid("Verify requires a verification type")
    if bool(otp) == bool(token_hash):
        raise invalid("Verify requires either a token or a token hash")
    if token_hash and (body.text("email") or body.text("phone")):
        raise invalid("Only the token_hash and type should be provided")
    if otp and bool(body.text("email")) == bool(body.text("phone")):
        raise invalid("Only an email address or phone number should be provided on verify")
    wrong = AuthError(403, "otp_expired", "Token has expired or is invalid")
    if otp:
        if body.text("phone"):
            raise wrong  # nobody has a phone number here
        plain = codes.code_hash(parse_address(body.text("email")), otp.replace("-", ""))
        hashes = [plain, PKCE_PREFIX + plain]
    else:
        hashes = [token_hash]
        wrong = _dead_link()
    async with auth.transaction() as conn:
        verified = await _find(auth, conn, kind, hashes)
        if verified is None:
            raise wrong
        user = await _accept(auth, conn, verified)
        answer: dict[str, Any] = {"msg": SINGLE_CONFIRMATION, "code": "200"}
        if user is not None:
            answer = await sessions.sign_in(auth, conn, request, user, "otp")
    return web.json_response(answer)


@routes.get("/verify", allow_head=False)
async def follow_link(request: web.Request) -> web.Response:
    """Take the hash in a mail's link and send the browser on, with the outcome in the address."""
    kind, token = request.query.get("type", ""), request.query.get("token", "")
    if not kind:
        raise invalid("Verify requires a verification type")
    if not token:
        raise invalid("Verify requires a token or a token hash")
    pkce = token.startswith(PKCE_PREFIX)
    target = redirect_target(request, request.app[AUTH])
    try:
        location = await _follow(request, kind, token, target, pkce=pkce)
    except AuthError as error:
        values = {
            "error": _OAUTH_ERRORS.get(error.status, "invalid_request"),
            "error_code": error.code,
            "error_description": error.message,
        }
        location = with_query(target, **values) if pkce else target
        location = with_fragment(location, **values)
    return web.Response(status=303, headers={"Location": location})


async def _follow(request: web.Request, kind: str, token: str, target: str, *, pkce: bool) -> str:
    auth = request.app[AUTH]
    async with auth.transaction() as conn:
        verified = await _find(auth, conn, kind, [token])
        if verified is None:
            raise _dead_link()
        user = await _accept(auth, conn, verified)
        if user is None:
            if pkce:
                target = with_query(target, message=SINGLE_CONFIRMATION)
            return with_fragment(target, message=SINGLE_CONFIRMATION)
        if pkce:
            if kind == "email":
                kind = "signup" if verified.kind is Kind.CONFIRMATION else "magiclink"
            code = await flows.issue_code(conn, user, _METHODS.get(kind, kind))
            return with_query(target, code=code)
        answer = await sessions.sign_in(auth, conn, request, user, "otp")
    return with_fragment(target, **{name: answer[name] for name in _IN_FRAGMENT}, type=kind)


def _dead_link() -> AuthError:
    return AuthError(403, "otp_expired", "Email link is invalid or has expired")


async def _find(auth: Auth, conn: Connection, kind: str, hashes: list[str]) -> Verified | None:
    """Who got one of these hashes for this purpose."""
    if kind not in _KINDS:
        raise invalid("Invalid email verification type")
    for token in hashes:
        found = await codes.find(conn, token, _KINDS[kind], auth.settings)
        if found is not None:
            verified = Verified(*found)
            if sessions.is_banned(verified.user):
                raise AuthError(403, "user_banned", "User is banned")
            return verified
    return None


async def _accept(auth: Auth, conn: Connection, verified: Verified) -> User | None:
    """Do what the mail was for; None when another mail has to be answered too."""
    user = verified.user
    if verified.kind in _KINDS["email_change"]:
        return await email_change.accept(auth, conn, user, verified.kind)
    user = await codes.spend(conn, user, verified.kind)
    if user["email_confirmed_at"] is None:
        user = await users.confirm(conn, user, by_mail=True)
    return user
