"""The page's JavaScript, which lies in `assets/js/`: a tab's own in the folder of its name.

A file has one of two shapes, since Gradio runs scripts in two ways:

- **a function**: one arrow function, with no semicolon after it. An event's `js=` calls it (`script_function`). Where
  it needs values of Python's, it takes them, as one object, and returns the function that the event calls:
  `({names}) => (models) => …`. A script of the page's head (`script_element`) takes them likewise, and runs at once.
- **a body**: statements that run once for a component of its own, as its `js_on_load=` (`script_body`). Its first
  line, `/* global element, trigger, watch */`, names what it uses of that which Gradio puts in its scope.

Values are handed over as JSON and in no other way. A body is given none: it reads its element's `data-` attributes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from providers.catalog import ASSETS

SCRIPTS = ASSETS / "js"


def script_body(*names: str) -> str:
    """The bodies one after the other, each in a block, so that none sees what another declares. For `js_on_load=`."""
    return "\n".join(f"{{\n{_source(name)}}}" for name in names)


def script_function(name: str, values: Mapping[str, object] | None = None) -> str:
    """The function, or what it returns for `values`. For `js=`."""
    return _source(name) if values is None else _call(name, values)


def script_element(name: str, values: Mapping[str, object]) -> str:
    """A `<script>` that runs the function. For the page's head."""
    return f"<script>{_call(name, values)}</script>"


def _call(name: str, values: Mapping[str, object]) -> str:
    """Within a string of JSON, `<` is written so that no value can end a script element or begin a comment in one.

    Raises `ValueError` for a number that JSON lacks, `TypeError` for what is no JSON at all.
    """
    handed = json.dumps(values, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")
    return f"({_source(name)})({handed})"


@cache
def _source(name: str, folder: Path = SCRIPTS) -> str:
    return (folder / f"{name}.js").read_text("utf-8")
