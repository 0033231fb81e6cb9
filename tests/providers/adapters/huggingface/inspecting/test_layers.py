"""Layers taken apart, against transformers itself: the real packaged models, and a tiny one of another architecture."""

from __future__ import annotations

import asyncio
import json
import math
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from providers import catalog
from providers.base import Options, Provider
from providers.errors import ContextTooLong, InputError, UnsupportedRequest, WeightsUnavailable
from providers.inspection import Ablation, Inspector, inspect
from providers.registry import connect
from providers.types import ModelInfo
from tests.providers.adapters.huggingface.conftest import Open

WRITER = "HuggingFaceTB--SmolLM2-135M-Instruct"
TEXT = "The cat that chased the mice was hungry because it"


@pytest.fixture(scope="module")
def provider(model_home) -> Iterator[Provider]:
    found = connect("huggingface", catalog.load(), Options(home=model_home))
    yield found
    asyncio.run(found.aclose())


def writer(provider) -> Inspector:
    return inspect(provider, catalog.find(catalog.load().models, "huggingface/HuggingFaceTB/SmolLM2-135M-Instruct"))


def encoder(provider) -> Inspector:
    return inspect(provider, catalog.load().embeddings[0])


@pytest.mark.network
async def test_the_real_writer_is_what_transformers_says(provider, model_home):
    """Attention, logits and loss of the same weights, asked of transformers without any of our code between."""
    import torch
    from transformers import AutoModelForCausalLM

    own = writer(provider)
    ids = [token.id for token in (await own.cut(TEXT)).tokens]
    read = await own.read(ids)
    folder = model_home / "models" / WRITER
    network = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    with torch.inference_mode():
        out = network(input_ids=torch.tensor([ids]), labels=torch.tensor([ids]), output_attentions=True)
    np.testing.assert_allclose(read.attention, np.concatenate([one.numpy() for one in out.attentions]), atol=1e-6)
    np.testing.assert_allclose(read.attention.sum(axis=-1), 1, atol=1e-5)
    assert np.all(read.attention[..., ~np.tri(len(ids), dtype=bool)] == 0) and read.causal
    np.testing.assert_allclose(read.logits, out.logits[0, -1].numpy(), atol=1e-3)
    assert -read.logprobs.mean() == pytest.approx(float(out.loss), abs=1e-4)

    lens = await own.lens(ids, len(ids) - 1)
    assert lens.shape == (31, 49152)
    np.testing.assert_allclose(lens[-1], read.logits, atol=1e-3)

    again = await own.read(ids, Ablation())
    np.testing.assert_array_equal(again.logits, read.logits)
    muted = await own.read(ids, Ablation(heads=frozenset({(0, 0)})))
    gone = await own.read(ids, Ablation(layers=frozenset({15})))
    assert not np.allclose(muted.logits, read.logits) and not np.allclose(gone.logits, muted.logits)
    after = await own.read(ids)  # nothing is left switched off
    np.testing.assert_array_equal(after.logits, read.logits)

    anatomy = await own.anatomy()
    assert anatomy.total == sum(one.numel() for one in network.parameters()) and anatomy.tied
    assert own.loaded >= anatomy.total * 4
    assert anatomy.parameters["embeddings"] == network.get_input_embeddings().weight.numel()


@pytest.mark.network
async def test_the_real_encoder_is_what_transformers_says(provider):
    import torch
    from transformers import AutoModel

    own = encoder(provider)
    cut = await own.cut(TEXT)
    ids = [token.id for token in cut.tokens]
    assert [cut.tokens[0].piece, cut.tokens[-1].piece] == ["[CLS]", "[SEP]"]
    read = await own.read(ids)
    folder = own._store.find_folder(own.info.id)
    network = AutoModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    with torch.inference_mode():
        out = network(input_ids=torch.tensor([ids]), output_attentions=True)
    np.testing.assert_allclose(read.attention, np.concatenate([one.numpy() for one in out.attentions]), atol=1e-6)
    np.testing.assert_allclose(read.attention.sum(axis=-1), 1, atol=1e-5)
    assert not read.causal and read.logits is None
    np.testing.assert_allclose(read.vector, out.last_hidden_state[0].mean(dim=0).numpy(), atol=1e-5)
    assert not np.allclose((await own.read(ids, Ablation(layers=frozenset({2})))).vector, read.vector, atol=1e-3)
    anatomy = await own.anatomy()
    assert anatomy.total == sum(one.numel() for one in network.parameters()) and anatomy.kind == "encoder"
    for asked in (own.lens(ids, 1), own.salience(ids, 1, 1, "gradient")):
        with pytest.raises(UnsupportedRequest) as refused:
            await asked
        assert refused.value.key == "unsupported_request.lens"
    places = await own.positions()
    assert places.kind == "absolute" and np.diagonal(places.likeness) == pytest.approx(1)


@pytest.mark.network
async def test_the_real_tokenizers_give_every_text_back(provider):
    """Byte-level: the text itself. WordPiece: as its makers normalise it, in small letters without accents."""
    own, other = writer(provider), encoder(provider)
    for text in (TEXT, "Ñandú, ¿qué tal? 你好 🙂👩‍👩‍👧 \t\n  <|im_end|> 3.14159", "\x7f\u200b<0x41>"):
        cut = await own.cut(text)
        assert cut.rest == text and not any(token.special for token in cut.tokens)
        for piece in await own.merges(text):
            assert all("".join(step) for step in piece.steps)
    words = await other.cut("El ÑANDÚ corrió")
    assert (words.rest, words.unknown) == ("el nandu corrio", 0)
    assert (await other.cut("🙂 a ꙮ")).unknown == 2
    for text in (" unbelievable", " strawberry", " ñandú", "1234567"):
        steps = [piece.steps[-1] for piece in await own.merges(text)]
        assert [part for step in steps for part in step] == [token.piece for token in (await own.cut(text)).tokens]
    assert await other.merges("unbelievable") == ()
    assert (await own.merges("x" * 500))[0].text == "x" * 64, "of a longer one, its beginning"
    assert len(await own.vocabulary()) == 49152


