"""A model that a visitor makes smaller: formats side by side, pruning by a slider, and a vote on two answers."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial

from playground.tabs.models.lab.errors import FormError
from playground.tabs.models.lab.smaller import (
    ANSWER,
    NO_VOTES,
    BlindPair,
    ShrunkForm,
    Tally,
    Vote,
    answer,
    answer_blindly,
    cost_of,
    look_at_form,
)
from playground.tabs.models.visit.visits import ModelsVisits, Stopped, unless_stopped
from providers.errors import UnsupportedRequest
from providers.shrinking import FORMATS, PRUNINGS, Form, FormName, Shrunk, shrink
from providers.types import ModelInfo, Progress
from providers.whitebox import KeepsLanguages, inside

SECTION, PAIR, TALLY = "smaller", "smaller-pair", "smaller-tally"
Told = Callable[[Progress], None]


async def compare_formats(
    visits: ModelsVisits, visitor: str, ref: str, questions: Sequence[str], told: Told
) -> AsyncGenerator[ShrunkForm]:
    """Each format when it is measured, the whole model first; those that somebody has had measured at once. `told` is
    called with what is being waited for. Raises `LimitExceeded`, and what `Shrunk` raises.

    Ends early where it is stopped.
    """
    async with (
        visits.sessions.work.at(visitor, f"models-{SECTION}") as control,
        _open_forms(visits, visitor, ref, told) as (box, shrunk),
    ):
        for name in FORMATS:
            found = await unless_stopped(control, _format(visits, box, shrunk, Form(name), questions))
            if isinstance(found, Stopped):
                return
            yield found


async def _format(
    visits: ModelsVisits, box: KeepsLanguages, shrunk: Shrunk, form: Form, questions: Sequence[str]
) -> ShrunkForm:
    """Measured once for everybody, whatever they ask."""
    found = await _look(visits, box, shrunk, form, questions)
    return replace(found, cost=await visits.costs.find(_name(shrunk.info, form), lambda: cost_of(shrunk, form)))


@dataclass(frozen=True, slots=True)
class Pruning:
    """`timed`: what the form takes is measured, too, as is what the whole model takes."""

    form: Form
    questions: Sequence[str]
    timed: bool = False


async def prune(visits: ModelsVisits, visitor: str, ref: str, wanted: Pruning, told: Told) -> tuple[ShrunkForm, ...]:
    """The whole model, all that was looked at with this way of pruning, and the form, last. As `compare_formats`.

    Those in between have no answers: they were looked at for others, who may have asked something else.
    """
    form, questions, look = wanted.form, wanted.questions, _format if wanted.timed else _look
    async with (
        visits.sessions.work.at(visitor, f"models-{SECTION}") as control,
        _open_forms(visits, visitor, ref, told) as (box, shrunk),
    ):
        found = list[ShrunkForm]()
        for each in (Form("float32"), form):
            one = await unless_stopped(control, look(visits, box, shrunk, each, questions))
            if isinstance(one, Stopped):
                return ()
            found.append(one)
        earlier = [_known(visits, shrunk, each) for each in _every(form.name)]
        others = [one for one in earlier if one is not None and one.form != form]
        return (found[0], *others, found[-1])


def _known(visits: ModelsVisits, shrunk: Shrunk, form: Form) -> ShrunkForm | None:
    """What was found of it for anybody."""
    name = _name(shrunk.info, form)
    found = visits.forms.get(name)
    return found and replace(found, cost=visits.costs.get(name))


async def _look(
    visits: ModelsVisits, box: KeepsLanguages, shrunk: Shrunk, form: Form, questions: Sequence[str]
) -> ShrunkForm:
    name = _name(shrunk.info, form)
    found = await visits.forms.find(name, lambda: look_at_form(box, shrunk, form))
    answers = [
        await visits.answers.find(f"{name}\n{question}", partial(answer, box, shrunk, form, question, ANSWER))
        for question in questions
    ]
    return replace(found, answers=tuple(answers), cost=visits.costs.get(name))


async def ask_both(
    visits: ModelsVisits, visitor: str, ref: str, forms: tuple[Form, Form], question: str, told: Told
) -> BlindPair | None:
    """Both answers in an order drawn by lot; `None` where it was stopped. Raises `FormError("same_form")`."""
    async with (
        visits.sessions.work.at(visitor, f"models-{SECTION}") as control,
        _open_forms(visits, visitor, ref, told) as (box, shrunk),
    ):
        answering = answer_blindly(box, shrunk, forms, question, swapped=bool(secrets.randbits(1)))
        pair = await unless_stopped(control, answering)
    if isinstance(pair, Stopped):
        return None
    visits.keep(visitor, PAIR, pair)
    return pair


def vote(visits: ModelsVisits, visitor: str, chosen: Vote) -> tuple[BlindPair, Tally]:
    """Whose answers they were, and all votes of the visitor's. Raises `FormError("no_pair")` where nothing is to be
    voted on; a pair is voted on once."""
    pair = visits.find_work(visitor, PAIR, BlindPair)
    if pair is None:
        raise FormError("no_pair")
    tally = visits.find_work(visitor, TALLY, Tally) or NO_VOTES
    if pair.vote is None:
        pair = replace(pair, vote=chosen)
        tally = tally.with_vote(pair)
        visits.keep(visitor, PAIR, pair)
        visits.keep(visitor, TALLY, tally)
    return pair, tally


@asynccontextmanager
async def _open_forms(
    visits: ModelsVisits, visitor: str, ref: str, told: Told
) -> AsyncGenerator[tuple[KeepsLanguages, Shrunk]]:
    async with visits.reach.open(visitor, ref) as (provider, model):
        box, shrunk = await inside(provider, model), shrink(provider, model)
        if not isinstance(box, KeepsLanguages):
            raise UnsupportedRequest("forms", model=model.name)
        async for progress in shrunk.prepare():
            told(progress)
        yield box, shrunk


def _every(name: FormName) -> list[Form]:
    return [Form(name, percent / 100) for percent in range(100)] if name in PRUNINGS else [Form(name)]


def _name(info: ModelInfo, form: Form) -> str:
    return f"{info.ref}\n{form.key}"
