"""The packed form of multilingual E5 (`E5S1`) as a folder that sentence-transformers loads.

One file holds the network's sizes, the tokenizer's pieces with their scores, a table of letters to be normalised, and
the tensors: matrices in blocks of 32 numbers of four bits with a scale in half precision (GGUF's Q4_0), the rest in
32 bits.
`python -m providers.adapters.huggingface.weights.packed_e5 model.bin folder`
"""

from __future__ import annotations

import json
import struct
import sys
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MAGIC = b"E5S1"
_BLOCK = 32
_Q4 = np.dtype([("scale", "<f2"), ("quants", "u1", (_BLOCK // 2,))])
_SIZES = ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "vocab_size",
          "max_position_embeddings", "type_vocab_size")  # fmt: skip
_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_LAYER = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
    "ao": "attention.output.dense", "aln": "attention.output.LayerNorm", "fi": "intermediate.dense",
    "fo": "output.dense", "oln": "output.LayerNorm",
}  # fmt: skip
_PARTS = {"w": "weight", "b": "bias"}


@dataclass(slots=True)
class _Cursor:
    """Reads on from a place. Raises `ValueError` beyond the end."""

    content: memoryview
    at: int = 0

    def take(self, length: int) -> memoryview:
        if length < 0 or self.at + length > len(self.content):
            raise ValueError("the file is cut off")
        taken = self.content[self.at : self.at + length]
        self.at += length
        return taken

    def unpack(self, form: str) -> tuple[int, ...]:
        return struct.unpack(f"<{form}", self.take(struct.calcsize(f"<{form}")))


@dataclass(slots=True)
class PackedE5:
    """What the file holds. `tensors`: in half precision, by their names in transformers' `BertModel`."""

    config: dict[str, object]
    pieces: list[tuple[str, float]]
    replaced: dict[str, str]
    """Letters, and what the tokenizer reads in their place."""
    special: Mapping[str, int]
    tensors: dict[str, NDArray[np.float16]] = field(default_factory=dict)


def is_packed(file: Path) -> bool:
    """Whether a file begins as this form does. Raises `OSError`."""
    with file.open("rb") as content:
        return content.read(len(MAGIC)) == MAGIC


def unpack(file: Path, folder: Path) -> None:
    """Write weights, configuration and tokenizer to a new folder.

    Raises `ValueError` for a file that is not whole, `OSError`.
    """
    from safetensors.numpy import save_file

    packed = read_packed(memoryview(file.read_bytes()))
    (folder / "1_Pooling").mkdir(parents=True)
    save_file(packed.tensors, str(folder / "model.safetensors"), metadata={"format": "pt"})
    hidden, window = packed.config["hidden_size"], packed.config["max_position_embeddings"]
    written = {
        "config.json": packed.config,
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": window, "bos_token": "<s>",
            "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>", "cls_token": "<s>", "sep_token": "</s>",
            "model_input_names": ["input_ids", "attention_mask"],
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
        "sentence_bert_config.json": {"max_seq_length": window, "do_lower_case": False},
        "1_Pooling/config.json": {"word_embedding_dimension": hidden, "pooling_mode_mean_tokens": True},
    }  # fmt: skip
    for name, content in written.items():
        (folder / name).write_text(json.dumps(content, indent=2), "utf-8")
    (folder / "tokenizer.json").write_text(json.dumps(_tokenizer(packed), ensure_ascii=False), "utf-8")


def read_packed(content: memoryview) -> PackedE5:
    """Raises `ValueError` where it is not whole, or of another form."""
    cursor = _Cursor(content)
    if bytes(cursor.take(4)) != MAGIC or cursor.unpack("I") != (1,):
        raise ValueError("not of this form")
    sizes = dict(zip(_SIZES, cursor.unpack("7i"), strict=True))
    (epsilon,), (block,) = cursor.unpack("f"), cursor.unpack("i")
    if block != _BLOCK or min(sizes.values()) < 1:
        raise ValueError("not of this form")
    pieces, special = _pieces(cursor)
    packed = PackedE5(
        config={
            **sizes, "layer_norm_eps": float(np.float32(epsilon)), "model_type": "bert", "hidden_act": "gelu",
            "architectures": ["BertModel"], "pad_token_id": special["<pad>"], "position_embedding_type": "absolute",
        },
        pieces=pieces,
        replaced=_read_replacements(cursor),
        special=special,
    )  # fmt: skip
    for name, shape, raw in _tensors(cursor, sizes):
        packed.tensors[name] = _numbers(raw, shape)
    # Not in the file and not used, but transformers draws what it misses at random, and warns.
    packed.tensors["pooler.dense.weight"] = np.zeros((sizes["hidden_size"], sizes["hidden_size"]), np.float16)
    packed.tensors["pooler.dense.bias"] = np.zeros(sizes["hidden_size"], np.float16)
    return packed


def _pieces(cursor: _Cursor) -> tuple[list[tuple[str, float]], dict[str, int]]:
    count, begin, end, pad, unknown = cursor.unpack("5i")
    (length,) = cursor.unpack("Q")
    offsets = np.frombuffer(cursor.take(4 * (count + 1)), "<u4")
    scores = np.frombuffer(cursor.take(4 * count), "<f4")
    blob = bytes(cursor.take(length))
    bounds = zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
    texts = [blob[first:last].decode("utf-8") for first, last in bounds]
    special = {"<s>": begin, "<pad>": pad, "</s>": end, "<unk>": unknown}
    if any(not 0 <= place < count for place in special.values()):
        raise ValueError("a special piece is none")
    for text, place in special.items():
        texts[place] = text
    return list(zip(texts, scores.tolist(), strict=True)), special


def _read_replacements(cursor: _Cursor) -> dict[str, str]:
    (count,), (length,) = cursor.unpack("i"), cursor.unpack("I")
    table, found = _Cursor(cursor.take(length)), dict[str, str]()
    for _ in range(count):
        letter, several = table.unpack("IB")
        found[chr(letter)] = "".join(map(chr, table.unpack(f"{several}I")))
    return found


def _tensors(cursor: _Cursor, sizes: Mapping[str, int]) -> list[tuple[str, tuple[int, ...], memoryview]]:
    """Each tensor's name, shape and bytes."""
    hidden, wide = sizes["hidden_size"], sizes["intermediate_size"]
    wanted = _EMBEDDINGS | {
        f"l{layer}.{short}.{part}": f"encoder.layer.{layer}.{long}.{whole}"
        for layer in range(sizes["num_hidden_layers"])
        for short, long in _LAYER.items()
        for part, whole in _PARTS.items()
    }
    found = dict[str, memoryview]()
    (count,) = cursor.unpack("i")
    for _ in range(count):
        (length,) = cursor.unpack("H")
        name = bytes(cursor.take(length)).decode("ascii")
        _, _, offset, size = cursor.unpack("BIQQ")
        found[name] = _Cursor(cursor.content, offset).take(size)
    if not wanted.keys() <= found.keys():
        raise ValueError("a tensor is missing")
    matrices = {"emb.word": (sizes["vocab_size"], hidden), "emb.pos": (sizes["max_position_embeddings"], hidden),
                "emb.type": (sizes["type_vocab_size"], hidden)}  # fmt: skip
    shapes = {"fi.w": (wide, hidden), "fi.b": (wide,), "fo.w": (hidden, wide)}

    def shape(name: str) -> tuple[int, ...]:
        own = name.partition(".")[2]
        square = own in ("q.w", "k.w", "v.w", "ao.w")
        return matrices.get(name) or shapes.get(own) or ((hidden, hidden) if square else (hidden,))

    return [(target, shape(name), found[name]) for name, target in wanted.items()]


def _numbers(raw: memoryview, shape: tuple[int, ...]) -> NDArray[np.float16]:
    """Of a tensor in 32 bits or in blocks of four, told apart by their length."""
    count = int(np.prod(shape))
    if len(raw) == 4 * count:
        return np.frombuffer(raw, "<f4").astype(np.float16).reshape(shape)
    if count % _BLOCK or len(raw) != count // _BLOCK * _Q4.itemsize:
        raise ValueError("a tensor has another length than its shape")
    blocks = np.frombuffer(raw, _Q4)
    numbers = np.empty((len(blocks), _BLOCK), np.float16)
    scales = blocks["scale"].astype(np.float32)[:, None]
    numbers[:, : _BLOCK // 2] = ((blocks["quants"] & 15).astype(np.int8) - 8) * scales
    numbers[:, _BLOCK // 2 :] = ((blocks["quants"] >> 4).astype(np.int8) - 8) * scales
    return numbers.reshape(shape)


def _tokenizer(packed: PackedE5) -> dict[str, object]:
    """As the library tokenizers writes it: a unigram model; letters are normalised as Unicode NFKC does, and where the
    file's table says otherwise, so."""
    others = {letter: text for letter, text in packed.replaced.items() if unicodedata.normalize("NFKC", letter) != text}
    steps: list[dict[str, object]] = [
        {"type": "Replace", "pattern": {"String": letter}, "content": text} for letter, text in others.items()
    ]
    steps += [{"type": "NFKC"}, {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}]
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    begin, end = ({"SpecialToken": {"id": text, "type_id": 0}} for text in ("<s>", "</s>"))
    first, second = ({"Sequence": {"id": name, "type_id": 0}} for name in "AB")
    return {
        "version": "1.0",
        "added_tokens": [
            {"id": place, "content": text, **plain}
            for text, place in sorted(packed.special.items(), key=lambda one: one[1])
        ],
        "normalizer": {"type": "Sequence", "normalizers": steps},
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": False},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [begin, first, end],
            "pair": [begin, first, end, end, second, end],
            "special_tokens": {
                text: {"id": text, "ids": [packed.special[text]], "tokens": [text]} for text in ("<s>", "</s>")
            },
        },
        "model": {
            "type": "Unigram", "unk_id": packed.special["<unk>"], "vocab": packed.pieces, "byte_fallback": False
        },
    }  # fmt: skip


if __name__ == "__main__":
    unpack(Path(sys.argv[1]), Path(sys.argv[2]))
