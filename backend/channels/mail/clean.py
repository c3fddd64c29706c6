"""HTML from strangers: what may be shown, and what it says as text.

The result is shown in a sandboxed frame all the same. Remote images are kept apart, in `data-remote-src`,
until the reader asks for them; `cid:` images point at the attachments that came along.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape, unescape
from typing import Any, TypeAlias
from urllib.parse import quote, unquote

import nh3
from inscriptis import get_text
from inscriptis.css_profiles import STRICT_CSS_PROFILE
from inscriptis.model.config import ParserConfig
from lxml import html as lxml_html
from lxml.etree import LxmlError

from backend.channels.mail.charset import without_controls

MAX_HTML = 1024 * 1024  # characters of one mail
MAX_DEPTH = 150  # elements inside each other; deeper HTML is shown as text

Element: TypeAlias = Any  # lxml has no types

_TAGS = {
    "a",
    "abbr",
    "address",
    "article",
    "b",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "main",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "section",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "wbr",
}
_SILENT = {
    "script",
    "style",
    "title",
    "noscript",
    "template",
    "iframe",
    "object",
    "select",
    "svg",
    "math",
    "head",
}
_CELL = {"align", "valign", "width", "height", "bgcolor", "colspan", "rowspan"}
_ATTRIBUTES = {
    "*": {"dir", "lang", "style", "title", "align"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "data-remote-src"},
    "table": {"border", "cellpadding", "cellspacing", "width", "bgcolor"},
    "td": _CELL,
    "th": _CELL,
    "tr": {"valign", "bgcolor"},
    "font": {"color", "face", "size"},
    "ol": {"start", "type"},
    "li": {"value"},
    "time": {"datetime"},
}
#: What tells a quotation from a reply; removed again before anybody sees it.
_MARKS = {"id", "class", "type", "data-inbox-quote"}
_STYLES = {
    "background-color",
    "border",
    "border-bottom",
    "border-collapse",
    "border-color",
    "border-left",
    "border-radius",
    "border-right",
    "border-spacing",
    "border-style",
    "border-top",
    "border-width",
    "color",
    "display",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "height",
    "letter-spacing",
    "line-height",
    "list-style-type",
    "margin",
    "margin-bottom",
    "margin-left",
    "margin-right",
    "margin-top",
    "max-width",
    "min-width",
    "padding",
    "padding-bottom",
    "padding-left",
    "padding-right",
    "padding-top",
    "text-align",
    "text-decoration",
    "text-indent",
    "text-transform",
    "vertical-align",
    "white-space",
    "width",
    "word-break",
}
_LINK = re.compile(r"(?:https?://|mailto:|tel:)[^\s]", re.IGNORECASE)
_REMOTE = re.compile(r"https?://[^\s]", re.IGNORECASE)
_HOSTILE_STYLE = re.compile(r"url\s*\(|expression|image-set|[\\<]|/\*", re.IGNORECASE)
_NESTING = re.compile(
    r"<(/?)(?:a|abbr|b|big|blockquote|center|code|div|em|font|i|ins|main|q|s|section|small"
    r"|span|strike|strong"
    r"|sub|sup|table|tt|u|ul|ol)(?=[\s>/])",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^<>]*>")
_SILENT_BLOCK = re.compile(r"<(script|style)\b[^<]*(?:<(?!/\1)[^<]*)*</\1", re.IGNORECASE)
_CID = re.compile(r"cid:([^\"'\s>)]+)", re.IGNORECASE)


def content_id(text: str) -> str:
    """A Content-ID, or a reference to one, in the form they are compared in."""
    return unquote(text.strip().removeprefix("<").removesuffix(">")).strip().casefold()


def referenced_content_ids(html: str) -> set[str]:
    """Which parts of the mail its HTML shows."""
    return {content_id(found) for found in _CID.findall(html[:MAX_HTML])}


def parse_html(html: str) -> Element | None:
    """A tree of safe elements that still carries the marks of quotations; None if nothing is left."""
    html = html[:MAX_HTML]
    if _depth(html) > MAX_DEPTH:
        html = escape(unescape(_TAG.sub(" ", _SILENT_BLOCK.sub(" ", html))))
    marked = {**_ATTRIBUTES, "*": _ATTRIBUTES["*"] | _MARKS}
    safe = without_controls(_sanitise(html, marked)).strip()  # once more: entities were decoded
    if not safe:
        return None
    try:
        return lxml_html.fragment_fromstring(safe, create_parent="div")
    except (LxmlError, ValueError, AssertionError):
        return lxml_html.fragment_fromstring("<p></p>", create_parent="div")


def show(tree: Element, images: Mapping[str, str]) -> str:
    """HTML that may be shown. `images` says what to show for each Content-ID."""
    for image in tree.iter("img"):
        source = str(image.attrib.pop("src", "")).strip()
        if source.lower().startswith("cid:"):
            target = images.get(content_id(source[4:]))
            if target:
                image.set("src", target)
        elif _REMOTE.match(source):
            image.set("data-remote-src", source)
    outer = lxml_html.tostring(tree, encoding="unicode", with_tail=False)
    inner = outer.partition(">")[2].removesuffix("</div>")
    return _sanitise(inner, _ATTRIBUTES).strip()


def clean_html(html: str, images: Mapping[str, str] | None = None) -> str:
    """The HTML of a mail, safe to show."""
    tree = parse_html(html)
    return "" if tree is None else show(tree, images or {})


def cid_url(identifier: str) -> str:
    """How cleaned HTML refers to an attachment until it is shown."""
    return "cid:" + quote(identifier, safe="@.-_")


def text_of_html(html: str) -> str:
    """What a mail's HTML says. Pictures leave no trace, links keep their words."""
    tree = parse_html(html)
    return "" if tree is None else text_of(tree)


def text_of(tree: Element) -> str:
    """What a tree of safe elements says."""
    source = lxml_html.tostring(tree, encoding="unicode")
    try:
        text = get_text(source, ParserConfig(css=STRICT_CSS_PROFILE))
    except (RecursionError, LxmlError, ValueError, ArithmeticError, LookupError):
        text = str(tree.text_content())
    lines = [line.rstrip() for line in text.replace("\xa0", " ").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _depth(html: str) -> int:
    """How deep elements are nested, about: the parsers slow down or give up far below what fits in a mail."""
    depth = deepest = 0
    for tag in _NESTING.finditer(html):
        depth = max(0, depth - 1) if tag[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _sanitise(html: str, attributes: dict[str, set[str]]) -> str:
    return nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=_SILENT,
        attributes=attributes,
        attribute_filter=_filter,
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        filter_style_properties=_STYLES,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def _filter(_: str, name: str, value: str) -> str | None:
    """Relative addresses would resolve against our own page; styles must not load anything."""
    value = value.strip()
    if name == "href":
        return value if _LINK.match(value) else None
    if name == "data-remote-src":
        return value if _REMOTE.match(value) else None
    if name == "src":
        return value if _REMOTE.match(value) or value.lower().startswith("cid:") else None
    if name == "style":
        return None if _HOSTILE_STYLE.search(value) else value
    return value
