"""One more language is one more folder of texts: every tab opens in it, in English where a text is missing."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.browser.serving import ROOT, Served, serving

LACKS = ("rag.toml", "vision.toml")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A copy of the program with a folder of French texts, which two files are missing from."""
    copy = tmp_path_factory.mktemp("copy")
    for name in ("playground", "providers", "assets"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "screenshots"))
    shutil.copy(ROOT / "app.py", copy)
    locale = copy / "assets" / "locale"
    shutil.copytree(locale / "es", locale / "fr", ignore=shutil.ignore_patterns(*LACKS))
    page = locale / "fr" / "page.toml"
    page.write_text(page.read_text("utf-8").replace('language = "Español"', 'language = "Français"'), "utf-8")
    with serving(tmp_path_factory.mktemp("home"), copy) as running:
        yield running


@pytest.fixture(scope="module")
def config(served: Served) -> dict[str, Any]:
    found: dict[str, Any] = httpx2.get(f"{served.url}config").json()
    return found


def test_it_is_offered(config: dict[str, Any]) -> None:
    switches = {one["props"].get("elem_id"): one["props"].get("value") for one in config["components"]}
    assert switches["language-fr"] == "Français"


def test_every_tab_opens_in_it(served: Served, config: dict[str, Any]) -> None:
    """All that opening the page calls, for a visitor who has chosen the language."""
    shown = {one["id"]: one["props"].get("value") for one in config["components"]}
    visitor = httpx2.Client(base_url=served.url, timeout=600, cookies={"aula_language": "fr"})
    visitor.get("/")
    called = 0
    for one in config["dependencies"]:
        if [event for _, event in one["targets"]] != ["load"] or not one["backend_fn"]:
            continue
        session = secrets.token_hex(6)
        given = [shown[number] for number in one["inputs"]]
        visitor.post("/gradio_api/queue/join", json={"fn_index": one["id"], "session_hash": session, "data": given})
        with visitor.stream("GET", f"/gradio_api/queue/data?session_hash={session}") as events:
            told = [json.loads(line[6:]) for line in events.iter_lines() if line.startswith("data: ")]
        (ended,) = (event for event in told if event["msg"] == "process_completed")
        assert ended["success"], ended
        called += 1
    assert called >= 8
    assert "Traceback" not in served.log.read_text("utf-8")


def test_what_it_lacks_is_english_and_the_log_says_so_once(served: Served) -> None:
    assert served.log.read_text("utf-8").count("texts are shown in English") == 1
