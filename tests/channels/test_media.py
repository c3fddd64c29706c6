"""Files are fetched from providers, and from nowhere else."""

from __future__ import annotations

import httpx
import pytest

from backend.channels.base import Credentials, ErrorCategory, SendError
from backend.channels.media import disposition_name, download, file_name, host_allowed
from tests.channels.provider import Answer, Asked, Provider

ABROAD = Credentials(address="x")


def local(provider: Provider) -> Credentials:
    return Credentials(address="x", base_url=provider.url)


async def refused(http: httpx.AsyncClient, url: str, credentials: Credentials) -> SendError:
    with pytest.raises(SendError) as failure:
        await download(
            http, url, hosts=("files.example.com", ".example.net"), credentials=credentials
        )
    return failure.value


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example.org/x",
        "https://files.example.com.evil.org/x",
        "https://example.net/x",
        "http://files.example.com/x",
        "https://files.example.com@evil.org/x",
        "https://user:pw@files.example.com/x",
        "file:///etc/passwd",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "",
        "not a url",
        "https://\x00/",
    ],
)
async def test_other_hosts_are_never_asked(http: httpx.AsyncClient, url: str) -> None:
    assert (await refused(http, url, ABROAD)).category is ErrorCategory.INVALID_CONTENT


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "[::ffff:127.0.0.1]", "[fe80::1]"],
)
async def test_an_allowed_name_at_a_private_address_is_not_asked(
    http: httpx.AsyncClient, host: str
) -> None:
    with pytest.raises(SendError) as failure:
        await download(http, f"https://{host}/x", hosts=(host.strip("[]"),), credentials=ABROAD)
    assert failure.value.code == "ssrf"


async def test_a_simulator_on_this_machine_does_not_open_the_private_network(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    provider.answers = [Answer(status=302, headers={"location": "http://10.0.0.1/"})]
    assert (await refused(http, provider.url, local(provider))).code == "ssrf"
    assert (await refused(http, "http://10.0.0.1/", local(provider))).code == "ssrf"
    assert (await refused(http, provider.url, ABROAD)).code == "ssrf"


async def test_authorization_stays_with_the_host_it_was_meant_for(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    elsewhere = provider.url.replace("127.0.0.1", "localhost") + "/there"
    provider.answers = [
        Answer(status=302, headers={"location": "/second"}),
        Answer(status=302, headers={"location": elsewhere}),
        Answer(body=b"file", headers={"content-disposition": 'attachment; filename="../a.pdf"'}),
    ]
    media = await download(
        http,
        provider.url + "/first?a=b",
        hosts=(),
        credentials=local(provider),
        headers={"authorization": "Bearer t"},
    )
    assert (media.data, media.file_name) == (b"file", "a.pdf")
    assert [(asked.path, asked.headers.get("authorization")) for asked in provider.asked] == [
        ("/first?a=b", "Bearer t"),
        ("/second", "Bearer t"),
        ("/there", None),
    ]


async def test_a_file_larger_than_allowed_is_not_read_to_its_end(
    provider: Provider, http: httpx.AsyncClient
) -> None:
    provider.answers = [Answer(body=b"x" * 5000)]
    with pytest.raises(SendError) as failure:
        await download(http, provider.url, hosts=(), credentials=local(provider), max_bytes=1000)
    assert failure.value.code == "too_large"


async def test_redirects_in_a_circle_end(provider: Provider, http: httpx.AsyncClient) -> None:
    def around(_: Asked) -> Answer:
        return Answer(status=302, headers={"location": "/again"})

    provider.answer = around
    failure = await refused(http, provider.url, local(provider))
    assert failure.category is ErrorCategory.INVALID_CONTENT
    assert len(provider.asked) == 6


@pytest.mark.parametrize(
    ("status", "category"),
    [
        (503, ErrorCategory.TRANSIENT),
        (429, ErrorCategory.RATE_LIMITED),
        (401, ErrorCategory.AUTH),
        (404, ErrorCategory.INVALID_CONTENT),
    ],
)
async def test_only_some_failures_are_worth_another_try(
    provider: Provider, http: httpx.AsyncClient, status: int, category: ErrorCategory
) -> None:
    provider.answers = [Answer(status=status, json={})]
    assert (await refused(http, provider.url, local(provider))).category is category


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.pdf", "a.pdf"),
        ("comprovante nº 12 – março.pdf", "comprovante nº 12 – março.pdf"),
        ("exe\u202egpj.exe", "exegpj.exe"),
        ("a\x00b\r\n.txt", "ab.txt"),
        ("..", "file.jpg"),
        (None, "file.jpg"),
        ("é" * 300 + ".pdf", "é" * 98 + ".pdf"),
    ],
)
def test_file_names_are_safe(given: str | None, name: str) -> None:
    assert file_name(given, "image/jpeg") == name


def test_an_encoded_file_name_is_decoded() -> None:
    assert disposition_name("attachment; filename*=UTF-8''mar%C3%A7o.pdf") == "março.pdf"
    assert disposition_name(None) is None


def test_a_dot_stands_for_all_below_and_not_for_the_host_itself() -> None:
    assert host_allowed("A.B.example.net.", (".example.net",))
    assert not host_allowed("notexample.net", (".example.net", "example.org"))
