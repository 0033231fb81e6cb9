"""A visitor's conversation: kept on the server, run column by column, stopped, taken back and continued."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace

from playground.asking.columns import ColumnRequest, ReplyColumn, side_by_side
from playground.asking.lending import Ground, RecallsReplies, Said
from playground.asking.pump import REDRAW
from playground.asking.reply import Reply
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.chat.lab.pictures import MessagePicture
from playground.tabs.chat.visit.attachments import Attachments
from playground.visitors import Sessions
from playground.visitors.reach import Reach
from providers.errors import InputError
from providers.types import Message, Request, Sampling

_PLACE = "chat"
_CLASS = 30
_CLASS_REDRAW = 0.2
"""So many visitors are redrawn so often, in seconds."""
_STRIPES = 256
"""Locks of what is kept, shared out among the visitors."""
_KEEP_SENT = 8
"""Turns whose exact request is kept: each holds all the turns before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the sidebar says when a message is sent; checked."""

    models: tuple[str, ...]
    sampling: Sampling
    system: str = ""
    ground: Ground | None = None


@dataclass(slots=True)
class ChatRun:
    """What is asked of which columns, and in `conversation` what has been said so far, before it is saved."""

    conversation: Conversation
    choices: Choices
    columns: Sequence[int]
    continued: bool = False
    sends: bool = False
    """Its last turn's images were waiting until now."""
    gave_way: bool = False
    """Something else has taken its place: another run, or a conversation taken back. It is not to be shown any more."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def asked(self, column: int) -> tuple[Message, ...]:
        reply = self.conversation.turns[-1].replies[column]
        return self.conversation.messages(column, begun=reply.text if self.continued and reply is not None else "")

    def answered(self, replies: Sequence[Reply]) -> Conversation:
        """The conversation with what its columns have said by now."""
        said = list(self.conversation.turns[-1].replies)
        for place, reply in zip(self.columns, replies, strict=True):
            said[place] = reply
        self.conversation = self.conversation.with_replies(tuple(said))
        return self.conversation


@dataclass(slots=True)
class _Kept:
    """What is kept for some of the visitors: who reads or writes holds the lock, and `saves` counts the writing."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    saves: int = 0


