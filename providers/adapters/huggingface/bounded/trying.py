"""Every text that a model's own tokenizer cuts is cut first in a process that can be killed.

A tokenizer's expressions come with the model, and may go back and forth in a text without end, in code that nobody can
stop and, partly, while no other thread of the page goes on. It cuts a text the same way each time: what came to an end
in the process does so in the page. Tokenizers of which that can be seen beforehand (`is_plain`) are not tried.

transformers' tokenizers are replaced, once (`bound_cutting`), where they begin to cut, so that there is no way around.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from functools import cache, wraps
from typing import Any

from providers.adapters.huggingface.bounded.answering import AnsweringProcesses, Unbounded
from providers.adapters.huggingface.bounded.splitting import PIECE, is_plain
from providers.errors import UnsupportedRequest
from providers.importing import importing

_PROGRAM = "providers.adapters.huggingface.bounded.try_program"
_WITH_MORE = ("LayoutLMv2Tokenizer", "LayoutLMv3Tokenizer", "LayoutXLMTokenizer", "MarkupLMTokenizer", "UdopTokenizer")
"""Classes of transformers that cut in ways of their own, and want more than a text: places on a page, a page's tree."""
_TRIAL = "_trial_of_texts"
_WAYS = ("_encode_plus", "_encode_without_added_tokens")


class Trial:
    """Of one tokenizer of the library `tokenizers`. For several threads."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._name = None if is_plain(backend) else hashlib.sha256(backend.to_str().encode()).hexdigest()

    def cut(self, texts: Iterable[str], *, special: bool = False, added: bool = True) -> None:
        """Raises `UnsupportedRequest("tokenizer")` where that does not come to an end. `special`: what looks like a
        special token is cut as any text is; `added`: tokens that were added to the vocabulary are looked for."""
        if self._name is None:
            return
        question = {"texts": list(texts), "special": special, "added": added}
        try:
            # An error that is answered is one that the page will meet, too.
            _processes().ask(self._name, lambda: {"tokenizer": self._backend.to_str()}, question)
        except Unbounded:
            raise UnsupportedRequest("tokenizer", provider="huggingface") from None


@cache
def _processes() -> AnsweringProcesses:
    """Those of this program."""
    return AnsweringProcesses(_PROGRAM)


def bound_cutting() -> None:
    """From now on no tokenizer of transformers cuts a text in this process that was not tried. Twice is as once."""
    with importing():
        from transformers.tokenization_python import PythonBackend
        from transformers.tokenization_utils_tokenizers import TokenizersBackend

    backend: Any = TokenizersBackend
    if hasattr(backend, _TRIAL):
        return
    setattr(backend, _TRIAL, None)
    backend.__init__ = _wrap_begin(backend.__init__)
    encode_plus, encode_plainly = (getattr(backend, way) for way in _WAYS)
    setattr(backend, _WAYS[0], _wrap_encode(encode_plus))
    setattr(backend, _WAYS[1], _wrap_plain_encode(encode_plainly))
    slow: Any = PythonBackend
    slow._encode_plus = _without_long_words(slow._encode_plus)


def trial_of(tokenizer: Any) -> Trial:
    """Of a tokenizer of transformers. Its expressions are as they were when it was loaded."""
    found: Trial | None = tokenizer.__dict__.get(_TRIAL)
    if found is None:
        found = tokenizer.__dict__[_TRIAL] = Trial(tokenizer._tokenizer)
    return found


def _wrap_begin(begin: Callable[..., None]) -> Callable[..., None]:
    @wraps(begin)
    def check_and_begin(self: Any, *given: Any, **named: Any) -> None:
        if any(kind.__name__ in _WITH_MORE for kind in type(self).__mro__):
            raise ValueError("it wants more than a text")
        begin(self, *given, **named)

    return check_and_begin


def _wrap_encode(encode: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(encode)
    def try_and_encode(self: Any, text: Any, text_pair: Any = None, *given: Any, **named: Any) -> Any:
        if not named.get("sanitize_control_tokens"):  # then each of its pieces comes here by itself
            told = named.get("split_special_tokens")
            special = self.split_special_tokens if told is None else told
            trial_of(self).cut([*_strings(text), *_strings(text_pair)], special=special)
        return encode(self, text, text_pair, *given, **named)

    return try_and_encode


def _wrap_plain_encode(encode: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(encode)
    def try_and_encode(self: Any, text: str) -> Any:
        trial_of(self).cut([text], added=False)
        return encode(self, text)

    return try_and_encode


def _without_long_words(encode: Callable[..., Any]) -> Callable[..., Any]:
    """Of tokenizers in Python, those that merge pairs take the square of a word's length, and hold all others up."""

    @wraps(encode)
    def check_and_encode(self: Any, text: Any, text_pair: Any = None, *given: Any, **named: Any) -> Any:
        if hasattr(self, "bpe"):
            words = (word for one in (text, text_pair) for string in _strings(one) for word in string.split())
            if any(len(word) > PIECE for word in words):
                raise UnsupportedRequest("tokenizer", provider="huggingface")
        return encode(self, text, text_pair, *given, **named)

    return check_and_encode


def _strings(given: Any) -> list[str]:
    """All texts in a text, a pair, a list of them, or none."""
    if isinstance(given, str):
        return [given]
    return [string for one in given for string in _strings(one)] if isinstance(given, list | tuple) else []
