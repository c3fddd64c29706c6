"""A visitor whom the account's own server vouches for: only the signature opens their session."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.support.local import LocalProduct


@dataclass(frozen=True, slots=True)
class Chat:
    """A website chat and its secret."""

    product: LocalProduct
    token: str
    secret: str

    def sign(self, identifier: str) -> str:
        """What the account's server does."""
        return hmac.new(self.secret.encode(), identifier.encode(), hashlib.sha256).hexdigest()

    def open(self, **more: Any) -> httpx.Response:
        """Open a session as the frame does."""
        body = {"website_token": self.token, **more}
        return httpx.post(f"{self.product.api_url}/widget/session", json=body, timeout=20)


@pytest.fixture(scope="module")
def chat(product: LocalProduct) -> Chat:
    """The inbox of a new account."""
    boss = product.sign_in()
    account = boss.rpc("create_account", p_name="Signed").json()["id"]
    headers = {"apikey": product.publishable_key, "Authorization": f"Bearer {boss.token}"}
    url = f"{product.supabase_url}/rest/v1/channel_web_widgets?account_id=eq.{account}"
    (widget,) = httpx.get(url, headers=headers, timeout=20).json()
    secret = boss.rpc("identity_secret", p_inbox_id=widget["inbox_id"]).json()["secret"]
    return Chat(product, widget["website_token"], secret)


def test_two_browsers_of_a_signed_visitor_see_the_same_conversations(chat: Chat) -> None:
    signed = {"identifier": "u-1", "identifier_hash": chat.sign("u-1")}
    first, second, nobody = chat.open(**signed), chat.open(**signed), chat.open()
    assert first.status_code == second.status_code == nobody.status_code == 200
    assert first.json()["contact_inbox_id"] == second.json()["contact_inbox_id"]
    assert nobody.json()["contact_inbox_id"] != first.json()["contact_inbox_id"]


@pytest.mark.parametrize(
    "given",
    [
        {"identifier": "u-1"},
        {"identifier": "u-1", "identifier_hash": "0" * 64},
        {"identifier_hash": "0" * 64},
        {"identifier": "u-2", "identifier_hash": "{u-1}"},
        {"identifier": "U-1", "identifier_hash": "{u-1}"},
        {"identifier": "u-1 ", "identifier_hash": "{u-1}"},
    ],
)
def test_a_signature_that_does_not_fit_opens_nothing(chat: Chat, given: dict[str, str]) -> None:
    body = {key: chat.sign("u-1") if text == "{u-1}" else text for key, text in given.items()}
    answer = chat.open(**body)
    assert (answer.status_code, answer.json()["code"]) == (401, "identity_invalid")
    assert chat.secret not in answer.text


@pytest.mark.parametrize(
    "given", [{"identifier": ""}, {"identifier_hash": "x"}, {"identifier": "x" * 256}]
)
def test_malformed_identities_are_refused(chat: Chat, given: dict[str, str]) -> None:
    answer = chat.open(**given)
    assert (answer.status_code, answer.json()["code"]) == (422, "request_invalid")


def test_neither_identifier_nor_secret_is_logged(chat: Chat) -> None:
    chat.open(identifier="canary-identity", identifier_hash=chat.sign("canary-identity"))
    log = chat.product.log.read_text()
    assert "canary-identity" not in log
    assert chat.secret not in log
