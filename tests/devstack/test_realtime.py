"""Realtime as a client meets it: who hears what, and that nobody can break it for others."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import socket
import struct
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

import aiohttp
import psycopg
import pytest
from psycopg import sql
from supabase import AsyncClient, acreate_client
from yarl import URL

from devstack import stack as stacks
from devstack.realtime.bindings import BindingError, Filter, identifier, parse
from devstack.realtime.frames import V1, V2, MalformedFrameError, decode_binary, decode_text
from tests.support.stack import RunningStack, running_stack

PATIENCE = 10.0  # seconds to wait for something that must come
SILENCE = 0.3  # seconds to wait for something that must not

#: Who may join the private topics of these tests. `rt-rw-…` may be read and written by users,
#: `rt-read-…` only read, `rt-own-<user id>-…` only read by that user, anything else by nobody.
POLICIES = """
create policy "rt users read" on realtime.messages for select to authenticated
    using (realtime.topic() like 'rt-read-%' or realtime.topic() like 'rt-rw-%'
        or realtime.topic() like 'rt-own-' || auth.uid() || '-%');
create policy "rt users write" on realtime.messages for insert to authenticated
    with check (realtime.topic() like 'rt-rw-%');
create policy "rt a policy that fails" on realtime.messages for select to authenticated
    using (case when realtime.topic() like 'rt-boom-%' then 1 / (length(topic) * 0) = 1 else false end);
"""
TABLES = """
create table public.rt_notes (id int primary key, owner uuid, body text, n int, flag boolean);
create table public.rt_secured (like public.rt_notes including all);
alter table public.rt_secured enable row level security;
create policy "rt users read their own" on public.rt_secured for select to authenticated
    using (owner = auth.uid());
create table public.rt_fragile (id int primary key, allowed text);
alter table public.rt_fragile enable row level security;
create policy "rt as the token says" on public.rt_fragile for select to authenticated
    using ((auth.jwt() ->> 'allowed')::boolean);
create table public."rt 100% ""odd"" one" ("the %s" int primary key, "na""me" text, price numeric);
alter publication supabase_realtime
    add table public.rt_notes, public.rt_secured, public.rt_fragile, public."rt 100% ""odd"" one";
grant select on public.rt_notes, public.rt_secured, public.rt_fragile, public."rt 100% ""odd"" one"
    to anon, authenticated;
"""
DROP = """
drop policy "rt users read" on realtime.messages;
drop policy "rt users write" on realtime.messages;
drop policy "rt a policy that fails" on realtime.messages;
drop table public.rt_notes, public.rt_secured, public.rt_fragile, public."rt 100% ""odd"" one";
"""

Database = psycopg.AsyncConnection[psycopg.rows.TupleRow]


class Phone:
    """A raw client of protocol 2.0.0: sends what it is told to, and remembers what it hears."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws
        self.heard: list[Any] = []
        self._ref = 0

    async def say(
        self, topic: str, event: str, payload: Any = None, *, join_ref: str | None = "j"
    ) -> str:
        self._ref += 1
        ref = str(self._ref)
        await self.ws.send_json([join_ref, ref, topic, event, {} if payload is None else payload])
        return ref

    async def hear(
        self, event: str, wanted: Callable[[Any], bool] = lambda _: True, seconds: float = PATIENCE
    ) -> Any:
        """The payload of the first frame, heard before or from now on, that is wanted."""
        async with asyncio.timeout(seconds):
            place = 0
            while True:
                while place < len(self.heard):
                    frame = self.heard[place]
                    if frame[3] == event and wanted(frame[4]):
                        del self.heard[place]
                        return frame[4]
                    place += 1
                message = await self.ws.receive()
                if message.type is aiohttp.WSMsgType.TEXT:
                    self.heard.append(json.loads(message.data))
                elif message.type is aiohttp.WSMsgType.BINARY:
                    self.heard.append([None, None, None, "binary", message.data])
                else:
                    raise ConnectionError(f"the server ended the connection: {self.ws.close_code}")

    async def hears_no(self, event: str, wanted: Callable[[Any], bool] = lambda _: True) -> bool:
        with contextlib.suppress(TimeoutError):
            await self.hear(event, wanted, SILENCE)
            return False
        return True

    async def join(self, topic: str, *, expect: str = "ok", **options: Any) -> Any:
        """Join, and return the response."""
        token = options.pop("token", None)
        payload: dict[str, Any] = {"config": {"broadcast": {}, "presence": {}, **options}}
        if token:
            payload["access_token"] = token
        await self.say(f"realtime:{topic}", "phx_join", payload)
        reply = await self.hear("phx_reply")
        assert reply["status"] == expect, reply
        if options.get("postgres_changes") and expect == "ok":
            await self.hear("system", lambda s: s["message"] == "Subscribed to PostgreSQL")
        return reply["response"]

    async def is_alive(self) -> bool:
        await self.say("phoenix", "heartbeat", join_ref=None)
        return bool((await self.hear("phx_reply"))["status"] == "ok")


