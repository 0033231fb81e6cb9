"""A model being fetched or loaded in the background, for everybody who waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from providers.adapters.huggingface.weights.ticket import Ticket


class Preparation:
    """A thread, its progress (`ticket`), and what it failed with (`error`)."""

    def __init__(self, make: Callable[[Ticket], None]) -> None:
        self.ticket = Ticket()
        self.error: BaseException | None = None
        self.waiting = 0
        """How many wait for it now."""
        self.paused = False
        """It was called off to be gone on with."""
        self._make = make
        self._thread = threading.Thread(target=self._run, name="prepare-model", daemon=True)
        self._thread.start()

    @property
    def done(self) -> bool:
        return not self._thread.is_alive()

    def join(self) -> None:
        self._thread.join()

    def _run(self) -> None:
        try:
            self._make(self.ticket)
        except BaseException as error:  # noqa: BLE001 - raised again wherever somebody waits for it
            self.error = error
