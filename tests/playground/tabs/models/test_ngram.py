"""The n-gram model: its probabilities sum to 1, and they are those of the literature as nltk computes them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.tabs.models.lab.ngram import LONGEST_ORDER, Smoothed, join_words, split_words, train
from providers.errors import InputError
from providers.sampling import Sampling

BEGINNING = "<s>"
WORDS = st.lists(st.sampled_from([*"abcdef", "the", "Ñandú", ".", ","]), min_size=20, max_size=120)
HOW = st.one_of(
    st.builds(Smoothed, smoothing=st.just("add_k"), added=st.sampled_from([0.0, 0.001, 0.1, 1.0, 5.0])),
    st.builds(Smoothed, discount=st.sampled_from([0.0, 0.1, 0.5, 0.75, 1.0])),
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(WORDS, st.integers(1, LONGEST_ORDER), HOW, st.lists(st.sampled_from([*"abcdefz", "the"]), max_size=6))
def test_probabilities_sum_to_one(words, order, how, context):
    chances = train(" ".join(words), order).probabilities(context, how)
    assert chances.min() >= 0
    assert chances.sum() == pytest.approx(1, abs=1e-9)


def drawn(seed: int) -> list[str]:
    drawing = np.random.default_rng(seed)
    return [str(word) for word in drawing.choice([*"abcdefgh"], 150, p=[0.3, 0.2, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05])]


@pytest.mark.parametrize("order", [2, 3, 4, 5])
@pytest.mark.parametrize("discount", [0.1, 0.75])
def test_kneser_ney_is_nltks(order, discount):
    """The last step, a share of all words alike, is that of Jurafsky and Martin, which nltk omits."""
    from nltk.lm import KneserNeyInterpolated
    from nltk.util import everygrams

    words = drawn(order)
    model = train(" ".join(words), order)
    theirs = KneserNeyInterpolated(order, discount=discount)
    theirs.fit([list(everygrams([BEGINNING, *words], max_len=order))], vocabulary_text=[BEGINNING, *words])

    def shortest(word):
        stood, total = theirs.estimator._continuation_counts(word)
        return max(stood - discount, 0) / total + discount * len(model.words) / total / model.size

    theirs.estimator.unigram_score = shortest
    for context in [(), ("a",), ("h", "b"), *(tuple(words[place : place + order]) for place in range(0, 140, 3))]:
        ours = model.probabilities(context, Smoothed(discount=discount))
        assert list(ours[:-1]) == pytest.approx([theirs.score(word, context) for word in model.words], abs=1e-12)


def test_kneser_ney_by_hand():
    """The example of Jurafsky and Martin (section 3.8): "Kong" is more frequent, but stands after "Hong" only;
    after "reading" it is less likely than "glasses", which stands after several. The numbers are counted by hand."""
    text = "hong kong " * 4 + "my glasses her glasses his glasses see reading see reading see it see it"
    model = train(text, 2)
    chances = dict(zip(model.words, model.probabilities(["reading"], Smoothed()), strict=False))
    every = 0.75 * 9 / 14 / 10  # nine words were discounted, among 14 different pairs; shared by them and all others
    shared = 0.75 * 1 / 2  # "reading" was followed by one word, twice
    assert text.count("kong") > text.count("glasses")
    assert chances["glasses"] == pytest.approx(shared * ((3 - 0.75) / 14 + every))
    assert chances["kong"] == pytest.approx(shared * ((1 - 0.75) / 14 + every))
    assert chances["see"] == pytest.approx((2 - 0.75) / 2 + shared * ((3 - 0.75) / 14 + every))


@pytest.mark.parametrize("order", [1, 2, 3])
def test_add_k_is_nltks(order):
    from nltk.lm import Lidstone
    from nltk.util import everygrams

    words = drawn(order)
    model = train(" ".join(words), order)
    theirs = Lidstone(0.3, order)
    theirs.fit([list(everygrams(words, max_len=order))], vocabulary_text=words)
    how = Smoothed(smoothing="add_k", added=0.3)
    for place in range(0, 140, 3):
        context = tuple(words[place : place + order - 1])
        ours = model.probabilities(context, how)
        assert list(ours[:-1]) == pytest.approx([theirs.score(word, context) for word in model.words], abs=1e-12)
        assert ours[-1] == pytest.approx(theirs.score("never", context), abs=1e-12)


def test_a_word_that_the_text_lacks_has_a_share():
    model = train(TEXT, 3)
    *known, strange = model.score("the cat xylophone", Smoothed())
    assert [one.known for one in known] == [True, True] and not strange.known
    assert 0 < strange.probability < known[-1].probability


TEXT = "the cat sat on the mat. the cat ran to the door. the dog sat on the log, and the dog ran home."


def test_it_continues_what_it_counted():
    model = train(TEXT, 3)
    words = [word for word, _ in model.likeliest("then she sat on", Smoothed(), 3)]
    assert words[0] == "the"
    chances = dict(model.likeliest("sat on the", Smoothed(), 3))
    assert set(list(chances)[:2]) == {"mat", "log"}
    said, again, other = (model.generate("the cat", 40, Smoothed(), Sampling(seed=seed)) for seed in (3, 3, 4))
    assert len(split_words(said)) == 40 and set(split_words(said)) <= set(split_words(TEXT))
    assert said == again != other
    greedy = model.generate("sat on", 1, Smoothed(), Sampling(temperature=0))
    assert greedy == "the", "the sliders hold for it too"
    certain = Smoothed(smoothing="add_k", added=0.0)
    assert split_words(model.generate("the dog ran", 2, certain, Sampling(seed=1))) == ["home", "."]
    assert len(split_words(model.generate("never seen", 30, certain, Sampling(seed=1)))) == 30


def test_a_longer_order_foresees_its_own_text_better():
    figures = []
    for order in range(1, LONGEST_ORDER + 1):
        scored = train(TEXT, order).score(TEXT, Smoothed())
        figures.append(sum(np.log(one.probability) for one in scored))
    assert figures == sorted(figures)


def test_counts_are_those_of_the_text():
    model = train("a b c " * 10, 4)
    assert (model.tokens, model.words, model.size) == (30, ("a", "b", "c"), 4)
    assert model.ngram_counts == (3, 3, 3, 3)


def test_bad_texts():
    for text in ("", "   ", "too few words"):
        with pytest.raises(InputError) as short:
            train(text, 2)
        assert short.value.key == "input_error.short_training"
    for order in (0, 6, -1):
        with pytest.raises(InputError) as wrong:
            train(TEXT, order)
        assert wrong.value.values == {"highest": LONGEST_ORDER}
    with pytest.raises(InputError):
        train(TEXT, 2).score(" ", Smoothed())


def test_words_are_split_and_joined():
    text = "«¿Qué hora es?», dice Marta (en casa): don't—no."
    assert join_words(split_words(text)) == "«¿Qué hora es?», dice Marta (en casa): don't — no."
