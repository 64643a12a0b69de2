"""Judges one mutant of the decision code or queries.

A mutant of a query is first tried on the cases beside it, which take no time; what they do not
notice, on the worlds of the matrix and of the mix.

The expected answers are computed once. Each mutant is tried in a forked child, which imports the
decision code afresh with the mutated text in place of the file's own.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import os
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any
from unittest import mock

from tests.view_cases import all_cases
from tests.worlds.compare import engine_answer
from tests.worlds.matrix import matrix
from tests.worlds.mix import PARTED, random_world
from vires import library

ROOT = Path(__file__).parent.parent

RANDOM = 1000
"""How many worlds of the random mix stand beside those of the matrix."""


class _Mutated(importlib.machinery.SourceFileLoader):
    """Loads one module from a text instead of its file."""

    def __init__(self, name: str, path: str, text: str) -> None:
        super().__init__(name, path)
        self._text = text

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._text, self.path, "exec")


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the mutated module before its file is."""

    def __init__(self, name: str, path: Path, text: str) -> None:
        self._name, self._path, self._text = name, path, text

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        loader = _Mutated(fullname, str(self._path), self._text)
        return importlib.util.spec_from_loader(fullname, loader, origin=str(self._path))


class Judge:
    """Holds the worlds with the answers that the unmutated engine gives."""

    def __init__(self) -> None:
        worlds = [world for _, world in matrix()]
        worlds += [random_world(seed) for seed in (*PARTED, *range(RANDOM))]
        # A fixed shuffle: neighbours in the matrix are alike, and a mutant dies sooner in a mix.
        random.Random(1).shuffle(worlds)
        self._cases: list[tuple[Any, Any]] = [(world, engine_answer(world)) for world in worlds]

    def kills(self, job: tuple[Path, str]) -> bool:
        """Whether some world gets another answer, or none, under the mutant of a file."""
        path, mutant = job
        child = os.fork()
        if child:
            return os.waitpid(child, 0)[1] != 0
        code = 1
        try:
            code = 0 if self._all_alike(path, mutant) else 1
        finally:
            os._exit(code)

    def _all_alike(self, path: Path, mutant: str) -> bool:
        sys.stderr = Path(os.devnull).open("w")  # a mutant that fails is killed, and says so oddly
        if path.suffix == ".rq":
            library.view = _with(path, mutant)  # type: ignore[assignment]
        else:
            name = "vires.decide." + path.stem
            sys.meta_path.insert(0, _Finder(name, path, mutant))
        for name in [n for n in sys.modules if n.startswith("vires.decide")]:
            del sys.modules[name]
        del sys.modules["tests.worlds.compare"]
        from tests.worlds.compare import engine_answer as answer

        return all(answer(world) == expected for world, expected in self._cases)


def cases_kill(path: Path, mutant: str) -> bool:
    """Whether a case beside a query is not met under a mutant of it, or the mutant fails."""
    with mock.patch.object(library, "view", _with(path, mutant)):
        try:
            return any(case.wrong() for case in all_cases(_key(path)))
        except Exception:  # whatever a mutant fails with, it is noticed
            return True


def _key(path: Path) -> str:
    return "/".join(path.parent.relative_to(ROOT / "queries").parts)


def _with(path: Path, mutant: str) -> Callable[[str], library.View]:
    """What reads a view, with the mutant in place of one."""
    read, key = library.view, _key(path)
    changed = library.parse(key, mutant)
    return lambda wanted: changed if wanted == key else read(wanted)
