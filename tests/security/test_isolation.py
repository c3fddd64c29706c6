"""Two companies with a row in every table; each caller reaches for the other's, by table and by function.

Generated from the catalogue: a table without rows in this world, or a function without an entry
below, fails, so nothing can be added without being attacked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.support.database import (
    Connection,
    acting_as,
    acting_as_anon,
    acting_as_visitor,
    call,
    column,
    error_code,
    rows,
    value,
)
from tests.support.make import Account, Conversation, Inbox, Make, Team, User, Visitor


@dataclass(frozen=True, slots=True)
class Company:
    """One tenant with everything in it."""

    account: Account
    inbox: Inbox
    admin: User
    agent: User
    outsider: User  # an agent of the account who works another inbox only
    visitor: Visitor
    conversation: Conversation
    display_id: int
    contact_id: UUID
    connected: Inbox
    templated: Inbox
    api_inbox: Inbox
    team: Team
    role_id: UUID
    invitation_id: UUID
    label_id: UUID
    note_id: UUID
    attribute_id: UUID
    message_id: UUID
    own_message_id: UUID  # the administrator's
    failed_message_id: UUID
    form_id: UUID
    canned_response_id: UUID
    filter_id: UUID


def company(make: Make, name: str) -> Company:
    """Fill one tenant: at least one row in each table."""
    account = make.account(name)
    inbox = make.inbox(account)
    admin = make.administrator(account)
    agent = make.agent(inbox)
    outsider = make.agent(make.inbox(account, "api"))
    visitor = make.visitor(inbox)
    with acting_as(make.db, admin):
        make.db.execute("update public.accounts set support_email = 'help@example.com'")
    with acting_as_visitor(make.db, visitor):
        started = call(
            make.db,
            "public.widget_start_conversation",
            p_message_id=uuid4(),
            p_content=f"CANARY {name}",
        )
    conversation_id = UUID(started["conversation"]["id"])
    contact, address, number = rows(
        make.db,
        "select contact_id, contact_inbox_id, display_id from public.conversations where id = %s",
        conversation_id,
    )[0]
    conversation = Conversation(conversation_id, account.id, inbox.id, contact, address)
    make.note(
        conversation,
        admin,
        f"CANARY note {name} (mention://user/{agent.id}/A) (mention://user/{admin.id}/B)",
    )
    make.note(conversation, agent, f"CANARY (mention://user/{admin.id}/B)")
    make.outgoing(conversation, agent, f"CANARY reply {name}")
    make.participant(conversation, agent)
    make.db.execute(
        "update public.contacts set last_activity_at = null where account_id = %s", (account.id,)
    )
    edited = make.outgoing(conversation, agent, f"CANARY reply {name}")
    make.version(conversation, edited)
    make.attachment(conversation, edited)
    return Company(
        account,
        inbox,
        admin,
        agent,
        outsider,
        visitor,
        conversation,
        number,
        contact,
        connected=make.connection(
            account, "telegram", f"bot-{account.id}", {"bot_token": f"CANARY token {name}"}
        ),
        templated=make.templates(
            make.connection(
                account, "whatsapp_cloud", f"number-{account.id}", {"access_token": "t"}
            )
        ),
        api_inbox=make.inbox(account, "api"),
        team=make.team(account, agent, name="canary"),
        role_id=make.custom_role(account, "conversation_manage"),
        invitation_id=make.invitation(account, admin),
        label_id=make.label(account, "vip"),
        note_id=make.contact_note(account, contact, agent),
        attribute_id=make.custom_attribute(account, "plan"),
        message_id=edited,
        own_message_id=make.outgoing(conversation, admin),
        form_id=make.outgoing(
            conversation, None, "E-mail?", message_type="template", content_type="input_email"
        ),
        failed_message_id=make.outgoing(conversation, agent, status="failed"),
        canned_response_id=make.canned_response(account),
        filter_id=make.custom_filter(account),
    )


@pytest.fixture
def world(make: Make) -> tuple[Company, Company]:
    """Ours and theirs."""
    return company(make, "ours"), company(make, "theirs")


def tables(db: Connection) -> list[str]:
    """Every table that the API exposes."""
    return column(
        db,
        """
        select c.oid::regclass::text from pg_class c
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') order by 1
        """,
    )


def tenant_column(db: Connection, table: str) -> str | None:
    """The column that says whose row it is."""
    names = column(
        db,
        "select attname::text from pg_attribute where attrelid = %s::regclass and attnum > 0",
        table,
    )
    return "account_id" if "account_id" in names else "id" if table == "accounts" else None


def seen(db: Connection, table: str) -> int:
    """How many rows of a table the caller sees; a refusal counts as none."""
    readable = column(
        db,
        """
        select quote_ident(attname) from pg_attribute
        where attrelid = %s::regclass and attnum > 0 and not attisdropped
            and has_column_privilege(current_user, attrelid, attnum, 'SELECT')
        """,
        f"public.{table}",
    )
    if not readable:
        return 0
    return len(rows(db, f"select {', '.join(readable)} from public.{table}"))


def test_every_table_has_rows_of_both_companies(
    db: Connection, world: tuple[Company, Company]
) -> None:
    for table in tables(db):
        owner = tenant_column(db, table)
        for side in world:
            query = f"select count(*) from {table}"
            found = (
                value(db, f"{query} where {owner} = %s", side.account.id)
                if owner
                else value(db, query)
            )
            assert found > 0, f"{table} has no row of a company: add one to this world"


def test_nobody_without_a_token_sees_a_row(db: Connection, world: tuple[Company, Company]) -> None:
    for table in tables(db):
        with acting_as_anon(db):
            assert seen(db, table) == 0, table


def test_a_visitor_reads_no_table(db: Connection, world: tuple[Company, Company]) -> None:
    ours, _ = world
    for table in tables(db):
        with acting_as_visitor(db, ours.visitor):
            assert seen(db, table) == 0, table


@pytest.mark.parametrize("who", ["admin", "agent", "outsider"])
def test_an_agent_sees_rows_of_their_own_company_only(
    db: Connection, world: tuple[Company, Company], who: str
) -> None:
    ours, theirs = world
    for table in tables(db):
        owner = tenant_column(db, table)
        with acting_as(db, getattr(ours, who)):
            if owner:
                found = value(
                    db, f"select count({owner}) from {table} where {owner} = %s", theirs.account.id
                )
            else:
                assert table == "users", f"say whose rows {table} has"
                found = value(
                    db, "select count(id) from users where id = any (%s)",
                    [theirs.admin.id, theirs.agent.id, theirs.outsider.id],
                )  # fmt: skip
        assert found == 0, table
        if who == "admin":
            with acting_as(db, ours.admin):
                assert seen(db, table) > 0, f"{table}: the rightful reader sees nothing"


def test_an_agent_outside_the_inbox_sees_nothing_of_it(
    db: Connection, world: tuple[Company, Company]
) -> None:
    ours, _ = world
    for table in ("conversations", "messages", "contact_inboxes", "channel_web_widgets"):
        query = f"select count(inbox_id) from {table} where inbox_id = %s"
        with acting_as(db, ours.outsider):
            assert value(db, query, ours.inbox.id) == 0, table
        with acting_as(db, ours.agent):
            assert value(db, query, ours.inbox.id) > 0, table


def test_nobody_changes_a_row_of_the_other_company(
    db: Connection, world: tuple[Company, Company]
) -> None:
    ours, theirs = world
    for table in tables(db):
        owner = tenant_column(db, table)
        writable = column(
            db,
            """
            select quote_ident(attname) from pg_attribute
            where attrelid = %s::regclass and attnum > 0 and not attisdropped
                and has_column_privilege('authenticated', attrelid, attnum, 'UPDATE')
            """,
            table,
        )
        for name in writable:
            update = f"update {table} set {name} = default"
            with acting_as(db, ours.admin):
                if owner:
                    touched = db.execute(
                        f"{update} where {owner} = %s".encode(), (theirs.account.id,)
                    ).rowcount
                else:
                    touched = db.execute(
                        f"{update} where id <> %s".encode(), (ours.admin.id,)
                    ).rowcount
            assert touched == 0, f"{table}.{name}"


Arguments = Callable[[Company], dict[str, Any]]
UPLOAD = Jsonb(
    [{"id": str(UUID(int=7)), "file_name": "a.png", "content_type": "image/png", "byte_size": 9}]
)

#: For each function that takes an id: what its rightful caller passes. The attack passes the same
#: arguments, made from the other company.
AGENTS: dict[str, Arguments] = {
    "assign_conversation": lambda c: {
        "p_conversation_id": c.conversation.id,
        "p_assignee_id": c.agent.id,
    },
    "bulk_update": lambda c: {"p_ids": [c.conversation.id], "p_changes": {"priority": "low"}},
    "bulk_update_each": lambda c: {"p_ids": [c.conversation.id], "p_changes": {"priority": "low"}},
    "delete_conversation": lambda c: {"p_conversation_id": c.conversation.id},
    "start_conversation": lambda c: {
        "p_account_id": c.account.id,
        "p_contact_id": c.contact_id,
        "p_inbox_id": c.inbox.id,
        "p_message_id": uuid4(),
        "p_content": "x",
    },
    "contact_list": lambda c: {"p_account_id": c.account.id},
    "contact_filter": lambda c: {
        "p_account_id": c.account.id,
        "p_conditions": Jsonb(
            [{"attribute_key": "blocked", "filter_operator": "equal_to", "values": ["false"]}]
        ),
    },
    "api_channel_settings": lambda c: {"p_inbox_id": c.api_inbox.id},
    "connect_channel": lambda c: {
        "p_account_id": c.account.id,
        "p_name": "Bot",
        "p_channel_type": "telegram",
        "p_address": f"new-{c.account.id}",
    },
    "begin_mailbox_sign_in": lambda c: {
        "p_account_id": c.account.id,
        "p_provider": "google",
        "p_state_hash": "0" * 64,
        "p_verifier": "v" * 43,
        "p_inbox_name": "Mail",
    },
    "begin_channel_action": lambda c: {"p_inbox_id": c.connected.id, "p_action": "check"},
    "channel_test_recipients": lambda c: {"p_inbox_id": c.connected.id},
    "connection_failures": lambda c: {"p_inbox_id": c.connected.id},
    "reconnect_channel": lambda c: {"p_inbox_id": c.connected.id, "p_secrets": {"bot_token": "x"}},
    "reply_window": lambda c: {"p_conversation_id": c.conversation.id},
    "sync_templates": lambda c: {"p_inbox_id": c.templated.id},
    "template_list": lambda c: {"p_inbox_id": c.templated.id},
    "save_api_channel": lambda c: {
        "p_inbox_id": c.api_inbox.id,
        "p_webhook_url": "https://x.example/",
    },
    "canned_response_list": lambda c: {"p_account_id": c.account.id},
    "conversation_by_display_id": lambda c: {
        "p_account_id": c.account.id,
        "p_display_id": c.display_id,
    },
    "conversation_filter": lambda c: {
        "p_account_id": c.account.id,
        "p_conditions": Jsonb(
            [{"attribute_key": "status", "filter_operator": "equal_to", "values": ["open"]}]
        ),
    },
    "conversation_list": lambda c: {"p_account_id": c.account.id, "p_tab": "all"},
    "conversation_rows": lambda c: {"p_ids": [c.conversation.id]},
    "create_inbox": lambda c: {
        "p_account_id": c.account.id,
        "p_name": "New",
        "p_channel_type": "api",
    },
    "delete_custom_role": lambda c: {"p_id": c.role_id},
    "delete_notifications": lambda c: {"p_account_id": c.account.id},
    "delete_team": lambda c: {"p_id": c.team.id},
    "delete_contact": lambda c: {"p_id": c.contact_id},
    "delete_custom_attribute": lambda c: {"p_id": c.attribute_id},
    "delete_note": lambda c: {"p_id": c.note_id},
    "merge_contacts": lambda c: {"p_base_id": c.contact_id, "p_mergee_id": c.contact_id},
    "save_contact": lambda c: {
        "p_account_id": c.account.id,
        "p_id": c.contact_id,
        "p_values": {"name": "x"},
    },
    "save_custom_attribute": lambda c: {
        "p_account_id": c.account.id,
        "p_id": c.attribute_id,
        "p_values": {"display_name": "x"},
    },
    "save_note": lambda c: {"p_contact_id": c.contact_id, "p_id": c.note_id, "p_content": "x"},
    "set_contact_labels": lambda c: {"p_contact_id": c.contact_id, "p_labels": ["vip"]},
    "delete_inbox": lambda c: {"p_inbox_id": c.inbox.id},
    "delete_label": lambda c: {"p_id": c.label_id},
    "delete_custom_filter": lambda c: {"p_id": c.filter_id},
    "save_custom_filter": lambda c: {
        "p_account_id": c.account.id,
        "p_id": c.filter_id,
        "p_name": "x",
        "p_conditions": Jsonb(
            [{"attribute_key": "status", "filter_operator": "equal_to", "values": ["open"]}]
        ),
        "p_shared": True,
    },
    "delete_canned_response": lambda c: {"p_id": c.canned_response_id},
    "delete_message": lambda c: {"p_conversation_id": c.conversation.id, "p_id": c.message_id},
    "edit_message": lambda c: {
        "p_conversation_id": c.conversation.id,
        "p_id": c.own_message_id,
        "p_content": "x",
    },
    "active_contacts": lambda c: {"p_account_id": c.account.id},
    "contactable_inboxes": lambda c: {"p_contact_id": c.contact_id},
    "heartbeat": lambda c: {"p_account_id": c.account.id},
    "identity_secret": lambda c: {"p_inbox_id": c.inbox.id},
    "invite_member": lambda c: {"p_account_id": c.account.id, "p_email": "new@example.com"},
    "mark_conversation_read": lambda c: {"p_conversation_id": c.conversation.id},
    "mark_conversation_unread": lambda c: {"p_conversation_id": c.conversation.id},
    "mute_contact": lambda c: {"p_conversation_id": c.conversation.id, "p_muted": True},
    "mark_notifications_read": lambda c: {"p_account_id": c.account.id},
    "message_changes": lambda c: {"p_conversation_id": c.conversation.id, "p_after_seq": 0},
    "message_page": lambda c: {"p_conversation_id": c.conversation.id},
    "notification_list": lambda c: {"p_account_id": c.account.id},
    "online_users": lambda c: {"p_account_id": c.account.id},
    "remove_member": lambda c: {"p_account_id": c.account.id, "p_user_id": c.agent.id},
    "revoke_invitation": lambda c: {"p_id": c.invitation_id},
    "save_custom_role": lambda c: {
        "p_account_id": c.account.id,
        "p_id": c.role_id,
        "p_name": "x",
    },
    "save_team": lambda c: {"p_account_id": c.account.id, "p_id": c.team.id, "p_name": "x"},
    "save_label": lambda c: {"p_account_id": c.account.id, "p_id": c.label_id, "p_title": "new"},
    "request_upload": lambda c: {"p_conversation_id": c.conversation.id, "p_files": UPLOAD},
    "retry_message": lambda c: {
        "p_conversation_id": c.conversation.id,
        "p_id": c.failed_message_id,
    },
    "save_canned_response": lambda c: {
        "p_account_id": c.account.id,
        "p_id": c.canned_response_id,
        "p_short_code": "bye",
        "p_content": "x",
    },
    "search": lambda c: {"p_account_id": c.account.id, "p_query": "canary"},
    "send_message": lambda c: {
        "p_conversation_id": c.conversation.id,
        "p_id": uuid4(),
        "p_content": "x",
    },
    "set_custom_attributes": lambda c: {
        "p_conversation_id": c.conversation.id,
        "p_attributes": {"plan": "pro"},
    },
    "set_conversation_status": lambda c: {
        "p_conversation_id": c.conversation.id,
        "p_status": "pending",
    },
    "set_inbox_member": lambda c: {
        "p_inbox_id": c.inbox.id,
        "p_user_id": c.outsider.id,
        "p_member": True,
    },
    "set_availability": lambda c: {"p_account_id": c.account.id, "p_availability": "busy"},
    "set_member": lambda c: {
        "p_account_id": c.account.id,
        "p_user_id": c.agent.id,
        "p_role": "administrator",
    },
    "set_participant": lambda c: {
        "p_conversation_id": c.conversation.id,
        "p_user_id": c.admin.id,
        "p_participant": True,
    },
    "set_team_member": lambda c: {
        "p_team_id": c.team.id,
        "p_user_id": c.outsider.id,
        "p_member": True,
    },
    "set_labels": lambda c: {"p_conversation_id": c.conversation.id, "p_labels": ["vip"]},
    "set_priority": lambda c: {"p_conversation_id": c.conversation.id, "p_priority": "high"},
    "set_team": lambda c: {"p_conversation_id": c.conversation.id, "p_team_id": None},
    "set_working_hours": lambda c: {"p_inbox_id": c.inbox.id, "p_rows": [{"day_of_week": 1}]},
    "set_typing": lambda c: {"p_conversation_id": c.conversation.id, "p_typing": True},
    "toggle_status": lambda c: {"p_conversation_id": c.conversation.id},
}
VISITORS: dict[str, Arguments] = {
    "widget_end_conversation": lambda c: {"p_conversation_id": c.conversation.id},
    "widget_mark_seen": lambda c: {"p_conversation_id": c.conversation.id},
    "widget_messages": lambda c: {"p_conversation_id": c.conversation.id},
    "widget_request_upload": lambda c: {"p_conversation_id": c.conversation.id, "p_files": UPLOAD},
    "widget_send_message": lambda c: {
        "p_conversation_id": c.conversation.id,
        "p_id": uuid4(),
        "p_content": "x",
    },
    "widget_submit_form": lambda c: {
        "p_conversation_id": c.conversation.id,
        "p_message_id": c.form_id,
        "p_values": Jsonb({"email": "mia@example.net"}),
    },
    "widget_typing": lambda c: {"p_conversation_id": c.conversation.id, "p_typing": True},
}
#: Functions that take no id of somebody's row, so that there is nothing to reach for.
WITHOUT_IDS = {
    "take_mailbox_sign_in",
    "accept_invitation",
    "widget_identify",
    "create_account",
    "my_ui_settings",
    "widget_conversations",
    "widget_heartbeat",
    "widget_start_conversation",
}


def test_every_function_of_the_api_is_attacked_below(db: Connection) -> None:
    exposed = column(
        db,
        """
        select distinct p.proname::text from pg_proc p
        where p.pronamespace = 'public'::regnamespace and (
            has_function_privilege('authenticated', p.oid, 'EXECUTE')
            or has_function_privilege('visitor', p.oid, 'EXECUTE'))
        """,
    )
    assert set(exposed) == {*AGENTS, *VISITORS, *WITHOUT_IDS}


def fingerprint(db: Connection, account: UUID) -> list[tuple[Any, ...]]:
    """Everything a company has, so that a change shows."""
    found: list[tuple[Any, ...]] = []
    for table in tables(db):
        owner = tenant_column(db, table)
        if owner:
            found += rows(
                db,
                f"select %s, md5(string_agg(t::text, '|' order by t::text)) from {table} t"
                f" where {owner} = %s",
                table,
                account,
            )
    return found


def refused(answer: Any) -> bool:
    """Whether this is a way of saying no to a caller whose arguments are well formed."""
    return isinstance(answer, str) and (
        answer.endswith("_not_found") or answer == "not_administrator"
    )


def nothing(answer: Any) -> bool:
    """Whether a caller got no row: none was there for them, or each was refused."""
    if isinstance(answer, dict) and "errors" in answer:
        codes = [error["code"] for error in answer["errors"]]
        return answer["rows"] == [] and codes != [] and all(map(refused, codes))
    return answer == [] or refused(answer)


#: Functions that answer any member of the account with what is the account's, or their own.
OF_EVERY_MEMBER = {
    "active_contacts",
    "canned_response_list",
    "contact_filter",
    "contact_list",
    "contactable_inboxes",
    "conversation_filter",
    "conversation_list",
    "delete_canned_response",
    "delete_note",
    "delete_notifications",
    "heartbeat",
    "mark_notifications_read",
    "merge_contacts",
    "notification_list",
    "online_users",
    "set_availability",
    "save_canned_response",
    "save_contact",
    "save_note",
    "search",
    "set_contact_labels",
}


def outcome(db: Connection, caller: User, function: str, arguments: dict[str, Any]) -> Any:
    """What a call came to: its answer, or the code of its refusal."""
    try:
        with acting_as(db, caller):
            return call(db, f"public.{function}", **arguments)
    except psycopg.Error as error:
        return error_code(error)


@pytest.mark.parametrize("function", AGENTS)
@pytest.mark.parametrize("who", ["admin", "agent"])
def test_an_agent_reaches_nothing_of_the_other_company_by_function(
    db: Connection, world: tuple[Company, Company], function: str, who: str
) -> None:
    ours, theirs = world
    before = fingerprint(db, theirs.account.id)
    answer = outcome(db, getattr(ours, who), function, AGENTS[function](theirs))
    assert nothing(answer)
    assert fingerprint(db, theirs.account.id) == before

    with acting_as(db, ours.admin):
        call(db, f"public.{function}", **AGENTS[function](ours))


@pytest.mark.parametrize("function", sorted({*AGENTS} - OF_EVERY_MEMBER))
def test_an_agent_outside_the_inbox_reaches_nothing_of_it_by_function(
    db: Connection, world: tuple[Company, Company], function: str
) -> None:
    ours, _ = world
    before = fingerprint(db, ours.account.id)
    answer = outcome(db, ours.outsider, function, AGENTS[function](ours))
    assert nothing(answer)
    assert fingerprint(db, ours.account.id) == before


@pytest.mark.parametrize("function", VISITORS)
def test_a_visitor_reaches_no_other_visitor_by_function(
    db: Connection, make: Make, world: tuple[Company, Company], function: str
) -> None:
    ours, theirs = world
    neighbour = make.visitor(ours.inbox)  # on the same website
    for stranger in (neighbour, theirs.visitor):
        before = fingerprint(db, ours.account.id)
        with (
            pytest.raises(psycopg.Error, match="conversation_not_found"),
            acting_as_visitor(db, stranger),
        ):
            call(db, f"public.{function}", **VISITORS[function](ours))
        assert fingerprint(db, ours.account.id) == before
    with acting_as_visitor(db, ours.visitor):
        call(db, f"public.{function}", **VISITORS[function](ours))


@pytest.mark.parametrize("function", [*AGENTS, *VISITORS])
def test_roles_do_not_borrow_each_other_s_functions(
    db: Connection, world: tuple[Company, Company], function: str
) -> None:
    ours, _ = world
    arguments = {**AGENTS, **VISITORS}[function](ours)
    wrong = acting_as_visitor(db, ours.visitor) if function in AGENTS else acting_as(db, ours.admin)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), wrong:
        call(db, f"public.{function}", **arguments)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), acting_as_anon(db):
        call(db, f"public.{function}", **arguments)


def test_a_visitor_never_gets_a_note_or_an_agent_s_id(
    db: Connection, world: tuple[Company, Company]
) -> None:
    ours, _ = world
    with acting_as_visitor(db, ours.visitor):
        page = call(db, "public.widget_messages", p_conversation_id=ours.conversation.id)
    text = str(page)
    assert "CANARY reply" in text
    assert "CANARY note" not in text
    assert str(ours.agent.id) not in text
