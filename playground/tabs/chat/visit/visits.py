"""A visitor's conversations: kept on the server, run column by column, stopped, taken back and continued."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace

from playground.asking.columns import ColumnRequest, ReplyColumn, side_by_side
from playground.asking.lending import ConversationReply, RecallsReplies, ReplyPlace
from playground.asking.pump import REDRAW
from playground.sqlite import StorageFailed
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.chat.lab.entry import Entry
from playground.tabs.chat.lab.pictures import MessagePicture
from playground.tabs.chat.visit import run as runs
from playground.tabs.chat.visit.attachments import Attachments
from playground.tabs.chat.visit.kept import KeptConversations
from playground.tabs.chat.visit.run import ChatRun, Choices
from playground.tabs.chat.visit.views import Views
from playground.visitors import ConversationKey, Sessions
from playground.visitors.conversations import new_conversation
from playground.visitors.errors import VisitorLimit
from playground.visitors.reach import Reach
from playground.visitors.remembering import Remembers
from providers.errors import PlaygroundError
from providers.types import Request

log = logging.getLogger(__name__)
_CLASS = 30
_CLASS_REDRAW = 0.24
"""So many visitors are redrawn so often, in seconds."""


@dataclass(slots=True)
class ChatVisits(RecallsReplies, Remembers):
    """Any number of conversations a visitor, each by its key. A new run in one of them stops the one before in it."""

    reach: Reach
    sessions: Sessions
    attachments: Attachments = field(default_factory=Attachments)
    kept: KeptConversations = field(init=False)
    _running: dict[ConversationKey, ChatRun] = field(default_factory=dict, repr=False)
    views: Views = field(default_factory=Views)
    _unwatched: set[asyncio.Task[None]] = field(default_factory=set, repr=False)

    def __post_init__(self) -> None:
        self.kept = KeptConversations(self.sessions.conversations)

    def load(self, key: ConversationKey) -> Conversation:
        """What was said so far, or saved last. Of a damaged file, or another version's, what can be read: see `lost`.

        Blocks, as all that reads or writes a conversation: it may have many megabytes.
        """
        if running := self._running.get(key):
            return running.conversation.settle()
        return self.kept.load(key)

    def find_reply(self, visitor: str, place: ReplyPlace) -> ConversationReply | None:
        """Lent to other tabs: see `playground.asking.lending.RecallsReplies`."""
        conversation = self.load(ConversationKey(visitor, place.conversation))
        turn, column = place.turn, place.column
        reply = conversation.reply(turn, column) if 0 <= turn < len(conversation.turns) else None
        if reply is None or not reply.text:
            return None
        return ConversationReply(reply.model, conversation.until(turn + 1).messages(column), reply.text)

    def clear(self, key: ConversationKey) -> Entry | None:
        """Stop, and delete the conversation from the server; the visitor's last one can be brought back for a while."""
        self._abandon(key)
        self.attachments.clear(key)
        return self.kept.delete(key)

    def count_remembered(self, visitor: str) -> Mapping[str, int]:
        """See `playground.visitors.remembering.Remembers`."""
        return {"conversations": len(self.kept.entries(visitor)), "waiting": self.attachments.count(visitor)}

    async def forget(self, visitor: str) -> None:
        """As `count_remembered`: what waits in memory, and what could still be brought back."""
        for key in [key for key in self._running if key.visitor == visitor]:
            self._abandon(key)
        self.attachments.forget(visitor)
        self.kept.history.forget(visitor)

    def running(self, key: ConversationKey) -> ChatRun | None:
        """The conversation's run that goes on."""
        return self._running.get(key)

    def stop(self, key: ConversationKey) -> None:
        """End the conversation's run at once; what was said so far stays."""
        self.sessions.work.stop(key.visitor, _place(key))

    def finish(self, run: AsyncGenerator[Conversation]) -> None:
        """Let a run go on although nobody watches it: it ends, and is kept, in its own conversation."""
        task = asyncio.create_task(_to_end(run))
        self._unwatched.add(task)
        task.add_done_callback(self._unwatched.discard)

    def begin(self, key: ConversationKey, opened: Conversation) -> None:
        """A conversation that begins with an assistant, under the assistant's name, before anything is said."""
        with self.kept.lock(key):
            self.kept.save(key, opened)

    def begin_beside(self, key: ConversationKey, opened: Conversation) -> str:
        """The same in a conversation of its own, of which this is the id: the one in which the same assistant waits for
        a question already, where there is one."""
        with self.kept.lock(key):
            waiting = (one.id for one in self.kept.history.entries(key.visitor) if not one.turns)
            there = next((id for id in waiting if self._waits(key.visitor, id, opened.assistant)), new_conversation())
            self.kept.save(ConversationKey(key.visitor, there), opened)
        return there

    def _waits(self, visitor: str, id: str, assistant: str) -> bool:
        found = self.kept.load(ConversationKey(visitor, id))
        return not found.turns and found.assistant == assistant

    def undo(self, key: ConversationKey) -> tuple[Conversation, str]:
        """Take the last turn back; its question comes along, to be mended, and its images wait again."""
        conversation = self.load(key)
        self._abandon(key)
        if not conversation.turns:
            return conversation, ""
        shorter = conversation.until(-1)
        with self.kept.lock(key):
            self.kept.save(key, shorter)
        last = conversation.turns[-1]
        self.attachments.give_back(key, last.pictures)
        return shorter, last.question

    def send(
        self, key: ConversationKey, question: str, choices: Choices, pictures: tuple[MessagePicture, ...] = ()
    ) -> AsyncGenerator[Conversation]:
        """Ask all models. Images wait no more once they are part of the conversation."""
        return self._run(key, lambda before: runs.send(before, question, choices, pictures))

    def resend(self, key: ConversationKey, turn: int, question: str, choices: Choices) -> AsyncGenerator[Conversation]:
        """Ask again from a turn on, in other words, about the same images; the turns after it go."""
        return self._run(key, lambda before: runs.resend(before, turn, question, choices))

    def regenerate(
        self, key: ConversationKey, choices: Choices, column: int | None = None
    ) -> AsyncGenerator[Conversation]:
        """Answer the last question again, in one column or in all. Raises `InputError` where there is none."""
        return self._run(key, lambda before: runs.regenerate(before, choices, column))

    def proceed(
        self, key: ConversationKey, choices: Choices, column: int | None = None
    ) -> AsyncGenerator[Conversation]:
        """Continue the last reply where it stopped, in one column or in all that have a text.

        Raises `InputError` where there is none.
        """
        return self._run(key, lambda before: runs.proceed(before, choices, column))

    async def arrange(self, key: ConversationKey, models: Sequence[str]) -> Conversation:
        """Give each of the models the column of its own replies, also where the page is opened again. While a run goes
        on, its columns stay."""
        conversation = await self.load_in_thread(key)
        arranged = conversation.arrange(models)
        if arranged == conversation or self._running.get(key) is not None:
            return conversation
        with suppress(StorageFailed, VisitorLimit):  # nothing is lost: it is arranged anew when it is opened
            await asyncio.to_thread(self._keep_arranged, key, conversation, arranged)
        return arranged

    async def copy(self, key: ConversationKey, models: Sequence[str], column: int) -> Conversation:
        """Let that column go on from the first one's replies. While a run goes on, nothing changes."""
        conversation = await self.load_in_thread(key)
        if not 0 <= column < len(models) or self._running.get(key) is not None:
            return conversation
        await asyncio.to_thread(self._keep_arranged, key, conversation, conversation.copy_to(models, column))
        return await self.load_in_thread(key)

    def _keep_arranged(self, key: ConversationKey, before: Conversation, arranged: Conversation) -> None:
        """Unless the visitor has gone on meanwhile."""
        with self.kept.lock(key):
            if self._running.get(key) is None and self.load(key) == before:
                self.kept.save(key, arranged)

    def _pause(self) -> float:
        """Seconds between two redraws: the more visitors watch, the less of the computer goes into showing.

        Eight pages drawn ten times a second keep two cores busy, those of the pages included; five times a second, not.
        A class of thirty is drawn four times a second; from there on it is all of them together that stay the same.
        """
        watching = len(self._running)
        return min(_CLASS_REDRAW, REDRAW * max(1, watching / 2)) * max(1, watching / _CLASS)

    def _abandon(self, key: ConversationKey) -> None:
        """Stop the run, and let it save nothing any more: something else takes its place."""
        if (run := self._running.pop(key, None)) is not None:
            run.gave_way = True
        self.stop(key)

    async def load_in_thread(self, key: ConversationKey) -> Conversation:
        """As `load`, for the event loop: what is not in memory is read by a thread."""
        while True:
            saves, conversation = await asyncio.to_thread(self._load, key)
            if running := self._running.get(key):
                return running.conversation.settle()
            if saves == self.kept.saves(key):  # else somebody may have saved another one meanwhile
                return conversation

    def _load(self, key: ConversationKey) -> tuple[int, Conversation]:
        """With the number of savings before it."""
        with self.kept.lock(key):
            return self.kept.saves(key), self.load(key)

    async def _run(
        self, key: ConversationKey, begin: Callable[[Conversation], ChatRun]
    ) -> AsyncGenerator[Conversation]:
        run = begin(await self.load_in_thread(key))
        self.sessions.limits.message(key.visitor)
        if (before := self._running.get(key)) is not None:
            before.gave_way = True
        self._running[key] = run  # the run before, which is stopped now, saves nothing any more
        try:
            working = self.sessions.work.at(key.visitor, _place(key), counted=False, streams=len(run.columns))
            async with working as control:
                await asyncio.to_thread(self._keep, key, run)
                if run.sends:
                    self.attachments.discard(key, run.conversation.turns[-1].pictures)
                columns = [self._column(key, run, place) for place in run.columns]
                async with aclosing(side_by_side(columns, control.stopping, self._pause)) as snapshots:
                    async for snapshot in snapshots:
                        yield run.update(snapshot)
        finally:
            try:
                await asyncio.to_thread(self._end, key, run)
            finally:
                run.ended.set()

    def _keep(self, key: ConversationKey, run: ChatRun) -> None:
        """Save it, unless something else has taken its place."""
        with self.kept.lock(key):
            if self._running.get(key) is run:
                self.kept.save(key, run.conversation.settle())

    def _end(self, key: ConversationKey, run: ChatRun) -> None:
        try:
            self._keep(key, run)
        finally:
            if self._running.get(key) is run:
                del self._running[key]

    def _column(self, key: ConversationKey, run: ChatRun, place: int) -> ReplyColumn:
        ref, messages = run.choices.models[place], run.messages(place)
        begun = messages[-1].text if messages[-1].role == "assistant" else ""

        @asynccontextmanager
        async def open_column() -> AsyncIterator[ColumnRequest]:
            """Reach the model, which may take a vendor's list, and quote what the assistant's documents say."""
            async with self.reach.open(key.visitor, ref) as (provider, model):
                scored = 0 if model.local and model.logprobs else None
                sampling = run.choices.sampling
                request = Request(model=model, messages=messages, sampling=sampling, logprobs=scored, owner=key.visitor)
                if run.choices.ground is None:
                    yield ColumnRequest(provider, request)
                    return
                grounding = await run.choices.ground(provider, request)
                yield ColumnRequest(provider, replace(request, messages=grounding.messages), grounding.sources)

        return ReplyColumn(ref, open_column, begun)


def _place(key: ConversationKey) -> str:
    """Where its run is: another conversation's goes on."""
    return f"chat-{key.id}"


async def _to_end(run: AsyncGenerator[Conversation]) -> None:
    try:
        async with aclosing(run):
            async for _ in run:
                pass
    except PlaygroundError as error:  # nobody watches: the conversation shows how far it came
        log.warning("a reply that nobody watched ended: %s", error.key)
