"""What a service turned out not to take as it is sent. After a refusal that names it, the request is put right and sent
again; the next ones to that model begin right; and every reply tells the difference."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from providers.errors import ContextTooLong, PlaygroundError, Unavailable, UnsupportedRequest
from providers.fit import fold_system
from providers.sampling import PARAMETERS
from providers.types import Change, Request

MODELS = 512
"""Of which something is remembered."""
SHORTEST_REPLY = 16
"""Tokens: a reply is not lowered below it."""
OTHER_NAME = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
Reason = Literal["rejected_by_api", "renamed", "lowered", "system_in_first_message", "at_v1"]


@dataclass(frozen=True, slots=True)
class WireRequest:
    """A request and how it is written: `names` has a field's other name, or `None` for one that is not sent; `prefix`
    stands before every path of the service."""

    request: Request
    names: Mapping[str, str | None] = field(default_factory=dict)
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """`what`: a sampling parameter, `logprobs`, `system`, `stream_options` or `address`."""

    what: str
    reason: Reason
    to: str | int | None = None

    @property
    def change(self) -> Change:
        return Change(what=self.what, reason=self.reason, values={} if self.to is None else {"to": self.to})

    def apply(self, wire: WireRequest) -> WireRequest | None:
        """The request put right; `None` where there is nothing of the kind in it."""
        request = wire.request
        match self.reason, self.what:
            case "at_v1", _:
                return replace(wire, prefix=str(self.to))
            case "system_in_first_message", _:
                folded = fold_system(request.messages)
                return None if folded == request.messages else replace(wire, request=replace(request, messages=folded))
            case _, "stream_options":
                return replace(wire, names={**wire.names, "stream_options": None})
            case _, "logprobs":
                return None if request.logprobs is None else replace(wire, request=replace(request, logprobs=None))
        value = request.sampling.chosen_values().get(self.what)
        if value is None:
            return None
        match self.reason:
            case "renamed":
                return replace(wire, names={**wire.names, self.what: str(self.to)})
            case "lowered":
                if not isinstance(value, int) or not isinstance(self.to, int) or value <= self.to:
                    return None
                sampling = replace(request.sampling, max_tokens=self.to)
            case _:
                sampling = request.sampling.without(self.what)
        return replace(wire, request=replace(request, sampling=sampling))


@dataclass(slots=True)
class Learnt:
    """Corrections by service and model. No visitor's text or key is in them."""

    _by_model: OrderedDict[tuple[str, str], tuple[Correction, ...]] = field(default_factory=OrderedDict)

    def of(self, url: str, model: str) -> tuple[Correction, ...]:
        return self._by_model.get((url, model), ())

    def add(self, url: str, model: str, correction: Correction) -> None:
        """One for each thing; of many models the oldest are forgotten."""
        others = [one for one in self.of(url, model) if (one.what, one.reason) != (correction.what, correction.reason)]
        self._by_model[url, model] = (*others, correction)
        self._by_model.move_to_end((url, model))
        while len(self._by_model) > MODELS:
            self._by_model.popitem(last=False)


@dataclass(slots=True)
class Corrections:
    """Those of one request to a service at `url`."""

    learnt: Learnt
    url: str
    demanded: frozenset[str] = frozenset()
    """What the protocol wants in every request, and under its one name."""
    made: list[Correction] = field(default_factory=list)

    def begin(self, request: Request) -> tuple[WireRequest, list[Change]]:
        """The request with all that is remembered, and what differs."""
        wire, changes = WireRequest(request), []
        for correction in self.learnt.of(self.url, request.model.id):
            if (corrected := correction.apply(wire)) is not None:
                wire = corrected
                self.made.append(correction)
                changes.append(correction.change)
        return wire, changes

    def after(self, failure: PlaygroundError, wire: WireRequest) -> tuple[WireRequest, Change] | None:
        """The request put right after a refusal, and the difference; `None` where it stays refused."""
        for correction in self._propose(failure, wire):
            if correction.what in self.demanded and correction.reason in ("renamed", "rejected_by_api"):
                continue
            if correction in self.made or (corrected := correction.apply(wire)) is None:
                continue
            self.made.append(correction)
            if not isinstance(failure, ContextTooLong):  # that depends on the prompt
                self.learnt.add(self.url, wire.request.model.id, correction)
            return corrected, correction.change
        return None

    def _propose(self, failure: PlaygroundError, wire: WireRequest) -> list[Correction]:
        match failure:
            case Unavailable(reason="not_an_api") if not wire.prefix and not _has_version(self.url):
                return [Correction("address", "at_v1", "/v1")]
            case ContextTooLong():
                context, tokens = failure.values.get("context"), failure.values.get("tokens")
                if failure.values.get("counted") and isinstance(context, int) and isinstance(tokens, int):
                    room = context - tokens
                    return [Correction("max_tokens", "lowered", room)] if room >= SHORTEST_REPLY else []
                return []
            case UnsupportedRequest(reason="rejected"):
                return list(_for_parameter(failure))
            case _:
                return []


def _for_parameter(failure: UnsupportedRequest) -> list[Correction]:
    name = str(failure.values.get("parameter"))
    if name == "system":
        return [Correction(name, "system_in_first_message")]
    if name != "max_tokens":
        return [Correction(name, "rejected_by_api")] if name in {*PARAMETERS, "logprobs", "stream_options"} else []
    found = []
    if isinstance(limit := failure.values.get("limit"), int):
        found.append(Correction(name, "lowered", limit))
    elif (other := OTHER_NAME.get(str(failure.values.get("wire")))) is not None:
        found.append(Correction(name, "renamed", other))
    return [*found, Correction(name, "rejected_by_api")]


def _has_version(url: str) -> bool:
    """The path ends in a version, as `/v1` and `/v1beta/openai` do."""
    path = url.partition("://")[2].partition("/")[2]
    return any(part[:1] == "v" and part[1:2].isdigit() for part in path.split("/"))
