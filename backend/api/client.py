"""The public client API of API inboxes: another program writes for the contacts it serves.

Whoever knows an inbox's identifier may make contacts in it; whoever knows a contact's source_id may write as
it.
Where that is not enough, the inbox demands an identity signed with its secret (`hmac_mandatory`).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, field_validator

from backend.access import Caller, serves
from backend.auth import VisitorIdentity, VisitorTokens
from backend.db import Database
from backend.errors import SupadeskError

router = APIRouter(prefix="/public/api/v1/inboxes/{identifier}", tags=["client API"])

Identifier = Annotated[str, Path(pattern=r"^[A-Za-z0-9]{16,64}$")]
SourceId = Annotated[str, Path(min_length=1, max_length=255)]
DisplayId = Annotated[int, Path(ge=1, le=2**53)]
Text = Annotated[str, Field(max_length=255)]
MAX_ATTRIBUTES = 20_000  # characters of JSON


class Body(BaseModel):
    """What programs send: unknown keys are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid")


def _small(value: dict[str, Any] | None) -> dict[str, Any] | None:
    if value is not None and len(json.dumps(value)) > MAX_ATTRIBUTES:
        raise ValueError(f"attributes have {MAX_ATTRIBUTES} characters of JSON at most")
    return value


class ContactBody(Body):
    """A contact as the program knows it."""

    source_id: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    name: Text | None = None
    email: (
        Annotated[str, Field(max_length=254, pattern=r"^\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*$")] | None
    ) = None
    phone_number: Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")] | None = None
    avatar_url: Annotated[str, Field(max_length=2000, pattern=r"^https?://")] | None = None
    identifier: Text | None = None
    identifier_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    custom_attributes: dict[str, Any] | None = None

    _attributes = field_validator("custom_attributes")(_small)


class ConversationBody(Body):
    """A new conversation."""

    custom_attributes: dict[str, Any] | None = None

    _attributes = field_validator("custom_attributes")(_small)


class MessageBody(Body):
    """What the contact wrote. One of the two ids makes sending again send once."""

    content: Annotated[str, Field(min_length=1, max_length=150_000)]
    source_id: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    echo_id: Annotated[str, Field(min_length=1, max_length=255)] | None = None


class StatusBody(Body):
    """What became of an agent's message."""

    status: Literal["sent", "delivered", "read", "failed"]
    external_error: Annotated[str, Field(max_length=1000)] | None = None


class TypingBody(Body):
    """Whether the contact is typing."""

    typing_status: Literal["on", "off"]


class Contact(BaseModel):
    """A contact, and what its app needs to listen."""

    source_id: str
    pubsub_token: str = Field(description="A Realtime token for `topic`; good for half an hour.")
    topic: str
    id: str
    name: str
    email: str | None
    phone_number: str | None
    identifier: str | None


async def _call(request: Request, function: str, arguments: dict[str, Any]) -> Any:
    database: Database = request.app.state.database
    return await database.call_service(function, arguments)


async def _inbox(request: Request, identifier: str) -> dict[str, Any]:
    found = await _call(request, "api_inbox", {"p_identifier": identifier})
    if found is None:
        raise SupadeskError(404, "inbox_not_found", "There is no API inbox with this identifier.")
    return dict(found)


def _verified(inbox: dict[str, Any], body: ContactBody) -> bool:
    """Whether the program proved who the contact is. Raises `identity_invalid`, `identity_required`."""
    if body.identifier_hash is None:
        if inbox["hmac_mandatory"]:
            raise SupadeskError(
                401,
                "identity_required",
                "This inbox takes contacts with a signed identifier only.",
                hint="Send identifier, and identifier_hash: its HMAC-SHA256 with the inbox's hmac_token.",
            )
        return False
    expected = hmac.new(
        str(inbox["hmac_token"]).encode(), (body.identifier or "").encode(), hashlib.sha256
    )
    if not body.identifier or not hmac.compare_digest(expected.hexdigest(), body.identifier_hash):
        raise SupadeskError(401, "identity_invalid", "The identifier_hash does not fit.")
    return True


