"""The kinds of models, one module each: what a folder of that kind holds and how it is used.

`causal` models write text and `vision` models read pictures too (both run on an engine); `contrastive` models compare
pictures with labels; `embedding` and `reranking` models stand on what they share in `encoders`.
"""
