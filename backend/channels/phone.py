"""Phone numbers as providers spell them: other spellings of one address, and E.164."""

from __future__ import annotations

import re

_NOT_DIGITS = re.compile(r"\D+")
_E164_DIGITS = re.compile(r"[1-9]\d{6,14}")

#: (country and prefix pattern, what the same line is called elsewhere). Both directions stand here.
_VARIANTS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Brazil: mobile numbers got a ninth digit; lines that start with 2–5 are fixed and never had one.
    (re.compile(r"(55\d\d)([6-9]\d{7})"), r"\g<1>9\g<2>"),
    (re.compile(r"(55\d\d)9([6-9]\d{7})"), r"\g<1>\g<2>"),
    # Mexico and Argentina: a digit after the country code that said "mobile".
    (re.compile(r"52(\d{10})"), r"521\g<1>"),
    (re.compile(r"521(\d{10})"), r"52\g<1>"),
    (re.compile(r"54(\d{10})"), r"549\g<1>"),
    (re.compile(r"549(\d{10})"), r"54\g<1>"),
)


def digits(text: str) -> str:
    """Return only the digits."""
    return _NOT_DIGITS.sub("", text)


def variants(number: str) -> tuple[str, ...]:
    """Return the other spellings the same line may be known under, in the notation that was given.

    Any prefix (`+`, `whatsapp:+`) is kept. Most numbers have none.
    """
    prefix = number[: len(number) - len(number.lstrip("whatsp:+"))]
    rest = number[len(prefix) :]
    return tuple(
        prefix + pattern.sub(spelling, rest)
        for pattern, spelling in _VARIANTS
        if pattern.fullmatch(rest)
    )


def e164(text: str) -> str | None:
    """Return `+` and the digits when that could be a phone number.

    Says nothing about whether it exists: numbering plans change faster than any list of them.
    """
    number = digits(text)
    return f"+{number}" if _E164_DIGITS.fullmatch(number) else None
