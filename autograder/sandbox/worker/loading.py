"""Imports the submission's files, and finds in them the parts that networks ask for."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, cast

from autograder.sandbox.worker.exceptions import NotDefinedError, PartMissingError


class SubmittedModule:
    """The submission's file for one exercise, with the others within reach as parts.

    Args:
        folder: holds one ``EXERCISE.py`` per submitted exercise.
        exercise: the one that is graded.
        parts: registry name -> (exercise, name in its file), for `framework.models.parts.part`.
        builtins: the built-in names of the files; None for Python's own.
    """

    def __init__(
        self,
        folder: Path,
        exercise: str,
        parts: Mapping[str, tuple[str, str]],
        builtins: dict[str, Any] | None = None,
    ) -> None:
        self._folder = folder
        self._builtins = builtins
        self._exercise = exercise
        self._parts = parts
        self._modules: dict[str, ModuleType] = {}
        self._asked: set[str] = set()

    def load(self) -> None:
        """Import the graded file."""
        self._module(self._exercise)

    def attribute(self, name: str) -> Any:
        """Return what the graded file defines as `name`."""
        return self._defined(self._exercise, name)

    def part(self, name: str) -> Any:
        """Return the student's own part, for `framework.models.parts.parts_from`."""
        self._asked.add(name)
        exercise, attribute = self._parts.get(name, ("", ""))
        if not self._file(exercise).is_file():
            raise PartMissingError(exercise or name)
        try:
            return self._defined(exercise, attribute)
        except NotDefinedError:
            raise PartMissingError(exercise) from None

    def parts_asked(self) -> list[str]:
        """Return names of the parts that were asked for since this was last called."""
        asked, self._asked = sorted(map(str, self._asked)), set()
        return asked

    def _file(self, exercise: str) -> Path:
        return self._folder / f"{exercise}.py"

    def _defined(self, exercise: str, name: str) -> Any:
        try:
            return getattr(self._module(exercise), name)
        except AttributeError:
            raise NotDefinedError(f"{exercise}.py does not define {name}", name) from None

    def _module(self, exercise: str) -> ModuleType:
        if exercise not in self._modules:
            self._modules[exercise] = self._import(exercise)
        return self._modules[exercise]

    def _import(self, exercise: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(exercise, self._file(exercise))
        if spec is None or not isinstance(spec.loader, SourceFileLoader):
            raise NotDefinedError(f"there is no {exercise}.py")
        module = importlib.util.module_from_spec(spec)
        if self._builtins is not None:
            vars(module)["__builtins__"] = self._builtins
        sys.modules[exercise] = module
        exec(_compiled(spec.loader, exercise), vars(module))
        return module


def _compiled(loader: SourceFileLoader, module: str) -> CodeType:
    """Return the code of `module`; what the compiler cannot take is a syntax error.

    Raises:
        SyntaxError: in place of the `MemoryError` or `RecursionError` for deep nesting. These
            name no line: the longest one is reported.
    """
    try:
        return cast(CodeType, loader.get_code(module))
    except (MemoryError, RecursionError):
        lengths = [len(line) for line in (loader.get_source(module) or "").split("\n")]
        line = lengths.index(max(lengths)) + 1
        raise SyntaxError("nested too deeply", (loader.path, line, None, None)) from None
