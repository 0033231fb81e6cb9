"""Models in GGUF files: what their header says of the tokenizer, of how to draw, of how much fits. Light to import."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from providers.adapters.huggingface.bounded.library import bound_transformers
from providers.adapters.huggingface.families.gguf_vision import SeeingCodec
from providers.adapters.huggingface.tokens import Codec
from providers.adapters.huggingface.weights.gguf_choice import GgufFiles
from providers.adapters.huggingface.weights.gguf_header import GgufHeader, read_gguf_header
from providers.importing import importing
from providers.sampling import Sampling, recommended_sampling

_ENDS = ("eos_token_id", "eot_token_id", "eom_token_id")
_DRAWING = {
    "temp": "temperature",
    "top_k": "top_k",
    "top_p": "top_p",
    "min_p": "min_p",
    "penalty_repeat": "repetition_penalty",
}
"""What a file may recommend, as `general.sampling.…`, and our names."""


def load_gguf_tokenizer(folder: Path, files: GgufFiles) -> tuple[Codec, Sampling, int | None]:
    """As `families.causal.load_tokenizer`, of GGUF files. Blocking. Raises what transformers raises, `ValueError`."""
    file = folder / files.parts[0]
    header = read_gguf_header(file)
    kind = SeeingCodec if files.projector else Codec
    return kind(_tokenizer(file), ends_of(header)), _defaults(header), header.number("context_length") or None


def ends_of(header: GgufHeader) -> list[int]:
    found = (header.metadata.get(f"tokenizer.ggml.{name}") for name in _ENDS)
    return [end for end in found if isinstance(end, int)]


def _tokenizer(file: Path) -> Any:
    """Built by the kind of vocabulary that the file names, whatever the architecture."""
    with importing():
        from transformers import PreTrainedTokenizerFast
        from transformers.integrations.gguf.gguf_tokenizer_mapping import convert_gguf_tokenizer, get_gguf_tokenizer

        bound_transformers()
        architecture, words, settings = get_gguf_tokenizer(str(file))
        backend, _ = convert_gguf_tokenizer(architecture, words)
        begins = bool(settings.pop("add_bos_token", False))
        settings.pop("add_eos_token", None)
        tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, **settings)
    _set_beginning(tokenizer, begins)
    return tokenizer


def _set_beginning(tokenizer: Any, begins: bool) -> None:
    """Whether the mark of a beginning comes before every text is the file's to say."""
    with importing():
        from tokenizers.processors import ByteLevel, TemplateProcessing

    if begins and tokenizer.bos_token is not None:
        mark = tokenizer.bos_token
        tokenizer.backend_tokenizer.post_processor = TemplateProcessing(
            single=f"{mark} $A", pair=f"{mark} $A $B", special_tokens=[(mark, tokenizer.bos_token_id)]
        )
    else:
        tokenizer.backend_tokenizer.post_processor = ByteLevel(trim_offsets=False)


def _defaults(header: GgufHeader) -> Sampling:
    return recommended_sampling(
        {ours: header.metadata.get(f"general.sampling.{theirs}") for theirs, ours in _DRAWING.items()}
    )
