"""Every test runs in some lane, and the quick one is quick."""

from __future__ import annotations

import pytest

from tests.conftest import COLLECTED
from tests.lanes import ROOT, SLOW_FIXTURES, SLOW_PLACES, is_quick, is_slow_place

STARTERS = {"serving", "sync_playwright", "model_home", "default_home"}
"""Who names one of these starts a page, a browser or a foreign server, or loads a real model."""


def named_by(item: pytest.Function) -> set[str]:
    """The global names that a test and its fixtures use in their own code."""
    fixtures = item._fixtureinfo.name2fixturedefs.values()
    codes = [item.function.__code__, *(one.func.__code__ for found in fixtures for one in found)]
    return {name for code in codes for name in (*code.co_names, *code.co_freevars)}


def test_no_quick_test_uses_anything_slow(request: pytest.FixtureRequest) -> None:
    collected = request.config.stash[COLLECTED]
    assert collected
    quick = [item for item in collected if item.get_closest_marker("quick")]
    assert [item.nodeid for item in quick if STARTERS & named_by(item)] == []
    assert [item.nodeid for item in quick if not SLOW_FIXTURES.isdisjoint(item.fixturenames)] == []


def test_no_test_is_quick_and_long(request: pytest.FixtureRequest) -> None:
    """So that each one is in exactly one of: quick, long, what else runs by default."""
    both = [
        item.nodeid
        for item in request.config.stash[COLLECTED]
        if item.get_closest_marker("quick") and item.get_closest_marker("long")
    ]
    assert both == []


def test_lanes_by_place_fixture_and_word() -> None:
    assert is_quick("tests/providers/test_types.py", ["tmp_path"], long=False)
    assert not is_quick("tests/providers/test_types.py", ["tmp_path"], long=True)
    assert not is_quick("tests/browser/test_chat.py", [], long=False)
    assert all(not is_quick("tests/providers/test_types.py", [fixture], long=False) for fixture in SLOW_FIXTURES)
    assert not is_slow_place("tests/browser_of_files.py")


@pytest.mark.parametrize("place", SLOW_PLACES)
def test_every_slow_place_exists(place: str) -> None:
    assert list(ROOT.glob(place))


def test_the_default_leaves_out_what_is_long_and_the_readme_names_the_commands(pytestconfig: pytest.Config) -> None:
    assert "not long" in pytestconfig.getini("addopts")
    readme = (ROOT / "README.md").read_text("utf-8")
    assert all(f"`{command}`" in readme for command in ("pytest -m quick", "pytest", "pytest -m long"))
