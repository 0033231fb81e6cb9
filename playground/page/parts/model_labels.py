"""What a model is called on the page, and where it is, before anything is sent."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Protocol

from playground.page.parts.signs import draw_sign
from playground.page.parts.wording import Wording
from providers.types import ModelInfo

_SHIELD = "M12 3l8 3v6c0 5-3.5 8-8 9-4.5-1-8-4-8-9V6z"
_CLOUD = "M7 19a4 4 0 0 1-.5-8A6 6 0 0 1 18 9.5 4.8 4.8 0 0 1 17.5 19z"
_BYTES = 2
"""Of a weight, as nearly all models are published and as this computer holds them, or fewer."""


class Placed(Protocol):
    """What can be here, to be fetched, or elsewhere. `size` in bytes."""

    @property
    def local(self) -> bool: ...

    @property
    def here(self) -> bool: ...

    @property
    def size(self) -> int | None: ...

    @property
    def parameters(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """See `Placed`."""

    local: bool
    here: bool
    size: int | None = None
    parameters: int | None = None


class ModelLabels(Wording):
    """Names models in one language."""

    def head(self, model: ModelInfo | None, ref: str, *, ran: bool = False) -> str:
        """The title of a column: the model, and whether it stays on this computer. One that `ran` is here by now."""
        name = html.escape(model.name if model else model_id(ref))
        if model is None:
            return f'<div class="column-head"><span>{name}</span></div>'
        place = "local" if model.local else "remote"
        where = self.text("model.local") if model.local and (model.here or ran) else self.place(model)
        sign = draw_sign(_SHIELD if model.local else _CLOUD)
        kind = "" if model.chat else f'<span class="kind">{html.escape(self.text("model.completion"))}</span>'
        return (
            f'<div class="column-head"><span class="column-name">{name}</span>{kind}'
            f'<span class="place {place}">{sign} {html.escape(where)}</span></div>'
        )

    def choice(self, model: ModelInfo, locked: bool) -> str:
        """A model's label in the picker: name, where it is, size in memory, abilities, and that a key is missing."""
        able = {"completion": not model.chat, "images": model.images, "logprobs": model.logprobs}
        able["reasoning"] = model.reasoning
        signs = [self.text(f"model.{name}") for name, has in able.items() if has]
        if model.terms is not None:
            signs.append(self.text("model.terms", terms=model.terms.title()))
        if model.package is not None and model.package.third_party:
            signs.append(self.text("model.third_party"))
        size = self._parameters(model.parameters) if model.parameters else ""
        if size and size.replace(" ", "").replace(",", ".") not in model.name:
            signs.insert(0, size)
        if model.local and model.parameters:
            room = self.number(model.parameters * _BYTES / 1e9, ".1f")
            signs.insert(0, self.text("model.memory", gigabytes=room))
        lock = [self.text("model.locked")] if locked else []
        return " · ".join([model.name, self.place(model), *lock, *signs])

    def _parameters(self, count: int) -> str:
        """How many, as a model's name has it."""
        if count < 1e9:
            return f"{self.number(count / 1e6, '.0f')} M"
        return f"{self.number(count / 1e9, '.1f' if round(count / 1e8) % 10 else '.0f')} B"

    def place(self, model: Placed) -> str:
        """Where it is, before anything is sent: here, to be fetched and how much, not to be had, or elsewhere."""
        if not model.local:
            return self.text("model.remote")
        if model.here:
            return self.text("model.here")
        if self._offline:
            return self.text("model.absent")
        if model.size:
            return self.text("model.fetch", megabytes=self.number(model.size / 1e6, ",.0f"))
        if model.parameters:  # its makers publish no size; weights of two bytes each are usual
            megabytes = self.number(model.parameters * _BYTES / 1e6, ",.0f")
            return self.text("model.fetch", megabytes=f"≈ {megabytes}")
        return self.text("model.fetch_unknown")


def model_id(ref: str) -> str:
    """A model's name without its provider's."""
    return ref.partition("/")[2] or ref
