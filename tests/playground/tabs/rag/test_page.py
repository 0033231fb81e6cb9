"""The RAG tab without a browser: what it draws, that all of it is escaped, and what its handlers do and refuse."""

from __future__ import annotations

import io
import re
import zipfile
from contextlib import aclosing
from dataclasses import replace

import gradio as gr
import pytest

from playground.asking.upload import Upload
from playground.page.parts.held import hold_values
from playground.page.parts.render import Renderer
from playground.page.program import App, Who
from playground.tabs.rag.lab.documents import (
    DocumentPage,
    Omission,
)
from playground.tabs.rag.lab.measuring.propose import Proposed
from playground.tabs.rag.lab.measuring.questions import LabelledQuestion
from playground.tabs.rag.lab.parsing.parsers import _Pool
from playground.tabs.rag.lab.parsing.reply import ParserReply, UnpackedFile
from playground.tabs.rag.lab.parsing.worker import ParserTask
from playground.tabs.rag.lab.retrieval.balance import better_reader
from playground.tabs.rag.page.drawing import files
from playground.tabs.rag.page.events.ask import answer, clear_conversation, open_conversation
from playground.tabs.rag.page.events.embedding import describe_embedding, embedding_choices, take_offer
from playground.tabs.rag.page.events.files import add, paste, read_scanned, remove
from playground.tabs.rag.page.events.inside import of_document, open_inside, show_chunks, show_map, show_neighbours
from playground.tabs.rag.page.events.listing import list_documents, offer_reader
from playground.tabs.rag.page.events.measure import ask_before_adding
from playground.tabs.rag.page.events.measure_plan import RagMeasureFields, chosen_questions
from playground.tabs.rag.page.events.measure_ways import export_measures, measure_ways
from playground.tabs.rag.page.events.questions import KeptMeasures, checked_proposing, propose
from playground.tabs.rag.page.events.scans import keep_scanned
from playground.tabs.rag.page.events.search import open_page, search
from playground.tabs.rag.page.fields import RetrievalFields, checked_retrieval, stored_documents
from playground.tabs.rag.visit.values import RagRequest
from playground.text import texts
from providers.errors import Failure, InputError, WeightsUnavailable
from providers.types import Progress, Sampling
from tests.playground.page.drawn import last_drawn
from tests.playground.page.markup import Seen
from tests.playground.tabs.rag.drawn_documents import (
    CHUNK,
    HOSTILE,
    TEXT,
)
from tests.playground.tabs.rag.lab.hostile import zipped


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

        async def held_encoders(reach, encoders):
            return frozenset({readers[-1].ref})

        assert f'data-embed="{readers[0].ref}"' in await offer_reader(app, show, now, {"es"})
        monkeypatch.setattr(type(app.reach), "held_encoders", held_encoders)
        assert f'data-embed="{readers[-1].ref}"' in await offer_reader(app, show, now, {"es"})
        assert await offer_reader(app, show, now, {"en"}) == ""

    async def test_what_is_removed_while_an_offer_is_looked_for_is_not_listed(self, app, who, monkeypatch):
        async def find_offer(*asked):
            for one in await stored_documents(app, who, now):
                await app.visits.remove(who.visitor, one.digest, checked_retrieval(app, who, now))
            return "an offer"

        now = RetrievalFields()
        await added(app, who)
        assert 'class="library"' in await list_documents(app, who, now)
        monkeypatch.setattr("playground.tabs.rag.page.events.listing.offer_reader", find_offer)
        listed = await list_documents(app, who, now)
        assert "an offer" in listed and 'class="library"' not in listed

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
