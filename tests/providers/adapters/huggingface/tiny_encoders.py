"""A sentence model and a cross-encoder of a few thousand parameters, made in the test and saved as real ones are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertForSequenceClassification, BertModel, PreTrainedTokenizerFast

_TEXT = """the a of in is was and to river bridge stone moon water light old city music window rain cold letter
river's sun star planet orbit how what where who does why tide pulls sea el la de en un una que luna
mar marea agua"""
WORDS = tuple(_TEXT.split())
MARKS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
CONTEXT = 64


def tokenizer() -> PreTrainedTokenizerFast:
    vocabulary = {word: place for place, word in enumerate(dict.fromkeys([*MARKS, *WORDS]))}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    ends = [("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])]
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=ends
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    )
    fast.model_input_names = ["input_ids", "token_type_ids", "attention_mask"]
    fast.model_max_length = CONTEXT
    return fast


def _config(**more: Any) -> BertConfig:
    torch.manual_seed(7)
    return BertConfig(
        vocab_size=len(tokenizer()),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=48,
        max_position_embeddings=CONTEXT,
        initializer_range=0.3,  # so that vectors differ
        **more,
    )


def save_sentences(folder: Path) -> Path:
    """With its parts in folders of their own, as sentence-transformers saves a model."""
    BertModel(_config()).save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    kinds = ("Transformer", "Pooling", "Normalize")
    paths = ("", "1_Pooling", "2_Normalize")
    modules = [
        {"idx": place, "name": str(place), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for place, (kind, path) in enumerate(zip(kinds, paths, strict=True))
    ]
    pooling = {"word_embedding_dimension": 32, "pooling_mode_mean_tokens": True}
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling), "utf-8")
    (folder / "modules.json").write_text(json.dumps(modules), "utf-8")
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": CONTEXT}), "utf-8")
    return folder


def save_cross_encoder(folder: Path, labels: int = 1) -> Path:
    model = BertForSequenceClassification(_config(num_labels=labels))
    torch.nn.init.normal_(model.classifier.weight, std=0.3)  # so that scores differ
    model.save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return folder
