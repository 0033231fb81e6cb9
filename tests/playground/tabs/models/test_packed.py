"""A model served from a packed GGUF file: its card and its tokens are shown, its layers are refused, with why."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.page.program import App, Who
from playground.settings import Settings
from playground.tabs.models.lab.card import CardFacts
from playground.tabs.models.page.sections.attention.events import look_at
from playground.tabs.models.page.sections.card.drawing import draw_cards
from playground.tabs.models.page.sections.surprise.events import begin_guessing, show_surprise
from playground.tabs.models.page.sections.tokens.events import cut_text
from playground.tabs.models.visit.card import cards
from playground.tabs.models.visit.visits import ModelsVisits
from playground.text import texts
from providers.importing import importing
from tests.playground.opening import open_program

HOSTILE = "<img src=x onerror=alert(1)>{{value}} \u202e la capital"


@pytest.fixture
def app(tmp_path: Path) -> App[ModelsVisits]:
    program = open_program(Settings(_env_file=None, home=tmp_path / "home", model="scripted", offline=True))  # type: ignore[call-arg]
    visits = program.opened["models"]
    assert isinstance(visits, ModelsVisits)
    return App(**{name: getattr(program, name) for name in program.__dataclass_fields__}, visits=visits)


async def test_what_can_be_shown_is_and_the_rest_says_why(app: App[ModelsVisits], tmp_path: Path) -> None:
    with importing():
        from tests.providers.adapters.huggingface import tiny_gemma

    (tmp_path / "packed").mkdir()
    tiny_gemma.save_gguf(tmp_path / "packed" / "tiny-gemma-F32.gguf")
    who, ref = Who("ana", "en", texts()), f"huggingface/{tmp_path / 'packed'}"
    (card,) = await cards(app.visits, who.visitor, (ref,))
    assert isinstance(card, CardFacts) and card.anatomy is None and card.info.parameters and card.info.context == 1024
    drawn = draw_cards(app.show(who), {ref: card}, {})
    assert "1,024 tokens" in drawn and "alert" not in drawn
    cut = await cut_text(app, who, (ref,), HOSTILE)
    assert 'data-fact="count"' in cut and "<img" not in cut and "{{" not in cut
    *_, attention = [screen async for screen in look_at(app, who, (ref,), HOSTILE)]
    *_, surprise = [screen async for screen in show_surprise(app, who, (ref,), HOSTILE)]
    game = await begin_guessing(app, who, (ref,), HOSTILE)
    for shown in (attention.shown, surprise.shown, game.game):
        assert 'data-cause="unsupported_request.layers"' in str(shown) and "bars" not in str(shown)
