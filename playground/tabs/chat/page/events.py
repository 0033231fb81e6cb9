"""What the conversation's events do: named functions of plain values, tested without a browser."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

import gradio as gr

from playground.asking.lending import Ground, KeepsAssistants
from playground.page.parts.render import Renderer
from playground.page.program import App, Who
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.chat.lab.export import to_json, to_markdown, to_python
from playground.tabs.chat.lab.presets import examples, presets
from playground.tabs.chat.page.drawing import messages, sent, waiting
from playground.tabs.chat.visit.visits import ChatVisits, Choices
from playground.visitors.checks import MAX_COLUMNS, checked_models, checked_sampling, checked_text
from providers.errors import Failure, InputError, PlaygroundError

Run = Callable[[], AsyncGenerator[Conversation]]


def chosen(app: App[ChatVisits], who: Who, told: Sequence[object], sampling: dict[str, object]) -> Choices:
    """What the tab and the sidebar say (`told`: preset, system prompt, models), checked. Raises `InputError`."""
    preset, system, models = told
    return Choices(
        models=checked_models(models),
        sampling=checked_sampling(sampling, app.bounds),
        system=checked_text(system or "", app.bounds, empty=True),
        ground=_ground(app, who, preset),
    )


def _ground(app: App[ChatVisits], who: Who, preset: object) -> Ground | None:
    """The documents of the visitor's own assistant; ours have none. Raises `InputError("assistant")`."""
    if not isinstance(preset, str) or not preset or any(preset == one.id for one in presets()):
        return None
    return _lender(app).ground(who.visitor, preset, who.language)


def _lender(app: App[ChatVisits]) -> KeepsAssistants:
    """Whoever keeps the visitors' own assistants. Raises `InputError("assistant")` where nobody does."""
    if (lender := app.lent(KeepsAssistants)) is None:
        raise InputError("assistant")
    return lender


async def redraw(
    app: App[ChatVisits], who: Who, run: Run, question: str = "", *, colours: bool = False
) -> AsyncGenerator[list[object]]:
    """A run as values of `Layout.streaming`. What could not be sent goes back into the box; its images still wait.

    An unchanged value is given again instead of being skipped: for what is skipped Gradio makes the component anew and
    derives its whole schema, which is most of the time of a redraw.
    """
    show = app.show(who, colours=colours)
    last: list[object] = [None] * MAX_COLUMNS
    chats: list[object] = [[] for _ in range(MAX_COLUMNS)]
    running, pictures = gr.update(submit_btn=False, stop_btn=True), None
    try:
        async with aclosing(run()) as conversations:
            async for conversation in conversations:
                replies = conversation.turns[-1].replies
                current: list[object] = [replies[n] if n < len(replies) else None for n in range(MAX_COLUMNS)]
                for n in range(MAX_COLUMNS):
                    if current[n] is not None and current[n] is not last[n]:
                        chats[n] = messages(show, conversation, n)
                pictures = sent(show, conversation) if pictures is None else pictures
                yield [*chats, running, "", pictures, _waiting(app, who)]
                last, running = current, gr.skip()
    except PlaygroundError as error:
        idle = gr.update(value=question, submit_btn=True, stop_btn=False)
        yield [*[gr.skip()] * MAX_COLUMNS, idle, show.alert(Failure.of(error)), *_pictures(app, who)]
    else:
        idle = gr.update(submit_btn=True, stop_btn=False)
        yield [*[gr.skip()] * MAX_COLUMNS, idle, "", *_pictures(app, who)]


def _pictures(app: App[ChatVisits], who: Who) -> list[object]:
    """Those of the conversation as it is kept, and those that wait."""
    return [sent(app.show(who), app.visits.load(who.visitor)), _waiting(app, who)]


def _waiting(app: App[ChatVisits], who: Who) -> str:
    return waiting(app.show(who), app.visits.attachments.of(who.visitor))


def settle(
    app: App[ChatVisits], who: Who, conversation: Conversation, question: str, *, colours: bool = False
) -> list[object]:
    """A conversation in which nothing runs, as values of `Layout.streaming`; `question` stands in the box."""
    show = app.show(who, colours=colours)
    return [*drawn(show, conversation), gr.update(value=question), "", sent(show, conversation), _waiting(app, who)]


