"""What the tab draws of documents, and of what became of files."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from playground.asking.upload import Rejected
from playground.page.parts.render import Renderer
from playground.tabs.rag.lab.documents import (
    OMISSION_KINDS,
    OmissionTotal,
)
from playground.tabs.rag.page.drawing import files
from playground.tabs.rag.page.drawing.omissions import omission_text, page_ranges
from playground.tabs.rag.visit.values import Incomplete, Ingest, Namesake
from playground.text import texts
from providers.errors import Failure
from tests.playground.page.markup import Seen
from tests.playground.tabs.rag.drawn_documents import (
    STORED,
)


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
