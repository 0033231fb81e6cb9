"""Smaller models on the real packaged one: formats, pruning by a slider, and the blind vote."""

from __future__ import annotations

from dataclasses import replace

import pytest

from playground.tabs.models.lab.errors import FormError
from playground.tabs.models.lab.smaller import NO_VOTES, BlindPair, Foreseen, ShrunkForm, Tally, form_of
from playground.tabs.models.page.sections.smaller import events
from playground.tabs.models.page.sections.smaller.blind import ask_blindly, reveal
from playground.tabs.models.page.sections.smaller.drawing import draw_forms, draw_pair, draw_pruned
from playground.tabs.models.page.sections.smaller.events import DrawnForms, LeftOut, compare, leave_out, questions
from playground.tabs.models.visit.smaller import PAIR, SECTION, TALLY, Pruning, prune, vote
from providers.errors import Failure, PlaygroundError
from providers.shrinking import FORMATS, Form, FormCost, FormSize
from providers.types import ModelInfo
from tests.playground.tabs.models.conftest import ELSEWHERE, ENCODER, WRITER

MODEL = (WRITER, ENCODER)


def nobody(progress: object) -> None:
    """Progress that nobody looks at."""


async def last(screens):
    return [screen async for screen in screens][-1]


async def left_out(app, who, *wanted, **kind):
    return str((await last(leave_out(app, who, LeftOut(*wanted, **kind)))).pruned)


async def test_half_of_it_pruned_changes_much(app, who):
    """That pruning nothing changes nothing is seen number by number on small networks."""
    asked = questions(who)[:1]
    whole, half = await prune(app.visits, who.visitor, WRITER, Pruning(Form("weights", 0.5), asked), nobody)
    assert whole.size.numbers == 134_515_008 and whole.size.bytes == 134_515_008 * 4
    assert whole.foreseen["en"].bits_per_byte == pytest.approx(1.284, abs=0.01), "as the gate measured the model"
    assert half.foreseen["en"].perplexity > 1.5 * whole.foreseen["en"].perplexity
    assert half.size.bytes == whole.size.bytes > (half.size.sparse or 0)
    assert half.size.numbers == pytest.approx(134_515_008 - 106_168_320 / 2, rel=1e-4)
    markup = await left_out(app, who, MODEL, "weights", 50)  # known by now: nothing is read again
    assert 'data-sparsity="0.50"' in markup and "pruning-curve" in markup and "What to notice" in markup
    assert "without the 50% of numbers" in markup and markup.count("<circle") == 4


async def test_bad_shares_and_models(app, who):
    assert "nothing of the model would be left" in await left_out(app, who, MODEL, "weights", 100)
    for kind, percent in (("words", 10), ("weights", -1), ("weights", "x"), ("weights", None), ("heads", True)):
        assert 'role="alert"' in await left_out(app, who, MODEL, kind, percent)
    assert "Choose a model of this computer" in await left_out(app, who, (ENCODER,), "heads", 10)
    assert "Choose a model of this computer" in await left_out(app, who, (ELSEWHERE,), "heads", 10)
    same = await last(ask_blindly(app, who, MODEL, ("float32", 0), "x"))
    assert "A form is not compared with itself" in str(same.pair)
    long = await last(ask_blindly(app, who, MODEL, ("q4_0", 0), "sea " * 1200))  # ten thousand took all of the memory
    assert "at most 1,000 are read here" in str(long.pair)
    assert long.ask["visible"]


async def test_what_is_stopped_says_so_and_offers_to_begin_again(app, who):
    """On the old page nothing but the comparison of formats could be stopped."""
    for begun, stop, again, place in (
        (leave_out(app, who, LeftOut(MODEL, "heads", 41)), "stop", "timed", "pruned"),
        (ask_blindly(app, who, MODEL, ("q4_0", 30), "Name a colour."), "stop", "ask", "pair"),
    ):
        screens = []
        async for screen in begun:
            if not screens:
                assert getattr(screen, stop)["visible"] and not getattr(screen, again)["visible"]
            screens.append(screen)
            app.visits.stop(who.visitor, SECTION)
        assert getattr(screens[-1], again)["visible"] and not getattr(screens[-1], stop)["visible"]
        assert "Stopped before" in str(getattr(screens[-1], place))
    assert app.visits.find_work(who.visitor, PAIR, BlindPair) is None


