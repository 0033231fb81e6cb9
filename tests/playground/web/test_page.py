"""A real Gradio page, launched as the application is, asked by real clients and shown in a real browser."""

import asyncio
import base64
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

import gradio as gr
import httpx2
import pytest
from gradio_client import Client, handle_file
from playwright.sync_api import Browser, Page, sync_playwright

from playground import web
from playground.settings import Settings
from playground.text import LocaleTexts
from playground.web import serve
from tests.chromium import open_chromium
from tests.ports import free_port

TEXTS = LocaleTexts(
    {
        "en": {
            "error.overloaded.busy_here.message": "Busy: {waiting} in line.",
            "error.limit_exceeded.body.message": "Larger than {limit} MB.",
        },
        "es": {},
    }
)
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
HOSTILE = "**bold** $x^2$ <img src='data:,' onerror='window.stolen=1'><script>window.stolen=1</script>"
PLACES = 4
SET_AT_START = (
    "GRADIO_ANALYTICS_ENABLED",
    "GRADIO_ANALYTICS_MAX_EVENTS",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY",
    "GRADIO_TEMP_DIR",
    "HF_HUB_DISABLE_TELEMETRY",
)


HANGS = 600
"""Seconds after which what never happens is given up."""


@dataclass
class Served:
    """The address, the settings, and what its handlers saw."""

    url: str
    settings: Settings
    closed: SimpleQueue[str] = field(default_factory=SimpleQueue)
    started: SimpleQueue[str] = field(default_factory=SimpleQueue)
    visitors: list[str] = field(default_factory=list)
    released: Future[None] = field(default_factory=Future)
    """What blocks, blocks until then."""
    blocks: gr.Blocks | None = None


def build(served: Served) -> gr.Blocks:
    def who(request: gr.Request):
        served.visitors.append(web.visitor_id(request))
        return [web.visitor_id(request), web.language(request)]

    def length(file: str) -> int:
        return len(Path(file).read_bytes())

    async def wait():
        served.started.put("started")
        try:
            while True:
                yield gr.skip()
                await asyncio.sleep(0.1)
        finally:
            served.closed.put("closed")

    async def block(held: float | None):
        if held:
            await asyncio.wrap_future(served.released)

    def chat(message: dict, history: list, request: gr.Request):
        said = [{"role": "user", "content": {"path": path}} for path in message["files"]]
        yield [*history, *said, {"role": "assistant", "content": "…"}], web.language(request)
        yield [*history, *said, {"role": "assistant", "content": HOSTILE}], web.language(request)

    with gr.Blocks(analytics_enabled=False, title="Aula") as blocks:
        with gr.Sidebar():
            gr.Dropdown(["a", "b"], multiselect=True)
            key = gr.Textbox(type="password", label="key")
            spanish = gr.Button("ES")
        with gr.Tab("Chat"):
            talk = gr.Chatbot(latex_delimiters=[{"left": "$", "right": "$", "display": False}])
            box = gr.MultimodalTextbox(elem_id="message")
            spoken = gr.Textbox(elem_id="spoken")
            gr.HTML(html_template="<p id=own>${value}</p>", js_on_load="element.dataset.ran = 1", value="own")
            gr.Code("print(1)", language="python")
        with gr.Tab("More"):
            gr.Dataframe([[1, 2]])
            gr.Slider(0, 2)
            out, file, number = gr.JSON(), gr.File(), gr.Number()
        spanish.click(None, js=f"() => {{ document.cookie = '{web.language_cookie('es')}'; location.reload() }}")
        box.submit(chat, [box, talk], [talk, spoken], api_name="chat")
        key.submit(who, None, out, api_name="who")
        file.change(length, file, number, api_name="length")
        key.blur(wait, None, number, api_name="wait")
        key.input(block, number, None, api_name="block", concurrency_limit=1)
    return blocks


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Served]:
    with pytest.MonkeyPatch.context() as patch:
        for name in SET_AT_START:
            patch.setenv(name, "")  # so that it is put back afterwards
        patch.setattr(serve, "texts", lambda: TEXTS)
        settings = Settings(home=tmp_path_factory.mktemp("home"), port=free_port(), max_body_mb=0.5, queue_size=PLACES)
        web.prepare(settings)
        served = Served("", settings)
        served.blocks = blocks = build(served)
        look = {
            "theme": gr.themes.Base(font=["system-ui"], font_mono=["monospace"]),
            "head": "<script>window.headRan = 1</script>",
            "js": "() => { window.jsRan = 1 }",
        }
        served.url = web.launch(blocks, settings, look, wait=False)
        yield served
        blocks.close()


def test_a_clients_calls_come_from_one_visitor(served):
    one, two = (Client(served.url, verbose=False, ssl_verify=False) for _ in range(2))
    first, again, other = (client.predict(api_name="/who") for client in (one, one, two))
    assert first == again
    assert first[0] != other[0]
    assert len(first[0]) == 43


