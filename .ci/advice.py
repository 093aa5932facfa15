"""Prints advice on words, sizes and names: what a reader may find hard. It fails nothing.

    python .ci/advice.py [FILE or FOLDER ...]

Without an argument, all files of the project are read. The advice:

- words that make readers of English as a second language stop;
- docstrings of functions that do not start with a verb;
- packages of more than 15 modules, modules of more than 400 lines or under 25 lines;
- READMEs of exercises with more than 1,100 words.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
READ = (".py", ".md", ".toml", ".html", ".yml", ".yaml", ".cff")
PACKAGES = ("framework/", "autograder/", "plugins/")

MOST_MODULES, MOST_LINES, FEWEST_LINES, MOST_WORDS = 15, 400, 25, 1100

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

#: How a docstring starts that names a value, and not what the function does.
NAMES_A_VALUE = re.compile(r"(?:The|A|An|All|Every|Both|Each|Whether|What|Where|How|Why)\b|`")
#: Here a docstring is the change that a mutation makes: "``a + b`` becomes ``a - b``".
SHOW_A_CHANGE = ("autograder/mutations/", "autograder/diagnosis/solution_changes/")


def pattern(phrase: str) -> re.Pattern[str]:
    """Return the pattern of `phrase`, also over a line end, in comments and in names."""
    spaced = phrase.replace(" ", r"[\s#:_]+")
    return re.compile(rf"(?<![A-Za-z])(?:{spaced})(?![A-Za-z])", re.IGNORECASE)


PHRASES = [
    (set(phrase.split()), pattern(phrase), better)
    for phrases, better in BETTER.items()
    for phrase in phrases
]


def hard_words(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and advice for everything in `text` that has a plainer form."""
    present = set(re.findall("[a-z]+'[a-z]+|[a-z]+", text.lower()))
    present |= {word.partition("'")[0] for word in present}
    for needed, expression, better in PHRASES:
        if needed <= present:  # a search for each phrase would take too long
            for match in expression.finditer(text):
                words = " ".join(match[0].split())
                yield text.count("\n", 0, match.start()) + 1, f"'{words}': write {better}"


def docstrings_without_verb(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and advice for docstrings of functions, but for properties and fixtures."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and (docstring := ast.get_docstring(node)):
            decorators = " ".join(map(ast.unparse, node.decorator_list))
            if not re.search("property|fixture", decorators) and NAMES_A_VALUE.match(docstring):
                first, *_ = docstring.splitlines()
                yield node.lineno, f"start with what the function does: {first}"


def sizes(name: str, text: str) -> Iterator[tuple[int, str]]:
    """Yield advice on the size of a file and of its folder."""
    lines, words = len(text.splitlines()), len(re.sub("<!--.*?-->", "", text).split())
    if name.startswith("exercises/") and name.endswith("README.md") and words > MOST_WORDS:
        yield 1, f"{words} words: cut what the lecture explains, to at most {MOST_WORDS}"
    if name.startswith(PACKAGES) and name.endswith("/__init__.py"):
        modules = len([*(ROOT / name).parent.glob("*.py")]) - 1
        if modules > MOST_MODULES:
            yield 1, f"{modules} modules in one package: split it into subjects"
    elif name.startswith(PACKAGES) and name.endswith(".py"):
        if lines > MOST_LINES:
            yield 1, f"{lines} lines: split the module"
        if lines < FEWEST_LINES and "/commands/" not in name:
            yield 1, f"{lines} lines: join the module with its only user, if it has one"


def advice(name: str) -> Iterator[tuple[int, str]]:
    """Yield line and advice for the file `name`."""
    text = (ROOT / name).read_text(encoding="utf-8")
    yield from hard_words(text)
    yield from sizes(name, text)
    if name.startswith(PACKAGES) and name.endswith(".py") and not name.startswith(SHOW_A_CHANGE):
        yield from docstrings_without_verb(text)


def files(arguments: list[str]) -> Iterator[str]:
    """Yield the names of the files in git, or of those in `arguments`, that contain texts."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *arguments]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.splitlines():
        if (
            name.endswith(READ)
            and name != ".ci/advice.py"
            and "tests/data/" not in name
            and (ROOT / name).is_file()
        ):
            yield name


if __name__ == "__main__":
    for file in files(sys.argv[1:]):
        for line, said in sorted(advice(file)):
            print(f"{file}:{line}: {said}")
