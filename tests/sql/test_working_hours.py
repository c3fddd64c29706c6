"""When an inbox is open: days, hours, time zones."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.database import Connection, acting_as, call, column, refused, rows, run, value
from tests.support.make import Account, Inbox, Make

MONDAY = "2026-11-23"


def closed(db: Connection, inbox: Inbox, at: str) -> bool:
    """Whether the inbox is out of office at this moment."""
    return bool(value(db, "select private.is_out_of_office(%s, %s::timestamptz)", inbox.id, at))


@pytest.fixture
def inbox(make: Make) -> Inbox:
    """An inbox that keeps the usual hours."""
    return make.inbox(make.account(), working_hours_enabled=True)


def test_a_new_inbox_is_open_from_monday_to_friday(db: Connection, inbox: Inbox) -> None:
    query = """
        select day_of_week, open_hour, close_hour, closed_all_day
        from public.working_hours where inbox_id = %s order by 1
    """
    assert rows(db, query, inbox.id) == [(day, 9, 17, day in (0, 6)) for day in range(7)]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (f"{MONDAY} 08:59:59Z", True),
        (f"{MONDAY} 09:00Z", False),
        (f"{MONDAY} 17:00:59Z", False),
        (f"{MONDAY} 17:01Z", True),
        ("2026-11-22 12:00Z", True),  # Sunday
        ("2026-11-28 12:00Z", True),  # Saturday
    ],
)
def test_the_first_and_the_last_minute_are_open(
    db: Connection, inbox: Inbox, at: str, expected: bool
) -> None:
    assert closed(db, inbox, at) is expected


def test_an_inbox_without_working_hours_is_never_out_of_office(
    db: Connection, make: Make, inbox: Inbox
) -> None:
    run(db, "update public.inboxes set working_hours_enabled = false")
    assert not closed(db, inbox, "2026-11-22 12:00Z")


@pytest.mark.parametrize(
    ("zone", "at", "expected"),
    [
        ("Asia/Tokyo", "2026-11-22 23:59Z", True),  # Monday 8:59 there
        ("Asia/Tokyo", "2026-11-23 00:00Z", False),
        ("America/Sao_Paulo", f"{MONDAY} 11:59Z", True),
        ("America/Sao_Paulo", f"{MONDAY} 12:00Z", False),
        ("Asia/Kathmandu", f"{MONDAY} 03:15Z", False),  # 9:00, five hours and three quarters ahead
        # Daylight saving: 9:00 in Berlin is 8:00 UTC in winter and 7:00 in summer.
        ("Europe/Berlin", "2026-03-27 07:59Z", True),
        ("Europe/Berlin", "2026-03-27 08:00Z", False),
        ("Europe/Berlin", "2026-03-30 06:59Z", True),
        ("Europe/Berlin", "2026-03-30 07:00Z", False),
    ],
)
def test_the_inbox_s_own_clock_decides(
    db: Connection, inbox: Inbox, zone: str, at: str, expected: bool
) -> None:
    run(db, "update public.inboxes set timezone = %s where id = %s", zone, inbox.id)
    assert closed(db, inbox, at) is expected


def test_administrators_set_hours(db: Connection, make: Make, inbox: Inbox) -> None:
    boss = make.administrator(Account(inbox.account_id))
    with acting_as(db, boss):
        week = call(
            db, "public.set_working_hours", p_inbox_id=inbox.id,
            p_rows=[
                {"day_of_week": 0, "open_all_day": True},
                {"day_of_week": 1, "closed_all_day": True},
                {"day_of_week": 2, "open_hour": 10, "open_minutes": 30, "close_hour": 11},
            ],
        )  # fmt: skip
    assert len(week) == 7
    assert (week[0]["open_hour"], week[0]["close_hour"], week[0]["close_minutes"]) == (0, 23, 59)
    assert not closed(db, inbox, "2026-11-22 23:59:59Z")
    assert closed(db, inbox, f"{MONDAY} 12:00Z")
    assert closed(db, inbox, "2026-11-24 10:29Z")
    assert not closed(db, inbox, "2026-11-24 10:30Z")
    assert not closed(db, inbox, "2026-11-25 12:00Z")


@pytest.mark.parametrize(
    "row",
    [
        {"day_of_week": 1, "open_hour": 22, "close_hour": 6},
        {"day_of_week": 1, "open_hour": 9, "close_hour": 9},
        {"day_of_week": 1, "close_hour": 24},
        {"day_of_week": 1, "open_minutes": 60},
        {"day_of_week": 1, "open_hour": -1},
        {"day_of_week": 1, "open_all_day": True, "closed_all_day": True},
        {"day_of_week": "Monday"},
        {"day_of_week": 1, "open_hour": 99999999999},
    ],
)
def test_hostile_hours_are_refused(
    db: Connection, make: Make, inbox: Inbox, row: dict[str, Any]
) -> None:
    boss = make.administrator(Account(inbox.account_id))
    with refused("working_hours_invalid"), acting_as(db, boss):
        call(db, "public.set_working_hours", p_inbox_id=inbox.id, p_rows=[row])
    with refused("working_hours_invalid"), acting_as(db, boss):
        call(db, "public.set_working_hours", p_inbox_id=inbox.id, p_rows={"x": 1})


def test_hours_are_read_by_the_inbox_s_agents_and_set_by_administrators(
    db: Connection, make: Make, inbox: Inbox
) -> None:
    agent, stranger = make.agent(inbox), make.administrator(make.account())
    outsider = make.agent(Account(inbox.account_id))
    query = "select count(*) from public.working_hours"
    with acting_as(db, agent):
        assert value(db, query) == 7
    for user in (outsider, stranger):
        with acting_as(db, user):
            assert value(db, query) == 0
    arguments = {"p_inbox_id": inbox.id, "p_rows": [{"day_of_week": 1}]}
    with refused("not_administrator"), acting_as(db, agent):
        call(db, "public.set_working_hours", **arguments)
    with refused("inbox_not_found"), acting_as(db, stranger):
        call(db, "public.set_working_hours", **arguments)


# The rest of an inbox's settings.


@pytest.mark.parametrize(
    ("table", "name", "bad"),
    [
        ("inboxes", "timezone", "Nowhere/Land"),
        ("inboxes", "timezone", "GMT+3"),
        ("inboxes", "avatar_url", "javascript:alert(1)"),
        ("inboxes", "auto_assignment_config", '{"max_assignment_limit": 0}'),
        ("inboxes", "auto_assignment_config", '{"max_assignment_limit": "many"}'),
        ("inboxes", "csat_config", "[]"),
        ("inboxes", "sender_name_type", "royal"),
        ("inboxes", "business_name", ""),
        ("channel_web_widgets", "features", ["mind_reading"]),
        ("channel_web_widgets", "pre_chat_form_options", "[]"),
    ],
)
def test_hostile_settings_are_refused(
    db: Connection, make: Make, inbox: Inbox, table: str, name: str, bad: object
) -> None:
    boss = make.administrator(Account(inbox.account_id))
    with refused("23514"), acting_as(db, boss):
        run(db, f"update public.{table} set {name} = %s", bad)


def test_administrators_see_and_rotate_the_identity_secret(
    db: Connection, make: Make, inbox: Inbox
) -> None:
    boss, agent = make.administrator(Account(inbox.account_id)), make.agent(inbox)
    stranger, api = make.administrator(make.account()), make.inbox(Account(inbox.account_id), "api")
    with acting_as(db, boss):
        first = call(db, "public.identity_secret", p_inbox_id=inbox.id)["secret"]
        assert call(db, "public.identity_secret", p_inbox_id=inbox.id)["secret"] == first
        second = call(db, "public.identity_secret", p_inbox_id=inbox.id, p_rotate=True)["secret"]
    assert len(first) == 64
    assert second != first
    for user, code in ((agent, "not_administrator"), (stranger, "inbox_not_found")):
        with refused(code), acting_as(db, user):
            call(db, "public.identity_secret", p_inbox_id=inbox.id)
    with refused("channel_type_invalid"), acting_as(db, boss):
        call(db, "public.identity_secret", p_inbox_id=api.id)


def test_a_deleted_inbox_is_gone_for_everybody_at_once_and_removed_in_batches(
    db: Connection, make: Make, inbox: Inbox
) -> None:
    boss, agent = make.administrator(Account(inbox.account_id)), make.agent(inbox)
    token = value(db, "select website_token from public.channel_web_widgets")
    for _ in range(3):
        make.conversation(inbox)
    with refused("not_administrator"), acting_as(db, agent):
        call(db, "public.delete_inbox", p_inbox_id=inbox.id)
    with acting_as(db, boss):
        call(db, "public.delete_inbox", p_inbox_id=inbox.id)
    for user in (boss, agent):
        with acting_as(db, user):
            assert column(db, "select id from public.inboxes") == []
            assert column(db, "select id from public.conversations") == []
    with refused("inbox_not_found"), acting_as(db, boss):
        call(db, "public.delete_inbox", p_inbox_id=inbox.id)
    assert call(db, "service.widget_config", p_website_token=token) is None
    assert column(
        db, "select payload ->> 'inbox_id' from private.jobs where kind = 'delete_inbox'"
    ) == [str(inbox.id)]
    done = [call(db, "service.delete_inbox", p_inbox_id=inbox.id, p_limit=2) for _ in range(3)]
    assert done == [False, False, True]
    assert column(db, "select id from public.inboxes where id = %s", inbox.id) == []


def test_only_a_deleted_inbox_is_removed(db: Connection, make: Make, inbox: Inbox) -> None:
    make.conversation(inbox)
    assert call(db, "service.delete_inbox", p_inbox_id=inbox.id) is True
    assert column(db, "select inbox_id from public.conversations") == [inbox.id]
