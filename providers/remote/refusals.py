"""From a vendor's refusal to our own error. What a vendor writes is read here and goes no further: it may echo keys."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Self

from providers.errors import (
    AuthenticationFailed,
    ContextTooLong,
    Overloaded,
    PlaygroundError,
    RateLimited,
    Refused,
    StreamTruncated,
    Unavailable,
    UnknownModel,
    UnsupportedRequest,
)
from providers.remote.corrections import SHORTEST_REPLY
from providers.remote.estimate import estimate_tokens
from providers.remote.sse import WholeAnswer
from providers.types import ModelInfo, Request, Scalar


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_CONTEXT = _words(
    r"context_length_exceeded", r"exceed_context_size", r"context (length|window|size)", r"maximum context",
    r"prompt is too long", r"too many (input |prompt )?tokens", r"request_too_large",
)  # fmt: skip
_FILTER = _words(r"content_filter", r"content_policy", r"content management policy", r"flagged")
_MODEL = _words(r"model_not_found", r"not a valid model", r"invalid_model", r"invalid model", r"unknown model")
_KEY = _words(r"api[ _]key[ _](not[ _]valid|invalid)", r"invalid[ _]api[ _]key", r"incorrect api key")
_QUOTA = _words(
    r"insufficient_quota", r"billing", r"exceeded your current quota", r"credit balance",
    r"insufficient (balance|credit|funds)",
)  # fmt: skip
_OVERLOADED = _words(r"overload", r"service_unavailable", r"over capacity", r"unavailable")
_STATUS_OF_TYPE = {
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "insufficient_quota": 429,
    "invalid_request_error": 400,
    "api_error": 500,
    "server_error": 500,
    "internal_server_error": 500,
    "overloaded_error": 529,
}
_SYSTEM = _words(
    r"system.{0,40}(role|message|prompt|instruction)", r"role.{0,40}system", r"only user and assistant roles"
)
_STATUS = re.compile(r"[1-5][0-9]{2}")
_COUNT = r"(?<![\d,])([0-9][0-9,]{0,14})(?![\d,])"  # longer ones count no tokens, and Python refuses the very long ones
_NUMBER = re.compile(_COUNT)
_CONTEXT_COUNT = re.compile(rf"maximum context length (?:is|of) {_COUNT}", re.IGNORECASE)
_PROMPT_COUNT = re.compile(rf"\({_COUNT} in the messages|{_COUNT} (?:input|prompt) tokens|{_COUNT} in your prompt")
_WRONG_PATH = _words(r"unexpected endpoint", r"cannot post", r"no such (route|path|endpoint)", r"^\W*not found\W*$")
_ANSWERS = {"choices", "content", "message", "usage"}
"""One of these has an answer that is none in words."""
_ALSO_ORDINARY_WORDS = {"stop", "seed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorCall:
    """A call as it was made, to say what a vendor objected to. `sent` names our parameters by the protocol's names."""

    provider: str
    known: tuple[ModelInfo, ...] = ()
    request: Request | None = None
    sent: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Fault:
    """What an error body says: codes and types, the parameter it names, all of its text."""

    codes: tuple[str, ...]
    parameter: str
    text: str
    structured: bool
    """It is an API's error, not some server's page or a framework's "Not Found"."""

    @classmethod
    def of(cls, body: object) -> Self:
        if isinstance(body, list) and body:  # Gemini wraps its error in a list
            body = body[0]
        if isinstance(body, Mapping) and isinstance(body.get("error"), Mapping | str):
            body = body["error"]
        if isinstance(body, str):
            return cls((), "", body, False)
        if not isinstance(body, Mapping):
            return cls((), "", "", False)
        codes = tuple(str(body[name]) for name in ("type", "code", "status") if body.get(name) is not None)
        text = json.dumps(body, default=str)
        return cls(codes, str(body.get("param") or ""), text, "message" in body)


def refusal(status: int, body: object, retry_after: float | None, call: VendorCall) -> PlaygroundError:
    """For a status and what came with it."""
    provider, fault = call.provider, _Fault.of(body)
    match status:
        case 401:
            return AuthenticationFailed(provider=provider, status=status)
        case 402:
            return RateLimited("quota", provider=provider, status=status)
        case 403:
            return AuthenticationFailed("forbidden", provider=provider, status=status)
        case 404 if call.request and fault.structured:
            return unknown_model(call.request.model.id, call.known)
        case 404:
            return Unavailable("not_an_api", provider=provider, status=status)
        case 413:
            return _too_long(status, call)
        case 429:
            reason = "quota" if _QUOTA.search(fault.text) else None
            return RateLimited(reason, provider=provider, status=status, retry_after=retry_after)
        case 503 | 529:
            return Overloaded(provider=provider, status=status, retry_after=retry_after)
        case 400 | 422:
            return _explain_rejection(status, fault, call)
        case _:
            return Unavailable(provider=provider, status=status, retry_after=retry_after)