def test_the_vote_comes_before_the_names(app, who):
    info = ModelInfo(id="m", provider="p", name="M", local=True)
    forms = {"a": Form("q4_0"), "b": Form("float32")}
    pair = BlindPair(info=info, question="<img>", forms=forms, answers={"a": "<b>blue</b>", "b": "red"})
    before = draw_pair(app.show(who), pair)
    assert before.count("<h5>") == 2 and "Q4_0" not in before and "floating" not in before
    assert "<img>" not in before and "<b>" not in before
    app.visits.keep(who.visitor, PAIR, pair)
    assert 'role="alert"' in str(reveal(app, who, "c").verdict)
    after = reveal(app, who, "a")
    assert "Q4_0" in str(after.pair) and "You preferred" in str(after.verdict) and "1 of 1" in str(after.verdict)
    again, tally = vote(app.visits, who.visitor, "b")
    assert again.vote == "a" and tally.shown == {"q4_0": 1, "float32": 1}, "one vote a pair"
    assert app.visits.find_work(who.visitor, TALLY, Tally) == tally
    with pytest.raises(PlaygroundError):
        vote(app.visits, "somebody else", "a")


@pytest.mark.long
async def test_the_real_model_against_a_smaller_form(app, who):
    screens = [one async for one in ask_blindly(app, who, MODEL, ("q4_0", 30), "Name a colour.")]
    assert str(screens[-1].pair).count("<h5>") == 2 and "Q4_0" not in str(screens[-1].pair)
    assert screens[-1].better_a["visible"] and not screens[-1].ask["visible"]
    assert "Q4_0" in str(reveal(app, who, "neither").pair)
    for kind in ("heads", "layers"):
        markup = await left_out(app, who, MODEL, kind, 10)
        assert 'data-sparsity="0.10"' in markup and f"without the 10% of {kind}" in markup
    timed = await left_out(app, who, MODEL, "layers", 10, timed=True)
    assert "Ready in" in timed and timed.count("<small>PyTorch") == 2


def test_the_table_says_what_was_measured_and_what_was_not(app, who):
    info = ModelInfo(id="m", provider="p", name="M<b>", local=True)
    size = FormSize(bytes=538_060_032, sparse=None, numbers=134_515_008, whole=134_515_008)
    seen = {"en": Foreseen(perplexity=44.2, bits_per_byte=1.284), "es": Foreseen(perplexity=2e7, bits_per_byte=9.9)}
    whole = ShrunkForm(
        info=info,
        form=Form("float32"),
        size=size,
        foreseen=seen,
        answers=("Paris<i>",),
        cost=FormCost(engine="PyTorch", load=0.84, memory=612_000_000, speed=27.4),
    )
    packed = replace(
        whole,
        form=Form("q4_0"),
        size=replace(size, bytes=75_785_472),
        cost=Failure("unsupported_request.form_engine", {"model": "M<b>"}),
    )
    markup = draw_forms(app.show(who), (whole, packed), ("Capital?",), "Q8_0")
    assert (
        "538\N{NO-BREAK SPACE}MB" in markup
        and "75.8\N{NO-BREAK SPACE}MB" in markup
        and "14.1%" in markup
        and "612\N{NO-BREAK SPACE}MB" in markup
    )
    assert "27 <small>PyTorch" in markup and "0.8 s" in markup and "1.284 bits a byte" in markup and "> 10⁶" in markup
    assert "so its speed is not measured" in markup and "Now measured: Q8_0" in markup
    assert markup.count("Paris&lt;i&gt;") == 1 and "<b>" not in markup and "<i>" not in markup