class Exchange:
    """Makes phones, and closes them."""

    def __init__(self, stack: RunningStack) -> None:
        self.stack = stack
        self.session = aiohttp.ClientSession()

    async def phone(self, *, key: str | None = None, vsn: str = "2.0.0") -> Phone:
        key = key or self.stack.anon_key
        url = f"{self.stack.url}/realtime/v1/websocket?apikey={key}&vsn={vsn}"
        return Phone(await self.session.ws_connect(url, max_msg_size=0))

    async def post(
        self, path: str, body: Any = None, *, token: str | None = None, **options: Any
    ) -> aiohttp.ClientResponse:
        headers = {"Authorization": f"Bearer {token or self.stack.anon_key}"}
        headers |= options.pop("headers", {})
        if body is not None:
            options["json"] = body
        url = f"{self.stack.url}/realtime/v1/api/{path}"
        answer = await self.session.post(url, headers=headers, **options)
        await answer.read()
        return answer

    def token(self, *, seconds: float = 600, **claims: Any) -> str:
        known = {"role": "authenticated", "sub": str(uuid4()), "exp": int(time.time() + seconds)}
        return self.stack.keys.sign(known | claims)


@pytest.fixture(scope="module", autouse=True)
def schema(stack: RunningStack) -> Iterator[None]:
    with psycopg.connect(stack.owner_url, autocommit=True) as conn:
        conn.execute(POLICIES.encode())
        conn.execute(TABLES.encode())
        yield
        conn.execute(DROP.encode())


@pytest.fixture
async def exchange(stack: RunningStack) -> AsyncIterator[Exchange]:
    made = Exchange(stack)
    yield made
    await made.session.close()


@pytest.fixture
async def db(stack: RunningStack) -> AsyncIterator[Database]:
    async with await psycopg.AsyncConnection.connect(stack.owner_url, autocommit=True) as conn:
        # Otherwise a test stack writes its log, which Realtime reads, up to 0.2 s after a commit.
        await conn.execute("set synchronous_commit = on")
        yield conn


def topic(kind: str = "open") -> str:
    return f"rt-{kind}-{secrets.token_hex(5)}"


async def send(db: Database, name: str, payload: str = "{}", *, private: bool = False) -> None:
    await db.execute("select realtime.send(%s::jsonb, 'note', %s, %s)", (payload, name, private))


# Who may join


async def test_strangers_do_not_join_a_private_topic(exchange: Exchange) -> None:
    member, stranger = str(uuid4()), exchange.token()
    name = f"rt-own-{member}-{secrets.token_hex(4)}"
    phone = await exchange.phone()

    await phone.join(name, private=True, token=exchange.token(sub=member))
    for token in (stranger, None):
        response = await phone.join(name, private=True, token=token, expect="error")
        assert response["reason"] == (
            f"Unauthorized: You do not have permissions to read from this Channel topic: {name}"
        )


async def test_a_policy_that_fails_lets_nobody_in(exchange: Exchange) -> None:
    phone = await exchange.phone()
    name = topic("boom")

    response = await phone.join(name, private=True, token=exchange.token(), expect="error")

    assert response["reason"].startswith("Unauthorized: ")
    assert await phone.is_alive()


async def test_a_role_that_does_not_exist_is_not_let_in(exchange: Exchange) -> None:
    phone = await exchange.phone()
    token = exchange.token(role="no_such_role")
    await phone.join(topic("rw"), private=True, token=token, expect="error")
    assert await phone.is_alive()


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"exp": None}, "InvalidJWTToken: Fields `role` and `exp` are required in JWT"),
        ({"role": 7}, "InvalidJWTToken: Fields `role` and `exp` are required in JWT"),
        ({"role": ""}, "InvalidJWTToken: Fields `role` and `exp` are required in JWT"),
        ({"exp": 1}, "InvalidJWTToken: Token has expired "),
        ({"nbf": 9999999999}, "InvalidJWTToken: "),
    ],
)
async def test_tokens_without_the_right_claims_are_refused(
    exchange: Exchange, claims: dict[str, Any], reason: str
) -> None:
    known = {"role": "authenticated", "exp": int(time.time()) + 60} | claims
    token = exchange.stack.keys.sign({k: v for k, v in known.items() if v is not None})
    phone = await exchange.phone()
    response = await phone.join(topic(), token=token, expect="error")
    assert response["reason"].startswith(reason)


async def test_a_name_is_needed_to_join(exchange: Exchange) -> None:
    phone = await exchange.phone()
    response = await phone.join("", expect="error")
    assert response["reason"] == "TopicNameRequired: You must provide a topic name"


async def test_the_newer_api_keys_open_a_socket(exchange: Exchange) -> None:
    phone = await exchange.phone(key=exchange.stack.publishable_key)
    await phone.join(topic(), token=exchange.stack.publishable_key)
    phone = await exchange.phone(key=exchange.stack.secret_key)
    await phone.join(topic("nobody"), private=True)  # service_role bypasses the policies


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 401),
        ("apikey=", 401),
        ("apikey=nonsense", 401),
        ("apikey=sb_publishable_unknown", 401),
        ("apikey={anon}&vsn=3.0.0", 403),
    ],
)
async def test_a_socket_needs_a_sound_key(exchange: Exchange, query: str, status: int) -> None:
    query = query.format(anon=exchange.stack.anon_key)
    url = f"{exchange.stack.url}/realtime/v1/websocket?{query}"
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await exchange.session.ws_connect(url)
    assert caught.value.status == status


async def test_a_socket_has_at_most_a_hundred_channels(exchange: Exchange) -> None:
    phone = await exchange.phone()
    for n in range(100):
        await phone.join(f"rt-many-{n}")
    response = await phone.join("rt-many-100", expect="error")
    assert response["reason"] == "ChannelRateLimitReached: Too many channels"
    await phone.join("rt-many-7")  # joining again is not one more


# How a channel ends, and how it does not


