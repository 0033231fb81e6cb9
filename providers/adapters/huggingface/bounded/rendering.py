"""Chat templates are programs that come with a model: each is rendered in a process of its own, which can be killed.

transformers renders wherever a prompt is made, by its tokenizers and its processors. What it would call for that is
replaced, once (`bound_rendering`), so that there is no way around.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from jinja2 import Environment, TemplateError

from providers.adapters.huggingface.bounded.render_program import environment
from providers.importing import importing

ROOT = Path(__file__).resolve().parents[4]
"""Where `python -m providers…` finds this package."""
LONGEST = 400_000
"""Characters of a template; the longest that are published have 20,000."""
PATIENCE = 60.0
"""Seconds for one rendering, whatever the machine has to do besides. Of computing it may have two."""
_AT_ONCE = 8
"""Processes that wait for the next rendering; the one not used for the longest time ends."""
_KNOWN = 200
"""Templates that are remembered as harmful."""


class TemplateUnbounded(TemplateError):
    """It does not come to an end, or wants more memory than any prompt needs."""


class Rendered(Protocol):
    """A compiled template as transformers uses it."""

    def render(self, **values: Any) -> str: ...


class _Process:
    """One template's. For several threads, one after the other."""

    def __init__(self, template: str) -> None:
        self.closed = False
        """Its place was needed: whoever still has it in hand asks for another."""
        self._lock = threading.Lock()
        command = [sys.executable, "-m", "providers.adapters.huggingface.bounded.render_program"]
        self._child = subprocess.Popen(  # noqa: S603 - a fixed program
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env=bare_environment(),
            text=True,
            encoding="utf-8",
        )
        self._template = template

    def begin(self) -> None:
        """Let it read the template. Raises as `render`."""
        self._ask({"template": self._template})

    def render(self, values: dict[str, Any]) -> str:
        with self._lock:
            return self._ask({"values": values})

    @property
    def outlasted(self) -> bool:
        """It was ended by the system for computing too long, and not by anything that passes."""
        return self._child.wait() == -getattr(signal, "SIGXCPU", 0)

    def close_if_idle(self) -> bool:
        """Whether it was: one that renders is not ended for another's sake."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            self.closed = True
            self.close()
        finally:
            self._lock.release()
        return True

    def close(self) -> None:
        self._child.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def _ask(self, question: dict[str, Any]) -> str:
        """Raises `TemplateUnbounded` where the process ended over it, `TemplateError` where the template refuses."""
        assert self._child.stdin is not None and self._child.stdout is not None
        clock = threading.Timer(PATIENCE, self._child.kill)
        clock.daemon = True
        clock.start()
        try:
            self._child.stdin.write(json.dumps(question) + "\n")
            self._child.stdin.flush()
            line = self._child.stdout.readline()
        except (OSError, ValueError):  # it has ended, or was closed meanwhile
            line = ""
        finally:
            clock.cancel()
        if not line:
            raise TemplateUnbounded("ended")
        answer = json.loads(line)
        if "text" in answer:
            return str(answer["text"])
        raise TemplateUnbounded("bounds") if answer["error"] == "bounds" else TemplateError(answer["error"])


def bare_environment() -> dict[str, str]:
    """For a process that reads what somebody else wrote: no key of whoever runs the page is its to know."""
    kept = ("PATH", "PYTHONPATH", "SYSTEMROOT", "LANG", "LC_ALL", "TZ", "HOME", "VIRTUAL_ENV")
    return {name: os.environ[name] for name in kept if name in os.environ}


@dataclass(slots=True)
class Renderers:
    """The processes, by what their templates say. A template that had to be ended is refused from then on."""

    _processes: OrderedDict[str, _Process] = field(default_factory=OrderedDict, repr=False)
    _refused: OrderedDict[str, None] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def render(self, template: str, values: dict[str, Any]) -> str:
        """Raises `TemplateUnbounded`, `TemplateError`."""
        name = hashlib.sha256(template.encode("utf-8", "surrogatepass")).hexdigest()
        if name in self._refused or len(template) > LONGEST:
            raise TemplateUnbounded("bounds")
        while True:
            process = self._process(name, template)
            try:
                return process.render(values)
            except TemplateUnbounded as error:
                if process.closed:
                    continue
                self._end(name, process, remember=str(error) == "bounds" or process.outlasted)
                raise

    def _end(self, name: str, process: _Process, *, remember: bool) -> None:
        process.close()
        with self._lock:
            if self._processes.get(name) is process:
                del self._processes[name]
            if remember:
                self._refused[name] = None
            while len(self._refused) > _KNOWN:
                self._refused.popitem(last=False)

    def _process(self, name: str, template: str) -> _Process:
        with self._lock:
            found = self._processes.get(name)
            if found is not None:
                self._processes.move_to_end(name)
                return found
        made = _Process(template)
        try:
            made.begin()
        except TemplateError:
            made.close()
            raise
        with self._lock:
            kept = self._processes.setdefault(name, made)
            if kept is not made:
                made.close()
            for other, one in list(self._processes.items())[: max(0, len(self._processes) - _AT_ONCE)]:
                if one.close_if_idle():
                    del self._processes[other]
        return kept


@dataclass(frozen=True, slots=True)
class _Template:
    renderers: Renderers
    source: str

    @property
    def environment(self) -> Environment:
        """transformers parses the template with it, to see what it is made of; that renders nothing."""
        return environment()

    def render(self, **values: Any) -> str:
        return self.renderers.render(self.source, values)


def bound_rendering() -> None:
    """From now on transformers renders no template in this process. Twice is as once."""
    with importing():
        from transformers.utils import chat_template_utils

    if not isinstance(getattr(chat_template_utils, _NAME), _Compiler):
        setattr(chat_template_utils, _NAME, _Compiler(Renderers()))


_NAME = "_compile_jinja_template"


@dataclass(frozen=True, slots=True)
class _Compiler:
    """In the place of transformers' function of that name."""

    renderers: Renderers

    def __call__(self, template: str) -> Rendered:
        return _Template(self.renderers, template)
