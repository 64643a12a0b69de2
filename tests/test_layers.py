"""The house stands as DECISIONS and the architecture say: read from the imports."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "app" / "vires"
MODULES = sorted(PACKAGE.rglob("*.py"))

# Ground floor first; a module imports only from its own row or above.
FLOORS = (
    ("errors", "config", "terms"),
    ("addresses", "content", "library", "once", "sheets", "skeleton"),
    ("ingest",),
    ("store",),
    ("sandbox",),
    ("inference", "reason"),
    ("decide",),
    (
        "shipped",
        "explain",
        "answer_text",
        "exchange",
        "search",
        "guidance",
        "listing",
        "query",
        "rebase",
        "validate",
    ),
    ("registers", "health", "processing"),
    ("web",),
    ("checking", "serving"),
    ("cli", "__init__"),
)
FLOOR_OF = {name: number for number, row in enumerate(FLOORS) for name in row}


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, in full, wherever the import stands."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if node.module == "vires":
                yield from (f"vires.{alias.name}" for alias in node.names)


def room(path: Path) -> str:
    """The module or package of the top row that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_imports_from_its_own_floor_or_below(path: Path) -> None:
    own = FLOOR_OF[room(path)]
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "vires" and len(parts) > 1 and parts[1] in FLOOR_OF:
            assert FLOOR_OF[parts[1]] <= own, f"{room(path)} imports {name}"


@pytest.mark.parametrize(
    ("library", "rooms"),
    [
        ("owlready2", {"reason"}),
        ("pyshacl", {"validate"}),
        ("SPARQLWrapper", {"store"}),
        (
            "pyoxigraph",
            {
                "ingest",
                "store",
                "exchange",
                "sandbox",
                "inference",
                "listing",
                "query",
                "reason",
                "cli",
                "validate",
            },
        ),
        ("sqlite3", {"search"}),
        ("markdown_it", {"guidance"}),
        ("nh3", {"guidance"}),
        ("markupsafe", {"guidance"}),
        ("flask", {"web"}),
        ("granian", {"serving"}),
        ("icalendar", {"health"}),
    ],
)
def test_a_library_is_used_in_its_room_alone(library: str, rooms: set[str]) -> None:
    using = {room(p) for p in MODULES if any(n.split(".")[0] == library for n in imports(p))}
    assert using <= rooms


def test_the_pages_hold_no_store() -> None:
    barred = {"rdflib", "pyoxigraph", "pyshacl", "sqlite3", "owlready2"}
    for path in (PACKAGE / "web").rglob("*.py"):
        assert not barred & {name.split(".")[0] for name in imports(path)}, path


def test_decide_never_reads_the_clock() -> None:
    for path in (PACKAGE / "decide").rglob("*.py"):
        text = path.read_text()
        assert not re.search(r"\b(today|now|time)\(", text), path


def test_outside_data_is_parsed_in_one_place() -> None:
    for path in MODULES:
        if room(path) not in {"ingest", "reason"}:
            assert not re.search(
                r"\box\.parse\(|\.parse\((?:data|path|source)", path.read_text()
            ), path


def test_no_sparql_is_built_from_strings() -> None:
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                text = "".join(v.value for v in node.values if isinstance(v, ast.Constant))
                assert not re.search(r"\b(SELECT|CONSTRUCT|WHERE|INSERT|ASK)\b", text), path


def test_content_folders_hold_no_python() -> None:
    for folder in ("ontology", "data", "shapes", "queries"):
        assert not list((ROOT / folder).rglob("*.py"))


def test_modules_and_functions_stay_small() -> None:
    for path in MODULES:
        text = path.read_text()
        assert len(text.splitlines()) <= 400, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno is not None
                length = node.end_lineno - node.lineno
                assert length <= 60, f"{path.name}: {node.name} has {length} lines"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_what_is_public_is_documented(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree), path
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{path.name}: {node.name}"
