"""A name is no identity: files of one name stay apart, one content is one document, and what comes in a ZIP says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.asking.upload import Rejected, Upload
from playground.tabs.rag.lab.documents import Document, DocumentPage, Omission
from playground.tabs.rag.lab.parsing.parsers import Parsers
from playground.tabs.rag.visit.values import Admission, Incomplete, Ingest, Namesake, RetrievalSetup
from playground.tabs.rag.visit.visits import RagVisits
from providers.errors import Failure
from tests.playground.tabs.rag.lab.hostile import real, zipped
from tests.playground.tabs.rag.libraries import ANA, USUAL, last, library_of, upload

BESIDE = Admission(beside=True)


async def add(library: RagVisits, *files: Upload, admission: Admission = BESIDE) -> Ingest:
    return await last(library.add(ANA, files, USUAL, admission))


async def names(library: RagVisits) -> list[str]:
    return [one.name for one in await library.documents(ANA, USUAL)]


async def said(library: RagVisits, question: str, retrieval: RetrievalSetup = USUAL) -> set[str]:
    return {one.chunk.text for one in (await library.search(ANA, question, retrieval)).passages}


@pytest.mark.parametrize("admission", [BESIDE, Admission()])
async def test_two_files_of_one_name_that_come_together_both_stay(library: RagVisits, admission: Admission) -> None:
    files = (upload("lab.txt", "Group A weighs copper."), upload("lab.txt", "Group B boils brine."))
    done = await add(library, *files, admission=admission)
    assert await names(library) == ["lab.txt", "lab (2).txt"] == list(done.added)
    assert done.renamed == (Namesake("lab.txt", "lab (2).txt"),) and done.replaced == ()
    assert {"Group A weighs copper.", "Group B boils brine."} <= await said(library, "copper brine group")
    again = await add(library, *files, admission=admission)
    assert again.added == () and await names(library) == ["lab.txt", "lab (2).txt"]


async def test_a_second_paste_stays_beside_the_first(library: RagVisits) -> None:
    for text in ("Otters float.", "Beavers gnaw.", "Otters float."):
        done = await add(library, upload("pasted text.txt", text))
    assert done.unchanged == ("pasted text.txt",) and done.added == ()
    assert await names(library) == ["pasted text.txt", "pasted text (2).txt"]
    assert await said(library, "beavers otters") == {"Otters float.", "Beavers gnaw."}


async def test_a_later_file_takes_its_place_where_that_is_wanted_and_it_is_said(library: RagVisits) -> None:
    await add(library, upload("menu.txt", "Soup on Monday."))
    done = await add(library, upload("menu.txt", "Stew on Monday."), admission=Admission())
    assert (done.added, done.replaced) == (("menu.txt",), ("menu.txt",))
    assert await said(library, "Monday") == {"Stew on Monday."}


async def test_one_content_under_two_names_is_said_to_be_one(library: RagVisits) -> None:
    await add(library, upload("first.txt", "The ferry leaves at nine."))
    done = await add(library, upload("second.txt", "The ferry leaves at nine."))
    assert (done.added, done.unchanged) == ((), ())
    assert done.copies == (Namesake("second.txt", "first.txt"),) and await names(library) == ["first.txt"]


async def test_the_same_member_of_two_archives_stays_twice(library: RagVisits) -> None:
    archives = [
        Upload(f"{day}.zip", zipped({"plan/notes.txt": f"On {day} we paint.".encode(), "broken.pdf": b"%PDF-1.7"}))
        for day in ("Tuesday", "Thursday")
    ]
    done = await add(library, *archives)
    assert await names(library) == ["Tuesday.zip/plan/notes.txt", "Thursday.zip/plan/notes.txt"]
    assert [one.name for one in done.rejected] == ["Tuesday.zip/broken.pdf", "Thursday.zip/broken.pdf"]
    assert done.rejected[0].failure.values["file"] == "Tuesday.zip/broken.pdf"
    assert (await add(library, archives[0])).unchanged == ("Tuesday.zip/plan/notes.txt",)


async def test_a_member_that_was_kept_without_its_archives_name_is_unchanged(library: RagVisits) -> None:
    await add(library, upload("plan/notes.txt", "On Friday we sing."))
    done = await add(library, Upload("all.zip", zipped({"plan/notes.txt": b"On Friday we sing."})))
    assert done.unchanged == ("plan/notes.txt",) and done.copies == ()


async def test_only_the_wanted_member_of_an_archive_is_added(library: RagVisits) -> None:
    archive = Upload("all.zip", zipped({"a.txt": b"Alder.", "b.txt": b"Birch.", "c.pdf": b"%PDF-1.7"}))
    done = await add(library, archive, admission=Admission(only="all.zip/b.txt"))
    assert done.added == ("all.zip/b.txt",) and done.rejected == ()


async def test_no_room_is_told_of_new_documents_alone(tmp_path: Path, parsers: Parsers) -> None:
    library = library_of(tmp_path, parsers, documents=1)
    await add(library, upload("one.txt", "One."))
    done = await add(library, upload("copy.txt", "One."), upload("one.txt", "Two."))
    assert done.copies == (Namesake("copy.txt", "one.txt"),)
    assert [one.failure.key for one in done.rejected] == ["limit_exceeded.documents"]


async def test_what_is_left_out_is_told_and_kept(library: RagVisits, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = (DocumentPage(number=1, text="A plan.", omissions=(Omission(kind="pictures", count=3),)),)
    plan = Document(name="plan.docx", format="docx", digest="d" * 64, size=9, pages=pages, archive="all.zip")

    async def parse(*_: object) -> tuple[Document | Rejected, ...]:
        return plan, Rejected("scan.pdf", Failure("document_error.scanned", {"file": "scan.pdf"}), "all.zip")

    monkeypatch.setattr(Parsers, "parse", parse)
    done = await add(library, Upload("all.zip", b"PK"))
    ((left,),) = (one.omissions for one in await library.documents(ANA, USUAL))
    assert (left.kind, left.count, left.pages) == ("pictures", 3, (1,))
    assert done.incomplete == (Incomplete("all.zip/plan.docx", "all.zip/plan.docx", (left,)),)
    assert done.rejected[0].name == "all.zip/scan.pdf"


async def test_an_archive_with_a_stored_pdf_in_front_gives_all_its_files(library: RagVisits) -> None:
    content = zipped({"a.pdf": real("libreoffice.pdf"), "b.txt": b"Newts swim."}, level=0)
    assert content.find(b"%PDF-") < 1024
    assert (await add(library, Upload("all.zip", content))).added == ("all.zip/a.pdf", "all.zip/b.txt")
