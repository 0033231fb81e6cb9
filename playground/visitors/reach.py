"""Which models a visitor can reach, and the connection to each: catalogue, own keys, and names typed by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from playground.visitors.expiring import Expiring, FoundOnce
from playground.visitors.model_names import LOCAL, full_name
from playground.visitors.reached import Assumes, ChecksTerms, ReachesHub, Resolves, VisitorKeys
from providers import registry
from providers.base import HoldsEncoders, Options, Provider
from providers.catalog import Catalog, find
from providers.embedding import Embedder, EmbeddingInfo, Embeds, Reranker, RerankerInfo, Reranks
from providers.errors import MissingKey, PlaygroundError, StreamTruncated, Timeout, Unavailable, UnknownModel
from providers.heads import Head, Headed, HeadInfo
from providers.inspection import Inspector, inspect
from providers.labels import ContrastiveInfo, ContrastiveProvider, Labeller
from providers.types import ModelInfo

SHARED = (LOCAL, "scripted")
"""Providers without keys: one connection serves every visitor."""
UNKNOWN_WINDOW = 512
"""Tokens of a text that an embedding model reads of which nothing is known: nearly all read that many."""
LIST_SECONDS = 3600
"""How long a vendor's list of models is believed."""
HUB_SECONDS = 300
"""How long it is believed that the Hub answers, or does not."""


