"""What the endpoints of all tabs are called at: one page in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.serving import Served, serving


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """For every tab of this worker: each client is a visitor of its own."""
    with serving(tmp_path_factory.mktemp("endpoints"), messages_per_minute=1000) as page:
        yield page