async def test_a_channel_ends_with_its_token(exchange: Exchange) -> None:
    phone, name = await exchange.phone(), topic()
    await phone.join(name, token=exchange.token(seconds=2))

    told = await phone.hear("system")

    assert (told["status"], told["extension"], told["channel"]) == ("error", "system", name)
    assert told["message"].startswith("Token has expired ")
    await phone.hear("phx_close")
    assert await phone.is_alive()


async def test_a_new_token_keeps_the_channel_beyond_the_end_of_the_old_one(
    exchange: Exchange, db: Database
) -> None:
    phone, name, user = await exchange.phone(), topic("read"), str(uuid4())
    await phone.join(name, private=True, token=exchange.token(sub=user, seconds=2))

    await phone.say(f"realtime:{name}", "access_token", {"access_token": exchange.token(sub=user)})
    await asyncio.sleep(2.5)
    await send(db, name, '{"still": true}', private=True)

    assert (await phone.hear("broadcast"))["payload"]["still"] is True
    assert not [frame for frame in phone.heard if frame[3] in ("system", "phx_close")]


async def test_a_token_that_may_no_longer_read_ends_the_channel(exchange: Exchange) -> None:
    phone, user = await exchange.phone(), str(uuid4())
    name = f"rt-own-{user}-x"
    await phone.join(name, private=True, token=exchange.token(sub=user))

    await phone.say(f"realtime:{name}", "access_token", {"access_token": exchange.token()})

    assert "do not have permissions to read" in (await phone.hear("system"))["message"]
    await phone.hear("phx_close")


@pytest.mark.parametrize("token", [None, 7, "", {"a": 1}, "sb_publishable_x"])
async def test_tokens_that_are_none_are_ignored(exchange: Exchange, token: Any) -> None:
    phone, name = await exchange.phone(), topic()
    await phone.join(name, broadcast={"ack": True})
    await phone.say(f"realtime:{name}", "access_token", {"access_token": token})
    await phone.say(f"realtime:{name}", "broadcast", {"type": "broadcast", "event": "e"})
    assert (await phone.hear("phx_reply"))["status"] == "ok"


async def test_joining_again_closes_the_former_channel(exchange: Exchange) -> None:
    phone, name = await exchange.phone(), topic()
    await phone.join(name)
    await phone.ws.send_json(["second", "99", f"realtime:{name}", "phx_join", {}])
    await phone.hear("phx_close")
    assert (await phone.hear("phx_reply"))["status"] == "ok"

    await phone.say(f"realtime:{name}", "phx_leave", join_ref="j")  # of the former one, late
    assert (await phone.hear("phx_reply"))["status"] == "ok"
    assert await phone.hears_no("phx_close")


async def test_frames_for_a_topic_that_is_not_joined_are_answered(exchange: Exchange) -> None:
    phone = await exchange.phone()
    await phone.say("realtime:nowhere", "broadcast", {"event": "e"})
    assert (await phone.hear("phx_reply"))["response"] == {"reason": "unmatched topic"}
    await phone.say("realtime:nowhere", "phx_leave")
    assert (await phone.hear("phx_reply"))["status"] == "ok"


# Broadcasts


async def test_nothing_is_sent_before_a_commit_nor_after_a_rollback(
    exchange: Exchange, db: Database
) -> None:
    phone, name = await exchange.phone(), topic()
    await phone.join(name)

    with contextlib.suppress(psycopg.errors.DivisionByZero):
        async with db.transaction():
            await send(db, name, '{"n": 1}')
            await db.execute("select 1 / 0")
    async with db.transaction():
        await send(db, name, '{"n": 2}')
        assert await phone.hears_no("broadcast")

    assert (await phone.hear("broadcast"))["payload"]["n"] == 2


async def test_every_commit_reaches_the_socket_by_itself(exchange: Exchange, db: Database) -> None:
    phone, name = await exchange.phone(), topic()
    await phone.join(name)
    for _ in range(20):
        await send(db, name)
        await phone.hear("broadcast")


async def test_a_broadcast_from_sql_needs_the_insert_policy(
    exchange: Exchange, db: Database
) -> None:
    phone, read, write = await exchange.phone(), topic("read"), topic("rw")
    for name in (read, write):
        await phone.join(name, private=True, token=exchange.token())
    notices: list[str] = []
    db.add_notice_handler(lambda notice: notices.append(str(notice.message_primary)))

    async with db.transaction():
        await db.execute("set local role authenticated")
        await send(db, read, private=True)
        await send(db, write, private=True)

    assert [notice[:28] for notice in notices] == ["WarnSendingBroadcastMessage:"]
    heard = await phone.hear("broadcast")
    assert heard["event"] == "note"
    assert await phone.hears_no("broadcast")


async def test_bytes_from_sql_reach_the_sockets_that_can_take_them(
    exchange: Exchange, db: Database
) -> None:
    new, old, name = await exchange.phone(), await exchange.phone(vsn="1.0.0"), topic()
    await new.join(name)
    await old.ws.send_json(
        {"topic": f"realtime:{name}", "event": "phx_join", "payload": {}, "ref": "1"}
    )
    assert json.loads(await old.ws.receive_str())["payload"]["status"] == "ok"

    await db.execute("select realtime.send_binary('\\x00ff'::bytea, 'b', %s, false)", (name,))
    await send(db, name)

    data = await new.hear("binary")
    kind, topic_size, event_size, meta_size, encoding = data[:5]
    body = data[5:]
    assert (kind, encoding) == (4, 0)
    assert body[:topic_size].decode() == f"realtime:{name}"
    assert body[topic_size : topic_size + event_size] == b"b"
    assert body[topic_size + event_size + meta_size :] == b"\x00\xff"
    assert json.loads(await old.ws.receive_str())["payload"]["event"] == "note"


