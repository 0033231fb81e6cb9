"""T5 and Marian of a few thousand parameters: streamed, they write what transformers' `generate` writes."""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer

from providers.base import fold
from providers.errors import InputError, WeightsUnavailable
from providers.heads import HeadInfo
from providers.types import Done, Event, TextDelta
from tests.providers.adapters.huggingface import tiny_heads
from tests.providers.adapters.huggingface.conftest import Open

pytestmark = pytest.mark.filterwarnings("ignore:Recommended. pip install sacremoses:UserWarning")
"""Of the tokenizers that are loaded here to compare with: ours is silent, and below is why it may be."""
SENTENCE = "the cat sat on the mat and the dog sat on the log"


@pytest.fixture(scope="module", params=["t5", "marian"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    save = {"t5": tiny_heads.save_t5, "marian": tiny_heads.save_marian}[request.param]
    return save(tmp_path_factory.mktemp(request.param))


def info(folder: Path) -> HeadInfo:
    return HeadInfo(id=str(folder), provider="huggingface", name="tiny", head="seq2seq", local=True)


def written(folder: Path, text: str, most: int) -> tuple[str, list[int]]:
    tokenizer, network = AutoTokenizer.from_pretrained(folder), AutoModelForSeq2SeqLM.from_pretrained(folder).eval()
    with torch.no_grad():
        ids: Any = network.generate(**tokenizer(text, return_tensors="pt"), max_new_tokens=most, num_beams=1)
    return tokenizer.decode(ids[0], skip_special_tokens=True), ids[0].tolist()[1:]


async def test_it_writes_what_generate_writes(folder: Path, opened: Open) -> None:
    for text in (SENTENCE, "where is ada lovelace"):
        events = [event async for event in opened().seq2seq(info(folder)).transform(text, max_tokens=24)]
        expected, ids = written(folder, text, 24)
        assert "".join(event.text for event in events if isinstance(event, TextDelta)) == expected
        done = events[-1]
        assert isinstance(done, Done)
        assert done.usage.output_tokens == len(ids)
        assert done.finish == ("length" if len(ids) == 24 and ids[-1] != ends(folder) else "stop")
    assert expected, "it says something"


def ends(folder: Path) -> int:
    return int(AutoTokenizer.from_pretrained(folder).eos_token_id)


async def test_an_instruction_comes_first(folder: Path, opened: Open) -> None:
    model = opened().seq2seq(info(folder))
    said = await fold(model.transform(SENTENCE, instruction="summarize:", max_tokens=12))
    assert said is not None
    assert said.text == written(folder, f"summarize: {SENTENCE}", 12)[0]


async def test_it_is_streamed_and_stops_when_it_is_closed(folder: Path, opened: Open) -> None:
    provider = opened()
    model = provider.seq2seq(info(folder))
    pieces = [event async for event in model.transform(SENTENCE, max_tokens=60) if isinstance(event, TextDelta)]
    assert len(pieces) > 3
    before = provider.computed
    stream: AsyncIterator[Event] = model.transform(SENTENCE, max_tokens=60)
    async for event in stream:
        if isinstance(event, TextDelta):
            break
    await stream.aclose()  # type: ignore[attr-defined]
    after = provider.computed
    assert after - before < before, "closed after the first piece, it did not write all of it again"
    assert (await fold(model.transform("the cat", max_tokens=4))) is not None, "and the model is free for others"


async def test_marian_needs_no_normalizer_of_punctuation(opened: Open, tmp_path: Path) -> None:
    """Its tokenizer recommends a package that it never calls: nobody is told, and the pieces are the same."""
    folder = tiny_heads.save_marian(tmp_path / "marian")
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        assert await fold(opened().seq2seq(info(folder)).transform("“the cat” sat…", max_tokens=4)) is not None
    assert [str(one.message) for one in heard if "sacremoses" in str(one.message)] == []
    tokenizer: Any = AutoTokenizer.from_pretrained(folder)
    before = tokenizer("“the cat” sat…")["input_ids"]
    tokenizer.punc_normalizer = None
    assert tokenizer("“the cat” sat…")["input_ids"] == before


async def test_what_is_wrong_is_named(folder: Path, opened: Open, tmp_path: Path) -> None:
    provider = opened()
    with pytest.raises(InputError) as long:
        await fold(provider.seq2seq(info(folder)).transform(SENTENCE * 30))
    assert long.value.reason == "long"
    with pytest.raises(InputError) as empty:
        await fold(provider.seq2seq(info(folder)).transform(" "))
    assert empty.value.reason == "empty"
    bert = tiny_heads.save_bert(tmp_path / "bert")
    with pytest.raises(WeightsUnavailable) as refused:
        await fold(provider.seq2seq(info(bert)).transform(SENTENCE))
    assert refused.value.values == {"model": "tiny", "cause": "BertForMaskedLM"}


async def test_a_vocabulary_that_is_none_is_refused(opened: Open, tmp_path: Path) -> None:
    folder = tiny_heads.save_marian(tmp_path / "marian")
    (folder / "source.spm").write_bytes(b"\xff" * 2000)
    with pytest.raises(WeightsUnavailable):
        await fold(opened().seq2seq(info(folder)).transform(SENTENCE))


async def test_xlnet_goes_on_as_generate_does(opened: Open, tmp_path: Path) -> None:
    """No engine serves it: its memory of what it read is of its own kind."""
    folder, prompt = tiny_heads.save_xlnet(tmp_path / "xlnet"), "the cat sat on"
    provider = opened()
    with pytest.raises(WeightsUnavailable) as unserved:
        model = await provider.resolve(str(folder))
        [progress async for progress in provider.prepare(model)]
    assert unserved.value.reason == "own_memory"
    named = await provider.resolve_head(str(folder), "causal")
    said = await fold(provider.causal(named).transform(prompt, max_tokens=10))
    assert said is not None and said.done.usage.output_tokens == 10
    tokenizer, network = AutoTokenizer.from_pretrained(folder), AutoModelForCausalLM.from_pretrained(folder).eval()
    given = tokenizer(prompt, return_tensors="pt", add_special_tokens=False)["input_ids"]
    with torch.no_grad():
        ids: Any = network.generate(given, max_new_tokens=10, do_sample=False)
    assert said.text == tokenizer.decode(ids[0, given.shape[1] :], skip_special_tokens=True)
