"""What Auth says of itself: health, settings, public keys."""

from __future__ import annotations

from aiohttp import web

from devstack.auth.service import AUTH

routes = web.RouteTableDef()

_PROVIDERS = (
    *("apple", "azure", "bitbucket", "discord", "facebook", "figma", "fly", "github", "gitlab"),
    *("google", "kakao", "keycloak", "linkedin", "linkedin_oidc", "notion", "slack", "slack_oidc"),
    *("snapchat", "spotify", "twitch", "twitter", "workos", "x", "zoom"),
)


@routes.get("/health")
async def health(_: web.Request) -> web.Response:
    """That Auth is there."""
    return web.json_response(
        {
            "version": "devstack",
            "name": "GoTrue",
            "description": "GoTrue is a user registration and authentication API",
        }
    )


@routes.get("/settings")
async def settings(request: web.Request) -> web.Response:
    """What a sign-in page has to know."""
    auth = request.app[AUTH]
    return web.json_response(
        {
            "external": {
                **dict.fromkeys(_PROVIDERS, False),
                "anonymous_users": auth.settings.anonymous,
                "email": auth.settings.email_signup,
                "phone": False,
                "web3_ethereum": False,
                "web3_solana": False,
            },
            "disable_signup": not auth.settings.signup,
            "mailer_autoconfirm": auth.autoconfirm,
            "phone_autoconfirm": False,
            "sms_provider": "",
            "saml_enabled": False,
            "saml_private_key_next_configured": False,
            "passkeys_enabled": False,
        }
    )


@routes.get("/.well-known/jwks.json")
async def jwks(request: web.Request) -> web.Response:
    """The public signing keys; sessions are signed with the shared secret, which is not here."""
    return web.json_response(
        request.app[AUTH].context.keys.jwks(), headers={"Cache-Control": "public, max-age=600"}
    )
