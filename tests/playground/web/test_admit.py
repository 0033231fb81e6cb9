"""Where strangers visit, limits go by address, too, and files and newcomers are counted."""

from __future__ import annotations

import asyncio
import json
import secrets
import tracemalloc
from pathlib import Path

import httpx2
import pytest
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.settings import Settings
from playground.text import texts
from playground.visitors import Sessions
from playground.visitors.errors import VisitorLimit
from playground.web.admit import Admit
from playground.web.forwarded import Forwarded, Proxies
from playground.web.ownership import Ownership, Private
from playground.web.visitor import Identify, Seal
from providers.catalog import load

SEAL = Seal(b"0" * 32)


async def work(scope: Scope, receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if not message.get("more_body"):
            break
    await JSONResponse({"visitor": scope["state"]["visitor"]})(scope, receive, send)


def stack(sessions: Sessions, app: ASGIApp = work) -> ASGIApp:
    admit = Admit(app, sessions, texts())
    gone = lambda visitor: sessions.gone.get(visitor) is not None  # noqa: E731
    return Forwarded(Identify(admit, SEAL, ("en", "es"), gone=gone), Proxies())


def client(app: ASGIApp, address: str = "203.0.113.9") -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app, client=(address, 1))
    return httpx2.AsyncClient(transport=transport, base_url="http://localhost")


def sessions_of(home: Path, **settings: object) -> Sessions:
    return Sessions.of(Settings(home=home, **settings), load())  # type: ignore[arg-type]


async def test_whoever_keeps_no_cookie_is_one_visitor_to_the_limits(tmp_path: Path) -> None:
    sessions = sessions_of(tmp_path, hosted=True, messages_per_minute=30, new_visitors_per_address=None)
    app = stack(sessions)
    allowed = 0
    for _ in range(60):
        async with client(app) as stranger:
            visitor = (await stranger.post("/gradio_api/queue/join")).json()["visitor"]
        try:
            sessions.limits.message(visitor)
            allowed += 1
        except VisitorLimit as error:
            assert error.reason == "rate"
    assert allowed == 30
    async with client(app) as known:  # with the cookie that a browser keeps, one is oneself again
        await known.get("/")
        sessions.limits.message((await known.get("/")).json()["visitor"])


async def test_many_visitors_of_one_address_share_a_limit(tmp_path: Path) -> None:
    sessions = sessions_of(tmp_path, hosted=True, messages_per_address=3)
    app = stack(sessions)
    async with client(app) as one, client(app) as two, client(app, "198.51.100.1") as elsewhere:
        for each in (one, two, elsewhere):
            await each.get("/")
        ids = [(await each.get("/")).json()["visitor"] for each in (one, two, elsewhere)]
    for visitor in (ids[0], ids[0], ids[1], ids[2]):
        sessions.limits.message(visitor)
    with pytest.raises(VisitorLimit) as refused:
        sessions.limits.message(ids[1])
    assert refused.value.reason == "address_rate"


