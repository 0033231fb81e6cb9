"""A kept run as a file: for a spreadsheet, a program, a reader, or as a notebook that repeats it."""

from __future__ import annotations

from playground.measuring import export
from playground.measuring.kinds import RunFile
from playground.measuring.notebook import NotebookWords, Recipe, to_notebook
from playground.measuring.outcomes import Outcomes
from playground.measuring.store import RunDescription, StoredRun
from playground.page.parts.render import Renderer

FILE_TYPES = {
    "csv": ("csv", "text/csv"),
    "jsonl": ("jsonl", "application/jsonl"),
    "markdown": ("md", "text/markdown"),
    "notebook": ("ipynb", "application/x-ipynb+json"),
}
"""The ending and the MIME type of each kind of file."""
_SETUP = """from contextlib import AsyncExitStack

from playground.notebook import make_columns

STACK = AsyncExitStack()  # holds the connections to the models; `await STACK.aclose()` closes them
MADE = {one.key: one for one in await make_columns(STACK, DESCRIPTION)}"""


def run_file(show: Renderer, run: StoredRun, outcomes: Outcomes, kind: str) -> RunFile:
    """One of `FILE_TYPES`; a notebook only of a run of strategies on models."""
    match kind:
        case "csv":
            content = "\ufeff" + export.to_csv(run, outcomes)  # so that a spreadsheet reads it as UTF-8
        case "jsonl":
            content = export.to_jsonl(run, outcomes)
        case "markdown":
            content = export.to_markdown(run, outcomes, {word: show.text(f"report.{word}") for word in export.WORDS})
        case _:
            told = NotebookWords(how=show.text("report.notebook_how"), absent=show.text("report.notebook_absent"))
            content = to_notebook(run, recipe_of(run.description), told)
    ending, mime = FILE_TYPES[kind]
    return RunFile(name=f"aula-{run.id}.{ending}", type=mime, content=content)


def recipe_of(description: RunDescription) -> Recipe:
    """How a notebook makes the columns: as the page does."""
    return Recipe(setup=_SETUP, columns={one.key: f"MADE[{one.key!r}]" for one in description.columns})
