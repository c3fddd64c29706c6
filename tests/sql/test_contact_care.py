"""What agents do with contacts: saving, finding, noting, labelling, merging, deleting."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.support.database import (
    Connection,
    Database,
    acting_as,
    acting_as_visitor,
    call,
    column,
    refused,
    rows,
    run,
    value,
)
from tests.support.make import Account, Make, User
from tests.support.together import together


def ask(db: Connection, who: User, function: str, **arguments: Any) -> Any:
    """Call a function as this person."""
    with acting_as(db, who):
        return call(db, f"public.{function}", **arguments)


def save(db: Connection, who: User, account: Account, id_: UUID | None, **values: Any) -> Any:
    """Save a contact as this person."""
    return ask(db, who, "save_contact", p_account_id=account.id, p_id=id_, p_values=values)


# Saving.


def test_a_member_adds_and_changes_a_contact(db: Connection, make: Make) -> None:
    account = make.account()
    agent = make.agent(account)
    row = save(
        db, agent, account, None, name=" Mia ", email="MIA@example.com",
        additional_attributes={"city": "Lisbon", "country": "PT"},
    )  # fmt: skip
    assert (row["name"], row["email"], row["contact_type"]) == ("Mia", "mia@example.com", "lead")
    assert (row["location"], row["country_code"]) == ("Lisbon", "PT")
    changed = save(db, agent, account, UUID(row["id"]), phone_number="+4930123", email=None)
    assert (changed["phone_number"], changed["email"], changed["name"]) == ("+4930123", None, "Mia")
    assert column(db, "select name from private.events where name like 'contact.%%'") == [
        "contact.created",
        "contact.updated",
    ]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"email": "no address"}, "contact_invalid"),
        ({"phone_number": "0049"}, "contact_invalid"),
        ({"avatar_url": "javascript:alert(1)"}, "contact_invalid"),
        ({"email": "taken@example.com"}, "contact_taken"),
        ({"identified": "verified"}, "invalid_argument"),
        ({"account_id": str(uuid4())}, "invalid_argument"),
        ({"blocked": "perhaps"}, "invalid_argument"),
        ({"custom_attributes": {"a": "x" * 1501}}, "attributes_invalid"),
        ({"additional_attributes": []}, "attributes_invalid"),
    ],
)
def test_contacts_that_make_no_sense_are_refused(
    db: Connection, make: Make, values: dict[str, Any], code: str
) -> None:
    account = make.account()
    make.contact(make.inbox(account), email="taken@example.com")
    agent = make.agent(account)
    with refused(code):
        save(db, agent, account, None, **values)


def test_strangers_save_no_contact(db: Connection, make: Make) -> None:
    account = make.account()
    contact = make.contact(make.inbox(account))
    stranger_account = make.account()
    stranger = make.administrator(stranger_account)
    with refused("account_not_found"):
        save(db, stranger, account, contact.id, name="x")
    with refused("contact_not_found"):
        save(db, stranger, stranger_account, contact.id, name="x")


@pytest.mark.parametrize(
    ("attributes", "kind"), [({"social_profiles": {}}, "visitor"), ({"social_x": "mia"}, "lead")]
)
def test_whoever_has_a_social_profile_is_a_lead(
    db: Connection, make: Make, attributes: dict[str, Any], kind: str
) -> None:
    make.contact(make.inbox(make.account()), additional_attributes=attributes)
    assert value(db, "select contact_type from public.contacts") == kind


# Finding.


def test_the_list_shows_who_can_be_reached_and_pages_without_gaps(
    db: Connection, make: Make
) -> None:
    account = make.account()
    inbox = make.inbox(account)
    agent = make.agent(account)
    make.contact(inbox, name="Nobody")
    make.contact(make.inbox(make.account()), name="Theirs", email="t@example.com")
    for number in range(7):
        make.contact(
            inbox, name=f"c{number % 3}", email=f"c{number}@example.com",
            additional_attributes={"city": f"City {number % 2}"} if number % 2 else {},
        )  # fmt: skip
    expected = {f"c{number}@example.com" for number in range(7)}
    for sort in ("name", "-name", "email", "-phone_number", "-last_activity_at", "created_at",
                 "company_name", "-city", "country"):  # fmt: skip
        found: list[str] = []
        cursor: Any = None
        cities: list[str | None] = []
        while True:
            page = ask(
                db, agent, "contact_list",
                p_account_id=account.id, p_sort=sort, p_limit=2, p_cursor=cursor,
            )  # fmt: skip
            found += [row["email"] for row in page["rows"]]
            cities += [row["location"] for row in page["rows"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert sorted(found) == sorted(expected), sort
        if sort == "email":
            assert found == sorted(found)
        if sort == "-city":
            assert cities == ["City 1"] * 3 + [None] * 4  # without a value: last


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("jose", ["José"]), ("EXAMPLE.com", ["José"]), ("4930", ["Ana"]), ("acme", ["Ana"]),
        ("%", []), ("_", []), ("\\", []), ("'; drop", []), ("", ["Ana", "José"]),
    ],
)  # fmt: skip
def test_contacts_are_found_by_any_part_of_what_names_them(
    db: Connection, make: Make, query: str, names: list[str]
) -> None:
    account = make.account()
    inbox = make.inbox(account)
    make.contact(inbox, name="José", email="jose@example.com")
    make.contact(
        inbox, name="Ana", phone_number="+4930123",
        additional_attributes={"company_name": "Acme"},
    )  # fmt: skip
    page = ask(
        db, make.agent(account), "contact_list",
        p_account_id=account.id, p_query=query, p_sort="name",
    )  # fmt: skip
    assert [row["name"] for row in page["rows"]] == names


def test_those_who_are_there_now_are_listed_to_members(db: Connection, make: Make) -> None:
    account = make.account()
    inbox = make.inbox(account)
    agent, stranger = make.agent(account), make.administrator(make.account())
    writing, reading, left, never = (make.contact(inbox, name=n) for n in ("w", "r", "l", "n"))
    for contact, seconds in ((writing, 5), (left, 100)):
        run(
            db,
            "update public.contacts set last_activity_at = now() - %s * interval '1 s' where id = %s",
            seconds, contact.id,
        )  # fmt: skip
    for contact, seconds in ((reading, 60), (never, 95)):
        run(
            db,
            """
            insert into private.contact_presence (account_id, contact_id, seen_at)
            values (%s, %s, clock_timestamp() - %s * interval '1 s')
            """,
            account.id, contact.id, seconds,
        )  # fmt: skip
    with acting_as(db, agent):
        found = call(db, "public.active_contacts", p_account_id=account.id)["rows"]
        assert [row["name"] for row in found] == ["w", "r"]
        assert (
            len(call(db, "public.active_contacts", p_account_id=account.id, p_limit=1)["rows"]) == 1
        )
    with refused("account_not_found"), acting_as(db, stranger):
        call(db, "public.active_contacts", p_account_id=account.id)
    with refused("invalid_argument"), acting_as(db, agent):
        call(db, "public.active_contacts", p_account_id=account.id, p_limit=0)


def test_contacts_are_listed_by_label_and_to_members_only(db: Connection, make: Make) -> None:
    account = make.account()
    inbox = make.inbox(account)
    make.label(account, "vip")
    agent = make.agent(account)
    contact = make.contact(inbox, email="a@example.com")
    make.contact(inbox, email="b@example.com")
    row = ask(db, agent, "set_contact_labels", p_contact_id=contact.id, p_labels=["VIP"])
    assert row["labels"] == ["vip"]
    page = ask(db, agent, "contact_list", p_account_id=account.id, p_labels=["vip", "x"])
    assert [row["email"] for row in page["rows"]] == ["a@example.com"]
    stranger = make.administrator(make.account())
    with refused("account_not_found"):
        ask(db, stranger, "contact_list", p_account_id=account.id)
    with refused("contact_not_found"):
        ask(db, stranger, "set_contact_labels", p_contact_id=contact.id, p_labels=[])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"p_sort": "password"}, "invalid_argument"),
        ({"p_sort": "name; drop table x"}, "invalid_argument"),
        ({"p_limit": 0}, "invalid_argument"),
        ({"p_cursor": {"id": "x"}}, "invalid_cursor"),
        ({"p_cursor": {"id": str(uuid4()), "at": "no time"}}, "invalid_cursor"),
    ],
)
def test_hostile_questions_for_contacts_are_refused(
    db: Connection, make: Make, arguments: dict[str, Any], code: str
) -> None:
    account = make.account()
    agent = make.agent(account)
    with refused(code):
        ask(db, agent, "contact_list", p_account_id=account.id, **arguments)


# Notes.


def test_members_write_change_and_delete_notes_about_contacts(db: Connection, make: Make) -> None:
    account = make.account()
    contact = make.contact(make.inbox(account))
    agent, stranger = make.agent(account), make.administrator(make.account())
    note = ask(db, agent, "save_note", p_contact_id=contact.id, p_id=None, p_content="Likes tea.")
    assert (note["user_id"], note["content"]) == (str(agent.id), "Likes tea.")
    with acting_as(db, stranger):
        assert column(db, "select id from public.notes") == []
    with acting_as(db, agent):
        assert column(db, "select id from public.notes") == [UUID(note["id"])]
    for function, arguments, code in (
        ("save_note", {"p_contact_id": contact.id, "p_id": note["id"], "p_content": "x"},
         "contact_not_found"),
        ("delete_note", {"p_id": note["id"]}, "note_not_found"),
    ):  # fmt: skip
        with refused(code):
            ask(db, stranger, function, **arguments)
    with refused("content_invalid"):
        ask(db, agent, "save_note", p_contact_id=contact.id, p_id=None, p_content="  ")
    with refused("note_not_found"):
        ask(db, agent, "save_note", p_contact_id=contact.id, p_id=uuid4(), p_content="x")
    ask(db, agent, "save_note", p_contact_id=contact.id, p_id=note["id"], p_content="Coffee.")
    assert column(db, "select content from public.notes") == ["Coffee."]
    ask(db, agent, "delete_note", p_id=note["id"])
    assert column(db, "select content from public.notes") == []


# Custom attributes.


def test_administrators_define_custom_attributes_and_members_read_them(
    db: Connection, make: Make
) -> None:
    account = make.account()
    boss, agent = make.administrator(account), make.agent(account)
    stranger = make.administrator(make.account())
    values = {"attribute_model": "contact_attribute", "attribute_key": "plan", "display_name": "Plan",
              "display_type": "list", "list_values": ["free", "pro"]}  # fmt: skip
    arguments = {"p_account_id": account.id, "p_id": None, "p_values": values}
    saved = ask(db, boss, "save_custom_attribute", **arguments)
    assert saved["list_values"] == ["free", "pro"]
    with refused("not_administrator"):
        ask(db, agent, "save_custom_attribute", **arguments)
    with refused("account_not_found"):
        ask(db, stranger, "save_custom_attribute", **arguments)
    with refused("attribute_key_taken"):
        ask(db, boss, "save_custom_attribute", **arguments)
    renamed = ask(
        db, boss, "save_custom_attribute",
        p_account_id=account.id, p_id=saved["id"], p_values={"display_name": "Tariff"},
    )  # fmt: skip
    assert (renamed["display_name"], renamed["attribute_key"]) == ("Tariff", "plan")
    found = "select id from public.custom_attribute_definitions"
    with acting_as(db, agent):
        assert len(column(db, found)) == 1
    with acting_as(db, stranger):
        assert column(db, found) == []
    with refused("custom_attribute_not_found"):
        ask(db, stranger, "delete_custom_attribute", p_id=saved["id"])
    ask(db, boss, "delete_custom_attribute", p_id=saved["id"])
    assert column(db, found) == []


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"attribute_key": "status"}, "custom_attribute_invalid"),
        ({"attribute_key": "email", "attribute_model": "contact_attribute"}, "custom_attribute_invalid"),
        ({"attribute_key": "two words"}, "custom_attribute_invalid"),
        ({"attribute_key": None}, "custom_attribute_invalid"),
        ({"attribute_model": "company"}, "custom_attribute_invalid"),
        ({"display_name": " "}, "custom_attribute_invalid"),
        ({"display_type": "colour"}, "custom_attribute_invalid"),
        ({"list_values": "free"}, "invalid_argument"),
        ({"id": str(uuid4())}, "invalid_argument"),
    ],
)  # fmt: skip
def test_custom_attributes_that_make_no_sense_are_refused(
    db: Connection, make: Make, values: dict[str, Any], code: str
) -> None:
    account = make.account()
    boss = make.administrator(account)
    with refused(code):
        ask(
            db, boss, "save_custom_attribute", p_account_id=account.id, p_id=None,
            p_values={"attribute_key": "plan", "display_name": "Plan", **values},
        )  # fmt: skip


# Merging.


def test_merging_moves_everything_and_the_base_wins(db: Connection, make: Make) -> None:
    account = make.account()
    inbox = make.inbox(account)
    agent = make.agent(inbox)
    base = make.contact(
        inbox, name="Mia", custom_attributes={"plan": "pro", "a": {"x": 1}}, labels=["a"]
    )
    mergee = make.contact(
        inbox, name="M.", email="mia@example.com", blocked=True, labels=["b"],
        custom_attributes={"plan": "free", "since": 2020, "a": {"x": 2, "y": 3}},
    )  # fmt: skip
    conversation = make.conversation(inbox, mergee, status="open")
    message = make.incoming(conversation)
    make.contact_note(account, mergee.id, agent)
    row = ask(db, agent, "merge_contacts", p_base_id=base.id, p_mergee_id=mergee.id)
    assert (row["name"], row["email"], row["blocked"]) == ("Mia", "mia@example.com", True)
    assert row["labels"] == ["a", "b"]
    assert row["custom_attributes"] == {"plan": "pro", "since": 2020, "a": {"x": 1, "y": 3}}
    for table in ("conversations", "contact_inboxes", "notes"):
        assert column(db, f"select distinct contact_id from public.{table}") == [base.id]
    sender = "select sender_contact_id from public.messages where id = %s"
    assert value(db, sender, message) == base.id
    assert column(db, "select id from public.contacts") == [base.id]
    assert "contact.merged" in column(db, "select name from private.events")


def test_merging_a_contact_with_themselves_changes_nothing(db: Connection, make: Make) -> None:
    account = make.account()
    contact = make.contact(make.inbox(account), name="Mia")
    row = ask(
        db, make.agent(account), "merge_contacts", p_base_id=contact.id, p_mergee_id=contact.id
    )
    assert row["name"] == "Mia"


def test_contacts_of_two_accounts_are_never_merged(db: Connection, make: Make) -> None:
    ours, theirs = make.inbox(make.account()), make.inbox(make.account())
    mine, other = make.contact(ours), make.contact(theirs)
    agent, both = make.agent(ours), make.agent(ours)
    make.membership(Account(theirs.account_id), both)
    for who in (agent, both):
        with refused("contact_not_found"):
            ask(db, who, "merge_contacts", p_base_id=mine.id, p_mergee_id=other.id)


def test_two_who_merge_crosswise_lose_no_message(database: Database) -> None:
    with database.connect() as conn:
        make = Make(conn)
        inbox = make.inbox(make.account())
        agent = make.agent(inbox)
        pair = [make.contact(inbox), make.contact(inbox)]
        for contact in pair:
            make.incoming(make.conversation(inbox, contact))

    def merge(number: int, conn: Connection) -> None:
        base, mergee = (pair[number], pair[1 - number])
        ask(conn, agent, "merge_contacts", p_base_id=base.id, p_mergee_id=mergee.id)

    outcomes = together(database, 2, merge)
    assert sum(outcome is None for outcome in outcomes) == 1
    with database.connect() as conn:
        assert value(conn, "select count(*) from public.messages") == 2
        assert value(conn, "select count(*) from public.contacts") == 1


# Saying who one is.


def identify(
    db: Connection, contact: UUID, verified: list[str] | None = None, **values: Any
) -> UUID:
    """Who remains when this contact says who they are."""
    remaining = call(
        db, "private.identify_contact",
        p_contact_id=contact, p_values=values, p_verified=verified or [],
    )  # fmt: skip
    assert isinstance(remaining, UUID)
    return remaining


def test_identify_does_not_merge_by_email_when_the_identifier_differs(
    db: Connection, make: Make
) -> None:
    """Worked example 16."""
    inbox = make.inbox(make.account())
    x = make.contact(inbox, identifier="u2", email="e@example.com")
    s = make.contact(inbox)
    everything = ["identifier", "email"]
    assert identify(db, s.id, everything, identifier="u1", email="e@example.com") == s.id
    found = "select identifier, email from public.contacts where id = %s"
    assert rows(db, found, s.id) == [("u1", None)]
    assert rows(db, found, x.id) == [("u2", "e@example.com")]


@pytest.mark.parametrize(
    ("key", "same"),
    [("identifier", "u1"), ("email", "e@example.com"), ("phone_number", "+4930123")],
)
def test_what_is_proven_merges_and_what_is_claimed_does_not(
    db: Connection, make: Make, key: str, same: str
) -> None:
    inbox = make.inbox(make.account())
    x = make.contact(inbox, name="X", **{key: same})
    s = make.contact(inbox)
    make.conversation(inbox, s)
    claim: dict[str, Any] = {key: same}
    assert identify(db, s.id, **claim, name="S") == s.id
    assert value(db, f"select {key} from public.contacts where id = %s", s.id) is None
    assert value(db, "select name from public.contacts where id = %s", x.id) == "X"
    assert identify(db, s.id, [key], **claim) == x.id
    assert column(db, "select contact_id from public.conversations") == [x.id]
    assert value(db, "select identified from public.contacts") == "verified"


def test_identify_leaves_out_what_is_malformed_and_merges_attributes(
    db: Connection, make: Make
) -> None:
    inbox = make.inbox(make.account())
    contact = make.contact(inbox, name="Mia", custom_attributes={"a": 1, "b": 1})
    identify(
        db, contact.id, email="nonsense", phone_number="1", avatar_url="javascript:x", name=" ",
        custom_attributes={"b": 2, "c": 3}, additional_attributes="text",
    )  # fmt: skip
    assert rows(
        db,
        "select name, email, phone_number, avatar_url, custom_attributes, identified from public.contacts",
    ) == [("Mia", None, None, None, {"a": 1, "b": 2, "c": 3}, "anonymous")]


def test_what_a_visitor_claims_is_not_taken_from_another(db: Connection, make: Make) -> None:
    inbox = make.inbox(make.account())
    make.contact(inbox, identifier="u1", name="Known")
    visitor = make.visitor(inbox)
    with acting_as_visitor(db, visitor):
        call(db, "public.widget_identify", p_values={"identifier": "u1", "name": "Me"})
    assert rows(
        db,
        "select name, identifier, identified from public.contacts where id = %s",
        visitor.contact_id,
    ) == [("Me", None, "anonymous")]
    with refused("invalid_argument"), acting_as_visitor(db, visitor):
        call(db, "public.widget_identify", p_values=None)


# Deleting.


def test_administrators_delete_contacts_with_all_they_said(db: Connection, make: Make) -> None:
    account = make.account()
    inbox = make.inbox(account)
    contact = make.contact(inbox)
    make.incoming(make.conversation(inbox, contact))
    boss, agent = make.administrator(account), make.agent(inbox)
    stranger = make.administrator(make.account())
    for who, code in (
        (agent, "not_administrator"), (stranger, "contact_not_found"), (boss, "contact_online"),
    ):  # fmt: skip
        with refused(code):
            ask(db, who, "delete_contact", p_id=contact.id)
    run(db, "update public.contacts set last_activity_at = now() - interval '1 hour'")
    ask(db, boss, "delete_contact", p_id=contact.id)
    for table in ("contacts", "conversations", "messages", "contact_inboxes"):
        assert value(db, f"select count(*) from public.{table}") == 0
