"""A rule: causes outside of the mathematics, read off an exception and the source text."""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache

from autograder.course.source import definitions, lines_of, parse
from autograder.results.report import CheckResult
from autograder.submissions.notebook_slice import Statement, needed, statements
from framework.interfaces import Model

#: Version of Python -> what a line of its new syntax looks like, and the name of that syntax.
NEW_SYNTAX = (
    ((3, 12), r"\s*type\s+\w+(\[.*\])?\s*=", "a `type` statement"),
    ((3, 12), r"\s*(async\s+)?(def|class)\s+\w+\[", "type parameters in brackets"),
    (
        (3, 12),
        r""".*\b[rR]?[fF](["'])((?!\1).)*\{(?P<inner>[^{}]*\1[^{}]*\1[^{}]*)\}""",
        "the same quotes inside an f-string",
    ),
    ((3, 14), r"\s*except\s+[\w.]+\s*,", "`except` of several types without parentheses"),
    ((3, 14), r""".*\b[tT][\"']""", "a t-string"),
)
#: What starts another process.
_PROCESS = re.compile(
    r"\b(Pool|Process|ProcessPoolExecutor|Manager|Popen|Parallel)\(|\bsubprocess\."
    r"|\bos\.(fork|system|popen|spawn|posix_spawn|exec)"
)
_FAULTS_OF_SYSTEM = ("OSError", "BlockingIOError", "PermissionError", "FileNotFoundError")
_NO_ATTRIBUTE = re.compile(r"'(\w+)' object has no attribute '(\w+)'")
_PATH_IN_MESSAGE = re.compile(r"directory: '|denied: '|file system: '")


@dataclass(frozen=True)
class SourceText:
    """The text of a submitted module; `where` returns where its author finds a line of it."""

    file: str
    text: str
    where: Callable[[int], str]


def with_causes(check: CheckResult, source: SourceText) -> CheckResult:
    """Return `check`, a failed one, with causes that its exception or the source show."""
    if not source.text:
        return check
    frames = [frame for frame in check.frames if frame.file == source.file]
    line = frames[-1].line if frames else 0
    sentences = [cause(check, source, line) for cause in _OF_EXCEPTIONS]
    sentences += _rebound(check.task, source)
    return replace(check, details=(*filter(None, sentences), *check.details))


def _conflict(check: CheckResult, source: SourceText, line: int) -> str:
    lines = lines_of(source.text)
    first = next((i for i, text in enumerate(lines, 1) if text.startswith("<<<<<<< ")), 0)
    if check.fact.what != "SyntaxError" or not first:
        return ""
    return (
        f"{source.where(first)} is a marker of a merge conflict: keep the code of one side, and "
        "delete the lines that start with <<<<<<<, ======= and >>>>>>>"
    )


def _newer_syntax(check: CheckResult, source: SourceText, line: int) -> str:
    lines = lines_of(source.text)
    if check.fact.what != "SyntaxError" or not 0 < line <= len(lines):
        return ""
    for version, pattern, name in NEW_SYNTAX:
        match = re.match(pattern, lines[line - 1])
        if sys.version_info < version and match and _is_expression(match):
            needed = ".".join(map(str, version))
            runs = ".".join(map(str, sys.version_info[:3]))
            return f"this is syntax of Python {needed}, {name}: the grader runs Python {runs}"
    return ""


def _is_expression(match: re.Match[str]) -> bool:
    """Return whether the group ``inner``, if the pattern has it, is an expression of Python."""
    with suppress(SyntaxError):
        ast.parse(match.groupdict().get("inner", "0").strip(), mode="eval")
        return True
    return False


def _no_constructor_of_model(check: CheckResult, source: SourceText, line: int) -> str:
    """Tell a constructor that does not call that of `Model`, whose attribute is missing."""
    match = _NO_ATTRIBUTE.search(check.message)
    if check.fact.what != "AttributeError" or match is None or not hasattr(Model(), match[2]):
        return ""
    owner = definitions(_parsed(source.text)).get(match[1])
    inits = [node for node in getattr(owner, "body", []) if getattr(node, "name", "") == "__init__"]
    calls = [node for init in inits for node in ast.walk(init) if isinstance(node, ast.Call)]
    lines = [call.lineno for call in calls if ast.unparse(call.func).endswith(".__init__")]
    if not inits or any(call < line for call in lines):
        return ""
    told = "calls super().__init__() too late" if lines else "does not call super().__init__()"
    return f"{match[1]}.__init__ {told}: it makes `{match[2]}`, so call it first"


def _other_files(check: CheckResult, source: SourceText, line: int) -> str:
    is_of_file = check.fact.what in _FAULTS_OF_SYSTEM and _PATH_IN_MESSAGE.search(check.message)
    if not line or not is_of_file:
        return ""
    return (
        f"graded code reads and writes no other files: {source.file} runs alone, also without the "
        "files beside it. Write the data into the code"
    )


def _processes(check: CheckResult, source: SourceText, line: int) -> str:
    if check.fact.what not in _FAULTS_OF_SYSTEM or not line:
        return ""
    if not _PROCESS.search(lines_of(source.text)[line - 1]):
        return ""
    return "graded code starts no other processes: compute in the process of the call"


#: Each returns a sentence about an exception, or an empty text.
_OF_EXCEPTIONS = (
    _conflict,
    _newer_syntax,
    _no_constructor_of_model,
    _processes,
    _other_files,
)


def _rebound(task: str, source: SourceText) -> Iterator[str]:
    """Yield the names that `task` uses and that a statement of the module binds anew."""
    for name, lines in _bound_anew(task, source.text).items():
        places = [source.where(line) for line in lines]
        if hasattr(builtins, name):
            yield f"{places[-1]} binds {name}: it is no longer Python's {name}. Rename the variable"
        else:
            yield f"{name} is bound in {places[0]} and again in {places[-1]}: the last value counts"


@lru_cache(maxsize=16)
def _bound_anew(task: str, text: str) -> dict[str, tuple[int, ...]]:
    """Return name -> the lines that bind it: names of Python, and constants bound after `task`."""
    every: list[Statement] = []
    with suppress(SyntaxError):
        every = statements("", 0, text, parse(text))
    own = needed(every, [task])
    defined = [s.first for s in own if task in s.binds]
    if not defined:
        return {}
    used = set[str]().union(*(s.uses for s in own if not s.variables))
    lines = {name: tuple(s.first for s in every if name in s.variables) for name in sorted(used)}
    return {
        name: bound
        for name, bound in lines.items()
        if bound and (hasattr(builtins, name) or (len(bound) > 1 and bound[-1] > defined[-1]))
    }


def _parsed(text: str) -> ast.Module:
    try:
        return parse(text)
    except SyntaxError:
        return ast.Module([], [])
