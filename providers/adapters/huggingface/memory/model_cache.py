"""The loaded models, bounded by memory: the least recently used is let go first, one in use never."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from providers.errors import WeightsUnavailable


class Computes(Protocol):
    """Holds one model. `computed` counts what it has done, so that a test sees work going on after a stop."""

    @property
    def computed(self) -> int: ...

    def close(self) -> None: ...


class LoadedModel(Protocol):
    """A loaded model, of whatever kind; `memory` in bytes."""

    @property
    def engine(self) -> Computes: ...
    @property
    def memory(self) -> int: ...


@dataclass(slots=True)
class _Place:
    loaded: LoadedModel
    users: int = 0
    used: float = 0.0


class ModelCache:
    """`room` in bytes, for all of them together. For several threads."""

    def __init__(self) -> None:
        self.room = 0
        self._places: dict[str, _Place] = {}
        self._reserved: dict[str, int] = {}
        self._lock = threading.Lock()

    @property
    def names(self) -> tuple[str, ...]:
        with self._lock:
            return tuple(self._places)

    @property
    def spare(self) -> int:
        """Bytes that nothing has."""
        with self._lock:
            return self.room - self._taken()

    @property
    def computed(self) -> int:
        with self._lock:
            return sum(place.loaded.engine.computed for place in self._places.values())

    def put(self, name: str, loaded: LoadedModel) -> None:
        with self._lock:
            self._places[name] = _Place(loaded, used=time.monotonic())

    @contextmanager
    def reserve(self, name: str, need: int) -> Iterator[None]:
        """Bytes that nobody else is given: of a model that is on its way into memory."""
        with self._lock:
            self._reserved[name] = need
        try:
            yield
        finally:
            with self._lock:
                del self._reserved[name]

    @contextmanager
    def use(self, name: str) -> Iterator[LoadedModel | None]:
        """The model, kept loaded while in use; `None` if it is not here (any more)."""
        with self._lock:
            place = self._places.get(name)
            if place is not None:
                place.users += 1
        try:
            yield place.loaded if place is not None else None
        finally:
            if place is not None:
                with self._lock:
                    place.users -= 1
                    place.used = time.monotonic()

    def free(self, need: int, model: str) -> int | None:
        """Let idle models go until `need` bytes are free; the bytes that are, `None` while models in use have them.

        Raises `WeightsUnavailable("memory")` where it can never fit.
        """
        if need > self.room:
            raise WeightsUnavailable("memory", model=model)
        with self._lock:
            gone = self._evict(need)
            left = self.room - self._taken()
        for loaded in gone:
            loaded.engine.close()
        if gone:
            gc.collect()
        return left if left >= need else None

    def close(self) -> None:
        with self._lock:
            places, self._places = list(self._places.values()), {}
        for place in places:
            place.loaded.engine.close()

    def _taken(self) -> int:
        return sum(place.loaded.memory for place in self._places.values()) + sum(self._reserved.values())

    def _evict(self, need: int) -> list[LoadedModel]:
        gone = []
        idle = sorted((name for name, place in self._places.items() if not place.users), key=self._last_use)
        for name in idle:
            if self.room - self._taken() >= need:
                break
            gone.append(self._places.pop(name).loaded)
        return gone

    def _last_use(self, name: str) -> float:
        return self._places[name].used