async def test_changes_broadcast_only_what_a_row_trigger_can_say(db: Database) -> None:
    call = sql.SQL(
        "select realtime.broadcast_changes('rt-x', 'e', {}, 't', 's', row(1), row(2), {})"
    )
    with pytest.raises(psycopg.errors.RaiseException, match="Unexpected operation type: TRUNCATE"):
        await db.execute(call.format("TRUNCATE", "ROW"))
    with pytest.raises(psycopg.errors.RaiseException, match="not for each statement"):
        await db.execute(call.format("INSERT", "STATEMENT"))


async def test_five_thousand_rows_arrive_in_order_and_starve_nobody(
    exchange: Exchange, db: Database
) -> None:
    phone, other, name = await exchange.phone(), await exchange.phone(), topic()
    await phone.join(name)
    binding = {"event": "INSERT", "schema": "public", "table": "rt_notes"}
    await phone.join(topic(), postgres_changes=[binding])
    answered = 0

    async def beat() -> None:
        nonlocal answered
        while True:
            await other.is_alive()
            answered += 1
            await asyncio.sleep(0.01)

    task = asyncio.create_task(beat())
    await db.execute(
        """
        with made as (
            insert into rt_notes (id, n) select -i, i from generate_series(1, 5000) as i
            returning n
        )
        select realtime.send(jsonb_build_object('n', n), 'e', %s, false) from made order by n
        """,
        (name,),
    )
    sent = [(await phone.hear("broadcast"))["payload"]["n"] for _ in range(5000)]
    rows = [(await phone.hear("postgres_changes"))["data"]["record"]["n"] for _ in range(5000)]
    task.cancel()
    await db.execute("delete from rt_notes where id < 0")

    assert sent == rows == list(range(1, 5001))
    assert answered >= 3  # between the rows; one or two are before and after them


async def test_replay_gives_the_newest_once_and_oldest_first(
    exchange: Exchange, db: Database
) -> None:
    name, phone, earlier = topic("rw"), await exchange.phone(), await exchange.phone()
    await earlier.join(name, private=True, token=exchange.token())
    for n in range(30):
        await send(db, name, json.dumps({"n": n}), private=True)
    await send(db, name, '{"public": true}', private=False)
    for _ in range(30):
        await earlier.hear("broadcast")  # until they are history: what is on its way is heard live

    replay = {"since": 0, "limit": 100}
    await phone.join(name, private=True, token=exchange.token(), broadcast={"replay": replay})
    await send(db, name, '{"n": "live"}', private=True)

    heard = [await phone.hear("broadcast") for _ in range(26)]
    assert [m["payload"]["n"] for m in heard] == [*range(5, 30), "live"]
    assert [m["meta"].get("replayed", False) for m in heard] == [True] * 25 + [False]


@pytest.mark.parametrize(
    "replay", [7, "x", [], {"since": "x"}, {"since": 1e300}, {"since": 10**20}, {"limit": 1.5}]
)
async def test_replay_parameters_must_make_sense(exchange: Exchange, replay: Any) -> None:
    phone = await exchange.phone()
    response = await phone.join(
        topic("read"),
        private=True,
        token=exchange.token(),
        broadcast={"replay": replay},
        expect="error",
    )
    assert response["reason"] == "UnableToReplayMessages: Replay params are not valid"


async def test_public_channels_have_no_replay(exchange: Exchange) -> None:
    phone = await exchange.phone()
    response = await phone.join(topic(), broadcast={"replay": {"since": 0}}, expect="error")
    assert response["reason"].endswith("Replay is not allowed for public channels")


async def test_every_day_has_a_partition(db: Database) -> None:
    cursor = await db.execute(
        "select inhrelid::regclass::text from pg_inherits"
        " where inhparent = 'realtime.messages'::regclass"
    )
    names = {name for (name,) in await cursor.fetchall()}
    assert f"realtime.messages_{datetime.now(UTC):%Y_%m_%d}" in names
    async with db.transaction(force_rollback=True):
        for day in ("1999-01-01", "2999-01-01"):
            await db.execute(
                "insert into realtime.messages (topic, extension, inserted_at)"
                " values ('rt-x', 'broadcast', %s)",
                (day,),
            )


# Broadcasts over HTTP


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"messages": ["can't be blank"]}),
        ([], {"messages": ["can't be blank"]}),
        ({"messages": []}, {"messages": ["can't be blank"]}),
        ({"messages": "x"}, {"messages": ["is invalid"]}),
        ({"messages": ["x"]}, {"messages": [{"message": ["is invalid"]}]}),
        (
            {"messages": [{"topic": "t", "event": "", "payload": [1]}]},
            {"messages": [{"event": ["can't be blank"], "payload": ["is invalid"]}]},
        ),
        (
            {"messages": [{"topic": 7, "event": "e", "payload": {}, "private": "no"}]},
            {"messages": [{"topic": ["is invalid"], "private": ["is invalid"]}]},
        ),
    ],
)
async def test_a_batch_says_what_is_wrong_with_it(
    exchange: Exchange, body: Any, errors: Any
) -> None:
    answer = await exchange.post("broadcast", body)
    assert (answer.status, await answer.json()) == (422, {"errors": errors})


