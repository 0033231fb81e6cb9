"""Texts cut by the real tokenizers; odd and hostile ones; vocabularies, merges and prices."""

from __future__ import annotations

import re
from html import unescape

import pytest

from playground.tabs.models.lab.tokens import bytes_of, prices, search
from playground.tabs.models.page.sections.tokens.api import tokens_json
from playground.tabs.models.page.sections.tokens.events import compare, cut_text, follow_merges, search_vocabulary
from playground.tabs.models.page.sections.tokens.layout import ODD_CASES
from playground.tabs.models.visit.tokens import cut
from providers.catalog import load
from providers.whitebox import Token
from tests.playground.page.markup import Seen
from tests.playground.tabs.models.conftest import ELSEWHERE, ENCODER, WRITER

BOTH = (WRITER, ENCODER)


async def test_two_tokenizers_and_one_that_is_elsewhere(app, who):
    markup = await cut_text(app, who, (*BOTH, ELSEWHERE), "The strawberry, naïve.")
    writer, encoder, elsewhere = re.findall(r'<figure class="cut-figure">.*?</figure>', markup)
    assert len(re.findall(r"cut-token t\d", writer)) == len(re.findall(r"<small>(\d+)</small>", writer)) > 5
    assert "[CLS]" in encoder and "[SEP]" in encoder and encoder.count("cut-token special") == 2
    assert "“the strawberry" in unescape(encoder) and "naive" in encoder and "Put together again" not in writer
    assert "nobody can say here how it cuts" in elsewhere


@pytest.mark.parametrize("name", ODD_CASES)
async def test_odd_cases_come_back_whole(app, who, name):
    text = who.text(f"models.odd_{name}_text")
    (one,) = (await cut(app.visits, who.visitor, (WRITER,), text)).values()
    assert one.gives_back and b"".join(map(bytes_of, one.cut.tokens)).decode() == text
    given = tokens_json(app.show(who), WRITER, one)
    assert bytes.fromhex("".join(token["bytes"] for token in given["tokens"])).decode() == text
    assert given["count"] == len(given["tokens"]) and given["gives_back"]


async def test_bad_texts(app, who):
    assert "Write a text first" in await cut_text(app, who, BOTH, " \n")
    assert 'role="alert"' in await cut_text(app, who, BOTH, "x" * 10_000_000)
    assert 'role="alert"' in await cut_text(app, who, BOTH, 7)  # type: ignore[arg-type]
    hostile = "</span><img src=x onerror=window.stolen=1>\x00\ud800\u202e{{value}}<|im_end|>[CLS]"
    seen = Seen(await cut_text(app, who, BOTH, hostile))
    assert "img" not in seen.tags and not any(name.startswith("on") for name, _ in seen.attributes)
    assert "unknown to this tokenizer" in await cut_text(app, who, (ENCODER,), "ꙮ 🙂")
    assert "more tokens are not drawn" in await cut_text(app, who, (WRITER,), "a b " * 1000)
    assert 'role="alert"' in await cut_text(app, who, ("huggingface/nobody/none", WRITER), "Hi")


async def test_the_same_in_two_languages_and_its_price(app, who):
    texts = [who.text("models.example_en"), who.text("models.example_es")]
    markup = await compare(app, who, (*BOTH, ELSEWHERE), *texts)
    assert "34 <small>1.13 a word" in markup and "57 <small>" in markup and "1.68 ×" in markup
    assert "GPT-5.5" in markup and "if it cut as SmolLM2 135M Instruct does" in markup
    assert "both texts" in await compare(app, who, BOTH, texts[0], "")
    assert "None of the chosen" in await compare(app, who, (ELSEWHERE,), *texts)
    found = prices(load().models, 1000, 2000)
    assert all(one.second == pytest.approx(2 * one.first) for one in found)
    assert [one.first for one in found] == sorted(one.first for one in found)
    assert not any(one.model.local for one in found)


async def test_a_vocabulary_is_searched(app, who):
    markup = await search_vocabulary(app, who, BOTH, "straw")
    assert "5 tokens hold it" in markup and "2 tokens hold it" in markup and "strawberries" in markup
    vocabulary = [Token(3, " Ab"), Token(1, "cab"), Token(2, "x"), Token(12, "abba")]
    assert [one.id for one in search(vocabulary, "AB").tokens] == [1, 3, 12]
    assert [one.id for one in search(vocabulary, "2").tokens] == [2]
    assert search(vocabulary, "ab", most=1).count == 3
    assert "Write a text first" in await search_vocabulary(app, who, BOTH, "")


async def test_merges_step_by_step(app, who):
    markup = await follow_merges(app, who, BOTH, "unbelievable")
    steps = re.findall(r"<li>(.*?)</li>", markup)
    assert re.findall(r'piece">([^<]*)<', steps[0]) == list("unbelievable")
    assert re.findall(r'piece">([^<]*)<', steps[-1]) == ["un", "belie", "vable"]
    assert "WordPiece" in markup