@dataclass(slots=True)
class ChatVisits(RecallsReplies):
    """One conversation a visitor. A new run of a visitor's stops the one before."""

    reach: Reach
    sessions: Sessions
    attachments: Attachments = field(default_factory=Attachments)
    _running: dict[str, ChatRun] = field(default_factory=dict, repr=False)
    _kept: tuple[_Kept, ...] = field(default_factory=lambda: tuple(_Kept() for _ in range(_STRIPES)), repr=False)

    def load(self, visitor: str) -> Conversation:
        """What was said so far, or saved last. Of a damaged file, or another version's, what can be read: see `lost`.

        Blocks, as all that reads or writes a conversation: it may have many megabytes.
        """
        if running := self._running.get(visitor):
            return _settled(running.conversation)
        saved = self.sessions.conversations.load(visitor)
        if saved is None:
            return Conversation(lost=int(self.sessions.conversations.lost(visitor)))
        found = Conversation.readable(saved)
        if found.lost:
            self.sessions.conversations.keep_aside(visitor)
        return found

    def said(self, visitor: str, turn: int, column: int) -> Said | None:
        """Lent to other tabs: see `playground.asking.lending.RecallsReplies`."""
        conversation = self.load(visitor)
        reply = conversation.reply(turn, column) if 0 <= turn < len(conversation.turns) else None
        if reply is None or not reply.text:
            return None
        return Said(reply.model, conversation.until(turn + 1).messages(column), reply.text)

    def clear(self, visitor: str) -> Conversation:
        """Stop, and delete the conversation from the server."""
        self._abandon(visitor)
        self.attachments.clear(visitor)
        kept = self._kept_of(visitor)
        with kept.lock:
            kept.saves += 1
            self.sessions.conversations.delete(visitor)
        return Conversation()

    def running(self, visitor: str) -> ChatRun | None:
        """The visitor's run that goes on."""
        return self._running.get(visitor)

    def stop(self, visitor: str) -> None:
        """End the visitor's run at once; what was said so far stays."""
        self.sessions.work.stop(visitor, _PLACE)

    def undo(self, visitor: str) -> tuple[Conversation, str]:
        """Take the last turn back; its question comes along, to be mended, and its images wait again."""
        conversation = self.load(visitor)
        self._abandon(visitor)
        if not conversation.turns:
            return conversation, ""
        shorter = conversation.until(-1)
        with self._kept_of(visitor).lock:
            self._save(visitor, shorter)
        last = conversation.turns[-1]
        self.attachments.give_back(visitor, last.pictures)
        return shorter, last.question

    def send(
        self, visitor: str, question: str, choices: Choices, pictures: tuple[MessagePicture, ...] = ()
    ) -> AsyncGenerator[Conversation]:
        """Ask all models. Images wait no more once they are part of the conversation."""

        def begin(before: Conversation) -> ChatRun:
            arranged = replace(before, system=choices.system).arranged(choices.models)
            asked = arranged.ask(question, choices.models, pictures)
            return ChatRun(asked, choices, range(len(choices.models)), sends=True)

        return self._run(visitor, begin)

    def resend(self, visitor: str, turn: int, question: str, choices: Choices) -> AsyncGenerator[Conversation]:
        """Ask again from a turn on, in other words, about the same images; the turns after it go."""

        def begin(before: Conversation) -> ChatRun:
            pictures = before.turns[turn].pictures if turn < len(before.turns) else ()
            arranged = replace(before, system=choices.system).until(turn).arranged(choices.models)
            asked = arranged.ask(question, choices.models, pictures)
            return ChatRun(asked, choices, range(len(choices.models)))

        return self._run(visitor, begin)

    def regenerate(self, visitor: str, choices: Choices, column: int | None = None) -> AsyncGenerator[Conversation]:
        """Answer the last question again, in one column or in all. Raises `InputError` where there is none."""

        def begin(before: Conversation) -> ChatRun:
            if not before.turns:
                raise InputError("empty")
            before = before.arranged(choices.models)
            replies = list(before.turns[-1].replies)
            columns = range(len(choices.models)) if column is None else [column]
            for place in columns:
                replies[place] = Reply(model=choices.models[place])
            conversation = replace(before, system=choices.system).with_replies(tuple(replies))
            return ChatRun(conversation, choices, columns)

        return self._run(visitor, begin)

    def proceed(self, visitor: str, choices: Choices, column: int | None = None) -> AsyncGenerator[Conversation]:
        """Continue the last reply where it stopped, in one column or in all that have a text.

        Raises `InputError` where there is none.
        """

        def begin(before: Conversation) -> ChatRun:
            if not before.turns:
                raise InputError("empty")
            before = before.arranged(choices.models)
            replies = list(before.turns[-1].replies)
            wanted = range(len(choices.models)) if column is None else [column]
            columns = [place for place in wanted if replies[place] is not None and replies[place].text]  # type: ignore[union-attr]
            if not columns:
                raise InputError("empty")
            return ChatRun(before.with_replies(tuple(replies)), choices, columns, continued=True)

        return self._run(visitor, begin)

    async def arrange(self, visitor: str, models: Sequence[str]) -> Conversation:
        """Give each of the models the column of its own replies, also where the page is opened again. While a run goes
        on, its columns stay."""
        conversation = await self.loaded(visitor)
        arranged = conversation.arranged(models)
        if arranged == conversation or self._running.get(visitor) is not None:
            return conversation
        await asyncio.to_thread(self._keep_arranged, visitor, conversation, arranged)
        return arranged

    def _keep_arranged(self, visitor: str, before: Conversation, arranged: Conversation) -> None:
        """Unless the visitor has gone on meanwhile."""
        with self._kept_of(visitor).lock:
            if self._running.get(visitor) is None and self.load(visitor) == before:
                self._save(visitor, arranged)

    def _pause(self) -> float:
        """Seconds between two redraws: the more visitors watch, the less of the computer goes into showing.

        Eight pages drawn ten times a second keep two cores busy, those of the pages included; five times a second, not.
        A class of thirty is drawn five times a second; from there on it is all of them together that stay the same.
        """
        watching = len(self._running)
        return min(_CLASS_REDRAW, REDRAW * max(1, watching / 2)) * max(1, watching / _CLASS)

    def _abandon(self, visitor: str) -> None:
        """Stop the visitor's run, and let it save nothing any more: something else takes its place."""
        if (run := self._running.pop(visitor, None)) is not None:
            run.gave_way = True
        self.stop(visitor)

    async def loaded(self, visitor: str) -> Conversation:
        """As `load`, for the event loop: what is not in memory is read by a thread."""
        while True:
            saves, conversation = await asyncio.to_thread(self._load, visitor)
            if running := self._running.get(visitor):
                return _settled(running.conversation)
            if saves == self._kept_of(visitor).saves:  # else somebody may have saved another one meanwhile
                return conversation

    def _load(self, visitor: str) -> tuple[int, Conversation]:
        """With the number of savings before it."""
        kept = self._kept_of(visitor)
        with kept.lock:
            return kept.saves, self.load(visitor)

    def _kept_of(self, visitor: str) -> _Kept:
        """Of few visitors, so that a class that begins at once neither waits in one line nor reads everything twice."""
        return self._kept[hash(visitor) % _STRIPES]

    async def _run(self, visitor: str, begin: Callable[[Conversation], ChatRun]) -> AsyncGenerator[Conversation]:
        run = begin(await self.loaded(visitor))
        self.sessions.limits.message(visitor)
        if (before := self._running.get(visitor)) is not None:
            before.gave_way = True
        self._running[visitor] = run  # the run before, which is stopped now, saves nothing any more
        try:
            working = self.sessions.work.at(visitor, _PLACE, counted=False, streams=len(run.columns))
            async with working as control:
                await asyncio.to_thread(self._keep, visitor, run)
                if run.sends:
                    self.attachments.sent(visitor, run.conversation.turns[-1].pictures)
                yield run.conversation
                columns = [self._column(visitor, run, place) for place in run.columns]
                async with aclosing(side_by_side(columns, control.stopping, self._pause)) as snapshots:
                    async for snapshot in snapshots:
                        yield run.answered(snapshot)
        finally:
            try:
                await asyncio.to_thread(self._end, visitor, run)
            finally:
                run.ended.set()

    def _keep(self, visitor: str, run: ChatRun) -> None:
        """Save it, unless something else has taken its place."""
        with self._kept_of(visitor).lock:
            if self._running.get(visitor) is run:
                self._save(visitor, _settled(run.conversation))

    def _end(self, visitor: str, run: ChatRun) -> None:
        try:
            self._keep(visitor, run)
        finally:
            if self._running.get(visitor) is run:
                del self._running[visitor]

    def _column(self, visitor: str, run: ChatRun, place: int) -> ReplyColumn:
        ref, messages = run.choices.models[place], run.asked(place)
        begun = messages[-1].text if messages[-1].role == "assistant" else ""

        @asynccontextmanager
        async def opened() -> AsyncIterator[ColumnRequest]:
            """Reach the model, which may take a vendor's list, and quote what the assistant's documents say."""
            async with self.reach.open(visitor, ref) as (provider, model):
                scored = 0 if model.local and model.logprobs else None
                sampling = run.choices.sampling
                request = Request(model=model, messages=messages, sampling=sampling, logprobs=scored, owner=visitor)
                if run.choices.ground is None:
                    yield ColumnRequest(provider, request)
                    return
                grounding = await run.choices.ground(provider, request)
                yield ColumnRequest(provider, replace(request, messages=grounding.messages), grounding.sources)

        return ReplyColumn(ref, opened, begun)

    def _save(self, visitor: str, conversation: Conversation) -> None:
        self._kept_of(visitor).saves += 1
        old = conversation.turns[:-_KEEP_SENT]
        lighter = tuple(
            replace(turn, replies=tuple(reply and replace(reply, sent=None) for reply in turn.replies)) for turn in old
        )
        kept = replace(conversation, turns=(*lighter, *conversation.turns[-_KEEP_SENT:]))
        self.sessions.conversations.save(visitor, kept.to_json())


def _settled(conversation: Conversation) -> Conversation:
    """As it is to be found after a restart: nothing runs."""
    if not conversation.turns:
        return conversation
    return conversation.with_replies(tuple(reply and reply.ended() for reply in conversation.turns[-1].replies))
