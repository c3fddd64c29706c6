"""CommonMark, which agents write, as the two bodies of a mail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from backend.channels.mail.clean import clean_html, text_of_html


class _Text(RendererHTML):
    """HTML whose text alone says everything: links and pictures show their addresses."""

    def link_close(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        """Append the address unless it is the text of the link."""
        depth, start = 0, index
        for start in range(index, -1, -1):
            depth += {"link_close": 1, "link_open": -1}.get(tokens[start].type, 0)
            if depth == 0:
                break
        href = str(tokens[start].attrGet("href") or "")
        words = "".join(token.content for token in tokens[start:index])
        shown = href.removeprefix("mailto:").removeprefix("tel:")
        suffix = "" if words.strip() in (href, shown) else f" ({_escaped(shown)})"
        return suffix + self.renderToken(tokens, index, options, env)

    def image(self, tokens: Sequence[Token], index: int, *_: Any) -> str:
        """A picture is its name and address."""
        token = tokens[index]
        words = " ".join(part for part in (token.content, f"({token.attrGet('src')})") if part)
        return _escaped(words)


def _parser(renderer: Any = RendererHTML) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}, renderer_cls=renderer)
    return parser.enable(["strikethrough", "table"])


_HTML = _parser()
_TEXT = _parser(_Text)


def to_html(content: str) -> str:
    """The HTML body. What is not allowed in a mail that comes in does not go out either."""
    cleaned = clean_html(_HTML.render(content))
    return cleaned.replace("data-remote-src=", "src=")


def to_text(content: str) -> str:
    """The plain body: no marks, links with their addresses."""
    return text_of_html(_TEXT.render(content))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
