"""Waits grow, stay bounded, and end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from workers.retry import RetryPolicy

POLICY = RetryPolicy(first_delay=timedelta(seconds=5), max_delay=timedelta(hours=2))


@pytest.mark.parametrize(
    ("attempt", "seconds"),
    [(1, 5), (2, 10), (3, 20), (4, 40), (7, 320), (11, 5120), (12, 7200), (90, 7200)],
)
def test_each_wait_is_twice_the_one_before_up_to_a_limit(attempt: int, seconds: float) -> None:
    longest = POLICY.delay_after(attempt, 100, jitter=lambda: 1.0)
    shortest = POLICY.delay_after(attempt, 100, jitter=lambda: 0.0)
    assert longest == timedelta(seconds=seconds)
    assert shortest == timedelta(seconds=seconds / 2)


@pytest.mark.parametrize("attempt", [8, 9, 1000])
def test_after_the_last_attempt_it_gives_up(attempt: int) -> None:
    assert POLICY.delay_after(attempt, 8) is None
