"""The page's JavaScript parses, has the shape its use asks for, stands in no Python, and ends no script element."""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import tree_sitter_javascript
from hypothesis import given
from hypothesis import strategies as st
from tree_sitter import Language, Node, Parser

from playground import tabs
from playground.web.scripts import SCRIPTS, script_body, script_element, script_function
from tests.sources import SOURCES, text_of, tree_of

LINTER = SCRIPTS / "eslint.config.js"
FILES = sorted(path for path in SCRIPTS.rglob("*.js") if "node_modules" not in path.parts and path != LINTER)
IN_SCOPE = {"element", "trigger", "props", "server", "upload", "watch"}
"""What Gradio's page gives a body."""
JAVASCRIPT = re.compile(
    r"addEventListener|<script[^<>\\]*>\s*[^<\s]|\bdocument\.(body|cookie|documentElement|activeElement|[a-z]+[A-Z]\w*)\b"
)
WORDS = re.compile("=>|Listener|script|document")
"""A file without any of them is not looked through: it takes a while."""
LONG = 120


def name_of(path: Path) -> str:
    return path.relative_to(SCRIPTS).with_suffix("").as_posix()


def parse(source: str) -> Node:
    return Parser(Language(tree_sitter_javascript.language())).parse(source.encode()).root_node


def nodes(root: Node) -> Iterator[Node]:
    yield root
    for child in root.children:
        yield from nodes(child)


def declared(source: str) -> set[str]:
    """The names in a body's first line; none where it has no such line."""
    found = re.match(r"/\* global (\w+(?:, \w+)*) \*/\n", source)
    return set(found[1].split(", ")) if found else set()


def arrow(source: str) -> Node | None:
    """The arrow function that is all there is beside comments."""
    statements = [node for node in parse(source).named_children if node.type != "comment"]
    if len(statements) != 1 or statements[0].type != "expression_statement":
        return None
    only = statements[0].children
    return only[0] if [node.type for node in only] == ["arrow_function"] else None


def takes_values(source: str) -> bool:
    """A function of one object that it takes apart, as the loader hands it over."""
    function = arrow(source)
    parameters = function.child_by_field_name("parameters") if function else None
    return bool(parameters and [one.type for one in parameters.named_children] == ["object_pattern"])


@dataclass(frozen=True)
class Use:
    """A call of the loader."""

    loader: str
    names: tuple[str, ...]
    values: bool


def uses(program: str) -> Iterator[Use]:
    """The loader's calls in a Python program. Raises `AssertionError` for a name that is computed."""
    for node in ast.walk(ast.parse(program)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.startswith("script_"):
            if node.func.id not in ("script_body", "script_function", "script_element"):
                continue
            named = node.args if node.func.id == "script_body" else node.args[:1]
            names = [one.value for one in named if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            assert len(names) == len(named) and not node.keywords, "a script is named where it is used"
            yield Use(node.func.id, tuple(names), len(node.args) > len(named))


# Only what calls a loader is parsed: this runs whenever tests are collected.
CALL = re.compile(r"\bscript_(body|function|element)\(")
USES = [use for path in SOURCES if CALL.search(text := text_of(path)) for use in uses(text)]


def strings(program: ast.AST) -> Iterator[str]:
    """The strings of a Python program, with what is formatted into them left out; not those that document it."""
    nodes = [program]
    for node in nodes:
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str | bytes):
                yield node.value if isinstance(node.value, str) else node.value.decode("utf-8", "replace")
            continue
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(one.value) for one in node.values if isinstance(one, ast.Constant))
        nodes.extend(_children(node.value if isinstance(node, ast.Expr) else node))


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """As `ast.iter_child_nodes`, but for whether a name is read or written: a third of all nodes."""
    for name in node._fields:
        child = getattr(node, name, None)
        if isinstance(child, list):
            yield from (one for one in child if isinstance(one, ast.AST))
        elif isinstance(child, ast.AST) and name != "ctx":
            yield child


def scripts_in(program: ast.AST) -> list[str]:
    """JavaScript of more than a one-line arrow function."""
    return [one for one in strings(program) if JAVASCRIPT.search(one) or ("=>" in one and len(one) > LONG)]


def test_each_parses() -> None:
    assert not [path for path in (LINTER, *FILES) if parse(path.read_text("utf-8")).has_error]


@pytest.mark.parametrize("source", ["const = 1;", "(a) => {", "for (const a of b { }", "x = 'y"])
def test_what_is_broken_does_not_parse(source: str) -> None:
    assert parse(source).has_error


def has_one_of_two_shapes(source: str) -> bool:
    identifiers = {node.text.decode() for node in nodes(parse(source)) if node.type == "identifier" and node.text}
    if arrow(source):
        return not identifiers & IN_SCOPE
    return declared(source) == identifiers & IN_SCOPE != set()


