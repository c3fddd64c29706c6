"""Where a text may be cut: between paragraphs, lines, sentences, words, or what people see as characters."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable

_PARAGRAPH_END = re.compile(r"\n\s*\n")
_LINE_END = re.compile(r"\n")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*\s+|[。！？]\s*")
_SPACE = re.compile(r"\s+")
_JOINER = "\u200d"


class Breaks:
    """Where the visible text may be cut, best places first."""

    def __init__(self, text: str, atoms: Iterable[range]) -> None:
        self._text = text
        self._inside = {position for atom in atoms for position in atom[1:]}
        patterns = (_PARAGRAPH_END, _LINE_END, _SENTENCE_END, _SPACE)
        self._levels = [self._after(pattern) for pattern in patterns]

    def _after(self, pattern: re.Pattern[str]) -> list[int]:
        ends = (match.end() for match in pattern.finditer(self._text))
        return [end for end in ends if end not in self._inside]

    def before(self, start: int, end: int) -> int:
        """Return the best cut after `start` and not after `end`."""
        reach = skip_space(
            self._text, end
        )  # white space at the cut is dropped, so it costs nothing
        for positions in self._levels:
            index = bisect_right(positions, reach) - 1
            if index >= 0 and positions[index] > start:
                return positions[index]
        for allowed in (self._may_cut, self._between_graphemes):
            for position in range(end, start, -1):
                if allowed(position):
                    return position
        return end

    def _may_cut(self, position: int) -> bool:
        return position not in self._inside and self._between_graphemes(position)

    def _between_graphemes(self, position: int) -> bool:
        return is_boundary(self._text, position)


def is_boundary(text: str, position: int) -> bool:
    """Tell whether a cut there leaves whole what people see as one character."""
    if position <= 0 or position >= len(text):
        return True
    before, after = text[position - 1], text[position]
    if _JOINER in (before, after) or (before, after) == ("\r", "\n"):
        return False
    if unicodedata.category(after) in ("Mn", "Mc", "Me"):  # accents, variation selectors
        return False
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":
        return False  # skin tones, and the letters inside flags of regions
    if _is_flag_letter(before) and _is_flag_letter(after):
        run = 0
        while position - 1 - run >= 0 and _is_flag_letter(text[position - 1 - run]):
            run += 1
        return run % 2 == 0
    return not ("\u1100" <= before <= "\u115f" and "\u1160" <= after <= "\u11a7")  # Hangul jamo


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def skip_space(text: str, position: int) -> int:
    """Return the next position that holds no white space."""
    while position < len(text) and text[position].isspace():
        position += 1
    return position
