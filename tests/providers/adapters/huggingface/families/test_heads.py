"""Models with heads: on the same weights they say what transformers' own pipelines and networks say."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import AutoModelForMaskedLM, AutoModelForQuestionAnswering, AutoTokenizer, pipeline

from providers import catalog
from providers.errors import InputError, UnknownModel, WeightsUnavailable
from providers.heads import HEADS, Head, Headed, HeadInfo, around_blank, entities
from tests.providers.adapters.huggingface import tiny, tiny_encoders, tiny_heads
from tests.providers.adapters.huggingface.conftest import Open

SENTENCE = "the capital of france is ___ and the cat sat"
PERSON = "ada lovelace lives in london and paris"


def info(folder: Path, head: Head) -> HeadInfo:
    return HeadInfo(id=str(folder), provider="huggingface", name="tiny", head=head, local=True)


@pytest.fixture(scope="module", params=sorted(tiny_heads.MASKED))
def masked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_heads.MASKED[request.param](tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_heads.save_bert(tmp_path_factory.mktemp("bert"))


async def test_masked_models_fill_a_blank_as_the_pipeline_does(masked: Path, opened: Open) -> None:
    provider = opened()
    assert isinstance(provider, Headed)
    found = await provider.fill_mask(info(masked, "fill_mask")).fill(SENTENCE, 7)
    theirs = pipeline("fill-mask", model=str(masked), device="cpu")
    expected = theirs(SENTENCE.replace("___", theirs.tokenizer.mask_token), top_k=7)
    assert [one.id for one in found] == [one["token"] for one in expected]
    assert [one.token for one in found] == [one["token_str"] for one in expected]
    assert [one.text for one in found] == [one["sequence"] for one in expected]
    assert [one.probability for one in found] == pytest.approx([one["score"] for one in expected], abs=1e-6)


async def test_the_whole_vocabulary_shares_the_probability(bert: Path, opened: Open) -> None:
    size = AutoModelForMaskedLM.from_pretrained(bert).config.vocab_size
    every = await opened().fill_mask(info(bert, "fill_mask")).fill(SENTENCE, size + 5)
    assert len(every) == size
    assert sum(one.probability for one in every) == pytest.approx(1)


@pytest.mark.parametrize("mark", ["___", "______", "[MASK]", "<mask>", "[mask]"])
def test_a_blank_is_written_in_several_ways(mark: str) -> None:
    assert around_blank(f"the {mark} sat") == ("the ", " sat")


@pytest.mark.parametrize(("text", "blanks"), [("no blank", 0), ("___ and ___ and [MASK]", 3), ("a_b", 0)])
async def test_a_text_without_a_blank_or_with_three_is_named(text: str, blanks: int, bert: Path, opened: Open) -> None:
    with pytest.raises(InputError) as wrong:
        await opened().fill_mask(info(bert, "fill_mask")).fill(text)
    assert wrong.value.key == "input_error.blanks"
    assert wrong.value.values == {"blanks": blanks}


async def test_a_text_longer_than_the_window_is_named(masked: Path, opened: Open) -> None:
    with pytest.raises(InputError) as long:
        await opened().fill_mask(info(masked, "fill_mask")).fill("the cat " * 40 + "___")
    assert long.value.reason == "long"
    assert long.value.values["window"] == tiny_heads.WINDOW
    with pytest.raises(InputError) as empty:
        await opened().fill_mask(info(masked, "fill_mask")).fill("  ")
    assert empty.value.reason == "empty"


@pytest.mark.parametrize(
    ("kind", "labels"),
    [(None, 1), (None, 3), ("single_label_classification", 3), ("multi_label_classification", 3), ("regression", 1)],
)
async def test_classes_are_those_of_the_pipeline(kind: str | None, labels: int, opened: Open, tmp_path: Path) -> None:
    folder = tiny_heads.save_roberta(
        tmp_path / "r", "RobertaForSequenceClassification", labels=labels, problem_type=kind
    )
    texts = ["a good film", "bad weather in london"]
    found = await opened().classify(info(folder, "classify")).classify(texts)
    theirs = pipeline("text-classification", model=str(folder), device="cpu")
    for one, text in zip(found, texts, strict=True):
        expected = theirs(text, top_k=None)
        assert [score.label for score in one] == [score["label"] for score in expected]
        assert [score.probability for score in one] == pytest.approx([s["score"] for s in expected], abs=1e-6)
    assert found[0] != found[1]


async def test_tags_and_entities_are_those_of_the_pipeline(opened: Open, tmp_path: Path) -> None:
    folder = tiny_heads.save_bert(tmp_path / "tagging", "BertForTokenClassification", labels=5, seed=5)
    tokens = await opened().tag_tokens(info(folder, "tag_tokens")).tag(PERSON)
    theirs = pipeline("token-classification", model=str(folder), device="cpu", ignore_labels=[])
    expected = theirs(PERSON)
    assert [(one.token, one.start, one.end, one.label) for one in tokens] == [
        (one["word"], one["start"], one["end"], one["entity"]) for one in expected
    ]
    assert [one.probability for one in tokens] == pytest.approx([one["score"] for one in expected], abs=1e-6)
    grouped = pipeline("token-classification", model=str(folder), device="cpu", aggregation_strategy="simple")(PERSON)
    mine = entities(PERSON, tokens)
    assert len(mine) > 1
    assert [(one.label, one.start, one.end) for one in mine] == [
        (one["entity_group"], one["start"], one["end"]) for one in grouped if one["entity_group"] != "O"
    ]
    assert [one.probability for one in mine] == pytest.approx([g["score"] for g in grouped], abs=1e-6)


async def test_the_span_is_that_of_the_networks_own_numbers(opened: Open, tmp_path: Path) -> None:
    folder = tiny_heads.save_bert(tmp_path / "spans", "BertForQuestionAnswering")
    question, text = "where is ada", "ada lovelace lives in london and the cat sat on the mat"
    found = await opened().find_span(info(folder, "find_span")).find(question, text)
    tokenizer, network = AutoTokenizer.from_pretrained(folder), AutoModelForQuestionAnswering.from_pretrained(folder)
    batch = tokenizer(question, text, return_tensors="pt", return_offsets_mapping=True)
    offsets = batch.pop("offset_mapping")[0].tolist()
    with torch.no_grad():
        said = network.eval()(**batch)
    places = [place for place, whose in enumerate(batch.sequence_ids(0)) if whose == 1]
    counted = [0, *places]
    begins = dict(zip(counted, said.start_logits[0, counted].softmax(0).tolist(), strict=True))
    ends = dict(zip(counted, said.end_logits[0, counted].softmax(0).tolist(), strict=True))
    chances = {(a, b): begins[a] * ends[b] for a in places for b in places if a <= b < a + 15}
    best = sorted(chances, key=lambda pair: -chances[pair])[:3]
    assert [(one.start, one.end) for one in found.spans] == [(offsets[a][0], offsets[b][1]) for a, b in best]
    assert [one.probability for one in found.spans] == pytest.approx([chances[pair] for pair in best], rel=1e-4)
    assert found.nothing == pytest.approx(begins[0] * ends[0], rel=1e-4)
    assert [text[one.start : one.end] for one in found.spans] == [one.text for one in found.spans]


async def test_a_long_text_is_searched_in_windows(opened: Open, tmp_path: Path) -> None:
    folder = tiny_heads.save_roberta(tmp_path / "spans", "RobertaForQuestionAnswering")
    finder = opened().find_span(info(folder, "find_span"))
    text = "the cat sat on the mat and " * 20 + "ada lovelace lives in london"
    found = await finder.find("where is ada", text)
    assert all(text[one.start : one.end] == one.text for one in found.spans)
    assert len({(one.start, one.end) for one in found.spans}) == 3
    assert max(one.end for one in found.spans) > 150, "beyond the first window"
    with pytest.raises(InputError) as long:
        await finder.find("where is the cat " * 20, text)
    assert long.value.reason == "long"


async def test_a_checkpoint_without_the_head_is_refused(opened: Open, tmp_path: Path, gpt2_folder: Path) -> None:
    provider = opened()
    sentences = tiny_encoders.save_sentences(tmp_path / "sentences")
    cases = {
        "BertModel": provider.fill_mask(info(sentences, "fill_mask")).fill(SENTENCE),
        "BertForMaskedLM": provider.classify(info(tiny_heads.save_bert(tmp_path / "b"), "classify")).classify(["a"]),
        "GPT2LMHeadModel": provider.tag_tokens(info(gpt2_folder, "tag_tokens")).tag("a"),
        "LlamaForCausalLM": provider.fill_mask(info(tiny.save_llama(tmp_path / "l"), "fill_mask")).fill(SENTENCE),
    }
    for held, asked in cases.items():
        with pytest.raises(WeightsUnavailable) as refused:
            await asked
        assert refused.value.key == "weights_unavailable.head"
        assert refused.value.values == {"model": "tiny", "cause": held}


async def test_a_checkpoint_that_lost_weights_is_damaged(opened: Open, tmp_path: Path) -> None:
    """It says that it has the head, so what is missing was lost."""
    from safetensors.torch import load_file, save_file

    folder = tiny_heads.save_bert(tmp_path / "bert")
    tensors = load_file(folder / "model.safetensors")
    tensors.pop("cls.predictions.transform.dense.weight")
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(WeightsUnavailable) as damaged:
        await opened().fill_mask(info(folder, "fill_mask")).fill(SENTENCE)
    assert damaged.value.reason == "damaged"


async def test_a_name_is_resolved_where_that_is_allowed(bert: Path, opened: Open) -> None:
    provider = opened()
    named = await provider.resolve_head(str(bert), "fill_mask")
    assert (named.id, named.head, named.local) == (str(bert), "fill_mask", True)
    assert (
        await provider.resolve_head("google-bert/bert-base-cased", "fill_mask")
    ).name == "google-bert/bert-base-cased"
    for name in (str(bert), "google-bert/bert-base-cased"):
        with pytest.raises(UnknownModel):
            await opened(folders=False).resolve_head(name, "fill_mask")
    with pytest.raises(WeightsUnavailable) as offline:
        await opened(offline=True).fill_mask(catalog.load().heads[0]).fill(SENTENCE)
    assert offline.value.reason == "offline"


async def test_it_is_loaded_once_and_counted(bert: Path, opened: Open) -> None:
    provider = opened()
    filler = provider.fill_mask(info(bert, "fill_mask"))
    stages = [progress.stage async for progress in filler.prepare()]
    assert stages[-1] == "load"
    assert list(provider.loaded) == [f"{bert}@fill_mask"]
    before = provider.computed
    await filler.fill("the ___")
    assert provider.computed == before + 4


def test_the_catalogues_rows() -> None:
    rows = catalog.load().heads
    assert {row.head for row in rows} <= set(HEADS)
    assert all(row.local and row.licence and row.provider == "huggingface" for row in rows)
    assert len({row.ref for row in rows}) == len(rows)
