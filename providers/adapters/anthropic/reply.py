"""From the events of a Messages stream to ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from anthropic.types import RawMessageStreamEvent

from providers.errors import Refused, StreamTruncated
from providers.remote.estimate import estimate_text_tokens, estimate_tokens
from providers.types import Event, Finish, ReasoningDelta, Request, TextDelta, Usage

_LENGTH = {"max_tokens", "model_context_window_exceeded"}


@dataclass(slots=True)
class AnthropicReply:
    """A reply as it grows. `take` raises `Refused` where the model declines."""

    provider: str
    finish: Finish | None = None
    text: list[str] = field(default_factory=list)
    begun: bool = False
    events: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def take(self, chunk: RawMessageStreamEvent) -> Iterator[Event]:
        """Our events for one of the vendor's. Those are not validated by the SDK: a field may be missing."""
        self.events += 1
        match chunk.type:
            case "message_start":
                self.begun = True
                self._count(chunk.message.usage)
            case "content_block_start":
                yield from self._piece(chunk.content_block)
            case "content_block_delta":
                yield from self._piece(chunk.delta)
            case "message_delta":
                self._count(chunk.usage)
                if reason := chunk.delta.stop_reason:
                    self.finish = self._finished(reason)
            case _:
                pass

    def _piece(self, piece: object) -> Iterator[TextDelta | ReasoningDelta]:
        for field_name, event in (("text", TextDelta), ("thinking", ReasoningDelta)):
            text = getattr(piece, field_name, None)
            if isinstance(text, str) and text:
                self.text.append(text)
                yield event(text)
        if getattr(piece, "type", None) is None:
            raise TypeError("a delta without a type")

    def _count(self, usage: object) -> None:
        """Counts are cumulative: a later one replaces an earlier."""
        names = ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
        for name in names:
            if isinstance(value := getattr(usage, name, None), int):
                self.counts[name] = value
        thinking = getattr(getattr(usage, "output_tokens_details", None), "thinking_tokens", None)
        if isinstance(thinking, int):
            self.counts["thinking"] = thinking

    def _finished(self, reason: str) -> Finish:
        if reason == "refusal":
            raise Refused("refusal", provider=self.provider)
        return "length" if reason in _LENGTH else "stop"

    def truncated(self) -> StreamTruncated:
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
