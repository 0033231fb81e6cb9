"""Who is to answer, as it is chosen in the sidebar and on the tab."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from playground.page.parts.fields import texts_of
from playground.page.program import App, Who
from playground.tabs.vision.visit.ask import MOST_COLUMNS
from playground.tabs.vision.visit.values import Seat
from playground.tabs.vision.visit.visits import VisionVisits
from providers.types import ModelInfo


@dataclass(frozen=True, slots=True)
class ChosenModels:
    """The sidebar's models in their order, those that are to read, and what is known of all of them.

    A model that nobody knows is taken to see: asking it tells.
    """

    refs: tuple[str, ...]
    reading: tuple[str, ...]
    models: Mapping[str, ModelInfo]
    ticked: tuple[str, ...] = ()
    """What is ticked, also of models that are no longer chosen."""

    @property
    def seats(self) -> tuple[Seat, ...]:
        """Each model where it stands: first as it sees, then as it reads."""
        found: list[Seat] = []
        for ref in self.refs:
            if self.sees(ref):
                found.append(Seat("sees", ref))
            if ref in self.reading:
                found.append(Seat("reads", ref))
        return tuple(found)

    @property
    def blind(self) -> tuple[str, ...]:
        """Those that cannot see and are not to read."""
        return tuple(ref for ref in self.refs if not self.sees(ref) and ref not in self.reading)

    def sees(self, ref: str) -> bool:
        return ref not in self.models or self.models[ref].images

    def name(self, ref: str) -> str:
        return self.models[ref].name if ref in self.models else ref.partition("/")[2] or ref


async def choose_models(app: App[VisionVisits], who: Who, refs: object, reading: object) -> ChosenModels:
    """From the sidebar and the tab; what is no list of names counts as none."""
    wanted = texts_of(refs)[:MOST_COLUMNS] or (app.settings.model,)
    ticked = tuple(texts_of(reading))
    return ChosenModels(wanted, tuple(ref for ref in ticked if ref in wanted), await app.models(who), ticked)
