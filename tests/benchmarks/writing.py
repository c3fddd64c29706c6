"""What is written all day: messages, conversations, jobs."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.benchmarks.load import BenchmarkError, Timing, interleave, one_by_one
from tests.benchmarks.report import Ratio, Section
from tests.benchmarks.world import CONTACT, CONVERSATION, INBOX, World, numbered

CLIENTS = 8
BATCH = 50  # jobs a worker claims at a time
_TEXT = (
    "Thank you for writing; your parcel left us this morning and should reach you by Friday noon."
)


def send_message(world: World) -> Section:
    """An agent's reply, with everything that follows from it in the same transaction."""
    half = world.scale.conversations // 2
    scripts = {
        "floor: bare insert": f"insert into naive.bare (content) values ('{_TEXT}');",
        "send_message": f"""
            \\set n random(1, {half})
            select public.send_message(bench.id({CONVERSATION}, :n * 2), gen_random_uuid(), '{_TEXT}');
        """,
        "naive insert": f"""
            \\set n random(1, {half})
            insert into naive.messages (account_id, conversation_id, content)
            values ('{world.account}', md5('conversation' || (:n * 2))::uuid, '{_TEXT}');
        """,
    }

    def send(place: int) -> None:
        world.rest.rpc(
            "send_message",
            p_conversation_id=numbered(CONVERSATION, world.conversation(place)),
            p_id=str(uuid4()),
            p_content=_TEXT,
        )

    def floor(_: int) -> None:
        world.rest.get("/accounts?limit=1")

    with world.connect() as conn:
        naive = [
            row[0]
            for row in conn.execute(
                "select id::text from naive.conversations where account_id = %s limit 1000",
                [world.account],
            )
        ]

    def send_naively(place: int) -> None:
        world.rest.post(
            "/messages",
            {
                "account_id": world.account,
                "conversation_id": naive[place % len(naive)],
                "content": _TEXT,
            },
            Content_Profile="naive",
            Prefer="return=representation",
        )

    variants: dict[str, Any] = {
        f"{name}, {clients} client{'s' * (clients > 1)}": lambda script=script, clients=clients: (
            world.pgbench.run(script, clients=clients, seconds=world.scale.seconds)
        )
        for clients in (1, CLIENTS)
        for name, script in scripts.items()
    }
    for name, call in {
        "PostgREST floor: accounts?limit=1": floor,
        "PostgREST send_message": send,
        "PostgREST naive insert": send_naively,
    }.items():
        variants[name] = lambda call=call: one_by_one(world.scale.calls, call)
    cells = interleave(world.scale.rounds, variants)
    many = f", {CLIENTS} clients"
    return Section(
        f"Sending a message (SQL with 1 and {CLIENTS} clients; PostgREST with one)",
        cells,
        [
            Ratio(
                what="tps, 1 client: send_message : bare insert",
                value=cells["send_message, 1 client"].rate
                / cells["floor: bare insert, 1 client"].rate,
            ),
            Ratio(
                what=f"tps{many}: send_message : bare insert",
                value=cells[f"send_message{many}"].rate / cells[f"floor: bare insert{many}"].rate,
                bar="B7",
                at_least=0.2,
            ),
            Ratio(
                what=f"tps{many}: naive : bare insert",
                value=cells[f"naive insert{many}"].rate / cells[f"floor: bare insert{many}"].rate,
            ),
            Ratio(
                what="PostgREST p50: send_message : floor",
                value=cells["PostgREST send_message"].p50
                / cells["PostgREST floor: accounts?limit=1"].p50,
            ),
            Ratio(
                what="PostgREST p50: send_message : naive",
                value=cells["PostgREST send_message"].p50 / cells["PostgREST naive insert"].p50,
            ),
        ],
    )


def create_conversation(world: World) -> Section:
    """New conversations in one account, eight at a time: every one must get a number of its own."""
    inbox, half = numbered(INBOX, 1), world.scale.conversations // 2
    ours = f"""
        \\set n random(1, {half})
        insert into public.conversations (account_id, inbox_id, contact_id, contact_inbox_id)
        values ('{world.account}', '{inbox}', bench.id(4, :n * 2), bench.id(5, :n * 2));
    """
    naive = f"""
        select naive.try_create('{world.account}', '{inbox}', md5('contact' || {CONTACT})::uuid);
    """
    naive = naive.replace(f"'contact' || {CONTACT}", "'contact2'")
    attempts = {"ours": 0, "naive": 0}

    def create(name: str, script: str) -> Timing:
        table = "naive.conversations" if name == "naive" else "public.conversations"
        before = _rows(world, table)
        timing = world.pgbench.run(
            script, role="postgres", clients=CLIENTS, seconds=world.scale.seconds
        )
        made = _rows(world, table) - before
        attempts[name] += timing.count
        failed[name] += timing.count - made
        goodput = timing.rate * made / timing.count
        return Timing(
            p50=timing.p50, p95=timing.p95, p99=timing.p99, rate=goodput, count=timing.count
        )

    failed = {"ours": 0, "naive": 0}
    cells = interleave(
        world.scale.rounds,
        {
            "create": lambda: create("ours", ours),
            "naive, MAX() + 1": lambda: create("naive", naive),
        },
    )
    if failed["ours"]:
        raise BenchmarkError(f"{failed['ours']} conversations were not made")
    mine, theirs = cells.values()
    return Section(
        f"New conversations in one account, in SQL ({CLIENTS} clients; per s = those that were made)",
        cells,
        [
            Ratio(
                what="goodput: ours : naive",
                value=mine.rate / max(theirs.rate, 0.001),
                bar="B9",
                at_least=5,
            )
        ],
        [
            f"errors: ours 0 of {attempts['ours']:,},"
            f" naive {failed['naive']:,} of {attempts['naive']:,}"
            f" ({100 * failed['naive'] / attempts['naive']:.0f} %)"
        ],
    )