async def _save(
    request: Request, identifier: str, source_id: str | None, body: ContactBody, *, create: bool
) -> Contact:
    inbox = await _inbox(request, identifier)
    verified = _verified(inbox, body)
    contact = body.model_dump(exclude={"source_id", "identifier_hash"}, exclude_none=True)
    saved = await _call(
        request,
        "api_save_contact",
        {
            "p_inbox_id": inbox["inbox_id"],
            "p_source_id": source_id,
            "p_contact": {**contact, "verified": verified},
            "p_create": create,
        },
    )
    tokens: VisitorTokens = request.app.state.visitor_tokens
    token = tokens.mint(
        VisitorIdentity(
            account_id=saved["account_id"],
            inbox_id=inbox["inbox_id"],
            contact_id=saved["contact_id"],
            contact_inbox_id=saved["contact_inbox_id"],
        )
    )
    return Contact(
        **{key: saved[key] for key in Contact.model_fields if key in saved},
        pubsub_token=token.token,
        topic=f"visitor:{saved['contact_inbox_id']}",
    )


@router.get("", operation_id="client_inbox")
@serves(Caller.PROGRAM)
async def inbox(request: Request, identifier: Identifier) -> dict[str, Any]:
    """The inbox's name and times. Fails with `inbox_not_found`."""
    found = await _inbox(request, identifier)
    return {key: found[key] for key in ("name", "timezone", "working_hours_enabled")}


@router.post("/contacts", operation_id="client_create_contact")
@serves(Caller.PROGRAM)
async def create_contact(request: Request, identifier: Identifier, body: ContactBody) -> Contact:
    """A contact of this inbox; the same source_id again is the same contact.

    Fails with `inbox_not_found`, `identity_required`, `identity_invalid`, `too_many_requests`.
    """
    return await _save(request, identifier, body.source_id, body, create=True)


@router.get("/contacts/{source_id}", operation_id="client_contact")
@serves(Caller.PROGRAM)
async def contact(request: Request, identifier: Identifier, source_id: SourceId) -> Contact:
    """The contact. Fails with `inbox_not_found`, `contact_not_found`."""
    inbox = await _inbox(request, identifier)
    if inbox["hmac_mandatory"]:
        raise SupadeskError(401, "identity_required", "Send PATCH with a signed identifier.")
    return await _save(request, identifier, source_id, ContactBody(), create=False)


@router.patch("/contacts/{source_id}", operation_id="client_update_contact")
@serves(Caller.PROGRAM)
async def update_contact(
    request: Request, identifier: Identifier, source_id: SourceId, body: ContactBody
) -> Contact:
    """Change what is known of the contact. Fails like creating one, and with `contact_not_found`."""
    return await _save(request, identifier, source_id, body, create=False)


async def _of_contact(
    request: Request, identifier: str, source_id: str, function: str, **more: Any
) -> Any:
    inbox = await _inbox(request, identifier)
    return await _call(
        request, function, {"p_inbox_id": inbox["inbox_id"], "p_source_id": source_id, **more}
    )


@router.get("/contacts/{source_id}/conversations", operation_id="client_conversations")
@serves(Caller.PROGRAM)
async def conversations(
    request: Request, identifier: Identifier, source_id: SourceId
) -> list[dict[str, Any]]:
    """The contact's conversations, newest first. Fails with `inbox_not_found`, `contact_not_found`."""
    return list(await _of_contact(request, identifier, source_id, "api_conversations"))


@router.post("/contacts/{source_id}/conversations", operation_id="client_start_conversation")
@serves(Caller.PROGRAM)
async def start_conversation(
    request: Request, identifier: Identifier, source_id: SourceId, body: ConversationBody
) -> dict[str, Any]:
    """A new conversation. Fails with `inbox_not_found`, `contact_not_found`, `too_many_requests`."""
    return dict(
        await _of_contact(
            request,
            identifier,
            source_id,
            "api_start_conversation",
            p_custom_attributes=body.custom_attributes or {},
        )
    )


