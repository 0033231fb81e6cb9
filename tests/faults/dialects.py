"""What servers really send where the protocol would have it otherwise: a body each, and what is right.

A body is written by us after reports about other clients; the names say what is odd about it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tests.faults.script import Fault, Raw

TEXT = "Blue light scatters most."
THOUGHT = "Think about waves."
STREAM = "text/event-stream"


@dataclass(frozen=True, kw_only=True)
class Dialect:
    body: bytes
    text: str = TEXT
    reasoning: str = ""
    finish: Literal["stop", "length"] | None = "stop"
    """`None`: it fails."""
    error: str | None = None
    protocol: Literal["openai", "anthropic"] = "openai"
    kind: str = STREAM

    @property
    def fault(self) -> Fault:
        return Fault(headers={"content-type": self.kind}, steps=(Raw(self.body),))


def data(*chunks: object) -> bytes:
    return b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks)


def delta(content: object = None, finish: str | None = None, **more: object) -> dict[str, object]:
    inside = {**({} if content is None else {"content": content}), **more}
    return {"choices": [{"index": 0, "delta": inside, "finish_reason": finish}]}


def usage(output: int = 5) -> dict[str, object]:
    return {"usage": {"prompt_tokens": 7, "completion_tokens": output}}


def anthropic(*events: Mapping[str, object], named: bool = True) -> bytes:
    start = {"type": "message_start", "message": {"usage": {"input_tokens": 7, "output_tokens": 1}}}
    return b"".join(
        (f"event: {one['type']}\n".encode() if named else b"") + b"data: " + json.dumps(one).encode() + b"\n\n"
        for one in (start, *events)
    )


def piece(text: str, kind: str = "text") -> dict[str, object]:
    return {"type": "content_block_delta", "delta": {"type": f"{kind}_delta", kind: text}}


DONE = b"data: [DONE]\n\n"
END = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}}
STOP = {"type": "message_stop"}
HALVES = ("Blue light ", "scatters most.")
ANSWER = {"choices": [{"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}]}

CASES: dict[str, Dialect] = {
    "finish-in-every-chunk": Dialect(body=data(*({**delta(half, "stop"), **usage()} for half in HALVES)) + DONE),
    "finish-on-a-reasoning-chunk": Dialect(
        body=data(delta(reasoning_content=THOUGHT, finish="stop"), *map(delta, HALVES), delta(finish="stop")) + DONE,
        reasoning=THOUGHT,
    ),
    "last-finish-counts": Dialect(
        body=data(delta(HALVES[0], "stop"), delta(HALVES[1]), delta(finish="length")) + DONE, finish="length"
    ),
    "done-without-finish": Dialect(body=data(*map(delta, HALVES)) + DONE),
    "neither-done-nor-finish": Dialect(body=data(*map(delta, HALVES)), finish=None, error="stream_truncated.no_end"),
    "camel-case": Dialect(
        body=data(*map(delta, HALVES), {"choices": [{"delta": {}, "finishReason": "length"}]}), finish="length"
    ),
    "empty-finish": Dialect(body=data(*(delta(half, "") for half in HALVES), delta(finish="stop")) + DONE),
    "null-chunk": Dialect(body=data(delta(HALVES[0]), None, delta(HALVES[1]), delta(finish="stop")) + DONE),
    "empty-object": Dialect(body=data(delta(HALVES[0]), {}, delta(HALVES[1]), delta(finish="stop")) + DONE),
    "event-without-data": Dialect(
        body=b"event: ping\n\n" + data(*map(delta, HALVES), delta(finish="stop")) + b": comment\r\n\r\ndata:\n\n" + DONE
    ),
    "null-delta": Dialect(
        body=data(*map(delta, HALVES), {"choices": [{"delta": None, "finish_reason": "stop"}]}) + DONE
    ),
    "null-logprobs": Dialect(
        body=data(
            {"choices": [{"delta": {"content": TEXT}, "logprobs": {"content": [{"token": TEXT, "logprob": None}]}}]},
            delta(finish="stop"),
        )
        + DONE
    ),
    "lines-end-otherwise": Dialect(
        body=(data(*map(delta, HALVES), delta(finish="stop")) + DONE).replace(b"\n", b"\r\n").replace(b": ", b":")
    ),
    "as-plain-text": Dialect(body=data(*map(delta, HALVES), delta(finish="stop")) + DONE, kind="text/plain"),
    "does-not-stream": Dialect(body=json.dumps({**ANSWER, **usage()}).encode(), kind="application/json"),
    "does-not-stream-and-says-otherwise": Dialect(body=json.dumps(ANSWER, indent=2).encode()),
    "error-as-an-answer": Dialect(
        body=b'{"error": {"message": "Insufficient Balance", "code": "invalid_request_error"}}',
        kind="application/json",
        text="",
        finish=None,
        error="rate_limited.quota",
    ),
    "context-error-as-an-answer": Dialect(
        body=b'{"error": "prompt is too long for the maximum context"}',
        kind="application/json",
        text="",
        finish=None,
        error="context_too_long",
    ),
    "wrong-path": Dialect(
        body=b'{"error": "Unexpected endpoint or method. (POST /chat/completions). Returning 200 anyway"}',
        kind="application/json",
        text="",
        finish=None,
        error="unavailable.not_an_api",
    ),
    "a-page": Dialect(body=b"<!doctype html><h1>Sign in</h1>", text="", finish=None, error="unavailable.not_an_api"),
    "think-marks": Dialect(
        body=data(*map(delta, ("<thi", f"nk>\n{THOUGHT}</th", "ink>\n\n", *HALVES)), delta(finish="stop")) + DONE,
        reasoning=THOUGHT,
    ),
    "thinking-marks": Dialect(
        body=data(*map(delta, (f"<thinking>{THOUGHT}</thinking>\n", *HALVES)), delta(finish="stop")) + DONE,
        reasoning=THOUGHT,
    ),
    "mistral-marks": Dialect(
        body=data(*map(delta, (f"[THINK]{THOUGHT}[/TH", "INK]", *HALVES)), delta(finish="stop")) + DONE,
        reasoning=THOUGHT,
    ),
    "channels": Dialect(
        body=data(
            delta(f"<|channel|>analysis<|message|>{THOUGHT}<|end|><|start|>assistant<|channel|>fin"),
            delta(f"al<|message|>{TEXT}"),
            delta(finish="stop"),
        )
        + DONE,
        reasoning=THOUGHT,
    ),
    "unfinished-thought": Dialect(
        body=data(delta(f"<think>{THOUGHT}"), delta(finish="length")) + DONE,
        text="",
        reasoning=THOUGHT,
        finish="length",
    ),
    "marks-inside-an-answer": Dialect(
        body=data(delta("Write <think>, then </think>."), delta(finish="stop")) + DONE,
        text="Write <think>, then </think>.",
    ),
    "closing-mark-alone": Dialect(
        body=data(*map(delta, (THOUGHT, "\n</thi", "nk>\n\n", *HALVES)), delta(finish="stop")) + DONE,
        reasoning=f"{THOUGHT}\n",
    ),
    "closing-mark-alone-within-a-chunk": Dialect(
        body=data(delta(f"{THOUGHT}[/THINK]{TEXT}", "stop")) + DONE, reasoning=THOUGHT
    ),
    "closing-mark-first": Dialect(body=data(delta("</think>\n\n"), delta(TEXT), delta(finish="stop")) + DONE),
    "closing-mark-after-the-vendors-reasoning": Dialect(
        body=data(delta(reasoning_content=THOUGHT), delta("\n</think>\n"), delta(TEXT), delta(finish="stop")) + DONE,
        reasoning=THOUGHT,
    ),
    "closing-mark-spoken-of": Dialect(
        body=data(*map(delta, ("It ends with `</th", "ink>`: see ```\n</think>\n```.")), delta(finish="stop")) + DONE,
        text="It ends with `</think>`: see ```\n</think>\n```.",
    ),
    "halves-of-a-character": Dialect(
        body=b'data: {"choices": [{"delta": {"content": "Hi \\ud83d"}}]}\n\n'
        b'data: {"choices": [{"delta": {"content": "\\ude00 there \\ud83c"}, "finish_reason": "stop"}]}\n\n' + DONE,
        text="Hi 😀 there \ufffd",
    ),
    "characters": Dialect(
        body=b"data: "
        + json.dumps(delta("¡Año nuevo! 🎉 日本語 👩\u200d🔬"), ensure_ascii=False).encode()
        + b"\n\n"
        + data(delta(finish="stop")),
        text="¡Año nuevo! 🎉 日本語 👩\u200d🔬",
    ),
    "anthropic": Dialect(protocol="anthropic", body=anthropic(*map(piece, HALVES), END, STOP)),
    "anthropic-without-names": Dialect(
        protocol="anthropic", body=anthropic(*map(piece, HALVES), END, STOP, named=False)
    ),
    "anthropic-without-stop-reason": Dialect(protocol="anthropic", body=anthropic(*map(piece, HALVES), STOP)),
    "anthropic-without-an-end": Dialect(
        protocol="anthropic", body=anthropic(*map(piece, HALVES)), finish=None, error="stream_truncated.no_end"
    ),
    "anthropic-without-usage": Dialect(
        protocol="anthropic",
        body=anthropic(*map(piece, HALVES), {"type": "message_delta", "delta": {"stop_reason": "max_tokens"}}, STOP),
        finish="length",
    ),
    "anthropic-think-marks": Dialect(
        protocol="anthropic",
        body=anthropic(piece("<think>"), piece(f"{THOUGHT}</think>"), *map(piece, HALVES), END, STOP),
        reasoning=THOUGHT,
    ),
    "anthropic-closing-mark-alone": Dialect(
        protocol="anthropic",
        body=anthropic(*map(piece, (THOUGHT[:9], THOUGHT[9:], "</think>", *HALVES)), END, STOP),
        reasoning=THOUGHT,
    ),
    "anthropic-does-not-stream": Dialect(
        protocol="anthropic",
        kind="application/json",
        body=json.dumps(
            {"type": "message", "content": [{"type": "text", "text": TEXT}], "stop_reason": "end_turn", "usage": {}}
        ).encode(),
    ),
}
DIALECTS: dict[str, Fault] = {name: case.fault for name, case in CASES.items()}
"""For the server of faults, which answers to a model of that name."""
