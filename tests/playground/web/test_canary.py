"""A canary key goes through every path and every fault, and is found nowhere but at the vendor."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

import httpx2
import pytest

from playground.visitors.conversations import FIRST
from tests.browser.serving import Served, serving
from tests.faults.script import FAULTS
from tests.faults.server import FaultServer, running

CANARY = "sk-canary-7a6b5c4d3e2f"
VISITORS = 4
"""At once: most of what they do is waiting."""
FAST = {
    "first_token_seconds": 3,
    "between_tokens_seconds": 3,
    "total_seconds": 6,
    "retries": 1,
    "messages_per_minute": 10_000,
}


@pytest.fixture(scope="module")
def faults() -> Iterator[FaultServer]:
    with running() as server:
        yield server


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("canary"), **FAST) as page:
        yield page


@dataclass
class Visitor:
    """Does what the browser does: calls the page's own handlers, and reads every byte of what comes back."""

    client: httpx2.Client
    dependencies: list[dict[str, Any]]
    components: dict[str, int]
    shown: dict[int, object]
    """What each component shows at first."""
    page: str

    @classmethod
    def of(cls, served: Served) -> Visitor:
        # A connection for each request: the server closes one that is idle at a moment that no client knows.
        fresh = httpx2.Limits(max_keepalive_connections=0)
        client = httpx2.Client(base_url=served.url, timeout=600, limits=fresh)
        client.get("/")
        config = client.get("/config").json()
        components = {one["props"].get("elem_id"): one["id"] for one in config["components"]}
        shown = {one["id"]: one["props"].get("value") for one in config["components"]}
        visitor = cls(client, config["dependencies"], components, shown, secrets.token_hex(6))
        for one in visitor.dependencies:
            if [event for _, event in one["targets"]] == ["load"] and one["backend_fn"] and not one["inputs"]:
                visitor._run(one, [])  # fills the lists of vendors and models, as opening the page does
        return visitor

    def press(self, elem_id: str, event: str, *values: object) -> str:
        """Everything that the server says when a component of the page is used; `values` come first in its inputs."""
        target = [self.components[elem_id], event]
        (found,) = (one for one in self.dependencies if target in one["targets"] and one["backend_fn"])
        return self._run(found, [*values, *(self.shown[number] for number in found["inputs"][len(values) :])])

    def _run(self, handler: dict[str, Any], data: list[object], event: object = None) -> str:
        body = {"fn_index": handler["id"], "session_hash": self.page, "data": data, "event_data": event}
        joined = self.client.post("/gradio_api/queue/join", json=body)
        with self.client.stream("GET", f"/gradio_api/queue/data?session_hash={self.page}") as events:
            told = [line for line in events.iter_lines() if line]
        return joined.text + "\n".join(told)

    def ask(self, message: str, models: list[str]) -> str:
        """The message box of the Chat tab: without colours, without a preset or system prompt."""
        return self.press("message", "submit", message, "", False, None, "", models)

    def delete(self) -> str:
        """The conversation of whoever names none, as the list of them deletes it."""
        target = [self.components["entries"], "arrange"]
        (found,) = (one for one in self.dependencies if target in one["targets"])
        event = {"what": "delete", "id": FIRST, "title": ""}
        return self._run(found, [self.shown[number] for number in found["inputs"]], event)

    def call(self, message: str, model: str) -> str:
        """The named endpoint `chat`."""
        return self.call_endpoint("chat", message, [], model, "", *[None] * 8)

    def call_endpoint(self, name: str, *values: object) -> str:
        started = self.client.post(f"/gradio_api/call/{name}", json={"data": values})
        return self.client.get(f"/gradio_api/call/{name}/{started.json()['event_id']}").text


def meet(visitor: Visitor, address: str) -> list[str]:
    """All that the server says of a fault: on the page, to an endpoint's caller, in exports and cookies."""
    return [
        visitor.delete(),
        visitor.press("save-key", "click", "custom", CANARY, address, ["custom/ok"]),
        visitor.ask("Hi", ["custom/ok", "scripted/echo"]),
        visitor.call("Hi", "custom/ok"),
        *(visitor.press(f"export-{kind}", "click") for kind in ("json", "markdown", "python")),
        visitor.client.get("/").text,
        visitor.press("forget-keys", "click", ["custom/ok"]),
        json.dumps(dict(visitor.client.cookies)),
    ]


