"""Keys, limits and conversations of a visitor, with a clock of the test's own."""

import asyncio
import hashlib
import json
import os
import stat
import time

import pytest

from playground.settings import Settings
from playground.visitors import Conversations, KeyVault, Limits, Sessions
from providers.base import Credentials
from providers.catalog import load
from providers.errors import LimitExceeded, MissingKey

CANARY = "sk-canary-7d1f"
VISITOR = "visitor-canary-a"


class TestKeys:
    def test_a_key_is_its_visitors_own(self, clock):
        vault = KeyVault(60, clock=clock)
        vault.put("a", "openai", f"  {CANARY}\n")
        assert vault.credentials("a", "openai") == Credentials(CANARY)
        assert vault.credentials("b", "openai") == Credentials()
        assert vault.providers("a") == {"openai"}
        assert vault.providers("b") == frozenset()

    def test_it_expires(self, clock):
        vault = KeyVault(60, clock=clock)
        vault.put("a", "openai", CANARY)
        clock.now += 59
        assert vault.get("a", "openai")
        clock.now += 1
        assert vault.get("a", "openai") is None

    def test_it_can_be_forgotten_one_or_all(self, clock):
        vault = KeyVault(60, clock=clock)
        for provider in ("openai", "anthropic", "mistral"):
            vault.put("a", provider, CANARY)
        vault.forget("a", "openai")
        assert vault.providers("a") == {"anthropic", "mistral"}
        vault.put("a", "mistral", " ")
        assert vault.providers("a") == {"anthropic"}
        vault.forget("a")
        assert vault.providers("a") == frozenset()

    def test_the_environments_key_is_second_and_cannot_be_forgotten(self, clock):
        vault = KeyVault(60, {"openai": "from-environment"}, clock)
        assert vault.credentials("a", "openai").key == "from-environment"
        vault.put("a", "openai", CANARY)
        assert vault.credentials("a", "openai").key == CANARY
        vault.forget("a")
        assert vault.credentials("a", "openai").key == "from-environment"
        assert vault.own_providers("a") == frozenset()

    def test_an_address_of_ones_own_stays_with_its_key(self, clock):
        vault = KeyVault(60, {"openai": "from-environment"}, clock)
        vault.put("a", "custom", None, " http://localhost:9/v1 ")
        assert vault.credentials("a", "custom") == Credentials(None, "http://localhost:9/v1")

    @pytest.mark.parametrize("key", ["ключ", "two words", "line\nbreak", "nul\0", "x" * 5000, "sk-“quoted”"])
    def test_a_key_that_cannot_be_sent_is_refused_without_being_shown(self, key, clock):
        with pytest.raises(MissingKey) as refused:
            KeyVault(60, clock=clock).put("a", "openai", key)
        assert refused.value.reason == "malformed"
        assert key not in str(refused.value)

    def test_no_representation_shows_a_key(self, clock):
        vault = KeyVault(60, {"openai": CANARY}, clock)
        vault.put(VISITOR, "anthropic", CANARY)
        shown = repr(vault) + repr(vault.credentials(VISITOR, "anthropic")) + repr(vault._stored)
        assert CANARY not in shown
        assert VISITOR not in shown


class TestLimits:
    def test_messages_a_minute_slide(self, clock):
        limits = Limits(2, 1, 10, clock)
        limits.message("a")
        clock.now += 30
        limits.message("a")
        with pytest.raises(LimitExceeded) as refused:
            limits.message("a")
        assert refused.value.reason == "rate"
        assert refused.value.values == {"limit": 2, "seconds": 30}
        limits.message("b")
        clock.now += 30
        limits.message("a")
        with pytest.raises(LimitExceeded):
            limits.message("a")

    async def test_streams_are_counted_per_visitor_and_given_back_on_every_way_out(self, clock):
        limits = Limits(100, 2, 10, clock)
        async with limits.stream("a"), limits.stream("a"), limits.stream("b"):
            with pytest.raises(LimitExceeded) as refused:
                async with limits.stream("a"):
                    pass
            assert refused.value.reason == "streams"
        with pytest.raises(ZeroDivisionError):
            async with limits.stream("a"):
                raise ZeroDivisionError

        async def hold() -> None:
            async with limits.stream("a"):
                await asyncio.sleep(60)

        task = asyncio.create_task(hold())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with limits.stream("a"), limits.stream("a"):
            pass

    def test_tokens(self, clock):
        limits = Limits(1, 1, 100, clock)
        assert limits.tokens(None) == 100
        assert limits.tokens(100) == 100
        with pytest.raises(LimitExceeded) as refused:
            limits.tokens(101)
        assert refused.value.key == "limit_exceeded.tokens"


