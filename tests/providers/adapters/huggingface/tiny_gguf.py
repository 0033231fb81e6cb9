"""Tiny GGUF files of five architectures, as llama.cpp's converter writes them, and their networks of transformers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    Gemma3ForCausalLM,
    Gemma3TextConfig,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    Phi3Config,
    Phi3ForCausalLM,
    PreTrainedTokenizerFast,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from tests.providers.adapters.huggingface import tiny

CONTEXT = 512
_SIZES: dict[str, Any] = {
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": CONTEXT,
    "initializer_range": 0.2,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
}
Change = Callable[[str, np.ndarray], np.ndarray]


def words() -> PreTrainedTokenizerFast:
    """Byte-level BPE without parts of characters, so that every token is told: llama.cpp names none of those."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    alphabet = [*(chr(code) for code in range(33, 127)), "Ġ", "Ċ"]
    trainer = trainers.BpeTrainer(
        vocab_size=140, special_tokens=tiny.SPECIAL, initial_alphabet=alphabet, show_progress=False
    )
    bpe.train_from_iterator(["the quick brown fox jumps over the lazy dog, system user assistant\n"] * 3, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe, bos_token="<|im_start|>", eos_token="<|im_end|>", chat_template=tiny.TEMPLATE
    )


def _network(architecture: str, size: int) -> Any:
    """Seeded: the same every time."""
    torch.manual_seed(0)
    sizes = {**_SIZES, "vocab_size": size}
    match architecture:
        case "llama":
            network: Any = LlamaForCausalLM(LlamaConfig(**sizes, tie_word_embeddings=False))
        case "qwen3":
            network = Qwen3ForCausalLM(Qwen3Config(**sizes, head_dim=16, tie_word_embeddings=True))
        case "gemma3":
            network = Gemma3ForCausalLM(
                Gemma3TextConfig(
                    **sizes,
                    head_dim=16,
                    query_pre_attn_scalar=16,
                    sliding_window=64,
                    layer_types=["sliding_attention", "full_attention"],
                )
            )
        case "phi3":
            network = Phi3ForCausalLM(
                Phi3Config(
                    **sizes, original_max_position_embeddings=CONTEXT, sliding_window=None, tie_word_embeddings=False
                )
            )
        case "gpt2":
            network = GPT2LMHeadModel(
                GPT2Config(
                    n_embd=64,
                    n_layer=2,
                    n_head=4,
                    n_positions=CONTEXT,
                    vocab_size=size,
                    bos_token_id=1,
                    eos_token_id=2,
                    initializer_range=0.2,
                )
            )
        case _:
            raise ValueError(architecture)
    for name, weight in network.named_parameters():  # the norms too, or nobody would see them mixed up
        if "norm" in name or ".ln_" in name:
            weight.data += torch.randn_like(weight) * 0.2
    return network.eval()


ARCHITECTURES = ("llama", "qwen3", "gemma3", "phi3", "gpt2")


def save(architecture: str, file: Path, *, each: int = 0) -> Any:
    """Write the file, in 16 bits as converters do, and give the network that holds the same numbers.

    `each`: so many tensors a file, in files called after their place.
    """
    vocabulary = words()
    network = _network(architecture, len(vocabulary))
    writer = gguf.GGUFWriter(file, architecture, split_max_tensors=each)
    _add_sizes(writer, architecture, network.config)
    add_words(writer, vocabulary)
    kind = {
        "llama": gguf.MODEL_ARCH.LLAMA,
        "qwen3": gguf.MODEL_ARCH.QWEN3,
        "gemma3": gguf.MODEL_ARCH.GEMMA3,
        "phi3": gguf.MODEL_ARCH.PHI3,
        "gpt2": gguf.MODEL_ARCH.GPT2,
    }[architecture]
    names = gguf.get_tensor_name_map(kind, 2)
    tied = network.config.tie_word_embeddings
    for name, weight in network.state_dict().items():
        if name.endswith((".attn.bias", ".attn.masked_bias")) or (name == "lm_head.weight" and tied):
            continue
        values = weight.float().numpy()
        if values.ndim > 1:
            values = values.astype(np.float16).astype(np.float32)
            weight.data.copy_(torch.from_numpy(values))
        written = names.get_name(name, (".weight", ".bias"))
        assert written is not None, name
        writer.add_tensor(written, _stored(architecture, name, values))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return network


