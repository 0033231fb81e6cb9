"""Tiny networks made smaller: what is left out, what is rounded, and that nothing else changes."""

from __future__ import annotations

import threading
from pathlib import Path

import gguf
import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

from providers.adapters.huggingface.families.layers import causal
from providers.adapters.huggingface.shrinking.network import ShrunkNetwork, make
from providers.adapters.huggingface.shrinking.pruning import head_sizes, matrices_of
from providers.errors import Unavailable
from providers.shrinking import FORMATS, PRUNINGS, Form

HEADS, LAYERS, IDS = 4, 4, (5, 17, 3, 44, 8, 90, 1)


@pytest.fixture(scope="module", params=["llama", "gpt2"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    if request.param == "llama":
        sizes = {"hidden_size": 64, "intermediate_size": 96, "vocab_size": 100, "num_hidden_layers": LAYERS}
        network = LlamaForCausalLM(
            LlamaConfig(**sizes, num_attention_heads=HEADS, num_key_value_heads=2, tie_word_embeddings=True)
        )
    else:
        network = GPT2LMHeadModel(GPT2Config(n_embd=64, n_layer=LAYERS, n_head=HEADS, vocab_size=100, n_positions=64))
    with torch.no_grad():
        for one in network.parameters():
            one.add_(torch.randn_like(one) * 0.1)  # else all matrices are about the same, and norms are exactly 1
    made = tmp_path_factory.mktemp(request.param)
    network.save_pretrained(made)
    return made


def plain(folder: Path) -> torch.nn.Module:
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()


def logits(network: torch.nn.Module) -> np.ndarray:
    with torch.inference_mode():
        return network(input_ids=torch.tensor([IDS])).logits[0].float().numpy()


@pytest.mark.parametrize("form", [Form("float32"), *(Form(name, 0.0) for name in PRUNINGS)])
def test_nothing_left_out_changes_nothing(folder, form):
    network, size = make(folder, "tiny", form, HEADS)
    np.testing.assert_array_equal(logits(network), logits(plain(folder)))
    assert size.numbers == size.whole == sum(one.numel() for one in network.parameters()) and size.sparse is None
    assert size.bytes == 4 * size.whole


def test_exactly_the_smallest_numbers_go(folder):
    network, size = make(folder, "tiny", Form("weights", 0.3), HEADS)
    before, after = (matrices_of(causal.layers(one)) for one in (plain(folder), network))
    for whole, left in zip(before, after, strict=True):
        gone = left == 0
        assert int(gone.sum()) == round(0.3 * whole.numel())
        assert whole[gone].abs().max() <= whole[~gone].abs().min()
        assert torch.equal(whole[~gone], left[~gone])
    matrices = sum(one.numel() for one in before)
    assert size.whole - size.numbers == sum(round(0.3 * one.numel()) for one in before)
    assert size.sparse == 4 * size.numbers + matrices // 8 and size.bytes == 4 * size.whole
    untouched = network.get_input_embeddings().weight
    assert torch.equal(untouched, plain(folder).get_input_embeddings().weight)


def test_the_heads_that_write_least_go(folder):
    whole = causal.layers(plain(folder))
    sizes = head_sizes(whole, HEADS).flatten().detach()
    network, size = make(folder, "tiny", Form("heads", 0.25), HEADS)
    left = head_sizes(causal.layers(network), HEADS).flatten().detach()
    gone = set(np.argsort(sizes.numpy())[: round(0.25 * HEADS * LAYERS)].tolist())
    assert set(np.flatnonzero(left.numpy() == 0).tolist()) == gone
    assert size.whole - size.numbers == len(gone) * 16 * 64 and size.sparse == 4 * size.numbers


def test_whole_layers_go_and_the_others_still_write_with_their_cache(folder):
    network, size = make(folder, "tiny", Form("layers", 0.5), HEADS)
    assert len(causal.layers(network).blocks) == LAYERS // 2 and size.numbers < size.whole
    assert size.bytes == 4 * size.numbers
    held = ShrunkNetwork(folder, "tiny", HEADS)
    written = held.write(Form("layers", 0.5), IDS, 6, (), threading.Event())
    for place, token in enumerate(written):
        with torch.inference_mode():
            whole = network(input_ids=torch.tensor([[*IDS, *written[:place]]]), use_cache=False).logits[0, -1]
        assert int(whole.argmax()) == token
    _, least = make(folder, "tiny", Form("layers", 0.99), HEADS)
    assert least.numbers > 0, "one layer stays"


@pytest.mark.parametrize("name", ["q8_0", "q4_1", "q4_0"])
def test_packed_numbers_are_those_of_gguf(folder, name):
    network, size = make(folder, "tiny", Form(name), HEADS)
    kind = gguf.GGMLQuantizationType[name.upper()]
    expected = 0
    for (key, left), whole in zip(network.named_parameters(), plain(folder).parameters(), strict=True):
        if whole.ndim == 2:
            packed = gguf.quants.quantize(whole.detach().numpy(), kind)
            np.testing.assert_array_equal(left.detach().numpy(), gguf.quants.dequantize(packed, kind), err_msg=key)
            expected += packed.nbytes
        else:
            assert torch.equal(left, whole)
            expected += 4 * whole.numel()
    assert size.bytes == expected


def test_whole_numbers_and_short_ones_stay_near(folder):
    exact = logits(plain(folder))
    for name, most in (("bfloat16", 0.1), ("int8", 0.1)):
        network, _ = make(folder, "tiny", Form(name), HEADS)
        assert np.abs(logits(network) - exact).max() < most * np.abs(exact).max()
    sizes = [make(folder, "tiny", Form(name), HEADS)[1].bytes for name in FORMATS if name != "int8"]
    assert sizes[0] == 2 * sizes[1] and sizes == sorted(sizes, reverse=True)


def test_one_at_a_time_scored_and_stopped(folder):
    held = ShrunkNetwork(folder, "tiny", HEADS)
    scored = held.score(Form("float32"), IDS)
    rows = torch.log_softmax(torch.from_numpy(logits(plain(folder))), dim=-1)
    assert scored == pytest.approx([float(rows[place, token]) for place, token in enumerate(IDS[1:])], abs=1e-5)
    assert held.score(Form("q4_0"), IDS) != scored and held.score(Form("float32"), IDS) == scored
    first = held.write(Form("float32"), IDS, 4, (), threading.Event())
    assert held.write(Form("float32"), IDS, 4, {first[0]}, threading.Event()) == ()
    stopped = threading.Event()
    stopped.set()
    assert held.write(Form("float32"), IDS, 4, (), stopped) == ()
    held.close()
    with pytest.raises(Unavailable):
        held.score(Form("float32"), IDS)
