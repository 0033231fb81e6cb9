"""Who is asking: keys, limits and the conversations of a visitor, who is an id in a cookie (see `playground.web`)."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from playground.settings import Settings
from playground.sqlite import failures
from playground.visitors.addresses import Addresses, Rate
from playground.visitors.conversations import ConversationKey, Conversations
from playground.visitors.expiring import Expiring
from playground.visitors.limits import Limits
from playground.visitors.storage import Storage
from playground.visitors.terms import Acceptances
from playground.visitors.vault import KeyVault, environment_keys
from playground.visitors.work import Work
from providers.catalog import Catalog

__all__ = ["ConversationKey", "Conversations", "KeyVault", "Limits", "Sessions", "Storage", "Work"]

_YEAR = 365 * 86_400.0


@dataclass(slots=True)
class Sessions:
    """Everything remembered about visitors."""

    vault: KeyVault
    limits: Limits
    conversations: Conversations
    terms: Acceptances
    storage: Storage
    work: Work = field(init=False)
    """What is going on for the visitors, in all tabs."""
    gone: Expiring[bool] = field(default_factory=lambda: Expiring(_YEAR), repr=False)
    """Ids of visitors who had everything deleted: their cookies are worth nothing any more."""
    forgetting: list[Callable[[str], None]] = field(default_factory=list, repr=False)
    """What else is to be done for a visitor who is forgotten: of whoever keeps something and stands above."""

    def __post_init__(self) -> None:
        self.work = Work(self.limits)

    async def stop(self, visitor: str) -> None:
        """End all work for the visitor, whose cookie is not taken any more."""
        self.gone.put(visitor, True)
        self.work.stop_all(visitor)
        await self.work.wait_for_end(visitor)

    async def forget(self, visitor: str) -> None:
        """Delete the keys, the visitor's folder and uploads. Raises `StorageFailed`."""
        self.vault.forget(visitor)
        await asyncio.to_thread(self._delete, visitor)
        for forget in self.forgetting:
            await asyncio.to_thread(forget, visitor)
        self.storage.measure_again()

    def _delete(self, visitor: str) -> None:
        folder = self.conversations.folder(visitor)
        with failures():
            if folder.exists():
                shutil.rmtree(folder)

    @classmethod
    def of(cls, settings: Settings, catalog: Catalog) -> Sessions:
        """As the settings say; old conversations are deleted on the way."""
        keys = environment_keys(catalog) if settings.environment_keys else {}
        conversations = Conversations(settings.home, settings.conversation_days)
        conversations.sweep()
        storage = Storage(
            conversations.folder,
            tuple(settings.home / name for name in ("visitors", "uploads", "index")),
            settings.visitor_bytes,
            settings.stored_bytes,
        )
        if storage.bounded:
            conversations = replace(conversations, room=storage.check)
        limits = Limits(
            settings.messages_per_minute,
            settings.parallel_streams,
            settings.max_tokens_per_reply,
            messages_per_address=settings.messages_per_address,
            addresses=Addresses(
                Rate(settings.new_visitors_per_address), Rate(settings.new_visitors_per_minute), settings.hosted
            ),
        )
        terms = Acceptances(catalog.terms, conversations, frozenset(settings.accepted_terms))
        return cls(KeyVault(settings.key_hours * 3600, keys), limits, conversations, terms, storage)
