"""What every table is built from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.support.database import Connection, value

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "at", [NOON, NOON + timedelta(microseconds=999_999), datetime(1970, 1, 1, tzinfo=UTC)]
)
def test_an_id_is_of_version_seven_and_tells_its_moment(db: Connection, at: datetime) -> None:
    made: UUID = value(db, "select private.uuid_v7(%s)", at)
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    micros = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    assert made.int >> 80 == micros // 1000
    assert (made.int >> 64) & 0xFFF == micros % 1000 * 4096 // 1000


def test_ids_of_one_millisecond_keep_their_order(db: Connection) -> None:
    ordered = """
        select array_agg(made order by place) = array_agg(made order by made)
        from (
            select place, private.uuid_v7(%s + make_interval(secs => place / 1000000.0)) as made
            from generate_series(0, 999) as place
        ) as ids
    """
    assert value(db, ordered, NOON) is True
    assert value(db, "select private.uuid_v7() <> private.uuid_v7()") is True
