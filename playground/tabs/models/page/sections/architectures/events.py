"""Architectures: a sentence is put to each, and what they make of it is drawn as it comes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

import gradio as gr

from playground.page.parts.examples import example_language
from playground.page.parts.fields import checked_within
from playground.page.parts.held import held_values
from playground.page.parts.screen import Screen, no_change
from playground.page.parts.under_way import goes_on
from playground.page.program import PRIVATE, App, Page, Who
from playground.tabs.models.lab.architectures import LENGTHS
from playground.tabs.models.lab.ngram import LONGEST_ORDER, Smoothed
from playground.tabs.models.page.pieces import draw_alert
from playground.tabs.models.page.room import RoomLayout, join_models, recall, remember
from playground.tabs.models.page.sections.architectures.drawing import draw_architectures, head_choices
from playground.tabs.models.page.sections.architectures.layout import ModelsArchitecturesLayout
from playground.tabs.models.visit.architectures.comparison import compare
from playground.tabs.models.visit.architectures.plan import SECTION, ArchitecturesPlan
from playground.tabs.models.visit.visits import ModelsVisits
from playground.visitors.checks import checked_text
from providers.errors import InputError, PlaygroundError
from providers.heads import Head, between_blanks
from providers.sampling import Sampling
from providers.types import ModelInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsArchitecturesScreen(Screen):
    """The columns, and two buttons."""

    BUTTONS = ("compare", "stop")

    shown: object = no_change()
    looked_at: object = no_change()
    compare: object = no_change()
    stop: object = no_change()


@dataclass(frozen=True, slots=True)
class ArchitecturesChoice:
    """What the section's fields hold, unchecked."""

    order: object = 3
    smoothing: object = "kneser_ney"
    training: object = ""
    fill_mask: object = ""
    seq2seq: object = ""
    instruction: object = ""
    length: object = 60
    fetch: object = False


PART = "models-architectures"


def wire_architectures(page: Page[ModelsVisits], room: RoomLayout, layout: ModelsArchitecturesLayout) -> None:
    app = page.app
    settings = len(layout.settings.fields)
    inputs: list[gr.blocks.Block] = [
        *layout.settings.fields,
        page.sidebar.models,
        room.beside,
        *page.sidebar.sampling.values(),
    ]

    async def show(who: Who, text: str, refs: Sequence[str], values: Sequence[object]) -> AsyncGenerator[list[object]]:
        choice = ArchitecturesChoice(*values[:settings])
        try:
            sampling = page.sampling(values[settings + 2 :])
        except PlaygroundError as error:
            yield ModelsArchitecturesScreen(shown=draw_alert(app.show(who), error)).outputs()
            return
        asked = (refs, text, choice, sampling)
        async for screen in going.show(who, lambda reader: show_architectures(app, reader, *asked)):
            yield screen.outputs()

    async def on_compare(request: gr.Request, text: str, *values: object) -> AsyncGenerator[list[object]]:
        async for outputs in show(app.who(request), text, join_models(*values[settings : settings + 2]), values):
            yield outputs

    async def on_example(request: gr.Request, *values: object) -> AsyncGenerator[list[object]]:
        who, refs = app.who(request), join_models(*values[settings : settings + 2])
        text = await example(app, who, refs)
        first: object = text
        async for outputs in show(who, text, refs, values):
            yield [first, *outputs]
            first = gr.skip()

    async def on_restored(request: gr.Request, shown: str, held: str, *values: object) -> AsyncGenerator[list[object]]:
        """After the page was read again in another language."""
        text, refs = recall(shown)
        if any(lists := held_values(held, 3)):  # which are filled in only now
            values = (*values[:3], *lists, *values[6:])
        if not text or app.going.is_under_way(app.who(request), PART):  # which draws it
            yield ModelsArchitecturesScreen().outputs()
            return
        async for outputs in show(app.who(request), text, refs, values):
            yield outputs

    going = goes_on(page, PART, layout.outputs)
    page.restored.change(on_restored, [layout.looked_at, layout.held, *inputs], layout.outputs, **PRIVATE)
    begun = [layout.compare.click, layout.sentence.submit]
    gr.on(begun, on_compare, [layout.sentence, *inputs], layout.outputs, **PRIVATE)
    layout.example.click(on_example, inputs, [layout.sentence, *layout.outputs], **PRIVATE)
    room.stops[layout.stop] = SECTION
    _wire_lists(app, room, layout)


