"""Teams, their members, and custom roles: who reads them, who changes them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.support.database import Connection, acting_as, broadcasts, call, column, refused, run
from tests.support.make import Make

ROLE_MANAGE = ["conversation_manage"]


def test_members_read_the_teams_and_roles_of_their_account(db: Connection, make: Make) -> None:
    account = make.account()
    agent = make.agent(account)
    team, role = make.team(account, agent), make.custom_role(account, *ROLE_MANAGE)
    with acting_as(db, make.agent(account)):
        assert column(db, "select id from public.teams") == [team.id]
        assert column(db, "select user_id from public.team_members") == [agent.id]
        assert column(db, "select id from public.custom_roles") == [role]
    with acting_as(db, make.administrator(make.account())):
        for table in ("teams", "team_members", "custom_roles"):
            assert column(db, f"select account_id from public.{table}") == []


def test_administrators_make_change_and_delete_teams(db: Connection, make: Make) -> None:
    account = make.account()
    boss, agent = make.administrator(account), make.agent(account)
    with acting_as(db, boss):
        made = call(db, "public.save_team", p_account_id=account.id, p_id=None, p_name=" Sales ")
        assert made["name"] == "sales"
        assert made["allow_auto_assign"] is True
        changed = call(
            db, "public.save_team", p_account_id=account.id, p_id=made["id"], p_name="Buyers",
            p_description="Them", p_allow_auto_assign=False,
        )  # fmt: skip
        assert (changed["id"], changed["name"]) == (made["id"], "buyers")
        assert (changed["description"], changed["allow_auto_assign"]) == ("Them", False)
        for member, expected in ((True, [agent.id]), (True, [agent.id]), (False, []), (False, [])):
            call(
                db,
                "public.set_team_member",
                p_team_id=made["id"],
                p_user_id=agent.id,
                p_member=member,
            )
            assert column(db, "select user_id from public.team_members") == expected
        call(db, "public.delete_team", p_id=made["id"])
        assert column(db, "select id from public.teams") == []


def test_joining_and_leaving_a_team_is_told_to_the_login(db: Connection, make: Make) -> None:
    account = make.account()
    agent = make.agent(account)
    team = make.team(account, agent)
    run(db, "delete from public.team_members where team_id = %s", team.id)
    assert len(broadcasts(db, f"user:{agent.id}", "access.changed")) == 2


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("save_team", {"p_account_id": "{account}", "p_id": None, "p_name": "x"}),
        ("save_team", {"p_account_id": "{account}", "p_id": "{team}", "p_name": "x"}),
        ("delete_team", {"p_id": "{team}"}),
        ("set_team_member", {"p_team_id": "{team}", "p_user_id": "{agent}", "p_member": True}),
        ("save_custom_role", {"p_account_id": "{account}", "p_id": None, "p_name": "x"}),
        ("save_custom_role", {"p_account_id": "{account}", "p_id": "{role}", "p_name": "x"}),
        ("delete_custom_role", {"p_id": "{role}"}),
    ],
)
def test_agents_and_strangers_change_no_team_and_no_role(
    db: Connection, make: Make, function: str, arguments: dict[str, Any]
) -> None:
    account = make.account()
    agent = make.agent(account)
    team, role = make.team(account), make.custom_role(account, *ROLE_MANAGE)
    ids = {"account": account.id, "team": team.id, "role": role, "agent": agent.id}
    given = {k: v.format(**ids) if isinstance(v, str) else v for k, v in arguments.items()}
    for key in ("p_account_id", "p_id", "p_team_id", "p_user_id"):
        if isinstance(given.get(key), str):
            given[key] = next(id_ for id_ in ids.values() if str(id_) == given[key])
    with refused("not_administrator"), acting_as(db, agent):
        call(db, f"public.{function}", **given)
    missing = {"p_account_id": "account_not_found"}.get(
        next(iter(given)), "team_not_found" if "team" in function else "custom_role_not_found"
    )
    with refused(missing), acting_as(db, make.administrator(make.account())):
        call(db, f"public.{function}", **given)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"p_name": ""}, "name_invalid"),
        ({"p_name": None}, "name_invalid"),
        ({"p_name": "x" * 101}, "name_invalid"),
        ({"p_name": "TAKEN"}, "team_name_taken"),
        ({"p_name": "x", "p_description": "x" * 1001}, "invalid_argument"),
        ({"p_name": "x", "p_id": uuid4()}, "team_not_found"),
    ],
)
def test_a_team_needs_a_name_of_its_own(
    db: Connection, make: Make, arguments: dict[str, Any], code: str
) -> None:
    account = make.account()
    make.team(account, name="taken")
    with refused(code), acting_as(db, make.administrator(account)):
        call(db, "public.save_team", **{"p_account_id": account.id, "p_id": None, **arguments})


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"p_name": " "}, "name_invalid"),
        ({"p_name": "x", "p_permissions": ["everything"]}, "custom_role_invalid"),
        ({"p_name": "x", "p_description": "x" * 1001}, "custom_role_invalid"),
        ({"p_name": "x", "p_id": uuid4()}, "custom_role_not_found"),
    ],
)
def test_a_role_has_known_permissions_only(
    db: Connection, make: Make, arguments: dict[str, Any], code: str
) -> None:
    account = make.account()
    with refused(code), acting_as(db, make.administrator(account)):
        call(
            db, "public.save_custom_role", **{"p_account_id": account.id, "p_id": None, **arguments}
        )


def test_administrators_make_change_and_delete_roles(db: Connection, make: Make) -> None:
    account = make.account()
    agent = make.agent(account)
    with acting_as(db, make.administrator(account)):
        made = call(
            db, "public.save_custom_role", p_account_id=account.id, p_id=None, p_name="Night",
            p_permissions=ROLE_MANAGE,
        )  # fmt: skip
        assert made["permissions"] == ROLE_MANAGE
        changed = call(
            db, "public.save_custom_role", p_account_id=account.id, p_id=made["id"], p_name="Day",
            p_permissions=["report_manage"],
        )  # fmt: skip
        assert (changed["id"], changed["name"]) == (made["id"], "Day")
    run(
        db,
        "update public.account_users set custom_role_id = %s where user_id = %s",
        made["id"],
        agent.id,
    )
    with acting_as(db, make.administrator(account)):
        call(db, "public.delete_custom_role", p_id=made["id"])
        assert column(
            db, "select custom_role_id from public.account_users where user_id = %s", agent.id
        ) == [None]


def test_somebody_of_another_account_cannot_join_a_team(db: Connection, make: Make) -> None:
    account = make.account()
    team, boss, stranger = make.team(account), make.administrator(account), make.user()
    with refused("user_not_found"), acting_as(db, boss):
        call(
            db,
            "public.set_team_member",
            p_team_id=team.id,
            p_user_id=stranger.id,
            p_member=True,
        )


def test_an_administrator_has_no_custom_role(db: Connection, make: Make) -> None:
    account = make.account()
    boss = make.administrator(account)
    with refused("23514"):
        make.role_of(account, boss, *ROLE_MANAGE)
