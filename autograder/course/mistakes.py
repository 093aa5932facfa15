"""Mistakes: wrong answers of students, as small patches to a solution.

``solutions/UNIT/EXERCISE/mistakes.toml`` lists them, in tables with the keys of `MISTAKE_FORMAT`.
"""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile
from pathlib import Path

from autograder.course.reading import Exercise
from autograder.course.source import find_function
from framework.errors import BadInputError
from framework.toml_tables import Format, Key, Table, read_table

MISTAKE_FORMAT = Format(
    "[[mistakes]]",
    (
        Key("id", str, "Unique name in kebab-case.", required=True),
        Key("task", str, "Task whose checks must fail.", required=True),
        Key("sentence", str, "What is wrong and why, for the student.", required=True),
        Key("hint", str, "The next step, without the answer.", required=True),
        Key("function", str, "Function of the solution in which `find` is searched."),
        Key("find", str, "Text that occurs exactly once there.", required=True),
        Key("replace", str, "Wrong text that takes its place.", required=True),
        Key("also", list, "Further replacements: tables with `function`, `find`, `replace`."),
        Key("consistent", list, "Replacements that make backward right for this forward."),
        Key("also_fails", list, "Tasks that use the task and may fail with it."),
    ),
)


#: The place of a variable: no attribute, no keyword of a call, no text in quotes.
_PLACE = r"""(?<![\w."'])%s(?![\w"']|=[^=])"""
_NAME = re.compile(_PLACE % r"[^\W\d]\w*")
#: A comment, a piece of text between quotes or around the braces of an f-string, a word, a sign.
_TOKEN = re.compile(r"""#.*|["'}][^"'{}\n]*["'{]|\w+|[^\w\s]""")


@dataclass(frozen=True)
class Replacement:
    """A text of a solution, and the text that takes its place.

    Args:
        function: where `find` is, such as ``RNN.forward``; empty: anywhere in the file. In a
            function, its local variables may have other names than in `find`, and white space
            between tokens does not matter. Parameters have fixed names.
    """

    find: str
    new: str
    function: str = ""

    def apply(self, source: str) -> str:
        """Return `source` with the replacement; raise `BadInputError` if it does not fit."""
        start, end, new = self.edit(source)
        return source[:start] + new + source[end:]

    def edit(self, source: str) -> tuple[int, int, str]:
        """Return the start and the end of the text that changes, and the new text there."""
        function = find_function(source, self.function) if self.function else None
        if self.function and function is None:
            raise BadInputError(f"needs the function {self.function}, which is not there")
        start, pattern, variables = 0, re.escape(self.find), frozenset[str]()
        if function is not None:
            lines = source.split("\n")
            start = len("\n".join(["", *lines[: function.lineno - 1]]))
            source = "\n".join(lines[: function.end_lineno]) + "\n"
            variables, fixed = _variables(function)
            pattern = _pattern(self.find, variables, fixed)
        match = self._match(pattern, source[start:])
        old, new = match[1], self._renamed(match, variables)
        before = common_length(old, new)
        after = common_length(old[before:][::-1], new[before:][::-1])
        start += match.start(1)
        return start + before, start + len(old) - after, new[before : len(new) - after]

    def _match(self, pattern: str, text: str) -> re.Match[str]:
        """Return the only match of `find`: with its own names, else with other variables."""
        # The lookahead finds matches that overlap, too.
        matches = list(re.finditer(f"(?=({pattern}))", text))
        matches = [m for m in matches if len({*m.groupdict().values()}) == len(m.groupdict())]
        as_written = [m for m in matches if all(old == new for old, new in m.groupdict().items())]
        matches = as_written if len(as_written) == 1 else matches
        if len(matches) != 1:
            raise BadInputError(
                f"must find its text once in {self.function or 'the solution'}, but it occurs "
                f"{len(matches)} times: {self.find!r}"
            )
        return matches[0]

    def _renamed(self, match: re.Match[str], variables: frozenset[str]) -> str:
        """Return the new text with the names that the variables of `find` have in `match`."""
        names = match.groupdict()
        used = _NAME.findall(re.sub("#.*", "", self.new))
        if unknown := variables.intersection(used) - names.keys():
            raise BadInputError(
                f"uses the variable {min(unknown)} of {self.function} in its new text: add the "
                f"statement that contains it to both texts, {self.find!r}"
            )
        return _NAME.sub(lambda name: names.get(name[0], name[0]), self.new)


