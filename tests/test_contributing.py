"""The worked examples of CONTRIBUTING, all written into one copy of the program: what they add is found everywhere."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(
    r"^`(?P<path>[^`]+)`(?P<end>, at the end)?(?:, before `(?P<before>[^`]+)`)?:\n\n```\w+\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
ASK = """
import json
from pathlib import Path
import gradio as gr
from playground import page
from playground.asking.errors import ArgumentError
from playground.asking.reply import Reply
from playground.measuring import metrics
from playground.measuring.extract import Extraction
from playground.measuring.items import Item
from playground.settings import Settings
from playground.strategies.solving.strategy import strategies
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.chat.lab.export import to_python
from playground.tabs.sampling.page.fields import SweepFields, grid_of
from playground.visitors.checks import InputBounds, checked_sampling
from providers import catalog
from providers.adapters.huggingface.engines import openvino, torch
from providers.fit import fit
from providers.types import Message, ModelInfo, Request, Sampling

def refused(value):
    try:
        checked_sampling({"top_a": value}, InputBounds())
    except ArgumentError as error:
        return error.values["high"]

made = page.create(Settings(_env_file=None, home=Path("home"), model="scripted"))
parts = {one.elem_id: one for one in made.blocks.blocks.values() if getattr(one, "elem_id", None)}
tabs = [one.id for one in made.blocks.blocks.values() if isinstance(one, gr.Tab)]
names = [one.api_name for one in made.blocks.fns.values()]
sampling = Sampling(top_a=0.5)
reply = Reply(model="groq/x", text="Hi", state="done", sampling=sampling)
conversation = Conversation().ask("Hi", ("groq/x",)).with_replies((reply,))
model = ModelInfo(id="x", provider="openai", name="x", accepts=frozenset({"temperature"}))
asked = Request(model=model, messages=(Message.of("user", "Hi"),), sampling=sampling)
neutral = Request(model=model, messages=asked.messages, sampling=Sampling(top_a=0))
item = Item(id="1", question="?", answer="Ottawa")
scores = [metrics.metric("prefix").score(item, Extraction(value, 0, 1, "only"), None) for value in ("Ott", "O!")]
print(json.dumps({
    "strategy": [one.name for one in strategies()],
    "strategy_choices": str(parts["prompting-strategies"].choices),
    "metric": [metrics.for_kind("text"), scores],
    "tab": [tabs, "dice-thrown" in parts, "throw" in names],
    "vendor": [catalog.load().endpoints["example"].title, "example" in made.program.reach.key_providers()],
    "slider": [parts["top-a"].minimum, parts["top-a"].maximum, parts["top-a"].value],
    "sweep": [value for _, value in parts["sweep-varied"].choices],
    "swept": grid_of(SweepFields(temperatures="1", varied="top_a", values="0 1", seeds="", max_tokens=8)).varied,
    "checked": [checked_sampling({"top_a": "0.5"}, InputBounds()).top_a, refused(2)],
    "exported": to_python(conversation, catalog.load().endpoints),
    "dropped": [[change.what for change in fit(one).changes] for one in (asked, neutral)],
    "engines": ["top_a" in openvino.ACCEPTS, "top_a" in torch.Torch.accepts],
}))
"""


class Example(NamedTuple):
    path: str
    end: str | None
    before: str | None
    body: str


def examples() -> list[Example]:
    return [Example(*found.groups()) for found in BLOCK.finditer((ROOT / "CONTRIBUTING.md").read_text("utf-8"))]


def places(copy: Path, path: str) -> Iterator[Path]:
    """A path's file, or the one in the folder of every language."""
    before, star, after = path.partition("*")
    yield from (folder / after.lstrip("/") for folder in (copy / before).iterdir()) if star else [copy / path]


def write(copy: Path, example: Example) -> None:
    for file in places(copy, example.path):
        if example.before is not None:
            source = file.read_text("utf-8")
            assert source.count(example.before) == 1
            file.write_text(source.replace(example.before, example.body + example.before), "utf-8")
        elif example.end:
            with file.open("a", encoding="utf-8") as opened:
                opened.write("\n" + example.body)
        else:
            assert not file.exists()
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(example.body, "utf-8")
            for folder in file.parents if file.suffix == ".py" else ():
                if folder == copy:
                    break
                (folder / "__init__.py").touch()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[object]]:
    """What the copy says of itself."""
    copy = tmp_path_factory.mktemp("copy")
    for name in ("playground", "providers", "assets"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "screenshots"))
    for example in examples():
        write(copy, example)
    ran = subprocess.run(
        [sys.executable, "-c", ASK], cwd=copy, env=os.environ | {"PYTHONPATH": ""}, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    found: dict[str, list[object]] = json.loads(ran.stdout.splitlines()[-1])
    return found


def test_there_is_one_of_each() -> None:
    code = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert len(examples()) == code.count("```python") + code.count("```toml") == 8


def test_a_strategy(told: dict[str, list[object]]) -> None:
    assert "politely" in told["strategy"]
    assert "politely" in told["strategy_choices"]


def test_a_metric(told: dict[str, list[object]]) -> None:
    named, scores = told["metric"]
    assert "prefix" in str(named)
    assert scores == [1, 0]


def test_a_tab(told: dict[str, list[object]]) -> None:
    tabs, drawn, published = told["tab"]
    assert str(tabs).count("'dice'") == 1
    assert (drawn, published) == (True, True)


def test_a_vendor(told: dict[str, list[object]]) -> None:
    assert told["vendor"] == ["Example Cloud", True]


class TestParameter:
    def test_it_has_a_control_with_its_range_and_default(self, told: dict[str, list[object]]) -> None:
        assert told["slider"] == [0, 1, 0]

    def test_a_sweep_can_vary_it(self, told: dict[str, list[object]]) -> None:
        assert "top_a" in told["sweep"]
        assert told["swept"] == {"top_a": [0, 1]}

    def test_it_is_checked(self, told: dict[str, list[object]]) -> None:
        assert told["checked"] == [0.5, 1]

    def test_it_is_exported_as_what_other_servers_take(self, told: dict[str, list[object]]) -> None:
        assert "'extra_body': {'top_a': 0.5}" in str(told["exported"])

    def test_a_model_that_does_not_take_it_is_told_to_have_dropped_it(self, told: dict[str, list[object]]) -> None:
        assert told["dropped"] == [["top_a"], []]
        assert told["engines"] == [False, False]
