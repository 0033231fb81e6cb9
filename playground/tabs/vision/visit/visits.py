"""What visitors do in the Vision tab: their pictures and questions, and the work on them that can be stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field, replace

from playground.asking.errors import RequestLimit
from playground.asking.pump import follow
from playground.asking.reply import Reply
from playground.asking.threads import run_to_end
from playground.asking.upload import Rejected, Upload
from playground.measuring import Snapshot, run
from playground.tabs.vision.lab.ask import MOST_IMAGES
from playground.tabs.vision.lab.errors import PictureLimit, VisionError
from playground.tabs.vision.lab.labels import Labelled, compare
from playground.tabs.vision.visit.ask import MOST_COLUMNS, Asking, Round
from playground.tabs.vision.visit.kept import MEASUREMENT, description_of, measuring_of
from playground.tabs.vision.visit.measure import VisionMeasurement, VisionResult, plan_run
from playground.tabs.vision.visit.pictures import picture_of
from playground.tabs.vision.visit.values import MOST_PICTURES, Picture, Session, UploadProgress, VisionTurn
from playground.visitors import Sessions
from playground.visitors.expiring import Expiring
from playground.visitors.kept_runs import KeptRuns
from playground.visitors.reach import Reach
from playground.visitors.remembering import Remembers
from providers.errors import Failure, PlaygroundError
from providers.labels import ContrastiveInfo

ADD, ASK, LABEL, MEASURE = "vision-add", "vision-ask", "vision-label", "vision-measure"
"""Places: at each, one piece of work a visitor."""
_SECONDS = 7200.0
"""How long pictures are kept that nobody touches."""
_MOST = 60
"""Visitors whose pictures are kept: a large class. Those of one are 30 MB at most, and mostly 2."""
_AT_ONCE = 4
"""Requests of a measurement that a provider has at a time."""


@dataclass(slots=True)
class VisionVisits(Remembers):
    """Pictures are in memory alone, never on the disk, and forgotten after two hours."""

    reach: Reach
    sessions: Sessions
    _kept: Expiring[Session] = field(default_factory=lambda: Expiring(_SECONDS, _MOST), repr=False)
    _before: Expiring[Session] = field(default_factory=lambda: Expiring(_SECONDS, _MOST), repr=False)
    _measured: Expiring[VisionResult] = field(default_factory=lambda: Expiring(_SECONDS, _MOST), repr=False)

    def session(self, visitor: str) -> Session:
        """The visitor's pictures and questions as they are now."""
        return self._kept.get(visitor) or Session()

    def count_remembered(self, visitor: str) -> Mapping[str, int]:
        """See `playground.visitors.remembering.Remembers`."""
        pictures = (*self.session(visitor).pictures, *(self._before.get(visitor) or Session()).pictures)
        return {"images": len({one.image for one in pictures})}

    async def forget(self, visitor: str) -> None:
        """As `count_remembered`."""
        self._kept.pop(visitor)
        self._before.pop(visitor)
        self._measured.pop(visitor)

    async def add(self, visitor: str, files: Sequence[Upload]) -> AsyncGenerator[UploadProgress]:
        """Clean and keep; the last step holds what was rejected and why. Raises `VisitorLimit("streams")`."""
        async with self.sessions.work.at(visitor, ADD, counted=False) as control:
            adding = self._adding(visitor, files)
            first = UploadProgress(total=len(files), session=self.session(visitor))
            async with aclosing(follow(adding, first, control.stopping)) as steps:
                async for step in steps:
                    yield step

    async def _adding(self, visitor: str, files: Sequence[Upload]) -> AsyncGenerator[UploadProgress]:
        rejected: list[Rejected] = []
        for done, file in enumerate(files, start=1):
            try:
                if len(self.session(visitor).pictures) >= MOST_PICTURES:
                    raise PictureLimit("pictures", limit=MOST_PICTURES)
                picture = await picture_of(file)
                session = self.session(visitor)
                if picture.image not in {one.image for one in session.pictures}:
                    self._kept.put(visitor, replace(session, pictures=(*session.pictures, picture)))
            except PlaygroundError as error:
                rejected.append(Rejected(file.name, Failure.of(error)))
            yield UploadProgress(done=done, total=len(files), rejected=tuple(rejected), session=self.session(visitor))

    def remove(self, visitor: str, number: int) -> Session:
        """Take a picture out, the first is 1. Raises `VisionError("picture")` for one that is not there or was asked
        about: what was said of it would stand without it.
        """
        session = self.session(visitor)
        picture = self.picture(visitor, number)
        if picture.image in session.asked_images:
            raise VisionError("picture")
        left = tuple(one for one in session.pictures if one is not picture)
        self._kept.put(visitor, replace(session, pictures=left))
        return self.session(visitor)

    def picture(self, visitor: str, number: int) -> Picture:
        """The first is 1. Raises `VisionError("picture")`."""
        pictures = self.session(visitor).pictures
        if not 1 <= number <= len(pictures):
            raise VisionError("picture")
        return pictures[number - 1]

    def restart(self, visitor: str) -> Session:
        """A new conversation about the same pictures. See `undo`."""
        self.stop(visitor, ASK)
        session = self.session(visitor)
        if session.turns:
            self._before.put(visitor, session)
        self._kept.put(visitor, replace(session, turns=(), begun=session.begun + 1))
        return self.session(visitor)

    def take_back(self, visitor: str) -> Session:
        """Without the last question: it is to be asked again."""
        self.stop(visitor, ASK)
        session = self.session(visitor)
        self._kept.put(visitor, replace(session, turns=session.turns[:-1], begun=session.begun + 1))
        return self.session(visitor)

    def clear(self, visitor: str) -> Session:
        """Without all pictures and what was said about them. See `undo`."""
        self.stop(visitor, ASK)
        session = self.session(visitor)
        if session.pictures:
            self._before.put(visitor, session)
        self._kept.put(visitor, Session(begun=session.begun + 1))
        return self.session(visitor)

    def undo(self, visitor: str) -> Session:
        """Back to what `restart` or `clear` left, with the pictures added since, as long as nothing was asked since."""
        session, before = self.session(visitor), self._before.get(visitor)
        if before is not None and not session.turns:
            known = {one.image for one in before.pictures}
            pictures = (*before.pictures, *(one for one in session.pictures if one.image not in known))
            self._kept.put(visitor, replace(before, pictures=pictures[:MOST_PICTURES], begun=session.begun + 1))
            self._before.pop(visitor)
        return self.session(visitor)

    async def ask(self, visitor: str, asking: Asking) -> AsyncGenerator[Session]:
        """Ask all columns about the pictures that wait, or once more about those before.

        Raises `InputError`: "empty" without a question, "no_image" without a picture, "blind" without a column;
        `LimitExceeded`.
        """
        session = self.session(visitor)
        self._check(session, asking)
        async with self.sessions.work.at(visitor, ASK, streams=len(asking.seats)) as control:
            session = self.session(visitor)  # what was going on there has ended by now
            session = replace(session, turns=(*session.turns, _turn(session, asking)))
            self._keep(visitor, session.settle())
            its = self._round(visitor, asking, session, control.stopping)
            try:
                async with aclosing(its.replies()) as snapshots:
                    async for replies in snapshots:
                        session = replace(session.with_replies(replies), readings=dict(its.readings))
                        yield session
            finally:
                self._keep(visitor, session.settle())

    async def once(self, visitor: str, files: Sequence[Upload], asking: Asking) -> AsyncGenerator[Session]:
        """The same for a caller who keeps everything himself: one turn about these files, nothing of it kept here.

        Raises what `ask` raises, and `ImageError` for the first file that is no picture.
        """
        if len(files) > MOST_IMAGES:
            raise RequestLimit("images", limit=MOST_IMAGES)
        self.sessions.limits.message(visitor)
        async with self.sessions.limits.stream(visitor):
            session = Session(pictures=tuple([await picture_of(file) for file in files]))
            self._check(session, asking)
            session = replace(session, turns=(_turn(session, asking),))
            its = self._round(visitor, asking, session, asyncio.Event())
            async with aclosing(its.replies()) as snapshots:
                async for replies in snapshots:
                    yield replace(session.with_replies(replies), readings=dict(its.readings))

    def _round(self, visitor: str, asking: Asking, session: Session, stop: asyncio.Event) -> Round:
        readings = dict(session.readings)
        return Round(reach=self.reach, visitor=visitor, asking=asking, session=session, readings=readings, stop=stop)

    def _keep(self, visitor: str, session: Session) -> None:
        """What was said, unless the visitor began anew meanwhile; pictures that came meanwhile stay."""
        now = self.session(visitor)
        if now.begun == session.begun:
            self._kept.put(visitor, replace(session, pictures=now.pictures))

    def _check(self, session: Session, asking: Asking) -> None:
        if not session.pictures:
            raise VisionError("no_image")
        if not asking.seats:
            raise VisionError("blind")
        if len(asking.seats) > MOST_COLUMNS:
            raise RequestLimit("columns", limit=MOST_COLUMNS)
        asking.message(asking.question, session.waiting)

    def labellers(self) -> tuple[ContrastiveInfo, ...]:
        """The models that compare pictures with labels."""
        return self.reach.labellers()

    async def label(
        self, visitor: str, number: int, labels: Sequence[str], refs: Sequence[str], template: str | None = None
    ) -> AsyncGenerator[tuple[Labelled, ...]]:
        """How well each label fits that picture, by each model. Raises `InputError`, `UnknownModel`."""
        picture = self.picture(visitor, number)
        if not refs:
            raise VisionError("blind")
        async with self.sessions.work.at(visitor, LABEL) as control, AsyncExitStack() as held:
            models = [await held.enter_async_context(self.reach.labeller(visitor, ref)) for ref in refs]
            comparing = compare(models, picture.image, labels, template)
            first = tuple(Labelled(info=model.info) for model in models)
            async with aclosing(follow(comparing, first, control.stopping)) as snapshots:
                async for snapshot in snapshots:
                    yield snapshot

    async def measure(
        self, visitor: str, measuring: VisionMeasurement, *, name: str = "", resumed: str | None = None
    ) -> AsyncGenerator[VisionResult]:
        """Ask the sample questions through the one runner; every answer is kept at once, in a new run of that `name`,
        or in the run `resumed` that broke off. Raises what `plan_run`, `KeptRuns` and `LimitExceeded` raise."""
        async with self.sessions.work.at(visitor, MEASURE) as control, AsyncExitStack() as held:
            plan, measured = await plan_run(held, self.reach, visitor, measuring, _AT_ONCE)
            kept, run_id = KeptRuns(self.sessions), resumed
            if run_id is None:
                described = description_of(measuring, measured, _AT_ONCE)
                run_id = await run_to_end(lambda: kept.create(visitor, name or MEASUREMENT, described))
            runs = await held.enter_async_context(kept.open_beside(visitor))
            done = await asyncio.to_thread(runs.to_resume, run_id)
            running = run(plan, control, lambda cell, outcome: runs.keep(run_id, cell, outcome), done)
            async with aclosing(running) as snapshots:
                async for snapshot in snapshots:
                    measured = replace(measured, snapshot=snapshot)
                    self._measured.put(visitor, measured)
                    yield measured

    async def resume(self, visitor: str, run_id: str) -> AsyncGenerator[Snapshot]:
        """Ask what of a kept run has not been answered. Raises as `measure`, `MeasuringError("run")`."""
        stored = await asyncio.to_thread(KeptRuns(self.sessions).load_run, visitor, run_id)
        measuring = measuring_of(stored.description)
        async with aclosing(self.measure(visitor, measuring, resumed=run_id)) as results:
            async for result in results:
                yield result.snapshot

    def last_result(self, visitor: str) -> VisionResult | None:
        """What was measured last."""
        return self._measured.get(visitor)

    def stop(self, visitor: str, place: str) -> None:
        """End the work at that place at once; what is there stays."""
        self.sessions.work.stop(visitor, place)


def _turn(session: Session, asking: Asking) -> VisionTurn:
    """The question as it begins."""
    waiting = tuple(Reply(model=seat.ref) for seat in asking.seats)
    return VisionTurn(question=asking.question, pictures=session.waiting, seats=asking.seats, replies=waiting)
