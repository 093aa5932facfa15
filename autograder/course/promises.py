"""Promises: the sentences of an exercise's text that its checks hold a submission to.

A check names its promises by the marker ``@pytest.mark.promise("...", ...)``, each by its address:

- ``unchanged``: the sentences of README.md before the comments ``<!-- promise: unchanged -->``;
- ``LSTM.forward``: the docstring of the stub's method, without its sections;
- ``LSTM.forward.c_0``, ``.returns``, ``.raises``: an argument, or a section of that docstring.

Nothing is imported or run: test files, stubs and solutions are read as source. Each sentence that
has a phrase of `PHRASES` promises something: a check must name it, and fail where it is broken.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course.reading import Exercise
from autograder.course.source import parse
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

#: What names the sentence before it.
MARK = re.compile(r" <!-- promise: ([a-z0-9-]+) -->")
#: Such a mark names nothing: Markdown ends the paragraph at a line that starts with it.
_AT_LINE_START = re.compile(r"^\s*<!-- promise: .*?-->", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
#: Where a statement ends: an empty line, a new item of a list, a table's row, an argument's name.
_BLOCKS = re.compile(r"\n\s*\n|\n(?=\s*[-*|] )|\n(?=\s*[\w, *]+: )")
_BULLET = re.compile(r"^[-*|] ")
_SENTENCES = re.compile(r"(?:(?<=[^.][.;!?])|(?<= -->))\s+(?=[^a-z\s<])")
_SECTIONS = re.compile(r"^(Args|Attributes|Returns|Yields|Raises):[ ]*$", re.MULTILINE)
#: An argument in a section, with its text.
_ENTRY = re.compile(r"^    (\*{0,2}\w[\w, *]*): ", re.MULTILINE)


@dataclass(frozen=True)
class PromisedSentence:
    """A sentence that promises something.

    Args:
        text: with single spaces.
        kinds: what it promises, keys of `PHRASES`.
        names: those of the marks after it.
    """

    text: str
    kinds: tuple[str, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class PromisedCheck:
    """A check and the promises that it names.

    Args:
        file: its test file.
        name: of its function.
        title: the first line of its docstring.
        hidden: whether students do not see it.
        promises: their addresses.
    """

    file: Path
    name: str
    title: str
    hidden: bool
    promises: tuple[str, ...]


@dataclass(frozen=True)
class Promise:
    """A promise with the checks that name it.

    Args:
        address: as the checks write it.
        text: what is promised; empty if no text has the address.
        checks: in the order of the test files.
    """

    address: str
    text: str
    checks: tuple[PromisedCheck, ...]


@dataclass(frozen=True)
class PromiseTable:
    """All checks of an exercise against all promises of its text.

    Args:
        checks: public ones, then hidden ones.
        texts: address -> what students read there, with single spaces.
    """

    checks: tuple[PromisedCheck, ...]
    texts: Mapping[str, str] = field(hash=False)

    @property
    def promises(self) -> tuple[Promise, ...]:
        """Every promise that a check names, in the order of the text; unknown ones first."""
        order = {address: number for number, address in enumerate(self.texts)}
        named = dict.fromkeys(name for check in self.checks for name in check.promises)
        return tuple(
            Promise(
                address,
                self.texts.get(address, ""),
                tuple(check for check in self.checks if address in check.promises),
            )
            for address in sorted(named, key=lambda address: order.get(address, -1))
        )

    @property
    def without_promise(self) -> tuple[PromisedCheck, ...]:
        """The checks that name no promise."""
        return tuple(check for check in self.checks if not check.promises)


def promise_table(exercise: Exercise) -> PromiseTable:
    """Read the checks and the texts of `exercise`; missing files are left out."""
    test_files = {exercise.tests: False, exercise.hidden_tests: True}
    checks = [
        check
        for file, hidden in test_files.items()
        if file.is_file()
        for check in _checks_of(file, hidden)
    ]
    return PromiseTable(tuple(checks), promised_texts(exercise))


def promised_texts(exercise: Exercise) -> dict[str, str]:
    """Return address -> text: the marked sentences of README.md, then all docstrings."""
    texts: dict[str, str] = {}
    if exercise.readme.is_file():
        for sentence in _sentences(read_text(exercise.readme)):
            for address in MARK.findall(sentence):
                texts[address] = f"{texts.get(address, '')} {_plain(sentence)}".strip()
    for docstring in _docstrings(exercise):
        texts |= {address: " ".join(text.split()) for address, text in docstring.items()}
    return texts


def promise_problems(table: PromiseTable) -> Iterator[str]:
    """Yield a message for each hidden check without a promise and for each unknown address."""
    for check in table.without_promise:
        if check.hidden:
            yield (
                f"{check.file.name}: {check.name} names no sentence of the text: "
                'add @pytest.mark.promise("...") above it'
            )
    for promise in table.promises:
        if not promise.text:
            named_by = ", ".join(check.name for check in promise.checks)
            yield (
                f"{named_by}: no text has the promise '{promise.address}': write "
                f"`<!-- promise: {promise.address} -->` after a sentence of README.md, or name a "
                "docstring: Class.method, Class.method.argument, Class.method.returns"
            )


def unclaimed_promises(exercise: Exercise) -> tuple[PromisedSentence, ...]:
    """Return what the text of `exercise` promises and no check names, each sentence once.

    Docstrings of given code, ``Given: ...``, are left out: what it promises is kept as long as it
    is called, which the sentences of the tasks promise.
    """
    named = {address for check in promise_table(exercise).checks for address in check.promises}
    readme = read_text(exercise.readme) if exercise.readme.is_file() else ""
    unclaimed = [
        promise for promise in promised_sentences(readme) if named.isdisjoint(promise.names)
    ]
    for docstring in _docstrings(exercise):
        if not next(iter(docstring.values())).startswith("Given:"):
            for address, text in docstring.items():
                unclaimed += promised_sentences(text) if address not in named else ()
    return tuple(dict.fromkeys(unclaimed))


def promised_sentences(text: str) -> Iterator[PromisedSentence]:
    """Yield the sentences of `text`, Markdown or a docstring, that have a phrase of `PHRASES`."""
    for sentence in _sentences(text):
        plain = _plain(sentence)
        kinds = tuple(name for name, phrase in _PATTERNS.items() if phrase.search(plain))
        if kinds:
            yield PromisedSentence(plain, kinds, tuple(MARK.findall(sentence)))


def without_marks(markdown: str) -> str:
    """Return a text without the comments that name its promises."""
    return MARK.sub("", markdown)


def _sentences(text: str) -> Iterator[str]:
    """Yield the sentences of `text` with their marks, each on one line, without examples."""
    for block in _BLOCKS.split(_FENCED.sub("\n\n", _AT_LINE_START.sub("", text))):
        for sentence in _SENTENCES.split(block):
            yield _BULLET.sub("", " ".join(sentence.split()))


def _plain(sentence: str) -> str:
    return MARK.sub("", sentence).strip("| ")


def _docstrings(exercise: Exercise) -> Iterator[dict[str, str]]:
    """Yield address -> text for each docstring: its own text first, then its entries.

    The solution has the docstrings of the stub. The stub may be a student's file, and changed.
    """
    source = exercise.solution if exercise.solution.is_file() else exercise.stub
    if exercise.tasks and source.is_file():
        for name, node in _named_nodes(_parsed(source), source.stem):
            if docstring := ast.get_docstring(node):
                yield dict(_entries(name, docstring))


def _named_nodes(
    node: ast.Module | ast.ClassDef | ast.FunctionDef, name: str
) -> Iterator[tuple[str, ast.Module | ast.ClassDef | ast.FunctionDef]]:
    """Yield all that has a docstring, with its name: that of the file for the module."""
    yield name, node
    for child in node.body:
        if isinstance(child, ast.ClassDef | ast.FunctionDef):
            prefix = "" if isinstance(node, ast.Module) else f"{name}."
            yield from _named_nodes(child, prefix + child.name)


def _entries(name: str, docstring: str) -> Iterator[tuple[str, str]]:
    """Yield the address and the text of a docstring, of its arguments and of its sections."""
    own, *sections = _SECTIONS.split(docstring)
    titled = [
        (title, *re.split(r"\n(?=\S)", text, maxsplit=1))
        for title, text in zip(sections[::2], sections[1::2], strict=True)
    ]
    yield name, "\n\n".join([own, *(text for _, _, *after in titled for text in after)])
    for title, text, *_ in titled:
        if title in ("Args", "Attributes"):
            _, *entries = _ENTRY.split(text)
            for argument, description in zip(entries[::2], entries[1::2], strict=True):
                address = re.sub(r"[ *]", "", argument)
                yield f"{name}.{address}", f"{argument}: {description}"
        else:
            yield f"{name}.{title.lower()}", text


def _checks_of(file: Path, hidden: bool) -> Iterator[PromisedCheck]:
    for node in _parsed(file).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            title, *_ = (ast.get_docstring(node) or node.name).splitlines()
            addresses = tuple(_named_by(node.decorator_list, file))
            yield PromisedCheck(file, node.name, title.rstrip("."), hidden, addresses)


def _named_by(decorators: Iterable[ast.expr], file: Path) -> Iterator[str]:
    for decorator in decorators:
        match decorator:
            case ast.Call(func=ast.Attribute(attr="promise"), args=addresses):
                yield from (_constant(address, file) for address in addresses)


def _constant(address: ast.expr, file: Path) -> str:
    if isinstance(address, ast.Constant) and isinstance(address.value, str):
        return address.value
    raise BadInputError(f"{file}, line {address.lineno}: a promise is a text in quotes")


def _parsed(file: Path) -> ast.Module:
    try:
        return parse(read_text(file))
    except SyntaxError as error:
        raise BadInputError(f"{file}, line {error.lineno}, is not Python: {error.msg}") from None