async def test_http_bodies_that_are_not_json_or_too_large_are_refused(exchange: Exchange) -> None:
    json_type = {"Content-Type": "application/json"}
    for body in (b"", b"{", b"\xff", b"[" * 10_000, b"NaN", b'{"x":"' + b"y" * 3_200_000 + b'"}'):
        for path in ("broadcast", "broadcast/rt-x/events/e"):
            answer = await exchange.post(path, data=body, headers=json_type)
            assert answer.status == 422, (path, body[:20])
    answer = await exchange.post("broadcast/rt-x/events/e", data=b"x")
    assert answer.status == 202  # bytes
    answer = await exchange.post(
        "broadcast/rt-x/events/e", data=b"x", headers={"Content-Type": "text/plain"}
    )
    assert answer.status == 415


async def test_http_needs_a_sound_token(exchange: Exchange) -> None:
    for token in ("nonsense", exchange.token(seconds=-10)):
        answer = await exchange.post("broadcast", {"messages": []}, token=token)
        assert (answer.status, await answer.json()) == (401, {"message": "Unauthorized"})


async def test_a_topic_with_odd_characters_survives_the_path(exchange: Exchange) -> None:
    phone, name, event = await exchange.phone(), f"{topic()} a/b%2F{{c}}?é#", "e/v %41"
    await phone.join(name)
    path = f"broadcast/{quote(name, safe='')}/events/{quote(event, safe='')}"
    url = f"{exchange.stack.url}/realtime/v1/api/{path}"

    answer = await exchange.session.post(
        URL(url, encoded=True),
        json={"n": 1},
        headers={"Authorization": f"Bearer {exchange.stack.anon_key}"},
    )

    assert answer.status == 202
    heard = await phone.hear("broadcast")
    assert (heard["event"], heard["payload"]) == (event, {"n": 1})


async def test_what_is_not_emulated_says_so(exchange: Exchange) -> None:
    answer = await exchange.post("tenants", {})
    assert answer.status == 501
    assert "not emulated" in (await answer.json())["message"]


async def test_health_tells_whether_the_database_is_followed(exchange: Exchange) -> None:
    url = f"{exchange.stack.url}/realtime/v1/api/tenants/realtime-dev/health"
    async with exchange.session.get(url) as answer:
        assert answer.status == 200
        assert (await answer.json())["data"]["replication_connected"] is True


# Presence


async def test_a_lost_connection_leaves_no_ghost(exchange: Exchange) -> None:
    watcher, ghost, name = await exchange.phone(), await exchange.phone(), topic()
    await watcher.join(name, presence={"enabled": True})
    assert await watcher.hear("presence_state") == {}
    await ghost.join(name, presence={"key": "ghost", "enabled": True})
    await ghost.say(f"realtime:{name}", "presence", {"event": "TRACK", "payload": {"a": 1}})
    joined = await watcher.hear("presence_diff")
    assert joined["joins"]["ghost"]["metas"][0]["a"] == 1

    assert ghost.ws._response.connection is not None
    assert ghost.ws._response.connection.transport is not None
    ghost.ws._response.connection.transport.abort()

    left = await watcher.hear("presence_diff")
    assert left == {"joins": {}, "leaves": joined["joins"]}


async def test_tracking_switches_presence_on(exchange: Exchange) -> None:
    early, late, name = await exchange.phone(), await exchange.phone(), topic()
    for phone, key in ((early, "early"), (late, "late")):
        await phone.join(name, presence={"key": key})
        await phone.say(f"realtime:{name}", "presence", {"event": "track", "payload": {}})
    assert set(await late.hear("presence_state")) == {"early", "late"}


@pytest.mark.parametrize("payload", [7, None, [1], "x"])
async def test_only_maps_can_be_tracked(exchange: Exchange, payload: Any) -> None:
    phone, name = await exchange.phone(), topic()
    await phone.join(name)
    await phone.say(f"realtime:{name}", "presence", {"event": "track", "payload": payload})
    reply = await phone.hear("phx_reply")
    assert reply["response"] == {"reason": "Presence track payload must be a map"}


# Changes of tables


def changes(table: str, event: str = "*", **more: Any) -> list[dict[str, Any]]:
    return [{"event": event, "schema": "public", "table": table, **more}]


async def test_users_hear_of_their_own_rows_with_the_rights_of_the_newest_token(
    exchange: Exchange, db: Database
) -> None:
    phone, name, first, second = await exchange.phone(), topic(), str(uuid4()), str(uuid4())
    await phone.join(
        name, token=exchange.token(sub=first), postgres_changes=changes("rt_secured", "INSERT")
    )
    insert = "insert into rt_secured (id, owner) select %s, unnest(%s::uuid[])"

    await db.execute("insert into rt_secured (id, owner) values (1, %s), (2, %s)", (first, second))
    heard = await phone.hear("postgres_changes")
    assert heard["data"]["record"]["owner"] == first
    assert await phone.hears_no("postgres_changes")

    token = exchange.token(sub=second)
    await phone.say(f"realtime:{name}", "access_token", {"access_token": token})
    await phone.hear("system", lambda s: s["message"] == "Subscribed to PostgreSQL")
    await db.execute(insert, (3, [first]))
    await db.execute(insert, (4, [second]))
    assert (await phone.hear("postgres_changes"))["data"]["record"]["id"] == 4
    await db.execute("truncate rt_secured")


