"""The search: each way, both fused, reranked, diverse; scores that agree with their definitions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from playground.tabs.rag.lab.documents import Chunk, RetrievalOptions
from playground.tabs.rag.lab.index.corpus import MemoryCorpus
from playground.tabs.rag.lab.retrieval.balance import balance
from playground.tabs.rag.lab.retrieval.diversity import diversify
from playground.tabs.rag.lab.retrieval.fusion import fuse
from playground.tabs.rag.lab.retrieval.lexical import Lexicon, Lexicons
from playground.tabs.rag.lab.retrieval.question_language import question_language
from playground.tabs.rag.lab.retrieval.retrieve import retrieve
from providers.adapters.scripted import ScriptedEmbedder, ScriptedReranker
from providers.embedding import EmbeddingInfo
from providers.errors import InputError

ENGLISH = EmbeddingInfo(id="e", provider="p", name="E", window=256, languages=("en",))
BOTH = replace(ENGLISH, languages=("en", "es"))

USUAL = RetrievalOptions()


def chunk(number: int, text: str, language: str = "en", document: str = "d") -> Chunk:
    return Chunk(
        id=f"c{number}", document=document, name="a", page=1, start=0, end=len(text), text=text, language=language
    )


CHUNKS = tuple(
    chunk(number, text, language, document)
    for number, (text, language, document) in enumerate(
        [
            ("Kittens drink milk in the morning.", "en", "d"),
            ("Kittens drink milk in the evening.", "en", "d"),
            ("The moon raises the tides.", "en", "d"),
            ("Los gatos duermen casi todo el día.", "es", "s"),
            ("La educación es un derecho de los niños.", "es", "s"),
        ]
    )
)


async def memory(chunks: Sequence[Chunk] = CHUNKS) -> MemoryCorpus:
    return MemoryCorpus(chunks, await ScriptedEmbedder().embed([one.embedded_text for one in chunks]))


async def test_ranks_and_scores_of_every_step() -> None:
    space, embedder = await memory(), ScriptedEmbedder()
    ways = RetrievalOptions(rerank=True, diverse=True, k=3, balance=0.5)
    found = await retrieve(space, embedder, "Which kittens drink milk?", ways, ScriptedReranker())
    assert found.language == "en" and found.dense_weight == 0.5
    assert set(found.seconds) == {"embed", "dense", "lexical", "fuse", "rerank", "diverse"}
    first, second, third = found.passages
    assert {first.chunk.id, second.chunk.id} >= {"c0"} and first.score == first.diverse_score
    vector = (await embedder.embed(["Which kittens drink milk?"], "question"))[0]
    for one in found.passages:
        assert one.dense_score == pytest.approx(float((await embedder.embed([one.chunk.text]))[0] @ vector), abs=1e-6)
        shares = [0.5 * 61 / (60 + rank) for rank in (one.dense_rank, one.lexical_rank) if rank is not None]
        assert one.fused_score == pytest.approx(sum(shares))
    assert first.lexical_score is not None and first.lexical_score > 0 and third.lexical_score is None
    assert first.diverse_score == pytest.approx(0.7), "the first is chosen for its relevance alone"


async def test_one_way_alone_is_not_fused() -> None:
    space = await memory()
    dense = await retrieve(space, ScriptedEmbedder(), "kittens milk", RetrievalOptions(lexical=False))
    assert dense.dense_weight == 1 and all(one.score == one.dense_score for one in dense.passages)
    assert all(one.fused_score is None and one.lexical_rank is None for one in dense.passages)
    assert [one.dense_rank for one in dense.passages] == [1, 2, 3, 4, 5]
    embedder = ScriptedEmbedder()
    lexical = await retrieve(space, embedder, "kittens milk", RetrievalOptions(dense=False))
    assert embedder.computed == 0 and lexical.dense_weight == 0 and len(lexical.passages) == 2
    assert all(one.score == one.lexical_score and one.dense_rank is None for one in lexical.passages)


async def test_files_and_k_limit_what_is_found() -> None:
    space = await memory()
    for ways in (
        RetrievalOptions(),
        RetrievalOptions(dense=False),
        RetrievalOptions(lexical=False),
        RetrievalOptions(diverse=True),
    ):
        found = await retrieve(space, ScriptedEmbedder(), "gatos kittens", replace(ways, files=("s",)))
        assert {one.chunk.document for one in found.passages} == {"s"}
        assert len((await retrieve(space, ScriptedEmbedder(), "gatos kittens", replace(ways, k=1))).passages) == 1


async def test_nothing_to_search() -> None:
    empty = await memory(())
    assert (
        await retrieve(
            empty, ScriptedEmbedder(), "kittens", RetrievalOptions(diverse=True, rerank=True), ScriptedReranker()
        )
    ).passages == ()
    with pytest.raises(InputError, match="empty"):
        await retrieve(await memory(), ScriptedEmbedder(), " \n", RetrievalOptions())
    with pytest.raises(InputError, match="choice"):
        await retrieve(await memory(), ScriptedEmbedder(), "kittens", RetrievalOptions(dense=False, lexical=False))
    assert (await retrieve(await memory(), ScriptedEmbedder(), "?", RetrievalOptions(dense=False))).passages == ()


async def test_a_question_longer_than_the_window_is_searched_by_its_words() -> None:
    question = "milk " * 300
    found = await retrieve(await memory(), ScriptedEmbedder(), question, RetrievalOptions())
    assert [note.key for note in found.notes] == ["question_long"] and found.notes[0].values["window"] == 256
    assert found.dense_weight == 0 and len(found.passages) == 2
    with pytest.raises(InputError, match="window"):
        await retrieve(await memory(), ScriptedEmbedder(), question, RetrievalOptions(lexical=False))


@given(st.permutations("abcdef"), st.permutations("cdefgh"), st.floats(0, 1))
def test_fusion_is_the_weighted_sum_of_reciprocal_ranks(dense: list[str], lexical: list[str], weight: float) -> None:
    scores = dict(fuse(dense, lexical, weight))
    for one in "abcdefgh":
        expected = weight / (60 + dense.index(one) + 1) if one in dense else 0.0
        expected += (1 - weight) / (60 + lexical.index(one) + 1) if one in lexical else 0.0
        assert scores[one] == pytest.approx(expected * 61)
    assert list(scores.values()) == sorted(scores.values(), reverse=True)
    assert [one for one, _ in fuse(dense, lexical, 0)] == [*lexical, *(one for one in dense if one not in lexical)]
    assert [one for one, _ in fuse(dense, lexical, 1)] == [*dense, *(one for one in lexical if one not in dense)]


def test_diversity_puts_a_repetition_later() -> None:
    same, other = [1.0, 0.0], [0.0, 1.0]
    vectors: NDArray[np.float32] = np.array([same, same, other], np.float32)
    chosen = diversify(np.array([1.0, 0.9, 0.8]), vectors, 3)
    assert [row for row, _ in chosen] == [0, 2, 1]
    np.testing.assert_allclose([score for _, score in chosen], [0.7, 0.56, 0.7 * 0.9 - 0.3])
    assert [row for row, _ in diversify(np.array([1.0, 0.9, 0.8]), vectors, 2, balance=1)] == [0, 1]


class TestBalance:
    def weigh(
        self, info: EmbeddingInfo, language: str, *documents: str, ways: RetrievalOptions = USUAL
    ) -> tuple[float, list[str]]:
        found = balance(ways, info, language, dict.fromkeys(documents, 10))
        return found.weight, [note.key for note in found.notes]

    def test_a_model_that_does_not_read_the_language_comes_last(self) -> None:
        assert self.weigh(ENGLISH, "en", "en") == (0.5, ["balance_equal"])
        assert self.weigh(ENGLISH, "es", "es", "en") == (0.0, ["dense_last"])
        assert self.weigh(ENGLISH, "en", "es") == (0.0, ["dense_last"])
        assert self.weigh(BOTH, "es", "es") == (0.5, ["balance_equal"])

    def test_across_languages_meaning_counts_more(self) -> None:
        weight, keys = self.weigh(BOTH, "es", "en")
        assert weight > 0.5 and keys == ["across"]

    def test_unknown_languages_count_as_read(self) -> None:
        assert self.weigh(ENGLISH, "", "es")[0] == 0.5
        assert self.weigh(replace(ENGLISH, languages=()), "es", "es")[0] == 0.5

    def test_the_visitor_decides(self) -> None:
        assert self.weigh(ENGLISH, "es", "es", ways=RetrievalOptions(balance=0.8)) == (
            0.8,
            ["dense_weak_language", "balance_chosen"],
        )
        assert self.weigh(ENGLISH, "es", "es", ways=RetrievalOptions(lexical=False)) == (1.0, ["dense_weak_language"])
        assert self.weigh(ENGLISH, "es", "es", ways=RetrievalOptions(dense=False)) == (0.0, [])


class TestWords:
    def test_stems_of_each_language(self) -> None:
        lexicon = Lexicon(CHUNKS)
        assert lexicon.search("a kitten drinking", "en", 5)[0][0] in {"c0", "c1"}
        assert [one for one, _ in lexicon.search("¿Cuánto duerme un gato?", "es", 5)] == ["c3"]
        assert [one for one, _ in lexicon.search("los derechos del niño", "es", 5)] == ["c4"]
        assert lexicon.counts() == {"en": 3, "es": 2} and lexicon.counts(("s",)) == {"es": 2}

    def test_accents_may_be_left_out(self) -> None:
        assert [one for one, _ in Lexicon(CHUNKS).search("la educacion", "es", 5)] == ["c4"]
        assert Lexicon([chunk(1, "nin\u0303o", "es")]).search("niño", "es", 5), "composed or not"

    def test_stop_words_find_nothing(self) -> None:
        assert Lexicon(CHUNKS).search("What is the of in?", "en", 5) == []
        assert Lexicon(CHUNKS).search("¿Qué es lo de los?", "es", 5) == []

    def test_scores_are_those_of_bm25(self) -> None:
        """Against the formula of Robertson and Zaragoza 2009 with Lucene's idf, written down a second time."""
        chunks = [chunk(1, "milk milk tea"), chunk(2, "tea cake"), chunk(3, "salt")]
        found = dict(Lexicon(chunks).search("milk tea", "en", 5))

        def term(frequency: int, length: int, holding: int) -> float:
            return float(
                np.log(1 + (3 - holding + 0.5) / (holding + 0.5))
                * frequency
                / (frequency + 1.5 * (0.25 + 0.75 * length / 2))
            )

        assert found == pytest.approx({"c1": term(2, 3, 1) + term(1, 3, 2), "c2": term(1, 2, 2)}, rel=1e-5)

    @given(st.lists(st.text(max_size=40), max_size=6), st.text(max_size=40))
    def test_any_text_can_be_searched(self, texts: list[str], question: str) -> None:
        chunks = [chunk(number, text, ("en", "es", "", "xx")[number % 4]) for number, text in enumerate(texts)]
        assert all(score > 0 for _, score in Lexicon(chunks).search(question, "en", 3))

    def test_few_lexicons_are_kept(self) -> None:
        kept, built = Lexicons(chunks=12), list[str]()

        def get(key: str, version: int = 1) -> None:
            kept.get(key, version, lambda: built.append(key) or Lexicon(CHUNKS))  # type: ignore[func-returns-value]

        for key in ("a", "b", "a", "c", "a", "b"):  # two of five chunks each are kept
            get(key)
        assert built == ["a", "b", "c", "b"]
        get("b", version=2)
        assert built[-2:] == ["b", "b"]


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("What is the capital?", "en"),
        ("¿Cuál es la capital?", "es"),
        ("capital de Francia", "es"),
        ("photosynthesis of plants", "en"),
        ("fotosíntesis plantas", "es"),
        ("42?", ""),
        ("Welche Stadt ist das und wo?", "de"),
    ],
)
def test_the_language_of_a_question(question: str, language: str) -> None:
    assert question_language(question, {"en": 3, "": 2, "de": 1}) == language
