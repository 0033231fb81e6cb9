"""From replies to what the page shows. HTML is made only here, and only from escaped values."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

from playground.asking.reply import Reply
from playground.numerals import separators
from playground.page.parts.colour import coloured
from playground.text import Texts
from providers.errors import Failure
from providers.sampling import PARAMETERS
from providers.types import Change, ModelInfo, Progress

AGAIN, KEYS, CONTINUE, SAMPLING, LONGER, COPY = "again", "keys", "continue", "sampling", "longer", "copy"
"""The buttons under a reply: try again, enter a key, go on, see how it was sampled, ask again for a longer one; and in
the place of one, go on from the first column's."""
_SHIELD = "M12 3l8 3v6c0 5-3.5 8-8 9-4.5-1-8-4-8-9V6z"
_CLOUD = "M7 19a4 4 0 0 1-.5-8A6 6 0 0 1 18 9.5 4.8 4.8 0 0 1 17.5 19z"
_BYTES = 2
"""Of a weight, as nearly all models are published and as this computer holds them, or fewer."""
_NEEDS_KEY = {"missing_key", "missing_key.malformed", "authentication_failed", "authentication_failed.forbidden"}


class Renderer:
    """Shows values in one language."""

    def __init__(
        self,
        texts: Texts,
        language: str,
        titles: Mapping[str, str] | None = None,
        *,
        colours: bool = False,
        offline: bool = False,
    ) -> None:
        """`titles` are the names that vendors go by; with `colours`, replies show how likely their tokens were.
        `offline`: nothing is ever fetched."""
        self._offline = offline
        self._texts, self._language, self._titles, self._colours = texts, language, titles or {}, colours

    @property
    def language(self) -> str:
        return self._language

    def has(self, key: str) -> bool:
        """There is a text of that key."""
        return self._texts.has(key)

    def text(self, key: str, **values: object) -> str:
        return self._texts.text(self._language, key, **values)

    def number(self, value: float, spec: str = ",") -> str:
        """A number with the digits of Python's format `spec`, as the language writes it."""
        return self._texts.number(self._language, value, spec)

    def moment(self, when: str) -> str:
        """The day and the minute of a time in ISO 8601."""
        return self._texts.moment(self._language, when)

    @property
    def separators(self) -> str:
        """The decimal sign and the one between thousands, for a figure."""
        return separators(self._language)

    def dollars(self, cost: float) -> str:
        """An amount of money as a number: four places, or two digits where it is small."""
        return self.number(cost, ".2g" if 0 < cost < 0.0001 else ".4f")

    def percent(self, probability: float) -> str:
        """A probability in per cent, with one decimal, and more where it is small."""
        if 0 < probability < 0.0001:
            return f"< {self.number(0.0001, '.2%')}"
        spec = ".0%" if probability <= 0 else ".2%" if probability < 0.001 else ".1%"
        return self.number(max(probability, 0.0), spec)

    def reply(self, reply: Reply, place: tuple[int, int] | None = None) -> list[dict[str, Any]]:
        """The messages of one reply; `place` is its turn and column, for what leads from it to another tab."""
        said: list[dict[str, Any]] = []
        if reply.reasoning:
            thinking = reply.running and not reply.text
            said.append(_folded(self.text("chat.reasoning"), tags_shown(reply.reasoning), pending=thinking))
        if reply.text:
            told = self._colours and reply.tokens
            shown = coloured(reply.text, reply.tokens, self.percent) if told else tags_shown(reply.text)
            said.append({"role": "assistant", "content": shown})
        if reply.running and reply.changes:  # said before anything is sent, as when the oldest messages do not fit
            said.append(_folded("⚠ " + " ".join(map(self.change, reply.changes)), ""))
        if reply.running and not reply.text:
            said.append(_folded(self.waiting(reply.progress), "", pending=True))
        if reply.failure is not None:
            said.append({"role": "assistant", "content": self.failure(reply.failure)})
        if _used_up(reply):
            thinking = bool(reply.reasoning) or (reply.usage is not None and reply.usage.reasoning_tokens > 0)
            spent = reply.usage.output_tokens if reply.usage else 0
            key = "chat.used_up_thinking" if thinking else "chat.used_up"
            said.append({"role": "assistant", "content": self.text(key, count=spent)})
        if not reply.running:
            said.append(_folded(self.facts(reply), self._lead(reply, place) + self.details(reply)))
            said[-1]["options"] = self._options(reply)
        return said

    def not_asked(self) -> list[dict[str, Any]]:
        """In the place of a reply, in the column of a model that was not there."""
        said = _folded(self.text("chat.not_asked"), "")
        return [{**said, "options": [{"value": COPY, "label": self.text("chat.copy_first")}]}]

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
        return f"**{_plain(self.message(failure))}** {_plain(self.hint(failure))}"

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

    def facts(self, reply: Reply) -> str:
        """One line: who wrote it, how it ended, tokens, time, speed, cost, seed, and that something was not taken."""
        name = self.text("facts.copied", model=model_id(reply.model)) if reply.column else model_id(reply.model)
        parts = [name] if reply.model else []
        if reply.state == "stopped":
            parts.append(self.text("facts.stopped"))
        if reply.state == "failed":
            parts.append(self.text("facts.failed"))
        if reply.finish == "length":
            parts.append(self.text("facts.length"))
        if reply.usage:
            about = "≈ " if reply.usage.estimated else ""
            counts = {"input": reply.usage.input_tokens, "output": reply.usage.output_tokens}
            parts.append(about + self.text("facts.tokens", **counts))
        if reply.usage and reply.timing:
            parts.append(self.text("facts.first_token", seconds=self.number(reply.timing.first_token, ".2f")))
            if speed := reply.timing.tokens_per_second(reply.usage.output_tokens):
                parts.append(self.text("facts.speed", speed=self.number(speed, ".0f" if speed >= 10 else ".1f")))
        if reply.cost:
            parts.append(self.text("facts.cost", cost=self.dollars(reply.cost)))
        if reply.usage:
            seed = reply.sampling.seed
            parts.append(self.text("facts.no_seed") if seed is None else self.text("facts.seed", seed=seed))
        if reply.engine:
            parts.append(reply.engine)
        if reply.sources:
            parts.append(self.text("facts.from_documents", count=len(reply.sources)))
        if reply.changes:
            parts.append("⚠ " + self.text("facts.changes", count=len(reply.changes)))
        return " · ".join(parts) if len(parts) > 1 else " · ".join([*parts, self.text("facts.nothing")])

    def details(self, reply: Reply) -> str:
        """What was not taken, the parameters, and the exact request, in Markdown."""
        lines = [f"- {_plain(self.change(change))}" for change in reply.changes]
        if reply.sources:
            lines.append(f"- {self.text('facts.sources')}: {'; '.join(self.sources(reply))}")
        chosen = reply.sampling.without_neutral().chosen()
        values = [f"{self.text(f'parameter.{name}.label')} {_plain(str(value))}" for name, value in chosen.items()]
        if values:
            lines.append(f"- {self.text('facts.parameters')}: {', '.join(values)}")
        if reply.cost:
            lines.append(f"- {self.text('facts.cost_note')}")
        if reply.sent is not None:
            fence = "`" * max(3, _longest_fence(reply.sent.content) + 1)
            lines += [
                "",
                f"**{self.text('facts.sent')}**",
                "",
                f"{fence}{reply.sent.language}",
                reply.sent.content,
                fence,
            ]
        return "\n".join(lines) or "–"

    def sources(self, reply: Reply) -> list[str]:
        """The passages that it was given, as they are numbered in the prompt, in Markdown."""
        return [f"\\[{number}\\] {_plain(where)}" for number, where in enumerate(reply.sources, start=1)]

    def head(self, model: ModelInfo | None, ref: str, *, ran: bool = False) -> str:
        """The title of a column: the model, and whether it stays on this computer. One that `ran` is here by now."""
        name = html.escape(model.name if model else model_id(ref))
        if model is None:
            return f'<div class="column-head"><span>{name}</span></div>'
        place = "local" if model.local else "remote"
        where = self.text("model.local") if model.local and (model.here or ran) else self.place(model)
        sign = f'<svg viewBox="0 0 24 24" aria-hidden="true"><path d="{_SHIELD if model.local else _CLOUD}"/></svg>'
        kind = "" if model.chat else f'<span class="kind">{html.escape(self.text("model.completion"))}</span>'
        return (
            f'<div class="column-head"><span class="column-name">{name}</span>{kind}'
            f'<span class="place {place}">{sign} {html.escape(where)}</span></div>'
        )

    def choice(self, model: ModelInfo, locked: bool) -> str:
        """A model's label in the picker: name, where it is, size in memory, abilities, and that a key is missing."""
        signs = [sign for sign, has in (("%", model.logprobs), ("◉", model.images), ("✻", model.reasoning)) if has]
        if not model.chat:
            signs.insert(0, self.text("model.completion"))
        size = self._parameters(model.parameters) if model.parameters else ""
        if size and size.replace(" ", "").replace(",", ".") not in model.name:
            signs.insert(0, size)
        if model.local and model.parameters:
            room = self.number(model.parameters * _BYTES / 1e9, ".1f")
            signs.insert(0, self.text("model.memory", gigabytes=room))
        lock = " 🔒" if locked else ""
        return " · ".join([f"{model.name}{lock}", self.place(model), *signs])

    def _parameters(self, count: int) -> str:
        """How many, as a model's name has it."""
        if count < 1e9:
            return f"{self.number(count / 1e6, '.0f')} M"
        return f"{self.number(count / 1e9, '.1f' if round(count / 1e8) % 10 else '.0f')} B"

    def place(self, model: ModelInfo) -> str:
        """Where it is, before anything is sent: here, to be fetched and how much, not to be had, or elsewhere."""
        if not model.local:
            return self.text("model.remote")
        if model.here:
            return self.text("model.here")
        if self._offline:
            return self.text("model.absent")
        if model.size:
            return self.text("model.fetch", megabytes=self.number(model.size / 1e6, ",.0f"))
        if model.parameters:  # its makers publish no size; weights of two bytes each are usual
            megabytes = self.number(model.parameters * _BYTES / 1e6, ",.0f")
            return self.text("model.fetch", megabytes=f"≈ {megabytes}")
        return self.text("model.fetch_unknown")

    def _lead(self, reply: Reply, place: tuple[int, int] | None) -> str:
        """A Chatbot shows its options under the last message only; from the others this link leads on."""
        if place is None or not reply.text:
            return ""
        return f"[{self.text('chat.sampling')}](#{SAMPLING}-{place[0]}-{place[1]})\n\n"

    def _options(self, reply: Reply) -> list[dict[str, str]]:
        options = []
        if reply.failure is not None and reply.failure.key in _NEEDS_KEY:
            options.append({"value": KEYS, "label": self.text("chat.enter_key")})
        if _used_up(reply):
            options.append({"value": LONGER, "label": self.text("chat.longer")})
        if reply.text and (reply.finish == "length" or reply.state in {"stopped", "failed"}):
            options.append({"value": CONTINUE, "label": self.text("chat.continue")})
        if reply.state in {"stopped", "failed"}:
            options.append({"value": AGAIN, "label": self.text("chat.again")})
        if reply.text:
            options.append({"value": SAMPLING, "label": self.text("chat.sampling")})
        return options