async def test_a_policy_that_fails_for_one_costs_the_others_nothing(
    exchange: Exchange, db: Database
) -> None:
    good, bad = await exchange.phone(), await exchange.phone()
    for phone, allowed in ((good, "true"), (bad, "no idea")):
        token = exchange.token(allowed=allowed)
        await phone.join(topic(), token=token, postgres_changes=changes("rt_fragile"))

    await db.execute("insert into rt_fragile values (1)")

    assert (await good.hear("postgres_changes"))["data"]["record"] == {"id": 1, "allowed": None}
    assert (await bad.hear("postgres_changes"))["data"] == {
        "schema": "public",
        "table": "rt_fragile",
        "type": "INSERT",
        "errors": ["Error 500: Internal Server Error, RLS policy evaluation failed"],
    }
    await db.execute("truncate rt_fragile")


async def test_odd_names_and_exact_numbers_survive(exchange: Exchange, db: Database) -> None:
    phone = await exchange.phone()
    binding = changes('rt 100% "odd" one', filter='na"me=like.50%')
    response = await phone.join(topic(), postgres_changes=binding)
    assert response == {"postgres_changes": [binding[0] | {"id": identifier(binding[0])}]}
    table = 'public."rt 100% ""odd"" one"'

    await db.execute(f"insert into {table} values (1, '50% of', 12.340), (2, 'x', 'NaN')")
    raw = await phone.hear("postgres_changes")
    assert raw["ids"] == [identifier(binding[0])]
    assert raw["data"]["record"] == {"the %s": 1, 'na"me': "50% of", "price": 12.34}

    await db.execute(f'update {table} set price = \'NaN\', "the %s" = 9 where "the %s" = 1')
    updated = (await phone.hear("postgres_changes"))["data"]
    assert updated["record"] == {"the %s": 9, 'na"me': "50% of", "price": "NaN"}
    assert updated["old_record"] == {"the %s": 1}


async def test_a_long_value_that_did_not_change_is_left_out(
    exchange: Exchange, db: Database
) -> None:
    phone = await exchange.phone()
    await phone.join(topic(), postgres_changes=changes("rt_notes", "UPDATE"))
    await db.execute("alter table rt_notes alter column body set storage external")
    await db.execute("insert into rt_notes (id, body) values (77, repeat('x', 5000))")

    await db.execute("update rt_notes set n = 1 where id = 77")

    record = (await phone.hear("postgres_changes"))["data"]["record"]
    assert record == {"id": 77, "owner": None, "n": 1, "flag": None}


async def test_a_filter_whose_column_changed_silences_only_itself(
    exchange: Exchange, db: Database
) -> None:
    phone = await exchange.phone()
    await db.execute("alter table rt_notes alter column flag type text using null")
    filtered = changes("rt_notes", "INSERT", filter="flag=eq.yes")
    await phone.join(topic(), postgres_changes=[*filtered, *changes("rt_notes", "INSERT")])
    await db.execute("alter table rt_notes alter column flag type int using null")

    await db.execute("insert into rt_notes (id, flag) values (78, 1)")

    heard = await phone.hear("postgres_changes")
    assert heard["data"]["record"]["flag"] == 1
    assert len(heard["ids"]) == 1
    await db.execute("alter table rt_notes alter column flag type boolean using null")


async def test_the_publication_may_be_made_anew(exchange: Exchange, db: Database) -> None:
    phone = await exchange.phone()
    cursor = await db.execute(
        "select string_agg(format('%I.%I', schemaname, tablename), ', ')"
        " from pg_publication_tables where pubname = 'supabase_realtime'"
    )
    (tables,) = await cursor.fetchone() or ("",)
    async with db.transaction():
        await db.execute("drop publication if exists supabase_realtime")
        await db.execute("create publication supabase_realtime")
        await db.execute(f"alter publication supabase_realtime add table {tables}".encode())
    await phone.join(topic(), postgres_changes=changes("rt_notes", "INSERT"))

    await db.execute("insert into rt_notes (id) values (79)")

    assert (await phone.hear("postgres_changes"))["data"]["record"]["id"] == 79


@pytest.mark.parametrize(
    ("binding", "message"),
    [
        ({}, "No subscription params provided. "),
        ("x", "No subscription params provided. "),
        ({"schema": 7, "table": "x"}, "No subscription params provided. "),
        ({"schema": "public", "filter": "a=eq.1"}, "No subscription params provided. "),
        ({"table": "rt_missing"}, "Unable to subscribe to changes with given parameters. Please"),
        ({"table": "messages", "schema": "realtime"}, "Unable to subscribe to changes"),
        ({"table": "rt_notes", "schema": "public", "filter": "n=gt.x"}, "ERROR 22P02 (invalid_"),
        ({"table": "rt_notes", "schema": "public", "filter": "n=like.x"}, "ERROR 22P02"),
        ({"table": "rt_notes", "schema": "public", "filter": "body=match.["}, "ERROR P0001"),
        ({"table": "rt_notes", "schema": "public", "filter": "n=is.true"}, "requires a boolean"),
        ({"table": "rt_notes", "schema": "public", "filter": "n=is.x"}, "must be null, true"),
        ({"table": "rt_notes", "schema": "public", "filter": "body=eq.\0"}, "ERROR"),
        ({"table": "rt_notes", "schema": "public", "filter": "n=in.(1,x)"}, "ERROR 22P02"),
        (
            {
                "table": "rt_notes",
                "schema": "public",
                "filter": f"n=in.({','.join(map(str, range(101)))})",
            },
            "too many values for `in` filter. Maximum 100",
        ),
        ({"table": "rt_notes", "schema": "public", "select": ["x"]}, "invalid column for select x"),
        ({"table": "rt_notes", "schema": "*", "select": ["n"]}, "Column selection is not"),
        ({"table": "rt_notes", "schema": "public", "select": "n"}, "Error parsing `select`"),
    ],
)
async def test_a_binding_that_cannot_be_heard_says_why(
    exchange: Exchange, binding: Any, message: str
) -> None:
    phone, name = await exchange.phone(), topic()
    await phone.say(f"realtime:{name}", "phx_join", {"config": {"postgres_changes": [binding]}})
    assert (await phone.hear("phx_reply"))["status"] == "ok"
    told = await phone.hear("system")
    assert (told["status"], told["extension"]) == ("error", "postgres_changes")
    assert message in told["message"]
    assert await phone.is_alive()


