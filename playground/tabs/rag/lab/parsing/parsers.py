"""A few parser processes and their line: uploads in, documents or named failures out."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Self

from playground.asking.text_language import detect_language
from playground.asking.upload import Rejected, Upload
from playground.tabs.rag.lab.bounds import MB, DocumentBounds
from playground.tabs.rag.lab.documents import BY_OCR, Document, DocumentPage, Omission
from playground.tabs.rag.lab.errors import UnreadableDocument
from playground.tabs.rag.lab.loaders import version
from playground.tabs.rag.lab.parsing.reply import ParserReply, UnpackedFile, check_reply
from playground.tabs.rag.lab.parsing.worker import Died, ParserTask, TooSlow, Worker
from playground.tabs.rag.lab.reading.file_names import safe_name
from providers.errors import Failure, PlaygroundError


class ParsingStopped(Exception):
    """Nobody waits for this file any more."""


class _ParserJob:
    """A file in the hands of a process. Cancelled from another thread, which kills that process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._worker: Worker | None = None
        self._cancelled = False

    def taken_by(self, worker: Worker | None) -> None:
        """Raises `ParsingStopped` where it has been cancelled."""
        with self._lock:
            self._worker = worker
            if self._cancelled:
                raise ParsingStopped

    def cancel(self) -> None:
        with self._lock:
            self._cancelled = True
            if self._worker is not None:
                self._worker.end()


class _Pool:
    """Processes of one kind, each with the one thread that talks to it."""

    def __init__(self, bounds: DocumentBounds, workers: int, *, ocr: bool) -> None:
        self._bounds, self._ocr = bounds, ocr
        self._workers = [Worker(bounds, ocr=ocr) for _ in range(workers)]
        self._idle = list(self._workers)
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="parser")

    async def ask(self, asked: ParserTask) -> ParserReply:
        """Raises `UnreadableDocument`. Cancelling kills the process that reads the file."""
        job = _ParserJob()
        running = self._threads.submit(self._ask, asked, job)
        try:
            return await asyncio.wrap_future(running)
        except asyncio.CancelledError:
            job.cancel()
            raise

    async def close(self) -> None:
        """End the processes. What is being read fails, what waits is called off."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._workers:
            worker.end()
        await asyncio.to_thread(self._threads.shutdown)
        for worker in self._workers:
            worker.kill()

    def _ask(self, asked: ParserTask, job: _ParserJob) -> ParserReply:
        worker = self._idle.pop()
        try:
            job.taken_by(worker)
            return self._answer(worker, asked, job)
        except TooSlow:
            seconds = self._bounds.ocr_seconds if self._ocr else self._bounds.seconds
            raise UnreadableDocument("too_slow", seconds=seconds) from None
        except Died:
            raise UnreadableDocument("crashed") from None
        finally:
            with suppress(ParsingStopped):
                job.taken_by(None)
            self._idle.append(worker)

    def _answer(self, worker: Worker, asked: ParserTask, job: _ParserJob) -> ParserReply:
        """Where a process failed that has read other files before, a fresh one gets the file too: it may not be to
        blame."""
        try:
            answer = check_reply(*worker.ask(asked), self._bounds)
            if not answer.spent:
                return answer
            worker.kill()
            if worker.fresh:
                return answer
        except Died:
            job.taken_by(worker)
            if worker.fresh:
                raise
        return check_reply(*worker.ask(asked), self._bounds)


class Parsers:
    """Reads files in processes of their own, each bounded in memory and time.

    Use it from one event loop. Processes start with the first file; those that read text in pictures only when asked.
    """

    def __init__(self, bounds: DocumentBounds | None = None, workers: int = 1) -> None:
        self._bounds = bounds = bounds or DocumentBounds()
        self._plain = _Pool(bounds, workers, ocr=False)
        self._ocr = _Pool(bounds, 1, ocr=True)

    async def parse(self, upload: Upload, ocr: bool = False, member: str = "") -> tuple[Document | Rejected, ...]:
        """The file's document, or why there is none. A ZIP archive gives one of them for each of its files, or only
        for `member`.

        With `ocr`, text is read from pictures too: an image, pages of a PDF that are pictures in the main, and those in
        office files and books.
        """
        name = safe_name(upload.name)
        if len(upload.content) > self._bounds.file_bytes:
            return (_reject(name, UnreadableDocument("too_large", limit=self._bounds.file_bytes // MB)),)
        try:
            answer = await self._plain.ask(ParserTask(name, upload.content))
        except UnreadableDocument as error:
            return (_reject(name, error),)
        if not answer.members:
            return (await self._outcome(name, upload.content, answer, ocr),)
        wanted = [one for one in answer.members if member in ("", one.name)]
        return tuple([replace(await self._member(one, ocr), archive=name) for one in wanted])

    async def aclose(self) -> None:
        """End the processes. What is still being read fails with "crashed"."""
        await self._plain.close()
        await self._ocr.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def _member(self, member: UnpackedFile, ocr: bool) -> Document | Rejected:
        if member.failure is not None:
            return Rejected(member.name, _about(member.name, member.failure))
        try:
            answer = await self._plain.ask(ParserTask(member.name, member.content, member=True))
        except UnreadableDocument as error:
            return _reject(member.name, error)
        return await self._outcome(member.name, member.content, answer, ocr)

    async def _outcome(self, name: str, content: bytes, answer: ParserReply, ocr: bool) -> Document | Rejected:
        if ocr and answer.has_pictures:
            try:
                read = await self._ocr.ask(ParserTask(name, content, member=True))
            except UnreadableDocument as error:
                read = ParserReply(failure=Failure.of(error))
            if read.failure is None or not answer.pages:
                answer = read
            else:
                answer = _without_ocr(answer)
        if answer.failure is not None:
            return Rejected(name, _about(name, answer.failure))
        return Document(
            name=name,
            format=answer.format,
            digest=await asyncio.to_thread(_digest, content),
            size=len(content),
            pages=answer.pages,
            language=await asyncio.to_thread(_language, answer.pages),
            version=version(answer.format),
        )


def _without_ocr(answer: ParserReply) -> ParserReply:
    """The answer, with what its pages lack because reading their pictures broke off."""

    def note_failure(page: DocumentPage) -> DocumentPage:
        left_out = tuple(one for one in page.omissions if one.kind not in BY_OCR)
        return replace(page, omissions=(*left_out, Omission(kind="ocr_failed")))

    pictures = answer.picture_pages
    return replace(answer, pages=tuple(note_failure(one) if one.number in pictures else one for one in answer.pages))


def _language(pages: Sequence[DocumentPage]) -> str:
    """Told here and not in the parser processes: each of them would load for a second what the page has anyway."""
    return detect_language("\n".join(page.text for page in pages))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _reject(name: str, error: PlaygroundError) -> Rejected:
    return Rejected(name, _about(name, Failure.of(error)))


def _about(name: str, failure: Failure) -> Failure:
    """Every text about a file names it."""
    return Failure(failure.key, {**failure.values, "file": name})
