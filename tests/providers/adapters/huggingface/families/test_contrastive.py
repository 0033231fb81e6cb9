"""CLIP and SigLIP of a few thousand parameters, made here: their numbers are transformers' own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoProcessor

from providers import catalog
from providers.catalog_row import Package
from providers.errors import ImageError, InputError, LimitExceeded, UnknownModel, WeightsUnavailable
from providers.labels import MOST_LABELS, ContrastiveInfo, ContrastiveProvider
from providers.types import Image
from tests.providers.adapters.huggingface import tiny_vision
from tests.providers.adapters.huggingface.conftest import Open

LABELS = ["a red square", "a blue circle", "a cat"]
RED, BLUE = tiny_vision.picture("red"), tiny_vision.picture("blue", (80, 120))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> ContrastiveInfo:
    folder = tiny_vision.save_clip(tmp_path_factory.mktemp("clip"))
    return ContrastiveInfo(id=str(folder), provider="huggingface", name="tiny CLIP", measure="softmax")


@pytest.fixture(scope="module")
def siglip(tmp_path_factory: pytest.TempPathFactory) -> ContrastiveInfo:
    folder = tiny_vision.save_siglip(tmp_path_factory.mktemp("siglip"))
    return ContrastiveInfo(
        id=str(folder), provider="huggingface", name="tiny SigLIP", measure="sigmoid", template="This is {}."
    )


def logits(folder: str, image: Image, sentences: list[str], **padding: object) -> list[float]:
    processor, network = AutoProcessor.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    batch = processor(text=sentences, images=tiny_vision.opened(image), return_tensors="pt", **padding)
    with torch.no_grad():
        return list(network(**batch).logits_per_image[0].tolist())


async def test_clip_chooses_among_labels(clip: ContrastiveInfo, opened: Open) -> None:
    provider = opened()
    assert isinstance(provider, ContrastiveProvider)
    labeller = provider.labeller(clip)
    fits = await labeller.label(RED, LABELS)
    assert [fit.label for fit in fits] == LABELS
    assert sum(fit.probability for fit in fits) == pytest.approx(1)
    expected = logits(clip.id, RED, LABELS, padding=True)
    assert [fit.score for fit in fits] == pytest.approx(expected, abs=1e-4)
    powers = np.exp(np.array(expected) - max(expected))
    assert [fit.probability for fit in fits] == pytest.approx(list(powers / powers.sum()), abs=1e-5)
    alone = await labeller.label(RED, LABELS[:1])
    assert alone[0].probability == 1, "the only label there is fits, whatever the picture"
    assert [fit.score for fit in await labeller.label(BLUE, LABELS)] != pytest.approx(expected, abs=1e-4)


async def test_siglip_judges_each_label_alone(siglip: ContrastiveInfo, opened: Open) -> None:
    labeller = opened().labeller(siglip)
    fits = await labeller.label(RED, LABELS)
    sentences = [f"This is {label}." for label in LABELS]
    expected = logits(siglip.id, RED, sentences, padding="max_length", max_length=32)
    assert [fit.score for fit in fits] == pytest.approx(expected, abs=1e-4)
    assert [fit.probability for fit in fits] == pytest.approx([1 / (1 + np.exp(-x)) for x in expected], abs=1e-5)
    alone = await labeller.label(RED, LABELS[1:2])
    assert alone[0].probability == pytest.approx(fits[1].probability, abs=1e-6), "whatever stands beside it"
    other = await labeller.label(RED, LABELS, template="{}")
    assert [fit.score for fit in other] != pytest.approx(expected, abs=1e-6), "the sentence around a label matters"


async def test_it_is_loaded_once_and_counted(clip: ContrastiveInfo, opened: Open) -> None:
    provider = opened()
    labeller = provider.labeller(clip)
    stages = [progress.stage async for progress in labeller.prepare()]
    assert stages[-1] == "load"
    assert [name for name in provider.loaded if name.endswith("@contrastive")] == [f"{clip.id}@contrastive"]
    again = [progress async for progress in provider.labeller(clip).prepare()]
    assert [progress.done for progress in again] == [1], "it is there"
    before = provider.computed
    await provider.labeller(clip).label(RED, LABELS)
    assert provider.computed == before + 3


async def test_what_is_wrong_is_named(clip: ContrastiveInfo, opened: Open, tmp_path: Path) -> None:
    provider = opened()
    labeller = provider.labeller(clip)
    with pytest.raises(InputError) as empty:
        await labeller.label(RED, ["", "  "])
    assert empty.value.reason == "empty"
    with pytest.raises(LimitExceeded) as many:
        await labeller.label(RED, [str(number) for number in range(MOST_LABELS + 1)])
    assert many.value.values == {"limit": MOST_LABELS}
    with pytest.raises(InputError) as long:
        await labeller.label(RED, ["zebra " * 60])
    assert long.value.reason == "label"
    assert long.value.values["window"] == 32
    with pytest.raises(ImageError):
        await labeller.label(Image(b"GIF89a", "image/gif"), LABELS)
    idefics = tiny_vision.save_idefics(tmp_path / "idefics")
    wrong = ContrastiveInfo(id=str(idefics), provider="huggingface", name="no CLIP", measure="softmax")
    with pytest.raises(WeightsUnavailable) as other:
        await provider.labeller(wrong).label(RED, LABELS)
    assert other.value.reason == "unfit"


async def test_offline_and_too_large(opened: Open) -> None:
    row = catalog.load().contrastive[0]
    with pytest.raises(WeightsUnavailable) as offline:
        await opened(offline=True).labeller(row).label(RED, LABELS)
    assert offline.value.reason == "offline"
    with pytest.raises(WeightsUnavailable) as large:
        await opened(memory=10**6).labeller(replace(row, parameters=151_000_000)).label(RED, LABELS)
    assert large.value.reason == "memory"


def test_the_catalogues_rows() -> None:
    rows = catalog.load().contrastive
    assert {row.measure for row in rows} == {"softmax", "sigmoid"}
    assert all(row.template.count("{}") == 1 and row.local and row.licence for row in rows)
    assert catalog.find(rows, rows[0].ref) is rows[0]
    with pytest.raises(UnknownModel):
        catalog.find(rows, "huggingface/nothing")
    assert all(row.package is None or isinstance(row.package, Package) for row in rows)
