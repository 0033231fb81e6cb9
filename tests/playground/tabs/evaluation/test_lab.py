"""The microscope, many answers, and what a comparison took: without a page, without a model."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest

from playground.measuring import energy
from playground.measuring.extract import Extraction
from playground.measuring.items import Item
from playground.measuring.outcomes import Cell, Outcome
from playground.measuring.store import ColumnDescription, RunDescription
from playground.measuring.tasks import load
from playground.tabs.evaluation.lab import many, microscope
from playground.tabs.evaluation.lab.comparison import comparison, place_of
from playground.tabs.evaluation.lab.sureness import sureness
from providers.errors import Failure, InputError
from providers.types import Usage

SENTIMENT = load("sentiment", "en")
GPT = "openai/gpt-4o"


class TestMicroscope:
    @pytest.mark.parametrize("language", ["en", "es"])
    def test_a_paraphrase_scores_low_and_a_fluent_error_high(self, language):
        by_name = {one.name: one for one in microscope.microscope_examples(language)}
        good, wrong = (
            microscope.examine(one.candidate, one.references, language).found
            for one in (by_name["paraphrase"], by_name["negation"])
        )
        for name in ("bleu", "chrf", "rouge", "rouge_1", "token_f1"):
            assert (good[name].value or 0) < 0.5 * (wrong[name].value or 0), name

    def test_words_are_marked_by_the_longest_run_that_a_reference_shares(self):
        words = microscope.matched_words("The cat sat, quietly there", ("the cat sat down", "there it is"))
        assert [word.order for word in words] == [3, 3, 3, 0, 1]
        assert "The cat sat, quietly there"[words[1].start : words[1].end] == "cat"

    def test_without_references_the_metrics_that_need_them_fail_by_name_and_the_rest_stands(self):
        found = microscope.examine("a text that stands alone", ("", " "), "en")
        assert {failure.key for failure in found.failed.values()} == {"input_error.references"}
        assert {"distinct", "repetition"} == set(found.found)

    @pytest.mark.parametrize("hostile", ["", "\x00", "🙂" * 20, "a" * 1900, "\u202e?!", "<b>"])
    def test_hostile_texts(self, hostile):
        found = microscope.examine(hostile, ("a reference", hostile), "es")
        assert found.found or found.failed


class TestMany:
    def test_labels_probabilities_texts_and_plain(self):
        for needs, said, right in (
            ("labels", ["a", "b"], ["a", "a"]),
            ("probabilities", ["80 %", "0,1"], ["yes", "no"]),
            ("texts", ["the cat"], ["a cat | the cat"]),
            ("plain", ["one two three"], []),
        ):
            found = many.measure_many(many.given_of(needs, said, right, "en"), needs)
            assert found.found and not found.failed, needs
            assert found.count == len(said)

    def test_one_that_fails_leaves_the_others_standing(self):
        found = many.measure_many(many.given_of("probabilities", ["0.5"], ["1"], "en"), "probabilities")
        assert set(found.failed) == {"roc_auc"}
        assert "calibration" in found.found

    @pytest.mark.parametrize(
        ("said", "right", "key"),
        [(["x"], ["1"], "probability"), (["0.5"], ["maybe"], "happened"), (["0.5"], ["1", "0"], "unequal")],
    )
    def test_what_cannot_be_read(self, said, right, key):
        with pytest.raises(InputError) as caught:
            many.given_of("probabilities", said, right, "en")
        assert caught.value.key == f"input_error.{key}"


def description(*refs: str, local: bool = True, **details: object) -> RunDescription:
    columns = tuple(ColumnDescription(key=ref, label=ref, model=ref) for ref in refs)
    places = {
        ref: {"local": local, "provider": ref.partition("/")[0], "id": ref.partition("/")[2], "name": ref}
        for ref in refs
    }
    return RunDescription(
        tasks="sentiment",
        language="en",
        kind="label",
        metric="exact",
        items=SENTIMENT.items[:40],
        columns=columns,
        baseline=refs[0],
        measurement="comparison",
        details={"places": places, **details},
    )


def answered(score: float, **values: object) -> Outcome:
    found = Extraction("positive", 0, 8, "only")
    given = {"usage": Usage(input_tokens=10, output_tokens=50), "seconds": 2.0, "computing": 1.0, **values}
    return Outcome(text="positive", extraction=found, score=score, calls=1, done=True, **given)


class TestComparison:
    def outcomes(self, *refs: str, **values: object) -> dict[Cell, Outcome]:
        """The first is right on all, the second on half, the third on none."""
        return {
            Cell(ref, item.id): answered(float(place == 0 or (place == 1 and number % 2 == 0)), **values)
            for place, ref in enumerate(refs)
            for number, item in enumerate(SENTIMENT.items[:40])
        }

    def test_p_is_corrected_for_the_number_of_models(self):
        refs = ("scripted/a", "scripted/b", "scripted/c")
        first, second, third = comparison(description(*refs), self.outcomes(*refs))
        assert first.corrected is None and first.needed is None
        assert second.found.comparison is not None and third.found.comparison is not None
        assert third.found.comparison.p < second.found.comparison.p
        assert third.corrected == pytest.approx(2 * third.found.comparison.p)
        assert second.corrected == pytest.approx(second.found.comparison.p)
        assert second.needed is not None and second.needed > (third.needed or 0)

    def test_what_left_this_computer(self):
        here, away = description("scripted/a"), description("scripted/a", local=False)
        found = [comparison(one, self.outcomes("scripted/a"))[0] for one in (here, away)]
        assert (found[0].requests, found[0].sent) == (0, 0)
        assert (found[1].requests, found[1].sent) == (40, 400)
        assert place_of(away, "unknown/model").local is False

    def test_a_service_that_ecologits_knows_has_a_range_and_an_unknown_one_none(self):
        found = comparison(description(GPT, local=False), self.outcomes(GPT))[0].energy
        assert found is not None and not found.measured
        assert 0 < found.low_wh < found.high_wh and 0 < found.low_g < found.high_g
        assert comparison(description("scripted/a", local=False), self.outcomes("scripted/a"))[0].energy is None

    def test_this_computers_energy_is_shared_out_by_time(self):
        kept = [{"kwh": 0.002, "seconds": 60, "measured": False}]
        refs = ("scripted/a", "scripted/b")
        one, other = comparison(description(*refs, energy=kept), self.outcomes(*refs))
        assert one.energy == other.energy and one.energy is not None
        assert (one.energy.low_wh, one.energy.high_wh) == (0.5, 2.0)
        measured = comparison(description(*refs, energy=[{**kept[0], "measured": True}]), self.outcomes(*refs))[
            0
        ].energy
        assert measured is not None and measured.measured
        assert measured.high_wh - measured.low_wh < one.energy.high_wh - one.energy.low_wh

    def test_a_part_that_was_killed_leaves_the_energy_unknown(self):
        kept = [{"kwh": 0.002, "seconds": 60, "measured": False}, {}]
        (line,) = comparison(description("scripted/a", energy=kept), self.outcomes("scripted/a"))
        assert line.energy is None


class TestSureness:
    """Three questions with two labels: sure and right, sure and wrong, unsure and right."""

    SHARES = (0.9, 0.8, 0.6)
    RIGHT = (True, False, True)
    ASKED = replace(
        description("a"),
        items=tuple(Item(id=str(n), question="?", answer="yes", choices=("yes", "no")) for n in range(3)),
    )

    def outcomes(self) -> dict[Cell, Outcome]:
        found = {}
        for item, share, right in zip(self.ASKED.items, self.SHARES, self.RIGHT, strict=True):
            shares = (share, 1 - share) if right else (1 - share, share)
            trace = [
                {"option": name, "share": one, "value": one} for name, one in zip(item.choices, shares, strict=True)
            ]
            found[Cell("a", item.id)] = answered(float(right), trace=trace)
        return found

    def test_calibration_is_of_the_option_chosen_and_the_curve_of_every_option(self):
        found = sureness(self.ASKED, self.outcomes(), "a")
        assert found is not None and (found.answers, found.options) == (3, 6)
        assert found.error == pytest.approx((0.1 + 0.8 + 0.4) / 3)  # each alone in its step
        # right 0.9, 0.2, 0.6 against wrong 0.1, 0.8, 0.4: of nine pairs six are the right way round
        assert found.auc == pytest.approx(6 / 9)
        assert found.roc is not None and (found.roc.curve[0], found.roc.curve[-1]) == ((0, 0), (1, 1))

    def test_letters_name_the_options_of_a_choice(self):
        lettered = replace(self.ASKED, kind="choice", items=tuple(replace(one, answer="A") for one in self.ASKED.items))
        found = sureness(lettered, self.outcomes(), "a")
        assert found is not None and found.auc == pytest.approx(6 / 9)

    def test_nothing_of_written_answers_and_of_failed_ones(self):
        failed = {cell: replace(one, failure=Failure("x", {})) for cell, one in self.outcomes().items()}
        written = {Cell("a", "0"): answered(1.0, trace={"steps": []})}
        for outcomes in (written, failed, {}):
            assert sureness(self.ASKED, outcomes, "a") is None
        assert sureness(self.ASKED, self.outcomes(), "b") is None

    def test_where_every_option_is_right_there_is_no_curve(self):
        only = replace(self.ASKED, items=(replace(self.ASKED.items[0], choices=("yes",)),))
        trace = [{"option": "yes", "share": 1.0, "value": 0.0}]
        found = sureness(only, {Cell("a", "0"): answered(1.0, trace=trace)}, "a")
        assert found is not None and found.roc is None and found.auc is None and found.error == 0


async def test_the_tracker_asks_nothing_of_the_net(monkeypatch):
    asked: list[object] = []

    def refuse(self: object, address: object) -> None:
        asked.append(address)
        raise OSError("no net")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    followed = energy.Tracking()
    async with energy.tracking(followed):
        pass
    clean, dirty = energy.carbon_intensities()
    assert energy.service_energy("openai", "gpt-4o", [answered(1.0)]) is not None
    assert asked == []
    assert followed.found is not None and followed.found.kwh >= 0
    assert 0 < clean < dirty
