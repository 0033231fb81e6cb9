"""Models that see, in GGUF files: a projector beside the weights makes of a picture what the model reads.

llama.cpp looks at the pictures itself and finds their places by a mark in the prompt's text, which it tokenises,
special tokens and all. So in a visitor's text nothing may look like one.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

from providers.adapters.huggingface.families.vision import decode_image
from providers.adapters.huggingface.tokens import PICTURE, Codec, EncodedPrompt
from providers.errors import UnsupportedRequest
from providers.types import Image, Message, Text

SEEN = 256
"""Tokens for which a picture is counted: how many it is, only the projector knows."""


class SeeingCodec(Codec):
    """A codec whose messages may hold pictures. For several threads."""

    def __init__(self, tokenizer: Any, ends: Sequence[int] = ()) -> None:
        super().__init__(tokenizer, ends)
        special = {str(token) for token in tokenizer.added_tokens_decoder.values() if token.special}
        marks = sorted({PICTURE, *(mark for mark in special if mark.strip())}, key=len, reverse=True)
        self._marks = re.compile("|".join(map(re.escape, marks)))
        self._first = str(tokenizer.bos_token) if self.beginning else ""

    def encode_messages(self, messages: Sequence[Message]) -> EncodedPrompt:
        """With the text and the pictures beside the ids, where there are any; a picture counts as `SEEN` tokens.

        Raises `ImageError("damaged")`, and what `Codec.render` raises.
        """
        pictures = [picture for message in messages for picture in message.images]
        if not pictures:
            return super().encode_messages(messages)
        if not self.chat:
            raise UnsupportedRequest("images", model=str(self._tokenizer.name_or_path))
        prompt = super().encode_messages([Message.of(one.role, self._text(one)) for one in messages])
        text = prompt.text.removeprefix(self._first)  # llama.cpp begins with it by itself
        inputs = {"text": text, "pictures": [_as_png(picture) for picture in pictures]}
        ids = [*prompt.ids[:1], *([prompt.ids[0]] * (SEEN * len(pictures))), *prompt.ids[1:]]
        return EncodedPrompt(prompt.text, ids, inputs, prompt.changes)

    def _text(self, message: Message) -> str:
        said = [self._harmless(part.text) if isinstance(part, Text) else PICTURE for part in message.parts]
        return "".join(said)

    def _harmless(self, text: str) -> str:
        """With a space in what would be read as a mark."""
        return self._marks.sub(lambda found: f"{found[0][0]} {found[0][1:]}", text)


def _as_png(image: Image) -> bytes:
    """In a format that llama.cpp reads, no larger than it need be."""
    out = io.BytesIO()
    decode_image(image).save(out, "PNG")
    return out.getvalue()