def common_length(old: Sequence[str], new: Sequence[str]) -> int:
    """Return the number of equal characters, or lines, with which both texts begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))


def _variables(function: ast.FunctionDef) -> tuple[frozenset[str], frozenset[str]]:
    """Return the local variables of a function, and its other names."""
    nodes = list(ast.walk(function))
    fixed = {node.arg for node in nodes if isinstance(node, ast.arg)}
    names = [node for node in nodes if isinstance(node, ast.Name)]
    variables = {name.id for name in names if isinstance(name.ctx, ast.Store)} - fixed
    return frozenset(variables), frozenset(fixed | {name.id for name in names} - variables)


def _pattern(find: str, variables: frozenset[str], fixed: frozenset[str]) -> str:
    """Return a pattern in which variables of `find` match `variables`, too, but no `fixed` name."""
    parts: list[str] = []
    seen: set[str] = set()
    for token in _TOKEN.finditer(find):
        text = token[0]
        is_name = _NAME.match(find, token.start()) and text.isidentifier()
        if is_name and text not in fixed and not keyword.iskeyword(text):
            names = "|".join(sorted({text, *variables}))
            parts.append(_PLACE % (f"(?P={text})" if text in seen else f"(?P<{text}>{names})"))
            seen.add(text)
        else:
            is_word = re.match(r"\w", text)
            parts.append(rf"\b{text}\b" if is_word else re.escape(text))
    text = find.strip()
    before, _, after = find.partition(text)
    return re.escape(before) + r"\s*".join(parts) + re.escape(after)


@dataclass(frozen=True)
class Mistake:
    """One wrong answer, see `MISTAKE_FORMAT`.

    Args:
        consistent: more replacements for a second form of the mistake, in which backward has the
            gradients of the wrong forward.
    """

    file: Path
    id: str
    task: str
    sentence: str
    hint: str
    replacements: tuple[Replacement, ...]
    also_fails: tuple[str, ...] = ()
    consistent: tuple[Replacement, ...] = ()

    @property
    def forms(self) -> tuple[Mistake, ...]:
        """This mistake, and its consistent form if there is one; both have one id."""
        if not self.consistent:
            return (self,)
        everything = (*self.replacements, *self.consistent)
        return self, replace(self, replacements=everything, consistent=())

    def apply(self, solution_source: str) -> str:
        """Return the solution's text with this mistake in it."""
        source = solution_source
        for replacement in self.replacements:
            try:
                source = replacement.apply(source)
            except BadInputError as error:
                raise BadInputError(f"{self.file}: mistake '{self.id}' {error}") from None
        return source


def combined(mistakes: Iterable[Mistake], solution: str) -> str:
    """Return the solution's text with all of `mistakes`; `BadInputError` if one excludes another.

    Each is found in the unchanged solution, so that one may stand in the context of another. What
    is not there is found in the text with the mistakes before it.
    """
    mistakes = tuple(mistakes)
    with suppress(BadInputError):
        replacements = [r for mistake in mistakes for r in mistake.replacements]
        edits = sorted({replacement.edit(solution) for replacement in replacements})
        if all(end < start for (_, end, _), (start, _, _) in pairwise(edits)):
            for start, end, new in reversed(edits):
                solution = solution[:start] + new + solution[end:]
            return solution
    for mistake in mistakes:
        solution = mistake.apply(solution)
    return solution


def mistakes_file(exercise: Exercise) -> Path:
    """Return the file that lists the mistakes of `exercise`."""
    return exercise.solution.parent / "mistakes.toml"


def load_mistakes(exercise: Exercise) -> tuple[Mistake, ...]:
    """Return the mistakes of `exercise`, in the order of their file; none without a file."""
    file = mistakes_file(exercise)
    if not file.is_file():
        return ()
    table = read_table(file)
    table.reject_unknown_keys("mistakes")
    mistakes = tuple(_read_mistake(entry, exercise) for entry in table.tables("mistakes"))
    table.reject_repeated("mistakes", "id", (mistake.id for mistake in mistakes))
    return mistakes


def _read_mistake(table: Table, exercise: Exercise) -> Mistake:
    values = MISTAKE_FORMAT.check(table)
    identity, task = values["id"], values["task"]
    also_fails = table.texts("also_fails")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", identity):
        table.fail("id", f"must be written in kebab-case, not {identity!r}")
    for key, names in (("task", [task]), ("also_fails", also_fails)):
        for unknown in (name for name in names if name not in exercise.task_names):
            known = ", ".join(exercise.task_names)
            table.fail(key, f"'{unknown}' is no task of {exercise.name}: {known}")
    sentence, hint = _text(table, "sentence"), _text(table, "hint")
    replacements = (_read_replacement(table), *_replacements(table, "also"))
    consistent = _replacements(table, "consistent")
    return Mistake(table.file, identity, task, sentence, hint, replacements, also_fails, consistent)


def _replacements(table: Table, key: str) -> tuple[Replacement, ...]:
    entries = table.tables(key)
    for entry in entries:
        entry.reject_unknown_keys("function", "find", "replace")
    return tuple(map(_read_replacement, entries))


def _read_replacement(table: Table) -> Replacement:
    find, new = _text(table, "find"), table.get("replace", str)
    if find == new:
        table.fail("replace", "is the same as find")
    return Replacement(find, new, table.get("function", str, ""))


def _text(table: Table, key: str) -> str:
    text = table.get(key, str)
    if not text.strip():
        table.fail(key, "is empty")
    return text
