"""Words that make readers of English as a second language stop are found in no text and no name.

The test reads whole files: docstrings, comments, messages, names, Markdown and TOML. It holds the
words that are easy to recognise; sentences that are hard to read need a reader.
"""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
READ = (".py", ".md", ".toml", ".html", ".yml", ".yaml", ".cff")

#: Words, with single spaces -> what to write instead.
BETTER = {
    ("whoever", "whomever"): "the role: the caller, a student, the code that ...",
    ("somebody", "anybody", "everybody", "nobody"): "the role: a student, a caller, all users",
    ("so many", "so few"): "the number: `N words`, `the number of ...`, `at most N`",
    ("such ones", "such a one"): "the noun itself",
    ("told apart", "tell apart", "telling apart"): "distinguished, distinguish",
    ("is told", "are told", "was told", "were told", "be told"): "is reported, is shown",
    ("one too many",): "extra",
    ("lack", "lacks", "lacked", "lacking"): "is missing",
    ("besides",): "in addition, unexpected, other",
    ("cling", "clings", "clinging"): "stay, are left over",
    ("stranger", "strangers"): "untrusted code, another process",
    ("passed over",): "skipped, ignored",
    ("in silence",): "without a message",
    ("of its own accord", "of their own accord"): "itself, automatically",
    ("the other way round", "the wrong way round", "turned round"): "the reverse, in reverse order",
    ("nothing but",): "only",
    ("held against",): "compared with",
    ("stands in for", "stand in for", "stands in place of"): "replaces",
    ("in each other's place", "change places"): "exchanged",
    ("as they are born",): "when they are created",
    ("one on top of the other",): "stacked",
    ("no matter what", "no matter which", "no matter how"): "for every ...",
    ("for its transpose", "mean for a sum", "sum for a mean"): "uses X instead of Y",
    ("twin", "twins"): "paired models, counterpart",
    ("rubbish", "nonsense"): "invalid",
    ("lend", "lends", "lent", "loan", "loans"): "callback, share",
    ("slip", "slips", "gauge", "gauges", "habits"): "mutation candidate, threshold, mutation",
}

WORD = re.compile("[a-z']+")


def pattern(phrase: str) -> re.Pattern[str]:
    """Return the pattern of `phrase`, also over a line end, in comments and in names."""
    spaced = phrase.replace(" ", r"[\s#:_]+")
    return re.compile(rf"(?<![A-Za-z])(?:{spaced})(?![A-Za-z])", re.IGNORECASE)


PHRASES = [
    (set(phrase.split()), pattern(phrase), better)
    for phrases, better in BETTER.items()
    for phrase in phrases
]


def found(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield line, words and better words of everything in `text` that has a plainer form."""
    present = set(WORD.findall(text.lower()))
    for needed, expression, better in PHRASES:
        if needed <= present:  # a search for each phrase would take too long
            for match in expression.finditer(text):
                yield text.count("\n", 0, match.start()) + 1, " ".join(match[0].split()), better


def read_files() -> Iterator[Path]:
    """Yield the files of the project that contain texts for readers."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    yield from (ROOT / name for name in listed if name.endswith(READ) or name.startswith(".ci/"))


def test_texts_and_names_use_plain_words():
    complaints = [
        f"{file.relative_to(ROOT)}:{line}: '{words}': write {better}"
        for file in read_files()
        if file.is_file() and file != Path(__file__)
        for line, words, better in found(file.read_text(encoding="utf-8"))
    ]
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# Nobody reads this\n", "Nobody"),
        ("the sum of so\n    # many terms", "so # many"),
        ("def what_nobody_needs(): ...", "nobody"),
        ("a term lacks", "lacks"),
    ],
)
def test_a_word_is_found_in_comments_over_line_ends_and_in_names(text, words):
    assert [hit for _, hit, _ in found(text)] == [words]


def test_the_line_and_the_better_words_are_named():
    assert list(found("x = 1\n# sorted, besides")) == [
        (2, "besides", "in addition, unexpected, other")
    ]


@pytest.mark.parametrize("text", ["black boxes", "Seagauges", "selenders", "a body of text"])
def test_parts_of_other_words_are_not_found(text):
    assert not list(found(text))


#: Packages in which the docstring of every function starts with what the function does.
VERB_FIRST = ("autograder", "framework", "plugins")
#: Here a docstring is the change that a mutation makes: "``a + b`` becomes ``a - b``".
SHOW_A_CHANGE = (
    "autograder/mutations/",
    "autograder/diagnosis/solution_changes/small_changes.py",
)
#: How a docstring starts that names a value, and not what the function does.
NAMES_A_VALUE = re.compile(r"(?:The|A|An|All|Every|Both|Each|Whether|What|Where|How|Why)\b|`")


def docstrings_of_functions(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the docstring of every function that is no property and no fixture."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and (text := ast.get_docstring(node)):
            marks = " ".join(map(ast.unparse, node.decorator_list))
            if "property" not in marks and "fixture" not in marks:
                yield node.lineno, text


@pytest.mark.parametrize("package", VERB_FIRST)
def test_the_docstring_of_a_function_starts_with_a_verb(package):
    complaints = [
        f"{file.relative_to(ROOT)}:{line}: {text.splitlines()[0]}"
        for file in sorted((ROOT / package).rglob("*.py"))
        if not file.relative_to(ROOT).as_posix().startswith(SHOW_A_CHANGE)
        for line, text in docstrings_of_functions(file.read_text("utf-8"))
        if NAMES_A_VALUE.match(text)
    ]
    assert not complaints, "\n".join(complaints)


def test_a_docstring_that_names_a_value_is_found():
    source = 'def f():\n    """The sum."""\n\n@property\ndef g(self):\n    """The size."""\n'
    assert [text for _, text in docstrings_of_functions(source)] == ["The sum."]
    assert NAMES_A_VALUE.match("The sum.") and not NAMES_A_VALUE.match("Return the sum.")
