"""How far a student got with each task, read off the source without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from enum import Enum

from autograder.course.questions.sections import read_sections
from autograder.course.reading import Exercise
from autograder.course.source import Definition, definitions, parse
from autograder.submissions.object_changes import called, changes, effects_of


class TaskProgress(Enum):
    """How far a task is."""

    MISSING = "missing"  #: nothing of that name is defined
    UNTOUCHED = "untouched"  #: still the stub
    STARTED = "started"  #: changed, but something in it is still to be written
    WRITTEN = "written"  #: nothing of the stub is left to be written


def task_progress(
    source: str, tasks: Iterable[str], stub: str | None = None
) -> dict[str, TaskProgress]:
    """Return how far `source` is with each of `tasks`.

    A function is still to be written where it raises NotImplementedError on every path that is
    not under an ``if`` or ``try``. A task is as far as its functions, those of its base classes and
    of the helpers it names. A method of another class does not count where the task has a method
    of that name, nor one that is replaced after its class, as by ``RNN.forward = forward``.
    A source that does not parse is untouched only where it is the stub; no task is written.
    """
    names = tuple(tasks)
    given = _Module(stub) if stub is not None else None
    try:
        module = _Module(source)
    except SyntaxError:
        return dict.fromkeys(names, TaskProgress.STARTED)
    return {name: _progress(name, module, given, set(names)) for name in names}


def progress_in(source: str, exercise: Exercise, stub: str | None) -> dict[str, TaskProgress]:
    """Return how far `source` is with each task, or with each written question, of `exercise`."""
    if not exercise.questions:
        return task_progress(source, exercise.task_names, stub)
    sections = read_sections(source, exercise.task_names)
    return {
        name: TaskProgress.WRITTEN if section.answer else TaskProgress.UNTOUCHED
        for name, section in sections.items()
    }


class _Module:
    """The definitions of one source text."""

    def __init__(self, source: str) -> None:
        tree = parse(source)
        self.definitions = definitions(tree)
        functions = effects_of(tree.body)
        made = [*changes(tree.body, functions)]
        for function in called(tree.body) & functions.keys():
            made += functions[function].outside
        self._replaced = {(c.name, c.attribute) for c in made if not c.is_method_call}

    def functions(self, name: str, tasks: set[str]) -> dict[str, ast.AST]:
        """Return all functions that the task `name` consists of, by qualified name."""
        functions: dict[str, ast.AST] = {}
        for part in self._parts(name, tasks):
            functions.update(_functions(part, self.definitions[part]))
        own = {path.partition(".")[2] for path in functions if path.startswith(f"{name}.")}
        return {
            path: node
            for path, node in functions.items()
            if (path.startswith(f"{name}.") or path.partition(".")[2] not in own)
            and not self._is_replaced(path)
        }

    def _is_replaced(self, path: str) -> bool:
        """Return whether the method `path` may be another one when the module has run."""
        name, dot, attribute = path.partition(".")
        return bool(dot) and not self._replaced.isdisjoint({(name, attribute), (name, "")})

    def _parts(self, name: str, tasks: set[str]) -> Iterator[str]:
        """Yield `name` and what it uses: base classes, and helpers that are no tasks."""
        waiting, seen = [name], set[str]()
        while waiting:  # a chain of helpers may be longer than Python's recursion limit
            part = waiting.pop()
            if part not in seen and isinstance(self.definitions.get(part), Definition):
                seen.add(part)
                yield part
                node = self.definitions[part]
                bases = {base for base in getattr(node, "bases", []) if isinstance(base, ast.Name)}
                names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
                waiting += sorted({base.id for base in bases} | (names - tasks), reverse=True)


def _functions(path: str, node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        yield path, node
    elif isinstance(node, ast.ClassDef):
        for child in node.body:
            if isinstance(child, Definition):
                yield from _functions(f"{path}.{child.name}", child)


def _progress(name: str, module: _Module, given: _Module | None, tasks: set[str]) -> TaskProgress:
    if name not in module.definitions:
        return TaskProgress.MISSING
    functions = module.functions(name, tasks)
    known = given.functions(name, tasks) if given else {}
    still_open = {path for path, function in functions.items() if _gives_up(_body(function))}
    if not still_open:
        return TaskProgress.WRITTEN
    if known:
        is_untouched = functions.keys() == known.keys() and all(
            _same(functions[path], known[path]) for path in functions
        )
    else:  # without a stub: constructors only
        is_untouched = all(path in still_open or path.endswith(".__init__") for path in functions)
    return TaskProgress.UNTOUCHED if is_untouched else TaskProgress.STARTED


def _same(first: ast.AST, second: ast.AST) -> bool:
    return [ast.dump(node) for node in _body(first)] == [ast.dump(node) for node in _body(second)]


def _body(function: ast.AST) -> list[ast.stmt]:
    """Return the statements of a function without its docstring."""
    body: list[ast.stmt] = getattr(function, "body", [])
    documented = body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    return body[1:] if documented else body


def _gives_up(body: list[ast.stmt]) -> bool:
    """Return whether `body` raises NotImplementedError whatever the arguments are."""
    return any(
        _is_not_implemented(node)
        or (isinstance(node, ast.For | ast.While | ast.With) and _gives_up(node.body))
        for node in body
    )


def _is_not_implemented(node: ast.AST) -> bool:
    if not isinstance(node, ast.Raise):
        return False
    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
