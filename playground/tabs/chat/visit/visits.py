"""A visitor's conversations: kept on the server, run column by column, stopped, taken back and continued."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from weakref import WeakValueDictionary

from playground.asking.columns import ColumnRequest, ReplyColumn, side_by_side
from playground.asking.lending import RecallsReplies, ReplyPlace, Said
from playground.asking.pump import REDRAW
from playground.sqlite import StorageFailed
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.chat.lab.entry import Entry
from playground.tabs.chat.lab.pictures import MessagePicture
from playground.tabs.chat.visit import run as runs
from playground.tabs.chat.visit.attachments import Attachments
from playground.tabs.chat.visit.history import History
from playground.tabs.chat.visit.run import ChatRun, Choices
from playground.tabs.chat.visit.views import ColumnLayout, Views
from playground.visitors import ConversationKey, Sessions
from playground.visitors.errors import VisitorLimit
from playground.visitors.reach import Reach
from playground.visitors.remembering import Remembers
from providers.errors import PlaygroundError
from providers.types import Request

log = logging.getLogger(__name__)
_CLASS = 30
_CLASS_REDRAW = 0.235
"""So many visitors are redrawn so often, in seconds."""
_STRIPES = 256
"""Locks of what is kept, shared out among the visitors."""
_KEEP_SENT = 8
"""Turns whose exact request is kept: each holds all the turns before it."""


@dataclass(slots=True)
class _Kept:
    """What is kept for some of the visitors: who reads or writes holds the lock, and `saves` counts the writing."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    saves: int = 0


