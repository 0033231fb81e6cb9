"""Chat templates are programs that come with a model: each is rendered in a process of its own, which can be killed.

transformers renders wherever a prompt is made, by its tokenizers and its processors. What it would call for that is
replaced, once (`bound_rendering`), so that there is no way around.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol

from jinja2 import Environment, TemplateError

from providers.adapters.huggingface.bounded.answering import AnsweringProcesses, Unbounded
from providers.adapters.huggingface.bounded.render_program import environment
from providers.importing import importing

LONGEST = 400_000
"""Characters of a template; the longest that are published have 20,000."""
_KNOWN = 200
"""Templates that are remembered as harmful."""
_PROGRAM = "providers.adapters.huggingface.bounded.render_program"


_ONCE: ContextVar[list[object] | None] = ContextVar("rendered", default=None)


@contextmanager
def rendered_once() -> Iterator[None]:
    """Within it a template that is asked for the same again, in this thread or task, gives the text that it gave: the
    prompt is shown, and cut into tokens."""
    token = _ONCE.set([])
    try:
        yield
    finally:
        _ONCE.reset(token)


class TemplateUnbounded(TemplateError):
    """It does not come to an end, or wants more memory than any prompt needs."""


class CompiledTemplate(Protocol):
    """A compiled template as transformers uses it."""

    def render(self, **values: Any) -> str: ...


@dataclass(slots=True)
class Renderers:
    """By what the templates say. A template that had to be ended is refused from then on."""

    processes: AnsweringProcesses = field(default_factory=lambda: AnsweringProcesses(_PROGRAM), repr=False)
    _refused: OrderedDict[str, None] = field(default_factory=OrderedDict, repr=False)

    def render(self, template: str, values: dict[str, Any]) -> str:
        """Raises `TemplateUnbounded`, `TemplateError`."""
        if (once := _ONCE.get()) is not None and once[:2] == [template, values]:
            return str(once[2])
        text = self._render(template, values)
        if once is not None:
            once[:] = [template, values, text]
        return text

    def _render(self, template: str, values: dict[str, Any]) -> str:
        name = hashlib.sha256(template.encode("utf-8", "surrogatepass")).hexdigest()
        if name in self._refused or len(template) > LONGEST:
            raise TemplateUnbounded("bounds")
        try:
            answer = self.processes.ask(name, lambda: {"template": template}, {"values": values})
        except Unbounded as error:
            if error.proven:
                self._refuse(name)
            raise TemplateUnbounded("bounds") from error
        if "text" not in answer:
            raise TemplateError(answer["error"])
        return str(answer["text"])

    def _refuse(self, name: str) -> None:
        self._refused[name] = None
        while len(self._refused) > _KNOWN:
            self._refused.popitem(last=False)


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

    def __call__(self, template: str) -> CompiledTemplate:
        return _Template(self.renderers, template)