@dataclass(slots=True)
class Reach:
    """`scripted` models are offered only where asked for: they are no language models.

    Local models are shared by all visitors. A vendor is connected to for one use, with the key of that moment: no copy
    of a key outlives it.
    """

    catalog: Catalog
    options: Options
    keys: VisitorKeys
    scripted: bool = False
    terms: ChecksTerms | None = None
    """`None` where whoever asks is the one who set the program up: a notebook."""
    _shared: dict[str, Provider] = field(default_factory=dict, repr=False)
    _lists: Expiring[dict[str, tuple[ModelInfo, ...]]] = field(
        default_factory=lambda: Expiring(LIST_SECONDS), repr=False
    )
    _hub: FoundOnce[bool] = field(default_factory=lambda: FoundOnce(HUB_SECONDS), repr=False)

    def locked(self, visitor: str, model: ModelInfo | EmbeddingInfo | RerankerInfo) -> bool:
        """It needs a key that the visitor has not given."""
        return self._needs_key(model.provider) and model.provider not in self.keys.providers(visitor)

    def key_providers(self) -> tuple[str, ...]:
        """Providers for which a key, or an address, can be entered."""
        names = [name for name in registry.names(self.catalog) if name not in SHARED]
        return tuple(sorted(names, key=lambda name: name != "openai"))  # the one most look for, then as they come

    async def models(self, visitor: str) -> tuple[ModelInfo, ...]:
        """On this computer first, those whose weights are here before all, then vendors, and those last of which a key
        is missing: the catalogue, and what reachable vendors list themselves.

        A vendor that does not answer is left with its catalogue rows; `refresh` tells why.
        """
        found: dict[str, ModelInfo] = {}
        for name in SHARED:
            if name != "scripted" or self.scripted:
                found |= {model.ref: model for model in await (await self._connect(visitor, name)).models()}
        found |= {ref: model for ref, model in self._known_models(visitor).items() if ref not in found}

        def order(model: ModelInfo) -> tuple[bool, bool, bool]:
            return not model.local, model.local and not model.here, self.locked(visitor, model)

        return tuple(sorted(found.values(), key=order))

    def _known_models(self, visitor: str) -> dict[str, ModelInfo]:
        """By name, what is known without asking anybody: the catalogue, and what vendors have listed before."""
        vendors = [model for listed in (self._lists.get(visitor) or {}).values() for model in listed]
        scripted = registry.rows("scripted").models if self.scripted else ()
        return {model.ref: model for model in (*scripted, *self.catalog.models, *vendors)}

    async def refresh(self, visitor: str, name: str) -> tuple[ModelInfo, ...]:
        """Ask a vendor for its list. Raises its errors: a wrong key is noticed here."""
        async with self._open_provider(visitor, name) as provider:
            return await self._list(visitor, name, provider)

    async def _list(self, visitor: str, name: str, provider: Provider) -> tuple[ModelInfo, ...]:
        listed = await provider.models()
        self._lists.put(visitor, {**(self._lists.get(visitor) or {}), name: listed})
        return listed

    async def _resolve_model(self, visitor: str, provider: Provider, model_id: str) -> ModelInfo:
        """A model by a name that no list has so far. The vendor decides whether there is one: not all of them have a
        list, and some take names that theirs leaves out. Raises `UnknownModel` where nobody is to be asked."""
        listed: tuple[ModelInfo, ...] = ()
        try:
            listed = await self._list(visitor, provider.name, provider)
        except (Unavailable, StreamTruncated, Timeout) as error:
            if error.reason in {"unreachable", "blocked_address", "redirect", "connect"}:
                raise
        found = next((model for model in listed if model.id == model_id), None)
        if found is None and isinstance(provider, Assumes):
            return provider.assume(model_id)
        return found or find(await self.models(visitor), f"{provider.name}/{model_id}")

    async def refresh_all(self, visitor: str) -> bool:
        """Ask every vendor for which there is a key and no list yet; whether there is anything new.

        One that does not answer keeps its catalogue rows: that is no news until the visitor asks it something.
        """
        missing = self.keys.providers(visitor) - (self._lists.get(visitor) or {}).keys() - set(SHARED)
        answers = await asyncio.gather(*(self.refresh(visitor, name) for name in missing), return_exceptions=True)
        if defects := [a for a in answers if isinstance(a, BaseException) and not isinstance(a, PlaygroundError)]:
            raise defects[0]
        return any(not isinstance(answer, BaseException) for answer in answers)

    async def reaches_hub(self) -> bool:
        """Whether models can be fetched from the Hub now; asked once in a few minutes, and never by a program that is
        to fetch nothing."""
        if self.options.offline:
            return False
        return await self._hub.find("", self._ask_hub)

    async def _ask_hub(self) -> bool:
        provider = await self._connect("", SHARED[0])
        return isinstance(provider, ReachesHub) and await provider.reaches_hub()

    async def check_name(self, visitor: str, ref: str) -> tuple[str, str]:
        """The provider and the model that a typed name means. Raises `UnknownModel` for one that cannot be: no provider
        is called so. Nobody is asked, so a name that can be may still belong to no model.
        """
        name, _, model_id = full_name(ref, registry.names(self.catalog)).partition("/")
        if name not in registry.names(self.catalog) or not model_id or (name == "scripted" and not self.scripted):
            find(await self.models(visitor), ref)  # tells the names that look alike
        return name, model_id

    @asynccontextmanager
    async def open(self, visitor: str, ref: str) -> AsyncIterator[tuple[Provider, ModelInfo]]:
        """The connection and the facts for `provider/model`, for as long as it is used.

        Raises `UnknownModel`, `MissingKey`, `TermsNotAccepted`, and what a vendor answers that is asked for its list.
        """
        name, model_id = await self.check_name(visitor, ref)
        ref = f"{name}/{model_id}"
        async with self._open_provider(visitor, name) as provider:
            if isinstance(provider, Resolves):
                resolved = await provider.resolve(model_id)
                if resolved.terms is not None and self.terms is not None:
                    await asyncio.to_thread(self.terms.check, visitor, resolved)
                yield provider, resolved
            elif (model := self._known_models(visitor).get(ref)) is not None:
                yield provider, model
            else:
                yield provider, await self._resolve_model(visitor, provider, model_id)

    def embeddings(self) -> tuple[EmbeddingInfo, ...]:
        """Models that embed, the default first. Among scripted models that is one without weights."""
        return (*self._scripted_rows.embeddings, *self.catalog.embeddings)

    async def held_encoders(self, encoders: Iterable[EmbeddingInfo | ContrastiveInfo | HeadInfo]) -> frozenset[str]:
        """Those of them, by name, whose weights are on this computer."""
        held = set()
        for info in encoders:
            if info.provider in SHARED:
                provider = await self._connect("", info.provider)
                if not isinstance(provider, HoldsEncoders) or await asyncio.to_thread(provider.holds_encoder, info.id):
                    held.add(info.ref)
        return frozenset(held)

    def rerankers(self) -> tuple[RerankerInfo, ...]:
        """As `embeddings`."""
        return (*self._scripted_rows.rerankers, *self.catalog.rerankers)

    def embedding(self, ref: str = "") -> EmbeddingInfo:
        """The facts of the model of that name, few where the catalogue does not know it. Raises `UnknownModel`."""
        known = {info.ref: info for info in self.embeddings()}
        name, _, model_id = ref.partition("/")
        if ref in known or not ref:
            return known[ref] if ref else self.embeddings()[0]
        if not model_id or name not in (*self.catalog.endpoints, "openai", registry.CUSTOM):
            return find(known.values(), ref)  # tells the names that look alike
        here = name in self.catalog.endpoints and self.catalog.endpoints[name].local
        return EmbeddingInfo(id=model_id, provider=name, name=model_id, window=UNKNOWN_WINDOW, local=here)

    @asynccontextmanager
    async def embedder(self, visitor: str, ref: str = "") -> AsyncIterator[Embedder]:
        """The model of that name, for as long as it is used; without a name the default. Raises `UnknownModel`,
        `MissingKey`.

        Of a vendor that speaks OpenAI's protocol, or a server of the visitor's own, every model can be named.
        """
        info = self.embedding(ref)
        async with self._open_provider(visitor, info.provider) as provider:
            if not isinstance(provider, Embeds):
                raise UnknownModel("provider", model=info.ref, near="")
            yield provider.embedder(info)

    @asynccontextmanager
    async def reranker(self, visitor: str, ref: str = "") -> AsyncIterator[Reranker]:
        """As `embedder`."""
        info = find(self.rerankers(), ref) if ref else self.rerankers()[0]
        async with self._open_provider(visitor, info.provider) as provider:
            if not isinstance(provider, Reranks):
                raise UnknownModel("provider", model=info.ref, near="")
            yield provider.reranker(info)

    def labellers(self) -> tuple[ContrastiveInfo, ...]:
        """Models that compare pictures with labels. As `embeddings`."""
        return (*self._scripted_rows.contrastive, *self.catalog.contrastive)

    @asynccontextmanager
    async def labeller(self, visitor: str, ref: str = "") -> AsyncIterator[Labeller]:
        """As `embedder`."""
        info = find(self.labellers(), ref) if ref else self.labellers()[0]
        async with self._open_provider(visitor, info.provider) as provider:
            if not isinstance(provider, ContrastiveProvider):
                raise UnknownModel("provider", model=info.ref, near="")
            yield provider.labeller(info)

    def heads(self, head: Head) -> tuple[HeadInfo, ...]:
        """Models made for one task, those of the catalogue, the default first."""
        return tuple(info for info in self.catalog.heads if info.head == head)

    @asynccontextmanager
    async def head_provider(self, visitor: str, ref: str, head: Head) -> AsyncIterator[tuple[Headed, HeadInfo]]:
        """The provider and the model of that name for one task, for as long as it is used; without a name the default.

        A folder of this computer, or a Hub repository, can be named too. Raises `UnknownModel`.
        """
        rows = {info.ref: info for info in self.heads(head)}
        name, _, model_id = full_name(ref, registry.names(self.catalog)).partition("/") if ref else ("", "", "")
        info = next(iter(rows.values()), None) if not ref else rows.get(f"{name}/{model_id}")
        async with self._open_provider(visitor, info.provider if info is not None else name) as provider:
            if not isinstance(provider, Headed):
                raise UnknownModel("provider", model=ref[:120], near="")
            yield provider, info or self._as_known(await provider.resolve_head(model_id, head))

    def _as_known(self, info: HeadInfo) -> HeadInfo:
        """By the name that the page has for it elsewhere, where it is also a model that embeds."""
        names = {one.ref: one.name for one in self.embeddings()}
        return replace(info, name=names.get(info.ref, info.name))

    @asynccontextmanager
    async def inspector(self, visitor: str, ref: str) -> AsyncIterator[Inspector]:
        """The model of that name, one that writes or one that embeds, to be taken apart. Raises `UnknownModel`,
        `MissingKey`, `UnsupportedRequest("layers")`."""
        info = next((one for one in self.embeddings() if one.ref == ref), None)
        if info is None:
            async with self.open(visitor, ref) as (provider, model):
                yield inspect(provider, model)
        else:
            async with self._open_provider(visitor, info.provider) as provider:
                yield inspect(provider, info)

    @property
    def _scripted_rows(self) -> Catalog:
        return registry.rows("scripted") if self.scripted else Catalog(models=(), endpoints={})

    def forget(self, visitor: str) -> None:
        """Forget what vendors listed for the visitor's keys."""
        self._lists.pop(visitor)

    @asynccontextmanager
    async def _open_provider(self, visitor: str, name: str) -> AsyncIterator[Provider]:
        provider = await self._connect(visitor, name)
        try:
            yield provider
        finally:
            if name not in SHARED:
                await provider.aclose()

    async def _connect(self, visitor: str, name: str) -> Provider:
        if name in self._shared:
            return self._shared[name]
        credentials = self.keys.credentials("" if name in SHARED else visitor, name)
        if self._needs_key(name) and not credentials.key and not credentials.base_url:
            raise MissingKey(provider=name)
        if not registry.is_imported(name):
            await asyncio.to_thread(registry.import_adapter, name)
        if name in self._shared:  # meanwhile somebody else has connected it
            return self._shared[name]
        provider = registry.connect(name, self.catalog, self.options, credentials)
        if name in SHARED:
            self._shared[name] = provider
        return provider

    def _needs_key(self, name: str) -> bool:
        if name in SHARED:
            return False
        endpoint = self.catalog.endpoints.get(name)
        return endpoint is None or endpoint.key_variable is not None
