"""Ways of asking: strategies that turn a question into calls of a model and tell each step. Works without a page.

```python
async with aclosing(strategy("zero_shot").solve(question, model_generate(provider, model))) as traces:
    async for trace in traces: ...
print(trace.answer_text)
```
"""

from playground.labs.prompting.calculator import calculate
from playground.labs.prompting.generate import model_generate
from playground.labs.prompting.knobs import Choice, Knob, Number, Whole, Writing
from playground.labs.prompting.measured import Contestant, column
from playground.labs.prompting.passages import search_in
from playground.labs.prompting.question import Embed, Question, Search, Tools
from playground.labs.prompting.record import Generate
from playground.labs.prompting.strategy import Strategy, strategies, strategy
from playground.labs.prompting.trace import Call, Piece, Prompt, Step, Trace

__all__ = [
    "Call",
    "Choice",
    "Contestant",
    "Embed",
    "Generate",
    "Knob",
    "Number",
    "Piece",
    "Prompt",
    "Question",
    "Search",
    "Step",
    "Strategy",
    "Tools",
    "Trace",
    "Whole",
    "Writing",
    "calculate",
    "column",
    "model_generate",
    "search_in",
    "strategies",
    "strategy",
]
