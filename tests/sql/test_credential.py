"""Visitors' sessions."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.support.database import Connection, acting_as_service, call, refused, run, value
from tests.support.make import Inbox, Make, sha256

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


def test_a_chat_for_signed_identities_only_refuses_everybody_else(
    db: Connection, make: Make
) -> None:
    make.inbox(make.account())
    token = value(db, "select website_token from public.channel_web_widgets")
    run(db, "update public.channel_web_widgets set hmac_mandatory = true")
    with refused("identity_required"), db.transaction():
        open_as(db, token, None)
    open_as(db, token, "u1")
