"""The middleware: first alone around a small application, then around a real Gradio page, then in a real browser."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, StreamingResponse
from starlette.types import ASGIApp

from playground import web
from playground.settings import Settings
from playground.text import LocaleTexts
from playground.web.explain import Explain
from playground.web.guard import Guard, Hosts
from playground.web.harden import Harden, script_hashes
from playground.web.length import announced_length
from playground.web.line import Line
from playground.web.ownership import Ownership, Private
from playground.web.secret import kept_secret
from playground.web.visitor import VISITOR_COOKIE, Identify, Seal, choose_language, read_cookies
from tests.loop_thread import watched

SEAL = Seal(b"0" * 32)
HOST = "http://localhost:7860"


@pytest.mark.parametrize(
    ("said", "length"),
    [("", None), ("12", 12), ("-1", None), ("1e3", None), ("²", None), ("9" * 5000, 10**18 - 1)],
)
def test_the_length_that_a_client_announces(said: str, length: int | None) -> None:
    scope = {"type": "http", "headers": [(b"content-length", said.encode("latin-1"))]}
    assert announced_length(scope) == length


def client(app: ASGIApp, address: str = HOST) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=address)


async def who(scope, receive, send) -> None:
    await JSONResponse(scope["state"])(scope, receive, send)


async def ok(scope, receive, send) -> None:
    await PlainTextResponse("ok")(scope, receive, send)


class TestVisitor:
    app = Identify(who, SEAL, ("en", "es"))

    async def test_the_first_answer_brings_a_cookie_that_the_next_request_is_known_by(self):
        async with client(self.app) as visitor:
            first = await visitor.get("/")
            second = await visitor.get("/")
        assert first.json()["visitor"] == second.json()["visitor"]
        assert not first.json()["returning"]
        assert second.json()["returning"]
        assert "set-cookie" not in second.headers
        assert re.fullmatch(
            rf"{VISITOR_COOKIE}=[\w-]{{43}}\.[\w-]{{43}}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax",
            first.headers["set-cookie"],
        )

    async def test_two_visitors_are_two(self):
        async with client(self.app) as one, client(self.app) as two:
            ids = [(await each.get("/")).json()["visitor"] for each in (one, two)]
        assert ids[0] != ids[1]

    @pytest.mark.parametrize(
        "forged", ["", "x", "a" * 43, f"{'a' * 43}.{'b' * 43}", f"../../{'a' * 37}.{'b' * 43}", f'"{"é" * 43}"']
    )
    async def test_a_forged_cookie_is_replaced(self, forged):
        async with client(self.app) as visitor:
            answer = await visitor.get("/", headers={"cookie": f"{VISITOR_COOKIE}={forged}".encode()})
        assert answer.json()["visitor"] not in forged
        assert answer.headers["set-cookie"].startswith(f"{VISITOR_COOKIE}={SEAL.cookie(answer.json()['visitor'])}")

    async def test_a_cookie_of_another_servers_is_replaced(self):
        async with client(self.app) as visitor:
            cookie = Seal(b"1" * 32).cookie(SEAL.issue())
            answer = await visitor.get("/", headers={"cookie": f"{VISITOR_COOKIE}={cookie}"})
        assert "set-cookie" in answer.headers

    async def test_inside_a_spaces_frame_the_cookie_is_partitioned(self):
        async with client(Identify(who, SEAL, ("en",), framed=True)) as visitor:
            cookie = (await visitor.get("/")).headers["set-cookie"]
        assert cookie.endswith("; HttpOnly; SameSite=None; Secure; Partitioned")
        assert web.language_cookie("es", framed=True).endswith("; SameSite=None; Secure; Partitioned")

    async def test_over_https_the_cookie_is_secure(self):
        async with client(self.app, "https://localhost") as visitor:
            assert (await visitor.get("/")).headers["set-cookie"].endswith("; HttpOnly; SameSite=Lax; Secure")

    def test_a_malformed_neighbour_hides_no_cookie(self):
        assert read_cookies("a[]=1; b=2; =; ;c; aula_language=es")["aula_language"] == "es"

    def test_the_secret_is_kept_and_the_owners_alone(self, tmp_path):
        secret = kept_secret(tmp_path)
        assert len(secret) == 32
        assert kept_secret(tmp_path) == secret
        file = tmp_path / "visitors" / ".secret"
        assert file.stat().st_mode & 0o777 == 0o600
        assert [path.name for path in file.parent.iterdir()] == [".secret"]
        file.write_bytes(b"short")
        assert kept_secret(tmp_path) == kept_secret(tmp_path) != secret
        assert repr(secret) not in repr(Seal(secret))

    def test_without_a_writable_home_the_secret_lasts_as_long_as_the_process(self, tmp_path):
        (tmp_path / "visitors").write_text("in the way")
        assert len(kept_secret(tmp_path)) == 32


@pytest.mark.parametrize(
    ("chosen", "accepted", "spoken"),
    [
        (None, "", "en"),
        (None, "es-MX,es;q=0.9,en;q=0.8", "es"),
        (None, "en;q=0.4, es ; q=0.5", "es"),
        (None, "de,fr;q=0.9", "en"),
        (None, "de, es;q=0.1", "es"),
        ("es", "en", "es"),
        ("en", "es", "en"),
        ("../en", "es", "es"),
        (None, "es;q=x,,;;=", "es"),
    ],
)
def test_the_chosen_language_beats_the_browsers(chosen, accepted, spoken):
    assert choose_language(chosen, accepted, ("en", "es")) == spoken


class TestGuard:
    @staticmethod
    def guard(**settings) -> Guard:
        return Guard(ok, Hosts.of(Settings(home=Path("/nowhere"), **settings)))

    async def status(self, guard: Guard, path: str = "/", method: str = "GET", **headers: str) -> int:
        async with client(guard) as visitor:
            return (await visitor.request(method, path, headers=headers)).status_code

    @pytest.mark.parametrize("host", ["localhost:7860", "127.0.0.1:1", "[::1]:7860", "LOCALHOST", "localhost."])
    async def test_this_computer_is_known(self, host):
        assert await self.status(self.guard(), host=host) == 200

    @pytest.mark.parametrize(
        "host", ["evil.example", "localhost.evil.example", "192.168.1.7:7860", "", "a b", "localhost@evil", "x:y:z"]
    )
    async def test_other_hosts_are_refused(self, host):
        assert await self.status(self.guard(), host=host) == 400

    async def test_a_classroom_types_an_address_and_a_rebound_name_stays_out(self):
        guard = self.guard(host="0.0.0.0")
        assert await self.status(guard, host="192.168.1.7:7860") == 200
        assert await self.status(guard, host="[fe80::1]:7860") == 200
        assert await self.status(guard, host="rebound.example:7860") == 400

    async def test_a_space_and_a_listed_name_are_known(self):
        guard = self.guard(space_id="a/b", space_host="a-b.hf.space", allowed_hosts=("aula.example.org:443",))
        assert await self.status(guard, host="a-b.hf.space") == 200
        assert await self.status(guard, host="aula.example.org") == 200
        assert await self.status(guard, host="c-d.hf.space") == 400
        assert await self.status(self.guard(allowed_hosts=("*",)), host="any.example") == 200

    @pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
    @pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:9999", "https://"])
    async def test_another_sites_request_is_refused(self, method, origin):
        assert await self.status(self.guard(), "/gradio_api/queue/join", method, origin=origin) == 403

    async def test_another_sites_form_is_refused_even_where_the_browser_names_no_origin(self):
        crossing = {"sec-fetch-site": "cross-site"}
        assert await self.status(self.guard(), "/gradio_api/upload", "POST", **crossing) == 403
        assert await self.status(self.guard(), "/", "GET", **crossing) == 200

    async def test_this_pages_own_requests_pass(self):
        assert await self.status(self.guard(), "/", "POST", origin=HOST) == 200
        assert await self.status(self.guard(), "/", "POST") == 200
        space = self.guard(space_id="a/b", space_host="a-b.hf.space")
        assert await self.status(space, "/", "POST", host="10.0.0.3:7860", origin="https://a-b.hf.space") == 200
        assert await self.status(space, "/", "POST", host="10.0.0.3:7860", origin="https://c-d.hf.space") == 403

    @pytest.mark.parametrize(
        "path",
        [
            "/gradio_api/deep_link?session_hash=x",
            "/?deep_link=x",
            "/monitoring",
            "/monitoring/summary",
            "/gradio_api/proxy=https://a.hf.space/x",
            "/gradio_api/file/etc/passwd",
            "/gradio_api/stream/a/b/c/playlist.m3u8",
            "/gradio_api/runs",
            "/gradio_api/vibe-edit/",
            "/gradio_api/process_recording",
        ],
    )
    async def test_routes_that_the_page_does_not_use_are_closed(self, path):
        assert await self.status(self.guard(), path) == 404

    async def test_health(self):
        async with client(self.guard()) as visitor:
            assert (await visitor.get("/health")).json() == {"status": "ok"}


async def page(scope, receive, send) -> None:
    body = '<!doctype html><html\n\tlang="en" style="x"><head><meta></head><script>1</script></html>'
    await HTMLResponse(body)(scope, receive, send)


class TestHeaders:
    async def test_every_answer_has_them_and_each_its_own_nonce(self):
        async with client(Harden(ok)) as visitor:
            answers = [await visitor.get("/") for _ in range(2)]
        policies = [answer.headers["content-security-policy"] for answer in answers]
        assert policies[0] != policies[1]
        for wanted in ("img-src 'self' data: blob:", "form-action 'self'", "base-uri 'self'", "frame-ancestors 'self'"):
            assert wanted in policies[0].split("; ")
        assert "script-src" in policies[0]
        assert not re.search(r"script-src[^;]*'unsafe-inline'", policies[0])
        assert answers[0].headers["x-content-type-options"] == "nosniff"
        assert answers[0].headers["referrer-policy"] == "same-origin"
        assert answers[0].text == "ok"

    async def test_what_the_api_answers_is_kept_by_no_cache(self):
        async with client(Harden(ok)) as visitor:
            for path in ("/gradio_api/call/chat/1", "/config", "/health"):
                assert (await visitor.get(path)).headers["cache-control"] == "no-store"
            assert "cache-control" not in (await visitor.get("/assets/x")).headers

    async def test_a_space_may_be_framed_by_its_page(self):
        async with client(Harden(ok, framed=True)) as visitor:
            policy = (await visitor.get("/")).headers["content-security-policy"]
        assert policy.endswith("frame-ancestors 'self' https://huggingface.co")

    async def test_the_page_speaks_the_visitors_language_before_anything_else_runs(self):
        async with client(Harden(Identify(page, SEAL, ("en", "es")))) as visitor:
            answer = await visitor.get("/", headers={"accept-language": "es"})
        nonce = re.search(r"'nonce-([\w-]+)'", answer.headers["content-security-policy"])
        assert nonce
        assert answer.text.startswith(f'<!doctype html><html\n\tlang="es" style="x"><head><script nonce="{nonce[1]}">')
        assert answer.text.index("navigator") < answer.text.index("<meta>")
        assert answer.text.count(f'<script nonce="{nonce[1]}">') == 2
        assert int(answer.headers["content-length"]) == len(answer.content)

    def test_the_pages_own_inline_scripts_are_known_by_their_hash(self):
        # printf 'window.x=1' | openssl dgst -sha256 -binary | base64
        assert script_hashes("<meta><script>window.x=1</script>") == (
            "'sha256-hUmDl3yY/7GaaX+Zuy8aEy8IzxgpBs7xccqYHs2/7kQ='",
        )
        assert script_hashes("<script src='/x.js'></script>") == ()

    async def test_a_stream_arrives_piece_by_piece(self):
        sent: list[str] = []

        async def slow(scope, receive, send) -> None:
            async def pieces() -> AsyncIterator[str]:
                for number in range(3):
                    sent.append(str(number))
                    yield str(number)

            await StreamingResponse(pieces(), media_type="text/event-stream")(scope, receive, send)

        stack = Harden(Guard(Identify(slow, SEAL, ("en",)), Hosts(frozenset({"localhost"}))))
        arrived: list[int] = []

        async def receive():
            await asyncio.sleep(60)

        async def send(message) -> None:
            if message["type"] == "http.response.body" and message.get("body"):
                arrived.append(len(sent))

        scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", b"localhost")]}
        await stack({**scope, "asgi": {"spec_version": "2.4"}}, receive, send)
        assert arrived == [1, 2, 3]


@dataclass
class Recorder:
    """Stands for Gradio behind `Private`: gives the prepared answer and keeps what it received."""

    answer: str = "{}"
    bodies: list[bytes] = field(default_factory=list)

    async def __call__(self, scope, receive, send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        self.bodies.append(body)
        await PlainTextResponse(self.answer)(scope, receive, send)


class TestOwnership:
    @pytest.fixture
    def ownership(self, tmp_path) -> Ownership:
        return Ownership(tmp_path / "uploads")

    @staticmethod
    def app(ownership: Ownership, inner: ASGIApp) -> Identify:
        return Identify(Private(inner, ownership), SEAL, ("en",))

    @pytest.mark.parametrize(
        "spell",
        [
            lambda path: json.dumps({"data": [{"path": path}]}),
            lambda path: json.dumps({"data": [[{"content": {"files": [{"a": 1, "path": path}]}}]]}),
            lambda path: json.dumps({"data": [{"path": path}]}).replace("/", "\\u002f"),
            lambda path: json.dumps({"data": [{"path": path.replace("uploads/", "uploads/../uploads//./")}]}),
            lambda path: json.dumps({"data": [{"path": "https://example.org/x.png"}]}),
            lambda path: json.dumps({"data": [{"path": "file:///etc/passwd"}]}),
            lambda path: json.dumps({"data": [{"path": path + "\0"}]}),
        ],
    )
    async def test_anothers_file_is_not_taken_as_an_input(self, ownership, spell):
        inner = Recorder()
        async with client(self.app(ownership, inner)) as visitor:
            body = spell(str(ownership.folder / "hash" / "secret.txt"))
            answer = await visitor.post("/gradio_api/queue/join", content=body)
        assert answer.status_code == 403
        assert inner.bodies == []

    async def test_a_long_body_is_looked_through_as_a_short_one_and_by_a_thread(self, ownership):
        inner = Recorder()
        body = json.dumps({"data": ["x" * 100_000, {"path": str(ownership.folder / "hash" / "secret.txt")}]})
        async with client(self.app(ownership, inner)) as visitor:
            await visitor.post("/gradio_api/queue/join", content="{}")
            with watched() as watch:
                answer = await visitor.post("/gradio_api/queue/join", content=body)
        assert watch.found == []
        assert (answer.status_code, inner.bodies) == (403, [b"{}"])

    async def test_what_was_uploaded_may_be_used_and_read_by_its_owner_alone(self, ownership):
        path = str(ownership.folder / "hash" / "año 1.txt")
        app = self.app(ownership, Recorder(json.dumps([path], ensure_ascii=False)))
        async with client(app) as owner, client(app) as other:
            assert (await owner.post("/gradio_api/upload", files={"files": b"x"})).status_code == 200
            for visitor, status in ((owner, 200), (other, 403)):
                assert (await visitor.get(f"/gradio_api/file={path}")).status_code == status
                assert (await visitor.head(f"/gradio_api/file={path}")).status_code == status
                sent = await visitor.post("/gradio_api/call/chat", json={"data": [{"path": path}]})
                assert sent.status_code == status

    async def test_a_file_that_was_sent_to_a_visitor_is_theirs(self, ownership):
        path = str(ownership.folder / "hash" / "export.md")
        message = "data: " + json.dumps({"output": {"data": [{"path": path, "url": "x"}]}}) + "\n\n"
        app = self.app(ownership, Recorder(message))
        async with client(app) as owner, client(app) as other:
            await owner.get("/gradio_api/queue/data?session_hash=h")
            assert (await owner.get(f"/gradio_api/file={path}")).status_code == 200
            assert (await other.get(f"/gradio_api/file={path}")).status_code == 403

    @pytest.mark.parametrize("route", ["/gradio_api/queue/data", "/gradio_api/call/x/1", "/gradio_api/run/x"])
    async def test_a_path_is_not_granted_by_having_it_echoed(self, ownership, route):
        path = str(ownership.folder / "hash" / "secret.txt")
        said = json.dumps({"path": path}, separators=(",", ":"))
        inner = Recorder("data: " + json.dumps({"data": [f"You said: {said}", {"text": said}]}) + "\n\n")
        async with client(self.app(ownership, inner)) as visitor:
            await visitor.get(route)
            assert (await visitor.get(f"/gradio_api/file={path}")).status_code == 403

    async def test_a_path_is_not_granted_by_a_files_contents(self, ownership):
        path = str(ownership.folder / "hash" / "secret.txt")
        app = self.app(ownership, Recorder(json.dumps({"path": path})))
        async with client(app) as visitor:
            await visitor.get("/gradio_api/file=/static/own.json")
            assert (await visitor.get(f"/gradio_api/file={path}")).status_code == 403

    async def test_the_pages_own_files_are_everybodys(self, ownership):
        path = str(ownership.folder / "hash" / "logo.png")
        ownership.publish([path])
        async with client(self.app(ownership, Recorder())) as visitor:
            assert (await visitor.get(f"/gradio_api/file={path}")).status_code == 200

    async def test_an_open_page_is_its_openers(self, ownership):
        app = self.app(ownership, Recorder())
        async with client(app) as owner, client(app) as other:
            await owner.get("/gradio_api/heartbeat/first")
            assert (await owner.post("/gradio_api/queue/join", json={"session_hash": "h"})).status_code == 200
            assert (await owner.get("/gradio_api/queue/data?session_hash=h")).status_code == 200
            for request in (
                other.get("/gradio_api/queue/data?session_hash=h"),
                other.get("/gradio_api/heartbeat/h"),
                other.post("/gradio_api/queue/join", json={"session_hash": "h", "data": []}),
                other.post("/gradio_api/cancel", json={"session_hash": "h", "fn_index": 0, "event_id": "e"}),
            ):
                assert (await request).status_code == 403

    async def test_a_call_is_its_callers(self, ownership):
        app = self.app(ownership, Recorder('{"event_id": "c0ffee"}'))
        async with client(app) as owner, client(app) as other:
            for each in (owner, other):
                await each.get("/gradio_api/heartbeat/own")
            assert (await owner.post("/gradio_api/call/chat", json={"data": []})).status_code == 200
            for ask in (
                lambda visitor: visitor.get("/gradio_api/call/chat/c0ffee"),
                lambda visitor: visitor.get("/gradio_api/call/v2/chat/c0ffee"),
                lambda visitor: visitor.get("/gradio_api/queue/data?session_hash=c0ffee"),
                lambda visitor: visitor.post("/gradio_api/cancel", json={"fn_index": 0, "event_id": "c0ffee"}),
            ):
                assert (await ask(other)).status_code == 403
                assert (await ask(owner)).status_code == 200

    async def test_uploads_go_with_their_visitor(self, ownership):
        folder = ownership.folder / "hash"
        folder.mkdir(parents=True)
        own, shared = folder / "own.txt", folder / "shared.txt"
        for file in (own, shared):
            file.write_text("x")
        ownership.grant("a", [str(own), str(shared)])
        ownership.grant("b", [str(shared)])
        ownership.forget("a")
        assert not own.exists() and shared.exists()
        assert ownership.files("a") == set()

    async def test_a_client_without_cookies_can_still_call(self, ownership):
        app = self.app(ownership, Recorder())
        for _ in range(2):
            async with client(app) as visitor:
                body = {"session_hash": "h", "data": ["x"]}
                assert (await visitor.post("/gradio_api/queue/join", json=body)).status_code == 200

    @pytest.mark.parametrize("body", [b"", b"{", b"[" * 50_000, b"\xff", b'{"session_hash": 3, "data": null}'])
    async def test_what_is_not_json_reaches_gradio_unchanged(self, ownership, body):
        inner = Recorder()
        async with client(self.app(ownership, inner)) as visitor:
            await visitor.post("/gradio_api/queue/join", content=body)
        assert inner.bodies == [body]


@pytest.mark.parametrize(
    ("headers", "status", "said"), [({"sec-fetch-mode": "cors"}, 429, "Lleno: 5"), ({}, 503, "{}")]
)
async def test_a_full_line_is_explained_in_the_visitors_language(headers, status, said):
    async def full(scope, receive, send) -> None:
        await PlainTextResponse("{}", 503)(scope, receive, send)

    texts = LocaleTexts({"en": {}, "es": {"error.overloaded.busy_here.message": "Lleno: {waiting}"}})
    async with client(Identify(Explain(full, texts, 5, 20), SEAL, ("es",))) as visitor:
        answer = await visitor.post("/gradio_api/queue/join", headers=headers)
    assert answer.status_code == status
    assert said in answer.text


async def test_of_all_who_come_at_once_no_more_come_to_the_line_than_find_room():
    let, seen = asyncio.Event(), []

    async def slow(scope, receive, send) -> None:
        seen.append(scope["path"])
        await let.wait()
        await JSONResponse({"event_id": "1"})(scope, receive, send)

    async with client(Line(slow, lambda: 2)) as visitor:
        asking = [asyncio.ensure_future(visitor.post("/gradio_api/queue/join", json={})) for _ in range(5)]
        other = asyncio.ensure_future(visitor.get("/gradio_api/queue/data"))
        refused = [await one for one in asking[2:]]
        assert [one.status_code for one in refused] == [503] * 3
        let.set()
        assert [(await one).status_code for one in (*asking[:2], other)] == [200] * 3
        assert (await visitor.post("/gradio_api/queue/join", json={})).status_code == 200, "their room is free again"
    assert len(seen) == 4
