"""Bytes to text, whatever the mail says they are. Nothing here raises."""

from __future__ import annotations

import codecs
import re
import unicodedata

from charset_normalizer import from_bytes

SAMPLE = 64 * 1024  # bytes looked at when guessing

#: Labels that mean something wider than they say, or nothing at all.
_ALIASES = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-9": "cp1254",
    "unicode-1-1-utf-7": "utf-7",
}
#: What mails without a useful label are written in.
_CANDIDATES = [
    *("cp1252", "gb18030", "big5", "cp932", "euc_jp", "cp949", "cp1251", "koi8_r", "cp1250"),
    *("cp1253", "cp1254", "cp1255", "cp1256", "cp874"),
]
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_FOREIGN_WORD = re.compile(
    "[\xaa\xb5\xba\xc0-\xff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192]{4}"
)


def decode(data: bytes, label: str | None = None) -> str:
    """Text of these bytes: as labelled if that fits, else UTF-8, else the best guess."""
    for name in _names(label):
        try:
            return tidy(data.decode(name))
        except (UnicodeError, LookupError, ValueError):
            continue
    return tidy(data.decode(_guess(data), "replace"))


def tidy(text: str) -> str:
    """Text a database takes: composed, with plain line ends, without control characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", without_controls(text).removeprefix("\ufeff"))


def without_controls(text: str) -> str:
    """Text without the characters that neither Postgres nor XML take."""
    return _CONTROLS.sub("", text)


def _names(label: str | None) -> list[str]:
    label = (label or "").strip().strip("\"'").lower()
    names = []
    if label.isdigit():
        names.append(f"cp{label}")  # "1252"
    elif label and _is_text_codec(label):
        wider = _ALIASES.get(label)
        # cp1252 before iso-8859-1, as every browser does: the difference is never meant.
        names += [wider, label] if wider in ("cp1252", "cp1254") else [label, wider or label]
    return [*names, "utf-8"]


def _is_text_codec(label: str) -> bool:
    try:
        return codecs.lookup(label)._is_text_encoding
    except (LookupError, ValueError):  # unknown, or with a NUL inside
        return False


def _guess(data: bytes) -> str:
    sample = data[:SAMPLE]
    if _reads_as_western(sample):
        return "cp1252"
    # With few letters the statistics are noise, so only common encodings may win.
    best = from_bytes(sample, cp_isolation=_CANDIDATES).best()
    return best.encoding if best else "cp1252"


def _reads_as_western(sample: bytes) -> bool:
    """Accents stand alone among plain letters; other scripts come in whole words."""
    try:
        text = sample.decode("cp1252")
    except UnicodeError:
        return False
    return not _FOREIGN_WORD.search(text)
