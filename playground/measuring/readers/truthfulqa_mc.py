"""TruthfulQA, multiple choice (Lin et al. 2022): JSON Lines of `question`, `mc1_targets` and `mc2_targets`.

Targets are `{"choices": [...], "labels": [1, 0, ...]}` as the Hub has them, or `{choice: label}` as the authors' file
`mc_task.json` has them. MC1, with one true choice, is read; where only MC2 is there, every true choice is accepted. The
true choice stands first in every question of the set, so the choices are shuffled, the same way each time.
"""

from __future__ import annotations

import random
from pathlib import Path

from playground.measuring import readers
from playground.measuring.errors import DocumentError
from playground.measuring.items import LETTERS, TaskSet
from playground.measuring.rows import RowReader

TITLE = "TruthfulQA"


def read(path: Path) -> TaskSet:
    """Choices, answered by their letters."""
    rows, items = RowReader(path.name, "choice", "en"), []
    for line, row in readers.records(path, TITLE):
        labelled = _read_targets(row.get("mc1_targets")) or _read_targets(row.get("mc2_targets"))
        if labelled is None:
            raise DocumentError("layout", file=path.name, layout=TITLE)
        random.Random(str(row.get("question"))).shuffle(labelled)
        true = [LETTERS[place] for place, (_, label) in enumerate(labelled) if label]
        choices: list[object] = [choice for choice, _ in labelled]
        fields: dict[str, object] = {"question": row.get("question"), "choices": choices, "answer": true[0]}
        items.append(rows.item({**fields, "accept": true[1:]}, line))
    return TaskSet(
        name=path.stem,
        language="en",
        kind="choice",
        items=tuple(items),
        source=TITLE,
        title=TITLE,
        instruction="Answer this multiple-choice question.",
        answer_format="Answer with the letter of the option only.",
        metrics=("exact",),
    )


def _read_targets(targets: object) -> list[tuple[str, bool]] | None:
    """Choices with whether each is true; `None` where these are no targets, or none is true."""
    if not isinstance(targets, dict):
        return None
    if targets.keys() == {"choices", "labels"}:
        choices, labels = targets["choices"], targets["labels"]
        if not isinstance(choices, list) or not isinstance(labels, list) or len(choices) != len(labels):
            return None
        found = [(str(choice), label == 1) for choice, label in zip(choices, labels, strict=True)]
    else:
        found = [(str(choice), label == 1) for choice, label in targets.items()]
    return found if 1 < len(found) <= len(LETTERS) and any(true for _, true in found) else None
