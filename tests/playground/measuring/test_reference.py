"""Reference metrics against the values that their reference implementations publish, and bad input by name."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from playground.measuring import metrics
from playground.measuring.errors import MeasuringError, UnusableReferences
from playground.measuring.metrics import calibration, judge, meteor
from playground.measuring.reference import NEEDS, Labels, Likelihoods, Measured, Plain, Probabilities, Texts, Vectors
from playground.measuring.statistics import cohen_kappa, holm, items_to_tell

SACREBLEU = Texts(  # the example of sacrebleu's README
    candidates=("The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."),
    references=(
        ("The dog bit the man.", "The dog had bit the man."),
        ("It was not unexpected.", "No one was surprised."),
        ("The man bit him first.", "The man had bitten the dog."),
    ),
)
GUIDE = "It is a guide to action which ensures that the military always obeys the commands of the party"
GUIDED = (
    "It is a guide to action that ensures that the military will forever heed Party commands",
    "It is the guiding principle which guarantees the military forces always being under the command of the Party",
    "It is the practical guide for the army always to heed the directions of the party",
)


def one(candidate: str, *references: str, language: str = "en") -> Texts:
    return Texts(candidates=(candidate,), references=(references,), language=language)


def value(name: str, given: object) -> float:
    found = metrics.apply_metric(name, given)  # type: ignore[arg-type]
    assert found.value is not None
    return found.value


def test_every_reference_metric_keeps_the_contract():
    told = {
        "texts": one("the cat", "the cat sat"),
        "vectors": Vectors(candidates=np.ones((1, 3)), references=(np.eye(3),)),
        "labels": Labels(expected=("a", "b"), predicted=("a", "a")),
        "probabilities": Probabilities(happened=(True, False), said=(0.9, 0.2)),
        "plain": Plain(texts=("the cat sat on the mat",)),
        "likelihoods": Likelihoods(logprobs=((-1.0, -2.0),), sizes=(4,)),
    }
    assert set(told) == set(NEEDS)
    for name in metrics.reference_names():
        traits = metrics.reference_metric(name).TRAITS
        found = metrics.apply_metric(name, told[traits.needs])
        assert isinstance(found, Measured)
        for number in (found.value, *found.items):
            if number is not None:
                assert traits.low is None or number >= traits.low
                assert traits.high is None or number <= traits.high
    wanted = {"bleu", "chrf", "rouge", "rouge_1", "rouge_2", "meteor", "semantic", "exact", "token_f1", "accuracy"}
    wanted |= {
        "precision",
        "recall",
        "specificity",
        "f1",
        "confusion",
        "roc_auc",
        "calibration",
        "distinct",
        "repetition",
    }
    assert wanted <= set(metrics.reference_names())
    with pytest.raises(MeasuringError):
        metrics.reference_metric("contains")
    with pytest.raises(UnusableReferences, match="needs"):
        metrics.apply_metric("bleu", told["labels"])


def test_bleu_and_chrf_are_sacrebleus():
    found = metrics.apply_metric("bleu", SACREBLEU)
    assert found.value == pytest.approx(48.53, abs=0.005)
    said = [found.parts[f"precision_{order}"] for order in (1, 2, 3, 4)]
    assert said == pytest.approx([82.4, 50.0, 45.5, 37.5], abs=0.05)
    assert found.parts["brevity"] == pytest.approx(0.943, abs=5e-4)
    assert (found.parts["length"], found.parts["reference_length"]) == (17, 18)
    assert found.items[0] == pytest.approx(100)
    assert value("chrf", SACREBLEU) == pytest.approx(59.73, abs=0.005)


def test_references_may_be_unequal_in_number():
    some = Texts(candidates=("a b c d", "e f g h"), references=(("a b c d",), ("x", "e f g h")))
    assert value("bleu", some) == pytest.approx(100)


def test_chrfs_parts_make_its_score():
    found = metrics.apply_metric("chrf", one("the cat sat on a mat", "a cat sat on the mat"))
    precision, recall = found.parts["precision"], found.parts["recall"]
    assert found.value == pytest.approx(5 * precision * recall / (4 * precision + recall), abs=0.01)


@pytest.mark.parametrize(
    ("name", "reference", "candidate", "precision", "recall", "f1"),
    [  # rouge-score's own tests
        ("rouge_1", "testing one two", "testing", 1, 1 / 3, 1 / 2),
        ("rouge_2", "testing one two", "testing one", 1, 1 / 2, 2 / 3),
        ("rouge", "testing one two", "testing one", 1, 2 / 3, 4 / 5),
        ("rouge", "testing one two", "testing two", 1, 2 / 3, 4 / 5),
    ],
)
def test_rouge_is_rouge_scores(name, reference, candidate, precision, recall, f1):
    found = metrics.apply_metric(name, one(candidate, reference))
    assert found.value == pytest.approx(f1)
    assert (found.parts["precision"], found.parts["recall"]) == pytest.approx((precision, recall))


def test_meteor_is_nltks():
    found = metrics.apply_metric("meteor", one(GUIDE, *GUIDED))
    assert found.value == pytest.approx(0.6944, abs=5e-5)  # nltk's documentation
    assert value("meteor", one("non matching hypothesis", "this is a cat")) == 0
    assert {"meteor_without_meaning", "meteor_with_meaning"} & set(found.notes)


def test_meteors_parts_make_its_score():
    found = meteor.measure(one("the cats were sitting there", "the cat sat there"))
    it = found.parts
    matched = it["as_they_stand"] + it["by_stem"] + it["by_meaning"]
    assert (it["as_they_stand"], it["by_stem"]) == (2, 1)
    mean = it["precision"] * it["recall"] / (0.9 * it["precision"] + 0.1 * it["recall"])
    assert found.value == pytest.approx(mean * (1 - 0.5 * (it["pieces"] / matched) ** 3))


def test_meteor_says_when_meaning_is_not_looked_at_in_spanish():
    found = metrics.apply_metric("meteor", one("los gatos duermen", "el gato duerme", language="es"))
    assert "meteor_without_meaning" in found.notes
    assert found.parts["by_stem"] == 2


def test_token_f1_and_exact_are_squads():
    assert value("exact", one("The Nile.", "nile")) == 1
    assert value("token_f1", one("the big red cat", "a red cat sat")) == pytest.approx(2 / 3)
    assert value("token_f1", one("", "cat")) == 0


def test_semantic_takes_the_nearest_reference():
    given = Vectors(candidates=np.array([[1.0, 0.0]]), references=(np.array([[0.0, 1.0], [3.0, 4.0]]),))
    assert value("semantic", given) == pytest.approx(0.6)


SKLEARN = Labels(expected=("0", "1", "2", "0", "1", "2"), predicted=("0", "2", "1", "0", "0", "1"))


@pytest.mark.parametrize(
    ("name", "macro", "micro"), [("precision", 0.22, 0.33), ("recall", 0.33, 0.33), ("f1", 0.26, 0.33)]
)
def test_labels_are_scikit_learns(name, macro, micro):
    """The examples of its documentation."""
    found = metrics.apply_metric(name, SKLEARN)
    assert (found.parts["macro"], found.parts["micro"]) == pytest.approx((macro, micro), abs=0.01)
    assert found.value == found.parts["macro"]


def test_specificity_is_recall_of_the_others():
    from sklearn.metrics import recall_score

    found = metrics.apply_metric("specificity", SKLEARN)
    for name, row in found.table.items():
        right, said = [one != name for one in SKLEARN.expected], [one != name for one in SKLEARN.predicted]
        assert row["value"] == pytest.approx(recall_score(right, said))


def test_confusion_is_scikit_learns():
    given = Labels(
        expected=("cat", "ant", "cat", "cat", "ant", "bird"), predicted=("ant", "ant", "cat", "cat", "ant", "cat")
    )
    rows = metrics.apply_metric("confusion", given).table
    assert [[rows[a][b] for b in ("ant", "bird", "cat")] for a in ("ant", "bird", "cat")] == [
        [2, 0, 0],
        [0, 0, 1],
        [1, 0, 2],
    ]


def test_an_answer_that_is_no_class_is_wrong_and_counted():
    given = Labels(expected=("a", "b"), predicted=("a", ""), classes=("a", "b"))
    assert value("accuracy", given) == 0.5
    assert metrics.apply_metric("confusion", given).table["b"][""] == 1


def test_classes_that_never_occur_are_told():
    given = Labels(expected=("a", "a"), predicted=("a", "b"), classes=("a", "b", "c"))
    assert given.absent == ("b", "c")
    for name in ("precision", "recall", "f1"):
        assert "absent_class" in metrics.apply_metric(name, given).notes


def test_auc_is_scikit_learns():
    found = metrics.apply_metric(
        "roc_auc", Probabilities(happened=(False, False, True, True), said=(0.1, 0.4, 0.35, 0.8))
    )
    assert found.value == 0.75
    assert found.curve[0] == (0, 0)
    assert found.curve[-1] == (1, 1)
    with pytest.raises(UnusableReferences, match="one_class"):
        metrics.apply_metric("roc_auc", Probabilities(happened=(True, True), said=(0.1, 0.4)))


def test_calibration_is_that_of_guo_et_al():
    """The example of torchmetrics' BinaryCalibrationError, the formula of Guo et al. 2017 with two bins."""
    given = Probabilities(happened=(False, False, True, True, True), said=(0.25, 0.25, 0.55, 0.75, 0.75))
    found = calibration.expected_error(given, 2)
    assert found.value == pytest.approx(0.29)
    assert found.curve == (pytest.approx((0.25, 0)), pytest.approx((0.6833, 1), abs=1e-3))


