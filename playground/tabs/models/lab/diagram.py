"""A model's architecture as blocks, from its configuration: what stands in a diagram, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from providers.inspection import Anatomy

BlockName = Literal[
    "text",
    "embedding",
    "places",
    "norm",
    "attention",
    "residual",
    "feed_forward",
    "final_norm",
    "head",
    "chances",
    "mean",
    "vector",
]


@dataclass(frozen=True, slots=True)
class DiagramBlock:
    """A box of the diagram. `shape` says how large its tables are, or what runs through."""

    name: BlockName
    shape: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagram:
    """From the text to what comes out. `repeated` stands `times` after one another; each `residual` in it adds what
    entered the part before it."""

    before: tuple[DiagramBlock, ...]
    repeated: tuple[DiagramBlock, ...]
    times: int
    after: tuple[DiagramBlock, ...]


def diagram(anatomy: Anatomy) -> Diagram:
    """The blocks, in order. An encoder of BERT's kind has its norms after each sum, a decoder before each part."""
    width, heads = anatomy.hidden, anatomy.heads
    shared = f" / {anatomy.kv_heads}" if anatomy.kv_heads != heads else ""
    attention = DiagramBlock("attention", f"{heads}{shared} × {anatomy.head_size}")
    feed_forward = DiagramBlock("feed_forward", f"{width} → {anatomy.inner}")
    norm, residual = DiagramBlock("norm", str(width)), DiagramBlock("residual", "+")
    before = [DiagramBlock("text"), DiagramBlock("embedding", f"{anatomy.vocabulary} × {width}")]
    if anatomy.position == "absolute" and anatomy.context is not None:
        before.append(DiagramBlock("places", f"{anatomy.context} × {width}"))
    if anatomy.kind == "encoder":
        return Diagram(
            before=(*before, norm),
            repeated=(attention, residual, norm, feed_forward, residual, norm),
            times=anatomy.layers,
            after=(DiagramBlock("mean", f"→ {width}"), DiagramBlock("vector", str(width))),
        )
    return Diagram(
        before=tuple(before),
        repeated=(norm, attention, residual, norm, feed_forward, residual),
        times=anatomy.layers,
        after=(
            DiagramBlock("final_norm", str(width)),
            DiagramBlock("head", f"{width} × {anatomy.vocabulary}"),
            DiagramBlock("chances", str(anatomy.vocabulary)),
        ),
    )