def stream_error(body: object, call: VendorCall) -> PlaygroundError:
    """For an error object inside a stream that began with status 200."""
    fault = _Fault.of(body)
    for code in fault.codes:
        status = int(code) if _STATUS.fullmatch(code) else _STATUS_OF_TYPE.get(code)
        if status is not None and 400 <= status < 600:
            return refusal(status, body, None, call)
    if _OVERLOADED.search(fault.text):
        return Overloaded(provider=call.provider)
    if not fault.codes and not fault.structured:
        return StreamTruncated("malformed", provider=call.provider)
    return Unavailable(provider=call.provider)


def checked_chunk(chunk: object, call: VendorCall) -> object:
    """The data of an event, or of an answer that is no stream. Raises our own error where it says that it is one."""
    whole = isinstance(chunk, WholeAnswer)
    body = chunk.content if isinstance(chunk, WholeAnswer) else chunk
    failed = isinstance(body, Mapping) and bool(body.get("error") or body.get("type") == "error")
    if not whole:
        if failed:
            raise stream_error(body, call)
        return body
    if not isinstance(body, Mapping):
        raise Unavailable("not_an_api", provider=call.provider)
    if failed or not body.keys() & _ANSWERS:
        raise _answer_error(body, call)
    return body


def _answer_error(body: object, call: VendorCall) -> PlaygroundError:
    """For an error that came as a whole answer, with status 200."""
    fault = _Fault.of(body)
    if _WRONG_PATH.search(fault.text) or not fault.text:
        return Unavailable("not_an_api", provider=call.provider)
    known = stream_error(body, call)
    if isinstance(known, StreamTruncated) or (isinstance(known, Unavailable) and not fault.codes):
        found = _explain_rejection(200, fault, call)
        return Unavailable(provider=call.provider) if isinstance(found, UnsupportedRequest) else found
    return known


def _explain_rejection(status: int, fault: _Fault, call: VendorCall) -> PlaygroundError:
    provider = call.provider
    if _CONTEXT.search(fault.text):
        return _too_long(status, call, fault.text)
    if _FILTER.search(fault.text):
        return Refused("filter", provider=provider, status=status)
    if _KEY.search(fault.text):
        return AuthenticationFailed(provider=provider, status=status)
    if _QUOTA.search(fault.text):
        return RateLimited("quota", provider=provider, status=status)
    if call.request and _MODEL.search(fault.text):
        return unknown_model(call.request.model.id, call.known)
    return _unsupported_request(fault, call)


def _unsupported_request(fault: _Fault, call: VendorCall) -> UnsupportedRequest:
    """With our name of what was refused, and for a length its name on the wire, or the most that is taken."""
    named = _parameter(fault, call.sent)
    values: dict[str, Scalar] = {"provider": call.provider, "parameter": named}
    if named is None and _SYSTEM.search(fault.text):
        values["parameter"] = "system"
    if named == "max_tokens":
        values["wire"] = next(wire for wire, name in call.sent.items() if name == named)
        asked = call.request.sampling.max_tokens if call.request else None
        limits = [int(found.replace(",", "")) for found in _NUMBER.findall(fault.text)]
        if lower := [limit for limit in limits if asked is not None and SHORTEST_REPLY <= limit < asked]:
            values["limit"] = max(lower)
    return UnsupportedRequest("rejected", **values)


def _parameter(fault: _Fault, sent: Mapping[str, str]) -> str | None:
    """Our name of the parameter that was sent and is named in the refusal."""
    named = fault.parameter.rpartition(".")[2]
    if named in sent:
        return sent[named]
    for wire, name in sent.items():
        if re.search(rf"""[`'"\\]{wire}[`'"\\]""", fault.text):
            return name
    for wire, name in sent.items():
        if wire not in _ALSO_ORDINARY_WORDS and re.search(rf"\b{wire}\b", fault.text):
            return name
    return None


def _too_long(status: int, call: VendorCall, text: str = "") -> ContextTooLong:
    """With the service's own counts, where it tells them: then the reply may be made shorter."""
    request = call.request
    context, prompt = _CONTEXT_COUNT.search(text), _PROMPT_COUNT.search(text)
    if context and prompt:
        return ContextTooLong(
            provider=call.provider, status=status, tokens=_count(prompt), context=_count(context), counted=True
        )
    return ContextTooLong(
        provider=call.provider,
        status=status,
        tokens=estimate_tokens(request) if request else None,
        context=request.model.context if request else None,
    )


def _count(found: re.Match[str]) -> int:
    return int(next(group for group in found.groups() if group).replace(",", ""))


def unknown_model(name: str, known: Iterable[ModelInfo]) -> UnknownModel:
    """With the names that look alike."""
    near = get_close_matches(name, [model.id for model in known if model.id != name], n=5, cutoff=0.5)
    return UnknownModel(model=name[:120], near=", ".join(near))


def find_own_error(error: BaseException) -> PlaygroundError | None:
    """Our own error among the causes of an SDK's, without its history."""
    link: BaseException | None = error
    for _ in range(10):
        if isinstance(link, PlaygroundError):
            link.__cause__ = link.__context__ = None
            return link.with_traceback(None)
        if link is None:
            return None
        link = link.__cause__ or link.__context__
    return None


def retry_seconds(headers: Mapping[str, str]) -> float | None:
    """Seconds from a Retry-After header. A date, or what is no number, counts as not given."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * unit
        except ValueError:
            continue
        if 0 <= seconds < 1e7:
            return seconds
    return None
