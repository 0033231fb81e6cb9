"""Run as a program: renders a chat template for whoever asks on standard input, a line of JSON each.

`{"template": …}` first, then `{"values": …}` as often as wanted; each is answered with `{"text": …}` or `{"error": …}`.
The environment is that of transformers, which a test compares.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import Any

import jinja2
import jinja2.ext
from jinja2 import nodes
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from providers.adapters.huggingface.bounded.limits import bound_memory, bound_seconds

MEMORY = 768_000_000
SECONDS = 1
LONGEST = 20_000_000
"""Characters of a prompt: no model reads a tenth of them."""


class _Generation(jinja2.ext.Extension):
    """`{% generation %}` marks what an assistant says, for training; here its content stands as it is."""

    tags = {"generation"}  # noqa: RUF012 - jinja's own class says so

    def parse(self, parser: Parser) -> nodes.Node | list[nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


class _Dict:
    """The word `dict` of a template, without what else a class has."""

    def __call__(self, *arguments: Any, **named: Any) -> dict[Any, Any]:
        return dict(*arguments, **named)

    def fromkeys(self, *arguments: Any) -> dict[Any, Any]:
        return dict.fromkeys(*arguments)


class _Namespace(jinja2.utils.Namespace):
    """One whose names begin with no underscore."""

    def __init__(*arguments: Any, **named: Any) -> None:
        self, *rest = arguments
        given = dict(*rest, **named)
        for name in given:
            _check_name(name)
        jinja2.utils.Namespace.__init__(self, given)

    def __setitem__(self, name: str, value: Any) -> None:
        _check_name(name)
        super().__setitem__(name, value)


def _check_name(name: object) -> None:
    if isinstance(name, str) and name.startswith("_"):
        raise jinja2.exceptions.SecurityError("underscore")


def _refuse(message: str) -> None:
    raise jinja2.TemplateError(message)


def _to_json(
    value: Any, ensure_ascii: bool = False, indent: Any = None, separators: Any = None, sort_keys: bool = False
) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def _now(form: str) -> str:
    return datetime.now().strftime(form)


def environment() -> ImmutableSandboxedEnvironment:
    """What a template finds."""
    made = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[_Generation, jinja2.ext.loopcontrols]
    )
    made.filters["tojson"] = _to_json
    made.globals |= {"raise_exception": _refuse, "strftime_now": _now, "dict": _Dict(), "namespace": _Namespace}
    return made


def render(template: jinja2.Template, values: dict[str, Any]) -> dict[str, str]:
    """The text, or of what kind the error is that the template ended with."""
    try:
        pieces, length = [], 0
        for piece in template.generate(**values):
            pieces.append(piece)
            length += len(piece)
            if length > LONGEST:
                return {"error": "bounds"}
        return {"text": "".join(pieces)}
    except (MemoryError, RecursionError):
        return {"error": "bounds"}
    except Exception as error:  # noqa: BLE001 - a template computes with what it likes, and may fail as it likes
        return {"error": type(error).__name__}


def main() -> None:
    """Until nobody asks any more."""
    bound_memory(MEMORY)
    template: jinja2.Template | None = None
    for line in sys.stdin:
        bound_seconds(SECONDS)
        asked = json.loads(line)
        if template is None:
            try:
                template = environment().from_string(asked["template"])
                answer = {"text": ""}
            except (MemoryError, RecursionError):
                answer = {"error": "bounds"}
            except Exception as error:  # noqa: BLE001 - as in `render`: the parser meets what somebody wrote
                answer = {"error": type(error).__name__}
        else:
            answer = render(template, asked["values"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