def test_each_has_one_of_two_shapes() -> None:
    assert not [path for path in FILES if not has_one_of_two_shapes(path.read_text("utf-8"))]


def test_neither_shape_is_taken_for_the_other() -> None:
    assert not has_one_of_two_shapes("() => element") and not has_one_of_two_shapes("f(element)")
    said = "/* global watch */\n"
    assert not has_one_of_two_shapes(f"{said}f()") and has_one_of_two_shapes(f"{said}f(watch)")
    assert arrow("// says why\n(a) => a\n") and not arrow("a => a;") and not arrow("f(a)") and not arrow("1\n(a) => a")
    assert takes_values("({a}) => () => a") and not takes_values("({a}, b) => a") and not takes_values("a => a")
    assert declared("/* global element, watch */\n") == {"element", "watch"} and not declared("\n/* global watch */\n")


def test_every_script_is_used_and_every_name_is_a_script() -> None:
    assert {name for use in USES for name in use.names} == {name_of(path) for path in FILES}


def test_each_is_used_as_its_shape_asks() -> None:
    used = {(use, name, (SCRIPTS / f"{name}.js").read_text("utf-8")) for use in set(USES) for name in use.names}
    asked = {(name, use.loader == "script_body", use.values) for use, name, _ in used}
    assert asked == {(name, arrow(source) is None, takes_values(source)) for _, name, source in used}


def test_a_folder_of_scripts_is_a_tab() -> None:
    rooms = {path.name for place in tabs.__path__ for path in Path(place).iterdir() if (path / "page").is_dir()}
    assert {name_of(path).split("/")[0] for path in FILES if path.parent != SCRIPTS} <= rooms


def test_no_script_stands_in_python() -> None:
    may_hold_one = [path for path in SOURCES if WORDS.search(text_of(path))]
    assert not [path for path in may_hold_one if scripts_in(tree_of(path))]


@pytest.mark.parametrize(
    "program",
    [
        "a = 'document.querySelector(0)'",
        "a = f'document.cookie = {b}'",
        "a = '<script>f()'",
        "a = b'element.addEventListener()'",
        f"a = '() => {{ {'f(); ' * 30} }}'",
        f"a = f'() => {{b}} {'f(); ' * 30}'",
    ],
)
def test_a_script_in_python_is_found(program: str) -> None:
    assert WORDS.search(program)
    assert scripts_in(ast.parse(program))


def test_what_is_no_script_is_not_found() -> None:
    program = (
        '"""About `document.body`."""\na = "select document.digest from document"\nb = "() => f()"\nc = "the document."'
    )
    assert not scripts_in(ast.parse(program))


def test_no_file_ends_or_begins_a_script_element() -> None:
    assert not [path for path in FILES if re.search(r"</?script|<!--", path.read_text("utf-8"), re.IGNORECASE)]


TEXTS = st.text() | st.sampled_from(
    ["</script>", "</SCRIPT ", "<!--", "<script>", "]]>", "\u2028", '"', "\\", "\\u003c/", "`${f()}`", "'", "\0"]
)
VALUES = st.dictionaries(TEXTS, TEXTS | st.lists(TEXTS | st.none() | st.floats(allow_nan=False, allow_infinity=False)))


@given(VALUES)
def test_what_is_handed_over_arrives_and_stays_within_the_element(values: dict[str, object]) -> None:
    source = (SCRIPTS / "head.js").read_text("utf-8")
    element = script_element("head", values)
    inside = element.removeprefix("<script>").removesuffix("</script>")
    handed = inside.removeprefix(f"({source})(").removesuffix(")")
    assert element == f"<script>({source})({handed})</script>"
    assert "<" not in handed
    assert json.loads(handed) == values
    assert not parse(inside).has_error


def test_only_json_is_handed_over() -> None:
    with pytest.raises(ValueError):
        script_function("keep_in_address", {"first": [math.nan]})
    with pytest.raises(TypeError):
        script_function("keep_in_address", {"first": {1}})


def test_bodies_do_not_see_what_others_declare() -> None:
    joined = parse(script_body("keep_open", "keep_open"))
    assert not joined.has_error
    assert [node.type for node in joined.named_children] == ["statement_block", "statement_block"]


def test_a_function_is_handed_over_as_it_stands_or_called_with_values() -> None:
    plain = script_function("toggle_theme")
    assert plain == (SCRIPTS / "toggle_theme.js").read_text("utf-8")
    assert arrow(plain)
    source = (SCRIPTS / "choose_language.js").read_text("utf-8")
    assert script_function("choose_language", {"language": "es"}) == f'({source})({{"language": "es"}})'


def test_an_unknown_script_is_an_error_at_once() -> None:
    with pytest.raises(FileNotFoundError):
        script_body("no_such_script")
