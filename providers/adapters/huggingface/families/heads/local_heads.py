"""The part of the provider that offers models with heads. See `providers.heads.Headed`."""

from __future__ import annotations

import asyncio
from pathlib import Path

from providers.adapters.huggingface.families.classify import LocalClassify
from providers.adapters.huggingface.families.fill_mask import LocalFillMask
from providers.adapters.huggingface.families.find_span import LocalFindSpan
from providers.adapters.huggingface.families.heads.pool import HeadPool
from providers.adapters.huggingface.families.seq2seq import LocalCausal, LocalSeq2Seq
from providers.adapters.huggingface.families.tag_tokens import LocalTagTokens
from providers.adapters.huggingface.listing import PROVIDER, ModelListing
from providers.adapters.huggingface.weights.store import is_folder
from providers.base import Options
from providers.heads import Head, HeadInfo


class LocalHeads:
    """Models with heads, of one provider."""

    def __init__(self, pool: HeadPool, listing: ModelListing, options: Options) -> None:
        self._heads, self._names, self._choices = pool, listing, options

    async def resolve_head(self, name: str, head: Head) -> HeadInfo:
        def resolve() -> HeadInfo:
            model_id = self._names.model_id(name.strip())
            self._heads.check_allowed(model_id, folders=self._choices.folders)
            title = Path(model_id).name if is_folder(model_id) else model_id
            return HeadInfo(id=model_id, provider=PROVIDER, name=title, head=head, local=True)

        return await asyncio.to_thread(resolve)

    def fill_mask(self, info: HeadInfo) -> LocalFillMask:
        return LocalFillMask(info, self._heads)

    def seq2seq(self, info: HeadInfo) -> LocalSeq2Seq:
        return LocalSeq2Seq(info, self._heads)

    def causal(self, info: HeadInfo) -> LocalCausal:
        return LocalCausal(info, self._heads)

    def classify(self, info: HeadInfo) -> LocalClassify:
        return LocalClassify(info, self._heads)

    def tag_tokens(self, info: HeadInfo) -> LocalTagTokens:
        return LocalTagTokens(info, self._heads)

    def find_span(self, info: HeadInfo) -> LocalFindSpan:
        return LocalFindSpan(info, self._heads)
