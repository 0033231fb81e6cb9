"""What the tests of all tabs share: the page as each tab sees it, and one in a process of its own, for endpoints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from gradio_client import Client

from playground.page import Created
from playground.page.parts.render import Renderer
from playground.page.program import App, Who
from playground.text import texts
from tests.browser.serving import Served, serving


@pytest.fixture(scope="module")
def app(created: Created, request: pytest.FixtureRequest) -> App[Any]:
    """The program as the tab sees it whose tests lie in the folder of its name."""
    return created.app(request.path.parent.name)


@pytest.fixture
def who(request: pytest.FixtureRequest) -> Who:
    return Who(f"{request.path.parent.name} {request.path.stem} {request.node.name}", "en", texts())


@pytest.fixture
def show() -> Renderer:
    return Renderer(texts(), "en")


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """For every tab of this worker: each client is a visitor of its own. It fetches nothing."""
    with serving(tmp_path_factory.mktemp("endpoints"), messages_per_minute=1000, offline=True) as page:
        yield page


@pytest.fixture(scope="module")
def client(served: Served) -> Client:
    return served.client()
