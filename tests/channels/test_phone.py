"""One phone line, whatever it is called."""

from __future__ import annotations

import pytest

from backend.channels.phone import e164, variants

PAIRS = [
    ("558891112233", "5588991112233"),
    ("5215512345678", "525512345678"),
    ("5491123456789", "541123456789"),
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
@pytest.mark.parametrize("prefix", ["", "+", "whatsapp:+"])
def test_both_spellings_lead_to_each_other(one: str, other: str, prefix: str) -> None:
    assert variants(prefix + one) == (prefix + other,)
    assert variants(prefix + other) == (prefix + one,)


@pytest.mark.parametrize(
    "number",
    ["551132654321", "5511932654321", "12025550143", "971500000123", "", "BR.7305118842096653"],
)
def test_landlines_and_other_countries_have_one_spelling(number: str) -> None:
    assert variants(number) == ()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("whatsapp:+558891112233", "+558891112233"),
        ("+55 (88) 99111-2233", "+5588991112233"),
        ("72975", None),
        ("BANK", None),
        ("0" * 12, None),
        ("1" * 16, None),
    ],
)
def test_only_what_may_be_a_number_becomes_one(text: str, number: str | None) -> None:
    assert e164(text) == number
