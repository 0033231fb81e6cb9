"""What "About this model" says of its engines: how fast each is, and which of them hold the model."""

from __future__ import annotations

import pytest

from playground.page.parts.render import Renderer
from playground.page.sidebar.card import draw_model_card
from playground.text import texts
from providers import catalog
from providers.whitebox import ModelCard, VariantSpeed

MODEL = next(model for model in catalog.load().models if model.local)
SPEEDS = {
    "openvino-q8_0": VariantSpeed(one=62.6, eight=318, prompt=1210.4),
    "llamacpp-q8_0": VariantSpeed(one=105, eight=130, prompt=408),
}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "llamacpp-q8_0: 105 alone, 130 for eight at once, reads 408<br>openvino-q8_0: 63 alone"),
        ("es", "llamacpp-q8_0: 105 con una, 130 con ocho a la vez, lee 408<br>openvino-q8_0: 63 con una"),
    ],
)
def test_the_quickest_for_one_stands_first_and_who_holds_the_model_is_named(language: str, said: str) -> None:
    show = Renderer(texts(), language, {})
    card = ModelCard(model=MODEL, engine="openvino-q8_0", speeds=SPEEDS, resident=("openvino-q8_0",))
    drawn = draw_model_card(show, card)
    assert said in drawn
    assert f"<dt>{texts().text(language, 'card.resident')}</dt><dd>openvino-q8_0</dd>" in drawn


def test_where_nothing_was_measured_nothing_is_said() -> None:
    drawn = draw_model_card(Renderer(texts(), "en", {}), ModelCard(model=MODEL, engine=None))
    assert "<dt>Speed</dt>" not in drawn and "<dt>In memory</dt>" not in drawn
