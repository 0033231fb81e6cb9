"""Models with a head that labels each token. See `providers.heads.TagTokens`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from providers.adapters.huggingface.families.heads.pool import LocalHead
from providers.heads import TaggedToken
from providers.importing import importing

if TYPE_CHECKING:
    from providers.adapters.huggingface.families.heads.network import HeadNetwork


class LocalTagTokens(LocalHead):
    """A model that tags, on this computer."""

    KIND = "AutoModelForTokenClassification"

    async def tag(self, text: str) -> tuple[TaggedToken, ...]:
        return await self._run(lambda network: _tags(network, text))


def _tags(network: HeadNetwork, text: str) -> tuple[TaggedToken, ...]:
    with importing():
        from providers.adapters.huggingface.families.heads.network import softmax

    with network.reading():
        encoded = network.encode(text, return_offsets_mapping=True, return_special_tokens_mask=True)
        chances = softmax(network.forward(encoded)["logits"])
        pieces = network.tokenizer.convert_ids_to_tokens(list(encoded["input_ids"]))
    found = []
    for place, (start, end) in enumerate(encoded["offset_mapping"]):
        if not encoded["special_tokens_mask"][place]:
            best = int(chances[place].argmax())
            found.append(TaggedToken(pieces[place], start, end, network.labels[best], float(chances[place, best])))
    return tuple(found)
