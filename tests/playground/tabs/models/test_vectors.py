"""Meaning as vectors on the real packaged models; bad texts and words; what is worked out by hand."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator

import numpy as np
import pytest

from playground.page.parts.redrawn import is_marked
from playground.tabs.models.lab.analogies import AskedWord, embed_words, parse_words, solve_in_sentences, usual_words
from playground.tabs.models.lab.errors import VectorsError, VectorsLimit
from playground.tabs.models.lab.vectors import ComparedTexts, compare_embedded, lay_out, normalise_rows, parse_texts
from playground.tabs.models.lab.word_in_context import WordVectors, find_word
from playground.tabs.models.page.sections.vectors.api import analogy_json
from playground.tabs.models.page.sections.vectors.events import (
    compare_texts,
    ending,
    look_at_word,
    solve_words,
)
from playground.tabs.models.visit.vectors import compare, in_contexts, solve
from providers.embedding import EmbeddingInfo
from providers.errors import PlaygroundError
from tests.playground.page.markup import Seen
from tests.playground.tabs.models.conftest import ELSEWHERE, ENCODER, WRITER

BOTH = (WRITER, ENCODER)
TEXTS = ("The cat sleeps on the sofa.", "A kitten is napping on the couch.", "Shares fell sharply on Monday.")
SENTENCES = "She put her savings into the bank.\nHe asked for a loan at the bank.\nThe boat lay at the river bank."


async def drawn(screens) -> str:
    return str(getattr(last := [screen async for screen in screens][-1], "shown", last))


async def test_texts_of_like_meaning_lie_together_where_a_model_was_trained_for_that(app, who):
    found = await compare(app.visits, who.visitor, BOTH, TEXTS)
    writer, encoder = found[WRITER], found[ENCODER]
    assert isinstance(writer, ComparedTexts) and isinstance(encoder, ComparedTexts)
    np.testing.assert_allclose(np.diagonal(writer.cosines), 1, atol=1e-4)
    assert encoder.cosines[0, 1] > 0.5 > 0.2 > encoder.cosines[0, 2]
    assert writer.cosines.min() > 0.5, "a model that writes finds all texts alike: the page says so"
    assert encoder.map is not None and encoder.map.places.shape == (3, 2) and sum(encoder.map.kept) > 0.99
    async with app.reach.embedder(who.visitor, ENCODER) as embedder:
        vectors = await embedder.embed(TEXTS)
    np.testing.assert_allclose(encoder.cosines, vectors @ vectors.T, atol=2e-3)
    markup = await drawn(compare_texts(app, who, (*BOTH, ELSEWHERE), "\n".join(TEXTS)))
    assert markup.count("likenesses") == 2 and markup.count('class="text-map"') == 2 and 'role="alert"' in markup
    assert "Most alike: 1 and 2" in markup


async def test_king_and_queen(app, who):
    words = parse_words("king, woman", "man")
    found = await solve(app.visits, who.visitor, BOTH, words)
    sentences, table = found[ENCODER]
    (writer,) = found[WRITER]
    assert (sentences.space, table.space, writer.space) == ("sentence", "input", "input")
    assert writer.candidates == 49_152 and sentences.candidates >= len(usual_words())
    assert writer.answer is not None and writer.answer.text.strip().lower() == "queen"
    assert table.neighbours[0].asked and table.neighbours[0].text == "king", "an honest failure: it has hardly moved"
    assert [word.pieces for word in writer.words] == [(" king",), (" woman",), (" man",)]
    given = analogy_json(writer)
    assert given["answer"] == "queen" and given["words"][2] == {"text": "man", "added": False, "tokens": [" man"]}
    assert sum(not near["asked"] for near in given["neighbours"]) == 10
    markup = await drawn(solve_words(app, who, (*BOTH, ELSEWHERE), "king, woman", "man"))
    assert markup.count("<strong>queen</strong>") >= 1 and "went in itself" in markup and 'role="alert"' in markup
    assert markup.count("data-space=") == 3


async def test_neighbours_are_the_nearest_of_the_whole_table(app, who):
    async with app.reach.inspector(who.visitor, ENCODER) as inspector:
        table = await inspector.input_embeddings(range(len(await inspector.vocabulary())))
        found = await inspector.nearest(table[5000], 5)
    cosines = normalise_rows(table) @ normalise_rows(table[5000:5001])[0]
    assert [token.id for token, _ in found] == np.argsort(-cosines, kind="stable")[:5].tolist()
    assert [cosine for _, cosine in found] == pytest.approx(np.sort(cosines)[::-1][:5].tolist(), abs=1e-5)


async def test_a_word_in_several_contexts(app, who):
    words = find_word("bank", SENTENCES)
    found = await in_contexts(app.visits, who.visitor, BOTH, words)
    for one in found.values():
        assert isinstance(one, WordVectors)
        np.testing.assert_allclose(one.static, 1, atol=1e-5)
        assert one.contextual[-1][0, 1] > one.contextual[-1][0, 2], "money and money, before money and river"
    assert len(found[WRITER].contextual) == 30 and len(found[ENCODER].contextual) == 6
    async with app.reach.inspector(who.visitor, WRITER) as inspector:
        cut, spans = await inspector.cut(SENTENCES), await inspector.spans(SENTENCES)
        states = await inspector.states([token.id for token in cut.tokens])
    assert ["".join(SENTENCES[start:end]) for start, end in spans] == [token.piece for token in cut.tokens]
    assert states.shape == (30, len(cut.tokens), 576)
    markup = await drawn(look_at_word(app, who, (*BOTH, ELSEWHERE), "Bank", SENTENCES))
    assert markup.count("<polyline") == 6 and "<strong>bank</strong>" in markup and 'role="alert"' in markup


async def test_bad_texts_and_words(app, who):
    for lines, said in (("", "two sentences or more"), ("one\none", "fewer than 2"), ("a\n" * 3, "fewer than 2")):
        assert said in await drawn(compare_texts(app, who, BOTH, lines))
    assert "At most 16" in await drawn(compare_texts(app, who, BOTH, "\n".join(map(str, range(17)))))
    assert "at most 256 are read" in await drawn(compare_texts(app, who, (WRITER,), "word " * 300 + "\nb"))
    assert "Choose a model" in await drawn(compare_texts(app, who, (), "a\nb"))
    assert "No word is added" in await drawn(solve_words(app, who, BOTH, " , ", "king"))
    assert "At most 8" in await drawn(solve_words(app, who, BOTH, "a,b,c,d,e", "f,g,h,i"))
    assert "cannot be written" in await drawn(solve_words(app, who, (ENCODER,), "ꙮ", ""))
    assert "is not in this sentence" in await drawn(look_at_word(app, who, BOTH, "bench", SENTENCES))
    assert "Write a word" in await drawn(look_at_word(app, who, BOTH, " ", SENTENCES))
    hostile = "<img src=x onerror=window.stolen=1></figure>\n{{value}} [CLS] <|im_end|> \u202e"
    for markup in (
        await drawn(compare_texts(app, who, BOTH, hostile)),
        await drawn(solve_words(app, who, BOTH, "<img src=x onerror=window.stolen=1>", "")),
        await drawn(look_at_word(app, who, BOTH, "img", hostile.replace("\n", " ") + "\nan img")),
    ):
        seen = Seen(markup)
        assert "img" not in seen.tags and not any(name.startswith("on") for name, _ in seen.attributes)


async def test_equal_texts_and_a_single_direction_have_no_false_map(app, who):
    assert lay_out(np.ones((3, 4), np.float32)) is None
    found = lay_out(np.array([[0, 0], [1, 0]], np.float32))
    assert found is not None and found.kept == pytest.approx((1, 0)) and np.ptp(found.places[:, 1]) < 1e-9
    one = await compare(app.visits, who.visitor, (ENCODER,), ("Hello", "hello"))
    assert one[ENCODER].map is None, "its tokenizer throws capital letters away"
    assert "nothing to map" in await drawn(compare_texts(app, who, (ENCODER,), "Hello\nhello"))


def test_texts_and_words_as_they_are_typed():
    assert parse_texts(" a \n\nb\na") == ("a", "b")
    assert parse_words("king,  woman;x", "man") == (
        AskedWord(text="king", added=True),
        AskedWord(text="woman", added=True),
        AskedWord(text="x", added=True),
        AskedWord(text="man", added=False),
    )
    assert parse_words("a", "a") == (AskedWord(text="a", added=True), AskedWord(text="a", added=False))
    with pytest.raises(VectorsError):
        parse_words("", "king")
    with pytest.raises(VectorsLimit):
        find_word("a", "\n".join(f"a {number}" for number in range(7)))
    (first, _) = find_word("bank", "The embankment, a Bank.\nbank")
    assert first.sentence[first.start : first.end] == "Bank"
    for wrong in ("bench", "", "ban"):
        with pytest.raises(PlaygroundError):
            find_word(wrong, "bank\nbank 2")
    assert not re.search(r"\s", "".join(usual_words())) and {"queen", "reina"} <= set(usual_words())


async def test_sums_by_hand():
    class Two:
        info = EmbeddingInfo(id="x", provider="y", name="Z", window=8)
        given = {"a": (1, 0), "b": (0, 1), "c": (0.6, 0.8), "d": (-1, 0)}

        async def embed(self, texts):
            return np.array([self.given[text] for text in texts], np.float32)

    among = await embed_words(Two(), ("c", "d", "a"))  # type: ignore[arg-type]
    found = await solve_in_sentences(Two(), parse_words("a, b", ""), among, shown=2)  # type: ignore[arg-type]
    assert [(near.text, near.asked) for near in found.neighbours] == [
        ("c", False),
        ("a", True),
        ("b", True),
        ("d", False),
    ]
    assert found.candidates == 4 and found.neighbours[0].cosine == pytest.approx(1.4 / 2**0.5)
    alike = await compare_embedded(Two(), ("a", "c"))  # type: ignore[arg-type]
    assert alike.cosines[0, 1] == pytest.approx(0.6)


async def test_what_is_drawn_last_stays_in_another_language():
    async def growing(*drawn: str) -> AsyncGenerator[str]:
        for one in drawn:
            yield one

    drawn = [shown async for shown in ending(growing("waiting", "done"))]
    assert [is_marked(one) for one in drawn] == [False, False, True]
    assert [shown async for shown in ending(growing())] == []
