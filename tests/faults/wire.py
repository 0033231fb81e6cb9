"""How the two protocols write the same things: a piece of text, a finish, an error."""

from __future__ import annotations

import json
from typing import Protocol

INPUT_TOKENS = 7


def event(data: object, name: str | None = None) -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data)}\n\n".encode()


class Wire(Protocol):
    def open(self) -> bytes: ...
    def say(self, text: str) -> bytes: ...
    def think(self, text: str) -> bytes: ...
    def refuse(self, text: str) -> bytes: ...
    def finish(self, reason: str, tokens: int) -> bytes: ...
    def ping(self) -> bytes: ...
    def broken(self, kind: str, message: str) -> bytes: ...
    def error(self, kind: str, message: str, param: str | None) -> bytes: ...
    def nothing(self) -> bytes: ...
    def listing(self, names: list[str]) -> bytes: ...


class Chat:
    """OpenAI's Chat Completions."""

    def __init__(self, body: dict[str, object]) -> None:
        self._model = str(body.get("model"))
        options = body.get("stream_options")
        self._usage = isinstance(options, dict) and bool(options.get("include_usage"))
        self._logprobs = bool(body.get("logprobs"))
        self._alternatives = int(str(body.get("top_logprobs", 0)))

    def _chunk(self, delta: dict[str, object], finish: str | None = None, **choice: object) -> bytes:
        choices = [{"index": 0, "delta": delta, "finish_reason": finish, **choice}]
        return event(self._envelope(choices=choices))

    def _envelope(self, **fields: object) -> dict[str, object]:
        return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": self._model, **fields}

    def open(self) -> bytes:
        return self._chunk({"role": "assistant", "content": ""})

    def say(self, text: str) -> bytes:
        if not self._logprobs:
            return self._chunk({"content": text})
        others = [{"token": f"{text}{i}", "logprob": -1.0 - i, "bytes": None} for i in range(self._alternatives)]
        token = {"token": text, "logprob": -0.25, "bytes": None, "top_logprobs": others}
        return self._chunk({"content": text}, logprobs={"content": [token], "refusal": None})

    def think(self, text: str) -> bytes:
        return self._chunk({"reasoning_content": text})

    def refuse(self, text: str) -> bytes:
        return self._chunk({"refusal": text})

    def finish(self, reason: str, tokens: int) -> bytes:
        usage = {"prompt_tokens": INPUT_TOKENS, "completion_tokens": tokens, "total_tokens": INPUT_TOKENS + tokens}
        last = event(self._envelope(choices=[], usage=usage)) if self._usage else b""
        return self._chunk({}, reason) + last + b"data: [DONE]\n\n"

    def ping(self) -> bytes:
        return b": keep-alive\n\n" + self._chunk({"role": "assistant"})

    def broken(self, kind: str, message: str) -> bytes:
        return event({"error": {"message": message, "type": kind, "code": kind}})

    def error(self, kind: str, message: str, param: str | None) -> bytes:
        return json.dumps({"error": {"message": message, "type": kind, "code": kind, "param": param}}).encode()

    def nothing(self) -> bytes:
        return event(self._envelope(choices=[])) * 3 + b"data: [DONE]\n\n"

    def listing(self, names: list[str]) -> bytes:
        rows = [{"id": name, "object": "model", "created": 1, "owned_by": "faults"} for name in names]
        return json.dumps({"object": "list", "data": rows}).encode()


class Messages:
    """Anthropic's Messages."""

    REASONS = {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal"}

    def __init__(self, body: dict[str, object]) -> None:
        self._model, self._block = str(body.get("model")), -1

    def open(self) -> bytes:
        message = {"id": "m1", "type": "message", "role": "assistant", "model": self._model, "content": []}
        usage = {"input_tokens": INPUT_TOKENS, "output_tokens": 1}
        start = {"type": "message_start", "message": {**message, "stop_reason": None, "usage": usage}}
        return event(start, "message_start")

    def _delta(self, kind: str, delta: dict[str, object]) -> bytes:
        start = b""
        self._block += 1
        block = {"type": "content_block_start", "index": self._block, "content_block": {"type": kind, kind: ""}}
        start = event(block, "content_block_start")
        body = {"type": "content_block_delta", "index": self._block, "delta": delta}
        stop = {"type": "content_block_stop", "index": self._block}
        return start + event(body, "content_block_delta") + event(stop, "content_block_stop")

    def say(self, text: str) -> bytes:
        return self._delta("text", {"type": "text_delta", "text": text})

    def think(self, text: str) -> bytes:
        return self._delta("thinking", {"type": "thinking_delta", "thinking": text})

    def refuse(self, text: str) -> bytes:
        return self.finish("content_filter", 1)

    def finish(self, reason: str, tokens: int) -> bytes:
        delta = {"stop_reason": self.REASONS[reason], "stop_sequence": None}
        usage = {"output_tokens": tokens}
        last = event({"type": "message_delta", "delta": delta, "usage": usage}, "message_delta")
        return last + event({"type": "message_stop"}, "message_stop")

    def ping(self) -> bytes:
        return event({"type": "ping"}, "ping")

    def broken(self, kind: str, message: str) -> bytes:
        return event({"type": "error", "error": {"type": kind, "message": message}}, "error")

    def error(self, kind: str, message: str, param: str | None) -> bytes:
        return json.dumps({"type": "error", "error": {"type": kind, "message": message}}).encode()

    def nothing(self) -> bytes:
        return event({"type": "message_stop"}, "message_stop")

    def listing(self, names: list[str]) -> bytes:
        rows = [
            {
                "id": name,
                "type": "model",
                "display_name": name.title(),
                "created_at": "2026-01-01T00:00:00Z",
                "lifecycle": "retired" if "retired" in name else "active",
                "max_input_tokens": 1000,
                "max_tokens": 500,
            }
            for name in names
        ]
        return json.dumps({"data": rows, "has_more": False, "first_id": None, "last_id": None}).encode()
