"""What agents write, as customers see it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.channels.breaks import is_boundary
from backend.channels.text import (
    PLAIN,
    TELEGRAM,
    WHATSAPP,
    Style,
    Unit,
    characters,
    render,
    split,
    split_plain,
    utf8,
    utf16,
)

FAMILY = "👨‍👩‍👧"

CASES = {
    "bold, italic, strike and code": (
        "**b** *i* ~~s~~ `c`",
        "b i s c",
        "*b* _i_ ~s~ `c`",
        "<b>b</b> <i>i</i> <s>s</s> <code>c</code>",
    ),
    "bold and italic at once": ("***x***", "x", "*_x_*", "<b><i>x</i></b>"),
    "nothing is converted inside code": (
        "`**a** & <b>`",
        "**a** & <b>",
        "`**a** & <b>`",
        "<code>**a** &amp; &lt;b&gt;</code>",
    ),
    "a block of code": ("```py\na\n  b\n```", "a\n  b", "```a\n  b```", "<pre>a\n  b</pre>"),
    "a link with a text of its own": (
        "see [here](https://a.example/?x=1&y=2)",
        "see here (https://a.example/?x=1&y=2)",
        "see here (https://a.example/?x=1&y=2)",
        'see <a href="https://a.example/?x=1&amp;y=2">here</a>',
    ),
    "a link that shows its address": (
        "<https://a.example/x> [https://a.example/x](https://a.example/x)",
        *["https://a.example/x https://a.example/x"] * 3,
    ),
    "a bare URL full of marks": (
        "go to https://a.example/_q_/*z*_x.",
        *["go to https://a.example/_q_/*z*_x."] * 3,
    ),
    "soft and hard breaks are lines": ("a\nb  \nc", *["a\nb\nc"] * 3),
    "underscores inside a word": ("nome_de_instancia", *["nome_de_instancia"] * 3),
    "marks inside a word": ("a**b**c", "abc", "abc", "a<b>b</b>c"),
    "emphasis over two lines": ("*a\nb*", "a\nb", "_a_\n_b_", "<i>a\nb</i>"),
    "heading, lists and quote": (
        "# T **x**\n\n- a\n- b\n  1. c\n\n> q\n> r",
        "T x\n\n- a\n- b\n  1. c\n\n> q\n> r",
        "*T x*\n\n- a\n- b\n  1. c\n\n> q\n> r",
        "<b>T x</b>\n\n• a\n• b\n  1. c\n\n<blockquote>q\nr</blockquote>",
    ),
    "HTML is text": (
        "<b>x</b> & y",
        "<b>x</b> & y",
        "<b>x</b> & y",
        "&lt;b&gt;x&lt;/b&gt; &amp; y",
    ),
    "a link that runs code is text": (
        "[x](javascript:alert)",
        *["[x](javascript:alert)"] * 3,
    ),
}


@pytest.mark.parametrize(
    ("content", "plain", "whatsapp", "telegram"), CASES.values(), ids=CASES.keys()
)
def test_each_channel_writes_commonmark_its_own_way(
    content: str, plain: str, whatsapp: str, telegram: str
) -> None:
    assert render(content, PLAIN) == plain
    assert render(content, WHATSAPP) == whatsapp
    assert render(content, TELEGRAM) == telegram


@pytest.mark.parametrize(
    ("content", "limit", "pieces"),
    [
        ("one.\n\ntwo words here", 14, ["one.", "two words here"]),
        ("first line\nsecond line", 15, ["first line", "second line"]),
        ("A sentence. And another one", 20, ["A sentence.", "And another one"]),
        ("some words without end", 12, ["some words", "without end"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("go https://a.example/long tail", 24, ["go", "https://a.example/long", "tail"]),
        (FAMILY * 2, 7, [FAMILY, FAMILY]),
        ("🇧🇷🇵🇹", 3, ["🇧🇷", "🇵🇹"]),
        ("e\u0301e\u0301", 3, ["e\u0301", "e\u0301"]),
        ("exactly ten", 11, ["exactly ten"]),
        ("", 5, []),
        ("   \n ", 5, []),
    ],
)
def test_text_is_cut_at_the_best_place(content: str, limit: int, pieces: list[str]) -> None:
    assert split(content, PLAIN, limit) == pieces
    assert split_plain(content, limit) == pieces


def test_marks_are_closed_and_opened_again_at_a_cut() -> None:
    assert split("**one two**", WHATSAPP, 6) == ["*one*", "*two*"]
    assert split("[one two](https://a.example)", TELEGRAM, 4) == [
        '<a href="https://a.example">one</a>',
        '<a href="https://a.example">two</a>',
    ]


def test_telegram_counts_utf16_after_its_entities_and_instagram_bytes() -> None:
    assert split("**&&&&**", TELEGRAM, 4, utf16) == ["<b>&amp;&amp;&amp;&amp;</b>"]
    assert split("😀😀😀", TELEGRAM, 4, utf16) == ["😀😀", "😀"]
    assert split("ééé", PLAIN, 4, utf8) == ["éé", "é"]


def test_a_url_longer_than_the_limit_is_cut_all_the_same() -> None:
    assert (
        "".join(split("https://a.example/" + "x" * 50, PLAIN, 20))
        == "https://a.example/" + "x" * 50
    )


PIECES = st.lists(
    st.sampled_from(
        ["a", "word ", "**b** ", "_i_", "\n", "\n\n", ". ", FAMILY, "🇧🇷", "e\u0301", "&", "<", "`c`",
         " https://a.example/x_y?z=1 ", "- ", "> ", "[t](https://b.example) ", "👍🏽", "\u200f"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@given(PIECES, st.integers(26, 60), st.sampled_from([characters, utf16, utf8]))
@settings(max_examples=200, deadline=None)
def test_no_piece_is_too_long_and_nothing_is_lost(content: str, limit: int, unit: Unit) -> None:
    whole = "".join(render(content, PLAIN).split())
    pieces = split(content, PLAIN, limit, unit)
    assert all(0 < unit(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == whole
    for style in (WHATSAPP, TELEGRAM):
        for piece in split(content, style, limit, unit):
            assert unit(_visible(piece, style)) <= limit


def _visible(piece: str, style: Style) -> str:
    if style is not TELEGRAM:
        return piece
    plain = re.sub(r"<[^>]+>", "", piece)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@given(st.text(max_size=60), st.integers(8, 30))
@settings(max_examples=150, deadline=None)
def test_cuts_fall_between_what_people_see_as_characters(content: str, limit: int) -> None:
    position = 0
    pieces = split_plain(content, limit)
    for piece in pieces[:-1]:
        position = content.index(piece, position) + len(piece)
        if len(piece) > limit // 2:
            assert is_boundary(content, position) or content[position].isspace()


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "hostile",
    ["*", "[", "\u200d", "> ", "`", "](", "a:", "http://", "![", "<a", "&a", "_a_", "~~a "],
)
def test_hostile_text_is_rendered_in_bounded_time(hostile: str) -> None:
    assert split(hostile * 10_000, WHATSAPP, 4096) is not None
