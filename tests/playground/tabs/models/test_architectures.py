"""One sentence for several architectures: the real default model, the real encoder, and tiny models of the others."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from playground.measuring.perplexity import perplexity
from playground.tabs.models.lab.architectures import LENGTHS, before_blank, coherence, judge
from playground.tabs.models.page.sections.architectures.drawing import draw_architectures, head_choices
from playground.tabs.models.page.sections.architectures.events import (
    ArchitecturesChoice,
    choices,
    example,
    show_architectures,
)
from playground.tabs.models.visit.architectures.comparison import compare
from playground.tabs.models.visit.architectures.plan import ArchitecturesPlan, Compared, sample_text
from providers import catalog
from providers.errors import InputError
from providers.sampling import Sampling
from providers.whitebox import ScoredToken, Token, inside
from tests.playground.page.markup import Seen
from tests.playground.tabs.models.conftest import ENCODER, WRITER, tiny_heads

SENTENCE = "The old lighthouse stands at the end of the ___ and every morning the keeper looks at the sea."


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_heads().save_bert(tmp_path_factory.mktemp("bert"))


@pytest.fixture(scope="module")
def t5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_heads().save_t5(tmp_path_factory.mktemp("t5"))


def plan(**more) -> ArchitecturesPlan:
    """Of the likeliest words, not of a seed: the engine that repeats itself may be a second one to load."""
    likeliest = Sampling(temperature=0)
    values = {"text": SENTENCE, "length": 32, "sampling": likeliest, "judge": WRITER, "asked": "Go on."}
    return ArchitecturesPlan(**{**values, **more})


async def compared(app, who, wanted) -> Compared:
    return [found async for found in compare(app.visits, who.visitor, wanted)][-1]


async def test_every_architecture_has_its_say(app, who, bert, t5):
    wanted = plan(fill_mask=str(bert), seq2seq=str(t5), models=(WRITER, ENCODER))
    found = await compared(app, who, wanted)
    by_kind = {one.kind: one for one in found.columns if one.failure is None}
    assert [one.kind for one in found.columns] == ["ngram", "fill_mask", "fill_mask", "seq2seq", "causal", "asked"]
    assert list(by_kind) == ["ngram", "fill_mask", "seq2seq", "causal", "asked"]
    assert all(one.state == "done" for one in found.columns)
    headless = found.columns[2].failure
    assert headless is not None and headless.key == "weights_unavailable.head"
    assert headless.values["cause"] == "BertModel"
    assert [one.word for one in found.scored] == before_blank(SENTENCE).split() and all(
        one.known for one in found.scored
    )
    assert "harbour" in dict(by_kind["ngram"].guesses) and by_kind["ngram"].prompt.endswith("of the")
    assert len(by_kind["fill_mask"].guesses) == 5 and "lighthouse" in by_kind["fill_mask"].text
    assert by_kind["causal"].guesses and sum(chance for _, chance in by_kind["causal"].guesses) <= 1
    for kind in ("ngram", "causal", "asked"):
        parts = by_kind[kind].coherence
        assert all(one.perplexity > 1 for one in parts)
        assert by_kind[kind].text.lstrip().startswith(parts[0].text)
    assert by_kind["ngram"].coherence[0].tokens == 20
    assert by_kind["causal"].coherence[-1].perplexity < by_kind["ngram"].coherence[-1].perplexity
    assert found.judge == "SmolLM2 135M Instruct" and found.unjudged is None
    markup = draw_architectures(app.show(who), found, wanted, offline=False)
    seen = Seen(markup)
    assert "How much it expected each word of the sentence; perplexity" in markup
    assert markup.count("<figure") == 6 and "harbour" in markup and "Asked: “Go on.”" in markup
    assert not any(name.startswith("on") for name, _ in seen.attributes)


async def test_blanks_are_named_and_the_rest_stands(app, who, bert):
    for text, blanks in (("No blank here", 0), ("A ___ and ___ and ___", 3)):
        found = await compared(app, who, plan(text=text, fill_mask=str(bert), length=6))
        ngram, masked = found.columns
        assert ngram.text and ngram.failure is None
        assert masked.failure.key == "input_error.blanks" and masked.failure.values == {"blanks": blanks}
    with pytest.raises(InputError):
        await compared(app, who, plan(text=" "))
    bare = await compared(app, who, plan(text="___ cat", models=(WRITER,), length=6))
    assert [one.failure and one.failure.key for one in bare.columns][1] == "input_error.no_beginning"


async def test_what_is_not_here_says_its_size(app, who):
    rows = catalog.load().heads
    found = await compared(app, who, plan(fill_mask=rows[0].ref, seq2seq="huggingface/google-t5/t5-small", length=5))
    assert [one.absent for one in found.columns] == [False, True, True]
    markup = draw_architectures(app.show(who), found, plan(), offline=False)
    assert "About 440 MB would be fetched" in markup and "About 240 MB" in markup
    assert "fetches nothing" in draw_architectures(app.show(who), found, plan(), offline=True)
    labels = dict(head_choices(app.show(who), rows, {rows[0].ref}, offline=False))
    assert labels[rows[0].name] == rows[0].ref and any("fetch" in one for one in labels)


async def test_ones_own_text_and_what_is_wrong_with_it(app, who):
    own = plan(text="the cat sat on the", training="the cat sat on the mat. " * 5, length=4)
    (ngram,) = (await compared(app, who, own)).columns
    assert ngram.guesses[0][0] == "mat" and ngram.text.startswith(" mat.")
    for training, key in (("too short", "input_error.short_training"),):
        (short,) = (await compared(app, who, plan(training=training))).columns
        assert short.failure.key == key
    unjudged = await compared(app, who, plan(judge="openai/gpt-5.5", length=5))
    assert unjudged.unjudged is not None and unjudged.columns[0].coherence[0].perplexity is None


async def test_the_page_checks_and_draws(app, who, bert):
    choice = ArchitecturesChoice(fill_mask=str(bert), length=20)
    screens = [one async for one in show_architectures(app, who, (), SENTENCE, choice, Sampling(temperature=0))]
    assert "harbour" in str([one.shown for one in screens if isinstance(one.shown, str)][-1])
    assert screens[-1].compare["visible"] and not screens[-1].stop["visible"]
    for wrong in ({"order": 9}, {"length": 1000}, {"order": True}, {"smoothing": "none"}, {"training": "x" * 10**7}):
        bad = ArchitecturesChoice(**wrong)
        (last,) = [one async for one in show_architectures(app, who, (), SENTENCE, bad, Sampling())]
        assert 'role="alert"' in str(last.shown)
    (empty,) = [one async for one in show_architectures(app, who, (), " ", ArchitecturesChoice(), Sampling())]
    assert "Write a text first" in str(empty.shown)
    assert "lighthouse" in await example(app, who, (WRITER,))
    assert len(await choices(app, who, "fill_mask")) == len(
        [one for one in catalog.load().heads if one.head == "fill_mask"]
    )


async def test_stop_keeps_what_is_there(app, who):
    async for found in compare(app.visits, who.visitor, plan(models=(WRITER,), length=200)):
        if found.columns and found.columns[0].state == "done":
            app.visits.stop(who.visitor, "architectures")
    assert found.columns[0].state == "done" and found.columns[-1].state == "stopped"


async def test_hostile_text_is_shown_as_it_is(app, who):
    hostile = "<img src=x onerror=window.stolen=1> {{value}} ___ \u202e </figure>"
    found = await compared(app, who, plan(text=hostile, length=5))
    seen = Seen(draw_architectures(app.show(who), found, plan(text=hostile), offline=False))
    assert "img" not in seen.tags


async def test_the_judge_scores_what_comes_after_the_prompt(app, who):
    async with app.reach.open(who.visitor, WRITER) as (provider, model):
        box = await inside(provider, model)
        alone = await judge(box, model, "", "The cat sat on the mat.")
        after = await judge(box, model, "The cat sat on", " the mat.")
        narrow = await judge(box, replace(model, context=6), "A long story. The cat sat on", " the mat.")
    assert "".join(one.token.piece for one in after) == " the mat."
    assert "".join(one.token.piece for one in narrow) == " the mat.", "of a long prompt the end is read"
    assert perplexity([one.logprob for one in after]) < perplexity([one.logprob for one in alone])


def test_texts_are_looked_at_after_so_many_tokens():
    scored = [ScoredToken(Token(1, " a"), math.log(0.5), 1)] * 70
    found = coherence(" a" * 70, scored, LENGTHS[-1])
    assert [one.tokens for one in found] == [20, 60, 70] and len(coherence(" a" * 70, scored[:25], 200)) == 1
    assert all(one.perplexity == pytest.approx(2) for one in found)
    assert found[0].text == "a" + " a" * 19 and found[-1].repetition > 0.9
    assert coherence(" ", scored, 20) == () and coherence("one two", (), 20)[0].perplexity is None


def test_what_stands_before_the_blank():
    assert before_blank("The ___ sat") == "The"
    assert before_blank("A ___ and ___") == "A" and before_blank("nothing missing ") == "nothing missing"
    assert "faro" in sample_text("El viejo faro está", "en") and "lighthouse" in sample_text("xyz", "en")
    assert "faro" in sample_text("xyz", "es") and "lighthouse" in sample_text("xyz", "fr")


async def test_xlnet_goes_on_where_no_engine_serves_it(app, who, tmp_path):
    folder = tiny_heads().save_xlnet(tmp_path / "xlnet")
    found = await compared(app, who, plan(text="the cat sat on", models=(f"huggingface/{folder}",), length=6))
    _, causal, _ = found.columns
    assert (causal.kind, causal.failure, causal.prompt) == ("causal", None, "the cat sat on") and causal.text
