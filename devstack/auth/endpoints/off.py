"""What is switched off, as in a project that never configured it, and what is not emulated."""

from __future__ import annotations

from aiohttp import web

from devstack.auth.body import read_body
from devstack.auth.errors import AuthError, invalid, not_emulated
from devstack.auth.guards import signed_in
from devstack.auth.service import AUTH

routes = web.RouteTableDef()

_FACTORS = {"totp": "TOTP", "phone": "Phone", "webauthn": "WebAuthn"}
_NOT_EMULATED = {
    "admin/audit": "The audit log",
    "admin/sso": "SSO administration",
    "admin/oauth": "The OAuth server",
    "admin/custom-providers": "Custom OAuth providers",
    "oauth": "The OAuth server",
    "passkeys": "Passkeys",
    "user/oauth": "The OAuth server",
}


@routes.get("/authorize")
async def authorize(_: web.Request) -> web.Response:
    """No OAuth provider is enabled."""
    raise invalid("Unsupported provider: provider is not enabled")


@routes.route("*", "/callback")
async def callback(_: web.Request) -> web.Response:
    """No OAuth flow can have begun here."""
    raise AuthError(400, "bad_oauth_callback", "OAuth state parameter missing")


@routes.get("/user/identities/authorize")
@routes.delete("/user/identities/{identity_id}")
async def link_identity(request: web.Request) -> web.Response:
    """Manual linking is off."""
    async with request.app[AUTH].transaction() as conn:
        await signed_in(request, conn)
    raise AuthError(404, "manual_linking_disabled", "Manual linking is disabled")


@routes.post("/factors")
async def enroll_factor(request: web.Request) -> web.Response:
    """No second factor is enabled."""
    async with request.app[AUTH].transaction() as conn:
        await signed_in(request, conn)
    kind = (await read_body(request)).text("factor_type")
    if kind not in _FACTORS:
        raise invalid("factor_type needs to be totp, phone, or webauthn")
    raise AuthError(
        422, f"mfa_{kind}_enroll_not_enabled", f"MFA enroll is disabled for {_FACTORS[kind]}"
    )


@routes.route("*", "/factors/{factor:.+}")
async def use_factor(request: web.Request) -> web.Response:
    """No user has a second factor here."""
    async with request.app[AUTH].transaction() as conn:
        await signed_in(request, conn)
    raise AuthError(404, "mfa_factor_not_found", "Factor not found")


@routes.route("*", "/sso{rest:(/.*)?}")
async def single_sign_on(_: web.Request) -> web.Response:
    """SAML is off."""
    raise AuthError(404, "saml_provider_disabled", "SAML 2.0 is disabled")


async def missing(request: web.Request) -> web.Response:
    """Say which feature of Auth is missing here."""
    path = request.path.removeprefix("/auth/v1/")
    feature = next(name for prefix, name in _NOT_EMULATED.items() if path.startswith(prefix))
    raise not_emulated(feature)


for _prefix in _NOT_EMULATED:
    routes.route("*", f"/{_prefix}{{rest:(/.*)?}}")(missing)
