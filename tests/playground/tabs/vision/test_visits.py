"""The gallery: pictures kept, columns that see and read, what is stopped, taken back, labelled and measured."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from PIL import Image

from playground.asking.images.bounded import run_program
from playground.asking.upload import Upload
from playground.settings import Settings
from playground.tabs.vision.lab import ocr
from playground.tabs.vision.lab.questions import types
from playground.tabs.vision.visit.ask import Asking
from playground.tabs.vision.visit.export import to_json, to_markdown
from playground.tabs.vision.visit.kept import measuring_of, result_of
from playground.tabs.vision.visit.measure import VisionMeasurement, estimate_bill, spread_questions
from playground.tabs.vision.visit.pictures import sample, samples
from playground.tabs.vision.visit.values import MOST_PICTURES, Seat, Session, UploadProgress, sent_picture
from playground.tabs.vision.visit.visits import ASK, MEASURE, VisionVisits
from playground.visitors import Sessions
from playground.visitors.kept_runs import KeptRuns
from playground.visitors.reach import Reach
from providers.catalog import find, load
from providers.errors import ImageError, InputError, LimitExceeded
from providers.image import resize, size
from providers.types import ModelInfo, Sampling
from tests.playground.asking.hostile_images import HTML, SVG, drawn, photo_with_location, pixel_bomb, saved, truncated

pytestmark = pytest.mark.usefixtures("answered_once")
T = TypeVar("T")
YOU, OTHER = "you", "other"
SEER, ECHO, SLOW = "scripted/seer", "scripted/echo", "scripted/slow"
SEES, READS = Seat("sees", SEER), Seat("reads", ECHO)
RECEIPT = "receipt.en.jpg"


@pytest.fixture
def gallery(tmp_path: Path) -> VisionVisits:
    return opened(Settings(_env_file=None, home=tmp_path, model="scripted", messages_per_minute=500))


def opened(settings: Settings) -> VisionVisits:
    rows = load()
    sessions = Sessions.of(settings, rows)
    return VisionVisits(Reach(rows, settings.options(), sessions.vault, scripted=True), sessions)


async def last(snapshots: AsyncGenerator[T]) -> T:
    """How it ended."""
    async with aclosing(snapshots) as coming:
        return [snapshot async for snapshot in coming][-1]


async def added(gallery: VisionVisits, *files: Upload, visitor: str = YOU) -> UploadProgress:
    return await last(gallery.add(visitor, files))


async def asked(gallery: VisionVisits, question: str = "What is it?", *seats: Seat, **more: object) -> Session:
    return await last(gallery.ask(YOU, Asking(question=question, seats=seats or (SEES,), **more)))


def texts(session: Session) -> list[str]:
    return [reply.text for reply in session.turns[-1].replies]


def picture(colour: str = "red", side: int = 40) -> Upload:
    return Upload(f"{colour}.png", saved(Image.new("RGB", (side, side), colour), "PNG"))


class TestPictures:
    async def test_a_photo_is_upright_and_says_nothing_more(self, gallery):
        found = await added(gallery, Upload("photo.jpg", photo_with_location()))
        (kept,) = found.session.pictures
        assert (kept.name, kept.width, kept.height, kept.described) == ("photo.jpg", 80, 120, True)
        for told in (b"Exif", b"Aula Camera", b"ns.adobe.com", b"a pupil", b"a private comment", b"ICC_PROFILE"):
            assert told in photo_with_location()
            assert told not in kept.image.content and told not in kept.preview.content

    async def test_what_says_nothing_is_not_said_to_have_been_described(self, gallery):
        found = await added(gallery, picture())
        assert not found.session.pictures[0].described

    async def test_hostile_files_are_named_and_the_others_kept(self, gallery):
        files = [
            Upload("drawing.svg", SVG),
            Upload("page.png", HTML),
            picture(),
            Upload("cut.jpg", truncated()),
            Upload("bomb.png", pixel_bomb()),
            Upload("empty.png", b""),
        ]
        found = await added(gallery, *files)
        assert [(one.name, one.failure.key) for one in found.rejected] == [
            ("drawing.svg", "image_error.svg"),
            ("page.png", "image_error.kind"),
            ("cut.jpg", "image_error.damaged"),
            ("bomb.png", "image_error.pixels"),
            ("empty.png", "image_error.empty"),
        ]
        assert all(one.failure.values["file"] == one.name for one in found.rejected)
        assert [one.name for one in found.session.pictures] == ["red.png"]

    async def test_the_same_picture_is_kept_once_and_too_many_are_refused(self, gallery):
        found = await added(gallery, picture(), picture())
        assert len(found.session.pictures) == 1
        found = await added(gallery, *(picture("blue", 10 + side) for side in range(MOST_PICTURES)))
        assert len(found.session.pictures) == MOST_PICTURES
        assert [one.failure.key for one in found.rejected] == ["limit_exceeded.pictures"]

    async def test_pictures_are_their_visitors_own(self, gallery):
        await added(gallery, picture())
        assert gallery.session(OTHER).pictures == ()
        with pytest.raises(InputError) as caught:
            gallery.picture(OTHER, 1)
        assert caught.value.reason == "picture"
        gallery.clear(OTHER)
        assert len(gallery.session(YOU).pictures) == 1

    async def test_one_is_removed_unless_something_was_asked_about_it(self, gallery):
        await added(gallery, picture("red"), picture("blue"))
        assert [one.name for one in gallery.remove(YOU, 1).pictures] == ["blue.png"]
        await asked(gallery)
        for number in (0, 1, 2, -1):
            with pytest.raises(InputError):
                gallery.remove(YOU, number)
        gallery.restart(YOU)
        assert gallery.remove(YOU, 1).pictures == ()

    async def test_what_was_left_can_be_had_back_until_something_is_asked(self, gallery):
        assert gallery.undo(YOU).pictures == ()
        await added(gallery, picture("red"))
        await asked(gallery)
        gallery.restart(YOU)
        await added(gallery, picture("blue"))
        back = gallery.undo(YOU)
        assert len(back.turns) == 1 and [one.name for one in back.pictures] == ["red.png", "blue.png"]
        assert gallery.clear(YOU).pictures == () and len(gallery.undo(YOU).turns) == 1
        assert gallery.undo(YOU).turns == back.turns, "once"
        gallery.restart(YOU)
        await asked(gallery)
        before = gallery.session(YOU)
        assert gallery.undo(YOU) == before
        gallery.clear(YOU)
        await gallery.forget(YOU)
        assert gallery.undo(YOU).pictures == ()

    def test_samples_have_questions_in_both_languages(self):
        for language in ("en", "es"):
            found = samples(language)
            assert len(found) == 8
            assert all(one.language == language for questions in found.values() for one in questions)
        assert samples("fr") == samples("en")

    @pytest.mark.parametrize("name", ["../questions.jsonl", "questions.jsonl", "", "receipt.en.jpg/..", "/etc/passwd"])
    def test_only_samples_are_samples(self, name):
        with pytest.raises(InputError) as caught:
            sample(name)
        assert caught.value.reason == "sample"

    async def test_what_is_foretold_is_what_is_sent(self, gallery):
        (kept,) = (await added(gallery, Upload("big.png", saved(drawn((1700, 900)), "PNG")))).session.pictures
        seen = [model for model in load().models if model.images]
        assert len(seen) > 5
        for model in seen:
            foretold = sent_picture(kept, model)
            assert (foretold.width, foretold.height) == size(resize(kept.image, model))
        assert sent_picture(kept, ModelInfo(id="m", provider="custom", name="m")).cost is None
        assert sent_picture(kept, ModelInfo(id="m", provider="huggingface", name="M", local=True)).cost == 0
        known = sent_picture(replace(kept, width=1000, height=1000), find(load().models, "anthropic/claude-haiku-4-5"))
        assert known.tokens == 1296 and known.cost is not None and 0.0001 < known.cost < 0.1


class TestAsking:
    async def test_one_sees_and_one_reads(self, gallery):
        await added(gallery, sample(RECEIPT))
        session = await asked(gallery, "What is the total?", SEES, READS, Seat("sees", ECHO))
        seen, read, blind = session.turns[-1].replies
        assert seen.text.startswith("I was sent 1 image: image/jpeg, 768 × 676 pixels.")
        assert [change.reason for change in seen.changes] == ["image_smaller"]
        assert "TOTAL\t37.90" in read.text and "Corner" not in seen.text
        assert "image" not in json.loads(read.sent.content)["messages"][0]
        assert (blind.state, blind.failure.key) == ("failed", "unsupported_request.images")
        reading = session.readings[session.pictures[0].image]
        assert any(block.text == "37.90" and block.confidence > 0.9 for block in reading.blocks)

    async def test_a_follow_up_sends_the_picture_again_and_a_new_one_goes_along(self, gallery):
        await added(gallery, picture("red"))
        await asked(gallery, "What colour?")
        await asked(gallery, "And how large?")
        session = await asked(gallery, "Again?")
        assert texts(session)[0].startswith("I was sent 1 image:")
        assert [len(turn.pictures) for turn in session.turns] == [1, 0, 0]
        await added(gallery, picture("blue", 60))
        session = await asked(gallery, "Which is larger?")
        assert "I was sent 2 images: image/png, 40 × 40 pixels; image/png, 60 × 60" in texts(session)[0]

    async def test_a_picture_of_a_question_nobody_answered_is_not_lost(self, gallery):
        await added(gallery, picture())
        session = await asked(gallery, "Blind?", Seat("sees", ECHO))
        assert session.turns[0].replies[0].text == ""
        session = await asked(gallery, "And now?")
        assert texts(session)[0].startswith("I was sent 1 image:")

    async def test_a_column_that_comes_later_knows_what_another_said(self, gallery):
        await added(gallery, picture())
        await asked(gallery, "First?", Seat("sees", SEER))
        session = await asked(gallery, "Second?", READS)
        assert session.turns[-1].replies[0].state == "done"
        assert "I was sent 1 image" in session.turns[-1].replies[0].sent.content

    @pytest.mark.parametrize(
        ("pictures", "asking", "error"),
        [
            (0, Asking(question="?", seats=(SEES,)), "input_error.no_image"),
            (1, Asking(question="?", seats=()), "input_error.blind"),
            (1, Asking(question=" ", seats=(SEES,)), "input_error.empty"),
            (1, Asking(question="?", seats=(SEES, READS) * 3), "limit_exceeded.columns"),
            (7, Asking(question="?", seats=(SEES,)), "limit_exceeded.images"),
        ],
    )
    async def test_what_cannot_be_asked_changes_nothing(self, gallery, pictures, asking, error):
        if pictures:
            await added(gallery, *(picture("blue", 10 + side) for side in range(pictures)))
        before = gallery.session(YOU)
        with pytest.raises(InputError) as caught:
            async for _ in gallery.ask(YOU, asking):
                pass
        assert caught.value.key == error
        assert gallery.session(YOU) == before

    async def test_an_unknown_model_fails_alone(self, gallery):
        await added(gallery, picture())
        session = await asked(gallery, "?", SEES, Seat("sees", "scripted/nobody"))
        seen, unknown = session.turns[-1].replies
        assert seen.state == "done"
        assert unknown.failure.key.startswith("unknown_model")

    async def test_stop_ends_all_columns_and_keeps_what_was_said(self, gallery):
        await added(gallery, picture())
        session = Session()
        asking = Asking(question="Count", seats=(Seat("reads", SLOW), SEES))
        async with asyncio.timeout(60), aclosing(gallery.ask(YOU, asking)) as sessions:
            async for session in sessions:
                if len(session.turns[-1].replies[0].text) > 10:
                    gallery.stop(YOU, ASK)
        stopped, done = session.turns[-1].replies
        assert (stopped.state, done.state) == ("stopped", "done")
        assert stopped.text.startswith("1 2 3") and "2000" not in stopped.text
        assert gallery.session(YOU).turns[-1].replies[0].text == stopped.text

    async def test_stop_while_it_is_being_read(self, gallery, monkeypatch):
        monkeypatch.setattr(ocr, "run_program", run_program)  # what another test has read is not known here
        await added(gallery, sample(RECEIPT))
        session = Session()
        async with asyncio.timeout(20), aclosing(gallery.ask(YOU, Asking(question="?", seats=(READS,)))) as sessions:
            async for session in sessions:  # noqa: B007 - the last one is looked at
                gallery.stop(YOU, ASK)
        assert session.turns[-1].replies[0].state == "stopped"
        assert session.readings == {}

    async def test_a_conversation_begun_anew_is_not_brought_back_by_the_old_one(self, gallery):
        await added(gallery, picture())
        async with aclosing(gallery.ask(YOU, Asking(question="Count", seats=(Seat("reads", SLOW),)))) as sessions:
            async for session in sessions:
                if session.turns[-1].replies[0].text:
                    gallery.restart(YOU)
        assert gallery.session(YOU).turns == ()
        assert len(gallery.session(YOU).pictures) == 1

    async def test_the_last_question_is_taken_back(self, gallery):
        await added(gallery, picture())
        await asked(gallery, "One?")
        await asked(gallery, "Two?")
        assert [turn.question for turn in gallery.take_back(YOU).turns] == ["One?"]

    async def test_more_columns_than_streams_are_refused(self, tmp_path):
        settings = Settings(_env_file=None, home=tmp_path, model="scripted", parallel_streams=1)
        gallery = opened(settings)
        await added(gallery, picture())
        with pytest.raises(LimitExceeded) as caught:
            await asked(gallery, "?", SEES, READS)
        assert caught.value.reason == "streams"
        assert (await asked(gallery)).turns[-1].replies[0].state == "done"  # the stream was given back

    async def test_once_keeps_nothing(self, gallery):
        asking = Asking(question="What?", seats=(SEES,), system="Be brief.")
        session = await last(gallery.once(YOU, [picture()], asking))
        assert "40 × 40 pixels" in texts(session)[0]
        assert gallery.session(YOU) == Session()
        with pytest.raises(ImageError) as caught:
            async for _ in gallery.once(YOU, [Upload("a.svg", SVG)], asking):
                pass
        assert (caught.value.reason, caught.value.values["file"]) == ("svg", "a.svg")


class TestExport:
    async def test_json_holds_everything_but_the_pixels(self, gallery):
        await added(gallery, sample(RECEIPT))
        session = await asked(gallery, "What is the total?", SEES, READS)
        told = json.loads(to_json(session))
        (shown,) = told["pictures"]
        assert (shown["width"], shown["height"], len(shown["sha256"])) == (1000, 880, 64)
        assert any(block["text"] == "37.90" for block in shown["read"]["blocks"])
        assert [one["way"] for one in told["turns"][0]["columns"]] == ["sees", "reads"]
        assert told["turns"][0]["columns"][0]["usage"]["input_tokens"] > 0
        assert len(to_json(session)) < len(session.pictures[0].image.content) / 4

    async def test_markdown_names_the_pictures_and_the_columns(self, gallery):
        await added(gallery, picture())
        session = await asked(gallery, "What is it?", SEES, READS)
        told = to_markdown(session, {"you": "You", "image": "Image", "read": "OCR"})
        assert "- Image 1: `red.png`, 40 × 40 px" in told
        assert "## scripted/seer" in told and "## OCR + scripted/echo" in told and "What is it?" in told


class TestLabels:
    async def test_the_likeliest_label_is_the_right_one(self, gallery):
        await added(gallery, picture("red"), picture("blue"))
        for number, right in ((1, "a red thing"), (2, "a blue thing")):
            latest = await last(
                gallery.label(YOU, number, ["a red thing", "a green thing", "a blue thing"], ["scripted/colours"])
            )
            best = max(latest[0].fits, key=lambda fit: fit.probability)
            assert best.label == right
            assert sum(fit.probability for fit in latest[0].fits) == pytest.approx(1)

    @pytest.mark.parametrize(
        ("number", "models", "error"),
        [(2, ["scripted/colours"], "input_error.picture"), (1, [], "input_error.blind"), (1, ["x/y"], "unknown_model")],
    )
    async def test_what_cannot_be_compared(self, gallery, number, models, error):
        await added(gallery, picture())
        with pytest.raises(Exception) as caught:
            async for _ in gallery.label(YOU, number, ["a"], models):
                pass
        assert caught.value.key == error


class TestMeasuring:
    async def test_every_way_is_measured_and_the_blind_named(self, gallery):
        measuring = VisionMeasurement(
            models=(SEER, ECHO), ways=("sees", "guesses"), questions=spread_questions("en", 6)
        )
        latest = await last(gallery.measure(YOU, measuring))
        assert latest.snapshot.state == "done"
        assert [one.key for one in latest.columns] == [f"sees@{SEER}", f"guesses@{SEER}", f"guesses@{ECHO}"]
        assert [one.ref for one in latest.blind] == [ECHO]
        assert len(latest.snapshot.outcomes) == 18
        whole = [one for one in latest.scores if one.type == ""]
        assert all(one.items == 6 and one.low <= one.mean <= one.high for one in whole)
        seen = next(o for c, o in latest.snapshot.outcomes.items() if c.column == f"sees@{SEER}")
        guessed = next(o for c, o in latest.snapshot.outcomes.items() if c.column == f"guesses@{SEER}")
        assert "1 image" in seen.text and "0 images" in guessed.text
        assert gallery.last_result(YOU) == latest and gallery.last_result(OTHER) is None

    async def test_a_measurement_is_kept_and_one_broken_off_goes_on(self, gallery):
        measuring = VisionMeasurement(models=(ECHO,), ways=("guesses",), questions=spread_questions("en", 3))
        latest = await last(gallery.measure(YOU, measuring, name="mine"))
        kept = KeptRuns(gallery.sessions)
        (run,) = kept.list_runs(YOU)
        assert (run.name, run.description.measurement, run.done, run.whole) == ("mine", "vision", 3, True)
        assert measuring_of(run.description) == measuring
        with kept.open(YOU) as runs:
            again = result_of(run.description, runs.outcomes(run.id))
            assert again.scores == latest.scores and again.csv() == latest.csv()
            runs._connection.execute("delete from cell where item = ?", (measuring.questions[0].item.id,))
            runs._connection.commit()
        assert len((await last(gallery.resume(YOU, run.id))).outcomes) == 3
        assert [(one.id, one.done) for one in kept.list_runs(YOU)] == [(run.id, 3)]

    async def test_a_spreadsheet_runs_no_formula(self, gallery):
        measuring = VisionMeasurement(
            models=(ECHO,), ways=("guesses",), questions=spread_questions("en", 2), sampling=Sampling()
        )
        latest = await last(gallery.measure(YOU, measuring))
        outcomes = dict(latest.snapshot.outcomes)
        hostile = {cell: replace(one, text="=HYPERLINK(1)") for cell, one in outcomes.items()}
        told = replace(latest, snapshot=replace(latest.snapshot, outcomes=hostile)).csv()
        rows = list(csv.DictReader(io.StringIO(told)))
        assert len(rows) == 2
        assert {row["output"] for row in rows} == {"'=HYPERLINK(1)"}
        assert {row["model"] for row in rows} == {ECHO}

    async def test_stop_keeps_what_is_measured(self, gallery):
        measuring = VisionMeasurement(models=(SLOW,), ways=("guesses",), questions=spread_questions("en", 3))
        latest = None
        async with asyncio.timeout(30):
            async for latest in gallery.measure(YOU, measuring):  # noqa: B007 - as above
                gallery.stop(YOU, MEASURE)
        assert latest is not None and latest.snapshot.state == "stopped"

    async def test_a_model_that_rambles_is_cut(self, gallery):
        latest = await last(
            gallery.measure(
                YOU, VisionMeasurement(models=(SLOW,), ways=("guesses",), questions=spread_questions("en", 1))
            )
        )
        (outcome,) = latest.snapshot.outcomes.values()
        assert outcome.usage.output_tokens == 96

    async def test_nothing_to_measure(self, gallery):
        with pytest.raises(InputError) as caught:
            async for _ in gallery.measure(
                YOU, VisionMeasurement(models=(ECHO,), ways=("sees",), questions=spread_questions("en", 1))
            ):
                pass
        assert caught.value.reason == "blind"

    @pytest.mark.parametrize("language", ["en", "es"])
    def test_few_questions_are_spread_over_images_and_types(self, language):
        every = spread_questions(language, 10_000)
        few = spread_questions(language, 10)
        assert len(few) == len(set(few)) == 10
        assert {one.image for one in few} == {one.image for one in every}
        assert set(types(few)) == set(types(every))

    def test_only_what_may_cost_is_billed(self):
        models = {model.ref: model for model in load().models}
        paid = next(ref for ref, model in models.items() if model.images and model.image_patch and not model.local)
        local = next(ref for ref, model in models.items() if model.local)
        questions = spread_questions("en", 4)
        bill = estimate_bill(
            VisionMeasurement(models=(paid, local), ways=("sees", "guesses"), questions=questions), models
        )
        assert bill.requests == 8
        guesses = estimate_bill(VisionMeasurement(models=(paid,), ways=("guesses",), questions=questions), models)
        assert bill.cost is not None and guesses.cost is not None and bill.cost > guesses.cost > 0
        unknown = estimate_bill(VisionMeasurement(models=("custom/x",), ways=("sees",), questions=questions), models)
        assert (unknown.requests, unknown.cost) == (4, None)
        assert (
            estimate_bill(VisionMeasurement(models=(local,), ways=("guesses",), questions=questions), models).requests
            == 0
        )