@pytest.mark.long
@pytest.mark.network
async def test_salience_is_what_captum_finds(provider):
    """Input x gradient and integrated gradients of the real model, against captum's, and completeness."""
    import torch
    from captum.attr import InputXGradient, IntegratedGradients

    own = writer(provider)
    ids = [token.id for token in (await own.cut("The capital of France is")).tokens]
    target = int(np.argmax((await own.read(ids)).logits))
    gradient = await own.salience(ids, len(ids) - 1, target, "gradient")
    integrated = await own.salience(ids, len(ids) - 1, target, "integrated")
    with own._loader.cache.use(own._key) as held:
        network = held.engine._network

        def logit(vectors):
            return network(inputs_embeds=vectors).logits[:, -1, target]

        with torch.no_grad():
            whole = network.get_input_embeddings()(torch.tensor([ids]))
        expected = InputXGradient(logit).attribute(whole.clone().requires_grad_()).sum(-1)[0].detach().numpy()
        path = IntegratedGradients(logit, multiply_by_inputs=True).attribute(
            whole, n_steps=16, method="riemann_middle", internal_batch_size=4
        )
    np.testing.assert_allclose(gradient, expected, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(integrated, path.sum(-1)[0].detach().numpy(), rtol=1e-3, atol=1e-3)


async def test_another_architecture_is_taken_apart(opened: Open, gpt2_folder: Path):
    """GPT-2: learnt positions, heads in one matrix, no rotary; the same promises."""
    import torch
    from transformers import AutoModelForCausalLM

    model = ModelInfo(id=str(gpt2_folder), provider="huggingface", name="tiny", local=True)
    own = inspect(opened(), model)
    ids = [token.id for token in (await own.cut("hello there")).tokens]
    read = await own.read(ids)
    network = AutoModelForCausalLM.from_pretrained(gpt2_folder, dtype=torch.float32, attn_implementation="eager").eval()
    with torch.inference_mode():
        out = network(input_ids=torch.tensor([ids]), output_attentions=True)
    np.testing.assert_allclose(read.attention, np.concatenate([one.numpy() for one in out.attentions]), atol=1e-6)
    np.testing.assert_allclose((await own.lens(ids, len(ids) - 1))[-1], out.logits[0, -1].numpy(), atol=1e-5)
    layers, heads = read.attention.shape[:2]
    every = Ablation(heads=frozenset((layer, head) for layer in range(layers) for head in range(heads)))
    assert not np.allclose((await own.read(ids, every)).logits, read.logits)
    anatomy = await own.anatomy()
    assert anatomy.total == sum(one.numel() for one in network.parameters())
    assert (await own.positions()).kind == "absolute" and anatomy.position == "absolute"
    with pytest.raises(InputError):
        await own.read([])
    with pytest.raises(ContextTooLong):
        await own.read([1] * (anatomy.context + 1))


async def test_weights_that_are_none_are_refused(opened: Open, tmp_path: Path):
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"hidden_size": 8, "num_attention_heads": 2, "vocab_size": 9}))
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", 2) + b"{}")
    model = ModelInfo(id=str(folder), provider="huggingface", name="broken", local=True)
    with pytest.raises(UnsupportedRequest) as refused:
        await inspect(opened(), model).anatomy()
    assert refused.value.key == "unsupported_request.layers"
    (folder / "model.safetensors").write_bytes(b"\xff" * 40)
    with pytest.raises(WeightsUnavailable) as damaged:
        await inspect(opened(), model).anatomy()
    assert damaged.value.reason == "damaged"


def test_a_provider_elsewhere_is_refused():
    model = ModelInfo(id="gpt", provider="openai", name="GPT")
    with pytest.raises(UnsupportedRequest) as refused:
        inspect(object(), model)  # type: ignore[arg-type]
    assert refused.value.values["model"] == "GPT"


def test_the_arithmetic_of_a_card():
    """SmolLM2-135M by hand: 2 x 30 layers x 3 heads x 64 numbers x 2 bytes a token."""
    from providers.inspection import Anatomy

    anatomy = Anatomy(
        kind="decoder", architecture="L", layers=30, hidden=576, heads=9, kv_heads=3, head_size=64, inner=1536,
        gated=True, activation="silu", norm="rms", position="rotary", rotary_base=1e5, vocabulary=49152, context=8192,
        tied=True, dtype="BF16", disk=0,
        parameters={"embeddings": 28_311_552, "attention": 26_542_080, "feed_forward": 79_626_240, "norms": 35_136},
    )  # fmt: skip
    assert anatomy.cache_per_token() == 23_040
    assert anatomy.flops_per_token() == 2 * (26_542_080 + 79_626_240 + 49_152 * 576)
    assert anatomy.flops_per_token(1000) - anatomy.flops_per_token() == 4 * 30 * 576 * 1000
    assert math.isclose(anatomy.total, 134_515_008)
