"""Every failure has the one shape, whatever went wrong and wherever."""

from __future__ import annotations

import json
import socket

import httpx
import pytest

from tests.support.local import LocalProduct

SHAPE = {"code", "message", "details", "hint"}


def refused(answer: httpx.Response, status: int, code: str) -> None:
    """The answer is an error of this status and code, in the one shape and nothing more."""
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == SHAPE
    assert answer.json()["code"] == code
    assert answer.json()["message"]


def test_an_unknown_path_is_refused_in_the_one_shape(product: LocalProduct) -> None:
    refused(httpx.get(f"{product.api_url}/no/such/thing"), 404, "not_found")


def test_a_wrong_method_is_refused_in_the_one_shape(product: LocalProduct) -> None:
    refused(httpx.get(f"{product.api_url}/widget/session"), 405, "method_not_allowed")


def test_a_form_is_not_accepted_where_json_is_expected(product: LocalProduct) -> None:
    answer = httpx.post(f"{product.api_url}/widget/session", data={"website_token": "x" * 32})
    refused(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b'{"website_token": 5}',
        b'{"website_token": ""}',
        b'{"website_token": "aaaaaaaa", "refresh_token": "short"}',
        b'{"website_token": "aaaaaaaa", "role": "service_role"}',
        b'{"website_token": "aaaaaaaa\\u0000"}',
        b"\xff\xfe",
        b"[" * 50_000,
    ],
)
def test_a_malformed_body_is_refused_in_the_one_shape(product: LocalProduct, body: bytes) -> None:
    answer = httpx.post(
        f"{product.api_url}/widget/session",
        content=body,
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code in {400, 422}, answer.text
    assert set(answer.json()) == SHAPE


def test_a_huge_body_is_refused_before_it_is_read_to_the_end(product: LocalProduct) -> None:
    body = json.dumps({"website_token": "a" * 32, "page_url": "x" * 400_000})
    answer = httpx.post(
        f"{product.api_url}/widget/session",
        content=body,
        headers={"Content-Type": "application/json"},
    )
    refused(answer, 413, "request_entity_too_large")


def test_a_huge_address_is_refused(product: LocalProduct) -> None:
    answer = httpx.get(f"{product.api_url}/widget/frame", params={"website_token": "a" * 9000})
    refused(answer, 414, "uri_too_long")


def test_every_answer_carries_a_request_id_and_the_security_headers(product: LocalProduct) -> None:
    for path in ("/healthz", "/readyz", "/no/such/thing", "/widget/session"):
        headers = httpx.get(f"{product.api_url}{path}").headers
        assert headers["x-request-id"]
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "server" not in headers


def test_garbage_on_the_socket_does_not_harm_the_service(product: LocalProduct) -> None:
    host, port = product.api_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(b"\x00\x01\x02 NONSENSE\r\n\r\n")
        connection.recv(1000)
    assert httpx.get(f"{product.api_url}/healthz").status_code == 200
