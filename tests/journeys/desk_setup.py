"""What an account has before its agents begin: labels, teams, canned responses, fields of its own."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.local import Agent, LocalProduct


@dataclass(frozen=True, slots=True)
class Desk:
    """An administrator of Fernweh Coffee who sets things up through the API."""

    admin: Agent
    account_id: str

    def call(self, function: str, **arguments: Any) -> Any:
        """Call a function and return what it answers."""
        answer = self.admin.rpc(function, **arguments)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def label(self, title: str = "label") -> str:
        """A new label; returns its title."""
        name = f"{title}-{secrets.token_hex(3)}"
        self.call(
            "save_label", p_account_id=self.account_id, p_id=None, p_title=name, p_color="#2563eb"
        )
        return name

    def team(self, name: str = "team") -> str:
        """A new team; returns its name."""
        unique = f"{name} {secrets.token_hex(3)}"
        self.call(
            "save_team",
            p_account_id=self.account_id,
            p_id=None,
            p_name=unique,
            p_description="",
            p_allow_auto_assign=False,
        )
        return unique

    def canned_response(self, content: str) -> str:
        """A new canned response; returns its short code."""
        code = f"code{secrets.token_hex(3)}"
        self.call(
            "save_canned_response",
            p_account_id=self.account_id,
            p_id=None,
            p_short_code=code,
            p_content=content,
        )
        return code

    def field(self, model: str, name: str, kind: str = "text") -> None:
        """A field of the account's own, for contacts or conversations."""
        self.call(
            "save_custom_attribute",
            p_account_id=self.account_id,
            p_id=None,
            p_values={
                "attribute_model": model,
                "attribute_key": f"f_{secrets.token_hex(4)}",
                "display_name": name,
                "display_type": kind,
            },
        )


def desk_of(product: LocalProduct) -> Desk:
    """The desk of Fernweh Coffee."""
    admin = product.sign_in()
    answer = httpx.get(
        f"{product.supabase_url}/rest/v1/accounts?select=id&name=eq.Fernweh%20Coffee",
        headers={"apikey": product.publishable_key, "Authorization": f"Bearer {admin.token}"},
        timeout=20,
    )
    return Desk(admin, answer.json()[0]["id"])
