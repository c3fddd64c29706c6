"""The website chat's routes: settings, frame, sessions."""

from __future__ import annotations

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import jwt
import psycopg
import pytest

from backend.api.widget import frame_policy
from tests.backend.test_errors import refused
from tests.support.local import LocalProduct


def test_the_loader_gets_only_what_its_button_needs(product: LocalProduct) -> None:
    answer = httpx.get(f"{product.api_url}/widget/config/{product.website_token}")
    assert answer.status_code == 200
    assert set(answer.json()) == {"website_token", "color", "position", "launcher_titles", "locale"}
    assert answer.json()["launcher_titles"]["es"] == "Chatea con nosotros"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "max-age=300" in answer.headers["cache-control"]


@pytest.mark.parametrize("token", ["0" * 32, "deadbeef"])
def test_an_unknown_token_names_no_inbox(product: LocalProduct, token: str) -> None:
    refused(httpx.get(f"{product.api_url}/widget/config/{token}"), 404, "inbox_not_found")
    frame = httpx.get(f"{product.api_url}/widget/frame", params={"website_token": token})
    refused(frame, 404, "inbox_not_found")
    session = httpx.post(f"{product.api_url}/widget/session", json={"website_token": token})
    refused(session, 404, "inbox_not_found")


def test_the_frame_carries_its_settings_as_data_and_no_inline_script(product: LocalProduct) -> None:
    answer = httpx.get(
        f"{product.api_url}/widget/frame", params={"website_token": product.website_token}
    )
    assert answer.status_code == 200
    data = re.search(r'id="supadesk-config">(.*?)</script>', answer.text)
    assert data is not None
    config = json.loads(data[1])
    assert config["supabase_url"] == product.supabase_url
    assert config["publishable_key"] == product.publishable_key
    assert product.status["secret_key"] not in answer.text
    assert product.status["service_role_key"] not in answer.text
    scripts = re.findall(r"<script(?![^>]*application/json)[^>]*>", answer.text)
    assert scripts
    assert all("src=" in script for script in scripts)
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    for asset in re.findall(r'(?:src|href)="(/widget/[^"]+)"', answer.text):
        file = httpx.get(f"{product.api_url}{asset}")
        assert file.status_code == 200
        assert "immutable" in file.headers["cache-control"]


def test_the_frame_s_language_cannot_break_out_of_its_attribute(product: LocalProduct) -> None:
    answer = httpx.get(
        f"{product.api_url}/widget/frame",
        params={"website_token": product.website_token, "locale": '"><script>x</script>'},
    )
    assert "<script>x" not in answer.text


def test_text_of_an_administrator_cannot_end_the_frame_s_data_block(product: LocalProduct) -> None:
    evil = "</script><script>alert(1)</script><!--"
    with psycopg.connect(product.database_url, autocommit=True) as conn:
        row = conn.execute(
            "select inbox_id, welcome_title from channel_web_widgets where website_token = %s",
            (product.website_token,),
        ).fetchone()
        assert row is not None
        update = "update channel_web_widgets set welcome_title = %s where inbox_id = %s"
        conn.execute(update, (evil, row[0]))
        try:
            answer = httpx.get(
                f"{product.api_url}/widget/frame", params={"website_token": product.website_token}
            )
        finally:
            conn.execute(update, (row[1], row[0]))
    assert "<script>alert" not in answer.text
    data = re.search(r'id="supadesk-config">(.*?)</script>', answer.text)
    assert data is not None
    assert json.loads(data[1])["inbox"]["welcome_title"] == evil


def test_only_the_inbox_s_sites_may_frame_the_chat() -> None:
    policy = frame_policy(
        "https://p.supabase.co", ["shop.example", "*.shop.example", "localhost:3000"]
    )
    assert (
        "frame-ancestors https://shop.example https://*.shop.example http://localhost:3000"
        in policy
    )
    assert "connect-src 'self' https://p.supabase.co wss://p.supabase.co" in policy
    assert frame_policy("https://p.supabase.co", []).endswith("frame-ancestors *")


