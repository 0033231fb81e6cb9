"""What a model is that cannot be used here, by what its files say of it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from providers.adapters.huggingface.bounded.checks import read_json
from providers.importing import importing

_OF_THEIR_OWN = frozenset({"xlnet", "reformer"})
"""Causal models whose memory of what they have read has a form of its own: transformers' `generate` alone knows it."""
Misfit = tuple[str, str]
"""A reason of `WeightsUnavailable`, and its cause."""


def misfit_by_names(names: Collection[str]) -> Misfit | None:
    """Of a folder without weights that could be opened: an adapter without its model."""
    return ("adapter", "") if "adapter_config.json" in names else None


def misfit_by_config(folder: Path) -> Misfit | None:
    """Of a folder that could not be loaded. `None` where its configuration explains nothing."""
    try:
        config = read_json(folder / "config.json")
    except (OSError, ValueError):
        return None
    if not isinstance(config, dict):
        return None
    kind, quantised = str(config.get("model_type", "")), config.get("quantization_config")
    if isinstance(quantised, dict):
        return "quantised", str(quantised.get("quant_method", "")).upper()[:20]
    if isinstance(config.get("quantization"), dict):
        return "quantised", "MLX"
    if not _is_known(kind):
        return "own_code" if config.get("auto_map") else "architecture", kind[:60]
    if kind in _OF_THEIR_OWN:
        return "own_memory", kind
    return ("encoder_decoder", kind) if config.get("is_encoder_decoder") is True else None


def _is_known(kind: str) -> bool:
    with importing():
        from transformers import CONFIG_MAPPING

        return kind in CONFIG_MAPPING
