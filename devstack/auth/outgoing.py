"""Stores a code and writes the mail that carries it; the caller sends it after the transaction."""

from __future__ import annotations

from aiohttp import web

from devstack.auth import codes, flows, users
from devstack.auth.codes import Kind
from devstack.auth.flows import Challenge
from devstack.auth.mailer import Mail
from devstack.auth.redirects import action_link, redirect_target
from devstack.auth.service import AUTH, Connection, now
from devstack.auth.users import User


async def confirmation_mail(
    request: web.Request, conn: Connection, user: User, challenge: Challenge | None
) -> tuple[User, Mail]:
    """Ask a new user to confirm the address."""
    codes.check_frequency(user, Kind.CONFIRMATION, request.app[AUTH].settings)
    if challenge is not None:
        await flows.remember(conn, user, challenge, "email/signup")
    return await _write(request, conn, user, Kind.CONFIRMATION, "signup", challenge)


async def invitation_mail(request: web.Request, conn: Connection, user: User) -> tuple[User, Mail]:
    """Invite somebody whom an administrator has entered."""
    user = await users.update(conn, user, invited_at=now())
    return await _write(request, conn, user, Kind.CONFIRMATION, "invite", None)


async def recovery_mail(
    request: web.Request, conn: Connection, user: User, kind: str, challenge: Challenge | None
) -> tuple[User, Mail]:
    """Let a user in without the password; `kind` is recovery or magiclink."""
    codes.check_frequency(user, Kind.RECOVERY, request.app[AUTH].settings)
    if challenge is not None:
        await flows.remember(conn, user, challenge, kind)
    return await _write(request, conn, user, Kind.RECOVERY, kind, challenge)


async def reauthentication_mail(
    request: web.Request, conn: Connection, user: User
) -> tuple[User, Mail]:
    """Ask a signed-in user to prove who they are."""
    settings = request.app[AUTH].settings
    codes.check_frequency(user, Kind.REAUTHENTICATION, settings)
    user, code = await codes.issue(conn, user, Kind.REAUTHENTICATION, settings)
    return user, Mail(to=user["email"], kind="reauthentication", otp=code.otp)


async def email_change_mails(
    request: web.Request, conn: Connection, user: User, email: str, challenge: Challenge | None
) -> tuple[User, list[Mail]]:
    """Ask both addresses, or only the new one, whether the user moves to the new one."""
    settings = request.app[AUTH].settings
    codes.check_frequency(user, Kind.EMAIL_CHANGE_NEW, settings)
    if challenge is not None:
        await flows.remember(conn, user, challenge, "email_change")
    user = await users.update(conn, user, email_change=email, email_change_confirm_status=0)
    asked = [(Kind.EMAIL_CHANGE_NEW, email)]
    if settings.double_confirm_changes and user["email"]:
        asked.append((Kind.EMAIL_CHANGE_CURRENT, user["email"]))
    mails = []
    for kind, address in asked:
        user, mail = await _write(request, conn, user, kind, "email_change", challenge, address)
        mails.append(mail)
    return user, mails


async def _write(
    request: web.Request,
    conn: Connection,
    user: User,
    kind: Kind,
    link_type: str,
    challenge: Challenge | None,
    address: str | None = None,
) -> tuple[User, Mail]:
    auth = request.app[AUTH]
    address = address or str(user["email"])
    user, code = await codes.issue(
        conn, user, kind, auth.settings, address=address, pkce=challenge is not None
    )
    link = action_link(auth, code.hash, link_type, redirect_target(request, auth))
    return user, Mail(to=address, kind=link_type, otp=code.otp, link=link)
