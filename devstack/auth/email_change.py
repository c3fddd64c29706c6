"""How a user's address changes once the mails have been answered."""

from __future__ import annotations

from typing import Any

from devstack.auth import codes, users
from devstack.auth.codes import Kind
from devstack.auth.service import Auth, Connection, now
from devstack.auth.users import User


async def accept(auth: Auth, conn: Connection, user: User, kind: Kind) -> User | None:
    """Count one address's consent; the changed user, or None when the other's is missing."""
    needs_both = (
        auth.settings.double_confirm_changes and not auth.autoconfirm and bool(user["email"])
    )
    if needs_both and user["email_change_confirm_status"] == 0:
        user = await codes.spend(conn, user, kind)
        await users.update(conn, user, email_change_confirm_status=1)
        return None
    return await complete(conn, user, user["email_change"])


async def complete(conn: Connection, user: User, email: str) -> User:
    """Make the new address the user's address; an anonymous user becomes a permanent one."""
    user = await users.set_email(conn, user, email, verified=True)
    await users.forget_tokens(conn, user, Kind.EMAIL_CHANGE_NEW, Kind.EMAIL_CHANGE_CURRENT)
    columns: dict[str, Any] = {
        "email_change": "",
        "email_change_token_new": "",
        "email_change_token_current": "",
        "email_change_confirm_status": 0,
        "is_anonymous": False,
        "raw_user_meta_data": users.merged(user["raw_user_meta_data"], {"email_verified": True}),
    }
    if user["email_confirmed_at"] is None:
        columns["email_confirmed_at"] = now()
    return await users.update(conn, user, **columns)