def model_id(ref: str) -> str:
    """A model's name without its provider's."""
    return ref.partition("/")[2] or ref


def legend(show: Renderer) -> str:
    """The colours, which are also underlines, from a certainty to a surprise."""
    names = [
        f'<span class="token p{at}">{html.escape(show.text(f"sampling.level_{at}"))}</span>' for at in range(4, -1, -1)
    ]
    return f'<p class="legend">{html.escape(show.text("sampling.legend"))} {" ".join(names)}</p>'


def _used_up(reply: Reply) -> bool:
    """The limit of tokens was reached before the answer began."""
    return reply.state == "done" and reply.finish == "length" and not reply.text.strip()


def tags_shown(text: str) -> str:
    """Markdown in which HTML is seen, not obeyed: `<b>` is a text, not bold. Code and formulas stay as they are.

    Of dollar signs only those around a formula mean one (`$x^2$`, not `$5 today and $10`): it is written as `\\(…\\)`,
    for the browser knows no single dollar.
    """
    parts = _VERBATIM.split(text)
    return "".join(_formula_shown(part) if place % 2 else _TAG.sub(r"\\<", part) for place, part in enumerate(parts))


def tags_typed(text: str) -> str:
    """What was typed, from what `tags_shown` made of it."""
    parts = _VERBATIM.split(text)
    return "".join(_formula_typed(part) if place % 2 else _SHOWN_TAG.sub("<", part) for place, part in enumerate(parts))


