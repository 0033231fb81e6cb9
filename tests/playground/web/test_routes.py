"""The routes of every message come first, and all others are found as before."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import anyio.to_thread
import gradio as gr
import pytest
from gradio.routes import App
from starlette.requests import Request
from starlette.testclient import TestClient

from playground.web.routes import BUSY, LISTEN, _let_in, hasten


def built() -> Any:
    with gr.Blocks(analytics_enabled=False) as blocks:
        box = gr.Textbox()
        box.submit(lambda text: text, box, api_name="same")
    return App.create_app(blocks)


def paths(application: Any) -> list[str]:
    found: list[str] = []
    for route in application.router.routes:
        inside = getattr(route, "original_router", None)
        found += [one.path for one in inside.routes] if inside is not None else [route.path]
    return found


def test_they_come_first_and_none_is_lost() -> None:
    application = built()
    before = paths(application)
    hasten(application)
    after = paths(application)
    assert set(after[:2]) == set(BUSY)
    assert Counter(before) == Counter(after)


def test_the_answers_are_the_same() -> None:
    application, other = built(), built()
    hasten(application)
    asked = [("GET", "/config"), ("GET", "/gradio_api/queue/join"), ("GET", "/gradio_api/info"), ("GET", "/nothing")]
    asked += [("POST", "/gradio_api/queue/data"), ("POST", "/gradio_api/queue/join"), ("GET", "/gradio_api/queue/data")]
    with TestClient(application) as one, TestClient(other) as two:
        for method, path in asked:
            assert one.request(method, path).status_code == two.request(method, path).status_code, path


def test_no_thread_asks_who_has_logged_in(monkeypatch: pytest.MonkeyPatch) -> None:
    application, taken = built(), list[str]()

    async def run_sync(function: Any, *arguments: Any, **named: Any) -> object:
        taken.append(getattr(function, "func", function).__name__)
        return function(*arguments)

    monkeypatch.setattr(anyio.to_thread, "run_sync", run_sync)
    with TestClient(application) as client:
        for asking in (["login_check"], []):
            taken.clear()
            asked = {"data": ["a"], "fn_index": 0, "session_hash": "page"}
            assert client.post("/gradio_api/queue/join", json=asked).status_code == 200
            assert [name for name in taken if name == "login_check"] == asking
            hasten(application)


def test_a_page_that_is_closed_is_noticed_by_the_server_alone() -> None:
    request = Request({"type": "http", "path": LISTEN, "asgi": {"spec_version": "2.3"}})
    other = Request({"type": "http", "path": LISTEN, "asgi": {"spec_version": "2.4"}})
    for one in (request, other):
        asyncio.run(_let_in(one))
    assert "is_disconnected" in vars(request) and "is_disconnected" not in vars(other)
