"""What a proxy says is believed of a named one alone."""

from __future__ import annotations

import httpx2
import pytest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from playground.settings import Settings
from playground.web.forwarded import Forwarded, Proxies, network_of
from playground.web.guard import Hosts

HOSTS = Hosts(frozenset({"aula.example.org"}))


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    seen = {name: headers.get(name) for name in ("x-forwarded-host", "x-forwarded-for", "x-forwarded-proto")}
    told = {"address": scope["state"]["address"], "scheme": scope["scheme"], "client": scope["client"][0], **seen}
    await JSONResponse(told)(scope, receive, send)


async def seen(named: tuple[str, ...], peer: str, **headers: str) -> dict[str, str | None]:
    transport = httpx2.ASGITransport(Forwarded(echo, Proxies.of(named), HOSTS), client=(peer, 1234))
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        answer: dict[str, str | None] = (await client.get("/", headers=given)).json()
        return answer


async def test_a_stranger_cannot_say_who_or_where_it_is() -> None:
    told = await seen((), "127.0.0.1", x_forwarded_host="aula.example.org", x_forwarded_for="6.6.6.6")
    assert told["address"] == told["client"] == "127.0.0.1"
    assert told["x-forwarded-host"] is None and told["x-forwarded-for"] is None


async def test_a_named_proxy_is_believed() -> None:
    told = await seen(
        ("127.0.0.1",), "127.0.0.1", x_forwarded_host="aula.example.org", x_forwarded_for="203.0.113.9",
        x_forwarded_proto="https",
    )  # fmt: skip
    assert (told["address"], told["scheme"], told["x-forwarded-host"]) == ("203.0.113.9", "https", "aula.example.org")


async def test_even_it_names_no_host_that_the_page_does_not_answer_to() -> None:
    told = await seen(("127.0.0.1",), "127.0.0.1", x_forwarded_host="evil.example")
    assert told["x-forwarded-host"] is None


async def test_what_a_client_writes_before_the_proxy_does_counts_for_nothing() -> None:
    told = await seen(("10.0.0.0/8",), "10.1.1.1", x_forwarded_for="6.6.6.6, 203.0.113.9, 10.2.2.2")
    assert told["address"] == "203.0.113.9"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::/64"),
        ("not an address", "not an address"),
    ],
)
def test_one_computer_is_one_network(address: str, network: str) -> None:
    assert network_of(address) == network


def test_what_is_no_address_is_no_proxy() -> None:
    with pytest.raises(ValueError, match="proxies"):
        Settings(proxies=("proxy.example",))
    assert Settings(proxies="10.0.0.1, 192.168.0.0/16").proxies == ("10.0.0.1", "192.168.0.0/16")  # type: ignore[arg-type]


async def test_a_proxy_that_nobody_named_is_in_the_log_once(caplog: pytest.LogCaptureFixture) -> None:
    forwarded = Forwarded(echo, Proxies(), HOSTS, counted=True)
    transport = httpx2.ASGITransport(forwarded, client=("192.0.2.77", 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        for _ in range(3):
            await client.get("/", headers={"x-forwarded-for": "6.6.6.6"})
    assert caplog.text.count("PLAYGROUND_PROXIES") == 1
    assert "6.6.6.6" not in caplog.text
