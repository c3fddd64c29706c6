"""The demo data of a local stack: two accounts, three agents, about 200 conversations.

Written through the same tables and triggers as real traffic, so that what one sees in the
demo is what the product does.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.types.json import Jsonb
from supabase import create_client

from desk.channels import Connected
from desk.demo_threads import COMPANIES, FIRST_NAMES, LAST_NAMES, PAGES, PRODUCTS, THREADS

PASSWORD = "supadesk-demo"  # noqa: S105 -- printed on the screen, and only ever on this machine
CONVERSATIONS = 200
_SEED = 7  # the same demo everywhere

LABELS = {
    "shipping": "#0d6e8c",
    "presale": "#2f7d32",
    "returns": "#b3261e",
    "damaged": "#9a5b00",
    "billing": "#6750a4",
    "brewing": "#7a4a2b",
}
CANNED = {
    "hours": "We roast on Tuesdays and Fridays, and answer from Monday to Friday between 9 and 17 h.",
    "tracking": "Your parcel is on its way; the tracking link is in the mail we sent you.",
    "return": "You can send it back within 30 days. Shall I prepare a label for you?",
}


@dataclass(frozen=True, slots=True)
class Login:
    """A demo agent."""

    email: str
    name: str
    role: str
    account: str


LOGINS = (
    Login("admin@example.com", "Ana Duarte", "administrator", "Fernweh Coffee"),
    Login("agent@example.com", "Ben Okafor", "agent", "Fernweh Coffee"),
    Login("other@example.com", "Chiara Rossi", "administrator", "Northwind Outdoor"),
)


@dataclass(frozen=True, slots=True)
class Seeded:
    """What others need to know of the demo data."""

    website_token: str


def ensure(
    supabase_url: str,
    service_role_key: str,
    database_url: str,
    connected: Sequence[Connected],
) -> Seeded:
    """Fill an empty database with the demo data; leave any other as it is.

    Only the demo's channels are told anew how they reach this stack's simulator.
    """
    with psycopg.connect(database_url, autocommit=True) as conn:
        row = conn.execute("select exists (select from auth.users)").fetchone()
        if row != (True,):
            users = _make_logins(supabase_url, service_role_key)
            with conn.transaction():
                _fill(conn, users, connected)
        for one in connected:
            _reconnect(conn, one)
        found = conn.execute(
            """
            select website_token
            from public.channel_web_widgets
            order by account_id, inbox_id  -- both grow with time
            limit 1
            """
        ).fetchone()
    return Seeded(website_token=found[0] if found else "")


def _make_logins(supabase_url: str, service_role_key: str) -> dict[str, str]:
    client = create_client(supabase_url, service_role_key)
    made = {}
    for login in LOGINS:
        answer = client.auth.admin.create_user(
            {
                "email": login.email,
                "password": PASSWORD,
                "email_confirm": True,
                "user_metadata": {"name": login.name},
            }
        )
        made[login.email] = answer.user.id
    return made


def _value(conn: psycopg.Connection, query: str, *arguments: Any) -> Any:
    row = conn.execute(query.encode(), arguments).fetchone()
    assert row is not None
    return row[0]


def _fill(conn: psycopg.Connection, users: dict[str, str], connected: Sequence[Connected]) -> None:
    choice = random.Random(_SEED)  # noqa: S311 -- demo data, not secrets
    accounts = {}
    for login in LOGINS:
        if login.account not in accounts:
            accounts[login.account] = _value(
                conn, "insert into public.accounts (name) values (%s) returning id", login.account
            )
        conn.execute(
            "insert into public.account_users (account_id, user_id, role) values (%s, %s, %s)",
            (accounts[login.account], users[login.email], login.role),
        )
    ana, ben, chiara = (users[login.email] for login in LOGINS)
    fernweh, northwind = accounts["Fernweh Coffee"], accounts["Northwind Outdoor"]

    website = _inbox(conn, fernweh, "Website", "web_widget", [ana, ben])
    orders = _inbox(conn, fernweh, "Order desk (API)", "api", [ana])
    other = _inbox(conn, northwind, "Northwind website", "web_widget", [chiara])
    conn.execute(
        """
        update public.channel_web_widgets
        set website_url = 'https://fernweh.example', welcome_title = 'Hello from Fernweh',
            welcome_tagline = 'Beans, brewing, orders: ask us anything.',
            widget_color = '#8a4b2a'
        where inbox_id = %s
        """,
        (website,),
    )
    _conversations(conn, choice, fernweh, website, [ana, ben], 150)
    _conversations(conn, choice, fernweh, orders, [ana], 20)
    _conversations(conn, choice, northwind, other, [chiara], CONVERSATIONS - 170)
    for one in connected:
        _connect(conn, fernweh, one, [ana, ben])
    _workplace(conn, fernweh, [ana, ben])
    # What the past asked for is long done: no greetings, no mails, and a few things to look at.
    conn.execute("delete from private.jobs")
    # But for what there is to send where customers have not written for long.
    conn.execute(
        "select private.ask_for_templates(account_id, inbox_id) from public.template_syncs"
    )
    conn.execute(
        """
        update public.notifications set read_at = now()
        where id not in (select id from public.notifications order by created_at desc limit 6)
        """
    )
    # Last, so that the greeting is for new visitors and not for those of the demo's past.
    conn.execute(
        """
        update public.inboxes
        set greeting_enabled = true,
            enable_email_collect = false,
            greeting_message = 'Thanks for writing! A person will be with you in a few minutes.'
        where id = %s
        """,
        (website,),
    )


def _inbox(
    conn: psycopg.Connection, account: str, name: str, channel: str, members: list[str]
) -> str:
    inbox = str(_value(conn, "select private.make_inbox(%s, %s, %s)", account, name, channel))
    _join(conn, account, inbox, members)
    return inbox


def _join(conn: psycopg.Connection, account: str, inbox: str, members: list[str]) -> None:
    for member in members:
        conn.execute(
            "insert into public.inbox_members (account_id, inbox_id, user_id) values (%s, %s, %s)",
            (account, inbox, member),
        )


def _connect(conn: psycopg.Connection, account: str, one: Connected, members: list[str]) -> None:
    inbox = _value(
        conn,
        """
        insert into public.inboxes (account_id, name, channel_type) values (%s, %s, %s) returning id
        """,
        account,
        one.name,
        one.channel,
    )
    _join(conn, account, inbox, members)
    conn.execute(
        """
        insert into public.channel_connections (account_id, inbox_id, channel_type, address, settings)
        values (%s, %s, %s, %s, %s)
        """,
        (account, inbox, one.channel, one.address, Jsonb(one.settings)),
    )
    conn.execute(
        "insert into private.channel_secrets (account_id, inbox_id, secrets) values (%s, %s, %s)",
        (account, inbox, Jsonb(one.secrets)),
    )


def _reconnect(conn: psycopg.Connection, one: Connected) -> None:
    """Ports and secrets may be others than at the last start."""
    conn.execute(
        """
        with connection as (
            update public.channel_connections
            set settings = settings || %(settings)s
            where channel_type = %(channel)s and address = %(address)s
                and not settings @> %(settings)s
            returning inbox_id
        )
        update private.channel_secrets as secret
        set secrets = secret.secrets || %(secrets)s
        from public.channel_connections as connection
        where connection.inbox_id = secret.inbox_id
            and connection.channel_type = %(channel)s and connection.address = %(address)s
            and not secret.secrets @> %(secrets)s
        """,
        {
            "channel": one.channel,
            "address": one.address,
            "settings": Jsonb(one.settings),
            "secrets": Jsonb(one.secrets),
        },
    )


def _workplace(conn: psycopg.Connection, account: str, agents: list[str]) -> None:
    """What a desk has after its first weeks: labels with colours, a team, replies to reuse."""
    for title, colour in LABELS.items():
        conn.execute(
            """
            insert into public.labels (account_id, title, color, show_on_sidebar)
            values (%s, %s, %s, true)
            on conflict (account_id, title) do update set color = excluded.color
            """,
            (account, title, colour),
        )
    team = _value(
        conn,
        """
        insert into public.teams (account_id, name, description)
        values (%s, 'roastery', 'Questions about beans and brewing') returning id
        """,
        account,
    )
    for agent in agents:
        conn.execute(
            "insert into public.team_members (account_id, team_id, user_id) values (%s, %s, %s)",
            (account, team, agent),
        )
    for short_code, content in CANNED.items():
        conn.execute(
            """
            insert into public.canned_responses (account_id, short_code, content)
            values (%s, %s, %s)
            """,
            (account, short_code, content),
        )


def _conversations(
    conn: psycopg.Connection,
    choice: random.Random,
    account: str,
    inbox: str,
    agents: list[str],
    count: int,
) -> None:
    now = datetime.now(UTC)
    # From minutes to weeks: a tenfold of age has a few more than the one before.
    ages = sorted((4 * 10_000 ** choice.random() ** 0.8 for _ in range(count)), reverse=True)
    for age in ages:
        _conversation(conn, choice, account, inbox, agents, now - timedelta(minutes=age))


def _ascii(name: str) -> str:
    """A name as people write it in an address."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()


