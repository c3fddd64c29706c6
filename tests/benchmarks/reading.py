"""What agents read: the list, a thread, the counts beside the tabs; and what the rights cost."""

from __future__ import annotations

import json
from typing import Any

from tests.benchmarks.load import BenchmarkError, Timing, interleave, one_by_one
from tests.benchmarks.report import Ratio, Section
from tests.benchmarks.world import CONVERSATION, INBOX, World, numbered

PAGE = 25
DEEP = 200  #: the page that stands for "far down"
_EMBEDDED = "select=*,contact:contacts(*),assignee:users(id,name),inbox:inboxes(id,name)"
NAIVE_LIST = f"/conversations?{_EMBEDDED}&order=last_activity_at.desc&limit={PAGE}"


def list_page(world: World) -> Section:
    """The first screen: one page of the open conversations of the big account."""
    rest, calls = world.rest, world.scale.calls
    deep = min(DEEP, world.scale.conversations // 2 // PAGE - 1)
    cursor = _cursor_before_page(world, deep)
    naive = f"{NAIVE_LIST}&account_id=eq.{world.account}"

    def ours(account: str, **arguments: Any) -> None:
        answer = rest.rpc("conversation_list", p_account_id=account, p_tab="all", **arguments)
        if not answer["rows"]:
            raise BenchmarkError(f"the list is empty: {answer}")

    def theirs(query: str) -> None:
        if not json.loads(rest.get(naive + query, Accept_Profile="naive", Prefer="count=exact")):
            raise BenchmarkError("the naive list is empty")

    slow = max(2, calls // 5)
    cells = interleave(
        world.scale.rounds,
        {
            "floor: accounts?limit=1": lambda: one_by_one(
                calls, lambda _: rest.get("/accounts?limit=1")
            ),
            "list, open": lambda: one_by_one(calls, lambda _: ours(world.account)),
            "list, open, a tenth as many": lambda: one_by_one(
                calls, lambda _: ours(world.small_account)
            ),
            "list, any status, page 1": lambda: one_by_one(
                calls, lambda _: ours(world.account, p_status="all")
            ),
            f"list, any status, page {deep}": lambda: one_by_one(
                calls, lambda _: ours(world.account, p_status="all", p_cursor=cursor)
            ),
            "naive list, open": lambda: one_by_one(slow, lambda _: theirs("&status=eq.open")),
            "naive list, any status, page 1": lambda: one_by_one(slow, lambda _: theirs("")),
            f"naive list, any status, page {deep}": lambda: one_by_one(
                slow, lambda _: theirs(f"&offset={(deep - 1) * PAGE}")
            ),
        },
    )
    floor, full, tenth, first, far, naive_open, naive_first, naive_far = cells.values()
    return Section(
        "The list, through PostgREST (one client)",
        cells,
        [
            Ratio(what="list : floor", value=full.p50 / floor.p50, bar="B1", at_most=2.5),
            Ratio(
                what="list : with a tenth as many open",
                value=full.p50 / tenth.p50,
                bar="B2",
                at_most=1.2,
            ),
            Ratio(what="naive : list", value=naive_open.p50 / full.p50, bar="B3", at_least=10),
            Ratio(what=f"page {deep} : page 1", value=far.p50 / first.p50, bar="B4", at_most=1.1),
            Ratio(what=f"naive page {deep} : naive page 1", value=naive_far.p50 / naive_first.p50),
        ],
    )


def _cursor_before_page(world: World, page: int) -> Any:
    """Walk to the page by its cursors, as a reader does, only in larger steps."""
    cursor, missing = None, (page - 1) * PAGE
    while missing > 0:
        step = min(100, missing)
        answer = world.rest.rpc(
            "conversation_list",
            p_account_id=world.account,
            p_tab="all",
            p_status="all",
            p_cursor=cursor,
            p_limit=step,
        )
        cursor = answer["next_cursor"]
        if cursor is None:
            raise BenchmarkError(f"the list ends before page {page}")
        missing -= step
    return cursor


def message_page(world: World) -> Section:
    """A thread opened: its newest 30 messages."""
    rest, calls = world.rest, world.scale.calls
    with world.connect() as conn:
        # Threads long enough to fill the page, in both designs.
        threads = conn.execute(
            """
            select bench.id(6, n)::text, md5('conversation' || n)::uuid::text
            from bench.conversations where account = 1 and messages >= 30 order by n limit 500
            """
        ).fetchall()

    def ours(place: int) -> None:
        answer = rest.rpc("message_page", p_conversation_id=threads[place % len(threads)][0])
        if len(answer["messages"]) != 30:
            raise BenchmarkError("the page is not full")

    def theirs(place: int) -> None:
        answer = rest.get(
            f"/messages?conversation_id=eq.{threads[place % len(threads)][1]}"
            "&select=*,sender:users(id,name)&order=created_at.desc&limit=30",
            Accept_Profile="naive",
        )
        if len(json.loads(answer)) != 30:
            raise BenchmarkError("the naive page is not full")

    cells = interleave(
        world.scale.rounds,
        {
            "floor: accounts?limit=1": lambda: one_by_one(
                calls, lambda _: rest.get("/accounts?limit=1")
            ),
            "message page": lambda: one_by_one(calls, ours),
            "naive message page": lambda: one_by_one(calls, theirs),
        },
    )
    floor, page, naive = cells.values()
    return Section(
        "A thread's newest 30 messages, through PostgREST (one client)",
        cells,
        [
            Ratio(what="message page : floor", value=page.p50 / floor.p50, bar="B6", at_most=2.5),
            Ratio(what="naive : message page", value=naive.p50 / page.p50),
        ],
    )


def rls(world: World) -> Section:
    """What row level security adds to the two hot reads, as plain selects."""
    inbox = numbered(INBOX, 1)
    some = f"""
        \\set n random(1, {world.scale.conversations // 2})
    """
    reads = {
        "25 conversations": f"""
            select id, status, last_activity_at, preview from public.conversations
            where account_id = '{world.account}' and inbox_id = '{inbox}' and status = 'open'
            order by last_activity_at desc, id desc limit 25;
        """,
        "30 messages": f"""{some}
            select id, seq, content, created_at from public.messages
            where conversation_id = bench.id({CONVERSATION}, :n * 2) order by seq desc limit 30;
        """,
    }
    cells = interleave(
        world.scale.rounds,
        {
            f"{what}, {shown}": lambda script=script, role=role: world.pgbench.run(  # type: ignore[misc]
                script, role=role, seconds=world.scale.seconds
            )
            for what, script in reads.items()
            for role, shown in (("service_role", "bypassing"), ("authenticated", "as an agent"))
        },
    )
    return Section(
        "Row level security on plain selects, in SQL (one client)",
        cells,
        [
            Ratio(
                what=f"{what}: agent : bypassing",
                value=cells[f"{what}, as an agent"].p50 / cells[f"{what}, bypassing"].p50,
                bar="B5",
                at_most=1.35,
            )
            for what in reads
        ],
    )


#: The counts of a tab, as private.conversation_list sums them up.
COUNTS = """
    select sum(total), sum(unread) from private.conversation_counters
    where account_id = '{account}' and status = any ('{{open}}')
        and inbox_id = any (array['{inbox}'::uuid])
"""
RECOUNT = """
    select count(*), count(*) filter (where unread_count > 0) from public.conversations
    where account_id = '{account}' and status = any ('{{open}}')
        and inbox_id = any (array['{inbox}'::uuid])
"""


def counts(world: World) -> Section:
    """The numbers beside the tabs: kept, against counted anew. They must agree."""
    where = {"account": world.account, "inbox": numbered(INBOX, 1)}
    kept, recount = COUNTS.format(**where), RECOUNT.format(**where)
    with world.connect() as conn:
        pair = conn.execute(kept).fetchone(), conn.execute(recount).fetchone()
    if pair[0] != pair[1]:
        raise BenchmarkError(f"the kept counts are wrong: {pair[0]} instead of {pair[1]}")
    lookup = f"""
        \\set n random(1, {world.scale.conversations})
        select status from public.conversations where id = bench.id({CONVERSATION}, :n);
    """
    cells = interleave(
        world.scale.rounds,
        {
            name: lambda script=script: world.pgbench.run(  # type: ignore[misc]
                script, role="postgres", seconds=world.scale.seconds
            )
            for name, script in {
                "floor: one row by its key": lookup,
                "kept counts": kept + ";",
                "recount": recount + ";",
            }.items()
        },
    )
    floor, ours, counted = cells.values()
    return Section(
        "Counts of a sidebar, in SQL (one client)",
        cells,
        [
            Ratio(what="kept counts : floor", value=ours.p50 / floor.p50, bar="B11", at_most=6),
            Ratio(what="recount : kept counts", value=counted.p50 / ours.p50),
        ],
        ["kept and counted agree"],
    )


def history(world: World) -> Section:
    """A long thread read upwards: its last page must cost what its first one does."""
    rest, calls = world.rest, world.scale.calls
    with world.connect() as conn:
        threads = conn.execute(
            """
            select bench.id(6, n)::text, md5('conversation' || n)::uuid::text
            from bench.conversations where account = 1 and messages = 200 order by n limit 500
            """
        ).fetchall()

    def ours(place: int, before_seq: int | None) -> None:
        answer = rest.rpc(
            "message_page",
            p_conversation_id=threads[place % len(threads)][0],
            p_before_seq=before_seq,
        )
        if len(answer["messages"]) != 30:
            raise BenchmarkError("the page is not full")

    def theirs(place: int) -> None:
        answer = rest.get(
            f"/messages?conversation_id=eq.{threads[place % len(threads)][1]}"
            "&select=*,sender:users(id,name)&order=created_at.desc&limit=30&offset=165",
            Accept_Profile="naive",
        )
        if len(json.loads(answer)) != 30:
            raise BenchmarkError("the naive page is not full")

    cells = interleave(
        world.scale.rounds,
        {
            "newest 30 of 200": lambda: one_by_one(calls, lambda n: ours(n, None)),
            "oldest 30 of 200": lambda: one_by_one(calls, lambda n: ours(n, 35)),
            "naive, offset 165 of 200": lambda: one_by_one(calls, theirs),
        },
    )
    newest, oldest, naive = cells.values()
    return Section(
        "A long thread's last page, through PostgREST (one client)",
        cells,
        [
            Ratio(
                what="oldest page : newest page",
                value=oldest.p50 / newest.p50,
                bar="B4",
                at_most=1.1,
            ),
            Ratio(what="naive : oldest page", value=naive.p50 / oldest.p50),
        ],
    )


def search(world: World) -> Section:
    """A word that few messages have, one that all have, and a contact's name."""
    half = world.scale.conversations // 2
    number = f"\\set n random(1, {half})\n"
    ours = "select public.search('{account}', {words}, '{kind}');"
    scripts = {
        "floor: one row by its key": (
            "service_role",
            f"{number}select status from public.conversations where id = bench.id({CONVERSATION}, :n * 2);",
        ),
        "messages, a rare word": (
            "authenticated",
            number
            + ours.format(
                account=world.account, words="(:n * 2)::text || ' conversation'", kind="messages"
            ),
        ),
        "messages, a word in all of them": (
            "authenticated",
            ours.format(account=world.account, words="'conversation'", kind="messages"),
        ),
        "contacts": (
            "authenticated",
            number
            + ours.format(
                account=world.account, words="'contact' || (:n * 2) || '@'", kind="contacts"
            ),
        ),
        "naive messages, a rare word": (
            "authenticated",
            f"""{number}select id, content from naive.messages
            where account_id = '{world.account}'
                and to_tsvector('english', content)
                    @@ plainto_tsquery('english', (:n * 2)::text || ' conversation')
            order by created_at desc limit 15;""",
        ),
        "naive contacts": (
            "authenticated",
            f"""{number}select id, name from naive.contacts
            where account_id = '{world.account}' and email ilike '%contact' || (:n * 2) || '@%'
            limit 15;""",
        ),
    }

    def measure(name: str, role: str, script: str) -> Timing:
        seconds = 0 if name.startswith("naive messages") else world.scale.seconds
        return world.pgbench.run(script, role=role, seconds=seconds, transactions=3)

    cells = interleave(
        world.scale.rounds,
        {
            name: lambda name=name, role=role, script=script: measure(name, role, script)  # type: ignore[misc]
            for name, (role, script) in scripts.items()
        },
    )
    floor, rare, common, contacts, naive_rare, naive_contacts = cells.values()
    return Section(
        "Search, in SQL (one client)",
        cells,
        [
            Ratio(what="rare word : floor", value=rare.p50 / floor.p50, bar="B10", at_most=6),
            Ratio(
                what="p95 of a word in all messages : 50 ms",
                value=common.p95 / 50,
                bar="B10",
                at_most=1,
            ),
            Ratio(
                what="naive : rare word", value=naive_rare.p50 / rare.p50, bar="issue", at_least=10
            ),
            Ratio(what="naive : contacts", value=naive_contacts.p50 / contacts.p50),
        ],
    )
