"""What a tokenizer.json may ask for: as published ones do, and not so much that a text never comes back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from providers.adapters.huggingface.bounded.checks import OutOfBounds
from providers.adapters.huggingface.bounded.inspecting import inspect_folder
from providers.adapters.huggingface.bounded.splitting import EXPRESSIONS, LONGEST, check_expressions
from providers.adapters.huggingface.families.causal import load_tokenizer
from providers.errors import UnsupportedRequest, WeightsUnavailable
from providers.types import Message

LLAMA_3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
GPT_4O = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
DEEPSEEK = (
    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
BLOOM = r" ?[^(\s|[.,!?…。，、।۔،])]+"
MERGED_SPACES = r" {2,}"


@pytest.fixture
def folder(llama_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(llama_folder, tmp_path / "model"))


def cut_by(*expressions: str) -> dict[str, object]:
    """A way to cut texts, as tokenizer.json has it."""
    cuts = [
        {"type": "Split", "pattern": {"Regex": one}, "behavior": "Isolated", "invert": False} for one in expressions
    ]
    return {"type": "Sequence", "pretokenizers": cuts}


def with_parts(folder: Path, **parts: object) -> Path:
    file = folder / "tokenizer.json"
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), **parts}), "utf-8")
    return folder


@pytest.mark.parametrize("expressions", [(LLAMA_3,), (GPT_4O, MERGED_SPACES), (r"\p{N}{1,3}", DEEPSEEK), (BLOOM,)])
def test_what_published_tokenizers_bring_passes(folder: Path, expressions: tuple[str, ...]) -> None:
    inspect_folder(with_parts(folder, pre_tokenizer=cut_by(*expressions)), "x", build=False)


@pytest.mark.parametrize(
    "expression",
    [
        r"(a+)+\b!",  # goes back twice as often with each letter more
        r"(?:\w*\w*\w*)\d\b ",
        r"(?:tango)*(?:tango)*(?:tango)*(?!\w)(?<=x)",
    ],
)
def test_an_expression_that_does_not_come_back_is_refused(folder: Path, expression: str) -> None:
    with_parts(folder, pre_tokenizer=cut_by(expression))
    with pytest.raises(WeightsUnavailable) as raised:
        inspect_folder(folder, "x", build=False)
    assert (raised.value.reason, raised.value.values["cause"]) == ("bounds", "tokenizer.json")


def test_one_that_passed_and_goes_back_too_often_later_is_told_as_what_it_is(folder: Path) -> None:
    """The library's own bound ends it, with an exception that is none of Python's."""
    once = r"(q+)+\b!"
    codec, _, _ = load_tokenizer(with_parts(folder, pre_tokenizer=cut_by(once)))
    codec.encode("Hi")
    for ask in (codec.encode, lambda text: codec.render([Message.of("user", text)])):
        with pytest.raises(UnsupportedRequest) as raised:
            ask("q" * 30 + " ")
        assert raised.value.reason == "tokenizer"


def replaced(plain: str, content: str) -> dict[str, object]:
    return {"type": "Replace", "pattern": {"String": plain}, "content": content}


@pytest.mark.parametrize(
    "parts",
    [
        {"pre_tokenizer": cut_by(*["a"] * (EXPRESSIONS + 1))},
        {"pre_tokenizer": cut_by("a" * (LONGEST + 1))},
        {"normalizer": {"type": "Sequence", "normalizers": [replaced("q", "qq")] * 40}},
        {"decoder": replaced("a", "a" * 1000)},
    ],
    ids=["many", "long", "growing", "grown"],
)
def test_how_many_there_are_and_how_long_is_bounded(parts: dict[str, object]) -> None:
    with pytest.raises(OutOfBounds):
        check_expressions(parts, "tokenizer.json")


@pytest.mark.parametrize(
    "parts",
    [
        {"normalizer": {"type": "Sequence", "normalizers": [replaced(" ", "▁"), {"type": "Prepend", "prepend": "▁"}]}},
        {"decoder": {"type": "Sequence", "decoders": [replaced("▁", " "), {"type": "Fuse"}]}},
        {"pre_tokenizer": None, "normalizer": None},
    ],
)
def test_what_is_usual_is_not(parts: dict[str, object]) -> None:
    check_expressions(parts, "tokenizer.json")