async def lay_columns(app: App[ChatVisits], who: Who, models: Sequence[str], *, colours: bool = False) -> list[object]:
    """One column a model, with its head; nothing runs yet. A name nobody knows is shown as it is."""
    show, conversation = app.show(who, colours=colours), app.visits.load(who.visitor)
    known = {model.ref: model for model in await app.reach.models(who.visitor)}
    shown = list(models)[:MAX_COLUMNS] or [app.settings.model]
    columns = [gr.update(visible=number < len(shown)) for number in range(MAX_COLUMNS)]
    heads = [show.head(known.get(ref), ref) for ref in shown] + [""] * (MAX_COLUMNS - len(shown))
    return [*columns, *heads, *drawn(show, conversation)]


def open_tab(app: App[ChatVisits], who: Who) -> list[object]:
    """The conversation as it was left, the presets and examples in the visitor's language, the images that wait."""
    show, conversation = app.show(who), app.visits.load(who.visitor)
    named = named_presets(app, who)
    tries = [
        {"text": example.text[who.language], "display_text": example.title[who.language]} for example in examples()
    ]
    chats = [
        gr.update(value=value, examples=tries if number == 0 else None)
        for number, value in enumerate(drawn(show, conversation))
    ]
    pictures = [sent(show, conversation), _waiting(app, who)]
    return [conversation.system, gr.update(choices=named, value=None), *chats, *pictures]


def named_presets(app: App[ChatVisits], who: Who) -> list[tuple[str, str]]:
    """Our assistants, then the visitor's own, as a dropdown's choices."""
    lender = app.lent(KeepsAssistants)
    own = lender.own_assistants(who.visitor) if lender is not None else ()
    ours = [(preset.name[who.language], preset.id) for preset in presets()]
    return [*ours, *((f"▤ {one.name}", one.id) for one in own)]


def choose_preset(app: App[ChatVisits], who: Who, name: str) -> list[object]:
    """The preset's system prompt, its temperature where it has one, and what it answers from where it has documents.

    Raises `InputError("assistant")` for one that is gone.
    """
    preset = next((preset for preset in presets() if preset.id == name), None)
    if preset is None:
        return [_lender(app).own_assistant(who.visitor, name).system, gr.skip(), who.text("chat.grounded")]
    temperature = gr.skip() if preset.temperature is None else gr.update(value=preset.temperature)
    return [preset.system[who.language], temperature, ""]


def receive(app: App[ChatVisits], who: Who, handed: dict[str, object] | None) -> list[object]:
    """An assistant that another tab hands over: `{"tab": "chat", "assistant": id}`."""
    if not handed or handed.get("tab") != "chat":
        return [gr.skip()] * 4
    name = str(handed.get("assistant"))
    choice = gr.update(choices=named_presets(app, who), value=name)
    return [choice, *choose_preset(app, who, name)]


def turn_of(messages: Sequence[dict[str, object]], index: int) -> int:
    """The turn that a message of a column belongs to."""
    return max(0, sum(message["role"] == "user" for message in messages[: index + 1]) - 1)


def hand_over(conversation: Conversation, turn: object, column: object) -> dict[str, object] | None:
    """What the Sampling tab is told of a reply; `None` for one that is not there."""
    if not isinstance(turn, int) or not isinstance(column, int) or not 0 <= turn < len(conversation.turns):
        return None
    told = {"tab": "sampling", "turn": turn, "column": column, "question": conversation.turns[turn].question}
    return {**told, "at": time.time_ns()}  # asked for twice, it is handed over twice


def drawn(show: Renderer, conversation: Conversation) -> list[object]:
    return [messages(show, conversation, number) for number in range(MAX_COLUMNS)]


def exporter(app: App[ChatVisits], kind: str) -> Callable[[gr.Request], dict[str, str]]:
    def exported(request: gr.Request) -> dict[str, str]:
        who = app.who(request)
        conversation = app.visits.load(who.visitor)
        match kind:
            case "json":
                return {"name": "aula-chat.json", "type": "application/json", "content": to_json(conversation)}
            case "markdown":
                content = to_markdown(conversation, who.text("chat.you"), who.text("chat.image_alone"))
                return {"name": "aula-chat.md", "type": "text/markdown", "content": content}
            case _:
                content = to_python(conversation, app.reach.catalog.endpoints)
                return {"name": "aula_chat.py", "type": "text/x-python", "content": content}

    return exported
