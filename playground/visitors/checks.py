"""The one check of everything a visitor sends, by the page or by the API, before any model sees it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from playground.asking.errors import ArgumentError, RequestLimit
from playground.measuring.items import KINDS, Kind
from playground.measuring.tasks import languages
from providers.errors import InputError
from providers.sampling import PARAMETERS, Sampling
from providers.types import Message, Role

RANGES: Mapping[str, tuple[float, float]] = {
    name: (known.low, known.high) for name, known in PARAMETERS.items() if known.control != "lines"
}
MAX_COLUMNS = 4
MAX_STOPS = 4
MAX_STOP_LENGTH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class InputBounds:
    """Limits set by whoever runs the page."""

    message_characters: int = 100_000
    history_messages: int = 400
    tokens_per_reply: int = 2048


def checked_text(value: object, bounds: InputBounds, *, empty: bool = False) -> str:
    """A visitor's text. Raises `InputError` when it is no text or empty, `LimitExceeded` when too long."""
    if not isinstance(value, str):
        raise ArgumentError("not_text")
    if not empty and not value.strip():
        raise InputError("empty")
    if len(value) > bounds.message_characters:
        raise RequestLimit("message_length", limit=bounds.message_characters, length=len(value))
    # Lone surrogates cannot be encoded, neither for a vendor nor for a tokenizer.
    return value.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")


def checked_number(name: str, value: object, ranges: Mapping[str, tuple[float, float]] = RANGES) -> float | int | None:
    """A sampling parameter in its range; `None` and the empty text mean that it is not set."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    low, high = ranges[name]
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ArgumentError("number", name=name, low=low, high=high)
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise ArgumentError("number", name=name, low=low, high=high) from None
    whole = name not in PARAMETERS or PARAMETERS[name].whole
    if not math.isfinite(number) or not low <= number <= high or (whole and number != int(number)):
        raise ArgumentError("number", name=name, low=low, high=high)
    return int(number) if whole else number


def checked_sampling(
    values: Mapping[str, object], bounds: InputBounds, ranges: Mapping[str, tuple[float, float]] = RANGES
) -> Sampling:
    """Sampling parameters by name. `stop` is a list of texts, or one text with a sequence a line, in which `\\n` is a
    line break, `\\t` a tab and two backslashes are one."""
    numbers = {name: checked_number(name, values.get(name), ranges) for name in RANGES}
    longest = numbers["max_tokens"]
    if longest is not None and longest > bounds.tokens_per_reply:
        raise RequestLimit("tokens", limit=bounds.tokens_per_reply)
    if longest is None:
        numbers["max_tokens"] = bounds.tokens_per_reply
    return Sampling(**numbers, stop=_checked_stop(values.get("stop")))  # type: ignore[arg-type]  # names are the fields


def _checked_stop(value: object) -> tuple[str, ...]:
    marks = [_unescape(line) for line in value.splitlines()] if isinstance(value, str) else value or []
    if not isinstance(marks, Sequence) or not all(isinstance(mark, str) for mark in marks):
        raise ArgumentError("not_text")
    stops = tuple(mark for mark in marks if mark)
    if len(stops) > MAX_STOPS or any(len(mark) > MAX_STOP_LENGTH for mark in stops):
        raise RequestLimit("stop_sequences", limit=MAX_STOPS, length=MAX_STOP_LENGTH)
    return stops


def _unescape(line: str) -> str:
    return re.sub(r"\\([nt\\])", lambda found: {"n": "\n", "t": "\t"}.get(found[1], "\\"), line)


def checked_history(value: object, bounds: InputBounds) -> tuple[Message, ...]:
    """A conversation from outside: user and assistant in turns. A forged `system` role is an `InputError`."""
    if value is None:
        return ()
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ArgumentError("role")
    if len(value) > bounds.history_messages:
        raise RequestLimit("history", limit=bounds.history_messages)
    return tuple(_checked_message(item, bounds) for item in value)


def _checked_message(item: object, bounds: InputBounds) -> Message:
    if not isinstance(item, Mapping):
        raise ArgumentError("role")
    role: Role
    match item.get("role"):
        case "user":
            role = "user"
        case "assistant":
            role = "assistant"
        case _:
            raise ArgumentError("role")
    content = item.get("content")
    if isinstance(content, Sequence) and not isinstance(content, str):
        pieces = [part.get("text") if isinstance(part, Mapping) else part for part in content]
        content = "\n".join(piece if isinstance(piece, str) else "" for piece in pieces)
    return Message.of(role, checked_text(content, bounds, empty=True))


def checked_models(value: object) -> tuple[str, ...]:
    """One to four model names, in order, each once."""
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
        raise ArgumentError("not_text")
    chosen = tuple(dict.fromkeys(name.strip() for name in names if name.strip()))
    if not 1 <= len(chosen) <= MAX_COLUMNS:
        raise RequestLimit("columns", limit=MAX_COLUMNS)
    return chosen


def checked_kind(value: object) -> Kind:
    """A kind of answer. Raises `ArgumentError("choice")`."""
    for kind in KINDS:
        if kind == value:
            return kind
    raise ArgumentError("choice", name="kind", choices=", ".join(KINDS))


def checked_language(value: object) -> str:
    """A language that our questions and the words around them are written in. Raises `ArgumentError("choice")`."""
    if value not in languages():
        raise ArgumentError("choice", name="language", choices=", ".join(languages()))
    return str(value)
