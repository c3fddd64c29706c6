"""Inviting people into an account: the database decides, Auth makes the login, a mail carries the link."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from backend import mail
from backend.access import Caller, agent_token, serves
from backend.db import Database
from backend.errors import ErrorBody, SupadeskError, Unavailable
from backend.mail import Mailer, MailError
from backend.settings import Settings

router = APIRouter(prefix="/accounts", tags=["members"])
_log = structlog.get_logger()


Email = Annotated[str, Field(min_length=3, max_length=254)]


class InvitationRequest(BaseModel):
    """Whom to invite, and as what."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    name: Annotated[str, Field(max_length=100)] = ""
    role: Annotated[str, Field(max_length=20)] = "agent"
    custom_role_id: UUID | None = None


class Invitation(BaseModel):
    """An invitation that was made."""

    id: str
    email: str
    name: str
    role: str
    custom_role_id: str | None
    expires_at: str
    link: str = Field(description="What the mail carries; good once, and only for this address.")
    sent: bool = Field(description="Whether a mail is on its way; when not, pass the link on.")


@router.post("/{account_id}/invitations", status_code=201, operation_id="invite_member")
@serves(Caller.AGENT)
async def invite(request: Request, account_id: UUID, body: InvitationRequest) -> Invitation:
    """Invite somebody; administrators only, with their own token.

    Who has no login yet gets one, by Auth's own invitation; others get ours. Either joins by opening
    the link. Fails with `not_authorized`, `account_not_found`, `not_administrator`, `role_invalid`,
    `custom_role_not_found`, `already_member`, `agent_limit_reached`, `email_invalid`.
    """
    return await _invite(request, account_id, body)


class ManyInvitationsRequest(BaseModel):
    """Whom to invite, all as the same."""

    model_config = ConfigDict(extra="forbid")

    emails: Annotated[list[Email], Field(min_length=1, max_length=30)]
    role: Annotated[str, Field(max_length=20)] = "agent"
    custom_role_id: UUID | None = None


class InvitationResult(BaseModel):
    """What became of one address: an invitation, or the reason why there is none."""

    email: str
    invitation: Invitation | None = None
    error: ErrorBody | None = None


class ManyInvitations(BaseModel):
    """In the order of the addresses, each once."""

    results: list[InvitationResult]


#: What is wrong with the request as a whole, and not with one of the addresses.
_OF_ALL = frozenset(
    {
        "not_authorized", "account_not_found", "not_administrator", "role_invalid",
        "custom_role_not_found",
    }
)  # fmt: skip


@router.post("/{account_id}/invitations/bulk", operation_id="invite_members")
@serves(Caller.AGENT)
async def invite_many(
    request: Request, account_id: UUID, body: ManyInvitationsRequest
) -> ManyInvitations:
    """Invite up to 30 addresses, each by itself: one that fails keeps no other from joining.

    Names are made of the addresses. Fails as a whole with `not_authorized`, `account_not_found`,
    `not_administrator`, `role_invalid`, `custom_role_not_found`; all else is told per address.
    """
    results = []
    for email in dict.fromkeys(given.strip().lower() for given in body.emails):
        one = InvitationRequest(
            email=email,
            name=email.partition("@")[0][:100],
            role=body.role,
            custom_role_id=body.custom_role_id,
        )
        try:
            made = await _invite(request, account_id, one)
        except SupadeskError as error:
            if error.body.code in _OF_ALL:
                raise
            results.append(InvitationResult(email=email, error=error.body))
        else:
            results.append(InvitationResult(email=email, invitation=made))
    return ManyInvitations(results=results)


async def _invite(request: Request, account_id: UUID, body: InvitationRequest) -> Invitation:
    settings: Settings = request.app.state.settings
    database: Database = request.app.state.database
    mailer: Mailer = request.app.state.mailer
    made = await database.call_as(
        agent_token(request),
        "invite_member",
        {
            "p_account_id": str(account_id),
            "p_email": body.email,
            "p_name": body.name,
            "p_role": body.role,
            "p_custom_role_id": str(body.custom_role_id) if body.custom_role_id else None,
        },
    )
    link = f"{settings.dashboard}/accept-invitation?token={made['token']}"
    kept = {key: made[key] for key in Invitation.model_fields if key in made}
    return Invitation(**kept, link=link, sent=await _deliver(database, mailer, made, link))


async def _deliver(database: Database, mailer: Mailer, made: dict[str, Any], link: str) -> bool:
    try:
        if await database.invite_login(made["email"], made["name"], link):
            return True
        words = await database.call_service("invitation_email", {"p_id": made["id"]})
        if words is None or not mailer.enabled:
            return False
        message = mail.write(
            "invitation", words["locale"], "invited",
            {
                "account_name": mail.line(words["account_name"]),
                "actor_name": mail.line(words["actor_name"] or words["account_name"]),
            },
            link=link,
        )  # fmt: skip
        await mailer.send(message, made["email"])
    except (MailError, Unavailable) as error:
        # The invitation stands: the administrator has its link, and may invite again.
        _log.warning("invitation.not_sent", reason=str(error))
        return False
    return True
