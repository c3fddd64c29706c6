"""What of a mail is new: the visible part, without quotations and signatures.

The whole mail is always kept. When in doubt nothing is cut: a forward, a mail that is all quotation, answers
written between the lines. Every pattern here takes linear time, because strangers choose the input.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from backend.channels.mail.clean import Element, parse_html, show, text_of

MAX_LINES = 20_000  # more are not looked at
_LOOKAHEAD = 8  # lines in which the fields of a quoted header must follow
_MAX_LINE = 400  # characters; longer lines are nobody's "On … wrote:"

_WROTE = re.compile(
    r"\b(?:wrote|writes|escreveu|escribió|escribio|schrieb|a écrit|ha scritto|scrisse|skrev"
    r"|schreef|napisał(?:\(a\)|a)?"
    r"|pisze|napsala?|napísala?|написала?|пишет|написав|yazdı|kirjoitti|írta|a scris|έγραψε"
    r"|je napisao|va escriure"
    r"|đã viết|menulis|כתב|كتب)\b.{0,20}[:：]\s*$|(?:写道|寫道|のメール|書きました|님이 작성"
    r"|작성)\s*[:：]?\s*$",
    re.IGNORECASE,
)
_DATED = re.compile(r"\d|@")
_ORIGINAL = re.compile(
    r"^\s*[-_*]{2,}\s*(?:original message|original appointment|mensagem original"
    r"|mensaje original|ursprüngliche nachricht"
    r"|message d'origine|message original|messaggio originale|oorspronkelijk bericht"
    r"|ursprungligt meddelande"
    r"|oprindelig meddelelse|opprinnelig melding|wiadomość oryginalna|исходное сообщение"
    r"|원본 메시지|原始邮件|原始郵件"
    r"|元のメッセージ|الرسالة الأصلية)\s*[-_*]{2,}\s*$",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"^\s*(?:[-_*]{2,}\s*)?(?:forwarded message|begin forwarded message|mensagem encaminhada"
    r"|mensaje reenviado"
    r"|weitergeleitete nachricht|message transféré|message transmis|messaggio inoltrato"
    r"|doorgestuurd bericht"
    r"|vidarebefordrat meddelande|videresendt meddelelse|пересылаемое сообщение|转发邮件"
    r"|رسالة مُعاد توجيهها)\s*:?\s*(?:[-_*]{2,})?\s*$",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"^\s*\*?(?:from|de|von|da|van|från|fra|od|от|kimden|发件人|寄件者|差出人|보낸 사람"
    r"|من)\s*\*?\s*[:：]",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"^\s*\*?(?:sent|date|to|subject|cc|enviad[oa](?: em| el)?|data|fecha|para|assunto|asunto"
    r"|gesendet|datum|an|betreff"
    r"|envoyé|à|objet|inviato|oggetto|a|verzonden|aan|onderwerp|skickat|till|ämne|sendt|til"
    r"|emne|wysłano|do|temat"
    r"|дата|кому|тема|发送时间|收件人|主题|日時|宛先|件名|التاريخ|إلى|الموضوع)\s*\*?\s*[:：]",
    re.IGNORECASE,
)
_RULE = re.compile(r"^\s*_{10,}\s*$")
_SIGNATURE = re.compile(r"^-- ?$")
_FOOTER = re.compile(
    r"^\s*(?:sent from (?:my |outlook|yahoo|proton|mail for)|get outlook for |enviad[oa] (?:do"
    r"|desde|de) (?:meu|mi|el|o) "
    r"|von meinem \S+ gesendet|envoyé de mon |inviato da(?:l mio)? |verzonden vanaf "
    r"|skickat från min |sendt fra min "
    r"|wysłane z |отправлено с |iPhoneから送信|发自我的|أُرسلت من |تم الإرسال من )",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Split:
    """A text with its new part and the rest. `quoted` is empty when nothing was cut."""

    full: str
    reply: str
    quoted: str = ""


def split_text(text: str) -> Split:
    """The new part of a plain text, and what it quotes."""
    lines = text.split("\n")
    if len(lines) > MAX_LINES:
        return Split(text, text)
    cut = _quotation(lines)
    reply = lines[:cut] if cut is not None else lines
    quoted = lines[cut:] if cut is not None else []
    shown = "\n".join(_unsigned(reply)).strip("\n")
    if not shown.strip():
        shown = "\n".join(reply).strip("\n")
    if not shown.strip():
        return Split(text, text.strip("\n"))
    return Split(text, shown, "\n".join(quoted).strip("\n"))


def split_html(html: str, images: dict[str, str]) -> tuple[Split, str]:
    """The same for HTML, cleaned; and the text of the new part."""
    tree = parse_html(html)
    if tree is None:
        return Split("", ""), ""
    whole = parse_html(html)
    full = show(whole, images)
    mark = _html_quotation(tree)
    if mark is None:
        return Split(full, full), text_of(tree)
    quoted = _detach_from(tree, mark)
    reply_text = text_of(tree)
    if not reply_text.strip() and not tree.xpath(".//img"):
        return Split(full, full), text_of(whole)
    return Split(full, show(tree, images), show(quoted, images)), reply_text


def _quotation(lines: list[str]) -> int | None:
    """The line where the quotation starts that reaches to the end."""
    for index, line in enumerate(lines):
        if len(line) > _MAX_LINE:
            continue
        if _FORWARDED.match(line):
            return None  # what was forwarded is what the customer wants to show
        if _ORIGINAL.match(line):
            return index
        if _is_header_block(lines, index):
            return index - 1 if index and _RULE.match(lines[index - 1]) else index
        start = _attribution(lines, index)
        if start is not None:
            # Answers between the lines: without the questions they mean nothing.
            return None if _talks(lines[index + 1 :]) and _quotes(lines[index + 1 :]) else start
        if line.startswith(">"):
            return None if _talks(lines[index:]) else index
    return None


def _attribution(lines: list[str], index: int) -> int | None:
    """Where an "On …, … wrote:" begins that ends on this line; mailers break it into up to three."""
    line = lines[index]
    if line.startswith(">") or not _WROTE.search(line):
        return None
    for start in range(index, max(-1, index - 3), -1):
        if not lines[start].strip():
            break
        if _DATED.search(lines[start]) and (start == 0 or not lines[start - 1].strip()):
            return start
    return index if _DATED.search(line) else None


def _is_header_block(lines: list[str], index: int) -> bool:
    if not _FROM.match(lines[index]):
        return False
    following = lines[index + 1 : index + 1 + _LOOKAHEAD]
    return sum(bool(_FIELD.match(line)) for line in following if len(line) <= _MAX_LINE) >= 2


def _talks(lines: list[str]) -> bool:
    """Whether anything but quotation and signature is in these lines."""
    for line in lines:
        if _SIGNATURE.match(line) or _FOOTER.match(line):
            return False
        if line.strip() and not line.startswith(">"):
            return True
    return False


def _quotes(lines: list[str]) -> bool:
    return any(line.startswith(">") for line in lines)


def _unsigned(lines: list[str]) -> list[str]:
    """The lines before the signature, if there is one."""
    for index, line in enumerate(lines):
        if _SIGNATURE.match(line):
            lines = lines[:index]
            break
    end = len(lines)
    while end and (not lines[end - 1].strip() or _FOOTER.match(lines[end - 1])):
        end -= 1
    return lines[:end]


def _html_quotation(tree: Element) -> Element | None:
    """The first element of the quotation, None when nothing should be cut."""
    for element in tree.iterdescendants():
        if _everything_after(element):
            return element
        if _marks_quotation(element):
            forwarded = any(_FORWARDED.match(line) for line in text_of(element).split("\n")[:4])
            return None if forwarded or _talks_after(element) else element
    return None


def _everything_after(element: Element) -> bool:
    """Outlook puts a mark, and the old mail behind it."""
    if element.get("id") in (
        "divRplyFwdMsg",
        "appendonsend",
        "x_divRplyFwdMsg",
        "OLK_SRC_BODY_SECTION",
    ):
        return True
    if element.tag not in ("div", "p") or element.find("div") is not None:
        return False
    text = str(element.text_content())[:2000].strip()
    if not _FROM.match(text):
        return False
    return _is_header_block([line for line in text_of(element).split("\n") if line.strip()], 0)


def _marks_quotation(element: Element) -> bool:
    names = set((element.get("class") or "").split())
    if names & {
        "gmail_quote",
        "gmail_quote_container",
        "moz-cite-prefix",
        "yahoo_quoted",
        "protonmail_quote",
    }:
        return True
    if element.get("data-inbox-quote") is not None:
        return True
    return element.tag == "blockquote" and (element.get("type") or "").lower() == "cite"


def _talks_after(element: Element) -> bool:
    """Whether the writer goes on after this quotation: then it stands between answers."""
    node: Element | None = element
    while node is not None:
        if (node.tail or "").strip():
            return True
        for sibling in node.itersiblings():
            if not _marks_quotation(sibling) and not _only_quotes(sibling):
                return True
            if (sibling.tail or "").strip():
                return True
        node = node.getparent()
    return False


def _only_quotes(element: Element) -> bool:
    """Nothing of the writer's own in here; a signature counts as nothing."""
    if "gmail_signature" in (element.get("class") or ""):
        return True
    if (element.text or "").strip():
        return False
    return all(
        (_marks_quotation(child) or _only_quotes(child)) and not (child.tail or "").strip()
        for child in element
    )


def _detach_from(tree: Element, mark: Element) -> Element:
    """Take this element and all that follows it out of the tree, as a tree of its own."""
    quoted: Element = tree.makeelement("div")
    node, first = mark, True
    while node is not tree:
        parent = node.getparent()
        assert parent is not None  # `mark` is below `tree`
        following = list(node.itersiblings())
        if first:
            parent.remove(node)  # lxml takes the text behind it along
            quoted.append(node)
        elif node.tail:
            quoted[-1].tail = (quoted[-1].tail or "") + node.tail
            node.tail = None
        quoted.extend(following)
        node, first = parent, False
    return quoted
