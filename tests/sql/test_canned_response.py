"""Canned responses: every member of the account writes and finds them, nobody else."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.support.database import (
    Connection,
    acting_as,
    acting_as_visitor,
    call,
    column,
    refused,
    rows,
)
from tests.support.make import Account, Make, User


@pytest.fixture
def account(make: Make) -> Account:
    """An account."""
    return make.account()


@pytest.fixture
def agent(make: Make, account: Account) -> User:
    """An agent of it, of no inbox."""
    return make.agent(account)


def save(db: Connection, account: Account, code: str, content: str, id_: UUID | None = None) -> Any:
    """Save as whoever acts."""
    return call(
        db,
        "public.save_canned_response",
        p_account_id=account.id,
        p_id=id_,
        p_short_code=code,
        p_content=content,
    )


def found(db: Connection, account: Account, query: str | None) -> list[str]:
    """The short codes that a search finds, in order."""
    answer = call(db, "public.canned_response_list", p_account_id=account.id, p_query=query)
    return [row["short_code"] for row in answer["rows"]]


def test_a_member_adds_changes_and_removes(db: Connection, account: Account, agent: User) -> None:
    with acting_as(db, agent):
        added = save(db, account, " Hello ", "Hi {{contact.name}}")
        assert (added["short_code"], added["content"]) == ("hello", "Hi {{contact.name}}")
        changed = save(db, account, "hey", "Hey", UUID(added["id"]))
        assert (changed["id"], changed["short_code"]) == (added["id"], "hey")
        assert column(db, "select short_code from public.canned_responses") == ["hey"]
        call(db, "public.delete_canned_response", p_id=added["id"])
        assert column(db, "select short_code from public.canned_responses") == []


def test_strangers_neither_read_nor_write(db: Connection, make: Make, account: Account) -> None:
    id_ = make.canned_response(account)
    stranger = make.administrator(make.account())
    with acting_as(db, stranger):
        assert column(db, "select content from public.canned_responses") == []
    for code, function, arguments in (
        ("account_not_found", "canned_response_list", {"p_account_id": account.id}),
        ("canned_response_not_found", "delete_canned_response", {"p_id": id_}),
    ):
        with refused(code), acting_as(db, stranger):
            call(db, f"public.{function}", **arguments)
    with refused("account_not_found"), acting_as(db, stranger):
        save(db, account, "x", "x", id_)
    with refused("canned_response_not_found"), acting_as(db, make.agent(account)):
        save(db, account, "x", "x", uuid4())
    with refused("42501"), acting_as_visitor(db, make.visitor(make.inbox(account))):
        rows(db, "select content from public.canned_responses")


def test_nobody_writes_the_table_directly(db: Connection, make: Make, account: Account) -> None:
    make.canned_response(account)
    for statement in (
        "update public.canned_responses set content = 'x'",
        "delete from public.canned_responses",
        "insert into public.canned_responses (account_id, short_code, content) values (null, 'x', 'x')",
    ):
        with refused("42501"), acting_as(db, make.administrator(account)):
            rows(db, statement)


def test_a_short_code_is_taken_once_in_an_account(
    db: Connection, make: Make, account: Account, agent: User
) -> None:
    make.canned_response(make.account(), "hello")
    with acting_as(db, agent):
        save(db, account, "hello", "Hi")
    with refused("short_code_taken"), acting_as(db, agent):
        save(db, account, "HELLO", "Hi")


@pytest.mark.parametrize("code", ["", " ", "two words", "a/b", "a\nb", "x" * 101, None])
def test_a_short_code_is_one_word(db: Connection, account: Account, agent: User, code: Any) -> None:
    with refused("short_code_invalid"), acting_as(db, agent):
        save(db, account, code, "Hi")


@pytest.mark.parametrize("content", ["", "\u200b", "x" * 10_001, None])
def test_the_content_is_not_empty_and_not_endless(
    db: Connection, account: Account, agent: User, content: Any
) -> None:
    with refused("content_invalid"), acting_as(db, agent):
        save(db, account, "code", content)


def test_short_codes_come_before_contents(
    db: Connection, make: Make, account: Account, agent: User
) -> None:
    make.canned_response(account, "refund", "We pay back.")
    make.canned_response(account, "no-refund", "Sorry.")
    make.canned_response(account, "late", "A refund takes five days.")
    make.canned_response(account, "other", "100% sure")
    with acting_as(db, agent):
        assert found(db, account, "refund") == ["refund", "no-refund", "late"]
        assert found(db, account, None) == ["late", "no-refund", "other", "refund"]
        assert found(db, account, "%") == ["other"]
        assert found(db, account, "_") == []
        assert found(db, account, "\\") == []
