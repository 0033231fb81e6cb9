"""Tiny models that see, with random weights, made here: an Idefics3 that chats, a CLIP and a SigLIP that compare."""

from __future__ import annotations

import io
from pathlib import Path

import torch
from PIL import Image as Pillow
from PIL import ImageDraw
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    CLIPConfig,
    CLIPImageProcessorPil,
    CLIPModel,
    CLIPProcessor,
    Idefics3Config,
    Idefics3ForConditionalGeneration,
    Idefics3ImageProcessorPil,
    Idefics3Processor,
    PreTrainedTokenizerFast,
    SiglipConfig,
    SiglipImageProcessorPil,
    SiglipModel,
    SiglipProcessor,
)

from providers.types import Image

SIDE, PATCH, SCALE = 32, 8, 2
IMAGE_TOKENS = (SIDE // PATCH) ** 2 // SCALE**2
SPECIAL = [
    *("<|im_start|>", "<|im_end|>", "<end_of_utterance>", "<fake_token_around_image>", "<image>", "<global-img>"),
    *("<pad>", *(f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7))),
]
TEMPLATE = (
    "<|im_start|>{% for m in messages %}{{ m['role'] | capitalize }}: {% for part in m['content'] %}"
    "{% if part['type'] == 'text' %}{{ part['text'] }}{% elif part['type'] == 'image' %}{{ '<image>' }}{% endif %}"
    "{% endfor %}{% if not loop.last or add_generation_prompt %}<end_of_utterance>\n{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}"
)


def picture(colour: str = "red", size: tuple[int, int] = (100, 60)) -> Image:
    """A rectangle on white, as PNG."""
    drawn = Pillow.new("RGB", size, "white")
    ImageDraw.Draw(drawn).rectangle([size[0] // 5, size[1] // 6, size[0] * 3 // 5, size[1] * 5 // 6], fill=colour)
    content = io.BytesIO()
    drawn.save(content, "PNG")
    return Image(content.getvalue(), "image/png")


def _bpe(special: list[str], words: str) -> Tokenizer:
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=special,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    bpe.train_from_iterator([words] * 3, trainer)
    return bpe


def save_idefics(folder: Path, context: int = 512) -> Path:
    """68 thousand parameters; weights so uneven that pictures and prompts change what it says."""
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=_bpe(SPECIAL, "User: what is in the image? Assistant: a red square"),
        bos_token="<|im_start|>",
        eos_token="<end_of_utterance>",
        pad_token="<pad>",
        extra_special_tokens={
            "image_token": "<image>",
            "fake_image_token": "<fake_token_around_image>",
            "global_image_token": "<global-img>",
            "end_of_utterance_token": "<end_of_utterance>",
        },
    )
    images = Idefics3ImageProcessorPil(
        size={"longest_edge": 64}, max_image_size={"longest_edge": SIDE}, do_image_splitting=False
    )
    processor = Idefics3Processor(
        image_processor=images, tokenizer=tokenizer, chat_template=TEMPLATE, image_seq_len=IMAGE_TOKENS
    )
    small = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = Idefics3Config(
        vision_config={**small, "image_size": SIDE, "patch_size": PATCH, "initializer_range": 0.3},
        text_config={
            **small,
            "model_type": "llama",
            "vocab_size": len(tokenizer),
            "num_key_value_heads": 1,
            "max_position_embeddings": context,
            "initializer_range": 0.3,
            "pad_token_id": tokenizer.pad_token_id,
            "bos_token_id": tokenizer.bos_token_id,
            "eos_token_id": tokenizer.eos_token_id,
        },
        scale_factor=SCALE,
        image_token_id=tokenizer.vocab["<image>"],
        pad_token_id=tokenizer.pad_token_id,
    )
    torch.manual_seed(0)
    network = Idefics3ForConditionalGeneration(config).eval()
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if weight.ndim > 1 and "text_model" in name:
                weight.normal_(0, 0.3)
    network.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def _words(end: str) -> PreTrainedTokenizerFast:
    """A tokenizer that ends every text with its mark, which is where CLIP looks for what a text means."""
    bpe = _bpe(["<pad>", end], "a photo of a red square and a blue circle")
    bpe.post_processor = processors.TemplateProcessing(single=f"$A {end}", special_tokens=[(end, 1)])
    return PreTrainedTokenizerFast(tokenizer_object=bpe, pad_token="<pad>", eos_token=end, model_max_length=32)


_TOWER = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
_EYE = {**_TOWER, "image_size": SIDE, "patch_size": PATCH}


def save_clip(folder: Path) -> Path:
    tokenizer = _words("<end>")
    ids = {"vocab_size": len(tokenizer), "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 1}
    torch.manual_seed(0)
    config = CLIPConfig(
        text_config={**_TOWER, **ids, "max_position_embeddings": 32}, vision_config=_EYE, projection_dim=16
    )
    CLIPModel(config).save_pretrained(folder)
    images = CLIPImageProcessorPil(size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE})
    CLIPProcessor(image_processor=images, tokenizer=tokenizer).save_pretrained(folder)
    return folder


def save_siglip(folder: Path) -> Path:
    tokenizer = _words("<end>")
    ids = {"vocab_size": len(tokenizer), "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 1}
    torch.manual_seed(0)
    config = SiglipConfig(text_config={**_TOWER, **ids, "max_position_embeddings": 32}, vision_config=_EYE)
    SiglipModel(config).save_pretrained(folder)
    images = SiglipImageProcessorPil(size={"height": SIDE, "width": SIDE})
    SiglipProcessor(image_processor=images, tokenizer=tokenizer).save_pretrained(folder)
    return folder


def opened(image: Image) -> Pillow.Image:
    return Pillow.open(io.BytesIO(image.content)).convert("RGB")
