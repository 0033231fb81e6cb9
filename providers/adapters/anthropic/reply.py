"""From the events of a Messages stream to ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from providers.errors import StreamTruncated
from providers.remote.estimate import estimate_text_tokens, estimate_tokens
from providers.remote.finish import Ending, ending_of
from providers.remote.sse import field_of
from providers.types import Event, Finish, ReasoningDelta, Request, TextDelta, Usage


@dataclass(slots=True)
class AnthropicReply:
    """A reply as it grows. `take` raises what `ending_of` raises, and `TypeError`."""

    provider: str
    finish: Finish | None = None
    ending: Ending | None = None
    settled: bool = False
    over: bool = False
    text: list[str] = field(default_factory=list)
    begun: bool = False
    events: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def take(self, chunk: object) -> Iterator[Event]:
        """Our events for one of the vendor's, or for the one answer of a server that does not stream."""
        self.events += 1
        if not isinstance(chunk, Mapping):
            raise TypeError("an event that is no object")
        match chunk.get("type"):
            case "message_start":
                self.begun = True
                self._count(field_of(chunk.get("message"), "usage"))
            case "content_block_start":
                yield from self._piece(chunk.get("content_block"))
            case "content_block_delta":
                yield from self._piece(chunk.get("delta"))
            case "message_delta":
                self._count(chunk.get("usage"))
                self._settle(field_of(chunk.get("delta"), "stop_reason"))
            case "message_stop":
                self.over = True
                self.end()
            case "message":
                self.begun = True
                for block in chunk.get("content") or ():
                    yield from self._piece(block)
                self._count(chunk.get("usage"))
                self._settle(chunk.get("stop_reason"))
            case _:
                pass

    def end(self) -> None:
        if self.finish is None and self.text:
            self.finish, self.settled = "stop", True

    def _piece(self, piece: object) -> Iterator[TextDelta | ReasoningDelta]:
        for field_name, event in (("text", TextDelta), ("thinking", ReasoningDelta)):
            text = field_of(piece, field_name)
            if isinstance(text, str) and text:
                self.text.append(text)
                yield event(text)
        if field_of(piece, "type") is None:
            raise TypeError("a delta without a type")

    def _count(self, usage: object) -> None:
        """Counts are cumulative: a later one replaces an earlier."""
        names = ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
        for name in names:
            if isinstance(value := field_of(usage, name), int):
                self.counts[name] = value
        thinking = field_of(field_of(usage, "output_tokens_details"), "thinking_tokens")
        if isinstance(thinking, int):
            self.counts["thinking"] = thinking

    def _settle(self, reason: object) -> None:
        if reason:
            self.finish, self.settled = self._read_finish(str(reason)), True

    def _read_finish(self, reason: str) -> Finish:
        self.ending = ending_of(reason, self.provider)
        return self.ending.finish

    def truncation(self) -> StreamTruncated:
        """Why a stream that ended without a stop reason is no success."""
        empty = self.events > 0 and not self.begun
        return StreamTruncated("empty" if empty else "no_end", provider=self.provider)

    def usage(self, request: Request) -> Usage:
        """What the vendor counted. Its input count leaves out what was cached; ours is the whole."""
        if not {"input_tokens", "output_tokens"} <= self.counts.keys():
            output = estimate_text_tokens("".join(self.text))
            return Usage(input_tokens=estimate_tokens(request), output_tokens=output, estimated=True)
        cached = self.counts.get("cache_read_input_tokens", 0)
        written = self.counts.get("cache_creation_input_tokens", 0)
        return Usage(
            input_tokens=self.counts["input_tokens"] + cached + written,
            output_tokens=self.counts["output_tokens"],
            reasoning_tokens=self.counts.get("thinking", 0),
            cached_tokens=cached,
        )
