"""A tab is a folder: put there, the page has it, with its endpoint and what it lends; taken away, nothing is left.

Its texts are a file in the folder of each language, as those of every tab. No file that is there is edited.
"""

from __future__ import annotations

import importlib
import inspect
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import pytest
from gradio_client import Client

from playground import page, tabs, web
from playground.asking import lending
from playground.asking.lending import RecallsReplies, SearchesDocuments
from playground.page import shell
from playground.settings import Settings
from playground.text import LocaleTexts
from providers.catalog import ASSETS
from tests.playground.opening import open_program

LAB = '''
def greet(name: str) -> str:
    """What is said to a visitor."""
    return f"Hello, {name or 'world'}!"
'''
VISIT = '''
from dataclasses import dataclass

from playground.asking.lending import Search, SearchesDocuments
from playground.tabs.hello.lab.greet import greet
from playground.visitors import Sessions


@dataclass(slots=True)
class HelloVisits(SearchesDocuments):
    """Greets a visitor, which counts as a message; lends a search that always finds a greeting."""

    sessions: Sessions
    tidied: int = 0

    def greet(self, visitor: str, name: str) -> str:
        self.sessions.limits.message(visitor)
        return greet(name)

    async def document_search(self, visitor: str) -> Search | None:
        async def search(query: str) -> tuple[str, ...]:
            return (greet(query),)

        return search
'''
PAGE = """
import gradio as gr
from gradio.events import api

from playground.page.program import PRIVATE, App, Page, Program
from playground.tabs.hello.visit.visits import HelloVisits

NAME = "hello"
ORDER = 35


def open(program: Program) -> HelloVisits:
    return HelloVisits(program.sessions)


async def tidy(visits: HelloVisits) -> None:
    visits.tidied += 1


def build(page: Page[HelloVisits]) -> None:
    app = page.app
    name, said = gr.Textbox(label=app.label("hello.name"), elem_id="hello-name"), gr.HTML(elem_id="hello-said")

    def greeted(called: str, request: gr.Request) -> str:
        return app.visits.greet(app.who(request).visitor, called)

    name.submit(greeted, name, said, **PRIVATE)


def publish(app: App[HelloVisits]) -> None:
    def hello(name: str = "", request: gr.Request | None = None) -> str:
        assert request is not None
        return app.visits.greet(app.who(request).visitor, name)

    api(hello, api_name="hello")
"""
TEXTS = {"en": '[hello]\ntab = "Hello"\nname = "Name"\n', "es": '[hello]\ntab = "Hola"\nname = "Nombre"\n'}
SET_AT_START = (
    "GRADIO_ANALYTICS_ENABLED",
    "GRADIO_ANALYTICS_MAX_EVENTS",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY",
    "GRADIO_TEMP_DIR",
    "HF_HUB_DISABLE_TELEMETRY",
)


def write(folder: Path) -> None:
    """The tab's folder, and beside the texts that are there a file with its own in every language."""
    for name, content in {"lab/greet.py": LAB, "visit/visits.py": VISIT, "page/tab.py": PAGE}.items():
        file = folder / "tabs" / "hello" / name
        file.parent.mkdir(parents=True)
        file.write_text(content, "utf-8")
        (file.parent / "__init__.py").touch()
    (folder / "tabs" / "hello" / "__init__.py").touch()
    shutil.copytree(ASSETS / "locale", folder / "locale")
    for language, content in TEXTS.items():
        (folder / "locale" / language / "hello.toml").write_text(content, "utf-8")


@contextmanager
def added(folder: Path) -> Iterator[None]:
    """While the tab's folder lies among those of the tabs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tabs, "__path__", [*tabs.__path__, str(folder / "tabs")])
        patch.setattr(page, "texts", lambda: LocaleTexts.load(folder / "locale"))
        importlib.invalidate_caches()
        yield
    for module in [name for name in sys.modules if name.startswith("playground.tabs.hello")]:
        del sys.modules[module]
    vars(tabs).pop("hello", None)
    importlib.invalidate_caches()


def found() -> list[str]:
    return [tab.NAME for tab in shell.find_tabs()]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in SET_AT_START:
        monkeypatch.setenv(name, "")  # so that it is put back afterwards
    chosen = Settings(_env_file=None, home=tmp_path / "home", model="scripted", port=free_port())
    web.prepare(chosen)
    return chosen


async def test_a_folder_is_a_tab(settings: Settings, tmp_path: Path) -> None:
    write(tmp_path)
    usual = found()
    with added(tmp_path):
        place = usual.index("rag")
        assert found() == [*usual[:place], "hello", *usual[place:]]
        created = page.create(settings)
        labelled = {block.id: str(block.label) for block in created.blocks.blocks.values() if isinstance(block, gr.Tab)}
        assert "hello.tab" in labelled["hello"] and labelled.keys() >= set(usual)
        assert created.program.texts.text("es", "hello.tab") == "Hola"
        lender = created.program.find_lender(SearchesDocuments)
        assert lender is created.app("hello").visits is created.program.opened["hello"]
        await created.warm_up()
        assert created.app("hello").visits.tidied == 1
        address = web.launch(created.blocks, settings, created.look, wait=False)
        try:
            client = Client(address, verbose=False)
            named = client.view_api(print_info=False, return_format="dict")["named_endpoints"]
            assert [one["parameter_name"] for one in named["/hello"]["parameters"]] == ["name"]
            assert client.predict(name="Ana", api_name="/hello") == "Hello, Ana!"
            assert client.predict(message="Hi", api_name="/chat")["text"] == "You said: Hi"
        finally:
            created.blocks.close()
    assert found() == usual
    assert not [name for name in sys.modules if "hello" in name.split(".")] and not hasattr(tabs, "hello")


def protocols() -> list[type]:
    """What tabs lend; a protocol without methods is a value of theirs."""
    classes = [one for one in vars(lending).values() if inspect.isclass(one) and getattr(one, "_is_protocol", False)]
    ours = [one for one in classes if one.__module__ == lending.__name__]
    return [one for one in ours if any(map(inspect.isfunction, _own(one)))]


def _own(protocol: type) -> list[object]:
    return [value for name, value in vars(protocol).items() if not name.startswith("_")]


@pytest.mark.parametrize("protocol", protocols())
def test_each_protocol_is_lent_by_one_tab(protocol: type, tmp_path: Path) -> None:
    program = open_program(Settings(_env_file=None, home=tmp_path, model="scripted"))
    lenders = [one for one in program.opened.values() if protocol in type(one).__mro__]
    assert lenders == [program.find_lender(protocol)]
    assert all(getattr(type(lenders[0]), name) is not value for name, value in vars(protocol).items() if name[0] != "_")


def test_a_name_that_looks_alike_lends_nothing(tmp_path: Path) -> None:
    """What has a method of the protocol's name, and does not inherit the protocol."""
    assert {one.__name__ for one in protocols()} == {"SearchesDocuments", "KeepsAssistants", "RecallsReplies"}
    program = open_program(Settings(_env_file=None, home=tmp_path, model="scripted"))
    alone = replace(program, opened={"rag": SimpleNamespace(find_reply=lambda visitor, place: None)})
    assert alone.find_lender(RecallsReplies) is None
