"""The guarded client: where it goes, what it sends, what it takes."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import httpcore2
import httpx2
import pytest

from playground.visitors import KeyVault
from providers.base import Credentials, Network, Options
from providers.catalog import load
from providers.errors import InputError, MissingKey, PlaygroundError, StreamTruncated, Unavailable
from providers.registry import connect
from providers.remote import addresses
from providers.remote.addresses import PinnedBackend, checked_url, is_public, vendor_hosts
from providers.remote.http import LARGEST_ERROR, Destination, client, sendable_key
from providers.remote.refusals import find_own_error, retry_seconds
from tests.faults.server import FaultServer, running

HOSTED = Network(hosted=True, hosts=frozenset({"models.example:443", "plain.example:80", "10.0.0.5:8000"}))
LOCAL = Network()
ROOT = Path(__file__).parents[3]


class Names:
    """A resolver with answers of our own, one after the other."""

    def __init__(self, *answers: str) -> None:
        self.answers, self.asked = list(answers), 0

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return [self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]]


class Sockets(httpcore2.AsyncNetworkBackend):
    """Remembers where it was told to connect to, and goes nowhere."""

    def __init__(self) -> None:
        self.addresses: list[str] = []

    async def connect_tcp(
        self, host: str, port: int, timeout: object = None, local_address: object = None, socket_options: object = None
    ) -> httpcore2.AsyncNetworkStream:
        self.addresses.append(host)
        return httpcore2.AsyncMockStream([])


@pytest.mark.parametrize(
    "text",
    [
        "", "  ", "ftp://a.example", "file:///etc/passwd", "a.example/v1", "http://", "https://user:pw@a.example",
        "//a.example", "https://@a.example", "https://a.example/v1?x=1", "https://a.example/#x", "https://a.example:0/",
        "https://a b.example", "https://a.example:99999", "https://a.example\r\nX: y", "https://a.exam\\ple", "https://ä.example",
        "javascript:alert(1)", "https://" + "a" * 400, "http://[::1", "https://\u2100.example",
    ],
)  # fmt: skip
def test_base_url_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        checked_url(text)
    assert caught.value.reason == "url"


def test_base_url_taken() -> None:
    assert str(checked_url(" https://api.example/v1/ ")) == "https://api.example/v1"
    assert addresses.host_port(checked_url("https://API.example/v1")) == "api.example:443"
    assert addresses.host_port(checked_url("http://[::1]:8000/v1")) == "[::1]:8000"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
        "0.0.0.0", "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "168.63.129.16", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1",
        "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::ffff:7f00:1",
        "::127.0.0.1", "::8.8.8.8",
        "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:808:808::", "2001:0:7f00:1::",
        "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "",
    ],
)  # fmt: skip
def test_no_public_address(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "104.18.7.192", "2606:4700::6812:7c0", "2a00:1450:4001::1"])
def test_public_address(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000/v1", "http://localhost:8000", "http://[::1]:8000", "http://2130706433/", "http://0x7f.1/",
        "https://other.example/v1", "https://models.example:8443", "http://models.example", "http://169.254.169.254/",
        "http://api.vendor.example/v1", "https://api.vendor.example:444/v1", "https://api.vendor.example.evil.example",
    ],
)  # fmt: skip
def test_hosted_asks_only_listed_hosts(url: str) -> None:
    with pytest.raises(Unavailable) as caught:
        client(Destination(provider="x", url=checked_url(url), vendors=frozenset({"api.vendor.example:443"})), HOSTED)
    assert caught.value.reason == "blocked_address"


async def test_hosted_lists_vendors_and_what_the_operator_adds() -> None:
    vendors = frozenset({"api.vendor.example:443"})
    for url in ("https://api.vendor.example/v1", "https://models.example/v1", "http://plain.example/v1"):
        await client(Destination(provider="x", url=checked_url(url), vendors=vendors), HOSTED).aclose()


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.5", "169.254.169.254", "::1", "::ffff:127.0.0.1", "64:ff9b::a00:5", "fe80::1%lo"],
)
async def test_hosted_never_connects_to_a_private_address(address: str) -> None:
    destination = Destination(provider="x", url=checked_url("https://models.example/v1"))
    guarded = client(destination, HOSTED, Names(address))
    with pytest.raises(Unavailable) as caught:
        await guarded.get("https://models.example/v1/models")
    assert caught.value.reason == "blocked_address"
    await guarded.aclose()


async def test_hosted_reaches_a_private_server_that_the_operator_names_and_no_other() -> None:
    hosts = frozenset({"10.0.0.5:8000", "gpu:8000", "models.example:443"})
    network = Network(hosted=True, hosts=hosts)

    async def reached(host: str, port: int, address: str) -> list[str]:
        sockets = Sockets()
        backend = PinnedBackend(network, "x", Names(address), sockets)
        try:
            await backend.connect_tcp(host, port)
        except Unavailable as error:
            assert error.reason == "blocked_address"
        return sockets.addresses

    assert await reached("10.0.0.5", 8000, "10.0.0.5") == ["10.0.0.5"]
    assert await reached("gpu", 8000, "192.168.1.7") == ["192.168.1.7"]
    assert await reached("10.0.0.5", 8001, "10.0.0.5") == []
    assert await reached("gpu", 22, "192.168.1.7") == []
    assert await reached("models.example", 443, "192.168.1.7") == [], (
        "a name of the internet's may be anybody's tomorrow"
    )


async def test_one_private_address_among_several_blocks_the_host() -> None:
    async def both(host: str, port: int) -> list[str]:
        return ["8.8.8.8", "10.0.0.1"]

    sockets = Sockets()
    backend = PinnedBackend(HOSTED, "x", both, sockets)
    with pytest.raises(Unavailable):
        await backend.connect_tcp("models.example", 443)
    assert sockets.addresses == []


async def test_a_name_that_changes_its_address_gains_nothing() -> None:
    names, sockets = Names("8.8.8.8", "127.0.0.1"), Sockets()
    backend = PinnedBackend(HOSTED, "x", names, sockets)
    await asyncio.gather(*(backend.connect_tcp("models.example", 443, 5) for _ in range(4)))
    await backend.connect_tcp("models.example", 443, 5)
    assert sockets.addresses == ["8.8.8.8"] * 5
    assert names.asked == 1
    assert await names("models.example", 443) == ["127.0.0.1"], "a second question would have had the other answer"


async def test_unix_sockets_are_no_way_out() -> None:
    with pytest.raises(Unavailable):
        await PinnedBackend(LOCAL, "x").connect_unix_socket("/var/run/docker.sock")


async def test_real_name_in_host_header_pinned_address_underneath(fault_server: FaultServer) -> None:
    names = Names("127.0.0.1", "203.0.113.9")
    base = f"http://models.example:{fault_server.port}/v1"
    guarded = client(Destination(provider="x", url=checked_url(base)), LOCAL, names)
    for _ in range(2):
        assert (await guarded.get(f"{base}/models")).status_code == 200
    assert names.asked == 1
    assert [request.headers["host"] for request in fault_server.received] == [f"models.example:{fault_server.port}"] * 2
    await guarded.aclose()


async def test_tls_asks_for_the_real_name() -> None:
    heard = asyncio.get_running_loop().create_future()

    async def hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.set_result(await reader.read(2000))
        writer.close()

    async with await asyncio.start_server(hello, "127.0.0.1", 0) as server:
        base = f"https://models.example:{server.sockets[0].getsockname()[1]}"
        guarded = client(Destination(provider="x", url=checked_url(base)), LOCAL, Names("127.0.0.1"))
        with pytest.raises(Unavailable):
            await guarded.get(base)
        assert b"models.example" in await heard
        await guarded.aclose()


async def test_unknown_name_and_refused_connection(unused_tcp_port: int) -> None:
    async def nobody(host: str, port: int) -> list[str]:
        raise OSError("unknown")

    for resolve in (nobody, Names("127.0.0.1")):
        base = f"http://models.example:{unused_tcp_port}"
        guarded = client(Destination(provider="x", url=checked_url(base)), LOCAL, resolve)
        with pytest.raises(Unavailable) as caught:
            await guarded.get(base)
        assert caught.value.reason == "unreachable"
        await guarded.aclose()


async def test_a_name_server_that_hangs_is_a_connect_timeout() -> None:
    async def never(host: str, port: int) -> list[str]:
        await asyncio.sleep(60)
        return []

    base = "http://models.example"
    guarded = client(Destination(provider="x", url=checked_url(base)), Network(connect=0.1), never)
    with pytest.raises(PlaygroundError) as caught:
        await guarded.get(base)
    assert caught.value.key == "timeout.connect"
    await guarded.aclose()


async def test_redirect_is_not_followed(fault_server: FaultServer) -> None:
    base = f"{fault_server.url}/fault/redirect/v1"
    guarded = client(Destination(provider="x", url=checked_url(base), headers={"authorization": "Bearer k"}), LOCAL)
    with pytest.raises(Unavailable) as caught:
        await guarded.post(f"{base}/chat/completions", json={})
    assert caught.value.reason == "redirect"
    assert fault_server.elsewhere == 0
    await guarded.aclose()


async def test_no_other_host_through_the_same_client(fault_server: FaultServer) -> None:
    guarded = client(Destination(provider="x", url=checked_url("http://models.example/v1")), LOCAL)
    with pytest.raises(Unavailable) as caught:
        await guarded.get(f"{fault_server.openai}/models")
    assert caught.value.reason == "blocked_address"
    assert fault_server.received == []
    await guarded.aclose()


async def test_only_known_headers_leave(fault_server: FaultServer) -> None:
    destination = Destination(provider="x", url=checked_url(fault_server.openai), headers={"authorization": "Bearer k"})
    guarded = client(destination, LOCAL)
    stray = {"authorization": "Bearer stray", "x-evil": "1", "cookie": "a=b", "openai-organization": "o"}
    await guarded.post(f"{fault_server.openai}/models", json={"a": 1}, headers=stray)
    (request,) = fault_server.received
    known = {"host", "accept", "accept-encoding", "user-agent", "authorization", "content-type", "content-length"}
    assert request.headers.keys() == known
    assert request.headers["authorization"] == "Bearer k"
    assert "Bearer k" not in repr(destination)
    await guarded.aclose()


async def server_of(head: bytes, blocks: Iterable[bytes]) -> asyncio.Server:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head)
        try:
            for block in blocks:
                writer.write(block)
                await writer.drain()
        except ConnectionError:
            pass
        writer.close()

    return await asyncio.start_server(answer, "127.0.0.1", 0)


async def test_error_bodies_are_cut() -> None:
    block = b"x" * 8192
    server = await server_of(b"HTTP/1.1 500 X\r\n\r\n", (block for _ in range(2000)))
    async with server:
        base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        guarded = client(Destination(provider="x", url=checked_url(base)), LOCAL)
        answer = await guarded.get(base)
        assert answer.status_code == 500
        assert 0 < len(answer.content) <= LARGEST_ERROR
        await guarded.aclose()


async def test_a_reply_without_end_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("providers.remote.http.LARGEST_REPLY", 100_000)
    server = await server_of(b"HTTP/1.1 200 X\r\n\r\n", (b"x" * 8192 for _ in range(2000)))
    async with server:
        base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        guarded = client(Destination(provider="x", url=checked_url(base)), LOCAL)
        with pytest.raises(StreamTruncated):
            await guarded.get(base)
        await guarded.aclose()


@pytest.mark.parametrize("key", ["a b", "a\nb", "a\r\nX-Evil: 1", "a\x00b", "clé", "a\u200bb", "\x7f", "k" * 5000])
def test_a_key_no_header_can_carry(key: str) -> None:
    with pytest.raises(MissingKey) as caught:
        sendable_key(key, "x")
    assert caught.value.reason == "malformed"
    assert key not in str(caught.value)


def test_a_key_with_the_blanks_of_copying() -> None:
    assert sendable_key(" sk-abc\n", "x") == "sk-abc"
    assert sendable_key("  ", "x") is None
    assert sendable_key(None, "x") is None


def test_a_long_key_is_stored_and_sent_by_one_rule() -> None:
    long = "k" * 2000
    vault = KeyVault(60)
    vault.put("you", "openai", long)
    assert sendable_key(vault.credentials("you", "openai").key, "openai") == long


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None), ({"retry-after": "2"}, 2.0), ({"retry-after": "0.5"}, 0.5), ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after": "-1"}, None), ({"retry-after": "nan"}, None), ({"retry-after": "inf"}, None),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
    ],
)  # fmt: skip
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_seconds(headers) == seconds


def test_own_error_is_found_and_has_no_history() -> None:
    def wrapped() -> BaseException:
        try:
            try:
                raise Unavailable("redirect", provider="x") from ValueError("with a secret")
            except PlaygroundError as error:
                raise httpx2.ConnectError("wrapped") from error
        except httpx2.ConnectError as error:
            return error

    error = find_own_error(wrapped())
    assert isinstance(error, Unavailable)
    assert error.__cause__ is error.__context__ is error.__traceback__ is None
    assert find_own_error(ValueError("other")) is None


def test_hosted_vendors_are_the_catalogues(tmp_path: Path) -> None:
    catalog = load()
    hosts = vendor_hosts(catalog.endpoints.values())
    assert {"api.openai.com:443", "api.anthropic.com:443", "api.mistral.ai:443"} <= hosts
    assert all(host.endswith(":443") for host in hosts)
    assert not any("localhost" in host for host in hosts)
    options = Options(home=tmp_path, network=Network(hosted=True))
    for name, endpoint in catalog.endpoints.items():
        if endpoint.local:
            with pytest.raises(Unavailable):
                connect(name, catalog, options, Credentials("k"))
            with pytest.raises(Unavailable):
                connect(name, catalog, options, Credentials("k", "http://169.254.169.254"))
        else:
            connect(name, catalog, options, Credentials("k"))
    connect("custom", catalog, options, Credentials("k", "https://api.mistral.ai/v1"))
    with pytest.raises(Unavailable):
        connect("custom", catalog, options, Credentials("k", "https://evil.example/v1"))


SENT_FROM_A_HOSTILE_ENVIRONMENT = """
import asyncio, sys
from tests.faults.clients import connected, outcome, question
from tests.faults.server import FaultServer

