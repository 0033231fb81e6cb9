"""The named endpoint `classify`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import gradio as gr
from gradio.events import api

from playground.page.parts.endpoints import endpoint_error
from playground.page.parts.render import Renderer
from playground.page.program import App
from playground.tabs.models.lab.understanding import APPROACHES, Judged, OneText, confusion_of, score_of
from playground.tabs.models.page.sections.understanding.fields import UnderstandingFields, checked_task
from playground.tabs.models.page.sections.understanding.layout import OWN
from playground.tabs.models.visit.understanding import KeptTask, judge
from playground.tabs.models.visit.understanding import classify as classify_one
from playground.tabs.models.visit.visits import ModelsVisits
from playground.visitors.checks import checked_models, checked_text
from providers.errors import Failure, PlaygroundError
from providers.types import Progress


def publish(app: App[ModelsVisits]) -> None:
    """Name the endpoint; call it inside the page's Blocks."""
    default = app.settings.model

    async def classify(
        text: str = "",
        task: str = "sentiment",
        language: str = "en",
        approaches: list[str] | None = None,
        model: str = default,
        own: str = "",
        head: str = "",
        request: gr.Request | None = None,
    ) -> dict[str, Any]:
        """Do a task of understanding on one text, or, without a text, on all items of its set, in several ways.

        `task` is `sentiment`, `topic`, `spam` or `own`, with a line `class: text` for each text in `own`; `entities`
        (what is named in a sentence); or `passages` (the question is the text's last line). `approaches` are `words`
        (what words look like, and logistic regression), `vectors` (vectors and logistic regression), `labels` (the
        nearest class's name, or sentence), `zero_shot` and `few_shot` (`model` is asked); `head` names a checkpoint
        that was trained for such a task. Those that learn do so from the task's items, of a whole set from the folds
        that are not asked.
        """
        assert request is not None  # Gradio always passes it
        who, show = app.who(request), app.show(app.who(request))
        chosen = list(APPROACHES) if approaches is None else approaches
        try:
            fields = UnderstandingFields(OWN if own.strip() else task, language, own, chosen, head)
            wanted = await checked_task(app, who, checked_models(model), fields)
            if text.strip():
                found = await classify_one(app.visits, who.visitor, wanted, checked_text(text, app.bounds))
                said = [one_json(show, name, one) for name, one in found.items()]
            else:
                last = [KeptTask(wanted), *[one async for one in judge(app.visits, who.visitor, wanted, _nobody)]][-1]
                said = [verdict_json(show, name, one, last) for name, one in last.verdicts.items()]
        except PlaygroundError as error:
            raise endpoint_error(show, error) from None
        return {
            "task": wanted.tasks.name,
            "language": language,
            "items": len(wanted.tasks.items),
            "approaches": said,
            "absent": wanted.absent.ref if wanted.absent is not None else None,
        }

    api(classify, api_name="classify")


def _nobody(progress: Progress) -> None:
    """What is being waited for: a script waits anyway."""


def one_json(show: Renderer, approach: str, one: OneText | Failure) -> dict[str, Any]:
    """As plain JSON values."""
    if isinstance(one, Failure):
        return {"approach": approach, "error": show.message(one)}
    return {
        "approach": approach,
        "model": one.model,
        "label": one.said or None,
        "shares": dict(one.shares),
        "error": None,
    }


def verdict_json(show: Renderer, approach: str, one: Judged | Failure, kept: KeptTask) -> dict[str, Any]:
    """As plain JSON values."""
    if isinstance(one, Failure):
        return {"approach": approach, "error": show.message(one)}
    score = score_of(one, kept.task.tasks)
    return {
        "approach": approach,
        "model": one.model,
        "accuracy": score.accuracy,
        "low": score.low,
        "high": score.high,
        "right": score.right,
        "items": score.items,
        "unread": score.unread,
        "f1": asdict(score.partly) if score.partly is not None else None,
        "milliseconds": one.milliseconds,
        "energy": asdict(one.energy) if one.energy is not None else None,
        "training": one.training,
        "folds": one.folds or None,
        "lonely": list(one.lonely),
        "labels": list(one.said),
        "confusion": {right: dict(row) for right, row in confusion_of(one, kept.task.tasks).items()},
        "error": None,
    }
