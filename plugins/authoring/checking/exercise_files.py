"""Problems of an exercise's files and texts, found without grading."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.course.generated_stubs import require_tasks, stub_file
from autograder.course.mistakes import load_mistakes
from autograder.course.questions.answer_keys import load_key
from autograder.course.reading import Course, Exercise
from autograder.sandbox.runners.filesystem_view import temporary_folder
from framework.course.folder import course_file
from framework.errors import GradusError
from framework.text_files import read_text
from plugins.authoring.audit.equivalents import load_equivalents
from plugins.authoring.checking.formula_problems import formula_problems
from plugins.authoring.checking.promises import promise_problems, unclaimed_promises


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, or that could be better: advice, which fails nothing."""

    text: str
    fix: str
    is_advice: bool = False


@dataclass(frozen=True)
class Checked:
    """One step of the check of one exercise; `left_out` says why nothing was looked at."""

    step: str
    problems: tuple[Problem, ...] = ()
    left_out: str = ""

    @property
    def is_sound(self) -> bool:
        """Whether nothing has to be done."""
        return all(problem.is_advice for problem in self.problems)


def advice(text: str, fix: str) -> Problem:
    """Return a problem that fails nothing."""
    return Problem(text, fix, is_advice=True)


def missing_files(exercise: Exercise) -> Iterator[Problem]:
    """Yield a problem for each file that an exercise needs and that is missing."""
    needed = {exercise.readme: "the text of the exercise", exercise.solution: "the solution"}
    if exercise.tasks:
        needed |= {exercise.tests: "the public checks", exercise.hidden_tests: "the hidden checks"}
    for file, what in needed.items():
        if not file.is_file():
            yield Problem(
                f"{file} is missing: {what}",
                "write it; `gradus new exercise UNIT/NAME` shows a complete exercise",
            )


def lists(exercise: Exercise) -> Iterator[Problem]:
    """Yield the problems of mistakes.toml, equivalents.toml and of the key of questions."""
    for read in (load_key,) if exercise.questions else (_apply_mistakes, load_equivalents):
        try:
            read(exercise)
        except GradusError as error:
            yield Problem(str(error), "correct the named line")


def _apply_mistakes(exercise: Exercise) -> None:
    solution = exercise.solution_source()
    require_tasks(exercise, solution)
    for mistake in load_mistakes(exercise):
        mistake.apply(solution)


def drift(exercise: Exercise) -> Iterator[Problem]:
    """Yield a problem if the stub is not what the solution gives."""
    if stub_file(exercise).drifted:
        yield Problem(
            f"{exercise.stub} is not the stub of the solution",
            "`gradus stubs` writes it; `gradus stubs --force` also over edits",
        )


def thresholds(exercise: Exercise) -> Iterator[Problem]:
    """Yield the thresholds that no check measures, and advice for those that are chosen."""
    files = (exercise.tests, exercise.hidden_tests)
    checks = "".join(file.read_text("utf-8") for file in files if file.is_file())
    for name, threshold in exercise.thresholds.items():
        if f'"{name}"' not in checks and f"'{name}'" not in checks:
            yield Problem(
                f"{exercise.toml}: no check measures the metric '{name}' of [thresholds]",
                f'use the fixture: metric_threshold("{name}", ...), or remove the threshold',
            )
        elif not threshold.seeds:
            yield advice(
                f"{exercise.toml}: the threshold of '{name}' is chosen, not measured",
                f"`gradus calibrate {exercise.name}` measures it with its error rate",
            )


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


def mathematics(exercise: Exercise) -> Iterator[Problem]:
    """Yield the formulas of the text and of the questions that cannot be shown, by their lines."""
    for file in (exercise.readme, *([exercise.solution] if exercise.questions else [])):
        if file.is_file():
            for line, text in formula_problems(read_text(file)):
                yield Problem(
                    f"{file}:{line}: {text}",
                    "write LaTeX as in docs/instructors.md, section Mathematics",
                )


def hints(exercise: Exercise) -> Iterator[Problem]:
    """Yield a problem for too few, equal or empty hints."""
    texts = [hint.strip() for hint in exercise.hints]
    if len(texts) < FEWEST_HINTS:
        yield Problem(
            f"{exercise.toml}: {len(texts)} hints; expected at least {FEWEST_HINTS}",
            "the first says where to look, the last almost the whole answer",
        )
    if not all(texts) or len(set(texts)) < len(texts):
        yield Problem(f"{exercise.toml}: a hint is empty, or stands there twice", "rewrite it")


def promises(exercise: Exercise) -> Iterator[Problem]:
    """Yield hidden checks without a promise, promises that no text has, and unclaimed ones."""
    for problem in promise_problems(exercise):
        yield Problem(problem, "a promise is a sentence of the text that the check tests")
    for sentence in unclaimed_promises(exercise):
        yield advice(
            f"no check names the promise '{sentence}'",
            'name it by @pytest.mark.promise("...") above the check that fails without it; '
            "a sentence of README.md gets a name by `<!-- promise: NAME -->` after it",
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
    with temporary_folder("gradus-examples-") as root:
        folder = _finished(course, exercise, root)
        (folder / "examples.txt").write_text(text, "utf-8")
        command = [sys.executable, "-c", _PASTED.format(name=exercise.name)]
        try:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, check=False, timeout=LONGEST
            )
        except subprocess.TimeoutExpired:
            wrong = f"they take more than {LONGEST} s"
        else:
            wrong = (done.stdout + done.stderr).strip()[-2000:] if done.returncode else ""
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