def test_what_was_left_out_has_its_costs_where_they_were_measured(app, who):
    info = ModelInfo(id="m", provider="p", name="M", local=True)
    size = FormSize(bytes=8, sparse=None, numbers=1_234_567, whole=2_000_000)
    seen = {"en": Foreseen(perplexity=44.2, bits_per_byte=1.284), "es": Foreseen(perplexity=39.3, bits_per_byte=1.9)}
    whole = ShrunkForm(info=info, form=Form("float32"), size=size, foreseen=seen, answers=("Paris",))
    less = replace(whole, form=Form("layers", 0.3))
    untimed = draw_pruned(app.show(who), (whole, less), ("Capital?",))
    assert "Ready in" not in untimed and "Of 2,000,000 numbers 1,234,567 are left" in untimed
    cost = FormCost(engine="PyTorch", load=2.2, memory=694_000_000, speed=17)
    timed = draw_pruned(app.show(who), (replace(whole, cost=cost), replace(less, cost=cost)), ("Capital?",))
    assert timed.count("694\N{NO-BREAK SPACE}MB") == 2 and "Tokens a second" in timed and "2.2 s" in timed


def test_votes_are_counted():
    forms = {"a": Form("float32"), "b": Form("heads", 0.3)}

    def pair(chosen):
        return BlindPair(info=None, question="?", forms=forms, answers={"a": "", "b": ""}, vote=chosen)  # type: ignore[arg-type]

    tally = NO_VOTES.with_vote(pair("b")).with_vote(pair("neither"))
    assert (
        tally.preferred == {"heads-0.30": 1} and tally.shown == {"float32": 2, "heads-0.30": 2} and tally.neither == 1
    )


def test_forms_by_name():
    assert form_of("int8", 0.5) == Form("int8") and form_of("heads", 0.333) == Form("heads", 0.33)
    for name, share in (
        ("nothing", 0),
        ("weights", 1),
        ("weights", 1.5),
        ("layers", -0.1),
        ("heads", True),
        ("heads", "x"),
    ):
        with pytest.raises(FormError):
            form_of(name, share)
    with pytest.raises(ValueError, match="share"):
        Form("weights", 1.0)
    with pytest.raises(ValueError, match="share"):
        Form("q8_0", 0.5)


async def test_formats_that_were_compared_are_drawn_in_another_language_without_being_measured(app, who, monkeypatch):
    info = ModelInfo(id="m", provider="p", name="M", local=True)
    size = FormSize(bytes=8, sparse=None, numbers=4, whole=4)
    whole = ShrunkForm(info=info, form=Form("float32"), size=size, foreseen={}, answers=("Paris",) * 3, cost=None)

    async def formats(*asked):
        yield whole

    monkeypatch.setattr(events, "compare_formats", formats)
    drawn = DrawnForms()
    screen = await last(compare(app, who, MODEL, drawn))
    assert drawn.find(who.visitor, screen.shown) == ((whole,), questions(who))
    assert drawn.find("somebody else", screen.shown) is None


@pytest.mark.long
async def test_every_format_of_the_real_model(app, who):
    screens = [one async for one in compare(app, who, MODEL)]
    markup = str(screens[-1].shown)
    assert [f'data-form="{name}"' in markup for name in FORMATS] == [True] * len(FORMATS)
    names = [f"{WRITER}\n{name}" for name in FORMATS]
    found = [replace(app.visits.forms.get(name), cost=app.visits.costs.get(name)) for name in names]
    assert all(isinstance(one, ShrunkForm) and isinstance(one.cost, FormCost) for one in found)
    for one in found:
        print(one.form.key, one.size, one.foreseen, one.cost)  # for docs/measurements.md
    largest = sorted(found, key=lambda one: -one.size.bytes)
    assert [one.form.name for one in largest] == ["float32", "bfloat16", "q8_0", "int8", "q4_1", "q4_0"], (
        "a scale for every 32 numbers takes more than one for each row"
    )
    seen = [one.foreseen["en"].perplexity for one in found]
    assert seen[1] == pytest.approx(seen[0], rel=0.02) and seen[3] == pytest.approx(seen[0], rel=0.02)
    assert markup.count("<tr data-form=") == 6
