"""What a model's folder says of it, read without loading anything."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from providers.adapters.huggingface.bounded.checks import OutOfBounds, read_json
from providers.adapters.huggingface.weights.files import elements, gguf_files, unreadable
from providers.adapters.huggingface.weights.gguf_header import read_gguf_header
from providers.errors import WeightsUnavailable


@dataclass(frozen=True, slots=True)
class FolderDescription:
    """What a folder says of its model; `None` where it says nothing."""

    chat: bool
    context: int | None
    parameters: int | None
    reasoning: bool = False


def describe_folder(folder: Path, model: str) -> FolderDescription:
    """Read the configuration, or a GGUF file's header, without loading anything."""
    if (packed := gguf_files(folder)) is not None:
        return _describe_gguf(folder / packed.parts[0], elements(folder, model), model)
    config = _json(folder / "config.json")
    settings = _json(folder / "tokenizer_config.json")
    context = next((config[name] for name in ("max_position_embeddings", "n_positions") if name in config), None)
    template = folder / "chat_template.jinja"
    told = template.read_text("utf-8") if template.is_file() else settings.get("chat_template")
    if not config:
        return FolderDescription(chat=True, context=None, parameters=None)
    size = elements(folder, model) or None
    return FolderDescription(bool(told), context if isinstance(context, int) else None, size, "<think>" in str(told))


def _describe_gguf(file: Path, parameters: int, model: str) -> FolderDescription:
    try:
        header = read_gguf_header(file)
    except OutOfBounds as error:
        raise WeightsUnavailable("bounds", model=model, cause=str(error)) from error
    except ValueError as error:
        raise WeightsUnavailable("damaged", model=model) from error
    except OSError as error:
        raise unreadable(error, model) from error
    template = str(header.metadata.get("tokenizer.chat_template", ""))
    context = header.number("context_length") or None
    return FolderDescription(bool(template), context, parameters or None, "<think>" in template)


def _json(file: Path) -> dict[str, Any]:
    try:
        content = read_json(file)
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
