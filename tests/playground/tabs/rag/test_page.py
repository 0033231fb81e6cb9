"""The RAG tab without a browser: what it draws, that all of it is escaped, and what its handlers do and refuse."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import zipfile
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from gradio.utils import get_upload_folder
from hypothesis import given
from hypothesis import strategies as st

from playground.asking.reply import Reply, Sent
from playground.asking.upload import Rejected, Upload
from playground.measuring.summary import Comparison
from playground.page.parts import uploads
from playground.page.parts.held import hold_values
from playground.page.parts.render import Renderer
from playground.page.program import App, Who
from playground.tabs.rag.lab.answering.prompt import GroundedPrompt
from playground.tabs.rag.lab.answering.support import Sentence
from playground.tabs.rag.lab.documents import (
    OMISSION_KINDS,
    Chunk,
    DocumentPage,
    Omission,
    OmissionTotal,
    Passage,
    RetrievalResult,
)
from playground.tabs.rag.lab.index.projection import Projection
from playground.tabs.rag.lab.index.text_store import StoredDocument
from playground.tabs.rag.lab.measuring.propose import Proposed
from playground.tabs.rag.lab.measuring.questions import LabelledQuestion
from playground.tabs.rag.lab.measuring.table import RetrievalScores, Score
from playground.tabs.rag.lab.parsing.parsers import _Pool
from playground.tabs.rag.lab.parsing.reply import ParserReply, UnpackedFile
from playground.tabs.rag.lab.parsing.worker import ParserTask
from playground.tabs.rag.lab.retrieval.balance import better_reader
from playground.tabs.rag.page.drawing import answers, claims, files, inside, measures
from playground.tabs.rag.page.drawing.figures import plot_map
from playground.tabs.rag.page.drawing.marked import draw_document_text
from playground.tabs.rag.page.drawing.omissions import omission_text, page_ranges
from playground.tabs.rag.page.drawing.passages import draw_passage_scores, draw_passages
from playground.tabs.rag.page.drawing.reader import draw_page
from playground.tabs.rag.page.events.ask import answer, clear_conversation, open_conversation
from playground.tabs.rag.page.events.embedding import describe_embedding, embedding_choices, take_offer
from playground.tabs.rag.page.events.files import add, paste, read_scanned, remove
from playground.tabs.rag.page.events.inside import of_document, open_inside, show_chunks, show_map, show_neighbours
from playground.tabs.rag.page.events.listing import list_documents, offer_reader
from playground.tabs.rag.page.events.measure import ask_before_adding
from playground.tabs.rag.page.events.measure_plan import RagMeasureFields, chosen_questions, parse_sizes
from playground.tabs.rag.page.events.measure_ways import export_measures, measure_ways
from playground.tabs.rag.page.events.questions import KeptMeasures, checked_proposing, propose
from playground.tabs.rag.page.events.scans import keep_scanned
from playground.tabs.rag.page.events.search import open_page, search
from playground.tabs.rag.page.export import to_csv, to_json
from playground.tabs.rag.page.fields import RetrievalFields, checked_retrieval, stored_documents
from playground.tabs.rag.visit.values import Answered, Incomplete, Ingest, Namesake, RagRequest
from playground.text import texts
from providers.embedding import EmbeddingInfo
from providers.errors import Failure, InputError, WeightsUnavailable
from providers.types import Progress, Sampling, Timing, Usage
from tests.playground.page.drawn import last_drawn
from tests.playground.page.markup import Seen
from tests.playground.tabs.rag.lab.hostile import zipped
from tests.virtual_time import virtual

HOSTILE = '<img src=x onerror="window.stolen=1">{{value}}${value}`\'&lt;![p](http://a/b)'
TEXT = "The lighthouse of Cape Morran was built in 1874 by the engineer Adela Finch. It is 41 metres high."
PAGE = DocumentPage(number=1, text=f"Before. {TEXT} After.")
CHUNK = Chunk(
    id="c1", document="d1", name="cape.txt", page=1, start=8, end=8 + len(TEXT), text=TEXT, headings=("Cape", "Light")
)
PASSAGE = Passage(
    chunk=CHUNK,
    rank=1,
    score=0.9,
    dense_rank=2,
    dense_score=-0.25,
    lexical_rank=None,
    lexical_score=None,
    fused_score=0.9,
)
EMBEDDING = EmbeddingInfo(id="e", provider="p", name="E", window=256, local=True)
STORED = StoredDocument(
    digest="d1", name="cape.txt", format="text", size=99, pages=3, chunks=1, language="en", ready=True
)


def hostile_passage() -> Passage:
    chunk = replace(CHUNK, id=HOSTILE, document=HOSTILE, name=HOSTILE, text=HOSTILE, headings=(HOSTILE,))
    return replace(PASSAGE, chunk=chunk)


def sentence(text: str, start: int, end: int, **more: object) -> Sentence:
    values = {"label": "supported", "passage": 1, "score": 0.8, **more}
    return Sentence(start=start, end=end, text=text[start:end], **values)


def hostile_turn() -> Answered:
    reply = Reply(
        model=HOSTILE,
        text=f"{HOSTILE} [1] [7]",
        reasoning=HOSTILE,
        state="failed",
        failure=Failure("unknown_model", {"model": HOSTILE, "near": HOSTILE}),
        sent=Sent(content=HOSTILE, language="json"),
    )
    passage = hostile_passage()
    return Answered(
        question=HOSTILE,
        standalone=HOSTILE,
        rewritten=True,
        evidence="weak",
        grounded=GroundedPrompt(messages=(), passages=(passage,), left_out=(passage,), forgotten=2),
        reply=reply,
        plain=reply,
        sentences=(sentence(reply.text, 0, len(HOSTILE), missing=(HOSTILE,)),),
        done=True,
    )


def hostile_ingest() -> Ingest:
    rejected = Rejected(HOSTILE, Failure("document_error.scanned", {"file": HOSTILE}))
    left = Incomplete(HOSTILE, HOSTILE, (OmissionTotal(kind="no_text", count=1, pages=(1,)),))
    other = (Namesake(HOSTILE, HOSTILE),)
    return Ingest(
        total=1,
        files=1,
        name=HOSTILE,
        unchanged=(HOSTILE,),
        renamed=other,
        copies=other,
        reread=(HOSTILE,),
        incomplete=(left,),
        rejected=(rejected,),
        done=True,
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


class TestFiles:
    def test_a_line_says_what_the_document_is(self, show):
        drawn = files.draw_documents(show, [STORED, replace(STORED, digest="d2", ready=False)], ["d2"])
        text = Seen(drawn).text
        assert "TEXT · 3 pages · 1 chunk · English" in text and "not searchable yet" in text
        assert len(re.findall(r" checked>", drawn)) == 1

    def test_progress_counts_files_and_the_chunks_of_the_one_at_hand(self, show):
        drawn = files.draw_ingest(show, Ingest(total=4, files=1, name="b.pdf", pages=9, chunks=10, chunk_total=20))
        assert 'value="0.375"' in drawn
        assert "File 2 of 4" in drawn and "9 pages" in drawn and "10 of 20 chunks" in drawn

    def test_each_rejected_file_has_its_reason_and_a_scanned_one_its_button(self, show):
        scan = Rejected("scan.pdf", Failure("document_error.scanned", {"file": "scan.pdf"}))
        broken = Rejected("b.pdf", Failure("document_error.table", {"file": "b.pdf"}))
        drawn = files.draw_ingest_outcome(
            show, Ingest(total=3, files=3, added=("a.txt",), rejected=(scan, broken), done=True)
        )
        assert drawn.count('role="alert"') == 2 and drawn.count("data-ocr=") == 1
        assert 'data-ocr="scan.pdf"' in drawn and "1 new" in drawn

    def test_what_was_left_out_and_an_earlier_reading_stand_in_the_line(self, show):
        blank = OmissionTotal(kind="no_text", count=4, pages=(2, 4, 5, 6))
        pictures = OmissionTotal(kind="pictures", count=1, pages=(1,))
        drawn = files.draw_documents(show, [replace(STORED, version=2, omissions=(blank, pictures))], ())
        text = Seen(drawn).text
        assert "Not read: pages 2, 4–6, which have no text, only pictures; 1 picture (p. 1)." in text
        assert text.count("Add the file again to have its pictures read") == 1
        assert "earlier version" not in text and "data-again" not in drawn
        old = files.draw_documents(show, [STORED, replace(STORED, digest="d2", version=99)], ())
        assert Seen(old).text.count("read by an earlier version") == 2 and old.count("data-again") == 1
        assert "1 document was read by an earlier version" in Seen(old).text

    def test_what_became_of_names_and_of_pictures_is_told(self, show):
        left = (OmissionTotal(kind="mostly_picture", count=1, pages=(3,)),)
        ingest = Ingest(
            added=("map (2).pdf",),
            renamed=(Namesake("map.pdf", "map (2).pdf"),),
            copies=(Namesake("b.txt", "a.txt"),),
            reread=("old.docx",),
            incomplete=(
                Incomplete("map (2).pdf", "map.pdf", left),
                Incomplete("c.docx", "c.docx", (OmissionTotal(kind="pictures", count=2, pages=(1,)),)),
                Incomplete("d.docx", "d.docx", (OmissionTotal(kind="objects", count=1, pages=(1,)),)),
            ),
        )
        drawn = files.draw_ingest_outcome(show, ingest)
        text = Seen(drawn).text
        assert "There is another “map.pdf” with other content: this one is called “map (2).pdf”" in text
        assert "“b.txt” has the same content as “a.txt”" in text and "than before: old.docx." in text
        assert "map (2).pdf: Not read: the picture on page 3" in text and "c.docx: Not read: 2 pictures" in text
        assert re.findall('data-ocr="(.*?)"', drawn) == ["map.pdf", "c.docx"]

    @pytest.mark.parametrize("language", texts().languages())
    def test_every_kind_of_omission_has_its_words(self, language):
        show = Renderer(texts(), language)
        for kind in OMISSION_KINDS:
            for count in (1, 2):
                one = OmissionTotal(kind=kind, count=count, pages=tuple(range(7, 7 + count)))
                assert "7" in omission_text(show, one)

    def test_pages_are_written_as_ranges(self):
        assert page_ranges([1, 2, 3, 7, 9, 10]) == "1–3, 7, 9–10"
        assert page_ranges(range(1, 40, 2)) == "1, 3, 5, 7, 9, 11, …"


class TestUploads:
    def put(self, content: bytes = b"hello", name: str = "a.txt") -> Path:
        folder = Path(get_upload_folder()) / "test-rag-upload"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        return folder / name

    @virtual
    async def test_it_is_read_and_then_deleted(self):
        path = self.put()
        assert await uploads.take([str(path)], kept=0.01) == (Upload(name="a.txt", content=b"hello"),)
        await asyncio.sleep(0.2)
        assert not path.exists()

    @virtual
    async def test_the_same_file_uploaded_once_more_meanwhile_stays(self):
        path = self.put(name="b.txt")
        await uploads.take([str(path)], kept=0.05)
        os.utime(path, ns=(1, path.stat().st_mtime_ns + 1_000_000))
        await asyncio.sleep(0.2)
        assert path.exists()
        path.unlink()

    @virtual
    async def test_too_many_at_once_are_refused_and_deleted(self):
        paths = [self.put(name=f"many-{number}.txt") for number in range(101)]
        with pytest.raises(InputError, match="files"):
            await uploads.take([str(path) for path in paths], kept=0.01)
        await asyncio.sleep(0.3)
        assert not any(path.exists() for path in paths)

    @pytest.mark.parametrize("paths", ["app.py", ["/etc/passwd"], ["https://example.org/a.pdf"], [3], {"path": "x"}, 3])
    async def test_what_was_not_uploaded_is_refused(self, paths):
        with pytest.raises(InputError):
            await uploads.take(paths)

    async def test_a_link_out_of_the_folder_is_refused(self, tmp_path):
        (tmp_path / "secret").write_text("secret")
        link = self.put().parent / "link.txt"
        link.unlink(missing_ok=True)
        link.symlink_to(tmp_path / "secret")
        with pytest.raises(InputError):
            await uploads.take([str(link)])
        link.unlink()

    @pytest.mark.parametrize("files_", ["a.txt", ["a.txt"], [{"url": "x"}], [{"path": 3}], 7])
    def test_endpoints_take_only_file_values(self, files_):
        with pytest.raises(InputError):
            uploads.paths_of(files_)

    @pytest.mark.parametrize(("name", "made"), [("notes", "notes.txt"), (" a  b.md ", "a b.md"), ("", "text.txt")])
    def test_a_pasted_text_is_a_file(self, name, made):
        assert uploads.text_upload(name, "ñ") == Upload(name=made, content="ñ".encode())


class TestChoosing:
    def test_the_fields_as_they_are_at_first(self, app, who):
        it = checked_retrieval(app, who, RetrievalFields())
        assert (it.ways.dense, it.ways.lexical, it.ways.balance, it.ways.k, it.cut.tokens) == (True, True, None, 5, 200)
        assert checked_retrieval(app, who, RetrievalFields(automatic=False, balance=0.25)).ways.balance == 0.25
        assert checked_retrieval(app, who, RetrievalFields(rerank=True)).reranker == app.visits.rerankers()[0].ref
        assert checked_retrieval(app, who, RetrievalFields(tokens=40, overlap=100)).cut.overlap == 20

    @pytest.mark.parametrize(
        "wrong",
        [
            {"dense": False, "lexical": False},
            {"k": 0},
            {"k": 2.5},
            {"k": "5"},
            {"k": float("nan")},
            {"tokens": 10**6},
            {"overlap": -1},
            {"automatic": False, "balance": 1.5},
            {"automatic": False, "balance": None},
        ],
    )
    def test_what_is_no_way_to_search(self, app, who, wrong):
        with pytest.raises(InputError):
            checked_retrieval(app, who, RetrievalFields(**wrong))

    async def test_a_model_elsewhere_says_so_and_is_locked_without_a_key(self, app, who):
        labels = dict(await embedding_choices(app, app.show(who), who))
        remote = [label for label in labels if label.split(" · ")[1] == "leaves this computer"]
        assert remote and all(" · needs a key" in label for label in remote)
        places = [label.split(" · ")[1] for label in labels if label not in remote]
        assert places[0] == "here" and all(one.startswith("to be fetched, ") for one in places[1:])
        assert not any("needs a key" in label for label in labels if label not in remote)
        assert list(labels)[-len(remote) :] == remote, "what answers elsewhere comes last"
        assert 'role="alert"' in describe_embedding(app, who, labels[remote[0]])
        assert "neither your files" in describe_embedding(app, who, app.visits.embeddings()[0].ref)

    def test_a_model_that_reads_the_documents_language_is_offered(self, app, show):
        every = [one for one in app.visits.embeddings() if one.provider != "scripted"]
        english, other = (one for one in every if one.package is not None)
        offered = better_reader(english, {"en", "es", ""}, every)
        assert offered == ("es", other)
        drawn = files.draw_offer(show, english, *offered)
        assert f'data-embed="{other.ref}"' in drawn and "Spanish" in drawn and "91 MB" in drawn
        assert better_reader(english, {"en"}, every) is None
        assert better_reader(other, {"es", "en"}, every) is None
        assert better_reader(english, {"eu"}, every) == ("eu", None)
        drawn = files.draw_offer(show, english, "eu", None)
        assert "data-embed" not in drawn and "eu" in drawn and 'role="status"' in drawn

    @pytest.mark.parametrize(
        ("language", "absent"), [("en", "not to be had offline"), ("es", "no disponible sin conexión")]
    )
    def test_offline_a_model_that_cannot_be_had_is_grey_with_the_reason(self, app, language, absent):
        every = [one for one in app.visits.embeddings() if one.provider != "scripted"]
        english, other = (one for one in every if one.package is not None)
        show = Renderer(texts(), language, offline=True)
        drawn = files.draw_offer(show, english, "es", other)
        assert "data-embed" not in drawn and "disabled" in drawn and absent in drawn and "91 MB" not in drawn
        assert show.text("model.absent_why") in Seen(drawn).text
        assert f'data-embed="{other.ref}"' in files.draw_offer(show, english, "es", other, here=True)

    async def test_one_that_is_here_is_offered_rather(self, app, who, monkeypatch):
        every = app.visits.embeddings()
        current = next(one for one in every if one.local and one.package is not None and "es" not in one.languages)
        readers = [one for one in every if one.local and "es" in one.languages]
        assert len(readers) > 1
        show, now = app.show(who), RetrievalFields(embedding=current.ref)

        async def held(reach, encoders):
            return frozenset({readers[-1].ref})

        assert f'data-embed="{readers[0].ref}"' in await offer_reader(app, show, now, {"es"})
        monkeypatch.setattr(type(app.reach), "held", held)
        assert f'data-embed="{readers[-1].ref}"' in await offer_reader(app, show, now, {"es"})
        assert await offer_reader(app, show, now, {"en"}) == ""

    async def test_taking_the_offer_fetches_chooses_and_embeds(self, app, who, monkeypatch):
        async def preparing(visitor, embedding):
            assert (visitor, embedding) == (who.visitor, ref)
            yield Progress(stage="download", done=1, total=4)
            yield Progress(stage="convert")

        ref = app.visits.embeddings()[0].ref
        [_ async for _ in add(app, who, keep_scanned(), RetrievalFields(), app.visits.samples()[:1])]
        monkeypatch.setattr(app.visits, "preparing", preparing)
        states = [state async for state in take_offer(app, who, RetrievalFields(), ref)]
        assert 'value="0.25"' in states[0][2]
        chosen, about, listing = states[-1]
        assert chosen == ref and "neither your files" in about and 'class="library"' in listing

    async def test_an_offer_that_cannot_be_had_says_why_and_changes_nothing(self, app, who, monkeypatch):
        async def preparing(visitor, embedding):
            raise WeightsUnavailable("offline", model="E5")
            yield

        monkeypatch.setattr(app.visits, "preparing", preparing)
        (state,) = [state async for state in take_offer(app, who, RetrievalFields(), "huggingface/x")]
        assert state[:2] == [gr.skip(), gr.skip()] and 'role="alert"' in state[2]


def test_a_map_has_a_mark_a_document_and_a_star_for_the_question(show):
    chunks = [CHUNK, replace(CHUNK, document="d2", name="<b>other</b>", text=HOSTILE)]
    flat = Projection(x=np.array([0.0, 1.0]), y=np.array([1.0, 0.0]), question=(0.5, 0.5), explained=(0.3, 0.2))
    drawn = plot_map(show, chunks, flat, "<i>when</i>").to_plotly_json()
    assert [one["marker"]["symbol"] for one in drawn["data"]] == ["circle", "square", "star"]
    assert "30%" in drawn["layout"]["xaxis"]["title"]["text"] and "20%" in drawn["layout"]["yaxis"]["title"]["text"]
    written = "".join(one["name"] + one["text"][0] for one in drawn["data"])
    assert "<img" not in written and "<b>other" not in written and "<i>" not in written


def row(way: str = "dense", cutting: str = "200", **values: object) -> RetrievalScores:
    score = Score(mean=0.75, low=0.5, high=0.9)
    found = {"key": f"{way}@{cutting}", "way": way, "cutting": cutting, "questions": 40, "lost": 1, "failed": 2}
    return RetrievalScores(
        **{**found, "scores": {"recall": score, "mrr": score, "ndcg": score}, "seconds": 0.004, **values}
    )


class TestMeasures:
    def test_every_number_has_its_interval_and_its_n(self, show):
        compared = Comparison(
            baseline="hybrid@200", items=40, better=1, worse=9, p=0.02, difference=-0.2, low=-0.3, high=-0.1
        )
        drawn = measures.draw_measure_table(show, [row(comparison=compared)], 5)
        text = re.sub(r"\s+", " ", Seen(drawn).text)
        assert "by meaning, 200 tokens" in text and "n = 40" in text and "1 whose words stand in no chunk" in text
        assert "75% (50% – 90%)" in text and "0.75 (0.50 – 0.90)" in text and "+1 / −9, p = 0.020" in text
        assert "Recall@5" in text and "4 ms" in text

    def test_the_statistics_go_by_the_names_of_what_was_used(self, show):
        whole = {name: replace(score, binary=True) for name, score in row().scores.items()}
        drawn = [measures.draw_measure_table(show, [one], 5) for one in (row(scores=whole), row())]
        assert "McNemar" in drawn[0] and "sign test" not in drawn[0]
        assert "McNemar" not in drawn[1] and "sign test" in drawn[1] and "bootstrap" in drawn[1]

    def test_the_computers_time_and_the_time_in_company_are_told_apart(self, show):
        drawn = measures.draw_measure_table(show, [row(computing=0.002)], 5)
        assert "<td>2 ms</td><td>4 ms</td>" in drawn and "Computer time" in drawn and "Found after" in drawn

    def test_numbers_are_written_as_the_language_writes_them(self):
        spanish = Renderer(texts(), "es")
        one = sentence("Mide 41 m.", 0, 10, label="supported", passage=1, score=0.5)
        assert "0,50" in claims.support_tip(spanish, one)
        assert "−0,250" in draw_passage_scores(spanish, PASSAGE, ["dense"])

    def test_each_language_has_its_own_table(self, show):
        found = {"": [row()], "en": [row()], "es": [row()]}
        drawn = measures.draw_measures(show, found, 5)
        assert drawn.count("<table") == 3 and "Only questions in Spanish" in drawn
        assert measures.draw_measures(show, {"": [row()], "en": [row()]}, 5).count("<table") == 1

    def test_a_figure_of_what_was_measured(self, show):
        drawn = measures.plot_recall(show, [row(), row("hybrid")], 5).to_plotly_json()
        assert [line["x"][0] for line in drawn["data"]] == [0.75, 0.75]
        assert drawn["layout"]["xaxis"]["title"]["text"] == "Recall@5"
        assert measures.plot_recall(show, [row(scores={})], 5) is None

    def test_no_cell_of_the_file_is_a_formula(self):
        found = {"": [row(way='=HYPERLINK("http://a")', cutting="+1", key="x")]}
        table = to_csv(found, 5)
        assert "'=HYPERLINK" in table and "\n=" not in table
        assert json.loads(to_json(found, 5))["rows"][0]["recall"] == 0.75

    @pytest.mark.parametrize(("typed", "sizes"), [("200", (200,)), ("100, 200;100", (100, 200)), (" 60 ", (60,))])
    def test_chunk_lengths_as_people_type_them(self, typed, sizes):
        assert parse_sizes(typed) == sizes

    @pytest.mark.parametrize("typed", ["", "many", "5", "-200", "1e3", "100000", None])
    def test_what_is_no_chunk_length(self, typed):
        with pytest.raises(InputError):
            parse_sizes(typed)


@pytest.mark.asyncio(loop_scope="module")
class TestMeasuring:
    async def test_own_questions_with_two_ways_and_sizes(self, app, who):
        await added(app, who, TEXT * 4)
        kept = KeptMeasures()
        asked = LabelledQuestion(
            id="1", language="en", question="Who built it?", document="cape.txt", quotes=("Adela Finch",)
        )
        kept.own.put(who.visitor, (asked,))
        plan = RagMeasureFields(questions="own", ways=["lexical", "dense"], sizes="60, 200")
        retrieval, hidden = checked_retrieval(app, who, RetrievalFields()), gr.update(visible=False)
        async with aclosing(measure_ways(app, who, kept, plan, retrieval)) as screens:
            first = await anext(screens)  # nothing of what was measured before stays beside it
        assert (first.table, first.plot, first.kept) == ("", hidden, hidden)
        screen = await last_drawn(measure_ways(app, who, kept, plan, checked_retrieval(app, who, RetrievalFields())))
        assert str(screen["table"]).count("<tr data-column=") == 4
        title = Seen(str(screen["table"])).text
        for part in ("1 question", "English", "by words", "chunks of 60, 200 tokens", "Recall@5", "begun "):
            assert part in title
        assert "4 of 4 searches" in str(screen["progress"]) and screen["run"]["visible"]
        assert export_measures(who, kept, "csv")["content"].count("\r\n") == 1 + 2 * 4
        assert export_measures(Who("another", "en", texts()), kept, "csv") is None

    @pytest.mark.parametrize(
        "plan", [{"questions": "own"}, {"questions": "proposed"}, {"ways": []}, {"sizes": "x"}, {"k": 0}]
    )
    async def test_what_cannot_be_measured_is_said(self, app, who, plan):
        wanted = RagMeasureFields(**{"ways": ["dense"], "sizes": "200", **plan})
        retrieval = checked_retrieval(app, who, RetrievalFields())
        screen = await last_drawn(measure_ways(app, who, KeptMeasures(), wanted, retrieval))
        assert 'role="alert"' in str(screen["progress"]) and screen["run"]["visible"]

    async def test_only_approved_questions_are_measured(self, app, who):
        await added(app, who, TEXT * 2)
        kept = KeptMeasures()
        chunks = [replace(CHUNK, id=f"c{number}") for number in range(2)]
        asked = [
            LabelledQuestion(id=one.id, language="en", question=f"{HOSTILE}?", document="cape.txt", quotes=(HOSTILE,))
            for one in chunks
        ]
        kept.proposed.put(who.visitor, tuple(Proposed(asked=a, chunk=c) for a, c in zip(asked, chunks, strict=True)))
        plan = RagMeasureFields(questions="proposed", approved=["c1", "unknown"])
        assert chosen_questions(who, kept, plan) == (asked[1],)

    async def test_proposing_says_how_far_it_is(self, app, who):
        await added(app, who, TEXT * 2)
        retrieval = checked_retrieval(app, who, RetrievalFields())
        wanted = checked_proposing("scripted/echo", Sampling(max_tokens=512), 2, retrieval)
        assert wanted.sampling.max_tokens == 160
        steps = [step.outputs() async for step in propose(app, who, KeptMeasures(), wanted)]
        assert "1 of 1 chunks read" in str(steps[-1][0]) and steps[-1][2]["visible"]


async def added(app: App, who: Who, text: str = TEXT, name: str = "cape.txt") -> dict[str, object]:
    kept = keep_scanned()
    return await last_drawn(add(app, who, kept, RetrievalFields(), [Upload(name=name, content=text.encode())]))


@pytest.mark.asyncio(loop_scope="module")
class TestHandlers:
    async def test_a_text_is_added_found_read_and_removed(self, app, who):
        screen = await added(app, who)
        assert "cape.txt" in str(screen["listing"]) and "1 new" in str(screen["progress"])
        assert screen["stop"]["visible"] is False
        shown = await search(app, who, RetrievalFields(), "Who built the lighthouse?")
        assert "Adela Finch" in shown and "cape.txt, p. 1" in shown
        (one,) = await stored_documents(app, who, RetrievalFields())
        read = await open_page(app, who, RetrievalFields(), (one.digest, 1, 4, 14))
        assert '<mark class="found">lighthouse</mark>' in read
        assert "cape.txt" not in await remove(app, who, RetrievalFields(), one.digest)
        assert 'role="alert"' in await search(app, who, RetrievalFields(), "Who built the lighthouse?")

    async def test_another_visitor_sees_nothing_of_it(self, app, who):
        await added(app, who)
        other = Who("another", "en", app.texts)
        (one,) = await stored_documents(app, who, RetrievalFields())
        assert await stored_documents(app, other, RetrievalFields()) == ()
        assert "Finch" not in await open_page(app, other, RetrievalFields(), (one.digest, 1, 0, 0))
        assert "Finch" not in await show_chunks(app, other, RetrievalFields(), one.digest)
        assert "Finch" not in await search(app, other, RetrievalFields(), "Who built the lighthouse?")
        await remove(app, other, RetrievalFields(), one.digest)
        assert len(await stored_documents(app, who, RetrievalFields())) == 1

    async def test_what_is_no_place_in_a_document(self, app, who):
        await added(app, who)
        (digest,) = [one.digest for one in await stored_documents(app, who, RetrievalFields())]
        nowhere = [(None, 1, 0, 0), ("x", 1, 0, 0), ({}, True, None, []), (digest, 99, 0, 0), (digest, 0, 0, 0)]
        for place in (*nowhere, (digest, "1", 0, 0), (digest, 1.5, 0, 0), (digest, True, 0, 0), (digest, 1, None, 0)):
            assert 'role="alert"' in await open_page(app, who, RetrievalFields(), place)

    async def test_without_its_tick_a_document_is_not_searched(self, app, who):
        await added(app, who)
        await added(app, who, "The market of Port Ellery opens at five.", "port.txt")
        digests = {one.name: one.digest for one in await stored_documents(app, who, RetrievalFields())}
        without = RetrievalFields(excluded=[digests["cape.txt"]])
        shown = await search(app, who, without, "Who built the lighthouse?")
        assert "port.txt" in shown and "cape.txt" not in shown
        nothing = RetrievalFields(excluded=list(digests.values()))
        assert 'role="alert"' in await search(app, who, nothing, "Who built the lighthouse?")

    async def test_inside(self, app, who):
        await added(app, who)
        await added(app, who, "The market of Port Ellery opens at five.", "port.txt")
        (cape,) = [one for one in await stored_documents(app, who, RetrievalFields()) if one.name == "cape.txt"]
        shown = await show_chunks(app, who, RetrievalFields(), cape.digest)
        (chunk,) = re.findall(r'data-near="([^"]+)"', shown)
        near = await show_neighbours(app, who, RetrievalFields(), cape.digest, chunk)
        assert "Nearest to cape.txt" in near and "Port Ellery" in near
        assert 'role="alert"' in await show_neighbours(app, who, RetrievalFields(), cape.digest, "no such chunk")
        held, now = hold_values(cape.digest, 0, chunk), RetrievalFields()
        assert await open_inside(app, who, now, cape.digest, held) == [shown, near], "read again, it is as it was"
        for other in (hold_values("another", 0, chunk), "", "[3]", None):
            assert await open_inside(app, who, now, cape.digest, other) == [shown, ""]
        assert of_document(hold_values(None, 50, chunk), None) == [None, 0, None]
        told, plot = await show_map(app, who, RetrievalFields(), "lighthouse")
        assert "2 chunks" in told and len(plot["value"].data) == 3

    async def test_a_hostile_document_is_text_everywhere(self, app, who):
        await added(app, who, f"{HOSTILE} lighthouse", "<b>evil</b>.txt")
        shown = [
            await list_documents(app, who, RetrievalFields()),
            await search(app, who, RetrievalFields(), "lighthouse"),
            await show_chunks(
                app, who, RetrievalFields(), (await stored_documents(app, who, RetrievalFields()))[0].digest
            ),
        ]
        for one in shown:
            assert not {"img", "b>evil"} & set(Seen(one).tags)

    async def test_nothing_to_search_with(self, app, who):
        await added(app, who)
        assert "nothing here yet" in await search(app, who, RetrievalFields(), "  ")
        pasted = await last_drawn(paste(app, who, keep_scanned(), RetrievalFields(), ("", " ")))
        assert "nothing here yet" in str(pasted["progress"])

    async def test_a_rejected_file_leaves_the_others_alone(self, app, who):
        taken = [Upload(name="empty.pdf", content=b""), Upload(name="cape.txt", content=TEXT.encode())]
        screen = await last_drawn(add(app, who, keep_scanned(), RetrievalFields(), taken))
        assert "empty.pdf:" in str(screen["progress"]) and "cape.txt" in str(screen["listing"])

    async def test_ocr_of_a_scan_in_an_archive_reads_that_file_alone(self, app, who, monkeypatch):
        content = zipped({"a/scan.pdf": b"%PDF-1", "notes.txt": b"Notes.", "other.pdf": b"%PDF-2"})
        read = dict[str, bool]()

        async def ask(pool: object, task: ParserTask) -> ParserReply:
            if task.name == "all.zip":
                with zipfile.ZipFile(io.BytesIO(task.content)) as archive:
                    members = [UnpackedFile(name, archive.read(name), None) for name in archive.namelist()]
                return ParserReply(members=tuple(members))
            read[task.name] = pool is app.visits.parsers._ocr
            if read[task.name] or task.name.endswith(".txt"):
                return ParserReply(format="text", pages=(DocumentPage(number=1, text=f"In {task.name}."),))
            return ParserReply(failure=Failure("document_error.scanned"))

        monkeypatch.setattr(_Pool, "ask", ask)
        kept, now = keep_scanned(), RetrievalFields()
        screen = await last_drawn(add(app, who, kept, now, [Upload("all.zip", content)]))
        assert re.findall('data-ocr="(.*?)"', str(screen["progress"])) == ["all.zip/a/scan.pdf", "all.zip/other.pdf"]
        read.clear()
        screen = await last_drawn(read_scanned(app, who, kept, now, "all.zip/a/scan.pdf"))
        assert "all.zip/a/scan.pdf" in str(screen["listing"]) and "other.pdf" not in str(screen["listing"])
        assert read == {"a/scan.pdf": True} and "1 new" in str(screen["progress"])
        assert re.findall('data-ocr="(.*?)"', str(screen["progress"])) == ["all.zip/other.pdf"]
        screen = await last_drawn(read_scanned(app, who, kept, now, "all.zip/other.pdf"))
        assert "all.zip/other.pdf" in str(screen["listing"]) and "data-ocr" not in str(screen["progress"])
        assert 'role="alert"' in str(
            (await last_drawn(read_scanned(app, who, kept, now, "all.zip/other.pdf")))["progress"]
        )

    async def test_ocr_of_a_file_that_was_read_in_part(self, app, who, monkeypatch):
        half = DocumentPage(number=1, text="Page 1 of 1", omissions=(Omission(kind="mostly_picture"),))

        async def ask(pool: object, task: ParserTask) -> ParserReply:
            ocr = pool is app.visits.parsers._ocr
            page = DocumentPage(number=1, text="Rules of the pool", read=True) if ocr else half
            return ParserReply(format="pdf", pages=(page,))

        monkeypatch.setattr(_Pool, "ask", ask)
        kept, now = keep_scanned(), RetrievalFields()
        screen = await last_drawn(add(app, who, kept, now, [Upload("rules.pdf", b"%PDF")]))
        assert 'data-ocr="rules.pdf"' in str(screen["progress"]) and "Not read: the picture" in str(screen["listing"])
        assert "Not read: the picture" in await list_documents(app, who, now)
        screen = await last_drawn(read_scanned(app, who, kept, now, "rules.pdf"))
        assert "Read once more" in str(screen["progress"]) and "Not read" not in str(screen["listing"])
        assert "Rules of the pool" in await search(app, who, now, "rules of the pool")

    async def test_a_later_file_of_the_same_name_stays_beside_the_first(self, app, who):
        for text in (b"Hens on Monday.", b"Geese on Monday."):
            taken = [Upload(name="birds.txt", content=text)]
            screen = await last_drawn(add(app, who, keep_scanned(), RetrievalFields(), taken))
        assert "birds (2).txt" in str(screen["progress"])
        found = await search(app, who, RetrievalFields(), "hens geese Monday")
        assert "Hens" in found and "Geese" in found

    async def test_ocr_of_what_is_not_waiting(self, app, who):
        screen = await last_drawn(read_scanned(app, who, keep_scanned(), RetrievalFields(), "other.pdf"))
        assert 'role="alert"' in str(screen["progress"])


@pytest.mark.asyncio(loop_scope="module")
class TestAsking:
    def asking(self, question: str = "Who built the lighthouse of Cape Morran?", **values: object) -> RagRequest:
        return RagRequest(**{"question": question, "model": "scripted/echo", **values})

    async def test_an_answer_its_sources_and_the_conversation(self, app, who):
        await added(app, who)
        screen = await last_drawn(answer(app, who, self.asking()))
        drawn = str(screen["current"])
        assert drawn.count("<section") == 2 and "cape.txt, p. 1" in drawn
        assert 'class="cite"' in drawn and "What to notice" in drawn
        assert (screen["ask"]["visible"], screen["stop"]["visible"], screen["question"]) == (True, False, "")
        again = await open_conversation(app, who)
        assert "Who built the lighthouse" in str(again.past)
        cleared = clear_conversation(app, who)
        assert cleared.past == "" and app.visits.turns(who.visitor) == ()
        assert "data-undo" in str(cleared.current) and "data-undo" not in str(clear_conversation(app, who).current)
        app.visits.undo_clear(who.visitor)
        assert (await open_conversation(app, who)).past == again.past
        clear_conversation(app, who)
        await last_drawn(answer(app, who, self.asking(compare=False)))
        app.visits.undo_clear(who.visitor)
        assert len(app.visits.turns(who.visitor)) == 1, "something was asked since"

    async def test_without_documents_the_question_goes_back(self, app, who):
        screen = await last_drawn(answer(app, who, self.asking()))
        assert 'role="alert"' in str(screen["current"]) and screen["question"] == self.asking().question

    async def test_one_side_alone(self, app, who):
        await added(app, who)
        screen = await last_drawn(answer(app, who, self.asking(compare=False)))
        assert str(screen["current"]).count("<section") == 1


@pytest.mark.asyncio(loop_scope="module")
async def test_measuring_the_samples_asks_before_it_adds_them(app, who):
    asked = await ask_before_adding(app, who, RetrievalFields())
    assert asked is not None and asked.confirm["visible"] and asked.cancel["visible"] and not asked.run["visible"]
    samples = app.visits.samples()
    assert str(len(samples)) in str(asked.progress) and all(one.name in str(asked.progress) for one in samples)
    assert await stored_documents(app, who, RetrievalFields()) == (), "nothing was added"
