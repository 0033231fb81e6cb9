"""What a tokenizer.json may ask for: as published ones do, and not so much that a text never comes back."""

from __future__ import annotations

import base64
import json
import shutil
import struct
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sentencepiece import sentencepiece_model_pb2
from tokenizers import Tokenizer, models
from transformers import AutoTokenizer, CTRLTokenizer
from transformers.integrations.gguf.gguf_tokenizer_mapping import GGUF_PRE_TOKENIZER_SPLITS
from transformers.models.qwen2 import tokenization_qwen2 as qwen2
from transformers.models.qwen3_5 import tokenization_qwen3_5 as qwen3_5

from providers.adapters.huggingface.bounded.checks import OutOfBounds
from providers.adapters.huggingface.bounded.expressions import KNOWN
from providers.adapters.huggingface.bounded.inspecting import inspect_folder
from providers.adapters.huggingface.bounded.library import bound_transformers
from providers.adapters.huggingface.bounded.splitting import (
    EXPRESSIONS,
    LONGEST,
    PIECE,
    check_expressions,
    check_pieces,
    is_plain,
)
from providers.adapters.huggingface.families.causal import load_tokenizer
from providers.adapters.huggingface.families.contrastive import _ContrastiveNetwork
from providers.adapters.huggingface.families.encoders.pool import load_encoder
from providers.adapters.huggingface.families.heads.network import HeadNetwork
from providers.adapters.huggingface.inspecting.vocabulary import Vocabulary
from providers.errors import UnsupportedRequest, WeightsUnavailable
from providers.labels import ContrastiveInfo
from providers.types import Message, Text
from tests.providers.adapters.huggingface import tiny, tiny_encoders, tiny_heads, tiny_vision

LLAMA_3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
GPT_4O = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
DEEPSEEK = (
    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
Save = Callable[[Path], Path]
PLAIN: list[Save] = [tiny.save_llama, tiny_heads.save_bert, tiny_heads.save_roberta, tiny_heads.save_albert]
BLOOM = r" ?[^(\s|[.,!?…。，、।۔،])]+"
MERGED_SPACES = r" {2,}"
OFTEN = r"(q+)+\b!"
"""It goes back twice as often with each letter q more, until the library gives up."""
GOES_BACK = "q" * 30 + " "
ENDLESS = r"\x71*\x71*!"
"""For a row of the letter q as many steps as the cube of its length, but never so many at once that the library gives
up. It looks for nothing where there is no exclamation mark."""
LONG = "q" * 4000 + " !"


@pytest.fixture
def folder(llama_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(llama_folder, tmp_path / "model"))


def cut_by(*expressions: str) -> dict[str, object]:
    """A way to cut texts, as tokenizer.json has it."""
    cuts = [
        {"type": "Split", "pattern": {"Regex": one}, "behavior": "Isolated", "invert": False} for one in expressions
    ]
    return {"type": "Sequence", "pretokenizers": cuts}


def with_parts(folder: Path, **parts: object) -> Path:
    file = folder / "tokenizer.json"
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), **parts}), "utf-8")
    return folder


@pytest.mark.parametrize("expressions", [(LLAMA_3,), (GPT_4O, MERGED_SPACES), (r"\p{N}{1,3}", DEEPSEEK), (BLOOM,)])
def test_what_published_tokenizers_bring_passes(folder: Path, expressions: tuple[str, ...]) -> None:
    inspect_folder(with_parts(folder, pre_tokenizer=cut_by(*expressions)), "x", build=False)


@pytest.mark.parametrize(
    "expression",
    [
        r"(a+)+\b!",  # goes back twice as often with each letter more
        r"(?:\w*\w*\w*)\d\b ",
        r"(?:tango)*(?:tango)*(?:tango)*(?!\w)(?<=x)",
    ],
)
def test_an_expression_that_does_not_come_back_is_refused(folder: Path, expression: str) -> None:
    with_parts(folder, pre_tokenizer=cut_by(expression))
    with pytest.raises(WeightsUnavailable) as raised:
        inspect_folder(folder, "x", build=False)
    assert (raised.value.reason, raised.value.values["cause"]) == ("bounds", "tokenizer.json")


def test_one_that_passed_and_goes_back_too_often_later_is_told_as_what_it_is(folder: Path) -> None:
    """The library's own bound ends it, in a process, with an exception that is none of Python's."""
    codec, _, _ = load_tokenizer(with_parts(folder, pre_tokenizer=cut_by(OFTEN)))
    codec.encode("Hi")
    for ask in (codec.encode, lambda text: codec.render([Message.of("user", text)])):
        with pytest.raises(UnsupportedRequest) as raised:
            ask(GOES_BACK)
        assert raised.value.reason == "tokenizer"


