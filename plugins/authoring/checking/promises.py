"""Which check tests which promise of an exercise's text, and what is wrong with that.

`autograder.course.exercise_texts` says how a check names a promise. Each sentence that has a phrase
of `PHRASES` promises something: a check must name it, and fail where it is broken.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.course.exercise_texts import (
    MARK,
    docstrings,
    plain_sentence,
    promised_texts,
    sentences,
)
from autograder.course.reading import Exercise
from autograder.course.source import parse_file
from framework.errors import BadInputError
from framework.text_files import read_text

#: The phrases by which a text promises something.
PHRASES = re.compile(
    "|".join(
        (
            # new arrays
            r"\bnew arrays?\b|\bcaller may change\b",
            # unchanged arguments
            r"\bnot modified\b|\bunchanged\b|\bnever changed\b|\bdo not change\b",
            r"\bdoes not change (?:it|the gradients|its arguments)\b|\bneither changes\b",
            # chance
            r"\bdraws? (?:one|new|the order|numbers|so)\b|\bnew random numbers\b|\bis drawn\b",
            r"\bnumbers are drawn\b|\bor drawn\b|\ball random numbers come\b|\bdraw of its own\b",
            # any input
            r"\bany (?:T|cell|shape|layer|model|language model|recurrent layers?|order)\b|≥ [01]\b",
            r"\bmay be empty\b|\bmay have gaps\b|\bno words at all\b|\bmay have no words\b",
            # errors
            r"\bValueError\b|\bIndexError\b|\bKeyError\b",
            # independent calls
            r"\bdo not affect each other\b|\bdoes not affect\b|\bstarts from zeros\b",
            r"\bhave no state\b|\bdepends only on\b",
            # gradients
            r"\badds? (?:in)?to `(?:self\.)?gradients\b|\*\*adds?\*\*|\bgets? no gradient\b",
            r"\bhave no gradient\b|\bhas no gradient\b",
            # dtypes and numerics
            r"\bfloat32\b|\bfinite (?:for|loss|results|scores)\b|\boverflow|\bstable for\b",
        )
    ),
    re.IGNORECASE,
)


@dataclass(frozen=True)
class PromisedCheck:
    """A check, and the addresses of the promises that it names."""

    file: Path
    name: str
    hidden: bool
    promises: tuple[str, ...]


def promised_checks(exercise: Exercise) -> tuple[PromisedCheck, ...]:
    """Return the checks of `exercise`, public ones first; missing files are left out."""
    test_files = {exercise.tests: False, exercise.hidden_tests: True}
    return tuple(
        check
        for file, hidden in test_files.items()
        if file.is_file()
        for check in _checks_of(file, hidden)
    )


def checks_by_promise(exercise: Exercise) -> dict[str, list[PromisedCheck]]:
    """Return the address of each promise that checks name, with these checks."""
    named: dict[str, list[PromisedCheck]] = {}
    for check in promised_checks(exercise):
        for address in check.promises:
            named.setdefault(address, []).append(check)
    return named


def promise_problems(exercise: Exercise) -> Iterator[str]:
    """Yield a message for each hidden check without a promise and for each unknown address."""
    for check in promised_checks(exercise):
        if check.hidden and not check.promises:
            yield (
                f"{check.file.name}: {check.name} names no sentence of the text: "
                'add @pytest.mark.promise("...") above it'
            )
    texts = promised_texts(exercise)
    for address, checks in checks_by_promise(exercise).items():
        if address not in texts:
            yield (
                f"{', '.join(check.name for check in checks)}: no text has the promise "
                f"'{address}': write `<!-- promise: {address} -->` after a sentence of README.md, "
                "or name a docstring: Class.method, Class.method.argument, Class.method.returns"
            )


def unclaimed_promises(exercise: Exercise) -> list[str]:
    """Return the sentences of `exercise` that promise something and that no check names.

    Docstrings of given code, ``Given: ...``, are left out: what it promises is kept as long as it
    is called, which the sentences of the tasks promise.
    """
    named = {address for check in promised_checks(exercise) for address in check.promises}
    readme = read_text(exercise.readme) if exercise.readme.is_file() else ""
    texts = [sentence for sentence in sentences(readme) if named.isdisjoint(MARK.findall(sentence))]
    for docstring in docstrings(exercise):
        if not next(iter(docstring.values())).startswith("Given:"):
            for address, text in docstring.items():
                texts += sentences(text) if address not in named else ()
    return list(dict.fromkeys(filter(PHRASES.search, map(plain_sentence, texts))))


def _checks_of(file: Path, hidden: bool) -> Iterator[PromisedCheck]:
    for node in parse_file(file).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            addresses = tuple(_named_by(node.decorator_list, file))
            yield PromisedCheck(file, node.name, hidden, addresses)


def _named_by(decorators: Iterable[ast.expr], file: Path) -> Iterator[str]:
    for decorator in decorators:
        match decorator:
            case ast.Call(func=ast.Attribute(attr="promise"), args=addresses):
                yield from (_constant(address, file) for address in addresses)


def _constant(address: ast.expr, file: Path) -> str:
    if isinstance(address, ast.Constant) and isinstance(address.value, str):
        return address.value
    raise BadInputError(f"{file}, line {address.lineno}: a promise is a text in quotes")
