"""A run as a notebook that repeats it: the same items, columns, seed, and the table at its end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pprint import pformat

import nbformat

from playground.measuring.store import StoredRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Python that makes a run's columns again, written by whoever made them.

    `setup`: imports and whatever all columns share. `columns`: by key an expression that is a `Column`. Both may use
    `TASKS`, the run's `TaskSet`, and `DESCRIPTION`, its `RunDescription`; keys are read from the environment.
    """

    setup: str
    columns: Mapping[str, str]


_HOW = """This notebook repeats a measurement made with Aula. Start it in Aula's folder, with its packages installed;
the keys of commercial models are read from the environment. Models that draw at random without a seed will answer
differently."""
_ABSENT = "Start this notebook in Aula's folder, after: pip install -r requirements.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotebookWords:
    """What the notebook says: what it is and how to start it, and what is missing where it cannot."""

    how: str = _HOW
    absent: str = _ABSENT


def to_notebook(run: StoredRun, recipe: Recipe, words: NotebookWords | None = None) -> str:
    """The notebook as JSON, with `words` or English ones. Raises `KeyError` for a column that the recipe lacks."""
    words = words or NotebookWords()
    title = " ".join(run.name.split())
    columns = "\n".join(f"    {recipe.columns[column.key]}," for column in run.description.columns)
    sources = [
        f"{_NEEDS.format(absent=words.absent)}\n\n{_imports(run)}",
        recipe.setup,
        f"COLUMNS = (\n{columns}\n)",
        _RUN,
        _SHOW,
    ]
    told = {"cell_type": "markdown", "id": "cell-0", "metadata": {}, "source": f"# {_markdown(title)}\n\n{words.how}"}
    book = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"language_info": {"name": "python"}},
        "cells": [told, *(_cell(number, source) for number, source in enumerate(sources, start=1))],
    }
    nbformat.validate(book)
    return json.dumps(book, ensure_ascii=False, indent=1) + "\n"


def _cell(number: int, source: str) -> dict[str, object]:
    """A cell of code that has not run yet. Its id comes from its place: the same run gives the same file."""
    kept: dict[str, object] = {"execution_count": None, "metadata": {}, "outputs": []}
    return {"cell_type": "code", "id": f"cell-{number}", "source": source, **kept}


def _imports(run: StoredRun) -> str:
    described = pformat(json.dumps(json.loads(run.to_json()), ensure_ascii=False), width=110)
    return _IMPORTS + f"RUN = run_from_json(\n    {described}\n)\nDESCRIPTION = RUN.description\n" + _TASKS


def _markdown(text: str) -> str:
    return "".join(f"\\{one}" if one in "\\`*_[]<>#|" else one for one in text)


_NEEDS = """try:
    import playground.notebook
except ImportError as error:
    raise SystemExit({absent!r}) from error"""
_IMPORTS = """from playground.notebook import Control, Plan, TaskSet, run, run_from_json, summarise

"""
_TASKS = """TASKS = TaskSet(
    name=DESCRIPTION.tasks,
    language=DESCRIPTION.language,
    kind=DESCRIPTION.kind,
    items=DESCRIPTION.items,
    examples=DESCRIPTION.examples,
    instruction=DESCRIPTION.instruction,
    answer_format=DESCRIPTION.answer_format,
    aliases=DESCRIPTION.aliases,
    metrics=(DESCRIPTION.metric,),
)"""
_RUN = """plan = Plan(
    columns=COLUMNS,
    items=DESCRIPTION.items,
    repeats=DESCRIPTION.repeats,
    per_provider=DESCRIPTION.per_provider,
    seed=DESCRIPTION.seed,
)
async for snapshot in run(plan, Control()):
    print(f"\\r{len(snapshot.outcomes)} / {snapshot.total}", end="")"""
_SHOW = """for one in summarise(snapshot.outcomes, [column.key for column in COLUMNS], DESCRIPTION.baseline):
    share = "not scored" if one.mean is None else f"{one.mean:.3f} [{one.low:.3f}, {one.high:.3f}]"
    p = "" if one.comparison is None else f"  p = {one.comparison.p:.3g} against {one.comparison.baseline}"
    unread = f", no readable answer: {one.unread}" if one.unread else ""
    print(f"{one.key}: {share}{unread}{p}")"""
