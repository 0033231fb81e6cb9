"""Gradio's Blocks, whose failures leave no visitor's value in the log."""

from __future__ import annotations

import logging
import traceback
from typing import Any

import gradio as gr

from playground.text import LocaleTexts
from playground.web.lean import LeanBlocks

log = logging.getLogger(__name__)


class DiscreetBlocks(LeanBlocks):
    """As Gradio's own. It prints a failed call with the error's text, which may quote what the visitor chose or wrote:
    of an input that a component refuses nothing is printed here, and of a defect the class and where it was raised.
    """

    def __init__(self, texts: LocaleTexts, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._texts = texts

    async def process_api(self, block_fn: Any, *arguments: Any, **named: Any) -> dict[str, Any]:
        """Raises `gr.Error`s alone, none of which is printed."""
        try:
            answer: dict[str, Any] = await super().process_api(block_fn, *arguments, **named)
        except gr.Error as error:
            error.print_exception = False
            raise
        except Exception as error:  # noqa: BLE001 - whatever a defect raises: Gradio would print all of it
            name = getattr(block_fn, "api_name", None) or getattr(block_fn, "name", block_fn)
            frames = "".join(traceback.format_tb(error.__traceback__))
            log.error("The event %s failed: %s\n%s", name, type(error).__name__, frames)
            failure = gr.Error(self._explain(named.get("request")), print_exception=False)
        else:
            return answer
        raise failure

    def _explain(self, request: Any) -> str:
        """In the visitor's language, where a visitor is behind the call."""
        asked = request[0] if isinstance(request, list) and request else request
        language = getattr(getattr(asked, "state", None), "language", "en")
        said = (self._texts.text(language, f"error.internal.{part}") for part in ("message", "hint"))
        return " ".join(said)