def test_the_language_is_the_browsers_or_the_chosen_one(served):
    for headers, spoken in [({"accept-language": "es"}, "es"), ({"cookie": "aula_language=es"}, "es"), ({}, "en")]:
        answer = httpx2.get(served.url, headers=headers)
        assert f'lang="{spoken}"' in answer.text


def test_the_page_is_compressed_and_a_stream_is_not(served):
    page = httpx2.get(served.url, headers={"accept-encoding": "gzip"})
    assert page.headers["content-encoding"] == "gzip"
    assert "<html" in page.text
    joined = join(served, "block", "a stream", [0.0])
    assert joined.status_code == 200
    told = httpx2.get(f"{served.url}gradio_api/queue/data?session_hash=a stream", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in told.headers


def test_an_upload_is_its_visitors_own(served, tmp_path):
    own = tmp_path / "own.txt"
    own.write_text("twelve bytes")
    one, two = (Client(served.url, verbose=False, ssl_verify=False) for _ in range(2))
    assert one.predict(handle_file(own), api_name="/length") == 12
    (path,) = (served.settings.home / "uploads").rglob("own.txt")
    stolen = {"path": str(path), "meta": {"_type": "gradio.FileData"}}
    assert join(served, "length", "thief", [stolen], cookie=f"aula_visitor={two.cookies['aula_visitor']}").is_error
    assert join(served, "length", "owner", [stolen], cookie=f"aula_visitor={one.cookies['aula_visitor']}").is_success
    assert httpx2.get(f"{served.url}gradio_api/file={path}", cookies=one.cookies).text == "twelve bytes"
    assert httpx2.get(f"{served.url}gradio_api/file={path}", cookies=two.cookies).status_code == 403
    assert httpx2.get(f"{served.url}gradio_api/file={path}").status_code == 403


@pytest.mark.parametrize("route", ["queue/join", "upload", "run/who"])
@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_beyond_the_limit_is_refused(served, route, chunked):
    start = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n' if route == "upload" else b'"'

    def pieces() -> Iterator[bytes]:
        yield start
        for _ in range(12):
            yield b"x" * 50_000

    content = pieces() if chunked else b"".join(pieces())
    kind = "multipart/form-data; boundary=x" if route == "upload" else "application/json"
    answer = httpx2.post(f"{served.url}gradio_api/{route}", content=content, headers={"content-type": kind})
    assert answer.status_code == 413
    assert answer.json() == {"detail": "Larger than 0.5 MB."}


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("health", {}, 200),
        ("", {"host": "evil.example"}, 400),
        ("", {"origin": "http://evil.example"}, 403),
        ("gradio_api/deep_link?session_hash=x", {}, 404),
        ("monitoring", {}, 404),
        ("gradio_api/file=https://example.org/x.png", {}, 403),
        ("gradio_api/file=/etc/passwd", {}, 403),
    ],
)
def test_what_is_closed_is_closed_and_every_answer_is_hardened(served, path, headers, status):
    answer = httpx2.get(served.url + path, headers=headers)
    assert answer.status_code == status
    assert "script-src 'self' 'nonce-" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_visitors_id_is_in_the_cookie_and_nowhere_else(served, capfd):
    client = Client(served.url, verbose=False, ssl_verify=False)
    cookie = client.cookies["aula_visitor"]
    visitor = cookie.split(".")[0]
    pages = [
        httpx2.get(served.url + path, cookies=client.cookies).text
        for path in ("", "config", "gradio_api/info", "health")
    ]
    httpx2.post(f"{served.url}gradio_api/run/nonsense", json={"data": [], "session_hash": "x"}, cookies=client.cookies)
    written = [path.read_text(errors="replace") for path in served.settings.home.rglob("*") if path.is_file()]
    names = [str(path) for path in served.settings.home.rglob("*")]
    shown = capfd.readouterr()
    assert len(pages[0]) > 1000
    assert visitor not in "".join([*pages, *written, *names, shown.out, shown.err])


def join(served: Served, name: str, page: str, data: list, **headers: str) -> httpx2.Response:
    config = httpx2.get(f"{served.url}config").json()
    (number,) = (one["id"] for one in config["dependencies"] if one["api_name"] == name)
    body = {"fn_index": number, "session_hash": page, "data": data}
    return httpx2.post(f"{served.url}gradio_api/queue/join", json=body, headers=headers)


def test_a_client_that_leaves_stops_the_work(served):
    join(served, "wait", "leaver", [])
    with httpx2.stream("GET", f"{served.url}gradio_api/queue/data?session_hash=leaver") as events:
        for line in events.iter_lines():
            if "process_generating" in line:
                break
    assert served.started.get(timeout=HANGS) == "started"
    assert served.closed.get(timeout=HANGS) == "closed"


