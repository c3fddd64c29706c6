"""What agents write (CommonMark) as each channel shows it, in pieces the provider takes.

The text is parsed once into spans: visible text and the marks around it. Splitting happens there, so a cut
never leaves a mark open, and lengths are counted in the provider's own unit.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape as escape_html
from itertools import accumulate

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.tree import SyntaxTreeNode

from backend.channels.breaks import Breaks, skip_space

Unit = Callable[[str], int]

_URL_START = re.compile(r"(?:^|[^\w])(https?)$", re.IGNORECASE)
_URL_REST = re.compile(r"://[^\s<>]+")
_URL = re.compile(r"https?://[^\s<>]+", re.IGNORECASE)
_URL_END = ".,;:!?'\"*_~`"
_LINKABLE = re.compile(r"(?:https?|mailto|tel|tg):", re.IGNORECASE)


def characters(text: str) -> int:
    """Count code points."""
    return len(text)


def utf16(text: str) -> int:
    """Count UTF-16 units, as JavaScript and Java do: most emoji are two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8(text: str) -> int:
    """Count bytes of UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, slots=True)
class Mark:
    """What is written before and after a piece of text to give it a look."""

    kind: str
    open: str
    close: str


@dataclass(frozen=True, slots=True)
class Span:
    """Visible text under some marks, outermost first. An atom is never cut."""

    text: str
    marks: tuple[Mark, ...] = ()
    atom: bool = False


def _same(text: str) -> str:
    return text


def _escape_markup(text: str) -> str:
    return escape_html(text, quote=False)


@dataclass(frozen=True, kw_only=True)
class Style:
    """How one family of channels writes emphasis, links, lists and quotes."""

    marks: dict[str, tuple[str, str]] = field(default_factory=dict)
    bullet: str = "- "
    quote: str | None = "> "  #: before every quoted line; None: the channel has a mark for quotes
    link: str | None = None  #: what opens a link with a text of its own; None: `text (url)`
    marks_count: bool = True  #: whether marks are part of the length the provider measures
    marks_need_edges: bool = False  #: marks beside a letter would be shown, not obeyed
    marks_end_with_line: bool = False  #: a mark must be opened and closed on the same line
    escape: Callable[[str], str] = _same


PLAIN = Style()
WHATSAPP = Style(
    marks={
        "strong": ("*", "*"),
        "em": ("_", "_"),
        "s": ("~", "~"),
        "code_inline": ("`", "`"),
        "code": ("```", "```"),
        "heading": ("*", "*"),
    },
    marks_need_edges=True,
    marks_end_with_line=True,
)
TELEGRAM = Style(
    marks={
        "strong": ("<b>", "</b>"),
        "em": ("<i>", "</i>"),
        "s": ("<s>", "</s>"),
        "code_inline": ("<code>", "</code>"),
        "code": ("<pre>", "</pre>"),
        "heading": ("<b>", "</b>"),
        "blockquote": ("<blockquote>", "</blockquote>"),
    },
    bullet="• ",
    quote=None,
    link='<a href="{url}">',
    marks_count=False,
    escape=_escape_markup,
)


def _bare_url(state: StateInline, silent: bool) -> bool:
    """Keep a bare URL whole: its underscores and asterisks are no emphasis."""
    start = _URL_START.search(state.pending[-len(" https") :])
    rest = _URL_REST.match(state.src, state.pos, state.posMax)
    if start is None or rest is None:
        return False
    tail = _trim_url(rest.group())
    if len(tail) <= len("://"):
        return False
    if not silent:
        scheme = start.group(1)
        state.pending = state.pending[: -len(scheme)]
        token = state.push("bare_url", "", 0)
        token.content = scheme + tail
    state.pos += len(tail)
    return True


def _trim_url(url: str) -> str:
    """Cut off punctuation that ends the sentence, not the URL."""
    while True:
        shorter = url.rstrip(_URL_END)
        for opening, closing in ("()", "[]", "{}"):
            if shorter.endswith(closing) and shorter.count(closing) > shorter.count(opening):
                shorter = shorter[:-1]
        if shorter == url:
            return url
        url = shorter


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("strikethrough")
    parser.inline.ruler.before("escape", "bare_url", _bare_url)
    return parser


_PARSER = _parser()
_PARSER_WITHOUT_LINKS = _parser().disable(["link", "image"])
#: Looking for the end of each link takes the square of this; a message with more brackets has no links.
_MOST_BRACKETS = 500


def _parse(content: str) -> SyntaxTreeNode:
    parser = _PARSER if content.count("[") <= _MOST_BRACKETS else _PARSER_WITHOUT_LINKS
    return SyntaxTreeNode(parser.parse(content))


class _Writer:
    """Walks the tree and collects spans."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.spans: list[Span] = []
        self._marks: tuple[Mark, ...] = ()
        self._indent: list[str] = []

    def add(self, text: str, *, atom: bool = False) -> None:
        if text:
            self.spans.append(Span(text, self._marks, atom))

    def newline(self, count: int = 1) -> None:
        """Start a new line, with the prefix of the quote or list it is in."""
        prefix = "".join(self._indent)
        marks = self._marks
        if self.style.marks_end_with_line:
            self._marks = tuple(mark for mark in marks if mark.kind == "code")
        for _ in range(count):
            self.add("\n" + prefix)
        self._marks = marks

    def lines(self, text: str) -> None:
        for index, line in enumerate(text.split("\n")):
            if index:
                self.newline()
            self.add(line)

    def within(
        self, kind: str, node: SyntaxTreeNode, write: Callable[[SyntaxTreeNode], None]
    ) -> None:
        """Write a node inside a mark, unless the channel has none or the text already has it."""
        mark = self.style.marks.get(kind)
        if mark is None or any((held.open, held.close) == mark for held in self._marks):
            write(node)
            return
        before = self._marks
        self._marks = (*before, Mark(kind, *mark))
        write(node)
        self._marks = before

    # Blocks.

    def blocks(self, nodes: list[SyntaxTreeNode], *, tight: bool = False) -> None:
        for index, node in enumerate(nodes):
            if index:
                self.newline(1 if tight else 2)
            self.block(node)

    def block(self, node: SyntaxTreeNode) -> None:
        match node.type:
            case "paragraph":
                self.inlines(node)
            case "heading":
                self.within("heading", node, self.inlines)
            case "bullet_list" | "ordered_list":
                self.list(node)
            case "blockquote":
                self.quote(node)
            case "fence" | "code_block":
                self.within("code", node, lambda code: self.lines(code.content.rstrip("\n")))
            case "hr":
                self.add("---")
            case _:
                self.blocks(node.children) if node.children else self.lines(node.content)

    def list(self, node: SyntaxTreeNode) -> None:
        number = int(node.attrs.get("start", 1) or 0)
        for index, item in enumerate(node.children):
            tight = all(child.hidden for child in item.children if child.type == "paragraph")
            if index:
                self.newline(1 if tight else 2)
            sign = (
                self.style.bullet
                if node.type == "bullet_list"
                else f"{number + index}{item.markup or '.'} "
            )
            self.add(sign)
            self._indent.append(" " * len(sign))
            self.blocks(item.children, tight=tight)
            self._indent.pop()

    def quote(self, node: SyntaxTreeNode) -> None:
        if self.style.quote is None:
            self.within("blockquote", node, lambda quoted: self.blocks(quoted.children))
            return
        self.add(self.style.quote)
        self._indent.append(self.style.quote)
        self.blocks(node.children)
        self._indent.pop()

    # Inside a line.

    def inlines(self, node: SyntaxTreeNode) -> None:
        for child in node.children:
            self.inline(child)

    def inline(self, node: SyntaxTreeNode) -> None:
        match node.type:
            case "inline":
                self.inlines(node)
            case "text" | "text_special":
                self.add(node.content)
            case "bare_url":
                self.add(node.content, atom=True)
            case "softbreak" | "hardbreak":
                self.newline()
            case "em" if (inner := _only_child(node)) is not None and inner.type == "strong":
                # `***x***` parses as italic around bold; WhatsApp wants it the other way round.
                self.within("strong", inner, lambda bold: self.within("em", bold, self.inlines))
            case "em" | "strong" | "s":
                self.within(node.type, node, self.inlines)
            case "code_inline":
                self.within("code_inline", node, lambda code: self.add(code.content))
            case "link":
                self.link(node, str(node.attrs.get("href", "")), self.inlines)
            case "image":
                self.link(node, str(node.attrs.get("src", "")), self.inlines)
            case _:
                self.inlines(node) if node.children else self.add(node.content)

    def link(self, node: SyntaxTreeNode, url: str, write: Callable[[SyntaxTreeNode], None]) -> None:
        url = _PARSER.normalizeLinkText(url)
        first = len(self.spans)
        write(node)
        shown = "".join(span.text for span in self.spans[first:])
        if shown in ("", url, url.removeprefix("mailto:")):
            del self.spans[first:]
            self.add(shown or url, atom=True)
        elif self.style.link is None:
            self.add(" (")
            self.add(url, atom=True)
            self.add(")")
        elif _LINKABLE.match(url):
            mark = Mark("link", self.style.link.format(url=escape_html(url)), "</a>")
            depth = len(self._marks)
            self.spans[first:] = [
                Span(span.text, (*span.marks[:depth], mark, *span.marks[depth:]), span.atom)
                for span in self.spans[first:]
            ]