def test_a_text_that_does_not_come_back_is_given_up_and_holds_no_other(folder: Path, gpt2_folder: Path) -> None:
    with_parts(folder, pre_tokenizer=cut_by(ENDLESS))
    inspect_folder(folder, "x", build=False)
    (codec, _, _), (other, _, _), begun = load_tokenizer(folder), load_tokenizer(gpt2_folder), threading.Event()

    def cut() -> None:
        begun.set()
        with pytest.raises(UnsupportedRequest) as raised:
            codec.encode(LONG)
        assert raised.value.reason == "tokenizer"

    cutting = threading.Thread(target=cut)
    cutting.start()
    begun.wait()
    assert [other.encode("Hi") for _ in range(50)] == [other.encode("Hi")] * 50
    assert cutting.is_alive(), "all of this was cut while the other one was going back and forth"
    cutting.join()
    assert codec.encode("Hi")


def head(folder: Path) -> object:
    return HeadNetwork(folder, "x", "AutoModelForMaskedLM").encode(GOES_BACK)


def vectors(folder: Path) -> object:
    return load_encoder("embedding", folder, "x", 64).tokens([GOES_BACK])


def pair(folder: Path) -> object:
    return load_encoder("reranker", folder, "x", 64).tokens([("a", GOES_BACK)])


def label(folder: Path) -> object:
    info = ContrastiveInfo(id="x", provider="huggingface", name="x", measure="softmax")
    return _ContrastiveNetwork(folder, info).scores(tiny_vision.picture(), ["a", GOES_BACK])


def question(folder: Path) -> object:
    return load_tokenizer(folder)[0].encode_messages([Message("user", (tiny_vision.picture(), Text(GOES_BACK)))])


def merges(folder: Path) -> object:
    return Vocabulary(load_tokenizer(folder)[0]).merges(GOES_BACK)


def likely_special(folder: Path) -> object:
    """What looks like a special token of the visitor's is cut by itself, without the tokens that were added."""
    codec, _, _ = load_tokenizer(folder)
    codec.tokenizer.add_special_tokens({"additional_special_tokens": [GOES_BACK.strip()]})
    return codec.render([Message.of("user", f"a {GOES_BACK} b")])


@pytest.mark.parametrize(
    ("save", "use"),
    [
        (tiny_heads.save_bert, head),
        (tiny_encoders.save_sentences, vectors),
        (tiny_encoders.save_cross_encoder, pair),
        (tiny_vision.save_clip, label),
        (tiny_vision.save_idefics, question),
        (tiny.save_gpt2, merges),
        (tiny.save_llama, likely_special),
    ],
)
def test_every_family_gives_it_up(tmp_path: Path, save: Save, use: Callable[[Path], object]) -> None:
    save(tmp_path)
    settings = tmp_path / "tokenizer_config.json"  # some classes of transformers cut in their own way, whatever it says
    named = {**json.loads(settings.read_text("utf-8")), "tokenizer_class": "PreTrainedTokenizerFast"}
    settings.write_text(json.dumps(named), "utf-8")
    with_parts(tmp_path, pre_tokenizer=cut_by(OFTEN), normalizer=None)
    with pytest.raises(UnsupportedRequest) as raised:
        use(tmp_path)
    assert raised.value.reason == "tokenizer"


@pytest.mark.parametrize("save", PLAIN)
def test_what_is_seen_to_come_back_takes_no_process(tmp_path: Path, save: Save) -> None:
    save(tmp_path)
    assert is_plain(AutoTokenizer.from_pretrained(tmp_path).backend_tokenizer)


def test_the_expressions_that_transformers_itself_has_are_known() -> None:
    assert KNOWN.issuperset(GGUF_PRE_TOKENIZER_SPLITS.values())
    assert {
        LLAMA_3,
        GPT_4O,
        DEEPSEEK,
        BLOOM,
        MERGED_SPACES,
        qwen2.PRETOKENIZE_REGEX,
        qwen3_5.PRETOKENIZE_REGEX,
    } <= KNOWN


@pytest.mark.long
@pytest.mark.parametrize("expression", sorted(KNOWN))
def test_what_is_known_comes_back_from_every_text(folder: Path, expression: str) -> None:
    inspect_folder(with_parts(folder, pre_tokenizer=cut_by(expression)), "x", build=False)


@pytest.mark.parametrize(
    "model",
    [
        models.WordPiece({"[UNK]": 0}, unk_token="[UNK]", max_input_chars_per_word=10**6),
        models.BPE({"a" * (PIECE + 1): 0}, []),
        models.Unigram([("<unk>", 0.0), ("a" * (PIECE + 1), -1.0)], 0),
    ],
    ids=["words", "pairs", "pieces"],
)
def test_long_words_and_tokens_are_tried(model: models.Model) -> None:
    assert not is_plain(Tokenizer(model))


