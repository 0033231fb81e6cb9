"""Texts: tables in, sentences out."""

import pytest

from playground.text import LocaleTexts


@pytest.fixture
def texts(tmp_path) -> LocaleTexts:
    for language, chat, rest in [("en", "Send", "Wait {seconds:.1f} s"), ("es", "Enviar", "Espera {seconds:.1f} s")]:
        (tmp_path / language).mkdir()
        (tmp_path / language / "chat.toml").write_text(f'[chat]\nsend = "{chat}"\n[chat.hint]\nshort = "¿{chat}?"\n')
        (tmp_path / language / "rest.toml").write_text(f'wait = "{rest}"\n')
    (tmp_path / "README").write_text("not a language")
    return LocaleTexts.load(tmp_path)


def test_keys_are_dotted_and_every_file_of_a_language_counts(texts):
    assert texts.languages() == ("en", "es")
    assert texts.text("es", "chat.send") == "Enviar"
    assert texts.text("en", "chat.hint.short") == "¿Send?"
    assert texts.text("es", "wait", seconds=2) == "Espera 2,0 s"
    assert texts.has("wait")
    assert not texts.has("chat")


def test_a_count_chooses_its_plural(tmp_path):
    table = {"pages.one": "{count} page", "pages.other": "{count:,} pages"}
    texts = LocaleTexts({"en": table, "xx": table})
    assert texts.text("en", "pages", count=1) == "1 page"
    assert texts.text("en", "pages", count=0) == "0 pages"
    assert texts.text("xx", "pages", count=1200) == "1,200 pages"
    assert texts.has("pages")
    with pytest.raises(KeyError):
        texts.text("en", "pages")


def test_a_plural_that_a_language_has_not_got_is_the_other(tmp_path):
    texts = LocaleTexts({"en": {"a.other": "many"}, "pl": {"a.one": "one", "a.few": "few", "a.other": "many"}})
    assert [texts.text("pl", "a", count=count) for count in (1, 3, 5)] == ["one", "few", "many"]
    assert texts.text("en", "a", count=1) == "many"


def test_an_unknown_language_falls_back_to_english(texts):
    assert texts.text("de", "chat.send") == "Send"


def test_what_is_missing_is_an_error_and_not_a_blank(texts):
    with pytest.raises(KeyError):
        texts.text("en", "chat.sned")
    with pytest.raises(KeyError):
        texts.text("en", "wait")


def test_a_value_is_not_read_as_a_template(texts):
    assert texts.text("en", "chat.send", seconds="{0.__class__}") == "Send"
    (shown,) = {LocaleTexts({"en": {"a": "{x}"}}).text("en", "a", x="{y}")}
    assert shown == "{y}"


def test_a_text_given_twice_or_that_is_no_text_is_refused(tmp_path):
    folder = tmp_path / "en"
    folder.mkdir()
    (folder / "a.toml").write_text('x.y = "1"')
    (folder / "b.toml").write_text('[x]\ny = "2"')
    with pytest.raises(ValueError, match="twice"):
        LocaleTexts.load(tmp_path)
    (folder / "b.toml").write_text("n = 3")
    with pytest.raises(ValueError, match="int"):
        LocaleTexts.load(tmp_path)
