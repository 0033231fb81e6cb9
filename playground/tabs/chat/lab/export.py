"""A conversation as a file: JSON, Markdown, or a Python script that holds it again. No key is ever part of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pprint import pformat

from playground.asking.reply import Reply
from playground.tabs.chat.lab.conversation import Conversation
from playground.tabs.chat.lab.export_loops import LOOP, SEEING_LOOP
from providers.base import Endpoint
from providers.errors import Failure
from providers.image import size
from providers.registry import CUSTOM
from providers.sampling import PARAMETERS, Sampling
from providers.types import Image


def to_json(conversation: Conversation) -> str:
    return json.dumps({"format": "aula.chat/1", **conversation.to_json()}, ensure_ascii=False, indent=2) + "\n"


def facts_of(reply: Reply) -> str:
    """How it ended, and its parameters and numbers by the names that programs give them."""
    values: dict[str, object] = {**reply.sampling.chosen_values()}
    if reply.usage:
        values |= {"input_tokens": reply.usage.input_tokens, "output_tokens": reply.usage.output_tokens}
    if reply.cost:
        values["cost_usd_estimated"] = float(f"{reply.cost:.3g}")
    return f"{reply.finish or reply.state}" + "".join(f" · {name} {value}" for name, value in values.items())


def to_markdown(
    conversation: Conversation,
    you: str,
    image: str = "image",
    told: Callable[[Failure], str] = lambda it: it.key,
    facts: Callable[[Reply], str] = facts_of,
) -> str:
    """`you` is the heading over the visitor's messages; `image` the word for what JSON alone holds; `told` says why a
    reply failed; `facts` is the line under each."""
    parts = [f"> {line}" for line in conversation.system.splitlines()] + [""] if conversation.system.strip() else []
    for turn in conversation.turns:
        parts += [f"## {you}", ""]
        parts += [f"*[{image}: {measures(picture.image)}]*\n" for picture in turn.pictures]
        parts += [turn.question, ""]
        for reply in turn.replies:
            if reply is not None and not reply.column:
                failed = [f"> ⚠ {' '.join(told(reply.failure).split())}", ""] if reply.failure is not None else []
                parts += [f"## {reply.model}", "", reply.text, "", *failed, f"<sub>{facts(reply)}</sub>", ""]
    return "\n".join(parts).strip() + "\n"


def measures(image: Image) -> str:
    """Kind and size: "PNG, 800 × 600"."""
    width, height = size(image)
    return f"{image.mime.removeprefix('image/').upper()}, {width} × {height}"


def to_python(
    conversation: Conversation,
    endpoints: Mapping[str, Endpoint],
    full_name: Callable[[str], str] = lambda name: name,
    told: str = "A conversation from Aula, held again. Keys are read from the environment.",
) -> str:
    """Asks the same questions again, of every model that answered last, with its vendor's SDK or transformers.

    `full_name` makes `provider/model` of a name as it was typed; `told` says what the program is. Images are part of
    it. A model that saw none of them is asked without, and the program says so.
    """
    last = conversation.turns[-1].replies if conversation.turns else ()
    askers = [
        (replace(reply, model=full_name(reply.model)), _saw(conversation, column))
        for column, reply in enumerate(last)
        if reply is not None and not reply.column
    ]
    questions = [turn.question for turn in conversation.turns]
    shown = any(turn.pictures for turn in conversation.turns)
    pieces = [
        repr(told),
        f"SYSTEM = {conversation.system!r}",
        f"QUESTIONS = {pformat(questions, width=110)}",
        *([f"IMAGES = [{_images(conversation)}]"] if shown else []),
        "",
        SEEING_LOOP if shown else LOOP,
    ]
    for number, (reply, saw) in enumerate(askers, start=1):
        pieces.append(_asker(f"ask_{number}", reply, endpoints, saw=saw))
    for number, (reply, saw) in enumerate(askers, start=1):
        ask = f"ask_{number}" if saw or not shown else f"without_images(ask_{number})"
        pieces.append(f"converse({reply.model!r}, {ask})")
    return "\n".join(pieces) + "\n"


def _images(conversation: Conversation) -> str:
    """A list of addresses that hold the images themselves, for each question."""
    return ", ".join(repr([_address(picture.image) for picture in turn.pictures]) for turn in conversation.turns)


def _address(image: Image) -> str:
    return f"data:{image.mime};base64,{base64.b64encode(image.content).decode()}"


def _saw(conversation: Conversation, column: int) -> bool:
    """A column answered a question that had images."""
    replies = [turn.replies[column] for turn in conversation.turns if turn.pictures and column < len(turn.replies)]
    return any(reply is not None and reply.text and reply.failure is None for reply in replies)


def _asker(name: str, reply: Reply, endpoints: Mapping[str, Endpoint], *, saw: bool) -> str:
    provider, _, model = reply.model.partition("/")
    match provider:
        case "huggingface":
            model = model.partition("@")[0]  # an engine of this page's is none of transformers'
            return (_seeing_transformers if saw else _transformers)(name, model, reply.sampling)
        case "anthropic":
            return _anthropic(name, model, reply.sampling, saw=saw)
        case "scripted":
            return f"\ndef {name}(messages):\n    return 'This model is a script of Aula: it has no weights.'\n\n"
        case _:
            return _openai(name, reply, endpoints.get(provider))


def _openai(name: str, reply: Reply, endpoint: Endpoint | None) -> str:
    provider, _, model = reply.model.partition("/")
    sampling, chosen = reply.sampling, reply.sampling.chosen_values()
    values: dict[str, object] = {
        key: list(value) if isinstance(value, tuple) else value for key, value in chosen.items()
    }
    plain = {key: value for key, value in values.items() if PARAMETERS[key].openai}
    extra = {key: value for key, value in values.items() if key not in plain and key != "max_tokens"}
    if sampling.max_tokens is not None:
        default = "max_tokens" if provider == CUSTOM else "max_completion_tokens"
        plain[endpoint.max_tokens_field if endpoint else default] = sampling.max_tokens
    if extra:
        plain["extra_body"] = extra
    variable = (endpoint.key_variable if endpoint else "OPENAI_API_KEY") or "API_KEY"
    address = f", base_url={endpoint.base_url!r}" if endpoint else ""
    if provider == CUSTOM:  # the visitor's own server, whose address is no part of a conversation
        variable, address = "CUSTOM_API_KEY", ', base_url=os.environ["CUSTOM_BASE_URL"]'
    return f"""
