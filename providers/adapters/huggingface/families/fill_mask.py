"""BERT, RoBERTa, ALBERT and their kin, with the head that fills a blank. See `providers.heads.FillMask`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from providers.adapters.huggingface.families.heads.pool import LocalHead
from providers.errors import WeightsUnavailable
from providers.heads import Filling, around_blank
from providers.importing import importing

if TYPE_CHECKING:
    from providers.adapters.huggingface.families.heads.network import HeadNetwork


class LocalFillMask(LocalHead):
    """A masked model on this computer."""

    KIND = "AutoModelForMaskedLM"

    async def fill(self, text: str, top: int = 5) -> tuple[Filling, ...]:
        before, after = around_blank(text)
        return await self._run(lambda network: self._fill(network, before, after, top))

    def _fill(self, network: HeadNetwork, before: str, after: str, top: int) -> tuple[Filling, ...]:
        with importing():
            from providers.adapters.huggingface.families.heads.network import softmax

        tokenizer = network.tokenizer
        if tokenizer.mask_token is None:
            raise WeightsUnavailable("head", model=self.info.name, cause=type(tokenizer).__name__)
        with network.reading():
            encoded = network.encode(f"{before}{tokenizer.mask_token}{after}")
            ids = list(encoded["input_ids"])
            place = ids.index(tokenizer.mask_token_id)
            chances = softmax(network.forward(encoded)["logits"][place])
            likeliest = chances.argsort()[::-1][:top]
            found = []
            for id in map(int, likeliest):
                whole = tokenizer.decode([*ids[:place], id, *ids[place + 1 :]], skip_special_tokens=True)
                found.append(Filling(tokenizer.decode([id]), id, float(chances[id]), whole))
        return tuple(found)
