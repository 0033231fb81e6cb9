"""How the next token is chosen: the bars behind a choice, a text token by token, and the same prompt many times over.

Works without a page. Whatever needs logits takes a `providers.whitebox.WhiteBox`; the sweep takes any provider.
"""

from playground.labs.sampling.cells import MAX_CELLS, Cell, Grid, Group, Line, Setting, diversity, groups
from playground.labs.sampling.next_token import NextToken, Position, Row, Small, look, next_tokens, small_multiples
from playground.labs.sampling.path import Growth, choose, grow, replay, trace
from playground.labs.sampling.shows import Shows, inside, shows
from playground.labs.sampling.statistics import agreement, distinct
from playground.labs.sampling.sweep import sweep
from playground.labs.sampling.tree import Node, Tree, traced
from playground.labs.sampling.visible import visible

__all__ = [
    "MAX_CELLS",
    "Cell",
    "Grid",
    "Group",
    "Growth",
    "Line",
    "NextToken",
    "Node",
    "Position",
    "Row",
    "Setting",
    "Shows",
    "Small",
    "Tree",
    "agreement",
    "choose",
    "distinct",
    "diversity",
    "groups",
    "grow",
    "inside",
    "look",
    "next_tokens",
    "replay",
    "shows",
    "small_multiples",
    "sweep",
    "trace",
    "traced",
    "visible",
]
