"""What counts as damage, and that nothing is removed for anything else, or before another is in its place."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from safetensors import SafetensorError

from providers.adapters.huggingface.weights import certify_program, damage, making, publish
from providers.adapters.huggingface.weights.child_process import ChildCommand
from providers.adapters.huggingface.weights.counting import count_numbers
from providers.adapters.huggingface.weights.damage import IncompleteWeights, explain_failure, is_damaged
from providers.adapters.huggingface.weights.fidelity import Fidelity
from providers.adapters.huggingface.weights.ticket import Ticket
from providers.errors import MissingPackage, WeightsUnavailable
from providers.types import ModelInfo
from tests.providers.adapters.huggingface.conftest import Open
from tests.providers.adapters.huggingface.weights.repairing import Repairing, content, recorded

TINY = ModelInfo(id="tiny/llama", provider="huggingface", name="Tiny")
WEIGHTS, TOKENIZER = "model.safetensors", "tokenizer.json"


@pytest.fixture
def cache(tmp_path: Path, llama_folder: Path) -> Repairing:
    return Repairing(tmp_path, llama_folder)


@pytest.fixture
def made(cache: Repairing) -> Path:
    return cache.ensure(TINY, Ticket())


def flip(file: Path, place: int = -10) -> None:
    """One bit, so that the length stays."""
    held = bytearray(file.read_bytes())
    held[place] ^= 1
    file.write_bytes(held)


def fails_with(cache: Repairing, error: Exception, times: int = 9) -> tuple[WeightsUnavailable | None, int]:
    """What loading says where it ends so often in this error, and how often it was tried."""
    tried = 0

    def load(folder: Path) -> None:
        nonlocal tried
        tried += 1
        if tried <= times:
            raise error

    try:
        cache.load(TINY, Ticket(), load)
    except WeightsUnavailable as told:
        return told, tried
    return None, tried


@pytest.mark.parametrize("name", [WEIGHTS, TOKENIZER, "config.json"])
def test_a_checksum_shows_every_change(made: Path, name: str) -> None:
    assert not is_damaged(made)
    assert not is_damaged(made, suspected=True), "all is as it was made"
    flip(made / name)
    assert is_damaged(made)


def test_a_length_shows_a_file_that_is_cut_off_or_gone(llama_folder: Path, tmp_path: Path) -> None:
    folder = recorded(llama_folder, tmp_path / "old", TINY.id)
    assert not is_damaged(folder)
    os.truncate(folder / WEIGHTS, 1000)
    assert is_damaged(folder)
    (folder / WEIGHTS).unlink()
    assert is_damaged(folder)


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("config.json", b'{"model_type": "llama"'),
        ("generation_config.json", b"\xff\xfe"),
        (TOKENIZER, b"{}"),
        (WEIGHTS, b"\xff" * 16),
        (WEIGHTS, b"short"),
        (WEIGHTS, b"\x02" + bytes(7) + b"[]"),
        ("openvino-q8_0.gguf", b"GGUF" + bytes(100)),
        ("openvino-f16.gguf", b""),
    ],
)
def test_a_parser_shows_a_file_that_is_none(llama_folder: Path, tmp_path: Path, name: str, held: bytes) -> None:
    """In a folder without a record, or with one that an earlier version wrote."""
    folder = recorded(llama_folder, tmp_path / "old", TINY.id, files={})
    assert not is_damaged(folder)
    assert is_damaged(folder, suspected=True)
    (folder / name).write_bytes(held)
    assert is_damaged(folder)


@pytest.mark.parametrize(
    ("error", "reason", "cause"),
    [
        (ImportError("cannot import name", name="transformers"), "import", "transformers"),
        (ImportError("no reason"), "import", "ImportError"),
        (OSError(errno.EIO, "Input/output error"), "unreadable", "EIO"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "memory", None),
        (MemoryError(), "memory", None),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "memory", None),
        (RuntimeError("CUDA out of memory"), "memory", None),
        (RuntimeError("unsupported memory format"), "failed", "RuntimeError"),
        (SafetensorError("InvalidOffset"), "unfit", "SafetensorError"),
        (OSError("it does not appear to have a file named x"), "unfit", "OSError"),
        (ValueError("unheard-of"), "unfit", "ValueError"),
        (IncompleteWeights("a tensor is missing"), "unfit", "IncompleteWeights"),
    ],
    ids=str,
)
def test_what_passes_is_told_as_what_it_is_and_removes_nothing(
    cache: Repairing, made: Path, error: Exception, reason: str, cause: str | None
) -> None:
    before = content(made)
    for cache.offline in (False, True):
        told, tried = fails_with(cache, error)
        assert told is not None
        assert (told.reason, told.values.get("cause")) == (reason, cause)
        assert tried == (2 if reason in damage.PASSING else 1)
        assert content(made) == before
    assert cache.made == 1
    assert cache.find_folder(TINY.id) == made


@pytest.mark.parametrize("error", [MemoryError(), ImportError("no gguf"), OSError(errno.EIO, "Input/output error")])
def test_a_file_that_cannot_be_read_now_shows_nothing(
    llama_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(file: Path) -> None:
        raise error

    folder = recorded(llama_folder, tmp_path / "old", TINY.id)
    monkeypatch.setitem(damage._PARSERS, TOKENIZER, fail)
    assert not is_damaged(folder)


def test_what_passes_is_tried_again(cache: Repairing, made: Path) -> None:
    assert fails_with(cache, OSError(errno.EIO, "Input/output error"), times=1) == (None, 2)
    assert cache.made == 1


def test_a_missing_package_is_named_and_no_part_of_the_program_is(tmp_path: Path) -> None:
    found = explain_failure(ImportError("it requires the SentencePiece library"), tmp_path, "Tiny")
    assert isinstance(found, MissingPackage) and found.values == {"package": "sentencepiece"}
    assert explain_failure(ImportError("cannot import name", name="torch.nn"), tmp_path, "T").key.endswith("import")


def test_another_takes_the_place_of_what_is_damaged_and_that_goes_last(
    cache: Repairing, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = content(made)
    flip(made / TOKENIZER)
    asides = []
    rename = Path.rename

    def watched(path: Path, to: Path) -> Path:
        asides.append([one.name for one in cache.root.iterdir() if one.name.startswith((".old", ".making"))])
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", watched)
    assert fails_with(cache, ValueError("a tokenizer that is none"), times=1) == (None, 2)
    assert cache.there == [False, True]
    assert [len(names) for names in asides] == [1, 2], "the new one is made, then the old one stands aside"
    assert {name: held for name, held in content(made).items() if name != "record.json"} == {
        name: held for name, held in whole.items() if name != "record.json"
    }
    assert [path.name for path in cache.root.iterdir() if path.is_dir()] == [made.name]


@pytest.mark.parametrize("cut", [False, True])
def test_without_a_network_what_is_damaged_stays_and_is_told(cache: Repairing, made: Path, cut: bool) -> None:
    """A length shows it before anything is loaded, a checksum after that."""
    if cut:
        os.truncate(made / WEIGHTS, 1000)
    else:
        flip(made / TOKENIZER)
    before = content(made)
    cache.offline = True
    told, tried = fails_with(cache, ValueError("a tokenizer that is none"))
    assert told is not None and told.reason == "damaged"
    assert tried == (0 if cut else 1)
    assert content(made) == before
    cache.offline = False
    assert fails_with(cache, ValueError("a tokenizer that is none"), times=0 if cut else 1) == (None, 1 if cut else 2)
    assert not is_damaged(made)


def test_a_swap_that_fails_or_is_killed_half_way_loses_nothing(
    cache: Repairing, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.truncate(made / WEIGHTS, 1000)
    before = content(made)
    rename = Path.rename

    def full(path: Path, to: Path) -> Path:
        if to == made and path.name == "folder":
            raise OSError(errno.EACCES, "Permission denied")
        return rename(path, to)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", full)
        with pytest.raises(OSError):
            cache.ensure(TINY, Ticket())
    assert content(made) == before
    made.rename(cache.root / f".old-{made.name}-0123456789ab")  # as far as a process came that was killed
    cache.offline = True
    with pytest.raises(WeightsUnavailable) as told:
        cache.ensure(TINY, Ticket())
    assert told.value.reason == "damaged"
    assert content(made) == before


def test_a_disk_that_does_not_answer_is_not_damage(
    cache: Repairing, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_answer(file: Path) -> int:
        raise OSError(errno.EIO, "Input/output error")

    before = content(made)
    monkeypatch.setattr("providers.adapters.huggingface.weights.files.count_numbers", no_answer)
    with pytest.raises(WeightsUnavailable) as told:
        cache.ensure(TINY, Ticket())
    assert (told.value.reason, told.value.values["cause"]) == ("unreadable", "EIO")
    monkeypatch.undo()
    assert (cache.made, content(made)) == (1, before)
    assert count_numbers(made / WEIGHTS) > 0


def test_what_another_model_is_being_made_of_is_left_alone(cache: Repairing) -> None:
    """Its name begins as this one's does."""
    other = cache.target("tiny/llama-large")
    cache.root.mkdir(parents=True)
    download = publish.begin(other) / "hub"
    download.mkdir()
    cache.ensure(TINY, Ticket())
    assert download.is_dir()


