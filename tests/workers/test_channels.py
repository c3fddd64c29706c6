"""Channels end to end: customers at the simulator, through service, queue and database, and back."""

from __future__ import annotations

import json
import secrets
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import httpx
import psutil
import psycopg
import pytest

from tests.support.local import Agent, LocalProduct
from tests.support.simulator import Found, Simulator, eventually, photo, somebody

#: The channels that are tried in full, and how far each one tells us that an answer got.
FURTHEST = {
    "whatsapp_cloud": "read",
    "telegram": "sent",
    "messenger": "read",
    "instagram": "read",
    "twilio_sms": "delivered",
    "line": "sent",
}
ALL = (*FURTHEST, "twilio_whatsapp", "whatsapp_360dialog", "tiktok", "bandwidth_sms")
#: Where nobody can tell whether an unanswered send arrived. (LINE answers by reply token first, blindly.)
BLIND = ("whatsapp_cloud", "telegram", "messenger", "instagram", "twilio_sms", "line")


def unique(words: str) -> str:
    """A text that nobody else writes."""
    return f"{words} {secrets.token_hex(4)}"


class Desk:
    """The product's side: an agent, and what the database says."""

    def __init__(self, product: LocalProduct, conn: psycopg.Connection) -> None:
        self.simulator: Simulator = product.simulator
        self.conn = conn
        self.agent: Agent = product.sign_in()

    def conversation(self, text: str) -> str:
        """The conversation in which this came in, as soon as it is there."""
        return eventually(lambda: self.find(text))

    def find(self, text: str) -> str | None:
        """The conversation in which this is, if it is there by now."""
        row = self.conn.execute(
            "select conversation_id from messages where content = %s", (text,)
        ).fetchone()
        return str(row[0]) if row else None

    def reply(self, conversation: str, text: str, **attributes: Any) -> str:
        """Answer; the message's id."""
        message = str(uuid.uuid4())
        answer = self.agent.rpc(
            "send_message", p_conversation_id=conversation, p_id=message, p_content=text,
            p_content_attributes=attributes,
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
        return message

    def status(self, message: str) -> str:
        """How far a message got."""
        row = self.conn.execute("select status from messages where id = %s", (message,)).fetchone()
        assert row is not None
        return str(row[0])

    def reaches(self, message: str, status: str, seconds: float = 60.0) -> None:
        """The message gets there."""
        eventually(lambda: self.status(message) == status or None, seconds)

    def under_way(self, channel: str) -> int:
        """How many of the channel's messages the workers have in hand."""
        row = self.conn.execute(
            "select count(*) from messages where status = 'sending' and inbox_id = %s",
            (self.inbox(channel),),
        ).fetchone()
        assert row is not None
        return int(row[0])

    def count(self, text: str) -> int:
        """How many messages have this text."""
        row = self.conn.execute(
            "select count(*) from messages where content = %s", (text,)
        ).fetchone()
        assert row is not None
        return int(row[0])

    def incoming(self, conversation: str) -> int:
        """How many messages the customer wrote."""
        row = self.conn.execute(
            "select count(*) from messages where conversation_id = %s and message_type = 'incoming'",
            (conversation,),
        ).fetchone()
        assert row is not None
        return int(row[0])

    def greet(self, channel: str, person: str) -> str:
        """Write as a new customer; the conversation."""
        text = unique("Good morning")
        self.simulator.play(channel, person, text=text)
        return self.conversation(text)

    def inbox(self, channel: str) -> str:
        """The demo's inbox of this channel."""
        row = self.conn.execute(
            "select inbox_id from channel_connections where channel_type = %s"
            " order by created_at limit 1",  # tests connect more of them
            (channel,),
        ).fetchone()
        assert row is not None
        return str(row[0])

    def let_time_pass(self, seconds: int) -> None:
        """Deliveries and pauses become due as if so much time had gone by; return when all due were tried."""
        self.conn.execute(
            "update private.jobs set run_at = run_at - make_interval(secs => %s)"
            " where kind = 'deliver_message' and status = 'queued'",
            (seconds,),
        )
        self.conn.execute(
            "update channel_connections set paused_until = paused_until - make_interval(secs => %s)",
            (seconds,),
        )
        eventually(lambda: self._nothing_is_due() or None, 60)

    def _nothing_is_due(self) -> bool:
        row = self.conn.execute(
            "select not exists (select from private.jobs as job where kind = 'deliver_message'"
            " and (status = 'running' or (status = 'queued' and run_at <= clock_timestamp() and not exists ("
            " select from private.jobs as other where other.lock = job.lock and other.id < job.id"
            " and other.status in ('queued', 'running')))))"
        ).fetchone()
        assert row is not None
        return bool(row[0])

    def connection_state(self, channel: str) -> str:
        """Whether the inbox is connected."""
        row = self.conn.execute(
            "select state from channel_connections where inbox_id = %s", (self.inbox(channel),)
        ).fetchone()
        assert row is not None
        return str(row[0])


@pytest.fixture(scope="module")
def conn(product: LocalProduct) -> Iterator[psycopg.Connection]:
    """The owner's connection."""
    with psycopg.connect(product.database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def desk(product: LocalProduct, conn: psycopg.Connection) -> Desk:
    """An agent and the database."""
    return Desk(product, conn)


@pytest.fixture
def simulator(desk: Desk) -> Iterator[Simulator]:
    """The simulator, which behaves again afterwards."""
    yield desk.simulator
    desk.simulator.behave()


def test_one_inbox_of_each_kind_is_connected(simulator: Simulator) -> None:
    assert {one["channel"] for one in simulator.businesses()} >= set(ALL)


@pytest.mark.parametrize("channel", ALL)
def test_what_a_customer_writes_is_there_once_however_often_it_is_posted(
    desk: Desk, simulator: Simulator, channel: str
) -> None:
    text = unique("Where is my order?")
    copies = 50 if channel in FURTHEST else 5
    played = simulator.play(channel, somebody(), text=text, copies=copies)
    assert played["statuses"] == [200] * copies
    conversation = desk.conversation(text)
    # Something written later has come in, so all copies were read.
    simulator.play(channel, somebody(), text=(later := unique("Anybody there?")))
    desk.conversation(later)
    assert desk.count(text) == 1
    row = desk.conn.execute(
        "select count(*) from messages where conversation_id = %s and message_type = 'incoming'",
        (conversation,),
    ).fetchone()
    assert row == (1,)


@pytest.mark.parametrize("channel", ALL)
def test_a_photo_arrives_and_becomes_ready(desk: Desk, simulator: Simulator, channel: str) -> None:
    person = somebody()
    conversation = desk.greet(channel, person)
    simulator.play(channel, person, files=[photo()])

    def ready() -> tuple[Any, ...] | None:
        row = desk.conn.execute(
            """
            select file_type, content_type, width, height, byte_size from attachments
            where conversation_id = %s and state = 'ready'
            """,
            (conversation,),
        ).fetchone()
        return tuple(row) if row else None

    kind, content_type, width, height, size = eventually(ready)
    assert (kind, content_type, width, height) == ("image", "image/jpeg", 64, 48)
    assert size > 0


@pytest.mark.parametrize("channel", ALL)
def test_an_answer_reaches_the_customer_once_and_tells_how_far_it_got(
    desk: Desk, simulator: Simulator, channel: str
) -> None:
    person = somebody()
    conversation = desk.greet(channel, person)
    answer = unique("It left this morning.")
    message = desk.reply(conversation, answer)
    eventually(lambda: answer in simulator.shown(channel, person) or None)
    furthest = FURTHEST.get(channel)
    if furthest == "read":
        eventually(lambda: desk.status(message) in {"sent", "delivered"} or None)
        simulator.play(channel, person, "read")
    if furthest:
        desk.reaches(message, furthest)
    assert [call["outcome"] for call in simulator.calls(channel, answer)] == ["accepted"]
    assert simulator.shown(channel, person).count(answer) == 1
    # Providers that echo what we send do not double it.
    assert desk.count(answer) == 1


@pytest.mark.parametrize("channel", FURTHEST)
def test_receipts_that_come_twice_or_in_the_wrong_order_do_no_harm(
    desk: Desk, simulator: Simulator, channel: str
) -> None:
    person = somebody()
    conversation = desk.greet(channel, person)
    simulator.fault(channel, "reorder")
    simulator.fault(channel, "duplicate", count=2)
    message = desk.reply(conversation, answer := unique("Both ways"))
    eventually(lambda: answer in simulator.shown(channel, person) or None)
    expected = {"instagram": "sent", "telegram": "sent", "line": "sent"}.get(channel, "delivered")
    desk.reaches(message, expected)
    time.sleep(0.5)
    assert desk.status(message) == expected


@pytest.mark.parametrize("channel", FURTHEST)
def test_a_provider_that_was_down_gets_everything_once_and_in_order(
    desk: Desk, simulator: Simulator, channel: str
) -> None:
    person = somebody()
    conversation = desk.greet(channel, person)
    if channel == "line":  # the greeting's reply token would be tried first
        desk.reaches(desk.reply(conversation, unique("One moment")), "sent")
    simulator.fault(channel, "500", count=1)
    texts = [unique(word) for word in ("first", "second", "third")]
    messages = [desk.reply(conversation, text) for text in texts]
    for message in messages:
        eventually(
            lambda m=message: desk.status(m) in {"sent", "delivered"} or None,  # type: ignore[misc]
            60,
        )
    assert [text for text in simulator.shown(channel, person) if text in texts] == texts
    outcomes = [call["outcome"] for call in simulator.calls(channel, texts[0])]
    assert outcomes == ["refused", "accepted"]


@pytest.mark.parametrize("channel", FURTHEST)
def test_ten_minutes_without_the_provider_lose_and_double_nothing(
    desk: Desk, simulator: Simulator, channel: str
) -> None:
    people = [somebody() for _ in range(4)]
    conversations = [desk.greet(channel, person) for person in people]
    if channel == "line":  # the greetings' reply tokens would be tried first
        for conversation in conversations:
            desk.reaches(desk.reply(conversation, unique("One moment")), "sent")
    desk.let_time_pass(0)
    simulator.fault(channel, "500", count=10_000)
    said = [[unique(word) for word in ("first", "second", "third")] for _ in people]
    messages = [
        desk.reply(conversation, text)
        for conversation, texts in zip(conversations, said, strict=True)
        for text in texts
    ]
    for _ in range(10):
        desk.let_time_pass(60)
    tried = [call for texts in said for text in texts for call in simulator.calls(channel, text)]
    # Four conversations, but after the third failure one of them asks once a minute, for all.
    assert 3 <= len(tried) <= 16
    assert {call["outcome"] for call in tried} == {"refused"}

    simulator.behave()
    desk.let_time_pass(60)
    for message in messages:
        eventually(
            lambda m=message: desk.status(m) in {"sent", "delivered"} or None,  # type: ignore[misc]
            60,
        )
    for person, texts in zip(people, said, strict=True):
        assert [text for text in simulator.shown(channel, person) if text in texts] == texts


@pytest.mark.parametrize("channel", FURTHEST)
def test_a_limit_is_obeyed_for_as_long_as_the_provider_asks(
    desk: Desk, simulator: Simulator, channel: str
) -> None:
    person, other = somebody(), somebody()
    conversation, beside = desk.greet(channel, person), desk.greet(channel, other)
    simulator.fault(channel, "429", retry_after=3)
    message = desk.reply(conversation, answer := unique("Slowly"))
    eventually(lambda: simulator.calls(channel, answer) or None)
    # The limit is the inbox's: what goes to others waits, too.
    second = desk.reply(beside, waited := unique("Patiently"))
    for one in (message, second):
        eventually(
            lambda m=one: desk.status(m) in {"sent", "delivered"} or None,  # type: ignore[misc]
            60,
        )
    refused, accepted = simulator.calls(channel, answer)
    assert (refused["status"], accepted["outcome"]) == (429, "accepted")
    assert accepted["at"] - refused["at"] >= 2.9
    [there] = simulator.calls(channel, waited)
    assert there["at"] - refused["at"] >= 2.9


@pytest.mark.parametrize("channel", BLIND)
def test_a_send_that_got_no_answer_is_unknown_and_never_repeated(
    desk: Desk, simulator: Simulator, channel: str
) -> None:
    person = somebody()
    conversation = desk.greet(channel, person)
    simulator.fault(channel, "reset_after_accept")
    message = desk.reply(conversation, answer := unique("Did you get this?"))
    # A receipt or an echo may prove later that it arrived after all.
    eventually(lambda: desk.status(message) in {"unknown", "sent", "delivered"} or None)
    next_one = desk.reply(conversation, following := unique("And this?"))
    eventually(lambda: desk.status(next_one) in {"sent", "delivered"} or None, 30)
    assert [call["outcome"] for call in simulator.calls(channel, answer)] == ["lost"]
    assert simulator.shown(channel, person)[-2:] == [answer, following]
    if channel in {"telegram", "line"}:  # nothing ever tells more
        assert desk.status(message) == "unknown"


@pytest.fixture
def workers(
    product: LocalProduct, conn: psycopg.Connection
) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts workers like the product's own, which holds still meanwhile."""
    ours = psutil.Process(product.pid("worker"))
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            ours.cmdline(),
            cwd=ours.cwd(),
            env=ours.environ(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started.append(process)
        return process

    ours.suspend()
    # What it has in hand is theirs: its lease would hold up whatever comes after in the same lane.
    conn.execute("update private.jobs set lease_until = now() where status = 'running'")
    yield start
    for process in started:
        process.terminate()  # those that live finish what they have in hand
        process.wait()
    ours.resume()


@pytest.mark.parametrize("moment", ["hang", "hang_after_accept"])
@pytest.mark.parametrize("channel", FURTHEST)
def test_a_worker_killed_before_or_after_the_provider_s_yes_sends_nothing_twice(
    desk: Desk,
    simulator: Simulator,
    workers: Callable[[], subprocess.Popen[bytes]],
    channel: str,
    moment: str,
) -> None:
    person = somebody()
    victim = workers()
    conversation = desk.greet(channel, person)
    if channel == "line":  # later than a reply token lives: what is pushed has a key
        desk.conn.execute(
            "update messages set content_attributes = content_attributes - 'reply_token'"
            " where conversation_id = %s and message_type = 'incoming'",
            (conversation,),
        )
    simulator.fault(channel, moment)
    message = desk.reply(conversation, answer := unique("On its way"))
    eventually(lambda: simulator.calls(channel, answer) or None)
    victim.kill()
    victim.wait()
    desk.conn.execute(
        "update private.jobs set lease_until = now() - interval '1 s' where status = 'running'"
    )
    workers()
    taken = moment == "hang_after_accept"
    if channel == "line":  # takes a key, so asking again does no harm
        desk.reaches(message, "sent")
        assert list(simulator.shown(channel, person)).count(answer) == 1
    else:  # nobody can tell, so the agent is asked; a receipt or an echo may tell after all
        proofs = {"sent", "delivered"} if taken and channel != "telegram" else set()
        eventually(lambda: desk.status(message) in {"unknown", *proofs} or None)
        # Something written later has gone out, so nothing more will be tried.
        desk.reply(conversation, after := unique("And then"))
        eventually(lambda: after in simulator.shown(channel, person) or None)
        assert len(simulator.calls(channel, answer)) == 1
        assert list(simulator.shown(channel, person)).count(answer) == taken


def test_a_provider_that_hangs_delays_no_other_inbox(desk: Desk, simulator: Simulator) -> None:
    stuck = [desk.greet("whatsapp_cloud", somebody()) for _ in range(15)]
    person = somebody()
    conversation = desk.greet("telegram", person)
    simulator.fault("whatsapp_cloud", "hang", count=None)
    held = [desk.reply(one, unique("Held up")) for one in stuck]
    eventually(lambda: "sending" in {desk.status(one) for one in held} or None)
    for turn in range(5):
        message = desk.reply(conversation, f"{unique('Still here')} {turn}")
        desk.reaches(message, "sent")
    # Nor does it take more than its share of the workers, whenever one looks.
    assert desk.under_way("whatsapp_cloud") <= 10
    simulator.behave()
    for one in held:
        eventually(
            lambda m=one: desk.status(m) in {"unknown", "delivered"} or None,  # type: ignore[misc]
            60,
        )


def test_a_revoked_token_holds_the_inbox_until_it_is_connected_again(
    desk: Desk, simulator: Simulator
) -> None:
    channel = "messenger"
    person, other = somebody(), somebody()
    conversation, beside = desk.greet(channel, person), desk.greet(channel, other)
    simulator.fault(channel, "401", count=None)
    first = desk.reply(conversation, unique("Too late"))
    desk.reaches(first, "failed")
    assert desk.connection_state(channel) == "reauthorization_required"
    held = desk.reply(beside, answer := unique("After you have signed in"))
    time.sleep(1.5)
    assert desk.status(held) == "queued"
    assert simulator.calls(channel, answer) == []

    simulator.behave()
    row = desk.conn.execute(
        "select secrets from private.channel_secrets where inbox_id = %s", (desk.inbox(channel),)
    ).fetchone()
    assert row is not None
    again = desk.agent.rpc(
        "reconnect_channel",
        p_inbox_id=desk.inbox(channel),
        p_secrets={"access_token": row[0]["access_token"]},
    )
    assert again.is_success, again.text
    desk.reaches(held, "delivered")
    assert [call["outcome"] for call in simulator.calls(channel, answer)] == ["accepted"]
    assert desk.status(first) == "failed"  # only an agent sends that one again


@pytest.mark.parametrize("channel", FURTHEST)
def test_a_provider_that_repeats_our_secrets_is_not_quoted(
    desk: Desk, simulator: Simulator, channel: str
) -> None:
    inbox = desk.inbox(channel)
    row = desk.conn.execute(
        "select secrets from private.channel_secrets where inbox_id = %s", (inbox,)
    ).fetchone()
    assert row is not None
    known = list(row[0].values())
    conversation = desk.greet(channel, somebody())
    mark = unique("You showed me")
    words = " ".join([mark, *known, *(quote(one, safe="") for one in known)])
    simulator.fault(channel, "401", count=None, words=words)
    message = desk.reply(conversation, unique("Unheard"))
    desk.reaches(message, "failed")
    kept = desk.conn.execute(
        """
        select message.content_attributes ->> 'external_error', connection.state_reason
        from messages as message
        join channel_connections as connection using (inbox_id)
        where message.id = %s
        """,
        (message,),
    ).fetchone()
    simulator.behave()
    desk.conn.execute("select service.set_connection_state(%s, 'connected')", (inbox,))
    assert kept is not None
    for said in kept:
        assert mark in said
        assert not [one for one in known if one in said or quote(one, safe="") in said]
    for table in ("private.jobs", "public.messages", "public.channel_connections"):
        found = desk.conn.execute(
            f"select count(*) from {table} as kept, unnest(%s::text[]) as secret"
            " where strpos(to_jsonb(kept)::text, secret) > 0",
            (known,),
        ).fetchone()
        assert found == (0,), table


def test_a_poisoned_item_is_kept_and_its_siblings_come_in(desk: Desk, simulator: Simulator) -> None:
    [business] = [one for one in simulator.businesses() if one["channel"] == "whatsapp_cloud"]
    texts = [unique("before"), unique("after")]
    sender = f"1202555{secrets.randbelow(9000) + 1000}"
    good = [
        {"from": sender, "id": f"wamid.{secrets.token_hex(8)}",
         "timestamp": str(int(time.time())), "type": "text", "text": {"body": text}}
        for text in texts
    ]  # fmt: skip
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"phone_number_id": business["address"], "display_phone_number": "1"},
        "contacts": [{"profile": {"name": "Mia"}, "wa_id": sender}],
        "messages": [good[0], {"type": "text", "from": [], "id": {}}, good[1]],
    }
    body = {"entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]}
    played = simulator.play("whatsapp_cloud", None, "raw", body=body)
    assert played["statuses"] == [200]
    assert desk.conversation(texts[0]) == desk.conversation(texts[1])
    row = eventually(
        lambda: desk.conn.execute(
            """
            select convert_from(body, 'utf8') from private.provider_events
            where status = 'quarantined' and inbox_id = %s order by id desc limit 1
            """,
            (desk.inbox("whatsapp_cloud"),),
        ).fetchone()
    )
    assert json.loads(row[0])["entry"] == body["entry"]


def test_a_webhook_without_its_signature_changes_nothing(product: LocalProduct, desk: Desk) -> None:
    text = unique("Forged")
    for channel in ALL:
        answer = httpx.post(
            f"{product.api_url}/webhooks/{channel}/7000000001",
            json={"update_id": 1, "message": {"text": text}},
            timeout=20,
        )
        assert answer.status_code in {200, 401}, channel
    assert desk.count(text) == 0


@pytest.mark.parametrize("channel", ["whatsapp_cloud", "telegram", "messenger"])
def test_customers_edit_and_react(desk: Desk, simulator: Simulator, channel: str) -> None:
    person = somebody()
    before, after = unique("Forty-two"), unique("Forty-three")
    played = simulator.play(channel, person, text=before)
    conversation = desk.conversation(before)
    simulator.play(channel, person, "edit", message_id=played["message"]["id"], text=after)
    assert desk.conversation(after) == conversation
    assert desk.count(before) == 0

    message = desk.reply(conversation, answer := unique("Noted."))
    eventually(lambda: desk.status(message) in {"sent", "delivered"} or None)
    [shown] = [one for one in simulator.chat(channel, person)["messages"] if one["text"] == answer]
    simulator.play(channel, person, "reaction", message_id=shown["id"], emoji="👍")
    eventually(
        lambda: desk.conn.execute(
            "select 1 from messages where id = %s and content_attributes::text like '%%👍%%'",
            (message,),
        ).fetchone()
    )


OPTIONS = [{"title": "A refund", "value": "refund:7"}, {"title": "A new one", "value": "again:7"}]


@pytest.mark.parametrize(
    "channel",
    ["whatsapp_cloud", "whatsapp_360dialog", "messenger", "instagram", "telegram", "line"],
)
def test_a_customer_taps_one_of_the_answers_and_says_what_stood_on_it(
    desk: Desk, simulator: Simulator, channel: str
) -> None:
    person = somebody()
    conversation = desk.greet(channel, person)
    desk.reply(conversation, question := unique("What shall we do?"), items=OPTIONS)

    def offered() -> Any:
        messages = simulator.chat(channel, person)["messages"]
        return next((one for one in messages if one["text"] == question), None)

    message = eventually(offered)
    assert [one["label"] for one in message["buttons"]] == [one["title"] for one in OPTIONS]
    value = message["buttons"][1]["value"]
    simulator.play(channel, person, "press", message_id=message["id"], value=value)
    said = eventually(
        lambda: (
            desk.conn.execute(
                "select content from messages where conversation_id = %s and message_type = 'incoming'"
                " order by seq desc limit 1",
                (conversation,),
            ).fetchone()
            if desk.incoming(conversation) == 2
            else None
        )
    )
    assert said == ("A new one",)


@pytest.mark.parametrize("channel", ["twilio_sms", "bandwidth_sms", "tiktok", "email"])
def test_where_there_are_no_buttons_the_answers_are_numbered(
    desk: Desk, simulator: Simulator, channel: str
) -> None:
    person = f"{secrets.token_hex(4)}@customers.example" if channel == "email" else somebody()
    conversation = desk.greet(channel, person)
    desk.reply(conversation, question := unique("What shall we do?"), items=OPTIONS)
    shown = eventually(
        lambda: next((one for one in simulator.shown(channel, person) if question in one), None)
    )
    assert "1. A refund" in shown
    assert "2. A new one" in shown


@pytest.mark.parametrize("by", ["webhook", "imap"])
def test_a_mail_is_answered_and_the_answer_comes_back_into_its_conversation(
    desk: Desk, simulator: Simulator, by: str
) -> None:
    def read(look: Callable[[], Found | None]) -> Found:
        """What is found, the mailbox being visited now and not in a minute."""

        def visit_and_look() -> Found | None:
            desk.conn.execute("update private.mailboxes set next_visit_at = now()")
            desk.conn.execute("select service.poll_mailboxes()")
            return look()

        return eventually(visit_and_look)

    person = f"{secrets.token_hex(4)}@customers.example"
    question = unique("Do you ship to Austria?")
    simulator.play("email", person, text=question, subject="Shipping", copies=10, by=by)
    conversation = read(lambda: desk.find(question))
    assert desk.count(question) == 1
    message = desk.reply(conversation, answer := unique("We do."))
    desk.reaches(message, "sent")
    eventually(lambda: answer in "\n".join(simulator.shown("email", person)) or None)
    [mail] = [one for one in simulator.chat("email", person)["messages"] if one["by"] == "business"]

    simulator.play(
        "email", person, text=(thanks := unique("Thank you!")), files=[photo("PNG")], by=by
    )
    assert read(lambda: desk.find(thanks)) == conversation
    eventually(
        lambda: desk.conn.execute(
            "select 1 from attachments where conversation_id = %s and state = 'ready'",
            (conversation,),
        ).fetchone()
    )
    # A bounce belongs to the mail that bounced, and opens no conversation.
    before = desk.conn.execute("select count(*) from conversations").fetchone()
    simulator.play("email", person, "bounce", message_id=mail["id"])
    assert read(lambda: desk.status(message) == "failed" or None)
    assert desk.conn.execute("select count(*) from conversations").fetchone() == before


def test_customers_of_one_inbox_write_at_the_same_time(desk: Desk, simulator: Simulator) -> None:
    people = [somebody() for _ in range(12)]
    texts = {person: unique("All at once") for person in people}
    threads = [
        threading.Thread(target=simulator.play, args=("telegram", person), kwargs={"text": text})
        for person, text in texts.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    conversations = {desk.conversation(text) for text in texts.values()}
    assert len(conversations) == len(people)