class Address:
    def __init__(self, url): self.openai, self.anthropic = url + "/v1", url

async def main():
    for protocol in ("openai", "anthropic"):
        provider = connected(protocol, Address(sys.argv[1]), "sk-own")
        result = await outcome(provider, question("ok"))
        assert result.error is None, repr(result.error)
        await provider.models()
        await provider.aclose()

asyncio.run(main())
"""
LEAK = "leaked-from-the-environment"


def test_environment_variables_of_the_sdks_change_nothing(tmp_path: Path) -> None:
    nowhere = "http://127.0.0.1:9"
    with running() as trap, running() as server:
        hostile = {
            **{f"OPENAI_{name}": LEAK for name in ("API_KEY", "ADMIN_KEY", "ORG_ID", "PROJECT_ID", "WEBHOOK_SECRET")},
            **{f"ANTHROPIC_{name}": LEAK for name in ("API_KEY", "AUTH_TOKEN", "PROFILE", "WORKSPACE_ID")},
            "OPENAI_BASE_URL": trap.openai,
            "ANTHROPIC_BASE_URL": trap.anthropic,
            "OPENAI_CUSTOM_HEADERS": f"Authorization: Bearer {LEAK}\nX-Evil: {LEAK}",
            "ANTHROPIC_CUSTOM_HEADERS": f"x-api-key: {LEAK}\nX-Evil: {LEAK}",
            "OPENAI_LOG": "debug",
            "ANTHROPIC_LOG": "debug",
            "ANTHROPIC_OPEN_TELEMETRY_TRACES_CONTENT_MODE": "content",
            **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"), trap.url),
            "SSL_CERT_FILE": str(tmp_path / "none.pem"),
            "SSL_CERT_DIR": nowhere,
        }
        done = subprocess.run(
            [sys.executable, "-c", SENT_FROM_A_HOSTILE_ENVIRONMENT, server.url],
            env={**os.environ, **hostile, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert (done.stdout, done.stderr) == ("", ""), "nothing is logged"
        assert trap.received == []
        assert len(server.received) == 4
        assert {request.key for request in server.received} == {"sk-own"}
        assert LEAK not in json.dumps([request.headers for request in server.received])
