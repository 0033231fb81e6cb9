"""A model that cannot be used is called what it is, and never damaged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from providers.adapters.huggingface.weights.damage import explain_failure
from providers.adapters.huggingface.weights.files import weights_format
from providers.errors import WeightsUnavailable


@pytest.mark.parametrize(
    ("config", "reason", "cause"),
    [
        ({"model_type": "llama", "quantization_config": {"quant_method": "gptq"}}, "quantised", "GPTQ"),
        ({"model_type": "llama", "quantization_config": {"quant_method": "awq"}}, "quantised", "AWQ"),
        ({"model_type": "llama", "quantization": {"group_size": 64, "bits": 4}}, "quantised", "MLX"),
        ({"model_type": "brandnew"}, "architecture", "brandnew"),
        ({"model_type": "mine", "auto_map": {"AutoModel": "modeling.Mine"}}, "own_code", "mine"),
        ({"model_type": "t5", "is_encoder_decoder": True}, "encoder_decoder", "t5"),
        ({"model_type": "llama"}, "unfit", "ValueError"),
    ],
)
def test_what_its_configuration_says(config: dict[str, object], reason: str, cause: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config), "utf-8")
    told = explain_failure(ValueError("no"), tmp_path, "m")
    assert isinstance(told, WeightsUnavailable)
    assert (told.reason, told.values["cause"]) == (reason, cause)


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (("adapter_config.json", "adapter_model.safetensors"), "adapter"),
        (("model-00002-of-00002.gguf",), "parts"),
        (("model-00001-of-00002.gguf",), "parts"),
        (("pytorch_model.bin", "config.json"), "unsafe_format"),
        (("README.md",), "not_found"),
    ],
)
def test_what_its_files_are_called(names: tuple[str, ...], reason: str, tmp_path: Path) -> None:
    for name in names:
        (tmp_path / name).write_bytes(b"{}")
    with pytest.raises(WeightsUnavailable, match=reason):
        weights_format(tmp_path, "m")
