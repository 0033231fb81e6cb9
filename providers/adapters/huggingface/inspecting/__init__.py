"""Models taken apart (see `providers.inspection`): what their files say, their vocabulary, and their layers at work.

`anatomy` and `vocabulary` load no weights. `network` has the model with its attention computed openly; what differs
between architectures stands in `families.layers`, one file each.
"""