class TestConversations:
    def test_it_outlives_the_process_and_can_be_deleted(self, tmp_path):
        value: dict[str, object] = {"messages": [{"role": "user", "content": "¿Qué tal? \ud800"}], "n": 1.5}
        Conversations(tmp_path).save(VISITOR, value)
        assert Conversations(tmp_path).load(VISITOR) == value
        assert Conversations(tmp_path).load("somebody else") is None
        Conversations(tmp_path).delete(VISITOR)
        assert Conversations(tmp_path).load(VISITOR) is None
        Conversations(tmp_path).delete(VISITOR)

    def test_only_the_owner_may_read_and_the_cookie_is_nowhere(self, tmp_path):
        conversations = Conversations(tmp_path)
        conversations.save(VISITOR, {"text": "hello"})
        (file,) = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        assert file.parent.name == hashlib.sha256(VISITOR.encode()).hexdigest()
        assert VISITOR not in str(file)
        assert VISITOR not in file.read_text()

    @pytest.mark.parametrize("content", [b"", b'{"a": ', b"[1]", b"\xff\xfe", b"[" * 100_000])
    def test_a_damaged_file_counts_as_none_and_is_set_aside(self, tmp_path, content):
        conversations = Conversations(tmp_path)
        conversations.save(VISITOR, {})
        file = conversations.folder(VISITOR) / "conversation.json"
        file.write_bytes(content)
        assert conversations.load(VISITOR) is None
        assert file.with_suffix(".damaged").read_bytes() == content
        conversations.save(VISITOR, {"a": 1})
        assert conversations.load(VISITOR) == {"a": 1}

    def test_what_cannot_be_saved_leaves_what_was_saved(self, tmp_path):
        conversations = Conversations(tmp_path, max_bytes=100)
        conversations.save(VISITOR, {"a": 1})
        with pytest.raises(LimitExceeded) as refused:
            conversations.save(VISITOR, {"a": "x" * 200})
        assert refused.value.key == "limit_exceeded.history"
        with pytest.raises(ValueError, match="JSON"):
            conversations.save(VISITOR, {"a": float("nan")})
        assert conversations.load(VISITOR) == {"a": 1}
        assert [path.name for path in conversations.folder(VISITOR).iterdir()] == ["conversation.json"]

    def test_the_old_ones_are_swept(self, tmp_path):
        conversations = Conversations(tmp_path, days=2)
        assert conversations.sweep() == 0
        for visitor in ("old", "new"):
            conversations.save(visitor, {})
        (tmp_path / "visitors" / ".secret").write_text("stays")
        past = time.time() - 3 * 86_400
        for path in (conversations.folder("old") / "conversation.json", conversations.folder("old")):
            os.utime(path, (past, past))
        os.utime(tmp_path / "visitors" / ".secret", (past, past))
        assert conversations.sweep() == 1
        assert conversations.load("old") is None
        assert conversations.load("new") == {}
        assert (tmp_path / "visitors" / ".secret").exists()


@pytest.mark.parametrize("shared", [True, False])
def test_the_environments_keys_are_shared_only_where_the_settings_say_so(tmp_path, monkeypatch, shared):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    sessions = Sessions.of(Settings(home=tmp_path, environment_keys=shared, max_tokens_per_reply=7), load())
    assert (sessions.vault.credentials("anyone", "openai").key == CANARY) is shared
    assert sessions.limits.tokens(None) == 7
    assert CANARY not in repr(sessions)
    assert json.dumps(sorted(sessions.vault.providers("anyone"))).count("openai") == shared