def test_a_full_line_says_so(served):
    try:
        answers = [join(served, "block", f"page {number}", [1.0]) for number in range(PLACES + 3)]
        assert answers[0].status_code == 200
        assert answers[-1].status_code == 503
        explained = join(served, "block", "one more", [1.0], **{"sec-fetch-mode": "cors"})
        assert explained.status_code == 429
        assert explained.json() == {"detail": f"Busy: {PLACES} in line."}
    finally:
        served.released.set_result(None)


def test_those_in_line_are_told_their_place_by_the_clock_not_whenever_one_begins(served):
    assert not served.blocks._queue.live_updates


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        # The frame test's outer page is public, the framed one on this computer: Chromium would keep them apart.
        opened = open_chromium(play, "--disable-features=LocalNetworkAccessChecks")
        yield opened
        opened.close()


def open_page(browser: Browser, served: Served) -> tuple[Page, list[str]]:
    page = browser.new_page(locale="en-GB")
    trouble: list[str] = []
    page.on("request", lambda one: one.url.startswith((served.url, "data:", "blob:")) or trouble.append(one.url))
    page.on("response", lambda one: one.status < 400 or trouble.append(f"{one.status} {one.url}"))
    page.on("console", lambda one: one.type != "error" or trouble.append(one.text))
    page.on("pageerror", lambda one: trouble.append(str(one)))
    page.goto(served.url)
    page.get_by_role("tab").first.wait_for()
    return page, trouble


def test_the_page_works_under_its_policy_and_asks_nobody_else(browser, served, tmp_path):
    page, trouble = open_page(browser, served)
    page.wait_for_function("window.jsRan && window.headRan")
    page.locator("#own").wait_for()
    page.get_by_role("tab", name="More").click()
    page.get_by_role("tab", name="Chat").click()
    assert page.evaluate("navigator.language") == "en"
    page.get_by_role("button", name="ES").click()
    page.wait_for_function("navigator.language === 'es' && document.documentElement.lang === 'es'")
    page.get_by_role("tab").first.wait_for()

    picture = tmp_path / "pixel.png"
    picture.write_bytes(PIXEL)
    page.set_input_files("#message input[type=file]", picture)
    page.locator("#message img").wait_for()
    assert trouble == []
    page.locator("#message textarea").press("Enter")
    page.wait_for_function("document.querySelector('#spoken textarea').value === 'es'")
    page.locator(".katex").wait_for()
    sent = page.locator(".message-row img[src*='file=']").first
    sent.wait_for()
    assert sent.evaluate("image => image.naturalWidth") == 1

    assert page.evaluate("window.stolen") is None
    assert {text for text in trouble if "inline event handler violates" not in text} == set()
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
    assert cookies["aula_visitor"]["httpOnly"]
    assert cookies["aula_visitor"]["sameSite"] == "Lax"
    assert "aula_visitor" not in page.evaluate("document.cookie + JSON.stringify({...localStorage, ...sessionStorage})")

    address = sent.get_attribute("src")
    assert page.request.get(address).status == 200
    page.close()
    other, _ = open_page(browser, served)
    assert other.request.get(address).status == 403
    other.close()


def test_closing_the_tab_stops_the_work(browser, served):
    page, _ = open_page(browser, served)
    with page.expect_response("**/queue/data?*"):
        page.get_by_label("key").focus()
        page.get_by_label("key").blur()
    assert served.started.get(timeout=HANGS) == "started"
    assert served.closed.empty()
    page.close()
    assert served.closed.get(timeout=HANGS) == "closed"


def test_inside_the_frame_of_a_space_a_visitor_is_kept(browser, tmp_path, monkeypatch):
    monkeypatch.setattr(serve, "texts", lambda: TEXTS)
    for name in SET_AT_START:
        monkeypatch.setenv(name, "")
    settings = Settings(home=tmp_path, port=free_port(), host="127.0.0.1", space_id="a/b", space_host="localhost")
    web.prepare(settings)
    framed = Served("", settings)
    blocks = build(framed)
    web.launch(blocks, settings, {"theme": gr.themes.Base(font=["system-ui"], font_mono=["monospace"])}, wait=False)
    try:
        context = browser.new_context()
        page = context.new_page()
        frame = f"<iframe src='http://localhost:{settings.port}' width=1000 height=800></iframe>"
        page.route("https://huggingface.co/**", lambda route: route.fulfill(body=frame, content_type="text/html"))
        for calls in (1, 2):
            page.goto("https://huggingface.co/spaces/a/b")
            page.frame_locator("iframe").get_by_label("key").press("Enter")
            while len(framed.visitors) < calls:
                page.wait_for_timeout(50)
        (kept,) = context.cookies()
        context.close()
    finally:
        blocks.close()
    assert kept["value"].startswith(framed.visitors[0])
    assert framed.visitors == [framed.visitors[0]] * 2
    assert kept["partitionKey"] == "https://huggingface.co"