NULL_B = Filter("b", "is", "null", False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("  ", ()),
        ("a=eq.1", (Filter("a", "eq", "1", False),)),
        ("a=eq.", (Filter("a", "eq", "", False),)),
        ("a=eq.b=c.d", (Filter("a", "eq", "b=c.d", False),)),
        ("a=not.in.(1,2), b=lt.3", (Filter("a", "in", "{1,2}", True), Filter("b", "lt", "3", False))),
        ('a=eq."x, \\"y\\"",b=is.null', (Filter("a", "eq", 'x, "y"', False), NULL_B)),
        ('a=in.("x)",y)', (Filter("a", "in", '{"x)",y}', False),)),
        ('a=eq.5" pipe', (Filter("a", "eq", '5" pipe', False),)),
        ('a=eq."x"y', (Filter("a", "eq", '"x"y', False),)),
    ],
)  # fmt: skip
def test_filters_are_read_as_postgrest_reads_them(text: str, expected: tuple[Filter, ...]) -> None:
    assert parse({"schema": "public", "table": "t", "filter": text}).filters == expected


@pytest.mark.parametrize("text", ["a", "a=", "a=eq", "a=foo.1", "a=eq.1,,b=eq.2", "a=in.1", ","])
def test_filters_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(BindingError, match="Error parsing `filter` params: "):
        parse({"schema": "public", "table": "t", "filter": text})


# Hostile clients

BROKEN_TEXT = [
    "",
    "{",
    "null",
    "7",
    "[]",
    "[1,2,3]",
    '["1","2",3,"phx_join",{}]',
    '["1","2","realtime:x",null,{}]',
    '[{},"2","realtime:x","phx_join",{}]',
    '["1",true,"realtime:x","phx_join",{}]',
    '["1","2","realtime:\\ud800","phx_join",{}]',
    '["1","2","realtime:x","broadcast",NaN]',
    '["1","2","realtime:x","broadcast",' + "9" * 5000 + "]",
    "[" * 10_000,
    '["1","2","realtime:x","broadcast",' + '{"a":' * 10_000 + "1" + "}" * 10_000 + "]",
]
BROKEN_BINARY = [
    b"",
    b"\x03",
    b"\x00" * 20,
    b"\x04\x01\x01\x00\x01te{}",
    bytes([3, 200, 200, 200, 200, 200, 1]) + b"short",
    bytes([3, 0, 0, 1, 1, 0, 1]) + b"te{",
    bytes([3, 0, 0, 1, 1, 0, 1]) + b"te" + b"[" * 10_000,
    bytes([3, 0, 0, 1, 1, 0, 9]) + b"te{}",
    bytes([3, 0, 0, 1, 1, 0, 1]) + b"\xff\xff{}",
    bytes([3, 0, 0, 1, 1, 0, 1]) + b"te\xff",
]


@pytest.mark.parametrize("frame", BROKEN_TEXT, ids=lambda frame: frame[:20] or "empty")
def test_broken_text_is_recognised(frame: str) -> None:
    for version in (V1, V2):
        with pytest.raises(MalformedFrameError):
            decode_text(version, frame)


@pytest.mark.parametrize("frame", BROKEN_BINARY, ids=lambda frame: frame[:8].hex() or "empty")
def test_broken_bytes_are_recognised(frame: bytes) -> None:
    for version in (V1, V2):
        with pytest.raises(MalformedFrameError):
            decode_binary(version, frame)


async def test_broken_frames_end_their_own_socket_only(exchange: Exchange) -> None:
    bystander, name = await exchange.phone(), topic()
    await bystander.join(name, broadcast={"self": True})
    frames: list[str | bytes] = [*BROKEN_TEXT, *BROKEN_BINARY]
    for frame in frames:
        phone = await exchange.phone()
        if isinstance(frame, str):
            await phone.ws.send_str(frame)
        else:
            await phone.ws.send_bytes(frame)
        with pytest.raises(ConnectionError):
            await phone.hear("phx_reply")
        assert phone.ws.close_code == 1007, frame[:40]
    await bystander.say(f"realtime:{name}", "broadcast", {"event": "e", "payload": 1})
    assert (await bystander.hear("broadcast"))["payload"] == 1


async def test_an_oversize_frame_ends_its_own_socket_only(exchange: Exchange) -> None:
    phone, bystander = await exchange.phone(), await exchange.phone()
    with contextlib.suppress(ConnectionError):
        await phone.ws.send_str("x" * (6 * 1024 * 1024))
    with pytest.raises(ConnectionError):
        await phone.hear("phx_reply")
    assert await bystander.is_alive()


