"""Run as a program: look at a model's folder before anything loads it.

`python -m providers.adapters.huggingface.bounded.inspect_program folder`, or a GGUF file before it is converted. Ends
with 0 where nothing asks for too much, else with `REFUSED` and the file's name on its output. Where a file asks so much
that this program is ended, by a signal, the name that it wrote last is that file's.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from providers.adapters.huggingface.bounded.checks import (
    TOKENIZER_BYTES,
    OutOfBounds,
    check_config,
    read_header,
    read_json,
)
from providers.adapters.huggingface.bounded.limits import bound_memory, bound_seconds
from providers.adapters.huggingface.bounded.render_program import SECONDS as SECONDS_TO_RENDER
from providers.adapters.huggingface.bounded.render_program import environment, render
from providers.adapters.huggingface.bounded.splitting import check_expressions, check_pieces, try_expressions
from providers.adapters.huggingface.weights.gguf_header import read_gguf_header

MEMORY = 3_000_000_000
"""Bytes of address space: a tokenizer of 150 MB takes ten times its length in Python."""
SECONDS = 20
SECONDS_FOR_GGUF = 120
"""Its reader makes an object of each of the vocabulary's words."""
LONGEST = 400_000
"""Characters of a template; the longest that are published have 20,000."""
REFUSED = 3
_TRIED = [{"role": "user", "content": "a"}]
_TOKENS = ("bos_token", "eos_token", "pad_token", "unk_token", "sep_token", "cls_token", "mask_token")


def inspect(folder: Path) -> None:
    """Raises `OutOfBounds`. A file that is damaged or missing is not for here to tell."""
    held = {place: count_weights(place) for place in (folder, *places(folder))}
    for file in sorted({*folder.glob("*.json"), *folder.glob("[0-9]_*/*.json")}):
        print(file.name, flush=True)  # noqa: T201 - for whoever waits
        try:
            content = read_json(file, TOKENIZER_BYTES)
        except ValueError as error:
            if isinstance(error, OutOfBounds):
                raise
            continue
        if file.name == "config.json" and file.parent in held:
            check_config(content, *held[file.parent], file.name)
        if file.name == "tokenizer.json":
            check_expressions(content, file.name)
            try_expressions(content, file.name)
    for file in sorted({*folder.glob("*.spm"), *folder.glob("*.model")}):
        print(file.name, flush=True)  # noqa: T201
        _read_pieces(file)
    for name, template in _templates(folder):
        print(name, flush=True)  # noqa: T201
        _try(template, name, _settings(folder / "tokenizer_config.json"))


def _read_pieces(file: Path) -> None:
    """A vocabulary of sentencepiece's, whose reader is a library in C++: whatever it does, it does it here."""
    if file.stat().st_size > TOKENIZER_BYTES:
        raise OutOfBounds(file.name)
    try:
        from sentencepiece import SentencePieceProcessor
    except ImportError:  # then nothing else reads it either
        return
    with suppress(OSError, RuntimeError):  # what is none: whoever loads the model is told
        check_pieces(SentencePieceProcessor(model_file=str(file)).serialized_model_proto(), file.name)


def inspect_gguf(file: Path) -> None:
    """As `inspect`: what the file's head says of the model, and its chat template. One that cannot be read passes."""
    print(file.name, flush=True)  # noqa: T201
    from gguf import GGUFReader

    try:
        read_gguf_header(file)  # first: its lists may be without end
        reader = GGUFReader(file)
        facts = {name: field.contents() for name, field in reader.fields.items() if len(field.data) == 1}
        numbers = sum(int(math.prod(map(int, tensor.shape))) for tensor in reader.tensors)
        tensors = len(reader.tensors)
    except OutOfBounds:
        raise
    except MemoryError:
        raise OutOfBounds(file.name) from None
    except Exception:  # noqa: BLE001 - what reads a damaged GGUF file may raise anything
        return
    counts = {name.rpartition(".")[2]: value for name, value in facts.items() if isinstance(value, int)}
    check_config({_GGUF_NAMES.get(name, name): value for name, value in counts.items()}, tensors, numbers, file.name)
    if isinstance(template := facts.get("tokenizer.chat_template"), str):
        _try(template, file.name, {})


_GGUF_NAMES = {
    "block_count": "num_hidden_layers",
    "expert_count": "num_experts",
    "embedding_length": "hidden_size",
    "feed_forward_length": "intermediate_size",
}


def places(folder: Path) -> list[Path]:
    """The folder, and those of its parts, that have a configuration and weights of their own."""
    found = (folder, *sorted(folder.glob("[0-9]_*")))
    return [one for one in found if (one / "config.json").is_file() and any(one.glob("*.safetensors"))]


def count_weights(folder: Path) -> tuple[int, int]:
    """How many tensors there are, and numbers in them. Raises `OutOfBounds`."""
    tensors, numbers = 0, 0
    for file in sorted(folder.glob("*.safetensors")):
        print(file.name, flush=True)  # noqa: T201
        try:
            found = read_header(file)
        except ValueError as error:
            if isinstance(error, OutOfBounds):
                raise
            continue
        tensors += len(found)
        numbers += sum(math.prod(tensor["shape"]) for tensor in found.values())
    return tensors, numbers


def _templates(folder: Path) -> Iterator[tuple[str, str]]:
    """Every chat template, with the name of its file."""
    for file in sorted({*folder.glob("*.jinja"), *folder.glob("additional_chat_templates/*.jinja")}):
        if file.stat().st_size > 4 * LONGEST:
            raise OutOfBounds(file.name)
        yield file.name, file.read_text("utf-8", "replace")
    for name in ("tokenizer_config.json", "chat_template.json", "processor_config.json"):
        for template in _within(_settings(folder / name).get("chat_template")):
            yield name, template


def _within(given: Any) -> Iterator[str]:
    """One template, or several by name."""
    if isinstance(given, str):
        yield given
    inside = given.values() if isinstance(given, dict) else given if isinstance(given, list) else ()
    for one in inside:
        template = one.get("template") if isinstance(one, dict) else one
        if isinstance(template, str):
            yield template


def _settings(file: Path) -> dict[str, Any]:
    try:
        found = read_json(file, TOKENIZER_BYTES)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _try(template: str, name: str, settings: dict[str, Any]) -> None:
    """What it says of one question; only that it comes to an end counts."""
    if len(template) > LONGEST:
        raise OutOfBounds(name)
    tokens = {each: settings[each] for each in _TOKENS if isinstance(settings.get(each), str)}
    try:
        compiled = environment().from_string(template)
    except (MemoryError, RecursionError):
        raise OutOfBounds(name) from None
    except Exception:  # noqa: BLE001 - whatever the parser makes of it: whoever loads the model is told
        return
    bound_seconds(SECONDS_TO_RENDER)
    values = {"messages": _TRIED, "tools": None, "documents": None, "add_generation_prompt": True, **tokens}
    if render(compiled, values).get("error") == "bounds":
        raise OutOfBounds(name)


def main(place: Path) -> int:
    """The exit code."""
    is_file = place.is_file()
    bound_memory(MEMORY + (place.stat().st_size if is_file else 0))  # its reader maps the whole file
    bound_seconds(SECONDS_FOR_GGUF if is_file else SECONDS)
    try:
        (inspect_gguf if is_file else inspect)(place)
    except OutOfBounds as refused:
        print(refused, flush=True)  # noqa: T201
        return REFUSED
    except MemoryError:
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
