"""One model in smaller forms: what each costs, how well it still foresees fixed texts, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from playground.measuring.perplexity import text_likelihood
from playground.tabs.models.lab.errors import FormError, FormLimit
from providers.errors import Failure, UnsupportedRequest
from providers.shrinking import FORMATS, PRUNINGS, Form, FormCost, FormName, FormSize, Shrunk
from providers.types import Message, ModelInfo
from providers.whitebox import KeepsLanguages, ScoredToken, Token, WhiteBox

ANSWER = 24
"""Tokens of a sample answer."""
LONGEST = 64
"""Tokens of an answer that is voted on."""
QUESTION = 1000
"""Tokens of a question at most: what it takes to read grows with their square, and several GB at ten thousand."""
Side = Literal["a", "b"]
Vote = Literal["a", "b", "neither"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """A fixed text as a form foresees it."""

    perplexity: float
    bits_per_byte: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ShrunkForm:
    """What was found of one form. `cost` is a failure where nothing here computes it, `None` where nobody asked."""

    info: ModelInfo
    form: Form
    size: FormSize
    foreseen: Mapping[str, Foreseen]
    """By the text's language."""
    answers: tuple[str, ...]
    cost: FormCost | Failure | None = None


@dataclass(frozen=True, slots=True)
class OneForm:
    """A form as `text_likelihood` asks it: the tokens are those of the whole model."""

    box: WhiteBox
    shrunk: Shrunk
    form: Form

    async def encode(self, model: ModelInfo, text: str, *, begin: bool = False) -> tuple[Token, ...]:
        return await self.box.encode(model, text, begin=begin)

    async def score(self, model: ModelInfo, ids: Sequence[int], alternatives: int = 0) -> tuple[ScoredToken, ...]:
        """No ranks and no alternatives."""
        found = await self.shrunk.score(self.form, ids)
        tokens = await self.box.tokens(model, ids[1:])
        return tuple(ScoredToken(token, logprob, None) for token, logprob in zip(tokens, found, strict=True))


def form_of(name: object, sparsity: object) -> Form:
    """A format, or a way of pruning with the share that is left out, from 0 to less than 1.

    Raises `FormError("form")` for another name, "sparsity" for another share: of 1, nothing would be left.
    """
    known: tuple[FormName, ...] = (*FORMATS, *PRUNINGS)
    chosen = next((one for one in known if one == name), None)
    if chosen is None:
        raise FormError("form")
    if chosen in FORMATS:
        return Form(chosen)
    number = isinstance(sparsity, int | float) and not isinstance(sparsity, bool)
    if not number or not 0 <= float(str(sparsity)) < 1:
        raise FormError("sparsity")
    return Form(chosen, round(float(str(sparsity)), 2))


async def look_at_form(box: KeepsLanguages, shrunk: Shrunk, form: Form) -> ShrunkForm:
    """Its size and the fixed texts; nothing has been asked. Raises what `Shrunk` raises."""
    foreseen = {}
    for language, text in box.texts.items():
        found = await text_likelihood(OneForm(box, shrunk, form), shrunk.info, text)
        foreseen[language] = Foreseen(perplexity=found.perplexity, bits_per_byte=found.bits_per_byte)
    return ShrunkForm(info=shrunk.info, form=form, size=await shrunk.size(form), foreseen=foreseen, answers=())


async def cost_of(shrunk: Shrunk, form: Form) -> FormCost | Failure:
    """Measured in a process of its own; why not, where nothing here computes that form."""
    try:
        return await shrunk.measure(form)
    except UnsupportedRequest as error:
        return Failure.of(error)


async def answer(box: WhiteBox, shrunk: Shrunk, form: Form, question: str, most: int) -> str:
    """The likeliest tokens, one after another: a form's own choice, not luck. Raises `FormLimit("question_tokens")`."""
    given = await box.encode_chat(shrunk.info, (Message.of("user", question),))
    limit = min(QUESTION, (shrunk.info.context or QUESTION + most) - most)
    if len(given) > limit:
        raise FormLimit("question_tokens", tokens=len(given), limit=limit)
    written = await shrunk.write(form, [token.id for token in given], most)
    return (await box.decode(shrunk.info, written)).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindPair:
    """Two answers to one question, of which nobody has been told whose they are before the vote."""

    info: ModelInfo
    question: str
    forms: Mapping[Side, Form]
    answers: Mapping[Side, str]
    vote: Vote | None = None

    @property
    def winner(self) -> Form | None:
        """`None` before the vote, and where neither was better."""
        return self.forms[self.vote] if self.vote in ("a", "b") else None


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes so far: for each form, how often it was preferred, how often it was shown; and how often neither was."""

    preferred: Mapping[str, int]
    shown: Mapping[str, int]
    neither: int = 0

    def with_vote(self, pair: BlindPair) -> Tally:
        """One vote more."""
        keys = [form.key for form in pair.forms.values()]
        best = pair.winner
        return Tally(
            {**self.preferred, **({best.key: self.preferred.get(best.key, 0) + 1} if best else {})},
            {**self.shown, **{key: self.shown.get(key, 0) + 1 for key in keys}},
            self.neither + (best is None),
        )


NO_VOTES = Tally({}, {})


async def answer_blindly(
    box: WhiteBox, shrunk: Shrunk, forms: tuple[Form, Form], question: str, *, swapped: bool
) -> BlindPair:
    """Both answers, the second form's under A where they are `swapped`. Raises `FormError("same_form")`."""
    if forms[0] == forms[1]:
        raise FormError("same_form")
    found = [(form, await answer(box, shrunk, form, question, LONGEST)) for form in forms]
    (form_a, said_a), (form_b, said_b) = reversed(found) if swapped else found
    return BlindPair(
        info=shrunk.info,
        question=question,
        forms={"a": form_a, "b": form_b},
        answers={"a": said_a, "b": said_b},
    )
