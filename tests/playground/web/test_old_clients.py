"""What programs and browsers that knew version 0.1.0 still find: its endpoints, and themselves by their cookie."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client

from playground.web.visitor import VISITOR_COOKIE
from tests.browser.serving import Served, serving
from tests.playground.old_data import DATA, Left, unpack

ENDPOINTS: dict[str, dict[str, list[dict[str, Any]]]] = json.loads((DATA / "endpoints-0.1.0.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("old")


@pytest.fixture(scope="module")
def left(folder: Path) -> Left:
    return unpack(folder)


@pytest.fixture(scope="module")
def served(folder: Path, left: Left) -> Iterator[Served]:
    with serving(folder) as page:
        assert page.home == left.home
        yield page


@pytest.fixture(scope="module")
def named(served: Served) -> dict[str, dict[str, Any]]:
    found = served.client().view_api(print_info=False, return_format="dict")
    endpoints: dict[str, dict[str, Any]] = found["named_endpoints"]
    return endpoints


def test_the_same_endpoints_have_names(named: dict[str, dict[str, Any]]) -> None:
    assert named.keys() >= ENDPOINTS.keys() and len(ENDPOINTS) == 10


@pytest.mark.parametrize("name", ENDPOINTS)
def test_an_endpoint_takes_and_gives_the_same(named: dict[str, dict[str, Any]], name: str) -> None:
    for kind, values in ENDPOINTS[name].items():
        assert [
            {part: now[part] for part in before} for now, before in zip(named[name][kind], values, strict=True)
        ] == values


def test_a_visitor_is_known_by_the_cookie_of_before(served: Served, left: Left) -> None:
    question = "Who built the lighthouse of Cape Morran?"
    ana, ben = (_client(served, left.cookies[name]) for name in ("ana", "ben"))
    found = ana.predict(question=question, api_name="/rag_search")
    assert found[0]["file"] == "lighthouse.md" and "Adela Finch" in found[0]["text"]
    with pytest.raises(Exception, match="document"):
        ben.predict(question=question, api_name="/rag_search")
    assert "Traceback" not in served.log.read_text("utf-8")


def _client(served: Served, cookie: str) -> Client:
    return served.client(headers={"cookie": f"{VISITOR_COOKIE}={cookie}"})