def _only_child(node: SyntaxTreeNode) -> SyntaxTreeNode | None:
    children = [child for child in node.children if child.type != "text" or child.content]
    return children[0] if len(children) == 1 else None


def _spans(content: str, style: Style) -> list[Span]:
    writer = _Writer(style)
    writer.blocks(_parse(content).children)
    return _drop_marks_inside_words(writer.spans) if style.marks_need_edges else writer.spans


def _drop_marks_inside_words(spans: list[Span]) -> list[Span]:
    """Take off marks that would touch a letter: the app shows those instead of obeying them."""
    edges = [""] + [span.text[-1] for span in spans]
    following = [span.text[0] for span in spans] + [""]
    bad: set[int] = set()
    for index, span in enumerate(spans):
        for mark in span.marks:
            opens = index == 0 or mark not in spans[index - 1].marks
            closes = index == len(spans) - 1 or mark not in spans[index + 1].marks
            if (opens and edges[index].isalnum()) or (closes and following[index + 1].isalnum()):
                bad |= _run_of(mark, index, spans)
    return [
        Span(span.text, () if i in bad else span.marks, span.atom) for i, span in enumerate(spans)
    ]


def _run_of(mark: Mark, index: int, spans: list[Span]) -> set[int]:
    """Return the neighbours of a span that stand under the same mark."""
    run = {index}
    for step in (-1, 1):
        position = index + step
        while 0 <= position < len(spans) and mark in spans[position].marks:
            run.add(position)
            position += step
    return run