def {name}(messages):
    import os

    from openai import OpenAI

    client = OpenAI(api_key=os.environ.get({variable!r}, "none"){address})
    reply = client.chat.completions.create(model={model!r}, messages=messages, **{plain!r})
    return reply.choices[0].message.content

"""


def _anthropic(name: str, model: str, sampling: Sampling, *, saw: bool) -> str:
    older = {key: value for key, value in sampling.chosen_values().items() if key in {"temperature", "top_k", "top_p"}}
    extra = f', extra_headers={{"anthropic-version": "2023-06-01"}}, extra_body={older!r}' if older else ""
    turned = "with_sources(message)" if saw else "message"
    stop = f", stop_sequences={list(sampling.stop)!r}" if sampling.stop else ""
    return f"""
def {name}(messages):
    import os

    from anthropic import Anthropic

    client = Anthropic(api_key=os.environ["ANTHROPIC_API_KEY"])
    turns = [{turned} for message in messages if message["role"] != "system"]
    system = {{"system": SYSTEM}} if SYSTEM.strip() else {{}}
    reply = client.messages.create(
        model={model!r}, max_tokens={sampling.max_tokens or 1024}, messages=turns, **system{stop}{extra}
    )
    return "".join(block.text for block in reply.content if block.type == "text")

"""


def _transformers(name: str, model: str, sampling: Sampling) -> str:
    seed, chosen = _transformers_options(sampling)
    return f"""
def {name}(messages):
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained({model!r})
    model = AutoModelForCausalLM.from_pretrained({model!r})
{seed}    if tokenizer.chat_template:
        batch = tokenizer.apply_chat_template(
            messages, add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
    else:
        batch = tokenizer(messages[-1]["content"], return_tensors="pt")
    output = model.generate(**batch, **{chosen!r})
    return tokenizer.decode(output[0, batch["input_ids"].shape[1] :], skip_special_tokens=True)

"""


def _seeing_transformers(name: str, model: str, sampling: Sampling) -> str:
    seed, chosen = _transformers_options(sampling)
    return f"""
def {name}(messages):
    import torch
    from transformers import AutoModelForImageTextToText, AutoProcessor

    processor = AutoProcessor.from_pretrained({model!r})
    model = AutoModelForImageTextToText.from_pretrained({model!r})
{seed}    batch = processor.apply_chat_template(
        [with_addresses(message) for message in messages],
        add_generation_prompt=True, tokenize=True, return_tensors="pt", return_dict=True,
    )
    output = model.generate(**batch, **{chosen!r})
    return processor.decode(output[0, batch["input_ids"].shape[1] :], skip_special_tokens=True)

"""


def _transformers_options(sampling: Sampling) -> tuple[str, dict[str, object]]:
    """The line that sets the seed, and what `generate` is given."""
    greedy, chosen = sampling.temperature == 0, dict[str, object]()
    for name, value in replace(sampling, max_tokens=sampling.max_tokens or 512).chosen_values().items():
        known = PARAMETERS[name]
        if known.transformers is not None and not (greedy and known.effect in ("reshapes", "cuts")):
            chosen[known.transformers] = value
    chosen["do_sample"] = not greedy
    return ("" if sampling.seed is None else f"    torch.manual_seed({sampling.seed})\n"), chosen