def _wire_lists(app: App[ModelsVisits], room: RoomLayout, layout: ModelsArchitecturesLayout) -> None:
    """The models of each kind, and what the encoder–decoder was taught to be told."""
    lists, instructed = layout.settings, gr.State("")  # the model whose instructions are there

    async def on_opened(request: gr.Request, held: str) -> list[object]:
        who, before = app.who(request), held_values(held, 3)
        listed = [await choices(app, who, head) for head in ("fill_mask", "seq2seq")]
        first = [kept or (one[0][1] if one else "") for kept, one in zip(before[:2], listed, strict=True)]
        boxes = [gr.update(choices=one, value=value) for one, value in zip(listed, first, strict=True)]
        return [*boxes, _instructions(app, first[1], before[2]), first[1]]

    def on_seq2seq(ref: str, before: str) -> list[object]:
        """A list says that something was chosen whenever it is left: what is written stays then."""
        return [gr.skip(), gr.skip()] if ref == before else [_instructions(app, ref), ref]

    room.on_opened(on_opened, [layout.held], [*lists.lists, instructed])
    lists.seq2seq.input(on_seq2seq, [lists.seq2seq, instructed], [lists.instruction, instructed], **PRIVATE)


def _instructions(app: App[ModelsVisits], ref: object, before: object = None) -> object:
    """What the chosen encoder–decoder was taught to be told; `before` is what was chosen or written already."""
    known = {one.ref: one.instructions for one in app.reach.heads("seq2seq")}
    told = known.get(str(ref), ())
    return gr.update(choices=list(told), value=before or (told[-2] if len(told) > 1 else ""))


async def choices(app: App[ModelsVisits], who: Who, head: Head) -> list[tuple[str, str]]:
    """The catalogue's models for a task, each with whether it is here."""
    infos = app.reach.heads(head)
    return head_choices(app.show(who), infos, await app.reach.held_encoders(infos), offline=app.settings.offline)


async def find_language(app: App[ModelsVisits], who: Who, refs: Sequence[str]) -> str:
    """The page's language where the models that write speak it, else English."""
    known = await app.visits.known_models(who.visitor)
    return example_language([one for ref in refs if isinstance(one := known.get(ref), ModelInfo)], who.language)


async def example(app: App[ModelsVisits], who: Who, refs: Sequence[str]) -> str:
    """A sentence in that language."""
    return who.texts.text(await find_language(app, who, refs), "models.architectures_example_text")


async def show_architectures(
    app: App[ModelsVisits], who: Who, refs: Sequence[str], text: str, choice: ArchitecturesChoice, sampling: Sampling
) -> AsyncGenerator[ModelsArchitecturesScreen]:
    """Every column as it comes."""
    show = app.show(who)
    try:
        sentence = checked_text(text, app.bounds)
        plan = replace(
            checked_plan(app, sentence, choice),
            asked=asked_of(who, await find_language(app, who, refs), sentence),
            models=tuple(refs),
            sampling=sampling,
            language=who.language,
            judge=app.settings.model,
        )
        yield ModelsArchitecturesScreen.showing("stop", looked_at=remember(text, refs))
        async with aclosing(app.going.keep(who, compare(app.visits, who.visitor, plan))) as snapshots:
            last = None
            async for found in snapshots:
                drawn = draw_architectures(show, found, plan, offline=app.settings.offline)
                yield ModelsArchitecturesScreen(shown=drawn) if drawn != last else ModelsArchitecturesScreen()
                last = drawn
        yield ModelsArchitecturesScreen.showing("compare")
    except PlaygroundError as error:
        yield ModelsArchitecturesScreen.showing("compare", shown=draw_alert(show, error))


def asked_of(who: Who, language: str, text: str) -> str:
    """What a model that converses is asked about the sentence."""
    key = f"models.asked_{'blank' if len(between_blanks(text)) == 2 else 'plain'}"
    return who.texts.text(language, key, text=text)


def checked_plan(app: App[ModelsVisits], text: str, choice: ArchitecturesChoice) -> ArchitecturesPlan:
    """Raises `InputError`s."""
    order = int(checked_within("order", choice.order, 1, LONGEST_ORDER, whole=True))
    length = int(checked_within("length", choice.length, 1, LENGTHS[-1], whole=True))
    named = [checked_text(one or "", app.bounds, empty=True).strip() for one in (choice.fill_mask, choice.seq2seq)]
    if choice.smoothing not in ("kneser_ney", "add_k"):
        raise InputError("empty")
    return ArchitecturesPlan(
        text=text,
        length=length,
        order=order,
        smoothed=Smoothed(smoothing="add_k" if choice.smoothing == "add_k" else "kneser_ney"),
        training=checked_text(choice.training or "", app.bounds, empty=True),
        fill_mask=named[0],
        seq2seq=named[1],
        instruction=checked_text(choice.instruction or "", app.bounds, empty=True),
        fetch=choice.fetch is True and not app.settings.offline,
    )
