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
    """A copy of the program, compiled as it is, with a folder of French texts, which two files are missing from."""
    copy = tmp_path_factory.mktemp("copy")
    for name in ("playground", "providers", "assets"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("screenshots"))
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


def brought(visitor: httpx2.Client, config: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What comes when each of the tabs but the first is seen."""
    signs = {one["id"] for one in config["components"] if str(one["props"].get("elem_id")).endswith("-coming")}
    for one in config["dependencies"]:
        if signs & {target for target, _ in one["targets"]}:
            asked = {"fn_index": one["id"], "session_hash": secrets.token_hex(6), "data": []}
            yield visitor.post("/gradio_api/run/predict", json=asked).json()["render_config"]


def filling(config: dict[str, Any], late: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The events that fill the page's first tab, and those that fill the others when they have come."""
    begins = [("load", {config["layout"]["id"]}, config)]
    for part in late:
        (given,) = (one for one in part["dependencies"] if one["targets"] == [[config["layout"]["id"], "load"]])
        begins.append(("change", {given["outputs"][-1]}, part))
    for kind, places, part in begins:
        for one in part["dependencies"]:
            if one["backend_fn"] and any(target in places and event == kind for target, event in one["targets"]):
                yield one


def test_every_tab_opens_in_it(served: Served, config: dict[str, Any]) -> None:
    """All that opening the page and its tabs calls, for a visitor who has chosen the language."""
    visitor = httpx2.Client(base_url=served.url, timeout=600, cookies={"aula_language": "fr"})
    visitor.get("/")
    late = list(brought(visitor, config))
    shown = {one["id"]: one["props"].get("value") for part in (*late, config) for one in part["components"]}
    called = 0
    for one in filling(config, late):
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
