"""The scripted models: what each is and says. `words` is none of them: see that module."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from providers.adapters.scripted import words
from providers.adapters.scripted.vision import describe_images
from providers.types import ModelInfo, Request

Script = Callable[[Request], str]

_SHOWCASE = """### Markdown, code and formulas

1. A list with **bold** and *italic* words.
2. A formula: $p_i = e^{z_i / T} / \\sum_j e^{z_j / T}$

```python
def softmax(logits, temperature=1.0):
    weights = [exp(z / temperature) for z in logits]
    return [w / sum(weights) for w in weights]
```

| temperature | effect |
|---|---|
| 0 | always the most likely token |
| 1 | the model's own probabilities |
"""


def _echo(request: Request) -> str:
    last = request.messages[-1]
    return " …and so on." if last.role == "assistant" else f"You said: {last.text}"


def _count(request: Request) -> str:
    return " ".join(str(number) for number in range(1, 2001))


def _variant(request: Request) -> str:
    """A different text for every seed and prompt, as sampling gives, and the same one again for the same seed."""
    digest = hashlib.sha256(f"{request.sampling.seed}{request.messages}".encode()).hexdigest()
    return f"Variant {digest[:6]} of an answer to: {request.messages[-1].text}"


def _adder(request: Request) -> str:
    """Adds up the numbers of the question, with the calculator where it is told of one; one seed in four slips."""
    users = [message.text for message in request.messages if message.role == "user"]
    numbers = next((found for text in reversed(users) if (found := re.findall(r"\d+", text))), ["0"])
    if any("calculator[" in message.text for message in request.messages if message.role == "system"):
        if users[-1].startswith("Observ"):
            return f"Thought: That is the sum.\nAction: finish[{numbers[-1]}]"
        return f"Thought: I add them up.\nAction: calculator[{' + '.join(numbers)}]\nObservation: who knows"
    total = sum(map(int, numbers)) + (request.sampling.seed is not None and request.sampling.seed % 4 == 3)
    return f"{' + '.join(numbers)} = {total}. The answer is {total}."


def _info(
    name: str, *, reasoning: bool = False, logprobs: bool = True, context: int = 8192, images: bool = False
) -> ModelInfo:
    return ModelInfo(
        id=name,
        provider="scripted",
        name=f"Scripted: {name}",
        reasoning=reasoning,
        logprobs=logprobs,
        images=images,
        image_side=768 if images else None,
        image_patch=32 if images else None,
        prefill=True,
        reproducible=True,
        local=True,
        here=True,
        context=context,
        licence="MIT",
        languages=("en", "es"),
    )


MODELS: dict[str, tuple[ModelInfo, Script]] = {
    "echo": (_info("echo"), _echo),
    "showcase": (_info("showcase", logprobs=False), lambda request: _SHOWCASE),
    "thinker": (_info("thinker", reasoning=True), lambda request: f"«{request.messages[-1].text}»? 42."),
    "variant": (_info("variant"), _variant),
    "adder": (_info("adder"), _adder),
    "seer": (_info("seer", images=True), describe_images),
    "slow": (_info("slow"), _count),
    "words": (_info("words", context=words.CONTEXT), lambda request: ""),
    "broken": (_info("broken"), lambda request: "This answer breaks off in the mid"),
}
