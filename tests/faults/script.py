"""The faults, by name: what a server answers. A model of that name, or a base URL `/fault/NAME/v1`, asks for one."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Say:
    text: str


@dataclass(frozen=True)
class Think:
    text: str


@dataclass(frozen=True)
class Refuse:
    text: str


@dataclass(frozen=True)
class Finish:
    reason: str = "stop"


@dataclass(frozen=True)
class Broken:
    """An error object inside the stream."""

    kind: str


@dataclass(frozen=True)
class Raw:
    """Bytes as they are."""

    content: bytes


@dataclass(frozen=True)
class Ping:
    """Many of them, with nothing in between."""

    times: int = 600
    pause: float = 0.05


@dataclass(frozen=True)
class Comment:
    """As `Ping`, but each a comment alone, which is no event."""

    times: int
    pause: float = 0.05


@dataclass(frozen=True)
class Nothing:
    """A stream that ends properly and holds no choice."""


@dataclass(frozen=True)
class Hang:
    seconds: float = 600


@dataclass(frozen=True)
class Reset:
    """The connection is torn down, within a chunk."""


@dataclass(frozen=True)
class Count:
    """Numbers, steadily, until the client goes."""

    up_to: int = 5000
    pause: float = 0.02


Step = Say | Think | Refuse | Finish | Broken | Raw | Ping | Comment | Nothing | Hang | Reset | Count


@dataclass(frozen=True, kw_only=True)
class Fault:
    status: int = 200
    kind: str = "invalid_request_error"
    message: str = ""
    param: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    times: int | None = None
    """How often the status is answered before the steps are; always, if `None`."""
    unless_without: str | None = None
    """The status is answered only to a request that has this parameter; "system": a message of that role."""
    most: int | None = None
    """The status is answered only to a request for a reply of more tokens."""
    path: str | None = None
    """The status is answered, as a page that is no API's, at every path but this."""


STEADY_SECONDS = 15
"""How long the steady one speaks, ten tokens a second: see `tests.benchmarks.load`."""
HELLO = (Say("Hel"), Say("lo "), Say("wor"), Say("ld"))
TEXT = "Hello world"
OK = (*HELLO, Finish())

FAULTS: dict[str, Fault] = {
    "ok": Fault(steps=OK),
    "thinker": Fault(steps=(Think("Let me "), Think("see."), *OK)),
    "length": Fault(steps=(*HELLO, Finish("length"))),
    "slow": Fault(steps=(Count(), Finish())),
    "steady": Fault(steps=(Count(up_to=int(10 * STEADY_SECONDS), pause=0.1), Finish())),
    "unauthorized": Fault(status=401, kind="authentication_error", message="invalid key"),
    "forbidden": Fault(status=403, kind="permission_error", message="not allowed"),
    "not-found": Fault(status=404, kind="not_found_error", message="The model does not exist"),
    "reject-temperature": Fault(
        status=400,
        param="temperature",
        message="'temperature' is not supported",
        unless_without="temperature",
        steps=OK,
    ),
    "reject-unnamed": Fault(status=400, message="this and that is wrong"),
    "context": Fault(status=400, kind="context_length_exceeded", message="prompt is too long: 9 tokens > 8 maximum"),
    "too-large": Fault(status=413, kind="request_too_large", message="too large"),
    "rate-limit": Fault(status=429, kind="rate_limit_error", message="slow down", headers={"retry-after": "0.1"}),
    "rate-limit-long": Fault(status=429, kind="rate_limit_error", message="wait", headers={"retry-after": "86400"}),
    "rate-limit-once": Fault(
        status=429, kind="rate_limit_error", message="wait", headers={"retry-after": "0.1"}, times=1, steps=OK
    ),
    "quota": Fault(status=429, kind="insufficient_quota", message="You exceeded your current quota, see billing"),
    "server-error": Fault(status=500, kind="api_error", message="oops"),
    "server-error-once": Fault(status=500, kind="api_error", message="oops", times=1, steps=OK),
    "unavailable": Fault(status=503, kind="api_error", message="later", headers={"retry-after": "0"}),
    "overloaded": Fault(status=529, kind="overloaded_error", message="later", headers={"retry-after": "0"}),
    "hang": Fault(steps=(Hang(),)),
    "stall": Fault(steps=(*HELLO, Hang())),
    "pings": Fault(steps=(Ping(),)),
    "pings-and-then-ok": Fault(steps=(Ping(times=100), *OK)),
    "comments-and-then-ok": Fault(steps=(Comment(times=100), *OK)),
    "stall-pings": Fault(steps=(*HELLO, Ping())),
    "reset": Fault(steps=(*HELLO, Reset())),
    "reset-at-once": Fault(steps=(Reset(),)),
    "html": Fault(headers={"content-type": "text/html; charset=utf-8"}, steps=(Raw(b"<!doctype html><p>Hi {key}"),)),
    "html-disguised": Fault(steps=(Raw(b"<!doctype html>\n<p>data: nothing here {key}</p>\n"),)),
    "compressed": Fault(headers={"content-encoding": "gzip"}, steps=(Raw(b"\x1f\x8b"),)),
    "malformed": Fault(steps=(*HELLO, Raw(b'event: message_delta\ndata: {"choices": [{key}\n\n'), Finish())),
    "wrong-types": Fault(
        steps=(*HELLO, Raw(b'event: content_block_delta\ndata: {"type": "content_block_delta", "choices": 5}\n\n'))
    ),
    "invalid-utf8": Fault(steps=(*HELLO, Raw(b"event: message_delta\ndata: \xff\xfe\n\n"), Finish())),
    "no-end": Fault(steps=HELLO),
    "no-end-marked": Fault(steps=(*HELLO, Raw(b"data: [DONE]\n\n"))),
    "empty": Fault(steps=(Nothing(),)),
    "filter": Fault(steps=(*HELLO, Finish("content_filter"))),
    "refusal": Fault(steps=(Say("Well, "), Refuse("I can't help with that."), Finish())),
    "error-midway": Fault(steps=(*HELLO, Broken("api_error"))),
    "overloaded-midway": Fault(steps=(*HELLO, Broken("overloaded_error"))),
    "rate-limit-midway": Fault(steps=(*HELLO, Broken("rate_limit_error"))),
    "redirect": Fault(status=307),
    "max-tokens-renamed": Fault(
        status=400,
        message="Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens'.",
        unless_without="max_tokens",
        steps=OK,
    ),
    "max-tokens-refused": Fault(
        status=422, message="extra field max_tokens not permitted", unless_without="max_tokens", steps=OK
    ),
    "max-tokens-capped": Fault(
        status=400,
        param="max_tokens",
        message="max_tokens is too large: 4000. This model supports at most 2048 completion tokens.",
        most=2048,
        steps=OK,
    ),
    "reply-beyond-the-context": Fault(
        status=400,
        message="This model's maximum context length is 1024 tokens. However, you requested 4024 tokens (24 in the "
        "messages, 4000 in the completion).",
        most=1000,
        steps=OK,
    ),
    "stream-options-refused": Fault(
        status=400, message="unknown field: stream_options", unless_without="stream_options", steps=OK
    ),
    "no-system-role": Fault(status=400, message="System role not supported", unless_without="system", steps=OK),
    "only-at-v1": Fault(status=404, path="/v1/chat/completions", steps=OK),
}
