"""Prompts, positions and trees of a model without weights."""

from __future__ import annotations

from contextlib import aclosing

from playground.tabs.sampling.lab import (
    Growth,
    Position,
    TokenTree,
    grow,
    look,
)
from providers.adapters.scripted import Scripted, words
from providers.types import ModelInfo

TEXT = "The capital of France is"


async def scripted(box: Scripted, name: str = "words") -> ModelInfo:
    return {model.id: model for model in await box.models()}[name]


async def position(box: Scripted, text: str = TEXT) -> Position:
    return await look(box, await scripted(box), words.encode(text))


async def root(box: Scripted, text: str = TEXT) -> TokenTree:
    return TokenTree(prompt=await box.encode(await scripted(box), text))


async def grown(box: Scripted, tree: TokenTree, growth: Growth) -> list[TokenTree]:
    async with aclosing(grow(box, await scripted(box), tree, growth)) as trees:
        return [one async for one in trees]
