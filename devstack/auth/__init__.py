"""Supabase Auth (GoTrue), emulated: users, sessions, one-time codes and their mails.

What the official clients call below `/auth/v1` behaves as the real server does with e-mail and
anonymous sign-in on, and phone, OAuth, SSO, MFA and hooks off. It keeps its data in the schema
`auth` only, and knows nothing of the other services.
"""

from devstack.auth.app import create_app

__all__ = ["create_app"]