@pytest.fixture(scope="module")
def meetings(served: Served, faults: FaultServer) -> dict[str, Future[list[str]]]:
    """What was said of each fault."""
    free: SimpleQueue[Visitor] = SimpleQueue()
    for _ in range(VISITORS):
        free.put(Visitor.of(served))

    def met(fault: str) -> list[str]:
        visitor = free.get()
        try:
            return meet(visitor, f"{faults.url}/fault/{fault}/v1")
        finally:
            free.put(visitor)

    with ThreadPoolExecutor(VISITORS) as pool:
        return {fault: pool.submit(met, fault) for fault in FAULTS}


@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_gives_the_key_away(
    served: Served, faults: FaultServer, meetings: dict[str, Future[list[str]]], fault: str
) -> None:
    told = meetings[fault].result()
    used = {received.key for received in faults.received if received.path.startswith(f"/fault/{fault}/")}
    assert used == {CANARY}
    assert "You said: Hi" in told[2]
    assert [text[:300] for text in told if CANARY in text] == []
    assert "Traceback" not in served.log.read_text("utf-8")
    assert CANARY not in served.written()


def test_forgetting_is_forgetting(served: Served, faults: FaultServer) -> None:
    visitor = Visitor.of(served)
    visitor.press("save-key", "click", "custom", CANARY, faults.openai, ["custom/ok"])
    assert "Hello world" in visitor.call("Hi", "custom/ok")
    visitor.press("forget-keys", "click", ["custom/ok"])
    before = len(faults.received)
    assert "event: error" in visitor.call("Hi", "custom/ok")
    assert len(faults.received) == before


def test_a_key_is_its_visitors_own(served: Served, faults: FaultServer) -> None:
    one, two = Visitor.of(served), Visitor.of(served)
    one.press("save-key", "click", "custom", CANARY, faults.openai, ["custom/ok"])
    assert "Hello world" in one.call("Hi", "custom/ok")
    assert "event: error" in two.call("Hi", "custom/ok")


def test_all_that_is_kept_of_one_is_told_and_deleted(served: Served, faults: FaultServer) -> None:
    one, two = Visitor.of(served), Visitor.of(served)
    for visitor in (one, two):
        visitor.press("save-key", "click", "custom", CANARY, faults.openai, ["custom/ok"])
        visitor.ask(f"from {visitor.page}", ["scripted/echo"])
    counts = json.loads(one.call_endpoint("what_is_kept").partition("data: ")[2])[0]
    assert (counts["conversations"], counts["keys"]) == (1, 1) and counts["bytes"] > 0
    assert one.page in served.written()
    assert '"deleted": true' in one.call_endpoint("delete_everything")
    assert one.page not in served.written() and two.page in served.written()
    left = json.loads(one.call_endpoint("what_is_kept").partition("data: ")[2])[0]
    assert set(left.values()) == {0}
    assert "event: error" in one.call("Hi", "custom/ok") and "Hello world" in two.call("Hi", "custom/ok")


@pytest.mark.parametrize("ending", ["ñ", "\r\nx-evil: 1", "\x00", " two words", "x" * 5000])
def test_a_key_that_cannot_be_sent_is_refused_and_not_repeated(served: Served, ending: str) -> None:
    visitor = Visitor.of(served)
    told = visitor.press("save-key", "click", "openai", CANARY + ending, "", ["scripted/echo"])
    assert "alert" in told
    assert CANARY not in told + served.written()


def test_the_canary_would_be_found(served: Served) -> None:
    visitor = Visitor.of(served)
    visitor.ask(f"My key is {CANARY}-as-text", ["scripted/echo"])
    assert f"{CANARY}-as-text" in served.written()
    visitor.delete()
    assert CANARY not in served.written()
