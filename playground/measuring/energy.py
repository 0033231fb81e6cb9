"""Energy and CO₂ of a comparison, always as a range: what cannot be measured is estimated, and called so.

Of a service the estimate is ecologits' (Rincé and Banse 2025: parameters, tokens and time, with the electricity of
where its data centres stand); of this computer codecarbon's offline tracker's, which reads the processor's own energy
counter where there is one and else goes by its rating and its load. Neither asks anything of the net.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from statistics import quantiles
from typing import Any

from pydantic import JsonValue

from playground.asking.threads import run_to_end
from playground.measuring.outcomes import Outcome

log = logging.getLogger(__name__)
_PROVIDERS: Mapping[str, str] = {
    "openai": "openai",
    "anthropic": "anthropic",
    "gemini": "google_genai",
    "mistral": "mistralai",
    "huggingface-router": "huggingface_hub",
}
"""ecologits' names of the vendors that it knows."""
_COUNTED = 0.05
"""A counter's own error: a range of ± 5 %."""
_GUESSED = 2.0
"""Without one the truth may be half of the estimate, or twice as much."""
_EVERY = 2.0
"""Seconds between two readings."""
_COUNTRY = "ESP"
"""The tracker wants one; its own figure of CO₂ is not used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyUse:
    """Watt-hours and grams of CO₂ equivalents, from `low` to `high`. `measured`: read off a counter, else estimated."""

    low_wh: float
    high_wh: float
    low_g: float
    high_g: float
    measured: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedEnergy:
    """What this computer took, all of it, while a run went on: kilowatt-hours and seconds."""

    kwh: float
    seconds: float
    measured: bool

    def to_json(self) -> dict[str, JsonValue]:
        return {"kwh": self.kwh, "seconds": self.seconds, "measured": self.measured}


@dataclass(slots=True)
class Tracking:
    """What came of it, once it has ended; `None` where it could not be followed."""

    found: TrackedEnergy | None = field(default=None)


@asynccontextmanager
async def tracking(kept: Tracking) -> AsyncGenerator[Tracking]:
    """Follow this computer's energy until the end, into `kept`; starting and reading happen in threads.

    What goes wrong with it is the log's alone: it must not cost a run its end.
    """
    starting = asyncio.create_task(asyncio.to_thread(_start))
    try:
        yield kept
    finally:
        try:
            tracker = await asyncio.shield(starting)
            kept.found = await run_to_end(lambda: _stop(tracker))
        except Exception:  # a sensor's driver may raise anything
            log.exception("the energy of a run was not followed")


def service_energy(provider: str, model: str, outcomes: Sequence[Outcome]) -> EnergyUse | None:
    """Of all of a service's answers together; `None` for a vendor or model that ecologits does not know."""
    known = _PROVIDERS.get(provider)
    if known is None:
        return None
    from ecologits.tracers.utils import llm_impacts

    logging.getLogger("ecologits").setLevel(logging.CRITICAL)  # after the import, which makes it of a class of its own
    low_wh = high_wh = low_g = high_g = 0.0
    for outcome in outcomes:
        if not outcome.usage.output_tokens:
            continue
        found = llm_impacts(known, model, outcome.usage.output_tokens, outcome.seconds)
        if found.energy is None or found.gwp is None:
            return None
        energy, gwp = _ends(found.energy.value), _ends(found.gwp.value)
        low_wh, high_wh = low_wh + energy[0] * 1000, high_wh + energy[1] * 1000
        low_g, high_g = low_g + gwp[0] * 1000, high_g + gwp[1] * 1000
    return EnergyUse(low_wh=low_wh, high_wh=high_wh, low_g=low_g, high_g=high_g)


def local_energy(tracked: Sequence[Mapping[str, JsonValue]], share: float) -> EnergyUse | None:
    """A column's `share` (0 to 1) of what this computer took, by the times that a run was gone on with; `None`
    where one of them has no end: it was killed, and what it took is not known.

    CO₂ for electricity from the cleanest tenth of the world's countries to the dirtiest: where this computer stands is
    not asked.
    """
    kwh = sum(_number(one.get("kwh")) for one in tracked) * share
    if not tracked or kwh <= 0 or any("kwh" not in one for one in tracked):
        return None
    measured = all(one.get("measured") is True for one in tracked)
    low = kwh * (1 - _COUNTED) if measured else kwh / _GUESSED
    high = kwh * (1 + _COUNTED) if measured else kwh * _GUESSED
    clean, dirty = carbon_intensities()
    return EnergyUse(low_wh=low * 1000, high_wh=high * 1000, low_g=low * clean, high_g=high * dirty, measured=measured)


@cache
def carbon_intensities() -> tuple[float, float]:
    """Grams of CO₂ for a kilowatt-hour in the cleanest tenth of countries and in the dirtiest, by codecarbon's data."""
    from codecarbon.input import DataSource

    source: Any = DataSource  # untyped
    rows = source().get_global_energy_mix_data().values()
    found = [float(row["carbon_intensity"]) for row in rows if row.get("carbon_intensity")]
    tenths = quantiles(found, n=10)
    return tenths[0], tenths[-1]


def _start() -> Any:
    """codecarbon's tracker, begun: it writes no file, sends nothing and asks nobody where it is."""
    from codecarbon import OfflineEmissionsTracker

    logging.getLogger("codecarbon").setLevel(logging.CRITICAL)
    tracker = OfflineEmissionsTracker(
        country_iso_code=_COUNTRY,
        measure_power_secs=_EVERY,
        output_methods=[],
        log_level="critical",
        allow_multiple_runs=True,
        tracking_mode="machine",
    )
    tracker.start()
    return tracker


def _stop(tracker: Any) -> TrackedEnergy | None:
    tracker.stop()
    found = getattr(tracker, "final_emissions_data", None)
    if found is None:
        return None
    return TrackedEnergy(
        kwh=float(found.energy_consumed), seconds=float(found.duration), measured=_has_counter(tracker)
    )


def _has_counter(tracker: Any) -> bool:
    """The processor's energy was read off a counter."""
    modes = {str(getattr(one, "_mode", "")) for one in getattr(tracker, "_hardware", ())}
    return bool(modes & {"intel_rapl", "intel_power_gadget", "windows_emi", "powermetrics"})


def _ends(value: Any) -> tuple[float, float]:
    return float(getattr(value, "min", value)), float(getattr(value, "max", value))


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