def test_a_download_that_broke_off_goes_on_from_there(cache: Repairing) -> None:
    cache.root.mkdir(parents=True)
    download = publish.begin(cache.target(TINY.id)) / "hub"
    download.mkdir()
    (download / "part").write_text("half of it")
    cache.offline = True
    with pytest.raises(WeightsUnavailable) as told:
        cache.ensure(TINY, Ticket())
    assert told.value.reason == "offline"
    assert [path.read_text() for path in cache.root.glob(".making-*/hub/part")] == ["half of it"]


def test_without_a_network_the_folder_of_an_earlier_version_is_used(cache: Repairing, llama_folder: Path) -> None:
    """It lacks what that version did not make yet, and would be made anew where it could be."""
    folder = recorded(llama_folder, cache.target(TINY.id), TINY.id, source="package", form=1)
    before, cache.offline = content(folder), True
    assert cache.ensure(TINY, Ticket()) == folder
    assert content(folder) == before


@pytest.mark.parametrize(("codes", "runs"), [([0, 0], 2), ([0, -9, 0], 3), ([0, -9, 1], 3)])
def test_measuring_that_was_ended_is_begun_again_once(
    cache: Repairing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, codes: list[int], runs: int
) -> None:
    ran = []

    def run(call: ChildCommand, ticket: Ticket, heard: object) -> tuple[int, str]:
        ran.append(call.command[2].rpartition(".")[2])
        return codes[len(ran) - 1], ""

    monkeypatch.setattr(making, "run_child", run)
    source = tmp_path / "source.gguf"
    source.touch()
    cache.root.mkdir(parents=True)
    assert cache._maker._convert(source, TINY, tmp_path, Ticket()) == tmp_path / "dense"
    assert ran == ["convert_program", *["certify_program"] * (runs - 1)]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_takes_no_model_and_says_so(cache: Repairing, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(publish, "publish", refuse)
    with pytest.raises(WeightsUnavailable) as raised:
        cache.ensure(TINY, Ticket())
    assert raised.value.reason == "disk"


async def test_a_disk_that_may_not_be_written_is_told_to_whoever_waits(tmp_path: Path, opened: Open) -> None:
    (tmp_path / "home").write_text("in the way")
    provider = opened(TINY)
    with pytest.raises(WeightsUnavailable) as raised:
        async for _ in provider.prepare(TINY):
            pass
    assert (raised.value.reason, raised.value.values["cause"]) == ("unwritable", "ENOTDIR")


def test_memory_that_is_short_while_measuring_removes_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def short(*_: object, **__: object) -> None:
        raise MemoryError

    file = tmp_path / "openvino-f16.gguf"
    file.write_bytes(b"GGUF")
    Fidelity([[1, 2, 3]]).write(tmp_path)
    monkeypatch.setattr(certify_program, "score", short)
    with pytest.raises(MemoryError):
        certify_program.certify(tmp_path)
    assert file.is_file()
