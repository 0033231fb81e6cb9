"""Models that see: their processor makes token ids and pixels of messages with pictures. Light to import."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Collection, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jinja2 import TemplateError
from PIL import Image as Pillow

from providers.adapters.huggingface.bounded.checks import read_json
from providers.adapters.huggingface.bounded.library import bound_transformers
from providers.adapters.huggingface.bounded.rendering import TemplateUnbounded
from providers.adapters.huggingface.template import Template
from providers.adapters.huggingface.tokens import Codec, EncodedPrompt
from providers.adapters.huggingface.weights.damage import missing_package
from providers.adapters.huggingface.weights.gguf_choice import PROJECTOR
from providers.errors import ImageError, MissingPackage, UnsupportedRequest
from providers.image import FORMATS
from providers.importing import importing
from providers.types import Image, Message, Text

LARGEST_SIDE = 2048
"""Pixels: a larger picture is made smaller before the processor sees it, which bounds the memory that it takes."""
_PROCESSORS = ("preprocessor_config.json", "processor_config.json")
_FOR_VIDEOS = "torchvision"


def takes_images(folder: Path, names: Collection[str] | None = None) -> bool:
    """The model of this folder takes pictures and answers in text: it has a vision tower and an image processor.

    Or it is a GGUF file beside its projector. `names` are its files where the folder holds the configuration alone.
    """
    packed = [name for name in (names if names is not None else _names(folder)) if name.lower().endswith(".gguf")]
    if packed and any(PROJECTOR in name.lower() for name in packed):
        return True
    try:
        config = read_json(folder / "config.json")
    except (OSError, ValueError):
        return False
    if not isinstance(config, dict) or not isinstance(config.get("vision_config"), dict):
        return False
    speaks = any(str(name).endswith("ForConditionalGeneration") for name in config.get("architectures") or [])
    if not speaks or config.get("is_encoder_decoder"):
        return False
    return any(name in names if names is not None else (folder / name).is_file() for name in _PROCESSORS)


def _names(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()] if folder.is_dir() else []


class ImageCodec(Codec):
    """A codec whose messages may hold pictures. For several threads."""

    def __init__(self, processor: Any, ends: Sequence[int] = ()) -> None:
        super().__init__(processor.tokenizer, ends)
        self._processor = processor
        self._turn = threading.Lock()
        self._last: tuple[tuple[Message, ...], EncodedPrompt] | None = None
        """A page asks for the same prompt twice, and pictures take long to prepare."""
        self.chat = bool(processor.chat_template or processor.tokenizer.chat_template)
        self.template = Template(self._show_parts if self.chat else None)
        added = {str(token) for token in processor.tokenizer.added_tokens_decoder.values()}
        marks = sorted((mark for mark in added if mark.strip()), key=len, reverse=True)
        self._marks = re.compile("|".join(map(re.escape, marks)) or r"(?!)")

    def render(self, messages: Sequence[Message]) -> tuple[str, list[int]]:
        """As `Codec.render`; each picture stands in the ids with as many tokens as the model reads of it."""
        prompt = self.encode_messages(messages)
        return prompt.text, prompt.ids

    def encode_messages(self, messages: Sequence[Message]) -> EncodedPrompt:
        """Prompt and pixels. Raises `ImageError("damaged")`, and what `Codec.render` raises."""
        if not self.chat:
            raise UnsupportedRequest("images", model=str(self._processor.tokenizer.name_or_path))
        last = self._last
        if last is not None and last[0] == tuple(messages):
            return last[1]
        placed, changes = self.template.place(messages)
        turns = [{"role": message.role, "content": self._content(message)} for message in placed]
        prefill = bool(messages) and messages[-1].role == "assistant"
        mode = {"add_generation_prompt": not prefill, "continue_final_message": prefill}
        try:
            with self._turn:
                text: str = self._processor.apply_chat_template(turns, tokenize=False, **mode)
                batch = self._processor.apply_chat_template(
                    turns, tokenize=True, return_dict=True, return_tensors="pt", **mode
                )
        except (TemplateUnbounded, RecursionError) as error:
            raise UnsupportedRequest("template", provider="huggingface") from error
        except (TemplateError, ValueError) as error:
            raise UnsupportedRequest("rejected", provider="huggingface", parameter="messages") from error
        ids: list[int] = batch["input_ids"][0].tolist()
        seen = any(message.images for message in messages)
        inputs = {name: value for name, value in batch.items() if name not in ("input_ids", "attention_mask")}
        prompt = EncodedPrompt(text, ids, inputs if seen else {}, changes)
        self._last = tuple(messages), prompt
        return prompt

    def _show_parts(self, turns: list[dict[str, str]]) -> str:
        """As `_show`, for a template that reads the parts of a message."""
        messages = [{"role": one["role"], "content": [{"type": "text", "text": one["content"]}]} for one in turns]
        shown: str = self._processor.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        return shown

    def _content(self, message: Message) -> list[dict[str, object]]:
        content: list[dict[str, object]] = []
        for part in message.parts:
            match part:
                case Text(text):
                    content.append({"type": "text", "text": self._harmless(text)})
                case Image():
                    content.append({"type": "image", "image": decode_image(part)})
        return content

    def _harmless(self, text: str) -> str:
        """A visitor's text with a space in what would be read as a mark of the template, a picture's place above all.

        transformers' own `sanitize_control_tokens` is not known to every processor.
        """
        return self._marks.sub(lambda found: f"{found[0][0]} {found[0][1:]}", text)


def decode_image(image: Image) -> Pillow.Image:
    """In three colours, no larger than `LARGEST_SIDE`. Raises `ImageError("damaged")`."""
    try:
        with Pillow.open(io.BytesIO(image.content), formats=FORMATS) as opened:
            picture = opened.convert("RGB")
    except (OSError, ValueError, SyntaxError) as error:
        raise ImageError("damaged", file="") from error
    picture.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    return picture


def load_processor(folder: Path) -> Any:
    """The folder's processor, from here alone. Raises `MissingPackage`, and what transformers raises."""
    try:
        with importing():
            from transformers import AutoProcessor

            bound_transformers()
            kind: Any = AutoProcessor
            processor = kind.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except ImportError as error:
        raise missing_package(error) or error from error
    except OSError as error:
        if "video processor" in str(error) and find_spec(_FOR_VIDEOS) is None:
            raise MissingPackage(package=_FOR_VIDEOS) from error
        raise
    return processor


def load_image_codec(folder: Path, ends: Sequence[int]) -> ImageCodec:
    return ImageCodec(load_processor(folder), ends)


def move_inputs(inputs: Mapping[str, Any], network: Any) -> dict[str, Any]:
    """The inputs where the model lies, real numbers in its format."""
    moved = {name: value.to(network.device) for name, value in inputs.items() if hasattr(value, "to")}
    return {name: value.to(network.dtype) if value.is_floating_point() else value for name, value in moved.items()}


def keeps_image_positions(network: Any) -> bool:
    """The model keeps positions of the picture it last saw: two replies at once would take each other's."""
    return any("rope_deltas" in vars(module) for module in network.modules())
