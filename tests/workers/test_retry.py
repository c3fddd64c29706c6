"""Waits grow, stay bounded, and end."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from workers.retry import OUTBOUND, RetryPolicy

POLICY = RetryPolicy(delays=(timedelta(seconds=5), timedelta(seconds=30), timedelta(seconds=120)))


@pytest.mark.parametrize(("tries", "seconds"), [(1, 5), (2, 30), (3, 120), (4, 120), (90, 120)])
def test_each_wait_is_its_place_in_the_schedule_a_fifth_more_or_less(
    tries: int, seconds: float
) -> None:
    longest = POLICY.delay_after(tries, 100, jitter=lambda: 1.0)
    shortest = POLICY.delay_after(tries, 100, jitter=lambda: 0.0)
    assert longest == timedelta(seconds=seconds * 1.2)
    assert shortest == timedelta(seconds=seconds * 0.8)


@pytest.mark.parametrize("tries", [8, 9, 1000])
def test_after_the_last_try_it_gives_up(tries: int) -> None:
    assert POLICY.delay_after(tries, 8) is None


@pytest.mark.parametrize("policy", [RetryPolicy(), OUTBOUND])
def test_a_schedule_grows_and_has_a_wait_between_all_eight_tries(policy: RetryPolicy) -> None:
    assert len(policy.delays) == 7
    assert all(later > earlier for earlier, later in pairwise(policy.delays))


def test_what_goes_out_outlasts_an_outage_of_almost_three_hours() -> None:
    shortest = [OUTBOUND.delay_after(tries, 8, jitter=lambda: 0.0) for tries in range(1, 8)]
    assert sum((wait for wait in shortest if wait), timedelta()) > timedelta(hours=2, minutes=45)
