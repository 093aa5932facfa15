"""Promises: the sentences of an exercise's text that its checks hold a submission to.

A check names its sentences by the marker ``@pytest.mark.promise("...", ...)``. Each is a sentence,
or a part of one, that README.md or a docstring of the stub contains literally; line breaks do not
matter. Nothing is imported or run: test files and stubs are read as source.

Each sentence of the text that has a phrase of `PHRASES` promises something, and must be named by a
check. A check that names it has to fail where it is broken.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from autograder.course.reading import Exercise
from autograder.course.source import parse_file
from framework.errors import BadInputError
from framework.text_files import read_text

#: What a text promises -> the phrases by which it does.
PHRASES = {
    "new arrays": r"\bnew arrays?\b|\bcaller may change\b",
    "unchanged arguments": r"\bnot modified\b|\bunchanged\b|\bnever changed\b|\bdo not change\b"
    r"|\bdoes not change (?:it|the gradients|its arguments)\b|\bneither changes\b",
    "chance": r"\bdraws? (?:one|new|the order|numbers|so)\b|\bnew random numbers\b|\bis drawn\b"
    r"|\bnumbers are drawn\b|\bor drawn\b|\ball random numbers come\b|\bdraw of its own\b",
    "any input": r"\bany (?:T|cell|shape|layer|model|language model|recurrent layers?|order)\b"
    r"|\bmay be empty\b|\bmay have gaps\b|\bno words at all\b|\bmay have no words\b|≥ [01]\b",
    "errors": r"\bValueError\b|\bIndexError\b|\bKeyError\b",
    "independent calls": r"\bdo not affect each other\b|\bdoes not affect\b|\bstarts from zeros\b"
    r"|\bhave no state\b|\bdepends only on\b",
    "gradients": r"\badds? (?:in)?to `(?:self\.)?gradients\b|\*\*adds?\*\*|\bgets? no gradient\b"
    r"|\bhave no gradient\b|\bhas no gradient\b",
    "dtype": r"\bfloat32\b",
    "numerics": r"\bfinite (?:for|loss|results|scores)\b|\boverflow|\bstable for\b",
}
_PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in PHRASES.items()}

_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
#: Where a statement ends: an empty line, a new item of a list, a table's row, an argument's name.
_BLOCKS = re.compile(r"\n\s*\n|\n(?=\s*[-*|] )|\n(?=\s*[\w, *]+: )")
_BULLET = re.compile(r"^[-*|] ")
_SENTENCES = re.compile(r"(?<=[^.][.;!?])\s+(?=[^a-z\s])")
#: The shortest text that counts as a sentence: a shorter one is found almost everywhere.
MIN_LENGTH = 12


@dataclass(frozen=True)
class PromisedSentence:
    """A sentence that promises something: its text, and its kinds, which are keys of `PHRASES`."""

    text: str
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class PromisedCheck:
    """A check of a test file, the first line of its docstring, and the sentences that it names."""

    file: Path
    name: str
    title: str
    hidden: bool
    promises: tuple[str, ...]


@dataclass(frozen=True)
class Promise:
    """A sentence, the file that contains it, empty for none, and the checks that name it."""

    sentence: str
    source: str
    checks: tuple[PromisedCheck, ...]


@dataclass(frozen=True)
class PromiseTable:
    """The checks of an exercise, public ones first, and its texts with single spaces, by file."""

    checks: tuple[PromisedCheck, ...]
    texts: dict[str, str] = field(hash=False)

    @property
    def promises(self) -> tuple[Promise, ...]:
        """Every sentence that a check names, in the order of the text; unknown ones first."""
        positions: dict[str, tuple[int, int, str]] = {}
        for sentence in (text for check in self.checks for text in check.promises):
            texts = enumerate(self.texts.items())
            hits = ((i, text.find(sentence), name) for i, (name, text) in texts)
            positions[sentence] = next((hit for hit in hits if hit[1] >= 0), (-1, 0, ""))
        return tuple(
            Promise(sentence, source, tuple(c for c in self.checks if sentence in c.promises))
            for sentence, (_, _, source) in sorted(positions.items(), key=lambda item: item[1])
        )

    @property
    def without_promise(self) -> tuple[PromisedCheck, ...]:
        """The checks that name no sentence."""
        return tuple(check for check in self.checks if not check.promises)


def promise_table(exercise: Exercise) -> PromiseTable:
    """Read the checks and the texts of `exercise`; missing files are left out."""
    texts = {}
    if exercise.readme.is_file():
        texts[exercise.readme.name] = _single_spaced(read_text(exercise.readme))
    if exercise.tasks and exercise.stub.is_file():
        docstrings = _docstrings(exercise.stub)
        texts[exercise.stub.name] = "\n".join(map(_single_spaced, docstrings))
    public, hidden = _checks_of(exercise.tests, False), _checks_of(exercise.hidden_tests, True)
    return PromiseTable((*public, *hidden), texts)


def promise_problems(table: PromiseTable) -> Iterator[str]:
    """Yield a message for each hidden check without a sentence and for each unusable sentence."""
    for check in table.without_promise:
        if check.hidden:
            yield (
                f"{check.file.name}: {check.name} names no sentence of the text: "
                'add @pytest.mark.promise("...") above it'
            )
    for promise in table.promises:
        named_by = ", ".join(check.name for check in promise.checks)
        if len(promise.sentence) < MIN_LENGTH:
            yield f"{named_by}: '{promise.sentence}' is too short for a sentence of the text"
        elif not promise.source:
            places = " or a docstring of ".join(table.texts)
            yield (
                f"{named_by}: no text contains '{promise.sentence}': correct the marker, or write "
                f"the sentence in {places}"
            )


def unclaimed_promises(exercise: Exercise) -> tuple[PromisedSentence, ...]:
    """Return what the text of `exercise` promises and no check names, each sentence once.

    A check names a sentence by any part of it. Docstrings of given code, ``Given: ...``, are left
    out: what it promises is kept as long as it is called, which the sentences of the tasks promise.
    """
    named = [text for check in promise_table(exercise).checks for text in check.promises]
    texts = [read_text(exercise.readme)] if exercise.readme.is_file() else []
    if exercise.stub.is_file():
        texts += [text for text in _docstrings(exercise.stub) if not text.startswith("Given:")]
    unclaimed = {
        promise.text: promise
        for promise in chain.from_iterable(map(promised_sentences, texts))
        if not any(text in promise.text or promise.text in text for text in named)
    }
    return tuple(unclaimed.values())


def promised_sentences(text: str) -> Iterator[PromisedSentence]:
    """Yield the sentences of `text`, Markdown or a docstring, that have a phrase of `PHRASES`."""
    for block in _BLOCKS.split(_FENCED.sub("\n\n", text)):
        for part in _SENTENCES.split(block):
            sentence = _BULLET.sub("", _single_spaced(part))
            kinds = tuple(name for name, phrase in _PATTERNS.items() if phrase.search(sentence))
            if kinds:
                yield PromisedSentence(sentence, kinds)


def _docstrings(file: Path) -> Iterator[str]:
    for node in ast.walk(parse_file(file)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""


def _checks_of(file: Path, hidden: bool) -> Iterator[PromisedCheck]:
    for node in parse_file(file).body if file.is_file() else ():
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            title, *_ = (ast.get_docstring(node) or node.name).splitlines()
            promises = tuple(map(_single_spaced, _named_by(node.decorator_list, file)))
            yield PromisedCheck(file, node.name, title.rstrip("."), hidden, promises)


def _named_by(decorators: Iterable[ast.expr], file: Path) -> Iterator[str]:
    for decorator in decorators:
        match decorator:
            case ast.Call(func=ast.Attribute(attr="promise"), args=sentences):
                for sentence in sentences:
                    if not (isinstance(sentence, ast.Constant) and isinstance(sentence.value, str)):
                        wanted = "a promise is a text in quotes"
                        raise BadInputError(f"{file}, line {sentence.lineno}: {wanted}")
                    yield sentence.value


def _single_spaced(text: str) -> str:
    return " ".join(text.split())
