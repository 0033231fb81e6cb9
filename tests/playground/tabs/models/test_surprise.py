"""Surprise of the real model, and the game against it."""

from __future__ import annotations

import math

import gradio as gr
import pytest

from playground.measuring.perplexity import text_likelihood
from playground.page.parts.redrawn import is_marked
from playground.page.program import Who
from playground.tabs.models.lab.surprise import Guess, GuessingGame, ScoringPlan, guess, surprisal
from playground.tabs.models.page.sections.surprise.api import checked_plan, surprise_json
from playground.tabs.models.page.sections.surprise.events import (
    begin_guessing,
    example,
    go_on_guessing,
    guess_word,
    show_surprise,
)
from playground.tabs.models.visit.surprise import GAME, guess_next, surprise
from providers.errors import InputError, PlaygroundError
from providers.types import ModelInfo
from providers.whitebox import ScoredToken, Token, inside
from tests.playground.page.markup import Seen
from tests.playground.tabs.models.conftest import ELSEWHERE, ENCODER, WRITER

TEXT = "The capital of France is Paris, and the capital of Spain is Madrid."
MODEL = ModelInfo(id="box", provider="here", name="Box", local=True)


async def drawn(app, who, text, refs=(WRITER, ENCODER)) -> str:
    return str([screen async for screen in show_surprise(app, who, refs, text)][-1].shown)


async def test_every_token_has_its_surprise(app, who):
    markup = await drawn(app, who, TEXT, (WRITER, ENCODER, ELSEWHERE))
    assert markup.count('class="token p') >= 14 and "bits: probability" in markup
    assert 'role="alert"' in markup and "all-MiniLM" not in markup
    (one,) = (await surprise(app.visits, who.visitor, (WRITER,), TEXT, ScoringPlan())).values()
    given = surprise_json(app.show(who), WRITER, one)
    assert sum(token["bits"] for token in given["tokens"]) / given["bytes"] == pytest.approx(given["bits_per_byte"])
    assert given["perplexity"] == pytest.approx(math.exp(given["cross_entropy"]))
    assert given["bytes"] == len(TEXT) - len("The")
    short = (await surprise(app.visits, who.visitor, (WRITER,), TEXT, ScoringPlan(window=4, stride=2)))[WRITER]
    assert short.found.cross_entropy > one.found.cross_entropy and len(short.found.tokens) == len(one.found.tokens)
    assert "in windows of" not in markup


async def test_it_is_the_loss_of_transformers(app, who):
    """The real default model in 32 bits: exp(loss) of the same text to 1e-4; a sliding window is worse informed."""
    import torch
    from transformers import AutoModelForCausalLM

    text = "The old lighthouse on the cape had not been lit for thirty years. Nadie sabía por qué."
    async with app.reach.open(who.visitor, WRITER) as (provider, model):
        box = await inside(provider, model)
        found = await text_likelihood(box, model, text)
        short = await text_likelihood(box, model, text, window=6, stride=3)
        ids = torch.tensor([[one.id for one in await box.encode(model, text)]])
    folder = next((app.settings.home / "models").glob("*SmolLM2-135M-Instruct"))
    network = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    with torch.inference_mode():
        loss = float(network(input_ids=ids, labels=ids).loss)
    assert found.perplexity == pytest.approx(math.exp(loss), rel=1e-4)
    assert short.cross_entropy > found.cross_entropy
    assert len(short.tokens) == len(found.tokens) == ids.shape[1] - 1


async def test_bad_texts(app, who):
    assert "Write a text first" in await drawn(app, who, "")
    assert 'role="alert"' in await drawn(app, who, "x" * 10_000_000)
    assert "at most 4,000 are scored" in await drawn(app, who, "word " * 5000)
    assert "nothing surprises them" in await drawn(app, who, TEXT, (ENCODER,))
    assert "a single token" in await drawn(app, who, "a", (WRITER,))
    hostile = "<img src=x onerror=window.stolen=1></span>{{value}}\u202e\x00 ꙮ"
    seen = Seen(await drawn(app, who, hostile))
    assert "img" not in seen.tags and not any(name.startswith("on") for name, _ in seen.attributes)
    for window, stride in ((1, None), (10_000, None), (8, 9), (None, 0), ("8", None), (True, None)):
        with pytest.raises(PlaygroundError):
            checked_plan(window, stride)
    assert checked_plan(8, 8) == ScoringPlan(window=8, stride=8)


async def test_the_game_against_the_real_model(app, who):
    screen = await begin_guessing(app, who, (WRITER, ENCODER), TEXT)
    assert "The capital of France is<span" in str(screen.game) and screen.word["visible"]
    right = guess_word(app, who, "paris")
    assert '<span class="right">' in str(right.game) and "You 1, SmolLM2 135M Instruct 1, of 1 guess." in str(
        right.game
    )
    again = go_on_guessing(app, Who(who.visitor, "es", who.texts))
    assert is_marked(right.game) and is_marked(again.game) and "Tú 1," in str(again.game) and again.word["visible"]
    assert "value" not in again.word, "what is in the box stays"
    assert go_on_guessing(app, Who("somebody else", "es", who.texts)).game == gr.skip()
    wrong = guess_word(app, who, "<img src=x>")
    assert '<span class="wrong">' in str(wrong.game) and "<img" not in str(wrong.game)
    assert "Write a guess first" in str(guess_word(app, who, " ").game)
    while not app.visits.find_work(who.visitor, GAME, GuessingGame).over:
        last = guess_word(app, who, "x")
    assert "That was the whole text" in str(last.game) and not last.word["visible"]
    assert 'role="alert"' in str(guess_word(app, who, "more").game)
    with pytest.raises(InputError):
        guess_next(app.visits, "somebody else", "x")
    assert "too short to be guessed" in str((await begin_guessing(app, who, (WRITER,), "One two.")).game)
    assert 'role="alert"' in str((await begin_guessing(app, who, (ELSEWHERE,), TEXT)).game)
    assert await example(app, who, (WRITER,)) == who.texts.text("en", "models.surprise_example_text")


def scored(piece: str, rank: int = 1, logprob: float = math.log(0.5)) -> ScoredToken:
    return ScoredToken(
        Token(1, piece), logprob, rank, ((Token(1, piece), logprob), (Token(2, " other"), math.log(0.25)))
    )


def test_what_counts_as_right():
    token = scored(" Pa", rank=2)
    for typed, right in (("pa", True), (" Paris ", True), ("p", False), ("other", False)):
        assert Guess(typed=typed, token=token, own=None).right is right
    assert Guess(typed=",", token=scored(","), own=None).right
    assert not Guess(typed="an apple", token=scored("a"), own=None).right
    game = GuessingGame(info=MODEL, first=(), tokens=tuple(scored(" Pa") for _ in range(6)))
    game = guess(guess(game, "Pa"), "other")
    assert game.over and game.score == (1, 2)
    assert game.guesses[1].own == pytest.approx(0.25)
    assert surprisal(scored("x")) == pytest.approx(1)
    with pytest.raises(InputError):
        guess(game, "x")
