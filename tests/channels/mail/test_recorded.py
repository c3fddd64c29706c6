"""Every recorded mail and webhook becomes what its golden file says."""

from __future__ import annotations

import json

import pytest

from backend.channels.mail.mailbox import Mailbox
from tests.channels.mail.payloads import (
    GOLDEN,
    INBOX,
    clock,
    mailbox_request,
    mails,
    normalised,
    raw_mail,
    webhooks,
)


@pytest.mark.parametrize("name", mails())
def test_a_recorded_mail_is_understood(name: str) -> None:
    events = Mailbox(clock).parse(mailbox_request(raw_mail(name)), INBOX)
    assert normalised(list(events)) == json.loads((GOLDEN / f"{name}.json").read_text())


@pytest.mark.parametrize("name", webhooks())
def test_a_recorded_webhook_is_understood(name: str) -> None:
    adapter, request = webhooks()[name]
    events = adapter.parse(request, INBOX)
    assert normalised(list(events)) == json.loads((GOLDEN / f"{name}.json").read_text())


def test_every_golden_file_belongs_to_a_recording() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == {*mails(), *webhooks()}