def test_a_tokenizer_in_python_that_merges_pairs_takes_no_word_without_end(tmp_path: Path) -> None:
    bound_transformers()
    (tmp_path / "vocab.json").write_text('{"a": 0, "<unk>": 1}', "utf-8")
    (tmp_path / "merges.txt").write_text("#version: 0.2\na b\n", "utf-8")
    tokenizer = CTRLTokenizer(str(tmp_path / "vocab.json"), str(tmp_path / "merges.txt"))
    assert tokenizer("a a")["input_ids"] == [0, 0]
    with pytest.raises(UnsupportedRequest):
        tokenizer("a" * (PIECE + 1))


def test_one_that_cuts_in_a_way_of_its_own_is_not_loaded(tmp_path: Path) -> None:
    tiny_heads.save_bert(tmp_path)
    with_file = tmp_path / "tokenizer_config.json"
    settings = json.loads(with_file.read_text("utf-8"))
    with_file.write_text(json.dumps({**settings, "tokenizer_class": "LayoutLMv2Tokenizer"}), "utf-8")
    with pytest.raises(ValueError, match="more than a text"):
        HeadNetwork(tmp_path, "x", "AutoModelForMaskedLM")


def replaced(plain: str, content: str) -> dict[str, object]:
    return {"type": "Replace", "pattern": {"String": plain}, "content": content}


def charsmap(*texts: str) -> str:
    """A table of replacements as sentencepiece writes it, with an empty way to look them up."""
    return base64.b64encode(struct.pack("<L", 0) + b"".join(one.encode() + b"\0" for one in texts)).decode()


@pytest.mark.parametrize(
    "parts",
    [
        {"pre_tokenizer": cut_by(*["a"] * (EXPRESSIONS + 1))},
        {"pre_tokenizer": cut_by("a" * (LONGEST + 1))},
        {"normalizer": {"type": "Sequence", "normalizers": [replaced("q", "qq")] * 40}},
        {"decoder": replaced("a", "a" * 1000)},
        {"decoder": {"type": "Replace", "pattern": {"Regex": "(a+)+b"}, "content": ""}},
        {"normalizer": {"type": "Precompiled", "precompiled_charsmap": charsmap("a" * 1000)}},
    ],
    ids=["many", "long", "growing", "grown", "while it writes", "by a table"],
)
def test_how_many_there_are_and_how_long_is_bounded(parts: dict[str, object]) -> None:
    with pytest.raises(OutOfBounds):
        check_expressions(parts, "tokenizer.json")


@pytest.mark.parametrize(
    "parts",
    [
        {"normalizer": {"type": "Sequence", "normalizers": [replaced(" ", "▁"), {"type": "Prepend", "prepend": "▁"}]}},
        {"decoder": {"type": "Sequence", "decoders": [replaced("▁", " "), {"type": "Fuse"}]}},
        {"pre_tokenizer": None, "normalizer": None},
        {"normalizer": {"type": "Precompiled", "precompiled_charsmap": charsmap("ff", "\u0635\u0644\u0649 " * 4)}},
    ],
)
def test_what_is_usual_is_not(parts: dict[str, object]) -> None:
    check_expressions(parts, "tokenizer.json")


def test_a_vocabulary_of_sentencepieces_is_held_to_the_same(tmp_path: Path) -> None:
    tiny_heads.save_marian(tmp_path)
    inspect_folder(tmp_path, "x", build=False)
    file = tmp_path / "source.spm"
    model = sentencepiece_model_pb2.ModelProto.FromString(file.read_bytes())
    model.pieces.add(piece="a" * (PIECE + 1), score=-1.0)
    file.write_bytes(model.SerializeToString())
    with pytest.raises(WeightsUnavailable) as raised:
        inspect_folder(tmp_path, "x", build=False)
    assert raised.value.values["cause"] == "source.spm"
    with pytest.raises(OutOfBounds):
        check_pieces(as_written(charsmap("a" * 1000)), "source.spm")


@pytest.mark.long
def test_a_tokenizer_that_does_not_come_to_be_is_refused_before_the_page_opens_it(tmp_path: Path) -> None:
    """transformers makes one of sentencepiece's files in Python, by all ways to put each piece together."""
    tiny_heads.save_t5(tmp_path)
    inspect_folder(tmp_path, "x")
    (tmp_path / "tokenizer.json").unlink()
    model = sentencepiece_model_pb2.ModelProto()
    model.trainer_spec.model_type = 2
    for number in range(60_000):
        model.pieces.add(piece=f"{number}" + "a" * (PIECE - 8), score=-float(number))
    (tmp_path / "spiece.model").write_bytes(model.SerializeToString())
    inspect_folder(tmp_path, "x", build=False)
    with pytest.raises(WeightsUnavailable) as raised:
        inspect_folder(tmp_path, "x")
    assert (raised.value.reason, raised.value.values["cause"]) == ("bounds", "spiece.model")


def as_written(table: str) -> bytes:
    model = sentencepiece_model_pb2.ModelProto()
    model.normalizer_spec.precompiled_charsmap = base64.b64decode(table)
    return bytes(model.SerializeToString())
