"""The routes of every message come first, and all others are found as before."""

from __future__ import annotations

from collections import Counter
from typing import Any

import gradio as gr
from gradio.routes import App
from starlette.testclient import TestClient

from playground.web.routes import BUSY, hasten


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


def test_no_thread_asks_who_has_logged_in() -> None:
    application = built()
    hasten(application)
    assert [asked.__name__ for asked in application.dependency_overrides] == ["login_check"]
