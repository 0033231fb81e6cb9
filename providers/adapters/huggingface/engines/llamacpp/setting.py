"""How a GGUF file is opened, as the page tells the engine's process."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How a file is opened. `context` is each slot's, in tokens."""

    file: str
    slots: int
    context: int
    threads: int
    projector: str = ""

    def __str__(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, text: str) -> Self:
        return cls(**json.loads(text))
