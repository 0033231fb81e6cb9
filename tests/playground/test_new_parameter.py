"""One more sampling parameter is one more field with its texts: page, checks, export, engines and `fit` follow."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIELD = """    top_a: float | None = _parameter(effect="penalises", high=1, default=0, neutral=0, engines=frozenset())
    seed: int"""
TEXTS = '\n[parameter.top_a]\nlabel = "Top-a"\ninfo = "Info"\nmore = "More"\n'
ASK = """
import json
from pathlib import Path
from playground import page
from playground.settings import Settings
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.chat.lab.export import to_python
from playground.asking.reply import Reply
from playground.asking.errors import ArgumentError
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
sliders = {one.elem_id: one for one in made.blocks.blocks.values() if getattr(one, "elem_id", None)}
sampling = Sampling(top_a=0.5)
reply = Reply(model="groq/x", text="Hi", state="done", sampling=sampling)
conversation = Conversation().ask("Hi", ("groq/x",)).with_replies((reply,))
model = ModelInfo(id="x", provider="openai", name="x", accepts=frozenset({"temperature"}))
fitted = fit(Request(model=model, messages=(Message.of("user", "Hi"),), sampling=sampling))
print(json.dumps({
    "slider": [sliders["top-a"].minimum, sliders["top-a"].maximum, sliders["top-a"].value],
    "sweep": [value for _, value in sliders["sweep-varied"].choices],
    "swept": grid_of(SweepFields(temperatures="1", varied="top_a", values="0 1", seeds="", max_tokens=8)).varied,
    "checked": checked_sampling({"top_a": "0.5"}, InputBounds()).top_a,
    "refused": refused(2),
    "exported": to_python(conversation, catalog.load().endpoints),
    "dropped": [change.what for change in fitted.changes],
    "engines": ["top_a" in openvino.ACCEPTS, "top_a" in torch.Torch.accepts],
    "neutral": [change.what for change in fit(Request(
        model=model, messages=(Message.of("user", "Hi"),), sampling=Sampling(top_a=0))).changes],
}))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What a copy of the program says that knows one more parameter."""
    copy = tmp_path_factory.mktemp("copy")
    for name in ("playground", "providers", "assets"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "screenshots"))
    source = copy / "providers" / "sampling.py"
    before = source.read_text("utf-8")
    source.write_text(before.replace("    seed: int", FIELD, 1), "utf-8")
    assert source.read_text("utf-8") != before
    for language in ("en", "es"):
        with (copy / "assets" / "locale" / language / "parameters.toml").open("a", encoding="utf-8") as file:
            file.write(TEXTS)
    ran = subprocess.run(
        [sys.executable, "-c", ASK], cwd=copy, env=os.environ | {"PYTHONPATH": ""}, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    found: dict[str, object] = json.loads(ran.stdout.splitlines()[-1])
    return found


def test_it_has_a_control_with_its_range_and_default(told: dict[str, object]) -> None:
    assert told["slider"] == [0, 1, 0]


def test_a_sweep_can_vary_it(told: dict[str, object]) -> None:
    assert "top_a" in str(told["sweep"])
    assert told["swept"] == {"top_a": [0, 1]}


def test_it_is_checked(told: dict[str, object]) -> None:
    assert (told["checked"], told["refused"]) == (0.5, 1)


def test_it_is_exported_as_what_other_servers_take(told: dict[str, object]) -> None:
    assert "'extra_body': {'top_a': 0.5}" in str(told["exported"])


def test_a_model_that_does_not_take_it_is_told_to_have_dropped_it(told: dict[str, object]) -> None:
    assert (told["dropped"], told["neutral"], told["engines"]) == (["top_a"], [], [False, False])