def _stored(architecture: str, name: str, values: np.ndarray) -> np.ndarray:
    """As the converter turns a tensor round for llama.cpp."""
    if architecture == "gpt2" and name.endswith(("c_attn.weight", "c_proj.weight", "c_fc.weight")):
        values = values.T
    if architecture == "gemma3" and name.endswith("norm.weight"):
        values = values + 1
    if architecture == "llama" and name.endswith(("q_proj.weight", "k_proj.weight")):
        heads = 4 if "q_proj" in name else 2
        shape = (heads, 2, values.shape[0] // heads // 2, values.shape[1])
        values = values.reshape(shape).swapaxes(1, 2).reshape(values.shape)
    return np.ascontiguousarray(values.astype(np.float16 if values.ndim > 1 else np.float32))


def _add_sizes(writer: gguf.GGUFWriter, architecture: str, config: Any) -> None:
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(64)
    writer.add_block_count(2)
    writer.add_head_count(4)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    if architecture == "gpt2":
        writer.add_feed_forward_length(256)
        writer.add_layer_norm_eps(config.layer_norm_epsilon)
        return
    writer.add_feed_forward_length(96)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_dimension_count(16)
    writer.add_key_length(16)
    writer.add_value_length(16)
    writer.add_rope_freq_base(1_000_000.0 if architecture == "gemma3" else 10_000.0)
    if architecture == "gemma3":
        writer.add_sliding_window(64)
        writer.add_sliding_window_pattern([True, False])
    if architecture == "phi3":
        writer.add_sliding_window(0)
        writer.add_rope_scaling_orig_ctx_len(CONTEXT)


def add_words(writer: gguf.GGUFWriter, vocabulary: Any, template: str | None = tiny.TEMPLATE) -> None:
    """A byte-level vocabulary, and the chat template."""
    backend, size = vocabulary.backend_tokenizer, len(vocabulary)
    tokens = [str(backend.id_to_token(number)) for number in range(size)]
    writer.add_vocab_size(size)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_add_bos_token(False)
    writer.add_token_list(tokens)
    writer.add_token_types([3 if token in tiny.SPECIAL else 1 for token in tokens])
    writer.add_token_merges([" ".join(pair) for pair in json.loads(backend.to_str())["model"]["merges"]])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    if template is not None:
        writer.add_chat_template(template)


def save_projector(file: Path, width: int = 64) -> Path:
    """A tiny tower that looks at pictures of 32 × 32 pixels, as Gemma 3's, for a model of that width."""
    random = np.random.default_rng(0)
    writer = gguf.GGUFWriter(file, "clip")
    writer.add_clip_has_vision_encoder(True)
    writer.add_clip_projector_type("gemma3")
    writer.add_vision_image_size(32)
    writer.add_vision_patch_size(4)
    writer.add_vision_embedding_length(32)
    writer.add_vision_feed_forward_length(64)
    writer.add_vision_block_count(1)
    writer.add_vision_head_count(2)
    writer.add_vision_attention_layernorm_eps(1e-6)
    writer.add_vision_projection_dim(width)
    writer.add_vision_image_mean([0.5, 0.5, 0.5])
    writer.add_vision_image_std([0.5, 0.5, 0.5])
    writer.add_vision_use_gelu(True)
    writer.add_vision_projector_scale_factor(4)
    square = dict.fromkeys(("attn_q", "attn_k", "attn_v", "attn_out"), (32, 32))
    block: dict[str, tuple[int, ...]] = {**square, "ffn_up": (64, 32), "ffn_down": (32, 64)}
    shapes: dict[str, tuple[int, ...]] = {f"v.blk.0.{name}.weight": shape for name, shape in block.items()}
    shapes |= {f"v.blk.0.{name}.bias": shape[:1] for name, shape in block.items()}
    for norm in ("v.blk.0.ln1", "v.blk.0.ln2", "v.post_ln"):
        shapes |= {f"{norm}.weight": (32,), f"{norm}.bias": (32,)}
    shapes |= {"v.patch_embd.weight": (32, 3, 4, 4), "v.patch_embd.bias": (32,), "v.position_embd.weight": (64, 32)}
    shapes |= {"mm.input_projection.weight": (32, width), "mm.soft_emb_norm.weight": (32,)}
    for name, shape in shapes.items():
        writer.add_tensor(name, (random.normal(size=shape) * 0.3).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file
