"""The text of an exercise: its promises, its names of arguments and results, and its figures.

Promises are the sentences that its checks hold a submission to. A check names its promises by the
marker ``@pytest.mark.promise("...", ...)``, each by its address:

- ``unchanged``: the sentences of README.md before the comments ``<!-- promise: unchanged -->``;
- ``LSTM.forward``: the docstring of the stub's method, without its sections;
- ``LSTM.forward.c_0``, ``.returns``, ``.raises``: an argument, or a section of that docstring. The
  last two may stand in the line of their title: ``Raises: ValueError if c_0 has another shape.``

The stub names the parameters. An example of README.md names results:
``grad_x, (grad_h_0, grad_c_0) = lstm.backward(...)``.

Nothing is imported or run: stubs and solutions are read as source.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from autograder.course.generated_stubs import available_stub
from autograder.course.mathematics.formulas import with_plain_formulas
from autograder.course.reading import Course, Exercise
from autograder.course.source import parameter_names, parse, parse_file
from autograder.sandbox.session.text_names import Names, TextNames
from framework.text_files import read_text

_IMAGE = re.compile(r"!\[(?P<title>[^]\n]*)\]\((?P<file>[\w.-]+\.svg)\)")

_EXAMPLE = re.compile(r"^>>> (.+)$", re.MULTILINE)

#: What names the sentence before it.
MARK = re.compile(r" <!-- promise: ([a-z0-9-]+) -->")
#: Such a mark names nothing: Markdown ends the paragraph at a line that starts with it.
_AT_LINE_START = re.compile(r"^\s*<!-- promise: .*?-->", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
#: Where a statement ends: an empty line, a new item of a list, a table's row, an argument's name.
_BLOCKS = re.compile(r"\n\s*\n|\n(?=\s*[-*|] )|\n(?=\s*[\w, *]+: )")
_BULLET = re.compile(r"^[-*|] ")
_SENTENCES = re.compile(r"(?:(?<=[^.][.;!?])|(?<= -->))\s+(?=[^a-z\s<])")
_SECTIONS = re.compile(r"^((?:Args|Attributes)(?=:[ ]*$)|Returns|Yields|Raises):", re.MULTILINE)
#: An argument in a section, with its text.
_ENTRY = re.compile(r"^    (\*{0,2}\w[\w, *]*): ", re.MULTILINE)

#: The name of the text to read before the first exercise of a course.
PRIMER = "primer"


def primer_of(course: Course) -> Path | None:
    """Return the text to read before the first exercise; None if the course has none."""
    file = course.root / "exercises" / f"{PRIMER}.md"
    return file if file.is_file() and PRIMER not in course.exercise_names else None


def promised_texts(exercise: Exercise) -> dict[str, str]:
    """Return address -> text: the marked sentences of README.md, then all docstrings."""
    texts: dict[str, str] = {}
    if exercise.readme.is_file():
        for sentence in sentences(read_text(exercise.readme)):
            for address in MARK.findall(sentence):
                texts[address] = f"{texts.get(address, '')} {plain_sentence(sentence)}".strip()
    for docstring in docstrings(exercise):
        texts |= {address: " ".join(text.split()) for address, text in docstring.items()}
    return texts


def without_marks(markdown: str) -> str:
    """Return a text without the comments that name its promises."""
    return MARK.sub("", markdown)


def plain_sentence(sentence: str) -> str:
    """Return a sentence of `sentences` without its marks and a table's lines, formulas as text."""
    return with_plain_formulas(without_marks(sentence).strip("| "))


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of `text` with their marks, each on one line, without examples."""
    for block in _BLOCKS.split(_FENCED.sub("\n\n", _AT_LINE_START.sub("", text))):
        for sentence in _SENTENCES.split(block):
            yield _BULLET.sub("", " ".join(sentence.split()))


def docstrings(exercise: Exercise) -> Iterator[dict[str, str]]:
    """Yield address -> text for each docstring: its own text first, then its entries.

    They are those of the solution, or of the stub as it was handed out: students edit its copy.
    """
    if exercise.tasks:
        is_solved = exercise.solution.is_file()
        stub = parse_file(exercise.solution) if is_solved else parse(available_stub(exercise) or "")
        for name, node in _named_nodes(stub, exercise.name):
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


def text_names(exercise: Exercise) -> TextNames:
    """Return the names in the stub and in README.md of `exercise`; each file is read on demand."""
    stub, readme = (cache(partial(_text, file)) for file in (exercise.stub, exercise.readme))
    return TextNames(
        lambda method: parameter_names(stub(), method), cache(lambda: named_results(readme()))
    )


def _text(file: Path) -> str:
    return read_text(file) if file.is_file() else ""


def named_results(readme: str) -> dict[str, Names]:
    """Return method -> the names of its results in the examples of a text."""
    built: dict[str, str] = {}
    results: dict[str, Names] = {}
    for target, call in _assignments(readme):
        if isinstance(target, ast.Name) and isinstance(call.func, ast.Name):
            built[target.id] = call.func.id
        elif isinstance(target, ast.Tuple) and (method := _method(call.func, built)):
            results.setdefault(method, _names(target))
    return results


def _assignments(readme: str) -> Iterator[tuple[ast.expr, ast.Call]]:
    for line in _EXAMPLE.findall(readme):
        with suppress(SyntaxError):  # an example of several lines
            match ast.parse(line).body:
                case [ast.Assign([target], ast.Call() as call)]:
                    yield target, call


def _method(function: ast.expr, built: dict[str, str]) -> str:
    """Return ``LSTM.backward`` for ``lstm.backward`` if ``lstm = LSTM(...)`` came before."""
    match function:
        case ast.Name(name):
            return name
        case ast.Attribute(ast.Name(owner), name) if owner in built:
            return f"{built[owner]}.{name}"
    return ""


def _names(target: ast.expr) -> Names:
    if isinstance(target, ast.Tuple):
        return tuple(map(_names, target.elts))
    return target.id if isinstance(target, ast.Name) and target.id != "_" else ""


@dataclass(frozen=True)
class Figure:
    """One figure: what it shows, and its SVG file."""

    title: str
    path: Path


def figures(text: str, folder: Path) -> Iterator[Figure]:
    """Yield the figures that `text` shows and that are in `folder`, in their order."""
    for match in _IMAGE.finditer(text):
        if (path := folder / match["file"]).is_file():
            yield Figure(match["title"], path)


def replaced(text: str, folder: Path, by: Callable[[Figure], str]) -> str:
    """Return `text` in which every figure of `figures` is replaced by what `by` makes of it."""

    def replacement(match: re.Match[str]) -> str:
        return next(map(by, figures(match[0], folder)), match[0])

    return _IMAGE.sub(replacement, text)
