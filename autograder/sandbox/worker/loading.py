"""Imports the submission's files, finds their parts, and describes their exceptions."""

from __future__ import annotations

import ast
import importlib.util
import sys
import traceback
from collections.abc import Collection, Mapping
from importlib.machinery import SourceFileLoader
from pathlib import Path, PurePath
from types import CodeType, ModuleType
from typing import Any, cast

from framework.errors import GradusError

MAX_MESSAGE = 2000
MAX_FRAMES = 12
#: A file knows the function that notes calls of tasks by this name.
CALLED = "__called__"


class NotDefinedError(GradusError):
    """The submission does not define a `name` that the exercise asks for."""

    def __init__(self, message: str, name: str = "") -> None:
        super().__init__(message)
        self.name = name


class BreakpointReached(BaseException):
    """The submission has called ``breakpoint()``, and there is no terminal."""


def no_debugger(*args: object, **kwargs: object) -> None:
    """Raise `BreakpointReached`, in place of the debugger that ``breakpoint()`` starts."""
    raise BreakpointReached("breakpoint()")


class PartMissingError(GradusError):
    """A network asks for a part that another exercise would give and that is not there."""


class BackendFaultError(GradusError):
    """The arrays of the backend cannot do what grading needs."""


_KINDS: dict[type[BaseException], str] = {
    NotImplementedError: "not_written",
    NotDefinedError: "not_defined",
    PartMissingError: "part_missing",
    MemoryError: "memory",
}


_DEFINITION = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class SubmittedModule:
    """The submission's file for one exercise, with the others within reach as parts.

    Args:
        folder: holds one ``EXERCISE.py`` per submitted exercise.
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
        self._called: set[str] = set()

    def load(self) -> None:
        """Import the graded file."""
        self._module(self._exercise)

    def attribute(self, name: str) -> Any:
        """Return what the graded file defines as `name`."""
        return self._defined(self._exercise, name)

    def part(self, name: str) -> Any:
        """Return the student's own part, for `framework.models.parts.parts_from`."""
        exercise, attribute = self._parts.get(name, ("", ""))
        try:
            if self._file(exercise).is_file():
                return self._defined(exercise, attribute)
        except NotDefinedError:
            pass
        self._called.add(f"{exercise}.{attribute}")
        raise PartMissingError(f"needs '{exercise or name}'")

    def tasks_called(self) -> list[str]:
        """Return ``EXERCISE.TASK`` of each that was called, or missing, since the last call."""
        called = sorted(map(str, self._called))
        self._called.clear()
        return called

    def _file(self, exercise: str) -> Path:
        return self._folder / f"{exercise}.py"

    def _defined(self, exercise: str, name: str) -> Any:
        try:
            return getattr(self._module(exercise), name)
        except AttributeError:
            raise NotDefinedError(f"{exercise}.py does not define {name}", name) from None

    def _module(self, exercise: str) -> ModuleType:
        if exercise in self._modules:
            return self._modules[exercise]
        spec = importlib.util.spec_from_file_location(exercise, self._file(exercise))
        if spec is None or not isinstance(spec.loader, SourceFileLoader):
            raise NotDefinedError(f"there is no {exercise}.py")
        module = importlib.util.module_from_spec(spec)
        if self._builtins is not None:
            vars(module)["__builtins__"] = self._builtins
        vars(module)[CALLED] = self._called.add
        tasks = {task for file, task in self._parts.values() if file == exercise}
        sys.modules[exercise] = module
        exec(_compiled(spec.loader, exercise, tasks), vars(module))
        self._modules[exercise] = module
        return module


def _compiled(loader: SourceFileLoader, module: str, tasks: Collection[str]) -> CodeType:
    """Return the code of `module`; what the compiler cannot take is a syntax error.

    Args:
        tasks: the functions and classes of the module whose calls are noted.

    Raises:
        SyntaxError: in place of the `MemoryError` or `RecursionError` for deep nesting. These
            name no line: the longest one is reported.
    """
    try:
        data = loader.get_data(loader.path)
        parsed = compile(data, loader.path, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
        tree = cast(ast.Module, parsed)
        for node in tree.body:
            if isinstance(node, _DEFINITION) and node.name in tasks:
                _note_calls(node, f"{module}.{node.name}")
        return compile(tree, loader.path, "exec", dont_inherit=True)
    except (MemoryError, RecursionError):
        lengths = [len(line) for line in (loader.get_source(module) or "").split("\n")]
        line = lengths.index(max(lengths)) + 1
        raise SyntaxError("nested too deeply", (loader.path, line, None, None)) from None


def _note_calls(definition: ast.stmt, task: str) -> None:
    """Let each function in `definition` begin with a statement that notes a call of `task`."""
    for node in ast.walk(definition):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            is_documented = ast.get_docstring(node, clean=False) is not None
            called = ast.parse(f"{CALLED}({task!r})").body[0]
            for part in ast.walk(called):
                ast.copy_location(part, node.body[0])
            node.body.insert(int(is_documented), called)


def describe(error: BaseException, folder: str) -> dict[str, Any]:
    """Return a description of `error` made of text and numbers.

    It has a ``kind`` (see `_KINDS`), a ``type``, a ``message`` and ``frames`` of files in `folder`:
    (file, line, function) from the outermost to the innermost. For a name that is not defined, it
    has this ``name`` too.
    """
    named = {"name": error.name} if isinstance(error, NotDefinedError | NameError) else {}
    kinds = (kind for raised, kind in _KINDS.items() if isinstance(error, raised))
    return {
        **named,
        "kind": next(kinds, "raised"),
        "type": type(error).__name__[:100],
        "message": _message(error, folder),
        "frames": _frames(error, folder),
    }


def _message(error: BaseException, folder: str) -> str:
    try:
        text = str(error)
        if isinstance(error, SyntaxError) and error.msg:  # the frames have its line
            text = error.msg
        # The folder is temporary, and its name has no meaning for a student.
        return (text.replace(f"{folder}/", "") if folder else text)[:MAX_MESSAGE]
    except BaseException:
        return "(its message cannot be shown)"


def _frames(error: BaseException, folder: str) -> list[list[Any]]:
    frames = []
    if isinstance(error, SyntaxError) and str(error.filename).startswith(folder or "\0"):
        frames.append([PurePath(str(error.filename)).name, error.lineno or 0, "<module>"])
    for frame, line in traceback.walk_tb(error.__traceback__):
        path = PurePath(frame.f_code.co_filename)
        if folder and str(path.parent) == folder:
            frames.append([path.name, line, frame.f_code.co_name[:100]])
    return frames[-MAX_FRAMES:]
