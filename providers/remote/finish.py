"""Why a reply ended, by the word that a service gives for it: each service has its own, and some mean a failure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from providers.errors import Overloaded, Refused, StreamTruncated, Unavailable
from providers.types import Finish

_COMPLETE = {
    *("stop", "end_turn", "stop_sequence", "stop_token", "eos", "eos_token", "end", "end_of_text"),
    *("complete", "completed", "finished", "success"),
}
_LENGTH = {
    *("length", "max_tokens", "max_output_tokens", "max_new_tokens", "max_completion_tokens", "token_limit"),
    *("model_length", "model_context_window_exceeded", "context_length_exceeded"),
}
_FILTERED = {
    *("content_filter", "content_filtered", "safety", "image_safety", "recitation", "image_recitation"),
    *("prohibited_content", "image_prohibited_content", "blocklist", "spii", "sensitive", "guardrail_intervened"),
}
_DECLINED = {"refusal", "refused"}
_CALLED_OFF = {"cancelled", "canceled", "cancel", "abort", "aborted", "interrupted"}
_NO_ROOM = {"insufficient_system_resource", "overloaded", "overloaded_error"}
_FAILED = {"error", "failed", "internal_error", "server_error", "network_error"}
_TOOL = {"tool_calls", "tool_call", "tool_use", "function_call", "malformed_function_call"}
"""The model wants a program of the caller's to be run, of which there is none here."""
_LONGEST = 40
"""Characters of a reason that nobody knows."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a reply ended that is one. `word` is the service's own where it is none of the usual ones."""

    finish: Finish
    word: str = ""
    tool: bool = False
    """The model waits for what a tool says: a reply without a text beside it is none."""


def ending_of(reason: str, provider: str) -> Ending:
    """The meaning of a service's word.

    Raises `Refused` for a filter or a refusal, `StreamTruncated("cancelled")` where the service broke off, `Overloaded`
    and `Unavailable`.
    """
    word = re.sub(r"^(?:finish|stop)_reason_", "", reason.strip().lower())
    if word in _FILTERED:
        raise Refused("filter", provider=provider)
    if word in _DECLINED:
        raise Refused("refusal", provider=provider)
    if word in _CALLED_OFF:
        raise StreamTruncated("cancelled", provider=provider)
    if word in _NO_ROOM:
        raise Overloaded(provider=provider)
    if word in _FAILED:
        raise Unavailable(provider=provider)
    if word in _LENGTH:
        return Ending("length")
    if word in _COMPLETE:
        return Ending("stop")
    return Ending("stop", _readable(reason), tool=word in _TOOL)


def _readable(reason: str) -> str:
    """As it was given, without what no such word has in it."""
    return re.sub(r"[^\w .:/-]", "", reason, flags=re.ASCII).strip()[:_LONGEST] or "?"