def test_calibrations_diagram_is_scikit_learns():
    said = (0.1, 0.2, 0.3, 0.4, 0.65, 0.7, 0.8, 0.9, 1.0)  # its documentation of calibration_curve
    given = Probabilities(happened=(False,) * 4 + (True,) * 5, said=said)
    points = (pytest.approx((0.2, 0)), pytest.approx((0.525, 0.5)), pytest.approx((0.85, 1)))
    assert calibration.expected_error(given, 3).curve == points


def test_perplexity_and_its_kin_are_of_all_tokens_together():
    given = Likelihoods(logprobs=((-log(2), -log(4)), (-log(8),)), sizes=(6, 6))
    assert value("cross_entropy", given) == pytest.approx(2 * log(2))
    assert value("perplexity", given) == pytest.approx(4)
    assert value("bits_per_byte", given) == pytest.approx(6 / 12)
    assert metrics.apply_metric("perplexity", given).items == pytest.approx((8**0.5, 8))


def test_distinct_and_repetition():
    assert metrics.apply_metric("distinct", Plain(texts=("a b a b",))).parts == pytest.approx(
        {"distinct_1": 0.5, "distinct_2": 2 / 3, "distinct_3": 1}
    )
    assert value("repetition", Plain(texts=("a b c d a b c d",))) == pytest.approx(1 / 5)
    assert value("repetition", Plain(texts=("a b",))) == 0
    assert metrics.apply_metric("distinct", Plain(texts=("a",))).value is None


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (lambda: Texts(candidates=("a",), references=((),)), "references"),
        (lambda: Texts(candidates=("a",), references=((" ",),)), "references"),
        (lambda: Texts(candidates=("a", "b"), references=(("a",),)), "unequal"),
        (lambda: Texts(candidates=(), references=()), "items"),
        (lambda: Labels(expected=("a",), predicted=("a", "b")), "unequal"),
        (lambda: Probabilities(happened=(True,), said=(1.5,)), "probability"),
        (lambda: Plain(texts=()), "items"),
    ],
)
def test_what_cannot_be_compared_is_named(made, reason):
    with pytest.raises(UnusableReferences) as caught:
        made()
    assert caught.value.reason == reason


