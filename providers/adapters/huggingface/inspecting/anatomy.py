"""What a folder of safetensors says of a model: its configuration, and the names and shapes of its tensors."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from providers.adapters.huggingface.bounded.checks import OutOfBounds, read_header, read_json
from providers.adapters.huggingface.weights.files import lengths, tensor_names, unreadable
from providers.errors import UnsupportedRequest, WeightsUnavailable
from providers.inspection import PARTS, Anatomy, Kind, Part, PositionKind

_HEAD = re.compile(r"^(lm_head|cls|score|classifier|embed_out)\.|(^|\.)pooler\.")
_NORM = re.compile(r"norm|(^|\.)ln_\w+\.", re.IGNORECASE)
_EMBEDDINGS = re.compile(r"embed|(^|\.)(wte|wpe|shared)\.")
_ATTENTION = re.compile(r"attn|attention")
_FEED_FORWARD = re.compile(r"mlp|feed_forward|ffn|(^|\.)(intermediate|output|fc1|fc2)\.|DenseReluDense")
_WORD_HEAD = "lm_head.weight"
_WHOLE = frozenset({"I8", "I16", "I32", "I64", "U8", "BOOL"})
"""Kinds of numbers that are no parameters: places, masks."""


def read_anatomy(folder: Path, name: str) -> Anatomy:
    """Raises `UnsupportedRequest("layers")` for a folder without such weights, `WeightsUnavailable("damaged")`."""
    try:
        config = read_json(folder / "config.json")
        files = [folder / one for one in tensor_names(lengths(folder))]
        tensors = {tensor: one for file in files for tensor, one in read_header(file).items()}
    except FileNotFoundError as error:
        raise UnsupportedRequest("layers", model=name) from error
    except OutOfBounds as error:
        raise WeightsUnavailable("bounds", model=name, cause=str(error)) from error
    except ValueError as error:
        raise WeightsUnavailable("damaged", model=name) from error
    except OSError as error:
        raise unreadable(error, name) from error
    if not files:
        raise UnsupportedRequest("layers", model=name)
    disk = sum(file.stat().st_size for file in files)
    try:
        text = config.get("text_config") if isinstance(config.get("text_config"), dict) else config
        return _anatomy(config, text, tensors, disk)
    except (KeyError, TypeError, AttributeError, ZeroDivisionError) as error:
        # A configuration without layers, heads or vectors.
        raise UnsupportedRequest("layers", model=name) from error


def _anatomy(config: dict[str, Any], text: dict[str, Any], tensors: Mapping[str, Any], disk: int) -> Anatomy:
    hidden, heads = _first(text, "hidden_size", "n_embd", "d_model"), _first(text, "num_attention_heads", "n_head")
    inner = _maybe(text, "intermediate_size", "n_inner", "d_ff") or 4 * hidden
    numbers = {tensor: math.prod(one["shape"]) for tensor, one in tensors.items() if one["dtype"] not in _WHOLE}
    tied = _is_tied(_kind(config), text, numbers)
    if tied:
        numbers.pop(_WORD_HEAD, None)
    counts: Counter[Part] = Counter()
    formats: Counter[str] = Counter()
    for tensor, count in numbers.items():
        counts[_part(tensor)] += count
        formats[tensors[tensor]["dtype"]] += count
    rotary = _rotary_base(text)
    return Anatomy(
        kind=_kind(config),
        architecture=str((config.get("architectures") or [config.get("model_type", "")])[0]),
        layers=_first(text, "num_hidden_layers", "n_layer", "num_layers"),
        hidden=hidden,
        heads=heads,
        kv_heads=_maybe(text, "num_key_value_heads") or heads,
        head_size=_maybe(text, "head_dim") or hidden // heads,
        inner=inner,
        gated=any("gate_proj" in tensor or "gate_up_proj" in tensor for tensor in numbers),
        activation=text.get("hidden_act") or text.get("activation_function") or text.get("hidden_activation"),
        norm="rms" if "rms_norm_eps" in text else "layer" if _has(text, "layer_norm") else None,
        position=_position(text, rotary),
        rotary_base=rotary,
        vocabulary=_first(text, "vocab_size"),
        context=_maybe(text, "max_position_embeddings", "n_positions", "n_ctx"),
        tied=tied,
        dtype=formats.most_common(1)[0][0] if formats else "",
        parameters={part: counts[part] for part in PARTS if counts[part]},
        disk=disk,
    )


def _part(tensor: str) -> Part:
    """What a tensor belongs to, by its name in transformers' models."""
    if _HEAD.search(tensor):
        return "head"
    if _NORM.search(tensor):
        return "norms"
    if _EMBEDDINGS.search(tensor):
        return "embeddings"
    if _ATTENTION.search(tensor):
        return "attention"
    return "feed_forward" if _FEED_FORWARD.search(tensor) else "other"


def _is_tied(kind: Kind, text: Mapping[str, Any], numbers: Mapping[str, int]) -> bool:
    """A model that writes and has no head of its own in the files, or says that the one there is the embeddings."""
    if _WORD_HEAD not in numbers:
        return kind == "decoder"
    return bool(text.get("tie_word_embeddings"))


def _kind(config: Mapping[str, Any]) -> Kind:
    if config.get("is_encoder_decoder"):
        return "encoder_decoder"
    writes = ("ForCausalLM", "LMHeadModel", "ForConditionalGeneration")
    return "decoder" if any(str(one).endswith(writes) for one in config.get("architectures") or []) else "encoder"


def _position(text: Mapping[str, Any], rotary: float | None) -> PositionKind | None:
    if rotary is not None:
        return "rotary"
    if "relative_attention_num_buckets" in text:
        return "relative"
    return "absolute" if _maybe(text, "max_position_embeddings", "n_positions") else None


def _rotary_base(text: Mapping[str, Any]) -> float | None:
    told = text.get("rope_parameters")
    nested = told if isinstance(told, dict) else {}
    inner = nested.get("full_attention") if isinstance(nested.get("full_attention"), dict) else nested
    base = text.get("rope_theta", (inner or {}).get("rope_theta"))
    return float(base) if isinstance(base, int | float) else None


def _first(text: Mapping[str, Any], *names: str) -> int:
    """Raises `KeyError` where none of the names says a number."""
    found = _maybe(text, *names)
    if found is None:
        raise KeyError(names[0])
    return found


def _maybe(text: Mapping[str, Any], *names: str) -> int | None:
    return next((int(text[name]) for name in names if isinstance(text.get(name), int)), None)


def _has(text: Mapping[str, Any], beginning: str) -> bool:
    return any(name.startswith(beginning) for name in text)
