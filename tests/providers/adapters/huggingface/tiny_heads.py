"""Models of a few thousand parameters with a head for one task, made here and saved as the Hub has them: BERT, RoBERTa,
ALBERT, T5, Marian and XLNet, each with the tokenizer of its own kind."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
import transformers
from sentencepiece import SentencePieceTrainer
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import (
    AlbertConfig,
    AlbertTokenizer,
    BertConfig,
    BertTokenizer,
    MarianConfig,
    MarianMTModel,
    MarianTokenizer,
    RobertaConfig,
    RobertaTokenizer,
    T5Config,
    T5ForConditionalGeneration,
    T5Tokenizer,
    XLNetConfig,
    XLNetLMHeadModel,
    XLNetTokenizer,
)

from providers.adapters.huggingface.bounded.recommendations import ignore_recommendations

TEXT = """the capital of france is paris and the capital of spain is madrid a cat sat on the mat and the dog
sat on the log summarize translate english to german question context where is ada lovelace she lives in london
la capital de españa es madrid y el gato duerme en la casa good bad film weather"""
WINDOW = 64
_SMALL = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 48,
    "initializer_range": 0.3,  # so that what it says differs
}
Save = Callable[..., Path]


def _pieces(special: list[str]) -> list[tuple[str, float]]:
    """A unigram vocabulary, as sentencepiece has it; the special tokens first."""
    made = Tokenizer(models.Unigram())
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.train_from_iterator(
        TEXT.split("\n") * 3, trainers.UnigramTrainer(vocab_size=150, unk_token="<unk>", special_tokens=["<unk>"])
    )
    learnt = [(str(piece), float(score)) for piece, score in json.loads(made.to_str())["model"]["vocab"]]
    return [(one, 0.0) for one in special] + [(piece, score) for piece, score in learnt if piece != "<unk>"]


def _bert_tokenizer() -> BertTokenizer:
    marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    letters = [*"abcdefghijklmnopqrstuvwxyz.,:?", *(f"##{one}" for one in "abcdefghijklmnopqrstuvwxyz")]
    vocabulary = {word: place for place, word in enumerate(dict.fromkeys([*marks, *letters, *TEXT.split()]))}
    return BertTokenizer(vocab=vocabulary, model_max_length=WINDOW)


def _roberta_tokenizer() -> RobertaTokenizer:
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    made.train_from_iterator([TEXT] * 3, trainer)
    learnt = json.loads(made.to_str())["model"]
    merges: Any = [tuple(pair) for pair in learnt["merges"]]  # its typed signature knows files alone
    return RobertaTokenizer(vocab=learnt["vocab"], merges=merges, model_max_length=WINDOW)


def _named(labels: int) -> dict[str, Any]:
    names = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"][:labels] if labels > 3 else ["bad", "good", "so-so"][:labels]
    return {"id2label": dict(enumerate(names)), "label2id": {name: place for place, name in enumerate(names)}}


def save_bert(folder: Path, head: str = "BertForMaskedLM", labels: int = 2, seed: int = 7, **more: Any) -> Path:
    return _save(folder, head, BertConfig, _bert_tokenizer(), _named(labels) | more, seed)


def save_roberta(folder: Path, head: str = "RobertaForMaskedLM", labels: int = 2, **more: Any) -> Path:
    """Its positions begin after that of its filler, so it has two more than its window."""
    settings = {"max_position_embeddings": WINDOW + 2, "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2}
    return _save(folder, head, RobertaConfig, _roberta_tokenizer(), _named(labels) | settings | more)


def save_albert(folder: Path, head: str = "AlbertForMaskedLM", labels: int = 2, **more: Any) -> Path:
    tokenizer = AlbertTokenizer(vocab=_pieces(["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"]), model_max_length=WINDOW)
    settings = {"embedding_size": 16, "pad_token_id": 0, "bos_token_id": 2, "eos_token_id": 3}
    return _save(folder, head, AlbertConfig, tokenizer, _named(labels) | settings | more)


def _save(folder: Path, head: str, kind: Any, tokenizer: Any, more: Mapping[str, Any], seed: int = 7) -> Path:
    torch.manual_seed(seed)
    settings = {"max_position_embeddings": WINDOW, **_SMALL, **more}
    network: Any = getattr(transformers, head)(kind(vocab_size=len(tokenizer), **settings))
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if name.startswith(("classifier", "qa_outputs")):
                weight.normal_(0, 0.5)
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def save_t5(folder: Path) -> Path:
    tokenizer = T5Tokenizer(vocab=_pieces(["<pad>", "</s>", "<unk>"]), extra_ids=0, model_max_length=4 * WINDOW)
    torch.manual_seed(3)
    config = T5Config(
        vocab_size=len(tokenizer),
        d_model=32,
        d_kv=16,
        d_ff=48,
        num_layers=2,
        num_heads=2,
        initializer_factor=4.0,
        decoder_start_token_id=0,
        pad_token_id=0,
        eos_token_id=1,
    )
    T5ForConditionalGeneration(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def save_marian(folder: Path) -> Path:
    """With two vocabularies of sentencepiece's, one for each language, as its makers publish it."""
    folder.mkdir(parents=True, exist_ok=True)
    (text := folder / "text.txt").write_text(TEXT, "utf-8")
    for side in ("source", "target"):
        SentencePieceTrainer.train(
            input=str(text), model_prefix=str(folder / side), vocab_size=80, minloglevel=2, hard_vocab_limit=False
        )
        (folder / f"{side}.model").rename(folder / f"{side}.spm")
    pieces = [line.split("\t")[0] for line in (folder / "source.vocab").read_text("utf-8").splitlines()]
    for left in ("text.txt", "source.vocab", "target.vocab"):
        (folder / left).unlink()
    words = ["</s>", "<unk>", *(one for one in pieces if one not in ("<unk>", "<s>", "</s>")), "<pad>"]
    (folder / "vocab.json").write_text(json.dumps({word: place for place, word in enumerate(words)}), "utf-8")
    named = {"source_spm": "source.spm", "target_spm": "target.spm", "vocab": "vocab.json"}
    places: dict[str, Any] = {name: str(folder / file) for name, file in named.items()}
    with ignore_recommendations():
        tokenizer = MarianTokenizer(**places, source_lang="en", target_lang="es", model_max_length=WINDOW)
    torch.manual_seed(5)
    config = MarianConfig(
        vocab_size=len(words),
        d_model=32,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=48,
        decoder_ffn_dim=48,
        max_position_embeddings=WINDOW,
        init_std=0.4,
        pad_token_id=len(words) - 1,
        decoder_start_token_id=len(words) - 1,
        eos_token_id=0,
        forced_eos_token_id=0,
        num_beams=4,
    )
    network = MarianMTModel(config)
    network.generation_config.bad_words_ids = [[len(words) - 1]]
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def save_xlnet(folder: Path) -> Path:
    special = ["<unk>", "<s>", "</s>", "<cls>", "<sep>", "<pad>", "<mask>", "<eod>", "<eop>"]
    tokenizer = XLNetTokenizer(vocab=_pieces(special), model_max_length=WINDOW)
    torch.manual_seed(7)
    config = XLNetConfig(
        vocab_size=len(tokenizer), d_model=32, n_layer=2, n_head=2, d_inner=48, initializer_range=0.3, pad_token_id=5
    )
    XLNetLMHeadModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


MASKED: Mapping[str, Save] = {"bert": save_bert, "roberta": save_roberta, "albert": save_albert}
