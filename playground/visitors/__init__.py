"""Who is asking: keys, limits and the conversations of a visitor, who is an id in a cookie (see `playground.web`)."""

from __future__ import annotations

from dataclasses import dataclass, field

from playground.settings import Settings, environment_keys
from playground.visitors.conversations import ConversationKey, Conversations
from playground.visitors.limits import Limits
from playground.visitors.terms import Acceptances
from playground.visitors.vault import KeyVault
from playground.visitors.work import Work
from providers.catalog import Catalog

__all__ = ["ConversationKey", "Conversations", "KeyVault", "Limits", "Sessions", "Work"]


@dataclass(slots=True)
class Sessions:
    """Everything remembered about visitors."""

    vault: KeyVault
    limits: Limits
    conversations: Conversations
    terms: Acceptances
    work: Work = field(init=False)
    """What is going on for the visitors, in all tabs."""

    def __post_init__(self) -> None:
        self.work = Work(self.limits)

    @classmethod
    def of(cls, settings: Settings, catalog: Catalog) -> Sessions:
        """As the settings say; old conversations are deleted on the way."""
        keys = environment_keys(catalog) if settings.environment_keys else {}
        conversations = Conversations(settings.home, settings.conversation_days)
        conversations.sweep()
        limits = Limits(settings.messages_per_minute, settings.parallel_streams, settings.max_tokens_per_reply)
        terms = Acceptances(catalog.terms, conversations, frozenset(settings.accepted_terms))
        return cls(KeyVault(settings.key_hours * 3600, keys), limits, conversations, terms)