def test_a_set_of_one_is_told():
    for name in metrics.reference_names("texts"):
        assert "one_item" in metrics.apply_metric(name, one("a b c", "a b c d")).notes


def test_holm_is_rs():
    assert holm((0.01, 0.02, 0.03, 0.04, 0.05)) == pytest.approx((0.05, 0.08, 0.09, 0.09, 0.09))  # p.adjust
    assert holm((0.01, 0.04, 0.03, 0.005)) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm(()) == ()


def test_kappa_is_scikit_learns():
    one = ["negative", "positive", "negative", "neutral", "positive"]
    assert cohen_kappa(one, ["negative", "positive", "negative", "neutral", "negative"]) == pytest.approx(0.6875)
    assert cohen_kappa(["a", "a"], ["a", "a"]) is None


def test_items_to_tell_is_connors():
    """0.125 against 0.25 discordant, α 0.05, power 0.9: 248 (Duffy 1984; R's MESS::power_mcnemar_test)."""
    differences = [1.0] * 4 + [-1.0] * 2 + [0.0] * 10
    assert items_to_tell(differences, power=0.9) == pytest.approx(248, abs=1)
    assert items_to_tell([0.0, 1.0, -1.0]) is None
    assert items_to_tell([0.1, 0.3]) is not None


@pytest.mark.parametrize(
    ("said", "vote"),
    [
        ("A", "first"),
        ("**B**", "second"),
        ("tie", "tie"),
        ("Empate.", "tie"),
        ("Answer B is better than answer A, so: B", "second"),
        ("A better one would be shorter. I choose B", "second"),
        ("I like a good answer", None),
        ("", None),
    ],
)
def test_a_verdict_is_read(said, vote):
    assert judge.read_verdict(said) == vote


async def test_a_judge_that_favours_a_place_gives_ties():
    async def always_a(messages):
        return "A"

    found = await judge.judge(judge.Pair(question="?", first="x", second="y"), "", "en", always_a)
    assert (found.vote, found.by_place) == ("tie", True)


async def test_judgements_and_their_agreement_with_a_person():
    async def longer(messages):
        text = messages[0].text
        first = text.split("[Answer A]")[1].split("[End")[0]
        second = text.split("[Answer B]")[1].split("[End")[0]
        return "A" if len(first) > len(second) else "B"

    pairs = [
        judge.Pair(question="?", first="long answer", second="s"),
        judge.Pair(question="?", first="s", second="longer"),
    ]
    found = [await judge.judge(pair, "", "en", longer) for pair in pairs]
    told = judge.sum_judgements(found, ["first", "second"])
    assert (told.value, told.judged, told.by_place, told.kappa) == (0.5, 2, 0, 1.0)
    with pytest.raises(UnusableReferences):
        judge.sum_judgements(found, ["first"])