def _write(spans: list[Span], style: Style) -> str:
    """Write spans out, opening and closing marks where they change."""
    out: list[str] = []
    held: tuple[Mark, ...] = ()
    for span in spans:
        common = 0
        for old, new in zip(held, span.marks, strict=False):
            if old is not new:
                break
            common += 1
        out.extend(mark.close for mark in reversed(held[common:]))
        out.extend(mark.open for mark in span.marks[common:])
        out.append(style.escape(span.text))
        held = span.marks
    out.extend(mark.close for mark in reversed(held))
    return "".join(out)


def render(content: str, style: Style = PLAIN) -> str:
    """Return CommonMark as the channel writes it."""
    return _write(_spans(content, style), style)


def split(content: str, style: Style, limit: int, unit: Unit = characters) -> list[str]:
    """Render CommonMark in pieces of at most `limit` units; no piece when there is no text.

    A cut is made between paragraphs, else lines, sentences, words, and only then between characters as people
    see them. URLs stay whole unless one alone is longer than the limit.
    """
    return [_write(piece, style) for piece in _pieces(_spans(content, style), style, limit, unit)]


def split_plain(text: str, limit: int, unit: Unit = characters) -> list[str]:
    """Cut text that is no CommonMark by the same rules."""
    spans: list[Span] = []
    end = 0
    for match in _URL.finditer(text):
        if match.start() > end:
            spans.append(Span(text[end : match.start()]))
        spans.append(Span(match.group(), atom=True))
        end = match.end()
    if end < len(text):
        spans.append(Span(text[end:]))
    return [_write(piece, PLAIN) for piece in _pieces(spans, PLAIN, limit, unit)]


def _pieces(spans: list[Span], style: Style, limit: int, unit: Unit) -> Iterator[list[Span]]:
    text = "".join(span.text for span in spans)
    starts = list(accumulate((len(span.text) for span in spans), initial=0))
    breaks = Breaks(
        text,
        (
            range(start, end)
            for span, start, end in zip(spans, starts, starts[1:], strict=False)
            if span.atom
        ),
    )

    def between(start: int, end: int) -> list[Span]:
        """Return the spans between two positions of the visible text."""
        piece = []
        for index in range(bisect_right(starts, start) - 1, bisect_left(starts, end)):
            span, offset = spans[index], starts[index]
            visible = span.text[max(start - offset, 0) : end - offset]
            piece.append(Span(visible, span.marks, span.atom))
        return piece

    def fits(start: int, end: int) -> bool:
        if style.marks_count:
            return unit(_write(between(start, end), style)) <= limit
        return unit(text[start:end]) <= limit

    start = skip_space(text, 0)
    while start < len(text):
        end = _furthest(fits, start, min(len(text), start + limit))
        if end < len(text):
            end = breaks.before(start, end)
        yield between(start, start + len(text[start:end].rstrip()))
        start = skip_space(text, end)


def _furthest(fits: Callable[[int, int], bool], start: int, end: int) -> int:
    """Return the last position whose piece still fits; always at least one further than `start`."""
    low, high = start + 1, end
    while low < high:
        middle = (low + high + 1) // 2
        if fits(start, middle):
            low = middle
        else:
            high = middle - 1
    return low
