"""The program that `formulas` starts: whether a formula means the same as one of others, by math-verify.

Run as a file with one JSON object on its standard input; it binds its own time and memory, and writes true or false.
Only LaTeX is parsed, by a grammar: math-verify's other reading hands text to sympy's `parse_expr`, which evaluates it.
"""

from __future__ import annotations

import json
import logging
import sys
from contextlib import suppress


def main() -> None:
    task = json.load(sys.stdin)
    with suppress(ImportError):  # Windows has none; there the time that `formulas` waits is the only bound
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (task["seconds"], task["seconds"]))
        resource.setrlimit(resource.RLIMIT_DATA, (task["memory"], task["memory"]))
    from math_verify import LatexExtractionConfig, parse, verify  # type: ignore[import-untyped]  # it ships none

    logging.disable(logging.CRITICAL)  # it warns of the time-outs that are not used: they need signals
    latex = (LatexExtractionConfig(),)
    value, *others = (parse(f"${one}$", latex, parsing_timeout=None) for one in (task["value"], *task["answers"]))
    same = any(verify(one, value, timeout_seconds=None) for one in others if one and value)
    sys.stdout.write(json.dumps(same))


if __name__ == "__main__":
    main()
