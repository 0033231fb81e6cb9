"""What the tab draws: answers with their citations, passages, and a page of a document."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.asking.reply import Reply, Sent
from playground.page.parts.render import Renderer
from playground.tabs.rag.lab.answering.prompt import GroundedPrompt
from playground.tabs.rag.lab.documents import (
    DocumentPage,
    RetrievalResult,
)
from playground.tabs.rag.lab.index.projection import Projection
from playground.tabs.rag.page.drawing import answers, claims, files, inside
from playground.tabs.rag.page.drawing.figures import plot_map
from playground.tabs.rag.page.drawing.marked import draw_document_text
from playground.tabs.rag.page.drawing.passages import draw_passage_scores, draw_passages
from playground.tabs.rag.page.drawing.reader import draw_page
from playground.tabs.rag.visit.values import Answered
from playground.text import texts
from providers.types import Progress, Sampling, Timing, Usage
from tests.playground.page.markup import Seen
from tests.playground.tabs.rag.drawn_documents import (
    CHUNK,
    EMBEDDING,
    HOSTILE,
    PAGE,
    PASSAGE,
    STORED,
    TEXT,
    hostile_ingest,
    hostile_passage,
    hostile_turn,
    sentence,
)


@pytest.mark.parametrize(
    "drawn",
    [
        lambda show: answers.draw_turn(show, hostile_turn(), {}, 0),
        lambda show: claims.draw_claims(show, claims.Claims(text=f"{HOSTILE} [1]", passages=[hostile_passage()])),
        lambda show: draw_passages(show, RetrievalResult(question=HOSTILE, passages=(hostile_passage(),)), {}),
        lambda show: draw_passages(
            show,
            RetrievalResult(
                question="", passages=(replace(PASSAGE, chunk=replace(CHUNK, text=HOSTILE, start=0, end=len(HOSTILE))),)
            ),
            {("d1", 1): DocumentPage(number=1, text=HOSTILE * 2)},
        ),
        lambda show: draw_page(
            show,
            replace(STORED, name=HOSTILE, digest=HOSTILE),
            DocumentPage(number=1, text=HOSTILE, label=HOSTILE),
            3,
            9,
        ),
        lambda show: inside.draw_chunks(show, [hostile_passage().chunk]),
        lambda show: inside.draw_neighbours(show, hostile_passage().chunk, [(hostile_passage().chunk, 0.5)]),
        lambda show: files.draw_documents(
            show, [replace(STORED, name=HOSTILE, digest=HOSTILE, format=HOSTILE, language=HOSTILE)], ()
        ),
        lambda show: files.draw_offer(
            show, replace(EMBEDDING, name=HOSTILE), HOSTILE, replace(EMBEDDING, id=HOSTILE, name=HOSTILE)
        ),
        lambda show: files.draw_ingest(show, hostile_ingest()),
        lambda show: files.draw_ingest_outcome(show, hostile_ingest()),
    ],
)
def test_what_a_document_or_a_model_says_is_text(show: Renderer, drawn: Callable[[Renderer], str]) -> None:
    seen = Seen(drawn(show))
    assert not {"img", "script", "iframe", "a", "link", "style"} & set(seen.tags)
    assert not [name for name, _ in seen.attributes if name.startswith("on") or name in ("src", "href", "style")]
    assert "onerror" in seen.text + " ".join(str(value) for _, value in seen.attributes)


class TestClaims:
    def test_what_models_mark_is_shown_and_nothing_else_is_obeyed(self, show: Renderer) -> None:
        text = "## Hours\n**Open** at `six`:\n- <b>rye</b> 2 * 3 * 4\n* ![x](http://127.0.0.1/y)"
        drawn = claims.draw_claims(show, claims.Claims(text=text))
        assert "<strong>Hours</strong>" in drawn and "<strong>Open</strong> at <code>six</code>" in drawn
        assert "• &lt;b&gt;rye&lt;/b&gt; 2 * 3 * 4" in drawn and "• ![x](http" in drawn
        assert "<img" not in drawn and "<b>" not in drawn and "<a" not in drawn

    def test_marks_that_are_cut_in_two_and_a_prompts_delimiters_are_not_shown(self, show):
        text = "<passage 1a2b3c4d> [1] **Open at six. Closed [1] on Mondays** </passage 1a2b3c4d> `2**3` 2**3 **kwargs"
        first = text.index("Closed")
        spans = [sentence(text, 0, first - 1), sentence(text, first, len(text))]
        drawn = claims.draw_claims(show, claims.Claims(text=text, passages=[PASSAGE], sentences=spans))
        said = Seen(drawn).text
        assert "passage 1a2b" not in said and "Open at six" in said and "on Mondays" in said
        assert said.count("**") == 2 and "<code>2**3</code>" in drawn, "powers stay as they are written"
        assert "<passage" not in Seen(answers._plain(Reply(model="a/b", text=text))).text

    def test_markdown_documents_are_shown_as_they_mean_it_and_others_as_they_are(self):
        assert draw_document_text("**Open** <b>", "hours.md") == "<strong>Open</strong> &lt;b&gt;"
        assert draw_document_text("f(**kwargs) # one", "code.py") == "f(**kwargs) # one"

    @pytest.mark.parametrize("page", [1, 2])
    def test_a_page_that_is_claimed_is_checked(self, show, page):
        text = f"It is 41 metres high (page {page}) [1]."
        drawn = claims.draw_claims(show, claims.Claims(text=text, passages=[PASSAGE]))
        assert ("another page: 1" in drawn) == (page == 2) and f"page {page}" in Seen(drawn).text

    def test_a_citation_is_a_button_that_names_its_passage(self, show):
        drawn = claims.draw_claims(
            show, claims.Claims(text="Built in 1874 [1][2]. Made up [9].", passages=[PASSAGE] * 2)
        )
        buttons = re.findall(r"<button[^>]*>\[(\d)\]</button>", drawn)
        assert buttons == ["1", "2"]
        assert 'data-open="d1" data-page="1" data-start="8"' in drawn and "Passage 1: cape.txt, p. 1" in drawn
        assert '<span class="cite unknown"' in drawn and "[9?]" in drawn

    @pytest.mark.parametrize(("label", "sign"), [("supported", "✓"), ("weak", "≈"), ("unsupported", "✗")])
    def test_support_is_a_sign_and_words_beside_its_colour(self, show, label, sign):
        text = "It is 41 metres high."
        one = sentence(text, 0, len(text), label=label, passage=2, score=0.5, missing=("41",))
        drawn = claims.draw_claims(show, claims.Claims(text=text, passages=[PASSAGE] * 2, sentences=[one]))
        assert f'class="claim {label}"' in drawn
        assert "passage [2], likeness 0.50 of 1" in drawn and "In no passage: 41." in drawn
        one = replace(one, differs=("negation", "word"))
        drawn = claims.draw_claims(show, claims.Claims(text=text, passages=[PASSAGE] * 2, sentences=[one]))
        assert "departs from that passage in: what is denied, a word that is not there." in drawn
        assert re.search(rf'<button[^>]*class="sign[^>]*data-open="d1" data-page="1"[^>]*>{sign}</button>', drawn)
        lost = claims.draw_claims(show, claims.Claims(text=text, sentences=[replace(one, passage=None)]))
        assert f">{sign}</span>" in lost and "data-open" not in lost

    @given(st.text(max_size=40), st.lists(st.integers(0, 40), max_size=6, unique=True))
    def test_every_character_is_there_once_and_in_order(self, text: str, cuts: list[int]) -> None:
        edges = sorted(cut for cut in cuts if cut <= len(text))
        spans = list(zip(edges[::2], edges[1::2], strict=False))
        marked = [sentence(text, start, end) for start, end in spans]
        drawn = claims.draw_claims(
            Renderer(texts(), "en"), claims.Claims(text=text, passages=[PASSAGE] * 3, sentences=marked)
        )
        said = re.sub(r'<(span|button type="button") class="sign[^>]*>.</(span|button)>', "", drawn)
        bare = [one for one in text if one not in "\r\0" and not one.isspace() and one.isprintable()]
        if not claims.citations(text, 3):
            assert [one for one in Seen(said).text if not one.isspace() and one.isprintable()] == bare
        assert said.count("<span") == said.count("</span>") == len(spans) + said.count("cite unknown")


class TestAnswers:
    def turn(self, **values: object) -> Answered:
        reply = Reply(
            model="a/b",
            text="In 1874 [1].",
            state="done",
            finish="stop",
            usage=Usage(input_tokens=9, output_tokens=4),
            timing=Timing(first_token=0.1, total=0.5),
            sampling=Sampling(seed=3),
            sent=Sent(content="<passage> the exact prompt", language="text"),
        )
        made = GroundedPrompt(messages=(), passages=(PASSAGE,))
        return Answered(
            **{"question": "When?", "reply": reply, "plain": reply, "grounded": made, "done": True, **values}
        )

    def test_both_sides_with_their_numbers_and_the_exact_prompt(self, show):
        drawn = answers.draw_turn(show, self.turn(), {}, 0)
        assert drawn.count('<section class="side') == 2
        text = Seen(drawn).text
        assert "With the documents" in text and "Without them" in text
        assert text.count("9 → 4 tokens") == 2 and text.count("seed 3") == 2
        assert text.count("<passage> the exact prompt") == 2
        assert "The passage that the model read" in text

    def test_the_citation_is_no_button_without_the_documents(self, show):
        assert len(re.findall(r'class="cite"', answers.draw_turn(show, self.turn(), {}, 0))) == 1

    @pytest.mark.parametrize(("evidence", "said"), [("weak", "may not be in"), ("none", "is not in the documents")])
    def test_what_is_not_in_the_documents_is_said(self, show, evidence, said):
        drawn = answers.draw_turn(show, self.turn(evidence=evidence), {}, 0)
        assert said in drawn and 'class="notice evidence"' in drawn
        assert 'class="notice evidence"' not in answers.draw_turn(show, self.turn(evidence="good"), {}, 0)

    def test_without_evidence_the_model_was_not_asked(self, show):
        drawn = answers.draw_turn(show, self.turn(evidence="none", reply=None, grounded=None), {}, 0)
        assert "was not asked" in drawn and drawn.count("<section") == 2

    def test_what_was_cut_and_what_was_rewritten(self, show):
        made = GroundedPrompt(messages=(), passages=(PASSAGE,), left_out=(PASSAGE, PASSAGE), forgotten=2)
        drawn = answers.draw_turn(
            show, self.turn(grounded=made, standalone="When was it built?", rewritten=True), {}, 0
        )
        assert "2 passages did not fit" in drawn and "2 earlier messages" in drawn
        assert "<q>When was it built?</q>" in drawn
        assert "<q>" not in answers.draw_turn(show, self.turn(standalone="When?"), {}, 0)

    def test_while_it_runs_it_says_what_is_waited_for(self, show):
        waiting = Reply(model="a/b", progress=Progress(stage="load"))
        assert "Loading the model" in answers.draw_turn(show, self.turn(reply=waiting, plain=None, done=False), {}, 0)
        assert "Searching" in answers.draw_turn(show, Answered(question="When?"), {}, 0)

    def test_the_signs_are_explained_once_they_are_there(self, show):
        text = "In 1874 [1]."
        assert "legend" not in answers.draw_turn(show, self.turn(), {}, 0)
        drawn = answers.draw_turn(show, self.turn(sentences=(sentence(text, 0, len(text)),)), {}, 0)
        assert drawn.count('<p class="legend">') == 1


class TestSearch:
    def test_every_score_has_its_rank_and_its_range_in_words(self, show):
        drawn = draw_passages(
            show, RetrievalResult(question="q", passages=(PASSAGE,), seconds={"embed": 0.004}), {("d1", 1): PAGE}
        )
        text = re.sub(r"\s+", " ", Seen(re.sub(r"</d[td]>", " ", drawn)).text)
        assert "rank 2 · −0.250 cosine, −1 to 1" in text and "0.900 0 to 1" in text
        assert "BM25" not in text  # that way was not used
        assert "vector 4 ms" in text

    def test_a_way_that_did_not_find_it_is_a_dash(self, show):
        assert "– <small>BM25, from 0</small>" in draw_passage_scores(show, PASSAGE, ["lexical"])

    def test_the_passage_is_marked_in_what_stands_around_it(self, show):
        drawn = draw_passages(show, RetrievalResult(question="q", passages=(PASSAGE,)), {("d1", 1): PAGE})
        assert f'Before. <mark class="found">{TEXT}</mark> After.' in drawn
        alone = draw_passages(show, RetrievalResult(question="q", passages=(PASSAGE,)), {})
        assert f'<mark class="found">{TEXT}</mark>' in alone and "Before" not in alone

    def test_nothing_found_is_said(self, show):
        assert "No passage was found" in draw_passages(show, RetrievalResult(question="q", passages=()), {})


class TestReader:
    def test_the_mark_is_exactly_the_passage(self, show):
        drawn = draw_page(show, STORED, PAGE, CHUNK.start, CHUNK.end)
        assert re.findall(r"<mark[^>]*>(.*?)</mark>", drawn) == [TEXT]
        assert "page 1 of 3" in drawn and 'data-page="2"' in drawn and 'data-page="0"' not in drawn

    @pytest.mark.parametrize(("start", "end"), [(-5, 3), (9, 2), (0, 10**9), (10**9, 10**9), (0, 0)])
    def test_what_lies_outside_of_the_page_does_no_harm(self, show, start, end):
        drawn = draw_page(show, STORED, PAGE, start, end)
        assert Seen(drawn).text.count(PAGE.text) == 1

    def test_of_a_whole_book_on_one_page_the_part_around_the_passage_is_shown(self, show):
        page = DocumentPage(number=1, text="a" * 300_000 + "NEEDLE" + "b" * 300_000)
        drawn = draw_page(show, STORED, page, 300_000, 300_006)
        assert '<mark class="found">NEEDLE</mark>' in drawn and len(drawn) < 30_000

    def test_text_from_a_picture_is_called_so(self, show):
        assert "read from a picture" in draw_page(show, STORED, replace(PAGE, read=True), 0, 0)


def test_chunks_come_leaf_by_leaf(show):
    every = [replace(CHUNK, id=f"c{number}") for number in range(120)]
    leaf = inside.draw_chunks(show, every, 60)
    assert leaf.count("<li>") == 50 and 'start="51"' in leaf and "51–100 of 120" in leaf
    assert 'data-first="0"' in leaf and 'data-first="100"' in leaf
    assert inside.draw_chunks(show, every, 10**9).count("<li>") == 20
    assert "characters 8–106" in leaf


def test_a_map_has_a_mark_a_document_and_a_star_for_the_question(show):
    chunks = [CHUNK, replace(CHUNK, document="d2", name="<b>other</b>", text=HOSTILE)]
    flat = Projection(x=np.array([0.0, 1.0]), y=np.array([1.0, 0.0]), question=(0.5, 0.5), explained=(0.3, 0.2))
    drawn = plot_map(show, chunks, flat, "<i>when</i>").to_plotly_json()
    assert [one["marker"]["symbol"] for one in drawn["data"]] == ["circle", "square", "star"]
    assert "30%" in drawn["layout"]["xaxis"]["title"]["text"] and "20%" in drawn["layout"]["yaxis"]["title"]["text"]
    written = "".join(one["name"] + one["text"][0] for one in drawn["data"])
    assert "<img" not in written and "<b>other" not in written and "<i>" not in written
