"""One first import at a time, of the libraries that two threads cannot import at once.

transformers puts another module in its own place while it is imported, and gives out its classes lazily after that: a
thread that asks meanwhile gets the module of before, and an `ImportError`. What imports it, torch or
sentence-transformers does so within `importing()`, and so does what reads a model with them: that imports the model's
own modules.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec

_IMPORTING = threading.RLock()
"""One for the whole process, as `sys.modules` is."""


@cache
def is_installed(package: str) -> bool:
    """Looked for once: Python goes through all its folders. Whether it can be imported shows when it is."""
    return find_spec(package) is not None


@contextmanager
def importing() -> Iterator[None]:
    """Alone among all threads; may be nested. A first import takes seconds: never in an event loop.

    Python looks for no garbage meanwhile: modules are none, and looking through them again and again while they become
    more took a third of the time.
    """
    with _IMPORTING:
        looked = gc.isenabled()
        gc.disable()
        try:
            yield
        finally:
            if looked:
                gc.enable()
