"""From Anthropic's list of models to what they take."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from providers.base import UNHURRIED
from providers.types import ModelInfo

OLDER = re.compile(r"^claude-(3-|(opus|sonnet|haiku)-4(-[0-6])?(-\d{8})?$)")
"""Models that still take sampling parameters."""
CURRENT_ACCEPTS = frozenset({"max_tokens", "stop"})
ACCEPTS = CURRENT_ACCEPTS | {"temperature", "top_p", "top_k"}


def parse_models(answer: object, provider: str) -> Iterator[ModelInfo]:
    """The models of a `GET /v1/models` that can still be called. Raises `ValueError` for what is no such list."""
    rows = answer.get("data") if isinstance(answer, Mapping) else None
    if not isinstance(rows, list):
        raise ValueError("no list of models")
    for row in rows:
        if not isinstance(row, Mapping) or row.get("lifecycle") == "retired":
            continue
        if isinstance(name := row.get("id"), str) and 0 < len(name) <= 200:
            yield describe_model(name, row, provider)


def describe_model(name: str, row: Mapping[str, object], provider: str) -> ModelInfo:
    """What a row of the list says of a model; of an empty one, what its name says."""
    return ModelInfo(
        id=name,
        provider=provider,
        name=str(row.get("display_name") or name)[:120],
        accepts=ACCEPTS if OLDER.search(name) else CURRENT_ACCEPTS,
        temperature_max=1.0,
        images=_supports(row, "image_input"),
        reasoning=_supports(row, "thinking"),
        first_token=UNHURRIED,
        context=_number(row, "max_input_tokens"),
        max_output=_number(row, "max_tokens"),
    )


def _supports(row: Mapping[str, object], name: str) -> bool:
    capabilities = row.get("capabilities")
    capability = capabilities.get(name) if isinstance(capabilities, Mapping) else None
    return isinstance(capability, Mapping) and capability.get("supported") is True


def _number(row: Mapping[str, object], name: str) -> int | None:
    value = row.get(name)
    return value if isinstance(value, int) and value > 0 else None