def _conversation(
    conn: psycopg.Connection,
    choice: random.Random,
    account: str,
    inbox: str,
    agents: list[str],
    ended_at: datetime,
) -> None:
    thread = choice.choice(THREADS)
    first, last = choice.choice(FIRST_NAMES), choice.choice(LAST_NAMES)
    words = {
        "name": first,
        "product": choice.choice(PRODUCTS),
        "order": f"FC-{choice.randint(20400, 29999)}",
        "company": choice.choice(COMPANIES),
    }
    known = choice.random() < 0.7
    email = (
        f"{_ascii(first)}.{_ascii(last)}{choice.randint(1, 9999)}@example.net" if known else None
    )
    contact = _value(
        conn,
        """
        insert into public.contacts (account_id, name, email, identified, created_at)
        values (%s, %s, %s, %s, %s) returning id
        """,
        account,
        f"{first} {last}" if known or choice.random() < 0.5 else "",
        email,
        "claimed" if known else "anonymous",
        ended_at - timedelta(days=choice.randint(0, 200)),
    )
    address = _value(
        conn,
        """
        insert into public.contact_inboxes (account_id, contact_id, inbox_id, source_id)
        values (%s, %s, %s, %s) returning id
        """,
        account,
        contact,
        inbox,
        str(choice.getrandbits(96)),
    )
    lines = thread.lines[: choice.randint(1, len(thread.lines))]
    gaps = [timedelta(seconds=choice.randint(25, 900)) for _ in lines]
    started_at = ended_at - sum(gaps, timedelta())
    assignee = choice.choice([None, None, *agents])
    row = conn.execute(
        """
        insert into public.conversations (
            id, account_id, inbox_id, contact_id, contact_inbox_id, created_at, waiting_since,
            last_activity_at, assignee_id, priority, labels, additional_attributes)
        values (
            private.uuid_v7(%(at)s), %(account)s, %(inbox)s, %(contact)s, %(address)s, %(at)s, %(at)s,
            %(at)s, %(assignee)s, %(priority)s, %(labels)s, %(attributes)s)
        returning id
        """,
        {
            "at": started_at,
            "account": account,
            "inbox": inbox,
            "contact": contact,
            "address": address,
            "assignee": assignee,
            "priority": choice.choice([None, None, None, "low", "medium", "high", "urgent"]),
            "labels": list(thread.labels),
            "attributes": Jsonb({"referer": choice.choice(PAGES)}),
        },
    ).fetchone()
    assert row is not None
    conversation = row[0]

    at = started_at
    writer = assignee or choice.choice(agents)
    for line, gap in zip(lines, gaps, strict=True):
        at += gap
        incoming = line.who == "contact"
        conn.execute(
            """
            insert into public.messages (
                id, conversation_id, message_type, content, private, sender_user_id,
                sender_contact_id, created_at)
            values (private.uuid_v7(%s), %s, %s, %s, %s, %s, %s, %s)
            """,
            (
                at,
                conversation,
                "incoming" if incoming else "outgoing",
                line.text.format(**words),
                line.who == "note",
                None if incoming else writer,
                contact if incoming else None,
                at,
            ),
        )
    answered = lines[-1].who != "contact"
    status = "open"
    if answered and len(lines) == len(thread.lines):
        status = choice.choice(["resolved", "resolved", "open"])
    elif choice.random() < 0.08:
        status = choice.choice(["pending", "snoozed"])
    conn.execute(
        """
        update public.conversations
        set status = %s,
            snoozed_until = case when %s = 'snoozed' then now() + interval '1 day' end,
            unread_count = case when %s then 0 else unread_count end
        where id = %s
        """,
        (status, status, answered, conversation),
    )
    conn.execute(
        """
        update public.contacts
        set last_activity_at = (
            select max(created_at) from public.messages
            where conversation_id = %s and message_type = 'incoming')
        where id = %s
        """,
        (conversation, contact),
    )
