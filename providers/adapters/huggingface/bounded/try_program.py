"""Run as a program: cuts texts with a tokenizer that came with a model, for whoever asks on standard input, a line of
JSON each.

`{"tokenizer": …}`, a tokenizer.json, first, then `{"texts": […], "special": …}` as often as wanted: `special` for what
looks like a special token to be cut like any text; `"added": false` for texts in which no added token is looked for.
Each is answered with `{}` or `{"error": …}`, and a text that takes too long by the end of the process.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from providers.adapters.huggingface.bounded.limits import bound_memory, bound_seconds

MEMORY = 3_000_000_000
SECONDS_TO_OPEN = 20
SECONDS = 2
A_SECOND = 50_000
"""Characters for which there is another second: those published cut twenty times as many."""


def open_tokenizer(written: str) -> Any:
    from tokenizers import Tokenizer

    made: Any = Tokenizer.from_str(written)
    made.no_truncation()
    made.no_padding()
    return made


def cut(tokenizer: Any, texts: list[str], *, special: bool, added: bool) -> None:
    if added:
        tokenizer.encode_special_tokens = special
        for text in texts:
            tokenizer.encode(text)
        return
    for text in texts:  # as transformers does, where a text shall hold no token but those that it is cut into
        plain = tokenizer.normalizer.normalize_str(text) if tokenizer.normalizer is not None else text
        parts = tokenizer.pre_tokenizer.pre_tokenize_str(plain) if tokenizer.pre_tokenizer is not None else [(plain, 0)]
        for part, _ in parts:
            tokenizer.model.tokenize(part)


def answer(tokenizer: Any, asked: dict[str, Any]) -> dict[str, str]:
    bound_seconds(SECONDS + sum(map(len, asked["texts"])) // A_SECOND)
    try:
        cut(tokenizer, asked["texts"], special=asked["special"], added=asked["added"])
    except BaseException as error:
        # An expression that has gone back too often for the library ends in a panic, which is no Exception.
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        panic = isinstance(error, MemoryError) or not isinstance(error, Exception)
        return {"error": "bounds" if panic else type(error).__name__}
    return {}


def main() -> None:
    """Until nobody asks any more."""
    bound_memory(MEMORY)
    bound_seconds(SECONDS_TO_OPEN)
    tokenizer: Any = None
    for line in sys.stdin:
        asked = json.loads(line)
        told: dict[str, str] = {}
        if tokenizer is None:
            tokenizer = open_tokenizer(asked["tokenizer"])
        else:
            told = answer(tokenizer, asked)
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
