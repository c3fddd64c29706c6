"""E-mail addresses: what counts as one, and the spelling Auth keeps."""

from __future__ import annotations

import re

from devstack.auth.errors import invalid

MAX_LENGTH = 255
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_ADDRESS = re.compile(rf"[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{_LABEL}(?:\.{_LABEL})*")


def parse_address(text: str) -> str:
    """The address in lower case; refuses what cannot be one."""
    if not text:
        raise invalid("An email address is required")
    if len(text) > MAX_LENGTH:
        raise invalid("An email address is too long")
    if not _ADDRESS.fullmatch(text):
        raise invalid("Unable to validate email address: invalid format")
    return text.lower()
