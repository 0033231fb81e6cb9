"""Text from outside as quoted data in a prompt: between delimiters that it cannot close."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

_TEMPLATE_MARKS = re.compile(
    r"<\s*(?=[|｜])|(?<=[|｜])\s*>"  # <|im_start|>, <｜User｜>
    r"|<(?=/?(?:s|bos|eos|pad|unk|start_of_turn|end_of_turn|image|fake_token_around_image|tool_call)>)"
    r"|<(?=</?SYS>>)|\[(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|gMASK)\])"
)


def unguessable_mark(texts: Sequence[str]) -> str:
    """Eight hexadecimal digits that stand in none of these texts.

    They follow from the texts, so that a request with a seed repeats; that they are absent is checked, so that no text
    can close the delimiter that carries them, even one written by somebody who guessed them.
    """
    joined, turn = "\0".join(texts).casefold(), 0
    while True:
        mark = hashlib.blake2b(f"{turn}\0{joined}".encode("utf-8", "replace"), digest_size=4).hexdigest()
        if mark not in joined:
            return mark
        turn += 1


def quote(kind: str, mark: str, text: str, heading: str = "") -> str:
    """The text between delimiters of that kind, with `heading` in the line of the first.

    In the text the marks of chat templates are broken, and whatever looks like such a delimiter.
    """
    harmless = re.sub(rf"<(?=/?{re.escape(kind)}\b)", "< ", break_template_marks(text))
    return f"<{kind} {mark}>{heading}\n{harmless}\n</{kind} {mark}>"


def break_template_marks(text: str) -> str:
    """The text with the marks of chat templates broken by a space (`<|im_end|>` is `< |im_end| >`).

    Models on this computer never read them in a message; a server behind an API might.
    """
    return _TEMPLATE_MARKS.sub(
        lambda found: f" {found[0].strip()}" if found[0].strip() == ">" else f"{found[0].strip()} ", text
    )
