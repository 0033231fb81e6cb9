"""What the section's components hold, and what it means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from playground.measuring.tasks import TaskSet, own_wording
from playground.page.parts.fields import texts_of
from playground.page.program import App, Who
from playground.tabs.models.lab.errors import TaskError
from playground.tabs.models.lab.understanding import (
    APPROACHES,
    HEADS,
    LABEL_SETS,
    SETS,
    WAYS,
    classes_of,
    kind_of,
    load_task,
    parse_own,
)
from playground.tabs.models.page.sections.understanding.layout import OWN
from playground.tabs.models.visit.understanding_ways import Task
from playground.tabs.models.visit.visits import ModelsVisits
from playground.visitors.checks import checked_language, checked_text
from providers.heads import HeadInfo
from providers.types import ModelInfo


@dataclass(frozen=True, slots=True)
class UnderstandingFields:
    """As they were chosen and typed."""

    tasks: object = LABEL_SETS[0]
    language: object = "en"
    own: object = ""
    approaches: object = APPROACHES
    head: object = ""


async def checked_task(app: App[ModelsVisits], who: Who, refs: Sequence[str], fields: UnderstandingFields) -> Task:
    """The task, by the first of the models that writes and the first that makes vectors, and by the catalogue's model
    for such a task where it is here and no other is named. Raises `InputError`s."""
    chosen = texts_of(fields.approaches)
    head = checked_text(fields.head, app.bounds, empty=True).strip()
    tasks = _tasks(app, fields)
    trained = None if head else _find_head(app, tasks)
    here = trained is not None and bool(await app.reach.held_encoders([trained]))
    approaches = [one for one in WAYS[kind_of(tasks)] if (one in chosen if one != "head" else head or here)]
    if not approaches:
        raise TaskError("no_approach")
    known = await app.visits.known_models(who.visitor)
    embeds = [one.ref for one in app.reach.embeddings() if one.local]
    return Task(
        tasks=tasks,
        sentences=_sentences(who, tasks),
        approaches=approaches,
        encoder=next((ref for ref in refs if ref in embeds), app.reach.embedding().ref),
        writer=next((ref for ref in refs if ref not in known or isinstance(known[ref], ModelInfo)), None),
        head=trained.ref if trained is not None and here else head,
        absent=None if here else trained,
    )


def _find_head(app: App[ModelsVisits], tasks: TaskSet) -> HeadInfo | None:
    """The catalogue's first model that was trained for this task, in this language."""
    rows = app.reach.heads(HEADS[kind_of(tasks)])
    return next((row for row in rows if tasks.name in row.tasks and tasks.language in row.languages), None)


def _tasks(app: App[ModelsVisits], fields: UnderstandingFields) -> TaskSet:
    language = checked_language(fields.language)
    if fields.tasks == OWN:
        return parse_own(checked_text(fields.own, app.bounds), language, own_wording("label", language))
    return load_task(str(fields.tasks) if fields.tasks in SETS else "", language)


def _sentences(who: Who, tasks: TaskSet) -> dict[str, str]:
    """What each class is called as a sentence, in the language of the texts."""
    if kind_of(tasks) != "classes":
        return {}
    key = f"models.label_{tasks.name}"
    return {one: who.texts.text(tasks.language, key, label=one) for one in classes_of(tasks)}
