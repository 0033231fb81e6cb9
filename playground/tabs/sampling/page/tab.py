"""Sampling: the choice behind every token, step by step, and the same prompt many times over."""

from __future__ import annotations

from playground.page.parts.under_way import goes_on
from playground.page.program import Page, Program
from playground.tabs.sampling.page.api import publish
from playground.tabs.sampling.page.events.beside import wire_beside
from playground.tabs.sampling.page.events.look import wire_look, wire_opening
from playground.tabs.sampling.page.events.steps import wire_steps
from playground.tabs.sampling.page.events.sweep import wire_sweep
from playground.tabs.sampling.page.layout import lay_out_sampling
from playground.tabs.sampling.visit.visits import SamplingVisits

__all__ = ["NAME", "ORDER", "build", "open", "publish"]

NAME = "sampling"
ORDER = 20
SAMPLES = True


def open(program: Program) -> SamplingVisits:
    return SamplingVisits(program.reach, program.sessions)


def build(page: Page[SamplingVisits]) -> None:
    layout = lay_out_sampling(page)
    going = goes_on(page, "sampling-tree", layout.outputs)  # both modes show one tree
    wire_look(page, layout, going)
    wire_beside(page, layout)
    wire_steps(page, layout, going)
    wire_sweep(page, layout)
    wire_opening(page, layout, going)
