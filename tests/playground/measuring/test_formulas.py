"""Whether two formulas mean the same, and that hostile ones cost no more than they may."""

from __future__ import annotations

import json

import pytest

from playground.measuring import metrics
from playground.measuring.extract import Sought, extract
from playground.measuring.formulas import is_mathematics, same_formula
from playground.measuring.items import Item
from playground.measuring.metrics import Scoring
from playground.measuring.table import from_table, guess, read_table

SAME = [
    (r"$x^2+2x+1$", r"The answer is $(x+1)^2$."),
    (r"$\frac{\sqrt{2}}{2}$", r"\boxed{\frac{1}{\sqrt{2}}}"),
    (r"$2\sqrt{3}$", r"La respuesta es $\sqrt{12}$."),
    (r"$\{1,2\}$", r"\boxed{\{2, 1\}}"),
    (r"$[0,1)$", r"\boxed{[0,1)}"),
    (r"$3\pi$", r"The area is $3\pi$."),
    (r"$x+1$", r"$\boxed{1+x}$"),
    (r"$\frac{x}{2}$", r"\boxed{0.5x}"),
    (r"$x=5$", r"\boxed{5}"),
    (r"$e^2$", r"\boxed{e^{2}}"),
    (r"$2^{10}$", r"\boxed{1024}"),
    (r"$1+2i$", r"\boxed{2i+1}"),
    (r"$x<3$", r"\boxed{3>x}"),
    (r"$(-\infty, 2)$", r"\boxed{(-\infty,2)}"),
    (r"$50\%$", r"\boxed{0.5}"),
    (r"$\begin{pmatrix}1\\2\end{pmatrix}$", r"\boxed{\begin{pmatrix}1\\2\end{pmatrix}}"),
]
OTHERS = [(r"$x+1$", r"$\boxed{x-1}$"), (r"$3\pi$", r"The area is $9$."), (r"$(0,1)$", r"\boxed{(1,0)}")]
HOSTILE = [
    "9^{9^{9^9}}",
    "1000000!",
    r"\frac{" * 100,
    "x^{99999}",
    "x+" * 200,
    "__import__('os').system('exit 7')",
]


async def scored(answer: str, reply: str) -> float | None:
    found = extract(reply, Sought(kind="text"))
    return await metrics.scored("formula", Item(id="1", question="?", answer=answer), found, Scoring())


async def test_what_means_the_same_is_right_and_what_does_not_is_wrong() -> None:
    assert await scored(*SAME[0]) == 1
    assert await scored(*OTHERS[0]) == 0


async def test_what_is_written_alike_needs_no_mathematics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("subprocess.run", None)
    assert await scored(r"$\frac{1}{2}$", r"The answer is $\dfrac{1}{2}$.") == 1
    assert await scored("Ottawa", "Toronto") == 0, "these are no formulas"
    assert await scored(r"$x$", "") == 0
    assert [same_formula(one, ["x+1"]) for one in HOSTILE[:5]] == [False] * 5, "too large to be tried"


@pytest.mark.long
@pytest.mark.parametrize(("pair", "right"), [*((one, 1) for one in SAME), *((one, 0) for one in OTHERS)])
async def test_formulas_of_many_kinds(pair: tuple[str, str], right: int) -> None:
    assert await scored(*pair) == right


@pytest.mark.long
@pytest.mark.parametrize(
    "value", [*HOSTILE, "(" * 200, "x^{999}", r"\left(x+1\right)^{500}", r"\int_0^1 \sin(x^{x^x}) dx"]
)
def test_hostile_formulas_are_not_the_same_as_anything(value: str) -> None:
    assert not same_formula(value, ["x+1", "(x+1)^{499}"])


def test_a_file_of_formulas_is_scored_by_their_meaning() -> None:
    rows = [{"question": "?", "answer": answer} for answer, _ in SAME]
    table = read_table(json.dumps(rows).encode(), "formulas.json")
    assert from_table(table, guess(table.columns), "text", "en")[0].metrics[0] == "formula"
    assert not is_mathematics(["Saint-Denis", "14-07-1789", "the Nile"])
    assert not is_mathematics([])