@router.get(
    "/contacts/{source_id}/conversations/{display_id}/messages", operation_id="client_messages"
)
@serves(Caller.PROGRAM)
async def messages(
    request: Request,
    identifier: Identifier,
    source_id: SourceId,
    display_id: DisplayId,
    before: Annotated[int | None, Query(ge=1)] = None,
) -> list[dict[str, Any]]:
    """The newest 50 messages before a `seq`, oldest first: no notes, no activity lines.

    Fails with `inbox_not_found`, `contact_not_found`, `conversation_not_found`.
    """
    return list(
        await _of_contact(
            request,
            identifier,
            source_id,
            "api_messages",
            p_display_id=display_id,
            p_before_seq=before,
        )
    )


@router.post(
    "/contacts/{source_id}/conversations/{display_id}/messages", operation_id="client_send_message"
)
@serves(Caller.PROGRAM)
async def send_message(
    request: Request,
    identifier: Identifier,
    source_id: SourceId,
    display_id: DisplayId,
    body: MessageBody,
) -> dict[str, Any]:
    """The contact writes. The same source_id or echo_id again returns the same message.

    Fails with `inbox_not_found`, `contact_not_found`, `conversation_not_found`, `message_id_taken`,
    `too_many_requests`.
    """
    return dict(
        await _of_contact(
            request,
            identifier,
            source_id,
            "api_send_message",
            p_display_id=display_id,
            p_message=body.model_dump(exclude_none=True),
        )
    )


@router.patch(
    "/contacts/{source_id}/conversations/{display_id}/messages/{message_id}",
    operation_id="client_update_message",
)
@serves(Caller.PROGRAM)
async def update_message(
    request: Request,
    identifier: Identifier,
    source_id: SourceId,
    display_id: DisplayId,
    message_id: Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")],
    body: StatusBody,
) -> dict[str, Any]:
    """What became of an agent's message. Fails with `message_not_found`, `status_invalid` and as above."""
    return dict(
        await _of_contact(
            request,
            identifier,
            source_id,
            "api_update_message",
            p_display_id=display_id,
            p_message_id=message_id,
            p_status=body.model_dump(exclude_none=True),
        )
    )


async def _act(
    request: Request,
    identifier: str,
    source_id: str,
    display_id: int,
    action: str,
    *,
    typing: bool = False,
) -> dict[str, Any]:
    return dict(
        await _of_contact(
            request,
            identifier,
            source_id,
            "api_conversation_action",
            p_display_id=display_id,
            p_action=action,
            p_typing=typing,
        )
    )


@router.post(
    "/contacts/{source_id}/conversations/{display_id}/toggle_status",
    operation_id="client_toggle_status",
)
@serves(Caller.PROGRAM)
async def toggle_status(
    request: Request, identifier: Identifier, source_id: SourceId, display_id: DisplayId
) -> dict[str, Any]:
    """Resolve an open conversation, open any other. Fails with `conversation_not_found` and as above."""
    return await _act(request, identifier, source_id, display_id, "toggle_status")


@router.post(
    "/contacts/{source_id}/conversations/{display_id}/update_last_seen",
    operation_id="client_update_last_seen",
)
@serves(Caller.PROGRAM)
async def update_last_seen(
    request: Request, identifier: Identifier, source_id: SourceId, display_id: DisplayId
) -> dict[str, Any]:
    """The contact has read what agents wrote. Fails with `conversation_not_found` and as above."""
    return await _act(request, identifier, source_id, display_id, "update_last_seen")


@router.post(
    "/contacts/{source_id}/conversations/{display_id}/toggle_typing",
    operation_id="client_toggle_typing",
)
@serves(Caller.PROGRAM)
async def toggle_typing(
    request: Request,
    identifier: Identifier,
    source_id: SourceId,
    display_id: DisplayId,
    body: TypingBody,
) -> dict[str, Any]:
    """The contact types, or stopped. Fails with `conversation_not_found` and as above."""
    on = body.typing_status == "on"
    return await _act(request, identifier, source_id, display_id, "toggle_typing", typing=on)
