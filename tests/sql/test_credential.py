"""Visitors' sessions."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.support.database import (
    Connection,
    acting_as_service,
    acting_as_visitor,
    call,
    column,
    refused,
    rows,
    run,
    value,
)
from tests.support.make import Inbox, Make, Visitor, sha256

H = [sha256(str(n)) for n in range(5)]


@pytest.fixture
def inbox(make: Make) -> Inbox:
    """A website inbox."""
    return make.inbox(make.account())


@pytest.fixture
def token(db: Connection, inbox: Inbox) -> str:
    """Its website token."""
    found = value(db, "select website_token from public.channel_web_widgets")
    assert isinstance(found, str)
    return found


def open_session(db: Connection, token: str, new: str, old: str | None = None, **more: Any) -> Any:
    """Open or renew as the service."""
    with acting_as_service(db):
        return call(
            db,
            "service.open_visitor_session",
            p_website_token=token,
            p_new_hash=new,
            p_refresh_hash=old,
            **more,
        )


def test_a_session_is_renewed_by_its_token_which_changes_each_time(
    db: Connection, token: str
) -> None:
    first = open_session(db, token, H[0])
    second = open_session(db, token, H[1], H[0])
    assert (first["returning"], second["returning"]) == (False, True)
    assert first["contact_inbox_id"] == second["contact_inbox_id"]
    assert value(db, "select refresh_hash from private.visitor_sessions") == H[1]


def test_the_token_before_is_good_for_a_minute_only(db: Connection, token: str) -> None:
    open_session(db, token, H[0])
    open_session(db, token, H[1], H[0])
    open_session(db, token, H[2], H[0])
    run(db, "update private.visitor_sessions set rotated_at = now() - interval '2 minutes'")
    with refused("session_expired") as error:
        open_session(db, token, H[3], H[1])
    assert error["status"] == 401


def test_sessions_over_or_of_another_inbox_are_not_renewed(
    db: Connection, make: Make, inbox: Inbox, token: str
) -> None:
    open_session(db, token, H[0])
    other = make.inbox(make.account())
    other_token = value(
        db, "select website_token from public.channel_web_widgets where inbox_id = %s", other.id
    )
    with refused("session_expired"):
        open_session(db, other_token, H[1], H[0])
    run(db, "update private.visitor_sessions set expires_at = now()")
    with refused("session_expired"):
        open_session(db, token, H[1], H[0])
    with refused("session_expired"):
        open_session(db, token, H[1], "guess")


@pytest.mark.parametrize("wrong", ["", "x", "' or 1=1 --", None])
def test_unknown_website_tokens_open_nothing(db: Connection, wrong: str | None) -> None:
    with refused("inbox_not_found"):
        open_session(db, wrong or "", H[0])


def test_a_suspended_account_opens_no_session(db: Connection, token: str) -> None:
    run(db, "update public.accounts set status = 'suspended'")
    with refused("inbox_not_found"):
        open_session(db, token, H[0])


def test_sessions_per_minute_are_limited_per_client(db: Connection, token: str) -> None:
    for number in range(2):
        open_session(db, token, H[number], p_client="1.2.3.4", p_per_minute=2)
    with refused("too_many_requests"):
        open_session(db, token, H[2], p_client="1.2.3.4", p_per_minute=2)
    open_session(db, token, H[3], p_client="x" * 500, p_per_minute=2)


def test_tokens_are_stored_hashed(db: Connection, token: str) -> None:
    with refused("23514"):
        open_session(db, token, "plain text")


def test_sessions_that_are_over_are_removed(db: Connection, token: str) -> None:
    open_session(db, token, H[0])
    open_session(db, token, H[1])
    run(
        db,
        "update private.visitor_sessions set expires_at = now() - interval '1 day' where refresh_hash = %s",
        H[0],
    )
    with acting_as_service(db):
        assert call(db, "service.purge_visitor_sessions") == 1
    assert value(db, "select refresh_hash from private.visitor_sessions") == H[1]


def open_as(db: Connection, token: str, identifier: str | None, **more: Any) -> dict[str, Any]:
    """Open a session whose signature the service has checked."""
    opened = call(
        db, "service.open_visitor_session", p_website_token=token, p_new_hash=sha256(uuid4().hex),
        p_per_minute=1000, p_identifier=identifier, **more,
    )  # fmt: skip
    assert isinstance(opened, dict)
    return opened


def test_browsers_of_one_signed_identity_share_an_address(db: Connection, make: Make) -> None:
    make.inbox(make.account())
    token = value(db, "select website_token from public.channel_web_widgets")
    first, second = open_as(db, token, "u1"), open_as(db, token, "u1")
    other, nobody = open_as(db, token, "u2"), open_as(db, token, None)
    assert first["contact_inbox_id"] == second["contact_inbox_id"]
    assert len({s["contact_inbox_id"] for s in (first, other, nobody)}) == 3
    query = "select identifier, identified from public.contacts order by identifier"
    assert db.execute(query).fetchall() == [("u1", "verified"), ("u2", "verified")]


def test_who_merely_claimed_an_identity_does_not_share_its_address(
    db: Connection, make: Make
) -> None:
    inbox = make.inbox(make.account())
    token = value(db, "select website_token from public.channel_web_widgets")
    claimed = make.contact(inbox, identifier="u1", identified="claimed")
    opened = open_as(db, token, "u1")
    assert opened["contact_id"] == str(claimed.id)
    assert opened["contact_inbox_id"] != str(claimed.contact_inbox_id)


def test_somebody_else_on_the_same_page_gets_a_session_of_their_own(
    db: Connection, make: Make
) -> None:
    make.inbox(make.account())
    token = value(db, "select website_token from public.channel_web_widgets")
    refresh = sha256("first")
    first = call(
        db, "service.open_visitor_session", p_website_token=token, p_new_hash=refresh,
        p_identifier="u1",
    )  # fmt: skip
    other = open_as(db, token, "u2", p_refresh_hash=refresh)
    assert (other["contact_inbox_id"] != first["contact_inbox_id"], other["returning"]) == (
        True,
        False,
    )
    again = open_as(db, token, None, p_refresh_hash=refresh)
    assert (again["contact_inbox_id"], again["returning"]) == (first["contact_inbox_id"], True)


def wrote(
    db: Connection, session: dict[str, Any], content: str, values: dict[str, Any] | None = None
) -> UUID:
    """What the visitor of a session wrote before signing in; the conversation."""
    inbox = UUID(session["inbox_id"])
    visitor = Visitor(
        UUID(session["account_id"]), inbox, UUID(session["contact_id"]),
        UUID(session["contact_inbox_id"]),
    )  # fmt: skip
    with acting_as_visitor(db, visitor):
        if values:
            call(db, "public.widget_identify", p_values=values)
        started = call(
            db, "public.widget_start_conversation", p_message_id=uuid4(), p_content=content
        )
    return UUID(started["conversation"]["id"])


def test_who_signs_in_keeps_what_they_said_as_a_stranger(db: Connection, token: str) -> None:
    known = open_session(db, token, H[0], p_identifier="u1")
    earlier = wrote(db, known, "From my phone")
    stranger = open_session(db, token, H[1])
    talk = wrote(db, stranger, "From this laptop", {"name": "Kim", "email": "kim@example.com"})
    assert stranger["contact_id"] != known["contact_id"]

    signed_in = open_session(db, token, H[2], H[1], p_identifier="u1")
    assert (signed_in["contact_id"], signed_in["contact_inbox_id"]) == (
        known["contact_id"], known["contact_inbox_id"],
    )  # fmt: skip
    query = "select id from public.conversations where contact_id = %s and contact_inbox_id = %s"
    ids = (UUID(known["contact_id"]), UUID(known["contact_inbox_id"]))
    assert set(column(db, query, *ids)) == {earlier, talk}
    assert rows(db, "select name, identifier, email from public.contacts") == [
        ("Kim", "u1", "kim@example.com")
    ]
    # The stranger's token and address are gone.
    with refused("session_expired"):
        open_session(db, token, H[3], H[1])
    stranger_address = UUID(stranger["contact_inbox_id"])
    query = "select count(*) from public.contact_inboxes where id = %s"
    assert value(db, query, stranger_address) == 0


def test_the_first_to_sign_in_becomes_the_contact_they_were(db: Connection, token: str) -> None:
    stranger = open_session(db, token, H[0])
    talk = wrote(db, stranger, "Hi", {"identifier": "u1"})
    signed_in = open_session(db, token, H[1], H[0], p_identifier="u1")
    assert signed_in["contact_id"] == stranger["contact_id"]
    query = "select contact_inbox_id from public.conversations where id = %s"
    assert value(db, query, talk) == UUID(signed_in["contact_inbox_id"])
    assert rows(db, "select identifier, identified from public.contacts") == [("u1", "verified")]


def test_nobody_takes_what_was_said_in_another_s_name_or_session(
    db: Connection, make: Make, token: str
) -> None:
    claimed = open_session(db, token, H[0])
    talk = wrote(db, claimed, "I am u2", {"identifier": "u2"})
    other = wrote(db, open_session(db, token, H[1]), "Me too")
    # Signed in as somebody else than was claimed, without the token, and with one of another inbox.
    elsewhere = make.inbox(make.account())
    query = "select website_token from public.channel_web_widgets where inbox_id = %s"
    open_session(db, token, H[2], H[0], p_identifier="u1")
    open_session(db, token, H[3], None, p_identifier="u1")
    open_session(db, value(db, query, elsewhere.id), H[4], H[1], p_identifier="u1")
    query = """
        select contact.identifier from public.conversations as conversation
        join public.contacts as contact on contact.id = conversation.contact_id
        where conversation.id = %s
    """
    assert (value(db, query, talk), value(db, query, other)) == ("u2", None)


def test_a_chat_for_signed_identities_only_refuses_everybody_else(
    db: Connection, make: Make
) -> None:
    make.inbox(make.account())
    token = value(db, "select website_token from public.channel_web_widgets")
    run(db, "update public.channel_web_widgets set hmac_mandatory = true")
    with refused("identity_required"), db.transaction():
        open_as(db, token, None)
    open_as(db, token, "u1")