@dataclass(slots=True)
class ChatVisits(RecallsReplies, Remembers):
    """Any number of conversations a visitor, each by its key. A new run in one of them stops the one before in it."""

    reach: Reach
    sessions: Sessions
    attachments: Attachments = field(default_factory=Attachments)
    history: History = field(init=False)
    _running: dict[ConversationKey, ChatRun] = field(default_factory=dict, repr=False)
    _kept: tuple[_Kept, ...] = field(default_factory=lambda: tuple(_Kept() for _ in range(_STRIPES)), repr=False)
    views: Views = field(default_factory=Views)
    _unwatched: set[asyncio.Task[None]] = field(default_factory=set, repr=False)
    _layouts: WeakValueDictionary[ConversationKey, ColumnLayout] = field(
        default_factory=WeakValueDictionary, repr=False
    )

    def __post_init__(self) -> None:
        self.history = History(self.sessions.conversations, self._saved)

    def load(self, key: ConversationKey) -> Conversation:
        """What was said so far, or saved last. Of a damaged file, or another version's, what can be read: see `lost`.

        Blocks, as all that reads or writes a conversation: it may have many megabytes.
        """
        if running := self._running.get(key):
            return _settled(running.conversation)
        return self._saved(key)

    def _saved(self, key: ConversationKey) -> Conversation:
        saved = self.sessions.conversations.load(key.visitor, key.id)
        if saved is None:
            return Conversation(lost=int(self.sessions.conversations.lost(key.visitor, key.id)))
        found = Conversation.readable(saved)
        if found.lost:
            with suppress(StorageFailed):  # a full disk: it is read all the same, and kept aside when that is possible
                self.sessions.conversations.keep_aside(key.visitor, key.id)
        return found

    def said(self, visitor: str, place: ReplyPlace) -> Said | None:
        """Lent to other tabs: see `playground.asking.lending.RecallsReplies`."""
        conversation = self.load(ConversationKey(visitor, place.conversation))
        turn, column = place.turn, place.column
        reply = conversation.reply(turn, column) if 0 <= turn < len(conversation.turns) else None
        if reply is None or not reply.text:
            return None
        return Said(reply.model, conversation.until(turn + 1).messages(column), reply.text)

    def clear(self, key: ConversationKey) -> Entry | None:
        """Stop, and delete the conversation from the server; the visitor's last one can be brought back for a while."""
        self._abandon(key)
        self.attachments.clear(key)
        kept = self._kept_of(key)
        with kept.lock:
            kept.saves += 1
            return self.history.delete(key)

    def restore(self, visitor: str) -> Entry | None:
        """Bring back what the visitor deleted last."""
        with self._kept_of(ConversationKey(visitor)).lock:
            return self.history.restore(visitor)

    def remembered(self, visitor: str) -> Mapping[str, int]:
        """See `playground.visitors.remembering.Remembers`."""
        return {"conversations": len(self.entries(visitor)), "waiting": self.attachments.count(visitor)}

    async def forget(self, visitor: str) -> None:
        """As `remembered`: what waits in memory, and what could still be brought back."""
        for key in [key for key in self._running if key.visitor == visitor]:
            self._abandon(key)
        self.attachments.forget(visitor)
        self.history.forget(visitor)

    def entries(self, visitor: str, search: str = "") -> list[Entry]:
        """The visitor's conversations: see `History.listed`."""
        with self._kept_of(ConversationKey(visitor)).lock:
            return self.history.listed(visitor, search)

    def change(self, key: ConversationKey, *, name: str | None = None, pinned: bool | None = None) -> None:
        """Rename or pin one: see `History.change`."""
        with self._kept_of(key).lock:
            self.history.change(key, name=name, pinned=pinned)

    def begin_layout(self, key: ConversationKey) -> ColumnLayout:
        """Whoever begins last to lay out the conversation's columns knows the models that are chosen now."""
        self._layouts[key] = begun = ColumnLayout()
        return begun

    def is_latest(self, key: ConversationKey, layout: ColumnLayout) -> bool:
        """Nobody has begun to lay out the columns since."""
        return self._layouts.get(key) is layout

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
        with self._kept_of(key).lock:
            self._save(key, opened)

    def undo(self, key: ConversationKey) -> tuple[Conversation, str]:
        """Take the last turn back; its question comes along, to be mended, and its images wait again."""
        conversation = self.load(key)
        self._abandon(key)
        if not conversation.turns:
            return conversation, ""
        shorter = conversation.until(-1)
        with self._kept_of(key).lock:
            self._save(key, shorter)
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
        conversation = await self.loaded(key)
        arranged = conversation.arranged(models)
        if arranged == conversation or self._running.get(key) is not None:
            return conversation
        with suppress(StorageFailed, VisitorLimit):  # nothing is lost: it is arranged anew when it is opened
            await asyncio.to_thread(self._keep_arranged, key, conversation, arranged)
        return arranged

    async def copy(self, key: ConversationKey, models: Sequence[str], column: int) -> Conversation:
        """Let that column go on from the first one's replies. While a run goes on, nothing changes."""
        conversation = await self.loaded(key)
        if not 0 <= column < len(models) or self._running.get(key) is not None:
            return conversation
        await asyncio.to_thread(self._keep_arranged, key, conversation, conversation.copied(models, column))
        return await self.loaded(key)

    def _keep_arranged(self, key: ConversationKey, before: Conversation, arranged: Conversation) -> None:
        """Unless the visitor has gone on meanwhile."""
        with self._kept_of(key).lock:
            if self._running.get(key) is None and self.load(key) == before:
                self._save(key, arranged)

    def _pause(self) -> float:
        """Seconds between two redraws: the more visitors watch, the less of the computer goes into showing.

        Eight pages drawn ten times a second keep two cores busy, those of the pages included; five times a second, not.
        A class of thirty is drawn five times a second; from there on it is all of them together that stay the same.
        """
        watching = len(self._running)
        return min(_CLASS_REDRAW, REDRAW * max(1, watching / 2)) * max(1, watching / _CLASS)

    def _abandon(self, key: ConversationKey) -> None:
        """Stop the run, and let it save nothing any more: something else takes its place."""
        if (run := self._running.pop(key, None)) is not None:
            run.gave_way = True
        self.stop(key)

    async def loaded(self, key: ConversationKey) -> Conversation:
        """As `load`, for the event loop: what is not in memory is read by a thread."""
        while True:
            saves, conversation = await asyncio.to_thread(self._load, key)
            if running := self._running.get(key):
                return _settled(running.conversation)
            if saves == self._kept_of(key).saves:  # else somebody may have saved another one meanwhile
                return conversation

    def _load(self, key: ConversationKey) -> tuple[int, Conversation]:
        """With the number of savings before it."""
        kept = self._kept_of(key)
        with kept.lock:
            return kept.saves, self.load(key)

    def _kept_of(self, key: ConversationKey) -> _Kept:
        """Of few visitors, so that a class that begins at once neither waits in one line nor reads everything twice."""
        return self._kept[hash(key.visitor) % _STRIPES]

    async def _run(
        self, key: ConversationKey, begin: Callable[[Conversation], ChatRun]
    ) -> AsyncGenerator[Conversation]:
        run = begin(await self.loaded(key))
        self.sessions.limits.message(key.visitor)
        if (before := self._running.get(key)) is not None:
            before.gave_way = True
        self._running[key] = run  # the run before, which is stopped now, saves nothing any more
        try:
            working = self.sessions.work.at(key.visitor, _place(key), counted=False, streams=len(run.columns))
            async with working as control:
                await asyncio.to_thread(self._keep, key, run)
                if run.sends:
                    self.attachments.sent(key, run.conversation.turns[-1].pictures)
                columns = [self._column(key, run, place) for place in run.columns]
                async with aclosing(side_by_side(columns, control.stopping, self._pause)) as snapshots:
                    async for snapshot in snapshots:
                        yield run.answered(snapshot)
        finally:
            try:
                await asyncio.to_thread(self._end, key, run)
            finally:
                run.ended.set()

    def _keep(self, key: ConversationKey, run: ChatRun) -> None:
        """Save it, unless something else has taken its place."""
        with self._kept_of(key).lock:
            if self._running.get(key) is run:
                self._save(key, _settled(run.conversation))

    def _end(self, key: ConversationKey, run: ChatRun) -> None:
        try:
            self._keep(key, run)
        finally:
            if self._running.get(key) is run:
                del self._running[key]

    def _column(self, key: ConversationKey, run: ChatRun, place: int) -> ReplyColumn:
        ref, messages = run.choices.models[place], run.asked(place)
        begun = messages[-1].text if messages[-1].role == "assistant" else ""

        @asynccontextmanager
        async def opened() -> AsyncIterator[ColumnRequest]:
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

        return ReplyColumn(ref, opened, begun)

    def _save(self, key: ConversationKey, conversation: Conversation) -> None:
        self._kept_of(key).saves += 1
        old = conversation.turns[:-_KEEP_SENT]
        lighter = tuple(
            replace(turn, replies=tuple(reply and replace(reply, sent=None) for reply in turn.replies)) for turn in old
        )
        kept = replace(conversation, turns=(*lighter, *conversation.turns[-_KEEP_SENT:]))
        self.history.make_room(key)
        self.sessions.conversations.save(key.visitor, kept.to_json(), key.id)
        self.history.note(key, kept)


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


def _settled(conversation: Conversation) -> Conversation:
    """As it is to be found after a restart: nothing runs."""
    if not conversation.turns:
        return conversation
    return conversation.with_replies(tuple(reply and reply.ended() for reply in conversation.turns[-1].replies))
