"""An alert goes when its cause has gone, in whatever tab it stands, and nothing else goes with it."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr
import pytest

from playground.page.late import LateBlocks
from playground.page.parts.clearing import ABOUT_KEYS, ABOUT_MODELS, without_alerts
from playground.page.parts.notices import Notices
from playground.page.parts.render import Renderer
from playground.tabs.rag.lab.errors import UnknownDocument
from playground.tabs.vision.lab.errors import VisionError
from playground.text import texts
from providers.errors import Failure, InputError, MissingKey, PlaygroundError, RateLimited, UnknownModel

SHOW = Renderer(texts(), "en")
RESULT = '<p class="told">What was found.</p>'
SAVED, REFUSED = '<div class="quiet" role="status">Saved</div>', SHOW.alert(Failure.of(MissingKey(provider="openai")))


def alert(error: PlaygroundError) -> str:
    return Notices("rag").draw_alert(SHOW, error)


@pytest.mark.parametrize(
    ("error", "goes"),
    [
        (UnknownModel(model="<b>", near=""), {"models"}),
        (MissingKey(provider="openai"), {"models", "keys"}),
        (MissingKey("malformed", provider="openai"), {"models", "keys"}),
        (RateLimited("quota", provider="openai"), {"models"}),
        (InputError("empty"), set()),
    ],
)
def test_an_alert_goes_with_its_cause(error: PlaygroundError, goes: set[str]) -> None:
    for name, causes in (("models", ABOUT_MODELS), ("keys", ABOUT_KEYS)):
        left = without_alerts(f"{RESULT}{alert(error)}{RESULT}", causes)
        assert left == (RESULT * 2 if name in goes else gr.skip())


def test_what_is_no_alert_stays() -> None:
    assert without_alerts(RESULT, ABOUT_MODELS) == gr.skip()
    assert without_alerts(None, ABOUT_MODELS) == gr.skip()
    two = alert(InputError("url")) + alert(UnknownModel(model="x", near=""))
    assert without_alerts(two, ABOUT_MODELS) == alert(InputError("url"))


def cleared(blocks: gr.Blocks, trigger: str, event: str, *before: str, shown: str = REFUSED) -> set[str]:
    """The places from which an event, or what follows it, takes an alert, one about a key; `before` are the values of
    its first inputs."""
    (component,) = (one for one in blocks.blocks.values() if one.elem_id == trigger)
    assert isinstance(blocks, LateBlocks)
    copies = {part.answer._id for part in blocks.late.values()} if trigger == "key-answer" else set()
    causes = {(place, event) for place in (component._id, *copies)}
    begun = {number for number, one in blocks.fns.items() if causes & {*one.targets}}
    found = set[str]()
    for number, one in blocks.fns.items():
        begins = number in begun or one.trigger_after in begun
        if begins and one.fn is not None and "clearing" in str(one.fn.__module__):
            left = call(one.fn, *before, *[shown] * (len(one.inputs) - len(before)))
            values = left if isinstance(left, list) else [left]
            found |= {str(place.elem_id) for place, value in zip(one.outputs, values, strict=True) if value == ""}
    return found


def call(handler: Callable[..., object], *values: object) -> object:
    return handler(*values)


EVERYWHERE = {
    *("notice", "vision-notice", "vision-measure-progress", "prompting-cards", "measure-progress"),
    *("sampling-choice", "sampling-path", "sampling-leaf", "sweep-grid"),
    *("rag-current", "rag-measure-progress", "rag-propose-progress", "rag-found", "rag-assistant-told"),
}


def test_in_every_tab(blocks: gr.Blocks) -> None:
    assert cleared(blocks, "models", "input") == EVERYWHERE | {"status"}
    assert cleared(blocks, "key-answer", "change", SAVED) == EVERYWHERE
    assert cleared(blocks, "key-answer", "change", REFUSED) == set()
    assert cleared(blocks, "key-provider", "input") == {"key-answer"}


def test_what_lacked_a_picture_or_a_document_may_be_asked_again(blocks: gr.Blocks) -> None:
    no_image, no_documents = alert(VisionError("no_image")), alert(UnknownDocument("documents"))
    assert cleared(blocks, "vision-samples", "sample", shown=no_image) == {"vision-notice", "vision-bars"}
    assert cleared(blocks, "vision-samples", "sample", shown=no_documents) == set()
    places = {"rag-current", "rag-found", "rag-measure-progress", "rag-assistant-told"}
    assert cleared(blocks, "rag-samples", "click", shown=no_documents) == places
