"""Mail addresses: reading lists of them from headers that nobody checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MAX_ADDRESSES = 500  # of one header
_ADDRESS = re.compile(r"[^\s@<>()\[\]\\,;:\"]{1,64}@[^\s@<>()\[\]\\,;:\"/]{1,253}")
_COMMENT = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox; `email` is in lower case, which is how addresses are compared."""

    email: str
    name: str = ""


def is_address(text: str) -> bool:
    """Whether this is one address and nothing else: no name, no list, no line break."""
    return _ADDRESS.fullmatch(text) is not None


def domain_of(email: str) -> str:
    """The part behind the @, in lower case."""
    return email.rpartition("@")[2].lower()


def without_tag(email: str) -> str:
    """The address behind a plus address: `support+vip@…` is `support@…`."""
    local, _, domain = email.partition("@")
    return f"{local.partition('+')[0]}@{domain}"


def read_addresses(text: str) -> tuple[Address, ...]:
    """The mailboxes in a header, each address once; groups are flattened, rubbish is skipped."""
    found: dict[str, Address] = {}
    for item in _items(text):
        address = _read(item)
        if address:
            found.setdefault(address.email, address)
        if len(found) >= MAX_ADDRESSES:
            break
    return tuple(found.values())


def emails(addresses: Iterable[Address]) -> list[str]:
    """Only the addresses."""
    return [address.email for address in addresses]


def _items(text: str) -> Iterator[str]:
    """Split at commas and semicolons outside quotes, brackets and comments."""
    start, quoted, angle, depth, escaped = 0, False, False, 0, False
    for index, char in enumerate(text):
        if escaped:
            escaped = False
        elif char == "\\" and (quoted or depth):
            escaped = True
        elif char == '"' and not depth:
            quoted = not quoted
        elif quoted:
            continue
        elif char == "(":
            depth += 1
        elif char == ")":
            depth = max(0, depth - 1)
        elif char == "<":
            angle = True
        elif char == ">":
            angle = False
        elif char == ":" and not angle and not depth and "@" not in text[start:index]:
            start = index + 1  # the name of a group
        elif char in ",;" and not angle and not depth:
            yield text[start:index]
            start = index + 1
    yield text[start:]


def _read(item: str) -> Address | None:
    before, bracket, rest = item.rpartition("<")
    if bracket:
        match = _ADDRESS.search(rest.partition(">")[0])
        name = before
    else:
        comment = _COMMENT.search(item)
        match = _ADDRESS.search(_COMMENT.sub(" ", item))
        name = comment[1] if comment else ""
    if not match:
        return None
    return Address(match[0].lower(), _unquote(name))


def _unquote(name: str) -> str:
    name = " ".join(name.split())
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return name.strip().strip("'") if name.count("'") == 2 else name.strip()