def _rows(world: World, table: str) -> int:
    with world.connect() as conn:
        row = conn.execute(f"select count(*) from {table}").fetchone()
    assert row is not None
    return int(row[0])


_CLAIM = """
    select coalesce(jsonb_agg(jsonb_build_object('id', id, 'attempt', attempt)), '[]') as held
    from service.claim_jobs('benchmark', array['benchmark'], {limit}, 60) \\gset
    select service.finish_jobs(:held);
"""


def jobs(world: World) -> Section:
    """The queue: asking for work, and doing it in batches against one by one."""
    turns = 20 if not world.scale.seconds else 200  # claims per round
    enqueue = """
        \\set n random(1, 20)
        select private.enqueue('waiting', '{}', bench.id(1, :n), p_run_at => 'infinity');
    """
    update = "\\set n random(1, 1000000)\nupdate naive.jobs set status = 'done' where id = :n;"
    naive = """
        select naive.take_job() as id \\gset
        update naive.jobs set status = 'done' where id = :id;
    """
    per_turn = {"batches": BATCH, "one": 1, "naive": 1}

    def drain(name: str, script: str) -> Timing:
        """Work on a full queue; the rate is of jobs."""
        per, runs = per_turn[name], turns if name == "batches" else turns * 2
        with world.connect() as conn:
            _fill_queues(conn, max(turns * BATCH, turns * 2) + BATCH)
            table = "naive.jobs" if name == "naive" else "private.jobs"
            timing = world.pgbench.run(script, role="postgres", transactions=runs)
            row = conn.execute(f"select count(*) from {table} where status = 'done'").fetchone()
        if row != (per * runs,):
            raise BenchmarkError(f"{row} jobs were done instead of {per * runs}")
        return Timing(
            p50=timing.p50 / per,
            p95=timing.p95 / per,
            p99=timing.p99 / per,
            rate=timing.rate * per,
            count=timing.count * per,
        )

    cells = interleave(
        world.scale.rounds,
        {
            "enqueue": lambda: world.pgbench.run(
                enqueue, role="postgres", seconds=world.scale.seconds
            ),
            "floor: update one row": lambda: world.pgbench.run(
                update, role="postgres", seconds=world.scale.seconds
            ),
            f"claim {BATCH} + finish {BATCH}, per job": lambda: drain(
                "batches", _CLAIM.format(limit=BATCH)
            ),
            "claim 1 + finish 1": lambda: drain("one", _CLAIM.format(limit=1)),
            "naive: take one + mark done": lambda: drain("naive", naive),
        },
    )
    _, floor, batches, one, theirs = cells.values()
    return Section(
        "Jobs, in SQL (one client; per s = jobs)",
        cells,
        [
            Ratio(
                what=f"jobs/s: claim {BATCH} : naive",
                value=batches.rate / theirs.rate,
                bar="B16",
                at_least=8,
            ),
            Ratio(what=f"jobs/s: claim {BATCH} : claim 1", value=batches.rate / one.rate),
            Ratio(what=f"jobs/s: claim {BATCH} : update one row", value=batches.rate / floor.rate),
        ],
    )


def _fill_queues(conn: object, jobs_wanted: int) -> None:
    """Both queues full, spread over the accounts; what was done before is gone."""
    assert hasattr(conn, "execute")
    conn.execute("truncate private.jobs, naive.jobs restart identity")
    conn.execute(
        """
        insert into private.jobs (kind, account_id)
        select 'benchmark', bench.id(1, 1 + n %% 20) from generate_series(1, %s) as n
        """,
        [jobs_wanted],
    )
    conn.execute(
        "insert into naive.jobs (kind, payload) select 'benchmark', '{}' from generate_series(1, %s)",
        [jobs_wanted],
    )
    conn.execute("analyze private.jobs, naive.jobs")


def webhooks(world: World) -> Section:
    """A provider's request accepted: kept once, and a worker asked to read it."""
    inbox = numbered(INBOX, 1)
    body = "eyJtZXNzYWdlIjogIlRoYW5rIHlvdSBmb3Igd3JpdGluZyJ9"
    accept = f"select service.record_provider_event('{inbox}', {{key}}, '{{{{}}}}', '{body}');"
    scripts = {
        "floor: bare insert": f"insert into naive.bare (content) values ('{_TEXT}');",
        "accept": accept.format(key="gen_random_uuid()::text"),
        "accept what came before": accept.format(key="'again'"),
        "naive insert": f"""
            insert into naive.webhooks (inbox_id, event_key, body)
            values ('{inbox}', gen_random_uuid()::text, '{body}');
        """,
    }
    cells = interleave(
        world.scale.rounds,
        {
            name: lambda script=script: world.pgbench.run(  # type: ignore[misc]
                script, role="postgres", clients=CLIENTS, seconds=world.scale.seconds
            )
            for name, script in scripts.items()
        },
    )
    floor, ours, again, naive = cells.values()
    return Section(
        f"A provider's requests, in SQL ({CLIENTS} clients, one inbox)",
        cells,
        [
            Ratio(
                what="tps: accept : bare insert",
                value=ours.rate / floor.rate,
                bar="B7",
                at_least=0.2,
            ),
            Ratio(what="tps: accept again : bare insert", value=again.rate / floor.rate),
            Ratio(what="tps: naive : bare insert", value=naive.rate / floor.rate),
        ],
    )
