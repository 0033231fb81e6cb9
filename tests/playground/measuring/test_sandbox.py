"""Programs of models: right and wrong ones, and hostile ones. What the platform cannot bound is said in `sandbox`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from playground.measuring import sandbox, tasks
from playground.measuring.extract import Extraction
from playground.measuring.items import Item
from playground.measuring.metrics import Scoring, code
from playground.measuring.sandbox import check

TEST = ("assert f(2) == 4",)
RIGHT = "def f(x): return x * 2"
_EVERY_PIPE = """import os
for pipe in range(3, 64):
    try:
        {write}
    except OSError:
        pass"""


def verdict(program: str, tests: tuple[str, ...] = TEST, seconds: float = 20) -> sandbox.Verdict:
    return check(program, tests, allowed=True, seconds=seconds)


def test_only_where_it_is_allowed():
    with pytest.raises(PermissionError):
        check(RIGHT, TEST, allowed=False)


def test_right_and_wrong_programs():
    assert verdict(RIGHT).passed
    assert verdict("import math, re, itertools, collections\n" + RIGHT).passed
    assert verdict("def f(x): return x * 3") == sandbox.Verdict(reason="failed", test=0, error="AssertionError")
    assert verdict(RIGHT, ("assert f(1) == 2", "assert f(2) == 5")).test == 1
    assert verdict("def f(x): return x / 0") == sandbox.Verdict(reason="error", test=0, error="ZeroDivisionError")
    assert verdict("def f(:") == sandbox.Verdict(reason="error", test=None, error="SyntaxError")


def passes(program: str, tests: tuple[str, ...]) -> bool:
    """Here and now: only for programs of our own."""
    names: dict[str, object] = {}
    exec(program, names)
    try:
        for test in tests:
            exec(test, names)
    except (AssertionError, TypeError, AttributeError):
        return False
    return True


@pytest.mark.parametrize("language", tasks.languages())
def test_the_sets_own_answers_pass_their_tests_and_others_do_not(language):
    found = tasks.load("code", language)
    for one in (*found.items, *found.examples):
        assert passes(one.answer, one.tests), one.id
        name = one.answer.split("def ")[1].split("(")[0]
        assert not passes(f"def {name}(*anything): return None", one.tests), one.id
    for one in found.items[::9]:
        assert verdict(one.answer, one.tests).passed, one.id


@pytest.mark.parametrize(
    "program",
    [
        "import sys\nsys.exit(0)",
        "import os\nos._exit(0)",
        "raise SystemExit",
        "exit(0)",
        "def f(x):\n    import os\n    os._exit(0)",
        "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
        _EVERY_PIPE.format(write="os.write(pipe, b'passed')") + "\nos._exit(0)",
    ],
)
def test_ending_early_is_not_passing(program):
    assert not verdict(program).passed
    assert verdict(program).reason in {"ended", "error"}


def test_an_endless_loop_is_ended_by_the_clock_and_leaves_nothing_behind():
    assert verdict("while True: pass", seconds=1.5).reason == "timeout"
    assert verdict("import time\ntime.sleep(1000)", seconds=1).reason == "timeout"


def test_processor_time_is_bounded(monkeypatch):
    monkeypatch.setattr(sandbox, "CPU_SECONDS", 1)
    assert verdict("while True: pass", seconds=60).reason == "ended"


@pytest.mark.parametrize(
    "program",
    ["blocks = [0] * 10**9", "blocks = []\nwhile True: blocks.append(bytearray(10**6))", "'x' * 10**10"],
)
def test_memory_is_bounded(program):
    found = verdict(f"{program}\n{RIGHT}")
    assert (found.reason, found.error) in {("error", "MemoryError"), ("ended", None)}


@pytest.mark.parametrize(
    "program",
    [
        "import os\nos.fork()",
        "import os\nwhile True: os.fork()",
        "import subprocess\nsubprocess.run(['true'])",
        "import _thread\n_thread.start_new_thread(print, ())",
    ],
)
def test_no_further_processes(program):
    assert verdict(f"{program}\n{RIGHT}").reason == "error"


def test_files_are_small_and_its_own_folder_is_gone_afterwards():
    assert verdict(f"open('big', 'w').write('x' * 10**7)\n{RIGHT}").reason in {"error", "ended"}
    told = "assert os.getcwd().startswith('/') and os.listdir() == [], os.listdir()"
    assert verdict(f"import os\n{told}\nopen('mine', 'w').write('x')\n{RIGHT}").passed
    assert not list(Path(os.environ.get("TMPDIR", "/tmp")).glob("aula-*/mine"))


def test_the_limits_cannot_be_raised():
    raised = "import resource\nresource.setrlimit(resource.RLIMIT_NPROC, (100, 100))"
    assert not verdict(f"{raised}\n{RIGHT}").passed


def test_nothing_of_the_environment_and_nothing_of_ours(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "very secret")
    assert verdict(f"import os\nassert 'SECRET_KEY' not in os.environ, os.environ\n{RIGHT}").passed
    assert not verdict(f"import playground\n{RIGHT}").passed
    assert not verdict(f"import numpy\n{RIGHT}").passed


def test_not_as_root():
    assert verdict(f"import os\nassert os.getuid() != 0 and os.geteuid() != 0\n{RIGHT}").passed


def test_no_network_where_it_can_be_taken_away():
    """A raw connection by the interpreter's own module; without isolation the test says what is not guaranteed."""
    found = verdict(f"import _socket\ns = _socket.socket()\ns.settimeout(3)\ns.connect(('127.0.0.1', 9))\n{RIGHT}")
    assert not found.passed
    reads = "interfaces = [line.split(':')[0].strip() for line in open('/proc/net/dev').readlines()[2:]]"
    assert verdict(f"{reads}\nassert interfaces == ['lo'], interfaces\n{RIGHT}").passed == sandbox.isolated()


def test_a_flood_of_output_is_bounded():
    assert verdict(f"print('x' * 10**8)\n{RIGHT}").passed
    flood = _EVERY_PIPE.format(write="[os.write(pipe, b'x' * 10**6) for _ in iter(int, 1)]")
    assert not verdict(f"{flood}\n{RIGHT}", seconds=5).passed


def test_the_metric():
    item = Item(id="1", question="?", answer=RIGHT, tests=TEST)
    found = Extraction(RIGHT, 0, len(RIGHT), "code")
    assert code.score(item, found, Scoring()) is None
    assert code.score(item, found, Scoring(code_allowed=True)) == 1
    assert code.score(item, Extraction("def f(x): pass", 0, 1, "code"), Scoring(code_allowed=True)) == 0
    assert code.score(item, Extraction(None, None, None, "none"), Scoring(code_allowed=True)) == 0
