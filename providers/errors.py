"""Everything that can go wrong, as a code and values: never a vendor's text, which may echo a key.

PlaygroundError
├─ ConfigurationError: MissingKey · MissingPackage · UnknownModel · WeightsUnavailable
├─ UnsupportedRequest
├─ ProviderError(provider, status, retry_after): AuthenticationFailed · RateLimited · Overloaded · ContextTooLong
│                · Refused · StreamTruncated · Timeout · Unavailable
└─ InputError: ImageError · LimitExceeded

Here stand the errors that providers raise. What only a part of the playground raises derives from these in an
`errors.py` of that part, most often with the `code` of its parent, so that all limits' texts stand together.
`assets/locale` holds a message and a hint for every class and every one of its `reasons`, in each language.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from logging import Logger
from typing import ClassVar, Self

from providers.types import Scalar


class PlaygroundError(Exception):
    """`code` names the class, `reason` one of its `reasons`, `values` fill the message's gaps."""

    code: ClassVar[str] = "playground_error"
    reasons: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, code: str | None = None) -> None:
        """`code` is for a class that has reasons of its own and keeps the keys of the class it derives from."""
        cls.code = code or re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, reason: str | None = None, /, **values: Scalar) -> None:
        if reason is not None and reason not in self.reasons:
            raise ValueError(f"{type(self).__name__} knows no reason {reason!r}")
        super().__init__(reason)
        self.reason = reason
        self.values = values

    @property
    def key(self) -> str:
        """The key of its message in the interface texts."""
        return f"{self.code}.{self.reason}" if self.reason else self.code

    def __str__(self) -> str:
        return " ".join([self.key, *(f"{name}={value}" for name, value in self.values.items())])


class ConfigurationError(PlaygroundError):
    """Something is missing here, before any model is asked."""


class MissingKey(ConfigurationError):
    """Values: provider."""

    reasons = ("malformed",)


class MissingPackage(ConfigurationError):
    """Values: package."""


class UnknownModel(ConfigurationError):
    """Values: model, near (names that look alike, comma-separated; may be empty)."""

    reasons = ("invalid", "provider", "file")


class WeightsUnavailable(ConfigurationError):
    """Values: model; disk: need and free in bytes; too_large: need_gb and room_gb; import, unreadable, unwritable,
    failed, unfit and what follows it: cause; quantisation: known, the names of those there are.

    "bounds": a file asks for more than any such model has, or does not come to an end; `cause` is its name.
    "head": the files hold a model without the part that the task needs; `cause` is what they hold.
    "own_memory": an architecture that keeps what it has read as no engine knows it.
    "damaged" is what a length, a checksum or a parser of the file itself has shown; "engine", that a process ended
    while it was loading; "unfit", that the files are whole, and nothing that is of use here can be made of them.
    `cause` is the module that could not be imported, the system's name of its error, or the class of a library's.
    """

    reasons = (
        *("offline", "gated", "not_found", "unsafe_format", "checksum", "disk", "memory", "damaged", "no_pip"),
        *("engine", "import", "unreadable", "failed", "unfit", "paused"),
        *("quantised", "architecture", "own_code", "encoder_decoder", "adapter", "parts", "bounds", "unwritable"),
        *("too_large", "quantisation", "projector", "gguf_architecture", "head", "own_memory"),
    )


NO_ROOM = frozenset({"memory", "too_large"})
"""Reasons of `WeightsUnavailable` for which a smaller variant may do."""


class UnsupportedRequest(PlaygroundError):
    """Values: model, or provider and parameter."""

    reasons = (
        *("images", "prefill", "rejected", "template", "tokenizer", "logits", "logprobs", "embedding", "likelihood"),
        *("layers", "lens", "forms", "form_engine"),
    )


class ProviderError(PlaygroundError):
    """A model, local or remote, did not do what it should."""

    def __init__(
        self,
        reason: str | None = None,
        /,
        *,
        provider: str,
        status: int | None = None,
        retry_after: float | None = None,
        **values: Scalar,
    ) -> None:
        super().__init__(reason, provider=provider, status=status, retry_after=retry_after, **values)
        self.provider, self.status, self.retry_after = provider, status, retry_after


class AuthenticationFailed(ProviderError):
    reasons = ("forbidden",)


class RateLimited(ProviderError):
    """`retry_after` in seconds, where the vendor said so. "quota": the account's credit is used up."""

    reasons = ("quota",)


class Overloaded(ProviderError):
    """Values: waiting, where our own line is full."""

    reasons = ("busy_here",)


class ContextTooLong(ProviderError):
    """Values: tokens, context."""


class Refused(ProviderError):
    """ "tool": the model answered with nothing but the call of a tool."""

    reasons = ("filter", "refusal", "tool")


class StreamTruncated(ProviderError):
    """ "cancelled": the service itself called the reply off."""

    reasons = ("reset", "malformed", "no_end", "empty", "cancelled")


class Timeout(ProviderError):
    """Values: seconds. "stalled": an engine on this computer gave no sign of life, and was started anew."""

    reasons = ("connect", "first_token", "between_tokens", "total", "stalled")


class Unavailable(ProviderError):
    reasons = ("unreachable", "not_an_api", "blocked_address", "redirect", "out_of_memory")


class InputError(PlaygroundError):
    """What the visitor gave cannot be used."""

    reasons: ClassVar[tuple[str, ...]] = ("empty", "url", "window", "label", "long", "blanks")


class ImageError(InputError):
    """Values: file, the picture's name where it has one."""

    reasons: ClassVar[tuple[str, ...]] = ("damaged",)


class LimitExceeded(InputError):
    """Values: limit, and seconds to wait where it is a rate."""

    reasons: ClassVar[tuple[str, ...]] = ("labels",)


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as data: the key of its text and the values that fill it."""

    key: str
    values: Mapping[str, Scalar] = field(default_factory=dict)

    @classmethod
    def of(cls, error: PlaygroundError) -> Self:
        return cls(error.key, dict(error.values))

    @classmethod
    def of_defect(cls, error: BaseException, where: str, log: Logger) -> Self:
        """The failure `internal`, for an error that is none of ours: a defect of the program or of a library.

        Logs where it happened, as `where` ("column openai/gpt-5"), the error's class and the line that raised it. Its
        message is not logged: a foreign error's may hold a key or a visitor's text.
        """
        last = traceback.extract_tb(error.__traceback__, limit=-1)
        line = f"{last[0].filename}:{last[0].lineno}" if last else "an unknown line"
        log.error("%s failed: %s at %s", where, type(error).__name__, line)
        return cls("internal")


def every_class(root: type[PlaygroundError] = PlaygroundError) -> list[type[PlaygroundError]]:
    """The tree, parents first."""
    return [root, *(found for child in root.__subclasses__() for found in every_class(child))]
