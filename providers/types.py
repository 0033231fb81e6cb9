"""The values that travel between a page, a strategy and a model. Frozen, and free of any vendor's vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Self

from providers.catalog_row import CatalogRow
from providers.sampling import PARAMETERS
from providers.sampling import Sampling as Sampling  # one of the values that travel

Role = Literal["system", "user", "assistant"]
Finish = Literal["stop", "length"]
Stage = Literal["download", "convert", "load", "queue", "retry"]
Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class ImageFile:
    """The file that a picture was made from: its name, and its own size in pixels, upright; 0 where unknown."""

    name: str
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Image:
    """An encoded picture. `mime` is the type found in the bytes, never the one a file name claims.

    `file` is for messages about it: two pictures of the same pixels are one.
    """

    content: bytes = field(repr=False)
    mime: str
    file: ImageFile | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """Its file's name; empty where nobody knows it."""
        return self.file.name if self.file is not None else ""


Part = Text | Image


@dataclass(frozen=True, slots=True)
class Message:
    role: Role
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, role: Role, text: str) -> Self:
        return cls(role, (Text(text),))

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts if isinstance(part, Text))

    @property
    def images(self) -> tuple[Image, ...]:
        return tuple(part for part in self.parts if isinstance(part, Image))


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo(CatalogRow):
    """What a model takes and gives: a row `[[model]]` of `models.toml`."""

    accepts: frozenset[str] = frozenset(PARAMETERS)
    """The names of the sampling parameters it takes."""
    temperature_max: float = 2.0
    chat: bool = True
    """Follows a conversation. False for a base model, which only continues text."""
    system: bool = True
    images: bool = False
    image_side: int | None = None
    """Longest side in pixels that it reads without making a picture smaller itself."""
    image_patch: int | None = None
    """Side in pixels of the square that is one token, where its makers publish that."""
    image_patches: int | None = None
    """The most of these squares that it reads of one picture."""
    logprobs: bool = False
    reasoning: bool = False
    first_token: float | None = None
    """Seconds that it may be silent before it begins to answer, at a service; `None` as for most, see `Network`."""
    prefill: bool = False
    """Can continue an assistant message that was begun."""
    reproducible: bool = False
    """A seed repeats the reply."""
    here: bool = False
    """Of a local one: its weights lie on this computer, and nothing is fetched before it answers."""
    context: int | None = None
    """Tokens of prompt and reply together."""
    max_output: int | None = None
    bits: tuple[tuple[str, float], ...] = ()
    """Bits for each byte of a fixed text, by the text's language: measured on this computer, none before that."""
    gated: bool = False
    terms: str | None = None
    """The name of its makers' terms, which whoever uses it accepts first: a row of `Catalog.terms`."""
    engine: str | None = None
    """What the visitor wants it to run on, of this computer's engines; `None` leaves it to the page."""

    @property
    def ref(self) -> str:
        """The name used everywhere outside a provider: `provider/id`, and `@engine` where one was chosen."""
        return f"{self.provider}/{self.id}" + (f"@{self.engine}" if self.engine else "")


@dataclass(frozen=True, slots=True, kw_only=True, weakref_slot=True)
class Request:
    """One call of a model. A last message of the assistant's is continued (see `ModelInfo.prefill`)."""

    model: ModelInfo
    messages: tuple[Message, ...]
    sampling: Sampling = field(default_factory=Sampling)
    logprobs: int | None = None
    """How many alternatives to report beside each chosen token; 0 reports the chosen one alone."""
    owner: str = field(default="", repr=False)
    """Whoever asks, for a fair share of this computer: compared with others and never sent anywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What will leave for the model, exactly: a JSON body, or a prompt after the chat template."""

    content: str
    language: Literal["json", "text"]
    tokens: int
    """Length of the input in tokens."""
    exact: bool
    """The model's own tokenizer counted; otherwise an estimate from above."""


@dataclass(frozen=True, slots=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    text: str


@dataclass(frozen=True, slots=True)
class TextWasReasoning:
    """All text so far was reasoning: a closing mark without an opening one has shown it. The answer comes now."""


@dataclass(frozen=True, slots=True)
class TokenLogprob:
    """Natural logarithm of the model's own probability, before temperature and cuts."""

    token: str
    logprob: float
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class TokenLogprobs:
    tokens: tuple[TokenLogprob, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What is being waited for. `done` and `total` are bytes for a download, seconds for a retry, places in a line."""

    stage: Stage
    done: float = 0
    total: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something a model did not take, or took otherwise. `reason` is a key of the interface texts."""

    what: str
    reason: str
    values: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    input_tokens: int
    output_tokens: int
    reasoning_tokens: int = 0
    cached_tokens: int = 0
    estimated: bool = False
    """The vendor did not report it; we counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds since the request was taken, waiting in line included."""

    first_token: float
    total: float

    def tokens_per_second(self, output_tokens: int) -> float | None:
        """Rate after the first token; `None` where fewer than two tokens or no time passed between them."""
        span = self.total - self.first_token
        return (output_tokens - 1) / span if output_tokens > 1 and span > 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    finish: Finish
    usage: Usage
    timing: Timing
    engine: str | None = None
    """What computed it on this computer, as `engine-format`."""


Event = TextDelta | ReasoningDelta | TextWasReasoning | TokenLogprobs | Progress | Change | Done


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """A stream, folded."""

    text: str
    done: Done
    reasoning: str = ""
    logprobs: tuple[TokenLogprob, ...] = ()
    changes: tuple[Change, ...] = ()
