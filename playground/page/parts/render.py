"""From replies to what the page shows. HTML is made only here, and only from escaped values."""

from __future__ import annotations

import html
from typing import Any

from playground.asking.reply import Reply
from playground.page.parts.colour import colour_tokens
from playground.page.parts.model_labels import ModelLabels, model_id
from playground.page.parts.verbatim import longest_fence, plain, tags_shown

AGAIN, KEYS, CONTINUE, SAMPLING, LONGER, COPY = "again", "keys", "continue", "sampling", "longer", "copy"
"""The buttons under a reply: try again, enter a key, go on, see how it was sampled, ask again for a longer one; and in
the place of one, go on from the first column's."""
_NEEDS_KEY = {"missing_key", "missing_key.malformed", "authentication_failed", "authentication_failed.forbidden"}


class Renderer(ModelLabels):
    """Shows values in one language."""

    def reply(self, reply: Reply, place: tuple[int, int] | None = None) -> list[dict[str, Any]]:
        """The messages of one reply; `place` is its turn and column, for what leads from it to another tab."""
        said: list[dict[str, Any]] = []
        if reply.reasoning:
            thinking = reply.running and not reply.text
            said.append(_fold_message(self.text("chat.reasoning"), tags_shown(reply.reasoning), pending=thinking))
        if reply.text:
            told = self._colours and reply.tokens
            shown = colour_tokens(reply.text, reply.tokens, self.percent) if told else tags_shown(reply.text)
            said.append({"role": "assistant", "content": shown})
        if reply.running and reply.changes:  # said before anything is sent, as when the oldest messages do not fit
            said.append(_fold_message(" ".join(map(self.change, reply.changes)), ""))
        if reply.running and not reply.text:
            said.append(_fold_message(self.waiting(reply.progress), "", pending=True))
        if reply.failure is not None:
            said.append({"role": "assistant", "content": self.failure(reply.failure)})
        if _used_up(reply):
            thinking = bool(reply.reasoning) or (reply.usage is not None and reply.usage.reasoning_tokens > 0)
            spent = reply.usage.output_tokens if reply.usage else 0
            key = "chat.used_up_thinking" if thinking else "chat.used_up"
            said.append({"role": "assistant", "content": self.text(key, count=spent)})
        if not reply.running:
            said.append(_fold_message(self.facts(reply), self._lead(reply, place) + self.details(reply)))
            said[-1]["options"] = self._options(reply)
        return said

    def not_asked(self) -> list[dict[str, Any]]:
        """In the place of a reply, in the column of a model that was not there."""
        said = _fold_message(self.text("chat.not_asked"), "")
        return [{**said, "options": [{"value": COPY, "label": self.text("chat.copy_first")}]}]

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
            parts.append(self.text("facts.changes", count=len(reply.changes)))
        return " · ".join(parts) if len(parts) > 1 else " · ".join([*parts, self.text("facts.nothing")])

    def details(self, reply: Reply) -> str:
        """What was not taken, the parameters, and the exact request, in Markdown."""
        lines = [f"- {plain(self.change(change))}" for change in reply.changes]
        if reply.sources:
            lines.append(f"- {self.text('facts.sources')}: {'; '.join(self.sources(reply))}")
        if values := self.parameters(reply):
            lines.append(f"- {self.text('facts.parameters')}: {values}")
        if reply.cost:
            lines.append(f"- {self.text('facts.cost_note')}")
        if reply.sent is not None:
            fence = "`" * max(3, longest_fence(reply.sent.content) + 1)
            lines += [
                "",
                f"**{self.text('facts.sent')}**",
                "",
                f"{fence}{reply.sent.language}",
                reply.sent.content,
                fence,
            ]
        return "\n".join(lines) or "–"

    def parameters(self, reply: Reply) -> str:
        """Those of its parameters that change something, by their names, in Markdown."""
        chosen = reply.sampling.without_neutral().chosen_values()
        return ", ".join(
            f"{self.text(f'parameter.{name}.label')} {plain(self.value(value))}" for name, value in chosen.items()
        )

    def sources(self, reply: Reply) -> list[str]:
        """The passages that it was given, as they are numbered in the prompt, in Markdown."""
        return [f"\\[{number}\\] {plain(where)}" for number, where in enumerate(reply.sources, start=1)]

    def _lead(self, reply: Reply, place: tuple[int, int] | None) -> str:
        """A Chatbot shows its options under the last message only; from the others this link leads on."""
        if place is None or not reply.text or not self._sampling:
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
        if reply.text and self._sampling:
            options.append({"value": SAMPLING, "label": self.text("chat.sampling")})
        return options


def legend(show: Renderer) -> str:
    """The colours, which are also underlines, from a certainty to a surprise."""
    names = [
        f'<span class="token p{at}">{html.escape(show.text(f"sampling.level_{at}"))}</span>' for at in range(4, -1, -1)
    ]
    return f'<p class="legend">{html.escape(show.text("sampling.legend"))} {" ".join(names)}</p>'


def _used_up(reply: Reply) -> bool:
    """The limit of tokens was reached before the answer began."""
    return reply.state == "done" and reply.finish == "length" and not reply.text.strip()


def _fold_message(title: str, content: str, *, pending: bool = False) -> dict[str, Any]:
    metadata = {"title": title, "status": "pending" if pending else "done"}
    return {"role": "assistant", "content": content, "metadata": metadata}