def _formula_shown(verbatim: str) -> str:
    return rf"\({{{verbatim[1:-1]}}}\)" if _DOLLARS.fullmatch(verbatim) else verbatim


def _formula_typed(verbatim: str) -> str:
    inside = verbatim[3:-3]
    return f"${inside}$" if verbatim == rf"\({{{inside}}}\)" and _DOLLARS.fullmatch(f"${inside}$") else verbatim


_VERBATIM = re.compile(
    r"(```.*?(?:```|\Z)|`[^`\n]+`|\$\$.*?\$\$|\\\(.*?\\\)|\\\[.*?\\\]|"
    # As pandoc has it: no blank inside the dollars, no digit after them; nor an amount with words after it within.
    r"(?<![\\$\w])\$(?!\d[\d.,]*\s+[A-Za-z]{2})(?=[^\s$])[^$\n]*?(?<![\s\\])\$(?![\w$]))",
    re.DOTALL,
)
_DOLLARS = re.compile(r"\$[^$\n]+\$")
_TAG = re.compile(r"<(?=[A-Za-z/!?])(?!(?:br|/?su[bp])\s*/?>)")
_SHOWN_TAG = re.compile(r"\\<(?=[A-Za-z/!?])")


def _folded(title: str, content: str, *, pending: bool = False) -> dict[str, Any]:
    metadata = {"title": title, "status": "pending" if pending else "done"}
    return {"role": "assistant", "content": content, "metadata": metadata}


def _plain(text: str) -> str:
    """Text from outside (a model's name, a value) as Markdown that means itself."""
    return re.sub(r"([\\`*_\[\]<>#|~!$])", r"\\\1", text)


def _longest_fence(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)
