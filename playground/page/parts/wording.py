"""The page's words in one language: texts, numbers, what went wrong, what is waited for."""

from __future__ import annotations

import html
from collections.abc import Mapping

from playground.numerals import separators
from playground.page.parts.verbatim import plain
from playground.text import LocaleTexts
from providers.errors import Failure
from providers.sampling import PARAMETERS
from providers.types import Change, Progress


class Wording:
    """Says values in one language."""

    def __init__(
        self,
        texts: LocaleTexts,
        language: str,
        titles: Mapping[str, str] | None = None,
        *,
        colours: bool = False,
        offline: bool = False,
        sampling: bool = True,
    ) -> None:
        """`titles` are the names that vendors go by; with `colours`, replies show how likely their tokens were.
        `offline`: nothing is ever fetched. `sampling`: there is a tab that shows how a reply was sampled."""
        self._offline, self._sampling = offline, sampling
        self._texts, self._language, self._titles, self._colours = texts, language, titles or {}, colours

    @property
    def language(self) -> str:
        return self._language

    @property
    def offline(self) -> bool:
        """Nothing is ever fetched."""
        return self._offline

    def has(self, key: str) -> bool:
        """There is a text of that key."""
        return self._texts.has(key)

    def text(self, key: str, **values: object) -> str:
        return self._texts.text(self._language, key, **values)

    def language_name(self, code: str) -> str:
        """A language by its name where the texts have one, else its code."""
        return self.text(key) if self.has(key := f"language.{code}") else code

    def in_language(self, code: str) -> str:
        """That something is in a language, by its name where the texts have one, else its code."""
        return self.text(key) if self.has(key := f"in_language.{code}") else code

    def number(self, value: float, spec: str = ",") -> str:
        """A number with the digits of Python's format `spec`, as the language writes it."""
        return self._texts.number(self._language, value, spec)

    def value(self, value: object) -> str:
        """A parameter's value: a number as the language writes it, anything else as it is."""
        return str(value) if isinstance(value, bool) or not isinstance(value, int | float) else self.number(value, "")

    def moment(self, when: str) -> str:
        """The day and the minute of a time in ISO 8601."""
        return self._texts.moment(self._language, when)

    def p_value(self, p: float) -> str:
        """With three places, or that it is less than the smallest of these."""
        return self.number(p, ".3f") if p >= 0.001 else f"< {self.number(0.001, '.3f')}"

    def p_compared(self, p: float) -> str:
        """The same with its sign, for a sentence: "= 0.012", "< 0.001"."""
        said = self.p_value(p)
        return said if said.startswith("<") else f"= {said}"

    @property
    def separators(self) -> str:
        """The decimal sign and the one between thousands, for a figure."""
        return separators(self._language)

    def dollars(self, cost: float) -> str:
        """An amount of money as a number: four places, or two digits where it is small."""
        return self.number(cost, ".2g" if 0 < cost < 0.0001 else ".4f")

    def seconds(self, value: float | None) -> str:
        """A time, or that there is none."""
        return "–" if value is None else self.text("facts.seconds", seconds=self.number(value, ".2f"))

    def percent(self, probability: float) -> str:
        """A probability in per cent, with one decimal, and more where it is small."""
        if 0 < probability < 0.0001:
            return f"< {self.number(0.0001, '.2%')}"
        spec = ".0%" if probability <= 0 else ".2%" if probability < 0.001 else ".1%"
        return self.number(max(probability, 0.0), spec)

    def waiting(self, progress: Progress | None) -> str:
        """What is being waited for, and how much is left."""
        if progress is None:
            return self.text("chat.waiting")
        total = progress.total or 0
        measured = total and progress.stage in {"download", "convert"}
        share = f" {self.number(min(progress.done / total, 1), '.0%')}" if measured else ""
        seconds = max(0, round(total - progress.done)) if progress.stage == "retry" else 0
        sizes = ""
        if total and progress.stage == "download":
            sizes = f" ({self.number(progress.done / 1e6, ',.0f')} / {self.number(total / 1e6, ',.0f')} MB)"
        return self.text(f"progress.{progress.stage}", seconds=seconds, place=round(progress.done)) + share + sizes

    def failure(self, failure: Failure) -> str:
        """What happened, and what to do, in Markdown."""
        return f"**{plain(self.message(failure))}** {plain(self.hint(failure))}"

    def message(self, failure: Failure) -> str:
        return self.text(f"error.{failure.key}.message", **self._readable(failure))

    def hint(self, failure: Failure) -> str:
        near = failure.values.get("near")
        return self.text(f"error.{failure.key}.hint", **self._readable(failure)) + (
            " " + self.text("error.near", near=near) if near else ""
        )

    def _readable(self, failure: Failure) -> dict[str, object]:
        """An error's values, with vendors and parameters by the names that the page gives them."""
        values: dict[str, object] = dict(failure.values)
        if (provider := failure.values.get("provider")) is not None:
            values["provider"] = self.vendor(str(provider))
        if self._texts.has(parameter := f"parameter.{failure.values.get('name')}.label"):
            values["name"] = self.text(parameter)
        return values

    def vendor(self, name: str) -> str:
        """What a provider is called."""
        return self._titles.get(name) or (self.text(key) if self._texts.has(key := f"vendor.{name}") else name)

    def glossary(self) -> str:
        """The longer explanation of every parameter, in Markdown."""
        return "\n\n".join(
            f"**{self.text(f'parameter.{name}.label')}.** {self.text(f'parameter.{name}.more')}"
            for name in sorted(PARAMETERS, key=lambda name: not PARAMETERS[name].basic)
        )

    def alert(self, failure: Failure) -> str:
        """The same as a block of HTML."""
        message, hint = html.escape(self.message(failure)), html.escape(self.hint(failure))
        cause = html.escape(failure.key)
        return f'<div class="notice" role="alert" data-cause="{cause}"><strong>{message}</strong> {hint}</div>'

    def change(self, change: Change) -> str:
        what = self.text(f"parameter.{change.what}.label")
        if "file" in change.values:
            what = self.text("change.file", what=what, file=change.values["file"])
        return self.text(f"change.{change.reason}", what=what, **change.values)
