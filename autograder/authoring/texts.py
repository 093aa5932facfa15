"""The text of an exercise: what students read, its examples, hints and promises."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from autograder.authoring.problems import Problem, advice
from autograder.course.promises import promise_problems, promise_table, unclaimed_promises
from autograder.course.reading import Course, Exercise
from framework.course.folder import course_file
from framework.text_files import read_text

#: Smallest number of hints: what the exercise is about, the way, almost the answer.
FEWEST_HINTS = 3
#: Seconds that the examples of one text may take.
LONGEST = 120

_IMAGE = re.compile(r"!\[[^]\n]*\]\((?!https?:)([^)\s]+)\)")
_BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)

#: What a student does: import everything from the own file, then paste the examples.
_PASTED = """
import doctest, sys
sys.path.insert(0, ".")
from {name} import *
found = doctest.DocTestParser().get_doctest(open("examples.txt", encoding="utf-8").read(),
                                            globals(), "README", None, 0)
sys.exit(doctest.DocTestRunner(verbose=False).run(found).failed > 0)
"""


def readme(exercise: Exercise) -> Iterator[Problem]:
    """Yield what is missing in a text: a title, the commands, the files of its figures."""
    if not exercise.readme.is_file():
        return
    text = read_text(exercise.readme)
    if not text.startswith("# "):
        yield Problem(f"{exercise.readme} has no title", f"begin with '# {exercise.title}'")
    for command in (f"grade {exercise.name}", f"gradus hint {exercise.name}"):
        if command not in text:
            yield Problem(
                f"{exercise.readme} does not name the command `{command}`",
                "say at the end how to start, and where to get help",
            )
    for file in _IMAGE.findall(text):
        if not (exercise.folder / file).is_file():
            yield Problem(
                f"{exercise.readme} shows {file}, which is missing", "add the file, or remove it"
            )


def hints(exercise: Exercise) -> Iterator[Problem]:
    """Yield a problem for too few, equal or empty hints."""
    found = [hint.strip() for hint in exercise.hints]
    if len(found) < FEWEST_HINTS:
        yield Problem(
            f"{exercise.toml}: {len(found)} hints; expected at least {FEWEST_HINTS}",
            "the first says where to look, the last almost the whole answer",
        )
    if not all(found) or len(set(found)) < len(found):
        yield Problem(f"{exercise.toml}: a hint is empty, or stands there twice", "rewrite it")


def promises(exercise: Exercise) -> Iterator[Problem]:
    """Yield hidden checks without a sentence, sentences that no text has, and unclaimed ones."""
    for problem in promise_problems(promise_table(exercise)):
        yield Problem(problem, f"`gradus show {exercise.name} --promises` lists them all")
    for promise in unclaimed_promises(exercise):
        yield advice(
            f"no check names the sentence '{promise.text}' ({'/'.join(promise.kinds)})",
            'name it by @pytest.mark.promise("...") above the check that fails without it',
        )


def examples(course: Course, exercise: Exercise) -> Iterator[Problem]:
    """Yield the examples of the text that do not print what they show, on the solution's code."""
    if not exercise.readme.is_file():
        return
    text = "\n".join(_BLOCK.findall(read_text(exercise.readme)))
    if ">>> " not in text:
        yield advice(
            f"{exercise.readme} has no example that can be pasted",
            "show one call with small numbers in a ```python block, with >>> and the output",
        )
        return
    with tempfile.TemporaryDirectory(prefix="gradus-examples-") as root:
        folder = _finished(course, exercise, Path(root))
        (folder / "examples.txt").write_text(text, "utf-8")
        wrong = _pasted(exercise, folder)
    if wrong:
        yield Problem(
            f"{exercise.readme}: an example does not print what it shows:\n{wrong}",
            "correct the example, or the solution",
        )


def _finished(course: Course, exercise: Exercise, root: Path) -> Path:
    """Write the course of a student who has finished everything; return the exercise's folder."""
    (root / "exercises").mkdir()
    base = f'base = "{course.bases[0].root}"\n' if course.base else ""
    text = read_text(course_file(course.root))
    kept = [line for line in text.splitlines() if not re.match(r"(base|plugins)\s*=", line)]
    course_file(root).write_text(base + "\n".join(kept) + "\n", "utf-8")
    for other in course.select():
        folder = root / "exercises" / other.unit / other.name
        folder.mkdir(parents=True)
        for file in (other.toml, other.solution):
            if file.is_file():
                (folder / file.name).write_bytes(file.read_bytes())
    return root / "exercises" / exercise.unit / exercise.name


def _pasted(exercise: Exercise, folder: Path) -> str:
    """Return what is wrong with the examples in `folder`; empty if nothing is."""
    command = [sys.executable, "-c", _PASTED.format(name=exercise.name)]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=LONGEST
        )
    except subprocess.TimeoutExpired:
        return f"they take more than {LONGEST} s"
    return (done.stdout + done.stderr).strip()[-2000:] if done.returncode else ""
