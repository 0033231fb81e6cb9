"""BIG-bench's JSON tasks (Srivastava et al. 2022): one object with `examples`, each an `input` with `target_scores`
(choices with scores; the best one is right) or with a `target` (a text, or several that are as good)."""

from __future__ import annotations

from pathlib import Path

from playground.measuring import readers
from playground.measuring.errors import DocumentError
from playground.measuring.items import LETTERS, Kind, TaskSet
from playground.measuring.rows import RowReader

TITLE = "BIG-bench"


def read(path: Path) -> TaskSet:
    """Choices where every example has `target_scores`, else texts. `task_prefix` is the instruction."""
    task = readers.parse_json(readers.read_text(path, TITLE), path, TITLE)
    examples = task.get("examples") if isinstance(task, dict) else None
    if not isinstance(task, dict) or not isinstance(examples, list) or not examples:
        raise DocumentError("layout", file=path.name, layout=TITLE)
    chosen = all(isinstance(one, dict) and isinstance(one.get("target_scores"), dict) for one in examples)
    kind: Kind = "choice" if chosen else "text"
    rows = RowReader(path.name, kind, "en")
    description = str(task.get("description") or "")
    return TaskSet(
        name=str(task.get("name") or path.stem),
        language="en",
        kind=kind,
        items=tuple(rows.item(_row(one, chosen, path), place) for place, one in enumerate(examples, start=1)),
        source=TITLE,
        title=str(task.get("name") or TITLE),
        instruction=str(task.get("task_prefix") or description).strip(),
        answer_format="Answer with the letter of the option only."
        if chosen
        else "Answer with as few words as possible.",
        metrics=("exact",) if chosen else ("contains", "exact"),
    )


def _row(example: object, chosen: bool, path: Path) -> dict[str, object]:
    if not isinstance(example, dict):
        raise DocumentError("layout", file=path.name, layout=TITLE)
    if chosen:
        scores = example["target_scores"]
        best = max(scores.values(), default=0)
        right = [LETTERS[place] for place, score in enumerate(list(scores.values())[:26]) if score == best]
        fields = {"question": example.get("input"), "choices": list(scores)}
        return {**fields, "answer": right[0] if right else None, "accept": right[1:]}
    target = example.get("target")
    texts = target if isinstance(target, list) else [target]
    return {"question": example.get("input"), "answer": texts[0] if texts else None, "accept": texts[1:]}
