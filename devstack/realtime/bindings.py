"""What a channel asks to hear of database changes: an event, a table, filters, columns.

Filters read like PostgREST's: `name=eq.Ada,age=not.lt.18,city=in.(Oslo,"New York")`.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import Any

from psycopg import sql

ANY = "*"
EVENTS = ("INSERT", "UPDATE", "DELETE")
MAX_IN_VALUES = 100

_INFIX = {
    "eq": sql.SQL("="),
    "neq": sql.SQL("!="),
    "lt": sql.SQL("<"),
    "lte": sql.SQL("<="),
    "gt": sql.SQL(">"),
    "gte": sql.SQL(">="),
    "like": sql.SQL("like"),
    "ilike": sql.SQL("ilike"),
    "match": sql.SQL("~"),
    "imatch": sql.SQL("~*"),
    "in": sql.SQL("= any"),
}
_OPERATORS = (*_INFIX, "is", "isdistinct")
_IS_VALUES = {word: sql.SQL(word) for word in ("null", "true", "false", "unknown")}


class BindingError(Exception):
    """A binding that cannot be heard; the message is Realtime's own."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One comparison of a column with a value."""

    column: str
    operator: str
    value: str
    negated: bool

    def operand(self, column_type: sql.Composable, value: sql.Composable) -> sql.Composable:
        """SQL of what a column of this type is compared with; `value` stands for the text."""
        many = sql.SQL("[]" if self.operator == "in" else "")
        return sql.SQL("{}::text::{}{}").format(value, column_type, many)

    def test(self, left: sql.Composable, right: sql.Composable) -> sql.Composable:
        """SQL that is true when `left` passes; `right` is the operand."""
        if self.operator == "is":
            keyword = _IS_VALUES[self.value]
            return sql.SQL("({} is not {})" if self.negated else "({} is {})").format(left, keyword)
        if self.operator == "isdistinct":
            distinct = (
                "({} is not distinct from {})" if self.negated else "({} is distinct from {})"
            )
            return sql.SQL(distinct).format(left, right)
        passes = sql.SQL("({} {} ({}))").format(left, _INFIX[self.operator], right)
        return sql.SQL("(not {})").format(passes) if self.negated else passes


@dataclass(frozen=True, slots=True)
class Binding:
    """One entry of a join's `postgres_changes`, understood."""

    event: str  # one of EVENTS, or ANY
    schema: str
    table: str
    filters: tuple[Filter, ...]
    select: frozenset[str] | None  # None: all columns

    def hears(self, action: str) -> bool:
        """Whether it asks for this kind of change."""
        return self.event in (ANY, action)

    def __str__(self) -> str:
        filters = [[f.column, f.operator, f.value, f.negated] for f in self.filters]
        select = "nil" if self.select is None else _listed(sorted(self.select))
        return (
            f"event: {self.event}, schema: {self.schema}, table: {self.table}"
            f", filters: {_listed(filters)}, select: {select}"
        )


def identifier(binding: Any) -> int:
    """A number for a binding: the same for the same one, never 0."""
    return zlib.crc32(json.dumps(binding, sort_keys=True).encode()) & 0x7FFFFFFF or 1


def parse(params: Any) -> Binding:
    """Understand a binding as a client sent it. Raises `BindingError`."""
    if not isinstance(params, dict):
        raise _missing(params)
    select = _select(params.get("select"))
    schema, table, text = (params.get(key) for key in ("schema", "table", "filter"))
    named = schema is not None or table is not None
    if not named or not all(isinstance(x, str) or x is None for x in (schema, table, text)):
        raise _missing(params)
    if text is not None and (schema is None or table is None):
        raise _missing(params)
    event = str(params.get("event", ANY)).upper()
    binding = Binding(
        event=event if event in EVENTS else ANY,
        schema=schema or "public",
        table=table or ANY,
        filters=tuple(_filter(segment) for segment in _segments(text or "")),
        select=select,
    )
    if select is not None and ANY in (binding.schema, binding.table):
        raise BindingError(
            "Column selection is not supported for wildcard subscriptions."
            " Provide an explicit schema and table name."
        )
    return binding


def _missing(params: Any) -> BindingError:
    return BindingError(
        "No subscription params provided. Please provide at least a `schema` or `table`"
        f" to subscribe to: {_listed(params)}"
    )


def _select(value: Any) -> frozenset[str] | None:
    if isinstance(value, str):
        raise BindingError(
            "Error parsing `select` params: expected a list of column name strings,"
            ' e.g. select: ["col1", "col2"]'
        )
    columns = [x for x in value if isinstance(x, str)] if isinstance(value, list) else []
    return frozenset(columns) or None


def _segments(text: str) -> list[str]:
    """Split at the commas outside quotes and parentheses."""
    if not text.strip():
        return []
    segments, current, depth, quoted, previous = [], "", 0, False, ""
    characters = iter(text.strip())
    for character in characters:
        if quoted:
            if character == "\\":
                character += next(characters, "")
            elif character == '"':
                quoted = False
        elif character == '"' and previous in (".", "(", ","):
            quoted = True
        elif character == "(":
            depth += 1
        elif character == ")":
            depth = max(0, depth - 1)
        elif character == "," and depth == 0:
            segments.append(current)
            current, previous = "", ""
            continue
        current += character
        previous = character
    return [*segments, current]


def _filter(segment: str) -> Filter:
    segment = segment.strip()
    if not segment:
        raise _unparsed("filter must not contain empty segments (check for extra commas)")
    column, equals, rest = segment.partition("=")
    if not equals:
        raise _unparsed(_listed([segment]))
    negated = rest.startswith("not.")
    rest = rest.removeprefix("not.")
    operator, dot, value = rest.partition(".")
    if not dot:
        raise _unparsed(_listed([rest]))
    if operator not in _OPERATORS:
        raise _unparsed(_listed([operator, value]))
    if operator == "in":
        if len(value) < 2 or value[0] != "(" or value[-1] != ")":
            raise _unparsed("`in` filter value must be wrapped by parentheses")
        return Filter(column, operator, f"{{{value[1:-1]}}}", negated)
    return Filter(column, operator, _unquoted(value), negated)


def _unquoted(value: str) -> str:
    """What stands between quotes, when the value is one quoted text."""
    if not value.startswith('"'):
        return value
    inner, characters = "", iter(value[1:])
    for character in characters:
        if character == '"':
            return inner if next(characters, None) is None else value
        inner += next(characters, "") if character == "\\" else character
    return value


def check_is(f: Filter, column_type: str) -> str | None:
    """What is wrong with an `is` filter on a column of this type, if anything."""
    if f.value not in _IS_VALUES:
        return "invalid value for is filter: must be null, true, false, or unknown"
    if f.value != "null" and column_type != "bool":
        return f"is {f.value} filter requires a boolean column, got {column_type}"
    return None


def _unparsed(reason: str) -> BindingError:
    return BindingError(f"Error parsing `filter` params: {reason}")


def _listed(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
