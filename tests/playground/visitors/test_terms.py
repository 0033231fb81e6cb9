"""Makers' terms: no model is used before they are accepted, on the page or by a script; each visitor accepts them."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.asking.errors import ArgumentError
from playground.page.program import Program
from playground.settings import Settings
from playground.visitors.errors import TermsNotAccepted
from providers import catalog
from tests.playground.opening import open_program

GEMMA = next(model for model in catalog.load().models if model.terms == "gemma")


def opened(home: Path, **values: object) -> Program:
    return open_program(Settings(_env_file=None, home=home, model="scripted", offline=True, **values))  # type: ignore[arg-type]


async def reached(app: Program, visitor: str, ref: str = GEMMA.ref) -> bool:
    try:
        async with app.reach.open(visitor, ref) as (_, model):
            return model.id == GEMMA.id
    except TermsNotAccepted as error:
        assert error.values["url"] == catalog.load().terms["gemma"].url
        return False


async def test_each_visitor_accepts_them_once(tmp_path: Path) -> None:
    app = opened(tmp_path)
    assert not await reached(app, "ana")
    assert not await reached(app, "ana", f"{GEMMA.ref}@torch"), "an engine that was chosen changes nothing"
    app.sessions.terms.accept("ana", "gemma")
    assert await reached(app, "ana") and not await reached(app, "ben")
    again = opened(tmp_path)
    assert await reached(again, "ana") and not await reached(again, "ben")


async def test_whoever_runs_the_page_accepts_them_for_all(tmp_path: Path) -> None:
    app = opened(tmp_path, accepted_terms="gemma")
    assert await reached(app, "ana") and await reached(app, "ben")


async def test_a_damaged_file_is_no_acceptance(tmp_path: Path) -> None:
    app = opened(tmp_path)
    app.sessions.terms.accept("ana", "gemma")
    (file,) = tmp_path.glob("visitors/*/terms.json")
    for content in (b"{", b"[]", b'{"other": "2026"}'):
        file.write_bytes(content)
        assert not await reached(opened(tmp_path), "ana")


def test_terms_that_there_are_not(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError):
        opened(tmp_path).sessions.terms.accept("ana", "other")


def test_the_row_says_what_it_is() -> None:
    assert not GEMMA.chat and GEMMA.package is not None and GEMMA.package.third_party
    assert len(GEMMA.package.parts) == 4 and GEMMA.licence == "gemma"
    assert GEMMA.package.sha256 == "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"
