"""What is measured while nobody asks, and which engine is kept beside another for it."""

from __future__ import annotations

import asyncio
from collections import namedtuple
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest

from providers.adapters.huggingface.memory import companions
from providers.adapters.huggingface.memory.companions import QUIET, Companions
from providers.adapters.huggingface.weights.completing import EXACT
from providers.adapters.huggingface.weights.ticket import Cancelled, Ticket
from providers.errors import WeightsUnavailable
from providers.types import ModelInfo, Progress
from providers.whitebox import VariantSpeed
from tests import virtual_time

MODEL = ModelInfo(id="m", provider="huggingface", name="M")
SLOW, QUICK = VariantSpeed(one=60, eight=300, prompt=1000), VariantSpeed(one=90, eight=120, prompt=400)
ONE = SimpleNamespace(name="alone", for_one=None)
CROWD = SimpleNamespace(name="crowd", for_one=None)
SEEDED = SimpleNamespace(name=EXACT, for_one=None)
ALONE = SimpleNamespace(name="alone", for_one=ONE)


@dataclass
class Fake:
    """Loader and store: measuring takes two looks."""

    speeds_told: Mapping[str, VariantSpeed]
    room: bool = True
    exact: bool = False
    engine: str | None = None
    measured: bool = False
    computing: Callable[[int], bool] = lambda look: False
    shares: int = 0
    at_work: Callable[[int], bool] = lambda look: False
    looks: int = 0
    loaded: list[object] = field(default_factory=list)
    called_off: int = 0

    def busy(self) -> bool:
        self.looks += 1
        return self.at_work(self.looks)

    def idle(self) -> float:
        self.shares += 1
        return 0.5 if self.computing(self.shares) else 0.95

    async def variants(self, model: ModelInfo) -> tuple[object, ...]:
        return (CROWD, *([SEEDED] if self.exact else []), *([ALONE] if self.measured else []))

    async def speeds(self, model: ModelInfo) -> Mapping[str, VariantSpeed]:
        return self.speeds_told if self.measured else {}

    async def folder(self, model: ModelInfo) -> Path:
        return Path("m")

    def forced_engine(self, model: ModelInfo) -> str | None:
        return self.engine

    def has_room(self, model: ModelInfo, variant: object) -> bool:
        return self.room

    async def load(self, model: ModelInfo, variant: object) -> AsyncGenerator[Progress]:
        if variant not in self.loaded:
            self.loaded.append(variant)
            yield Progress(stage="load")

    async def wait(self, name: str, key: str, make: Callable[[Ticket], None]) -> AsyncGenerator[Progress]:
        ticket = Ticket()
        make(ticket)
        try:
            for _ in range(2):
                ticket.report(Progress(stage="convert"))
                yield ticket.latest
        except Cancelled:
            self.called_off += 1
            raise WeightsUnavailable(None, model=name) from None
        self.measured = True

    def lacks_measures(self, folder: Path) -> bool:
        return not self.measured

    def measure(self, folder: Path, ticket: Ticket) -> None:
        pass


async def settle(fake: Fake) -> float:
    """The seconds that it took."""
    start = asyncio.get_running_loop().time()
    await Companions(fake, fake, fake.busy, fake.idle).settle(MODEL)  # type: ignore[arg-type]
    return asyncio.get_running_loop().time() - start


@virtual_time.virtual
async def test_the_quicker_one_for_one_is_kept_beside() -> None:
    fake = Fake({"crowd": SLOW, "alone": QUICK})
    assert await settle(fake) == pytest.approx(QUIET)
    assert fake.loaded == [ONE]
    assert await settle(fake) == 0, "it is measured once"


@virtual_time.virtual
async def test_nothing_is_measured_while_somebody_is_answered() -> None:
    """Twice called off: a reply began while it was measured."""
    looks_of_a_turn = int(QUIET / 0.5) + 1
    fake = Fake({"crowd": SLOW, "alone": QUICK}, at_work=lambda look: look in (5, looks_of_a_turn + 5))
    assert await settle(fake) == pytest.approx(2 * QUIET + 2.5)
    assert (fake.called_off, fake.loaded) == (1, [ONE])


@virtual_time.virtual
async def test_nothing_is_measured_while_something_else_computes_here() -> None:
    fake = Fake({"crowd": SLOW, "alone": QUICK}, computing=lambda look: look <= 100)
    assert await settle(fake) == pytest.approx(50 + QUIET)
    assert fake.loaded == [ONE]


@virtual_time.virtual
async def test_what_answers_with_a_seed_is_loaded_at_once_but_for_whoever_is_answered() -> None:
    fake = Fake({"crowd": SLOW, "alone": QUICK}, exact=True, at_work=lambda look: look <= 4)
    assert await settle(fake) == pytest.approx(2 + QUIET)
    assert fake.loaded == [SEEDED, ONE]


@virtual_time.virtual
async def test_without_memory_a_seed_waits_for_its_variant() -> None:
    fake = Fake({"crowd": SLOW, "alone": QUICK}, exact=True, room=False)
    assert await settle(fake) == 0
    assert fake.loaded == []


def test_the_share_of_the_processors_that_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    Times = namedtuple("Times", "user system idle iowait guest")
    told = iter([Times(10, 5, 100, 0, 4), Times(13, 6, 105, 1, 6), Times(13, 6, 105, 1, 6)])
    monkeypatch.setattr(companions.psutil, "cpu_times", lambda: next(told))
    share = companions.IdleShare()
    assert (share(), share()) == (0.6, 0.0)


@pytest.mark.parametrize(
    "fake",
    [
        Fake({"crowd": QUICK, "alone": SLOW}),
        Fake({"alone": QUICK}),
        Fake({"crowd": SLOW, "alone": QUICK}, room=False),
        Fake({"crowd": SLOW, "alone": QUICK}, engine="crowd"),
    ],
    ids=["slower", "unknown", "no memory", "forced"],
)
@virtual_time.virtual
async def test_else_everything_stays_as_it_is(fake: Fake) -> None:
    await settle(fake)
    assert fake.loaded == []
