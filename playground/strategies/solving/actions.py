"""Reading ReAct's actions in a reply, in our form, LangChain's or JSON, and cutting what was made up after them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from playground.strategies.solving.wording import wordings

FINISH = "finish"
_INPUTS = r"action\s+input|entrada(?:\s+de(?:\s+la)?\s+acci[oó]n)?|dato|input"
_FINALS = r"final\s+answer|respuesta\s+final"
_OTHER_OBSERVATIONS = r"observations?|observaci[oó]n|observacion(?:es)?|tool\s+(?:result|output|response)"
_NAMES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("calculate", "calc", "calculadora", "calcular"), "calculator"),
        **dict.fromkeys(("buscar", "busca"), "search"),
        **dict.fromkeys(("final answer", "respuesta final", "final", "answer", "terminar", "finalizar"), FINISH),
    }
)
"""What models call our actions."""
_CLOSES = {"[": "]", "(": ")"}
_FENCE = re.compile(r"^\s*```\w*\s*\n?|\s*```\s*$")


@dataclass(frozen=True, slots=True)
class Action:
    name: str
    input: str


def before_observation(reply: str) -> str:
    """Without what the model made up after its action: models that take no stop sequence write observations too."""
    found = _line_of(rf"(?:{_OTHER_OBSERVATIONS}|{'|'.join(map(re.escape, observations()))})").search(reply)
    action = _line_of(_actions()).search(reply)
    if action is not None:
        inline = re.compile(rf"(?<=[\])}}\s])(?:{_OTHER_OBSERVATIONS})\s*\d*\s*:", re.IGNORECASE)
        within = inline.search(reply, action.end())
        if within is not None and (found is None or within.start() < found.start()):
            found = within
    return (reply[: found.start()] if found else reply).strip()


def parse_action(reply: str) -> Action | None:
    """The first action; `None` where there is none.

    Read are `Action: name[input]`, `Action: name` with `Action Input: …` below, JSON with "action" and "action_input",
    and `Final Answer: …`. Round brackets will do, bold print and numbers are passed over; what `finish` closes may go
    over several lines.
    """
    found = [
        one for one in (_from_brackets(reply), _two_lines(reply), _from_json(reply), _final(reply)) if one is not None
    ]
    return min(found, key=lambda one: one[0])[1] if found else None


def observations() -> list[str]:
    """The word before what a tool gave, in every language."""
    return list(dict.fromkeys(one.react.observation for one in wordings().values()))


def _from_brackets(reply: str) -> tuple[int, Action] | None:
    found = re.search(_line_of(_actions()).pattern + r"[*_`\s]*(\w+)[*_`]*\s*([\[(])(.*)", reply, re.DOTALL)
    if found is None:
        return None
    name, opened, rest = _action_name(found.group(1)), found.group(2), found.group(3)
    if name != FINISH:
        rest = rest.split("\n")[0]
    end = _closing(rest, opened)
    return found.start(), Action(name, _bare(rest if end < 0 else rest[:end], name))


def _two_lines(reply: str) -> tuple[int, Action] | None:
    """`Action: name`, and its input behind a word of its own, on the same line or a later one."""
    head = _line_of(_actions()).pattern + r"[*_`\s]*([^\W\d]\w*(?: \w+)??)[*_`.\s]*?"
    found = re.search(head + rf"(?:\n|(?<=\s))[\s*_]*(?i:{_INPUTS})\s*\d*[*_\s]*:[*_]*(.*)", reply, re.DOTALL)
    if found is None:
        return None
    name, rest = _action_name(found.group(1)), found.group(2).strip()
    whole = rest.startswith(("```", "{")) or name == FINISH
    return found.start(), Action(name, _bare(rest if whole else rest.split("\n")[0], name))


def _from_json(reply: str) -> tuple[int, Action] | None:
    """One object with "action" (or "tool", "name") and its input, as structured chats write it."""
    for found in re.finditer(r"\{", reply):
        try:
            value, _ = json.JSONDecoder().raw_decode(reply, found.start())
        except (ValueError, RecursionError):
            continue
        if not isinstance(value, dict):
            continue
        names = [value[key] for key in ("action", "tool", "name") if isinstance(value.get(key), str)]
        keys = ("action_input", "input", "tool_input", "arguments", "args", "parameters")
        inputs = [value[key] for key in keys if key in value]
        if names and inputs:
            return found.start(), Action(_action_name(names[0]), _only_text(inputs[0]))
    return None


def _final(reply: str) -> tuple[int, Action] | None:
    found = re.search(_line_of(_FINALS).pattern + r"(?:\*\*)?(.*)", reply, re.DOTALL)
    if found is None or not found.group(1).strip():
        return None
    bold = re.fullmatch(r"\*\*(.*)\*\*", found.group(1).strip(), re.DOTALL)
    return found.start(), Action(FINISH, (bold or found).group(1).strip())


def _action_name(name: str) -> str:
    plain = " ".join(name.lower().replace("_", " ").split())
    return _NAMES.get(plain, plain.replace(" ", "_"))


def _closing(text: str, opened: str) -> int:
    """Where the bracket closes that was opened before; the last one where they do not pair; -1 for none."""
    depth = 1
    for place, one in enumerate(text):
        depth += (one == opened) - (one == _CLOSES[opened])
        if depth == 0:
            return place
    return text.rfind(_CLOSES[opened])


def _bare(text: str, name: str) -> str:
    """Without fences, quotation marks, the parameter's name and JSON around it. An answer's own signs stay."""
    bare = text.strip()
    if name == FINISH:
        return bare
    bare = _FENCE.sub("", bare).strip()
    try:
        return _only_text(json.loads(bare)) if bare[:1] in ("{", '"') else _strip_quotes(bare)
    except (ValueError, RecursionError):
        return _strip_quotes(bare)


def _strip_quotes(text: str) -> str:
    keyword = re.fullmatch(r"\w+\s*=\s*([\"'].*)", text)
    bare = (keyword[1] if keyword else text).strip("` ")
    for opens, closes in ('""', "''", "“”", "«»"):
        if len(bare) > 1 and bare.startswith(opens) and bare.endswith(closes):
            return bare[1:-1].strip()
    return bare


def _only_text(value: object) -> str:
    """A text, a number, or an object's only value."""
    if isinstance(value, dict) and len(value) == 1:
        return _only_text(next(iter(value.values())))
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _actions() -> str:
    words = ["Accion", *(one.react.action for one in wordings().values())]
    return "|".join(map(re.escape, words))


def _line_of(words: str) -> re.Pattern[str]:
    """A line that begins with one of these words and a colon, perhaps numbered or in bold print."""
    return re.compile(rf"(?mi:^[ \t*_#>-]*(?:{words})\s*\d*[*_\s]*:)")
