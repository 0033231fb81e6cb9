"""From the chunks of a Chat Completions stream to events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import isfinite

from providers.errors import Refused, StreamTruncated
from providers.remote.estimate import estimate_text_tokens, estimate_tokens
from providers.remote.finish import Ending, ending_of
from providers.remote.sse import field_of
from providers.types import Event, Finish, ReasoningDelta, Request, TextDelta, TokenLogprob, TokenLogprobs, Usage

_REASONING = ("reasoning_content", "reasoning")


@dataclass(slots=True)
class OpenAIReply:
    """A reply as it grows. `take` raises `Refused` and `Unavailable` where a chunk says so, `TypeError` where a field
    is of another type than the protocol's."""

    provider: str
    finish: Finish | None = None
    ending: Ending | None = None
    settled: bool = False
    over: bool = False
    called: bool = False
    """The model has asked for a tool."""
    text: list[str] = field(default_factory=list)
    choices: int = 0
    chunks: int = 0
    reported: Usage | None = None

    def take(self, chunk: object) -> Iterator[Event]:
        """The events of one chunk, or of the one answer of a server that does not stream."""
        self.chunks += 1
        self.reported = _usage(field_of(chunk, "usage")) or self.reported
        for choice in _rows(field_of(chunk, "choices")):
            self.choices += 1
            before = len(self.text)
            yield from self._deltas(choice)
            said = len(self.text) > before
            self.settled = self.settled and not said  # it went on: the reason before was none
            if reason := field_of(choice, "finish_reason") or field_of(choice, "finishReason"):
                self.finish, self.settled = self._read_finish(str(reason)), not said

    def end(self) -> None:
        if self.finish is None and self.choices:
            self.finish, self.ending = "stop", Ending("stop", tool=self.called)
        self.settled = self.settled or self.finish is not None

    def _deltas(self, choice: object) -> Iterator[Event]:
        delta = field_of(choice, "delta") or field_of(choice, "message")
        reasoning = next((text for name in _REASONING if isinstance(text := field_of(delta, name), str) and text), "")
        if reasoning:
            self.text.append(reasoning)
            yield ReasoningDelta(reasoning)
        for event in _content(field_of(delta, "content")):
            self.text.append(event.text)
            yield event
        self.called = self.called or bool(field_of(delta, "tool_calls") or field_of(delta, "function_call"))
        if field_of(delta, "refusal"):
            raise Refused("refusal", provider=self.provider)
        if tokens := _logprobs(field_of(choice, "logprobs")):
            yield TokenLogprobs(tokens)

    def _read_finish(self, reason: str) -> Finish:
        ending = ending_of(reason, self.provider)
        if self.called and ending.finish == "stop":  # some servers have no other word for it
            ending = replace(ending, tool=True)
        self.ending = ending
        return ending.finish

    def truncation(self) -> StreamTruncated:
        """Why a stream that ended without a finish reason is no success."""
        empty = self.chunks > 0 and self.choices == 0
        return StreamTruncated("empty" if empty else "no_end", provider=self.provider)

    def usage(self, request: Request) -> Usage:
        output = estimate_text_tokens("".join(self.text))
        return self.reported or Usage(input_tokens=estimate_tokens(request), output_tokens=output, estimated=True)


def _content(content: object) -> Iterator[TextDelta | ReasoningDelta]:
    """A string, or Mistral's list of typed parts, among them its reasoning."""
    if isinstance(content, str):
        if content:
            yield TextDelta(content)
        return
    for part in content if isinstance(content, list) else ():
        if not isinstance(part, Mapping):
            continue
        if isinstance(text := part.get("text"), str) and text:
            yield TextDelta(text)
        for thought in part.get("thinking") or ():
            if isinstance(thought, Mapping) and isinstance(text := thought.get("text"), str) and text:
                yield ReasoningDelta(text)


def _logprobs(logprobs: object) -> tuple[TokenLogprob, ...]:
    """Of the tokens whose probability is told."""
    return tuple(token for entry in _rows(field_of(logprobs, "content")) if (token := _token(entry)) is not None)


def _token(entry: object) -> TokenLogprob | None:
    logprob = _number(field_of(entry, "logprob"))
    if logprob is None:
        return None
    others = (
        (str(field_of(other, "token")), _number(field_of(other, "logprob")))
        for other in _rows(field_of(entry, "top_logprobs"))
    )
    return TokenLogprob(
        str(field_of(entry, "token")), logprob, tuple((token, value) for token, value in others if value is not None)
    )


def _usage(usage: object) -> Usage | None:
    count, output = field_of(usage, "prompt_tokens"), field_of(usage, "completion_tokens")
    if not isinstance(count, int) or not isinstance(output, int):
        return None
    reasoning = field_of(field_of(usage, "completion_tokens_details"), "reasoning_tokens")
    cached = field_of(field_of(usage, "prompt_tokens_details"), "cached_tokens")
    return Usage(
        input_tokens=count,
        output_tokens=output,
        reasoning_tokens=reasoning if isinstance(reasoning, int) else 0,
        cached_tokens=cached if isinstance(cached, int) else 0,
    )


def _rows(value: object) -> list[object]:
    """A list; an absent one is empty. Raises `TypeError` for anything else."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise TypeError("no list")
    return value


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and isfinite(value) else None
