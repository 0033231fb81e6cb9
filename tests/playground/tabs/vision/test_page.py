"""The Vision tab without a browser: what its handlers show, that all of it is escaped, and what they refuse."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import TypeVar

import gradio as gr
import pytest
from PIL import Image as Pillow

from playground.asking.images.reading_order import Block
from playground.asking.reply import Reply
from playground.asking.upload import Rejected, Upload
from playground.measuring import Cell, Outcome, Snapshot
from playground.measuring.extract import Extraction
from playground.measuring.items import Item
from playground.page.parts.examples import example_language
from playground.page.parts.render import Renderer
from playground.page.program import App, Who
from playground.tabs.vision.lab.labels import Labelled
from playground.tabs.vision.lab.ocr import Reading
from playground.tabs.vision.page.drawing.labels import draw_labels
from playground.tabs.vision.page.drawing.messages import messages
from playground.tabs.vision.page.drawing.pictures import draw_pictures, draw_rejected, draw_samples
from playground.tabs.vision.page.drawing.results import (
    draw_always_same,
    draw_answers,
    draw_scores,
    draw_vision_title,
    plot_scores,
)
from playground.tabs.vision.page.events.ask import answer, restart
from playground.tabs.vision.page.events.columns import lay_columns
from playground.tabs.vision.page.events.labels import compare
from playground.tabs.vision.page.events.measure import checked_measuring, export_measured, start
from playground.tabs.vision.page.events.pictures import add, add_sample, remove, show_other_pictures, upload
from playground.tabs.vision.page.fields import ChosenModels, choose_models
from playground.tabs.vision.visit.ask import Asking
from playground.tabs.vision.visit.measure import Contender, VisionResult, spread_questions
from playground.tabs.vision.visit.values import Picture, Seat, Session, UploadProgress, VisionTurn
from playground.text import texts
from providers.errors import Failure, InputError
from providers.labels import ContrastiveInfo, Fit
from providers.types import Change, Image, ImageFile, ModelInfo, Progress, Sampling
from tests.playground.asking.hostile_images import HTML
from tests.playground.asking.hostile_images import saved as written
from tests.playground.page.markup import Seen

pytestmark = pytest.mark.usefixtures("answered_once")
T = TypeVar("T")
HOSTILE = '<img src=x onerror="window.stolen=1">{{value}}${value}`\'&lt;'
SEER = ModelInfo(id="seer", provider="vendor", name=HOSTILE, images=True, image_side=100, image_patch=32)
BLIND = ModelInfo(id="blind", provider="scripted", name="Blind", local=True)
DOT = Image(written(Pillow.new("RGB", (200, 100), "red"), "PNG"), "image/png")
PICTURE = Picture(name=HOSTILE, image=DOT, width=200, height=100, preview=DOT, described=True)
READING = Reading(
    width=200,
    height=100,
    blocks=(
        Block(text=HOSTILE, box=(10, 20, 60, 40), confidence=0.99),
        Block(text="```\nfenced", box=(10, 50, 60, 70), confidence=0.5),
    ),
)
IT = ChosenModels(("vendor/seer", "scripted/blind"), ("scripted/blind",), {SEER.ref: SEER, BLIND.ref: BLIND})
SESSION = Session(
    pictures=(PICTURE,),
    readings={DOT: READING},
    turns=(
        VisionTurn(
            question=HOSTILE,
            pictures=(PICTURE,),
            seats=(Seat("sees", SEER.ref), Seat("reads", BLIND.ref)),
            replies=(
                Reply(model=SEER.ref, state="failed", failure=Failure("missing_key", {"provider": HOSTILE})),
                Reply(model=BLIND.ref, state="done", text=HOSTILE, finish="stop"),
            ),
        ),
    ),
)


def harmless(markup: str) -> Seen:
    seen = Seen(markup)
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    sources = [value for name, value in seen.attributes if name == "src"]
    assert all(str(one).startswith("data:image/") for one in sources)
    assert not {"script", "iframe", "object", "b"} & set(seen.tags)
    return seen


async def last(snapshots: AsyncGenerator[T]) -> list[T]:
    async with aclosing(snapshots) as coming:
        return [snapshot async for snapshot in coming]


class TestPictures:
    def test_nothing_of_a_file_or_an_image_is_obeyed(self, show):
        seen = harmless(draw_pictures(show, SESSION, IT, "en"))
        assert seen.text.count(HOSTILE) >= 3  # its name, the model's, what was read
        assert seen.tags.count("rect") == 2
        assert [value for name, value in seen.attributes if name == "class" and value in ("sure", "unsure")] == [
            "sure",
            "unsure",
        ]
        assert ("viewbox", "0 0 200 100") in seen.attributes

    def test_what_it_costs_is_said_for_each_column(self, show):
        drawn = draw_pictures(show, replace(SESSION, turns=()), IT, "en")
        shown = Seen(drawn)
        assert "<td>100 × 50</td><td>8</td>" in drawn  # 4 × 2 patches
        assert "unknown" in shown.text  # no price list has that model
        assert "sent as the text that is read in it" in shown.text
        assert ("data-remove", "1") in shown.attributes
        assert "data-remove" not in draw_pictures(show, SESSION, IT, "en")

    @pytest.mark.parametrize(("language", "told"), [("en", "the file has 8000 × 4000"), ("es", "tiene 8000 × 4000")])
    def test_a_photo_that_was_made_smaller_says_so(self, language, told):
        smaller = replace(PICTURE, image=replace(DOT, file=ImageFile("pizarra.jpg", 8000, 4000)))
        renderer = Renderer(texts(), language)
        assert told in draw_pictures(renderer, replace(SESSION, pictures=(smaller,), turns=()), IT, language)
        whole = replace(PICTURE, image=replace(DOT, file=ImageFile("pizarra.jpg", 200, 100)))
        assert "the file has" not in draw_pictures(renderer, replace(SESSION, pictures=(whole, PICTURE)), IT, language)

    @pytest.mark.parametrize(("language", "told"), [("en", "“pizarra.jpg”: made smaller"), ("es", "«pizarra.jpg»:")])
    def test_what_a_model_is_sent_smaller_is_named(self, language, told):
        values = {"before": "8 × 6", "after": "4 × 3"}
        renderer = Renderer(texts(), language)
        named = renderer.change(Change(what="images", reason="image_smaller", values={**values, "file": "pizarra.jpg"}))
        assert told in named and "8 × 6" in named
        assert "“" not in renderer.change(Change(what="images", reason="image_smaller", values=values))

    def test_an_empty_tray_says_what_to_do(self, show):
        assert "No image yet" in draw_pictures(show, Session(), IT, "en")

    def test_the_samples_of_a_language(self, show):
        assert harmless(draw_samples(show, "en")).tags.count("button") == 8
        assert "Tique" in draw_samples(Renderer(texts(), "es"), "es")
        assert "receipt.es.jpg" in draw_samples(show, "es")

    def test_a_rejected_file_is_told_in_a_sentence(self, show):
        failure = Failure("image_error.kind", {"file": HOSTILE})
        seen = harmless(draw_rejected(show, UploadProgress(rejected=(Rejected(HOSTILE, failure),))))
        assert HOSTILE in seen.text and "is not an image" in seen.text

    async def test_adding_a_sample_and_a_page(self, app, who):
        it = await choose_models(app, who, ["scripted/seer"], [])
        screens = await last(add_sample(app, who, it, "shapes.png"))
        assert screens[0].stop == gr.update(visible=True) and "Reading image 1 of 1" in str(screens[0].progress)
        assert screens[-1].picture == gr.update(choices=[("1. shapes.png", 1)], value=1)
        assert "How many circles are there?" in str(screens[-1].shown)
        screens = await last(add(app, who, it, [Upload("page.png", HTML)]))
        assert "is not an image" in str(screens[-1].progress)
        assert len(app.visits.session(who.visitor).pictures) == 1
        screens = await last(add_sample(app, who, it, "receipt.es.jpg"))
        assert "¿Cuántas granadas se compraron?" in str(screens[-1].shown)  # in the language of the image
        chosen = {one: show_other_pictures(app, who, it, chosen=one).picture["value"] for one in (1, 2, 3, "1", None)}
        assert chosen == {1: 1, 2: 2, 3: 2, "1": 2, None: 2}, "the chosen one where there is such, else the last"
        assert "no sample image" in str((await last(add_sample(app, who, it, "../x")))[-1].progress)

    @pytest.mark.parametrize("paths", ["/etc/hostname", ["/etc/hostname"], [7], {"path": "/etc/hostname"}])
    async def test_only_uploads_are_taken(self, app, who, paths):
        it = await choose_models(app, who, ["scripted/seer"], [])
        (screen,) = await last(upload(app, who, it, paths))
        assert "is not among yours" in str(screen.progress)
        assert app.visits.session(who.visitor).pictures == ()

    async def test_removing_what_is_not_there(self, app, who):
        it = await choose_models(app, who, ["scripted/seer"], [])
        for number in (1, "1", None):
            assert "is not among yours" in str(remove(app, who, it, number).progress)


class TestColumns:
    def test_each_model_sits_where_it_stands(self):
        assert IT.seats == (Seat("sees", SEER.ref), Seat("reads", BLIND.ref))
        assert IT.blind == ()
        assert replace(IT, reading=()).blind == (BLIND.ref,)
        both = replace(IT, reading=(SEER.ref,))
        assert both.seats == (Seat("sees", SEER.ref), Seat("reads", SEER.ref))

    def test_a_model_nobody_knows_is_asked(self):
        assert ChosenModels(("owner/name",), (), {}).seats == (Seat("sees", "owner/name"),)

    def test_the_blind_are_named_with_the_reason(self, show):
        readers, who_answers, *rest = lay_columns(show, replace(IT, reading=()), SESSION)
        assert readers["choices"] == [(f"OCR + {HOSTILE}", SEER.ref), ("OCR + Blind", BLIND.ref)]
        seen = harmless(str(who_answers))
        assert "Blind cannot see images" in seen.text
        assert [one["visible"] for one in rest[:4]] == [True, False, False, False]
        harmless("".join(map(str, rest[4:8])))

    def test_what_is_ticked_is_told_where_it_changes_alone(self, show):
        """The next tick may have been made meanwhile."""
        as_it_is, changed = replace(IT, ticked=IT.reading), replace(IT, ticked=(*IT.reading, "of another model"))
        assert "value" not in lay_columns(show, as_it_is, SESSION)[0]
        assert lay_columns(show, changed, SESSION)[0]["value"] == list(IT.reading)

    async def test_what_is_no_list_of_names_counts_as_none(self, app, who):
        it = await choose_models(app, who, 7, {"a": 1})
        assert it.refs == (app.settings.model,) and it.reading == ()
        it = await choose_models(app, who, ["scripted/echo"] * 9, ["scripted/echo", "scripted/thinker"])
        assert it.refs == it.reading == ("scripted/echo",)

    def test_the_example_speaks_what_the_models_speak(self):
        silent, english = [SEER, BLIND], [replace(SEER, languages=("en",)), BLIND]
        asked = [(silent, "es"), (english, "es"), (english, "en")]
        assert [example_language(models, page_language) for models, page_language in asked] == ["es", "en", "en"]


class TestMessages:
    def test_a_column_reads_as_in_chat(self, show):
        asked, read, said, facts = messages(show, SESSION, Seat("reads", BLIND.ref))
        assert asked["content"].startswith("*with image 1*") and "<img" not in asked["content"]
        assert read["content"].startswith("````text\n") and read["content"].endswith("\n````")
        assert "2 pieces" in read["metadata"]["title"]
        assert "<img" not in said["content"]
        assert "options" not in facts or facts["options"] == []

    def test_what_another_model_said_is_not_taken_for_a_columns_own(self, show):
        """It is shown as it is told the model that comes later: the first reply that says something."""
        _, said, facts = messages(show, SESSION, Seat("sees", "vendor/later"))
        assert said == messages(show, SESSION, Seat("reads", BLIND.ref))[2]
        assert facts["metadata"]["title"].startswith("copied from blind")
        unanswered = replace(SESSION.turns[0], replies=SESSION.turns[0].replies[:1], seats=SESSION.turns[0].seats[:1])
        assert len(messages(show, replace(SESSION, turns=(unanswered,)), Seat("sees", "vendor/later"))) == 1

    def test_a_missing_key_can_be_entered(self, show):
        *_, facts = messages(show, SESSION, Seat("sees", SEER.ref))
        assert [one["value"] for one in facts["options"]] == ["keys", "again"]

    def test_while_it_is_read_it_says_so(self, show):
        turn = replace(SESSION.turns[0], replies=(Reply(model="a"), Reply(model="b")))
        reading = replace(SESSION, readings={}, turns=(turn,))
        assert messages(show, reading, Seat("reads", BLIND.ref))[-1]["metadata"]["title"].startswith("Reading the text")
        assert "first token" in messages(show, reading, Seat("sees", SEER.ref))[-1]["metadata"]["title"]


class TestAsking:
    async def ask(self, app: App, who: Who, question: str, models: list[str], reading: list[str]):
        it = await choose_models(app, who, models, reading)
        return await last(answer(app, who, it, Asking(question=question, seats=it.seats)))

    async def test_two_columns_and_what_to_notice(self, app, who):
        it = await choose_models(app, who, ["scripted/seer"], [])
        await last(add(app, who, it, [Upload("red.png", DOT.content)]))
        screens = await self.ask(app, who, "What?", ["scripted/seer", "scripted/echo"], ["scripted/echo"])
        assert screens[0].stop == gr.update(visible=True) and screens[0].question == ""
        final = screens[-1]
        assert "I was sent 1 image: image/png, 200 × 100" in str(final.chats[0])
        assert "Text read in image 1" in str(final.chats[1])
        assert "one column saw the image" in str(final.notice)
        assert final.ask == gr.update(visible=True)
        again = await self.ask(app, who, "Again?", ["scripted/seer"], [])
        assert again[-1].notice == ""
        empty = restart(app, who, it)
        assert empty.chats[0] == [] and app.visits.session(who.visitor).turns == ()
        assert "data-undo" in str(empty.notice) and "data-undo" not in str(restart(app, who, it).notice)

    async def test_what_cannot_be_asked_goes_back_into_its_box(self, app, who):
        (screen,) = await self.ask(app, who, "What?", ["scripted/seer"], [])
        assert "There is no image yet" in str(screen.notice) and screen.question == "What?"
        it = await choose_models(app, who, ["scripted/seer"], [])
        await last(add(app, who, it, [Upload("red.png", DOT.content)]))
        (screen,) = await self.ask(app, who, "What?", ["scripted/echo"], [])
        assert "None of the chosen models can see" in str(screen.notice)


class TestLabels:
    INFO = ContrastiveInfo(id="x", provider="huggingface", name=HOSTILE, measure="sigmoid", parameters=375_000_000)

    def test_labels_are_escaped_and_the_measure_said(self, show):
        fits = (Fit("a", -1.5, 0.25), Fit(HOSTILE, 3.25, 0.875))
        seen = harmless(draw_labels(show, [Labelled(info=self.INFO, fits=fits)]))
        assert "sigmoid: each label by itself" in seen.text
        assert seen.text.index(HOSTILE, 10) < seen.text.index("25.0%")  # the best first
        assert "−1.50" in seen.text and "87.5%" in seen.text

    def test_waiting_and_failing(self, show):
        waiting = Labelled(info=self.INFO, progress=Progress(stage="load"))
        failed = Labelled(info=self.INFO, failure=Failure("weights_unavailable.offline", {"model": HOSTILE}))
        assert "Loading the model" in draw_labels(show, [waiting])
        assert 'role="alert"' in draw_labels(show, [failed])
        harmless(draw_labels(show, [failed]))

    @pytest.mark.parametrize(
        ("labels", "template", "models", "said"),
        [
            (" \n", "", ["scripted/colours"], "Write some labels first"),
            ("a\nb", "no gap", ["scripted/colours"], "exactly one {}"),
            ("a\nb", "", ["scripted/colours"], "There is no image yet"),
            ("\n".join(map(str, range(60))), "", ["scripted/colours"], "50"),
            (7, "", ["scripted/colours"], "Text was expected"),
        ],
    )
    async def test_what_cannot_be_compared(self, app, who, labels, template, models, said):
        shown = await last(compare(app, who, 1, labels, template, models))
        assert said in shown[-1].bars

    async def test_bars_come_with_what_to_notice(self, app, who):
        it = await choose_models(app, who, ["scripted/seer"], [])
        await last(add(app, who, it, [Upload("red.png", DOT.content)]))
        shown = await last(compare(app, who, 1, "a red thing, a blue thing", None, ["scripted/colours"]))
        assert Seen(shown[-1].bars).text.index("a red thing") < Seen(shown[-1].bars).text.index("a blue thing")
        assert "What to notice" in shown[-1].bars


class TestMeasuring:
    def measured(self, *texts_: str) -> VisionResult:
        questions = spread_questions("en", 4)
        columns = tuple(Contender(key=f"sees@{n}", way="sees", model=SEER) for n in texts_)
        outcomes = {
            Cell(column.key, question.item.id): Outcome(text=column.key, score=float(place % 2), done=True)
            for column in columns
            for place, question in enumerate(questions)
        }
        snapshot = Snapshot(state="done", total=4 * len(columns), outcomes=outcomes)
        return VisionResult(
            snapshot=snapshot, columns=columns, questions=questions, blind=(replace(BLIND, name=HOSTILE),)
        )

    def test_the_table_has_intervals_and_obeys_nothing(self, show):
        it = self.measured("a", "b")
        seen = harmless(draw_answers(show, it) + draw_scores(show, it))
        assert "8 of 8 answers" in seen.text and "cannot see" in seen.text
        assert "0.500.15–0.85, n = 4" in seen.text
        drawn = plot_scores(show, it)
        assert drawn is not None and "<img" not in drawn.to_json()
        assert drawn.data[0].x[-1] == 0.5

    def test_chance_and_the_most_frequent_letter_stand_under_it(self, show):
        drawn = draw_scores(show, self.measured("a"))
        assert re.findall(r'data-floor="(\w+)"', drawn) == ["majority", "chance"]
        cells = [row.count("<td>") for row in drawn.split("<tr")[2:]]
        assert len(set(cells)) == 1, "every row has all columns"

    def test_who_always_chooses_one_letter_is_named(self, show):
        item = Item(id="1", question="Which?", answer="A", choices=("x", "y"))
        first = spread_questions("en", 1)[0]
        items = [replace(item, id=str(number), answer="AB"[number % 2]) for number in range(10)]
        questions = tuple(replace(first, item=one, kind="choice") for one in items)
        said = Extraction("B", None, None, "last")
        it = self.measured("a")
        outcomes = {Cell("sees@a", one.id): Outcome(text="B", extraction=said, score=0.0, done=True) for one in items}
        it = replace(it, questions=questions, snapshot=replace(it.snapshot, outcomes=outcomes))
        assert "“B” 10 times out of 10" in harmless(draw_always_same(show, it)).text
        assert draw_always_same(show, self.measured("a")) == ""

    def test_what_could_not_be_read_is_told_apart_in_table_figure_and_file(self, show):
        it = self.measured("a")
        unread = Extraction(None, None, None, "none")
        outcomes = {
            cell: replace(one, extraction=unread) if cell.item == it.questions[0].item.id else one
            for cell, one in it.snapshot.outcomes.items()
        }
        it = replace(it, snapshot=replace(it.snapshot, outcomes=outcomes))
        seen = harmless(draw_scores(show, it))
        assert "1 wrong" in seen.text and "1 without a readable answer" in seen.text
        assert "the fault may lie in the reading" in draw_scores(show, it)
        drawn = plot_scores(show, it)
        assert drawn is not None
        best = drawn.data[-1].name.replace("<br>", " ")
        assert best == "if every reply without a readable answer were right"
        assert drawn.data[-1].x[-1] == 0.75
        verdicts = [one["verdict"] for one in csv.DictReader(io.StringIO(it.csv()))]
        assert verdicts == ["no_readable_answer", "right", "wrong", "right"]

    def test_its_title_says_what_it_is_of(self, show):
        seen = harmless(draw_vision_title(show, self.measured("a"), "es", "2026-11-29T10:20:00+00:00"))
        for part in ("4 questions", "in Spanish", SEER.name, "sees the image", "share of right answers", "2026"):
            assert part in seen.text

    def test_the_computers_time_and_the_time_in_company_are_told_apart(self, show):
        it = self.measured("a")
        outcomes = {cell: replace(one, computing=0.25, seconds=2.0) for cell, one in it.snapshot.outcomes.items()}
        timed = replace(it, snapshot=replace(it.snapshot, outcomes=outcomes))
        assert "<td>0.25 s</td><td>2.00 s</td>" in draw_scores(show, timed)
        assert "<td>–</td><td>0.00 s</td>" in draw_scores(show, it), "of a model elsewhere it is not known"

    def test_nothing_measured_draws_nothing(self, show):
        it = self.measured("a")
        nothing = replace(it, snapshot=replace(it.snapshot, outcomes={}))
        assert plot_scores(show, nothing) is None
        assert "–" in draw_scores(show, nothing)

    @pytest.mark.parametrize(
        "plan",
        [(0, ["sees"], "en"), (1e9, ["sees"], "en"), (None, ["sees"], "en"), (float("nan"), ["sees"], "en"),
         (4, [], "en"), (4, ["flies"], "en"), (4, ["sees"], "fr"), (True, ["sees"], "en")],
    )  # fmt: skip
    def test_a_plan_is_checked(self, plan):
        with pytest.raises(InputError):
            checked_measuring(IT, plan, Sampling())

    async def test_what_may_cost_is_asked_first(self, app, who):
        wanted = checked_measuring(IT, (2, ["sees", "guesses"], "en"), Sampling())
        (screen,) = await last(start(app, who, IT, wanted))
        assert "4 requests" in str(screen.progress) and screen.confirm == gr.update(visible=True)
        assert app.visits.last_result(who.visitor) is None

    async def test_what_is_free_runs_and_is_saved(self, app, who):
        it = await choose_models(app, who, ["scripted/seer"], [])
        wanted = checked_measuring(it, (2, ["sees"], "es"), Sampling())
        screens = await last(start(app, who, it, wanted))
        assert screens[0].stop == gr.update(visible=True)
        assert screens[0].plot == gr.update(visible=False), "no earlier figure stays"
        assert "2 of 2 answers" in str(screens[-1].progress) and screens[-1].csv == gr.update(visible=True)
        assert screens[-1].plot["visible"]
        file = export_measured(app, who)
        assert file is not None and file["content"].startswith("\ufeffmodel,way,item")
        assert export_measured(app, replace(who, visitor="other")) is None

    async def test_nobody_who_sees(self, app, who):
        it = await choose_models(app, who, ["scripted/echo"], [])
        wanted = checked_measuring(it, (2, ["sees"], "en"), Sampling())
        screens = await last(start(app, who, it, wanted))
        assert "None of the chosen models can see" in str(screens[-1].progress)
