"""The columns of a run, made from its description: of a new run, a kept one, or a notebook's."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import cast

from playground.asking.completion import as_completion
from playground.asking.lending import Search
from playground.asking.opening import Opened
from playground.measuring import Column, TaskSet
from playground.measuring.likelihood import ByLikelihood, Normalise
from playground.measuring.metrics import Scoring
from playground.measuring.store import ColumnDescription, RunDescription
from playground.strategies.runs.contestant import Contestant, column
from playground.strategies.solving.errors import StrategyError
from playground.strategies.solving.passages import search_in
from playground.strategies.solving.question import Embed, Question, Tools
from playground.strategies.solving.strategy import Strategy, strategy
from playground.strategies.solving.trace import Prompt, ReplyPart
from providers.base import Provider
from providers.errors import InputError, UnsupportedRequest
from providers.types import Message, ModelInfo, Sampling, Scalar
from providers.whitebox import WhiteBox, inside

PASSAGES, DOCUMENTS, NORMALISE, LETTERS = "passages", "documents", "normalise", "letters"
"""Options of a column besides the knobs of its strategy: a text to search in, or the visitor's own documents."""


async def first_prompt(
    one: Strategy, question: Question, options: Mapping[str, Scalar], tools: Tools
) -> tuple[Message, ...]:
    """What a strategy sends first; no model is asked. Raises what the strategy refuses."""
    sent: list[tuple[Message, ...]] = []

    async def note(prompt: Prompt) -> AsyncGenerator[ReplyPart]:
        sent.append(prompt.messages)
        yield ReplyPart()
        raise InputError("empty")  # ends the strategy: only its first prompt is wanted

    async with aclosing(one.solve(question, note, options, tools)) as traces:
        async for _ in traces:
            pass
    return sent[0] if sent else ()


def tools_of(passages: str, embed: Embed | None = None, search: Search | None = None) -> Tools:
    """What strategies may use: a search in that text, else the one given, over documents."""
    return Tools(search=search_in([passages]) if passages.strip() else search, embed=embed)


def tasks_of(description: RunDescription) -> TaskSet:
    """A kept run's items as the set that they are of."""
    return TaskSet(
        name=description.tasks,
        language=description.language,
        kind=description.kind,
        items=description.items,
        examples=description.examples,
        instruction=description.instruction,
        answer_format=description.answer_format,
        aliases=description.aliases,
        metrics=(description.metric,),
    )


def knobs_of(one: ColumnDescription) -> dict[str, Scalar]:
    """A kept column's options as a strategy takes them."""
    return {name: value for name, value in one.options.items() if not isinstance(value, list | dict)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnTools:
    """What columns depend on besides their description."""

    owner: str = ""
    code_allowed: bool = False
    embed: Embed | None = None
    search: Search | None = None
    """Over the visitor's documents; `None` where there are none."""


async def columns_of(
    description: RunDescription, opened: Opened, setting: ColumnTools | None = None
) -> tuple[Column, ...]:
    """The run's columns, ready to run. Raises `UnsupportedRequest("logits")` where likelihoods cannot be had."""
    asked = setting or ColumnTools()
    return tuple([await _make_column(one, description, opened[one.model], asked) for one in description.columns])


async def _make_column(
    one: ColumnDescription, description: RunDescription, opened: tuple[Provider, ModelInfo], setting: ColumnTools
) -> Column:
    provider, model = opened
    tasks, options = tasks_of(description), knobs_of(one)
    search = setting.search if options.get(DOCUMENTS) else None
    tools = tools_of(str(options.get(PASSAGES) or ""), setting.embed, search)
    if NORMALISE in options:
        if tasks.kind not in ("choice", "label"):
            raise StrategyError("options")
        prompts = {
            item.id: await first_prompt(strategy(one.strategy), Question.of(tasks, item), options, tools)
            for item in tasks.items
        }
        run = ByLikelihood(
            box=await _inside(provider, model),
            model=model,
            messages=lambda item: as_completion(model, prompts[item.id], description.language),
            kind=tasks.kind,
            normalise=cast(Normalise, options[NORMALISE]),
            letters=bool(options.get(LETTERS)),
        )
        return Column(key=one.key, label=one.label, provider=model.provider, run=run)
    contestant = Contestant(
        strategy=strategy(one.strategy),
        provider=provider,
        model=model,
        sampling=_sampling(one),
        options=options,
        tools=tools,
        owner=setting.owner,
    )
    scoring = Scoring(language=description.language, code_allowed=setting.code_allowed)
    made = column(contestant, tasks, description.metric, scoring, one.label)
    return replace(made, key=one.key)


async def _inside(provider: Provider, model: ModelInfo) -> WhiteBox:
    try:
        return await inside(provider, model)
    except UnsupportedRequest:
        raise UnsupportedRequest("likelihood", model=model.name) from None


def _sampling(one: ColumnDescription) -> Sampling:
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in one.sampling.items()}
    return Sampling(**values)  # type: ignore[arg-type]  # written by `describe` from a `Sampling`'s own fields
