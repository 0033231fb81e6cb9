"""From the chunks of a Chat Completions stream to events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from openai.types.chat import ChatCompletionChunk
from openai.types.chat.chat_completion_chunk import Choice

from providers.errors import Refused, StreamTruncated, Unavailable
from providers.remote.estimate import estimate_text_tokens, estimate_tokens
from providers.types import Event, Finish, ReasoningDelta, Request, TextDelta, TokenLogprob, TokenLogprobs, Usage

_LENGTH = {"length", "max_tokens", "model_length"}
_FILTERED = {"content_filter", "safety"}


@dataclass(slots=True)
class OpenAIReply:
    """A reply as it grows. `take` raises `Refused` and `Unavailable` where a chunk says so."""

    provider: str
    finish: Finish | None = None
    text: list[str] = field(default_factory=list)
    choices: int = 0
    chunks: int = 0
    reported: Usage | None = None

    def take(self, chunk: ChatCompletionChunk) -> Iterator[Event]:
        """The events of one chunk. Chunks are not validated by the SDK: any field may be missing or of another type."""
        self.chunks += 1
        self.reported = _usage(getattr(chunk, "usage", None)) or self.reported
        for choice in getattr(chunk, "choices", None) or ():
            self.choices += 1
            yield from self._deltas(choice)
            if reason := getattr(choice, "finish_reason", None):
                self.finish = self._finished(str(reason))

    def _deltas(self, choice: Choice) -> Iterator[Event]:
        delta = getattr(choice, "delta", None)
        extra: Mapping[str, object] = getattr(delta, "model_extra", None) or {}
        reasoning = extra.get("reasoning_content") or extra.get("reasoning")
        if isinstance(reasoning, str) and reasoning:
            self.text.append(reasoning)
            yield ReasoningDelta(reasoning)
        for event in _content(getattr(delta, "content", None)):
            self.text.append(event.text)
            yield event
        if getattr(delta, "refusal", None):
            raise Refused("refusal", provider=self.provider)
        if tokens := _logprobs(getattr(choice, "logprobs", None)):
            yield TokenLogprobs(tokens)

    def _finished(self, reason: str) -> Finish:
        if reason.lower() in _FILTERED:
            raise Refused("filter", provider=self.provider)
        if reason == "error":
            raise Unavailable(provider=self.provider)
        return "length" if reason in _LENGTH else "stop"

    def truncated(self) -> StreamTruncated:
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
    entries: Sequence[object] = getattr(logprobs, "content", None) or ()
    return tuple(_token(entry) for entry in entries)


def _token(entry: object) -> TokenLogprob:
    alternatives = tuple(
        (str(other.token), float(other.logprob)) for other in getattr(entry, "top_logprobs", None) or ()
    )
    return TokenLogprob(str(getattr(entry, "token", "")), float(getattr(entry, "logprob", 0.0)), alternatives)


def _usage(usage: object) -> Usage | None:
    count, output = getattr(usage, "prompt_tokens", None), getattr(usage, "completion_tokens", None)
    if not isinstance(count, int) or not isinstance(output, int):
        return None
    reasoning = getattr(getattr(usage, "completion_tokens_details", None), "reasoning_tokens", None)
    cached = getattr(getattr(usage, "prompt_tokens_details", None), "cached_tokens", None)
    return Usage(
        input_tokens=count,
        output_tokens=output,
        reasoning_tokens=reasoning if isinstance(reasoning, int) else 0,
        cached_tokens=cached if isinstance(cached, int) else 0,
    )
