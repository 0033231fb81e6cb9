"""Who is asking: keys, limits and the conversation of a visitor, who is an id in a cookie (see `playground.web`)."""

from __future__ import annotations

from dataclasses import dataclass

from playground.sessions.conversations import Conversations
from playground.sessions.limits import Limits
from playground.sessions.vault import KeyVault
from playground.settings import Settings, environment_keys
from providers.catalog import Catalog

__all__ = ["Conversations", "KeyVault", "Limits", "Sessions"]


@dataclass(frozen=True, slots=True)
class Sessions:
    """Everything remembered about visitors."""

    vault: KeyVault
    limits: Limits
    conversations: Conversations

    @classmethod
    def of(cls, settings: Settings, catalog: Catalog) -> Sessions:
        """As the settings say; old conversations are deleted on the way."""
        keys = environment_keys(catalog) if settings.environment_keys else {}
        conversations = Conversations(settings.home, settings.conversation_days)
        conversations.sweep()
        limits = Limits(settings.messages_per_minute, settings.parallel_streams, settings.max_tokens_per_reply)
        return cls(KeyVault(settings.key_hours * 3600, keys), limits, conversations)
