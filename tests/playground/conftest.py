"""One page of this process, for all tests that look at it or are visitors of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playground.page import Created


@pytest.fixture(scope="session")
def created(tmp_path_factory: pytest.TempPathFactory) -> Created:
    """Built once in a worker, as for all visitors: each test is another visitor."""
    from playground import page  # not for every test of this folder
    from playground.settings import Settings

    home = tmp_path_factory.mktemp("home")
    return page.create(Settings(_env_file=None, home=home, model="scripted", messages_per_minute=500))  # type: ignore[call-arg]  # of pydantic-settings
