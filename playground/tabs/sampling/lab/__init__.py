"""How the next token is chosen: the bars behind a choice, a text token by token, and the same prompt many times over.

Works without a page. Whatever needs logits takes a `providers.whitebox.WhiteBox`; the sweep takes any provider.
"""

from playground.asking.visible import visible
from playground.tabs.sampling.lab.cells import (
    MAX_CELLS,
    DiversityLine,
    Grid,
    Group,
    SweepCell,
    SweepSetting,
    diversity,
    groups,
)
from playground.tabs.sampling.lab.next_token import (
    NextToken,
    Position,
    RankedToken,
    Small,
    TokenCandidate,
    look,
    look_up,
    next_tokens,
    small_multiples,
)
from playground.tabs.sampling.lab.path import Growth, choose, grow, replay, trace
from playground.tabs.sampling.lab.statistics import agreement, distinct
from playground.tabs.sampling.lab.sweep import sweep
from playground.tabs.sampling.lab.tree import Node, TokenTree, path_from_logprobs

__all__ = [
    "MAX_CELLS",
    "DiversityLine",
    "Grid",
    "Group",
    "Growth",
    "NextToken",
    "Node",
    "Position",
    "RankedToken",
    "Small",
    "SweepCell",
    "SweepSetting",
    "TokenCandidate",
    "TokenTree",
    "agreement",
    "choose",
    "distinct",
    "diversity",
    "groups",
    "grow",
    "look",
    "look_up",
    "next_tokens",
    "path_from_logprobs",
    "replay",
    "small_multiples",
    "sweep",
    "trace",
    "visible",
]