async def test_new_visitors_of_an_address_come_one_after_the_other(tmp_path: Path) -> None:
    sessions = sessions_of(tmp_path, hosted=True, new_visitors_per_address=5, new_visitors_per_minute=7)
    app = stack(sessions)

    async def come(address: str, language: str = "en") -> httpx2.Response:
        async with client(app, address) as one:
            return await one.get("/", headers={"accept-language": language})

    answers = [await come("203.0.113.9") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert "set-cookie" not in answers[-1].headers, "a cookie would be worth a visit"
    assert int(answers[-1].headers["retry-after"]) > 0
    assert "visitantes" in (await come("203.0.113.9", "es")).json()["detail"]
    assert [(await come(f"198.51.100.{n}")).status_code for n in range(3)] == [200, 200, 429], "in all, seven"


async def test_on_ones_own_computer_nobody_is_counted(tmp_path: Path) -> None:
    sessions = sessions_of(tmp_path)
    async with client(stack(sessions)) as one:
        for _ in range(200):
            one.cookies.clear()
            assert (await one.get("/")).status_code == 200
    assert not sessions.storage.bounded and sessions.limits.addresses.address("x") is None


async def upload(one: httpx2.AsyncClient, size: int) -> int:
    return (await one.post("/gradio_api/upload", content=b"x" * size)).status_code


async def test_what_a_visitor_may_leave_on_the_disk_is_bounded(tmp_path: Path) -> None:
    sessions = sessions_of(tmp_path, hosted=True, visitor_mb=1, new_visitors_per_address=None)
    files: list[Path] = []

    async def keep(scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        files.append(tmp_path / f"{len(files)}.txt")
        files[-1].write_bytes(body)
        await JSONResponse([])(scope, receive, send)

    sessions.storage.uploads = lambda visitor: map(str, files)
    async with client(stack(sessions, keep)) as one:
        await one.get("/")
        assert [await upload(one, 400_000) for _ in range(3)] == [200, 200, 413]
        files.pop().unlink()
        assert await upload(one, 400_000) == 200, "what is deleted counts no more"


async def test_uploads_that_come_at_once_are_counted_together(tmp_path: Path) -> None:
    sessions = sessions_of(tmp_path, hosted=True, visitor_mb=1, new_visitors_per_address=None)
    here, go = asyncio.Event(), asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        here.set()
        await go.wait()
        await work(scope, receive, send)

    async with client(stack(sessions, slow)) as one:
        go.set()
        await one.get("/")
        go.clear()
        here.clear()
        first = asyncio.ensure_future(upload(one, 700_000))
        await here.wait()
        assert await upload(one, 700_000) == 413
        go.set()
        assert await first == 200


async def test_without_a_cookie_the_address_is_what_fills_up(tmp_path: Path) -> None:
    sessions = sessions_of(tmp_path, hosted=True, visitor_mb=1, new_visitors_per_address=None)
    app = stack(sessions)
    found = []
    for _ in range(4):
        async with client(app) as one:
            found.append(await upload(one, 300_000))
    assert found == [200, 200, 200, 413]


async def test_the_page_itself_may_be_full(tmp_path: Path) -> None:
    sessions = sessions_of(tmp_path, hosted=True, stored_gb=0.001, new_visitors_per_address=None)
    (tmp_path / "visitors" / "x").mkdir(parents=True)
    (tmp_path / "visitors" / "x" / "y").write_bytes(b"x" * 900_000)
    async with client(stack(sessions)) as one:
        await one.get("/")
        assert [await upload(one, 80_000), await upload(one, 80_000)] == [200, 413]


async def test_a_conversation_is_kept_within_the_bound_too(tmp_path: Path) -> None:
    sessions = sessions_of(tmp_path, hosted=True, visitor_mb=0.01)
    sessions.conversations.save("a", {"turns": ["x" * 5000]})
    with pytest.raises(VisitorLimit) as refused:
        sessions.conversations.save("a", {"turns": ["x" * 9000]})
    assert refused.value.reason == "stored"
    assert sessions.conversations.load("a") == {"turns": ["x" * 5000]}


@pytest.mark.parametrize("visitors", [1500, pytest.param(10_000, marks=pytest.mark.long)])
async def test_ten_thousand_cookies_take_little_memory(tmp_path: Path, visitors: int) -> None:
    """Each comes anew, opens a page, calls, listens and says something: of all that, two kilobytes are remembered."""
    sessions = sessions_of(tmp_path, hosted=True, new_visitors_per_address=None, new_visitors_per_minute=None)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        told = {"event_id": secrets.token_hex(16), "visitor": scope["state"]["visitor"]}
        told = {name: told[name] for name in (("event_id",) if scope["method"] == "POST" else ("visitor",))}
        await JSONResponse(told)(scope, receive, send)

    app = stack(sessions, Private(answer, Ownership(tmp_path / "uploads")))
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(visitors):
            address = f"10.0.{number // 250}.{number % 250}"
            cookie, body = await ask_by(app, address, "GET", "/")
            call = json.dumps({"session_hash": secrets.token_hex(6), "data": ["Hi"]}).encode()
            await ask_by(app, address, "POST", "/gradio_api/queue/join", cookie, call)
            sessions.limits.message(json.loads(body)["visitor"])
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert taken <= 2000 * visitors


async def ask_by(
    app: ASGIApp, address: str, method: str, path: str, cookie: str = "", body: bytes = b""
) -> tuple[str, bytes]:
    """The visitor's cookie, new or as it was, and the answer."""
    headers = [(b"host", b"localhost"), (b"content-type", b"application/json"), (b"cookie", cookie.encode())]
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": headers, "scheme": "http"}
    told: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        told.append(message)

    await app({**scope, "client": (address, 1), "server": ("localhost", 80)}, receive, send)
    set_cookie = dict(told[0]["headers"]).get(b"set-cookie", cookie.encode()).decode()
    return set_cookie.partition(";")[0], b"".join(one.get("body", b"") for one in told[1:])
