"""Tiny models with random weights, made here: a Llama that chats, a GPT-2 that does not, a GGUF file in a wheel."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Literal

import gguf
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from providers.adapters.huggingface.weights import convert_program, fidelity
from providers.adapters.huggingface.weights.certify_program import certify
from providers.adapters.huggingface.weights.files import lengths
from providers.adapters.huggingface.weights.record import WeightsRecord
from providers.catalog_row import Package
from providers.types import ModelInfo

TEMPLATE = (
    "{% for m in messages %}{% if loop.index0 > 0 and messages[loop.index0 - 1]['role'] == m['role'] %}"
    "{{ raise_exception('roles must alternate') }}{% endif %}"
    "{{ '<|im_start|>' + m['role'] + '\n' + m['content'] | trim + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
CHANNELS = (
    "{% for m in messages %}{{ '<|start|>' + m['role'] + ('<|channel|>final' if m['role'] == 'assistant' else '') }}"
    "{{ '<|message|>' + m['content'] + '<|end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}<|start|>assistant{% endif %}"
)
"""As gpt-oss writes a conversation."""
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
MEMBER = "tiny_weights/tiny.gguf"
REQUIREMENT = "tiny-weights==1.0"


def tokenizer(*, chat: bool = True) -> PreTrainedTokenizerFast:
    """Byte-level BPE, about 400 tokens."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=SPECIAL,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    bpe.train_from_iterator(["the quick brown fox jumps over the lazy dog, system user assistant\n"] * 3, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        bos_token="<|im_start|>" if chat else "<|endoftext|>",
        eos_token="<|im_end|>" if chat else "<|endoftext|>",
        chat_template=TEMPLATE if chat else None,
    )


def channel_tokenizer() -> PreTrainedTokenizerFast:
    """Its replies are several messages, each in a channel of its own, with special tokens as marks, as gpt-oss's."""
    made = tokenizer()
    marks = ["<|start|>", "<|channel|>", "<|message|>", "<|end|>", "<|return|>", "[THINK]", "[/THINK]"]
    made.add_special_tokens({"additional_special_tokens": marks})
    made.eos_token = "<|return|>"
    made.chat_template = CHANNELS
    return made


def byte_fallback_tokenizer(kind: Literal["bpe", "unigram"]) -> PreTrainedTokenizerFast:
    """As Llama 2's and Gemma's ("bpe") or T5's kind ("unigram"): what no piece covers is written byte by byte.

    `<s>` comes before every text.
    """
    bytewise = [f"<0x{byte:02X}>" for byte in range(256)]
    pieces = ["<unk>", "<s>", "</s>", *bytewise, "▁", *"abcdefghij", "▁a", "ab", "▁ab"]
    if kind == "bpe":
        merges = [("a", "b"), ("▁", "a"), ("▁", "ab")]
        vocabulary = {piece: place for place, piece in enumerate(pieces)}
        made = Tokenizer(models.BPE(vocabulary, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    else:
        scored = [(piece, -float(place)) for place, piece in enumerate(pieces)]
        made = Tokenizer(models.Unigram(scored, unk_id=0, byte_fallback=True))
    made.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    made.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    made.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    return PreTrainedTokenizerFast(tokenizer_object=made, bos_token="<s>", eos_token="</s>", unk_token="<unk>")


def llama(context: int = 1024) -> LlamaForCausalLM:
    """Weights so uneven that its distributions are far from flat. Seeded: the same model every time."""
    torch.manual_seed(0)
    config = LlamaConfig(
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        vocab_size=len(tokenizer()),
        max_position_embeddings=context,
        initializer_range=0.3,
        tie_word_embeddings=False,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=2,
    )
    network = LlamaForCausalLM(config)
    network.eval()
    return network


def save_llama(folder: Path, context: int = 1024) -> Path:
    llama(context).save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return folder


def save_gpt2(folder: Path) -> Path:
    torch.manual_seed(0)
    config = GPT2Config(
        n_embd=32, n_layer=2, n_head=4, vocab_size=len(tokenizer()), n_positions=256, bos_token_id=0, eos_token_id=0
    )
    GPT2LMHeadModel(config).save_pretrained(folder)
    tokenizer(chat=False).save_pretrained(folder)
    return folder


def save_gguf(file: Path, context: int = 1024) -> Path:
    """The tiny Llama as llama.cpp would write it: matrices under its names, the tokenizer inside."""
    network, words = llama(context), tokenizer()
    backend = words.backend_tokenizer
    size = len(words)
    tokens = [str(backend.id_to_token(number)) for number in range(size)]
    merges = [" ".join(pair) for pair in json.loads(backend.to_str())["model"]["merges"]]
    writer = gguf.GGUFWriter(file, "llama")
    config = network.config
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(int(config.num_key_value_heads or 0))
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(10000.0)
    writer.add_vocab_size(size)
    writer.add_rope_dimension_count(config.hidden_size // config.num_attention_heads)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_add_bos_token(False)
    writer.add_token_list(tokens)
    writer.add_token_types([3 if token in SPECIAL else 1 for token in tokens])
    writer.add_token_merges(merges)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_chat_template(TEMPLATE)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, config.num_hidden_layers)
    for name, tensor in network.state_dict().items():
        writer.add_tensor(str(names.get_name(name, (".weight",))), tensor.numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file


def save_converted(folder: Path, context: int = 1024) -> Path:
    """A folder with the GGUF file as it is kept: converted, measured for every engine, with its record."""
    source = save_gguf(folder / "tiny.gguf", context)
    made = folder / "converted"
    convert_program.convert(source, made)
    certify(made)
    nll = fidelity.take_fidelity(made).nll
    record = WeightsRecord(
        id="tiny", source="folder", origin=str(made), date="2026-11-28T00:00:00Z", bytes=0, files=lengths(made), nll=nll
    )
    record.write(made)
    return made


def save_wheel(folder: Path) -> Package:
    """A wheel that pip finds in `folder` (PIP_FIND_LINKS), with the GGUF file inside."""
    weights = save_gguf(folder / "tiny.gguf")
    info = "tiny_weights-1.0.dist-info"
    with zipfile.ZipFile(folder / "tiny_weights-1.0-py3-none-any.whl", "w") as wheel:
        wheel.write(weights, MEMBER)
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return Package(requirement=REQUIREMENT, member=MEMBER, sha256=hashlib.sha256(weights.read_bytes()).hexdigest())


def packaged(package: Package) -> ModelInfo:
    return ModelInfo(
        id="tiny/packaged", provider="huggingface", name="Tiny", package=package, context=1024, size=10_000
    )
