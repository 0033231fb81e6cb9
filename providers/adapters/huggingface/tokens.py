"""Text to token ids and back, through chat templates and byte by byte."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from jinja2 import TemplateError

from providers.adapters.huggingface.bounded.rendering import TemplateUnbounded, rendered_once
from providers.adapters.huggingface.template import Template, mark_after_turn
from providers.adapters.huggingface.thoughts import ThoughtMarks
from providers.errors import UnsupportedRequest
from providers.types import Change, Message

PICTURE = "<__media__>"
"""Where a picture stands in a prompt's text, for an engine that looks at pictures by itself."""
UNFINISHED = "�"
"""What a tokenizer shows where a character is not whole yet."""
_LIKE_A_BYTE = re.compile("<0x([0-9A-F]{2})>")
_BETWEEN = "\ue0b9"
"""A character of the private use area, with which no text is written."""


def _bytes_of_characters() -> dict[str, int]:
    """GPT-2's printable stand-ins for bytes, reversed: byte-level vocabularies are written in them."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(256 + place): byte for place, byte in enumerate(hidden)}


def _fallback_bytes(tokenizer: Any) -> dict[int, int]:
    """Which tokens stand for which bytes; none where a character is never spread over such tokens."""
    ids = [tokenizer.convert_tokens_to_ids(f"<0x{byte:02X}>") for byte in range(256)]
    if None in ids or len(set(ids)) < 256 or tokenizer.decode([ids[65]]) != "A":
        return {}
    return {id: byte for byte, id in enumerate(ids)}


@dataclass(frozen=True, slots=True)
class EncodedPrompt:
    """What a model reads: the text after the template, its token ids, and what it is given beside them (pictures)."""

    text: str
    ids: list[int]
    inputs: Mapping[str, Any] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()


class Codec:
    """A model's tokenizer. Safe to use from several threads."""

    def __init__(self, tokenizer: Any, ends: Sequence[int] = ()) -> None:
        self._tokenizer = tokenizer
        self._lock = threading.Lock()  # encoding switches settings of the tokenizer itself
        self._bytes = _bytes_of_characters()
        self._decoded: dict[int, str] = {}
        self._pieces: dict[int, str] = {}
        self.chat = bool(tokenizer.chat_template)
        self.special = frozenset(tokenizer.all_special_ids)
        end = [tokenizer.eos_token_id] if tokenizer.eos_token_id is not None else []
        self.byte_of = _fallback_bytes(tokenizer)
        """The tokens that are one byte of a character each, as Llama 2's and Gemma's `<0xF0>`."""
        self.beginning = self._marks_before()
        """The tokens that the tokenizer puts before every text."""
        self.thoughts = ThoughtMarks.of(tokenizer)
        """The special tokens that tell what the model thinks from what it says."""
        self.ends = frozenset([*ends, *end, *self._mark_after_turn()]) - self.thoughts.closing
        """The tokens that end a reply."""
        self._separator = self._separator_of_bytes()
        self.template = Template(self._show if self.chat else None)

    def render(self, messages: Sequence[Message]) -> tuple[str, list[int]]:
        """The prompt as the model reads it, and its token ids. Ends inside the last message if it is the assistant's.

        What a visitor wrote is never read as a special token. Raises `UnsupportedRequest` where the model's template
        refuses the order of the messages after all that `Template.place` does.
        """
        messages, _ = self.template.place(messages)
        return self._render_chat(messages) if self.chat else self._render_text(messages)

    def encode_messages(self, messages: Sequence[Message]) -> EncodedPrompt:
        """As `render`, with all that the model is given, and what was changed for its template."""
        _, changes = self.template.place(messages)
        return EncodedPrompt(*self.render(messages), changes=changes)

    def encode_plainly(self, messages: Sequence[Message]) -> EncodedPrompt:
        """For a model that only continues text, whatever template its files may carry: often that of the model that was
        made of it."""
        return EncodedPrompt(*self._render_text(messages))

    def _show(self, turns: list[dict[str, str]]) -> str:
        shown: str = self._tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
        return shown

    def _render_chat(self, messages: Sequence[Message]) -> tuple[str, list[int]]:
        texts = [message.text for message in messages]
        divided = self._divide_texts(texts)
        turns = [{"role": one.role, "content": text} for one, text in zip(messages, divided, strict=True)]
        prefill = bool(messages) and messages[-1].role == "assistant"
        mode = {"add_generation_prompt": not prefill, "continue_final_message": prefill}
        try:
            with self._lock, rendered_once():
                text: str = self._tokenizer.apply_chat_template(turns, tokenize=False, **mode)
                ids: list[int] = self._tokenizer.apply_chat_template(
                    turns, return_dict=False, sanitize_control_tokens=True, **mode
                )
        except (TemplateUnbounded, RecursionError) as error:
            raise UnsupportedRequest("template", provider="huggingface") from error
        except (TemplateError, ValueError) as error:
            raise UnsupportedRequest("rejected", provider="huggingface", parameter="messages") from error
        return (text, ids) if divided == texts else (text.replace(_BETWEEN, ""), self._join_ids(ids))

    def _render_text(self, messages: Sequence[Message]) -> tuple[str, list[int]]:
        """The last user message, and what the assistant began after it: a model without a template continues text."""
        last = max((place for place, message in enumerate(messages) if message.role == "user"), default=0)
        text = "".join(message.text for message in messages[last:])
        ids = self.encode(text, begin=True)
        if not ids:  # a model cannot start from nothing
            ids = [next(iter(sorted(self.special | self.ends)), 0)]
        return text, ids

    def encode(self, text: str, *, begin: bool = False) -> list[int]:
        """A text as it stands: what looks like a special token is read as text. With `begin` it follows the mark that
        the tokenizer puts before every text, if there is one."""
        with self._lock:
            (divided,) = self._divide_texts([text])
            ids: list[int] = self._tokenizer(divided, split_special_tokens=True, add_special_tokens=False)["input_ids"]
        ids = ids if divided == text else self._join_ids(ids)
        return [*self.beginning, *ids] if begin else ids

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Which characters each token of `encode(text)` stands for; nothing where the tokenizer does not say."""
        with self._lock:
            if not self._tokenizer.is_fast or self._divide_texts([text]) != [text]:
                return []
            read = self._tokenizer(
                text, split_special_tokens=True, add_special_tokens=False, return_offsets_mapping=True
            )
        return [(int(start), int(end)) for start, end in read["offset_mapping"]]

    def _separator_of_bytes(self) -> list[int]:
        """How `_BETWEEN` is read, where a text that looks like a byte's token would be read as that token.

        So a vocabulary without merges does (Unigram); it reads a character that it does not have byte by byte.
        """
        looks_like = "<0x0A>"
        byte = next((id for id, value in self.byte_of.items() if value == 10), None)
        if byte is None or byte not in self._tokenizer(looks_like, add_special_tokens=False)["input_ids"]:
            return []
        by_value = {value: id for id, value in self.byte_of.items()}
        separator = [by_value[value] for value in _BETWEEN.encode()]
        read: list[int] = self._tokenizer(_BETWEEN, add_special_tokens=False)["input_ids"]
        return separator if read[-len(separator) :] == separator else []

    def _divide_texts(self, texts: list[str]) -> list[str]:
        """Texts in which nothing looks like a byte's token: what is put in for it `_join_ids` takes out of the ids."""
        if not self._separator or any(_BETWEEN in text for text in texts):
            return texts
        return [_LIKE_A_BYTE.sub(rf"<0x{_BETWEEN}\1>", text) for text in texts]

    def _join_ids(self, ids: list[int]) -> list[int]:
        kept: list[int] = []
        for id in ids:
            kept.append(id)
            if kept[-len(self._separator) :] == self._separator:
                del kept[-len(self._separator) :]
        return kept

    def _marks_before(self) -> list[int]:
        plain: list[int] = self._tokenizer("a", add_special_tokens=False)["input_ids"]
        marked: list[int] = self._tokenizer("a")["input_ids"]
        starts = (at for at in range(len(marked)) if marked[at : at + len(plain)] == plain)
        return marked[: next(starts, 0)]

    def _mark_after_turn(self) -> list[int]:
        """The special token that the template closes an assistant's turn with: it ends a reply, whatever else does."""
        if not self.chat:
            return []
        closing = mark_after_turn(lambda turns: str(self._tokenizer.apply_chat_template(turns, tokenize=False)))
        after: list[int] = self._tokenizer(closing, add_special_tokens=False)["input_ids"]
        marks = self.special | {id for id, token in self._tokenizer.added_tokens_decoder.items() if token.special}
        return after[:1] if after and after[0] in marks and after[0] not in self.beginning else []

    def decode(self, ids: Sequence[int], *, special: bool = False) -> str:
        text: str = self._tokenizer.decode(
            list(ids), skip_special_tokens=not special, clean_up_tokenization_spaces=False
        )
        return text

    def decode_one(self, token: int) -> str:
        """As `decode`, of a token by itself: remembered, for each of a reply is looked at so."""
        if (text := self._decoded.get(token)) is None:
            text = self._decoded[token] = self.decode([token])
        return text

    @cached_property
    def silent(self) -> int:
        """A token without a text, in the place of one that cannot be named; none that ends a reply, if there is one."""
        return min(self.special - self.ends, default=min(self.special, default=0))

    def spell(self, text: bytes, count: int, last: int) -> list[int]:
        """`count` tokens that come before the token `last` and make up `text` with it, in bytes.

        Where several could, the first of them is the longest. Where none is found, `silent` ones.
        """
        end = self._bytes_of(last)
        before = text[: len(text) - len(end)] if end and text.endswith(end) else text
        return self._spell(before, count) or [self.silent] * count

    def _spell(self, text: bytes, count: int) -> list[int]:
        if count == 1:
            return [self._by_bytes[text]] if text in self._by_bytes else []
        for length in range(len(text) - count + 1, 0, -1):
            if text[:length] in self._by_bytes and (rest := self._spell(text[length:], count - 1)):
                return [self._by_bytes[text[:length]], *rest]
        return []

    @cached_property
    def _by_bytes(self) -> dict[bytes, int]:
        return {self._bytes_of(token): token for token in range(len(self._tokenizer)) if token not in self.special}

    def _bytes_of(self, token: int) -> bytes:
        """What a token adds to a text."""
        if (byte := self.byte_of.get(token)) is not None:
            return bytes([byte])
        raw = self._tokenizer.convert_ids_to_tokens(token) or ""
        if not self.byte_of and all(character in self._bytes for character in raw):
            return bytes(self._bytes[character] for character in raw)
        return str(raw).replace("▁", " ").encode()

    def piece(self, token: int) -> str:
        """One token as a reader should see it: its leading space kept, a part of a character as `<0xF0>`."""
        if (piece := self._pieces.get(token)) is None:
            piece = self._pieces[token] = self._piece(token)
        return piece

    def _piece(self, token: int) -> str:
        raw = self._tokenizer.convert_ids_to_tokens(token) or ""
        if (byte := self.byte_of.get(token)) is not None:
            return chr(byte) if 32 <= byte < 127 else raw
        text = self.decode([token], special=True)
        if UNFINISHED in text and all(character in self._bytes for character in raw):
            return "".join(f"<0x{self._bytes[character]:02X}>" for character in raw)
        return f" {text}" if raw.startswith("▁") and not text.startswith(" ") else text

    @property
    def tokenizer(self) -> Any:
        """The tokenizer of transformers, for a look at its vocabulary: encoding is this class's own."""
        return self._tokenizer

    def stood_for(self, raw: str) -> bytes | None:
        """The bytes that a raw token of a byte-level vocabulary stands for; `None` where it is in no such form."""
        known = all(character in self._bytes for character in raw)
        return bytes(self._bytes[character] for character in raw) if known else None
