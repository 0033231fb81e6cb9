"""How a question is solved: what a strategy is given, the record it writes, and what it may use.

```python
async with aclosing(strategy("zero_shot").solve(question, model_generate(provider, model))) as traces:
    async for trace in traces: ...
print(trace.answer_text)
```
"""