@pytest.mark.parametrize(
    "payload", [None, 7, "x", [], {"config": 7}, {"config": {"broadcast": []}}]
)
async def test_a_join_with_odd_options_is_a_plain_join(exchange: Exchange, payload: Any) -> None:
    phone, name = await exchange.phone(), topic()
    await phone.ws.send_json(["1", "1", f"realtime:{name}", "phx_join", payload])
    assert await phone.hear("phx_reply") == {"status": "ok", "response": {"postgres_changes": []}}


async def test_topics_may_be_long_and_odd(exchange: Exchange) -> None:
    phone = await exchange.phone()
    for name in ("é" * 3000, "a\0b", "'; drop table x; --", "%s %(x)s {}"):
        await phone.join(name)
        await phone.join(name, private=True, token=exchange.token(), expect="error")


async def test_a_slow_reader_is_dropped(exchange: Exchange) -> None:
    name = topic()
    sender = await exchange.phone()
    await sender.join(name, broadcast={"ack": True})
    address = urlsplit(exchange.stack.url)
    path = f"/realtime/v1/websocket?apikey={exchange.stack.anon_key}&vsn=2.0.0"
    slow = socket.create_connection((address.hostname, address.port))
    slow.sendall(
        f"GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n".encode()
    )
    join = json.dumps(["1", "1", f"realtime:{name}", "phx_join", {}]).encode()
    slow.sendall(struct.pack("!BBI", 0x81, 0x80 | len(join), 0) + join)  # masked with zeros
    await asyncio.to_thread(slow.recv, 4096)
    await asyncio.sleep(0.2)

    for _ in range(60):
        payload = {"type": "broadcast", "event": "e", "payload": "y" * 1_000_000}
        await sender.say(f"realtime:{name}", "broadcast", payload)
        assert (await sender.hear("phx_reply"))["status"] == "ok"

    def drained() -> int:
        size = 0
        with contextlib.suppress(ConnectionError):
            while chunk := slow.recv(1 << 20):
                size += len(chunk)
        return size

    slow.settimeout(PATIENCE)
    assert await asyncio.to_thread(drained) < 40_000_000
    slow.close()
    assert await sender.is_alive()


async def test_clients_that_come_and_go_at_once_leave_nothing_behind(exchange: Exchange) -> None:
    name, watcher = topic("rw"), await exchange.phone()
    await watcher.join(name, private=True, token=exchange.token(), presence={"enabled": True})
    await watcher.hear("presence_state")

    async def flicker() -> None:
        phone = await exchange.phone()
        config = {"private": True, "presence": {"key": "k", "enabled": True}}
        payload = {"config": config, "access_token": exchange.token()}
        await phone.say(f"realtime:{name}", "phx_join", payload)
        await phone.say(f"realtime:{name}", "presence", {"event": "track", "payload": {"a": 1}})
        assert phone.ws._response.connection is not None
        assert phone.ws._response.connection.transport is not None
        phone.ws._response.connection.transport.abort()

    await asyncio.gather(*(flicker() for _ in range(40)))
    await asyncio.sleep(1)
    late = await exchange.phone()
    await late.join(name, private=True, token=exchange.token(), presence={"enabled": True})
    assert await late.hear("presence_state") == {}


# The official client, and a database that goes away


async def test_the_official_client_hears_a_database_broadcast(
    stack: RunningStack, db: Database
) -> None:
    client: AsyncClient = await acreate_client(stack.url, stack.anon_key)
    await client.realtime.set_auth(
        stack.keys.sign(
            {"role": "authenticated", "sub": str(uuid4()), "exp": int(time.time()) + 60}
        )
    )
    heard: asyncio.Queue[Any] = asyncio.Queue()
    name = topic("read")
    channel = client.channel(name, {"config": {"private": True, "broadcast": {}, "presence": None}})
    channel.on_broadcast("note", heard.put_nowait)
    await channel.subscribe()

    await send(db, name, '{"text": "grüße"}', private=True)

    assert (await asyncio.wait_for(heard.get(), PATIENCE))["payload"]["text"] == "grüße"
    await client.remove_all_channels()
    await client.realtime.close()


async def test_sockets_keep_hearing_after_the_database_was_made_anew() -> None:
    with running_stack("--bare", "--conformance") as own:
        exchange = Exchange(own)
        try:
            await _survive_resets(exchange)
        finally:
            await exchange.session.close()


async def _survive_resets(exchange: Exchange) -> None:
    own = exchange.stack
    phone, name = await exchange.phone(), topic()
    health = f"{own.url}/realtime/v1/api/tenants/realtime-dev/health"
    tables = "create table t (id int primary key); alter publication supabase_realtime add table t;"
    async with await psycopg.AsyncConnection.connect(own.owner_url, autocommit=True) as conn:
        await conn.execute(tables.encode())
    await phone.join(name)
    await phone.join(topic(), postgres_changes=changes("t"))

    for n in range(3):
        await asyncio.to_thread(stacks.reset, own.config, migrate=False)
        async with asyncio.timeout(PATIENCE):
            while (await exchange.session.get(health)).status != 200:
                await asyncio.sleep(0.02)
        async with await psycopg.AsyncConnection.connect(own.owner_url, autocommit=True) as conn:
            await conn.execute(tables.encode())
            await send(conn, name, json.dumps({"n": n}))
            assert (await phone.hear("broadcast"))["payload"]["n"] == n
            await conn.execute("insert into t values (1)")
            assert (await phone.hear("postgres_changes"))["data"]["record"] == {"id": 1}
            await conn.execute(POLICIES.encode())
        private = await exchange.phone()
        await private.join(topic("rw"), private=True, token=exchange.token())
