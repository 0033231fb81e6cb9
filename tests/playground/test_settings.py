"""Where a setting comes from, and which wins."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from playground.command_line import command_line
from playground.settings import DEFAULT_MODEL, Settings, variables
from playground.visitors.vault import environment_keys
from providers.base import Deadlines
from providers.catalog import load

CANARY = "sk-canary-7d1f"


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    """No variable of this machine, and an empty working folder."""
    for name in [*variables(), "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "MISTRAL_API_KEY"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_on_a_laptop_everything_is_open_to_its_owner():
    settings = Settings()
    assert settings.host == "127.0.0.1"
    assert not settings.hosted
    assert settings.environment_keys
    assert settings.visitor_models
    assert settings.home.is_absolute()
    assert settings.model == DEFAULT_MODEL


def test_a_space_is_hosted_and_closed(monkeypatch):
    monkeypatch.setenv("SPACE_ID", "someone/aula")
    monkeypatch.setenv("SPACE_HOST", "someone-aula.hf.space")
    settings = Settings()
    assert settings.on_space
    assert settings.hosted
    assert settings.host == "0.0.0.0"
    assert settings.space_host == "someone-aula.hf.space"
    assert not settings.environment_keys
    assert not settings.visitor_models


def test_hosted_alone_closes_what_the_operator_did_not_open(monkeypatch):
    monkeypatch.setenv("PLAYGROUND_HOSTED", "true")
    assert not Settings().environment_keys
    monkeypatch.setenv("PLAYGROUND_ENVIRONMENT_KEYS", "yes")
    settings = Settings()
    assert settings.environment_keys
    assert not settings.visitor_models


def test_a_flag_beats_the_environment_which_beats_the_file(monkeypatch, bare):
    (bare / ".env").write_text("PLAYGROUND_PORT=7001\nPLAYGROUND_MODEL=scripted\nPLAYGROUND_RETRIES=5\n")
    monkeypatch.setenv("PLAYGROUND_PORT", "7002")
    assert Settings().port == 7002
    settings = command_line(["--port", "7003", "--hosted", "--no-open"])
    assert (settings.port, settings.model, settings.retries) == (7003, "scripted/echo", 5)
    assert settings.hosted
    assert not settings.open


def test_lists_are_separated_by_commas_and_an_empty_variable_is_none(monkeypatch):
    monkeypatch.setenv("PLAYGROUND_ALLOWED_HOSTS", "Aula.example.org, *")
    monkeypatch.setenv("PLAYGROUND_PORT", "")
    settings = Settings()
    assert settings.allowed_hosts == ("aula.example.org", "*")
    assert settings.port == 7860


def test_the_providers_options_carry_the_bounds(monkeypatch):
    monkeypatch.setenv("PLAYGROUND_MEMORY_GB", "1.5")
    monkeypatch.setenv("PLAYGROUND_API_HOSTS", "llm.example.org:8443")
    monkeypatch.setenv("PLAYGROUND_FIRST_TOKEN_SECONDS", "7")
    monkeypatch.setenv("PLAYGROUND_LOCAL_FIRST_TOKEN_SECONDS", "8")
    monkeypatch.setenv("PLAYGROUND_LOCAL_BETWEEN_TOKENS_SECONDS", "9")
    monkeypatch.setenv("PLAYGROUND_LOCAL_TOTAL_SECONDS", "10")
    options = Settings(hosted=True, home=Path("~/aula")).options()
    assert options.memory == 1_500_000_000
    assert options.network.hosts == {"llm.example.org:8443"}
    assert options.network.first_token == 7
    assert options.deadlines == Deadlines(first_token=8, between_tokens=9, total=10)
    assert options.network.hosted
    assert not options.folders
    assert options.home == Path.home() / "aula"


@pytest.mark.parametrize("flags", [["--port", "70000"], ["--port", "x"], ["--nonsense"]])
def test_a_value_that_is_none_ends_with_a_sentence(flags, capsys):
    with pytest.raises(SystemExit) as ended:
        command_line(flags)
    assert ended.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_help_explains_every_flag_and_variable(capsys):
    with pytest.raises(SystemExit):
        command_line(["--help"])
    shown = capsys.readouterr().out
    for name in ["--host", "--port", "--model", "--hosted", "--open", *variables()]:
        assert name in shown


def test_every_setting_says_what_it_is_for():
    assert all(len(purpose) > 10 for purpose in variables().values())
    assert "SPACE_ID" in variables()
    assert len(variables()) == len(Settings.model_fields)


def test_keys_come_from_the_environment_and_the_file_and_are_shown_nowhere(monkeypatch, bare):
    (bare / ".env").write_text(f"OPENAI_API_KEY=from-file\nANTHROPIC_API_KEY={CANARY}\n")
    monkeypatch.setenv("OPENAI_API_KEY", " from-process ")
    monkeypatch.setenv("MISTRAL_API_KEY", "")
    keys = environment_keys(load())
    assert keys["openai"] == "from-process"
    assert keys["anthropic"] == CANARY
    assert "mistral" not in keys
    assert CANARY not in repr(Settings())


def test_each_vendor_of_the_catalogue_has_its_variable():
    catalog = load()
    environ = {row.key_variable: f"key of {name}" for name, row in catalog.endpoints.items() if row.key_variable}
    found = environment_keys(catalog, environ)
    hub = {"huggingface"} if "HF_TOKEN" in environ else set()
    assert set(found) == {name for name, row in catalog.endpoints.items() if row.key_variable} | hub


def test_messages_are_counted_only_where_strangers_visit(tmp_path):
    assert Settings(_env_file=None, home=tmp_path).messages_per_minute is None
    assert Settings(_env_file=None, home=tmp_path, hosted=True).messages_per_minute == 30
    assert Settings(_env_file=None, home=tmp_path, messages_per_minute=5).messages_per_minute == 5
    with pytest.raises(ValidationError):
        Settings(_env_file=None, home=tmp_path, messages_per_minute=0)


def test_a_tab_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setenv("PLAYGROUND_TABS", "chat, Sampling")
    assert [name for name in ("chat", "rag", "sampling") if Settings().shows(name)] == ["chat", "sampling"]
    monkeypatch.setenv("PLAYGROUND_TABS", "chat,chess")
    with pytest.raises(ValidationError, match="no tab is called chess; there are chat, evaluation"):
        Settings()