def test_a_session_s_token_is_a_visitor_s_and_short(product: LocalProduct) -> None:
    session = product.open_chat().session
    claims = jwt.decode(session["access_token"], options={"verify_signature": False})
    assert claims["role"] == "visitor"
    assert claims["contact_inbox_id"] == session["contact_inbox_id"]
    assert 0 < claims["exp"] - time.time() <= 3600
    assert session["topic"] == f"visitor:{session['contact_inbox_id']}"
    assert session["returning"] is False


def test_opening_a_chat_leaves_no_contact_behind(product: LocalProduct) -> None:
    session = product.open_chat().session
    with psycopg.connect(product.database_url) as conn:
        row = conn.execute(
            "select count(*) from contact_inboxes where id = %s", (session["contact_inbox_id"],)
        ).fetchone()
    assert row == (0,)


def test_a_returning_visitor_is_the_same_person_with_a_new_refresh_token(
    product: LocalProduct,
) -> None:
    first = product.open_chat().session
    second = httpx.post(
        f"{product.api_url}/widget/session",
        json={"website_token": product.website_token, "refresh_token": first["refresh_token"]},
    ).json()
    assert second["contact_inbox_id"] == first["contact_inbox_id"]
    assert second["refresh_token"] != first["refresh_token"]
    assert second["returning"] is True


def test_an_old_refresh_token_is_good_for_a_lost_answer_but_not_for_long(
    product: LocalProduct,
) -> None:
    first = product.open_chat().session

    def renew(token: str) -> httpx.Response:
        return httpx.post(
            f"{product.api_url}/widget/session",
            json={"website_token": product.website_token, "refresh_token": token},
        )

    assert renew(first["refresh_token"]).status_code == 200
    again = renew(first["refresh_token"])
    assert again.status_code == 200, "the first answer may have been lost"
    with psycopg.connect(product.database_url, autocommit=True) as conn:
        conn.execute(
            "update private.visitor_sessions set rotated_at = now() - interval '2 minutes'"
            " where contact_inbox_id = %s",
            (first["contact_inbox_id"],),
        )
    refused(renew(first["refresh_token"]), 401, "session_expired")


def test_a_refresh_token_of_another_inbox_is_worth_nothing(product: LocalProduct) -> None:
    session = product.open_chat().session
    with psycopg.connect(product.database_url) as conn:
        row = conn.execute(
            "select website_token from channel_web_widgets where website_token <> %s limit 1",
            (product.website_token,),
        ).fetchone()
    assert row is not None
    answer = httpx.post(
        f"{product.api_url}/widget/session",
        json={"website_token": row[0], "refresh_token": session["refresh_token"]},
    )
    refused(answer, 401, "session_expired")


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://127.0.0.1:1", "http://127.0.0.1.evil.example"],
)
def test_a_foreign_page_cannot_open_sessions(product: LocalProduct, origin: str) -> None:
    answer = httpx.post(
        f"{product.api_url}/widget/session",
        json={"website_token": product.website_token},
        headers={"Origin": origin},
    )
    refused(answer, 403, "origin_not_allowed")


def test_the_frame_on_our_own_origin_may(product: LocalProduct) -> None:
    answer = httpx.post(
        f"{product.api_url}/widget/session",
        json={"website_token": product.website_token},
        headers={"Origin": product.api_url},
    )
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"


def test_two_tabs_that_start_at_once_end_up_in_one_conversation(product: LocalProduct) -> None:
    visitor = product.open_chat()

    def write(number: int) -> str:
        answer = visitor.rpc(
            "widget_start_conversation",
            p_message_id=f"019b0000-0000-7000-8000-{number:012d}",
            p_content=f"hello {number}",
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["conversation"]["id"])

    with ThreadPoolExecutor(4) as pool:
        conversations = set(pool.map(write, range(4)))
    assert len(conversations) == 1
    page = visitor.rpc("widget_messages", p_conversation_id=conversations.pop()).json()
    ours = [m["content"] for m in page["messages"] if m["message_type"] == "incoming"]
    assert sorted(ours) == ["hello 0", "hello 1", "hello 2", "hello 3"]
