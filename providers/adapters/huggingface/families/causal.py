"""Models that write text: what a folder says of the tokenizer, of how to draw, of how much fits. Light to import."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from providers.adapters.huggingface.bounded.checks import read_json
from providers.adapters.huggingface.bounded.library import bound_transformers
from providers.adapters.huggingface.families.gguf import load_gguf_tokenizer
from providers.adapters.huggingface.families.vision import load_image_codec, takes_images
from providers.adapters.huggingface.tokens import Codec
from providers.adapters.huggingface.weights.files import gguf_files
from providers.importing import importing
from providers.sampling import Sampling, recommended_sampling, with_effect

_PLAIN = "TokenizersBackend"
TRUSTED = frozenset({"llama", "qwen3"})
"""Architectures of which transformers takes a folder at its word (`MODELS_WITH_INCORRECT_HUB_TOKENIZER_CLASS`)."""


def load_tokenizer(folder: Path) -> tuple[Codec, Sampling, int | None]:
    """A model's codec, what its makers recommend, and its context. Blocking.

    Raises what transformers raises, and `MissingPackage` for a processor that needs one which is not here.
    """
    if (packed := gguf_files(folder)) is not None:
        return load_gguf_tokenizer(folder, packed)
    chosen, config = _json(folder / "generation_config.json"), _json(folder / "config.json")
    text = config.get("text_config")
    places = (
        chosen,
        config,
        text if isinstance(text, dict) else {},
    )  # the first that names an end holds, as for `generate`
    ends = next((one["eos_token_id"] for one in places if one.get("eos_token_id") is not None), None)
    several = [end for end in (ends if isinstance(ends, list) else [ends]) if isinstance(end, int)]
    context = (text if isinstance(text, dict) else config).get("max_position_embeddings", config.get("n_positions"))
    codec: Codec = load_image_codec(folder, several) if takes_images(folder) else _load_codec(folder, several)
    return codec, _defaults(chosen), context if isinstance(context, int) and context > 0 else None


def _load_codec(folder: Path, ends: Sequence[int]) -> Codec:
    with importing():
        from transformers import PreTrainedTokenizerFast

        bound_transformers()
        if _is_plain(folder):
            tokenizer = PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
        else:
            from transformers import AutoTokenizer

            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    return Codec(tokenizer, ends)


def _is_plain(folder: Path) -> bool:
    """`AutoTokenizer` would come to the class that the folder names, as one does that the cache has made. To do so it
    imports PyTorch: five seconds of a processor, which nobody needs whose model another engine serves."""
    told = _json(folder / "tokenizer_config.json")
    if "auto_map" in told or not (folder / "tokenizer.json").is_file():
        return False
    return told.get("tokenizer_class") == _PLAIN and _json(folder / "config.json").get("model_type") in TRUSTED


def _json(file: Path) -> dict[str, Any]:
    found = read_json(file) if file.is_file() else {}
    return found if isinstance(found, dict) else {}


def _defaults(chosen: dict[str, Any]) -> Sampling:
    """The recommendation of `generation_config.json`, where it recommends sampling; else the plain distribution."""
    names = with_effect("reshapes", "cuts") if chosen.get("do_sample") else ()
    return recommended_sampling({name: chosen.get(name) for name in (*names, "repetition_penalty")})
