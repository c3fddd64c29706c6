"""Which providers of mailboxes this installation is known to."""

from __future__ import annotations

from dataclasses import dataclass

from backend.channels.mail import oauth
from backend.settings import Settings


@dataclass(frozen=True, slots=True)
class SignIn:
    """A provider, and ourselves as it knows us."""

    provider: oauth.Provider
    client: oauth.Client


def sign_ins(settings: Settings) -> dict[str, SignIn]:
    """Provider name -> how to sign in there; only those with a client id and secret."""
    known = {
        "google": (oauth.GOOGLE, settings.google_client_id, settings.google_client_secret),
        "microsoft": (
            oauth.microsoft(settings.microsoft_tenant),
            settings.microsoft_client_id,
            settings.microsoft_client_secret,
        ),
    }
    found = {}
    for name, (provider, client_id, secret) in known.items():
        if not client_id or secret is None:
            continue
        elsewhere = settings.channel_base_urls.get(name)
        found[name] = SignIn(
            provider.at(elsewhere) if elsewhere else provider,
            oauth.Client(
                client_id=client_id,
                client_secret=secret.get_secret_value(),
                redirect_uri=f"{str(settings.public_url).rstrip('/')}/oauth/{name}/callback",
            ),
        )
    return found
