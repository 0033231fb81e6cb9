"""The provider of local language models. Whatever blocks runs in threads; importing it loads neither torch nor
transformers."""

from __future__ import annotations

import asyncio
from functools import partial

from providers.adapters.huggingface.answering import LocalAnswers
from providers.adapters.huggingface.families.contrastive import LocalLabeller
from providers.adapters.huggingface.families.embedding import LocalEmbedder
from providers.adapters.huggingface.families.encoders.pool import EncoderPool
from providers.adapters.huggingface.families.heads.local_heads import LocalHeads
from providers.adapters.huggingface.families.heads.pool import HeadPool
from providers.adapters.huggingface.families.reranking import LocalReranker
from providers.adapters.huggingface.inspecting.inspector import LocalInspector
from providers.adapters.huggingface.listing import ModelListing
from providers.adapters.huggingface.memory.companions import Companions
from providers.adapters.huggingface.memory.device import total_memory
from providers.adapters.huggingface.memory.loader import ModelLoader
from providers.adapters.huggingface.shrinking.local import LocalShrunk
from providers.adapters.huggingface.weights.hub import Hub, answers
from providers.adapters.huggingface.weights.store import Store
from providers.adapters.huggingface.weights.ticket import Ticket
from providers.base import Connection
from providers.embedding import EmbeddingInfo, RerankerInfo
from providers.errors import WeightsUnavailable
from providers.inspection import InspectedModel
from providers.labels import ContrastiveInfo
from providers.sampling import PARAMETERS
from providers.types import (
    ModelInfo,
    Progress,
)

_HUB_SECONDS = 5
"""For asking whether the Hub answers."""


class HuggingFace(LocalAnswers, LocalHeads):
    """Models on this computer. See `Provider`, `WhiteBox` and `Headed` of `providers`."""

    name = "huggingface"
    accepts = frozenset(PARAMETERS)

    def __init__(self, connection: Connection) -> None:
        options = connection.options
        hub = Hub(token=connection.credentials.key, memory=options.memory or total_memory())
        self._store = store = Store(options, hub)
        self._listing = ModelListing(connection.models, options, store)
        LocalAnswers.__init__(self, ModelLoader(options, store, self._listing), options.deadlines)
        self._companions = Companions(self._loader, store, lambda: self.busy)
        self._compared = Store(options, hub, "encoders")
        self._encoders = EncoderPool(self._loader, self._compared)
        LocalHeads.__init__(self, HeadPool(self._loader, self._compared), self._listing, options)
        self._embedders: dict[EmbeddingInfo, LocalEmbedder] = {}
        self._inspectors: dict[str, LocalInspector] = {}
        self._shrunk: dict[str, LocalShrunk] = {}

    @property
    def loaded(self) -> tuple[str, ...]:
        """What is in memory: models' ids with `@` and their variant."""
        return self._loader.cache.names

    @property
    def computed(self) -> int:
        """Tokens produced by the models in memory, so that a test sees work going on after a stop."""
        return self._loader.cache.computed

    async def models(self) -> tuple[ModelInfo, ...]:
        """The catalogue's rows, and what else lies in the cache. Asks nobody."""
        return await asyncio.to_thread(self._listing.models)

    async def resolve(self, name: str) -> ModelInfo:
        """The model a visitor means by a Hub repository's name or a folder of this computer; `@engine` may follow.

        Raises `UnknownModel` for what is neither or not allowed here, `WeightsUnavailable` for what cannot be had.
        """
        ticket = Ticket()
        try:
            return await asyncio.to_thread(self._listing.resolve, name.strip(), ticket)
        finally:
            ticket.cancel()

    async def settle(self, model: ModelInfo) -> None:
        """See `playground.visitors.reached.Settles`."""
        await self._companions.settle(model)

    def fetching(self, model: ModelInfo) -> Progress | None:
        """See `playground.visitors.reached.Fetches`."""
        return self._loader.fetching(model)

    async def pause(self, model: ModelInfo, *, alone: bool) -> bool:
        """See `playground.visitors.reached.Fetches`."""
        return await self._loader.pause(model, alone=alone)

    async def reaches_hub(self) -> bool:
        """See `playground.visitors.reach.ReachesHub`."""
        try:
            async with asyncio.timeout(_HUB_SECONDS):
                return await asyncio.to_thread(answers)
        except TimeoutError:  # looking up an address has no limit of its own
            return False

    def embedder(self, info: EmbeddingInfo) -> LocalEmbedder:
        """The same one for everybody."""
        return self._embedders.setdefault(info, LocalEmbedder(info, self._encoders))

    def holds_encoder(self, model_id: str) -> bool:
        """Its files are here, whole. Blocks."""
        try:
            return self._compared.find_folder(model_id) is not None
        except WeightsUnavailable:  # damaged: noticed, and repaired, when it is asked for
            return False

    def reranker(self, info: RerankerInfo) -> LocalReranker:
        return LocalReranker(info, self._encoders)

    def labeller(self, info: ContrastiveInfo) -> LocalLabeller:
        return LocalLabeller(info, self._loader, self._compared)

    def inspector(self, info: InspectedModel) -> LocalInspector:
        """The same one for everybody."""
        if info.id not in self._inspectors:
            if isinstance(info, EmbeddingInfo):
                found = LocalInspector(info, self._loader, self._compared)
            else:
                found = LocalInspector(info, self._loader, self._store, partial(self._codec, info))
            self._inspectors[info.id] = found
        return self._inspectors[info.id]

    def shrunk(self, model: ModelInfo) -> LocalShrunk:
        """The same one for everybody."""
        if model.id not in self._shrunk:
            self._shrunk[model.id] = LocalShrunk(model, self._loader, self._store, partial(self._codec, model))
        return self._shrunk[model.id]

    async def aclose(self) -> None:
        """Call off what is being made ready, and let the models go."""
        await self._loader.aclose()
